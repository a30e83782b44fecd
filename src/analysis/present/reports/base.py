"""What all reports share: project, tables, words, and how they show things."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

import pandas as pd
from IPython.display import display

from ...build.run import build, read_table
from ...extract.figures.units import read_units
from ...project.errors import unknown
from ...project.folders import Project, find_project
from ...project.links import document_link, figure_link
from ...project.registry import THEMES
from ...texts.cities import read_cities
from .. import charts
from ..language import LANGUAGES, Words
from ..tables import Cell

MIME = "application/vnd.resource-cities.report+json"
HEADLINES, TERMS, WINDOW = 12, 25, 46


def _check_parameters(declared: Iterable[str], history: Sequence[str]) -> None:
    """Refuse a parameter that the notebook does not have: papermill only warns and goes on with the default.

    `history` is IPython's `In`; papermill's cell of given parameters begins with `# Parameters`.
    """
    declared = list(declared)
    for cell in history:
        if not cell.startswith("# Parameters"):
            continue
        for node in ast.parse(cell).body:
            for target in node.targets if isinstance(node, ast.Assign) else []:
                if isinstance(target, ast.Name) and target.id not in declared:
                    raise unknown("parameter", target.id, declared)


def show_markdown(text: str) -> None:
    """Display Markdown that the report wrote itself; document text in it must have gone through `literal`."""
    display({"text/markdown": text, "text/plain": text}, raw=True)


def literal(text: str) -> str:
    """Document text as Markdown that shows it character by character."""
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|<>~$&])", r"\\\1", text)


class Markdown(str):
    """Markdown that the report wrote itself, which `Report.say` puts in as it is."""


class Report:
    """What all reports share: project, tables, words, and how they show things."""

    kind = ""

    def __init__(self, lang: str, declared: Iterable[str], history: Sequence[str]) -> None:
        _check_parameters(declared, history)
        if lang not in LANGUAGES:
            raise unknown("language", str(lang), LANGUAGES)
        self.words = Words(lang)
        self.project: Project = find_project()
        build(self.project)
        self.cities = read_cities(self.project)
        self.units = read_units(self.project.reference / "units.csv")
        self.documents = read_table(self.project, "documents")

    def keep(self, cities: Sequence[str]) -> None:
        """Leave only the documents of `cities`, in their order in sources.csv."""
        self.documents = self.documents[self.documents["city"].isin(cities)].reset_index(drop=True)
        for name in ("passages", "removals", "figures", "terms", "codes"):
            self.__dict__.pop(name, None)

    def table(self, name: str) -> pd.DataFrame:
        """A table of data/processed with the rows of the documents of the report."""
        return read_table(self.project, name, self.documents["document"])

    @cached_property
    def passages(self) -> pd.DataFrame:
        return self.table("passages")

    @cached_property
    def removals(self) -> pd.DataFrame:
        return self.table("removals")

    @cached_property
    def figures(self) -> pd.DataFrame:
        return self.table("figures")

    @cached_property
    def terms(self) -> pd.DataFrame:
        return self.table("terms")

    @cached_property
    def codes(self) -> pd.DataFrame:
        """The codes of what is said under headings, not of the headings."""
        body = self.passages.loc[self.passages["kind"] != "heading", ["document", "passage"]]
        return self.table("codes").merge(body, on=["document", "passage"])

    # --- words ---------------------------------------------------------------------------------------------------

    def city_name(self, city: str) -> str:
        """`鹤壁` / `Hebi 鹤壁`: the English report keeps the Chinese name beside its own."""
        entry = self.cities[city]
        short = re.sub("市$", "", entry["name_zh"])
        return short if self.words.zh else f"{entry['name_en']} {short}"

    def short_name(self, city: str) -> str:
        """The name of a city as a chart has room for."""
        return re.sub("市$", "", self.cities[city]["name_zh"]) if self.words.zh else self.cities[city]["name_en"]

    def _class(self, city: str) -> str:
        """The class of a city in the plan for resource-based cities, – where cities.yml gives none."""
        given = self.cities[city].get("class")
        return self.words(f"class_{given}") if given else "–"

    @property
    def city_names(self) -> dict[str, str]:
        return {city: self.short_name(city) for city in self.cities}

    @cached_property
    def document_names(self) -> dict[str, str]:
        """document → `鹤壁 2024年`, with the month where a city speaks twice in a year."""
        return {row.document: f"{self.short_name(row.city)} {row.date[:4]}" for row in self.documents.itertuples()}

    @property
    def theme_names(self) -> dict[str, str]:
        return {theme: self.words(f"theme_{theme}") for theme in THEMES}

    def theme(self, code: str) -> str:
        return self.words(f"theme_{code}")

    @cached_property
    def source(self) -> str:
        """The line under tables and charts: which documents, which edition."""
        items = [
            self.words("source_item", city=self.short_name(d.city), title=d.title, date=self.words.date(d.date))
            for d in self.documents.itertuples()
        ]
        if len(items) > 3:
            items = list(self.document_names.values())
        editions = [self.words(f"edition_{e}_long") for e in sorted(set(self.documents["edition"]))]
        return self.words(
            "source_note", titles=self.words("source_join").join(items), editions=self.words.list(editions)
        )

    # --- front ---------------------------------------------------------------------------------------------------

    def _front(self, title: str, subtitle: str, description: str, finding: str, facts: list[list[str]]) -> None:
        """Display the title for readers of the notebook, and the same facts for the renderer."""
        w = self.words
        head = [
            w(k)
            for k in (
                "col_title",
                "col_date",
                "col_genre",
                "col_publisher",
                "col_edition",
                "col_characters",
                "col_figures",
            )
        ]
        counts = self.figures["document"].value_counts()
        rows = [
            [
                [d.title, document_link(d.document, w.lang)],
                w.date(d.date),
                w(f"genre_{d.genre}"),
                d.publisher if isinstance(d.publisher, str) else w("no_publisher"),
                w(f"edition_{d.edition}"),
                w.number(d.characters),
                w.number(counts.get(d.document, 0)),
            ]
            for d in self.documents.itertuples()
        ]
        said = {
            "title": title,
            "subtitle": subtitle,
            "lang": w.lang,
            "description": description,
            "keywords": [
                *(self.short_name(city) for city in dict.fromkeys(self.documents["city"])),
                w("keyword_resource_city"),
                w("keyword_transition"),
            ],
            "finding": finding,
            "facts": facts,
            "sources": {"caption": w("sources_caption"), "head": head, "rows": rows},
        }
        lines = [
            f"# {literal(title)}",
            "",
            literal(subtitle),
            "",
            *(f"- **{literal(k)}** {literal(v)}" for k, v in facts),
        ]
        display({MIME: said, "text/markdown": "\n".join(lines), "text/plain": title}, raw=True)

    def heading(self, key: str) -> None:
        """A section's heading in the language of the report."""
        show_markdown(f"## {self.words(key)}")

    def say(self, key: str, **values: Any) -> None:
        """A sentence of reading; all `values` are shown literally, but for `Markdown` such as `figure_words` gives."""
        shown = {k: v if isinstance(v, Markdown) else literal(str(v)) for k, v in values.items()}
        show_markdown(self.words(key, **shown))

    def _chart(self, figure: Any, alt: str, note: str = "") -> None:
        display(charts.save_chart(figure, alt=alt, note=note))

    # --- cells ---------------------------------------------------------------------------------------------------

    def _status(self, value: Any) -> Cell:
        return Cell(self.words(value), form=value) if isinstance(value, str) else Cell("")

    def _quantity(self, row: Any) -> Cell:
        """What a figure says, with its words as printed, linked to its place in the reading view."""
        words = self.words.quantity(row, self.units)
        return Cell(words, value=float(row.value), title=str(row.mention), link=self.figure_link(row))

    def figure_link(self, row: Any) -> str:
        """Where a figure stands in the reading view; `row` has document, passage and start."""
        return figure_link(row.document, row.passage, row.start, self.words.lang)

    def figure_words(self, row: Any) -> Markdown:
        """What a figure says, for a sentence: linked to its place in the reading view."""
        return Markdown(f"[{literal(self.words.quantity(row, self.units))}]({self.figure_link(row)})")

    def _interval(self, low: float, high: float, percent: bool = True) -> str:
        if pd.isna(low):
            return "–"
        return f"{self.words.percent(low)}–{self.words.percent(high)}" if percent else f"{low:.1f}–{high:.1f}"

    def method(self) -> None:
        """How the numbers came about, and what stays in Chinese."""
        self.heading("method")
        show_markdown(self.words(f"method_{self.kind}") + " " + self.words("english_note"))

    def caution(self) -> None:
        """What the editions of the documents mean for measures of wording."""
        editions = set(self.documents["edition"])
        if "digest" in editions:
            show_markdown(self.words("mixed_caution" if len(editions) > 1 else "digest_caution"))


def one(value: float) -> str:
    """A number with one decimal, – where it is missing."""
    return "–" if pd.isna(value) else f"{value:.1f}"


def shortened(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def last_heading(section: str) -> str:
    return section.rsplit(" / ", 1)[-1]


def around(sentence: str, mention: str, at: int) -> tuple[str, int]:
    """The sentence, or where it is long the part of it around the mention; and where the mention begins in that."""
    if len(sentence) <= 2 * WINDOW + len(mention):
        return sentence, at
    start, end = max(0, at - WINDOW), min(len(sentence), at + len(mention) + WINDOW)
    before, after = "…" if start else "", "…" if end < len(sentence) else ""
    return before + sentence[start:end] + after, len(before) + at - start
