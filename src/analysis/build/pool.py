"""Processes on this machine that end with the one that started them, however that ends."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait

from ..project.errors import InputError


def _follow_parent() -> None:
    """End this process when its parent is gone. A killed parent would otherwise leave it waiting, or writing."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _begin() -> None:
    threading.Thread(target=_follow_parent, daemon=True).start()


@contextlib.contextmanager
def started(jobs: int) -> Iterator[ProcessPoolExecutor]:
    """A pool of `jobs` processes; leaving it in haste drops the work that has not begun.

    They begin from nothing: forked ones would lack the threads of this process (Jupyter's, Arrow's) and hang on them.
    """
    pool = ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"), initializer=_begin)
    try:
        yield pool
    except BrokenProcessPool:
        raise InputError(
            "a process was ended from outside, perhaps for want of memory",
            cure="build again, with fewer --jobs; what was done is kept",
        ) from None
    finally:
        pool.shutdown(cancel_futures=True)
