"""What charts are made of: the page with title and note, plots of rows, printed columns, value axes, dots."""

from __future__ import annotations

import difflib
import functools
import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pandas as pd
import seaborn
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator, NullLocator
from matplotlib.transforms import ScaledTranslation, blended_transform_factory

from .labels import Labels, Look, NothingToShow
from .look import (
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
    style,
)
from .save import numbered_only
from .text import text_height, text_width, wrap

# --- the page -----------------------------------------------------------------------------------------------------


def chart(draw: Callable[..., Figure]) -> Callable[..., Figure]:
    """A chart from `draw(table, labels, **options)`: called as `chart(table, **options, **labels)`.

    Draws in our style, says what `empty` says where there is nothing to show, and raises TypeError for a label or
    option that does not exist, with the nearest one that does.
    """
    own = list(inspect.signature(draw).parameters.values())
    options = [parameter.name for parameter in own[2:]]
    words = [each.name for each in fields(Labels)]

    @functools.wraps(draw)
    def drawn(table: pd.DataFrame, **given: Any) -> Figure:
        for name in given:
            if name not in options and name not in words:
                near = difflib.get_close_matches(name, [*options, *words], 1)
                hint = f", did you mean '{near[0]}'" if near else ""
                raise TypeError(f"charts.{draw.__name__} has no option or label '{name}'{hint}")
        labels = Labels(**{name: value for name, value in given.items() if name in words and name not in options})
        with style():
            try:
                if table.empty:
                    raise NothingToShow
                return draw(table, labels, **{name: value for name, value in given.items() if name in options})
            except NothingToShow:
                page = make_page(labels, 0.6)
                page.text(WIDTH / 2, page.bottom + 0.3, labels.empty, ha="center", va="center", color=GREY)
                # A report leaves such a chart out.
                page.figure.nothing_to_show = True  # type: ignore[attr-defined]
                return page.figure

    rest = inspect.Parameter("labels", inspect.Parameter.VAR_KEYWORD)
    drawn.__signature__ = inspect.Signature([own[0], *own[2:], rest], return_annotation="Figure")  # type: ignore[attr-defined]
    return drawn


@dataclass
class Page:
    """A figure with its head and foot set; the body lies between, measured in inches from the lower left corner."""

    figure: Figure
    width: float
    height: float
    top: float
    bottom: float

    def axes(self, left: float, bottom: float, width: float, height: float) -> Axes:
        """A plot without frame, axes and ticks, which take long; see `name_rows` and `scale_axis`."""
        box = (left / self.width, bottom / self.height, width / self.width, height / self.height)
        axes = self.figure.add_axes(box)
        axes.set_axis_off()
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_locator(NullLocator())
        return axes

    def text(self, x: float, y: float, words: str, **kind: Any) -> Text:
        return self.figure.text(x / self.width, y / self.height, words, **kind)

    def mark(self, x: float, y: float, **look: Any) -> None:
        """A mark outside all plots, as keys and heads have them."""
        spot: dict[str, Any] = {"linestyle": "none", "transform": self.figure.transFigure}
        self.figure.add_artist(Line2D([x / self.width], [y / self.height], **spot, **look))


def make_page(labels: Labels, body: float) -> Page:
    """A figure whose middle has `body` inches of height, with the finding above and the source below."""
    room = WIDTH - 2 * PAD
    parts: list[tuple[str, float, dict[str, Any], float]] = [
        (wrap(labels.title, room, TITLE, True, even=True), TITLE, {"fontweight": "bold", "color": INK}, 0.03),
        (wrap(labels.subtitle, room, SMALL), SMALL, {"color": GREY}, 0.0),
    ]
    foot = wrap(labels.note, room, SMALL)
    head = sum(text_height(words, size) + gap for words, size, _, gap in parts if words)
    height = PAD + head + 0.1 + body + (text_height(foot, SMALL) + 0.08 if foot else 0.0) + PAD
    figure = Figure(figsize=(WIDTH, height))
    FigureCanvasAgg(figure)
    page = Page(figure, WIDTH, height, 0.0, 0.0)
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


