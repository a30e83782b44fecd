"""Tables of reports: rows of text as HTML whose every cell is data and never markup."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from IPython.display import display


@dataclass(frozen=True)
class Cell:
    """One cell: its words, the number they print (for sorting), a note on hover and a form (`achieved`, `planned`).

    `link` is where the words lead, or of a long text only its characters `linked` (start, end). `anchor` is a name that
    other pages may point at.
    """

    text: str
    value: float | None = None
    title: str = ""
    form: str = ""
    link: str = ""
    linked: tuple[int, int] | None = None
    anchor: str = ""


def _cell(cell: Cell | str, numeric: bool, head: bool) -> str:
    cell = cell if isinstance(cell, Cell) else Cell(cell)
    attributes = ' scope="row"' if head else ""
    if cell.anchor:
        attributes += f' id="{html.escape(cell.anchor)}"'
    if numeric:
        attributes += ' class="num"'
    if cell.value is not None:
        attributes += f' data-value="{cell.value:g}"'
    if cell.title:
        attributes += f' title="{html.escape(cell.title)}"'
    words = html.escape(cell.text)
    if cell.link:
        start, end = cell.linked or (0, len(cell.text))
        parts = cell.text[:start], cell.text[start:end], cell.text[end:]
        before, inner, after = (html.escape(part) for part in parts)
        words = f'{before}<a href="{html.escape(cell.link)}">{inner}</a>{after}'
    if cell.form:
        words = f'<span class="{cell.form}">{words}</span>'
    name = "th" if head else "td"
    return f"<{name}{attributes}>{words}</{name}>"


def table_html(
    head: Sequence[str],
    rows: Iterable[Sequence[Cell | str]],
    *,
    caption: str,
    numeric: Sequence[int] = (),
    row_heads: bool = True,
) -> str:
    """A table with `caption`; the columns numbered in `numeric` hold numbers, the first column heads its row."""
    marks = ['class="num" ' if i in numeric else "" for i in range(len(head))]
    columns = "".join(f'<th {mark}scope="col">{html.escape(h)}</th>' for mark, h in zip(marks, head, strict=True))
    body = "".join(
        "<tr>" + "".join(_cell(cell, i in numeric, row_heads and i == 0) for i, cell in enumerate(row)) + "</tr>\n"
        for row in rows
    )
    top = f"<caption>{html.escape(caption)}</caption>\n<thead><tr>{columns}</tr></thead>"
    return f"<table>{top}\n<tbody>\n{body}</tbody></table>"


def show_table(
    head: Sequence[str],
    rows: Iterable[Sequence[Cell | str]],
    *,
    caption: str,
    note: str = "",
    numeric: Sequence[int] = (),
    row_heads: bool = True,
) -> None:
    """Display a table in a notebook, with its caption and its note (source, edition) for the exporters."""
    rows = list(rows)
    markup = table_html(head, rows, caption=caption, numeric=numeric, row_heads=row_heads)
    words = "\n".join("\t".join(c.text if isinstance(c, Cell) else c for c in row) for row in rows)
    metadata: dict[str, Any] = {"text/html": {"caption": caption, "note": note}}
    display({"text/html": markup, "text/plain": words}, raw=True, metadata=metadata)
