"""Tables on paper: how wide their columns are, where they lie, and their code."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from itertools import permutations
from typing import NamedTuple

import numpy as np

from ..tables import Cell, Table, lacking, number_columns
from ..text import CJK, text_width
from .code import ANCHOR, Block, call, literal
from .glyphs import bound, breakable

POINTS_PER_MM = 72 / 25.4
TEXT_WIDTH = 150 * POINTS_PER_MM
WIDE_WIDTH = 172 * POINTS_PER_MM
LANDSCAPE_WIDTH = 257 * POINTS_PER_MM
BAR_WIDTH = 7.0
"""Least width of a column whose cells hold bars, in units of the type size."""
KEPT_LINES = 16
"""A table of at most so many lines is never broken over pages."""


class Layout(NamedTuple):
    """How a table lies on the page: type size, whether wider than the text or across, columns of each part."""

    size: float
    place: str
    parts: list[list[int]]
    widths: list[float] | None


@lru_cache(maxsize=16384)
def token_width(text: str) -> float:
    """Return the width of the longest part of `text` that cannot be broken."""
    return max((text_width(token) for token in re.split(rf"[ \n]|(?<=[{CJK}])|(?=[{CJK}])", text)), default=0.0)


def table_layout(table: Table, nested: bool = False) -> Layout:
    """Return the first layout that fits: as wide as the text, a little wider, across the page, in parts.

    A table that asks for a page across is tried on no other, unless it is `nested` in something else.
    """
    natural, token, bars = [0.5] * table.width, [0.5] * table.width, False
    heads = {id(cell) for row in table.head for cell in row}
    for cell in table.cells():
        if cell.columns == 1:
            heavier = 1.09 if cell.bold or id(cell) in heads else 1.02
            full = max(map(text_width, cell.text.split("\n")))
            # Chinese text could break after each character: three stay together, and a head takes two lines at most,
            # a short one a single line if the columns are few.
            short = 4.5 if table.width <= 8 else 0
            kept = min(full, 3) if id(cell) not in heads else full if full <= short else full / 2 + 0.5
            longest = max(map(token_width, breakable(bound(cell.text), 16)), default=0.0)
            longest = max(longest, min(kept, BAR_WIDTH))
            natural[cell.column] = max(natural[cell.column], full * heavier)
            token[cell.column] = max(token[cell.column], longest * heavier)
            if cell.fill.startswith("gradient"):
                natural[cell.column] = token[cell.column] = max(token[cell.column], BAR_WIDTH)
                bars = True

    def needs(cap: float) -> list[float]:
        return [max(least, min(full, cap)) for least, full in zip(token, natural, strict=True)]

    everything = list(range(table.width))
    portrait = [("text", 9.0, 14.0), ("wide", 9.0, 14.0), ("wide", 8.2, 10.0), ("wide", 8.2, 7.0), ("wide", 7.4, 7.0)]
    across = [("landscape", 9.0, 14.0), ("landscape", 8.2, 9.0), ("landscape", 7.4, 6.0)]
    room = {"text": TEXT_WIDTH, "wide": WIDE_WIDTH, "landscape": LANDSCAPE_WIDTH}
    for place, size, cap in portrait if nested else across if table.across else portrait + across:
        need = needs(cap)
        if sum(need) * size + table.width * size <= room[place]:
            shares = _shares(token, natural, room[place] / size - table.width)
            if shares:
                shares = _fewest_lines(shares, token, natural, _wanted(table))
            return Layout(size, place, [everything], natural if bars and shares is None else shares)
    if nested:
        return Layout(7.4, "text", [everything], None)
    return Layout(8.2, "landscape", _parts(table, needs(9.0), LANDSCAPE_WIDTH / 8.2), None)


def _shares(least: list[float], natural: list[float], room: float) -> list[float] | None:
    """Return column widths that fill the room; None if all columns have what they want.

    A column gets by the square root of what it wants, so that a column of sentences is not left as narrow as its
    neighbours of one word; none gets less than its longest word or more than it wants.
    """
    if sum(natural) <= room:
        return None

    def widths(share: float) -> list[float]:
        return [max(low, min(full, share * math.sqrt(full))) for low, full in zip(least, natural, strict=True)]

    small, large = 0.0, math.sqrt(max(natural))
    for _ in range(40):
        middle = (small + large) / 2
        small, large = (middle, large) if sum(widths(middle)) <= room else (small, middle)
    return widths(small)


def _wanted(table: Table) -> np.ndarray:
    """Return how wide the cells would be in one line, row by row; of long tables some two hundred rows."""
    rows = table.body[:: math.ceil(len(table.body) / 200) or 1]
    rows = [*rows, *table.head * (1 + len(rows) // 20)]  # a head is repeated on every page
    wanted = np.full((len(rows), table.width), 0.1)
    for place, row in enumerate(rows):
        for cell in row:
            if cell.columns == 1:
                wanted[place, cell.column] = max(0.1, text_width(cell.text) * 1.02)
    return wanted


def _fewest_lines(start: list[float], least: list[float], natural: list[float], wanted: np.ndarray) -> list[float]:
    """Return column widths of the same sum with which the rows of `wanted` take fewer lines.

    From `start` on one column at a time gives to another what shortens the table most, until nothing does.
    """

    def length(widths: np.ndarray) -> float:
        lines = np.ceil(wanted / widths)
        return float(lines.max(axis=1, initial=0).sum() + 0.35 * lines.sum())

    widths = np.array(start)
    shortest = length(widths)
    for _ in range(30):
        trials = []
        for giver, taker in permutations(range(len(start)), 2):
            for step in (0.5, 1.5, 4.0):
                amount = min(step, widths[giver] - least[giver], natural[taker] - widths[taker])
                if amount > 0.05:
                    trial = widths.copy()
                    trial[giver] -= amount
                    trial[taker] += amount
                    trials.append((length(trial), giver, taker, amount, trial))
        best = min(trials, key=lambda trial: trial[:4], default=None)
        if best is None or best[0] >= shortest - 1e-9:
            break
        shortest, widths = best[0], best[4]
    return widths.tolist()


def _parts(table: Table, need: list[float], room: float) -> list[list[int]]:
    """Return the columns of each part of a table too wide for any page; the index columns open every part."""
    index = list(range(min(_index_columns(table), 3)))
    fixed = sum(need[column] + 1 for column in index)
    parts: list[list[int]] = []
    used = room
    for column in range(len(index), table.width):
        if used + need[column] + 1 > room or not parts:
            parts.append([*index])
            used = fixed
        parts[-1].append(column)
        used += need[column] + 1
    return parts


def table_code(table: Table, caption: str = "", note: str = "", part_word: str = "", nested: bool = False) -> Block:
    """Return a table as a block; `caption` and `note` are Typst code or empty."""
    layout = table_layout(table, nested)
    numbers = number_columns(table)
    calls = []
    for number, columns in enumerate(layout.parts):
        title = caption if not number or not caption else f"{{{caption}; {literal(f' ({part_word})')}}}"
        last = number == len(layout.parts) - 1
        calls.append(_part_code(table, layout, numbers, columns, title, note if last else "", number > 0))
    role = "landscape" if layout.place == "landscape" else ""
    return Block("{" + "; ".join(calls) + "}" if len(calls) > 1 else calls[0], role)


def _part_code(
    table: Table,
    layout: Layout,
    numbers: Mapping[int, int],
    columns: list[int],
    caption: str,
    note: str,
    repeated: bool,
) -> str:
    """Return the call that sets some columns of a table."""
    aligns = [_column_align(table, column, numbers) for column in columns]
    head = [code for row in table.head for code in _row_code(row, columns, aligns, numbers, True, repeated)]
    body = [code for row in table.body for code in _row_code(row, columns, aligns, numbers, False, repeated)]
    room = [layout.widths[column] + 1 for column in columns] if layout.widths else []
    widths = ", ".join(f"{width:.2f} * {layout.size}pt" for width in room)
    return call(
        "tbl",
        *body,
        columns=f"({widths},)" if widths else str(len(columns)),
        size=f"{layout.size}pt",
        wide=_widened(layout),
        aligns=f"({', '.join(aligns)},)",
        caption=caption,
        source=note,
        head=f"({', '.join(head)},)" if head else "",
        kept="true" if _lines(table, layout) <= KEPT_LINES else "",
    )


def _widened(layout: Layout) -> str:
    """Return how far a table reaches over the margins; Typst measures, which sets it twice, what has no widths."""
    if layout.place != "wide" or layout.widths is None:
        return "auto" if layout.place == "wide" else ""
    over = ((sum(layout.widths) + len(layout.widths)) * layout.size - TEXT_WIDTH) / 2
    return f"{over:.2f}pt" if over > 0 else ""


def _lines(table: Table, layout: Layout) -> int:
    """Return about how many lines the body of a table takes."""
    room = layout.widths or [60.0] * table.width
    return sum(
        max((math.ceil(text_width(cell.text) / room[cell.column]) for cell in row if cell.columns == 1), default=1)
        for row in table.body
    )


def _column_align(table: Table, column: int, numbers: Mapping[int, int]) -> str:
    """Return how a column is aligned: as most of its body cells ask, else numbers right and the rest left."""
    asked = Counter(cell.align for cell in table.columns[column])
    best, count = asked.most_common(1)[0] if asked else ("", 0)
    return best if best and count * 2 > asked.total() else "right" if column in numbers else "left"


def _index_columns(table: Table) -> int:
    """Return how many columns at the left name the row: those whose body cells are all head cells, at least one."""
    count = 0
    while count < table.width - 1 and all(
        cell.head for row in table.body for cell in row if cell.column <= count < cell.column + cell.columns
    ):
        count += 1
    return max(1, count) if table.body else 1


def _row_code(
    row: list[Cell],
    columns: list[int],
    aligns: list[str],
    numbers: Mapping[int, int],
    head: bool,
    repeated: bool,
) -> list[str]:
    """Return the cells of one row that lie in `columns`, and in the head the rules under cells that span columns."""
    codes, rules = [], []
    for cell in row:
        inside = [place for place, column in enumerate(columns) if cell.column <= column < cell.column + cell.columns]
        if not inside:
            continue
        if head and len(inside) > 1 and cell.text:
            rules.append(f"table.hline(start: {inside[0]}, end: {inside[-1] + 1}, stroke: .4pt + hair)")
        padding = "" if head or cell.columns > 1 or aligns[inside[0]] != "right" else _padding(cell, numbers)
        codes.append(_cell_code(cell, len(inside), aligns[inside[0]], padding, head, repeated))
    return codes + rules


def _padding(cell: Cell, numbers: Mapping[int, int]) -> str:
    """Return the gap that brings the decimal signs of a column under one another."""
    digits, sign = lacking(cell, numbers.get(cell.column, 0))
    gap = 0.555 * digits + 0.278 * sign
    return f"h({gap:.3f}em)" if gap > 0 else ""


def _cell_code(cell: Cell, columns: int, align: str, padding: str, head: bool, repeated: bool) -> str:
    """Return one cell."""
    code = cell.content if cell.content is not None else '""'
    if repeated:
        code = ANCHOR.sub("[]", code)
    if head or cell.bold:
        code = f"strong({code})"
    if cell.colour:
        code = f"text(fill: {cell.colour}, {code})"
    anchors = "" if head or repeated else cell.anchors
    if padding or anchors:
        code = "{" + "; ".join(part for part in (anchors, code, padding) if part) + "}"
    own = cell.align if cell.align and cell.align != align and not head else ""
    settings = {
        "colspan": str(columns) if columns > 1 else "",
        "rowspan": str(cell.rows) if cell.rows > 1 else "",
        "align": "center + bottom" if head and columns > 1 else f"{align} + bottom" if head else own,
        "fill": cell.fill,
        "breakable": "true" if len(cell.text) > 300 or cell.rows > 1 else "",
    }
    return call("table.cell", code, **settings) if any(settings.values()) else code
