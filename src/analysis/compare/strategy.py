"""The strategy matrix: by which named means each city works, dimension by dimension."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from ..extract.dimensions import CLAUSE, FORMULA, UNNAMED, Dimension, Rule
from .clauses import LEAD, LONGEST, clauses
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
#: Two clauses tell more than one.
_TELLS_MORE = 0.1
_MOST_FIGURES = 3
_NUMBER = re.compile("[\\d.,]+")
_SAME_RUN = 6
#: A clause of fewer characters only tells the time; one without figures of fewer characters only names a field.
_TELLS, _LITTLE = 7, 12
#: A clause that begins so does not say by itself what it is about.
_BARE = re.compile(
    "(?:计划|预计|共|累计|完成|已|全部)*(?:年度)?(?:总投资|总签约额|签约额|投资|投入|资金|总额|规模|金额|均|居|为(?=[0-9])|达|受益|产能|占|拉动)"
)
#: Before a name: a leading firm of the place; behind it: that it is the one who works together with another.
_LEADS = re.compile("链主|龙头|骨干|领军|本地|我市|全市")
_JOINS = re.compile("[与同]|携手|联合|对接|牵头")
_JOINED = re.compile("[与同和跟、]|携手|对接|包括|引进|聘")


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
    rules = [rule for dimension in known.values() for rule in dimension.rules]
    found = means(texts, {w for rule in rules if CLAUSE in rule.lists["kinds"] for w in rule.lists.get("words", ())})
    names = {str(city): _own_names(texts, city) for city in texts.documents["city"].unique()}
    groups = {code: industry.group for code, industry in texts.industries.classes.items()}
    found = found.assign(
        pathway=pathways_of(texts, found), group=found["industry"].map(groups), outside=_outside(found, names)
    )
    named = found[~found["kind"].isin([*UNNAMED, FORMULA])]
    holders = {str(key): [str(city) for city in own.unique()] for key, own in named.groupby("key")["city"]}
    rows: list[dict[str, Any]] = []
    for key, dimension in known.items():
        weight = _weights(dimension, found)
        held = _without_doubles(found.assign(weight=weight)[weight > 0])
        held = held.assign(telling=_telling(held)).astype(object)
        cells: dict[str, list[dict[str, Any]]] = {}
        for mention in held.where(held.notna(), None).to_dict("records"):
            cells.setdefault(mention["city"], []).append(mention)
        for city in names:
            rows += _cell(key, city, cells.get(city, []), holders)
    return typed(pd.DataFrame(rows, columns=list(_COLUMNS)), _COLUMNS)


def _own_names(texts: Texts, city: str) -> frozenset[str]:
    """The names of a city in any form."""
    entry = texts.cities.get(city, {})
    full = str(entry.get("name_zh", ""))
    return frozenset(name for name in (full, full.removesuffix("市"), *entry.get("aliases", ())) if name)


def _outside(found: pd.DataFrame, names: Mapping[str, frozenset[str]]) -> np.ndarray:
    """Which mentions are of something from elsewhere.

    What bears a name of the city is not, nor what a text of the city calls one of its leading firms, or tells as the
    one that works together with another (X 与 Y 共建: X is of the place).
    """
    own = [
        any(name in value for name in names.get(city, ()))
        for value, city in zip(found["name"], found["city"], strict=True)
    ]
    leads = []
    for name, clause in zip(found["name"], found["clause"], strict=True):
        at = clause.find(name)
        before, behind = clause[: max(at, 0)], clause[at + len(name) : at + len(name) + 2]
        joins = _JOINS.match(behind) is not None and _JOINED.search(before) is None
        leads.append(at >= 0 and (joins or _LEADS.search(before[-8:] + name) is not None))
    leading = set(zip(found["city"][leads], found["key"][leads], strict=True))
    home = [place in leading for place in zip(found["city"], found["key"], strict=True)]
    return ~(np.array(own, dtype=bool) | np.array(home, dtype=bool))


def _weights(dimension: Dimension, found: pd.DataFrame) -> np.ndarray:
    """How much each mention speaks for a dimension: the weight of the first rule that holds, else 0."""
    weight = np.zeros(len(found))
    for rule in dimension.rules:
        holds = _holds(rule, found) & (weight == 0)
        weight[holds] = rule.weight
    return weight


#: What a list of a rule is compared with: a whole value, or words in a text.
_ONE_OF = {"kinds": "kind", "classes": "industry", "groups": "group", "themes": "theme", "pathways": "pathway"}
_IN_TEXT = {"words": "name", "near": "clause", "said": "text", "within": "within"}


def _holds(rule: Rule, found: pd.DataFrame) -> np.ndarray:
    """For which mentions a rule holds."""
    holds = np.ones(len(found), dtype=bool)
    for name, column in {**_ONE_OF, "verbs": "verb"}.items():
        if name in rule.lists:
            holds &= found[column].isin(rule.lists[name]).to_numpy(dtype=bool)
    if "not_verbs" in rule.lists:
        holds &= ~found["verb"].isin(rule.lists["not_verbs"]).to_numpy(dtype=bool)
    if rule.outside is not None:
        holds &= found["outside"].to_numpy(dtype=bool) == rule.outside
    for name, column in _IN_TEXT.items():
        for wanted, words in ((True, rule.lists.get(name)), (False, rule.lists.get(f"not_{name}"))):
            if words:
                held, places = _holding(words), np.flatnonzero(holds)
                holds[places] = [held(value) is wanted for value in found[column].iloc[places]]
    return holds


def _holding(words: frozenset[str]) -> Callable[[Any], bool]:
    """Whether one of the words stands in a text."""
    return lambda value: isinstance(value, str) and any(word in value for word in words)


def _without_doubles(held: pd.DataFrame) -> pd.DataFrame:
    """`held` without figures and clauses that name a mean which stands in the same dimension by itself, and without
    clauses whose figure does; what is left of one sentence is one mean, under the key of its first."""
    unnamed = held["kind"].isin(UNNAMED)
    places: dict[tuple[str, int], list[int]] = {}
    for row in held[~unnamed].itertuples():
        places.setdefault((row.document, row.passage), []).append(row.start)
    told = [
        unnamed_row and any(begins <= start < begins + len(clause) for start in places.get((document, passage), ()))
        for unnamed_row, document, passage, begins, clause in zip(
            *(unnamed, held["document"], held["passage"], held["clause_start"], held["clause"]), strict=True
        )
    ]
    held = held[~np.array(told, dtype=bool)]
    unnamed = held["kind"].isin(UNNAMED)
    together = held["document"].astype(str) + ":" + held["sentence"].astype(str)
    return held.assign(key=held["key"].where(~unnamed, together))


def _cell(
    dimension: str, city: str, held: list[dict[str, Any]], holders: Mapping[str, list[str]]
) -> list[dict[str, Any]]:
    """The rows of one cell, the most telling first; `held` are its mentions, `holders` the cities by key."""
    by_key: dict[str, list[dict[str, Any]]] = {}
    for mention in held:
        by_key.setdefault(mention["key"], []).append(mention)
    rows = []
    for key, own in by_key.items():
        lead = max(own, key=lambda mention: mention["telling"])
        unnamed = lead["kind"] in UNNAMED
        shared = None if unnamed or lead["kind"] == FORMULA else [o for o in holders.get(key, ()) if o != city]
        told = dict.fromkeys(part for mention in own for part in str(mention["figures"] or "").split("|") if part)
        again = 0 if unnamed else min(len(own) - 1, _MOST_AGAIN)
        rows.append(
            {
                "dimension": dimension,
                "city": city,
                "kind": lead["kind"],
                "verb": lead["verb"] or next((mention["verb"] for mention in own if mention["verb"]), None),
                "status": "planned" if all(mention["status"] == "planned" for mention in own) else "achieved",
                "industry": lead["industry"],
                "mentions": len({mention["clause_start"] for mention in own}) if unnamed else len(own),
                **{name: lead[name] for name in ("text", "document", "passage", "sentence", "start", "end")},
                **(_clause_of(own, lead) if unnamed else {"key": key, "name": _called(own)}),
                "figures": None if unnamed else "|".join(list(told)[:_MOST_FIGURES]) or None,
                "only_here": None if shared is None else not shared,
                "shared_with": "|".join(shared) if shared else None,
                "score": lead["telling"] * (1 + _AGAIN * again)
                + (_ONLY if shared == [] else 0)
                + (_TELLS_MORE if unnamed and len({mention["clause_start"] for mention in own}) > 1 else 0),
            }
        )
    rows = _told_once(sorted(rows, key=lambda row: -row["score"]))
    return [{**row, "rank": rank} for rank, row in enumerate(rows, start=1)]


def _called(own: list[dict[str, Any]]) -> str:
    """The name of a mean in its most frequent form, of equals the first."""
    return str(Counter(mention["name"] for mention in own).most_common(1)[0][0])


def _told_once(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """`rows`, the most telling first, without clauses that tell again what one before tells: the same numbers in words
    of which a run is the same."""
    kept: list[dict[str, Any]] = []
    told: list[tuple[list[str], str]] = []
    for row in rows:
        numbers = _NUMBER.findall(row["key"]) if row["kind"] in UNNAMED else []
        if numbers and any(numbers == others and _share_run(row["key"], words) for others, words in told):
            continue
        if numbers:
            told.append((numbers, row["key"]))
        kept.append(row)
    return kept


def _share_run(one: str, two: str) -> bool:
    """Whether a run of some characters stands in both."""
    return any(one[at : at + _SAME_RUN] in two for at in range(len(one) - _SAME_RUN + 1))


def _clause_of(own: list[dict[str, Any]], lead: dict[str, Any]) -> dict[str, Any]:
    """Name, key and span of a mean without a name: the clauses that tell it, or the leading one where they are long.

    One that begins bare (总投资…) takes its neighbour. A name that is too long to be read in a cell is cut, its span is
    not.
    """
    start = int(min(mention["clause_start"] for mention in own))
    end = int(max(mention["clause_start"] + len(mention["clause"]) for mention in own))
    begins = int(lead["begins"])
    if end - start > LONGEST:
        start, end = int(lead["clause_start"]), int(lead["clause_start"]) + len(lead["clause"])
    text = str(lead["text"])
    start, end = _widened(text, start - begins, end - begins)
    words, start = text[start:end], start + begins
    joined = LEAD.match(words)
    if joined:
        start, words = start + joined.end(), words[joined.end() :]
    return {
        "key": words,
        "name": words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…",
        "start": start,
        "end": start + len(words),
    }


def _widened(text: str, start: int, end: int) -> tuple[int, int]:
    """The run of clauses `start` to `end` of `text`, with the one before or behind it where it says little alone."""
    bare = _BARE.match(text, start, end) is not None
    if bare or end - start < _LITTLE and not any(map(str.isdigit, text[start:end])):
        spans = clauses(text)
        before = next((begin for begin, stop in reversed(spans) if stop == start - 1), start)
        behind = next((stop for begin, stop in spans if begin == end + 1), end)
        for stop in (end, next((stop for begin, stop in spans if begin == start), end)):
            if bare and start - before > _TELLS and stop - before <= LONGEST and text[start - 1] == "，":
                return before, stop
        if behind - start <= LONGEST and text[end : end + 1] == "，":
            return start, behind
    return start, end


def _telling(own: pd.DataFrame) -> np.ndarray:
    """How telling each mention is."""
    told: np.ndarray = own["weight"].to_numpy(dtype=float) * (
        1
        + _OPENS * (own["opens"].to_numpy(dtype=bool) & ~own["kind"].isin(UNNAMED).to_numpy(dtype=bool))
        + _HAS_FIGURE * own["figures"].notna().to_numpy(dtype=bool)
        + _HAS_VERB * own["verb"].notna().to_numpy(dtype=bool)
    )
    return told


def beside_others(matrix: pd.DataFrame, city: str) -> pd.DataFrame:
    """The column of one city in the strategy matrix, beside the others.

    In: `strategy_matrix`. Out: the rows of `city` with own_dimension (the dimension), count (its means in it) and
    others (the mean number of means of the other cities in it; missing where there are none).
    """
    counts = matrix.groupby(["dimension", "city"], sort=False).size().unstack(fill_value=0)
    rest = counts.drop(columns=city, errors="ignore")
    own = matrix[matrix["city"] == city].reset_index(drop=True)
    others = rest.mean(axis=1) if rest.shape[1] else pd.Series(np.nan, index=counts.index)
    own = own.assign(own_dimension=own["dimension"])
    return own.assign(count=own["dimension"].map(own["dimension"].value_counts()), others=own["dimension"].map(others))
