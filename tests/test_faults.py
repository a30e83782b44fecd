"""What breaks from outside: damaged built files, a manifest that was tampered with, too few cities, odd characters."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from analysis.build import store
from analysis.build.run import build
from analysis.cli import main
from analysis.project.errors import InputError
from analysis.project.folders import Project
from analysis.publish.jobs import left_out, plan
from analysis.publish.manifest import clean_outputs, explain, read_manifest
from analysis.publish.render import DRAFT, alone
from analysis.publish.unshown import unshown


def damage_page(path: Path) -> None:
    data = bytearray(path.read_bytes())
    for place in range(4, min(len(data) // 2, 400)):
        data[place] ^= 0xFF
    path.write_bytes(bytes(data))


# --- built tables -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["figures", "passages", "documents"])
def test_a_damaged_table_of_the_same_size_is_named_and_made_anew(small_project: Path, name: str) -> None:
    project = Project(small_project)
    build(project)
    whole = store.read_table(project, name)
    path = next((project.processed / name).glob("*.parquet"))
    damage_page(path)
    with pytest.raises(InputError, match=f"{name}/.*parquet: this built file is damaged; run 'resource-cities build'"):
        store.read_table(project, name)
    assert build(project).made
    assert store.read_table(project, name).equals(whole)


def test_a_build_notices_a_table_that_was_damaged_after_it(small_project: Path) -> None:
    project = Project(small_project)
    build(project)
    assert not build(project).made
    path = next((project.processed / "figures").glob("*.parquet"))
    damage_page(path)
    assert build(project).made and not build(project).made


@pytest.mark.parametrize(
    "record",
    [
        "{}", "[]", "null", "{", '{"sizes": 3, "documents": {}}', '{"sizes": {"figures": 1}, "documents": []}',
        '{"sizes": {"figures": 1}, "documents": {"a": 1}}',
        '{"sizes": {"figures": 1}, "documents": {"a": {"rows": 1}}}',
    ],
)  # fmt: skip
def test_a_malformed_record_is_made_anew(small_project: Path, record: str) -> None:
    project = Project(small_project)
    documents = build(project).documents
    path = next((project.processed / store.RECORDS).glob("*.json"))
    path.write_text(record, encoding="utf-8")
    assert build(project).made
    assert list(store.read_table(project, "documents")["document"]) == documents


# --- the manifest -----------------------------------------------------------------------------------------------------

GOOD: dict[str, Any] = {"notebook": "02_city", "name": "city", "lang": "zh", "status": "done"}


@pytest.mark.parametrize(
    "entry",
    [
        3, None, [], "x", {"outputs": []}, {**GOOD, "outputs": [1]}, {**GOOD, "outputs": {"html": 1}},
        {**GOOD, "outputs": {"html": {"path": 1, "size": 1}}},
        {**GOOD, "outputs": {"html": {"path": "a", "size": "1"}}},
        {**GOOD, "outputs": {"html": {"path": "../kept.txt", "size": 1}}}, {**GOOD, "parts": 1},
        {**GOOD, "seconds": []},
        {**GOOD, "outputs": {"html": {"path": "a/../../kept.txt", "size": 1}}}, {**GOOD, "status": 1},
        {**GOOD, "alternate": 1}, {**GOOD, "cities": 1}, {**GOOD, "error": "x"}, {**GOOD, "title": {}},
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["zz.zh", "corpus.zh"])
def test_a_manifest_is_not_trusted(small_project: Path, name: str, entry: Any) -> None:
    project = Project(small_project)
    build(project)
    kept = small_project / "kept.txt"
    kept.write_text("x", encoding="utf-8")
    project.reports.mkdir(exist_ok=True)
    path = project.reports / "manifest.json"
    path.write_text(json.dumps({"version": 1, "jobs": {name: entry}}), encoding="utf-8")
    assert read_manifest(project)["jobs"] == {}
    assert all(reason == "new" for _, reason in explain(project, plan(project)))
    clean_outputs(project)
    assert kept.read_text(encoding="utf-8") == "x"


@pytest.mark.parametrize("path", ["/etc/hostname", "..", "a/../../b", "", "a\\b", "a\0b"])
def test_a_path_outside_reports_is_forgotten(small_project: Path, path: str) -> None:
    project = Project(small_project)
    project.reports.mkdir(exist_ok=True)
    jobs = {"zz.zh": {**GOOD, "outputs": {"html": {"path": path, "size": 1}}}, "../../x": GOOD, "city-a.zh": GOOD}
    (project.reports / "manifest.json").write_text(json.dumps({"version": 1, "jobs": jobs}), encoding="utf-8")
    assert list(read_manifest(project)["jobs"]) == ["city-a.zh"]


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '{"version": 1}', '{"version": 1, "jobs": []}', "[" * 100_000])
def test_a_damaged_manifest_is_an_empty_one(small_project: Path, text: str) -> None:
    project = Project(small_project)
    project.reports.mkdir(exist_ok=True)
    (project.reports / "manifest.json").write_text(text, encoding="utf-8")
    assert read_manifest(project)["jobs"] == {}


# --- too few cities ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cities", [0, 1])
def test_what_too_few_cities_allow_is_made_and_the_rest_is_named(small_project: Path, cities: int) -> None:
    project = Project(small_project)
    head, *rows = project.sources.read_text(encoding="utf-8").splitlines()
    first = rows[0].split(",")[1]
    kept = [row for row in rows if row.split(",")[1] == first] if cities else []
    project.sources.write_text("\n".join([head, *kept]) + "\n", encoding="utf-8")
    build(project)
    made = {job.name for job in plan(project)}
    gone = {line.partition(" left out")[0] for line in left_out(project)}
    assert "comparison" in gone and not made & gone and bool(made) == bool(cities)
    with pytest.raises(InputError, match="'comparison' takes 2 cities or more"):
        plan(project, ["comparison"])


# --- characters -------------------------------------------------------------------------------------------------------


def test_a_character_without_a_glyph_is_listed_with_document_and_passage(small_project: Path) -> None:
    project = Project(small_project)
    key = project.sources.read_text(encoding="utf-8").splitlines()[1].split(",")
    project.published.mkdir(exist_ok=True)
    (project.published / f"{key[0]}.txt").write_text("去年产值28亿元。\n今年\U0001f9ec要修五条路。\n", encoding="utf-8")
    build(project)
    [line] = unshown(project, [key[1]])
    assert line.startswith(f"warning: {key[0]}, passage 2: no font shows U+1F9EC; ")
    assert unshown(project, []) == []


# --- the output -------------------------------------------------------------------------------------------------------


def run(project: Path, line: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command of the shell, in which `rc` is the program."""
    command = f"rc() {{ '{sys.executable}' -m analysis \"$@\"; }}; {line}"
    own = {**os.environ, "RESOURCE_CITIES_HOME": str(project), **environment}
    return subprocess.run(
        ["bash", "-c", command], env=own, capture_output=True, encoding="utf-8", errors="replace", timeout=120
    )


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "gbk", "utf-8"])
@pytest.mark.parametrize("command", ["list", "figures data/raw/hewan-2025.txt", "check", "build"])
def test_any_terminal_will_do(small_project: Path, encoding: str, command: str) -> None:
    done = run(small_project, f'cd "$RESOURCE_CITIES_HOME"; rc {command}', PYTHONIOENCODING=encoding)
    assert done.returncode == 0 and "Traceback" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("rc build > /dev/full", 0), ("rc build >&-", 0), ("rc list > /dev/full", 1), ("rc list >&-", 0),
        ("rc figures data/raw/hewan-2025.txt --format jsonl > /dev/full", 1), ("rc list | true", 0),
    ],
)  # fmt: skip
def test_an_output_that_takes_nothing(small_project: Path, line: str, code: int) -> None:
    done = run(small_project, f'cd "$RESOURCE_CITIES_HOME"; set -o pipefail; {line}')
    assert done.returncode == code and "Traceback" not in done.stderr and "Exception" not in done.stderr
    assert bool(code) == ("the output cannot be written" in done.stderr)


