"""Add: a new text into data/raw with its row in sources.csv."""

from __future__ import annotations

import csv
import hashlib
import io
import os
from pathlib import Path

from ..project.errors import InputError, unknown
from ..project.folders import Project
from ..project.registry import GENRES
from ..project.remote import replace_text
from .cities import KEY, read_cities
from .encodings import read_text
from .sources import is_date, read_any, read_sources


def _free_key(city: str, date: str, taken: set[str]) -> str:
    """`hebi-2024`, or with the month or a letter where that key is taken."""
    year, month = f"{city}-{date[:4]}", f"{city}-{date[:7]}"
    for key in (year, month, *(f"{year}-{letter}" for letter in "bcdefghijklmnopqrstuvwxyz")):
        if key not in taken:
            return key
    raise InputError(f"no free key for {year}", cure="name one with --document")


def add_source(
    project: Project,
    file: Path,
    *,
    city: str,
    date: str,
    genre: str,
    document: str | None = None,
    title: str = "",
    publisher: str = "",
    digest: bool = False,
) -> dict[str, str]:
    """Copy `file` as UTF-8 into data/raw and add its row to sources.csv; returns the row.

    The edition is `published` (the text as its publisher gave it) unless `digest` says that the words are the
    user's own.

    Raises InputError, with nothing written, for an unknown city or genre, a bad date or key, or an unreadable file.
    """
    cities, sources = read_cities(project), read_sources(project)
    if city not in cities:
        raise unknown("city", city, cities, path=project.shown(project.reference / "cities.yml"))
    if genre not in GENRES:
        raise unknown("genre", genre, GENRES)
    if not is_date(date):
        raise InputError(f"bad date '{date}'", cure="write YYYY, YYYY-MM or YYYY-MM-DD")
    taken = set(sources["document"])
    key = document or _free_key(city, date, taken)
    if not KEY.fullmatch(key):
        raise InputError(
            f"bad document key '{key}'", cure="use lower-case letters, digits and hyphens, such as hebi-2024"
        )
    if key in taken:
        raise InputError(
            f"document '{key}' is already there",
            cure="name another key with --document",
            path=project.shown(project.sources),
        )
    read = read_any(file)
    text = read.printed or read.text
    data = text.encode()
    first = next((line.strip() for line in text.splitlines() if line.strip()), key)
    row = {
        "document": key,
        "city": city,
        "date": date,
        "genre": genre,
        "title": title or first[:80],
        "publisher": publisher,
        "language": read.language,
        "edition": "digest" if digest else "published",
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    target = project.raw / f"{key}.txt"
    staged = target.with_name(f".{target.name}.{os.getpid()}")
    staged.write_bytes(data)
    os.replace(staged, target)
    _append(project, row)
    return row


def _append(project: Project, row: dict[str, str]) -> None:
    """Write a row behind those of sources.csv, in the order of its columns."""
    _, lines, _ = read_text(project.sources, project.shown(project.sources))
    header = next(csv.reader(io.StringIO(lines)))
    out = io.StringIO()
    csv.DictWriter(out, header, lineterminator="\n").writerow({name: row.get(name, "") for name in header})
    replace_text(project.sources, lines.rstrip("\n") + "\n" + out.getvalue())
