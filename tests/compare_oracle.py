"""Slow and plain ways to what the measures of sensitivity work out at once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import numpy as np

from analysis.compare.sensitivity import _taus
from analysis.extract import coding


def kendall_tau(one: Any, other: Any) -> float:
    """Kendall's τ-b of two lists of numbers: 1 the same order, -1 the opposite one.

    Kendall (1945), The Treatment of Ties in Ranking Problems, Biometrika 33(3): pairs in the same order less pairs in
    opposite order, by √(pairs not tied in the one × pairs not tied in the other). Places where one of them is missing
    are left out. Missing where one of them has no order.
    """
    return float(_taus(np.asarray(one, dtype=float), np.asarray(other, dtype=float)))


def without_terms(dictionary: coding.Scheme, terms: Collection[str]) -> coding.Scheme:
    """`dictionary` as if `terms` had never been in it: shorter terms inside them come to light."""
    gone = set(terms)
    entries = {term: entry for term, entry in dictionary.entries.items() if term not in gone}
    return replace(dictionary, entries=entries)
