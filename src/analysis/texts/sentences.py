"""Sentences: where they begin and end, and the text of the sentence that a row of a table points to."""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from .characters import CLOSERS

if TYPE_CHECKING:
    import pandas as pd

_SHORT_QUOTE = 40
# Figures, formulas and codes all ask for the sentences of the same passages. Longer texts are not kept.
KEPT_TEXT = 4000
_PAIRS = {"“": "”", "‘": "’", "「": "」", "『": "』", "（": "）", "(": ")", "《": "》", "【": "】"}
_OPENERS = frozenset(_PAIRS)
_CLOSING = {closing: opening for opening, closing in _PAIRS.items()}
_GOES_ON = frozenset("，、；：,;:的等之和与及或中里内外上下）)》")
_MARKS = re.compile(f"[\n{re.escape(''.join([*_PAIRS, *_CLOSING]))}]")
# What behind a full stop may still belong to the sentence.
_AFTER_STOP = frozenset("。！？!?…") | frozenset(CLOSERS)
_STOPS = re.compile("[。！？!?…\n\"']")


def _inner_spans(text: str) -> list[tuple[int, int]]:
    """Short quotations and brackets that are closed on the same line, outermost only, in order."""
    open_at: list[int] = []
    spans: list[tuple[int, int]] = []
    for mark in _MARKS.finditer(text):
        i, char = mark.start(), mark[0]
        if char == "\n":
            open_at.clear()
        elif char in _OPENERS:
            open_at.append(i)
        else:
            # A closing mark without its opening one is left alone; marks opened in between were never closed.
            depth = len(open_at) - 1
            while depth >= 0 and depth > len(open_at) - 5 and text[open_at[depth]] != _CLOSING[char]:
                depth -= 1
            if depth >= 0 and depth > len(open_at) - 5 and text[open_at[depth]] == _CLOSING[char]:
                start = open_at[depth]
                del open_at[depth:]
                if i - start <= _SHORT_QUOTE:
                    while spans and spans[-1][0] >= start:
                        spans.pop()
                    spans.append((start, i + 1))
    return spans


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Half-open spans of the sentences of `text`, in order, without the white space around them.

    A sentence ends after 。！？!? or …, with the closing quotes and brackets that follow, and at a line break; not at
    a semicolon, not within a number or a Latin word, and not inside a short quotation or bracket that the sentence
    goes on after.
    """
    return list(_kept_sentences(text) if len(text) <= KEPT_TEXT else _sentences(text))


@lru_cache(maxsize=1024)
def _kept_sentences(text: str) -> list[tuple[int, int]]:
    """The sentences of a text, kept for the steps that come to it next."""
    return _sentences(text)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without white space at its ends."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _sentences(text: str) -> list[tuple[int, int]]:
    inner = _inner_spans(text)
    spans: list[tuple[int, int]] = []
    start, i, ahead, size = 0, 0, 0, len(text)
    straight = {'"': 0, "'": 0}  # straight quotation marks since `start`: an odd one closes

    def close(end: int) -> None:
        span = _trimmed(text, start, end)
        if span[0] < span[1]:
            spans.append(span)

    while stop := _STOPS.search(text, i):
        i, char = stop.start(), stop[0]
        if char in straight:
            straight[char] += 1
            i += 1
            continue
        if char == "\n":
            close(i)
            i += 1
            start = i
            straight = dict.fromkeys(straight, 0)
            continue
        while ahead < len(inner) and inner[ahead][1] <= i:
            ahead += 1
        inside = ahead < len(inner) and inner[ahead][0] < i < inner[ahead][1] - 1
        end = i + 1
        if char == "。" and not inside and text[end : end + 1] not in _AFTER_STOP:
            # Most sentences end so, and nothing that follows has a say.
            close(end)
            start = i = end
            straight["'"] = straight['"'] = 0
            continue
        while end < size and text[end] in "。！？!?…":
            end += 1
        marks_end = end
        while end < size and text[end] in CLOSERS and straight.get(text[end], 1) % 2:
            if text[end] in straight:
                straight[text[end]] += 1
            end += 1
        following = text[end : end + 1]
        within = inside and end < inner[ahead][1]
        runs_on = end > marks_end and following in _GOES_ON and following != ""
        latin = (
            char in "!?"
            and text[i - 1 : i].isascii()
            and text[i - 1 : i].isalnum()
            and following.isascii()
            and following.isalnum()
        )
        pause = char == "…" and following != "" and following in _GOES_ON
        if not (within or runs_on or latin or pause):
            close(end)
            start = end
            straight = dict.fromkeys(straight, 0)
        i = end
    close(size)
    return spans


def _holding(spans: Sequence[tuple[int, int]], start: int) -> tuple[int, int] | None:
    """The one of `spans`, in their order, that holds the character `start`."""
    at = bisect_right(spans, (start, sys.maxsize)) - 1
    return spans[at] if at >= 0 and start < spans[at][1] else None


def sentences(passages: pd.DataFrame) -> Iterator[tuple[str, int, int, str]]:
    """(document, passage, sentence, text) of every sentence of `passages`, counted within each document from 1."""
    counts: Counter[str] = Counter()
    for document, passage, text in zip(passages["document"], passages["passage"], passages["text"], strict=True):
        for start, end in split_sentences(text):
            counts[document] += 1
            yield document, int(passage), counts[document], text[start:end]


def sentence_texts(rows: pd.DataFrame, passages: pd.DataFrame) -> list[str]:
    """The sentence that each of `rows` points to, from the table `passages`.

    `rows` are those of any table: with `start` the sentence that holds this character of the passage (document,
    passage, start), without it the sentence of that number (document, sentence), as in `codes`.
    """
    if "start" not in rows:
        numbered = {(document, number): text for document, _, number, text in sentences(passages)}
        return [numbered[key] for key in zip(rows["document"], rows["sentence"], strict=True)]
    texts = dict(zip(zip(passages["document"], passages["passage"], strict=True), passages["text"], strict=True))
    spans: dict[tuple[str, int], list[tuple[int, int]]] = {}
    found = []
    for document, passage, start in zip(rows["document"], rows["passage"], rows["start"], strict=True):
        key = document, passage
        if key not in spans:
            spans[key] = split_sentences(texts[key])
        begin, end = _holding(spans[key], start) or (0, len(texts[key]))
        found.append(texts[key][begin:end])
    return found
