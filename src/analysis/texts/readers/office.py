"""Office: Word documents (.docx) and OpenDocument texts (.odt), in reading order, with their tables as sentences."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import Any

from ...project.errors import InputError
from .parts import UNIT_NOTE, Found, Parts, is_data, library, table_lines

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SPACE = re.compile(r"\s+")
_MEND = "open it in a word processor and save it again"
#: A title as programs give it when nobody has: no title.
_NO_TITLE = re.compile(r"(?i)文档\d*|无标题|microsoft word.*|.*\.(?:docx?|wps|odt|pdf)")
#: What libraries raise for damaged documents.
DAMAGED = (
    *(KeyError, ValueError, TypeError, AttributeError, IndexError, SyntaxError, EOFError, OSError, RuntimeError),
    *(NotImplementedError, zipfile.BadZipFile, zlib.error),
)


def given_title(text: object) -> str:
    """A title in the properties of a document, or nothing where it is what a program wrote there."""
    title = _SPACE.sub(" ", str(text or "")).strip()
    return "" if _NO_TITLE.fullmatch(title) or not re.search("[\u4e00-\u9fff]", title) else title[:200]


# --- Word -------------------------------------------------------------------------------------------------------------


def read_docx(data: bytes, shown: str) -> Parts:
    """The paragraphs and tables of a Word document, with its footnotes last; deleted text is put on record."""
    docx = library("docx", shown)
    try:
        document = docx.Document(io.BytesIO(data))
        numbers = _Numbers(document)
        parts = Parts()
        _add_blocks(
            parts,
            document.element.body,
            lambda element: _paragraph(element, parts, numbers),
            (f"{_W}p", f"{_W}tbl", f"{_W}tr", f"{_W}tc"),
        )
        for related in document.part.rels.values():
            if related.reltype.endswith("/footnotes") and not related.is_external:
                for note in _notes(related.target_part.blob):
                    parts.add(note)
        properties = document.core_properties
        parts.found = Found(title=given_title(properties.title))
    except DAMAGED as error:
        raise InputError(f"the Word document is damaged ({type(error).__name__})", cure=_MEND, path=shown) from None
    return parts


def _notes(blob: bytes) -> Iterator[str]:
    """The footnotes of a Word document as lines."""
    from docx.oxml import parse_xml

    for note in parse_xml(blob).iter(f"{_W}footnote"):
        text = "".join(element.text or "" for element in note.iter(f"{_W}t"))
        if text.strip():
            yield text


def _paragraph(element: Any, parts: Parts, numbers: _Numbers) -> str:
    """The text of a paragraph with its number; text boxes and insertions count, deletions and codes do not."""
    pieces: list[str] = []
    stack = [element]
    while stack:
        node = stack.pop()
        if node.tag == f"{_W}t":
            pieces.append(node.text or "")
        elif node.tag in (f"{_W}br", f"{_W}cr"):
            pieces.append("\n")
        elif node.tag == f"{_W}tab":
            pieces.append(" ")
        elif node.tag == f"{_W}noBreakHyphen":
            pieces.append("-")
        elif node.tag == f"{_W}del":
            parts.leave("deleted", "".join(part.text or "" for part in node.iter(f"{_W}delText")))
        elif node.tag == f"{_W}p" and node is not element:
            # A paragraph of a text box.
            pieces.append("\n")
            stack += reversed(node)
        elif node.tag not in (_FALLBACK, f"{_W}pPr", f"{_W}rPr"):
            stack += reversed(node)
    return numbers.of(element) + "".join(pieces)


class _Numbers:
    """The numbers that Word writes before paragraphs: `一、`, `（二）`, `3.`; they stand in no paragraph's text."""

    def __init__(self, document: Any) -> None:
        self.levels: dict[tuple[str, str], tuple[str, str]] = {}
        self.counts: dict[str, list[int]] = {}
        part = next(
            (related.target_part for related in document.part.rels.values() if related.reltype.endswith("/numbering")),
            None,
        )
        if part is None:
            return
        root = part.element
        abstract = {
            entry.get(f"{_W}abstractNumId"): {
                level.get(f"{_W}ilvl"): (_value(level, "numFmt"), _value(level, "lvlText"))
                for level in entry.iter(f"{_W}lvl")
            }
            for entry in root.iter(f"{_W}abstractNum")
        }
        for entry in root.iter(f"{_W}num"):
            for level, form in abstract.get(_value(entry, "abstractNumId"), {}).items():
                self.levels[entry.get(f"{_W}numId"), level] = form

    def of(self, paragraph: Any) -> str:
        """The number of a paragraph, or nothing."""
        given = paragraph.find(f"{_W}pPr/{_W}numPr")
        if given is None:
            return ""
        name, level = _value(given, "numId"), _value(given, "ilvl") or "0"
        form, pattern = self.levels.get((name, level), ("", ""))
        depth = int(level) if level.isdigit() and len(level) < 2 else 0
        counts = self.counts.setdefault(name, [0] * 10)
        counts[depth] += 1
        counts[depth + 1 :] = [0] * (9 - depth)
        if form in ("", "bullet", "none") or not pattern:
            return ""
        return re.sub(r"%([1-9])", lambda match: _written(counts[int(match[1]) - 1], form), pattern)


