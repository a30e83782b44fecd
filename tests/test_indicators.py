"""Indicators: what names them, scope, constraint, duplicates, the dictionary's errors, and the bars on shared texts."""

from __future__ import annotations

import csv
import math
from functools import lru_cache
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.extract.coding import load_scheme
from analysis.extract.figures import tabulate
from analysis.extract.figures.units import plain_unit, read_units
from analysis.extract.indicators import Indicators, harmonise, load_indicators
from analysis.project import registry as schema
from analysis.project.errors import InputError
from analysis.project.folders import Project
from analysis.texts.cities import read_cities
from analysis.texts.clean import clean
from analysis.texts.dates import text_date
from analysis.texts.sources import read_any, read_sources

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "data/reference"
GOLD = ROOT / "tests/gold"
UNITS, SCHEME = read_units(REFERENCE / "units.csv"), load_scheme(REFERENCE / "themes.yml")
DESIGN = (
    *("gdp", "gdp_growth", "industrial_value_added_growth", "fixed_asset_investment_growth"),
    *("retail_sales_growth", "budget_revenue_growth", "foreign_trade_growth", "urban_income_growth"),
    *("rural_income_growth", "urban_unemployment_rate", "urban_new_jobs", "cpi_change"),
    *("rd_spending_growth", "high_tech_enterprises", "technology_smes", "innovation_platforms"),
    *("technology_contract_value", "above_scale_enterprises", "market_entities", "project_number"),
    *("project_investment", "signed_investment", "tax_relief", "afforestation_area"),
    *("mine_restoration_area", "good_air_days_share", "green_coverage_share", "housing_renewal_units"),
    *("livelihood_spending_share", "poverty_exits", "grain_output", "high_standard_farmland_area"),
    *(
        "base_stations_5g",
        "hospital_beds",
        "elderly_care_facilities",
        "loans_balance",
    ),
)


@lru_cache(maxsize=1)
def dictionary() -> Indicators:
    return load_indicators(REFERENCE / "indicators.yml", {plain_unit(unit) for unit in UNITS.rows})


def table(text: str, date: str | None = "2026-01", genre: str | None = None, names=(), document="x", city="x"):
    """The table `indicators` of a text, by the whole way."""
    passages, _ = clean(text, document)
    figures = tabulate(passages, document=document, city=city, date=date, genre=genre, units=UNITS, scheme=SCHEME)
    return harmonise(figures, passages, document=document, city=city, indicators=dictionary(), names=names)


CITY_REPORT = "白桦市2026年政府工作报告\n一、2025年工作回顾\n{review}\n二、2026年工作安排\n{plan}\n"


def plan(sentence: str, place: str = "白桦市") -> list[dict]:
    """The rows of a sentence in the plan of 2026 of a work report."""
    return table(CITY_REPORT.format(review="全市上下齐心。", plan=sentence), names=[place]).to_dict("records")


def review(sentence: str, place: str = "白桦市") -> list[dict]:
    return table(CITY_REPORT.format(review=sentence, plan="全市上下齐心。"), names=[place]).to_dict("records")


def keys(rows: list[dict]) -> list[tuple[str, float]]:
    return [(row["indicator"], row["value"]) for row in rows]


