"""Many words as one regular expression that tries them in a trie, longest first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_END = ""


def pattern(words: Iterable[str], after: Mapping[str, str] | None = None) -> str:
    """A regular expression that matches the longest of `words` at a place.

    `after` maps a word to a look-around that must hold behind it. `re` tries alternatives one after the other; nested
    groups with common beginnings keep the cost of a place at the length of the word, not at the number of words.
    """
    tree: dict = {}
    for word in words:
        node = tree
        for character in word:
            node = node.setdefault(character, {})
        node[_END] = (after or {}).get(word, "")
    return _write(tree)


def _write(node: dict) -> str:
    branches = [re.escape(c) + _write(child) for c, child in sorted(node.items()) if c != _END]
    if _END in node:
        if not branches:
            return node[_END]
        # Longer words first; the word that ends here only where none of them fits.
        branches.append(node[_END])
    return branches[0] if len(branches) == 1 else "(?:" + "|".join(branches) + ")"
