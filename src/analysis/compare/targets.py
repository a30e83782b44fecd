"""Targets: one for each text and indicator, how they bind, and what became of them in later texts of a city.

All functions take the table `indicators` (and, for figures without an indicator, `figures`) of one or more documents
and return tables.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from ..project.periods import parse_period, years
from ..project.registry import CONSTRAINTS
from .gold import overlap

#: The spans of time that a value may speak of; see `period_kind`.
PERIOD_KINDS = ("annual", "part", "span", "undated")
#: How far the names of two figures must agree, and how long they must be, to be set side by side.
ALIKE, SHORTEST = 0.5, 3
#: Words that say how something is counted, not what it is.
_GENERIC = re.compile("总投资额?|投资额?|总额|总量|总数|项目|资金|计划|年度|累计|其中|企业|全市|全省|全国|数量|规模")


# ------------------------------------------------------------------------------------------------------------- periods


def period_kind(period: Any) -> str:
    """`annual` for one year, `part` for a part of one, `span` for several years or an open span, else `undated`."""
    stretch = parse_period(period)
    if stretch is None:
        return "undated"
    first, last = years(period)
    return "span" if first != last else "annual" if stretch.kind == "year" else "part"


# ------------------------------------------------------------------------------------------------------------- targets


def standing(indicators: pd.DataFrame, status: str) -> pd.DataFrame:
    """The rows of a status that stand for their text and are about the place of the text itself."""
    rows = (indicators["status"] == status).fillna(False).to_numpy(dtype=bool)
    own = (indicators["scope"] == "self").to_numpy(dtype=bool)
    return indicators[rows & own & indicators["representative"].to_numpy(dtype=bool)]


def annual_targets(
    indicators: pd.DataFrame,
    keys: Iterable[str] | None = None,
    *,
    period: str | None = None,
    dates: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """At most one target for each document and indicator: what it plans for one year.

    In: the table `indicators`; `keys` limits the indicators, `period` the year (`2026`), `dates` are the dates of the
    documents. Out: rows of the table, in its order. Without `period`, the first year counts that does not lie before
    the document's date, or where all do, the last one. A document without a date counts with its first year.
    """
    rows = standing(indicators, "planned")
    if keys is not None:
        rows = rows[rows["indicator"].isin(list(keys))]
    rows = rows[np.array([period_kind(told) == "annual" for told in rows["period"]], dtype=bool)]
    if period is not None:
        rows = rows[(rows["period"] == period).to_numpy(dtype=bool)]
    year = np.array([float(told) for told in rows["period"]], dtype=float)
    date = np.array([float(((dates or {}).get(document) or "0")[:4]) for document in rows["document"]], dtype=float)
    # Years to come in their order, then those gone by, the latest first.
    rank = np.where(year >= date, year, 1e6 - year)
    chosen = rows.assign(_rank=rank).sort_values("_rank", kind="stable").drop_duplicates(["document", "indicator"])
    return chosen.drop(columns="_rank").sort_index()


def target_tally(
    indicators: pd.DataFrame,
    indicator: str = "gdp_growth",
    *,
    period: str | None = None,
    dates: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """How the targets of many texts for one indicator bind.

    In: as for `annual_targets`. Out: constraint (in the order of the registry), targets (number of documents), share
    (of the documents that have a target; missing where none has).
    """
    return tallied(annual_targets(indicators, [indicator], period=period, dates=dates)["constraint"])


def tallied(constraints: Iterable[str]) -> pd.DataFrame:
    """How often each constraint stands among those given, as in `target_tally`."""
    counts = Counter(constraints)
    targets = np.array([counts[constraint] for constraint in CONSTRAINTS])
    share = targets / targets.sum() if targets.sum() else np.full(len(targets), np.nan)
    return pd.DataFrame({"constraint": pd.array(CONSTRAINTS, dtype="string"), "targets": targets, "share": share})


# ------------------------------------------------------------------------------------------------------- several years

_PAIR = ("document", "passage", "start", "mention", "value", "value_max", "comparator", "period")


def _consecutive(documents: pd.DataFrame) -> list[tuple[str, str, str]]:
    """(city, earlier, later) for the texts of each city that follow one another by date."""
    ordered = documents.sort_values(["date", "document"], kind="stable")
    found = []
    for city in documents["city"].drop_duplicates():
        own = ordered.loc[ordered["city"] == city, "document"].tolist()
        found += [(city, earlier, later) for earlier, later in pairwise(own)]
    return found


def _side_by_side(pairs: list[dict[str, Any]], more: Iterable[str]) -> pd.DataFrame:
    columns = [*more, *(f"{name}_then" for name in _PAIR), *(f"{name}_now" for name in _PAIR)]
    return pd.DataFrame(pairs, columns=columns)


def _both(then: Any, now: Any) -> dict[str, Any]:
    return {f"{name}_{when}": getattr(row, name) for when, row in (("then", then), ("now", now)) for name in _PAIR}


def promised_and_reported(indicators: pd.DataFrame, documents: pd.DataFrame) -> pd.DataFrame:
    """What one text of a city plans and a later text of it reports for the same time.

    In: the table `indicators`, and `documents` (document, city, date). Out, one row for each plan that a later text
    answers: city, indicator, unit, constraint, met, and document, passage, start, mention, value, value_max,
    comparator and period of both (`…_then`, `…_now`). Only rows that stand for their text, about the place itself, on
    one indicator and unit, and reported for the planned year or, of a plan for several years, for its last. `met`
    says whether a bound or the lower end of a range was kept to, where both numbers allow it; else missing.
    """
    order = {row.document: (row.date, row.document) for row in documents.itertuples()}
    reported = defaultdict(list)
    for row in standing(indicators, "achieved").itertuples():
        reported[row.city, row.indicator, row.unit].append(row)
    pairs = []
    for plan in standing(indicators, "planned").itertuples():
        if not isinstance(plan.period, str):
            continue  # a plan without a time is answered by no report
        last = years(plan.period)[1]
        times = {plan.period, str(last)} if last else set()
        rows = reported[plan.city, plan.indicator, plan.unit]
        same = [row for row in rows if isinstance(row.period, str) and row.period in times]
        later = [row for row in same if order[row.document] > order[plan.document]]
        if later:
            # The first text that reports the planned time itself, else its last year.
            now = min(later, key=lambda row: (row.period != plan.period, order[row.document]))
            shared = {"city": plan.city, "indicator": plan.indicator, "unit": plan.unit, "constraint": plan.constraint}
            pairs.append({**shared, "met": _met(plan, now), **_both(plan, now)})
    return _side_by_side(pairs, ("city", "indicator", "unit", "constraint", "met"))


def _met(plan: Any, now: Any) -> bool | None:
    """Whether a report keeps to the bound of a plan, None where the numbers do not tell."""
    lower = plan.comparator == ">" or not pd.isna(plan.value_max)
    if not lower and plan.comparator != "<":
        return None
    if not pd.isna(now.value_max) or now.comparator == "≈":
        return None
    kept = bool(now.value >= plan.value if lower else now.value <= plan.value)
    # Over 5 keeps to at least 5 but does not tell whether it keeps to at least 6.
    told = "=" if not kept else "=>" if lower else "=<"
    return kept if now.comparator in told else None


def moves(indicators: pd.DataFrame, documents: pd.DataFrame) -> pd.DataFrame:
    """How an indicator that two consecutive texts of a city report moved between them.

    In: as for `promised_and_reported`. Out: city, indicator, unit, change (now less then; missing for ranges), and the
    columns of both rows. Indicator, unit, scope and kind of period agree; of several rows of a text the latest counts.
    """
    rows = sorted(standing(indicators, "achieved").itertuples(), key=lambda row: years(row.period)[1] or 0)
    latest: dict[str, dict[tuple[str, str, str], Any]] = defaultdict(dict)
    for row in rows:
        latest[row.document][row.indicator, row.unit, period_kind(row.period)] = row
    pairs = []
    for city, earlier, later in _consecutive(documents):
        for key, then in latest[earlier].items():
            now = latest[later].get(key)
            # One year told twice is no move.
            if now is None or (
                isinstance(then.period, str) and isinstance(now.period, str) and then.period == now.period
            ):
                continue
            change = np.nan if not (pd.isna(then.value_max) and pd.isna(now.value_max)) else now.value - then.value
            pairs.append({"city": city, "indicator": key[0], "unit": key[1], "change": change, **_both(then, now)})
    return _side_by_side(pairs, ("city", "indicator", "unit", "change"))


def alike(figures: pd.DataFrame, indicators: pd.DataFrame, documents: pd.DataFrame) -> pd.DataFrame:
    """Figures without an indicator of the dictionary that two consecutive texts of a city give under like names.

    In: the tables `figures` and `indicators`, and `documents` (document, city, date). Out: city, name_then, name_now,
    unit, measure, and the columns of both rows. Unit and measure agree, and the names, without words of counting,
    share more than half of their pairs of characters or one holds the other; each is the other's only best match.
    That two names are alike does not prove that they mean the same thing: the sentences decide.
    """
    known = set(zip(indicators["document"], indicators["passage"], indicators["start"], strict=True))
    free = [key not in known for key in zip(figures["document"], figures["passage"], figures["start"], strict=True)]
    rows = figures[np.array(free, dtype=bool) & figures["indicator"].notna().to_numpy(dtype=bool)]
    rows = rows[rows["measure"].isin(["level", "share", "increase", "decrease", "rank"]).to_numpy(dtype=bool)]
    rows = rows.assign(bare=rows["indicator"].map(lambda name: _GENERIC.sub("", str(name))))
    rows = rows[rows["bare"].str.len().ge(SHORTEST).to_numpy(dtype=bool)]
    pairs = []
    for city, earlier, later in _consecutive(documents):
        then, now = (list(rows[rows["document"] == document].itertuples()) for document in (earlier, later))
        for a, b in _best_pairs(then, now):
            names = {"name_then": a.indicator, "name_now": b.indicator}
            pairs.append({"city": city, **names, "unit": a.unit, "measure": a.measure, **_both(a, b)})
    return _side_by_side(pairs, ("city", "name_then", "name_now", "unit", "measure"))


def _best_pairs(then: list[Any], now: list[Any]) -> list[tuple[Any, Any]]:
    """Pairs of rows each of which is the other's only best match."""
    score = np.array(
        [[overlap(a.bare, b.bare) if (a.unit, a.measure) == (b.unit, b.measure) else 0.0 for b in now] for a in then]
    ).reshape(len(then), len(now))
    found = []
    for i, j in zip(*np.nonzero(score > ALIKE), strict=True):
        best = score[i, j]
        if (score[i] >= best).sum() == 1 and (score[:, j] >= best).sum() == 1:
            found.append((then[i], now[j]))
    return found
