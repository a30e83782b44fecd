"""A time that holds: its period and where the text says it; and what periods say of the date of a text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from ...project.periods import last_year, lies_ahead, parse_period, years
from .expressions import Reference

#: Where the words for a figure's time stand, from near to far.
SOURCES = ("clause", "sentence", "paragraph", "section", "title", "date")


@dataclass(frozen=True, slots=True)
class Held:
    """The current time. Without a period it is the present, or a time that the text leaves open."""

    period: str | None
    source: str

    def at(self, source: str) -> Held:
        """The same time, said in another place."""
        return self if source == self.source else Held(self.period, source)


OPEN = Held(None, "paragraph")


@lru_cache(maxsize=1024)
def one_year(period: str | None) -> int | None:
    """The year that a period is or is a part of; None for spans of years and open ones.

    >>> one_year("2022"), one_year("2022-01/2022-09"), one_year("2017/2021"), one_year("../2025")
    (2022, 2022, None, None)
    """
    first, last = years(period)
    return first if first == last else None


@lru_cache(maxsize=1024)
def is_span(period: str | None) -> bool:
    """Whether a period is a span of years (`2017/2021`)."""
    found = parse_period(period)
    return found is not None and found.kind == "years"


@lru_cache(maxsize=1024)
def is_over(period: str | None, ref: Reference | None) -> bool:
    """Whether a period ended before the year of the text."""
    last = last_year(period)
    return last is not None and ref is not None and last < ref.year


@lru_cache(maxsize=1024)
def has_ended(period: str | None, ref: Reference | None) -> bool:
    """Whether a period ended before the month of the text, or before its year where no month is known.

    >>> has_ended("2022-H1", Reference(2022, 7)), has_ended("2022", Reference(2022, 7))
    (True, False)
    """
    found = parse_period(period)
    if found is None or ref is None or ref.month is None:
        return is_over(period, ref)
    return found.last_month < 12 * ref.year + ref.month - 1


@lru_cache(maxsize=1024)
def is_ahead(period: str | None, ref: Reference | None) -> bool:
    """Whether a period lies ahead of the year of the text, or is a part of that year yet to come.

    >>> is_ahead("2022-H2", Reference(2022, 7)), is_ahead("2022-H2", Reference(2022, 9))
    (True, False)
    """
    if ref is None or period is None:
        return False
    found = parse_period(period)
    if found is None or ref.month is None or found.whole_years:
        return lies_ahead(period, ref.year)
    now = 12 * ref.year + ref.month - 1
    return found.first_month >= now and found.last_month > now
