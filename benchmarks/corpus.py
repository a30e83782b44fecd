"""A corpus of any size for the benchmarks: texts repeated with altered numbers, as a project of its own.

usage: python benchmarks/corpus.py FOLDER --documents 1000 [--texts FOLDER]

FOLDER becomes a project (data/raw, data/reference) with that many documents. The texts are those of `--texts`, by
default the provincial reports of ../shared where that is there, else the digests of data/raw.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import random
import re
import shutil
from pathlib import Path

from analysis.project.folders import find_project
from analysis.texts.cities import read_cities
from analysis.texts.sources import COLUMNS

PROVINCIAL = Path("../shared/corpora/provincial-2026")
# Years and single digits stay: they carry the structure of a report.
NUMBER = re.compile(r"(?<![\d.])(?!(?:19|20)\d\d年?)\d+(?:\.\d+)?(?![\d.])")


def texts(folder: Path | None) -> list[str]:
    """The texts that are repeated, in the order of their names."""
    project = find_project()
    provincial = project.root / PROVINCIAL
    chosen = folder or (provincial if provincial.is_dir() else project.raw)
    found = [path.read_text(encoding="utf-8") for path in sorted(chosen.glob("*.txt"))]
    if not found:
        raise SystemExit(f"{chosen}: no text (*.txt) there")
    return found


def altered(text: str, seed: int) -> str:
    """`text` with other numbers of the same length; seed 0 leaves it as it is."""
    if not seed:
        return text
    draw = random.Random(seed)

    def other(match: re.Match[str]) -> str:
        number = match[0]
        if len(number) == 1:
            return number
        return draw.choice("123456789") + "".join(draw.choice("0123456789") if c.isdigit() else c for c in number[1:])

    return NUMBER.sub(other, text)


def copy_project(folder: Path) -> None:
    """The files that reports are made of, as a project of its own; nothing that was built, no published text."""
    root = find_project().root
    for name in ("data/raw", "data/reference", "notebooks", "tests/gold"):
        if (root / name).is_dir():
            shutil.copytree(
                root / name, folder / name, ignore=shutil.ignore_patterns(".ipynb_checkpoints", "published")
            )
    (folder / "reports").mkdir()


def write_document(folder: Path, number: int, text: str) -> dict[str, str]:
    """Write one text below `folder`; returns its row of sources.csv but for city and date."""
    key, data = f"report-{number:06d}", text.encode()
    (folder / "data/raw" / f"{key}.txt").write_bytes(data)
    return {
        "document": key,
        "genre": "government_work_report",
        "title": f"Report {number}",
        "publisher": "",
        "language": "zh-Hans",
        "edition": "digest",
        "sha256": hashlib.sha256(data).hexdigest(),
    }


def write_corpus(folder: Path, documents: int, originals: list[str]) -> int:
    """Make `folder` a project with so many documents; returns how many characters they have."""
    project = find_project()
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "data/raw").mkdir(parents=True)
    shutil.copytree(project.reference, folder / "data/reference")
    cities, characters = list(read_cities(project)), 0
    with (folder / "data/raw/sources.csv").open("w", encoding="utf-8", newline="") as out:
        rows = csv.DictWriter(out, COLUMNS, lineterminator="\n")
        rows.writeheader()
        for number in range(documents):
            text = altered(originals[number % len(originals)], number // len(originals))
            characters += len(text)
            row = write_document(folder, number, text)
            rows.writerow({**row, "city": cities[number % len(cities)], "date": "2026-01-20"})
    return characters


def change_document(folder: Path, number: int) -> None:
    """Alter the numbers of one document, and its hash in sources.csv."""
    path, sources = folder / f"data/raw/report-{number:06d}.txt", folder / "data/raw/sources.csv"
    old = path.read_text(encoding="utf-8")
    before = hashlib.sha256(old.encode()).hexdigest()
    row = write_document(folder, number, altered(old, 999_983 + number))
    sources.write_text(sources.read_text(encoding="utf-8").replace(before, row["sha256"]), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="where the project goes; what is there is removed")
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--texts", type=Path)
    options = parser.parse_args()
    characters = write_corpus(options.folder, options.documents, texts(options.texts))
    print(f"{options.documents:,} documents, {characters:,} characters → {options.folder}")


if __name__ == "__main__":
    main()
