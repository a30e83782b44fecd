"""Measures against numbers worked out by hand."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from analysis import compare
from analysis.compare import intervals
from analysis.project import registry as schema

DOCUMENTS = pd.DataFrame({"document": ["a-1", "a-2", "b-1"], "city": ["alpha", "alpha", "beta"]})


@pytest.fixture(autouse=True)
def no_warnings() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def empty(table: str) -> pd.DataFrame:
    return schema.frame(table, [])


def codes(*rows: tuple[str, int, int, str], scheme: str = "theme") -> pd.DataFrame:
    names = ("document", "passage", "sentence", "code")
    return schema.frame(
        "codes", [{**dict(zip(names, r, strict=True)), "scheme": scheme, "share": 1.0, "evidence": "x"} for r in rows]
    )


def figure(document: str, passage: int, **more: object) -> dict[str, object]:
    row: dict[str, object] = {
        "document": document,
        "city": dict(zip(DOCUMENTS["document"], DOCUMENTS["city"], strict=True)).get(document, "gamma"),
        "passage": passage,
        "sentence": passage,
        "start": 0,
        "end": 2,
        "mention": "3家",
        "value": 3.0,
        "value_max": np.nan,
        "unit": "家",
        "value_si": np.nan,
        "unit_si": None,
        "comparator": "=",
        "measure": "level",
        "indicator": None,
        "period": None,
        "period_source": None,
        "status": None,
        "theme": "industry",
        "speaker": None,
    }
    return row | more


def figures(*rows: dict[str, object]) -> pd.DataFrame:
    return schema.frame("figures", [dict(row) for row in rows])


def passages(*rows: tuple[str, int, int], **more: object) -> pd.DataFrame:
    base = {"section": None, "speaker": None, "role": None, "kind": "body", "text": "文", "original": None}
    data = [{**base, "document": d, "passage": p, "characters": c, **more} for d, p, c in rows]
    return schema.frame("passages", data)


# --- bootstrap --------------------------------------------------------------------------------------------------


def share(sums: np.ndarray) -> np.ndarray:
    return sums[:, :1] / np.maximum(sums[:, 1:], 1)


def test_bootstrap_of_two_passages_is_the_known_distribution() -> None:
    # Draws of two passages out of one with and one without: 0, 1/2, 1 with probabilities 1/4, 1/2, 1/4.
    rows = np.array([[1.0, 1.0], [0.0, 1.0]])
    low, high = compare.bootstrap(rows, share)
    assert (low[0], high[0]) == (0.0, 1.0)
    low, high = compare.bootstrap(rows, share, level=0.4)
    assert (low[0], high[0]) == (0.5, 0.5)


def test_bootstrap_matches_the_normal_interval_on_many_passages() -> None:
    rows = np.column_stack([np.repeat([1.0, 0.0], [120, 280]), np.ones(400)])
    low, high = compare.bootstrap(rows, share)
    spread = 1.96 * math.sqrt(0.3 * 0.7 / 400)
    assert low[0] == pytest.approx(0.3 - spread, abs=0.006)
    assert high[0] == pytest.approx(0.3 + spread, abs=0.006)


def test_bootstrap_covers_the_truth_about_as_often_as_it_says() -> None:
    random = np.random.default_rng(1)
    hits = 0
    for trial in range(200):
        drawn = (random.random(60) < 0.3).astype(float)
        low, high = compare.bootstrap(np.column_stack([drawn, np.ones(60)]), share, n=400, stream=trial)
        hits += low[0] <= 0.3 <= high[0]
    assert 0.88 <= hits / 200 <= 0.99


def test_bootstrap_hangs_on_seed_and_stream_and_not_on_order_or_block(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(2)
    rows = np.column_stack([random.integers(0, 4, 30), random.integers(4, 9, 30)]).astype(float)
    first = np.array(compare.bootstrap(rows, share))
    assert np.array_equal(first, np.array(compare.bootstrap(rows[::-1], share)))
    assert not np.array_equal(first, np.array(compare.bootstrap(rows, share, seed=1)))
    assert not np.array_equal(first, np.array(compare.bootstrap(rows, share, stream="other")))
    monkeypatch.setattr(intervals, "BLOCK", 700)
    assert np.array_equal(first, np.array(compare.bootstrap(rows, share)))


# --- themes -----------------------------------------------------------------------------------------------------


def test_theme_shares_count_the_first_code_of_each_sentence() -> None:
    table = codes(
        ("a-1", 1, 1, "ecology"),
        ("a-1", 1, 1, "industry"),
        ("a-1", 1, 2, "industry"),
        ("a-1", 2, 3, "ecology"),
        ("a-2", 1, 1, "ecology"),
        ("b-1", 1, 1, "culture"),
    )
    result = compare.code_shares(table, DOCUMENTS).set_index(["city", "code"])
    assert result.index.get_level_values("code").tolist() == [*schema.THEMES] * 2
    ecology, industry = result.loc[("alpha", "ecology")], result.loc[("alpha", "industry")]
    assert (ecology["count"], ecology["total"], ecology["share"]) == (3, 4, 0.75)
    assert (industry["count"], industry["share"]) == (1, 0.25)
    assert ecology["low"] <= 0.75 <= ecology["high"]
    assert industry["low"] == pytest.approx(1 - ecology["high"])
    # Nothing has an exact interval over the three passages; one passage has none.
    assert result.loc[("alpha", "macro"), ["low", "high"]].tolist() == pytest.approx([0.0, 1 - 0.025 ** (1 / 3)])
    assert result.loc[("beta", "culture"), "share"] == 1.0
    assert result.loc["beta"][["low", "high"]].isna().all(axis=None)


def test_theme_shares_of_a_city_do_not_hang_on_other_cities() -> None:
    table = codes(*(("a-1", p, p, schema.THEMES[p % 3]) for p in range(1, 20)), ("b-1", 1, 1, "macro"))
    both = compare.code_shares(table, DOCUMENTS)
    alone = compare.code_shares(table, {"a-1": "alpha"})
    pd.testing.assert_frame_equal(both[both["city"] == "alpha"], alone)
    pd.testing.assert_frame_equal(both, compare.code_shares(table, DOCUMENTS))


def test_theme_shares_of_other_schemes_orders_and_groups() -> None:
    table = codes(("a-1", 1, 1, "new"), ("a-1", 1, 2, "old"), ("b-1", 1, 1, "old"), scheme="pathway")
    result = compare.code_shares(table, DOCUMENTS, by="document", scheme="pathway")
    assert result["code"].tolist() == ["new", "old"] * 3
    assert result["share"].tolist()[:2] == [0.5, 0.5]
    assert result["share"].isna().tolist()[2:4] == [True, True]
    part = compare.code_shares(table, DOCUMENTS, scheme="pathway", order=["old"])
    assert part.loc[0, ["count", "total"]].tolist() == [1, 2]


# --- figures ----------------------------------------------------------------------------------------------------


def test_figure_profile_of_known_counts() -> None:
    text = passages(("a-1", 1, 600), ("a-1", 2, 400), ("a-2", 1, 1000), ("b-1", 1, 500))
    found = figures(
        figure("a-1", 1, status="planned", period="2025"),
        figure("a-1", 1, start=5, status="achieved", period="2024"),
        figure("a-1", 2, status="achieved"),
        figure("a-2", 1),
    )
    result = compare.figure_profile(found, text, DOCUMENTS).set_index("city")
    alpha, beta = result.loc["alpha"], result.loc["beta"]
    assert alpha[["passages", "characters", "figures", "planned", "dated"]].tolist() == [3, 2000, 4, 1, 2]
    assert (alpha["per_1000"], alpha["planned_share"], alpha["dated_share"]) == (2.0, 0.25, 0.5)
    assert 0 < alpha["low"] < 2.0 < alpha["high"]
    assert 0 < alpha["planned_low"] < 0.25 < alpha["planned_high"] < 1
    assert beta[["figures", "per_1000"]].tolist() == [0, 0.0]
    assert beta[["low", "high", "planned_share", "dated_share", "planned_low", "dated_high"]].isna().all()


def test_theme_figures_have_every_theme_and_status() -> None:
    found = figures(
        figure("a-1", 1, status="achieved"),
        figure("a-1", 2, status="planned"),
        figure("a-2", 1, status=None),
        figure("b-1", 1, status="planned", theme="ecology"),
    )
    result = compare.theme_figures(found).set_index(["city", "code"])
    assert len(result) == 24
    assert result.loc[("alpha", "industry")].tolist() == [1, 1, 1, 3]
    assert result.loc[("beta", "industry")].tolist() == [0, 0, 0, 0]
    whole = compare.theme_figures(found, by=None).set_index("code")
    assert whole.loc["ecology"].tolist() == [0, 1, 0, 1]
    assert whole["figures"].sum() == 4


# --- wording ----------------------------------------------------------------------------------------------------


def terms(*rows: tuple[str, str, int]) -> pd.DataFrame:
    return schema.frame("terms", [dict(zip(("document", "term", "count"), row, strict=True)) for row in rows])


def test_g2_by_hand() -> None:
    # 10 of 100 against 30 of 100: expected 20, 20, 80, 80.
    by_hand = 2 * (10 * math.log(0.5) + 30 * math.log(1.5) + 90 * math.log(90 / 80) + 70 * math.log(70 / 80))
    assert compare.g2(10, 100, 30, 100) == pytest.approx(by_hand) == pytest.approx(12.9715, abs=1e-4)
    assert compare.g2(5, 50, 10, 100) == pytest.approx(0.0, abs=1e-12)
    assert compare.g2(0, 10, 5, 10) == pytest.approx(
        2 * (5 * math.log(2) + 10 * math.log(10 / 7.5) + 5 * math.log(5 / 7.5))
    )
    assert math.isnan(compare.g2(1, 10, 0, 0))
    assert compare.g2(np.array([10, 5]), 100, 30, 100).shape == (2,)


def test_keyness_by_hand() -> None:
    table = terms(("a-1", "煤", 4), ("a-2", "煤", 6), ("a-1", "硅", 90), ("b-1", "煤", 30), ("b-1", "硅", 70))
    result = compare.keyness(table, DOCUMENTS, prior=20.0).set_index(["city", "term"])
    coal = result.loc[("alpha", "煤")]
    # The corpus has 40 of 200 times 煤, so its prior count is 4 of 20.
    odds = math.log(14 / (120 - 14)) - math.log(34 / (120 - 34))
    assert coal["log_odds"] == pytest.approx(odds)
    assert coal["z"] == pytest.approx(odds / math.sqrt(1 / 14 + 1 / 34))
    assert coal["g2"] == pytest.approx(12.9715, abs=1e-4)
    assert coal[["count", "total", "other_count", "other_total"]].tolist() == [10, 100, 30, 100]
    assert coal[["rate_per_10000", "other_rate"]].tolist() == [1000.0, 3000.0]
    assert result.loc[("beta", "煤"), "z"] == pytest.approx(-coal["z"])
    assert result.index.tolist() == [("alpha", "硅"), ("alpha", "煤"), ("beta", "煤"), ("beta", "硅")]


def test_keyness_prior_from_another_corpus_and_rare_words() -> None:
    table = terms(("a-1", "煤", 10), ("a-1", "钼", 1), ("b-1", "煤", 5), ("b-1", "硅", 6))
    result = compare.keyness(table, DOCUMENTS, prior=pd.Series({"煤": 2.0, "硅": 1.0}))
    assert set(result["term"]) == {"煤", "硅"}
    coal = result.set_index(["city", "term"]).loc[("alpha", "煤")]
    expected = math.log(12 / (11 + 3.01 - 12)) - math.log(7 / (11 + 3.01 - 7))
    assert coal["log_odds"] == pytest.approx(expected)
    assert set(compare.keyness(table, DOCUMENTS, min_count=1)["term"]) == {"煤", "硅", "钼"}


def test_keyness_of_one_city_has_no_comparison() -> None:
    result = compare.keyness(terms(("a-1", "煤", 4), ("a-1", "硅", 2)), DOCUMENTS[:2])
    assert result["count"].tolist() == [4, 2]
    assert result[["log_odds", "z", "g2", "other_rate"]].isna().all(axis=None)


# --- time -------------------------------------------------------------------------------------------------------


def test_timeline_counts_equal_spans() -> None:
    found = figures(
        figure("b-1", 1, period="2021", status="achieved"),
        figure("b-1", 2, period="2021-H1", status="achieved"),
        figure("b-1", 3, period="../2025", status="planned"),
        figure("b-1", 4, period="2004/.."),
        figure("b-1", 5),
        figure("a-1", 1, period="2017/2021", theme="ecology"),
    )
    result = compare.timeline(found)
    assert result["document"].tolist() == ["b-1", "b-1", "b-1", "a-1"]
    assert result["figures"].tolist() == [1, 2, 1, 1]
    assert result["year_from"].fillna(0).tolist() == [2004, 2021, 0, 2017]
    assert result["year_to"].fillna(0).tolist() == [0, 2021, 2025, 2021]
    assert result["status"].isna().tolist() == [True, False, False, True]


# --- one document -----------------------------------------------------------------------------------------------


def test_headlines_rank_and_spread() -> None:
    text = pd.concat(
        [
            passages(("a-1", 1, 100), ("a-1", 2, 100), section="甲"),
            passages(("a-1", 3, 100), ("a-1", 4, 100), section="乙"),
            passages(("a-1", 5, 100), section="丙"),
        ],
        ignore_index=True,
    )
    found = figures(
        figure("a-1", 1, indicator="公园", value=3.0),
        figure("a-1", 1, start=5, indicator="茶厂总投资", value=12e9, unit="元", status="achieved"),
        figure("a-1", 1, start=9, indicator="茶厂总投资", value=11e9, unit="元", status="achieved"),
        figure("a-1", 2, indicator="绿化率", value=40.0, unit="%", measure="share", status="planned"),
        figure("a-1", 2, start=5, indicator="企业", value=1300.0),
        figure("a-1", 3, indicator=None, value=5e9, unit="元"),
        figure("a-1", 5, indicator="耕地面积", value=400.0, unit="亩", value_si=266666.0, unit_si="m²"),
    )
    result = compare.headlines(found, text, n=4)
    assert result["rank"].tolist() == [1, 2, 3, 4]
    # Two of the first section at most, its second 茶厂总投资 passed over, then the field, then the unnamed sum.
    assert result["indicator"].fillna("").tolist() == ["茶厂总投资", "绿化率", "耕地面积", ""]
    assert result["section"].tolist() == ["甲", "甲", "丙", "乙"]
    assert result["value"].iloc[0] == 12e9
    shuffled = found.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(result, compare.headlines(shuffled, text, n=4))


def test_a_sum_that_does_not_say_of_what_comes_behind_one_that_does() -> None:
    text = passages(("a-1", 1, 100))
    found = figures(
        figure("a-1", 1, indicator="总投资", value=12e9, unit="元"),
        figure("a-1", 1, start=5, indicator="茶厂总投资", value=2e8, unit="元"),
        figure("a-1", 1, start=9, indicator="茶厂用工", value=2e8, unit="元"),
    )
    result = compare.headlines(found, text, n=2)
    # The second names another thing, but the value has been told.
    assert result["indicator"].tolist() == ["茶厂总投资", "总投资"]


def test_headlines_fill_the_list_without_sections() -> None:
    text = passages(("a-1", 1, 100))
    found = figures(*(figure("a-1", 1, start=i, indicator="企业", status="achieved") for i in range(6)))
    assert len(compare.headlines(found, text, n=5)) == 5
    assert len(compare.headlines(found, text, n=12)) == 6


def test_section_profile_counts_questions_with_their_answers() -> None:
    rows = [
        (1, "总体", None, "heading", 4),
        (2, "总体", "市长", "body", 100),
        (3, "问一", "记者", "question", 20),
        (4, "问一", "局长", "answer", 80),
        (5, "问一", "局长", "answer", 60),
        (6, None, None, "body", 10),
    ]
    names = ("passage", "section", "speaker", "kind", "characters")
    data = [
        {**dict(zip(names, r, strict=True)), "document": "a-1", "role": None, "text": "文", "original": None}
        for r in rows
    ]
    found = figures(figure("a-1", 2, status="planned"), figure("a-1", 4), figure("a-1", 5, status="achieved"))
    result = compare.section_profile(schema.frame("passages", data).iloc[::-1], found)
    assert result["section"].fillna("").tolist() == ["总体", "问一", ""]
    assert result["speaker"].fillna("").tolist() == ["市长", "局长", ""]
    assert result[["passages", "characters", "figures", "planned"]].to_numpy().tolist() == [
        [2, 104, 1, 1],
        [3, 160, 2, 0],
        [1, 10, 0, 0],
    ]


# --- edges ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("documents", [DOCUMENTS, DOCUMENTS[:0], DOCUMENTS[:1], {"a-1": "alpha"}, {}])
def test_empty_tables_have_the_columns_of_full_ones(documents: compare.Documents) -> None:
    groups = len(set(documents["city"] if isinstance(documents, pd.DataFrame) else documents.values()))
    shares = compare.code_shares(empty("codes"), documents)
    profile = compare.figure_profile(empty("figures"), empty("passages"), documents)
    assert (len(shares), len(profile)) == (12 * groups, groups)
    assert shares["share"].isna().all() and profile["per_1000"].isna().all()
    assert list(compare.keyness(empty("terms"), documents).columns[:2]) == ["city", "term"]


def test_empty_documents() -> None:
    assert compare.theme_figures(empty("figures")).empty
    assert compare.theme_figures(empty("figures"), by=None)["figures"].tolist() == [0] * 12
    assert list(compare.timeline(empty("figures"))) == [
        "document",
        "year_from",
        "year_to",
        "status",
        "theme",
        "figures",
    ]
    assert compare.headlines(empty("figures"), empty("passages")).empty
    assert compare.section_profile(empty("passages"), empty("figures")).empty
    text = passages(("a-1", 1, 50), ("b-1", 1, 50))
    assert compare.section_profile(text[:1], empty("figures"))["figures"].tolist() == [0]
    assert compare.figure_profile(empty("figures"), text, DOCUMENTS)["per_1000"].tolist() == [0.0, 0.0]


def test_nothing_that_is_given_is_changed() -> None:
    found, text = figures(figure("a-1", 1, period="2021")), passages(("a-1", 1, 50))
    before = found.copy(), text.copy(), DOCUMENTS.copy()
    compare.figure_profile(found, text, DOCUMENTS)
    compare.headlines(found, text)
    compare.timeline(found)
    compare.section_profile(text, found)
    compare.theme_figures(found)
    for one, other in zip(before, (found, text, DOCUMENTS), strict=True):
        pd.testing.assert_frame_equal(one, other)


def test_what_one_answer_alone_carries_is_no_finding(small_project):
    passages, codes = [], []
    number = 0
    for city, answers in (
        ("aa", (["culture"] * 12, ["industry"] * 10, ["industry"] * 10)),
        ("bb", (["industry"] * 16, ["urban"] * 16)),
    ):
        at = 0
        for said in answers:
            at += 1
            passages.append({"document": city, "passage": at, "kind": "question"})
            for code in said:
                at, number = at + 1, number + 1
                passages.append({"document": city, "passage": at, "kind": "answer"})
                codes.append(
                    {
                        "document": city,
                        "passage": at,
                        "sentence": number,
                        "scheme": "theme",
                        "code": code,
                        "evidence": "茶",
                    }
                )
    from types import SimpleNamespace

    texts = SimpleNamespace(
        passages=pd.DataFrame(passages),
        codes=pd.DataFrame(codes),
        documents=pd.DataFrame({"document": ["aa", "bb"], "city": ["aa", "bb"]}),
        groups={},
    )
    from analysis.compare.differences import _without_one_answer

    assert _without_one_answer(texts, "theme", "aa", "culture") == 0.0
    assert _without_one_answer(texts, "theme", "aa", "industry") == 10 / 22
