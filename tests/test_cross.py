"""Cross tables against scipy, and what they say of few sentences."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2_contingency
from scipy.stats.contingency import association as of_scipy

from analysis import open_corpus
from analysis.compare import association, cross_table
from analysis.project.errors import InputError


def texts(table: np.ndarray) -> Any:
    """A text of which `table[i, j]` sentences have instrument i and theme j, four sentences a passage."""
    rows = [(i, j) for i, line in enumerate(table) for j, count in enumerate(line) for _ in range(count)]
    codes = []
    for number, (i, j) in enumerate(rows):
        for scheme, code in (("instrument", f"i{i}"), ("theme", f"t{j}")):
            codes.append(("d", number // 4 + 1, number + 1, scheme, code))
    names = ["document", "passage", "sentence", "scheme", "code"]
    return SimpleNamespace(
        documents=pd.DataFrame({"document": ["d"], "city": ["c"]}),
        codes=pd.DataFrame(codes, columns=names),
        entities=pd.DataFrame(columns=["document", "passage", "sentence", "kind"]),
    )


tables = st.lists(st.lists(st.integers(0, 12), min_size=3, max_size=3), min_size=2, max_size=4).map(np.array)


@settings(max_examples=40, deadline=None)
@given(tables)
def test_counts_residuals_and_v_are_those_of_scipy(table: np.ndarray) -> None:
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0] if table.size else table
    if table.size == 0 or min(table.shape) < 2:
        return
    found, told = cross_table(texts(table)), association(texts(table), least=1).iloc[0]
    expected = chi2_contingency(table, correction=False).expected_freq
    total = table.sum()
    across, down = table.sum(axis=1, keepdims=True) / total, table.sum(axis=0, keepdims=True) / total
    residual = (table - expected) / np.sqrt(expected * (1 - across) * (1 - down))
    for row in found.itertuples():
        at = int(row.row[1:]), int(row.column[1:])
        assert row.count == table[at] and row.expected == pytest.approx(expected[at], abs=1e-9)
        assert row.residual == pytest.approx(residual[at], abs=1e-9)
        assert row.row_share == pytest.approx(table[at] / table[at[0]].sum(), abs=1e-9)
    assert told["v"] == pytest.approx(of_scipy(table, method="cramer", correction=False), abs=1e-9)
    assert told["statistic"] == pytest.approx(chi2_contingency(table, correction=False).statistic, abs=1e-9)
    assert told["freedom"] == (table.shape[0] - 1) * (table.shape[1] - 1)


def test_what_goes_together_always_has_v_1_and_what_does_not_0() -> None:
    assert association(texts(np.diag([20, 20]))).iloc[0]["v"] == pytest.approx(1)
    assert association(texts(np.full((2, 2), 10))).iloc[0]["v"] == pytest.approx(0, abs=1e-9)


def test_few_sentences_have_no_v_and_one_row_neither() -> None:
    assert association(texts(np.full((2, 2), 7))).iloc[0][["v", "low", "high"]].isna().all()
    assert association(texts(np.array([[40, 40]]))).iloc[0][["v", "statistic"]].isna().all()
    empty = texts(np.zeros((2, 2), dtype=int))
    assert cross_table(empty).empty and association(empty).iloc[0]["count"] == 0


@pytest.mark.parametrize("sides", [("theme", "theme"), ("kind", "kind"), ("colour", "theme"), ("theme", "colour")])
def test_sides_that_there_are_not_are_refused(sides: tuple[str, str]) -> None:
    with pytest.raises(InputError, match="side of a cross table"):
        cross_table(texts(np.full((2, 2), 10)), *sides)


def test_kinds_of_things_stand_with_the_theme_of_their_sentence(small_project: Path) -> None:
    corpus = open_corpus()
    found = cross_table(corpus, "kind", "theme", by_city=True)
    assert set(found["city"]) <= set(corpus.documents["city"])
    assert set(found["row"]) <= set(corpus.entities["kind"])
    assert (found.groupby(["city", "row"])["count"].sum() == found.groupby(["city", "row"])["total"].first()).all()
