"""A Dask cluster that exists: the same functions on its workers (the optional extra `cluster`)."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from concurrent.futures import Executor

from ..project.errors import InputError

#: Seconds to wait for the scheduler, and for its first worker.
PATIENCE = 30
#: How often a batch whose worker was lost is given to another.
RETRIES = 3


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
