"""The timeline: which years the figures of a city speak of."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import blended_transform_factory

from .layout import (
    KeyItem,
    Page,
    axis_height,
    draw_key,
    empty_chart,
    key_height,
    make_page,
    mark_value,
    row_names,
    scale_axis,
    shown_name,
    status_look,
)
from .save import movable, self_explaining
from .style import ACCENT, GREY, INK, PAD, PAPER, RULE, SMALL, WIDTH, integer, styled
from .text import text_width, wrap


def _moment(date: str) -> float | None:
    """`2024-09-27`, `2024-09` or `2024` on an axis on which a year's number is its middle."""
    found = re.match(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?", date)
    if not found:
        return None
    year, month, day = int(found[1]), int(found[2] or 7), int(found[3] or (15 if found[2] else 1))
    return year - 0.5 + (month - 1) / 12 + (day - 1) / 365


@styled
def timeline_chart(
    data: pd.DataFrame,
    *,
    title: str,
    subtitle: str = "",
    note: str = "",
    axis: str = "",
    dates: Mapping[str, str] | None = None,
    date_label: str = "",
    names: Mapping[str, str] | None = None,
    colours: Mapping[str, str] | None = None,
    most_spans: int | None = None,
    more: str = "",
    empty: str = "–",
) -> Figure:
    """Which years the figures speak of: bars for single years, lines for spans; achieved filled, planned hollow.

    In: `compare.timeline` of one or more documents. `dates` (document → ISO date) marks when each text was spoken, with
    `date_label` beside it; `names` holds words for documents and statuses (achieved, planned, undetermined); `colours`
    (document → colour). A span with an open end reaches to or from the text's date. At most `most_spans` lines of a
    document are drawn (12 for one document, else 4), those with most figures; `more` with `{n}` says how many are not.
    """
    known = data[data["year_from"].notna() | data["year_to"].notna()]
    if known.empty:
        return empty_chart(title, subtitle, note, empty)
    documents = [str(document) for document in known["document"].unique()]
    most = most_spans if most_spans is not None else 12 if len(documents) == 1 else 4
    moments = {document: _moment((dates or {}).get(document, "")) for document in documents}
    marks = [m for m in moments.values() if m is not None]
    ends = pd.concat([known["year_from"], known["year_to"]]).dropna().astype(float)
    first, last = min([ends.min(), *marks]) - 0.75, max([ends.max(), *marks]) + 0.75
    tables = {document: _spread(known[known["document"].astype(str) == document]) for document in documents}
    statuses = [s for s in ("achieved", "planned", "") if any((t["status"] == s).any() for t in tables.values())]
    tallest = max((_stacks(table)["all"].max() for table in tables.values() if len(_stacks(table))), default=1.0)
    look = {document: (colours or {}).get(document, ACCENT) for document in documents}
    one = len(documents) == 1
    tint = look[documents[0]] if one else GREY
    keys = []
    for status in statuses:
        kind = status_look(status, tint)
        keys.append(KeyItem(shown_name(status or "undetermined", names), kind["edgecolor"], "s", kind["facecolor"]))
    spans = {document: _spans(table) for document, table in tables.items()}
    labels = [_span_label(*span[:2]) for rows in spans.values() for span in rows[:most]]
    left = max([text_width(label, SMALL) for label in labels], default=0.0) + 0.2 + PAD
    right = 0.35
    room = WIDTH - left - right - PAD
    key = key_height(keys, room)
    axis = wrap(axis, room, SMALL)
    foot = axis_height(axis)
    bar, step, head = (1.5 if one else 0.85), 0.19, (0.24 if marks and date_label else 0.1) + (0.0 if one else 0.26)
    rest = {d: len(spans[d]) - most if more else 0 for d in documents}
    deep = {d: step * (min(most, len(spans[d])) + (1.4 if rest[d] > 0 else 0)) + 0.04 for d in documents}
    blocks = [head + bar + deep[d] + 0.1 for d in documents]
    page = make_page(title, subtitle, note, key + sum(blocks) + foot)
    draw_key(page, left, page.top, keys, room)
    y = page.top - key
    for number, document in enumerate(documents):
        final = number == len(documents) - 1
        if not one:
            page.text(PAD, y - 0.16, shown_name(document, names), va="center_baseline", fontweight="bold")
        bars = page.axes(left, y - head - bar, room, bar)
        # Bars of a short time would else be blocks: half an inch at most.
        wide = min(0.7, 0.5 * (last - first) / room)
        _draw_stacks(bars, _stacks(tables[document]), look[document], statuses, tallest, wide)
        rows = spans[document][:most]
        lines = page.axes(left, y - head - bar - deep[document], room, deep[document])
        words = more.replace("{n}", str(rest[document])) if rest[document] > 0 else ""
        _draw_spans(page, lines, rows, look[document], moments[document], (first, last), left + room + 0.25, words)
        moment = moments[document]
        for axes in (bars, lines):
            axes.set_xlim(first, last)
            base = Line2D([0, 1], [0, 0], color=RULE, linewidth=0.7, transform=axes.transAxes, clip_on=False)
            axes.add_artist(base)
            if moment is not None:
                mark_value(axes, moment, linestyle=(0, (3, 2)), zorder=1)
        if moment is not None and date_label:
            _date_label(page, bars, moment, date_label, (first, last), left, room, y - head + 0.04)
        y -= blocks[number]
        if final:
            years = MaxNLocator(8 if room > 4 else 6, integer=True).tick_values(first, last)
            years = [float(year) for year in years if first <= year <= last]
            scale_axis(lines, first, last, axis, lambda year: f"{year:.0f}", ticks=years, grid=False, marks=3)
            if not axis:
                self_explaining(lines, "x")
    return page.figure


def _spread(table: pd.DataFrame) -> pd.DataFrame:
    """Years as floats (missing for open ends), status as text (`` where it cannot be told), figures."""
    return pd.DataFrame(
        {
            "first": table["year_from"].astype("Float64").to_numpy(dtype=float, na_value=np.nan),
            "last": table["year_to"].astype("Float64").to_numpy(dtype=float, na_value=np.nan),
            "status": table["status"].astype("string").fillna("").to_numpy(dtype=str),
            "figures": table["figures"].to_numpy(dtype=float),
        }
    )


def _stacks(table: pd.DataFrame) -> pd.DataFrame:
    """Figures by single year (index) and status, with their sum in `all`."""
    single = table[table["first"] == table["last"]]
    stacks = single.pivot_table(index="first", columns="status", values="figures", aggfunc="sum", fill_value=0.0)
    stacks["all"] = stacks.sum(axis=1)
    return stacks


def _spans(table: pd.DataFrame) -> list[tuple[float, float, str, float]]:
    """Spans of years with their status and figures: those with most figures are kept, then in order of time."""
    longer = table[~(table["first"] == table["last"])]
    counted = longer.groupby(["first", "last", "status"], dropna=False)["figures"].sum().reset_index()
    ordered = counted.sort_values(
        ["figures", "first", "last", "status"], ascending=[False, True, True, True], kind="stable"
    )
    return [tuple(row) for row in ordered.itertuples(index=False)]


def _span_label(first: float, last: float) -> str:
    start = "" if np.isnan(first) else f"{first:.0f}"
    end = "" if np.isnan(last) else f"{last:.0f}"
    return f"{start}–{end}"


def _draw_stacks(
    axes: Axes, stacks: pd.DataFrame, colour: str, statuses: Sequence[str], tallest: float, wide: float
) -> None:
    """A bar for each year, its sum above it."""
    axes.set_ylim(0, tallest * 1.22)
    for year, row in stacks.iterrows():
        base = 0.0
        for status in statuses:
            size = float(row.get(status, 0.0))
            if size:
                axes.bar(float(str(year)), size, bottom=base, width=wide, zorder=2, **status_look(status, colour))
            base += size
        # The line of the text's date may pass behind the number.
        under = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.5}
        above = base + tallest * 0.04
        words: dict[str, Any] = {"ha": "center", "va": "bottom", "fontsize": SMALL, "color": INK, "bbox": under}
        movable(axes.text(float(str(year)), above, integer(base), **words))


