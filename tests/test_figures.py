"""The figure table from whole passages: indicator, measure, period, status, theme, spans."""

from __future__ import annotations

import pandas as pd
import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.extract.coding import load_scheme
from analysis.extract.figures import tabulate
from analysis.extract.figures.expressions import Anchor, find_times, meaning, reference
from analysis.extract.figures.units import read_units
from analysis.project.registry import problems
from analysis.texts.clean import clean

UNITS = read_units(ROOT / "data/reference/units.csv")
SCHEME = load_scheme(ROOT / "data/reference/themes.yml")


def figures(text: str, date: str | None = "2024-06-18", genre: str = "press_conference") -> pd.DataFrame:
    passages, _ = clean(text, "t")
    return tabulate(passages, document="t", city="c", date=date, genre=genre, units=UNITS, scheme=SCHEME)


def column(text: str, name: str, **more) -> list:
    return [None if pd.isna(value) else value for value in figures(text, **more)[name]]


@pytest.mark.parametrize(
    ("text", "periods"),
    [
        ("2021年一、二、三、四季度，茶业产值分别增长5%、6%、7%、8%。", ["2021-Q1", "2021-Q2", "2021-Q3", "2021-Q4"]),
        ("2021年一季度和二季度分别新建茶厂5家和6家。", ["2021-Q1", "2021-Q2"]),
        ("2019年、2020年、2021年，茶业产值分别增长5%、6%、7%。", ["2019", "2020", "2021"]),
        ("2022年7月、8月，茶叶产量分别为5吨、6吨。", ["2022-07", "2022-08"]),
        # Other numbers of figures than of times, and a number between them: as everywhere else.
        ("2021年一、二季度，茶业产值分别增长5%、6%、7%。", ["2021-Q2"] * 3),
        ("2021年三、四季度，12家茶厂产值分别增长5%、6%。", ["2021-Q4"] * 3),
    ],
)
def test_each_time_of_a_list_has_its_figure(text, periods):
    assert column(text, "period") == periods


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("2021年，居民消费价格指数为101.9，比上年高1.2。", [101.9]),
        ("三项价格指数分别为102.1、101.5和100.8。", [102.1, 101.5, 100.8]),
        ("景气指数达到98。", [98]),
        ("由“茶叶指数”发布的12个品种。", [12]),
        ("指数2021年编制完成。", []),
    ],
)
def test_an_index_needs_no_unit(text, values):
    assert column(text, "value") == values


def test_a_ratio_behind_another_keeps_both_its_ends():
    first = "茶价与茶籽价之比由集市上的5：1进一步明显缩小到2.6：1。"
    second = "产业比例为10：50：40，城乡收入比由5：1缩到3：1。"
    assert column(first + second, "value") == [5.0, 2.6, 10, 50, 40, 5.0, 3.0]


