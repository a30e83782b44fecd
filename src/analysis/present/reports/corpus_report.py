"""The report on the corpus: sources, cleaning, how concretely each document speaks, what is covered."""

from __future__ import annotations

from functools import cached_property

import pandas as pd

from ... import compare
from ...texts.sentences import split_sentences
from .. import charts
from ..tables import Cell, show_table
from .base import Report, shortened


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
                Cell(shortened(str(group["text"].iloc[0]), 40)),
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
        figure = charts.density(
            self.profile,
            rows="document",
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
        coded = len(compare.main_codes(self.codes))
        self.say(
            "coverage_reading",
            sentences=w.number(sentences),
            coded=w.number(coded),
            share=w.percent(coded / sentences if sentences else 0),
        )
