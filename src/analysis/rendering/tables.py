"""Tables as grids: spans, the row of index names that pandas adds, columns of numbers.

A cell holds what its page puts into it: Typst code, or an element of HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

NUMBER = re.compile(
    r"[≈~约<>≤≥±]?\s*[+\-−–]?\s?[¥$€£]?\d[\d,，\u00a0\u2009 ]*(?:\.(?P<fraction>\d+))?(?:[eE][+-]?\d+)?"
    r"(?P<unit>\s?(?:[%‰％]|pp|(?![年月日])[^\W\d_]{0,4}))"
)
EMPTY = {"", "-", "–", "—", "nan", "none", "null", "<na>", "nat", "n/a", "…", "...", "/"}


@dataclass
class Cell:
    """One cell: its content and plain text, its spans, and the looks it asks for; None is the content of a gap."""

    content: Any
    text: str
    head: bool = False
    columns: int = 1
    rows: int = 1
    align: str = ""
    fill: str = ""
    colour: str = ""
    bold: bool = False
    anchors: str = ""
    is_value: bool = False  # stands for a number, whatever its text
    row: int = 0
    column: int = 0


@dataclass
class Table:
    """A table as rows of cells that tile it without gaps.

    `folded` are the cells of the row of index names that went up, each with the empty cell whose place it took.
    `across` asks for a page across where there are pages.
    """

    head: list[list[Cell]]
    body: list[list[Cell]]
    width: int
    folded: list[tuple[Cell, Cell]] = field(default_factory=list)
    across: bool = False

    @classmethod
    def of(cls, head: list[list[Cell]], body: list[list[Cell]]) -> Table | None:
        """Return the table made of these rows, spans cut to fit and gaps filled; None if it has no cell."""
        width = max((sum(cell.columns for cell in row) for row in (*head, *body)), default=0)
        heads, bodies = _tiled(head, width), _tiled(body, width)
        width = max((cell.column + cell.columns for row in (*heads, *bodies) for cell in row), default=0)
        if not width:
            return None
        for part in (heads, bodies):
            _fill_gaps(part, width)
        return cls(heads, bodies, width, _fold_index_names(heads))

    def cells(self) -> Iterator[Cell]:
        """Give all cells, head first."""
        return (cell for row in (*self.head, *self.body) for cell in row)

    @cached_property
    def columns(self) -> dict[int, list[Cell]]:
        """The body cells of each column, without those that span several and without gaps."""
        found: dict[int, list[Cell]] = {column: [] for column in range(self.width)}
        for row in self.body:
            for cell in row:
                if cell.columns == 1 and cell.content is not None:
                    found[cell.column].append(cell)
        return found


def _tiled(rows: list[list[Cell]], width: int) -> list[list[Cell]]:
    """Return rows with every cell at its place, spans cut so that no two cells overlap."""
    taken: set[tuple[int, int]] = set()
    for number, row in enumerate(rows):
        column = 0
        for cell in row:
            while (number, column) in taken:
                column += 1
            cell.row, cell.column = number, column
            cell.rows = max(1, min(cell.rows, len(rows) - number))
            room = 1
            while room < min(cell.columns, width) and (number, column + room) not in taken:
                room += 1
            cell.columns = room
            if cell.rows > 1:
                taken |= {(number + down, column + right) for down in range(cell.rows) for right in range(room)}
            column += room
    return rows


def _fill_gaps(rows: list[list[Cell]], width: int) -> None:
    """Put an empty cell wherever no cell lies."""
    taken: list[set[int]] = [set() for _ in rows]
    for row in rows:
        for cell in row:
            for line in taken[cell.row : cell.row + cell.rows]:
                line.update(range(cell.column, cell.column + cell.columns))
    for number, row in enumerate(rows):
        if len(taken[number]) < width:
            row += [Cell(None, "", row=number, column=gap) for gap in range(width) if gap not in taken[number]]
            row.sort(key=lambda cell: cell.column)


def _fold_index_names(head: list[list[Cell]]) -> list[tuple[Cell, Cell]]:
    """Move the names of index columns, which pandas puts in a row of their own, up into the empty cells above."""
    if len(head) < 2 or any(cell.rows > 1 or cell.columns > 1 for cell in (*head[-1], *head[-2])):
        return []
    named = [cell for cell in head[-1] if cell.text]
    opening = [cell.column for cell in named] == list(range(len(named)))
    if not named or not opening or len(named) == len(head[-1]) or len(head[-1]) != len(head[-2]):
        return []
    places = head[-2][: len(named)]
    if any(cell.text for cell in places):
        return []
    for cell in named:
        cell.row -= 1
    head[-2][: len(named)] = named
    head.pop()
    return list(zip(named, places, strict=True))


def number_columns(table: Table) -> dict[int, int]:
    """Return the columns of numbers: column → decimals to which the cells are brought, 0 where units differ.

    A column is one if four fifths of its cells that say something are numbers.
    """
    found = {}
    for column, cells in table.columns.items():
        full = [cell for cell in cells if not cell.head and cell.text.strip().lower() not in EMPTY]
        values = sum(map(is_number, full))
        if full and values >= 0.8 * len(full):
            matches = [match for cell in full if (match := as_number(cell))]
            decimals = max((len(match["fraction"] or "") for match in matches), default=0)
            one_unit = len(matches) == values and len({match["unit"].strip() for match in matches}) == 1
            found[column] = decimals if one_unit else 0
    return found


def as_number(cell: Cell) -> re.Match[str] | None:
    """Return the match of a cell's text as a number with its unit."""
    return NUMBER.fullmatch(cell.text.strip())


def is_number(cell: Cell) -> bool:
    """Tell whether a cell holds a number, stands for one, or says that there is none."""
    return cell.is_value or cell.text.strip().lower() in EMPTY or as_number(cell) is not None


def lacking(cell: Cell, decimals: int) -> tuple[int, bool]:
    """Return how many digits a number lacks to `decimals` behind the decimal sign, and whether it lacks the sign."""
    match = as_number(cell)
    if not decimals or match is None:
        return 0, False
    return decimals - len(match["fraction"] or ""), not match["fraction"]
