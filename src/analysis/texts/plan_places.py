"""The places of the plan of 2013: data/reference/resource_cities.csv, and cities found there by any of their names.

The file lists the 262 resource-based cities of the State Council's Plan for the Sustainable Development of
Resource-Based Cities (2013-2020) under their names of that time; its column `verified` says how each class was checked.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from ..project.errors import InputError, closest
from ..project.folders import Project
from ..project.remote import replace_text
from .cities import CITIES, CLASSES, KEY, read_cities
from .encodings import read_text

PLACES = "resource_cities.csv"
COLUMNS = ("name_zh", "short_zh", "pinyin", "name_en", "province_zh", "province_en", "class", "code")
_SOURCE = "State Council, Plan for the Sustainable Development of Resource-Based Cities (2013-2020), 国发〔2013〕45号"
#: What `verified` of a place says of the class that is taken over.
_VERIFIED = {"membership": "membership checked, class not", "recall": "class not checked against the plan's appendix"}


def read_places(project: Project) -> list[dict[str, str]]:
    """The rows of data/reference/resource_cities.csv, none where there is no such file. Raises InputError."""
    path = project.reference / PLACES
    if not path.is_file():
        return []
    shown = project.shown(path)
    reader = csv.DictReader(io.StringIO(read_text(path, shown)[1], newline=""), strict=True)
    try:
        for name in COLUMNS:
            if name not in (reader.fieldnames or ()):
                raise InputError(f"column '{name}' is absent", cure="name it in the head", path=shown, line=1)
        rows = []
        for row in reader:
            found = {name: str(row.get(name) or "").strip() for name in (*COLUMNS, "verified")}
            if not found["name_zh"] or None in row or found["class"] not in CLASSES:
                raise InputError(
                    f"no place with a class: '{','.join(map(str, row.values()))[:60]}'",
                    cure=f"fill in all fields; classes are {', '.join(CLASSES)}",
                    path=shown,
                    line=reader.line_num,
                )
            rows.append(found)
    except csv.Error as error:
        raise InputError(f"not CSV: {error}", cure="mend the line", path=shown, line=reader.line_num) from None
    return rows


def known_city(cities: Mapping[str, Mapping[str, Any]], name: str) -> str | None:
    """The key of the city that `name` stands for: its key, Chinese or English name, short name, code; None if none."""
    wanted = _bare(name)
    if wanted in cities:
        return wanted
    found = [key for key, city in cities.items() if wanted in {_bare(known) for known in _names(city)}]
    return found[0] if len(found) == 1 else None


def _names(city: Mapping[str, Any]) -> list[str]:
    short = str(city["name_zh"]).removesuffix("市")
    return [str(city["name_zh"]), short, str(city["name_en"]), str(city.get("code") or ""), *city.get("aliases", ())]


def _bare(name: str) -> str:
    return "".join(name.split()).lower()


def new_city(project: Project, name: str, name_zh: str = "", name_en: str = "") -> tuple[str, dict[str, Any]]:
    """Key and entry for cities.yml of a place that is not there yet: one of the plan's by its Chinese name, pinyin or
    code, else any other whose Chinese name is given.

    Raises InputError where the plan knows no such place or several, and no Chinese name is given.
    """
    wanted, cities = _bare(name), read_cities(project)
    rows = [] if name_zh else _of_plan(read_places(project), wanted)
    if len(rows) > 1:
        choices = ", ".join(f"{row['name_zh']} ({row['province_zh']}, {row['code']})" for row in rows)
        raise InputError(f"'{name}' names several places", cure=f"give the Chinese name or the code of one: {choices}")
    if rows:
        return _free_city_key(rows[0]["pinyin"], rows[0]["code"], cities), _entry(rows[0])
    if not name_zh:
        raise InputError(
            f"unknown city '{name}'{closest(name, cities)}",
            cure=f"use one of: {', '.join(cities)}, a place of data/reference/{PLACES}, or name it with --name-zh",
            path=project.shown(project.reference / CITIES),
        )
    if not KEY.fullmatch(wanted) or any(not part.isprintable() or not part.strip() for part in (name_zh, name)):
        raise InputError(
            f"bad city key '{name}'", cure="use lower-case letters, digits and hyphens for --city, such as qitaihe"
        )
    short = name_zh.strip().removesuffix("市")
    entry = {"name_zh": name_zh.strip(), "name_en": (name_en or wanted.capitalize()).strip(), "class": "comparator"}
    return wanted, {**entry, "aliases": [short], "source": "given with 'resource-cities add'; not on the plan's list"}


def _of_plan(rows: list[dict[str, str]], wanted: str) -> list[dict[str, str]]:
    """The places that a name stands for; the full name comes before short ones."""
    for columns in (("name_zh", "code"), ("short_zh", "pinyin", "name_en")):
        found = [row for row in rows if wanted and wanted in {_bare(row[name]) for name in columns}]
        if found:
            return found
    return []


def _free_city_key(pinyin: str, code: str, taken: Mapping[str, Any]) -> str:
    return pinyin if pinyin not in taken else f"{pinyin}-{code}"


def _entry(row: Mapping[str, str]) -> dict[str, Any]:
    note = _VERIFIED.get(row["verified"])
    fields = {name: row[name] for name in ("name_zh", "name_en", "province_zh", "province_en", "code", "class")}
    source = f"{_SOURCE}{f' ({note})' if note else ''}; GB/T 2260"
    return {**{k: v for k, v in fields.items() if v}, "aliases": [row["short_zh"]], "source": source}


def write_city(project: Project, key: str, entry: Mapping[str, Any]) -> None:
    """Put an entry behind those of cities.yml, which stay as they are."""
    import yaml

    path = project.reference / CITIES
    text = read_text(path, project.shown(path))[1]
    block = yaml.safe_dump({key: dict(entry)}, allow_unicode=True, sort_keys=False, width=110)
    replace_text(path, f"{text.rstrip()}\n\n{block}")
