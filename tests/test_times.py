"""Time as discourse: what sets, keeps and ends the current time, on own texts of many styles and on each class alone.

tests/gold/times holds invented texts with marks `{mention|period|status}`: `null` is no period, ` or ` joins periods
that are equally good, the status is achieved where none is given. They were marked before any rule met them.
"""

from __future__ import annotations

import json
import re

import pandas as pd
import pytest
from conftest import ROOT

from analysis.extract.coding import load_scheme
from analysis.extract.figures import tabulate
from analysis.extract.figures.ground import read_ground
from analysis.extract.figures.units import read_units
from analysis.texts.clean import clean

UNITS = read_units(ROOT / "data/reference/units.csv")
SCHEME = load_scheme(ROOT / "data/reference/themes.yml")
MARK = re.compile(r"\{([^{}|]+)\|([^{}|]*)(?:\|(\w+))?\}")
TEXTS = [
    (path.stem, json.loads(line))
    for path in sorted((ROOT / "tests/gold/times").glob("*.jsonl"))
    for line in path.read_text(encoding="utf-8").splitlines()
]


def figures(text: str, date: str | None, genre: str | None = None) -> pd.DataFrame:
    passages, _ = clean(text, "t")
    return tabulate(passages, document="t", city="c", date=date, genre=genre, units=UNITS, scheme=SCHEME)


def judged(text: str, date: str | None, genre: str | None = None) -> pd.DataFrame:
    """The marks of a text beside what is found: mention, period, status, got_period, got_status, source."""
    found = list(figures(MARK.sub(lambda mark: mark[1], text), date, genre).itertuples())
    rows, at = [], 0
    for mention, period, status in (mark.groups() for mark in MARK.finditer(text)):
        place = next(
            i for i in range(at, len(found)) if found[i].mention.startswith(mention[: max(1, len(mention) - 2)])
        )
        row, at = found[place], place + 1
        got = "null" if pd.isna(row.period) else row.period
        rows.append((mention, period, status or "achieved", got, row.status, row.period_source))
    return pd.DataFrame(rows, columns=["mention", "period", "status", "got_period", "got_status", "source"])


@pytest.fixture(scope="module")
def all_marks() -> pd.DataFrame:
    parts = [judged(text["text"], text["date"], text["genre"]).assign(style=style) for style, text in TEXTS]
    table = pd.concat(parts, ignore_index=True)
    good = [got in period.split(" or ") for got, period in zip(table["got_period"], table["period"], strict=True)]
    return table.assign(right=good)


def test_the_own_texts_are_many(all_marks):
    assert len(all_marks) >= 120 and all_marks["style"].nunique() >= 8


def test_periods_and_statuses_of_the_own_texts(all_marks):
    wrong = all_marks[~all_marks["right"] | (all_marks["status"] != all_marks["got_status"])]
    assert all_marks["right"].mean() >= 0.97, wrong.to_string()
    assert (all_marks["status"] == all_marks["got_status"]).mean() >= 0.98, wrong.to_string()
    assert all_marks.groupby("style")["right"].mean().min() >= 0.9, wrong.to_string()


def test_a_wrong_time_is_rarer_than_a_missing_one_and_nothing_is_dated_that_has_no_time(all_marks):
    undated = all_marks[all_marks["period"] == "null"]
    assert undated["right"].mean() >= 0.95, undated[~undated["right"]].to_string()


def test_each_period_says_where_it_stands(all_marks):
    dated = all_marks[all_marks["got_period"] != "null"]
    assert dated["source"].notna().all() and all_marks[all_marks["got_period"] == "null"]["source"].isna().all()
    assert set(dated["source"]) == {"clause", "sentence", "paragraph", "section", "title", "date"}


