"""Segmentation: passages without their figures → word counts.

jieba's algorithm and dictionary with the project's terms (data/reference/terms.txt), HMM off, so that two machines
agree. The cutting is done by rjieba, jieba written in Rust. It differs from jieba 0.42.1 in how it weighs user terms
alone, so their weights are worked out here as jieba does; then both cut alike (tests/test_segment.py). Numbers are
taken out before any segmentation: a segmenter breaks `1,234.5万吨` in pieces.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from rjieba import Jieba

from .errors import InputError

if TYPE_CHECKING:
    import pandas as pd

WORD = re.compile(r"[\u4e00-\u9fff]{2,}|[A-Za-z][A-Za-z0-9]+")
FILLER = "，"
#: `term`, `term frequency`, `term frequency tag`: a line of jieba's user dictionaries.
TERM = re.compile(r"(.+?)(?: ([0-9]+))?(?: [a-z]+)?")
#: Stands in no text; carries the weight by which the totals of jieba and rjieba differ.
BALLAST = "\ue000\ue001"


def read_words(path: Path) -> list[str]:
    """The lines of a word list without comments (#) and blanks. Raises InputError where the file is missing."""
    if not path.is_file():
        raise InputError("word list is missing", cure="restore it from the project", path=path)
    lines = (line.split("#")[0].strip() for line in path.read_text(encoding="utf-8-sig").splitlines())
    return [line for line in lines if line]


class Weights:
    """The frequencies of jieba's dictionary, as jieba's own `Tokenizer` keeps them while it takes in user terms."""

    def __init__(self) -> None:
        found = importlib.util.find_spec("jieba")
        if found is None or found.origin is None:
            raise ModuleNotFoundError("jieba, whose dictionary is needed, is not installed")
        cells = (Path(found.origin).parent / "dict.txt").read_text(encoding="utf-8").split()
        counts = list(map(int, cells[1::3]))
        self.of = dict(zip(cells[::3], counts, strict=True))
        # A word that stands twice in the dictionary counts twice in the total, as jieba has it.
        self.total = sum(counts)

    def take(self, term: str, frequency: int) -> None:
        """Enter a user term. One that was there keeps its old share of the total, as jieba has it."""
        self.of[term] = frequency
        self.total += frequency

    def share(self, word: str) -> int:
        """The frequency of a word; 0 for what only begins words, 1 for what the dictionary does not know at all."""
        if word in self.of:
            return self.of[word]
        begins = any(known.startswith(word) for known in self.of)
        return 0 if begins else 1

    def suggested(self, term: str, cut: Iterable[str]) -> int:
        """The frequency that keeps `term` whole, where it would be `cut` so without it (jieba's `suggest_freq`)."""
        share, total = 1.0, float(self.total)
        for word in cut:
            share *= self.share(word) / total
        return max(int(share * self.total) + 1, self.of.get(term, 0))


@cache
def segmenter(terms: tuple[str, ...]) -> Jieba:
    """What cuts as jieba does with its own dictionary and `terms` (each `term` or `term frequency`), in that order."""
    words, weights = Jieba(), Weights()
    total, ballast = weights.total, 0
    for line in terms:
        term, given = TERM.fullmatch(line).groups()  # type: ignore[union-attr]  # matches every line
        frequency = int(given) if given else weights.suggested(term, words.cut(term, False))
        total += frequency - weights.of.get(term, 0)
        weights.take(term, frequency)
        words.add_word(term, frequency, None)
        if total + ballast != weights.total:
            ballast = weights.total - total
            words.add_word(BALLAST, ballast, None)
    return words


def cut(text: str, terms: tuple[str, ...]) -> list[str]:
    """The words of `text`, as jieba's `cut(text, HMM=False)` gives them with `terms` as its user dictionary."""
    return segmenter(terms).cut(text, False)


def without_figures(text: str, spans: list[tuple[int, int]]) -> str:
    """`text` with each half-open span replaced by a comma, so that the words on both sides do not grow together."""
    parts, at = [], 0
    for start, end in spans:
        parts += [text[at:start], FILLER]
        at = end
    return "".join([*parts, text[at:]])


def count_terms(
    passages: pd.DataFrame, figures: pd.DataFrame, *, document: str, terms: Path, stop_words: Path
) -> pd.DataFrame:
    """The table `terms` of one document: words of two characters or more, no stop words, most frequent first."""
    from .schema import frame

    stopped, known = set(read_words(stop_words)), tuple(read_words(terms))
    spans: dict[int, list[tuple[int, int]]] = {}
    for passage, start, end in zip(figures["passage"], figures["start"], figures["end"], strict=True):
        spans.setdefault(passage, []).append((start, end))
    counts: dict[str, int] = {}
    for passage, text in zip(passages["passage"], passages["text"], strict=True):
        for word in cut(without_figures(text, spans.get(passage, [])), known):
            counts[word] = counts.get(word, 0) + 1
    kept = {word: count for word, count in counts.items() if WORD.fullmatch(word) and word not in stopped}
    ordered = sorted(kept.items(), key=lambda item: (-item[1], item[0]))
    return frame("terms", [{"document": document, "term": term, "count": count} for term, count in ordered])
