"""What every reader needs to write a page: texts, links, anchors, headings, formulas, pictures."""

from __future__ import annotations

import hashlib
import html
import re
from typing import Any, NamedTuple
from urllib.parse import unquote

from bs4 import Tag

from ..elements import attribute
from ..formulas import typst_formula
from ..images import IMAGES, SVG, Image, from_uri, image_size
from ..notebook import Notebook
from ..svg import spelled_out
from ..text import CONTROL, INVISIBLE, SURROGATE, mono_width, one_line, printable, wrapped_lines
from ..words import words
from .code import ANCHOR, Block, call, literal, sequence
from .glyphs import WIDE, Glyphs, bound, breakable, by_width
from .layout import POINTS_PER_MM, TEXT_WIDTH, WIDE_WIDTH
from .looks import MARKED, WHITE, colour, contrast, declarations, is_bold, lighter, typst_colour

FIGURE_HEIGHT = 205 * POINTS_PER_MM
LINE, SMALLEST = {"zh": 80, "ja": 80, "ko": 80}, 0.74
"""Letters of the programs' type in a line of the page (84 in other languages), and how far it may shrink."""
PIECE = 100
MAX_DEPTH = 20
"""How deep lists, quotes and tags may nest; what lies deeper is shown as text."""
# Files beside a notebook, and those that the build puts beside a report; a reader of the PDF resolves them from where
# the file lies.
BESIDE = re.compile(r"(?![A-Za-z][\w+.-]*:)[^/\\?#\s][^\\\s]{0,999}")
PAGE = re.compile(r"(?:[\w.-]+/)*[\w.-]+\.(?:html|ipynb|csv|xlsx)(?:#[\w.-]+)?")
INLINE_WRAPS = {
    "b": "strong", "strong": "strong", "i": "emph", "em": "emph", "sub": "sub", "sup": "super", "u": "underline",
    "ins": "underline", "s": "strike", "del": "strike", "strike": "strike", "small": "aside", "th": "strong",
    "dfn": "emph", "cite": "emph", "var": "emph",
}  # fmt: skip


class Picture(NamedTuple):
    """An image file for Typst and its natural size in points (width, height)."""

    name: str
    size: tuple[float, float]


