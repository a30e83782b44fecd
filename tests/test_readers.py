"""Readers: a text gives the same figures whatever file it comes in; what holds no text is refused in one line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import own_files
import pytest
from own_files import TEXTS, Own

from analysis.build.any_text import file_tables
from analysis.project.folders import find_project
from analysis.texts.metadata import about
from analysis.texts.sources import read_any

REFERENCE = find_project(Path(__file__).parent).reference
COLUMNS = ["mention", "value", "value_max", "unit", "comparator", "measure", "indicator", "period", "status", "theme"]
#: Format → the bytes of a file.
FORMATS = {
    "txt": lambda own: own.plain().encode(),
    "md": lambda own: own_files.markdown(own).encode(),
    "html": lambda own: own_files.page(own).encode(),
    "mhtml": own_files.saved_page,
    "docx": own_files.word,
    "odt": own_files.open_document,
    "pdf": own_files.pdf,
    "csv": lambda own: own_files.csv_table(own).encode(),
    "xlsx": own_files.workbook,
    "jsonl": lambda own: own_files.json_lines(own).encode(),
}
ENCODINGS = ("utf-8", "utf-16", "gb18030", "big5")


def figures(tmp_path: Path, data: bytes, date: str = "2025-02-03") -> list[list[object]]:
    """The figures of a file whose name says nothing; every span is held against its passage, in both scripts."""
    path = tmp_path / "some.file"
    path.write_bytes(data)
    made = file_tables(path, REFERENCE, ["figures"], date=date)
    passages = made["passages"].set_index("passage")
    for row in made["figures"].itertuples():
        assert passages["text"][row.passage][row.start : row.end] == row.mention
    for text, original in zip(passages["text"], passages["original"].fillna(""), strict=True):
        assert len(original) in (0, len(text))
    return made["figures"][COLUMNS].astype(object).fillna("").values.tolist()


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("own", TEXTS, ids=[own.title for own in TEXTS])
def test_a_text_gives_the_same_figures_in_every_format(tmp_path, own, form):
    expected = figures(tmp_path, own.plain().encode())
    assert len(expected) >= 4
    assert figures(tmp_path, FORMATS[form](own)) == expected


def traditional(text: str) -> str:
    from opencc import OpenCC

    return OpenCC("s2t").convert(text)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("own", TEXTS, ids=[own.title for own in TEXTS])
def test_a_text_gives_the_same_figures_in_every_encoding(tmp_path, own, encoding):
    text, html = own.plain(), own_files.page(own, encoding)
    expected = figures(tmp_path, text.encode())
    if encoding == "big5":
        # Big5 has no simplified characters, and few of those that OpenCC prefers to their variants of Taiwan.
        from opencc import OpenCC

        text, html = (OpenCC("s2tw").convert(form) for form in (text, html))
    assert figures(tmp_path, text.encode(encoding)) == expected
    assert figures(tmp_path, html.encode(encoding)) == expected


@pytest.mark.parametrize("own", TEXTS, ids=[own.title for own in TEXTS])
def test_traditional_characters_are_kept_as_printed(tmp_path, own):
    printed = traditional(own.plain())
    path = tmp_path / "some.txt"
    path.write_text(printed, encoding="utf-8")
    made = file_tables(path, REFERENCE, ["passages"])["passages"]
    assert made["original"].notna().all()
    # Titles and captions of speakers stand in columns of their own; all else is there, character by character.
    for text, original in zip(made["text"], made["original"], strict=True):
        assert len(text) == len(original) and original in printed


def test_pdf_pages_lose_their_running_heads(tmp_path):
    own: Own = TEXTS[1]
    path = tmp_path / "some.pdf"
    path.write_bytes(own_files.pdf(own, pages=3))
    read = read_any(path)
    assert read.kind == "PDF document" and "云岭资料汇编" not in read.text
    assert {removal.rule for removal in read.taken} == {"running_head"}


def test_what_stands_around_a_page_is_put_on_record(tmp_path):
    path = tmp_path / "some.page"
    path.write_text(own_files.page(TEXTS[5]), encoding="utf-8")
    made = file_tables(path, REFERENCE, ["passages"])
    kept, lost = list(made["passages"]["text"]), "\n".join(made["removals"]["text"])
    assert kept == [TEXTS[5].title, *TEXTS[5].blocks]
    for words in ("首页", "索引号", "相关阅读", "新建学校15所", "主办", "访客", "责任编辑", "字号"):
        assert words in lost


@pytest.mark.parametrize("form", ["html", "mhtml", "docx", "odt", "pdf", "csv", "xlsx", "jsonl", "txt", "md"])
def test_the_title_is_found(tmp_path, form):
    for own in TEXTS:
        path = tmp_path / "some.file"
        path.write_bytes(FORMATS[form](own))
        assert about(read_any(path)).title == own.title


def test_date_and_publisher_of_a_page_are_read(tmp_path):
    path = tmp_path / "some.file"
    path.write_text(own_files.page(TEXTS[5]), encoding="utf-8")
    known = about(read_any(path))
    assert (known.date, known.publisher, known.place) == ("2025-02-03", "云岭日报", "青坪区")


def test_a_table_of_texts_gives_each_its_rows(tmp_path, monkeypatch):
    path = tmp_path / "texts.jsonl"
    path.write_text("".join(own_files.json_lines(own) for own in TEXTS[:3]), encoding="utf-8")
    made = file_tables(path, REFERENCE, ["figures"])
    assert list(made["figures"]["document"].unique()) == ["texts-1", "texts-2", "texts-3"]


def test_start_up_loads_no_reader():
    libraries = ("lxml", "docx", "openpyxl", "pypdfium2", "opencc")
    code = f"import analysis.cli, sys; print([name for name in {libraries} if name in sys.modules])"
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1] / "src")}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("variant", ["s2t", "s2tw", "s2hk"])
def test_a_digest_in_traditional_characters_gives_the_same_figures_and_indicators(tmp_path, variant):
    from opencc import OpenCC

    wanted = ["figures", "indicators"]
    digest = REFERENCE.parent / "raw" / "qitaihe-2023.txt"
    path = tmp_path / "qitaihe-2023.txt"
    path.write_text(OpenCC(variant).convert(digest.read_text(encoding="utf-8")), encoding="utf-8")
    simplified, made = (file_tables(file, REFERENCE, wanted, date="2023-05-17") for file in (digest, path))
    assert made["passages"]["original"].notna().all() and len(made["figures"]) > 20
    for name in wanted:
        assert made[name].equals(simplified[name])


def test_a_long_text_is_read_in_parts_that_count_on(tmp_path, monkeypatch):
    text = "\n".join(own.plain() for own in TEXTS)
    path = tmp_path / "long.txt"
    path.write_text(text, encoding="utf-8")
    whole = file_tables(path, REFERENCE, ["figures"], date="2025-02-03")
    steps: list[tuple[int, int]] = []
    monkeypatch.setattr("analysis.build.any_text.PART", 600)
    made = file_tables(path, REFERENCE, ["figures"], date="2025-02-03", progress=lambda *step: steps.append(step))
    assert len(steps) > 2 and steps[-1] == (len(text), len(text))
    places = ["passage", "sentence", "start", "end", "mention", "value", "unit"]
    assert made["figures"][places].equals(whole["figures"][places])
    assert len(made["passages"]) == len(whole["passages"])
    monkeypatch.setattr("analysis.build.any_text.PART", 7)
    assert "".join(file_tables(path, REFERENCE, ["passages"])["passages"]["text"])
