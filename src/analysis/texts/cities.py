"""Cities: data/reference/cities.yml, checked, and the names of a city in its own texts."""

from __future__ import annotations

import re
from typing import Any

from ..project.errors import InputError
from ..project.folders import Project
from ..project.yaml_lines import Node, parse_yaml
from .encodings import read_text

CLASSES = ("declining", "mature", "growing", "regenerating", "comparator")
CITIES = "cities.yml"
#: What keys of cities and documents look like.
KEY = re.compile(r"[a-z0-9][a-z0-9-]*")


def _city(key: str, city: Node) -> dict[str, Any]:
    """One entry of cities.yml, checked."""
    if not KEY.fullmatch(key):
        raise InputError(
            f"bad city key '{key}'",
            cure="use lower-case letters, digits and hyphens, such as qitaihe",
            path=city.path,
            line=city.line,
        )
    if not city.is_mapping:
        raise city.error("has no fields", "give it at least name_zh and name_en")
    fields = city.fields(required=("name_zh", "name_en"))
    for name in ("name_zh", "name_en"):
        fields[name].text()
    found: dict[str, Any] = city.value()
    if found.get("class") is not None:
        fields["class"].one_of(CLASSES)
    if found.get("population") is not None:
        fields["population"].fields(required=("value",))["value"].number(above=0)
    aliases = fields["aliases"].items() if found.get("aliases") is not None else []
    for alias in aliases:
        if alias.is_list or alias.is_mapping:
            raise alias.error("is no list of names", "write aliases: [名, 名]")
    return {**found, "aliases": [str(alias.value()) for alias in aliases]}


def read_cities(project: Project) -> dict[str, dict[str, Any]]:
    """The cities of data/reference/cities.yml: key → fields, at least name_zh and name_en; `aliases` is a list."""
    path = project.reference / CITIES
    _, text, _ = read_text(path, project.shown(path))
    root = parse_yaml(text, project.shown(path))
    if not root.is_mapping:
        raise InputError(
            "no cities", cure="write one entry per city, 'key:' and its fields below", path=root.path, line=1
        )
    return {key: _city(key, city) for key, city in root.fields().items()}


def place_names(cities: dict[str, dict[str, Any]], city: str) -> list[str]:
    """The names of a city in its own texts, from cities.yml: the full one and the aliases; none for an unknown city."""
    entry = cities.get(city, {})
    return [name for name in (entry.get("name_zh"), *entry.get("aliases", ())) if name]
