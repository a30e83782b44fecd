"""Tables for other programs: CSV and Parquet, and the schema that describes them (workbooks: `publish.workbook`).

Whoever opens such a file reads the names of the registry in the first row. In CSV no text begins a formula. The same
table gives the same bytes: no file carries a time.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..project.registry import Column, Table
from ..project.remote import replace_bytes

if TYPE_CHECKING:
    import pandas as pd

#: Comparators in words: a cell that is nothing but an equals sign is no safe text in a spreadsheet.
COMPARATORS = {"=": "equal", "≈": "about", ">": "above", "<": "below"}
#: What makes a spreadsheet program take text for a formula, also in its full-width form.
FORMULA = tuple("=+-@\t\r\n＝＋－＠")
#: A sheet holds at most so many rows: a workbook is for reading, the CSV file always holds all.
SHEET_ROWS = 50_000


def write_changed(content: Mapping[Path, bytes]) -> list[Path]:
    """Write those files that hold something else, each in one step; returns them."""
    changed = [path for path, data in content.items() if not (path.is_file() and path.read_bytes() == data)]
    for path in changed:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_bytes(path, content[path])
    return changed


# ----------------------------------------------------------------------------------------------------------------- CSV


def inert(text: str) -> str:
    """`text` as a cell of a CSV file that no spreadsheet program runs: an apostrophe before what begins a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def cells(data: pd.DataFrame, columns: Sequence[Column]) -> list[list[Any]]:
    """The columns of a table as lists of str, int, float and bool; None where a cell is empty."""
    found = []
    for column in columns:
        values = data[column.name]
        empty = values.isna()
        found.append((values.astype(object).where(~empty, None) if empty.any() else values).tolist())
    return found


def csv_bytes(data: pd.DataFrame, table: Table) -> bytes:
    """`data` as CSV (RFC 4180) in UTF-8 with a byte order mark, with the columns of `table`.

    No text in it begins a formula; numbers are printed in full.
    """
    return csv_of(table, cells(data, table.columns))


def csv_of(table: Table, columns: Sequence[Sequence[Any]], *, head: bool = True) -> bytes:
    """`csv_bytes` of the `cells` of a table; without `head` the rows only, to go on with a file."""
    shown = [_printed(column, values) for column, values in zip(table.columns, columns, strict=True)]
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    if head:
        writer.writerow(table.names)
    writer.writerows(zip(*shown, strict=True))
    return out.getvalue().encode("utf-8-sig" if head else "utf-8")


def _printed(column: Column, values: Sequence[Any]) -> Sequence[Any]:
    if column.type == "string":
        return [inert(value) if value else value for value in values]
    if column.type == "boolean":
        return [None if value is None else "true" if value else "false" for value in values]
    return values


# ------------------------------------------------------------------------------------------------------------- Parquet


def parquet_bytes(data: pd.DataFrame, table: Table) -> bytes:
    """`data` as Parquet with the columns of `table`; each column carries its meaning in English and Chinese."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {"string": pa.string(), "integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_()}
    fields = [
        pa.field(
            column.name,
            kinds[column.type],
            nullable=not column.required,
            metadata={"meaning_en": column.meaning_en, "meaning_zh": column.meaning_zh},
        )
        for column in table.columns
    ]
    made = pa.Table.from_pandas(data, schema=pa.schema(fields), preserve_index=False)
    sink = io.BytesIO()
    pq.write_table(made.replace_schema_metadata(None), sink, compression="zstd")
    return sink.getvalue()


# --------------------------------------------------------------------------------------------------------------- words


def note(column: Column) -> str:
    """What a column means, in both languages, with its values."""
    lines = [f"{column.zh} {column.en}", f"{column.meaning_zh}。", f"{column.meaning_en}."]
    return "\n".join([*lines, *value_labels(column)])


def value_labels(column: Column) -> list[str]:
    """The allowed values of a column, each with its name in Chinese where reports have one: `level 水平`."""
    from ..present.language import strings

    words = strings("zh")
    names = [words.get(f"{column.name}_{value}") or words.get(value, "") for value in column.allowed]
    shown = ["" if "{" in name else name for name in names]
    return [f"{value} {name}".rstrip() for value, name in zip(column.allowed, shown, strict=True)]


# -------------------------------------------------------------------------------------------------------------- schema


def table_schema(table: Table) -> dict[str, Any]:
    """The Table Schema (Frictionless) of a table of the registry."""
    fields = []
    for column in table.columns:
        constraints: dict[str, Any] = {"required": True} if column.required else {}
        if column.allowed:
            constraints["enum"] = list(column.allowed)
        field: dict[str, Any] = {
            "name": column.name,
            "type": column.type,
            "title": f"{column.en} {column.zh}",
            "description": f"{column.meaning_en}. {column.meaning_zh}。",
        }
        field |= {"unit": column.unit} if column.unit else {}
        fields.append(field | ({"constraints": constraints} if constraints else {}))
    return {"fields": fields, "missingValues": [""], **({"primaryKey": list(table.key)} if table.key else {})}


_MEDIA = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}


def resource(name: str, path: str, content: bytes | Path, **more: Any) -> dict[str, Any]:
    """The entry of a file in a data package (Frictionless); `more` adds to it, as a rule `type` and `schema`.

    `path` is where it lies, seen from the descriptor, `content` its bytes or where they can be read.
    """
    form = path.rpartition(".")[2]
    with io.BytesIO(content) if isinstance(content, bytes) else content.open("rb") as data:
        digest = hashlib.file_digest(data, "sha256").hexdigest()
        size = data.seek(0, io.SEEK_END)
    return {
        "name": name,
        "type": "table",
        "path": path,
        "scheme": "file",
        "format": form,
        "mediatype": _MEDIA[form],
        "hash": f"sha256:{digest}",
        "bytes": size,
        **({"encoding": "utf-8-sig"} if form == "csv" else {}),
        **more,
    }
