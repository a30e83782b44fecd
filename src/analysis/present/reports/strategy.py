"""Strategies in reports: codes of the three schemes with shares, contrasts and sentences; the section of a city."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from ... import compare
from ...compare.intervals import filled
from ...extract.coding import Scheme, load_schemes
from ...project.links import document_link, passage_id
from ...project.registry import THEMES
from ...texts.sentences import sentences
from .. import charts
from ..tables import Cell, show_table
from .base import Markdown, Report, around, capital, literal

# The groups of instruments are compared like a scheme of their own, by this name.
GROUP = "group"
KIND_WORDS = {
    "theme": "compared_themes",
    "pathway": "compared_pathways",
    "instrument": "compared_instruments",
    GROUP: "compared_groups",
}
HEAD_WORDS = {
    "theme": "col_theme",
    "pathway": "compared_col_pathway",
    "instrument": "compared_col_instrument",
    GROUP: "compared_col_group",
}
FORMULAS = 30


@dataclass(frozen=True)
class Contrast:
    """Two groups that lie apart on a measure, or where none do, the two with the largest difference.

    `high` and `low` are rows of the table of the measure. `clear`: their intervals do not overlap.
    """

    item: str
    high: Any
    low: Any
    clear: bool


def contrast(
    table: pd.DataFrame, item: str = "", *, value: str = "share", low: str = "low", high: str = "high"
) -> Contrast | None:
    """The contrast of the rows of `table` (one for each group) on `value`; None with fewer than two known values.

    Two groups lie apart where the interval of one ends below that of the other: asking for that is stricter than asking
    whether the interval of their difference leaves out 0. A row without an interval never lies apart from another.
    """
    known = table[table[value].notna()]
    if len(known) < 2:
        return None
    sure = known[known[low].notna() & known[high].notna()]
    if len(sure) > 1:
        above = sure.loc[sure[low].astype(float).idxmax()]
        below = sure.loc[sure[high].astype(float).idxmin()]
        if above[low] > below[high]:
            return Contrast(item, above, below, True)
    return Contrast(item, known.loc[known[value].idxmax()], known.loc[known[value].idxmin()], False)


class Coded(Report):
    """Codes of the three schemes: names, shares with intervals, contrasts between groups, and the sentences behind."""

    @cached_property
    def schemes(self) -> dict[str, Scheme]:
        """The schemes whose names stand in their files; reading that of themes, the largest, would cost time."""
        return load_schemes(self.project.reference, ("pathway", "instrument"))

    def order(self, scheme: str) -> list[str]:
        """The codes of a scheme, or the groups of instruments."""
        if scheme == "theme":
            return list(THEMES)
        return list(self.schemes["instrument"].groups if scheme == GROUP else self.schemes[scheme].codes)

    def code_name(self, scheme: str, code: str) -> str:
        """The name of a code in the report's language; themes have the short names that all pages use."""
        if scheme == "theme":
            return self.theme(code)
        return self.schemes["instrument" if scheme == GROUP else scheme].name(code, self.words.lang)

    def code_names(self, scheme: str) -> dict[str, str]:
        return {code: self.code_name(scheme, code) for code in self.order(scheme)}

    @cached_property
    def all_codes(self) -> pd.DataFrame:
        """The codes, with those of instruments once more under their groups."""
        own = self.codes[self.codes["scheme"] == "instrument"]
        group = {code: self.schemes["instrument"].group(code) for code in self.schemes["instrument"].codes}
        grouped = own.assign(scheme=GROUP, code=own["code"].map(group).astype("string")).dropna(subset=["code"])
        grouped = grouped.drop_duplicates(["document", "sentence", "code"])
        return pd.concat([self.codes, grouped.astype(self.codes.dtypes.to_dict())], ignore_index=True)

    @cached_property
    def _shares(self) -> dict[str, pd.DataFrame]:
        return {}

    @cached_property
    def _contrasts(self) -> dict[str, list[Contrast]]:
        return {}

    def code_shares(self, scheme: str) -> pd.DataFrame:
        """`compare.code_shares` of main codes by city, with intervals of shares of 0 and 1 too (`filled`)."""
        if scheme not in self._shares:
            table = compare.code_shares(self.all_codes, self.documents, scheme=scheme, order=self.order(scheme))
            own = self.all_codes[(self.all_codes["scheme"] == scheme).to_numpy(dtype=bool)]
            coded = set(zip(own["document"], own["passage"], strict=True))
            self._shares[scheme] = fill(table, Counter(self._city_of[document] for document, _ in coded))
        return self._shares[scheme]

    def contrasts(self, scheme: str) -> list[Contrast]:
        """The contrast between cities on each code, clear ones first, then by the size of the difference."""
        if scheme not in self._contrasts:
            table = self.code_shares(scheme)
            found = [contrast(own, str(code)) for code, own in table.groupby("code", sort=False)]
            known = [each for each in found if each is not None]
            self._contrasts[scheme] = sorted(known, key=lambda c: (not c.clear, -(c.high.share - c.low.share)))
        return self._contrasts[scheme]

    def leading(self, scheme: str) -> pd.DataFrame:
        """The code with the largest share of each city that has codes; `clear` where its interval lies above the next.

        Rows in the order of the cities.
        """
        rows = []
        for _, own in self.code_shares(scheme).groupby("city", sort=False):
            ranked = own[own["share"].notna()].sort_values("share", ascending=False, kind="stable")
            if ranked.empty:
                continue
            first, rest = ranked.iloc[0], ranked.iloc[1:]
            rows.append({**first.to_dict(), "clear": bool(rest.empty or first["low"] > rest["high"].max())})
        return pd.DataFrame(rows, columns=[*self.code_shares(scheme).columns, "clear"])

    # --- sentences -----------------------------------------------------------------------------------------------

    @cached_property
    def sentence_texts(self) -> dict[tuple[str, int], str]:
        """(document, number of the sentence) → its text."""
        return {(document, number): text for document, _, number, text in sentences(self.passages)}

    def passage_link(self, document: str, passage: int) -> str:
        """A passage in the reading view of its document."""
        return f"{document_link(document, self.words.lang)}#{passage_id(passage)}"

    def carriers(self, scheme: str, code: str, city: str, each: bool = False) -> pd.DataFrame:
        """The sentence that carries a main code in a city, with `each` in each of its documents.

        It is the one with most evidence for its length: the square of the characters of evidence by those of the
        sentence. Answers and running text come before questions; what is even keeps the order of the text. Columns as
        `codes`; without a row where no sentence has the code.
        """
        table, places = self._ranked_codes(scheme)
        found = places.get((city, code), [])
        if each:
            documents = table["document"].to_numpy()
            first = {documents[place]: place for place in reversed(found)}
            return table.iloc[list(first.values())].sort_index()
        return table.iloc[found[:1]]

    def _ranked_codes(self, scheme: str) -> tuple[pd.DataFrame, dict[tuple[str, str], list[int]]]:
        """The main codes of a scheme, those that `carriers` prefers first; (city, code) → their rows."""
        if scheme not in self._ranked:
            own = compare.main_codes(self.all_codes, scheme)
            places = zip(own["document"], own["sentence"], strict=True)
            length = np.array([len(self.sentence_texts[document, int(number)]) for document, number in places])
            evidence = np.array([len(words.replace("|", "")) for words in own["evidence"]], dtype=float)
            said = [place not in self._questions for place in zip(own["document"], own["passage"], strict=True)]
            ranked = own.assign(said=np.array(said, dtype=bool), size=evidence**2 / np.maximum(length, 1))
            ranked = ranked.sort_values(["said", "size"], ascending=[False, False], kind="stable")
            rows: dict[tuple[str, str], list[int]] = {}
            for row, (document, code) in enumerate(zip(ranked["document"], ranked["code"], strict=True)):
                rows.setdefault((self._city_of[document], code), []).append(row)
            self._ranked[scheme] = ranked, rows
        return self._ranked[scheme]

    @cached_property
    def _ranked(self) -> dict[str, tuple[pd.DataFrame, dict[tuple[str, str], list[int]]]]:
        return {}

    @cached_property
    def _questions(self) -> set[tuple[str, int]]:
        """Document and passage of what was asked."""
        asked = self.passages[(self.passages["kind"] == "question").to_numpy(dtype=bool)]
        return set(zip(asked["document"], asked["passage"], strict=True))

    @cached_property
    def _city_of(self) -> dict[str, str]:
        return dict(zip(self.documents["document"], self.documents["city"], strict=True))

    def _where(self, document: str, passage: int) -> str:
        """`鹤壁 2024年 · 12`: the document of a sentence and its passage."""
        return f"{self.document_names[document]} · {passage}"

    def sentence_cell(self, document: str, passage: int, sentence: int, words: str) -> Cell:
        """A sentence, or of a long one the part around `words`, which lead to its passage in the reading view."""
        text = self.sentence_texts[(document, int(sentence))]
        at = max(text.find(words), 0)
        shown, start = around(text, words, at)
        link = self.passage_link(document, int(passage))
        return Cell(shown, title=text if shown != text else "", link=link, linked=(start, start + len(words)))

    def show_carriers(self, scheme: str, picks: Iterable[tuple[str, str]], each: bool = False) -> None:
        """The sentences that carry codes; `picks` are (city, code), `each` as in `carriers`.

        Nothing is shown where there are none.
        """
        w, rows = self.words, list[list[Cell | str]]()
        for city, code in dict.fromkeys(picks):
            for r in self.carriers(scheme, code, city, each).itertuples():
                words = str(r.evidence).split("|")
                rows.append(
                    [
                        self._where(r.document, r.passage),
                        self.code_name(scheme, code),
                        self.sentence_cell(r.document, r.passage, r.sentence, max(words, key=len)),
                        w("compared_words_join").join(words),
                    ]
                )
        if rows:
            head = [w("compared_col_where"), w(HEAD_WORDS[scheme]), w("col_sentence"), w("compared_col_evidence")]
            show_table(head, rows, caption=w("compared_carriers_caption"), note=w("compared_carriers_rule"))

    def share_words(self, scheme: str, row: Any) -> Markdown:
        """A share for a sentence, linked to the passage that carries its code most."""
        words = self.words.percent(row.share)
        found = self.carriers(scheme, row.code, row.city)
        if found.empty:
            return Markdown(literal(words))
        first = found.iloc[0]
        return Markdown(f"[{literal(words)}]({self.passage_link(first.document, first.passage)})")


