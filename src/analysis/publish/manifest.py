"""The manifest: reports/manifest.json remembers what every report was made from, so that only what changed is redone.

Nothing heavy is imported at the head: a run that finds nothing to do ends before Jupyter or pandas is loaded.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from ..build import store
from ..project.errors import InputError
from ..project.folders import Project
from ..project.links import LANGS, report_name
from ..project.remote import replace_bytes
from .colophon import build_time, library_versions, version
from .jobs import FOLDERS, FORMATS, NOTEBOOKS, Job, documents_by_city, plan

MANIFEST = "manifest.json"
MANIFEST_VERSION = 1
CHANGES = {
    "notebook": "notebook changed",
    "code": "code changed",
    "parameters": "parameters changed",
    "tables": "tables changed",
    "reference": "reference changed",
    "files": "files changed",
    "libraries": "libraries changed",
}


# --- what a report is made from ---------------------------------------------------------------------------------


def sha256(*parts: bytes) -> str:
    """A digest of byte strings that tells where each ends."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def digest_of(value: Any) -> str:
    """A digest of anything that JSON can hold."""
    return sha256(json.dumps(value, ensure_ascii=False, sort_keys=True).encode())


def files_digest(folder: Path, files: Iterable[Path]) -> str:
    """A digest of files with their names below `folder`."""
    return sha256(*(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() for path in sorted(files)))


def folder_digest(folder: Path) -> str:
    """A digest of every file below `folder`; that of nothing where there is no such folder."""
    return files_digest(folder, (path for path in folder.rglob("*") if path.is_file()))


@functools.cache
def package_digest() -> str:
    """A digest of every file of this package as it was when first asked: code, words, templates, styles."""
    here = Path(__file__).parents[1]
    return files_digest(here, (path for path in here.rglob("*") if path.is_file() and "__pycache__" not in path.parts))


def reference_digest(project: Project) -> str:
    """A digest of the facts and dictionaries whose names and labels reports show; the rest shows in the tables."""
    folder = project.reference
    return files_digest(folder, [*folder.glob("*.yml"), *folder.glob("units.csv")])


def table_digest(project: Project, city: str | None = None) -> str:
    """A digest of the tables of data/processed; for a city only of the rows of its documents."""
    documents = documents_by_city(project).get(city, []) if city else None
    return digest_of(list(store.digests_of(project, documents).items()))


def notebook_digest(path: Path) -> str:
    """A digest of the cells of a notebook: kind, source and tags. Outputs and other metadata do not count."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        kept = [[c["cell_type"], "".join(c["source"]), c.get("metadata", {}).get("tags", [])] for c in cells]
    except (ValueError, KeyError, TypeError) as error:
        raise InputError("this is not a notebook", cure="restore it", path=path) from error
    return digest_of(kept)


class _Keys:
    """The parts of the keys of many jobs; what jobs share is read once."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.shared = {
            "code": package_digest(),
            "reference": reference_digest(project),
            "libraries": digest_of(library_versions()),
        }
        self.tables = functools.cache(functools.partial(table_digest, project))
        self.cells = functools.cache(notebook_digest)

    def parts(self, job: Job) -> dict[str, str]:
        """What the report depends on, each as a digest under the name that CHANGES explains."""
        folders = FOLDERS.get(job.notebook, ())
        return {
            "notebook": self.cells(self.project.notebooks / f"{job.notebook}.ipynb"),
            "parameters": digest_of(job.parameters),
            "tables": self.tables(job.city),
            **({"files": digest_of([folder_digest(self.project.root / name) for name in folders])} if folders else {}),
            **self.shared,
        }


# --- the manifest -----------------------------------------------------------------------------------------------


def read_manifest(project: Project) -> dict[str, Any]:
    """What earlier runs left behind; an empty one where there is none or it cannot be read."""
    try:
        manifest = json.loads((project.reports / MANIFEST).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError, RecursionError):
        manifest = {}
    if not isinstance(manifest, dict) or manifest.get("version") != MANIFEST_VERSION:
        manifest = {"version": MANIFEST_VERSION, "jobs": {}}
    jobs = manifest.get("jobs")
    sound = {name: entry for name, entry in jobs.items() if _is_sound(name, entry)} if isinstance(jobs, dict) else {}
    return {**manifest, "jobs": sound}


