"""The comparison report: a whole run on small texts, words that claim no more than the intervals, many cities."""

from __future__ import annotations

import hashlib
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pandas as pd
import pytest
from conftest import write_sources
from notebook import run

from analysis import compare, open_corpus, page
from analysis.present.language import LANGUAGES, sections, strings
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


# --- what is claimed ---------------------------------------------------------------------------------------------


def rows_of(*intervals: tuple[float, float, float]) -> pd.DataFrame:
    table = pd.DataFrame(intervals, columns=["share", "low", "high"])
    return table.assign(city=[f"c{n}" for n in range(len(table))], code="code")


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
    [found] = compare.contrasts(rows_of(*intervals)).to_dict("records")
    assert (found["high_city"], found["low_city"], found["clear"], found["code"]) == (*pair, clear, "code")
    assert found["difference"] == pytest.approx(found["high"] - found["low"])


def test_values_without_interval_are_never_clear_and_missing_ones_no_contrast():
    nan = float("nan")
    assert compare.contrasts(rows_of((0.9, nan, nan), (0.1, nan, nan)))["clear"].tolist() == [False]
    assert compare.contrasts(rows_of((0.9, 0.8, 0.95), (nan, nan, nan))).empty
    assert list(compare.contrasts(rows_of())) == list(compare.contrasts(rows_of((0.6, 0.5, 0.7), (0.3, 0.2, 0.4))))


def test_clear_contrasts_stand_first():
    table = pd.concat(
        [
            rows_of((0.9, 0.1, 0.95), (0.1, 0.05, 0.5)).assign(code="wide"),
            rows_of((0.4, 0.38, 0.42), (0.3, 0.28, 0.32)).assign(code="sure"),
        ]
    )
    assert compare.contrasts(table)["code"].tolist() == ["sure", "wide"]


def shares_of(*rows: tuple[str, str, int, float, float, float]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["city", "code", "count", "share", "low", "high"])
    return table.assign(total=100, clear=False)


def test_what_leads_is_told_from_what_only_stands_first():
    table = shares_of(
        ("a", "x", 60, 0.6, 0.5, 0.7),
        ("a", "y", 30, 0.3, 0.2, 0.4),
        ("b", "x", 18, 0.5, 0.3, 0.7),
        ("b", "y", 18, 0.5, 0.3, 0.7),
        ("c", "x", 0, float("nan"), float("nan"), float("nan")),
    )
    found = compare.leading(table).set_index("city")
    assert found.index.tolist() == ["a", "b"]  # a city without shares leads with nothing
    assert found["second"].tolist() == ["y", "y"] and found["tied"].tolist() == [False, True]


def test_a_code_is_clear_only_above_all_that_stand_below_it(apart):
    shares = compare.code_shares(open_corpus(), scheme="pathway")
    for _, own in shares.groupby("city"):
        for row in own.itertuples():
            below = own[(own["share"] < row.share)]["high"].max()
            if row.clear:
                assert row.share > 0 and (pd.isna(below) or row.low > below)
        ranked = own.sort_values("share", ascending=False, kind="stable")
        assert bool(ranked["clear"].iloc[0]) == bool(ranked["low"].iloc[0] > ranked["high"].iloc[1:].max())


def test_shares_of_nothing_and_of_all_get_exact_ends(apart):
    texts = open_corpus()
    shares = compare.code_shares(texts, scheme="pathway")
    codes = texts.codes[texts.codes["scheme"] == "pathway"].merge(texts.documents[["document", "city"]])
    passages = codes.drop_duplicates(["document", "passage"]).groupby("city").size()
    nothing = shares[shares["share"] == 0]
    assert len(nothing)
    for row in nothing.itertuples():
        assert (row.low, row.high) == pytest.approx((0.0, 1 - 0.025 ** (1 / passages[row.city])))