@pytest.mark.parametrize("title", ["红\x1b[31m", "a\x07b", "\x9b2J", "\u202e倒"])
def test_control_characters_of_a_title_are_shown_and_not_sent(
    small_project: Path, capsys: pytest.CaptureFixture[str], title: str
) -> None:
    text = Project(small_project).sources.read_text(encoding="utf-8").splitlines()
    cells = text[1].split(",")
    text[1] = ",".join([*cells[:4], title, *cells[5:]])
    Project(small_project).sources.write_text("\n".join(text) + "\n", encoding="utf-8")
    assert main(["list"]) in (0, 2)
    said = "".join(capsys.readouterr())
    assert all(char.isprintable() or char == "\n" for char in said)


# --- the system -------------------------------------------------------------------------------------------------------


def in_the_way(project: Path, name: str, what: str) -> None:
    """Put a file, a pipe or a link to itself where `name` should be."""
    path = project / name
    shutil.rmtree(path, ignore_errors=True)
    path.unlink(missing_ok=True)
    if what == "pipe":
        os.mkfifo(path)
    elif what == "loop":
        path.symlink_to(path.name)
    else:
        path.write_text("x", encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "what", "command", "said"),
    [
        ("data/processed", "file", "build", "processed: file exists; there must be a folder here"),
        ("data/processed", "loop", "build", "processed: file exists; there must be a folder here"),
        ("reports", "file", "report corpus", "reports: file exists; there must be a folder here"),
        ("data/raw/sources.csv", "pipe", "list", "sources.csv: this is a pipe; put a file in its place"),
        ("data/raw/sources.csv", "loop", "list", "sources.csv: too many levels of symbolic links"),
        ("data/reference/cities.yml", "pipe", "build", "cities.yml: this is a pipe"),
        ("data/raw/hewan-2025.txt", "loop", "build", "hewan-2025.txt: too many levels of symbolic links; put the file"),
        ("data/raw/hewan-2025.txt", "pipe", "build", "hewan-2025.txt: the text of 'hewan-2025' is missing"),
        ("x", "file", "add " + "a" * 300, "file name too long; give it a shorter name"),
    ],
)
def test_what_is_in_the_way_is_named_and_a_run_without_it_heals(
    small_project: Path, capsys: pytest.CaptureFixture[str], name: str, what: str, command: str, said: str
) -> None:
    saved = small_project.with_name("saved")
    shutil.copytree(small_project, saved)
    in_the_way(small_project, name, what)
    assert main(command.split()) == 2
    told = capsys.readouterr().err
    assert said.lower() in told.lower() and told.count("\n") == 1
    shutil.rmtree(small_project)
    saved.rename(small_project)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nosuch://x/y", "no storage 'nosuch://' is known here; correct the address"),
        ("s3://x/y", "no storage 's3://' is known here; install what fsspec needs for it"),
    ],
)
def test_storage_that_is_not_known_or_not_installed(
    small_project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, url: str, said: str
) -> None:
    if url.startswith("s3") and importlib.util.find_spec("s3fs"):
        pytest.skip("s3fs is installed")
    monkeypatch.setenv("RESOURCE_CITIES_PROCESSED", url)
    assert main(["build"]) == 2
    told = capsys.readouterr().err
    assert said in told and told.count("\n") == 1


