"""A notebook as one Typst source: title page, cells, colophon."""

from __future__ import annotations

import datetime
import logging
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from ..blocks import HEADINGS, Markup, Reader
from ..blocks import Block as Read
from ..elements import words_in
from ..notebook import Cell, Notebook, text_and_link
from ..tables import Cell as TableCell
from ..tables import Table
from ..text import joined, one_line, printable
from .cells import write_block
from .code import Block, call, literal
from .glyphs import Glyphs
from .layout import table_code
from .writer import PAGE, Writer

LOG = logging.getLogger(__name__)
TEMPLATE = Path(__file__).with_name("template.typ")


@dataclass
class Document:
    """Typst source of a notebook, and what it was made of."""

    markup: str
    files: dict[str, bytes]
    formulas: dict[str, str]
    glyphs: Glyphs
    unread: list[str]


def write_document(notebook: Notebook, show_code: bool | None = None, broken: frozenset[str] = frozenset()) -> Document:
    """Return a notebook as a document; what `broken` names is replaced: images and cells by a note, formulas by
    their source.

    Code is shown as `show_code` says, by default unless the notebook is a report. Raises MissingAlt or ExportError
    for a report that lacks something. A character that no font shows is shown by its code point and listed in
    `glyphs`.
    """
    writer = Writer(notebook, broken)
    shown = not notebook.is_report if show_code is None else show_code
    reader, cells = Reader(notebook, writer), []
    for cell in notebook.cells:
        writer.where = cell.where
        cells.append((cell, reader.read(cell)))
    writer.references = _references(block for _, blocks in cells for block in blocks)
    writer.base_level = _shallowest_heading(block for _, blocks in cells for block in blocks)
    body = [block for cell, blocks in cells for block in _cell(writer, cell, blocks, shown)]
    source = "\n\n".join(f"#{block.code}" for block in (*_title_page(writer), *_paged(body), *_colophon(writer)))
    source = f"{_opening(writer, source)}\n\n{source}\n"
    return Document(source, writer.files, writer.formulas, writer.glyphs, writer.unread)


def first_words(cell: Cell) -> str:
    """Return what a cell begins with, by which a message names it."""
    outputs = (joined(output.get("text") or (output.get("data") or {}).get("text/plain")) for output in cell.outputs)
    text = next((words for text in (cell.source, *outputs) if (words := printable(one_line(text)).strip())), "")
    return text[:60] or cell.where


def _cell(writer: Writer, cell: Cell, blocks: Iterable[Read], shows_code: bool) -> list[Block]:
    """Return a cell, or the note in place of one that Typst refuses."""
    writer.where, writer.cell_number = cell.where, cell.number
    if cell.where in writer.broken:
        line = f"[{writer.words['unprinted']}: {cell.where}, {first_words(cell)}]"
        return [Block(f"not-shown({writer.text(line)})")]
    return [written for block in blocks for written in write_block(writer, block, shows_code)]


def _references(blocks: Iterable[Read]) -> frozenset[str]:
    """Return the names that links inside the document point to."""
    trees = (block.tree for block in blocks if isinstance(block, Markup))
    return frozenset(printable(unquote(name)) for tree in trees for name in tree.links_inside())


def _shallowest_heading(blocks: Iterable[Read]) -> int:
    """Return the smallest level of a heading in Markdown; 2 if there is none."""
    trees = (block.tree.soup for block in blocks if isinstance(block, Markup) and block.is_prose)
    headings = (heading for soup in trees for heading in soup.find_all(HEADINGS))
    return min((int(heading.name[1]) for heading in headings if printable(words_in(heading)).strip()), default=2)


def _paged(blocks: Sequence[Block]) -> list[Block]:
    """Return blocks with wide tables on pages across, together with the headings and captions right before them."""
    result: list[Block] = []
    for block in blocks:
        if block.role != "landscape":
            result.append(block)
            continue
        before: list[Block] = []
        while result and result[-1].role == "heading":
            before.insert(0, result.pop())
        if not before and result and result[-1].role == "across":
            result[-1] = Block(f"{result[-1].code[:-2]}; {block.code}}})", "across")
        else:
            result.append(Block(f"landscape({{{'; '.join(part.code for part in (*before, block))}}})", "across"))
    return result


def _pair_rows(writer: Writer, rows: Iterable[Sequence[Any]]) -> list[str]:
    """Return labels and values (with links) as rows for the template's `pairs`."""
    codes = []
    for row in rows:
        label, value, href = (*row, "", "")[:3]
        body = writer.text(str("" if value is None else value)) or '""'
        codes.append(f"({writer.text(str(label))}, {writer.link(str(href), body) if href else body})")
    return codes


def _source_cell(writer: Writer, value: Any, head: bool = False) -> TableCell:
    """Return a cell of the table of sources."""
    text, href = text_and_link(value)
    code = writer.text(text, limit=16)
    return TableCell(writer.link(href, code) if href else code, text, head)


