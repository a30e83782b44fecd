"""Columns: tables of texts (.csv, .xlsx, .jsonl), one text a row, with its metadata beside it."""

from __future__ import annotations

import csv
import io
import json
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence

from ...project.errors import InputError
from .office import DAMAGED, given_title
from .parts import Found, Parts, library

#: What a column is called by what it holds, in lower case; the first that a table has counts.
NAMES = {
    "text": ("text", "content", "body", "fulltext", "full_text", "正文", "文本", "内容", "內容", "全文", "原文"),
    "title": ("title", "标题", "標題", "名称", "名稱", "题目", "篇名"),
    "date": ("date", "日期", "发布日期", "成文日期", "时间", "发布时间", "published", "年份", "year"),
    "publisher": ("publisher", "source", "来源", "來源", "发布机构", "发文机关", "媒体"),
    "genre": ("genre", "体裁", "文体"),
    "place": ("city", "place", "城市", "地区", "市"),
    "name": ("document", "id", "name", "编号", "文件名"),
}
#: Without such a name the column of the longest Chinese texts is the one, where they have so many characters.
LEAST_TEXT = 30
#: So many rows and cells of a worksheet are read, and so long a field of CSV.
MOST_ROWS, MOST_COLUMNS, LONGEST_FIELD = 1_000_000, 200, 20_000_000
_DAY = re.compile(r"((?:19|20)\d\d)(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2}))?)?")
_HAN = re.compile("[\u4e00-\u9fff]")

Row = Mapping[str, str]


def texts_of(rows: Sequence[Row], shown: str, what: str) -> Iterator[tuple[str, Parts]]:
    """Name (empty where the table gives none) and text of each row that has one.

    Raises InputError where no column holds texts.
    """
    names = list(dict.fromkeys(name for row in rows for name in row))
    column = _column(names, rows)
    if column is None:
        raise InputError(
            f"no column of this {what} holds texts",
            cure=f"call the column of texts '{NAMES['text'][0]}' or '{NAMES['text'][5]}'",
            path=shown,
        )
    known = {kind: next((name for name in names if name.strip().lower() in NAMES[kind]), None) for kind in NAMES}
    for row in rows:
        text = row.get(column, "")
        if not text.strip():
            continue

        def given(kind: str, row: Row = row) -> str:
            name = known[kind]
            return " ".join(row.get(name, "").split()) if name and name != column else ""

        about = (given(kind) for kind in ("publisher", "genre", "place"))
        found = Found(given_title(given("title")), _day(given("date")), *about)
        yield given("name"), Parts(lines=text.splitlines(), found=found)


def _column(names: Sequence[str], rows: Sequence[Row]) -> str | None:
    """The column of texts."""
    named = next((name for name in names if name.strip().lower() in NAMES["text"]), None)
    if named is not None:
        return named
    lengths = {name: max((len(_HAN.findall(row.get(name, ""))) for row in rows[:200]), default=0) for name in names}
    longest = max(lengths, key=lambda name: lengths[name], default=None)
    return longest if longest is not None and lengths[longest] >= LEAST_TEXT else None


def _day(text: str) -> str:
    match = _DAY.match(text)
    if not match:
        return ""
    return "-".join([match[1], *(f"{int(part):02d}" for part in match.groups()[1:] if part)])


def csv_rows(text: str, shown: str) -> list[Row]:
    """The rows of a CSV text by the names in its first line; separated by comma, semicolon or tab."""
    first = text.split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    before = csv.field_size_limit(LONGEST_FIELD)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        head = [name.strip() or f"column {at}" for at, name in enumerate(next(reader, []), start=1)]
        return [dict(zip(head, cells, strict=False)) for cells in reader if any(cell.strip() for cell in cells)]
    except csv.Error as error:
        raise InputError(
            f"not CSV: {error}", cure="mend the quotation marks", path=shown, line=reader.line_num
        ) from None
    finally:
        csv.field_size_limit(before)


def jsonl_rows(text: str, shown: str) -> list[Row]:
    """The objects of a file with one JSON object a line; what is no text in them counts as its JSON."""
    rows: list[Row] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError) as error:
            said = error.msg if isinstance(error, json.JSONDecodeError) else "numbers or brackets without end"
            raise InputError(f"no JSON: {said}", cure="write one object a line", path=shown, line=number) from None
        if not isinstance(entry, dict):
            raise InputError("no JSON object", cure='write {"text": …} on each line', path=shown, line=number)
        rows.append({name: _written(value) for name, value in entry.items()})
    return rows


def _written(value: object) -> str:
    return "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def xlsx_rows(data: bytes, shown: str) -> list[Row]:
    """The rows of the first worksheet that has any, by the names in its first row."""
    openpyxl = library("openpyxl", shown)
    try:
        with warnings.catch_warnings():
            # What the library warns of is either mended by it or raised below.
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        for sheet in book.worksheets:
            rows = []
            for cells in sheet.iter_rows(values_only=True, max_row=MOST_ROWS, max_col=MOST_COLUMNS):
                if any(cell is not None for cell in cells):
                    rows.append(["" if cell is None else str(cell) for cell in cells])
            if rows:
                head = [name.strip() or f"column {at}" for at, name in enumerate(rows[0], start=1)]
                return [dict(zip(head, cells, strict=False)) for cells in rows[1:]]
    except DAMAGED as error:
        raise InputError(
            f"the workbook is damaged ({type(error).__name__})", cure="open it and save it again as .xlsx", path=shown
        ) from None
    raise InputError("the workbook is empty", cure="give one with a column of texts", path=shown)
