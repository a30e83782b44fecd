"""Time as discourse: the current time that a text carries from sentence to sentence.

A figure takes the nearest time that holds where it stands; `period_source` says where that was said.

level            set by                               kept for                      ended by
clause, sentence an expression before the figure, or  the rest of the sentence      the next expression; 目前, 下一步
                 behind it in its clause                                            (`present`, `ahead`)
its own          2020年的3亿元                        that number, its whole ratio
                 由2015年的…增加到                    up to the turning word
                 连续四年翻番的基础上                 up to 基础上 or the clause
paragraph        the last expression of an earlier    the rest of the paragraph     another expression; 目前, 下一步;
                 sentence                                                           what lasts (`lasting`: 总面积);
                                                                                    a plan, where the time is over
episode          a year within a review of several;   its sentence; a year long     then the time before it returns
                 a date to be met; a part of the year past also the next one
                 under review; a year long past
item             一是, 二是, 第一                                                   each begins with the time before
                                                                                    the first
section          a heading; in a report a paragraph   the section                   the next heading with a time or
                 that opens with a time                                             of the top level
title, date      the ground of the text (`ground`)    the text
paragraph before its last time                        sentences that tell a rate;   a heading, a question, 目前
                                                      what goes on (其中, 同时, a
                                                      colon before)

Words for a sum (`sum`: 年均, 累计) widen a single year to the span of years under review, where there is one. Words
without a year (全年, 年末, 上半年, 9月) take the year that section or title are about; 这一年 takes the one named last.
All word lists are rows of data/reference/rules/time.csv.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ...project.periods import last_year, lies_ahead
from ...project.rules import RuleSet, alternation, from_rules
from . import statuses
from .expressions import Anchor, Expression, find_times, meaning
from .ground import TIME_TABLES, Ground, title_kinds
from .held import OPEN, Held, has_ended, is_over, is_span, one_year

_TOP = re.compile(r"[一二三四五六七八九十]{1,3}、|第[一二三四五六七八九十]+(?:部分|章)")
_DATE_LINE = re.compile(r"[（(]?[\d〇零○一二三四五六七八九十年月日\-./ ]+[）)]?")
_IS = re.compile(r"(?:时期)?是")
# How a paragraph addresses its hearers before it says anything.
_ADDRESS = re.compile(r"(?:各位代表|同志们|各位委员|大家好)[，,！!：:。、]*")
_PASSED = re.compile("(?:各位代表|同志们)?[，,！!]?(?:(?:刚刚?|即将|已经)?过去的|回顾|回首|回望|总结|走过|在)*")
_STOP = re.compile("[，。；]")
_DIGIT = re.compile(r"\d")
_ITEM = re.compile(
    r"[一二三四五六七八九十]是|第[一二三四五六七八九十][，、]|[首其再][先次][，要]|最后，|[（(][一二三四五六七八九十\d]{1,2}[）)]"
)
# So far on either side of a figure are words sought for what its part of the sentence tells.
_NEAR = 200
_ITEM_BEGINS = frozenset("一二三四五六七八九十第首其再最（(")
_GOES_ON = re.compile("其中|同时|此外|另外|并")
#: Kinds of moves after which the time is open: the present (目前), or what is to come (下一步).
TURNS = ("present", "ahead")


@dataclass(frozen=True)
class _Words:
    """The word lists of time.csv as expressions."""

    turns: re.Pattern[str]
    ahead: frozenset[str]
    lasting: re.Pattern[str]
    sums: re.Pattern[str]
    lines: re.Pattern[str]
    account: re.Pattern[str]
    rates: re.Pattern[str]


@from_rules
def _words(rules: RuleSet) -> _Words:
    rows = rules.tables("time.csv", names=TIME_TABLES)

    def words(*names: str) -> re.Pattern[str]:
        return re.compile(alternation(row for name in names for row in rows[name]))

    return _Words(
        words("present", "ahead"),
        frozenset(row.word for row in rows["ahead"]),
        words("lasting"),
        words("sum"),
        words("dateline"),
        words("account"),
        re.compile(alternation(row for row in rows["account"] if row.gives == "rate")),
    )


def find_moves(text: str) -> list[Expression]:
    """What may move the current time, in order: expressions of time, and words of return, whose kind is in `TURNS`."""
    times, words = find_times(text), _words()
    turns = [
        Expression(m.start(), m.end(), "ahead" if m[0] in words.ahead else "present", m)
        for m in words.turns.finditer(text)
    ]
    if not turns:
        return times
    ends, starts = [e.end for e in times], [e.start for e in times]
    free = [t for t in turns if bisect_right(starts, t.start) == bisect_right(ends, t.start)]
    return sorted(times + free, key=lambda move: move.start)


def opens_item(text: str, start: int) -> bool:
    """Whether a sentence that begins at `start` begins an item: 一是, 二是, 第一."""
    return text[start] in _ITEM_BEGINS and _ITEM.match(text, start) is not None


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a passage: its number in it and its span."""

    number: int
    start: int
    end: int


