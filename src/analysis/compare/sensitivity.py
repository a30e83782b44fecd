"""Sensitivity: how a comparison of shares moves when a choice behind it changes.

The base is `code_shares` as it is: main codes of sentences in all passages. Choices, in this order:

| choice | what changes | needs |
| --- | --- | --- |
| `base` | nothing | |
| `all_codes` | every code of a sentence counts, as a share of all codes given | |
| `passages` | a passage counts once, for the code of most of its sentences | |
| `shares` | each code of a sentence counts for its share of it | |
| `with_questions` | headings, questions, captions and thanks count too | `dictionary` |
| `terms_left_out` | each term is left out with probability `left_out`, `draws` times | `dictionary` |
| `top_terms_left_out` | the `top` most frequent terms of each code are left out | `dictionary` |
| `genre:…` | only the documents of one genre, for each where there are several | documents with genre |
| `edition:…` | documents coded in another edition take its codes | `editions` |
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from ..extract import coding
from ..project.errors import InputError
from ..texts.sentences import sentences
from . import intervals
from .groups import (
    GROUP,
    Documents,
    Texts,
    given_codes,
    group_of,
    mapping,
    names_of,
    positive,
    ratio,
    typed,
)
from .shares import code_order, code_shares, coded_units

# Counts (… × groups × codes) and totals (… × groups), 0 where a group has no document.
_Counted: TypeAlias = tuple[np.ndarray, np.ndarray]


def _taus(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Kendall's τ-b of the numbers along the last axes of `x` and `y`."""
    first, second = np.triu_indices(x.shape[-1], 1)
    with np.errstate(invalid="ignore"):
        a, b = x[..., first] - x[..., second], y[..., first] - y[..., second]
    known = np.isfinite(a) & np.isfinite(b)
    a, b = (np.where(known, np.sign(v), 0.0) for v in (a, b))
    untied = (a != 0).sum(axis=-1).astype(float) * (b != 0).sum(axis=-1)
    return np.divide((a * b).sum(axis=-1), np.sqrt(untied), out=np.full(untied.shape, np.nan), where=untied > 0)


def frequent_terms(codes: pd.DataFrame, scheme: str = "theme", top: int = 10) -> pd.DataFrame:
    """The terms that most sentences of each code stand on: code, term, sentences; at most `top` for a code.

    In: `codes` (scheme, code, evidence). Codes sorted; most frequent terms first, ties by term.
    """
    own = codes[codes["scheme"] == scheme]
    counts = Counter(
        (str(code), term)
        for code, evidence in zip(own["code"], own["evidence"], strict=True)
        for term in str(evidence).split("|")
    )
    rows = [{"code": code, "term": term, "sentences": size} for (code, term), size in counts.items()]
    table = typed(rows, {"code": "string", "term": "string", "sentences": "int64"})
    table = table.sort_values(["code", "sentences", "term"], ascending=[True, False, True], kind="stable")
    return table.groupby("code", sort=False).head(positive("top", top)).reset_index(drop=True)


NUMBERS = ("count", "total", "share", "base", "difference", "lowest", "highest", "tau_codes", "tau_groups")


