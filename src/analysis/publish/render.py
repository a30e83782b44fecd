"""Render: notebooks × parameters × languages → reports/, only what changed.

A *job* is one notebook with one set of parameters in one language. `plan` lists the jobs, `render` runs those that are
out of date in a pool of processes (`analysis.publish.workers`) that execute the notebook and write HTML and PDF
(`analysis.publish.execute`). reports/manifest.json remembers what every report was made from.

A notebook says what its page needs (title, facts, sources …, see `rendering.html.exporter`) by displaying a JSON object
with the MIME type `execute.REPORT`; the renderer adds date, links and colophon.

Nothing heavy is imported at the head: a run that finds nothing to do ends before Jupyter or pandas is loaded.
"""

from __future__ import annotations

import contextlib
import csv
import functools
import hashlib
import importlib
import importlib.metadata
import json
import os
import re
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from ..build import store
from ..build.cluster import connected
from ..project.errors import InputError, unknown
from ..project.folders import ELSEWHERE, Project
from ..project.links import HOMES, LANGS, report_link, report_name
from ..project.remote import locked, replace_bytes
from ..rendering.fonts import font_folder
from .execute import EXPORTERS, Failure, Outcome, Task
from .workers import run_here, run_there

MANIFEST = "manifest.json"
# What `panel.write_panel` leaves beside the reports.
PANEL_FILES = ("panel.csv", "panel.xlsx", "panel.parquet", "datapackage.json")
MANIFEST_VERSION = 1

# Which parameters a notebook takes: `city` is run for each city, `cities` once with all of them, `once` with neither.
NOTEBOOKS = {
    "01_corpus": "once",
    "02_city": "city",
    "03_comparison": "cities",
    "04_targets": "cities",
    "05_validation": "once",
}

# Folders that a notebook reads beside the tables and data/reference, seen from the project's root.
FOLDERS = {"05_validation": ("tests/gold",)}

LIBRARIES = (
    "papermill",
    "nbconvert",
    "ipykernel",
    "typst",
    "pandas",
    "matplotlib",
    "seaborn",
    "jieba",
    "rjieba",
)
NAMED_LIBRARIES = ("python", "papermill", "nbconvert", "typst")
FONTS = "Noto Sans SC (SIL OFL 1.1)"
FONT_PACKAGE = "justmytype-intl-cjk"
# The hidden names of what is being written: folders of `_stage`, files of `places.replace_bytes`.
DRAFT = re.compile(r"\.(rendering-.*|.*\.[a-z0-9_]{8})")
# The manifest is written at most once in so many seconds, and at the end.
MANIFEST_PAUSE = 2.0

WORDS: dict[str, dict[str, str]] = {
    "zh": {
        "software": "软件",
        "commit": "提交 {commit}",
        "libraries": "运行环境",
        "sources": "来源校验（SHA-256）",
        "tables": "数据表校验（SHA-256）",
        "fonts": "字体",
        "built": "生成时间",
        "notebook": "笔记本",
        "digest": "摘编",
        "published": "原文",
        "comma": "，",
        "semicolon": "；",
    },
    "en": {
        "software": "Software",
        "commit": "commit {commit}",
        "libraries": "Made with",
        "sources": "Sources (SHA-256)",
        "tables": "Tables (SHA-256)",
        "fonts": "Fonts",
        "built": "Built",
        "notebook": "Notebook",
        "digest": "digest",
        "published": "published text",
        "comma": ", ",
        "semicolon": "; ",
    },
}

CHANGES = {
    "notebook": "notebook changed",
    "code": "code changed",
    "parameters": "parameters changed",
    "tables": "tables changed",
    "reference": "reference changed",
    "files": "files changed",
    "libraries": "libraries changed",
}


