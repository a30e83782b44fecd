"""Segmentation: passages without their figures → word counts.

jieba's own dictionary with the project's terms (data/reference/terms.txt), HMM off, so that two machines agree. Numbers
are taken out before any segmentation: a segmenter breaks `1,234.5万吨` in pieces.
"""

from __future__ import annotations

import io
import logging
import re
from functools import cache
from pathlib import Path

import jieba
import pandas as pd

from .errors import InputError
from .schema import frame

WORD = re.compile(r"[\u4e00-\u9fff]{2,}|[A-Za-z][A-Za-z0-9]+")
FILLER = "，"


def read_words(path: Path) -> list[str]:
    """The lines of a word list without comments (#) and blanks. Raises InputError where the file is missing."""
    if not path.is_file():
        raise InputError("word list is missing", cure="restore it from the project", path=path)
    lines = (line.split("#")[0].strip() for line in path.read_text(encoding="utf-8-sig").splitlines())
    return [line for line in lines if line]


@cache
def tokenizer(terms: tuple[str, ...]) -> jieba.Tokenizer:
    """jieba with its own dictionary and `terms` (each `term` or `term frequency`)."""
    jieba.setLogLevel(logging.WARNING)
    words = jieba.Tokenizer()
    words.load_userdict(io.StringIO("\n".join(terms)))
    return words


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
    stopped, words = set(read_words(stop_words)), tokenizer(tuple(read_words(terms)))
    spans: dict[int, list[tuple[int, int]]] = {}
    for row in figures.itertuples(index=False):
        spans.setdefault(row.passage, []).append((row.start, row.end))
    counts: dict[str, int] = {}
    for row in passages.itertuples(index=False):
        for word in words.cut(without_figures(row.text, spans.get(row.passage, [])), HMM=False):
            if WORD.fullmatch(word) and word not in stopped:
                counts[word] = counts.get(word, 0) + 1
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return frame("terms", [{"document": document, "term": term, "count": count} for term, count in ordered])