def _web_pages(writer: Writer) -> list[str]:
    """Return the row of links to the files beside a report: its own page, other languages, the index, the notebook."""
    notebook, words = writer.notebook, writer.words
    downloads = [(str(label), str(link)) for label, link in notebook.pairs("downloads")]
    printed = any(link == f"{notebook.name}.pdf" for _, link in downloads)
    own = [(words["this"], f"{notebook.name}.html")] if printed else []
    others = [(str(label), str(link)) for label, link in notebook.pairs("alternate")]
    index = [(words["home"], str(notebook.report["home"]))] if notebook.report.get("home") else []
    links = [*own, *others, *index, *(pair for pair in downloads if not pair[1].endswith(".pdf"))]
    shown = [writer.link(link, writer.text(label)) for label, link in links if PAGE.fullmatch(link)]
    row = f"; {literal(' · ')}; ".join(shown)
    return [f"({writer.text(words['web'])}, {{{row}}})"] if shown else []


def _title_page(writer: Writer) -> list[Block]:
    """Return the title block; for a report also facts, sources and contents, with the text on the next page."""
    writer.where, report = "title page", writer.notebook.report
    settings = {key: writer.label(report.get(key)) for key in ("subtitle", "description")}
    blocks = [Block(call("title-block", writer.text(writer.notebook.title), **settings))]
    facts = writer.notebook.pairs("facts")
    if report.get("date"):
        facts.append([writer.words["date"], report["date"]])
    rows = _pair_rows(writer, facts) + _web_pages(writer)
    if rows:
        blocks.append(Block(f"pairs(({', '.join(rows)},))"))
    blocks += _source_table(writer, report.get("sources"))
    if writer.sections >= 3:
        blocks.append(Block("contents()"))
    return [*blocks, Block("pagebreak(weak: true)")] if writer.strict else blocks


def _source_table(writer: Writer, sources: Any) -> list[Block]:
    """Return the table of sources and editions."""
    if not isinstance(sources, Mapping) or not sources.get("rows"):
        return []
    head = [[_source_cell(writer, value, True) for value in sources.get("head") or []]]
    body = [[_source_cell(writer, value) for value in row] for row in sources["rows"]]
    table = Table.of(head if head[0] else [], body)
    caption = writer.label(sources.get("caption") or writer.words["sources"])
    return [table_code(table, caption, writer.label(sources.get("note")), nested=True)] if table else []


def _colophon(writer: Writer) -> list[Block]:
    """Return what stands at the end of a report: how and from what it was made."""
    writer.where = "colophon"
    rows = _pair_rows(writer, writer.notebook.pairs("colophon"))
    if not rows:
        return []
    head = f"small-head({writer.text(writer.words['colophon'])})"
    return [Block(f"block(breakable: {str(len(rows) > 20).lower()}, {{{head}; aside(pairs(({', '.join(rows)},)))}})")]


def _opening(writer: Writer, source: str) -> str:
    """Return the head of `source`: words, fonts, the anchors it has, template and the settings of the document."""
    writer.where, title, report = "title", writer.notebook.title, writer.notebook.report
    placed = set(re.findall(r'\banchor\("(anchor-\d+)"\)|\bsec\(\d, "(section-[\d-]+)"', source))
    found = {key: name for key, name in writer.anchors.items() if (name, "") in placed or ("", name) in placed}
    anchors = ", ".join(f"{literal(key)}: {literal(name)}" for key, name in found.items())
    settings = {
        "title": writer.plain(title),
        "running": writer.text(title),
        "description": writer.plain(str(report["description"])) if report.get("description") else "",
        "author": _texts(writer, report.get("author")),
        "keywords": _texts(writer, report.get("keywords")),
        "date": _date(report.get("date")),
        "lang": literal(writer.lang if re.fullmatch("[a-z]{2,3}", writer.lang) else "en"),
        "region": '"cn"' if writer.lang == "zh" else "",
    }
    contents = writer.plain(one_line(writer.words["contents"]))
    families = ", ".join(writer.glyphs.families())
    return "\n".join(
        [
            f"#let words = (contents: {contents})",
            f"#let fonts = ({families},)",
            f"#let code-fonts = ({', '.join(writer.glyphs.code_families())},) + fonts",
            f"#let anchors = ({anchors or ':'})",
            f"#let chinese = {'true' if writer.lang in ('zh', 'ja', 'ko') else 'false'}",
            _template(),
            f"#show: {call('notebook.with', **settings)}",
        ]
    )


def _texts(writer: Writer, stated: Any) -> str:
    """Return a text or several as a Typst array, empty if there are none."""
    several = stated if isinstance(stated, (list, tuple)) else [stated]
    texts = [writer.plain(one_line(str(text)).strip()) for text in several if text not in (None, "")]
    return f"({', '.join(texts)},)" if texts else ""


@cache
def _template() -> str:
    return TEMPLATE.read_text(encoding="utf-8")


def _date(stated: Any) -> str:
    """Return the date of the document: SOURCE_DATE_EPOCH, else `stated` (ISO); none, so that bytes stay the same."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    try:
        if epoch:
            moment = datetime.datetime.fromtimestamp(int(epoch), datetime.UTC)
        elif stated:
            moment = datetime.datetime.fromisoformat(str(stated))
        else:
            return ""
    except (ValueError, OverflowError, OSError):
        LOG.warning("date %r is not an ISO date; the PDF carries none", epoch or stated)
        return ""
    parts = ", ".join(
        f"{name}: {getattr(moment, name)}" for name in ("year", "month", "day", "hour", "minute", "second")
    )
    return f"datetime({parts})"
