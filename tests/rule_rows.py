"""What every file of rules must hold: each row's example comes out otherwise without the row."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from analysis.project.rules import rules_of, using

RULES = Path(__file__).resolve().parents[1] / "data/reference/rules"


def idle_rows(file: str, read: Callable[[str], Any]) -> list[str]:
    """The rows of `file` whose example `read` reads in the same way without them."""
    rules, idle = rules_of(RULES), []
    for rule in rules.file(file):
        with using(rules):
            found = read(rule.example)
        with using(rules.without(file, rule)):
            if read(rule.example) == found:
                idle.append(f"{file}:{rule.line}: {rule.table} '{rule.word}' changes nothing in '{rule.example}'")
    return idle
