"""The word cloud of one city."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from .labels import Labels, NothingToShow, Palette, chart, colours, rows_with
from .layout import make_page
from .style import ACCENT, INK, PAD, SMALL, WIDTH
from .text import text_width

HEIGHT = 2.9
"""Height of the cloud in inches."""
# Points of the largest word; its height, from the top of a Han character to its foot, to the point; air between words.
LARGEST, TALL, AIR = 43.0, 1.1, 0.06


# Own placement: the library wordcloud reserves the box of a word and then draws it lower, so that words touch, and
# draws in pixels.
def _places(sizes: np.ndarray, room: np.ndarray) -> np.ndarray:
    """Centres of boxes of `sizes` about the middle of `room`, at the first free place of a spiral each, or NaN."""
    outward = np.sqrt(np.linspace(0, 1.5, 2500))
    angles = 2 * np.pi * 40 * outward
    spiral = np.column_stack([np.cos(angles), np.sin(angles)]) * outward[:, None] * room / 2
    centres = np.full(sizes.shape, np.nan)
    for number, half in enumerate(sizes / 2):
        free = spiral[(np.abs(spiral) + half <= room / 2).all(axis=1)]
        for centre, other in zip(centres[:number], sizes[:number] / 2, strict=True):
            # A word that stands nowhere is in nobody's way.
            free = free[~(np.abs(free - centre) < half + other).all(axis=1)]
        if len(free):
            centres[number] = free[0]
    return centres


@chart
def word_cloud(table: pd.DataFrame, labels: Labels, *, most: int = 50, palette: Palette | None = None) -> Figure:
    """The most frequent words, larger where more frequent: a way in, to stand beside the table it is made from.

    In: term, count, one row a word; `most` words are shown, fewer where there is no room. The area of a word grows with
    its count. The eight most frequent are blue, the next sixteen black, the rest grey, or as `palette` has it.
    """
    shown = rows_with(table, "count", "term")
    counts = dict(zip(shown["term"].astype(str), shown["count"].astype(float), strict=True))
    ranked = sorted((term for term in counts if counts[term] > 0), key=lambda term: (-counts[term], term))[:most]
    if not ranked:
        raise NothingToShow
    strength = np.sqrt([counts[term] / counts[ranked[0]] for term in ranked])
    room = np.array([WIDTH - 2 * PAD, HEIGHT])
    wide = np.array([text_width(term, 100.0, True) / 100 for term in ranked])
    # As large as the words fill two thirds of the room, or a little smaller where they do not fit in.
    filling = np.sqrt(0.62 * room.prod() / (wide * TALL / 72 * strength**2).sum())
    for largest in np.linspace(min(LARGEST, filling), SMALL, 9):
        points = np.maximum(np.minimum(largest * strength, (room[0] - AIR) / wide), SMALL).round(1)
        places = _places(np.column_stack([wide * points, TALL * points / 72]) + AIR, room)
        if not np.isnan(places).any():
            break
    page = make_page(labels.title, labels.subtitle, labels.note, HEIGHT)
    own = [ACCENT if rank < 8 else INK if rank < 24 else "#6b6b6b" for rank in range(len(ranked))]
    shades = dict(zip(ranked, own, strict=True)) if palette is None else colours(ranked, palette, labels)
    for term, size, (x, y) in zip(ranked, points, places, strict=True):
        if np.isfinite(x):
            look = {"fontsize": size, "fontweight": "bold", "color": shades[term]}
            page.text(WIDTH / 2 + x, page.bottom + HEIGHT / 2 + y, term, ha="center", va="center", **look)
    return page.figure
