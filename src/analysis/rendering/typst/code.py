"""Typst code: texts as literals, calls, and the blocks of a page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Block(NamedTuple):
    """One block of the page: Typst code, and its role (heading or landscape) where the order of pages needs it."""

    code: str
    role: str = ""


def literal(text: str) -> str:
    """Return `text` as a Typst string literal."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'


def call(name: str, *arguments: str, **settings: str) -> str:
    """Return a call; settings without a value are left out."""
    named = [f"{key}: {value}" for key, value in settings.items() if value]
    return f"{name}({', '.join([*named, *arguments])})"


def sequence(parts: Sequence[str]) -> str:
    """Return inline codes as one."""
    return "[]" if not parts else parts[0] if len(parts) == 1 else "{" + "; ".join(parts) + "}"


def stack(blocks: Iterable[Block]) -> str:
    """Return blocks as one piece of content."""
    return sequence([block.code for block in blocks])


def untight(code: str) -> str:
    """Return the content of a paragraph that is an item of a tight list, which is no paragraph of its own."""
    return code[4:-1] if code.startswith("par(") and code.endswith(")") else code


ANCHOR = re.compile(r'\banchor\("anchor-\d+"\)')
