"""Elements of HTML that notebooks hold: their attributes, and the rows and cells of their tables."""

from __future__ import annotations

from typing import Any

from bs4 import BeautifulSoup, Comment, Tag

from .tables import Cell
from .text import SURROGATE


def parsed(source: str) -> BeautifulSoup:
    """Return HTML as a tree."""
    # The comment keeps the parser from taking a text without any tag for a file name.
    soup = BeautifulSoup(SURROGATE.sub("\ufffd", source) + "<!---->", "html.parser")
    if isinstance(soup.contents[-1], Comment):
        soup.contents[-1].extract()
    return soup


def attribute(tag: Tag, name: str) -> str:
    """Return an attribute as text, empty if it is not there."""
    value = tag.get(name)
    return " ".join(value) if isinstance(value, list) else value or ""


def words_in(tag: Tag) -> str:
    """Return the text of an element, formulas as their TeX."""
    parts = (attribute(node, "data-tex") if isinstance(node, Tag) else str(node) for node in tag.descendants)
    return "".join(parts)


def code_language(code: Tag) -> str:
    """Return the language that a `code` element is marked with, empty if it is with none."""
    classes = code.get_attribute_list("class")
    return next((name[9:].lower() for name in classes if name and name.startswith("language-")), "")


def inside(tag: Tag, *names: str) -> list[Tag]:
    """Return the elements of these names directly inside a tag."""
    return [child for child in tag.children if isinstance(child, Tag) and child.name in names]


def span(tag: Tag, name: str) -> int:
    """Return how many rows or columns a cell spans, at least 1 and not so many that it costs memory."""
    value = attribute(tag, name).strip()
    return max(1, min(int(value), 1000)) if value.isascii() and value.isdigit() and len(value) < 9 else 1


def table_rows(table: Tag) -> tuple[list[Tag], list[Tag]]:
    """Return the rows of head and body, not those of tables inside; without thead, opening rows of th are the head."""
    rows = [row for row in table.find_all("tr") if row.find_parent("table") is table]
    head = [row for row in rows if row.parent is not None and row.parent.name == "thead"]
    body = [row for row in rows if row.parent is None or row.parent.name != "thead"]
    while not table.find("thead", recursive=False) and len(body) > 1 and _is_head(body[0]):
        head.append(body.pop(0))
    return head, body


def _is_head(row: Tag) -> bool:
    cells = inside(row, "td", "th")
    return bool(cells) and all(cell.name == "th" for cell in cells)


def table_cell(tag: Tag, content: Any, text: str) -> Cell:
    """Return the cell of a table that an element is, with its spans."""
    spans = span(tag, "colspan"), span(tag, "rowspan")
    return Cell(content, text, tag.name == "th", *spans, is_value=tag.has_attr("data-value"))