# ---------------------------------------------------------------------------------------------------------- what it is


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("地区生产总值增长6%左右。", [("gdp_growth", 6)]),
        ("全市生产总值（GDP）增长6%左右。", [("gdp_growth", 6)]),
        ("GDP增速保持在5%以上。", [("gdp_growth", 5)]),
        ("经济增速6%左右。", [("gdp_growth", 6)]),
        ("经济增长的预期目标设定在5%左右。", [("gdp_growth", 5)]),
        ("地区生产总值按增长5%安排。", [("gdp_growth", 5)]),
        ("地区生产总值增长与全国同步，保持在4.5%—5%区间。", [("gdp_growth", 4.5)]),
        ("地区生产总值达到820亿元、增长6.5%。", [("gdp", 8.2e10), ("gdp_growth", 6.5)]),
        ("地区生产总值达820亿元、稳居全省前五名、增长6.5%。", [("gdp", 8.2e10), ("gdp_growth", 6.5)]),
        ("一般公共预算收入按可比口径计算，年内增长4%。", [("budget_revenue_growth", 4)]),
        ("地方一般公共预算收入与经济增长基本同步，增长4%左右。", [("budget_revenue_growth", 4)]),
        ("城镇调查失业率控制在5.5%以内。", [("urban_unemployment_rate", 5.5)]),
        (
            "登记失业率和调查失业率分别控制在3.5%、5.5%以内。",
            [("registered_unemployment_rate", 3.5), ("urban_unemployment_rate", 5.5)],
        ),
        (
            "城乡居民人均可支配收入分别增长5%和6.5%。",
            [("urban_income_growth", 5), ("rural_income_growth", 6.5)],
        ),
        (
            "城镇、农村居民人均可支配收入分别增长5%、6.5%。",
            [("urban_income_growth", 5), ("rural_income_growth", 6.5)],
        ),
        ("居民消费价格涨幅2%左右。", [("cpi_change", 2)]),
        (
            "城镇居民和农村居民人均可支配收入达到3.1万元和1.9万元，增长6.4%和7.9%。",
            [
                ("urban_income", 31000),
                ("rural_income", 19000),
                ("urban_income_growth", 6.4),
                ("rural_income_growth", 7.9),
            ],
        ),
        (
            "城乡居民人均可支配收入分别达到3.2万元和1.8万元，分别增长5.1%和6.7%。",
            [
                ("urban_income", 32000),
                ("rural_income", 18000),
                ("urban_income_growth", 5.1),
                ("rural_income_growth", 6.7),
            ],
        ),
        (
            "城镇居民人均可支配收入32000元，扣除物价因素，实际增长4.2%。",
            [("urban_income", 32000), ("urban_income_growth", 4.2)],
        ),
        (
            "地区生产总值首次突破千亿元大关，达到1022亿元，居全省第4位，增长6.3%。",
            [("gdp", 1e11), ("gdp", 1.022e11), ("gdp_growth", 6.3)],
        ),
        ("居民消费价格指数为100.7%。", [("cpi_change", 0.7)]),
        ("居民消费价格总指数为98.6%。", [("cpi_change", -1.4)]),
        ("居民消费价格指数为101.9，茶园面积5万亩。", [("cpi_change", 1.9)]),
        ("粮食零售价格指数为101.2。", []),
        ("粮食零售价格指数为101.2%。", []),
        (
            "进出口贸易总值120亿元，增长30%。其中，出口70亿元，增长12%；进口50亿元，下降3%。",
            [
                ("foreign_trade", 1.2e10),
                ("foreign_trade_growth", 30),
                ("exports", 7e9),
                ("exports_growth", 12),
                ("imports", 5e9),
                ("imports_growth", -3),
            ],
        ),
        ("支持出口企业45家。", []),
        ("与周边国家进出口贸易额突破3亿元。", []),
        ("规模以上工业增加值达到62亿元。", [("industrial_value_added", 6.2e9)]),
        ("农林牧渔业增加值增长4.1%。", [("agriculture_value_added_growth", 4.1)]),
        ("新增41户国家科技型中小企业、9户省级“专精特新”中小企业。", [("new_technology_smes", 41)]),
        (
            "新增高新技术企业12家、规上工业企业30家。",
            [("new_high_tech_enterprises", 12), ("new_above_scale_enterprises", 30)],
        ),
        ("全市森林覆盖率提高到31.5%。", [("forest_coverage_share", 31.5)]),
        ("年末金融机构存款余额1970亿元，比年初增加266亿元。", [("deposits_balance", 1.97e11)]),
        ("原煤产量8500万吨。", [("coal_output", 8.5e7)]),
        ("采矿业增加值下降6%。", [("mining_value_added_growth", -6)]),
        ("采矿业增加值增长-6%。", [("mining_value_added_growth", -6)]),
        ("采矿业增加值增速为负6.5%。", [("mining_value_added_growth", -6.5)]),
        ("绿色矿山达到36家。", [("green_mines", 36)]),
        ("新建绿色矿山36家。", []),
        ("民间投资增长8%，工业投资增长11%。", [("private_investment_growth", 8), ("industrial_investment_growth", 11)]),
        ("社会消费品零售总额175亿元，增长8.3%。", [("retail_sales", 1.75e10), ("retail_sales_growth", 8.3)]),
        (
            "固定资产投资完成152.2亿元，增长7.3%。",
            [("fixed_asset_investment", 1.522e10), ("fixed_asset_investment_growth", 7.3)],
        ),
        ("城镇新增就业2.6万人以上。", [("urban_new_jobs", 26000)]),
        ("高新技术企业达到96家。", [("high_tech_enterprises", 96)]),
        ("新增高新技术企业12家。", [("new_high_tech_enterprises", 12)]),
        ("推动96家高新技术企业上云。", []),
        ("技术合同登记60项，成交额突破7亿元。", [("technology_contract_value", 7e8)]),
        ("农产品展销会成交额突破7亿元。", []),
        ("建成高标准农田累计达到31万亩。", [("high_standard_farmland_area", 310000)]),
        ("新建8万亩高标准农田。", [("new_high_standard_farmland_area", 80000)]),
        ("每千人拥有的床位达8.6张。", [("hospital_beds_per_thousand", 8.6)]),
        ("PM2.5平均浓度降到27微克/立方米。", [("pm25_concentration", 27)]),
    ],
)
def test_what_a_number_measures(sentence, found):
    assert keys(plan(sentence)) == found


