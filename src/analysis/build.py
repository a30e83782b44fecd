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
from .sources import Document, read_document, read_sources

if TYPE_CHECKING:
    from .coding import Scheme

PARTS = tuple(TABLES)
REFERENCE = ("units.csv", "themes.yml", "terms.txt", "stopwords.txt")
STEPS = ("sources.py", "clean.py", "coding.py", "trie.py", "segment.py", "schema.py", "build.py", "figures/*.py")
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
def _scheme(path: Path, _stamp: tuple[int, int]) -> Scheme:
    """The dictionary at `path`, read once for each state of the file."""
    from .coding import load_scheme

    return load_scheme(path)


def process(project: Project, document: Document, row: dict[str, Any]) -> dict[str, pd.DataFrame]:
    """The tables of one document: its row of documents, passages, removals, figures, terms and codes."""
    from .clean import clean
    from .coding import code_sentences
    from .figures import tabulate
    from .figures.units import read_units
    from .segment import count_terms

    reference, key = project.reference, document.document
    scheme = _scheme(reference / "themes.yml", file_stamp(reference / "themes.yml"))
    passages, removals = clean(document.text, key)
    figures = tabulate(
        passages,
        document=key,
        city=row["city"],
        date=row["date"],
        genre=row["genre"],
        units=read_units(reference / "units.csv"),
        scheme=scheme,
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
        "terms": terms,
        "codes": code_sentences(passages, scheme),
    }


def _process_to(project: Project, document: Document, row: dict[str, Any], folder: Path) -> None:
    """Write the parts of one document into `folder`."""
    tables = process(project, document, row)
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


def _stamps(
    rows: dict[str, dict[str, Any]], documents: dict[str, Document], code: str, reference: str
) -> dict[str, dict[str, str]]:
    """What each document's tables depend on, by name."""
    return {
        key: {
            "text": document.sha256,
            "source": sha256(
                json.dumps({**rows[key], "edition": document.edition}, default=str, sort_keys=True).encode()
            ),
            "reference": reference,
            "code": code,
        }
        for key, document in documents.items()
    }


def stale(project: Project) -> dict[str, str]:
    """document → why its tables are out of date, for those that are."""
    rows = {row["document"]: row for row in read_sources(project).to_dict("records")}
    documents = {key: read_document(project, row) for key, row in rows.items()}
    known = _read_record(project).get("documents", {})
    new = _stamps(rows, documents, code_digest(), reference_digest(project))
    reasons = {key: _reason(known.get(key), new[key], project.processed / "parts" / key) for key in rows}
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
    sources = read_sources(project)
    keys = list(sources["document"])
    for name in only or []:
        if name not in keys:
            raise unknown("document", name, keys, path=project.shown(project.sources))
    rows = {row["document"]: row for row in sources.to_dict("records")}
    documents = {key: read_document(project, rows[key]) for key in keys}
    record, parts = _read_record(project), project.processed / "parts"
    known = record.get("documents", {})
    new = _stamps(rows, documents, code_digest(), reference_digest(project))
    todo = {}
    for key in keys:
        reason = "forced" if force else _reason(known.get(key), new[key], parts / key)
        if reason and (not only or key in only):
            todo[key] = reason
    project.processed.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=project.processed, prefix=".building-") as folder:
        _run(project, {key: (documents[key], rows[key]) for key in todo}, Path(folder), jobs, progress)
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
    work: dict[str, tuple[Document, dict[str, Any]]],
    folder: Path,
    jobs: int,
    progress: Callable[[str, int, int], None] | None,
) -> None:
    """Make the parts of the documents in `work` below `folder`; in processes where there are many."""
    if jobs > 1 and len(work) > SERIAL:
        with ProcessPoolExecutor(jobs) as pool:
            futures = {
                key: pool.submit(_process_to, project, document, row, folder) for key, (document, row) in work.items()
            }
            for number, (key, future) in enumerate(futures.items(), 1):
                future.result()
                if progress:
                    progress(key, number, len(work))
        return
    for number, (key, (document, row)) in enumerate(work.items(), 1):
        _process_to(project, document, row, folder)
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
