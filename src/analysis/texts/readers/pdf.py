"""PDF: the text layer of a PDF document, page by page, without running heads and feet."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from ...project.errors import InputError
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
        pages = [_lines(document, number) for number in range(len(document))]
        properties = document.get_metadata_dict()
    except pdfium.PdfiumError:
        raise InputError("the PDF is damaged", cure="open it in a viewer and save it again", path=shown) from None
    finally:
        document.close()
    if not any(pages):
        raise InputError(_SCANNED, cure=_RECOGNISE, path=shown)
    parts = Parts(found=Found(title=given_title(properties.get("Title"))))
    heads = _running_heads(pages)
    for lines in pages:
        for at, line in enumerate(lines):
            ends = at < HEADS or at >= len(lines) - HEADS
            if ends and (_key(line) in heads or (at in (0, len(lines) - 1) and _PAGE_NUMBER.fullmatch(line))):
                parts.leave("running_head", line)
            else:
                parts.lines.append(line)
    return parts


def _lines(document: Any, number: int) -> list[str]:
    """The lines of a page that are not blank."""
    page = document[number]
    try:
        text = page.get_textpage()
        try:
            found = text.get_text_range()
        finally:
            text.close()
    finally:
        page.close()
    # A hyphen at a line's end is given as U+FFFE, of which no text has any.
    return [line.rstrip() for line in re.split(r"\r\n|[\r\n\f]", found.replace("\ufffe", "-")) if line.strip()]


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
