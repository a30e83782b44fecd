"""Promises and questions: what a text commits itself to, and what was asked."""

from __future__ import annotations

import pandas as pd
import pytest
from conftest import ROOT
from rule_rows import rows_without_effect

from analysis import compare, open_corpus
from analysis.build.steps import Text, text_tables
from analysis.extract.figures.sections import passage_statuses
from analysis.extract.glossary import load_glossary
from analysis.extract.promises import STRENGTHS, commitments, wording
from analysis.present.names import Names
from analysis.project.registry import TABLES, frame
from analysis.texts.clean import clean

REFERENCE = ROOT / "data/reference"


def tables(text: str, genre: str = "press_conference", date: str = "2024-05"):
    return text_tables(Text("tea-2024", text, "tea", date, genre), REFERENCE, ["commitments", "questions"])


def promised(text: str, genre: str = "press_conference", date: str = "2024-05") -> list[tuple]:
    """Strength, word, deadline and figures of each promise."""
    found = tables(text, genre, date)["commitments"]
    columns = found[["strength", "word", "deadline", "quantity"]].astype(object)
    return list(columns.where(columns.notna(), None).itertuples(index=False, name=None))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("今年，县里将新建茶厂3家。", [("will", "将", "2024", "3家")]),
        ("到2026年，力争茶园达到9万亩。", [("strive", "力争", "../2026", "9万亩")]),
        ("必须守住古茶树。", [("must", "必须", None, None)]),
        ("去年新建茶厂3家，茶农增收。", []),
        ("近年来努力做大茶业，茶园不断扩大。", []),
        ("将军岭茶厂去年投产。", []),
        ("主要是茶厂太小。", []),
        ("下一步，扩建茶市，办好茶节。再建茶馆2家。", [("will", None, None, None), ("will", None, None, "2家")]),
        ("下一步，扩建茶市。目前已有茶馆9家。", [("will", None, None, None)]),
    ],
)
def test_a_talk_promises_by_its_words(text, expected):
    assert promised(text) == expected


def test_a_section_that_plans_promises_with_bare_imperatives():
    review = "一、2023年工作回顾\n新建茶厂3家，力争茶农增收。\n"
    text = review + "二、2024年重点工作\n新建茶厂9家。\n今年是茶业的关键一年。\n推进茶旅融合。"
    assert promised(text, "government_work_report", "2024-01") == [
        ("will", None, "2024", "9家"),
        ("will", None, "2024", None),
    ]


def test_what_governs_a_figure_binds_its_promise():
    plan = "一、2024年重点工作\n{}"
    for sentence, strength in {
        "修建茶园道路，力争新建茶厂9家。": "strive",
        "修建茶园道路，努力使茶农更加满意。": "will",
        "修建茶园道路，确保茶农更加满意。": "must",
        "落实“三个必须”要求，修建茶园道路。": "will",
    }.items():
        assert [row[0] for row in promised(plan.format(sentence), "government_work_report", "2024-01")] == [strength]


def test_who_is_in_charge_is_named():
    text = "一、2024年重点工作\n由县茶业局牵头，新建茶厂9家。\n新建茶馆。"
    found = tables(text, "government_work_report", "2024-01")["commitments"]
    assert found["owner"].fillna("").tolist() == ["县茶业局", ""]


def test_a_glossary_and_a_question_promise_nothing():
    text = (
        "甲乙日报记者：请问县里将怎样做大茶业？\n县长王某：感谢提问。\n附件：名词解释\n茶旅融合：指将茶业和旅游一起办。"
    )
    assert promised(text) == []


def test_the_span_of_a_promise_is_its_sentence():
    text = "各位好。今年将新建茶厂3家。茶农3万人。"
    made = tables(text)
    row, passage = made["commitments"].iloc[0], made["passages"].iloc[0]
    assert passage["text"][row["start"] : row["end"]] == "今年将新建茶厂3家。"


def test_the_agenda_has_a_row_for_each_question():
    text = (
        "茶山发布会\n"
        "甲乙日报记者：请问县里怎样做大茶业？\n"
        "县长王某：建成云雾茶叶产业园，引进云雾茶业集团。今年将新建茶厂3家。\n"
        "茶山电视台记者：请介绍茶山的水质。\n"
        "副县长李某：水质很好。\n"
    )
    found = tables(text)["questions"]
    assert found["asked_by"].tolist() == ["甲乙日报", "茶山电视台"]
    assert found["answered_by"].tolist() == ["王某", "李某"]
    assert found["commitments"].tolist() == [1, 0] and found["planned"].tolist() == [1, 0]
    assert "云雾茶叶产业园" in found["means"].iloc[0] and found["means"].isna().tolist() == [False, True]
    assert (found["answer_first"] > found["passage"]).all()


def test_a_text_without_questions_has_no_agenda():
    found = tables("一、2024年重点工作\n新建茶厂9家。", "government_work_report")["questions"]
    assert found.empty and list(found.columns) == TABLES["questions"].names


def test_no_row_is_without_effect():
    def look(_rule, example):
        passages, _ = clean(example)
        empty = frame("figures", []), frame("entities", [])
        states = passage_statuses(list(zip(passages["kind"], passages["text"], strict=True)), "2024-05", "other")
        found = commitments(passages, *empty, states, document="tea", city="tea", date="2024-05", genre="other")
        return found[["sentence", "strength", "word", "owner"]].astype(object).fillna("").to_numpy().tolist()

    assert rows_without_effect(wording.FILE, look) == []


def test_spans_are_sentences_and_profiles_add_up(small_project):
    texts = open_corpus()
    passages = texts.passages.set_index(["document", "passage"])["text"]
    for row in texts.commitments.itertuples():
        said = passages[row.document, row.passage][row.start : row.end]
        assert said == said.strip() and said
    profile = compare.commitment_profile(texts, least=1)
    assert (profile[list(STRENGTHS)].sum(axis=1) == profile["count"]).all()
    made = profile[profile["count"] > 0]
    assert (made["numbered_share"].to_numpy() == (made["numbered"] / made["count"]).round(10).to_numpy()).all()
    assert compare.commitment_profile(texts, least=10_000)["numbered_share"].isna().all()


def test_the_column_of_a_city_stands_beside_the_mean_of_the_others():
    cells = [("a", "x"), ("a", "x"), ("b", "x"), ("c", "x"), ("c", "x"), ("b", "y")]
    matrix = pd.DataFrame(cells, columns=["city", "dimension"])
    own = compare.beside_others(matrix, "a")
    assert own["count"].tolist() == [2, 2] and own["others"].tolist() == [1.5, 1.5]
    assert compare.beside_others(matrix[matrix["city"] == "a"], "a")["others"].isna().all()


def test_a_name_is_glossed_once_and_only_in_english(small_project):
    texts = open_corpus()
    texts.__dict__["glossary"] = {"茶山计划": "tea hill plan"}
    names = Names(texts, "en")
    assert [names.entity("“茶山”计划") for _ in range(2)] == ["“茶山”计划 (tea hill plan)", "“茶山”计划"]
    assert names.entity("云雾计划") == "云雾计划"
    assert Names(texts, "zh").entity("“茶山”计划") == "“茶山”计划"


def test_the_glossary_is_in_order():
    glossary = load_glossary(REFERENCE / "glossary.yml")
    assert len(glossary) > 200 and all(words.strip() == words for words in glossary.values())
