"""How a sentence promises: words of commitment by strength, what tells of a report instead, and the body in charge.

The words are the rows of data/reference/rules/commitments.csv:

    must, will, strive, explore   words of commitment, from the most to the least binding; with `plan` in the column
                                  gives only where the text plans anyway, since reviews use them too (努力, 探索)
    lead                          opens a plan in a text without sections (下一步), up to the end of the paragraph
    no_promise                    a sentence with it says how things are or thanks, also among plans
    body                          how the name of a body in charge ends (局, 部门)
    appendix                      a section with it explains words and promises nothing
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from ...project.characters import HAN
from ...project.rules import RuleSet, alternation, from_rules
from ..figures import statuses

FILE = "commitments.csv"
#: From the most to the least binding.
STRENGTHS = ("must", "will", "strive", "explore")
_PLAN_ONLY = "plan"

_CLAUSE = re.compile("[，；：]")
_ITEM = re.compile(r"(?:——|[（(]?[一二三四五六七八九十\d]{1,3}(?:[）)、.．]|是)|第[一二三四五六七八九十]+[，、])")
# 未来五年是机遇期: says what something is, unless it is an aim.
_IS = re.compile("(?!坚持)[^，。；：]{0,14}(?<![目标任务点于就不凡还可])是(?!否)")
# Words within short quotation marks are names: “五个必须”.
_QUOTED = re.compile("“[^“”]{1,20}”")


class Cue(NamedTuple):
    """A word of commitment: its strength, its words and where it ends in the sentence."""

    strength: str
    word: str
    end: int


@dataclass(frozen=True)
class _Words:
    """The rows of `FILE` as expressions."""

    strengths: dict[str, re.Pattern[str]]
    plan_only: frozenset[str]
    lead: re.Pattern[str]
    no_promise: re.Pattern[str]
    owner: re.Pattern[str]
    appendix: re.Pattern[str]


@from_rules
def _words(rules: RuleSet) -> _Words:
    rows = {name: rules.table(FILE, name) for name in (*STRENGTHS, "lead", "no_promise", "body", "appendix")}
    body = alternation(rows["body"])
    charge = "(?:(?:都|均|也|还)?(?:要|将|须|必须|务必|负责|牵头)|牵头|负责)"
    return _Words(
        {name: re.compile(alternation(rows[name])) for name in STRENGTHS},
        frozenset(row.word for name in STRENGTHS for row in rows[name] if row.gives == _PLAN_ONLY),
        re.compile(alternation(rows["lead"])),
        re.compile(alternation(rows["no_promise"])),
        re.compile(
            rf"(?:^|[，；：。“])由?(?P<owner>[{HAN}（）、]{{1,16}}?(?:{body})(?:（[{HAN}、]{{1,6}}）)?){charge}"
            rf"|由(?P<by>[{HAN}（）、]{{1,14}}?(?:{body}))(?=[{HAN}])"
        ),
        re.compile(alternation(rows["appendix"])),
    )


def is_appendix(section: str) -> bool:
    """Whether a section explains words.

    >>> is_appendix("附件 / 名词解释"), is_appendix("三、2026年重点工作")
    (True, False)
    """
    return _words().appendix.search(section) is not None


def leads(sentence: str) -> bool:
    """Whether a sentence opens a plan: 下一步，…

    >>> leads("下一步，新建茶厂3家。"), leads("去年新建茶厂3家。")
    (True, False)
    """
    found = _words().lead.search(sentence, 0, 16)
    return found is not None and not re.search("[，；]", sentence[: found.start()].strip("，"))


def cues(sentence: str, *, planning: bool) -> list[Cue]:
    """The words of commitment of a sentence in order; without `planning`, only those that promise by themselves."""
    known, bare = _words(), _QUOTED.sub(lambda m: "“" + "々" * (len(m[0]) - 2) + "”", sentence)
    found = [Cue(strength, m[0], m.end()) for strength, words in known.strengths.items() for m in words.finditer(bare)]
    return sorted((c for c in found if planning or c.word not in known.plan_only), key=lambda cue: cue.end)


def says_how_it_is(sentence: str) -> bool:
    """Whether a sentence among plans tells how things are, and promises nothing.

    >>> says_how_it_is("今后五年是茶业的好时机。"), says_how_it_is("主要目标是茶厂达到9家。")
    (True, False)
    """
    rest = sentence[m.end() :] if (m := _ITEM.match(sentence)) else sentence
    return _IS.match(rest) is not None or _words().no_promise.search(sentence) is not None


def reports(sentence: str) -> bool:
    """Whether a sentence tells of what has been done."""
    return statuses.has("achieved", sentence) or statuses.has("perfective", sentence)


def promises(sentence: str, *, planned: bool, future: bool) -> bool:
    """Whether a sentence promises by its own words, in a text or paragraph that does not plan.

    The last word of commitment stands behind the last of what has been done. Words that reviews use, too, promise only
    with a figure that is `planned` or a time to come (`future`).

    >>> [promises(text, planned=False, future=False) for text in ("将建茶厂。", "要建茶厂，已建成3家。", "努力制茶。")]
    [True, False, False]
    """
    if _words().no_promise.search(sentence):
        return False
    own = cues(sentence, planning=False)
    if own:
        return not statuses.has("achieved", sentence, own[-1].end)
    return (planned or future) and statuses.status("", sentence, None, future=False, over=False) == "planned"


def binding(sentence: str, figures: list[int], *, planning: bool) -> tuple[str, str | None]:
    """How much a promise binds, and the word that says so (None for a bare imperative, which stands with 将).

    A word of duty counts wherever it stands. Among plans, 力争 and the like count where they govern a figure
    (`figures`: where those of the sentence begin) or open the sentence; elsewhere they only add a purpose to what is
    to be done. Outside plans the most binding word counts.

    >>> binding("新建茶厂，确保年内投产。", [], planning=True), binding("新建茶厂，探索茶旅。", [], planning=True)
    (('must', '确保'), ('will', None))
    """
    found = cues(sentence, planning=planning) or cues(sentence, planning=True)
    musts = [cue for cue in found if cue.strength == "must"]
    if musts:
        return "must", musts[0].word
    if not planning:
        best = min(found, key=lambda cue: STRENGTHS.index(cue.strength), default=None)
        return (best.strength, best.word) if best else ("will", None)
    marks = [0, *(mark.end() for mark in _CLAUSE.finditer(sentence)), len(sentence)]
    for cue in found:
        clause = next((start, stop) for start, stop in zip(marks, marks[1:], strict=False) if cue.end <= stop)
        opens = clause[0] == 0 or _CLAUSE.search(sentence[: clause[0] - 1]) is None and clause[0] <= 6
        governs = any(cue.end <= figure < clause[1] for figure in figures)
        if cue.strength == "will" or opens or governs:
            return cue.strength, cue.word
    return "will", None


def owner(sentence: str) -> str | None:
    """The body that a sentence puts in charge; None where it names none.

    >>> owner("由县茶业局牵头，年内建成茶厂。"), owner("年内建成茶厂。")
    ('县茶业局', None)
    """
    found = _words().owner.search(sentence)
    return (found["owner"] or found["by"]) if found else None
