"""The table `commitments` of a document: its promises, sentence by sentence, with strength, deadline, figures, body."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ...project.registry import frame
from ...texts.sentences import split_sentences
from ..figures import statuses
from ..figures.discourse import Discourse, Reading, Sentence, find_moves
from ..figures.ground import read_ground
from ..figures.held import has_ended, is_ahead
from . import wording

#: What a promise names in one cell is joined by this.
JOIN = "|"


@dataclass(frozen=True)
class _Figure:
    """A figure of a sentence: where it begins in the passage, its words, whether it is planned."""

    start: int
    mention: str
    planned: bool


def _figures(figures: pd.DataFrame) -> dict[int, list[_Figure]]:
    """The figures of each sentence, by its number in the document."""
    found: dict[int, list[_Figure]] = defaultdict(list)
    columns = (figures[name].tolist() for name in ("sentence", "start", "mention", "status"))
    for sentence, start, mention, status in zip(*columns, strict=True):
        found[sentence].append(_Figure(start, mention, status == "planned"))
    return found


def _keys(entities: pd.DataFrame) -> dict[int, list[str]]:
    """The keys of the entities of each sentence, each once."""
    found: dict[int, dict[str, None]] = defaultdict(dict)
    for sentence, key in zip(entities["sentence"].tolist(), entities["key"].tolist(), strict=True):
        found[sentence][key] = None
    return {sentence: list(keys) for sentence, keys in found.items()}


def _deadline(reading: Reading, sentence: Sentence, text: str, discourse: Discourse) -> tuple[str | None, str | None]:
    """By when a promise is to be kept, and where that is said: the time that holds at the end of the sentence."""
    clause = max(text.rfind(mark, sentence.start, sentence.end - 1) for mark in "，；：") + 1
    bounds = (max(clause, sentence.start), sentence.end)
    held = reading.time_of(sentence.end - 1, sentence.end, bounds, "achieved")
    period, ref = held.period, discourse.ground.ref
    if period is None or period.endswith("..") or has_ended(period, ref):
        return None, None
    return period, held.source


def _read(
    discourse: Discourse, text: str, kind: str, first: int, figures: dict[int, list[_Figure]]
) -> Iterator[tuple[Sentence, Reading]]:
    """The sentences of one passage with their readings, while the discourse moves on; `first` is the number of its
    first sentence in the document."""
    spans, moves = split_sentences(text), find_moves(text)
    numbers = [first + n for n in range(len(spans))]
    has_figures = any(number in figures for number in numbers)
    lost = statuses.lost_heading(text, has_figures) if kind == "body" else None
    if lost and discourse.begins_section(lost):
        discourse.heading(lost)
    discourse.paragraph(text, moves, [start for start, _ in spans], figures=has_figures, heading=kind == "heading")
    for n, (start, end) in enumerate(spans):
        sentence = Sentence(n, start, end)
        reading = discourse.reading(text, sentence, [m for m in moves if start <= m.start < end])
        yield sentence, reading
        reading.figures = len(figures.get(numbers[n], ()))
        discourse.close(reading)


@dataclass(frozen=True)
class _Place:
    """Where a sentence stands: whether its section or paragraph plans, and whether it goes on from 下一步."""

    planning: bool
    led: bool


def _is_promise(words: str, place: _Place, discourse: Discourse, *, planned: bool, future: bool) -> bool:
    """Whether a sentence promises, by what holds where it stands and by its words; `planned`: it has a planned figure;
    `future`: it names a time to come."""
    if place.planning or place.led:
        told = wording.reports(words) and not wording.cues(words, planning=True)
        if told and (place.led or statuses.has("own_now", words)):
            return False
        return not wording.says_how_it_is(words) or bool(wording.cues(words, planning=False))
    return discourse.status != "achieved" and wording.promises(words, planned=planned, future=future)


def _row(
    text: str, sentence: Sentence, reading: Reading, place: _Place, discourse: Discourse, own: list[_Figure]
) -> dict[str, Any] | None:
    """What one sentence promises; None where it promises nothing."""
    words, ref = text[sentence.start : sentence.end], discourse.ground.ref
    planned = [figure.mention for figure in own if figure.planned]
    ahead = any(event.expression and is_ahead(event.period, ref) for event in reading.events)
    if not _is_promise(words.strip(), place, discourse, planned=bool(planned), future=ahead):
        return None
    starts = [figure.start - sentence.start for figure in own]
    strength, word = wording.binding(words, starts, planning=place.planning or place.led)
    deadline, source = _deadline(reading, sentence, text, discourse)
    return {
        "start": sentence.start,
        "end": sentence.end,
        "strength": strength,
        "word": word,
        "deadline": deadline,
        "deadline_source": source,
        "quantity": JOIN.join(planned) or None,
        "owner": wording.owner(words),
    }


def commitments(
    passages: pd.DataFrame,
    figures: pd.DataFrame,
    entities: pd.DataFrame,
    states: Sequence[str | None],
    *,
    document: str,
    city: str,
    date: str | None,
    genre: str | None,
) -> pd.DataFrame:
    """The table `commitments` of one document.

    In: its `passages`, `figures` and `entities` (the columns of the registry), what section and paragraph say of each
    passage (`figures.sections.passage_statuses`), key, city, date and genre as for the figures. Out: one row for each
    sentence of body or answers that promises, in text order, with its span in the passage. A section that plans
    promises with bare imperatives, too; a section that reviews promises nothing; elsewhere words of commitment decide
    (data/reference/rules/commitments.csv).
    """
    columns = [passages[name].tolist() for name in ("passage", "section", "speaker", "kind", "text")]
    discourse = Discourse(read_ground(list(map(str, columns[-1])), date, genre))
    of_sentence, keys = _figures(figures), _keys(entities)
    rows: list[dict[str, Any]] = []
    number, led = 0, False
    for (passage, section, speaker, kind, text), state in zip(zip(*columns, strict=True), states, strict=True):
        text = str(text)
        if kind == "heading":
            discourse.heading(text)
        counts = kind in ("body", "answer") and not (isinstance(section, str) and wording.is_appendix(section))
        bare = discourse.ground.kind == "report" and statuses.imperative(text)
        for sentence, reading in _read(discourse, text, kind, number + 1, of_sentence):
            number += 1
            words = text[sentence.start : sentence.end].strip()
            if not counts or not words:
                continue
            led = wording.leads(words) or led and not statuses.has("own_now", words)
            place = _Place("planned" in (discourse.status, state) or discourse.status is None and bare, led)
            row = _row(text, sentence, reading, place, discourse, of_sentence.get(number, []))
            if row:
                named = JOIN.join(keys.get(number, ())) or None
                at = {"document": document, "city": city, "passage": passage, "sentence": number, "speaker": speaker}
                rows.append({**at, **row, "entity": named})
        # What a colon announces goes on in the next paragraph.
        led = led and text.rstrip().endswith("：")
    return frame("commitments", rows)
