"""The status of whole passages: what section and paragraph say of all that stands in them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...texts.sentences import split_sentences
from . import statuses
from .discourse import Discourse, find_moves
from .ground import read_ground

_NUMBERED = re.compile(r"\d{1,2}[、.．]|[（(][一二三四五六七八九十\d]+[）)]")
_ANNOUNCES = re.compile("[：:]\\s*$|方面[^。]{0,6}[：:。]?$")


def passage_statuses(passages: Sequence[tuple[str, str]], date: str | None, genre: str | None) -> list[str | None]:
    """What section and paragraph say of the status of each passage: `planned`, `achieved`, None where its words decide.

    In: kind and text of the passages of a text in order, its date and its genre (None: told by the text). The numbered
    paragraphs under one that announces plans are its parts.
    """
    discourse = Discourse(read_ground([text for _, text in passages], date, genre))
    found: list[str | None] = []
    listed: str | None = None
    for kind, text in passages:
        if kind == "heading":
            discourse.heading(text)
        moves = find_moves(text)
        starts = [start for start, _ in split_sentences(text)]
        discourse.paragraph(text, moves, starts, figures=any(map(str.isdigit, text)), heading=kind == "heading")
        # 1、…, 2、… under a paragraph that announces plans are its parts.
        listed = listed if kind != "heading" and _NUMBERED.match(text) else None
        found.append(discourse.status or listed)
        if _ANNOUNCES.search(text):
            last = text[starts[-1] :] if starts else text
            listed = (
                "planned"
                if discourse.status != "achieved"
                and statuses.status(last, last, None, future=False, over=False) == "planned"
                else None
            )
    return found
