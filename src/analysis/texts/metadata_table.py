"""What `add` is given: texts, folders of texts, and tables of metadata whose column `path` says where texts lie."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..project.errors import InputError, closest
from .encodings import read_text
from .register import Entry

#: The columns that a table may have beside `path`; others are left alone.
FIELDS = ("city", "date", "genre", "document", "title", "publisher", "name_zh", "name_en")
#: A name or a path is no longer than that; a longer field is a torn quotation mark.
LONGEST = 10_000


def entries_of(paths: Sequence[Path], given: Entry) -> tuple[list[Entry], list[InputError]]:
    """The texts that `paths` name, in order, and what is wrong with rows of tables among them.

    A folder stands for the texts in it, or for its table of metadata where it holds one; what a table says of a text
    comes before what `given` says of all. Raises InputError for a path that is not there or an empty folder.
    """
    entries: list[Entry] = []
    refused: list[InputError] = []
    for path in paths:
        inside = _files(path) if path.is_dir() else [path]
        tables = [file for file in inside if _is_table(file)]
        if not tables:
            entries += [replace(given, path=file) for file in inside]
        for table in tables:
            for found in _table_rows(table, given):
                (entries if isinstance(found, Entry) else refused).append(found)  # type: ignore[arg-type]
    return entries, refused


def _files(folder: Path) -> list[Path]:
    try:
        found = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    except OSError as error:
        raise InputError(error.strerror or "cannot be read", cure="make it readable", path=str(folder)) from None
    if not found:
        raise InputError("no text in this folder", cure="name a folder with texts", path=str(folder))
    return found


def _is_table(path: Path) -> bool:
    """Whether a file is a table of metadata: CSV whose head has a column `path`."""
    if path.suffix.lower() != ".csv" or not path.is_file():
        return False
    head = next(csv.reader(io.StringIO(read_text(path, str(path))[1], newline="")), [])
    return "path" in [name.strip() for name in head]


def _table_rows(path: Path, given: Entry) -> Iterator[Entry | InputError]:
    """An entry for each row of a table, or what is wrong with the row."""
    shown = str(path)
    reader = csv.reader(io.StringIO(read_text(path, shown)[1], newline=""), strict=True)
    header = [name.strip() for name in next(reader)]
    for name in header:
        near = closest(name, FIELDS)
        if name not in (*FIELDS, "path") and near:
            raise InputError(f"unknown column '{name}'{near}", cure="correct the head", path=shown, line=1)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            yield InputError(f"not CSV: {error}", cure="mend the quotation marks", path=shown, line=line)
            return
        if cells is None:
            return
        if not any(cell.strip() for cell in cells):
            continue
        row = {name: cell.strip() for name, cell in zip(header, cells, strict=False)}
        if len(cells) != len(header) or not row["path"] or max(map(len, cells)) > LONGEST:
            problem = "path is empty" if len(cells) == len(header) else f"{len(cells)} fields instead of {len(header)}"
            yield InputError(problem, cure="mend the row", path=shown, line=line)
            continue
        known: dict[str, Any] = {name: row[name] for name in FIELDS if row.get(name)}
        yield replace(given, path=path.parent / row["path"], **known)
