"""Naming: the shortest run of the text that says what a figure measures.

In Chinese the name stands right behind a count (`8个贫困县`), else before the number behind verbs and comparators
(`全市地区生产总值年均增长5.6%`), else it is shared with the figures of the same list or sentence. The words that are
stripped from either side are rows of data/reference/rules/names.csv, each with an example; what is no list of words is
a named pattern below.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ...project.rules import RuleSet, alternation, from_rules
from .mentions import Mention
from .units import Units

FILE = "names.csv"
TABLES = ("trail", "lead", "inner", "cut", "move", "generic", "no_name", "tail")

_JOINTS = frozenset(("、", "和", "与", "及", "以及", "，", "—", ":", "：", "∶"))
_BREAK = "，。；：:∶！？\n"
_TO_BREAK = re.compile(f"(?s:.*)[{_BREAK}]")
# To the next break or 、, or to a bracket that closes without opening.
_TO_ITEM_BREAK = re.compile(f"[^{_BREAK}、（）]*(?:（[^{_BREAK}、]*)?")
# A minus sign, and 负 where a rate is told: 增长-3.2%, 增速为负5.4%; but 3-5家 and 减负83亿元 are none.
_SIGN = re.compile(r"(?:(?<![\d%％A-Za-z.）)])[-－−﹣–]|(?<=[长速幅为是达至到])负)")

_COUNT = r"[一二两三四五六七八九十\d]+"
# 2021年底, 截至2021年, 自2021年以来, 二〇二一年
_YEAR = r"[到至自从在于]?(?:截[至止])?(?:\d{4}|[一二][〇○零一二三四五六七八九]{3})年(?:底|末|以来|初|前)?"
# 五年来, 近三年, 三年间
_YEARS = rf"近?{_COUNT}年[来间]?"
# 前8个月, 一季度, 3月份, 5月8日, 1—7月, 截至6月底, 3月以来
_MONTHS = (
    r"前\d+个月|[一二三四]季度|[到至自从]?(?:截[至止])?(?:\d{1,2}月?[-—－–~～至到]{1,2})?\d{1,2}月"
    r"(?:份|\d{1,2}日)?(?:[底末初]|以来|[间中])?"
)
# What marks leave at the edge of a name.
_MARKS = "[，。；：、“”‘’）)]"
# 也建, 还有, 另设: one verb behind its adverb.
_ADVERB_VERB = "[也还又再都另][建有设开办增添种修养]"
# 比2020年, 连续五年
_BASE_YEAR = rf"[比较]?\d{{4}}年|{_COUNT}年"
# 同比多, 比上年少
_MORE_OR_LESS = "(?:同比|比上年|比去年)[多少]"
# From one step to the next: 从签约到开工 took so long.
_STEPS = re.compile(r"从[^，。；、\d]{2,8}到[^，。；、\d]{2,8}$")
# A time and nothing else is no name: 三年间, 全年, 2021年底, “十四五”时期.
_TIME = re.compile(
    rf"(?:(?:{_YEAR}|{_YEARS}|{_MONTHS}|[今去明前全当同每本上]年|[上下]半年|年[初末底内中]|[本当每上]月|目前|同期|近年来|其间|期间|“?十[一二三四五六]五”?)"
    r"(?:以来|时期|期间|末|底|初|[内里中间来的])?)+"
)
# From here on another thing is compared with: 较上年, 比全省, 高出全国平均.
_COMPARISON = re.compile(
    r"(?:较(?!大|小|多|少|高|低|快|好|强)|(?<![对占之配])比(?=[“\d去上年全同])|是(?=“十|[一二三四五十]年前|\d{4}年)"
    r"|快于|(?<!不)(?:高于|低于)(?=\D)|(?:高出|好于|优于|领先)(?=[全上去同预]|[^，。；、]{0,4}平均)"
    r"|超(?:额|出)?(?:年度|全年|序时|时序|预期)*(?:计划|目标|任务|进度|预期))[^，。；、]*$"
)
# Behind a number: how it goes on (35亿元以上的), and the word for a mark that was passed.
_GOES_ON = re.compile(
    r"(?:整(?=[（，。；]|$))?(?:（[^（）]{1,20}）)?(?:以上|以下|左右|以内)?的?"
    r"(?:增加(?!值)|增长|提升|提高|上升|下降|降低|减少|扩大|缩小|缩短|压减)?"
)
_MARK = re.compile(r"[十百千万]*亿?元?级?(?:大关|台阶|关口|门槛|考验)")
# Where the predicate begins behind the noun of a count: 住上新房, 立起塔吊, 有了活干, 未造成损失.
_PREDICATE = "(?<=.)(?:[有通用]了|未(?!来|成年|就业)|[住用喝过搬走坐穿立建撑架][上进起])"
# A name ends where a second number begins, and the words before it: 覆盖率达近91%.
_END = r"和(?=\d)|(?:(?<=[率数比例量额值积度重])达)?(?:近|超过?|约)?$"
# What the last member of a list lends to the others: 城镇、农村居民收入, 炼焦、机械行业增加值.
_KIND = "(?P<kind>(?:居民)?(?:人均可支配)?(?:行业|产业|工业)?)"
_EMPTY = re.compile(r"(?:的?时间里?|之内|以来|左右|多|期间|的?基础上?|[上中内后前来间里])")


@dataclass(frozen=True)
class _Words:
    """The tables of names.csv as expressions."""

    trail: re.Pattern[str]
    #: The characters that a trail can end with.
    last: frozenset[str]
    lead: re.Pattern[str]
    inner: re.Pattern[str]
    cut: re.Pattern[str]
    changes_to: re.Pattern[str]
    generic: re.Pattern[str]
    no_name: re.Pattern[str]
    tail: re.Pattern[str]


@from_rules
def _words(rules: RuleSet) -> _Words:
    rows = rules.tables(FILE, names=TABLES)
    words = {table: alternation(found) for table, found in rows.items()}
    verb, moves = words["lead"], f"(?:{words['move']})+"
    # 累计改造建成 leaves nothing of its verbs; 新建成 is 新 before a verb.
    done = f"(?:累计(?:{verb}){{2}}|(?:已经?|共|再)(?:{verb}){{1,2}})"
    trail = [words["trail"], f"{moves}[为至到]", done, _ADVERB_VERB, _MORE_OR_LESS, _BASE_YEAR, "[、，：“”‘’（-]"]
    lead = [_ADVERB_VERB, f"{verb}(?:了(?!解))?", f"新(?={verb})", _YEAR, _YEARS, _MONTHS, _MARKS]
    cut = [words["cut"], _PREDICATE, f"{verb}了(?!解)", _END]
    last = {r.word[-1] for table in ("trail", "lead") for r in rows[table]} | set("为至到多少年、，：“”‘’（-")
    return _Words(
        last=frozenset(last | set(_ADVERB_VERB)),
        trail=re.compile(f"(?:{'|'.join(trail)})$"),
        lead=re.compile("|".join(lead)),
        inner=re.compile(words["inner"]),
        cut=re.compile("|".join(cut)),
        changes_to=re.compile(f"{moves}[至到为](?:近|超过?|约)?$"),
        generic=re.compile(f"(?:总|年|计划)*{words['generic']}$"),
        no_name=re.compile(f"[和与及]?(?:{words['no_name']})了?"),
        tail=re.compile(f"{_KIND}(?P<noun>{words['tail']}|(?<=业))$"),
    )


@dataclass(frozen=True, slots=True)
class Place:
    """One mention in its sentence: `before` from the last break or figure to the number, `wide` the same without a
    break at 、, `gap` all since the figure before, `behind` from the number to the next break or figure, `joined`
    whether only 、 和 与 及 stand between it and the one before, `negative` whether a minus sign stands before it."""

    mention: Mention
    before: str
    wide: str
    gap: str
    behind: str
    joined: bool
    negative: bool


def places(text: str, mentions: list[Mention], starts: list[int], reach: int = 60) -> list[Place]:
    """The surroundings of the `mentions` of one text; `starts[i]` is where the sentence of mention i begins."""
    found, last = [], 0
    for i, m in enumerate(mentions):
        floor = max(starts[i], m.start - reach, last)
        sign = m.start > floor and _SIGN.match(text, m.start - 1)
        end = m.start - 1 if sign else m.start
        stands = end
        if i and text[end - 1 : end] == "）" and "（" not in text[last:end]:
            # 重点项目（投资超1000万元）130个: the name stands before the brackets.
            opening = text.rfind("（", starts[i], mentions[i - 1].start)
            if opening >= 0:
                inside = [other.end for other in mentions[:i] if other.end <= opening]
                floor, end = max(starts[i], opening - reach, *inside[-1:]), opening
        broken = _TO_BREAK.match(text, floor, end)
        clause = broken.end() if broken else floor
        item = text.rfind("、", clause, end) + 1 or clause
        stop = mentions[i + 1].start if i + 1 < len(mentions) else len(text)
        tail = _TO_ITEM_BREAK.match(text, m.end, min(stop, m.end + 30))
        assert tail is not None
        gap = text[last:stands] if i and last >= starts[i] else None
        joined = gap is not None and gap.strip("“”‘’") in _JOINTS
        found.append(Place(m, text[item:end], text[clause:end], gap or "", tail[0], joined, bool(sign)))
        last = m.end
    return found


def strip_before(words: str) -> str:
    """The name in the words before a number: `全市地区生产总值年均增长` → `地区生产总值`."""
    rules = _words()
    words = _strip_trail(_COMPARISON.sub("", _outside_brackets(words)))
    if steps := _STEPS.search(words):
        return steps[0]
    while (lead := rules.lead.match(words)) and len(words) - lead.end() > 1:
        words = words[lead.end() :]
    for inner in reversed(list(rules.inner.finditer(words, 1))):
        rest = words[inner.end() :]
        if len(rest) > 1 and not rules.generic.fullmatch(rest):
            words = rest
            break
    words = words.strip("“”‘’《》、，：:∶的了")
    if "”" in words and "“" not in words:
        words = "“" + words
    return "" if len(words) < 2 or rules.no_name.fullmatch(words) or _TIME.fullmatch(words) else words


def _outside_brackets(words: str) -> str:
    """`words` from behind a bracket that closes without opening, or before one that opens without closing."""
    opening, closing = words.rfind("（"), words.rfind("）")
    if opening > closing:
        return words[opening + 1 :]
    if closing >= 0 and (opening < 0 or closing - opening > 10):
        return words[closing + 1 :]
    return words


def _strip_trail(words: str) -> str:
    rules = _words()
    while words and words[-1] in rules.last and (trail := rules.trail.search(words, max(0, len(words) - 8))):
        words = words[: trail.start()]
    return words


def strip_behind(words: str) -> str:
    """The name in the words behind a number: `贫困村全部出列` → `贫困村`."""
    rules = _words()
    if rules.changes_to.match(words) or _MARK.match(words):
        return ""
    begin = _GOES_ON.match(words)
    words = words[begin.end() :] if begin else words
    bracket = words.find("（")
    words = words[:bracket] if bracket >= 0 and "）" not in words else words
    cut = rules.cut.search(words)
    words = words[: cut.start()] if cut else words
    particle = words.find("的", 2)
    words = words[:particle] if particle > 0 else words
    words = words[:-1] if words.endswith(("的", "和", "与", "及", "或")) else words
    return "" if not words.strip("“”‘’") or _EMPTY.fullmatch(words) else words


# What several rates of one thing are told against: 同比, 比2019年, 较前年.
_BASE = r"(?:[比较]?(?:\d{4}年|[上去前]年|同期|上月)(?:同期)?|同比|环比)"
_BASES = re.compile(rf"{_BASE}(?:(?:、|和|与|及|以及){_BASE})+$")
_ONE_OF = re.compile(rf"{_BASE}(?:、|和|与|及|以及)")
# 化学等三大行业: what sums up the members of a list.
# 炼焦、机械行业快速回升: the members end with their class, the predicate follows.
_BRANCH = re.compile(r".*(?:行业|产业|工业|企业|产品)(?=[^、]*$)")
_DIVISIONS = (r"、", r"、|和", r"、|以及|和|与|(?<!普)及(?!其|相关)")
_SUM_UP = re.compile(
    r"(?:等[两三四五六七八九十\d]*[大个类]?|[两三四五六七八九十\d]+[大个类])(?=(?:行业|产业|工业)[^、]*$)|等$"
)


def _shared_list(place: Place, clause: str, count: int) -> list[str] | None:
    """The `count` names of `城市绿地率、绿化覆盖率分别达`, or None where the words hold another number of names.

    `clause` is the one before, whose members are meant where the clause itself names none: `茶、竹行业向好，分别增长`.
    """
    head, mark, rest = place.wide.rpartition("分别")
    if not mark:
        return None
    if _BASES.search(head) or _ONE_OF.search(rest):
        # One thing against two bases.
        name = strip_before(_BASES.sub("", head))
        return [name] * count if name else None
    head = _strip_trail(head)
    names = _members(head, count)
    if names is None and clause and (not head or _words().tail.fullmatch(head)):
        whole = _BRANCH.match(clause)
        names = _members((whole[0] if whole else _strip_trail(clause)) + head, count)
    return names


def _members(head: str, count: int) -> list[str] | None:
    for marks in _DIVISIONS:
        names = [n for n in (part.strip("“”") for part in re.split(marks, head)) if n]
        if len(names) == count and not any(map(_TIME.fullmatch, names)):
            names[0] = strip_before(names[0]) or names[0]
            names[-1] = _SUM_UP.sub("", names[-1])
            return _with_common_tail(names)
    return None


def _with_common_tail(names: list[str]) -> list[str]:
    """`城镇、农村居民收入` → `城镇居民收入`, `农村居民收入`: the last name lends its tail to those that have none."""
    pattern = _words().tail
    tail = pattern.search(names[-1])
    if tail is None or not tail[0]:
        return names
    named = []
    for name in names[:-1]:
        own = pattern.search(name)
        if own and own["noun"] or name[-1] in "率额值量入积准例重数":
            named.append(name)
        else:
            kind = "" if name.endswith("业") else tail["kind"]
            named.append(name + (kind.removeprefix("居民") if name.endswith("居民") else kind) + tail["noun"])
    return named + names[-1:]


def _group(found: list[Place], at: int) -> int:
    """The number of figures in the list that begins with figure `at`."""
    stop = at + 1
    while stop < len(found) and found[stop].joined and found[stop].mention.kind == found[at].mention.kind:
        stop += 1
    return stop - at


_IN_A_ROW = re.compile(r"连续(?:近|超过?)?$")


# Units that name what they count: 7镇, 12街道.
_NAMES_ITSELF = frozenset(("乡", "镇", "村", "县", "街道", "乡镇", "县区"))


def _own(place: Place, units: Units) -> str:
    """The name that stands beside one number, or nothing."""
    unit = units.rows.get(place.mention.unit)
    before = strip_before(place.before)
    if place.mention.kind in ("rank", "streak", "double"):
        return before
    if unit is not None and unit.dimension == "time" and (row := _IN_A_ROW.search(place.before)):
        before = strip_before(place.before[: row.start()])
        if before:
            return before
    behind = strip_behind(place.behind)
    if unit is not None and unit.dimension == "length" and len(behind) > 2:
        behind = behind[1:] if behind[0] in "厚长宽深" else behind
    counts = unit is None or unit.dimension == "count"
    if counts:
        return behind or before or (place.mention.unit if place.mention.unit in _NAMES_ITSELF else "")
    if unit is not None and unit.dimension in ("share", "multiple") or not behind:
        return before or behind
    return before + behind if before and _words().generic.search(before) else behind


# 外贸增长8%，总额突破3亿元: a bare total or share is that of what was named before.
_BARE = re.compile("总额|总量|总数|总值|占比|比例|比重")
# 财政收入按可比口径计算，增长7%: how it is reckoned stands between a name and its number.
_RECKONED = re.compile("([^，。；：]+?)(?:按|扣除|剔除)[^，。；：]{2,12}，$")
# 增速居全省第一: the rank is that of the growth.
_PACE = re.compile("增速|增幅|涨幅|降幅")


def name_figures(text: str, found: list[Place], starts: list[int], units: Units) -> list[str]:
    """The indicator of each figure, in order; "" where the sentence and the one before it name nothing."""
    names: list[str] = []
    lists: dict[int, str] = {}
    for i, place in enumerate(found):
        if i not in lists and "分别" in place.wide and not place.joined:
            lists.update(_named_together(text, found, i, starts, names))
        last = names[i - 1] if i and starts[i] == starts[i - 1] else ""
        # Where the figure before has no name, the clauses up to it name nothing but its own number.
        floor = max(starts[i], found[i - 1].mention.end) if i else starts[i]
        name = lists[i] if i in lists else _own(place, units)
        if i in lists:
            pass
        elif name.startswith("占") and not name.startswith(("占地", "占比")):
            # 占全省的比重: what takes that share stands before it.
            whole = last or _clause_before(text, floor, place.mention.start - len(place.before))
            name = whole.split("占")[0] + name
        elif name and _BARE.fullmatch(name) and last:
            name = last.removesuffix(name) + name
        elif not name:
            name = _reckoned(place) or _ahead(found, i) or last or _clause_before(text, floor, place.mention.start)
        if place.mention.kind == "rank" and name and (pace := _PACE.search(place.wide)) and pace[0] not in name:
            name += pace[0]
        names.append(name)
    return names


def _reckoned(place: Place) -> str:
    """The name before a clause on how it is reckoned, or nothing."""
    clause = _RECKONED.search(place.gap[: len(place.gap) - len(place.wide)])
    return strip_before(clause[1]) if clause else ""


def _named_together(text: str, found: list[Place], at: int, starts: list[int], names: list[str]) -> dict[int, str]:
    """The names of the list of figures that begins with figure `at`, under 分别; none where they cannot be told."""
    count, place = _group(found, at), found[at]
    if count < 2:
        return {}
    begin = place.mention.start - len(place.wide) - 1
    floor = max(starts[at], found[at - 1].mention.end if at else 0)
    clause = re.split(f"[{_BREAK}]", text[floor:begin])[-1] if begin > floor else ""
    shared = _shared_list(place, clause, count)
    if shared is None and at and _BASES.search(place.wide.partition("分别")[0] + place.wide.partition("分别")[2]):
        shared = [names[at - 1]] * count
    if shared is None and not strip_before(place.wide) and at >= count:
        shared = names[at - count : at]
    return dict(zip(range(at, at + count), shared or [], strict=False))


def _ahead(found: list[Place], at: int) -> str:
    """`10053户、23440人脱贫`: the first figure takes the name behind the next one of its list."""
    if at + 1 < len(found) and found[at + 1].joined and not found[at].joined:
        return strip_behind(found[at + 1].behind)
    return ""


def _clause_before(text: str, start: int, at: int) -> str:
    """The name in the nearest clause of the sentence before `at` that has one."""
    clauses = re.split(r"[，；：、]", text[max(start, at - 80) : at])
    for clause in reversed(clauses[:-1] or clauses):
        name = strip_before(clause)
        if name:
            return name[-24:]
    return ""
