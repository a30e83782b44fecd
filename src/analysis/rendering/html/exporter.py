"""Reports and pages as one HTML file each: no request, one hashed script, untrusted text inert.

Two ways in. `ReportHTMLExporter` is an nbconvert exporter for any notebook (`jupyter nbconvert --to report-html`);
`page` puts the same head, contents list and foot around markup that does not come from a notebook. Both end in the
same finishing pass: headings get ids, tables get scopes, a scroll region and aligned numbers, links are checked.

What a notebook says about itself is in `nb.metadata["report"]`: title, subtitle, lang (zh or en), description, date,
facts and colophon ([label, value] or [label, value, link]), sources ({caption, head, rows}), home, alternate and
downloads ([label, link]), labels (other words for the interface). An output may carry alt, caption and note in its
metadata, directly or under its MIME type.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import html
import json
import re
import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import bleach
import jinja2
import mistune
import tinycss2
from bs4 import BeautifulSoup, Tag
from nbconvert.exporters.templateexporter import TemplateExporter
from pygments import lex
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Keyword, String
from pygments.util import ClassNotFound
from traitlets import default

HERE = Path(__file__).parent

WORDS: dict[str, dict[str, str]] = {
    "zh": {
        "skip": "跳到正文",
        "contents": "目录",
        "home": "全部报告",
        "pages": "相关页面",
        "facts": "概要",
        "sources": "资料来源",
        "colophon": "关于本页",
        "date": "生成日期",
        "code": "代码",
        "table": "表格",
        "figure": "图（无文字说明）",
        "image": "图片",
        "error": "运行出错",
        "lost": "此处未能显示：",
        "comma": "、",
        "script": "脚本",
        "widget": "交互控件",
        "all": "显示全部 {n} 行",
        "fewer": "只显示前 {n} 行",
        "filter": "筛选",
        "left": "显示 {n} 行，共 {all} 行",
        "enlarge": "放大",
        "csv": "下载 CSV",
        "dark": "深色",
        "light": "浅色",
    },
    "en": {
        "skip": "Skip to the text",
        "contents": "Contents",
        "home": "All reports",
        "pages": "Related pages",
        "facts": "At a glance",
        "sources": "Sources",
        "colophon": "About this page",
        "date": "Made on",
        "code": "Code",
        "table": "Table",
        "figure": "Figure (no description)",
        "image": "Image",
        "error": "Error while running",
        "lost": "Not shown here: ",
        "comma": ", ",
        "script": "script",
        "widget": "interactive widget",
        "all": "Show all {n} rows",
        "fewer": "Show the first {n} rows",
        "filter": "Filter",
        "left": "{n} of {all} rows",
        "enlarge": "Enlarge",
        "csv": "Download CSV",
        "dark": "Dark",
        "light": "Light",
    },
}
SCRIPT_WORDS = ("all", "fewer", "filter", "left", "enlarge", "csv", "dark", "light")
LANGUAGE_TAGS = {"zh": "zh-CN", "en": "en"}

# In order of preference. Formulas come as text/latex with a bitmap beside them; the formula is the better of the two.
SHOWN = (
    "text/html",
    "text/markdown",
    "image/svg+xml",
    "text/latex",
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "text/plain",
)
NOT_SHOWN = {
    "application/vnd.jupyter.widget-view+json": "widget",
    "application/javascript": "script",
    "text/javascript": "script",
}
HIDDEN_TAGS = {"remove_cell"}
HIDDEN_REPORT_TAGS = {"remove_cell", "injected-parameters"}

HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af]")
ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class MissingAltText(ValueError):
    """A report shows an image that has no text for those who cannot see it."""


def _names(text: str) -> frozenset[str]:
    """Return the names listed in a text."""
    return frozenset(text.split())


# --- text and links ---------------------------------------------------------------------------------------------


def guess_language(text: str) -> str:
    """Return "zh" when at least a tenth of the letters in `text` are Han characters, else "en"."""
    letters = sum(character.isalpha() for character in text)
    return "zh" if letters and len(HAN.findall(text)) >= letters / 10 else "en"


def safe_href(link: str) -> str | None:
    """Return `link` if it is http(s), mailto, relative or an anchor, else None."""
    # Browsers ignore control characters and blanks when they look for the scheme, so they go first.
    bare = re.sub(r"[\x00-\x20\x7f-\xa0]", "", link)
    scheme = re.match(r"([a-z][a-z0-9+.-]*):", bare, re.IGNORECASE)
    if scheme and scheme[1].lower() not in {"http", "https", "mailto"}:
        return None
    # Two slashes at the start would leave for another host, and browsers read a backslash as a slash.
    return None if re.match(r"[/\\]{2}", bare) else link.strip()


def _plain(text: str) -> str:
    """Return terminal output without colours, control characters and lines that a later one overwrote."""
    text = ANSI.sub("", text).replace("\r\n", "\n")
    return CONTROL.sub("", re.sub(r"[^\n]*\r", "", text))


def _joined(value: Any) -> str:
    """Return notebook text, which may be stored as a list of lines, as one string."""
    return "".join(value) if isinstance(value, list) else str(value)


def _slug(text: str) -> str:
    """Return an anchor for a heading: its words, in any script, joined by hyphens."""
    words = re.sub(r"[^\w\s.-]", "", text.strip())
    return re.sub(r"\s+", "-", words).strip("-.") or "section"


def _highlight(code: str, language: str) -> str:
    """Return escaped code in which comments, keywords and strings are marked; plain if the language is unknown."""
    try:
        lexer = get_lexer_by_name(language, ensurenl=False, stripnl=False)
    except ClassNotFound:
        return html.escape(code)
    kinds = ((Comment, "pg-c"), (Keyword, "pg-k"), (String, "pg-s"))
    parts = []
    for token, text in lex(code, lexer):
        kind = next((name for group, name in kinds if token in group), None)
        parts.append(f'<span class="{kind}">{html.escape(text)}</span>' if kind else html.escape(text))
    return "".join(parts)


# --- formulas ---------------------------------------------------------------------------------------------------

MATHML_TAGS = _names(
    "math mrow mi mn mo ms mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover mmultiscripts "
    "mprescripts none mtable mtr mlabeledtr mtd mstyle mpadded mphantom menclose mfenced"
)
MATHML_ATTRIBUTES = _names(
    "display displaystyle scriptlevel mathvariant mathcolor mathsize stretchy fence form separator lspace rspace "
    "largeop movablelimits symmetric minsize maxsize accent accentunder linethickness columnalign rowalign "
    "columnspacing rowspacing columnlines rowlines width height depth voffset notation open close separators"
)
MATHML = "{http://www.w3.org/1998/Math/MathML}"


def mathml(tex: str, display: bool = False) -> str:
    """Return MathML for a TeX formula; the formula as code when it cannot be read."""
    from latex2mathml.converter import convert as tex_to_mathml

    # The converter raises many kinds of errors and copies the text of \text{...} unescaped, hence the reparse.
    try:
        tree = ElementTree.fromstring(tex_to_mathml(tex, display="block" if display else "inline"))
        _check_mathml(tree)
    except Exception:
        code = f"<code>{html.escape(tex)}</code>"
        return f"<p>{code}</p>" if display else code
    tree.set("alttext", tex)
    return ElementTree.tostring(tree, encoding="unicode")


def _check_mathml(tree: ElementTree.Element) -> None:
    """Raise ValueError for an element that is not MathML; take away namespaces and what is not layout."""
    for element in tree.iter():
        element.tag = element.tag.removeprefix(MATHML)
        if element.tag not in MATHML_TAGS:
            raise ValueError(f"not MathML: {element.tag}")
        for name in set(element.attrib) - MATHML_ATTRIBUTES:
            del element.attrib[name]


def _bare_tex(latex: str) -> str:
    """Return a formula without its delimiters: `$$x$$`, `\\[x\\]` and `$\\displaystyle x$` all become `x`."""
    tex = latex.strip()
    for opening, closing in (("$$", "$$"), ("$", "$"), (r"\[", r"\]"), (r"\(", r"\)")):
        if tex.startswith(opening) and tex.endswith(closing) and len(tex) > len(opening) + len(closing):
            tex = tex[len(opening) : -len(closing)]
            break
    return tex.strip().removeprefix(r"\displaystyle").strip()


def _is_formula(tex: str) -> bool:
    """Tell a formula from prose between two dollar signs: no Han outside \\text, no mere amount of money."""
    bare = re.sub(r"\\(?:text|mathrm|mbox)\{[^{}]*\}", "", tex)
    return not HAN.search(bare) and not (tex[0].isdigit() and not re.search(r"[\\^_=+*/<>{]|^\d*[A-Za-z]?$", tex))


# --- Markdown ---------------------------------------------------------------------------------------------------

# As in pandoc: no blank inside the dollars, no digit after the closing one; also no letter or digit before the first.
DISPLAY_IN_TEXT = r"(?<![\\$])\$\$(?P<text_tex>(?:[^$\\]|\\.)+?)\$\$(?!\$)"
INLINE_MATH = r"(?<![\w\\$])\$(?![\s$])(?P<inline_tex>(?:[^$\\\n]|\\.)+?)(?<!\s)\$(?![\d$])"
DISPLAY_MATH = r"^ {0,3}\$\$(?P<display_tex>(?:[^$\\]|\\.|\$(?!\$))+?)\$\$[ \t]*(?:\n|$)"
# CommonMark leaves **“quoted”** between Chinese characters unmarked; no Chinese reader would.
STRONG = r"\*\*(?![\s*])(?P<strong_text>(?:[^*\n\\`]|`[^`\n]*`)+?)(?<!\s)\*\*(?!\*)"


class _MarkdownRenderer(mistune.HTMLRenderer):
    """Markdown to HTML in which raw HTML is text and images come from `find_image` or become links."""

    def __init__(self, words: Mapping[str, str]) -> None:
        super().__init__(escape=True)
        self.words = words
        self.find_image: Callable[[str], str | None] = lambda link: None

    def inline_html(self, html: str) -> str:
        return "<br>" if re.fullmatch(r"<br\s*/?>", html) else super().inline_html(html)

    def link(self, text: str, url: str, title: str | None = None) -> str:
        return text if safe_href(url) is None else super().link(text, url, title)

    def image(self, text: str, url: str, title: str | None = None) -> str:
        alt = BeautifulSoup(text, "html.parser").get_text()
        source = self.find_image(url)
        if source:
            extra = f' title="{html.escape(title)}"' if title else ""
            return f'<img class="pg-image" src="{html.escape(source)}" alt="{html.escape(alt)}"{extra}>'
        label = html.escape(f"{self.words['image']} {alt or url}")
        return f'<a href="{html.escape(safe_href(url) or "#")}">{label}</a>'

    def block_code(self, code: str, info: str | None = None) -> str:
        language = (info or "text").split()[0] if (info or "text").strip() else "text"
        return f'<pre class="pg-code"><code>{_highlight(code.rstrip(), language)}</code></pre>\n'

    def inline_math(self, text: str) -> str:
        return mathml(text)

    def block_math(self, text: str) -> str:
        return mathml(text, display=True) + "\n"


def _parse_inline_math(inline: Any, match: re.Match[str], state: Any) -> int | None:
    if not _is_formula(match["inline_tex"]):
        return None
    state.append_token({"type": "inline_math", "raw": match["inline_tex"]})
    return match.end()


def _display_math_parser(group: str) -> Callable[[Any, re.Match[str], Any], int | None]:
    """Return the parser of a rule whose pattern holds the formula in the named group."""

    def parse(parser: Any, match: re.Match[str], state: Any) -> int | None:
        tex = match[group].strip()
        if not tex or not _is_formula(tex):
            return None
        state.append_token({"type": "block_math", "raw": tex})
        return match.end()

    return parse


def _parse_strong(inline: Any, match: re.Match[str], state: Any) -> int:
    inner = state.copy()
    inner.src = match["strong_text"]
    state.append_token({"type": "strong", "children": inline.render(inner)})
    return match.end()


def _markdown_reader(renderer: _MarkdownRenderer) -> mistune.Markdown:
    """Return a Markdown reader with tables, strikethrough, formulas and bold that works beside Chinese quotes."""
    reader = mistune.create_markdown(renderer=renderer, plugins=["table", "strikethrough"])
    reader.inline.register("display_in_text", DISPLAY_IN_TEXT, _display_math_parser("text_tex"), before="codespan")
    reader.inline.register("inline_math", INLINE_MATH, _parse_inline_math, before="codespan")
    reader.block.register("block_math", DISPLAY_MATH, _display_math_parser("display_tex"), before="list")
    reader.inline.register("cjk_strong", STRONG, _parse_strong, before="emphasis")
    return reader


# --- images -----------------------------------------------------------------------------------------------------

IMAGE_SUFFIXES = {
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
}
# Signs that would end the link or stand for others in it. Most are the quotation marks in tags, hence the apostrophes.
URI_ESCAPES = {**{sign: f"%{ord(sign):02X}" for sign in '%&#<>"'}, "\n": " ", "\t": " "}
QUOTED_TAG = re.compile(r"""<[^<>"']*(?:"[^"']*"[^<>"']*)*>""")
DATA_IMAGE = re.compile(r"data:image/(?:png|jpeg|gif|webp|svg\+xml);base64,[A-Za-z0-9+/=\s]+")


def data_uri(mime: str, data: str) -> str:
    """Return an image as a data URI: SVG source with few signs encoded, all others as the base64 text they came in."""
    if mime != "image/svg+xml":
        return f"data:{mime};base64,{re.sub(r'[^A-Za-z0-9+/=]', '', data)}"
    # Without the namespace a browser does not take the text for an image.
    if not re.search(r"<svg[^>]*\sxmlns\s*=", data):
        data = re.sub(r"<svg\b", '<svg xmlns="http://www.w3.org/2000/svg"', data, count=1)
    data = QUOTED_TAG.sub(lambda tag: tag[0].replace('"', "'"), CONTROL.sub("", data))
    for sign, code in URI_ESCAPES.items():
        data = data.replace(sign, code)
    return "data:image/svg+xml;charset=utf-8," + data


def image_size(mime: str, data: str) -> tuple[int, int] | None:
    """Return width and height of an SVG or PNG in CSS pixels, if it states them."""
    if mime == "image/png":
        try:
            head = base64.b64decode(re.sub(r"\s", "", data)[:32])
        except binascii.Error:
            return None
        return struct.unpack(">II", head[16:24]) if head[:8] == b"\x89PNG\r\n\x1a\n" else None
    opening = re.search(r"<svg\b[^>]*>", data) if mime == "image/svg+xml" else None
    if opening is None:
        return None
    scales = {"": 1.0, "px": 1.0, "pt": 4 / 3, "in": 96.0, "mm": 96 / 25.4, "cm": 96 / 2.54}
    sizes = dict(re.findall(r'\s(width|height)\s*=\s*"([^"]*)"', opening[0]))
    parts = [re.fullmatch(r"([\d.]+)(px|pt|in|mm|cm|)", sizes.get(side, "")) for side in ("width", "height")]
    pixels = [round(float(part[1]) * scales[part[2]]) for part in parts if part]
    return (pixels[0], pixels[1]) if len(pixels) == 2 else None


# --- untrusted HTML ---------------------------------------------------------------------------------------------

TAGS = _names(
    "table caption thead tbody tfoot tr th td colgroup col a span strong b em i u s del ins br sup sub p ul ol li "
    "dl dt dd details summary abbr mark small div h1 h2 h3 h4 h5 h6 blockquote pre code kbd hr img"
)
ATTRIBUTES = {"class", "title", "id", "lang", "style"}
TAG_ATTRIBUTES = {
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "th": {"colspan", "rowspan", "scope"},
    "td": {"colspan", "rowspan"},
    "col": {"span"},
    "colgroup": {"span"},
    "ol": {"start"},
    "details": {"open"},
}
# Their content would be left behind as text, or means nothing without them.
DROPPED = _names(
    "script style template noscript iframe object embed applet svg math canvas video audio form select textarea "
    "button input head title link meta base frame frameset"
)
SILENT = {"style", "head", "title", "link", "meta", "base", "template", "noscript"}
CSS_PROPERTIES = _names(
    "color background background-color font-weight font-size font-variant-numeric text-align text-decoration "
    "vertical-align white-space width min-width max-width padding padding-left padding-right border border-top "
    "border-bottom border-left border-right border-color border-width border-style border-collapse line-height"
)
CSS_FUNCTIONS = {"rgb", "rgba", "hsl", "hsla", "linear-gradient"}
CSS_VALUES = {"ident", "number", "percentage", "dimension", "hash", "whitespace"}
COLOURS = re.compile(r"(?:^|[;{\s])(?:color|background(?:-color)?)\s*:")


def _safe_value(tokens: Iterable[Any]) -> bool:
    """Tell whether a CSS value consists of words, numbers, colours and gradients only."""
    for token in tokens:
        if token.type == "function":
            if token.lower_name not in CSS_FUNCTIONS or not _safe_value(token.arguments):
                return False
        elif token.type == "literal":
            if token.value not in {",", "/"}:
                return False
        elif token.type not in CSS_VALUES:
            return False
    return True


def _declarations(css: str | list[Any]) -> str:
    """Return those declarations of a CSS block that cannot fetch, cover or hide anything."""
    kept = []
    for item in tinycss2.parse_declaration_list(css, skip_comments=True, skip_whitespace=True):
        if item.type == "declaration" and item.lower_name in CSS_PROPERTIES and _safe_value(item.value):
            kept.append(f"{item.lower_name}:{tinycss2.serialize(item.value).strip()}")
    text = ";".join(kept)
    return "" if re.search(r"[<>\\]", text) else text


def _take_out(markup: str) -> tuple[str, str, list[str]]:
    """Return HTML without the elements of which nothing may be left, its CSS, and what a reader will miss."""
    if not re.search(rf"<(?:{'|'.join(DROPPED)})\b", markup, re.IGNORECASE):
        return markup, "", []
    soup = BeautifulSoup(markup, "html.parser")
    css = "\n".join(style.get_text() for style in soup.find_all("style"))
    found = soup.find_all(list(DROPPED))
    lost = sorted({tag.name for tag in found} - SILENT)
    for tag in found:
        tag.extract()
    return str(soup), css, lost


class _InlineStyle:
    """What bleach calls for a style attribute."""

    def sanitize_css(self, style: str) -> str:
        return _declarations(style)


def _attribute_allowed(tag: str, name: str, value: str) -> bool:
    """Tell bleach whether an attribute of untrusted HTML may stay."""
    if name == "href":
        return tag == "a" and safe_href(value) is not None
    if name == "src":
        return tag == "img" and DATA_IMAGE.fullmatch(value) is not None
    if name == "class":
        return "pg-" not in value
    if name == "id":
        return not value.startswith("pg-")
    if name.startswith("data-"):
        return re.fullmatch(r"data-[a-z][a-z0-9-]*", name) is not None
    return name in ATTRIBUTES or name in TAG_ATTRIBUTES.get(tag, set())


@cache
def _cleaner() -> bleach.Cleaner:
    """Return the sanitiser for HTML outputs."""
    return bleach.Cleaner(
        tags=TAGS,
        attributes=_attribute_allowed,
        protocols={"http", "https", "mailto", "data"},
        strip=True,
        strip_comments=True,
        css_sanitizer=_InlineStyle(),
    )


# Tables as this package and most others write them: lower-case tags, properly nested, attributes between quotes.
PLAIN_TOKEN = re.compile(r'<(?P<close>/?)(?P<name>[a-z][a-z0-9]*)(?P<attributes>(?: [a-z-]+="[^"<>]*")*)>|[^<>]+')
PLAIN_ATTRIBUTE = re.compile(r' ([a-z-]+)="([^"]*)"')
PLAIN_PARENTS = {
    "caption": _names("table"),
    "thead": _names("table"),
    "tbody": _names("table"),
    "tr": _names("thead tbody"),
    "th": _names("tr"),
    "td": _names("tr"),
}
PLAIN_INLINE = _names("a span strong b em i br sub sup small mark code abbr")
PLAIN_WORDS = PLAIN_INLINE | {"caption", "td", "th"}
OTHER_ENTITY = re.compile("&(?!(?:amp|lt|gt|quot|#39|#x27);)")
ODD_CHARACTER = re.compile(f"{CONTROL.pattern}|[\ud800-\udfff]|\r")


def _is_plain_table(markup: str) -> bool:
    """Tell whether HTML is nothing but tables that the sanitiser would leave as they are, which it takes long to find.

    Only what is in these lists counts, nested as a browser nests it, so nothing is read in another way than here.
    """
    if OTHER_ENTITY.search(markup) or ODD_CHARACTER.search(markup):
        return False
    open_tags, at = [""], 0
    for token in PLAIN_TOKEN.finditer(markup):
        if token.start() != at:
            return False
        at = token.end()
        name, parent = token["name"], open_tags[-1]
        if name is None:
            if parent in ("", "table", "thead", "tbody", "tr") and token[0].strip():
                return False
            continue
        if token["close"]:
            if name != parent or token["attributes"]:
                return False
            open_tags.pop()
            continue
        if name == "table":
            fits = parent == ""
        elif name in PLAIN_PARENTS:
            fits = parent in PLAIN_PARENTS[name]
        else:
            fits = name in PLAIN_INLINE and parent in PLAIN_WORDS and not (name == "a" and "a" in open_tags)
        pairs = PLAIN_ATTRIBUTE.findall(token["attributes"]) if token["attributes"] else ()
        if not fits or len({key for key, _ in pairs}) != len(pairs):
            return False
        for key, value in pairs:
            if key == "style" or not _attribute_allowed(name, key, html.unescape(value)):
                return False
        if name != "br":
            open_tags.append(name)
    return at == len(markup) and open_tags == [""]


def _scoped_rules(css: str, old: str, new: str) -> str:
    """Return the rules of a Styler's CSS that address its own table, whose id `old` becomes `new`."""
    own = re.compile(rf"#{re.escape(old)}(?=$|[_\s.:>])[\w\s.:()>+~-]*")
    rules = []
    for rule in tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True):
        if rule.type != "qualified-rule":
            continue
        selectors = [part.strip() for part in tinycss2.serialize(rule.prelude).split(",")]
        block = _declarations(rule.content)
        if block and all(own.fullmatch(selector) for selector in selectors):
            renamed = ",".join(f"#{new}{selector[len(old) + 1 :]}" for selector in selectors)
            rules.append(f"{renamed}{{{block}}}")
    return "\n".join(rules)


# --- tables -----------------------------------------------------------------------------------------------------

NUMBER = re.compile(r"[≈~约<>≤≥]?\s*[+\-−–]?\d[\d,，]*(?:\.(?P<decimals>\d+))?\s*(?P<unit>[%‰％]?|[^\W\d_]{0,4})")
EMPTY = {"", "-", "–", "—", "nan", "none", "null", "<na>", "nat", "\xa0", "…", "/"}


def _inside(tag: Tag, *names: str) -> list[Tag]:
    """Return the elements of these names directly inside a tag."""
    return [child for child in tag.children if isinstance(child, Tag) and child.name in names]


def _rows(part: Tag) -> list[Tag]:
    """Return the rows that belong to a table or a part of it, without those of tables inside it."""
    rows = _inside(part, "tr")
    for inner in _inside(part, "thead", "tbody", "tfoot"):
        rows += _inside(inner, "tr")
    return rows


def _cells(row: Tag) -> list[Tag]:
    return _inside(row, "th", "td")


def _span(cell: Tag, name: str) -> int:
    """Return colspan or rowspan of a cell, at least 1 and not so large that it costs memory."""
    if name not in cell.attrs:
        return 1
    value = str(cell[name])
    return min(max(int(value), 1), 1000) if value.isdecimal() else 1


def _grid(rows: Sequence[Tag]) -> list[dict[int, Tag]]:
    """Return for each row its cells by column, spanning cells in every place that they cover."""
    grid: list[dict[int, Tag]] = [{} for _ in rows]
    for number, row in enumerate(rows):
        column = 0
        for cell in _cells(row):
            while column in grid[number]:
                column += 1
            width = _span(cell, "colspan")
            for line in grid[number : number + _span(cell, "rowspan")]:
                line.update(dict.fromkeys(range(column, column + width), cell))
            column += width
    return grid


def _text(cell: Tag) -> str:
    return " ".join(cell.get_text().split())


def _make_head(soup: BeautifulSoup, table: Tag) -> Tag | None:
    """Return the table's head; a first row that has only header cells becomes one."""
    head = table.find("thead", recursive=False)
    rows = _rows(table)
    if head is None and len(rows) > 1 and _cells(rows[0]) and all(cell.name == "th" for cell in _cells(rows[0])):
        head = soup.new_tag("thead")
        head.append(rows[0].extract())
        last = _inside(table, "caption", "colgroup", "col")
        if last:
            last[-1].insert_after(head)
        else:
            table.insert(0, head)
    return head


def _fold_index_names(head: Tag) -> None:
    """Merge the second head row of pandas, which holds only the names of the index, into the first."""
    rows = _rows(head)
    if len(rows) < 2:
        return
    above, names = _cells(rows[-2]), _cells(rows[-1])
    filled = [number for number, cell in enumerate(names) if _text(cell)]
    spans = any(_span(cell, side) > 1 for cell in above + names for side in ("colspan", "rowspan"))
    if spans or len(above) != len(names) or not filled or len(filled) == len(names) or filled[-1] >= len(filled):
        return
    if any(_text(above[number]) for number in filled):
        return
    for number in filled:
        above[number].clear()
        above[number].extend(list(names[number].contents))
    rows[-1].decompose()


def _set_scopes(table: Tag, head: Tag | None) -> None:
    """Say for each header cell whether it heads columns or rows."""
    heads = set(map(id, _rows(head))) if head else set()
    for row in _rows(table):
        for cell in _inside(row, "th"):
            side, axis = ("colspan", "col") if id(row) in heads else ("rowspan", "row")
            cell["scope"] = axis + "group" if _span(cell, side) > 1 else axis
        if id(row) not in heads:
            continue
        for cell in _inside(row, "td"):
            if _text(cell):
                cell.name = "th"
                cell["scope"] = "col"


def _align_numbers(head: Tag | None, rows: Sequence[Tag]) -> None:
    """Mark columns of numbers, and the cells whose decimals are fewer than in the rest of their column."""
    grid = _grid(rows)
    headers = _grid(_rows(head))[-1:] if head else []
    for column in sorted({column for line in grid for column in line}):
        cells = {id(line[column]): line[column] for line in grid if column in line}
        said = ((cell, _text(cell)) for cell in cells.values() if cell.name == "td")
        found = [(cell, NUMBER.fullmatch(text)) for cell, text in said if text.lower() not in EMPTY]
        matches = [(cell, match) for cell, match in found if match]
        valued = all(match or cell.has_attr("data-value") for cell, match in found)
        if not found or not valued:
            continue
        for cell in [*cells.values(), *(line[column] for line in headers if column in line)]:
            if cell.name == "td" or _span(cell, "colspan") == 1 and cell.find_parent("thead"):
                _add_class(cell, "num")
        if len(matches) == len(found) and len({match["unit"] for _, match in matches}) == 1:
            _pad_decimals(matches)


SENTENCE, PAGE_WIDTH = 32, 62
"""From how many em on the upper quartile of a column are sentences; how many em a table may take at its least."""


def _hold_widths(head: Tag | None, rows: Sequence[Tag]) -> None:
    """Give each column a least width in em, so that on a small screen the table scrolls before its words break.

    A column of sentences gets more than others: narrow ones would make the rows tall and mostly empty. What no page
    has room for is taken from the columns of words.
    """
    lines = _grid([*(_rows(head) if head else []), *rows])
    first: dict[int, Tag] = {}
    wanted: dict[int, float] = {}
    sentences: set[int] = set()
    for column in sorted({column for line in lines for column in line}):
        cells = [line[column] for line in lines if column in line and _span(line[column], "colspan") == 1]
        if cells:
            widths = sorted(0.54 * len(text) + 0.46 * len(HAN.findall(text)) for text in map(_text, cells))
            first[column], wanted[column] = cells[0], round(widths[-1], 1)
            if widths[len(widths) * 3 // 4] > SENTENCE:
                sentences.add(column)
    # Numbers stay on one line, whatever that takes.
    fixed = {column for column, cell in first.items() if "num" in cell.get_attribute_list("class")}
    most = 14

    def least(column: int) -> float:
        return wanted[column] if column in fixed else 20 if column in sentences else min(wanted[column], most)

    while most > 6 and sum(least(column) + 1.5 for column in first) > PAGE_WIDTH:
        most -= 1
    for column, cell in first.items():
        _add_style(cell, f"--least:{least(column):g}")


def _add_class(tag: Tag, name: str) -> None:
    classes = tag.get_attribute_list("class")
    if name not in classes:
        tag["class"] = " ".join([*filter(None, classes), name])


def _add_style(tag: Tag, declaration: str) -> None:
    tag["style"] = ";".join(filter(None, [str(tag.get("style", "")).rstrip("; "), declaration]))


def _pad_decimals(matches: Sequence[tuple[Tag, re.Match[str]]]) -> None:
    """Set how many digit widths each cell lacks to the right, so that decimal signs stand under each other."""
    lengths = [len(match["decimals"] or "") for _, match in matches]
    most = max(lengths)
    for (cell, _), length in zip(matches, lengths, strict=True):
        # The decimal sign itself is about half as wide as a digit.
        missing = most - length + (0.5 if most and not length else 0)
        if 0 < missing <= 6:
            _add_style(cell, f"--pad:{missing:g}")


HEADINGS = _names("h1 h2 h3 h4 h5 h6")


class _Body:
    """Finishes pieces of markup for one page and remembers what the page must know of them."""

    def __init__(self, lang: str, labels: Mapping[str, str] | None = None) -> None:
        self.lang = "zh" if lang.startswith("zh") else "en"
        words = WORDS[self.lang]
        self.words = words | {key: str(word) for key, word in (labels or {}).items() if key in words}
        self.ids: set[str] = set()
        self.styles: list[str] = []
        self.sheets: list[str] = []
        self.scripts: list[str] = []
        self.tables = 0
        self.regions: dict[str, int] = {}
        self.renderer = _MarkdownRenderer(self.words)
        self.reader = _markdown_reader(self.renderer)

    def markdown(self, text: str, find_image: Callable[[str], str | None] | None = None) -> str:
        """Return finished HTML for Markdown; `find_image` turns an image's link into a data URI or None."""
        self.renderer.find_image = find_image or (lambda link: link if DATA_IMAGE.fullmatch(link) else None)
        return self.finish(str(self.reader(text)))

    def untrusted(self, markup: str, caption: str = "", note: str = "") -> tuple[str, list[str]]:
        """Return sanitised and finished HTML, and the names of the elements that cannot be shown."""
        markup, css, lost = _take_out(markup)
        clean = markup if _is_plain_table(markup) else _cleaner().clean(markup)
        soup = BeautifulSoup(clean, "html.parser")
        for picture in soup.find_all("img") if "<img" in clean else []:
            if not picture.get("src"):
                lost.append("image")
                picture.extract()
        if next(soup.stripped_strings, None) is None and not soup.find("img"):
            return "", lost
        if "T_" in clean:
            self._scope_styles(soup, css)
        return self._finished(soup, caption, note), lost

    def _scope_styles(self, soup: BeautifulSoup, css: str) -> None:
        """Take over a Styler's rules for the tables in `soup`, under ids that are unique on the page."""
        for table in soup.find_all("table"):
            old = str(table.get("id", ""))
            if not re.match(r"T_[\w-]+", old):
                continue
            new = f"t{len(self.styles) + 1}"
            rules = _scoped_rules(css, old, new)
            for tag in [table, *table.find_all(id=True)]:
                name = new + str(tag["id"]).removeprefix(old)
                if tag is table or re.search(rf"#{re.escape(name)}(?![\w-])", rules):
                    tag["id"] = name
                else:
                    del tag["id"]
            self.styles.append(rules)
            if COLOURS.search(rules):
                _add_class(table, "pg-paper")

    def finish(self, markup: str, caption: str = "", note: str = "") -> str:
        """Return markup with checked links, ids on headings, and tables that can be read, reached and sorted."""
        return self._finished(BeautifulSoup(markup, "html.parser"), caption, note)

    def _finished(self, soup: BeautifulSoup, caption: str, note: str) -> str:
        tags = [tag for tag in soup.descendants if isinstance(tag, Tag)]
        for tag in tags:
            self._settle_id(tag)
            if tag.name == "a" and tag.has_attr("href"):
                self._finish_link(tag)
        for tag in tags:
            if tag.name in HEADINGS and not tag.get("id"):
                tag["id"] = self._new_id(_slug(tag.get_text()))
        for tag in tags:
            if tag.name == "table" and not tag.find_parent(class_="pg-table"):
                self._finish_table(soup, tag, caption, note)
        return str(soup)

    def _settle_id(self, tag: Tag) -> None:
        """Note the id of a tag, or take it away if the page already has it."""
        if name := tag.get("id"):
            if name in self.ids:
                del tag["id"]
            self.ids.add(str(name))

    def _finish_link(self, link: Tag) -> None:
        href = safe_href(str(link["href"]))
        if href is None:
            del link["href"]
            return
        link["href"] = href
        if re.match("https?:", href, re.IGNORECASE):
            link["rel"] = "noopener"

    def _new_id(self, name: str) -> str:
        """Return `name`, numbered if the page already has it, and take it."""
        number, free = 1, name
        while free in self.ids:
            number += 1
            free = f"{name}-{number}"
        self.ids.add(free)
        return free

    def _finish_table(self, soup: BeautifulSoup, table: Tag, caption: str, note: str) -> None:
        self.tables += 1
        for name in ("border", "align", "width"):
            table.attrs.pop(name, None)
        head = _make_head(soup, table)
        if head:
            _fold_index_names(head)
        _set_scopes(table, head)
        heads = set(map(id, _rows(head))) if head else set()
        rows = [row for row in _rows(table) if id(row) not in heads]
        _align_numbers(head, rows)
        _hold_widths(head, rows)
        label = self._caption(soup, table, caption) or f"{self.words['table']} {self.tables}"
        # Two tables may have the same caption, two regions not the same name.
        self.regions[label] = self.regions.get(label, 0) + 1
        if self.regions[label] > 1:
            label = f"{label} ({self.regions[label]})"
        region = {"class": "pg-scroll", "tabindex": "0", "role": "region", "aria-label": label}
        table.wrap(soup.new_tag("div", attrs={"class": "pg-table"})).append(soup.new_tag("div", attrs=region))
        box = table.parent
        assert box is not None
        box.div.append(table.extract())  # type: ignore[union-attr]
        if note:
            line = soup.new_tag("p", attrs={"class": "note"})
            line.string = note
            box.append(line)

    def _caption(self, soup: BeautifulSoup, table: Tag, caption: str) -> str:
        """Give the table `caption` unless it has one of its own; return the caption's text."""
        tag = table.find("caption", recursive=False)
        if tag is None and caption:
            tag = soup.new_tag("caption")
            tag.string = caption
            table.insert(0, tag)
        if tag is None:
            return ""
        text = _text(tag)
        # The span stays in view when a wide table is scrolled sideways.
        inner = soup.new_tag("span")
        inner.extend(list(tag.contents))
        tag.append(inner)
        return text

    def figure(self, mime: str, data: str, alt: str, caption: str = "", note: str = "") -> str:
        """Return a figure with the image inside the page."""
        size = image_size(mime, data)
        sides = f' width="{size[0]}" height="{size[1]}"' if size else ""
        text = alt or caption or self.words["figure"]
        image = f'<img src="{data_uri(mime, data)}" alt="{html.escape(text)}"{sides}>'
        lines = f"<figcaption>{html.escape(caption)}</figcaption>" if caption else ""
        source = f'<p class="note">{html.escape(note)}</p>' if note else ""
        return f'<figure class="pg-figure"><div class="pg-plate">{image}</div>{lines}{source}</figure>\n'

    def lost(self, names: Sequence[str]) -> str:
        """Return the small line that names what cannot be shown, or nothing."""
        if not names:
            return ""
        shown = dict.fromkeys(self.words.get(NOT_SHOWN.get(name, name), name) for name in names)
        line = self.words["lost"] + self.words["comma"].join(shown)
        return f'<p class="pg-lost">{html.escape(line)}</p>\n'

    def source_table(self, sources: Mapping[str, Any] | None) -> str:
        """Return the table of sources: {"caption", "head": [...], "rows": [[...], ...]}."""
        if not sources or not sources.get("rows"):
            return ""
        head = "".join(f"<th>{html.escape(str(name))}</th>" for name in sources.get("head", []))
        lines = ["".join(f"<td>{_linked(cell)}</td>" for cell in row) for row in sources["rows"]]
        body = "".join(f"<tr>{line}</tr>" for line in lines)
        top = f"<thead><tr>{head}</tr></thead>" if head else ""
        caption = str(sources.get("caption") or self.words["sources"])
        return self.finish(f"<table>{top}<tbody>{body}</tbody></table>", caption, str(sources.get("note") or ""))


def _linked(cell: Any) -> str:
    """Return a text, or a [text, link] pair, as HTML."""
    if isinstance(cell, (list, tuple)) and len(cell) == 2:
        href = safe_href(str(cell[1]))
        text = html.escape(str(cell[0]))
        return f'<a href="{html.escape(href)}">{text}</a>' if href else text
    return html.escape("" if cell is None else str(cell))


# --- the page around it -----------------------------------------------------------------------------------------

HEADING = re.compile(r"<h([1-6])((?: [^>]*)?)>(.*?)</h\1>", re.DOTALL)
Pairs = Sequence[Sequence[str]]


def _one_title(body: str) -> str:
    """Return the body with its headings one level lower if it has an h1, for the page's title is the only one."""
    shift = int(any(match[1] == "1" for match in HEADING.finditer(body)))
    return HEADING.sub(lambda match: _heading(min(int(match[1]) + shift, 6), match[2], match[3]), body)


def _heading(level: int, attributes: str, content: str) -> str:
    return f"<h{level}{attributes}>{content}</h{level}>"


def _contents(body: str) -> list[tuple[int, str, str]]:
    """Return level, id and text of the headings for the contents list; only the upper level if there are many.

    A heading that is too long for the list says in `data-short` what stands there instead.
    """
    found = []
    for match in HEADING.finditer(body):
        name = re.search(r'\bid="([^"]*)"', match[2])
        short = re.search(r'\bdata-short="([^"]*)"', match[2])
        if match[1] in "23" and name:
            text = short[1] if short else re.sub(r"<[^>]*>", "", match[3])
            found.append((int(match[1]), html.unescape(name[1]), html.unescape(text)))
    return found if len(found) <= 40 else [entry for entry in found if entry[0] == 2]


@cache
def _asset(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


@cache
def _shell() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["href"] = lambda link: safe_href(str(link)) or "#"
    environment.filters["language"] = lambda text: LANGUAGE_TAGS["zh" if HAN.search(str(text)) else "en"]
    return environment.get_template("page.html.j2")


def _policy(script: str) -> str:
    """Return the content security policy: nothing but inline styles, images inside the page, and this one script."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _wrap(parts: _Body, title: str, body: str, contents: bool, fields: Mapping[str, Any]) -> str:
    """Return the whole page around finished markup."""
    body = _one_title(body)
    entries = _contents(body) if contents else []
    script = "\n".join(_asset(name) for name in ("page.js", *parts.scripts))
    css = [_asset(name) for name in ("page.css", *parts.sheets)]
    return (
        _shell().render(
            fields,
            title=title,
            body=body,
            contents=entries if len(entries) > 2 else [],
            lang=parts.lang,
            language_tag=LANGUAGE_TAGS[parts.lang],
            words=parts.words,
            script_words=json.dumps({key: parts.words[key] for key in SCRIPT_WORDS}, ensure_ascii=False),
            policy=_policy(script),
            script=script,
            css="".join(css) + "\n".join(filter(None, parts.styles)),
        )
        + "\n"
    )


def page(
    title: str,
    body_html: str,
    *,
    lang: str,
    description: str = "",
    subtitle: str = "",
    date: str = "",
    head_facts: Pairs | None = None,
    sources: Mapping[str, Any] | None = None,
    contents: bool = True,
    home: str | None = None,
    alternate: Pairs | None = None,
    downloads: Pairs | None = None,
    colophon: Pairs | None = None,
    labels: Mapping[str, str] | None = None,
    finished: str = "",
    text_lang: str = "",
    assets: Sequence[str] = (),
) -> str:
    """Return a whole page around `body_html`, in the look of the reports.

    `body_html` is the caller's own markup: texts in it must already be escaped. Its headings start at h2, its tables
    are finished like those of reports. All other texts are escaped here. `head_facts` and `colophon` are
    [label, value] or [label, value, link]; `alternate` and `downloads` are [label, link].

    `finished` is markup that stands before the body and needs no finishing: a long one of the caller's own whose
    headings have ids, which no other part of the page has, and which has no table. `text_lang` is the language of the
    title and the headings where it is not the page's. `assets` names further style sheets and scripts beside page.css
    and page.js; the policy covers them.
    """
    parts = _Body(lang, labels)
    parts.sheets = [name for name in assets if name.endswith(".css")]
    parts.scripts = [name for name in assets if name.endswith(".js")]
    fields = {
        "description": description,
        "subtitle": subtitle,
        "date": date,
        "facts": head_facts or [],
        "sources": parts.source_table(sources),
        "home": home,
        "alternate": alternate or [],
        "downloads": downloads or [],
        "colophon": colophon or [],
        "text_lang": text_lang,
    }
    return _wrap(parts, title, finished + parts.finish(body_html), contents, fields)


# --- notebooks --------------------------------------------------------------------------------------------------


class _Notebook:
    """What the template asks for while it walks through the cells of one notebook."""

    def __init__(self, nb: Any, metadata: Mapping[str, Any]) -> None:
        self.is_report = "report" in nb.metadata
        self.report: Mapping[str, Any] = nb.metadata.get("report") or {}
        lang = str(self.report.get("lang") or guess_language(_reading_text(nb)))
        self.parts = _Body(lang, self.report.get("labels"))
        self.language = nb.metadata.get("language_info", {}).get("name", "python")
        self.folder = metadata.get("path") or ""
        self.stated_title = str(self.report.get("title") or nb.metadata.get("title") or "")
        self.file_name = str(metadata.get("name") or "")
        self.tags = HIDDEN_REPORT_TAGS if self.is_report else HIDDEN_TAGS
        self.superseded = any("injected-parameters" in _tags(cell) for cell in nb.cells)
        self.cell: Any = None
        self.number = 0
        self.code: list[str] = []

    def enter(self, cell: Any) -> bool:
        """Take the next cell; return whether it is shown."""
        self.cell = cell
        self.number += 1
        tags = _tags(cell)
        # The defaults of a parameterised run were not what ran.
        old_defaults = self.is_report and self.superseded and "parameters" in tags
        return not (tags & self.tags) and not old_defaults

    def input(self) -> str:
        """Return the cell's code, or put it aside for the closed section at the end of a report."""
        source = _joined(self.cell.source).strip("\n")
        if not source.strip() or "remove_input" in _tags(self.cell):
            return ""
        code = f'<pre class="pg-code"><code>{_highlight(source, self.language)}</code></pre>\n'
        if not self.is_report:
            return code
        self.code.append(code)
        return ""

    def code_section(self) -> str:
        """Return the code that was put aside."""
        if not self.code:
            return ""
        word = html.escape(self.parts.words["code"])
        return f'<details class="pg-source"><summary>{word}</summary>\n{"".join(self.code)}</details>\n'

    def markdown(self) -> str:
        """Return a Markdown cell."""
        return self.parts.markdown(_joined(self.cell.source), self._find_image)

    def raw(self) -> str:
        """Return a raw cell that is meant for HTML or Markdown; any other is not for this page."""
        mime = str(self.cell.metadata.get("raw_mimetype") or self.cell.metadata.get("format") or "").lower()
        source = _joined(self.cell.source)
        if mime == "text/markdown":
            return self.parts.markdown(source)
        return self.parts.untrusted(source)[0] if mime == "text/html" else ""

    def _find_image(self, link: str) -> str | None:
        """Return the data URI of an image attached to the cell or lying beside the notebook."""
        if DATA_IMAGE.fullmatch(link):
            return link
        if link.startswith("attachment:"):
            files = self.cell.get("attachments", {}).get(unquote(link.removeprefix("attachment:")), {})
            known = [mime for mime in files if mime in IMAGE_SUFFIXES.values()]
            return data_uri(known[0], _attached(known[0], _joined(files[known[0]]))) if known else None
        folder = Path(self.folder).resolve()
        path = (folder / unquote(link)).resolve()
        mime = IMAGE_SUFFIXES.get(path.suffix.lower())
        if not self.folder or mime is None or not path.is_relative_to(folder) or not path.is_file():
            return None
        content = path.read_bytes()
        return data_uri(mime, content.decode() if mime == "image/svg+xml" else base64.b64encode(content).decode())

    def output(self, output: Any) -> str:
        """Return one output of the cell."""
        if "remove_output" in _tags(self.cell):
            return ""
        if output.output_type == "stream":
            return self._stream(_joined(output.text), output.get("name", "stdout"))
        if output.output_type == "error":
            return self._error(output)
        return self._data(output)

    def _stream(self, text: str, name: str) -> str:
        plain = _plain(text).strip("\n")
        kind = " pg-stderr" if name == "stderr" else ""
        return f'<pre class="pg-out{kind}">{html.escape(plain)}</pre>\n' if plain.strip() else ""

    def _error(self, output: Any) -> str:
        word = html.escape(self.parts.words["error"])
        message = html.escape(_plain(f"{output.get('ename', '')}: {output.get('evalue', '')}"))
        trace = html.escape(_plain("\n".join(output.get("traceback", []))).strip("\n"))
        lines = f'<pre class="pg-out">{trace}</pre>' if trace else ""
        return f'<div class="pg-error"><p><strong>{word}</strong> <code>{message}</code></p>{lines}</div>\n'

    def _data(self, output: Any) -> str:
        """Return the best form of an output that says something, and a line about what had to be left out."""
        lost = [mime for mime in output.data if mime in NOT_SHOWN]
        for mime in SHOWN:
            if mime not in output.data:
                continue
            shown, missing = self._form(mime, output)
            lost += missing
            if shown:
                return shown + self.parts.lost(lost)
        return self.parts.lost(lost or list(output.data))

    def _form(self, mime: str, output: Any) -> tuple[str, list[str]]:
        """Return one form of an output as HTML, "" if nothing of it can be shown, and what had to be left out."""
        data = _joined(output.data[mime])
        caption, note = self._said(output, mime, "caption"), self._said(output, mime, "note")
        if mime == "text/html":
            return self.parts.untrusted(data, caption, note)
        if mime.startswith("image/"):
            return self.parts.figure(mime, data, self._alt(output, mime), caption, note), []
        if mime == "text/markdown":
            return self.parts.markdown(data), []
        if mime == "text/latex":
            return mathml(_bare_tex(data), display=True), []
        return self._stream(data, "stdout"), []

    def _said(self, output: Any, mime: str, key: str) -> str:
        """Return what the output's metadata says under `key`, for this MIME type or for all."""
        metadata = output.get("metadata", {})
        own = metadata.get(mime)
        value = own.get(key) if isinstance(own, Mapping) else None
        return str(value or metadata.get(key) or "").strip()

    def _alt(self, output: Any, mime: str) -> str:
        alt = self._said(output, mime, "alt")
        if self.is_report and not alt:
            where = f"cell {self.number} ({self.cell.get('id', 'no id')})"
            raise MissingAltText(
                f"{where}: {mime} output without alternative text: "
                'show it with display(figure, metadata={"alt": "what it shows, with the main numbers"})'
            )
        return alt

    def wrap(self, body: str) -> str:
        """Return the whole page around the cells that the template put together."""
        title, body = self._title(body)
        fields = {
            "description": self.report.get("description") or "",
            "subtitle": self.report.get("subtitle") or "",
            "date": self.report.get("date") or "",
            "facts": self.report.get("facts") or [],
            "sources": self.parts.source_table(self.report.get("sources")),
            "home": self.report.get("home"),
            "alternate": self.report.get("alternate") or [],
            "downloads": self.report.get("downloads") or [],
            "colophon": self.report.get("colophon") or [],
        }
        return _wrap(self.parts, title, body, True, fields)

    def _title(self, body: str) -> tuple[str, str]:
        """Return the page's title, and the body without the heading that says the same."""
        first = next((match for match in HEADING.finditer(body) if match[1] == "1"), None)
        heading = html.unescape(re.sub(r"<[^>]*>", "", first[3])).strip() if first else ""
        title = self.stated_title or heading or self.file_name or self.parts.words["contents"]
        if first and heading == title:
            body = body[: first.start()] + body[first.end() :]
        return title, body


def _attached(mime: str, data: str) -> str:
    """Return the data of an attachment, which is base64 even for an SVG, as an output would hold it."""
    is_source = mime != "image/svg+xml" or data.lstrip().startswith("<")
    return data if is_source else base64.b64decode(data).decode()


def _tags(cell: Any) -> set[str]:
    return set(cell.metadata.get("tags", []))


def _reading_text(nb: Any) -> str:
    """Return what is to be read in a notebook: its Markdown, or everything if it has none."""
    texts = [_joined(cell.source) for cell in nb.cells if cell.cell_type == "markdown"]
    return "".join(texts) or "".join(_joined(cell.source) for cell in nb.cells)


class ReportHTMLExporter(TemplateExporter):  # type: ignore[misc]
    """Notebook to one quiet, self-contained HTML page; see the module's head for the metadata it reads."""

    export_from_notebook = "Report (HTML)"
    output_mimetype = "text/html"

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".html"

    @default("template_name")
    def _template_name_default(self) -> str:
        return HERE.name

    @default("extra_template_basedirs")
    def _extra_template_basedirs_default(self) -> list[str]:
        return [str(HERE.parent)]

    def _preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Hand the template its helper once all preprocessors have run."""
        nb, resources = super()._preprocess(nb, resources)
        resources["page"] = _Notebook(nb, resources.get("metadata") or {})
        return nb, resources

    def from_notebook_node(  # type: ignore[override]
        self, nb: Any, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """Return the page for a notebook, and nbconvert's resources."""
        body, resources = super().from_notebook_node(nb, resources, **kw)
        return resources.pop("page").wrap(body), resources
