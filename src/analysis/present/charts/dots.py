"""Dot plots and bars: shares, densities and profiles of documents and cities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ..palette import city_colour
from .comparison import heat_map, like_beside_like
from .layout import (
    Column,
    KeyItem,
    PageWords,
    axis_height,
    axis_limit,
    column_values,
    draw_dots,
    draw_key,
    empty_chart,
    in_order,
    key_height,
    make_columns,
    make_page,
    row_axis,
    row_labels,
    row_plot,
    shown_name,
    sort_rows,
    status_look,
    stripes,
    tick_format,
    value_axis,
)
from .style import ACCENT, PAD, ROW, SMALL, WIDTH, Format, city_marker, decimal, integer, percent, styled
from .text import wrap


@styled
def dot_plot(
    data: pd.DataFrame,
    label: str,
    value: str,
    low: str | None = None,
    high: str | None = None,
    *,
    title: str,
    subtitle: str = "",
    note: str = "",
    axis: str = "",
    names: Mapping[str, str] | None = None,
    columns: Mapping[str, str] | None = None,
    column_formats: Mapping[str, Format] | None = None,
    cities: Sequence[str] | None = None,
    colour: str = ACCENT,
    form: Format = percent,
    sort: bool = True,
    empty: str = "–",
) -> Figure:
    """One dot a row with its interval, greatest first, from 0.

    In: `data` with one row for each `label`, `value` and, if named, `low` and `high` (missing: no interval). `columns`
    (name → words) are printed at the right. With `cities`, each row takes its city's colour and marker, else `colour`.
    """
    shown = data[data[value].notna()]
    if shown.empty:
        return empty_chart(title, subtitle, note, empty)
    shown = sort_rows(shown, value, label, sort)
    keys = [str(key) for key in shown[label]]
    printed = make_columns(shown, columns, column_formats)
    words = PageWords(title, subtitle, note, axis)
    page, axes, axis = row_plot([shown_name(key, names) for key in keys], printed, words)
    x, a, b = column_values(shown, value), column_values(shown, low), column_values(shown, high)
    value_axis(axes, axis_limit([*x, *b]), axis, tick_format(form))
    own = list(cities or ())
    looks = [(city_colour(key, own), city_marker(key, own)) if key in own else (colour, "o") for key in keys]
    draw_dots(axes, x, a, b, looks)
    return page.figure


def density_chart(
    profile: pd.DataFrame,
    *,
    by: str = "city",
    title: str,
    subtitle: str = "",
    note: str = "",
    axis: str = "",
    names: Mapping[str, str] | None = None,
    columns: Mapping[str, str] | None = None,
    cities: Sequence[str] | None = None,
    empty: str = "–",
) -> Figure:
    """Figures per 1,000 characters of each group with intervals (in: `compare.figure_profile`)."""
    return dot_plot(
        profile,
        by,
        "per_1000",
        "low",
        "high",
        title=title,
        subtitle=subtitle,
        note=note,
        axis=axis,
        names=names,
        columns=columns,
        cities=cities,
        form=decimal,
        empty=empty,
    )


def theme_chart(
    shares: pd.DataFrame,
    *,
    title: str,
    subtitle: str = "",
    note: str = "",
    axis: str = "",
    names: Mapping[str, str] | None = None,
    columns: Mapping[str, str] | None = None,
    colour: str = ACCENT,
    empty: str = "–",
) -> Figure:
    """Share of each theme in one city's coded sentences with intervals, greatest first.

    In: the rows of one group of `compare.theme_shares` (code, share, low, high), joined with whatever `columns` name,
    such as sentences or the figures of the theme, which are printed at the right.
    """
    return dot_plot(
        shares,
        "code",
        "share",
        "low",
        "high",
        title=title,
        subtitle=subtitle,
        note=note,
        axis=axis,
        names=names,
        columns=columns,
        colour=colour,
        empty=empty,
    )


@styled
def theme_comparison(
    shares: pd.DataFrame,
    *,
    by: str = "city",
    title: str,
    subtitle: str = "",
    note: str = "",
    axis: str = "",
    names: Mapping[str, str] | None = None,
    cities: Sequence[str] | None = None,
    most: int = 5,
    empty: str = "–",
) -> Figure:
    """Shares of themes in several groups, themes in order of their mean share.

    In: `compare.theme_shares` (`by`, code, share, low, high). Up to `most` groups: one row a theme, one marker a group
    with its interval. More: a heat map with the percentages in the cells, like groups beside each other. `cities` fixes
    order, colours and markers.
    """
    shown = shares[shares["share"].notna()]
    if shown.empty:
        return empty_chart(title, subtitle, note, empty)
    groups = [str(group) for group in shown[by].unique()]
    order = in_order(cities, groups)
    groups.sort(key=order.index)
    table = shown.assign(**{by: shown[by].astype(str), "code": shown["code"].astype(str)})
    table = table.pivot_table(index="code", columns=by, values=["share", "low", "high"], dropna=False, sort=False)
    table = table.reindex(columns=pd.MultiIndex.from_product([["share", "low", "high"], groups]))
    share = pd.DataFrame(table["share"]).fillna(0.0)
    codes = list(share.mean(axis=1).sort_values(ascending=False, kind="stable").index)
    table, share = table.loc[codes], share.loc[codes]
    if len(groups) > most:
        shares = share.T
        shares = shares.iloc[like_beside_like(shares.to_numpy())]
        return heat_map(shares, title=title, subtitle=subtitle, note=note, axis=axis, names=names)
    labels, left, tall = row_labels([shown_name(code, names) for code in codes], 2.0)
    row = max(tall + 0.06, 0.105 * len(groups) + 0.12)
    left += 0.2 + PAD
    room = WIDTH - left - PAD - 0.12
    keys = [KeyItem(shown_name(g, names), city_colour(g, order), city_marker(g, order)) for g in groups]
    key = key_height(keys, room)
    axis = wrap(axis, room, SMALL)
    foot = axis_height(axis)
    page = make_page(title, subtitle, note, key + row * len(codes) + foot)
    draw_key(page, left, page.top, keys, room)
    axes = page.axes(left, page.bottom + foot, room, row * len(codes))
    row_axis(axes, labels)
    limit = axis_limit(table[["share", "high"]].to_numpy(dtype=float).ravel())
    value_axis(axes, limit, axis, tick_format(percent), ticks=6)
    offsets = (np.arange(len(groups)) - (len(groups) - 1) / 2) * 0.105 / row
    stripes(axes, len(codes))
    for group, offset in zip(groups, offsets, strict=True):
        x, a, b = (table[(part, group)].to_numpy(dtype=float) for part in ("share", "low", "high"))
        look = city_colour(group, order), city_marker(group, order)
        draw_dots(axes, x, a, b, look, rows=np.arange(len(codes)) + offset, size=5.5)
    return page.figure


@styled
def profile_comparison(
    profile: pd.DataFrame,
    panels: Mapping[str, str],
    *,
    by: str = "city",
    title: str,
    subtitle: str = "",
    note: str = "",
    names: Mapping[str, str] | None = None,
    cities: Sequence[str] | None = None,
    sort: bool = True,
    empty: str = "–",
) -> Figure:
    """Small multiples of dot plots with one order of groups, that of the first panel's values.

    In: `compare.figure_profile`; `panels` maps value columns to their words: `{"per_1000": "…", "planned_share": "…",
    "dated_share": "…"}`. Intervals are the columns `low`/`high` for per_1000, `planned_low`/`planned_high` for
    planned_share, and so on. Shares have one scale, from 0.
    """
    first = next(iter(panels))
    shown = profile[profile[list(panels)].notna().any(axis=1)]
    if shown.empty:
        return empty_chart(title, subtitle, note, empty)
    order = in_order(cities, [str(key) for key in shown[by]])
    shown = sort_rows(shown, first, by, sort)
    keys = [str(key) for key in shown[by]]
    labels, left, tall = row_labels([shown_name(key, names) for key in keys], 1.8)
    row = max(ROW, tall + 0.06)
    left += 0.2 + PAD
    gap = 0.42
    room = (WIDTH - left - PAD - 0.15 - gap * (len(panels) - 1)) / len(panels)
    heads = {column: wrap(words, room, SMALL) for column, words in panels.items()}
    foot = max(axis_height(head) for head in heads.values())
    page = make_page(title, subtitle, note, row * len(shown) + foot)
    ends = {c: tuple(c.replace("share", end) if "share" in c else end for end in ("low", "high")) for c in panels}
    shared = [v for c in panels if "share" in c for v in (*column_values(shown, c), *column_values(shown, ends[c][1]))]
    for number, column in enumerate(panels):
        axes = page.axes(left + number * (room + gap), page.bottom + foot, room, row * len(shown))
        x, a, b = (column_values(shown, c) for c in (column, *ends[column]))
        share = "share" in column
        limit = axis_limit(shared if share else [*x, *b])
        row_axis(axes, labels if number == 0 else [""] * len(labels))
        value_axis(axes, limit, heads[column], tick_format(percent if share else decimal), ticks=4)
        draw_dots(axes, x, a, b, [(city_colour(key, order), city_marker(key, order)) for key in keys])
    return page.figure


@styled
def status_bars(
    counts: pd.DataFrame,
    *,
    label: str = "theme",
    title: str,
    subtitle: str = "",
    note: str = "",
    axis: str = "",
    names: Mapping[str, str] | None = None,
    colour: str = ACCENT,
    sort: bool = True,
    empty: str = "–",
) -> Figure:
    """Figures by theme: achieved filled, planned hollow, neither told pale, on one line, numbers at the right.

    In: `compare.theme_figures` of one group (`label`, achieved, planned, undetermined); `names` also holds words for
    achieved, planned and undetermined. Themes without a figure are left out.
    """
    statuses = ["achieved", "planned", "undetermined"]
    shown = counts[counts[statuses].sum(axis=1) > 0]
    if shown.empty:
        return empty_chart(title, subtitle, note, empty)
    shown = sort_rows(shown.assign(_all=shown[statuses].sum(axis=1)), "_all", label, sort)
    statuses = [status for status in statuses if shown[status].sum() > 0 or status != "undetermined"]
    looks = {status: status_look(status, colour) for status in statuses}
    cells = {status: [integer(float(count)) for count in shown[status]] for status in statuses}
    printed = [Column(wrap(shown_name(s, names), 0.8, SMALL), cells[s], looks[s]) for s in statuses]
    words = PageWords(title, subtitle, note, axis)
    page, axes, axis = row_plot([shown_name(key, names) for key in shown[label]], printed, words)
    value_axis(axes, axis_limit(shown["_all"].astype(float)), axis, integer, whole=True)
    for number in range(len(shown)):
        start = 0.0
        for status in statuses:
            size = float(shown[status].iloc[number])
            if size:
                axes.barh(number, size, left=start, height=0.58, zorder=2, **looks[status])
            start += size
    return page.figure
