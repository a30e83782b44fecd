"""The policy domain of a figure: what stands near it and what the speaker is talking about have their say."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from .scheme import Scheme, counting, longest, offsets, standing

FALLBACK = "macro"

# The places where evidence for a figure may stand, the nearest first, and how far each is trusted: that share of the
# decision at most, the rest goes on to the next place. So the nearest evidence wins, and where it is thin or absent the
# wider ones decide.
TRUST = {
    "indicator": 0.4,  # the words that name what is measured
    "clause": 0.5,  # between the punctuation marks around the number
    "sentence": 0.7,  # the rest of the sentence
    "before": 0.5,  # the sentences before it in the passage
}
# What the speaker is talking about counts beside the places: the question or heading above, the sentence that opens
# the passage and the passage as a whole share this much of the decision.
TOPIC = {"section": 0.2, "opening": 0.1, "passage": 0.4}
# An opening sentence longer than this is no topic sentence.
OPENING_CHARACTERS = 60
# A place with few votes takes less than it is trusted: votes / (votes + DOUBT) of it.
DOUBT = 0.6
# Votes halve with this many characters between term and number.
HALVING = {"clause": 12.0, "sentence": 36.0, "before": 120.0}
# In Chinese the head of a noun phrase stands last: each match further left in an indicator counts half of the next one.
HEAD_LAST = 0.5
# What a figure is a share of (占地区生产总值的, 相当于财政支出的) names it less than what the share is of.
WHOLE = 0.2
WHOLE_MARKS = ("占", "相当于")
# What a sentence says in clauses after the one of the number is mostly something new.
LATER = 0.4
# Only this much of a passage before the sentence is looked at, and this much around the number, so that a text without
# punctuation costs no more than others.
BEFORE_CHARACTERS = 240
AROUND_CHARACTERS = 600

# A term past one of these marks lies further away than its characters; all other characters count one.
HURDLES = {"、": 5, "，": 7, ",": 7, "；": 12, ";": 12, "。": 20, "！": 20, "？": 20, "\n": 20, "%": 3, "％": 3}
HURDLE_CODES = np.array([ord(mark) for mark in HURDLES])
SENTENCE_MARKS = re.compile(r"[。！？!?；;\n]")
CLAUSE_MARKS = re.compile(r"[。！？!?；;\n，：:]|,(?!\d)")


class Place(NamedTuple):
    """Where a figure stands: `text[start:end]` of a passage, what it measures, and the heading or question above."""

    text: str
    start: int
    end: int
    indicator: str = ""
    section: str = ""


# So many figures are decided together.
TOGETHER = 500


def themes_at(scheme: Scheme, figures: Sequence[Place]) -> list[str]:
    """The theme of each of `figures`: a code of the scheme, `FALLBACK` without evidence.

    Each place where evidence stands has a say as `TRUST` and `TOPIC` have it. All texts are looked through together.
    """
    texts = list(dict.fromkeys(figure.text for figure in figures))
    numbers = {text: number for number, text in enumerate(texts)}
    passages, begins = _Passages(scheme, texts), offsets(texts)
    places = np.array([(numbers[f.text], f.start, f.end) for f in figures], dtype=np.intp).reshape(-1, 3)
    text, starts, ends = places[:, 0], places[:, 1] + begins[places[:, 0]], places[:, 2] + begins[places[:, 0]]
    indicators = _Phrases(_head_last_votes, scheme, [figure.indicator for figure in figures])
    sections = _Phrases(_alike_votes, scheme, [figure.section for figure in figures])
    openings = passages.openings(text, starts)
    found: list[str] = []
    for first in range(0, len(figures), TOGETHER):
        some = slice(first, first + TOGETHER)
        clause, sentence, before = passages.around(text[some], starts[some], ends[some])
        found += _decide_all(
            scheme.columns.codes,
            len(starts[some]),
            [("indicator", indicators.of(some)), ("clause", clause), ("sentence", sentence), ("before", before)],
            [
                ("section", sections.of(some)),
                ("opening", _Phrases(_alike_votes, scheme, openings[some]).of(slice(None))),
                ("passage", _spread(passages.whole, text[some])),
            ],
        )
    return found


class _Votes(NamedTuple):
    """Votes by group and code, group by group; the codes of a group in the order in which they came up."""

    group: np.ndarray
    code: np.ndarray
    vote: np.ndarray


def _sum_votes(group: np.ndarray, code: np.ndarray, vote: np.ndarray) -> _Votes:
    """Single votes, in order, summed up by group and code."""
    many = int(code.max(initial=0)) + 1
    keys, first, inverse = np.unique(group * many + code, return_index=True, return_inverse=True)
    order = np.lexsort((first, keys // many))
    return _Votes(keys[order] // many, keys[order] % many, np.bincount(inverse, vote, len(keys))[order])


def _spread(votes: _Votes, groups: np.ndarray) -> _Votes:
    """The votes of `groups`, in which one may come up several times, by their place in that list."""
    first, end = (np.searchsorted(votes.group, groups, side) for side in ("left", "right"))
    member, at = _ranges(first, end)
    return _Votes(member, votes.code[at], votes.vote[at])


def _ranges(first: np.ndarray, end: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """All numbers of the ranges from `first` to `end`, one after the other: number of the range, number in it."""
    sizes = np.maximum(end - first, 0)
    member = np.repeat(np.arange(len(sizes)), sizes)
    return member, np.arange(len(member)) + (first - np.cumsum(sizes) + sizes)[member]


class _Phrases:
    """The votes of short texts, of which many are the same."""

    def __init__(self, votes: Callable[[Scheme, list[str]], _Votes], scheme: Scheme, phrases: Sequence[str]) -> None:
        different = list(dict.fromkeys(phrases))
        numbers = {phrase: number for number, phrase in enumerate(different)}
        self._votes = votes(scheme, different)
        self._numbers = np.array([numbers[phrase] for phrase in phrases], dtype=np.intp)

    def of(self, some: slice) -> _Votes:
        """The votes of some of the phrases, numbered from 0."""
        return _spread(self._votes, self._numbers[some])


def _phrase_terms(scheme: Scheme, phrases: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """The terms that count in each phrase: number of the phrase, number of the term."""
    phrase, start, term = standing(scheme, phrases)
    won = longest(start, start + scheme.columns.length[term])
    phrase, term = phrase[won], term[won]
    counts = counting(scheme, phrases, phrase, term)
    return phrase[counts], term[counts]


def _alike_votes(scheme: Scheme, phrases: list[str]) -> _Votes:
    """The votes of headings, questions and opening sentences: all terms of one alike."""
    phrase, term = _phrase_terms(scheme, phrases)
    return _sum_votes(phrase, scheme.columns.code[term], scheme.columns.strength[term])


def _head_last_votes(scheme: Scheme, phrases: list[str]) -> _Votes:
    """The votes of indicators, where the head noun, which stands last, counts most.

    In `教育支出占财政支出比重` it is the part, not the whole that it is a share of, which is measured.
    """
    parts = [phrase.partition("占")[0] for phrase in phrases]
    phrase, term = _phrase_terms(scheme, [*parts, *phrases])
    said = np.zeros(len(phrases), dtype=bool)
    said[phrase[phrase < len(parts)]] = True
    # Terms of the part, or else of the whole, the last first.
    kept = (phrase < len(parts)) | ~said[phrase - len(parts)]
    phrase, term = phrase[kept][::-1] % max(len(parts), 1), term[kept][::-1]
    order = np.argsort(phrase, kind="stable")
    phrase, term = phrase[order], term[order]
    further = np.arange(len(phrase)) - np.searchsorted(phrase, phrase)
    vote = HEAD_LAST**further * scheme.columns.strength[term]
    return _sum_votes(phrase, scheme.columns.code[term], vote)


class _Passages:
    """Texts prepared for votes: places are those in all of them joined by a line break, which ends a sentence."""

    def __init__(self, scheme: Scheme, texts: Sequence[str]) -> None:
        columns, self._joined = scheme.columns, "".join(f"{text}\n" for text in texts)
        self._offsets = offsets(texts)
        self._sentence_marks = _starts(SENTENCE_MARKS, self._joined)
        self._clause_marks = _starts(CLAUSE_MARKS, self._joined)
        self._whole_marks = [(_starts(re.compile(mark), self._joined), len(mark)) for mark in WHOLE_MARKS]
        text, start, term = standing(scheme, texts)
        won = longest(start, start + columns.length[term])
        text, start, term = text[won], start[won], term[won]
        end = start + columns.length[term]
        counts = columns.code[term] >= 0
        for at in np.flatnonzero(columns.limit[term] > 0).tolist():
            left, right = (int(place) for place in self._between(start[at], end[at], self._sentence_marks))
            counts[at] &= columns.entries[term[at]].fits(self._joined[left:right])
        self._start, self._end, term = start[counts], end[counts], term[counts]
        self._code, self._strength = columns.code[term], columns.strength[term]
        self.whole = _sum_votes(text[counts], self._code, self._strength)
        # How far each character lies from the first, in characters and hurdles.
        steps = np.ones(HURDLE_CODES.max() + 2, dtype=np.intp)
        steps[HURDLE_CODES] = list(HURDLES.values())
        codes = np.frombuffer(self._joined.encode("utf-32-le", "surrogatepass"), dtype="<u4")
        self._way = np.concatenate([[0], np.cumsum(steps.take(codes, mode="clip"))])

    @staticmethod
    def _between(start: Any, end: Any, marks: np.ndarray) -> tuple[Any, Any]:
        """The spans around `start`, `end` that lie between two of the places `marks`."""
        left = np.searchsorted(marks, start)
        return np.where(left > 0, marks[left - 1] + 1, 0), marks[np.searchsorted(marks, end)]

    def openings(self, text: np.ndarray, starts: np.ndarray) -> list[str]:
        """The opening of the passage of each figure, empty where the figure stands in it."""
        offsets, marks = self._offsets[text], self._sentence_marks
        ends = np.minimum(marks[np.searchsorted(marks, offsets)], offsets + OPENING_CHARACTERS)
        later = self._between(starts, starts, marks)[0] > offsets
        spans = zip(offsets.tolist(), ends.tolist(), later.tolist(), strict=True)
        return [self._joined[start:end] if shown else "" for start, end, shown in spans]

    def around(self, text: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> tuple[_Votes, _Votes, _Votes]:
        """The votes of the clause, the sentence and what stands before it, for each figure at `starts`, `ends`."""
        sentence_start, sentence_end = self._between(starts, ends, self._sentence_marks)
        clause_start, clause_end = self._between(starts, ends, self._clause_marks)
        whole = np.full(len(starts), -1)
        for marks, size in self._whole_marks:
            last = np.searchsorted(marks, starts - size, side="right")
            place = np.concatenate([[-1], marks])[last]
            whole = np.maximum(whole, np.where(place >= starts - AROUND_CHARACTERS, place, -1))
        anchor = np.where(whole > clause_start, whole, starts)
        low = np.maximum(sentence_start - BEFORE_CHARACTERS, starts - AROUND_CHARACTERS)
        first = np.searchsorted(self._start, np.maximum(low, self._offsets[text]))
        figure, at = _ranges(first, np.searchsorted(self._start, np.minimum(sentence_end, ends + AROUND_CHARACTERS)))
        # Not what is part of the number: 万亿, 一期
        apart = (self._start[at] >= ends[figure]) | (self._end[at] <= starts[figure])
        figure, at = figure[apart], at[apart]
        left, right, way = self._start[at], self._end[at], self._way
        behind, ahead = right > starts[figure], right <= anchor[figure]
        far = np.where(
            behind,
            way[left] - way[ends[figure]],
            np.where(ahead, way[anchor[figure]], way[starts[figure]]) - way[right],
        )
        inside = (left >= clause_start[figure]) & (left < clause_end[figure])
        earlier = left < sentence_start[figure]
        weight = np.where(behind, np.where(left >= clause_end[figure], LATER, 1.0), np.where(ahead, 1.0, WHOLE))

        def votes(chosen: np.ndarray, place: str) -> _Votes:
            distances, numbers = np.unique(far[chosen], return_inverse=True)
            # As Python reckons: numpy's powers may differ in the last digit.
            fading = np.array([0.5 ** (distance / HALVING[place]) for distance in distances.tolist()])
            vote = self._strength[at[chosen]] * fading[numbers] * weight[chosen]
            return _sum_votes(figure[chosen], self._code[at[chosen]], vote)

        return votes(inside & ~earlier, "clause"), votes(~inside & ~earlier, "sentence"), votes(earlier, "before")


def _starts(pattern: re.Pattern[str], text: str) -> np.ndarray:
    return np.array([found.start() for found in pattern.finditer(text)], dtype=np.intp)


def _decide_all(
    codes: Sequence[str], figures: int, places: Sequence[tuple[str, _Votes]], topics: Sequence[tuple[str, _Votes]]
) -> list[str]:
    """The code that wins for each figure: `places` are (name in TRUST, votes), the nearest first, `topics` in TOPIC."""
    score = np.zeros((figures, max(len(codes), 1)))
    # When each code came up first: among equals that one wins.
    late = np.iinfo(np.intp).max
    came = np.full(score.shape, late)
    stage = 0
    rest = np.ones(figures)

    def add(votes: _Votes, parts: np.ndarray) -> None:
        nonlocal stage
        score[votes.group, votes.code] += parts
        turn = stage + np.arange(len(parts))
        came[votes.group, votes.code] = np.minimum(came[votes.group, votes.code], turn)
        stage += len(parts)

    for place, votes in places:
        total = np.bincount(votes.group, votes.vote, figures)
        taken = rest * TRUST[place] * total / (total + DOUBT)
        rest = rest - taken
        add(votes, taken[votes.group] * votes.vote / total[votes.group])
    for topic, votes in topics:
        whole = np.bincount(votes.group, votes.vote, figures) + DOUBT
        add(votes, TOPIC[topic] * votes.vote / whole[votes.group])
    score[came == late] = -1.0
    best = score.max(axis=1, keepdims=True)
    winner = np.where(score == best, came, late).argmin(axis=1)
    found = zip(winner.tolist(), (best[:, 0] >= 0).tolist(), strict=True)
    return [codes[code] if said else FALLBACK for code, said in found]
