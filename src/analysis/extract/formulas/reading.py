"""What the words of a formula say: a count, parts in a row, a code in digits."""

from __future__ import annotations

import re
from typing import NamedTuple

from ..figures.numerals import read_numeral
from .vocabulary import (
    CONTAINERS,
    HANS,
    IDIOMS,
    MEASURE_WORDS,
    NOT_COUNTED,
    PLAIN_WORDS,
    SERVICE_NUMBERS,
    SERVICE_WORDS,
    TAILS,
    alternatives,
)

_NUMBER = "(?:十[一二三四五六七八九]?|[两三四五六七八九])"
_SINGLE = re.compile(
    rf"(?:[新小老]?)(?P<number>双|二十|{_NUMBER}|百(?=大))(?P<measure>{alternatives(MEASURE_WORDS)}?)(?P<rest>(?:{HANS}{{1,18}}|\d{{1,3}}))"
)
_ARTICLES = re.compile(rf"{HANS}{{0,4}}?(?P<number>[二三四五六]?十[一二三四五六七八九]?|\d{{1,2}})(?P<counted>条)")
_DIGIT_COUNT = re.compile(rf"(?P<number>[2-9]|1\d)(?P<measure>大)(?P<rest>{HANS}{{1,18}})")
# Parts in a row: numerals and what they count are of different characters, so that there is one way to read them.
ROW_NUMBER = "一两三四五六七八九十双多百千万"
_ROW = re.compile(rf"(?:[{ROW_NUMBER}](?![{ROW_NUMBER}、，])[^{ROW_NUMBER}、，\W\d_A-Za-z]{{1,8}}[、，]?){{2,8}}")
_ROW_PART = re.compile(rf"([{ROW_NUMBER}])([^{ROW_NUMBER}、，]+)")
_ROW_TAIL = re.compile(f"{alternatives(TAILS)}$")
# 一 in these words is no numeral of a part.
_WELDED = re.compile(
    rf"(?<={HANS})(?:一流|一体(?![两双三四五])|一批|一致)|(?<=双)[百千万]|统一|单一|唯一|第一|多元|多样"
)
GREAT = re.compile(
    rf"(?:十百千万|百千万|百万千|十百千)[全]?{HANS}{{0,6}}|(?:百千|千万|千百){alternatives(('工程', '行动', '计划'))}"
)
_ASIDE = re.compile(r"（[^（）]{1,6}）")
_PHYSICAL = frozenset("张间套层本枚支键次站份杯把件刻场句个条根")
PLUS_MORE = r"(?:[+＋](?:\d{1,2}|[NXnx])){1,5}"
_PLUS_CORE = rf"(?:\d{{1,2}}|[NX]){PLUS_MORE}"
_PLUS = re.compile(rf"(?P<parts>{_PLUS_CORE}){alternatives(CONTAINERS)}?")
_CODE = re.compile(rf"(?P<parts>\d{{3,8}}[XN]?|\d\d[XN]|\d×\d){alternatives(CONTAINERS)}?")
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


_BARRED = re.compile(alternatives(NOT_COUNTED))
_PLAIN = re.compile(alternatives(PLAIN_WORDS))
_IDIOM = re.compile(alternatives(IDIOMS))
_TAIL = re.compile(f"{alternatives(TAILS)}$")


def numeral_value(numeral: str) -> int | None:
    """The whole number a numeral of a formula prints; 双 is 2."""
    value = 2 if numeral == "双" else read_numeral(numeral)
    return None if value is None else int(value)


def _without_tail(counted: str, measure: str) -> str:
    """What is counted, without what follows it: 轮驱动 → 轮. Behind a measure word a noun is whole: 三大工程."""
    tail = _TAIL.search(counted) if not measure or counted[0] == "一" else None
    return counted[: tail.start()] if tail and tail.start() else counted


def read_count(words: str) -> Reading | None:
    """A numeral and what it counts."""
    articles = _ARTICLES.fullmatch(words)
    if articles:
        number = numeral_value(articles["number"])
        form = "digits" if articles["number"].isascii() else "counted"
        return Reading(form, number, "条") if number else None
    found = _SINGLE.fullmatch(words) or _DIGIT_COUNT.fullmatch(words)
    if not found or _PLAIN.match(words) or _IDIOM.fullmatch(words):
        return None
    number, measure, rest = numeral_value(found["number"]), found["measure"], found["rest"]
    if found["number"] != "双" and _BARRED.match(rest):
        return None
    # 四千行动 counts thousands by name; 三百农户 is a number.
    if found["number"] != "双" and not measure and rest[0] in "百千万" and rest[1:] not in TAILS:
        return None
    if rest[0] in "一二两三四五六七八九十双" and not measure and found["number"] != "双":
        return None
    return Reading("counted", number, _without_tail(rest, measure), number)


def read_row(words: str) -> Reading | None:
    """Parts in a row: 一核两翼, 五统一、一开放, 双招双引."""
    masked = _WELDED.sub(lambda m: "々" * len(m[0]), _ASIDE.sub("", words))
    tail = _ROW_TAIL.search(masked)
    if tail and not _ROW.fullmatch(masked):
        masked = masked[: tail.start()]
    if not _ROW.fullmatch(masked) or _IDIOM.match(words) or words[0] == "多":
        return None
    parts = _ROW_PART.findall(masked)
    if any(unit == "个" or _BARRED.match(unit) for _, unit in parts):
        return None
    numerals = [numeral for numeral, _ in parts]
    great = sum(n in "百千万" for n in numerals)
    if 0 < great < len(parts):
        return None
    if set(numerals) <= {"一"} and any(unit[0] in _PHYSICAL or len(unit) > 4 for _, unit in parts):
        return None
    if great or "多" in numerals or set(numerals) <= {"一"} and len(parts) < 3:
        return Reading("counted")
    return Reading("counted", total=sum(numeral_value(n) or 0 for n in numerals))


def read_code(words: str, following: str) -> Reading | None:
    """A code in digits: 3456, 1+5+N, 555X, 3个100. `following` is the text behind it."""
    plus = _PLUS.fullmatch(words)
    if plus:
        parts = tuple(re.split("[+＋]", plus["parts"]))
        return Reading("digits", parts=parts) if any(p.isdigit() for p in parts) else None
    code = _CODE.fullmatch(words)
    if code:
        digits, named = code["parts"], code.end() > code.end("parts") or following.startswith(tuple(CONTAINERS))
        if _YEAR.fullmatch(digits) or following.startswith(SERVICE_WORDS):
            return None
        if (digits in SERVICE_NUMBERS or _SERVICE.fullmatch(digits)) and not named:
            return None
        return Reading("digits", parts=() if "0" in digits or "×" in digits else tuple(digits))
    return Reading("digits") if _TIMES.fullmatch(words) else None


def read_formula(words: str, following: str = "") -> Reading | None:
    """The reading of words in quotation marks, or of the head of an entry; None where they are no formula."""
    great = GREAT.fullmatch(words)
    return Reading("counted") if great else read_row(words) or read_count(words) or read_code(words, following)
