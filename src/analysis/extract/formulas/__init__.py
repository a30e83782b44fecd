"""Formulas: numbered slogans and codes (提法), which are no figures, and what they stand for where the text says it.

`formulas(passages, document=…, city=…)` returns the table `formulas` of the registry, one row for each occurrence.

What is a formula. In quotation marks, or as an entry of a glossary: a numeral and what it counts (五大振兴, 双碳), such
parts in a row (一核两翼), a code in digits (3456, 1+5+N, 555X). Without quotation marks a count may be a plain one, so
more is asked: a measure word with an abstract noun (`ABSTRACT`, `HEADS`), a concrete noun after a list of as many
members (`ENUMERATED`), the parts of a spatial plan in a row (`PARTS`), a formula of national policy (`KNOWN`), or one
that stands in quotation marks elsewhere in the document. No formula: times and plan periods, levels, ranks and streaks,
idioms, names of places, numbers of services, years.

What it stands for is taken only where the text lists exactly as many things as the formula counts: before it, in
brackets, after 即, 包括, 是指 or a colon, behind the markers 一是 … 二是 …, as an entry of a glossary, and for codes
in digits as one explanation or one phrase for each part. Verbs before a list and joints behind it are cut off by the
tables `LEADS` and `CLOSINGS` and by comparing the members; a list that stays doubtful is left out.

Everything is linear in the length of the text: repeats and windows are bounded.
"""

from .tabulate import formulas

__all__ = ["formulas"]
