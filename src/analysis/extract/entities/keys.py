"""One key for the names of one thing in a document: short forms go with the full name."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .names import bare, without_levels

_SHORTEST = 2


def _within(short: str, long: str) -> bool:
    """Whether the characters of `short` stand in `long` in their order, the first two together at its beginning."""
    if not long.startswith(short[:_SHORTEST]):
        return False
    rest = iter(long)
    return all(character in rest for character in short)


#: A firm and what it builds may go by one short form; names of other kinds are of one thing only within their kind.
_TOGETHER = {"firm": "works", "project": "works"}
_ALONE = ("industry", "title", "rule")


def keys(names: Sequence[str], heads: Sequence[str], kinds: Sequence[str], proper: Callable[[str], bool]) -> list[str]:
    """The key of each of the names of a document, in order: the fullest form of the same thing.

    `heads` are their class words. Names are of one thing where they are the same without quotation marks and ranks, or
    where a short form of the same kind begins with the same proper characters (`proper` tells them from common words)
    and has no character that the full one lacks.
    """
    plain = [without_levels(bare(name)) for name in names]
    stems: dict[str, str] = {}
    sorts: dict[str, str] = {}
    for name, head, kind in zip(plain, heads, kinds, strict=True):
        stems.setdefault(
            name, name[: len(name) - len(head)] if head and name.endswith(head) and len(name) > len(head) else name
        )
        sorts.setdefault(name, _TOGETHER.get(kind, kind))
    full = sorted(stems, key=lambda name: (-len(name), name))
    found: dict[str, str] = {}
    longer: dict[tuple[str, str], list[str]] = {}
    for name in full:
        stem, sort = stems[name], sorts[name]
        begins, same = stem[:_SHORTEST], None
        alike = longer.setdefault((sort, begins), [])
        if alike and sort not in _ALONE and len(stem) >= _SHORTEST and proper(begins):
            same = next((other for other in alike if len(other) > len(name) and _within(stem, stems[other])), None)
        found[name] = found[same] if same else name
        alike.append(name)
    return [found[name] for name in plain]
