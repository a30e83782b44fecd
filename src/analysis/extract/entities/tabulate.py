"""The table `entities` of a document."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

import pandas as pd

from ...project.registry import frame
from ...texts.sentences import split_sentences
from .. import coding
from ..terms import segmenter
from .industries import Industries
from .keys import keys
from .names import Name, bare, longest, without_levels
from .passage import Passage
from .tokens import Token, tokens_of
from .verbs import status_of, verb_of
from .vocabulary import Vocabulary

#: Kinds whose names may tell an industry.
_OF_INDUSTRY = ("industry", "firm", "project", "park")
_LEAST_MEMORY = 3
#: Tags of words that are proper names: of places, persons, others.
_PROPER_TAGS = ("ns", "nr", "nz", "nt")


def _remembered(
    text: str, taken: Sequence[Name], known: dict[str, Name], starts: set[int], ends: set[int]
) -> list[Name]:
    """Names of the document that stand in a passage again, without the words by which they were found."""
    found = list(taken)
    for name, first in known.items():
        at = text.find(name)
        while at >= 0:
            end = at + len(name)
            if at in starts and end in ends:
                found.append(Name(at, end, first.kind, first.head, "memory"))
            at = text.find(name, end)
    return longest(found)


def _memory(text: str, names: Sequence[Name], words: Vocabulary, is_word: Any) -> dict[str, Name]:
    """What is remembered of the names of a passage: quoted ones without their marks, firms without class word."""
    found: dict[str, Name] = {}
    for name in names:
        if name.kind in ("industry", "place"):
            continue
        printed = text[name.start : name.end]
        plain = bare(printed)
        if plain != printed and len(plain) >= _LEAST_MEMORY and name.head:
            found.setdefault(plain, name)
        if name.kind == "firm":
            stem = plain[: len(plain) - len(name.head)] if name.head else plain
            if len(stem) >= _LEAST_MEMORY or len(stem) == 2 and not is_word(stem):
                found.setdefault(stem, name)
    return found


def entities(
    passages: pd.DataFrame,
    states: Sequence[str | None],
    *,
    document: str,
    city: str,
    names: Sequence[str],
    vocabulary: Vocabulary,
    industries: Industries,
    terms: tuple[str, ...],
    scheme: coding.Scheme,
) -> pd.DataFrame:
    """The table `entities` of one document: the named things and the industries that it speaks of.

    In: its `passages` (the columns of the registry), what section and paragraph say of each
    (`figures.sections.passage_statuses`), key and city, the names of its own place, which are no entities; the words of
    data/reference and the theme dictionary. Out: one row for each mention,
    in text order, with `text[start:end] == name` in the passage.
    """
    columns = [passages[column].tolist() for column in ("passage", "kind", "section", "text")]
    texts = [str(text) for text in columns[3]]
    cutter = segmenter(terms)
    tokens = [tokens_of(text, cutter, vocabulary) for text in texts]
    own = frozenset(names)
    found = [
        Passage(text, words, vocabulary, industries, own).names() for text, words in zip(texts, tokens, strict=True)
    ]
    memory: dict[str, Name] = {}
    for text, hits in zip(texts, found, strict=True):
        memory = {**_memory(text, hits, vocabulary, cutter.has_word), **memory}
    rows: list[dict[str, Any]] = []
    standing: list[coding.Place] = []
    sentence = 1
    for passage, section, text, words, hits, state in zip(
        columns[0], columns[2], texts, tokens, found, states, strict=True
    ):
        starts, ends = {w.start for w in words}, {w.end for w in words}
        hits = [n for n in _remembered(text, hits, memory, starts, ends) if text[n.start : n.end] not in own]
        spans = split_sentences(text)
        for row, hit in zip(_rows(text, words, hits, spans, state, vocabulary, industries), hits, strict=True):
            row["sentence"] += sentence
            rows.append({"document": document, "city": city, "passage": passage, **row})
            standing.append(
                coding.Place(text, hit.start, hit.end, row["head"], "" if pd.isna(section) else str(section))
            )
        sentence += len(spans)
    for row, theme in zip(rows, coding.themes_at(scheme, standing), strict=True):
        row["theme"] = theme
    one = keys(
        [row["name"] for row in rows],
        [row.pop("class_word") for row in rows],
        [row["kind"] for row in rows],
        lambda stem: not cutter.has_word(stem) or cutter.tag(stem, False)[0][1] in _PROPER_TAGS,
    )
    for row, key in zip(rows, one, strict=True):
        row["key"] = key
    return frame("entities", rows)


def _rows(
    text: str,
    words: Sequence[Token],
    hits: Sequence[Name],
    spans: Sequence[tuple[int, int]],
    section: str | None,
    vocabulary: Vocabulary,
    industries: Industries,
) -> list[dict[str, Any]]:
    """The rows of the names of one passage, sentences counted from 0."""
    begins = [word.start for word in words]
    places = [(bisect_right(begins, hit.start) - 1, bisect_right(begins, hit.end - 1) - 1) for hit in hits]
    covered = {number for first, last in places for number in range(first, last + 1)}
    openings = [start for start, _ in spans]
    rows = []
    for hit, (first, last) in zip(hits, places, strict=True):
        number = max(0, bisect_right(openings, hit.start) - 1)
        name = text[hit.start : hit.end]
        head = without_levels(bare(name))
        verb = verb_of(first, last, words, covered, vocabulary)
        rows.append(
            {
                "sentence": number,
                "start": hit.start,
                "end": hit.end,
                "name": name,
                "head": head,
                "kind": hit.kind,
                "verb": verb,
                "status": status_of(text, hit, verb, openings[number], section, vocabulary),
                "industry": industries.of(head) or industries.of(hit.listed) if hit.kind in _OF_INDUSTRY else None,
                "class_word": hit.head,
            }
        )
    return rows
