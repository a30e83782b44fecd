"""HTML as blocks of a page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bs4 import Tag
from bs4.element import PreformattedString

from ..elements import attribute, inside, parsed, table_cell, table_rows
from ..images import SVG, SVG_ELEMENT, Image, svg_description, svg_draws, with_namespace
from ..notebook import NO_WORDS, Words
from ..tables import Cell, Table
from ..text import names, one_line
from .code import Block, sequence, stack, untight
from .layout import table_code
from .looks import WHITE, Styles, colour, contrast, gradient, hidden, is_bold, typst_colour
from .writer import MAX_DEPTH, Picture, Writer

BLOCK_TAGS = names(
    "p div section article main header footer nav aside h1 h2 h3 h4 h5 h6 table ul ol dl pre blockquote hr figure "
    "details summary address center fieldset form li dt dd figcaption tr td tbody thead"
)
LOST_TAGS = names("iframe video audio canvas object embed script frame applet portal")
SILENT_TAGS = names("style template noscript head meta link title input button select textarea")
MATH_IN_HTML = re.compile(r"(\$\$?(?=[^$]*\\[a-zA-Z])(?:\\.|[^$\\\n]){1,600}\$\$?)")


def read_markup(
    writer: Writer, source: str, literal_tags: bool = False, nested: bool = False, said: Words = NO_WORDS
) -> tuple[list[Block], set[str]]:
    """Return HTML as blocks, and the names of the elements in it that paper cannot show.

    With `literal_tags` such elements appear as the text they were written in. `said` is alternative text, caption and
    note for the first table or picture.
    """
    pictures: list[str] = []

    def put_aside(match: re.Match[str]) -> str:
        pictures.append(match[0])
        return f'<img data-own-svg="{len(pictures) - 1}">'

    soup = parsed(SVG_ELEMENT.sub(put_aside, source))
    reader = HtmlReader(writer, Styles(soup), pictures, literal_tags, nested, said._asdict())
    return reader.blocks(soup.contents, 0), reader.lost


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

    def _picture(self, tag: Tag) -> tuple[Picture | None, str] | None:
        """Return a picture and what it says of itself; nothing for an SVG that only keeps parts for others."""
        number = attribute(tag, "data-own-svg")
        source = self.pictures[int(number)] if number.isdigit() and int(number) < len(self.pictures) else ""
        if not source:
            return self.writer.find_picture(attribute(tag, "src")), attribute(tag, "alt")
        if not svg_draws(source):
            return None
        found = self.writer.take_picture(Image(SVG, with_namespace(source).encode()))
        return found, svg_description(source)

    def _figure(self, tag: Tag) -> list[Block]:
        """Return a picture that stands alone."""
        picture = self._picture(tag)
        if picture is None:
            return []
        found, own = picture
        alt, caption, note = (self.given.pop(key, "") for key in ("alt", "caption", "note"))
        if found is None:
            return [Block(f"not-shown({self.writer.inline_image(attribute(tag, 'src') or 'svg', own)})")]
        return [self.writer.figure(found, self.writer.alt(alt, own, caption), caption, note)]

    def _inline_picture(self, tag: Tag) -> list[str]:
        """Return a picture within a line or a cell."""
        picture = self._picture(tag)
        if picture is None:
            return []
        found, own = picture
        return [
            self.writer.boxed(found, own) if found else self.writer.inline_image(attribute(tag, "src") or "svg", own)
        ]

    def inline(self, nodes: Iterable[Any], depth: int, limit: int = 60) -> list[str]:
        """Return nodes as inline Typst code."""
        parts: list[str] = []
        for node in nodes:
            parts += self._inline_node(node, depth, limit)
        return parts

    def _inline_node(self, node: Any, depth: int, limit: int) -> list[str]:
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
        for folded in tag.select("details.folded > :not(summary)"):
            # What is folded away on the page is left out on paper, where the summary says how much that is.
            folded.decompose()
        head, body = map(_shown, table_rows(tag))
        if tag.find("table") and not any(cell.find_parent("table") is tag for cell in tag.find_all("th")):
            # Without head cells and with tables inside it only puts things side by side: paper has them in a row.
            cells = [cell for row in body for cell in _shown(inside(row, "td", "th"))]
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
            table, writer.label(caption or own), writer.label(note), writer.words["part"], self.nested or depth > 6
        )
        return [Block(anchor), code] if anchor else [code]

    def _row(self, row: Tag, depth: int) -> list[Cell]:
        cells = [self._cell(cell, depth) for cell in _shown(inside(row, "td", "th"))]
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
        cell = table_cell(tag, code if text or tag.find("img") else '""', text)
        cell.align = align if align in ("left", "right", "center") and not cell.head else ""
        cell.fill = bar or (typst_colour(solid) if solid and solid != WHITE else "")
        cell.colour = typst_colour(ink) if ink else ""
        cell.bold, cell.anchors = is_bold(style), anchor
        return cell


def _shown(tags: Iterable[Tag]) -> list[Tag]:
    """Return the elements that do not ask to be hidden."""
    return [tag for tag in tags if not hidden(tag)]


def trimmed(nodes: Sequence[Any]) -> list[Any]:
    """Return nodes without the white space before the first and after the last that says something."""
    says = [place for place, node in enumerate(nodes) if getattr(node, "name", None) or str(node).strip()]
    return list(nodes[says[0] : says[-1] + 1]) if says else []