def test_too_few_sentences_or_passages_have_no_share(apart):
    texts = open_corpus()
    full = compare.code_shares(texts, scheme="pathway")
    total = int(full.loc[full["city"] == "bb", "total"].iloc[0])
    for least, known in (((total, 2), True), ((total + 1, 2), False), ((1, 10_000), False)):
        own = compare.code_shares(texts, scheme="pathway", least=least).query("city == 'bb'")
        assert own["share"].notna().all() == known and own["low"].notna().all() == known
        assert own["count"].tolist() == full.loc[full["city"] == "bb", "count"].tolist()


def test_a_difference_that_another_way_of_counting_turns_round_is_no_finding(apart, monkeypatch):
    texts = open_corpus()
    found = compare.contrasts(compare.code_shares(texts, scheme="pathway"))
    assert found["clear"].iloc[0]
    kept = compare.checked(found, texts, "pathway", draws=3)
    first = kept.iloc[0]
    assert first["clear"] and first["least"] > 0 and isinstance(first["choice"], str)

    def turned(texts: object, scheme: str, **choices: object) -> pd.DataFrame:
        rows = [("odd", first["high_city"], first["code"], 0.1), ("odd", first["low_city"], first["code"], 0.2)]
        return pd.DataFrame(rows, columns=["choice", "city", "code", "share"])

    monkeypatch.setattr("analysis.compare.differences.other_shares", turned)
    again = compare.checked(found, texts, "pathway").set_index("code").loc[first["code"]]
    assert not again["clear"] and again["apart"] and again["least"] == pytest.approx(-0.1) and again["choice"] == "odd"


def test_sentences_count_by_characters_as_well(apart):
    texts = open_corpus()
    shares = compare.code_shares(texts, scheme="pathway")
    sums = shares.groupby("city")[["share", "by_characters"]].sum()
    assert sums.to_numpy().ravel() == pytest.approx([1.0] * 4)
    main = compare.main_codes(texts.codes[texts.codes["scheme"] == "pathway"], "pathway")
    length = texts.sentences.set_index(["document", "sentence"])["text"].str.len()
    own = main[main["document"] == "bb-2023"]
    lengths = pd.Series(
        [length[place] for place in zip(own["document"], own["sentence"], strict=True)], index=own["code"].to_list()
    )
    expected = lengths.groupby(level=0).sum() / lengths.sum()
    found = shares[shares["city"] == "bb"].set_index("code")["by_characters"]
    assert found[expected.index].tolist() == pytest.approx(expected.tolist())
    far = shares.assign(by_characters=shares["high"].fillna(0) + 0.06)
    assert (
        len(compare.odd_lengths(far)) == len(far)
        and compare.odd_lengths(shares.assign(by_characters=0.0), least=1.1).empty
    )


def test_questions_and_headings_count_in_no_share(small_project):
    texts = open_corpus()
    kinds = texts.passages.set_index(["document", "passage"])["kind"]
    places = [kinds[place] for place in zip(texts.codes["document"], texts.codes["passage"], strict=True)]
    counted = compare.code_shares(texts).drop_duplicates("city")["total"].sum()
    said = texts.codes[[kind not in ("heading", "question") for kind in places]]
    assert counted == len(compare.main_codes(said))
    everything = texts.using(passages=texts.passages.assign(kind="question"))
    assert compare.code_shares(everything)["total"].sum() == 0


def test_overlap_is_said_and_no_difference_claimed(small_project, monkeypatch):
    shown = run(monkeypatch, "03_comparison", {"least =": "least = (1, 1)"}, lang="en")
    assert not shown.names["apart"]["clear"].any()
    first = next(line for line in shown.said("What stands out").split("\n") if "Pathways:" in line)
    assert "no sure difference between cities" in first and "apart" not in first
    assert "No sure difference" in page.open(lang="en").labels("pathways", apart=shown.names["apart"])["title"]


