"""The reading view: each document as the suite read it, reports/documents/<document>.<lang>.html.

The cleaned text stands there passage by passage under its headings, questions and speakers. Every figure is marked in
place and opens its row of the table `figures`; the themes of the sentences stand in the margin, formulas are marked
lightly, and what cleaning removed is folded away at the end. The marks and rows need no script; a script adds filters.

The text of a document is data: all of it is escaped.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..build import store
from ..project.folders import Project
from ..project.links import HOMES, LANGS, VIEWS, figure_id, passage_id, row_id
from .colophon import software
from .files import COMPARATORS
from .manifest import package_digest, reference_digest
from .pages import city_facts, fill

if TYPE_CHECKING:
    import pandas as pd

    from ..extract.figures.units import Units
    from ..present.language import Words

TABLES = ("documents", "passages", "figures", "formulas", "codes", "removals", "corrections")
ASSETS = ("reading.css", "reading.js")
FILTERS = ("theme", "status", "measure", "period_source")
#: What the filter calls a figure without a period.
UNTOLD = "untold"
MAIN_THEMES = 3
CONTENTS_LENGTH = 40


# --- one page ---------------------------------------------------------------------------------------------------


def document_page(
    tables: Mapping[str, pd.DataFrame],
    *,
    lang: str,
    units: Units,
    city: str,
    report: str = "",
    alternate: Sequence[Sequence[str]] = (),
    key: str = "",
) -> str:
    """The reading view of one document as HTML.

    `tables` holds the rows of this document by table (see `TABLES`; formulas and corrections may be absent). `city` is
    the name of its city in `lang`, `report` the link to the city's report ("" where there is none), `alternate` are
    [label, link] of the same page in other languages, `key` is kept in the page as it is.
    """
    return _Page(tables, lang, units, city, report, alternate, key).text()


@dataclass
class _Page:
    tables: Mapping[str, pd.DataFrame]
    lang: str
    units: Units
    city: str
    report: str
    alternate: Sequence[Sequence[str]]
    key: str

    @cached_property
    def words(self) -> Words:
        from ..present.language import Words

        return Words(self.lang)

    @cached_property
    def document(self) -> Any:
        return next(self.tables["documents"].itertuples())

    @cached_property
    def figures(self) -> dict[int, list[Any]]:
        return _by_passage(self.tables["figures"])

    @cached_property
    def formulas(self) -> dict[int, list[Any]]:
        found = self.tables.get("formulas")
        return {} if found is None else _by_passage(found)

    @cached_property
    def corrections(self) -> dict[tuple[int, int], list[Any]]:
        """(passage, start) → what was corrected in the figure there."""
        found: dict[tuple[int, int], list[Any]] = {}
        table = self.tables.get("corrections")
        if table is not None:
            for row in table[table["table"] == "figures"].itertuples():
                found.setdefault((int(row.passage), int(row.start)), []).append(row)
        return found

    @cached_property
    def themes(self) -> dict[int, list[tuple[str, int]]]:
        """Passage → its themes with the number of sentences that each leads, most first, at most `MAIN_THEMES`."""
        from ..compare import main_codes

        found: dict[int, dict[str, int]] = {}
        for row in main_codes(self.tables["codes"]).itertuples():
            counts = found.setdefault(int(row.passage), {})
            counts[row.code] = counts.get(row.code, 0) + 1
        return {
            passage: sorted(counts.items(), key=lambda entry: -entry[1])[:MAIN_THEMES]
            for passage, counts in found.items()
        }

    def text(self) -> str:
        """The whole page."""
        from ..rendering.html.page import page

        w, document = self.words, self.document
        shared = {"w": w, "here": self._page_language, "text_lang": document.language}
        return page(
            str(document.title),
            fill("removals.html", **shared, **self._removed()),
            finished=fill(
                "document.html",
                **shared,
                edition=document.edition,
                report=w("view_report", city=self.city),
                filters=self._filters(),
                passages=self._passages(),
                key=self.key,
            ),
            text_lang=str(document.language),
            assets=ASSETS,
            fonts="../",
            lang=self.lang,
            subtitle=w("view_subtitle"),
            description=w("view_description", title=document.title),
            head_facts=self._facts(),
            home=f"../{HOMES[self.lang]}",
            alternate=self.alternate,
            downloads=[[w("view_report", city=self.city), self.report]] if self.report else [],
            colophon=self._colophon(),
        )

    # Head

    def _facts(self) -> list[list[str]]:
        w, document, figures = self.words, self.document, self.tables["figures"]
        statuses = figures["status"].value_counts()
        achieved, planned = int(statuses.get("achieved", 0)), int(statuses.get("planned", 0))
        counts = w(
            "view_figures_value",
            n=w.number(len(figures)),
            achieved=achieved,
            planned=planned,
            undetermined=len(figures) - achieved - planned,
        )
        return [
            [w("col_city"), self.city, *([self.report] if self.report else [])],
            [w("col_date"), w.date(document.date)],
            [w("col_genre"), w(f"genre_{document.genre}")],
            [w("col_publisher"), _given(document.publisher) or w("no_publisher")],
            [w("col_edition"), w(f"edition_{document.edition}")],
            [w("col_passages"), w.number(len(self.tables["passages"]))],
            [w("col_characters"), w.number(document.characters)],
            [w("col_figures"), counts],
        ]

    def _colophon(self) -> list[list[str]]:
        w = self.words
        return [
            [w("view_software"), software()],
            [w("col_document"), str(self.document.document)],
            [w("view_hash"), str(self.document.sha256)],
        ]

    def _filters(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Each filter with its values and their words, the most frequent first; none where there are no figures."""
        figures, found = self.tables["figures"], []
        for name in FILTERS if len(figures) else ():
            missing = UNTOLD if name == "period_source" else "undetermined"
            counts = figures[name].fillna(missing).value_counts(sort=False)
            known = sorted(counts.index, key=lambda value: (-counts[value], value))
            shown = [self.words("view_option", name=self._value(name, value), n=counts[value]) for value in known]
            found.append((name, list(zip(known, shown, strict=True))))
        return found

    def _value(self, name: str, value: str) -> str:
        """A status, theme, measure or source of a period in words."""
        return self.words(value if name == "status" else f"{name}_{value}")

    # Text

    def _passages(self) -> Iterator[dict[str, Any]]:
        """Every passage, with its level where it is a heading (0 where it is none) and who begins to speak."""
        rows = list(self.tables["passages"].itertuples())
        sections = {_given(row.section) for row in rows}
        levels: dict[str, int] = {}
        speaker: tuple[str, str, str] | None = None
        asked = None
        for row in rows:
            level, said, section = 0, None, _given(row.section)
            below = min(levels.get(section, 1) + 1, 6)
            if row.kind == "heading":
                path = f"{section} / {row.text}" if section in levels else str(row.text)
                # The lines of the title head nothing: the page has the title already.
                if speaker or levels or path in sections:
                    levels[path] = level = below
            else:
                said = (str(row.kind), _given(row.speaker), _given(row.role))
                speaker, said = said, None if said == speaker else said
                if row.kind == "question" and asked != section:
                    level = below
            asked = section if row.kind == "question" else None
            yield self._passage(row, level, said)

    @property
    def _page_language(self) -> str:
        from ..rendering.words import language_tag

        return language_tag(self.lang)

    def _passage(self, row: Any, level: int, said: tuple[str, str, str] | None) -> dict[str, Any]:
        """One passage: its number, who begins to speak (kind, name, role), its text in parts, its themes."""
        number, figures = int(row.passage), self.figures.get(int(row.passage), [])
        kind, speaker, role = said or ("", "", "")
        return {
            "number": number,
            "id": passage_id(row.passage),
            "kind": row.kind,
            "level": level,
            "short": _shortened(_given(row.original) or str(row.text), CONTENTS_LENGTH),
            "speaker": speaker,
            "role": role,
            "asked": kind == "question" and not speaker and not role,
            "parts": list(self._parts(row)),
            # The rows of a heading stand beside it, for what is in a heading is read out as one.
            "rows": [self._figure(figure) for figure in figures] if level else [],
            "themes": self.themes.get(number, []),
        }

    def _parts(self, row: Any) -> Iterator[dict[str, Any]]:
        """The text of a passage in parts: plain, a figure, or a formula with what it stands for."""
        text, at = _given(row.original) or str(row.text), 0
        for start, end, thing in self._spans(int(row.passage)):
            yield {"text": text[at:start]}
            kind = {"formula": self._formula(thing)} if hasattr(thing, "formula") else {"figure": self._figure(thing)}
            yield {"text": text[start:end], **kind}
            at = end
        yield {"text": text[at:]}

    def _spans(self, passage: int) -> list[tuple[int, int, Any]]:
        """(start, end, figure or formula) without overlaps; what a formula shares with a figure is the figure's."""
        spans = [(int(row.start), int(row.end), row) for row in self.figures.get(passage, [])]
        taken = {place for start, end, _ in spans for place in range(start, end)}
        for row in self.formulas.get(passage, []):
            free = [place for place in range(int(row.start), int(row.end)) if place not in taken]
            taken.update(free)
            for start, end in _runs(free):
                spans.append((start, end, row))
        return sorted(spans, key=lambda span: span[:2])

    def _figure(self, figure: Any) -> dict[str, Any]:
        """A figure: its anchor, what the filters go by, and its row, which is shown on hover and focus."""
        status = _given(figure.status) or "undetermined"
        row = row_id(figure.document, figure.passage, figure.start)
        return {
            "id": figure_id(figure.passage, figure.start),
            "about": f"about-{int(figure.passage)}-{int(figure.start)}",
            "status": status,
            "marks": f"{figure.theme} {status} {figure.measure} {_given(figure.period_source) or UNTOLD}",
            "facts": self._facts_of(figure),
            "back": f"{self.report}#{row}" if self.report else "",
        }

    def _formula(self, formula: Any) -> str:
        """What a formula stands for."""
        items = _given(formula.items)
        if not items:
            return self.words("view_formula")
        return self.words("view_stands_for", items=self.words("view_join").join(items.split("|")))

    def _facts_of(self, figure: Any) -> Iterator[tuple[str, str, bool]]:
        """(label, value, whether in words of the document) of a figure; what the text does not say is left out."""
        w = self.words
        if _given(figure.indicator):
            yield w("col_indicator"), figure.indicator, not w.zh
        yield w("col_quantity"), w.quantity(figure, self.units), False
        ends = [figure.value, *([] if _missing(figure.value_max) else [figure.value_max])]
        if any(w.scaled(end)[1] for end in ends):
            yield w("view_base"), self._number(figure.value, figure.value_max, self._unit(figure.unit)), False
        if _given(figure.unit_si) and figure.unit_si != figure.unit:
            top = figure.value_max
            if not _missing(top) and figure.value:
                top = top * figure.value_si / figure.value
            yield w("view_si"), self._number(figure.value_si, top, str(figure.unit_si)), False
        yield _label(self.lang, "figures", "comparator"), w(f"comparator_{COMPARATORS[figure.comparator]}"), False
        yield w("col_measure"), w(f"measure_{figure.measure}"), False
        if _given(figure.period):
            said = w.period(figure.period)
            if source := _given(figure.period_source):
                said = w("period_said", period=said, source=w(f"period_source_{source}"))
            yield w("col_period"), said, False
        yield w("col_status"), w(_given(figure.status) or "undetermined"), False
        yield w("col_theme"), w(f"theme_{figure.theme}"), False
        if _given(figure.speaker):
            yield w("col_speaker"), figure.speaker, not w.zh
        for told in self.corrections.get((int(figure.passage), int(figure.start)), ()):
            yield w(f"correction_{told.action}"), self._change(told), False

    def _change(self, told: Any) -> str:
        """What a correction did to a figure, and why."""
        w = self.words
        if not _given(told.column):
            return str(told.why)
        column, empty = _label(self.lang, "figures", told.column), w("correction_empty")
        was, now = _given(told.was) or empty, _given(told.now) or empty
        return w("correction_change", column=column, was=was, now=now, why=told.why)

    def _unit(self, unit: str) -> str:
        known = self.units.rows.get(unit)
        return unit if self.words.zh or known is None else known.name_en

    def _number(self, low: float, high: float, unit: str) -> str:
        """`60,000,000 元`, `5–6 %`: the number as the table holds it."""
        number = self.words.number(low)
        if not _missing(high):
            number = f"{number}–{self.words.number(high)}"
        return f"{number} {unit}".strip()

    # End

    def _removed(self) -> dict[str, Any]:
        """What cleaning removed: the names of the columns, and each line with the rule; white space is counted."""
        removals = self.tables["removals"]
        lost = ((row.line, self._rule(row.rule), str(row.text)) for row in removals.itertuples())
        return {
            "heads": [_label(self.lang, "removals", name) for name in ("line", "rule", "text")],
            "rows": [(line, rule, text, 0 if text.strip() else len(text)) for line, rule, text in lost],
            "rules": removals["rule"].nunique(),
        }

    def _rule(self, rule: str) -> str:
        return self.words(f"rule_{rule}") if self.words.has(f"rule_{rule}") else rule


