"""Guards: alternatives behind one look at the character where they begin.

`re` tries the alternatives of an expression one after the other at every place of the text. Most places begin none of
them, and a set of characters tells so in one comparison.
"""

from __future__ import annotations

import re

_QUANTIFIER = re.compile(r"(?:[?*]|\{0?,\d*\}|(?P<some>\+|\{\d+(?:,\d*)?\}))[?+]?")
_OPENING = re.compile(r"\((?:\?(?:(?P<around><?[=!])|:|P<\w+>))?")


def guarded(alternatives: str) -> str:
    """The expression `alternatives` (`a|b|…`) as a group behind a set of the characters that it can begin with.

    Raises ValueError where it can match nothing at all, or begins with what is no list of characters.
    """
    first, empty, at = _choice(alternatives, 0)
    if first is None or empty or at != len(alternatives):
        raise ValueError(f"it cannot be told what begins {alternatives[:40]}")
    return f"(?=[{''.join(sorted(first))}])(?:{alternatives})"


#: What something begins with, as members of a set of characters (None where that cannot be told); whether it can match
#: nothing; where it ends.
_Found = tuple[set[str] | None, bool, int]


def _choice(text: str, at: int) -> _Found:
    """The alternatives from `at` on, up to the end of their group."""
    found, empty, at = _sequence(text, at)
    while text[at : at + 1] == "|":
        first, nothing, at = _sequence(text, at + 1)
        found = None if found is None or first is None else found | first
        empty = empty or nothing
    return found, empty, at


def _sequence(text: str, at: int) -> _Found:
    """One alternative from `at` on."""
    found: set[str] | None = set()
    empty = True
    while at < len(text) and text[at] not in "|)":
        first, nothing, at = _item(text, at)
        quantifier = _QUANTIFIER.match(text, at)
        if quantifier:
            nothing = nothing or quantifier["some"] is None
            at = quantifier.end()
        if empty:
            found = None if found is None or first is None else found | first
            empty = nothing
    return found, empty, at


def _item(text: str, at: int) -> _Found:
    """One item at `at`, without its quantifier."""
    if opening := _OPENING.match(text, at):
        first, nothing, end = _choice(text, opening.end())
        return (set(), True, end + 1) if opening["around"] else (first, nothing, end + 1)
    if text[at] == "[":
        end = text.index("]", at + 1)
        # As it stands, ranges and classes mean the same in the larger set; a bare hyphen would make a range there.
        members = re.sub("^-|-$", r"\\-", text[at + 1 : end])
        return (None if members.startswith("^") else {members}), False, end + 1
    if text[at] in "^$":
        return set(), True, at + 1
    size = 2 if text[at] == "\\" else 1
    word = text[at : at + size]
    return (None if word == "." else {word if size == 2 else re.escape(word)}), False, at + size
