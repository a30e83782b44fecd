"""Means: what a strategy works with, one row for each mention, from the entities, figures and formulas of the texts."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from ..extract.dimensions import FIGURE, FORMULA
from .groups import Texts
from .shares import main_codes

COLUMNS = [
    "document",
    "city",
    "passage",
    "sentence",
    "start",
    "end",
    "name",
    "key",
    "kind",
    "verb",
    "status",
    "industry",
    "theme",
    "clause",
    "opens",
    "figures",
    "text",
]
_CLAUSE = re.compile("[，。；：！？\n]")
_LONGEST_NAME = 24
_ITEM = re.compile("^(?:[一二三四五六七八九十]是|第[一二三四五六七八九十]|[首其再最][先次者后])")


def means(texts: Texts) -> pd.DataFrame:
    """Every mention of a mean.

    In: a corpus. Out: `COLUMNS`, in the order of documents and text: entities of all passages but questions; formulas
    (kind `formula`) and named figures (kind `figure`, its name is its indicator). `clause` is the clause it stands in,
    `opens` whether it stands in a heading or in the opening sentence of a paragraph or item, `figures` the figures told
    of it, joined by |, `text` its sentence.
    """
    parts = [_entities(texts), _formulas(texts), _figures(texts)]
    found = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    keys = ["document", "sentence"]
    sentences = texts.sentences.rename(columns={"start": "begins", "end": "stops"})
    found = found.merge(sentences[[*keys, "begins", "kind", "text"]].rename(columns={"kind": "place"}), on=keys)
    found = found[found["place"] != "question"]
    found["opens"] = _opening(found)
    found["clause"] = [
        _clause(text, start - begins, end - begins)
        for text, start, end, begins in zip(found["text"], found["start"], found["end"], found["begins"], strict=True)
    ]
    order = {document: at for at, document in enumerate(texts.documents["document"])}
    found = found.assign(order=found["document"].map(order)).dropna(subset="order")
    return found.sort_values(["order", "passage", "start"], kind="stable").reset_index(drop=True)[COLUMNS]


def _clause(text: str, start: int, end: int) -> str:
    """The clause of `text` in which `start` to `end` stands."""
    before = [mark.end() for mark in _CLAUSE.finditer(text, 0, max(start, 0))]
    behind = _CLAUSE.search(text, max(end, 0))
    return text[before[-1] if before else 0 : behind.start() if behind else len(text)]


def _opening(found: pd.DataFrame) -> np.ndarray:
    """Whether each mention stands in a heading, or in the first sentence of its passage or of an item (一是…)."""
    first = found["begins"] == 0
    item = np.fromiter((_ITEM.match(str(text)) is not None for text in found["text"]), bool, len(found))
    opens: np.ndarray = (found["place"] == "heading").to_numpy(dtype=bool) | first.to_numpy(dtype=bool) | item
    return opens


def _entities(texts: Texts) -> pd.DataFrame:
    """The entities with the figures told of them: those behind a name, up to the next, in its sentence."""
    table = texts.entities.reset_index(drop=True)
    told = _told_of(table, texts.figures)
    return table.assign(figures=told)[
        [
            "document",
            "city",
            "passage",
            "sentence",
            "start",
            "end",
            "name",
            "key",
            "kind",
            "verb",
            "status",
            "industry",
            "theme",
            "figures",
        ]
    ]


def _told_of(entities: pd.DataFrame, figures: pd.DataFrame) -> list[str | None]:
    """The figures told of each entity, joined by |; None without one."""
    places: dict[tuple[str, int], list[tuple[int, int]]] = {}
    for at, row in enumerate(entities.itertuples()):
        places.setdefault((row.document, row.sentence), []).append((row.start, at))
    told: list[list[str]] = [[] for _ in range(len(entities))]
    for row in figures.itertuples():
        own = places.get((row.document, row.sentence))
        if own:
            at = bisect_right(own, (row.start, len(entities))) - 1
            told[own[max(at, 0)][1]].append(row.mention)
    return ["|".join(dict.fromkeys(own)) or None for own in told]


def _formulas(texts: Texts) -> pd.DataFrame:
    """The formulas, as means of the kind `formula`."""
    table = texts.formulas
    return pd.DataFrame(
        {
            **{name: table[name] for name in ("document", "city", "passage", "sentence", "start", "end")},
            "name": table["formula"],
            "key": table["formula"],
            "kind": FORMULA,
            "verb": None,
            "status": "achieved",
            "industry": None,
            "theme": None,
            "figures": table["items"],
        }
    )


def _figures(texts: Texts) -> pd.DataFrame:
    """The figures with a name, as means of the kind `figure`."""
    table = texts.figures
    table = table[table["indicator"].notna() & (table["indicator"].str.len() <= _LONGEST_NAME)]
    return pd.DataFrame(
        {
            **{name: table[name] for name in ("document", "city", "passage", "sentence", "start", "end")},
            "name": table["indicator"],
            "key": table["indicator"],
            "kind": FIGURE,
            "verb": None,
            "status": table["status"],
            "industry": None,
            "theme": table["theme"],
            "figures": table["mention"],
        }
    )


def pathways_of(texts: Texts, found: pd.DataFrame) -> list[str | None]:
    """The main pathway of the sentence of each row of `found` (document, sentence); None where it has none."""
    codes = texts.codes[texts.codes["scheme"] == "pathway"]
    main = main_codes(codes, "pathway")
    known: Mapping[tuple[str, int], str] = dict(
        zip(zip(main["document"], main["sentence"], strict=True), main["code"], strict=True)
    )
    get: Callable[[tuple[str, int]], str | None] = known.get
    return [get(place) for place in zip(found["document"], found["sentence"], strict=True)]
