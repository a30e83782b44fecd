"""Industries: what each city has, renews, brings up and plans, and how far the cities name the same."""

from __future__ import annotations

import re
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from ..extract.entities.industries import OTHER
from .groups import Texts, ratio, typed

#: What a place does with an industry, in this order of telling: planned by status; then by the verb; else it is there.
ROLES = ("base", "upgraded", "emerging", "planned")
_RENEWING = frozenset(
    ("改造", "升级", "提升", "转型", "延伸", "整合", "重组", "优化", "振兴", "做优", "做精", "放大", "推动")
)
_BRINGING_UP = frozenset(
    (
        "发展",
        "培育",
        "壮大",
        "布局",
        "打造",
        "引进",
        "谋划",
        "抢占",
        "开发",
        "做大",
        "做强",
        "催生",
        "形成",
        "探索",
        "创新",
        "拓展",
    )
)
_KINDS = ("industry", "park", "project", "firm")
_CLAIM = re.compile(
    "(?:世界|全球|亚洲|全国|国内|全省|省内)(?:排名|位居|居)?(?:第[一二三]|首[位个家批创]|唯一|最大|最完整|领先)"
    "|居(?:世界|全球|亚洲|全国|国内|全省)(?:第[一二三]|首位|前列)"
)
_SUM = re.compile("[\\d.,]+(?:余)?[万亿千百]*元")
#: Named less often than this over all texts, a location quotient rests on chance.
FEW = 5
_COLUMNS = {
    "city": "string",
    "industry": "string",
    "group": "string",
    "count": "int64",
    "total": "int64",
    "documents": "int64",
    **dict.fromkeys(ROLES, "int64"),
    "role": "string",
    "names": "string",
    "firms": "string",
    "claims": "string",
    "investment": "string",
    "capacity": "string",
    "cities": "int64",
    "shared": "string",
    "quotient": "float64",
    "few": "boolean",
}
#: How widely an industry is shared among the cities compared.
ALL, SOME, ONE = "all", "some", "one"


def _mentions(texts: Texts) -> pd.DataFrame:
    """The mentions of industries outside questions, with role and sentence."""
    found = texts.entities
    found = found[found["industry"].notna() & (found["industry"] != OTHER) & found["kind"].isin(_KINDS)]
    sentences = texts.sentences[["document", "sentence", "kind", "text"]].rename(columns={"kind": "place"})
    found = found.merge(sentences, on=["document", "sentence"], how="left")
    found = found[found["place"] != "question"].reset_index(drop=True)
    groups = {code: industry.group for code, industry in texts.industries.classes.items()}
    group = found["industry"].map(groups)
    verb = found["verb"]
    role = np.where(
        (found["status"] == "planned").to_numpy(dtype=bool),
        "planned",
        np.where(
            verb.isin(_RENEWING).to_numpy(dtype=bool) & group.isin(["resource", "old"]).to_numpy(dtype=bool),
            "upgraded",
            np.where(verb.isin(_BRINGING_UP).to_numpy(dtype=bool), "emerging", "base"),
        ),
    )
    return found.assign(group=group, role=role)


def industries(texts: Texts) -> pd.DataFrame:
    """The industries of each city by class.

    In: a corpus. What belongs to no class (服务业, 民营经济: class `other`) tells of no industry and is left out.
    Out, one row for each city and class that its texts name: city, industry (class of
    data/reference/industries.yml), group, count (mentions: industries, and parks, projects and firms that tell
    their industry), total (of the city), documents; base, upgraded, emerging, planned (mentions by what is done:
    planned ones by status, upgraded and emerging by the verb, the rest is there), role (the most frequent; of
    equals the one that says more), names (as printed, those of industries first, most frequent first), firms,
    claims (`世界第一`), investment (sums) and capacity (other figures) of the same sentences, each joined by |; cities
    (how many name it) and shared (`all`, `some`, `one` of them); quotient, the location quotient (x_ic / x_c) /
    (x_i / x) of mentions: above 1 the city names it more than the others do (after Florence 1939; Isard 1960,
    Methods of Regional Analysis, ch. 7); few, where the class has fewer than 5 mentions in all texts, so that the
    quotient rests on chance. Rows by city, most named first.
    """
    found = _mentions(texts)
    cities = list(dict.fromkeys(texts.documents["city"]))
    told = _figures_by_sentence(texts)
    total, by_class = found.groupby("city").size(), found.groupby("industry").size()
    holders = found.groupby("industry")["city"].nunique()
    rows: list[dict[str, Any]] = []
    for city in cities:
        own = found[found["city"] == city]
        for industry, part in own.groupby("industry", sort=False):
            count, held = len(part), int(holders[industry])
            expected = float(by_class[industry]) / len(found)
            rows.append(
                {
                    "city": city,
                    "industry": industry,
                    "group": part["group"].iloc[0],
                    "count": count,
                    "total": int(total[city]),
                    "documents": part["document"].nunique(),
                    **_roles(part),
                    **_told(part, told),
                    "cities": held,
                    "shared": ALL if held == len(cities) > 1 else ONE if held == 1 and len(cities) > 1 else SOME,
                    "quotient": ratio(count / total[city], expected),
                    "few": bool(by_class[industry] < FEW),
                }
            )
    rows.sort(key=lambda row: (cities.index(row["city"]), -row["count"]))
    return typed(pd.DataFrame(rows, columns=list(_COLUMNS)), _COLUMNS)


