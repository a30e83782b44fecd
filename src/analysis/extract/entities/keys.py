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


def keys(names: Sequence[str], heads: Sequence[str], proper: Callable[[str], bool]) -> list[str]:
    """The key of each of the names of a document, in order: the fullest form of the same thing.

    `heads` are their class words. Names are of one thing where they are the same without quotation marks and ranks, or
    where a short form begins with the same proper characters (`proper` tells them from common words) and has no
    character that the full one lacks.
    """
    plain = [without_levels(bare(name)) for name in names]
    stems = {p: p[: len(p) - len(h)] if h and p.endswith(h) and len(p) > len(h) else p for p, h in zip(plain, heads, strict=True)}
    full = sorted(dict.fromkeys(plain), key=lambda p: (-len(p), p))
    found: dict[str, str] = {}
    for name in full:
        stem = stems[name]
        same = [
            other
            for other in full
            if len(other) > len(name) and len(stem) >= _SHORTEST and proper(stem[:_SHORTEST]) and _within(stem, stems[other])
        ]
        found[name] = found[same[0]] if same else name
    return [found[p] for p in plain]
