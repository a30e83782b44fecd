"""The report on one city: themes, headline figures, timeline, words, all figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

import pandas as pd

from ... import compare
from ...project.errors import unknown
from ...project.links import row_id
from ...texts.sentences import sentence_at
from .. import charts
from ..tables import Cell, show_table
from .base import HEADLINES, TERMS, Report, around, capital, last_heading, literal, one, shortened, show_markdown
from .strategy import Strategy


class City(Strategy, Report):
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
                low=one(p.low),
                high=one(p.high),
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
                    quantity=self.figure_words(first),
                    period=(f"（{period}）" if w.zh else f" ({period})") if period else "",
                    status=w(str(first.status)),
                )
            )
        show_markdown("\n".join(f"{i}. {item}" for i, item in enumerate(items, 1)))

    def theme_chart(self) -> None:
        w, top = self.words, self._top_theme()
        listed = w.list(f"{self.theme(r.code)} {w.percent(r.share)}" for r in self.shares.head(4).itertuples())
        figure = charts.share_dots(
            self.shares,
            title=w("theme_chart_title", theme=capital(self.theme(top.code)), share=w.percent(top.share)),
            subtitle=w("theme_chart_subtitle"),
            note=w("theme_chart_note", sentences=int(top.total), source=""),
            axis=w("theme_chart_x"),
            names=self.theme_names,
            columns={"figures": w("col_figures")},
            city=self.city,
            cities=self.all_cities,
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
                    Cell(shortened(last_heading(name), 60), title=name),
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
                longest=shortened(last_heading(names[longest]), 40),
                characters=w.number(sections["characters"].iloc[longest]),
                densest=shortened(last_heading(names[densest]), 40),
                per_1000=f"{density.iloc[densest]:.1f}",
            )

    def _sentence(self, row: Any) -> Cell:
        text = self._texts[(row.document, row.passage)]
        start, end = sentence_at(text, row.start)
        mention = text[row.start : row.end]
        shown, at = around(text[start:end], mention, row.start - start)
        return Cell(shown, title=text[start:end], link=self.figure_link(row), linked=(at, at + len(mention)))

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
        figure = charts.timeline(
            d,
            title=w("timeline_title", dated=n, planned=planned),
            subtitle=w("timeline_subtitle"),
            axis=w("timeline_x"),
            dates=dict(zip(self.documents["document"], self.documents["date"], strict=True)),
            names=names,
            city=self.city,
            cities=self.all_cities,
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
        counts = self.counts.rename_axis("term").rename("count").reset_index()
        figure = charts.word_cloud(counts, title=w("cloud_caption", city=self.name), empty=w("no_data"))
        self._chart(figure, w("cloud_alt", city=self.name, top=top))

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
                    Cell(passage, anchor=row_id(row.document, row.passage, row.start)),
                    Cell(str(row.mention), link=self.figure_link(row)),
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
