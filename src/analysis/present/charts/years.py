"""The timeline: which years the figures of a city speak of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import blended_transform_factory

from .labels import Labels, Palette, colours, in_order, rows_with
from .layout import (
    Page,
    axis_height,
    chart,
    key_lines,
    make_page,
    mark_value,
    name_rows,
    scale_axis,
    status_look,
)
from .look import GREY, INK, PAD, PAPER, RULE, SMALL, WIDTH, integer
from .save import movable, self_explaining
from .text import text_width, wrap

STATUSES = ("achieved", "planned", "undetermined")
#: Inches: the height of a span, of a line of the key, and the room at the right for the figures of a span.
STEP, KEY_LINE, RIGHT = 0.19, 0.24, 0.35


def moment(date: str) -> float | None:
    """`2024-09-27`, `2024-09` or `2024` on an axis on which a year's number is its middle."""
    found = re.match(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?", date)
    if not found:
        return None
    year, month, day = int(found[1]), int(found[2] or 7), int(found[3] or (15 if found[2] else 1))
    return year - 0.5 + (month - 1) / 12 + (day - 1) / 365


@dataclass(frozen=True)
class _Text:
    """What is drawn of one document: figures by single year and status, spans (first, last, status, figures)."""

    name: str
    date: str
    colour: str
    years: pd.DataFrame
    spans: pd.DataFrame
    left_out: pd.DataFrame

    @property
    def when(self) -> float | None:
        return moment(self.date)

    @property
    def labels(self) -> list[str]:
        """The years of each span; those of the same years differ in status only and are named once."""
        ends = [
            ["" if np.isnan(end) else f"{end:.0f}" for end in row[:2]] for row in self.spans.itertuples(index=False)
        ]
        words = ["–".join(pair) for pair in ends]
        once = [label if label != before else "" for label, before in zip(words, ["", *words], strict=False)]
        return [*once, f"+ {len(self.left_out)}"] if len(self.left_out) else once

    @property
    def figures(self) -> list[float]:
        """The figures of each span, and of all that are not drawn."""
        return [*self.spans["figures"], *([self.left_out["figures"].sum()] if len(self.left_out) else [])]


def _read(table: pd.DataFrame, name: str, date: str, colour: str, most: int) -> _Text:
    rows = pd.DataFrame(
        {
            "first": table["year_from"].astype("Float64").to_numpy(dtype=float, na_value=np.nan),
            "last": table["year_to"].astype("Float64").to_numpy(dtype=float, na_value=np.nan),
            "status": table["status"].astype("string").fillna("undetermined").to_numpy(dtype=str),
            "figures": table["figures"].to_numpy(dtype=float),
        }
    )
    single = rows["first"] == rows["last"]
    years = rows[single].pivot_table(index="first", columns="status", values="figures", aggfunc="sum", fill_value=0.0)
    spans = rows[~single].groupby(["first", "last", "status"], dropna=False)["figures"].sum().reset_index()
    by = ["figures", "first", "last", "status"]
    spans = spans.sort_values(by, ascending=[False, True, True, True], kind="stable")
    shown = spans.head(most).sort_values(["first", "last", "status"], kind="stable", na_position="last")
    return _Text(name, date, colour, years.reindex(columns=list(STATUSES), fill_value=0.0), shown, spans.iloc[most:])


# Bars that stand on one another and differ in fill and edge, and lines with an open end, are not among what seaborn
# draws.
@chart
def timeline(
    table: pd.DataFrame,
    labels: Labels,
    *,
    dates: Mapping[str, str] | None = None,
    most: int | None = None,
    order: Iterable[str] | None = None,
    palette: Palette | None = None,
) -> Figure:
    """Which years the figures speak of: bars for single years, lines for spans; achieved filled, planned hollow.

    In: `compare.timeline` (document, year_from, year_to, status, figures) of one or more documents, one below the
    other; `dates` (document → ISO date, or a column date) marks when each text was spoken. A span with an open end
    reaches to or from that date. `names` holds words for documents, achieved, planned and undetermined. At most `most`
    spans of a document are drawn (12 for one document, else 4), those with most figures; a last row says how many are
    not, with their figures. `order`: the documents; `palette`: document → colour, or one for all.
    """
    ends = table[["year_from", "year_to"]].astype("Float64")
    known = rows_with(table.assign(_year=ends.bfill(axis=1)["year_from"]), "_year", "document", once=False)
    known = in_order(known, "document", order)
    if dates is None:
        dates = dict(zip(known["document"], known["date"].astype(str), strict=True)) if "date" in known else {}
    documents = list(dict.fromkeys(known["document"]))
    shades, most = colours(documents, palette, labels), most or (12 if len(documents) == 1 else 4)
    texts = [
        _read(known[known["document"] == key], labels.name(key), dates.get(key, ""), shades[key], most)
        for key in documents
    ]
    marks = [*ends.min(), *ends.max(), *(text.when for text in texts)]
    years = [float(mark) for mark in marks if mark is not None and pd.notna(mark)]
    return _draw(texts, labels, (min(years) - 0.75, max(years) + 0.75))


def _draw(texts: Sequence[_Text], labels: Labels, limits: tuple[float, float]) -> Figure:
    """A block for each text: bars by year, under them a line for each span."""
    one = len(texts) == 1
    left = max(text_width(label, SMALL) for text in texts for label in ["", *text.labels]) + 0.2 + PAD
    room = WIDTH - left - RIGHT - PAD
    used = [*(s for s in STATUSES if any(text.years[s].any() or (text.spans["status"] == s).any() for text in texts))]
    keys = key_lines([(status, 0.14, labels.name(status)) for status in used], room)
    bar, head = (1.5, 0.0) if one else (0.85, 0.26)
    head += 0.24 if any(text.when for text in texts) else 0.1
    deep = [STEP * len(text.labels) + 0.04 for text in texts]
    foot = axis_height(wrap(labels.axis, WIDTH - left - PAD, SMALL))
    page = make_page(labels, KEY_LINE * len(keys) + 0.04 + sum(head + bar + each + 0.1 for each in deep) + foot)
    _draw_keys(page, keys, left, texts[0].colour if one else GREY)
    tallest = max([float(text.years.sum(axis=1).max()) for text in texts if len(text.years)], default=1.0)
    y = page.top - KEY_LINE * len(keys) - 0.04
    for text, each in zip(texts, deep, strict=True):
        if not one:
            page.text(PAD, y - 0.16, text.name, va="center_baseline", fontweight="bold")
        y -= head + bar + each
        bars, lines = page.axes(left, y + each, room, bar), page.axes(left, y, room, each)
        for axes in (bars, lines):
            axes.set_xlim(*limits)
            base = Line2D([0, 1], [0, 0], color=RULE, linewidth=0.7, transform=axes.transAxes, clip_on=False)
            axes.add_artist(base)
            if text.when is not None:
                mark_value(axes, text.when, linestyle=(0, (3, 2)), zorder=1)
        # Bars of a short time would else be blocks: half an inch at most.
        _draw_years(bars, text, tallest, min(0.7, 0.5 * (limits[1] - limits[0]) / room))
        _draw_spans(page, lines, text, limits, left + room + RIGHT - 0.1)
        if text.when is not None:
            half = text_width(text.date, SMALL) / 2
            x = left + room * (text.when - limits[0]) / (limits[1] - limits[0])
            x = min(max(x, PAD + half), WIDTH - PAD - half)
            page.text(x, y + each + bar + 0.04, text.date, ha="center", va="bottom", fontsize=SMALL, color=GREY)
        y -= 0.1
    ticks = MaxNLocator(8 if room > 4 else 6, integer=True).tick_values(*limits)
    inside = [float(year) for year in ticks if limits[0] <= year <= limits[1]]
    scale_axis(lines, *limits, labels.axis, lambda year: f"{year:.0f}", ticks=inside)
    self_explaining(lines, "x")
    return page.figure


def _draw_keys(page: Page, keys: Sequence[Sequence[tuple[str, float, float, str]]], left: float, colour: str) -> None:
    """The statuses that occur, in the order in which they are drawn."""
    for number, line in enumerate(keys):
        y = page.top - KEY_LINE * (number + 0.5)
        for status, x, wide, words in line:
            look = status_look(status, colour)
            shape = {"marker": "s", "markersize": 6.0, "markeredgewidth": 1.2}
            look = {"markerfacecolor": look["facecolor"], "markeredgecolor": look["edgecolor"]}
            page.mark(left + x + 0.07, y, **shape, **look)
            page.text(left + x + wide + 0.04, y, words, va="center_baseline", fontsize=SMALL, color=INK)


def _draw_years(axes: Axes, text: _Text, tallest: float, wide: float) -> None:
    """A bar for each year, its sum above it."""
    axes.set_ylim(0, tallest * 1.22)
    base = np.zeros(len(text.years))
    for status in STATUSES:
        sizes = text.years[status].to_numpy(dtype=float)
        some = sizes > 0
        look = {"width": wide, "zorder": 2, **status_look(status, text.colour)}
        axes.bar(text.years.index[some], sizes[some], bottom=base[some], **look)
        base += sizes
    # The line of the text's date may pass behind the number.
    under = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.5}
    words: dict[str, Any] = {"ha": "center", "va": "bottom", "fontsize": SMALL, "color": INK, "bbox": under}
    for year, total in zip(text.years.index, base, strict=True):
        movable(axes.text(float(year), total + tallest * 0.04, integer(total), **words))


