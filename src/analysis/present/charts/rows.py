"""Charts of rows: a dot with its interval for each, printed numbers beside it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
import seaborn
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .labels import Labels, Palette, colours, greatest_first, in_order, looks, rows_with
from .layout import (
    Rows,
    axis_about_zero,
    axis_limit,
    chart,
    column_values,
    draw_dots,
    make_columns,
    mark_value,
    scale_axis,
    stacked,
    tick_format,
    value_axis,
)
from .look import ROW, Format, decimal, percent, signed_points


@chart
def share_dots(
    table: pd.DataFrame,
    labels: Labels,
    *,
    rows: str = "code",
    value: str = "share",
    form: Format = percent,
    formats: Mapping[str, Format] | None = None,
    order: Iterable[str] | None = None,
    palette: Palette | None = None,
) -> Figure:
    """One dot a row with its interval, greatest first, from 0.

    In: one row for each `rows` (code): `value` (share) and, where there are intervals, low, high; what `columns` name
    in the table is printed at the right, in `formats` (column → function). `order`: the rows that are shown, from top
    to bottom. `palette`: row → colour, one colour, or a name.
    """
    shown = greatest_first(rows_with(table, value, rows), value, rows, order)
    [axes] = _plots({"": shown}, labels, rows, formats)
    x, low, high = (column_values(shown, column) for column in (value, "low", "high"))
    value_axis(axes, axis_limit([*x, *high]), labels.axis, form)
    draw_dots(axes, x, low, high, looks(shown[rows], palette, labels))
    return axes.figure  # type: ignore[return-value]


def _plots(
    parts: Mapping[str, pd.DataFrame],
    labels: Labels,
    rows: str,
    formats: Mapping[str, Format] | None = None,
    row: float = ROW,
) -> list[Axes]:
    """A plot for each part (key of its head → its rows) below one another, with names and printed columns."""
    blocks = []
    for head, part in parts.items():
        names, words = [labels.name(key) for key in part[rows]], labels.name(head) if head else ""
        blocks.append(Rows(names, make_columns(part, labels, formats), words))
    return stacked(blocks, labels, row=row)[1]


def density(table: pd.DataFrame, *, rows: str | None = None, **given: object) -> Figure:
    """Figures per 1,000 characters with intervals, greatest first: `share_dots` of another measure.

    In: `compare.figure_profile` (document or city, per_1000, low, high); options and labels as in `share_dots`.
    """
    by = rows or ("document" if "document" in table else "city")
    return share_dots(table, **{"rows": by, "value": "per_1000", "form": decimal, **given})


@chart
def accuracy(
    table: pd.DataFrame,
    labels: Labels,
    *,
    rows: str = "column",
    formats: Mapping[str, Format] | None = None,
    order: Iterable[str] | None = None,
    palette: Palette | None = None,
) -> Figure:
    """Shares right with their intervals, in the order of the table, on an axis that ends at 100 %.

    In: one row for each `rows` (column): share, low, high. The axis begins at the tenth below the lowest interval, not
    at 0: what matters here is the distance from 100 %. `columns` are printed at the right, in `formats`.
    """
    shown = in_order(rows_with(table, "share", rows), rows, order)
    [axes] = _plots({"": shown}, labels, rows, formats)
    x, low, high = (column_values(shown, column) for column in ("share", "low", "high"))
    lowest = float(np.nanmin([x, low]))
    scale_axis(axes, max(math.floor(lowest * 10 - 1e-9), 0) / 10, 1.0, labels.axis, tick_format(percent))
    mark_value(axes, 1.0)
    draw_dots(axes, x, low, high, looks(shown[rows], palette, labels))
    return axes.figure  # type: ignore[return-value]


@chart
def change(
    table: pd.DataFrame,
    labels: Labels,
    *,
    panels: str = "scheme",
    rows: str = "code",
    order: Iterable[str] | None = None,
    palette: Palette | None = None,
) -> Figure:
    """How shares differ between two texts, with intervals, one panel a scheme on one scale about 0.

    In: `compare.share_change` (`rows`: code, difference, low, high) and, where there are several schemes, a column
    `panels`; codes that neither text has are left out. Filled where the interval leaves out 0, hollow where it does
    not. `columns`, as a rule share_before and share_after, are printed at the right. `order`: the codes, else the
    greatest difference first. `palette`: code → colour, or one for all.

    A slope between the two shares could not carry the interval of their difference, so the difference is drawn and the
    shares are printed.
    """
    table = table if panels in table else table.assign(**{panels: ""})
    shown = rows_with(table[table["low"].notna()], "difference", panels, rows)
    shown = greatest_first(shown, "difference", rows, order)
    own = {key: shown[shown[panels] == key] for key in shown.sort_index()[panels].unique()}
    plots = _plots(own, labels, rows, row=ROW - 0.03)
    axis_about_zero(plots, shown[["difference", "low", "high"]], labels.axis, signed_points)
    for axes, part in zip(plots, own.values(), strict=True):
        hollow = ~((part["low"] > 0) | (part["high"] < 0)).to_numpy(dtype=bool)
        shades = [(colour, "o") for colour, _ in looks(part[rows], palette, labels)]
        draw_dots(axes, part["difference"], part["low"], part["high"], shades, hollow=hollow)
    return plots[0].figure  # type: ignore[return-value]


@chart
def moves(
    table: pd.DataFrame,
    labels: Labels,
    *,
    panels: str = "scheme",
    rows: str = "choice",
    formats: Mapping[str, Format] | None = None,
    order: Iterable[str] | None = None,
    palette: Palette | None = None,
) -> Figure:
    """How far shares move under other choices: a panel a scheme, a row a choice, a mark a moved share.

    In: `compare.sensitivity_table` without its base (`panels`: scheme, `rows`: choice, difference; many rows a choice);
    `columns` must be the same in all rows of a scheme and choice and are printed at the right, in `formats`. All panels
    have one scale about 0. `order`: the choices.
    """
    shown = in_order(rows_with(table, "difference", panels, rows, once=False), rows, order)
    once = shown.drop_duplicates([panels, rows])
    own = {key: once[once[panels] == key] for key in shown[panels].unique()}
    plots = _plots(own, labels, rows, formats)
    axis_about_zero(plots, shown["difference"], labels.axis, signed_points)
    shades = colours(list(once[rows]), palette, labels)
    for axes, (key, part) in zip(plots, own.items(), strict=True):
        moved = shown[shown[panels] == key]
        places = moved[rows].map({choice: y for y, choice in enumerate(part[rows])})
        look = {"marker": "|", "s": 81, "linewidth": 1.0, "alpha": 0.65, "legend": False}
        seaborn.scatterplot(x=moved["difference"], y=places, hue=moved[rows], palette=shades, ax=axes, **look)
    return plots[0].figure  # type: ignore[return-value]
