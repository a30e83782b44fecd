"""One way to read Markdown, as HTML: tables, footnotes, task lists, formulas, bold that works beside Chinese quotes.

A formula becomes an empty element whose `data-tex` holds it. Tags written in the Markdown act if they are those of a
page; all others, and those of a script, are text.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import mistune
from mistune.core import BlockState
from mistune.plugins import table

from .formulas import is_formula
from .sanitise import DROPPED, RENAMED, TAGS
from .text import CJK, names

# As in pandoc no digit stands after the closing dollar; as in MathJax a formula may touch Chinese words.
INLINE_MATH = r"(?<![\\$])\$(?!\$)(?P<inline_tex>(?:\\[\s\S]|[^$\\\n]|\n(?!\s*\n)){1,600}?)\$(?![\d$])"
ROUND_MATH = r"\\\\\((?P<round_tex>[^\n]{1,600}?)\\\\\)"
DISPLAY_IN_TEXT = r"(?<![\\$])\$\$(?P<text_tex>(?:\\[\s\S]|[^$\\]){1,4000}?)\$\$(?!\$)"
TEX_BLOCK = r"\\begin\{(?P<tex_name>[a-zA-Z]+\*?)\}[\s\S]{1,4000}?\\end\{(?P=tex_name)\}"
DISPLAY_MATH = (
    r"^ {0,3}(?:\$\$(?P<display_tex>(?:\\[\s\S]|[^$\\]){1,4000}?)\$\$[ \t]*$"
    r"|\\\\\[(?P<square_tex>[\s\S]{1,4000}?)\\\\\][ \t]*$"
    rf"|(?P<environment_tex>{TEX_BLOCK})[ \t]*$)"
)
TABLE = (
    r"^ {0,3}(?P<table_head>[^\s|][^\n|]*\|[^\n]*|\|[^\n]*)\n"
    r" {0,3}(?P<table_rule>(?=[^\n]*\|)\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?)[ \t]*(?:\n|$)"
)
# A stroke inside one of these parts no cells: an escaped one, a formula whose dollars touch it.
NO_STROKE = re.compile(r"\\.|(?<![\\$])\$(?=[^\s$])[^$\n]*?[^\s$\\]\$(?![\d$])")
# CommonMark leaves **“quoted”** between Chinese characters unmarked; no Chinese reader would.
STRONG = r"\*\*(?![\s*])(?P<strong_text>(?:[^*\n\\`]|`[^`\n]*`)+?)(?<!\s)\*\*(?!\*)"
TAG = re.compile(r"<!--.*?-->|</?([a-zA-Z][\w-]*)\b[^<>]*>", re.DOTALL)
SVG_PARTS = names(
    "svg path g rect circle line polyline polygon ellipse text tspan defs use symbol desc clippath mask marker pattern "
    "lineargradient radialgradient stop"
)
SHOWN_TAGS = (TAGS | DROPPED | RENAMED.keys() | SVG_PARTS) - {"script", "textarea", "xmp", "plaintext"}
# A line that ends between two Chinese characters leaves no gap, whatever tags are there.
SOFT_BREAK = re.compile(rf"(?<=[{CJK}])((?:</?\w[^<>]*>)*)[ \t]*\n[ \t]*((?:<\w[^<>]*>)*)(?=[{CJK}])")
Parser = Callable[[Any, re.Match[str], Any], int | None]


def _formula(kind: str, *groups: str) -> Parser:
    """Return the parser of a rule whose pattern holds the formula in one of the named groups."""

    def parse(parser: Any, match: re.Match[str], state: Any) -> int | None:
        tex = next(match[group] for group in groups if match[group])
        if not is_formula(tex):
            return None
        state.append_token({"type": kind, "raw": tex})
        ends_line = kind == "block_math" and match.string[match.end() : match.end() + 1] == "\n"
        return match.end() + ends_line

    return parse


def _cells(line: str) -> list[str]:
    """Return the cells of a row of a table."""
    kept = NO_STROKE.sub(lambda part: part[0].replace("|", "\0"), line.strip())
    kept = kept.removeprefix("|")
    cells = kept.removesuffix("|").split("|")
    return [cell.replace("\\\0", "|").replace("\0", "|").strip() for cell in cells]


def _table(_block: Any, match: re.Match[str], state: Any) -> int | None:
    """Read a table as GitHub does: a row may have fewer cells than the head, or more, which are left out."""
    heads, rules = _cells(match["table_head"]), _cells(match["table_rule"])
    if len(heads) != len(rules):
        return None
    sides = {(True, True): "center", (True, False): "left", (False, True): "right", (False, False): None}
    aligns = [sides[rule.startswith(":"), rule.endswith(":")] for rule in rules]

    def row(cells: list[str], head: bool) -> list[dict[str, Any]]:
        filled = [*cells, *[""] * len(aligns)]
        return [
            {"type": "table_cell", "text": text, "attrs": {"align": align, "head": head}}
            for text, align in zip(filled, aligns, strict=False)
        ]

    place, rows = match.end(), []
    while place < state.cursor_max and "|" in (line := state.get_line(place)):
        rows.append({"type": "table_row", "children": row(_cells(line), False)})
        place += len(line)
    head = {"type": "table_head", "children": row(heads, True)}
    state.append_token({"type": "table", "children": [head, {"type": "table_body", "children": rows}]})
    return place


def _strong(inline: Any, match: re.Match[str], state: Any) -> int:
    inner = state.copy()
    inner.src = match["strong_text"]
    state.append_token({"type": "strong", "children": inline.render(inner)})
    return match.end()


class HTML(mistune.HTMLRenderer):
    """Writes the tokens of Markdown as HTML; `texts` counts the texts, so that each has its own footnotes."""

    def __init__(self) -> None:
        super().__init__(escape=False, allow_harmful_protocols=True)
        for name in ("table", "table_head", "table_body", "table_row", "table_cell"):
            self.register(name, getattr(table, f"render_{name}"))
        self.name = ""

    def text(self, text: str) -> str:
        return html.escape(html.unescape(text))

    def inline_html(self, html: str) -> str:
        return TAG.sub(_visible, html)

    def block_html(self, html: str) -> str:
        shown = TAG.sub(_visible, html)
        return f"{shown}\n" if re.search("<[/a-zA-Z]", shown) or not shown.strip() else f"<p>{shown.strip()}</p>\n"

    def paragraph(self, text: str) -> str:
        return f"<p>{SOFT_BREAK.sub(_joined, text)}</p>\n"

    def block_text(self, text: str) -> str:
        return SOFT_BREAK.sub(_joined, text)

    def inline_math(self, text: str) -> str:
        return f'<span data-tex="{html.escape(text)}"></span>'

    def display_math(self, text: str) -> str:
        return f'<span data-tex="{html.escape(text)}" data-display=""></span>'

    def block_math(self, text: str) -> str:
        return f"<p>{self.display_math(text)}</p>\n"

    def strikethrough(self, text: str) -> str:
        return f"<del>{text}</del>"

    def task_list_item(self, text: str, checked: bool = False) -> str:
        mark = "☑ " if checked else "☐ "
        return f"<li>{text.replace('<p>', '<p>' + mark, 1) if text.startswith('<p>') else mark + text}</li>\n"

    def footnote_ref(self, key: str, index: int) -> str:
        return f'<sup><a href="#note-{self.name}-{index}">{index}</a></sup>'

    def footnotes(self, text: str) -> str:
        return f'<ol class="footnotes">\n{text}</ol>\n'

    def footnote_item(self, text: str, key: str, index: int) -> str:
        return f'<li id="note-{self.name}-{index}">{text}</li>\n'


def _visible(tag: re.Match[str]) -> str:
    """Return a tag as it is if it acts, else as text; a comment is neither."""
    return "" if not tag[1] else tag[0] if tag[1].lower() in SHOWN_TAGS else html.escape(tag[0])


def _joined(ends: re.Match[str]) -> str:
    return ends[1] + ends[2]


@cache
def _reader() -> Callable[[str], Any]:
    """Return a function from Markdown to tokens."""
    plugins = ["strikethrough", "url", "task_lists", "footnotes"]
    reader = mistune.create_markdown(renderer=None, plugins=plugins)
    reader.inline.register("display_in_text", DISPLAY_IN_TEXT, _formula("display_math", "text_tex"), before="codespan")
    environment = _formula("display_math", "lone_tex")
    reader.inline.register("tex_in_text", f"(?P<lone_tex>{TEX_BLOCK})", environment, before="escape")
    reader.inline.register("round_math", ROUND_MATH, _formula("inline_math", "round_tex"), before="escape")
    reader.inline.register("inline_math", INLINE_MATH, _formula("inline_math", "inline_tex"), before="codespan")
    block = _formula("block_math", "display_tex", "square_tex", "environment_tex")
    reader.block.register("block_math", DISPLAY_MATH, block, before="list")
    reader.block.register("table", TABLE, _table, before="paragraph")
    for rules in (reader.block.block_quote_rules, reader.block.list_rules):
        reader.block.insert_rule(rules, "table", before="paragraph")
    reader.inline.register("cjk_strong", STRONG, _strong, before="emphasis")
    return reader


def markdown_html(text: str, name: str = "") -> str:
    """Return a Markdown text as HTML; `name` tells its footnotes from those of other texts on the page."""
    tokens = _reader()(text.replace("\r\n", "\n").replace("\r", "\n"))
    renderer = HTML()
    renderer.name = name
    return str(renderer.render_tokens([token for token in tokens if isinstance(token, dict)], BlockState()))
