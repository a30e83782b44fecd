"""Expressions of time: where a text names a time, and what stretch each means.

`find_times` finds the words; `meaning` says what they mean beside an `Anchor`, the date of the text and the year that
words without one (全年, 上半年, 9月) belong to. Comparisons (比2020年), names of plans (“十四五”规划) and titles in
《》 are no times. Periods are written as in the table `figures`: `2021`, `2019-H1`, `2023-Q1`, `2024-01/2024-08`,
`2017/2021` (a span), `2004/..` (since), `../2025` (by).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .numerals import read_numeral

_NUMERALS = r"一二三四五六七八九十两\d"
_N = f"[{_NUMERALS}]{{1,3}}"
_DASH = r"(?:[-—–~～至到]|——|--)"
_YEAR = r"(?:(?<!\d)(?:19|20)\d{2}|[一二][〇零○九][〇零○一二三四五六七八九]{2})"
_QUARTERS = rf"(?:第?[一二三四1-4]|首|前[一二三四]个?|前?[一1]{_DASH}[二三四2-4])季度"
_PART = rf"(?:上半年|下半年|{_QUARTERS}|[前头]{_N}个?月|\d{{1,2}}月?{_DASH}\d{{1,2}}月份?|\d{{1,2}}月份?)末?"
# `十年来首次`, `近五年来最高` are records and no stretch of time.
_RECORD = "来?的?(?:第|首|最|新高|新低)"
_BY = "到|截至|截止到?|至"
_OF_PLAN = "以来|末|期末|时期|期间"
_UP_TO = r"(?<!\d)(?:截至|截止到?|[到至从自])"
_NO_MONTH = r"(?<![\d年个.\-—–~～至到])"
_RELATIVE = {"今年": 0, "本年": 0, "去年": -1, "前年": -2, "明年": 1, "后年": 2}
FIVE_YEAR = {
    "十一五": (2006, 2010),
    "十二五": (2011, 2015),
    "十三五": (2016, 2020),
    "十四五": (2021, 2025),
    "十五五": (2026, 2030),
    "十六五": (2031, 2035),
}
#: Events from which years are counted: the year, and whether the stretch is left open (`2012/..`) or told to the date.
EVENTS = {
    "十八大": (2012, True),
    "十九大": (2017, True),
    "二十大": (2022, True),
    "新中国成立": (1949, False),
    "建国": (1949, False),
    "改革开放": (1978, False),
}
_PLANS = "|".join(FIVE_YEAR)

#: The kinds of expressions, tried in this order at each place.
_GRAMMAR = {
    "span": rf"(?P<from>{_YEAR})年?{_DASH}(?P<to>{_YEAR})年(?!\d)",
    "month_span": rf"(?P<fy>{_YEAR})年(?P<fm>\d{{1,2}})月{_DASH}(?P<ty>{_YEAR})年(?P<tm>\d{{1,2}})月",
    "month": rf"(?:{_BY})?(?P<my>{_YEAR})年(?P<mm>\d{{1,2}})月(?!{_DASH}\d)"
    r"(?:份|[底末初]|(?P<md>\d{1,2})日)?(?P<msince>以来|起)?",
    "part": rf"(?:{_BY})?(?:(?P<py>{_YEAR})年|(?P<prel>今年|去年|上年|明年|当年))的?(?P<pword>{_PART})[底末]?"
    r"(?P<psince>以来|起)?",
    "year": rf"(?P<by>{_BY}|于|在|自|从)?(?P<y>{_YEAR})(?P<round>年度?(?:底前|底|末|初|前|以前|内)?)"
    r"(?P<since>以来|起|开始)?"
    rf"(?!{_DASH}\d{{4}}|北京|杭州|成都|国际|全国|世界|中国|亚洲|赛季|远景目标|片单)",
    "five_year": rf"(?:(?P<fq>[“‘])|)(?P<five>{_PLANS})(?(fq)[”’]|(?={_OF_PLAN}))(?P<ftail>{_OF_PLAN})?",
    "event": r"(?:党的)?(?P<since_what>十八大|十九大|二十大|新中国成立|建国|改革开放)(?:以来|以后|后(?!的))",
    "year_end": r"(?P<eby>到|至|截至)?(?<![\d年去前上今明])年[底末](?P<ebefore>前)?",
    "named_year": r"这一年|(?<![^，。；：！？\n“])当年(?![价的]|[^，。；]{1,6}、当年)|同年|该年(?!度)|那一年",
    "relative": rf"(?:{_BY})?(?P<rel>今年|本年|(?<!过)去年|上年|(?<![年以])前年|明年|(?<![产成运建营用])后年)(?!均)"
    r"(?P<rtail>以来|开始|起|全年|年?[底末]前?)?",
    "part_alone": rf"(?:{_BY})?(?<![\d年])(?P<hword>上半年|下半年|{_QUARTERS}|[前头]{_N}个?月)末?(?!以前)",
    "streak": rf"连续(?P<times>{_N})年",
    "whole_year": r"一年来|过去一年|过去的一年|刚刚过去的一年|年内"
    r"|全年(?!龄|[^，。；、]{0,4}(?:任务|目标|计划|指标|预期))",
    "past": rf"(?:过去|最近|近|前|这)的?(?P<past1>{_N})年(?!{_RECORD})(?:来|间|里|中|累计)?"
    rf"|(?<![第每\d一二三四五六七八九十])(?!一年)(?P<past2>{_N})年(?!{_RECORD})"
    r"(?:来|间|累计|中，|来?的?(?:政府|主要)?工作)"
    r"|刚刚过去的(?P<past3>[三五])年",
    "future": rf"(?:未来|今后|接下来)的?(?P<fut>{_N})年|(?:力争)?用(?P<fut2>{_N})年(?:左右)?的?时间"
    rf"|力争用?(?P<fut3>{_N})年",
    "months": rf"(?:{_UP_TO}|{_NO_MONTH})(?P<m1>\d{{1,2}})月?{_DASH}(?P<m2>\d{{1,2}})月份?",
    "month_alone": rf"(?:{_UP_TO}|{_NO_MONTH})(?P<mo>\d{{1,2}})月"
    r"(?:份|[底末初]|(?P<mod>\d{1,2})日)?(?P<mosince>以来|起)?(?!龄|薪|租|供|嫂|球)",
}
# Where an expression may begin: its first character and what the second one can be. One leading set of characters is
# searched for far faster than the alternatives are tried.
_BEGINNING = re.compile(
    r"[0-9今本去上前明后下第最近过这刚未接力全一二三四五六七八九十“‘到至截于在自从党新建改当同该那连首头用年]"
    r"(?:(?<=[12])[09]\d\d|(?<=[0-9])\d?(?:[月年]|[\-—–~～至到])|(?<=[今本去上前明后全一二三四五六七八九十这当同该])年"
    r"|(?<=[上下])半|(?<=[一二三四首])个?季|(?<=第)[一二三四1-4]个?季"
    rf"|(?<=[近前头])[的{_NUMERALS}]|(?<=最)近|(?<=过)去|(?<=这)[的{_NUMERALS}]|(?<=刚)刚|(?<=未)来的?[{_NUMERALS}]|(?<=今)后的?[{_NUMERALS}]"
    rf"|(?<=接)下来|(?<=力)争用?[{_NUMERALS}]|(?<=用)[{_NUMERALS}]|(?<=[“‘])十[{_NUMERALS}]|(?<=[到至于在自从])[\d一二今去上前明下第年]"
    r"|(?<=截)[至止]|(?<=党)的[十二]|(?<=十)[一二三四五六七八九]|(?<=二)十|(?<=新)中国|(?<=建)国|(?<=改)革开|(?<=那)一"
    rf"|(?<=连)续[{_NUMERALS}]|(?<=一)[\-—–~～至到〇零○九]|(?<=二)[〇零○]|(?<=年)[内末底])"
)
_EXPRESSION = re.compile("|".join(f"(?P<{kind}>{expression})" for kind, expression in _GRAMMAR.items()))
_COMPARED = re.compile(r"(?:比|较|相比于?|对比|超出|高于|低于|相较于?|快于|相当于|(?P<with>与|同))[“‘]?$")
_LIKE = re.compile("[^，。；]{0,6}(?:相比|持平|相当|同期|一致|比)")
# `是2007年的2.3倍`, `相当于2015年的60%`: the year is what it is compared with.
_MULTIPLE = re.compile(r"[末底]?的[\d.一两二三四五六七八九十百]+倍")
_OF_IT = re.compile(r"[末底]?的[\d.]+[%％]")
_IS = re.compile(r"(?:是|为|相当于|达到?|占)$")
_PLAN_NAME = re.compile(
    r"规划|纲要|新|[^，。；、]{0,4}(?:开局|收官|起步|收尾)|蓝图|画卷|目标|任务|建议|大幕|征程|[^，。；、“”期末时以间]{1,12}(?:规划|计划|纲要|方案)"
)
# 提前完成“十四五”减排目标: what is fulfilled is the plan.
_FULFILLED = re.compile("(?:完成|实现)了?$")
_OWN_NUMBER = re.compile(r"[底末]?的(?:约|近|超|不足)?\d[\d.,:：∶]*")
_STREAK_ENDS = re.compile("基础上|之后|[，。；]")
_TITLE = re.compile("《[^《》]{1,60}》")
_TURN = re.compile(
    r"(?:[增提升降减缩扩跃](?:加|长|高|升|到|少|低|小|大)?|上升|下降|回落|调整|优化|变化?|发展|攀升|压缩|转变|演变)(?:到|至|为|成)|达到?|变为"
)
_BEGINS_AGAIN = re.compile(r"起|开始|以来|到|至")
#: How far behind `由2015年` its turning word (`增加到`) may stand, and how far `连续四年` reaches.
_TURN_WITHIN = 40


@dataclass(frozen=True, slots=True)
class Reference:
    """The date of a text: year, month (None where unknown), and whether it looks back on the year before, as a work
    report of the first months does."""

    year: int
    month: int | None = None
    looks_back: bool = False


@dataclass(frozen=True, slots=True)
class Anchor:
    """What words without a year lean on: the date; the year that section or title are about, else None; the year named
    last in the paragraph, else None; the span of years (`2023/2025`) that section or title are about, else None;
    whether the text stands in a plan."""

    ref: Reference | None
    year: int | None = None
    named: int | None = None
    span: str | None = None
    ahead: bool = False

    @property
    def account_year(self) -> int | None:
        """The year that an account is about: the one said, else the one over by the date."""
        if self.year is not None or self.ref is None:
            return self.year
        return self.ref.year - 1 if self.ref.looks_back and not self.ahead else self.ref.year


@dataclass(frozen=True, slots=True)
class Expression:
    """Words for a time at [start, end): their kind (a key of the grammar) and match. `reach` is the place up to which
    they alone hold (`由2015年的…增加到`), 0 where they hold on; `by` says that they end a time (`到`, `截至`)."""

    start: int
    end: int
    kind: str
    match: re.Match[str]
    reach: int = 0

    @property
    def day(self) -> bool:
        """Whether a day is named: that is when something happened and not a time that figures are told of."""
        found = self.match
        return bool(self.kind == "month" and found["md"] or self.kind == "month_alone" and found["mod"])


def reference(date: str | None, genre: str | None = None) -> Reference | None:
    """`2024-09-27` → Reference(2024, 9); None for no date. A work report, or a text of January to March, looks back."""
    if not date:
        return None
    parts = date.split("-")
    month = int(parts[1]) if len(parts) > 1 else None
    return Reference(int(parts[0]), month, genre == "government_work_report" or (month or 12) <= 3)


# --- parts of a year --------------------------------------------------------------------------------------------------

_DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")


def read_year(word: str) -> int:
    """`2023`, `二〇二三` → 2023."""
    return int(word.translate(_DIGITS))


def _number(word: str | None) -> int | None:
    found = read_numeral(word) if word else None
    return int(found) if found is not None and found == int(found) else None


def part_of_year(year: int, word: str) -> str | None:
    """A part of a year in words as a period; None where there is no such part.

    >>> [part_of_year(2019, word) for word in ("上半年", "前8个月", "一季度", "前三季度", "1—7月", "9月", "13月")]
    ['2019-H1', '2019-01/2019-08', '2019-Q1', '2019-01/2019-09', '2019-01/2019-07', '2019-09', None]
    """
    if "半年" in word:
        return f"{year}-H{1 if word[0] == '上' else 2}"
    if "季" in word:
        numbers = [n for n in map(_number, re.findall(r"[一二三四1-4]", word)) if n]
        last = numbers[-1] if numbers else 1
        if word[0] == "前" or len(numbers) > 1:
            return f"{year}" if last == 4 else f"{year}-01/{year}-{last * 3:02d}"
        return f"{year}-Q{last}"
    if word[0] in "前头":
        last = _number(re.sub("[前头个月末]", "", word)) or 0
        return f"{year}-01/{year}-{last:02d}" if 1 < last <= 12 else None
    months = [int(m) for m in re.findall(r"\d{1,2}", word)]
    if not months or any(not 1 <= m <= 12 for m in months) or months != sorted(months):
        return None
    return f"{year}-{months[0]:02d}" if len(months) == 1 else _months(year, months[0], months[1])


def _months(year: int, first: int, last: int) -> str:
    return f"{year}" if (first, last) == (1, 12) else f"{year}-{first:02d}/{year}-{last:02d}"


def _last_month(part: str) -> int:
    """The month in which a part of a year ends: 2019-H1 → 6, 2019-Q3 → 9, 2019-01/2019-08 → 8, 2019 → 12."""
    word = part.rsplit("/", 1)[-1][5:]
    return {"H": 6, "Q": 3}[word[0]] * int(word[1]) if word[:1] in ("H", "Q") and word else int(word or 12)


def _by_date(word: str, anchor: Anchor) -> str | None:
    """A part of a year without a year: of the year that the text is about, else the last one that is over by the date
    of a text that looks back, the coming one in a plan, and that of the date's year elsewhere."""
    if anchor.year is not None:
        return part_of_year(anchor.year, word)
    ref = anchor.ref
    if ref is None:
        return None
    part = part_of_year(ref.year, word)
    over = part is None or ref.month is None or _last_month(part) <= ref.month
    return part if anchor.ahead or over or not ref.looks_back else part_of_year(ref.year - 1, word)


