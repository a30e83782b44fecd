"""What a text is made of: the years it speaks of, who speaks how much on what, its words."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

from ..project.periods import years
from .groups import Texts, said, typed


def timeline(figures: pd.DataFrame | Texts) -> pd.DataFrame:
    """Counts of dated figures by the years that they speak of.

    In: a corpus or `figures` (document, period, status, theme). Out: document, year_from, year_to (first and last year,
    both inclusive; missing for the open end of `2004/..` and `../2025`), status, theme, figures (how many), sorted by
    document in order of appearance, then by years, status and theme. Figures without a year are not in it.
    """
    figures = figures if isinstance(figures, pd.DataFrame) else figures.figures
    columns = ["document", "year_from", "year_to", "status", "theme"]
    spans = [years(period) for period in figures["period"].astype("object").where(figures["period"].notna(), None)]
    data = pd.DataFrame(
        {
            "document": figures["document"].astype("string").to_numpy(),
            "year_from": pd.array([span[0] for span in spans], dtype="Int64"),
            "year_to": pd.array([span[1] for span in spans], dtype="Int64"),
            "status": figures["status"].astype("string").to_numpy(),
            "theme": figures["theme"].astype("string").to_numpy(),
        }
    ).astype({"document": "string", "status": "string", "theme": "string"})
    rank = {name: place for place, name in enumerate(data["document"].drop_duplicates())}
    data = data[data["year_from"].notna() | data["year_to"].notna()]
    counted = data.groupby(columns, dropna=False).size().rename("figures").reset_index()
    counted["rank"] = counted["document"].map(rank)
    counted = counted.sort_values(["rank", *columns[1:]], kind="stable", ignore_index=True)
    types = {"document": "string", "year_from": "Int64", "year_to": "Int64", "status": "string", "theme": "string"}
    return counted[[*columns, "figures"]].astype({**types, "figures": "int64"})


def section_profile(passages: pd.DataFrame, figures: pd.DataFrame) -> pd.DataFrame:
    """Who speaks how much under which heading or question of **one** document, in text order.

    In: `passages` (passage, section, speaker, kind, characters), `figures` (passage, status) of the same document. Out:
    section, speaker, passages, characters, figures, planned. A heading or question is counted with what is said first
    under it, so that each row is one speaker under one section; null where the text names none.
    """
    data = passages.sort_values("passage", kind="stable").reset_index(drop=True)
    said = ~data["kind"].isin(["heading", "question"])
    section = data["section"].astype("string")
    # Row whose speaker answers under this heading or question: the next one in the same section, else the last one.
    answer = pd.Series(np.arange(len(data), dtype=float)).where(said.to_numpy(dtype=bool))
    answer = answer.groupby(section.fillna(""), sort=False).transform(lambda rows: rows.bfill().ffill())
    answer = answer.fillna(pd.Series(np.arange(len(data), dtype=float))).astype("int64")
    speaker = data["speaker"].astype("string").iloc[answer.to_numpy()].reset_index(drop=True)
    planned = (figures["status"] == "planned").fillna(False).astype("int64")
    counts = pd.DataFrame({"passage": figures["passage"], "figures": 1, "planned": planned})
    counts = counts.groupby("passage")[["figures", "planned"]].sum()
    counts = counts.reindex(data["passage"]).fillna(0).reset_index(drop=True)
    table = pd.DataFrame(
        {
            "section": section,
            "speaker": speaker,
            "passages": 1,
            "characters": data["characters"].astype("int64"),
            "figures": counts["figures"].astype("int64"),
            "planned": counts["planned"].astype("int64"),
        }
    )
    numbers = ["passages", "characters", "figures", "planned"]
    result = table.groupby(["section", "speaker"], sort=False, dropna=False)[numbers].sum().reset_index()
    return result.astype({"section": "string", "speaker": "string", **dict.fromkeys(numbers, "int64")})


def sections(texts: Texts) -> pd.DataFrame:
    """`section_profile` of every document: document and its columns, per_1000 (figures per 1,000 characters), title.

    `title` is what a reader can be shown of a heading or question: see `short_title`.
    """
    questions = texts.passages[(texts.passages["kind"] == "question").to_numpy(dtype=bool)]
    places = zip(questions["document"], questions["section"], strict=True)
    asked = dict(reversed(list(zip(places, questions["text"], strict=True))))
    found = []
    for document in texts.documents["document"]:
        passages, figures = (
            table[(table["document"] == document).to_numpy(dtype=bool)]
            for table in (texts.passages[texts.passages["kind"] != "heading"], texts.figures)
        )
        own = section_profile(passages, figures)
        own.insert(0, "document", document)
        found.append(own)
    table = pd.concat(found, ignore_index=True) if found else pd.DataFrame()
    table["per_1000"] = 1000 * table["figures"] / table["characters"].clip(lower=1)
    # A section that has no heading is named by the beginning of its question.
    names = list(zip(table["document"], table["section"].astype("object"), strict=True))
    whole = [asked.get(name, "") for name in names]
    named = [
        text if text.startswith(str(name[1]).rstrip("…")) else name[1] for name, text in zip(names, whole, strict=True)
    ]
    table["title"] = pd.array([short_title(words) for words in named], dtype="string")
    return table


#: What stands before the matter of a question: who asks, and how one asks.
_ASKER = re.compile(
    "^[（(]?(?:[^：:，。]{0,16}[：:]|[^，。：:]{0,6}(?:提问|问|报道)[^，。：:]{0,8}?(?:说|道)?[，,：:]说?)"
)
_ASKED = re.compile("^.*?(?:请问|想问|请[^，]{0,6}?(?:介绍|谈一?谈|说一?说|讲讲)|并?(?:介绍|谈一?谈|说一?说))(?:一下)?")
_QUESTION = re.compile("怎么|怎样|如何|哪些|哪里|什么|为何|何以|多少|吗|请|介绍|谈谈")


def short_title(words: Any, length: int = 28) -> str | None:
    """The matter of a heading or a question in at most `length` characters, cut at the end of a clause.

    Of headings within headings the last; of a question what is asked, without who asks and how (`请介绍`). None where
    there is nothing.
    """
    if not isinstance(words, str) or not words.strip():
        return None
    title = _ASKER.sub("", words.rsplit(" / ", 1)[-1].strip())
    if len(title) > length:
        clauses = [part.strip() for part in re.split("[。？！?!；;，,]", title) if part.strip()]
        asking = [part for part in clauses if _QUESTION.search(part)]
        told = [bare for part in reversed(asking) if len(bare := _ASKED.sub("", part).strip("“”以及又并也还问")) > 6]
        title = told[0] if told else (clauses or [title])[0]
    if len(title) <= length:
        return title
    return title[: length - 1].rstrip("、的和与及") + "…"


def term_counts(texts: Texts) -> pd.DataFrame:
    """The words of all documents together, most frequent first: term, count, per_10000 (words)."""
    counts = texts.terms.groupby("term")["count"].sum().sort_values(ascending=False, kind="stable")
    table = pd.DataFrame({"term": counts.index, "count": counts.to_numpy()})
    rate = 10_000 * table["count"] / max(int(table["count"].sum()), 1)
    types = {"term": "string", "count": "int64", "per_10000": "float64"}
    return typed(table.assign(per_10000=rate), types)


def lengths(texts: Texts) -> pd.DataFrame:
    """The documents with passages (their number), sentences, coded (sentences with a theme) and figures."""
    found = texts.documents.copy()
    body = said(texts.sentences, texts.passages)
    themes = said(texts.codes[(texts.codes["scheme"] == "theme").to_numpy(dtype=bool)], texts.passages)
    tables = {"passages": texts.passages, "sentences": body, "figures": texts.figures}
    tables["coded"] = themes.drop_duplicates(["document", "sentence"])
    for name, table in tables.items():
        found[name] = found["document"].map(table["document"].value_counts()).fillna(0).astype("int64")
    return found


def removed(removals: pd.DataFrame) -> pd.DataFrame:
    """What cleaning took away: rule, count, text (its first example), by rule."""
    groups = removals.groupby("rule", sort=True, observed=True)["text"]
    return groups.agg(count="size", text="first").reset_index()
