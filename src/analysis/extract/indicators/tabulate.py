"""The table `indicators` of one document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pandas as pd

from ...project import registry as schema
from .choice import Row, chosen, constraint_of, converted, digits, resolve
from .dictionary import MEASURES, Indicators
from .match import Figure, Passage, is_index, scope_around, takes
from .scope import OWN, RANKED, Place, own_place, scope_of
from .wording import HEADLINE


def _figures(figures: pd.DataFrame) -> Iterator[Figure]:
    columns = [
        figures[name].tolist() for name in ("passage", "sentence", "start", "end", "mention", "value", "value_max")
    ]
    columns += [figures[name].tolist() for name in ("unit", "comparator", "measure")]
    columns += [
        [None if v is pd.NA else v for v in figures[name].tolist()] for name in ("indicator", "period", "status")
    ]
    return map(Figure._make, zip(*columns, strict=True))


def harmonise(
    figures: pd.DataFrame,
    passages: pd.DataFrame,
    *,
    document: str,
    city: str,
    indicators: Indicators,
    names: Iterable[str] = (),
) -> pd.DataFrame:
    """The table `indicators` of one document.

    In: its tables `figures` and `passages` (the columns of the registry), its key and city, the dictionary, and the
    `names` of the text's own place (full name and aliases; without them its rank is told from how often the text
    says 全省, 全市, 全县). Out: one row per figure that belongs to an indicator, in text order; `value` and
    `value_max` are in `unit`, a decrease of a growth is negative; `reason` is one of those in tables.yml.
    """
    texts = dict(zip(passages["passage"].tolist(), passages["text"].tolist(), strict=True))
    place = own_place(names, list(texts.values()))
    by_passage: dict[int, list[Figure]] = {}
    for figure in _figures(figures):
        by_passage.setdefault(figure.passage, []).append(figure)
    leads = _leads(passages)
    rows: list[Row] = []
    for number, members in by_passage.items():
        if not indicators.pattern.search(texts[number]):
            continue
        passage = Passage.of(texts[number], [(f.start, f.end) for f in members], indicators)
        last: tuple[int, str] | None = None  # end and scope of the row before
        for figure in members:
            if figure.unit not in indicators.units or figure.measure not in MEASURES:
                continue
            row = _row(figure, passage, place, indicators, leads.get(number, False), last)
            if row is not None:
                row.values.update(document=document, city=city)
                rows.append(row)
                last = figure.end, row.values["scope"]
    return schema.frame("indicators", [row.values for row in chosen(rows)])


def _leads(passages: pd.DataFrame) -> dict[int, bool]:
    """Whether a passage stands under a heading, or behind a line that ends with a colon, on the main targets."""
    leads, line = {}, ""
    columns = (passages[name].tolist() for name in ("passage", "section", "text"))
    for number, section, text in zip(*columns, strict=True):
        leads[number] = bool(section is not pd.NA and HEADLINE.search(section) or line and HEADLINE.search(line))
        line = text[-60:] if text.endswith(("：", ":")) else ""
    return leads


def _row(
    figure: Figure,
    passage: Passage,
    place: Place,
    indicators: Indicators,
    lead: bool,
    last: tuple[int, str] | None,
) -> Row | None:
    """The row of a figure, or None where it belongs to no indicator."""
    match = next(
        (
            (found, indicators.by_key[term.code])
            for found in passage.find(figure, indicators)
            for term in found.terms
            if takes(indicators.by_key[term.code], term, figure, found, passage)
        ),
        None,
    )
    if match is None:
        return None
    found, indicator = match
    value, upper, comparator = converted(indicator, figure, is_index(indicator, figure, found))
    if not indicator.minimum <= value <= indicator.maximum or upper > indicator.maximum:
        return None
    scope, restricted = scope_of(found.words, place)
    if own := OWN.search(RANKED.sub("", found.between)):
        scope = place.scope(own[1])
    elif scope == "self" and not restricted:
        scope = scope_around(figure, passage, place, found, last)
    clause = passage.text[passage.after(passage.clauses, figure.start) : figure.start]
    sentence = passage.after(passage.stops, figure.start)
    head = 0
    if figure.status == "planned":
        head = 2 if HEADLINE.search(passage.text, sentence, figure.start) else int(lead)
    return Row(
        {
            "indicator": indicator.key,
            "period": figure.period,
            "value": value,
            "value_max": upper,
            "unit": indicator.unit,
            "comparator": comparator,
            "constraint": constraint_of(figure, passage),
            "status": figure.status,
            "scope": scope,
            "passage": figure.passage,
            "sentence": figure.sentence,
            "start": figure.start,
            "end": figure.end,
            "mention": figure.mention,
        },
        head,
        not restricted,
        resolve(clause) != "striven",
        comparator == "=",
        digits(figure.mention),
    )
