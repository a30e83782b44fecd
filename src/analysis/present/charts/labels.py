"""What every chart is given beside its table: words, colours, order; and what it asks of the table."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from matplotlib.colors import is_color_like, to_hex

from ...project.errors import InputError, unknown
from ..palette import city_colour
from .look import ACCENT, city_marker

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


class NothingToShow(Exception):
    """Raised inside a chart whose table has no row with a value."""


def rows_with(table: pd.DataFrame, value: str, *keys: str, once: bool = True) -> pd.DataFrame:
    """The rows that have a `value`, their `keys` as text.

    Raises ValueError naming a column that the table lacks, or where `once` and several rows have the same `keys`.
    """
    for column in (value, *keys):
        if column not in table:
            have = ", ".join(map(str, table.columns)) or "no columns"
            raise ValueError(f"the chart needs a column '{column}' and the table has {have}")
    shown = table[table[value].notna()].reset_index(drop=True).astype(dict.fromkeys(keys, str))
    if shown.empty:
        raise NothingToShow
    twice = shown[shown.duplicated(list(keys))] if once and keys else shown.iloc[:0]
    if len(twice):
        named = ", ".join(f"{key} '{twice[key].iloc[0]}'" for key in keys)
        raise ValueError(f"the table has several rows for {named}; choose the rows of one of them before drawing")
    return shown


def in_order(table: pd.DataFrame, column: str, order: Iterable[Any] | None) -> pd.DataFrame:
    """The rows whose `column` is in `order`, in that order (as in seaborn); all rows as they are without one.

    Raises InputError where the table has rows and `order` names none of them, for nothing would be drawn, and where it
    misspells one of them.
    """
    if order is None:
        return table
    place = {str(key): number for number, key in enumerate(order)}
    chosen = table[table[column].isin(list(place))]
    # A city or code without rows may well be in an order; one that is a near miss of what is left out is misspelt.
    rest = [key for key in dict.fromkeys(table[column].astype(str)) if key not in place]
    for key in place.keys() - set(table[column].astype(str)):
        if difflib.get_close_matches(key, rest, n=1, cutoff=0.85):
            raise unknown(column, key, dict.fromkeys(table[column].astype(str)))
    if chosen.empty and place and len(table):
        raise unknown(column, next(iter(place)), dict.fromkeys(table[column].astype(str)))
    if chosen.empty:
        raise NothingToShow
    return chosen.iloc[chosen[column].map(place).argsort(kind="stable")]


def greatest_first(table: pd.DataFrame, value: str, column: str, order: Iterable[Any] | None) -> pd.DataFrame:
    """The rows in `order`, or by `value` from the greatest to the least, ties by name."""
    if order is not None:
        return in_order(table, column, order)
    return table.sort_values([value, column], ascending=[False, True], kind="stable")


def all_cities(labels: Labels, keys: Iterable[str] = ()) -> list[str]:
    """The cities in their fixed order and after them the `keys` that are not among them."""
    return list(dict.fromkeys([*labels.cities, *keys]))


def colours(keys: Sequence[str], palette: Palette | None, labels: Labels) -> dict[str, str]:
    """Key → colour: from `palette`, else a city's own colour, else that of the chart's city, else the accent."""
    cities = all_cities(labels)
    accent = city_colour(labels.city, all_cities(labels, [labels.city])) if labels.city else ACCENT
    own = {key: city_colour(key, cities) if key in cities else accent for key in keys}
    if palette is None:
        return own
    if isinstance(palette, Mapping):
        return own | {key: to_hex(palette[key]) for key in keys if key in palette}
    if isinstance(palette, str) and is_color_like(palette):
        return dict.fromkeys(keys, to_hex(palette))
    import seaborn

    try:
        shades = seaborn.color_palette(palette if isinstance(palette, str) else list(palette), len(own))
    except ValueError:
        raise no_palette(palette) from None
    return {key: to_hex(shade) for key, shade in zip(own, shades, strict=True)}


def no_palette(palette: Palette) -> InputError:
    """The error for a palette that seaborn does not know."""
    return InputError(
        f"unknown palette {palette!r}",
        cure="give a colour, colours in order, key → colour, or a palette of seaborn such as 'colorblind'",
    )


Look = tuple[str, str]
"""Colour and marker."""


def looks(keys: Iterable[str], palette: Palette | None, labels: Labels) -> list[Look]:
    """Colour and marker of each key; a city has a marker of its own, everything else a round one."""
    keys, cities = list(keys), all_cities(labels)
    shades = colours(keys, palette, labels)
    return [(shades[key], city_marker(key, cities) if key in cities else "o") for key in keys]
