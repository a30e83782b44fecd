"""Measures that compare cities: shares of themes, density of figures, wording, time. Tables in, tables out.

No function changes what it is given, draws a random number without a seed, or warns on an empty table. Where a measure
is not defined (a share of nothing, an interval from one passage) the cell is missing, never 0.

Intervals are bootstrap percentile intervals (Efron & Tibshirani 1993, An Introduction to the Bootstrap, ch. 13) and the
unit that is drawn again is the **passage**: sentences and figures of one passage are said by one speaker on one matter
and do not vary independently. They say how much a share hangs on single passages of this text; they cannot say
what the city would have said on another day, nor what it does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from analysis import schema

Documents: TypeAlias = pd.DataFrame | Mapping[str, str]

SEED = 262
REPLICATES = 2000
LEVEL = 0.95

# Replicates are drawn in blocks so that no block holds more than this many numbers (32 MB).
_BLOCK = 4_000_000


# --- groups -----------------------------------------------------------------------------------------------------


def _mapping(documents: Documents, by: str) -> pd.Series:
    """document -> group as a string Series in the order of `documents`."""
    if isinstance(documents, pd.DataFrame):
        columns = documents[["document", by]] if by != "document" else documents[["document"]]
        keys, values = columns["document"], columns[by]
    else:
        keys = pd.Series(list(documents), dtype="string")
        values = keys if by == "document" else pd.Series(list(documents.values()), dtype="string")
    groups = pd.Series(values.astype("string").to_numpy(), index=keys.astype("string").to_numpy(), dtype="string")
    return groups[~groups.index.duplicated()]


def _group_of(table: pd.DataFrame, groups: pd.Series) -> pd.Series:
    """The group of every row of `table`, missing where its document is not among `groups`."""
    return table["document"].astype("string").map(groups.to_dict()).astype("string")


def _order(groups: pd.Series) -> list[str]:
    return [str(group) for group in groups.dropna().unique()]


def _columns(by: str, rows: list[dict[str, Any]], types: Mapping[str, str]) -> pd.DataFrame:
    """`rows` with the columns `by` and those of `types`, also when there is no row."""
    data = pd.DataFrame(rows, columns=[by, *types])
    return data.astype({by: "string", **types})


# --- bootstrap --------------------------------------------------------------------------------------------------


def bootstrap(
    rows: np.ndarray,
    statistic: Callable[[np.ndarray], np.ndarray],
    *,
    n: int = REPLICATES,
    seed: int = SEED,
    stream: Hashable = "",
    level: float = LEVEL,
) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper ends of percentile intervals of statistics of column sums.

    `rows` is passages × columns (counts); `statistic` takes replicates × columns (sums over the drawn passages) and
    returns replicates × statistics. `stream` names what is drawn for, so that the interval of one city does not hang
    on which other cities are in the table. The order of `rows` does not matter.

    Equal rows are drawn together: n draws with replacement from passages are a multinomial draw over the *different*
    rows with their frequencies, which is the same distribution at a fraction of the work on large corpora. All ends
    are missing with fewer than two passages.
    """
    width = statistic(np.zeros((1, rows.shape[1]))).shape[1]
    if len(rows) < 2:
        return np.full(width, np.nan), np.full(width, np.nan)
    kinds, frequency = np.unique(rows, axis=0, return_counts=True)
    random = np.random.default_rng([seed, *str(stream).encode()])
    block = max(1, min(n, _BLOCK // len(kinds)))
    drawn = []
    for first in range(0, n, block):
        weights = random.multinomial(len(rows), frequency / len(rows), size=min(block, n - first))
        drawn.append(statistic(weights @ kinds))
    values = np.concatenate(drawn)
    tail = (1 - level) / 2
    low, high = np.full(width, np.nan), np.full(width, np.nan)
    # A replicate may hold nothing to take a share of; it then says nothing about the share and is left out.
    for column in range(width):
        known = values[:, column][np.isfinite(values[:, column])]
        if len(known):
            low[column], high[column] = np.quantile(known, (tail, 1 - tail))
    return low, high


def _ratio(parts: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """parts / whole, missing where whole is 0."""
    whole = np.broadcast_to(np.asarray(whole, dtype=float), np.shape(parts))
    return np.divide(parts, whole, out=np.full(np.shape(parts), np.nan), where=whole > 0)


# --- themes -----------------------------------------------------------------------------------------------------


def main_codes(codes: pd.DataFrame, scheme: str = "theme") -> pd.DataFrame:
    """One row per coded sentence: its main code, which is the first of its rows in `codes`."""
    return codes[codes["scheme"] == scheme].drop_duplicates(["document", "sentence"])


def theme_shares(
    codes: pd.DataFrame,
    documents: Documents,
    by: str = "city",
    *,
    scheme: str = "theme",
    order: Sequence[str] | None = None,
    n: int = REPLICATES,
    seed: int = SEED,
) -> pd.DataFrame:
    """Share of the coded sentences of each group whose main code is the code.

    In: `codes` (document, passage, sentence, scheme, code, …; the first row of a sentence is its main code);
    `documents` (table with document and `by`, or a mapping document → group): its groups are the rows, in its order.
    `order` gives the codes; else the twelve themes, or what a different scheme has, sorted.

    Out: `by`, code, sentences (with this main code), total (coded sentences of the group), share (0 to 1), low, high
    (95 % bootstrap percentile interval over the passages with a coded sentence). Every group has every code. share is
    missing where total is 0; the interval also where no sentence or every sentence has the code, because drawing the
    same passages again can then only give the same share.
    """
    groups = _mapping(documents, by)
    main = main_codes(codes, scheme)
    if order is None:
        order = schema.THEMES if scheme == "theme" else sorted(main["code"].dropna().unique())
    order = list(order)
    group = _group_of(main, groups)
    rows = []
    for name in _order(groups):
        own = main[(group == name).fillna(False).to_numpy(dtype=bool)]
        table = pd.crosstab([own["document"], own["passage"]], own["code"]) if len(own) else pd.DataFrame()
        counts = table.reindex(columns=order, fill_value=0).to_numpy(dtype=float).reshape(len(table), len(order))
        # Codes that are not in `order` still belong to the whole.
        whole = table.to_numpy(dtype=float).sum(axis=1) if len(table) else np.zeros(0)
        sums, total = counts.sum(axis=0), whole.sum()
        low, high = bootstrap(
            np.column_stack([counts, whole]),
            lambda drawn: _ratio(drawn[:, :-1], drawn[:, -1:]),
            n=n,
            seed=seed,
            stream=name,
        )
        fixed = (sums == 0) | (sums == total)
        low, high = np.where(fixed, np.nan, low), np.where(fixed, np.nan, high)
        shares = _ratio(sums, total)
        rows += [
            {by: name, "code": code, "sentences": s, "total": total, "share": p, "low": a, "high": b}
            for code, s, p, a, b in zip(order, sums, shares, low, high, strict=True)
        ]
    types = {
        "code": "string",
        "sentences": "int64",
        "total": "int64",
        "share": "float64",
        "low": "float64",
        "high": "float64",
    }
    return _columns(by, rows, types)


# --- figures ----------------------------------------------------------------------------------------------------

_PROFILE = {
    "passages": "int64",
    "characters": "int64",
    "figures": "int64",
    "per_1000": "float64",
    "low": "float64",
    "high": "float64",
    "planned": "int64",
    "planned_share": "float64",
    "planned_low": "float64",
    "planned_high": "float64",
    "dated": "int64",
    "dated_share": "float64",
    "dated_low": "float64",
    "dated_high": "float64",
}


def _by_passage(figures: pd.DataFrame, passages: pd.DataFrame) -> pd.DataFrame:
    """document, characters, figures, planned, dated of every passage, also of those without a figure."""
    key = ["document", "passage"]
    marks = pd.DataFrame(
        {
            "document": figures["document"].astype("string"),
            "passage": figures["passage"],
            "figures": 1,
            "planned": (figures["status"] == "planned").fillna(False).astype("int64"),
            "dated": figures["period"].notna().astype("int64"),
        }
    )
    counts = marks.groupby(key)[["figures", "planned", "dated"]].sum()
    lengths = passages.assign(document=passages["document"].astype("string")).groupby(key)["characters"].sum()
    return lengths.to_frame().join(counts, how="outer").fillna(0).reset_index()


def figure_profile(
    figures: pd.DataFrame,
    passages: pd.DataFrame,
    documents: Documents,
    by: str = "city",
    *,
    n: int = REPLICATES,
    seed: int = SEED,
) -> pd.DataFrame:
    """How thick the figures stand in the text of each group, and what share of them is planned or dated.

    In: `figures` (document, passage, status, period), `passages` (document, passage, characters), `documents` (as in
    `theme_shares`).

    Out, one row per group of `documents`: `by`, passages, characters, figures; per_1000 (figures per 1,000 characters
    of cleaned text), low, high; planned (figures with that status), planned_share (of **all** figures, also those whose
    status cannot be told), planned_low, planned_high; dated (figures with a period), dated_share, dated_low,
    dated_high. Intervals: 95 % bootstrap percentile intervals over all passages, headings and questions too. Missing:
    rates without text, shares without figures, and intervals of a share that is 0 or 1, or of a rate that is 0.
    """
    groups = _mapping(documents, by)
    table = _by_passage(figures, passages)
    group = _group_of(table, groups)

    def rates(sums: np.ndarray) -> np.ndarray:
        return np.column_stack(
            [
                1000 * _ratio(sums[:, 1], sums[:, 0]),
                _ratio(sums[:, 2], sums[:, 1]),
                _ratio(sums[:, 3], sums[:, 1]),
            ]
        )

    rows = []
    for name in _order(groups):
        own = table[(group == name).fillna(False).to_numpy(dtype=bool)]
        counts = own[["characters", "figures", "planned", "dated"]].to_numpy(dtype=float)
        sums = counts.sum(axis=0)
        value = rates(sums[None, :])[0]
        low, high = bootstrap(counts, rates, n=n, seed=seed, stream=name)
        fixed = np.array([sums[1] == 0, sums[2] in (0, sums[1]), sums[3] in (0, sums[1])])
        low, high = np.where(fixed, np.nan, low), np.where(fixed, np.nan, high)
        values = [len(own), sums[0], sums[1], value[0], low[0], high[0], sums[2], value[1], low[1], high[1]]
        values += [sums[3], value[2], low[2], high[2]]
        rows.append({by: name, **dict(zip(_PROFILE, values, strict=True))})
    return _columns(by, rows, _PROFILE)


def theme_figures(figures: pd.DataFrame, by: str | None = "city") -> pd.DataFrame:
    """Counts of figures by theme and status.

    In: `figures` (theme, status and, unless `by` is None, `by`). Out: `by`, theme, achieved, planned, undetermined
    (status null), figures (their sum). Groups in order of appearance, each with all twelve themes in the order of the
    registry; themes outside the registry follow, sorted.
    """
    statuses = ["achieved", "planned", "undetermined"]
    groups = _order(figures[by].astype("string")) if by else [""]
    themes = figures["theme"].dropna().astype(str)
    order = [*schema.THEMES, *sorted(set(themes) - set(schema.THEMES))]
    status = figures["status"].astype("string").fillna("undetermined")
    status = status.where(status.isin(statuses), "undetermined")
    group = figures[by].astype("string") if by else ""
    data = pd.DataFrame({"group": group, "theme": figures["theme"], "status": status})
    counts = data.groupby(["group", "theme", "status"]).size()
    index = pd.MultiIndex.from_product([groups, order, statuses], names=["group", "theme", "status"])
    wide = counts.reindex(index, fill_value=0).unstack("status").reindex(columns=statuses)
    wide = wide.reindex(pd.MultiIndex.from_product([groups, order], names=["group", "theme"])).reset_index()
    wide.columns.name = None
    wide["figures"] = wide[statuses].sum(axis=1)
    types = dict.fromkeys([*statuses, "figures"], "int64")
    wide = wide.astype({"group": "string", "theme": "string", **types})
    return wide.rename(columns={"group": by}) if by else wide.drop(columns="group")


# --- wording ----------------------------------------------------------------------------------------------------


def g2(count: Any, total: Any, other_count: Any, other_total: Any) -> Any:
    """Log-likelihood ratio of a term in two corpora; numbers or arrays.

    Dunning (1993), Accurate Methods for the Statistics of Surprise and Coincidence, Computational Linguistics 19(1):
    G² = 2 Σ O ln(O / E) over the four cells of the table term / other words × this corpus / the other one, where
    E = row sum × column sum / sum. `count` of `total` words here, `other_count` of `other_total` there. It is never
    negative and does not say in which corpus the term is the more frequent one. Missing where a corpus is empty.
    """
    a, n, b, m = (np.asarray(x, dtype=float) for x in (count, total, other_count, other_total))
    a, n, b, m = np.broadcast_arrays(a, n, b, m)
    result = np.zeros(a.shape)
    for observed, size, row in ((a, n, a + b), (b, m, a + b), (n - a, n, n + m - a - b), (m - b, m, n + m - a - b)):
        expected = _ratio(row * size, n + m)
        safe = (observed > 0) & (expected > 0)
        part = np.divide(observed, expected, out=np.ones(a.shape), where=safe)
        result = result + observed * np.log(part)
    result = np.where((n > 0) & (m > 0), np.maximum(2 * result, 0.0), np.nan)
    return float(result) if result.ndim == 0 else result


def keyness(
    terms: pd.DataFrame,
    documents: Documents,
    by: str = "city",
    *,
    prior: float | pd.Series = 500.0,
    min_count: int = 2,
) -> pd.DataFrame:
    """Words that set each group apart from all others together.

    Monroe, Colaresi & Quinn (2008), Fightin' Words, Political Analysis 16(4), 372–403: the log-odds
    ratio with an informative Dirichlet prior. With y words of a kind among n in the group, y' among n' in the rest, and
    the prior counts a of the term and A of all terms:

        log_odds = ln((y + a) / (n + A - y - a)) - ln((y' + a) / (n' + A - y' - a))
        z        = log_odds / sqrt(1 / (y + a) + 1 / (y' + a))

    `prior` is A, shared among the terms as in the whole corpus (default: the weight of 500 words), or a Series of
    prior counts by term from a corpus of the reader's choice (a term that it lacks counts 0.01). A larger prior draws
    rare words nearer to 0.

    In: `terms` (document, term, count), `documents` (as in `theme_shares`). Out, for every group and every term that
    stands at least `min_count` times in the corpus: `by`, term, count, total (words of the group), other_count,
    other_total, rate_per_10000, other_rate (per 10,000 words), log_odds, z, g2 (see `g2`); groups in the order of
    `documents`, most typical terms first. log_odds, z and g2 are missing where there is no rest to compare with.
    |z| > 1.96 is a guide for reading, not a test: thousands of terms are looked at, and the words of one text hang
    together.
    """
    types = {
        "term": "string",
        "count": "int64",
        "total": "int64",
        "other_count": "int64",
        "other_total": "int64",
        "rate_per_10000": "float64",
        "other_rate": "float64",
        "log_odds": "float64",
        "z": "float64",
        "g2": "float64",
    }
    groups = _mapping(documents, by)
    names = _order(groups)
    words = terms["term"].astype("string")
    data = pd.DataFrame({"group": _group_of(terms, groups), "term": words, "count": terms["count"]})
    counts = data.dropna().groupby(["group", "term"])["count"].sum().unstack("group", fill_value=0)
    counts = counts.reindex(columns=names, fill_value=0).sort_index()
    if counts.empty:
        return _columns(by, [], types)
    matrix = counts.to_numpy(dtype=float)
    corpus = matrix.sum(axis=1)
    if isinstance(prior, pd.Series):
        weight = prior.reindex(counts.index).fillna(0.01).to_numpy(dtype=float)
    else:
        weight = float(prior) * corpus / corpus.sum()
    shown = (corpus >= min_count) & (corpus > 0)
    frames = []
    for column, name in enumerate(names):
        count, other = matrix[:, column], corpus - matrix[:, column]
        total, other_total = count.sum(), other.sum()
        odds = _log_odds(count, total, weight) - _log_odds(other, other_total, weight)
        if min(total, other_total) == 0:
            odds = np.full(len(odds), np.nan)
        spread = np.sqrt(_ratio(np.ones(len(odds)), count + weight) + _ratio(np.ones(len(odds)), other + weight))
        frame = pd.DataFrame(
            {
                by: name,
                "term": counts.index.to_numpy(),
                "count": count,
                "total": total,
                "other_count": other,
                "other_total": other_total,
                "rate_per_10000": 10_000 * _ratio(count, total),
                "other_rate": 10_000 * _ratio(other, other_total),
                "log_odds": odds,
                "z": odds / spread,
                "g2": g2(count, total, other, other_total),
            }
        )[shown]
        frames.append(frame.sort_values(["z", "count", "term"], ascending=[False, False, True], kind="stable"))
    return pd.concat(frames, ignore_index=True).astype({by: "string", **types})


def _log_odds(count: np.ndarray, total: float, weight: np.ndarray) -> np.ndarray:
    """ln of the odds of each term after its prior counts; missing where the term is all there is."""
    odds = _ratio(count + weight, total + weight.sum() - count - weight)
    return np.log(odds, out=np.full(len(odds), np.nan), where=odds > 0)


# --- time -------------------------------------------------------------------------------------------------------

_YEAR = re.compile(r"\d{4}(?!\d)")


def years(period: Any) -> tuple[int | None, int | None]:
    """First and last year of a period as the figures table writes it; None for an open end or no year.

    `2021` → (2021, 2021); `2019-H1` → (2019, 2019); `2024-01/2024-08` → (2024, 2024); `2017/2021` → (2017, 2021);
    `2004/..` → (2004, None); `../2025` → (None, 2025).
    """
    if not isinstance(period, str):
        return None, None
    first, slash, last = period.strip().partition("/")
    start, end = _YEAR.match(first), _YEAR.match(last if slash else first)
    return int(start[0]) if start else None, int(end[0]) if end else None


def timeline(figures: pd.DataFrame) -> pd.DataFrame:
    """Counts of dated figures by the years that they speak of.

    In: `figures` (document, period, status, theme). Out: document, year_from, year_to (first and last year, both
    inclusive; missing for the open end of `2004/..` and `../2025`), status, theme, figures (how many), sorted by
    document in order of appearance, then by years, status and theme. Figures without a year are not in it.
    """
    columns = ["document", "year_from", "year_to", "status", "theme"]
    spans = [years(period) for period in figures["period"].astype("object").where(figures["period"].notna(), None)]
    data = pd.DataFrame(
        {
            "document": figures["document"].astype("string").to_numpy(),
            "year_from": pd.array([span[0] for span in spans], dtype="Int64"),
            "year_to": pd.array([span[1] for span in spans], dtype="Int64"),
            "status": figures["status"].astype("string").to_numpy(),
            "theme": figures["theme"].astype("string").to_numpy(),
        }
    ).astype({"document": "string", "status": "string", "theme": "string"})
    rank = {name: place for place, name in enumerate(data["document"].drop_duplicates())}
    data = data[data["year_from"].notna() | data["year_to"].notna()]
    counted = data.groupby(columns, dropna=False).size().rename("figures").reset_index()
    counted["rank"] = counted["document"].map(rank)
    counted = counted.sort_values(["rank", *columns[1:]], kind="stable", ignore_index=True)
    types = {"document": "string", "year_from": "Int64", "year_to": "Int64", "status": "string", "theme": "string"}
    return counted[[*columns, "figures"]].astype({**types, "figures": "int64"})


# --- one document -----------------------------------------------------------------------------------------------

_MONEY = ("元", "美元", "欧元", "人民币", "港元")
_SPANS = ("duration", "streak")


def _weight(figures: pd.DataFrame) -> pd.Series:
    """How much a figure tells by itself; see `headlines`."""
    size = np.log10(np.maximum(figures["value"].astype(float).abs().fillna(0.0).to_numpy(), 1.0))
    measure = figures["measure"].astype("string").fillna("")
    money = figures["unit"].astype("string").fillna("").isin(_MONEY).to_numpy(dtype=bool)
    relative = measure.isin(["share", "increase", "decrease", "rank"]).to_numpy(dtype=bool)
    spans = measure.isin(_SPANS).to_numpy(dtype=bool)
    physical = figures["value_si"].notna().to_numpy(dtype=bool)
    kind = np.select(
        [money, relative, spans, physical],
        [3.0 + size / 12, np.full(len(size), 3.0), np.full(len(size), 0.5), 1.5 + size / 12],
        default=np.minimum(2.0, size / 2),
    )
    named = (figures["indicator"].astype("string").fillna("").str.len() > 2).to_numpy(dtype=float)
    told = figures["status"].notna().to_numpy(dtype=float)
    dated = figures["period"].notna().to_numpy(dtype=float)
    return pd.Series(kind + 4 * named + 0.5 * told + 0.5 * dated, index=figures.index)


def headlines(figures: pd.DataFrame, passages: pd.DataFrame, n: int = 12) -> pd.DataFrame:
    """The figures that a reader should see first, at most `n`, in this order.

    Ranking: a figure whose indicator is named (in three characters or more: 投资 or 规模 alone does not
    say of what) comes before one without (4 points). Then
    what it counts: money (3, and a twelfth more for each power of ten), shares, changes and ranks (3), physical
    quantities (1.5 and a twelfth for each power of ten), counts (half a point for each power of ten, at most 2: 1,300
    places stand before 3 parks), time spans (0.5). A status and a period give half a point each. Equal points: text
    order.

    Then the list is spread: the best figures are taken from the top, but at most two from a section (more only where
    the text has too few sections to fill the list), one for each indicator, and two thirds of one status; what was
    passed over for indicator or status fills the list if it stays short. Nothing is random.

    In: `figures` and `passages` as registered. Out: the columns of `figures` with rank (from 1) in front and section
    after sentence; sections are counted within their document.
    """
    sections = passages[["document", "passage", "section"]].drop_duplicates(["document", "passage"])
    where = zip(sections["document"], sections["passage"], strict=True)
    keys: dict[tuple[Any, Any], Any] = dict(zip(where, sections["section"], strict=True))
    data = figures.reset_index(drop=True)
    section = [keys.get(key) for key in zip(data["document"], data["passage"], strict=True)]
    data = data.assign(section=pd.array([s if isinstance(s, str) else None for s in section], dtype="string"))
    text_order = data.sort_values(["document", "passage", "start"], kind="stable").index
    score = _weight(data).loc[text_order].round(9)
    ranked = score.sort_values(ascending=False, kind="stable").index
    place = list(zip(data["document"], data["section"].fillna(""), strict=True))
    name = list(zip(data["document"], data["indicator"].astype("string").fillna(""), strict=True))
    status = data["status"].astype("string").fillna("").tolist()
    per_section = max(2, -(-n // max(1, len(set(place)))))
    per_status = max(1, -(-2 * n // 3))
    taken: list[int] = []
    for strict in (True, False):
        for row in ranked:
            if len(taken) >= n or row in taken:
                continue
            full = sum(place[row] == place[other] for other in taken) >= per_section
            again = bool(name[row][1]) and any(name[row] == name[other] for other in taken)
            heavy = sum(status[row] == status[other] for other in taken) >= per_status
            if not full and not (strict and (again or heavy)):
                taken.append(row)
    columns = [c for c in figures.columns if c != "section"]
    after = columns.index("sentence") + 1 if "sentence" in columns else len(columns)
    chosen = data.loc[taken, [*columns[:after], "section", *columns[after:]]].reset_index(drop=True)
    chosen.insert(0, "rank", np.arange(1, len(chosen) + 1))
    return chosen


def section_profile(passages: pd.DataFrame, figures: pd.DataFrame) -> pd.DataFrame:
    """Who speaks how much under which heading or question of **one** document, in text order.

    In: `passages` (passage, section, speaker, kind, characters), `figures` (passage, status) of the same document. Out:
    section, speaker, passages, characters, figures, planned. A heading or question is counted with what is said first
    under it, so that each row is one speaker under one section; null where the text names none.
    """
    data = passages.sort_values("passage", kind="stable").reset_index(drop=True)
    said = ~data["kind"].isin(["heading", "question"])
    section = data["section"].astype("string")
    # Row whose speaker answers under this heading or question: the next one in the same section, else the last one.
    answer = pd.Series(np.arange(len(data), dtype=float)).where(said.to_numpy(dtype=bool))
    answer = answer.groupby(section.fillna(""), sort=False).transform(lambda rows: rows.bfill().ffill())
    answer = answer.fillna(pd.Series(np.arange(len(data), dtype=float))).astype("int64")
    speaker = data["speaker"].astype("string").iloc[answer.to_numpy()].reset_index(drop=True)
    planned = (figures["status"] == "planned").fillna(False).astype("int64")
    counts = pd.DataFrame({"passage": figures["passage"], "figures": 1, "planned": planned})
    counts = counts.groupby("passage")[["figures", "planned"]].sum()
    counts = counts.reindex(data["passage"]).fillna(0).reset_index(drop=True)
    table = pd.DataFrame(
        {
            "section": section,
            "speaker": speaker,
            "passages": 1,
            "characters": data["characters"].astype("int64"),
            "figures": counts["figures"].astype("int64"),
            "planned": counts["planned"].astype("int64"),
        }
    )
    numbers = ["passages", "characters", "figures", "planned"]
    result = table.groupby(["section", "speaker"], sort=False, dropna=False)[numbers].sum().reset_index()
    return result.astype({"section": "string", "speaker": "string", **dict.fromkeys(numbers, "int64")})
