"""Statistics beside the texts: targets and outcomes, claims and yearbook, targets of a city and of its province."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from ..project.errors import InputError, closest
from ..texts.encodings import read_text
from .groups import Texts, one_of, typed
from .targets import annual_targets, period_kind, standing

#: The columns of a file of statistics.
OUTCOMES = ("code", "year", "indicator", "value", "unit", "source")
_OUTCOMES = dict.fromkeys(OUTCOMES, "string") | {"year": "int64", "value": "float64"}
_BESIDE = {
    "city": "string",
    "document": "string",
    "indicator": "string",
    "year": "int64",
    "value": "float64",
    "value_max": "float64",
    "comparator": "string",
    "constraint": "string",
    "outcome": "float64",
    "deviation": "float64",
    "unit": "string",
    "kept": "boolean",
    "source": "string",
    "passage": "int64",
    "start": "int64",
}
_GAPS = {
    "city": "string",
    "document": "string",
    "superior": "string",
    "superior_document": "string",
    "indicator": "string",
    "year": "int64",
    "value": "float64",
    "value_max": "float64",
    "constraint": "string",
    "superior_value": "float64",
    "superior_value_max": "float64",
    "superior_constraint": "string",
    "gap": "float64",
    "unit": "string",
    "harder": "boolean",
}


class _Dictionary(Protocol):
    """What is read of an entry of the dictionary of indicators."""

    @property
    def unit(self) -> str: ...


# ---------------------------------------------------------------------------------------------------------- statistics


def read_outcomes(
    path: Path | str, cities: Mapping[str, Mapping[str, Any]], dictionary: Mapping[str, _Dictionary]
) -> pd.DataFrame:
    """A researcher's statistics, checked: code, year, indicator, value, unit, source.

    In: a CSV file with these columns (others are left alone), `cities` as in cities.yml, `dictionary`, the indicators
    by key. Codes are the six digits of a city of the corpus; units are those of the dictionary, so that `元` and not
    `亿元` is written. Raises InputError with file and line for a column that is absent, a code, indicator, year, value
    or unit that is none, a missing source, and a city's indicator told twice for one year.
    """
    shown = str(path)
    reader = csv.DictReader(io.StringIO(read_text(Path(path), shown)[1], newline=""), strict=True)
    codes = {str(city["code"]) for city in cities.values() if city.get("code")}
    rows: list[dict[str, Any]] = []
    seen: dict[tuple[Any, ...], int] = {}
    try:
        for name in OUTCOMES:
            if name not in (reader.fieldnames or ()):
                raise InputError(f"column '{name}' is absent", cure="name it in the head", path=shown, line=1)
        for row in reader:
            line = reader.line_num
            try:
                found = _outcome({name: str(row.get(name) or "").strip() for name in OUTCOMES}, codes, dictionary)
            except InputError as error:
                raise InputError(error.problem, cure=error.cure, path=shown, line=line) from None
            key = found["code"], found["year"], found["indicator"]
            if key in seen:
                raise InputError(
                    f"{found['indicator']} of {found['code']} in {found['year']} stands in line {seen[key]}, too",
                    cure="keep one of the two",
                    path=shown,
                    line=line,
                )
            seen[key] = line
            rows.append(found)
    except csv.Error as error:
        raise InputError(f"not CSV: {error}", cure="mend the line", path=shown, line=reader.line_num) from None
    return typed(rows, _OUTCOMES)


def _outcome(row: dict[str, str], codes: set[str], dictionary: Mapping[str, _Dictionary]) -> dict[str, Any]:
    """One row of a file of statistics, checked."""
    if row["code"] not in codes:
        raise InputError(
            f"no city of the corpus has the code '{row['code']}'", cure="give the code of data/reference/cities.yml"
        )
    if not re.fullmatch(r"[12]\d{3}", row["year"]):
        raise InputError(f"'{row['year']}' is no year", cure="write four digits, such as 2025")
    if row["indicator"] not in dictionary:
        raise InputError(
            f"unknown indicator '{row['indicator']}'{closest(row['indicator'], dictionary)}",
            cure="use a key of data/reference/indicators.yml",
        )
    try:
        value = float(row["value"])
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError(f"'{row['value']}' is no number", cure="write digits and a point, such as 5.2")
    unit = dictionary[row["indicator"]].unit
    if row["unit"] != unit:
        raise InputError(f"the unit of {row['indicator']} is '{unit}', not '{row['unit']}'", cure="convert the value")
    if not row["source"]:
        raise InputError("no source", cure="name the yearbook or bulletin")
    return {**row, "year": int(row["year"]), "value": value}


def beside_outcomes(texts: Texts, outcomes: pd.DataFrame, status: str = "planned") -> pd.DataFrame:
    """What the texts plan or report for a year beside what statistics say of it.

    In: a corpus; `outcomes` as from `read_outcomes`; `status`: `planned` for targets against outcomes, `achieved` for
    claims against the yearbook. Only rows that stand for their text, on the place itself, for one year. Out: city,
    document, indicator, year, value, value_max, comparator, constraint (of the text), outcome, deviation (outcome −
    value; of a range, from its nearer end, 0 within it), unit, kept (a lower or upper bound or a range that the outcome
    keeps to; missing for a single value), source, passage, start.
    """
    one_of("status", status, ("planned", "achieved"))
    codes = {str(city.get("code")): key for key, city in texts.cities.items() if city.get("code")}
    known = {(codes.get(row.code), row.indicator, row.year, row.unit): row for row in outcomes.itertuples()}
    rows: list[dict[str, Any]] = []
    for row in standing(texts.indicators, status).itertuples():
        if period_kind(row.period) != "annual":
            continue
        found = known.get((row.city, row.indicator, int(row.period), row.unit))
        if found is not None:
            told = {name: getattr(row, name) for name in _BESIDE if hasattr(row, name)}
            reckoned = {"deviation": _deviation(row, found.value), "kept": _kept(row, found.value)}
            rows.append({**told, "year": found.year, "outcome": found.value, "source": found.source, **reckoned})
    return typed(rows, _BESIDE)


def _deviation(row: Any, outcome: float) -> float:
    upper = row.value if pd.isna(row.value_max) else row.value_max
    return float(outcome - min(max(outcome, row.value), upper))


def _kept(row: Any, outcome: float) -> bool | None:
    """Whether an outcome keeps to a bound or a range; None where a single value is no bound."""
    if not pd.isna(row.value_max):
        return bool(row.value <= outcome <= row.value_max)
    if row.comparator in ("<", ">"):
        return bool(outcome >= row.value if row.comparator == ">" else outcome <= row.value)
    return None


# ------------------------------------------------------------------------------------------------------------ superiors


def superiors(cities: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """City → the key of its province, where cities.yml has an entry with `level: province` of that name."""
    provinces = {city["name_zh"]: key for key, city in cities.items() if city.get("level") == "province"}
    return {
        key: provinces[city["province_zh"]]
        for key, city in cities.items()
        if city.get("level") != "province" and city.get("province_zh") in provinces
    }


def target_gaps(texts: Texts) -> pd.DataFrame:
    """How far the target of a city goes beyond that of its province for the same year: 加码.

    In: a corpus that also holds texts of provinces, entered in cities.yml like cities, with `level: province` and the
    name that stands as `province_zh` of the cities. Out, one row for each document and indicator of a city for whose
    year the province has a target: city, document, superior, superior_document (the latest that has it), indicator,
    year, value, value_max, constraint and the same of the superior, gap (value − superior_value, of ranges between the
    lower ends, in the unit of the indicator: Li, Liu, Weng & Zhou 2019, Target Setting in Tournaments, Economic Journal
    129(623)), unit, harder (the city's target is hard and the province's soft).
    """
    dates = dict(zip(texts.documents["document"], texts.documents["date"].fillna(""), strict=True))
    targets = annual_targets(texts.indicators, dates=dates)
    above = superiors(texts.cities)
    ordered = targets.assign(_date=targets["document"].map(dates)).sort_values("_date", kind="stable")
    own = {(row.city, row.indicator, row.period, row.unit): row for row in ordered.itertuples()}
    rows: list[dict[str, Any]] = []
    for row in targets.itertuples():
        over = own.get((above.get(row.city), row.indicator, row.period, row.unit))
        if over is not None:
            rows.append(
                {
                    **{name: getattr(row, name) for name in _GAPS if hasattr(row, name)},
                    "year": int(row.period),
                    "superior": over.city,
                    **{
                        f"superior_{name}": getattr(over, name)
                        for name in ("document", "value", "value_max", "constraint")
                    },
                    "gap": row.value - over.value,
                    "harder": row.constraint == "hard" and over.constraint == "soft",
                }
            )
    return typed(rows, _GAPS)
