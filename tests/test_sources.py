"""Reading: sources.csv, cities.yml, encodings, texts. All sentences here are made up."""

from __future__ import annotations

import hashlib
import io
import sys
from types import SimpleNamespace

import pandas as pd
import pytest
from conftest import add_source
from hypothesis import given
from hypothesis import strategies as st

from analysis.project.errors import InputError
from analysis.project.folders import Project
from analysis.texts.cities import read_cities
from analysis.texts.encodings import decode
from analysis.texts.sources import COLUMNS, is_date, read_any, read_document, read_sources

HEADER = ",".join(COLUMNS)
TEXT = "某市去年修了十条路，今年再修五条。\n"
SHA = hashlib.sha256(TEXT.encode()).hexdigest()
ROW = f"demo-2024,demo,2024-01-02,interview,某市访谈,,zh-Hans,digest,{SHA}"
CITIES = "demo: {name_zh: 某市, name_en: Demo, class: mature, population: {value: 100, year: 2020, source: x}}\n"


@pytest.fixture
def project(tmp_path):
    """A project with one city and one text."""
    (tmp_path / "data/raw/published").mkdir(parents=True)
    (tmp_path / "data/reference").mkdir()
    (tmp_path / "data/raw/sources.csv").write_text(f"{HEADER}\n{ROW}\n", encoding="utf-8")
    (tmp_path / "data/raw/demo-2024.txt").write_text(TEXT, encoding="utf-8", newline="")
    (tmp_path / "data/reference/cities.yml").write_text(CITIES, encoding="utf-8")
    return Project(tmp_path)


def message(call, *arguments) -> str:
    """The line a user sees."""
    with pytest.raises(InputError) as caught:
        call(*arguments)
    assert "\n" not in str(caught.value) and caught.value.cure
    return str(caught.value)


# --- sources.csv ------------------------------------------------------------------------------------------------------


def test_sources(project):
    sources = read_sources(project)
    assert list(sources) == list(COLUMNS)
    assert sources.loc[0, "document"] == "demo-2024"
    assert pd.isna(sources.loc[0, "publisher"])


def test_byte_order_mark_extra_columns_blank_lines_and_quotes(project):
    row = ROW.replace("某市访谈", '"访谈，上,下"')
    project.sources.write_text(f"note,{HEADER}\r\nx,{row}\r\n\r\n", encoding="utf-8-sig", newline="")
    sources = read_sources(project)
    assert list(sources) == list(COLUMNS)
    assert list(sources["title"]) == ["访谈，上,下"]


def test_only_a_header_is_no_sources(project):
    project.sources.write_text(HEADER + "\n", encoding="utf-8")
    assert read_sources(project).empty


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", ["data/raw/sources.csv: ", "empty"]),
        (f"{HEADER.replace('genre,', '')}\n", ["data/raw/sources.csv:1: ", "genre", "missing"]),
        (f"{HEADER}\n{ROW}\n{ROW}\n", ["data/raw/sources.csv:3: ", "already in line 2"]),
        (f"{HEADER}\n{ROW.replace('demo-2024', 'Demo 2024')}\n", [":2: ", "bad document key 'Demo 2024'"]),
        (f"{HEADER}\n{ROW.replace('demo-2024', '../x')}\n", [":2: ", "bad document key"]),
        (f"{HEADER}\n{ROW.replace('2024-01-02', '2024-02-30')}\n", [":2: ", "bad date '2024-02-30'", "YYYY-MM-DD"]),
        (f"{HEADER}\n{ROW.replace('2024-01-02', '2024/1/2')}\n", [":2: ", "bad date"]),
        (f"{HEADER}\n{ROW.replace('interview', 'interwiev')}\n", [":2: ", "unknown genre", "did you mean 'interview'"]),
        (f"{HEADER}\n{ROW.replace('digest', 'original')}\n", [":2: ", "unknown edition"]),
        (f"{HEADER}\n{ROW.replace(',demo,', ',demmo,')}\n", [":2: ", "unknown city 'demmo'", "cities.yml"]),
        (f"{HEADER}\n{ROW.replace('某市访谈', '')}\n", [":2: ", "title is empty"]),
        (f"{HEADER}\n{ROW},extra\n", [":2: ", "10 fields instead of 9"]),
        (f'{HEADER}\n"{ROW}\n', ["not CSV", "quotation"]),
    ],
)
def test_wrong_sources(project, content, words):
    project.sources.write_text(content, encoding="utf-8")
    line = message(read_sources, project)
    assert all(word in line for word in words), line


def test_the_line_counts_line_breaks_within_fields(project):
    first = ROW.replace("某市访谈", '"访谈\n上"')
    second = ROW.replace("demo-2024", "demo-2025").replace("2024-01-02", "soon")
    project.sources.write_text(f"{HEADER}\n{first}\n{second}\n", encoding="utf-8")
    assert "sources.csv:4: bad date 'soon'" in message(read_sources, project)


