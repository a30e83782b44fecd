"""Text: which script it is in, how wide it is, and what of it a page can show."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from . import fonts

ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])?")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
INVISIBLE = re.compile("[\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]")
SURROGATE = re.compile("[\ud800-\udfff]")
SIGN = re.compile(r"[-,;:.()\[\]{}=+*/&|，。；、]")
HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003fffd]")
CJK = "\u2e80-\u30ff\u3400-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003fffd“”‘’…—"
"""Characters, quotation marks and dots that Chinese type sets as wide as a character; the inside of a `[…]`."""
SCRIPT_CHANGE = re.compile("(?<=[0-9A-Za-z%])(?=[\u3400-\u9fff—])|(?<=[\u3400-\u9fff—])(?=[0-9A-Za-z])")
SOFT_BREAK = re.compile(f"(?<=[{CJK}])[ \t]*\n[ \t]*(?=[{CJK}])")


def names(text: str) -> set[str]:
    """Return the names listed in a text."""
    return set(text.split())


def joined(value: Any) -> str:
    """Return notebook text, which may be stored as a list of lines, as one string."""
    return "".join(map(str, value)) if isinstance(value, (list, tuple)) else "" if value is None else str(value)


def terminal_text(text: str) -> str:
    """Return terminal output without colours, control characters and what a carriage return overwrote."""
    lines = ANSI.sub("", text).replace("\r\n", "\n").split("\n")
    text = "\n".join(line.rpartition("\r")[2] for line in lines)
    return CONTROL.sub("", text).expandtabs(4).rstrip("\n")


def printable(text: str) -> str:
    """Return `text` without control and formatting characters, which no font shows."""
    return SURROGATE.sub("\ufffd", INVISIBLE.sub("", CONTROL.sub("", text)))


def one_line(text: str) -> str:
    """Return `text` with white space as a paragraph shows it: no gap where a line ends between Chinese characters."""
    return re.sub(r"[ \t\r\n\f\v]+", " ", SOFT_BREAK.sub("", text))


def guess_language(text: str) -> str:
    """Return ko, ja, zh or en by the letters of `text`; a tenth of CJK letters decides."""
    letters = max(1, sum(map(str.isalpha, text)))
    hangul = len(re.findall("[\uac00-\ud7a3\u1100-\u11ff]", text))
    kana = len(re.findall("[\u3041-\u30fa]", text))
    han = len(HAN.findall(text))
    if hangul * 10 >= letters and hangul > kana:
        return "ko"
    if kana * 20 >= letters and kana * 10 >= han:
        return "ja"
    return "zh" if han * 10 >= letters else "en"


@lru_cache(maxsize=16384)
def text_width(text: str) -> float:
    """Return about how wide `text` is, in units of the type size."""
    widths = fonts.advances()
    gaps = 0.25 * len(SCRIPT_CHANGE.findall(text))  # what stands between Chinese characters and Latin letters
    return gaps + sum(1.0 if unicodedata.east_asian_width(sign) in "WFA" else widths.get(sign, 0.6) for sign in text)


def mono_width(text: str) -> int:
    """Return how wide `text` is in the type of programs, in letters of it: a Chinese character takes two."""
    if text.isascii():
        return len(text)
    return sum(map(_cells, text))


def _cells(char: str) -> int:
    return 0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1


def wrapped_lines(text: str, room: int) -> str:
    """Return `text` with no line wider than `room` letters: as a terminal ends them, but rather after a blank or sign.

    A line goes on in the next after the last blank in its second half, else after the last sign there, else anywhere.
    """
    return "\n".join(part for line in text.split("\n") for part in _wrapped(line, room))


def _wrapped(line: str, room: int) -> Iterator[str]:
    start = 0
    while mono_width(line[start : start + room + 1]) > room:
        end = start + room
        while mono_width(line[start:end]) > room:
            end -= 1
        middle = start + (end - start) // 2
        blank = line.rfind(" ", middle, end + 1)
        if blank < middle:
            ends = [match.end() for match in SIGN.finditer(line, middle, end)]
            yield line[start : (start := ends[-1] if ends else end)]
        else:
            yield line[start:blank]
            start = blank + 1
    yield line[start:]


def safe_href(link: str) -> str | None:
    """Return `link` if it is http(s), mailto, relative or an anchor, else None."""
    # Browsers ignore control characters and blanks when they look for the scheme, so they go first.
    bare = re.sub(r"[\x00-\x20\x7f-\xa0]", "", link)
    scheme = re.match(r"([a-z][a-z0-9+.-]*):", bare, re.IGNORECASE)
    if scheme and scheme[1].lower() not in {"http", "https", "mailto"}:
        return None
    # Two slashes at the start would leave for another host, and browsers read a backslash as a slash.
    return None if re.match(r"[/\\]{2}", bare) else link.strip()
