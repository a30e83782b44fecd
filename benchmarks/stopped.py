"""Kill `resource-cities build` at random moments: does the next run give the tables of an undisturbed one?

usage: python benchmarks/stopped.py [--moments 30] [--documents 60] [--jobs 2] [--texts FOLDER] [--seed 1]

Every second run begins with no tables, the others with tables of which every second document has changed since. Each
is killed (SIGKILL, with no chance to tidy up) up to half a second after a number of batches drawn at random, then run
again to its end; all files of data/processed are compared byte for byte. Prints a line for each moment, and how many
of the documents the second run still had to make.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from corpus import change_document, texts, write_corpus


def start(project: Path, jobs: int) -> subprocess.Popen:
    command = [sys.executable, "-m", "analysis", "build", "--jobs", str(jobs)]
    environment = {**os.environ, "RESOURCE_CITIES_HOME": str(project)}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def finish(project: Path, jobs: int) -> int:
    """Build to the end; returns how many documents were made."""
    run = start(project, jobs)
    said, _ = run.communicate()
    found = re.search(r"(\d+) made anew", said)
    if run.returncode or not found:
        raise SystemExit(f"the build failed: {said}")
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


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--moments", type=int, default=30)
    parser.add_argument("--documents", type=int, default=60)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--texts", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    draw, differ = random.Random(options.seed), 0
    with tempfile.TemporaryDirectory() as folder:
        project, before = Path(folder) / "project", Path(folder) / "before"
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
            ended = run.poll() is not None
            run.kill()
            run.communicate()
            made = finish(project, options.jobs)
            same = content(processed) == whole
            differ += not same
            print(
                f"{moment:3}  from {'old' if moment % 2 == 0 else 'no '} tables, "
                f"{'ended before' if ended else 'killed'} {late:.2f} s after batch {after}, "
                f"then {made:3} of {options.documents} made, {'same' if same else 'DIFFERENT'}",
                flush=True,
            )
    print(f"{options.moments} moments, {differ} with other tables than the undisturbed run")
    sys.exit(1 if differ else 0)


if __name__ == "__main__":
    main()