#: Class, date, text with marks.
CLASSES = [
    ("其中", "2020-05", "2019年，全县茶业产值{9亿元|2019}，增长{5%|2019}。其中，绿茶{3亿元|2019}，增长{4%|2019}。"),
    (
        "其中",
        "2024-08",
        "上半年，出口{3亿元|2024-H1}。其中，茶叶{2亿元|2024-H1}；茶具{1亿元|2024-H1}。零售额{9亿元|2024-H1}。",
    ),
    ("其中", "2024-08", "去年，新签项目{12个|2023}，其中外资项目{3个|2023}。到位资金{6亿元|2023}。"),
    (
        "ends: another time",
        "2024-08",
        "去年，新签项目{12个|2023}。今年一季度，新签{4个|2024-Q1}，到位资金{1亿元|2024-Q1}。",
    ),
    ("ends: the present", "2024-08", "去年，新签项目{12个|2023}。目前，在建项目{9个|null}，储备项目{30个|null}。"),
    ("ends: the present", "2024-08", "2023年，产值{8亿元|2023}。近年来，引进茶师{30人|null}。"),
    ("ends: what lasts", "2024-08", "2023年，产值{8亿元|2023}。全县总面积{2100平方公里|null}。"),
    ("ends: what lasts", "2024-08", "1—6月，产值{8亿元|2024-01/2024-06}；茶山海拔{900米|null}，雨日{120天|null}。"),
    ("ends: a plan", "2024-08", "去年，新建茶厂{3家|2023}。下一步，将再建茶厂{2家|null|planned}。"),
    ("ends: an episode", "2024-08", "1985年，镇上只有茶厂{1家|1985}。"),
    ("ends: the paragraph", "2024-08", "2023年，产值{8亿元|2023}。\n镇上有茶馆{12家|null}。"),
    (
        "title: bulletin",
        "2021-04",
        "2020年茶山县统计公报\n年末户籍人口{31万人|2020}。全年产茶{650吨|2020}。\n城镇化率{41%|2020}。",
    ),
    (
        "title: bulletin",
        "2021-04",
        "茶山县2020年国民经济和社会发展统计公报\n一季度末在校生{9000人|2020-Q1}。教师{700人|2020-Q1}。",
    ),
    ("title: bulletin", None, "2020年茶山县统计公报\n年末户籍人口{31万人|2020}，比上年减少{1万人|2020}。"),
    ("title: part of a year", "2022-08", "上半年茶山县经济运行情况\n茶业增长{6%|2022-H1}。茶馆增长{3%|2022-H1}。"),
    (
        "title: part of a year",
        "2022-11",
        "2022年前三季度茶山县经济运行情况\n工业增长{6%|2022-01/2022-09}。9月份增长{8%|2022-09}。",
    ),
    (
        "title: portrait",
        "2022-08",
        "茶山县简介\n全县辖{12个|null}镇，人口{31万人|null}。2021年产值{8亿元|2021}。茶山{40万亩|null}。",
    ),
    ("这一年", "2022-01", "刚刚过去的2021年是转型之年。这一年，茶业产值增长{6%|2021}。"),
    ("这一年", "2024-08", "2022年，茶厂投产。当年，产值{3亿元|2022}。"),
    ("过去的一年", "2022-01", "过去的一年，茶业产值增长{6%|2021}。"),
    ("一年来", "2023-02", "一年来，新建茶厂{6家|2022}。"),
    ("年均", "2021-01", "一、“十三五”时期工作回顾\n2020年茶业产值{50亿元|2020}，年均增长{6.5%|2016/2020}。"),
    ("累计", "2022-01", "一、过去五年工作回顾\n2021年茶业产值{50亿元|2021}。五年累计植茶{3万亩|2017/2021}。"),
    (
        "累计",
        "2022-01",
        "一、过去五年工作回顾\n2021年茶业产值{50亿元|2021}。累计植茶{3万亩|2017/2021}，新建茶厂{9家|2017/2021}。",
    ),
    ("a sum without a span", "2024-08", "2023年，茶业产值{50亿元|2023}。累计接待{3万人次|2023}。"),
    ("the clause before", "2013-01", "一、过去五年工作回顾\n预计2012年产值完成{34亿元|2012}。茶税{3亿元|2012}。"),
    ("the clause before", "2022-01", "一、过去五年工作回顾\n2019年建成茶厂{3家|2019}。植茶{2万亩|2017/2021}。"),
    ("counted back", "2024-10", "75年来，茶农交售茶叶{10万吨|1949/2024}。"),
    ("counted back", "2019-09", "新中国成立70年来，全县植茶{30万亩|1949/2019}。"),
    ("counted back", "2021-06", "新中国成立后，茶厂先后外运茶叶{8万吨|1949/2021}、茶籽{3万吨|1949/2021}。"),
    ("counted back", "2024-10", "过去三年，植茶{3万亩|2021/2023}。"),
    ("inside a plan", "2022-01", "一、2022年工作安排\n推动茶厂在上半年投产，产能达到{37万吨|2022-H1|planned}。"),
    ("inside a plan", "2022-01", "一、2022年工作安排\n9月底前开工项目{7个|2022-09|planned}。"),
    (
        "inside a plan",
        "2022-01",
        "一、2022年工作安排\n全年植茶{3万亩|2022|planned}，四季度开工茶馆{2家|2022-Q4|planned}。",
    ),
    (
        "a ratio",
        "2021-04",
        "2020年，红绿黑茶之比由2015年的{10|2015}:{52|2015}:{38|2015}优化为{8|2020}:{44|2020}:{48|2020}。",
    ),
    ("from and to", "2021-04", "2020年，茶农收入由2015年的{9000元|2015}增加到{14000元|2020}。"),
    ("from and to", "2024-08", "茶厂从2018年的人均{3台|2018}提高到去年的{9台|2023}。"),
    ("the name of a plan", "2023-03", "2022年，编制《“十四五”茶业规划》，新增茶厂{10家|2022}。"),
    ("the name of a plan", "2023-03", "2022年，按“十四五”茶业发展规划，新增茶厂{10家|2022}。"),
    ("the name of a plan", "2021-02", "“十三五”圆满收官，“十四五”开局良好。茶厂{10家|null}。"),
    (
        "within a plan",
        "2023-03",
        "“十四五”期间，新增茶厂{10家|2021/2025}。到“十四五”末，茶厂达到{90家|../2025|planned}。",
    ),
    ("a doubling", "2024-09", "今年前8个月，茶票成交额在连续四年{翻番|2020/2023}的基础上再增长{64%|2024-01/2024-08}。"),
    ("a doubling", "2024-09", "茶票成交额连续三年{翻番|2021/2023}，去年达到{9亿元|2023}。"),
    ("the past as measure", "2024-09", "2023年，粮食总产比2005年增加{59万斤|2023}。"),
    ("the past as measure", "2024-09", "2023年，产值是2010年的{3倍|2023}，相当于2012年的{150%|2023}。"),
    ("months", "2024-09", "1—7月，产值{7亿元|2024-01/2024-07}。1至5月，出口{1亿元|2024-01/2024-05}。"),
    ("months", "2024-09", "截至6月底，在建茶厂{7家|2024-06}。3月以来，招商{9次|2024-03/..}。"),
    ("months", "2024-02", "11月，产值{7亿元|2023-11}。"),
    ("years in words", "2024-09", "二〇二三年，产值{7亿元|2023}。到二〇三五年，产值达到{20亿元|../2035|planned}。"),
    (
        "items",
        "2024-09",
        "2023年办了三件事：一是新建茶厂{3家|2023}。二是今年开春植茶{2万亩|2024}。三是修路{9公里|2023}。",
    ),
    ("dateline", "2023-08", "8月8日，记者从县里获悉，上半年产值增长{7%|2023-H1}。"),
    ("dateline", "2023-08", "8月8日，县里召开茶事会，签约项目{7个|null}。"),
    ("全年 of a review", "2024-01", "各位代表：\n一、2023年工作回顾\n全年新建茶厂{7家|2023}。年末茶农{3万人|2023}。"),
    ("the attribute 全年", "2023-08", "上半年，签约{7亿元|2023-H1}，提前完成全年任务。到位资金{2亿元|2023-H1}。"),
    ("estimate", "2023-01", "2022年，产值预计{7亿元|2022}，预计增长{5%|2022}。"),
    ("review: no plan", "2023-01", "一、2022年工作回顾\n为确保目标实现，完成投资{7亿元|2022}。"),
    (
        "plan: stray mark",
        "2022-01",
        "各位代表：\n2022年工作安排|\n建设茶厂{7家|2022|planned}，新增茶农{3000人|2022|planned}。",
    ),
    (
        "plan: opens a paragraph",
        "2022-01",
        "各位代表：\n2022年工作安排：建设茶厂{7家|2022|planned}。\n推进茶路{9公里|2022|planned}。",
    ),
    ("plan: imperatives", "2022-01", "各位代表：\n抓好春茶生产，加快建设茶厂{7家|null|planned}，确保茶农稳收。"),
    (
        "one clause",
        "2022-05",
        "今年排出茶事项目{30个|2022|planned}，总投资{5亿元|2022|planned}，年度计划投资{2亿元|2022|planned}。",
    ),
    ("one clause", "2022-05", "今年已开工茶事项目{30个|2022}，年度计划投资{2亿元|2022|planned}。"),
    ("plans by verb", "2022-05", "县里谋划实施茶馆{3家|null|planned}，首批明确茶厂{5家|null|planned}。"),
    ("plans by verb", "2022-05", "力争再创名茶{2个|null|planned}。"),
    # Four quarters are the year, the fourth quarter is one of them.
    ("quarters", "2026-01", "2025年，产茶{9吨|2025}，四个季度分别增长{5%|2025}、{4%|2025}。茶税{3亿元|2025}。"),
    ("quarters", "2026-01", "2025年，前三个季度产茶{7吨|2025-01/2025-09 or 2025-Q1/2025-Q3}，四季度{2吨|2025-Q4}。"),
    # 当年 in a review of several years is no one year.
    (
        "review",
        "2023-01",
        "一、过去五年工作回顾\n茶厂建成投产，{21个|2018/2022}茶事项目当年签约、当年开工。茶馆增加{9家|2018/2022}。",
    ),
    # A year named in passing is not the one that 全年 means.
    ("whole year", "2024-05", "茶税在2014年只有{3万元|2014}。\n全年产茶{9吨|2024 or 2023}。"),
]


