"""Units and measure words: what may stand after a number, its dimension, and its factor to an SI or standard unit.

The table is data/reference/units.csv (`unit, dimension, factor, unit_si, name_en, not_before`), which a researcher
extends. `not_before` lists characters that, standing right after the unit, show that it is no unit there (家 in 家庭).
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from ...project.errors import InputError
from ...project.folders import file_stamp
from ...project.trie import pattern

# Units that are printed in two ways, and how tables name them.
SAME = {"个百分点": "百分点", "个千分点": "千分点", "个小时": "小时", "元人民币": "元", "港币": "港元", "％": "%"}
#: The unit of an index, which texts do not print.
POINT = "点"
COLUMNS = ("unit", "dimension", "factor", "unit_si", "name_en", "not_before")


@dataclass(frozen=True)
class Unit:
    """One row of the table; `factor` turns a value in `name` into `unit_si`, both empty where there is none."""

    name: str
    dimension: str
    factor: float | None
    unit_si: str | None
    name_en: str


@dataclass(frozen=True)
class Units:
    """The table as a dictionary and as one regular expression that takes the longest unit."""

    rows: dict[str, Unit]
    regex: re.Pattern[str]

    def match(self, text: str, at: int) -> Unit | None:
        """The longest unit that stands in `text` at `at`, else None."""
        found = self.regex.match(text, at)
        return self.rows[found[0]] if found else None


def _row(path: Path, line: int, row: dict[str, str]) -> Unit:
    name = row["unit"].strip()
    if not name or not row["dimension"].strip():
        raise InputError("unit or dimension is empty", cure="fill both cells or take the row out", path=path, line=line)
    factor = row["factor"].strip()
    try:
        number = float(factor) if factor else None
    except ValueError:
        raise InputError(
            f"factor '{factor}' is no number", cure="give a number or leave it empty", path=path, line=line
        ) from None
    if (number is None) != (not row["unit_si"].strip()):
        raise InputError("factor and unit_si go together", cure="fill both cells or neither", path=path, line=line)
    return Unit(name, row["dimension"].strip(), number, row["unit_si"].strip() or None, row["name_en"].strip())


def read_units(path: Path) -> Units:
    """The table at `path`. Raises InputError with file, line and cure for a missing file, column or a bad row."""
    return _read_units(path, file_stamp(path))


@cache
def _read_units(path: Path, _stamp: tuple[int, int]) -> Units:
    if not path.is_file():
        raise InputError("the table of units is missing", cure="restore it from the project", path=path)
    with path.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines)
        absent = [c for c in COLUMNS if c not in (reader.fieldnames or [])]
        if absent:
            raise InputError(
                f"column {', '.join(absent)} is missing", cure=f"the columns are {','.join(COLUMNS)}", path=path, line=1
            )
        rows: dict[str, Unit] = {}
        guards: dict[str, str] = {}
        for line, row in enumerate(reader, 2):
            unit = _row(path, line, {c: row[c] or "" for c in COLUMNS})
            if unit.name in rows:
                raise InputError(f"unit '{unit.name}' stands twice", cure="take one row out", path=path, line=line)
            rows[unit.name] = unit
            guards[unit.name] = (row["not_before"] or "").strip()
    return Units(rows, re.compile(pattern({u: f"(?![{re.escape(g)}])" if g else "" for u, g in guards.items()})))


@lru_cache(maxsize=4096)
def plain_unit(printed: str) -> str:
    """The unit as tables name it: `个百分点` → `百分点`, `场（次）` → `场(次)`."""
    return SAME.get(printed, printed).replace("（", "(").replace("）", ")")
