"""Any notebook as a tagged PDF, set by Typst: no browser, no TeX, no system font.

`TypstPDFExporter` is an nbconvert exporter (`jupyter nbconvert --to typst-pdf`). `notebook_to_typst` and
`compile_typst` are its two steps. Whatever comes from the notebook enters the Typst source as a string literal and
never as markup; formulas are evaluated by Typst's math mode, which cannot read files.

A notebook may describe itself in `nb.metadata["report"]`: title, subtitle, lang, description, date (ISO), author and
keywords (a text or several), facts and colophon ([label, value] or [label, value, link]), sources ({caption, head,
rows, note}), home (the link of the index), alternate and downloads ([label, link]), labels (other words for the page).
Such a report is held to more than a stranger's notebook: a character that no font shows, a figure without
alternative text, a broken image or formula is an error and not a makeshift. An output may carry alt, caption and
note in its metadata, directly or under its MIME type.

Typst starts threads: a process that forks workers should not compile before it forks.
"""

from __future__ import annotations

import base64
import binascii
import datetime
import hashlib
import html
import io
import json
import logging
import math
import os
import re
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache, partial
from itertools import chain, pairwise, permutations
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote, unquote_to_bytes

import numpy as np
from nbconvert.exporters import Exporter
from traitlets import Bool, default

from .. import fonts, svg
from ..pack_pdf import packed

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

LOG = logging.getLogger(__name__)
TEMPLATE = Path(__file__).with_name("template.typ")
POINTS_PER_MM = 72 / 25.4
TEXT_WIDTH = 150 * POINTS_PER_MM
WIDE_WIDTH = 172 * POINTS_PER_MM
LANDSCAPE_WIDTH = 257 * POINTS_PER_MM
FIGURE_HEIGHT = 205 * POINTS_PER_MM
LINE, SMALLEST = 84, 0.74
"""Letters of the programs' type in a line of the page, and how far that type may shrink to hold more."""
MAX_DEPTH = 20
"""How deep lists, quotes and tags may nest; what lies deeper is shown as text."""

WORDS: dict[str, dict[str, str]] = {
    "zh": {
        "contents": "目录",
        "sources": "资料来源",
        "colophon": "关于本报告",
        "date": "生成日期",
        "web": "网页版",
        "this": "本报告",
        "home": "全部报告",
        "figure": "图",
        "image": "图片无法显示",
        "lost": "此处为交互内容，无法印出",
        "unprinted": "此处输出无法印出",
        "error": "运行出错",
        "part": "续",
    },
    "en": {
        "contents": "Contents",
        "sources": "Sources",
        "colophon": "About this report",
        "date": "Made on",
        "web": "On the web",
        "this": "This report",
        "home": "All reports",
        "figure": "Figure",
        "image": "image not shown",
        "lost": "interactive output not shown",
        "unprinted": "output not shown",
        "error": "Error",
        "part": "continued",
    },
    "ja": {
        "contents": "目次",
        "sources": "資料",
        "colophon": "この文書について",
        "date": "日付",
        "web": "ウェブ版",
        "this": "この文書",
        "home": "すべての文書",
        "figure": "図",
        "image": "画像を表示できません",
        "lost": "対話的な出力は印刷できません",
        "unprinted": "出力を印刷できません",
        "error": "エラー",
        "part": "続き",
    },
    "ko": {
        "contents": "차례",
        "sources": "자료",
        "colophon": "이 문서에 대하여",
        "date": "날짜",
        "web": "웹 페이지",
        "this": "이 문서",
        "home": "모든 문서",
        "figure": "그림",
        "image": "이미지를 표시할 수 없음",
        "lost": "대화형 출력은 인쇄할 수 없음",
        "unprinted": "출력을 인쇄할 수 없음",
        "error": "오류",
        "part": "계속",
    },
}

RASTER = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}
IMAGES = {"image/svg+xml": "svg", **RASTER}
SUFFIXES = {"." + ending: mime for mime, ending in IMAGES.items()} | {".jpeg": "image/jpeg"}
PREFERRED = ("text/html", "image/svg+xml", "text/markdown", "text/latex", *RASTER, "text/plain", "application/json")
INTERACTIVE = re.compile(
    r"\bapplication/(?:javascript|vnd\.(?:jupyter\.widget|plotly|vega|vegalite|bokeh|holoviews|dataresource)|geo\+json)"
    r"|\btext/javascript"
)
# Files that the build puts beside a report; a reader of the PDF resolves them from where the file lies.
PAGE = re.compile(r"(?:[\w.-]+/)*[\w.-]+\.(?:html|ipynb|csv|xlsx)(?:#[\w.-]+)?")
HIDDEN_CELLS = {"remove_cell", "hide_cell"}
HIDDEN_INPUTS = {"remove_input", "hide_input"}
HIDDEN_OUTPUTS = {"remove_output", "hide_output"}
PARAMETERS = {"parameters", "injected_parameters"}


class ExportError(ValueError):
    """A report cannot be printed as it is; the message is one line and names the place and the cure."""


class MissingGlyph(ExportError):
    """A report holds characters that no font of the page shows."""


class MissingAlt(ExportError):
    """A report shows an image without alternative text."""


class Block(NamedTuple):
    """One block of the page: Typst code, and its role (heading or landscape) where the order of pages needs it."""

    code: str
    role: str = ""


# --- text -------------------------------------------------------------------------------------------------------

ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])?")
OVERWRITTEN = re.compile(r"[^\n]*\r(?!\n)")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
INVISIBLE = re.compile("[\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]")
SURROGATE = re.compile("[\ud800-\udfff]")
CJK = "\u2e80-\u30ff\u3400-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003fffd“”‘’…—"
SCRIPT_CHANGE = re.compile("(?<=[0-9A-Za-z%])(?=[\u3400-\u9fff—])|(?<=[\u3400-\u9fff—])(?=[0-9A-Za-z])")
HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003fffd]")
SOFT_BREAK = re.compile(f"(?<=[{CJK}])[ \t]*\n[ \t]*(?=[{CJK}])")
DOT = re.compile(r" ·( (?=\d))?")
LONG_TOKEN = re.compile(r"[!-~]{17,}")


def literal(text: str) -> str:
    """Return `text` as a Typst string literal."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'


def joined(value: Any) -> str:
    """Return notebook text, which may be stored as a list of lines, as one string."""
    return "".join(map(str, value)) if isinstance(value, (list, tuple)) else "" if value is None else str(value)


def terminal_text(text: str) -> str:
    """Return terminal output without colours and without what a carriage return overwrote."""
    text = OVERWRITTEN.sub("", ANSI.sub("", text).replace("\r\n", "\n"))
    return text.expandtabs(4).rstrip("\n")


def printable(text: str) -> str:
    """Return `text` without control and formatting characters, which no font shows."""
    return SURROGATE.sub("\ufffd", INVISIBLE.sub("", CONTROL.sub("", text)))


def one_line(text: str) -> str:
    """Return `text` with white space as a paragraph shows it: no gap where a line ends between Chinese characters."""
    return re.sub(r"[ \t\r\n\f\v]+", " ", SOFT_BREAK.sub("", text))


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


QUOTES = re.compile("[“”‘’]|(?<![…⋯])…(?!…)")
WIDE = re.compile(f"[{CJK}]")
PAIRS = {"“": "”", "‘": "’"}


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


class Glyphs:
    """Which characters the fonts of one document show, and which fonts it takes."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self.scripts: list[str] = {"ja": ["jp"], "ko": ["kr"]}.get(lang, [])
        self.known: set[str] = set("\n\t \u200b\u00ad")
        self.blocks: set[int] = set()
        self.lost: dict[str, str] = {}

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
        for char in sorted(lacking):
            self.lost.setdefault(char, where)
        return lacking

    def families(self) -> list[str]:
        """Return the font families in the order Typst is to try them, as Typst code.

        Greek, Cyrillic, Hebrew and the like come from one font as a whole where the Chinese one lacks letters of them.
        """
        first = [script for script in self.scripts if (self.lang, script) in {("ja", "jp"), ("ko", "kr")}]
        rest = [script for script in self.scripts if script not in first]
        names = [fonts.FAMILIES[script] for script in (*first, "sc", *rest)] + ["DejaVu Sans Mono"]
        ranges = "".join(f"\\u{{{block << 8:x}}}-\\u{{{(block << 8) + 255:x}}}" for block in sorted(self.blocks - {0}))
        other = [f'(name: {literal(fonts.LETTERS)}, covers: regex("[{ranges}]"))'] if ranges else []
        return [*other, *map(literal, names)]

    def describe_lost(self) -> str:
        """Return the lost characters with code points and the place of their first use."""
        return ", ".join(f"{char!r} (U+{ord(char):04X}, {where})" for char, where in self.lost.items())


# --- formulas ---------------------------------------------------------------------------------------------------

TEX_WRAP = re.compile(
    r"\s*(?:\$\$(?P<a>.*)\$\$|\$(?P<b>.*)\$|\\\[(?P<c>.*)\\\]|\\\((?P<d>.*)\\\)"
    r"|\\begin\{(?P<env>equation|displaymath|math)\*?\}(?P<e>.*)\\end\{(?P=env)\*?\})\s*",
    re.DOTALL,
)


def bare_tex(latex: str) -> str:
    """Return a formula without the signs that enclose it."""
    match = TEX_WRAP.fullmatch(latex)
    inner = latex if match is None else next(part for part in match.group("a", "b", "c", "d", "e") if part is not None)
    inner = re.sub(r"\\(?:label|tag)\{[^{}]*\}|\\(?:nonumber|notag)\b", "", inner)
    inner = re.sub(r"\\(begin|end)\{(?:align|gather|eqnarray|multline|split)\*?\}", r"\\\1{aligned}", inner)
    return inner.strip().removeprefix(r"\displaystyle").strip()


# What the translator does not know, in words that it does; the second half only guides TeX's spacing and sizes.
TEX_WORDS = [
    (re.compile(pattern), other)
    for pattern, other in (
        (r"\\(?:mbox|textbf|textit|textrm|textsf|textnormal)(?=\s*\{)", r"\\text"),
        (r"\\[cdt]frac(?![a-zA-Z])", r"\\frac"),
        (r"\\stackrel(?![a-zA-Z])", r"\\overset"),
        (r"\\xrightarrow\s*\{([^{}]*)\}", r"\\overset{\1}{\\longrightarrow}"),
        (r"\\xleftarrow\s*\{([^{}]*)\}", r"\\overset{\1}{\\longleftarrow}"),
        (r"\\arg(min|max)(?![a-zA-Z])", r"\\operatorname{arg\1}"),
        (r"\\begin\{array\}\s*\{[^{}]*\}", r"\\begin{matrix}"),
        (r"\\end\{array\}", r"\\end{matrix}"),
        (r"\\[lr]Vert(?![a-zA-Z])", r"\\Vert "),
        (r"\\[lr]vert(?![a-zA-Z])", r"\\vert "),
        (r"(?<=[\w})])'{2,3}(?!')", lambda primes: "^{" + r"\prime" * len(primes[0]) + "}"),
        (r"\\(?:no)?limits(?![a-zA-Z])|\\(?:text|script)style(?![a-zA-Z])|\\!", ""),
        (r"\\[bB]igg?[lrm]?(?![a-zA-Z])", ""),
        (r"\\hspace\*?\{[^{}]*\}", r"\\quad "),
    )
]


@lru_cache(maxsize=512)
def typst_formula(tex: str) -> str | None:
    """Return a TeX formula as Typst math, or None where it cannot be translated or would run code."""
    if not tex or len(tex) > 4000 or len(re.findall(r"(?<!\\)\{", tex)) != len(re.findall(r"(?<!\\)\}", tex)):
        return None
    from tex2typst import tex2typst

    for pattern, other in TEX_WORDS:
        tex = pattern.sub(other, tex)
    if re.search(r"\\(?:left|right)\s*\.", tex):
        tex = re.sub(r"\\(?:left|right)(?:\s*\.|(?![a-zA-Z]))", "", tex)
    try:
        result = tex2typst(tex)
    except (ValueError, RuntimeError):
        return None
    if re.search(r"(?<!\\)#(?!none\b)|//|/\*|\bstd\b", result):
        return None
    return result if result.strip() else None


# --- images -----------------------------------------------------------------------------------------------------

SVG_UNITS = {"": 0.75, "px": 0.75, "pt": 1.0, "pc": 12.0, "in": 72.0, "cm": 720 / 25.4, "mm": 72 / 25.4}
SVG_TAG = re.compile(r"<svg\b[^>]*>", re.IGNORECASE)
SVG_ELEMENT = re.compile(r"<svg\b.*?</svg\s*>", re.DOTALL | re.IGNORECASE)


