"""Whether a term that was found agrees with the words of the text: 产能 is no word in 生产能力, nor 整改 in 调整改造.

The text is cut by the segmenter (`analysis.extract.terms`), without the terms of the schemes, so that no term makes its
own word. Long words of the segmenter are looked at part by part, as a term may well be part of one: 产业 in 产业链, but
not 民政 in 人民政府. A term is refused where one of its ends lies inside such a part, unless it leaves no more
characters alone than the segmenter does: 总|算力 as well as 总算|力.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import compress
from typing import NamedTuple

import numpy as np

from ..terms import segmenter

# A word of this length or more may be made of others.
LONG = 3
# Two to this power pairs of characters are remembered at a time; a pair takes the place of another of its number.
KEPT_PAIRS = 18
# Spreads numbers over the places of a table: 2**64 by the golden ratio (Knuth, The Art of Computer Programming, 6.4).
GOLDEN = np.uint64(0x9E3779B97F4A7C15)


class _Cut(NamedTuple):
    """Places in a text, in order, the end included: where words begin, and where words or parts of them do."""

    words: np.ndarray
    parts: np.ndarray


class _Cutter:
    """A segmenter that also knows of what parts its long words are made."""

    def __init__(self, known: tuple[str, ...]) -> None:
        self._segmenter = segmenter(known)
        self._joints: dict[str, tuple[int, ...]] = {}
        self._paired: dict[str, int] = {}
        # Pairs of characters, each at the place that its number gives, and whether they are a word.
        self._pair_at = np.full(1 << KEPT_PAIRS, -1, dtype=np.int64)
        self._is_word = np.zeros(1 << KEPT_PAIRS, dtype=bool)

    def bridged(self, codes: np.ndarray, places: np.ndarray) -> np.ndarray:
        """Whether a word of two characters could go over each of `places` of a text, given as code points."""
        pairs = codes[places - 1] << 21 | codes[places]
        at = (pairs.astype(np.uint64) * GOLDEN >> np.uint64(64 - KEPT_PAIRS)).astype(np.intp)
        found = self._is_word[at]
        unknown = np.flatnonzero(self._pair_at[at] != pairs)
        if len(unknown):
            new, inverse = np.unique(pairs[unknown], return_inverse=True)
            words = np.fromiter(map(self._is_pair, new.tolist()), bool, len(new))[inverse]
            found[unknown] = self._is_word[at[unknown]] = words
            self._pair_at[at[unknown]] = pairs[unknown]
        return found

    def _is_pair(self, pair: int) -> bool:
        """Whether two characters, given as one number, are a word or two of a Latin one."""
        word = chr(pair >> 21) + chr(pair & (1 << 21) - 1)
        return word.isascii() or self._segmenter.has_word(word)

    def paired(self, word: str) -> int:
        """How many characters of `word` its words of two characters can cover."""
        found = self._paired.get(word)
        if found is None:
            found = self._paired[word] = self._pairs(word)[len(word)]
        return found

    def _pairs(self, word: str) -> list[int]:
        """How many characters of each beginning of `word` its words of two characters can cover, without overlap."""
        covered = [0, 0]
        for end in range(2, len(word) + 1):
            pair = 2 if self._segmenter.has_word(word[end - 2 : end]) else 0
            covered.append(max(covered[-1], covered[-2] + pair))
        return covered

    def covered(self, rest: str) -> int:
        """How many characters of what is left of a word belong to words."""
        return len(rest) if len(rest) > 1 and self._segmenter.has_word(rest) else self.paired(rest)

    def joints(self, word: str) -> tuple[int, ...]:
        """Places inside a long word between two of its parts, the words of two characters that cover most of it.

        Where several ways cover the same, 高中|生 and 高|中生, all of their places count.
        """
        found = self._joints.get(word)
        if found is None:
            size, left = len(word), self._pairs(word)
            # A number or a Latin word has no parts.
            inside = range(0) if word.isascii() else range(1, size)
            joined = [at for at in inside if left[at] + self.paired(word[at:]) == left[size]]
            found = self._joints[word] = tuple(joined)
        return found

    def cut(self, text: str) -> _Cut:
        """The words and parts of `text`."""
        words = self._segmenter.cut(text, False)
        sizes = np.fromiter(map(len, words), np.intp, len(words))
        starts = np.concatenate([[0], np.cumsum(sizes)])
        long = sizes >= LONG
        inner = [
            start + at
            for start, word in zip(starts[:-1][long].tolist(), compress(words, long.tolist()), strict=True)
            for at in self.joints(word)
        ]
        marked = np.zeros(len(text) + 1, dtype=bool)
        marked[starts] = True
        marked[inner] = True
        return _Cut(starts, np.flatnonzero(marked))


@cache
def _cutter(known: tuple[str, ...]) -> _Cutter:
    return _Cutter(known)


def agreeing(known: tuple[str, ...] | None, texts: Sequence[str], start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Which of the terms from `start` to `end`, places in `texts` joined by a mark, agree with the words of the text.

    `known` are the segmenter's own terms (data/reference/terms.txt). A single character always agrees, and so does
    everything where `known` is None.
    """
    if known is None or not len(start):
        return np.ones(len(start), dtype=bool)
    joined = "".join(f"{text}\n" for text in texts)
    codes = np.frombuffer(f"\n{joined}".encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.int64)
    cutter, agree = _cutter(known), np.ones(len(start), dtype=bool)
    # No part is longer than two characters, so that most ends of terms cannot lie in one.
    inside = np.zeros(len(codes), dtype=bool)
    inside[start] = inside[end] = True
    ends = np.flatnonzero(inside)
    inside[ends] = cutter.bridged(codes, ends + 1)
    asked = np.flatnonzero((end - start > 1) & (inside[start] | inside[end]))
    if not len(asked):
        return agree
    agree[asked] = _agree(cutter, joined, codes[1:], start[asked], end[asked])
    return agree