@pytest.mark.parametrize(
    ("text", "indicators"),
    [
        ("全市地区生产总值年均增长5.6%。", ["地区生产总值"]),
        ("全年带动126名高层次人才返乡创业。", ["高层次人才返乡创业"]),
        ("已有447个贫困村全部出列。", ["贫困村"]),
        ("完成造林绿化8700亩，治理矸石山136处。", ["造林绿化", "矸石山"]),
        ("总投资36亿元的化工园区今年开建。", ["总投资化工园区"]),
        ("扶持资金用去1.9亿元，为企业减轻负担1.6亿元。", ["扶持资金", "负担"]),
        ("城镇居民收入由6009元增加到13473元。", ["城镇居民收入", "城镇居民收入"]),
        ("绿地率、绿化覆盖率分别达43.3%、48.8%。", ["绿地率", "绿化覆盖率"]),
        ("重点项目120个、签约额35亿元，分别比上年提高11%、49%。", ["重点项目", "签约额", "重点项目", "签约额"]),
        ("共有10053户、23440人脱贫。", ["脱贫", "脱贫"]),
        ("高新技术企业占比23%、位居全省第五。", ["高新技术企业占比", "高新技术企业占比"]),
        ("城镇新增就业4.5万人以上。", ["城镇新增就业"]),
        ("粮食生产“十四连丰”。", ["粮食生产"]),
        ("三次产业占比为10:40:50。", ["三次产业占比"] * 3),
        ("选聘198名企业高管担任导师。", ["企业高管"]),
        # brackets with a number in them stand between a name and its number
        ("重点茶园（投资超1000万元）12处，投产3处。", ["投资", "重点茶园", "投产"]),
        # members before 分别, also where they stand in the clause before
        ("制茶、竹编、酿造行业分别增长3%、5%、8%。", ["制茶行业", "竹编行业", "酿造行业"]),
        ("制茶、竹编行业回升，同比分别增长3%、5%。", ["制茶行业", "竹编行业"]),
        ("山北、山南居民收入分别增长3%、5%。", ["山北居民收入", "山南居民收入"]),
        # one rate against two bases
        ("茶叶产值同比、环比分别增长5%、2%。", ["茶叶产值", "茶叶产值"]),
        ("茶叶产值分别比2019年和前年增长3%和5%。", ["茶叶产值", "茶叶产值"]),
        # no name begins or ends with a word of time, place or level
        ("龙头茶企现有3家。", ["龙头茶企"]),
        ("茶农就业今年已有3万人。", ["茶农就业"]),
        ("春茶产量常年稳定在2万吨。", ["春茶产量"]),
        ("茶亭也建了12座。", ["茶亭"]),
        ("茶企超过40家，三年间翻了一番。", ["茶企", "茶企"]),
        ("茶园5万亩，占全县耕地的两成。", ["茶园", "茶园占全县耕地"]),
        ("从选址到开园用了42天。", ["从选址到开园"]),
        ("三产之比由15:45:40优化为10:45:45。", ["三产之比"] * 6),
        # the growth of a total; a total of what was named before; how it is reckoned
        ("茶叶产值增长8%，增速居全省第三。", ["茶叶产值", "茶叶产值增速"]),
        ("茶叶外销增长8%，总额突破3亿元。", ["茶叶外销", "茶叶外销总额"]),
        ("茶园面积5万亩，茶税收入按可比口径计算，增长7%。", ["茶园面积", "茶税收入"]),
        ("下辖7镇8乡。", ["镇", "乡"]),
        # neither months nor years in Chinese numerals are part of a name, and no number names another
        ("1—7月茶税5亿元。截至6月底茶税3亿元。3月以来茶税2亿元。", ["茶税"] * 3),
        ("二〇二三年茶税5亿元，到二〇三五年茶税达到9亿元。", ["茶税", "茶税"]),
        ("投入3千5百万元，1千2百人。", [None, None]),
    ],
)
def test_indicator_is_the_run_that_names_what_is_measured(text, indicators):
    assert column(text, "indicator") == indicators


@pytest.mark.parametrize(
    ("text", "measures"),
    [
        ("财政收入增长7.2%，占比提高到23%，覆盖率达91%。", ["increase", "share", "share"]),
        ("案件下降39%、破案率提高20个百分点。", ["decrease", "increase"]),
        ("单产增加12.5公斤，总产增加到60万吨。", ["increase", "level"]),
        ("新增规上企业30户，新建公园12处。", ["increase", "level"]),
        ("电商行业新增从业者1.2万人、网店800家。", ["increase", "increase"]),
        ("新增就业2.1万人。", ["level"]),
        ("投产项目增加产值51亿元，收入增加到3万元。", ["increase", "level"]),
        ("浓度低于每立方米28微克，低于全省平均3微克。", ["level", "decrease"]),
        ("全年空气优良天数320天，工期120天。", ["level", "duration"]),
        ("为企业减轻负担1.6亿元。", ["decrease"]),
        ("产值翻一番，居全省第三。", ["increase", "rank"]),
        ("项目从签约到开工用了42天。", ["duration"]),
        ("双拥考核“八连冠”。", ["streak"]),
        ("工资是最低标准的2.5倍。", ["level"]),
        ("失业率控制在5.5%以内。", ["share"]),
        ("投资负增长2.1%，出口增长-3%。", ["decrease", "decrease"]),
        ("茶税增长负5.4%，茶价增速为-8.1%。", ["decrease", "decrease"]),
        ("茶价上涨3-5%，为茶企减负83万元。", ["increase", "level"]),
        ("茶业增加值实现8亿元，净增加值2亿元。", ["level", "level"]),
        ("新增茶企12户、9户合作社。", ["increase", "increase"]),
        ("年日照时数达3100小时。", ["level"]),
        ("茶价涨了一倍半。", ["increase"]),
    ],
)
def test_measure(text, measures):
    assert column(text, "measure") == measures


