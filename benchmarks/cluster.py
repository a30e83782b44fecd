"""Time `build` on a Dask cluster of one and of two workers on this machine, against the same build without Dask.

usage: python benchmarks/cluster.py [--documents 200] [--workers 1,2] [--runs 1] [--texts FOLDER]

Scheduler and workers are processes of their own on loopback, started as `dask scheduler` and `dask worker` with one
thread each, and have worked on a small corpus before (a cluster is warm). The tables are compared byte for byte.
Prints medians of seconds and documents a second.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from build import numbers, run
from corpus import texts, write_corpus
from distributed import Client
from stopped import content


@contextlib.contextmanager
def cluster(workers: int) -> Iterator[str]:
    """A scheduler with so many workers on loopback; gives its address."""
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as at_end:
        file = Path(folder) / "scheduler.json"

        def start(*arguments: str) -> None:
            command = [sys.executable, "-m", "dask", *arguments, "--host", "127.0.0.1", "--no-dashboard"]
            process = subprocess.Popen(
                [*command, "--scheduler-file", str(file)],
                cwd=folder,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.STDOUT,
            )
            at_end.callback(process.wait)
            at_end.callback(process.kill)

        start("scheduler", "--port", "0")
        while not file.is_file():
            time.sleep(0.05)
        for number in range(workers):
            start("worker", "--no-nanny", "--nthreads", "1", "--local-directory", os.path.join(folder, str(number)))
        address = json.loads(file.read_text())["address"]
        with Client(address, set_as_default=False) as client:
            client.wait_for_workers(workers)
        yield address


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--documents", type=int, default=200)
    parser.add_argument("--workers", type=numbers, default=[1, 2], metavar="1,2")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--texts", type=Path)
    options = parser.parse_args()
    # So that an end from outside also ends the cluster.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    originals = texts(options.texts)
    with tempfile.TemporaryDirectory() as folder:
        project, small = Path(folder) / "project", Path(folder) / "small"
        write_corpus(project, options.documents, originals)
        write_corpus(small, 40, originals)
        seconds: dict[str, list[float]] = {}
        wholes = []

        def timed(name: str, *how: str) -> None:
            seconds.setdefault(name, []).append(run(project, "--force", *how).seconds)
            wholes.append(content(project / "data/processed"))
            shutil.rmtree(project / "data/processed")

        for _ in range(options.runs):
            for count in options.workers:
                timed(f"{count} processes", "--jobs", str(count))
                with cluster(count) as address:
                    run(small, "--force", "--scheduler", address)
                    timed(f"{count} workers", "--scheduler", address)
    for name, taken in seconds.items():
        middle = statistics.median(taken)
        print(f"{name:14} {middle:7.1f} s {options.documents / middle:7.1f} documents/s")
    print("the same tables, byte for byte" if all(whole == wholes[0] for whole in wholes) else "DIFFERENT tables")


if __name__ == "__main__":
    main()