@pytest.mark.parametrize(
    ("date", "text"), [row[1:] for row in CLASSES], ids=[f"{c}-{i}" for i, (c, *_) in enumerate(CLASSES)]
)
def test_classes(date, text):
    table = judged(text, date)
    good = [got in period.split(" or ") for got, period in zip(table["got_period"], table["period"], strict=True)]
    assert all(good) and list(table["got_status"]) == list(table["status"]), table.to_string()


@pytest.mark.parametrize(
    ("text", "sources"),
    [
        ("2023年产值8亿元，茶税1亿元。茶馆9家。", ["clause", "sentence", "paragraph"]),
        ("茶厂9家（2023年）。", ["clause"]),
        ("一、2023年工作回顾\n茶厂9家。", ["section"]),
        ("2023年茶山县统计公报\n茶厂9家。", ["title"]),
        ("全年产茶9吨。\n年末茶馆3家。\n注：本公报为初步数。", ["clause", "clause"]),
        ("全年产茶9吨。\n茶馆3家。\n注：本公报为初步数。", ["clause", "date"]),
        ("茶厂9家。", [None]),
    ],
)
def test_sources(text, sources):
    table = figures(text, "2024-03", "other")
    assert [None if pd.isna(source) else source for source in table["period_source"]] == sources


@pytest.mark.parametrize(
    ("texts", "genre", "kind", "period"),
    [
        (["2020年茶山县统计公报", "茶厂9家。"], None, "account", "2020"),
        (["茶山县统计局", "茶山县2020年统计公报", "茶厂9家。"], "other", "account", "2020"),
        (["茶山县2025年茶业计划", "茶厂9家。"], None, "plan", "2025"),
        (["茶山县“十五五”茶业规划", "茶厂9家。"], None, "plan", "2026/2030"),
        (["茶业三年行动方案（2023—2025年）", "茶厂9家。"], None, "plan", "2023/2025"),
        (["2023年工作总结和2024年工作安排", "茶厂9家。"], None, "other", None),
        (["茶山县概况", "2020年，茶厂9家。"], None, "portrait", None),
        (["2023年茶业情况新闻发布会", "茶厂9家。"], None, "talk", None),
        (["各位代表：", "茶厂9家。"], None, "report", None),
        (["2023年工作总结", "茶厂9家。"], "government_work_report", "report", None),
        (["茶厂9家。"], "interview", "talk", None),
        (["茶厂9家。"], None, "other", None),
    ],
)
def test_the_ground_of_a_text(texts, genre, kind, period):
    ground = read_ground(texts, "2024-03", genre)
    assert (ground.kind, ground.held.period if ground.held else None) == (kind, period)
