"""Markdown and code as HTML in which raw HTML is text."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping

import mistune
from mistune.core import BlockState
from mistune.plugins import table
from pygments import lex
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Keyword, String
from pygments.util import ClassNotFound

from ..formulas import mathml
from ..markdown import markdown_tokens
from ..text import safe_href


def code_block(code: str, language: str) -> str:
    """Return code in which comments, keywords and strings are marked; plain if the language is unknown."""
    return f'<pre class="pg-code"><code>{_highlighted(code, language)}</code></pre>\n'


def _highlighted(code: str, language: str) -> str:
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


class Prose(mistune.HTMLRenderer):
    """Turns the tokens of Markdown into HTML; images come from `find_image` as data URIs or become links."""

    def __init__(self, words: Mapping[str, str]) -> None:
        super().__init__(escape=True)
        self.words = words
        self.find_image: Callable[[str], str | None] = lambda link: None
        self.texts = 0
        for name in ("table", "table_head", "table_body", "table_row", "table_cell"):
            self.register(name, getattr(table, f"render_{name}"))

    def write(self, text: str, find_image: Callable[[str], str | None]) -> str:
        """Return the HTML of a Markdown text."""
        self.find_image = find_image
        self.texts += 1
        return str(self.render_tokens(markdown_tokens(text), BlockState()))

    def inline_html(self, html: str) -> str:
        return "<br>" if html.lower().replace(" ", "") in ("<br>", "<br/>") else super().inline_html(html)

    def link(self, text: str, url: str, title: str | None = None) -> str:
        return text if safe_href(url) is None else super().link(text, url, title)

    def image(self, text: str, url: str, title: str | None = None) -> str:
        alt = html.unescape(mistune.util.striptags(text))
        source = self.find_image(url)
        if source:
            extra = f' title="{html.escape(title)}"' if title else ""
            return f'<img class="pg-image" src="{html.escape(source)}" alt="{html.escape(alt)}"{extra}>'
        label = html.escape(f"{self.words['image']} {alt or url}")
        return f'<a href="{html.escape(safe_href(url) or "#")}">{label}</a>'

    def block_code(self, code: str, info: str | None = None) -> str:
        return code_block(code.rstrip(), ((info or "").split() or ["text"])[0])

    def strikethrough(self, text: str) -> str:
        return f"<del>{text}</del>"

    def inline_math(self, text: str) -> str:
        return mathml(text)

    def display_math(self, text: str) -> str:
        return mathml(text, display=True) + "\n"

    block_math = display_math

    def task_list_item(self, text: str, checked: bool = False) -> str:
        return f"<li>{'☑' if checked else '☐'} {text}</li>\n"

    def footnote_ref(self, key: str, index: int) -> str:
        return f'<sup><a href="#note-{self.texts}-{index}">{index}</a></sup>'

    def footnotes(self, text: str) -> str:
        return f"<ol>\n{text}</ol>\n"

    def footnote_item(self, text: str, key: str, index: int) -> str:
        return f'<li id="note-{self.texts}-{index}">{text}</li>\n'


def words_of(markup: str) -> str:
    """Return the text of a piece of HTML that this package wrote."""
    return html.unescape(mistune.util.striptags(markup)).strip()
