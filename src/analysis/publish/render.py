"""Render: notebooks × parameters × languages → reports/, only what changed.

`render` runs those jobs that are out of date (see `publish.jobs`, `publish.manifest`) in a pool of processes
(`publish.workers`) that execute the notebook and write HTML and PDF (`publish.execute`).

A notebook says what its page needs (title, facts, sources …, see `rendering.notebook`) by displaying a JSON object
with the MIME type `execute.REPORT`; the renderer adds date, links and colophon.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import os
import re
import shutil
import tempfile
import threading
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from ..build.executors import connected
from ..project.folders import ELSEWHERE, Project
from ..project.links import HOMES, LANGS, report_link
from ..project.progress import JobProgress
from ..project.remote import locked
from .colophon import build_time, colophon, source_marks
from .execute import EXPORTERS, Failure, Outcome, Task
from .jobs import Job
from .manifest import Work, digest_of, package_digest, read_manifest, update_manifest, utc, weigh
from .workers import run_here, run_there

#: The hidden names of what is being written: folders of `_stage`, files of `remote.replace_bytes`.
DRAFT = re.compile(r"\.(rendering-.*|.*\.[a-z0-9_]{8})")
#: The manifest is written at most once in so many seconds, and at the end.
MANIFEST_PAUSE = 2.0


@dataclass(frozen=True)
class Result:
    """What became of one job: `done`, `skipped` or `failed`; outputs are paths by format."""

    job: Job
    status: str
    reason: str = ""
    seconds: float = 0.0
    outputs: dict[str, Path] = field(default_factory=dict)
    failure: Failure | None = None

    @property
    def line(self) -> str:
        """One line for a log: `city hebi zh  html pdf  4.2 s`."""
        made = "failed" if self.status == "failed" else " ".join(form for form in EXPORTERS if form in self.outputs)
        return f"{self.job.label}  {'up to date' if self.status == 'skipped' else f'{made}  {self.seconds:.1f} s'}"

    @property
    def message(self) -> str:
        """One line that names notebook, parameters, cell, cause and what was kept; "" where nothing failed."""
        if self.failure is None:
            return ""
        given = " ".join(f"{k}={','.join(v) if isinstance(v, list) else v}" for k, v in self.job.parameters.items())
        where = f", {self.failure.where}" if self.failure.where else ""
        kept = f" (run so far: reports/{self.failure.kept})" if self.failure.kept else ""
        return f"notebooks/{self.job.notebook}.ipynb {given}{where}: {self.failure.cause}{kept}"


@dataclass(frozen=True)
class Results:
    """What became of all jobs, in the order of the plan, and the manifest after the run."""

    results: list[Result]
    manifest: dict[str, Any]
    seconds: float

    def _with(self, status: str) -> list[Result]:
        return [result for result in self.results if result.status == status]

    @property
    def done(self) -> list[Result]:
        return self._with("done")

    @property
    def skipped(self) -> list[Result]:
        return self._with("skipped")

    @property
    def failed(self) -> list[Result]:
        return self._with("failed")


def render(
    project: Project,
    jobs: Sequence[Job],
    workers: int | None = None,
    progress: TextIO | None = None,
    *,
    force: bool = False,
    scheduler: str | None = None,
) -> Results:
    """Make the reports of those jobs that are out of date, all of them with `force`.

    `workers` is the number of processes (default: the processors there are); with `scheduler`, the address of a Dask
    scheduler, its workers do the work instead (see `publish.workers.run_there`). `progress` gets a line for each
    finished job, in the order of `jobs`, or a bar where it is a terminal. A job that fails does not stop the others:
    see `Results.failed`. Its old report stays and is marked stale in the manifest.
    """
    started = time.monotonic()
    works = weigh(project, jobs, read_manifest(project), force)
    todo = {work.job.id: work for work in works if work.reason}
    made: dict[str, Result] = {}
    if todo:
        from ..rendering.fonts import font_folder

        font_folder()  # once here, not once in each worker
        made = _Run(project, todo, build_time(), progress).results(workers or _processors(), scheduler)
    manifest = read_manifest(project)
    results = [made.get(work.job.id) or _skipped(project, work, manifest) for work in works]
    return Results(results, manifest, time.monotonic() - started)


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _skipped(project: Project, work: Work, manifest: Mapping[str, Any]) -> Result:
    outputs = manifest["jobs"][work.job.id]["outputs"]
    return Result(work.job, "skipped", outputs={form: project.reports / out["path"] for form, out in outputs.items()})


@contextlib.contextmanager
def alone(project: Project) -> Iterator[bool]:
    """Let one process at a time write to reports/, and remove what a killed one has left; gives whether it waited."""
    project.reports.mkdir(parents=True, exist_ok=True)
    with locked(project.reports) as waited:
        for left in project.reports.rglob(".*"):
            if DRAFT.fullmatch(left.name):
                shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink(missing_ok=True)
        yield waited


@contextlib.contextmanager
def _stage(project: Project) -> Iterator[Path]:
    """A folder beside the reports, from which finished files are moved."""
    project.reports.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=project.reports, prefix=".rendering-", ignore_cleanup_errors=True) as stage:
        yield Path(stage)


class _Run:
    """One run over the jobs in `todo`, by their ids; what is finished is entered into the manifest."""

    def __init__(self, project: Project, todo: Mapping[str, Work], moment: datetime, stream: TextIO | None) -> None:
        self.project, self.todo, self.moment = project, todo, moment
        self.old: dict[str, Any] = {name: read_manifest(project)["jobs"].get(name, {}) for name in todo}
        self.seconds = {name: entry.get("seconds") for name, entry in self.old.items()}
        self.shown = JobProgress(stream, {name: work.job.label for name, work in todo.items()}, self.seconds)

    def results(self, workers: int, scheduler: str | None) -> dict[str, Result]:
        """Do what has to be done; returns the results by the id of the job."""
        made: dict[str, Result] = {}
        entries: dict[str, dict[str, Any] | None] = {}
        written = time.monotonic()
        with _stage(self.project) as stage, contextlib.ExitStack() as at_end:
            at_end.callback(lambda: update_manifest(self.project, entries, self.moment) if entries else None)
            at_end.callback(self.shown.close)
            tasks = {name: _task(self.project, work, stage, self.moment) for name, work in self.todo.items()}
            running = self._start(tasks, workers, scheduler, at_end)
            # The pages beside the reports need it at the end, and this process only waits until then.
            exporter = "analysis.rendering.html.page"
            threading.Thread(target=importlib.import_module, args=[exporter], daemon=True).start()
            # Closed at once when anything is raised here, so that no process outlives this function.
            at_end.enter_context(contextlib.closing(running))
            for name, outcome in running:
                made[name], entries[name] = self._settle(name, tasks[name].stage, outcome)
                self.shown.finished(name, outcome.seconds, made[name].line)
                if time.monotonic() - written >= MANIFEST_PAUSE:
                    # Also after a sudden end: what was finished is not done again.
                    update_manifest(self.project, entries, self.moment)
                    written = time.monotonic()
        return made

    def _start(
        self, tasks: Mapping[str, Task], workers: int, scheduler: str | None, at_end: contextlib.ExitStack
    ) -> Generator[tuple[str, Outcome], None, None]:
        """The outcomes of the tasks as they come, from processes here or from the workers of a cluster."""
        # The longest first: a long one that begins last leaves the other processes idle.
        known = [seconds for seconds in self.seconds.values() if seconds]
        usual = sum(known) / len(known) if known else 1.0
        ordered = sorted(tasks.values(), key=lambda task: -(self.seconds.get(task.id) or usual))
        heard = (lambda task: self.shown.started(task.id), self.shown.tick)
        if scheduler is None:
            self.shown.workers = max(1, min(workers, len(ordered)))
            return run_here(ordered, workers, *heard)
        pool, self.shown.workers = at_end.enter_context(connected(scheduler))
        return run_there(ordered, pool, package_digest(), *heard)

    def _settle(self, name: str, stage: Path, outcome: Outcome) -> tuple[Result, dict[str, Any]]:
        """Move the files of a finished job to their places; returns the result and the manifest's entry."""
        work, old, reports = self.todo[name], self.old[name], self.project.reports
        job = work.job
        entry: dict[str, Any] = {
            "notebook": job.notebook,
            "name": job.name,
            "city": job.city,
            "cities": list(job.cities) if job.cities is not None else None,
            "part": job.part,
            "lang": job.lang,
            "parameters": job.parameters,
            "seconds": round(outcome.seconds, 2),
        }
        if outcome.failure:
            failure = self._keep_failed(job, stage, outcome.failure)
            kept = {name: old[name] for name in ("outputs", "alternate", "title", "finding", "built") if name in old}
            error = {"where": failure.where, "cause": failure.cause, "kept": failure.kept}
            entry |= {"outputs": {}, **kept, "stale": bool(kept.get("outputs")), "status": "failed", "error": error}
            return Result(job, "failed", work.reason, outcome.seconds, {}, failure), entry
        outputs = {form: self._publish(stage, path) for form, path in outcome.files.items()}
        left = [output["path"] for form, output in old.get("outputs", {}).items() if form not in outputs]
        for path in (*left, job.failed_output):
            (reports / path).unlink(missing_ok=True)
        entry |= {"title": outcome.title, "finding": outcome.finding, "alternate": work.languages, "outputs": outputs}
        entry |= {"key": digest_of(work.parts), "parts": work.parts, "built": utc(self.moment)}
        entry |= {"status": "done", "stale": False, "error": None}
        paths = {form: reports / output["path"] for form, output in outputs.items()}
        return Result(job, "done", work.reason, outcome.seconds, paths), entry

    def _publish(self, stage: Path, name: str) -> dict[str, Any]:
        """Move one file from the stage to reports/; returns its entry."""
        content, target = (stage / name).read_bytes(), self.project.reports / name
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(stage / name, target)
        return {"path": name, "sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}

    def _keep_failed(self, job: Job, stage: Path, failure: Failure) -> Failure:
        """Keep the partly executed notebook, if there is one; returns the failure with its place."""
        if not (stage / job.failed_output).is_file():
            return failure
        self._publish(stage, job.failed_output)
        return Failure(failure.where, failure.cause, job.failed_output)


def _task(project: Project, work: Work, stage: Path, moment: datetime) -> Task:
    """The task for a worker, with what the page says beside the notebook."""
    from ..present.language import strings

    job, at = work.job, moment.strftime("%Y-%m-%d %H:%M UTC")
    downloads = [["PDF", f"{job.id}.pdf"]] if "pdf" in job.formats else []
    report = {
        "lang": job.lang,
        "author": "The resource-cities authors",
        "date": moment.date().isoformat(),
        "home": HOMES[job.lang],
        "alternate": [[LANGS[lang], report_link(job.stem, lang)] for lang in work.languages],
        "downloads": [*downloads, [strings(job.lang)["colophon_notebook"], job.notebook_output]],
        "colophon": colophon(
            project, job.lang, at, work.parts["tables"], sources=source_marks(project, job), fonts=True
        ),
    }
    return Task(
        id=job.id,
        label=job.label,
        notebook=project.notebooks / f"{job.notebook}.ipynb",
        parameters=job.parameters,
        formats=job.formats,
        root=project.root,
        stage=stage / job.id,
        notebook_output=job.notebook_output,
        failed_output=job.failed_output,
        report=report,
        environment=_environment(project, moment),
    )


def _environment(project: Project, moment: datetime) -> dict[str, str]:
    """What the process of a report gets beside the environment of its worker: where the data are, and the time."""
    places = {name: os.environ[name] for name in ELSEWHERE.values() if name in os.environ}
    return {**places, "RESOURCE_CITIES_HOME": str(project.root), "SOURCE_DATE_EPOCH": str(int(moment.timestamp()))}
