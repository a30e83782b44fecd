"""Workbooks for Excel in which text stays text and numbers stay numbers; what a column means stands on its head.

xlsxwriter writes everything but the rows of tables and their links, which `_Sheet` writes as XML itself: at 20,000
rows that takes a quarter of the time (benchmarks/workbook.py). The same table gives the same bytes.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]
from xlsxwriter.format import Format  # type: ignore[import-untyped]
from xlsxwriter.utility import xl_col_to_name  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from ..project.characters import text_columns
from ..project.registry import Column
from .files import note

#: Limits of the format.
XLSX_ROWS, XLSX_LINKS, XLSX_TEXT = 1_048_575, 65_530, 32_767
#: The date that a workbook carries.
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


@dataclass(frozen=True)
class Text:
    """A cell of a page: its words, how they look (`title`, `head`, `label`, `alarm` or plain), and where they lead."""

    words: str
    look: str = ""
    link: str = ""


class _Sheet(Worksheet):
    """A sheet with rows of its own below what is written into it: their cells, and where they lead.

    `rows` hold the end of each cell as XML, behind its place and style, None where it is empty; `lines` say how many
    lines of text each row needs, `leads` cell → target.
    """

    rows: Sequence[Sequence[str | None]] = ()
    lines: Sequence[int] = ()
    looks: Sequence[Format] = ()
    leads: Mapping[str, str] = {}
    dim_rowmax: int

    def _write_rows(self) -> None:
        last, self.dim_rowmax = self.dim_rowmax, self.dim_rowmax - len(self.rows)
        super()._write_rows()
        self.dim_rowmax = last
        begins = [
            (f'<c r="{xl_col_to_name(place)}', f'" s="{look._get_xf_index()}"') for place, look in enumerate(self.looks)
        ]
        for number, (row, lines) in enumerate(zip(self.rows, self.lines, strict=True), 2):
            cells = [f"{a}{number}{b}{end}" for (a, b), end in zip(begins, row, strict=True) if end is not None]
            height = HEIGHT * min(lines, MOST_LINES)
            self.fh.write(f'<row r="{number}" ht="{height}">{"".join(cells)}</row>')

    def _write_hyperlinks(self) -> None:
        if not self.leads:
            return super()._write_hyperlinks()
        numbers: dict[str, int] = {}
        self._xml_start_tag("hyperlinks")
        for cell, to in self.leads.items():
            file, _, at = to.partition("#")
            attributes = [("ref", cell)]
            if file:
                if file not in numbers:
                    self.rel_count += 1
                    numbers[file] = self.rel_count
                    self.external_hyper_links.append(["/hyperlink", file, "External"])
                attributes.append(("r:id", f"rId{numbers[file]}"))
            self._xml_empty_tag("hyperlink", [*attributes, *([("location", at)] if at else [])])
        self._xml_end_tag("hyperlinks")


class Book:
    """A workbook in the making: `sheet` adds a table, `page` a page of text, `content` closes it."""

    def __init__(self, title: str) -> None:
        self._sink = io.BytesIO()
        options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
        self._book = xlsxwriter.Workbook(self._sink, options)
        self._book.set_properties({"title": title, "created": CREATED})
        self._formats: dict[str, Format] = {}

    def _format(self, look: str) -> Format:
        if look not in self._formats:
            self._formats[look] = self._book.add_format({"valign": "top", **_LOOKS[look]})
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
        sheet = self._book.add_worksheet(name, worksheet_class=_Sheet)
        numbers = {column.name: column.type for column in columns if column.type in ("number", "integer")}
        shown = numbers | dict(looks or {})
        leads = dict(links or {})
        shown |= dict.fromkeys(leads, "link")
        sheet.set_row(0, HEIGHT + 2)
        for place, title in enumerate(head):
            sheet.write_string(0, place, title, self._format("right" if title in numbers else "head"))
        wrapped = [place for place, title in enumerate(head) if shown.get(title) == "wrapped"]
        sheet.rows, widths, lengths = _ends(rows, len(head), wrapped)
        sheet.looks = [self._format(shown.get(title, "cell")) for title in head]
        for place, title in enumerate(head):
            widths[place] = min(max(widths[place] + 2, text_columns(title) + 4), WIDTHS.get(title, WIDEST))
            sheet.set_column(place, place, widths[place], sheet.looks[place])
        for place, column in enumerate(columns):
            _add_note(sheet, place, note(column), warning if place == 0 else "")
        if warning:
            sheet.set_tab_color("#A11616")
        last = sheet.dim_rowmax = len(sheet.rows)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, last, len(head) - 1)
        _set_print(sheet, name, last, printed or len(head))
        sheet.repeat_rows(0)
        if sum(map(len, leads.values())) <= XLSX_LINKS:
            sheet.leads = {
                f"{xl_col_to_name(head.index(title))}{row}": to
                for title, targets in leads.items()
                for row, to in enumerate(targets, 2)
            }
        room = [widths[place] * FILLED for place in wrapped]
        sheet.lines = [max((math.ceil(n / m) for n, m in zip(row, room, strict=True)), default=1) for row in lengths]

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
                sum(math.ceil(text_columns(line) / width / FILLED) for line in cell.words.splitlines())
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
        return self._sink.getvalue()


def _ends(
    rows: Iterable[Sequence[Any]], columns: int, wrapped: Sequence[int]
) -> tuple[list[list[str | None]], list[int], list[list[int]]]:
    """The cells of a table for `_Sheet`, the widths of its columns, and how long each row's `wrapped` cells are."""
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
        return _inline(value), text_columns(value[:LONGEST])
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


def _add_note(sheet: Worksheet, place: int, words: str, warning: str) -> None:
    """A note on a head, as large as its words need."""
    text = "\n".join(filter(None, (warning, words)))
    lines = sum(math.ceil(text_columns(line) / 44) for line in text.splitlines())
    sheet.write_comment(0, place, text, {"width": 320, "height": 20 + 17 * lines, "font_size": 9})


def _set_print(sheet: Worksheet, name: str, last: int, columns: int) -> None:
    """A4 across, as wide as the page; the foot names the sheet and counts the pages."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.print_area(0, 0, last, columns - 1)
    sheet.set_footer(f"&L{name.replace('&', '&&')}&R&P / &N")
