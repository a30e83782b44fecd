"""What all measures share: documents put into groups (cities, genres, single documents), typed tables, ratios."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from ..project.errors import InputError, unknown

Documents: TypeAlias = pd.DataFrame | Mapping[str, str]

# Logarithms may differ in their last bit from one processor to the next. Tables are rounded to this many decimals, so
# that they agree byte for byte.
DECIMALS = 10


def mapping(documents: Documents, by: str) -> pd.Series:
    """document -> group as a string Series in the order of `documents`."""
    if isinstance(documents, pd.DataFrame):
        for column in ("document", by):
            if column not in documents:
                raise unknown("column of documents", column, map(str, documents.columns))
        columns = documents[["document", by]] if by != "document" else documents[["document"]]
        keys, values = columns["document"], columns[by]
    else:
        keys = pd.Series(list(documents), dtype="string")
        values = keys if by == "document" else pd.Series(list(documents.values()), dtype="string")
    groups = pd.Series(values.astype("string").to_numpy(), index=keys.astype("string").to_numpy(), dtype="string")
    return groups[~groups.index.duplicated()]


def group_of(table: pd.DataFrame, groups: pd.Series) -> pd.Series:
    """The group of every row of `table`, missing where its document is not among `groups`."""
    return table["document"].astype("string").map(groups.to_dict()).astype("string")


def group_places(table: pd.DataFrame, groups: pd.Series) -> np.ndarray:
    """The place of the group of every row of `table` in `names_of`, -1 where its document is not among `groups`."""
    place = {name: number for number, name in enumerate(names_of(groups))}
    codes, documents = pd.factorize(table["document"])
    of = {str(key): place.get(group, -1) for key, group in groups.to_dict().items()}
    return np.array([*(of.get(str(document), -1) for document in documents), -1])[codes]


def names_of(groups: pd.Series) -> list[str]:
    """The groups, in order of appearance."""
    return [str(group) for group in groups.dropna().unique()]


def typed(rows: pd.DataFrame | list[dict[str, Any]], types: Mapping[str, str]) -> pd.DataFrame:
    """`rows` with exactly the columns of `types` in that order, also when there is no row; numbers rounded."""
    data = pd.DataFrame(rows, columns=list(types))
    # Column by column: `DataFrame.astype` copies the table for each of them.
    return pd.DataFrame({name: _typed_column(data[name], kind) for name, kind in types.items()})


def stacked(tables: Sequence[Sequence[Any]], types: Mapping[str, str]) -> pd.DataFrame:
    """`typed` tables below one another, each given as its columns in the order of `types`."""
    if not tables:
        return typed([], types)
    columns = [np.concatenate([np.asarray(part) for part in parts]) for parts in zip(*tables, strict=True)]
    return typed(pd.DataFrame(dict(zip(types, columns, strict=True))), types)


def _typed_column(column: pd.Series, kind: str) -> Any:
    if kind == "float64":
        # Adding 0 turns -0.0 into 0.0.
        return column.to_numpy(dtype=float, na_value=np.nan).round(DECIMALS) + 0.0
    return column.array if column.dtype == kind else column.astype(kind).array


def ratio(parts: Any, whole: Any) -> np.ndarray:
    """parts / whole, missing where whole is 0."""
    parts = np.asarray(parts, dtype=float)
    whole = np.broadcast_to(np.asarray(whole, dtype=float), parts.shape)
    return np.divide(parts, whole, out=np.full(parts.shape, np.nan), where=whole > 0)


def one_of(kind: str, value: str, choices: tuple[str, ...]) -> str:
    """`value` if it is among `choices`; else InputError."""
    if value not in choices:
        raise unknown(kind, value, choices)
    return value


def positive(name: str, value: int) -> int:
    """`value` if it is a whole number of 1 or more; else InputError."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise InputError(f"{name} {value} is no whole number of 1 or more", cure=f"give {name}=1 or more")
    return int(value)