class Picture(NamedTuple):
    """An image file for Typst and its natural size in points (width, height)."""

    name: str
    content: bytes
    size: tuple[float, float]


def svg_size(source: str) -> tuple[float, float] | None:
    """Return width and height of an SVG in points, from its attributes or its view box."""
    tag = SVG_TAG.search(source)
    if tag is None:
        return None
    found = dict(re.findall(r"""\b(width|height|viewBox)\s*=\s*["']([^"']*)["']""", tag[0]))
    sizes = [re.fullmatch(r"\s*([\d.]+)\s*([a-z]*)\s*", found.get(name, "")) for name in ("width", "height")]
    if all(size and size[2] in SVG_UNITS for size in sizes):
        width, height = (float(size[1].strip(".") or 0) * SVG_UNITS[size[2]] for size in sizes if size)
    else:
        box = re.findall(r"-?\d+(?:\.\d+)?", found.get("viewBox", ""))
        width, height = (float(box[2]) * 0.75, float(box[3]) * 0.75) if len(box) == 4 else (0.0, 0.0)
    return (width, height) if width > 0 and height > 0 else None


def raster_size(content: bytes, mime: str) -> tuple[float, float] | None:
    """Return the printed size in points of a bitmap, or None if its bytes are not what `mime` says."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(content)) as image:
            if Image.MIME.get(image.format or "") != mime:
                return None
            dpi = image.info.get("dpi", (96, 96))[0]
            scale = 72 / float(dpi) if 72 <= float(dpi) <= 1200 else 0.75
            return image.width * scale, image.height * scale
    except (OSError, ValueError, SyntaxError, TypeError, Image.DecompressionBombError):
        return None


def decoded(data: str) -> bytes | None:
    """Return the bytes of base64 text, or None."""
    try:
        return base64.b64decode(re.sub(r"\s+", "", data), validate=True)
    except (binascii.Error, ValueError):
        return None


def picture(mime: str, content: bytes) -> Picture | None:
    """Return an image ready for Typst, or None if it is not one."""
    vector = mime == "image/svg+xml"
    size = svg_size(content.decode("utf-8", "replace")) if vector else raster_size(content, mime)
    if size is None:
        return None
    name = f"image-{hashlib.sha256(content).hexdigest()[:16]}.{IMAGES[mime]}"
    return Picture(name, content, size)


def data_uri(uri: str) -> tuple[str, bytes] | None:
    """Return MIME type and bytes of a data URI that holds an image, or None."""
    match = re.fullmatch(r"data:(image/[a-z+]+)((?:;[^,;]*)*),(.*)", uri.strip(), re.DOTALL | re.IGNORECASE)
    if match is None or match[1].lower() not in IMAGES:
        return None
    content = decoded(unquote(match[3])) if ";base64" in match[2].lower() else unquote_to_bytes(match[3])
    return None if content is None else (match[1].lower(), content)


# --- colours and styles -----------------------------------------------------------------------------------------

GRADIENT = re.compile(r"linear-gradient\(\s*90deg\s*,(.*)\)\s*$", re.DOTALL | re.IGNORECASE)
RGB = re.compile(r"rgba?\(\s*([\d.]+)\s*,\s*([\d.]+)\s*,\s*([\d.]+)\s*(?:,\s*([\d.]+)\s*)?\)")
Colour = tuple[int, int, int]
WHITE: Colour = (255, 255, 255)
INK: Colour = (28, 33, 38)


@lru_cache(maxsize=1024)
def colour(css: str) -> Colour | None:
    """Return a CSS colour on white paper, or None if it is none or transparent."""
    from PIL import ImageColor

    css = css.strip().lower()
    if match := RGB.fullmatch(css):
        alpha = min(1.0, float(match[4])) if match[4] else 1.0
        red, green, blue = (min(255.0, float(part)) for part in match.group(1, 2, 3))
    else:
        try:
            parts = ImageColor.getrgb(css)
        except ValueError:
            return None
        (red, green, blue), alpha = parts[:3], parts[3] / 255 if len(parts) == 4 else 1.0
    if alpha == 0:
        return None
    return mix((round(red), round(green), round(blue)), alpha)


def typst_colour(value: Colour) -> str:
    """Return a colour as Typst code."""
    return f'rgb("#{value[0]:02x}{value[1]:02x}{value[2]:02x}")'


def contrast(one: Colour, other: Colour) -> float:
    """Return the WCAG contrast of two colours, 1 to 21."""

    def luminance(value: Colour) -> float:
        parts = [part / 255 / 12.92 if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in value]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def lighter(value: Colour) -> Colour:
    """Return a colour on which dark type is easy to read, mixed with white where it has to be."""
    share = 1.0
    while contrast(mixed := mix(value, share), INK) < 7:
        share -= 0.1
    return mixed


def mix(value: Colour, share: float) -> Colour:
    """Return a colour of which `share` is left, the rest white."""
    red, green, blue = (round(part * share + 255 * (1 - share)) for part in value)
    return red, green, blue


def gradient(css: str) -> str | None:
    """Return a CSS bar (a left-to-right gradient with sharp stops) as a Typst fill, or None."""
    match = GRADIENT.search(css) if css else None
    if match is None:
        return None
    stops: list[tuple[Colour, float]] = []
    for name, percent in re.findall(r"(rgba?\([^()]*\)|#?\w+)\s+(-?[\d.]+)%", match[1]):
        low = stops[-1][1] if stops else 0.0
        stops.append((lighter(colour(name) or WHITE), min(100.0, max(low, float(percent.strip(".") or 0)))))
    if not stops:
        return None
    stops = [(stops[0][0], 0.0), *stops, (stops[-1][0], 100.0)]
    return f"gradient.linear({', '.join(f'({typst_colour(value)}, {place:g}%)' for value, place in stops)})"


def declarations(style: str) -> dict[str, str]:
    """Return the declarations of a style attribute or of the body of a rule."""
    if not style:
        return {}
    pairs = (part.partition(":") for part in re.split(r";(?![^(]*\))", style))
    return {name.strip().lower(): value.replace("!important", "").strip() for name, _, value in pairs if value.strip()}


class Styles:
    """The rules of the `<style>` elements beside a table, asked cell by cell."""

    def __init__(self, soup: BeautifulSoup) -> None:
        self.by_id: dict[str, dict[str, str]] = {}
        self.by_tag: dict[int, dict[str, str]] = {}
        for element in soup.find_all("style"):
            css = re.sub(r"/\*.*?\*/", "", element.get_text(), flags=re.DOTALL)
            for selectors, body in re.findall(r"([^{}]+)\{([^{}]*)\}", css)[:5000]:
                self._add(soup, selectors, declarations(body))

    def _add(self, soup: BeautifulSoup, selectors: str, rule: dict[str, str]) -> None:
        from soupsieve import SelectorSyntaxError

        for selector in map(str.strip, selectors.split(",")):
            if match := re.fullmatch(r"#([\w-]+)", selector):
                self.by_id.setdefault(match[1], {}).update(rule)
            elif re.fullmatch(r"[\w\s.#>-]+(?::nth-child\([\w+]+\))?", selector) and len(self.by_tag) < 20000:
                try:
                    found = soup.select(selector, limit=5000)
                except (SelectorSyntaxError, NotImplementedError):
                    continue
                for tag in found:
                    self.by_tag.setdefault(id(tag), {}).update(rule)

    def of(self, tag: Tag) -> dict[str, str]:
        """Return what applies to `tag`: rules for its kind, its id, its own style attribute."""
        own = declarations(attribute(tag, "style"))
        return {**self.by_tag.get(id(tag), {}), **self.by_id.get(attribute(tag, "id"), {}), **own}


def attribute(tag: Tag, name: str) -> str:
    """Return an attribute as text, empty if it is not there."""
    value = tag.get(name)
    return " ".join(value) if isinstance(value, list) else value or ""


# --- tables -----------------------------------------------------------------------------------------------------

NUMBER = re.compile(
    r"(?P<sign>[-+−±≈<>≤≥~]?\s?[¥$€£]?)(?P<whole>\d[\d,\u00a0\u2009 ]*)(?:\.(?P<fraction>\d+))?(?:[eE][+-]?\d+)?"
    r"(?P<unit>\s?(?:%|‰|pp|[万亿千百]?[元人户亩个家项条处位倍吨]|百分点|[万亿]|[kMG]?[WBm])?)"
)
EMPTY = {"", "-", "–", "—", "nan", "NaN", "None", "<NA>", "NaT", "n/a", "N/A", "…", "..."}
BAR_WIDTH = 7.0
"""Least width of a column whose cells hold bars, in units of the type size."""
KEPT_LINES = 16
"""A table of at most so many lines is never broken over pages."""


@dataclass
class Cell:
    """One table cell: Typst code for its content, its plain text, its spans and its looks."""

    code: str
    text: str
    head: bool = False
    columns: int = 1
    rows: int = 1
    align: str = ""
    fill: str = ""
    colour: str = ""
    bold: bool = False
    anchors: str = ""
    row: int = 0
    column: int = 0


@dataclass
class Table:
    """A table as rows of cells that tile it without gaps."""

    head: list[list[Cell]]
    body: list[list[Cell]]
    width: int
    caption: str = ""

    @classmethod
    def of(cls, head: list[list[Cell]], body: list[list[Cell]], caption: str = "") -> Table | None:
        """Return the table made of these rows, spans cut to fit and gaps filled; None if it has no cell."""
        width = max((sum(cell.columns for cell in row) for row in (*head, *body)), default=0)
        heads, bodies = _tiled(head, width), _tiled(body, width)
        width = max((cell.column + cell.columns for row in (*heads, *bodies) for cell in row), default=0)
        if not width:
            return None
        for part in (heads, bodies):
            _fill_gaps(part, width)
        _fold_index_names(heads)
        return cls(heads, bodies, width, caption)

    def cells(self) -> Iterator[Cell]:
        """Return all cells, head first."""
        return (cell for row in (*self.head, *self.body) for cell in row)

    def index_columns(self) -> int:
        """Return how many columns at the left name the row: those whose body cells are all head cells, at least one."""
        count = 0
        while count < self.width - 1 and all(
            cell.head for row in self.body for cell in row if cell.column <= count < cell.column + cell.columns
        ):
            count += 1
        return max(1, count) if self.body else 1


def _tiled(rows: list[list[Cell]], width: int) -> list[list[Cell]]:
    """Return rows with every cell at its place, spans cut so that no two cells overlap."""
    taken: set[tuple[int, int]] = set()
    for number, row in enumerate(rows):
        column = 0
        for cell in row:
            while (number, column) in taken:
                column += 1
            cell.row, cell.column = number, column
            cell.rows = max(1, min(cell.rows, len(rows) - number))
            room = 1
            while room < min(cell.columns, width) and (number, column + room) not in taken:
                room += 1
            cell.columns = room
            taken |= {(number + down, column + right) for down in range(cell.rows) for right in range(room)}
            column += room
    return rows


def _fill_gaps(rows: list[list[Cell]], width: int) -> None:
    """Put an empty cell wherever no cell lies."""
    taken = {
        (cell.row + down, cell.column + right)
        for row in rows
        for cell in row
        for down in range(cell.rows)
        for right in range(cell.columns)
    }
    for number, row in enumerate(rows):
        row += [Cell('""', "", row=number, column=gap) for gap in range(width) if (number, gap) not in taken]
        row.sort(key=lambda cell: cell.column)


def _fold_index_names(head: list[list[Cell]]) -> None:
    """Move the names of index columns, which pandas puts in a row of their own, up into the empty cells above."""
    if len(head) < 2 or any(cell.rows > 1 or cell.columns > 1 for cell in (*head[-1], *head[-2])):
        return
    above = {cell.column: cell for cell in head[-2]}
    named = [cell for cell in head[-1] if cell.text]
    if not named or len(named) == len(head[-1]) or any(above[cell.column].text for cell in named):
        return
    for cell in named:
        cell.row -= 1
        head[-2][cell.column] = cell
    head.pop()


@lru_cache(maxsize=16384)
def text_width(text: str) -> float:
    """Return about how wide `text` is, in units of the type size."""
    widths = fonts.advances()
    gaps = 0.25 * len(SCRIPT_CHANGE.findall(text))  # what Typst puts between Chinese characters and Latin letters
    return gaps + sum(1.0 if unicodedata.east_asian_width(sign) in "WFA" else widths.get(sign, 0.6) for sign in text)


def mono_width(text: str) -> float:
    """Return about how wide `text` is in the type of programs, in letters of it."""
    return sum(1 / 0.602 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


@lru_cache(maxsize=16384)
def token_width(text: str) -> float:
    """Return the width of the longest part of `text` that cannot be broken."""
    return max((text_width(token) for token in re.split(rf"[ \n]|(?<=[{CJK}])|(?=[{CJK}])", text)), default=0.0)


def number_columns(table: Table) -> dict[int, tuple[int, str]]:
    """Return the columns of numbers: column → (most decimals, the unit common to all, or a space when they differ)."""
    found = {}
    for column in range(table.width):
        texts = [cell.text for row in table.body for cell in row if cell.column == column and cell.columns == 1]
        full = [text for text in texts if text.strip() not in EMPTY]
        matches = [match for text in full if (match := NUMBER.fullmatch(text.strip()))]
        if matches and len(matches) >= 0.8 * len(full):
            units = {match["unit"] for match in matches}
            decimals = max(len(match["fraction"] or "") for match in matches)
            found[column] = (decimals, units.pop() if len(units) == 1 else " ")
    return found


class Layout(NamedTuple):
    """How a table lies on the page: type size, whether wider than the text or across, columns of each part."""

    size: float
    place: str
    parts: list[list[int]]
    widths: list[float] | None


def table_layout(table: Table, nested: bool = False) -> Layout:
    """Return the first layout that fits: as wide as the text, a little wider, across the page, in parts."""
    natural, token, bars = [0.5] * table.width, [0.5] * table.width, False
    heads = {id(cell) for row in table.head for cell in row}
    for cell in table.cells():
        if cell.columns == 1:
            heavier = 1.09 if cell.bold or id(cell) in heads else 1.02
            full = max(map(text_width, cell.text.split("\n")))
            # Chinese text could break after each character: three stay together, and a head takes two lines at most,
            # a short one a single line if the columns are few.
            short = 4.5 if table.width <= 8 else 0
            kept = min(full, 3) if id(cell) not in heads else full if full <= short else full / 2 + 0.5
            longest = max(map(token_width, breakable(bound(cell.text), 16)), default=0.0)
            longest = max(longest, min(kept, BAR_WIDTH))
            natural[cell.column] = max(natural[cell.column], full * heavier)
            token[cell.column] = max(token[cell.column], longest * heavier)
            if cell.fill.startswith("gradient"):
                natural[cell.column] = token[cell.column] = max(token[cell.column], BAR_WIDTH)
                bars = True

    def needs(cap: float) -> list[float]:
        return [max(least, min(full, cap)) for least, full in zip(token, natural, strict=True)]

    everything = list(range(table.width))
    portrait = [("text", 9.0, 14.0), ("wide", 9.0, 14.0), ("wide", 8.2, 10.0), ("wide", 8.2, 7.0), ("wide", 7.4, 7.0)]
    across = [("landscape", 9.0, 14.0), ("landscape", 8.2, 9.0), ("landscape", 7.4, 6.0)]
    room = {"text": TEXT_WIDTH, "wide": WIDE_WIDTH, "landscape": LANDSCAPE_WIDTH}
    for place, size, cap in portrait if nested else portrait + across:
        need = needs(cap)
        if sum(need) * size + table.width * size <= room[place]:
            shares = _shares(token, natural, room[place] / size - table.width)
            if shares:
                shares = _fewest_lines(shares, token, natural, _wanted(table))
            return Layout(size, place, [everything], natural if bars and shares is None else shares)
    if nested:
        return Layout(7.4, "text", [everything], None)
    return Layout(8.2, "landscape", _parts(table, needs(9.0), LANDSCAPE_WIDTH / 8.2), None)


def _shares(least: list[float], natural: list[float], room: float) -> list[float] | None:
    """Return column widths that fill the room; None if all columns have what they want.

    A column gets by the square root of what it wants, so that a column of sentences is not left as narrow as its
    neighbours of one word; none gets less than its longest word or more than it wants.
    """
    if sum(natural) <= room:
        return None

    def widths(share: float) -> list[float]:
        return [max(low, min(full, share * math.sqrt(full))) for low, full in zip(least, natural, strict=True)]

    small, large = 0.0, math.sqrt(max(natural))
    for _ in range(40):
        middle = (small + large) / 2
        small, large = (middle, large) if sum(widths(middle)) <= room else (small, middle)
    return widths(small)


def _wanted(table: Table) -> np.ndarray:
    """Return how wide the cells would be in one line, row by row; of long tables some two hundred rows."""
    rows = table.body[:: math.ceil(len(table.body) / 200) or 1]
    rows = [*rows, *table.head * (1 + len(rows) // 20)]  # a head is repeated on every page
    wanted = np.full((len(rows), table.width), 0.1)
    for place, row in enumerate(rows):
        for cell in row:
            if cell.columns == 1:
                wanted[place, cell.column] = max(0.1, text_width(cell.text) * 1.02)
    return wanted


def _fewest_lines(start: list[float], least: list[float], natural: list[float], wanted: np.ndarray) -> list[float]:
    """Return column widths of the same sum with which the rows of `wanted` take fewer lines.

    From `start` on one column at a time gives to another what shortens the table most, until nothing does.
    """

    def length(widths: np.ndarray) -> float:
        lines = np.ceil(wanted / widths)
        return float(lines.max(axis=1, initial=0).sum() + 0.35 * lines.sum())

    widths = np.array(start)
    shortest = length(widths)
    for _ in range(30):
        trials = []
        for giver, taker in permutations(range(len(start)), 2):
            for step in (0.5, 1.5, 4.0):
                amount = min(step, widths[giver] - least[giver], natural[taker] - widths[taker])
                if amount > 0.05:
                    trial = widths.copy()
                    trial[giver] -= amount
                    trial[taker] += amount
                    trials.append((length(trial), giver, taker, amount, trial))
        best = min(trials, key=lambda trial: trial[:4], default=None)
        if best is None or best[0] >= shortest - 1e-9:
            break
        shortest, widths = best[0], best[4]
    return widths.tolist()


def _parts(table: Table, need: list[float], room: float) -> list[list[int]]:
    """Return the columns of each part of a table too wide for any page; the index columns open every part."""
    index = list(range(min(table.index_columns(), 3)))
    fixed = sum(need[column] + 1 for column in index)
    parts: list[list[int]] = []
    used = room
    for column in range(len(index), table.width):
        if used + need[column] + 1 > room or not parts:
            parts.append([*index])
            used = fixed
        parts[-1].append(column)
        used += need[column] + 1
    return parts


def table_code(table: Table, caption: str = "", note: str = "", part_word: str = "", nested: bool = False) -> Block:
    """Return a table as a block; `caption` and `note` are Typst code or empty."""
    layout = table_layout(table, nested)
    numbers = number_columns(table)
    calls = []
    for number, columns in enumerate(layout.parts):
        title = caption if not number or not caption else f"{{{caption}; {literal(f' ({part_word})')}}}"
        last = number == len(layout.parts) - 1
        calls.append(_part_code(table, layout, numbers, columns, title, note if last else "", number > 0))
    role = "landscape" if layout.place == "landscape" else ""
    return Block("{" + "; ".join(calls) + "}" if len(calls) > 1 else calls[0], role)


def _part_code(
    table: Table,
    layout: Layout,
    numbers: Mapping[int, tuple[int, str]],
    columns: list[int],
    caption: str,
    note: str,
    repeated: bool,
) -> str:
    """Return the call that sets some columns of a table."""
    aligns = [_column_align(table, column, numbers) for column in columns]
    head = [code for row in table.head for code in _row_code(row, columns, aligns, numbers, True, repeated)]
    body = [code for row in table.body for code in _row_code(row, columns, aligns, numbers, False, repeated)]
    widths = f"({', '.join(f'{layout.widths[column] + 1:.2f}em' for column in columns)},)" if layout.widths else ""
    settings = {
        "columns": widths.replace("em", f" * {layout.size}pt") or str(len(columns)),
        "size": f"{layout.size}pt",
        "wide": _widened(layout),
        "aligns": f"({', '.join(aligns)},)",
        "caption": caption,
        "source": note,
        "head": f"({', '.join(head)},)" if head else "",
        "kept": "true" if _lines(table, layout) <= KEPT_LINES else "",
    }
    named = [f"{name}: {value}" for name, value in settings.items() if value]
    return f"tbl({', '.join([*named, *body])})"


def _widened(layout: Layout) -> str:
    """Return how far a table reaches over the margins; Typst measures, which sets it twice, what has no widths."""
    if layout.place != "wide" or layout.widths is None:
        return "auto" if layout.place == "wide" else ""
    over = ((sum(layout.widths) + len(layout.widths)) * layout.size - TEXT_WIDTH) / 2
    return f"{over:.2f}pt" if over > 0 else ""


def _lines(table: Table, layout: Layout) -> int:
    """Return about how many lines the body of a table takes."""
    room = layout.widths or [60.0] * table.width
    return sum(
        max((math.ceil(text_width(cell.text) / room[cell.column]) for cell in row if cell.columns == 1), default=1)
        for row in table.body
    )


def _column_align(table: Table, column: int, numbers: Mapping[int, tuple[int, str]]) -> str:
    """Return how a column is aligned: as most of its body cells ask, else numbers right and the rest left."""
    asked = Counter(cell.align for row in table.body for cell in row if cell.column == column and cell.columns == 1)
    best, count = asked.most_common(1)[0] if asked else ("", 0)
    return best if best and count * 2 > asked.total() else "right" if column in numbers else "left"


def _row_code(
    row: list[Cell],
    columns: list[int],
    aligns: list[str],
    numbers: Mapping[int, tuple[int, str]],
    head: bool,
    repeated: bool,
) -> list[str]:
    """Return the cells of one row that lie in `columns`, and in the head the rules under cells that span columns."""
    codes, rules = [], []
    for cell in row:
        inside = [place for place, column in enumerate(columns) if cell.column <= column < cell.column + cell.columns]
        if not inside:
            continue
        if head and len(inside) > 1 and cell.text:
            rules.append(f"table.hline(start: {inside[0]}, end: {inside[-1] + 1}, stroke: .4pt + hair)")
        padding = "" if head or cell.columns > 1 or aligns[inside[0]] != "right" else _padding(cell, numbers)
        codes.append(_cell_code(cell, len(inside), aligns[inside[0]], padding, head, repeated))
    return codes + rules


def _padding(cell: Cell, numbers: Mapping[int, tuple[int, str]]) -> str:
    """Return the gap that brings the decimal signs of a column under one another, where all share a unit."""
    decimals, unit = numbers.get(cell.column, (0, " "))
    match = NUMBER.fullmatch(cell.text.strip())
    if not decimals or unit == " " or match is None:
        return ""
    fraction = len(match["fraction"] or "")
    gap = 0.555 * (decimals - fraction) + (0 if fraction else 0.278)
    return f"h({gap:.3f}em)" if gap else ""


def _cell_code(cell: Cell, columns: int, align: str, padding: str, head: bool, repeated: bool) -> str:
    """Return one cell."""
    code = cell.code
    if repeated:
        code = ANCHOR.sub("[]", code)
    if head or cell.bold:
        code = f"strong({code})"
    if cell.colour:
        code = f"text(fill: {cell.colour}, {code})"
    anchors = "" if head or repeated else cell.anchors
    if padding or anchors:
        code = "{" + "; ".join(part for part in (anchors, code, padding) if part) + "}"
    own = cell.align if cell.align and cell.align != align and not head else ""
    settings = {
        "colspan": str(columns) if columns > 1 else "",
        "rowspan": str(cell.rows) if cell.rows > 1 else "",
        "align": "center + bottom" if head and columns > 1 else f"{align} + bottom" if head else own,
        "fill": cell.fill,
        "breakable": "true" if len(cell.text) > 300 or cell.rows > 1 else "",
    }
    named = [f"{name}: {value}" for name, value in settings.items() if value]
    return f"table.cell({', '.join([*named, code])})" if named else code


# --- Markdown ---------------------------------------------------------------------------------------------------

INLINE_MATH = r"\$(?![\s$])(?P<inline_tex>(?:\\[\s\S]|[^$\\\n]|\n(?!\s*\n)){1,600}?)(?<!\s)\$(?![\d$])"
DISPLAY_IN_TEXT = r"\$\$(?P<text_tex>(?:\\[\s\S]|[^$\\]){1,4000}?)\$\$"
DISPLAY_MATH = (
    r"^ {0,3}(?:\$\$(?P<display_tex>(?:\\[\s\S]|[^$\\]){1,4000}?)\$\$[ \t]*$"
    r"|(?P<environment_tex>\\begin\{(?P<tex_name>equation|align|gather|eqnarray|multline)(?P<tex_star>\*?)\}"
    r"[\s\S]{1,4000}?\\end\{(?P=tex_name)(?P=tex_star)\})[ \t]*$)"
)
MATH_IN_HTML = re.compile(r"(\$\$?(?=[^$]*\\[a-zA-Z])(?:\\.|[^$\\\n]){1,600}\$\$?)")
CJK_STRONG = rf"\*\*(?=[^\s*])(?P<strong_text>[^*\n]*[{CJK}][^*\n]*)(?<!\s)\*\*(?!\*)"


@cache
def _markdown_reader() -> Callable[[str], Any]:
    """Return a function from Markdown to tokens; dollars enclose formulas only where pandoc says so too."""
    import mistune

    def formula(kind: str, *groups: str) -> Callable[[Any, re.Match[str], Any], int | None]:
        def parse(parser: Any, match: re.Match[str], state: Any) -> int | None:
            tex = next(match[group] for group in groups if match[group])
            if HAN.search(re.sub(r"\\(?:text|mathrm|mbox)\w*\{[^{}]*\}", "", tex)) and "\\" not in tex:
                return None
            state.append_token({"type": kind, "raw": tex})
            return match.end() + (
                1 if kind == "block_math" and match.string[match.end() : match.end() + 1] == "\n" else 0
            )

        return parse

    def strong(inline: Any, match: re.Match[str], state: Any) -> int:
        inner = state.copy()
        inner.src = match["strong_text"]
        state.append_token({"type": "strong", "children": inline.render(inner)})
        return match.end()

    plugins = ["table", "strikethrough", "url", "task_lists", "footnotes"]
    reader = mistune.create_markdown(renderer=None, plugins=plugins)
    reader.inline.register("display_in_text", DISPLAY_IN_TEXT, formula("display_math", "text_tex"), before="codespan")
    reader.inline.register("inline_math", INLINE_MATH, formula("inline_math", "inline_tex"), before="codespan")
    reader.block.register(
        "block_math", DISPLAY_MATH, formula("block_math", "display_tex", "environment_tex"), before="list"
    )
    reader.inline.register("cjk_strong", CJK_STRONG, strong, before="emphasis")
    return reader


@lru_cache(maxsize=256)
def markdown_tokens(text: str) -> list[dict[str, Any]]:
    """Return the block tokens of a Markdown text."""
    tokens = _markdown_reader()(text.replace("\r\n", "\n").replace("\r", "\n"))
    return [token for token in tokens if isinstance(token, dict)]


def token_text(token: Mapping[str, Any]) -> str:
    """Return the plain text of a token."""
    if "children" in token:
        return "".join(map(token_text, token["children"]))
    return {"softbreak": " ", "linebreak": "\n"}.get(token["type"], html.unescape(token.get("raw", "")))


# --- the writer -------------------------------------------------------------------------------------------------

INLINE_WRAPS = {
    "b": "strong", "strong": "strong", "i": "emph", "em": "emph", "sub": "sub", "sup": "super", "u": "underline",
    "ins": "underline", "s": "strike", "del": "strike", "strike": "strike", "small": "aside", "th": "strong",
    "dfn": "emph", "cite": "emph", "var": "emph",
}  # fmt: skip
INLINE_TAGS = {
    *INLINE_WRAPS,
    "a",
    "span",
    "font",
    "abbr",
    "q",
    "mark",
    "code",
    "kbd",
    "samp",
    "tt",
    "label",
    "time",
    "bdi",
}
BLOCK_TAGS = {
    "p", "div", "section", "article", "main", "header", "footer", "nav", "aside", "h1", "h2", "h3", "h4", "h5", "h6",
    "table", "ul", "ol", "dl", "pre", "blockquote", "hr", "figure", "details", "summary", "address", "center",
    "fieldset", "form", "li", "dt", "dd", "figcaption", "tr", "td", "tbody", "thead",
}  # fmt: skip
LOST_TAGS = {"iframe", "video", "audio", "canvas", "object", "embed", "script", "frame", "applet", "portal"}
SILENT_TAGS = {
    "style",
    "template",
    "noscript",
    "head",
    "meta",
    "link",
    "title",
    "input",
    "button",
    "select",
    "textarea",
}
ANCHOR = re.compile(r'\banchor\("anchor-\d+"\)')
TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)([^>]*?)/?>", re.DOTALL)
REPR = re.compile(
    r"<[\w.]+(?: object| at 0x|\.core\.display\.)[^\n]*>|<[\w.]+\s+object>|Figure\(\d+x\d+\)|<Figure size [^>]*>"
)


@dataclass
class Writer:
    """Turns notebook content into Typst blocks and gathers what they need: images, formulas, anchors, characters."""

    lang: str
    strict: bool = False
    labels: Mapping[str, Any] = field(default_factory=dict)
    folder: Path | None = None
    broken: frozenset[str] = frozenset()
    references: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        base = WORDS.get(self.lang, WORDS["en"])
        self.words = base | {key: str(word) for key, word in self.labels.items() if key in base}
        self.glyphs = Glyphs(self.lang)
        self.files: dict[str, bytes] = {}
        self.formulas: dict[str, str] = {}
        self.codes: dict[tuple[str, int], str] = {}  # tables say the same words again and again
        self.anchors: dict[str, str] = {}
        self.attachments: Mapping[str, Any] = {}
        self.where = "title page"
        self.cell_number: int | None = None
        self.base_level, self.level, self.sections, self.figures = 1, 0, 0, 0
        self.last_heading = ""
        self.in_table_head = False

    # text

    def text(self, raw: str, limit: int = 60) -> str:
        """Return running text as Typst code; characters without a glyph become their code points in a box."""
        if code := self.codes.get((raw, limit)):
            return code
        codes: list[str] = []
        for text, slim in by_width(bound(printable(one_line(raw))), self.lang):
            pieces = [text] if slim else breakable(text, limit)
            for place, piece in enumerate(pieces):
                codes += ["pause"] * (place > 0) + [f"slim({literal(piece)})" if slim else self._shown(piece)]
        code = self.codes[raw, limit] = sequence(codes or ['""'])
        return code

    def label(self, raw: Any) -> str:
        """Return a text of the metadata as Typst code, empty if there is none."""
        return self.text(str(raw).strip()) if raw not in (None, "") else ""

    def plain(self, raw: str) -> str:
        """Return text as a string literal for places that take nothing else: titles, alternative texts, code."""
        text = printable(raw)
        for char in self.glyphs.missing(text, self.where):
            text = text.replace(char, f"[U+{ord(char):04X}]")
        return literal(text)

    def _shown(self, text: str) -> str:
        missing = self.glyphs.missing(text, self.where)
        if not missing:
            return literal(text)
        pieces = re.split(f"([{re.escape(''.join(sorted(missing)))}])", text)
        return sequence([f'miss("{ord(p):04X}")' if p in missing else literal(p) for p in pieces if p])

    def code(self, raw: str, language: str = "", block: bool = True) -> str:
        """Return preformatted text."""
        lang = f", lang: {literal(language)}" if re.fullmatch(r"[a-z][a-z0-9+#-]{0,19}", language) else ""
        return f"raw(block: {'true' if block else 'false'}{lang}, {self.plain(raw)})"

    def printed(self, text: str) -> Block:
        """Return the output of a program, smaller where that keeps the lines of a wide one whole."""
        widths = sorted(map(mono_width, text.split("\n")), reverse=True)
        several = len(widths) > 1 and widths[1] > LINE  # one long line may as well go on in the next
        size = f"size: {LINE / widths[0]:.3f}, " if several and widths[0] <= LINE / SMALLEST else ""
        return Block(f"printed({size}{self.code(text)})")

    def formula(self, latex: str, block: bool) -> str:
        """Return a TeX formula as an equation with its source as alternative text, or as code if it has no equal."""
        tex = bare_tex(latex)
        result = None if tex in self.broken else typst_formula(tex)
        if result is None or self.glyphs.missing(re.sub("[^\u2e80-\U0010ffff]", "", result), self.where):
            return self.code(latex.strip(), block=block)
        self.formulas[tex] = result
        alt = literal(printable(tex).strip() or "-")
        return (
            f'math.equation(block: {"true" if block else "false"}, alt: {alt}, eval({literal(result)}, mode: "math"))'
        )

    # links and anchors

    def link(self, href: str, body: str) -> str:
        """Return a link to the web, to a place in the document, or from a report to a page beside it; any other is its
        text only.
        """
        if self.in_table_head:
            return body  # the head is repeated as an artifact on later pages, and PDF/UA allows no link in one
        href = re.sub(r"[\x00-\x20\x7f]", lambda c: "%20" if c[0] == " " else "", href.strip())
        if href.startswith("#"):
            return f"goto({literal(printable(unquote(href[1:])))}, {body})"
        if re.match(r"(?:https?://|mailto:)[^\s]", href, re.IGNORECASE) and len(href) <= 2000:
            return f"link({literal(printable(href))}, {body})"
        if self.strict and PAGE.fullmatch(href):
            return f"link({literal(href)}, {body})"
        return body

    def anchor(self, name: str) -> str:
        """Return an anchor if something points to `name` and nothing before has taken it, else nothing."""
        name = printable(name)
        if self.in_table_head or name not in self.references or name in self.anchors:
            return ""
        self.anchors[name] = f"anchor-{len(self.anchors) + 1}"
        return f"anchor({literal(self.anchors[name])})"

    def heading(self, level: int, code: str, plain: str) -> Block:
        """Return a heading; levels start at 1, never skip one, and none is without text, as PDF/UA asks."""
        if not printable(plain).strip():
            return Block(f"par({code})")
        self.level = max(1, min(level - self.base_level + 1, self.level + 1))
        self.sections += self.level == 1
        self.last_heading = printable(one_line(plain)).strip()
        name = f"section-{self.cell_number or 0}-{len(self.anchors) + 1}"
        for key in (plain.strip().replace(" ", "-"), slug(plain)):
            if key in self.references:
                self.anchors.setdefault(key, name)
        used = name if name in self.anchors.values() else ""
        before, code = "; ".join(ANCHOR.findall(code)), ANCHOR.sub("[]", code)  # the outline repeats the heading
        call = f"sec({self.level}, {literal(used)}, {code})" if used else f"heading(level: {self.level}, {code})"
        return Block(f"{{{before}; {call}}}" if before else call, "heading")

    # images

    def take_picture(self, mime: str, content: bytes) -> Picture | None:
        """Return a picture that Typst can set, kept among the files; None if it is not one."""
        if mime == "image/svg+xml":
            content = self._svg(content.decode("utf-8", "replace"))
        found = picture(mime, content)
        if found is None or found.name in self.broken:
            return None
        self.files[found.name] = found.content
        return found

    def _svg(self, source: str) -> bytes:
        """Return an SVG whose texts hold only characters that some font shows."""
        source = svg.spelled_out(SURROGATE.sub("\ufffd", re.sub(r"^\s*<\?xml[^>]*\?>", "", source)))
        text = html.unescape(
            " ".join(re.findall(r">([^<>]+)<", " ".join(re.findall(r"<text\b.*?</text>", source, re.DOTALL))))
        )
        for char in self.glyphs.missing(INVISIBLE.sub("", CONTROL.sub("", text)), self.where):
            source = source.replace(char, f"[U+{ord(char):04X}]")
            source = re.sub(
                rf"&#(?:{ord(char)}|x0*{ord(char):x});", f"[U+{ord(char):04X}]", source, flags=re.IGNORECASE
            )
        return INVISIBLE.sub("", source).encode()

    def find_picture(self, url: str) -> Picture | None:
        """Return the picture behind a link: data URI, attachment of the cell, or a file beside the notebook."""
        if found := data_uri(url):
            return self.take_picture(*found)
        if url.startswith("attachment:"):
            bundle = self.attachments.get(unquote(url.removeprefix("attachment:")), {})
            for mime in IMAGES:
                if mime in bundle:
                    return self.bundle_picture(mime, bundle[mime])
        elif self.folder is not None and not re.match(r"[a-zA-Z][\w+.-]*:|[/\\]", url):
            path = (self.folder / unquote(url.partition("?")[0].partition("#")[0])).resolve()
            mime = SUFFIXES.get(path.suffix.lower(), "")
            if mime and path.is_relative_to(self.folder.resolve()) and path.is_file():
                return self.take_picture(mime, path.read_bytes())
        return None

    def bundle_picture(self, mime: str, data: Any) -> Picture | None:
        """Return the picture that an output or attachment holds."""
        text = joined(data)
        content = text.encode("utf-8", "replace") if mime == "image/svg+xml" and "<svg" in text else decoded(text)
        return None if content is None else self.take_picture(mime, content)

    def alt(self, *choices: str) -> str:
        """Return the first alternative text given; a report must have one, others get a makeshift."""
        given = next((text for choice in choices if (text := printable(one_line(choice)).strip())), "")
        self.figures += 1
        if not given and self.strict:
            raise MissingAlt(f"{self.where}: a figure has no alternative text; cure: give its output metadata 'alt'")
        return given or self.last_heading or f"{self.words['figure']} {self.figures}"

    def figure(self, found: Picture, alt: str, caption: str = "", note: str = "", width: float = 0) -> Block:
        """Return a figure with its caption and source line below; `width` in points overrides its own."""
        natural, height = found.size
        target = min(width or natural, WIDE_WIDTH if (width or natural) > 1.12 * TEXT_WIDTH else TEXT_WIDTH)
        target = min(target, FIGURE_HEIGHT * natural / height)
        settings = {
            "wide": "true" if target > TEXT_WIDTH else "",
            "caption": self.label(caption),
            "source": self.label(note),
        }
        named = [f"{name}: {value}" for name, value in settings.items() if value]
        return Block(f"fig({', '.join([*named, self._image(found, alt, target)])})")

    def _image(self, found: Picture, alt: str, width: float) -> str:
        return f"image({literal('/' + found.name)}, alt: {literal(alt)}, width: {width:.2f}pt)"

    def inline_image(self, url: str, alt: str) -> str:
        """Return a picture within a line or a table cell."""
        found = self.find_picture(url)
        if found is None:
            self._refuse_broken(f"image {url[:60]!r}")
            missing = self.text(f"[{self.words['image']}: {alt or url[:80]}]")
            return self.link(url, missing) if re.match("https?:", url) else missing
        return self.boxed(found, alt)

    def boxed(self, found: Picture, alt: str) -> str:
        """Return a picture as a part of a line, no taller than a third of the page."""
        width = min(found.size[0], TEXT_WIDTH, 200 * found.size[0] / found.size[1])
        return f"box({self._image(found, self.alt(alt), width)})"

    def _refuse_broken(self, what: str) -> None:
        if self.strict:
            raise ExportError(f"{self.where}: {what} cannot be shown; cure: embed it as SVG, PNG or JPEG")

    # Markdown

    def markdown(self, text: str, skip_title: str = "") -> list[Block]:
        """Return a Markdown text as blocks; an opening first-level heading that says `skip_title` is left out."""
        tokens = markdown_tokens(text)
        if skip_title and (first := opening_title(tokens)) and one_line(first).strip() == one_line(skip_title).strip():
            tokens = [token for token in tokens if token["type"] != "blank_line"][1:]
        return self.md_blocks(tokens, 0)

    def md_blocks(self, tokens: Sequence[Mapping[str, Any]], depth: int) -> list[Block]:
        """Return block tokens as blocks."""
        return [block for token in tokens for block in self.md_block(token, depth)]

    def md_block(self, token: Mapping[str, Any], depth: int) -> list[Block]:
        """Return one block token as blocks."""
        kind = token["type"]
        if depth > MAX_DEPTH:
            return [Block(f"par({self.text(token_text(token))})")]
        match kind:
            case "paragraph" | "block_text":
                return self.md_paragraph(token["children"])
            case "heading":
                body = sequence(self.md_inline(token["children"]))
                return [self.heading(token["attrs"]["level"], body, token_text(token))]
            case "list":
                return [Block(self.md_list(token, depth))]
            case "block_code":
                language = (token.get("attrs") or {}).get("info", "").split(" ")[0].lower()
                return [Block(f"listing({self.code(token['raw'].rstrip(), language)})")]
            case "block_math":
                return [Block(self.formula(token["raw"], block=True))]
            case "block_quote":
                return [Block(f"blockquote({stack(self.md_blocks(token['children'], depth + 1))})")]
            case "table":
                table = self.md_table(token)
                return [table_code(table, nested=depth > 0)] if table else []
            case "block_html":
                return self.markup(token["raw"], literal_tags=True, nested=depth > 0)[0]
            case "thematic_break":
                return [Block("rule()")]
            case "footnotes":
                return [Block(self.md_footnote(item, depth)) for item in token["children"]]
            case "blank_line":
                return []
        return self.md_blocks(token["children"], depth + 1) if "children" in token else []

    def md_paragraph(self, children: Sequence[Mapping[str, Any]]) -> list[Block]:
        """Return a paragraph; an image that stands alone becomes a figure, a display formula stands by itself."""
        pieces: list[list[Mapping[str, Any]]] = [[]]
        for token in children:
            if token["type"] == "display_math":
                pieces += [[token], []]
            else:
                pieces[-1].append(token)
        blocks = []
        for piece in pieces:
            full = [
                token
                for token in piece
                if token["type"] not in ("softbreak", "linebreak")
                and token_text(token).strip()
                or token["type"] == "image"
            ]
            if not full:
                continue
            if len(full) == 1 and full[0]["type"] == "display_math":
                blocks.append(Block(self.formula(full[0]["raw"], block=True)))
            elif all(token["type"] == "image" for token in full):
                blocks += [self.md_figure(token) for token in full]
            else:
                blocks.append(Block(f"par({sequence(self.md_inline(piece))})"))
        return blocks

    def md_figure(self, token: Mapping[str, Any]) -> Block:
        """Return an image that stands alone as a figure; its Markdown title is the caption."""
        url, title, alt = token["attrs"]["url"], token["attrs"].get("title") or "", token_text(token)
        found = self.find_picture(url)
        if found is None:
            return Block(f"not-shown({self.inline_image(url, alt)})")
        return self.figure(found, self.alt(alt, title), html.unescape(title))

    def md_list(self, token: Mapping[str, Any], depth: int) -> str:
        """Return a list."""
        items = []
        for item in token["children"]:
            body = self.md_blocks(item["children"], depth + 1)
            if item["type"] == "task_list_item":
                mark = "☑ " if item["attrs"]["checked"] else "☐ "
                first = body[0].code.removeprefix("par") if body and body[0].code.startswith("par(") else ""
                opening = f"par({{{self.text(mark)}; {first[1:-1]}}})" if first else f"par({self.text(mark)})"
                body = [Block(opening), *body[1 if first else 0 :]]
            if token.get("tight"):
                body = [Block(untight(block.code)) for block in body]
            items.append(stack(body))
        attrs = token["attrs"]
        tight = "true" if token.get("tight") else "false"
        if attrs.get("ordered"):
            start = min(int(attrs.get("start", 1)), 10**9)
            return f"enum(tight: {tight}, start: {start}, {', '.join(f'enum.item({item})' for item in items)})"
        return f"list(tight: {tight}, {', '.join(f'list.item({item})' for item in items)})"

    def md_footnote(self, item: Mapping[str, Any], depth: int) -> str:
        """Return the text of a footnote, set after the cell that refers to it."""
        number = item["attrs"].get("index", "")
        blocks = self.md_blocks(item["children"], depth + 1)
        body = "; ".join([untight(block.code) for block in blocks[:1]] + [block.code for block in blocks[1:]])
        return f"block(aside({{super({literal(str(number))}); h(.3em); {body or '[]'}}}))"

    def md_table(self, token: Mapping[str, Any]) -> Table | None:
        """Return a Markdown table."""
        head: list[list[Cell]] = []
        body: list[list[Cell]] = []
        for part in token["children"]:
            if part["type"] == "table_head":
                head.append([self.md_cell(cell, True) for cell in part["children"]])
            else:
                body += [[self.md_cell(cell, False) for cell in row["children"]] for row in part["children"]]
        return Table.of(head, body)

    def md_cell(self, token: Mapping[str, Any], head: bool) -> Cell:
        """Return one cell of a Markdown table."""
        self.in_table_head = head
        code = sequence(self.md_inline(token["children"], limit=16))
        self.in_table_head = False
        return Cell(code, token_text(token).strip(), head, align=(token["attrs"].get("align") or ""))

    def md_inline(self, tokens: Sequence[Mapping[str, Any]], limit: int = 60) -> list[str]:
        """Return inline tokens as Typst code; known inline tags wrap what lies between them, others show as text."""
        frames: list[tuple[str, str, list[str]]] = [("", "", [])]
        for place, token in enumerate(tokens):
            if token["type"] == "inline_html":
                self.md_tag(token["raw"], frames)
            elif token["type"] == "softbreak":
                around = (
                    token_text(tokens[place - 1])[-1:]
                    + "\n"
                    + "".join(map(token_text, tokens[place + 1 : place + 2]))[:1]
                )
                frames[-1][2].append("" if SOFT_BREAK.search(around) else '" "')
            else:
                frames[-1][2].append(self.md_span(token, limit))
        while len(frames) > 1:
            self._close(frames)
        return [part for part in frames[0][2] if part]

    def md_tag(self, raw: str, frames: list[tuple[str, str, list[str]]]) -> None:
        """Handle one tag inside a Markdown line: open or close a frame, break the line, or show it as text."""
        if raw.startswith("<!--"):
            return
        match = TAG.fullmatch(raw)
        name = match[2].lower() if match else ""
        if match and name == "br":
            frames[-1][2].append("linebreak()")
        elif match and name == "img" and (image := self._soup(raw).find("img")):
            frames[-1][2].append(self.inline_image(attribute(image, "src"), attribute(image, "alt")))
        elif match and name in INLINE_TAGS and not match[1] and len(frames) < MAX_DEPTH:
            frames.append((name, raw, []))
        elif match and match[1] and len(frames) > 1 and frames[-1][0] == name:
            self._close(frames)
        else:
            frames[-1][2].append(self.text(raw))

    def _close(self, frames: list[tuple[str, str, list[str]]]) -> None:
        name, raw, parts = frames.pop()
        tag = self._soup(raw).find(name)
        body = sequence([part for part in parts if part])
        frames[-1][2].append(self.wrapped(tag, body) if tag else body)

    def md_span(self, token: Mapping[str, Any], limit: int) -> str:
        """Return one inline token as Typst code."""
        kind = token["type"]
        match kind:
            case "text":
                return self.text(html.unescape(token["raw"]), limit)
            case "codespan":
                return self.code(html.unescape(token["raw"]), block=False)
            case "inline_math" | "display_math" | "block_math":
                return self.formula(token["raw"], block=False)
            case "linebreak":
                return "linebreak()"
            case "image":
                return self.inline_image(token["attrs"]["url"], token_text(token))
            case "footnote_ref":
                return f"super({literal(str(token['attrs'].get('index', '')))})"
        body = sequence(self.md_inline(token.get("children", []), limit))
        match kind:
            case "link":
                return self.link(html.unescape(token["attrs"]["url"]), body)
            case "strong" | "emphasis" | "strikethrough":
                return f"{ {'strong': 'strong', 'emphasis': 'emph', 'strikethrough': 'strike'}[kind] }({body})"
        return body if "children" in token else self.text(token_text(token), limit)

    # HTML

    def _soup(self, source: str) -> BeautifulSoup:
        from bs4 import BeautifulSoup

        # The comment keeps the parser from taking a text without any tag for a file name.
        return BeautifulSoup(SURROGATE.sub("\ufffd", source) + "<!---->", "html.parser")

    def markup(
        self, source: str, literal_tags: bool = False, nested: bool = False, given: dict[str, str] | None = None
    ) -> tuple[list[Block], set[str]]:
        """Return HTML as blocks, and the names of the elements in it that paper cannot show.

        With `literal_tags` such elements appear as the text they were written in. `given` may hold alt, caption and
        note for the first table or picture.
        """
        pictures: list[str] = []

        def put_aside(match: re.Match[str]) -> str:
            pictures.append(match[0])
            return f'<img data-own-svg="{len(pictures) - 1}">'

        soup = self._soup(SVG_ELEMENT.sub(put_aside, source))
        reader = HtmlReader(self, Styles(soup), pictures, literal_tags, nested, dict(given or {}))
        return reader.blocks(soup.contents, 0), reader.lost

    def wrapped(self, tag: Tag, body: str) -> str:
        """Return the content of an inline element with its emphasis, link, colour and anchor."""
        name = tag.name
        if name in INLINE_WRAPS:
            body = f"{INLINE_WRAPS[name]}({body})"
        elif name in ("code", "kbd", "samp", "tt"):
            body = f"text(font: code-fonts, size: .88em, {body})"
        elif name == "q":
            body = f"{{{literal('“')}; {body}; {literal('”')}}}"
        elif name == "a" and attribute(tag, "href"):
            body = self.link(attribute(tag, "href"), body)
        style = declarations(attribute(tag, "style"))
        value = colour(style.get("color", ""))
        if value and contrast(value, WHITE) >= 3:
            body = f"text(fill: {typst_colour(value)}, {body})"
        if is_bold(style):
            body = f"strong({body})"
        anchor = self.anchor(attribute(tag, "id") or (attribute(tag, "name") if name == "a" else ""))
        return f"{{{anchor}; {body}}}" if anchor else body

    # outputs

    def output(self, output: Mapping[str, Any]) -> list[Block]:
        """Return one output of a cell as blocks."""
        kind = output.get("output_type")
        if kind == "stream":
            text = terminal_text(joined(output.get("text")))
            return [self.printed(text)] if text.strip() else []
        if kind == "error":
            name = ": ".join(part for part in (joined(output.get("ename")), joined(output.get("evalue"))) if part)
            name = terminal_text(name)[:300] or self.words["error"]
            trace = terminal_text("\n".join(map(str, output.get("traceback") or [])))
            return [Block(f"failure({self.text(name)}, {self.code(trace) if trace.strip() else '[]'})")]
        data = output.get("data")
        return self.bundle(data, output.get("metadata") or {}) if isinstance(data, Mapping) else []

    def bundle(self, data: Mapping[str, Any], metadata: Mapping[str, Any]) -> list[Block]:
        """Return the richest form of a bundle that paper can show, or a line that says what it was."""
        interactive = [mime for mime in data if INTERACTIVE.match(mime)]
        order = [mime for mime in PREFERRED if mime in data]
        if interactive:
            order.sort(key=lambda mime: mime not in IMAGES)
        unseen: list[str] = list(interactive)
        notes: list[Block] = []
        for mime in order:
            blocks, lost = self.rich(mime, data[mime], metadata)
            plain = mime in ("text/plain", "application/json")
            what = f"{mime} ({', '.join(sorted(lost))})" if lost else mime
            if not blocks:
                unseen += [what] if not plain else []
                continue
            if plain and unseen:
                notes = [self.not_shown(unseen)]
            elif lost:
                notes = [self.not_shown([what])]
            return notes + blocks
        other = unseen + [mime for mime in data if mime not in PREFERRED and mime not in unseen]
        return [self.not_shown(other)] if other else []

    def not_shown(self, mimes: Sequence[str]) -> Block:
        """Return the line that names what is not on paper."""
        names = ", ".join(dict.fromkeys(mimes))
        interactive = INTERACTIVE.search(names) or "(" in names
        line = f"[{self.words['lost' if interactive else 'unprinted']}: {names}]"
        return Block(f"not-shown({self.text(line[:300])})")

    def rich(self, mime: str, data: Any, metadata: Mapping[str, Any]) -> tuple[list[Block], set[str]]:
        """Return one representation of an output as blocks (none if it cannot be shown) and the elements lost."""
        own = metadata.get(mime) if isinstance(metadata.get(mime), Mapping) else {}
        given = {key: joined((own or {}).get(key) or metadata.get(key)) for key in ("alt", "caption", "note")}
        if mime in IMAGES:
            found = self.bundle_picture(mime, data)
            if found is None:
                self._refuse_broken(mime)
                return [], set()
            width = (own or {}).get("width")
            points = float(width) * 0.75 if isinstance(width, (int, float)) and 0 < width < 10000 else 0
            inner = svg_description(found.content.decode("utf-8", "replace")) if mime == "image/svg+xml" else ""
            alt = self.alt(given["alt"], given["caption"], inner)
            return [self.figure(found, alt, given["caption"], given["note"], points)], set()
        match mime:
            case "text/html":
                return self._rich_html(joined(data), given)
            case "text/markdown":
                return self.with_caption(self.markdown(joined(data)), given), set()
            case "text/latex":
                return self._latex(joined(data)), set()
            case "application/json":
                return [self.printed(json.dumps(data, ensure_ascii=False, indent=2)[:20000])], set()
        text = terminal_text(joined(data))
        return [self.printed(text)] if text.strip() and not REPR.fullmatch(text.strip()) else [], set()

    def _rich_html(self, source: str, given: dict[str, str]) -> tuple[list[Block], set[str]]:
        blocks, lost = self.markup(source, given=given)
        return blocks, lost - {"script"} if blocks else lost

    def _latex(self, source: str) -> list[Block]:
        """Return a text/latex output: a formula, or nothing when it is some other TeX."""
        tex = bare_tex(source)
        if (
            re.search(r"\\begin\{(?:tabular|table|longtable|document)", tex)
            or typst_formula(tex) is None
            or tex in self.broken
        ):
            return []
        return [Block(self.formula(source, block=True))]

    def with_caption(self, blocks: list[Block], given: Mapping[str, str]) -> list[Block]:
        """Return blocks with the caption above and the note below that the output's metadata gives."""
        above = [Block(f"caption-line({self.label(given['caption'])})")] if given["caption"] else []
        below = [Block(f"source-line({self.label(given['note'])})")] if given["note"] else []
        return [*above, *blocks, *below] if blocks else []


