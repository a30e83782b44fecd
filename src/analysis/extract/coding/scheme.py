"""A coding scheme in memory: its codes, their terms, and where the terms stand in texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np

from ..matcher import Words


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
    limits: list[Entry]  # one entry for each set of words that it needs or does not go with
    limit: np.ndarray  # number in `limits`


@dataclass(frozen=True, eq=False)
class Scheme:
    """A coding scheme: `codes` maps each code to its descriptive fields (names, definitions, examples, group).

    `groups` maps each group of codes to its names; a scheme without groups has none. A code counts in a sentence from
    the score `least` on and from the share `least_share` of its characters (see `code_sentences`); a sentence that
    holds one of `not_with` has no code.
    """

    codes: dict[str, dict[str, Any]]
    entries: dict[str, Entry]
    groups: dict[str, dict[str, str]] = field(default_factory=dict)
    least: float = 0.0
    least_share: float = 0.0
    not_with: tuple[str, ...] = ()

    @cached_property
    def words(self) -> Words:
        """The terms, ready to be looked for."""
        return Words(list(self.entries))

    @cached_property
    def columns(self) -> _Columns:
        """The entries column by column."""
        entries = list(self.entries.values())
        codes = list(dict.fromkeys(entry.code for entry in entries if entry.code))
        places = {code: number for number, code in enumerate(codes)} | {"": -1}
        # Those with the same limits share one number, 0 is for those without.
        limits: dict[tuple[tuple[str, ...], tuple[str, ...]], Entry] = {((), ()): Entry("", "")}
        for entry in entries:
            limits.setdefault((entry.needs, entry.not_with), entry)
        numbers = {limit: number for number, limit in enumerate(limits)}
        return _Columns(
            entries,
            codes,
            np.array([places[entry.code] for entry in entries], dtype=np.intp),
            np.array([len(entry.term) for entry in entries], dtype=np.intp),
            np.array([entry.weight for entry in entries], dtype=float),
            np.array([strength(self, entry.term) for entry in entries], dtype=float),
            np.array([bool(entry.not_before or entry.not_after) for entry in entries], dtype=bool),
            list(limits.values()),
            np.array([numbers[entry.needs, entry.not_with] for entry in entries], dtype=np.intp),
        )

    def name(self, code: str, lang: str = "en") -> str:
        """The name of `code`, a code or a group of codes, in `lang` (`en` or `zh`)."""
        return str((self.codes.get(code) or self.groups[code])[f"name_{lang}"])

    def group(self, code: str) -> str | None:
        """The group of `code`, None where the scheme has no groups."""
        group = self.codes[code].get("group")
        return None if group is None else str(group)


def strength(scheme: Scheme, term: str) -> float:
    """How much a term says: its weight, and a little more for each character, as long terms are special ones."""
    return scheme.entries[term].weight * (0.7 + 0.15 * len(term))


def standing(scheme: Scheme, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The terms that stand in `texts`, overlapping ones too: number of the text, place, number of the term.

    Places are those in all texts joined by a mark. Those in front come first, and at one place the longest.
    """
    columns = scheme.columns
    text, start, term = scheme.words.standing_in(texts)
    stands = np.ones(len(term), dtype=bool)
    for at in np.flatnonzero(columns.guarded[term]).tolist():
        stands[at] = columns.entries[term[at]].stands(texts[text[at]], int(start[at]))
    text, term = text[stands], term[stands]
    return text, start[stands] + offsets(texts)[text], term


def offsets(texts: Sequence[str]) -> np.ndarray:
    """Where each of `texts` begins where they are joined by a mark, and where the next one would."""
    return np.fromiter(accumulate((len(text) + 1 for text in texts), initial=0), np.intp, len(texts) + 1)


def counting(scheme: Scheme, texts: Sequence[str], text: np.ndarray, term: np.ndarray) -> np.ndarray:
    """Which of the terms `term`, each in the text of that number, have a code and fit the text."""
    columns = scheme.columns
    counts, many = columns.code[term] >= 0, len(columns.limits)
    asked = np.flatnonzero(counts & (columns.limit[term] > 0))
    keys, inverse = np.unique(text[asked] * many + columns.limit[term[asked]], return_inverse=True)
    fits = [columns.limits[key % many].fits(texts[key // many]) for key in keys.tolist()]
    counts[asked] = np.array(fits, dtype=bool)[inverse]
    return counts


def longest(starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Of spans in order, at one place the longest first: the numbers of those taken from left to right."""
    taken, free = [], 0
    for number, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        if start >= free:
            taken.append(number)
            free = end
    return np.array(taken, dtype=np.intp)
