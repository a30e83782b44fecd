"""Evidence: the sentences behind a share, a figure or a formula."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .groups import Texts, codes_of
from .shares import main_codes

_CARRIED = ["city", "document", "passage", "sentence", "start", "code", "text", "evidence"]


def carriers(
    texts: Texts, *picks: pd.DataFrame, scheme: str = "theme", each: bool = False, most: int = 1
) -> pd.DataFrame:
    """The sentences that carry codes, for each city and code that `picks` name.

    In: a corpus; `picks`, tables with city and code (`code_shares`, `leading`: a row without a share asks for all its
    sentences) or of `contrasts` (both of its cities); `scheme` to which the codes belong, or `group`. Of each, the
    `most` sentences with most evidence for their length: the square of the characters of evidence by those of the
    sentence; what is even keeps the order of the text. With `each`, so many of each document.

    Out: city, document, passage, sentence (its number), start (of the longest word of evidence, in the passage), code,
    text (of the sentence), evidence (words joined by |); in the order of the picks.
    """
    main = main_codes(codes_of(texts, scheme), scheme)
    city = dict(zip(texts.documents["document"], texts.documents["city"], strict=True))
    main = main[main["document"].isin(city).to_numpy(dtype=bool)]
    keys = ["document", "sentence"]
    rows = main.merge(texts.sentences[[*keys, "start", "text"]], on=keys, how="left")
    words = [str(evidence).split("|") for evidence in rows["evidence"]]
    evidence = np.array([sum(map(len, own)) for own in words], dtype=float)
    length = rows["text"].str.len().to_numpy(dtype=float)
    first = [max(own, key=len) for own in words]
    inside = [max(str(text).find(word), 0) for text, word in zip(rows["text"], first, strict=True)]
    rows = rows.assign(
        city=rows["document"].map(city), start=rows["start"] + inside, size=evidence**2 / np.maximum(length, 1)
    )
    ranked = rows.sort_values("size", ascending=False, kind="stable")
    by = ["city", "code", "document"] if each else ["city", "code"]
    rank = ranked.groupby(by, sort=False).cumcount()
    found = [rows.iloc[:0]]
    asked: set[tuple[str, str]] = set()
    for place in _asked(picks):
        if place[:2] in asked:
            continue
        asked.add(place[:2])
        own = ((ranked["city"] == place[0]) & (ranked["code"] == place[1])).to_numpy(dtype=bool)
        chosen = ranked[own] if place[2] else ranked[own & (rank < most).to_numpy()]
        found.append(chosen.sort_index() if each or place[2] else chosen)
    return pd.concat(found, ignore_index=True)[_CARRIED]


def _asked(picks: tuple[pd.DataFrame, ...]) -> list[tuple[str, str, bool]]:
    """City, code and whether all sentences are asked for, of every row of `picks`."""
    asked = []
    for table in picks:
        if "high_city" in table:
            asked += [(c, row.code, False) for row in table.itertuples() for c in (row.high_city, row.low_city)]
        else:
            thin = table["share"].isna() if "share" in table else np.zeros(len(table), dtype=bool)
            asked += list(zip(table["city"], table["code"], thin, strict=True))
    return asked


def with_sentences(rows: pd.DataFrame, texts: Texts) -> pd.DataFrame:
    """`rows` (document, passage, start) with text, the sentence in which each stands, and sentence_start, where that
    begins in its passage.
    """
    own = texts.sentences
    starts: dict[tuple[str, int], tuple[np.ndarray, list[str]]] = {
        (str(document), int(passage)): (table["start"].to_numpy(), table["text"].tolist())
        for (document, passage), table in own.groupby(["document", "passage"], sort=False)
    }
    text, begin = [], []
    for document, passage, start in zip(rows["document"], rows["passage"], rows["start"], strict=True):
        places, sentences = starts[document, int(passage)]
        # White space before the first sentence belongs to it.
        at = max(int(np.searchsorted(places, start, side="right")) - 1, 0)
        text.append(sentences[at])
        begin.append(int(places[at]))
    return rows.assign(text=pd.array(text, dtype="string"), sentence_start=np.array(begin, dtype="int64"))


def formula_counts(texts: Texts) -> pd.DataFrame:
    """The numbered formulas, most frequent first, of equal ones those that the text explains.

    Out: formula, count, items (what it stands for, joined by |; missing where that was not found), and document,
    passage, start of the place that explains it, else of the first.
    """
    table = texts.formulas.assign(told=texts.formulas["items"].notna())
    first = table.sort_values("told", ascending=False, kind="stable").drop_duplicates("formula")
    counts = table["formula"].value_counts()
    first = first.assign(count=first["formula"].map(counts).astype("int64"))
    ranked = first.sort_values(["count", "told"], ascending=[False, False], kind="stable", ignore_index=True)
    return ranked[["formula", "count", "items", "document", "passage", "start"]]


def densest(texts: Texts) -> pd.DataFrame:
    """The sentence with most figures of each city: city, figures; document, passage, start, mention of its first."""
    keys = ["city", "document", "sentence"]
    counts = texts.figures.groupby(keys, sort=False).size().rename("figures").reset_index()
    most = counts.loc[counts.groupby("city", sort=False)["figures"].idxmax().to_numpy()]
    first = texts.figures.drop_duplicates(keys)[[*keys, "passage", "start", "mention"]]
    return most.merge(first, on=keys)[["city", "figures", "document", "passage", "start", "mention"]]
