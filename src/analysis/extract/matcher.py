"""Many words at once: all places where they stand.

Some thousand words take long to compile to a regular expression (see `analysis.project.trie`): `Words` is made at once
and walks down its trie from many places together.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np


class _Level(NamedTuple):
    """The nodes of a trie at one depth, in the order of their keys: number of the parent × characters + character."""

    keys: np.ndarray
    words: np.ndarray  # the word that ends at each node, or -1


class Words:
    """Different words, none of them empty: where they stand in texts, overlapping ones too."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = list(words)
        codes = _codes("".join(self.words))
        lengths = np.fromiter(map(len, self.words), np.intp, len(self.words))
        characters = np.unique(codes)
        # The number of each character, 0 for those that no word has, as is the last one here.
        self._numbers = np.zeros(int(characters.max(initial=0)) + 2, dtype=np.intp)
        self._numbers[characters] = np.arange(1, len(characters) + 1)
        self._size = len(characters) + 1
        starts = np.cumsum(lengths) - lengths
        self._levels: list[_Level] = []
        node = np.zeros(len(self.words), dtype=np.intp)
        for depth in range(lengths.max(initial=0)):
            rows = np.flatnonzero(lengths > depth)
            reached = node[rows] * self._size + self._numbers[codes[starts[rows] + depth]]
            keys, node[rows] = np.unique(reached, return_inverse=True)
            ends = np.full(len(keys), -1)
            last = np.flatnonzero(lengths == depth + 1)
            ends[node[last]] = last
            self._levels.append(_Level(keys, ends))
        # Most places begin no word: two characters tell.
        self._begins = np.zeros((self._size, self._size), dtype=bool)
        for word in self.words:
            pair = self._numbers[_codes(word[:2])]
            self._begins[pair[0], pair[1] if len(pair) > 1 else slice(None)] = True

    def standing_in(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Every place where a word stands, in order, the longest first at each.

        Out: number of the text, place in it and number of the word.
        """
        numbers = self._numbered("\n".join(texts) + "\n" * max(len(self._levels), 1))
        starts = np.fromiter(accumulate((len(text) + 1 for text in texts), initial=0), np.intp, len(texts) + 1)
        # No word goes over the end of a text.
        numbers[starts[1:] - 1] = 0
        places = self._places(numbers[: starts[-1]])
        node = np.zeros(len(places), dtype=np.intp)
        found_places, found_words = [places[:0]], [node[:0]]
        for depth, level in enumerate(self._levels):
            keys = node * self._size + numbers[places + depth]
            node = np.minimum(np.searchsorted(level.keys, keys), len(level.keys) - 1)
            there = level.keys[node] == keys
            places, node = places[there], node[there]
            words = level.words[node]
            found_places.append(places[words >= 0])
            found_words.append(words[words >= 0])
            if not len(places):
                break
        # The longer words come last, and so first where the order is turned round.
        place, word = np.concatenate(found_places)[::-1], np.concatenate(found_words)[::-1]
        order = np.argsort(place, kind="stable")
        place, word = place[order], word[order]
        text = np.searchsorted(starts, place, side="right") - 1
        return text, place - starts[text], word

    def _numbered(self, text: str) -> np.ndarray:
        """The numbers of the characters of a text."""
        return self._numbers.take(_codes(text), mode="clip")

    def _places(self, numbers: np.ndarray) -> np.ndarray:
        """The places, all but the last, where a word may begin: all where one does, and some others."""
        return np.flatnonzero(self._begins[numbers[:-1], numbers[1:]])


def _codes(text: str) -> np.ndarray:
    """The code points of a text."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
