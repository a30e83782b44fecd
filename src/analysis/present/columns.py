"""Columns: how each column of a table is headed, printed and linked, wherever it is shown.

`COLUMNS` has one entry a column. A name that ends in `_then`, `_now` or `_before` is that column of the other side of a
pair: `value_now` prints value_now, period_now … as `value` prints value. A column without an entry is printed as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pandas as pd

from ..project.links import row_id
from .language import plain
from .tables import Cell

if TYPE_CHECKING:
    from .names import Names

#: Of a long sentence, so many characters on each side of what it is shown for.
WINDOW = 46
SIDES = ("_then", "_now", "_before")


@dataclass(frozen=True)
class Column:
    """`label`: the key of its heading; `cell`: what stands in a row; `number`: whether that is a number."""

    label: str
    cell: Callable[[Names, Any], Cell | str]
    number: bool = False


def _missing(value: Any) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and value != value)


def around(sentence: str, words: str, at: int) -> tuple[str, int]:
    """The sentence, or where it is long the part of it around `words`; and where these begin in that."""
    if len(sentence) <= 2 * WINDOW + len(words):
        return sentence, at
    start, end = max(0, at - WINDOW), min(len(sentence), at + len(words) + WINDOW)
    before, after = "…" if start else "", "…" if end < len(sentence) else ""
    return before + sentence[start:end] + after, len(before) + at - start


def _sentence(names: Names, row: Any) -> Cell | str:
    """The sentence of a row, what it is shown for linked to the reading view; all of it on hover."""
    if _missing(getattr(row, "passage", None)):
        return ""
    text, begin = names.sentence(row)
    evidence = getattr(row, "evidence", None)
    words = max(str(evidence).split("|"), key=len) if evidence is not None else str(row.mention)
    at = min(max(int(row.start) - begin, 0), len(text))
    shown, start = around(text, words, at)
    link = names.passage_link(row) if evidence is not None else names.figure_link(row)
    return Cell(shown, title=text if shown != text else "", link=link, linked=(start, start + len(words)))


def _text(name: str) -> Callable[[Names, Any], Cell | str]:
    return lambda names, row: "" if _missing(value := getattr(row, name)) else str(value)


def _number(name: str, decimals: int | None = 0) -> Callable[[Names, Any], Cell | str]:
    def cell(names: Names, row: Any) -> Cell | str:
        value = getattr(row, name)
        return Cell("–") if _missing(value) else Cell(plain(float(value), decimals), value=float(value))

    return cell


def _parts(name: str) -> Callable[[Names, Any], Cell | str]:
    """Parts joined by |, as a list of words."""

    def cell(names: Names, row: Any) -> Cell | str:
        value = getattr(row, name)
        return "" if _missing(value) else names.words("name_join").join(str(value).split("|"))

    return cell


def _counted(name: str) -> Callable[[Names, Any], Cell | str]:
    """A count, with its share and interval where it has one."""
    rate = _rate(f"{name}_share", f"{name}_low", f"{name}_high", lambda names, value: names.words.percent(value))

    def cell(names: Names, row: Any) -> Cell | str:
        count, share = getattr(row, name), rate(names, row)
        words = share.text if isinstance(share, Cell) else share
        shown = str(count) if words == "–" else names.words("counted_share", n=count, share=words)
        return Cell(shown, value=float(count))

    return cell


def _word(name: str, prefix: str) -> Callable[[Names, Any], Cell | str]:
    return lambda names, row: "" if _missing(value := getattr(row, name)) else names.words(f"{prefix}{value}")


def _status(names: Names, row: Any) -> Cell | str:
    return "" if _missing(row.status) else Cell(names.words(row.status), form=row.status)


def _rate(name: str, low: str, high: str, form: Callable[[Names, float], str]) -> Callable[[Names, Any], Cell | str]:
    """A value with its interval in brackets, counts on hover."""

    def cell(names: Names, row: Any) -> Cell | str:
        value = getattr(row, name)
        ends: list[Any] = [getattr(row, low, None), getattr(row, high, None)]
        if _missing(value):
            return Cell("–")
        words = form(names, value)
        if not any(map(_missing, ends)):
            words += f" ({form(names, float(ends[0])).removesuffix('%')}–{form(names, float(ends[1]))})"
        counts = f"{row.count}/{row.total}" if hasattr(row, "count") and hasattr(row, "total") else ""
        return Cell(words, value=float(value), title=counts)

    return cell


def _percent(names: Names, value: float) -> str:
    return names.words.percent(value)


def _fine_percent(names: Names, value: float) -> str:
    return names.words.percent(value, 1)


def _decimal(names: Names, value: float) -> str:
    return plain(value, 1)


def _hundredths(names: Names, value: float) -> str:
    return f"{value:.2f}"


def _points(name: str) -> Callable[[Names, Any], Cell | str]:
    def cell(names: Names, row: Any) -> Cell | str:
        value = getattr(row, name)
        return Cell("–") if _missing(value) else Cell(names.points(value, 1), value=float(value))

    return cell


def _size(name: str) -> Callable[[Names, Any], Cell | str]:
    """A difference without its sign, in percentage points."""
    return lambda names, row: Cell("–") if _missing(value := getattr(row, name)) else Cell(plain(100 * value, 1))


def _indicator(names: Names, row: Any) -> Cell | str:
    return names.indicator(row) or "–"


#: A mark for what no other of the cities compared names.
ONLY = "◆"


def _named_industry(names: Names, row: Any) -> Cell | str:
    """What an industry is called in a city, how far it is and how often it is named; ranks that the text claims."""
    called = names.words("name_join").join(map(names.entity, str(row.names).split("|")[:3]))
    words = names.words("industry_cell", names=called, role=names.words(f"role_{row.role}"), n=row.count)
    if not _missing(row.claims):
        claims = names.words("view_join").join(str(row.claims).split("|")[:2])
        words = names.words("industry_claims", words=words, claims=claims)
    return Cell(words + (f" {ONLY}" if row.shared == "one" else ""), value=float(row.count))


def _entities(name: str, most: int) -> Callable[[Names, Any], Cell | str]:
    """At most so many names of the texts joined by |."""

    def cell(names: Names, row: Any) -> Cell | str:
        value = getattr(row, name)
        return "" if _missing(value) else names.words("name_join").join(map(names.entity, str(value).split("|")[:most]))

    return cell


def _own_dimension(names: Names, row: Any) -> Cell | str:
    """A dimension with the number of means of a city, beside the mean of the others."""
    name = names.name(f"dimension:{row.dimension}")
    if _missing(row.others):
        return names.words("dimension_alone", name=name, n=row.count)
    return names.words("dimension_beside", name=name, n=row.count, others=plain(float(row.others), 1))


def _mean(names: Names, row: Any) -> Cell | str:
    """A mean of a strategy with the figures told of it, linked to its sentence."""
    told = str(row.figures).split("|") if not _missing(row.figures) else []
    mark = f" {ONLY}" if row.only_here is True else ""
    words = names.entity(str(row.name))
    if told:
        words = names.words("mean_with_figures", name=words, figures=names.words("view_join").join(told))
    return Cell(f"{words}{mark}", title=str(row.text), form=str(row.status), link=names.passage_link(row))


def _share_of(names: Names, value: Any) -> Cell | str:
    return Cell("–") if _missing(value) else Cell(names.words.percent(float(value), 1), value=float(value))


#: A mark for what a researcher has corrected or doubts.
CORRECTED = "※"


def _corrected(row: Any) -> str:
    return "" if _missing(getattr(row, "correction", None)) else f" {CORRECTED}"


def _value(names: Names, row: Any) -> Cell | str:
    """What a row of indicators says, as a target where it is one."""
    if _missing(row.value):
        return names.words("targets_unanswered")
    return Cell(f"{names.value(row)}{_corrected(row)}", value=float(row.value), title=str(row.mention))


def _told(names: Names, row: Any) -> Cell | str:
    """Value and time together."""
    if _missing(row.value):
        return names.words("targets_unanswered")
    return Cell(
        names.words("targets_with_period", value=names.value(row), period=names.when(row)), title=str(row.mention)
    )


def _told_before(names: Names, row: Any) -> Cell | str:
    """What was reported before a target was set: an earlier year, not a later text."""
    if _missing(row.value_before):
        return names.words("targets_none_before")
    return _of_side(_told, "_before")(names, row)


def _matrix(names: Names, row: Any) -> Cell | str:
    """Value, time and status, the value linked to its place, with what hinders the comparison."""
    value = names.value(row)
    status = names.words("undetermined" if _missing(row.status) else row.status)
    text = names.words("matrix_cell", value=value, period=names.when(row), status=status)
    if not _missing(row.note):
        notes = names.words("list_join").join(names.words(f"matrix_note_{note}") for note in row.note.split("|"))
        text = names.words("matrix_noted", cell=text, notes=notes)
    at = text.index(value)
    return Cell(text, title=str(row.mention), link=names.figure_link(row), linked=(at, at + len(value)))


def _context(names: Names, row: Any) -> Cell | str:
    at = len(row.left)
    words = f"{row.left}{row.keyword}{row.right}"
    return Cell(words, link=names.passage_link(row), linked=(at, at + len(row.keyword)))


def _passage(names: Names, row: Any) -> Cell | str:
    """The passage of a figure, by which the reading view finds the row."""
    name = names.where(row) if names.several else str(row.passage)
    return Cell(name, anchor=row_id(row.document, row.passage, row.start))


def _quantity(names: Names, row: Any) -> Cell | str:
    title, link = str(row.mention), names.figure_link(row)
    return Cell(f"{names.quantity(row)}{_corrected(row)}", value=float(row.value), title=title, link=link)


def _formula(names: Names, row: Any) -> Cell | str:
    return Cell(str(row.formula), link=names.passage_link(row))


def _items(names: Names, row: Any) -> Cell | str:
    words = names.words
    return words("formulas_unexplained") if _missing(row.items) else words("view_join").join(str(row.items).split("|"))


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _names(names: Names, row: Any) -> Cell | str:
    """The names of two figures that are alike."""
    if row.name_then == row.name_now:
        return str(row.name_now)
    return names.words("targets_names", then=row.name_then, now=row.name_now)


def _section(names: Names, row: Any) -> Cell | str:
    if _missing(row.title):
        return names.words("no_section")
    return Cell(str(row.title), title=str(row.section))


COLUMNS: dict[str, Column] = {
    "city": Column("col_city", lambda names, row: names.city(row.city)),
    "document": Column("col_document", lambda names, row: names.document(row.document)),
    "where": Column("compared_col_where", lambda names, row: names.where(row)),
    "passage": Column("col_passage", _passage),
    "action": Column("col_correction", _word("action", "correction_")),
    "list": Column("col_list", lambda names, row: names.word_list(str(row.list))),
    "hits_per_1000": Column("col_hits_per_1000", _number("per_1000", 1), True),
    "hits": Column("col_hits", _number("hits"), True),
    "terms": Column("col_terms", _number("terms"), True),
    "sentence_share": Column("col_sentence_share", lambda names, row: _share_of(names, row.sentence_share), True),
    "cell": Column("col_column", _text("column")),
    "said": Column("col_mention", lambda names, row: Cell(str(row.mention), link=names.passage_link(row))),
    "was": Column("col_was", _text("was")),
    "now": Column("col_now", _text("now")),
    "why": Column("col_why", _text("why")),
    "pair": Column("similarity_col_pair", lambda names, row: names.pair(row)),
    "code": Column("code_keyness_col", lambda names, row: _capital(names.code(row.code))),
    "names": Column("col_indicator", _names),
    "scheme": Column("sensitivity_col_scheme", lambda names, row: names.words(f"scheme_{row.scheme}")),
    "group": Column("compared_col_group", lambda names, row: names.code(names.corpus.groups[row.code])),
    "sentence": Column("col_sentence", _sentence),
    "evidence": Column(
        "compared_col_evidence", lambda names, row: names.words("list_join").join(row.evidence.split("|"))
    ),
    "mention": Column("col_mention", lambda names, row: Cell(str(row.mention), link=names.figure_link(row))),
    "indicator": Column("col_indicator", _indicator),
    "promises": Column("col_promises", _number("count"), True),
    "numbered": Column("col_numbered", _counted("numbered"), True),
    "dated": Column("col_dated", _counted("dated"), True),
    "owned": Column("col_owned", _counted("owned"), True),
    "strength": Column("col_strength", _word("strength", "strength_")),
    "deadline": Column("col_deadline", lambda names, row: names.words.period(row.deadline)),
    "amounts": Column("col_quantity_words", _parts("quantity")),
    "asked_by": Column("col_asked_by", _text("asked_by")),
    "answered_by": Column("col_answered_by", _parts("answered_by")),
    "about": Column("col_about", _parts("about")),
    "answer_means": Column("col_means", _parts("means")),
    "called": Column("col_called", _entities("names", 4)),
    "firms": Column("col_firms", _entities("firms", 3)),
    "role": Column("col_role", _word("role", "role_")),
    "subject": Column("col_subject", _entities("subject", 1)),
    "own_dimension": Column("col_dimension", _own_dimension),
    "dimension": Column("col_dimension", lambda names, row: names.name(f"dimension:{row.dimension}")),
    "mean": Column("col_mean", _mean),
    "industry": Column("col_industry", lambda names, row: names.name(row.industry)),
    "named_industry": Column("col_industry", _named_industry),
    "quantity": Column("col_quantity", _quantity, True),
    "value": Column("col_quantity", _value, True),
    "target": Column("targets_col_target", _value, True),
    "own_target": Column("targets_col_target", _number("value", 1), True),
    "superior": Column("col_superior", lambda names, row: names.city(row.superior)),
    "superior_target": Column("col_superior_target", _number("superior_value", 1), True),
    "gap": Column("col_gap", _number("gap", 1), True),
    "outcome": Column("col_outcome", _number("outcome", 1), True),
    "deviation": Column("col_deviation", _number("deviation", 1), True),
    "superior_text": Column("col_superior", lambda names, row: names.document(row.superior)),
    "taken_text": Column("col_taken_text", lambda names, row: Cell(str(row.text), link=names.passage_link(row))),
    "containment": Column("col_containment", _rate("containment", "", "", _fine_percent), True),
    "own_share": Column("col_own_share", _rate("own_share", "", "", _fine_percent), True),
    "cosine": Column("col_cosine", _number("cosine", 2), True),
    "told": Column("col_quantity", _told),
    "told_before": Column("targets_col_before", _told_before),
    "period": Column("col_period", lambda names, row: names.words.period(row.period)),
    "when": Column("col_period", lambda names, row: names.when(row)),
    "status": Column("col_status", _status),
    "theme": Column("col_theme", lambda names, row: "" if _missing(row.theme) else names.code(row.theme)),
    "measure": Column("col_measure", _word("measure", "measure_")),
    "constraint": Column("targets_col_constraint", _word("constraint", "constraint_")),
    "matrix": Column("col_quantity", _matrix),
    "count": Column("col_count", _number("count"), True),
    "other_count": Column("col_other_count", _number("other_count"), True),
    "figures": Column("col_figures", _number("figures"), True),
    "commitments": Column("col_commitments", _number("commitments"), True),
    "planned": Column("col_planned", _number("planned"), True),
    "characters": Column("col_characters", _number("characters"), True),
    "passages": Column("col_passages", _number("passages"), True),
    "sentences": Column("compared_col_sentences", _number("sentences"), True),
    "coded": Column("col_coded", _number("coded"), True),
    "share": Column("col_share", _rate("share", "low", "high", _percent), True),
    "by_characters": Column("col_by_characters", _rate("by_characters", "", "", _percent), True),
    "per_1000": Column("col_per_1000", _rate("per_1000", "low", "high", _decimal), True),
    "planned_share": Column("col_share_planned", _rate("planned_share", "planned_low", "planned_high", _percent), True),
    "dated_share": Column("col_share_dated", _rate("dated_share", "dated_low", "dated_high", _percent), True),
    "corrected": Column("col_distance", _rate("corrected", "low", "high", _hundredths), True),
    "rate": Column("col_per_1000", _number("per_1000", 1), True),
    "per_10000": Column("col_rate", _number("per_10000", 1), True),
    "log_odds": Column("col_log_odds", _number("log_odds", 2), True),
    "z": Column("col_z", _number("z", 1), True),
    "g2": Column("keyness_col_g2", _number("g2", 1), True),
    "log_ratio": Column("keyness_col_log_ratio", _number("log_ratio", 1), True),
    "spread": Column("keyness_col_spread", lambda names, row: f"{row.present}/{row.passages}", True),
    "term": Column("col_term", _text("term")),
    "keyword": Column("col_term", _text("keyword")),
    "start": Column("kwic_col_start", _number("start"), True),
    "context": Column("kwic_col_context", _context),
    "section": Column("col_section", _section),
    "speaker": Column("col_speaker", _text("speaker")),
    "formula": Column("formulas_col", _formula),
    "items": Column("formulas_col_items", _items),
    "rule": Column("rule", _word("rule", "rule_")),
    "example": Column("col_example", lambda names, row: around(str(row.text), "", 0)[0]),
    "lines": Column("col_lines", _number("count"), True),
    "column": Column("validation_col_column", lambda names, row: _capital(names.name(row.column))),
    "text": Column("validation_col_text", _text("text")),
    "n": Column("validation_col_n", _number("n"), True),
    "right": Column("validation_col_right", _number("right"), True),
    "accuracy": Column("validation_col_share", _rate("share", "low", "high", _fine_percent), True),
    "correct": Column("validation_col_share", _rate("share", "", "", _fine_percent), True),
    "kind": Column("validation_period_kind", _word("kind", "validation_period_")),
    "wanted": Column("validation_confusion_head", lambda names, row: names.gold(row.column, row.wanted)),
    "got": Column("validation_confusion_head", lambda names, row: names.gold(row.column, row.got)),
    "gold_sentence": Column("col_sentence", _text("sentence")),
    "wrong": Column("validation_col_wrong", lambda names, row: names.mistakes(row)),
    "errors": Column("validation_col_errors", lambda names, row: f"{row.errors}/{row.cells}", True),
    "what": Column("validation_samples_what", lambda names, row: names.sample(row)),
    "choice": Column("sensitivity_col_choice", lambda names, row: names.choice(row.choice)),
    "mean_difference": Column("sensitivity_col_mean", _size("mean_difference"), True),
    "difference": Column("sensitivity_col_largest", _points("difference"), True),
    "moved_where": Column(
        "sensitivity_col_where", lambda names, row: f"{names.city(row.city)} · {names.code(row.code)}"
    ),
    "tau_groups": Column("sensitivity_col_tau_groups", _number("tau_groups", 2), True),
    "tau_codes": Column("sensitivity_col_tau_codes", _number("tau_codes", 2), True),
    "targets": Column("tally_col_sum", _number("targets"), True),
    "without": Column("tally_col_none", _number("without"), True),
    "hard": Column("constraint_form_hard", _number("hard"), True),
    "soft": Column("constraint_form_soft", _number("soft"), True),
    "range": Column("constraint_form_range", _number("range"), True),
    "point": Column("constraint_form_point", _number("point"), True),
}


def side_of(row: Any, side: str) -> Any:
    """A row as its other side: every column `name` + `side` under its own name, the rest as it is.

    What was reported is no target: only `_then` keeps status and constraint.
    """
    cells = dict(vars(row))
    if side != "_then":
        cells |= {"status": "achieved", "constraint": None}
    return SimpleNamespace(
        **{**cells, **{name.removesuffix(side): cells[name] for name in cells if name.endswith(side)}}
    )


def _of_side(cell: Callable[[Names, Any], Cell | str], side: str) -> Callable[[Names, Any], Cell | str]:
    return lambda names, row: cell(names, side_of(row, side))


def column(name: str, table: pd.DataFrame) -> Column:
    """The entry of a column, made from that of its base for the side of a pair, or from its type where it has none."""
    if name in COLUMNS:
        return COLUMNS[name]
    for side in SIDES:
        base = COLUMNS.get(name.removesuffix(side))
        if name.endswith(side) and base:
            return Column(f"col_{name}", _of_side(base.cell, side), base.number)
    if name not in table:
        raise KeyError(f"the table has no column '{name}' and none of the name can be shown; it has {list(table)}")
    if pd.api.types.is_bool_dtype(table[name]) or not pd.api.types.is_numeric_dtype(table[name]):
        return Column(name, _text(name))
    return Column(name, _number(name, 0 if pd.api.types.is_integer_dtype(table[name]) else 2), True)


def rows_of(table: pd.DataFrame) -> Iterable[Any]:
    """The rows of a table with their columns as attributes."""
    names = [str(name) for name in table.columns]
    columns = [table[name].tolist() for name in table.columns]
    return (SimpleNamespace(**dict(zip(names, cells, strict=True))) for cells in zip(*columns, strict=True))
