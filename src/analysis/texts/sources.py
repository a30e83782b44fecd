"""Reading: data/raw/sources.csv and the texts themselves, in whatever encoding they come.

Everything that can be wrong with them is an InputError that names file, line and cure.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..project.errors import InputError, closest
from ..project.folders import Project
from ..project.registry import EDITIONS, GENRES
from .characters import Removal
from .cities import CITIES, KEY, read_cities
from .encodings import read_text
from .readers import Reading, read_file, read_standard_input
from .readers.parts import Found
from .script import SIMPLIFIED, TRADITIONAL, language_of, simplified

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("document", "city", "date", "genre", "title", "publisher", "language", "edition", "sha256")
#: Columns of sources.csv that may be empty.
OPTIONAL = ("publisher", "sha256")

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


@dataclass(frozen=True)
class Document:
    """One text as it was read: its key, its characters and where they come from.

    `text` is in simplified characters; where it was printed in traditional ones, `printed` holds those, character by
    character. `found` is the metadata that the file itself gives, `taken` what its reader left out.
    """

    document: str
    text: str
    encoding: str
    sha256: str
    edition: str
    path: str
    kind: str = "plain text"
    language: str = SIMPLIFIED
    printed: str | None = None
    found: Found = Found()
    taken: tuple[Removal, ...] = ()


def _document(key: str, reading: Reading, data: bytes, edition: str, shown: str) -> Document:
    """A text as read, in simplified characters."""
    language = language_of(reading.text)
    traditional = language == TRADITIONAL
    return Document(
        key,
        simplified(reading.text) if traditional else reading.text,
        reading.encoding,
        hashlib.sha256(data).hexdigest(),
        edition,
        shown,
        reading.kind,
        language,
        reading.text if traditional else None,
        reading.found,
        reading.taken,
    )


def is_date(text: str) -> bool:
    """Whether `text` is a real date: YYYY, YYYY-MM or YYYY-MM-DD."""
    match = _DATE.fullmatch(text)
    if not match or not text.isascii():
        return False
    try:
        date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
    except ValueError:
        return False
    return True


def _rows(text: str, shown: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Line and fields of each row of a CSV text; extra columns and blank lines are left out."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        missing = [name for name in COLUMNS if name not in header]
        if missing:
            raise InputError(
                f"column {', '.join(missing)} is missing",
                cure=f"begin the file with the line {','.join(COLUMNS)}",
                path=shown,
                line=1,
            )
        while True:
            line = reader.line_num + 1
            cells = next(reader, None)
            if cells is None:
                return
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                raise InputError(
                    f"{len(cells)} fields instead of {len(header)}",
                    cure='write each field once and put fields with a comma in "…"',
                    path=shown,
                    line=line,
                )
            yield line, {name: cell.strip() for name, cell in zip(header, cells, strict=True) if name in COLUMNS}
    except csv.Error as error:
        raise InputError(
            f"not CSV: {error}", cure="mend the quotation marks", path=shown, line=reader.line_num
        ) from None


def _problem(row: Mapping[str, str], cities: Mapping[str, Any]) -> tuple[str, str] | None:
    """What is wrong with a row of sources.csv, and the cure."""
    if not KEY.fullmatch(row["document"]):
        return f"bad document key '{row['document']}'", "use lower-case letters, digits and hyphens, such as hebi-2024"
    empty = [name for name in COLUMNS if name not in OPTIONAL and not row[name]]
    if empty:
        return f"{', '.join(empty)} is empty", "fill the field in"
    if not is_date(row["date"]):
        return f"bad date '{row['date']}'", "write it as YYYY, YYYY-MM or YYYY-MM-DD"
    for name, allowed in (("genre", GENRES), ("edition", EDITIONS)):
        if row[name] not in allowed:
            return f"unknown {name} '{row[name]}'{closest(row[name], allowed)}", f"use one of: {', '.join(allowed)}"
    if row["city"] not in cities:
        return (
            f"unknown city '{row['city']}'{closest(row['city'], cities)}",
            f"add it to data/reference/{CITIES} or use one of: {', '.join(cities)}",
        )
    return None


def read_sources(project: Project) -> pd.DataFrame:
    """The rows of data/raw/sources.csv in their order, all columns as strings; an empty publisher is <NA>."""
    import pandas as pd

    return pd.DataFrame(source_list(project, read_cities(project)), columns=list(COLUMNS)).astype("string")


def source_list(project: Project, cities: Mapping[str, Any]) -> list[dict[str, str | None]]:
    """The rows of data/raw/sources.csv in their order, checked; `cities` are the keys that they may name."""
    shown = project.shown(project.sources)
    _, text, _ = read_text(project.sources, shown)
    rows: list[dict[str, str | None]] = []
    seen: dict[str, int] = {}
    for line, row in _rows(text, shown):
        found = _problem(row, cities)
        if found:
            raise InputError(found[0], cure=found[1], path=shown, line=line)
        key = row["document"]
        if key in seen:
            raise InputError(
                f"document '{key}' is already in line {seen[key]}", cure="give it another key", path=shown, line=line
            )
        seen[key] = line
        rows.append({name: row[name] or None if name in OPTIONAL else row[name] for name in COLUMNS})
    return rows


# --- texts ------------------------------------------------------------------------------------------------------------


def document_file(project: Project, row: Mapping[str, Any]) -> tuple[Path, str]:
    """Where the text of one row of sources.csv lies, and its edition.

    data/raw/published/<document>.txt takes the place of data/raw/<document>.txt.
    """
    name = f"{row['document']}.txt"
    published, path = project.published / name, project.raw / name
    if published.is_file():
        return published, "published"
    if not path.is_file():
        raise InputError(
            f"the text of '{row['document']}' is missing",
            cure=f"put it there or into {project.shown(published)}, or take its row out of sources.csv",
            path=project.shown(path),
        )
    return path, str(row["edition"])


def check_hash(project: Project, row: Mapping[str, Any], path: Path, found: str) -> None:
    """InputError where the file at `path` is not the one that sources.csv was written for, going by its hash.

    A published text is the user's own and not checked.
    """
    listed = row["sha256"]
    if path.parent != project.published and (not isinstance(listed, str) or listed.lower() != found):
        raise InputError(
            f"the file has sha256 {found}, not the one in {project.shown(project.sources)}",
            cure="if the change is wanted, write this hash into its row",
            path=project.shown(path),
        )


def text_hash(project: Project, row: Mapping[str, Any]) -> tuple[str, str]:
    """Edition and SHA-256 of the text of one row of sources.csv; the text is read as a whole only where that fails."""
    path, edition = document_file(project, row)
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
        check_hash(project, row, path, found)
    except (OSError, InputError):
        # What is no text at all is said first.
        return edition, read_document(project, row).sha256
    return edition, found


def read_document(project: Project, row: Mapping[str, Any] | pd.Series) -> Document:
    """The text of one row of sources.csv. Raises InputError where it is missing, no text, or not the listed one."""
    path, edition = document_file(project, row)
    shown = project.shown(path)
    data, readings = read_file(path, shown)
    check_hash(project, row, path, hashlib.sha256(data).hexdigest())
    if len(readings) > 1:
        raise InputError(f"the file holds {len(readings)} texts", cure="give each a file and a row", path=shown)
    return _document(str(row["document"]), readings[0], data, edition, shown)


def read_all(source: Path | str) -> list[Document]:
    """The texts in any file, or in standard input for `-`: one, or one for each row of a table of texts.

    The key of a text is the name of its file, or for a row of a table what its column `document` says. Raises
    InputError for what holds no Chinese text.
    """
    if str(source) == "-":
        name, shown = "stdin", "standard input"
        data, readings = read_standard_input()
    else:
        # Bytes of a name that are no UTF-8 stand for themselves, as escapes, in tables.
        name, shown = os.fsencode(Path(source).stem).decode(errors="backslashreplace"), str(source)
        data, readings = read_file(Path(source), shown)
    several = len(readings) > 1
    return [
        _document(reading.name or (f"{name}-{at}" if several else name), reading, data, "published", shown)
        for at, reading in enumerate(readings, start=1)
    ]


def read_any(source: Path | str) -> Document:
    """The one text in any file, or in standard input for `-`. Raises InputError for what is none, and for several."""
    found = read_all(source)
    if len(found) > 1:
        raise InputError(f"the file holds {len(found)} texts", cure="give each a file of its own", path=found[0].path)
    return found[0]