# --- what there is to do ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Job:
    """One notebook with one set of parameters in one language, and the formats to write."""

    notebook: str
    lang: str
    city: str | None = None
    cities: tuple[str, ...] | None = None
    part: bool = False
    formats: tuple[str, ...] = tuple(EXPORTERS)

    @property
    def name(self) -> str:
        """The short name of the notebook: `city` for 02_city."""
        return short_name(self.notebook)

    @property
    def stem(self) -> str:
        """The name of the report without language and suffix; a choice of cities gives a name of its own."""
        chosen = (self.city,) if self.city else self.cities if self.part and self.cities else ()
        return "-".join((self.name, *chosen))

    @property
    def id(self) -> str:
        """The name of the report: `city-hebi.zh`."""
        return report_name(self.stem, self.lang)

    @property
    def label(self) -> str:
        """The job in words for logs: `city hebi zh`."""
        chosen = (self.city,) if self.city else self.cities if self.part and self.cities else ()
        return " ".join((self.name, *chosen, self.lang))

    @property
    def parameters(self) -> dict[str, Any]:
        """What papermill injects."""
        given: dict[str, Any] = {"city": self.city} if self.city else {}
        if self.cities is not None:
            given["cities"] = list(self.cities)
        return {**given, "lang": self.lang}

    @property
    def notebook_output(self) -> str:
        """Where the executed notebook goes, seen from reports/."""
        return f"notebooks/{self.id}.ipynb"

    @property
    def failed_output(self) -> str:
        """Where the partly executed notebook of a failed run goes, seen from reports/."""
        return f"failed/{self.id}.ipynb"


def short_name(notebook: str) -> str:
    """`city` for `02_city`."""
    return re.sub(r"^\d+_", "", notebook)


def plan(
    project: Project,
    notebooks: Iterable[str] | None = None,
    cities: Iterable[str] | None = None,
    langs: Iterable[str] = tuple(LANGS),
    formats: Iterable[str] = tuple(EXPORTERS),
) -> list[Job]:
    """The jobs for these notebooks (number, stem or short name), cities, languages, formats; all where none is given.

    Cities without notebooks select the reports on those cities. A comparison of some of the cities gets a name of its
    own and does not take the place of the full one. Raises InputError for a name that is not known.
    """
    present = cities_with_documents(project)
    chosen = _known("city", cities, present, project.shown(project.sources))
    stems = _chosen_notebooks(project, notebooks)
    if chosen and not notebooks:
        stems = [stem for stem in stems if NOTEBOOKS[stem] == "city"]
    langs = _known("language", langs, LANGS) or list(LANGS)
    made = tuple(_known("format", formats, EXPORTERS) or EXPORTERS)
    ordered = tuple(city for city in present if not chosen or city in chosen)
    return [job for stem in stems for job in _jobs_of(stem, ordered, len(ordered) < len(present), langs, made)]


def _jobs_of(
    stem: str, cities: tuple[str, ...], part: bool, langs: list[str], formats: tuple[str, ...]
) -> Iterator[Job]:
    """The jobs of one notebook."""
    kind = NOTEBOOKS[stem]
    for city in cities if kind == "city" else (None,):
        for lang in langs:
            all_of_them = cities if kind == "cities" else None
            yield Job(stem, lang, city, all_of_them, part and kind == "cities", formats)


def _known(kind: str, names: Iterable[str] | None, choices: Iterable[str], path: str | None = None) -> list[str]:
    """The names in their order, each once; InputError for one that is not among `choices`."""
    choices = list(choices)
    found = list(dict.fromkeys(names or ()))
    for name in found:
        if name not in choices:
            raise unknown(kind, name, choices, path=path)
    return found


def available_notebooks(project: Project) -> list[str]:
    """The stems of the notebooks that this module knows and the project has."""
    return [stem for stem in NOTEBOOKS if (project.notebooks / f"{stem}.ipynb").is_file()]


def _chosen_notebooks(project: Project, names: Iterable[str] | None) -> list[str]:
    """The stems for `names`, all where there are none; in the order of the table."""
    stems = available_notebooks(project)
    folder = project.shown(project.notebooks)
    if not stems:
        raise InputError("no notebook here", cure=f"restore {next(iter(NOTEBOOKS))}.ipynb", path=folder)
    spellings = {spelling: stem for stem in stems for spelling in _spellings(stem)}
    chosen = set()
    for name in names or stems:
        stem = spellings.get(Path(name).name.removesuffix(".ipynb"))
        if stem is None:
            raise unknown("notebook", name, [short_name(stem) for stem in stems], path=folder)
        chosen.add(stem)
    return [stem for stem in stems if stem in chosen]


