"""Charts on how far results can be trusted: shares near 1, values taken for each other, shares under other choices."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator

from .layout import (
    axis_height,
    column_values,
    columns_height,
    draw_columns,
    draw_dot,
    empty_chart,
    make_columns,
    make_page,
    row_axis,
    row_labels,
    shown_name,
    tick_format,
)
from .style import ACCENT, BODY, INK, PAD, PALETTE, PAPER, ROW, RULE, SMALL, WIDTH, Format, percent, styled
from .text import text_height, text_width, wrap

WRONG = PALETTE[1]
# Degrees by which long heads of narrow columns are turned.
SLANT = 40.0


@styled
def accuracy_chart(
    scores: pd.DataFrame,
    *,
    label: str = "column",
    title: str,
    subtitle: str = "",
    note: str = "",
    axis: str = "",
    names: Mapping[str, str] | None = None,
    columns: Mapping[str, str] | None = None,
    column_formats: Mapping[str, Format] | None = None,
    empty: str = "–",
) -> Figure:
    """Shares right with their intervals, in the order of the table, on an axis that ends at 100 %.

    In: `validation.scores` of all texts together, or any table with `label`, share, low, high. The axis begins at the
    tenth below the lowest interval, not at 0: what matters here is the distance from 100 %. `columns` (name → words)
    are printed at the right.
    """
    shown = scores[scores["share"].notna()]
    if shown.empty:
        return empty_chart(title, subtitle, note, empty)
    labels, left, tall = row_labels([shown_name(key, names) for key in shown[label]], 2.3)
    printed = make_columns(shown, columns, column_formats)
    row = max(ROW, tall + 0.06)
    left += 0.2 + PAD
    room = WIDTH - left - PAD - sum(column.width for column in printed) - 0.16
    axis = wrap(axis, WIDTH - left - PAD, SMALL)
    foot = axis_height(axis)
    page = make_page(title, subtitle, note, columns_height(printed) + 0.06 + row * len(shown) + foot)
    axes = page.axes(left, page.bottom + foot, room, row * len(shown))
    x, a, b = (column_values(shown, name) for name in ("share", "low", "high"))
    lowest = float(np.nanmin(np.concatenate([x, a])))
    row_axis(axes, labels)
    _free_axis(axes, max(math.floor(lowest * 10 - 1e-9), 0) / 10, 1.0, axis, tick_format(percent))
    axes.axvline(1.0, color=INK, linewidth=0.9, zorder=1.5)
    for y in range(len(shown)):
        draw_dot(axes, x[y], y, a[y], b[y], ACCENT, "o")
    draw_columns(page, axes, printed, WIDTH - PAD)
    return page.figure


@styled
def confusion_chart(
    counts: pd.DataFrame,
    *,
    title: str,
    subtitle: str = "",
    note: str = "",
    names: Mapping[str, str] | None = None,
    right: str = "",
    empty: str = "–",
) -> Figure:
    """Gold values (rows) × values found (columns) with the count in each cell.

    In: `validation.confusion`. What is right lies on the diagonal, in blue; what is wrong is orange, darker the larger
    its part of the row. At the right, under the words `right`, the share of each row that is right.
    """
    if counts.empty:
        return empty_chart(title, subtitle, note, empty)
    labels, left, tall = row_labels([shown_name(key, names) for key in counts.index], 1.6)
    row = max(0.26, tall + 0.04)
    left += 0.2 + PAD
    values = counts.to_numpy(dtype=float)
    whole = values.sum(axis=1)
    own = np.array([float(counts.loc[key, key]) if key in counts.columns else 0.0 for key in counts.index])
    shares = pd.DataFrame({"right": np.divide(own, whole, out=np.full(len(own), np.nan), where=whole > 0)})
    printed = make_columns(shares, {"right": right}, {"right": percent})
    heads = [shown_name(key, names) for key in counts.columns]
    cell = (WIDTH - left - PAD - printed[0].width) / len(heads)
    reach = [text_width(head, SMALL) for head in heads]
    # Heads that do not fit over their column stand aslant and reach over the next ones.
    level = max(reach) <= cell - 0.06
    top = text_height("x", SMALL) + 0.04 if level else max(reach) * math.sin(math.radians(SLANT)) + 0.22
    over = [wide * math.cos(math.radians(SLANT)) - cell * (len(heads) - n - 0.5) for n, wide in enumerate(reach)]
    if not level:
        # The last heads need the room over the printed column, whose own head then stands below them.
        cell -= max(0.0, max(over) - printed[0].width) / len(heads)
    page = make_page(title, subtitle, note, max(top, columns_height(printed) + 0.04) + row * len(counts))
    axes = page.axes(left, page.bottom, cell * len(heads), row * len(counts))
    row_axis(axes, labels)
    axes.set_xlim(-0.5, len(heads) - 0.5)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    parts = np.divide(values, whole[:, None], out=np.zeros(values.shape), where=whole[:, None] > 0)
    for y, key in enumerate(counts.index):
        for x, found in enumerate(counts.columns):
            part, hit = parts[y, x], key == found
            # A wrong cell is a small part of its row; its shade rises three times as fast.
            strength = 0.15 + 0.85 * min(1.0, part if hit else 3 * part) if part else 0.0
            face = np.array(to_rgb(ACCENT if hit else WRONG)) * strength + (1 - strength)
            axes.add_patch(Rectangle((x - 0.5, y - 0.5), 1, 1, facecolor=face, edgecolor=RULE, linewidth=0.6))
            if part:
                ink = PAPER if face @ (0.2126, 0.7152, 0.0722) < 0.5 else INK
                words = f"{values[y, x]:.0f}"
                axes.text(x, y, words, ha="center", va="center_baseline", fontsize=SMALL, color=ink)
    for x, head in enumerate(heads):
        turn: dict[str, Any] = {"ha": "center"}
        if not level:
            turn = {"ha": "left", "rotation": SLANT, "rotation_mode": "anchor"}
        axes.text(x if level else x - 0.15, -0.5 - 0.05 / row, head, va="bottom", fontsize=SMALL, color=INK, **turn)
    draw_columns(page, axes, printed, left + cell * len(heads) + printed[0].width)
    return page.figure


def _free_axis(axes: Axes, low: float, high: float, label: str, form: Format) -> None:
    """A value axis between two ends, neither of which need be 0."""
    axes.set_xlim(low, high)
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: form(value)))
    axes.grid(axis="x")
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(axis="x", length=0, pad=3)
    if label:
        axes.set_xlabel(label, loc="left", labelpad=4)


def signed_points(value: float, digits: int | None = None) -> str:
    """A difference of shares in percentage points: 0.05 → `+5`, -0.025 → `−2.5`, 0 → `0`; or with fixed `digits`."""
    words = f"{100 * value:+.4f}".rstrip("0").rstrip(".") if digits is None else f"{100 * value:+.{digits}f}"
    return words[1:] if float(words) == 0 else words.replace("-", "−")


@styled
def moves_chart(
    moves: pd.DataFrame,
    *,
    panel: str = "scheme",
    title: str,
    subtitle: str = "",
    note: str = "",
    axis: str = "",
    names: Mapping[str, str] | None = None,
    summary: pd.DataFrame | None = None,
    columns: Mapping[str, str] | None = None,
    column_formats: Mapping[str, Format] | None = None,
    empty: str = "–",
) -> Figure:
    """How far shares move under other choices: one panel below the other, one row a choice, one mark a moved share.

    In: `compare.sensitivity_table` without its base, with a column `panel` (choice, difference). All panels have one
    scale, symmetric about 0. `summary` has one row for each panel and choice; what `columns` (name → words) name in it
    is printed at the right.
    """
    shown = moves[moves["difference"].notna()]
    if shown.empty:
        return empty_chart(title, subtitle, note, empty)
    panels = list(dict.fromkeys(shown[panel]))
    choices = {name: list(dict.fromkeys(shown.loc[shown[panel] == name, "choice"])) for name in panels}
    labels, left, tall = row_labels([shown_name(choice, names) for choice in dict.fromkeys(shown["choice"])], 1.9)
    words = dict(zip(dict.fromkeys(shown["choice"]), labels, strict=True))
    row = max(ROW, tall + 0.06)
    left += 0.2 + PAD
    printed = {}
    for name in panels:
        own = pd.DataFrame({"choice": choices[name]})
        if summary is not None:
            own = own.merge(summary[summary[panel] == name], on="choice", how="left")
        printed[name] = make_columns(own, columns if summary is not None else None, column_formats)
    # The columns of all panels stand under one another.
    wide = max(sum(column.width for column in listed) for listed in printed.values())
    room = WIDTH - left - PAD - wide - 0.16
    axis = wrap(axis, WIDTH - left - PAD, SMALL)
    foot = axis_height(axis)
    head = max(text_height("x", BODY), *(columns_height(listed) for listed in printed.values())) + 0.1
    body = sum(head + row * len(choices[name]) for name in panels) + 0.1 * (len(panels) - 1) + foot
    page = make_page(title, subtitle, note, body)
    limit = max(float(shown["difference"].abs().max()) * 1.06, 1e-3)
    top = page.top
    for number, name in enumerate(panels):
        tall_here = row * len(choices[name])
        axes = page.axes(left, top - head - tall_here, room, tall_here)
        row_axis(axes, [words[choice] for choice in choices[name]])
        last = number == len(panels) - 1
        _free_axis(axes, -limit, limit, axis if last else "", signed_points)
        if not last:
            axes.tick_params(axis="x", labelbottom=False)
        axes.axvline(0, color=INK, linewidth=0.9, zorder=1.5)
        for y, choice in enumerate(choices[name]):
            own = shown.loc[(shown[panel] == name) & (shown["choice"] == choice), "difference"].to_numpy(dtype=float)
            axes.plot(own, [y] * len(own), linestyle="none", marker="|", markersize=9, color=ACCENT, alpha=0.65)
        page.text(PAD, top - head + 0.09, shown_name(name, names), fontsize=BODY, fontweight="bold", color=INK)
        draw_columns(page, axes, printed[name], WIDTH - PAD)
        top -= head + tall_here + 0.1
    return page.figure
