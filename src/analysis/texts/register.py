"""Add and remove: texts into data/raw with their rows in sources.csv, all of them or none.

Metadata come from the caller, else from the file and the head of its text. What looks wrong and may be right (another
place, a strange date) is refused until the caller insists; what is wrong is refused.
"""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date as day
from pathlib import Path
from typing import Any

from ..project.errors import InputError, unknown
from ..project.folders import Project
from ..project.registry import GENRES
from ..project.remote import locked, replace_bytes, replace_text
from .cities import CITIES, KEY, place_names, read_cities
from .encodings import read_text
from .likeness import Likeness
from .metadata import about
from .plan_places import known_city, new_city, read_places, write_city
from .sources import Document, document_file, is_date, read_any, source_list

#: A text that names other places so often, and its own never, is asked about.
OTHER_PLACES = 3
#: So many years may lie between the date of a text and the nearest year that it names.
FAR = 3
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)年")
_INSIST = "give --yes if that is right"


@dataclass(frozen=True)
class Entry:
    """One text to add: where it lies and what is known of it; what is empty is read from the text.

    `city` is a name in any form; `name_zh` and `name_en` name one that no file of the project knows.
    """

    path: Path
    city: str = ""
    date: str = ""
    genre: str = ""
    document: str = ""
    title: str = ""
    publisher: str = ""
    digest: bool = False
    name_zh: str = ""
    name_en: str = ""