def _roles(part: pd.DataFrame) -> dict[str, Any]:
    """How often an industry stands in each role, and which leads."""
    counts = {role: int((part["role"] == role).sum()) for role in ROLES}
    return {**counts, "role": max(reversed(ROLES), key=lambda role: counts[role])}


def _figures_by_sentence(texts: Texts) -> dict[tuple[str, int], list[str]]:
    """The mentions of figures of every sentence."""
    found: dict[tuple[str, int], list[str]] = {}
    for row in texts.figures.itertuples():
        found.setdefault((row.document, row.sentence), []).append(row.mention)
    return found


def _told(part: pd.DataFrame, told: dict[tuple[str, int], list[str]]) -> dict[str, str | None]:
    """Names, firms, claims, sums and other figures told of an industry, each joined by |."""
    places = dict.fromkeys(zip(part["document"], part["sentence"], strict=True))
    figures = [mention for place in places for mention in told.get(place, ())]
    claims = [claim[0] for text in dict.fromkeys(part["text"].dropna()) for claim in _CLAIM.finditer(text)]
    sums = [mention for mention in figures if _SUM.fullmatch(mention)]
    return {
        "names": _joined([*_frequent(part[part["kind"] == "industry"]), *_frequent(part)]),
        "firms": _joined(part.loc[part["kind"] == "firm", "head"]),
        "claims": _joined(claims),
        "investment": _joined(sums),
        "capacity": _joined(mention for mention in figures if mention not in sums),
    }


def _frequent(part: pd.DataFrame) -> list[str]:
    """The names of mentions, the most frequent first, of equal ones the first."""
    return list(part["head"].value_counts(sort=True).index)


def _joined(words: Any) -> str | None:
    """Different words joined by |; None without one."""
    return "|".join(dict.fromkeys(words)) or None


_PAIR_COLUMNS = {
    "city": "string",
    "other": "string",
    "shared": "int64",
    "either": "int64",
    "jaccard": "float64",
    "cosine": "float64",
    "least": "int64",
    "few": "boolean",
}
#: With fewer mentions than this in one of two cities their likeness is hardly told from chance.
LEAST_MENTIONS = 20


def industry_overlap(found: pd.DataFrame) -> pd.DataFrame:
    """How far every two cities name the same industries.

    In: `industries`. Out, one row a pair in their order: city, other, shared and either (classes named by both, by at
    least one), jaccard (shared / either, Jaccard 1901), cosine (of the vectors of mentions, Salton & McGill 1983),
    least (mentions of the city with fewer), few (fewer than 20: hardly told from chance). Jaccard counts a class named
    once like one named often; cosine is led by the few that are named most. Missing where a city names none.
    """
    cities = list(dict.fromkeys(found["city"]))
    wide = found.pivot(index="industry", columns="city", values="count").reindex(columns=cities).fillna(0).astype(float)
    rows = []
    for city, other in combinations(cities, 2):
        one, two = wide[city].to_numpy(), wide[other].to_numpy()
        shared, either = int(((one > 0) & (two > 0)).sum()), int(((one > 0) | (two > 0)).sum())
        least = int(min(one.sum(), two.sum()))
        rows.append(
            {
                "city": city,
                "other": other,
                "shared": shared,
                "either": either,
                "jaccard": ratio(shared, either),
                "cosine": ratio(float(one @ two), float(np.sqrt((one @ one) * (two @ two)))),
                "least": least,
                "few": least < LEAST_MENTIONS,
            }
        )
    return typed(pd.DataFrame(rows, columns=list(_PAIR_COLUMNS)), _PAIR_COLUMNS)