def _draw_spans(
    page: Page,
    axes: Axes,
    rows: list[tuple[float, float, str, float]],
    colour: str,
    moment: float | None,
    limits: tuple[float, float],
    right: float,
    more: str,
) -> None:
    """A thin line for each span with its years at the left and its figures at the right; `more` in a row below."""
    rows = sorted(rows, key=lambda row: (np.nan_to_num(row[0], nan=9999.0), np.nan_to_num(row[1], nan=9999.0), row[2]))
    axes.set_ylim(len(rows) + (0.8 if more else -0.4), -0.6)
    labels = [_span_label(*row[:2]) for row in rows]
    # Spans of the same years differ in status only and are named once.
    once = [label if place == 0 or label != labels[place - 1] else "" for place, label in enumerate(labels)]
    row_names(axes, {place: label for place, label in enumerate(once) if label}, SMALL)
    for y, (start, end, status, figures) in enumerate(rows):
        now = moment if moment is not None else limits[1 if np.isnan(end) else 0]
        a = start - 0.4 if np.isfinite(start) else min(now, end - 0.4)
        b = end + 0.4 if np.isfinite(end) else max(now, start + 0.4)
        look = status_look(status, colour)
        axes.plot([a, b], [y, y], color=look["edgecolor"], linewidth=1.2, zorder=2)
        for x, known in ((a, start), (b, end)):
            if np.isfinite(known):
                axes.plot(
                    [x],
                    [y],
                    marker="o",
                    markersize=5.5,
                    markerfacecolor=look["facecolor"],
                    markeredgecolor=look["edgecolor"],
                    markeredgewidth=1.1,
                    zorder=3,
                )
        across = blended_transform_factory(page.figure.transFigure, axes.transData)
        axes.text(
            right / page.width, y, integer(figures), transform=across, ha="right", va="center_baseline", fontsize=SMALL
        )

    if more:
        axes.text(limits[0], len(rows), more, va="center_baseline", fontsize=SMALL, color=GREY)


def _date_label(
    page: Page, axes: Axes, moment: float, words: str, limits: tuple[float, float], left: float, room: float, y: float
) -> None:
    """Name the text's date over its line, kept within the page."""
    x = left + room * (moment - limits[0]) / (limits[1] - limits[0])
    half = text_width(words, SMALL) / 2
    x = min(max(x, PAD + half), page.width - PAD - half)
    page.text(x, y, words, ha="center", va="bottom", fontsize=SMALL, color=GREY)
