"""Statistics beside the texts, targets of city and province, and what a text takes over from its superior's."""

from __future__ import annotations

import math
from difflib import SequenceMatcher
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from test_panel import row, table

from analysis.compare import beside_outcomes, inheritance, inherited, read_outcomes, shared_strings, target_gaps
from analysis.extract.indicators import load_indicators
from analysis.project.errors import InputError

ENTRIES = load_indicators(ROOT / "data/reference/indicators.yml").by_key
CITIES = {
    "jia": {"name_zh": "甲市", "code": "990100", "province_zh": "丁省"},
    "yi": {"name_zh": "乙市", "code": "990200", "province_zh": "戊省"},
    "ding": {"name_zh": "丁省", "code": "990000", "level": "province"},
}
HEAD = "code,year,indicator,value,unit,source\n"


def texts(*rows: dict[str, Any]) -> Any:
    keys = list(dict.fromkeys((one["document"], one["city"]) for one in rows))
    listed = pd.DataFrame([(key, city, key[-4:]) for key, city in keys], columns=["document", "city", "date"])
    return SimpleNamespace(documents=listed, indicators=table(*rows), cities=CITIES)


def plan(city: str, value: float, constraint: str = "point", **more: Any) -> dict[str, Any]:
    return row(city, **{"value": value, "status": "planned", "period": "2026", "constraint": constraint, **more})


def statistics(tmp_path, *lines: str) -> pd.DataFrame:
    path = tmp_path / "statistics.csv"
    path.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    return read_outcomes(path, CITIES, ENTRIES)


def test_statistics_keep_their_rows(tmp_path):
    found = statistics(tmp_path, "990100,2026,gdp_growth,5.5,%,年鉴", "990200,2026,gdp_growth,-1,%,年鉴")
    assert found[["code", "year", "value"]].to_numpy().tolist() == [["990100", 2026, 5.5], ["990200", 2026, -1.0]]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("123456,2026,gdp_growth,5,%,年鉴", "no city of the corpus has the code '123456'"),
        ("990100,26,gdp_growth,5,%,年鉴", "'26' is no year"),
        ("990100,2026,gdp_grwth,5,%,年鉴", "did you mean 'gdp_growth'"),
        ("990100,2026,gdp_growth,five,%,年鉴", "'five' is no number"),
        ("990100,2026,gdp_growth,nan,%,年鉴", "'nan' is no number"),
        ("990100,2026,gdp,5,亿元,年鉴", "the unit of gdp is '元', not '亿元'"),
        ("990100,2026,gdp_growth,5,%,", "no source"),
        ("990100,2025,gdp_growth,5,%,年报", "stands in line 2, too"),
    ],
)
def test_what_is_wrong_with_a_line_is_told_with_its_number(tmp_path, line, told):
    with pytest.raises(InputError) as error:
        statistics(tmp_path, "990100,2025,gdp_growth,4,%,年鉴", line)
    assert told in str(error.value) and "statistics.csv:3: " in str(error.value)


