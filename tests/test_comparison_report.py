"""The comparison report: a whole run on small texts, words that claim no more than the intervals, many cities."""

from __future__ import annotations

import hashlib
import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pandas as pd
import pytest
from conftest import ROOT, write_sources

from analysis.present import reports
from analysis.present.language import LANGUAGES, Words
from analysis.present.reports.comparison_report import FEW
from analysis.present.reports.strategy import GROUP, KIND_WORDS, contrast, fill
from analysis.project.errors import InputError

INDUSTRY = "{name}市推进煤炭精深加工，延伸煤化工产业链，建设尼龙新材料基地。"
ECOLOGY = "{name}市治理采煤沉陷区，修复矿山，建设湿地公园，空气质量持续改善。"
PEOPLE = "{name}市改造棚户区，发放稳岗补贴，做好失业人员再就业培训，城镇新增就业{n}人。"
NEW = "{name}市培育新能源、生物医药和数字经济等新兴产业，建设产业园区{n}个。"
SUPPORT = "{name}市出台招商引资政策，优化营商环境，设立产业基金，开展试点示范。"


def text_of(name: str, parts: list[str]) -> str:
    """A text with a paragraph for each of `parts`."""
    return "\n".join([f"{name}市就转型答记者问（虚构）", *(p.format(name=name, n=i + 3) for i, p in enumerate(parts))])


def add_texts(project: Path, texts: dict[str, tuple[str, str, str, str]]) -> None:
    """Make `texts` (document → city, its name, date, text) the sources of a project."""
    rows, cities = [], {}
    for document, (city, name, date, text) in texts.items():
        data = text.encode()
        (project / f"data/raw/{document}.txt").write_bytes(data)
        rows.append({"document": document, "city": city, "date": date, "genre": "press_conference", "title": document})
        rows[-1] |= {"publisher": "", "language": "zh-Hans", "edition": "digest"}
        rows[-1]["sha256"] = hashlib.sha256(data).hexdigest()
        cities[city] = f"{city}: {{name_zh: {name}市, name_en: {city.title()}, class: mature}}"
    write_sources(project, rows)
    (project / "data/reference/cities.yml").write_text("\n".join(cities.values()), encoding="utf-8")


@pytest.fixture
def apart(small_project: Path) -> Path:
    """Two cities that speak of nothing in common, one of them in two years that differ as much."""
    texts = {
        "aa-2019": ("aa", "松岭", "2019-05-01", text_of("松岭", [ECOLOGY] * 12 + [PEOPLE])),
        "aa-2023": ("aa", "松岭", "2023-05-01", text_of("松岭", [NEW] * 12 + [ECOLOGY])),
        "bb-2023": ("bb", "柏川", "2023-05-01", text_of("柏川", [INDUSTRY] * 25 + [PEOPLE, SUPPORT])),
    }
    add_texts(small_project, texts)
    return small_project


SHOWN: list[dict[str, str]] = []


