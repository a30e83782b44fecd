"""Likeness: which texts are nearly the same, by MinHash over runs of characters.

The estimate is that of A. Broder, On the resemblance and containment of documents (1997), as the library `rensa`
computes it; without the library, which comes with the extra `readers`, no text is like another.
"""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

#: Texts that share so much of their runs of `RUN` characters are nearly the same.
NEARLY = 0.8
RUN, PERMUTATIONS, SEED = 5, 128, 42


class Likeness:
    """The texts seen so far, as signatures."""

    def __init__(self) -> None:
        there = importlib.util.find_spec("rensa") is not None
        self._hash: Any = importlib.import_module("rensa").RMinHash if there else None
        self._seen: dict[str, Any] = {}

    def add(self, key: str, text: str) -> list[tuple[str, float]]:
        """Remember a text; returns those before it that it is nearly the same as, with the share of runs in common."""
        bare = "".join(text.split())
        if self._hash is None or len(bare) < RUN:
            return []
        signature = self._hash(PERMUTATIONS, SEED)
        signature.update([bare[at : at + RUN] for at in range(len(bare) - RUN + 1)])
        alike = [(other, signature.jaccard(seen)) for other, seen in self._seen.items()]
        self._seen[key] = signature
        return sorted(((other, share) for other, share in alike if share >= NEARLY), key=lambda found: -found[1])