@pytest.mark.parametrize(
    "sentence",
    [
        "数字经济核心产业增加值占地区生产总值比重达到12%。",
        "人均地区生产总值增长5.2%。",
        "万元地区生产总值用水量下降4%。",
        "海洋经济增长9%。",
        "旅游业对经济增长的贡献率达到18%。",
        "生产总值超百亿元的县达到3个。",
        "全部工业增加值占地区生产总值的33%。",
        "城镇调查失业率低于全国平均0.3个百分点。",
        "软件和信息技术服务业增加值增长12%。",
        "固定资产投资5000万元以上的工厂开工40个。",
        "地区生产总值增长600%。",  # not plausible
        "亩产粮食920公斤。",
    ],
)
def test_what_only_looks_like_an_indicator(sentence):
    assert keys(plan(sentence)) == []


def test_one_unit_for_each_indicator_and_a_sign_for_growth():
    rows = review(
        "粮食产量84.6亿斤。造林2公里。造林面积300公顷。固定资产投资下降3.5%。CPI微降0.1%。货物进出口总额3亿美元。"
    )
    assert [(row["indicator"], row["value"], row["unit"]) for row in rows] == [
        ("grain_output", 4.23e6, "吨"),
        ("afforestation_area", 4500, "亩"),
        ("fixed_asset_investment_growth", -3.5, "%"),
        ("cpi_change", -0.1, "%"),
    ]


def test_a_decrease_turns_range_and_bound():
    rows = plan("单位地区生产总值能耗下降3%以上。万元GDP能耗下降2%—3%。")
    assert [(row["value"], row["comparator"]) for row in rows] == [(-3, "<"), (-3, "=")]
    assert rows[1]["value_max"] == -2


# ----------------------------------------------------------------------------------------------------------------- time


def test_an_average_of_years_is_not_the_year():
    rows = plan("“十五五”时期地区生产总值年均增长5%左右，其中2026年增长5.5%左右。")
    assert [(row["period"], row["value"], row["representative"]) for row in rows] == [
        ("2026/2030", 5, True),
        ("2026", 5.5, True),
    ]


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("2021—2025年，地区生产总值增长31%。", []),  # the sum of five years is no yearly rate
        ("2021—2025年，地区生产总值年均增长5.6%。", [("gdp_growth", 5.6)]),
        ("2021—2025年，城镇新增就业年均4万人。", []),  # over a span the sum counts
        ("2021—2025年，城镇新增就业20万人。", [("urban_new_jobs", 2e5)]),
        ("2025年，地区生产总值比2020年增长31%。", []),
        ("2025年，地区生产总值比2024年增长6%。", [("gdp_growth", 6)]),
        ("2025年，常住人口城镇化率由61%提高到63%。", [("urbanisation_rate", 63)]),  # the value to start from
    ],
)
def test_time_must_fit(sentence, found):
    assert keys(review(sentence)) == found