def _spellings(stem: str) -> tuple[str, ...]:
    """The ways to name a notebook: `02_city`, `city`, `02`, `2`."""
    number = stem.partition("_")[0]
    return stem, short_name(stem), number, number.lstrip("0")


# --- what a report is made from ---------------------------------------------------------------------------------


def _sha256(*parts: bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True).encode()


def source_rows(project: Project) -> list[dict[str, str]]:
    """The rows of sources.csv that name a document. Raises InputError where the file cannot be used.

    The build checks the file in full; this reads it without loading pandas.
    """
    path, shown = project.sources, project.shown(project.sources)
    if not path.is_file():
        raise InputError("the list of sources is missing", cure="restore it or register a text with 'add'", path=shown)
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", errors="replace")
    reader = csv.DictReader(text.splitlines(keepends=True))
    if not {"document", "city"} <= set(reader.fieldnames or ()):
        problem = "columns 'document' and 'city' are needed"
        raise InputError(problem, cure="name them in the head", path=shown, line=1)
    rows = [{name: (cell or "").strip() for name, cell in row.items() if isinstance(name, str)} for row in reader]
    return [row for row in rows if row["document"]]


def documents_by_city(project: Project) -> dict[str, list[str]]:
    """City → its documents, both in the order of sources.csv."""
    found: dict[str, list[str]] = {}
    for row in source_rows(project):
        found.setdefault(row["city"], []).append(row["document"])
    return found


def cities_with_documents(project: Project) -> list[str]:
    """The cities of sources.csv in its order."""
    return list(documents_by_city(project))


def _records(text: str) -> Iterator[str]:
    """The records of a CSV text with their line ends; quoted fields may hold line breaks."""
    record, quotes = [], 0
    for line in text.splitlines(keepends=True):
        record.append(line)
        quotes += line.count('"')
        if quotes % 2 == 0:
            yield "".join(record)
            record, quotes = [], 0
    if record:
        yield "".join(record)


@functools.lru_cache(maxsize=64)
def _groups(path: Path, _stamp: tuple[int, int]) -> tuple[str, dict[str, tuple[int, str]]]:
    """The head of a table, and for each value of its first column the number and a digest of its rows."""
    records = _records(path.read_text(encoding="utf-8-sig"))
    head = next(records, "")
    counts: Counter[str] = Counter()
    digests: dict[str, Any] = {}
    for record in records:
        first = next(csv.reader([record]), [""])[0] if record.startswith('"') else record.partition(",")[0]
        first = first.rstrip("\r\n")
        counts[first] += 1
        digests.setdefault(first, hashlib.sha256()).update(record.encode())
    return head, {first: (counts[first], digest.hexdigest()) for first, digest in digests.items()}


def _grouped(path: Path) -> tuple[str, dict[str, tuple[int, str]]]:
    """`_groups` of a table as it is now; read once as long as the file does not change."""
    stat = path.stat()
    return _groups(path, (stat.st_mtime_ns, stat.st_size))


def row_counts(project: Project, table: str) -> dict[str, int]:
    """How many rows a table of data/processed has for each value of its first column; none where it was not built."""
    if store.is_built(project):
        return store.rows_of(project, table)
    path = project.processed / f"{table}.csv"
    return {first: count for first, (count, _) in _grouped(path)[1].items()} if path.is_file() else {}


def row_digests(project: Project, table: str) -> dict[str, str]:
    """A digest of the rows that a table of data/processed has for each value of its first column, and under "" one of
    its head; nothing where it was not built.
    """
    path = project.processed / f"{table}.csv"
    if not path.is_file():
        return {}
    head, groups = _grouped(path)
    return {"": _sha256(head.encode()), **{first: digest for first, (_, digest) in groups.items()}}