@pytest.mark.parametrize(
    ("text", "periods"),
    [
        ("今年前8个月，成交额增长64.3%。", ["2024-01/2024-08"]),
        ("上半年兑现资金2亿元。", ["2024-H1"]),
        ("一季度签约项目21个。", ["2024-Q1"]),
        ("2004年以来，安置住宅9万套，受益30万人。", ["2004/..", "2004/.."]),
        ("未来三年每年安排6000万元。", ["2025/2027"]),
        ("到2025年，里程将达到636公里。", ["../2025"]),
        ("去年新建道路12公里，今年新建15公里。", ["2023", "2024"]),
        ("去年以来引进人才2.8万人。", ["2023/.."]),
        ("“十四五”期间投入80亿元。", ["2021/2025"]),
        ("产量比2020年增加12万吨。", [None]),
        ("现有企业145家。", [None]),
        ("产值从2020年的30亿元增长到2023年的45亿元，企业达到60家。", ["2020", "2023", None]),
        ("2025年底前建成泊位40个。", ["../2025"]),
        ("过去8年累计植树200万株。", ["2016/2023"]),
    ],
)
def test_period(text, periods):
    assert column(text, "period") == periods


def test_without_a_date_relative_periods_stay_empty():
    assert column("去年新建道路12公里，2019年新建8公里。", "period", date=None) == [None, "2019"]


REPORT = """一、过去五年工作回顾
五年来，地区生产总值年均增长5.6%。改造老旧小区86个。
过去一年，财政收入增长6.1%。
二、今后五年目标和2022年重点工作
到2026年，规上企业达到500户。
2022年，地区生产总值增长6%以上。全年培训技工5000人。
（一）农业
新建高标准农田100万亩。目前已有合作社28个。
"""


def test_a_work_report_says_period_and_status_by_its_sections():
    table = figures(REPORT, date="2022-01-13", genre="government_work_report")
    periods = [None if pd.isna(period) else period for period in table["period"]]
    # 目前 ends the plan's time: what is there now is of no year of the plan.
    assert periods == ["2017/2021", "2017/2021", "2021", "../2026", "2022", "2022", "2022", None]
    assert list(table["status"]) == ["achieved"] * 3 + ["planned"] * 4 + ["achieved"]


@pytest.mark.parametrize(
    ("text", "statuses"),
    [
        ("今年将新增供热面积800万平方米。", ["planned"]),
        ("已完成造林8700亩。", ["achieved"]),
        ("预计2025年规模突破4000亿元。", ["planned"]),
        ("下一步，建设2个中试基地。", ["planned"]),
        ("“十四五”期间累计投入80亿元。", ["achieved"]),
        ("未来三年每年安排6000万元。", ["planned"]),
        ("去年投入3亿元，计划再投入5亿元。", ["achieved", "planned"]),
        ("实施三年行动计划，累计培训1200人。", ["achieved"]),
    ],
)
def test_status(text, statuses):
    assert column(text, "status") == statuses


@pytest.mark.parametrize(
    ("text", "si"),
    [
        ("造林绿化3亩。", (2000.0000001, "m²")),
        ("装机260万千瓦。", (2.6e9, "W")),
        ("产粮6公斤。", (6, "kg")),
        ("产粮12斤。", (6, "kg")),
        ("用时2小时。", (7200, "s")),
        ("企业12家。", (None, None)),
    ],
)
def test_si_values(text, si):
    row = figures(text).iloc[0]
    value = None if pd.isna(row.value_si) else row.value_si
    assert (value if value is None else pytest.approx(value), None if pd.isna(row.unit_si) else row.unit_si) == si


def test_speakers_come_from_the_labels():
    table = figures("云岭市答记者问\n记者：请问进展如何？\n市长林一：林一说，企业达到36家。\n今年新增12家。\n")
    assert list(table["speaker"]) == ["林一", "林一"]