class Writer:
    """Writes the parts of a page and gathers what they need: images, formulas, anchors, characters.

    Pictures and formulas named in `broken` are refused; `references` are the anchors that something points to, `unread`
    the formulas that could not be read.
    """

    def __init__(self, notebook: Notebook, broken: frozenset[str]) -> None:
        self.notebook, self.broken = notebook, broken
        self.references: frozenset[str] = frozenset()
        self.lang, self.strict = notebook.lang, notebook.is_report
        self.words = words(self.lang, "pdf", notebook.report.get("labels"))
        self.glyphs = Glyphs(self.lang)
        self.line = LINE.get(self.lang, 84)
        self.files: dict[str, bytes] = {}
        self.formulas: dict[str, str] = {}
        self.pictures: dict[Image, Picture | None] = {}
        self.unread: list[str] = []
        self.codes: dict[tuple[str, int], str] = {}  # tables say the same words again and again
        self.anchors: dict[str, str] = {}
        self.where = "title page"
        self.cell_number: int | None = None
        self.base_level, self.level, self.sections, self.figures = 1, 0, 0, 0
        self.last_heading = ""
        self.in_table_head = False

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

    def code(self, raw: str, language: str = "") -> str:
        """Return a block of preformatted text, lines that no page is wide enough for broken."""
        lines = raw.split("\n")
        # Typst breaks lines of code at blanks; what has none breaks here, and so does all text that is no code.
        if not language or any(len(word) > self.line // 2 for line in lines for word in line.split()):
            raw = wrapped_lines(raw, self.line)
        return self._pieces(raw, language)

    def _pieces(self, text: str, language: str = "") -> str:
        """Return lines in pieces of a hundred: Typst takes time by the square of the lines of one."""
        lines = text.split("\n")
        pieces = ("\n".join(lines[start : start + PIECE]) for start in range(0, len(lines), PIECE))
        codes = [self._raw(piece, f"block: true{_language(language)}") for piece in pieces]
        return codes[0] if len(codes) == 1 else f"pieces({', '.join(codes)})"

    def inline_code(self, raw: str) -> str:
        """Return preformatted text within a line."""
        pieces = [self._raw(piece, "block: false") for piece in breakable(raw, 40)]
        return "{" + "; pause; ".join(pieces) + "}" if len(pieces) > 1 else "".join(pieces) or '""'

    def _raw(self, text: str, settings: str) -> str:
        self.glyphs.wide_code |= not text.isascii() and WIDE.search(text) is not None
        return f"raw({settings}, {self.plain(text)})"

    def printed(self, text: str) -> Block:
        """Return the output of a program, smaller where that keeps the lines of a wide one whole."""
        widths = sorted(map(mono_width, text.split("\n")), reverse=True)
        several = len(widths) > 1 and widths[1] > self.line  # one long line may as well go on in the next
        if several and widths[0] <= self.line / SMALLEST:
            return Block(f"printed(size: {self.line / widths[0]:.3f}, {self._pieces(text)})")
        return Block(f"printed({self.code(text)})")

    def shows_formula(self, tex: str) -> bool:
        """Tell whether Typst sets a formula with glyphs that are there."""
        result = None if tex in self.broken else typst_formula(tex)
        if result is None or self.glyphs.missing(re.sub("[^\u2e80-\U0010ffff]", "", result), self.where):
            return False
        self.formulas[tex] = result
        return True

    def formula(self, tex: str, block: bool) -> str:
        """Return a bare TeX formula as an equation with its source as alternative text, else as code."""
        if not self.shows_formula(tex):
            self.unread.append(f"{self.where}: {tex[:60]}")
            return self.code(tex) if block else self.inline_code(tex)
        alt = literal(printable(tex).strip() or "-")
        shown = "true" if block else "false"
        return f'math.equation(block: {shown}, alt: {alt}, eval({literal(self.formulas[tex])}, mode: "math"))'

    # links and anchors

    def link(self, href: str, body: str) -> str:
        """Return a link to the web, to a place in the document, or to a file found from the notebook's folder; of a
        report only to a page beside it. Any other is its text only.
        """
        if self.in_table_head:
            return body  # the head is repeated as an artifact on later pages, and PDF/UA allows no link in one
        href = re.sub(r"[\x00-\x20\x7f]", lambda c: "%20" if c[0] == " " else "", href.strip())
        if href.startswith("#"):
            return f"goto({literal(printable(unquote(href[1:])))}, {body})"
        if re.match(r"(?:https?://|mailto:)[^\s]", href, re.IGNORECASE) and len(href) <= 2000:
            return f"link({literal(printable(href))}, {body})"
        if (PAGE if self.strict else BESIDE).fullmatch(href):
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
        ground = colour(style.get("background-color") or style.get("background", "")) if name != "mark" else MARKED
        if ground and ground != WHITE:
            body = f"highlight(fill: {typst_colour(lighter(ground))}, {body})"
        anchor = self.anchor(attribute(tag, "id") or (attribute(tag, "name") if name == "a" else ""))
        return f"{{{anchor}; {body}}}" if anchor else body

    # pictures

    def shows_picture(self, image: Image) -> bool:
        """Tell whether Typst sets a picture."""
        return self.take_picture(image) is not None

    def take_picture(self, image: Image) -> Picture | None:
        """Return a picture that Typst can set, kept among the files; None if it is not one."""
        if image not in self.pictures:
            self.pictures[image] = self._taken(image)
        return self.pictures[image]

    def _taken(self, image: Image) -> Picture | None:
        if image.mime == SVG:
            image = Image(SVG, self._svg(image.source))
        size = image_size(image)
        name = f"image-{hashlib.sha256(image.content).hexdigest()[:16]}.{IMAGES[image.mime]}"
        if size is None or name in self.broken:
            return None
        self.files[name] = image.content
        return Picture(name, (size[0] * size[2], size[1] * size[2]))

    def _svg(self, source: str) -> bytes:
        """Return an SVG whose texts hold only characters that some font shows."""
        source = spelled_out(SURROGATE.sub("\ufffd", re.sub(r"^\s*<\?xml[^>]*\?>", "", source)))
        text = html.unescape(
            " ".join(re.findall(r">([^<>]+)<", " ".join(re.findall(r"<text\b.*?</text>", source, re.DOTALL))))
        )
        for char in self.glyphs.missing(INVISIBLE.sub("", CONTROL.sub("", text)), self.where):
            source = source.replace(char, f"[U+{ord(char):04X}]")
            source = re.sub(
                rf"&#(?:{ord(char)}|x0*{ord(char):x});", f"[U+{ord(char):04X}]", source, flags=re.IGNORECASE
            )
        return INVISIBLE.sub("", source).encode()

    def find_picture(self, uri: str) -> Picture | None:
        """Return the picture in a data URI."""
        found = from_uri(uri) if uri else None
        return self.take_picture(found) if found else None

    def _alt(self, given: str) -> str:
        """Return an alternative text, a makeshift where none is given."""
        self.figures += 1
        return printable(one_line(given)).strip() or self.last_heading or f"{self.words['figure']} {self.figures}"

    def figure(self, found: Picture, alt: str, caption: str = "", note: str = "", width: float = 0) -> Block:
        """Return a figure with its caption and source line below; `width` in points overrides its own."""
        natural, height = found.size
        target = min(width or natural, WIDE_WIDTH if (width or natural) > 1.12 * TEXT_WIDTH else TEXT_WIDTH)
        target = min(target, FIGURE_HEIGHT * natural / height)
        wide = "true" if target > TEXT_WIDTH else ""
        image = self._image(found, alt, target)
        return Block(call("fig", image, wide=wide, caption=self.label(caption), source=self.label(note)))

    def _image(self, found: Picture, alt: str, width: float) -> str:
        return f"image({literal('/' + found.name)}, alt: {literal(self._alt(alt))}, width: {width:.2f}pt)"

    def missing_image(self, tag: Tag) -> str:
        """Return what stands in the place of a picture that is not there."""
        link = attribute(tag, "data-missing")
        missing = self.text(f"[{self.words['image']}: {attribute(tag, 'alt') or link[:80]}]")
        return self.link(link, missing) if re.match("https?:", link) else missing

    def boxed(self, found: Picture, alt: str) -> str:
        """Return a picture as a part of a line, no taller than a third of the page."""
        width = min(found.size[0], TEXT_WIDTH, 200 * found.size[0] / found.size[1])
        return f"box({self._image(found, alt, width)})"


def _language(name: str) -> str:
    """Return the setting of a programming language, nothing for what is no name of one."""
    return f", lang: {literal(name)}" if re.fullmatch(r"[a-z][a-z0-9+#-]{0,19}", name) else ""


def slug(text: str) -> str:
    """Return the anchor that web pages make of a heading: lower case, words joined by hyphens."""
    return re.sub(r"\s+", "-", re.sub(r"[^\w\s-]", "", text.strip().lower()))
