"""Stop `resource-cities build` or `report` at random moments: does the next run give what an undisturbed one gives?

usage: python benchmarks/stopped.py [build | report] [--moments 30] [--signals INT,TERM,KILL] [--documents 60]
       [--jobs 2] [--texts FOLDER] [--seed 1]

The signals take turns (by default all are SIGKILL, with no chance to tidy up). Two seconds after each it looks for
processes that outlived the one that was stopped and for what they left in the folder of temporary files, and after the
next run for drafts.

build: every second run begins with no tables, the others with tables of which every second document has changed
since. Each is stopped up to half a second after a number of batches drawn at
random, then run again to its end; all files of data/processed are compared byte for byte. Prints a line for each
moment, and how many of the documents the second run still had to make.

report: the project's own texts, all reports in Chinese. Every second run begins with no reports, the others with those
of before every text was changed. Each is stopped, with all its processes still at work, at a moment drawn at random
from the time that an undisturbed run takes, then run again to its end; all files of reports/ are compared byte for
byte (of the manifest all but the seconds that reports took).
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import hashlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from corpus import change_document, copy_project, texts, write_corpus

from analysis.publish.render import DRAFT


def start(project: Path, jobs: int, command: str = "build") -> subprocess.Popen:
    arguments = [sys.executable, "-m", "analysis", command, "--jobs", str(jobs)]
    arguments += ["--lang", "zh"] if command == "report" else []
    environment = {**os.environ, "RESOURCE_CITIES_HOME": str(project), "SOURCE_DATE_EPOCH": "1700000000"}
    environment["TMPDIR"] = str(temporary(project))
    return subprocess.Popen(arguments, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def temporary(project: Path) -> Path:
    """The folder of temporary files of what works on this project."""
    folder = project.parent / "temporary"
    folder.mkdir(exist_ok=True)
    return folder


def stop(run: subprocess.Popen, name: str, project: Path) -> tuple[str, bool]:
    """Send a signal; what became of the run, and whether after two seconds a process or a temporary file is left."""
    if run.poll() is not None:
        return "ended before", False
    run.send_signal(getattr(signal, f"SIG{name}"))
    sent = time.perf_counter()
    left = workers_left(project, sent + 2)
    taken = time.perf_counter() - sent
    files = sorted(path.name for path in temporary(project).iterdir())
    said = f"{name}, {left} processes after {taken:.2f} s, {len(files)} temporary files"
    if left:
        run.kill()
    run.communicate()
    for path in temporary(project).iterdir():
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink()
    return said, bool(left or files)


def drafts(folder: Path) -> bool:
    """Whether a file or a folder is left there that was never finished."""
    return any(DRAFT.fullmatch(path.name) for path in folder.rglob(".*"))


def finish(project: Path, jobs: int, command: str = "build") -> int:
    """Run the command to its end; returns how many documents or reports were made."""
    run = start(project, jobs, command)
    said, _ = run.communicate()
    found = re.search(r"(\d+) (?:made anew|reports made)", said)
    if run.returncode or not found:
        raise SystemExit(f"{command} failed: {said}")
    return int(found[1])


def content_of(path: Path) -> str:
    """The hash of a file, "" where it is missing."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return ""


