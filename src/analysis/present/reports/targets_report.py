"""The report on targets: what each text promises and what it reports, how targets bind, what became of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from ...build.any_text import tabulate_folder
from ...compare.targets import (
    alike,
    annual_targets,
    moves,
    period_kind,
    promised_and_reported,
    standing,
    tallied,
)
from ...project.errors import InputError, unknown
from ...project.registry import CONSTRAINTS
from ...texts.sentences import sentence_at
from .. import charts
from ..tables import Cell, show_table
from .base import around, literal, shortened, show_markdown
from .indicator_matrix import IndicatorMatrix

#: The indicator that a tally is made for, and that many cities are compared by, where the reader names none.
FIRST = "gdp_growth"
#: From this many cities with targets on, the chart shows one indicator; and how many lines it has room for.
MANY, LINES = 7, 24


class Targets(IndicatorMatrix):
    """Targets and outcomes of some cities: `indicators` are keys of indicators.yml, None for all."""

    kind = "targets"

    def __init__(
        self,
        cities: Sequence[str] | str | None,
        indicators: Sequence[str] | str | None,
        lang: str,
        declared: Iterable[str],
        history: Sequence[str],
    ) -> None:
        super().__init__(lang, declared, history)
        present = [city for city in self.cities if city in set(self.documents["city"])]
        wanted = _listed(cities) or present
        for city in wanted:
            if city not in present:
                raise unknown("city", str(city), present, path=self.project.shown(self.project.sources))
        self.chosen, self.all_cities = [city for city in present if city in wanted], present
        self.keep(self.chosen)
        for key in _listed(indicators):
            if key not in self.dictionary:
                path = self.project.shown(self.project.reference / "indicators.yml")
                raise unknown("indicator", key, self.dictionary, path=path)
        self.keys = _listed(indicators) or None

    @cached_property
    def rows(self) -> pd.DataFrame:
        """The rows of the chosen indicators."""
        rows = self.indicator_rows
        return rows[rows["indicator"].isin(self.keys)].reset_index(drop=True) if self.keys else rows

    @cached_property
    def planned(self) -> pd.DataFrame:
        return standing(self.rows, "planned")

    @cached_property
    def reported(self) -> pd.DataFrame:
        return standing(self.rows, "achieved")

    @cached_property
    def dates(self) -> dict[str, str]:
        return dict(zip(self.documents["document"], self.documents["date"], strict=True))

    # --- front ---------------------------------------------------------------------------------------------------

    def _counted(self, constraints: Iterable[Any]) -> str:
        """`硬约束3个、软约束10个`: how many of each kind, those that occur."""
        counts = pd.Series(list(constraints), dtype="object").value_counts()
        return self.words.list(
            self.words(f"constraint_count_{name}", n=int(counts[name])) for name in CONSTRAINTS if name in counts
        )

    def front(self) -> None:
        w = self.words
        targets = len(self.planned)
        key = "targets_finding" if targets else "targets_finding_none"
        documents = len(self.documents)
        finding = w(key, documents=documents, targets=targets, list=self._counted(self.planned["constraint"]))
        facts = [
            [w("targets_fact_cities"), w.number(len(self.chosen))],
            [w("facts_documents"), w.number(documents)],
            [w("targets_fact_indicators"), w.number(self.rows["indicator"].nunique())],
            [w("targets_fact_planned"), w.number(targets)],
            [w("targets_fact_reported"), w.number(len(self.reported))],
        ]
        names = [self.short_name(city) for city in self.chosen]
        said = w.list(names) if len(names) <= 6 else w("targets_many", first=w.list(names[:3]), n=len(names))
        self._front(w("targets_title"), w("targets_subtitle", cities=said), w("targets_description"), finding, facts)

    def findings(self) -> None:
        """Up to three findings: how many targets and how they bind, the leading growth target, who sets most."""
        w, planned = self.words, self.planned
        if planned.empty:
            self.say("targets_finding_none", documents=len(self.documents), targets=0, list="")
            return
        counts = self._counted(planned["constraint"])
        items = [w("targets_finding", documents=len(self.documents), targets=len(planned), list=counts)]
        if self.drawn["city"].nunique() >= MANY:
            items.append(w("targets_finding_growth_many", **self._range(self.drawn)))
        elif len(self.drawn):
            first = self.drawn.iloc[0]
            key = "targets_finding_growth" if first["before_period"] else "targets_finding_growth_alone"
            items.append(
                w(
                    key,
                    city=self.city_name(first["city"]),
                    indicator=first["name"],
                    period=w.period(first["period"]),
                    target=f"[{literal(first['target'])}]({self.figure_link(first)})",
                    constraint=w(f"constraint_{first['constraint']}"),
                    before=first["before"],
                    before_period=first["before_period"],
                )
            )
        by_document = planned["document"].value_counts()
        if len(self.documents) > 1:
            document = self.document_names[by_document.index[0]]
            without = len(self.documents) - len(by_document)
            items.append(w("targets_finding_most", document=document, n=int(by_document.iloc[0]), without=without))
        show_markdown("\n".join(f"{number}. {item}" for number, item in enumerate(items, 1)))

    def _range(self, rows: pd.DataFrame) -> dict[str, Any]:
        """The highest, the lowest and the commonest of the growth targets in `rows`, for a sentence."""
        upper = rows["value_max"].fillna(rows["value"])
        counts = rows["target"].value_counts()
        said: dict[str, Any] = {"n": len(rows), "indicator": rows["name"].iloc[0]}
        for end, row in (("high", rows.loc[upper.idxmax()]), ("low", rows.loc[rows["value"].idxmin()])):
            said |= {end: row["target"], f"{end}_city": self.city_name(row["city"]), f"{end}_indicator": row["name"]}
        return {**said, "common": counts.index[0], "common_n": int(counts.iloc[0])}

    # --- growth targets ------------------------------------------------------------------------------------------

    @cached_property
    def growth(self) -> pd.DataFrame:
        """One growth target for each city and indicator, of its latest text, with what was reported before it.

        Columns of the table `indicators`, with target and before (both in words), reported (missing where no year
        before the target's is reported) and names.
        """
        keys = [key for key, entry in self.dictionary.items() if entry.kind == "growth"]
        rows = annual_targets(self.rows, keys, dates=self.dates)
        rows = rows.assign(date=rows["document"].map(self.dates).astype("object"))
        rows = rows.sort_values(["date", "period"], kind="stable").drop_duplicates(["city", "indicator"], keep="last")
        before = [self._before(row) for row in rows.itertuples()]
        rows = rows.assign(
            target=[self.value_words(row) for row in rows.itertuples()],
            reported=np.array([np.nan if row is None else float(row.value) for row in before], dtype=float),
            before=["–" if row is None else self.value_words(row) for row in before],
            before_period=["" if row is None else self.words.period(row.period) for row in before],
            name=[self.indicator_name(key) for key in rows["indicator"]],
            place=rows["indicator"].map({key: place for place, key in enumerate(self.dictionary)}),
        )
        return rows.sort_values("place", kind="stable").reset_index(drop=True)

    def _before(self, target: Any) -> Any | None:
        """What was reported of the same indicator for the last year before the target's, None where nothing was."""
        rows = [row for row in self._yearly.get((target.city, target.indicator), []) if row.period < target.period]
        # Of one year the last in the text.
        return max(reversed(rows), key=lambda row: row.period, default=None)

    @cached_property
    def _yearly(self) -> dict[tuple[str, str], list[Any]]:
        """(city, indicator) → what is reported of whole years, in the order of the table."""
        found: dict[tuple[str, str], list[Any]] = {}
        for row in self.reported.itertuples():
            if period_kind(row.period) == "annual":
                found.setdefault((row.city, row.indicator), []).append(row)
        return found

    @cached_property
    def drawn(self) -> pd.DataFrame:
        """The growth targets that the chart shows: of many cities those of one indicator, else what there is room for.

        Whole indicators, in the order of the dictionary.
        """
        rows = self.growth
        if rows["city"].nunique() >= MANY:
            counts = rows["indicator"].value_counts()
            key = FIRST if FIRST in counts else counts.index[0]
            return rows[rows["indicator"] == key]
        lines, keys = 0, list[str]()
        for key, own in rows.groupby("indicator", sort=False):
            lines += len(own) + (1 if rows["city"].nunique() > 1 else 0)
            if lines > LINES and keys:
                break
            keys.append(str(key))
        return rows[rows["indicator"].isin(keys)]

    def _dated(self, row: Any) -> str:
        """The earlier value of a row of `growth` with its time."""
        if not row.before_period:
            return str(row.before)
        return self.words("targets_with_period", value=row.before, period=row.before_period)

    def growth_chart(self) -> None:
        w, rows = self.words, self.drawn
        if rows.empty:
            self.say("targets_growth_none")
            return
        one_city, one_key = rows["city"].nunique() == 1, rows["indicator"].nunique() == 1
        counts = self._counted(rows["constraint"])
        if one_key:
            title = w("targets_chart_one", indicator=rows["name"].iloc[0], n=len(rows), list=counts)
        elif one_city:
            title = w("targets_chart_city", city=self.short_name(rows["city"].iloc[0]), n=len(rows), list=counts)
        else:
            title = w("targets_chart", n=len(rows), list=counts)
        columns = {"target": w("targets_col_target")}
        times = set(rows["before_period"]) - {""}
        if len(times) == 1:
            columns["before"] = w("targets_col_before_in", period=times.pop())
        elif times:
            rows = rows.assign(before=[self._dated(row) for row in rows.itertuples()])
            columns["before"] = w("targets_col_before")
        periods = w.list(dict.fromkeys(w.period(period) for period in sorted(rows["period"])))
        figure = charts.targets(
            rows,
            rows="name" if one_city and not one_key else "city",
            group=None if one_city or one_key else "name",
            title=title,
            subtitle=w("targets_chart_subtitle", periods=periods),
            axis=w("targets_chart_x"),
            names={**self.city_names, **{name: w(f"constraint_form_{name}") for name in (*CONSTRAINTS, "achieved")}},
            columns={**columns, "texts": w("targets_col_texts")},
            cities=self.all_cities,
            order=None if one_key or not one_city else rows["name"],
            empty=w("no_data"),
        )
        listed = w("source_join").join(
            w("targets_item", city=self.short_name(row.city), indicator=row.name, target=row.target)
            for row in rows.head(12).itertuples()
        )
        self._chart(figure, w("targets_chart_alt", title=title, list=listed))
        left = len(self.growth) - len(rows)
        if left:
            self.say("targets_chart_rest", n=left)

    def read_growth(self) -> None:
        """Highest and lowest growth target, and how the targets lie to what was reported before."""
        rows = self.drawn
        if rows.empty:
            return
        self.say("targets_growth_reading", **self._range(rows))
        known = rows[rows["reported"].notna()]
        if known.empty:
            self.say("targets_before_none")
            return
        above = known["value"] > known["reported"]
        below = known["value_max"].fillna(known["value"]) < known["reported"]
        counts = {"above": int(above.sum()), "below": int(below.sum()), "same": int((~above & ~below).sum())}
        said = self.words.list(self.words(f"targets_before_{key}", n=n) for key, n in counts.items() if n)
        self.say("targets_before_reading", n=len(known), list=said)

    # --- what is promised and reported ---------------------------------------------------------------------------

    @cached_property
    def _texts(self) -> dict[tuple[str, int], str]:
        return _passage_texts(self.passages)

    def _evidence(self, row: Any) -> Cell:
        """The sentence of a row, its words linked to the reading view."""
        text = self._texts[(row.document, row.passage)]
        return sentence_cell(text, row.start, row.mention, self.figure_link(row))

    def _row_order(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Rows by document as sources.csv has them, then by indicator as the dictionary has them, then by period."""
        documents = {document: place for place, document in enumerate(self.documents["document"])}
        keys = {key: place for place, key in enumerate(self.dictionary)}
        ordered = rows.assign(
            one=rows["document"].map(documents),
            two=rows["indicator"].map(keys).fillna(len(keys)),
            three=rows["period"].astype("object").where(rows["period"].notna(), ""),
        )
        return ordered.sort_values(["one", "two", "three"], kind="stable")

    def show_targets(self) -> None:
        """Every target that stands for its text, with how it binds and its sentence."""
        self._show_rows(self.planned, "targets_planned", constraint=True)

    def show_reported(self) -> None:
        """Every reported value that stands for its text, with its sentence."""
        self._show_rows(self.reported, "targets_reported", constraint=False)

    def _show_rows(self, rows: pd.DataFrame, key: str, constraint: bool) -> None:
        w = self.words
        if rows.empty:
            self.say(f"{key}_none")
            return
        document = [w("col_document")] if rows["document"].nunique() > 1 else []
        table: list[list[Cell | str]] = []
        for row in self._row_order(rows).itertuples():
            value = Cell(self.value_words(row), value=float(row.value), title=str(row.mention))
            table.append(
                [
                    *([self.document_names[row.document]] if document else []),
                    self.indicator_name(row.indicator),
                    value,
                    self.when(row),
                    *([w(f"constraint_{row.constraint}")] if constraint else []),
                    self._status(row.status),
                    self._evidence(row),
                ]
            )
        head = [*document, w("col_indicator"), w("targets_col_target") if constraint else w("col_quantity")]
        head += [w("col_period"), *([w("targets_col_constraint")] if constraint else []), w("col_status")]
        show_table(
            [*head, w("col_sentence")],
            table,
            caption=w(f"{key}_caption", n=len(table)),
            note=(w("targets_rule") + ("" if w.zh else " ") if constraint else "") + self.source,
            numeric=[len(document) + 1],
        )
        others = self.rows[self.rows["status"].eq(rows["status"].iloc[0]).fillna(False).to_numpy(dtype=bool)]
        apart = int((others["scope"] != "self").sum())
        self.say(f"{key}_reading", n=len(rows), list=self._counted(rows["constraint"].dropna()))
        if len(others) > len(rows):
            self.say("targets_left_out", other=apart, again=len(others) - apart - len(rows))

    # --- several years -------------------------------------------------------------------------------------------

    def show_years(self) -> None:
        """Where a city has several texts: what the earlier one planned and the later ones report, and what moved."""
        several = [city for city, own in self.documents.groupby("city", sort=False) if len(own) > 1]
        if not several:
            self.say("targets_years_single")
            return
        documents = self.documents[self.documents["city"].isin(several)]
        answers = promised_and_reported(self.rows, documents)
        moved = moves(self.rows, documents)
        named = alike(self.figures, self.indicator_rows, documents) if self.keys is None else None
        self._show_answers(documents, answers, named)
        self._show_moves(moved, named)

    def _show_answers(self, documents: pd.DataFrame, answers: pd.DataFrame, named: pd.DataFrame | None) -> None:
        """What was planned in all but the last text of each city, beside what a later one reports of it."""
        w = self.words
        last = set(documents.sort_values("date", kind="stable").drop_duplicates("city", keep="last")["document"])
        earlier = [document for document in documents["document"] if document not in last]
        found = {_place(row, "then"): row for row in answers.itertuples()}
        found |= {_place(row, "then"): row for row in named.itertuples()} if named is not None else {}
        plans = self.figures[self.figures["document"].isin(earlier)]
        plans = plans[plans["status"].eq("planned").fillna(False).to_numpy(dtype=bool)]
        keys = {(r.document, r.passage, r.start): r for r in self.rows.itertuples()}
        if self.keys is not None:
            inside = [(r.document, r.passage, r.start) in keys for r in plans.itertuples()]
            plans = plans[np.array(inside, dtype=bool)]
        if plans.empty:
            self.say("targets_plans_none", documents=w.list(self.document_names[d] for d in earlier))
            return
        rows: list[list[Cell | str]] = []
        answered = 0
        for plan in plans.itertuples():
            place = (plan.document, plan.passage, plan.start)
            answer = found.get(place)
            own = keys.get(place)
            name = self.indicator_name(own.indicator) if own is not None else shortened(_given(plan.indicator), 24)
            answered += answer is not None
            rows.append(
                [
                    self.document_names[plan.document],
                    name,
                    Cell(self.value_words(own) if own is not None else self.words.quantity(plan, self.units)),
                    self.when(plan),
                    self._evidence(plan),
                    self._told(answer, "now") if answer is not None else w("targets_unanswered"),
                    self._evidence(_side(answer, "now")) if answer is not None else "",
                ]
            )
        head = ["col_document", "col_indicator", "targets_col_target", "col_period", "targets_col_sentence_then"]
        head += ["targets_col_later", "targets_col_sentence_now"][: 2 if answered else 1]
        show_table(
            [w(key) for key in head],
            [row[: len(head)] for row in rows],
            caption=w("targets_plans_caption", n=len(rows)),
            note=self.source,
            row_heads=False,
        )
        self.say("targets_plans_reading", n=len(rows), answered=answered, open=len(rows) - answered)

    def _told(self, pair: Any, when: str) -> str:
        """Value and time of one side of a pair."""
        side = _side(pair, when)
        value = self._minus(self.words.quantity(side, self.units))
        return self.words("targets_with_period", value=value, period=self.when(side))

    def _show_moves(self, moved: pd.DataFrame, named: pd.DataFrame | None) -> None:
        """How comparable values moved between two texts, and what only has a like name, with both sentences."""
        if moved.empty:
            self.say("targets_moves_none")
        else:
            names = [self.indicator_name(key) for key in moved["indicator"]]
            self._show_pairs(moved, names, "targets_moves")
        if named is None or named.empty:
            return
        pairs = zip(named["name_then"], named["name_now"], strict=True)
        names = [now if then == now else self.words("targets_names", then=then, now=now) for then, now in pairs]
        self._show_pairs(named, [shortened(name, 40) for name in names], "targets_named")

    def _show_pairs(self, pairs: pd.DataFrame, names: Sequence[str], key: str) -> None:
        """One row a pair: value and sentence of the earlier text, value and sentence of the later one."""
        w, rows = self.words, list[list[Cell | str]]()
        several = pairs["city"].nunique() > 1
        for pair, name in zip(pairs.itertuples(), names, strict=True):
            row: list[Cell | str] = [self.short_name(pair.city), name] if several else [name]
            for when in ("then", "now"):
                side = _side(pair, when)
                row += [Cell(self._told(pair, when), title=str(side.mention)), self._evidence(side)]
            rows.append(row)
        head = [*(["col_city"] if several else []), "col_indicator", "targets_col_then", "targets_col_sentence_then"]
        head += ["targets_col_now", "targets_col_sentence_now"]
        caption = w(f"{key}_caption", n=len(rows))
        show_table([w(name) for name in head], rows, caption=caption, note=self.source, row_heads=False)
        up, down = 0, 0
        if "change" in pairs:
            up, down = int((pairs["change"] > 0).sum()), int((pairs["change"] < 0).sum())
        self.say(f"{key}_reading", n=len(rows), up=up, down=down)

    # --- tally ---------------------------------------------------------------------------------------------------

    def show_tally(self, folder: Path | str | None = None) -> None:
        """How the targets of all texts bind, by indicator; and the target of each text for the first indicator.

        `folder` holds any texts as *.txt, seen from the working directory or the project's root; None takes the texts
        of this report.
        """
        w = self.words
        if folder is None:
            rows, dates = self.indicator_rows, self.dates
            documents, texts, note = list(self.documents["document"]), self._texts, self.source
        else:
            tables = tabulate_folder(self._folder(folder), self.project.reference)
            rows, dates = tables.indicators, tables.dates
            documents, texts = list(tables.documents["document"]), _passage_texts(tables.passages)
            note = w("tally_folder_note", folder=Path(folder).name, n=len(documents))
        targets = annual_targets(rows, self.keys, dates=dates)
        keys = [key for key in self.dictionary if key in set(targets["indicator"]) or key in (self.keys or [FIRST])]
        table: list[list[Cell | str]] = []
        listed: dict[str, list[str]] = {key: [] for key in keys}
        for key, constraint in zip(targets["indicator"], targets["constraint"], strict=True):
            listed[key].append(constraint)
        tallies = {key: tallied(constraints) for key, constraints in listed.items()}
        for key in keys:
            counts = [int(n) for n in tallies[key]["targets"]]
            cells = [Cell(w.number(n), value=float(n)) for n in (*counts, sum(counts), len(documents) - sum(counts))]
            table.append([self.indicator_name(key), *cells])
        head = [w("col_indicator"), *(w(f"constraint_form_{name}") for name in CONSTRAINTS)]
        head += [w("tally_col_sum"), w("tally_col_none")]
        caption = w("tally_caption", n=len(documents))
        show_table(head, table, caption=caption, note=note, numeric=range(1, len(head)))
        first = FIRST if FIRST in keys else keys[0]
        self._read_tally(first, tallies[first], len(documents))
        self._show_tallied(targets[targets["indicator"] == first], documents, texts, first, note, linked=folder is None)

    def _folder(self, folder: Path | str) -> Path:
        """`folder` as it is seen from here, else from the project's root."""
        path = Path(folder).expanduser()
        if path.is_dir() or path.is_absolute():
            return path
        if not (self.project.root / path).is_dir():
            raise InputError(
                "there is no such folder", cure="give a path from the project's root or a full one", path=path
            )
        return self.project.root / path

    def _read_tally(self, key: str, tally: pd.DataFrame, documents: int) -> None:
        targets = int(tally["targets"].sum())
        listed = tally.loc[tally.index.repeat(tally["targets"]), "constraint"]
        name = "tally_reading" if targets else "tally_reading_none"
        self.say(name, indicator=self.indicator_name(key), n=targets, documents=documents, list=self._counted(listed))

    def _show_tallied(
        self,
        targets: pd.DataFrame,
        documents: Sequence[str],
        texts: dict[tuple[str, int], str],
        key: str,
        note: str,
        linked: bool,
    ) -> None:
        """One row for each text that has a target for the indicator."""
        if targets.empty:
            return
        w, rows = self.words, list[list[Cell | str]]()
        place = {document: number for number, document in enumerate(documents)}
        for row in sorted(targets.itertuples(), key=lambda row: place[row.document]):
            link = self.figure_link(row) if linked else ""
            rows.append(
                [
                    self.document_names[row.document] if linked else str(row.document),
                    Cell(self.value_words(row), value=float(row.value), title=str(row.mention)),
                    self.when(row),
                    w(f"constraint_{row.constraint}"),
                    sentence_cell(texts[(row.document, row.passage)], row.start, row.mention, link),
                ]
            )
        head = ["col_document", "targets_col_target", "col_period", "targets_col_constraint", "col_sentence"]
        caption = w("tally_texts_caption", indicator=self.indicator_name(key), n=len(rows))
        show_table([w(name) for name in head], rows, caption=caption, note=note, numeric=[1])


def sentence_cell(text: str, start: int, mention: str, link: str = "") -> Cell:
    """The sentence of a passage around the words that begin at `start`; the whole of it on hover, the words linked."""
    begin, end = sentence_at(text, start)
    shown, at = around(text[begin:end], mention, start - begin)
    return Cell(shown, title=text[begin:end], link=link, linked=(at, at + len(mention)))


def _listed(given: Sequence[str] | str | None) -> list[str]:
    """A parameter that is a list, words joined by commas, or None."""
    words = given.split(",") if isinstance(given, str) else list(given or [])
    return list(dict.fromkeys(str(word).strip() for word in words if str(word).strip()))


def _given(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _passage_texts(passages: pd.DataFrame) -> dict[tuple[str, int], str]:
    return {(row.document, row.passage): row.text for row in passages.itertuples()}


def _place(pair: Any, when: str) -> tuple[str, int, int]:
    """Where one side of a pair stands."""
    return tuple(getattr(pair, f"{name}_{when}") for name in ("document", "passage", "start"))  # type: ignore[return-value]


def _side(pair: Any, when: str) -> Any:
    """One side of a pair (`then`, `now`) as a row of its own."""
    names = ("document", "passage", "start", "mention", "value", "value_max", "comparator", "period")
    own = {name: getattr(pair, f"{name}_{when}") for name in names}
    return SimpleNamespace(**own, unit=pair.unit, measure=getattr(pair, "measure", "level"))
