"""Keyness: which words or codes set two or more cities apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.transforms import blended_transform_factory

from ..palette import city_colour
from .layout import (
    Look,
    PageWords,
    axis_height,
    axis_limit,
    draw_dots,
    empty_chart,
    in_order,
    make_page,
    mark_value,
    nice_ticks,
    row_axis,
    scale_axis,
    shown_name,
    tick_format,
)
from .save import self_explaining
from .style import BODY, GREY, PAD, ROW, SMALL, WIDTH, city_marker, integer, styled
from .text import text_height, text_width, wrap


@styled
def keyness_chart(
    data: pd.DataFrame,
    *,
    by: str = "city",
    title: str,
    subtitle: str = "",
    note: str = "",
    axis: str = "",
    counts: str = "",
    value: str = "z",
    top: int | None = None,
    names: Mapping[str, str] | None = None,
    cities: Sequence[str] | None = None,
    empty: str = "–",
) -> Figure:
    """The words that set each group apart, with how often they stand here and elsewhere.

    In: `compare.keyness` (`by`, term, count, other_count, `value`). Two groups: one two-sided plot, the words of the
    first group to the left. More: one panel a group, one scale, only words that are more frequent there. Beside each
    dot stand both counts (`12 : 3`); `counts` says so in the reader's language and is set above the plot. `top` words a
    group (else 8, 5 or 3, the fewer the more groups there are).
    """
    shown = data[data[value].notna()]
    if shown.empty:
        return empty_chart(title, subtitle, note, empty)
    groups = [str(group) for group in shown[by].unique()]
    known = in_order(cities, groups)
    groups.sort(key=known.index)
    best = {}
    top = top or (8 if len(groups) <= 4 else 5 if len(groups) <= 8 else 3)
    for group in groups:
        own = shown[(shown[by].astype(str) == group) & (shown[value] > 0)]
        best[group] = own.sort_values([value, "count", "term"], ascending=[False, False, True], kind="stable").head(top)
    if not sum(len(own) for own in best.values()):
        return empty_chart(title, subtitle, note, empty)
    looks = {group: (city_colour(group, known), city_marker(group, known)) for group in groups}
    draw = _two_sided if len(groups) == 2 else _keyness_panels
    return draw(best, looks, value, PageWords(title, subtitle, note, axis), counts, names)


def _records(own: pd.DataFrame, value: str) -> list[tuple[str, float, str]]:
    """Term, value and both counts of each row."""
    both = [f"{a:,.0f} : {b:,.0f}" for a, b in zip(own["count"], own["other_count"], strict=True)]
    return list(zip(own["term"].astype(str), own[value].astype(float), both, strict=True))


def _draw_stems(axes: Axes, ends: Sequence[float], looks: Sequence[Look], size: float = 7.0) -> None:
    """A dot a row with a line to it from 0."""
    stems = [[(0.0, place), (end, place)] for place, end in enumerate(ends)]
    lines = LineCollection(stems, colors=[colour for colour, _ in looks], linewidths=1.0, zorder=2)
    if stems:
        axes.add_collection(lines, autolim=False)
    missing = np.full(len(ends), np.nan)
    draw_dots(axes, ends, missing, missing, looks, size=size)


def _two_sided(
    best: Mapping[str, pd.DataFrame],
    looks: Mapping[str, Look],
    value: str,
    words: PageWords,
    counts: str,
    names: Mapping[str, str] | None,
) -> Figure:
    """Words of one group left of the zero line, of the other right; each word across the line from its dot."""
    rows = [(side, *record) for side, group in enumerate(best) for record in _records(best[group], value)]
    limit = axis_limit([record[2] for record in rows])
    axis, counts = wrap(words.axis, WIDTH - 2 * PAD, SMALL), wrap(counts, WIDTH - 2 * PAD, SMALL)
    foot, head = axis_height(axis), text_height(counts, SMALL) + 0.3
    page = make_page(words.title, words.subtitle, words.note, head + ROW * len(rows) + foot)
    beside = max(text_width(record[3], SMALL) for record in rows) + 0.15
    room = WIDTH - 2 * PAD - 2 * beside
    axes = page.axes(PAD + beside, page.bottom + foot, room, ROW * len(rows))
    axes.set_ylim(len(rows) - 0.5, -0.5)
    form = tick_format(integer)
    ticks = nice_ticks(-limit, limit, 7, even=True)
    scale_axis(axes, -limit, limit, axis, lambda value: form(abs(value)), ticks=ticks, centred=True)
    mark_value(axes)
    inch = 2 * limit / room
    ends = [-x if side == 0 else x for side, _, x, _ in rows]
    _draw_stems(axes, ends, [looks[list(best)[side]] for side, *_ in rows])
    for y, (side, term, x, both) in enumerate(rows):
        sign = -1.0 if side == 0 else 1.0
        away, near = ("left", "right") if sign > 0 else ("right", "left")
        axes.text(-sign * 0.08 * inch, y, term, ha=near, va="center_baseline", zorder=4)
        axes.text(sign * (x + 0.1 * inch), y, both, ha=away, va="center_baseline", fontsize=SMALL, color=GREY, zorder=4)
    zero = page.width * axes.get_position().x0 + room / 2
    level = page.bottom + foot + ROW * len(rows) + 0.08
    for side, group in enumerate(best):
        name, (colour, marker) = shown_name(group, names), looks[group]
        x = zero - 0.3 if side == 0 else zero + 0.3
        page.text(x, level, name, ha="right" if side == 0 else "left", va="bottom", fontweight="bold")
        page.figure.add_artist(
            Line2D(
                [(zero - 0.15 if side == 0 else zero + 0.15) / page.width],
                [(level + 0.07) / page.height],
                marker=marker,
                color=colour,
                markersize=6.5,
                linestyle="none",
                transform=page.figure.transFigure,
            )
        )
    if counts:
        page.text(PAD, page.top, counts, va="top", fontsize=SMALL, color=GREY)
    return page.figure


def _keyness_panels(
    best: Mapping[str, pd.DataFrame],
    looks: Mapping[str, Look],
    value: str,
    words: PageWords,
    counts: str,
    names: Mapping[str, str] | None,
) -> Figure:
    """A panel for each group on one scale; the value axis is named once, under the last row of panels."""
    across = min(2, len(best))
    deep = -(-len(best) // across)
    records = {group: _records(own, value) for group, own in best.items()}
    every = [record for own in records.values() for record in own]
    limit = axis_limit([record[1] for record in every])
    label, gap, row = 1.4, 0.28, 0.225
    terms = {record[0]: wrap(record[0], label) for record in every}
    left = max(text_width(line) for term in terms.values() for line in term.split("\n")) + 0.14
    lines = max(term.count("\n") + 1 for term in terms.values())
    row = max(row, lines * BODY * 1.2 / 72 + 0.05)
    right = max(text_width(record[2], SMALL) for record in every) + 0.2
    panel = (WIDTH - 2 * PAD - gap * (across - 1)) / across
    most = max(len(own) for own in records.values())
    axis, counts = wrap(words.axis, WIDTH - 2 * PAD, SMALL), wrap(counts, WIDTH - 2 * PAD, SMALL)
    head, foot = 0.27, 0.26
    # In many rows of panels only the lowest ones carry the scale, and the rest stand closer.
    close = deep > 3
    block = head + row * most + (0.08 if close else foot + 0.06)
    top, low = text_height(counts, SMALL), text_height(axis, SMALL)
    page = make_page(words.title, words.subtitle, words.note, top + block * deep + (foot if close else 0.0) + low)
    for number, (group, own) in enumerate(records.items()):
        x = PAD + (number % across) * (panel + gap)
        y = page.top - top - (number // across) * block
        colour, marker = looks[group]
        page.figure.add_artist(
            Line2D(
                [(x + 0.07) / page.width],
                [(y - 0.14) / page.height],
                marker=marker,
                color=colour,
                markersize=6.5,
                linestyle="none",
                transform=page.figure.transFigure,
            )
        )
        page.text(x + 0.2, y - 0.14, shown_name(group, names), va="center_baseline", fontweight="bold")
        height = row * max(1, len(own))
        room = max(0.2, panel - left - right)
        axes = page.axes(x + left, y - head - height, room, height)
        row_axis(axes, [terms[record[0]] for record in own] or [""])
        lowest = not close or number + across >= len(records)
        scale_axis(axes, 0, limit, "", tick_format(integer), ticks=nice_ticks(0, limit, 3), numbered=lowest)
        mark_value(axes)
        self_explaining(axes, "x")
        _draw_stems(axes, [z for _, z, _ in own], [looks[group]] * len(own), size=6.0)
        for place, (_, _, both) in enumerate(own):
            axes.text(
                (x + panel) / page.width,
                place,
                both,
                transform=blended_transform_factory(page.figure.transFigure, axes.transData),
                ha="right",
                va="center_baseline",
                fontsize=SMALL,
                color=GREY,
            )
    if counts:
        page.text(PAD, page.top, counts, va="top", fontsize=SMALL, color=GREY)
    if axis:
        page.text(PAD + left, page.bottom, axis, va="bottom", fontsize=SMALL, color=GREY)
    return page.figure
