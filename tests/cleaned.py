"""Passages written back as a text, which cleaning must read as the same passages."""

from __future__ import annotations

import pandas as pd

from analysis.texts.characters import CONTINUERS, END_MARKS, LABEL
from analysis.texts.furniture import SENTENCE, is_ornament, rule_for
from analysis.texts.lines import continues, level_of
from analysis.texts.structure import is_heading


def _printed_label(kind: str, speaker: str | None, role: str | None) -> str:
    """The label as `cleaned_text` prints it and `clean` reads it again."""
    if kind == "question":
        if speaker is None:
            return f"{role or ''}问："
        return f"{speaker}记者：" if role == "记者" else f"{role or ''}{speaker}："
    if speaker is None:
        return f"{role or '答'}："
    return f"{role}{speaker}：" if role else f"{speaker}答："


def cleaned_text(passages: pd.DataFrame) -> str:
    """`passages` as a text with one paragraph a line and labels where the speaker changes.

    `clean` reads the same kinds, texts and speakers from it, and takes nothing away.
    """
    out: list[str] = []
    state: tuple[str, str | None, str | None] | None = None
    columns = (passages[name].tolist() for name in ("kind", "speaker", "role", "text"))
    for kind, speaker, role, text in zip(*columns, strict=True):
        if kind in ("question", "answer"):
            now = (kind, None if pd.isna(speaker) else speaker, None if pd.isna(role) else role)
            plain = state == now and kind == "answer" and _stands_alone(text) and not continues(out[-1], text)
            out.append(text if plain else _printed_label(*now) + text)
            state = now
        else:
            out.append(text)
            if kind == "body" or level_of(text) is None:
                state = None
    return "\n".join(out)


def _stands_alone(text: str) -> bool:
    """Whether a paragraph of an answer cannot be taken for anything else without its label."""
    return not (
        len(text) < SENTENCE
        or text[-1] not in END_MARKS
        or text[0] in CONTINUERS
        or LABEL.match(text)
        or is_heading(text, False)
        or is_ornament(text)
        or rule_for(text, "both")
    )
