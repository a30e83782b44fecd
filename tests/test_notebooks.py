"""Open notebooks: every step is a table with a name, and what one changes in it shows in chart, table and sentence."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from notebook import cells, run
from test_comparison_report import ECOLOGY, INDUSTRY, NEW, PEOPLE, SUPPORT, add_texts, text_of
from test_words import FORBIDDEN

from analysis import open_corpus
from analysis.present.language import LANGUAGES, sections

LEAST = {"least =": "least = (5, 3)"}


@pytest.fixture
def three(small_project):
    """Three cities, one of them with two texts."""
    add_texts(
        small_project,
        {
            "aa-2019": ("aa", "松岭", "2019-05-01", text_of("松岭", [ECOLOGY] * 12 + [PEOPLE, NEW])),
            "aa-2023": ("aa", "松岭", "2023-05-01", text_of("松岭", [NEW] * 12 + [ECOLOGY])),
            "bb-2023": ("bb", "柏川", "2023-05-01", text_of("柏川", [INDUSTRY] * 20 + [PEOPLE, SUPPORT])),
            "cc-2023": ("cc", "枫溪", "2023-05-01", text_of("枫溪", [PEOPLE] * 14 + [SUPPORT] * 4)),
        },
    )
    return small_project


@pytest.mark.parametrize("name", ["01_corpus", "02_city", "03_comparison", "04_targets", "05_validation"])
def test_every_section_has_its_table_under_a_name(three, monkeypatch, name):
    parameters = {"city": "aa"} if name == "02_city" else {}
    shown = run(monkeypatch, name, lang="en", **parameters)
    for _, source, tags in cells(name):
        if "look" in tags:
            looked = eval(source, shown.names)
            assert isinstance(looked, pd.DataFrame) or hasattr(looked, "_repr_html_"), source
            continue
        for said in re.findall(r"p\.(?:say|table|show)\((.*)\)", source):
            tables = re.findall(r"\bt=(\w+)\b(?!\.)", said) + re.findall(r"^(\w+),", said)
            for table in tables:
                if table in shown.names and table not in ("figure", "columns"):
                    assert isinstance(shown.names[table], pd.DataFrame), f"{table} in: {source}"


def test_a_city_that_is_dropped_is_gone_from_chart_table_and_sentence(three, monkeypatch):
    whole = run(monkeypatch, "03_comparison", LEAST, lang="en")
    drop = 'pathways = pathways[pathways["city"] != "bb"]'
    less = run(monkeypatch, "03_comparison", {**LEAST, "pathways = compare": drop}, lang="en")
    head = sections("en")["pathways"]["heading"]
    assert "Bb" in whole.said(head) and "Bb" not in less.said(head)
    caption = sections("en")["pathways"]["caption"]
    tables = [next(table for table in shown.tables if caption in table) for shown in (whole, less)]
    assert "Bb" in tables[0] and "Bb" not in tables[1]
    of_pathways = [
        next(n for n, alt in enumerate(shown.alts) if alt.startswith("Shares of pathways")) for shown in (whole, less)
    ]
    assert whole.charts[of_pathways[0]] != less.charts[of_pathways[1]]
    alts = [next(alt for alt in shown.alts if alt.startswith("Shares of pathways")) for shown in (whole, less)]
    assert "Bb" in alts[0] and "Bb" not in alts[1]


def test_a_document_that_is_dropped_changes_what_follows(three, monkeypatch):
    whole = run(monkeypatch, "02_city", LEAST, city="aa", lang="en")
    drop = 'texts = texts.without(document="aa-2019")'
    less = run(monkeypatch, "02_city", {**LEAST, "texts = p.corpus": drop}, city="aa", lang="en")
    assert "aa-2019" in str(whole.front["sources"]) and "aa-2019" not in str(less.front["sources"])
    assert whole.names["themes"]["total"].iloc[0] > less.names["themes"]["total"].iloc[0]
    head = sections("en")["themes"]["heading"]
    assert whole.said(head) != less.said(head) and whole.charts[0] != less.charts[0]
    assert not [note for note in less.notes if "2019" in note] and [note for note in whole.notes if "2019" in note]


def test_a_code_that_is_dropped_changes_what_follows(three, monkeypatch):
    whole = run(monkeypatch, "02_city", LEAST, city="aa", lang="en")
    drop = 'texts = texts.using(codes=texts.codes[texts.codes["code"] != "ecological_restoration"])'
    less = run(monkeypatch, "02_city", {**LEAST, "texts = p.corpus": drop}, city="aa", lang="en")
    name = whole.names["p"].names.code("ecological_restoration")
    said = [shown.said(sections("en")["strategy"]["heading"]) for shown in (whole, less)]
    assert name in said[0] and name not in said[1]
    tables = ["".join(table for table in shown.tables if "behind these pathways" in table) for shown in (whole, less)]
    assert name in tables[0] and name not in tables[1]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("least", [(1, 1), (30, 10)])
def test_no_report_says_what_it_may_not(three, monkeypatch, lang, least):
    choice = {"least =": f"least = {least}"}
    for name, parameters in (("02_city", {"city": "aa"}), ("02_city", {"city": "bb"}), ("03_comparison", {})):
        text = run(monkeypatch, name, choice, lang=lang, **parameters).text
        assert [words for words in FORBIDDEN if re.search(words, text)] == []
        assert not re.search(r"\bnan\b|<NA>|None|\{|\}", text)


def test_nothing_leads_on_a_tie(three, monkeypatch):
    tie = "pathways = pathways.assign(count=[18] * len(pathways), share=0.5, low=0.4, high=0.6, clear=False)"
    shown = run(monkeypatch, "02_city", {**LEAST, "pathways = compare": tie}, city="aa", lang="en")
    said = shown.said("Pathways and instruments").split("overlap")[0]
    assert "No pathway leads clearly" in said and not re.search(r"leads (?:with|among)", said.split("clearly", 1)[0])
    title = shown.names["p"].labels("pathway", t=shown.names["pathways"])["title"]
    assert title.startswith("No pathway leads clearly")


# --- the corpus --------------------------------------------------------------------------------------------------


def test_a_corpus_of_some_documents_leaves_the_whole_as_it_was(three):
    texts = open_corpus()
    some = texts.of("aa").without(document="aa-2019")
    assert some.documents["document"].tolist() == ["aa-2023"]
    for name in ("passages", "codes", "terms", "sentences"):
        assert set(getattr(some, name)["document"]) == {"aa-2023"}
    assert len(texts.documents) == 4 and set(texts.passages["document"]) == set(texts.documents["document"])
    assert "<th>passages</th>" in some._repr_html_() and "digest" in some._repr_html_()
    with pytest.raises(AttributeError):
        texts.documents = some.documents  # type: ignore[misc]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda texts: texts.of("dd"), "unknown city 'dd'"),
        (lambda texts: texts.without(document="aa-2020"), "unknown document 'aa-2020', did you mean"),
        (lambda texts: texts.of(colour="red"), "unknown column of documents 'colour'"),
        (lambda texts: texts.using(codez=texts.codes), "unknown table 'codez', did you mean 'codes'"),
        (lambda texts: texts.order("theem"), "unknown scheme 'theem', did you mean 'theme'"),
    ],
)
def test_what_a_corpus_has_not_is_named(three, call, words):
    with pytest.raises(Exception, match=words):
        call(open_corpus())


# --- the page ----------------------------------------------------------------------------------------------------


def test_a_measure_of_ones_own_is_shown_and_said(three, monkeypatch):
    own = (
        'mine = texts.figures.groupby("city").size().rename("mine").reset_index(); p.table(mine, "city", "mine"); '
        'p.say("{{ t[0].city|city }}: {{ t[0].mine|number }} *", t=mine)'
    )
    shown = run(monkeypatch, "03_comparison", {"texts = p.corpus": own}, lang="en")
    assert ">mine<" in shown.tables[0] and re.search(r"^\w+: \d+ \*$", shown.words[0])


def test_text_of_documents_is_never_markup(three, monkeypatch):
    evil = 'words.loc[words.index[0], "term"] = "[x](javascript:1) <b>*|`"'
    shown = run(monkeypatch, "02_city", {"words = compare": evil}, city="aa", lang="en")
    said = next(word for word in shown.words if "javascript" in word)
    assert r"\[x\]\(javascript:1\)" in said and r"\<b\>\*" in said
    assert "<b>" not in "".join(shown.tables)