# --- what each kind means ---------------------------------------------------------------------------------------------


def _span(m: re.Match[str], anchor: Anchor) -> str | None:
    first, last = read_year(m["from"]), read_year(m["to"])
    return f"{first}/{last}" if first < last else None


def _month_span(m: re.Match[str], anchor: Anchor) -> str | None:
    first, last = int(m["fm"]), int(m["tm"])
    if not (1 <= first <= 12 and 1 <= last <= 12):
        return None
    return f"{read_year(m['fy'])}-{first:02d}/{read_year(m['ty'])}-{last:02d}"


def _month(m: re.Match[str], anchor: Anchor) -> str | None:
    found = part_of_year(read_year(m["my"]), m["mm"] + "月")
    return f"{found}/.." if found and m["msince"] else found


def _part(m: re.Match[str], anchor: Anchor) -> str | None:
    word = m["prel"]
    year = read_year(m["py"]) if m["py"] else _relative_year(word, anchor)
    found = part_of_year(year, m["pword"]) if year is not None else None
    return f"{found}/.." if found and m["psince"] and "/" not in found else found


def _relative_year(word: str, anchor: Anchor) -> int | None:
    """`去年` is told from the date, `上年` from the year that the text is about, `当年` from the one named before."""
    if word == "当年":
        return anchor.named or anchor.year
    if word == "上年":
        return anchor.year - 1 if anchor.year is not None and not anchor.ahead else _from_date(-1, anchor)
    return _from_date(_RELATIVE[word], anchor)


