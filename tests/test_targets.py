"""Targets: one for each text, how they bind, what became of them; the report on them and its chart."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT, add_source
from notebook import run
from test_panel import row, table

from analysis import open_corpus, page
from analysis.build.any_text import tabulate_folder
from analysis.compare.targets import (
    alike,
    annual_targets,
    moves,
    period_kind,
    promised_and_reported,
    target_tally,
)
from analysis.present import charts
from analysis.present.charts.look import PAPER
from analysis.project.errors import InputError
from analysis.project.folders import find_project
from analysis.project.registry import CONSTRAINTS
from analysis.publish.jobs import plan

TEXTS = pd.DataFrame(
    [("jia-2019", "jia", "2019-08"), ("jia-2023", "jia", "2023-05-17"), ("yi-2023", "yi", "2023")],
    columns=["document", "city", "date"],
).astype("string")


def plan_row(**more: Any) -> dict[str, Any]:
    return row(**{"status": "planned", "constraint": "point", "period": "2026", **more})


# --- one target for each text -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("period", "kind"),
    [
        ("2026", "annual"),
        ("2025-H1", "part"),
        ("2025-Q3", "part"),
        ("2025-01/2025-08", "part"),
        ("2025-09", "part"),
        ("2021/2025", "span"),
        ("2004/..", "span"),
        ("../2030", "span"),
        (None, "undated"),
        (pd.NA, "undated"),
    ],
)
def test_kinds_of_periods(period, kind):
    assert period_kind(period) == kind


@pytest.mark.parametrize(
    ("rows", "date", "expected"),
    [
        ([plan_row(), plan_row(period="2026/2030", start=5)], "2026-01", ["2026"]),
        ([plan_row(period="2030", start=1), plan_row(start=5)], "2026-01", ["2026"]),
        # a plan that the text recalls is not its own
        ([plan_row(period="2025", start=1), plan_row(start=5)], "2026-01", ["2026"]),
        ([plan_row(period="2024", start=1), plan_row(period="2025", start=5)], "2026-01", ["2025"]),
        ([plan_row(period="2025", start=1), plan_row(start=5)], None, ["2025"]),
        ([plan_row(scope="county")], "2026-01", []),
        ([plan_row(representative=False)], "2026-01", []),
        ([plan_row(period=None)], "2026-01", []),
        ([row(period="2025")], "2026-01", []),
    ],
)
def test_the_target_of_a_text(rows, date, expected):
    found = annual_targets(table(*rows), dates={"jia-2026": date} if date else None)
    assert found["period"].tolist() == expected


def test_a_year_and_indicators_can_be_asked_for():
    rows = table(plan_row(), plan_row(period="2030", start=5), plan_row(indicator="cpi_change", start=9))
    assert annual_targets(rows, period="2030")["period"].tolist() == ["2030"]
    assert annual_targets(rows, ["cpi_change"])["indicator"].tolist() == ["cpi_change"]
    assert len(annual_targets(rows)) == 2 and annual_targets(table()).empty


def test_the_tally_counts_texts():
    rows = [
        plan_row(document="a-2026", constraint="soft", comparator="≈"),
        plan_row(document="a-2026", constraint="soft", comparator="≈", period="2027", start=7),
        plan_row(document="b-2026", constraint="soft", comparator="≈"),
        plan_row(document="c-2026", constraint="hard", comparator=">"),
        plan_row(document="d-2026", constraint="range", value_max=5.5),
        plan_row(document="e-2026", indicator="cpi_change"),
    ]
    tally = target_tally(table(*rows)).set_index("constraint")
    assert tally["targets"].to_dict() == {"hard": 1, "soft": 2, "range": 1, "point": 0}
    assert tally["share"].sum() == pytest.approx(1) and tally.loc["soft", "share"] == 0.5
    none = target_tally(table(*rows), "loans_balance")
    assert none["targets"].sum() == 0 and none["share"].isna().all() and tuple(none["constraint"]) == CONSTRAINTS


# --- any folder -------------------------------------------------------------------------------------------------------

REPORTS = {
    "A省-2026.txt": "2026年主要预期目标是：地区生产总值增长5%左右，居民消费价格涨幅2%左右。",
    "B省-2026.txt": "今年的主要预期目标是：地区生产总值增长5.5%以上。",
    "C省-2026.txt": "今年发展主要目标：地区生产总值增长4.5%—5%，城镇新增就业30万人。",
    "D省-2026.txt": "这份报告没有数字。",
    "notes.md": "地区生产总值增长9%左右。",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "报告 texts"
    place.mkdir()
    for name, text in REPORTS.items():
        head = name.removesuffix(".txt").replace("-", "") + "年政府工作报告"
        (place / name).write_text(f"{head}\n一、2026年工作安排\n{text}\n", encoding="utf-8")
    return place


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_folder_is_tabulated_and_tallied(folder, jobs, monkeypatch):
    monkeypatch.setattr("analysis.build.any_text.SERIAL", 2)
    found = tabulate_folder(folder, ROOT / "data/reference", jobs=jobs)
    assert found.documents["document"].tolist() == ["A省-2026", "B省-2026", "C省-2026", "D省-2026"]
    assert {date[:4] for date in found.dates.values()} == {"2026"}
    tally = target_tally(found.indicators, dates=found.dates).set_index("constraint")["targets"]
    assert tally.to_dict() == {"hard": 1, "soft": 1, "range": 1, "point": 0}
    targets = annual_targets(found.indicators, ["gdp_growth"], dates=found.dates).set_index("document")
    assert targets.loc["C省-2026", ["value", "value_max"]].tolist() == [4.5, 5]


def test_a_folder_without_texts_is_named(tmp_path):
    with pytest.raises(InputError, match="no text in this folder"):
        tabulate_folder(tmp_path, ROOT / "data/reference")
    with pytest.raises(InputError, match="no such folder"):
        tabulate_folder(tmp_path / "nowhere", ROOT / "data/reference")


def test_the_tally_of_the_provinces(shared):
    found = tabulate_folder(shared / "corpora/provincial-2026", ROOT / "data/reference")
    tally = target_tally(found.indicators, period="2026").set_index("constraint")["targets"]
    gold = pd.read_csv(shared / "gold/gdp-targets-2026.csv")
    assert int(tally.sum()) == len(gold) == len(found.documents)
    assert tally["range"] == gold["value_max"].notna().sum()
    for constraint, comparator in (("soft", "≈"), ("hard", ">")):
        assert tally[constraint] == (gold["comparator"] == comparator).sum()


# --- several years ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("plan", "now", "met"),
    [
        ({"comparator": ">", "constraint": "hard"}, {"value": 6.1}, True),
        ({"comparator": ">", "constraint": "hard"}, {"value": 4.0}, False),
        ({"comparator": ">", "constraint": "hard"}, {"value": 6.0, "comparator": ">"}, True),
        ({"comparator": ">", "constraint": "hard"}, {"value": 4.0, "comparator": ">"}, None),
        ({"comparator": ">", "constraint": "hard"}, {"value": 6.0, "comparator": "≈"}, None),
        ({"comparator": "<", "constraint": "hard"}, {"value": 4.0}, True),
        ({"comparator": "<", "constraint": "hard"}, {"value": 5.5}, False),
        ({"comparator": "<", "constraint": "hard"}, {"value": 5.5, "comparator": "<"}, None),
        ({"value_max": 5.5, "constraint": "range"}, {"value": 5.2}, True),
        ({"value_max": 5.5, "constraint": "range"}, {"value": 4.9}, False),
        ({"comparator": "≈", "constraint": "soft"}, {"value": 4.9}, None),
        ({}, {"value": 5.0}, None),
        ({"comparator": ">", "constraint": "hard"}, {"value": 4.0, "value_max": 6.0}, None),
    ],
)
def test_what_became_of_a_plan(plan, now, met):
    then = plan_row(document="jia-2019", period="2020", **plan)
    later = row(document="jia-2023", period="2020", **now)
    [found] = promised_and_reported(table(then, later), TEXTS).to_dict("records")
    assert found["met"] is met and (found["document_then"], found["document_now"]) == ("jia-2019", "jia-2023")


@pytest.mark.parametrize(
    "later",
    [
        {"period": "2021"},
        {"indicator": "cpi_change"},
        {"scope": "county"},
        {"unit": "元"},
        {"document": "yi-2023", "city": "yi"},
        {"document": "jia-2019", "start": 9},
        {"status": None},
    ],
)
def test_what_does_not_agree_answers_no_plan(later):
    then = plan_row(document="jia-2019", period="2020")
    found = promised_and_reported(table(then, row(**{"document": "jia-2023", "period": "2020", **later})), TEXTS)
    assert found.empty


def test_a_plan_for_several_years_is_answered_by_its_last():
    then = plan_row(document="jia-2019", period="2020/2022")
    rows = [row(document="jia-2023", period=str(year), start=year) for year in (2021, 2022)]
    found = promised_and_reported(table(then, *rows), TEXTS)
    assert found["period_now"].tolist() == ["2022"]


def test_how_reported_values_moved():
    then = [row(document="jia-2019", period="2018", value=4.0), row(document="jia-2019", value=7.0, period="2014/2018")]
    now = [row(document="jia-2023", period="2022", value=5.5), row(document="jia-2023", period="2021", value=6.0)]
    [found] = moves(table(*then, *now), TEXTS).to_dict("records")
    assert (found["value_then"], found["value_now"], found["change"]) == (4.0, 5.5, 1.5)


def test_the_same_year_told_twice_is_no_move():
    rows = table(row(document="jia-2019", period="2018"), row(document="jia-2023", period="2018"))
    assert moves(rows, TEXTS).empty
    assert moves(table(row(document="jia-2023"), row(document="yi-2023", city="yi")), TEXTS).empty


def test_texts_that_name_no_time_are_compared_all_the_same():
    without = [row(document=name, period=pd.NA, start=at) for name in ("jia-2019", "jia-2023") for at in (1, 2)]
    assert len(moves(table(*without), TEXTS)) == 1
    plans = [plan_row(document="jia-2019", period=pd.NA), plan_row(document="jia-2019", period="2022", start=3)]
    assert promised_and_reported(table(*plans, *without), TEXTS).empty


def figures(*rows: tuple[str, str, float]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "document": document,
                "passage": 1,
                "start": place,
                "mention": f"{value:g}枚",
                "value": value,
                "value_max": np.nan,
                "comparator": "=",
                "period": None,
                "unit": "枚",
                "measure": "level",
                "indicator": name,
            }
            for place, (document, name, value) in enumerate(rows)
        ]
    )


def test_figures_with_like_names_stand_together():
    own = figures(
        ("jia-2019", "云岭运动员的冬奥金牌", 3),
        ("jia-2023", "冬奥金牌", 5),
        ("jia-2019", "总投资", 9),
        ("jia-2023", "项目总投资", 8),
        ("yi-2023", "冬奥金牌", 1),
    )
    [found] = alike(own, table(), TEXTS).to_dict("records")
    assert (found["name_then"], found["name_now"], found["value_then"], found["value_now"]) == (
        "云岭运动员的冬奥金牌",
        "冬奥金牌",
        3,
        5,
    )


def test_two_equally_good_names_are_no_pair():
    twice = figures(("jia-2019", "冬奥金牌", 3), ("jia-2023", "冬奥金牌", 5), ("jia-2023", "冬奥金牌", 6))
    assert alike(twice, table(), TEXTS).empty
    known = table(row(document="jia-2019", passage=1, start=0))
    assert alike(figures(("jia-2019", "冬奥金牌", 3), ("jia-2023", "冬奥金牌", 5)), known, TEXTS).empty


# --- the report -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_report_on_targets(small_project, monkeypatch, lang):
    shown = run(monkeypatch, "04_targets", lang=lang)
    assert not re.search(r"\{[a-z_0-9]+\}|\bnan\b|<NA>|None", shown.text)
    about, least = ("6%左右", "7%以上") if lang == "zh" else ("about 6%", "at least 7%")
    assert about in shown.text and least in shown.text and len(shown.charts) == 1
    tables = "".join(shown.tables)
    assert f'href="documents/hewan-2025.{lang}.html#figure-' in tables and len(shown.tables) >= 4
    if lang == "en":
        heads = re.findall(r"<(?:th|caption)[^>]*>([^<]*)<", tables)
        assert heads and not [head for head in heads if re.search(r"[\u4e00-\u9fff]{4}", head)]


def test_the_target_stands_beside_what_was_reported(small_project, monkeypatch):
    shown = run(monkeypatch, "04_targets", cities="hewan", indicators=["gdp_growth"], lang="zh")
    [found] = shown.names["worded"].to_dict("records")
    assert (found["target"], found["before"], found["period_before"]) == ("6%左右", "5.4%（2024年）", "2024")
    assert found["reported"] == 5.4 and found["against"] == "above" and len(shown.names["drawn"]) == 1
    assert "2024年报告的是5.4%" in shown.said("主要发现")


def test_indicators_limit_the_report(small_project, monkeypatch):
    shown = run(monkeypatch, "04_targets", cities=["hewan"], indicators="gdp_growth, cpi_change", lang="zh")
    assert "城镇新增就业" not in re.sub(r'title="[^"]*"', "", shown.tables[0])
    assert set(shown.names["texts"].indicators["indicator"]) <= {"gdp_growth", "cpi_change"}
    assert shown.names["p"].indicators == ["gdp_growth", "cpi_change"]


def test_an_indicator_that_no_text_sets_is_counted_as_none(small_project, monkeypatch):
    shown = run(monkeypatch, "04_targets", indicators="cpi_change", lang="zh")
    assert shown.names["tally"]["without"].tolist() == [2] and "没有为居民消费价格" in shown.said("约束方式的计数")


def test_a_city_without_targets_says_so(small_project, monkeypatch):
    shown = run(monkeypatch, "04_targets", cities="yunling", indicators="gdp_growth", lang="en")
    assert "set no target" in shown.text and "no growth target" in shown.text and "one text only" in shown.text
    assert shown.charts == [] and len(shown.tables) == 1  # the tally


def test_two_texts_of_a_city_are_held_against_each_other(small_project, monkeypatch, tmp_path):
    project = find_project()
    text = (
        "云岭市2025年访谈（虚构）\n记者：进展如何？\n市长林一：2024年，云岭市地区生产总值增长5.2%。修复矿山1300公顷。\n"
    )
    (tmp_path / "interview.txt").write_text(text, encoding="utf-8")
    add_source(project, tmp_path / "interview.txt", city="yunling", date="2025-03-01", genre="interview")
    shown = run(monkeypatch, "04_targets", cities="yunling", lang="zh")
    years = next(table for table in shown.tables if "前一文本中的" in table)
    assert "云岭 2024" in years and "后一文本未提到" in years
    assert "没有提到不等于没有做到" in shown.said("前后文本的对照")


def test_the_report_tallies_any_folder(small_project, monkeypatch, folder):
    shown = run(monkeypatch, "04_targets", folder=str(folder), lang="zh")
    tally, texts = shown.tables[-2:]
    line = re.search(r"<tr><th[^>]*>地区生产总值增长速度</th>(.*?)</tr>", tally)[1]
    assert re.findall(r">(\d+)<", line) == ["1", "1", "1", "0", "3", "1"]
    assert "4篇文本中，3篇" in shown.said("约束方式的计数") and "4.5%至5%" in texts and "A省-2026" in texts
    assert "href" not in texts  # texts of a folder have no reading view
    with pytest.raises(InputError, match="no such folder"):
        run(monkeypatch, "04_targets", folder="nowhere", lang="zh")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"cities": "nowhere"}, "unknown city 'nowhere'"),
        ({"indicators": "gdp_grwth"}, "unknown indicator 'gdp_grwth', did you mean 'gdp_growth'"),
        ({"lang": "fr"}, "unknown language 'fr'"),
    ],
)
def test_wrong_parameters_are_named(small_project, given, words):
    with pytest.raises(InputError, match=words):
        page.open(**{"cities": None, "indicators": None, "lang": "zh", **given})


def test_a_misspelt_parameter_is_named(small_project):
    history = ["# Parameters\nindicator = ['gdp_growth']\n"]
    with pytest.raises(InputError, match="unknown parameter 'indicator', did you mean 'indicators'"):
        page.open(cities=None, indicators=None, folder=None, lang="zh", history=history)
    assert page.open(lang="zh", threshold=3, history=["# Parameters\nthreshold = 5\n"]).lang == "zh"


def test_the_notebook_is_planned_once_for_all_cities(small_project):
    open_corpus()
    jobs = plan(find_project(), ["targets"])
    assert [job.id for job in jobs] == ["targets.zh", "targets.en"]
    assert jobs[0].parameters == {"cities": ["yunling", "hewan"], "lang": "zh"}


# --- the chart --------------------------------------------------------------------------------------------------------


def drawn(*targets: tuple[str, float, float, str, str, float], **more: Any) -> Any:
    columns = ["city", "value", "value_max", "comparator", "constraint", "reported"]
    data = pd.DataFrame(targets, columns=columns).assign(target=[f"{t[1]:g}{t[4]}" for t in targets])
    return charts.targets(data, title="标题", axis="%", **more)


NONE = float("nan")


def test_each_constraint_has_a_form_of_its_own():
    figure = drawn(
        ("a", 5, NONE, "=", "point", 4.8),
        ("b", 5, NONE, "≈", "soft", NONE),
        ("c", 5, 5.5, "=", "range", NONE),
        ("d", 5, NONE, ">", "hard", NONE),
        ("e", 4, NONE, "<", "hard", NONE),
    )
    charts.save_chart(figure, alt="x")
    axes = figure.axes[0]
    markers = [line.get_marker() for line in axes.lines]
    assert ">" in markers and "<" in markers and len(axes.patches) == 1
    dots = [line for line in axes.lines if line.get_marker() == "o"]
    faces = [line.get_markerfacecolor() for line in dots]
    assert faces.count(PAPER) == 2
    assert len([line for line in axes.lines if line.get_alpha() not in (None, 1)]) > 4  # the soft one fades
    low, high = axes.get_xlim()
    assert all(
        low <= x <= high for line in axes.lines for x in np.atleast_1d(line.get_xdata()) if len(line.get_xdata()) == 2
    )


def row_names(figure):
    """Row → the name at its left."""
    names = (text for text in figure.texts if text.get_position()[0] == 0 and text.get_ha() == "right")
    return {text.get_position()[1]: text.get_text() for text in names}


def test_many_targets_are_counted():
    many = [(f"c{n}", 5.0 + n % 2, NONE, "≈", "soft", NONE) for n in range(50)]
    figure = drawn(*many, columns={"texts": "文本数"})
    charts.save_chart(figure, alt="x")
    assert row_names(figure) == {0: "6soft", 1: "5soft"}
    assert [text.get_text() for text in figure.axes[0].texts] == ["25", "25"]


def test_rows_are_sorted_within_groups():
    data = pd.DataFrame(
        {
            "city": ["a", "b", "a", "b"],
            "name": ["二", "二", "一", "一"],
            "value": [5.0, 6.0, 1.0, -2.0],
            "value_max": np.nan,
            "comparator": "=",
            "constraint": "point",
        }
    )
    figure = charts.targets(data, group="name", title="标题", axis="%")
    charts.save_chart(figure, alt="x")
    assert row_names(figure) == {1: "b", 2: "a", 4: "a", 5: "b"}
