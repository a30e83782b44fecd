"""Measures: whether a figure is a level, a share, a change, a rank, a duration or a streak."""

from __future__ import annotations

import re

from .guards import guarded
from .naming import Place
from .units import Units

_FILL = (
    r"(?:约|近|超过?|接近|突破|不低于|不少于|不超过|不高于|低于|高于|达|了|为|均|都|各|再|又|共|左右|大约|至少|分别|名义|实际"
    r"|幅度|率|速度?|逾|以上|保持|超额|由|从|在|控制|不足|不到|“|以|全省|全国|平均|年均|水平|同期)*$"
)
_UP = re.compile(
    guarded(
        r"增长|增加|提高|提升|上升|上涨|增幅|增速|涨幅|增长率|升幅|净增|新增|增收|增产|增|涨|加快|扩大|上浮|多增|增长点|提速|回升|跑赢|(?:快于|高于|高出|好于|领先)(?=[^，。；\d]{2})[^，。；\d]{2,10}"
    )
    + _FILL
)
_UP_TO = re.compile(
    guarded("增长|增加|提高|提升|上升|扩大|增|升|下降|降低|减少|降|减|缩短|压缩|压减|跃升|发展|稳定|恢复|回升")
    + "(?:到|至)"
    + _FILL
)
_DOWN = re.compile(
    guarded(
        r"负增长|下降|降低|减少|减轻|压减|缩减|减|收窄|回落|压缩|缩短|降|削减|降幅|下滑|下跌|(?<!不)低于(?!每)(?=[^，。；\d]{2})[^，。；\d]{2,10}|节约|节省|精简|降价"
    )
    + _FILL
)
_LEADING_INCREASE = re.compile(r"^[^，。；：]{0,16}?(?:新增|净增)(?!就业|城镇就业|就业人)")
_ADDS = re.compile(r"(?:增加|增收)(?![到至])[^，。；：、\d到至]{1,6}$")
_LEADING_DECREASE = re.compile(r"^[^，。；：]{0,6}?(?:减轻|减少|压减|削减|核减|降低|节约|节省|精简|降价)")
# Days that are counted, not a stretch of time.
_COUNTS_DAYS = ("天数", "日数")
_TOTAL = re.compile(r"总数|累计|总量|达到?$")
_LIST = frozenset(("、", "和", "与", "及", "以及"))
_GOES_ON = re.compile(
    r"^(?:、|和|与|及|以及)(?![^，。；：]*[，。；：])(?!新建|建成|建设|改造|完成|实施|开展|达|培育|引进)"
)


def _change(words: str) -> str | None:
    """`increase` or `decrease` as the words before a number say, `level` for a change up to a value, else None."""
    words = words[-24:]
    if _UP_TO.search(words):
        return "level"
    if _DOWN.search(words) or words.endswith(("-", "－", "−")):
        return "decrease"
    if _UP.search(words):
        return "increase"
    return None


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
    if (
        change is None
        and place.gap.strip("“”‘’") in _LIST
        and last in ("increase", "decrease")
        and not place.wide.strip("、和与及，")
    ):
        change = last
    if dimension == "time" and name.endswith(_COUNTS_DAYS):
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
    if dimension != "money" and _LEADING_INCREASE.match(place.wide) or _ADDS.search(place.wide):
        return "increase"
    if _LEADING_DECREASE.match(place.wide):
        return "decrease"
    if (
        last == "increase"
        and dimension not in ("money", "share")
        and place.behind == ""
        and not _TOTAL.search(place.wide)
        and _GOES_ON.match(place.gap)
    ):
        return "increase"
    return "level"