def sensitivity_table(
    codes: pd.DataFrame,
    passages: pd.DataFrame,
    documents: Documents,
    by: str = "city",
    *,
    scheme: str = "theme",
    order: Sequence[str] | None = None,
    dictionary: coding.Scheme | None = None,
    left_out: float = 0.2,
    draws: int = 20,
    top: int = 10,
    editions: Mapping[str, pd.DataFrame] | None = None,
    seed: int = intervals.SEED,
) -> pd.DataFrame:
    """The shares of codes under other choices, each beside the base.

    The choices, and what each needs, stand at the head of this module.

    In: `codes`, `documents`, `by`, `order` as in `code_shares`; `passages` (document, passage, kind, text);
    `dictionary`, the scheme that made `codes` (`coding.load_scheme`), by which the passages are coded anew; `editions`,
    the table `codes` of the documents that exist in another edition, by the name of that edition.

    Out, for every choice, group and code: choice, `by`, code, count, total, share, base (the share of the base),
    difference (share - base), lowest, highest (share over the draws of `terms_left_out`, of which count, total and
    share are means; elsewhere both are the share), tau_codes (does the **group** rank the codes as it does in the base:
    Kendall's τ-b over codes), tau_groups (does the **code** rank the groups as it does in the base: τ-b over groups).
    Missing: shares of a group without a coded unit (no document of the genre, no other edition), and τ of what has no
    order. Seeded: a draw hangs on `seed`, its number and the terms, not on their order in the file. Raises InputError
    where `left_out` is not between 0 and 1, `draws` or `top` below 1.
    """
    if not 0 < left_out < 1:
        raise InputError(f"left_out {left_out} is no probability between 0 and 1", cure="give left_out=0.2")
    groups = mapping(documents, by)
    names, listed = names_of(groups), code_order(codes, scheme, order)
    own = codes[codes["scheme"] == scheme]
    table = _Table(groups, names, listed)
    choices = {
        "base": table.counted(coded_units(own, scheme)),
        "all_codes": table.counted(coded_units(own, scheme, count="all")),
        "passages": table.counted(coded_units(own, scheme, unit="passage")),
        "shares": table.counted(coded_units(own, scheme, count="share")),
    }
    if dictionary is not None:
        passages = passages[passages["document"].isin(groups.index).to_numpy(dtype=bool)]
        cuts = _draws(dictionary, left_out, positive("draws", draws), seed)
        cuts.append(set(frequent_terms(own, scheme, top)["term"]))
        choices["with_questions"] = _counts_of_cuts(dictionary, list(sentences(passages)), groups, names, listed, [()])
        counts, totals = _counts_of_cuts(dictionary, coding.spoken(passages), groups, names, listed, cuts)
        choices["terms_left_out"] = counts[:-1], totals[:-1]
        choices["top_terms_left_out"] = counts[-1:], totals[-1:]
    choices |= table.of_genres(coded_units(own, scheme), documents)
    choices |= table.of_editions(own, scheme, editions or {})
    base = ratio(choices["base"][0], choices["base"][1][:, :, None])[0]
    frames = [
        _moved(choice, by, names, listed, counts, totals, ratio(counts, totals[:, :, None]), base)
        for choice, (counts, totals) in choices.items()
    ]
    words = dict.fromkeys(("choice", by, "code"), "string")
    return typed(pd.concat(frames, ignore_index=True), words | dict.fromkeys(NUMBERS, "float64"))


@dataclass(frozen=True)
class _Table:
    """The groups of documents and the codes that units are counted by."""

    groups: pd.Series
    names: Sequence[str]
    codes: Sequence[str]

    def counted(self, units: pd.DataFrame, chosen: pd.Series | None = None) -> _Counted:
        """One table of units, those of the documents `chosen` (all of them), as counts and totals."""
        of_unit = group_of(units, self.groups if chosen is None else chosen)
        rows, columns = _numbers(of_unit, self.names), _numbers(units["code"], self.codes)
        part, whole = (units[name].to_numpy(dtype=float) for name in ("part", "whole"))
        counts, totals = _tallied(rows, columns, len(self.names), len(self.codes), part, whole)
        return counts[None], totals[None]

    def of_genres(self, units: pd.DataFrame, documents: Documents) -> dict[str, _Counted]:
        """Each genre alone, where there are several."""
        if not isinstance(documents, pd.DataFrame) or "genre" not in documents:
            return {}
        genres = mapping(documents, "genre")
        kinds = names_of(genres)
        own = {genre: genres.reindex(self.groups.index).eq(genre).to_numpy(dtype=bool) for genre in kinds}
        if len(kinds) < 2:
            return {}
        return {f"genre:{genre}": self.counted(units, self.groups[chosen]) for genre, chosen in own.items()}

    def of_editions(self, own: pd.DataFrame, scheme: str, editions: Mapping[str, pd.DataFrame]) -> dict[str, _Counted]:
        """The documents of each other edition with the codes that they have there."""
        found = {}
        for edition, other in editions.items():
            both = set(other["document"]) & set(own["document"])
            mixed = [other[other["scheme"] == scheme], own[~own["document"].isin(both)]]
            units = coded_units(pd.concat(mixed, ignore_index=True), scheme)
            touched = self.groups[self.groups.index.isin(both)]
            chosen = self.groups[self.groups.isin(touched).to_numpy(dtype=bool)]
            found[f"edition:{edition}"] = self.counted(units, chosen)
        return found


