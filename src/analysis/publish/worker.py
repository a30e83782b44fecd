"""A worker (see `publish.workers`) from its first moment: it ends with the process that started it also while it still
loads what every report needs, which takes seconds.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path


@contextlib.contextmanager
def ends_with(parent: int, scratch: Path) -> Iterator[None]:
    """End this process, and remove `scratch`, when process `parent`, which started it, is gone meanwhile; a timer asks,
    for a thread would stand in the way of forks.
    """

    def look(_number: int, _frame: object) -> None:
        if os.getppid() != parent:
            shutil.rmtree(scratch, ignore_errors=True)
            os._exit(1)

    before = signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, 0.2, 0.2)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def main(handle: int, log: Path, parent: int) -> None:
    """Get ready and take tasks from the connection `handle`."""
    # An interrupt from the keyboard reaches the whole group of processes; the one that gives tasks decides what ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with ends_with(parent, log.parent):
        from .workers import get_ready, serve

        get_ready()
    serve(Connection(handle), log)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
