"""The registry of tables and columns: type, unit, meaning in English and Chinese, allowed values.

tables.yml beside this file describes the tables of data/processed (`TABLES`) and those that are published in reports/
(`PANEL`, `CITY_TABLES`). Codebook, checks, data package and the labels of tables come from it. A column keeps one
meaning in all tables, but for `indicator`: in `figures` the words that name what is measured, in `indicators` a key.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


@dataclass(frozen=True)
class Column:
    """One column: `type` is `string`, `integer`, `number` or `boolean`; `required` means never null."""

    name: str
    type: str
    en: str
    zh: str
    meaning_en: str
    meaning_zh: str
    required: bool = True
    allowed: tuple[str, ...] = ()
    unit: str = ""

    @property
    def dtype(self) -> str:
        """The pandas type; whole numbers and truth values that may be missing are of the nullable types."""
        if not self.required and self.type in _NULLABLE:
            return _NULLABLE[self.type]
        return _DTYPES[self.type]


@dataclass(frozen=True)
class Table:
    """One table with its columns and the columns that together name a row."""

    name: str
    en: str
    zh: str
    meaning_en: str
    meaning_zh: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    def column(self, name: str) -> Column:
        """The column of this name. Raises ValueError where there is none."""
        return self.columns[self.names.index(name)]


_DTYPES = {"string": "string", "integer": "int64", "number": "float64", "boolean": "bool"}
_NULLABLE = {"integer": "Int64", "boolean": "boolean"}


def _read(path: Path) -> tuple[dict[str, Table], dict[str, Table]]:
    """The tables and the published views of tables.yml, by name."""
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # in C: ten times as fast
    content = yaml.load(path.read_bytes(), loader)
    known: dict[str, Column] = {}
    tables = {name: _table(name, entry, known) for name, entry in content["tables"].items()}
    return tables, {name: _table(name, entry, known) for name, entry in content["views"].items()}


def _table(name: str, entry: Mapping[str, Any], known: dict[str, Column]) -> Table:
    """One table of the file; its columns are added to `known`, those so far, by name and as `table.column`."""
    columns = []
    for given in entry["columns"]:
        if isinstance(given, str):
            columns.append(known[given])
            continue
        column = Column(
            given["name"],
            given["type"],
            *_words(given),
            required=given.get("required", True),
            allowed=tuple(given.get("values", ())),
            unit=given.get("unit", ""),
        )
        known.setdefault(column.name, column)
        known.setdefault(f"{name}.{column.name}", column)
        columns.append(column)
    return Table(name, *_words(entry), tuple(columns), tuple(entry.get("key", ())))


def _words(entry: Mapping[str, Any]) -> tuple[str, str, str, str]:
    """Title and meaning in English and Chinese."""
    title, meaning = entry["title"], entry["meaning"]
    return title["en"], title["zh"], meaning["en"], meaning["zh"]


#: The tables of data/processed, and what is published of them: of all cities, and of each city.
TABLES, _VIEWS = _read(Path(__file__).with_name("tables.yml"))
PANEL = _VIEWS.pop("panel")
CITY_TABLES = _VIEWS

THEMES = TABLES["figures"].column("theme").allowed
KINDS = TABLES["passages"].column("kind").allowed
COMPARATORS = TABLES["figures"].column("comparator").allowed
MEASURES = TABLES["figures"].column("measure").allowed
STATUSES = TABLES["figures"].column("status").allowed
GENRES = TABLES["documents"].column("genre").allowed
EDITIONS = TABLES["documents"].column("edition").allowed
SCHEMES = TABLES["codes"].column("scheme").allowed
CONSTRAINTS = TABLES["indicators"].column("constraint").allowed
SCOPES = TABLES["indicators"].column("scope").allowed


def frame(table: str | Table, rows: list[dict] | Mapping[str, Sequence[Any]] | pd.DataFrame) -> pd.DataFrame:
    """`rows`, or columns by name, as a data frame with exactly the registered columns, order and types of `table`.

    A name means one of `TABLES`. Missing values of string columns are <NA>. In rows, a column that may be empty may be
    absent. Raises KeyError where another registered column is absent from non-empty rows.
    """
    import pandas as pd

    columns = (TABLES[table] if isinstance(table, str) else table).columns
    if isinstance(rows, pd.DataFrame):
        return pd.DataFrame({c.name: rows[c.name].astype(c.dtype) for c in columns})
    if isinstance(rows, Mapping):
        return pd.DataFrame({c.name: _cells(rows[c.name], c.dtype) for c in columns})
    # Column by column: pandas takes far longer over a list of rows.
    return pd.DataFrame(
        {c.name: _cells([row[c.name] if c.required else row.get(c.name) for row in rows], c.dtype) for c in columns}
    )


def _cells(values: Sequence[Any], dtype: str) -> Any:
    """The values of one column as an array of that pandas type, by the shortest way there is."""
    import numpy as np
    import pandas as pd
    import pyarrow as pa

    if dtype == "string":
        return pd.array(pa.array(values, pa.large_string(), from_pandas=True), dtype=dtype)  # type: ignore[call-overload]
    return pd.array(values, dtype=dtype) if dtype in _NULLABLE.values() else np.array(values, dtype=dtype)


def problems(table: str, data: pd.DataFrame | pa.Table) -> list[str]:
    """What in `data` breaks the registry: absent columns, nulls, values not allowed, repeated keys. One line each."""
    import pyarrow as pa
    import pyarrow.compute as pc

    found, spec = [], TABLES[table]
    there = data.column_names if isinstance(data, pa.Table) else data.columns
    absent = [name for name in spec.names if name not in there]
    if absent:
        return [f"{table}: column {', '.join(absent)} is absent"]
    if not isinstance(data, pa.Table):
        data = pa.table({name: pa.array(data[name], from_pandas=True) for name in spec.names})
    for column in spec.columns:
        cells = data.column(column.name)
        if column.required and cells.null_count:
            found.append(f"{table}.{column.name}: {cells.null_count} empty cells")
        values = set(pc.unique(cells).to_pylist()) - {None} if column.allowed else set()
        wrong = sorted(values - set(column.allowed))
        if wrong:
            found.append(f"{table}.{column.name}: not allowed: {', '.join(map(str, wrong[:5]))}")
    if spec.key:
        different = data.group_by(list(spec.key), use_threads=False).aggregate([]).num_rows
        if different < data.num_rows:
            found.append(f"{table}: {data.num_rows - different} rows repeat the key {', '.join(spec.key)}")
    return found


def codebook(lang: str = "en") -> str:
    """The registry as a Markdown page in `lang` (`en` or `zh`)."""
    heads = ("Column", "Type", "Meaning", "Values") if lang == "en" else ("列", "类型", "含义", "取值")
    lines = ["# Codebook" if lang == "en" else "# 数据字典", ""]
    for table in TABLES.values():
        title, meaning = (table.en, table.meaning_en) if lang == "en" else (table.zh, table.meaning_zh)
        lines += [
            f"## {table.name} ({title})",
            "",
            meaning,
            "",
            "| " + " | ".join(heads) + " |",
            "| --- | --- | --- | --- |",
        ]
        for c in table.columns:
            words = c.meaning_en if lang == "en" else c.meaning_zh
            empty = "" if c.required else (" (may be empty)" if lang == "en" else "（可为空）")
            label, values = c.en if lang == "en" else c.zh, " ".join(f"`{v}`" for v in c.allowed)
            lines.append(f"| `{c.name}` {label} | {c.type} | {words}{empty} | {values} |")
        lines.append("")
    return "\n".join(lines)
