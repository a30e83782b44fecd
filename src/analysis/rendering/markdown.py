"""One way to read Markdown: tables, footnotes, task lists, formulas, and bold that works beside Chinese quotes."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from .formulas import is_formula

# As in pandoc: no blank inside the dollars, no digit after the closing one.
INLINE_MATH = r"(?<![\\$])\$(?![\s$])(?P<inline_tex>(?:\\[\s\S]|[^$\\\n]|\n(?!\s*\n)){1,600}?)(?<!\s)\$(?![\d$])"
DISPLAY_IN_TEXT = r"(?<![\\$])\$\$(?P<text_tex>(?:\\[\s\S]|[^$\\]){1,4000}?)\$\$(?!\$)"
DISPLAY_MATH = (
    r"^ {0,3}(?:\$\$(?P<display_tex>(?:\\[\s\S]|[^$\\]){1,4000}?)\$\$[ \t]*$"
    r"|(?P<environment_tex>\\begin\{(?P<tex_name>equation|align|gather|eqnarray|multline)(?P<tex_star>\*?)\}"
    r"[\s\S]{1,4000}?\\end\{(?P=tex_name)(?P=tex_star)\})[ \t]*$)"
)
# CommonMark leaves **“quoted”** between Chinese characters unmarked; no Chinese reader would.
STRONG = r"\*\*(?![\s*])(?P<strong_text>(?:[^*\n\\`]|`[^`\n]*`)+?)(?<!\s)\*\*(?!\*)"
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


def _strong(inline: Any, match: re.Match[str], state: Any) -> int:
    inner = state.copy()
    inner.src = match["strong_text"]
    state.append_token({"type": "strong", "children": inline.render(inner)})
    return match.end()


@cache
def _reader() -> Callable[[str], Any]:
    """Return a function from Markdown to tokens."""
    import mistune

    plugins = ["table", "strikethrough", "url", "task_lists", "footnotes"]
    reader = mistune.create_markdown(renderer=None, plugins=plugins)
    reader.inline.register("display_in_text", DISPLAY_IN_TEXT, _formula("display_math", "text_tex"), before="codespan")
    reader.inline.register("inline_math", INLINE_MATH, _formula("inline_math", "inline_tex"), before="codespan")
    block = _formula("block_math", "display_tex", "environment_tex")
    reader.block.register("block_math", DISPLAY_MATH, block, before="list")
    reader.inline.register("cjk_strong", STRONG, _strong, before="emphasis")
    return reader


@lru_cache(maxsize=256)
def markdown_tokens(text: str) -> list[dict[str, Any]]:
    """Return the block tokens of a Markdown text, as mistune names them; they are shared and must not be changed."""
    tokens = _reader()(text.replace("\r\n", "\n").replace("\r", "\n"))
    return [token for token in tokens if isinstance(token, dict)]


def token_text(token: Mapping[str, Any]) -> str:
    """Return the plain text of a token."""
    if "children" in token:
        return "".join(map(token_text, token["children"]))
    return {"softbreak": " ", "linebreak": "\n"}.get(token["type"], html.unescape(token.get("raw", "")))


def opening_title(tokens: Sequence[Mapping[str, Any]]) -> str:
    """Return the text of a first-level heading that opens a text, or nothing."""
    first = next((token for token in tokens if token["type"] != "blank_line"), None)
    return token_text(first).strip() if first and first["type"] == "heading" and first["attrs"]["level"] == 1 else ""