def fill(table: pd.DataFrame, passages: Mapping[str, int] | pd.Series) -> pd.DataFrame:
    """`table` (city, share, low, high) with exact intervals of shares of 0 and 1; `passages` with a code by city."""
    low, high = table["low"].to_numpy(dtype=float, copy=True), table["high"].to_numpy(dtype=float, copy=True)
    share, cities = table["share"].to_numpy(dtype=float), table["city"].to_numpy()
    for city in dict.fromkeys(cities):
        own = cities == city
        _, low[own], high[own] = filled(share[own], low[own], high[own], int(passages.get(city, 0)))
    return table.assign(low=low, high=high)


class Strategy(Coded):
    """The section of a city's report on its pathways, its instruments and its numbered formulas."""

    city: str
    name: str
    all_cities: list[str]

    @cached_property
    def formulas(self) -> pd.DataFrame:
        """The numbered formulas of the documents of this report."""
        return self.table("formulas")

    def strategy_charts(self) -> None:
        """The shares of pathways and of instruments, each with a sentence of reading and the sentences behind it."""
        for scheme in ("pathway", "instrument"):
            self._strategy_chart(scheme)

    def _strategy_chart(self, scheme: str) -> None:
        w, shares = self.words, self.code_shares(scheme)
        shares = shares[(shares["count"] > 0) | (scheme == "pathway")]
        total = int(shares["total"].max()) if len(shares) else 0
        kind = w(KIND_WORDS[scheme])
        if not total:
            self.say("strategy_none", kind=kind)
            return
        shares = shares.assign(count=shares["count"].astype(int))
        ranked = shares.sort_values(["share", "code"], ascending=[False, True], kind="stable")
        top, lead = ranked.iloc[0], self.leading(scheme).iloc[0]
        listed = w.list(f"{self.code_name(scheme, r.code)} {w.percent(r.share)}" for r in ranked.head(4).itertuples())
        columns = {"count": w("compared_col_sentences")}
        if scheme == "instrument":
            groups = {code: self.schemes[scheme].group(code) for code in shares["code"]}
            shares = shares.assign(group=[self.code_name(GROUP, str(groups[code])) for code in shares["code"]])
            columns = {"group": w("compared_col_group"), **columns}
        figure = charts.share_dots(
            shares,
            title=capital(w("strategy_title", code=self.code_name(scheme, top.code), share=w.percent(top.share))),
            subtitle=w("strategy_subtitle", kind=kind),
            axis=w("strategy_x", kind=kind),
            names=self.code_names(scheme),
            columns=columns,
            city=self.city,
            cities=self.all_cities,
            empty=w("no_data"),
        )
        note = w("compared_n", n=w.number(total), kind=kind)
        alt = w("strategy_alt", city=self.name, kind=kind, list=listed)
        self._chart(figure, alt, f"{note}{'' if w.zh else ' '}{self.source}")
        self.say(
            "strategy_reading_clear" if lead["clear"] else "strategy_reading",
            kind=kind,
            code=self.code_name(scheme, top.code),
            share=self.share_words(scheme, top),
            low=w.percent(top.low),
            high=w.percent(top.high),
            next=w.list(
                w("strategy_item", code=self.code_name(scheme, r.code), share=w.percent(r.share))
                for r in ranked.iloc[1:3].itertuples()
                if r.share > 0
            )
            or "–",
        )
        if scheme == "instrument":
            listed = w("source_join").join(
                w(
                    "strategy_group_item",
                    group=self.code_name(GROUP, r.code),
                    share=w.percent(r.share),
                    low=w.percent(r.low),
                    high=w.percent(r.high),
                )
                for r in self.code_shares(GROUP).itertuples()
            )
            self.say("strategy_groups", list=listed)
        self.show_carriers(scheme, [(self.city, str(r.code)) for r in ranked.head(3).itertuples() if r.count > 0])

    @cached_property
    def _formula_table(self) -> pd.DataFrame:
        """One row a formula: formula, count, items and where it stands first, with its explanation if it has one."""
        table = self.formulas.assign(explained=self.formulas["items"].notna())
        first = table.sort_values("explained", ascending=False, kind="stable").drop_duplicates("formula")
        counts = table["formula"].value_counts()
        first = first.assign(count=first["formula"].map(counts).astype(int))
        return first.sort_values(["count", "explained"], ascending=[False, False], kind="stable").reset_index(drop=True)

    def show_formulas(self) -> None:
        """The numbered formulas: how often each stands, what it stands for, where."""
        w, table = self.words, self._formula_table
        if table.empty:
            self.say("formulas_none")
            return
        rows: list[list[Cell | str]] = []
        for r in table.head(FORMULAS).itertuples():
            items = str(r.items).split("|") if isinstance(r.items, str) else []
            rows.append(
                [
                    Cell(str(r.formula), link=self.passage_link(r.document, r.passage)),
                    Cell(w.number(r.count), value=float(r.count)),
                    w("view_join").join(items) or w("formulas_unexplained"),
                    self._where(r.document, r.passage),
                ]
            )
        head = [w(key) for key in ("formulas_col", "col_count", "formulas_col_items", "compared_col_where")]
        caption = w("formulas_caption", city=self.name, n=len(rows), all=len(table))
        show_table(head, rows, caption=caption, note=self.source, numeric=[1])

    def read_formulas(self) -> None:
        """How many formulas there are and of how many the text says what they stand for."""
        w, table = self.words, self._formula_table
        if table.empty:
            return
        top = table.iloc[0]
        self.say(
            "formulas_reading",
            n=w.number(len(table)),
            uses=w.number(len(self.formulas)),
            explained=w.number(int(table["explained"].sum())),
            top=top["formula"],
            count=w.number(top["count"]),
        )
