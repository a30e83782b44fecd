"""Build: data/raw → data/processed, only what changed.

Each document gives its own parts (data/processed/parts/<document>/<table>.csv), kept with a key over everything they
depend on: the text, its row in sources.csv, the dictionaries and the code of the steps. The tables of the corpus are
the parts put together in the order of sources.csv. Every file is replaced in one step, the record (build.json) last, so
a run that is stopped leaves the old tables or is done again.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from .errors import InputError, unknown
from .project import Project, file_stamp
from .schema import TABLES, codebook, frame, problems
from .sources import Document, read_cities, read_document, read_sources

if TYPE_CHECKING:
    from .coding import Scheme
    from .indicators import Indicators

PARTS = tuple(TABLES)
REFERENCE = (
    "units.csv",
    "themes.yml",
    "pathways.yml",
    "instruments.yml",
    "indicators.yml",
    "terms.txt",
    "stopwords.txt",
)
STEPS = (
    "sources.py",
    "clean.py",
    "figures/*.py",
    "formulas.py",
    "indicators.py",
    "coding.py",
    "trie.py",
    "segment.py",
    "schema.py",
    "build.py",
)
RECORD = "build.json"
SERIAL = 8


@dataclass(frozen=True)
class Built:
    """What a build did: the documents in order, those made anew with the reason, those taken away."""

    documents: list[str]
    made: dict[str, str]
    removed: list[str]


def sha256(*parts: bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def code_digest() -> str:
    """A digest of the code of the steps."""
    here = Path(__file__).parent
    files = sorted(path for pattern in STEPS for path in here.glob(pattern))
    return sha256(*(str(path.relative_to(here)).encode() + b"\0" + path.read_bytes() for path in files))


def reference_digest(project: Project) -> str:
    """A digest of the dictionaries and tables of data/reference that the steps read."""
    paths = [project.reference / name for name in REFERENCE]
    for path in paths:
        if not path.is_file():
            raise InputError("the file is missing", cure="restore it from the project", path=project.shown(path))
    return sha256(*(path.name.encode() + b"\0" + path.read_bytes() for path in paths))


@cache
def _schemes(folder: Path, *_stamps: tuple[int, int]) -> dict[str, Scheme]:
    """The coding schemes in `folder`, read once for each state of their files."""
    from .coding import load_schemes

    return load_schemes(folder)


@cache
def _indicators(path: Path, _stamp: tuple[int, int]) -> Indicators:
    """The indicators at `path`, read once for each state of the file."""
    from .indicators import load_indicators

    return load_indicators(path)


def place_names(cities: dict[str, dict[str, Any]], city: str) -> list[str]:
    """The names of a city in its own texts, from cities.yml: the full one and the aliases; none for an unknown city."""
    entry = cities.get(city, {})
    return [name for name in (entry.get("name_zh"), *entry.get("aliases", ())) if name]


def process(
    project: Project, document: Document, row: dict[str, Any], names: Iterable[str] = ()
) -> dict[str, pd.DataFrame]:
    """The tables of one document by name: its row of documents, passages, removals, figures and all that follows.

    `row` is its row of sources.csv, `names` are those of its city.
    """
    from .clean import clean
    from .coding import SCHEMES, code_sentences
    from .figures import tabulate
    from .figures.units import read_units
    from .formulas import formulas
    from .indicators import harmonise
    from .segment import count_terms

    reference, key, city = project.reference, document.document, row["city"]
    schemes = _schemes(reference, *(file_stamp(reference / name) for name in SCHEMES.values()))
    indicators = reference / "indicators.yml"
    passages, removals = clean(document.text, key)
    figures = tabulate(
        passages,
        document=key,
        city=city,
        date=row["date"],
        genre=row["genre"],
        units=read_units(reference / "units.csv"),
        scheme=schemes["theme"],
    )
    terms = count_terms(
        passages, figures, document=key, terms=reference / "terms.txt", stop_words=reference / "stopwords.txt"
    )
    listed = {
        **row,
        "edition": document.edition,
        "sha256": document.sha256,
        "encoding": document.encoding,
        "characters": int(passages["characters"].sum()),
    }
    return {
        "documents": frame("documents", [listed]),
        "passages": passages,
        "removals": removals,
        "figures": figures,
        "formulas": formulas(passages, document=key, city=city),
        "indicators": harmonise(
            figures,
            passages,
            document=key,
            city=city,
            indicators=_indicators(indicators, file_stamp(indicators)),
            names=names,
        ),
        "terms": terms,
        "codes": code_sentences(passages, schemes),
    }


@dataclass(frozen=True)
class _Work:
    """What there is to do for one document."""

    document: Document
    row: dict[str, Any]
    names: tuple[str, ...]


def _process_to(project: Project, work: _Work, folder: Path) -> None:
    """Write the parts of one document into `folder`."""
    document = work.document
    tables = process(project, document, work.row, work.names)
    for name, table in tables.items():
        found = problems(name, table)
        if found:
            raise ValueError(f"{document.document}: {found[0]}")
    part = folder / document.document
    part.mkdir(parents=True)
    for name, table in tables.items():
        table.to_csv(part / f"{name}.csv", index=False, lineterminator="\n")


def _read_record(project: Project) -> dict[str, Any]:
    path = project.processed / RECORD
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def _reason(old: dict[str, Any] | None, new: dict[str, str], part: Path) -> str | None:
    """Why a document is made anew, or None where its parts still hold."""
    if old is None:
        return "new"
    for name, words in (
        ("text", "text changed"),
        ("source", "row in sources.csv changed"),
        ("names", "names of the city changed"),
        ("reference", "reference changed"),
        ("code", "code changed"),
    ):
        if old.get(name) != new[name]:
            return words
    return None if all((part / f"{name}.csv").is_file() for name in PARTS) else "parts are missing"


def replace_text(path: Path, text: str) -> None:
    """Write `text` in one step, and not at all where the file already holds it."""
    if path.is_file() and path.read_bytes() == text.encode():
        return
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as out:
        out.write(text)
    os.chmod(name, 0o644)
    os.replace(name, path)


def _joined(parts: Path, documents: Iterable[str], table: str) -> str:
    """The parts of one table under one header, as CSV text."""
    lines = [",".join(TABLES[table].names) + "\n"]
    for document in documents:
        _, _, body = (parts / document / f"{table}.csv").read_text(encoding="utf-8").partition("\n")
        lines.append(body)
    return "".join(lines)


def _stamps(work: dict[str, _Work], code: str, reference: str) -> dict[str, dict[str, str]]:
    """What each document's tables depend on, by name."""
    return {
        key: {
            "text": one.document.sha256,
            "source": sha256(
                json.dumps({**one.row, "edition": one.document.edition}, default=str, sort_keys=True).encode()
            ),
            "names": sha256("|".join(one.names).encode()),
            "reference": reference,
            "code": code,
        }
        for key, one in work.items()
    }


