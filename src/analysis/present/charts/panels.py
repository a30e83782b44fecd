"""Small multiples: the same rows in a panel for each code, measure or scheme."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .labels import Labels, Palette, greatest_first, in_order, looks, rows_with
from .layout import (
    Page,
    axis_limit,
    chart,
    column_values,
    draw_dots,
    make_page,
    nice_ticks,
    row_axis,
    row_labels,
    stripes,
    tick_format,
    value_axis,
)
from .look import GREY, INK, PAD, SMALL, WIDTH, Format, decimal, percent
from .maps import like_beside_like, shade_map, triangle
from .save import self_explaining
from .text import text_height, text_width, wrap

MANY = 6
"""More cities × more codes than so many become a heat map; up to so many, panels are wide and stand in several rows."""
GAP = 0.16


# A panel is an axes of our page that seaborn draws in: its FacetGrid makes figures with pyplot, which a notebook shows
# a second time, with ticks and labels that take ten times as long as the marks.
def _grid(names: Sequence[str], heads: Sequence[str], labels: Labels, across: int) -> tuple[list[Axes], float]:
    """Plots of the same rows side by side, each under its head, the names at the left; and the inches of a plot."""
    shown, left, tall = row_labels(names, 1.9)
    high = max(0.2, tall + 0.04) * len(names)
    room = (WIDTH - left - PAD - 0.14 - GAP * (across - 1)) / across
    heads = [wrap(head, room + GAP - 0.04, SMALL, even=True) for head in heads]
    axis = wrap(labels.axis, WIDTH - left - PAD, SMALL)
    lines = [heads[start : start + across] for start in range(0, len(heads), across)]
    tops = [max(text_height(head, SMALL) for head in line) + 0.06 for line in lines]
    page: Page = make_page(labels, sum(tops) + (high + 0.34) * len(lines) - 0.08 + text_height(axis, SMALL))
    y, plots = page.top, []
    for line, top in zip(lines, tops, strict=True):
        y -= top + high
        for place, head in enumerate(line):
            x = left + place * (room + GAP)
            axes = page.axes(x, y, room, high)
            row_axis(axes, [shown[name] for name in names], named=place == 0)
            self_explaining(axes, "x")
            stripes(axes, len(names))
            page.text(x, y + high + 0.05, head, va="bottom", fontsize=SMALL, color=INK, linespacing=1.1)
            plots.append(axes)
        y -= 0.34
    if axis:
        page.text(left, page.bottom, axis, va="bottom", fontsize=SMALL, color=GREY, linespacing=1.1)
    return plots, room


def _across(panels: int, rows: int) -> int:
    """How many panels stand side by side: wide ones where there are few rows, all in one line where there are many."""
    if panels <= 3 or (rows > MANY and panels <= 5):
        return panels
    return 4 if panels % 4 == 0 or panels > 9 else 3


def _ticks(limit: float, room: float, form: Format) -> list[float]:
    """Ticks of a panel of `room` inches that keep clear of each other and of the 0 of the next panel."""
    wide = text_width(form(0.0), SMALL) / 2 + 0.05
    for most in (5, 4, 3, 2, 1):
        found = nice_ticks(0, limit, most)
        places = [(tick / limit * room, text_width(form(tick), SMALL) / 2 + 0.05) for tick in found]
        ends = zip(places, [*places[1:], (room + GAP, wide)], strict=True)
        fits = [x + half + following <= next_x for (x, half), (next_x, following) in ends]
        if not fits[-1]:
            # The last one goes first: its label would stand in the next panel.
            found, fits = found[:-1], fits[:-1]
        if all(fits[:-1]) and found:
            return found
    return [0.0]


@chart
def share_panels(
    table: pd.DataFrame,
    labels: Labels,
    *,
    panels: str = "code",
    rows: str = "city",
    value: str = "share",
    form: Format = percent,
    mean: bool = True,
    order: Iterable[str] | None = None,
    city_order: Iterable[str] | None = None,
    palette: Palette | None = None,
) -> Figure:
    """A panel for each code, in it a row for each city with its interval, on one scale from 0.

    In: `compare.code_shares` (`panels`: code, `rows`: city, `value`: share, low, high; a column `sure` draws what is
    not sure hollow). The panels stand in order of their mean, the cities in that of the first panel, or as `order`
    (panels) and `city_order` (rows) have it, which also choose. `mean` draws the mean of the cities as a thin line.
    `palette`: city → colour. More than six cities × more than six codes become a heat map, like cities beside each
    other; `palette` is then a name or colours from pale to dark.
    """
    shown = in_order(in_order(rows_with(table, value, panels, rows), rows, city_order), panels, order)
    wide = shown.pivot(index=rows, columns=panels, values=value).astype(float)
    wide = wide.loc[list(dict.fromkeys(in_order(shown, rows, city_order)[rows])), list(dict.fromkeys(shown[panels]))]
    if order is None:
        wide = wide[wide.mean().sort_values(ascending=False, kind="stable").index]
    if min(wide.shape) > MANY:
        if city_order is None:
            wide = wide.iloc[like_beside_like(wide.fillna(0.0).to_numpy())]
        return shade_map(wide, labels, palette=palette)
    if city_order is None:
        wide = wide.sort_values(wide.columns[0], ascending=False, kind="stable")
    return _panels(shown, wide, labels, (rows, panels, value), form, palette, mean)


def _panels(
    shown: pd.DataFrame,
    wide: pd.DataFrame,
    labels: Labels,
    keys: tuple[str, str, str],
    form: Format,
    palette: Palette | None,
    mean: bool,
) -> Figure:
    """Panels and rows as `wide` has them as columns and index."""
    rows, panels, value = keys
    heads, names = ([labels.name(key) for key in side] for side in (wide.columns, wide.index))
    plots, room = _grid(names, heads, labels, _across(len(heads), len(names)))
    limit = axis_limit([*column_values(shown, value), *column_values(shown, "high")])
    ticks, look = _ticks(limit, room, tick_format(form)), looks(wide.index, palette, labels)
    for key, axes in zip(wide.columns, plots, strict=True):
        own = shown[shown[panels] == key].set_index(rows).reindex(wide.index)
        value_axis(axes, limit, "", form, ticks)
        if mean and len(names) > 1:
            axes.axvline(float(own[value].mean()), color=GREY, linewidth=0.8, linestyle=(0, (4, 2)))
        spots, low, high = (column_values(own, column) for column in (value, "low", "high"))
        hollow = ~own["sure"].eq(True) if "sure" in own else None
        draw_dots(axes, spots, low, high, look, hollow=hollow, size=6.0)
    return plots[0].figure  # type: ignore[return-value]


@chart
def profile_dots(
    table: pd.DataFrame,
    labels: Labels,
    *,
    rows: str = "city",
    order: Iterable[str] | None = None,
    palette: Palette | None = None,
) -> Figure:
    """A panel for each measure, in it a row for each city with its interval; cities in order of the first measure.

    In: `compare.figure_profile`; the labels' `columns` (column → head) are the measures, as a rule per_1000,
    planned_share, dated_share. The ends of an interval stand in the columns low and high, of a share such as
    planned_share in planned_low and planned_high. Shares have one scale; all begin at 0. `order`: the cities.
    """
    measures = labels.columns or {name: labels.name(name) for name in ("per_1000", "planned_share", "dated_share")}
    first = next(iter(measures))
    known = table[table[list(measures)].notna().any(axis=1)].assign(_known=True)
    shown = greatest_first(rows_with(known, "_known", rows), first, rows, order)
    plots, room = _grid([labels.name(key) for key in shown[rows]], list(measures.values()), labels, len(measures))
    shares = [name for name in measures if "share" in name]
    own = {name: [name.replace("share", end) for end in ("low", "high")] for name in shares}
    ends = {name: own.get(name, ["low", "high"]) for name in measures}
    look = looks(shown[rows], palette, labels)
    for name, axes in zip(measures, plots, strict=True):
        alike = shares if name in shares else [name]
        form = percent if name in shares else decimal
        limit = axis_limit(np.concatenate([column_values(shown, c) for each in alike for c in (each, *ends[each])]))
        value_axis(axes, limit, "", form, _ticks(limit, room, tick_format(form)))
        spots, low, high = (column_values(shown, column) for column in (name, *ends[name]))
        draw_dots(axes, spots, low, high, look)
    return plots[0].figure  # type: ignore[return-value]


@chart
def distances(table: pd.DataFrame, labels: Labels, *, most: int = 15, palette: Palette | None = None) -> Figure:
    """How far the profiles of cities lie apart: pairs with intervals, or of more than `most` pairs a triangle of cells.

    In: `compare.profile_distances` (city, other, corrected, low, high; distance for the order of the triangle), with a
    column scheme a panel each; the triangle shows the first scheme. Hollow, or grey: the interval reaches 0. `names`
    may name a pair (`jia|yi`).
    """
    table = table if "scheme" in table else table.assign(scheme="")
    shown = rows_with(table, "corrected", "scheme", "city", "other")
    first = shown[shown["scheme"] == shown["scheme"].iloc[0]]
    if len(first) > most:
        return triangle(first, labels, palette=palette)
    shown = shown.assign(pair=shown["city"] + "|" + shown["other"], sure=shown["low"] > 0)
    named = {pair: " – ".join(map(labels.name, pair.split("|"))) for pair in shown["pair"]}
    wide = shown.pivot(index="pair", columns="scheme", values="corrected")[shown["scheme"].unique()]
    wide = wide.sort_values(list(wide.columns), ascending=False, kind="stable")
    words = Labels(**{**vars(labels), "names": {**named, **labels.names}, "cities": ()})
    return _panels(shown, wide, words, ("pair", "scheme", "corrected"), decimal, palette, mean=False)
