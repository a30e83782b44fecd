"""Measures of comparison against independent numbers: plain Python, published examples, SciPy 1.17 (as constants)."""

from __future__ import annotations

import hashlib
import math
import os
import subprocess
import sys
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from coding_oracle import matches
from compare_oracle import kendall_tau, without_terms
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import compare
from analysis.compare import intervals
from analysis.compare.similarity import distance_interval
from analysis.extract.coding import Scheme, code_sentences, load_scheme
from analysis.project import registry as schema
from analysis.project.errors import InputError
from analysis.texts.sentences import split_sentences

EXACT = 1e-9
DOCUMENTS = pd.DataFrame(
    {
        "document": ["a-1", "a-2", "b-1"],
        "city": ["alpha", "alpha", "beta"],
        "genre": ["interview", "government_work_report", "interview"],
    }
)


@pytest.fixture(autouse=True)
def no_warnings() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def codes(*rows: tuple[str, int, int, str], scheme: str = "pathway") -> pd.DataFrame:
    names = ("document", "passage", "sentence", "code")
    return schema.frame(
        "codes", [{**dict(zip(names, r, strict=True)), "scheme": scheme, "share": 1.0, "evidence": "煤"} for r in rows]
    )


def passages(*rows: tuple[str, int, str, str]) -> pd.DataFrame:
    names = ("document", "passage", "kind", "text")
    base = {"section": None, "speaker": None, "role": None}
    return schema.frame(
        "passages", [{**base, **dict(zip(names, r, strict=True)), "characters": len(r[3])} for r in rows]
    )


def terms(*rows: tuple[str, str, int]) -> pd.DataFrame:
    return schema.frame("terms", [dict(zip(("document", "term", "count"), row, strict=True)) for row in rows])


