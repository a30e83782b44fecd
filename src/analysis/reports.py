"""Reports: what the notebooks call, one method for each table, chart and sentence of reading.

`corpus`, `city` and `comparison` open a report: they check the parameters, bring data/processed up to date and load the
tables. Every number in a sentence is put in from the tables; the words stand in strings/.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

import pandas as pd
from IPython.display import display

from . import charts, compare
from .build import build, read_tables
from .clean import split_sentences
from .errors import InputError, unknown
from .figures.units import read_units
from .project import Project, find_project
from .schema import THEMES
from .sources import read_cities
from .tables import Cell, show_table
from .words import LANGUAGES, Words

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
        tables = read_tables(self.project)
        self.documents, self.passages, self.removals = tables["documents"], tables["passages"], tables["removals"]
        self.figures, self.terms = tables["figures"], tables["terms"]
        body = self.passages.loc[self.passages["kind"] != "heading", ["document", "passage"]]
        self.codes = tables["codes"].merge(body, on=["document", "passage"])

    def keep(self, cities: Sequence[str]) -> None:
        """Leave only the documents of `cities`, in their order in sources.csv."""
        self.documents = self.documents[self.documents["city"].isin(cities)].reset_index(drop=True)
        keys = set(self.documents["document"])
        for name in ("passages", "removals", "figures", "terms", "codes"):
            table = getattr(self, name)
            setattr(self, name, table[table["document"].isin(keys)].reset_index(drop=True))

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
                d.title,
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
        """A sentence of reading; all `values` are shown literally."""
        show_markdown(self.words(key, **{k: literal(str(v)) for k, v in values.items()}))

    def _chart(self, figure: Any, alt: str) -> None:
        display(charts.save_chart(figure, alt=alt))

    # --- cells ---------------------------------------------------------------------------------------------------

    def _status(self, value: Any) -> Cell:
        return Cell(self.words(value), form=value) if isinstance(value, str) else Cell("")

    def _quantity(self, row: Any) -> Cell:
        return Cell(self.words.quantity(row, self.units), value=float(row.value), title=str(row.mention))

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


class Corpus(Report):
    """The corpus: sources, cleaning, lengths, density."""

    kind = "corpus"

    def front(self) -> None:
        w = self.words
        values = {
            "documents": len(self.documents),
            "characters": w.number(self.documents["characters"].sum()),
            "figures": w.number(len(self.figures)),
        }
        self._front(w("corpus_title"), w("corpus_subtitle"), w("corpus_description"), w("corpus_finding", **values), [])

    def read_sources(self) -> None:
        w, d = self.words, self.documents
        self.say(
            "sources_reading",
            n=len(d),
            cities=d["city"].nunique(),
            first=w.date(d["date"].min()),
            last=w.date(d["date"].max()),
            digests=int((d["edition"] == "digest").sum()),
            published=int((d["edition"] == "published").sum()),
        )

    def show_cleaning(self) -> None:
        """What cleaning took away by rule, or that it took nothing."""
        w = self.words
        if self.removals.empty:
            self.say("cleaning_none")
            return
        rows = [
            [
                Cell(w(f"rule_{rule}")),
                Cell(w.number(len(group)), value=len(group)),
                Cell(_shortened(str(group["text"].iloc[0]), 40)),
            ]
            for rule, group in self.removals.groupby("rule", sort=True)
        ]
        show_table(
            [w("rule"), w("col_lines"), w("col_example")],
            rows,
            caption=w("cleaning_caption"),
            note=self.source,
            numeric=[1],
        )
        self.say("cleaning_reading", n=w.number(len(self.removals)), rules=self.removals["rule"].nunique())

    @cached_property
    def profile(self) -> pd.DataFrame:
        return compare.figure_profile(self.figures, self.passages, self.documents, by="document")

    def density_chart(self) -> None:
        w, names = self.words, self.document_names
        ranked = self.profile.dropna(subset=["per_1000"]).sort_values("per_1000", ascending=False)
        if ranked.empty:
            self.say("no_data")
            return
        first = ranked.iloc[0]
        listed = w.list(f"{names[r.document]} {r.per_1000:.1f}" for r in ranked.itertuples())
        figure = charts.density_chart(
            self.profile,
            by="document",
            title=w("density_title", first=names[first.document], per_1000=f"{first.per_1000:.1f}"),
            subtitle=w("density_subtitle"),
            note=w("density_note", source=""),
            axis=w("density_x"),
            names=names,
            columns={"figures": w("col_figures"), "characters": w("col_characters")},
            empty=w("no_data"),
        )
        self._chart(figure, w("density_alt", list=listed))

    def read_density(self) -> None:
        ranked = self.profile.dropna(subset=["per_1000"]).sort_values("per_1000", ascending=False)
        if len(ranked) > 1 and ranked["per_1000"].iloc[-1] > 0:
            first, last = ranked.iloc[0], ranked.iloc[-1]
            self.say(
                "density_reading",
                first=self.document_names[first.document],
                high=f"{first.per_1000:.1f}",
                last=self.document_names[last.document],
                low=f"{last.per_1000:.1f}",
                ratio=f"{first.per_1000 / last.per_1000:.1f}",
            )

    def show_lengths(self) -> None:
        w = self.words
        count = self.passages["document"].value_counts()
        rows = [
            [
                self.document_names[r.document],
                w.number(count.get(r.document, 0)),
                w.number(r.characters),
                w.number(r.figures),
                f"{r.per_1000:.1f}",
                self._interval(r.low, r.high, percent=False),
                w.percent(r.planned_share),
            ]
            for r in self.profile.itertuples()
        ]
        head = [
            w(k)
            for k in (
                "col_document",
                "col_passages",
                "col_characters",
                "col_figures",
                "col_per_1000",
                "col_interval",
                "col_share_planned",
            )
        ]
        show_table(head, rows, caption=w("lengths_caption"), note=self.source, numeric=range(1, 7))

    def read_coverage(self) -> None:
        w = self.words
        body = self.passages[self.passages["kind"] != "heading"]
        sentences = sum(len(split_sentences(text)) for text in body["text"])
        coded = len(self.codes.drop_duplicates(["document", "sentence"]))
        self.say(
            "coverage_reading",
            sentences=w.number(sentences),
            coded=w.number(coded),
            share=w.percent(coded / sentences if sentences else 0),
        )


class City(Report):
    """One city: its texts in their own structure, figures, themes, timeline, words."""

    kind = "city"

    def __init__(self, city: str, lang: str, declared: Iterable[str], history: Sequence[str]) -> None:
        super().__init__(lang, declared, history)
        present = [c for c in self.cities if c in set(self.documents["city"])]
        if city not in present:
            raise unknown("city", str(city), present, path=self.project.shown(self.project.sources))
        self.city, self.all_cities = city, present
        self.keep([city])
        self.name = self.city_name(city)

    @cached_property
    def profile(self) -> pd.Series:
        return compare.figure_profile(self.figures, self.passages, self.documents).iloc[0]

    @cached_property
    def shares(self) -> pd.DataFrame:
        """Themes of the city's sentences with intervals and the number of figures of each theme."""
        shares = compare.theme_shares(self.codes, self.documents)
        counts = self.figures.groupby("theme", observed=True).agg(
            figures=("theme", "size"), planned=("status", lambda s: int((s == "planned").sum()))
        )
        shares = shares.merge(counts, left_on="code", right_index=True, how="left")
        shares[["figures", "planned"]] = shares[["figures", "planned"]].fillna(0).astype("int64")
        return shares.sort_values(["share", "code"], ascending=[False, True], kind="stable").reset_index(drop=True)

    @cached_property
    def headlines(self) -> pd.DataFrame:
        return compare.headlines(self.figures, self.passages, HEADLINES)

    def _top_theme(self) -> pd.Series:
        return self.shares.iloc[0]

    def front(self) -> None:
        w, entry = self.words, self.cities[self.city]
        lang = w.lang
        facts = [
            [w("facts_class"), str(entry.get(f"class_note_{lang}") or self._class(self.city))],
            [w("facts_resource"), str(entry.get(f"resource_{lang}", "–"))],
            [w("facts_province"), str(entry.get(f"province_{lang}", "–"))],
        ]
        population = entry.get("population")
        if population:
            facts.append(
                [
                    w("facts_population"),
                    w("facts_population_value", n=w.number(population["value"]), year=population["year"]),
                ]
            )
        facts.append(
            [
                w("facts_documents"),
                w(
                    "facts_documents_value",
                    n=len(self.documents),
                    characters=w.number(self.documents["characters"].sum()),
                ),
            ]
        )
        finding = w(
            "city_finding",
            n=w.number(len(self.figures)),
            share=w.percent(self.profile.planned_share),
            theme=self.theme(self._top_theme().code),
        )
        self._front(
            w("city_title", city=self.name), w("city_subtitle"), w("city_description", city=self.name), finding, facts
        )

    def findings(self) -> None:
        """Three findings: how much and how concretely the texts speak, of what, and their first figure."""
        w, p = self.words, self.profile
        if self.figures.empty:
            self.say("finding_none")
            return
        top, most = self._top_theme(), self.shares.sort_values("figures", ascending=False, kind="stable").iloc[0]
        documents = w("one_document") if len(self.documents) == 1 else w("documents_count", n=len(self.documents))
        items = [
            w(
                "finding_scale",
                documents=documents,
                characters=w.number(p.characters),
                figures=w.number(p.figures),
                per_1000=f"{p.per_1000:.1f}",
                low=_one(p.low),
                high=_one(p.high),
                planned=w.number(p.planned),
                share=w.percent(p.planned_share),
            ),
            w(
                "finding_theme",
                theme=self.theme(top.code),
                count=w.number(top.sentences),
                sentences=w.number(top.total),
                share=w.percent(top.share),
                low=w.percent(top.low),
                high=w.percent(top.high),
                figure_theme=self.theme(most.code),
                figure_count=w.number(most.figures),
            ),
        ]
        named = self.headlines[self.headlines["indicator"].notna() & self.headlines["status"].notna()]
        for first in named.head(1).itertuples():
            period = w.period(first.period)
            items.append(
                w(
                    "finding_headline",
                    indicator=literal(str(first.indicator)),
                    quantity=w.quantity(first, self.units),
                    period=(f"（{period}）" if w.zh else f" ({period})") if period else "",
                    status=w(str(first.status)),
                )
            )
        show_markdown("\n".join(f"{i}. {item}" for i, item in enumerate(items, 1)))

    def theme_chart(self) -> None:
        w, top = self.words, self._top_theme()
        listed = w.list(f"{self.theme(r.code)} {w.percent(r.share)}" for r in self.shares.head(4).itertuples())
        figure = charts.theme_chart(
            self.shares,
            title=w("theme_chart_title", theme=_capital(self.theme(top.code)), share=w.percent(top.share)),
            subtitle=w("theme_chart_subtitle"),
            note=w("theme_chart_note", sentences=int(top.total), source=""),
            axis=w("theme_chart_x"),
            names=self.theme_names,
            columns={"figures": w("col_figures")},
            colour=charts.city_colour(self.city, self.all_cities),
            empty=w("no_data"),
        )
        self._chart(figure, w("theme_chart_alt", city=self.name, top=listed))

    def read_themes(self) -> None:
        w, three = self.words, self.shares.head(3)
        most = self.shares.sort_values("figures", ascending=False, kind="stable").iloc[0]
        listed = w.list(
            f"{self.theme(r.code)}（{w.percent(r.share)}）" if w.zh else f"{self.theme(r.code)} ({w.percent(r.share)})"
            for r in three.itertuples()
        )
        self.say(
            "theme_reading",
            top=listed,
            share=w.percent(three["share"].sum()),
            n=int((self.shares["figures"] > 0).sum()),
            most=self.theme(most.code),
            count=w.number(most.figures),
            planned=w.number(most.planned),
        )

    def show_structure(self) -> None:
        """One table a document: its sections or questions with length, figures and plans; each with a reading."""
        w = self.words
        for document in self.documents.itertuples():
            own = (self.passages["document"] == document.document) & (self.passages["kind"] != "heading")
            passages = self.passages[own]
            figures = self.figures[self.figures["document"] == document.document]
            sections = compare.section_profile(passages, figures)
            names = [s if isinstance(s, str) and s else w("no_section") for s in sections["section"]]
            rows: list[list[Cell | str]] = [
                [
                    Cell(_shortened(_last_heading(name), 60), title=name),
                    row.speaker if isinstance(row.speaker, str) else "",
                    w.number(row.characters),
                    w.number(row.figures),
                    w.number(row.planned),
                    f"{1000 * row.figures / row.characters:.1f}" if row.characters else "–",
                ]
                for name, row in zip(names, sections.itertuples(), strict=True)
            ]
            head = [
                w(k)
                for k in ("col_section", "col_speaker", "col_characters", "col_figures", "col_planned", "col_per_1000")
            ]
            show_table(
                head,
                rows,
                caption=w("structure_caption", document=self.document_names[document.document]),
                note=self.source,
                numeric=range(2, 6),
            )
            density = 1000 * sections["figures"] / sections["characters"].clip(lower=1)
            longest, densest = int(sections["characters"].to_numpy().argmax()), int(density.to_numpy().argmax())
            self.say(
                "structure_reading",
                title=document.title,
                n=len(sections),
                longest=_shortened(_last_heading(names[longest]), 40),
                characters=w.number(sections["characters"].iloc[longest]),
                densest=_shortened(_last_heading(names[densest]), 40),
                per_1000=f"{density.iloc[densest]:.1f}",
            )

    def _sentence(self, row: Any) -> Cell:
        text = self._texts[(row.document, row.passage)]
        start, end = next((s, e) for s, e in split_sentences(text) if s <= row.start < e)
        return Cell(
            _around(text[start:end].strip(), text[row.start : row.end], row.start - start),
            title=text[start:end].strip(),
        )

    @cached_property
    def _texts(self) -> dict[tuple[str, int], str]:
        return {(r.document, r.passage): r.text for r in self.passages.itertuples()}

    def show_headlines(self) -> None:
        w, rows = self.words, list[list[Cell | str]]()
        for row in self.headlines.itertuples():
            rows.append(
                [
                    row.indicator if isinstance(row.indicator, str) else "–",
                    self._quantity(row),
                    w.period(row.period),
                    self._status(row.status),
                    self.theme(row.theme),
                    self._sentence(row),
                ]
            )
        head = [
            w(k) for k in ("col_indicator", "col_quantity", "col_period", "col_status", "col_theme", "col_sentence")
        ]
        show_table(
            head,
            rows,
            caption=w("headlines_caption", n=len(rows), city=self.name),
            note=w("headlines_rule") + ("" if w.zh else " ") + self.source,
            numeric=[1],
        )

    def read_headlines(self) -> None:
        statuses = self.headlines["status"]
        self.say(
            "headlines_reading",
            n=len(statuses),
            achieved=int((statuses == "achieved").sum()),
            planned=int((statuses == "planned").sum()),
        )

    @cached_property
    def dated(self) -> pd.DataFrame:
        return compare.timeline(self.figures)

    def timeline_chart(self) -> None:
        w, d = self.words, self.dated
        if d.empty:
            self.say("timeline_empty")
            return
        first, last = self._years()
        n, planned = int(d["figures"].sum()), int(d.loc[d["status"] == "planned", "figures"].sum())
        names = {
            **self.document_names,
            "achieved": w("achieved"),
            "planned": w("planned"),
            "undetermined": w("undetermined"),
        }
        colour = charts.city_colour(self.city, self.all_cities)
        figure = charts.timeline_chart(
            d,
            title=w("timeline_title", dated=n, planned=planned),
            subtitle=w("timeline_subtitle"),
            axis=w("timeline_x"),
            dates=dict(zip(self.documents["document"], self.documents["date"], strict=True)),
            names=names,
            colours=dict.fromkeys(self.documents["document"], colour),
            empty=w("no_data"),
        )
        self._chart(
            figure,
            w("timeline_alt", city=self.name, dated=n, achieved=n - planned, planned=planned, first=first, last=last),
        )

    def _years(self) -> tuple[int, int]:
        years = pd.concat([self.dated["year_from"], self.dated["year_to"]]).dropna().astype(int)
        return int(years.min()), int(years.max())

    def read_timeline(self) -> None:
        if not self.dated.empty:
            first, last = self._years()
            n = int(self.dated["figures"].sum())
            self.say(
                "timeline_reading",
                figures=self.words.number(len(self.figures)),
                dated=self.words.number(n),
                share=self.words.percent(n / len(self.figures)),
                first=first,
                last=last,
            )

    @cached_property
    def counts(self) -> pd.Series:
        """Word → count over the documents of the city, most frequent first."""
        counts = self.terms.groupby("term")["count"].sum()
        return counts.sort_values(ascending=False, kind="stable")

    def word_cloud(self) -> None:
        w = self.words
        top = w.list(map(str, self.counts.head(8).index))
        display(
            charts.word_cloud(
                self.counts,
                alt=w("cloud_alt", city=self.name, top=top),
                caption=w("cloud_caption", city=self.name),
                note=self.source,
                empty=w("no_data"),
            )
        )

    def show_terms(self) -> None:
        w, total = self.words, int(self.counts.sum())
        rows = [
            [str(term), w.number(count), f"{10000 * count / total:.1f}"]
            for term, count in self.counts.head(TERMS).items()
        ]
        show_table(
            [w("col_term"), w("col_count"), w("col_rate")],
            rows,
            caption=w("terms_caption", city=self.name, n=len(rows)),
            note=self.source,
            numeric=[1, 2],
        )

    def read_terms(self) -> None:
        w = self.words
        self.say(
            "terms_reading",
            types=w.number(len(self.counts)),
            tokens=w.number(self.counts.sum()),
            top=w.list(map(str, self.counts.head(5).index)),
        )
        self.caution()

    def show_figures(self) -> None:
        """Every figure of the city's texts, in the order of the text."""
        w, several, rows = self.words, len(self.documents) > 1, list[list[Cell | str]]()
        for row in self.figures.itertuples():
            passage = f"{self.document_names[row.document]} · {row.passage}" if several else str(row.passage)
            indicator = str(row.indicator) if isinstance(row.indicator, str) else ""
            rows.append(
                [
                    passage,
                    str(row.mention),
                    indicator,
                    self._quantity(row),
                    w(f"measure_{row.measure}"),
                    w.period(row.period),
                    self._status(row.status),
                    self.theme(row.theme),
                ]
            )
        head = [
            w(k)
            for k in (
                "col_passage",
                "col_mention",
                "col_indicator",
                "col_quantity",
                "col_measure",
                "col_period",
                "col_status",
                "col_theme",
            )
        ]
        show_table(
            head,
            rows,
            caption=w("all_figures_caption", city=self.name, n=w.number(len(rows))),
            note=self.source,
            numeric=[3],
            row_heads=False,
        )


