"""Slow twins of the engines of coding: one sentence and one figure after the other, to check the fast ones against."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import accumulate, pairwise, repeat
from typing import NamedTuple

from analysis.extract.coding import FALLBACK, HINT, Entry, Scheme
from analysis.extract.coding.codes import PART
from analysis.extract.coding.figure_themes import (
    AROUND_CHARACTERS,
    BEFORE_CHARACTERS,
    CLAUSE_MARKS,
    DOUBT,
    HALVING,
    HEAD_LAST,
    HURDLES,
    LATER,
    OPENING_CHARACTERS,
    SENTENCE_MARKS,
    TOPIC,
    TRUST,
    WHOLE,
    WHOLE_MARKS,
)
from analysis.extract.coding.scheme import strength as _strength

Span = tuple[int, int]


class Match(NamedTuple):
    """One term found in a text: half-open span, code of the scheme, the words."""

    start: int
    end: int
    code: str
    term: str


def found_in(scheme: Scheme, text: str) -> list[tuple[int, Entry]]:
    """The terms in `text` with their starts, by trying every size at every place.

    Those that only hide others and those that do not fit are among them.
    """
    sizes = sorted({len(term) for term in scheme.entries}, reverse=True)
    found, at = [], 0
    while at < len(text):
        for size in sizes:
            entry = scheme.entries.get(text[at : at + size])
            if entry is not None and len(entry.term) == size and entry.stands(text, at):
                found.append((at, entry))
                at += size
                break
        else:
            at += 1
    return found


def matches(scheme: Scheme, sentence: str) -> list[Match]:
    """The terms that count in `sentence`: longest first, left to right, without overlap."""
    return [
        Match(at, at + len(entry.term), entry.code, entry.term)
        for at, entry in found_in(scheme, sentence)
        if entry.code and entry.fits(sentence)
    ]


def sentence_codes(text: str, scheme: Scheme) -> list[tuple[str, float, list[str]]]:
    """(code, share, its different matched words in text order) of one sentence, the main code first.

    Part by part: the score of a code is the sum of characters times weight over its matches. It stands where it has
    enough of it in some part, and leads there or has in the sentence a term of at least the weight `HINT`.
    """
    marks = sorted({0, *(found.end() for found in PART.finditer(text + "\n"))})
    sizes = [end - start for start, end in pairwise([*marks, len(text)])]
    scores: list[dict[str, float]] = [{} for _ in marks]
    words: dict[str, dict[str, None]] = {}
    plain = set()
    for at, entry in found_in(scheme, text):
        code, weight = entry.code, entry.weight
        if code and entry.fits(text):
            score = scores[bisect_right(marks, at) - 1]
            score[code] = score.get(code, 0.0) + len(entry.term) * weight
            words.setdefault(code, {})[entry.term] = None
            if weight >= HINT:
                plain.add(code)
    if any(map(text.__contains__, scheme.not_with)):
        return []
    stands = set()
    for score, size in zip(scores, sizes, strict=True):
        # `max` takes the first among equals, and a score is in the order of the text.
        lead = max(score, key=lambda code: score[code], default="")
        for code, value in score.items():
            if value >= max(scheme.least, scheme.least_share * size) and (code == lead or code in plain):
                stands.add(code)
    kept = [{code: value for code, value in score.items() if code in stands} for score in scores]
    kept = [score for score in kept if score]
    share = {
        code: sum(score.get(code, 0.0) / sum(score.values()) for score in kept) / len(kept)
        for code in words
        if code in stands
    }
    ordered = sorted(share, key=lambda code: -round(share[code], 9))
    return [(code, share[code], list(words[code])) for code in ordered]


class _Passage(NamedTuple):
    """A text prepared for votes."""

    votes: list[tuple[int, int, str, float]]  # start, end, code and strength of each match
    starts: list[int]  # of the matches
    way: list[int]  # how far each character lies from the first, in characters and hurdles
    whole: dict[str, float]  # the strengths of all matches by code
    sentence_marks: list[int]  # places that end a sentence, the end of the text included
    clause_marks: list[int]


@lru_cache(maxsize=256)
def _prepared(scheme: Scheme, text: str) -> _Passage:
    strengths = _strengths(scheme)
    sentence_marks = [at for at, mark in enumerate(text) if mark in SENTENCE_MARKS] + [len(text)]
    votes = []
    for start, entry in found_in(scheme, text):
        end = start + len(entry.term)
        if entry.needs or entry.not_with:
            left, right = _between(start, end, sentence_marks)
            if not entry.fits(text[left:right]):
                continue
        if entry.code:
            votes.append((start, end, entry.code, strengths[entry.term]))
    whole: dict[str, float] = {}
    for _, _, code, strength in votes:
        whole[code] = whole.get(code, 0.0) + strength
    # HURDLES.get(character, 1) of every character, summed up.
    return _Passage(
        votes,
        [vote[0] for vote in votes],
        list(accumulate(map(HURDLES.get, text, repeat(1)), initial=0)),
        whole,
        sentence_marks,
        [found.start() for found in CLAUSE_MARKS.finditer(text)] + [len(text)],
    )


def _between(start: int, end: int, marks: list[int]) -> Span:
    """The span around `start`, `end` that lies between two of the places `marks`."""
    left = bisect_left(marks, start)
    return (marks[left - 1] + 1 if left else 0), marks[bisect_left(marks, end)]


@lru_cache(maxsize=8192)
def _indicator_votes(scheme: Scheme, indicator: str) -> dict[str, float]:
    """The votes inside an indicator, where the head noun, which stands last, counts most.

    In `教育支出占财政支出比重` it is the part, not the whole that it is a share of, which is measured.
    """
    votes: dict[str, float] = {}
    share = 1.0
    part, _, _ = indicator.partition("占")
    for match in reversed(matches(scheme, part) or matches(scheme, indicator)):
        votes[match.code] = votes.get(match.code, 0.0) + share * _strength(scheme, match.term)
        share *= HEAD_LAST
    return votes


@lru_cache(maxsize=2048)
def _topic_votes(scheme: Scheme, words: str) -> dict[str, float]:
    """The votes of a heading, a question or an opening sentence: all of its terms alike."""
    votes: dict[str, float] = {}
    for match in matches(scheme, words):
        votes[match.code] = votes.get(match.code, 0.0) + _strength(scheme, match.term)
    return votes


@lru_cache(maxsize=8)
def _strengths(scheme: Scheme) -> dict[str, float]:
    """term → its strength."""
    return {term: _strength(scheme, term) for term in scheme.entries}


def _total(votes: Mapping[str, float]) -> float:
    """The sum, added one by one as `themes_at` does: `sum` rounds in another way from Python 3.12 on."""
    total = 0.0
    for vote in votes.values():
        total += vote
    return total


def _decide(places: Iterable[tuple[str, dict[str, float]]], topics: Iterable[tuple[str, dict[str, float]]]) -> str:
    """The code that wins: `places` are (name in TRUST, votes), the nearest first, `topics` (name in TOPIC, votes)."""
    score: dict[str, float] = {}
    rest = 1.0
    for place, votes in places:
        if votes:
            total = _total(votes)
            taken = rest * TRUST[place] * total / (total + DOUBT)
            rest -= taken
            for code, vote in votes.items():
                score[code] = score.get(code, 0.0) + taken * vote / total
    for topic, votes in topics:
        total = _total(votes) + DOUBT
        for code, vote in votes.items():
            score[code] = score.get(code, 0.0) + TOPIC[topic] * vote / total
    return max(score, key=lambda code: score[code]) if score else FALLBACK


def theme_at(scheme: Scheme, text: str, start: int, end: int, indicator: str = "", section: str = "") -> str:
    """The theme of the figure at `text[start:end]` of a passage: a code of the scheme, `FALLBACK` without evidence.

    `indicator` names what is measured (may be empty), `section` is the heading or question above. Each place where
    evidence stands has a say as `TRUST` has it. What is derived from `text` is kept, so that further figures of
    the same passage cost little.
    """
    found, starts, way, passage, sentence_marks, clause_marks = _prepared(scheme, text)
    sentence_start, sentence_end = _between(start, end, sentence_marks)
    clause_start, clause_end = _between(start, end, clause_marks)
    nearby = max(clause_start, start - AROUND_CHARACTERS)
    whole = max(text.rfind(mark, nearby, start) for mark in WHOLE_MARKS)
    anchor = whole if whole > clause_start else start
    clause: dict[str, float] = {}
    sentence: dict[str, float] = {}
    before: dict[str, float] = {}
    first = bisect_left(starts, max(sentence_start - BEFORE_CHARACTERS, start - AROUND_CHARACTERS))
    last = bisect_left(starts, min(sentence_end, end + AROUND_CHARACTERS))
    for left, right, code, strength in found[first:last]:
        if left < end and right > start:  # part of the number: 万亿, 一期
            continue
        if left < sentence_start:
            votes, halving = before, HALVING["before"]
        elif left < clause_start or left >= clause_end:
            votes, halving = sentence, HALVING["sentence"]
        else:
            votes, halving = clause, HALVING["clause"]
        if right <= anchor:
            vote = strength * 0.5 ** ((way[anchor] - way[right]) / halving)
        elif right <= start:
            vote = strength * 0.5 ** ((way[start] - way[right]) / halving) * WHOLE
        else:
            vote = strength * 0.5 ** ((way[left] - way[end]) / halving)
            if left >= clause_end:
                vote *= LATER
        votes[code] = votes.get(code, 0.0) + vote
    opening = ""
    if sentence_start > 0:
        opening = text[: min(sentence_marks[0], OPENING_CHARACTERS)]
    return _decide(
        [
            ("indicator", _indicator_votes(scheme, indicator)),
            ("clause", clause),
            ("sentence", sentence),
            ("before", before),
        ],
        [
            ("section", _topic_votes(scheme, section)),
            ("opening", _topic_votes(scheme, opening)),
            ("passage", passage),
        ],
    )
