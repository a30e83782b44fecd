"""The dictionary of indicators: what data/reference/indicators.yml says, read and checked."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from ...project import registry as schema
from ...project.errors import InputError, closest
from ...project.trie import pattern
from ...project.yaml_lines import Node, read_yaml
from ..coding import Entry
from ..figures.units import POINT

KINDS = {
    "growth": ("increase", "decrease"),
    "share": ("share", "level"),
    "stock": ("level",),
    "flow": ("level", "increase"),
}
MEASURES = ("level", "share", "increase", "decrease")
FIELDS = (
    "name_en",
    "name_zh",
    "unit",
    "units",
    "theme",
    "kind",
    "measures",
    "terms",
    "needs",
    "context",
    "excludes",
    "index",
    "min",
    "max",
)
REQUIRED = ("name_en", "name_zh", "unit", "theme", "kind", "terms", "min", "max")
TERM_FIELDS = ("term", "not_after", "not_before", "alone", "nth")
KEY = re.compile(r"[a-z][a-z0-9_]*")
UNIT_CURE = "use a unit of units.csv, without its multiplier"
# ---------------------------------------------------------------------------------------------------------- dictionary


@dataclass(frozen=True)
class Term(Entry):
    """A term of an indicator (`code` is its key): `alone` and `nth` as the head of indicators.yml explains them."""

    alone: bool = False
    nth: int | None = None


@dataclass(frozen=True)
class Indicator:
    """One entry of indicators.yml. `units` maps every unit that is taken, its own included, to a factor."""

    key: str
    name_en: str
    name_zh: str
    unit: str
    theme: str
    kind: str
    measures: tuple[str, ...]
    units: dict[str, float]
    needs: tuple[str, ...]
    context: tuple[str, ...]
    excludes: tuple[str, ...]
    index: bool
    minimum: float
    maximum: float

    def name(self, lang: str = "en") -> str:
        """Its name in `lang` (`en` or `zh`)."""
        return self.name_zh if lang == "zh" else self.name_en


@dataclass(frozen=True, eq=False)
class Indicators:
    """The dictionary: `by_key` in the order of the file, `terms` maps each word to its terms in that order.

    `units` are all units that some indicator takes.
    """

    by_key: dict[str, Indicator]
    terms: dict[str, tuple[Term, ...]]
    units: frozenset[str]
    pattern: re.Pattern[str] = field(repr=False)


def _term(key: str, node: Node) -> Term:
    """A term: a word, or its fields."""
    if node.is_text:
        return Term(node.text(), key)
    got = node.fields(allowed=TERM_FIELDS, required=("term",))
    nth = int(got["nth"].number(least=1, most=9)) if "nth" in got else None
    return Term(
        got["term"].text(),
        key,
        not_before=got["not_before"].words(empty=False) if "not_before" in got else (),
        not_after=got["not_after"].words(empty=False) if "not_after" in got else (),
        alone="alone" in got and got["alone"].truth(),
        nth=nth,
    )


def _terms(key: str, node: Node) -> list[Term]:
    """The terms of an indicator in the order of the file, none twice."""
    terms: dict[str, Term] = {}
    for element in node.items(nested=True):
        term = _term(key, element)
        if term.term in terms:
            raise element.error(f"'{term.term}' stands twice", "keep one")
        terms[term.term] = term
    if not terms:
        raise node.error("holds no word", "write terms: [词, 词]")
    return list(terms.values())


def _units(unit: str, node: Node | None, known: frozenset[str]) -> dict[str, float]:
    """Unit → factor, the indicator's own first."""
    units = {unit: 1.0}
    for name, factor in node.fields().items() if node else ():
        if name in units:
            raise factor.error("is the unit itself", "write another unit and its factor")
        units[name] = factor.number(above=0)
        if known and name not in known:
            raise factor.inside(f"no figure has this unit{closest(name, known)}", UNIT_CURE)
    return units


def _indicator(node: Node, key: str, known: frozenset[str]) -> tuple[Indicator, list[Term]]:
    """One entry of the file; `known` are the units that figures may have."""
    if not KEY.fullmatch(key):
        raise node.inside("is no key", "use lower-case letters, digits and _, such as gdp_growth")
    got = node.fields(allowed=FIELDS, required=REQUIRED)
    unit, kind = got["unit"].text(), got["kind"].one_of(KINDS)
    if known and unit not in known:
        raise got["unit"].inside(f"no figure has the unit '{unit}'{closest(unit, known)}", UNIT_CURE)
    measures = KINDS[kind]
    if "measures" in got:
        measures = tuple(measure.one_of(MEASURES) for measure in got["measures"].items())
    low, high = got["min"].number(), got["max"].number()
    if not low < high:
        raise got["min"].error(f"{low:g} is not below max {high:g}", "swap or mend them")
    words = {name: got[name].words(empty=False) if name in got else () for name in ("needs", "context", "excludes")}
    index = "index" in got and got["index"].truth()
    entry = Indicator(
        key=key,
        name_en=got["name_en"].text(),
        name_zh=got["name_zh"].text(),
        unit=unit,
        theme=got["theme"].one_of(schema.THEMES),
        kind=kind,
        measures=measures,
        units=_units(unit, got.get("units"), known) | ({POINT: 1.0} if index else {}),
        index=index,
        minimum=low,
        maximum=high,
        **words,
    )
    return entry, _terms(key, got["terms"])


def _hides(first: Indicator, one: Term, second: Indicator, other: Term) -> bool:
    """Whether every figure that `other` of `second` could take goes to `one` of `first`, which stands before it."""
    return (
        not (first.needs or first.context or first.excludes or one.not_after or one.not_before or one.alone)
        and (one.nth is None or one.nth == other.nth)
        and second.units.keys() <= first.units.keys()
        and set(second.measures) <= set(first.measures)
    )


def load_indicators(path: Path | str, units: Iterable[str] = ()) -> Indicators:
    """The dictionary of indicators in the YAML file `path`.

    `units` are the units that figures may have (those of units.csv, as figures name them); where they are given, an
    indicator in another unit is an error. Raises InputError, which names file, line and cure, for what is wrong.
    """
    known = frozenset(units)
    entries = read_yaml(Path(path), absent="no such dictionary of indicators").fields()
    if not entries:
        raise InputError("holds no indicators", cure="write key: {name_en: …, terms: […]}", path=path)
    by_key: dict[str, Indicator] = {}
    terms: dict[str, list[Term]] = {}
    for key, node in entries.items():
        entry, found = _indicator(node, key, known)
        for term in found:
            for other in terms.setdefault(term.term, []):
                if _hides(by_key[other.code], other, entry, term):
                    raise node.inside(
                        f"term '{term.term}' always goes to {other.code}, which stands before it",
                        "put it before, or tell them apart by terms, unit, measures, needs or excludes",
                    )
            terms[term.term].append(term)
        by_key[key] = entry
    return Indicators(
        by_key,
        {word: tuple(entries) for word, entries in terms.items()},
        frozenset(unit for entry in by_key.values() for unit in entry.units),
        re.compile(pattern(dict.fromkeys(terms, ""))),
    )
