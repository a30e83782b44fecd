"""Places: folders and files on this machine or behind a URL that fsspec knows (s3://, gs://, abfs://, memory:// …).

`place` gives a `pathlib.Path` for what lies on this machine and a `RemotePath` for the rest; the package uses only
methods that both have.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any, cast

from .errors import InputError


class RemotePath:
    """A file or folder behind an fsspec URL, with the methods of `pathlib.Path` that the package uses."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")

    @property
    def fs(self) -> Any:
        return _found(self.url)[0]

    @property
    def path(self) -> str:
        return _found(self.url)[1]

    @property
    def name(self) -> str:
        return PurePosixPath(self.path).name

    @property
    def stem(self) -> str:
        return PurePosixPath(self.path).stem

    @property
    def parent(self) -> RemotePath:
        return RemotePath(self.url.rpartition("/")[0])

    def __truediv__(self, name: str) -> RemotePath:
        return RemotePath(f"{self.url}/{name}")

    def __str__(self) -> str:
        return self.url

    def __repr__(self) -> str:
        return f"RemotePath({self.url!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RemotePath) and other.url == self.url

    def __hash__(self) -> int:
        return hash(self.url)

    def is_relative_to(self, _other: object) -> bool:
        return False

    def exists(self) -> bool:
        return self.fs.exists(self.path)

    def is_file(self) -> bool:
        return self.fs.isfile(self.path)

    def is_dir(self) -> bool:
        return self.fs.isdir(self.path)

    def read_bytes(self) -> bytes:
        return self.fs.cat_file(self.path)

    def read_text(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        return self.read_bytes().decode(encoding, errors)

    def mkdir(self, parents: bool = False, exist_ok: bool = False) -> None:
        self.fs.makedirs(self.path, exist_ok=exist_ok)

    def unlink(self, missing_ok: bool = False) -> None:
        if not missing_ok or self.exists():
            self.fs.rm_file(self.path)


@cache
def _found(url: str) -> tuple[Any, str]:
    """The file system of a URL and the path in it. Raises InputError where none is known or installed for it."""
    import fsspec

    try:
        return fsspec.core.url_to_fs(url)
    except (ValueError, ImportError) as error:
        kind = url.partition("://")[0]
        cure = (
            f"install what fsspec needs for it ({error})" if isinstance(error, ImportError) else "correct the address"
        )
        raise InputError(f"no storage '{kind}://' is known here", cure=cure, path=url) from None


def place(name: str | Path) -> Path:
    """The folder or file at a path or URL. For a URL of another machine a RemotePath, which acts as a Path here."""
    text = str(name)
    if text.startswith("file://"):
        return Path(text.removeprefix("file://"))
    return cast(Path, RemotePath(text)) if "://" in text else Path(name)


def replace_bytes(path: Path, data: bytes) -> None:
    """Write a file in one step: a reader sees the old one or the new one.

    Behind a URL this is so where the store replaces objects in one step, as object stores do.
    """
    if isinstance(path, RemotePath):
        path.fs.pipe_file(path.path, data)
        return
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def replace_text(path: Path, text: str) -> None:
    """Write `text` in one step, and not at all where the file already holds it."""
    data = text.encode()
    if not (path.is_file() and path.read_bytes() == data):
        replace_bytes(path, data)


def sizes(folder: Path) -> dict[str, int]:
    """Name → size of the files in a folder; none where there is no such folder."""
    if isinstance(folder, RemotePath):
        folder.fs.invalidate_cache()
        try:
            found = folder.fs.ls(folder.path, detail=True)
        except FileNotFoundError:
            return {}
        return {PurePosixPath(e["name"]).name: e["size"] for e in found if e["type"] == "file"}
    try:
        with os.scandir(folder) as entries:
            return {entry.name: entry.stat().st_size for entry in entries if entry.is_file()}
    except FileNotFoundError:
        return {}


def mirrored(url: str, cache_folder: Path) -> Path:
    """A copy of a small remote folder, its folders too, below `cache_folder`; one for each state of its files."""
    folder = cast(RemotePath, place(url))
    folder.fs.invalidate_cache()
    files = {
        path.removeprefix(folder.path).lstrip("/"): folder.fs.cat_file(path)
        for path in sorted(folder.fs.find(folder.path))
    }
    digest = hashlib.sha256()
    for name, data in files.items():
        digest.update(f"{name}\0{len(data)}\0".encode() + data)
    copy = cache_folder / digest.hexdigest()[:32]
    if not copy.is_dir():
        cache_folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache_folder) as scratch:
            made = Path(scratch) / "copy"
            made.mkdir()
            for name, data in files.items():
                (made / name).parent.mkdir(parents=True, exist_ok=True)
                (made / name).write_bytes(data)
            # Another process may have been faster, with the same files.
            with contextlib.suppress(OSError):
                os.replace(made, copy)
    return copy


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[bool]:
    """Hold the lock of a folder, so that one process at a time works in it; gives whether it had to be waited for.

    Without effect behind a URL, where the folder cannot be written to, and where the system has no such locks.
    """
    try:
        import fcntl
    except ImportError:
        yield False
        return
    if isinstance(folder, RemotePath) or not os.access(folder, os.W_OK):
        yield False
        return
    with open(folder / ".lock", "a") as lock:
        waited = False
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waited = True
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield waited