def test_a_column_that_is_absent_is_told(tmp_path):
    path = tmp_path / "short.csv"
    path.write_text("code,year\n990100,2026\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"short\.csv:1: column 'indicator' is absent"):
        read_outcomes(path, CITIES, ENTRIES)


@pytest.mark.parametrize(
    ("more", "deviation", "kept"),
    [
        ({}, 0.5, None),
        ({"comparator": ">"}, 0.5, True),
        ({"comparator": "<"}, 0.5, False),
        ({"value": 6.0, "comparator": ">"}, -0.5, False),
        ({"value_max": 6.0}, 0.0, True),
        ({"value": 6.0, "value_max": 7.0}, -0.5, False),
    ],
)
def test_a_target_beside_its_outcome(tmp_path, more, deviation, kept):
    outcomes = statistics(tmp_path, "990100,2026,gdp_growth,5.5,%,年鉴")
    [found] = beside_outcomes(texts({**plan("jia", 5.0), **more}), outcomes).to_dict("records")
    assert found["deviation"] == deviation and found["outcome"] == 5.5
    assert pd.isna(found["kept"]) if kept is None else found["kept"] == kept


def test_claims_stand_beside_the_yearbook_and_other_years_and_places_beside_nothing(tmp_path):
    outcomes = statistics(tmp_path, "990100,2025,gdp_growth,4.75,%,年鉴")
    rows = [row("jia"), plan("jia", 5.0, start=4), row("yi"), row("jia", scope="county", start=8)]
    found = beside_outcomes(texts(*rows), outcomes, "achieved")
    assert found[["city", "year", "deviation"]].to_numpy().tolist() == [["jia", 2025, -0.25]]
    assert beside_outcomes(texts(*rows), outcomes).empty


def test_targets_of_a_city_against_its_province():
    found = target_gaps(texts(plan("jia", 6.5, "hard"), plan("yi", 9.0), plan("ding", 5.0, "soft")))
    [only] = found.to_dict("records")
    assert (only["city"], only["superior"], only["gap"], only["harder"]) == ("jia", "ding", 1.5, True)
    assert only["superior_document"] == "ding-2026"
    assert target_gaps(texts(plan("jia", 6.5), plan("ding", 5.0, period="2027"))).empty


def corpus(*bodies: str) -> Any:
    keys = [f"d{number}" for number in range(len(bodies))]
    passages = [
        {"document": key, "passage": 1, "kind": "body", "text": text} for key, text in zip(keys, bodies, strict=True)
    ]
    words = [
        (key, letter, text.count(letter))
        for key, text in zip(keys, bodies, strict=True)
        for letter in sorted(set(text))
    ]
    return SimpleNamespace(
        documents=pd.DataFrame({"document": keys, "city": keys}),
        passages=pd.DataFrame(passages),
        terms=pd.DataFrame(words, columns=["document", "term", "count"]),
    )


def test_containment_and_cosine_of_a_worked_example():
    """Of abcde and bcdx with three letters a run: bcd of bcd, cdx is shared; weights worked out by hand."""
    [found] = inheritance(corpus("abcde", "bcdx"), "d0", gram=3).to_dict("records")
    assert (found["grams"], found["shared"], found["containment"]) == (2, 1, 0.5)
    assert found["own_share"] == 0.25
    alone = math.log(3 / 2) + 1  # b, c and d stand in both texts and weigh 1; a, e and x in one
    expected = 3 / (math.sqrt(3 + 2 * alone**2) * math.sqrt(3 + alone**2))
    assert found["cosine"] == pytest.approx(expected, abs=1e-9)


def test_a_text_too_short_has_no_containment():
    [found] = inheritance(corpus("abcdefgh", "ab"), "d0", gram=3).to_dict("records")
    assert found["grams"] == 0 and math.isnan(found["containment"]) and found["own_share"] == 1


def test_a_shared_string_spans_punctuation_and_has_its_place_in_both():
    [found] = shared_strings(corpus("一二三四，五六七八。", "前面一二三四，五六七八后面"), "d0", least=4).to_dict(
        "records"
    )
    assert (found["text"], found["start"], found["end"], found["superior_start"]) == ("一二三四，五六七八", 2, 11, 0)


def test_a_string_counts_by_its_length_with_punctuation():
    above, own = "一二三四五六七八，九十百千万亿。", "又一二三四五六七八，九十百千万亿"
    assert shared_strings(corpus(above, own), "d0", least=15)["characters"].tolist() == [15]
    assert shared_strings(corpus(above, own), "d0", least=16).empty


@settings(max_examples=60, deadline=None)
@given(st.text("ab", max_size=24), st.text("ab", min_size=1, max_size=24))
def test_the_longest_shared_string_is_that_of_difflib(own: str, above: str) -> None:
    longest = SequenceMatcher(None, above, own, autojunk=False).find_longest_match().size
    found = shared_strings(corpus(above, own), "d0", least=2)
    assert (found["characters"].max() if len(found) else 0) == (longest if longest >= 2 else 0)
    for one in found.itertuples():
        place = one.superior_start
        assert own[one.start : one.end] == one.text == above[place : place + one.characters]


def test_an_unknown_superior_is_told():
    with pytest.raises(InputError, match="document"):
        inheritance(corpus("abc"), "nowhere")


def test_each_city_is_set_beside_its_own_province():
    found = corpus("abcdefghij", "abcdefghxy", "abcdefghij")
    found.documents = pd.DataFrame({"document": ["d0", "d1", "d2"], "city": ["ding", "jia", "yi"], "date": "2026"})
    found.cities = CITIES
    [only] = inherited(found).to_dict("records")
    assert (only["document"], only["superior"], only["shared"], only["grams"]) == ("d1", "d0", 1, 3)
    found.documents["date"] = ["2027", "2026", "2026"]
    assert inherited(found).empty  # the province's text came later
    found.cities = {}
    assert inherited(found).empty