def key_lines(items: Sequence[tuple[str, float, str]], room: float) -> list[list[tuple[str, float, float, str]]]:
    """The items of a key (name, width of its mark, words) in lines: name, left end, width, words."""
    lines: list[list[tuple[str, float, float, str]]] = [[]]
    x = 0.0
    for name, mark, words in items:
        wide = mark + 0.04 + text_width(words, SMALL) + 0.2
        if lines[-1] and x + wide > room:
            lines.append([])
            x = 0.0
        lines[-1].append((name, x, mark, words))
        x += wide
    return lines if lines[0] else []


# --- rows ---------------------------------------------------------------------------------------------------------


def row_labels(names: Iterable[str], most: float) -> tuple[dict[str, str], float, float]:
    """Name → name in lines of at most `most` inches; the width that they need with a gap; the height of the tallest."""
    wrapped = {name: wrap(name, most, even=True) for name in names}
    lines = [label.split("\n") for label in wrapped.values()]
    wide = max((text_width(line) for label in lines for line in label), default=0.0)
    return wrapped, wide + 0.2 + PAD, max(map(len, lines), default=1) * BODY * 1.2 / 72


def name_rows(axes: Axes, names: Mapping[float, str], size: float = BODY) -> None:
    """Names (place on the y axis → words) at the left of the plot, in place of the y axis.

    They are texts of the figure: ticks, each with its lines and labels, take ten times as long.
    """
    across, up, flush = axes.get_yaxis_text1_transform(6)
    kind: dict[str, Any] = {"va": up, "ha": flush, "linespacing": 1.1, "color": INK, "fontsize": size}
    for place, words in names.items():
        if words:
            axes.figure.text(0, place, words, transform=across, **kind)


def row_axis(axes: Axes, names: Sequence[str], named: bool = True) -> None:
    """Rows from top to bottom, with their names at the left where they are `named` here."""
    axes.set_ylim(len(names) - 0.5, -0.5)
    if named:
        name_rows(axes, dict(enumerate(names)))


@dataclass(frozen=True)
class Column:
    """A column of printed numbers at the right of a plot."""

    head: str
    cells: list[str]

    @property
    def width(self) -> float:
        return max(text_width(line, SMALL) for line in [*self.head.split("\n"), *self.cells]) + 0.18


def make_columns(table: pd.DataFrame, labels: Labels, formats: Mapping[str, Format] | None = None) -> list[Column]:
    """What the labels' `columns` name in `table`: text as it is, shares as percentages, whole numbers and others."""
    printed = []
    for name, head in labels.columns.items():
        numbers = pd.to_numeric(table[name], errors="coerce").dropna().astype(float)
        usual: Format = percent if "share" in name else integer if (numbers % 1 == 0).all() else decimal
        form = (formats or {}).get(name, usual)
        cells = [
            "–" if pd.isna(value) else value if isinstance(value, str) else form(float(value)) for value in table[name]
        ]
        printed.append(Column(wrap(head, 1.0, SMALL, even=True), cells))
    return printed


def draw_columns(page: Page, axes: Axes, columns: Sequence[Column], right: float, first: float = 0.0) -> None:
    """Columns flush right, the last one ending `right` inches from the left edge; heads above the first row."""
    across = blended_transform_factory(page.figure.transFigure, axes.transData)
    kind: dict[str, Any] = {"ha": "right", "fontsize": SMALL}
    x = right
    for column in reversed(columns):
        for row, cell in enumerate(column.cells):
            if cell:
                axes.text(x / page.width, row + first, cell, transform=across, va="center_baseline", color=INK, **kind)
        y = axes.get_position().y1 * page.height + 0.09
        page.text(x, y, column.head, va="baseline", color=GREY, linespacing=1.1, **kind)
        x -= column.width


def columns_height(columns: Sequence[Column]) -> float:
    return max((text_height(column.head, SMALL) for column in columns), default=0.0)


def columns_width(columns: Sequence[Column]) -> float:
    return sum(column.width for column in columns)


@dataclass(frozen=True)
class Rows:
    """One plot of `stacked`: the names of its rows, what is printed beside them, and the words over the plot."""

    names: Sequence[str]
    columns: Sequence[Column] = ()
    head: str = ""