def _runs(codes: np.ndarray, places: np.ndarray) -> np.ndarray:
    """The places of the characters of those runs of Han characters, letters and digits that hold one of `places`.

    The segmenter cuts each run alone. The mark after a run is one of its places.
    """
    mark = ~(((codes >= 0x4E00) & (codes <= 0x9FFF)) | ((codes > 0x20) & (codes < 0x7F)))
    run: np.ndarray = np.cumsum(mark) - mark
    wanted = np.zeros(int(run[-1]) + 1, dtype=bool)
    wanted[run[places]] = True
    return np.flatnonzero(wanted[run])


def _agree(cutter: _Cutter, joined: str, codes: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """`agreeing` for terms whose ends may lie within a part."""
    kept = _runs(codes, np.concatenate([start, end - 1]))
    text = codes[kept].astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")
    words, parts = (np.append(kept, len(joined))[places] for places in cutter.cut(text))
    # The part in which the term begins or before which it stands, and that in which it ends or after which it does.
    after = parts[np.minimum(np.searchsorted(parts, start, side="right"), len(parts) - 1)]
    before = parts[np.maximum(np.searchsorted(parts, end) - 1, 0)]
    marked = np.zeros(len(joined) + 1, dtype=bool)
    marked[parts] = True
    open_start, open_end = ~marked[start] & (after != end), ~marked[end] & (before != start)
    asked = open_start | open_end
    agree = ~asked
    for at in np.flatnonzero(asked).tolist():
        a, b = int(start[at]), int(end[at])
        first, last = np.searchsorted(words, [a, b], side="left")
        first = first if words[first] == a else first - 1
        agree[at] = _fits(cutter, joined, words[first : last + 1].tolist(), a, b, bool(open_end[at]))
    return agree


def _fits(cutter: _Cutter, text: str, words: list[int], start: int, end: int, ends_inside: bool) -> bool:
    """Whether the term `text[start:end]` agrees with the words around it, which begin at `words`, the end included."""
    # A number or a Latin word ends where the kind of its characters changes: A级 in 5A级, but not 6G in 96GW.
    if not (_apart(text, start) and _apart(text, end)):
        return False
    if text[start].isascii() or text[end - 1].isascii():
        return True
    first, last = words[0], words[-1]
    said = sum(b - a for a, b in zip(words, words[1:], strict=False) if b - a > 1)
    if len(words) == 2:
        said = cutter.paired(text[first:last])
    own = cutter.covered(text[first:start]) + end - start + cutter.covered(text[end:last])
    # In doubt what follows decides, as in Chinese the head of a word stands last: 年|产业 but 总|算力.
    return own > said or (own == said and not ends_inside)


def _apart(text: str, place: int) -> bool:
    """Whether no number and no Latin word goes over `place`."""
    if not 0 < place < len(text):
        return True
    one, other = text[place - 1], text[place]
    if not (one.isascii() and other.isascii()):
        return True
    return not ((one.isdigit() and other.isdigit()) or (one.isalpha() and other.isalpha()))
