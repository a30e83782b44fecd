"""What all measures share: documents put into groups (cities, genres, single documents), typed tables, ratios."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeAlias

import numpy as np
import pandas as pd

from ..extract.attention import WordList
from ..project.errors import InputError, unknown

Documents: TypeAlias = pd.DataFrame | Mapping[str, str]


class Texts(Protocol):
    """What a measure takes in place of tables: documents of some cities with their tables (`analysis.open_corpus`)."""

    @property
    def documents(self) -> pd.DataFrame: ...
    @property
    def passages(self) -> pd.DataFrame: ...
    @property
    def figures(self) -> pd.DataFrame: ...
    @property
    def attention_lists(self) -> Mapping[str, WordList]: ...
    @property
    def known_terms(self) -> tuple[str, ...]: ...
    @property
    def entities(self) -> pd.DataFrame: ...
    @property
    def commitments(self) -> pd.DataFrame: ...
    @property
    def questions(self) -> pd.DataFrame: ...
    @property
    def indicators(self) -> pd.DataFrame: ...
    @property
    def codes(self) -> pd.DataFrame: ...
    @property
    def terms(self) -> pd.DataFrame: ...
    @property
    def formulas(self) -> pd.DataFrame: ...
    @property
    def sentences(self) -> pd.DataFrame: ...
    def using(self, **tables: pd.DataFrame) -> Any: ...
    @property
    def schemes(self) -> Mapping[str, Any]: ...
    @property
    def theme_scheme(self) -> Any: ...
    @property
    def cities(self) -> Mapping[str, Mapping[str, Any]]: ...
    @property
    def industries(self) -> Any: ...
    @property
    def dimensions(self) -> Mapping[str, Any]: ...
    @property
    def groups(self) -> Mapping[str, str]: ...
    @property
    def city_words(self) -> set[str]: ...
    @property
    def genre_words(self) -> set[str]: ...

    def order(self, scheme: str) -> list[str]: ...


#: The groups of instruments are compared like a scheme of their own, by this name.
GROUP = "group"
#: Kinds of passages that name a matter and say nothing on it: they count in no share.
FRAME = ("heading", "question")

# Logarithms may differ in their last bit from one processor to the next. Tables are rounded to this many decimals, so
# that they agree byte for byte.
DECIMALS = 10


def mapping(documents: Documents, by: str) -> pd.Series:
    """document -> group as a string Series in the order of `documents`."""
    if isinstance(documents, pd.DataFrame):
        for column in ("document", by):
            if column not in documents:
                raise unknown("column of documents", column, map(str, documents.columns))
        columns = documents[["document", by]] if by != "document" else documents[["document"]]
        keys, values = columns["document"], columns[by]
    else:
        keys = pd.Series(list(documents), dtype="string")
        values = keys if by == "document" else pd.Series(list(documents.values()), dtype="string")
    groups = pd.Series(values.astype("string").to_numpy(), index=keys.astype("string").to_numpy(), dtype="string")
    return groups[~groups.index.duplicated()]


def group_of(table: pd.DataFrame, groups: pd.Series) -> pd.Series:
    """The group of every row of `table`, missing where its document is not among `groups`."""
    return table["document"].astype("string").map(groups.to_dict()).astype("string")


def group_places(table: pd.DataFrame, groups: pd.Series) -> np.ndarray:
    """The place of the group of every row of `table` in `names_of`, -1 where its document is not among `groups`."""
    place = {name: number for number, name in enumerate(names_of(groups))}
    codes, documents = pd.factorize(table["document"])
    of = {str(key): place.get(group, -1) for key, group in groups.to_dict().items()}
    return np.array([*(of.get(str(document), -1) for document in documents), -1])[codes]


def names_of(groups: pd.Series) -> list[str]:
    """The groups, in order of appearance."""
    return [str(group) for group in groups.dropna().unique()]


def typed(rows: pd.DataFrame | list[dict[str, Any]], types: Mapping[str, str]) -> pd.DataFrame:
    """`rows` with exactly the columns of `types` in that order, also when there is no row; numbers rounded."""
    data = pd.DataFrame(rows, columns=list(types))
    # Column by column: `DataFrame.astype` copies the table for each of them.
    return pd.DataFrame({name: _typed_column(data[name], kind) for name, kind in types.items()})


def stacked(tables: Sequence[Sequence[Any]], types: Mapping[str, str]) -> pd.DataFrame:
    """`typed` tables below one another, each given as its columns in the order of `types`."""
    if not tables:
        return typed([], types)
    columns = [np.concatenate([np.asarray(part) for part in parts]) for parts in zip(*tables, strict=True)]
    return typed(pd.DataFrame(dict(zip(types, columns, strict=True))), types)


def _typed_column(column: pd.Series, kind: str) -> Any:
    if kind == "float64":
        # Adding 0 turns -0.0 into 0.0.
        return column.to_numpy(dtype=float, na_value=np.nan).round(DECIMALS) + 0.0
    return column.array if column.dtype == kind else column.astype(kind).array


def ratio(parts: Any, whole: Any) -> np.ndarray:
    """parts / whole, missing where whole is 0."""
    parts = np.asarray(parts, dtype=float)
    whole = np.broadcast_to(np.asarray(whole, dtype=float), parts.shape)
    return np.divide(parts, whole, out=np.full(parts.shape, np.nan), where=whole > 0)


def one_of(kind: str, value: str, choices: tuple[str, ...]) -> str:
    """`value` if it is among `choices`; else InputError."""
    if value not in choices:
        raise unknown(kind, value, choices)
    return value


def positive(name: str, value: int) -> int:
    """`value` if it is a whole number of 1 or more; else InputError."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise InputError(f"{name} {value} is no whole number of 1 or more", cure=f"give {name}=1 or more")
    return int(value)


