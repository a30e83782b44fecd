"""Cleaning: the text as published becomes passages, and every loss is put on record.

`clean(text)` returns two tables of the registry, `passages` and `removals`. The way of a text:

1. characters, line by line: one-to-one maps (`CHARACTER_MAPS`), invisible characters, stray spaces;
2. furniture of scraped pages, by the rules of `FURNITURE`, and notes on pictures at a line's end;
3. lines that a page broke in the middle of a sentence are joined again (`continues`);
4. structure: headings, questions, answers, speakers.

What is not recorded in `removals`, because nothing is lost: the one-to-one maps, indents and blank lines, line breaks
that were joined, and speakers' labels, which become the columns `speaker` and `role`.

Everything is linear in the length of the text: patterns have bounded repeats, and no line is looked at more often than
a fixed number of times.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from ..project.registry import frame
from .characters import Removal
from .lines import whole_lines
from .structure import Structure


def clean(text: str, document: str = "", before: Sequence[Removal] = ()) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The tables `passages` and `removals` of `text`; `before` is what its reader left out.

    Labels of speakers stand in `speaker` and `role`, not in `text`. `section` is the path of headings (joined by ` / `)
    or, in a text without headings, the start of the question.
    """
    lines, removals = whole_lines(text)
    structure = Structure(lines, document)
    structure.read()
    taken = sorted([*before, *removals, *structure.removals], key=lambda removal: removal.line)
    return (
        frame("passages", structure.rows),
        frame("removals", [{"document": document, **removal._asdict()} for removal in taken]),
    )
