"""Similarity of profiles: how far the codes of two texts lie apart."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from ..project.errors import unknown
from . import intervals
from .groups import Documents, Texts, given_codes, mapping, ratio, typed
from .shares import code_order, tallies


def _divergence(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """Jensen–Shannon divergence in bits of distributions along the last axis."""
    middle = (p + q) / 2
    total = np.zeros(np.broadcast_shapes(p.shape, q.shape)[:-1])
    for part in (p, q):
        inside = np.divide(part, middle, out=np.ones(middle.shape), where=(middle > 0) & (part > 0))
        total = total + (part * np.log2(inside)).sum(axis=-1) / 2
    return np.clip(total, 0.0, 1.0)


def jensen_shannon(p: Any, q: Any) -> Any:
    """Jensen–Shannon distance of two profiles (counts or shares, along the last axis): 0 alike, 1 nothing shared.

    The square root of the Jensen–Shannon divergence to base 2, ½ Σ p log2(p / m) + ½ Σ q log2(q / m) with
    m = (p + q) / 2 (Lin 1991, Divergence Measures Based on the Shannon Entropy, IEEE Transactions on Information Theory
    37(1)); the root is a metric (Endres & Schindelin 2003, IEEE Transactions on Information Theory 49(7)). Missing
    where a profile is empty.
    """
    p, q = (np.asarray(x, dtype=float) for x in (p, q))
    p, q = (ratio(x, x.sum(axis=-1, keepdims=True)) for x in (p, q))
    distance = np.sqrt(_divergence(p, q))
    return float(distance) if distance.ndim == 0 else distance


def profile_distances(
    codes: pd.DataFrame | Texts,
    documents: Documents | None = None,
    by: str = "city",
    *,
    scheme: str = "theme",
    order: Sequence[str] | None = None,
    count: str = "main",
    unit: str = "sentence",
    least: tuple[int, int] = (0, 0),
    level: float = intervals.LEVEL,
) -> pd.DataFrame:
    """Jensen–Shannon distance between the code profiles of every two groups, with an interval.

    In: as `code_shares`; `count` is `main` or `all`; groups below `least` stand in no pair. Out: `by`, other (the pairs
    in the order of `documents`, each once), distance (of the profiles as they are), corrected, low, high.

    **distance is too large**: two samples of one and the same profile differ by chance, and the fewer the passages, the
    more. A bootstrap adds the same bias a second time, so that its percentile interval mostly lies above the truth
    altogether (`benchmarks/coverage.py`). Therefore the jackknife: with each passage left out in turn, the bias of the
    divergence D (the squared distance) is Σ over both texts of (n - 1)(mean D_(i) - D), and its variance Σ of
    (n - 1)/n Σ (D_(i) - mean)² (Efron & Tibshirani 1993, An Introduction to the Bootstrap, chs. 10 and 11). `corrected`
    is √(D - bias), 0 where chance explains all of D. low and high are √(D - bias ± t s) within 0 and 1, high
    never below √(t s), with t of Student for the degrees of freedom of both texts together (Welch 1947, Biometrika 34;
    `analysis.compare.intervals.freedom`): a 95 % interval of the distance between the profiles that the texts are
    samples of. low = 0: the profiles may be the same. Near 0 the interval is wider than it need be. No random numbers.
    Missing: all without a code in one of the texts; corrected, low and high with fewer than two passages.
    """
    if count == "any":
        raise unknown("way of counting", count, ("main", "all"))
    codes, documents, order = given_codes(codes, documents, scheme, order)
    groups = mapping(documents, by)
    listed = code_order(codes, scheme, order)
    found = list(tallies(codes, groups, listed, scheme=scheme, count=count, unit=unit))
    found = [one for one in found if one[2].sum() >= least[0] and len(one[2]) >= least[1]]
    names = ("distance", "corrected", "low", "high")
    rows = [
        {by: one, "other": two, **dict(zip(names, distance_interval(a, b, level=level), strict=True))}
        for (one, a, _), (two, b, _) in combinations(found, 2)
    ]
    return typed(rows, {by: "string", "other": "string"} | dict.fromkeys(names, "float64"))


def distances(texts: Texts, schemes: Sequence[str] = ("theme", "pathway", "instrument"), **how: Any) -> pd.DataFrame:
    """`profile_distances` of a corpus under several schemes: scheme, pair (`one|other`), its columns, clear (low > 0).

    `how` goes to `profile_distances`. The furthest pair by the first scheme stands first, and so on; pairs that
    cannot be reckoned are left out.
    """
    tables = [profile_distances(texts, scheme=scheme, **how).assign(scheme=scheme) for scheme in schemes]
    table = pd.concat(tables, ignore_index=True).dropna(subset=["corrected"])
    table["pair"] = [f"{one}|{two}" for one, two in zip(table["city"], table["other"], strict=True)]
    table["clear"] = table["low"] > 0
    table["_scheme"] = table["scheme"].map({scheme: place for place, scheme in enumerate(schemes)})
    order = ["_scheme", "corrected", "distance"]
    ranked = table.sort_values(order, ascending=[True, False, False], kind="stable", ignore_index=True)
    return ranked.drop(columns="_scheme")


def distance_interval(
    a: np.ndarray, b: np.ndarray, *, level: float = intervals.LEVEL
) -> tuple[float, float, float, float]:
    """distance, corrected, low, high of two tables of counts, passages × codes; see `profile_distances`."""
    # Passages with none of the codes are no part of the profiles.
    a, b = (x[x.sum(axis=1) > 0] for x in (a, b))
    distance = jensen_shannon(a.sum(axis=0), b.sum(axis=0))
    if min(len(a), len(b)) < 2:
        return distance, np.nan, np.nan, np.nan
    divergence = distance**2
    bias = variance = weight = 0.0
    for x, y in ((a, b), (b, a)):
        n = len(x)
        left = jensen_shannon(x.sum(axis=0) - x, y.sum(axis=0)) ** 2
        errors = left - left.mean()
        own = (n - 1) / n * float((errors**2).sum())
        bias += (n - 1) * float(left.mean() - divergence)
        variance += own
        weight += own**2 / float(intervals.freedom(errors[:, None])[0])
    # Where no passage moves the distance, there is no error to speak of.
    degrees = variance**2 / weight if weight > 0 else float(len(a) + len(b) - 2)
    half = intervals.student_quantile((1 + level) / 2, round(degrees, 6)) * float(np.sqrt(variance))
    # A corrected divergence below 0 is chance; the upper end is reckoned from 0 then, lest the interval shrink to it.
    corrected = max(divergence - bias, 0.0)
    low, high = max(divergence - bias - half, 0.0), min(corrected + half, 1.0)
    return distance, float(np.sqrt(min(corrected, 1.0))), float(np.sqrt(low)), float(np.sqrt(high))
