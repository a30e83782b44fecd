"""Value and constraint of a row, and which of several rows stands for its text."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from .dictionary import Indicator
from .match import BASE_YEAR, Figure, Passage
from .wording import ABOUT, BOUND, ENSURED, STRIVEN


class Row(NamedTuple):
    """A row of the table, and what decides between duplicates: the larger, the better."""

    values: dict[str, Any]
    main_targets: int
    unrestricted: bool
    firm: bool
    exact: bool
    more_precise: int


def constraint_of(figure: Figure, passage: Passage) -> str | None:
    """How the wording of a target binds, None where the figure is no target.

    What stands at the number decides before what stands further off: a range is a range, 左右 gives way even
    after 确保; then 以上, 不低于, 以内 and the like bind, and so does 确保 before a plain number. 力争 and 控制在
    alone do not: their number is a point.
    """
    if figure.status != "planned":
        return None
    if figure.value_max == figure.value_max:
        return "range"
    clause = passage.text[passage.after(passage.clauses, figure.start) : figure.start]
    if figure.comparator == "≈" or ABOUT.match(passage.text, figure.end):
        return "soft"
    if figure.comparator in "<>" or BOUND.match(passage.text, figure.end) or resolve(clause) == "firm":
        return "hard"
    return "point"


def resolve(clause: str) -> str | None:
    """Whether the last verb before a number ensures it (`firm`) or only strives for it (`striven`)."""
    firm, striven = (max((m.end() for m in verb.finditer(clause)), default=0) for verb in (ENSURED, STRIVEN))
    return None if firm == striven else "firm" if firm > striven else "striven"


def converted(indicator: Indicator, figure: Figure, index: bool = False) -> tuple[float, float, str]:
    """Value, upper value and comparator on the unit of the indicator.

    A decrease of a growth is negative growth; of an `index` with the year before as 100 the change is taken.
    """
    if index:
        return (
            float(f"{figure.value - BASE_YEAR:.12g}"),
            float(f"{figure.value_max - BASE_YEAR:.12g}"),
            figure.comparator,
        )
    factor = indicator.units[figure.unit]
    value, upper, comparator = figure.value, figure.value_max, figure.comparator
    if factor != 1:
        value, upper = float(f"{value * factor:.12g}"), float(f"{upper * factor:.12g}")
    if indicator.kind == "growth" and figure.measure == "decrease":
        # Upside down: 下降3%—5% is −5 to −3, 下降3%以上 is less than −3.
        value, upper = (-upper, -value) if upper == upper else (-value, upper)
        comparator = {">": "<", "<": ">"}.get(comparator, comparator)
    return value, upper, comparator


#: The rules that choose the row which stands for a text, in this order; each is a field of `Row`.
RULES = ("main_targets", "unrestricted", "firm", "exact", "more_precise")


def chosen(rows: list[Row]) -> list[Row]:
    """`rows` with `representative` and `reason` filled in, in their order."""
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        key = tuple(row.values[name] for name in ("indicator", "period", "status", "scope"))
        groups.setdefault(key, []).append(row)
    for group in groups.values():
        ranked = sorted(group, key=lambda row: row[1:], reverse=True)  # stable: of equals the first stays first
        best = ranked[0]
        reason = "only"
        if len(ranked) > 1:
            reason = next((rule for rule in RULES if getattr(best, rule) > getattr(ranked[1], rule)), "first")
        best.values.update(representative=True, reason=reason)
        for row in ranked[1:]:
            row.values.update(representative=False, reason=_gives_way(row.values, best.values))
    return rows


def _gives_way(row: dict[str, Any], best: dict[str, Any]) -> str:
    """Why `row` gives way to `best`."""
    if repr(row["value_max"]) != repr(best["value_max"]):
        return "differs"
    if row["value"] == best["value"]:
        return "repeated" if row["comparator"] == best["comparator"] else "rounded"
    shown = min(digits(row["mention"]), digits(best["mention"]))
    same = f"{row['value']:.{shown - 1}e}" == f"{best['value']:.{shown - 1}e}"
    # 5% and 5.3% are two targets; 超过2万人 and 2.3万人 are one outcome.
    told = row["status"] != "planned" and (shown > 1 or row["comparator"] != "=")
    return "rounded" if same and told else "differs"


def digits(mention: str) -> int:
    """How many digits a number is given in, at least one."""
    number = re.search(r"\d[\d.,]*", mention)
    return max(len(re.sub(r"[.,]", "", number[0]).lstrip("0")), 1) if number else 1
