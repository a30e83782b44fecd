"""Time all reports in HTML and PDF against a shell loop of papermill and nbconvert over the same notebooks (HTML).

usage: python benchmarks/rendering.py [--runs 2] [--jobs 2]

Both work in a temporary copy of the project with the tables built and the font cache filled beforehand. The loop is
what a researcher would write: for each notebook and its parameters `papermill`, then `jupyter nbconvert --to html`.
Prints the seconds of each run, interleaved, both medians and their ratio, and the time of a run without a change.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from corpus import copy_project

from analysis.project.folders import find_project
from analysis.publish.jobs import Job, plan


def run(arguments: list[str]) -> None:
    done = subprocess.run(arguments, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(arguments)}\n{done.stderr[-2000:]}")


def shell_loop(jobs: list[Job], notebooks: Path, folder: Path) -> None:
    """papermill and nbconvert, one notebook after the other."""
    for job in jobs:
        out = folder / f"{job.id}.ipynb"
        values = {k: ",".join(v) if isinstance(v, list) else v for k, v in job.parameters.items()}
        given = [word for name, value in values.items() for word in ("-p", name, str(value))]
        run(
            [sys.executable, "-m", "papermill", "--no-progress-bar", str(notebooks / f"{job.notebook}.ipynb"), str(out)]
            + given
        )
        run([sys.executable, "-m", "nbconvert", "--to", "html", "--log-level", "ERROR", str(out)])


def timed(action: list[str]) -> float:
    start = time.perf_counter()
    run(action)
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=2)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder, out = Path(scratch) / "project", Path(scratch) / "loop"
        out.mkdir()
        copy_project(folder)
        os.environ["RESOURCE_CITIES_HOME"] = str(folder)
        ours = [sys.executable, "-m", "analysis", "report", "--jobs", str(options.jobs)]
        run(ours)
        project = find_project()
        jobs = plan(project)
        reports, loop = [], []
        for _ in range(options.runs):
            reports.append(timed([*ours, "--force"]))
            start = time.perf_counter()
            shell_loop(jobs, project.notebooks, out)
            loop.append(time.perf_counter() - start)
        unchanged = [timed(ours) for _ in range(3)]
    print(f"{len(jobs)} notebooks with parameters, {options.jobs} processes, {options.runs} runs")
    rows = {"reports, HTML and PDF": reports, "shell loop, HTML": loop, "nothing changed": unchanged}
    for name, seconds in rows.items():
        shown = "  ".join(f"{s:.1f}" for s in seconds)
        print(f"{name:22}  {shown}  median {statistics.median(seconds):.1f} s")
    print(f"ratio    {statistics.median(loop) / statistics.median(reports):.1f}")


if __name__ == "__main__":
    main()
