"""Build: data/raw → data/processed, only what changed.

The documents of one bucket of the store (see `analysis.build.store`) are the unit of work, a *batch*: a worker reads
their texts, makes their tables, writes the files of the bucket and then its record. So memory goes with the batch,
not with the corpus, and a run that is stopped at any point goes on with the batches that it had not finished. For each
document the record keeps what its tables were made from: the text, its row in sources.csv, the names of its city, the
dictionaries and the code of the steps.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..project.errors import InputError, unknown
from ..project.folders import Project, file_stamp
from ..project.registry import codebook, frame, problems
from ..project.remote import locked, replace_text
from ..project.rules import FOLDER as RULES
from ..project.rules import rule_files, using
from ..project.stamps import Hashes, tells
from ..texts.cities import read_cities
from ..texts.sources import Document, read_document, source_list, text_hash
from . import store
from .store import read_table, read_tables

if TYPE_CHECKING:
    import pandas as pd

    from ..extract.coding import Scheme
    from ..extract.indicators import Indicators

__all__ = ["Built", "build", "code_digest", "process", "read_table", "read_tables", "stale"]

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
    "texts/*.py",
    "extract/**/*.py",
    "project/registry.py",
    "project/tables.yml",
    "project/periods.py",
    "project/rules.py",
    "project/trie.py",
    "project/yaml_lines.py",
    "build/store.py",
    "build/run.py",
)
#: Another version of these may give other words.
SEGMENTERS = ("jieba", "rjieba")
#: The codebook of the coding schemes, beside the tables.
CODES = "codes.md"
#: Fewer documents than this are not worth starting processes for.
SERIAL = 8
#: Batches under way for each process: one at work, one waiting.
AHEAD = 2
#: Texts that a thread reads and hashes in one go.
PART = 16

log = logging.getLogger(__name__)

#: Called with the number of documents done, of documents to do, and the key of one that is being done or is done.
Progress = Callable[[int, int, str], None]


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


@cache
def _schemes(folder: Path, *_stamps: tuple[int, int]) -> dict[str, Scheme]:
    """The coding schemes in `folder`, read once for each state of their files."""
    from ..extract.coding import load_schemes

    return load_schemes(folder)


@cache
def _indicators(path: Path, _stamp: tuple[int, int]) -> Indicators:
    """The indicators at `path`, read once for each state of the file."""
    from ..extract.indicators import load_indicators

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
    with using(project.reference / RULES):
        return _tables(project, document, row, names)


def _tables(project: Project, document: Document, row: dict[str, Any], names: Iterable[str]) -> dict[str, pd.DataFrame]:
    from ..extract.coding import SCHEMES, code_sentences
    from ..extract.figures import tabulate
    from ..extract.figures.units import read_units
    from ..extract.formulas import formulas
    from ..extract.indicators import harmonise
    from ..extract.terms import count_terms
    from ..texts.clean import clean

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


# --- what there is to do ----------------------------------------------------------------------------------------------


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
class _Plan:
    """All documents of sources.csv in order, why some have to be made anew, and the batches that bring that about."""

    documents: list[str]
    reasons: dict[str, str]
    removed: list[str]
    batches: list[Batch]
    buckets: set[str]


CAUSES = {
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


def _tasks(project: Project, anew: bool = False) -> dict[str, Task]:
    """What there would be to do for each document of sources.csv, in its order; with `anew` all texts are read."""
    cities = read_cities(project)
    rows = source_list(project, cities)
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
    return _plan(project, _tasks(project), store.read_records(project.processed), None, False).reasons


def _plan(
    project: Project,
    tasks: dict[str, Task],
    records: dict[str, store.Record],
    only: Sequence[str] | None,
    force: bool,
) -> _Plan:
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
    return _Plan(present, reasons, sorted(set(known) - set(tasks)), batches, set(new))


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


# --- a batch ----------------------------------------------------------------------------------------------------------

#: Workers of a cluster may run several tasks in one process; the steps are not made for that.
_ALONE = threading.Lock()


def make_batch(project: Project, batch: Batch, done: Callable[[str], None] | None = None) -> dict[str, Any] | None:
    """Make the tables of a batch and put them into the store; gives back what is wrong with a text, if anything.

    That is the parts of an InputError; the exception itself cannot be sent from process to process.
    """
    with _ALONE:
        try:
            _make_batch(project.with_local_reference(), batch, done)
        except InputError as error:
            return {"problem": error.problem, "cure": error.cure, "path": error.path, "line": error.line}
    return None


def _make_batch(project: Project, batch: Batch, done: Callable[[str], None] | None) -> None:
    code, reference = code_digest(), reference_digest(project)
    made: dict[str, tuple[store.Record, dict[str, Any]]] = {}
    for key, task in batch.tasks.items():
        if not (code.startswith(task.made_from["code"]) and reference.startswith(task.made_from["reference"])):
            raise InputError(
                "the package or data/reference is not the one that the build was started with",
                cure="install the same package on all machines, change nothing while it runs, and build again",
            )
        made[key] = _make(project, task)
        if done:
            done(key)
    keys = {key for keys in batch.buckets.values() for key in keys}
    for bucket, record in batch.old.items():
        for key, tables in store.read_bucket(project.processed, bucket, record, keys - set(made)).items():
            made[key] = record["documents"][key], tables
    new = {name: {key: made[key] for key in keys if key in made} for name, keys in batch.buckets.items()}
    store.write_buckets(project.processed, batch.old, {name: held for name, held in new.items() if held})


def _make(project: Project, task: Task) -> tuple[store.Record, dict[str, Any]]:
    """The entry of a document for the record, and its tables as Arrow."""
    document = read_document(project, task.row)
    tables = process(project, document, task.row, task.names)
    made = {name: store.to_arrow(name, table) for name, table in tables.items()}
    for name, table in made.items():
        found = problems(name, table)
        if found:
            raise ValueError(f"{document.document}: {found[0]}")
    entry = {
        # The text as it was read now: it may have changed since the plan was made.
        "made_from": {**task.made_from, "text": document.sha256},
        "rows": {name: table.num_rows for name, table in made.items()},
        "digests": {name: store.digest(table) for name, table in made.items()},
    }
    return entry, made


# --- all of them ------------------------------------------------------------------------------------------------------


def build(
    project: Project,
    only: list[str] | None = None,
    *,
    jobs: int = 1,
    scheduler: str | None = None,
    force: bool = False,
    progress: Progress | None = None,
) -> Built:
    """Bring data/processed up to date with data/raw, in `jobs` processes or on the Dask cluster at `scheduler`.

    `only` limits the work to some documents. Raises InputError for bad input: nothing is written for what is wrong with
    data/reference, sources.csv and the files it lists; where a text turns out to be unreadable later, the batches that
    were finished before stay.
    """
    project.processed.mkdir(parents=True, exist_ok=True)
    with locked(project.processed):
        return _build(project, only, jobs, scheduler, force, progress)


def _build(
    project: Project, only: list[str] | None, jobs: int, scheduler: str | None, force: bool, progress: Progress | None
) -> Built:
    local = project.with_local_reference()
    tasks = _tasks(local, force)
    for name in only or []:
        if name not in tasks:
            raise unknown("document", name, tasks, path=project.shown(project.sources))
    processed = project.processed
    records = store.read_records(processed)
    plan = _plan(local, tasks, records, only, force)
    head = store.read_head(processed)
    # A run that was stopped after its last batch leaves CSV and codebooks that are older than the store.
    state = store.state(records)
    unchanged = not plan.batches and head.get("documents") == plan.documents and head.get("state") == state
    if plan.batches:
        store.prepare(processed)
        _run(project, plan.batches, jobs, scheduler, progress)
        state = store.state(store.read_records(processed))
    for path in store.strays(processed, plan.buckets):
        path.unlink(missing_ok=True)
    new = {"format": store.FORMAT, "documents": plan.documents}
    if not unchanged:
        store.write_json(processed / store.HEAD, new)
    hashes = store.write_csv(project, plan.documents, head.get("csv", {}), unchanged)
    if not (unchanged and (processed / "README.md").is_file() and (processed / CODES).is_file()):
        replace_text(processed / "README.md", store.reading_note() + codebook("en") + "\n" + codebook("zh"))
        replace_text(processed / CODES, _codes_page(local))
    store.write_json(processed / store.HEAD, {**new, "csv": hashes, "state": state})
    return Built(plan.documents, {key: plan.reasons[key] for key in tasks if key in plan.reasons}, plan.removed)


def _codes_page(project: Project) -> str:
    """The codebook of the coding schemes in both languages: every code with definition and examples."""
    from ..extract import coding

    schemes = _schemes(project.reference, *(file_stamp(project.reference / n) for n in coding.SCHEMES.values()))
    return coding.codebook(schemes, "en") + "\n" + coding.codebook(schemes, "zh")


def _run(project: Project, batches: list[Batch], jobs: int, scheduler: str | None, progress: Progress | None) -> None:
    """Make all batches, here or elsewhere. Raises the first InputError; what is under way then is finished first."""
    total, done = sum(len(batch.tasks) for batch in batches), 0
    show = progress or (lambda _done, _of, _running: None)
    if not scheduler and (jobs == 1 or len(batches) == 1 or total < SERIAL):
        for batch in batches:

            def one(key: str) -> None:
                nonlocal done
                done += 1
                show(done, total, key)

            _raised(make_batch(project, batch, one))
        return
    with _executor(jobs, scheduler) as (pool, width):
        waiting = iter(batches)
        running: dict[Future, Batch] = {}
        failed: dict[str, Any] | None = None
        while True:
            while not failed and len(running) < width * AHEAD and (following := next(waiting, None)):
                running[pool.submit(make_batch, project, following)] = following
            if not running:
                break
            show(done, total, _shown(running))
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                batch = running.pop(future)
                failed = failed or future.result()
                done += len(batch.tasks)
        _raised(failed)
        show(done, total, "")


def _raised(error: dict[str, Any] | None) -> None:
    if error:
        raise InputError(**error)


def _shown(running: Mapping[Future, Batch]) -> str:
    """A document of the batch that has been under way for longest."""
    return next((key for batch in running.values() for key in batch.tasks), "")


@contextlib.contextmanager
def _executor(jobs: int, scheduler: str | None) -> Iterator[tuple[Executor, int]]:
    """What runs the batches, and how many it runs at once."""
    if scheduler:
        from .cluster import connected

        with connected(scheduler) as found:
            yield found
    else:
        from .pool import started

        with started(jobs) as pool:
            yield pool, jobs
