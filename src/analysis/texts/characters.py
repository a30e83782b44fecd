"""Characters: one line with its characters in order, and what was taken from it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from ..project.characters import HAN

END_MARKS = "。！？!?"
CLOSERS = "”’」』）)】》〉\"'"
# A line that ends in one of these was not cut off in mid-sentence and is not a heading.
CLOSED = "。！？；：，、…!?;:,"
# No sentence starts with one of these: a line that does belongs to the line before.
CONTINUERS = "，。；：、！？”’）》」』〉%‰…,;:?!"

# A line of so many characters is long: too long for a heading, long enough to have been broken off by its page.
LONG_LINE = 60

_HAN = re.compile(f"[{HAN}]")
# What may be a speaker's label at the start of a paragraph.
LABEL = re.compile(rf"([{HAN}A-Za-z][^\s:：，。；！？,;!?“”《》（）()—]{{0,29}})[:：]\s?")
# A line of so many characters or less may be a title.
TITLE_LENGTH = 80


class Line(NamedTuple):
    """One line of text with its number in the raw file."""

    number: int
    text: str


class Removal(NamedTuple):
    """One loss: the line, the rule that took it and what it took."""

    line: int
    rule: str
    text: str


#: One-to-one maps, not recorded in removals: what they take, what they give.
CHARACTER_MAPS = (
    ("full-width digits and letters", "０-９ Ａ-Ｚ ａ-ｚ", "0-9 A-Z a-z"),
    ("full-width percent sign", "％", "%"),
    ("full-width point between two digits", "．", "."),
    ("half-width marks beside Chinese, not between digits or in Latin", ", : ; ? !", "，：；？！"),
    ("half-width brackets that hold Chinese", "( )", "（）"),
    ("radicals and compatibility forms, as PDF copies have them", "⽤ 樂", "用 樂"),
    ("any other white space than a line break", "U+00A0 U+3000 tab …", "one space"),
)

_ENTITY_SPACE = re.compile(r"&(?:nbsp|ensp|emsp|#160|#12288);")
_ASCII_MARKS = {",": "，", ":": "：", ";": "；", "?": "？", "!": "！"}


def _one_to_one() -> dict[int, str]:
    """The context-free part of CHARACTER_MAPS as a table for str.translate."""
    table = {ord("％"): "%"}
    for first, last in (("０", "９"), ("Ａ", "Ｚ"), ("ａ", "ｚ")):
        table |= {code: chr(code - 0xFEE0) for code in range(ord(first), ord(last) + 1)}
    for start, stop in ((0x2F00, 0x2FD6), (0xF900, 0xFADA)):
        for code in range(start, stop):
            plain = unicodedata.normalize("NFKC", chr(code))
            if len(plain) == 1:
                table[code] = plain
    return table


MAP = _one_to_one()
# To search for what is mapped takes a tenth of the time of mapping, and most lines have nothing of it.
_MAPPED = re.compile(f"[{re.escape(''.join(map(chr, MAP)))}]")


@lru_cache(maxsize=4096)
def _is_invisible(char: str) -> bool:
    """Control, format, surrogate, private-use and unassigned characters; white space is not among them."""
    return unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn") and not char.isspace()


_ODD = re.compile(r"[^ -~" + HAN + "，。、；：？！“”‘’（）《》〈〉【】—…·％０-９　]")


def _drop_invisible(text: str) -> tuple[str, str]:
    """`text` without invisible characters, and those characters."""
    taken: list[str] = []

    def drop(match: re.Match[str]) -> str:
        if _is_invisible(match[0]):
            taken.append(match[0])
            return ""
        return match[0]

    return _ODD.sub(drop, text), "".join(taken)


_BRACKET = re.compile(r"[()]")


def _map_brackets(text: str) -> str:
    """Half-width brackets around Chinese as full-width ones; a lone bracket follows its neighbours."""
    places = [match.start() for match in _BRACKET.finditer(text)]
    if not places:
        return text
    out, lone = list(text), []
    open_at: list[tuple[int, int]] = []  # where a bracket was opened, and how many stretches with Chinese came before
    chinese = last = 0
    for place in places:
        chinese += _HAN.search(text, last, place) is not None
        last = place + 1
        if text[place] == "(":
            open_at.append((place, chinese))
        elif not open_at:
            lone.append(place)
        else:
            start, before = open_at.pop()
            if chinese > before:
                out[start], out[place] = "（", "）"
    for place in lone + [place for place, _ in open_at]:
        if _HAN.match(text[max(0, place - 1) : place]) or _HAN.match(text, place + 1):
            out[place] = "（" if text[place] == "(" else "）"
    return "".join(out)


_MARK_RUN = re.compile(r"[,:;?!](?:[,:;?!\s]*[,:;?!])?")


def _map_marks(text: str) -> str:
    """Half-width marks as full-width ones where Chinese stands on either side, never between two digits or in Latin."""

    def beside(char: str) -> bool:
        return char != "" and (not char.isascii() or char == "%")

    def swap(match: re.Match[str]) -> str:
        start, end = match.span()
        while start > 0 and text[start - 1] == " ":
            start -= 1
        while end < len(text) and text[end] == " ":
            end += 1
        before, after = text[start - 1 : start], text[end : end + 1]
        if not (beside(before) or beside(after)) or (before.isdigit() and after.isdigit()):
            return match[0]
        return "".join(_ASCII_MARKS.get(char, char) for char in match[0])

    return _MARK_RUN.sub(swap, text)


_ODD_SPACE = re.compile(r"[^\S ]")
_SPACES = re.compile(r"\s+")
_SPACED_QUOTE = re.compile("“[^“”]{3,80}”")
_WIDE_POINT = re.compile(r"．(?<=\d．)(?=\d)")
_SPLIT_DECIMAL = re.compile(rf"(?<=[{HAN}])(\d{{1,6}}) ?\. ?(\d{{1,4}})(?=[%万亿个])")


def _is_title_like(text: str) -> bool:
    """A short line without a closing mark: a title, heading or signature, where a space parts two members.

    Labels do not count, so that a paragraph fares the same with and without its speaker.
    """
    if text[-1:] in CLOSED or len(text) > 4 * LONG_LINE:
        return False
    while match := LABEL.match(text):
        text = text[match.end() :]
    return len(text) <= LONG_LINE


def _keeps_space(text: str, start: int, end: int, quotes: Sequence[tuple[int, int]], title: bool) -> bool:
    """Whether the white space text[start:end] means something.

    It does between Latin words, between the members of a slogan in quotation marks and between those of a title; in a
    title two characters that both stand alone are one spaced-out word.
    """
    left, right = text[start - 1], text[end]
    if left.isascii() and right.isascii():
        return not (left.isdigit() and right == "%")
    if not (_HAN.match(left) and _HAN.match(right)):
        return False
    if any(a < start and end < b for a, b in quotes):
        return True
    if not title:
        return False
    left_alone = start < 2 or text[start - 2].isspace()
    right_alone = end + 1 >= len(text) or text[end + 1].isspace()
    return not (left_alone and right_alone)


def _close_up(text: str) -> tuple[str, str, str]:
    """`text` without stray spaces, the stray spaces, and those that split a decimal number."""
    if " " not in text:
        return text, "", ""
    title = _is_title_like(text)
    quotes = [
        match.span()
        for match in _SPACED_QUOTE.finditer(text)
        if all(len(part) >= 3 and _HAN.match(part) for part in match[0][1:-1].split())
    ]
    out, taken, last, ahead = [], [], 0, 0
    for match in _SPACES.finditer(text):
        start, end = match.span()
        while ahead < len(quotes) and quotes[ahead][1] <= start:
            ahead += 1
        keep = _keeps_space(text, start, end, quotes[ahead : ahead + 1], title)
        out += [text[last:start], " " if keep else ""]
        taken.append(match[0][1:] if keep else match[0])
        last = end
    out.append(text[last:])
    text = "".join(out)
    inside: list[str] = []

    def mend(match: re.Match[str]) -> str:
        inside.append(" " * match[0].count(" "))
        return f"{match[1]}.{match[2]}"

    text = _SPLIT_DECIMAL.sub(mend, text)
    return text, "".join(taken), "".join(inside)


def normalise(number: int, raw: str) -> tuple[str, list[Removal]]:
    """One line with its characters in order, and what was taken from it."""
    removals = []
    text = _ENTITY_SPACE.sub(" ", raw)
    if len(text) != len(raw):
        removals.append(Removal(number, "entity_space", " ".join(_ENTITY_SPACE.findall(raw))))
    text, invisible = _drop_invisible(text.translate(MAP) if _MAPPED.search(text) else text)
    if invisible:
        removals.append(Removal(number, "invisible", " ".join(f"U+{ord(char):04X}" for char in invisible)))
    text = _ODD_SPACE.sub(" ", text).strip()
    strays, insides = "", ""
    # Marks look at their neighbours, and a space that goes gives them new ones.
    for _ in range(4):
        text = _map_marks(_map_brackets(_WIDE_POINT.sub(".", text)))
        text, stray, inside = _close_up(text)
        strays, insides = strays + stray, insides + inside
        if not (stray or inside):
            break
    if strays:
        removals.append(Removal(number, "stray_space", strays))
    if insides:
        removals.append(Removal(number, "space_in_number", insides))
    return text, removals
