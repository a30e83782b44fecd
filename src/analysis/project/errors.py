"""Errors that a user can mend: one line that names the file, the line and the cure."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path


class InputError(Exception):
    """Something the user gave is wrong; the command line prints it and exits with code 2.

    `problem` says what is wrong, `cure` what to do, `path` and `line` where (a missing line is left out).
    """

    def __init__(self, problem: str, *, cure: str, path: Path | str | None = None, line: int | None = None) -> None:
        self.problem, self.cure, self.path, self.line = problem, cure, path, line
        where = "" if path is None else f"{path}:{line}: " if line is not None else f"{path}: "
        super().__init__(" ".join(f"{where}{problem}; {cure}".split()))


def closest(word: str, choices: Iterable[str]) -> str:
    """`, did you mean 'x'?` for the choice most like `word`, else nothing."""
    found = difflib.get_close_matches(word, list(choices), n=1)
    return f", did you mean '{found[0]}'?" if found else ""


def unknown(
    kind: str, word: str, choices: Iterable[str], *, path: Path | str | None = None, line: int | None = None
) -> InputError:
    """The error for a name that is not among `choices`, which it lists."""
    choices = list(choices)
    return InputError(
        f"unknown {kind} '{word}'{closest(word, choices)}",
        cure=f"use one of: {', '.join(choices)}",
        path=path,
        line=line,
    )
