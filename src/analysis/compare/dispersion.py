"""Dispersion: whether a term runs through a text or stands in one corner of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from ..project.errors import InputError
from .groups import Documents, Texts, group_of, mapping, names_of, ratio, typed


def _parts(counts: Any, sizes: Any) -> tuple[np.ndarray, np.ndarray]:
    """Counts and sizes of the parts as float arrays of one length; InputError where they are not in order."""
    v, s = np.asarray(counts, dtype=float), np.asarray(sizes, dtype=float)
    if v.shape[-1:] != s.shape or (s <= 0).any() or (v < 0).any():
        raise InputError(
            "counts and sizes of the parts do not fit", cure="give one count of 0 or more and one size above 0 for each"
        )
    return v, s


def gries_dp(counts: Any, sizes: Any) -> tuple[Any, Any]:
    """Deviation of proportions of a term over parts of a text: DP and its normalised form.

    Gries (2008), Dispersions and adjusted frequencies in corpora, International Journal of Corpus Linguistics 13(4):
    DP = ½ Σ |v_i / Σv - s_i / Σs|, with v_i uses in a part of size s_i. 0: spread as the sizes of the parts expect;
    near 1: all in one small part. Lijffijt & Gries (2012), International Journal of Corpus Linguistics 17(1):
    DP_norm = DP / (1 - min s_i / Σs), which can reach 1. In: `counts` (parts, or terms × parts), `sizes` (parts). Both
    are missing for a term that is not there, DP_norm also for one part.
    """
    v, s = _parts(counts, sizes)
    share = s / s.sum()
    dp = 0.5 * np.abs(ratio(v, v.sum(axis=-1, keepdims=True)) - share).sum(axis=-1)
    return dp, ratio(dp, 1 - share.min() if share.size > 1 else 0.0)


def juilland_d(counts: Any, sizes: Any) -> Any:
    """Juilland's D of a term over parts of a text.

    Juilland & Chang-Rodríguez (1964), Frequency Dictionary of Spanish Words; for parts of unequal size by rates, as in
    Gries (2008), International Journal of Corpus Linguistics 13(4): D = 1 - V / √(n - 1), with V the standard deviation
    (over n) of the rates v_i / s_i by their mean. 1: the same rate everywhere; 0: all in one part. In: as `gries_dp`.
    Missing for a term that is not there, and for one part.
    """
    v, s = _parts(counts, sizes)
    rates = v / s
    n = rates.shape[-1]
    variation = ratio(rates.std(axis=-1), rates.mean(axis=-1))
    # Rounding may put a term of one part a hair below 0.
    return np.maximum(1 - ratio(variation, np.sqrt(n - 1)), 0.0)


def term_dispersion(
    passages: pd.DataFrame, terms: Iterable[str], documents: Documents | None = None, by: str = "city"
) -> pd.DataFrame:
    """How each term is spread over the passages of each group.

    In: `passages` (document, passage, text; empty ones count for nothing); `terms`, searched in the raw text, each by
    itself, left to right without overlap (as in `analysis.compare.kwic`); `documents` as in `code_shares`, without it
    each document is a group. The size of a passage is its characters. Leave headings and questions out beforehand where
    they should not count.

    Out: `by`, term, count, passages (parts), present (passages with the term), dp, dp_norm (`gries_dp`), juilland_d;
    groups in order, terms in the order given.
    """
    listed = list(dict.fromkeys(terms))
    if not all(isinstance(term, str) and term for term in listed):
        raise InputError("a term is empty or no text", cure="give terms of one character or more")
    if documents is None:
        by, documents = "document", {name: name for name in passages["document"].astype(str).unique()}
    groups = mapping(documents, by)
    full = passages[passages["text"].str.len().fillna(0).to_numpy(dtype=int) > 0]
    group = group_of(full, groups)
    types = {by: "string", "term": "string", "count": "int64", "passages": "int64", "present": "int64"}
    types |= dict.fromkeys(["dp", "dp_norm", "juilland_d"], "float64")
    frames = []
    for name in names_of(groups):
        texts = full.loc[(group == name).fillna(False).to_numpy(dtype=bool), "text"].tolist()
        counts = np.array([[text.count(term) for text in texts] for term in listed]).reshape(len(listed), len(texts))
        frame = pd.DataFrame({by: name, "term": listed, "count": counts.sum(axis=1), "passages": len(texts)})
        frame["present"] = (counts > 0).sum(axis=1)
        frame["dp"] = frame["dp_norm"] = frame["juilland_d"] = np.nan
        if texts:
            sizes = [len(text) for text in texts]
            frame["dp"], frame["dp_norm"] = gries_dp(counts, sizes)
            frame["juilland_d"] = juilland_d(counts, sizes)
        frames.append(frame)
    return typed(pd.concat(frames, ignore_index=True) if frames else [], types)


def spread(words: pd.DataFrame, texts: Texts) -> pd.DataFrame:
    """`words` (city, term, …) with present and passages: in how many of the passages of its city each word stands."""
    found = []
    for city, own in words.groupby("city", sort=False):
        documents = dict.fromkeys(texts.documents.loc[texts.documents["city"] == city, "document"], str(city))
        passages = texts.passages[texts.passages["document"].isin(list(documents)).to_numpy(dtype=bool)]
        found.append(term_dispersion(passages, own["term"], documents)[["city", "term", "present", "passages"]])
    if not found:
        return words.assign(present=0, passages=0)
    return words.merge(pd.concat(found, ignore_index=True), on=["city", "term"], how="left")