def test_a_name_that_is_no_text_stands_in_tables_as_escapes(
    small_project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = os.path.join(os.fsencode(small_project), b"a\xff.txt")
    with open(path, "wb") as out:
        out.write("去年产值28亿元。\n".encode())
    assert main(["figures", os.fsdecode(path), "--format", "jsonl"]) == 0
    assert json.loads(capsys.readouterr().out)["document"] == "a\\xff"


@pytest.mark.parametrize(
    ("limit", "line", "code", "said"),
    [
        ("-f 8", "build", 1, "file too large; raise the limit (ulimit) and run again"),
        ("-n 20", "report corpus", 2, "only 20 open files are allowed here, 64 are needed; raise the limit"),
        ("-v 400000", "build", 2, "only 409 MB of memory are allowed here, 800 are needed; raise the limit"),
    ],
)
def test_limits_of_the_process(small_project: Path, limit: str, line: str, code: int, said: str) -> None:
    done = run(small_project, f"ulimit {limit}; rc {line}")
    assert done.returncode == code and said in done.stderr and "Traceback" not in done.stderr
    build(Project(small_project))
    assert not build(Project(small_project)).made


# --- signals ----------------------------------------------------------------------------------------------------------


def at_work(process: psutil.Process) -> bool:
    """Whether a process is still there; one that only nobody has asked for its end is not."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_report_that_is_stopped_leaves_nothing_behind(small_project: Path, tmp_path: Path, number: int) -> None:
    build(Project(small_project))
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    own = {**os.environ, "RESOURCE_CITIES_HOME": str(small_project), "TMPDIR": str(temporary)}
    command = [sys.executable, "-m", "analysis", "report", "corpus", "--lang", "zh", "--format", "html"]
    started = subprocess.Popen(command, env=own, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    workers: list[psutil.Process] = []
    while started.poll() is None and not workers:
        time.sleep(0.02)
        workers = psutil.Process(started.pid).children(recursive=True)
    started.send_signal(number)
    _, said = started.communicate(timeout=30)
    until = time.monotonic() + 30
    while (left := [worker for worker in workers if at_work(worker)]) and time.monotonic() < until:
        time.sleep(0.02)
    assert not left
    assert list(temporary.iterdir()) == [] and "Traceback" not in said
    if number == signal.SIGKILL:
        assert started.returncode == -number
    else:
        assert started.returncode == 128 + number and f"stopped by {signal.Signals(number).name}" in said
    with alone(Project(small_project)):
        assert not [path for path in (small_project / "reports").iterdir() if DRAFT.fullmatch(path.name)]
