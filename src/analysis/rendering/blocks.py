"""What is on the page, for every kind of page: the cells of a notebook as blocks, read once in one way.

Printed text is cut after so many lines; of the forms of an output the best that the page can show is taken, and what
none can show is said in its place.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote

from bs4 import Tag

from .elements import attribute, inside, words_in
from .errors import ExportError, MissingAlt
from .formulas import Macros, bare_tex
from .images import IMAGES, SVG, Image, from_bundle, from_link, svg_description
from .markdown import markdown_html
from .markup import Tree, read_html
from .notebook import (
    FORMS,
    NO_WORDS,
    PLAIN,
    REPR,
    Cell,
    Notebook,
    Words,
    error_lines,
    forms,
    json_text,
    output_words,
)
from .static import static_picture
from .text import joined, mono_width, one_line, printable, terminal_text
from .words import words

HEADINGS = ["h1", "h2", "h3", "h4", "h5", "h6"]
LINE = 100
"""Letters of printed text that count as one line."""


class Page(Protocol):
    """What the reader has to know of a page: which pictures and formulas it can show."""

    def shows_picture(self, image: Image) -> bool: ...

    def shows_formula(self, tex: str) -> bool: ...


@dataclass(frozen=True)
class Code:
    """The source of a code cell."""

    text: str
    language: str


@dataclass(frozen=True)
class Printed:
    """Text that a program wrote; `kind` is the name of the stream, if it is one."""

    text: str
    kind: str = ""


@dataclass(frozen=True)
class Failure:
    """An error: its name and message, and its traceback."""

    named: str
    trace: str


@dataclass(frozen=True)
class Markup:
    """Headings, paragraphs, lists, tables, quotes, pictures: clean HTML; `is_prose` says that it was Markdown."""

    tree: Tree
    said: Words = NO_WORDS
    is_prose: bool = False


@dataclass(frozen=True)
class Figure:
    """A picture by itself; `width` in points, 0 for its own."""

    image: Image
    said: Words
    width: float = 0


@dataclass(frozen=True)
class Formula:
    """A formula that stands by itself, in bare TeX."""

    tex: str


@dataclass(frozen=True)
class Lost:
    """MIME types, or names of elements, of what cannot be shown."""

    names: tuple[str, ...]


Block = Code | Printed | Failure | Markup | Figure | Formula | Lost


class Reader:
    """Reads the cells of a notebook for a page, in their order: definitions of formulas hold from one to the next."""

    def __init__(self, notebook: Notebook, page: Page) -> None:
        self.notebook, self.page = notebook, page
        self.words = words(notebook.lang, "html", notebook.report.get("labels"))
        self.macros = Macros()
        self.texts = 0
        self.title_found = False

    def read(self, cell: Cell) -> list[Block]:
        """Return the blocks of the next cell; the first heading of all is left out if it says the title."""
        return list(self._blocks(cell))

    def _blocks(self, cell: Cell) -> Iterator[Block]:
        if cell.kind == "markdown" or cell.kind == "raw" and cell.raw_format == "text/markdown":
            yield self._markdown(cell.source, cell)
        elif cell.kind == "raw" and cell.raw_format == "text/html":
            yield self._html(cell.source, cell, NO_WORDS)
        elif cell.kind == "raw" and cell.raw_format in ("text/plain", "text"):
            yield from self._printed(cell.source)
        elif cell.kind == "code":
            if cell.shows_input and cell.source.strip():
                source = cell.source.expandtabs(4).strip("\n").rstrip()
                yield Code(self._cut(source), self.notebook.code_language)
            for output in cell.outputs:
                yield from self._output(output, cell)

    def _output(self, output: Mapping[str, Any], cell: Cell) -> Iterator[Block]:
        kind = output.get("output_type")
        if kind == "stream":
            yield from self._printed(joined(output.get("text")), str(output.get("name") or "stdout"))
        elif kind == "error":
            named, trace = map(terminal_text, error_lines(output))
            yield Failure(named, self._cut(trace))
        elif isinstance(output.get("data"), Mapping):
            yield from self._bundle(output, cell)

    def _bundle(self, output: Mapping[str, Any], cell: Cell) -> Iterator[Block]:
        """Give the best form of an output that the page can show, and name what it cannot."""
        data = output["data"]
        order, interactive = forms(data)
        unseen = list(interactive)
        for mime in order:
            if mime in PLAIN and len(data) > 1 and REPR.fullmatch(joined(data[mime]).strip()):
                continue
            block, lost = self._form(mime, output, cell)
            if block is not None:
                yield block
                if mime not in IMAGES and (names := [*unseen, *lost]):
                    yield Lost(tuple(dict.fromkeys(names)))
                return
            unseen += lost
        for mime in interactive:
            if (image := static_picture(mime, data[mime])) and self.page.shows_picture(image):
                yield Figure(image, output_words(output, mime))
                return
        names = unseen + [mime for mime in data if mime not in FORMS and mime not in unseen]
        if names:
            yield Lost(tuple(dict.fromkeys(names)))

    def _form(self, mime: str, output: Mapping[str, Any], cell: Cell) -> tuple[Block | None, list[str]]:
        """Return one form of an output, None if nothing of it can be shown, and what is lost with it."""
        data, said = output["data"][mime], output_words(output, mime)
        if mime in IMAGES:
            return self._figure(mime, data, output, cell)
        match mime:
            case "text/html":
                block = self._html(joined(data), cell, said)
                lost = block.tree.lost
                if not block.tree.says_something():
                    return None, lost
                return block, [name for name in lost if name != "script"]
            case "text/markdown":
                block = self._markdown(joined(data), cell, said)
                return (block if block.tree.says_something() else None), []
            case "text/latex":
                tex = bare_tex(self.macros.expanded(joined(data)))
                other = re.search(r"\\begin\{(?:tabular|table|longtable|document)", tex)
                shown = not other and (self.page.shows_formula(tex) or len(output["data"]) == 1)
                return (Formula(tex) if tex and shown else None), []
        text = json_text(data) if mime == "application/json" else joined(data)
        return next(self._printed(text), None), []

    def _figure(self, mime: str, data: Any, output: Mapping[str, Any], cell: Cell) -> tuple[Block | None, list[str]]:
        image, said = from_bundle(mime, data), output_words(output, mime)
        if image is None or not self.page.shows_picture(image):
            if self.notebook.is_report:
                raise ExportError(f"{cell.where}: {mime} cannot be shown; cure: embed it as SVG, PNG or JPEG")
            return None, [mime]
        alt = said.alt or said.caption or (svg_description(image.source) if mime == SVG else "")
        if not alt and self.notebook.is_report:
            raise MissingAlt(cell.where, mime)
        return Figure(image, said._replace(alt=printable(one_line(alt)).strip()), _width(output, mime)), []

    # texts

    def _printed(self, text: str, kind: str = "") -> Iterator[Printed]:
        plain = terminal_text(text).strip("\n")
        if plain.strip():
            yield Printed(self._cut(plain), kind)

    def _cut(self, text: str) -> str:
        """Return text with no more lines than are wanted: the first four fifths of them, a note, the last fifth."""
        limit = self.notebook.max_lines
        lines = text.split("\n")
        if limit <= 0 or len(lines) + len(text) // LINE <= limit:
            return text
        parts = [part for line in lines for part in _parts(line)]
        if len(parts) <= limit:
            return text
        first, last = parts[: limit - limit // 5], parts[len(parts) - limit // 5 :]
        note = self.words["cut"].replace("{n}", f"{len(parts) - limit:,}")
        return "\n".join((_whole(first), f"[… {note} …]", _whole(last)))

    def _markdown(self, text: str, cell: Cell, said: Words = NO_WORDS) -> Markup:
        self.texts += 1
        for name in cell.attachments:
            # Notebooks of old times write the name of a picture as it is, which Markdown takes for no link.
            text = text.replace(f"](attachment:{name})", f"](attachment:{quote(name)})")
        tree = read_html(markdown_html(text, str(self.texts)), self._finder(cell))
        for block in tree.soup.find_all("pre") if "<pre" in tree.source else []:
            (block.code or block).string = self._cut(block.get_text().strip("\n"))
        return self._finished(Markup(tree, said, is_prose=True), cell)

    def _html(self, source: str, cell: Cell, said: Words) -> Markup:
        """Return HTML of an output. What stands between dollar signs is never a formula in what a report quotes."""
        tree = read_html(source, self._finder(cell), finds_formulas=not self.notebook.is_report)
        return self._finished(Markup(tree, said), cell)

    def _finder(self, cell: Cell) -> Any:
        return lambda link: self._shown(from_link(link, cell.attachments, self.notebook.folder))

    def _shown(self, image: Image | None) -> Image | None:
        return image if image is not None and self.page.shows_picture(image) else None

    def _finished(self, block: Markup, cell: Cell) -> Markup:
        """Return a block with its formulas written out and its pictures held to what a report needs."""
        soup = block.tree.soup
        for tag in block.tree.formulas():
            tex = bare_tex(self.macros.expanded(attribute(tag, "data-tex")))
            if tex:
                tag["data-tex"] = tex
            else:
                tag.decompose()  # it did nothing but define
        for image in block.tree.pictures():
            self._check_image(image, block, cell)
        if block.is_prose:
            if block.tree.pictures():
                _make_figures(soup)
            self._drop_title(soup)
        return block

    def _check_image(self, image: Tag, block: Markup, cell: Cell) -> None:
        if not self.notebook.is_report:
            return
        if image.has_attr("data-missing"):
            what = f"image {attribute(image, 'data-missing')[:60]!r}"
            raise ExportError(f"{cell.where}: {what} cannot be shown; cure: embed it as SVG, PNG or JPEG")
        if not (attribute(image, "alt") or attribute(image, "title") or block.said.alt or block.said.caption):
            raise MissingAlt(cell.where)

    def _drop_title(self, soup: Tag) -> None:
        """Take away the first heading of all if it is of the first level and says the title."""
        heading = None if self.title_found else soup.find(HEADINGS)
        if heading is None:
            return
        self.title_found = True
        if heading.name == "h1" and _words(words_in(heading)) == _words(self.notebook.title):
            heading.decompose()


def _make_figures(soup: Tag) -> None:
    """Make figures of the pictures that stand alone in a paragraph, their titles the captions."""
    for paragraph in soup.find_all("p"):
        full = [node for node in paragraph.children if isinstance(node, Tag) or str(node).strip()]
        if not full or not all(isinstance(node, Tag) and node.name == "img" for node in full):
            continue
        for image in inside(paragraph, "img"):
            title = attribute(image, "title")
            if image.has_attr("src") and title:
                figure = image.wrap(Tag(name="figure"))
                caption = Tag(name="figcaption")
                caption.string = title
                figure.append(caption)
                paragraph.insert_before(figure.extract())
                del image["title"]
        if paragraph.find(True) is None:
            paragraph.decompose()


def _width(output: Mapping[str, Any], mime: str) -> float:
    """Return the width in points that an output's metadata asks for, else 0."""
    own = (output.get("metadata") or {}).get(mime)
    width = own.get("width") if isinstance(own, Mapping) else None
    return float(width) * 0.75 if isinstance(width, (int, float)) and 0 < width < 10000 else 0


def _parts(line: str) -> list[tuple[str, str]]:
    """Return a line in pieces that count as a line each, with what ends each."""
    count = max(1, math.ceil(mono_width(line) / LINE))
    step = max(1, math.ceil(len(line) / count))
    pieces = [line[start : start + step] for start in range(0, len(line), step)] or [""]
    return [(piece, "") for piece in pieces[:-1]] + [(pieces[-1], "\n")]


def _whole(parts: list[tuple[str, str]]) -> str:
    return "".join(piece + end for piece, end in parts).removesuffix("\n")


def _words(text: str) -> str:
    return " ".join(printable(one_line(text)).split())
