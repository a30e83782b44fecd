"""PDF: the text layer of a PDF document without running heads and feet, its lines joined to paragraphs.

A line that reaches so far right that the first word of the next one found no room there was broken by the page; the
next one belongs to it unless it is indented or numbered.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from ...project.errors import InputError
from ..wrapped import begins_part, ends_paragraph
from .office import given_title
from .parts import Found, Parts, library

_SCANNED = "this PDF holds pictures of pages and no text"
_RECOGNISE = "recognise its text first (OCR, for example with ocrmypdf -l chi_sim) and use that file"
#: So many lines at the top and the bottom of a page may be running heads; they stand on half of the pages or more.
HEADS, FEWEST_PAGES = 2, 2
_PAGE_NUMBER = re.compile(r"[-—–·\s]*(?:第\s*)?\d{1,4}(?:\s*页)?[-—–·\s]*")
_DATE = re.compile(r"D:((?:19|20)\d\d)(\d\d)(\d\d)")


def read_pdf(data: bytes, shown: str) -> Parts:
    """The lines of a PDF document as they stand on its pages; broken lines are joined when the text is cleaned."""
    pdfium = library("pypdfium2", shown)
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower():
            raise InputError("the PDF has a password", cure="save it without one", path=shown) from None
        raise InputError("the PDF is damaged", cure="open it in a viewer and save it again", path=shown) from None
    try:
        pages = [_lines(document, number, pdfium.raw) for number in range(len(document))]
        properties = document.get_metadata_dict()
    except pdfium.PdfiumError:
        raise InputError("the PDF is damaged", cure="open it in a viewer and save it again", path=shown) from None
    finally:
        document.close()
    if not any(pages):
        raise InputError(_SCANNED, cure=_RECOGNISE, path=shown)
    parts = Parts(found=Found(title=given_title(properties.get("Title"))))
    heads = _running_heads([[line.text for line in lines] for lines in pages])
    body: list[tuple[_Line, _Page]] = []
    for lines in pages:
        page = _page(lines)
        for at, line in enumerate(lines):
            ends = at < HEADS or at >= len(lines) - HEADS
            number = at in (0, len(lines) - 1) and _PAGE_NUMBER.fullmatch(line.text)
            if ends and (number or _key(line.text) in heads):
                parts.leave("running_head", line.text)
            else:
                body.append((line, page))
                parts.lines.append(line.text)
    # Removals count lines as they stood on the pages; only then are they joined.
    parts.lines = _joined(body)
    return parts


class _Line(NamedTuple):
    """A line of a page: its text, where it begins and ends, how wide its first word is, and how high it is."""

    text: str
    left: float
    right: float
    first: float
    height: float


class _Page(NamedTuple):
    """Where the lines of a page begin and end."""

    left: float
    right: float


_FIRST_WORD = re.compile(
    r"[^\W\u3000-\u9fff\uff00-\uffef][\w.,%‰]*[%‰]?[，。；：、！？）”]?|.[，。；：、！？）”]?", re.ASCII
)


def _page(lines: list[_Line]) -> _Page:
    """The margins of a page, going by its lines."""
    return _Page(min((line.left for line in lines), default=0.0), max((line.right for line in lines), default=0.0))


def _joined(body: list[tuple[_Line, _Page]]) -> list[str]:
    """The lines of all pages as paragraphs."""
    indented = [line.left > page.left + 0.8 * line.height for line, page in body]
    by_indent = sum(indented) >= max(1, 0.08 * len(body))
    paragraphs: list[str] = []
    for at, (line, _) in enumerate(body):
        if at and _goes_on(*body[at - 1], line, by_indent, indented[at]):
            before = paragraphs[-1]
            latin = (
                before[-1:].isascii() and before[-1:].isalpha() and line.text[0].isascii() and line.text[0].isalpha()
            )
            paragraphs[-1] = f"{before} {line.text}" if latin else before + line.text
        else:
            paragraphs.append(line.text)
    return paragraphs


def _goes_on(before: _Line, page: _Page, line: _Line, by_indent: bool, indented: bool) -> bool:
    """Whether `line` goes on with the paragraph of the line `before`, which stands on `page`."""
    full = before.right + line.first > page.right + 0.2 * before.height
    if not full or indented or abs(before.height - line.height) > 0.4 * before.height:
        return False
    if before.text[-1].isdigit() and line.text[0].isdigit():
        return False
    if begins_part(line.text, closed=ends_paragraph(before.text)):
        return False
    return by_indent or not ends_paragraph(before.text)


def _lines(document: Any, number: int, raw: Any) -> list[_Line]:
    """The lines of a page that are not blank."""
    page = document[number]
    try:
        text = page.get_textpage()
        try:
            chars = [chr(code) if 0 < code < 0x110000 else " " for code in _codes(text, raw)]
            return [line for start, end in _runs(chars) if (line := _line(text, chars, start, end)) is not None]
        finally:
            text.close()
    finally:
        page.close()


def _codes(text: Any, raw: Any) -> list[int]:
    return [raw.FPDFText_GetUnicode(text, at) for at in range(text.count_chars())]


def _runs(chars: list[str]) -> Iterator[tuple[int, int]]:
    """Where each line begins and ends."""
    start = 0
    for at, char in enumerate(chars):
        if char in "\r\n\f":
            yield start, at
            start = at + 1
    yield start, len(chars)


def _line(text: Any, chars: list[str], start: int, end: int) -> _Line | None:
    """One line with its measures; None for a blank one."""
    while start < end and chars[start].isspace():
        start += 1
    while end > start and chars[end - 1].isspace():
        end -= 1
    if start == end:
        return None
    # A hyphen at a line's end is given as U+FFFE or U+0002, of which no text has any.
    said = "".join(chars[start:end]).replace("\ufffe", "-").replace("\x02", "-")
    word = _FIRST_WORD.match(said)
    left, bottom, _, top = text.get_charbox(start, loose=True)
    right = text.get_charbox(end - 1, loose=True)[2]
    first = text.get_charbox(start + (word.end() if word else 1) - 1, loose=True)[2] - left
    return _Line(said, left, right, first, max(top - bottom, 1.0))


def _key(line: str) -> str:
    """A running head without what changes from page to page."""
    return re.sub(r"\d+", "#", "".join(line.split()))


def _running_heads(pages: list[list[str]]) -> set[str]:
    """The lines at the ends of pages that come again on at least half of them."""
    if len(pages) < FEWEST_PAGES:
        return set()
    counts = Counter(key for lines in pages for key in {_key(line) for line in (*lines[:HEADS], *lines[-HEADS:])})
    return {key for key, count in counts.items() if count >= max(FEWEST_PAGES, len(pages) / 2) and _may_be_head(key)}


def _may_be_head(key: str) -> bool:
    """Whether a line is short and no sentence, so that it can be a running head."""
    return len(key) <= 60 and not key.endswith(("。", "！", "？", "；", "，"))
