"""The glossary: English renderings of names in the texts, which a researcher edits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from ..project.yaml_lines import read_yaml

FILE = "glossary.yml"
_MARKS = re.compile("[“”‘’《》「」]")


def load_glossary(path: Path) -> dict[str, str]:
    """Name without quotation marks → its English rendering.

    Raises InputError, with file, line and cure, for what is wrong with the file.
    """
    nodes = read_yaml(path, absent="no glossary").fields()
    return {bare_name(name): node.text() for name, node in nodes.items()}


def bare_name(name: str) -> str:
    """A name as the glossary has it.

    >>> bare_name("“茶山”计划")
    '茶山计划'
    """
    return _MARKS.sub("", name)


def rendered(name: str, glossary: Mapping[str, str]) -> str | None:
    """The English rendering of a name; None where the glossary has none."""
    return glossary.get(bare_name(name))
