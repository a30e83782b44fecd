"""Charts of words: which set cities apart, and which are frequent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.transforms import blended_transform_factory

from analysis.rendering import fonts

from .labels import Labels, Look, NothingToShow, Palette, all_cities, colours, in_order, looks, rows_with
from .layout import (
    Page,
    axis_height,
    axis_limit,
    chart,
    draw_dots,
    grid_lines,
    make_page,
    mark_value,
    nice_ticks,
    row_axis,
    row_labels,
    scale_axis,
    tick_format,
)
from .look import ACCENT, AREA, BODY, GREY, INK, PAD, ROW, SMALL, WIDTH, integer
from .save import self_explaining
from .text import ink_corner, text_height, text_width, wrap

Word = tuple[str, float, str]
"""A word, its value, and how often it stands here and elsewhere."""


@chart
def keyness(
    table: pd.DataFrame,
    labels: Labels,
    *,
    value: str = "z",
    most: int | None = None,
    order: Iterable[str] | None = None,
    palette: Palette | None = None,
) -> Figure:
    """The words that set each city apart, with how often they stand here and elsewhere (`12 : 3`).

    In: `compare.keyness` (city, term, count, other_count, `value`: z), or the rows of it that are to be shown; only
    words with a `value` above 0, at most `most` of each city (8, 5 or 3, the fewer the more cities). Two cities: one
    two-sided plot, the words of the first to the left; more: a panel each, on one scale. `columns["count"]` says what
    the two counts are. `order`: the cities.
    """
    shown = in_order(rows_with(table, value, "city", "term"), "city", order)
    cities = list(dict.fromkeys(shown["city"]))
    if order is None:
        cities.sort(key=all_cities(labels, cities).index)
    most = most or (8 if len(cities) <= 4 else 5 if len(cities) <= 8 else 3)
    ranked = shown[shown[value] > 0]
    ranked = ranked.sort_values([value, "count", "term"], ascending=[False, False, True], kind="stable")
    if ranked.empty:
        raise NothingToShow
    best: dict[str, list[Word]] = {}
    for city in cities:
        own = ranked[ranked["city"] == city].head(most)
        both = [f"{here:,.0f} : {there:,.0f}" for here, there in zip(own["count"], own["other_count"], strict=True)]
        best[city] = list(zip(own["term"], own[value].astype(float), both, strict=True))
    draw = _two_sided if len(cities) == 2 else _word_panels
    return draw(best, dict(zip(cities, looks(cities, palette, labels), strict=True)), labels)


def _city_head(page: Page, x: float, y: float, words: str, look: Look, right: bool = False) -> None:
    """The name of a city in bold after its mark, or before it where it is flush `right`."""
    page.mark(x + (-0.07 if right else 0.07), y, marker=look[1], color=look[0], markersize=6.5 * AREA.get(look[1], 1.0))
    flush = "right" if right else "left"
    page.text(x + (-0.2 if right else 0.2), y, words, ha=flush, va="center", linespacing=1.1, fontweight="bold")


def _counts_words(labels: Labels) -> str:
    """What the two counts are, over the plots."""
    return wrap(labels.columns.get("count", ""), WIDTH - 2 * PAD, SMALL)


def _two_sided(best: Mapping[str, list[Word]], look: Mapping[str, Look], labels: Labels) -> Figure:
    """Words of one city left of the zero line, of the other right; each word across the line from its dot."""
    sides = list(zip((-1.0, 1.0), best, strict=True))
    rows = [(sign, city, word) for sign, city in sides for word in best[city]]
    limit = axis_limit(value for *_, (_, value, _) in rows)
    beside = max(text_width(both, SMALL) for *_, (_, _, both) in rows) + 0.15
    room, high = WIDTH - 2 * (PAD + beside), ROW * len(rows)
    counts = _counts_words(labels)
    foot = axis_height(wrap(labels.axis, room, SMALL))
    page = make_page(labels, text_height(counts, SMALL) + 0.3 + high + foot)
    axes = page.axes(PAD + beside, page.bottom + foot, room, high)
    row_axis(axes, [""] * len(rows))
    form, ticks = tick_format(integer), nice_ticks(-limit, limit, 7, even=True)
    scale_axis(axes, -limit, limit, labels.axis, lambda value: form(abs(value)), ticks=ticks)
    mark_value(axes)
    ends = [sign * value for sign, _, (_, value, _) in rows]
    # The line of a word's dot is drawn as that of an interval is.
    draw_dots(axes, ends, np.minimum(ends, 0), np.maximum(ends, 0), [look[city] for _, city, _ in rows])
    inch = 2 * limit / room
    for place, (sign, _, (term, value, both)) in enumerate(rows):
        near, away = ("right", "left") if sign > 0 else ("left", "right")
        axes.text(-sign * 0.08 * inch, place, term, ha=near, va="center_baseline", zorder=4)
        x = sign * (value + 0.1 * inch)
        axes.text(x, place, both, ha=away, va="center_baseline", fontsize=SMALL, color=GREY, zorder=4)
    for sign, city in sides:
        y = page.bottom + foot + high + 0.15
        _city_head(page, WIDTH / 2 + 0.08 * sign, y, labels.name(city), look[city], right=sign < 0)
    page.text(PAD, page.top, counts, va="top", fontsize=SMALL, color=GREY)
    return page.figure


def _word_panels(best: Mapping[str, list[Word]], look: Mapping[str, Look], labels: Labels) -> Figure:
    """A panel for each city on one scale; the value axis is named once, under the last row of panels."""
    words = [word for own in best.values() for word in own]
    limit, across, gap = axis_limit(value for _, value, _ in words), min(2, len(best)), 0.28
    terms, left, tall = row_labels([term for term, *_ in words], 1.4)
    left, row = left - 0.06 - PAD, max(0.225, tall + 0.05)
    right = max(text_width(both, SMALL) for *_, both in words) + 0.2
    panel = (WIDTH - 2 * PAD - gap * (across - 1)) / across
    counts = _counts_words(labels)
    axis = wrap(labels.axis, WIDTH - 2 * PAD, SMALL)
    # In many rows of panels only the lowest ones carry the scale, and the rest stand closer.
    deep = -(-len(best) // across)
    close = deep > 3
    heads = {city: wrap(labels.name(city), panel - 0.25, BODY, True) for city in best}
    head, foot = max(text_height(words, BODY) for words in heads.values()) + 0.08, 0.26
    block = head + row * max(map(len, best.values())) + (0.08 if close else foot + 0.06)
    top = text_height(counts, SMALL)
    page = make_page(labels, top + block * deep + (foot if close else 0.0) + text_height(axis, SMALL))
    for number, (city, own) in enumerate(best.items()):
        x, y = PAD + number % across * (panel + gap), page.top - top - number // across * block
        _city_head(page, x, y - head / 2, heads[city], look[city])
        high = row * max(1, len(own))
        axes = page.axes(x + left, y - head - high, max(0.2, panel - left - right), high)
        row_axis(axes, [terms[term] for term, *_ in own] or [""])
        if close and number + across < len(best):
            grid_lines(axes, 0, limit, nice_ticks(0, limit, 3))
        else:
            scale_axis(axes, 0, limit, "", tick_format(integer), ticks=nice_ticks(0, limit, 3))
        mark_value(axes)
        self_explaining(axes, "x")
        if own:
            values = [value for _, value, _ in own]
            draw_dots(axes, values, [0.0] * len(own), values, [look[city]] * len(own), size=6.0)
        across_page = blended_transform_factory(page.figure.transFigure, axes.transData)
        for place, (*_, both) in enumerate(own):
            kind: dict[str, Any] = {"ha": "right", "va": "center_baseline", "fontsize": SMALL, "color": GREY}
            axes.text((x + panel) / WIDTH, place, both, transform=across_page, **kind)
    page.text(PAD, page.top, counts, va="top", fontsize=SMALL, color=GREY)
    page.text(PAD + left, page.bottom, axis, va="bottom", fontsize=SMALL, color=GREY)
    return page.figure


HEIGHT = 2.9
"""Height of the cloud in inches."""
# Pixels of the placing to an inch, points of the largest word, and what of its place a word is drawn in: the rest is
# air for the line that a word stands on, TALL times its size.
FINE, LARGEST, DRAWN, TALL = 100, 46.0, 0.86, 1.12


def _placed(counts: Mapping[str, float], room: tuple[float, float]) -> Iterator[tuple[str, float, float, float]]:
    """Words as the library wordcloud places them in `room` (inches): word, points, left and upper end of its ink."""
    from wordcloud import WordCloud

    width, height = (round(side * FINE) for side in room)
    cloud = WordCloud(
        font_path=str(fonts.font_file(bold=True)),
        width=width,
        height=height,
        prefer_horizontal=1.0,
        relative_scaling=0.5,
        min_font_size=round(SMALL / DRAWN * FINE / 72),
        max_font_size=round(LARGEST * FINE / 72),
        margin=8,
        random_state=1,
    ).generate_from_frequencies(dict(counts))
    for (word, _), pixels, (down, right), _, _ in cloud.layout_:
        yield word, pixels * 72 / FINE, right / FINE, room[1] - down / FINE


@chart
def word_cloud(table: pd.DataFrame, labels: Labels, *, most: int = 50, palette: Palette | None = None) -> Figure:
    """The most frequent words, larger where more frequent: a way in, to stand beside the table it is made from.

    In: term, count, one row a word; `most` words are shown, fewer where there is no room, placed by the library
    wordcloud from a fixed seed. The larger the count, the larger the word. The eight most frequent are blue, the next
    sixteen black, the rest grey, or as `palette` has it.
    """
    shown = rows_with(table, "count", "term")
    counts = dict(zip(shown["term"].astype(str), shown["count"].astype(float), strict=True))
    ranked = sorted((term for term in counts if counts[term] > 0), key=lambda term: (-counts[term], term))[:most]
    if not ranked:
        raise NothingToShow
    page = make_page(labels, HEIGHT)
    own = [ACCENT if rank < 8 else INK if rank < 24 else "#6b6b6b" for rank in range(len(ranked))]
    shades = dict(zip(ranked, own, strict=True)) if palette is None else colours(ranked, palette, labels)
    # Drawn as text and not in pixels: the library says where the ink of each word begins.
    taken: list[tuple[float, float, float, float]] = []
    for term, place, left, top in _placed({term: counts[term] for term in ranked}, (WIDTH - 2 * PAD, HEIGHT)):
        size = place * DRAWN
        x, y = ink_corner(term, size)
        box = (left, top - TALL * size / 72, left + text_width(term, size, True), top)
        # A small word may stand between the strokes of a large one: there it cannot be read.
        if any(box[0] < b[2] and b[0] < box[2] and box[1] < b[3] and b[1] < box[3] for b in taken):
            continue
        taken.append(box)
        look = {"fontsize": size, "fontweight": "bold", "color": shades[term]}
        page.text(PAD + left - x, page.bottom + top - y, term, ha="left", va="baseline", **look)
    return page.figure