def test_missing_sources(project):
    project.sources.unlink()
    assert "data/raw/sources.csv: the file is missing" in message(read_sources, project)


@pytest.mark.parametrize(
    ("text", "good"),
    [("2024", True), ("2024-02", True), ("2024-02-29", True), ("2023-02-29", False), ("2024-13", False),
     ("2024-1", False), ("0000", False), ("２０２４", False), ("2024-01-02T00", False), ("", False)],
)  # fmt: skip
def test_dates(text, good):
    assert is_date(text) is good


# --- cities.yml -------------------------------------------------------------------------------------------------------


def test_cities(project):
    cities = read_cities(project)
    assert cities["demo"]["name_zh"] == "某市"
    assert cities["demo"]["aliases"] == []


def test_a_date_among_the_facts_of_a_city_is_text(project):
    path = project.reference / "cities.yml"
    path.write_text("demo: {name_zh: 某市, name_en: Demo, source: 2024-13-45, aliases: [甲, 12]}\n", encoding="utf-8")
    assert read_cities(project)["demo"] == {
        "name_zh": "某市",
        "name_en": "Demo",
        "source": "2024-13-45",
        "aliases": ["甲", "12"],
    }


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("demo: {name_zh: 某市\n", ["cities.yml:", "not valid YAML"]),
        ("- demo\n", ["cities.yml:1: no cities"]),
        ("a: {name_zh: 甲, name_en: A}\ndemo: {name_zh: 某市}\n", ["cities.yml:2: demo: name_en is absent"]),
        ("demo:\n", ["cities.yml:1: ", "no fields"]),
        ("demo: {name_zh: 某市, name_en: ' '}\n", ["demo: name_en is empty"]),
        ("Demo City: {name_zh: 某市, name_en: Demo}\n", ["bad city key"]),
        (
            "demo: {name_zh: 某市, name_en: Demo, class: matur}\n",
            ["class: unknown 'matur'", "did you mean 'mature'"],
        ),
        ("demo: {name_zh: 某市, name_en: Demo, aliases: 甲}\n", ["aliases"]),
        ("demo: {name_zh: 某市, name_en: Demo, population: many}\n", ["population"]),
        ("a: {name_zh: 甲, name_en: A}\na: {name_zh: 乙, name_en: B}\n", ["cities.yml:2: 'a' is already in line 1"]),
        ("demo: {name_zh: 某市, name_en: Demo, aliases: [[甲]]}\n", ["aliases"]),
        ("demo: {name_zh: 某市, name_en: Demo, population: {value: 0}}\n", ["population: value '0' is not above 0"]),
    ],
)
def test_wrong_cities(project, content, words):
    (project.reference / "cities.yml").write_text(content, encoding="utf-8")
    line = message(read_cities, project)
    assert all(word in line for word in words), line


def test_missing_cities(project):
    (project.reference / "cities.yml").unlink()
    assert "data/reference/cities.yml: the file is missing" in message(read_sources, project)


# --- encodings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-16-le", "utf-16-le"),
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("gb18030", "gb18030"),
        ("gbk", "gb18030"),
    ],
)
def test_encodings(encoding, name):
    assert decode(TEXT.encode(encoding)) == (TEXT, name)


def test_utf_16_big_endian():
    assert decode(b"\xfe\xff" + TEXT.encode("utf-16-be")) == (TEXT, "utf-16")


@pytest.mark.parametrize("data", [b"", b" \n", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_nothing_to_read(data):
    with pytest.raises(ValueError, match="empty"):
        decode(data)


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.4\n" + bytes(range(256)) * 4,
        b"PK\x03\x04" + b"\0" * 40,
        TEXT.encode("utf-32"),
        b"\x01\x02\x03 text",
        b"\xff",
    ],
)
def test_what_is_no_text(data):
    with pytest.raises(ValueError):
        decode(data)


@given(st.binary(max_size=200))
def test_decode_gives_text_or_value_error(data):
    try:
        text, name = decode(data)
    except ValueError:
        return
    assert text.strip() and "\0" not in text
    assert name in ("utf-8", "utf-8-sig", "utf-16", "gb18030", "big5hkscs", "utf-16-le", "utf-16-be")


# --- texts ------------------------------------------------------------------------------------------------------------


def row(project, **changes):
    return {**read_sources(project).iloc[0].to_dict(), **changes}


def test_document(project):
    document = read_document(project, row(project))
    assert (document.document, document.text, document.encoding) == ("demo-2024", TEXT, "utf-8")
    assert (document.sha256, document.edition, document.path) == (SHA, "digest", "data/raw/demo-2024.txt")


def test_the_published_text_takes_the_place_of_the_digest(project):
    (project.published / "demo-2024.txt").write_text("公开的原文。", encoding="gb18030")
    document = read_document(project, row(project))
    assert (document.text, document.edition, document.encoding) == ("公开的原文。", "published", "gb18030")
    assert document.sha256 != SHA
    assert document.path == "data/raw/published/demo-2024.txt"