@pytest.fixture(autouse=True)
def displayed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Collect in `SHOWN` what reports display."""

    def display(thing, raw=False, metadata=None):
        SHOWN.append(thing if raw else thing._repr_mimebundle_()[0])

    SHOWN.clear()
    for module in ("analysis.present.reports.base", "analysis.present.tables"):
        monkeypatch.setattr(f"{module}.display", display)


def taken() -> tuple[str, list[str]]:
    """The words (Markdown, tables) and the charts (SVG) that were displayed since the last call."""
    words = "\n".join(data.get("text/markdown", "") + data.get("text/html", "") for data in SHOWN)
    charts = [data["image/svg+xml"] for data in SHOWN if "image/svg+xml" in data]
    SHOWN.clear()
    return words, charts


def shown(method, *arguments) -> tuple[str, list[str]]:
    method(*arguments)
    return taken()


def cells() -> list[str]:
    """The code cells of the notebook after the one with its parameters."""
    notebook = json.loads((ROOT / "notebooks/03_comparison.ipynb").read_text(encoding="utf-8"))
    code = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    return code[2:]


def run_all(lang: str) -> tuple[str, list[str]]:
    """Run every cell of the notebook; its words and its charts."""
    names = {"reports": reports, "In": [], "cities": None, "lang": lang}
    for cell in cells():
        exec(cell, names)  # noqa: S102 - the notebook of this project
    return taken()


# --- what is claimed ---------------------------------------------------------------------------------------------


def rows_of(*intervals: tuple[float, float, float]) -> pd.DataFrame:
    table = pd.DataFrame(intervals, columns=["share", "low", "high"])
    return table.assign(city=[f"c{n}" for n in range(len(table))])


@pytest.mark.parametrize(
    ("intervals", "pair", "clear"),
    [
        (((0.6, 0.5, 0.7), (0.3, 0.2, 0.4)), ("c0", "c1"), True),
        (((0.6, 0.3, 0.9), (0.3, 0.2, 0.4)), ("c0", "c1"), False),
        # The largest share has a wide interval; a smaller and surer one lies apart.
        (((0.8, 0.2, 0.95), (0.6, 0.5, 0.7), (0.3, 0.2, 0.4)), ("c1", "c2"), True),
        # Touching intervals are not apart.
        (((0.6, 0.4, 0.7), (0.3, 0.2, 0.4)), ("c0", "c1"), False),
    ],
)
def test_a_difference_is_clear_only_where_intervals_do_not_overlap(intervals, pair, clear):
    found = contrast(rows_of(*intervals), "code")
    assert (found.high.city, found.low.city, found.clear, found.item) == (*pair, clear, "code")


def test_values_without_interval_are_never_clear_and_missing_ones_no_contrast():
    nan = float("nan")
    assert contrast(rows_of((0.9, nan, nan), (0.1, nan, nan))).clear is False
    assert contrast(rows_of((0.9, 0.8, 0.95), (nan, nan, nan))) is None


def test_shares_of_nothing_and_of_all_get_exact_ends():
    nan = float("nan")
    table = fill(rows_of((0.0, nan, nan), (1.0, nan, nan), (0.0, nan, nan)), {"c0": 10, "c1": 10, "c2": 1})
    reach = 1 - 0.025 ** (1 / 10)
    assert table["low"].tolist()[:2] == pytest.approx([0.0, 1 - reach])
    assert table["high"].tolist()[:2] == pytest.approx([reach, 1.0])
    assert table.loc[2, ["low", "high"]].isna().all()


def test_overlap_is_said_and_no_difference_claimed(small_project):
    report = reports.comparison(cities=None, lang="en")
    assert not any(each.clear for each in report.contrasts("pathway"))
    words, _ = shown(report.read_findings)
    assert "intervals overlap, so no difference can be claimed" in words
    # Pathways stand in the first finding, which claims nothing.
    assert "clearly apart (" not in words.split("\n")[0] and "lies clearly above" not in words.split("\n")[0]
    assert "No clear difference on pathways" in report._contrast_title("pathway")


def test_what_lies_apart_is_said_with_both_intervals(apart):
    report = reports.comparison(cities=None, lang="en")
    first = report.contrasts("pathway")[0]
    assert first.clear and {first.high.city, first.low.city} == {"aa", "bb"}
    words, _ = shown(report.read_shares, "pathway")
    said = re.search(
        r"Most clearly “(.*?)”: (\w+) gives it \[(\d+)%\]\((.*?)\) \(95% interval (\d+)% to (\d+)%\)", words
    )
    assert said, words
    assert said[1] == report.code_name("pathway", first.item) and said[2] == report.short_name(first.high.city)
    numbers = [round(100 * value) for value in (first.high.share, first.high.low, first.high.high)]
    assert [int(said[n]) for n in (3, 5, 6)] == numbers
    assert re.fullmatch(r"documents/\w\w-\d{4}\.en\.html#passage-\d+", said[4])


def test_only_clear_leads_are_called_so(apart):
    report = reports.comparison(cities=None, lang="en")
    leading = report.leading("pathway").set_index("city")
    assert leading.loc["bb", "clear"] and leading.loc["bb", "code"] == "resource_extension"
    shares = report.code_shares("pathway")
    own = shares[(shares["city"] == "aa") & (shares["code"] != leading.loc["aa", "code"])]
    assert leading.loc["aa", "clear"] == (leading.loc["aa", "low"] > own["high"].max())
    assert "Bb “Extension of the resource chain”" in report._leading_words("pathway")


def test_change_between_years_is_clear_only_where_its_interval_leaves_out_0(apart):
    report = reports.comparison(cities=None, lang="en")
    first, last, table = report.changes["aa"]
    assert (first, last, list(report.changes)) == ("2019", "2023", ["aa"])
    own = table.set_index(["scheme", "code"])
    restored = own.loc[("pathway", "ecological_restoration")]
    assert restored["difference"] < 0 and restored["sure"] and restored["high"] < 0
    known = table[table["low"].notna()]
    assert (known["sure"] == ((known["low"] > 0) | (known["high"] < 0))).all()
    words, charts = shown(report.show_changes)
    assert "“Ecological restoration” 92%" in words and len(charts) == 1
    # A sentence of each year stands beneath, with a link to its passage.
    assert "documents/aa-2019.en.html#passage-" in words


def test_no_clear_change_is_said_to_be_none(small_project):
    text = text_of("松岭", [NEW, ECOLOGY, PEOPLE, NEW, ECOLOGY, PEOPLE])
    texts = {f"aa-{year}": ("aa", "松岭", f"{year}-05-01", text) for year in (2019, 2023)}
    add_texts(small_project, texts | {"bb-2023": ("bb", "柏川", "2023-05-01", text_of("柏川", [INDUSTRY] * 4))})
    for lang, claim in (("en", "no change can be claimed"), ("zh", "不能说有变化")):
        words, _ = shown(reports.comparison(cities=None, lang=lang).show_changes)
        assert claim in words


def test_texts_of_one_year_have_no_section_on_change(small_project):
    assert shown(reports.comparison(cities=None, lang="en").show_changes) == ("", [])


# --- sentences and words -----------------------------------------------------------------------------------------


def test_sentences_that_carry_a_code_have_it_and_are_linked(apart):
    report = reports.comparison(cities=None, lang="zh")
    row = report.carriers("pathway", "resource_extension", "bb").iloc[0]
    text = report.sentence_texts[(row["document"], int(row["sentence"]))]
    assert all(word in text for word in row["evidence"].split("|"))
    words, _ = shown(report.show_carriers, "pathway", [("bb", "resource_extension"), ("bb", "ecological_restoration")])
    assert words.count("<tr>") == 2 and "柏川 2023" in words and 'href="documents/bb-2023.zh.html#passage-' in words
    assert shown(report.show_carriers, "pathway", [("bb", "ecological_restoration")]) == ("", [])


def test_groups_of_instruments_hold_their_sub_types(apart):
    report = reports.comparison(cities=None, lang="en")
    groups, types = report.code_shares(GROUP), report.code_shares("instrument")
    for city in ("aa", "bb"):
        own = types[types["city"] == city]
        sums = own["count"].groupby(own["code"].map(report.schemes["instrument"].group)).sum()
        found = groups[groups["city"] == city].set_index("code")["count"]
        assert found.to_dict() == sums.reindex(found.index).to_dict()


def test_words_in_context_stand_where_they_are_said_to(apart):
    report = reports.comparison(cities=None, lang="en")
    words, _ = shown(report.show_contexts)
    body = words.split("<tbody>")[1]
    rows = [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row) for row in body.split("</tr>")[:-1]]
    texts = report.passages.set_index(["document", "passage"])["text"]
    names = {name: document for document, name in report.document_names.items()}
    assert rows
    for term, context, document, passage, _, start in rows:
        text = texts[names[document], int(passage)]
        assert text[int(start) : int(start) + len(term)] == term and f">{term}</a>" in context


# --- whole reports -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_whole_report_in_both_languages(apart, lang):
    words, charts = run_all(lang)
    assert len(charts) == 8 and all(ET.fromstring(chart).tag.endswith("svg") for chart in charts)
    assert "{" not in words and not re.search(r"\bnan\b", re.sub(r"<[^>]*>", " ", words))
    # Every table of shares and every chart says what it stands on.
    kinds = {Words(lang)(key) for key in KIND_WORDS.values()}
    assert all(kind.lower() in words.lower() for kind in kinds)
    if lang == "en":
        # The names of the cities stand in Chinese beside the English ones.
        sentences = re.sub(r"“[^”]*”|<table>.*?</table>|松岭|柏川", "", words, flags=re.S)
        assert re.findall(r"[\u4e00-\u9fff]+", sentences) == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_report_on_two_short_texts(small_project, lang):
    words, charts = run_all(lang)
    assert len(charts) >= 5 and "{" not in words


def test_what_has_no_codes_says_so(small_project):
    texts = {
        f"{c}{c}-2023": (c * 2, name, "2023-05-01", f"{name}市\n今天天气很好。")
        for c, name in [("a", "甲"), ("b", "乙")]
    }
    add_texts(small_project, texts)
    words, _ = run_all("en")
    assert "fewer than two cities can be compared" in words and "Fewer than two cities have enough" in words


def test_many_cities_change_the_form_and_name_only_the_telling_ones(small_project, monkeypatch):
    kinds = [ECOLOGY, PEOPLE, NEW, INDUSTRY, SUPPORT]
    names = ["松岭", "柏川", "枫溪", "榆河", "桦林", "柳湾", "楠山", "桐城", "槐庄", "杉坪"]
    goods = ["石墨", "钢铁", "水泥", "陶瓷", "葡萄", "苹果", "茶叶", "渔业", "马铃薯", "蜂蜜"]
    texts = {}
    for n, name in enumerate(names):
        city = f"c{chr(97 + n)}"
        parts = [kinds[n % 5]] * 9 + [kinds[(n + 1) % 5]] * 6 + kinds + [f"出产{goods[n]}，{goods[n]}远近闻名。"] * 8
        texts[f"{city}-2024"] = (city, name, "2024-03-01", text_of(name, parts))
    add_texts(small_project, texts)
    assert len(names) > FEW
    for lang in LANGUAGES:
        words, charts = run_all(lang)
        assert len(charts) >= 5 and "{" not in words
        assert Words(lang)("comparison_subtitle_many", cities=10, documents=10) in words
    report = reports.comparison(cities=None, lang="en")
    assert " of 10 (" in report._leading_words("theme")
    assert "10 documents on 10 cities" in report.source
    monkeypatch.setattr("analysis.present.reports.comparison_report.PANELS", 2)
    _, (chart,) = shown(report.keyness_chart)
    height = float(re.search(r'height="([\d.]+)pt"', chart)[1])
    monkeypatch.setattr("analysis.present.reports.comparison_report.PANELS", 10)
    _, (chart,) = shown(report.keyness_chart)
    assert float(re.search(r'height="([\d.]+)pt"', chart)[1]) > 1.5 * height
    # Sentences are shown for the widest contrasts, not for every city.
    table, _ = shown(report.show_sentences, "pathway")
    assert 0 < table.count('<th scope="row"') <= FEW


@pytest.mark.parametrize("cities", ["yunling", ["hewan", "hewan"]])
def test_one_city_is_no_comparison(small_project, cities):
    with pytest.raises(InputError, match="takes two cities or more"):
        reports.comparison(cities=cities, lang="en")


# --- the section of a city ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_section_of_a_city_on_strategies(apart, lang):
    report = reports.city(city="bb", lang=lang)
    words, charts = shown(report.strategy_charts)
    assert len(charts) == 2 and "{" not in words
    assert report.code_name("pathway", "resource_extension") in words
    top = report.code_shares("pathway").sort_values("share").iloc[-1]
    assert f"[{round(100 * top['share'])}%](documents/bb-2023.{lang}.html#passage-" in words


def test_formulas_with_what_they_stand_for(small_project):
    told = "云岭市建设“三大基地”，即氢能基地、石墨基地和康养基地。“三大基地”今年都已开工，“五大行动”同时推进。"
    texts = {"aa-2024": ("aa", "云岭", "2024-03-01", f"云岭市就转型答记者问\n{told}")}
    add_texts(small_project, texts | {"bb-2024": ("bb", "柏川", "2024-03-01", "柏川市\n今天天气很好。")})
    report = reports.city(city="aa", lang="en")
    words, _ = shown(report.show_formulas)
    first = words.split("<tbody>")[1].split("</tr>")[0]
    assert "三大基地" in first and ">2<" in first and "氢能基地; 石墨基地; 康养基地" in first
    assert "not said in the text" in words and 'href="documents/aa-2024.en.html#passage-' in words
    said, _ = shown(report.read_formulas)
    assert "2 different numbered formulas in 3 places; of 1 the text" in said
    other = reports.city(city="bb", lang="en")
    assert "no numbered formulas" in shown(other.show_formulas)[0] and shown(other.read_formulas) == ("", [])
    assert "no codes of pathways" in shown(other.strategy_charts)[0]
