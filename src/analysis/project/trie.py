"""Many words as one regular expression that finds the longest of them.

`re` tries alternatives one after the other. Words that share their beginnings share a walk down a trie, so that a place
in the text costs one walk and not one try for each word.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

# How many alternatives may stand side by side.
FAN = 4


def pattern(words: Mapping[str, str]) -> str:
    """A regular expression for `words`, which maps each word to a look-around that must hold at its end ("" for none).

    It takes the longest word whose look-around holds; it matches nothing where there are no words.
    """
    root: dict[str, Any] = {}
    for word, guard in words.items():
        node = root
        for character in word:
            node = node.setdefault(character, {})
        node[""] = guard
    if not root:
        return r"(?!)"
    # Most places begin no word: one look at a set of characters sends them away.
    return f"(?=[{re.escape(''.join(sorted(root)))}]){_branch(root)}"


def _branch(node: dict[str, Any]) -> str:
    """The expression for what may follow at `node`: longer words first, then the end of a word."""
    guard: str | None = node.get("")
    options = [(c, re.escape(c) + _branch(node[c])) for c in sorted(node) if c]
    if not options:
        return guard or ""
    inner = _choice(options)
    if guard is None:
        return inner if len(options) == 1 else f"(?:{inner})"
    return f"(?:{inner}|{guard})" if guard else f"(?:{inner})?"


def _choice(options: list[tuple[str, str]]) -> str:
    """Alternatives of `options`, pairs of first character and expression in order of the character.

    Many of them are put behind range checks, a tree of them, so that a character that begins none is dismissed after a
    few comparisons instead of hundreds.
    """
    if len(options) <= FAN:
        return "|".join(expression for _, expression in options)
    size = -(-len(options) // FAN)
    parts = [options[i : i + size] for i in range(0, len(options), size)]
    return "|".join(f"(?=[{re.escape(p[0][0])}-{re.escape(p[-1][0])}])(?:{_choice(p)})" for p in parts)
