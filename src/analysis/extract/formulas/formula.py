"""One occurrence of a formula."""

from __future__ import annotations

from typing import NamedTuple

Span = tuple[int, int]


class Formula(NamedTuple):
    """One occurrence: its span, the span with its quotation marks, and what it says.

    `total` is how many things a list must have to explain it; `parts` are the parts of a code in digits, `row` those of
    a row (四制三化): the number and what it counts.
    """

    start: int
    end: int
    outer: tuple[int, int]
    form: str
    number: int | None = None
    counted: str | None = None
    total: int | None = None
    parts: tuple[str, ...] = ()
    row: tuple[tuple[int, str], ...] = ()
