"""Tables for other programs: CSV and Excel workbooks in which text stays text, and the schema that describes them.

Whoever opens such a file reads the names of the registry in the first row; what a column means stands in a note on its
head, in English and Chinese. The same table gives the same bytes: no file carries a time.
"""

from __future__ import annotations

import csv
import hashlib
import io
import math
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..project.registry import Column, Table

if TYPE_CHECKING:
    import pandas as pd
    from xlsxwriter.format import Format  # type: ignore[import-untyped]
    from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

#: Comparators in words: a cell that is nothing but an equals sign is no safe text in a spreadsheet.
COMPARATORS = {"=": "equal", "≈": "about", ">": "above", "<": "below"}
#: What makes a spreadsheet program take text for a formula, also in its full-width form.
FORMULA = tuple("=+-@\t\r\n＝＋－＠")
#: Limits of the format.
XLSX_ROWS, XLSX_LINKS, XLSX_TEXT = 1_048_575, 65_530, 32_767
#: The date that a workbook carries: the same tables give the same bytes.
CREATED = datetime(1980, 1, 1)
#: What no XML file may hold.
_NO_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")
#: What Excel writes in place of control characters, and what it would take for that.
_CONTROL, _ESCAPED = re.compile("[\x00-\x08\x0b-\x1f]"), re.compile("(_x[0-9A-Fa-f]{4}_)")
#: Widths of columns in characters, a Chinese one counting two; others are as wide as their texts, up to `WIDEST`.
WIDTHS = {
    **{"sentence_text": 70, "text": 90, "title": 44, "items": 40, "link": 44},
    **{"indicator_en": 44, "indicator_zh": 30, "meaning_en": 80, "meaning_zh": 80, "values": 44},
}
WIDEST = 28
#: Characters of a cell that are measured; how much of a line words fill, and its height in points; most lines of a row.
LONGEST, FILLED, HEIGHT, MOST_LINES = 2_000, 0.92, 16, 25


# ----------------------------------------------------------------------------------------------------------------- CSV


