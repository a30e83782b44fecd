"""The table `formulas` of a document."""

from __future__ import annotations

import re
from bisect import bisect_right

import pandas as pd

from ...project.registry import frame
from ...project.trie import pattern
from ...texts.sentences import split_sentences
from .explain import Passage, explain_formula
from .recognise import find_formulas, is_telling, repeated_formulas


def formulas(passages: pd.DataFrame, *, document: str, city: str) -> pd.DataFrame:
    """The table `formulas` of one document.

    In: its `passages` (the columns of the registry), its key and its city. Out: one row for each occurrence, in text
    order, with `text[start:end] == formula` in the passage; spans are disjoint, sentences are counted as in `figures`.
    `items` stands with the occurrence that the text explains. Where the explanation goes through several passages,
    `items_passage`, `items_start` and `items_end` give the first of them and the items that stand in it.
    """
    texts = [
        Passage(number, str(kind), str(text))
        for number, kind, text in zip(*(passages[name].tolist() for name in ("passage", "kind", "text")), strict=True)
    ]
    found = [find_formulas(p.text, p.kind == "heading") for p in texts]
    quoted = {
        p.text[f.start : f.end]: ""
        for p, (hits, _) in zip(texts, found, strict=True)
        for f in hits
        if f.form == "counted" and f.outer != (f.start, f.end) and is_telling(p.text[f.start : f.end])
    }
    again = re.compile(pattern(quoted))
    rows, sentence = [], 1
    for at, (passage, (hits, free)) in enumerate(zip(texts, found, strict=True)):
        starts = [start for start, _ in split_sentences(passage.text)]
        for f in sorted([*hits, *repeated_formulas(passage.text, again, free)]):
            items = explain_formula(texts, at, f)
            rows.append(
                {
                    "document": document,
                    "city": city,
                    "passage": passage.number,
                    "sentence": sentence + max(0, bisect_right(starts, f.start) - 1),
                    "start": f.start,
                    "end": f.end,
                    "formula": passage.text[f.start : f.end],
                    "form": f.form,
                    "number": f.number,
                    "counted": f.counted,
                    "items": "|".join(items.words) if items else None,
                    "items_passage": items.passage if items else None,
                    "items_start": items.start if items else None,
                    "items_end": items.end if items else None,
                }
            )
        sentence += len(starts)
    return frame("formulas", rows)
