"""The dimensions of a strategy: data/reference/dimensions.yml, read and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..project.errors import InputError
from ..project.registry import THEMES
from ..project.yaml_lines import Node, read_yaml
from .coding import load_schemes
from .entities import KINDS, load_industries
from .entities.industries import FILE as INDUSTRIES
from .entities.industries import GROUPS

FILE = "dimensions.yml"
NAMES = ("name_zh", "name_en", "definition_zh", "definition_en")
#: Kinds of means that are no entities.
FIGURE, FORMULA, CLAUSE = "figure", "formula", "clause"
UNNAMED = (FIGURE, CLAUSE)
_LISTS = (
    "kinds",
    "groups",
    "classes",
    "themes",
    "pathways",
    "words",
    "near",
    "said",
    "verbs",
    "not_words",
    "not_near",
    "not_said",
    "not_within",
    "not_verbs",
)
_FIELDS = (*_LISTS, "outside", "weight")


@dataclass(frozen=True)
class Rule:
    """What belongs to a dimension: all of `lists` (see the head of the file) must hold."""

    lists: Mapping[str, frozenset[str]]
    outside: bool | None = None
    weight: float = 1.0


@dataclass(frozen=True)
class Dimension:
    """A row of the strategy matrix: names and definitions by `NAMES`, and the rules of what belongs to it."""

    about: Mapping[str, str]
    rules: tuple[Rule, ...]


def _rule(node: Node, known: Mapping[str, Any]) -> Rule:
    """One rule; `known` holds the values that a list may name, by list."""
    got = node.fields(allowed=_FIELDS, required=("kinds",))
    lists = {}
    for name in _LISTS:
        if name not in got:
            continue
        choices = known.get(name)
        lists[name] = frozenset(
            place.one_of(choices) if choices is not None else place.text() for place in got[name].items()
        )
        if not lists[name]:
            raise got[name].error("names nothing", "name a value or delete the line")
    outside = got["outside"].truth() if "outside" in got else None
    return Rule(lists, outside, got["weight"].number(above=0, most=10) if "weight" in got else 1.0)


def read_dimensions(reference: Path) -> dict[str, Dimension]:
    """The dimensions of a folder of dictionaries (data/reference) by key, in the order of the file.

    Raises InputError, with file, line and cure, for what is wrong with the file or with those whose codes it names.
    """
    known = {
        "kinds": (*KINDS, FIGURE, FORMULA, CLAUSE),
        "groups": GROUPS,
        "classes": list(load_industries(reference / INDUSTRIES).classes),
        "themes": THEMES,
        "pathways": list(load_schemes(reference, ["pathway"])["pathway"].codes),
    }
    return load_dimensions(reference / FILE, known)


def load_dimensions(path: Path, known: Mapping[str, Any]) -> dict[str, Dimension]:
    """The dimensions of the file `path` by key, in its order.

    `known` holds the values that may stand in kinds, groups, classes, themes and pathways, by list. Raises InputError,
    with file, line and cure, where the file is not in order.
    """
    found = {}
    for key, node in read_yaml(path, absent="no list of dimensions").fields().items():
        got = node.fields(allowed=(*NAMES, "rules"), required=(*NAMES, "rules"))
        rules = tuple(_rule(rule, known) for rule in got["rules"].items(nested=True))
        found[key] = Dimension({name: got[name].text() for name in NAMES}, rules)
    if not found:
        raise InputError("holds no dimensions", cure="restore the file from the project", path=path)
    return found