def test_what_lies_apart_is_said_and_linked(apart, monkeypatch):
    shown = run(monkeypatch, "03_comparison", {"least =": "least = (10, 5)"}, lang="en")
    first = shown.names["apart"].iloc[0]
    assert first["clear"] and {first["high_city"], first["low_city"]} == {"aa", "bb"}
    words = "\n".join(shown.words)
    said = re.search(
        r"(?:It is|Most clearly) “(.*?)”: \[(\d+)%\]\((.*?)\) in (\w+) against \[?(\d+)%(?:\]\(.*?\))? in (\w+)", words
    )
    assert said, words
    names = page.open(lang="en").names
    assert (said[1], said[4], said[6]) == tuple(
        (names.code(first["code"]), names.city(first["high_city"]), names.city(first["low_city"]))
    )
    assert [int(said[2]), int(said[5])] == [round(100 * first["high"]), round(100 * first["low"])]
    assert re.fullmatch(r"documents/\w\w-\d{4}\.en\.html#passage-\d+", said[3])


def test_a_comparator_takes_no_part_in_findings_on_pathways(apart, monkeypatch):
    cities = apart / "data/reference/cities.yml"
    cities.write_text(cities.read_text(encoding="utf-8").replace("en: Bb, class: mature", "en: Bb, class: comparator"))
    shown = run(monkeypatch, "03_comparison", {"least =": "least = (10, 5)"}, lang="en")
    assert shown.names["apart"].empty and set(shown.names["resource"]["city"]) == {"aa"}
    assert "comparator without a resource and takes no part" in shown.said("What the comparison stands on")
    assert set(shown.names["pathways"]["city"]) == {"aa", "bb"}  # it stands in chart and table


def test_change_between_years_is_clear_only_where_its_interval_leaves_out_0(apart):
    found = compare.changes(open_corpus())
    assert set(found["city"]) == {"aa"} and found["clear"].any()
    assert set(zip(found["first"], found["last"], strict=True)) == {("2019", "2023")}
    assert (found["clear"] == ((found["low"] > 0) | (found["high"] < 0))).all()
    pathways = found[found["scheme"] == "pathway"].set_index("code")
    assert pathways.loc["industry_succession", "difference"] > 0 > pathways.loc["ecological_restoration", "difference"]
    assert found["clear"].tolist() == sorted(found["clear"], reverse=True)
    assert compare.changes(open_corpus(), least=(1000, 1)).empty


@pytest.mark.parametrize(
    ("lang", "claim"), [("en", "no change from 2019 to 2023 is sure"), ("zh", "没有一项变化是确定的")]
)
def test_changes_within_their_intervals_are_not_claimed(apart, monkeypatch, lang, claim):
    dull = {"changes = ": 'changes = changes[~changes["clear"]]', "least =": "least = (1, 1)"}
    assert claim in run(monkeypatch, "03_comparison", dull, lang=lang).said(sections(lang)["change"]["heading"])


def test_texts_of_one_year_have_no_section_on_change(small_project, monkeypatch):
    shown = run(monkeypatch, "03_comparison", lang="en")
    assert f"## {sections('en')['change']['heading']}" not in shown.words


# --- sentences and words -----------------------------------------------------------------------------------------


def picked(*pairs: tuple[str, str]) -> pd.DataFrame:
    return pd.DataFrame(pairs, columns=["city", "code"])


def test_sentences_that_carry_a_code_have_it_and_are_linked(apart):
    texts = open_corpus()
    picks = picked(("bb", "resource_extension"), ("bb", "ecological_restoration"))
    [row] = compare.carriers(texts, picks, scheme="pathway").to_dict("records")
    words = row["evidence"].split("|")
    assert row["code"] == "resource_extension" and all(word in row["text"] for word in words)
    passage = texts.passages.set_index(["document", "passage"])["text"][row["document"], row["passage"]]
    assert passage[row["start"] :].startswith(max(words, key=len))
    shares = compare.code_shares(texts, scheme="pathway")
    two = compare.carriers(texts, compare.contrasts(shares).head(1), scheme="pathway")
    assert set(two["city"]) <= {"aa", "bb"} and two["code"].nunique() == 1
    assert compare.carriers(texts, picked(("bb", "ecological_restoration")), scheme="pathway").empty


