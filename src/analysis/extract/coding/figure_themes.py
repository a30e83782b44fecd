"""The policy domain of a figure: what stands near it and what the speaker is talking about have their say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from .scheme import Scheme, Standing, counting, longest, offsets, standing_apart

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
SENTENCE_MARKS = "。！？!?；;\n"
# By code point, the last place for all above: what each character counts, and which ones end a sentence.
STEPS = np.ones(max(map(ord, HURDLES)) + 2, dtype=np.intp)
STEPS[list(map(ord, HURDLES))] = list(HURDLES.values())
ENDS_SENTENCE = np.zeros(len(STEPS), dtype=bool)
ENDS_SENTENCE[list(map(ord, SENTENCE_MARKS))] = True
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
    lines, begins = _Lines(texts), offsets(texts)
    places = np.array([(numbers[f.text], f.start, f.end) for f in figures], dtype=np.intp).reshape(-1, 3)
    text, starts, ends = places[:, 0], places[:, 1] + begins[places[:, 0]], places[:, 2] + begins[places[:, 0]]
    named, headed = _different([f.indicator for f in figures]), _different([f.section for f in figures])
    opened = _different(lines.openings(text, starts))
    asked = (texts, _with_parts(named.phrases), headed.phrases, opened.phrases)
    there = standing_apart(scheme, asked)
    passages = _Passages(scheme, lines, there[0])
    indicators = _Phrases(named, _head_last_votes(scheme, asked[1], there[1]))
    sections = _Phrases(headed, _alike_votes(scheme, asked[2], there[2]))
    openings = _Phrases(opened, _alike_votes(scheme, asked[3], there[3]))
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
                ("opening", openings.of(some)),
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


class _Different(NamedTuple):
    """Short texts, of which many are the same: the different ones, and the number of each."""

    phrases: list[str]
    numbers: np.ndarray


def _different(phrases: Sequence[str]) -> _Different:
    places = {phrase: number for number, phrase in enumerate(dict.fromkeys(phrases))}
    return _Different(list(places), np.array([places[phrase] for phrase in phrases], dtype=np.intp))


class _Phrases(NamedTuple):
    """Short texts with the votes of the different ones."""

    different: _Different
    votes: _Votes

    def of(self, some: slice) -> _Votes:
        """The votes of some of the phrases, numbered from 0."""
        return _spread(self.votes, self.different.numbers[some])


def _phrase_terms(scheme: Scheme, phrases: list[str], there: Standing) -> tuple[np.ndarray, np.ndarray]:
    """Of the terms that stand in phrases, those that count: number of the phrase, number of the term."""
    won = longest(there.start, there.start + scheme.columns.length[there.term])
    phrase, term = there.text[won], there.term[won]
    counts = counting(scheme, phrases, phrase, term)
    return phrase[counts], term[counts]


def _alike_votes(scheme: Scheme, phrases: list[str], there: Standing) -> _Votes:
    """The votes of headings, questions and opening sentences: all terms of one alike."""
    phrase, term = _phrase_terms(scheme, phrases, there)
    return _sum_votes(phrase, scheme.columns.code[term], scheme.columns.strength[term])


def _with_parts(phrases: list[str]) -> list[str]:
    """The parts of indicators, what stands before 占, and behind them the whole of those that go on."""
    parts = [phrase.partition("占")[0] for phrase in phrases]
    return [*parts, *("" if part == phrase else phrase for part, phrase in zip(parts, phrases, strict=True))]


def _head_last_votes(scheme: Scheme, phrases: list[str], there: Standing) -> _Votes:
    """The votes of indicators, where the head noun, which stands last, counts most; `phrases` are `_with_parts`.

    In `教育支出占财政支出比重` it is the part, not the whole that it is a share of, which is measured.
    """
    many = len(phrases) // 2
    phrase, term = _phrase_terms(scheme, phrases, there)
    said = np.zeros(many, dtype=bool)
    said[phrase[phrase < many]] = True
    # Terms of the part, or else of the whole, the last first.
    kept = (phrase < many) | ~said[phrase - many]
    phrase, term = phrase[kept][::-1] % max(many, 1), term[kept][::-1]
    order = np.argsort(phrase, kind="stable")
    phrase, term = phrase[order], term[order]
    further = np.arange(len(phrase)) - np.searchsorted(phrase, phrase)
    vote = HEAD_LAST**further * scheme.columns.strength[term]
    return _sum_votes(phrase, scheme.columns.code[term], vote)


class _Lines:
    """Texts joined by a line break, which ends a sentence, with the places of the marks that part them."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.joined, self.offsets = "".join(f"{text}\n" for text in texts), offsets(texts)
        self.codes = np.frombuffer(self.joined.encode("utf-32-le", "surrogatepass"), dtype="<u4")
        self.sentence_marks = np.flatnonzero(ENDS_SENTENCE.take(self.codes, mode="clip"))
        self.clause_marks = _starts(CLAUSE_MARKS, self.joined)

    @staticmethod
    def between(start: Any, end: Any, marks: np.ndarray) -> tuple[Any, Any]:
        """The spans around `start`, `end` that lie between two of the places `marks`."""
        left = np.searchsorted(marks, start)
        return np.where(left > 0, marks[left - 1] + 1, 0), marks[np.searchsorted(marks, end)]

    def openings(self, text: np.ndarray, starts: np.ndarray) -> list[str]:
        """The opening of the passage of each figure, empty where the figure stands in it."""
        offsets, marks = self.offsets[text], self.sentence_marks
        ends = np.minimum(marks[np.searchsorted(marks, offsets)], offsets + OPENING_CHARACTERS)
        later = self.between(starts, starts, marks)[0] > offsets
        spans = zip(offsets.tolist(), ends.tolist(), later.tolist(), strict=True)
        return [self.joined[start:end] if shown else "" for start, end, shown in spans]