def content(folder: Path) -> dict[str, str]:
    """Every file below `folder` with its hash, the lock aside."""
    return {
        str(path.relative_to(folder)): content_of(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


def batches(processed: Path, whole: dict[str, str]) -> int:
    """How many batches of the `whole` are there now; of a store not yet begun, none."""
    return sum(content_of(processed / name) == held for name, held in whole.items() if name.startswith("_record/"))


def builds(options: argparse.Namespace, draw: random.Random, folder: Path) -> int:
    """Kill builds; returns how many ended in other tables."""
    differ, project, before = 0, folder / "project", folder / "before"
    processed = project / "data/processed"
    write_corpus(project, options.documents, texts(options.texts))
    finish(project, options.jobs)
    shutil.copytree(processed, before)
    for number in range(0, options.documents, 2):
        change_document(project, number)
    shutil.rmtree(processed)
    finish(project, options.jobs)
    whole = content(processed)
    for moment in range(1, options.moments + 1):
        shutil.rmtree(processed)
        if moment % 2 == 0:
            shutil.copytree(before, processed)
        after, late = draw.randrange(sum(name.startswith("_record/") for name in whole)), draw.uniform(0, 0.5)
        run = start(project, options.jobs)
        while run.poll() is None and batches(processed, whole) < after:
            time.sleep(0.002)
        time.sleep(late)
        said, left = stop(run, options.signals[moment % len(options.signals)], project)
        made = finish(project, options.jobs)
        same = content(processed) == whole and not drafts(processed)
        differ += not same or left
        print(
            f"{moment:3}  from {'old' if moment % 2 == 0 else 'no '} tables, "
            f"{late:.2f} s after batch {after}: {said}, "
            f"then {made:3} of {options.documents} made, {'same' if same else 'DIFFERENT'}",
            flush=True,
        )
    return differ


def change_texts(raw: Path) -> None:
    """Add a sentence to every text of the project."""
    with (raw / "sources.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    for row in rows:
        path = raw / f"{row['document']}.txt"
        data = (path.read_text(encoding="utf-8").rstrip("\n") + "\n全市新建学校7所。\n").encode()
        path.write_bytes(data)
        row["sha256"] = hashlib.sha256(data).hexdigest()
    with (raw / "sources.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def pages(reports: Path) -> dict[str, str]:
    """Every file below reports/ with its hash; of the manifest all but what tells of time."""
    found = content(reports)
    jobs = json.loads((reports / "manifest.json").read_text(encoding="utf-8"))["jobs"]
    found["manifest.json"] = json.dumps({name: {**entry, "seconds": 0} for name, entry in jobs.items()})
    return found


def workers_left(project: Path, until: float) -> int:
    """How many processes of this project are there at that moment; does not wait for it where there are none."""
    mark = f"RESOURCE_CITIES_HOME={project}".encode()
    while True:
        left = 0
        for path in Path("/proc").glob("[0-9]*/environ"):
            with contextlib.suppress(OSError):
                left += mark in path.read_bytes().split(b"\0")
        if not left or time.perf_counter() > until:
            return left
        time.sleep(0.05)


def reports(options: argparse.Namespace, draw: random.Random, folder: Path) -> int:
    """Kill renderings; returns how many ended in other reports or left a process behind."""
    project, before, wrong = folder / "project", folder / "before", 0
    copy_project(project)
    made = project / "reports"
    finish(project, options.jobs, "report")
    shutil.copytree(made, before)
    change_texts(project / "data/raw")
    shutil.rmtree(made)
    started = time.perf_counter()
    finish(project, options.jobs, "report")
    usual, whole = time.perf_counter() - started, pages(made)
    for moment in range(1, options.moments + 1):
        shutil.rmtree(made)
        if moment % 2 == 0:
            shutil.copytree(before, made)
        late = draw.uniform(0, usual)
        run = start(project, options.jobs, "report")
        with contextlib.suppress(subprocess.TimeoutExpired):
            run.wait(late)
        said, left = stop(run, options.signals[moment % len(options.signals)], project)
        count = finish(project, options.jobs, "report")
        same = pages(made) == whole and not drafts(made)
        wrong += not same or left
        print(
            f"{moment:3}  from {'old' if moment % 2 == 0 else 'no '} reports, "
            f"{late:.2f} of {usual:.2f} s: {said}, "
            f"then {count:2} made, {'same' if same else 'DIFFERENT'}",
            flush=True,
        )
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("what", nargs="?", choices=["build", "report"], default="build")
    parser.add_argument("--moments", type=int, default=30)
    parser.add_argument("--signals", type=lambda text: text.split(","), default=["KILL"])
    parser.add_argument("--documents", type=int, default=60)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--texts", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run = reports if options.what == "report" else builds
        wrong = run(options, random.Random(options.seed), Path(folder))
    print(f"{options.moments} moments, {wrong} with another outcome than the undisturbed run or with something left")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
