"""The rows of the rules of cleaning: each makes a difference in its example and gives the name that it says."""

from __future__ import annotations

import re

import pytest
from rule_rows import rows_without_effect

from analysis.project.rules import Rule, rules_in_use
from analysis.texts.clean import clean
from analysis.texts.furniture import FILE, WORDS, ZONES
from analysis.texts.speakers import FILE as SPEAKERS

BODY = "全市去年新修道路三百公里，改造小区二十个，城里和乡下的面貌都有了新的变化，居民的日子更加方便。"
AROUND = {"head": "{0}\n{1}", "tail": "{1}\n{0}", "rest": "{1}\n{0}", "any": "{1}\n{0}\n{1}", "run": "{1}\n{0}"}


def placed(rule: Rule, example: str) -> str:
    """The example of a rule of furniture in a text, in the zone that the rule is for."""
    return AROUND.get(rule.table, AROUND["head"]).format(example, BODY)


def taken(rule: Rule, example: str) -> list[tuple[str, str]]:
    """Rule and text of what cleaning removes."""
    _, removals = clean(placed(rule, example))
    return [
        (name, text) for name, text in zip(removals["rule"], removals["text"], strict=True) if name != "stray_space"
    ]


def read(_rule: Rule, example: str) -> list[tuple]:
    passages, removals = clean(example)
    columns = ["kind", "speaker", "role", "text"]
    return [*passages[columns].fillna("").itertuples(index=False), *removals["text"]]


@pytest.mark.parametrize(("file", "look"), [(FILE, taken), (WORDS, taken), (SPEAKERS, read)])
def test_no_row_is_without_effect(file, look):
    assert rows_without_effect(file, look) == []


def test_rows_of_furniture_give_the_name_that_they_say():
    for rule in rules_in_use().file(FILE):
        assert re.fullmatch("[a-z_]+", rule.gives) and rule.note
        assert rule.gives in {name for name, _ in taken(rule, rule.example)}, rule
    zones = {zone for zones in ZONES.values() for zone in zones}
    assert {rule.table for rule in rules_in_use().file(FILE)} == zones


def test_a_text_keeps_its_body():
    for rule in rules_in_use().file(FILE):
        passages, _ = clean(placed(rule, rule.example))
        assert BODY in list(passages["text"]), rule
