"""Reports: what the notebooks call, one method for each table, chart and sentence of reading.

`corpus`, `city`, `comparison`, `targets` and `validation` open a report: they check the parameters, bring
data/processed up to date and load the tables. Every number in a sentence is put in from the tables; the words stand in
strings/.
"""

from __future__ import annotations

from collections.abc import Sequence

from .city_report import City
from .comparison_report import Comparison
from .corpus_report import Corpus
from .targets_report import Targets
from .validation_report import Validation


def corpus(*, lang: str, history: Sequence[str] = ()) -> Corpus:
    """Open the report on the corpus; `history` is IPython's `In`."""
    return Corpus(lang, ("lang",), history)


def city(*, city: str, lang: str, history: Sequence[str] = ()) -> City:
    """Open the report on one city (a key of data/reference/cities.yml with a document)."""
    return City(city, lang, ("city", "lang"), history)


def comparison(*, cities: Sequence[str] | str | None, lang: str, history: Sequence[str] = ()) -> Comparison:
    """Open the comparison of `cities` (keys, also joined by commas; None for all that have a document)."""
    return Comparison(cities, lang, ("cities", "lang"), history)


def targets(
    *,
    cities: Sequence[str] | str | None,
    indicators: Sequence[str] | str | None,
    lang: str,
    history: Sequence[str] = (),
) -> Targets:
    """Open the report on targets and outcomes of `cities`, of `indicators` (keys of indicators.yml; None for all)."""
    return Targets(cities, indicators, lang, ("cities", "indicators", "folder", "lang"), history)


def validation(*, lang: str, history: Sequence[str] = ()) -> Validation:
    """Open the report on how far the numbers can be trusted: gold tables, judged samples, other choices."""
    return Validation(lang, ("lang",), history)


__all__ = [
    "City",
    "Comparison",
    "Corpus",
    "Targets",
    "Validation",
    "city",
    "comparison",
    "corpus",
    "targets",
    "validation",
]
