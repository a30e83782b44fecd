"""Build: data/raw → data/processed, only what changed.

The documents of one bucket of the store (see `analysis.build.store`) are the unit of work, a *batch*: a worker reads
their texts, makes their tables, writes the files of the bucket and then its record. So memory goes with the batch,
not with the corpus, and a run that is stopped at any point goes on with the batches that it had not finished. For each
document the record keeps what its tables were made from: the text, its row in sources.csv, the names of its city, the
dictionaries and the code of the steps.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from typing import Any

from ..project.errors import InputError, unknown
from ..project.folders import Project
from ..project.registry import codebook, problems
from ..project.remote import locked, replace_text
from ..texts.sources import read_document
from . import plan, store
from .executors import executor
from .plan import Batch, Task, stale
from .steps import document_tables
from .store import read_table, read_tables

#: The codebook of the coding schemes, beside the tables.
CODES = "codes.md"
#: Fewer documents than this are not worth starting processes for.
SERIAL = 8
#: Batches under way for each process: one at work, one waiting.
AHEAD = 2

#: Called with the number of documents done, of documents to do, and the key of one that is being done or is done.
Progress = Callable[[int, int, str], None]


__all__ = ["Built", "build", "read_table", "read_tables", "stale"]


@dataclass(frozen=True)
class Built:
    """What a build did: the documents in order, those made anew with the reason, those taken away."""

    documents: list[str]
    made: dict[str, str]
    removed: list[str]


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
    code, reference = plan.code_digest(), plan.reference_digest(project)
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
    tables = document_tables(project.reference, document, task.row, task.names)
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
    tasks = plan.tasks_of(local, force)
    for name in only or []:
        if name not in tasks:
            raise unknown("document", name, tasks, path=project.shown(project.sources))
    processed = project.processed
    records = store.read_records(processed)
    todo = plan.plan_of(local, tasks, records, only, force)
    head = store.read_head(processed)
    # A run that was stopped after its last batch leaves CSV and codebooks that are older than the store.
    state = store.state(records)
    unchanged = not todo.batches and head.get("documents") == todo.documents and head.get("state") == state
    if todo.batches:
        store.prepare(processed)
        _run(project, todo.batches, jobs, scheduler, progress)
        state = store.state(store.read_records(processed))
    for path in store.strays(processed, todo.buckets):
        path.unlink(missing_ok=True)
    new = {"format": store.FORMAT, "documents": todo.documents}
    if not unchanged:
        store.write_json(processed / store.HEAD, new)
    hashes = store.write_csv(project, todo.documents, head.get("csv", {}), unchanged)
    if not (unchanged and (processed / "README.md").is_file() and (processed / CODES).is_file()):
        replace_text(processed / "README.md", store.reading_note() + codebook("en") + "\n" + codebook("zh"))
        replace_text(processed / CODES, _codes_page(local))
    store.write_json(processed / store.HEAD, {**new, "csv": hashes, "state": state})
    return Built(todo.documents, {key: todo.reasons[key] for key in tasks if key in todo.reasons}, todo.removed)


def _codes_page(project: Project) -> str:
    """The codebook of the coding schemes in both languages: every code with definition and examples."""
    from ..extract import coding
    from .steps import dictionaries

    schemes = dictionaries(project.reference).schemes
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
    with executor(jobs, scheduler) as (pool, width):
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