def table_digest(project: Project, city: str | None = None) -> str:
    """A digest of the tables of data/processed; for a city only of the rows of its documents.

    Rows belong to a city when the first column holds the city or one of its documents; a table that begins with
    another column counts as a whole.
    """
    if store.is_built(project):
        documents = documents_by_city(project).get(city, []) if city else None
        return _sha256(_json(list(store.digests_of(project, documents).items())))
    mine = {city, *documents_by_city(project).get(city, [])} if city else set()
    parts = []
    for path in sorted(project.processed.glob("*.csv")):
        head, groups = _grouped(path)
        by_city = city and head.partition(",")[0].strip().strip('"') in ("document", "city")
        kept = {first: digest for first, (_, digest) in groups.items() if not by_city or first in mine}
        parts.append([path.name, head, kept])
    return _sha256(_json(parts))


def notebook_digest(path: Path) -> str:
    """A digest of the cells of a notebook: kind, source and tags. Outputs and other metadata do not count."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        kept = [[c["cell_type"], "".join(c["source"]), c.get("metadata", {}).get("tags", [])] for c in cells]
    except (ValueError, KeyError, TypeError) as error:
        raise InputError("this is not a notebook", cure="restore it", path=path) from error
    return _sha256(_json(kept))


def package_digest() -> str:
    """A digest of every file of this package: code, words, templates, styles."""
    here = Path(__file__).parents[1]
    files = sorted(path for path in here.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return _sha256(*(path.relative_to(here).as_posix().encode() + b"\0" + path.read_bytes() for path in files))


def reference_digest(project: Project) -> str:
    """A digest of the facts and dictionaries whose names and labels reports show; the rest shows in the tables."""
    files = sorted([*project.reference.glob("*.yml"), *project.reference.glob("units.csv")])
    return _sha256(*(path.name.encode() + b"\0" + path.read_bytes() for path in files))


def folder_digest(folder: Path) -> str:
    """A digest of every file below `folder`; that of nothing where there is no such folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return _sha256(*(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() for path in files))


@functools.cache
def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def library_versions() -> dict[str, str]:
    """The versions that a report may depend on."""
    return {"python": sys.version.split()[0], **{name: _version(name) for name in LIBRARIES}}


class _Keys:
    """The parts of the keys of many jobs; what jobs share is read once."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.shared = {
            "code": package_digest(),
            "reference": reference_digest(project),
            "libraries": _sha256(_json(library_versions())),
        }
        self.tables = functools.cache(functools.partial(table_digest, project))
        self.cells = functools.cache(notebook_digest)

    def parts(self, job: Job) -> dict[str, str]:
        """What the report depends on, each as a digest under the name that CHANGES explains."""
        folders = FOLDERS.get(job.notebook, ())
        files = _sha256(*(folder_digest(self.project.root / name).encode() for name in folders))
        return {
            "notebook": self.cells(self.project.notebooks / f"{job.notebook}.ipynb"),
            "parameters": _sha256(_json(job.parameters)),
            "tables": self.tables(job.city),
            **({"files": files} if folders else {}),
            **self.shared,
        }


# --- the manifest -----------------------------------------------------------------------------------------------


def read_manifest(project: Project) -> dict[str, Any]:
    """What earlier runs left behind; an empty one where there is none or it cannot be read."""
    try:
        manifest = json.loads((project.reports / MANIFEST).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        manifest = {}
    if not isinstance(manifest, dict) or manifest.get("version") != MANIFEST_VERSION:
        manifest = {"version": MANIFEST_VERSION, "jobs": {}}
    return manifest


def write_text(path: Path, text: str) -> None:
    """Write a file in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_bytes(path, text.encode())


def _update_manifest(project: Project, changed: Mapping[str, dict[str, Any] | None], built: datetime) -> dict[str, Any]:
    """Put the entries of these jobs into the manifest (None takes one out) and return it."""
    # Read again: another run may have written entries of its own meanwhile.
    manifest = read_manifest(project)
    jobs = {**manifest["jobs"], **changed}
    order = {stem: place for place, stem in enumerate(NOTEBOOKS)}
    kept = sorted(
        ((name, entry) for name, entry in jobs.items() if entry is not None),
        key=lambda item: (order.get(item[1].get("notebook"), len(order)), item[0]),
    )
    manifest = {
        "version": MANIFEST_VERSION,
        "tool": _version("resource-cities"),
        "built": _utc(built),
        "jobs": dict(kept),
    }
    write_text(project.reports / MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1) + "\n")
    return manifest