def sequence(parts: Sequence[str]) -> str:
    """Return inline codes as one."""
    return "[]" if not parts else parts[0] if len(parts) == 1 else "{" + "; ".join(parts) + "}"


def stack(blocks: Iterable[Block]) -> str:
    """Return blocks as one piece of content."""
    return sequence([block.code for block in blocks])


def untight(code: str) -> str:
    """Return the content of a paragraph that is an item of a tight list, which is no paragraph of its own."""
    return code[4:-1] if code.startswith("par(") and code.endswith(")") else code


def slug(text: str) -> str:
    """Return the anchor that web pages make of a heading: lower case, words joined by hyphens."""
    return re.sub(r"\s+", "-", re.sub(r"[^\w\s-]", "", text.strip().lower()))


def is_bold(style: Mapping[str, str]) -> bool:
    """Return whether a style asks for bold type."""
    weight = style.get("font-weight", "").lower()
    return weight in ("bold", "bolder") or (weight.isdigit() and int(weight) >= 600)


def svg_description(source: str) -> str:
    """Return what an SVG says of itself: aria-label, title or description."""
    tag = SVG_TAG.search(source)
    label = re.search(r"""\baria-label\s*=\s*["']([^"']+)["']""", tag[0]) if tag else None
    inner = re.search(r"<(title|desc)\b[^>]*>([^<]+)</\1>", source)
    return html.unescape(label[1] if label else inner[2].strip() if inner else "")


