"""Change: how the shares of a city's codes differ between its first and its last year."""

from __future__ import annotations

import pandas as pd

from .groups import GROUP, Texts, codes_of
from .shares import share_change

_SCHEMES = ("pathway", "theme", GROUP)


def changes(texts: Texts, *, least: tuple[int, int] = (0, 0)) -> pd.DataFrame:
    """`share_change` of pathways, themes and groups of instruments for each city with texts of several years.

    In: a corpus; a scheme of which one of the years has fewer coded sentences, or passages with a code, than `least`
    says is left out. Out: city, first and last (years), scheme, the columns of `share_change`, clear (whether the
    interval of the difference leaves out 0); the largest difference of each city first, the clear ones before others.
    """
    found = []
    for city, own in texts.documents.groupby("city", sort=False):
        when = dict(zip(own["document"], own["date"].str[:4], strict=True))
        first, last = min(when.values()), max(when.values())
        for scheme in _SCHEMES if first < last else ():
            codes = codes_of(texts, scheme)
            codes = codes[codes["document"].isin(list(when)).to_numpy(dtype=bool)]
            order = texts.order(scheme)
            table = share_change(codes, when, first, last, by="year", scheme=scheme, order=order, least=least)
            head = pd.DataFrame({"city": city, "first": first, "last": last, "scheme": scheme}, index=table.index)
            found.append(pd.concat([head.astype("string"), table], axis=1))
    if not found:
        return pd.DataFrame(columns=["city", "first", "last", "scheme", "code", "difference", "low", "high", "clear"])
    table = pd.concat(found, ignore_index=True)
    table = table[table["low"].notna()].reset_index(drop=True)
    table["clear"] = (table["low"] > 0) | (table["high"] < 0)
    table["_city"] = table["city"].map({city: place for place, city in enumerate(table["city"].drop_duplicates())})
    table["_size"] = table["difference"].abs()
    order = ["_city", "clear", "_size"]
    ranked = table.sort_values(order, ascending=[True, False, False], kind="stable", ignore_index=True)
    return ranked.drop(columns=["_city", "_size"])