def _from_date(years: int, anchor: Anchor) -> int | None:
    return anchor.ref.year + years if anchor.ref else None


def _year(m: re.Match[str], anchor: Anchor) -> str | None:
    year, ref, by, around = read_year(m["y"]), anchor.ref, m["by"], m["round"]
    if m["since"]:
        return f"{year}/.."
    if ref is not None and year >= ref.year:
        before = around in ("年前", "年以前", "年底前")
        if before or by in ("到", "至") or by in ("截至", "截止", "截止到", "在") and year > ref.year:
            return f"../{year}"
    return f"{year}"


def _five_year(m: re.Match[str], anchor: Anchor) -> str | None:
    first, last = FIVE_YEAR[m["five"]]
    tail = m["ftail"]
    # The plan's name alone (“十四五”规划, “十四五”开局) is no period.
    if (
        not tail
        and _PLAN_NAME.match(m.string, m.end())
        or _FULFILLED.search(m.string, max(0, m.start() - 4), m.start())
    ):
        return None
    if tail == "以来":
        return f"{first}/.."
    if tail in ("末", "期末"):
        return f"../{last}" if anchor.ref is None or last >= anchor.ref.year else f"{last}"
    return f"{first}/{last}"


def _event(m: re.Match[str], anchor: Anchor) -> str | None:
    year, is_open = EVENTS[m["since_what"]]
    if is_open:
        return f"{year}/.."
    return f"{year}/{anchor.ref.year}" if anchor.ref else f"{year}/.."