@dataclass
class Added:
    """What became of the entries: rows as in sources.csv, notes about them, and why the others were refused."""

    rows: list[dict[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    refused: list[InputError] = field(default_factory=list)


def add_sources(
    project: Project, entries: Sequence[Entry], *, insist: bool = False, done: Callable[[int, str], None] | None = None
) -> Added:
    """Copy texts as UTF-8 into data/raw/published, which git ignores (into data/raw where they are digests in the
    user's own words), and add their rows to sources.csv; new cities go into cities.yml.

    An entry that is refused stops no other. `insist` adds what speaks of another place or has a strange date. `done`
    hears the number of entries done and the name of the file. One process at a time adds; where it is stopped or
    fails, nothing is changed. Raises InputError where the project's own files cannot be read.
    """
    with contextlib.ExitStack() as ends:
        ends.enter_context(_alone(project))
        session = _Session(project, insist)
        undo = ends.enter_context(contextlib.ExitStack())
        undo.callback(session.undo)
        for number, entry in enumerate(entries, start=1):
            try:
                session.take(entry)
            except InputError as error:
                session.added.refused.append(_named(error, entry.path))
            if done:
                done(number, entry.path.name)
        session.register()
        undo.pop_all()
    return session.added


def remove_sources(project: Project, documents: Sequence[str]) -> list[Path]:
    """Take texts out of sources.csv and delete their files; returns the files. Raises InputError for unknown keys."""
    with _alone(project):
        rows = {str(row["document"]): row for row in source_list(project, read_cities(project))}
        for key in documents:
            if key not in rows:
                raise unknown("document", key, rows, path=project.shown(project.sources))
        text = read_text(project.sources, project.shown(project.sources))[1]
        replace_text(project.sources, "".join(_lines_without(text, set(documents))))
        gone = [
            path for key in documents for path in (project.published / f"{key}.txt", project.raw / f"{key}.txt")
            if path.is_file()
        ]  # fmt: skip
        for path in gone:
            path.unlink()
    return gone


def _lines_without(text: str, documents: set[str]) -> Iterator[str]:
    """The lines of a CSV text but those of the rows of `documents`."""
    lines = re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", text)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header, start = [name.strip() for name in next(reader)], reader.line_num
    yield from lines[:start]
    place = header.index("document")
    for cells in reader:
        if len(cells) <= place or cells[place].strip() not in documents:
            yield from lines[start : reader.line_num]
        start = reader.line_num


@contextlib.contextmanager
def _alone(project: Project) -> Iterator[None]:
    """Let one process at a time change data/raw; the lock lies where git looks for nothing."""
    project.published.mkdir(parents=True, exist_ok=True)
    with locked(project.published):
        yield


def _named(error: InputError, path: Path) -> InputError:
    """The error with the file that it is about."""
    if error.path is not None:
        return error
    return InputError(error.problem, cure=error.cure, path=str(path))


class _Session:
    """The state of one run of add: what is there, what was added, and how to undo it."""

    def __init__(self, project: Project, insist: bool) -> None:
        self.project, self.insist, self.added = project, insist, Added()
        self.cities = read_cities(project)
        self.places = [row["name_zh"] for row in read_places(project)]
        self.old = source_list(project, self.cities)
        self.taken = {str(row["document"]) for row in self.old}
        self.hashes = {str(row["sha256"]).lower(): str(row["document"]) for row in self.old if row["sha256"]}
        self.likeness = Likeness()
        self.written: list[Path] = []
        self.cities_before = (project.reference / CITIES).read_bytes()
        self._read_old()

    def _read_old(self) -> None:
        """Hashes and likeness of the texts that are there; one that cannot be read is the business of `check`."""
        for row in self.old:
            with contextlib.suppress(InputError, OSError):
                path, _ = document_file(self.project, row)
                self.hashes.setdefault(hashlib.sha256(path.read_bytes()).hexdigest(), str(row["document"]))
                self.likeness.add(str(row["document"]), read_text(path, str(path))[1])

    def take(self, entry: Entry) -> None:
        """Check one entry and write its text. Raises InputError, with nothing written."""
        for name in ("title", "publisher"):
            _check_line(name, getattr(entry, name))
        read = read_any(entry.path)
        found = about(read)
        text = read.printed or read.text
        data = text.encode()
        digest = hashlib.sha256(data).hexdigest()
        for known in (digest, read.sha256):
            if known in self.hashes:
                raise InputError(
                    f"this text is already there as '{self.hashes[known]}'", cure="leave it out, or remove that one"
                )
        city, new = self._city(entry, found.place)
        cities = {**self.cities, city: new} if new else self.cities
        date, genre = entry.date or found.date, entry.genre or found.genre
        _check_known(date, genre)
        if not self.insist:
            _ask(read.text, date, place_names(cities, city), self.places, self.cities, city)
        key = self._key(entry.document, city, date)
        target = (self.project.raw if entry.digest else self.project.published) / f"{key}.txt"
        self._check_free(key, data)
        row = {
            "document": key,
            "city": city,
            "date": date,
            "genre": genre,
            "title": entry.title.strip() or _one_line(found.title) or _first_line(read) or key,
            "publisher": entry.publisher.strip() or _one_line(found.publisher),
            "language": read.language,
            "edition": "digest" if entry.digest else "published",
            "sha256": digest,
        }
        if new:
            write_city(self.project, city, new)
            self.cities = read_cities(self.project)
        self.written.append(target)
        replace_bytes(target, data)
        self.taken.add(key)
        self.hashes |= {digest: key, read.sha256: key}
        alike = self.likeness.add(key, text)
        if alike:
            (other, share), more = alike[0], f" and {len(alike) - 1} more" if alike[1:] else ""
            self.added.notes.append(f"{key} is nearly the same text as {other}{more} ({share:.0%} alike)")
        self.added.rows.append(row)

    def _city(self, entry: Entry, place: str) -> tuple[str, dict[str, Any] | None]:
        """The key of a city, and its entry where cities.yml does not have it yet."""
        name = entry.city or place
        if not name:
            raise InputError("the text does not tell its city", cure="name it with --city")
        known = known_city(self.cities, name)
        return (known, None) if known else new_city(self.project, name, entry.name_zh, entry.name_en)

    def _key(self, wanted: str, city: str, date: str) -> str:
        key = wanted or _free_key(city, date, self.taken)
        if not KEY.fullmatch(key) or len(key) > 100:
            raise InputError(
                f"bad document key '{key[:60]}'", cure="use up to 100 lower-case letters, digits and hyphens"
            )
        if key in self.taken:
            raise InputError(
                f"document '{key}' is already there",
                cure="name another key with --document",
                path=self.project.shown(self.project.sources),
            )
        return key

    def _check_free(self, key: str, data: bytes) -> None:
        """InputError where a file of this name lies there that is not this text."""
        for path in (self.project.raw / f"{key}.txt", self.project.published / f"{key}.txt"):
            if path.exists() and not (path.is_file() and path.read_bytes() == data):
                raise InputError(
                    "a file of this name that no row of sources.csv names is already there",
                    cure="move it away, or name another key with --document",
                    path=self.project.shown(path),
                )

    def register(self) -> None:
        """Write the rows behind those of sources.csv, in the order of its columns."""
        if not self.added.rows:
            return
        lines = read_text(self.project.sources, self.project.shown(self.project.sources))[1]
        header = [name.strip() for name in next(csv.reader(io.StringIO(lines)))]
        out = io.StringIO()
        writer = csv.DictWriter(out, header, lineterminator="\n")
        writer.writerows({name: row.get(name, "") for name in header} for row in self.added.rows)
        replace_text(self.project.sources, lines.rstrip("\r\n") + "\n" + out.getvalue())

    def undo(self) -> None:
        """Take back what was written before the rows stand in sources.csv."""
        for path in self.written:
            path.unlink(missing_ok=True)
        path = self.project.reference / CITIES
        if path.read_bytes() != self.cities_before:
            replace_bytes(path, self.cities_before)


def _free_key(city: str, date: str, taken: set[str]) -> str:
    """`hebi-2024`, or with the month, a letter or a number where that key is taken."""
    year, month = f"{city}-{date[:4]}", f"{city}-{date[:7]}"
    more = (*"bcdefghijklmnopqrstuvwxyz", *map(str, range(27, len(taken) + 30)))
    return next(key for key in (year, month, *(f"{year}-{letter}" for letter in more)) if key not in taken)


def _check_line(name: str, text: str) -> None:
    """InputError for a title or publisher that would not stand in one line."""
    if text and (not text.strip() or not text.isprintable()):
        raise InputError(f"the {name} is blank or holds line ends or control characters", cure="write it in one line")


def _check_known(date: str, genre: str) -> None:
    if not date or not genre:
        what = "date" if not date else "genre"
        raise InputError(f"the text does not tell its {what}", cure=f"give it with --{what}")
    if genre not in GENRES:
        raise unknown("genre", genre, GENRES)
    if not is_date(date):
        raise InputError(f"bad date '{date}'", cure="write YYYY, YYYY-MM or YYYY-MM-DD")


def _ask(
    text: str, date: str, names: list[str], places: list[str], cities: Mapping[str, Mapping[str, Any]], city: str
) -> None:
    """InputError for a date after today or far from the years of the text, and for a text about another place."""
    today = day.today().isoformat()
    if date > today[: len(date)]:
        raise InputError(f"the date {date} is after today", cure=_INSIST)
    years = sorted({int(year) for year in _YEAR.findall(text)})
    if years and min(abs(int(date[:4]) - year) for year in years) > FAR:
        raise InputError(
            f"the date {date} is far from the years that the text names ({years[0]} to {years[-1]})", cure=_INSIST
        )
    if any(name in text for name in names):
        return
    others = {*places, *(str(entry["name_zh"]) for key, entry in cities.items() if key != city)} - set(names)
    count, most = max(((text.count(name), name) for name in others), default=(0, ""))
    if count >= OTHER_PLACES:
        raise InputError(f"the text never names {names[0]}, but {most} {count} times", cure=_INSIST)


def _one_line(text: str) -> str:
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _first_line(read: Document) -> str:
    return next((line for raw in read.text.split("\n") if (line := _one_line(raw))), "")[:80]