def _missing(value: Any) -> bool:
    import pandas as pd

    return bool(pd.isna(value))


def _given(value: Any) -> str:
    """A text of a table, "" where it is missing."""
    return value if isinstance(value, str) else ""


def _shortened(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def _by_passage(table: pd.DataFrame) -> dict[int, list[Any]]:
    """Passage → its rows in the order of the text."""
    found: dict[int, list[Any]] = {}
    for row in table.sort_values(["passage", "start"], kind="stable").itertuples():
        found.setdefault(int(row.passage), []).append(row)
    return found


def _runs(places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The half-open spans that ascending places make up."""
    start = 0
    for i, place in enumerate(places):
        if i + 1 == len(places) or places[i + 1] != place + 1:
            yield places[start], place + 1
            start = i + 1


def _label(lang: str, table: str, name: str) -> str:
    """The name of a column in the registry."""
    from ..project.registry import TABLES

    column = TABLES[table].column(name)
    return column.zh if lang == "zh" else column.en


# --- all pages --------------------------------------------------------------------------------------------------


def write_documents(project: Project, languages: Iterable[str] = tuple(LANGS)) -> list[Path]:
    """Write the reading view of every built document in `languages`; returns the pages that changed.

    A page whose text, tables, words and links are the same as when it was written is not made again; pages of documents
    that are gone are removed. To be called after the reports, for a page links to its city's report only where there
    is one.
    """
    folder = project.reports / VIEWS
    rows = store.document_list(project) if store.is_built(project) else []
    languages = [lang for lang in LANGS if lang in set(languages)]
    _remove_others(folder, {row["document"] for row in rows})
    shared = [package_digest(), reference_digest(project)]
    digests = store.digests_of(project) if rows else {}
    todo = []
    for row in rows:
        document = row["document"]
        present = [lang for lang in LANGS if lang in languages or _path(folder, document, lang).is_file()]
        own = [digests[document][table] for table in TABLES]
        for lang in languages:
            report = f"city-{row['city']}.{lang}.html"
            link = f"../{report}" if (project.reports / report).is_file() else ""
            alternate = [[LANGS[other], f"{document}.{other}.html"] for other in present if other != lang]
            given = json.dumps([*shared, own, lang, link, alternate], ensure_ascii=False)
            key = hashlib.sha256(given.encode()).hexdigest()[:32]
            path = _path(folder, document, lang)
            if not (path.is_file() and f'data-key="{key}"' in path.read_text(encoding="utf-8")):
                todo.append((row, lang, link, alternate, key, path))
    return _write(project, todo)


def _path(folder: Path, document: str, lang: str) -> Path:
    return folder / f"{document}.{lang}.html"


def _remove_others(folder: Path, documents: set[str]) -> None:
    """Remove the pages of documents that are not among `documents`; other files stay."""
    for path in sorted(folder.glob("*.html")):
        document, _, lang = path.stem.rpartition(".")
        if lang in LANGS and document not in documents:
            path.unlink()


def _write(project: Project, todo: Sequence[tuple[Any, ...]]) -> list[Path]:
    """Make and write the pages in `todo`; returns those that differ from what was there."""
    if not todo:
        return []
    from ..build.run import read_table
    from ..extract.figures.units import read_units
    from ..project.remote import replace_text

    tables = {name: read_table(project, name) for name in TABLES} if store.is_built(project) else {}
    parts = {name: dict(list(table.groupby("document", sort=False))) for name, table in tables.items()}
    units = read_units(project.reference / "units.csv")
    names = {lang: city_facts(project, lang) for lang in LANGS}
    written = []
    for row, lang, report, alternate, key, path in todo:
        own = {name: parts[name].get(row["document"], table.iloc[:0]) for name, table in tables.items()}
        city = names[lang].get(row["city"], {}).get("name", row["city"])
        page = document_page(own, lang=lang, units=units, city=city, report=report, alternate=alternate, key=key)
        before = path.read_bytes() if path.is_file() else b""
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_text(path, page)
        if page.encode() != before:
            written.append(path)
    return written
