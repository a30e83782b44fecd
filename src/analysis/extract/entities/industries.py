"""Industries: the classes of data/reference/industries.yml and the words that stand for them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ...project.yaml_lines import Node, read_yaml

FILE = "industries.yml"
GROUPS = ("resource", "old", "emerging", "service")
#: Words that call something an industry.
CALLED = ("产业链群", "产业链", "产业集群", "产业群", "产业", "行业", "集群", "制造业", "业")
OTHER = "other"
_CALLED = re.compile("(?:产业链|产业集群|产业|行业|集群|业)$")
_FIELDS = ("name_zh", "name_en", "group", "terms", "products")


@dataclass(frozen=True)
class IndustryClass:
    """One class: its names in both languages and the group to which it belongs (`GROUPS`)."""

    name_zh: str
    name_en: str
    group: str


@dataclass(frozen=True, eq=False)
class Industries:
    """`classes` by key in the order of the file; `terms` are names of industries, `products` stand for a class inside
    longer names: both word → class."""

    classes: dict[str, IndustryClass]
    terms: dict[str, str]
    products: dict[str, str]

    @cached_property
    def _words(self) -> dict[str, str]:
        return {**self.products, **self.terms}

    @cached_property
    def begun(self) -> frozenset[str]:
        """What the terms begin with, they themselves included, also before a word like 产业."""
        whole = [*self.terms, *(f"{term}{word}" for term in self.terms for word in CALLED)]
        return frozenset(word[:size] for word in whole for size in range(1, len(word) + 1))

    @cached_property
    def _longest(self) -> int:
        return max(map(len, self._words), default=0)

    def of(self, name: str) -> str | None:
        """The class that a name speaks of: that of its last word, the longest that ends there; None without one.

        In a Chinese name the head stands last: 煤基新材料 is a material.
        """
        rest = None
        for end in range(len(name), 0, -1):
            found = self._ending(name, end)
            called = _CALLED.search(name, 0, end)
            stop = called.start() if called else 0
            inner = self._ending(name, stop)
            told = None
            # 新能源装备制造业 is 新能源装备制造 rather than 装备制造业.
            if inner is not None and (found is None or inner < found):
                told = self._words[name[inner:stop]]
            elif found is not None and (end - found > 1 or end == len(name) or found == 0):
                told = self._words[name[found:end]]
            if told not in (None, OTHER):
                return told
            # 农业高新技术产业 is of 农业: what belongs to no class tells less than a word before it that does.
            rest = rest or told
        return rest

    def _ending(self, name: str, end: int) -> int | None:
        """Where the longest word begins that ends at `end` of a name."""
        return next(
            (start for start in range(max(0, end - self._longest), end) if name[start:end] in self._words), None
        )


def _word_list(node: Node, code: str, taken: dict[str, str]) -> dict[str, str]:
    """Word → class of a list; a word may stand once in the file."""
    found = {}
    for place in node.items():
        word = place.text()
        if word in taken or word in found:
            other = taken.get(word, code)
            raise place.inside(f"'{word}' stands under {other} and {code}", "keep it in one place")
        found[word] = code
    return found


def load_industries(path: Path) -> Industries:
    """The classes in the file `path`. Raises InputError, with file, line and cure, where it is not in order."""
    classes: dict[str, IndustryClass] = {}
    terms: dict[str, str] = {}
    products: dict[str, str] = {}
    for code, node in read_yaml(path, absent="no list of industries").fields().items():
        got = node.fields(allowed=_FIELDS, required=_FIELDS)
        classes[code] = IndustryClass(got["name_zh"].text(), got["name_en"].text(), got["group"].one_of(GROUPS))
        terms |= _word_list(got["terms"], code, {**terms, **products})
        products |= _word_list(got["products"], code, {**terms, **products})
    return Industries(classes, terms, products)
