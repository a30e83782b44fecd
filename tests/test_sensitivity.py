"""Sensitivity: the quick way over many cuts of a dictionary against the slow one, which codes the texts anew."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from compare_oracle import kendall_tau, without_terms
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import compare
from analysis.compare import sensitivity
from analysis.extract.coding import Entry, Scheme, code_sentences
from analysis.project import registry as schema

WORDS = ["煤", "煤炭", "炭", "煤矿", "矿山", "山", "山水", "水", "绿水", "旅游", "旅", "游学", "学校", "校"]
CODES = ["x", "y", "z"]
GROUPS = {"d1": "a", "d2": "b", "d3": "a", "d4": "c"}

DICTIONARIES = st.lists(
    st.builds(
        Entry,
        st.sampled_from(WORDS),
        st.sampled_from([*CODES, "x", ""]),
        weight=st.sampled_from([1.0, 1.0, 0.5, 0.3]),
        needs=st.sampled_from([(), (), ("水", "校")]),
        not_after=st.sampled_from([(), (), ("山",)]),
    ),
    min_size=1,
    max_size=14,
    unique_by=lambda entry: entry.term,
).map(lambda entries: Scheme({}, {entry.term: entry for entry in entries}, least=0.4))
TEXTS = st.lists(
    st.tuples(
        st.sampled_from([*GROUPS, "elsewhere"]),
        st.lists(st.sampled_from([*WORDS, "。", "，"]), min_size=1, max_size=25).map("".join),
    ),
    max_size=10,
)


def passages(texts: list[tuple[str, str]]) -> pd.DataFrame:
    rows = [(document, number, "body", text) for number, (document, text) in enumerate(texts, 1)]
    return pd.DataFrame(rows, columns=["document", "passage", "kind", "text"])


def shares(codes: pd.DataFrame, order: list[str]) -> np.ndarray:
    table = compare.code_shares(codes, GROUPS, scheme="pathway", order=order, n=1)
    return table[["count", "total", "share"]].to_numpy(dtype=float).reshape(3, len(order), 3)


@given(DICTIONARIES, TEXTS, st.sampled_from([CODES, ["z", "x"]]), st.integers(0, 5))
@settings(max_examples=15, deadline=None)
def test_cuts_of_the_dictionary_as_if_the_texts_were_coded_anew(dictionary, texts, order, seed):
    spoken = passages(texts)
    base = code_sentences(spoken, {"pathway": dictionary})
    table = compare.sensitivity_table(
        base,
        spoken,
        GROUPS,
        scheme="pathway",
        order=order,
        dictionary=dictionary,
        left_out=0.5,
        draws=3,
        top=1,
        seed=seed,
    )
    own = spoken[spoken["document"].isin(list(GROUPS))]

    def anew(terms: set[str]) -> np.ndarray:
        return shares(code_sentences(own, {"pathway": without_terms(dictionary, terms)}), order)

    drawn = np.stack([anew(terms) for terms in sensitivity._draws(dictionary, 0.5, 3, seed)])
    frequent = anew(set(compare.frequent_terms(base, "pathway", 1)["term"]))
    for choice, expected in (
        ("base", shares(base, order)[None]),
        ("terms_left_out", drawn),
        ("top_terms_left_out", frequent[None]),
    ):
        found = table[table["choice"] == choice]
        for column, values in (
            ("count", expected[..., 0].mean(axis=0)),
            ("total", expected[..., 1].mean(axis=0)),
            ("share", expected[..., 2].mean(axis=0)),
            ("lowest", expected[..., 2].min(axis=0)),
            ("highest", expected[..., 2].max(axis=0)),
        ):
            np.testing.assert_allclose(found[column].to_numpy(), values.ravel(), rtol=0, atol=1e-9)


NUMBERS = st.lists(st.tuples(*[st.sampled_from([0.0, 0.1, 0.25, 0.25, 0.5, float("nan")])] * 2), max_size=7)


def tau(pairs: list[tuple[float, float]]) -> float:
    """Kendall's τ-b pair by pair."""
    known = [pair for pair in pairs if all(np.isfinite(pair))]
    signs = [(np.sign(a[0] - b[0]), np.sign(a[1] - b[1])) for a, b in combinations(known, 2)]
    untied = sum(x != 0 for x, _ in signs) * sum(y != 0 for _, y in signs)
    return float(sum(x * y for x, y in signs) / np.sqrt(untied)) if untied else float("nan")


@given(st.lists(NUMBERS, min_size=1, max_size=3))
@settings(max_examples=200, deadline=None)
def test_rank_correlations_of_many_rows_at_once(rows):
    for pairs in rows:
        one, other = (list(side) for side in zip(*pairs, strict=True)) if pairs else ([], [])
        assert kendall_tau(one, other) == pytest.approx(tau(pairs), abs=0, nan_ok=True)
    same = [pairs for pairs in rows if len(pairs) == len(rows[0])]
    block = np.array(same, dtype=float).reshape(len(same), len(rows[0]), 2)
    taus = sensitivity._taus(block[..., 0], block[..., 1])
    np.testing.assert_array_equal(taus, [tau(pairs) for pairs in same])


def test_no_sentence_at_all():
    none = schema.frame("codes", [])
    dictionary = Scheme({}, {"煤": Entry("煤", "x")})
    table = compare.sensitivity_table(none, passages([]), GROUPS, scheme="pathway", order=["x"], dictionary=dictionary)
    assert table["share"].isna().all() and (table["total"] == 0).all()
    assert set(table["choice"]) >= {"base", "terms_left_out", "top_terms_left_out"}
