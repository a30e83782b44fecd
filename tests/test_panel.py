"""The panel: its columns, the matrix with its notes, and files that other programs read."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest
from conftest import ROOT, make_project

from analysis import open_corpus
from analysis.build.run import build, read_table
from analysis.compare.matrix import MATRIX, NOTES, matrix
from analysis.compare.strategy import strategy_matrix
from analysis.extract.indicators import load_indicators
from analysis.project.folders import find_project
from analysis.project.links import figure_id
from analysis.project.registry import PANEL, SCOPES, frame
from analysis.publish import manifest, workbook
from analysis.publish.files import COMPARATORS, csv_bytes, inert, parquet_bytes, table_schema
from analysis.publish.index_page import write_index
from analysis.publish.panel import FILES, write_panel, xlsx_bytes
from analysis.publish.views import panel

ENTRIES = load_indicators(ROOT / "data/reference/indicators.yml").by_key
CITIES = {"jia": {"name_zh": "甲市", "name_en": "Jia"}, "yi": {"name_zh": "乙市", "name_en": "Yi"}}


def row(city: str = "jia", **more: Any) -> dict[str, Any]:
    """A row of the table `indicators` of the text `<city>-2026`."""
    given = {
        "city": city,
        "indicator": "gdp_growth",
        "period": "2025",
        "value": 5.0,
        "value_max": None,
        "unit": "%",
        "comparator": "=",
        "constraint": None,
        "status": "achieved",
        "scope": "self",
        "representative": True,
        "reason": "only",
        "document": f"{city}-2026",
        "passage": 1,
        "sentence": 1,
        "start": 0,
        "end": 2,
        "mention": "5%",
    }
    return {**given, **more}


def table(*rows: dict[str, Any]) -> pd.DataFrame:
    return frame("indicators", list(rows))


def documents(*keys: str, **more: Any) -> pd.DataFrame:
    given = {"genre": "other", "publisher": None, "language": "zh-Hans", "edition": "digest", "sha256": "0"}
    rows = [
        {"document": key, "city": key[:-5], "date": key[-4:], "title": f"{key}的标题", "encoding": "utf-8", **given}
        for key in keys
    ]
    return frame("documents", [{**one, "characters": 9, **more} for one in rows])


def passages(*texts: tuple[str, str]) -> pd.DataFrame:
    rows = [
        {"document": key, "passage": 1, "section": None, "speaker": None, "role": None, "kind": "body", "text": text}
        for key, text in texts
    ]
    return frame("passages", [{**one, "original": None, "characters": len(one["text"])} for one in rows])


def sample(text: str = "5%是增长。后一句。", **more: Any) -> pd.DataFrame:
    """A panel of one row."""
    tables = {
        "indicators": table(row(**more)),
        "documents": documents("jia-2026"),
        "passages": passages(("jia-2026", text)),
    }
    return panel(tables, cities=CITIES, indicators=ENTRIES)


def cells(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


# --- the panel --------------------------------------------------------------------------------------------------------


def test_a_row_carries_names_source_sentence_and_link():
    [found] = sample().to_dict("records")
    assert list(sample()) == PANEL.names
    assert (found["city_zh"], found["city_en"]) == ("甲市", "Jia")
    assert found["indicator_zh"] == ENTRIES["gdp_growth"].name_zh and found["date"] == "2026"
    assert found["sentence_text"] == "5%是增长。" and found["comparator"] == "equal"
    assert found["link"] == f"documents/jia-2026.zh.html#{figure_id(1, 0)}"


def test_cities_and_indicators_that_are_gone_keep_their_keys():
    [found] = sample(indicator="gone", city="nowhere", document="jia-2026").to_dict("records")
    assert (found["city_en"], found["indicator_zh"]) == ("nowhere", "gone")


def test_the_columns_are_those_of_the_registry():
    assert set(COMPARATORS.values()) == set(next(c for c in PANEL.columns if c.name == "comparator").allowed)
    assert {"city", "indicator", "value", "constraint", "scope", "edition", "mention"} <= set(PANEL.names)
    for column in PANEL.columns:
        assert column.en and column.zh and column.meaning_en and column.meaning_zh
    assert [field["name"] for field in table_schema(PANEL)["fields"]] == PANEL.names


# --- inert cells ------------------------------------------------------------------------------------------------------

DANGEROUS = ["=1+1", "+86", "-3%", "@SUM(A1)", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠a", '=HYPERLINK("x")']


@pytest.mark.parametrize("text", DANGEROUS)
def test_text_that_begins_a_formula_is_inert(text):
    assert inert(text) == f"'{text}"
    data = sample(mention=text)
    mention = PANEL.names.index("mention")
    assert cells(csv_bytes(data, PANEL))[1][mention] == f"'{text}"
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(data, documents("jia-2026"), ENTRIES)))
    cell = book["panel"].cell(2, mention + 1)
    assert cell.data_type == "s" and cell.value.replace("_x000D_", "\r") == text


@pytest.mark.parametrize("text", ["5%", "甲=乙", "1-2", "'x", "", "≈"])
def test_other_text_stays_as_it_is(text):
    assert inert(text) == text


def test_a_negative_number_stays_a_number():
    data = sample(value=-3.3, value_max=-1.0)
    found = dict(zip(*cells(csv_bytes(data, PANEL)), strict=True))
    assert (found["value"], found["value_max"]) == ("-3.3", "-1.0")
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(data, documents("jia-2026"), ENTRIES)))
    assert book["panel"].cell(2, PANEL.names.index("value") + 1).value == -3.3


def test_no_cell_of_the_table_begins_a_formula():
    data = sample("=5%是增长。", comparator="=")
    texts = [i for i, column in enumerate(PANEL.columns) if column.type == "string"]
    for line in cells(csv_bytes(data, PANEL)):
        assert not [line[i] for i in texts if line[i].startswith(("=", "+", "-", "@", "\t", "\r"))]


# --- the files --------------------------------------------------------------------------------------------------------


def built() -> Path:
    """The reports of the project that commands work on, with its panel."""
    project = find_project()
    build(project)
    assert [path.name for path in write_panel(project)] == list(FILES)
    return project.reports


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The panel of the small project, which no test changes."""
    folder = make_project(tmp_path_factory.mktemp("panel") / "转型 texts")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RESOURCE_CITIES_HOME", str(folder))
        yield built()