def _value(element: Any, name: str) -> str:
    found = element.find(f"{_W}{name}")
    return "" if found is None else found.get(f"{_W}val") or ""


def _written(number: int, form: str) -> str:
    """A number in the form that Word names: Chinese for all the names of Chinese counting, digits else."""
    if not any(word in form.lower() for word in ("chinese", "ideograph", "japanese", "taiwanese")):
        return str(number)
    tens, ones = divmod(number, 10)
    digits = "〇一二三四五六七八九"
    if number < 1 or number > 99:
        return str(number)
    return ("" if not tens else "十" if tens == 1 else digits[tens] + "十") + (digits[ones] if ones else "")


# --- OpenDocument -----------------------------------------------------------------------------------------------------

_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"


def read_odt(data: bytes, shown: str) -> Parts:
    """The paragraphs and tables of an OpenDocument text; deleted text is put on record."""
    library("lxml.html", shown)
    from lxml import etree

    # No entity is resolved and no address opened.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    parts = Parts()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if b"encryption-data" in archive.read("META-INF/manifest.xml"):
                raise InputError("the document has a password", cure="save it without one", path=shown)
            root = etree.fromstring(archive.read("content.xml"), parser)
            meta = etree.fromstring(archive.read("meta.xml"), parser) if "meta.xml" in archive.namelist() else None
        body = root.find(f"{_OFFICE}body/{_OFFICE}text")
        if body is None:
            raise InputError("the OpenDocument file holds no text", cure="give a text document (.odt)", path=shown)
        for gone in body.iter(f"{_TEXT}tracked-changes"):
            for change in gone.iter(f"{_TEXT}deletion"):
                parts.leave("deleted", "".join(change.itertext()))
        names = (f"{_TEXT}p", f"{_TABLE}table", f"{_TABLE}table-row", f"{_TABLE}table-cell")
        _add_blocks(parts, body, _odt_text, names, also=(f"{_TEXT}h",), unseen=(f"{_TEXT}tracked-changes",))
        title = None if meta is None else next(meta.iter(f"{_DUBLIN_CORE}title"), None)
        parts.found = Found(title=given_title(None if title is None else title.text))
    except DAMAGED as error:
        raise InputError(f"the OpenDocument text is damaged ({type(error).__name__})", cure=_MEND, path=shown) from None
    return parts


def _odt_text(element: Any) -> str:
    """The text of a paragraph or heading of an OpenDocument text."""
    pieces: list[str] = []
    stack: list[Any] = [element]
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            pieces.append(node)
            continue
        name = node.tag if isinstance(node.tag, str) else ""
        if name == f"{_TEXT}s" or name == f"{_TEXT}tab":
            pieces.append(" ")
        elif name == f"{_TEXT}line-break":
            pieces.append("\n")
        elif name and name != f"{_OFFICE}annotation":
            for child in reversed(node):
                stack += [child.tail or "", child]
            stack.append(node.text or "")
    return "".join(pieces)


# --- both -------------------------------------------------------------------------------------------------------------


def _add_blocks(
    parts: Parts,
    body: Any,
    text_of: Callable[[Any], str],
    names: tuple[str, str, str, str],
    *,
    also: tuple[str, ...] = (),
    unseen: tuple[str, ...] = (),
) -> None:
    """Add paragraphs and tables below `body` in order; `names` are those of paragraph, table, row and cell."""
    paragraph, table, row, cell = names
    stack = list(reversed(body))
    while stack:
        node = stack.pop()
        if node.tag == paragraph or node.tag in also:
            parts.add(text_of(node))
        elif node.tag == table:
            # Layout tables are read cell by cell; a table within a table makes its own rows.
            nested = next(node.iterdescendants(table), None) is not None
            rows = [] if nested else [list(_row(entry, cell, paragraph, also, text_of)) for entry in node.iter(row)]
            if rows and is_data(rows):
                note = UNIT_NOTE.search(parts.lines[-1][-40:]) if parts.lines else None
                parts.lines += table_lines(rows, note[1] if note else "")
            else:
                stack += reversed(node)
        elif node.tag not in unseen and isinstance(node.tag, str):
            stack += reversed(node)


def _row(row: Any, cell: str, paragraph: str, also: tuple[str, ...], text_of: Callable[[Any], str]) -> Iterator[str]:
    """The cells of a row; one over several columns stands in each of them."""
    for entry in row.iterchildren():
        if entry.tag not in (cell, f"{_TABLE}covered-table-cell"):
            continue
        text = " ".join(text_of(line) for line in entry.iter(paragraph, *also))
        wide = entry.find(f"{_W}tcPr/{_W}gridSpan")
        for _ in range(_width(entry.get(f"{_TABLE}number-columns-spanned") if wide is None else wide.get(f"{_W}val"))):
            yield _SPACE.sub(" ", text).strip()


def _width(value: str | None) -> int:
    return min(int(value), 60) if value and value.isascii() and value.isdigit() and 0 < len(value) < 6 else 1
