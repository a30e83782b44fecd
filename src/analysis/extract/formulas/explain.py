"""What a formula stands for: the rules, in a passage and through passages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ..figures.numerals import chinese_numeral
from .formula import Formula, Span
from .lists import (
    AHEAD,
    BACK,
    DEFINES,
    FAR,
    JOINT,
    LONGEST_ITEM,
    NAMELY,
    SENTENCE,
    STOPS,
    cells_of,
    first_member,
    list_before,
    list_behind,
    one_level,
    sound_spans,
)
from .recognise import ENTRY
from .vocabulary import DIGIT_MARKERS, HANS, MARKERS, MOST, vocabulary


def _after(text: str, formula: Formula) -> list[Span] | None:
    """The members of a list behind the formula: in brackets, after a colon, 即, 包括, 是指 …"""
    total = formula.total
    if not total or total < 2 or total > MOST:
        return None
    connection = vocabulary().connection.match(text, formula.outer[1])
    if connection and not (total == 2 and connection["word"] in ("是", "为")):
        return list_behind(text, connection.end(), len(text), total)
    # Further on in the same sentence only after 即.
    sentence = NAMELY.match(text, formula.outer[1])
    return list_behind(text, sentence.end(), len(text), total) if sentence else None


_CLAUSE_STARTS = frozenset("。；，：！？\n ”;:")


def _echoed(text: str, start: int, end: int, total: int, counted: str) -> list[Span] | None:
    """A list in text[start:end] whose members all end with what is counted, and which holds nothing else of it."""
    if text.count(counted, start, end) != total:
        return None
    cells: list[Span] = []
    at = first = text.find(counted, start, end)
    for _ in range(total):
        cells.append((cells[-1][1] if cells else start, at + len(counted)))
        at = text.find(counted, at + len(counted), end)
    spans: list[Span] = []
    for a, b in cells[1:]:
        joint = JOINT.match(text, a)
        if not joint:
            return None
        spans.append((joint.end(), b))
    begin = max(text.rfind(mark, start, first) for mark in "，；：、") + 1 or start
    others = [text[a:b] for a, b in spans]
    opening = first_member(text, (begin, first + len(counted)), others, text[begin - 1] in "，；：")
    return sound_spans(text, [opening, *spans]) if opening else None


def _sentence(text: str, formula: Formula) -> tuple[int, int]:
    """Where the sentence of a formula begins and ends."""
    start = max(text.rfind(mark, 0, formula.outer[0]) for mark in "。！？\n") + 1
    return max(start, formula.outer[0] - FAR), SENTENCE.match(text, formula.outer[1]).end()  # type: ignore[union-attr]


def _echo(text: str, formula: Formula) -> list[Span] | None:
    """A list in the sentence, behind the formula or before it, of 产业振兴、人才振兴 … for 五大振兴."""
    total, counted = formula.total, formula.counted
    if not total or not 3 <= total <= MOST or not counted or len(counted) < 2:
        return None
    start, end = _sentence(text, formula)
    behind = _echoed(text, formula.outer[1], end, total, counted)
    return behind or _echoed(text, start, formula.outer[0], total, counted)


def _row(text: str, formula: Formula) -> list[Span] | None:
    """A list in the sentence for each part of a row: 甲制、乙制 … for 四制 and 子化、丑化 … for 三化."""
    if len(formula.row) < 2 or any(number < 2 for number, _ in formula.row):
        return None
    start, end = _sentence(text, formula)
    for a, b in ((start, formula.outer[0]), (formula.outer[1], end)):
        lists = [_echoed(text, a, b, number, unit) for number, unit in formula.row]
        if all(lists):
            return [span for members in lists if members for span in members]
    return None


def _head(text: str, start: int, end: int) -> Span:
    """The first words behind a marker, until the clause ends."""
    _, stop, tokens = one_level(text, start, min(end, start + 2 * LONGEST_ITEM), inner=False)
    return start, next((t.start for t in tokens if t.word in STOPS), stop)


def _mark_sets(total: int) -> Iterator[list[str]]:
    """The markers 1 … total + 1 of every kind of list."""
    for form in MARKERS:
        yield [form.format(chinese_numeral(i)) for i in range(1, total + 2)]
    for form in DIGIT_MARKERS:
        yield [form.format(i) for i in range(1, total + 2)]


def _next_mark(text: str, mark: str, start: int, end: int) -> int:
    """Where `mark` begins a clause, -1 where it does not."""
    at = text.find(mark, start, end)
    for _ in range(4):
        if at < 0 or at == 0 or text[at - 1] in _CLAUSE_STARTS:
            return at
        at = text.find(mark, at + 1, end)
    return -1


_LEADS_ON = re.compile(r"[^。！？\n]{0,24}[：:。，]\s?(?=[一第（其1])")


def _marked(text: str, formula: Formula) -> list[Span] | None:
    """The first words behind the markers 一是 … 二是 … that follow the formula in its passage, as many as it counts."""
    total = formula.total
    if not total or not 2 <= total <= MOST:
        return None
    leads = _LEADS_ON.match(text, formula.outer[1])
    if not leads or (total == 2 and leads[0].rstrip()[-1] not in "：:"):
        return None
    for marks in _mark_sets(total):
        if not text.startswith(marks[0], leads.end()):
            continue
        places, at = [leads.end()], leads.end()
        for mark in marks[1:total]:
            at = _next_mark(text, mark, at + 1, at + FAR)
            if at < 0:
                break
            places.append(at)
        if len(places) != total or _next_mark(text, marks[total], at + 1, at + FAR) >= 0:
            continue
        heads = [
            _head(text, place + len(mark), following)
            for place, mark, following in zip(places, marks, [*places[1:], len(text)], strict=False)
        ]
        return sound_spans(text, heads)
    return None


def _numerals(part: str) -> tuple[str, ...]:
    """How a part of a code in digits begins its phrase: 4 as 4, 四 or 第四; N as N or 多."""
    if not part.isdigit():
        return (part.upper(), "多", "若干")
    words = (part, chinese_numeral(int(part)))
    return (*words, "两", "双") if part == "2" else words


def _phrases(text: str, formula: Formula) -> list[Span] | None:
    """One phrase for each part of a code in digits: “123”: 一个中心、两大基地、三条走廊, behind it or before it."""
    total = len(formula.parts)
    if total < 2:
        return None

    def fitting(cells: list[Span] | None) -> list[Span] | None:
        if cells and all(
            text.startswith(_numerals(p), a) and b - a > 1 for p, (a, b) in zip(formula.parts, cells, strict=True)
        ):
            return sound_spans(text, cells)
        return None

    connection = vocabulary().connection.match(text, formula.outer[1])
    if connection:
        start = connection.end()
        _, stop, tokens = one_level(text, start, min(len(text), start + AHEAD), inner=False)
        closing = next((t.start for t in tokens if t.word in "。！？!?\n"), stop)
        for marks in ("、", "，,", "；;", "、，；"):
            clause = next((t.start for t in tokens if t.word in STOPS and t.word not in marks), closing)
            if members := fitting(cells_of(start, clause, tokens, total, marks)):
                return members
    end = formula.outer[0]
    floor, _, tokens = one_level(text, max(0, end - BACK), end, inner=True)
    closing_word = vocabulary().closing.search(text, max(floor, end - 10), end)
    stop = closing_word.start() if closing_word else end
    if text[stop - 1 : stop] == "”" and stop > floor and (quote := text.rfind("“", floor, stop)) >= 0:
        start, until, inside = one_level(text, quote + 1, stop - 1, inner=False)
        return fitting(cells_of(start, until, inside, total))
    markslist_before = [t for t in tokens if t.word in STOPS]
    start = markslist_before[-1].end if markslist_before else floor
    cells = cells_of(start, stop, tokens, total)
    if cells:
        a, b = cells[0]
        places = [at for word in _numerals(formula.parts[0]) if (at := text.rfind(word, a, b)) >= 0]
        return fitting([(max(places), b), *cells[1:]]) if places else None
    return None


_COUNT = r"(?<![\d.]){}[余多]?[个座条项家处名类张大户支所](?P<what>[^，。；、：\d]{{2,20}})"


def _counts(text: str, formula: Formula) -> list[Span] | None:
    """The counts behind a code, one for each part of two digits or more, in its sentence: “1060”: 10个…，60个…."""
    if len(formula.parts) < 2 or not all(part.isdigit() and len(part) > 1 for part in formula.parts):
        return None
    at, (_, end) = formula.outer[1], _sentence(text, formula)
    spans: list[Span] = []
    for part in formula.parts:
        found = re.compile(_COUNT.format(part)).search(text, at, end)
        if not found:
            return None
        spans.append(found.span())
        at = found.end()
    return sound_spans(text, spans)


# --- explanations that go through passages ----------------------------------------------------------------------------

_REFERENCE = re.compile(r"“(?P<part>\d{1,2}|[NX])”(?:就?是指?|即是?|指|代表|为)[：:]?")
_PASSAGES = 12
# How many passages may stand from one marker to the next.
_BETWEEN = 5


class Passage(NamedTuple):
    number: int
    kind: str
    text: str


class Items(NamedTuple):
    """What a formula stands for: the words, the passage, and the span of those words that stand in it."""

    words: tuple[str, ...]
    passage: int
    start: int
    end: int


def _items(passage: Passage, spans: Sequence[Span]) -> Items:
    return Items(tuple(passage.text[a:b] for a, b in spans), passage.number, spans[0][0], spans[-1][1])


def _references(passages: Sequence[Passage], at: int, formula: Formula) -> Items | None:
    """The explanations of a code in digits, one for each of its parts in order: “3”是指 …；“4”是指 …"""
    if len(formula.parts) < 2:
        return None
    wanted, found = list(formula.parts), list[tuple[Passage, Span]]()
    for offset, passage in enumerate(passages[at : at + _PASSAGES]):
        start = 0 if offset else formula.outer[1]
        for reference in _REFERENCE.finditer(passage.text, start, start + FAR):
            if reference["part"].upper() != wanted[len(found)].upper():
                return None
            found.append((passage, _head(passage.text, reference.end(), len(passage.text))))
            if len(found) == len(wanted):
                spans = [sound_spans(p.text, [s]) for p, s in found]
                if not all(spans):
                    return None
                first = found[0][0]
                here = [s[0] for (p, _), s in zip(found, spans, strict=True) if s and p is first]
                words = tuple(p.text[slice(*s[0])] for (p, _), s in zip(found, spans, strict=True) if s)
                return Items(words, first.number, here[0][0], here[-1][1])
    return None


def _definition(passages: Sequence[Passage], at: int, formula: Formula) -> Items | None:
    """The passage after the head of a glossary entry, where it lists what the head counts."""
    head = passages[at].text
    entry = len(head) <= 40 and ENTRY.fullmatch(head)
    if not entry or not (entry["mark"] and entry["colon"]) or at + 1 >= len(passages) or not formula.total:
        return None
    passage = passages[at + 1]
    if passage.kind == "heading" or not 2 <= formula.total <= MOST:
        return None
    defines = DEFINES.match(passage.text)
    spans = list_behind(
        passage.text, defines.end() if defines else 0, len(passage.text), formula.total, mixed=formula.number is None
    )
    return _items(passage, spans) if spans else None


_LEADS_OUT = re.compile(rf"{HANS}{{0,12}}[”）]?[：:。]?\s*")


def _passages_marked(passages: Sequence[Passage], at: int, formula: Formula) -> Items | None:
    """The passages behind the one that ends with the formula, where each begins with a marker or what it counts."""
    total, counted = formula.total, formula.counted
    if not total or not 2 <= total <= MOST or not _LEADS_OUT.fullmatch(passages[at].text, formula.outer[1]):
        return None
    colon = passages[at].text.rstrip().endswith(("：", ":"))
    rows = [[counted] * (total + 1)] if counted and len(counted) > 1 else []
    for marks in (*(_mark_sets(total) if colon or total > 2 else ()), *rows):
        places = _in_turn(passages, at + 1, marks)
        if len(places) != total or places[0] != at + 1:
            continue
        heads: list[tuple[Passage, Span]] = []
        for place, mark in zip(places, marks, strict=False):
            text = passages[place].text
            sound = sound_spans(text, [_head(text, 0 if mark == counted else len(mark), len(text))])
            if not sound:
                return None
            heads.append((passages[place], sound[0]))
        first, span = heads[0]
        return Items(tuple(p.text[slice(*s)] for p, s in heads), first.number, *span)
    return None


def _in_turn(passages: Sequence[Passage], at: int, marks: Sequence[str]) -> list[int]:
    """Where the passages stand that begin with the `marks` in turn, with a few passages between them at most."""
    places: list[int] = []
    while len(places) < len(marks):
        mark = marks[len(places)]
        near = range(at, min(len(passages), at + _BETWEEN))
        place = next((i for i in near if passages[i].text.startswith(mark)), None)
        if place is None:
            break
        places.append(place)
        at = place + 1
    return places


def explain_formula(passages: Sequence[Passage], at: int, formula: Formula) -> Items | None:
    """What a formula stands for where it stands; the rules in order, the first that holds."""
    passage = passages[at]
    if formula.form == "digits":
        spans = _phrases(passage.text, formula) or _counts(passage.text, formula)
        return _items(passage, spans) if spans else _references(passages, at, formula)
    for rule in (list_before, _after, _echo, _row, _marked):
        if spans := rule(passage.text, formula):
            return _items(passage, spans)
    return _definition(passages, at, formula) or _passages_marked(passages, at, formula)
