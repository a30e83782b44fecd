"""Which indicator a figure belongs to: the term that stands with it and what must hold."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ...project.periods import parse_period
from .dictionary import Indicator, Indicators, Term
from .scope import CLASS, FIGURES, NATIONAL, SUBJECT, SUBJECT_GROUP, WHOLE, Place, bare_words, scope_of
from .wording import AVERAGE, BASE, CUMULATIVE, FAR, FIGURE, FROM, GROWS, LISTED, NEAR, TAIL, TO, YEAR

_STOPS = re.compile("[。！？；\n]")
_CLAUSES = re.compile("[，。；：！？\n]")
_PARTS = re.compile("[、（）()《》]")
#: How far a term may stand before its number, and how long the noun behind a number may be.
REACH = 70
#: An index of the year before.
BASE_YEAR = 100
NOUN = 24
#: What stands in no noun: a number, a mark or a verb that goes on with the sentence.
_NO_NOUN = re.compile(f"[{FIGURE}、，；：（）]|惠及|带动|实现|完成|达到|同比|增长|推动|服务|支持|帮助")


#: Units in which things are counted, what joins a list, and a noun right behind a number.
COUNTED = frozenset("家户个项名人所处座")
_IN_LIST = re.compile("[、和与及]")
_NOUN = re.compile(r"[“《]?(?!以上|以下|以内|左右|上下|[和与及、等])[\u4e00-\u9fffA-Za-z]")


class _Found(NamedTuple):
    """A term that goes with a figure: its entries, where it stands, the words before it and those up to the number."""

    terms: tuple[Term, ...]
    start: int
    end: int
    words: str
    between: str


@dataclass
class Passage:
    """One passage made ready: `masked` has each figure replaced by marks of the same length."""

    text: str
    masked: str
    starts: list[int]
    matches: list[tuple[int, int, str]]
    stops: list[int]
    clauses: list[int]

    @classmethod
    def of(cls, text: str, spans: Sequence[tuple[int, int]], indicators: Indicators) -> Passage:
        parts, at = [], 0
        for start, end in spans:
            parts += [text[at:start], FIGURE * (end - start)]
            at = max(end, at)
        matches = [(m.start(), m.end(), m[0]) for m in indicators.pattern.finditer(text)]
        return cls(
            text,
            "".join(parts) + text[at:],
            [m[0] for m in matches],
            matches,
            [m.start() for m in _STOPS.finditer(text)],
            [m.start() for m in _CLAUSES.finditer(text)],
        )

    @staticmethod
    def after(marks: list[int], at: int) -> int:
        """The place behind the last mark before `at`."""
        found = bisect_left(marks, at)
        return marks[found - 1] + 1 if found else 0

    @staticmethod
    def until(marks: list[int], at: int, end: int) -> int:
        """The first mark from `at` on, or `end`."""
        found = bisect_left(marks, at)
        return marks[found] if found < len(marks) else end

    def before_figure(self, figure: Figure, indicators: Indicators) -> Iterator[_Found]:
        """The terms before a number, with nothing else said in between; the nearest first."""
        start = figure.start
        floor = max(self.after(self.stops, start), start - REACH)
        at = bisect_right(self.starts, start) - 1
        for begin, stop, word in reversed(self.matches[max(0, at - 2) : at + 1]):
            if begin < floor:
                return
            between = self.masked[stop:start] if stop <= start else "。"
            linked = FAR if FIGURE in between or "，" in between else NEAR
            if linked.fullmatch(between) and not (_IN_LIST.fullmatch(between) and self._has_noun(figure)):
                found = self._found(begin, word, self._words_before(begin), between, indicators)
                if found:
                    yield found

    def _has_noun(self, figure: Figure) -> bool:
        """Whether what a number counts stands right behind it: 9户“小巨人”企业."""
        return figure.unit in COUNTED and _NOUN.match(self.text, figure.end) is not None

    def behind_figure(self, end: int, indicators: Indicators) -> _Found | None:
        """The term that ends the noun right behind the number that ends at `end`."""
        stop = min(self.until(self.clauses, end, len(self.text)), end + NOUN)
        at = bisect_left(self.starts, end)
        if at < len(self.matches) and self.matches[at][1] <= stop:
            begin, _, word = self.matches[at]
            words = self.masked[end:begin]
            if not _NO_NOUN.search(words):
                return self._found(begin, word, words, "", indicators)
        return None

    def in_name(self, name: str, indicators: Indicators) -> _Found | None:
        """The term that ends the `name` which the table of figures gives to one number of a list."""
        matches = list(indicators.pattern.finditer(name))
        if not matches or not TAIL.fullmatch(name[matches[-1].end() :]):
            return None
        match = matches[-1]
        terms = tuple(t for t in indicators.terms[match[0]] if t.stands(name, match.start()))
        return _Found(terms, -1, -1, name[: match.start()], name[match.end() :]) if terms else None

    def find(self, figure: Figure, indicators: Indicators) -> Iterator[_Found]:
        """The terms that a figure may go with, the likeliest first."""
        before = list(self.before_figure(figure, indicators))
        listed = LISTED.search(self.masked, self.after(self.clauses, figure.start), figure.start)
        if listed and not any(term.nth for found in before for term in found.terms):
            found = self.in_name(figure.name or "", indicators)
            yield from [found] if found else []
            return
        yield from before
        behind = self.behind_figure(figure.end, indicators)
        if behind:
            yield behind

    def _words_before(self, at: int) -> str:
        """The words before a term in its part of the clause."""
        words = self.masked[max(self.after(self.clauses, at), at - REACH) : at]
        words = _PARTS.split(words)[-1]
        # 2亿元以上的重大项目: a figure that nothing but 的 parts from the term restricts it.
        figure = words.rfind(FIGURE)
        return words[figure:] if figure >= 0 else words

    def _found(self, begin: int, word: str, words: str, between: str, indicators: Indicators) -> _Found | None:
        terms = tuple(t for t in indicators.terms[word] if t.stands(self.text, begin))
        return _Found(terms, begin, begin + len(word), words, between) if terms else None


class Figure(NamedTuple):
    """What of a row of the table `figures` is looked at."""

    passage: int
    sentence: int
    start: int
    end: int
    mention: str
    value: float
    value_max: float
    unit: str
    comparator: str
    measure: str
    name: str | None
    period: str | None
    status: str | None


def takes(indicator: Indicator, term: Term, figure: Figure, found: _Found, passage: Passage) -> bool:
    """Whether the figure that stands with `term` is one of `indicator`."""
    if figure.unit not in indicator.units:
        return False
    bare = bare_words(found.words) if term.alone else ""
    if bare and not WHOLE.search(bare):
        return False
    if is_index(indicator, figure, found):
        return True
    if figure.measure not in indicator.measures:
        # 增速保持在5%: a share by its words, a rate of change by its name.
        says = term.term + found.between
        if indicator.kind != "growth" or figure.measure not in ("share", "level") or not GROWS.search(says):
            return False
    if term.nth is not None:
        # The count begins anew in each part: 分别达到3万元和2万元，分别增长5%和6%.
        before = FIGURES.split(LISTED.split(found.between.rpartition("，")[2])[-1])
        listed = LISTED.search(found.between) or passage.text[figure.end : figure.end + 1] in ("、", "和", "与")
        if len(before) != term.nth or not (listed or before[1:] and before[-1] in ("、", "和", "与")):
            return False
    # 投资5000万元以上的工厂: a bound that sorts things, no amount of them.
    sorts = figure.mention.endswith(("以上", "以下", "以内")) and passage.text[figure.end : figure.end + 1] == "的"
    if sorts or CLASS.match(passage.text, figure.end) or not _in_time(indicator, figure, found, passage):
        return False
    if not (indicator.needs or indicator.context or indicator.excludes):
        return True
    text, clause = passage.text, passage.after(passage.clauses, figure.start)
    behind = min(passage.until(passage.clauses, figure.end, len(text)), max(found.end, figure.end) + 4)
    said = text[min(clause, found.start) if found.start >= 0 else clause : behind]
    sentence = text[passage.after(passage.stops, figure.start) : behind] if indicator.context else ""
    return (
        (not indicator.needs or any(word in said for word in indicator.needs))
        and (not indicator.context or any(word in sentence for word in indicator.context))
        and not any(word in said for word in indicator.excludes)
    )


def is_index(indicator: Indicator, figure: Figure, found: _Found) -> bool:
    """Whether the number is an index with the year before as 100: 居民消费价格指数为101.2%."""
    named = "指数" in found.between or any(term.term.endswith("指数") for term in found.terms)
    return indicator.index and named and figure.measure in ("level", "share") and abs(figure.value - BASE_YEAR) <= 50


def _in_time(indicator: Indicator, figure: Figure, found: _Found, passage: Passage) -> bool:
    """Whether the time fits: no average for a year, no sum of years for a rate, no value to start from."""
    sentence = passage.after(passage.stops, figure.start)
    before = passage.masked[max(sentence, figure.start - 40) : figure.start]
    clause = passage.masked[passage.after(passage.clauses, figure.start) : figure.start]
    told = parse_period(figure.period)
    span = told is not None and told.whole_years and told.kind in ("years", "open")
    # What stands right before the number decides, or before the list that it is in.
    parts = FIGURES.split(found.between)
    last = next((part for part in reversed(parts) if part.strip("、和与及")), "")
    average = AVERAGE.search(last) or AVERAGE.search(clause if len(parts) == 1 else "")
    if indicator.kind == "growth":
        if average:
            return figure.period is None or span
        base = BASE.search(before)
        year = YEAR.fullmatch(figure.period + "年") if figure.period else None
        if span or CUMULATIVE.search(clause):
            return False
        return not base or bool(year and base[1] and int(base[1]) + 1 >= int(str(figure.period)))
    if indicator.kind == "flow" and span and average:
        return False
    if (start := FROM.search(before)) and TO.match(passage.text, figure.end):
        return YEAR.search(start[0]) is not None
    return True


def scope_around(figure: Figure, passage: Passage, place: Place, found: _Found, last: tuple[int, str] | None) -> str:
    """The scope of a number before whose term nothing restricts it: what the clause or the list says, else self."""
    at = found.start if 0 <= found.start < figure.start else figure.start
    clause = passage.after(passage.clauses, at)
    if NATIONAL.search(passage.masked, clause, at):
        return "country"
    marks = ("、", "和", "与", "及", "，") if last and last[1] == "country" else ("、", "和", "与", "及")
    if last and passage.masked[last[0] : at].strip(FIGURE) in marks:
        return last[1]
    if clause and LISTED.match(passage.masked, clause):  # 分别 goes on with the clause before
        clause = passage.after(passage.clauses, clause - 1)
    if group := SUBJECT_GROUP.match(passage.masked, clause, at):
        return str(group.lastgroup)
    sentence = passage.after(passage.stops, figure.start)
    subject = SUBJECT.match(passage.masked, sentence, at)
    if subject and subject[1] not in place.names:
        scope, restricted = scope_of(subject[1], place)
        return scope if restricted else "self"
    return "self"
