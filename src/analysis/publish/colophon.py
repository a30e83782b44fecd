"""The colophon of a page: what it was made from and with, and when."""

from __future__ import annotations

import functools
import importlib.metadata
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from ..build import store
from ..project.errors import InputError
from ..project.folders import Project
from .jobs import Job

#: Libraries on which reports may depend, and those that the colophon names.
LIBRARIES = (
    *("papermill", "nbconvert", "ipykernel", "typst", "pandas"),
    *("matplotlib", "seaborn", "jieba", "rjieba"),
)
NAMED_LIBRARIES = ("python", "papermill", "nbconvert", "typst")
FONTS = "Noto Sans SC (SIL OFL 1.1)"
FONT_PACKAGE = "justmytype-intl-cjk"


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


@functools.cache
def version(package: str) -> str:
    """The version of an installed package, "" where it is not installed."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def library_versions() -> dict[str, str]:
    """The versions that a report may depend on."""
    return {"python": sys.version.split()[0], **{name: version(name) for name in LIBRARIES}}


def software(comma: str = "", commit: str = "") -> str:
    """Name and version of this package, with the commit where there is one."""
    return comma.join(filter(None, (f"resource-cities {version('resource-cities')}".rstrip(), commit)))


def colophon(
    project: Project, lang: str, built: str, tables: str, *, sources: str = "", fonts: bool = False
) -> list[list[str]]:
    """Rows [label, value] of the colophon of a page; what is empty is left out.

    `built` is when it was made, `tables` the digest of the tables, `sources` what `source_marks` gives; `fonts` adds
    those of the PDF.
    """
    from ..present.language import strings

    words, versions, commit = strings(lang), library_versions(), git_commit(project.root)
    comma = words["colophon_comma"]
    rows = {
        "built": built,
        "software": software(comma, words["colophon_commit"].format(commit=commit) if commit else ""),
        "libraries": comma.join(f"{name} {versions[name]}" for name in NAMED_LIBRARIES),
        "sources": sources,
        "tables": tables[:16],
        "fonts": f"{FONTS}{comma}{FONT_PACKAGE} {version(FONT_PACKAGE)}".rstrip() if fonts else "",
    }
    return [[words[f"colophon_{name}"], value] for name, value in rows.items() if value]


def source_marks(project: Project, job: Job) -> str:
    """The sources of a report, each with its edition and the beginning of its digest."""
    from ..present.language import strings

    words = strings(job.lang)
    cities = (job.city,) if job.city else job.cities
    marks = (
        f"{row['document']} {words['edition_' + row['edition']]} {row['sha256'][:16]}"
        for row in store.document_list(project)
        if cities is None or row["city"] in cities
    )
    return words["colophon_semicolon"].join(marks)


def git_commit(root: Path) -> str:
    """The first ten digits of the commit that is checked out at `root`, "" where that is no checkout.

    Read from the files, so that it is told without git, and of no checkout that only lies around `root`.
    """
    folder = root / ".git"
    try:
        if folder.is_file():  # of a work tree
            folder = root / folder.read_text(encoding="utf-8").partition("gitdir:")[2].strip()
        head = (folder / "HEAD").read_text(encoding="utf-8").strip()
        if head.startswith("ref:"):
            head = next(_commits(folder, head.partition(":")[2].strip()), "")
        return head[:10]
    except (OSError, UnicodeDecodeError):
        return ""


def _commits(folder: Path, branch: str) -> Iterator[str]:
    """The commit of a branch in each place that may hold it, the one that counts first."""
    common = folder / "commondir"
    for place in (folder, folder / common.read_text(encoding="utf-8").strip()) if common.is_file() else (folder,):
        if (place / branch).is_file():
            yield (place / branch).read_text(encoding="utf-8").strip()
        packed = place / "packed-refs"
        lines = packed.read_text(encoding="utf-8").splitlines() if packed.is_file() else []
        yield from (line.partition(" ")[0] for line in lines if line.endswith(f" {branch}"))
