"""What the words of a formula say: a count, parts in a row, a code in digits."""

from __future__ import annotations

import re
from typing import NamedTuple

from ..figures.numerals import read_numeral
from .vocabulary import HANS, ROW_NUMBER, vocabulary

_ARTICLES = re.compile(rf"{HANS}{{0,4}}?(?P<number>[二三四五六]?十[一二三四五六七八九]?|\d{{1,2}})(?P<counted>条)")
_DIGIT_COUNT = re.compile(rf"(?P<number>[2-9]|1\d)(?P<measure>大)(?P<rest>{HANS}{{1,18}})")
_ROW = re.compile(rf"(?:[{ROW_NUMBER}](?![{ROW_NUMBER}、，])[^{ROW_NUMBER}、，\W\d_A-Za-z]{{1,8}}[、，]?){{2,8}}")
_ROW_PART = re.compile(rf"([{ROW_NUMBER}])([^{ROW_NUMBER}、，]+)")
# 一 in these words is no numeral of a part.
_WELDED = re.compile(
    rf"(?<={HANS})(?:一流|一体(?![两双三四五])|一批|一致)|(?<=双)[百千万]|统一|单一|唯一|第一|多元|多样"
)
_GREAT = re.compile(rf"(?:十百千万|百千万|百万千|十百千)[全]?{HANS}{{0,6}}|(?:百千|千万|千百)(?:工程|行动|计划)")
_ASIDE = re.compile(r"（[^（）]{1,6}）")
_PHYSICAL = frozenset("张间套层本枚支键次站份杯把件刻场句个条根")
_TIMES = re.compile(r"(?:\d{1,2}|N)个\d{1,4}")
_SERVICE = re.compile(r"(?:123\d\d|9[56]\d{3}|100\d\d)")
_YEAR = re.compile(r"(?:19|20)\d\d")


class Reading(NamedTuple):
    """What the words of a formula say; see `Formula`."""

    form: str
    number: int | None = None
    counted: str | None = None
    total: int | None = None
    parts: tuple[str, ...] = ()
    row: tuple[tuple[int, str], ...] = ()


def numeral_value(numeral: str) -> int | None:
    """The whole number a numeral of a formula prints; 双 is 2."""
    value = 2 if numeral == "双" else read_numeral(numeral)
    return None if value is None else int(value)


def _without_tail(counted: str, measure: str) -> str:
    """What is counted, without what follows it: 轮驱动 → 轮. Behind a measure word a noun is whole: 三大工程."""
    tail = vocabulary().tail.search(counted) if not measure or counted[0] == "一" else None
    return counted[: tail.start()] if tail and tail.start() else counted


def read_count(words: str) -> Reading | None:
    """A numeral and what it counts."""
    articles = _ARTICLES.fullmatch(words)
    if articles:
        number = numeral_value(articles["number"])
        form = "digits" if articles["number"].isascii() else "counted"
        return Reading(form, number, "条") if number else None
    known = vocabulary()
    found = known.single.fullmatch(words) or _DIGIT_COUNT.fullmatch(words)
    if not found or known.plain.match(words) or known.idiom.fullmatch(words):
        return None
    number, measure, rest = numeral_value(found["number"]), found["measure"], found["rest"]
    if found["number"] != "双" and known.barred.match(rest):
        return None
    # 四千行动 counts thousands by name; 三百农户 is a number.
    if found["number"] != "双" and not measure and rest[0] in "百千万" and rest[1:] not in known.tails:
        return None
    if rest[0] in "一二两三四五六七八九十双" and not measure and found["number"] != "双":
        return None
    return Reading("counted", number, _without_tail(rest, measure), number)


def read_row(words: str) -> Reading | None:
    """Parts in a row: 一核两翼, 五统一、一开放, 双招双引."""
    known = vocabulary()
    masked = _WELDED.sub(lambda m: "々" * len(m[0]), _ASIDE.sub("", words))
    tail = known.tail.search(masked)
    if tail and not _ROW.fullmatch(masked):
        masked = masked[: tail.start()]
    if not _ROW.fullmatch(masked) or known.idiom.match(words) or words[0] == "多":
        return None
    parts = _ROW_PART.findall(masked)
    if any(unit == "个" or known.barred.match(unit) for _, unit in parts):
        return None
    numerals = [numeral for numeral, _ in parts]
    great = sum(n in "百千万" for n in numerals)
    if 0 < great < len(parts):
        return None
    if set(numerals) <= {"一"} and any(unit[0] in _PHYSICAL or len(unit) > 4 for _, unit in parts):
        return None
    if great or "多" in numerals or set(numerals) <= {"一"} and len(parts) < 3:
        return Reading("counted")
    row = tuple((numeral_value(numeral) or 0, unit) for numeral, unit in parts)
    return Reading("counted", total=sum(number for number, _ in row), row=row)


def read_code(words: str, following: str) -> Reading | None:
    """A code in digits: 3456, 1+5+N, 555X, 3个100. `following` is the text behind it."""
    known = vocabulary()
    plus = known.plus.fullmatch(words)
    if plus:
        parts = tuple(re.split("[+＋]", plus["parts"]))
        return Reading("digits", parts=parts) if any(p.isdigit() for p in parts) else None
    code = known.code.fullmatch(words)
    if code:
        digits, named = code["parts"], code.end() > code.end("parts") or following.startswith(known.containers)
        if _YEAR.fullmatch(digits) or following.startswith(known.services):
            return None
        if (digits in known.service_numbers or _SERVICE.fullmatch(digits)) and not named:
            return None
        # 1060 stands for 10 and 60: no part begins with 0.
        return Reading("digits", parts=tuple(re.findall("[1-9NX]0*", digits)) if "×" not in digits else ())
    return Reading("digits") if _TIMES.fullmatch(words) else None


def read_formula(words: str, following: str = "") -> Reading | None:
    """The reading of words in quotation marks, or of the head of an entry; None where they are no formula."""
    great = _GREAT.fullmatch(words)
    return Reading("counted") if great else read_row(words) or read_count(words) or read_code(words, following)
