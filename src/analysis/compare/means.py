"""Means: what a strategy works with, one row for each mention, from the entities, figures and formulas of the texts."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from ..extract.dimensions import CLAUSE, FIGURE, FORMULA
from .clauses import clause_at, said
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
    "within",
    "clause",
    "clause_start",
    "begins",
    "opens",
    "figures",
    "text",
]
_FOUND = [*COLUMNS[: COLUMNS.index("clause")], "figures"]
_MARKS = "，。；：！？\n"
_CLAUSE = re.compile(f"[{_MARKS}]")
_COUNT = re.compile("[\\d.,]+[余多]?[大个条项家类种批]")
_NAME_LENGTHS = (2, 24)
_QUOTED = re.compile("“([^“”]+)”")
_ITEM = re.compile("^(?:[一二三四五六七八九十]是|第[一二三四五六七八九十]|[首其再最][先次者后])")


def means(texts: Texts, words: Collection[str] = ()) -> pd.DataFrame:
    """Every mention of a mean.

    In: a corpus; the words of which one stands in a clause that is a mean without a name. Out: `COLUMNS`, in the order
    of documents and text: entities of all passages but questions; formulas (kind `formula`), named figures (kind
    `figure`, its name is its indicator) and clauses (kind `clause`). `within` is the entity in whose name a formula
    stands, `clause` the clause it stands in, which begins at `clause_start` of its passage, as does its sentence `text`
    at `begins`; `opens` whether it stands in a heading or in the opening sentence of a paragraph or item, `figures` the
    figures told of it, joined by |.
    """
    formulas = _formulas(texts)
    parts = [_with_formulas(_entities(texts), formulas), formulas, _figures(texts), _clauses(texts, words)]
    filled = [part for part in parts if len(part)] or parts[:1]
    found = pd.concat(filled, ignore_index=True).reindex(columns=_FOUND)
    keys = ["document", "sentence"]
    sentences = texts.sentences.rename(columns={"start": "begins", "end": "stops"})
    found = found.merge(sentences[[*keys, "begins", "kind", "text"]].rename(columns={"kind": "place"}), on=keys)
    found = found[found["place"] != "question"]
    found["opens"] = _opening(found)
    spans = [
        clause_at(text, start - begins)
        for text, start, begins in zip(found["text"], found["start"], found["begins"], strict=True)
    ]
    found["clause"] = [text[start:end] for text, (start, end) in zip(found["text"], spans, strict=True)]
    found["clause_start"] = [begins + start for begins, (start, _) in zip(found["begins"], spans, strict=True)]
    order = {document: at for at, document in enumerate(texts.documents["document"])}
    found = found.assign(order=found["document"].map(order)).dropna(subset="order")
    return found.sort_values(["order", "passage", "start"], kind="stable").reset_index(drop=True)[COLUMNS]


def _opening(found: pd.DataFrame) -> np.ndarray:
    """Whether each mention stands in a heading, or in the first sentence of its passage or of an item (一是…)."""
    first = found["begins"] == 0
    item = np.fromiter((_ITEM.match(str(text)) is not None for text in found["text"]), bool, len(found))
    opens: np.ndarray = (found["place"] == "heading").to_numpy(dtype=bool) | first.to_numpy(dtype=bool) | item
    return opens


def _entities(texts: Texts) -> pd.DataFrame:
    """The entities with the figures told of them: those behind a name, up to the next, in its sentence."""
    table = texts.entities.reset_index(drop=True)
    told = _told_of(table, texts)
    return table.assign(figures=told, within=None)[_FOUND]


def _told_of(entities: pd.DataFrame, texts: Texts) -> list[str | None]:
    """The figures told of each entity, joined by |; None without one.

    A figure is told of the nearest entity before it in its clause, else of the first behind it there, else of the last
    one of the clause before.
    """
    places: dict[tuple[str, int], list[tuple[int, int]]] = {}
    for at, row in enumerate(entities.itertuples()):
        places.setdefault((row.document, row.passage), []).append((row.start, at))
    passages = {(row.document, row.passage): row.text for row in texts.passages.itertuples()}
    told: list[list[str]] = [[] for _ in range(len(entities))]
    for row in texts.figures.itertuples():
        own = places.get((row.document, row.passage))
        nearest = _nearest(own, passages[row.document, row.passage], row.start) if own else None
        # A bare count before a name counts what comes between: 三大产业（茶叶、…).
        if nearest is not None and not (_COUNT.fullmatch(row.mention) and entities["start"].iat[nearest] > row.start):
            told[nearest].append(row.mention)
    return ["|".join(dict.fromkeys(own)) or None for own in told]


def _nearest(own: list[tuple[int, int]], text: str, start: int) -> int | None:
    """The number of the entity of which a figure at `start` is told; `own` are start and number of those of `text`."""
    clause = max((text.rfind(mark, 0, start) for mark in _MARKS), default=-1) + 1
    before = bisect_right(own, (start, 0)) - 1
    if before >= 0 and own[before][0] >= clause:
        return own[before][1]
    stop = _CLAUSE.search(text, start)
    end = stop.start() if stop else len(text)
    if before + 1 < len(own) and own[before + 1][0] < end:
        return own[before + 1][1]
    if clause and text[clause - 1] == "，":
        earlier = max((text.rfind(mark, 0, clause - 1) for mark in _MARKS), default=-1) + 1
        if before >= 0 and own[before][0] >= earlier:
            return own[before][1]
    return None


def _with_formulas(entities: pd.DataFrame, formulas: pd.DataFrame) -> pd.DataFrame:
    """The entities, those that quote a formula of their city under its key: “3456”思路 is 3456."""
    known = set(zip(formulas["city"], formulas["key"], strict=True))
    keys = []
    for city, name, key in zip(entities["city"], entities["name"], entities["key"], strict=True):
        quoted = _QUOTED.search(name)
        keys.append(quoted[1] if quoted and (city, quoted[1]) in known else key)
    return entities.assign(key=keys)


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
            "theme": _themes(texts, table),
            "figures": table["items"],
            "within": _holders(texts, table),
        }
    )


def _holders(texts: Texts, formulas: pd.DataFrame) -> list[str | None]:
    """The name of the entity in which each formula stands; None without one."""
    places: dict[tuple[str, int], list[tuple[int, int, str]]] = {}
    for row in texts.entities.itertuples():
        places.setdefault((row.document, row.passage), []).append((row.start, row.end, row.name))
    return [
        next(
            (
                name
                for start, end, name in places.get((row.document, row.passage), ())
                if start <= row.start and row.end <= end
            ),
            None,
        )
        for row in formulas.itertuples()
    ]


def _clauses(texts: Texts, words: Collection[str]) -> pd.DataFrame:
    """The clauses that hold one of `words`, as means of the kind `clause`."""
    table = said(texts, words)
    return table.assign(key=table["name"], kind=CLAUSE, verb=None, industry=None, theme=_themes(texts, table))


def _themes(texts: Texts, found: pd.DataFrame) -> list[str | None]:
    """The main theme of the sentence of each row of `found`; None where it has none."""
    return _main_codes(texts, found, "theme")


def _figures(texts: Texts) -> pd.DataFrame:
    """The figures with a name, as means of the kind `figure`."""
    table = texts.figures
    table = table[table["indicator"].str.len().between(*_NAME_LENGTHS).fillna(False).astype(bool)]
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
    return _main_codes(texts, found, "pathway")


def _main_codes(texts: Texts, found: pd.DataFrame, scheme: str) -> list[str | None]:
    main = main_codes(texts.codes[texts.codes["scheme"] == scheme], scheme)
    known: Mapping[tuple[str, int], str] = dict(
        zip(zip(main["document"], main["sentence"], strict=True), main["code"], strict=True)
    )
    return [known.get(place) for place in zip(found["document"], found["sentence"], strict=True)]
