"""The report on several cities side by side."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any

import pandas as pd

from ... import compare
from ...extract.coding import SCHEMES
from ...project.errors import InputError, unknown
from .. import charts
from ..tables import Cell, show_table
from .base import Markdown, capital, literal, one, show_markdown
from .indicator_matrix import IndicatorMatrix
from .strategy import GROUP, HEAD_WORDS, KIND_WORDS, Coded, Contrast, contrast, fill

# Up to so many cities, every one of them is named in sentences and tables; with more, the most telling ones.
FEW = 6
# What is called distinctive is beyond this: a guide for reading, not a test.
LEAST_Z = 1.96
TERMS_OF_A_CITY, SHARED, CONTEXTS, PAIRS, YEARS_SHOWN = 8, 15, 3, 10, 3
# Panels of words that a page has room for.
PANELS = 16
PROFILE = {
    "per_1000": ("low", "high"),
    "planned_share": ("planned_low", "planned_high"),
    "dated_share": ("dated_low", "dated_high"),
}
SAID_WORDS = {
    "per_1000": "col_per_1000",
    "planned_share": "col_share_planned",
    "dated_share": "col_share_dated",
}
PROFILE_WORDS = {
    "per_1000": "profile_per_1000",
    "planned_share": "profile_planned",
    "dated_share": "profile_dated",
}


class Comparison(IndicatorMatrix, Coded):
    """Several cities side by side: strategies, figures and wording, what they share, how they changed."""

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

    @property
    def few(self) -> bool:
        """Whether there is room to name every city."""
        return len(self.chosen) <= FEW

    @cached_property
    def source(self) -> str:
        """The line under tables and charts: the documents, where there are many only their number, and the edition."""
        if self.few:
            return super().source
        w, editions = self.words, sorted(set(self.documents["edition"]))
        names = w.list(w(f"edition_{edition}_long") for edition in editions)
        return w("compared_source", documents=len(self.documents), cities=len(self.chosen), editions=names)

    def _basis(self, scheme: str) -> str:
        """What a comparison of shares stands on: sentences by city, documents, edition."""
        w, totals = self.words, self.code_shares(scheme).drop_duplicates("city")
        n = w("compared_n", n=w.number(totals["total"].sum()), kind=w(KIND_WORDS[scheme]))
        if self.few:
            each = w.list(f"{self.short_name(r.city)} {r.total}" for r in totals.itertuples())
        else:
            each = w("compared_each", low=w.number(totals["total"].min()), high=w.number(totals["total"].max()))
        return w("compared_basis", n=n.rstrip("。."), each=each, source=self.source)

    # --- front ---------------------------------------------------------------------------------------------------

    def front(self) -> None:
        w = self.words
        apart = {scheme: sum(each.clear for each in self.contrasts(scheme)) for scheme in ("pathway", "theme")}
        finding = w(
            "comparison_finding",
            cities=len(self.chosen),
            pathways=apart["pathway"],
            all_pathways=len(self.order("pathway")),
            themes=apart["theme"],
            all_themes=len(self.order("theme")),
        )
        if self.few:
            facts = [[self.city_name(c), self._class(c)] for c in self.chosen]
            subtitle = w("comparison_subtitle", cities=w.list(self.city_name(c) for c in self.chosen))
        else:
            classes = pd.Series([self._class(c) for c in self.chosen]).value_counts()
            facts = [[w("col_city"), w.number(len(self.chosen))], [w("facts_documents"), str(len(self.documents))]]
            facts += [[w("facts_class"), w("source_join").join(f"{name} {n}" for name, n in classes.items())]]
            subtitle = w("comparison_subtitle_many", cities=len(self.chosen), documents=len(self.documents))
        self._front(w("comparison_title"), subtitle, w("comparison_description"), finding, facts)

    def read_findings(self) -> None:
        """Three findings: pathways, themes and density of figures; what is not clear is not claimed."""
        lines = [self._contrast_words(scheme) for scheme in ("pathway", "theme")]
        lines.append(self._profile_words("per_1000"))
        show_markdown("\n".join(f"{n}. {capital(line)}" for n, line in enumerate(lines, 1)))

    def read_basis(self) -> None:
        w, d = self.words, self.documents
        genres = w.list(w(f"genre_{g}") for g in dict.fromkeys(d["genre"]))
        first, last = (w.date(date) for date in (d["date"].min(), d["date"].max()))
        self.say(
            "basis_reading" if d["genre"].nunique() > 1 else "basis_reading_one",
            documents=len(d),
            genres=genres,
            dates=first if first == last else w("basis_dates", first=first, last=last),
            shortest=w.number(d["characters"].min()),
            longest=w.number(d["characters"].max()),
        )
        self.say("compared_rule")

    # --- shares of codes -----------------------------------------------------------------------------------------

    def _contrast_words(self, scheme: str) -> str:
        """The widest contrast between cities under a scheme as a sentence, honest where there is none."""
        w, found = self.words, self.contrasts(scheme)
        kind = w(KIND_WORDS[scheme])
        if not found:
            return w("compared_nothing", kind=kind)
        first = found[0]
        codes = w.list(w("compared_quoted", name=self.code_name(scheme, each.item)) for each in found if each.clear)
        n = sum(each.clear for each in found)
        return w(
            "compared_overlap" if not n else "compared_clear" if n > 1 else "compared_clear_one",
            kind=kind,
            n=n,
            all=len(found),
            codes=codes,
            code=self.code_name(scheme, first.item),
            **self._pair(first, lambda row: self.share_words(scheme, row)),
        )

    def _pair(self, pair: Contrast, shown: Any) -> dict[str, str]:
        """What a sentence says of the two cities of a contrast of shares; `shown` gives the words of a value."""
        w = self.words
        return {
            "high_city": self.short_name(pair.high.city),
            "high": shown(pair.high),
            "high_low": w.percent(pair.high.low),
            "high_high": w.percent(pair.high.high),
            "low_city": self.short_name(pair.low.city),
            "low": shown(pair.low),
            "low_low": w.percent(pair.low.low),
            "low_high": w.percent(pair.low.high),
        }

    def _contrast_title(self, scheme: str) -> str:
        w, found = self.words, self.contrasts(scheme)
        kind = w(KIND_WORDS[scheme])
        if not found:
            return w("compared_nothing", kind=kind)
        first = found[0]
        if not first.clear:
            return w("compared_title_overlap", kind=kind)
        words = self._pair(first, lambda row: w.percent(row.share))
        return w("compared_title_clear", code=self.code_name(scheme, first.item), **words)

    def _leading_words(self, scheme: str) -> str:
        """The leading code of each city, or where there are many cities how often each code leads."""
        w, leading = self.words, self.leading(scheme)
        if self.few:
            items = [
                w(
                    "compared_lead_item" if r.clear else "compared_lead_item_unclear",
                    city=self.short_name(r.city),
                    code=self.code_name(scheme, r.code),
                    share=w.percent(r.share),
                    low=w.percent(r.low),
                    high=w.percent(r.high),
                )
                for r in leading.itertuples()
            ]
            return w("compared_lead", list=w("source_join").join(items))
        counts = leading.groupby("code")["clear"].agg(["size", "sum"]).sort_values("size", ascending=False)
        items = [
            w(
                "compared_lead_count",
                code=self.code_name(scheme, str(code)),
                n=r["size"],
                all=len(leading),
                clear=r["sum"],
            )
            for code, r in counts.iterrows()
        ]
        return w("compared_lead_many", list=w("source_join").join(items))

    def share_chart(self, scheme: str) -> None:
        """The shares of the codes of a scheme, or of the groups of instruments (`group`), by city."""
        w, shares = self.words, self.code_shares(scheme)
        kind = w(KIND_WORDS[scheme])
        common: dict[str, Any] = {
            "title": capital(self._contrast_title(scheme)),
            "axis": w("compared_x", kind=kind),
            "names": {**self.code_names(scheme), **self.city_names},
            "cities": self.all_cities,
            "empty": w("no_data"),
        }
        subtitle = "compared_subtitle_map" if scheme == "theme" and not self.few else "compared_subtitle"
        figure = charts.share_panels(shares, subtitle=w(subtitle, kind=kind), **common)
        listed = self._leading_words(scheme)
        self._chart(figure, w("compared_alt", kind=kind, list=listed), self._basis(scheme))

    def read_shares(self, scheme: str) -> None:
        """What each city leads with, and on which codes cities lie apart."""
        show_markdown(literal(self._leading_words(scheme)) + ("" if self.words.zh else " ") + self._said(scheme))

    def _said(self, scheme: str) -> str:
        return Markdown(capital(self._contrast_words(scheme)))

    def show_shares(self, scheme: str) -> None:
        """The shares with their intervals: codes × cities, where there are many cities the other way round."""
        w, shares = self.words, self.code_shares(scheme)
        cells = {
            (str(r.city), str(r.code)): Cell(
                f"{w.percent(r.share)} ({self._interval(r.low, r.high)})" if pd.notna(r.low) else w.percent(r.share),
                value=float(r.share) if pd.notna(r.share) else None,
                title=f"{r.count_of}/{r.total}",
            )
            for r in shares.rename(columns={"count": "count_of"}).itertuples()
        }
        codes = self._by_mean(scheme)
        rows: list[list[Cell | str]]
        if self.few:
            head = [w(HEAD_WORDS[scheme]), *(self.short_name(c) for c in self.chosen)]
            rows = [[self.code_name(scheme, code), *(cells[c, code] for c in self.chosen)] for code in codes]
        elif len(codes) <= FEW:
            head = [w("col_city"), *(self.code_name(scheme, code) for code in codes)]
            rows = [[self.short_name(c), *(cells[c, code] for code in codes)] for c in self.chosen]
        else:
            # The heat map has all of the numbers.
            return
        caption = w("compared_table_caption", kind=w(KIND_WORDS[scheme]))
        show_table(head, rows, caption=caption, note=self._basis(scheme), numeric=range(1, len(head)))

    def _by_mean(self, scheme: str) -> list[str]:
        """The codes of a scheme, the one with the largest mean share of the cities first."""
        means = self.code_shares(scheme).groupby("code", sort=False)["share"].mean()
        return [str(code) for code in means.sort_values(ascending=False, kind="stable").index]

    def show_sentences(self, scheme: str) -> None:
        """The sentences that carry what was said: of each leading code, and of the two sides of the widest contrast."""
        picks = []
        if self.few:
            picks = [(str(r.city), str(r.code)) for r in self.leading(scheme).itertuples()]
        for pair in self.contrasts(scheme)[: 1 if self.few else FEW // 2]:
            picks += [(str(pair.high.city), pair.item), (str(pair.low.city), pair.item)]
        self.show_carriers(scheme, picks)

    def instrument_map(self) -> None:
        """The sub-types of instruments under their three groups."""
        w, shares = self.words, self.code_shares("instrument")
        scheme = self.schemes["instrument"]
        used = set(shares.loc[shares["count"] > 0, "code"])
        codes = [code for group in scheme.groups for code in scheme.codes if scheme.group(code) == group]
        codes = [code for code in codes if code in used]
        whole = shares.groupby("city")["share"].apply(lambda share: bool(share.notna().all()))
        cells = shares[shares["city"].map(whole)].assign(group=shares["code"].map(scheme.group))
        sides = {"rows": "code", "columns": "city", "order": codes}
        if not self.few:
            sides = {"rows": "city", "columns": "code", "column_order": codes}
        first = shares.sort_values("share", ascending=False, kind="stable", na_position="last").iloc[0]
        words = {
            "code": self.code_name("instrument", str(first.code)),
            "city": self.short_name(str(first.city)),
            "share": w.percent(first.share),
        }
        figure = charts.heat_map(
            cells,
            **sides,
            title=capital(w("instrument_map_title", **words)),
            subtitle=w("instrument_map_subtitle"),
            names={**self.code_names("instrument"), **self.city_names, **self.code_names(GROUP)},
            sections="group",
            empty=w("no_data"),
        )
        self._chart(figure, w("instrument_map_alt", **words), self._basis("instrument"))
        self.say("instrument_map_reading", **words)
        if len(codes) < len(scheme.codes):
            absent = w.list(self.code_name("instrument", code) for code in scheme.codes if code not in codes)
            self.say("instrument_map_absent", list=absent)

    # --- figures -------------------------------------------------------------------------------------------------

    @cached_property
    def profile(self) -> pd.DataFrame:
        """`compare.figure_profile` by city, with exact intervals of shares of 0 and 1."""
        table = compare.figure_profile(self.figures, self.passages, self.documents)
        where = self.figures[["city", "document", "passage"]].drop_duplicates()
        passages = where["city"].value_counts()
        for share, (low, high) in list(PROFILE.items())[1:]:
            own = table[["city", share, low, high]].set_axis(["city", "share", "low", "high"], axis=1)
            filled = fill(own, passages)
            table[low], table[high] = filled["low"].to_numpy(), filled["high"].to_numpy()
        return table

    def _profile_value(self, measure: str, value: float) -> str:
        return one(value) if measure == "per_1000" else self.words.percent(value)

    def _profile_words(self, measure: str) -> str:
        """One measure of the figures as a sentence: the two cities that lie apart, or that none do."""
        w = self.words
        low, high = PROFILE[measure]
        pair = contrast(self.profile, measure, value=measure, low=low, high=high)
        name = w(SAID_WORDS[measure])
        if pair is None:
            return w("compared_nothing", kind=name)
        said = {
            f"{side}{part}": self._profile_value(measure, row[column])
            for side, row in (("high", pair.high), ("low", pair.low))
            for part, column in (("", measure), ("_low", low), ("_high", high))
        }
        for side, row in (("high", pair.high), ("low", pair.low)):
            said[f"{side}_city"] = self.short_name(row.city)
            said[side] = self._linked(said[side], self._densest(str(row.city)))
        return w("profile_clear" if pair.clear else "profile_overlap", measure=name, **said)

    def _linked(self, words: str, row: Any) -> str:
        return literal(words) if row is None else f"[{literal(words)}]({self.passage_link(row.document, row.passage)})"

    def _densest(self, city: str) -> Any:
        """The sentence of a city with most figures, None without figures."""
        own = self.figures[self.figures["city"] == city]
        counts = own.groupby(["document", "passage", "sentence"], sort=False).size().rename("n").reset_index()
        return None if counts.empty else counts.loc[counts["n"].idxmax()]

    def profile_chart(self) -> None:
        w, p = self.words, self.profile
        listed = w("source_join").join(
            w(
                "profile_alt_item",
                city=self.short_name(r.city),
                per_1000=one(r.per_1000),
                planned=w.percent(r.planned_share),
                dated=w.percent(r.dated_share),
            )
            for r in p.itertuples()
        )
        pair = contrast(p, "per_1000", value="per_1000")
        title = w("profile_title_overlap")
        if pair is not None and pair.clear:
            cities = {"high_city": self.short_name(pair.high.city), "low_city": self.short_name(pair.low.city)}
            title = w("profile_title", **cities, high=one(pair.high.per_1000), low=one(pair.low.per_1000))
        figure = charts.profile_dots(
            p,
            columns={measure: w(words) for measure, words in PROFILE_WORDS.items()},
            title=capital(title),
            subtitle=w("profile_subtitle"),
            names=self.city_names,
            cities=self.all_cities,
            empty=w("no_data"),
        )
        n = w("profile_n", n=w.number(p["figures"].sum()), passages=w.number(p["passages"].sum()))
        self._chart(figure, w("profile_alt", list=listed), f"{n}{'' if w.zh else ' '}{self.source}")

    def read_profiles(self) -> None:
        show_markdown(("" if self.words.zh else " ").join(capital(self._profile_words(m)) for m in PROFILE))

    def show_profiles(self) -> None:
        w = self.words
        rows: list[list[Cell | str]] = [
            [
                self.short_name(r.city),
                w.number(r.characters),
                w.number(r.figures),
                f"{one(r.per_1000)} ({self._interval(r.low, r.high, percent=False)})",
                f"{w.percent(r.planned_share)} ({self._interval(r.planned_low, r.planned_high)})",
                f"{w.percent(r.dated_share)} ({self._interval(r.dated_low, r.dated_high)})",
            ]
            for r in self.profile.itertuples()
        ]
        names = ("col_city", "col_characters", "col_figures", "col_per_1000", "col_share_planned", "col_share_dated")
        head = [w(k) for k in names]
        caption, note = w("profile_caption"), w("compared_interval_note") + ("" if w.zh else " ") + self.source
        show_table(head, rows, caption=caption, note=note, numeric=range(1, 6))
        densest = [(c, self._densest(c)) for c in self._cities_by("per_1000")[:FEW]]
        rows = [
            [
                self._where(r.document, r.passage),
                Cell(w.number(r.n), value=float(r.n)),
                self.sentence_cell(r.document, r.passage, r.sentence, self._first_mention(r)),
            ]
            for _, r in densest
            if r is not None
        ]
        head = [w(k) for k in ("compared_col_where", "col_figures", "col_sentence")]
        show_table(head, rows, caption=w("profile_sentences_caption"), note=self.source, numeric=[1])

    def _cities_by(self, measure: str) -> list[str]:
        ranked = self.profile.sort_values(measure, ascending=False, kind="stable", na_position="last")
        return [str(city) for city in ranked["city"]]

    def _first_mention(self, row: Any) -> str:
        own = (self.figures["document"] == row.document) & (self.figures["sentence"] == row.sentence)
        return str(self.figures.loc[own, "mention"].iloc[0])

    # --- wording -------------------------------------------------------------------------------------------------

    @cached_property
    def words_counted(self) -> pd.DataFrame:
        """The terms without the cities' own names, which set nothing apart."""
        names = {
            name
            for entry in self.cities.values()
            for name in (entry["name_zh"], re.sub("市$", "", entry["name_zh"]), *entry.get("aliases", []))
        }
        return self.terms[~self.terms["term"].isin(names)]

    @cached_property
    def keyness(self) -> pd.DataFrame:
        """The words of each city that are beyond `LEAST_Z`, most typical first."""
        table = compare.keyness(self.words_counted, self.documents)
        return table[table["z"] > LEAST_Z].reset_index(drop=True)

    @cached_property
    def distinctive(self) -> pd.DataFrame:
        """The words of each city with the largest z, in the order of the cities."""
        most = TERMS_OF_A_CITY if self.few else CONTEXTS
        return self.keyness.groupby("city", sort=False).head(most).reset_index(drop=True)

    def _by_scheme(self, measure: Callable[..., pd.DataFrame]) -> pd.DataFrame:
        """A measure of the codes of each of the three schemes in one table, with the scheme."""
        tables = [
            measure(self.codes, self.documents, scheme=scheme, order=self.order(scheme)).assign(scheme=scheme)
            for scheme in SCHEMES
        ]
        return pd.concat(tables, ignore_index=True)

    @cached_property
    def code_keyness(self) -> pd.DataFrame:
        """The codes of each city that are beyond `LEAST_Z`, of all three schemes, most typical first."""
        table = self._by_scheme(compare.code_keyness)
        place = {city: n for n, city in enumerate(self.chosen)}
        table = table[table["z"] > LEAST_Z].assign(place=table["city"].map(place))
        return table.sort_values(["place", "z"], ascending=[True, False], kind="stable").reset_index(drop=True)

    def _firsts(self) -> list[Any]:
        """The most typical word of each city; where there are many cities, the most typical of all."""
        firsts = self.distinctive.drop_duplicates("city")
        if not self.few:
            firsts = firsts.sort_values("z", ascending=False, kind="stable").head(FEW)
        return [row for _, row in firsts.iterrows()]

    def keyness_chart(self) -> None:
        w = self.words
        if self.keyness.empty:
            return
        listed = w("source_join").join(
            w(
                "keyness_alt_item",
                city=self.short_name(c),
                terms=w.list(map(str, self.distinctive.loc[self.distinctive["city"] == c, "term"].head(4))),
            )
            for c in self.chosen
            if (self.distinctive["city"] == c).any()
        )
        first = self.keyness.loc[self.keyness["z"].idxmax()]
        most = self.keyness.groupby("city")["z"].max().sort_values(ascending=False, kind="stable").head(PANELS)
        subtitle = w("keyness_subtitle")
        if len(most) < self.keyness["city"].nunique():
            subtitle += ("；" if w.zh else "; ") + w("keyness_some", n=len(most))
        figure = charts.keyness(
            self.keyness[self.keyness["city"].isin(most.index)],
            title=w(
                "keyness_title",
                city=self.short_name(first.city),
                term=first.term,
                count=w.number(first["count"]),
                other=w.number(first.other_count),
            ),
            subtitle=subtitle,
            axis=w("keyness_x"),
            columns={"count": w("keyness_counts")},
            names=self.city_names,
            cities=self.all_cities,
            empty=w("no_data"),
        )
        n = w("keyness_n", n=w.number(self.words_counted["count"].sum()))
        self._chart(figure, w("keyness_alt", list=listed), f"{n}{'' if w.zh else ' '}{self.source}")

    def read_keyness(self) -> None:
        w = self.words
        if self.keyness.empty:
            self.say("keyness_none")
            return
        self.say(
            "keyness_reading",
            list=w("source_join").join(
                w(
                    "keyness_item",
                    city=self.short_name(r.city),
                    term=r.term,
                    count=w.number(r["count"]),
                    other=w.number(r.other_count),
                )
                for r in self._firsts()
            ),
        )
        self.caution()

    def show_keyness(self) -> None:
        """The words, then the codes that set each city apart, with both counts, z, G² and log ratio."""
        w = self.words
        if not self.distinctive.empty:
            spread = self._spread
            rows: list[list[Cell | str]] = [
                [
                    self.short_name(r.city),
                    str(r.term),
                    Cell(w.number(r.count_here), value=float(r.count_here), title=w("keyness_rate", n=one(rate))),
                    Cell(w.number(r.other_count), value=float(r.other_count), title=w("keyness_rate", n=one(other))),
                    *self._scores(r),
                    spread.get((str(r.city), str(r.term)), "–"),
                ]
                for r, rate, other in (
                    (r, r.rate_per_10000, r.other_rate)
                    for r in self.distinctive.rename(columns={"count": "count_here"}).itertuples()
                )
            ]
            head = [w(k) for k in ("col_city", "col_term", "col_count", "col_other_count", *SCORES)]
            head.append(w("keyness_col_spread"))
            note = w("keyness_note") + ("" if w.zh else " ") + self.source
            show_table(head, rows, caption=w("keyness_caption"), note=note, numeric=range(2, len(head)))
        codes = self.code_keyness.groupby("city", sort=False).head(4 if self.few else 2)
        if codes.empty:
            self.say("code_keyness_none")
            return
        rows = [
            [
                self.short_name(r.city),
                w("compared_quoted_kind", kind=w(HEAD_WORDS[r.scheme]), name=self.code_name(r.scheme, r.code)),
                f"{r.count_here}/{r.total}",
                f"{r.other_count}/{r.other_total}",
                *self._scores(r),
            ]
            for r in codes.rename(columns={"count": "count_here"}).itertuples()
        ]
        head = [w(k) for k in ("col_city", "code_keyness_col", "col_count", "col_other_count", *SCORES)]
        note = w("code_keyness_note") + ("" if w.zh else " ") + self.source
        show_table(head, rows, caption=w("code_keyness_caption"), note=note, numeric=range(2, len(head)))

    def _scores(self, row: Any) -> list[str]:
        return [f"{row.log_odds:.2f}", f"{row.z:.1f}", f"{row.g2:.1f}", f"{row.log_ratio:.1f}"]

    @cached_property
    def _spread(self) -> dict[tuple[str, str], str]:
        """(city, term) → in how many of the city's passages the term stands, `9/35`."""
        found = {}
        for city, own in self.distinctive.groupby("city", sort=False):
            documents = dict.fromkeys(self.documents.loc[self.documents["city"] == city, "document"], str(city))
            passages = self.passages[self.passages["document"].isin(documents)]
            for r in compare.term_dispersion(passages, own["term"], documents).itertuples():
                found[str(city), str(r.term)] = f"{r.present}/{r.passages}"
        return found

    def show_contexts(self) -> None:
        """Keyword in context: uses of the most telling word of each city, with their positions."""
        w, rows = self.words, list[list[Cell | str]]()
        for first in self._firsts():
            documents = self.documents.loc[self.documents["city"] == first.city, "document"]
            own = self.passages[self.passages["document"].isin(documents)]
            uses = compare.kwic(own, str(first.term), kinds=("answer", "body"))
            for r in uses.head(CONTEXTS).itertuples():
                at = len(r.left)
                link = self.passage_link(r.document, r.passage)
                words = f"{r.left}{r.keyword}{r.right}"
                rows.append(
                    [
                        str(r.keyword),
                        Cell(words, link=link, linked=(at, at + len(r.keyword))),
                        self.document_names[r.document],
                        str(r.passage),
                        str(r.sentence),
                        str(r.start),
                    ]
                )
        if not rows:
            self.say("kwic_none")
            return
        names = ("col_term", "kwic_col_context", "col_document", "col_passage", "kwic_col_sentence", "kwic_col_start")
        head = [w(k) for k in names]
        self.say("kwic_reading", n=CONTEXTS)
        show_table(head, rows, caption=w("kwic_caption"), note=self.source, numeric=[3, 4, 5])

    # --- what is shared, how similar -----------------------------------------------------------------------------

    @cached_property
    def shared_terms(self) -> pd.DataFrame:
        return compare.shared_terms(self.words_counted, self.documents)

    @cached_property
    def shared_codes(self) -> pd.DataFrame:
        """The codes that every city has under the three schemes, the highest lowest share first."""
        return self._by_scheme(compare.shared_codes)

    def read_shared(self) -> None:
        w, terms = self.words, self.shared_terms
        counts = self.shared_codes["scheme"].value_counts()
        items = [
            w(
                "shared_item",
                n=w.number(counts.get(scheme, 0)),
                all=len(self.order(scheme)),
                kind=w(KIND_WORDS[scheme]),
            )
            for scheme in SCHEMES
        ]
        self.say(
            "shared_reading",
            cities=len(self.chosen),
            terms=w.number(len(terms)),
            types=w.number(self.words_counted["term"].nunique()),
            top=w.list(w("compared_quoted", name=term) for term in terms["term"].head(5)) or "–",
            list=w.list(items),
        )

    def show_shared(self) -> None:
        """The codes, then the words that all cities have, with the lowest and the highest of them."""
        w, codes, terms = self.words, self.shared_codes, self.shared_terms.head(SHARED)
        note = self.source
        ends = ["shared_col_lowest", "col_city", "shared_col_mean", "shared_col_highest", "col_city"]
        if not codes.empty:
            rows: list[list[Cell | str]] = [
                [
                    w("compared_quoted_kind", kind=w(HEAD_WORDS[r.scheme]), name=self.code_name(r.scheme, r.code)),
                    w.percent(r.lowest),
                    self.short_name(r.lowest_in),
                    w.percent(r.mean),
                    w.percent(r.highest),
                    self.short_name(r.highest_in),
                ]
                for r in codes.itertuples()
            ]
            head = [w(k) for k in ("code_keyness_col", *ends)]
            show_table(head, rows, caption=w("shared_codes_caption"), note=note, numeric=[1, 3, 4])
        if not terms.empty:
            rows = [
                [
                    str(r.term),
                    one(r.lowest),
                    self.short_name(r.lowest_in),
                    one(r.mean),
                    one(r.highest),
                    self.short_name(r.highest_in),
                ]
                for r in terms.itertuples()
            ]
            head = [w(k) for k in ("col_term", *ends)]
            show_table(head, rows, caption=w("shared_terms_caption"), note=note, numeric=[1, 3, 4])

    @cached_property
    def distances(self) -> pd.DataFrame:
        """`compare.profile_distances` of the three schemes, with the scheme and the pair's name."""
        table = self._by_scheme(compare.profile_distances)
        pair = [f"{a}|{b}" for a, b in zip(table["city"], table["other"], strict=True)]
        return table.assign(pair=pair, sure=table["low"] > 0)

    def _pair_name(self, row: Any) -> str:
        return self.words("similarity_pair", one=self.short_name(row.city), other=self.short_name(row.other))

    def _themes_apart(self) -> pd.DataFrame:
        return self.distances[self.distances["scheme"] == "theme"].dropna(subset=["corrected"])

    def similarity_chart(self) -> None:
        """Distances of profiles: pairs with intervals, where there are many cities a matrix for the themes.

        No chart is shown where there are many cities and no two can be told apart.
        """
        w, d = self.words, self.distances
        known = self._themes_apart()
        if known.empty:
            self.say("similarity_none")
            return
        sure = int(known["sure"].sum())
        if not sure and not self.few:
            # A matrix in which no cell says anything; the sentence and the table say what can be said.
            return
        title = w("similarity_title", n=sure, all=len(known))
        alt = w("similarity_alt", n=sure, all=len(known), list=w("source_join").join(self._pair_items(known)))
        common: dict[str, Any] = {"title": capital(title), "empty": w("no_data")}
        if self.few:
            names = {scheme: capital(w(KIND_WORDS[scheme])) for scheme in SCHEMES}
            names |= {str(r.pair): self._pair_name(r) for r in known.itertuples()}
            common |= {"subtitle": w("similarity_subtitle"), "axis": w("similarity_x"), "names": names}
        else:
            common |= {"subtitle": w("similarity_subtitle_map"), "names": self.city_names}
        figure = charts.distances(d if self.few else known, **common)
        self._chart(figure, alt, self._similarity_basis())

    def _similarity_basis(self) -> str:
        """How many sentences the distances stand on, by scheme."""
        w = self.words
        totals = {scheme: self.code_shares(scheme).drop_duplicates("city")["total"].sum() for scheme in SCHEMES}
        n = w.list(w("similarity_n", kind=w(KIND_WORDS[scheme]), n=w.number(total)) for scheme, total in totals.items())
        return w("similarity_basis", n=n, source=self.source)

    def _pair_items(self, known: pd.DataFrame) -> list[str]:
        """The nearest and the farthest pair."""
        ranked = known.sort_values(["corrected", "distance"], kind="stable")
        return [
            self.words(
                "similarity_item",
                pair=self._pair_name(r),
                value=f"{r.corrected:.2f}",
                low=f"{r.low:.2f}",
                high=f"{r.high:.2f}",
            )
            for r in (ranked.iloc[-1], ranked.iloc[0])
        ]

    def read_similarity(self) -> None:
        known = self._themes_apart()
        if known.empty:
            return
        sure = int(known["sure"].sum())
        far, near = self._pair_items(known)
        key = "similarity_reading" if sure else "similarity_reading_none"
        most = f"{known['high'].max():.2f}"
        self.say(key, n=sure, all=len(known), far=far, near=near, most=most)

    def show_similarity(self) -> None:
        """Corrected distances with intervals: the pairs, where there are many cities the farthest by theme."""
        w, known = self.words, self._themes_apart()
        if known.empty:
            return
        ranked = known.sort_values(["corrected", "distance"], ascending=False, kind="stable")
        shown = ranked if len(ranked) <= FEW * (FEW - 1) // 2 else ranked.head(PAIRS)
        cells = {(r.pair, r.scheme): self._distance_cell(r) for r in self.distances.itertuples()}
        rows = [[self._pair_name(r), *(cells[r.pair, scheme] for scheme in SCHEMES)] for r in shown.itertuples()]
        head = [w("similarity_col_pair"), *(capital(w(KIND_WORDS[scheme])) for scheme in SCHEMES)]
        key = "similarity_caption" if len(shown) < len(ranked) else "similarity_caption_all"
        caption = w(key, n=len(rows), all=len(ranked))
        show_table(head, rows, caption=caption, note=self._similarity_basis(), numeric=[1, 2, 3])

    def _distance_cell(self, row: Any) -> Cell | str:
        if pd.isna(row.corrected):
            return "–"
        words = f"{row.corrected:.2f} ({row.low:.2f}–{row.high:.2f})"
        return Cell(words, value=float(row.corrected), title=self.words("similarity_plain", n=f"{row.distance:.2f}"))

    # --- change --------------------------------------------------------------------------------------------------

    @cached_property
    def changes(self) -> dict[str, tuple[str, str, pd.DataFrame]]:
        """city → (first year, last year, `compare.share_change` of pathways, themes and groups of instruments)."""
        found = {}
        for city, own in self.documents.groupby("city", sort=False):
            years = dict(zip(own["document"], own["date"].str[:4], strict=True))
            first, last = min(years.values()), max(years.values())
            if first == last:
                continue
            codes = self.all_codes[self.all_codes["document"].isin(years)]
            tables = [
                compare.share_change(
                    codes, years, first, last, by="year", scheme=scheme, order=self.order(scheme)
                ).assign(scheme=scheme)
                for scheme in ("pathway", "theme", GROUP)
            ]
            table = pd.concat(tables, ignore_index=True)
            if table["low"].notna().any():
                sure = (table["low"] > 0) | (table["high"] < 0)
                found[str(city)] = (first, last, table.assign(sure=sure))
        return found

    def show_changes(self) -> None:
        """A section for the cities with texts of several years: chart, reading, sentences; nothing where none has."""
        if not self.changes:
            return
        self.heading("change")
        for city in list(self.changes)[:YEARS_SHOWN]:
            self._change_chart(city)
            self._read_change(city)
            self._change_sentences(city)
        rest = list(self.changes)[YEARS_SHOWN:]
        if rest:
            names = self.words.list(self.short_name(city) for city in rest)
            self.say("change_rest", cities=names, n=YEARS_SHOWN)

    def _change_items(self, city: str) -> list[str]:
        """The changes that are clear, the largest first, in words."""
        table = self.changes[city][2]
        sure = table[table["sure"]]
        return [self._change_item(r) for r in sure.loc[_largest(sure)].itertuples()]

    def _change_item(self, row: Any) -> str:
        w = self.words
        return w(
            "change_item",
            code=self.code_name(row.scheme, row.code),
            before=w.percent(row.share_before),
            after=w.percent(row.share_after),
            low=charts.signed_points(row.low, 0),
            high=charts.signed_points(row.high, 0),
        )

    def _change_chart(self, city: str) -> None:
        w, (first, last, table) = self.words, self.changes[city]
        known = table[table["low"].notna()]
        sure = int(table["sure"].sum())
        names = {code: name for scheme in ("pathway", "theme", GROUP) for code, name in self.code_names(scheme).items()}
        names |= {scheme: capital(w(KIND_WORDS[scheme])) for scheme in ("pathway", "theme", GROUP)}
        facts = {"city": self.short_name(city), "first": first, "last": last, "n": sure, "all": len(known)}
        figure = charts.change(
            table,
            title=w("change_title" if sure else "change_title_none", **facts),
            subtitle=w("change_subtitle"),
            axis=w("change_x", first=first, last=last),
            names=names,
            columns={"share_before": first, "share_after": last},
            city=city,
            cities=self.all_cities,
            empty=w("no_data"),
        )
        listed = w("source_join").join(self._change_items(city)) or w("change_none_word")
        totals = table.drop_duplicates("scheme").set_index("scheme")
        n = w.list(
            w("change_n", kind=w(KIND_WORDS[str(scheme)]), before=r["total_before"], after=r["total_after"])
            for scheme, r in totals.iterrows()
        )
        note = w("change_basis", n=n, first=first, last=last, source=self.source)
        self._chart(figure, w("change_alt", **facts, list=listed), note)

    def _read_change(self, city: str) -> None:
        w, (first, last, table) = self.words, self.changes[city]
        items, known = self._change_items(city), table[table["low"].notna()]
        facts = {"city": self.short_name(city), "first": first, "last": last, "all": len(known), "n": len(items)}
        if items:
            self.say("change_reading", **facts, list=w("source_join").join(items))
        else:
            largest = known.loc[_largest(known)].iloc[0]
            self.say("change_reading_none", **facts, item=self._change_item(largest))
        own = self.documents[self.documents["city"] == city]
        years = dict(zip(own["document"], own["date"].str[:4], strict=True))
        profile = compare.figure_profile(self.figures, self.passages, years, by="year").set_index("year")
        one_, two = profile.loc[first], profile.loc[last]
        apart = one_["low"] > two["high"] or two["low"] > one_["high"]
        said = {
            f"{side}{part}": one(row[column])
            for side, row in (("before", one_), ("after", two))
            for part, column in (("", "per_1000"), ("_low", "low"), ("_high", "high"))
        }
        self.say("change_figures_clear" if apart else "change_figures", first=first, last=last, **said)
        genres = list(dict.fromkeys(own["genre"]))
        if len(genres) > 1:
            self.say("change_genres", genres=w.list(w(f"genre_{genre}") for genre in genres))

    def _change_sentences(self, city: str) -> None:
        """The sentences behind the largest increase and the largest decrease, of the clear changes if there are any."""
        table = self.changes[city][2]
        own = table[table["sure"]] if table["sure"].any() else table[table["low"].notna()]
        ranked = own.loc[_largest(own)]
        picks: dict[str, list[tuple[str, str]]] = {}
        for side in (ranked[ranked["difference"] > 0], ranked[ranked["difference"] < 0]):
            for r in side.head(1).itertuples():
                picks.setdefault(str(r.scheme), []).append((city, str(r.code)))
        for scheme, chosen in picks.items():
            self.show_carriers(scheme, chosen, each=True)


SCORES = ("col_log_odds", "col_z", "keyness_col_g2", "keyness_col_log_ratio")


def _largest(table: pd.DataFrame) -> pd.Index[Any]:
    """The index of `table` by the size of the difference, the largest first."""
    return table["difference"].abs().sort_values(ascending=False, kind="stable").index
