"""Cross tables: which codes, or kinds of named things, go together in one sentence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ..project.registry import SCHEMES
from .groups import Texts, one_of, ratio, typed
from .intervals import bootstrap
from .shares import main_codes

#: What may stand at a side of a cross table: the main code of a sentence by a scheme, or the kind of an entity.
KIND = "kind"
SIDES = (*SCHEMES, KIND)
#: With fewer sentences there is no association to speak of.
LEAST = 30
_CELLS = {
    "city": "string",
    "row": "string",
    "column": "string",
    "count": "int64",
    "total": "int64",
    "row_share": "float64",
    "expected": "float64",
    "residual": "float64",
}
_STRENGTHS = {
    "city": "string",
    "rows": "string",
    "columns": "string",
    "count": "int64",
    "statistic": "float64",
    "freedom": "int64",
    "v": "float64",
    "low": "float64",
    "high": "float64",
}


def _pairs(texts: Texts, rows: str, columns: str) -> pd.DataFrame:
    """One row for each unit that has both: city, document, passage, row, column."""
    one_of("side of a cross table", rows, SIDES)
    one_of("other side of a cross table", columns, tuple(side for side in SIDES if side != rows))
    cities = texts.documents[["document", "city"]]
    if KIND in (rows, columns):
        scheme = columns if rows == KIND else rows
        found = texts.entities[["document", "passage", "sentence", "kind"]]
        codes = main_codes(texts.codes, scheme)[["document", "sentence", "code"]]
        found = found.merge(codes, on=["document", "sentence"]).rename(
            columns={"kind": "row" if rows == KIND else "column", "code": "column" if rows == KIND else "row"}
        )
    else:
        one = main_codes(texts.codes, rows)[["document", "passage", "sentence", "code"]]
        two = main_codes(texts.codes, columns)[["document", "sentence", "code"]]
        found = one.rename(columns={"code": "row"}).merge(
            two.rename(columns={"code": "column"}), on=["document", "sentence"]
        )
    return found.merge(cities, on="document")[["city", "document", "passage", "row", "column"]]


def cross_table(
    texts: Texts, rows: str = "instrument", columns: str = "theme", *, by_city: bool = False
) -> pd.DataFrame:
    """How often each code of one scheme stands with each of another.

    In: a corpus; `rows` and `columns`, two of `theme`, `pathway`, `instrument` (the main codes of a sentence: those
    sentences count that have both) and `kind` (each entity of a sentence with the main code of that sentence). Out, one
    row for each pair of values that occur: city (missing unless `by_city`), row, column, count, total (of the row),
    row_share (count / total), expected (row total × column total / all) and residual, the adjusted residual
    (count − expected) / √(expected (1 − row / all) (1 − column / all)), which is about standard normal where the two
    have nothing to do with each other (Haberman 1973, The Analysis of Residuals in Cross-Classified Tables, Biometrics
    29(1)); missing where a row or column holds everything. Rows by total, largest first.
    """
    pairs = _pairs(texts, rows, columns)
    parts = pairs.groupby("city", sort=False) if by_city else [(None, pairs)]
    found: list[dict[str, Any]] = []
    for city, own in parts:
        counts = pd.crosstab(own["row"], own["column"])
        for row in counts.sum(axis=1).sort_values(ascending=False, kind="stable").index:
            for column in counts.sum().sort_values(ascending=False, kind="stable").index:
                found.append({"city": city, "row": row, "column": column, **_cell(counts, row, column)})
    return typed(pd.DataFrame(found, columns=list(_CELLS)), _CELLS)


def _cell(counts: pd.DataFrame, row: str, column: str) -> dict[str, Any]:
    """One cell with what is expected of it."""
    count, everything = int(counts.at[row, column]), int(counts.to_numpy().sum())
    across, down = int(counts.loc[row].sum()), int(counts[column].sum())
    expected = across * down / everything
    spread = expected * (1 - across / everything) * (1 - down / everything)
    return {
        "count": count,
        "total": across,
        "row_share": count / across,
        "expected": expected,
        "residual": (count - expected) / spread**0.5 if spread > 0 else float("nan"),
    }


def association(
    texts: Texts, rows: str = "instrument", columns: str = "theme", *, by_city: bool = False, least: int = LEAST
) -> pd.DataFrame:
    """How closely two sides of a cross table hang together.

    In: as `cross_table`; `least`, the number of units below which v is missing. Out, one row, or one for each city:
    city (missing unless `by_city`), rows, columns, count (of units), statistic (χ² of Pearson), freedom, v, Cramér's
    V = √(χ² / (n · min(rows − 1, columns − 1))), from 0 (nothing to do with each other) to 1 (Cramér 1946, Mathematical
    Methods of Statistics, ch. 21), low, high: percentile interval over passages drawn again. V is never below 0 and
    lies above it by chance: read it beside its interval.
    """
    pairs = _pairs(texts, rows, columns)
    parts = pairs.groupby("city", sort=False) if by_city else [(None, pairs)]
    found = [{"city": city, "rows": rows, "columns": columns, **_strength(own, least, city)} for city, own in parts]
    return typed(pd.DataFrame(found, columns=list(_STRENGTHS)), _STRENGTHS)


def _strength(own: pd.DataFrame, least: int, city: Any) -> dict[str, Any]:
    """χ², V and its interval of the units of one table."""
    counts = pd.crosstab(own["row"], own["column"])
    height, width = counts.shape
    told = {"count": len(own), "freedom": max((height - 1) * (width - 1), 0)}
    missing = {"statistic": float("nan"), "v": float("nan"), "low": float("nan"), "high": float("nan")}
    if len(own) < least or min(height, width) < 2:
        return {**told, **missing}
    cells = own["row"].astype(str) + "\t" + own["column"].astype(str)
    order = [f"{row}\t{column}" for row in counts.index for column in counts.columns]
    rows = pd.crosstab([own["document"], own["passage"]], cells).reindex(columns=order, fill_value=0).to_numpy()
    square, value = _cramer(rows.sum(axis=0)[None, :], height, width)
    low, high = bootstrap(rows, lambda sums: _cramer(sums, height, width)[1][:, None], stream=("cross", str(city)))
    return {**told, "statistic": float(square[0]), "v": float(value[0]), "low": float(low[0]), "high": float(high[0])}


def _cramer(sums: np.ndarray, height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """χ² and V of each line of `sums`, the cells of a table row by row; empty rows and columns do not count."""
    tables = sums.reshape(len(sums), height, width).astype(float)
    across, down = tables.sum(axis=2), tables.sum(axis=1)
    every = tables.sum(axis=(1, 2))
    expected = ratio(across[:, :, None] * down[:, None, :], every[:, None, None])
    square = np.nansum(ratio((tables - expected) ** 2, expected), axis=(1, 2))
    least = np.minimum((across > 0).sum(axis=1), (down > 0).sum(axis=1)) - 1
    return square, np.sqrt(ratio(square, every * least))
