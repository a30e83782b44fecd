"""The report on how far the numbers can be trusted: gold tables, judged samples, other choices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

import pandas as pd

from ... import compare
from ...build.any_text import figure_reader, file_tables
from ...compare import gold as validation
from ...extract.coding import SCHEMES, Scheme, load_schemes
from .. import charts
from ..tables import Cell, show_table
from .base import Report, capital, literal, show_markdown

WORST, COMMON_TERMS = 12, 10

COLUMN_WORDS = {
    "recall": "validation_recall",
    "precision": "validation_precision",
    "value_max": "validation_value_max",
    "comparator": "validation_comparator",
    "measure": "validation_measure",
    "indicator": "validation_indicator",
    "period": "validation_period",
    "status": "validation_status",
    "theme": "validation_theme",
}
PERIOD_WORDS = {
    "right": "validation_period_right",
    "overlap": "validation_period_overlap",
    "apart": "validation_period_apart",
    "missing": "validation_period_missing",
    "unasked": "validation_period_unasked",
}
SAMPLE_WORDS = {
    "indicators": "validation_samples_indicators",
    "theme": "validation_samples_theme",
    "pathway": "validation_samples_pathway",
    "instrument": "validation_samples_instrument",
}
SCHEME_WORDS = {
    "theme": "sensitivity_scheme_theme",
    "pathway": "sensitivity_scheme_pathway",
    "instrument": "sensitivity_scheme_instrument",
}
CHOICE_WORDS = {
    "all_codes": "sensitivity_all_codes",
    "passages": "sensitivity_passages",
    "shares": "sensitivity_shares",
    "with_questions": "sensitivity_with_questions",
    "terms_left_out": "sensitivity_terms_left_out",
    "top_terms_left_out": "sensitivity_top_terms_left_out",
}
# Sections that stand on the gold tables and are left out where there are none.
GOLD_SECTIONS = ("validation_scores", "validation_confusion", "validation_worst")


def _tau(value: float) -> str:
    """A rank correlation, – where there is no order."""
    return "–" if pd.isna(value) else f"{value:.2f}"


class Validation(Report):
    """How far the numbers can be trusted: scores against gold tables, judged samples, sensitivity."""

    kind = "validation"

    def __init__(self, lang: str, declared: Iterable[str], history: Sequence[str]) -> None:
        super().__init__(lang, declared, history)
        self.folder = self.project.root / validation.FOLDER
        texts = self.folder / "figures"
        self.gold = validation.read_gold(texts) if texts.is_dir() else None

    # --- gold tables ---------------------------------------------------------------------------------------------

    @cached_property
    def schemes(self) -> dict[str, Scheme]:
        return load_schemes(self.project.reference)

    @cached_property
    def judged(self) -> pd.DataFrame:
        """The judged cells of all gold texts; none without gold tables."""
        if self.gold is None:
            return validation.judge(*[pd.DataFrame(columns=["text", "value", "unit", "optional"])] * 2)
        found = validation.predict(self.gold, figure_reader(self.project.reference))
        return validation.judge(self.gold.figures, found)

    @cached_property
    def scores(self) -> pd.DataFrame:
        return validation.scores(self.judged)

    @cached_property
    def least(self) -> Any:
        """The row of the column that is least often right."""
        return self.scores.sort_values("share", kind="stable").iloc[0]

    @cached_property
    def _counts(self) -> dict[str, Any]:
        """What sentences say of the gold tables as a whole."""
        assert self.gold is not None
        w, counts = self.words, self.scores.set_index("column")
        recall, precision = counts.loc["recall"], counts.loc["precision"]
        return {
            "texts": len(self.gold.texts),
            "required": w.number(recall["n"]),
            "found": w.number(recall["right"]),
            "recall": w.percent(recall["share"], 1),
            "low": w.percent(recall["low"], 1),
            "high": w.percent(recall["high"], 1),
            "spurious": w.number(precision["n"] - precision["right"]),
            "column": self._column(self.least.column),
            "share": w.percent(self.least.share, 1),
        }

    def _column(self, column: str) -> str:
        return self.words(COLUMN_WORDS[column])

    def _value(self, column: str, value: Any) -> str:
        """A cell of a gold table in the words of the report."""
        w = self.words
        if not isinstance(value, str) or not value:
            return w("validation_empty")
        if column in ("theme", "measure"):
            return w(f"{column}_{value}")
        if column == "status":
            return w(value)
        return w.period(value) if column == "period" else value

    def heading(self, key: str) -> None:
        if self.gold is not None or key not in GOLD_SECTIONS:
            super().heading(key)

    def front(self) -> None:
        w = self.words
        facts: list[list[str]] = []
        finding = w("validation_finding_none")
        if self.gold is not None:
            optional = int(self.gold.figures["optional"].sum())
            finding = w("validation_finding", **self._counts)
            facts = [
                [w("validation_facts_texts"), w.number(len(self.gold.texts))],
                [w("validation_facts_figures"), w.number(len(self.gold.figures) - optional)],
                [w("validation_facts_optional"), w.number(optional)],
                [w("validation_facts_cells"), w.number(self.scores["n"].sum())],
            ]
        self._front(
            w("validation_title"), w("validation_subtitle"), w("validation_description"), capital(finding), facts
        )

    def read_findings(self) -> None:
        """The three findings: of gold tables, of judged samples, of other choices."""
        w = self.words
        lines = [w("validation_finding", **self._counts) if self.gold is not None else w("validation_finding_none")]
        if not self.samples.empty:
            total = self.samples.groupby("what", sort=False)[["right", "n"]].sum()
            listed = w.list(
                w(
                    "validation_item",
                    column=self._sample(str(what)),
                    share=w.percent(row["right"] / row["n"]),
                )
                for what, row in total.iterrows()
            )
            lines.append(w("validation_finding_samples", n=w.number(self.samples["n"].sum()), list=listed))
        if not self.moved.empty:
            mean = 100 * self.moved["mean_difference"]
            lines.append(
                w(
                    "validation_finding_moves",
                    low=f"{mean.min():.1f}",
                    high=f"{mean.max():.1f}",
                    tau_low=_tau(self.moved["tau_groups"].min()),
                    tau_high=_tau(self.moved["tau_groups"].max()),
                )
            )
        show_markdown("\n".join(f"- {capital(literal(line))}" for line in lines))

    def read_gold(self) -> None:
        """What the gold tables are, or that there are none."""
        if self.gold is None:
            self.say("validation_finding_none")
            return
        w = self.words
        self.say(
            "validation_gold_reading",
            texts=len(self.gold.texts),
            list=w.list(map(str, self.gold.texts["text"])),
            characters=w.number(self.gold.texts["content"].str.len().sum()),
            required=self._counts["required"],
            optional=w.number(self.gold.figures["optional"].sum()),
        )
        self.say("validation_gold_caution")

    @property
    def _share_heads(self) -> list[str]:
        return [
            self.words(key)
            for key in ("validation_col_n", "validation_col_right", "validation_col_share", "col_interval")
        ]

    def _share_cells(self, row: Any) -> list[str]:
        """n, right, share and interval of a row of scores."""
        w = self.words
        interval = f"{w.percent(row.low, 1)}–{w.percent(row.high, 1)}"
        return [w.number(row.n), w.number(row.right), w.percent(row.share, 1), interval]

    @property
    def _cells_note(self) -> str:
        return self.words("validation_note", texts=self._counts["texts"], required=self._counts["required"])

    @property
    def _gold_note(self) -> str:
        """The same where intervals are shown."""
        return self._cells_note + self.words("validation_note_intervals")

    def scores_chart(self) -> None:
        if self.gold is None:
            return
        w, counts = self.words, self._counts
        listed = w.list(
            w("validation_item", column=self._column(r.column), share=w.percent(r.share, 1))
            for r in self.scores.itertuples()
        )
        figure = charts.accuracy(
            self.scores,
            title=w("validation_chart_title", column=counts["column"], share=counts["share"], recall=counts["recall"]),
            subtitle=w("validation_chart_subtitle"),
            note=self._gold_note,
            axis=w("validation_chart_x"),
            names={column: capital(self._column(column)) for column in COLUMN_WORDS},
            columns={"share": w("validation_col_right"), "n": w("validation_col_n")},
            formats={"share": lambda share: w.percent(share, 1)},
            empty=w("no_data"),
        )
        self._chart(figure, w("validation_chart_alt", list=listed))

    def read_scores(self) -> None:
        if self.gold is None:
            return
        by_text = validation.scores(self.judged, "text")
        # By the upper end of the interval: a column with few cells is not soon the weakest.
        lowest = by_text.sort_values("high", kind="stable").iloc[0]
        counts = self._counts
        self.say(
            "validation_scores_reading",
            required=counts["required"],
            found=counts["found"],
            spurious=counts["spurious"],
            text=lowest.text,
            column=self._column(lowest.column),
            right=lowest.right,
            n=lowest.n,
            share=self.words.percent(lowest.share, 1),
        )

    def show_scores(self) -> None:
        if self.gold is None:
            return
        w = self.words
        head = [w("validation_col_column"), *self._share_heads]
        rows = [[capital(self._column(r.column)), *self._share_cells(r)] for r in self.scores.itertuples()]
        show_table(
            head, rows, caption=w("validation_scores_caption"), note=self._gold_note, numeric=range(1, len(head))
        )
        by_text = validation.scores(self.judged, "text").set_index(["text", "column"])
        listed: list[list[Cell | str]] = []
        for name in [*self.gold.texts["text"], None]:
            own = self.scores.set_index("column") if name is None else by_text.loc[name]
            row: list[Cell | str] = [w("validation_all") if name is None else str(name)]
            for column in self.scores["column"]:
                cell = own.loc[column] if column in own.index else None
                row.append(
                    Cell("–")
                    if cell is None
                    else Cell(
                        f"{100 * cell['share']:.1f}",
                        value=float(cell["share"]),
                        title=f"{int(cell['right'])}/{int(cell['n'])}",
                    )
                )
            listed.append(row)
        heads = [w("validation_col_text"), *(capital(self._column(column)) for column in self.scores["column"])]
        show_table(
            heads, listed, caption=w("validation_by_text_caption"), note=self._cells_note, numeric=range(1, len(heads))
        )

    def show_confusion(self) -> None:
        """A matrix for each column with few values, and what became of the periods."""
        if self.gold is None:
            return
        w = self.words
        for column in validation.CHOICES:
            table = validation.confusion(self.judged, column)
            if table.empty or column == "theme":
                continue
            head = [w("validation_confusion_head"), *(self._value(column, got) for got in table.columns)]
            rows = [
                [self._value(column, wanted), *(w.number(n) if n else "" for n in table.loc[wanted])]
                for wanted in table.index
            ]
            caption = w("validation_confusion_caption", column=capital(self._column(column)))
            show_table(head, rows, caption=caption, note=self._cells_note, numeric=range(1, len(head)))
        kinds = validation.period_kinds(self.judged)
        show_table(
            [w("validation_period_kind"), w("col_count")],
            [[w(PERIOD_WORDS[r.kind]), w.number(r.n)] for r in kinds.itertuples()],
            caption=w("validation_period_caption"),
            note=self._cells_note,
            numeric=[1],
        )

    def confusion_chart(self) -> None:
        """The matrix of the themes, which are too many for a table."""
        if self.gold is None:
            return
        w, counts = self.words, validation.confusion(self.judged, "theme")
        right = pd.Series({theme: counts.loc[theme].get(theme, 0) for theme in counts.index}, dtype="int64")
        wrong = (counts.sum(axis=1) - right).sort_values(ascending=False, kind="stable")
        first = str(wrong.index[0]) if len(wrong) else ""
        words = {
            "theme": self._value("theme", first),
            "wrong": w.number(wrong.get(first, 0)),
            "n": w.number(counts.loc[first].sum() if first else 0),
        }
        figure = charts.confusion(
            counts,
            title=capital(w("validation_theme_title", **words)),
            subtitle=w("validation_theme_subtitle"),
            note=self._cells_note,
            names={**self.theme_names, "": w("validation_empty")},
            columns={"right": w("validation_col_right")},
            empty=w("no_data"),
        )
        self._chart(figure, w("validation_theme_alt", **words))

    def read_confusion(self) -> None:
        if self.gold is None:
            return
        w = self.words
        wrong = validation.mistakes(self.judged)
        wrong = wrong[wrong["column"].isin(validation.CHOICES)].fillna("")
        counts = wrong.groupby(["column", "wanted", "got"], sort=False).size()
        most = counts.sort_values(ascending=False, kind="stable").head(3)
        if most.empty:
            self.say("validation_confusion_none")
        else:
            items = [
                w(
                    "validation_confusion_item",
                    column=self._column(column),
                    wanted=self._value(column, wanted),
                    got=self._value(column, got),
                    n=n,
                )
                for (column, wanted, got), n in most.items()
            ]
            self.say("validation_confusion_reading", list=w("validation_colon_list").join(items))
        kinds = validation.period_kinds(self.judged).set_index("kind")["n"]
        self.say(
            "validation_period_reading",
            judged=w.number(kinds.drop("unasked").sum()),
            right=w.number(kinds["right"]),
            unasked=w.number(kinds["unasked"]),
        )

    @cached_property
    def worst(self) -> pd.DataFrame:
        assert self.gold is not None
        return validation.worst_sentences(self.judged, self.gold.sentences, top=WORST)

    def read_worst(self) -> None:
        if self.gold is None:
            return
        w, wrong = self.words, validation.mistakes(self.judged)
        if wrong.empty:
            self.say("validation_worst_none")
            return
        self.say(
            "validation_worst_reading",
            sentences=w.number(len(self.gold.sentences)),
            wrong=w.number(len(wrong.drop_duplicates(["text", "sid"]))),
            n=len(self.worst),
            errors=w.number(len(wrong)),
            share=w.percent(self.worst["errors"].sum() / len(wrong)),
        )

    def show_worst(self) -> None:
        if self.gold is None or self.worst.empty:
            return
        w, wrong = self.words, validation.mistakes(self.judged)
        rows = [
            [
                str(r.text),
                str(r.sentence),
                self._mistakes(wrong[(wrong["text"] == r.text) & (wrong["sid"] == r.sid)]),
                f"{r.errors}/{r.cells}",
            ]
            for r in self.worst.itertuples()
        ]
        head = [
            w("validation_col_text"),
            w("col_sentence"),
            w("validation_col_wrong"),
            w("validation_col_errors"),
        ]
        caption = w("validation_worst_caption", n=len(rows))
        show_table(head, rows, caption=caption, note=self._cells_note, numeric=[3])

    def _mistakes(self, wrong: pd.DataFrame) -> str:
        """The wrong cells of one sentence in words; equal ones together."""
        w, said = self.words, []
        for (column, wanted, got), group in wrong.fillna("").groupby(["column", "wanted", "got"], sort=False):
            mentions = w.list(map(str, group["mention"]))
            if column == "recall":
                said.append(w("validation_missed", mentions=mentions))
            elif column == "precision":
                said.append(w("validation_spurious", mentions=mentions))
            else:
                said.append(
                    w(
                        "validation_mistake",
                        column=self._column(str(column)),
                        wanted=self._value(str(column), wanted),
                        got=self._value(str(column), got),
                        mentions=mentions,
                    )
                )
        return w("validation_colon_list").join(said)

    # --- judged samples ------------------------------------------------------------------------------------------

    @cached_property
    def samples(self) -> pd.DataFrame:
        return validation.read_samples(self.folder)

    def _sample(self, what: str, sample: str = "") -> str:
        """What a sample is of; samples of one kind are told apart by their number."""
        w = self.words
        name = w(SAMPLE_WORDS[what]) if what in SAMPLE_WORDS else what
        return w("validation_samples_numbered", what=name, sample=sample) if sample else name

    def show_samples(self) -> None:
        """Samples of codes and indicators that were read and judged, or that there are none."""
        w = self.words
        samples = self.samples
        if samples.empty:
            self.say("validation_samples_none")
            return
        rows = [[capital(self._sample(r.what, r.sample)), *self._share_cells(r)] for r in samples.itertuples()]
        head = [w("validation_samples_what"), *self._share_heads]
        note = w("validation_samples_note")
        show_table(head, rows, caption=w("validation_samples_caption"), note=note, numeric=range(1, len(head)))
        lowest = samples.sort_values("share", kind="stable").iloc[0]
        self.say(
            "validation_samples_reading",
            what=self._sample(lowest["what"], lowest["sample"]),
            n=w.number(lowest.n),
            right=w.number(lowest.right),
            share=w.percent(lowest.share, 1),
            low=w.percent(lowest.low, 1),
            high=w.percent(lowest.high, 1),
        )

    # --- sensitivity ---------------------------------------------------------------------------------------------

    @cached_property
    def _body(self) -> pd.DataFrame:
        """The passages whose codes the comparison counts: all but headings."""
        return self.passages[self.passages["kind"] != "heading"]

    @cached_property
    def _digest_codes(self) -> dict[str, pd.DataFrame]:
        """The codes of the digests of documents that are read as published, by the name of that edition."""
        published = self.documents.loc[self.documents["edition"] == "published", "document"]
        paths = [self.project.raw / f"{document}.txt" for document in published]
        tables = []
        for path in (path for path in paths if path.is_file()):
            made = file_tables(path, self.project.reference, ["codes"])
            passages, codes = made["passages"], made["codes"]
            headings = passages.loc[passages["kind"] == "heading", "passage"]
            tables.append(codes[~codes["passage"].isin(headings).to_numpy(dtype=bool)])
        return {"digest": pd.concat(tables, ignore_index=True)} if tables else {}

    @cached_property
    def moves(self) -> pd.DataFrame:
        """`compare.sensitivity_table` of every scheme, with the scheme in front; only what compares cities."""
        tables = []
        for scheme in SCHEMES:
            table = compare.sensitivity_table(
                self.codes,
                self._body,
                self.documents,
                scheme=scheme,
                order=list(self.schemes[scheme].codes),
                dictionary=self.schemes[scheme],
                top=COMMON_TERMS,
                editions=self._digest_codes,
            )
            table.insert(0, "scheme", scheme)
            tables.append(table)
        table = pd.concat(tables, ignore_index=True)
        table = table[table["share"].notna()]
        cities = table.groupby(["scheme", "choice"])["city"].transform("nunique")
        compared = table.loc[(table["choice"] == "base") & (cities > 1), "scheme"].unique()
        # One city alone can show what an edition changes, but not what a genre does.
        kept = table["scheme"].isin(compared) & ((cities > 1) | ~table["choice"].str.startswith("genre:"))
        return table[kept.to_numpy(dtype=bool)].reset_index(drop=True)

    @cached_property
    def moved(self) -> pd.DataFrame:
        """`compare.sensitivity_summary` of every scheme, with the scheme in front."""
        tables = []
        for scheme, table in self.moves.groupby("scheme", sort=False):
            summary = compare.sensitivity_summary(table.drop(columns="scheme"))
            summary.insert(0, "scheme", scheme)
            tables.append(summary)
        return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=["scheme"])

    def _choice(self, choice: str) -> str:
        w = self.words
        kind, _, detail = choice.partition(":")
        if kind == "genre":
            return w("sensitivity_genre", genre=w(f"genre_{detail}"))
        if kind == "edition":
            return w("sensitivity_edition")
        return w(CHOICE_WORDS[kind], n=COMMON_TERMS)

    def _code(self, scheme: str, code: str) -> str:
        return self.theme(code) if scheme == "theme" else self.schemes[scheme].name(code, self.words.lang)

    def read_sensitivity(self) -> None:
        """What is changed, and what of it cannot be shown here."""
        if self.moved.empty:
            self.say("sensitivity_none")
            return
        w = self.words
        self.say("sensitivity_reading_intro")
        shown = set(self.moves["choice"])
        genres = [genre for genre in dict.fromkeys(self.documents["genre"]) if f"genre:{genre}" not in shown]
        if genres and self.documents["genre"].nunique() > 1:
            self.say("sensitivity_note_genres", genres=w.list(w(f"genre_{genre}") for genre in genres))
        if not self._digest_codes:
            self.say("sensitivity_note_editions")

    def sensitivity_chart(self) -> None:
        if self.moved.empty:
            return
        w, moved = self.words, self.moved
        first = moved.loc[moved["difference"].abs().idxmax()]
        listed = w.list(
            w(
                "sensitivity_alt_item",
                scheme=w(SCHEME_WORDS[str(scheme)]),
                low=f"{100 * own['mean_difference'].min():.1f}",
                high=f"{100 * own['mean_difference'].max():.1f}",
            )
            for scheme, own in moved.groupby("scheme", sort=False)
        )
        names = {choice: self._choice(choice) for choice in moved["choice"]}
        names |= {scheme: w(key) for scheme, key in SCHEME_WORDS.items()}
        figure = charts.moves(
            self.moves.loc[self.moves["choice"] != "base", ["scheme", "choice", "difference"]].merge(
                moved[["scheme", "choice", "mean_difference", "tau_groups"]], on=["scheme", "choice"], how="left"
            ),
            title=capital(
                w(
                    "sensitivity_chart_title",
                    choice=self._choice(first.choice),
                    city=self.short_name(first.city),
                    code=self._code(first.scheme, first.code),
                    difference=charts.signed_points(first.difference, 1),
                )
            ),
            subtitle=w("sensitivity_chart_subtitle"),
            note=self.source,
            axis=w("sensitivity_chart_x"),
            names=names,
            columns={"mean_difference": w("sensitivity_col_mean"), "tau_groups": w("sensitivity_col_tau_groups")},
            formats={
                "mean_difference": lambda share: f"{100 * share:.1f}",
                "tau_groups": _tau,
            },
            empty=w("no_data"),
        )
        self._chart(figure, w("sensitivity_chart_alt", list=listed))

    def read_moves(self) -> None:
        """One sentence for each scheme."""
        if self.moved.empty:
            return
        w = self.words
        for scheme, own in self.moved.groupby("scheme", sort=False):
            first = own.loc[own["difference"].abs().idxmax()]
            worst = own.sort_values("tau_groups", kind="stable").iloc[0]
            self.say(
                "sensitivity_reading",
                scheme=w(SCHEME_WORDS[str(scheme)]),
                low=f"{100 * own['mean_difference'].min():.1f}",
                high=f"{100 * own['mean_difference'].max():.1f}",
                choice=self._choice(first.choice),
                city=self.short_name(first.city),
                code=self._code(str(scheme), first.code),
                difference=charts.signed_points(first.difference, 1),
                tau_low=_tau(own["tau_groups"].min()),
                tau_high=_tau(own["tau_groups"].max()),
                worst=self._choice(worst.choice),
            )
        self.say("sensitivity_rule")

    def show_sensitivity(self) -> None:
        if self.moved.empty:
            return
        w = self.words
        rows = [
            [
                w(SCHEME_WORDS[r.scheme]),
                self._choice(r.choice),
                f"{100 * r.mean_difference:.1f}",
                charts.signed_points(r.difference, 1),
                w("sensitivity_where", city=self.short_name(r.city), code=self._code(r.scheme, r.code)),
                _tau(r.tau_groups),
                _tau(r.tau_codes),
            ]
            for r in self.moved.itertuples()
        ]
        head = [
            w(key)
            for key in (
                "sensitivity_col_scheme",
                "sensitivity_col_choice",
                "sensitivity_col_mean",
                "sensitivity_col_largest",
                "sensitivity_col_where",
                "sensitivity_col_tau_groups",
                "sensitivity_col_tau_codes",
            )
        ]
        show_table(head, rows, caption=w("sensitivity_caption"), note=self.source, numeric=[2, 3, 5, 6])

    # --- limits --------------------------------------------------------------------------------------------------

    def read_limits(self) -> None:
        """What gold tables and other choices cannot show."""
        w = self.words
        lines = []
        if self.gold is not None:
            unasked = validation.period_kinds(self.judged).set_index("kind")["n"]["unasked"]
            lines += [
                w("validation_limit_texts"),
                w("validation_limit_reader"),
                w("validation_limit_empty", unasked=w.number(unasked)),
                w("validation_limit_interval"),
                w("validation_limit_truth"),
            ]
        lines.append(w("validation_limit_choices"))
        show_markdown("\n".join(f"- {line}" for line in lines))