def test_missing_document(project):
    line = message(read_document, project, row(project, document="other"))
    assert line.startswith("data/raw/other.txt: ") and "published/other.txt" in line


@pytest.mark.parametrize(("data", "word"), [(b"", "empty"), (b"\0\1\2", "UTF-8")])
def test_unreadable_document(project, data, word):
    (project.raw / "demo-2024.txt").write_bytes(data)
    line = message(read_document, project, row(project))
    assert line.startswith("data/raw/demo-2024.txt: ") and word in line


@pytest.mark.parametrize("listed", ["0" * 64, pd.NA])
def test_a_changed_digest_is_named_with_its_hash(project, listed):
    line = message(read_document, project, row(project, sha256=listed))
    assert SHA in line and "write this hash into its row" in line


def test_any_file(tmp_path):
    path = tmp_path / "某文.txt"
    path.write_text(TEXT, encoding="gb18030")
    document = read_any(path)
    assert (document.document, document.text, document.edition) == ("某文", TEXT, "published")


def test_standard_input(monkeypatch):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(TEXT.encode("utf-8-sig"))))
    assert read_any("-").text == TEXT
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"")))
    assert message(read_any, "-").startswith("standard input: the text is empty")


def test_any_file_that_cannot_be_read(tmp_path):
    assert "the file is missing" in message(read_any, tmp_path / "none.txt")
    assert "this is a folder" in message(read_any, tmp_path)


# --- what no reader takes, and what is plain text all the same --------------------------------------------------------

PAGE = "<!DOCTYPE html><html><head><style>p{margin:10px}</style></head><body><p>产值28亿元。</p></body></html>"
PARTS = "<p>产值<font size=4>28.5</font>亿元，增长<b>5.6</b>%。</p>\n<p>新建茶厂12家。</p>"
TRADITIONAL = "全縣實現生產總值159億元，比上年增長2.7%，財政收入下降3.6%。"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("From: <Saved>\r\nContent-Type: multipart/related;\r\n\r\n" + TEXT, "holds no text; save the page again"),
        ("{\\rtf1\\ansi " + TEXT, "this is a document in RTF; save it as .docx, .pdf, .html or plain text"),
        ("%PDF-1.7\n" + TEXT, "the PDF is damaged"),
        ("<!DOCTYPE html><p></p>", "this web page holds no text"),
    ],
)
def test_texts_that_no_rule_reads_are_refused(project, tmp_path, text, said, monkeypatch):
    path = tmp_path / "some.txt"
    path.write_bytes(text.encode())
    assert message(read_any, path).startswith(f"{path}: ") and said in message(read_any, path)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(text.encode())))
    assert message(read_any, "-").startswith("standard input: ")
    (project.published / "demo-2024.txt").write_bytes(text.encode())
    assert said in message(read_document, project, read_sources(project).iloc[0])


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        f"{TEXT}碑上写着“{TRADITIONAL[:12]}”。" + TEXT * 3,
        "张喆、李昇、王堃出席。",
        "産業",
        "增长5%",
        "网址<http://a.example>，单位<b>不详</b>，温度<5。" + TEXT * 9,
        "表1 <p> 值\n" + TEXT * 30,
        "Economy <br> grows",
        "Content-Type 是一个词。",
    ],
)
def test_texts_with_a_few_of_these_are_read(tmp_path, text):
    path = tmp_path / "some.txt"
    path.write_text(text, encoding="utf-8")
    assert read_any(path).text == text


@pytest.mark.parametrize(("text", "kind"), [(PAGE, "web page"), (PARTS, "web page"), (TEXT, "plain text")])
def test_what_a_text_comes_in_is_told_by_its_content(tmp_path, text, kind):
    path = tmp_path / "some.txt"
    path.write_text(text, encoding="utf-8")
    read = read_any(path)
    assert read.kind == kind and "<" not in read.text


def test_traditional_characters_are_read_in_simplified_ones_and_kept(tmp_path):
    path = tmp_path / "some.txt"
    path.write_text(TRADITIONAL, encoding="utf-8")
    read = read_any(path)
    assert (read.language, read.printed) == ("zh-Hant", TRADITIONAL)
    assert read.text == "全县实现生产总值159亿元，比上年增长2.7%，财政收入下降3.6%。"


def test_a_source_is_added_to_a_list_in_another_encoding(project, tmp_path):
    project.sources.write_bytes(project.sources.read_bytes().decode().encode("gb18030"))
    path = tmp_path / "new.txt"
    path.write_text("2025年" + TEXT, encoding="utf-8")
    add_source(project, path, city="demo", date="2025-01", genre="other")
    assert list(read_sources(project)["title"]) == ["某市访谈", "2025年" + TEXT.strip()]
