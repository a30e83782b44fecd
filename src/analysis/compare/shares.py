"""Shares of codes: what part of a text goes to which code, how it differs between two texts, what all texts share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ..project import registry as schema
from ..project.errors import unknown
from . import intervals
from .groups import (
    Documents,
    Texts,
    given_codes,
    group_of,
    group_places,
    mapping,
    names_of,
    one_of,
    ratio,
    stacked,
    typed,
)

# How the codes of a unit are counted, and what a unit is.
COUNTS = ("main", "share", "all", "any")
UNITS = ("sentence", "passage")


def _counted(count: str) -> str:
    """The type of a count: shares of units are no whole numbers."""
    return "float64" if count == "share" else "int64"


def main_codes(codes: pd.DataFrame, scheme: str = "theme") -> pd.DataFrame:
    """One row per coded sentence: its main code, which is the first of its rows in `codes`."""
    return codes[codes["scheme"] == scheme].drop_duplicates(["document", "sentence"])


def code_order(codes: pd.DataFrame, scheme: str, order: Sequence[str] | None = None) -> list[str]:
    """The codes of a table: `order`, else the twelve themes, else what a different scheme has, sorted."""
    if order is None:
        order = schema.THEMES if scheme == "theme" else sorted(codes.loc[codes["scheme"] == scheme, "code"].unique())
    return [str(code) for code in order]


def coded_units(codes: pd.DataFrame, scheme: str, count: str = "main", unit: str = "sentence") -> pd.DataFrame:
    """The rows of `codes` that count, each with its weight: document, passage, code, part, whole.

    `part` is what the row adds to its code and `whole` what it adds to the whole of its passage; see `code_shares`.
    """
    one_of("way of counting", count, COUNTS)
    one_of("unit", unit, UNITS)
    # The code of a passage is made from the main codes of its sentences, unless all codes are asked for.
    own = main_codes(codes, scheme) if count == "main" else codes[codes["scheme"] == scheme]
    key = ["document", "sentence"] if unit == "sentence" else ["document", "passage"]
    if unit == "passage":
        # The code of most sentences first; what is even keeps its order in the text.
        size = own.groupby([*key, "code"])["sentence"].transform("size")
        own = own.assign(size=-size).sort_values([*key, "size"], kind="stable")
    if count == "share":
        own = own.groupby([*key, "code"], sort=False, as_index=False).agg(
            passage=("passage", "first"), part=("share", "sum")
        )
        part = own["part"] / own.groupby(key)["part"].transform("sum")
        return own[["document", "passage", "code"]].assign(part=part, whole=part)
    own = own.drop_duplicates(key if count == "main" else [*key, "code"])
    first = np.ones(len(own), dtype="int64") if count != "any" else (~own.duplicated(key)).to_numpy().astype("int64")
    return own[["document", "passage", "code"]].assign(part=1, whole=first)


def tallies(
    codes: pd.DataFrame,
    groups: pd.Series,
    order: Sequence[str],
    *,
    scheme: str,
    count: str = "main",
    unit: str = "sentence",
) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Group by group: its name, parts (passages with a code × `order`) and whole (one number for each passage)."""
    units = coded_units(codes, scheme, count, unit)
    group = group_places(units, groups)
    documents, _ = pd.factorize(units["document"], sort=True)
    # Documents and their passages in one number, which keeps their order.
    passage = units["passage"].to_numpy(dtype="int64")
    key = documents * (int(passage.max(initial=0)) + 1) + passage
    place = {code: column for column, code in enumerate(order)}
    kinds, listed = pd.factorize(units["code"])
    column = np.array([*(place.get(str(code), -1) for code in listed), -1])[kinds]
    part, whole = (units[name].to_numpy(dtype=float) for name in ("part", "whole"))
    for number, name in enumerate(names_of(groups)):
        own = np.flatnonzero(group == number)
        passages, row = np.unique(key[own], return_inverse=True)
        total = np.bincount(row, whole[own], len(passages))
        # Codes that are not in `order` still belong to the whole.
        known = column[own] >= 0
        cells = row[known] * len(order) + column[own][known]
        parts = np.bincount(cells, part[own][known], len(passages) * len(order))
        yield name, parts.reshape(len(passages), len(order)), total


