"""The charts as notebooks call them: a tidy table and the words of `page.labels` in, a figure out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from . import comparison, dots, validation
from . import targets as plans
from . import timeline as years
from .keyness import keyness_chart
from .labels import Labels, Palette, chart, colours, in_order, rows_with
from .style import Format, decimal, percent

MANY = 6
"""More cities × more codes than so many are a heat map."""


def _words(labels: Labels, **more: Any) -> dict[str, Any]:
    kept = ("title", "subtitle", "note", "axis", "names", "empty")
    return {name: getattr(labels, name) for name in kept} | more


@chart
def share_dots(
    table: pd.DataFrame,
    labels: Labels,
    *,
    rows: str = "code",
    value: str = "share",
    form: Format = percent,
    formats: Mapping[str, Format] | None = None,
    order: Iterable[str] | None = None,
    palette: Palette | None = None,
) -> Figure:
    """One dot a row with its interval, greatest first, from 0.

    In: `rows` (code), `value` (share) and, where there are intervals, low, high, one row each; `columns` of the table
    are printed at the right, in `formats` (column → function). `order`: the rows that are shown, from top to bottom.
    """
    shown = in_order(rows_with(table, value, rows), rows, order)
    look = colours([str(key) for key in shown[rows]], palette, labels)
    ends = [end if end in shown else None for end in ("low", "high")]
    return dots.dot_plot(
        shown,
        rows,
        value,
        *ends,
        columns=labels.columns,
        column_formats=formats,
        cities=labels.cities,
        colour=next(iter(look.values())),
        form=form,
        sort=order is None,
        **_words(labels),
    )


@chart
def density(
    table: pd.DataFrame,
    labels: Labels,
    *,
    rows: str | None = None,
    order: Iterable[str] | None = None,
    palette: Palette | None = None,
) -> Figure:
    """Figures per 1,000 characters with intervals, greatest first.

    In: `compare.figure_profile` (document or city, per_1000, low, high).
    """
    by = rows or ("document" if "document" in table else "city")
    shown = in_order(rows_with(table, "per_1000", by), by, order)
    return dots.density_chart(shown, by=by, columns=labels.columns, cities=labels.cities, **_words(labels))


@chart
def share_panels(
    table: pd.DataFrame,
    labels: Labels,
    *,
    panels: str = "code",
    rows: str = "city",
    value: str = "share",
    form: Format = percent,
    mean: bool = True,
    order: Iterable[str] | None = None,
    city_order: Iterable[str] | None = None,
    palette: Palette | None = None,
) -> Figure:
    """A panel for each code, in it a row for each city with its interval, on one scale from 0; many become a heat map.

    In: `compare.code_shares` (`panels`: code, `rows`: city, `value`: share, low, high; a column `sure` draws what is
    not sure hollow). `order`: the panels that are shown; `city_order`: the rows.
    """
    shown = in_order(in_order(rows_with(table, value, panels, rows), rows, city_order), panels, order)
    if shown[rows].nunique() > MANY and shown[panels].nunique() > MANY:
        table = shown.rename(columns={rows: "city", panels: "code", value: "share"})
        return dots.theme_comparison(table, cities=labels.cities, most=MANY, **_words(labels))
    return comparison.share_panels(
        shown,
        by=rows,
        item=panels,
        value=value,
        mean=mean,
        form=form,
        sort=order is None,
        cities=labels.cities or None,
        **_words(labels),
    )


@chart
def heat_map(
    table: pd.DataFrame,
    labels: Labels,
    *,
    rows: str = "code",
    columns: Any = "city",
    cell: str = "share",
    sections: str | None = None,
    order: Iterable[str] | None = None,
    column_order: Iterable[str] | None = None,
    palette: Palette | None = None,
) -> Figure:
    """Rows × columns with 100 times the value in each cell, the darker the more; missing cells stay empty.

    In: long, one row a cell: `rows` (code), `columns` (city), `cell` (share, 0 to 1); `sections` names the column with
    the part that a row or a column belongs to. `order`, `column_order`: which rows and columns, in which order.
    """
    if not isinstance(columns, str):  # what is printed beside other charts; here the numbers stand in the cells
        columns = "city"
    shown = in_order(in_order(rows_with(table, cell, rows, columns), columns, column_order), rows, order)
    wide = shown.pivot(index=rows, columns=columns, values=cell)
    wide = wide.reindex(index=shown[rows].unique(), columns=in_order(shown, columns, column_order)[columns].unique())
    parts = {}
    if sections:
        side = rows if shown.groupby(rows)[sections].nunique().max() == 1 else columns
        parts = {str(key): labels.name(part) for key, part in zip(shown[side], shown[sections], strict=True)}
    return comparison.heat_map(wide, sections=parts, **_words(labels))


@chart
def profile_dots(
    table: pd.DataFrame,
    labels: Labels,
    *,
    order: Iterable[str] | None = None,
    palette: Palette | None = None,
) -> Figure:
    """A panel for each measure, in it a row for each city with its interval; cities in order of the first measure.

    In: `compare.figure_profile`; the labels' `columns` (column → head) are the measures, as a rule per_1000,
    planned_share, dated_share. Shares have one scale, from 0.
    """
    measures = labels.columns or {name: labels.name(name) for name in ("per_1000", "planned_share", "dated_share")}
    words = _words(labels)
    words.pop("axis")
    shown = in_order(table, "city", order)
    return dots.profile_comparison(shown, measures, cities=labels.cities, sort=order is None, **words)


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

    In: `compare.keyness` (city, term, count, other_count, `value`: z), the rows that are to be shown; at most `most` of
    each city (8, 5 or 3, the fewer the more cities). `columns["count"]` says what the two counts are.
    """
    shown = in_order(rows_with(table, value, "city", "term"), "city", order)
    words = _words(labels, counts=labels.columns.get("count", ""))
    return keyness_chart(shown, value=value, top=most, cities=labels.cities, **words)


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

    In: `compare.timeline` (document, year_from, year_to, status, figures) of one or more documents; `dates` (document →
    ISO date) marks when each text was spoken. `names` holds words for documents, achieved, planned and undetermined.
    """
    shown = in_order(table, "document", order)
    documents = [str(key) for key in shown["document"].unique()]
    look = colours(documents, palette, labels)
    return years.timeline_chart(shown, dates=dates, colours=look, most_spans=most, **_words(labels))


@chart
def targets(
    table: pd.DataFrame,
    labels: Labels,
    *,
    rows: str = "city",
    group: str | None = None,
    form: Format = "{:g}".format,
    most: int = 40,
    order: Iterable[str] | None = None,
    palette: Palette | None = None,
) -> Figure:
    """Targets as they bind, the highest first; the reported value is a filled dot below the target.

    In: one row a target: `rows` (city), value, value_max (of a range), comparator, constraint and, where there is one,
    reported, target (its words); with `group` the rows stand under the names of the groups. `names` also holds words
    for point, soft, range, hard and achieved. With more than `most` targets each row is one target that many set alike,
    and `columns["texts"]` heads the number of them.
    """
    shown = in_order(rows_with(table, "value", rows), rows, order)
    heads = dict(labels.columns)
    texts = heads.pop("texts", "")
    return plans.target_chart(
        shown,
        label=rows,
        group=group,
        columns=heads,
        form=form,
        cities=labels.cities,
        sort=order is None,
        most=most,
        texts=texts,
        **_words(labels),
    )


@chart
def change(
    table: pd.DataFrame,
    labels: Labels,
    *,
    panels: str = "scheme",
    rows: str = "code",
    order: Iterable[str] | None = None,
    palette: Palette | None = None,
) -> Figure:
    """How shares differ between two texts, with intervals, one panel a scheme on one scale about 0.

    In: `compare.share_change` with a column `panels` (`rows`: code, difference, low, high). Filled where the interval
    leaves out 0. `columns`, as a rule share_before and share_after, are printed at the right as percentages.
    """
    shown = in_order(rows_with(table, "difference", rows).rename(columns={rows: "code"}), "code", order)
    [colour] = colours([labels.city], palette, labels).values()
    return comparison.change_chart(shown, panel=panels, columns=labels.columns, colour=colour, **_words(labels))


@chart
def distances(table: pd.DataFrame, labels: Labels, *, most: int = 15, palette: Palette | None = None) -> Figure:
    """How far the profiles of cities lie apart: pairs with intervals, of more than `most` pairs a triangle of cells.

    In: `compare.profile_distances` (city, other, distance, corrected, low, high), with a column scheme a panel each;
    the triangle shows the first scheme. Hollow or grey: the interval reaches 0.
    """
    shown = rows_with(table, "corrected", "city", "other")
    if "scheme" not in shown:
        shown = shown.assign(scheme="")
    first = shown[shown["scheme"] == shown["scheme"].iloc[0]]
    if len(first) > most:
        return comparison.distance_map(first, **_words(labels))
    pairs = [f"{one}|{other}" for one, other in zip(shown["city"], shown["other"], strict=True)]
    named = {pair: " – ".join(labels.name(city) for city in pair.split("|")) for pair in pairs}
    return comparison.share_panels(
        shown.assign(pair=pairs, sure=shown["low"] > 0),
        by="pair",
        item="scheme",
        value="corrected",
        mean=False,
        form=decimal,
        **_words(labels, names={**named, **labels.names}),
    )


@chart
def accuracy(
    table: pd.DataFrame,
    labels: Labels,
    *,
    rows: str = "column",
    formats: Mapping[str, Format] | None = None,
    order: Iterable[str] | None = None,
    palette: Palette | None = None,
) -> Figure:
    """Shares right with their intervals, in the order of the table, on an axis that ends at 100 %.

    In: `gold.scores` (`rows`: column, share, low, high). The axis begins at the tenth below the lowest interval.
    """
    shown = in_order(rows_with(table, "share", rows), rows, order)
    more = {"label": rows, "columns": labels.columns, "column_formats": formats}
    return validation.accuracy_chart(shown, **_words(labels, **more))


@chart
def confusion(table: pd.DataFrame, labels: Labels) -> Figure:
    """Gold values (index) × values found (columns) with the count in each cell.

    In: `gold.confusion`. `columns["right"]` heads the share of each row that is right.
    """
    words = _words(labels, right=labels.columns.get("right", ""))
    words.pop("axis")
    return validation.confusion_chart(table, **words)


@chart
def moves(
    table: pd.DataFrame,
    labels: Labels,
    *,
    panels: str = "scheme",
    rows: str = "choice",
    formats: Mapping[str, Format] | None = None,
) -> Figure:
    """How far shares move under other choices: a panel a scheme, a row a choice, a mark a moved share.

    In: `compare.sensitivity_table` without its base (`panels`: scheme, `rows`: choice, difference); what `columns` name
    must be the same in all rows of a choice and is printed at the right.
    """
    shown = rows_with(table, "difference", panels, rows).rename(columns={rows: "choice"})
    once = shown.drop_duplicates([panels, "choice"])[[panels, "choice", *labels.columns]]
    more = {"summary": once, "columns": labels.columns, "column_formats": formats}
    return validation.moves_chart(shown, panel=panels, **_words(labels, **more))
