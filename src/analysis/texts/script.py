"""Script: texts in traditional characters are read in simplified ones, and shown as they were printed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Any

from ..project.errors import InputError
from .encodings import is_traditional

#: The languages of a text, as BCP 47 names them.
SIMPLIFIED, TRADITIONAL = "zh-Hans", "zh-Hant"
#: Behind the passage before it, the start of the next one is looked for so far, and a character of it so far.
FAR, NEAR = 20_000, 400
_START = 12


@cache
def _converter() -> Any:
    """OpenCC for texts of Taiwan, Hong Kong or older ones into the characters of the mainland."""
    try:
        from opencc import OpenCC
    except ImportError:
        raise InputError(
            "the text is in traditional characters, and OpenCC is not installed",
            cure="run 'make setup' or install resource-cities[readers]",
        ) from None
    return OpenCC("tw2s")


def language_of(text: str) -> str:
    """The language of a Chinese text by its characters: `zh-Hant` or `zh-Hans`."""
    return TRADITIONAL if is_traditional(text) else SIMPLIFIED


def simplified(text: str) -> str:
    """`text` in simplified characters, each in the place of the one it stands for, so that spans hold in both."""
    convert = _converter().convert
    return "".join(_same_length(line, convert) for line in text.splitlines(keepends=True))


def _same_length(line: str, convert: Any) -> str:
    """A line converted by phrases, or character by character where a phrase would change its length."""
    found = convert(line)
    if len(found) == len(line):
        return found
    return "".join(one if len(one := convert(char)) == 1 else char for char in line)


_SPACE = re.compile(r"\s+")


@cache
def _plain(char: str) -> str:
    """A character without the difference that cleaning makes: width and compatibility form."""
    form = unicodedata.normalize("NFKC", char)
    return form if len(form) == 1 else char


def originals(passages: Iterable[str], text: str, printed: str) -> list[str]:
    """The passages of `text` in the characters of `printed`, of which `text` is the conversion.

    `text` and `printed` are equally long. Cleaning only leaves out and maps one to one, so each passage lies in order
    in `text`; a character that is not found there again stays as it is. Each result is as long as its passage.
    """
    places = [at for at, char in enumerate(text) if not char.isspace()]
    plain = "".join(_plain(text[at]) for at in places)
    found, cursor = [], 0
    for passage in passages:
        start = "".join(_plain(char) for char in _SPACE.sub("", passage)[:_START])
        at = plain.find(start, cursor, cursor + FAR)
        cursor = at if at >= 0 else cursor
        shown = []
        for char in passage:
            at = plain.find(_plain(char), cursor, cursor + NEAR) if not char.isspace() else -1
            if at >= 0:
                shown.append(printed[places[at]] if text[places[at]] != printed[places[at]] else char)
                cursor = at + 1
            else:
                shown.append(char)
        found.append("".join(shown))
    return found
