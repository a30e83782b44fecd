"""The colours of the cities, the same in every chart, table and page; apart from the charts, which are slow to load."""

from __future__ import annotations

from collections.abc import Sequence

# Okabe & Ito (2008), Color Universal Design, in an order that keeps neighbours apart; yellow is too pale on paper.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")


def city_colour(city: str, cities: Sequence[str]) -> str:
    """The colour of `city`, fixed by its place in `cities` (the registry's order, the same in all charts)."""
    return PALETTE[list(cities).index(city) % len(PALETTE)]
