"""Periods: the stretch of time that a value speaks of, as the column `period` of the tables writes it.

    2021  2019-H1  2023-Q1  2024-08     a year, a half-year, a quarter, a month
    2024-01/2024-08  2017/2021          from one to another, both included
    2004/..  ../2025                    from then on; until then

This is the only place that reads these. What stretch words mean is found in `analysis.extract.figures.expressions`,
how a period is said in `analysis.present.language`.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import Any, NamedTuple

#: What `Period.kind` may be.
KINDS = ("year", "half", "quarter", "month", "months", "years", "open")

OPEN = ".."
_POINT = re.compile(r"(\d{4})(?:-(?:H([12])|Q([1-4])|(0[1-9]|1[0-2])))?")
#: Months of a half-year, a quarter, a month, in the order of the groups of `_POINT`.
_PARTS = (("half", 6), ("quarter", 3), ("month", 1))


class Point(NamedTuple):
    """A year or a part of one: `unit` is year, half, quarter or month, `number` which of them, from 1."""

    year: int
    unit: str = "year"
    number: int = 1

    @property
    def _months(self) -> int:
        return dict(_PARTS).get(self.unit, 12)

    @property
    def first_month(self) -> int:
        """Its first month, counted from January of the year 0."""
        return 12 * self.year + self._months * (self.number - 1)

    @property
    def last_month(self) -> int:
        """Its last month, counted from January of the year 0."""
        return self.first_month + self._months - 1

    def __str__(self) -> str:
        tail = {"half": f"-H{self.number}", "quarter": f"-Q{self.number}", "month": f"-{self.number:02d}"}
        return f"{self.year:04d}{tail.get(self.unit, '')}"


class Period(NamedTuple):
    """A stretch of time from the beginning of `start` to the end of `end`; None for an open end, never for both."""

    start: Point | None
    end: Point | None

    @property
    def kind(self) -> str:
        """One of `KINDS`: `months` and `years` go from one point to another, `years` from a whole year to another."""
        if self.start is None or self.end is None:
            return "open"
        if self.start == self.end:
            return self.start.unit
        return "years" if self.start.unit == self.end.unit == "year" else "months"

    @property
    def whole_years(self) -> bool:
        """Whether it is told in years alone: `2021`, `2017/2021`, `2004/..`."""
        return all(point.unit == "year" for point in self if point)

    @property
    def first_month(self) -> float:
        """Its first month, counted from January of the year 0; -∞ where it is open."""
        return self.start.first_month if self.start else -math.inf

    @property
    def last_month(self) -> float:
        """Its last month, counted from January of the year 0; ∞ where it is open."""
        return self.end.last_month if self.end else math.inf

    def overlaps(self, other: Period) -> bool:
        """Whether the two have a month in common."""
        return max(self.first_month, other.first_month) <= min(self.last_month, other.last_month)

    def contains(self, other: Period) -> bool:
        """Whether all months of `other` are in it."""
        return self.first_month <= other.first_month and other.last_month <= self.last_month

    def __str__(self) -> str:
        if self.start == self.end:
            return str(self.start)
        return "/".join(OPEN if point is None else str(point) for point in self)


@lru_cache(maxsize=4096)
def _point(text: str) -> Point | None:
    match = _POINT.fullmatch(text)
    if not match or not text.isascii():
        return None
    for number, (unit, _) in zip(match.groups()[1:], _PARTS, strict=True):
        if number:
            return Point(int(match[1]), unit, int(number))
    return Point(int(match[1]))


@lru_cache(maxsize=4096)
def _parse(text: str) -> Period | None:
    first, slash, last = text.partition("/")
    if not slash:
        last = first
    start, end = _point(first), _point(last)
    ends_open = [bool(slash) and told == OPEN for told in (first, last)]
    if all(ends_open) or any(
        point is None and not is_open for point, is_open in zip((start, end), ends_open, strict=True)
    ):
        return None
    if start and end and start.first_month > end.last_month:
        return None
    return Period(start, end)


@lru_cache(maxsize=4096)
def _years(text: str) -> tuple[int | None, int | None]:
    period = _parse(text)
    if period is None:
        return None, None
    return period.start.year if period.start else None, period.end.year if period.end else None


def parse_period(text: Any) -> Period | None:
    """The period that `text`, a cell of a column `period`, writes; None for anything else, a missing cell among it."""
    return _parse(text) if isinstance(text, str) else None


def years(text: Any) -> tuple[int | None, int | None]:
    """First and last year of a period; None for an open end, or for both where `text` is no period.

    `2021` → (2021, 2021); `2019-H1` → (2019, 2019); `2024-01/2024-08` → (2024, 2024); `2017/2021` → (2017, 2021);
    `2004/..` → (2004, None); `../2025` → (None, 2025).
    """
    return _years(text) if isinstance(text, str) else (None, None)


def last_year(text: Any) -> int | None:
    """The year in which a period ends; None for `2004/..` and for what is no period."""
    return years(text)[1]


def lies_ahead(text: Any, year: int) -> bool:
    """Whether a period begins after `year`, the year of a text, or is a date to be met: `../2025` in 2024 or 2025.

    A span that has begun (`2021/2025` in 2024) does not lie ahead.
    """
    first, last = years(text)
    if first is not None:
        return first > year
    return last is not None and last >= year
