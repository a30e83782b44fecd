"""Figures of the project's own gold texts (tests/gold): what is found, and how right its columns are."""

from __future__ import annotations

import pandas as pd
import pytest
from conftest import ROOT

from analysis.build.any_text import figure_reader
from analysis.compare import gold as validation

# What must hold over all texts together; each text is held to FLOOR below it.
BARS = {"comparator": 0.97, "measure": 0.95, "period": 0.97, "status": 0.98, "theme": 0.85}
FLOOR = 0.10


@pytest.fixture(scope="module")
def gold() -> validation.Gold:
    return validation.read_gold(ROOT / "tests/gold/figures")


@pytest.fixture(scope="module")
def judged(gold) -> pd.DataFrame:
    reference = ROOT / "data/reference"
    found = validation.predict(gold, figure_reader(reference))
    return validation.judge(gold.figures, found)


def shares(judged: pd.DataFrame, column: str) -> tuple[float, pd.Series]:
    """The share of right cells of a column over all texts, and of each text."""
    together, apart = validation.scores(judged), validation.scores(judged, "text")
    return together.set_index("column")["share"][column], apart[apart["column"] == column].set_index("text")["share"]


def test_there_are_enough_figures_of_all_kinds(gold):
    assert (~gold.figures["optional"]).sum() >= 300 and len(gold.texts) >= 6


def test_figures_are_found_and_nothing_else(judged):
    recall, by_text = shares(judged, "recall")
    assert recall >= 0.985 and shares(judged, "precision")[0] >= 0.985
    assert (by_text >= 0.965).all(), by_text


@pytest.mark.parametrize("column", BARS)
def test_columns(judged, column):
    share, by_text = shares(judged, column)
    assert share >= BARS[column], by_text
    assert (by_text >= BARS[column] - FLOOR).all(), by_text
