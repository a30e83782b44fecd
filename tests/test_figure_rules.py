"""The word lists of names, measures and numbers: every row makes the difference that its example shows."""

from __future__ import annotations

import pytest
from conftest import ROOT

from analysis.extract.figures.measures import measure_figures
from analysis.extract.figures.mentions import find_mentions
from analysis.extract.figures.naming import name_figures, places
from analysis.extract.figures.units import read_units
from analysis.project.rules import Rule, RuleSet, rules_of, using

UNITS = read_units(ROOT / "data/reference/units.csv")
RULES = rules_of(ROOT / "data/reference/rules")
#: What the column `gives` of a file tells: the names, the measures, or the mentions with their comparators.
GIVES = {
    "names.csv": lambda row: row[1],
    "measures.csv": lambda row: row[2],
    "numbers.csv": lambda row: row[0],
}


def read(text: str) -> list[tuple[str, str, str, float, float | None, str]]:
    """Of each figure of a sentence: mention with its comparator, name, measure, value, upper value and unit."""
    mentions = find_mentions(text, UNITS)
    starts = [0] * len(mentions)
    found = places(text, mentions, starts)
    names = name_figures(text, found, starts, UNITS)
    measures = measure_figures(found, names, UNITS)
    return [
        (text[m.start : m.end] + m.comparator, name, measure, m.value, m.value_max, f"{m.unit} {m.kind}")
        for m, name, measure in zip(mentions, names, measures, strict=True)
    ]


def without(file: str, rule: Rule) -> list[tuple[str, str, str, float, float | None, str]]:
    with using(RULES.without(file, rule)):
        return read(rule.example)


@pytest.mark.parametrize("file", GIVES)
def test_each_row_makes_the_difference_that_its_example_shows(file):
    wrong = []
    for rule in RULES.file(file):
        with using(RULES):
            here = read(rule.example)
        if "；".join(map(GIVES[file], here)) != rule.gives:
            wrong.append(f"{file}:{rule.line}: {rule.example} gives {'；'.join(map(GIVES[file], here))}")
        elif without(file, rule) == here:
            wrong.append(f"{file}:{rule.line}: {rule.word} changes nothing in {rule.example}")
    assert wrong == []


def test_a_row_without_effect_is_found():
    rule = RULES.table("names.csv", "trail")[0]
    twin = Rule(rule.table, rule.word + rule.word, example=rule.example, line=9999)
    more = RuleSet(RULES.folder, {"names.csv": (*RULES.file("names.csv"), twin)})
    with using(more):
        here = read(twin.example)
    with using(more.without("names.csv", twin)):
        assert read(twin.example) == here


def test_guards_keep_words_whole():
    """What a row may not stand beside: one text for each kind of guard."""
    with using(RULES):
        assert read("新能源汽车达3万辆。")[0][1] == "新能源汽车"
        assert read("建成区绿化面积达3平方公里。")[0][1] == "建成区绿化面积"
        assert read("规上工业增加值35亿元。")[0][1:3] == ("规上工业增加值", "level")
        assert read("签约3亿元。")[0][0] == "3亿元="
