"""The strategy matrix: which means stand in which cell, and in what order."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import open_corpus, page
from analysis.build.corpus import Corpus
from analysis.compare.clauses import LONGEST, clause_at, clauses, said
from analysis.compare.strategy import strategy_matrix
from analysis.extract.dimensions import CLAUSE, FIGURE, FORMULA, UNNAMED, load_dimensions
from analysis.project.errors import InputError


@pytest.fixture
def corpus(small_project: Path) -> Corpus:
    """The two cities of the small project, whose texts must say something."""
    found = open_corpus()
    assert len(found.entities) and len(found.sentences)
    return found


KNOWN = {
    "kinds": ("park", "firm", FIGURE, FORMULA, CLAUSE),
    "groups": ("resource",),
    "classes": ("coal",),
    "themes": ("industry",),
    "pathways": ("industry_renewal",),
}
HEAD = "parks:\n  name_zh: 园区\n  name_en: Parks\n  definition_zh: 园区\n  definition_en: Parks\n  rules:\n"


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ("    - {kinds: [parc]}\n", "parc"),
        ("    - {themes: [industry]}\n", "kinds is absent"),
        ("    - {kinds: []}\n", "names nothing"),
        ("    - {kinds: [park], colour: red}\n", "colour"),
        ("    - {kinds: [park], weight: 0}\n", "weight"),
    ],
)
def test_what_is_wrong_with_the_dimensions_is_said_with_its_line(tmp_path: Path, rules: str, told: str) -> None:
    path = tmp_path / "dimensions.yml"
    path.write_text(HEAD + rules, encoding="utf-8")
    with pytest.raises(InputError) as raised:
        load_dimensions(path, KNOWN)
    assert told in str(raised.value)
    assert "dimensions.yml:7" in str(raised.value)


def test_every_cell_is_ranked_and_stands_on_its_characters(corpus: Corpus) -> None:
    table = strategy_matrix(corpus)
    assert set(table["dimension"]) <= set(corpus.dimensions)
    texts = corpus.passages.set_index(["document", "passage"])["text"]
    for row in table.itertuples():
        printed = texts[row.document, row.passage][row.start : row.end]
        assert printed and printed in row.text
        if row.kind in UNNAMED:
            assert printed == row.key
            assert row.name == printed or (len(printed) > LONGEST and printed.startswith(row.name.rstrip("…")))
    for _, cell in table.groupby(["dimension", "city"]):
        assert cell["rank"].tolist() == list(range(1, len(cell) + 1))
        assert cell["score"].is_monotonic_decreasing
        assert cell["key"].is_unique


def test_what_only_one_city_has_is_named_by_no_other(corpus: Corpus) -> None:
    table = strategy_matrix(corpus)
    for row in table[table["only_here"].fillna(False)].itertuples():
        others = corpus.entities[(corpus.entities["key"] == row.key) & (corpus.entities["city"] != row.city)]
        assert others.empty


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("开茶园，建茶厂。", ["开茶园", "建茶厂"]),
        ("坚持“以茶兴镇，以水养镇”，再建茶厂", ["坚持“以茶兴镇，以水养镇”", "再建茶厂"]),
        ("茶厂（两座，均在河东）开工", ["茶厂（两座，均在河东）开工"]),
        ("。，", ["。，"]),
        ("“缺一半，也要分", ["“缺一半", "也要分"]),
    ],
)
def test_clauses_end_at_marks_but_not_within_quotations_and_brackets(text: str, parts: list[str]) -> None:
    assert [text[start:end] for start, end in clauses(text)] == parts


@given(st.text("茶园水，。；“”（）\n", min_size=1, max_size=40), st.integers(0, 39))
def test_every_character_has_a_clause_and_clauses_are_in_order(text: str, at: int) -> None:
    spans = clauses(text)
    assert all(start < end for start, end in spans)
    assert all(one[1] <= two[0] for one, two in pairwise(spans))
    start, end = clause_at(text, min(at, len(text) - 1))
    assert (start, end) in spans


def test_what_a_text_says_without_a_name_is_found_by_its_words(corpus: Corpus) -> None:
    found = said(corpus, ["中试基地", "养老床位"])
    assert found["name"].tolist() == ["云岭市将建设2个中试基地", "新增养老床位300张"]
    assert found["status"].tolist() == ["planned", "planned"]
    assert found["figures"].tolist() == ["2个", "300张"]
    assert said(corpus, []).empty
    # What is only asked for is not said.
    assert said(corpus, ["矿区"]).empty
    texts = corpus.passages.set_index(["document", "passage"])["text"]
    for row in found.itertuples():
        assert texts[row.document, row.passage][row.start : row.end] == row.name
        assert any(word in row.name for word in ("中试基地", "养老床位"))


def test_a_city_that_names_nothing_has_its_column_all_the_same(corpus: Corpus) -> None:
    hewan = corpus.of("hewan").using(entities=corpus.entities.iloc[:0])
    table = strategy_matrix(hewan)
    assert list(table.columns) == list(strategy_matrix(corpus).columns)
    assert set(table["city"]) <= {"hewan"}
    assert set(table["kind"]) <= set(UNNAMED)


def test_figures_and_clauses_of_one_sentence_are_one_mean(corpus: Corpus) -> None:
    table = strategy_matrix(corpus)
    unnamed = table[table["kind"].isin(UNNAMED)]
    assert not unnamed.duplicated(["dimension", "city", "document", "sentence"]).any()


def test_a_table_whose_cells_list_keeps_a_column_for_each_city(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("analysis.present.page.WIDE", 1)
    p, table = page.open(lang="zh"), strategy_matrix(corpus)
    p.heading("means")
    capsys.readouterr()
    p.table(table, "city", rows="dimension", cell="key", most=2, kept=9)
    assert ">云岭</th>" in (told := capsys.readouterr().out) and ">河湾</th>" in told
    p.table(table.drop_duplicates(["dimension", "city"]), "city", rows="dimension", cell="key", kept=9)
    assert not capsys.readouterr().out