def _utc(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def build_time() -> datetime:
    """The time that reports carry: $SOURCE_DATE_EPOCH, else now."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "").strip()
    if not epoch:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        return datetime.fromtimestamp(int(epoch), UTC)
    except (ValueError, OverflowError, OSError):
        raise InputError(
            f"SOURCE_DATE_EPOCH is '{epoch}'", cure="give seconds since 1970 as a whole number, or unset it"
        ) from None


def _languages(project: Project, job: Job, jobs: Sequence[Job], manifest: Mapping[str, Any]) -> list[str]:
    """The other languages in which this report is planned or already lies in reports/."""
    planned = {other.id for other in jobs if "html" in other.formats}
    found = []
    for lang in LANGS:
        other = f"{job.stem}.{lang}"
        if lang != job.lang and (other in planned or _is_there(project, manifest["jobs"].get(other, {}), "html")):
            found.append(lang)
    return found


def _is_there(project: Project, entry: Mapping[str, Any], form: str) -> bool:
    """Whether an output lies where the manifest says, with its size."""
    output = entry.get("outputs", {}).get(form)
    if not output:
        return False
    path = project.reports / output["path"]
    return path.is_file() and path.stat().st_size == output["size"]


def _reason(
    project: Project, job: Job, parts: dict[str, str], languages: list[str], entry: dict[str, Any] | None
) -> str:
    """Why a job has to be done again; "" where its report holds."""
    if entry is None:
        return "new"
    if entry.get("status") != "done":
        return "failed last time"
    old = entry.get("parts", {})
    found = [words for name, words in CHANGES.items() if old.get(name) != parts.get(name)]
    made = entry.get("outputs", {})
    found += [f"{form} not made yet" for form in job.formats if form not in made]
    found += [f"output missing: {made[form]['path']}" for form in made if not _is_there(project, entry, form)]
    if entry.get("alternate", []) != languages:
        found.append("languages changed")
    return ", ".join(found)


@dataclass(frozen=True)
class _Work:
    """A job with all that decides about it."""

    job: Job
    parts: dict[str, str]
    languages: list[str]
    reason: str


def _weigh(project: Project, jobs: Sequence[Job], manifest: Mapping[str, Any], force: bool) -> list[_Work]:
    """For each job, why it has to be done, if at all."""
    keys, found = _Keys(project), []
    for job in jobs:
        parts, languages = keys.parts(job), _languages(project, job, jobs, manifest)
        entry = manifest["jobs"].get(job.id)
        reason = "forced" if force else _reason(project, job, parts, languages, entry)
        found.append(_Work(_with_old_formats(job, parts, entry), parts, languages, reason))
    return found


def _with_old_formats(job: Job, parts: dict[str, str], entry: dict[str, Any] | None) -> Job:
    """The job with the formats that were made from the same inputs before, so that none is left behind."""
    if not entry or entry.get("parts") != parts:
        return job
    formats = tuple(form for form in EXPORTERS if form in job.formats or form in entry.get("outputs", {}))
    return Job(job.notebook, job.lang, job.city, job.cities, job.part, formats)


def explain(project: Project, jobs: Sequence[Job], force: bool = False) -> list[tuple[Job, str]]:
    """Each job with the reason for which `render` would run it; "" where it would not."""
    return [(work.job, work.reason) for work in _weigh(project, jobs, read_manifest(project), force)]


def clean_outputs(project: Project) -> list[Path]:
    """Remove the reports that a full run no longer plans (a city taken out of sources.csv); returns their files.

    Only files that the manifest lists are touched. To be called on a full run: a comparison of chosen cities goes too.
    """
    planned = {job.id for job in plan(project)}
    gone = {name: entry for name, entry in read_manifest(project)["jobs"].items() if name not in planned}
    removed = []
    for name, entry in gone.items():
        names = [output["path"] for output in entry.get("outputs", {}).values()]
        for path in (project.reports / part for part in (*names, f"failed/{name}.ipynb")):
            if path.is_file():
                path.unlink()
                removed.append(path)
    if gone:
        _update_manifest(project, dict.fromkeys(gone), build_time())
    return removed


# --- running ----------------------------------------------------------------------------------------------------


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
    finished job, in the order of `jobs`, or one line that is overwritten where it is a terminal. A job that fails does
    not stop the others: see `Results.failed`. Its old report stays and is marked stale in the manifest.
    """
    started = time.monotonic()
    manifest, moment = read_manifest(project), build_time()
    works = _weigh(project, jobs, manifest, force)
    todo = [work for work in works if work.reason]
    made: dict[str, Result] = {}
    if todo:
        font_folder()  # once here, not once in each worker
        made = _run(project, todo, manifest, moment, workers or _processors(), scheduler, progress)
        manifest = read_manifest(project)
    results = [made.get(work.job.id) or _skipped(project, work, manifest) for work in works]
    return Results(results, manifest, time.monotonic() - started)


def _run(
    project: Project,
    todo: Sequence[_Work],
    manifest: Mapping[str, Any],
    moment: datetime,
    workers: int,
    scheduler: str | None,
    progress: TextIO | None,
) -> dict[str, Result]:
    """Do what has to be done and enter it into the manifest; returns the results by the id of the job."""
    by_id = {work.job.id: work for work in todo}
    old = {name: manifest["jobs"].get(name, {}) for name in by_id}
    shown = _Progress(
        progress, [work.job for work in todo], {name: entry.get("seconds") for name, entry in old.items()}
    )
    made: dict[str, Result] = {}
    entries: dict[str, dict[str, Any] | None] = {}
    written = time.monotonic()
    with _stage(project) as stage, contextlib.ExitStack() as at_end:
        at_end.callback(lambda: _update_manifest(project, entries, moment) if entries else None)
        at_end.callback(shown.close)
        tasks = {name: _task(project, work, stage, moment) for name, work in by_id.items()}
        running = _start(list(tasks.values()), workers, scheduler, shown, at_end)
        # The pages beside the reports need it at the end, and this process only waits until then.
        threading.Thread(target=importlib.import_module, args=["analysis.rendering.html.exporter"], daemon=True).start()
        # Closed at once when anything is raised here, so that no process outlives this function.
        at_end.enter_context(contextlib.closing(running))
        for name, outcome in running:
            made[name], entries[name] = _settle(project, by_id[name], tasks[name].stage, outcome, old[name], moment)
            shown.finished(made[name])
            if time.monotonic() - written >= MANIFEST_PAUSE:
                # Also after a sudden end: what was finished is not done again.
                _update_manifest(project, entries, moment)
                written = time.monotonic()
    return made


def _start(
    tasks: list[Task], workers: int, scheduler: str | None, shown: _Progress, at_end: contextlib.ExitStack
) -> Generator[tuple[str, Outcome], None, None]:
    """The outcomes of the tasks as they come, from processes here or from the workers of a cluster."""
    # The longest first: a long one that begins last leaves the other processes idle.
    known = [seconds for seconds in shown.seconds.values() if seconds]
    usual = sum(known) / len(known) if known else 1.0
    tasks = sorted(tasks, key=lambda task: -(shown.seconds.get(task.id) or usual))
    if scheduler is None:
        shown.workers = max(1, min(workers, len(tasks)))
        return run_here(tasks, workers, shown.started, shown.tick)
    pool, shown.workers = at_end.enter_context(connected(scheduler))
    return run_there(tasks, pool, package_digest(), shown.started, shown.tick)


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _skipped(project: Project, work: _Work, manifest: Mapping[str, Any]) -> Result:
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


def _settle(
    project: Project, work: _Work, stage: Path, outcome: Outcome, old: Mapping[str, Any], moment: datetime
) -> tuple[Result, dict[str, Any]]:
    """Move the files of a finished job to their places; returns the result and the manifest's entry."""
    job = work.job
    entry: dict[str, Any] = {
        "notebook": job.notebook,
        "name": job.name,
        "city": job.city,
        "cities": list(job.cities) if job.cities is not None else None,
        "part": job.part,
        "lang": job.lang,
        "parameters": job.parameters,
    }
    if outcome.failure:
        failure = _keep_failed(project, job, stage, outcome.failure)
        kept = {name: old[name] for name in ("outputs", "alternate", "title", "finding", "built") if name in old}
        error = {"where": failure.where, "cause": failure.cause, "kept": failure.kept}
        entry |= {"outputs": {}, **kept, "stale": bool(kept.get("outputs")), "status": "failed", "error": error}
        entry["seconds"] = round(outcome.seconds, 2)
        return Result(job, "failed", work.reason, outcome.seconds, {}, failure), entry
    outputs = {form: _publish(project, stage, name) for form, name in outcome.files.items()}
    for form, output in old.get("outputs", {}).items():
        if form not in outputs:
            (project.reports / output["path"]).unlink(missing_ok=True)
    (project.reports / job.failed_output).unlink(missing_ok=True)
    entry |= {"title": outcome.title, "finding": outcome.finding, "alternate": work.languages, "outputs": outputs}
    entry |= {"key": _sha256(_json(work.parts)), "parts": work.parts, "built": _utc(moment)}
    entry |= {"seconds": round(outcome.seconds, 2), "status": "done", "stale": False, "error": None}
    paths = {form: project.reports / output["path"] for form, output in outputs.items()}
    return Result(job, "done", work.reason, outcome.seconds, paths), entry


def _publish(project: Project, stage: Path, name: str) -> dict[str, Any]:
    """Move one file from the stage to reports/; returns its entry."""
    content, target = (stage / name).read_bytes(), project.reports / name
    target.parent.mkdir(parents=True, exist_ok=True)
    os.replace(stage / name, target)
    return {"path": name, "sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}


def _keep_failed(project: Project, job: Job, stage: Path, failure: Failure) -> Failure:
    """Keep the partly executed notebook, if there is one; returns the failure with its place."""
    if not (stage / job.failed_output).is_file():
        return failure
    _publish(project, stage, job.failed_output)
    return Failure(failure.where, failure.cause, job.failed_output)


# --- what the page says beside the notebook ---------------------------------------------------------------------


def _task(project: Project, work: _Work, stage: Path, moment: datetime) -> Task:
    """The task for a worker."""
    job, words = work.job, WORDS[work.job.lang]
    downloads = [["PDF", f"{job.id}.pdf"]] if "pdf" in job.formats else []
    report = {
        "lang": job.lang,
        "author": "The resource-cities authors",
        "date": moment.date().isoformat(),
        "home": HOMES[job.lang],
        "alternate": [[LANGS[lang], report_link(job.stem, lang)] for lang in work.languages],
        "downloads": [*downloads, [words["notebook"], job.notebook_output]],
        "colophon": _colophon(project, work, moment),
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


def _colophon(project: Project, work: _Work, moment: datetime) -> list[list[str]]:
    """Rows [label, value] that say what the report was made from and with."""
    words, comma = WORDS[work.job.lang], WORDS[work.job.lang]["comma"]
    commit = git_commit(project.root)
    versions = library_versions()
    rows = [
        ["built", moment.strftime("%Y-%m-%d %H:%M UTC")],
        ["software", software(words["comma"], words["commit"].format(commit=commit) if commit else "")],
        ["libraries", comma.join(f"{name} {versions[name]}" for name in NAMED_LIBRARIES)],
        ["sources", words["semicolon"].join(_source_marks(project, work.job, words))],
        ["tables", work.parts["tables"][:16]],
        ["fonts", f"{FONTS}{comma}{FONT_PACKAGE} {_version(FONT_PACKAGE)}".rstrip()],
    ]
    return [[words[name], value] for name, value in rows if value]


def software(comma: str, commit: str) -> str:
    """Name and version of this package, with the commit where there is one."""
    return comma.join(filter(None, (f"resource-cities {_version('resource-cities')}".rstrip(), commit)))


def _source_marks(project: Project, job: Job, words: Mapping[str, str]) -> list[str]:
    """Each source of the report with its edition and the beginning of its digest."""
    by_city = documents_by_city(project)
    chosen = [job.city] if job.city else job.cities if job.cities is not None else by_city
    mine = {document for city in chosen for document in by_city.get(city or "", [])}
    marks = []
    for row in read_rows(project.processed / "documents.csv"):
        if row["document"] in mine:
            edition = row.get("edition", "")
            digest = row.get("sha256", "")[:16]
            marks.append(" ".join(filter(None, (row["document"], words.get(edition, edition), digest))))
    return marks


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file, without pandas; none where there is no such file."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def git_commit(root: Path) -> str:
    """The first ten digits of the commit that is checked out at `root`, "" where that is no checkout."""
    folder = root / ".git"
    try:
        if folder.is_file():
            folder = root / folder.read_text(encoding="utf-8").partition("gitdir:")[2].strip()
        head = (folder / "HEAD").read_text(encoding="utf-8").strip()
        if not head.startswith("ref:"):
            return head[:10]
        return _resolve_ref(folder, head.partition(":")[2].strip())[:10]
    except (OSError, UnicodeDecodeError):
        return ""


def _resolve_ref(folder: Path, ref: str) -> str:
    """The commit that a branch points to, "" where it has none yet."""
    common = folder / "commondir"
    places = [folder, folder / common.read_text(encoding="utf-8").strip()] if common.is_file() else [folder]
    for place in places:
        if (place / ref).is_file():
            return (place / ref).read_text(encoding="utf-8").strip()
        packed = place / "packed-refs"
        for line in packed.read_text(encoding="utf-8").splitlines() if packed.is_file() else ():
            if line.endswith(f" {ref}"):
                return line.partition(" ")[0]
    return ""


# --- progress ---------------------------------------------------------------------------------------------------


class _Progress:
    """Tells how far the work is: one changing line on a terminal, else one line a job in the order of the plan."""

    def __init__(self, stream: TextIO | None, jobs: Sequence[Job], seconds: Mapping[str, float | None]) -> None:
        self.stream, self.jobs, self.seconds = stream, jobs, seconds
        self.terminal = bool(stream and stream.isatty())
        self.running: dict[str, tuple[str, float]] = {}
        self.results: dict[str, Result] = {}
        self.written = 0
        self.workers = 1

    def started(self, task: Task) -> None:
        self.running[task.id] = (task.label, time.monotonic())
        self.tick()

    def finished(self, result: Result) -> None:
        self.running.pop(result.job.id, None)
        self.results[result.job.id] = result
        if not self.terminal:
            self._write_lines()
        self.tick()

    def _write_lines(self) -> None:
        while self.stream and self.written < len(self.jobs) and self.jobs[self.written].id in self.results:
            print(self.results[self.jobs[self.written].id].line, file=self.stream, flush=True)
            self.written += 1

    def time_left(self) -> float | None:
        """Seconds that remain, from what each job took last time or the others took now."""
        spent = [result.seconds for result in self.results.values()]
        usual = sum(spent) / len(spent) if spent else None
        left = 0.0
        for job in self.jobs:
            if job.id in self.results:
                continue
            whole = self.seconds.get(job.id) or usual
            if whole is None:
                return None
            since = self.running.get(job.id)
            left += max(0.0, whole - (time.monotonic() - since[1])) if since else whole
        return left / self.workers

    def text(self, width: int) -> str:
        """The line for a terminal of this width."""
        left = self.time_left()
        tail = f"  about {left:.0f} s left" if left is not None else ""
        head = f"[{len(self.results)}/{len(self.jobs)}] "
        names = ", ".join(label for label, _ in self.running.values())
        room = max(0, width - 1 - len(head) - len(tail))
        return head + (names if len(names) <= room else names[: max(0, room - 1)] + "…") + tail

    def tick(self) -> None:
        """Write the line again; nothing where there is no terminal."""
        if self.terminal and self.stream:
            print(f"\r\x1b[K{self.text(shutil.get_terminal_size().columns)}", end="", file=self.stream, flush=True)

    def close(self) -> None:
        if self.terminal and self.stream:
            print("\r\x1b[K", end="", file=self.stream, flush=True)