def code_shares(
    codes: pd.DataFrame | Texts,
    documents: Documents | None = None,
    by: str = "city",
    *,
    scheme: str = "theme",
    order: Sequence[str] | None = None,
    count: str = "main",
    unit: str = "sentence",
    least: tuple[int, int] = (0, 0),
    n: int = intervals.REPLICATES,
    seed: int = intervals.SEED,
) -> pd.DataFrame:
    """Share of each code of a scheme in each group, with an interval over passages.

    In: a corpus; or `codes` (document, passage, sentence, scheme, code, …; the first row of a sentence is its main
    code) and `documents` (table with document and `by`, or a mapping document → group): its groups are the rows, in its
    order; `by="document"` gives a row for each document. `order` gives the codes; else all of the scheme. A code that
    stands twice in a unit (sub-types that were put together) counts once. Of a corpus, headings and questions do not
    count, and `scheme="group"` puts instruments together by their groups.

    `count` says which codes count:

    * `main`: the main code of each unit; count / units with a code;
    * `share`: every code of each unit, for its share of the unit; count, then no whole number, / units with a code;
    * `all`: every code of each unit; count / all codes given. Sums to 1 as `main` does;
    * `any`: every code of each unit; count / units with a code, that is, the share of units that have the code at all.
      Sums to more than 1 where units have several codes.

    `unit` is `sentence`, or `passage`: its main code is that of most of its sentences, ties by first place. A group
    with fewer units, or fewer passages with a code, than `least` says has no share.

    Out: `by`, code, count (units with the code), total (what it is a share of), share (0 to 1), low, high (95 %
    interval, see `analysis.compare.intervals.ratio_interval`; of a share of 0 or 1 the exact one of `filled`), clear
    (whether the interval lies above those of all codes of the group with a smaller share); of a corpus also
    by_characters (the share when each sentence counts with its length). Every group has every code. share is missing
    where total is 0; the interval also where only one passage has a code.

    Raises InputError for an unknown `count`, `unit` or `by`.
    """
    own, documents, order = given_codes(codes, documents, scheme, order)
    groups = mapping(documents, by)
    listed = code_order(own, scheme, order)
    tables = []
    for name, parts, whole in tallies(own, groups, listed, scheme=scheme, count=count, unit=unit):
        ends = intervals.ratio_interval(parts, whole, n=n, seed=seed, stream=name)
        share, low, high = intervals.filled(*ends, len(whole))
        if whole.sum() < least[0] or len(whole) < least[1]:
            share, low, high = (np.full(len(listed), np.nan) for _ in range(3))
        values = [[name] * len(listed), listed, parts.sum(axis=0), np.full(len(listed), whole.sum()), share, low, high]
        tables.append([*values, _clear(share, low, high)])
    types = {by: "string", "code": "string"} | dict.fromkeys(["count", "total"], _counted(count))
    types |= dict.fromkeys(["share", "low", "high"], "float64") | {"clear": "bool"}
    table = stacked(tables, types)
    if isinstance(codes, pd.DataFrame) or unit != "sentence" or count != "main":
        return table
    return table.assign(by_characters=_by_characters(table, own, codes.sentences, groups, scheme))