def test_csv_is_utf8_with_a_mark_and_says_what_the_table_says(reports):
    content = (reports / "panel.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf") and content.count(b"\xef\xbb\xbf") == 1
    head, *rows = cells(content)
    own = read_table(find_project(), "indicators")
    assert head == PANEL.names and len(rows) == len(own) > 5
    value = head.index("value")
    assert [float(line[value]) for line in rows] == own["value"].tolist()
    target = next(line for line in rows if line[head.index("mention")] == "6%左右")
    assert (
        target[head.index("constraint")] == "soft" and "地区生产总值增长6%左右" in target[head.index("sentence_text")]
    )


def test_the_workbook_reads_back(reports):
    book = openpyxl.load_workbook(reports / "panel.xlsx")
    assert book.sheetnames == ["panel", "sentences", "codebook", "indicators", "sources", "strategy", "means"]
    head, *rows = cells((reports / "panel.csv").read_bytes())
    sheet = book["panel"]
    assert [cell.value for cell in sheet[1]] == head and sheet.max_row == len(rows) + 1
    for name in book.sheetnames:
        assert book[name].freeze_panes == "A2" and book[name].auto_filter.ref.startswith("A1:")
        assert all(book[name].column_dimensions[letter].width > 4 for letter in "ABCD")
    for number, line in enumerate(rows, 2):
        found = [cell.value for cell in sheet[number]]
        for column, printed, value in zip(PANEL.columns, line, found, strict=True):
            if column.type in ("number", "integer"):
                assert (value is None and printed == "") or value == float(printed), column.name
            elif column.type == "boolean":
                assert value is (printed == "true")
            else:
                assert (value or "") == printed
    assert not [c for line in sheet.iter_rows() for c in line if c.data_type == "f"]


def test_every_row_of_the_workbook_leads_to_its_sentence(reports):
    book = openpyxl.load_workbook(reports / "panel.xlsx")
    sheet, sentence, link = book["panel"], *(PANEL.names.index(n) + 1 for n in ("sentence", "link"))
    for number in range(2, sheet.max_row + 1):
        place = sheet.cell(number, sentence).hyperlink.location
        there = book["sentences"][place.rpartition("!")[2]]
        assert there.value == sheet.cell(number, PANEL.names.index("sentence_text") + 1).value
        out = sheet.cell(number, link).hyperlink
        # Relative paths have backslashes in workbooks.
        assert f"{out.target}#{out.location}".replace("\\", "/") == sheet.cell(number, link).value
    titles = [cell.value for cell in book["sources"][1]]
    assert {"title", "edition", "sha256"} <= set(titles)
    assert [cell.value for cell in book["codebook"]["A"]][1:] == PANEL.names


def test_parquet_holds_types_and_meanings(reports):
    found = pq.read_table(reports / "panel.parquet")
    assert found.column_names == PANEL.names and str(found.schema.field("representative").type) == "bool"
    assert "value_max" in found.column_names and str(found.schema.field("value").type) == "double"
    assert found.schema.field("unit").metadata[b"meaning_zh"].decode()
    assert found.num_rows == len(read_table(find_project(), "indicators"))