def svg_draws(source: str) -> bool:
    """Return whether an SVG shows something by itself: pages keep icons in one and refer to them from others."""
    shown = re.sub(r"<(defs|symbol|style|title|desc)\b.*?</\1\s*>", "", source, flags=re.DOTALL | re.IGNORECASE)
    named = set(re.findall(r"""\bid\s*=\s*["']([^"']+)["']""", source))
    used = re.findall(r"""<use\b[^>]*?\bhref\s*=\s*["']#([^"']*)["']""", shown)
    shape = r"<(?:path|rect|circle|line|polyline|polygon|ellipse|text|image|foreignObject)\b"
    return bool(re.search(shape, shown)) or not named.isdisjoint(used)


def trimmed(nodes: Sequence[Any]) -> list[Any]:
    """Return nodes without the white space before the first and after the last that says something."""
    says = [place for place, node in enumerate(nodes) if getattr(node, "name", None) or str(node).strip()]
    return list(nodes[says[0] : says[-1] + 1]) if says else []


def opening_title(tokens: Sequence[Mapping[str, Any]]) -> str:
    """Return the text of a first-level heading that opens a text, or nothing."""
    first = next((token for token in tokens if token["type"] != "blank_line"), None)
    return token_text(first).strip() if first and first["type"] == "heading" and first["attrs"]["level"] == 1 else ""


