"""Concordance: every use of a term with what stands left and right of it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable

import pandas as pd

from ..project.errors import InputError
from ..project.registry import KINDS
from ..texts.sentences import split_sentences
from .groups import FRAME, Texts, one_of, positive, typed

_TYPES = {
    "document": "string",
    "passage": "int64",
    "sentence": "int64",
    "start": "int64",
    "end": "int64",
    "left": "string",
    "keyword": "string",
    "right": "string",
}


def kwic(
    passages: pd.DataFrame, terms: str | Iterable[str], *, width: int = 20, kinds: Iterable[str] | None = None
) -> pd.DataFrame:
    """Keyword in context (Luhn 1960, American Documentation 11(4)): one row for each use of each term.

    In: `passages` (document, passage, text, and kind where `kinds` is given) with **all** passages of a document in
    order, since sentences are counted through it as in the other tables; `terms`, one or several, searched in the raw
    text; `width`, characters of context on each side, at most to the end of the passage; `kinds`, the kinds of passages
    to look into (default: all).

    Each term is searched by itself, from left to right without overlap, so that its rows do not hang on the other terms
    asked for: 煤 and 煤炭 both stand where the text has 煤炭.

    Out: document, passage, sentence, start, end (half-open span in the passage, `text[start:end] == keyword`), left,
    keyword, right; documents and passages in the order of `passages`, then by start, the longer term first. Raises
    InputError for an empty term, a width below 1, an unknown kind.
    """
    listed = [terms] if isinstance(terms, str) else list(dict.fromkeys(terms))
    if not all(isinstance(term, str) and term for term in listed):
        raise InputError("a term is empty or no text", cure="give terms of one character or more")
    width = positive("width", width)
    wanted = None if kinds is None else {one_of("kind", kind, KINDS) for kind in kinds}
    patterns = [re.compile(re.escape(term)) for term in sorted(listed, key=lambda term: (-len(term), term))]
    rows = []
    counted: dict[str, int] = {}
    types = passages["kind"] if wanted is not None else [None] * len(passages)
    for document, passage, text, kind in zip(
        passages["document"], passages["passage"], passages["text"], types, strict=True
    ):
        spans = split_sentences(text)
        before = counted.get(document, 0)
        counted[document] = before + len(spans)
        if wanted is not None and kind not in wanted:
            continue
        starts = [start for start, _ in spans]
        uses = sorted(
            ((found.start(), found.end()) for pattern in patterns for found in pattern.finditer(text)),
            key=lambda use: (use[0], -use[1]),
        )
        for start, end in uses:
            # White space before the first sentence belongs to it.
            sentence = before + max(1, bisect_right(starts, start))
            left, right = text[max(0, start - width) : start], text[end : end + width]
            rows.append((document, int(passage), sentence, start, end, left, text[start:end], right))
    return typed(pd.DataFrame(rows, columns=list(_TYPES)), _TYPES)


def contexts(texts: Texts, words: pd.DataFrame, *, most: int = 3, width: int = 20) -> pd.DataFrame:
    """The first uses of the words of each city in what is said there.

    In: a corpus; `words` (city, term), such as `keyness`; `most` uses of each. Out: city, and the columns of `kwic`.
    """
    kinds = [kind for kind in KINDS if kind not in FRAME]
    found = []
    for city, own in words.groupby("city", sort=False):
        documents = texts.documents.loc[(texts.documents["city"] == city).to_numpy(dtype=bool), "document"]
        passages = texts.passages[texts.passages["document"].isin(documents).to_numpy(dtype=bool)]
        for term in own["term"]:
            uses = kwic(passages, str(term), width=width, kinds=kinds).head(most)
            uses.insert(0, "city", pd.array([city] * len(uses), dtype="string"))
            found.append(uses)
    return pd.concat(found, ignore_index=True) if found else typed([], {"city": "string", **_TYPES})
