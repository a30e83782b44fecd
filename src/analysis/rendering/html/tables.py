"""Tables of a page: a head, scopes, columns of numbers, least widths, and a region that can be scrolled."""

from __future__ import annotations

from collections.abc import Container

from bs4 import BeautifulSoup, Tag

from ..elements import inside, table_cell, table_rows
from ..tables import Cell, Table, is_number, lacking, number_columns
from ..text import text_width

SENTENCE, PAGE_WIDTH = 32, 62
"""From how many em on the upper quartile of a column are sentences; how many em a table may take at its least."""


def add_class(tag: Tag, name: str) -> None:
    """Give a tag one more class."""
    classes = tag.get_attribute_list("class")
    if name not in classes:
        tag["class"] = " ".join([*filter(None, classes), name])


def finish_table(soup: BeautifulSoup, tag: Tag) -> None:
    """Say of each cell what it heads or holds, so that the table can be read, reached and sorted."""
    for name in ("border", "align", "width"):
        tag.attrs.pop(name, None)
    heads, bodies = table_rows(tag)
    if heads and not inside(tag, "thead"):
        _make_head(soup, tag, heads)
    table = Table.of(*([_cells(row) for row in rows] for rows in (heads, bodies)))
    if table is None:
        return
    for named, above in table.folded:
        above.content.clear()
        above.content.extend(list(named.content.contents))
        named.content = above.content
    if table.folded:
        heads.pop().decompose()
    _set_scopes(table)
    numbers = number_columns(table)
    _align_numbers(table, numbers)
    _hold_widths(table, numbers)


def _cells(row: Tag) -> list[Cell]:
    return [table_cell(tag, tag, " ".join(tag.get_text().split())) for tag in inside(row, "th", "td")]


def _make_head(soup: BeautifulSoup, table: Tag, rows: list[Tag]) -> None:
    """Make these rows the table's head."""
    head = soup.new_tag("thead")
    head.extend([row.extract() for row in rows])
    before = inside(table, "caption", "colgroup", "col")
    if before:
        before[-1].insert_after(head)
    else:
        table.insert(0, head)


def _set_scopes(table: Table) -> None:
    """Say for each header cell whether it heads columns or rows."""
    for part, axis in ((table.head, "col"), (table.body, "row")):
        for cell in (cell for row in part for cell in row if cell.content is not None):
            if cell.head:
                side = cell.columns if axis == "col" else cell.rows
                cell.content["scope"] = axis + "group" if side > 1 else axis
            elif axis == "col" and cell.text:
                cell.content.name = "th"
                cell.content["scope"] = "col"


def _align_numbers(table: Table, numbers: dict[int, int]) -> None:
    """Mark columns of numbers, and the cells whose decimals are fewer than in the rest of their column."""
    for column, decimals in numbers.items():
        cells = [cell for cell in table.columns[column] if not cell.head]
        widest = max(text_width(cell.text) for cell in cells if is_number(cell))
        # A word or two among numbers stand as they do; what would make the column wide does not.
        for cell in (cell for cell in cells if is_number(cell) or text_width(cell.text) <= 1.5 * widest):
            add_class(cell.content, "num")
            digits, sign = lacking(cell, decimals)
            missing = digits + (0.5 if sign else 0)  # the decimal sign itself is about half as wide as a digit
            if 0 < missing <= 6:
                _add_style(cell.content, f"--pad:{missing:g}")
    for cell in (cell for row in table.head for cell in row):
        lowest = cell.row + cell.rows == len(table.head)
        if lowest and cell.column in numbers and cell.columns == 1 and cell.content is not None:
            add_class(cell.content, "num")


def _hold_widths(table: Table, numbers: Container[int]) -> None:
    """Give each column a least width in em, so that on a small screen the table scrolls before its words break.

    A column of sentences gets more than others: narrow ones would make the rows tall and mostly empty. What no page
    has room for is taken from the columns of words.
    """
    cells: dict[int, list[Cell]] = {}
    for cell in (cell for cell in table.cells() if cell.columns == 1 and cell.content is not None):
        # Numbers stay on one line, whatever that takes; other words in their columns do not.
        is_narrow = cell.content.name == "th" or "num" in cell.content.get_attribute_list("class")
        if is_narrow or cell.column not in numbers:
            cells.setdefault(cell.column, []).append(cell)
    widths = {column: sorted(text_width(cell.text) for cell in found) for column, found in cells.items()}
    wanted = {column: round(found[-1], 1) for column, found in widths.items()}
    sentences = {column for column, found in widths.items() if found[len(found) * 3 // 4] > SENTENCE}
    most = 14

    def least(column: int) -> float:
        return wanted[column] if column in numbers else 20 if column in sentences else min(wanted[column], most)

    while most > 6 and sum(least(column) + 1.5 for column in cells) > PAGE_WIDTH:
        most -= 1
    for column, found in cells.items():
        _add_style(found[0].content, f"--least:{least(column):g}")


def _add_style(tag: Tag, declaration: str) -> None:
    tag["style"] = ";".join(filter(None, [str(tag.get("style", "")).rstrip("; "), declaration]))
