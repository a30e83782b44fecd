"""The pages' own words in each language: one file a language in strings/, the same keys in all of them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

STRINGS = Path(__file__).parent / "strings"
LANGUAGES = ("zh", "en", "ja", "ko")


@cache
def _file(lang: str) -> dict[str, Any]:
    """The string file of a language, the English one where there is none."""
    name = lang[:2] if lang[:2] in LANGUAGES else "en"
    return dict(yaml.safe_load((STRINGS / f"{name}.yml").read_text(encoding="utf-8")))


def words(lang: str, medium: str, labels: Mapping[str, Any] | None = None) -> dict[str, str]:
    """Return the words for a page in `medium` (html or pdf); `labels` are other words that a report asks for."""
    found = {key: word for key, word in _file(lang).items() if isinstance(word, str)} | _file(lang)[medium]
    return found | {key: str(word) for key, word in (labels or {}).items() if key in found}


def language_tag(lang: str) -> str:
    """Return a language as HTML names it: zh → zh-CN; the English of a language there are no words in."""
    return str(_file(lang)["tag"])
