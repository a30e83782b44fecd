"""Executors: what runs batches. Processes on this machine, or a Dask cluster that exists (the extra `cluster`).

The processes end with the one that started them, however that ends.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait

from ..project.errors import InputError

#: Seconds to wait for the scheduler, and for its first worker.
PATIENCE = 30
#: How often a batch whose worker was lost is given to another.
RETRIES = 3


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
    """A pool of `jobs` processes; leaving it by an interrupt ends them at once, by an error drops what has not begun.

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
    except (KeyboardInterrupt, SystemExit):
        # They write whole files or none, so they may be ended anywhere.
        for process in multiprocessing.active_children():
            process.kill()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


@contextlib.contextmanager
def connected(address: str) -> Iterator[tuple[Executor, int]]:
    """The scheduler at `address` as an executor, and how many batches its workers do at once.

    Raises InputError where there is no scheduler, it has no worker, or Dask is not installed.
    """
    try:
        from distributed import Client, KilledWorker
    except ImportError:
        raise InputError(
            "Dask is not installed", cure="install the extra: pip install 'resource-cities[cluster]'"
        ) from None
    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise InputError(
            f"no scheduler answers at {address} ({error})", cure="start one with 'dask scheduler' and name its address"
        ) from None
    with client:
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError:
            raise InputError(
                f"the scheduler at {address} has no worker", cure=f"start one with 'dask worker {address}'"
            ) from None
        threads = sum(client.nthreads().values())
        with client.get_executor(pure=False, retries=RETRIES) as pool:
            try:
                yield pool, threads
            except KilledWorker:
                raise InputError(
                    f"{RETRIES + 1} workers were lost over the same batch, perhaps for want of memory",
                    cure="build again with more memory for each worker; what was done is kept",
                ) from None


@contextlib.contextmanager
def executor(jobs: int, scheduler: str | None) -> Iterator[tuple[Executor, int]]:
    """What runs the batches, and how many it runs at once."""
    if scheduler:
        with connected(scheduler) as found:
            yield found
    else:
        with started(jobs) as pool:
            yield pool, jobs