def other_shares(texts: Texts, scheme: str, **choices: Any) -> pd.DataFrame:
    """`sensitivity_table` of a corpus without its base: the shares of a scheme, or of the groups of instruments
    (`group`), under every other choice. Genres that leave only one city are left out.
    """
    codes, documents, order = given_codes(texts, None, scheme, None)
    if scheme != GROUP:
        used = texts.theme_scheme if scheme == "theme" else texts.schemes[scheme]
        choices = {"dictionary": used, **choices}
    table = sensitivity_table(codes, texts.passages, documents, scheme=scheme, order=order, **choices)
    cities = table[table["share"].notna()].groupby("choice")["city"].nunique()
    alone = [name for name, n in cities.items() if n < 2 and str(name).startswith("genre:")]
    return table[~table["choice"].isin(["base", *alone])].reset_index(drop=True)


def sensitivity_tables(
    texts: Texts,
    *,
    editions: Mapping[str, pd.DataFrame] | None = None,
    least: tuple[int, int] = (1, 1),
    **choices: Any,
) -> pd.DataFrame:
    """`sensitivity_table` of a corpus for themes, pathways and instruments, with the scheme in front.

    In: `editions` and `choices` as there; `least`, the sentences and passages below which a city has no share and so
    nothing that could move. Only what compares cities: schemes with codes of two cities, and no genre
    that leaves one city. Rows without a share are left out.
    """
    tables = []
    for scheme in ("theme", "pathway", "instrument"):
        codes, documents, order = given_codes(texts, None, scheme, None)
        used = texts.theme_scheme if scheme == "theme" else texts.schemes[scheme]
        shares = code_shares(texts, scheme=scheme, least=least)
        enough = shares.loc[shares["share"].notna(), "city"].unique()
        own = texts.documents[texts.documents["city"].isin(enough).to_numpy(dtype=bool)]
        if len(enough) > 1 and len(own) < len(texts.documents):
            documents = own
            codes = codes[codes["document"].isin(own["document"]).to_numpy(dtype=bool)]
        table = sensitivity_table(
            codes, texts.passages, documents, scheme=scheme, order=order, dictionary=used, editions=editions, **choices
        )
        table.insert(0, "scheme", pd.array([scheme] * len(table), dtype="string"))
        tables.append(table)
    table = pd.concat(tables, ignore_index=True)
    table = table[table["share"].notna()]
    cities = table.groupby(["scheme", "choice"])["city"].transform("nunique")
    compared = table.loc[(table["choice"] == "base") & (cities > 1), "scheme"].unique()
    # One city alone can show what an edition changes, but not what a genre does.
    kept = table["scheme"].isin(compared) & ((cities > 1) | ~table["choice"].str.startswith("genre:"))
    return table[kept.to_numpy(dtype=bool)].reset_index(drop=True)


def _draws(dictionary: coding.Scheme, left_out: float, draws: int, seed: int) -> list[set[str]]:
    """The terms to leave out in each draw."""
    # What has no code only hides other terms, and stays.
    terms = sorted(term for term, entry in dictionary.entries.items() if entry.code)
    found = []
    for draw in range(draws):
        random = np.random.default_rng([seed, draw])
        found.append({term for term, number in zip(terms, random.random(len(terms)), strict=True) if number < left_out})
    return found


def _counts_of_cuts(
    dictionary: coding.Scheme,
    listed: Sequence[tuple[str, int, int, str]],
    groups: pd.Series,
    names: Sequence[str],
    order: Sequence[str],
    cuts: Sequence[Collection[str]],
) -> _Counted:
    """The main codes of sentences (document, passage, sentence, text) by group, without the terms of each of `cuts`."""
    evidence = coding.Evidence(dictionary, [text for _, _, _, text in listed])
    group = groups.to_dict()
    rows = _numbers((group[document] for document, _, _, _ in listed), names)
    columns = _numbers(evidence.names, order)
    coded = [evidence.main_codes(terms) for terms in cuts]
    tallied = [_tallied(rows[sentence], columns[code], len(names), len(order)) for sentence, code in coded]
    return np.stack([counts for counts, _ in tallied]), np.stack([totals for _, totals in tallied])


