"""Reliability: how far coders agree with each other, and the dictionary with what they agree on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from .groups import Texts, positive, typed
from .intervals import LEVEL, REPLICATES, SEED
from .shares import main_codes

#: What a coder writes where no code fits; an empty cell is a sentence that was not coded.
NONE = "none"
_DRAWN = {"number": "int64", "document": "string", "passage": "int64", "sentence": "int64", "text": "string"}
_MEASURES = {
    "coders": "string",
    "units": "int64",
    "agreement": "float64",
    "kappa": "float64",
    "alpha": "float64",
    "low": "float64",
    "high": "float64",
}
_BY_CODE = {
    "code": "string",
    "agreed": "int64",
    "found": "int64",
    "hits": "int64",
    "precision": "float64",
    "recall": "float64",
    "f1": "float64",
}


def draw_sentences(texts: Texts, n: int, *, seed: int = SEED) -> pd.DataFrame:
    """Sentences to be coded by hand, drawn blind: without a look at the codes.

    In: a corpus, how many (all where there are fewer), the seed. Headings and questions are left out. Each document has
    a part of its share of the sentences (largest remainders), at least one where n allows; the order is shuffled, so
    that coders do not read a text in one go. Out: number (from 1), document, passage, sentence, text.
    """
    sentences = texts.sentences[~texts.sentences["kind"].isin(("heading", "question"))]
    sizes = sentences.groupby("document", sort=False).size()
    wanted = _parts(sizes, min(positive("sentences", n), len(sentences)))
    random = np.random.default_rng(seed)
    drawn = [
        own.iloc[np.sort(random.choice(len(own), size=wanted[document], replace=False))]
        for document, own in sentences.groupby("document", sort=False)
    ]
    found = pd.concat(drawn) if drawn else sentences
    found = found.iloc[random.permutation(len(found))].reset_index(drop=True)
    return typed(found.assign(number=range(1, len(found) + 1)), _DRAWN)


def _parts(sizes: pd.Series, n: int) -> dict[Hashable, int]:
    """How many of n go to each document: its share, rounded by largest remainders, one at least where n allows."""
    if not len(sizes):
        return {}
    exact = sizes / sizes.sum() * n
    parts = np.maximum(np.floor(exact), 1 if n >= len(sizes) else 0).astype(int)
    order = (exact - np.floor(exact)).sort_values(ascending=False, kind="stable").index
    while parts.sum() < n:
        for document in order:
            if parts.sum() < n and parts[document] < sizes[document]:
                parts[document] += 1
    while parts.sum() > n:
        parts[parts.idxmax()] -= 1
    return {document: int(part) for document, part in parts.items()}


def kappa(one: Sequence[Any], two: Sequence[Any]) -> float:
    """Cohen's κ = (p_o − p_e) / (1 − p_e) of two coders over the units that both have coded.

    Cohen 1960, A Coefficient of Agreement for Nominal Scales, Educational and Psychological Measurement 20(1). Missing
    without a common unit, and where both use one and the same code only.
    """
    pairs = [(a, b) for a, b in zip(one, two, strict=True) if not (pd.isna(a) or pd.isna(b))]
    if not pairs:
        return float("nan")
    observed = sum(a == b for a, b in pairs) / len(pairs)
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    expected = sum(first[code] * second[code] for code in first) / len(pairs) ** 2
    return (observed - expected) / (1 - expected) if expected < 1 else float("nan")


def _coincidences(table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Counts of values (units × codes) of the units that two coders or more have coded, and how many coded each."""
    codes = sorted({value for column in table for value in table[column].dropna()})
    counts = np.column_stack(
        [(table == code).fillna(False).to_numpy(dtype=bool).sum(axis=1) for code in codes] or [np.zeros(len(table))]
    ).astype(float)
    coded = counts.sum(axis=1)
    return counts[coded >= 2], coded[coded >= 2]


def _alpha(counts: np.ndarray, coded: np.ndarray) -> float:
    """α from counts of values by unit."""
    total, by_code = coded.sum(), counts.sum(axis=0)
    if total < 2:
        return float("nan")
    observed = ((coded**2 - (counts**2).sum(axis=1)) / (coded - 1)).sum() / total
    expected = (total**2 - (by_code**2).sum()) / (total * (total - 1))
    return float(1 - observed / expected) if expected > 0 else float("nan")


def alpha(table: pd.DataFrame) -> float:
    """Krippendorff's α for nominal codes: 1 − observed / expected disagreement.

    In: one row a unit, one column a coder; missing cells are units that a coder has not coded. Krippendorff 2004,
    Content Analysis, ch. 11: with n_uc coders who give unit u the code c and m_u who code it,
    D_o = Σ_u (m_u² − Σ_c n_uc²) / (m_u − 1) / n and D_e = (n² − Σ_c n_c²) / (n (n − 1)). Missing without a unit that
    two have coded, and where there is but one code.
    """
    return _alpha(*_coincidences(table))


