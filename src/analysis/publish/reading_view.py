"""The reading view: each document as the suite read it, reports/documents/<document>.<lang>.html.

The cleaned text stands there passage by passage under its headings, questions and speakers. Every figure is marked in
place and opens its row of the table `figures`; the themes of the sentences stand in the margin, formulas are marked
lightly, and what cleaning removed is folded away at the end. The marks and rows need no script; a script adds filters.

The text of a document is data: all of it is escaped.
"""

from __future__ import annotations

import hashlib
import html
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

if TYPE_CHECKING:
    import pandas as pd

    from ..extract.figures.units import Units
    from ..present.language import Words

TABLES = ("documents", "passages", "figures", "formulas", "codes", "removals")
ASSETS = ("reading.css", "reading.js")
FILTERS = ("theme", "status", "measure")
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

    `tables` holds the rows of this document by table (see `TABLES`; formulas may be absent). `city` is the name of its
    city in `lang`, `report` the link to the city's report ("" where there is none), `alternate` are [label, link] of
    the same page in other languages, `key` is kept in the page as it is.
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
    def language(self) -> str:
        """The language of the text, as an attribute."""
        return f'lang="{_text(self.document.language)}"'

    @cached_property
    def figures(self) -> dict[int, list[Any]]:
        return _by_passage(self.tables["figures"])

    @cached_property
    def formulas(self) -> dict[int, list[Any]]:
        found = self.tables.get("formulas")
        return {} if found is None else _by_passage(found)

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
        return page(
            str(document.title),
            self._removed(),
            finished=f"{self._introduction()}{self._filter()}{self._article()}",
            text_lang=str(document.language),
            assets=ASSETS,
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

    def _introduction(self) -> str:
        """What edition this is, and how to read the marks."""
        w = self.words
        samples = [f'<mark class="rv-{name}">{_text(w(name))}</mark>' for name in ("achieved", "planned")]
        samples.append(f'<mark class="rv-undetermined">{_text(w("undetermined"))}</mark>')
        samples.append(f'<span class="rv-formula">{_text(w("view_formula"))}</span>')
        return (
            f'<p class="rv-edition">{_text(w(f"edition_{self.document.edition}_meaning"))}</p>'
            f'<p class="rv-legend"><span>{"</span> <span>".join(samples)}</span></p>'
            f'<p class="note">{_text(w("view_help"))}</p>\n'
        )

    def _filter(self) -> str:
        """The controls, which stay hidden until the script takes them over."""
        w, figures = self.words, self.tables["figures"]
        if figures.empty:
            return ""
        boxes = []
        for name in FILTERS:
            counts = figures[name].fillna("undetermined").value_counts(sort=False)
            known = sorted(counts.index, key=lambda value: (-counts[value], value))
            shown = [w("view_option", name=self._value(name, value), n=counts[value]) for value in known]
            options = "".join(
                f'<option value="{_text(value)}">{_text(words)}</option>'
                for value, words in zip(known, shown, strict=True)
            )
            boxes.append(
                f'<label>{_text(w(f"col_{name}"))} <select name="{name}"><option value="">{_text(w("view_all"))}'
                f"</option>{options}</select></label>"
            )
        count = w("view_count", n="{n}", all="{all}")
        return (
            f'<form class="rv-filter" aria-label="{_text(w("view_filter"))}" hidden>{"".join(boxes)}'
            f'<label><input type="checkbox" name="only"> {_text(w("view_only"))}</label>'
            f'<button type="reset">{_text(w("view_reset"))}</button>'
            f'<output data-words="{_text(count)}"></output></form>\n'
        )

    def _value(self, name: str, value: str) -> str:
        """A status, theme or measure in words."""
        return self.words(value if name == "status" else f"{name}_{value}")

    # Text

    def _article(self) -> str:
        blocks = "\n".join(self._passages())
        key = f' data-key="{_text(self.key)}"' if self.key else ""
        return f'<article class="rv-text" {self.language}{key}>\n{blocks}\n</article>\n'

    def _passages(self) -> Iterator[str]:
        """Every passage, with its level where it is a heading (0 where it is none) and who begins to speak."""
        rows = list(self.tables["passages"].itertuples())
        sections = {_given(row.section) for row in rows}
        levels: dict[str, int] = {}
        speaker: tuple[str, str, str] | None = None
        asked = None
        for row in rows:
            level, label, section = 0, "", _given(row.section)
            below = min(levels.get(section, 1) + 1, 6)
            if row.kind == "heading":
                path = f"{section} / {row.text}" if section in levels else str(row.text)
                # The lines of the title head nothing: the page has the title already.
                if speaker or levels or path in sections:
                    levels[path] = level = below
            else:
                said = (str(row.kind), _given(row.speaker), _given(row.role))
                label = self._speaker(*said) if said != speaker else ""
                speaker = said
                if row.kind == "question" and asked != section:
                    level = below
            asked = section if row.kind == "question" else None
            yield self._passage(row, level, label)

    def _speaker(self, kind: str, speaker: str, role: str) -> str:
        """The line that says who speaks; nothing where nobody is named and no question is asked."""
        name = speaker or (self.words("view_question") if kind == "question" and not role else "")
        if not name and not role:
            return ""
        here = "" if speaker else f' lang="{self._page_language}"'
        person = f"<strong{here}>{_text(name)}</strong>" if name else ""
        return f'<p class="rv-speaker">{" ".join(filter(None, (person, _text(role))))}</p>'

    @property
    def _page_language(self) -> str:
        from ..rendering.words import language_tag

        return language_tag(self.lang)

    def _passage(self, row: Any, level: int, label: str) -> str:
        """One passage: its number, its speaker where he changes, its text with marks, its themes."""
        number, anchor = int(row.passage), passage_id(row.passage)
        figures = self.figures.get(number, [])
        words = _text(self.words("view_passage", n=number))
        mark = f'<a class="rv-number" href="#{anchor}" aria-label="{words}" lang="{self._page_language}">{number}</a>'
        if level:
            # The rows stand beside the heading, for what is in a heading is read out as one.
            short = f' data-short="{_text(_shortened(str(row.text), CONTENTS_LENGTH))}"'
            content = self._marked(row, rows=False)
            rows = "".join(self._row(figure) for figure in figures)
            text = f'<h{level} id="{anchor}"{short}>{content}</h{level}>'
            text += f'<div class="rv-rows">{rows}</div>' if rows else ""
            anchor = ""
        else:
            text = f"<p>{self._marked(row)}</p>"
        name = f' id="{anchor}"' if anchor else ""
        return (
            f'<div class="rv-passage rv-{row.kind}"{name}>{mark}<div class="rv-column">{label}{text}</div>'
            f"{self._margin(number)}</div>"
        )

    def _margin(self, passage: int) -> str:
        w, themes = self.words, self.themes.get(passage, [])
        if not themes:
            return ""
        items = "".join(f"<li>{_text(w(f'theme_{code}'))} <span>{count}</span></li>" for code, count in themes)
        label = _text(w("view_themes"))
        return f'<ul class="rv-themes" lang="{self._page_language}" aria-label="{label}" title="{label}">{items}</ul>'

    def _marked(self, row: Any, rows: bool = True) -> str:
        """The text of a passage with its figures and formulas marked; with `rows`, each figure followed by its row."""
        text, parts, at = str(row.text), [], 0
        for start, end, thing in self._spans(int(row.passage)):
            parts.append(_text(text[at:start]))
            inner = _text(text[start:end])
            if hasattr(thing, "formula"):
                parts.append(f'<span class="rv-formula" title="{_text(self._formula(thing))}">{inner}</span>')
            else:
                parts.append(self._figure(thing, inner, rows))
            at = end
        return "".join([*parts, _text(text[at:])])

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

    def _figure(self, figure: Any, inner: str, row: bool) -> str:
        anchor, status = figure_id(figure.passage, figure.start), _given(figure.status) or "undetermined"
        link = (
            f'<a id="{anchor}" href="#{anchor}" aria-describedby="{_described(figure)}">'
            f'<mark class="rv-{status}">{inner}</mark></a>'
        )
        marks = f"{figure.theme} {status} {figure.measure}"
        return f'<span class="rv-figure" data-is="{_text(marks)}">{link}{self._row(figure) if row else ""}</span>'

    def _formula(self, formula: Any) -> str:
        """What a formula stands for."""
        items = _given(formula.items)
        if not items:
            return self.words("view_formula")
        return self.words("view_stands_for", items=self.words("view_join").join(items.split("|")))

    def _row(self, figure: Any) -> str:
        """The row of a figure, shown on hover and focus."""
        w = self.words
        said = "".join(f"<span><b>{_text(label)}</b> {value}</span>" for label, value in self._facts_of(figure))
        back = ""
        if self.report:
            target = f"{self.report}#{row_id(figure.document, figure.passage, figure.start)}"
            name = _text(w("view_report", city=self.city))
            back = f'<span class="rv-back">{_text(w("view_in_report"))}<a href="{_text(target)}">{name}</a></span>'
        facts = f'<span id="{_described(figure)}">{said}</span>'
        return f'<span class="rv-row" lang="{self._page_language}">{facts}{back}</span>'

    def _facts_of(self, figure: Any) -> Iterator[tuple[str, str]]:
        """(label, value as markup) of a figure; what the text does not say is left out."""
        w = self.words
        if _given(figure.indicator):
            yield w("col_indicator"), self._quoted(figure.indicator)
        yield w("col_quantity"), _text(w.quantity(figure, self.units))
        ends = [figure.value, *([] if _missing(figure.value_max) else [figure.value_max])]
        if any(w.scaled(end)[1] for end in ends):
            yield w("view_base"), _text(self._number(figure.value, figure.value_max, self._unit(figure.unit)))
        if _given(figure.unit_si) and figure.unit_si != figure.unit:
            top = figure.value_max
            if not _missing(top) and figure.value:
                top = top * figure.value_si / figure.value
            yield w("view_si"), _text(self._number(figure.value_si, top, str(figure.unit_si)))
        yield _label(self.lang, "figures", "comparator"), _text(w(f"comparator_{COMPARATORS[figure.comparator]}"))
        yield w("col_measure"), _text(w(f"measure_{figure.measure}"))
        if _given(figure.period):
            yield w("col_period"), _text(w.period(figure.period))
        yield w("col_status"), _text(w(_given(figure.status) or "undetermined"))
        yield w("col_theme"), _text(w(f"theme_{figure.theme}"))
        if _given(figure.speaker):
            yield w("col_speaker"), self._quoted(figure.speaker)

    def _quoted(self, text: str) -> str:
        """Words of the document, in its language."""
        return _text(text) if self.words.zh else f"<span {self.language}>{_text(text)}</span>"

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

    def _removed(self) -> str:
        """What cleaning removed, line by line with the rule, folded away."""
        w, removals = self.words, self.tables["removals"]
        head = f'<h2 id="removed" lang="{self._page_language}">{_text(w("view_removed"))}</h2>'
        if removals.empty:
            none = w("view_removed_none")
            return f"{head}<p>{_text(none)}</p>"
        heads = "".join(
            f'<th scope="col">{_text(_label(self.lang, "removals", name))}</th>' for name in ("line", "rule", "text")
        )
        rows = "".join(
            f'<tr><td class="num">{row.line}</td><td>{_text(self._rule(row.rule))}</td>{self._lost(str(row.text))}</tr>'
            for row in removals.itertuples()
        )
        caption = _text(w("view_removed_caption"))
        table = f"<table><caption>{caption}</caption><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
        summary = w("view_removed_summary", n=w.number(len(removals)), rules=removals["rule"].nunique())
        return f'{head}<details class="rv-removed"><summary>{_text(summary)}</summary>{table}</details>'

    def _rule(self, rule: str) -> str:
        return self.words(f"rule_{rule}") if self.words.has(f"rule_{rule}") else rule

    def _lost(self, text: str) -> str:
        """The cell of what a rule took; white space is counted, for nobody sees it."""
        if not text.strip():
            blank = self.words("view_blank", n=len(text))
            return f"<td>{_text(blank)}</td>"
        return f"<td {self.language}>{_text(text)}</td>"


def _text(text: Any) -> str:
    return html.escape(str(text))


def _missing(value: Any) -> bool:
    import pandas as pd

    return bool(pd.isna(value))


def _given(value: Any) -> str:
    """A text of a table, "" where it is missing."""
    return value if isinstance(value, str) else ""


def _shortened(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def _described(figure: Any) -> str:
    """The id of a figure's row on the page."""
    return f"about-{int(figure.passage)}-{int(figure.start)}"


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
    from .pages import city_facts

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
