"""What is a formula in a text: in quotation marks, as the head of a glossary entry, and without marks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .formula import Formula, Span
from .lists import list_before
from .reading import Reading, numeral_value, read_code, read_formula, read_row
from .vocabulary import PLUS_MORE, ROW_NUMBER, vocabulary

_QUOTE = re.compile(
    '“([^“”\n]{1,28})”|‘([^‘’“”\n]{1,28})’|「([^「」\n]{1,28})」|『([^『』\n]{1,28})』|"([^"“”\n]{1,28})"'
)
_EACH = re.compile(rf"一(?<![第{ROW_NUMBER}唯统]一)[^\W\d_A-Za-z{ROW_NUMBER}]{{1,2}}一[策品](?![{ROW_NUMBER}])")
_PLAIN_PLUS = re.compile(
    rf"(?P<parts>[\dNX](?<![\dA-Za-z.,+＋%:：∶×·~—-].)(?:(?<=\d)\d)?{PLUS_MORE})(?![\d.%A-Za-z+＋×·~-])(?![万亿个家项年月日天名人元条所座倍])"
)
_PLAIN_CODE = re.compile(
    r"(?:实施|推进|推动|落实|围绕|深化|开展)(?P<parts>\d{3,5})(?=工程|行动|计划|战略|思路|布局|模式)"
)
_NUMERALS_BEFORE = frozenset("第二一两三四五六七八九十百千万亿0123456789")
ENTRY = re.compile(
    r"(?P<mark>［\d{1,3}］|\[\d{1,3}\]|【\d{1,3}】|[①-⑳]|[（(]\d{1,3}[）)]|注?\d{1,3}[.．、])?\s*(?P<head>[^：:。，；]{2,28}?)(?P<colon>[：:]?)"
)


class _Free:
    """Which characters of a passage no formula has taken yet."""

    def __init__(self, size: int) -> None:
        self.taken = bytearray(size)

    def take(self, start: int, end: int) -> bool:
        """Take [start, end) if all of it is free."""
        if self.taken.find(1, start, end) >= 0:
            return False
        self.taken[start:end] = b"\x01" * (end - start)
        return True


def _formula(start: int, end: int, outer: Span, reading: Reading) -> Formula:
    return Formula(start, end, outer, **reading._asdict())


def _count(match: re.Match[str], counted: str) -> Formula:
    """The formula of a numeral and what it counts."""
    number = numeral_value(match["number"])
    return Formula(*match.span(), match.span(), "counted", number, counted, number)


def _quoted(text: str) -> Iterator[Formula]:
    for quote in _QUOTE.finditer(text):
        group = quote.lastindex or 1
        reading = read_formula(quote[group], text[quote.end() : quote.end() + 6])
        if reading:
            yield _formula(*quote.span(group), quote.span(), reading)


def _entry(text: str) -> Formula | None:
    """The formula that is the head of a glossary entry in a line of its own: `［4］四库：`."""
    if len(text) > 40:
        return None
    entry = ENTRY.fullmatch(text)
    if not entry or not (entry["mark"] and entry["colon"]):
        return None
    reading = read_formula(entry["head"])
    return _formula(*entry.span("head"), entry.span("head"), reading) if reading else None


def _unquoted(text: str) -> Iterator[Formula]:
    """What is a formula by its words alone, in order of the rules."""
    known = vocabulary()
    for match in known.known.finditer(text):
        reading = read_formula(match[0])
        if reading and (match.start() == 0 or text[match.start() - 1] not in _NUMERALS_BEFORE):
            yield _formula(*match.span(), match.span(), reading)
    for match in (*known.parts_in_row.finditer(text), *_EACH.finditer(text)):
        reading = read_row(match[0])
        if reading:
            yield _formula(*match.span(), match.span(), reading)
    for match in known.with_great.finditer(text):
        noun = known.abstract_end.search(match["counted"])
        if not (noun and known.concrete.search(match["counted"], 0, noun.start())):
            yield _count(match, match["counted"])
    for match in known.with_measure.finditer(text):
        yield _count(match, match["counted"][1:])
    for rule in (_PLAIN_PLUS, _PLAIN_CODE):
        for match in rule.finditer(text):
            start, end = match.span("parts")
            reading = read_code(match["parts"], text[end : end + 6])
            if reading:
                yield _formula(start, end, (start, end), reading)


def _with_members(text: str) -> Iterator[Formula]:
    """Counts of concrete things that follow a list of as many members."""
    known = vocabulary()
    for match in (*known.with_members.finditer(text), *known.with_tail.finditer(text)):
        formula = _count(match, match["counted"])
        if list_before(text, formula):
            yield formula


def find_formulas(text: str, heading: bool) -> tuple[list[Formula], _Free]:
    """The formulas of a passage by themselves, without order, and the characters they leave free."""
    free, found = _Free(len(text)), []
    entry = _entry(text) if heading else None
    for formula in (*([entry] if entry else ()), *_quoted(text), *_unquoted(text), *_with_members(text)):
        if free.take(formula.start, formula.end):
            found.append(formula)
    return found, free


def repeated_formulas(text: str, known: re.Pattern[str], free: _Free) -> Iterator[Formula]:
    """Formulas of the document that stand in quotation marks elsewhere."""
    for match in known.finditer(text):
        start, end = match.span()
        reading = read_formula(match[0])
        if reading and text[start - 1 : start] not in _NUMERALS_BEFORE and free.take(start, end):
            yield _formula(start, end, (start, end), reading)


def is_telling(words: str) -> bool:
    """Whether a formula in quotation marks is long enough to be known again without them."""
    return len(words) >= 4 and not words.isascii()
