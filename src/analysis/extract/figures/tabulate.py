"""The figure table of a text: `tabulate` puts the steps together.

`mentions` (where a number stands, value, unit, comparator), `naming` (what it measures), `measures`, `discourse` (its
time), `statuses`, and the theme by the coding dictionary.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from typing import Any

import pandas as pd

from ...project.registry import frame
from ...texts.sentences import split_sentences
from .. import coding
from . import naming, statuses
from .discourse import Discourse, Reading, Sentence, find_moves, opens_item
from .ground import read_ground
from .held import Held, has_ended, is_ahead
from .measures import measure_figures
from .mentions import Mention, find_mentions
from .respective import respective_times
from .units import Units, plain_unit

_CLAUSE = re.compile("[，。；：！？\n]")
# So many characters before a figure are read for words that give its status, and behind it for a time in its clause.
_BEFORE, _BEHIND = 200, 60


def _clause_bounds(marks: list[int], mention: Mention, floor: int, ceiling: int) -> tuple[int, int]:
    """The clause of the mention between two of the places `marks`, within [floor, ceiling)."""
    at = bisect_left(marks, mention.start)
    behind = bisect_left(marks, mention.end)
    start = marks[at - 1] + 1 if at else 0
    stop = marks[behind] if behind < len(marks) else ceiling
    return max(start, floor), min(stop, ceiling)


def _time_and_status(
    text: str, sentence: Sentence, reading: Reading, mentions: list[Mention], marks: list[int], discourse: Discourse
) -> list[tuple[Held, str]]:
    """The time and the status of the figures of one sentence."""
    ref, found = discourse.ground.ref, []
    times = [event for event in reading.events if event.expression]
    listed = respective_times(text, sentence.start, times, mentions) if times and len(mentions) > 1 else {}
    for number, mention in enumerate(mentions):
        floor = max(sentence.start, mention.start - _BEFORE)
        clause = _clause_bounds(marks, mention, floor, min(sentence.end, mention.end + _BEHIND))
        before = text[clause[0] : mention.start]
        # 争取, 确保 in a review are no plans, 建成 in a plan is nothing done.
        said = None if reading.looks_ahead(mention.start) else discourse.status
        ignored = {"achieved": "planned", "planned": "achieved"}.get(said or "")
        held = reading.time_of(mention.start, mention.end, clause, ignored)
        held = Held(listed[number], "clause") if listed.get(number) else held
        state = statuses.status(
            before,
            text[floor : mention.start],
            said,
            future=is_ahead(held.period, ref),
            over=held.source in ("clause", "sentence", "paragraph") and has_ended(held.period, ref),
        )
        found.append((held, state))
    return found


def _agreeing(
    text: str, sentence: Sentence, mentions: list[Mention], told: list[tuple[Held, str]]
) -> list[tuple[Held, str]]:
    """The times and statuses of the figures of one sentence, where words for the year's plan bind their statuses."""
    starts = [mention.start - sentence.start for mention in mentions]
    agreed = statuses.agree(text[sentence.start : sentence.end], starts, [state for _, state in told])
    return [(held, state) for (held, _), state in zip(told, agreed, strict=True)]


def _read_times(
    text: str,
    spans: list[tuple[int, int]],
    mentions: list[Mention],
    numbers: list[int],
    discourse: Discourse,
    *,
    kind: str,
) -> list[tuple[Held, str]]:
    """The times and statuses of the figures of one passage; `numbers` says in which of the sentences each stands."""
    moves = find_moves(text)
    lost = statuses.lost_heading(text, bool(mentions)) if kind == "body" else None
    if lost and discourse.begins_section(lost):
        discourse.heading(lost)
    starts = [start for start, _ in spans]
    discourse.paragraph(text, moves, starts, figures=bool(mentions), heading=kind == "heading")
    if not moves and not mentions:
        return []
    marks = [mark.start() for mark in _CLAUSE.finditer(text)] if mentions else []
    year_plan = bool(mentions) and statuses.has("year_plan", text)
    found: list[tuple[Held, str]] = []
    move = figure = 0
    for number, (start, end) in enumerate(spans):
        first_move, first_figure = move, figure
        while move < len(moves) and moves[move].start < end:
            move += 1
        while figure < len(mentions) and numbers[figure] == number:
            figure += 1
        if move > first_move or figure > first_figure or opens_item(text, start):
            sentence = Sentence(number, start, end)
            reading = discourse.reading(text, sentence, moves[first_move:move])
            if figure > first_figure:
                figures = mentions[first_figure:figure]
                told = _time_and_status(text, sentence, reading, figures, marks, discourse)
                found += _agreeing(text, sentence, figures, told) if year_plan else told
            discourse.close(reading)
    return found


def _sentence_numbers(spans: list[tuple[int, int]], mentions: list[Mention]) -> list[int]:
    """In which of the sentences each mention begins."""
    ends = [end for _, end in spans]
    return [min(bisect_right(ends, m.start), len(spans) - 1) for m in mentions]


def _passage_rows(
    text: str, first_sentence: int, discourse: Discourse, units: Units, *, kind: str
) -> tuple[list[dict[str, Any]], int]:
    """The figures of one passage without theme and the columns of the document, and how many sentences it has."""
    spans = split_sentences(text)
    mentions = find_mentions(text, units)
    numbers = _sentence_numbers(spans, mentions)
    times = _read_times(text, spans, mentions, numbers, discourse, kind=kind)
    if not mentions:
        return [], len(spans)
    starts = [spans[n][0] for n in numbers]
    found = naming.places(text, mentions, starts)
    names = naming.name_figures(text, found, starts, units)
    measures = measure_figures(found, names, units)
    rows = []
    for m, n, name, measure, (held, state) in zip(mentions, numbers, names, measures, times, strict=True):
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
                "period": held.period,
                "period_source": held.source if held.period else None,
                "status": state,
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
    periods then stay empty) and genre (None: told by the text); the table of units and the theme dictionary. Out: one
    row per quantity mention, in text order, with `text[start:end] == mention` in the passage.
    """
    columns = [passages[name].tolist() for name in ("passage", "section", "speaker", "kind", "text")]
    discourse, sentence = Discourse(read_ground(list(map(str, columns[-1])), date, genre)), 1
    rows: list[dict[str, Any]] = []
    standing: list[coding.Place] = []
    for passage, section, speaker, kind, text in zip(*columns, strict=True):
        text = str(text)
        if kind == "heading":
            discourse.heading(text)
        section = "" if pd.isna(section) else str(section)
        figures, sentences = _passage_rows(text, sentence, discourse, units, kind=kind)
        sentence += sentences
        for figure in figures:
            figure.update(document=document, city=city, passage=passage, speaker=speaker)
            standing.append(coding.Place(text, figure["start"], figure["end"], figure["indicator"] or "", section))
        rows += figures
    for figure, theme in zip(rows, coding.themes_at(scheme, standing), strict=True):
        figure["theme"] = theme
    return frame("figures", rows)
