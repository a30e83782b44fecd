"""Attention: how often the words of a researcher's list stand in each document."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from ..extract.attention import WordList, hits
from .groups import Texts, ratio, typed

_COLUMNS = {
    "document": "string",
    "city": "string",
    "list": "string",
    "hits": "int64",
    "weighted": "float64",
    "terms": "int64",
    "characters": "int64",
    "words": "int64",
    "sentences": "int64",
    "per_1000": "float64",
    "per_10000_words": "float64",
    "sentence_share": "float64",
    "character_share": "float64",
}
_OVERLAPS = {"list": "string", "other": "string", "shared": "int64", "terms": "string", "hits": "int64"}


def attention(texts: Texts, lists: Mapping[str, WordList] | None = None) -> pd.DataFrame:
    """How much of each document goes to the words of each list.

    In: a corpus; `lists` as `analysis.extract.attention.load_lists` reads them (those of data/reference/attention where
    left out). A term counts where it stands between boundaries of words; of terms that overlap the longest counts, so
    that 大气污染 is one hit of 大气污染 and none of 污染. Headings and questions are left out. Out, one row for each
    document and list: document, city, list, hits, weighted (hits times their weights), terms (different ones found),
    characters (of the sentences), words (counted in the document, see the table `terms`), sentences; per_1000 (weighted
    per 1,000 characters), per_10000_words (weighted per 10,000 words), sentence_share (of sentences with a hit) and
    character_share (of the characters that stand in hits). Dictionary counts after Stone et al. 1966, The General
    Inquirer.
    """
    known = texts.attention_lists if lists is None else lists
    sentences = texts.sentences[~texts.sentences["kind"].isin(("heading", "question"))]
    words = texts.terms.groupby("document")["count"].sum()
    cities = dict(zip(texts.documents["document"], texts.documents["city"], strict=True))
    rows: list[dict[str, Any]] = []
    for document in texts.documents["document"]:
        own = [str(text) for text in sentences.loc[sentences["document"] == document, "text"]]
        size = sum(map(len, own))
        for name, words_of in known.items():
            text, _, terms = hits(words_of, own, texts.known_terms)
            weighted = float(sum(words_of.weights[term] for term in terms))
            count = int(words.get(document, 0))
            rows.append(
                {
                    "document": document,
                    "city": cities[document],
                    "list": name,
                    "hits": len(terms),
                    "weighted": weighted,
                    "terms": len(set(terms)),
                    "characters": size,
                    "words": count,
                    "sentences": len(own),
                    "per_1000": float(ratio(1000 * weighted, size)),
                    "per_10000_words": float(ratio(10000 * weighted, count)),
                    "sentence_share": float(ratio(len(np.unique(text)), len(own))),
                    "character_share": float(ratio(sum(map(len, terms)), size)),
                }
            )
    return typed(pd.DataFrame(rows, columns=list(_COLUMNS)), _COLUMNS)


def attention_overlaps(texts: Texts, lists: Mapping[str, WordList] | None = None) -> pd.DataFrame:
    """Terms that stand in two lists, which then count for both.

    In: as `attention`. Out, one row for each pair of lists that share a term: list, other, shared (number of terms),
    terms (joined by |), hits (of these terms by the first list in all documents).
    """
    known = texts.attention_lists if lists is None else lists
    sentences = texts.sentences[~texts.sentences["kind"].isin(("heading", "question"))]
    rows = []
    for one, two in combinations(known.values(), 2):
        shared = [term for term in one.weights if term in two.weights]
        if shared:
            _, _, terms = hits(one, [str(text) for text in sentences["text"]], texts.known_terms)
            count = sum(term in two.weights for term in terms)
            row = {"list": one.name, "other": two.name, "shared": len(shared), "terms": "|".join(shared), "hits": count}
            rows.append(row)
    return typed(pd.DataFrame(rows, columns=list(_OVERLAPS)), _OVERLAPS)
