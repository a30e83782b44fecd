"""What a table of shares lets one say: which groups lie apart, what leads in each, what holds under other choices."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from .groups import Texts, codes_of, typed
from .sensitivity import other_shares
from .shares import main_codes

_SIDES = ("high", "low")
_TYPES = {"code": "string"}
for _side in _SIDES:
    _TYPES |= {f"{_side}_city": "string", _side: "float64", f"{_side}_low": "float64", f"{_side}_high": "float64"}
#: The choice of `checked` that leaves one answer out.
ONE_ANSWER = "one_answer"
_TYPES |= {"difference": "float64", "clear": "bool"}


def contrasts(
    table: pd.DataFrame, *, by: str = "city", value: str = "share", low: str = "low", high: str = "high"
) -> pd.DataFrame:
    """The two groups that lie furthest apart on each code, the clear ones first, then by the size of the difference.

    In: `code_shares`, or any table with `by`, `value`, `low`, `high`; one without a column code is one code, named as
    `value`. Out: code, high_city, high, high_low, high_high, low_city, low, low_low, low_high (the two groups with
    value and interval), difference, clear. Codes with fewer than two known values have no row.

    `clear`: the interval of one ends below that of the other, which is stricter than asking whether the interval of
    their difference leaves out 0. Of several such pairs the one with the highest lower and the lowest upper end stands;
    where none is, the two values furthest apart. A row without an interval never lies apart from another.
    """
    codes = table["code"] if "code" in table else pd.Series(value, index=table.index)
    rows = []
    for code, own in table.groupby(codes, sort=False):
        known = own[own[value].notna()]
        if len(known) < 2:
            continue
        sure = known[known[low].notna() & known[high].notna()]
        pair = known.loc[known[value].idxmax()], known.loc[known[value].idxmin()]
        clear = False
        if len(sure) > 1:
            above = sure.loc[sure[low].astype(float).idxmax()], sure.loc[sure[high].astype(float).idxmin()]
            clear = bool(above[0][low] > above[1][high])
            pair = above if clear else pair
        row: dict[str, Any] = {"code": str(code), "clear": clear, "difference": pair[0][value] - pair[1][value]}
        for side, one in zip(_SIDES, pair, strict=True):
            row |= {f"{side}_city": one[by], side: one[value], f"{side}_low": one[low], f"{side}_high": one[high]}
        rows.append(row)
    found = typed(rows, _TYPES)
    return found.sort_values(["clear", "difference"], ascending=False, kind="stable", ignore_index=True)


def checked(apart: pd.DataFrame, texts: Texts, scheme: str, **choices: Any) -> pd.DataFrame:
    """`contrasts` of a scheme, with what becomes of each clear difference under the suite's other choices.

    `choices` go to `analysis.compare.sensitivity.other_shares`. Out: the columns of `contrasts`, and least (the
    smallest difference of the two cities under any other choice, missing where none was looked at) and choice (that
    one). `clear` stays true only where least is above 0: what another way of counting turns round is no finding, nor
    is what one answer alone carries (choice `one_answer`): where a press conference or interview was asked of it, and
    without that answer the higher share would lie within the interval of the lower.
    Nothing is counted anew where nothing is clear.
    """
    least, choice = np.full(len(apart), np.nan), np.full(len(apart), None, dtype=object)
    if apart["clear"].any():
        moved = other_shares(texts, scheme, **choices).set_index(["choice", "city", "code"])["share"]
        for place, row in enumerate(apart.itertuples()):
            if not row.clear:
                continue
            for name in moved.index.unique("choice"):
                ends = [moved.get((name, city, row.code), np.nan) for city in (row.high_city, row.low_city)]
                difference = ends[0] - ends[1]
                if np.isfinite(difference) and not difference >= least[place]:
                    least[place], choice[place] = difference, name
            alone = _without_one_answer(texts, scheme, row.high_city, row.code)
            if np.isfinite(alone) and alone <= row.low_high:
                # What one answer carries shows what was asked.
                least[place], choice[place] = min(alone - row.low, 0.0), ONE_ANSWER
    holds = np.isnan(least) | (least > 0)
    found = apart.assign(least=least, choice=pd.array(choice, dtype="string"), apart=apart["clear"])
    found["clear"] = found["clear"] & holds
    return found.sort_values(["clear", "apart", "difference"], ascending=False, kind="stable", ignore_index=True)


def _without_one_answer(texts: Texts, scheme: str, city: str, code: str) -> float:
    """The share of a code in a city without the answer that has most of it; missing where no questions are asked."""
    passages = texts.passages
    asked = set(passages.loc[passages["kind"] == "question", "document"])
    main = main_codes(codes_of(texts, scheme), scheme)
    cities = dict(zip(texts.documents["document"], texts.documents["city"], strict=True))
    main = main[(main["document"].map(cities) == city).to_numpy(dtype=bool)]
    numbers = (passages["kind"] == "question").groupby(passages["document"]).cumsum()
    answers = dict(zip(zip(passages["document"], passages["passage"], strict=True), numbers, strict=True))
    places = zip(main["document"], main["passage"], strict=True)
    main = main.assign(answer=[answers.get(place, 0) if place[0] in asked else -1 for place in places])
    own = main[(main["code"] == code) & (main["answer"] > 0)].groupby(["document", "answer"]).size()
    if own.empty:
        return float("nan")
    document, answer = own.idxmax()
    rest = main[~((main["document"] == document) & (main["answer"] == answer))]
    return float((rest["code"] == code).mean()) if len(rest) else float("nan")


def leading(shares: pd.DataFrame) -> pd.DataFrame:
    """The code with the largest share of each group, in the order of the groups.

    In: `code_shares`. Out: its columns and second (the code that comes next; missing where no other has a share), tied
    (whether another code has the same count). `clear` says whether the interval lies above those of all others: only
    then does the code lead. Groups without a share have no row.
    """
    by = str(shares.columns[0])
    rows = []
    for _, own in shares[shares["share"].notna()].groupby(by, sort=False):
        ranked = own.sort_values("share", ascending=False, kind="stable")
        first, rest = ranked.iloc[0], ranked.iloc[1:]
        some = rest[rest["count"] > 0]
        second = some["code"].iloc[0] if len(some) else None
        tied = bool(len(rest)) and rest["count"].iloc[0] == first["count"]
        rows.append({**first.to_dict(), "second": second, "tied": tied})
    found = pd.DataFrame(rows, columns=[*shares.columns, "second", "tied"])
    return found.astype({**shares.dtypes.to_dict(), "second": "string", "tied": "bool"})


def odd_lengths(shares: pd.DataFrame, *, least: float = 0.05) -> pd.DataFrame:
    """The rows of `code_shares` (of a corpus) whose share by characters lies outside the interval of that by sentences.

    There it matters whether each sentence counts the same or with its length. Only gaps of at least `least`, the
    largest first.
    """
    outside = (shares["by_characters"] < shares["low"]) | (shares["by_characters"] > shares["high"])
    gap = (shares["by_characters"] - shares["share"]).abs()
    outside &= gap >= least
    order = gap[outside].sort_values(ascending=False, kind="stable").index
    return shares.loc[order].reset_index(drop=True)
