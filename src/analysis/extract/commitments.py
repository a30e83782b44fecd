"""Commitments: what a text promises, how firmly, by when, how much, by whom, and of which thing.

A sentence is a commitment where it stands in a plan and tells nothing that is done; elsewhere where it looks ahead (将,
力争 …) or a sentence of its paragraph before it opens with 下一步 or the like. The words are the rows of
data/reference/rules/commitments.csv.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from ..project.periods import last_year, lies_ahead
from ..project.registry import frame
from ..project.rules import RuleSet, alternation, from_rules
from ..texts.sentences import split_sentences
from .figures import statuses
from .figures.expressions import Anchor, Reference, find_times, meaning, reference
from .figures.held import has_ended

FILE = "commitments.csv"
#: From the firmest: must and ensure, will, strive for, explore.
STRENGTHS = ("must", "will", "strive", "explore")
_OWNER = re.compile("(?:由|责成)?([^，。；：“”、由]{2,16}?)$")
_LOOKS_BACK = re.compile("近年来|[去今]年以来|五年来|一年来|过去|目前|已经?|累计|了[一二三四五六七八九十\\d]")
#: A sentence of a plan without a verb is a greeting or a heading that lost its form.
_LEAST = 8
#: What is only quoted is not promised here.
_QUOTED = re.compile("“[^”]*”")
#: So far from its beginning a sentence opens a plan.
_OPENING = 12


class _Words(NamedTuple):
    """Finds words of strength, what each says; finds words that look ahead, those that open a plan, those behind an
    owner."""

    strength: re.Pattern[str]
    says: dict[str, str]
    ahead: re.Pattern[str]
    opener: re.Pattern[str]
    owner: re.Pattern[str]


@from_rules
def _words(rules: RuleSet) -> _Words:
    """The words of commitments in the rules in use."""
    rows = {name: rules.table(FILE, name) for name in ("strength", "ahead", "opener", "owner")}
    return _Words(
        re.compile(alternation(rows["strength"])),
        {row.word: row.gives for row in rows["strength"]},
        re.compile(alternation([*rows["ahead"], *rows["opener"]])),
        re.compile(alternation(rows["opener"])),
        re.compile(alternation(rows["owner"])),
    )


def strength(sentence: str) -> tuple[str, str | None]:
    """How firmly a promise is made and the word that says so: the firmest of the sentence; a bare one is `will`.

    >>> strength("力争建成茶厂"), strength("建设茶厂")
    (('strive', '力争'), ('will', None))
    """
    words = _words()
    told = [(STRENGTHS.index(words.says[word[0]]), word[0]) for word in words.strength.finditer(sentence)]
    plain = [word[0] for word in words.ahead.finditer(sentence) if word[0] not in words.says]
    # 下一步 opens a plan and says nothing of its firmness: 下一步，力争…
    told += [(STRENGTHS.index("will"), word) for word in plain if not words.opener.fullmatch(word)]
    if not told:
        return "will", plain[0] if plain else None
    rank, word = min(told)
    return STRENGTHS[rank], word


def _owner(sentence: str) -> str | None:
    """Who is said to be in charge; None where nobody is."""
    word = _words().owner.search(sentence)
    named = _OWNER.search(sentence[: word.start()]) if word else None
    return named[1].strip() if named else None


def _deadline(sentence: str, periods: Sequence[str], ref: Reference | None) -> str | None:
    """By when: the latest time ahead that the sentence names or its planned figures hold for; None without one."""
    if ref is None:
        return None
    anchor = Anchor(ref, ahead=True)
    named = [period for e in find_times(sentence) if (period := meaning(e, anchor))]
    told = (p for p in [*named, *periods] if not has_ended(p, ref))
    ahead = [p for p in told if lies_ahead(p, ref.year) or last_year(p) == ref.year]
    return max(ahead, key=lambda period: (last_year(period) or 0, period), default=None)


def commitments(
    passages: pd.DataFrame,
    figures: pd.DataFrame,
    entities: pd.DataFrame,
    states: Sequence[str | None],
    *,
    document: str,
    city: str,
    date: str | None,
    genre: str | None,
) -> pd.DataFrame:
    """The table `commitments` of one document.

    In: its `passages`, `figures` and `entities` (the columns of the registry), what section and paragraph say of each
    passage (`figures.sections.passage_statuses`), its key, city, date and genre. Out: one row for each sentence that
    promises something, in text order; `text[start:end]` is the sentence in its passage.
    """
    ref = reference(date, genre)
    planned = figures[figures["status"] == "planned"]
    told = _by_sentence(planned, "mention")
    times = _by_sentence(planned, "period")
    things = _by_sentence(entities, "key")
    rows, sentence = [], 1
    columns = (passages[name].tolist() for name in ("passage", "kind", "speaker", "text"))
    for (passage, kind, speaker, text), state in zip(zip(*columns, strict=True), states, strict=True):
        spans = split_sentences(str(text))
        ahead = False
        for number, (start, end) in enumerate(spans, sentence):
            said = str(text)[start:end]
            if kind not in ("heading", "question"):
                opener = _words().opener.search(said, 0, _OPENING)
                ahead = ahead or opener is not None
                if _promises(said, state, ahead):
                    firm, word = strength(said)
                    rows.append(
                        {
                            "document": document,
                            "city": city,
                            "passage": passage,
                            "sentence": number,
                            "start": start,
                            "end": end,
                            "strength": firm,
                            "word": word,
                            "deadline": _deadline(said, times.get(number, []), ref),
                            "quantity": "|".join(told.get(number, [])) or None,
                            "owner": _owner(said),
                            "entity": "|".join(dict.fromkeys(things.get(number, []))) or None,
                            "speaker": speaker,
                        }
                    )
        sentence += len(spans)
    return frame("commitments", rows)


def _promises(sentence: str, state: str | None, ahead: bool) -> bool:
    """Whether a sentence promises something: in a plan, or where it or one before it in its paragraph looks ahead."""
    sentence = _QUOTED.sub("", sentence)
    if len(sentence) < _LEAST:
        return False
    done = _LOOKS_BACK.search(sentence) is not None
    if state == "planned":
        return not done or statuses.status(sentence, sentence, "planned", future=False, over=True) == "planned"
    if state == "achieved":
        return False
    if _words().ahead.search(sentence):
        return statuses.status(sentence, sentence, None, future=True, over=False) == "planned" and not done
    return ahead and not done and not statuses.has("achieved", sentence)


def _by_sentence(table: pd.DataFrame, column: str) -> dict[int, list[str]]:
    """The values of a column by the number of the sentence."""
    found: dict[int, list[str]] = {}
    for number, value in zip(table["sentence"].tolist(), table[column].tolist(), strict=True):
        if isinstance(value, str):
            found.setdefault(number, []).append(value)
    return found