@dataclass
class HtmlReader:
    """Reads parsed HTML into blocks for a writer."""

    writer: Writer
    styles: Styles
    pictures: list[str]
    literal_tags: bool
    nested: bool
    given: dict[str, str]

    def __post_init__(self) -> None:
        self.lost: set[str] = set()

    def blocks(self, nodes: Iterable[Any], depth: int) -> list[Block]:
        """Return nodes as blocks; runs of inline content become paragraphs."""
        result: list[Block] = []
        run: list[Any] = []
        for node in nodes:
            if self._is_block(node):
                result += self._paragraph(run, depth)
                run = []
                result += self._block(node, depth)
            else:
                run.append(node)
        return result + self._paragraph(run, depth)

    def _is_block(self, node: Any) -> bool:
        name = getattr(node, "name", None)
        return name is not None and (name in BLOCK_TAGS or node.find(list(BLOCK_TAGS)) is not None)

    def _paragraph(self, nodes: list[Any], depth: int) -> list[Block]:
        """Return a run of inline nodes as a paragraph, or as figures when it is nothing but pictures."""
        full = [node for node in nodes if getattr(node, "name", None) or str(node).strip()]
        if full and all(getattr(node, "name", None) == "img" for node in full):
            return [block for node in full for block in self._figure(node)]
        parts = self.inline(trimmed(nodes), depth)
        return [Block(f"par({sequence(parts)})")] if any(part.strip('" ') for part in parts) else []

    def _block(self, tag: Tag, depth: int) -> list[Block]:
        """Return a block element as blocks, with an anchor before it if something points to its id."""
        writer = self.writer
        if hidden(tag):
            return []
        if depth > MAX_DEPTH:
            return [Block(f"par({writer.text(tag.get_text(' '))})")]
        anchor = "" if tag.name in ("table", "tr", "td") else writer.anchor(attribute(tag, "id"))
        before = [Block(anchor)] if anchor else []
        match tag.name:
            case "h1" | "h2" | "h3" | "h4" | "h5" | "h6":
                body = sequence(self.inline(tag.contents, depth))
                return (
                    [*before, writer.heading(int(tag.name[1]), body, tag.get_text())] if tag.get_text().strip() else []
                )
            case "table":
                return self._table(tag, depth)
            case "ul" | "ol":
                return [*before, *self._list(tag, depth)]
            case "pre":
                return [*before, writer.printed(tag.get_text().strip("\n"))]
            case "blockquote":
                return [*before, Block(f"blockquote({stack(self.blocks(tag.contents, depth + 1))})")]
            case "hr":
                return [*before, Block("rule()")]
            case "figure":
                caption = tag.find("figcaption")
                if caption and not self.given.get("caption"):
                    self.given["caption"] = one_line(caption.extract().get_text()).strip()
                return before + self.blocks(tag.contents, depth + 1)
            case "summary" | "dt":
                return [*before, Block(f"par(strong({sequence(self.inline(tag.contents, depth))}))")]
            case "dd":
                return [*before, Block(f"pad(left: 1.4em, {stack(self.blocks(tag.contents, depth + 1))})")]
        return before + self.blocks(tag.contents, depth + 1)

    def _list(self, tag: Tag, depth: int) -> list[Block]:
        items = [stack(self.blocks(item.contents, depth + 1)) for item in tag.find_all("li", recursive=False)]
        kind = "enum" if tag.name == "ol" else "list"
        items = [f"{kind}.item({untight(item)})" for item in items]
        return [Block(f"{kind}({', '.join(items)})")] if items else self.blocks(tag.contents, depth + 1)

    def _own_svg(self, tag: Tag) -> str:
        """Return the source of the SVG that was put aside for `tag`, empty if it is another picture."""
        number = attribute(tag, "data-own-svg")
        source = self.pictures[int(number)] if number.isdigit() and int(number) < len(self.pictures) else ""
        if source and "xmlns=" not in source[:2000]:
            source = re.sub(r"<svg\b", '<svg xmlns="http://www.w3.org/2000/svg"', source, count=1, flags=re.IGNORECASE)
        return source

    def _figure(self, tag: Tag) -> list[Block]:
        """Return a picture that stands alone; nothing for an SVG that only keeps parts for others."""
        source = self._own_svg(tag)
        if source and not svg_draws(source):
            return []
        alt, caption, note = (self.given.pop(key, "") for key in ("alt", "caption", "note"))
        if source:
            found, own = self.writer.take_picture("image/svg+xml", source.encode()), svg_description(source)
        else:
            found, own = self.writer.find_picture(attribute(tag, "src")), attribute(tag, "alt")
        if found is None:
            return [Block(f"not-shown({self.writer.inline_image(attribute(tag, 'src') or 'svg', own)})")]
        return [self.writer.figure(found, self.writer.alt(alt, own, caption), caption, note)]

    def _inline_picture(self, tag: Tag) -> list[str]:
        """Return a picture within a line or a cell."""
        source = self._own_svg(tag)
        if not source:
            return [self.writer.inline_image(attribute(tag, "src"), attribute(tag, "alt"))]
        if not svg_draws(source):
            return []
        found, words = self.writer.take_picture("image/svg+xml", source.encode()), svg_description(source)
        return [self.writer.boxed(found, words) if found else self.writer.inline_image("svg", words)]

    def inline(self, nodes: Iterable[Any], depth: int, limit: int = 60) -> list[str]:
        """Return nodes as inline Typst code."""
        parts: list[str] = []
        for node in nodes:
            parts += self._inline_node(node, depth, limit)
        return parts

    def _inline_node(self, node: Any, depth: int, limit: int) -> list[str]:
        from bs4.element import PreformattedString

        writer, name = self.writer, getattr(node, "name", None)
        if name is None:
            return self._words(str(node), limit) if not isinstance(node, PreformattedString) else []
        if name in LOST_TAGS or name in SILENT_TAGS:
            if self.literal_tags and name != "style":
                return [writer.text(str(node))]
            self.lost |= {name} & LOST_TAGS
            return []
        if hidden(node):
            return []
        if name == "br":
            return ["linebreak()"]
        if name == "img":
            return self._inline_picture(node)
        if depth > MAX_DEPTH:
            return [writer.text(node.get_text(" "), limit)]
        inner = self.inline(node.contents, depth + 1, limit)
        if name in BLOCK_TAGS:
            return ["linebreak()", *inner] if node.find_previous_sibling() is not None else inner
        return [writer.wrapped(node, sequence(inner))] if inner or attribute(node, "id") else []

    def _words(self, text: str, limit: int) -> list[str]:
        """Return plain text of HTML; what notebooks set as a formula is one, but never in what a report quotes."""
        pieces = re.split(MATH_IN_HTML, text) if "$" in text and not self.literal_tags else [text]
        if self.writer.strict or len(pieces) == 1:
            return [self.writer.text(text, limit)] if text else []
        return [
            self.writer.formula(piece, block=False) if place % 2 else self.writer.text(piece, limit)
            for place, piece in enumerate(pieces)
            if piece
        ]

    # tables

    def _table(self, tag: Tag, depth: int) -> list[Block]:
        """Return a table with its caption above and the note below."""
        writer = self.writer
        if tag.find("table") and not any(cell.find_parent("table") is tag for cell in tag.find_all("th")):
            # Without head cells and with tables inside it only puts things side by side: paper has them in a row.
            cells = [cell for row in self._rows(tag)[1] for cell in own_cells(row)]
            return [block for cell in cells for block in self.blocks(cell.contents, depth + 1)]
        caption_tag = tag.find("caption")
        own = one_line(caption_tag.get_text()).strip() if caption_tag else ""
        caption, note = (self.given.pop(key, "") for key in ("caption", "note"))
        anchor = writer.anchor(attribute(tag, "id"))
        head, body = self._rows(tag)
        writer.in_table_head = True
        heads = [self._row(row, depth) for row in head]
        writer.in_table_head = False
        table = Table.of(heads, [self._row(row, depth) for row in body])
        if table is None:
            return []
        code = table_code(
            table, writer.label(caption or own), writer.label(note), writer.words["part"], self.nested or depth > 6
        )
        return [Block(anchor), code] if anchor else [code]

    def _rows(self, tag: Tag) -> tuple[list[Tag], list[Tag]]:
        """Return the rows of head and body, not those of tables inside; without thead, opening rows of th are head."""
        rows = [row for row in tag.find_all("tr") if row.find_parent("table") is tag and not hidden(row)]
        head = [row for row in rows if row.parent is not None and row.parent.name == "thead"]
        body = [row for row in rows if all(row is not other for other in head)]
        if not head:
            while len(body) > 1 and all(cell.name == "th" for cell in own_cells(body[0])):
                head.append(body.pop(0))
        return head, body

    def _row(self, row: Tag, depth: int) -> list[Cell]:
        cells = [self._cell(cell, depth) for cell in own_cells(row)]
        anchor = self.writer.anchor(attribute(row, "id"))
        if cells and anchor:
            cells[0].anchors = "; ".join(part for part in (anchor, cells[0].anchors) if part)
        return cells

    def _cell(self, tag: Tag, depth: int) -> Cell:
        """Return one cell with the looks that its styles ask for."""
        style = self.styles.of(tag)
        anchor = self.writer.anchor(attribute(tag, "id"))
        code = sequence(self.inline(tag.contents, depth + 1, limit=16))
        text = tag.get_text().replace("\u00a0", " ").strip()
        background = style.get("background-color") or style.get("background", "")
        bar, solid = gradient(style.get("background", "")), colour(background)
        ink = colour(style.get("color", ""))
        if ink and not bar and contrast(ink, solid or WHITE) < 2:
            ink = None
        align = style.get("text-align", attribute(tag, "align")).lower()
        return Cell(
            code if text or tag.find("img") else '""',
            text,
            tag.name == "th",
            span(tag, "colspan"),
            span(tag, "rowspan"),
            align if align in ("left", "right", "center") and tag.name == "td" else "",
            bar or (typst_colour(solid) if solid and solid != WHITE else ""),
            typst_colour(ink) if ink else "",
            is_bold(style),
            anchor,
        )


