"""Targets and what was reached: points, ranges and one-sided arrows, with the reported value below them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from ..palette import PALETTE
from .labels import Labels, Palette, all_cities, colours, in_order, rows_with
from .layout import Column, Page, Rows, chart, key_lines, make_columns, mark_value, nice_ticks, scale_axis, stacked
from .look import ACCENT, GREY, INK, PAD, PAPER, ROW, SMALL, WIDTH, Format

#: The forms of a target and of what was reported; inches that their marks in the key are wide.
FORMS = {"point": 0.18, "soft": 0.6, "range": 0.5, "hard": 0.56, "achieved": 0.18}
#: Inches: how far the lines of a soft target fade, how long the arrow of a bound is, how high a line of the key is.
FADE, ARROW, KEY_LINE = 0.26, 0.42, 0.26


# Ranges, arrows and fading lines are not among what seaborn draws.
@chart
def targets(
    table: pd.DataFrame,
    labels: Labels,
    *,
    rows: str = "city",
    group: str | None = None,
    form: Format = "{:g}".format,
    most: int = 40,
    order: Iterable[str] | None = None,
    palette: Palette | None = None,
) -> Figure:
    """Targets as they bind, one row each, the highest first; the reported value is a filled dot below the target.

    In: one row a target: `rows` (city), value, value_max (of a range), comparator, constraint, target (its words) and,
    where there is one, reported; with `group` (a column) the rows stand under the name of their group. A plain number
    is a hollow dot; 左右 a hollow dot whose line fades on both sides; a range a hollow bar; 以上, 以下 and 确保 an
    arrow from the bound. `columns` are printed at the right; `names` also holds words for point, soft, range, hard and
    achieved.
    `order`: the rows, else the highest first. `palette`: city → colour, or one for all.

    With more than `most` targets each row is one target that many set alike, and `columns["texts"]` heads the number of
    them.
    """
    shown = in_order(rows_with(table, "value", rows, once=False), rows, order)
    shown = shown.assign(reported=shown["reported"].astype(float) if "reported" in shown else np.nan)
    heads = {name: head for name, head in labels.columns.items() if (name == "texts") == (len(shown) > most)}
    if len(shown) > most:
        by = ["value", "value_max", "comparator", "constraint", "target"]
        shown = shown.groupby(by, dropna=False).size().rename("texts").reset_index().assign(reported=np.nan)
        rows, group, order = "target", None, None
    shown = shown.assign(_group=pd.factorize(shown[group])[0] if group else 0)
    shown["_upper"] = shown["value_max"].fillna(shown["value"])
    up = {"_group": True, "value": False, "_upper": False, rows: True} if order is None else {"_group": True}
    shown = shown.sort_values(list(up), ascending=list(up.values()), kind="stable", ignore_index=True)
    labels = Labels(**{**vars(labels), "columns": heads})
    return _draw(shown, labels, rows, group, form, _shades(shown, rows, palette, labels))


def _shades(shown: pd.DataFrame, rows: str, palette: Palette | None, labels: Labels) -> list[str]:
    """The colour of each row: of its city where each has one of its own, else the accent."""
    cities = list(shown["city"] if "city" in shown else shown[rows])
    if palette is None and len(all_cities(labels)) > len(PALETTE):
        return [ACCENT] * len(shown)
    known = colours(cities, palette, labels)
    return [known[city] for city in cities]


def _draw(
    shown: pd.DataFrame, labels: Labels, rows: str, group: str | None, form: Format, shades: Sequence[str]
) -> Figure:
    """The rows of `shown` in their order, with a line for the name of each group."""
    lines: list[tuple[str, int]] = []
    for number, key in enumerate(shown[rows]):
        if group and (number == 0 or shown["_group"].iloc[number] != shown["_group"].iloc[number - 1]):
            lines.append((labels.name(shown[group].iloc[number]), -1))
        lines.append((labels.name(key), number))
    printed = [
        Column(column.head, [column.cells[number] if number >= 0 else "" for _, number in lines])
        for column in make_columns(shown, labels)
    ]
    twofold = bool(shown["reported"].notna().any())
    present = {*shown["constraint"], *(["achieved"] if twofold else [])}
    items = [(name, wide, labels.name(name)) for name, wide in FORMS.items() if name in present]
    keys = key_lines(items, WIDTH - 2 * PAD)
    names = ["" if number < 0 else words for words, number in lines]
    over, row = KEY_LINE * len(keys) + 0.06, ROW + (0.08 if twofold else 0.0)
    page, [axes] = stacked([Rows(names, printed)], labels, over=over, row=row)
    _draw_keys(page, keys)
    box = axes.get_position()
    high = box.height * page.height / len(lines)
    inch = _value_axis(axes, shown, box.width * page.width, labels.axis, form)
    for y, (words, number) in enumerate(lines):
        if number < 0:
            place = box.y1 * page.height - high * (y + 0.5)
            page.text(PAD, place, words, va="center_baseline", fontweight="bold")
            if y:
                axes.axhline(y - 0.5, color="#ececec", linewidth=0.8, zorder=0)
            continue
        target = shown.iloc[number]
        _draw_target(axes, y - (0.14 if twofold else 0.0), target, shades[number], inch, high)
        if not np.isnan(target["reported"]):
            _dot(axes, float(target["reported"]), y + 0.2, shades[number], filled=True)
    return page.figure


def _value_axis(axes: Axes, shown: pd.DataFrame, room: float, label: str, form: Format) -> float:
    """An axis with room for arrows and fading lines, which need not begin at 0; out: data units to the inch."""
    values = shown[["value", "value_max", "reported"]].to_numpy(dtype=float)
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    wide = max(high - low, 0.2 * abs(high), 1e-9)
    low, high = low - 0.05 * wide, high + 0.05 * wide
    margin = ARROW + 0.12
    inch = (high - low) / max(room - 2 * margin, 0.5)
    ends = low - margin * inch, high + margin * inch
    ticks = nice_ticks(*ends, 6 if room > 2.5 else 4)
    scale_axis(axes, *ends, label, lambda value: form(round(value, 6) + 0.0), ticks=ticks)
    if low < 0 < high:
        mark_value(axes)
    return inch


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


def _draw_target(axes: Axes, y: float, target: pd.Series, colour: str, inch: float, row: float) -> None:
    """One target in the form that says how it binds."""
    value, upper, constraint = float(target["value"]), float(target["value_max"]), str(target["constraint"])
    if np.isfinite(upper):
        high = 0.15 / row
        bar = Rectangle((value, y - high / 2), upper - value, high, facecolor=PAPER, edgecolor=colour, linewidth=1.5)
        bar.set_zorder(3)
        axes.add_patch(bar)
    elif constraint == "hard":
        # 以下 and 不超过 point to the left, 以上 and 确保 to the right.
        end = value + (-1 if target["comparator"] == "<" else 1) * ARROW * inch
        axes.plot([value, end], [y, y], color=colour, linewidth=1.6, zorder=3, clip_on=False)
        half = 0.075 / row
        axes.plot([value, value], [y - half, y + half], color=colour, linewidth=2.0, zorder=3, clip_on=False)
        head = "<" if end < value else ">"
        axes.plot([end], [y], marker=head, markersize=5.5, color=colour, linestyle="none", zorder=3, clip_on=False)
    else:
        if constraint == "soft":
            _fade(axes, value, y, colour, inch)
        _dot(axes, value, y, colour, filled=False)


def _fade(axes: Axes, x: float, y: float, colour: str, inch: float, steps: int = 6) -> None:
    """Lines to both sides that grow pale: about here, no end is told."""
    for side in (-1, 1):
        for step in range(steps):
            ends = [x + side * inch * FADE * part / steps for part in (step, step + 1)]
            strength = 1 - step / steps
            axes.plot(ends, [y, y], color=colour, alpha=strength, linewidth=2.4 * strength, zorder=2, clip_on=False)


def _draw_keys(page: Page, keys: Sequence[Sequence[tuple[str, float, float, str]]]) -> None:
    """The forms that occur, each drawn as in the chart, with its words."""
    for number, line in enumerate(keys):
        y = page.top - KEY_LINE * (number + 1)
        for name, x, wide, words in line:
            axes = page.axes(PAD + x, y, wide, KEY_LINE)
            axes.set_xlim(0, wide)
            axes.set_ylim(1, 0)
            if name == "achieved":
                _dot(axes, wide / 2, 0.5, GREY, filled=True)
            else:
                start = 0.06 if name in ("range", "hard") else wide / 2
                end = wide - 0.06 if name == "range" else np.nan
                sample = pd.Series({"value": start, "value_max": end, "comparator": ">", "constraint": name})
                _draw_target(axes, 0.5, sample, GREY, 1.0, KEY_LINE)
            page.text(PAD + x + wide + 0.04, y + KEY_LINE / 2, words, va="center_baseline", fontsize=SMALL, color=INK)