def alpha_interval(
    table: pd.DataFrame, *, n: int = REPLICATES, seed: int = SEED, level: float = LEVEL
) -> tuple[float, float]:
    """Percentile interval of `alpha` over units drawn again (Efron & Tibshirani 1993, ch. 13).

    Missing with fewer than two units that two coders have coded.
    """
    counts, coded = _coincidences(table)
    if len(coded) < 2:
        return float("nan"), float("nan")
    random = np.random.default_rng(seed)
    draws = random.integers(len(coded), size=(n, len(coded)))
    values = np.array([_alpha(counts[draw], coded[draw]) for draw in draws])
    values = values[np.isfinite(values)]
    if not len(values):
        return float("nan"), float("nan")
    low, high = np.quantile(values, ((1 - level) / 2, (1 + level) / 2))
    return float(low), float(high)


def agreement(table: pd.DataFrame) -> pd.DataFrame:
    """How far coders agree: all of them together, then each two.

    In: one row a unit, one column a coder, its name on the head (see `alpha`). Out: coders (joined by |), units
    (coded by two or more), agreement (mean share of pairs of coders that give a unit the same code), kappa (of two),
    alpha with low and high.
    """
    sets = [tuple(table.columns), *(combinations(table.columns, 2) if len(table.columns) > 2 else ())]
    rows = []
    for coders in sets:
        own = table[list(coders)]
        counts, coded = _coincidences(own)
        same = (counts * (counts - 1)).sum(axis=1) / (coded * (coded - 1))
        low, high = alpha_interval(own)
        rows.append(
            {
                "coders": "|".join(map(str, coders)),
                "units": len(coded),
                "agreement": float(same.mean()) if len(coded) else float("nan"),
                "kappa": kappa(own.iloc[:, 0].tolist(), own.iloc[:, 1].tolist()) if len(coders) == 2 else float("nan"),
                "alpha": _alpha(counts, coded),
                "low": low,
                "high": high,
            }
        )
    return typed(pd.DataFrame(rows, columns=list(_MEASURES)), _MEASURES)


def agreed_codes(table: pd.DataFrame) -> pd.Series:
    """The code that more than half of the coders of a unit give it; missing where none has that many."""

    def most(values: pd.Series) -> Any:
        counts = Counter(values.dropna())
        code, count = counts.most_common(1)[0] if counts else (None, 0)
        return code if 2 * count > sum(counts.values()) else None

    return table.apply(most, axis=1) if len(table) else pd.Series(dtype="object")


def coder_confusion(table: pd.DataFrame) -> pd.DataFrame:
    """The codes of the first coder (index) against those of the second, with the number of units in each cell."""
    if len(table.columns) < 2:
        return pd.DataFrame()
    return pd.crosstab(table.iloc[:, 0], table.iloc[:, 1])


def dictionary_scores(texts: Texts, scheme: str, sheet: pd.DataFrame, agreed: pd.Series) -> pd.DataFrame:
    """The dictionary of a scheme against agreed codes, code by code.

    In: a corpus, the scheme, the rows of a sheet (document, sentence) and the agreed code of each (`none`: no code;
    missing rows are left out). Out: code, agreed (sentences of that code by the coders), found (by the dictionary: its
    main code), hits (both), precision, recall, f1; the last row, `all`, counts all codes but `none` together.
    """
    main = main_codes(texts.codes, scheme)[["document", "sentence", "code"]]
    told = sheet[["document", "sentence"]].assign(agreed=agreed.to_numpy()).dropna(subset="agreed")
    told = told.merge(main, on=["document", "sentence"], how="left").fillna({"code": NONE})
    rows = [_score(code, told) for code in sorted({*told["agreed"], *told["code"]} - {NONE})]
    hit = int(((told["agreed"] == told["code"]) & (told["code"] != NONE)).sum())
    rows.append(_rates("all", int((told["agreed"] != NONE).sum()), int((told["code"] != NONE).sum()), hit))
    return typed(pd.DataFrame(rows, columns=list(_BY_CODE)), _BY_CODE)


def _score(code: str, told: pd.DataFrame) -> dict[str, Any]:
    by_hand, found = told["agreed"] == code, told["code"] == code
    return _rates(code, int(by_hand.sum()), int(found.sum()), int((by_hand & found).sum()))


def _rates(code: str, agreed: int, found: int, hits: int) -> dict[str, Any]:
    """Precision, recall and F1 from counts; missing where there is nothing to take them of."""
    return {
        "code": code,
        "agreed": agreed,
        "found": found,
        "hits": hits,
        "precision": hits / found if found else float("nan"),
        "recall": hits / agreed if agreed else float("nan"),
        "f1": 2 * hits / (agreed + found) if agreed + found else float("nan"),
    }
