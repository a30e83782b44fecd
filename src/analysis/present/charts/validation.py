"""Charts on how far results can be trusted: shares near 1, values taken for each other, shares under other choices."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.collections import PatchCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from ..palette import PALETTE
from .layout import (
    PageWords,
    column_values,
    columns_height,
    draw_columns,
    draw_dots,
    empty_chart,
    make_columns,
    make_page,
    mark_value,
    row_axis,
    row_labels,
    row_panels,
    row_plot,
    scale_axis,
    shown_name,
    tick_format,
)
from .style import ACCENT, INK, PAD, PAPER, RULE, SMALL, WIDTH, Format, percent, styled
from .text import text_height, text_width

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
    printed = make_columns(shown, columns, column_formats)
    words = PageWords(title, subtitle, note, axis)
    page, axes, axis = row_plot([shown_name(key, names) for key in shown[label]], printed, words)
    x, a, b = (column_values(shown, name) for name in ("share", "low", "high"))
    lowest = float(np.nanmin(np.concatenate([x, a])))
    scale_axis(axes, max(math.floor(lowest * 10 - 1e-9), 0) / 10, 1.0, axis, tick_format(percent))
    mark_value(axes, 1.0)
    draw_dots(axes, x, a, b, (ACCENT, "o"))
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
    parts = np.divide(values, whole[:, None], out=np.zeros(values.shape), where=whole[:, None] > 0)
    cells, faces = [], []
    for y, key in enumerate(counts.index):
        for x, found in enumerate(counts.columns):
            part, hit = parts[y, x], key == found
            # A wrong cell is a small part of its row; its shade rises three times as fast.
            strength = 0.15 + 0.85 * min(1.0, part if hit else 3 * part) if part else 0.0
            face = np.array(to_rgb(ACCENT if hit else WRONG)) * strength + (1 - strength)
            cells.append(Rectangle((x - 0.5, y - 0.5), 1, 1))
            faces.append(face)
            if part:
                ink = PAPER if face @ (0.2126, 0.7152, 0.0722) < 0.5 else INK
                words = f"{values[y, x]:.0f}"
                axes.text(x, y, words, ha="center", va="center_baseline", fontsize=SMALL, color=ink)
    # All cells as one: matplotlib takes long over hundreds of patches.
    axes.add_collection(PatchCollection(cells, facecolor=faces, edgecolor=RULE, linewidth=0.6), autolim=False)
    for x, head in enumerate(heads):
        turn: dict[str, Any] = {"ha": "center"}
        if not level:
            turn = {"ha": "left", "rotation": SLANT, "rotation_mode": "anchor"}
        axes.text(x if level else x - 0.15, -0.5 - 0.05 / row, head, va="bottom", fontsize=SMALL, color=INK, **turn)
    draw_columns(page, axes, printed, left + cell * len(heads) + printed[0].width)
    return page.figure


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
    printed = {}
    for name in panels:
        own = pd.DataFrame({"choice": choices[name]})
        if summary is not None:
            own = own.merge(summary[summary[panel] == name], on="choice", how="left")
        printed[name] = make_columns(own, columns if summary is not None else None, column_formats)
    rows = {name: [shown_name(choice, names) for choice in own] for name, own in choices.items()}
    heads = {name: shown_name(name, names) for name in panels}
    plots, axis = row_panels(rows, heads, printed, PageWords(title, subtitle, note, axis))
    limit = max(float(shown["difference"].abs().max()) * 1.06, 1e-3)
    for axes, name in zip(plots, panels, strict=True):
        last = axes is plots[-1]
        scale_axis(axes, -limit, limit, axis if last else "", signed_points, numbered=last)
        mark_value(axes)
        own = shown[shown[panel] == name]
        places = own["choice"].map({choice: y for y, choice in enumerate(choices[name])}).to_numpy(dtype=float)
        moved = own["difference"].to_numpy(dtype=float)
        axes.plot(moved, places, linestyle="none", marker="|", markersize=9, color=ACCENT, alpha=0.65)
    return plots[0].figure  # type: ignore[return-value]
