"""Wording: which terms and codes set a text apart, and which all texts share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from ..project.errors import unknown
from .groups import DECIMALS, Documents, Texts, given_codes, group_places, mapping, names_of, ratio, stacked
from .shares import code_order, tallies


def g2(count: Any, total: Any, other_count: Any, other_total: Any) -> Any:
    """Log-likelihood ratio of a term in two corpora; numbers or arrays.

    Dunning (1993), Accurate Methods for the Statistics of Surprise and Coincidence, Computational Linguistics 19(1):
    G² = 2 Σ O ln(O / E) over the four cells of the table term / other words × this corpus / the other one, where
    E = row sum × column sum / sum. `count` of `total` words here, `other_count` of `other_total` there. It is never
    negative and does not say in which corpus the term is the more frequent one. Missing where a corpus is empty.
    """
    a, n, b, m = np.broadcast_arrays(*(np.asarray(x, dtype=float) for x in (count, total, other_count, other_total)))
    result = np.zeros(a.shape)
    for observed, size, row in ((a, n, a + b), (b, m, a + b), (n - a, n, n + m - a - b), (m - b, m, n + m - a - b)):
        expected = ratio(row * size, n + m)
        safe = (observed > 0) & (expected > 0)
        part = np.divide(observed, expected, out=np.ones(a.shape), where=safe)
        result = result + observed * np.log(part)
    result = np.where((n > 0) & (m > 0), np.maximum(2 * result, 0.0), np.nan)
    return float(result) if result.ndim == 0 else result


def log_ratio(count: Any, total: Any, other_count: Any, other_total: Any) -> Any:
    """How many times as frequent a term is here as there, in doublings; numbers or arrays.

    Hardie (2014), Log Ratio: an informal introduction (ESRC Centre for Corpus Approaches to Social Science): log2 of
    the ratio of the relative frequencies, the effect size beside `g2`. 1 is twice as frequent here, -1 twice as
    frequent there. A count of 0 is taken as 0.5, so that the ratio is finite. Missing where a corpus is empty or the
    term stands in neither.
    """
    a, n, b, m = np.broadcast_arrays(*(np.asarray(x, dtype=float) for x in (count, total, other_count, other_total)))
    known = (n > 0) & (m > 0) & (a + b > 0)
    here, there = (np.where(known, np.where(x > 0, x, 0.5) / np.where(known, y, 1.0), 1.0) for x, y in ((a, n), (b, m)))
    result = np.where(known, np.log2(here / there), np.nan)
    return float(result) if result.ndim == 0 else result


def log_odds(
    count: Any, total: Any, other_count: Any, other_total: Any, prior: Any, prior_total: float
) -> tuple[np.ndarray, np.ndarray]:
    """Log-odds ratio of a term with an informative Dirichlet prior, and its z; arrays.

    Monroe, Colaresi & Quinn (2008), Fightin' Words: Lexical Feature Selection and Evaluation for Identifying the
    Content of Political Conflict, Political Analysis 16(4), 372–403. With y words of a
    kind among n here, y' among n' there, and the prior counts a of the term and A of all terms:

        log_odds = ln((y + a) / (n + A - y - a)) - ln((y' + a) / (n' + A - y' - a))
        z        = log_odds / sqrt(1 / (y + a) + 1 / (y' + a))

    Both change their sign with the two corpora. Missing where a corpus is empty, or the term is all there is.
    """
    y, n, other, m, a = np.broadcast_arrays(
        *(np.asarray(x, dtype=float) for x in (count, total, other_count, other_total, prior))
    )
    known = (n > 0) & (m > 0)
    odds = []
    for seen, size in ((y, n), (other, m)):
        rest = size + prior_total - seen - a
        value = ratio(seen + a, np.where(known, rest, 0.0))
        odds.append(np.log(value, out=np.full(value.shape, np.nan), where=value > 0))
    result = odds[0] - odds[1]
    spread = np.sqrt(ratio(np.ones(y.shape), y + a) + ratio(np.ones(y.shape), other + a))
    return result, result / spread


def keyness(
    terms: pd.DataFrame | Texts,
    documents: Documents | None = None,
    by: str = "city",
    *,
    prior: float | pd.Series = 500.0,
    min_count: int = 2,
    against: str | None = None,
) -> pd.DataFrame:
    """Words that set each group apart from all others together, or from the group `against`.

    `log_odds` and its z say how sure the difference is, `g2` too, and `log_ratio` how large it is. `prior` is A of
    `log_odds`, shared among the terms as in the whole corpus (default: the weight of 500 words), or a Series of
    prior counts by term from a corpus of the reader's choice (a term that it lacks counts 0.01). A larger prior draws
    rare words nearer to 0.

    In: a corpus, of which the names of cities and the words of the genre do not count; or `terms` (document, term,
    count) and `documents` (as in `code_shares`). Out, for every group (but `against`) and
    every term that stands at least `min_count` times in the corpus: `by`, term, count, total (words of the group),
    other_count, other_total, rate_per_10000, other_rate (per 10,000 words), log_odds, z, g2, log_ratio; groups in the
    order of `documents`, most typical terms first. What compares is missing where there is no rest to compare with.
    |z| > 1.96 is a guide for reading, not a test: thousands of terms are looked at, and the words of one text hang
    together.
    """
    terms, documents = _given(terms, documents)
    groups = mapping(documents, by)
    counts = _counted(terms, groups)
    return _keyness(counts, "term", by, prior, min_count, against, rate="rate_per_10000", per=10_000)


def distinctive(key: pd.DataFrame, *, least_z: float = 1.96, top: int = 8) -> pd.DataFrame:
    """The words that set each group most apart: of `keyness`, those above `least_z`, by log ratio, `top` a group.

    z says how sure a difference is and falls with rare words; the log ratio says how large it is. Out: the columns of
    `key`, groups in their order; words that tie stand by z.
    """
    by = str(key.columns[0])
    place = {name: number for number, name in enumerate(key[by].drop_duplicates())}
    sure = key[(key["z"] > least_z).to_numpy(dtype=bool)]
    sure = sure.assign(_place=sure[by].map(place))
    ranked = sure.sort_values(["_place", "log_ratio", "z"], ascending=[True, False, False], kind="stable")
    return ranked.drop(columns="_place").groupby(by, sort=False).head(top).reset_index(drop=True)


def distinctive_codes(texts: Texts, *, least_z: float = 1.96, top: int = 4) -> pd.DataFrame:
    """`distinctive` of the codes of a corpus under all three schemes: scheme and the columns of `code_keyness`."""
    schemes = ("theme", "pathway", "instrument")
    tables = [code_keyness(texts, scheme=scheme).assign(scheme=scheme) for scheme in schemes]
    key = pd.concat(tables, ignore_index=True)
    place = {city: number for number, city in enumerate(dict.fromkeys(texts.documents["city"]))}
    key = key.iloc[np.argsort(key["city"].map(place).to_numpy(), kind="stable")]
    return distinctive(key, least_z=least_z, top=top)


def _given(terms: pd.DataFrame | Texts, documents: Documents | None) -> tuple[pd.DataFrame, Documents]:
    """Terms and documents, of a corpus without the names of cities and the words of its genre."""
    if isinstance(terms, pd.DataFrame):
        return terms, {} if documents is None else documents
    left = terms.city_words | terms.genre_words
    own = terms.terms[~terms.terms["term"].isin(left).to_numpy(dtype=bool)]
    return own, terms.documents if documents is None else documents


def code_keyness(
    codes: pd.DataFrame | Texts,
    documents: Documents | None = None,
    by: str = "city",
    *,
    scheme: str = "theme",
    order: Sequence[str] | None = None,
    count: str = "main",
    unit: str = "sentence",
    prior: float | pd.Series | None = None,
    against: str | None = None,
) -> pd.DataFrame:
    """Codes that set each group apart from all others together, or from the group `against`: `keyness` of codes.

    `count` (`main` or `all`) and `unit` as in `code_shares`. `prior` as in `keyness`, by default one for each code of
    the scheme: there are far fewer codes than words, and each is seen far more often. Sentences of one passage hang
    together, so that z and G² are too sure; `code_shares` gives intervals that mind it.

    Out, for every group and code: `by`, code, count, total, other_count, other_total, share, other_share (of total and
    other_total), log_odds, z, g2, log_ratio; most typical codes first.
    """
    if count == "any":
        raise unknown("way of counting", count, ("main", "all"))
    codes, documents, order = given_codes(codes, documents, scheme, order)
    groups = mapping(documents, by)
    listed = code_order(codes, scheme, order)
    columns: dict[str, np.ndarray] = {}
    outside: dict[str, float] = {}
    for name, parts, whole in tallies(codes, groups, listed, scheme=scheme, count=count, unit=unit):
        columns[name] = parts.sum(axis=0)
        outside[name] = whole.sum() - columns[name].sum()
    counts = pd.DataFrame(columns, index=pd.Index(listed, dtype="string"), columns=names_of(groups)).fillna(0.0)
    weight = float(len(listed)) if prior is None else prior
    return _keyness(counts, "code", by, weight, 0, against, rate="share", per=1, outside=outside)


def _keyness(
    counts: pd.DataFrame,
    item: str,
    by: str,
    prior: float | pd.Series,
    min_count: int,
    against: str | None,
    *,
    rate: str,
    per: int,
    outside: dict[str, float] | None = None,
) -> pd.DataFrame:
    """Keyness of items (rows of `counts`) between groups (its columns); `outside` counts what is no row."""
    other_rate = "other_share" if rate == "share" else "other_rate"
    types = {by: "string", item: "string"}
    types |= dict.fromkeys(["count", "total", "other_count", "other_total"], "int64")
    types |= dict.fromkeys([rate, other_rate, "log_odds", "z", "g2", "log_ratio"], "float64")
    names = list(counts.columns)
    if against is not None and against not in names:
        raise unknown(by, against, names)
    matrix = counts.to_numpy(dtype=float)
    more = np.array([(outside or {}).get(name, 0.0) for name in names])
    corpus = matrix.sum(axis=1)
    if isinstance(prior, pd.Series):
        weight = prior.reindex(counts.index).fillna(0.01).to_numpy(dtype=float)
    else:
        weight = float(prior) * ratio(corpus, corpus.sum())
    shown = (corpus >= min_count) & ((corpus > 0) | (min_count == 0))
    items = np.asarray(counts.index[shown], dtype=object)
    tables = []
    for column, name in enumerate(names):
        if name == against:
            continue
        count, total = matrix[:, column], matrix[:, column].sum() + more[column]
        if against is None:
            other, other_total = corpus - count, corpus.sum() + more.sum() - total
        else:
            place = names.index(against)
            other, other_total = matrix[:, place], matrix[:, place].sum() + more[place]
        odds, z = log_odds(count, total, other, other_total, weight, float(weight.sum()))
        numbers = [
            count,
            np.full(len(count), total),
            other,
            np.full(len(count), other_total),
            per * ratio(count, total),
            per * ratio(other, other_total),
            odds,
            z,
            g2(count, total, other, other_total),
            log_ratio(count, total, other, other_total),
        ]
        # Rounded first, so that what is equal ties on every machine.
        ranked = np.lexsort((items, -count[shown], -z[shown].round(DECIMALS)))
        tables.append([[name] * len(ranked), items[ranked], *(column[shown][ranked] for column in numbers)])
    return stacked(tables, types)


def _counted(terms: pd.DataFrame, groups: pd.Series) -> pd.DataFrame:
    """Counts of terms (rows, sorted) by group (columns, in order)."""
    names, group = names_of(groups), group_places(terms, groups)
    term, listed = pd.factorize(terms["term"], sort=True)
    known = (group >= 0) & (term >= 0)
    count = terms["count"].to_numpy(dtype=float, na_value=0.0)[known]
    cells = np.bincount(term[known] * len(names) + group[known], count, len(listed) * len(names))
    counts = cells.reshape(len(listed), len(names)).astype("int64")
    # Terms of no group are not in the table.
    there = np.bincount(term[known], minlength=len(listed)) > 0
    index = pd.Index(np.asarray(listed, dtype=object)[there], dtype="string", name="term")
    return pd.DataFrame(counts[there], index=index, columns=names)