def own_cells(row: Tag) -> list[Tag]:
    """Return the cells of a row."""
    cells: list[Any] = [cell for cell in row.contents if getattr(cell, "name", None) in ("td", "th")]
    return [cell for cell in cells if not hidden(cell)]


def span(tag: Tag, name: str) -> int:
    """Return how many rows or columns a cell spans."""
    value = attribute(tag, name).strip()
    return max(1, min(int(value), 1000)) if value.isascii() and value.isdigit() and len(value) < 9 else 1


def hidden(tag: Tag) -> bool:
    """Return whether an element asks not to be seen."""
    style = attribute(tag, "style")
    return tag.has_attr("hidden") or "display" in style.lower() and declarations(style).get("display") == "none"


# --- the document -----------------------------------------------------------------------------------------------


@dataclass
class Document:
    """Typst source of a notebook, and what it was made of."""

    markup: str
    files: dict[str, bytes]
    formulas: dict[str, str]
    glyphs: Glyphs


def notebook_to_typst(
    nb: Mapping[str, Any],
    *,
    name: str = "",
    folder: Path | str | None = None,
    exclude_input: bool | None = None,
) -> tuple[str, dict[str, bytes]]:
    """Return the Typst source of a notebook and the files (images) it needs, by name.

    `name` is the file's, the title of last resort; images that Markdown links to are looked for in `folder`; code is
    shown unless `exclude_input`, which reports have by default. Raises ExportError for a report that lacks something.
    """
    document = write_document(nb, name=name, folder=folder, exclude_input=exclude_input)
    return document.markup, document.files


