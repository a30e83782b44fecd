"""Respective times: `一、二、三、四季度分别增长5%、6%、6%、7%` gives each figure of a list the time of its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Protocol

from .mentions import Mention

_JOINTS = frozenset(("、", "和", "与", "及", "以及"))
# The quarters before the last of a list that is written short: 一、二、三和 before 四季度.
_QUARTERS_BEFORE = re.compile("(?:第?[一二三四][、和与及])+$")
_OF_QUARTER = re.compile(r"(\d{4})-Q([1-4])")
_QUARTERS = "一二三四"
# Between the times and the figures stand words, but no other number and no end of a sentence.
_APART = re.compile(r"[\d。；！？]")


class Time(Protocol):
    """An expression of time in a text: where it stands and what it means."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def period(self) -> str: ...


def _written_short(text: str, time: Time, floor: int) -> list[str]:
    """The periods of a quarter and of those that stand before it without their noun, else its own period."""
    quarter = _OF_QUARTER.fullmatch(time.period)
    before = _QUARTERS_BEFORE.search(text, max(floor, time.start - 12), time.start) if quarter else None
    if quarter is None or before is None:
        return [time.period]
    named = [_QUARTERS.index(sign) + 1 for sign in before[0] if sign in _QUARTERS]
    numbers = [*named, int(quarter[2])]
    return [f"{quarter[1]}-Q{n}" for n in numbers] if numbers == sorted(set(numbers)) else [time.period]


def _time_lists(text: str, start: int, times: Sequence[Time]) -> Iterator[tuple[int, list[str]]]:
    """Where each list of times ends, and its periods in order."""
    listed: list[str] = []
    for i, time in enumerate(times):
        last_end = times[i - 1].end if i else start
        if not i or text[last_end : time.start] not in _JOINTS:
            listed = []
        listed += _written_short(text, time, last_end)
        goes_on = i + 1 < len(times) and text[time.end : times[i + 1].start] in _JOINTS
        if not goes_on and len(listed) > 1:
            yield time.end, listed


def respective_times(text: str, start: int, times: Sequence[Time], mentions: Sequence[Mention]) -> dict[int, str]:
    """The period of each figure of a list that has as many members as the list of times before it.

    In: the text; where the sentence starts; its expressions of time and its figures, in order. Out: number of the
    figure among `mentions` → period.
    """
    found: dict[int, str] = {}
    for end, periods in _time_lists(text, start, times):
        first = next((i for i, m in enumerate(mentions) if m.start >= end), None)
        if first is None or _APART.search(text, end, mentions[first].start):
            continue
        stop = first + 1
        while (
            stop < len(mentions)
            and text[mentions[stop - 1].end : mentions[stop].start] in _JOINTS
            and mentions[stop].unit == mentions[first].unit
        ):
            stop += 1
        if stop - first == len(periods):
            found.update(zip(range(first, stop), periods, strict=True))
    return found