# ---------------------------------------------------------------------------------------------------------------- scope


@pytest.mark.parametrize(
    ("sentence", "scope"),
    [
        ("地区生产总值增长6%。", "self"),
        ("全市地区生产总值增长6%。", "self"),
        ("白桦市地区生产总值增长6%。", "self"),
        ("我市一般公共预算收入增长6%。", "self"),
        ("全省地区生产总值增长6%。", "province"),
        ("全国经济增长5%。", "country"),
        ("国家提出经济增长5%的预期目标。", "country"),
        ("青禾县地区生产总值增长8%。", "county"),
        ("各县区固定资产投资增长8%。", "county"),
        ("高新区固定资产投资增长8%。", "other"),
        ("制造业固定资产投资增长8%。", "sector"),
        ("市属企业完成设备投资30亿元、研发投入8.5亿元，分别增长9%、12%。", "sector"),
        ("高新区完成固定资产投资30亿元，增长12%。", "other"),
        ("一般公共预算收入65亿元，居全省第4位，增长8%。", "self"),
        ("固定资产投资增速高于全省2个百分点，增长9%。", "self"),
        ("装备制造业固定资产投资增长8%。", "sector"),
        ("北京地区生产总值增长5.4%。", "province"),
    ],
)
def test_scope_in_a_citys_text(sentence, scope):
    assert {row["scope"] for row in review(sentence)} == {scope}


@pytest.mark.parametrize(
    ("sentence", "scope"),
    [
        ("全省生产总值增长6%。", "self"),
        ("我省一般公共预算收入增长6%。", "self"),
        ("青禾县地区生产总值增长8%。", "county"),
        ("白桦市固定资产投资增长8%。", "other"),
        ("全国经济增长5%。", "country"),
    ],
)
def test_scope_in_a_provinces_text(sentence, scope):
    assert [row["scope"] for row in review(sentence, "云江省")] == [scope]


@pytest.mark.parametrize("word", ["省", "区", "市", "县"])
def test_without_a_name_the_text_tells_its_own_place(word):
    text = f"过去一年，全{word}上下齐心，我{word}经济向好。全{word}地区生产总值增长6%。"
    assert table(text)["scope"].tolist() == ["self"]


def test_scope_goes_on_in_a_list_and_ends_with_it():
    rows = plan("全国经济增长5%左右，城镇新增就业1200万人以上。全市地区生产总值增长6%左右。")
    assert [row["scope"] for row in rows] == ["country", "country", "self"]
    rows = plan("青禾县地区生产总值增长8%、固定资产投资增长9%，一般公共预算收入增长5%。")
    assert [row["scope"] for row in rows] == ["county", "county", "self"]


def test_a_national_figure_beside_the_own_one_is_kept_apart():
    rows = plan("国家提出今年经济增长4.5%—5%的预期目标，我市地区生产总值增长5.5%左右。")
    assert [(row["scope"], row["value"], row["representative"]) for row in rows] == [
        ("country", 4.5, True),
        ("self", 5.5, True),
    ]


# ----------------------------------------------------------------------------------------------------------- constraint


@pytest.mark.parametrize(
    ("words", "constraint"),
    [
        ("增长6%以上", "hard"),
        ("增长不低于6%", "hard"),
        ("增速高于6%", "hard"),
        ("增长6%左右", "soft"),
        ("增长约6%", "soft"),
        ("增长5.5%—6%", "range"),
        ("增长5.5%到6%", "range"),
        ("增长6%", "point"),
        ("力争增长6%", "point"),
        ("增长6%、在实际工作中争取更好结果", "point"),
    ],
)
def test_constraint_of_a_target(words, constraint):
    assert [row["constraint"] for row in plan(f"今年预期目标是：地区生产总值{words}。")] == [constraint]