class Comparison(Report):
    """Several cities side by side: themes, figure profiles, distinctive words."""

    kind = "comparison"

    def __init__(
        self, cities: Sequence[str] | str | None, lang: str, declared: Iterable[str], history: Sequence[str]
    ) -> None:
        super().__init__(lang, declared, history)
        present = [c for c in self.cities if c in set(self.documents["city"])]
        wanted = [c.strip() for c in cities.split(",")] if isinstance(cities, str) else list(cities or present)
        for city in wanted:
            if city not in present:
                raise unknown("city", str(city), present, path=self.project.shown(self.project.sources))
        if len(set(wanted)) < 2:
            raise InputError("a comparison takes two cities or more", cure=f"use some of: {', '.join(present)}")
        self.chosen, self.all_cities = [c for c in present if c in wanted], present
        self.keep(self.chosen)

    @cached_property
    def shares(self) -> pd.DataFrame:
        return compare.theme_shares(self.codes, self.documents)

    @cached_property
    def profile(self) -> pd.DataFrame:
        return compare.figure_profile(self.figures, self.passages, self.documents)

    @cached_property
    def heaviest(self) -> pd.DataFrame:
        """The theme with the largest share of each city, in the order of the cities."""
        ranked = self.shares.sort_values(["share", "code"], ascending=[False, True], kind="stable").drop_duplicates(
            "city"
        )
        return ranked.set_index("city").loc[[c for c in self.chosen if c in set(ranked["city"])]].reset_index()

    def front(self) -> None:
        w = self.words
        top = self.heaviest.sort_values("share", ascending=False, kind="stable").iloc[0]
        first = self.profile.sort_values("per_1000", ascending=False, kind="stable").iloc[0]
        finding = w(
            "comparison_finding",
            cities=len(self.chosen),
            first=self.city_name(first.city),
            theme=self.theme(top.code),
            theme_city=self.city_name(top.city),
        )
        facts = [[self.city_name(c), self._class(c)] for c in self.chosen]
        self._front(
            w("comparison_title"),
            w("comparison_subtitle", cities=w.list(self.city_name(c) for c in self.chosen)),
            w("comparison_description"),
            finding,
            facts,
        )

    def read_basis(self) -> None:
        w, d = self.words, self.documents
        genres = w.list(w(f"genre_{g}") for g in dict.fromkeys(d["genre"]))
        self.say(
            "basis_reading",
            documents=len(d),
            genres=genres,
            first=w.date(d["date"].min()),
            last=w.date(d["date"].max()),
            shortest=w.number(d["characters"].min()),
            longest=w.number(d["characters"].max()),
        )

    def _heaviest_list(self) -> str:
        w = self.words
        return w.list(
            w("theme_comparison_item", city=self.short_name(r.city), theme=self.theme(r.code))
            for r in self.heaviest.itertuples()
        )

    def theme_chart(self) -> None:
        w = self.words
        code, high, low = self._widest()
        title = w(
            "theme_comparison_title",
            theme=self.theme(code),
            high_city=self.short_name(high.city),
            high=w.percent(high.share),
            low_city=self.short_name(low.city),
            low=w.percent(low.share),
        )
        figure = charts.theme_comparison(
            self.shares,
            title=title,
            subtitle=w("theme_comparison_subtitle"),
            note="",
            axis=w("theme_chart_x"),
            names={**self.theme_names, **self.city_names},
            cities=self.all_cities,
            empty=w("no_data"),
        )
        self._chart(figure, w("theme_comparison_alt", list=self._heaviest_list()))

    def _widest(self) -> tuple[str, pd.Series, pd.Series]:
        """The theme on which the highest and the lowest city are farthest apart, and their rows."""
        wide = self.shares.pivot(index="code", columns="city", values="share")
        code = str((wide.max(axis=1) - wide.min(axis=1)).idxmax())
        rows = self.shares[self.shares["code"] == code].sort_values("share", ascending=False, kind="stable")
        return code, rows.iloc[0], rows.iloc[-1]

    def read_themes(self) -> None:
        w = self.words
        code, high, low = self._widest()
        self.say(
            "theme_comparison_reading",
            theme=self.theme(code),
            high_city=self.city_name(high.city),
            high=w.percent(high.share),
            high_low=w.percent(high.low),
            high_high=w.percent(high.high),
            low_city=self.city_name(low.city),
            low=w.percent(low.share),
            low_low=w.percent(low.low),
            low_high=w.percent(low.high),
        )

    def show_themes(self) -> None:
        w = self.words
        wide = self.shares.pivot(index="code", columns="city", values="share").reindex(columns=self.chosen)
        order = wide.mean(axis=1).sort_values(ascending=False, kind="stable").index
        rows: list[list[Cell | str]] = [
            [
                self.theme(code),
                *(Cell(w.percent(wide.loc[code, c]), value=float(wide.loc[code, c])) for c in self.chosen),
            ]
            for code in order
        ]
        show_table(
            [w("col_theme"), *(self.city_name(c) for c in self.chosen)],
            rows,
            caption=w("theme_table_caption"),
            note=self.source,
            numeric=range(1, len(self.chosen) + 1),
        )

    def profile_chart(self) -> None:
        w, p = self.words, self.profile
        first, planned = self._best("per_1000"), self._best("planned_share")
        listed = w("source_join").join(
            w(
                "profile_alt_item",
                city=self.short_name(r.city),
                per_1000=f"{r.per_1000:.1f}",
                planned=w.percent(r.planned_share),
                dated=w.percent(r.dated_share),
            )
            for r in p.itertuples()
        )
        panels = {
            "per_1000": w("profile_per_1000"),
            "planned_share": w("profile_planned"),
            "dated_share": w("profile_dated"),
        }
        figure = charts.profile_comparison(
            p,
            panels,
            title=w(
                "profile_title",
                first=self.short_name(first.city),
                per_1000=f"{first.per_1000:.1f}",
                planned_city=self.short_name(planned.city),
            ),
            subtitle=w("profile_subtitle"),
            names=self.city_names,
            cities=self.all_cities,
            empty=w("no_data"),
        )
        self._chart(figure, w("profile_alt", list=listed))

    def _best(self, column: str) -> pd.Series:
        return self.profile.sort_values(column, ascending=False, kind="stable", na_position="last").iloc[0]

    def read_profiles(self) -> None:
        w = self.words
        first, planned, dated = self._best("per_1000"), self._best("planned_share"), self._best("dated_share")
        self.say(
            "profile_reading",
            first=self.city_name(first.city),
            high=f"{first.per_1000:.1f}",
            planned_city=self.city_name(planned.city),
            planned=w.percent(planned.planned_share),
            dated_city=self.city_name(dated.city),
            dated=w.percent(dated.dated_share),
        )

    def show_profiles(self) -> None:
        w = self.words
        rows = [
            [
                self.city_name(r.city),
                w.number(r.characters),
                w.number(r.figures),
                f"{r.per_1000:.1f}",
                w.percent(r.planned_share),
                w.percent(r.dated_share),
            ]
            for r in self.profile.itertuples()
        ]
        head = [
            w(k)
            for k in (
                "col_city",
                "col_characters",
                "col_figures",
                "col_per_1000",
                "col_share_planned",
                "col_share_dated",
            )
        ]
        show_table(head, rows, caption=w("profile_caption"), note=self.source, numeric=range(1, 6))

    @cached_property
    def keyness(self) -> pd.DataFrame:
        """Log-odds of the words of each city; the cities' own names are left out, they set nothing apart."""
        names = {
            name
            for entry in self.cities.values()
            for name in (entry["name_zh"], re.sub("市$", "", entry["name_zh"]), *entry.get("aliases", []))
        }
        return compare.keyness(self.terms[~self.terms["term"].isin(names)], self.documents)

    @cached_property
    def distinctive(self) -> pd.DataFrame:
        """The eight words of each city with the largest z, in the order of the cities."""
        own = self.keyness[self.keyness["z"] > 0].sort_values(["z", "term"], ascending=[False, True], kind="stable")
        return pd.concat([own[own["city"] == c].head(8) for c in self.chosen], ignore_index=True)

    def keyness_chart(self) -> None:
        w = self.words
        listed = w("source_join").join(
            w(
                "keyness_alt_item",
                city=self.short_name(c),
                terms=w.list(map(str, self.distinctive.loc[self.distinctive["city"] == c, "term"].head(4))),
            )
            for c in self.chosen
        )
        figure = charts.keyness_chart(
            self.keyness,
            title=w("keyness_title"),
            subtitle=w("keyness_subtitle"),
            axis=w("keyness_x"),
            counts=w("keyness_counts"),
            names=self.city_names,
            cities=self.all_cities,
            empty=w("no_data"),
        )
        self._chart(figure, w("keyness_alt", list=listed))

    def read_keyness(self) -> None:
        w = self.words
        firsts = [
            self.distinctive[self.distinctive["city"] == c].iloc[0]
            for c in self.chosen
            if (self.distinctive["city"] == c).any()
        ]
        self.say(
            "keyness_reading",
            list=w("source_join").join(
                w(
                    "keyness_item",
                    city=self.city_name(r.city),
                    term=r.term,
                    count=w.number(r["count"]),
                    other=w.number(r.other_count),
                )
                for r in firsts
            ),
        )
        self.caution()

    def show_keyness(self) -> None:
        w = self.words
        rows = [
            [
                self.city_name(r.city),
                str(r.term),
                w.number(r.count_here),
                w.number(r.other_count),
                f"{r.rate_per_10000:.1f}",
                f"{r.other_rate:.1f}",
                f"{r.log_odds:.2f}",
                f"{r.z:.1f}",
            ]
            for r in self.distinctive.rename(columns={"count": "count_here"}).itertuples()
        ]
        head = [
            w(k)
            for k in (
                "col_city",
                "col_term",
                "col_count",
                "col_other_count",
                "col_rate",
                "col_other_rate",
                "col_log_odds",
                "col_z",
            )
        ]
        show_table(head, rows, caption=w("keyness_caption"), note=self.source, numeric=range(2, 8))