def test_all_sentences_are_listed_where_there_are_too_few_for_shares(apart, monkeypatch):
    texts = open_corpus()
    thin = compare.code_shares(texts, scheme="pathway", least=(1000, 1))
    found = compare.carriers(texts, thin[thin["city"] == "bb"], scheme="pathway")
    assert len(found) == thin.loc[thin["city"] == "bb", "count"].sum()
    shown = run(monkeypatch, "02_city", {"least =": "least = (1000, 1)"}, city="bb", lang="en")
    said = shown.said(sections("en")["strategy"]["heading"])
    assert "too few for shares; they are listed instead" in said and "%" not in said.split("\n")[0]
    assert not [alt for alt in shown.alts if alt.startswith("Share")]  # no chart of shares, the cloud alone


def test_groups_of_instruments_hold_their_sub_types(apart):
    texts = open_corpus()
    groups, types = (compare.code_shares(texts, scheme=scheme) for scheme in ("group", "instrument"))
    for city in ("aa", "bb"):
        own = types[types["city"] == city]
        sums = own["count"].groupby(own["code"].map(texts.groups)).sum()
        found = groups[groups["city"] == city].set_index("code")["count"]
        assert found.to_dict() == sums.reindex(found.index).to_dict()


def test_words_in_context_stand_where_they_are_said_to(apart):
    texts = open_corpus()
    words = compare.distinctive(compare.keyness(texts))
    found = compare.contexts(texts, words.drop_duplicates("city"), most=3)
    text = texts.passages.set_index(["document", "passage"])["text"]
    assert len(found) and set(found["city"]) <= {"aa", "bb"}
    for row in found.itertuples():
        assert text[row.document, row.passage][row.start : row.end] == row.keyword


def test_distinctive_words_are_sure_and_stand_by_their_log_ratio(apart):
    texts = open_corpus()
    key = compare.keyness(texts)
    found = compare.distinctive(key, least_z=1.0, top=3)
    assert (found["z"] > 1.0).all() and found.groupby("city").size().max() <= 3
    for _, own in found.groupby("city"):
        assert own["log_ratio"].tolist() == sorted(own["log_ratio"], reverse=True)
    assert not set(key["term"]) & (texts.city_words | texts.genre_words)


# --- whole reports -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_whole_report_in_both_languages(apart, monkeypatch, lang):
    shown = run(monkeypatch, "03_comparison", {"least =": "least = (10, 5)"}, lang=lang)
    assert len(shown.charts) == 10 and all(ET.fromstring(chart).tag.endswith("svg") for chart in shown.charts)
    assert "{" not in shown.text and not re.search(r"\bnan\b|<NA>|None", shown.text)
    # Every chart and table says what it stands on.
    assert all(strings(lang)["edition_digest_long"] in note for note in shown.notes)
    if lang == "en":
        # The names of the cities stand in Chinese beside the English ones.
        # So do the names of things: they are as the texts print them.
        printed = [*shown.names["strategy"]["name"], *"|".join(shown.names["industries"]["names"]).split("|")]
        things = "|".join(map(re.escape, sorted(printed, key=len, reverse=True)))
        sentences = re.sub(rf"{things}|“[^”]*”|松岭|柏川", "", "\n".join(shown.words), flags=re.S)
        assert re.findall(r"[\u4e00-\u9fff]+", sentences) == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_report_on_two_short_texts(small_project, monkeypatch, lang):
    shown = run(monkeypatch, "03_comparison", lang=lang)
    assert "{" not in shown.text and shown.front["title"]
    thin = {"en": "Too few sentences for shares", "zh": "句数不足以算份额"}[lang]
    assert thin in shown.said(sections(lang)["pathways"]["heading"])


