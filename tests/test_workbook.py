"""Workbooks and CSV: text stays text, numbers stay numbers, the same table gives the same bytes."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from typing import Any

import openpyxl
import pandas as pd
import pytest
from openpyxl.utils.escape import unescape

from analysis.project.characters import text_columns
from analysis.project.registry import Column, Table
from analysis.publish import workbook
from analysis.publish.files import (
    cells,
    csv_bytes,
    csv_of,
    note,
    resource,
    table_schema,
    value_labels,
)
from analysis.publish.workbook import Book, Text

TABLE = Table(
    "odd",
    "Odd cells",
    "怪格",
    "Cells that programs mistake",
    "易被误读的单元格",
    (
        Column("text", "string", "Text", "文本", "Any text", "任意文本", required=False),
        Column("value", "number", "Value", "数值", "Any number", "任意数值", required=False),
        Column("count", "integer", "Count", "次数", "A whole number", "整数", required=False),
        Column("true", "boolean", "True", "真", "A truth value", "真值", required=False),
        Column(
            "status", "string", "Status", "状态", "What it is", "状态", allowed=("achieved", "planned"), required=False
        ),
    ),
)
ODD = [
    *(
        "=1+1",
        "+86",
        "-3%",
        "@SUM(A1)",
        '=HYPERLINK("http://a.b","c")',
        "＝1",
        "'quoted",
        "https://a.b/c",
        "0012",
        "5%",
    ),
    *(
        "two\nlines",
        "tab\tin",
        " spaces ",
        'a "quote", and; more',
        "<b>&amp;</b>",
        "_x0041_",
        "bell\x07",
        "城市 🏭",
        "TRUE",
    ),
]


def frame(texts: list[str | None], value: float | None = 1.5) -> pd.DataFrame:
    rows = len(texts)
    columns = {
        "text": pd.array(texts, dtype="string"),
        "value": pd.array([value] * rows, dtype="float64"),
        "count": pd.array([7] * rows, dtype="Int64"),
        "true": pd.array([True] * rows, dtype="boolean"),
        "status": pd.array(["planned"] * rows, dtype="string"),
    }
    return pd.DataFrame(columns)


def book_of(data: pd.DataFrame, **more: Any) -> bytes:
    book = Book("怪 & <odd>")
    book.sheet("odd", TABLE.names, zip(*cells(data, TABLE.columns), strict=True), columns=TABLE.columns, **more)
    return book.content()


def opened(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))


def values(content: bytes, sheet: str = "odd") -> list[list[Any]]:
    return [[cell.value for cell in row] for row in opened(content)[sheet]]


@pytest.mark.parametrize("text", ODD)
def test_text_stays_text(text):
    content = book_of(frame([text]))
    cell = opened(content)["odd"]["A2"]
    assert cell.data_type in ("s", "inlineStr") and unescape(cell.value) == text
    [_, row] = csv.reader(io.StringIO(csv_bytes(frame([text]), TABLE).decode("utf-8-sig"), newline=""))
    assert row[0].removeprefix("'") == text.removeprefix("'") and not row[0].startswith(("=", "+", "-", "@"))


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.0, "0.0"), (-3.3, "-3.3"), (167_000_000.0, "167000000.0"), (8719.2, "8719.2"), (4e15, "4e+15")],
)
def test_numbers_stay_numbers(value, shown):
    data = frame(["a"], value)
    assert values(book_of(data))[1] == ["a", value, 7, True, "planned"]
    printed = csv_bytes(data, TABLE).decode("utf-8-sig").splitlines()[1]
    assert float(printed.split(",")[1]) == value
    assert printed.split(",")[1:] == [shown.replace("4e+15", "4000000000000000.0"), "7", "true", "planned"]


def test_missing_cells_are_empty():
    data = pd.DataFrame({c.name: pd.array([pd.NA], dtype="string") for c in TABLE.columns})
    data["value"] = [float("nan")]
    assert cells(data, TABLE.columns) == [[None]] * 5
    assert csv_bytes(data, TABLE).decode("utf-8-sig").splitlines()[1] == ",,,,"
    assert len(values(book_of(data))) == 1


def test_a_table_without_rows_has_its_head():
    data = frame([])
    assert csv_bytes(data, TABLE) == "\ufefftext,value,count,true,status\r\n".encode()
    sheet = opened(book_of(data))["odd"]
    assert [cell.value for cell in sheet[1]] == TABLE.names and sheet.auto_filter.ref == "A1:E1"


def test_csv_goes_on_where_it_ended():
    data = frame(["甲", "乙", "line\nbreak"])
    parts = [cells(data.iloc[:1], TABLE.columns), cells(data.iloc[1:], TABLE.columns)]
    assert csv_of(TABLE, parts[0]) + csv_of(TABLE, parts[1], head=False) == csv_bytes(data, TABLE)
    read = pd.read_csv(io.BytesIO(csv_bytes(data, TABLE)), encoding="utf-8")
    assert list(read) == TABLE.names and read["text"].tolist() == ["甲", "乙", "line\nbreak"]


def test_what_no_workbook_can_hold_is_replaced_or_cut():
    long = "长" * 40_000
    found = values(book_of(frame(["a\ufffeb", long])))
    assert found[1][0] == "a\ufffdb" and found[2][0] == long[:32_767]


def test_pandas_reads_names_and_types():
    data = frame(["甲", None])
    read = pd.read_excel(io.BytesIO(book_of(data)), sheet_name="odd")
    assert list(read) == TABLE.names and read["value"].tolist() == [1.5, 1.5] and read["count"].dtype == "int64"


def test_a_sheet_is_ready_to_read_and_to_print():
    content = book_of(frame(["甲" * 200, "乙"]), looks={"text": "wrapped", "value": "percent"}, printed=2)
    sheet = opened(content)["odd"]
    assert sheet.freeze_panes == "A2" and sheet.auto_filter.ref == "A1:E3" and sheet.dimensions == "A1:E3"
    assert sheet.page_setup.orientation == "landscape" and sheet.print_title_rows == "$1:$1"
    assert sheet.print_area.endswith("$A$1:$B$3") and sheet.page_setup.fitToHeight == 0
    assert sheet["A2"].alignment.wrap_text and sheet["B2"].number_format == "0.0%"
    assert not sheet["E2"].alignment.wrap_text and sheet["A2"].alignment.vertical == "top"
    # Some 400 columns wide in one of 90: five lines, the next row one.
    assert sheet.row_dimensions[2].height == 5 * sheet.row_dimensions[3].height
    assert sheet.column_dimensions["A"].width > sheet.column_dimensions["B"].width > 4


def test_large_numbers_are_grouped_and_small_ones_shown_as_they_are():
    assert opened(book_of(frame(["a"])))["odd"]["B2"].number_format == "[<100000]General;#,##0"


def test_the_head_explains_the_columns_in_both_languages():
    sheet = opened(book_of(frame(["a"]), warning="只列前1行"))["odd"]
    assert sheet["A1"].comment.text.startswith("只列前1行\n文本 Text\n任意文本。\nAny text.")
    assert sheet["E1"].comment.text.endswith("achieved 已实现\nplanned 计划") and sheet.sheet_properties.tabColor
    assert note(TABLE.columns[1]) == "数值 Value\n任意数值。\nAny number."


def test_values_have_chinese_names_where_reports_have_them():
    measure = Column("measure", "string", "", "", "", "", allowed=("level", "unheard_of"))
    assert value_labels(measure) == ["level 水平", "unheard_of"]
    # A word of the reports with a place for a number is no name.
    assert value_labels(Column("x", "string", "", "", "", "", allowed=("above",))) == ["above"]


def test_links_lead_out_and_inside():
    links = {"text": ["../documents/a.zh.html#figure-1-2", "../documents/a.zh.html"], "count": ["#odd!A1", "#odd!A2"]}
    sheet = opened(book_of(frame(["甲", "乙"]), links=links))["odd"]
    assert (sheet["A2"].hyperlink.target, sheet["A2"].hyperlink.location) == ("../documents/a.zh.html", "figure-1-2")
    assert (sheet["A3"].hyperlink.target, sheet["A3"].hyperlink.location) == ("../documents/a.zh.html", None)
    assert sheet["C3"].hyperlink.location == "odd!A2" and sheet["C3"].value == 7 and sheet["A2"].value == "甲"


def test_links_are_left_out_where_a_sheet_cannot_hold_them(monkeypatch):
    monkeypatch.setattr(workbook, "XLSX_LINKS", 1)
    sheet = opened(book_of(frame(["甲", "乙"]), links={"text": ["a", "b"]}))["odd"]
    assert sheet["A2"].hyperlink is None and sheet["A2"].value == "甲"


def test_a_sheet_may_have_many_columns():
    book = Book("wide")
    names = [f"c{n}" for n in range(60)]
    book.sheet("wide", names, [list(range(60)), [None] * 59 + ["end"]])
    sheet = opened(book.content())["wide"]
    assert sheet["BH2"].value == 59 and sheet["BH3"].value == "end" and sheet["AA2"].value == 26


def test_a_page_holds_text_and_links():
    book = Book("page")
    book.page(
        "about", [[Text("甲", "title")], [], [Text("=1", "label"), Text("odd", link="internal:'odd'!A1")]], (20, 40)
    )
    book.sheet("odd", ["a"], [["x"]])
    found = opened(book.content())
    assert found.sheetnames == ["about", "odd"] and found["about"]["A3"].value == "=1"
    assert found["about"]["A3"].data_type == "s" and found["about"]["B3"].hyperlink.location == "'odd'!A1"


def test_the_same_table_gives_the_same_bytes_whatever_the_time(monkeypatch):
    data = frame(["甲", "=1"])
    first = book_of(data, links={"text": ["a#b", "c"]})
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert book_of(data, links={"text": ["a#b", "c"]}) == first
    with zipfile.ZipFile(io.BytesIO(first)) as file:
        assert {entry.date_time for entry in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = file.read("docProps/core.xml").decode()
    assert set(re.findall(r"\d{4}-\d\d-\d\dT[\d:]+Z", core)) == {"1980-01-01T00:00:00Z"}


def test_the_files_of_a_workbook_are_xml_with_their_parts_in_order():
    from xml.etree import ElementTree

    content = book_of(frame(ODD), links={"text": ["a&b#c"] * len(ODD)})
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        roots = {name: ElementTree.fromstring(file.read(name)) for name in file.namelist()}
    parts = [part.tag.rpartition("}")[2] for part in roots["xl/worksheets/sheet1.xml"]]
    # The order that the schema of the format (ECMA-376, part 1, 18.3.1.99) asks for.
    order = "sheetPr dimension sheetViews sheetFormatPr cols sheetData autoFilter hyperlinks pageMargins pageSetup"
    assert parts == [*order.split(), "headerFooter", "legacyDrawing"]
    targets = [one.get("Target") for one in roots["xl/worksheets/_rels/sheet1.xml.rels"]]
    ids = [one.get("Id") for one in roots["xl/worksheets/_rels/sheet1.xml.rels"]]
    assert "a&b" in targets and len(ids) == len(set(ids)) == 3


def test_width_counts_chinese_characters_twice():
    assert [text_columns(text) for text in ("", "abc", "中文", "a中", "🏭")] == [0, 3, 4, 3, 2]


def test_a_resource_is_described_from_bytes_and_from_a_file(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(b"abc")
    one, other = resource("x", "x.csv", b"abc", schema="s.json"), resource("x", "x.csv", path, schema="s.json")
    assert one == other and one["bytes"] == 3 and one["encoding"] == "utf-8-sig"
    assert one["hash"] == "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert table_schema(TABLE)["fields"][4]["constraints"] == {"enum": ["achieved", "planned"]}
