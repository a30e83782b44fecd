"""Parts: what each reader gives, and the one way in which tables become lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import Any

from ...project.errors import InputError
from ..characters import Removal

#: Libraries of the extra `readers` by the module that they bring.
EXTRA = {"lxml.html": "lxml", "docx": "python-docx", "openpyxl": "openpyxl", "pypdfium2": "pypdfium2"}


@dataclass(frozen=True)
class Found:
    """Metadata as a file gives it; empty where it says nothing. `date` is YYYY, YYYY-MM or YYYY-MM-DD."""

    title: str = ""
    date: str = ""
    publisher: str = ""
    genre: str = ""
    place: str = ""

    def or_else(self, other: Found) -> Found:
        """This one, with what it lacks from `other`."""
        lacking = {name: value for name, value in vars(other).items() if value and not getattr(self, name)}
        return replace(self, **lacking)


@dataclass
class Parts:
    """Lines in reading order, what was left out (with the line that it stood before), and metadata."""

    lines: list[str] = field(default_factory=list)
    taken: list[Removal] = field(default_factory=list)
    found: Found = field(default_factory=Found)

    def add(self, text: str) -> None:
        """Add the lines of `text` that are not blank."""
        self.lines += [line for line in text.split("\n") if line.strip()]

    def leave(self, rule: str, text: str) -> None:
        """Put on record that `text` was left out here."""
        shown = " ".join(text.split())
        if shown:
            self.taken.append(Removal(len(self.lines) + 1, rule, shown))


def library(module: str, shown: str) -> Any:
    """A library of the extra `readers`, loaded when a file needs it."""
    try:
        return import_module(module)
    except ImportError:
        raise InputError(
            f"{EXTRA[module]} is not installed, which reads this file",
            cure="run 'make setup' or install resource-cities[readers]",
            path=shown,
        ) from None


# --- tables -----------------------------------------------------------------------------------------------------------

_NUMBER = re.compile(r"[-−+＋－]?\d[\d,，]*(?:\.\d+)?%?")
_PERIOD = re.compile(r"(?:19|20)\d\d年?(?:(?:\d{1,2}[-—–~至])?\d{1,2}月|上半年|[一二三四]季度|[一三]季度)?")
# Tables are read before traditional characters are converted.
_UNIT_HEAD = re.compile(r"(?:[计計]量)?[单單]位")
_IN_BRACKETS = re.compile(r"^(.*?)[（(]([^（）()]{1,12})[）)]$")
#: `单位：亿元` in or above a table: the unit of what has none.
UNIT_NOTE = re.compile(r"[（(]?(?:[计計]量)?[单單]位[:：]\s*([^\s，。；）)、]{1,10})[）)]?")
_CHANGE = re.compile(
    r"(?:比|[较較]|同比|[环環]比).{0,6}增(?:[长長]|[减減]|速|幅)|^增(?:[长長]|速|幅|[减減])|增(?:[长長]|速|幅)$"
)
_UNIT = re.compile(r"[%‰]|个百分点|[万亿千百]{0,2}[^\d，。；：、（）()]{1,8}")
_LABEL_END = "：:"
#: A cell of more characters is prose: such a table lays out a page.
LONGEST_CELL = 120


def is_data(rows: Sequence[Sequence[str]]) -> bool:
    """Whether rows of cells are a table to be read by rows and columns, not one that lays out a page."""
    cells = [cell for row in rows for cell in row if cell]
    return len(cells) > 1 and max(map(len, cells)) <= LONGEST_CELL and max(map(len, rows)) > 1


def table_lines(rows: Sequence[Sequence[str]], unit: str = "") -> list[str]:
    """A table as lines, one or more sentences for a row, so that its figures have their names, periods and units.

    Where the first row names the columns, a cell reads as `<period><row><column><value><unit>`: a column that is a
    year gives the period, a column `单位` or brackets give the unit, a column of changes reads `…增长5%` or `…下降5%`.
    Any other row reads as its cells in order. `unit` is that of a note above the table. No cell is lost.
    """
    rows = [[" ".join(cell.split()) for cell in row] for row in rows]
    rows = [row for row in rows if any(row)]
    lines: list[str] = []
    while rows and (note := UNIT_NOTE.fullmatch("".join(dict.fromkeys(cell for cell in rows[0] if cell)))):
        unit, rows = note[1], rows[1:]
    while rows and len({cell for cell in rows[0] if cell}) == 1 and len(rows[0]) > 1:
        lines.append(next(cell for cell in rows[0] if cell))
        rows = rows[1:]
    head = _head(rows)
    for row in rows[1:] if head else rows:
        lines.append(_under(head, row, unit) if head else _in_order(row))
    return [line for line in lines if line]


def _head(rows: Sequence[Sequence[str]]) -> list[str]:
    """The names of the columns: a first row without values over rows with some; else nothing."""
    if len(rows) < 2:
        return []
    first, below = rows[0], rows[1:]
    if not all(first[1:]) or any(re.search(r"\d", _PERIOD.sub("", cell)) for cell in first):
        return []
    if any(cell.endswith(tuple(_LABEL_END)) for cell in first):
        return []
    values = any(_NUMBER.match(cell) for row in below for cell in row[1:])
    return list(first) if values and all(len(row) == len(first) for row in below) else []


def _under(head: Sequence[str], row: Sequence[str], unit: str) -> str:
    """One row below the names of its columns as a sentence."""
    label, own = _with_unit(row[0])
    at_unit = next((at for at, name in enumerate(head) if at and _UNIT_HEAD.fullmatch(name)), None)
    if at_unit is not None and row[at_unit] not in ("", "-", "—", "/"):
        own = row[at_unit]
    parts, said = [], ""
    for at, (name, cell) in enumerate(zip(head, row, strict=True)):
        if at in (0, at_unit) or cell in ("", "-", "—", "–", "…", "/"):
            continue
        part, period = _cell(name, label, cell, own or unit)
        # Within a row the period and the name are said once.
        parts.append(part.removeprefix(label) if said == label and not period else part)
        said = label
    if not parts:
        return f"{label}。" if label else ""
    return "，".join(parts) + "。"


def _cell(name: str, label: str, cell: str, unit: str) -> tuple[str, bool]:
    """One value with what it is, and whether a period leads it."""
    column, column_unit = _with_unit(name)
    period = _PERIOD.match(column)
    lead, rest = (period[0], column[period.end() :]) if period else ("", column)
    if lead and not re.search("[年月度]", lead):
        lead += "年"
    number = _NUMBER.fullmatch(cell)
    if not number:
        return f"{lead}{label}{rest}{cell}", bool(lead)
    value = cell.replace("，", ",").replace("−", "-").replace("－", "-").lstrip("+＋")
    if _CHANGE.search(rest):
        return f"{lead}{label}{_change(rest, value, column_unit)}", bool(lead)
    shown = value if value.endswith("%") else value + (column_unit or unit)
    return f"{lead}{label}{rest}{shown}", bool(lead)


def _change(name: str, value: str, unit: str) -> str:
    """A change as prose says it: `比上年增长2.1%`, `比上年下降3.4%`."""
    before = re.sub("(?:增(?:[长長]|[减減]|速|幅)|±|率|幅度|百分比)+$", "", name)
    falls, grows = value.startswith("-"), "增長" if "長" in name else "增长"
    return f"{before}{'下降' if falls else grows}{value.lstrip('-').rstrip('%')}{unit or '%'}"


def _with_unit(name: str) -> tuple[str, str]:
    """A name without the unit that it ends in: `产值（亿元）`, `比上年增长%`."""
    match = _IN_BRACKETS.match(name)
    if match and _UNIT.fullmatch(match[2]):
        return match[1].rstrip(), match[2]
    if name.endswith(("%", "％")) and not name[:-1].endswith(tuple("0123456789")):
        return name[:-1].rstrip("±"), "%"
    return name, ""


def _in_order(row: Sequence[str]) -> str:
    """The cells of a row in order; a label goes with its value, an equal neighbour (a cell over two columns) once."""
    cells = [cell for at, cell in enumerate(row) if cell and (at == 0 or cell != row[at - 1])]
    labelled = any(cell.endswith(tuple(_LABEL_END)) for cell in cells)
    if labelled:
        return "".join(cell if cell.endswith(tuple(_LABEL_END)) else f"{cell} " for cell in cells).rstrip()
    if len(cells) == 1:
        return cells[0]
    figures = any(any(char.isdigit() for char in cell) for cell in cells[1:])
    if not figures:
        return " ".join(cells)
    # The name of a row goes straight before its first value.
    parts = cells[:1]
    for before, cell in zip(cells, cells[1:], strict=False):
        parts.append(cell if before is cells[0] or _PERIOD.fullmatch(before) else f"，{cell}")
    return "".join(parts) + "。"
