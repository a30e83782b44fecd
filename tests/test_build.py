"""data/raw → data/processed: what is made, what is left alone, what bad input does."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from conftest import add_source, write_sources

from analysis.build.check import check
from analysis.build.run import build, read_table, read_tables
from analysis.build.store import to_arrow
from analysis.project.errors import InputError
from analysis.project.folders import Project, find_project
from analysis.project.registry import TABLES, problems
from analysis.texts.sources import text_hash


def tree(folder: Path) -> dict[str, tuple[int, str]]:
    """Every file below `folder` with its time and hash."""
    return {
        str(p.relative_to(folder)): (p.stat().st_mtime_ns, hashlib.sha256(p.read_bytes()).hexdigest())
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


@pytest.fixture
def project(small_project: Path) -> Project:
    return find_project()


def test_all_tables_follow_the_registry(project):
    built = build(project)
    assert built.documents == ["yunling-2024", "hewan-2025"] and set(built.made.values()) == {"new"}
    tables = read_tables(project)
    for name, table in tables.items():
        assert problems(name, table) == []
        assert list(table.columns) == TABLES[name].names
    texts = {(r.document, r.passage): r.text for r in tables["passages"].itertuples()}
    assert len(tables["figures"]) > 20
    for row in tables["figures"].itertuples():
        assert texts[row.document, row.passage][row.start : row.end] == row.mention
    assert not tables["terms"]["term"].str.contains(r"\d").any()
    assert check(project) == []


def test_nothing_changed_writes_nothing(project):
    build(project)
    before = tree(project.processed)
    assert build(project).made == {}
    assert tree(project.processed) == before


def test_where_nothing_changed_no_text_is_read_and_no_heavy_library_loaded(project, tmp_path, monkeypatch):
    monkeypatch.setenv("RESOURCE_CITIES_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("analysis.project.stamps.FRESH", -(10**9))
    build(project)
    read = []

    def watched(project, row):
        read.append(row["document"])
        return text_hash(project, row)

    monkeypatch.setattr("analysis.build.plan.text_hash", watched)
    assert build(project).made == {} and read == []
    assert len(build(project, force=True).made) == 2 and len(read) == 2
    code = (
        "import sys; from analysis.cli import main; assert main(['build']) == 0; "
        "print([name for name in ('pandas', 'numpy', 'pyarrow', 'rjieba', 'jieba') if name in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.splitlines()[-1] == "[]" and "0 made anew" in shown.stdout


def test_a_change_that_keeps_size_and_time_is_noticed(project, tmp_path, monkeypatch):
    monkeypatch.setenv("RESOURCE_CITIES_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("analysis.project.stamps.FRESH", -(10**9))
    project.published.mkdir()
    path = project.published / "hewan-2025.txt"
    path.write_text("今年粮食产量达到21万吨，比上年增长3%。\n", encoding="utf-8")
    build(project)
    before = path.stat()
    path.write_text("今年粮食产量达到29万吨，比上年增长4%。\n", encoding="utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert build(project).made == {"hewan-2025": "text changed"}
    assert read_table(project, "figures", ["hewan-2025"])["value"].tolist() == [290_000.0, 4.0]


def test_only_the_changed_document_is_made_anew(project):
    build(project)
    before = read_tables(project, ["yunling-2024"])
    rows = (project.raw / "sources.csv").read_text(encoding="utf-8")
    text = project.raw / "hewan-2025.txt"
    old = hashlib.sha256(text.read_bytes()).hexdigest()
    text.write_text(text.read_text(encoding="utf-8") + "新建公园9座。\n", encoding="utf-8")
    new = hashlib.sha256(text.read_bytes()).hexdigest()
    (project.raw / "sources.csv").write_text(rows.replace(old, new), encoding="utf-8")
    assert build(project).made == {"hewan-2025": "text changed"}
    after = read_tables(project, ["yunling-2024"])
    assert all(after[name].equals(before[name]) for name in TABLES)
    assert "9座" in set(read_table(project, "figures")["mention"])


def test_a_dictionary_change_makes_all_anew(project):
    build(project)
    words = project.reference / "stopwords.txt"
    words.write_text(words.read_text(encoding="utf-8") + "材料\n", encoding="utf-8")
    assert build(project).made == {"yunling-2024": "reference changed", "hewan-2025": "reference changed"}


def test_a_damaged_record_is_made_anew(project):
    build(project)
    whole = tree(project.processed)
    (project.processed / "build.json").write_text("{", encoding="utf-8")
    assert build(project).made == {}
    next((project.processed / "_record").iterdir()).write_text("{", encoding="utf-8")
    assert set(build(project).made.values()) == {"new"}
    assert {k: v[1] for k, v in tree(project.processed).items()} == {k: v[1] for k, v in whole.items()}


def test_one_document_alone_and_in_processes(project):
    assert build(project, ["hewan-2025"]).documents == ["hewan-2025"]
    assert set(read_table(project, "figures")["document"]) == {"hewan-2025"}
    serial = build(project, force=True)
    tables = {k: v[1] for k, v in tree(project.processed).items()}
    assert build(project, force=True, jobs=2) == serial
    assert {k: v[1] for k, v in tree(project.processed).items()} == tables


def test_a_document_taken_out_of_the_sources_goes(project):
    build(project)
    lines = (project.raw / "sources.csv").read_text(encoding="utf-8").splitlines()
    (project.raw / "sources.csv").write_text("\n".join(lines[:2]) + "\n", encoding="utf-8")
    assert build(project).removed == ["hewan-2025"]
    assert set(read_table(project, "passages")["document"]) == {"yunling-2024"}


def test_a_published_text_takes_the_place_of_the_digest(project):
    build(project)
    project.published.mkdir()
    (project.published / "hewan-2025.txt").write_bytes("一、回顾\n河湾市新建学校７所。\n".encode("gb18030"))
    assert build(project).made == {"hewan-2025": "text changed"}
    documents = read_table(project, "documents").set_index("document")
    assert (
        documents.loc["hewan-2025", "edition"] == "published" and documents.loc["hewan-2025", "encoding"] == "gb18030"
    )
    assert "7所" in set(read_table(project, "figures")["mention"])


BROKEN = [
    ("missing text", lambda p: (p.raw / "hewan-2025.txt").unlink(), ["data/raw/hewan-2025.txt"]),
    ("empty text", lambda p: (p.raw / "hewan-2025.txt").write_bytes(b""), ["data/raw/hewan-2025.txt", "empty"]),
    (
        "undecodable",
        lambda p: (p.raw / "hewan-2025.txt").write_bytes(bytes(range(128, 256)) * 9),
        ["data/raw/hewan-2025.txt"],
    ),
    ("hash", lambda p: (p.raw / "hewan-2025.txt").write_text("改过。"), ["data/raw/hewan-2025.txt", "sha256"]),
    ("no sources", lambda p: (p.raw / "sources.csv").unlink(), ["data/raw/sources.csv"]),
    ("column", lambda p: _edit(p, "genre,", "kind,"), ["data/raw/sources.csv", "genre"]),
    (
        "duplicate",
        lambda p: _edit(p, "hewan-2025,hewan", "yunling-2024,hewan"),
        ["data/raw/sources.csv:3", "yunling-2024"],
    ),
    ("date", lambda p: _edit(p, "2025-01-10", "2025-13-10"), ["data/raw/sources.csv:3", "2025-13-10"]),
    ("city", lambda p: _edit(p, ",hewan,", ",hewna,"), ["data/raw/sources.csv:3", "hewna"]),
    ("genre", lambda p: _edit(p, "government_work_report", "report"), ["data/raw/sources.csv:3", "report"]),
    ("themes", lambda p: (p.reference / "themes.yml").write_text("macro: ["), ["themes.yml"]),
    ("cities", lambda p: (p.reference / "cities.yml").unlink(), ["data/reference/cities.yml"]),
    ("units", lambda p: (p.reference / "units.csv").unlink(), ["data/reference/units.csv"]),
]


def _edit(project: Project, old: str, new: str) -> None:
    text = project.sources.read_text(encoding="utf-8")
    assert old in text
    project.sources.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize(("spoil", "words"), [b[1:] for b in BROKEN], ids=[b[0] for b in BROKEN])
def test_bad_input_is_one_line_and_leaves_the_tables_alone(project, spoil, words):
    build(project)
    before = tree(project.processed)
    spoil(project)
    with pytest.raises(InputError) as error:
        build(project)
    message = str(error.value)
    assert "\n" not in message and "; " in message
    for word in words:
        assert word in message
    assert tree(project.processed) == before


def test_a_failure_in_the_middle_leaves_the_tables_alone(project, monkeypatch):
    build(project)
    before = tree(project.processed)

    def fails(*_args, **_more):
        raise RuntimeError("stopped")

    monkeypatch.setattr("analysis.build.run.document_tables", fails)
    with pytest.raises(RuntimeError):
        build(project, force=True)
    assert tree(project.processed) == before


def test_add_registers_a_text(project, tmp_path):
    file = tmp_path / "新.txt"
    file.write_text("云岭市2025年回顾\n新建学校3所。\n", encoding="gb18030")
    row = add_source(project, file, city="yunling", date="2025-02", genre="other")
    assert row["document"] == "yunling-2025" and row["title"] == "云岭市2025年回顾"
    assert build(project).made == {"yunling-2024": "new", "hewan-2025": "new", "yunling-2025": "new"}
    file.write_text("云岭市2025年再看\n新建学校4所。\n", encoding="utf-8")
    again = add_source(project, file, city="yunling", date="2025-02", genre="other")
    assert again["document"] == "yunling-2025-02"


def test_check_names_what_is_out_of_date(project):
    build(project)
    path = next((project.processed / "_record").iterdir())
    record = json.loads(path.read_text(encoding="utf-8"))
    record["documents"]["hewan-2025"]["made_from"]["code"] = "0"
    bucket = project.processed / f"figures/{path.stem}.parquet"
    figures = pq.read_table(bucket).to_pandas()
    figures["mention"] = figures["mention"].replace("48.6亿元", "48.7亿元")
    pq.write_table(to_arrow("figures", figures), bucket)
    record["sizes"]["figures"] = bucket.stat().st_size
    path.write_text(json.dumps(record), encoding="utf-8")
    lines = check(project)
    assert any("hewan-2025 is out of date (code changed)" in line for line in lines)
    assert any("yunling-2024 passage" in line and "'48.7亿元' does not stand at" in line for line in lines)


def test_the_project_is_found_from_a_folder_inside(project, monkeypatch):
    monkeypatch.delenv("RESOURCE_CITIES_HOME")
    monkeypatch.chdir(project.notebooks)
    assert find_project().root == project.root
    monkeypatch.setenv("RESOURCE_CITIES_HOME", str(project.root / "nowhere"))
    with pytest.raises(InputError, match="holds no data/raw"):
        find_project()


def test_rows_of_sources_are_written_as_they_are_read(project):
    rows = [
        dict(
            zip(
                ("document", "city", "date", "genre", "title", "publisher", "language", "edition", "sha256"),
                line.split(","),
                strict=True,
            )
        )
        for line in project.sources.read_text(encoding="utf-8").splitlines()[1:]
    ]
    write_sources(project.root, rows)
    assert build(project).documents == ["yunling-2024", "hewan-2025"]


def test_the_codebook_of_the_schemes_stands_beside_the_tables(project):
    build(project)
    page = (project.processed / "codes.md").read_text(encoding="utf-8")
    for words in ("resource_extension", "supply_capital", "ecology", "生态"):
        assert words in page
    (project.processed / "codes.md").unlink()
    assert build(project).made == {}
    assert (project.processed / "codes.md").is_file()


#: What is loaded while tables are made and cannot change them: where files lie, how errors are said.
NO_STEPS = {"project/errors.py", "project/folders.py", "project/remote.py"}


def test_the_digest_of_the_code_covers_all_that_tables_are_made_by(project):
    program = """
import json, sys
from pathlib import Path
from analysis.build.steps import document_tables
from analysis.build import plan
from analysis.project.folders import find_project
from analysis.texts.sources import read_document, read_sources
project = find_project()
sys.modules.pop("analysis.build.plan")
row = read_sources(project).to_dict("records")[0]
document_tables(project.reference, read_document(project, row), row)
package = Path(plan.__file__).parents[1]
covered = {str(path.relative_to(package)) for pattern in plan.STEPS for path in package.glob(pattern)}
loaded = [module.__file__ for name, module in sys.modules.items() if name.startswith("analysis.")]
used = {str(Path(file).relative_to(package)) for file in loaded if not file.endswith("__init__.py")}
print(json.dumps(sorted(used - covered)))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert set(json.loads(done.stdout)) <= NO_STEPS | {"project/stamps.py"}, done.stdout
