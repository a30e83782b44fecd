"""Measures: whether a figure is a level, a share, a change, a rank, a duration or a streak."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ...project.rules import RuleSet, alternation, from_rules
from .naming import Place
from .units import Units

FILE = "measures.csv"

# 快于全省1.5个百分点, 低于全国2个百分点: by how much one thing is above or below another.
_ABOVE = r"(?:快于|高于|高出|好于|领先)(?=[^，。；\d]{2})[^，。；\d]{2,10}"
_BELOW = r"(?<!不)低于(?!每)(?=[^，。；\d]{2})[^，。；\d]{2,10}"
# 新增茶厂, 减轻茶农负担: the verb leads its clause, the number stands behind the noun.
_REACH = "[^，。；：]{0,%d}?"
_ADDS = re.compile(r"(?:增加(?!值)|增收)(?![到至])[^，。；：、\d到至]{1,6}$")
# Days and hours that are counted, not a stretch of time.
_COUNTS_TIME = ("天数", "日数", "时数")
_TOTAL = re.compile(r"总数|累计|总量|达到?$")
_LIST = frozenset(("、", "和", "与", "及", "以及"))
_GOES_ON = re.compile(
    r"^(?:、|和|与|及|以及)(?![^，。；：]*[，。；：])(?!新建|建成|建设|改造|完成|实施|开展|达|培育|引进)"
)
# 新增企业3户、集体户2户: the noun of the first count parts it from the second.
_NEXT_COUNT = re.compile("[\u4e00-\u9fff]{1,16}(?:、|和|及|以及)$")


@dataclass(frozen=True)
class _Words:
    """The tables of measures.csv as expressions that look at the words before a number."""

    up: re.Pattern[str]
    down: re.Pattern[str]
    up_to: re.Pattern[str]
    leads_up: re.Pattern[str]
    leads_down: re.Pattern[str]


@from_rules
def _words(rules: RuleSet) -> _Words:
    rows = rules.tables(FILE, names=("up", "down", "fill", "leads_up", "leads_down"))

    def table(name: str) -> str:
        return alternation(rows[name])

    fill = f"(?:{table('fill')}|“)*$"
    return _Words(
        up=re.compile(f"(?:{table('up')}|{_ABOVE}){fill}"),
        down=re.compile(f"(?:{table('down')}|{_BELOW}){fill}"),
        up_to=re.compile(f"(?<!达)[到至]{fill}"),
        leads_up=re.compile((_REACH % 16) + table("leads_up")),
        leads_down=re.compile((_REACH % 6) + table("leads_down")),
    )


def _change(words: str) -> str | None:
    """`increase` or `decrease` as the words before a number say, `level` for a change up to a value, else None."""
    words, rules = words[-24:], _words()
    if rules.up_to.search(words):
        return "level"
    if rules.down.search(words):
        return "decrease"
    return "increase" if rules.up.search(words) else None


def measure_figures(found: list[Place], names: list[str], units: Units) -> list[str]:
    """The measure of each figure, in order; `names` are the indicators. A figure that only 、 or 和 joins to the one
    before shares its measure."""
    measures: list[str] = []
    for i, (place, name) in enumerate(zip(found, names, strict=True)):
        measures.append(_measure(place, name, units, measures[-1] if i else None))
    return measures


def _measure(place: Place, name: str, units: Units, last: str | None) -> str:
    m = place.mention
    if m.kind in ("rank", "streak"):
        return m.kind
    if m.kind == "double":
        return "increase"
    unit = units.rows.get(m.unit)
    dimension = unit.dimension if unit else "count"
    change = _change(place.wide)
    if place.negative and (change is not None or dimension in ("share", "multiple")):
        return "decrease"
    if (
        change is None
        and place.gap.strip("“”‘’") in _LIST
        and last in ("increase", "decrease")
        and not place.wide.strip("、和与及，")
    ):
        change = last
    if dimension == "time" and name.endswith(_COUNTS_TIME):
        return "level" if change is None else change
    if dimension == "time":
        return "duration" if change in (None, "level") or m.unit in ("年", "天") and change is None else change
    if dimension == "share":
        if m.kind == "ratio":
            return "share"
        if m.unit in ("个百分点", "百分点", "个千分点", "个基点"):
            return "decrease" if change == "decrease" else "increase"
        return change if change in ("increase", "decrease") else "share"
    if change is not None:
        return change
    if dimension != "money" and _words().leads_up.match(place.wide) or _ADDS.search(place.wide):
        return "increase"
    if _words().leads_down.match(place.wide):
        return "decrease"
    return "increase" if last == "increase" and _goes_on(place, dimension) else "level"


def _goes_on(place: Place, dimension: str) -> bool:
    """Whether a count is the next of a list whose first one has been added: 新增企业30户、网店80家."""
    if dimension in ("money", "share") or _TOTAL.search(place.wide):
        return False
    if not place.before and dimension == "count" and _NEXT_COUNT.fullmatch(place.gap):
        return True
    return place.behind == "" and bool(_GOES_ON.match(place.gap))