class _Passages:
    """Texts prepared for votes: places are those in all of them joined, `there` what of the scheme stands in them."""

    def __init__(self, scheme: Scheme, lines: _Lines, there: Standing) -> None:
        columns, self._lines = scheme.columns, lines
        self._whole_marks = [(_starts(re.compile(mark), lines.joined), len(mark)) for mark in WHOLE_MARKS]
        text, start, term = there
        won = longest(start, start + columns.length[term])
        text, start, term = text[won], start[won], term[won]
        end = start + columns.length[term]
        counts = (columns.code[term] >= 0) & self._fit(scheme, start, end, term)
        self._start, self._end, term = start[counts], end[counts], term[counts]
        self._code, self._strength = columns.code[term], columns.strength[term]
        self.whole = _sum_votes(text[counts], self._code, self._strength)
        # How far each character lies from the first, in characters and hurdles.
        self._way = np.concatenate([[0], np.cumsum(STEPS.take(lines.codes, mode="clip"))])

    def _fit(self, scheme: Scheme, start: np.ndarray, end: np.ndarray, term: np.ndarray) -> np.ndarray:
        """Whether the sentence of each term has what the term needs and nothing that it does not go with."""
        lines, limits, limit = self._lines, scheme.columns.limits, scheme.columns.limit[term]
        fits, limited = np.ones(len(term), dtype=bool), np.flatnonzero(limit > 0)
        spans = (side.tolist() for side in lines.between(start[limited], end[limited], lines.sentence_marks))
        asked = list(zip(*spans, limit[limited].tolist(), strict=True))
        answers = {key: limits[key[2]](lines.joined[key[0] : key[1]]) for key in set(asked)}
        fits[limited] = [answers[key] for key in asked]
        return fits

    def around(self, text: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> tuple[_Votes, _Votes, _Votes]:
        """The votes of the clause, the sentence and what stands before it, for each figure at `starts`, `ends`."""
        sentence_start, sentence_end = self._lines.between(starts, ends, self._lines.sentence_marks)
        clause_start, clause_end = self._lines.between(starts, ends, self._lines.clause_marks)
        whole = np.full(len(starts), -1)
        for marks, size in self._whole_marks:
            last = np.searchsorted(marks, starts - size, side="right")
            place = np.concatenate([[-1], marks])[last]
            whole = np.maximum(whole, np.where(place >= starts - AROUND_CHARACTERS, place, -1))
        anchor = np.where(whole > clause_start, whole, starts)
        low = np.maximum(sentence_start - BEFORE_CHARACTERS, starts - AROUND_CHARACTERS)
        first = np.searchsorted(self._start, np.maximum(low, self._lines.offsets[text]))
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
