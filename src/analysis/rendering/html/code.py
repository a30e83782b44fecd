"""Code as HTML."""

from __future__ import annotations

import html

from pygments import lex
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Keyword, String
from pygments.util import ClassNotFound


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
