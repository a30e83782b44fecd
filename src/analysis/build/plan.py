"""Plan: what there is to build, and why: which documents of sources.csv have tables that no longer hold."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ..extract.corrections import FILE as CORRECTIONS
from ..extract.corrections import load_corrections
from ..project.errors import InputError
from ..project.folders import Project
from ..project.rules import FOLDER as RULES
from ..project.rules import rule_files
from ..project.stamps import Hashes, tells
from ..texts.cities import place_names, read_cities
from ..texts.sources import source_list, text_hash
from . import store

REFERENCE = (
    "units.csv",
    "themes.yml",
    "pathways.yml",
    "instruments.yml",
    "indicators.yml",
    "entities.yml",
    "industries.yml",
    "terms.txt",
    "stopwords.txt",
)
#: The code that tables are made by (a test holds it against what is loaded to make them).
STEPS = (
    "texts/**/*.py",
    "extract/**/*.py",
    "build/steps.py",
    "build/store.py",
    "project/characters.py",
    "project/periods.py",
    "project/registry.py",
    "project/rules.py",
    "project/tables.yml",
    "project/trie.py",
    "project/yaml_lines.py",
)
#: Another version of these may give other words.
SEGMENTERS = ("jieba", "rjieba")

#: Texts that a thread reads and hashes in one go.
PART = 16


def sha256(*parts: bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def code_digest() -> str:
    """A digest of the code of the steps and of the versions of what segments the texts."""
    here = Path(__file__).parents[1]
    files = sorted(path for pattern in STEPS for path in here.glob(pattern))
    versions = [f"{name} {version(name)}".encode() for name in SEGMENTERS]
    return sha256(*versions, *(str(path.relative_to(here)).encode() + b"\0" + path.read_bytes() for path in files))


def reference_digest(project: Project) -> str:
    """A digest of the dictionaries and tables of data/reference that the steps read."""
    paths = [project.reference / name for name in REFERENCE]
    for path in paths:
        if not path.is_file():
            raise InputError("the file is missing", cure="restore it from the project", path=project.shown(path))
    paths += rule_files(project.reference / RULES)
    return sha256(*(path.name.encode() + b"\0" + path.read_bytes() for path in paths))


@dataclass(frozen=True)
class Task:
    """One document: its row of sources.csv, the names of its city, what its tables depend on."""

    row: dict[str, Any]
    names: tuple[str, ...]
    made_from: dict[str, str]

    @property
    def document(self) -> str:
        return self.row["document"]


@dataclass(frozen=True)
class Batch:
    """Buckets to write: name → documents in order. `tasks` are those to make, the others are kept from `old`."""

    buckets: dict[str, list[str]]
    tasks: dict[str, Task]
    old: dict[str, store.Record]


@dataclass(frozen=True)
class Plan:
    """All documents of sources.csv in order, why some have to be made anew, and the batches that bring that about."""

    documents: list[str]
    reasons: dict[str, str]
    removed: list[str]
    batches: list[Batch]
    buckets: set[str]


CAUSES = {
    "corrections": "corrections changed",
    "text": "text changed",
    "source": "row in sources.csv changed",
    "names": "names of the city changed",
    "reference": "reference changed",
    "code": "code changed",
}


def _text_hashes(project: Project, rows: Sequence[Mapping[str, Any]], anew: bool) -> list[tuple[str, str]]:
    """Edition and SHA-256 of the text of each row of sources.csv; only texts without a known stamp are read.

    With `anew` all are.
    """
    found: dict[int, tuple[str, str]] = {}
    folders = [project.published, project.raw] if tells(project.raw) else []
    known = [Hashes(folder, known=not anew) for folder in folders]
    lying = []
    for at, row in enumerate(rows):
        name = f"{row['document']}.txt"
        hashes = next((hashes for hashes in known if name in hashes), None)
        lying.append((hashes, name))
        digest = hashes.get(name) if hashes else None
        if digest and hashes is known[0]:
            found[at] = "published", digest
        elif digest and digest == str(row["sha256"]).lower():
            found[at] = str(row["edition"]), digest
    unread = [at for at in range(len(rows)) if at not in found]
    parts = [unread[at : at + PART] for at in range(0, len(unread), PART)]

    def read(part: list[int]) -> list[tuple[str, str]]:
        return [text_hash(project, rows[at]) for at in part]

    # Reading and hashing leave the interpreter free; behind a URL each file also waits for its answer.
    with ThreadPoolExecutor(4 if isinstance(project.raw, Path) else 32) as pool:
        for part, hashed in zip(parts, pool.map(read, parts), strict=True):
            found.update(zip(part, hashed, strict=True))
    for hashes in known:
        hashes.keep({name: found[at][1] for at, (where, name) in enumerate(lying) if where is hashes})
    return [found[at] for at in range(len(rows))]


def tasks_of(project: Project, anew: bool = False) -> dict[str, Task]:
    """What there would be to do for each document of sources.csv, in its order; with `anew` all texts are read."""
    cities = read_cities(project)
    rows = source_list(project, cities)
    corrections = load_corrections(project.reference / CORRECTIONS)
    for document, entries in corrections.items():
        if all(row["document"] != document for row in rows):
            raise entries[0].wrong("sources.csv lists no such document", "mend its key or delete the entry")
    code, reference = code_digest(), reference_digest(project)
    hashes = _text_hashes(project, rows, anew)
    found = {}
    for row, (edition, text) in zip(rows, hashes, strict=True):
        names = tuple(place_names(cities, str(row["city"])))
        source = json.dumps({**row, "edition": edition}, sort_keys=True).encode()
        made_from = {
            "text": text,
            "source": sha256(source)[:24],
            "names": sha256("|".join(names).encode())[:24],
            "corrections": sha256(*(one.told.encode() for one in corrections.get(str(row["document"]), ())))[:24],
            "reference": reference[:24],
            "code": code[:24],
        }
        found[str(row["document"])] = Task(row, names, made_from)
    return found


def _reason(entry: Mapping[str, Any] | None, task: Task) -> str | None:
    """Why a document is made anew, or None where its tables still hold."""
    if entry is None:
        return "new"
    old = entry["made_from"]
    return next((words for name, words in CAUSES.items() if old.get(name) != task.made_from[name]), None)


def stale(project: Project) -> dict[str, str]:
    """document → why its tables are out of date, for those that are."""
    project = project.with_local_reference()
    return plan_of(project, tasks_of(project), store.read_records(project.processed), None, False).reasons


def plan_of(
    project: Project,
    tasks: dict[str, Task],
    records: dict[str, store.Record],
    only: Sequence[str] | None,
    force: bool,
) -> Plan:
    """What to make, of all documents or of `only` those, and in which batches."""
    known = {key: entry for record in records.values() for key, entry in record["documents"].items()}
    asked = set(only or tasks)
    whys = {key: "forced" if force else _reason(known.get(key), task) for key, task in tasks.items() if key in asked}
    reasons = {key: why for key, why in whys.items() if why}
    present = [key for key in tasks if key in known or key in reasons]
    there = set(present)
    layout = store.buckets(tasks, store.limit(len(tasks)))
    new = {name: kept for name, keys in layout.items() if (kept := [key for key in keys if key in there])}
    batches = []
    for buckets, old in _families(new, records):
        todo = {key: tasks[key] for keys in buckets.values() for key in keys if key in reasons}
        if todo or buckets != {name: list(record["documents"]) for name, record in old.items()}:
            batches.append(Batch(buckets, todo, old))
    batches.sort(key=lambda batch: -len(batch.tasks))
    return Plan(present, reasons, sorted(set(known) - set(tasks)), batches, set(new))


def _families(
    new: Mapping[str, list[str]], old: Mapping[str, store.Record]
) -> Iterator[tuple[dict[str, list[str]], dict[str, store.Record]]]:
    """New and old buckets that may share documents: a bucket, what it splits into, what it was split from."""
    families: list[list[str]] = []
    for name in sorted({*new, *old}):
        # In sorted order a bucket stands right before all that begin with its name.
        if families and name.startswith(families[-1][0]):
            families[-1].append(name)
        else:
            families.append([name])
    for family in families:
        yield (
            {name: new[name] for name in family if name in new},
            {name: old[name] for name in family if name in old},
        )
