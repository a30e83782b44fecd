"""Clean HTML as blocks of a page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bs4 import Tag
from bs4.element import PreformattedString

from ..blocks import Markup
from ..elements import attribute, code_language, inside, table_cell, table_rows, words_in
from ..tables import Cell, Table
from ..text import names, one_line
from .code import Block, call, sequence, stack, untight
from .layout import table_code
from .looks import WHITE, Styles, colour, contrast, declarations, gradient, is_bold, typst_colour
from .writer import MAX_DEPTH, Writer

BLOCK_TAGS = names(
    "p div section article main header footer nav aside h1 h2 h3 h4 h5 h6 table ul ol dl pre blockquote hr figure "
    "details summary address center fieldset form li dt dd figcaption tr td tbody thead"
)

#: What stands before words of a class, as page.css has it on the web.
MARKS = {"achieved": "● ", "planned": "○ "}
NARROW = ["li", "blockquote", "dd", "td", "th"]


def write_markup(writer: Writer, block: Markup) -> list[Block]:
    """Return a block of clean HTML as blocks of the page; what it says of itself goes to its first table or picture."""
    for folded in block.tree.soup.find_all("details", class_="folded") if "<details" in block.tree.source else []:
        # What is folded away on the page is left out on paper, where the summary says how much that is.
        for part in [part for part in folded.contents if getattr(part, "name", None) != "summary"]:
            part.extract()
    reader = HtmlReader(writer, Styles(block.tree.css, block.tree.soup), block.said._asdict())
    blocks = reader.blocks(block.tree.soup.contents, 0)
    caption, note = (reader.given.get(key, "") if block.is_prose else "" for key in ("caption", "note"))
    above = [Block(f"caption-line({writer.label(caption)})")] if caption else []
    below = [Block(f"source-line({writer.label(note)})")] if note else []
    return [*above, *blocks, *below]


@dataclass
class HtmlReader:
    """Reads clean HTML into blocks for a writer."""

    writer: Writer
    styles: Styles
    given: dict[str, str]

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
        blocks: list[Block] = []
        for piece in _split_at_formulas(nodes):
            if len(piece) == 1 and _is_display(piece[0]):
                blocks.append(Block(self.writer.formula(attribute(piece[0], "data-tex"), block=True)))
                continue
            parts = self.inline(trimmed(piece), depth)
            if any(part.strip('" ') for part in parts):
                blocks.append(Block(f"par({sequence(parts)})"))
        return blocks

    def _block(self, tag: Tag, depth: int) -> list[Block]:
        """Return a block element as blocks, with an anchor before it if something points to its id."""
        writer = self.writer
        if depth > MAX_DEPTH:
            return [Block(f"par({writer.text(tag.get_text(' '))})")]
        anchor = "" if tag.name in ("table", "tr", "td") else writer.anchor(attribute(tag, "id"))
        before = [Block(anchor)] if anchor else []
        match tag.name:
            case "h1" | "h2" | "h3" | "h4" | "h5" | "h6":
                body = sequence(self.inline(tag.contents, depth))
                plain = words_in(tag)
                return [*before, writer.heading(int(tag.name[1]), body, plain)] if plain.strip() else []
            case "table":
                return self._table(tag, depth)
            case "ul" | "ol":
                return [*before, *self._list(tag, depth)]
            case "pre":
                return [*before, self._preformatted(tag)]
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
        return before + self._set_apart(tag, self.blocks(tag.contents, depth + 1))

    def _set_apart(self, tag: Tag, blocks: list[Block]) -> list[Block]:
        """Return the blocks of a box as its looks ask for: centred, or as a notice."""
        style, classes = declarations(attribute(tag, "style")), tag.get_attribute_list("class")
        if "alert" in classes and blocks:
            return [Block(f"notice({stack(blocks)})")]
        align = style.get("text-align", "")
        if align in ("center", "right") and tag.find("table") is None:
            return [Block(f"align({align}, {block.code})", block.role) for block in blocks]
        return blocks

    def _preformatted(self, tag: Tag) -> Block:
        """Return what a program wrote, or code if it is marked as such."""
        text = tag.get_text().strip("\n")
        if tag.code is None:
            return self.writer.printed(text)
        return Block(f"listing({self.writer.code(text.rstrip(), code_language(tag.code))})")

    def _list(self, tag: Tag, depth: int) -> list[Block]:
        """Return a list; its items are no paragraphs of their own unless they hold some."""
        rows = tag.find_all("li", recursive=False)
        loose = any(inside(row, "p") for row in rows)
        kind = "enum" if tag.name == "ol" else "list"
        items = []
        for row in rows:
            blocks = self.blocks(row.contents, depth + 1)
            codes = [block.code if loose else untight(block.code) for block in blocks]
            anchor = self.writer.anchor(attribute(row, "id"))
            items.append(f"{kind}.item({sequence([anchor] * bool(anchor) + codes)})")
        start = attribute(tag, "start")
        number = str(min(int(start), 10**9)) if kind == "enum" and start.isdecimal() and len(start) < 12 else ""
        tight = "false" if loose else "true"
        if not items:
            return self.blocks(tag.contents, depth + 1)
        code = call(kind, *items, tight=tight, start=number)
        return [Block(f"aside({code})" if "footnotes" in tag.get_attribute_list("class") else code)]

    def _figure(self, tag: Tag) -> list[Block]:
        """Return a picture that stands alone."""
        found = self.writer.find_picture(attribute(tag, "src"))
        if found is None:
            return [Block(f"not-shown({self.writer.missing_image(tag)})")]
        alt, caption, note = (self.given.pop(key, "") for key in ("alt", "caption", "note"))
        title = attribute(tag, "title")
        return [self.writer.figure(found, alt or attribute(tag, "alt") or caption or title, caption, note)]

    def _inline_picture(self, tag: Tag) -> list[str]:
        """Return a picture within a line or a cell."""
        found = self.writer.find_picture(attribute(tag, "src"))
        alt = attribute(tag, "alt") or attribute(tag, "title")
        return [self.writer.boxed(found, alt) if found else self.writer.missing_image(tag)]

    def inline(self, nodes: Iterable[Any], depth: int, limit: int = 60) -> list[str]:
        """Return nodes as inline Typst code."""
        parts: list[str] = []
        for node in nodes:
            parts += self._inline_node(node, depth, limit)
        return parts

    def _inline_node(self, node: Any, depth: int, limit: int) -> list[str]:
        writer, name = self.writer, getattr(node, "name", None)
        if name is None:
            text = "" if isinstance(node, PreformattedString) else str(node)
            return [writer.text(text, limit)] if text else []
        if node.has_attr("data-tex"):
            return [writer.formula(attribute(node, "data-tex"), block=False)]
        if name == "br":
            return ["linebreak()"]
        if name == "img":
            return self._inline_picture(node)
        if depth > MAX_DEPTH:
            return [writer.text(node.get_text(" "), limit)]
        if name == "code" and node.find(True) is None:
            return [writer.inline_code(one_line(node.get_text()))]
        inner = self.inline(node.contents, depth + 1, limit)
        mark = next((MARKS[kind] for kind in node.get_attribute_list("class") if kind in MARKS), "")
        if mark and inner:
            inner.insert(0, writer.text(mark, limit))
        if name in BLOCK_TAGS:
            return ["linebreak()", *inner] if node.find_previous_sibling() is not None else inner
        return [writer.wrapped(node, sequence(inner))] if inner or attribute(node, "id") else []

    # tables

    def _table(self, tag: Tag, depth: int) -> list[Block]:
        """Return a table with its caption above and the note below."""
        writer = self.writer
        head, body = table_rows(tag)
        if tag.find("table") and not any(cell.find_parent("table") is tag for cell in tag.find_all("th")):
            # Without head cells and with tables inside it only puts things side by side: paper has them in a row.
            cells = [cell for row in body for cell in inside(row, "td", "th")]
            return [block for cell in cells for block in self.blocks(cell.contents, depth + 1)]
        caption_tag = tag.find("caption")
        own = one_line(caption_tag.get_text()).strip() if caption_tag else ""
        caption, note = (self.given.pop(key, "") for key in ("caption", "note"))
        anchor = writer.anchor(attribute(tag, "id"))
        writer.in_table_head = True
        heads = [self._row(row, depth) for row in head]
        writer.in_table_head = False
        table = Table.of(heads, [self._row(row, depth) for row in body])
        if table is None:
            return []
        table.across = "landscape" in tag.get_attribute_list("class")
        code = table_code(
            table,
            writer.label(own or caption),
            writer.label(note),
            writer.words["part"],
            depth > 6 or tag.find_parent(NARROW) is not None,
        )
        return [Block(anchor), code] if anchor else [code]

    def _row(self, row: Tag, depth: int) -> list[Cell]:
        cells = [self._cell(cell, depth) for cell in inside(row, "td", "th")]
        anchor = self.writer.anchor(attribute(row, "id"))
        if cells and anchor:
            cells[0].anchors = "; ".join(part for part in (anchor, cells[0].anchors) if part)
        return cells

    def _cell(self, tag: Tag, depth: int) -> Cell:
        """Return one cell with the looks that its styles ask for."""
        style = self.styles.of(tag)
        anchor = self.writer.anchor(attribute(tag, "id"))
        code = sequence(self.inline(tag.contents, depth + 1, limit=16))
        text = words_in(tag).replace("\u00a0", " ").strip()
        background = style.get("background-color") or style.get("background", "")
        bar, solid = gradient(style.get("background", "")), colour(background)
        ink = colour(style.get("color", ""))
        if ink and not bar and contrast(ink, solid or WHITE) < 2:
            ink = None
        align = style.get("text-align", attribute(tag, "align")).lower()
        cell = table_cell(tag, code if text or tag.find("img") else '""', text)
        cell.align = align if align in ("left", "right", "center") and not cell.head else ""
        cell.fill = bar or (typst_colour(solid) if solid and solid != WHITE else "")
        cell.colour = typst_colour(ink) if ink else ""
        cell.bold, cell.anchors = is_bold(style), anchor
        return cell


def _is_display(node: Any) -> bool:
    return isinstance(node, Tag) and node.has_attr("data-display")


def _split_at_formulas(nodes: list[Any]) -> list[list[Any]]:
    """Return inline nodes in pieces, each formula that stands by itself a piece of its own."""
    pieces: list[list[Any]] = [[]]
    for node in nodes:
        if _is_display(node):
            pieces += [[node], []]
        else:
            pieces[-1].append(node)
    return [piece for piece in pieces if piece]


def trimmed(nodes: Sequence[Any]) -> list[Any]:
    """Return nodes without the white space before the first and after the last that says something."""
    says = [place for place, node in enumerate(nodes) if getattr(node, "name", None) or str(node).strip()]
    return list(nodes[says[0] : says[-1] + 1]) if says else []
