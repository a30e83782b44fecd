"""Segmentation: passages without their figures → word counts.

jieba's algorithm and dictionary with the project's terms (data/reference/terms.txt), HMM off, so that two machines
agree. The cutting is done by rjieba, jieba written in Rust. It differs from jieba 0.42.1 in how it weighs user terms
alone, so their weights are worked out here as jieba does; then both cut alike (tests/test_segment.py). To work them
out takes the whole dictionary, so they are kept in the cache folder for the next process. Numbers are taken out before
any segmentation: a segmenter breaks `1,234.5万吨` in pieces.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import importlib.util
import json
import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

import rjieba
from rjieba import Jieba

from ..project.errors import InputError
from ..project.folders import cache_folder
from ..project.remote import replace_bytes

if TYPE_CHECKING:
    import pandas as pd

#: A run of more characters is no word (a key, a chemical formula, an address without its dots).
LONGEST_WORD = 40
WORD = re.compile(r"[\u4e00-\u9fff]{2,}|[A-Za-z][A-Za-z0-9]+")
FILLER = "，"
#: `term`, `term frequency`, `term frequency tag`: a line of jieba's user dictionaries.
TERM = re.compile(r"(.+?)(?: ([0-9]+))?(?: [a-z]+)?")
#: Stands in no text; carries the weight by which the totals of jieba and rjieba differ.
BALLAST = "\ue000\ue001"
#: In the cache folder: the weights of the last terms, and what they were worked out from.
KEPT = "weights.json"

#: Words with their weights, in the order in which a segmenter takes them in.
Weighted = list[tuple[str, int]]


def read_words(path: Path) -> list[str]:
    """The lines of a word list without comments (#) and blanks. Raises InputError where the file is missing."""
    if not path.is_file():
        raise InputError("word list is missing", cure="restore it from the project", path=path)
    lines = (line.split("#")[0].strip() for line in path.read_text(encoding="utf-8-sig").splitlines())
    return [line for line in lines if line]


def _dictionary() -> Path:
    """The dictionary of jieba."""
    found = importlib.util.find_spec("jieba")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("jieba, whose dictionary is needed, is not installed")
    return Path(found.origin).parent / "dict.txt"


class Weights:
    """The frequencies of jieba's dictionary, as jieba's own `Tokenizer` keeps them while it takes in user terms."""

    def __init__(self) -> None:
        cells = _dictionary().read_text(encoding="utf-8").split()
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


#: The segmenter that rjieba makes when it is imported; a second one would double the memory of the first.
_UNUSED: list[Jieba] = [rjieba.cut.__self__]  # type: ignore[attr-defined]  # a bound method


def _fresh() -> Jieba:
    """A segmenter with jieba's own dictionary."""
    return _UNUSED.pop() if _UNUSED else Jieba()


@cache
def segmenter(terms: tuple[str, ...]) -> Jieba:
    """What cuts as jieba does with its own dictionary and `terms` (each `term` or `term frequency`), in that order."""
    words, path, state = _fresh(), cache_folder() / KEPT, _state(terms)
    kept = _read_weights(path, state)
    if kept is None:
        weighted = _take_in(words, terms)
        # Without a cache folder to write to they are worked out anew each time.
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            replace_bytes(path, json.dumps({"state": state, "words": weighted}, ensure_ascii=False).encode())
    else:
        for word, weight in kept:
            words.add_word(word, weight, None)
    return words


def _take_in(words: Jieba, terms: Iterable[str]) -> Weighted:
    """Enter `terms` into a fresh segmenter, each with the weight that jieba would give it; what was entered."""
    weights, entered = Weights(), list[tuple[str, int]]()
    total, ballast = weights.total, 0

    def enter(word: str, weight: int) -> None:
        words.add_word(word, weight, None)
        entered.append((word, weight))

    for line in terms:
        term, given = TERM.fullmatch(line).groups()  # type: ignore[union-attr]  # matches every line
        frequency = int(given) if given else weights.suggested(term, words.cut(term, False))
        total += frequency - weights.of.get(term, 0)
        weights.take(term, frequency)
        enter(term, frequency)
        if total + ballast != weights.total:
            ballast = weights.total - total
            enter(BALLAST, ballast)
    return entered


def _state(terms: Iterable[str]) -> str:
    """A digest of all that weights come from: terms, dictionary, segmenter, and the code above."""
    digest = hashlib.sha256(importlib.metadata.version("rjieba").encode())
    for part in (_dictionary().read_bytes(), Path(__file__).read_bytes(), "\n".join(terms).encode()):
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()


def _read_weights(path: Path, state: str) -> Weighted | None:
    """The weights at `path` where they are those of `state`."""
    try:
        found = json.loads(path.read_bytes())
        if found["state"] == state:
            return [(str(word), int(weight)) for word, weight in found["words"]]
    except (OSError, ValueError, TypeError, KeyError):
        # None kept, or no more whole.
        return None
    return None


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
    """The table `terms` of one document: words of 2 to 40 characters, no stop words, most frequent first."""
    from ..project.registry import frame

    stopped, known = set(read_words(stop_words)), tuple(read_words(terms))
    spans: dict[int, list[tuple[int, int]]] = {}
    for passage, start, end in zip(*(figures[name].tolist() for name in ("passage", "start", "end")), strict=True):
        spans.setdefault(passage, []).append((start, end))
    words, counts = segmenter(known), Counter[str]()
    for passage, text in zip(passages["passage"].tolist(), passages["text"].tolist(), strict=True):
        counts.update(words.cut(without_figures(text, spans.get(passage, [])), False))
    kept = {
        word: count
        for word, count in counts.items()
        if len(word) <= LONGEST_WORD and WORD.fullmatch(word) and word not in stopped
    }
    # The second sort leaves the words of one count in the order of the first.
    ordered = sorted(sorted(kept.items()), key=itemgetter(1), reverse=True)
    return frame(
        "terms",
        {
            "document": [document] * len(ordered),
            "term": [term for term, _ in ordered],
            "count": [count for _, count in ordered],
        },
    )
