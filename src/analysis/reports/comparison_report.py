"""The report on several cities side by side."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property

import pandas as pd

from .. import charts, compare
from ..errors import InputError, unknown
from ..tables import Cell, show_table
from .base import Report


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
