"""Charts: what is refused, what is the same in two runs, and that nothing covers anything in either language."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import warnings
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from analysis import compare
from analysis.present import charts
from analysis.present.charts.look import ACCENT, PAPER
from analysis.present.charts.years import moment
from analysis.project import registry as schema
from analysis.project.errors import InputError
from analysis.rendering.svg import _path as short_path
from analysis.rendering.typst.glyphs import Glyphs

THEME_NAMES = [
    *("宏观经济", "产业发展", "科技创新", "数字经济", "农业农村", "生态环境"),
    *("城市建设", "民生保障", "营商与改革", "开放合作", "文化旅游", "社会治理"),
]
CITY_NAMES = [
    *("七台河", "平顶山", "鹤壁", "齐齐哈尔", "双鸭山", "鹤岗", "鸡西", "大同"),
    *("朔州", "淮北", "淮南", "榆林", "铜川", "攀枝花", "六盘水", "乌海"),
]
ZH = dict(zip(schema.THEMES, THEME_NAMES, strict=True))
LONG = {theme: f"{name}以及与其相关的各项重点工作和长期安排" for theme, name in ZH.items()}
EN = {theme: f"{theme.capitalize()} and what belongs to it" for theme in schema.THEMES}
CHARTS = [
    *("accuracy", "change", "confusion", "density", "distances", "heat_map", "keyness", "moves", "profile_dots"),
    *("share_dots", "share_panels", "targets", "timeline", "word_cloud"),
]
STATUS_ZH = {"achieved": "已实现", "planned": "计划", "undetermined": "未明"}
WORDS = [
    *("煤炭", "焦炭", "石墨烯", "新材料", "硅材料", "冰雪", "转型", "接续", "棚改"),
    *("采煤沉陷区", "矿山修复", "湿地", "粮食", "数控机床", "5G", "尼龙", "特钢", "陶瓷"),
]
CITIES = [f"city{n:02d}" for n in range(16)]
CITY_ZH = dict(zip(CITIES, CITY_NAMES, strict=True))


@pytest.fixture(autouse=True)
def no_warnings() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@cache
def world(count: int) -> dict[str, pd.DataFrame]:
    """The measures of `count` made-up cities with one text each."""
    random = np.random.default_rng(7)
    documents = pd.DataFrame({"document": CITIES[:count], "city": CITIES[:count]})
    periods = [None, "2017/2021", "2021/2025", "../2025", "2004/..", "2024-01/2024-08", "2020", "2023", "2024", "2026"]
    passages, figures, codes, terms = [], [], [], []
    for city in CITIES[:count]:
        weights = random.dirichlet(np.ones(12))
        for number in range(1, 30):
            passages.append({"document": city, "passage": number, "characters": int(random.integers(40, 400))})
            theme = schema.THEMES[random.choice(12, p=weights)]
            codes.append({"document": city, "passage": number, "sentence": number, "scheme": "theme", "code": theme})
            for _ in range(random.poisson(2)):
                status = [None, "achieved", "planned"][random.integers(3)]
                period = periods[random.integers(len(periods))]
                row = {"document": city, "city": city, "passage": number, "theme": theme}
                figures.append({**row, "status": status, "period": period})
        drawn = random.multinomial(600, random.dirichlet(np.ones(len(WORDS)) / 2))
        terms += [{"document": city, "term": w, "count": int(n)} for w, n in zip(WORDS, drawn, strict=True)]
    figure_table = pd.DataFrame(figures).astype({"status": "string", "period": "string"})
    return {
        "shares": compare.code_shares(pd.DataFrame(codes), documents, n=200),
        "distances": compare.profile_distances(pd.DataFrame(codes), documents),
        "change": compare.share_change(pd.DataFrame(codes), documents, CITIES[0], CITIES[count - 1], n=200),
        "profile": compare.figure_profile(figure_table, pd.DataFrame(passages), documents, n=200),
        "keyness": compare.keyness(pd.DataFrame(terms), documents),
        "timeline": compare.timeline(figure_table),
        "figures": compare.theme_figures(figure_table),
        "words": pd.DataFrame(terms).groupby("term", as_index=False)["count"].sum(),
    }


TITLE = {
    "zh": "七台河讲产业最多，“老字号”与“原字号”占三成，齐齐哈尔次之，其余各市相差不大，且区间互相重叠",
    "en": "Qitaihe’s text speaks most of industry, and the other cities do not differ by more than the intervals allow",
}
NOTE = {
    "zh": "来源：各市新闻发布会与政府工作报告，摘编版；n = 412 句。",
    "en": "Source: press conferences, digest edition; n = 412.",
}


def made_up_targets(cities: list[str], zh: bool) -> pd.DataFrame:
    """A growth target of each city, in every form in turn."""
    forms = [("point", "="), ("soft", "≈"), ("range", "="), ("hard", ">"), ("hard", "<")]
    rows = []
    for number, city in enumerate(cities):
        constraint, comparator = forms[number % len(forms)]
        value = 4.5 + number % 4 / 2
        words = f"{value:g}%左右" if zh else f"about {value:g}%"
        row = {"city": city, "value": value, "value_max": value + 0.5 if constraint == "range" else np.nan}
        row |= {"comparator": comparator, "constraint": constraint, "target": words, "before": "5.2%"}
        rows.append({**row, "reported": 5.2 if number % 3 else np.nan})
    return pd.DataFrame(rows)


def all_charts(count: int, lang: str, themes: dict[str, str]) -> dict[str, Figure]:
    tables = world(count)
    zh = lang == "zh"
    cities = CITIES[:count]
    names = {**themes, **(CITY_ZH if zh else {c: c.title() for c in CITIES}), **(STATUS_ZH if zh else {})}
    words: dict[str, Any] = {"title": TITLE[lang], "subtitle": "2019–2024", "note": NOTE[lang], "names": names}
    axis = "占已编码句的比例" if zh else "share of coded sentences"
    shares, counts = tables["shares"], tables["figures"]
    one = shares[shares["city"] == cities[0]].merge(
        counts.loc[counts["city"] == cities[0], ["code", "figures"]], on="code"
    )
    first = tables["timeline"][tables["timeline"]["document"] == cities[0]]
    few = tables["timeline"][tables["timeline"]["document"].isin(cities[:4])]
    panels = {
        "per_1000": "每千字数字" if zh else "figures per 1,000 characters",
        "planned_share": axis,
        "dated_share": axis,
    }
    columns = {"count": "句" if zh else "sentences", "figures": "数字" if zh else "figures"}
    parts = {theme: schema.THEMES[n // 6] for n, theme in enumerate(schema.THEMES)}
    parted = shares.assign(part=shares["code"].map(parts))
    sides = {} if count <= 4 else {"rows": "city", "columns": "code"}
    date = {city: "2024-09-27" for city in cities}
    targets = made_up_targets(cities, zh)
    # As many lines as the report has room for.
    two = pd.concat([targets.head(11).assign(theme=theme) for theme in ("industry", "ecology")])
    heads = {"target": "目标" if zh else "target", "before": "2025年已报告" if zh else "reported for 2025"}
    words["cities"] = cities
    own = {**words, "city": cities[0]}
    texts = {"texts": "文本数" if zh else "texts"}
    some = shares[shares["code"].isin(schema.THEMES[: 12 if count <= 4 else 5])]
    years = {"share_before": "2019", "share_after": "2023"}
    return {
        "targets": charts.targets(targets, axis="%", columns=heads, **words),
        "targets in groups": charts.targets(two, group="theme", axis="%", columns=heads, **words),
        "targets counted": charts.targets(targets, axis="%", columns=texts, most=0, **words),
        "density": charts.density(
            tables["profile"], axis=panels["per_1000"], columns={"figures": columns["figures"]}, **words
        ),
        "share dots": charts.share_dots(one, axis=axis, columns=columns, **own),
        "many panels": charts.share_panels(shares, axis=axis, **words),
        "panels": charts.share_panels(some, axis=axis, **words),
        "groups": charts.share_panels(shares[shares["code"].isin(schema.THEMES[:3])], **words),
        "map": charts.heat_map(parted, sections="part", **sides, **words),
        "distances": charts.distances(tables["distances"], axis=axis, **words),
        "change": charts.change(tables["change"].assign(scheme="theme"), axis=axis, columns=years, **own),
        "profile": charts.profile_dots(tables["profile"], columns=panels, **words),
        "keyness": charts.keyness(tables["keyness"], axis="z", columns={"count": "12 : 3"}, **words),
        "timeline": charts.timeline(first, axis="2004–2026", dates=date, **own),
        "timelines": charts.timeline(few, axis="2004–2026", dates=date, most=2, **words),
        "cloud": charts.word_cloud(tables["words"], **own),
    }


CHOICES = ["all_codes", "passages", "terms_left_out"]


def validation_charts(lang: str, themes: dict[str, str], panels: int = 3) -> dict[str, Figure]:
    """The charts of the report on validation, from made-up scores, confusions and moves."""
    random = np.random.default_rng(11)
    zh = lang == "zh"
    columns = ["recall", "precision", "value_max", "theme"]
    scores = pd.DataFrame({"column": columns, "share": [0.998, 1.0, 1.0, 0.89], "n": [486, 485, 18, 462]})
    scores["low"], scores["high"] = scores["share"] - [0.01, 0.008, 0.18, 0.03], [1.0, 1.0, 1.0, 0.92]
    counts = pd.DataFrame(random.integers(0, 3, (12, 12)), index=schema.THEMES, columns=schema.THEMES)
    counts += np.diag(random.integers(5, 90, 12))
    counts.loc["digital"] = 0
    names = {**themes, **(dict(zip(columns, ["召回率", "精确率", "上限", "主题"], strict=True)) if zh else {})}
    names |= {choice: "去掉各编码最常见的10个词" if zh else f"another way to count: {choice}" for choice in CHOICES}
    schemes = ["theme", "pathway", "instrument"][:panels]
    rows = [
        {"scheme": scheme, "choice": choice, "difference": difference}
        for scheme in schemes
        for choice in CHOICES
        for difference in random.normal(0, 0.03, 48)
    ]
    summary = pd.DataFrame([{"scheme": s, "choice": c, "mean": 0.0213, "tau": 0.86} for s in schemes for c in CHOICES])
    words: dict[str, Any] = {"title": TITLE[lang], "subtitle": NOTE[lang], "note": NOTE[lang], "names": names}
    axis = "判对的比例" if zh else "share right"
    right = {"right": "判对" if zh else "right"}
    heads = {"mean": "平均移动" if zh else "mean move", "tau": "城市次序τ" if zh else "order of cities, τ"}
    return {
        "accuracy": charts.accuracy(scores, axis=axis, columns={"n": "判断数" if zh else "judged"}, **words),
        "confusion": charts.confusion(counts, columns=right, **words),
        "two": charts.confusion(counts.iloc[:2, :2], columns=right, **words),
        "moves": charts.moves(pd.DataFrame(rows).merge(summary), axis=axis, columns=heads, **words),
    }


def small_chart(**more: Any) -> Figure:
    data = pd.DataFrame({"city": ["a", "b"], "share": [0.2, 0.4], "low": [0.1, 0.3], "high": [0.3, 0.5]})
    words = {"title": "甲市高于乙市", "axis": "比例", "names": {"a": "甲市", "b": "乙市"}} | more
    return charts.share_dots(data, rows="city", **words)


# --- every chart ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "lang", "themes"),
    [(1, "zh", ZH), (2, "en", EN), (4, "zh", LONG), (4, "en", EN), (16, "zh", ZH), (16, "en", EN)],
)
def test_charts_can_be_read(count: int, lang: str, themes: dict[str, str]) -> None:
    for name, figure in (all_charts(count, lang, themes) | validation_charts(lang, themes)).items():
        chart = charts.save_chart(figure, alt=name)
        assert charts.problems(figure) == [], name
        root = ET.fromstring(chart.svg)
        assert root.tag.endswith("svg") and root.get("width") == "460.8pt", name
        assert len(chart.svg) < 220_000, name
        assert min(text.get_fontsize() for text in charts.save._texts(figure)) >= 9, name
        assert figure.get_size_inches()[1] < 11, name


def dots(axes: Axes) -> PathCollection:
    """The marks of a plot of rows, from top to bottom."""
    [marks] = [each for each in axes.collections if isinstance(each, PathCollection)]
    return marks


def row_names(figure: Figure) -> list[str]:
    """The names of the rows of the plots, from top to bottom; what several plots have stands once."""
    names = [text for text in figure.texts if text.get_position()[0] == 0 and text.get_ha() == "right"]
    return list(dict.fromkeys(text.get_text() for text in sorted(names, key=lambda text: text.get_position()[1])))


def test_rows_of_a_dot_plot_are_sorted_and_start_at_nothing() -> None:
    figure = small_chart()
    axes = figure.axes[0]
    assert row_names(figure) == ["乙市", "甲市"]
    assert axes.get_xlim()[0] == 0
    assert axes.get_xlim()[1] > 0.5


@pytest.mark.parametrize("most", [0.004, 0.03, 0.2, 0.97, 6.0, 70.0, 12345.0])
@pytest.mark.parametrize("form", [charts.percent, charts.decimal, charts.integer])
def test_ticks_are_not_rounded(most: float, form: Any) -> None:
    axes = Figure().add_axes((0.0, 0.0, 1.0, 1.0))
    charts.layout.scale_axis(axes, 0, most, "", charts.layout.tick_format(form))
    ticks = {text.get_position()[0]: text.get_text() for text in axes.figure.texts}
    assert len(ticks) > 2
    for place, words in ticks.items():
        assert float(words.replace(",", "").rstrip("%")) == pytest.approx(
            place * (100 if form is charts.percent else 1)
        )


def test_planned_is_hollow_and_achieved_filled() -> None:
    assert charts.layout.status_look("planned", ACCENT)["facecolor"] == PAPER
    assert charts.layout.status_look("achieved", ACCENT)["facecolor"] == ACCENT
    assert charts.layout.status_look("", ACCENT)["facecolor"] not in (PAPER, ACCENT)


def test_many_cities_become_a_heat_map_with_numbers() -> None:
    shares = world(16)["shares"]
    figure = charts.share_panels(shares, title="t", cities=CITIES)
    printed = [text.get_text() for text in figure.axes[0].texts if text.get_text().isdigit()]
    assert len(printed) == 16 * 12
    assert sorted(printed, key=int)[-1] == f"{100 * shares['share'].max():.0f}"


def test_what_is_not_sure_is_hollow_or_without_colour() -> None:
    changes = pd.DataFrame({"scheme": "theme", "code": ["urban", "culture"], "difference": [0.2, 0.1]})
    changes = changes.assign(low=[0.1, -0.1], high=[0.3, 0.3])
    figure = charts.change(changes, title="t", axis="x")
    assert [to_hex(face) for face in dots(figure.axes[0]).get_facecolor()] == [ACCENT.lower(), PAPER]
    low, high = figure.axes[0].get_xlim()
    assert low == -high and high > 0.3
    pairs = pd.DataFrame({"city": ["a", "a", "b"], "other": ["b", "c", "c"], "distance": [0.5, 0.3, 0.4]})
    pairs = pairs.assign(corrected=[0.45, 0.2, 0.3], low=[0.1, 0.0, 0.2], high=0.6)
    figure = charts.distances(pairs, title="t", most=2)
    [mesh] = figure.axes[0].collections
    faces = [
        to_hex(face) for face, known in zip(mesh.get_facecolor(), ~mesh.get_array().mask.ravel(), strict=True) if known
    ]
    cells = dict(zip([text.get_text() for text in figure.axes[0].texts], faces, strict=True))
    assert set(cells) == {"45", "20", "30"}
    assert cells["20"] == "#ffffff" != cells["30"]


def test_panels_have_one_scale_and_one_order() -> None:
    shares = world(4)["shares"]
    figure = charts.share_panels(shares, title="t", cities=CITIES[:4])
    axes = figure.axes
    assert len(axes) == 12 and len({each.get_xlim() for each in axes}) == 1
    means = shares.groupby("code")["share"].mean().sort_values(ascending=False)
    first = shares[shares["code"] == means.index[0]].sort_values("share", ascending=False)
    assert row_names(figure) == first["city"].tolist()
    assert dots(axes[0]).get_offsets()[:, 0].tolist() == first["share"].tolist()


def test_like_rows_stand_beside_each_other() -> None:
    matrix = np.array([[0.9, 0.1], [0.1, 0.9], [0.8, 0.2], [0.2, 0.8]])
    assert charts.maps.like_beside_like(matrix).tolist() == [0, 2, 3, 1]


def test_an_axis_of_shares_near_one_begins_below_the_lowest_interval() -> None:
    axes = validation_charts("zh", ZH)["accuracy"].axes[0]
    assert axes.get_xlim() == (0.8, 1.0)
    low = pd.DataFrame({"column": ["a"], "share": [0.05], "low": [0.01], "high": [0.1]})
    assert charts.accuracy(low, title="t", axis="x").axes[0].get_xlim() == (0.0, 1.0)


def test_a_confusion_has_its_counts_and_the_share_right() -> None:
    counts = pd.DataFrame([[8, 2], [0, 0]], index=["a", "b"], columns=["a", "b"])
    axes = charts.confusion(counts, title="t", columns={"right": "right"}).axes[0]
    assert [text.get_text() for text in axes.texts if text.get_text()] == ["80%", "–", "8", "2"]


def test_moves_have_one_scale_about_nothing() -> None:
    axes = validation_charts("en", EN)["moves"].axes
    assert len(axes) == 3 and len({panel.get_xlim() for panel in axes}) == 1
    assert axes[0].get_xlim()[0] == -axes[0].get_xlim()[1]


@pytest.mark.parametrize(
    ("value", "digits", "words"),
    [
        (0.05, None, "+5"),
        (-0.025, None, "−2.5"),
        (0.0, None, "0"),
        (0.05, 1, "+5.0"),
        (-0.0001, 1, "0.0"),
        (1, 0, "+100"),
    ],
)
def test_differences_in_points(value: float, digits: int | None, words: str) -> None:
    assert charts.signed_points(value, digits) == words


def test_colours_and_markers_are_fixed_and_tell_cities_apart() -> None:
    looks = [(charts.city_colour(city, CITIES), charts.city_marker(city, CITIES)) for city in CITIES]
    assert len(set(looks)) == 16
    assert len({colour for colour, _ in looks[:7]}) == len({marker for _, marker in looks[:7]}) == 7
    with pytest.raises(ValueError):
        charts.city_colour("nowhere", CITIES)


EMPTY: dict[str, Any] = {"title": "没有可比较的文本", "empty": "没有数据"}


def test_charts_without_data_say_so() -> None:
    nothing = {key: table.iloc[:0] for key, table in world(1).items()}
    figures = [
        charts.density(nothing["profile"], **EMPTY),
        charts.share_dots(nothing["shares"], **EMPTY),
        charts.share_panels(nothing["shares"], **EMPTY),
        charts.heat_map(nothing["shares"], **EMPTY),
        charts.heat_map(world(1)["shares"].assign(share=np.nan), **EMPTY),
        charts.distances(nothing["distances"], **EMPTY),
        charts.change(nothing["change"].assign(scheme="theme"), **EMPTY),
        charts.profile_dots(nothing["profile"], **EMPTY),
        charts.keyness(nothing["keyness"], **EMPTY),
        charts.keyness(world(1)["keyness"], **EMPTY),
        charts.timeline(nothing["timeline"], **EMPTY),
        charts.targets(made_up_targets(CITIES, True).iloc[:0], **EMPTY),
        charts.accuracy(pd.DataFrame(columns=["column", "share", "low", "high"]), **EMPTY),
        charts.confusion(pd.DataFrame(), **EMPTY),
        charts.moves(pd.DataFrame(columns=["scheme", "choice", "difference"]), **EMPTY),
        charts.word_cloud(pd.DataFrame({"term": ["零"], "count": [0]}), **EMPTY),
    ]
    for figure in figures:
        assert "没有数据" in [text.get_text() for text in figure.texts]
    # A misspelt code is told and not drawn as nothing.
    with pytest.raises(InputError, match="unknown code 'no such code'"):
        charts.share_dots(world(1)["shares"], order=["no such code"], **EMPTY)
        assert figure.get_size_inches()[1] < 1.5
        assert charts.save_chart(figure, alt="没有数据").svg


def test_thirty_cities_with_long_names_can_be_read() -> None:
    cities = [f"c{n:02d}" for n in range(30)]
    names = dict(
        zip(
            cities,
            ["黔西南布依族苗族自治州", "攀枝花", "The Production and Construction Corps of the West"] * 10,
            strict=True,
        )
    )
    pairs = [(city, code) for city in cities for code in schema.THEMES]
    shares = pd.DataFrame(pairs, columns=["city", "code"]).assign(share=0.25, low=0.1, high=0.4)
    profile = shares[shares["code"] == "urban"].assign(per_1000=3.0, planned_share=0.5, dated_share=0.5)
    apart = [(one, two, 0.4, 0.3 * (n % 2)) for n, one in enumerate(cities[:20]) for two in cities[n + 1 : 20]]
    distances = pd.DataFrame(apart, columns=["city", "other", "corrected", "low"]).assign(high=0.5)
    words = [(city, f"a rather long compound term {n}", 9 - n, n, 5.0) for city in cities for n in range(9)]
    key = pd.DataFrame(words, columns=["city", "term", "count", "other_count", "z"])
    given: dict[str, Any] = {"names": {**names, **EN}, "cities": cities, "title": "t", "axis": "x"}
    for figure in (
        charts.share_panels(shares, **given),
        charts.share_panels(shares[shares["code"].isin(schema.THEMES[:4])], **given),
        charts.heat_map(shares, **given),
        charts.profile_dots(profile, **given),
        charts.density(profile, columns={"share": "share"}, **given),
        charts.distances(distances, **given),
        charts.keyness(key, **given),
        charts.targets(made_up_targets(cities, True), **given),
    ):
        assert charts.problems(figure) == []


def test_tied_rows_stand_in_order_of_their_names_and_several_rows_of_a_code_are_refused() -> None:
    tied = pd.DataFrame({"code": ["c", "a", "b"], "share": 0.2, "low": [0.1, np.nan, 0.1], "high": [0.3, np.nan, 0.3]})
    figure = charts.share_dots(tied, axis="x")
    assert row_names(figure) == ["a", "b", "c"] and charts.problems(figure) == []
    with pytest.raises(ValueError, match="several rows for code 'a'"):
        charts.share_dots(pd.concat([tied, tied.iloc[1:]]))


def test_missing_values_leave_no_mark() -> None:
    data = pd.DataFrame({"city": ["a", "b"], "share": [0.2, np.nan], "n": [3, pd.NA]}).astype({"n": "Int64"})
    figure = charts.share_dots(data, rows="city", title="t", axis="x", columns={"n": "n"})
    assert row_names(figure) == ["a"]


# --- what a researcher changes ------------------------------------------------------------------------------------


def test_a_figure_may_be_changed_before_it_is_shown() -> None:
    figure = small_chart()
    plain = charts.save_chart(small_chart(), alt="x").svg
    figure.axes[0].axvline(0.1)
    assert isinstance(figure, Figure) and charts.save_chart(figure, alt="x").svg != plain


def test_a_palette_sets_colours_by_key_by_name_or_for_all() -> None:
    shares = world(4)["shares"]
    cities = CITIES[:4]

    def faces(palette: Any, **more: Any) -> dict[str, str]:
        figure = charts.share_panels(shares, palette=palette, city_order=cities, cities=cities, title="t", **more)
        return dict(zip(cities, map(to_hex, dots(figure.axes[0]).get_facecolor()), strict=True))

    usual = {city: charts.city_colour(city, cities).lower() for city in cities}
    assert faces(None) == usual
    assert faces({cities[1]: "red"}) == usual | {cities[1]: "#ff0000"}
    assert set(faces("darkgreen").values()) == {"#006400"}
    assert len(set(faces("viridis").values())) == 4 and faces(["#111111", "#222222"])[cities[3]] == "#222222"
    one = charts.share_dots(shares[shares["city"] == cities[1]], cities=cities, city=cities[1], axis="x")
    assert {to_hex(face) for face in dots(one.axes[0]).get_facecolor()} == {usual[cities[1]]}
    grey = charts.heat_map(shares, palette="Greys", title="t").axes[0].collections[0]
    assert all(red == green == blue for red, green, blue, _ in grey.get_facecolor())
    with pytest.raises(TypeError, match="not a mapping"):
        charts.heat_map(shares, palette={"a": "red"})


def test_order_chooses_and_sorts_as_in_seaborn() -> None:
    shares = world(4)["shares"]
    one = shares[shares["city"] == CITIES[0]]
    figure = charts.share_dots(one, order=["urban", "macro"], title="t", axis="x")
    assert row_names(figure) == ["urban", "macro"]
    assert row_names(charts.share_dots(one, order=one["code"], axis="x")) == one["code"].tolist()
    figure = charts.share_panels(shares, order=["urban", "macro"], city_order=[CITIES[2], CITIES[0]], title="t")
    assert len(figure.axes) == 2 and row_names(figure) == [CITIES[2], CITIES[0]]
    figure = charts.heat_map(shares, order=["urban", "macro"], column_order=[CITIES[1]], title="t")
    assert row_names(figure) == ["urban", "macro"] and len(figure.axes[0].texts) == 2


def test_a_misspelt_label_is_named() -> None:
    with pytest.raises(TypeError, match="no option or label 'tilte', did you mean 'title'"):
        small_chart(tilte="t")


def test_a_misspelt_entry_of_an_order_is_named() -> None:
    shares = world(1)["shares"]
    with pytest.raises(InputError, match="unknown code 'urbann', did you mean 'urban'"):
        charts.share_dots(shares, order=["macro", "urbann"], **EMPTY)
    # A code that the table does not hold may stand in an order, beside the one that is like it, too.
    figure = charts.share_dots(shares, order=["urban", "urbann", "nobody"], **EMPTY)
    assert row_names(figure) == ["urban"]


def test_an_unknown_palette_is_named() -> None:
    shares = world(1)["shares"]
    for chart in (charts.share_dots, charts.heat_map):
        with pytest.raises(InputError, match="unknown palette 'no such'; give a colour"):
            chart(shares, palette="no such", **EMPTY)


def test_a_missing_column_is_named() -> None:
    with pytest.raises(ValueError, match="needs a column 'share' and the table has city, part"):
        charts.share_dots(pd.DataFrame({"city": ["a"], "part": [1.0]}), rows="city")


def test_every_chart_takes_every_label() -> None:
    every: dict[str, Any] = {
        **{"title": "t", "subtitle": "s", "note": "n", "axis": "x", "names": {}, "cities": CITIES},
        **{"city": CITIES[0], "columns": {}, "empty": "–", "lang": "zh"},
    }
    for name in CHARTS:
        assert "–" in [text.get_text() for text in getattr(charts, name)(pd.DataFrame(), **every).texts], name
    assert charts.save_chart(charts.heat_map(world(2)["shares"], **every), alt="x").svg


# --- the one way out --------------------------------------------------------------------------------------------


def test_a_chart_shows_with_its_words() -> None:
    chart = charts.save_chart(small_chart(), alt=" 甲市 20%，乙市 40% ", caption="图 1", note="来源")
    data, metadata = chart._repr_mimebundle_()
    assert data["image/svg+xml"].startswith("<svg")
    assert metadata == {"image/svg+xml": {"alt": "甲市 20%，乙市 40%", "caption": "图 1", "note": "来源"}}


@pytest.mark.parametrize("alt", ["", "  \n"])
def test_no_alt_is_refused(alt: str) -> None:
    with pytest.raises(ValueError, match="alternative text"):
        charts.save_chart(small_chart(), alt=alt)


def test_a_character_without_a_glyph_is_drawn_as_its_code_point() -> None:
    spelled = charts.save_chart(small_chart(note="来源 [U+1F600]"), alt="x")
    assert charts.save_chart(small_chart(note="来源 \U0001f600"), alt="x").svg == spelled.svg
    words = pd.DataFrame({"term": ["\U0001f600", "ཀ"], "count": [2, 1]})
    assert charts.save_chart(charts.word_cloud(words), alt="x").svg


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_words_of_the_suite_itself_lack_no_glyph(lang: str) -> None:
    package = Path(charts.__file__).parents[2]
    said = "".join((package / room / "strings" / f"{lang}.yml").read_text("utf-8") for room in ("present", "rendering"))
    glyphs = Glyphs(lang)
    assert not glyphs.missing(said, "strings") and not glyphs.missing(
        (package / "project/tables.yml").read_text("utf-8"), "x"
    )


def test_ticks_without_a_label_are_refused_unless_marked() -> None:
    figure = small_chart(axis="")
    with pytest.raises(ValueError, match="the x axis of axes 1 has ticks and no label"):
        charts.save_chart(figure, alt="x")
    charts.self_explaining(figure.axes[0], "x")
    assert charts.save_chart(figure, alt="x").svg


def test_text_outside_the_figure_is_refused() -> None:
    figure = small_chart()
    figure.text(0.97, 0.5, "伸出图外的文字")
    with pytest.raises(ValueError, match="'伸出图外的文字' leaves the figure"):
        charts.save_chart(figure, alt="x")


def test_text_over_text_is_refused_and_movable_labels_give_way() -> None:
    def with_labels(movable: bool) -> Figure:
        figure = small_chart()
        for words in ("标签甲", "标签乙"):
            label = figure.axes[0].text(0.3, 0.5, words)
            if movable:
                charts.movable(label)
        return figure

    with pytest.raises(ValueError, match="'标签甲' and '标签乙' overlap"):
        charts.save_chart(with_labels(False), alt="x")
    figure = with_labels(True)
    charts.save_chart(figure, alt="x")
    first, second = (text.get_position() for text in figure.axes[0].texts)
    assert first[0] == pytest.approx(second[0]) and first[1] != second[1]


def test_text_is_never_markup_or_formula() -> None:
    chart = charts.save_chart(small_chart(title="价格 $x^2$ <script>&"), alt="x")
    assert b"<script" not in chart.svg
    ET.fromstring(chart.svg)


def test_svg_holds_outlines_and_nothing_that_changes() -> None:
    svg = charts.save_chart(small_chart(), alt="x").svg.decode()
    assert "<text" not in svg and "<!--" not in svg and "dc:date" not in svg
    links = set(re.findall(r' href="#([^"]+)"', svg)) | set(re.findall(r"url\(#([^)]+)\)", svg))
    assert links <= set(re.findall(r' id="([^"]+)"', svg))
    # A bold and a regular letter are different outlines.
    assert re.search(r'id="B\w+"', svg) and re.search(r'id="R\w+"', svg)


def test_packed_paths_keep_their_points() -> None:
    data = "M 10 20 \nL 30 20 \nL 30 45.5 \nQ 1 2 3 4 \nL 10 20 \nz\nM 0.004 0 \nC 1 1 2 2 3 3.25 \n"
    assert short_path(data, 1, 2) == "m10 20h20v25.5q-29-43.5-27-41.5zm-10-20c1 1 2 2 3 3.25"


def test_every_outline_that_is_placed_is_there_and_spaces_place_none() -> None:
    svg = charts.save_chart(small_chart(title="a b c", axis="two words"), alt="x").svg.decode()
    title = svg[svg.index('data-text="a b c"') :]
    placed = re.findall(r'<use href="#(B\w+)"', title[: title.index("</g>")])
    assert len(placed) == 3 and len(set(placed)) == 3
    assert set(placed) <= set(re.findall(r' id="(B\w+)"', svg))


def test_bytes_are_the_same_in_two_runs() -> None:
    one, other = all_charts(2, "zh", ZH), all_charts(2, "zh", ZH)
    for name in one:
        assert charts.save_chart(one[name], alt="x").svg == charts.save_chart(other[name], alt="x").svg, name


def test_bytes_are_the_same_in_two_processes() -> None:
    code = (
        "import sys, hashlib; sys.path[:0] = sys.argv[1:]; import test_charts as t; "
        "from analysis.present import charts as c;"
        "svgs = (c.save_chart(f, alt='x').svg for f in t.all_charts(4, 'zh', t.ZH).values());"
        "print(*(hashlib.sha256(svg).hexdigest() for svg in svgs))"
    )
    here = Path(__file__).resolve().parent
    run = subprocess.run(
        [sys.executable, "-c", code, str(here), str(here.parent / "src")],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "77"},
    )
    drawn = [charts.save_chart(figure, alt="x").svg for figure in all_charts(4, "zh", ZH).values()]
    assert run.stdout.split() == [hashlib.sha256(svg).hexdigest() for svg in drawn]


def test_a_readers_own_settings_do_not_change_a_chart() -> None:
    import matplotlib as mpl

    before = charts.save_chart(small_chart(), alt="x").svg
    with mpl.rc_context({"font.size": 30, "axes.grid": True, "svg.fonttype": "none", "lines.linewidth": 9}):
        assert charts.save_chart(small_chart(), alt="x").svg == before
        assert mpl.rcParams["font.size"] == 30


# --- words ------------------------------------------------------------------------------------------------------


def test_lines_break_where_chinese_and_english_may() -> None:
    text = "数字“四大产业”占比上升，其余（农业）下降。"
    for width in np.arange(0.4, 3, 0.1):
        for line in charts.text.wrap(text, float(width)).split("\n"):
            assert line[0] not in "，。”）" and line[-1] not in "“（"
    assert charts.text.wrap("share of coded sentences", 0.7).split("\n") == ["share of", "coded", "sentences"]
    assert charts.text.wrap("文化旅游", 0.45, even=True) == "文化\n旅游"
    assert charts.text.wrap("", 1.0) == ""


def test_latin_quotes_do_not_tear_a_word_apart() -> None:
    assert charts.text.half_width("Hebi’s “old brands”") == 'Hebi\'s "old brands"'
    assert charts.text.half_width("鹤壁的“老字号”") == "鹤壁的“老字号”"


def test_a_word_cloud_has_the_most_frequent_words_largest_and_apart() -> None:
    counts = pd.DataFrame({"term": ["转型", "煤炭", "湿地", "零"], "count": [20, 30, 20, 0]})
    figure = charts.word_cloud(counts, title="")
    sizes = {text.get_text(): text.get_fontsize() for text in figure.texts}
    assert list(sizes) == ["煤炭", "湿地", "转型"] and sizes["煤炭"] > sizes["转型"] == sizes["湿地"]
    many = pd.DataFrame({"term": [f"{word}{n}" for n in range(9) for word in WORDS], "count": range(1, 163)})
    figure = charts.word_cloud(many, most=150)
    assert charts.problems(figure) == [] and 20 < len(figure.texts) < 150
    long = pd.DataFrame({"term": ["长" * 60, "煤"], "count": [9, 1]})
    assert charts.problems(charts.word_cloud(long)) == []


def test_dates_on_the_time_axis() -> None:
    # The middle of a year is its number.
    assert moment("2024-07-01") == pytest.approx(2024.0)
    assert moment("2024") == pytest.approx(2024.0)
    assert moment("2024-01-01") == pytest.approx(2023.5)
    assert moment("") is None