def write_document(
    nb: Mapping[str, Any],
    *,
    name: str = "",
    folder: Path | str | None = None,
    exclude_input: bool | None = None,
    broken: frozenset[str] = frozenset(),
) -> Document:
    """Return a notebook as a document; images and formulas named in `broken` are replaced by a note or their source."""
    metadata = nb.get("metadata") or {}
    strict = is_report(nb)
    report: Mapping[str, Any] = metadata["report"] if strict else {}
    cells = [cell for cell in nb.get("cells") or [] if not is_hidden(cell, strict)]
    lang = str(report.get("lang") or guess_language(reading_text(cells)))
    writer = Writer(
        lang, strict, report.get("labels") or {}, Path(folder) if folder else None, broken, find_references(cells)
    )
    title = find_title(metadata, cells, name)
    writer.base_level = shallowest_heading(cells)
    show_code = not (strict if exclude_input is None else exclude_input)
    body = [
        block
        for number, cell in enumerate(cells)
        for block in write_cell(writer, cell, number, title, show_code, metadata)
    ]
    front = title_page(writer, title, report, strict, name)
    back = colophon(writer, report)
    source = "\n\n".join(f"#{block.code}" for block in (*front, *paged(body), *back))
    source = f"{opening(writer, title, report, source)}\n\n{source}\n"
    if strict and writer.glyphs.lost:
        raise MissingGlyph(f"no font shows {writer.glyphs.describe_lost()}; cure: write these characters otherwise")
    return Document(source, writer.files, writer.formulas, writer.glyphs)


def is_report(nb: Mapping[str, Any]) -> bool:
    """Return whether a notebook describes itself as a report and is held to what reports must have."""
    return isinstance((nb.get("metadata") or {}).get("report"), Mapping)


def tags_of(cell: Mapping[str, Any]) -> set[str]:
    """Return the tags of a cell, hyphens read as underscores."""
    tags = (cell.get("metadata") or {}).get("tags") or []
    return {str(tag).replace("-", "_") for tag in tags} if isinstance(tags, (list, tuple)) else set()


def is_hidden(cell: Mapping[str, Any], strict: bool) -> bool:
    """Return whether a cell is left out as a whole; a report shows no parameters."""
    return bool(tags_of(cell) & (HIDDEN_CELLS | PARAMETERS if strict else HIDDEN_CELLS))


def reading_text(cells: Iterable[Mapping[str, Any]]) -> str:
    """Return what a reader reads: Markdown cells and the texts of outputs, enough of it to tell the language."""
    parts: list[str] = []
    for cell in cells:
        if cell.get("cell_type") == "markdown":
            parts.append(joined(cell.get("source"))[:5000])
        for output in cell.get("outputs") or []:
            data = output.get("data") or {}
            shown = joined(data.get("text/markdown") or data.get("text/html") or data.get("text/plain"))
            parts.append(re.sub(r"<style.*?</style>|<[^>]*>", "", shown[:20000], flags=re.DOTALL)[:5000])
            parts.append(joined(output.get("text"))[:2000])
    return "\n".join(parts)