@dataclass(slots=True)
class _Section:
    """What heading and paragraphs of a section say: its time, the time that a paragraph set for those after it, its
    status, and whether a plan is announced that has not begun."""

    held: Held | None = None
    running: Held | None = None
    status: str | None = None
    title: str = ""
    plan_follows: bool = False
    plan: Held | None = None


@dataclass(slots=True)
class _Paragraph:
    """What a paragraph has said so far: the time it carries, the one it goes back to at a new item, an episode and the
    number of the sentence up to which it lasts, the status that its opening gives, the span of years it has named, and
    whether items have begun."""

    carried: Held | None = None
    base: Held | None = None
    episode: Held | None = None
    until: int = -1
    status: str | None = None
    span: Held | None = None
    items: bool = False


@dataclass(slots=True)
class Discourse:
    """The current time of a text. `heading` and `paragraph` move it on; `reading` gives the figures of a sentence."""

    ground: Ground
    in_sections: bool = False
    section: _Section = field(default_factory=_Section)
    now: _Paragraph = field(default_factory=_Paragraph)
    before: Held | None = None
    goes_on: bool = False
    named: int | None = None

    def __post_init__(self) -> None:
        self.section.status = self.ground.status
        self.in_sections = self.ground.status is not None

    # --- what holds ---

    @property
    def status(self) -> str | None:
        """What section and paragraph say of the status of their figures; None where words decide."""
        return self.now.status or (self.section.status if self.in_sections else None)

    @property
    def basis(self) -> Held | None:
        """The time of section or title."""
        found = self.section.running or self.section.held
        if found is None and (self.ground.kind != "plan" or self.section.status == "planned"):
            return self.ground.held
        return found

    @property
    def anchor(self) -> Anchor:
        """What words without a year lean on here."""
        basis, said = self.basis, self.section.held or self.ground.held
        ahead = self.status == "planned"
        year = one_year(basis.period) if basis else None
        if basis and year is None and not ahead and is_span(basis.period) and is_over(basis.period, self.ground.ref):
            year = last_year(basis.period)
        span = said.period if said and is_span(said.period) else None
        return Anchor(self.ground.ref, year, self.named, span, ahead)

    def _sets(self, moves: Sequence[Expression]) -> list[tuple[Expression, str]]:
        """The expressions that mean a time, with it."""
        if not moves:
            return []
        anchor = self.anchor
        found: list[tuple[Expression, str]] = []
        for e in moves:
            if e.kind not in TURNS and not e.reach:
                before = found[-1] if found else None
                if period := meaning(e, _of_list(anchor, e, *before) if before else anchor):
                    found.append((e, period))
        return found

    # --- headings ---

    def heading(self, text: str) -> None:
        """A heading begins a section; a numbered one of the top level forgets the section before.

        After the plan a report does not return to the past unless a heading says so.
        """
        if text == self.ground.title or _DATE_LINE.fullmatch(text):
            return
        ref, section = self.ground.ref, self.section
        periods = list(dict.fromkeys(p for e, p in self._sets(find_times(text)) if not e.day))
        years = [year for period in periods if (year := last_year(period))]
        found = statuses.section_statuses(text, years, ref.year if ref else None)
        self.before = self.named = None
        self.goes_on = False
        if _TOP.match(text):
            planned = section.status == "planned" or section.plan_follows
            section.status = "planned" if planned else self.ground.status
            section.running = section.held = None
            section.plan_follows = False
        if found:
            section.status, section.title, self.in_sections = found[0], text, True
            section.plan_follows = found == ("achieved", "planned")
        named = title_kinds(text) or _words().lines.search(text)
        if not periods or not found and (named or ref and lies_ahead(periods[0], ref.year)):
            return
        section.running = section.plan = None
        if section.plan_follows and ref:
            # Of the periods of such a heading, the one that is over goes with the review.
            section.held = _only([p for p in periods if (last_year(p) or 0) < ref.year])
            section.plan = _only([p for p in periods if (last_year(p) or 0) >= ref.year])
        else:
            section.held = _only(periods)
            if section.held is None:
                # 2025年和“十四五”时期工作回顾: the first comes first, until a paragraph turns to the next.
                section.running = Held(periods[0], "section")

    def begins_section(self, heading: str) -> bool:
        """Whether a line that lost the form of a heading says what its section reviews or plans."""
        ref = self.ground.ref
        years = [year for _, period in self._sets(find_times(heading)) if (year := last_year(period))]
        return bool(statuses.section_statuses(heading, years, ref.year if ref else None))

    # --- paragraphs ---

    def paragraph(
        self, text: str, moves: Sequence[Expression], starts: Sequence[int], *, figures: bool, heading: bool
    ) -> None:
        """A paragraph begins: what the one before leaves to it, and what its opening sets; a heading sets nothing more.

        A paragraph without figures leads over to what follows: there the last sentence that opens with a time counts,
        unless it only says what year it is (`2025年是…`). `starts` are the starts of the sentences.
        """
        self._turn(text, moves, starts)
        if heading:
            self.now = _Paragraph()
            return
        left = self.now.carried or self.before
        self.before = None if left is not None and left.period is None else left
        self.now = _Paragraph()
        if self.named and self.ground.ref and self.named < self.ground.ref.year - 1:
            # 这一年, 全年 in another paragraph are not of a year long past.
            self.named = None
        if self.before and (self.goes_on or _GOES_ON.match(text)):
            self.now.carried = self.now.base = self.before
        self.goes_on = text.rstrip().endswith("：")
        if not figures and not self.in_sections:
            return
        times = self._sets([e for e in moves if not e.day])
        if not figures:
            opening = [t for t in times if _opens(text, t[0].start, starts) and not _IS.match(text, t[0].end)]
            if opening:
                self._run(opening[-1][1])
            return
        self._open(text, times, starts)

    def _turn(self, text: str, moves: Sequence[Expression], starts: Sequence[int]) -> None:
        """A paragraph may leave the review for the plan; in a report without headings one begins the review."""
        section, ref = self.section, self.ground.ref
        if section.plan_follows and text != section.title and statuses.turns_to_plan(text):
            section.status, section.plan_follows = "planned", False
            section.held, section.running = section.plan, None
        if self.ground.kind != "report" or ref is None or section.status == "planned" or not moves:
            return
        opening = [m for m in moves if m.kind not in TURNS and _opens(text, m.start, starts[:2])]
        periods = [meaning(move, self.anchor) for move in opening]
        over = periods[0] if periods else None
        if any(
            p == f"{ref.year}" and statuses.sets_targets(text, m.end) for m, p in zip(opening, periods, strict=True)
        ):
            self.in_sections, section.status = True, "planned"
            section.held, section.running = Held(f"{ref.year}", "section"), None
        elif section.status is None and over and (over == f"{ref.year - 1}" or is_span(over) and is_over(over, ref)):
            # A report without its headings begins with what is over.
            self.in_sections, section.status, section.running = True, "achieved", Held(over, "section")

    def _open(self, text: str, times: Sequence[tuple[Expression, str]], starts: Sequence[int]) -> None:
        """What the opening of a paragraph with figures sets for it, and in a report for those after it."""
        ref = self.ground.ref
        address = _ADDRESS.match(text)
        begin = address.end() if address else 0
        lead = next(
            (
                t
                for t in times
                if 0 <= t[0].start - begin <= 12 and not t[0].reach and not _STOP.search(text, begin, t[0].start)
            ),
            None,
        )
        unmarked = self.status is None and self.ground.kind == "report"
        if statuses.begins("plan_lead", text, begin) or unmarked and statuses.imperative(text):
            self.now.status = "planned"
        if lead and lead[0].start - begin <= 2 and is_span(lead[1]) and is_over(lead[1], ref):
            # A plan that begins with what the years before it have brought.
            self.now.status = "achieved"
        if not self.in_sections or not ref or self.ground.kind in ("account", "plan"):
            return
        if lead and not re.match(r"\d{4}-", lead[1]):
            self._run(lead[1])
        elif not lead:
            # A sentence inside (五年来，…) may open the account of the years that the next paragraphs go on with.
            opened = [p for e, p in times if e.start in starts and is_span(p) and is_over(p, ref)]
            if opened:
                self._run(opened[-1])

    def _run(self, period: str) -> None:
        """A paragraph sets the time of those after it, unless it tells of a year within a review of several."""
        held, year = self.section.held, one_year(period)
        if (
            held
            and is_span(held.period)
            and is_over(held.period, self.ground.ref)
            and year not in (None, last_year(held.period))
        ):
            return
        self.section.running = Held(period, "section")

    # --- sentences ---

    def reading(self, text: str, sentence: Sentence, moves: Sequence[Expression]) -> Reading:
        """The reading of one sentence; `moves` are those of the passage that stand in it, in order."""
        now = self.now
        if now.episode and sentence.number > now.until:
            now.episode = None
        if opens_item(text, sentence.start):
            now.carried, now.episode, now.items = now.base, None, True
        return Reading(self, text, sentence, self._events(text, sentence, moves) if moves else [])

    def _events(self, text: str, sentence: Sentence, moves: Sequence[Expression]) -> list[_Event]:
        """What changes the time in a sentence, in order: expressions that mean a time, and words of return."""
        found, anchor = [], self.anchor
        for e in moves:
            if e.kind in TURNS:
                found.append(_Event(e.start, e.end, e.kind, None))
            elif not (e.day and _words().lines.search(text, e.end, min(sentence.end, e.end + 40))):
                last = found[-1] if found else None
                leaning = _of_list(anchor, e, last.expression, last.period) if last and last.expression else anchor
                if period := meaning(e, leaning):
                    found.append(_Event(e.start, e.end, period, e))
                    anchor = replace(anchor, named=one_year(period) or anchor.named)
        return found

    def close(self, reading: Reading) -> None:
        """A sentence ends: the time that it named last is carried on, as far as it goes."""
        event, now = reading.last, self.now
        if event is None:
            return
        number = reading.sentence.number
        if event.expression is None:
            if self.basis:
                now.episode, now.until = OPEN, number
            else:
                now.carried, now.episode = OPEN, None
            return
        held = Held(event.period, "paragraph")
        self.named = one_year(event.period) or self.named
        if is_span(event.period) and is_over(event.period, self.ground.ref):
            now.span = held
        until = self._until(reading, event.expression, event.period)
        if until is None:
            now.carried, now.episode = held, None
            if not now.items:
                now.base = held
        else:
            now.episode, now.until = held, until

    def _until(self, reading: Reading, expression: Expression, period: str) -> int | None:
        """The number of the sentence up to which a time is carried; None for the rest of the paragraph."""
        number, ref, basis = reading.sentence.number, self.ground.ref, self.basis
        year = one_year(period)
        if expression.day:
            return number
        if basis is None or basis.period is None:
            long_past = year is not None and ref is not None and year < ref.year - 1 and not reading.rates
            return number + bool(reading.figures) if long_past else None
        if period == basis.period:
            return None
        if is_span(basis.period) and year and is_over(basis.period, ref):
            # The last year of a review goes on for a sentence, the years before it are told of for themselves.
            last = year == last_year(basis.period)
            return None if last and reading.opens_paragraph else number + last
        return None if reading.opens_paragraph and not period.startswith("../") else number


