"""How concretely a text speaks: figures per 1,000 characters, planned and dated figures, figures by theme."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..project import registry as schema
from ..project.errors import InputError
from . import intervals
from .groups import Documents, Texts, group_places, mapping, names_of, typed

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
    documents = pd.concat([passages["document"], figures["document"]], ignore_index=True)
    codes, names = pd.factorize(documents, sort=True)
    numbers = np.concatenate([passages["passage"].to_numpy(dtype="int64"), figures["passage"].to_numpy(dtype="int64")])
    step = int(numbers.max(initial=0)) + 1
    keys, row = np.unique(codes * step + numbers, return_inverse=True)
    texts, marks = row[: len(passages)], row[len(passages) :]
    planned = (figures["status"] == "planned").fillna(False).to_numpy(dtype=float)
    dated = figures["period"].notna().to_numpy(dtype=float)
    return pd.DataFrame(
        {
            "document": np.asarray(names, dtype=object)[keys // step],
            "characters": np.bincount(texts, passages["characters"].to_numpy(dtype=float), len(keys)),
            "figures": np.bincount(marks, minlength=len(keys)),
            "planned": np.bincount(marks, planned, len(keys)),
            "dated": np.bincount(marks, dated, len(keys)),
        }
    )


def figure_profile(
    figures: pd.DataFrame | Texts,
    passages: pd.DataFrame | None = None,
    documents: Documents | None = None,
    by: str = "city",
    *,
    n: int = intervals.REPLICATES,
    seed: int = intervals.SEED,
) -> pd.DataFrame:
    """How thick the figures stand in the text of each group, and what share of them is planned or dated.

    In: a corpus; or `figures` (document, passage, status, period), `passages` (document, passage, characters) and
    `documents` (as in `code_shares`).

    Out, one row per group of `documents`: `by`, passages, characters, figures; per_1000 (figures per 1,000 characters
    of cleaned text), low, high; planned (figures with that status), planned_share (of **all** figures, also those whose
    status cannot be told), planned_low, planned_high; dated (figures with a period), dated_share, dated_low,
    dated_high. Intervals: 95 % over all passages, headings and questions too
    (`analysis.compare.intervals.ratio_interval`, a rate and two shares; a share of 0 or 1 with the exact ends of
    `filled`, over the passages with figures). Missing: rates without text, shares without figures, the interval of a
    rate that is 0.
    """
    figures, passages, documents = _tables(figures, passages, documents)
    groups = mapping(documents, by)
    table = _by_passage(figures, passages)
    group = group_places(table, groups)
    counted = table[["characters", "figures", "planned", "dated"]].to_numpy(dtype=float)
    rows = []
    for place, name in enumerate(names_of(groups)):
        counts = counted[group == place]
        sums = counts.sum(axis=0)
        rate = intervals.ratio_interval(counts[:, 1:2], counts[:, 0], scale="rate", n=n, seed=seed, stream=name)
        share = intervals.ratio_interval(counts[:, 2:], counts[:, 1], n=n, seed=seed, stream=name)
        values = [len(counts), sums[0], sums[1], *(1000 * ends[0] for ends in rate)]
        share = intervals.filled(*share, int((counts[:, 1] > 0).sum()))
        for column in (0, 1):
            values += [sums[2 + column], *(ends[column] for ends in share)]
        rows.append({by: name, **dict(zip(_PROFILE, values, strict=True))})
    return typed(rows, {by: "string", **_PROFILE})


def _tables(
    figures: pd.DataFrame | Texts, passages: pd.DataFrame | None, documents: Documents | None
) -> tuple[pd.DataFrame, pd.DataFrame, Documents]:
    """The tables of a profile, whether they were given as such or as a corpus."""
    if not isinstance(figures, pd.DataFrame):
        return figures.figures, figures.passages, figures.documents if documents is None else documents
    if passages is None or documents is None:
        raise InputError("tables are missing", cure="give figures, passages and documents, or a corpus")
    return figures, passages, documents


def theme_figures(figures: pd.DataFrame | Texts, by: str | None = "city") -> pd.DataFrame:
    """Counts of figures by theme and status.

    In: a corpus or `figures` (theme, status and, unless `by` is None, `by`). Out: `by`, code (the theme), achieved,
    planned, undetermined (status null), figures (their sum). Groups in order of appearance, each with all twelve themes
    in the order of the registry; themes outside the registry follow, sorted.
    """
    if not isinstance(figures, pd.DataFrame):
        figures = figures.figures
    statuses = ["achieved", "planned", "undetermined"]
    groups = names_of(figures[by].astype("string")) if by else [""]
    themes = figures["theme"].dropna().astype(str)
    order = [*schema.THEMES, *sorted(set(themes) - set(schema.THEMES))]
    status = figures["status"].astype("string").fillna("undetermined")
    status = status.where(status.isin(statuses), "undetermined")
    group = figures[by].astype("string") if by else ""
    data = pd.DataFrame({"group": group, "code": figures["theme"], "status": status})
    counts = data.groupby(["group", "code", "status"]).size()
    index = pd.MultiIndex.from_product([groups, order, statuses], names=["group", "code", "status"])
    wide = counts.reindex(index, fill_value=0).unstack("status").reindex(columns=statuses)
    wide = wide.reindex(pd.MultiIndex.from_product([groups, order], names=["group", "code"])).reset_index()
    wide.columns.name = None
    wide["figures"] = wide[statuses].sum(axis=1)
    types = dict.fromkeys([*statuses, "figures"], "int64")
    wide = wide.astype({"group": "string", "code": "string", **types})
    return wide.rename(columns={"group": by}) if by else wide.drop(columns="group")