def _one(value: float) -> str:
    """A number with one decimal, – where it is missing."""
    return "–" if pd.isna(value) else f"{value:.1f}"


def _shortened(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _last_heading(section: str) -> str:
    return section.rsplit(" / ", 1)[-1]


def _around(sentence: str, mention: str, at: int) -> str:
    """The sentence, or where it is long the part of it around the mention."""
    if len(sentence) <= 2 * WINDOW + len(mention):
        return sentence
    start, end = max(0, at - WINDOW), min(len(sentence), at + len(mention) + WINDOW)
    return ("…" if start else "") + sentence[start:end] + ("…" if end < len(sentence) else "")


def corpus(*, lang: str, history: Sequence[str] = ()) -> Corpus:
    """Open the report on the corpus; `history` is IPython's `In`."""
    return Corpus(lang, ("lang",), history)


def city(*, city: str, lang: str, history: Sequence[str] = ()) -> City:
    """Open the report on one city (a key of data/reference/cities.yml with a document)."""
    return City(city, lang, ("city", "lang"), history)


def comparison(*, cities: Sequence[str] | str | None, lang: str, history: Sequence[str] = ()) -> Comparison:
    """Open the comparison of `cities` (keys, also joined by commas; None for all that have a document)."""
    return Comparison(cities, lang, ("cities", "lang"), history)