def inert(text: str) -> str:
    """`text` as a cell of a CSV file that no spreadsheet program runs: an apostrophe before what begins a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def cells(data: pd.DataFrame, columns: Sequence[Column]) -> list[list[Any]]:
    """The columns of a table as lists of str, int, float and bool; None where a cell is empty."""
    found = []
    for column in columns:
        values = data[column.name]
        empty = values.isna()
        found.append((values.astype(object).where(~empty, None) if empty.any() else values).tolist())
    return found


def csv_bytes(data: pd.DataFrame, table: Table) -> bytes:
    """`data` as CSV (RFC 4180) in UTF-8 with a byte order mark, with the columns of `table`.

    No text in it begins a formula; numbers are printed in full.
    """
    return csv_of(table, cells(data, table.columns))


def csv_of(table: Table, columns: Sequence[Sequence[Any]], *, head: bool = True) -> bytes:
    """`csv_bytes` of the `cells` of a table; without `head` the rows only, to go on with a file."""
    shown = [_printed(column, values) for column, values in zip(table.columns, columns, strict=True)]
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    if head:
        writer.writerow(table.names)
    writer.writerows(zip(*shown, strict=True))
    return out.getvalue().encode("utf-8-sig" if head else "utf-8")


def _printed(column: Column, values: Sequence[Any]) -> Sequence[Any]:
    if column.type == "string":
        return [inert(value) if value else value for value in values]
    if column.type == "boolean":
        return [None if value is None else "true" if value else "false" for value in values]
    return values


# ------------------------------------------------------------------------------------------------------------ workbook


@dataclass(frozen=True)
class Text:
    """A cell of a page: its words, how they look (`title`, `head`, `label`, `alarm` or plain), and where they lead."""

    words: str
    look: str = ""
    link: str = ""


@dataclass
class _Body:
    """What is put into the file of a sheet beside what xlsxwriter writes: its rows, and where its cells lead.

    `rows` hold the end of each cell as XML, behind its place and style; None where it is empty. `lines` says how many
    lines of text a row needs.
    """

    rows: list[list[str | None]]
    lines: list[int]
    links: Mapping[str, str]


class Book:
    """A workbook in the making: `sheet` adds a table, `page` a page of text, `content` closes it and gives the bytes.

    All text is written as text and every number as a number. xlsxwriter writes everything but the rows and links of
    tables, which are put into its files as XML in the end: that takes a fifth of the time, and memory for the text of
    the rows only.
    """

    def __init__(self, title: str) -> None:
        import xlsxwriter  # type: ignore[import-untyped]

        self._sink = io.BytesIO()
        options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
        self._book = xlsxwriter.Workbook(self._sink, options)
        self._book.set_properties({"title": title, "created": CREATED})
        self._formats: dict[str, Format] = {}
        self._bodies: dict[str, _Body] = {}

    # Away from the text of the next column.
    _RIGHT: Mapping[str, Any] = {"align": "right", "indent": 1}
    _LOOKS: Mapping[str, Mapping[str, Any]] = {
        "": {"text_wrap": True},
        "title": {"bold": True, "font_size": 16},
        "head": {"bold": True, "bottom": 1},
        "right": {"bold": True, "bottom": 1, **_RIGHT},
        "label": {"bold": True, "text_wrap": True},
        "alarm": {"bold": True, "font_color": "#A11616", "text_wrap": True},
        "link": {"font_color": "#0B57A4", "underline": 1},
        "cell": {},
        "wrapped": {"text_wrap": True},
        "integer": {"num_format": "0", **_RIGHT},
        # Large numbers are whole; grouping small ones would print `5.` for 5.
        "number": {"num_format": "[<100000]General;#,##0", **_RIGHT},
        "percent": {"num_format": "0.0%", **_RIGHT},
        "rate": {"num_format": "#,##0.0", **_RIGHT},
    }

    def _format(self, look: str) -> Format:
        if look not in self._formats:
            self._formats[look] = self._book.add_format({"valign": "top", **self._LOOKS[look]})
        return self._formats[look]

    def sheet(
        self,
        name: str,
        head: Sequence[str],
        rows: Iterable[Sequence[Any]],
        *,
        columns: Sequence[Column] = (),
        looks: Mapping[str, str] | None = None,
        links: Mapping[str, Sequence[str]] | None = None,
        printed: int = 0,
        warning: str = "",
    ) -> None:
        """Add a table with a frozen head, filters, widths of columns and a head that print repeats.

        `rows` hold str, int, float, bool and None. `columns` puts notes with their meaning on the head. `looks` says
        how a column looks (see `_LOOKS`), `links` where its cells lead: a file, or with `#` in front a place in the
        workbook; they are left out where a sheet cannot hold so many. In print only the first `printed` columns are
        shown, all where it is 0. `warning` is put on the first head and marks the sheet.
        """
        sheet = self._book.add_worksheet(name)
        numbers = {column.name: column.type for column in columns if column.type in ("number", "integer")}
        shown = numbers | dict(looks or {})
        leads = dict(links or {})
        shown |= dict.fromkeys(leads, "link")
        sheet.set_row(0, HEIGHT + 2)
        for place, title in enumerate(head):
            sheet.write_string(0, place, title, self._format("right" if title in numbers else "head"))
        wrapped = [place for place, title in enumerate(head) if shown.get(title) == "wrapped"]
        ends, widths, lengths = _ends(rows, len(head), wrapped)
        for place, title in enumerate(head):
            widths[place] = min(max(widths[place] + 2, text_width(title) + 4), WIDTHS.get(title, WIDEST))
            sheet.set_column(place, place, widths[place], self._format(shown.get(title, "cell")))
        for place, column in enumerate(columns):
            _add_note(sheet, place, note(column), warning if place == 0 else "")
        if warning:
            sheet.set_tab_color("#A11616")
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, len(ends), len(head) - 1)
        _set_print(sheet, name, len(ends), printed or len(head))
        sheet.repeat_rows(0)
        if sum(map(len, leads.values())) > XLSX_LINKS:
            leads = {}
        cells = {
            f"{_letters(head.index(title))}{row}": to
            for title, targets in leads.items()
            for row, to in enumerate(targets, 2)
        }
        room = [widths[place] * FILLED for place in wrapped]
        lines = [max((math.ceil(n / m) for n, m in zip(row, room, strict=True)), default=1) for row in lengths]
        self._bodies[name] = _Body(ends, lines, cells)

    def page(self, name: str, lines: Iterable[Sequence[Text]], widths: Sequence[int]) -> None:
        """Add a page of text: lines of cells, columns of the given widths."""
        sheet = self._book.add_worksheet(name)
        for place, width in enumerate(widths):
            sheet.set_column(place, place, width)
        sheet.hide_gridlines(2)
        last = 0
        for last, line in enumerate(lines):  # noqa: B007
            # Programs differ in whether they make lines high enough themselves.
            wrapped = [
                sum(math.ceil(text_width(line) / width / FILLED) for line in cell.words.splitlines())
                for cell, width in zip(line, widths, strict=False)
                if cell.look in ("", "label", "alarm") and not cell.link
            ]
            if any(cell.look == "title" for cell in line):
                sheet.set_row(last, 2 * HEIGHT)
            elif max(wrapped, default=1) > 1:
                sheet.set_row(last, HEIGHT * max(wrapped))
            for place, cell in enumerate(line):
                if cell.link:
                    sheet.write_url(last, place, cell.link, self._format("link"), string=cell.words)
                elif cell.words:
                    sheet.write_string(last, place, _NO_XML.sub("\ufffd", cell.words), self._format(cell.look))
        _set_print(sheet, name, last, len(widths))

    def content(self) -> bytes:
        """The workbook; nothing can be added to it any more."""
        self._book.close()
        names = [sheet.get_name() for sheet in self._book.worksheets()]
        bodies = {f"sheet{number}.xml": self._bodies.get(name) for number, name in enumerate(names, 1)}
        out = io.BytesIO()
        with (
            zipfile.ZipFile(self._sink) as made,
            zipfile.ZipFile(out, "w") as file,
        ):
            for entry in made.infolist():
                data = made.read(entry)
                folder, _, name = entry.filename.rpartition("/")
                body = bodies.get(name.removesuffix(".rels"))
                if body and folder == "xl/worksheets":
                    data = _with_rows(data.decode(), body)
                elif body and body.links and folder == "xl/worksheets/_rels":
                    data = _with_targets(data.decode(), body.links)
                file.writestr(entry, data, zipfile.ZIP_DEFLATED, compresslevel=4)
        return out.getvalue()


def _letters(place: int) -> str:
    """The letters of a column: 0 → A, 26 → AA."""
    head, last = divmod(place, 26)
    return (_letters(head - 1) if head else "") + chr(65 + last)


def _ends(
    rows: Iterable[Sequence[Any]], columns: int, wrapped: Sequence[int]
) -> tuple[list[list[str | None]], list[int], list[list[int]]]:
    """The cells of a table for `_Body`, how wide its columns are, and for each row how long its `wrapped` cells are."""
    made, widths, lengths = list[list[str | None]](), [0] * columns, list[list[int]]()
    # What repeats, as keys and units do, is made once.
    known: dict[Any, tuple[str | None, int]] = {None: (None, 0), "": (None, 0)}
    for row in rows:
        found = []
        for place, value in enumerate(row):
            # True is 1 for a dictionary.
            key = (value,) if isinstance(value, bool) else value
            end = known.get(key)
            if end is None:
                end = known[key] = _end(value)
            if end[1] > widths[place]:
                widths[place] = end[1]
            found.append(end[0])
        made.append(found)
        lengths.append([known[row[place]][1] for place in wrapped])
    return made, widths, lengths


def _end(value: str | bool | float) -> tuple[str, int]:
    """The end of a cell and its width."""
    if isinstance(value, str):
        return _inline(value), text_width(value[:LONGEST])
    if isinstance(value, bool):
        return f' t="b"><v>{int(value)}</v></c>', 5
    return f"><v>{value!r}</v></c>", len(f"{value:,.10g}")


def _inline(text: str) -> str:
    """The end of a cell with text in place, after its attributes."""
    words = _NO_XML.sub("\ufffd", _ESCAPED.sub("_x005F\\1", text[:XLSX_TEXT]))
    words = _CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", words)
    words = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    space = ' xml:space="preserve"' if words != words.strip() or "\n" in words else ""
    return f' t="inlineStr"><is><t{space}>{words}</t></is></c>'


def _with_rows(sheet: str, body: _Body) -> bytes:
    """The file of a sheet with its rows and links put in."""
    found = re.findall(r'<col min="(\d+)" max="(\d+)"[^>]* style="(\d+)"', sheet)
    styles = [style for first, last, style in found for _ in range(int(first), int(last) + 1)]
    begins = [(f'<c r="{_letters(place)}', f'" s="{style}"') for place, style in enumerate(styles)]
    rows = []
    for number, (row, lines) in enumerate(zip(body.rows, body.lines, strict=True), 2):
        cells = [f"{a}{number}{b}{end}" for (a, b), end in zip(begins, row, strict=True) if end is not None]
        rows.append(f'<row r="{number}" ht="{HEIGHT * min(lines, MOST_LINES)}">{"".join(cells)}</row>')
    before, end, after = sheet.partition("</sheetData>")
    last = f"{_letters(len(styles) - 1)}{len(body.rows) + 1}"
    before = re.sub('(<dimension ref="A1)[^"]*', rf"\g<1>:{last}", before, count=1)
    if body.links:
        numbers = {file: number for number, file in enumerate(_files(body.links), FIRST_LINK)}
        links = "".join(_hyperlink(cell, to, numbers) for cell, to in body.links.items())
        # Of what these sheets have, only the settings of print stand behind the links.
        first = min(place for tag in ("<printOptions", "<pageMargins") if (place := after.find(tag)) >= 0)
        after = f"{after[:first]}<hyperlinks>{links}</hyperlinks>{after[first:]}"
    return "".join((before, *rows, end, after)).encode()


#: Links are numbered from here, above what xlsxwriter numbers.
FIRST_LINK = 1001


def _files(links: Mapping[str, str]) -> list[str]:
    """The different files that links lead to."""
    return list(dict.fromkeys(file for to in links.values() if (file := to.partition("#")[0])))


def _hyperlink(cell: str, to: str, numbers: Mapping[str, int]) -> str:
    file, _, at = to.partition("#")
    outside = f' r:id="rId{numbers[file]}"' if file else ""
    inside = f' location="{_attribute(at)}"' if at else ""
    return f'<hyperlink ref="{cell}"{outside}{inside}/>'


def _with_targets(relations: str, links: Mapping[str, str]) -> bytes:
    """The relations of a sheet with the files that its cells lead to."""
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
    added = "".join(
        f'<Relationship Id="rId{number}" Type="{kind}" Target="{_attribute(target)}" TargetMode="External"/>'
        for number, target in enumerate(_files(links), FIRST_LINK)
    )
    return relations.replace("</Relationships>", f"{added}</Relationships>").encode()


def _attribute(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def _add_note(sheet: Worksheet, place: int, words: str, warning: str) -> None:
    """A note on a head, as large as its words need."""
    text = "\n".join(filter(None, (warning, words)))
    lines = sum(math.ceil(text_width(line) / 44) for line in text.splitlines())
    sheet.write_comment(0, place, text, {"width": 320, "height": 20 + 17 * lines, "font_size": 9})


def _set_print(sheet: Worksheet, name: str, last: int, columns: int) -> None:
    """A4 across, as wide as the page; the foot names the sheet and counts the pages."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.print_area(0, 0, last, columns - 1)
    sheet.set_footer(f"&L{name.replace('&', '&&')}&R&P / &N")


