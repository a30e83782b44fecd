"""The word cloud of one city."""

from __future__ import annotations

import io
from collections.abc import Mapping

import pandas as pd

from analysis.rendering import fonts

from .layout import empty_chart
from .save import Chart, check_glyphs, save_chart
from .style import ACCENT, INK, PAPER, WIDTH, styled


@styled
def word_cloud(
    frequencies: Mapping[str, float] | pd.Series,
    *,
    alt: str,
    caption: str = "",
    note: str = "",
    name: str = "",
    size: tuple[float, float] = (WIDTH, 3.0),
    top: int = 50,
    separator: str = ", ",
    empty: str = "–",
) -> Chart:
    """The most frequent words, larger where more frequent: a way in, to stand beside the table it is made from.

    In: word → frequency; `size` in inches. `{words}` in `alt` becomes the eight most frequent words joined by
    `separator`; an `alt` that does not name the most frequent word gets them at its end. Out: a Chart with a PNG of two
    pixels to a CSS pixel. The same words give the same bytes.
    """
    from wordcloud import WordCloud

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
    shade = {word: ACCENT if rank < 8 else INK if rank < 24 else "#6b6b6b" for rank, word in enumerate(ranked)}
    # Placed at a pixel to a CSS pixel, which is four times as fast, and drawn at two.
    cloud = WordCloud(
        font_path=str(fonts.font_file(bold=True)),
        width=width,
        height=height,
        scale=2,
        background_color=PAPER,
        prefer_horizontal=1.0,
        relative_scaling=0.5,
        min_font_size=11,
        max_font_size=height // 4,
        margin=5,
        random_state=1,
        color_func=lambda word, **_: shade[word],
    ).generate_from_frequencies({word: known[word] for word in ranked})
    buffer = io.BytesIO()
    # 64 shades are enough for three colours with smooth edges and make the file a third of the size.
    cloud.to_image().quantize(64).save(buffer, format="PNG", compress_level=6)
    return Chart(alt=alt, png=buffer.getvalue(), caption=caption, note=note, name=name, width=width, height=height)
