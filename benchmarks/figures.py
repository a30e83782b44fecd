"""Time the full figure table against jieba's segmentation of the same text, interleaved, on one core.

usage: python benchmarks/figures.py [FOLDER] [--runs 4]

FOLDER holds texts (*.txt); without it the digests of data/raw are read, repeated to about 300,000 characters. Cleaning
is done beforehand and not timed. Each run reads sentences that none before has read, for both may remember what they
have seen. Prints the seconds of processor time of each run, both medians and their ratio.
"""

from __future__ import annotations

import argparse
import logging
import statistics
import time
from pathlib import Path

import jieba
from peers import edition

from analysis.extract.coding import load_scheme
from analysis.extract.figures import tabulate
from analysis.extract.figures.units import read_units
from analysis.project.folders import find_project
from analysis.texts.clean import clean

LEAST = 300_000


def texts(folder: Path | None) -> list[str]:
    """The texts to time, at least `LEAST` characters of them."""
    paths = sorted((folder or find_project().raw).glob("*.txt"))
    found = [path.read_text(encoding="utf-8") for path in paths]
    if not found:
        raise SystemExit(f"{folder}: no text (*.txt) there")
    return found * max(1, -(-LEAST // sum(map(len, found))))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--runs", type=int, default=4)
    options = parser.parse_args()
    jieba.setLogLevel(logging.WARNING)
    jieba.lcut("预热")
    reference = find_project().reference
    units, scheme = read_units(reference / "units.csv"), load_scheme(reference / "themes.yml")
    found = texts(options.folder)
    editions = [[clean(edition(text, run), "t")[0] for text in found] for run in range(options.runs)]
    characters = sum(int(p["characters"].sum()) for p in editions[0])
    ours, theirs, figures = [], [], 0
    for passages in editions:
        start = time.process_time()
        figures = sum(
            len(
                tabulate(
                    p,
                    document="t",
                    city="",
                    date="2026-01",
                    genre="government_work_report",
                    units=units,
                    scheme=scheme,
                )
            )
            for p in passages
        )
        middle = time.process_time()
        for p in passages:
            for text in p["text"]:
                jieba.lcut(text)
        ours.append(middle - start)
        theirs.append(time.process_time() - middle)
    print(f"{characters:,} characters, {figures:,} figures, {options.runs} runs")
    print("figures  " + "  ".join(f"{s:.2f}" for s in ours) + f"  median {statistics.median(ours):.2f} s")
    print("jieba    " + "  ".join(f"{s:.2f}" for s in theirs) + f"  median {statistics.median(theirs):.2f} s")
    print(f"ratio    {statistics.median(ours) / statistics.median(theirs):.2f}")


if __name__ == "__main__":
    main()
