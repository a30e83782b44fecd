"""Clauses: what a sentence says between two marks, for means that have no proper name."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection
from functools import lru_cache

import pandas as pd

from ..extract.figures import statuses
from .groups import FRAME, Texts

#: A mark ends a clause, but not within a short quotation or brackets.
_MARK = re.compile("“[^“”]{0,40}”|（[^（）]{0,40}）|([，。；：！？\n])")
LEAD = re.compile(
    "(?:[一二三四五六七八九十]是|[（(][一二三四五六七八九十\\d]+[)）]|第[一二三四五六七八九十]|\\d+[、.．]|同时|其中|此外|另外|目前|今后"
    "|下一步|近年来|接下来|另|还|并且|并|又|也|但|而)*"
)
#: Shorter ones say nothing, longer ones are cut where they are shown.
LEAST, LONGEST = 4, 44


@lru_cache(maxsize=4096)
def clauses(text: str) -> tuple[tuple[int, int], ...]:
    """Start and end of the clauses of a sentence, without their marks: half-open, in order."""
    found, start = [], 0
    for mark in _MARK.finditer(text):
        if mark[1]:
            found.append((start, mark.start()))
            start = mark.end()
    found.append((start, len(text)))
    return tuple((start, end) for start, end in found if end > start) or ((0, len(text)),)


def clause_at(text: str, at: int) -> tuple[int, int]:
    """Start and end of the clause of `text` in which the character `at` stands."""
    found = clauses(text)
    return found[max(0, bisect_right([start for start, _ in found], at) - 1)]


def said(texts: Texts, words: Collection[str]) -> pd.DataFrame:
    """The clauses of what the texts say themselves (no heading, no question) in which one of `words` stands.

    Out, one row a clause: document, city, passage, sentence, start, end (in the passage), name (the clause without
    words that only join it), status (`planned` or `achieved`), figures (its mentions, joined by |).
    """
    columns = ["document", "city", "passage", "sentence", "start", "end", "name", "status", "figures"]
    if not words:
        return pd.DataFrame(columns=columns)
    wanted = re.compile("|".join(sorted(map(re.escape, words), key=lambda word: (-len(word), word))))
    cities = dict(zip(texts.documents["document"], texts.documents["city"], strict=True))
    planned = _planned(texts)
    figures: dict[tuple[str, int], list[tuple[int, str]]] = {}
    for row in texts.figures.itertuples():
        figures.setdefault((row.document, row.passage), []).append((row.start, row.mention))
    found = []
    for row in texts.sentences.itertuples():
        if row.kind in FRAME or row.document not in cities or not wanted.search(row.text):
            continue
        for start, end in clauses(row.text):
            joined = LEAD.match(row.text, start, end)
            start = joined.end() if joined else start
            name = row.text[start:end].rstrip()
            if len(name) < LEAST or not wanted.search(name):
                continue
            begins = row.start + start
            told = [
                mention
                for at, mention in figures.get((row.document, row.passage), ())
                if begins <= at < begins + len(name)
            ]
            status = statuses.status(name, row.text[:end], None, future=False, over=False)
            later = status == "planned" or (row.document, row.sentence) in planned
            found.append(
                (
                    *(row.document, cities[row.document], row.passage, row.sentence, begins, begins + len(name), name),
                    "planned" if later else "achieved",
                    "|".join(dict.fromkeys(told)) or None,
                )
            )
    return pd.DataFrame(found, columns=columns)


def _planned(texts: Texts) -> set[tuple[str, int]]:
    """The sentences (document, sentence) of which all that is named or counted is planned."""
    parts = [table[["document", "sentence", "status"]] for table in (texts.entities, texts.figures)]
    told = pd.concat(parts).dropna(subset="status")
    later = (told["status"] == "planned").groupby([told["document"], told["sentence"]]).all()
    return set(later[later].index)
