"""The table `questions` of a document: who asked about what, who answered, and by which means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pandas as pd

from ...project.registry import THEMES, frame
from .tabulate import JOIN

#: So many means of an answer are listed.
_MEANS = 6
#: Kinds of entities that are no means of themselves.
_NO_MEANS = ("place", "industry")


def _turns(passages: pd.DataFrame) -> Iterator[tuple[list[int], list[int]]]:
    """The places of the passages of each question and of its answer, in order."""
    asked: list[int] = []
    answered: list[int] = []
    for place, kind in enumerate(passages["kind"].tolist()):
        if kind == "question":
            if answered:
                yield asked, answered
                asked, answered = [], []
            asked.append(place)
        elif kind == "answer" and asked:
            answered.append(place)
        elif kind == "body" and asked:
            yield asked, answered
            asked, answered = [], []
    if asked:
        yield asked, answered


def _medium(question: pd.Series) -> str | None:
    """The medium that asked, where a label names it: `某报` asked by 记者, or 某报记者 with a name."""
    speaker, role = (question[name] if isinstance(question[name], str) else None for name in ("speaker", "role"))
    if role and role != "记者" and role.endswith("记者"):
        return role.removesuffix("记者")
    return speaker if role == "记者" else None


def _means(entities: pd.DataFrame) -> list[str]:
    """The named things of an answer, those named most often and with a verb of doing first."""
    things = entities[~entities["kind"].isin(_NO_MEANS)]
    if things.empty:
        return []
    grouped = things.groupby("key", sort=False)
    weight = grouped.size() + 0.5 * grouped["verb"].agg(lambda verbs: verbs.notna().any()).astype(float)
    return list(map(str, weight.sort_values(ascending=False, kind="stable").index[:_MEANS]))


def _theme(codes: pd.DataFrame) -> str | None:
    """The theme that most sentences of an answer are about, by their main code."""
    themes = codes[codes["scheme"] == "theme"].drop_duplicates("sentence")["code"].value_counts()
    return min(map(str, themes.index), key=lambda code: (-themes[code], THEMES.index(code)), default=None)


def questions(passages: pd.DataFrame, tables: dict[str, pd.DataFrame], *, document: str, city: str) -> pd.DataFrame:
    """The table `questions` of one document.

    In: its `passages` and `tables` (figures, entities, codes, commitments; the columns of the registry). Out: one row
    for each question in text order; a text without questions has none. Passages that follow one another without an
    answer between them are one question.
    """
    rows: list[dict[str, Any]] = []
    numbers = passages["passage"].tolist()

    def of(table: str, places: list[int]) -> pd.DataFrame:
        own = tables[table]
        return own[own["passage"].isin([numbers[place] for place in places]).to_numpy(dtype=bool)]

    for asked, answered in _turns(passages):
        answers, figures = passages.iloc[answered], of("figures", answered)
        rows.append(
            {
                "document": document,
                "city": city,
                "question": len(rows) + 1,
                "passage": numbers[asked[0]],
                "asked_by": _medium(passages.iloc[asked[0]]),
                "about": _joined(of("entities", asked)["head"]),
                "theme": _theme(of("codes", answered)),
                "answered_by": _joined(answers["speaker"].dropna()),
                "answer_first": numbers[answered[0]] if answered else None,
                "answer_last": numbers[answered[-1]] if answered else None,
                "characters": int(answers["characters"].sum()),
                "means": _joined(_means(of("entities", answered))),
                "figures": len(figures),
                "planned": int((figures["status"] == "planned").sum()),
                "commitments": len(of("commitments", answered)),
            }
        )
    return frame("questions", rows)


def _joined(words: Iterable[Any]) -> str | None:
    """Different words in one cell; None without one."""
    return JOIN.join(dict.fromkeys(map(str, words))) or None
