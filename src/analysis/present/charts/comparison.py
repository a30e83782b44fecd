"""Charts that compare: small multiples of shares, heat maps, distances between profiles, changes between two years."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from ..palette import city_colour
from .layout import (
    PageWords,
    axis_limit,
    draw_dots,
    empty_chart,
    in_order,
    make_columns,
    make_page,
    mark_value,
    nice_ticks,
    row_axis,
    row_labels,
    row_names,
    row_panels,
    scale_axis,
    shown_name,
    stripes,
    tick_format,
    value_axis,
)
from .save import self_explaining
from .style import ACCENT, GREY, INK, PAD, PAPER, ROW, SMALL, WIDTH, Format, city_marker, percent, styled
from .text import text_height, text_width, wrap
from .validation import signed_points

SHADES = LinearSegmentedColormap.from_list("resource cities", ["#ffffff", "#a9cfe5", "#3f8fc0", "#00456b"])
# Degrees by which heads of narrow columns are turned.
SLANT = 40.0
# Up to so many groups, small multiples have wide panels and stand in several rows.
FEW = 8


# --- small multiples ----------------------------------------------------------------------------------------------


@styled
def share_panels(
    data: pd.DataFrame,
    *,
    by: str = "city",
    item: str = "code",
    value: str = "share",
    title: str,
    subtitle: str = "",
    note: str = "",
    axis: str = "",
    names: Mapping[str, str] | None = None,
    cities: Sequence[str] | None = None,
    across: int | None = None,
    mean: bool = True,
    sort: bool = True,
    form: Format = percent,
    empty: str = "–",
) -> Figure:
    """A panel for each `item`, in it a row for each group with its interval; all on one scale from 0.

    In: `compare.code_shares` or a table with `by`, `item`, `value`, low, high. The panels stand in order of their mean
    value and the rows in order of the first panel (not `sort`: both as in the table). `mean` draws the mean of the
    groups as a thin line. Groups among `cities` take their colour and marker; a table with a column `sure` draws what
    is not sure hollow. The names of the groups stand at the left of each row of panels, so that no key is needed.
    """
    shown = data[data[value].notna()]
    if shown.empty:
        return empty_chart(title, subtitle, note, empty)
    wide = shown.pivot_table(index=by, columns=item, values=[value, "low", "high"], dropna=False, sort=False)
    items, groups = list(dict.fromkeys(shown[item].astype(str))), list(dict.fromkeys(shown[by].astype(str)))
    share = pd.DataFrame(wide[value]).reindex(index=groups, columns=items)
    if sort:
        items = list(share.mean().sort_values(ascending=False, kind="stable").index)
        groups = list(share[items[0]].sort_values(ascending=False, kind="stable").index)
    sure = {(str(r[by]), str(r[item])): bool(r["sure"]) for r in shown.to_dict("records")} if "sure" in shown else {}
    across = across or _across(len(items), len(groups))
    deep = -(-len(items) // across)
    labels, left, tall = row_labels([shown_name(group, names) for group in groups], 1.9)
    row = max(0.2, tall + 0.04)
    left, gap = left + 0.2 + PAD, 0.16
    room = (WIDTH - left - PAD - 0.14 - gap * (across - 1)) / across
    heads = [wrap(shown_name(key, names), room + gap - 0.04, SMALL, even=True) for key in items]
    axis = wrap(axis, WIDTH - 2 * PAD, SMALL)
    lines = [heads[start : start + across] for start in range(0, len(items), across)]
    tops = [max(text_height(head, SMALL) for head in line) + 0.06 for line in lines]
    foot = 0.26
    body = sum(tops) + (row * len(groups) + foot) * deep + 0.08 * (deep - 1) + text_height(axis, SMALL)
    page = make_page(title, subtitle, note, body)
    values = {part: pd.DataFrame(wide[part]).reindex(index=groups, columns=items) for part in (value, "low", "high")}
    limit = axis_limit(np.concatenate([values[part].to_numpy(dtype=float).ravel() for part in (value, "high")]))
    order = in_order(cities, groups)
    looks = [(ACCENT, "o") if cities is None else (city_colour(key, order), city_marker(key, order)) for key in groups]
    ticks = _panel_ticks(limit, room, gap, tick_format(form))
    top = page.top
    for line, high in enumerate(tops):
        tall_here = row * len(groups)
        for place in range(len(lines[line])):
            number = line * across + place
            key = items[number]
            x = left + place * (room + gap)
            axes = page.axes(x, top - high - tall_here, room, tall_here)
            # The names stand at the left of the line of panels.
            row_axis(axes, [""] * len(groups) if place else labels)
            value_axis(axes, limit, "", tick_format(form), ticks)
            self_explaining(axes, "x")
            for above, words in enumerate(reversed(heads[number].split("\n"))):
                spot = top - high + 0.09 + above * text_height("x", SMALL) * 0.86
                page.text(x, spot, words, va="baseline", fontsize=SMALL, color=INK)
            stripes(axes, len(groups))
            if mean:
                axes.axvline(float(values[value][key].mean()), color=GREY, linewidth=0.8, linestyle=(0, (4, 2)))
            spots, low, end = (values[part][key].to_numpy(dtype=float) for part in (value, "low", "high"))
            hollow = [not sure.get((group, key), True) for group in groups]
            draw_dots(axes, spots, low, end, looks, hollow=hollow, size=6.0)
        top -= high + tall_here + foot + 0.08
    if axis:
        page.text(left, page.bottom, axis, va="bottom", fontsize=SMALL, color=GREY)
    return page.figure


def _across(items: int, groups: int) -> int:
    """How many panels stand side by side: wide ones where there are few rows, all in one line where there are many."""
    if items <= 3 or (groups > FEW and items <= 5):
        return items
    return 4 if items % 4 == 0 or items > 9 else 3


def _panel_ticks(limit: float, room: float, gap: float, form: Format) -> list[float]:
    """Ticks of a panel of `room` inches that keep clear of each other and of the 0 of the next panel."""
    wide = text_width(form(0.0), SMALL) / 2 + 0.05
    for most in (5, 4, 3, 2, 1):
        found = nice_ticks(0, limit, most)
        places = [(tick / limit * room, text_width(form(tick), SMALL) / 2 + 0.05) for tick in found]
        ends = zip(places, [*places[1:], (room + gap, wide)], strict=True)
        fits = [x + half + following <= next_x for (x, half), (next_x, following) in ends]
        if not fits[-1]:
            # The last one goes first: its label would stand in the next panel.
            found, fits = found[:-1], fits[:-1]
        if all(fits[:-1]) and found:
            return found
    return [0.0]


# --- heat maps ----------------------------------------------------------------------------------------------------


def like_beside_like(matrix: np.ndarray) -> np.ndarray:
    """Order of rows along the first principal axis of `matrix`, so that like rows stand beside each other."""
    centred = matrix - matrix.mean(axis=0)
    left, size, _ = np.linalg.svd(centred, full_matrices=False)
    place = np.round(left[:, 0] * size[0], 9)
    # The axis has no direction of its own: let the row with the greatest first share stand at the top.
    if place[int(np.argmax(matrix[:, 0]))] > 0:
        place = -place
    return np.argsort(place, kind="stable")


@styled
def heat_map(
    values: pd.DataFrame,
    *,
    title: str,
    subtitle: str = "",
    note: str = "",
    axis: str = "",
    names: Mapping[str, str] | None = None,
    sections: Mapping[str, str] | None = None,
    faint: pd.DataFrame | None = None,
    empty: str = "–",
) -> Figure:
    """Rows × columns with 100 times the value in each cell, the darker the more; missing cells stay empty.

    In: `values` (0 to 1) in the order in which rows and columns are to stand. `sections` maps rows or columns to the
    words of the part that they belong to, which stand once over or under its members; these stand together. Where
    `faint` is true, the cell has no colour and its number is grey: what is not sure.
    """
    if values.empty or values.isna().all(axis=None):
        return empty_chart(title, subtitle, note, empty)
    rows, columns = [str(key) for key in values.index], [str(key) for key in values.columns]
    parts = dict(sections or {})
    by_row, by_column = all(key in parts for key in rows), all(key in parts for key in columns)
    labels, left, tall = row_labels([shown_name(key, names) for key in rows], 2.3 if by_row else 1.6)
    heads = [shown_name(key, names) for key in columns]
    row = max(0.26, tall + 0.04)
    left += 0.2 + PAD
    cell = min((WIDTH - left - PAD) / len(heads), 1.1)
    wrapped = [wrap(head, cell - 0.06, SMALL, even=True) for head in heads]
    level = all(text_width(line, SMALL) <= cell - 0.04 for head in wrapped for line in head.split("\n"))
    if level:
        top = max(text_height(head, SMALL) for head in wrapped) + 0.04
    else:
        top = max(text_width(head, SMALL) for head in heads) * np.sin(np.radians(SLANT)) + 0.22
        reach = [text_width(head, SMALL) * np.cos(np.radians(SLANT)) for head in heads]
        # The last heads lean out over the cells.
        cell = min(cell, *((WIDTH - left - PAD - wide) / (n + 0.5) for n, wide in enumerate(reach)))
    starts = [n for n, key in enumerate(rows) if by_row and (n == 0 or parts[key] != parts[rows[n - 1]])]
    # A line for the name of each part over its rows.
    above = {n: 0.26 * sum(start <= n for start in starts) for n in range(len(rows))}
    axis = wrap(axis, WIDTH - 2 * PAD, SMALL)
    spans = _spans([parts[key] for key in columns], cell) if by_column else []
    foot = (text_height(axis, SMALL) + 0.08 if axis else 0.04) + max(
        (text_height(words, SMALL) + 0.1 for *_, words in spans), default=0.0
    )
    tall_here = row * len(rows) + 0.26 * len(starts)
    page = make_page(title, subtitle, note, top + tall_here + foot)
    axes = page.axes(left, page.bottom + foot, cell * len(heads), tall_here)
    axes.set_ylim(tall_here, 0)
    axes.set_xlim(-0.5, len(heads) - 0.5)
    centres = [above[n] + row * (n + 0.5) for n in range(len(rows))]
    row_names(axes, dict(zip(centres, labels, strict=True)))
    numbers = values.to_numpy(dtype=float)
    pale = np.zeros(numbers.shape, dtype=bool) if faint is None else faint.to_numpy(dtype=bool)
    most = max(float(np.nanmax(np.where(pale, np.nan, numbers), initial=1e-9)), 1e-9)
    for n, line in enumerate(numbers):
        for x, number in enumerate(line):
            if np.isnan(number):
                continue
            colour = SHADES(0.0 if pale[n, x] else number / most)
            box = Rectangle((x - 0.5, centres[n] - row / 2), 1, row, facecolor=colour, edgecolor=PAPER, linewidth=0.8)
            axes.add_patch(box)
            bright = 0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2]
            ink = GREY if pale[n, x] or number < 0.005 else PAPER if bright < 0.5 else INK
            words = f"{100 * number:.0f}"
            axes.text(x, centres[n], words, ha="center", va="center_baseline", fontsize=SMALL, color=ink)
    for x, head in enumerate(wrapped if level else heads):
        turn: dict[str, Any] = {"ha": "center", "linespacing": 1.1}
        if not level:
            turn = {"ha": "left", "rotation": SLANT, "rotation_mode": "anchor"}
        axes.text(x if level else x - 0.15, -0.05, head, va="bottom", fontsize=SMALL, color=INK, **turn)
    for start in starts:
        y = page.bottom + foot + tall_here - (centres[start] - row / 2) + 0.06
        page.text(PAD, y, parts[rows[start]], va="bottom", fontsize=SMALL, fontweight="bold", color=INK)
    for first, last, words in spans:
        rule = Line2D([first - 0.4, last + 0.4], [tall_here + 0.04] * 2, color=GREY, linewidth=0.8, clip_on=False)
        axes.add_line(rule)
        place: dict[str, Any] = {"ha": "center", "va": "top", "linespacing": 1.1}
        axes.text((first + last) / 2, tall_here + 0.08, words, fontsize=SMALL, color=INK, **place)
    if axis:
        page.text(PAD, page.bottom, axis, va="bottom", fontsize=SMALL, color=GREY, linespacing=1.1)
    return page.figure


def _spans(parts: Sequence[str], cell: float) -> list[tuple[int, int, str]]:
    """First and last column of each part with its name, wrapped to the width of its columns."""
    spans = []
    for part in dict.fromkeys(parts):
        first, last = parts.index(part), len(parts) - 1 - list(reversed(parts)).index(part)
        spans.append((first, last, wrap(part, (last - first + 1) * cell - 0.1, SMALL, even=True)))
    return spans


@styled
def distance_map(
    distances: pd.DataFrame,
    *,
    title: str,
    subtitle: str = "",
    note: str = "",
    axis: str = "",
    names: Mapping[str, str] | None = None,
    empty: str = "–",
) -> Figure:
    """The corrected distance of every two groups in a triangle, like groups beside each other.

    In: `compare.profile_distances`. Cells whose interval reaches 0 have no colour and grey numbers.
    """
    from ...compare import distance_matrix

    known = distances[distances["distance"].notna()]
    if known.empty:
        return empty_chart(title, subtitle, note, empty)
    plain, corrected, low = (distance_matrix(known, value) for value in ("distance", "corrected", "low"))
    order = like_beside_like(plain.to_numpy())
    lower = np.tril(np.ones(plain.shape, dtype=bool), -1)
    shown, least = corrected.iloc[order, order], low.iloc[order, order]
    shown = shown.where(lower)
    # The first group has no cell in its row, the last none in its column.
    return heat_map(
        shown.iloc[1:, :-1],
        title=title,
        subtitle=subtitle,
        note=note,
        axis=axis,
        names=names,
        faint=(~(least > 0)).iloc[1:, :-1],
        empty=empty,
    )


# --- change -------------------------------------------------------------------------------------------------------


@styled
def change_chart(
    changes: pd.DataFrame,
    *,
    panel: str = "scheme",
    title: str,
    subtitle: str = "",
    note: str = "",
    axis: str = "",
    names: Mapping[str, str] | None = None,
    columns: Mapping[str, str] | None = None,
    colour: str = ACCENT,
    empty: str = "–",
) -> Figure:
    """Differences of shares between two texts with their intervals, one panel a scheme on one scale about 0.

    In: `compare.share_change` with a column `panel` (code, difference, low, high); codes that neither text has are left
    out. Filled where the interval leaves out 0, hollow where it does not: form says what is sure. `columns` (name →
    words), as a rule the two shares, are printed at the right as percentages.
    """
    shown = changes[changes["difference"].notna() & changes["low"].notna()]
    if shown.empty:
        return empty_chart(title, subtitle, note, empty)
    panels = list(dict.fromkeys(shown[panel].astype(str)))
    own = {
        name: shown[shown[panel] == name].sort_values("difference", ascending=False, kind="stable") for name in panels
    }
    rows = {name: [shown_name(code, names) for code in table["code"]] for name, table in own.items()}
    printed = {name: make_columns(table, columns, dict.fromkeys(columns or {}, percent)) for name, table in own.items()}
    heads = {name: shown_name(name, names) for name in own}
    plots, axis = row_panels(rows, heads, printed, PageWords(title, subtitle, note, axis), row=ROW - 0.03)
    ends = shown[["difference", "low", "high"]].to_numpy(dtype=float)
    limit = max(float(np.nanmax(np.abs(ends))) * 1.04, 1e-3)
    ticks = nice_ticks(-limit, limit, even=True)
    for axes, table in zip(plots, own.values(), strict=True):
        last = axes is plots[-1]
        scale_axis(axes, -limit, limit, axis if last else "", signed_points, ticks=ticks, numbered=last)
        mark_value(axes)
        hollow = ~((table["low"] > 0) | (table["high"] < 0)).to_numpy(dtype=bool)
        draw_dots(axes, table["difference"], table["low"], table["high"], (colour, "o"), hollow=hollow)
    return plots[0].figure  # type: ignore[return-value]
