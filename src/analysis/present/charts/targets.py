"""Targets and what was reached: points, ranges and one-sided arrows, with the reported value beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from ..palette import PALETTE, city_colour
from .layout import (
    Column,
    Page,
    axis_height,
    columns_height,
    draw_columns,
    empty_chart,
    in_order,
    make_columns,
    make_page,
    mark_value,
    nice_ticks,
    row_axis,
    row_labels,
    scale_axis,
    shown_name,
)
from .style import ACCENT, GREY, INK, PAD, PAPER, ROW, SMALL, WIDTH, Format, styled
from .text import text_width, wrap

FORMS = ("point", "soft", "range", "hard", "achieved")
#: Inches: how far the lines of a soft target fade, how long the arrow of a bound is.
FADE, ARROW = 0.26, 0.42
_KEY_LINE = 0.26


@styled
def target_chart(
    data: pd.DataFrame,
    *,
    label: str = "city",
    group: str | None = None,
    title: str,
    subtitle: str = "",
    note: str = "",
    axis: str = "",
    names: Mapping[str, str] | None = None,
    columns: Mapping[str, str] | None = None,
    form: Format = "{:g}".format,
    cities: Sequence[str] | None = None,
    sort: bool = True,
    most: int = 40,
    same: str = "target",
    texts: str = "",
    empty: str = "–",
) -> Figure:
    """Targets as they bind, one row each, with `sort` the highest first; the reported value is a dot below the target.

    In: one row for each target with `label`, value, value_max (of a range), comparator, constraint and, where there is
    one, reported; with `group` the rows stand under the group's name, in its order of appearance. Where the table has a
    column city, its colour is that of all charts (`cities` fixes the order). A plain number is a hollow dot; 左右 a
    hollow dot whose line fades on both sides; a range a hollow bar; 以上, 以下 and 确保 an arrow from the bound.
    `columns` (name → words) are printed at the right, `names` holds words for labels, groups and `FORMS`.

    With more than `most` targets each row is one target that many set alike: its words are those of the column `same`,
    and `texts` heads the number of them.
    """
    shown = data[data["value"].notna()]
    if shown.empty:
        return empty_chart(title, subtitle, note, empty)
    if "reported" not in shown:
        shown = shown.assign(reported=np.nan)
    if len(shown) > most:
        by = ["value", "value_max", "comparator", "constraint", same]
        shown = shown.groupby(by, dropna=False).size().rename("texts").reset_index().assign(reported=np.nan)
        label, group, columns, sort = same, None, {"texts": texts}, True
    shown = _ordered(shown, label, group) if sort else shown.reset_index(drop=True)
    lines = _lines(shown, label, group, names)
    labels, left, tall = row_labels([words for words, _ in lines], 2.1)
    left = min(max(left, 0.3), 2.1) + 0.2 + PAD
    twofold = bool(shown["reported"].notna().any())
    row = max(ROW + (0.08 if twofold else 0.0), tall + 0.06)
    cells = make_columns(shown, columns)
    printed = [Column(column.head, [column.cells[n] if n >= 0 else "" for _, n in lines]) for column in cells]
    room = WIDTH - left - PAD - sum(column.width for column in printed) - 0.12
    present = [name for name in FORMS if name in set(shown["constraint"]) or name == "achieved" and twofold]
    keys = [(name, shown_name(name, names)) for name in present]
    key = _KEY_LINE * len(_key_lines(keys)) + 0.06
    heads = columns_height(printed)
    axis = wrap(axis, WIDTH - left - PAD, SMALL)
    foot = axis_height(axis)
    page = make_page(title, subtitle, note, key + heads + 0.06 + row * len(lines) + foot)
    _draw_keys(page, keys)
    axes = page.axes(left, page.bottom + foot, room, row * len(lines))
    row_axis(axes, ["" if number < 0 else words for words, (_, number) in zip(labels, lines, strict=True)])
    scale = _value_axis(axes, shown, room, axis, form)
    order = in_order(cities, [])
    for y, (words, number) in enumerate(lines):
        if number < 0:
            page.text(
                PAD, page.bottom + foot + row * (len(lines) - y - 0.5), words, va="center_baseline", fontweight="bold"
            )
            continue
        target = shown.iloc[number]
        city = str(target.get("city", ""))
        colour = city_colour(city, order) if city in order and len(order) <= len(PALETTE) else ACCENT
        _draw_target(axes, y - (0.14 if twofold else 0.0), target, colour, scale, row)
        if not np.isnan(target["reported"]):
            _dot(axes, float(target["reported"]), y + 0.2, colour, filled=True)
    for y in range(1, len(lines)):
        if group and lines[y][1] < 0:
            axes.axhline(y - 0.5, color="#ececec", linewidth=0.8, zorder=0)
    draw_columns(page, axes, printed, WIDTH - PAD)
    return page.figure


def _ordered(shown: pd.DataFrame, label: str, group: str | None) -> pd.DataFrame:
    """Rows from the highest target to the lowest, ties by the upper value and the name; within their groups."""
    named = shown.assign(
        _group=pd.factorize(shown[group])[0] if group else 0,
        _upper=shown["value_max"].fillna(shown["value"]),
        _label=shown[label].astype(str),
    )
    named = named.sort_values(
        ["_group", "value", "_upper", "_label"], ascending=[True, False, False, True], kind="stable"
    )
    return named.drop(columns=["_group", "_upper", "_label"]).reset_index(drop=True)


def _lines(
    shown: pd.DataFrame, label: str, group: str | None, names: Mapping[str, str] | None
) -> list[tuple[str, int]]:
    """The lines of the chart: words and the number of their row, −1 for the name of a group."""
    lines: list[tuple[str, int]] = []
    last = None
    for number, key in enumerate(shown[label].astype(str)):
        if group and shown[group].iloc[number] != last:
            last = shown[group].iloc[number]
            lines.append((shown_name(last, names), -1))
        lines.append((shown_name(key, names), number))
    return lines


@dataclass(frozen=True)
class _Scale:
    """Data units to the inch across, and the ends of the axis."""

    inch: float
    low: float
    high: float


def _value_axis(axes: Axes, shown: pd.DataFrame, room: float, label: str, form: Format) -> _Scale:
    """An axis that leaves room for arrows and fading lines; it need not begin at 0, dots stand for themselves."""
    values = shown[["value", "value_max", "reported"]].to_numpy(dtype=float)
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    wide = max(high - low, 0.2 * abs(high), 1e-9)
    low, high = low - 0.05 * wide, high + 0.05 * wide
    margin = ARROW + 0.12
    inch = (high - low) / max(room - 2 * margin, 0.5)
    scale = _Scale(inch, low - margin * inch, high + margin * inch)
    ticks = nice_ticks(scale.low, scale.high, 6 if room > 2.5 else 4)
    scale_axis(axes, scale.low, scale.high, label, lambda value: form(round(value, 6) + 0.0), ticks=ticks)
    if low < 0 < high:
        mark_value(axes)
    return scale


def _dot(axes: Axes, x: float, y: float, colour: str, filled: bool) -> None:
    axes.plot(
        [x],
        [y],
        marker="o",
        markersize=6.2 if filled else 7.4,
        markerfacecolor=colour if filled else PAPER,
        markeredgecolor=PAPER if filled else colour,
        markeredgewidth=0.6 if filled else 1.5,
        linestyle="none",
        zorder=4,
        clip_on=False,
    )


def _draw_target(axes: Axes, y: float, target: pd.Series, colour: str, scale: _Scale, row: float) -> None:
    """One target in the form that says how it binds."""
    value, upper, constraint = float(target["value"]), float(target["value_max"]), str(target["constraint"])
    if np.isfinite(upper):
        high = 0.15 / row
        bar = Rectangle((value, y - high / 2), upper - value, high, facecolor=PAPER, edgecolor=colour, linewidth=1.5)
        bar.set_zorder(3)
        axes.add_patch(bar)
    elif constraint == "hard":
        # 以下 and 不超过 point to the left, 以上 and 确保 to the right.
        end = value + (-1 if target["comparator"] == "<" else 1) * ARROW * scale.inch
        axes.plot([value, end], [y, y], color=colour, linewidth=1.6, zorder=3, clip_on=False)
        half = 0.075 / row
        axes.plot([value, value], [y - half, y + half], color=colour, linewidth=2.0, zorder=3, clip_on=False)
        head = "<" if end < value else ">"
        axes.plot([end], [y], marker=head, markersize=5.5, color=colour, linestyle="none", zorder=3, clip_on=False)
    else:
        if constraint == "soft":
            _fade(axes, value, y, colour, scale.inch)
        _dot(axes, value, y, colour, filled=False)


def _fade(axes: Axes, x: float, y: float, colour: str, inch: float, steps: int = 6) -> None:
    """Lines to both sides that grow pale: about here, no end is told."""
    for side in (-1, 1):
        for step in range(steps):
            ends = [x + side * inch * FADE * part / steps for part in (step, step + 1)]
            strength = 1 - step / steps
            axes.plot(ends, [y, y], color=colour, alpha=strength, linewidth=2.4 * strength, zorder=2, clip_on=False)


# --- key --------------------------------------------------------------------------------------------------------

#: How wide the marks of the key are, in inches.
_MARKS = {"point": 0.18, "soft": 0.6, "range": 0.5, "hard": 0.56, "achieved": 0.18}


def _key_lines(keys: Sequence[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    lines: list[list[tuple[str, str]]] = [[]]
    used = 0.0
    for key in keys:
        wide = _MARKS[key[0]] + 0.04 + text_width(key[1], SMALL) + 0.2
        if lines[-1] and used + wide > WIDTH - 2 * PAD:
            lines.append([])
            used = 0.0
        lines[-1].append(key)
        used += wide
    return lines


def _draw_keys(page: Page, keys: Sequence[tuple[str, str]]) -> None:
    """The forms that occur, each drawn as in the chart, with its words."""
    for number, line in enumerate(_key_lines(keys)):
        x, y = PAD, page.top - _KEY_LINE * (number + 1)
        for name, words in line:
            wide = _MARKS[name]
            axes = page.axes(x, y, wide, _KEY_LINE)
            axes.set_xlim(0, wide)
            axes.set_ylim(1, 0)
            if name == "achieved":
                _dot(axes, wide / 2, 0.5, GREY, filled=True)
            else:
                start = {"range": 0.06, "hard": 0.06}.get(name, wide / 2)
                end = wide - 0.06 if name == "range" else np.nan
                sample = pd.Series({"value": start, "value_max": end, "comparator": ">", "constraint": name})
                _draw_target(axes, 0.5, sample, GREY, _Scale(1.0, 0.0, wide), _KEY_LINE)
            page.text(x + wide + 0.04, y + _KEY_LINE / 2, words, va="center_baseline", fontsize=SMALL, color=INK)
            x += wide + 0.04 + text_width(words, SMALL) + 0.2