def many(documents: int = 3, seed: int = 5, size: int = 25) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A table of codes and documents, each document a city."""
    random = np.random.default_rng(seed)
    rows = []
    for d in range(documents):
        sentence = 0
        for passage in range(1, size + 1):
            for _ in range(int(random.integers(1, 5))):
                sentence += 1
                found = random.permutation(["chain", "ecology", "new", "old", "security"])[: random.integers(1, 3)]
                rows += [(f"d-{d}", passage, sentence, str(code)) for code in found]
    keys = [f"d-{d}" for d in range(documents)]
    return codes(*rows), pd.DataFrame({"document": keys, "city": [f"city {k}" for k in keys]})


# --- intervals --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("probability", "freedom", "expected"),
    [
        (0.975, 1, 12.706204736174694),
        (0.975, 2.5, 3.5746548420036817),
        (0.975, 3, 3.1824463052837078),
        (0.975, 10, 2.228138851986274),
        (0.975, 299, 1.9679296690656698),
        (0.95, 7.25, 1.8847957180841028),
        (0.75, 4, 0.7406970841126829),
        (0.5, 6, 0.0),
    ],
)
def test_quantiles_of_student_agree_with_scipy(probability: float, freedom: float, expected: float) -> None:
    assert intervals.student_quantile(probability, freedom) == pytest.approx(expected, abs=EXACT)


def plain_freedom(errors: list[float]) -> float:
    n = len(errors)
    kurtosis = n * sum(e**4 for e in errors) / sum(e**2 for e in errors) ** 2
    return min(max(2 * n / (kurtosis - (n - 3) / (n - 1)), 3.0), n - 1)


def test_freedom_is_all_of_it_for_even_errors_and_little_for_one_heavy_passage() -> None:
    even = np.array([1.0, -1.0] * 10)
    heavy = np.array([10.0, *[0.1] * 19])
    found = intervals.freedom(np.column_stack([even, heavy]))
    assert found.tolist() == [19.0, 3.0]
    some = [3.0, -1.0, -1.5, 0.5, 2.0, -2.5, 1.0, -1.0]
    assert intervals.freedom(np.array(some)[:, None])[0] == pytest.approx(plain_freedom(some), abs=EXACT)


def test_share_interval_by_plain_formula() -> None:
    parts, whole = [2, 0, 1, 0, 3, 0, 0, 1, 0, 1, 0, 0], [4, 3, 1, 2, 3, 5, 1, 1, 2, 3, 2, 1]
    rows = np.column_stack([parts, whole]).astype(float)
    drawn = compare.replicates(rows, lambda s: s[:, :1] / s[:, 1:], stream="x")[:, 0].tolist()
    n, p = len(parts), sum(parts) / sum(whole)
    mean = sum(drawn) / len(drawn)
    variance = sum((x - mean) ** 2 for x in drawn) / len(drawn) * n / (n - 1)
    t = intervals.student_quantile(0.975, plain_freedom([y - p * x for y, x in zip(parts, whole, strict=True)]))
    m = p * (1 - p) / variance
    middle, half = p + t**2 / (2 * m), t * math.sqrt(p * (1 - p) / m + t**2 / (4 * m**2))
    value, low, high = compare.ratio_interval(np.array(parts)[:, None], np.array(whole), stream="x")
    assert value[0] == pytest.approx(p, abs=EXACT)
    assert low[0] == pytest.approx((middle - half) / (1 + t**2 / m), abs=1e-6)
    assert high[0] == pytest.approx((middle + half) / (1 + t**2 / m), abs=1e-6)


def test_rate_interval_by_plain_formula() -> None:
    parts, whole = [2, 0, 1, 5, 3, 0], [400, 300, 100, 200, 300, 500]
    rows = np.column_stack([parts, whole]).astype(float)
    drawn = compare.replicates(rows, lambda s: s[:, :1] / s[:, 1:], stream="x")[:, 0]
    logs = [math.log(x) for x in drawn.tolist() if x > 0]
    mean, n, r = sum(logs) / len(logs), len(parts), sum(parts) / sum(whole)
    spread = math.sqrt(sum((x - mean) ** 2 for x in logs) / len(logs) * n / (n - 1))
    t = intervals.student_quantile(0.975, plain_freedom([y - r * x for y, x in zip(parts, whole, strict=True)]))
    value, low, high = compare.ratio_interval(np.array(parts)[:, None], np.array(whole), scale="rate", stream="x")
    assert value[0] == pytest.approx(r, abs=EXACT)
    assert math.log(low[0]) == pytest.approx(math.log(r) - t * spread, abs=1e-6)
    assert math.log(high[0]) == pytest.approx(math.log(r) + t * spread, abs=1e-6)


def test_share_interval_of_single_sentences_is_nearly_that_of_wilson() -> None:
    parts = np.repeat([1.0, 0.0], [140, 360])
    _, low, high = compare.ratio_interval(parts[:, None], np.ones(500))
    # SciPy: binomtest(140, 500).proportion_ci(method="wilson")
    assert (low[0], high[0]) == pytest.approx((0.2424368574, 0.3209246977), abs=0.003)


def test_ratio_interval_knows_its_limits() -> None:
    parts = np.array([[0.0, 2.0, 1.0], [0.0, 1.0, 0.0], [0.0, 3.0, 2.0]])
    value, low, high = compare.ratio_interval(parts, np.array([2.0, 1.0, 3.0]))
    assert value.tolist() == [0.0, 1.0, 0.5]
    assert np.isnan(low).tolist() == np.isnan(high).tolist() == [True, True, False]
    assert np.isnan(compare.ratio_interval(parts[:1], np.array([2.0]))[1]).all()
    assert np.isnan(compare.ratio_interval(parts[:0], np.zeros(0))[0]).all()
    assert np.isnan(compare.ratio_interval(np.zeros((3, 1)), np.zeros(3))[0]).all()
    # Every passage has the same mixture: as sure as six sentences can be.
    _, low, high = compare.ratio_interval(np.ones((6, 1)), np.full(6, 2.0))
    assert 0 < low[0] < 0.5 < high[0] < 1


@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=2, max_size=30),
    st.sampled_from(["share", "rate"]),
)
@settings(max_examples=60, deadline=None)
def test_intervals_hold_their_value(rows: list[tuple[int, int]], scale: str) -> None:
    parts = np.array([[a] for a, _ in rows], dtype=float)
    whole = np.array([a + b for a, b in rows], dtype=float)
    value, low, high = compare.ratio_interval(parts, whole, scale=scale, n=200)
    if np.isfinite(low[0]):
        assert 0 <= low[0] <= value[0] <= high[0]
        assert scale == "rate" or high[0] <= 1


def test_exact_limit_of_a_share_of_nothing() -> None:
    nan = np.array([np.nan, np.nan, 0.2])
    _, low, high = intervals.filled(np.array([0.0, 1.0, 0.5]), nan, nan, 37)
    # SciPy: beta.ppf(0.975, 1, 37)
    limit = 0.09489058741498987
    assert low == pytest.approx([0.0, 1 - limit, 0.2], abs=EXACT)
    assert high == pytest.approx([limit, 1.0, 0.2], abs=EXACT)
    assert np.isnan(intervals.filled(np.zeros(1), nan[:1], nan[:1], 1)[1]).all()


def test_interval_of_a_difference_by_newcombes_example() -> None:
    # Newcombe 1998, table II, (a): 56 of 70 less 48 of 80, intervals of Wilson, method 10: 0.0524 to 0.3339.
    def wilson(x: int, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        p, z = x / n, 1.959963984540054
        middle, half = p + z**2 / (2 * n), z * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
        low, high = (middle - half) / (1 + z**2 / n), (middle + half) / (1 + z**2 / n)
        return np.array([p]), np.array([low]), np.array([high])

    d, low, high = compare.difference_interval(wilson(48, 80), wilson(56, 70))
    assert (d[0], low[0], high[0]) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


# --- shares -----------------------------------------------------------------------------------------------------

SMALL = codes(
    ("a-1", 1, 1, "new"),
    ("a-1", 1, 1, "old"),
    ("a-1", 1, 2, "old"),
    ("a-1", 1, 3, "old"),
    ("a-1", 2, 4, "new"),
    ("a-2", 1, 1, "chain"),
    ("a-2", 1, 1, "new"),
    ("b-1", 1, 1, "old"),
)


@pytest.mark.parametrize(
    ("count", "unit", "expected"),
    [
        ("main", "sentence", {"chain": (1, 5), "new": (2, 5), "old": (2, 5)}),
        ("all", "sentence", {"chain": (1, 7), "new": (3, 7), "old": (3, 7)}),
        ("any", "sentence", {"chain": (1, 5), "new": (3, 5), "old": (3, 5)}),
        ("main", "passage", {"chain": (1, 3), "new": (1, 3), "old": (1, 3)}),
        ("all", "passage", {"chain": (1, 5), "new": (3, 5), "old": (1, 5)}),
        ("any", "passage", {"chain": (1, 3), "new": (3, 3), "old": (1, 3)}),
    ],
)
def test_shares_by_each_way_of_counting(count: str, unit: str, expected: dict[str, tuple[int, int]]) -> None:
    table = compare.code_shares(SMALL, DOCUMENTS, scheme="pathway", count=count, unit=unit)
    alpha = table[table["city"] == "alpha"].set_index("code")
    assert {code: (row["count"], row["total"]) for code, row in alpha.iterrows()} == expected
    assert alpha["share"].tolist() == pytest.approx([a / b for a, b in expected.values()], abs=EXACT)
    assert list(table) == ["city", "code", "count", "total", "share", "low", "high", "clear"]


def test_a_code_that_stands_twice_in_a_sentence_counts_once() -> None:
    twice = codes(("a-1", 1, 1, "supply"), ("a-1", 1, 1, "supply"), ("a-1", 1, 1, "demand"))
    for count in ("all", "any"):
        table = compare.code_shares(twice, DOCUMENTS, scheme="pathway", count=count).set_index(["city", "code"])
        assert table.loc[("alpha", "supply"), "count"] == 1


@given(st.integers(0, 10_000), st.sampled_from(["main", "all"]), st.sampled_from(["sentence", "passage"]))
@settings(max_examples=25, deadline=None)
def test_shares_sum_to_one(seed: int, count: str, unit: str) -> None:
    table, documents = many(seed=seed, size=6)
    shares = compare.code_shares(table, documents, scheme="pathway", count=count, unit=unit, n=20)
    assert shares.groupby("city")["share"].sum().tolist() == pytest.approx([1.0] * 3, abs=EXACT)


def test_unknown_choices_are_named() -> None:
    with pytest.raises(InputError, match="unknown way of counting 'mian', did you mean 'main'"):
        compare.code_shares(SMALL, DOCUMENTS, count="mian")
    with pytest.raises(InputError, match="unknown unit 'word'"):
        compare.code_shares(SMALL, DOCUMENTS, unit="word")
    with pytest.raises(InputError, match="unknown column of documents 'town'"):
        compare.code_shares(SMALL, DOCUMENTS, by="town")
    with pytest.raises(InputError, match="unknown document 'a-3'"):
        compare.share_change(SMALL, DOCUMENTS, "a-1", "a-3")
    with pytest.raises(InputError, match="unknown city 'gamma'"):
        compare.code_keyness(SMALL, DOCUMENTS, against="gamma")
    for measure in (compare.profile_distances, compare.code_keyness):
        with pytest.raises(InputError, match="unknown way of counting 'any'"):
            measure(SMALL, DOCUMENTS, count="any")


def test_change_between_two_documents() -> None:
    table, documents = many()
    table = table[~((table["document"] == "d-2") & (table["code"] == "old"))]
    change = compare.share_change(table, documents, "d-1", "d-2", scheme="pathway").set_index("code")
    shares = compare.code_shares(table, documents, "document", scheme="pathway").set_index(["document", "code"])
    one, two, row = shares.loc[("d-1", "new")], shares.loc[("d-2", "new")], change.loc["new"]
    d = two["share"] - one["share"]
    assert row["difference"] == pytest.approx(d, abs=EXACT)
    low = d - math.hypot(two["share"] - two["low"], one["high"] - one["share"])
    high = d + math.hypot(two["high"] - two["share"], one["share"] - one["low"])
    assert (row["low"], row["high"]) == pytest.approx((low, high), abs=EXACT)
    # A code that is gone has the exact limit of its 25 passages.
    one, row = shares.loc[("d-1", "old")], change.loc["old"]
    limit = 1 - 0.025 ** (1 / table.loc[table["document"] == "d-2", "passage"].nunique())
    assert (row["count_after"], row["share_after"], row["difference"]) == (0, 0.0, -row["share_before"])
    assert row["high"] == pytest.approx(-one["share"] + math.hypot(limit, one["share"] - one["low"]), abs=EXACT)
    back = compare.share_change(table, documents, "d-2", "d-1", scheme="pathway").set_index("code")
    assert (back["low"] + change["high"]).abs().max() < EXACT
    # Two codes that neither text has differ by nothing that could be told.
    none = compare.share_change(table, documents, "d-1", "d-2", scheme="pathway", order=["coal"])
    assert none["difference"].tolist() == [0.0] and none[["low", "high"]].isna().all(axis=None)


# --- wording ----------------------------------------------------------------------------------------------------


def test_g2_agrees_with_scipy() -> None:
    # SciPy: chi2_contingency(…, lambda_="log-likelihood", correction=False)
    assert compare.g2(10, 100, 30, 100) == pytest.approx(12.971514326006812, abs=EXACT)
    assert compare.g2(7, 120, 2, 373) == pytest.approx(11.625202483083555, abs=EXACT)


def test_log_ratio_by_hand() -> None:
    assert compare.log_ratio(40, 100, 10, 100) == pytest.approx(2.0, abs=EXACT)
    assert compare.log_ratio(5, 50, 10, 100) == pytest.approx(0.0, abs=EXACT)
    assert compare.log_ratio(0, 100, 4, 200) == pytest.approx(math.log2((0.5 / 100) / (4 / 200)), abs=EXACT)
    assert np.isnan(compare.log_ratio([0, 1, 1], [10, 0, 5], [0, 2, 0], [10, 10, 0])).all()


def test_log_odds_by_hand() -> None:
    odds, z = compare.log_odds([10, 0], 100, [30, 0], 100, [4.0, 1.0], 20.0)
    by_hand = math.log(14 / (120 - 14)) - math.log(34 / (120 - 34))
    assert odds[0] == pytest.approx(by_hand, abs=EXACT)
    assert z[0] == pytest.approx(by_hand / math.sqrt(1 / 14 + 1 / 34), abs=EXACT)
    assert (odds[1], z[1]) == (0.0, 0.0)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=2, max_size=8), st.floats(0.5, 900))
@settings(max_examples=60, deadline=None)
def test_keyness_changes_its_sign_with_the_cities(counts: list[tuple[int, int]], prior: float) -> None:
    table = terms(
        *((key, f"词{i}", pair[side]) for i, pair in enumerate(counts) for side, key in ((0, "a-1"), (1, "b-1")))
    )
    result = compare.keyness(table, DOCUMENTS, prior=prior, min_count=1)
    alpha, beta = (result[result["city"] == c].set_index("term").sort_index() for c in ("alpha", "beta"))
    for column in ("log_odds", "z", "log_ratio"):
        assert np.allclose(alpha[column], -beta[column], atol=EXACT, rtol=0, equal_nan=True)
    assert np.allclose(alpha["g2"], beta["g2"], atol=EXACT, rtol=0, equal_nan=True)
    assert alpha["count"].tolist() == beta["other_count"].tolist()


def test_keyness_against_one_city() -> None:
    table = terms(("a-1", "煤", 4), ("a-1", "硅", 96), ("b-1", "煤", 30), ("b-1", "硅", 70), ("c-1", "煤", 66))
    documents = {"a-1": "alpha", "b-1": "beta", "c-1": "gamma"}
    result = compare.keyness(table, documents, against="beta").set_index(["city", "term"])
    assert result.index.get_level_values("city").unique().tolist() == ["alpha", "gamma"]
    coal = result.loc[("alpha", "煤")]
    assert coal[["count", "total", "other_count", "other_total"]].tolist() == [4, 100, 30, 100]
    assert coal["log_ratio"] == pytest.approx(math.log2(4 / 30), abs=EXACT)


def test_keyness_of_codes_by_hand() -> None:
    table = codes(
        *(("a-1", 1, s, "new") for s in range(1, 7)),
        *(("a-2", 1, s, "old") for s in range(1, 3)),
        *(("b-1", 1, s, "new") for s in range(1, 4)),
        *(("b-1", 2, s, "old") for s in range(4, 11)),
    )
    result = compare.code_keyness(table, DOCUMENTS, scheme="pathway").set_index(["city", "code"])
    row = result.loc[("alpha", "new")]
    assert row[["count", "total", "other_count", "other_total"]].tolist() == [6, 8, 3, 10]
    # Two codes, so a prior of two, of which nine eighteenths are for this code.
    odds = math.log(7 / (8 + 2 - 7)) - math.log(4 / (10 + 2 - 4))
    assert row["log_odds"] == pytest.approx(odds, abs=EXACT)
    assert row["z"] == pytest.approx(odds / math.sqrt(1 / 7 + 1 / 4), abs=EXACT)
    assert row["log_ratio"] == pytest.approx(math.log2((6 / 8) / (3 / 10)), abs=EXACT)
    assert (row["share"], row["other_share"]) == (0.75, 0.3)
    # A code that is not asked for still belongs to the whole.
    part = compare.code_keyness(table, DOCUMENTS, scheme="pathway", order=["new"])
    assert part["total"].tolist() == [8, 10]


# --- similarity -------------------------------------------------------------------------------------------------


def test_jensen_shannon_agrees_with_scipy() -> None:
    # SciPy: scipy.spatial.distance.jensenshannon(p, q, base=2)
    assert compare.jensen_shannon([3, 5, 2, 0], [1, 4, 0, 5]) == pytest.approx(0.6259074597582085, abs=EXACT)
    assert compare.jensen_shannon([0.5, 0.5], [1, 0]) == pytest.approx(0.5579230452841438, abs=EXACT)
    assert compare.jensen_shannon([1, 0], [0, 1]) == 1.0
    assert math.isnan(compare.jensen_shannon([0, 0], [0, 1]))
    assert compare.jensen_shannon([[1, 1], [1, 0]], [1, 1]) == pytest.approx([0.0, 0.5579230452841438], abs=EXACT)


profiles = st.lists(st.integers(0, 50), min_size=5, max_size=5).filter(any)


@given(profiles, profiles)
def test_jensen_shannon_is_a_distance(p: list[int], q: list[int]) -> None:
    there, back = compare.jensen_shannon(p, q), compare.jensen_shannon(q, p)
    assert there == pytest.approx(back, abs=EXACT)
    assert 0 <= there <= 1
    # The root of the last bits of a sum.
    assert compare.jensen_shannon(p, [3 * x for x in p]) == pytest.approx(0, abs=1e-7)


def plain_divergence(p: list[float], q: list[float]) -> float:
    total = 0.0
    for a, b in zip([x / sum(p) for x in p], [x / sum(q) for x in q], strict=True):
        for x in (a, b):
            total += x * math.log2(2 * x / (a + b)) / 2 if x else 0.0
    return total


def test_interval_of_a_distance_by_plain_jackknife() -> None:
    a = [[3, 0, 1], [2, 1, 0], [0, 4, 0], [1, 0, 0], [2, 2, 1]]
    b = [[0, 1, 5], [0, 3, 0], [1, 1, 4], [0, 0, 2]]
    whole = plain_divergence([sum(c) for c in zip(*a, strict=True)], [sum(c) for c in zip(*b, strict=True)])
    bias = variance = weight = 0.0
    for x, y in ((a, b), (b, a)):
        n, right = len(x), [sum(c) for c in zip(*y, strict=True)]
        left = [plain_divergence([sum(c) for c in zip(*(x[:i] + x[i + 1 :]), strict=True)], right) for i in range(n)]
        mean = sum(left) / n
        own = (n - 1) / n * sum((v - mean) ** 2 for v in left)
        bias, variance = bias + (n - 1) * (mean - whole), variance + own
        weight += own**2 / plain_freedom([v - mean for v in left])
    half = intervals.student_quantile(0.975, round(variance**2 / weight, 6)) * math.sqrt(variance)
    found = distance_interval(np.array(a), np.array(b))
    expected = [whole, whole - bias, max(whole - bias - half, 0), min(whole - bias + half, 1)]
    assert found == pytest.approx([math.sqrt(x) for x in expected], abs=EXACT)


def test_distances_of_all_pairs() -> None:
    table, documents = many(4)
    pairs = compare.profile_distances(table, documents, scheme="pathway")
    assert list(zip(pairs["city"], pairs["other"], strict=True))[:4] == [
        ("city d-0", "city d-1"),
        ("city d-0", "city d-2"),
        ("city d-0", "city d-3"),
        ("city d-1", "city d-2"),
    ]
    # All four were drawn from the same profile: what is seen is chance, and the corrected distance says so.
    assert (pairs["corrected"] < pairs["distance"]).all() and (pairs["low"] == 0).all() and (pairs["high"] > 0).all()


def test_distance_to_a_city_without_codes_is_missing() -> None:
    pairs = compare.profile_distances(SMALL, {"a-1": "alpha", "z-1": "zeta", "b-1": "beta"}, scheme="pathway")
    assert pairs["distance"].isna().tolist() == [True, False, True]
    assert pairs[["corrected", "low", "high"]].isna().all(axis=None)


# --- dispersion -------------------------------------------------------------------------------------------------


def test_dispersion_of_the_example_of_gries() -> None:
    # Gries 2008, section 2: a word that stands 1, 2, 3, 4, 5 times in parts of 9, 10, 10, 10, 11 words.
    dp, norm = compare.gries_dp([1, 2, 3, 4, 5], [9, 10, 10, 10, 11])
    assert dp == pytest.approx(0.18, abs=EXACT)
    assert norm == pytest.approx(0.18 / (1 - 0.18), abs=EXACT)
    rates = [1 / 9, 0.2, 0.3, 0.4, 5 / 11]
    mean = sum(rates) / 5
    variation = math.sqrt(sum((r - mean) ** 2 for r in rates) / 5) / mean
    d = compare.juilland_d([1, 2, 3, 4, 5], [9, 10, 10, 10, 11])
    assert d == pytest.approx(1 - variation / 2, abs=EXACT) == pytest.approx(0.785, abs=5e-4)


def test_dispersion_at_its_ends() -> None:
    counts = np.array([[2, 4, 6], [0, 0, 5], [5, 0, 0], [0, 0, 0]])
    dp, norm = compare.gries_dp(counts, [10, 20, 30])
    assert dp[:3] == pytest.approx([0.0, 0.5, 5 / 6], abs=EXACT) and math.isnan(dp[3])
    assert norm[2] == pytest.approx(1.0, abs=EXACT)
    d = compare.juilland_d(counts, [10, 20, 30])
    assert d[:3] == pytest.approx([1.0, 0.0, 0.0], abs=EXACT) and math.isnan(d[3])
    assert math.isnan(compare.gries_dp([3], [10])[1]) and math.isnan(compare.juilland_d([3], [10]))
    with pytest.raises(InputError, match="do not fit"):
        compare.gries_dp([1, 2], [3, 0])


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 400)), min_size=2, max_size=30))
def test_dispersion_lies_between_0_and_1(parts: list[tuple[int, int]]) -> None:
    counts, sizes = zip(*parts, strict=True)
    found = [*compare.gries_dp(counts, sizes), compare.juilland_d(counts, sizes)]
    assert all(math.isnan(x) for x in found) if not any(counts) else all(0 <= x <= 1 + EXACT for x in found)


def test_dispersion_of_terms_over_passages() -> None:
    text = passages(("a-1", 1, "body", "煤城煤"), ("a-1", 2, "body", "转型发展煤炭"), ("b-1", 1, "body", "绿色"))
    result = compare.term_dispersion(text, ["煤", "煤炭", "硅"], DOCUMENTS).set_index(["city", "term"])
    coal = result.loc[("alpha", "煤")]
    assert coal[["count", "passages", "present"]].tolist() == [3, 2, 2]
    assert coal["dp"] == pytest.approx(abs(2 / 3 - 3 / 9), abs=EXACT)
    assert result.loc[("alpha", "煤炭"), "juilland_d"] == pytest.approx(0.0, abs=EXACT)
    assert result.loc[("beta", "煤")][["dp", "dp_norm", "juilland_d"]].isna().all()
    assert compare.term_dispersion(text, ["煤"])["document"].tolist() == ["a-1", "b-1"]
    with pytest.raises(InputError, match="a term is empty"):
        compare.term_dispersion(text, ["煤", ""])


# --- concordance ------------------------------------------------------------------------------------------------


def test_keyword_in_context() -> None:
    text = passages(
        ("a-1", 1, "question", "怎样转型？"),
        ("a-1", 2, "answer", "煤城不只有煤。煤炭之外，还有硅！"),
        ("b-1", 1, "body", "从煤到硅。"),
    )
    result = compare.kwic(text, ["煤", "煤炭", "硅"], width=3)
    assert result[["document", "passage", "sentence", "start", "end", "keyword"]].values.tolist() == [
        ["a-1", 2, 2, 0, 1, "煤"],
        ["a-1", 2, 2, 5, 6, "煤"],
        ["a-1", 2, 3, 7, 9, "煤炭"],
        ["a-1", 2, 3, 7, 8, "煤"],
        ["a-1", 2, 3, 14, 15, "硅"],
        ["b-1", 1, 1, 1, 2, "煤"],
        ["b-1", 1, 1, 3, 4, "硅"],
    ]
    assert result.loc[1, ["left", "right"]].tolist() == ["不只有", "。煤炭"]
    assert result.loc[0, ["left", "right"]].tolist() == ["", "城不只"]
    answers = compare.kwic(text, "转型", kinds=["answer", "body"])
    assert answers.empty and list(answers) == list(result)
    # Sentences are counted through what is not looked into.
    assert compare.kwic(text, "硅", kinds=["answer"])["sentence"].tolist() == [3]
    for wrong in ({"terms": [""]}, {"terms": "煤", "width": 0}, {"terms": "煤", "kinds": ["note"]}):
        with pytest.raises(InputError):
            compare.kwic(text, **wrong)


@given(
    st.lists(st.text("煤炭城。！ \n转型", max_size=40), max_size=4),
    st.lists(st.sampled_from(["煤", "煤炭", "转型", "城"])),
)
@settings(max_examples=80, deadline=None)
def test_keyword_spans_are_true(texts: list[str], words: list[str]) -> None:
    table = passages(*(("a-1", i + 1, "body", text) for i, text in enumerate(texts)))
    result = compare.kwic(table, words, width=2)
    for row in result.itertuples():
        text = texts[row.passage - 1]
        assert text[row.start : row.end] == row.keyword
        assert text[max(0, row.start - 2) : row.start] == row.left and text[row.end : row.end + 2] == row.right
        before = sum(len(split_sentences(t)) for t in texts[: row.passage - 1])
        start, end = split_sentences(text)[row.sentence - before - 1]
        assert start <= row.start < end
    counts = {word: sum(text.count(word) for text in texts) for word in set(words)}
    assert Counter(result["keyword"]) == Counter({word: n for word, n in counts.items() if n})


# --- sensitivity ------------------------------------------------------------------------------------------------


def test_kendall_agrees_with_scipy() -> None:
    # SciPy: scipy.stats.kendalltau
    assert kendall_tau([1, 2, 2, 4, 5, 6], [2, 1, 3, 3, 6, 5]) == pytest.approx(0.6428571428571429, abs=EXACT)
    assert kendall_tau([0.1, 0.4, 0.3, 0.2], [0.2, 0.3, 0.5, 0.1]) == pytest.approx(1 / 3, abs=EXACT)
    assert kendall_tau([1, 2, np.nan, 3], [3, 2, 9, 1]) == -1.0
    assert math.isnan(kendall_tau([1, 1, 1], [1, 2, 3])) and math.isnan(kendall_tau([], []))


@pytest.fixture
def dictionary(tmp_path: Path) -> Scheme:
    words = {"new": "[新材料, 新能源, 硅]", "old": "[煤, 煤炭, 钢铁]", "green": "[绿色, 修复]"}
    text = "".join(
        f"{code}:\n  name_zh: 词\n  name_en: word\n  definition_zh: 词\n  definition_en: word\n"
        f"  examples: []\n  counter_examples: []\n  terms: {listed}\n"
        for code, listed in words.items()
    )
    path = tmp_path / "pathways.yml"
    path.write_text(text, encoding="utf-8")
    return load_scheme(path, None)


TEXTS = passages(
    ("a-1", 1, "question", "煤炭怎样转型？"),
    ("a-1", 2, "answer", "新材料取代煤炭。硅片和新能源。绿色。"),
    ("a-1", 3, "answer", "钢铁。钢铁和修复绿色。"),
    ("a-2", 1, "heading", "绿色"),
    ("a-2", 2, "body", "修复。修复煤山。新能源。"),
    ("b-1", 1, "body", "煤炭和钢铁。煤。新材料。"),
    ("b-1", 2, "body", "绿色。煤炭。"),
)


def test_terms_left_out_bring_shorter_terms_to_light(dictionary: Scheme) -> None:
    less = without_terms(dictionary, {"煤炭", "绿色"})
    assert [m.term for m in matches(less, "煤炭绿色")] == ["煤"]
    assert [m.term for m in matches(dictionary, "煤炭绿色")] == ["煤炭", "绿色"]


def test_frequent_terms(dictionary: Scheme) -> None:
    table = compare.frequent_terms(code_sentences(TEXTS, {"pathway": dictionary}), "pathway", 2)
    assert table.values.tolist() == [
        ["green", "修复", 3],
        ["green", "绿色", 3],
        ["new", "新材料", 2],
        ["new", "新能源", 2],
        ["old", "煤炭", 3],
        ["old", "钢铁", 3],
    ]


def test_sensitivity_to_each_choice(dictionary: Scheme) -> None:
    base = code_sentences(TEXTS, {"pathway": dictionary})
    other = code_sentences(passages(("b-1", 1, "body", "新材料。硅。绿色。")), {"pathway": dictionary})
    options = {"scheme": "pathway", "order": ["new", "old", "green"]}
    table = compare.sensitivity_table(
        base, TEXTS, DOCUMENTS, dictionary=dictionary, draws=3, top=1, editions={"published": other}, **options
    )
    assert table["choice"].drop_duplicates().tolist() == [
        "base",
        "all_codes",
        "passages",
        "shares",
        "with_questions",
        "terms_left_out",
        "top_terms_left_out",
        "genre:interview",
        "genre:government_work_report",
        "edition:published",
    ]
    assert len(table) == 10 * 2 * 3
    shares = compare.code_shares(base, DOCUMENTS, **options)
    found = table.set_index(["choice", "city"])
    for city in ("alpha", "beta"):
        own = shares.loc[shares["city"] == city, "share"].tolist()
        assert found.loc[("base", city), "share"].tolist() == pytest.approx(own, abs=EXACT)
        assert found.loc[("all_codes", city), "base"].tolist() == pytest.approx(own, abs=EXACT)
    assert (found.loc["base", ["difference"]] == 0).all(axis=None)
    # alpha without its question (old) and heading (green), and with them.
    said, whole = found.loc[("base", "alpha")], found.loc[("with_questions", "alpha")]
    assert said["count"].tolist() == [3, 1, 4] and said["total"].tolist() == [8, 8, 8]
    assert whole["count"].tolist() == [3, 2, 5] and whole["total"].tolist() == [10, 10, 10]
    # 新材料, 煤炭 and 修复 are the most frequent; without 煤炭 there is still 煤.
    cut = found.loc[("top_terms_left_out", "beta")]
    assert cut["count"].tolist() == [0, 3, 1]
    # The report of alpha alone; beta has none.
    report = found.loc["genre:government_work_report"]
    assert report.loc["alpha", "count"].tolist() == [1, 0, 2] and report.loc["beta", "share"].isna().all()
    # Only beta has another edition.
    edition = found.loc["edition:published"]
    assert edition.loc["beta", "count"].tolist() == [2, 0, 1] and edition.loc["alpha", "share"].isna().all()
    drawn = found.loc["terms_left_out"]
    assert (drawn["lowest"] <= drawn["share"]).all() and (drawn["share"] <= drawn["highest"]).all()
    row = table[(table["choice"] == "edition:published") & (table["city"] == "beta")]
    tau = kendall_tau(row["share"], row["base"])
    assert row["tau_codes"].tolist() == pytest.approx([tau] * 3, abs=EXACT)
    assert (found.loc["base", "tau_groups"].dropna() == 1).all()
    summary = compare.sensitivity_summary(table)
    largest = table[table["choice"] == "edition:published"]["difference"].abs().max()
    assert summary["choice"].tolist() == table["choice"].drop_duplicates().tolist()[1:]
    assert summary.set_index("choice").loc["edition:published", "city"] == "beta"
    assert abs(summary.set_index("choice").loc["edition:published", "difference"]) == largest


def test_sensitivity_without_dictionary_genres_or_texts() -> None:
    table = compare.sensitivity_table(SMALL, TEXTS, {"a-1": "alpha", "b-1": "beta"}, scheme="pathway")
    assert table["choice"].drop_duplicates().tolist() == ["base", "all_codes", "passages", "shares"]
    empty = compare.sensitivity_table(schema.frame("codes", []), TEXTS[:0], DOCUMENTS[:1])
    assert empty["share"].isna().all()
    assert compare.sensitivity_summary(empty)["difference"].isna().all()
    with pytest.raises(InputError, match="no probability"):
        compare.sensitivity_table(SMALL, TEXTS, DOCUMENTS, left_out=1.0)


# --- all --------------------------------------------------------------------------------------------------------


def test_empty_tables_have_their_columns() -> None:
    none, text = schema.frame("codes", []), schema.frame("passages", [])
    for documents in (DOCUMENTS, DOCUMENTS[:0]):
        assert compare.code_shares(none, documents)["share"].isna().all()
        assert compare.profile_distances(none, documents)["distance"].isna().all()
        assert compare.code_keyness(none, documents)["z"].isna().all()
        assert compare.term_dispersion(text, ["煤"], documents)["count"].sum() == 0
    assert compare.kwic(text, "煤").empty
    assert compare.frequent_terms(none).empty
    assert compare.profile_distances(none, DOCUMENTS[:1]).empty


def test_thirty_cities() -> None:
    table, documents = many(30, size=40)
    shares = compare.code_shares(table, documents, scheme="pathway", n=200)
    assert len(shares) == 150 and len(compare.profile_distances(table, documents, scheme="pathway")) == 435
    alone = compare.code_shares(table, documents.iloc[7:8], scheme="pathway", n=200)
    pd.testing.assert_frame_equal(shares.iloc[35:40].reset_index(drop=True), alone)


def test_nothing_that_is_given_is_changed(dictionary: Scheme) -> None:
    given = code_sentences(TEXTS, {"pathway": dictionary}), TEXTS.copy(), DOCUMENTS.copy()
    before = [table.copy() for table in given]
    compare.sensitivity_table(*given, scheme="pathway", dictionary=dictionary, draws=2)
    compare.share_change(given[0], given[2], "a-1", "b-1", scheme="pathway")
    compare.code_keyness(given[0], given[2], scheme="pathway")
    compare.kwic(given[1], "煤")
    for one, other in zip(before, given, strict=True):
        pd.testing.assert_frame_equal(one, other)


def digest() -> str:
    """SHA-256 of tables as CSV."""
    table, documents = many(3)
    tables = [
        compare.code_shares(table, documents, scheme="pathway"),
        compare.share_change(table, documents, "d-0", "d-1", scheme="pathway"),
        compare.code_keyness(table, documents, scheme="pathway"),
        compare.profile_distances(table, documents, scheme="pathway"),
        compare.sensitivity_table(table, TEXTS, documents, scheme="pathway"),
    ]
    return hashlib.sha256("".join(t.to_csv(index=False) for t in tables).encode()).hexdigest()


def test_tables_are_the_same_in_another_process() -> None:
    path = Path(__file__)
    run = subprocess.run(
        [sys.executable, "-c", f"import {path.stem}; print({path.stem}.digest())"],
        env=os.environ | {"PYTHONHASHSEED": "7", "PYTHONPATH": str(path.parent), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == digest()


def test_codes_count_by_their_share_of_a_sentence() -> None:
    rows = [("煤", 1, 1, "old", 0.75), ("煤", 1, 1, "new", 0.25), ("煤", 1, 2, "new", 1.0), ("煤", 2, 3, "old", 1.0)]
    names = ("evidence", "passage", "sentence", "code", "share")
    given = [{**dict(zip(names, row, strict=True)), "document": "d", "scheme": "pathway"} for row in rows]
    codes = schema.frame("codes", given)
    options = {"scheme": "pathway", "order": ["old", "new"], "count": "share"}
    table = compare.code_shares(codes, {"d": "city"}, **options)
    assert table["count"].tolist() == [1.75, 1.25] and table["total"].tolist() == [3, 3]
    assert table["share"].tolist() == pytest.approx([1.75 / 3, 1.25 / 3])
    # A passage counts once: the codes of the first have 0.75 and 1.25 of its two sentences.
    table = compare.code_shares(codes, {"d": "city"}, unit="passage", **options)
    assert table["count"].tolist() == [1.375, 0.625] and table["total"].tolist() == [2, 2]