def _draw_spans(page: Page, axes: Axes, text: _Text, limits: tuple[float, float], right: float) -> None:
    """A thin line for each span with its years at the left and its figures at the right."""
    labels = text.labels
    axes.set_ylim(len(labels) - 0.4, -0.6)
    name_rows(axes, dict(enumerate(labels)), SMALL)
    across = blended_transform_factory(page.figure.transFigure, axes.transData)
    for y, figures in enumerate(text.figures):
        kind: dict[str, Any] = {"transform": across, "ha": "right", "va": "center_baseline", "fontsize": SMALL}
        axes.text(right / WIDTH, y, integer(figures), **kind)
    for y, (start, end, status, _) in enumerate(text.spans.itertuples(index=False)):
        now = text.when if text.when is not None else limits[1 if np.isnan(end) else 0]
        a = start - 0.4 if np.isfinite(start) else min(now, end - 0.4)
        b = end + 0.4 if np.isfinite(end) else max(now, start + 0.4)
        look = status_look(status, text.colour)
        axes.plot([a, b], [y, y], color=look["edgecolor"], linewidth=1.2, zorder=2)
        known = [x for x, year in ((a, start), (b, end)) if np.isfinite(year)]
        dot: dict[str, Any] = {"markerfacecolor": look["facecolor"], "markeredgecolor": look["edgecolor"], "zorder": 3}
        axes.plot(known, [y] * len(known), "o", markersize=5.5, markeredgewidth=1.1, **dot)
