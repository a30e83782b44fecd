"""What charts are made of: page with title and note, rows, keys, columns of numbers, value axes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter, MaxNLocator
from matplotlib.transforms import blended_transform_factory

from analysis import schema

from .save import self_explaining
from .style import AREA, BODY, GREY, INK, PAD, PALE, PAPER, SMALL, TITLE, WIDTH, Format, decimal, integer, percent
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
        box = (left / self.width, bottom / self.height, width / self.width, height / self.height)
        return self.figure.add_axes(box, **kwargs)

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
    """Rows from top to bottom with their names at the left, nothing else on the y axis."""
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.set_yticks(range(len(labels)), labels, linespacing=1.1)
    axes.tick_params(axis="y", length=0, pad=6)
    axes.spines["left"].set_visible(False)
    self_explaining(axes, "y")


def value_axis(axes: Axes, limit: float, label: str, form: Format, ticks: int = 5, whole: bool = False) -> None:
    axes.set_xlim(0, limit)
    axes.xaxis.set_major_locator(MaxNLocator(ticks, integer=whole, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: form(value)))
    axes.grid(axis="x")
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(axis="x", length=0, pad=3)
    axes.axvline(0, color=INK, linewidth=0.9, zorder=1.5, clip_on=False)
    if label:
        axes.set_xlabel(label, loc="left", labelpad=4)


def tick_format(form: Format) -> Format:
    """How ticks are written beside values in `form`: with all the digits that a tick has, for it is never rounded."""
    if form not in (percent, decimal, integer):
        return form
    scale, unit = (100, "%") if form is percent else (1, "")
    return lambda value: f"{scale * value:,.6f}".rstrip("0").rstrip(".") + unit


def draw_dot(
    axes: Axes,
    x: float,
    y: float,
    low: float,
    high: float,
    colour: str,
    marker: str,
    size: float = 7.0,
    hollow: bool = False,
) -> None:
    """One value with its interval, if it has one."""
    if np.isfinite(low) and np.isfinite(high):
        axes.plot([low, high], [y, y], color=colour, linewidth=1.5, zorder=2)
    if np.isfinite(x):
        axes.plot(
            [x],
            [y],
            marker=marker,
            markersize=size * AREA.get(marker, 1.0),
            markerfacecolor=PAPER if hollow else colour,
            markeredgecolor=colour if hollow else PAPER,
            markeredgewidth=1.4 if hollow else 0.8,
            linestyle="none",
            zorder=3,
            clip_on=False,
        )


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


def axis_height(label: str) -> float:
    return 0.28 + (text_height(label, SMALL) if label else 0.0)


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


Looks = Mapping[str, tuple[str, str]]
