"""Where things lie: the folders of a project, found from any working directory."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from .errors import InputError

MARK = Path("data/raw/sources.csv")


@dataclass(frozen=True)
class Project:
    """The folders of one project; `root` is absolute."""

    root: Path

    @property
    def raw(self) -> Path:
        return self.root / "data" / "raw"

    @property
    def published(self) -> Path:
        return self.raw / "published"

    @property
    def sources(self) -> Path:
        return self.root / MARK

    @property
    def reference(self) -> Path:
        return self.root / "data" / "reference"

    @property
    def processed(self) -> Path:
        return self.root / "data" / "processed"

    @property
    def notebooks(self) -> Path:
        return self.root / "notebooks"

    @property
    def reports(self) -> Path:
        return self.root / "reports"

    def shown(self, path: Path) -> str:
        """`path` as a reader of messages wants it: relative to the root where it lies below it."""
        return str(path.relative_to(self.root)) if path.is_relative_to(self.root) else str(path)


def find_project(start: Path | None = None) -> Project:
    """The project to work on: $RESOURCE_CITIES_HOME, else the nearest folder at or above `start` (the working
    directory) that holds data/raw/sources.csv, else the checkout this package was installed from.

    Raises InputError where there is none.
    """
    home = os.environ.get("RESOURCE_CITIES_HOME")
    if home:
        if not (Path(home) / "data" / "raw").is_dir():
            raise InputError("RESOURCE_CITIES_HOME holds no data/raw", cure="set it to a project's folder", path=home)
        return Project(Path(home).resolve())
    here = (start or Path.cwd()).resolve()
    checkout = Path(__file__).resolve().parents[2]
    for folder in (here, *here.parents, checkout):
        if (folder / MARK).is_file():
            return Project(folder)
    if (checkout / "data" / "raw").is_dir():
        return Project(checkout)
    raise InputError(
        f"no project here: {MARK} is neither in {here} nor above it",
        cure="change into the project's folder or set RESOURCE_CITIES_HOME",
    )


def file_stamp(path: Path) -> tuple[int, int]:
    """Time and size of a file, (0, 0) where it is missing: what a cache of its content is kept under."""
    try:
        state = path.stat()
    except FileNotFoundError:
        return 0, 0
    return state.st_mtime_ns, state.st_size