def stacked(panels: Sequence[Rows], labels: Labels, *, over: float = 0.0, row: float = ROW) -> tuple[Page, list[Axes]]:
    """Plots of rows below one another: names at the left, columns at the right under one another.

    Below the last one there is room for the value axis, above the first one `over` inches. A row is `row` inches high,
    or what its name needs.
    """
    shown, left, tall = row_labels([name for panel in panels for name in panel.names], 2.3)
    row = max(row, tall + 0.06)
    room = max(WIDTH - left - PAD - max(columns_width(panel.columns) for panel in panels) - 0.12, 0.5)
    heads = [
        max(text_height(panel.head, BODY), columns_height(panel.columns)) + (0.1 if panel.head else 0.06)
        for panel in panels
    ]
    gap, foot = 0.08, axis_height(wrap(labels.axis, WIDTH - left - PAD, SMALL))
    body = sum(heads) + row * sum(len(panel.names) for panel in panels) + gap * (len(panels) - 1) + foot
    page = make_page(labels, over + body)
    top, plots = page.top - over, []
    for panel, head in zip(panels, heads, strict=True):
        top -= head + row * len(panel.names)
        axes = page.axes(left, top, room, row * len(panel.names))
        row_axis(axes, [shown[name] for name in panel.names])
        if panel.head:
            y = top + row * len(panel.names) + 0.09
            page.text(PAD, y, panel.head, fontsize=BODY, fontweight="bold", color=INK)
        draw_columns(page, axes, panel.columns, WIDTH - PAD)
        plots.append(axes)
        top -= gap
    return page, plots


def stripes(axes: Axes, rows: int) -> None:
    """Every second row on pale ground, to lead the eye across."""
    corners = [[(0, y - 0.5), (1, y - 0.5), (1, y + 0.5), (0, y + 0.5)] for y in range(1, rows, 2)]
    ground = PolyCollection(corners, facecolors=STRIPE, linewidths=0, zorder=0, transform=axes.get_yaxis_transform())
    axes.add_collection(ground, autolim=False)


# --- values -------------------------------------------------------------------------------------------------------


def axis_height(label: str) -> float:
    return 0.28 + text_height(label, SMALL)


def axis_limit(values: Iterable[float]) -> float:
    """Upper end of a value axis that begins at 0."""
    return max([float(value) for value in values if np.isfinite(value)], default=0.0) * 1.06 or 1.0


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
) -> None:
    """A value axis between two ends at the foot of the plot: a line of the grid and a value for each tick, its label.

    The parts are drawn one by one, as `name_rows` does.
    """
    ticks, figure = grid_lines(axes, low, high, ticks), axes.figure
    place, down, middle = axes.get_xaxis_text1_transform(3)
    kind: dict[str, Any] = {"va": down, "color": GREY, "fontsize": SMALL}
    texts = [figure.text(tick, 0, form(tick), ha=middle, transform=place, **kind) for tick in ticks]
    if not label:
        numbered_only(axes, "x")
        return
    lowest = min((text.get_window_extent().y0 for text in texts), default=axes.bbox.y0)
    below = ScaledTranslation(0, (lowest - axes.bbox.y0) / figure.dpi - 4 / 72, figure.dpi_scale_trans)
    label = wrap(label, WIDTH - PAD - axes.get_position().x0 * WIDTH, SMALL)
    figure.text(0, 0, label, ha="left", transform=axes.transAxes + below, **kind)


def grid_lines(axes: Axes, low: float, high: float, ticks: Sequence[float] | None = None) -> Sequence[float]:
    """The ends of a value axis and a pale line for each of its ticks, without numbers; out: the ticks."""
    axes.set_xlim(low, high)
    ticks = nice_ticks(low, high) if ticks is None else ticks
    lines = [[(tick, 0), (tick, 1)] for tick in ticks]
    look: dict[str, Any] = {"colors": RULE, "linewidths": 0.6, "zorder": 0.5}
    axes.add_collection(LineCollection(lines, transform=axes.get_xaxis_transform(), **look), autolim=False)
    return ticks