def _clear(share: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Which intervals lie above those of all codes with a smaller share, equal ones in their order."""
    ranked = np.argsort(-np.nan_to_num(share, nan=-1.0), kind="stable")
    ceiling = np.fmax.accumulate(np.append(high[ranked], -np.inf)[::-1])[::-1][1:]
    clear = np.zeros(len(share), dtype=bool)
    clear[ranked] = (low[ranked] > ceiling) & (share[ranked] > 0)
    return clear


def _by_characters(
    shares: pd.DataFrame, codes: pd.DataFrame, sentences: pd.DataFrame, groups: pd.Series, scheme: str
) -> np.ndarray:
    """The share of the characters of coded sentences that each row of `shares` has; missing where it has no share."""
    length = dict(
        zip(zip(sentences["document"], sentences["sentence"], strict=True), sentences["text"].str.len(), strict=True)
    )
    main = main_codes(codes, scheme)
    places = zip(main["document"], main["sentence"], strict=True)
    rows = pd.DataFrame(
        {
            "group": group_of(main, groups).to_numpy(),
            "code": main["code"].to_numpy(),
            "characters": [length.get(place, 0) for place in places],
        }
    )
    of_code: dict[Any, int] = rows.groupby(["group", "code"])["characters"].sum().to_dict()
    of_group: dict[Any, int] = rows.groupby("group")["characters"].sum().to_dict()
    names = shares.columns[0]
    whole = [of_group.get(name, 0) for name in shares[names]]
    part = [of_code.get(place, 0) for place in zip(shares[names], shares["code"], strict=True)]
    return np.where(shares["share"].isna(), np.nan, ratio(part, whole))


def share_change(
    codes: pd.DataFrame | Texts,
    documents: Documents | None,
    before: str,
    after: str,
    by: str = "document",
    *,
    scheme: str = "theme",
    order: Sequence[str] | None = None,
    count: str = "main",
    unit: str = "sentence",
    least: tuple[int, int] = (0, 0),
    n: int = intervals.REPLICATES,
    seed: int = intervals.SEED,
) -> pd.DataFrame:
    """How the share of each code differs between two groups, as a rule two documents of one city; `least` for both.

    In: as `code_shares`; `before` and `after` are values of `by`. Out: code, count_before, total_before, share_before,
    count_after, total_after, share_after, difference (after - before), low, high: 95 % interval of the difference from
    the intervals of the two shares (`analysis.compare.intervals.difference_interval`; Newcombe 1998), a share of 0 or 1
    with the exact limit of `analysis.compare.intervals.filled`. The interval is missing where both are 0 or both are 1,
    or a text has fewer than two passages with a code.

    Raises InputError for a group that `documents` does not hold.
    """
    codes, documents, order = given_codes(codes, documents, scheme, order)
    groups = mapping(documents, by)
    for name in (before, after):
        if name not in names_of(groups):
            raise unknown(by, name, names_of(groups))
    listed = code_order(codes, scheme, order)
    found = {
        name: (parts, whole)
        for name, parts, whole in tallies(
            codes, groups[groups.isin([before, after])], listed, scheme=scheme, count=count, unit=unit
        )
    }
    table = pd.DataFrame({"code": listed})
    sides = []
    for name, side in ((before, "before"), (after, "after")):
        parts, whole = found[name]
        share, low, high = intervals.ratio_interval(parts, whole, n=n, seed=seed, stream=name)
        table[f"count_{side}"], table[f"total_{side}"], table[f"share_{side}"] = parts.sum(axis=0), whole.sum(), share
        if whole.sum() < least[0] or len(whole) < least[1]:
            share, low, high = (np.full(len(listed), np.nan) for _ in range(3))
            table[f"share_{side}"] = share
        sides.append(intervals.filled(share, low, high, len(whole)))
    table["difference"], low, high = intervals.difference_interval(*sides)
    alike = (sides[0][0] == sides[1][0]) & np.isin(sides[0][0], (0.0, 1.0))
    table["low"], table["high"] = np.where(alike, np.nan, low), np.where(alike, np.nan, high)
    types = {name: _counted(count) if name.startswith(("count", "total")) else "float64" for name in table}
    types["code"] = "string"
    return typed(table, types)