def _year_end(m: re.Match[str], anchor: Anchor) -> str | None:
    year, ref = anchor.account_year, anchor.ref
    if year is None:
        return None
    if m["ebefore"]:
        return f"../{year if anchor.ahead or not ref else ref.year}"
    return f"../{year}" if m["eby"] in ("到", "至") and ref and year >= ref.year else f"{year}"


def _named_year(m: re.Match[str], anchor: Anchor) -> str | None:
    year = anchor.named or anchor.year
    return f"{year}" if year else None


def _relative(m: re.Match[str], anchor: Anchor) -> str | None:
    year, tail = _relative_year(m["rel"], anchor), m["rtail"] or ""
    if year is None:
        return None
    if tail.endswith("前"):
        return f"../{year}"
    opens = tail in ("以来", "开始", "起") and not (m["rel"] == "今年" and tail == "以来")
    return f"{year}/.." if opens else f"{year}"


def _part_alone(m: re.Match[str], anchor: Anchor) -> str | None:
    return _by_date(m["hword"], anchor)


def _streak(m: re.Match[str], anchor: Anchor) -> str | None:
    """`连续四年` ends with the last year that is over; `在连续四年翻番的基础上` with the one before what follows."""
    number = _number(m["times"])
    if number is None or number < 2 or anchor.ref is None:
        return None
    last = anchor.ref.year - (0 if anchor.ref.month == 12 else 1)
    if anchor.year is not None and anchor.year <= last:
        upon = re.compile(r"[^，。；]{0,16}(?:基础上|之后|后)").match(m.string, m.end())
        last = anchor.year - 1 if upon else anchor.year
    return f"{last - number + 1}/{last}"


