"""What every chart is given beside its table: the words, and which key has which colour."""

from __future__ import annotations

import difflib
import functools
import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import pandas as pd
from matplotlib.colors import is_color_like, to_hex
from matplotlib.figure import Figure

from ..palette import PALETTE, city_colour
from .layout import empty_chart
from .style import ACCENT, city_marker, style

Palette = Mapping[str, Any] | Sequence[Any] | str
"""Key → colour, colours in order, one colour, or the name of a palette of seaborn."""


@dataclass(frozen=True)
class Labels:
    """The words of a chart in the reader's language, as `page.labels(…)` gives them; every chart takes all of them.

    `title` (the finding), `subtitle` (measure, unit, period), `note` (source, n), `axis` (label of the value axis),
    `names` (key in the table → words; a key without a name stands as it is), `cities` (all cities in order: it fixes
    the colour of each), `city` (the city of a chart of one city), `columns` (column of the table → head, printed beside
    the plot), `empty` (what is said without data), `lang`.
    """

    title: str = ""
    subtitle: str = ""
    note: str = ""
    axis: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    cities: Sequence[str] = ()
    city: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    empty: str = "–"
    lang: str = ""

    def name(self, key: Any) -> str:
        """The words for `key`."""
        return str(self.names.get(str(key), key))

    def order(self, keys: Iterable[str]) -> list[str]:
        """`cities` and after them the keys that are not among them: what fixes colours and markers."""
        return list(dict.fromkeys([*self.cities, *keys]))


class NothingToShow(Exception):
    """Raised inside a chart whose table has no row with a value."""


def chart(draw: Callable[..., Figure]) -> Callable[..., Figure]:
    """A chart from `draw(table, labels, **options)`: called as `chart(table, **options, **labels)`.

    Draws in our style, says what `empty` says where there is nothing to show, and raises TypeError for a label or
    option that does not exist, with the nearest one that does.
    """
    own = list(inspect.signature(draw).parameters.values())
    options = [parameter.name for parameter in own[2:]]
    words = [each.name for each in fields(Labels)]

    @functools.wraps(draw)
    def drawn(table: pd.DataFrame, **given: Any) -> Figure:
        for name in given:
            if name not in options and name not in words:
                near = difflib.get_close_matches(name, [*options, *words], 1)
                hint = f", did you mean '{near[0]}'" if near else ""
                raise TypeError(f"charts.{draw.__name__} has no option or label '{name}'{hint}")
        labels = Labels(**{name: value for name, value in given.items() if name in words and name not in options})
        with style():
            try:
                if table.empty:
                    raise NothingToShow
                return draw(table, labels, **{name: value for name, value in given.items() if name in options})
            except NothingToShow:
                return empty_chart(labels.title, labels.subtitle, labels.note, labels.empty)

    rest = inspect.Parameter("labels", inspect.Parameter.VAR_KEYWORD)
    drawn.__signature__ = inspect.Signature([own[0], *own[2:], rest], return_annotation="Figure")  # type: ignore[attr-defined]
    return drawn


def rows_with(table: pd.DataFrame, value: str, *others: str) -> pd.DataFrame:
    """The rows that have a `value`. Raises ValueError naming a column that the table lacks."""
    for column in (value, *others):
        if column not in table:
            have = ", ".join(map(str, table.columns)) or "no columns"
            raise ValueError(f"the chart needs a column '{column}' and the table has {have}")
    shown = table[table[value].notna()]
    if shown.empty:
        raise NothingToShow
    return shown


def colours(keys: Sequence[str], palette: Palette | None, labels: Labels) -> dict[str, str]:
    """Key → colour: from `palette`, else a city's own colour, else that of the chart's city, else the accent."""
    order = labels.order([])
    accent = city_colour(labels.city, labels.order([labels.city])) if labels.city else ACCENT
    own = {key: city_colour(key, order) if key in order else accent for key in keys}
    if palette is None:
        return own
    if isinstance(palette, Mapping):
        return own | {key: to_hex(palette[key]) for key in keys if key in palette}
    if isinstance(palette, str) and is_color_like(palette):
        return dict.fromkeys(keys, to_hex(palette))
    import seaborn

    shades = seaborn.color_palette(palette if isinstance(palette, str) else list(palette), len(keys))
    return {key: to_hex(shade) for key, shade in zip(keys, shades, strict=True)}


def markers(keys: Sequence[str], labels: Labels) -> dict[str, str]:
    """Key → marker: each city has its own, everything else a round one."""
    order = labels.order([])
    return {key: city_marker(key, order) if key in order else "o" for key in keys}


def in_order(table: pd.DataFrame, column: str, order: Iterable[Any] | None) -> pd.DataFrame:
    """The rows whose `column` is in `order`, in that order (as in seaborn); all rows as they are without one."""
    if order is None:
        return table
    place = {str(key): number for number, key in enumerate(order)}
    keys = table[column].astype(str)
    chosen = table[keys.isin(list(place))]
    if chosen.empty:
        raise NothingToShow
    return chosen.iloc[chosen[column].astype(str).map(place).argsort(kind="stable")]


__all__ = ["PALETTE", "Labels", "NothingToShow", "Palette", "chart", "colours", "in_order", "markers", "rows_with"]
