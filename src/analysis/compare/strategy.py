"""The strategy matrix: by which named means each city works, dimension by dimension."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from ..extract.dimensions import FIGURE, FORMULA, Dimension, Rule
from .groups import Texts, typed
from .means import means, pathways_of

_COLUMNS = {
    "dimension": "string",
    "city": "string",
    "rank": "int64",
    "key": "string",
    "name": "string",
    "kind": "string",
    "verb": "string",
    "status": "string",
    "industry": "string",
    "mentions": "int64",
    "figures": "string",
    "text": "string",
    "document": "string",
    "passage": "int64",
    "sentence": "int64",
    "start": "int64",
    "end": "int64",
    "only_here": "boolean",
    "shared_with": "string",
    "score": "float64",
}
#: What makes a mean come first in its cell, beside the weight of the rule that put it there.
_OPENS, _HAS_FIGURE, _HAS_VERB, _AGAIN, _ONLY = 0.8, 0.5, 0.4, 0.3, 0.3
_MOST_AGAIN = 3
_DROP_FIGURES = 3


def strategy_matrix(texts: Texts, dimensions: Mapping[str, Dimension] | None = None) -> pd.DataFrame:
    """The means of each city by dimension of its strategy, the most telling of each cell first.

    In: a corpus; `dimensions` as read from data/reference/dimensions.yml (those of the corpus where left out). A mean
    stands in every dimension of which a rule holds for one of its mentions.

    Out, one row for each dimension, city and mean: dimension, city, rank (from 1 in its cell), key, name (its most
    frequent form), kind (one of the entities', `formula`, `figure`), verb, status (`planned` where all mentions are),
    industry (class), mentions, figures (told of it, joined by |), text (the sentence of its leading mention) with
    document, passage, sentence, start, end; only_here (no other city names it; missing for figures and formulas),
    shared_with (cities that do, joined by |), score. Rows in the order of the dimensions and cities.

    A mean leads its cell by the weight of the rule, times what it is told with: in a heading or opening sentence, with
    figures, with a verb of doing, more than once, only here.
    """
    known = texts.dimensions if dimensions is None else dimensions
    found = means(texts)
    found = found.assign(pathway=pathways_of(texts, found))
    names = {str(city): _own_names(texts, city) for city in texts.documents["city"].unique()}
    groups = {code: industry.group for code, industry in texts.industries.classes.items()}
    holders = found[~found["kind"].isin([FIGURE, FORMULA])].groupby("key")["city"].unique()
    rows: list[dict[str, Any]] = []
    for key, dimension in known.items():
        weight = _weights(dimension, found, groups, names)
        held = found.assign(weight=weight)[weight > 0]
        for city in names:
            rows += _cell(key, city, held[held["city"] == city], holders)
    return typed(pd.DataFrame(rows, columns=list(_COLUMNS)), _COLUMNS)


def _own_names(texts: Texts, city: str) -> frozenset[str]:
    """The names of a city in any form."""
    entry = texts.cities.get(city, {})
    full = str(entry.get("name_zh", ""))
    return frozenset(name for name in (full, full.removesuffix("市"), *entry.get("aliases", ())) if name)


def _weights(
    dimension: Dimension, found: pd.DataFrame, groups: Mapping[str, str], names: Mapping[str, frozenset[str]]
) -> np.ndarray:
    """How much each mention speaks for a dimension: the weight of the first rule that holds, else 0."""
    weight = np.zeros(len(found))
    for rule in dimension.rules:
        holds = _holds(rule, found, groups, names) & (weight == 0)
        weight[holds] = rule.weight
    return weight


def _holds(
    rule: Rule, found: pd.DataFrame, groups: Mapping[str, str], names: Mapping[str, frozenset[str]]
) -> np.ndarray:
    """For which mentions a rule holds."""
    lists = rule.lists
    holds = found["kind"].isin(lists["kinds"]).to_numpy(dtype=bool, copy=True)
    one_of = {"classes": "industry", "themes": "theme", "pathways": "pathway", "verbs": "verb"}
    for name, column in one_of.items():
        if name in lists:
            holds &= found[column].isin(lists[name]).to_numpy(dtype=bool)
    if "groups" in lists:
        holds &= found["industry"].map(groups).isin(lists["groups"]).to_numpy(dtype=bool)
    if "not_verbs" in lists:
        holds &= ~found["verb"].isin(lists["not_verbs"]).to_numpy(dtype=bool)
    tests: list[tuple[str, str, bool]] = [
        ("words", "name", True),
        ("near", "clause", True),
        ("not_words", "name", False),
        ("not_near", "clause", False),
    ]
    for name, column, wanted in tests:
        if name in lists:
            held = _holding(lists[name])
            holds &= np.fromiter((held(value) is wanted for value in found[column]), bool, len(found))
    if rule.outside is not None:
        own = [
            any(name in value for name in names.get(city, ()))
            for value, city in zip(found["name"], found["city"], strict=True)
        ]
        holds &= np.array(own, dtype=bool) != rule.outside
    return holds


def _holding(words: frozenset[str]) -> Callable[[Any], bool]:
    """Whether one of the words stands in a text."""
    return lambda value: isinstance(value, str) and any(word in value for word in words)


def _cell(dimension: str, city: str, held: pd.DataFrame, holders: pd.Series) -> list[dict[str, Any]]:
    """The rows of one cell, the most telling first."""
    rows = []
    for key, own in held.groupby("key", sort=False):
        lead = own.iloc[int(_telling(own).argmax())]
        kind = lead["kind"]
        shared = [other for other in holders.get(key, ()) if other != city] if kind not in (FIGURE, FORMULA) else None
        told = dict.fromkeys(part for cell in own["figures"].dropna() for part in str(cell).split("|"))
        again = min(len(own) - 1, _MOST_AGAIN)
        score = float(_telling(own).max()) * (1 + _AGAIN * again) + (_ONLY if shared == [] else 0)
        verbs = own["verb"].dropna()
        rows.append(
            {
                "dimension": dimension,
                "city": city,
                "key": key,
                "name": own["name"].value_counts().index[0],
                "kind": kind,
                "verb": lead["verb"] if isinstance(lead["verb"], str) else (verbs.iloc[0] if len(verbs) else None),
                "status": "planned" if (own["status"] == "planned").all() else "achieved",
                "industry": lead["industry"],
                "mentions": len(own),
                "figures": "|".join(list(told)[:_DROP_FIGURES]) or None,
                **{name: lead[name] for name in ("text", "document", "passage", "sentence", "start", "end")},
                "only_here": None if shared is None else not shared,
                "shared_with": "|".join(shared) if shared else None,
                "score": score,
            }
        )
    rows.sort(key=lambda row: -row["score"])
    return [{**row, "rank": rank} for rank, row in enumerate(rows, start=1)]


def _telling(own: pd.DataFrame) -> np.ndarray:
    """How telling each mention is."""
    told: np.ndarray = own["weight"].to_numpy(dtype=float) * (
        1
        + _OPENS * own["opens"].to_numpy(dtype=bool)
        + _HAS_FIGURE * own["figures"].notna().to_numpy(dtype=bool)
        + _HAS_VERB * own["verb"].notna().to_numpy(dtype=bool)
    )
    return told
