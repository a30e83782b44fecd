"""Word lists of attention: data/reference/attention/<name>.csv, and where their words stand in texts."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..project.errors import InputError
from .coding.seams import agreeing
from .matcher import Words

FOLDER = "attention"
_COLUMNS = ("term", "weight", "source")


@dataclass(frozen=True)
class WordList:
    """A list: its name, term → weight in the order of the file, and term → where the term was taken from."""

    name: str
    weights: dict[str, float]
    sources: dict[str, str]


def load_lists(folder: Path) -> dict[str, WordList]:
    """The word lists in `folder` by name, in the order of their names; none where there is no such folder.

    Raises InputError, with file, line and cure, for what is wrong with a list.
    """
    paths = sorted(folder.glob("*.csv")) if folder.is_dir() else []
    return {path.stem: _read(path) for path in paths}


def _read(path: Path) -> WordList:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise InputError("is not UTF-8", cure="save it as UTF-8", path=path) from None
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    weights: dict[str, float] = {}
    sources: dict[str, str] = {}
    try:
        names = [str(name).strip() for name in reader.fieldnames or ()]
        if names != list(_COLUMNS):
            raise InputError(
                "these are not the columns of a word list", cure="begin with term,weight,source", path=path, line=1
            )
        for row in reader:
            if None in row or None in row.values():
                raise InputError(
                    "a line needs three cells", cure='put cells with a comma in "…"', path=path, line=reader.line_num
                )
            term, source = row["term"].strip(), row["source"].strip()
            if not term or term in weights:
                said = f"'{term}' stands twice" if term else "term is empty"
                raise InputError(said, cure="keep one line for each term", path=path, line=reader.line_num)
            weights[term], sources[term] = _weight(row["weight"], path, reader.line_num), source
    except csv.Error as error:
        raise InputError(
            f"is not CSV: {error}", cure="mend the quotation marks", path=path, line=reader.line_num
        ) from None
    if not weights:
        raise InputError("holds no term", cure="write a term a line or delete the file", path=path, line=1)
    return WordList(path.stem, weights, sources)


def _weight(written: str, path: Path, line: int) -> float:
    try:
        weight = float(written)
    except ValueError:
        weight = math.nan
    if not 0 < weight < math.inf:
        raise InputError(
            f"weight '{written}' is no number above 0", cure="write 1 or another number", path=path, line=line
        )
    return weight


def hits(words: WordList, texts: Sequence[str], known: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Where the terms of a list stand in texts, by longest match, at the boundaries of words, without overlap.

    `known` are the segmenter's own terms (data/reference/terms.txt). Out: number of the text and place in it, in order,
    and the term at each.
    """
    terms = list(words.weights)
    text, place, word = Words(terms).standing_in(texts)
    sizes = np.fromiter(map(len, terms), np.intp, len(terms))
    begins = np.cumsum([0, *(len(one) + 1 for one in texts)])[text] + place if len(text) else place
    agree = agreeing(known, texts, begins, begins + sizes[word]) if len(text) else np.zeros(0, dtype=bool)
    kept, free = [], (-1, 0)
    for at in np.flatnonzero(agree).tolist():
        where = int(text[at]), int(place[at])
        if where[0] != free[0] or where[1] >= free[1]:
            kept.append(at)
            free = where[0], where[1] + int(sizes[word[at]])
    return text[kept], place[kept], [terms[word[at]] for at in kept]