def _all_work(project: Project) -> dict[str, _Work]:
    """What there would be to do for each document of sources.csv, in its order."""
    rows = {row["document"]: row for row in read_sources(project).to_dict("records")}
    cities = read_cities(project)
    return {
        key: _Work(read_document(project, row), row, tuple(place_names(cities, row["city"])))
        for key, row in rows.items()
    }


def stale(project: Project) -> dict[str, str]:
    """document → why its tables are out of date, for those that are."""
    known = _read_record(project).get("documents", {})
    new = _stamps(_all_work(project), code_digest(), reference_digest(project))
    reasons = {key: _reason(known.get(key), new[key], project.processed / "parts" / key) for key in new}
    return {key: reason for key, reason in reasons.items() if reason}


def build(
    project: Project,
    only: list[str] | None = None,
    *,
    jobs: int = 1,
    force: bool = False,
    progress: Callable[[str, int, int], None] | None = None,
) -> Built:
    """Bring data/processed up to date with data/raw.

    `only` limits the work to some documents. Raises InputError (and writes nothing) for bad input. `progress` is called
    with document, number done and number to do.
    """
    work = _all_work(project)
    keys = list(work)
    for name in only or []:
        if name not in keys:
            raise unknown("document", name, keys, path=project.shown(project.sources))
    record, parts = _read_record(project), project.processed / "parts"
    known = record.get("documents", {})
    new = _stamps(work, code_digest(), reference_digest(project))
    todo = {}
    for key in keys:
        reason = "forced" if force else _reason(known.get(key), new[key], parts / key)
        if reason and (not only or key in only):
            todo[key] = reason
    project.processed.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=project.processed, prefix=".building-") as folder:
        _run(project, {key: work[key] for key in todo}, Path(folder), jobs, progress)
        parts.mkdir(exist_ok=True)
        for key in todo:
            shutil.rmtree(parts / key, ignore_errors=True)
            os.replace(Path(folder) / key, parts / key)
    present = [key for key in keys if key in todo or key in known]
    removed = [path.name for path in sorted(parts.iterdir()) if path.is_dir() and path.name not in keys]
    for name in removed:
        shutil.rmtree(parts / name)
    _write_corpus(project, present)
    record = {"documents": {key: new[key] if key in todo else known[key] for key in present}}
    replace_text(project.processed / RECORD, json.dumps(record, indent=1, sort_keys=True) + "\n")
    return Built(present, todo, removed)


def _run(
    project: Project,
    work: dict[str, _Work],
    folder: Path,
    jobs: int,
    progress: Callable[[str, int, int], None] | None,
) -> None:
    """Make the parts of the documents in `work` below `folder`; in processes where there are many."""
    if jobs > 1 and len(work) > SERIAL:
        with ProcessPoolExecutor(jobs) as pool:
            futures = {key: pool.submit(_process_to, project, one, folder) for key, one in work.items()}
            for number, (key, future) in enumerate(futures.items(), 1):
                future.result()
                if progress:
                    progress(key, number, len(work))
        return
    for number, (key, one) in enumerate(work.items(), 1):
        _process_to(project, one, folder)
        if progress:
            progress(key, number, len(work))


def _write_corpus(project: Project, keys: list[str]) -> None:
    """Write the tables of the corpus from the parts of its documents, and the codebook."""
    for table in PARTS:
        replace_text(project.processed / f"{table}.csv", _joined(project.processed / "parts", keys, table))
    replace_text(project.processed / "README.md", codebook("en") + "\n" + codebook("zh"))


def read_table(project: Project, name: str) -> pd.DataFrame:
    """One table of data/processed with the types of the registry. Raises InputError where it was not built."""
    path = project.processed / f"{name}.csv"
    if not path.is_file():
        raise InputError("the table was not built", cure="run 'resource-cities build'", path=project.shown(path))
    return frame(
        name,
        pd.read_csv(
            path,
            dtype={c.name: "string" for c in TABLES[name].columns if c.type == "string"},
            keep_default_na=False,
            na_values={c.name: [""] for c in TABLES[name].columns},
        ),
    )


def read_tables(project: Project) -> dict[str, pd.DataFrame]:
    """All tables of data/processed by name."""
    return {name: read_table(project, name) for name in TABLES}
