"""Inheritance: how much of a superior's text (a plan, a provincial report) a text takes over word for word."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from .groups import Texts, one_of, positive, ratio, said, typed
from .outcomes import superiors

#: Characters in a row that count as taken over; shorter runs are common turns of official prose.
GRAM = 8
_INHERITED = {
    "document": "string",
    "city": "string",
    "superior": "string",
    "grams": "int64",
    "shared": "int64",
    "containment": "float64",
    "own_share": "float64",
    "cosine": "float64",
}
_SHARED = {
    "document": "string",
    "passage": "int64",
    "start": "int64",
    "end": "int64",
    "text": "string",
    "characters": "int64",
    "superior": "string",
    "superior_passage": "int64",
    "superior_start": "int64",
}


def _runs(text: str, gram: int) -> Iterator[tuple[int, str]]:
    """Every run of `gram` letters and digits with no mark or blank in it, and where it begins."""
    broken = -1
    for place, character in enumerate(text):
        if not character.isalnum():
            broken = place
        elif place - broken >= gram:
            yield place - gram + 1, text[place - gram + 1 : place + 1]


def inheritance(texts: Texts, superior: str, *, gram: int = GRAM) -> pd.DataFrame:
    """How much of each text stands word for word in a superior's text, and how like the two are by their words.

    In: a corpus, `superior`, the document that others may take over from; `gram`, the characters in a row that count.
    Headings and questions are left out. Out, one row for each other document: document, city, superior, grams (of the
    text, each counted once; a run holds no punctuation), shared (those that stand in the superior's text, too),
    containment (shared / grams: Broder 1997, On the Resemblance and Containment of Documents, Proc. Compression and
    Complexity of Sequences), own_share (of the text's letters and digits, those in no shared run), cosine (of the two
    texts' words weighted by count × (ln((1 + N) / (1 + n)) + 1), n of the N documents of the corpus with the word:
    Salton & Buckley 1988, Term-weighting Approaches in Automatic Text Retrieval, Information Processing & Management
    24(5)). Missing for a text without a run or a word. Raises InputError for a document that is not there.
    """
    one_of("document", superior, tuple(map(str, texts.documents["document"])))
    positive("gram", gram)
    passages = said(texts.passages, texts.passages)
    told = {key: list(own) for key, own in passages.groupby("document", sort=False)["text"]}
    above = {run for text in told.get(superior, []) for _, run in _runs(text, gram)}
    likeness = _cosines(texts.terms, superior)
    rows: list[dict[str, Any]] = []
    for document, city in zip(texts.documents["document"], texts.documents["city"], strict=True):
        if document == superior:
            continue
        own = {run for text in told.get(document, []) for _, run in _runs(text, gram)}
        letters = covered = 0
        for text in told.get(document, []):
            letters += sum(map(str.isalnum, text))
            places = [place for place, run in _runs(text, gram) if run in above]
            covered += len({place + step for place in places for step in range(gram)})
        told_twice = {
            "grams": len(own),
            "shared": len(own & above),
            "containment": float(ratio(len(own & above), len(own))),
        }
        shares = {"own_share": float(ratio(letters - covered, letters)), "cosine": likeness.get(document, float("nan"))}
        rows.append({"document": document, "city": city, "superior": superior, **told_twice, **shares})
    return typed(rows, _INHERITED)


def inherited(texts: Texts, *, gram: int = GRAM) -> pd.DataFrame:
    """`inheritance` of every text of a city from the latest text of its province of that year or before.

    In: a corpus that also holds texts of provinces (see `superiors`). Cities often report some weeks before their
    province, so that months do not count. Out: as `inheritance`, the text that takes over most first.
    """
    dated = texts.documents.dropna(subset="date").sort_values("date", kind="stable")
    listed = [(row.document, row.city, str(row.date)[:4]) for row in dated.itertuples()]
    provinces = superiors(texts.cities)
    above: dict[str, list[str]] = defaultdict(list)
    for document, city, year in listed:
        older = [key for key, place, then in listed if place == provinces.get(city) and then <= year]
        if older:
            above[older[-1]].append(document)
    tables = [inheritance(texts, superior, gram=gram) for superior in above]
    tables = [table[table["document"].isin(above[str(table["superior"].iloc[0])])] for table in tables]
    table = pd.concat(tables, ignore_index=True) if tables else typed([], _INHERITED)
    return table.sort_values("containment", ascending=False, kind="stable", ignore_index=True)


def _cosines(terms: pd.DataFrame, superior: str) -> dict[str, float]:
    """Document → cosine of its weighted words with those of the superior's text."""
    wide = pd.crosstab(terms["document"], terms["term"], values=terms["count"], aggfunc="sum").fillna(0.0)
    if superior not in wide.index:
        return {}
    counts = wide.to_numpy(dtype=float)
    weights = counts * (np.log((1 + len(counts)) / (1 + (counts > 0).sum(axis=0))) + 1)
    weights = ratio(weights, np.sqrt((weights**2).sum(axis=1, keepdims=True)))
    return dict(zip(map(str, wide.index), weights @ weights[wide.index.get_loc(superior)], strict=True))


def shared_strings(texts: Texts, superior: str, *, least: int = 2 * GRAM) -> pd.DataFrame:
    """The strings of each text that stand in a superior's text, too, and within no longer such string.

    In: as `inheritance`; `least`, the characters from which a string counts: it may hold punctuation, but begins with
    eight letters and digits in a row, or `least` where that is fewer. Out, longest first: document, passage, start, end
    (half-open span in the passage), text, characters, superior, superior_passage, superior_start (its first place).
    """
    one_of("document", superior, tuple(map(str, texts.documents["document"])))
    seed = min(positive("least", least), GRAM)
    passages = said(texts.passages, texts.passages)
    above = passages[(passages["document"] == superior).to_numpy(dtype=bool)]
    bodies = dict(zip(above["passage"], above["text"], strict=True))
    places: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for passage, text in bodies.items():
        for place, run in _runs(text, seed):
            places[run].append((passage, place))
    rows: list[dict[str, Any]] = []
    for row in passages[(passages["document"] != superior).to_numpy(dtype=bool)].itertuples():
        reached = 0
        for start, run in _runs(row.text, seed):
            ends = [
                (_end(row.text, start, bodies[passage], place), passage, place)
                for passage, place in places.get(run, ())
            ]
            if not ends or (best := max(ends, key=lambda one: one[0]))[0] <= reached:
                continue
            reached = best[0]
            if reached - start < least:
                continue
            span = {"start": start, "end": reached, "text": row.text[start:reached], "characters": reached - start}
            found = {"superior": superior, "superior_passage": best[1], "superior_start": best[2]}
            rows.append({"document": row.document, "passage": row.passage, **span, **found})
    return typed(sorted(rows, key=lambda one: -one["characters"]), _SHARED)


def _end(text: str, start: int, other: str, place: int) -> int:
    """Where the agreement of two texts from these places on ends in the first, without marks and blanks at its end."""
    end = start
    while end < len(text) and place + end - start < len(other) and text[end] == other[place + end - start]:
        end += 1
    while not text[end - 1].isalnum():
        end -= 1
    return end
