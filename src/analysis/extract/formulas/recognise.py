"""What is a formula in a text: in quotation marks, as the head of a glossary entry, and without marks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...project.trie import pattern
from .formula import Formula, Span
from .lists import list_before
from .reading import PLUS_MORE, ROW_NUMBER, Reading, numeral_value, read_code, read_formula, read_row
from .vocabulary import ABSTRACT, CONTAINERS, ENUMERATED, HANS, HEADS, KNOWN, NOT_AFTER, PARTS, alternatives

# No count: an ordinal, a part of a longer numeral, the party's congresses (十六大).
# `re` searches fast for a first character, slowly for what stands before it: the look behind follows the character.
_FREE = "(?<![第前几数0-9一二两三四五六七八九十百千万亿之每].)(?<!党的.)"
_FREE_NUMBER = f"[十两三四五六七八九]{_FREE}(?:(?<=十)[一二三四五六七八九])?"
_QUOTE = re.compile(
    '“([^“”\n]{1,28})”|‘([^‘’“”\n]{1,28})’|「([^「」\n]{1,28})」|『([^『』\n]{1,28})』|"([^"“”\n]{1,28})"'
)
_END = rf"(?!{alternatives(NOT_AFTER)})"
_MODIFIER = rf"[^\W\d_A-Za-z的和与及、等为是{ROW_NUMBER}]"
_WITH_GREAT = re.compile(rf"(?P<number>{_FREE_NUMBER})大(?P<counted>{_MODIFIER}{{0,8}}?{alternatives(ABSTRACT)}){_END}")
_WITH_MEMBERS = re.compile(
    rf"(?P<number>{_FREE_NUMBER})大(?P<counted>{_MODIFIER}{{0,6}}?{alternatives(ENUMERATED)})"
    rf"(?!{alternatives(ENUMERATED)})"
)
_WITH_MEASURE = re.compile(
    rf"(?P<number>{_FREE_NUMBER})(?:"
    + "|".join(
        f"{measure}(?P<{name}>{alternatives(words.split())})"
        for name, (measure, words) in zip("abcdefg", HEADS.items(), strict=True)
    )
    + rf")(?!{alternatives((*NOT_AFTER, '性', '员'))})(?(a)(?!(?![的和与及]|{alternatives(CONTAINERS)}){HANS}))"
)
_PART_NUMBER = "[一两三四五六七八九十双多]"
_PART = rf"{alternatives(PARTS)}(?:[、]?(?={_PART_NUMBER}))?"
_PARTS_IN_ROW = re.compile(
    rf"{_PART_NUMBER}(?<![第0-9{ROW_NUMBER}二].){_PART}(?:{_PART_NUMBER}{_PART}){{1,5}}(?![{ROW_NUMBER}二])"
)
_EACH = re.compile(rf"一(?<![第{ROW_NUMBER}唯统]一)[^\W\d_A-Za-z{ROW_NUMBER}]{{1,2}}一[策品](?![{ROW_NUMBER}])")
_PLAIN_PLUS = re.compile(
    rf"(?P<parts>[\dNX](?<![\dA-Za-z.,+＋%:：∶×·~—-].)(?:(?<=\d)\d)?{PLUS_MORE})(?![\d.%A-Za-z+＋×·~-])(?![万亿个家项年月日天名人元条所座倍])"
)
_PLAIN_CODE = re.compile(
    r"(?:实施|推进|推动|落实|围绕|深化|开展)(?P<parts>\d{3,5})(?=工程|行动|计划|战略|思路|布局|模式)"
)
_ABSTRACT_END = re.compile(f"{alternatives(ABSTRACT)}$")
_CONCRETE = re.compile(alternatives(ENUMERATED))
_KNOWN = re.compile(
    pattern({word: f"(?!{guard})" if guard else "" for word, _, guard in (k.partition("/") for k in KNOWN)})
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
    for match in _KNOWN.finditer(text):
        reading = read_formula(match[0])
        if reading and (match.start() == 0 or text[match.start() - 1] not in _NUMERALS_BEFORE):
            yield _formula(*match.span(), match.span(), reading)
    for match in (*_PARTS_IN_ROW.finditer(text), *_EACH.finditer(text)):
        reading = read_row(match[0])
        if reading:
            yield _formula(*match.span(), match.span(), reading)
    for rule in (_WITH_GREAT, _WITH_MEASURE):
        for match in rule.finditer(text):
            number, counted = numeral_value(match["number"]), match[match.lastindex or 0]
            noun = _ABSTRACT_END.search(counted)
            if rule is _WITH_GREAT and noun and _CONCRETE.search(counted, 0, noun.start()):
                continue
            yield Formula(*match.span(), match.span(), "counted", number, counted, number)
    for rule in (_PLAIN_PLUS, _PLAIN_CODE):
        for match in rule.finditer(text):
            start, end = match.span("parts")
            reading = read_code(match["parts"], text[end : end + 6])
            if reading:
                yield _formula(start, end, (start, end), reading)


def _with_members(text: str) -> Iterator[Formula]:
    """Counts of concrete things that follow a list of as many members."""
    for match in _WITH_MEMBERS.finditer(text):
        number = numeral_value(match["number"])
        formula = Formula(*match.span(), match.span(), "counted", number, match["counted"], number)
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
