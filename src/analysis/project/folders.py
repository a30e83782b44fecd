"""Where things lie: the folders of a project, found from any working directory.

data/raw, data/reference and data/processed may lie elsewhere, also behind any URL that fsspec knows: the environment
variables RESOURCE_CITIES_RAW, RESOURCE_CITIES_REFERENCE and RESOURCE_CITIES_PROCESSED name them.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from .errors import InputError
from .remote import mirrored, place

MARK = Path("data/raw/sources.csv")
#: Environment variables by the folder that they move.
ELSEWHERE = {
    "raw": "RESOURCE_CITIES_RAW",
    "reference": "RESOURCE_CITIES_REFERENCE",
    "processed": "RESOURCE_CITIES_PROCESSED",
}


@dataclass(frozen=True)
class Project:
    """The folders of one project; `root` is absolute, `elsewhere` names those folders of data/ that lie elsewhere."""

    root: Path
    elsewhere: dict[str, str] = field(default_factory=dict, hash=False)

    def _data(self, name: str) -> Path:
        return place(self.elsewhere[name]) if name in self.elsewhere else self.root / "data" / name

    @property
    def raw(self) -> Path:
        return self._data("raw")

    @property
    def published(self) -> Path:
        return self.raw / "published"

    @property
    def sources(self) -> Path:
        return self.raw / MARK.name

    @property
    def reference(self) -> Path:
        return self._data("reference")

    @property
    def processed(self) -> Path:
        return self._data("processed")

    @property
    def notebooks(self) -> Path:
        return self.root / "notebooks"

    @property
    def reports(self) -> Path:
        return self.root / "reports"

    def shown(self, path: Path) -> str:
        """`path` as a reader of messages wants it: relative to the root where it lies below it."""
        return str(path.relative_to(self.root)) if path.is_relative_to(self.root) else str(path)

    def with_local_reference(self) -> Project:
        """The project with a copy on this machine of a data/reference that lies behind a URL, as it is now."""
        url = self.elsewhere.get("reference", "")
        if isinstance(self.reference, Path):
            return self
        copy = mirrored(url, cache_folder() / "reference")
        return Project(self.root, {**self.elsewhere, "reference": str(copy)})


def cache_folder() -> Path:
    """$RESOURCE_CITIES_CACHE, else $XDG_CACHE_HOME/resource-cities, else ~/.cache/resource-cities."""
    own, shared = os.environ.get("RESOURCE_CITIES_CACHE"), os.environ.get("XDG_CACHE_HOME")
    return Path(own) if own else (Path(shared) if shared else Path.home() / ".cache") / "resource-cities"


def find_project(start: Path | None = None) -> Project:
    """The project to work on: $RESOURCE_CITIES_HOME, else the nearest folder at or above `start` (the working
    directory) that holds data/raw/sources.csv, else the checkout this package was installed from.

    Raises InputError where there is none.
    """
    elsewhere = {name: os.environ[variable] for name, variable in ELSEWHERE.items() if os.environ.get(variable)}
    elsewhere = {name: at if "://" in at else str(Path(at).resolve()) for name, at in elsewhere.items()}
    return Project(_root(start, "raw" in elsewhere), elsewhere)


def _root(start: Path | None, raw_elsewhere: bool) -> Path:
    """The folder of the project; any folder will do where data/raw lies elsewhere and RESOURCE_CITIES_HOME names it."""
    home = os.environ.get("RESOURCE_CITIES_HOME")
    if home:
        if not raw_elsewhere and not (Path(home) / "data" / "raw").is_dir():
            raise InputError("RESOURCE_CITIES_HOME holds no data/raw", cure="set it to a project's folder", path=home)
        return Path(home).resolve()
    here = (start or Path.cwd()).resolve()
    checkout = Path(__file__).resolve().parents[3]
    for folder in (here, *here.parents, checkout):
        if (folder / MARK).is_file():
            return folder
    if raw_elsewhere:
        return here
    if (checkout / "data" / "raw").is_dir():
        return checkout
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
