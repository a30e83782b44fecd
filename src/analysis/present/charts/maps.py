"""Charts of cells: heat maps, the triangle of distances, what was taken for what."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd
import seaborn
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ..palette import PALETTE
from .labels import Labels, NothingToShow, Palette, in_order, no_palette, rows_with
from .layout import Column, Page, chart, columns_height, columns_width, draw_columns, make_page, name_rows, row_labels
from .look import ACCENT, GREY, INK, PAD, PAPER, RULE, SMALL, WIDTH, percent
from .text import text_height, text_width, wrap

SHADES = LinearSegmentedColormap.from_list("shades", ["#ffffff", "#a9cfe5", "#3f8fc0", "#00456b"])
# Wrong is orange and right blue, told apart in grey print by the diagonal.
RIGHT_AND_WRONG = LinearSegmentedColormap.from_list("right and wrong", [PALETTE[1], "#ffffff", ACCENT])
# Degrees by which heads of narrow columns are turned; inches: line with the name of a part, widest column, longest
# turned head.
SLANT, PART, WIDEST, LONGEST = 40.0, 0.26, 1.1, 1.9

MOST_COLUMNS = 20
#: An adjusted residual of so much lies clear of chance.
CLEAR = 2.0
"""More have no room for their numbers."""


def _heads(heads: Sequence[str], room: float, beside: float) -> tuple[list[str], bool, float, float]:
    """Heads of columns in `room` inches with `beside` more to the right: as they stand, if level, how high, a width."""
    cell = min(room / len(heads), WIDEST)
    wrapped = [wrap(head, cell - 0.06, SMALL, even=True) for head in heads]
    if all(text_width(line, SMALL) <= cell - 0.04 for head in wrapped for line in head.split("\n")):
        return wrapped, True, max(text_height(head, SMALL) for head in wrapped) + 0.09, cell
    heads = [_cut(head) for head in heads]
    wide = [text_width(head, SMALL) for head in heads]
    reach = [each * math.cos(math.radians(SLANT)) for each in wide]
    # The last heads lean out over the cells.
    cell = min(cell, *((room + beside - each) / (n + 0.5) for n, each in enumerate(reach)))
    return heads, False, max(wide) * math.sin(math.radians(SLANT)) + 0.27, cell


def _cut(head: str) -> str:
    """A turned head in one line: two would cover those of the next column."""
    while text_width(head, SMALL) > LONGEST:
        head = head.removesuffix("…")[:-1].rstrip() + "…"
    return head


def _matrix(
    blocks: Sequence[tuple[str, Sequence[str]]],
    heads: Sequence[str],
    labels: Labels,
    printed: Sequence[Column] = (),
    spans: Sequence[str] = (),
) -> tuple[Page, list[Axes]]:
    """A page with a plot for the cells of each block (the words over it, the names of its rows) below one another.

    `heads` stand over the columns, `spans` (one for each column, alike for those of one part) under them, `printed` at
    the right of the only block.
    """
    shown, left, tall = row_labels([name for _, names in blocks for name in names], 1.9)
    beside = columns_width(printed)
    heads, level, top, cell = _heads(heads, WIDTH - left - PAD - beside, beside)
    top, high = max(top, columns_height(printed) + 0.04), max(0.26, tall + 0.04)
    axis = wrap(labels.axis, WIDTH - 2 * PAD, SMALL)
    under = [(words, len(list(group))) for words, group in groupby(spans)]
    below = [wrap(words, count * cell - 0.1, SMALL, even=True) for words, count in under]
    foot = (text_height(axis, SMALL) + 0.08 if axis else 0.04) + max(
        (text_height(words, SMALL) + 0.1 for words in below), default=0.0
    )
    body = sum((PART if words else 0.0) + high * len(names) for words, names in blocks)
    page = make_page(labels, top + body + foot)
    turn: dict[str, Any] = {"ha": "center", "linespacing": 1.1}
    if not level:
        turn = {"ha": "left", "rotation": SLANT, "rotation_mode": "anchor"}
    for n, head in enumerate(heads):
        x = left + cell * (n + (0.5 if level else 0.35))
        page.text(x, page.top - top + 0.05, head, va="bottom", fontsize=SMALL, color=INK, **turn)
    y, plots = page.top - top, []
    for words, names in blocks:
        y -= (PART if words else 0.0) + high * len(names)
        plots.append(page.axes(left, y, cell * len(heads), high * len(names)))
        plots[-1].set_ylim(len(names), 0)
        name_rows(plots[-1], {n + 0.5: shown[name] for n, name in enumerate(names)})
        if words:
            page.text(PAD, y + high * len(names) + 0.06, words, va="bottom", fontsize=SMALL, fontweight="bold")
    draw_columns(page, plots[0], printed, left + cell * len(heads) + beside, first=0.5)
    x = left
    for words, (_, count) in zip(below, under, strict=True):
        ends = [(x + 0.1 * cell) / WIDTH, (x + (count - 0.1) * cell) / WIDTH]
        rule = Line2D(ends, [(y - 0.04) / page.height] * 2, color=GREY, linewidth=0.8)
        page.figure.add_artist(rule)
        page.text(x + count * cell / 2, y - 0.08, words, ha="center", va="top", fontsize=SMALL, linespacing=1.1)
        x += count * cell
    if axis:
        page.text(PAD, page.bottom, axis, va="bottom", fontsize=SMALL, color=GREY, linespacing=1.1)
    return page, plots


def _paint(axes: Axes, shades: np.ndarray, words: np.ndarray, colours: Colormap, ends: tuple[float, float]) -> None:
    """Cells with their words; missing ones stay empty."""
    seaborn.heatmap(
        shades,
        mask=np.isnan(shades),
        vmin=ends[0],
        vmax=ends[1],
        cmap=colours,
        annot=words,
        fmt="",
        annot_kws={"fontsize": SMALL, "va": "center_baseline"},
        linewidths=0.8,
        linecolor=RULE if ends[0] < 0 else PAPER,
        cbar=False,
        xticklabels=False,
        yticklabels=False,
        ax=axes,
    )


def _ramp(palette: Palette | None) -> Colormap:
    if palette is None:
        return SHADES
    if isinstance(palette, Mapping):
        raise TypeError("the palette of a heat map is a name or a list of colours from pale to dark, not a mapping")
    try:
        if isinstance(palette, str):
            return seaborn.color_palette(palette, as_cmap=True)
        return LinearSegmentedColormap.from_list("own", list(palette))
    except ValueError:
        raise no_palette(palette) from None


def shade_map(
    wide: pd.DataFrame,
    labels: Labels,
    *,
    row_parts: Mapping[str, str] | None = None,
    column_parts: Mapping[str, str] | None = None,
    faint: pd.DataFrame | None = None,
    palette: Palette | None = None,
) -> Figure:
    """Cells of `wide` (0 to 1) with 100 times the value in them; `faint` ones have no colour and a grey number.

    Rows and columns stand as in `wide`; those of one part (key → words of the part) must stand together.
    """
    if wide.isna().all(axis=None):
        raise NothingToShow
    parts = [(row_parts or {}).get(key, "") for key in wide.index]
    blocks = [(words, [n for n, _ in group]) for words, group in groupby(enumerate(parts), key=lambda item: item[1])]
    names, heads = ([labels.name(key) for key in side] for side in (wide.index, wide.columns))
    spans = [column_parts[key] for key in wide.columns] if column_parts else []
    page, plots = _matrix([(words, [names[n] for n in rows]) for words, rows in blocks], heads, labels, spans=spans)
    numbers = wide.to_numpy(dtype=float)
    pale = np.zeros(numbers.shape, dtype=bool) if faint is None else faint.to_numpy(dtype=bool)
    shades = np.where(pale & ~np.isnan(numbers), 0.0, numbers)
    words = np.array([["" if np.isnan(number) else f"{100 * number:.0f}" for number in line] for line in numbers])
    for axes, (_, rows) in zip(plots, blocks, strict=True):
        _paint(axes, shades[rows], words[rows], _ramp(palette), (0.0, max(float(np.nanmax(shades)), 1e-9)))
        known = ~np.isnan(numbers[rows])
        grey = (pale[rows] | (numbers[rows] < 0.005))[known]
        for text, is_grey in zip(axes.texts, grey, strict=True):
            if is_grey:
                text.set_color(GREY)
    return page.figure


def like_beside_like(matrix: np.ndarray) -> np.ndarray:
    """Order of rows along the first principal axis of `matrix`, so that like rows stand beside each other."""
    centred = matrix - matrix.mean(axis=0)
    left, size, _ = np.linalg.svd(centred, full_matrices=False)
    place = np.round(left[:, 0] * size[0], 9)
    # The axis has no direction of its own: let the row with the greatest first share stand at the top.
    if place[int(np.argmax(matrix[:, 0]))] > 0:
        place = -place
    return np.argsort(place, kind="stable")


@chart
def heat_map(
    table: pd.DataFrame,
    labels: Labels,
    *,
    rows: str = "code",
    columns: str = "city",
    cell: str = "share",
    sections: str | None = None,
    order: Iterable[str] | None = None,
    column_order: Iterable[str] | None = None,
    palette: Palette | None = None,
) -> Figure:
    """Rows × columns with 100 times the value in each cell, the darker the more; missing cells stay empty.

    In: long, one row a cell: `rows` (code), `columns` (city), `cell` (share, 0 to 1). `sections` names the column with
    the part that each row, or else each column, belongs to; parts stand together under their names. `order`,
    `column_order`: which rows and columns, in which order, else as in the table. More than twenty columns stand as rows
    where there are fewer rows. `palette`: a name or colours from pale to dark.
    """
    if not isinstance(columns, str):  # other charts print columns beside the plot; here the numbers stand in the cells
        columns = "city"
    shown = in_order(in_order(rows_with(table, cell, rows, columns), columns, column_order), rows, order)
    across = list(dict.fromkeys(in_order(shown, columns, column_order)[columns]))
    wide = shown.pivot(index=rows, columns=columns, values=cell).loc[list(dict.fromkeys(shown[rows])), across]
    if wide.shape[1] > MOST_COLUMNS and wide.shape[1] > wide.shape[0]:
        wide, rows, columns = wide.T, columns, rows
    if sections is None:
        return shade_map(wide, labels, palette=palette)
    by_row = shown.groupby(rows)[sections].nunique().max() == 1
    side = rows if by_row else columns
    parts = dict(zip(shown[side], map(labels.name, shown[sections]), strict=True))
    rank = {part: n for n, part in enumerate(dict.fromkeys(parts.values()))}
    wide = wide.sort_index(axis=0 if by_row else 1, key=lambda keys: keys.map(parts).map(rank), kind="stable")
    return shade_map(wide, labels, palette=palette, **{"row_parts" if by_row else "column_parts": parts})


@chart
def industry_map(
    table: pd.DataFrame,
    labels: Labels,
    *,
    order: Iterable[str] | None = None,
    column_order: Iterable[str] | None = None,
    palette: Palette | None = None,
) -> Figure:
    """Industries × cities with the mentions in each cell; the darker, the larger their share of the city's mentions.

    In: `compare.industries` (city, industry, count, total, cities, shared). Industries that all cities name stand in
    one part, then those of some, then those of one only (`names["all"]`, `some`, `one` head the parts); in each the
    most named first. `order`, `column_order`: which industries and cities, in which order. With more than twenty
    cities the most named industries stand across.
    """
    shown = in_order(in_order(rows_with(table, "count", "industry", "city"), "city", column_order), "industry", order)
    across = list(dict.fromkeys(in_order(shown, "city", column_order)["city"]))
    counts = shown.pivot(index="industry", columns="city", values="count")[across].astype(float)
    totals = shown.drop_duplicates("city").set_index("city")["total"].reindex(across).astype(float)
    spread = shown.drop_duplicates("industry").set_index("industry")["shared"]
    rank = {part: n for n, part in enumerate(("all", "some", "one"))}
    listed = list(dict.fromkeys(shown["industry"]))
    if order is None:
        sums = counts.sum(axis=1)
        listed.sort(key=lambda key: (rank[spread[key]], -counts.loc[key].notna().sum(), -sums[key]))
    counts = counts.loc[listed]
    shares = counts / totals
    if counts.shape[1] > MOST_COLUMNS and counts.shape[1] > counts.shape[0]:
        counts, shares = counts.T, shares.T
        blocks = [("", list(range(len(counts))))]
    else:
        parts = [spread[key] for key in counts.index]
        blocks = [
            (labels.name(part), [n for n, _ in group])
            for part, group in groupby(enumerate(parts), key=lambda item: item[1])
        ]
    names, heads = ([labels.name(key) for key in side] for side in (counts.index, counts.columns))
    page, plots = _matrix([(words, [names[n] for n in rows]) for words, rows in blocks], heads, labels)
    shades, numbers = shares.to_numpy(dtype=float), counts.to_numpy(dtype=float)
    words = np.array([["" if np.isnan(number) else f"{number:.0f}" for number in line] for line in numbers])
    for axes, (_, rows) in zip(plots, blocks, strict=True):
        _paint(axes, shades[rows], words[rows], _ramp(palette), (0.0, max(float(np.nanmax(shades)), 1e-9)))
    return page.figure


@chart
def cross_map(table: pd.DataFrame, labels: Labels, *, palette: Palette | None = None) -> Figure:
    """A cross table with the count in each cell, the darker the larger its part of the row; + and − where it lies clear
    of what chance would give (an adjusted residual of 2 or more either way).

    In: `compare.cross_table` (row, column, count, row_share, residual) of one city or of all together.
    """
    shown = rows_with(table, "count", "row", "column")
    order = list(dict.fromkeys(shown["row"])), list(dict.fromkeys(shown["column"]))

    def square(value: str) -> np.ndarray:
        wide = shown.pivot(index="row", columns="column", values=value).loc[order[0], order[1]]
        return wide.to_numpy(dtype=float)

    counts, shares, residuals = square("count"), square("row_share"), np.nan_to_num(square("residual"))
    signs = np.where(residuals >= CLEAR, "+", np.where(residuals <= -CLEAR, "−", ""))
    words = np.array(
        [
            [f"{count:.0f}{sign}" if count or sign else "" for count, sign in zip(line, marks, strict=True)]
            for line, marks in zip(counts, signs, strict=True)
        ]
    )
    names, heads = ([labels.name(key) for key in side] for side in order)
    page, [axes] = _matrix([("", names)], heads, labels)
    _paint(axes, shares, words, _ramp(palette), (0.0, max(float(shares.max()), 1e-9)))
    return page.figure


def triangle(pairs: pd.DataFrame, labels: Labels, palette: Palette | None = None) -> Figure:
    """The corrected distance of every two cities once, like cities beside each other; grey: the interval reaches 0."""
    keys = list(dict.fromkeys([*pairs["city"], *pairs["other"]]))

    def square(value: str) -> pd.DataFrame:
        half = pairs.pivot(index="city", columns="other", values=value).reindex(index=keys, columns=keys).astype(float)
        return half.fillna(half.T)

    plain = square("distance" if "distance" in pairs else "corrected").fillna(0.0).to_numpy()
    order = [keys[n] for n in like_beside_like(plain)]
    # The first city has no cell in its row, the last none in its column.
    shown, low = (square(value).loc[order, order].iloc[1:, :-1] for value in ("corrected", "low"))
    lower = np.tril(np.ones(shown.shape, dtype=bool))
    return shade_map(shown.where(lower), labels, faint=~(low > 0), palette=palette)


@chart
def confusion(table: pd.DataFrame, labels: Labels) -> Figure:
    """Gold values (index) × values found (columns) with the count in each cell.

    In: `gold.confusion`. What is right lies on the diagonal, in blue; what is wrong is orange, darker the larger its
    part of the row. `columns["right"]` heads the share of each row that is right, at the right.
    """
    values = table.to_numpy(dtype=float)
    hit = np.array([[row == column for column in table.columns] for row in table.index])
    whole = values.sum(axis=1)
    parts = np.divide(values, whole[:, None], out=np.zeros(values.shape), where=whole[:, None] > 0)
    shares = zip(whole, (parts * hit).sum(axis=1), strict=True)
    right = ["–" if not total else percent(share) for total, share in shares]
    printed = [Column(labels.columns.get("right", ""), right)]
    names, heads = ([labels.name(key) for key in side] for side in (table.index, table.columns))
    page, [axes] = _matrix([("", names)], heads, labels, printed)
    # A wrong cell is a small part of its row; its shade rises three times as fast.
    strength = np.where(hit, 0.15 + 0.85 * parts, -(0.15 + 0.85 * np.minimum(3 * parts, 1.0)))
    words = np.array([[f"{value:.0f}" if value else "" for value in line] for line in values])
    _paint(axes, np.where(values > 0, strength, 0.0), words, RIGHT_AND_WRONG, (-1.0, 1.0))
    return page.figure