def mark_value(axes: Axes, value: float = 0.0, **look: Any) -> None:
    """A line across all rows at a value that they are read against."""
    look = {"color": INK, "linewidth": 0.9, "zorder": 1.5, "clip_on": False, **look}
    axes.add_artist(Line2D([value] * 2, [0, 1], transform=axes.get_xaxis_transform(), **look))


def value_axis(axes: Axes, limit: float, label: str, form: Format, ticks: Sequence[float] | None = None) -> None:
    """A value axis from 0 on."""
    scale_axis(axes, 0, limit, label, tick_format(form), ticks=ticks)
    mark_value(axes)


def axis_about_zero(plots: Sequence[Axes], values: Any, label: str, form: Format) -> None:
    """One scale for plots below one another, alike on both sides of 0, numbered and named under the last one."""
    limit = max(float(np.nanmax(np.abs(np.asarray(values, dtype=float)))) * 1.05, 1e-3)
    ticks = nice_ticks(-limit, limit, even=True)
    for axes in plots[:-1]:
        grid_lines(axes, -limit, limit, ticks)
    scale_axis(plots[-1], -limit, limit, label, form, ticks=ticks)
    for axes in plots:
        mark_value(axes)


def tick_format(form: Format) -> Format:
    """How ticks are written beside values in `form`: with all the digits that a tick has, for it is never rounded."""
    if form not in (percent, decimal, integer):
        return form
    scale, unit = (100, "%") if form is percent else (1, "")
    return lambda value: f"{scale * value:,.6f}".rstrip("0").rstrip(".") + unit


def column_values(table: pd.DataFrame, column: str) -> np.ndarray:
    """The values of a column as floats, missing where the table has no such column."""
    if column not in table:
        return np.full(len(table), np.nan)
    return table[column].astype(float).to_numpy()


def draw_dots(
    axes: Axes,
    values: Iterable[float],
    low: Iterable[float],
    high: Iterable[float],
    looks: Sequence[Look],
    *,
    hollow: Iterable[bool] | None = None,
    size: float = 7.0,
) -> None:
    """Values one below the other, each with the line of its interval where it has one; `hollow` ones are not filled."""
    x, ends = np.array(list(values), dtype=float), np.array([list(low), list(high)], dtype=float)
    shades, marker = np.array(looks).T
    empty = np.zeros(len(x), dtype=bool) if hollow is None else np.array(list(hollow), dtype=bool)
    y = np.arange(len(x))
    # seaborn computes intervals and does not draw those that a table has.
    lines = [[(a, place), (b, place)] for a, b, place in zip(*ends, y, strict=True)]
    known = np.flatnonzero(np.isfinite(ends).all(axis=0))
    look: dict[str, Any] = {"colors": [shades[n] for n in known], "linewidths": 1.5, "zorder": 2}
    axes.add_collection(LineCollection([lines[n] for n in known], **look), autolim=False)
    there = np.isfinite(x)
    if not there.any():
        return
    x, y, shades, marker, empty = (part[there] for part in (x, y, shades, marker, empty))
    kinds: dict[str, Any] = {"style": marker, "markers": {kind: kind for kind in marker}}
    if len(set(marker)) == 1:
        kinds = {"marker": marker[0]}
    seaborn.scatterplot(x=x, y=y, color=INK, legend=False, clip_on=False, zorder=3, ax=axes, **kinds)
    marks = axes.collections[-1]
    # Shapes look alike in size; what is hollow has its colour at the edge.
    marks.set_sizes([(size * AREA.get(kind, 1.0)) ** 2 for kind in marker])  # type: ignore[attr-defined]
    marks.set_linewidth(np.where(empty, 1.4, 0.8).tolist())
    marks.set_facecolor(np.where(empty, PAPER, shades).tolist())
    marks.set_edgecolor(np.where(empty, shades, PAPER).tolist())


def status_look(status: str, colour: str) -> dict[str, Any]:
    """Achieved filled, planned hollow, else pale: form as well as colour."""
    face = {"achieved": colour, "planned": PAPER}.get(status, PALE)
    edge = colour if status in ("achieved", "planned") else GREY
    return {"facecolor": face, "edgecolor": edge, "linewidth": 1.1}
