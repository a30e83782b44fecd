"""Industries: the classes of data/reference/industries.yml and the words that stand for them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ...project.yaml_lines import Node, read_yaml

FILE = "industries.yml"
GROUPS = ("resource", "old", "emerging", "service")
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
    def _longest(self) -> int:
        return max(map(len, self._words), default=0)

    def of(self, name: str) -> str | None:
        """The class that a name speaks of: that of its last word, the longest that ends there; None without one.

        In a Chinese name the head stands last: 煤基新材料 is a material.
        """
        for end in range(len(name), 0, -1):
            for start in range(max(0, end - self._longest), end):
                found = self._words.get(name[start:end])
                if found and (end - start > 1 or end == len(name) or start == 0):
                    return found
        return None


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
        classes[code] = IndustryClass(
            got["name_zh"].text(), got["name_en"].text(), got["group"].one_of(GROUPS)
        )
        terms |= _word_list(got["terms"], code, {**terms, **products})
        products |= _word_list(got["products"], code, {**terms, **products})
    return Industries(classes, terms, products)
