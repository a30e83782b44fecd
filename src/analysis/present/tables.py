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
    other pages may point at. `items` are the entries of a cell that lists several; those behind `folds` of them are
    folded under `more`.
    """

    text: str
    value: float | None = None
    title: str = ""
    form: str = ""
    link: str = ""
    linked: tuple[int, int] | None = None
    anchor: str = ""
    items: tuple[Cell, ...] = ()
    folds: int = 0
    more: str = ""

    @classmethod
    def listing(cls, items: Sequence[Cell], folds: int, more: str) -> Cell:
        """A cell that lists several; from `folds` of them on they are folded under the words `more`."""
        return cls("; ".join(item.text for item in items), items=tuple(items), folds=folds, more=more)


def _words(cell: Cell) -> str:
    """What stands in a cell, as HTML."""
    if cell.items:
        shown, folded = cell.items[: cell.folds], cell.items[cell.folds :]
        words = _listed(shown)
        if folded:
            words += f'<details class="folded"><summary>{html.escape(cell.more)}</summary>{_listed(folded)}</details>'
        return words
    words = html.escape(cell.text)
    if cell.link:
        start, end = cell.linked or (0, len(cell.text))
        parts = cell.text[:start], cell.text[start:end], cell.text[end:]
        before, inner, after = (html.escape(part) for part in parts)
        words = f'{before}<a href="{html.escape(cell.link)}">{inner}</a>{after}'
    return f'<span class="{cell.form}">{words}</span>' if cell.form else words


def _listed(items: Iterable[Cell]) -> str:
    """The entries of a cell as a list."""
    titled = ((f' title="{html.escape(item.title)}"' if item.title else "", _words(item)) for item in items)
    return "<ul>" + "".join(f"<li{title}>{words}</li>" for title, words in titled) + "</ul>"


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
    name = "th" if head else "td"
    return f"<{name}{attributes}>{_words(cell)}</{name}>"


def table_html(
    head: Sequence[str],
    rows: Iterable[Sequence[Cell | str]],
    *,
    caption: str,
    numeric: Sequence[int] = (),
    row_heads: bool = True,
    across: bool = False,
) -> str:
    """A table with `caption`; the columns numbered in `numeric` hold numbers, the first column heads its row.

    One that is `across` lies on a page across in print.
    """
    marks = ['class="num" ' if i in numeric else "" for i in range(len(head))]
    columns = "".join(f'<th {mark}scope="col">{html.escape(h)}</th>' for mark, h in zip(marks, head, strict=True))
    body = "".join(
        "<tr>" + "".join(_cell(cell, i in numeric, row_heads and i == 0) for i, cell in enumerate(row)) + "</tr>\n"
        for row in rows
    )
    top = f"<caption>{html.escape(caption)}</caption>\n<thead><tr>{columns}</tr></thead>"
    kind = ' class="landscape"' if across else ""
    return f"<table{kind}>{top}\n<tbody>\n{body}</tbody></table>"


def show_table(
    head: Sequence[str],
    rows: Iterable[Sequence[Cell | str]],
    *,
    caption: str,
    note: str = "",
    numeric: Sequence[int] = (),
    row_heads: bool = True,
    across: bool = False,
) -> None:
    """Display a table in a notebook, with its caption and its note (source, edition) for the exporters."""
    rows = list(rows)
    markup = table_html(head, rows, caption=caption, numeric=numeric, row_heads=row_heads, across=across)
    words = "\n".join("\t".join(c.text if isinstance(c, Cell) else c for c in row) for row in rows)
    metadata: dict[str, Any] = {"text/html": {"caption": caption, "note": note}}
    display({"text/html": markup, "text/plain": words}, raw=True, metadata=metadata)
