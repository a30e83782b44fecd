"""Indicators in reports: their rows, names and values in words, and the matrix of indicators and cities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from ...compare.matrix import matrix
from ...extract.indicators import Indicator, load_indicators
from ..tables import Cell, show_table
from .base import Report

#: How each constraint is said; a bound says its direction.
_TARGETS = {"soft": "target_soft", "range": "target_range", "point": "target_point"}


class IndicatorMatrix(Report):
    """A report that shows indicators: the table `indicators` of its documents beside the other tables."""

    @cached_property
    def dictionary(self) -> Mapping[str, Indicator]:
        """The indicators of data/reference/indicators.yml by key, in the order of the file."""
        return load_indicators(self.project.reference / "indicators.yml").by_key

    @cached_property
    def indicator_rows(self) -> pd.DataFrame:
        """The table `indicators` of the documents of the report."""
        return self.table("indicators")

    def indicator_name(self, key: str) -> str:
        entry = self.dictionary.get(key)
        return entry.name(self.words.lang) if entry else key

    def value_words(self, row: Any) -> str:
        """What a row of the table `indicators` says: `6%以上` for a target, `超过400家` for what is reported."""
        plain = {"unit": row.unit, "measure": "level", "mention": row.mention}
        said = SimpleNamespace(value=row.value, value_max=row.value_max, comparator=row.comparator, **plain)
        if not isinstance(row.constraint, str):
            return self._minus(self.words.quantity(said, self.units))
        bare = SimpleNamespace(value=row.value, value_max=row.value_max, comparator="=", **plain)
        bound = {">": "target_least", "<": "target_most"}.get(row.comparator, "target_ensured")
        form = bound if row.constraint == "hard" else _TARGETS[row.constraint]
        return self._minus(self.words(form, amount=self.words.quantity(bare, self.units)))

    @staticmethod
    def _minus(words: str) -> str:
        return words.replace("-", "−")

    def when(self, row: Any) -> str:
        """The period of a row in words, also where the text tells none."""
        return self.words.period(row.period) or self.words("period_untold")

    def _in_order(self, keys: Sequence[str] | None) -> list[str]:
        """Those of `keys` that the table has, else all that it has, in the order of the dictionary."""
        present = set(self.indicator_rows["indicator"])
        ordered = [key for key in self.dictionary if key in present]
        ordered += sorted(present - set(ordered))
        return [key for key in ordered if keys is None or key in keys]

    def show_indicator_matrix(self, keys: Sequence[str] | None = None) -> None:
        """The matrix indicator × city with a sentence of reading; `keys` limits the indicators."""
        w, cities = self.words, list(dict.fromkeys(self.documents["city"]))
        keys = self._in_order(keys)
        cells = matrix(self.indicator_rows, self.documents, cities=cities, keys=keys)
        if cells.empty:
            self.say("matrix_none")
            return
        by_place = {(row.indicator, row.city): row for row in cells.itertuples()}
        # First what several cities have, for that is what a matrix is for.
        sizes = cells["indicator"].value_counts()
        shown = sorted((key for key in keys if key in sizes), key=lambda key: sizes[key] < 2)
        rows: list[list[Cell | str]] = [
            [
                self.indicator_name(key),
                *(self._matrix_cell(by_place[key, city]) if (key, city) in by_place else "" for city in cities),
            ]
            for key in shown
        ]
        show_table(
            [w("col_indicator"), *(self.city_name(city) for city in cities)],
            rows,
            caption=w("matrix_caption", rows=len(shown), cities=len(cities)),
            note=w("matrix_rule") + ("" if w.zh else " ") + self.source,
        )
        several = cells.groupby("indicator")["city"].transform("size").to_numpy() > 1
        apart = np.asarray(cells["note"].notna(), dtype=bool)
        shared = set(cells.loc[several, "indicator"])
        self.say(
            "matrix_reading",
            rows=len(shown),
            shared=len(shared),
            comparable=len(shared - set(cells.loc[several & apart, "indicator"])),
        )

    def _matrix_cell(self, row: Any) -> Cell:
        """Value, period and status, the value linked to its sentence, with what hinders the comparison."""
        w = self.words
        value = self.value_words(row)
        status = w(row.status) if isinstance(row.status, str) else w("undetermined")
        text = w("matrix_cell", value=value, period=self.when(row), status=status)
        if isinstance(row.note, str):
            notes = w("matrix_join").join(w(f"matrix_note_{note}") for note in row.note.split("|"))
            text = w("matrix_noted", cell=text, notes=notes)
        at = text.index(value)
        return Cell(
            text,
            title=str(row.mention),
            link=self.figure_link(row),
            linked=(at, at + len(value)),
        )