def said(table: pd.DataFrame, passages: pd.DataFrame) -> pd.DataFrame:
    """The rows of `table` (document, passage) that stand neither in a heading nor in a question."""
    frame = passages[passages["kind"].isin(FRAME).to_numpy(dtype=bool)]
    left = set(zip(frame["document"], frame["passage"], strict=True))
    if not left:
        return table
    stays = [place not in left for place in zip(table["document"], table["passage"], strict=True)]
    return table[np.array(stays, dtype=bool)]


def codes_of(texts: Texts, scheme: str) -> pd.DataFrame:
    """The codes of `texts` under a scheme outside headings and questions; `group`: the groups of its instruments."""
    codes = said(texts.codes, texts.passages)
    return group_codes(codes, texts.groups) if scheme == GROUP else _of(codes, scheme)


def group_codes(codes: pd.DataFrame, groups: Mapping[str, str | None]) -> pd.DataFrame:
    """The codes of instruments under the scheme `group`: each as its group; `groups` maps instrument to group."""
    own = _of(codes, "instrument")
    grouped = own.assign(scheme=GROUP, code=own["code"].map(dict(groups)))
    return grouped.dropna(subset=["code"]).astype({"scheme": "string", "code": "string"})


def _of(codes: pd.DataFrame, scheme: str) -> pd.DataFrame:
    return codes[(codes["scheme"] == scheme).to_numpy(dtype=bool)]


def given_codes(
    codes: pd.DataFrame | Texts, documents: Documents | None, scheme: str, order: Sequence[str] | None
) -> tuple[pd.DataFrame, Documents, Sequence[str] | None]:
    """Codes, documents and order of codes of a measure, whether it was given tables or a corpus."""
    if isinstance(codes, pd.DataFrame):
        if documents is None:
            raise InputError("the table documents is missing", cure="give it, or a corpus in place of both tables")
        return codes, documents, order
    return codes_of(codes, scheme), codes.documents if documents is None else documents, order or codes.order(scheme)