def _numbers(values: Iterable[Any], listed: Sequence[str]) -> np.ndarray:
    """The place of each value in `listed`, -1 where it is missing or not there."""
    places = {value: place for place, value in enumerate(listed)}
    return np.array([places.get(value, -1) for value in values], dtype=np.intp)


def _tallied(
    rows: np.ndarray,
    columns: np.ndarray,
    groups: int,
    codes: int,
    part: np.ndarray | None = None,
    whole: np.ndarray | None = None,
) -> _Counted:
    """Counts (groups × codes) and totals (groups) of units, each with the numbers of its group and its code.

    `part` and `whole` are what each unit adds to its code and to its group, 1 where they are not given.
    """
    part, whole = (np.ones(len(rows)) if weight is None else weight for weight in (part, whole))
    part, whole, columns, rows = part[rows >= 0], whole[rows >= 0], columns[rows >= 0], rows[rows >= 0]
    # Codes that are not listed still belong to the whole.
    listed = columns >= 0
    cells = np.bincount(rows[listed] * codes + columns[listed], part[listed], groups * codes)
    return cells.reshape(groups, codes), np.bincount(rows, whole, groups)


def _moved(
    choice: str,
    by: str,
    names: Sequence[str],
    order: Sequence[str],
    counts: np.ndarray,
    totals: np.ndarray,
    shares: np.ndarray,
    base: np.ndarray,
) -> pd.DataFrame:
    """The rows of one choice from draws × groups × codes."""
    # A group that has no coded unit in one draw has no share over the draws.
    share = shares.mean(axis=0)
    codes, groups = _taus(shares, base[None]), _taus(shares.transpose(0, 2, 1), base.T[None])
    return pd.DataFrame(
        {
            "choice": choice,
            by: np.repeat(np.array(names, dtype=object), len(order)),
            "code": list(order) * len(names),
            "count": counts.mean(axis=0).ravel(),
            "total": np.repeat(totals.mean(axis=0), len(order)),
            "share": share.ravel(),
            "base": base.ravel(),
            "difference": (share - base).ravel(),
            "lowest": shares.min(axis=0).ravel(),
            "highest": shares.max(axis=0).ravel(),
            "tau_codes": np.repeat(_mean(codes), len(order)),
            "tau_groups": np.tile(_mean(groups), len(names)),
        }
    )


def _mean(values: np.ndarray) -> np.ndarray:
    """Means over the first axis of what is known, missing where nothing is."""
    known = np.isfinite(values)
    return ratio(np.where(known, values, 0.0).sum(axis=0), known.sum(axis=0))


def sensitivity_summary(table: pd.DataFrame) -> pd.DataFrame:
    """One row for each choice of a `sensitivity_table` (but the base): how far it moves the shares, and the ranks.

    In: `sensitivity_table`, or `sensitivity_tables`, whose schemes are told apart. Out: scheme (where given), choice,
    `by` and code (where a share moved furthest), difference (that move), mean_difference (mean of the absolute
    differences), tau_codes (mean over groups), tau_groups (mean over codes); choices in the order of `table`. Ties by
    order. Choices that leave nothing to compare have missing cells.
    """
    head = ["scheme"] if "scheme" in table else []
    by = str(table.columns[len(head) + 1])
    rows = []
    for key in table[[*head, "choice"]].drop_duplicates().itertuples(index=False):
        if key.choice == "base":
            continue
        own = table[(table[[*head, "choice"]] == list(key)).all(axis=1).to_numpy(dtype=bool)].reset_index(drop=True)
        sizes = own["difference"].abs()
        row: dict[str, Any] = {**key._asdict(), by: None, "code": None, "difference": np.nan}
        if sizes.notna().any():
            row |= own.loc[sizes.idxmax(), [by, "code", "difference"]].to_dict()
        row["mean_difference"] = sizes.mean()
        row["tau_codes"] = own.drop_duplicates(by)["tau_codes"].mean()
        row["tau_groups"] = own.drop_duplicates("code")["tau_groups"].mean()
        rows.append(row)
    types = dict.fromkeys([*head, "choice", by, "code"], "string")
    return typed(rows, types | dict.fromkeys(["difference", "mean_difference", "tau_codes", "tau_groups"], "float64"))
