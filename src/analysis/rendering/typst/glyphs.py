"""Characters of a page: where they may break, how wide quotation marks are, and which font shows them."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

from .. import fonts
from ..text import CJK
from .code import literal

DOT = re.compile(r" ·( (?=\d))?")
LONG_TOKEN = re.compile(r"[!-~]{17,}")
QUOTES = re.compile("[“”‘’]|(?<![…⋯])…(?!…)")
WIDE = re.compile(f"[{CJK}]")
PAIRS = {"“": "”", "‘": "’"}


def bound(text: str) -> str:
    """Return `text` with middle dots that begin no line and that keep the number after them: 2024 · 17."""
    return DOT.sub(lambda dot: "\u00a0·\u00a0" if dot[1] else "\u00a0·", text)


def breakable(text: str, limit: int) -> list[str]:
    """Return `text` in pieces between which a line may break inside runs of more than `limit` Latin characters.

    The breaks are no characters: a zero-width space would be copied along, and takes the place of spaces in the PDF.
    """
    marks = "_/.,:;&=?|+\\\\-"
    cuts = [
        part.end()
        for run in LONG_TOKEN.finditer(text)
        if len(run[0]) > limit
        for part in re.compile(f"[^{marks}]{{1,{limit}}}[{marks}]?|[{marks}]").finditer(text, *run.span())
    ]
    return [piece for start, end in pairwise([0, *cuts, len(text)]) if (piece := text[start:end])]


def by_width(text: str, lang: str) -> list[tuple[str, bool]]:
    """Return `text` in pieces, each with whether its quotation marks and dots are the slim ones of Latin type.

    Chinese fonts draw these signs as wide as a character. What stands outside a pair decides: wide in a Chinese
    sentence, slim in an English one that quotes Chinese words; a pair that is the whole text goes by what is inside.
    """
    if not QUOTES.search(text):
        return [(text, False)]
    slim: set[int] = set()
    opened: list[int] = []
    for match in QUOTES.finditer(text):
        place, sign = match.start(), match[0]
        before, after = text[max(0, place - 1) : place], text[place + 1 : place + 2]
        closes = bool(opened) and PAIRS[text[opened[-1]]] == sign
        if sign == "’" and before.isalpha() and after.isascii() and after.isalpha():
            slim.add(place)
        elif sign in PAIRS:
            opened.append(place)
        elif closes:
            start = opened.pop()
            outside = text[max(0, start - 1) : start] + after
            inside = text[start + 1 : start + 2]
            latin = lang not in ("zh", "ja", "ko") or not WIDE.match(inside)
            if not WIDE.search(outside) and (latin if outside else not WIDE.match(inside)):
                slim |= {start, place}
        elif not WIDE.search(before + after):
            slim.add(place)
    slim |= {
        place for place in opened if not WIDE.search(text[max(0, place - 1) : place] + text[place + 1 : place + 2])
    }
    cuts = sorted({0, len(text), *slim, *(place + 1 for place in slim)})
    return [(text[start:end], start in slim) for start, end in pairwise(cuts)]


class Glyphs:
    """Which characters the fonts of one document show, and which fonts it takes."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self.scripts: list[str] = {"ja": ["jp"], "ko": ["kr"]}.get(lang, [])
        self.known: set[str] = set("\n\t \u200b\u00ad")
        self.blocks: set[int] = set()
        self.signs: set[str] = set()
        self.lost: dict[str, str] = {}
        self.wide_code = False

    def missing(self, text: str, where: str) -> set[str]:
        """Return the characters of `text` that no font shows; `where` is kept for the message about them."""
        unseen = set(text) - self.known
        if not unseen:
            return set()
        lacking = set(fonts.missing_glyphs("".join(unseen)))
        letters = {char for char in lacking if unicodedata.category(char)[0] in "LM" and ord(char) < 0x2000}
        letters = {char for char in letters if ord(char) in fonts.letter_coverage()}
        self.blocks |= {ord(char) >> 8 for char in letters}
        lacking -= letters | {char for char in lacking if ord(char) in fonts.code_coverage()}
        self.known |= unseen - lacking
        for script in fonts.fallback_scripts(sorted(lacking), self.lang) if lacking else ():
            found = {char for char in lacking if ord(char) in fonts.coverage(script)}
            self.known |= found
            lacking -= found
            if script not in self.scripts:
                self.scripts.append(script)
        signs = {char for char in lacking if ord(char) in fonts.letter_coverage()}
        self.signs |= signs
        self.known |= signs
        lacking -= signs
        for char in sorted(lacking):
            self.lost.setdefault(char, where)
        return lacking

    def families(self) -> list[str]:
        """Return the font families in the order Typst is to try them, as Typst code.

        Greek, Cyrillic, Hebrew and the like come from one font as a whole where the Chinese one lacks letters of them;
        so do single signs that no other has, the faces among the emoji.
        """
        first = [script for script in self.scripts if (self.lang, script) in {("ja", "jp"), ("ko", "kr")}]
        rest = [script for script in self.scripts if script not in first]
        names = [fonts.FAMILIES[script] for script in (*first, "sc", *rest)] + ["DejaVu Sans Mono"]
        ranges = "".join(f"\\u{{{block << 8:x}}}-\\u{{{(block << 8) + 255:x}}}" for block in sorted(self.blocks - {0}))
        ranges += "".join(f"\\u{{{ord(sign):x}}}" for sign in sorted(self.signs))
        other = [f'(name: {literal(fonts.LETTERS)}, covers: regex("[{ranges}]"))'] if ranges else []
        return [*other, *map(literal, names)]

    def code_families(self) -> list[str]:
        """Return the families of program text: Chinese characters as wide as two of its letters, then all others."""
        return ['"DejaVu Sans Mono"', *[literal(fonts.CODE)] * self.wide_code]

    def describe_lost(self) -> str:
        """Return the lost characters with code points and the place of their first use."""
        return ", ".join(f"{char!r} (U+{ord(char):04X}, {where})" for char, where in self.lost.items())