@pytest.mark.parametrize(
    ("sentence", "constraint"),
    [
        ("确保地区生产总值增长6%。", "hard"),
        ("确保地区生产总值增长6%左右。", "soft"),
        ("城镇调查失业率控制在5.5%以内。", "hard"),
        ("城镇调查失业率不超过5.5%。", "hard"),
        ("城镇调查失业率控制在5.5%。", "point"),
        ("城镇调查失业率控制在5.5%左右。", "soft"),
    ],
)
def test_constraint_by_the_words_around(sentence, constraint):
    assert [row["constraint"] for row in plan(sentence)] == [constraint]


def test_what_is_reported_has_no_constraint():
    assert [pd.isna(row["constraint"]) for row in review("城镇新增就业2万人以上。")] == [True]


# ----------------------------------------------------------------------------------------------------------- duplicates


@pytest.mark.parametrize(
    ("sentences", "reasons"),
    [
        ("地区生产总值增长6%。", ["only*"]),
        ("地区生产总值增长6%。会议再次强调，地区生产总值增长6%。", ["first*", "repeated"]),
        ("城镇新增就业超过2万人。城镇新增就业2.3万人。", ["rounded", "exact*"]),
        ("城镇新增就业2.3万人。城镇新增就业2.31万人。", ["rounded", "more_precise*"]),
        ("城镇新增就业2.3万人。城镇新增就业2.5万人。", ["first*", "differs"]),
        ("省级创新平台20个。创新平台45个。", ["differs", "unrestricted*"]),
    ],
)
def test_one_row_stands_for_what_is_reported(sentences, reasons):
    assert [row["reason"] + "*" * row["representative"] for row in review(sentences)] == reasons


@pytest.mark.parametrize(
    ("sentences", "reasons"),
    [
        ("城镇新增就业2万人。主要预期目标是：城镇新增就业2.2万人。", ["differs", "main_targets*"]),
        ("今年确保地区生产总值增长5%、力争5.5%。", ["firm*", "differs"]),
        ("今年地区生产总值增长5%左右，力争5.5%。", ["firm*", "differs"]),
    ],
)
def test_one_row_stands_for_what_is_promised(sentences, reasons):
    assert [row["reason"] + "*" * row["representative"] for row in plan(sentences)] == reasons


# ----------------------------------------------------------------------------------------------------------- properties

PIECES = (
    *("地区生产总值", "增长", "下降", "5%", "5%左右", "6.5%以上", "4%—5%", "，", "、", "。", "；", "全市"),
    *("全省", "全国", "青禾县", "年均", "分别", "城乡居民人均可支配收入", "城镇新增就业", "2万人", "超过"),
    *("力争", "确保", "由", "提高到", "高新技术企业", "45家", "达到", "新增", "（", "）", "“", "”"),
    *("2025年", "“十五五”时期", "占", "人均", "目标是：", "一般公共预算收入", "300亿元", "和", "的", "#"),
    *(
        "粮食产量",
        "亿斤",
    ),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=60))
def test_any_text_gives_a_table_in_order(pieces):
    text = "".join(pieces)
    passages, _ = clean(text, "x")
    figures = tabulate(passages, document="x", city="x", date="2026", genre=None, units=UNITS, scheme=SCHEME)
    found = harmonise(figures, passages, document="x", city="x", indicators=dictionary())
    assert schema.problems("indicators", found) == []
    texts = dict(zip(passages["passage"], passages["text"], strict=True))
    for row in found.itertuples():
        indicator = dictionary().by_key[row.indicator]
        assert texts[row.passage][row.start : row.end] == row.mention
        assert indicator.minimum <= row.value <= indicator.maximum and row.unit == indicator.unit
        assert row.reason in schema.TABLES["indicators"].column("reason").allowed
        assert (row.status == "planned") == (row.constraint is not pd.NA)
    groups = found.groupby(["indicator", "period", "status", "scope"], dropna=False)["representative"]
    assert (groups.sum() == 1).all()