def years_back(number: int, ref: Reference) -> str:
    """The last `number` years: up to the year of the date, or in a text that looks back up to the year before.

    More than ten are counted from an event that many years ago (`75年来`).

    >>> years_back(5, Reference(2022, 1, looks_back=True)), years_back(75, Reference(2024, 10))
    ('2017/2021', '1949/2024')
    """
    if number > 10:
        return f"{ref.year - number}/{ref.year}"
    last = ref.year - 1 if ref.looks_back else ref.year
    return f"{last - number + 1}/{last}" if number > 1 else f"{last}"


def _of_length(number: int, anchor: Anchor) -> str | None:
    """The span that the text is about, where it has as many years."""
    span = anchor.span
    return span if span and int(span[5:]) - int(span[:4]) + 1 == number else None


def _past(m: re.Match[str], anchor: Anchor) -> str | None:
    ref, number = anchor.ref, _number(m["past1"] or m["past2"] or m["past3"])
    if ref is None or number is None or not 0 < number < 120:
        return None
    if not anchor.ahead and (span := _of_length(number, anchor)):
        return span
    if m[0].startswith("过去") and not ref.looks_back and number <= 10:
        return f"{ref.year - number}/{ref.year - 1}" if number > 1 else f"{ref.year - 1}"
    return years_back(number, ref)


def _future(m: re.Match[str], anchor: Anchor) -> str | None:
    number, ref = _number(m["fut"] or m["fut2"] or m["fut3"]), anchor.ref
    if number is None or ref is None or not 0 < number < 60:
        return None
    if anchor.ahead and (span := _of_length(number, anchor)):
        return span
    first = ref.year if ref.looks_back else ref.year + 1
    return f"{first}/{first + number - 1}" if number > 1 else f"{first}"