def text_width(text: str) -> int:
    """Columns that `text` takes: Chinese characters, of three bytes each, take two."""
    return (len(text) + len(text.encode("utf-8", "replace")) + 1) // 2


def note(column: Column) -> str:
    """What a column means, in both languages, with its values."""
    lines = [f"{column.zh} {column.en}", f"{column.meaning_zh}。", f"{column.meaning_en}."]
    return "\n".join([*lines, *value_labels(column)])


def value_labels(column: Column) -> list[str]:
    """The allowed values of a column, each with its name in Chinese where reports have one: `level 水平`."""
    from ..present.language import strings

    words = strings("zh")
    names = [words.get(f"{column.name}_{value}") or words.get(value, "") for value in column.allowed]
    shown = ["" if "{" in name else name for name in names]
    return [f"{value} {name}".rstrip() for value, name in zip(column.allowed, shown, strict=True)]


# -------------------------------------------------------------------------------------------------------------- schema


def table_schema(table: Table) -> dict[str, Any]:
    """The Table Schema (Frictionless) of a table of the registry."""
    fields = []
    for column in table.columns:
        constraints: dict[str, Any] = {"required": True} if column.required else {}
        if column.allowed:
            constraints["enum"] = list(column.allowed)
        field: dict[str, Any] = {
            "name": column.name,
            "type": column.type,
            "title": f"{column.en} {column.zh}",
            "description": f"{column.meaning_en}. {column.meaning_zh}。",
        }
        field |= {"unit": column.unit} if column.unit else {}
        fields.append(field | ({"constraints": constraints} if constraints else {}))
    return {"fields": fields, "missingValues": [""], **({"primaryKey": list(table.key)} if table.key else {})}


_MEDIA = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}


def resource(name: str, path: str, content: bytes | Path, **more: Any) -> dict[str, Any]:
    """The entry of a file in a data package (Frictionless); `more` adds to it, as a rule `type` and `schema`.

    `path` is where it lies, seen from the descriptor, `content` its bytes or where they can be read.
    """
    form = path.rpartition(".")[2]
    with io.BytesIO(content) if isinstance(content, bytes) else content.open("rb") as data:
        digest = hashlib.file_digest(data, "sha256").hexdigest()
        size = data.seek(0, io.SEEK_END)
    return {
        "name": name,
        "type": "table",
        "path": path,
        "scheme": "file",
        "format": form,
        "mediatype": _MEDIA[form],
        "hash": f"sha256:{digest}",
        "bytes": size,
        **({"encoding": "utf-8-sig"} if form == "csv" else {}),
        **more,
    }
