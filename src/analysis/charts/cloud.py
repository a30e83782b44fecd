"""The word cloud of one city."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
from matplotlib.colors import to_rgb
from matplotlib.ft2font import FT2Font, LoadFlags
from PIL import Image

from analysis import fonts

from .layout import empty_chart
from .save import Chart, check_glyphs, save_chart
from .style import ACCENT, INK, PAPER, WIDTH, styled

# Pixels of the image, two of which make a CSS pixel: type sizes, the air around a word, the grid that words stand on.
LEAST, AIR, CELL = 22, 10, 6
# How far the size of type follows the counts: 0 not at all, 1 in proportion.
FOLLOW = 0.5
# Part of the image that the words should fill; how much smaller they get where they do not find room.
FULL, SMALLER = 0.68, 0.96
# The shape that the words fill: 2 is an ellipse, the more the closer to a rectangle.
ROUND = 4
# The eight most frequent words, the next sixteen, the rest.
SHADES = ((8, ACCENT), (24, INK), (None, "#6b6b6b"))
LEVELS = 16


@styled
def word_cloud(
    frequencies: Mapping[str, float] | pd.Series,
    *,
    alt: str,
    caption: str = "",
    note: str = "",
    name: str = "",
    size: tuple[float, float] = (WIDTH, 3.0),
    top: int = 70,
    separator: str = ", ",
    empty: str = "–",
) -> Chart:
    """The most frequent words, larger where more frequent: a way in, to stand beside the table it is made from.

    In: word → frequency; `size` in inches. `{words}` in `alt` becomes the eight most frequent words joined by
    `separator`; an `alt` that does not name the most frequent word gets them at its end. Out: a Chart with a PNG of two
    pixels to a CSS pixel. The same words give the same bytes.
    """
    known = {str(word): float(count) for word, count in dict(frequencies).items() if float(count) > 0}
    ranked = sorted(known, key=lambda word: (-known[word], word))[:top]
    words = separator.join(ranked[:8])
    if not alt.strip():
        raise ValueError("chart without alternative text: pass alt= with what the cloud is made from")
    if "{words}" not in alt and ranked and ranked[0] not in alt:
        alt = f"{alt.rstrip()} {{words}}"
    alt = alt.replace("{words}", words).strip()
    if not ranked:
        figure = empty_chart("", "", "", empty)
        return save_chart(figure, alt=alt, caption=caption, note=note, name=name)
    check_glyphs(ranked)
    width, height = (round(side * 96) for side in size)
    png = _drawn(ranked, [known[word] for word in ranked], 2 * width, 2 * height)
    return Chart(alt=alt, png=png, caption=caption, note=note, name=name, width=width, height=height)


def _measured(font: FT2Font, word: str, size: float) -> tuple[float, float]:
    """Width and height in pixels of what is seen of a word, which is then ready to be drawn.

    Not fitted to pixels: at two pixels to a CSS pixel that is as sharp and twice as fast.
    """
    font.set_size(size, 72)
    font.set_text(word, flags=LoadFlags.NO_HINTING)
    width, height = font.get_width_height()
    return width / 64, height / 64


def _drawn(words: Sequence[str], counts: Sequence[float], width: int, height: int) -> bytes:
    """The words in their places as a PNG of three colours with smooth edges."""
    sizes, places = _fitted(words, counts, width, height)
    paper, *inks = (np.array(to_rgb(colour)) * 255 for colour in (PAPER, *(colour for _, colour in SHADES)))
    steps = np.linspace(0, 1, LEVELS)[:, None]
    palette = np.concatenate([paper + (ink - paper) * steps for ink in inks]).round().astype(np.uint8)
    cells = np.zeros((height, width), dtype=np.uint8)
    font = FT2Font(str(fonts.font_file(bold=True)))
    for rank, (word, size, (left, top)) in enumerate(zip(words, sizes, places, strict=True)):
        _measured(font, word, size)
        font.draw_glyphs_to_bitmap()
        shade = next(n for n, (last, _) in enumerate(SHADES) if last is None or rank < last)
        drawn = np.asarray(font.get_image()).astype(np.uint16)
        strength = ((drawn * (LEVELS - 1) + 127) // 255).astype(np.uint8)
        spot = cells[top : top + drawn.shape[0], left : left + drawn.shape[1]]
        spot[strength > 0] = strength[strength > 0] + shade * LEVELS
    image = Image.fromarray(cells, mode="P")
    image.putpalette(palette.tobytes())
    buffer = io.BytesIO()
    image.save(buffer, format="PNG", compress_level=6)
    return buffer.getvalue()


def _fitted(
    words: Sequence[str], counts: Sequence[float], width: int, height: int
) -> tuple[list[int], list[tuple[int, int]]]:
    """The sizes and places (left, top) of words in an image, as large as all of them find room.

    Each word stands as near to the middle as it can, the most frequent first, so that no word hides or touches another.
    """
    # From one word to the next, sizes fall half as fast as counts.
    falls = [1.0, *(FOLLOW * after / before + 1 - FOLLOW for before, after in pairwise(counts))]
    shares = np.cumprod(falls)
    font = FT2Font(str(fonts.font_file(bold=True)))
    boxes = np.array([_measured(font, word, 100) for word in words]) / 100
    # Not larger than a quarter of the height, nor than the longest of them has room for.
    size = min(height / 4, float(((width - 2 * AIR) / (boxes[:, 0] * shares)).min()))
    size = min(size, float(np.sqrt(FULL * width * height / (boxes.prod(axis=1) * shares**2).sum())))
    while True:
        sizes = [max(LEAST, int(size * share)) for share in shares]
        places = _placed(np.ceil(boxes * np.array(sizes)[:, None]), width, height)
        if None not in places or size < LEAST:
            break
        size *= SMALLER
    shown = [n for n, place in enumerate(places) if place is not None]
    return [sizes[n] for n in shown], [place for place in places if place is not None]


def _placed(boxes: np.ndarray, width: int, height: int) -> list[tuple[int, int] | None]:
    """Left and top of each box (width, height) in an image: the free place nearest to the middle, None for no room."""
    rows, columns = (height - AIR) // CELL, (width - AIR) // CELL
    taken = np.zeros((rows, columns), dtype=np.int32)
    summed = np.zeros((rows + 1, columns + 1), dtype=np.int32)
    # How far the corners and middles of cells lie from the middle, measured so that the words fill a rectangle.
    down, across = (np.abs(np.linspace(-1, 1, 2 * cells + 1)) ** ROUND for cells in (rows, columns))
    distance = down[:, None] + across
    places: list[tuple[int, int] | None] = []
    for wide, high in boxes:
        w, h = (int(-(-(side + AIR) // CELL)) for side in (wide, high))
        if w > columns or h > rows:
            places.append(None)
            continue
        inside = summed[h:, w:] - summed[:-h, w:] - summed[h:, :-w] + summed[:-h, :-w]
        far = np.where(inside == 0, distance[h : 2 * rows - h + 1 : 2, w : 2 * columns - w + 1 : 2], np.inf)
        row, column = divmod(int(far.argmin()), far.shape[1])
        if np.isinf(far[row, column]):
            places.append(None)
            continue
        taken[row : row + h, column : column + w] = 1
        taken.cumsum(axis=0, out=summed[1:, 1:]).cumsum(axis=1, out=summed[1:, 1:])
        places.append((column * CELL + AIR, row * CELL + AIR))
    return places
