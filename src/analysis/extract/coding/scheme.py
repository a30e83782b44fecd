"""A coding scheme in memory: its codes, their terms, and where the terms stand in texts."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np

from ...project.trie import pattern
from ..matcher import Words
from .seams import agreeing


@dataclass(frozen=True)
class Entry:
    """One term of a code, or of none where `code` is empty: then it only hides the terms inside it.

    It does not count directly before one of `not_before` or after one of `not_after`; where `needs` names words, one of
    them must stand in the sentence, and none of `not_with` may.
    """

    term: str
    code: str
    not_before: tuple[str, ...] = ()
    not_after: tuple[str, ...] = ()
    weight: float = 1.0
    needs: tuple[str, ...] = ()
    not_with: tuple[str, ...] = ()

    def stands(self, text: str, start: int) -> bool:
        """Whether the term, found at `start` of `text`, has none of its excluded neighbours."""
        end = start + len(self.term)
        return not (text.startswith(self.not_before, end) or text.endswith(self.not_after, 0, start))

    def fits(self, sentence: str) -> bool:
        """Whether `sentence` holds one of the words that the term needs and none that it does not go with."""
        said = sentence.__contains__
        return (not self.needs or any(map(said, self.needs))) and not any(map(said, self.not_with))


class _Columns(NamedTuple):
    """The entries of a scheme column by column."""

    entries: list[Entry]
    codes: list[str]  # those that have terms
    code: np.ndarray  # number in `codes`, -1 for none
    length: np.ndarray
    weight: np.ndarray
    strength: np.ndarray  # see `strength`
    guarded: np.ndarray  # whether the entry has excluded neighbours
    limits: list[Callable[[str], bool]]  # whether a sentence has what is needed and not what does not go with it
    limit: np.ndarray  # number in `limits`
    speaks: Callable[[str], bool]  # whether a sentence holds none of `Scheme.not_with`


@dataclass(frozen=True, eq=False)
class Scheme:
    """A coding scheme: `codes` maps each code to its descriptive fields (names, definitions, examples, group).

    `groups` maps each group of codes to its names; a scheme without groups has none. A code counts in a sentence from
    the score `least` on and from the share `least_share` of its characters (see `code_sentences`); a sentence that
    holds one of `not_with` has no code. A term must agree with the words of the text (`analysis.extract.coding.seams`)
    as the segmenter with the terms `known` finds them; where `known` is None it need not.
    """

    codes: dict[str, dict[str, Any]]
    entries: dict[str, Entry]
    groups: dict[str, dict[str, str]] = field(default_factory=dict)
    least: float = 0.0
    least_share: float = 0.0
    not_with: tuple[str, ...] = ()
    known: tuple[str, ...] | None = None

    @cached_property
    def columns(self) -> _Columns:
        """The entries column by column."""
        entries = list(self.entries.values())
        codes = list(dict.fromkeys(entry.code for entry in entries if entry.code))
        places = {code: number for number, code in enumerate(codes)} | {"": -1}
        # Those with the same limits share one number, 0 is for those without.
        limits = dict.fromkeys([((), ()), *((entry.needs, entry.not_with) for entry in entries)])
        numbers = {limit: number for number, limit in enumerate(limits)}
        return _Columns(
            entries,
            codes,
            np.array([places[entry.code] for entry in entries], dtype=np.intp),
            np.array([len(entry.term) for entry in entries], dtype=np.intp),
            np.array([entry.weight for entry in entries], dtype=float),
            np.array([strength(self, entry.term) for entry in entries], dtype=float),
            np.array([bool(entry.not_before or entry.not_after) for entry in entries], dtype=bool),
            [_limit(*limit) for limit in limits],
            np.array([numbers[entry.needs, entry.not_with] for entry in entries], dtype=np.intp),
            _limit((), self.not_with),
        )

    def name(self, code: str, lang: str = "en") -> str:
        """The name of `code`, a code or a group of codes, in `lang` (`en` or `zh`)."""
        return str((self.codes.get(code) or self.groups[code])[f"name_{lang}"])

    def group(self, code: str) -> str | None:
        """The group of `code`, None where the scheme has no groups."""
        group = self.codes[code].get("group")
        return None if group is None else str(group)


def _limit(needs: tuple[str, ...], not_with: tuple[str, ...]) -> Callable[[str], bool]:
    """Whether a sentence holds one of the words `needs`, if there are any, and none of `not_with`."""
    needed, excluded = (re.compile(pattern(dict.fromkeys(words, ""))).search for words in (needs, not_with))
    return lambda sentence: (not needs or needed(sentence) is not None) and excluded(sentence) is None


def strength(scheme: Scheme, term: str) -> float:
    """How much a term says: its weight, and a little more for each character, as long terms are special ones."""
    return scheme.entries[term].weight * (0.7 + 0.15 * len(term))


class Standing(NamedTuple):
    """The terms of a scheme that stand in texts, overlapping ones too, in order, at one place the longest first."""

    text: np.ndarray  # number of the text
    start: np.ndarray  # place in all texts joined by a mark
    term: np.ndarray  # number of the entry


def standing(scheme: Scheme, texts: Sequence[str]) -> Standing:
    """The terms of one scheme that stand in `texts`."""
    return standing_of((scheme,), texts)[0]


def standing_apart(scheme: Scheme, lists: Sequence[Sequence[str]]) -> list[Standing]:
    """The terms of one scheme that stand in each of several lists of texts, which are looked through together."""
    together = [text for texts in lists for text in texts]
    (text, start, term), begins = standing(scheme, together), offsets(together)
    firsts = np.cumsum([0, *map(len, lists)])
    bounds = np.searchsorted(text, firsts)
    return [
        Standing(text[a:b] - first, start[a:b] - begins[first], term[a:b])
        for first, a, b in zip(firsts[:-1].tolist(), bounds[:-1].tolist(), bounds[1:].tolist(), strict=True)
    ]


def standing_of(schemes: Sequence[Scheme], texts: Sequence[str]) -> list[Standing]:
    """The terms that stand in `texts`, for each of `schemes`, which are looked for together."""
    words, numbers = _together(tuple(schemes))
    text, start, word = words.standing_in(texts)
    begins = offsets(texts)
    start = start + begins[text]
    agree: dict[tuple[str, ...] | None, np.ndarray] = {}
    found = []
    for scheme, number in zip(schemes, numbers, strict=True):
        if scheme.known not in agree:
            sizes = np.fromiter(map(len, words.words), np.intp, len(words.words))
            agree[scheme.known] = agreeing(scheme.known, texts, start, start + sizes[word])
        columns, own = scheme.columns, number[word]
        # What only hides others goes over the borders of words on purpose.
        at = np.flatnonzero((own >= 0) & (agree[scheme.known] | (columns.code[own] < 0)))
        term, guarded = own[at], columns.guarded[own[at]]
        stands = np.ones(len(at), dtype=bool)
        for place in np.flatnonzero(guarded).tolist():
            number_of_text = int(text[at[place]])
            inside = int(start[at[place]]) - begins[number_of_text]
            stands[place] = columns.entries[term[place]].stands(texts[number_of_text], inside)
        found.append(Standing(text[at[stands]], start[at[stands]], term[stands]))
    return found


@lru_cache(maxsize=8)
def _together(schemes: tuple[Scheme, ...]) -> tuple[Words, list[np.ndarray]]:
    """The terms of all `schemes`, ready to be looked for, and the number of the entry of each in each scheme, or -1."""
    terms = list(dict.fromkeys(term for scheme in schemes for term in scheme.entries))
    numbers = []
    for scheme in schemes:
        places = {term: place for place, term in enumerate(scheme.entries)}
        numbers.append(np.array([places.get(term, -1) for term in terms], dtype=np.intp))
    return Words(terms), numbers


def offsets(texts: Sequence[str]) -> np.ndarray:
    """Where each of `texts` begins where they are joined by a mark, and where the next one would."""
    return np.fromiter(accumulate((len(text) + 1 for text in texts), initial=0), np.intp, len(texts) + 1)


def counting(scheme: Scheme, texts: Sequence[str], text: np.ndarray, term: np.ndarray) -> np.ndarray:
    """Which of the terms `term`, each in the text of that number, have a code and fit the text."""
    columns = scheme.columns
    counts, many = columns.code[term] >= 0, len(columns.limits)
    asked = np.flatnonzero(counts & (columns.limit[term] > 0))
    keys, inverse = np.unique(text[asked] * many + columns.limit[term[asked]], return_inverse=True)
    fits = [columns.limits[key % many](texts[key // many]) for key in keys.tolist()]
    counts[asked] = np.array(fits, dtype=bool)[inverse]
    return counts


# So often spans that hang together are parted at once; longer chains of them are gone along one by one.
ROUNDS = 6


def longest(starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Of spans in order, at one place the longest first: the numbers of those taken from left to right."""
    taken, left = [np.empty(0, dtype=np.intp)], np.arange(len(starts))
    # The first of spans that hang together is taken, and those that it overlaps go; the others are looked at again.
    for _ in range(ROUNDS):
        if not len(left):
            break
        start, end = starts[left], ends[left]
        first = np.concatenate([[True], start[1:] >= np.maximum.accumulate(end)[:-1]])
        taken.append(left[first])
        left = left[start >= end[np.flatnonzero(first)[np.cumsum(first) - 1]]]
    one_by_one, free = [], 0
    for number, start, end in zip(left.tolist(), starts[left].tolist(), ends[left].tolist(), strict=True):
        if start >= free:
            one_by_one.append(number)
            free = end
    return np.sort(np.concatenate([*taken, np.array(one_by_one, dtype=np.intp)]))
