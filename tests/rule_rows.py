"""Every row of a file of rules runs its own example, with the row and without it: a row without effect fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from analysis.project.rules import Rule, rules_in_use, using

#: In an example this stands for a line break.
BREAK = "⏎"


def rows_without_effect(file: str, look: Callable[[Rule, str], Any]) -> list[str]:
    """The rows of `file` whose example gives the same without the row; `look` says what a row's example gives."""
    rules, dead = rules_in_use(), []
    for rule in rules.file(file):
        example = rule.example.replace(BREAK, "\n")
        with using(rules):
            found = look(rule, example)
        with using(rules.without(file, rule)):
            if look(rule, example) == found:
                dead.append(f"{file}:{rule.line}: {rule.table} {rule.word}")
    return dead
