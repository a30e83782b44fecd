"""What is promised, how firmly, by when and with which number; and who asked about what, and what was answered."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ..extract.promises import STRENGTHS
from . import intervals
from .groups import FRAME, Texts, typed

#: What a promise may have: a number, a deadline, somebody in charge, a named thing.
HAS = {"numbered": "quantity", "dated": "deadline", "owned": "owner", "named": "entity"}
_PROFILE = {
    "city": "string",
    "sentences": "int64",
    "count": "int64",
    **dict.fromkeys(STRENGTHS, "int64"),
    **dict.fromkeys(HAS, "int64"),
    **{f"{name}_{end}": "float64" for name in HAS for end in ("share", "low", "high")},
}
#: Where a deadline is said of the promise itself and not handed down by the heading of a plan.
_SAID = ("clause", "sentence", "paragraph")
#: With fewer promises than this a city has no shares.
LEAST = 30


def commitment_profile(texts: Texts, least: int = LEAST) -> pd.DataFrame:
    """How much each city promises and how bindingly.

    In: a corpus; with fewer than `least` promises a city has counts and no shares. Out, one row a city: city, sentences
    (without headings and questions), count (of promises); must, will, strive, explore (by strength); numbered, dated,
    owned, named (promises with a planned number, a deadline in their paragraph, somebody in charge, a named thing) with
    their shares and 95 % intervals over passages (`intervals.ratio_interval`): numbered_share, numbered_low …
    """
    sentences = texts.sentences[~texts.sentences["kind"].isin(FRAME)]
    city_of = dict(zip(texts.documents["document"], texts.documents["city"], strict=True))
    places = sentences["document"].map(city_of)
    rows: list[dict[str, Any]] = []
    for city in dict.fromkeys(texts.documents["city"]):
        own = texts.commitments[texts.commitments["city"] == city]
        has = {name: own[column].notna().to_numpy(dtype=bool) for name, column in HAS.items()}
        has["dated"] = has["dated"] & own["deadline_source"].isin(_SAID).to_numpy(dtype=bool)
        row: dict[str, Any] = {"city": city, "sentences": int((places == city).sum()), "count": len(own)}
        row |= {name: int((own["strength"] == name).sum()) for name in STRENGTHS}
        row |= {name: int(flags.sum()) for name, flags in has.items()}
        if len(own) >= least:
            row |= _shares(own, has)
        rows.append(row)
    return typed(pd.DataFrame(rows, columns=list(_PROFILE)), _PROFILE)


def _shares(own: pd.DataFrame, has: dict[str, np.ndarray]) -> dict[str, float]:
    """The share of promises that have each of `HAS`, with its interval over passages."""
    by = own.assign(**has, whole=1).groupby(["document", "passage"], sort=False)[[*HAS, "whole"]].sum()
    parts, whole = by[list(HAS)].to_numpy(dtype=float), by["whole"].to_numpy(dtype=float)
    found = intervals.filled(*intervals.ratio_interval(parts, whole, stream="commitments"), len(whole))
    return {
        f"{name}_{end}": float(values[at])
        for end, values in zip(("share", "low", "high"), found, strict=True)
        for at, name in enumerate(HAS)
    }


_PROMISED = [
    "document",
    "city",
    "passage",
    "sentence",
    "start",
    "strength",
    "deadline",
    "quantity",
    "owner",
    "evidence",
    "text",
]
_RANK = {name: rank for rank, name in enumerate(STRENGTHS)}


def leading_commitments(texts: Texts, most: int = 8) -> pd.DataFrame:
    """The promises of each city that bind most.

    In: a corpus. Out, at most `most` rows a city: document, city, passage, sentence, start, strength, deadline,
    quantity, owner, evidence (the word of strength, else the first figure or the opening of the sentence), text. First
    those with number and date, then with a named thing, then the firmest; what is even keeps the order of the text.
    """
    keys = ["document", "sentence"]
    found = texts.commitments.merge(texts.sentences[[*keys, "text"]], on=keys, how="left")
    binding = (
        2 * found["quantity"].notna().astype(int)
        + 2 * found["deadline_source"].isin(_SAID).astype(int)
        + found["owner"].notna().astype(int)
        + found["entity"].notna().astype(int)
    )
    rank = found["strength"].map(_RANK).astype(float)
    first = found["quantity"].fillna("").astype(str).str.split("|").str[0]
    opening = found["text"].astype(str).str[:6]
    evidence = first.where(first != "", found["word"].fillna(opening))
    ordered = found.assign(evidence=evidence, binding=binding, rank=rank).sort_values(
        ["binding", "rank"], ascending=[False, True], kind="stable"
    )
    parts = [ordered[ordered["city"] == city].head(most) for city in dict.fromkeys(texts.documents["city"])]
    return pd.concat(parts or [ordered.head(0)], ignore_index=True)[_PROMISED]


def questions(texts: Texts) -> pd.DataFrame:
    """The agenda of press conferences and interviews: who asked about what, who answered, with which means.

    In: a corpus. Out: the rows of its table `questions` that have an answer, with text (of the question), start and
    evidence (its opening words). Questions count in no share.
    """
    rows = texts.questions[texts.questions["answer_first"].notna()]
    told = rows.merge(texts.passages[["document", "passage", "text"]], on=["document", "passage"], how="left")
    return told.assign(start=0, evidence=told["text"].str[:8])