# Between the members of a list of times: 2021年一、二季度; 7月和8月.
_LISTED = re.compile("[、和与及]?(?:第?[一二三四][、和与及])*")


def _of_list(anchor: Anchor, expression: Expression, before: Expression, period: str) -> Anchor:
    """What an expression leans on that goes on a list: the year of the member before it (`2022年7月、8月`)."""
    year = one_year(period)
    if year is None or not _LISTED.fullmatch(expression.match.string, before.end, expression.start):
        return anchor
    return replace(anchor, year=year)


def _opens(text: str, at: int, starts: Sequence[int]) -> bool:
    """Whether an expression at `at` opens one of the sentences: nothing but 刚刚过去的 or the like stands before it."""
    start = starts[bisect_right(starts, at) - 1] if starts else 0
    return at - start <= 2 or _PASSED.fullmatch(text, start, at) is not None


def _only(periods: list[str]) -> Held | None:
    """The one period of a list of one."""
    return Held(periods[0], "section") if len(periods) == 1 else None


@dataclass(frozen=True, slots=True)
class _Event:
    """Something in a sentence that sets the time from `end` on: to a period; without an expression, to one of `TURNS`,
    where the time is open."""

    start: int
    end: int
    period: str
    expression: Expression | None


class Reading:
    """One sentence while its figures are read from left to right: `time_of` gives the time of each."""

    def __init__(self, discourse: Discourse, text: str, sentence: Sentence, events: list[_Event]) -> None:
        self.discourse, self.text, self.sentence = discourse, text, sentence
        self.own = [e for e in events if e.expression and e.expression.reach]
        self.events = [e for e in events if not (e.expression and e.expression.reach)]
        self._own_starts, self._starts = [e.start for e in self.own], [e.start for e in self.events]
        self._ahead = next((e.end for e in self.events if e.period == "ahead"), None)
        self.widened: tuple[int, Held] | None = None
        self.figures, self.part, self._read, self.ended = 0, sentence.start, sentence.start, False
        self.basis, now = discourse.basis, discourse.now
        carried = now.episode or now.carried
        #: Where nothing in the sentence or before it moves the time, all its figures have that of section or title.
        self.settled = None if events or carried or self._span not in (None, self.basis) else self.basis

    @property
    def last(self) -> _Event | None:
        """The last event that holds on."""
        return self.events[-1] if self.events else None

    @property
    def opens_paragraph(self) -> bool:
        """Whether its last time opens the paragraph."""
        return self.last is not None and self.last.start <= 2

    @property
    def rates(self) -> bool:
        """Whether it tells of change, as accounts of a year do."""
        return _words().rates.search(self.text, self.sentence.start, self.sentence.end) is not None

    def _tells(self, words: re.Pattern[str], start: int) -> bool:
        """Whether one of the words stands in the part of the sentence around a figure at `start`."""
        last = min(self.sentence.end, start + _NEAR)
        stop = self.text.find("；", start, last)
        return words.search(self.text, max(self.part, start - _NEAR), last if stop < 0 else stop) is not None

    def looks_ahead(self, start: int) -> bool:
        """Whether 下一步 or the like stands before a figure at `start`, in a text that is an account as a whole."""
        discourse = self.discourse
        if discourse.ground.kind != "account" or discourse.section.status != "achieved":
            return False
        return self._ahead is not None and self._ahead <= start

    def time_of(self, start: int, end: int, clause: tuple[int, int], ignored: str | None) -> Held:
        """The time of the figure at [start, end) in a clause, whose words for the status `ignored` say nothing."""
        if self.settled:
            return self.settled
        self.figures += 1
        # The part of the sentence between semicolons; what lies before the figure read last was looked at with it.
        self.part = max(self.part, self.text.rfind("；", self._read, start) + 1)
        self._read = start
        own = bisect_right(self._own_starts, start) - 1
        if own >= 0 and start < self.own[own].expression.reach:  # type: ignore[union-attr]
            return Held(self.own[own].period, "clause")
        held = self._said(start, end, clause) or self._holding(start)
        if held.period and held.source in ("sentence", "paragraph"):
            word = statuses.status_by_word(self.text[clause[0] : start])
            said_here = held.source == "sentence" and word == "achieved"
            if word and word != ignored and not said_here and self._contradicts(held.period, word):
                held = OPEN if self.basis is None or self._contradicts(self.basis.period, word) else self.basis
        return self._widen(held, start, clause)

    def _contradicts(self, period: str | None, word: str) -> bool:
        """What is planned does not lie in a time that is over, what is done not in one to come."""
        ref = self.discourse.ground.ref
        if word == "planned":
            return has_ended(period, ref)
        return ref is not None and lies_ahead(period, ref.year)

    def _said(self, start: int, end: int, clause: tuple[int, int]) -> Held | None:
        """The time said in the sentence itself: the last before the figure, else one behind it in its clause."""
        at = bisect_left(self._starts, end)
        if at and self.events[at - 1].end > end:
            at -= 1
        before = self.events[at - 1] if at else None
        behind = self.events[at] if at < len(self.events) else None
        if behind and behind.expression and end <= behind.start and behind.end <= clause[1]:
            between = _DIGIT.search(self.text, end, behind.start)
            if before is None or before.end <= clause[0] and not between:
                return Held(behind.period, "clause")
        if before is None or before.end <= self.part and self._ends(start):
            return None
        if before.expression is None:
            to_come = before.period == "ahead" and self.discourse.status == "planned"
            return self.basis or OPEN if to_come else OPEN
        return Held(before.period, "clause" if before.end > clause[0] else "sentence")

    def _ends(self, start: int) -> bool:
        """Whether the part of the sentence up to a figure at `start` ends the time before it: it tells of what lasts,
        or, in a portrait, of no change. The parts behind it go on so until one tells of change."""
        words = _words()
        if words.lasting.search(self.text, max(self.part, start - _NEAR), start) and not self._tells(
            words.rates, start
        ):
            self.ended = True
        elif self._tells(words.account, start):
            self.ended = False
        elif self.discourse.ground.kind == "portrait":
            self.ended = True
        return self.ended

    def _holding(self, start: int) -> Held:
        """The time that holds where the sentence names none."""
        discourse, now = self.discourse, self.discourse.now
        carried = now.episode or now.carried
        if carried is None and self.basis:
            return self.basis
        ends = self._ends(start)
        if ends and (carried is None or carried.period):
            now.carried = now.episode = carried = None
        found = carried or self.basis
        if found:
            return found
        if discourse.before and not ends and self._tells(_words().account, start):
            return discourse.before.at("paragraph")
        return OPEN

    @property
    def _span(self) -> Held | None:
        """The span of years under review: that of section or title, of the heading, or one that the paragraph named."""
        for held in (self.basis, self.discourse.section.held, self.discourse.now.span):
            if held and is_span(held.period):
                return held
        return None

    def _widen(self, held: Held, start: int, clause: tuple[int, int]) -> Held:
        """年均 and 累计 speak of the span under review, not of the last year named."""
        if self.widened and bisect_right(self._starts, start) == bisect_right(self._starts, self.widened[0]):
            return self.widened[1]
        span = self._span
        if span is None or held.source == "clause" or not one_year(held.period):
            return held
        word = _words().sums.search(self.text, clause[0], start)
        if word is None:
            return held
        if word[0] == "累计":
            self.widened = (word.start(), span)
        return span
