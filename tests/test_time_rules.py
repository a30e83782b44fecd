"""Rows of data/reference/rules for time and status: each one's own example must come out otherwise without it."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import ROOT
from rule_rows import rows_without_effect

from analysis.extract.coding import load_scheme
from analysis.extract.figures import tabulate
from analysis.extract.figures.units import read_units
from analysis.project.rules import Rule
from analysis.texts.clean import clean

UNITS = read_units(ROOT / "data/reference/units.csv")
SCHEME = load_scheme(ROOT / "data/reference/themes.yml")


def look(rule: Rule, example: str) -> Any:
    """Period, where it is said, and status of the figures of an example."""
    passages, _ = clean(example, "t")
    table = tabulate(passages, document="t", city="c", date="2024-06", genre=None, units=UNITS, scheme=SCHEME)
    assert len(table), f"{rule.word}: no figure in the example"
    return table[["period", "period_source", "status"]].fillna("").to_numpy().tolist()


@pytest.mark.parametrize("file", ["time.csv", "status.csv", "status_patterns.csv"])
def test_every_row_has_an_effect(file):
    assert rows_without_effect(file, look) == []
