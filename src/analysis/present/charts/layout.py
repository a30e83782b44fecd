"""What charts are made of: page with title and note, rows, keys, columns of numbers, value axes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import ScaledTranslation, blended_transform_factory

from analysis.project import registry as schema

from .save import numbered_only
from .style import (
    AREA,
    BODY,
    GREY,
    INK,
    PAD,
    PALE,
    PAPER,
    ROW,
    RULE,
    SMALL,
    STRIPE,
    TITLE,
    WIDTH,
    Format,
    decimal,
    integer,
    percent,
)
from .text import text_height, text_width, wrap


@dataclass
class Page:
    """A figure with its head and foot set; the body lies between, measured in inches from the lower left corner."""

    figure: Figure
    width: float
    height: float
    top: float
    bottom: float

    def axes(self, left: float, bottom: float, width: float, height: float, **kwargs: Any) -> Axes:
        """A plot without frame and axes; see `row_axis` and `scale_axis`."""
        box = (left / self.width, bottom / self.height, width / self.width, height / self.height)
        axes = self.figure.add_axes(box, **kwargs)
        axes.set_axis_off()
        return axes

    def text(self, x: float, y: float, words: str, **kwargs: Any) -> Text:
        return self.figure.text(x / self.width, y / self.height, words, **kwargs)


def make_page(title: str, subtitle: str, note: str, body: float, width: float = WIDTH) -> Page:
    """A figure whose middle has `body` inches of height, with the finding above and the source below."""
    room = width - 2 * PAD
    parts = [
        (wrap(title, room, TITLE, True, even=True), TITLE, {"fontweight": "bold", "color": INK}, 0.03),
        (wrap(subtitle, room, SMALL), SMALL, {"color": GREY}, 0.0),
    ]
    foot = wrap(note, room, SMALL)
    head = sum(text_height(words, size) + gap for words, size, _, gap in parts if words)
    height = PAD + head + 0.1 + body + (text_height(foot, SMALL) + 0.08 if foot else 0.0) + PAD
    figure = Figure(figsize=(width, height))
    FigureCanvasAgg(figure)
    page = Page(figure, width, height, 0.0, 0.0)
    y = height - PAD
    for words, size, kind, gap in parts:
        if words:
            page.text(PAD, y, words, va="top", linespacing=1.28, fontsize=size, **kind)
            y -= text_height(words, size) + gap
    if foot:
        page.text(PAD, PAD, foot, va="bottom", fontsize=SMALL, color=GREY, linespacing=1.28)
    page.top = y - 0.1
    page.bottom = page.top - body
    return page


def empty_chart(title: str, subtitle: str, note: str, empty: str) -> Figure:
    """A small figure that says that there is nothing to show."""
    page = make_page(title, subtitle, note, 0.6)
    page.text(WIDTH / 2, page.bottom + 0.3, empty, ha="center", va="center", color=GREY)
    return page.figure


@dataclass(frozen=True)
class KeyItem:
    words: str
    colour: str
    marker: str = "s"
    face: str | None = None


def _key_lines(items: Sequence[KeyItem], room: float) -> list[list[KeyItem]]:
    lines: list[list[KeyItem]] = [[]]
    used = 0.0
    for item in items:
        wide = 0.2 + text_width(item.words, SMALL) + 0.2
        if lines[-1] and used + wide > room:
            lines.append([])
            used = 0.0
        lines[-1].append(item)
        used += wide
    return lines


def key_height(items: Sequence[KeyItem], room: float) -> float:
    return 0.24 * len(_key_lines(items, room)) + 0.04 if items else 0.0


def draw_key(page: Page, left: float, top: float, items: Sequence[KeyItem], room: float) -> None:
    """Marks with their names in a line over the plot, in the order in which they are drawn."""
    for number, line in enumerate(_key_lines(items, room)):
        x, y = left, top - 0.24 * number - 0.12
        for item in line:
            mark = Line2D(
                [(x + 0.07) / page.width],
                [y / page.height],
                linestyle="none",
                marker=item.marker,
                markersize=6.5 * AREA.get(item.marker, 1.0),
                markerfacecolor=item.colour if item.face is None else item.face,
                markeredgecolor=item.colour,
                markeredgewidth=1.2,
                transform=page.figure.transFigure,
            )
            page.figure.add_artist(mark)
            page.text(x + 0.2, y, item.words, va="center_baseline", fontsize=SMALL, color=INK)
            x += 0.2 + text_width(item.words, SMALL) + 0.2


def shown_name(key: Any, names: Mapping[str, str] | None) -> str:
    return str((names or {}).get(str(key), key))


def in_order(cities: Sequence[str] | None, keys: Sequence[str]) -> list[str]:
    """`cities` and after them the keys that are not among them: the order that fixes colours and markers."""
    known = list(cities or ())
    return [*known, *(key for key in keys if key not in known)]


def axis_limit(values: Iterable[float], floor: float = 0.0) -> float:
    """Upper end of a value axis that begins at 0."""
    known = [v for v in values if np.isfinite(v)]
    return max([*known, floor]) * 1.06 or 1.0


def row_labels(labels: Sequence[str], most: float) -> tuple[list[str], float, float]:
    """Labels wrapped to at most `most` inches, the width that they need and the height of the tallest."""
    wrapped = [wrap(label, most, even=True) for label in labels]
    wide = max((text_width(line) for label in wrapped for line in label.split("\n")), default=0.0)
    lines = max((label.count("\n") + 1 for label in wrapped), default=1)
    return wrapped, wide, lines * BODY * 1.2 / 72


def row_axis(axes: Axes, labels: Sequence[str]) -> None:
    """Rows from top to bottom with their names at the left, nothing else on the y axis; an empty name is not drawn."""
    axes.set_ylim(len(labels) - 0.5, -0.5)
    row_names(axes, {place: label for place, label in enumerate(labels) if label})


def row_names(axes: Axes, names: Mapping[float, str], size: float = BODY) -> None:
    """Names (place on the y axis → words) at the left of the plot, in place of the y axis.

    They are texts of the figure: ticks, each with its lines and labels, take ten times as long.
    """
    across, up, flush = axes.get_yaxis_text1_transform(6)
    kind: dict[str, Any] = {"va": up, "ha": flush, "linespacing": 1.1, "color": INK, "fontsize": size}
    for place, words in names.items():
        axes.figure.text(0, place, words, transform=across, **kind)


def stripes(axes: Axes, rows: int) -> None:
    """Every second row on pale ground, to lead the eye across."""
    corners = [[(0, y - 0.5), (1, y - 0.5), (1, y + 0.5), (0, y + 0.5)] for y in range(1, rows, 2)]
    ground = PolyCollection(corners, facecolors=STRIPE, linewidths=0, zorder=0, transform=axes.get_yaxis_transform())
    axes.add_collection(ground, autolim=False)


def nice_ticks(low: float, high: float, most: int = 5, *, whole: bool = False, even: bool = False) -> list[float]:
    """At most about `most` round values between two ends; `even`: alike on both sides of 0."""
    locator = MaxNLocator(most, integer=whole, steps=[1, 2, 2.5, 5, 10], symmetric=even)
    slack = 1e-9 * (high - low)
    return [float(tick) for tick in locator.tick_values(low, high) if low - slack <= tick <= high + slack]


def scale_axis(
    axes: Axes,
    low: float,
    high: float,
    label: str,
    form: Format,
    *,
    ticks: Sequence[float] | None = None,
    grid: bool = True,
    marks: float = 0.0,
    numbered: bool = True,
    centred: bool = False,
) -> None:
    """A value axis between two ends at the foot of the plot: a line of the grid and a value for each tick, its label.

    `marks` is the length of the ticks in points. Not `numbered`: neither values nor a label. The parts are drawn one by
    one, as `row_names` does.
    """
    axes.set_xlim(low, high)
    ticks = nice_ticks(low, high) if ticks is None else ticks
    figure, across = axes.figure, axes.get_xaxis_transform()
    if grid:
        lines = [[(tick, 0), (tick, 1)] for tick in ticks]
        axes.add_collection(
            LineCollection(lines, colors=RULE, linewidths=0.6, zorder=0.5, transform=across), autolim=False
        )
    if marks:
        # The marker 3 is a tick downwards.
        ends = Line2D(ticks, [0] * len(ticks), linestyle="none", marker=3, markersize=marks, color=GREY)
        ends.set(transform=across, clip_on=False, markeredgewidth=0.8)
        axes.add_artist(ends)
    if not numbered:
        return
    place, down, middle = axes.get_xaxis_text1_transform(3 + marks)
    kind: dict[str, Any] = {"va": down, "color": GREY, "fontsize": SMALL}
    texts = [figure.text(tick, 0, form(tick), ha=middle, transform=place, **kind) for tick in ticks]
    if not label:
        numbered_only(axes, "x")
        return
    lowest = min((text.get_window_extent().y0 for text in texts), default=axes.bbox.y0)
    below = ScaledTranslation(0, (lowest - axes.bbox.y0) / figure.dpi - 4 / 72, figure.dpi_scale_trans)
    x, flush = (0.5, "center") if centred else (0.0, "left")
    figure.text(x, 0, label, ha=flush, transform=axes.transAxes + below, **kind)


def mark_value(axes: Axes, value: float = 0.0, **look: Any) -> None:
    """A line across all rows at a value that they are read against."""
    look = {"color": INK, "linewidth": 0.9, "zorder": 1.5, "clip_on": False, **look}
    axes.add_artist(Line2D([value] * 2, [0, 1], transform=axes.get_xaxis_transform(), **look))


def value_axis(
    axes: Axes, limit: float, label: str, form: Format, ticks: Sequence[float] | int = 5, whole: bool = False
) -> None:
    """A value axis from 0 on; `ticks` are places, or how many there are at most."""
    places = nice_ticks(0, limit, ticks, whole=whole) if isinstance(ticks, int) else ticks
    scale_axis(axes, 0, limit, label, form, ticks=places)
    mark_value(axes)


def tick_format(form: Format) -> Format:
    """How ticks are written beside values in `form`: with all the digits that a tick has, for it is never rounded."""
    if form not in (percent, decimal, integer):
        return form
    scale, unit = (100, "%") if form is percent else (1, "")
    return lambda value: f"{scale * value:,.6f}".rstrip("0").rstrip(".") + unit


Look = tuple[str, str]
"""Colour and marker."""


def draw_dots(
    axes: Axes,
    values: Iterable[float],
    low: Iterable[float],
    high: Iterable[float],
    looks: Look | Sequence[Look],
    *,
    rows: Iterable[float] | None = None,
    hollow: Iterable[bool] | None = None,
    size: float = 7.0,
) -> None:
    """Values with their intervals, if they have one, one below the other or on the given `rows`.

    `looks` is one for all or one for each; `hollow` says which marks are not filled.
    """
    spots = np.array(list(values), dtype=float)
    ends = np.array([list(low), list(high)], dtype=float)
    places = np.arange(len(spots)) if rows is None else np.array(list(rows), dtype=float)
    each = [looks] * len(spots) if isinstance(looks, tuple) else list(looks)
    open_ = [False] * len(spots) if hollow is None else list(hollow)
    known = np.flatnonzero(np.isfinite(ends).all(axis=0))
    bars = LineCollection(
        [[(ends[0, n], places[n]), (ends[1, n], places[n])] for n in known],
        colors=[each[n][0] for n in known],
        linewidths=1.5,
        zorder=2,
    )
    if len(known):
        axes.add_collection(bars, autolim=False)
    # One line holds all marks of one look.
    alike: dict[tuple[Look, bool], list[int]] = {}
    for n in np.flatnonzero(np.isfinite(spots)):
        alike.setdefault((each[n], bool(open_[n])), []).append(int(n))
    for ((colour, marker), unfilled), own in alike.items():
        marks = Line2D(
            spots[own],
            places[own],
            marker=marker,
            markersize=size * AREA.get(marker, 1.0),
            markerfacecolor=PAPER if unfilled else colour,
            markeredgecolor=colour if unfilled else PAPER,
            markeredgewidth=1.4 if unfilled else 0.8,
            linestyle="none",
            zorder=3,
            clip_on=False,
        )
        axes.add_line(marks)


@dataclass(frozen=True)
class Column:
    """A column of printed numbers at the right of a plot."""

    head: str
    cells: list[str]
    # Look of the mark before the head, where the column stands for one.
    mark: Mapping[str, Any] | None = None

    @property
    def width(self) -> float:
        head = max(text_width(line, SMALL) for line in self.head.split("\n"))
        head += 0.16 if self.mark else 0.0
        return max([head, *(text_width(cell, SMALL) for cell in self.cells)]) + 0.18


def make_columns(
    data: pd.DataFrame, columns: Mapping[str, str] | None, form: Mapping[str, Format] | None = None
) -> list[Column]:
    """Printed columns for `columns` (name in the table → words over the column)."""
    printed = []
    for name, head in (columns or {}).items():
        show = (form or {}).get(name)
        cells = []
        for value in data[name]:
            number = not isinstance(value, str)
            if pd.isna(value):
                cells.append("–")
            else:
                cells.append(show(float(value)) if show and number else integer(float(value)) if number else value)
        printed.append(Column(wrap(head, 1.0, SMALL, even=True), cells))
    return printed


def draw_columns(page: Page, axes: Axes, columns: Sequence[Column], right: float) -> None:
    """Columns flush right, the last one ending `right` inches from the left edge; heads above the first row."""
    box = axes.get_position()
    across = blended_transform_factory(page.figure.transFigure, axes.transData)
    x = right
    for column in reversed(columns):
        for row, cell in enumerate(column.cells):
            axes.text(
                x / page.width, row, cell, transform=across, ha="right", va="center_baseline", fontsize=SMALL, color=INK
            )
        y = box.y1 * page.height + 0.09
        page.text(x, y, column.head, ha="right", va="baseline", fontsize=SMALL, color=GREY, linespacing=1.1)
        if column.mark:
            wide = max(text_width(line, SMALL) for line in column.head.split("\n"))
            spot = ((x - wide - 0.15) / page.width, y / page.height)
            square = Rectangle(
                spot, 0.1 / page.width, 0.1 / page.height, transform=page.figure.transFigure, **column.mark
            )
            page.figure.add_artist(square)
        x -= column.width


def columns_height(columns: Sequence[Column]) -> float:
    return max((text_height(column.head, SMALL) for column in columns), default=0.0)


def columns_width(columns: Sequence[Column]) -> float:
    return sum(column.width for column in columns)


def axis_height(label: str) -> float:
    return 0.28 + (text_height(label, SMALL) if label else 0.0)


@dataclass(frozen=True)
class PageWords:
    """What stands around a plot: finding, measure, source and the label of the value axis."""

    title: str
    subtitle: str = ""
    note: str = ""
    axis: str = ""


def row_plot(
    names: Sequence[str], printed: Sequence[Column], words: PageWords, *, over: float = 0.0, row: float = ROW
) -> tuple[Page, Axes, str]:
    """A page with one plot of rows: names at the left, `printed` columns at the right, `over` inches of room above.

    Out: page, plot, and the label of the value axis in lines that fit. A row is `row` inches high, or what its name
    needs.
    """
    labels, left, tall = row_labels(names, 2.3)
    row = max(row, tall + 0.06)
    left += 0.2 + PAD
    axis = wrap(words.axis, WIDTH - left - PAD, SMALL)
    foot, high = axis_height(axis), row * len(names)
    page = make_page(words.title, words.subtitle, words.note, over + columns_height(printed) + 0.06 + high + foot)
    axes = page.axes(left, page.bottom + foot, WIDTH - left - PAD - columns_width(printed) - 0.12, high)
    row_axis(axes, labels)
    draw_columns(page, axes, printed, WIDTH - PAD)
    return page, axes, axis


def row_panels(
    names: Mapping[str, Sequence[str]],
    heads: Mapping[str, str],
    printed: Mapping[str, Sequence[Column]],
    words: PageWords,
    *,
    row: float = ROW,
) -> tuple[list[Axes], str]:
    """Plots of rows below one another, one for each key of `names` (panel → names of its rows) under its head.

    The columns of all panels stand under one another, and the value axis is named under the last one. Out: the plots,
    and the label of the axis in lines that fit.
    """
    listed = list(dict.fromkeys(name for own in names.values() for name in own))
    labels, left, tall = row_labels(listed, 2.3)
    shown = dict(zip(listed, labels, strict=True))
    row = max(row, tall + 0.05)
    left += 0.2 + PAD
    room = WIDTH - left - PAD - max(columns_width(columns) for columns in printed.values()) - 0.14
    axis = wrap(words.axis, WIDTH - left - PAD, SMALL)
    head = max(text_height("x", BODY), *(columns_height(columns) for columns in printed.values())) + 0.1
    gap, foot = 0.08, axis_height(axis)
    body = sum(head + row * len(own) for own in names.values()) + gap * (len(names) - 1) + foot
    page = make_page(words.title, words.subtitle, words.note, body)
    top, plots = page.top, []
    for key, own in names.items():
        high = row * len(own)
        axes = page.axes(left, top - head - high, room, high)
        row_axis(axes, [shown[name] for name in own])
        page.text(PAD, top - head + 0.09, heads[key], fontsize=BODY, fontweight="bold", color=INK)
        draw_columns(page, axes, printed[key], WIDTH - PAD)
        plots.append(axes)
        top -= head + high + gap
    return plots, axis


def sort_rows(data: pd.DataFrame, value: str, label: str, sort: bool) -> pd.DataFrame:
    """Rows with a value, greatest first, ties by name; those without a value last."""
    if not sort:
        return data.reset_index(drop=True)
    named = data.assign(_value=data[value].astype(float), _label=data[label].astype(str))
    ordered = named.sort_values(["_value", "_label"], ascending=[False, True], kind="stable", na_position="last")
    return ordered.drop(columns=["_value", "_label"]).reset_index(drop=True)


def column_values(data: pd.DataFrame, column: str | None) -> np.ndarray:
    if column is None or column not in data:
        return np.full(len(data), np.nan)
    return data[column].astype(float).to_numpy()


def status_look(status: str, colour: str) -> dict[str, Any]:
    """Achieved filled, planned hollow, else pale: form as well as colour."""
    face = {"achieved": colour, "planned": PAPER}.get(status, PALE)
    edge = GREY if status not in schema.STATUSES else colour
    return {"facecolor": face, "edgecolor": edge, "linewidth": 1.1}
