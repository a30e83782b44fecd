"""The ground of a text: what title, date and genre say of its time before the first sentence does.

kind      told by                                        undated figures hold for        and are
account   its title (统计公报, 运行情况, 总结); without  the time of the title or lead,  achieved
          one 本公报, or 全年 and 年末 that open several else the year before the date
          paragraphs; a lead whose time half of the
          paragraphs repeat
plan      its title (规划, 计划, 方案, 要点)             the time of the title           planned
report    its title, 各位代表, the genre                 what its headings and paragraphs say
portrait  its title (概况, 简介)                         nothing
talk      its title, the genre                           nothing
other     –                                              nothing
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ...project.periods import parse_period
from ...project.rules import RuleSet, alternation, from_rules
from .expressions import FIVE_YEAR, Anchor, Reference, find_times, meaning, reference
from .held import Held

#: So many passages may stand before the first sentence: masthead, title, date, furniture of a page.
_HEAD = 20
_TITLE_LENGTH = 60
_NUMBERED = re.compile(
    r"[一二三四五六七八九十]{1,3}、|第[一二三四五六七八九十]+(?:部分|章)|[（(][一二三四五六七八九十\d]+[）)]"
)
_DELEGATES = re.compile("各位(?:代表|委员)")
_BULLETIN = re.compile("本公报|统计公报")
_YEAR_OPENS = re.compile("全年|年末")
_FIVE_YEAR = re.compile("|".join(FIVE_YEAR))
_LEAD = re.compile(r"(?:本报讯)?[^，。；]{0,12}$")


@dataclass(frozen=True, slots=True)
class Ground:
    """What a text is (`account`, `plan`, `report`, `portrait`, `talk`, `other`), its date, the time that holds where no
    words name one, and the title that says so."""

    kind: str
    ref: Reference | None
    held: Held | None = None
    title: str = ""

    @property
    def status(self) -> str | None:
        """The status of figures that no words mark."""
        return {"account": "achieved", "plan": "planned"}.get(self.kind)


#: The word lists of time.csv.
TIME_TABLES = ("present", "ahead", "lasting", "sum", "dateline", "account", "title")


@from_rules
def _title_words(rules: RuleSet) -> tuple[re.Pattern[str], dict[str, str]]:
    """Finds the words of titles; what kind of text each names."""
    rows = rules.tables("time.csv", names=TIME_TABLES)["title"]
    return re.compile(alternation(rows)), {row.word: row.gives for row in rows}


def title_kinds(title: str) -> list[str]:
    """The kinds of text that a title names, in order.

    >>> title_kinds("2022年茶山县国民经济和社会发展统计公报")
    ['account']
    """
    words, kinds = _title_words()
    return list(dict.fromkeys(kinds[m[0]] for m in words.finditer(title)))


def _titles(texts: Sequence[str]) -> list[str]:
    """The lines of the head that may be a title: what stands before the first sentence or address."""
    found = []
    for text in texts[:_HEAD]:
        if "。" in text or _DELEGATES.search(text):
            break
        if len(text) <= _TITLE_LENGTH and not _NUMBERED.match(text):
            found.append(text)
    return found


def _only_time(text: str, ref: Reference | None) -> str | None:
    """The one period that a title names; None for none and for several."""
    anchor = Anchor(ref)
    periods = {p for e in find_times(text) if not e.day and (p := meaning(e, anchor))}
    return periods.pop() if len(periods) == 1 else None


def _told(title: str, ref: Reference | None) -> Ground | None:
    """The ground that a title gives; None where it names no kind of text."""
    kinds = title_kinds(title)
    if not kinds:
        return None
    period = _only_time(title, ref)
    for kind in ("report", "portrait", "talk"):
        if kind in kinds:
            # The press is told of a half-year or quarter: what has no other time is of it.
            told = kind == "talk" and "account" in kinds and period and parse_period(period)
            return Ground(kind, ref, Held(period, "title") if told and not told.whole_years else None)
    if period is None and kinds == ["plan"]:
        # The name of the plan is no time elsewhere; here it is what the text is about.
        named = {FIVE_YEAR[m[0]] for m in _FIVE_YEAR.finditer(title)}
        period = "/".join(map(str, named.pop())) if len(named) == 1 else None
    if len(kinds) > 1 or period is None:
        # 总结 and 安排 in one title: the sections say which is which.
        return Ground("other" if len(kinds) > 1 else kinds[0], ref)
    return Ground(kinds[0], ref, Held(period, "title"), title)


def _without_title(texts: Sequence[str], ref: Reference | None) -> Ground | None:
    """An account that lost its title: a bulletin, or news whose lead names a time that half its paragraphs repeat."""
    opened = sum(bool(_YEAR_OPENS.match(text)) for text in texts)
    if opened >= 2 or opened and any(_BULLETIN.search(text) for text in texts):
        over = f"{ref.year - 1}" if ref and (ref.month or 1) <= 9 else None
        return Ground("account", ref, Held(over, "date") if over else None)
    bodies = [text for text in texts if re.search(r"\d", text) and "。" in text]
    if len(bodies) < 3:
        return None
    lead = next(iter(find_times(bodies[0])), None)
    if lead is None or not _LEAD.match(bodies[0][: lead.start]) or lead.kind not in ("part_alone", "part", "months"):
        return None
    period = meaning(lead, Anchor(ref))
    words = lead.match[0][-3:]
    again = sum(words in text for text in bodies)
    return Ground("account", ref, Held(period, "title")) if period and 2 * again >= len(bodies) else None


def read_ground(texts: Sequence[str], date: str | None, genre: str | None) -> Ground:
    """The ground of a text from its passages in order, its date and its genre (None where it is to be told)."""
    titles = _titles(texts)
    told = [title_kinds(title) for title in titles]
    is_report = genre == "government_work_report" or (
        genre in (None, "other") and (["report"] in told or any(_DELEGATES.search(text) for text in texts[:_HEAD]))
    )
    ref = reference(date, "government_work_report" if is_report else genre)
    if is_report:
        return Ground("report", ref)
    grounds = [ground for title in titles if (ground := _told(title, ref))]
    dated = [ground for ground in grounds if ground.held]
    if dated or grounds:
        return (dated or grounds)[0]
    if genre in (None, "other") and (found := _without_title(texts, ref)):
        return found
    return Ground("talk" if genre in ("press_conference", "interview") else "other", ref)
