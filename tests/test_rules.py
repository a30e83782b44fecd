"""Rules as rows: reading, guards, and which rules are in use. All words and sentences are made up."""

from __future__ import annotations

import re
import shutil
import threading

import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st

from analysis.extract.coding import load_scheme
from analysis.extract.figures import tabulate
from analysis.extract.figures.units import read_units
from analysis.project.errors import InputError
from analysis.project.rules import Rule, RuleSet, alternation, from_rules, read_rules, rules_in_use, rules_of, using
from analysis.texts.clean import clean

UNITS = read_units(ROOT / "data/reference/units.csv")
SCHEME = load_scheme(ROOT / "data/reference/themes.yml")
HEADER = "table,word,not_before,not_after,example,gives,note\n"


@from_rules
def fruit(rules: RuleSet) -> re.Pattern[str]:
    return re.compile(alternation(rules.table("words.csv", "fruit")))


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "words.csv").write_text(
        HEADER + "fruit,苹果,手机|电脑,青,买了苹果,apple,\nfruit,苹果园,,,进了苹果园,orchard,\ncolour,青,,,青色,,\n",
        encoding="utf-8",
    )
    return tmp_path


def test_rows(folder):
    rules = rules_of(folder)
    first, second = rules.table("words.csv", "fruit")
    assert first == Rule("fruit", "苹果", ("手机", "电脑"), ("青",), "买了苹果", "apple", "", 2)
    assert second.line == 3 and rules.words("words.csv", "colour") == ("青",)
    assert len(rules.without("words.csv", first).file("words.csv")) == 2


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("苹果", "苹果"),
        ("苹果园", "苹果园"),
        ("青苹果", None),
        ("苹果手机", None),
        ("苹果电脑", None),
        ("苹果电", "苹果"),
        ("青苹果园", "苹果园"),
        ("梨", None),
    ],
)
def test_guards_and_the_longest_word(folder, text, found):
    with using(folder):
        match = fruit().search(text)
    assert (match and match[0]) == found


def test_what_is_made_follows_the_rules_in_use(folder):
    with using(folder) as rules:
        first = fruit()
        assert fruit() is first and rules_in_use() is rules
        with using(rules.without("words.csv", rules.table("words.csv", "fruit")[1])):
            assert fruit().search("苹果园")[0] == "苹果"
        assert fruit() is first
        threads = []
        thread = threading.Thread(target=lambda: threads.append(rules_in_use()))
        thread.start()
        thread.join()
        assert threads[0] is not rules, "another thread works with the project's own"
    path = folder / "words.csv"
    path.write_text(HEADER + "fruit,大梨,,,一个大梨,,\n", encoding="utf-8")
    with using(folder):
        assert fruit().search("大梨") and not fruit().search("苹果")
        with pytest.raises(InputError, match="table 'colour' has no rows"):
            rules_in_use().table("words.csv", "colour")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("table,wort,example\n", "a.csv:1: unknown column 'wort', did you mean 'word'?"),
        ("table,word\n", "a.csv:1: these are not the columns"),
        ("table,word,pattern,example\n", "a.csv:1: these are not the columns"),
        ("table,word,example,example\n", "a.csv:1: these are not the columns"),
        ("", "these are not the columns"),
        ("table,word,example\nt,a\n", "a.csv:2: 2 cells instead of 3"),
        ("table,word,example\n\nt,,a\n", "a.csv:3: word is empty"),
        ("table,word,example\n,a,a\n", "table is empty"),
        ("table,word,example\nt,a,\n", "example is empty"),
        ("table,word,example\nt,a,b\n", "the example does not hold 'a'"),
        ("table,word,example\nt,a,a\nu,a,a\nt,a,ab\n", "a.csv:4: 'a' is already in line 2"),
        ('table,word,example\nt,a,"a\nb"\nt,c,d\n', "a.csv:4: the example does not hold 'c'"),
        ("table,word,not_after,example\nt,a,b||c,a\n", "not_after holds an empty word"),
        ("table,pattern,example\nt,(a,a\n", "a.csv:2: '(a' is no pattern"),
        ("table,pattern,not_after,example\nt,a,b,a\n", "a pattern has no not_before"),
        ('table,word,example\n"t,a,a\n', "is not CSV"),
    ],
)
def test_wrong_rows(tmp_path, content, said):
    path = tmp_path / "a.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_rules(path)
    assert said in str(caught.value) and "; " in str(caught.value)


@pytest.mark.parametrize("file", ["names.csv", "numbers.csv", "measures.csv", "time.csv", "status.csv"])
def test_a_row_of_a_table_that_nobody_reads_is_named(tmp_path, file):
    folder = tmp_path / "rules"
    shutil.copytree(ROOT / "data/reference/rules", folder)
    rows = (folder / file).read_text(encoding="utf-8").rstrip("\n").splitlines()
    table = rows[1].split(",")[0]
    (folder / file).write_text("\n".join([*rows, f"{table}x,茶苗,,,茶苗5万株。,,"]) + "\n", encoding="utf-8")
    passages, _ = clean("茶园达5万亩。", "t")
    with using(folder), pytest.raises(InputError) as caught:
        tabulate(passages, document="t", city="c", date="2024", genre=None, units=UNITS, scheme=SCHEME)
    said = str(caught.value)
    assert f"{file}:{len(rows) + 1}: unknown table '{table}x', did you mean '{table}'?" in said


def test_the_file_itself(tmp_path):
    with pytest.raises(InputError, match="no such rules; restore"):
        read_rules(tmp_path / "a.csv")
    (tmp_path / "a.csv").write_bytes("table,word,example\n词".encode("gb18030"))
    with pytest.raises(InputError, match="is not UTF-8; save"):
        read_rules(tmp_path / "a.csv")


LETTERS = st.text("甲乙丙", min_size=1, max_size=3)
NEAR = st.lists(LETTERS, max_size=2).map(tuple)


@given(
    st.lists(st.builds(Rule, st.just("t"), LETTERS, NEAR, NEAR), unique_by=lambda r: r.word),
    st.text("甲乙丙", max_size=9),
)
def test_the_expression_finds_what_the_rows_say(rules, text):
    expression = re.compile(alternation(rules))
    for at in range(len(text) + 1):
        standing = [
            rule.word
            for rule in rules
            if text.startswith(rule.word, at)
            and not any(text.startswith(word, at + len(rule.word)) for word in rule.not_before)
            and not any(text.endswith(word, 0, at) for word in rule.not_after)
        ]
        match = expression.match(text, at)
        assert (match[0] if match else None) == max(standing, key=len, default=None)


def test_what_a_row_has_no_part_in_is_not_made_again(folder):
    (folder / "more.csv").write_text(HEADER + "tree,松,,,一棵松,,\n", encoding="utf-8")
    calls = []

    @from_rules
    def trees(rules: RuleSet) -> tuple[str, ...]:
        calls.append("trees")
        return rules.words("more.csv", "tree")

    @from_rules
    def both(rules: RuleSet) -> tuple[str, ...]:
        calls.append("both")
        return (*trees(), *rules.words("words.csv", "fruit"))

    with using(folder) as rules:
        assert both() == ("松", "苹果", "苹果园") and calls == ["both", "trees"]
        with using(rules.without("words.csv", rules.table("words.csv", "fruit")[0])):
            assert both() == ("松", "苹果园") and calls == ["both", "trees", "both"]
        with using(rules.without("more.csv", rules.table("more.csv", "tree")[0])):
            assert both() == ("苹果", "苹果园") and trees() == ()
            assert calls[3:] == ["both", "trees"]