def test_a_table_without_rows_has_the_columns():
    assert table("山里下了雨。").columns.tolist() == schema.TABLES["indicators"].names


def test_long_runs_of_filling_words_take_no_time():
    """Words that can be cut in many ways do not make the expressions try them all."""
    text = ("地区生产总值" + "增长到达到实现" * 8 + "占5%。") * 300
    passages, _ = clean(text, "x")
    figures = tabulate(passages, document="x", city="x", date="2026", genre=None, units=UNITS, scheme=SCHEME)
    found = harmonise(figures, passages, document="x", city="x", indicators=dictionary())
    assert len(figures) == 300 and len(found) == 0


# ----------------------------------------------------------------------------------------------------------- dictionary


def test_the_dictionary_holds_the_indicators_that_are_promised():
    found = list(dictionary().by_key)
    assert set(DESIGN) <= set(found)
    for entry in dictionary().by_key.values():
        assert entry.name("en").isascii() and not entry.name("zh").isascii()


ENTRY = """gdp:
  name_en: Output
  name_zh: 产出
  unit: 元
  theme: macro
  kind: stock
  terms: [产出]
  min: 1
  max: 10
"""


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("gdp:", "GDP!:", 1, "GDP!: is no key"),
        ("theme: macro", "theme: marco", 5, "unknown 'marco', did you mean 'macro'?"),
        ("kind: stock", "kind: stok", 6, "unknown 'stok', did you mean 'stock'?"),
        ("kind: stock", "knd: stock", 6, "unknown key 'knd', did you mean 'kind'?"),
        ("  kind: stock\n", "", 1, "kind is absent"),
        ("unit: 元", "unit: 圆", 4, "no figure has the unit '圆'"),
        ("unit: 元", "unit: 元\n  units: {亩: 0}", 5, "is not above 0"),
        ("unit: 元", "unit: 元\n  units: {元: 2}", 5, "is the unit itself"),
        ("unit: 元", "unit: 元\n  units: {亩: x}", 5, "'x' is no number"),
        ("min: 1", "min: 11", 8, "min 11 is not below max 10"),
        ("max: 10", "max: ten", 9, "'ten' is no number"),
        ("terms: [产出]", "terms: []", 7, "terms holds no word"),
        ("terms: [产出]", "terms: 产出", 7, "terms is no list"),
        ("terms: [产出]", "terms: [产出, 产出]", 7, "'产出' stands twice"),
        (
            "terms: [产出]",
            "terms: [{term: 产出, not_afer: [人均]}]",
            7,
            "unknown key 'not_afer', did you mean 'not_after'?",
        ),
        ("terms: [产出]", "terms: [{not_after: [人均]}]", 7, "term is absent"),
        ("terms: [产出]", "terms: [{term: 产出, not_after: 人均}]", 7, "not_after is no list"),
        ("terms: [产出]", "terms: [{term: 产出, alone: perhaps}]", 7, "'perhaps' is neither true nor false"),
        ("terms: [产出]", "terms: [{term: 产出, nth: 0}]", 7, "'0' is not 1 or more"),
        ("name_en: Output", "name_en: ''", 2, "name_en is empty"),
        ("name_en: Output", "name_en: Output\n  name_en: Output", 3, "'name_en' is already in line 2"),
        ("  max: 10\n", "  max: 10\n  measures: [levl]\n", 10, "unknown 'levl', did you mean 'level'?"),
        ("  max: 10\n", "  max: 10\n" + ENTRY, 10, "'gdp' is already in line 1"),
        ("  max: 10\n", "  max: 10\n" + ENTRY.replace("gdp", "gdp_too"), 10, "term '产出' always goes to gdp"),
        ("terms: [产出]", "terms: [产出", 8, "is not valid YAML"),
        (ENTRY, "", None, "the file is no mapping"),
        (ENTRY, "gdp: 5\n", 1, "gdp is no mapping"),
    ],
)
def test_errors_name_line_and_cure(tmp_path, old, new, line, says):
    path = tmp_path / "indicators.yml"
    path.write_text(ENTRY.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_indicators(path, ["元", "亩"])
    assert says in caught.value.problem and caught.value.cure
    assert caught.value.line == line
    assert "\n" not in str(caught.value)


def test_errors_of_the_file_itself(tmp_path):
    with pytest.raises(InputError, match="no such dictionary"):
        load_indicators(tmp_path / "none.yml")
    path = tmp_path / "gb.yml"
    path.write_bytes(ENTRY.encode("gb18030"))
    with pytest.raises(InputError, match="not UTF-8"):
        load_indicators(path)


def test_an_indicator_of_ones_own(tmp_path):
    path = tmp_path / "indicators.yml"
    path.write_text(
        ENTRY.replace("产出", "茶产量").replace("元", "吨").replace("max: 10", "max: 1.0e+6"), encoding="utf-8"
    )
    own = load_indicators(path, ["吨"])
    passages, _ = clean("2025年，茶产量1.2万吨。", "x")
    figures = tabulate(passages, document="x", city="x", date="2026", genre=None, units=UNITS, scheme=SCHEME)
    found = harmonise(figures, passages, document="x", city="x", indicators=own)
    assert keys(found.to_dict("records")) == [("gdp", 12000)]


# ----------------------------------------------------------------------------------------------------------------- bars


def targets(folder: Path, gold: list[dict[str, str]]) -> list[str]:
    """The gold targets of 2026 that the table does not hold as its one representative row, in words."""
    tables: dict[str, pd.DataFrame] = {}
    wrong = []
    for row in gold:
        name = row["document"]
        if name not in tables:
            text = read_any(folder / f"{name}.txt").text
            tables[name] = table(text, date=text_date(text) or "2026-01", document=name, city="")
        found = tables[name]
        found = found[
            (found["indicator"] == row["indicator"])
            & (found["period"] == "2026")
            & (found["status"] == "planned")
            & (found["scope"] == "self")
            & found["representative"]
        ]
        got = [
            (f"{value:g}", "" if math.isnan(upper) else f"{upper:g}", comparator)
            for value, upper, comparator in zip(found["value"], found["value_max"], found["comparator"], strict=True)
        ]
        want = [(f"{float(row['value']):g}", row["value_max"], row["comparator"])] if row["value"] else []
        if got != want:
            wrong.append(f"{name} {row['indicator']}: {want} is {got}")
    return wrong


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def test_growth_targets_of_the_provinces(shared):
    gold = [{**row, "indicator": "gdp_growth"} for row in rows_of(shared / "gold/gdp-targets-2026.csv")]
    assert len(gold) >= 16
    assert targets(shared / "corpora/provincial-2026", gold) == []


def test_other_targets_of_the_provinces(shared):
    gold = rows_of(GOLD / "targets-2026.csv")
    assert len(gold) == 64
    wrong = targets(shared / "corpora/provincial-2026", gold)
    assert len(wrong) / len(gold) <= 0.03, wrong


def test_the_indicators_of_the_digests():
    """Every cell as it was judged by reading; a changed cell must be read and judged anew."""
    gold = rows_of(GOLD / "indicators.csv")
    assert sum(row["verdict"] == "right" for row in gold) / len(gold) >= 0.97
    project = Project(ROOT)
    cities, columns = read_cities(project), [name for name in gold[0] if name not in ("edition", "verdict")]
    found = []
    for source in read_sources(project).itertuples():
        city = cities[source.city]
        text = read_any(ROOT / f"data/raw/{source.document}.txt").text
        rows = table(
            text,
            date=source.date,
            genre=source.genre,
            names=[city["name_zh"], *city["aliases"]],
            document=source.document,
            city=source.city,
        )
        for row in rows[columns].itertuples(index=False):
            cells = ("" if pd.isna(v) else f"{v:.12g}" if isinstance(v, float) else str(v) for v in row)
            found.append([cell.lower() if cell in ("True", "False") else cell for cell in cells])
    assert found == [[row[name] for name in columns] for row in gold]
