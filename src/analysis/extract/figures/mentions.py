"""Mentions: where quantities stand in a text, with value, unit and comparator.

`find_mentions(text, units)` walks once over the text. One regular expression finds the places where a number may stand
or where something that only looks like one stands (dates, codes, ordinals); the functions below it read value and unit.
Left out on purpose: counts in Chinese numerals with a general measure word (两个 六大), period expressions (近三年),
scale classes (千亿级) and whatever stands in a short quoted name: they are formulas of the field, not measurements.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

from ...project.rules import RuleSet, alternation, from_rules
from .numerals import LARGE, LONGEST, SCALES, read_numeral, read_vague
from .shapes import BEGINNING, CN, PLACE
from .units import POINT, Unit, Units

FILE = "numbers.csv"
TABLES = (
    *("about", "below", "above", "persons", "headcount", "money", "rank", "rank_place"),
    *("period_before", "period_after", "attribute", "takes", "mark"),
)

# Currencies that are printed before the number.
_SIGNS = {"￥": "元", "¥": "元", "$": "美元", "＄": "美元", "€": "欧元", "£": "英镑"}
_SUPERSCRIPT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")

# What goes on behind the first digits: scales, digits behind a scale (3千5百万, 2万零500), 多, scales again.
_SCALE_WORD = "(?:千(?![瓦克米伏卡焦帕升])|百(?!分)|[十万亿])"
_REST = re.compile(
    rf"((?:{_SCALE_WORD}+(?:零?\d{{1,9}}(?:\.\d{{1,9}})?(?![\d.,:：∶%％]))?)*)([多余几]?)({_SCALE_WORD}*)"
)
_GOES_ON = frozenset("十百千万亿多余几")
_FIRST_SCALES = re.compile(f"{_SCALE_WORD}+")
_AFTER = re.compile(r"(?:及|或)?(?:以上|之上|以下|之下|以内|之内|左右|上下)|多(?=[，。；、！])")
_JOIN = re.compile(r"(?:[-－—–~～至到]|——|--)(?=\d)")
_SECOND = re.compile(r"\d{1,12}(?:,\d{3})*(?:\.\d{1,9})?")
_MINUTES = re.compile(rf"零?(\d{{1,3}}|[{CN}]{{1,4}})分钟?")
_FROM = re.compile(r"[从由自][^，。；、]{0,12}$")
# 经济总量再上台阶，将突破2000亿: the sum stands in the next clause, behind nothing but verbs.
_NEXT_CLAUSE = (
    "[^。；]{0,24}，(?:将|预计|有望|力争|可望|今年|已|首次|一举|突破|超过?|达到?|迈上|跨[过上]|跨越|接近|逼近)+"
)
# 迈上4万亿、5万亿两个台阶: marks that were passed.
_PASSED = re.compile(r"、\d[^，。；、]{0,8}(?:台阶|大关|关口)|、\d[^，。；]{0,16}个[大新]?台阶")
_RANK_AFTER = re.compile(
    r"[位名][跃升上提前晋到至]|[位名]?(?:$|[，。；、！？）)：,;”]|和|与|及|的|并|且|以上|左右|之列)"
)
_RANK_MOVES = re.compile(r"[位名]?(?:跃|升|上升|提升|前移|晋升)")
# One set of opening marks leads, for which `re` searches faster than for alternatives.
_QUOTED = re.compile(r"[“‘「『《](?:(?<!《)[^“”‘’「」『』]{1,16}[”’」』]|(?<=《)[^《》]{1,60}》)")
_QUOTED_QUANTITY = re.compile(
    r"[约近超]?过?\d[\d.,]*%?(?:[-—–~～至到]+\d[\d.]*)?(?:[%％]|个百分点|[千百万亿]+元)(?:以上|以下|以内|左右)?"
)
_CHINESE_DIMENSIONS = frozenset(("share", "multiple", "length", "area", "mass", "power", "energy", "money", "time"))
_CHINESE_TAIL = re.compile(r"([多余几]?)([万亿]?)(个半|个(?=[小月季工])|)")
# Units of what machines of one size have together.
_ADDED = frozenset(("power", "apparent power", "energy", "mass", "volume"))
# 收入比为, and the second of two: 收入比由5：1缩小到.
_RATIO_BEFORE = re.compile(
    r"比(?!例尺|分|赛)(?:[^，。；、]{0,12}|[^，。；、\d]{0,20}\d[\d.]*[:：∶]\d[\d.]*[^，。；、\d]{1,16})$"
)
_TENTHS_AFTER = re.compile(
    r"(?:多|余|左右|以上|以下|以内)?(?:[，。；、！）,;的]|投|由|以|来自|用于|花|覆盖|城|$)|多|左右|以上|以下|以内"
)
_TENTHS_WORD = re.compile("成[不为员果立效功本长都交品熟绩年人就套型线网群分因]")
_CHINESE_UNITS = frozenset(("里", "升", "顷", "克", "瓦", "周", "日", "周年", "度", "方", "平方", "米", "斤", "担"))
# Words that count only large numbers: 5路 is a bus line, 2.5万路 are channels.
_MULTIPLIED_ONLY = frozenset(("路", "口"))
_SCALE = frozenset("十百千万亿")
_GOVERNS = "建增成达有共购置出到过超近约余入了为计植栽养放获得设造供产贷"
_NEVER_MEASURE = frozenset(
    "的是在和与及或等从向对将已均其这那并而且也又还要让使被把用以于至到为由因此则但若如即指消服热北中大小新老高低上下左右前后内外东西南"
    "年月日时号点期届级代强版型线路环街区省市"
)


@dataclass(frozen=True)
class _Words:
    """The tables of numbers.csv as expressions: those with `before` end where a number begins, those with `after`
    begin where it or its unit ends."""

    comparator_before: re.Pattern[str]
    persons_after: re.Pattern[str]
    headcount_before: re.Pattern[str]
    money_before: re.Pattern[str]
    rank_before: re.Pattern[str]
    rank_place_before: re.Pattern[str]
    period_before: re.Pattern[str]
    period_after: re.Pattern[str]
    attribute_after: re.Pattern[str]
    takes_before: re.Pattern[str]
    mark_after: re.Pattern[str]


@from_rules
def _words(rules: RuleSet) -> _Words:
    words = {table: alternation(found) for table, found in rules.tables(FILE, names=TABLES).items()}
    signs = "|".join(f"(?P<{sign}>{words[sign]})" for sign in ("about", "below", "above"))
    return _Words(
        # 超过了, 不低于每人, and 约占全省的
        comparator_before=re.compile(
            rf"(?:{signs})[了到至过为]?(?:每[^，。；、\d]{{1,4}})?$|约[为占是](?P<part>[^，。；、\d]{{2,8}})的$"
        ),
        persons_after=re.compile(rf"[^，。；、！？\d]{{0,8}}?{words['persons']}"),
        headcount_before=re.compile(rf"{words['headcount']}[^，。；、]{{0,10}}$"),
        money_before=re.compile(rf"{words['money']}(?:[^，。；、]{{0,6}}|{_NEXT_CLAUSE})$"),
        rank_before=re.compile(rf"{words['rank']}[^，。；]{{0,16}}$"),
        rank_place_before=re.compile(rf"{words['rank_place']}[^，。；、\d]{{0,8}}$"),
        period_before=re.compile(rf"{words['period_before']}的?$"),
        period_after=re.compile(words["period_after"]),
        attribute_after=re.compile(rf"{words['attribute']}|[^，。；、]{{0,7}}圈(?!舍)"),
        takes_before=re.compile(rf"{words['takes']}了?$"),
        mark_after=re.compile(words["mark"]),
    )


@dataclass(frozen=True, slots=True)
class Mention:
    """One quantity: half-open span, value in the base unit, unit as printed, comparator; `kind` is how it is written:
    `number`, `ratio`, `rank`, `streak`, `double`, `fraction`."""

    start: int
    end: int
    value: float
    value_max: float | None
    unit: str
    comparator: str
    kind: str


def _quoted(text: str) -> list[tuple[int, int]]:
    """The spans of short quoted names; a rate or a sum in quotation marks (增长“5%左右”) is no name."""
    return [
        m.span() for m in _QUOTED.finditer(text) if not _QUOTED_QUANTITY.fullmatch(text, m.start() + 1, m.end() - 1)
    ]


class _Cursor:
    """Answers whether a rising position lies in one of some sorted spans, in constant time on the whole."""

    def __init__(self, spans: list[tuple[int, int]]) -> None:
        self.spans, self.at = spans, 0

    def inside(self, position: int) -> bool:
        while self.at < len(self.spans) and self.spans[self.at][1] <= position:
            self.at += 1
        return self.at < len(self.spans) and self.spans[self.at][0] < position


def _comparator(text: str, start: int, end: int, inner: bool) -> tuple[str, int]:
    """The comparator of the number at [start, end) and the end with a trailing 以上, 以内, 左右 …"""
    after = _AFTER.match(text, end)
    if after:
        word = after[0].lstrip("及或")
        sign = "≈" if word in ("左右", "上下") else "<" if word in ("以下", "以内", "之内", "之下") else ">"
        return sign, end if word == "多" else after.end()
    before = _words().comparator_before.search(text, max(0, start - 12), start)
    if before:
        if before["about"] or before["part"]:
            return "≈", end
        return "<" if before["below"] else ">", end
    return (">" if inner else "="), end


def _number(text: str, start: int, end: int) -> tuple[Decimal, int, bool] | None:
    """Value, end and whether 多 余 几 stands inside, of a number that begins with the digits [start, end)."""
    if end - start > LONGEST:
        return None
    printed = text[start:end].replace(" ", "").replace(",", "")
    if text[end : end + 1] not in _GOES_ON:
        return Decimal(printed), end, False
    rest = _REST.match(text, end)
    assert rest is not None
    scale, open_, more = rest.groups()
    # Most numbers have one scale and no other digits.
    factor = SCALES.get(scale + more)
    value = read_numeral(printed + scale + more) if factor is None else Decimal(printed) * factor
    if value is not None:
        return value, rest.end(), bool(open_)
    # Two numbers that stand side by side: only the scales of the first are its own.
    scales = _FIRST_SCALES.match(text, end)
    value = read_numeral(printed + scales[0]) if scales else None
    return None if value is None or scales is None else (value, scales.end(), False)


def _unknown_unit(text: str, start: int, at: int) -> str | None:
    """A measure word that the table does not know: one Chinese character after a number that a verb governs."""
    word = text[at : at + 1]
    following = text[at + 1 : at + 2]
    governed = bool(start) and text[start - 1] in _GOVERNS or bool(following) and following in "，。；、"
    if (
        governed
        and "\u4e00" <= word <= "\u9fff"
        and word not in _NEVER_MEASURE
        and ("\u4e00" <= following <= "\u9fff" or following in tuple("，。；、“"))
    ):
        return word
    return None


def _closes(text: str, at: int) -> bool:
    return at >= len(text) or text[at] in "，。；、！"


def _unit(text: str, start: int, at: int, multiplied: bool, units: Units) -> tuple[str, int] | None:
    """Unit and its end after a number that ends at `at`; a bare number of people has the unit 人."""
    unit = units.match(text, at)
    if unit and (multiplied or unit.name not in _MULTIPLIED_ONLY):
        return unit.name, at + len(unit.name)
    if multiplied and (
        _words().persons_after.match(text, at)
        or _closes(text, at)
        and _words().headcount_before.search(text, max(0, start - 20), start)
    ):
        return "人", at
    if (
        multiplied
        and (_closes(text, at) or text[at] in "的以")
        and not _PASSED.match(text, at)
        and _words().money_before.search(text, max(0, start - 40), start)
    ):
        return "元", at
    word = _unknown_unit(text, start, at)
    return (word, at + 1) if word else None


def _is_period(text: str, start: int, end: int, unit: str) -> bool:
    """True for 近3年, 前8个月, 5年来, 3年行动: the figure would be a stretch of time that other figures speak of."""
    if unit not in ("年", "个月", "天", "个季度", "周年"):
        return False
    if unit == "周年" or _AFTER.match(text, end):
        return unit == "周年"
    before = _words().period_before.search(text, max(0, start - 5), start)
    if before and not (before[0].startswith("连续") and text[start].isdigit()):
        return True
    return unit == "年" and bool(_words().period_after.match(text, end))


def _compound(text: str, value: Decimal, unit: str, end: int, units: Units) -> tuple[Decimal, str, int]:
    """`3小时` followed by `20分钟` is 200 分钟; other quantities stay as they are."""
    if unit not in ("小时", "个小时"):
        return value, unit, end
    part = _MINUTES.match(text, end)
    minutes = read_numeral(part[1]) if part else None
    if part is None or minutes is None:
        return value, unit, end
    return value * 60 + minutes, "分钟", part.end()


# What makes the digits behind it a code or an ordinal.
_GOES_BEFORE = frozenset("+＋×·第")
# What no unit stands behind.
_ENDS = frozenset(",.;:!?，。；：！？）)\n")


# 价格指数为101.9, 指数分别为102.1、101.5和100.8: an index has no unit.
_OF_INDEX = re.compile(
    r"指数(?:分别|累计|平均|全年|已|仅|约|均|达|为|是|至|到|：)*(?:\d{1,4}(?:\.\d{1,3})?[、和与及])*$"
)
_INDEX_ENDS = frozenset("，。；、！）和与及比较同高低,;)")


def _index(text: str, start: int, end: int) -> list[Mention]:
    """The index [start, end), or none: a bare number behind 指数; its unit is the point."""
    if "指数" not in text[max(0, start - 30) : start] or text[end : end + 1] and text[end] not in _INDEX_ENDS:
        return []
    if not _OF_INDEX.search(text, max(0, start - 30), start) or end - start > LONGEST:
        return []
    comparator, stop = _comparator(text, start, end, False)
    return [
        Mention(
            start, stop, float(text[start:end].replace(",", "").replace(" ", "")), None, POINT, comparator, "number"
        )
    ]


def _digits(text: str, start: int, end: int, units: Units) -> list[Mention]:
    """The figure that begins with the digits [start, end), or none."""
    if start and text[start - 1] in _GOES_BEFORE:
        return []
    if text[end : end + 1] in _ENDS:
        return _index(text, start, end)
    number = _number(text, start, end)
    if number is None:
        return []
    value, stop, inner = number
    multiplied = stop > end
    found = _unit(text, start, stop, multiplied, units)
    high: Decimal | None = None
    join = _JOIN.match(text, found[1] if found else stop)
    if join and not (join[0] in "至到" and _FROM.search(text, max(0, start - 14), start)):
        second = _SECOND.match(text, join.end())
        other = _number(text, second.start(), second.end()) if second else None
        if second and other:
            unit2 = _unit(text, start, other[1], other[1] > second.end(), units)
            if unit2 and (found is None or found[0] == unit2[0]):
                factor = (
                    other[0] / Decimal(second[0].replace(",", "") or "1")
                    if found is None and not multiplied and second[0].strip("0.,")
                    else 1
                )
                high, inner = other[0], inner or other[2]
                value = value * factor
                found = unit2
    if found is None:
        return [] if multiplied else _index(text, start, end)
    unit, stop = found
    if high is not None and high <= value:
        high = None
    if not multiplied and unit == "年" and 1900 <= value <= 2100 and value == int(value):
        return []
    if high is None:
        value, unit, stop = _compound(text, value, unit, stop, units)
    if unit in ("小时", "个小时") and value == 24:
        return []
    if _is_period(text, start, stop, unit) or _words().attribute_after.match(text, stop):
        return []
    kind = (
        "rank"
        if unit == "位" and not multiplied and _words().rank_place_before.search(text, max(0, start - 16), start)
        else "number"
    )
    comparator, stop = _comparator(text, start, stop, inner)
    return [Mention(start, stop, float(value), None if high is None else float(high), unit, comparator, kind)]


class _Chinese(NamedTuple):
    """A number in Chinese numerals with its unit: `high` where it is vague, `inner` where it holds 多 余 几."""

    value: Decimal
    high: Decimal | None
    unit: str
    end: int
    inner: bool


def _chinese_number(text: str, start: int, end: int, units: Units) -> _Chinese | None:
    """The number that the Chinese numerals [start, end) print and the unit behind them."""
    run = text[start:end]
    # The run may have swallowed the 千 of 千瓦, the 百 of 百分点 or the 万 of 万千瓦.
    for cut in range(len(run), max(0, len(run) - 2), -1):
        low = read_numeral(run[:cut])
        low, high = (low, None) if low is not None else read_vague(run[:cut]) or (None, None)
        tail = _CHINESE_TAIL.match(text, start + cut)
        assert tail is not None
        inner, scale, half = tail.groups() if cut == len(run) else ("", "", "")
        at = tail.end() if cut == len(run) else start + cut
        unit = units.match(text, at) or (units.match(text, at - 1) if half == "个" else None)
        if unit is None or low is None or not _counts(run[:cut], unit, low):
            continue
        if unit.name.startswith("个") and half == "个":
            at -= 1
        low = (low + (Decimal("0.5") if half == "个半" else 0)) * LARGE.get(scale, 1)
        high = None if high is None else high * LARGE.get(scale, 1)
        stop = at + len(unit.name)
        if unit.dimension in ("time", "multiple") and text[stop : stop + 1] == "半":
            low, stop = low + Decimal("0.5"), stop + 1
        return _Chinese(low, high, unit.name, stop, bool(inner))
    return None


def _counts(run: str, unit: Unit, value: Decimal) -> bool:
    """Whether a number in Chinese numerals measures something with `unit`; things are counted from a hundred on.

    `百家` and `千名` are figures of speech, `一百家` and `数百家` are numbers.
    """
    if unit.dimension in _CHINESE_DIMENSIONS:
        return True
    return unit.dimension == "count" and value >= 100 and run[0] not in _SCALE


def _is_idiom(text: str, start: int, run: str, unit: str, value: Decimal) -> bool:
    """True for what only looks like a quantity: 百万 as a class, 一天, 半年, 上半年, 统一 …"""
    before = text[start - 1 : start] if start else ""
    scale = run in _SCALE or run[0] in _SCALE and run[0] != "十"
    if scale and not (
        _words().comparator_before.search(text, max(0, start - 12), start) or before and before in "达上到"
    ):
        return True
    if before and before in ("上下统专每" if run[0] == "半" else "统专每"):
        return True
    return (
        unit in _CHINESE_UNITS
        and not (unit == "米" and value >= 10)
        or unit == "元"
        and value < 10
        or unit == "天"
        and value <= 1
        or unit in ("亩", "公里")
        and scale
        or run[0] == "半"
        and unit == "年"
    )


def _chinese(text: str, start: int, end: int, units: Units) -> list[Mention]:
    """The figure in Chinese numerals [start, end) with a true unit, or none."""
    number = _chinese_number(text, start, end, units)
    if number is None:
        return []
    value, high, unit, stop, inner = number
    if _is_idiom(text, start, text[start:end], unit, value):
        return []
    if unit == "年" and not (_AFTER.match(text, stop) or _words().takes_before.search(text, max(0, start - 5), start)):
        return []
    if (
        _is_period(text, start, stop, unit)
        or _words().attribute_after.match(text, stop)
        or _words().mark_after.match(text, stop)
    ):
        return []
    value, unit, stop = _compound(text, value, unit, stop, units)
    comparator, stop = _comparator(text, start, stop, inner)
    if high is not None and comparator == "=":
        comparator = "≈"
    return [Mention(start, stop, float(value), None if high is None else float(high), unit, comparator, "number")]


def _with_unit(text: str, start: int, at: int, value: Decimal, inner: bool, units: Units) -> list[Mention]:
    """The figure [start, at) of the value with the unit that stands at `at`, or none."""
    unit = units.match(text, at)
    if unit is None:
        return []
    comparator, stop = _comparator(text, start, at + len(unit.name), inner)
    return [Mention(start, stop, float(value), None, unit.name, comparator, "number")]


def _dated(text: str, start: int, end: int, units: Units) -> list[Mention]:
    """`2012.5亿元`: what looks like year and month is a number where a unit stands behind it."""
    number = re.compile(r"\d+(?:\.\d+)?").match(text, start, end)
    assert number is not None
    found = _digits(text, start, number.end(), units)
    return found if found and found[0].end > end and found[0].unit in units.rows else []


def _money(text: str, start: int, end: int, units: Units) -> list[Mention]:
    """`￥1,230,000`: a sum with its currency before it; a 元 behind it adds nothing."""
    number = _number(text, start + 1 + (text[start + 1] == " "), end)
    if number is None:
        return []
    value, stop, inner = number
    currency = _SIGNS[text[start]]
    stop += len(currency) if text.startswith(currency, stop) else 0
    comparator, stop = _comparator(text, start, stop, inner)
    return [Mention(start, stop, float(value), None, currency, comparator, "number")]


def _power(text: str, start: int, end: int, units: Units) -> list[Mention]:
    """`1.2×10^4吨` is 12,000 吨."""
    number, exponent = re.split(r"[×xX*]10\^?", text[start:end], maxsplit=1)
    return _with_unit(text, start, end, Decimal(number).scaleb(int(exponent.translate(_SUPERSCRIPT))), False, units)


def _product(text: str, start: int, end: int, units: Units) -> list[Mention]:
    """`2×66万千瓦`: so many machines of one size are one figure, of all their power; `3×5米` is none."""
    count, size = re.split("[×xX*]", text[start:end])
    number = _number(text, end - len(size), end)
    unit = units.match(text, number[1]) if number else None
    if number is None or unit is None or unit.dimension not in _ADDED:
        return []
    return _with_unit(text, start, number[1], Decimal(count) * number[0], number[2], units)


def _financial(text: str, start: int, end: int, units: Units) -> list[Mention]:
    """`壹佰贰拾叁万元`: a sum in the numerals of contracts."""
    value = read_numeral(text[start:end])
    return [] if value is None else [Mention(start, end + 1, float(value), None, "元", "=", "number")]


def _ratio(text: str, start: int, end: int, units: Units) -> list[Mention]:
    """`15:61.9:23.1` is three shares where they sum to a hundred; `收入比为2.5:1` is 2.5 倍; else nothing."""
    parts = list(re.finditer(r"\d+(?:\.\d+)?", text[start:end]))
    values = [float(p[0]) for p in parts]
    if 98 <= sum(values) <= 102 and min(values) > 0:
        return [
            Mention(start + p.start(), start + p.end(), v, None, "%", "=", "ratio")
            for p, v in zip(parts, values, strict=True)
        ]
    if len(values) > 2 or not all(values) or not _RATIO_BEFORE.search(text, max(0, start - 50), start):
        return []
    comparator, stop = _comparator(text, start, end, False)
    return [Mention(start, stop, values[0] / values[1], None, "倍", comparator, "number")]


def _ordinal(text: str, start: int, end: int, units: Units) -> list[Mention]:
    """A rank (全省第五, 居全国第1位) and not an ordinal (第五届)."""
    value = read_numeral(text[start + 1 : end])
    moved = text[start - 1 : start] in ("由", "从") and _RANK_MOVES.match(text, end)
    if value is None or not (
        moved or _RANK_AFTER.match(text, end) and _words().rank_before.search(text, max(0, start - 20), start)
    ):
        return []
    stop = end + (text[end : end + 1] in ("位", "名") and end < len(text))
    return [Mention(start, stop, float(value), None, "位", "=", "rank")]


def _streak(text: str, start: int, end: int, units: Units) -> list[Mention]:
    value = read_numeral(text[start : end - 2])
    return [] if value is None or value < 2 else [Mention(start, end, float(value), None, "连", "=", "streak")]


def _double(text: str, start: int, end: int, units: Units) -> list[Mention]:
    """`翻一番` is 2 倍, `翻两番` 4 倍, `翻番` 2 倍."""
    word = text[start:end].replace("了", "")
    times = read_numeral(word[1]) if len(word) == 3 else Decimal(1)
    if times is None:
        return []
    value = 2.0 ** int(times) if word.endswith("番") else float(times)
    comparator, end = _comparator(text, start, end, False)
    return [Mention(start, end, value, None, "倍", comparator, "double")]


def _fraction(text: str, start: int, end: int, units: Units) -> list[Mention]:
    """`百分之五` is 5 %, `千分之三` 3 ‰, `三分之一` 33.3… %."""
    if "/" in text[start:end]:
        top, bottom = (Decimal(part) for part in text[start:end].split("/"))
        if not 0 < top < bottom:
            return []
        comparator, stop = _comparator(text, start, end, False)
        return [Mention(start, stop, float(top / bottom * 100), None, "%", comparator, "fraction")]
    below, _, above = text[start:end].partition("分之")
    whole, _, decimals = above.partition("点")
    numerator, denominator = read_numeral(whole), read_numeral(below)
    if numerator is None or not denominator:
        return []
    value = float(numerator)
    if decimals:
        value = float(f"{int(numerator)}.{''.join(str(read_numeral(c) or 0) for c in decimals)}")
    unit = {"百": "%", "千": "‰"}.get(below)
    if unit is None:
        value, unit = value / float(denominator) * 100, "%"
    comparator, end = _comparator(text, start, end, False)
    return [Mention(start, end, value, None, unit, comparator, "fraction")]


def _tenths(text: str, start: int, end: int, units: Units) -> list[Mention]:
    """`七成` is 70 %, `七成五` 75 %, `七成半` 75 %, `六七成` 60 to 70 %; not where 成 begins a word (三成员)."""
    whole, _, part = text[start:end].partition("成")
    vague = read_vague(whole)
    said = bool(vague or part or _TENTHS_AFTER.match(text, end))
    if not said and (
        not _words().comparator_before.search(text, max(0, start - 12), start) or _TENTHS_WORD.match(text, end - 1)
    ):
        return []
    low, high = vague or (read_numeral(whole), None)
    if low is None:
        return []
    extra = 5 if part == "半" else int(read_numeral(part) or 0)
    inner = text[end : end + 1] in ("多", "余") and end < len(text)
    comparator, stop = _comparator(text, start, end + inner, inner)
    if high is not None and comparator == "=":
        comparator = "≈"
    top = None if high is None else float(high * 10 + extra)
    return [Mention(start, stop, float(low * 10 + extra), top, "%", comparator, "fraction")]


_READ: dict[str, Callable[[str, int, int, Units], list[Mention]]] = {
    "dated": _dated,
    "money": _money,
    "power": _power,
    "product": _product,
    "ordinal": _ordinal,
    "streak": _streak,
    "double": _double,
    "fraction": _fraction,
    "tenths": _tenths,
    "ratio": _ratio,
    "financial": _financial,
    "vague": _chinese,
    "chinese": _chinese,
}


def find_mentions(text: str, units: Units) -> list[Mention]:
    """All quantities of `text` in order; spans are disjoint and never empty. Linear in the length of the text."""
    quoted, found, at = _Cursor(_quoted(text)), [], 0
    waiting: list[tuple[int, int]] = []
    while beginning := BEGINNING.search(text, at):
        start = beginning.start()
        place = PLACE.match(text, start)
        if place is None:
            at = start + 1
            continue
        kind, at = place.lastgroup, place.end()
        if kind in ("date", "code"):
            continue
        if quoted.inside(start) and kind != "streak":
            continue
        if kind == "digits":
            mentions = _digits(text, start, at, units)
            if not mentions:
                waiting.append((start, at))
            elif waiting:
                found += _share_unit(text, waiting, mentions[0])
        else:
            mentions = _READ[kind or ""](text, start, at, units)
        if mentions:
            found += mentions
            at = max(at, mentions[-1].end)
    return _share_comparators(text, found)


_LISTED = frozenset(("和", "、", "与", "及", "以及"))
_EACH_ABOVE = re.compile(r"分别(?:已?超过?|突破|低于|不低于)$")
_PRINTED = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")


def _share_unit(text: str, waiting: list[tuple[int, int]], last: Mention) -> list[Mention]:
    """The numbers in `waiting` that stand right before `last` in a list (`1409万、1305万人次`), with its unit."""
    shared: list[Mention] = []
    until = last.start
    while waiting:
        start, end = waiting.pop()
        number = _number(text, start, end)
        if (
            number is None
            or text[number[1] : until] not in ("、", "和")
            or not text[max(0, start - 1) : start].strip("\n。；")
        ):
            break
        value, stop, inner = number
        if stop == end:
            # A bare number shares the multiplier too: 1.2、0.5万人.
            printed = _PRINTED.match(text, last.start)
            plain = float(printed[0].replace(",", "")) if printed else 0.0
            scale = last.value / plain if plain else 1.0
            if scale == 1.0 and last.value >= 100 * float(value):
                break
            value *= Decimal(round(scale)) if scale > 1 else 1
        comparator, _ = _comparator(text, start, stop, inner)
        shared.append(Mention(start, stop, float(value), None, last.unit, comparator, "number"))
        until = start
    waiting.clear()
    return shared[::-1]


def _share_comparators(text: str, mentions: list[Mention]) -> list[Mention]:
    """Lists under 分别 share a comparator: `分别控制在3.5%和6%以下` that of the last, `分别超过2%、5%` of the first."""
    listed = [
        first.unit == second.unit and text[first.end : second.start] in _LISTED
        for first, second in zip(mentions, mentions[1:], strict=False)
    ]
    for i in range(len(listed) - 1, -1, -1):
        first, second = mentions[i], mentions[i + 1]
        if listed[i] and second.comparator != "=" and first.comparator == "=":
            opening = text[max(0, first.start - 10) : first.start]
            if "分别" in opening:
                mentions[i] = replace(first, comparator=second.comparator)
    carried = False
    for i, in_list in enumerate(listed):
        first, second = mentions[i], mentions[i + 1]
        carried = in_list and (carried or bool(_EACH_ABOVE.search(text, max(0, first.start - 7), first.start)))
        if carried and second.comparator == "=":
            mentions[i + 1] = replace(second, comparator=first.comparator)
    return mentions
