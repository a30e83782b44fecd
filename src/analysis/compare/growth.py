"""Targets against what was reported: before them, and in later texts of the city."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import numpy as np
import pandas as pd

from ..project.periods import years
from ..project.registry import CONSTRAINTS
from .groups import Texts
from .targets import alike, annual_targets, moves, period_kind, promised_and_reported, standing

#: What is told of the report before a target.
BEFORE = ("value", "value_max", "comparator", "period", "mention", "document", "passage", "start")


class _Dictionary(Protocol):
    kind: str


def before(planned: pd.DataFrame, reported: pd.DataFrame) -> pd.DataFrame:
    """What was reported before each target: of the same city, indicator and unit, for the last single year before it.

    In: `standing` rows of plans and of reports. Out: the rows of `planned` with value_before, value_max_before,
    comparator_before, period_before, mention_before, document_before, passage_before, start_before; missing where
    nothing was. Of two reports on one year the later in the table counts.
    """
    known: dict[tuple[str, str, str], list[Any]] = {}
    for row in reported.itertuples():
        if period_kind(row.period) == "annual":
            known.setdefault((row.city, row.indicator, row.unit), []).append(row)
    found = []
    for plan in planned.itertuples():
        first, last = years(plan.period)
        rows = known.get((plan.city, plan.indicator, plan.unit), [])
        earlier = [row for row in rows if int(row.period) < (first or last or 0)]
        found.append(max(reversed(earlier), key=lambda row: int(row.period), default=None))
    columns = {
        f"{name}_before": pd.array(
            [None if row is None else getattr(row, name) for row in found],
            dtype="Int64" if name in ("passage", "start") else planned[name].dtype,
        )
        for name in BEFORE
    }
    return planned.assign(**columns)


def growth_targets(texts: Texts, dictionary: Mapping[str, _Dictionary]) -> pd.DataFrame:
    """One growth target for each city and indicator, of its latest text, with what was reported `before` it.

    In: a corpus; `dictionary`, the indicators by key (those of kind growth count). Out: the columns of `before`, and
    against: `above`, `below` or `same` (within the range), missing where nothing was reported; in the order of the
    dictionary.
    """
    keys = [key for key, entry in dictionary.items() if entry.kind == "growth"]
    dates = dict(zip(texts.documents["document"], texts.documents["date"], strict=True))
    rows = annual_targets(texts.indicators, keys, dates=dates)
    rows = rows.assign(date=rows["document"].map(dates).astype("object"))
    rows = rows.sort_values(["date", "period"], kind="stable").drop_duplicates(["city", "indicator"], keep="last")
    rows = before(rows, standing(texts.indicators, "achieved"))
    upper = rows["value_max"].fillna(rows["value"])
    against = np.select(
        [rows["value"] > rows["value_before"], upper < rows["value_before"]], ["above", "below"], "same"
    )
    rows["against"] = pd.Series(against, index=rows.index, dtype="string").where(rows["value_before"].notna())
    place = rows["indicator"].map({key: number for number, key in enumerate(dictionary)})
    return rows.iloc[np.argsort(place.to_numpy(dtype=float), kind="stable")].reset_index(drop=True)


def first_indicators(
    growth: pd.DataFrame, *, lines: int = 24, cities: int = 6, first: str = "gdp_growth"
) -> pd.DataFrame:
    """The growth targets that a page has room for: whole indicators, in order, of at most so many `lines`.

    With more than so many `cities`, those of one indicator: `first`, or where none has it, that of most cities.
    """
    if growth["city"].nunique() > cities:
        counts = growth["indicator"].value_counts()
        return growth[(growth["indicator"] == (first if first in counts else counts.index[0])).to_numpy(dtype=bool)]
    used, keys = 0, list[str]()
    for key, own in growth.groupby("indicator", sort=False):
        used += len(own) + (1 if growth["city"].nunique() > 1 else 0)
        if used > lines and keys:
            break
        keys.append(str(key))
    return growth[growth["indicator"].isin(keys).to_numpy(dtype=bool)]


def standing_first(indicators: pd.DataFrame, status: str, dictionary: Iterable[str]) -> pd.DataFrame:
    """`standing` rows of a status by document in their order, then by indicator as in `dictionary`, then by period."""
    rows = standing(indicators, status)
    documents = {name: place for place, name in enumerate(indicators["document"].drop_duplicates())}
    keys = {key: place for place, key in enumerate(dictionary)}
    ordered = rows.assign(
        _document=rows["document"].map(documents),
        _key=rows["indicator"].map(keys).fillna(len(keys)),
        _period=rows["period"].astype("object").where(rows["period"].notna(), ""),
    )
    ordered = ordered.sort_values(["_document", "_key", "_period"], kind="stable", ignore_index=True)
    return ordered.drop(columns=["_document", "_key", "_period"])


def left_out(indicators: pd.DataFrame, status: str) -> dict[str, int]:
    """How many rows of a status `standing` leaves out: other (about other places), again (repeated or giving way)."""
    own = indicators[(indicators["status"] == status).fillna(False).to_numpy(dtype=bool)]
    other = int((own["scope"] != "self").sum())
    return {"other": other, "again": len(own) - other - len(standing(indicators, status))}


def answered_plans(texts: Texts) -> pd.DataFrame:
    """The planned figures of all but the last text of each city, beside what a later text reports of each.

    In: a corpus; where its table indicators is limited to some, only figures that it has count. Out: the columns of
    `figures` of the plan, key (its indicator in indicators.yml, missing for others), constraint, and value_now,
    value_max_now, comparator_now, period_now, mention_now, document_now, passage_now, start_now of the report: of the
    same indicator and time (`promised_and_reported`), else of a like name (`alike`); missing where none was found.
    """
    order = texts.documents.sort_values("date", kind="stable")
    last = set(order.drop_duplicates("city", keep="last")["document"])
    plans = texts.figures[~texts.figures["document"].isin(last).to_numpy(dtype=bool)]
    plans = plans[plans["status"].eq("planned").fillna(False).to_numpy(dtype=bool)].reset_index(drop=True)
    places = ["document", "passage", "start"]
    keys = texts.indicators[[*places, "indicator", "constraint"]].drop_duplicates(places)
    plans = plans.merge(keys.rename(columns={"indicator": "key"}), on=places, how="left")
    answers: dict[tuple[Any, ...], Any] = {}
    for table in (
        alike(texts.figures, texts.indicators, texts.documents),
        promised_and_reported(texts.indicators, texts.documents),
    ):
        for row in table.itertuples():
            answers[row.document_then, row.passage_then, row.start_then] = row
    found = [answers.get(place) for place in zip(*(plans[name] for name in places), strict=True)]
    for name in BEFORE:
        values = [None if row is None else getattr(row, f"{name}_now") for row in found]
        kind = "float64" if name in ("value", "value_max") else "Int64" if name in ("passage", "start") else "string"
        plans[f"{name}_now"] = pd.array(
            [None if pd.isna(v) else v for v in values], dtype="Float64" if kind == "float64" else kind
        )
    return plans


def moved(texts: Texts) -> pd.DataFrame:
    """`moves` of a corpus: how comparable values moved between two consecutive texts of a city."""
    return moves(texts.indicators, texts.documents)


def like_named(texts: Texts) -> pd.DataFrame:
    """`alike` of a corpus: figures of consecutive texts of a city that only have like names, no indicator."""
    return alike(texts.figures, texts.indicators, texts.documents)


def tally(targets: pd.DataFrame, documents: int, dictionary: Iterable[str], always: Iterable[str] = ()) -> pd.DataFrame:
    """How the targets for one year bind, by indicator.

    In: `annual_targets`; the number of texts; the keys of the indicators in order, `always` those that have a row even
    without a target. Out: indicator, a count for each constraint, targets (their sum), without (texts without one).
    """
    counts = Counter(zip(targets["indicator"], targets["constraint"], strict=True))
    keys = [key for key in dictionary if key in set(targets["indicator"]) or key in set(always)]
    rows = [{"indicator": key, **{name: counts[key, name] for name in CONSTRAINTS}} for key in keys]
    table = pd.DataFrame(rows, columns=["indicator", *CONSTRAINTS])
    table["targets"] = table[list(CONSTRAINTS)].sum(axis=1).astype("int64")
    table["without"] = documents - table["targets"]
    return table.astype({"indicator": "string"})
