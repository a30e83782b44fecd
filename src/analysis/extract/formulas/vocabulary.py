"""The words that formulas are told by: data/reference/rules/formulas.csv, and the expressions that are made of them.

| table | holds |
| --- | --- |
| `measure_word` | measure words between the numeral and what it counts; 轮, 位, 极 … are themselves what is counted |
| `tail` | what may follow the thing that is counted: in 四轮驱动 it is 轮, in 双高计划 it is 高 |
| `container` | what may stand between a formula and its explanation, and what a code in digits names |
| `abstract` | abstract nouns that make a count with 大 a formula without quotation marks |
| `longer_word` | what must not follow such a noun, which is then a part of a longer word |
| `concrete` | concrete nouns that make a formula with 大 where as many members stand before it |
| `head` | what makes a count with the measure word in `gives` a formula without quotation marks |
| `part` | what may stand in a row without quotation marks: 一主两副, 三区一中心 |
| `known` | formulas of national policy, known without quotation marks |
| `not_counted` | with these behind the numeral it is no formula: times, quantities, streaks, grades |
| `plain`, `idiom` | plain words, names of places and idioms that begin like formulas |
| `service_number`, `service` | numbers of services; a code of a policy only where a `container` follows |
| `lead` | verbs and connections before the first member of a list |
| `closing` | what stands between the last member of a list and 的 before the formula |
| `person`, `counts_persons` | nouns for persons, and what a formula counts whose members are persons |
| `explains` | how an explanation begins behind a formula |
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ...project.characters import HAN
from ...project.rules import RuleSet, alternation, from_rules

FILE = "formulas.csv"
#: A formula counts a few things; beyond this it is a measurement.
MOST = 20
#: The markers of a list that goes through sentences or passages, with numerals in Chinese and in digits.
MARKERS = ("{}是", "{}要", "（{}）", "第{}，", "第{}、", "第{}是", "其{}，", "{}、")
DIGIT_MARKERS = ("{}.", "{}．", "{}、", "（{}）")
#: A Chinese character.
HANS = f"[{HAN}]"

_NUMBER = "(?:十[一二三四五六七八九]?|[两三四五六七八九])"
# No count: an ordinal, a part of a longer numeral, the party's congresses (十六大).
# `re` searches fast for a first character, slowly for what stands before it: the look behind follows the character.
_FREE = "(?<![第前几数0-9一二两三四五六七八九十百千万亿之每].)(?<!党的.)"
_FREE_NUMBER = f"[十两三四五六七八九]{_FREE}(?:(?<=十)[一二三四五六七八九])?"
# Parts in a row: numerals and what they count are of different characters, so that there is one way to read them.
ROW_NUMBER = "一两三四五六七八九十双多百千万"
_MODIFIER = rf"[^\W\d_A-Za-z的和与及、等为是{ROW_NUMBER}]"
_PART_NUMBER = "[一两三四五六七八九十双多]"
PLUS_MORE = r"(?:[+＋](?:\d{1,2}|[NXnx])){1,5}"
_PLUS_CORE = rf"(?:\d{{1,2}}|[NX]){PLUS_MORE}"
_NOTE = r"(?:［\d{1,3}］|\[\d{1,3}\])?"


@dataclass(frozen=True)
class Vocabulary:
    """The sets of words and the expressions made of them, for one state of the rules."""

    tails: frozenset[str]
    containers: tuple[str, ...]
    services: tuple[str, ...]
    service_numbers: frozenset[str]
    #: A count; parts in a row and codes with what follows them.
    single: re.Pattern[str]
    tail: re.Pattern[str]
    plus: re.Pattern[str]
    code: re.Pattern[str]
    #: What is no formula.
    barred: re.Pattern[str]
    plain: re.Pattern[str]
    idiom: re.Pattern[str]
    #: Formulas without quotation marks.
    known: re.Pattern[str]
    with_great: re.Pattern[str]
    with_measure: re.Pattern[str]
    with_members: re.Pattern[str]
    with_tail: re.Pattern[str]
    parts_in_row: re.Pattern[str]
    abstract_end: re.Pattern[str]
    concrete: re.Pattern[str]
    #: Lists. Members that are persons do not explain a formula that counts other things.
    person: re.Pattern[str]
    counts_persons: re.Pattern[str]
    lead: re.Pattern[str]
    long_lead: re.Pattern[str]
    leads_only: re.Pattern[str]
    closing: re.Pattern[str]
    connection: re.Pattern[str]


def _with_measure(rules: RuleSet, words: dict[str, str]) -> re.Pattern[str]:
    """A count with a measure word and one of its heads. 三个确保 stands before no other noun than a container."""
    heads: dict[str, list[str]] = {}
    for rule in rules.table(FILE, "head"):
        heads.setdefault(rule.gives, []).append(re.escape(rule.word))
    counts = [
        f"{measure}(?:{'|'.join(sorted(found, key=len, reverse=True))})"
        + (rf"(?!(?![的和与及]|{words['container']}){HANS})" if measure == "个" else "")
        for measure, found in heads.items()
    ]
    return re.compile(rf"(?P<number>{_FREE_NUMBER})(?P<counted>{'|'.join(counts)})(?!{words['longer_word']}|性|员)")


@from_rules
def vocabulary(rules: RuleSet) -> Vocabulary:
    """The vocabulary of the rules in use."""
    names = dict.fromkeys(rule.table for rule in rules.file(FILE))
    any_of = {name: f"(?:{alternation(rules.table(FILE, name))})" for name in names}
    part = rf"{any_of['part']}(?:[、]?(?={_PART_NUMBER}))?"
    explains = any_of["explains"]
    long_leads = [rule for rule in rules.table(FILE, "lead") if len(rule.word) > 1]
    return Vocabulary(
        tails=frozenset(rules.words(FILE, "tail")),
        containers=rules.words(FILE, "container"),
        services=rules.words(FILE, "service"),
        service_numbers=frozenset(rules.words(FILE, "service_number")),
        single=re.compile(
            rf"[新小老]?(?P<number>双|二十|{_NUMBER}|百(?=大))(?P<measure>{any_of['measure_word']}?)"
            rf"(?P<rest>{HANS}{{1,18}}|\d{{1,3}})"
        ),
        tail=re.compile(f"{any_of['tail']}$"),
        plus=re.compile(rf"(?P<parts>{_PLUS_CORE}){any_of['container']}?"),
        code=re.compile(rf"(?P<parts>\d{{3,8}}[XN]?|\d\d[XN]|\d×\d){any_of['container']}?"),
        barred=re.compile(any_of["not_counted"]),
        plain=re.compile(any_of["plain"]),
        idiom=re.compile(any_of["idiom"]),
        known=re.compile(any_of["known"]),
        with_great=re.compile(
            rf"(?P<number>{_FREE_NUMBER})大(?P<counted>{_MODIFIER}{{0,8}}?{any_of['abstract']})(?!{any_of['longer_word']})"
        ),
        with_measure=_with_measure(rules, any_of),
        with_members=re.compile(
            rf"(?P<number>{_FREE_NUMBER})大(?P<counted>{_MODIFIER}{{0,6}}?{any_of['concrete']})(?!{any_of['concrete']})"
        ),
        # 三产融合 names the three industries, whatever stands before it.
        with_tail=re.compile(
            rf"(?P<number>{_FREE_NUMBER})(?!产|{any_of['not_counted']})(?P<counted>{HANS}){any_of['tail']}"
        ),
        person=re.compile(f"{any_of['person']}$"),
        counts_persons=re.compile(any_of["counts_persons"]),
        parts_in_row=re.compile(
            rf"{_PART_NUMBER}(?<![第0-9{ROW_NUMBER}二].){part}(?:{_PART_NUMBER}{part}){{1,5}}(?![{ROW_NUMBER}二])"
        ),
        abstract_end=re.compile(f"{any_of['abstract']}$"),
        concrete=re.compile(any_of["concrete"]),
        lead=re.compile(any_of["lead"]),
        long_lead=re.compile(alternation(long_leads)),
        leads_only=re.compile(f"{any_of['lead']}+"),
        closing=re.compile(rf"(?:{any_of['closing']}{{0,3}}[的这]|(?<![创革更翻全高自迎])新型?|实现了?)$"),
        connection=re.compile(
            rf"{_NOTE}(?P<name>{HANS}{{0,8}}?){_NOTE}"
            rf"(?P<how>（(?:{explains}[：:]?)?|[：:]|——|[，,]?(?P<word>{explains})[：:]?)"
        ),
    )