def find_references(cells: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """Return the names that links inside the document point to."""
    found: set[str] = set()
    for cell in cells:
        texts = [joined(cell.get("source"))] if cell.get("cell_type") == "markdown" else []
        for output in cell.get("outputs") or []:
            data = output.get("data") or {}
            texts += [joined(data.get(mime)) for mime in ("text/html", "text/markdown") if mime in data]
        for text in texts:
            if "#" in text:
                found |= set(re.findall(r"""href\s*=\s*["']?#([^"'\s>]+)""", text)) | set(
                    re.findall(r"\]\(<?#([^)\s>]+)", text)
                )
    return frozenset(printable(unquote(html.unescape(name))) for name in found)


def find_title(metadata: Mapping[str, Any], cells: Sequence[Mapping[str, Any]], name: str) -> str:
    """Return the title: as the metadata says, else the first first-level heading, else the file's name."""
    report = metadata.get("report")
    stated = [report.get("title") if isinstance(report, Mapping) else None, metadata.get("title")]
    first = (
        token_text(token)
        for cell in cells
        if cell.get("cell_type") == "markdown"
        for token in markdown_tokens(joined(cell.get("source")))
        if token["type"] == "heading" and token["attrs"]["level"] == 1
    )
    choices = (printable(one_line(joined(choice))).strip() for choice in chain(stated, first, [name]))
    return next(filter(None, choices), "Notebook")


def shallowest_heading(cells: Sequence[Mapping[str, Any]]) -> int:
    """Return the smallest level of a Markdown heading, the opening title left out; 2 if there is none."""
    levels: list[int] = []
    for cell in cells:
        texts = [joined(cell.get("source"))] if cell.get("cell_type") == "markdown" else []
        texts += [joined((out.get("data") or {}).get("text/markdown")) for out in cell.get("outputs") or []]
        for text in filter(None, texts):
            tokens = markdown_tokens(text)
            headings = (token for token in tokens if token["type"] == "heading")
            found = [token["attrs"]["level"] for token in headings if printable(token_text(token)).strip()]
            levels += found[1:] if not levels and opening_title(tokens) else found
    return min(levels, default=2)


def write_cell(
    writer: Writer, cell: Mapping[str, Any], number: int, title: str, show_code: bool, metadata: Mapping[str, Any]
) -> list[Block]:
    """Return one cell as blocks."""
    writer.where, writer.cell_number = f"cell {number + 1}", number + 1
    writer.attachments = cell.get("attachments") or {}
    source, kind = joined(cell.get("source")), cell.get("cell_type")
    if kind == "markdown":
        return writer.markdown(source, title if not writer.level else "")
    if kind == "raw":
        return write_raw(writer, cell, source)
    own = cell.get("metadata") or {}
    concealed = tags_of(cell) & HIDDEN_INPUTS or (own.get("jupyter") or {}).get("source_hidden")
    blocks = []
    if show_code and source.strip() and not concealed:
        blocks.append(Block(f"listing({writer.code(source.expandtabs(4).rstrip(), code_language(metadata))})"))
    if not tags_of(cell) & HIDDEN_OUTPUTS:
        blocks += [block for output in merged_streams(cell.get("outputs") or []) for block in writer.output(output)]
    return blocks


def write_raw(writer: Writer, cell: Mapping[str, Any], source: str) -> list[Block]:
    """Return a raw cell whose format is text; any other is meant for another kind of page."""
    own = cell.get("metadata") or {}
    mime = str(own.get("raw_mimetype") or own.get("format") or "").lower()
    if mime == "text/markdown":
        return writer.markdown(source)
    return [writer.printed(terminal_text(source))] if mime in ("text/plain", "text") and source.strip() else []


def code_language(metadata: Mapping[str, Any]) -> str:
    """Return the name of the notebook's programming language."""
    info, kernel = metadata.get("language_info") or {}, metadata.get("kernelspec") or {}
    return str(info.get("name") or kernel.get("language") or "python").lower()


def merged_streams(outputs: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return outputs with neighbouring pieces of the same stream put together."""
    result: list[Mapping[str, Any]] = []
    for output in outputs:
        last = result[-1] if result else {}
        if output.get("output_type") == "stream" == last.get("output_type") and output.get("name") == last.get("name"):
            result[-1] = {**last, "text": joined(last.get("text")) + joined(output.get("text"))}
        else:
            result.append(output)
    return result


def paged(blocks: Sequence[Block]) -> list[Block]:
    """Return blocks with wide tables on pages across, together with the headings and captions right before them."""
    result: list[Block] = []
    for block in blocks:
        if block.role != "landscape":
            result.append(block)
            continue
        before: list[Block] = []
        while result and result[-1].role == "heading":
            before.insert(0, result.pop())
        if not before and result and result[-1].role == "across":
            result[-1] = Block(f"{result[-1].code[:-2]}; {block.code}}})", "across")
        else:
            result.append(Block(f"landscape({{{'; '.join(part.code for part in (*before, block))}}})", "across"))
    return result


def pair_rows(writer: Writer, rows: Iterable[Sequence[Any]]) -> list[str]:
    """Return labels and values (with links) as rows for the template's `pairs`."""
    codes = []
    for row in rows:
        label, value, href = (*row, "", "")[:3]
        body = writer.text(str("" if value is None else value)) or '""'
        codes.append(f"({writer.text(str(label))}, {writer.link(str(href), body) if href else body})")
    return codes


def source_cell(writer: Writer, value: Any, head: bool = False) -> Cell:
    """Return a cell of the table of sources: a text, or a text with its link."""
    text, href = value if isinstance(value, (list, tuple)) and len(value) == 2 else (value, "")
    text = "" if text is None else str(text)
    code = writer.text(text, limit=16)
    return Cell(writer.link(str(href), code) if href else code, text, head)


def web_pages(writer: Writer, report: Mapping[str, Any], name: str) -> list[str]:
    """Return the row of links to the files beside a report: its own page, other languages, the index, the notebook."""
    downloads = [(str(label), str(link)) for label, link in report.get("downloads") or []]
    own = [(writer.words["this"], f"{name}.html")] if any(link == f"{name}.pdf" for _, link in downloads) else []
    others = [(str(label), str(link)) for label, link in report.get("alternate") or []]
    index = [(writer.words["home"], str(report["home"]))] if report.get("home") else []
    links = [*own, *others, *index, *(pair for pair in downloads if not pair[1].endswith(".pdf"))]
    shown = [writer.link(link, writer.text(label)) for label, link in links if PAGE.fullmatch(link)]
    joined_links = f"; {literal(' · ')}; ".join(shown)
    return [f"({writer.text(writer.words['web'])}, {{{joined_links}}})"] if shown else []


def title_page(writer: Writer, title: str, report: Mapping[str, Any], strict: bool, name: str) -> list[Block]:
    """Return the title block; for a report also facts, sources and contents, with the text on the next page."""
    writer.where = "title page"
    settings = {key: writer.label(report.get(key)) for key in ("subtitle", "description")}
    named = [f"{key}: {value}" for key, value in settings.items() if value]
    blocks = [Block(f"title-block({', '.join([*named, writer.text(title)])})")]
    facts = [list(row) for row in report.get("facts") or []]
    if report.get("date"):
        facts.append([writer.words["date"], report["date"]])
    rows = pair_rows(writer, facts) + web_pages(writer, report, name)
    if rows:
        blocks.append(Block(f"pairs(({', '.join(rows)},))"))
    blocks += source_table(writer, report.get("sources"))
    if writer.sections >= 3:
        blocks.append(Block("contents()"))
    return [*blocks, Block("pagebreak(weak: true)")] if strict else blocks


def source_table(writer: Writer, sources: Any) -> list[Block]:
    """Return the table of sources and editions."""
    if not isinstance(sources, Mapping) or not sources.get("rows"):
        return []
    head = [[source_cell(writer, value, True) for value in sources.get("head") or []]]
    body = [[source_cell(writer, value) for value in row] for row in sources["rows"]]
    table = Table.of(head if head[0] else [], body)
    caption = writer.label(sources.get("caption") or writer.words["sources"])
    return [table_code(table, caption, writer.label(sources.get("note")), nested=True)] if table else []


def colophon(writer: Writer, report: Mapping[str, Any]) -> list[Block]:
    """Return what stands at the end of a report: how and from what it was made."""
    writer.where = "colophon"
    rows = pair_rows(writer, report.get("colophon") or [])
    if not rows:
        return []
    head = f"small-head({writer.text(writer.words['colophon'])})"
    return [Block(f"block(breakable: {str(len(rows) > 20).lower()}, {{{head}; aside(pairs(({', '.join(rows)},)))}})")]


def opening(writer: Writer, title: str, report: Mapping[str, Any], source: str) -> str:
    """Return the head of `source`: words, fonts, the anchors it has, template and the settings of the document."""
    writer.where = "title"
    placed = set(re.findall(r'\banchor\("(anchor-\d+)"\)|\bsec\(\d, "(section-[\d-]+)"', source))
    found = {key: name for key, name in writer.anchors.items() if (name, "") in placed or ("", name) in placed}
    anchors = ", ".join(f"{literal(key)}: {literal(name)}" for key, name in found.items())
    settings = {
        "title": writer.plain(title),
        "running": writer.text(title),
        "description": writer.plain(str(report["description"])) if report.get("description") else "",
        "author": typst_texts(writer, report.get("author")),
        "keywords": typst_texts(writer, report.get("keywords")),
        "date": typst_date(report.get("date")),
        "lang": literal(writer.lang if re.fullmatch("[a-z]{2,3}", writer.lang) else "en"),
        "region": '"cn"' if writer.lang == "zh" else "",
    }
    contents = writer.plain(one_line(writer.words["contents"]))
    families = ", ".join(writer.glyphs.families())
    return "\n".join(
        [
            f"#let words = (contents: {contents})",
            f"#let fonts = ({families},)",
            f"#let anchors = ({anchors or ':'})",
            f"#let chinese = {'true' if writer.lang in ('zh', 'ja', 'ko') else 'false'}",
            _template(),
            f"#show: notebook.with({', '.join(f'{key}: {value}' for key, value in settings.items() if value)})",
        ]
    )


def typst_texts(writer: Writer, stated: Any) -> str:
    """Return a text or several as a Typst array, empty if there are none."""
    several = stated if isinstance(stated, (list, tuple)) else [stated]
    texts = [writer.plain(one_line(str(text)).strip()) for text in several if text not in (None, "")]
    return f"({', '.join(texts)},)" if texts else ""


@cache
def _template() -> str:
    return TEMPLATE.read_text(encoding="utf-8")


def typst_date(stated: Any) -> str:
    """Return the date of the document: SOURCE_DATE_EPOCH, else `stated` (ISO); none, so that bytes stay the same."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    try:
        if epoch:
            moment = datetime.datetime.fromtimestamp(int(epoch), datetime.UTC)
        elif stated:
            moment = datetime.datetime.fromisoformat(str(stated))
        else:
            return ""
    except (ValueError, OverflowError, OSError):
        LOG.warning("date %r is not an ISO date; the PDF carries none", epoch or stated)
        return ""
    parts = ", ".join(
        f"{name}: {getattr(moment, name)}" for name in ("year", "month", "day", "hour", "minute", "second")
    )
    return f"datetime({parts})"


# --- compiling --------------------------------------------------------------------------------------------------


@cache
def _font_book(folders: tuple[Path, ...]) -> Any:
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=list(folders))


def _fonts_for(markup: str) -> Any:
    """Return the fonts a source names in its first lines."""
    named = re.search(r"^#let fonts = \((.*)\)$", markup, re.MULTILINE)
    folders = [fonts.font_folder()]
    for script, family in fonts.FAMILIES.items():
        if script != "sc" and named and literal(family) in named[1]:
            folders.append(fonts.fallback_folder(script))
    if named and literal(fonts.LETTERS) in named[1]:
        folders.append(fonts.letter_folder())
    return _font_book(tuple(folders))


def compile_typst(markup: str, files: Mapping[str, bytes], *, accessible: bool = True) -> bytes:
    """Return the PDF of a Typst source and its files; nothing outside `files` can be read.

    `accessible` asks for PDF/UA-1, which Typst checks. Raises ExportError with the compiler's message.
    """
    import typst

    with tempfile.TemporaryDirectory(prefix="typst-") as folder:
        root = Path(folder)
        (root / "main.typ").write_text(markup, encoding="utf-8")
        for name, content in files.items():
            (root / name).write_bytes(content)
        try:
            pdf = typst.compile(
                root / "main.typ",
                root=root,
                font_paths=_fonts_for(markup),
                ignore_system_fonts=True,
                format="pdf",
                pdf_standards="ua-1" if accessible else None,
            )
        except RuntimeError as error:
            raise ExportError(f"Typst cannot set the document: {' '.join(str(error).split())}") from error
    return packed(pdf)


def find_broken(document: Document) -> frozenset[str]:
    """Return the names of the images and the formulas that Typst refuses, each tried by itself."""
    families = ", ".join(document.glyphs.families())
    head = f'#let fonts = ({families},)\n#set document(title: "-")\n#set text(font: fonts)\n'
    trials = {name: f'#image({literal("/" + name)}, alt: "-", width: 10pt)' for name in document.files}
    for tex, formula in document.formulas.items():
        trials[tex] = f'#math.equation(alt: "-", eval({literal(formula)}, mode: "math"))'
    broken = set()
    for name, code in trials.items():
        try:
            compile_typst(head + code, {name: document.files[name]} if name in document.files else {})
        except ExportError:
            broken.add(name)
    return frozenset(broken)


def notebook_to_pdf(
    nb: Mapping[str, Any],
    *,
    name: str = "",
    folder: Path | str | None = None,
    exclude_input: bool | None = None,
) -> tuple[bytes, Document]:
    """Return the PDF of a notebook and the document it was set from.

    A formula that Typst refuses is shown as its source. Of a report nothing else may fail; in a stranger's notebook
    a note stands for an image that Typst refuses.
    """
    write = partial(write_document, nb, name=name, folder=folder, exclude_input=exclude_input)
    document = write()
    try:
        return compile_typst(document.markup, document.files), document
    except ExportError as error:
        broken = find_broken(document)
        if is_report(nb) and not broken & document.formulas.keys():
            raise
        LOG.warning("%s; not shown: %s", error, ", ".join(sorted(broken)) or "nothing")
    document = write(broken=broken)  # a report refuses broken images here
    try:
        return compile_typst(document.markup, document.files), document
    except ExportError as error:
        if is_report(nb):
            raise
        LOG.warning("%s; the PDF is not marked as accessible", error)
    return compile_typst(document.markup, document.files, accessible=False), document


class TypstPDFExporter(Exporter):
    """Notebook to tagged PDF (PDF/UA-1), set by Typst with the fonts of this package."""

    output_mimetype = "application/pdf"
    export_from_notebook = "PDF (Typst)"

    exclude_input = Bool(
        None, allow_none=True, help="Leave out the code; by default reports leave it out and others show it."
    ).tag(config=True)
    keep_typst = Bool(False, help="Also write the Typst source beside the PDF.").tag(config=True)

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".pdf"

    def from_notebook_node(  # type: ignore[override]  # the base class says a notebook, and every exporter returns more
        self, nb: Any, resources: Any | None = None, **kw: Any
    ) -> tuple[bytes, dict[str, Any]]:
        """Return the PDF of a notebook and nbconvert's resources."""
        nb, resources = super().from_notebook_node(nb, resources, **kw)
        about = resources.get("metadata") or {}
        pdf, document = notebook_to_pdf(
            nb,
            name=str(about.get("name") or ""),
            folder=about.get("path") or None,
            exclude_input=self._excludes_input(),
        )
        if document.glyphs.lost:
            self.log.warning("No font shows %s; code points stand in their place", document.glyphs.describe_lost())
        resources["output_extension"] = self.file_extension
        if self.keep_typst:
            outputs = {"main.typ": document.markup.encode(), **document.files}
            resources.setdefault("outputs", {}).update({f"typst/{name}": content for name, content in outputs.items()})
        return pdf, resources

    def _excludes_input(self) -> bool | None:
        """Return what was asked for here, else by nbconvert's own switch (--no-input), else nothing."""
        if self.exclude_input is not None:
            return self.exclude_input
        general = self.config.get("TemplateExporter", {}).get("exclude_input")
        return bool(general) if isinstance(general, bool) else None