def test_the_data_package_validates(reports):
    done = subprocess.run(
        [sys.executable, "-m", "frictionless", "validate", "datapackage.json", "--json"],
        cwd=reports,
        capture_output=True,
        text=True,
    )
    report = json.loads(done.stdout)
    assert done.returncode == 0 and report["valid"], done.stdout
    assert [task["name"] for task in report["tasks"]] == ["panel", "panel-xlsx", "panel-parquet"]
    package = json.loads((reports / "datapackage.json").read_text(encoding="utf-8"))
    assert len(package["sources"]) == 2 and all("digest" in source["title"] for source in package["sources"])


def test_a_changed_file_no_longer_validates(small_project):
    reports = built()
    text = (reports / "panel.csv").read_text(encoding="utf-8-sig").replace("soft", "sfot", 1)
    (reports / "panel.csv").write_text(text, encoding="utf-8-sig")
    command = [sys.executable, "-m", "frictionless", "validate", "datapackage.json"]
    assert subprocess.run(command, cwd=reports, capture_output=True).returncode == 1


def test_bytes_are_the_same_in_two_runs_and_nothing_is_written_twice(small_project):
    reports = built()
    before = {name: (reports / name).read_bytes() for name in FILES}
    assert write_panel(find_project()) == []
    (reports / "datapackage.json").unlink()
    assert [path.name for path in write_panel(find_project())] == ["datapackage.json"]
    assert {name: (reports / name).read_bytes() for name in FILES} == before
    dates = {entry.date_time for entry in zipfile.ZipFile(reports / "panel.xlsx").infolist()}
    assert dates == {(1980, 1, 1, 0, 0, 0)}


def test_a_file_that_is_gone_or_a_changed_text_is_written_again(small_project):
    reports = built()
    (reports / "panel.xlsx").unlink()
    assert write_panel(find_project()) and (reports / "panel.xlsx").is_file()
    (reports / "datapackage.json").write_text("[]", encoding="utf-8")
    assert write_panel(find_project())
    units = small_project / "data/reference/cities.yml"
    units.write_text(units.read_text(encoding="utf-8").replace("Hewan", "Hewan City"), encoding="utf-8")
    assert write_panel(find_project()) and "Hewan City" in (reports / "panel.csv").read_text(encoding="utf-8")


def test_a_panel_without_rows_is_still_a_panel(tmp_path):
    tables = {"indicators": table(), "documents": documents("jia-2026"), "passages": passages(("jia-2026", "没有。"))}
    data = panel(tables, cities=CITIES, indicators=ENTRIES)
    assert cells(csv_bytes(data, PANEL)) == [PANEL.names]
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(data, tables["documents"], ENTRIES)))
    assert book["panel"].max_row == 1
    assert pq.read_table(io.BytesIO(parquet_bytes(data, PANEL))).num_rows == 0


def test_rows_beyond_the_limit_of_a_sheet_are_told(monkeypatch):
    monkeypatch.setattr(workbook, "XLSX_ROWS", 1)
    both = pd.concat([sample(), sample(start=3, mention="增长")], ignore_index=True)
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(both, documents("jia-2026"), ENTRIES)))
    assert book["panel"].max_row == 2
    assert "1 rows do not fit" in book["codebook"].cell(book["codebook"].max_row, 5).value


def test_links_are_left_out_where_a_sheet_cannot_hold_them(monkeypatch):
    monkeypatch.setattr(workbook, "XLSX_LINKS", 1)
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(sample(), documents("jia-2026"), ENTRIES)))
    cell = book["panel"].cell(2, PANEL.names.index("link") + 1)
    assert cell.hyperlink is None and cell.value.startswith("documents/")


# --- the matrix -------------------------------------------------------------------------------------------------------