def _is_sound(name: str, entry: Any) -> bool:
    """Whether an entry has the types that are relied on and names no file outside reports/; else it is forgotten, and
    the report is made anew.
    """
    if not isinstance(entry, dict) or not _is_inside(name):
        return False
    outputs, texts = entry.get("outputs", {}), ("notebook", "name", "lang", "status")
    return (
        isinstance(outputs, dict)
        and all(isinstance(entry.get(key), str) for key in texts)
        and all(isinstance(entry.get(key), str | None) for key in ("city", "title", "finding", "built"))
        and isinstance(entry.get("parts", {}), dict)
        and isinstance(entry.get("alternate", []), list)
        and isinstance(entry.get("cities"), list | None)
        and isinstance(entry.get("seconds"), int | float | None)
        and isinstance(entry.get("error"), dict | None)
        and all(
            isinstance(output, dict) and _is_inside(output.get("path")) and isinstance(output.get("size"), int)
            for output in outputs.values()
        )
    )


def _is_inside(path: Any) -> bool:
    """Whether `path` names a file below the folder that it is seen from."""
    if not isinstance(path, str) or not path or "\0" in path or "\\" in path:
        return False
    return not PurePosixPath(path).is_absolute() and ".." not in PurePosixPath(path).parts


def update_manifest(project: Project, changed: Mapping[str, dict[str, Any] | None], built: datetime) -> None:
    """Put the entries of these jobs into the manifest; None takes one out."""
    # Read again: another run may have written entries of its own meanwhile.
    jobs = {**read_manifest(project)["jobs"], **changed}
    order = {stem: place for place, stem in enumerate(NOTEBOOKS)}
    kept = sorted(
        ((name, entry) for name, entry in jobs.items() if entry is not None),
        key=lambda item: (order.get(item[1].get("notebook"), len(order)), item[0]),
    )
    manifest = {
        "version": MANIFEST_VERSION,
        "tool": version("resource-cities"),
        "built": utc(built),
        "jobs": dict(kept),
    }
    project.reports.mkdir(parents=True, exist_ok=True)
    replace_bytes(project.reports / MANIFEST, (json.dumps(manifest, ensure_ascii=False, indent=1) + "\n").encode())


def utc(moment: datetime) -> str:
    """`2026-01-31T08:00:00Z`."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


# --- what has to be done ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Work:
    """A job with all that decides about it; `reason` is "" where its report holds."""

    job: Job
    parts: dict[str, str]
    languages: list[str]
    reason: str


def weigh(project: Project, jobs: Sequence[Job], manifest: Mapping[str, Any], force: bool = False) -> list[Work]:
    """For each job, why it has to be done, if at all."""
    keys, found = _Keys(project), []
    for job in jobs:
        parts, languages = keys.parts(job), _languages(project, job, jobs, manifest)
        entry = manifest["jobs"].get(job.id)
        reason = "forced" if force else _reason(project, job, parts, languages, entry)
        found.append(Work(_with_old_formats(job, parts, entry), parts, languages, reason))
    return found


def _languages(project: Project, job: Job, jobs: Sequence[Job], manifest: Mapping[str, Any]) -> list[str]:
    """The other languages in which this report is planned or already lies in reports/."""
    planned = {other.id for other in jobs if "html" in other.formats}
    others = {lang: report_name(job.stem, lang) for lang in LANGS if lang != job.lang}
    entries = manifest["jobs"]
    return [
        lang for lang, name in others.items() if name in planned or _is_there(project, entries.get(name, {}), "html")
    ]


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


def _with_old_formats(job: Job, parts: dict[str, str], entry: dict[str, Any] | None) -> Job:
    """The job with the formats that were made from the same inputs before, so that none is left behind."""
    if not entry or entry.get("parts") != parts:
        return job
    return replace(job, formats=tuple(f for f in FORMATS if f in job.formats or f in entry.get("outputs", {})))


def explain(project: Project, jobs: Sequence[Job], force: bool = False) -> list[tuple[Job, str]]:
    """Each job with the reason for which `render` would run it; "" where it would not."""
    return [(work.job, work.reason) for work in weigh(project, jobs, read_manifest(project), force)]


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
        update_manifest(project, dict.fromkeys(gone), build_time())
    return removed
