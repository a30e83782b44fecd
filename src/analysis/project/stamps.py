"""Stamps: which texts need not be read to know their hash.

A text is hashed once, and its hash kept in the cache folder with the stamp of the file: size, time of content, time of
change and inode. While all four are the same, so is the content: the system sets the time of change at every write, and
no program can set it back. A file that was changed so shortly before it was looked at that a further change could fall
into the same tick of the clock has no stamp yet, and is read again. Where any of this differs the content decides. So
it does on systems that keep no time of change, behind a URL, and where everything is made anew (`build --force`).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from .folders import cache_folder
from .remote import RemotePath, replace_bytes

#: Size, time of content, time of change (nanoseconds), inode.
Stamp = tuple[int, int, int, int]
#: A file changed less than so many nanoseconds ago has no stamp yet: more than the tick of any file system.
FRESH = 3_000_000_000


def stamps(folder: Path) -> dict[str, Stamp | None]:
    """Name → stamp of the files in a folder of this machine, None for those too fresh to have one."""
    found: dict[str, Stamp | None] = {}
    now = time.time_ns()
    with contextlib.suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_file():
                state = entry.stat()
                old = max(state.st_mtime_ns, state.st_ctime_ns) < now - FRESH
                stamp = state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino
                found[entry.name] = stamp if old else None
    return found


def tells(folder: Path) -> bool:
    """Whether stamps tell of changes in `folder`: on this machine, with a time of change."""
    return os.name == "posix" and not isinstance(folder, RemotePath)


class Hashes:
    """The hashes of the files of one folder that are known by their stamps."""

    def __init__(self, folder: Path, *, known: bool = True) -> None:
        """Those of `folder` as it is now; without `known` none of those kept before."""
        self._there = stamps(folder)
        name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:32]
        self._path = cache_folder() / "hashes" / f"{name}.json"
        self._kept = _read(self._path) if known else {}

    def __contains__(self, name: str) -> bool:
        """Whether the folder holds a file of that name."""
        return name in self._there

    def get(self, name: str) -> str | None:
        """The hash of a file, None where it has to be read."""
        stamp, kept = self._there.get(name), self._kept.get(name)
        return kept[1] if kept and stamp and kept[0] == stamp else None

    def keep(self, found: Mapping[str, str]) -> None:
        """Keep the hashes of all files that were asked for, as they were `found`, and forget those of others."""
        new = {name: (stamp, found[name]) for name in found if (stamp := self._there.get(name))}
        if new == self._kept:
            return
        lines = {name: [*stamp, found] for name, (stamp, found) in new.items()}
        # Without a cache folder to write to all files are read each time.
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            replace_bytes(self._path, json.dumps(lines, separators=(",", ":")).encode())


def _read(path: Path) -> dict[str, tuple[Stamp, str]]:
    """Name → stamp and hash as kept at `path`; nothing where that is missing or not whole."""
    try:
        lines: dict[str, Iterable] = json.loads(path.read_bytes())
        return {
            name: ((size, mtime, ctime, inode), str(sha)) for name, (size, mtime, ctime, inode, sha) in lines.items()
        }
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