def test_an_empty_text_gives_an_empty_table():
    table = figures("没有数字的一段话。")
    assert len(table) == 0 and not problems("figures", table)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.text("今年到2025将增长达建成新企业家亩元%万第一十百，。、：；“”()：记者问市长\n ", max_size=40), max_size=6
    )
)
def test_every_figure_stands_where_it_says(lines):
    text = "\n".join(lines)
    passages, _ = clean(text, "t")
    table = tabulate(passages, document="t", city="c", date="2024", genre="other", units=UNITS, scheme=SCHEME)
    texts = dict(zip(passages["passage"], passages["text"], strict=True))
    assert not problems("figures", table)
    for row in table.itertuples():
        assert texts[row.passage][row.start : row.end] == row.mention


BOTH = """2026年云岭市政府工作报告
各位代表：
一、2025年工作回顾
失业率从上半年的5.4%回落到年末的5.1%。
二、“十四五”发展成就和“十五五”主要目标
过去五年，建成高速公路320公里。
铁路营业里程达到410公里。
围绕“十五五”规划纲要，安排18项指标。
地区生产总值年均增长5%左右。
三、2026年重点工作
上半年开工项目60个。
四、加强政府自身建设
培训公务员3000人次。
"""


def test_a_heading_that_announces_review_and_plan_gives_each_its_paragraphs():
    table = figures(BOTH, date="2026-01-20", genre="government_work_report")
    assert list(table["value"]) == [5.4, 5.1, 320, 410, 18, 5, 60, 3000]
    assert list(table["status"]) == ["achieved"] * 4 + ["planned"] * 4
    assert list(table["period"])[:7] == [
        "2025-H1",
        "2025",
        "2021/2025",
        "2021/2025",
        "2026/2030",
        "2026/2030",
        "2026-H1",
    ]


FIVE_YEARS = """2026年云岭市政府工作报告
一、2025年和“十四五”时期工作回顾
2025年，粮食产量达到62万吨。
各位代表！经过接续奋斗，取得新进展，建成泵站3座。五年来，我们砥砺前行。
这是实力提升的五年。
经济总量迈上480亿元台阶。
各位代表，刚刚过去的2025年，我们稳中求进，财政收入增长3.1%。
二、“十五五”规划纲要（草案）的说明
“十四五”时期，引进企业90家。
“十五五”时期，引进企业150家。
"""


def test_periods_and_statuses_go_on_from_paragraph_to_paragraph():
    table = figures(FIVE_YEARS, date="2026-01-20", genre="government_work_report").set_index("value")
    assert table["period"].loc[[620000, 4.8e10, 3.1, 90, 150]].tolist() == [
        "2025",
        "2021/2025",
        "2025",
        "2021/2025",
        "2026/2030",
    ]
    assert table["status"].loc[[4.8e10, 3.1, 90, 150]].tolist() == ["achieved", "achieved", "achieved", "planned"]


def test_the_title_of_a_text_is_no_section():
    text = "云岭市“十五五”展望专题新闻发布会\n记者：请问进展？\n市长林一：全市建成公园12处。\n"
    assert list(figures(text, genre="press_conference")["status"]) == ["achieved"]


@pytest.mark.parametrize(
    ("date", "genre", "text", "period"),
    [
        ("2026-01-20", "government_work_report", "一季度，", "2025-Q1"),
        ("2026-01-20", "government_work_report", "前三季度，", "2025-01/2025-09"),
        ("2024-09-27", "press_conference", "四季度，", "2024-Q4"),
        ("2024-07-27", "government_work_report", "上半年，", "2024-H1"),
        ("2022-01-13", "government_work_report", "五年来，", "2017/2021"),
        ("2022-01-13", "government_work_report", "今后五年，", "2022/2026"),
        ("2019-08", "press_conference", "未来三年，", "2020/2022"),
        ("2024-09-27", "press_conference", "近3年，", "2022/2024"),
        ("2026-01-26", "government_work_report", "“十五五”时期，", "2026/2030"),
        ("2024-09-27", "press_conference", "截至2023年底，", "2023"),
        ("2024-09-27", "press_conference", "3月，", "2024-03"),
        ("2024-02-01", "press_conference", "11月份，", "2023-11"),
        ("2024-09-27", "press_conference", "2021至2023年，", "2021/2023"),
    ],
)
def test_time_expressions(date, genre, text, period):
    anchor = Anchor(reference(date, genre))
    assert [meaning(e, anchor) for e in find_times(text)] == [period]
