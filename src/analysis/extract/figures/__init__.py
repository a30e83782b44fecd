"""Figures: every quantity of the cleaned passages as a row with value, unit, period, status and its characters.

`tabulate` puts the steps together: `mentions` (where a number stands, value, unit, comparator), `naming` (what it
measures), `measures`, `periods`, `statuses`, and the theme by the coding dictionary.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from ...project.registry import frame
from ...texts.sentences import split_sentences
from .. import coding
from .measures import measure_figures
from .mentions import Mention, find_mentions
from .naming import name_figures, places
from .periods import Reference, Time, last_year, lies_ahead, reference, time_expressions
from .statuses import TURNS_TO_PLAN, section_statuses, status
from .units import Units, plain_unit

__all__ = ["Mention", "Units", "find_mentions", "reference", "tabulate"]

_TOP = re.compile(r"^[一二三四五六七八九十]{1,3}、|^第[一二三四五六七八九十]+(?:部分|章)")
_NOW = re.compile(r"^(?:截至目前|目前|当前|迄今|近年来|下一步|接下来)")
_PLAN_LEAD = re.compile(r"^(?:下一步|接下来|今后一个时期|下阶段)")
_IS = re.compile(r"(?:时期)?是")
# How a paragraph addresses its hearers before it says anything.
_ADDRESS = re.compile(r"(?:各位代表|同志们|各位委员|大家好)[，,！!：:。、]*")
_CLAUSE = re.compile("[，。；：！？\n]")
_STOP = re.compile("[，。；]")
# This many characters of a paragraph may say that the plan begins.
_OPENING = 100


@dataclass
class _Context:
    """What the sections and paragraphs read so far say of period and status."""

    ref: Reference | None
    status: str | None = None
    section_period: str | None = None
    running: str | None = None
    in_sections: bool = False
    paragraph: str | None = field(default=None)
    paragraph_status: str | None = None
    title: str = ""
    # The heading announced a review and a plan, and the plan has not begun.
    plan_follows: bool = False
    plan_period: str | None = None

    def heading(self, text: str) -> None:
        """A heading begins a section; a numbered one of the top level forgets the section before.

        After the plan a report does not return to the past unless a heading says so.
        """
        times = time_expressions(text, self.ref)
        years = [y for y in (last_year(t.period) for t in times) if y]
        found = section_statuses(text, years, self.ref.year if self.ref else None)
        if _TOP.match(text):
            self.status = "planned" if self.status == "planned" or self.plan_follows else None
            self.running, self.section_period, self.plan_follows = None, None, False
        if not found:
            return
        self.status, self.in_sections, self.title = found[0], True, text
        self.plan_follows = found == ("achieved", "planned")
        if not times:
            return
        self.running = self.plan_period = None
        periods = list(dict.fromkeys(t.period for t in times))
        if self.plan_follows and self.ref:
            # Of the periods of such a heading, the one that is over goes with the review.
            self.section_period = _only([p for p in periods if (last_year(p) or 0) < self.ref.year])
            self.plan_period = _only([p for p in periods if (last_year(p) or 0) >= self.ref.year])
        else:
            self.section_period = _only(periods)

    def begin_paragraph(self, times: list[Time], text: str, starts: list[int], figures: bool) -> None:
        """A paragraph that opens with a time sets it for itself, and in a work report for those after it.

        A paragraph without figures leads over to what follows: there the last sentence that opens with a time counts,
        unless it only says what year it is (`2025年是…`). `starts` are the starts of the sentences.
        """
        if self.plan_follows and text != self.title and TURNS_TO_PLAN.search(text, 0, _OPENING):
            self.status, self.plan_follows = "planned", False
            self.section_period, self.running = self.plan_period, None
        if self.in_sections and not figures:
            opening = [t for t in times if any(0 <= t.start - s <= 2 for s in starts) and not _IS.match(text, t.end)]
            self.running = opening[-1].period if opening else self.running
            self.paragraph = self.paragraph_status = None
            return
        address = _ADDRESS.match(text)
        begin = address.end() if address else 0
        lead = next(
            (t for t in times if 0 <= t.start - begin <= 12 and not t.bound and not _STOP.search(text, begin, t.start)),
            None,
        )
        self.paragraph = lead.period if lead and (lead.start - begin <= 2 or self.in_sections) else None
        self.paragraph_status = "planned" if _PLAN_LEAD.match(text, begin) else None
        if lead and lead.start - begin <= 2 and self.ref and _is_over(lead.period, self.ref.year):
            # A plan that begins with what the years before it have brought.
            self.paragraph_status = "achieved"
        if not self.in_sections or not self.ref:
            return
        if lead and not re.match(r"\d{4}-", lead.period):
            self.running = lead.period
        elif not lead:
            # A sentence inside (五年来，…) may open the account of the years that the next paragraphs go on with.
            opened = [t for t in times if t.start in starts and _is_over(t.period, self.ref.year)]
            self.running = opened[-1].period if opened else self.running

    @property
    def period(self) -> str | None:
        if self.paragraph:
            return self.paragraph
        return (self.running or self.section_period) if self.in_sections else None


def _is_over(period: str, year: int) -> bool:
    """Whether a period is a span of years that ended before `year`."""
    return bool(re.fullmatch(r"\d{4}/\d{4}", period)) and int(period[5:]) < year


def _only(periods: list[str]) -> str | None:
    """The one period of a list of one."""
    return periods[0] if len(periods) == 1 else None


def _governing(times: list[Time], sentence: int, mention: Mention, clause_end: int) -> str | None:
    """The period of the last expression before the mention in its sentence, else of one behind it in its clause."""
    at = bisect_left(times, mention.start, key=lambda t: t.start)
    for t in reversed(times[max(0, at - 6) : at]):
        if t.start < sentence:
            break
        if (
            t.end <= mention.start
            and (not t.bound or mention.start - t.end < 4)
            or mention.start < t.end <= mention.end
        ):
            return t.period
    behind = times[at : at + 3]
    return next((t.period for t in behind if t.start >= mention.end and t.end <= clause_end), None)


def _clause_bounds(marks: list[int], mention: Mention, floor: int, ceiling: int) -> tuple[int, int]:
    """The clause of the mention between two of the places `marks`, within [floor, ceiling)."""
    at = bisect_left(marks, mention.start)
    behind = bisect_left(marks, mention.end)
    start = marks[at - 1] + 1 if at else 0
    stop = marks[behind] if behind < len(marks) else ceiling
    return max(start, floor), min(stop, ceiling)


def _passage_rows(text: str, first_sentence: int, context: _Context, units: Units) -> tuple[list[dict[str, Any]], int]:
    """The figures of one passage without theme and the columns of the document, and how many sentences it has."""
    spans = split_sentences(text)
    mentions = find_mentions(text, units)
    times = time_expressions(text, context.ref, ahead=context.status == "planned")
    context.begin_paragraph(times, text, [start for start, _ in spans], bool(mentions))
    if not mentions:
        return [], len(spans)
    at, numbers = 0, []
    for m in mentions:
        while at + 1 < len(spans) and spans[at][1] <= m.start:
            at += 1
        numbers.append(at)
    starts = [spans[n][0] for n in numbers]
    found = places(text, mentions, starts)
    names = name_figures(text, found, starts, units)
    measures = measure_figures(found, names, units)
    rows, year = [], context.ref.year if context.ref else None
    marks = [mark.start() for mark in _CLAUSE.finditer(text)]
    paragraph, now = context.period, False
    lead_of = -1
    for m, n, name, measure in zip(mentions, numbers, names, measures, strict=True):
        s_start, s_end = spans[n]
        if n != lead_of:
            lead_of = n
            if _NOW.match(text[s_start : s_start + 8]) and not context.in_sections:
                now = True
        c_start, c_stop = _clause_bounds(marks, m, max(s_start, m.start - 200), min(s_end, m.end + 60))
        period = _governing(times, s_start, m, c_stop)
        if period is None:
            period = None if now else paragraph
        future = year is not None and lies_ahead(period, year)
        sentence_before = text[max(s_start, m.start - 200) : m.start]
        state = context.paragraph_status or (context.status if context.in_sections else None)
        unit = units.rows.get(m.unit)
        factor = unit.factor if unit else None
        rows.append(
            {
                "sentence": first_sentence + n,
                "start": m.start,
                "end": m.end,
                "mention": text[m.start : m.end],
                "value": m.value,
                "value_max": m.value_max,
                "unit": plain_unit(m.unit),
                "value_si": m.value * factor if factor is not None else None,
                "unit_si": unit.unit_si if unit else None,
                "comparator": m.comparator,
                "measure": measure,
                "indicator": name or None,
                "period": period,
                "status": status(text[c_start : m.start], sentence_before, state, future),
            }
        )
    return rows, len(spans)


def tabulate(
    passages: pd.DataFrame,
    *,
    document: str,
    city: str,
    date: str | None,
    genre: str | None,
    units: Units,
    scheme: coding.Scheme,
) -> pd.DataFrame:
    """The table `figures` of one document.

    In: its `passages` (the columns of the registry), key, city, date (`2024-09-27`, `2024-09`, `2024` or None: relative
    periods then stay empty) and genre; the table of units and the theme dictionary. Out: one row per quantity mention,
    in text order, with `text[start:end] == mention` in the passage.
    """
    context, sentence = _Context(reference(date, genre)), 1
    rows: list[dict[str, Any]] = []
    standing: list[coding.Place] = []
    columns = (passages[name].tolist() for name in ("passage", "section", "speaker", "kind", "text"))
    for passage, section, speaker, kind, text in zip(*columns, strict=True):
        text = str(text)
        if kind == "heading":
            context.heading(text)
        section = "" if pd.isna(section) else str(section)
        figures, sentences = _passage_rows(text, sentence, context, units)
        sentence += sentences
        for figure in figures:
            figure.update(document=document, city=city, passage=passage, speaker=speaker)
            standing.append(coding.Place(text, figure["start"], figure["end"], figure["indicator"] or "", section))
        rows += figures
    for figure, theme in zip(rows, coding.themes_at(scheme, standing), strict=True):
        figure["theme"] = theme
    return frame("figures", rows)