def test_what_has_no_codes_says_so(small_project, monkeypatch):
    texts = {
        f"{c}{c}-2023": (c * 2, name, "2023-05-01", f"{name}市\n今天天气很好。")
        for c, name in [("a", "甲"), ("b", "乙")]
    }
    add_texts(small_project, texts)
    shown = run(monkeypatch, "03_comparison", lang="en")
    assert "too few sentences to compare cities" in shown.said("What stands out")
    assert "Fewer than two cities have enough" in shown.said("How similar they are")
    assert not [alt for alt in shown.alts if alt.startswith(("Share", "Distances", "Words"))]


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
    for lang in LANGUAGES:
        shown = run(monkeypatch, "03_comparison", {"least =": "least = (10, 5)"}, lang=lang)
        assert len(shown.charts) >= 5 and "{" not in shown.text
        assert shown.front["subtitle"].startswith("10") and "10" in shown.notes[0]
        assert len(shown.names["p"].cities) > shown.names["p"].few
    english = run(monkeypatch, "03_comparison", {"least =": "least = (10, 5)"}, lang="en")
    assert re.search(r"\d+ cit(?:y|ies)|no clear lead", english.said("Where its attention goes"))
    assert "10 documents on 10 cities" in english.notes[0]
    fewer = {"shown = words": 'shown = shown[shown["city"].isin(["ca", "cb"])]', "least =": "least = (10, 5)"}
    less = run(monkeypatch, "03_comparison", fewer, lang="en")
    heights = [
        float(re.search(r'height="([\d.]+)pt"', shown.charts[n])[1])
        for shown in (english, less)
        for n, alt in enumerate(shown.alts)
        if alt.startswith("Words that set")
    ]
    assert heights[0] > 1.5 * heights[1]
    # Sentences are shown for the widest contrasts and some cities, not for every city.
    assert len(english.names["carried"]) <= english.names["p"].few + 2


@pytest.mark.parametrize("cities", ["yunling", ["hewan", "hewan"]])
def test_one_city_is_no_comparison(small_project, cities):
    with pytest.raises(InputError, match="takes two cities or more"):
        page.open(cities=cities, least_cities=2, lang="en")


# --- the section of a city ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_section_of_a_city_on_strategies(apart, monkeypatch, lang):
    shown = run(monkeypatch, "02_city", {"least =": "least = (10, 5)"}, city="bb", lang=lang)
    said = shown.said(sections(lang)["strategy"]["heading"])
    pathways = shown.names["pathways"]
    top = pathways.sort_values("share").iloc[-1]
    assert shown.names["p"].names.code("resource_extension") in said and "{" not in shown.text
    assert f"[{round(100 * top['share'])}%](documents/bb-2023.{lang}.html#passage-" in said
    leads = {"en": "leads among", "zh": "居首，占"}[lang]
    assert (leads in said) == bool(pathways["clear"].any())


def test_formulas_with_what_they_stand_for(small_project, monkeypatch):
    told = "云岭市建设“三大基地”，即氢能基地、石墨基地和康养基地。“三大基地”今年都已开工，“五大行动”同时推进。"
    texts = {"aa-2024": ("aa", "云岭", "2024-03-01", f"云岭市就转型答记者问\n{told}")}
    add_texts(small_project, texts | {"bb-2024": ("bb", "柏川", "2024-03-01", "柏川市\n今天天气很好。")})
    shown = run(monkeypatch, "02_city", city="aa", lang="en")
    table = next(table for table in shown.tables if "<caption>Numbered formulas" in table)
    first = table.split("<tbody>")[1].split("</tr>")[0]
    assert "三大基地" in first and ">2<" in first and "氢能基地; 石墨基地; 康养基地" in first
    assert "not found automatically" in table and 'href="documents/aa-2024.en.html#passage-' in table
    said = shown.said("Numbered formulas")
    assert "2 different numbered formulas in 3 places; what 1 of them stands for was found" in said
    other = run(monkeypatch, "02_city", city="bb", lang="en")
    assert "no numbered formulas" in other.said("Numbered formulas")
    assert "No sentence names a pathway" in other.said("Pathways and instruments")
