"""Encodings: bytes become text, and what is no plain text in simplified Chinese is refused in one line."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache
from pathlib import Path

from ..project.errors import InputError

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
#: A larger share of control, private-use and unassigned characters is no text.
MOST_ODD = 0.01


def _odd_share(text: str) -> float:
    """The share of `text` that is control characters other than white space, private use or unassigned."""
    if "".join(text.split()).isprintable():
        # So it is for most texts, and this is a fraction of the work of counting.
        return 0.0
    odd = sum(
        count
        for char, count in Counter(text).items()
        if unicodedata.category(char) in ("Cc", "Co", "Cn", "Cs") and not char.isspace()
    )
    return odd / len(text)


def decode(data: bytes) -> tuple[str, str]:
    """`data` as text without byte order mark, and the name of its encoding: UTF-8, UTF-16 with mark or GB18030.

    Raises ValueError where `data` holds nothing to read or none of these fits.
    """
    candidates = [name for mark, name in _BOMS if data.startswith(mark)] or ["utf-8", "gb18030"]
    for name in candidates:
        try:
            text = data.decode(name)
        except UnicodeDecodeError:
            continue
        if not text.strip():
            raise ValueError("the text is empty")
        if "\0" in text or _odd_share(text) > MOST_ODD:
            continue
        return text, name
    if not data:
        raise ValueError("the text is empty")
    raise ValueError("neither UTF-8, UTF-16 nor GB18030 text")


def read_text(path: Path, shown: str) -> tuple[bytes, str, str]:
    """The bytes of the file at `path`, its text and encoding."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise InputError("the file is missing", cure="put it there or correct the path", path=shown) from None
    except IsADirectoryError:
        raise InputError("this is a folder", cure="name a text file", path=shown) from None
    except OSError as error:
        raise InputError(error.strerror or "cannot be read", cure="make the file readable", path=shown) from None
    return (data, *decoded(data, shown))


def decoded(data: bytes, shown: str) -> tuple[str, str]:
    """`decode` with its failure as an InputError."""
    try:
        return decode(data)
    except ValueError as error:
        cure = "fill the file with the text" if "empty" in str(error) else "save it as plain text in UTF-8"
        raise InputError(str(error), cure=cure, path=shown) from None


# --- what is text and cannot be read all the same ---------------------------------------------------------------------

#: How files begin that are no plain text though all of their characters can be read.
_BEGINNINGS = (
    (r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,500}?-->\s*)?<(?:!doctype html|html|head|body)\b", "a web page"),
    (r"(?:[\w-]+: [^\n]*\n){0,20}Content-Type: (?:multipart/related|text/html)", "a saved web page"),
    (r"\s*\{\\rtf", "a document of a word processor"),
    (r"\s*%PDF-", "a PDF document"),
)
_TAG = re.compile(
    r"</?(?:a|b|body|br|div|em|font|form|h[1-6]|head|hr|html|i|img|input|li|link|meta|ol|option|p|script|section|span"
    r"|strong|style|table|tbody|td|th|title|tr|u|ul)(?:\s[^<>]{0,2000})?/?>",
    re.I,
)
#: From so many tags on, and from this share of the characters, a text is a web page without its beginning.
FEWEST_TAGS, LEAST_TAGGED = 6, 0.05
#: A text in traditional characters has so many that are only that, and more of them than of simplified ones.
FEWEST_TRADITIONAL = 3


@cache
def _script(char: str) -> str:
    """`traditional` or `simplified` for a Chinese character that only one of the two has, else nothing.

    Big5 holds the characters of Taiwan, GB 2312 those of the mainland.
    """
    if not "\u4e00" <= char <= "\u9fff":
        return ""
    known = []
    for name, coding in (("simplified", "gb2312"), ("traditional", "big5")):
        try:
            char.encode(coding)
        except UnicodeEncodeError:
            continue
        known.append(name)
    return known[0] if len(known) == 1 else ""


def _is_traditional(text: str) -> bool:
    """Whether most of the characters of `text` that tell the two scripts apart are traditional ones."""
    counts: Counter[str] = Counter()
    for char, count in Counter(text).items():
        counts[_script(char)] += count
    return counts["traditional"] >= FEWEST_TRADITIONAL and counts["traditional"] > counts["simplified"]


def _no_plain_text(text: str) -> str:
    """What `text` is where it is no plain text, else nothing."""
    for beginning, name in _BEGINNINGS:
        if re.match(beginning, text, re.IGNORECASE | re.DOTALL):
            return name
    tags = [match.end() - match.start() for match in _TAG.finditer(text)]
    return "a web page" if len(tags) >= FEWEST_TAGS and sum(tags) > LEAST_TAGGED * len(text) else ""


def check_plain(text: str, shown: str) -> None:
    """InputError where `text`, which the file `shown` holds, is no plain text or in traditional characters.

    No rule reads these, and figures of their markup, or no figures at all, would pass for those of the text.
    """
    kind = _no_plain_text(text)
    if kind:
        raise InputError(f"this is {kind}, not plain text", cure="save its text alone as a .txt file", path=shown)
    if _is_traditional(text):
        raise InputError(
            "the text is in traditional characters, which no rule here reads",
            cure="convert it to simplified ones, for example with OpenCC, and use that file",
            path=shown,
        )