def _whole_year(m: re.Match[str], anchor: Anchor) -> str | None:
    if m[0] in ("全年", "年内"):
        # A year named in passing long ago is not the one that is told of.
        near = anchor.named if anchor.ref is None or (anchor.named or 0) >= anchor.ref.year - 2 else None
        year = anchor.year or near or anchor.account_year
        return f"{year}" if year else None
    year = anchor.year if anchor.year is not None and not anchor.ahead else _from_date(-1, anchor)
    return f"{year}" if year else None


def _months_alone(m: re.Match[str], anchor: Anchor) -> str | None:
    return _by_date(m["m1"] + "-" + m["m2"] + "月", anchor)


def _month_alone(m: re.Match[str], anchor: Anchor) -> str | None:
    month, ref = int(m["mo"]), anchor.ref
    year = anchor.year
    if year is None and ref is not None:
        year = ref.year - 1 if ref.month and month > ref.month and not anchor.ahead else ref.year
    found = part_of_year(year, m["mo"] + "月") if year is not None else None
    return f"{found}/.." if found and m["mosince"] else found


_MEANING: dict[str, Callable[[re.Match[str], Anchor], str | None]] = {
    "span": _span,
    "month_span": _month_span,
    "month": _month,
    "part": _part,
    "year": _year,
    "five_year": _five_year,
    "event": _event,
    "year_end": _year_end,
    "named_year": _named_year,
    "relative": _relative,
    "part_alone": _part_alone,
    "streak": _streak,
    "past": _past,
    "future": _future,
    "whole_year": _whole_year,
    "months": _months_alone,
    "month_alone": _month_alone,
}


def _expressions(text: str) -> Iterator[re.Match[str]]:
    """What the grammar matches in `text`, from left to right without overlap."""
    at = 0
    while beginning := _BEGINNING.search(text, at):
        start = beginning.start()
        match = _EXPRESSION.match(text, start)
        at = match.end() if match else start + 1
        if match:
            yield match


def _reach(text: str, m: re.Match[str]) -> int:
    """Up to where 2020年的3.68万亿元, 由2015年的…增加到 and 连续四年… hold: the number behind it, the turning word, the
    clause; else 0."""
    if m.lastgroup == "streak":
        ends = _STREAK_ENDS.search(text, m.end(), m.end() + _TURN_WITHIN)
        return ends.start() if ends else m.end() + _TURN_WITHIN
    if m[0][0] in "由从自" or text[m.start() - 1 : m.start()] in ("由", "从"):
        stop = min(len(text), m.end() + _TURN_WITHIN)
        turn = None if _BEGINS_AGAIN.match(text, m.end()) else _TURN.search(text, m.end(), stop)
        if turn and not re.search("[。；]", text[m.end() : turn.start()]):
            return turn.start()
    number = _OWN_NUMBER.match(text, m.end())
    return number.end() if number else 0


def _compared(text: str, m: re.Match[str]) -> bool:
    """Whether the time is only what something is compared with: `比2020年`, `是2007年的2.3倍`, `相当于2015年的60%`."""
    start = m.start() + (m[0][0] == "于")
    compared = _COMPARED.search(text, max(0, start - 4), start)
    if compared and (not compared["with"] or _LIKE.match(text, m.end())) or _MULTIPLE.match(text, m.end()):
        return True
    return bool(_OF_IT.match(text, m.end()) and _IS.search(text, max(0, start - 3), start))


def find_times(text: str) -> list[Expression]:
    """The expressions of time in `text`, in order; comparisons and titles in 《》 are left out."""
    titles = [m.span() for m in _TITLE.finditer(text)] if "《" in text else []

    def titled(at: int) -> bool:
        title = bisect_left(titles, (at, 0)) - 1
        return title >= 0 and at < titles[title][1]

    return [
        Expression(m.start(), m.end(), m.lastgroup or "", m, _reach(text, m))
        for m in _expressions(text)
        if not _compared(text, m) and not titled(m.start())
    ]


def meaning(expression: Expression, anchor: Anchor) -> str | None:
    """The period that an expression means; None where it means none (a plan's name) or that cannot be told."""
    return _MEANING[expression.kind](expression.match, anchor)