def one_row(*rows: dict[str, Any]) -> dict[str, tuple[str, float, str | None]]:
    """City → period, value and note of the cells of a matrix with one row."""
    keys = list(dict.fromkeys(one["document"] for one in rows))
    found = matrix(table(*rows), documents(*keys))
    assert list(found) == list(MATRIX)
    return {
        r.city: (r.period if isinstance(r.period, str) else "", r.value, r.note if isinstance(r.note, str) else None)
        for r in found.itertuples()
    }


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # the same year: nothing to note
        ([row("jia"), row("yi", value=6)], {"jia": ("2025", 5, None), "yi": ("2025", 6, None)}),
        # two years: both are told, for neither is the rule
        ([row("jia"), row("yi", period="2024")], {"jia": ("2025", 5, "year"), "yi": ("2024", 5, "year")}),
        # three cities: the odd one is told
        (
            [row("jia"), row("yi"), row("bing", period="2024")],
            {"jia": ("2025", 5, None), "yi": ("2025", 5, None), "bing": ("2024", 5, "year")},
        ),
        # cumulative against annual, part of a year, no time
        (
            [row("jia"), row("yi", period="2021/2025")],
            {"jia": ("2025", 5, "annual"), "yi": ("2021/2025", 5, "span")},
        ),
        (
            [row("jia"), row("yi"), row("bing", period="2025-H1")],
            {"jia": ("2025", 5, None), "yi": ("2025", 5, None), "bing": ("2025-H1", 5, "part")},
        ),
        ([row("jia"), row("yi", period=None)], {"jia": ("2025", 5, "annual"), "yi": ("", 5, "undated")}),
        # planned beside achieved, another scope
        (
            [row("jia"), row("yi", status="planned", constraint="point")],
            {"jia": ("2025", 5, "status"), "yi": ("2025", 5, "status")},
        ),
        ([row("jia"), row("yi", scope="county")], {"jia": ("2025", 5, "scope"), "yi": ("2025", 5, "scope")}),
        # the kind of time that most cities have is chosen, so that cells can be compared; and so is the status
        (
            [row("jia", period="2021/2025", value=7), row("jia", start=3), row("yi")],
            {"jia": ("2025", 5, None), "yi": ("2025", 5, None)},
        ),
        (
            [row("jia", status="planned", value=7, constraint="point"), row("jia", start=3), row("yi")],
            {"jia": ("2025", 5, None), "yi": ("2025", 5, None)},
        ),
        # its own place comes before a county, the representative row before others
        ([row("jia", scope="county", value=9), row("jia", start=5)], {"jia": ("2025", 5, None)}),
        ([row("jia", representative=False, value=9), row("jia", start=5)], {"jia": ("2025", 5, None)}),
    ],
)
def test_cells_of_the_matrix(rows, expected):
    assert one_row(*rows) == expected


def test_the_latest_text_of_a_city_stands_in_the_matrix():
    old = row("jia", document="jia-2020", value=4, period="2019")
    found = matrix(table(row("jia"), old), documents("jia-2020", "jia-2026"))
    assert found[["document", "value"]].to_numpy().tolist() == [["jia-2026", 5.0]]


def test_the_matrix_keeps_to_what_is_asked_for_and_leaves_empty_cells_empty():
    rows = table(row("jia"), row("yi", indicator="cpi_change"), row("bing"))
    keys = documents("jia-2026", "yi-2026", "bing-2026")
    found = matrix(rows, keys, cities=["yi", "jia"], keys=["gdp_growth", "cpi_change"])
    assert found[["indicator", "city"]].to_numpy().tolist() == [["gdp_growth", "jia"], ["cpi_change", "yi"]]
    assert matrix(table(), keys).empty and list(matrix(table(), keys)) == list(MATRIX)
    assert matrix(rows, keys, keys=["loans_balance"]).empty


def test_every_note_has_words():
    from analysis.present.language import Words

    assert all(Words(lang).has(f"matrix_note_{note}") for lang in ("zh", "en") for note in NOTES)
    assert "self" in SCOPES


def test_the_entry_page_lists_the_files_and_cleaning_leaves_them(small_project):
    project = find_project()
    place = built()
    manifest.clean_outputs(project)
    assert all((place / name).is_file() for name in FILES)
    write_index(project, manifest.read_manifest(project))
    for name in ("index.html", "index.en.html"):
        page = (place / name).read_text(encoding="utf-8")
        assert all(f'href="{file}"' in page for file in FILES)
    (place / "panel.xlsx").unlink()
    write_index(project, manifest.read_manifest(project))
    assert "panel.xlsx" not in (place / "index.html").read_text(encoding="utf-8")


def test_the_workbook_holds_the_strategy_matrix(reports):
    book = openpyxl.load_workbook(reports / "panel.xlsx")
    head, *rows = list(book["means"].iter_rows(values_only=True))
    table = strategy_matrix(open_corpus())
    assert [row[head.index("name")] for row in rows] == table["name"].tolist()
    link = book["means"].cell(2, head.index("link") + 1).hyperlink
    document = table["document"].iloc[0]
    assert link.target.replace("\\", "/").startswith(f"documents/{document}.") and link.location.startswith("passage-")
    _, *lines = list(book["strategy"].iter_rows(values_only=True))
    assert [line[0] for line in lines] == list(open_corpus().dimensions)
    first = table.iloc[0]
    line = next(line for line in lines if line[0] == first["dimension"])
    top = line[3 + list(dict.fromkeys(table["city"])).index(first["city"])].split("\n")[0]
    assert top.startswith(f"{'○' if first['status'] == 'planned' else '●'} {first['name']}")


def test_more_documents_than_can_be_read_have_no_strategy_sheet(reports, monkeypatch):
    monkeypatch.setattr("analysis.publish.strategy_sheets.MOST_DOCUMENTS", 1)
    tables = {name: read_table(find_project(), name) for name in ("indicators", "documents")}
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(sample(), tables["documents"], ENTRIES, open_corpus())))
    assert book.sheetnames[-1] == "sources"
