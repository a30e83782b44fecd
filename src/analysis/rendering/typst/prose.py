"""Markdown as blocks of a page."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..elements import attribute, parsed
from ..markdown import markdown_tokens, opening_title, token_text
from ..tables import Cell, Table
from ..text import SOFT_BREAK, names, one_line
from .code import Block, call, literal, sequence, stack, untight
from .layout import table_code
from .markup import read_markup
from .writer import INLINE_WRAPS, MAX_DEPTH, Writer

INLINE_TAGS = {*INLINE_WRAPS} | names("a span font abbr q mark code kbd samp tt label time bdi")
SPANS = {"strong": "strong", "emphasis": "emph", "strikethrough": "strike"}
TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)([^>]*?)/?>", re.DOTALL)


@dataclass
class Prose:
    """Reads Markdown into blocks for a writer."""

    writer: Writer

    def read(self, text: str, skip_title: str = "") -> list[Block]:
        """Return a Markdown text as blocks; an opening first-level heading that says `skip_title` is left out."""
        tokens = markdown_tokens(text)
        if skip_title and (first := opening_title(tokens)) and one_line(first).strip() == one_line(skip_title).strip():
            tokens = [token for token in tokens if token["type"] != "blank_line"][1:]
        return self._blocks(tokens, 0)

    def _blocks(self, tokens: Sequence[Mapping[str, Any]], depth: int) -> list[Block]:
        """Return block tokens as blocks."""
        return [block for token in tokens for block in self._block(token, depth)]

    def _block(self, token: Mapping[str, Any], depth: int) -> list[Block]:
        """Return one block token as blocks."""
        kind = token["type"]
        if depth > MAX_DEPTH:
            return [Block(f"par({self.writer.text(token_text(token))})")]
        match kind:
            case "paragraph" | "block_text":
                return self._paragraph(token["children"])
            case "heading":
                body = sequence(self._inline(token["children"]))
                return [self.writer.heading(token["attrs"]["level"], body, token_text(token))]
            case "list":
                return [Block(self._list(token, depth))]
            case "block_code":
                language = (token.get("attrs") or {}).get("info", "").split(" ")[0].lower()
                return [Block(f"listing({self.writer.code(token['raw'].rstrip(), language)})")]
            case "block_math":
                return [Block(self.writer.formula(token["raw"], block=True))]
            case "block_quote":
                return [Block(f"blockquote({stack(self._blocks(token['children'], depth + 1))})")]
            case "table":
                table = self._table(token)
                return [table_code(table, nested=depth > 0)] if table else []
            case "block_html":
                return read_markup(self.writer, token["raw"], literal_tags=True, nested=depth > 0)[0]
            case "thematic_break":
                return [Block("rule()")]
            case "footnotes":
                return [Block(self._footnote(item, depth)) for item in token["children"]]
            case "blank_line":
                return []
        return self._blocks(token["children"], depth + 1) if "children" in token else []

    def _paragraph(self, children: Sequence[Mapping[str, Any]]) -> list[Block]:
        """Return a paragraph; an image that stands alone becomes a figure, a display formula stands by itself."""
        pieces: list[list[Mapping[str, Any]]] = [[]]
        for token in children:
            if token["type"] == "display_math":
                pieces += [[token], []]
            else:
                pieces[-1].append(token)
        blocks = []
        for piece in pieces:
            full = [token for token in piece if token["type"] == "image" or token_text(token).strip()]
            if not full:
                continue
            if len(full) == 1 and full[0]["type"] == "display_math":
                blocks.append(Block(self.writer.formula(full[0]["raw"], block=True)))
            elif all(token["type"] == "image" for token in full):
                blocks += [self._figure(token) for token in full]
            else:
                blocks.append(Block(f"par({sequence(self._inline(piece))})"))
        return blocks

    def _figure(self, token: Mapping[str, Any]) -> Block:
        """Return an image that stands alone as a figure; its Markdown title is the caption."""
        url, title, alt = token["attrs"]["url"], token["attrs"].get("title") or "", token_text(token)
        found = self.writer.find_picture(url)
        if found is None:
            return Block(f"not-shown({self.writer.inline_image(url, alt)})")
        return self.writer.figure(found, self.writer.alt(alt, title), html.unescape(title))

    def _list(self, token: Mapping[str, Any], depth: int) -> str:
        """Return a list."""
        items = []
        for item in token["children"]:
            body = self._blocks(item["children"], depth + 1)
            if item["type"] == "task_list_item":
                mark = self.writer.text("☑ " if item["attrs"]["checked"] else "☐ ")
                first = untight(body[0].code) if body and body[0].code.startswith("par(") else ""
                body = [Block(f"par({{{mark}; {first}}})" if first else f"par({mark})"), *body[1 if first else 0 :]]
            if token.get("tight"):
                body = [Block(untight(block.code)) for block in body]
            items.append(stack(body))
        attrs, tight = token["attrs"], "true" if token.get("tight") else "false"
        kind = "enum" if attrs.get("ordered") else "list"
        start = str(min(int(attrs.get("start", 1)), 10**9)) if kind == "enum" else ""
        return call(kind, *(f"{kind}.item({item})" for item in items), tight=tight, start=start)

    def _footnote(self, item: Mapping[str, Any], depth: int) -> str:
        """Return the text of a footnote, set after the cell that refers to it."""
        number = item["attrs"].get("index", "")
        blocks = self._blocks(item["children"], depth + 1)
        body = "; ".join([untight(block.code) for block in blocks[:1]] + [block.code for block in blocks[1:]])
        return f"block(aside({{super({literal(str(number))}); h(.3em); {body or '[]'}}}))"

    def _table(self, token: Mapping[str, Any]) -> Table | None:
        """Return a Markdown table."""
        head: list[list[Cell]] = []
        body: list[list[Cell]] = []
        for part in token["children"]:
            if part["type"] == "table_head":
                head.append([self._cell(cell, True) for cell in part["children"]])
            else:
                body += [[self._cell(cell, False) for cell in row["children"]] for row in part["children"]]
        return Table.of(head, body)

    def _cell(self, token: Mapping[str, Any], head: bool) -> Cell:
        """Return one cell of a Markdown table."""
        self.writer.in_table_head = head
        code = sequence(self._inline(token["children"], limit=16))
        self.writer.in_table_head = False
        return Cell(code, token_text(token).strip(), head, align=(token["attrs"].get("align") or ""))

    def _inline(self, tokens: Sequence[Mapping[str, Any]], limit: int = 60) -> list[str]:
        """Return inline tokens as Typst code; known inline tags wrap what lies between them, others show as text."""
        frames: list[tuple[str, str, list[str]]] = [("", "", [])]
        for place, token in enumerate(tokens):
            if token["type"] == "inline_html":
                self._tag(token["raw"], frames)
            elif token["type"] == "softbreak":
                before, after = tokens[max(0, place - 1) : place], tokens[place + 1 : place + 2]
                around = "".join(map(token_text, before))[-1:] + "\n" + "".join(map(token_text, after))[:1]
                frames[-1][2].append("" if SOFT_BREAK.search(around) else '" "')
            else:
                frames[-1][2].append(self._span(token, limit))
        while len(frames) > 1:
            self._close(frames)
        return [part for part in frames[0][2] if part]

    def _tag(self, raw: str, frames: list[tuple[str, str, list[str]]]) -> None:
        """Handle one tag inside a Markdown line: open or close a frame, break the line, or show it as text."""
        if raw.startswith("<!--"):
            return
        match = TAG.fullmatch(raw)
        name = match[2].lower() if match else ""
        if match and name == "br":
            frames[-1][2].append("linebreak()")
        elif match and name == "img" and (image := parsed(raw).find("img")):
            frames[-1][2].append(self.writer.inline_image(attribute(image, "src"), attribute(image, "alt")))
        elif match and name in INLINE_TAGS and not match[1] and len(frames) < MAX_DEPTH:
            frames.append((name, raw, []))
        elif match and match[1] and len(frames) > 1 and frames[-1][0] == name:
            self._close(frames)
        else:
            frames[-1][2].append(self.writer.text(raw))

    def _close(self, frames: list[tuple[str, str, list[str]]]) -> None:
        name, raw, parts = frames.pop()
        tag = parsed(raw).find(name)
        body = sequence([part for part in parts if part])
        frames[-1][2].append(self.writer.wrapped(tag, body) if tag else body)

    def _span(self, token: Mapping[str, Any], limit: int) -> str:
        """Return one inline token as Typst code."""
        kind = token["type"]
        match kind:
            case "text":
                return self.writer.text(html.unescape(token["raw"]), limit)
            case "codespan":
                return self.writer.inline_code(html.unescape(token["raw"]))
            case "inline_math" | "display_math" | "block_math":
                return self.writer.formula(token["raw"], block=False)
            case "linebreak":
                return "linebreak()"
            case "image":
                return self.writer.inline_image(token["attrs"]["url"], token_text(token))
            case "footnote_ref":
                return f"super({literal(str(token['attrs'].get('index', '')))})"
        body = sequence(self._inline(token.get("children", []), limit))
        if kind == "link":
            return self.writer.link(html.unescape(token["attrs"]["url"]), body)
        if kind in SPANS:
            return f"{SPANS[kind]}({body})"
        return body if "children" in token else self.writer.text(token_text(token), limit)
