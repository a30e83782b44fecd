"""Headlines: the figures of a text that a reader should see first, those of its strategy before the merely large."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

from ..project.errors import InputError
from .groups import Texts
from .means import means

_MONEY = ("元", "美元", "欧元", "人民币", "港元")
_SPANS = ("duration", "streak")
#: Kinds of named things by which a strategy works; an industry, a firm or a programme counts with its class.
_WORKS, _WITH_CLASS = ("park", "platform", "project"), ("industry", "firm", "programme")
#: Names that do not say of what: a sum needs a thing beside it.
_GENERIC = re.compile("(?:项目|年度|计划|当中|引来|的|总)*(?:投资|签约额|总额|金额|规模|面积|数量|销售额|资金)")
#: What follows a bound that only says which things are counted: 5000万元以上的项目.
_COUNTED = re.compile("(?:以上|以下|以内)?的?(?:重[大点]|产业|工业|实体)?(?:项目|企业|单位|园区)")
_STRATEGIC, _OF_THEME, _COUNT, _THRESHOLD = 2.0, 2.0, 1.5, -6.0
#: Themes in which a strategy of transition is told.
_THEMES = ("industry", "innovation", "digital")


def _weight(figures: pd.DataFrame, subject: pd.Series) -> pd.Series:
    """How much a figure tells by itself; see `headlines`."""
    size = np.log10(np.maximum(figures["value"].astype(float).abs().fillna(0.0).to_numpy(), 1.0))
    measure = figures["measure"].astype("string").fillna("")
    money = figures["unit"].astype("string").fillna("").isin(_MONEY).to_numpy(dtype=bool)
    relative = measure.isin(["share", "increase", "decrease", "rank"]).to_numpy(dtype=bool)
    spans = measure.isin(_SPANS).to_numpy(dtype=bool)
    physical = figures["value_si"].notna().to_numpy(dtype=bool)
    kind = np.select(
        [money, relative, spans, physical],
        [3.0 + size / 12, np.full(len(size), 3.0), np.full(len(size), 0.5), 1.5 + size / 12],
        default=np.minimum(2.0, size / 2),
    )
    name = figures["indicator"].astype("string").fillna("")
    length = np.clip(name.str.len().to_numpy(dtype=float) - 1, 0, 2) / 2
    of_what = np.where(name.str.fullmatch(_GENERIC.pattern).to_numpy(dtype=bool), 0.0, length)
    named = np.where(subject.notna().to_numpy(dtype=bool), 1.0, of_what)
    told = figures["status"].notna().to_numpy(dtype=float)
    dated = figures["period"].notna().to_numpy(dtype=float)
    return pd.Series(kind + 4 * named + 0.5 * told + 0.5 * dated, index=figures.index)


def _subjects(texts: Texts) -> list[str | None]:
    """The named thing by which the strategy works that each figure is told of, in its clause; None without one."""
    found = means(texts)
    works = found["kind"].isin(_WORKS) & (found["industry"].notna() | found["theme"].isin(["industry", "innovation"]))
    classed = found["kind"].isin(_WITH_CLASS) & found["industry"].notna() & found["industry"].ne("other")
    held = found[(works | classed).to_numpy(dtype=bool) & found["figures"].notna().to_numpy(dtype=bool)]
    names: dict[tuple[Any, Any, str], str] = {}
    columns = (held[name] for name in ("document", "sentence", "figures", "name"))
    for document, sentence, figures, name in zip(*columns, strict=True):
        for mention in str(figures).split("|"):
            names.setdefault((document, sentence, mention), str(name))
    own = (texts.figures[name] for name in ("document", "sentence", "mention"))
    return [names.get(place) for place in zip(*own, strict=True)]


def _thresholds(figures: pd.DataFrame, passages: pd.DataFrame) -> np.ndarray:
    """Which figures only bound what is counted (总投资5000万元以上的项目)."""
    texts = dict(zip(zip(passages["document"], passages["passage"], strict=True), passages["text"], strict=True))
    places = zip(figures["document"], figures["passage"], figures["end"], figures["comparator"], strict=True)
    return np.array(
        [
            comparator in (">", "<") and _COUNTED.match(str(texts[document, passage]), int(end)) is not None
            for document, passage, end, comparator in places
        ],
        dtype=bool,
    )


def headlines(figures: pd.DataFrame | Texts, passages: pd.DataFrame | None = None, n: int = 12) -> pd.DataFrame:
    """The figures that a reader should see first, at most `n`, in this order.

    Ranking: a figure whose indicator is named (in three characters or more that say of what: 总投资 alone does not), or
    that is told of a named thing, comes before one without (4 points; 2 for a name of two characters). Then what it
    counts: money (3, and a twelfth more for each power of ten), shares, changes and ranks (3), physical quantities (1.5
    and a twelfth for each power of ten), counts (half a point for each power of ten, at most 2: 1,300 places stand
    before 3 parks), time spans (0.5). A status and a period give half a point each.

    Of a corpus, a sentence on a pathway of the transition (see `code_shares`) gives two points, a park, platform,
    project, firm or industry in the clause of the figure two, and the themes industry, innovation and digital two
    (levels three and a half, so that 30 satellites stand beside a share); a bound that only says what is counted
    (5000万元以上的项目) loses six. Equal points: text order.

    Then the list is spread: the best figures are taken from the top, but at most two from a section (of a corpus four;
    more only where the text has too few sections to fill the list), one for each indicator and for each value as
    printed, and two thirds of one status; what was passed over for status, then for indicator or value, fills the list
    if it stays short. Figures of questions do not count. Nothing is random.

    In: a corpus; or `figures` and `passages` as registered. Out: the columns of `figures` with rank (from 1) in front,
    section after sentence and of a corpus subject, the named thing, after that; sections are counted within their
    document.
    """
    subject = pd.Series([None] * len(figures if isinstance(figures, pd.DataFrame) else figures.figures), dtype="string")
    bonus, of_corpus = pd.Series(0.0, index=subject.index), not isinstance(figures, pd.DataFrame)
    if not isinstance(figures, pd.DataFrame):
        figures = _answered(figures)
        subject, bonus = subject.head(len(figures.figures)), bonus.head(len(figures.figures))
        codes = figures.codes[(figures.codes["scheme"] == "pathway").to_numpy(dtype=bool)]
        spoken = set(zip(codes["document"], codes["sentence"], strict=True))
        own = zip(figures.figures["document"], figures.figures["sentence"], strict=True)
        bonus += [_STRATEGIC if place in spoken else 0.0 for place in own]
        subject = pd.Series(_subjects(figures), dtype="string")
        themed = figures.figures["theme"].isin(_THEMES).to_numpy(dtype=bool)
        counted = figures.figures["measure"].eq("level").to_numpy(dtype=bool, na_value=False)
        bonus += _OF_THEME * themed + _COUNT * (themed & counted)
        bonus += _STRATEGIC * subject.notna() + _THRESHOLD * _thresholds(figures.figures, figures.passages)
        figures, passages = figures.figures, figures.passages
    if passages is None:
        raise InputError("the table passages is missing", cure="give it, or a corpus in place of both tables")
    data = figures.reset_index(drop=True)
    data = data.assign(section=_sections(data, passages), subject=subject)
    text_order = data.sort_values(["document", "passage", "start"], kind="stable").index
    score = (_weight(data, subject) + bonus).loc[text_order].round(9)
    taken = _spread(data, score.sort_values(ascending=False, kind="stable").index.tolist(), n, 4 if of_corpus else 2)
    columns = [c for c in figures.columns if c != "section"]
    after = columns.index("sentence") + 1 if "sentence" in columns else len(columns)
    added = ["section", "subject"] if of_corpus else ["section"]
    chosen = data.loc[taken, [*columns[:after], *added, *columns[after:]]].reset_index(drop=True)
    chosen.insert(0, "rank", np.arange(1, len(chosen) + 1))
    return chosen


def _answered(texts: Texts) -> Texts:
    """The same texts without the figures of questions."""
    asked = texts.passages[texts.passages["kind"] == "question"]
    places = set(zip(asked["document"], asked["passage"], strict=True))
    own = zip(texts.figures["document"], texts.figures["passage"], strict=True)
    kept = np.array([place not in places for place in own], dtype=bool)
    return texts.using(figures=texts.figures[kept].reset_index(drop=True)) if not kept.all() else texts


def _sections(figures: pd.DataFrame, passages: pd.DataFrame) -> Any:
    """The section of each figure."""
    sections = passages[["document", "passage", "section"]].drop_duplicates(["document", "passage"])
    where = zip(sections["document"], sections["passage"], strict=True)
    keys: dict[tuple[Any, Any], Any] = dict(zip(where, sections["section"], strict=True))
    section = [keys.get(key) for key in zip(figures["document"], figures["passage"], strict=True)]
    return pd.array([s if isinstance(s, str) else None for s in section], dtype="string")


def _spread(data: pd.DataFrame, ranked: list[int], n: int, most: int) -> list[int]:
    """The rows taken from the top, spread over sections (`most` of each), indicators, values and statuses."""
    place = list(zip(data["document"], data["section"].fillna(""), strict=True))
    name = list(zip(data["document"], data["indicator"].astype("string").fillna(""), strict=True))
    value = list(zip(data["value"], data["unit"].astype("string").fillna(""), strict=True))
    status = data["status"].astype("string").fillna("").tolist()
    per_section = max(most, -(-n // max(1, len(set(place)))))
    per_status = max(1, -(-2 * n // 3))
    taken: list[int] = []
    for once, even in ((True, True), (True, False), (False, False)):
        for row in ranked:
            if len(taken) >= n or row in taken:
                continue
            full = sum(place[row] == place[other] for other in taken) >= per_section
            again = bool(name[row][1]) and any(name[row] == name[other] for other in taken)
            again = again or any(value[row] == value[other] for other in taken)
            heavy = sum(status[row] == status[other] for other in taken) >= per_status
            if not full and not (once and again) and not (even and heavy):
                taken.append(row)
    return taken
