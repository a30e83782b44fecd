"""Periods: the time a figure speaks of, resolved against the date of the text.

`time_expressions` finds words for time and says what stretch each means; `resolve` gives a figure the one that governs
it: the last before it in its sentence, else one behind it in its clause, else the running context. Comparisons
(`比2020年`, `较去年同期`) and the names of events are no periods.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .numerals import read_numeral

_NUMERALS = r"一二三四五六七八九十两\d"
_N = f"[{_NUMERALS}]{{1,3}}"
_YEAR = r"(?:19|20)\d{2}"
_COMPARED = re.compile(r"(?:比|较|与|同|相比于?|对比|超出|高于|低于|相较于?|快于)$")
# Where an expression may begin: its first character and what the second one can be. One leading set of characters is
# searched for far faster than the alternatives are tried.
_BEGINNING = re.compile(
    r"[0-9今本去上前明后下第近最过这刚未接力全一二三四五“到至截于在自从党十年]"
    r"(?:(?<=[0-9])[\d月]|(?<=[今本去上前明后全一三五近这])年|(?<=[上下])半|(?<=[一二三四])季|(?<=第)[一二三四]"
    rf"|(?<=[近前])[{_NUMERALS}几]|(?<=最)近|(?<=过)去|(?<=这)[的{_NUMERALS}几]|(?<=刚)刚|(?<=未)来|(?<=今)后"
    r"|(?<=接)下|(?<=力)争|(?<=“)十|(?<=[到至于在自从])[12]|(?<=截)[至止]|(?<=党)的|(?<=十)[八九]|(?<=二)十|(?<=年)底)"
)
_EXPRESSION = re.compile(
    "(?:"
    + "|".join(
        (
            rf"(?P<span>(?<!\d)(?P<from>{_YEAR})年?(?:[-—–~至到]|——)(?P<to>{_YEAR})年)",
            rf"(?P<month>(?P<by0>到|截至|截止|至)?(?<!\d)(?P<my>{_YEAR})年(?P<mm>\d{{1,2}})月(?:份|(?P<md>\d{{1,2}})日)?(?P<msince>以来|起)?)",
            rf"(?P<part>(?<!\d)(?:(?P<py>{_YEAR})年|(?P<prel>今年|去年|上年|明年))(?P<pword>上半年|下半年|第?[一二三四]季度|前[一二三四]季度|前{_N}个月|\d{{1,2}}[-—–~至到]\d{{1,2}}月|\d{{1,2}}月份?))",
            rf"(?P<year>(?P<by>到|截至|截止到?|至|于|在|自|从)?(?<!\d)(?P<y>{_YEAR})(?P<round>年度?(?:底前|底|末|初|前|以前|内)?)(?P<since>以来|起|开始)?(?![-—–~至到]\d{{4}}|北京|杭州|成都|国际|全国|世界|中国|亚洲|赛季|远景目标|片单))",
            r"(?P<fiveyear>“(?P<fy>十一五|十二五|十三五|十四五|十五五|十六五)”(?P<fytail>以来|末|期末|时期|期间)?)",
            r"(?P<congress>(?:党的)?(?P<cg>十八大|十九大|二十大)以来)",
            r"(?P<yearend>(?<![\d年])(?:今年)?年?底前)",
            r"(?P<rel>(?P<rword>今年|本年|去年|上年|前年|明年|后年)(?P<rtail>以来|开始|起|全年|底|末|年底)?)",
            rf"(?P<half>(?<![\d年])(?P<hword>上半年|下半年|第?[一二三四]季度|前[一二三四]季度|前{_N}个月))",
            rf"(?P<past>(?:过去|近|最近|前)(?P<pastn>{_N})年(?:来|间|里|中)?|(?:过去|这|近)(?P<past1>[一二三四五]|几)?年(?:来|间)|(?P<past2>[三五])年来|(?:过去|这|刚刚过去)的?(?P<past3>[一三五])年)",
            rf"(?P<future>(?:未来|今后|接下来)的?(?P<futn>{_N})年|力争用?(?P<futn2>{_N})年)",
            r"(?P<oneyear>一年来|过去一年|过去的一年|刚刚过去的一年|全年)",
            r"(?P<monthonly>(?<![\d年个\-—–~至])(?P<mo>\d{1,2})月(?:份|(?P<mod>\d{1,2})日)?(?!龄|薪|租|供|嫂|球))",
        )
    )
    + ")"
)
_MULTIPLE = re.compile(r"的[\d.一两二三四五六七八九十百]+倍")
_PLAN_NAME = re.compile(r"规划|纲要|新|开局|收官|蓝图|画卷|目标|任务|建议|大幕|征程")
_BOUND = re.compile(r"的?(?:约|近|超|不足)?\d")
FIVE_YEAR = {
    "十一五": (2006, 2010),
    "十二五": (2011, 2015),
    "十三五": (2016, 2020),
    "十四五": (2021, 2025),
    "十五五": (2026, 2030),
    "十六五": (2031, 2035),
}
CONGRESS = {"十八大": 2012, "十九大": 2017, "二十大": 2022}
_RELATIVE = {"今年": 0, "本年": 0, "去年": -1, "上年": -1, "前年": -2, "明年": 1, "后年": 2}
_QUARTER = {"一": 1, "二": 2, "三": 3, "四": 4}


@dataclass(frozen=True, slots=True)
class Reference:
    """The date of a text: year, month (None where unknown), and whether it looks back on the year before, as a work
    report of the first months does."""

    year: int
    month: int | None = None
    looks_back: bool = False

    @property
    def last_full(self) -> int:
        """The last year that is over, as the text counts."""
        return self.year - 1


@dataclass(frozen=True, slots=True)
class Time:
    """One expression of time: its span in the text, the period it means, and whether it belongs to the next number
    alone (`2020年的3.68万亿元`)."""

    start: int
    end: int
    period: str
    bound: bool = False


def reference(date: str | None, genre: str | None = None) -> Reference | None:
    """`2024-09-27` → Reference(2024, 9); None for no date. A work report, or a text of January to March, looks back."""
    if not date:
        return None
    parts = date.split("-")
    month = int(parts[1]) if len(parts) > 1 else None
    return Reference(int(parts[0]), month, genre == "government_work_report" or (month or 12) <= 3)


def _part(year: int, word: str) -> str | None:
    """`上半年` of 2019 → 2019-H1, `前8个月` → 2019-01/2019-08, `一季度` → 2019-Q1, `9月` → 2019-09."""
    if word == "上半年":
        return f"{year}-H1"
    if word == "下半年":
        return f"{year}-H2"
    if word.startswith("前") and word.endswith("季度"):
        last = _QUARTER[word[1]] * 3
        return f"{year}-01/{year}-{last:02d}" if last < 12 else f"{year}"
    if word.endswith("季度"):
        return f"{year}-Q{_QUARTER[word.lstrip('第')[0]]}"
    if word.startswith("前"):
        number = read_numeral(word[1:-2])
        return f"{year}-01/{year}-{int(number):02d}" if number and 1 < number <= 12 else None
    months = [int(m) for m in re.findall(r"\d{1,2}", word)]
    if not months or any(not 1 <= m <= 12 for m in months):
        return None
    return f"{year}-{months[0]:02d}" if len(months) == 1 else f"{year}-{months[0]:02d}/{year}-{months[1]:02d}"


def _last_month(part: str) -> int:
    """The month in which a part of a year ends: 2019-H1 → 6, 2019-Q3 → 9, 2019-01/2019-08 → 8, 2019 → 12."""
    word = part.rsplit("/", 1)[-1][5:]
    return {"H": 6, "Q": 3}[word[0]] * int(word[1]) if word[:1] in ("H", "Q") and word else int(word or 12)


def _span_back(number: int, ref: Reference) -> str:
    last = ref.year - 1 if ref.looks_back else ref.year
    return f"{last - number + 1}/{last}" if number > 1 else f"{last}"


def _span_ahead(number: int, ref: Reference) -> str:
    first = ref.year if ref.looks_back else ref.year + 1
    return f"{first}/{first + number - 1}" if number > 1 else f"{first}"


def _period(m: re.Match[str], ref: Reference | None, ahead: bool) -> str | None:
    """What one match of `_EXPRESSION` means."""
    kind = m.lastgroup
    if kind == "span":
        return f"{m['from']}/{m['to']}" if int(m["from"]) < int(m["to"]) else None
    if kind == "month":
        if not 1 <= int(m["mm"]) <= 12:
            return None
        stamp = f"{m['my']}-{int(m['mm']):02d}"
        return f"{stamp}/.." if m["msince"] else stamp
    if kind == "year":
        year = int(m["y"])
        if m["since"] or m["by"] in ("自", "从") and m["since"]:
            return f"{year}/.."
        if (
            ref is not None
            and year >= ref.year
            and (
                m["by"] in ("到", "至")
                or m["by"] in ("截至", "在")
                and year > ref.year
                or m["round"] in ("年前", "年以前", "年底前")
            )
        ):
            return f"../{year}"
        return f"{year}"
    if kind == "fiveyear":
        first, last = FIVE_YEAR[m["fy"]]
        # The plan's name alone (“十四五”规划, “十四五”开局) is no period.
        if not m["fytail"] and _PLAN_NAME.match(m.string, m.end()):
            return None
        if m["fytail"] == "以来":
            return f"{first}/.."
        if m["fytail"] in ("末", "期末"):
            return f"../{last}" if ref is None or last >= ref.year else f"{last}"
        return f"{first}/{last}"
    if kind == "congress":
        return f"{CONGRESS[m['cg']]}/.."
    if kind == "part" and m["py"]:
        return _part(int(m["py"]), m["pword"])
    if ref is None:
        return None
    if kind == "yearend":
        return f"../{ref.year}"
    if kind == "part":
        return _part(ref.year + _RELATIVE[m["prel"]], m["pword"])
    if kind == "rel":
        year = ref.year + _RELATIVE[m["rword"]]
        return (
            f"{year}/.."
            if m["rtail"] in ("以来", "开始", "起") and not (m["rword"] == "今年" and m["rtail"] == "以来")
            else f"{year}"
        )
    if kind == "half":
        part = _part(ref.year, m["hword"])
        # A text that looks back speaks of the last one that is over; a plan of the one to come.
        over = part is None or ref.month is None or _last_month(part) <= ref.month
        return part if ahead or over or not ref.looks_back else _part(ref.year - 1, m["hword"])
    if kind == "past":
        word = m["pastn"] or m["past1"] or m["past2"] or m["past3"]
        number = read_numeral(word) if word and word != "几" else None
        if number is None or not 0 < number < 60:
            return _span_back(5, ref) if ref.looks_back and m[0] in ("这五年",) else None
        if m[0].startswith("过去") and not ref.looks_back:
            return f"{ref.year - int(number)}/{ref.year - 1}" if number > 1 else f"{ref.year - 1}"
        return _span_back(int(number), ref)
    if kind == "future":
        number = read_numeral(m["futn"] or m["futn2"])
        return _span_ahead(int(number), ref) if number and 0 < number < 60 else None
    if kind == "oneyear":
        return f"{ref.year}" if m[0] == "全年" and (ahead or not ref.looks_back) else f"{ref.year - 1}"
    month = int(m["mo"])
    if not 1 <= month <= 12:
        return None
    year = ref.year - 1 if ref.month and month > ref.month else ref.year
    return f"{year}-{month:02d}"


def _expressions(text: str) -> Iterator[re.Match[str]]:
    """What `_EXPRESSION` matches in `text`, from left to right without overlap."""
    at = 0
    while beginning := _BEGINNING.search(text, at):
        start = beginning.start()
        match = _EXPRESSION.match(text, start)
        at = match.end() if match else start + 1
        if match:
            yield match


def time_expressions(text: str, ref: Reference | None, *, ahead: bool = False) -> list[Time]:
    """The expressions of time in `text`, in order, with the period each means; comparisons are left out.

    `ahead` says that the text stands in a plan: `全年` is then the year of the text.
    """
    found = []
    for m in _expressions(text):
        if _COMPARED.search(text, max(0, m.start() - 3), m.start()) or _MULTIPLE.match(text, m.end()):
            continue
        period = _period(m, ref, ahead)
        if period:
            found.append(Time(m.start(), m.end(), period, bool(_BOUND.match(text, m.end()))))
    return found


def last_year(period: str | None) -> int | None:
    """The year in which a period ends; None for open or unknown ones."""
    if not period or period.endswith(".."):
        return None
    return int(period.split("/")[-1][:4])


def lies_ahead(period: str | None, year: int) -> bool:
    """Whether a period begins after `year`, the year of the text, or is a date to be met: `../2025` in 2024 or 2025.

    A span that has begun (`2021/2025` in 2024) does not lie ahead.
    """
    if not period:
        return False
    if period.startswith("../"):
        return int(period[3:7]) >= year
    return int(period[:4]) > year
