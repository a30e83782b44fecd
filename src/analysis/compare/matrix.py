"""The matrix: for each indicator one value of each city, chosen to be as comparable as the texts allow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

import pandas as pd

from ..project.periods import years
from .groups import Texts
from .targets import PERIOD_KINDS, period_kind

#: Why a cell cannot be compared with the others of its row.
NOTES = (
    "status",  # planned beside achieved
    "scope",  # about a county, a sector, the province …
    "annual",  # one year, the others speak of another kind of time
    "part",  # part of a year
    "span",  # several years: cumulative, or a yearly average
    "undated",  # the text does not say when
    "year",  # another year
)
MATRIX = (
    *("indicator", "city", "value", "value_max", "unit", "comparator", "constraint", "period", "status", "scope"),
    *("document", "passage", "start", "mention", "note"),
)


def matrix(
    indicators: pd.DataFrame,
    documents: pd.DataFrame,
    *,
    cities: Sequence[str] | None = None,
    keys: Iterable[str] | None = None,
) -> pd.DataFrame:
    """One value of each indicator for each city that has one, chosen to be as comparable as the texts allow.

    In: the tables `indicators` and `documents` (document, city, date); `cities` and `keys` limit and order cities and
    indicators (default: all, in order of appearance). Out: the columns of `MATRIX`, one row for each filled cell.

    Only rows that stand for their text are taken. Of those of a city the one is chosen that is about the place itself,
    then of the status and then of the kind of period (`PERIOD_KINDS`) that most cities of the row have (of equals the
    first), then of the latest text and the latest year. `note` names, joined by |, in what a cell differs from
    the rest of its row (see `NOTES`): from what more than half of its cells share, or where nothing is shared by so
    many, from each other.
    """
    rows = indicators[indicators["representative"].to_numpy(dtype=bool)].copy()
    order = list(dict.fromkeys(cities if cities is not None else rows["city"]))
    wanted = list(dict.fromkeys(keys if keys is not None else rows["indicator"]))
    rows = rows[rows["city"].isin(order) & rows["indicator"].isin(wanted)]
    dates = dict(zip(documents["document"], documents["date"], strict=True))
    rows["own"] = (rows["scope"] == "self").astype("int64")
    rows["status_word"] = rows["status"].astype("object").where(rows["status"].notna(), "")
    rows["kind"] = rows["period"].map(period_kind)
    rows["kind_place"] = rows["kind"].map(PERIOD_KINDS.index)
    rows["date"] = rows["document"].map(dates).astype("object")
    rows["year"] = [years(period)[1] or years(period)[0] or 0 for period in rows["period"]]
    rows["row"] = rows["indicator"].map({key: place for place, key in enumerate(wanted)})
    rows["common_status"] = _cities_with(rows, ["row", "own", "status_word"])
    rows["common_kind"] = _cities_with(rows, ["row", "own", "kind"])
    by = ["own", "common_status", "status_word", "common_kind", "kind_place", "date", "year"]
    # Of equals the first in the text.
    ranked = rows.sort_values(by, ascending=[False, False, True, False, True, False, False], kind="stable")
    cells = ranked.drop_duplicates(["row", "city"]).copy()
    cells["place"] = cells["city"].map({city: place for place, city in enumerate(order)})
    cells = cells.sort_values(["row", "place"], kind="stable", ignore_index=True)
    # Of all rows at once: a table of its own for each indicator would cost more than all the rest.
    found = {name: cells[name].tolist() for name in ("status_word", "scope", "kind", "year")}
    notes: list[str | None] = []
    for _, places in groupby(range(len(cells)), key=cells["row"].tolist().__getitem__):
        of_row = list(places)
        notes += _notes({name: [values[place] for place in of_row] for name, values in found.items()})
    cells["note"] = pd.array(notes, dtype="string")
    return cells[list(MATRIX)]


def _cities_with(rows: pd.DataFrame, columns: list[str]) -> pd.Series:
    """How many cities have the values that a row has in `columns`."""
    return rows.groupby(columns, dropna=False)["city"].transform("nunique")


def _notes(cells: Mapping[str, list[Any]]) -> list[str | None]:
    """The note of each cell of one row of the matrix, None where it can be compared with the others."""
    notes: list[list[str]] = [[] for _ in cells["kind"]]
    for column, word in (("status_word", "status"), ("scope", "scope"), ("kind", "")):
        for place, apart in enumerate(_apart(cells[column])):
            if apart:
                notes[place].append(word or str(cells[column][place]))
    for kind in ("annual", "part", "span"):
        same = [place for place, other in enumerate(cells["kind"]) if other == kind]
        for place, apart in zip(same, _apart([cells["year"][p] for p in same]), strict=True):
            if apart:
                notes[place].append("year")
    return ["|".join(sorted(note, key=NOTES.index)) or None for note in notes]


def _apart(values: list[Any]) -> list[bool]:
    """Which values are not those of more than half; all of them where no value is."""
    if len(set(values)) < 2:
        return [False] * len(values)
    common = [value for value in set(values) if 2 * values.count(value) > len(values)]
    return [value not in common for value in values]


def indicator_matrix(texts: Texts, dictionary: Iterable[str], *, least: int = 1) -> pd.DataFrame:
    """`matrix` of a corpus, with the indicators that at least `least` cities have, in the order of the dictionary.

    Indicators of several cities stand before those of one. Out: the columns of `MATRIX`, and cities (how many have the
    indicator), shared (of several cities, and none of its cells has a note: they can be compared directly).
    """
    cities = list(dict.fromkeys(texts.documents["city"]))
    there = set(texts.indicators["indicator"])
    keys = [key for key in dictionary if key in there]
    keys += sorted(there - set(keys))
    cells = matrix(texts.indicators, texts.documents, cities=cities, keys=keys)
    cells["cities"] = cells.groupby("indicator")["city"].transform("size").astype("int64")
    noted = cells["note"].notna().groupby(cells["indicator"]).transform("any")
    cells["shared"] = (cells["cities"] > 1) & ~noted.astype(bool)
    cells = cells[cells["cities"] >= least]
    return cells.sort_values("cities", key=lambda n: n < 2, kind="stable", ignore_index=True)
