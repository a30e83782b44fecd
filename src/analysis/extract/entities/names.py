"""Names: where they stand in a passage and of what kind they are; the longest of those that overlap."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_PLAIN = re.compile(r"[“”「」《》]")
_LEVELS = re.compile("(?:国家级|省级|市级|国家|全国|全省|全市|全县|省|市|首届|第[一二三四五六七八九十\\d]+届|系列)+")
_RANK = {
    way: rank
    for rank, way in enumerate(("book", "form", "list", "class", "quotation", "known", "lead", "memory", "industry"))
}


@dataclass(frozen=True, slots=True)
class Name:
    """A name at `text[start:end]`: its kind, the class word at its end ("" without one), the way it was found, and what
    a list says that it is one of (煤矿)."""

    start: int
    end: int
    kind: str
    head: str
    way: str
    listed: str = ""


def bare(name: str) -> str:
    """A name without quotation marks.

    >>> bare("“双百”计划")
    '双百计划'
    """
    return _PLAIN.sub("", name)


def without_levels(name: str) -> str:
    """A name without the words of rank before it (国家级, 省).

    >>> without_levels("国家级云岭试点")
    '云岭试点'
    """
    found = _LEVELS.match(name)
    return name[found.end() :] if found and len(name) - found.end() >= 2 else name


def longest(names: Sequence[Name]) -> list[Name]:
    """The longest of names that overlap, in order; of the same span the one found by the surer way."""
    kept: list[Name] = []
    for name in sorted(names, key=lambda n: (n.start - n.end, _RANK[n.way], n.start)):
        if all(name.end <= other.start or other.end <= name.start for other in kept):
            kept.append(name)
    return sorted(kept, key=lambda n: n.start)
