"""Statuses: whether a figure is achieved (done or reported) or planned (target or intention).

A work report says so by its sections; a speaker by verbs and adverbs. The nearest cue before the figure wins; in a
section that reviews or plans, a cue must stand in the figure's own clause to turn it. The words are the rows of
data/reference/rules/status.csv, the patterns those of status_patterns.csv.
"""

from __future__ import annotations

import re
from bisect import bisect_left

from ...project.rules import RuleSet, alternation, from_rules

_WORDS, _PATTERNS = "status.csv", "status_patterns.csv"
PATTERN_TABLES = ("planned", "turns_to_plan")
TABLES = (
    *PATTERN_TABLES,
    *("estimate", "achieved", "plan_section", "review_section", "announces_review", "own_now"),
    *("plan_lead", "year_plan", "heading_tail", "sets_targets", "imperative", "perfective"),
)


@from_rules
def _cues(rules: RuleSet) -> dict[str, re.Pattern[str]]:
    """The expression of each table: its words and its patterns."""
    words = rules.tables(_WORDS, names=TABLES)
    patterns: dict[str, list[str]] = {}
    for table, rows in rules.tables(_PATTERNS, names=PATTERN_TABLES).items():
        patterns[table] = [f"(?:{rule.word})" for rule in rows]
    return {table: re.compile("|".join([alternation(rows), *patterns.get(table, [])])) for table, rows in words.items()}


def has(table: str, text: str, start: int = 0, stop: int | None = None) -> bool:
    """Whether a word of the table (`planned`, `achieved` …) stands in `text[start:stop]`."""
    cue = _cues().get(table)
    return cue is not None and cue.search(text, start, len(text) if stop is None else stop) is not None


def begins(table: str, text: str, start: int) -> bool:
    """Whether a word of the table stands in `text` at `start`."""
    return _cues()[table].match(text, start) is not None


def _last(table: str, text: str) -> int:
    """Where the last word of the table ends in `text`; -1 without one."""
    cue = _cues().get(table)
    return max((m.end() for m in cue.finditer(text)), default=-1) if cue else -1


# --- sections ---------------------------------------------------------------------------------------------------------

# The title of the text itself: what it names is its occasion, not what a section reviews or plans.
_TITLE = re.compile(r"(?:政府工作报告|新闻发布会|记者会|答记者问|专访|访谈|实录|发布词)(?:[（(].*)?$|会议上$")
_OF_A_YEAR = re.compile("工作|目标|任务|发展")


def section_statuses(heading: str, years: list[int], year: int | None) -> tuple[str, ...]:
    """What a heading says of its section: `achieved` for a review, `planned` for a plan, both in their order where it
    announces both, nothing for neither.

    `years` are the last years of the periods in the heading, `year` is the year of the text.
    """
    if _TITLE.search(heading):
        return ()
    cues = _cues()
    plan, review = cues["plan_section"].search(heading), cues["review_section"].search(heading)
    announced = cues["announces_review"].search(heading)
    if plan and announced:
        return ("achieved", "planned") if announced.start() < plan.end() else ("planned", "achieved")
    if plan or review:
        return ("planned" if plan else "achieved",)
    if year is not None and years and _OF_A_YEAR.search(heading):
        return ("planned" if max(years) >= year else "achieved",)
    return ()


_STRAY = " \t　|｜·•*#_~^<>《》【】[]()（）-—…:：.。、,，"
# A line without figures may be a heading that lost its form; a paragraph may begin with one: `2022年工作安排：…`.
_LOST_HEADING = re.compile(r"[^，。；：！？]{4,24}")
_LEADING_HEADING = re.compile(
    r"(?:[一二三四五六七八九十]{1,3}、)?(?:(?:19|20)\d{2}年)?[^，。；：！？\d]{0,10}?[：:。 ]"
)
_NO_SENTENCE = re.compile("[是为了将]")


def lost_heading(text: str, figures: bool) -> str | None:
    """The heading that a body passage is or begins with, cleared of stray marks; None where it has none.

    >>> lost_heading("2023年工作安排|", figures=False)
    '2023年工作安排'
    """
    bare = text.strip(_STRAY)
    if not figures and _LOST_HEADING.fullmatch(bare):
        return bare
    leading = _LEADING_HEADING.match(text)
    if leading and has("heading_tail", leading[0]) and not _NO_SENTENCE.search(leading[0]):
        return leading[0].strip(_STRAY)
    return None


# This many characters of a paragraph may say that the plan begins.
_OPENING = 100


def turns_to_plan(text: str) -> bool:
    """Whether a paragraph leaves the review for the plan, in a section whose heading announces both."""
    return has("turns_to_plan", text, 0, _OPENING)


def sets_targets(text: str, start: int) -> bool:
    """Whether a paragraph that names the year of the text up to `start` goes on to what is to be done in it."""
    return has("sets_targets", text, start, start + 20)


def imperative(text: str) -> bool:
    """Whether a paragraph tells what is to be done (建设…, 推进…, 力争…) and nothing that has been.

    >>> imperative("抓好春耕，新建水渠12公里，确保粮食稳产。"), imperative("抓好春耕，新建水渠12公里，粮食增长3%。")
    (True, False)
    """
    return has("imperative", text) and not has("perfective", text) and not has("achieved", text)


_PART = re.compile("；")

# --- figures ----------------------------------------------------------------------------------------------------------


def status(clause: str, sentence: str, section: str | None, *, future: bool, over: bool) -> str:
    """The status of one figure.

    `clause` and `sentence` are the words before the figure in its clause and in its sentence; `section` is what the
    section says; `future` and `over` say that the figure's period lies ahead of the text, that the text names a time
    for it that is over.
    """
    if section == "achieved":
        return "planned" if future and not has("achieved", clause) else "achieved"
    if section == "planned":
        return "achieved" if (over or has("own_now", clause)) and not has("planned", clause) else "planned"
    if future:
        return "planned"
    planned, achieved = _last("planned", sentence), _last("achieved", sentence)
    if over and planned >= 0 and planned == _last("estimate", sentence):
        # 预计 of a time that is over is an estimate of what has been reached.
        return "achieved"
    return "planned" if planned > achieved else "achieved"


def status_by_word(clause: str) -> str | None:
    """The status that a word in the figure's own clause gives; None without one and for estimates.

    >>> status_by_word("计划再建茶厂"), status_by_word("引进了茶师"), status_by_word("预计产值"), status_by_word("茶厂")
    ('planned', 'achieved', None, None)
    """
    planned, achieved = _last("planned", clause), _last("achieved", clause)
    if planned == achieved or planned > achieved and planned == _last("estimate", clause):
        return None
    return "planned" if planned > achieved else "achieved"


def agree(text: str, starts: list[int], statuses: list[str]) -> list[str]:
    """The statuses of the figures of one sentence `text`, which begin at `starts`, where a word for the year's plan
    (`年度计划投资`) stands before one of them: those of its part are of the plan too, unless a word says otherwise."""
    found, part = list(statuses), 0
    for stop in [mark.start() for mark in _PART.finditer(text)] + [len(text)]:
        if has("year_plan", text, part, stop):
            done = _cues()["achieved"].search(text, part, stop)
            for number in range(bisect_left(starts, part), bisect_left(starts, stop)):
                if done is None or starts[number] < done.end():
                    found[number] = "planned"
        part = stop
    return found
