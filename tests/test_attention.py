"""Attention: the words of a list counted by longest match at word boundaries, and lists that are not in order."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import open_corpus
from analysis.compare import attention, attention_overlaps
from analysis.extract.attention import WordList, hits, load_lists
from analysis.project.errors import InputError

REFERENCE = Path(__file__).parents[1] / "data/reference"


def words(*terms: str, name: str = "own") -> WordList:
    return WordList(name, dict.fromkeys(terms, 1.0), dict.fromkeys(terms, ""))


@pytest.mark.parametrize(
    ("terms", "text", "found"),
    [
        (("污染", "大气污染"), "治理大气污染和水污染。", ["大气污染", "污染"]),
        (("产能",), "提高生产能力，压减产能。", ["产能"]),
        (("PM2.5",), "PM2.5浓度下降。", ["PM2.5"]),
        (("绿色", "生态"), "绿色生态，生态绿色。", ["绿色", "生态", "生态", "绿色"]),
        (("绿色",), "", []),
    ],
)
def test_the_longest_word_counts_where_it_is_one(terms: tuple[str, ...], text: str, found: list[str]) -> None:
    assert hits(words(*terms), [text], ())[2] == found


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(["环保", "污染", "大气污染", "茶园", "减排"]), max_size=12))
def test_words_between_marks_are_counted_one_by_one(parts: list[str]) -> None:
    texts = ["，".join(parts), "。".join(reversed(parts))]
    number, place, terms = hits(words("环保", "污染", "大气污染", "减排"), texts, ())
    wanted = [part for part in parts if part != "茶园"]
    assert terms == wanted + wanted[::-1]
    assert [texts[n][p : p + len(t)] for n, p, t in zip(number, place, terms, strict=True)] == terms


def test_counts_and_rates_of_each_document(small_project: Path) -> None:
    corpus = open_corpus()
    lists = {"own": WordList("own", {"新材料": 2.0, "空气": 1.0}, {"新材料": "", "空气": ""})}
    found = attention(corpus, lists).set_index("document").loc["yunling-2024"]
    sentences = corpus.sentences.query("document == 'yunling-2024' and kind == 'answer'")["text"]
    size, new, air = sentences.str.len().sum(), sentences.str.count("新材料").sum(), sentences.str.count("空气").sum()
    assert (found["hits"], found["weighted"], found["terms"]) == (new + air, 2 * new + air, 2)
    assert found["per_1000"] == pytest.approx(1000 * (2 * new + air) / size, abs=1e-9)
    assert found["sentence_share"] == pytest.approx(sentences.str.contains("新材料|空气").mean(), abs=1e-9)
    assert found["character_share"] == pytest.approx((3 * new + 2 * air) / size, abs=1e-9)
    count = corpus.terms.query("document == 'yunling-2024'")["count"].sum()
    assert found["per_10000_words"] == pytest.approx(10000 * (2 * new + air) / count, abs=1e-9)


def test_terms_of_two_lists_are_told(small_project: Path) -> None:
    lists = {"a": words("空气", "环保", name="a"), "b": words("空气", name="b"), "c": words("茶", name="c")}
    found = attention_overlaps(open_corpus(), lists)
    assert found[["list", "other", "shared", "terms"]].to_numpy().tolist() == [["a", "b", 1, "空气"]]
    assert found["hits"].tolist() == [1]


def test_the_lists_of_the_suite_are_in_order() -> None:
    lists = load_lists(REFERENCE / "attention")
    assert {"environment", "digital"} <= set(lists)
    assert all(source for one in lists.values() for source in one.sources.values())


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "own.csv:1: these are not the columns of a word list; begin with term,weight,source"),
        ("word,weight,source\n", "begin with term,weight,source"),
        ("term,weight,source\n", "own.csv:1: holds no term"),
        ("term,weight,source\n环保,1,x\n环保,1,y\n", "own.csv:3: '环保' stands twice; keep one line"),
        ("term,weight,source\n,1,x\n", "own.csv:2: term is empty"),
        ("term,weight,source\n环保,viel,x\n", "own.csv:2: weight 'viel' is no number above 0"),
        ("term,weight,source\n环保,nan,x\n", "weight 'nan' is no number above 0"),
        ("term,weight,source\n环保,-1,x\n", "weight '-1' is no number above 0"),
        ("term,weight,source\n环保,1\n", "own.csv:2: a line needs three cells"),
        ("term,weight,source\n环保,1,x,y\n", "own.csv:2: a line needs three cells"),
    ],
)
def test_a_list_that_is_not_in_order_is_told_with_its_line(tmp_path: Path, content: str, told: str) -> None:
    (tmp_path / "own.csv").write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as raised:
        load_lists(tmp_path)
    assert told in str(raised.value)


def test_a_list_in_another_encoding_is_told(tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_bytes("term,weight,source\n环保,1,x\n".encode("gb18030"))
    with pytest.raises(InputError, match="is not UTF-8; save it as UTF-8"):
        load_lists(tmp_path)
