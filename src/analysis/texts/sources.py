"""Reading: data/raw/sources.csv, data/reference/cities.yml and the texts themselves, in whatever encoding they come.

Everything that can be wrong with them is an InputError that names file, line and cure.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..project.errors import InputError, closest
from ..project.folders import Project
from ..project.registry import EDITIONS, GENRES
from ..project.yaml_lines import Node, parse_yaml

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("document", "city", "date", "genre", "title", "publisher", "language", "edition", "sha256")
#: Columns of sources.csv that may be empty.
OPTIONAL = ("publisher", "sha256")
CLASSES = ("declining", "mature", "growing", "regenerating", "comparator")
CITIES = "cities.yml"

KEY = re.compile(r"[a-z0-9][a-z0-9-]*")
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


@dataclass(frozen=True)
class Document:
    """One text as it was read: its key, its characters and where they come from."""

    document: str
    text: str
    encoding: str
    sha256: str
    edition: str
    path: str


# --- encodings --------------------------------------------------------------------------------------------------------

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
#: A larger share of control, private-use and unassigned characters is no text.
MOST_ODD = 0.01


def _odd_share(text: str) -> float:
    """The share of `text` that is control characters other than white space, private use or unassigned."""
    if "".join(text.split()).isprintable():
        # So it is for most texts, and this is a fraction of the work of counting.
        return 0.0
    odd = sum(
        count
        for char, count in Counter(text).items()
        if unicodedata.category(char) in ("Cc", "Co", "Cn", "Cs") and not char.isspace()
    )
    return odd / len(text)


def decode(data: bytes) -> tuple[str, str]:
    """`data` as text without byte order mark, and the name of its encoding: UTF-8, UTF-16 with mark or GB18030.

    Raises ValueError where `data` holds nothing to read or none of these fits.
    """
    candidates = [name for mark, name in _BOMS if data.startswith(mark)] or ["utf-8", "gb18030"]
    for name in candidates:
        try:
            text = data.decode(name)
        except UnicodeDecodeError:
            continue
        if not text.strip():
            raise ValueError("the text is empty")
        if "\0" in text or _odd_share(text) > MOST_ODD:
            continue
        return text, name
    if not data:
        raise ValueError("the text is empty")
    raise ValueError("neither UTF-8, UTF-16 nor GB18030 text")


def _read_text(path: Path, shown: str) -> tuple[bytes, str, str]:
    """The bytes of the file at `path`, its text and encoding."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise InputError("the file is missing", cure="put it there or correct the path", path=shown) from None
    except IsADirectoryError:
        raise InputError("this is a folder", cure="name a text file", path=shown) from None
    except OSError as error:
        raise InputError(error.strerror or "cannot be read", cure="make the file readable", path=shown) from None
    return (data, *_decoded(data, shown))


def _decoded(data: bytes, shown: str) -> tuple[str, str]:
    """`decode` with its failure as an InputError."""
    try:
        return decode(data)
    except ValueError as error:
        cure = "fill the file with the text" if "empty" in str(error) else "save it as plain text in UTF-8"
        raise InputError(str(error), cure=cure, path=shown) from None


# --- cities -----------------------------------------------------------------------------------------------------------


def _city(key: str, city: Node) -> dict[str, Any]:
    """One entry of cities.yml, checked."""
    if not KEY.fullmatch(key):
        raise InputError(
            f"bad city key '{key}'",
            cure="use lower-case letters, digits and hyphens, such as qitaihe",
            path=city.path,
            line=city.line,
        )
    if not city.is_mapping:
        raise city.error("has no fields", "give it at least name_zh and name_en")
    fields = city.fields(required=("name_zh", "name_en"))
    for name in ("name_zh", "name_en"):
        fields[name].text()
    found: dict[str, Any] = city.value()
    if found.get("class") is not None:
        fields["class"].one_of(CLASSES)
    if found.get("population") is not None:
        fields["population"].fields(required=("value",))["value"].number(above=0)
    aliases = fields["aliases"].items() if found.get("aliases") is not None else []
    for alias in aliases:
        if alias.is_list or alias.is_mapping:
            raise alias.error("is no list of names", "write aliases: [名, 名]")
    return {**found, "aliases": [str(alias.value()) for alias in aliases]}


def read_cities(project: Project) -> dict[str, dict[str, Any]]:
    """The cities of data/reference/cities.yml: key → fields, at least name_zh and name_en; `aliases` is a list."""
    path = project.reference / CITIES
    _, text, _ = _read_text(path, project.shown(path))
    root = parse_yaml(text, project.shown(path))
    if not root.is_mapping:
        raise InputError(
            "no cities", cure="write one entry per city, 'key:' and its fields below", path=root.path, line=1
        )
    return {key: _city(key, city) for key, city in root.fields().items()}


# --- sources ----------------------------------------------------------------------------------------------------------


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
    _, text, _ = _read_text(project.sources, shown)
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
    data, text, encoding = _read_text(path, shown)
    found = hashlib.sha256(data).hexdigest()
    check_hash(project, row, path, found)
    return Document(str(row["document"]), text, encoding, found, edition, shown)


def read_any(source: Path | str) -> Document:
    """Any text file, or standard input for `-`; its key is the name of the file."""
    if str(source) == "-":
        data = sys.stdin.buffer.read()
        text, encoding = _decoded(data, "standard input")
        return Document("stdin", text, encoding, hashlib.sha256(data).hexdigest(), "published", "standard input")
    path = Path(source)
    data, text, encoding = _read_text(path, str(source))
    return Document(path.stem, text, encoding, hashlib.sha256(data).hexdigest(), "published", str(source))
