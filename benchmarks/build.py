"""Time `resource-cities build` on corpora of growing size, in one process and in several.

usage: python benchmarks/build.py [--sizes 100,1000 | --documents 10000] [--jobs 1,2] [--runs 1] [--texts FOLDER]
                                  [--folder FOLDER]

The corpora are the texts of `benchmarks/corpus.py` repeated with altered numbers. For each size and number of jobs it
prints, as medians over the runs: seconds, seconds of processor time, documents and characters a second, the largest
sum of the resident memory of all processes (sampled; shared pages count for each), and then, with the most jobs, the
time for one changed document and for none, and the room on disk. Processor time tells the cost also where others use
the machine; the load before each run is printed for that reason. `--documents` is one size alone. The corpora stand in
a scratch folder below `--folder` (by default that of the system), one at a time, at about 110 kB a document: 1.1 GB for
10,000, whose build takes a quarter of an hour of processor time; `--jobs 2` makes it one run.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
from corpus import change_document, texts, write_corpus

SAMPLED = 0.05


@dataclass(frozen=True)
class Cost:
    """What one run took: seconds by the clock and of the processors, MiB at most, load of the machine before it."""

    seconds: float
    processor: float
    memory: float
    load: float


def memory(process: psutil.Process) -> int:
    """The resident memory of a process and all it started, in bytes."""
    total = 0
    try:
        family = [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0
    for one in family:
        try:
            total += one.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total


def run(project: Path, *options: str) -> Cost:
    """One `resource-cities build` of a project."""
    command = [sys.executable, "-m", "analysis", "build", *options]
    environment = {**os.environ, "RESOURCE_CITIES_HOME": str(project)}
    load, before, began = os.getloadavg()[0], os.times(), time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    most, watched = [0], psutil.Process(process.pid)

    def watch() -> None:
        while process.poll() is None:
            most[0] = max(most[0], memory(watched))
            time.sleep(SAMPLED)

    thread = threading.Thread(target=watch)
    thread.start()
    _, said = process.communicate()
    thread.join()
    seconds, after = time.perf_counter() - began, os.times()
    if process.returncode:
        raise SystemExit(said.decode())
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return Cost(seconds, used, most[0] / 2**20, load)


def megabytes(folder: Path) -> float:
    """The size of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def median(costs: list[Cost]) -> Cost:
    return Cost(
        *(statistics.median(getattr(cost, name) for cost in costs) for name in ("seconds", "processor")),
        max(cost.memory for cost in costs),
        statistics.median(cost.load for cost in costs),
    )


def numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    sizes = parser.add_mutually_exclusive_group()
    sizes.add_argument("--sizes", type=numbers, default=[100, 1000], metavar="100,1000")
    sizes.add_argument("--documents", type=int, help="one size alone")
    parser.add_argument("--jobs", type=numbers, default=[1, 2], metavar="1,2")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--texts", type=Path)
    parser.add_argument("--folder", type=Path, help="where the corpora are written for the time of the run")
    options = parser.parse_args()
    options.sizes = [options.documents] if options.documents else options.sizes
    originals, costs = texts(options.texts), {}
    head = ("documents", "jobs", "s", "processor s", "documents/s", "characters/s", "MiB", "ms a document", "load")
    print("".join(f"{words:>15}" for words in head))
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        for size in options.sizes:
            project = Path(folder) / str(size)
            characters = write_corpus(project, size, originals)
            for _ in range(options.runs):
                for jobs in options.jobs:
                    costs.setdefault((size, jobs), []).append(run(project, "--force", "--jobs", str(jobs)))
            for jobs in options.jobs:
                cost = median(costs[size, jobs])
                cells = [f"{size:,}", str(jobs), f"{cost.seconds:.1f}", f"{cost.processor:.1f}"]
                cells += [f"{size / cost.seconds:.1f}", f"{characters / cost.seconds:,.0f}", f"{cost.memory:,.0f}"]
                cells += [f"{1000 * cost.processor / size:.0f}", f"{cost.load:.1f}"]
                print("".join(f"{cell:>15}" for cell in cells), flush=True)
            changed, none = [], []
            for number in range(max(3, options.runs)):
                change_document(project, number)
                changed.append(run(project, "--jobs", str(max(options.jobs))))
                none.append(run(project, "--jobs", str(max(options.jobs))))
            whole, one, nothing = median(costs[size, max(options.jobs)]), median(changed), median(none)
            text, tables = megabytes(project / "data/raw"), megabytes(project / "data/processed")
            print(
                f"{size:,} documents: one changed {one.seconds:.2f} s ({one.seconds / whole.seconds:.1%} of the whole; "
                f"processor {one.processor:.2f} s, {one.processor / whole.processor:.1%}), "
                f"none {nothing.seconds:.2f} s (processor {nothing.processor:.2f} s); "
                f"{text:,.0f} MB of text, {tables:,.0f} MB of tables",
                flush=True,
            )
            shutil.rmtree(project)
    first, last = options.sizes[0], options.sizes[-1]
    for jobs in options.jobs if first != last else ():
        small, large = median(costs[first, jobs]).processor / first, median(costs[last, jobs]).processor / last
        print(f"processor time a document, {last:,} to {first:,} documents, {jobs} jobs: {large / small:.2f}")
    if 1 in options.jobs:
        for size in options.sizes:
            for jobs in options.jobs[1:]:
                ratio = median(costs[size, 1]).seconds / median(costs[size, jobs]).seconds
                print(f"{size:,} documents: {jobs} jobs {ratio:.2f} times as fast as one")


if __name__ == "__main__":
    main()
