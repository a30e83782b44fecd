"""Read: what a file is, going by its content and not by its name, and its text or texts by the reader for that.

What no reader takes is refused in one line that says what it is and what to do.
"""

from __future__ import annotations

import io
import re
import stat
import sys
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from ...project.errors import InputError
from ..characters import Removal
from ..encodings import check_chinese, decoded, file_bytes
from .columns import NAMES, csv_rows, jsonl_rows, texts_of, xlsx_rows
from .markdown import is_markdown, read_markdown
from .office import DAMAGED, read_docx, read_odt
from .pages import read_page
from .parts import Found, Parts
from .pdf import read_pdf

#: Limits: bytes of a file, bytes that a zip may unpack to, files in it, characters of a line.
MOST_BYTES, MOST_UNPACKED, MOST_MEMBERS, LONGEST_LINE = 200_000_000, 400_000_000, 20_000, 2_000_000


@dataclass(frozen=True)
class Reading:
    """One text as read: lines joined by line breaks, what kind of file it came in, and what was left out.

    `encoding` is empty where the format has its own; `name` is that of a row in a table of texts, else empty.
    """

    text: str
    kind: str
    encoding: str = ""
    found: Found = field(default_factory=Found)
    taken: tuple[Removal, ...] = ()
    name: str = ""


_OCR = "recognise its text first (OCR, for example with tesseract -l chi_sim) and use that file"
_UNPACK = "unpack it and give the texts in it"
_PLAIN = "save it as .docx, .pdf, .html or plain text"
#: How files begin that no reader takes: what they are, and the cure. An offset stands before some.
_REFUSED: tuple[tuple[int, bytes, str, str], ...] = (
    (0, b"\x89PNG\r\n", "a picture (PNG)", _OCR),
    (0, b"\xff\xd8\xff", "a picture (JPEG)", _OCR),
    (0, b"GIF8", "a picture (GIF)", _OCR),
    (0, b"II*\0", "a picture (TIFF)", _OCR),
    (0, b"MM\0*", "a picture (TIFF)", _OCR),
    (8, b"WEBP", "a picture (WebP)", _OCR),
    (4, b"ftypheic", "a picture (HEIC)", _OCR),
    (4, b"ftypavif", "a picture (AVIF)", _OCR),
    (0, b"7z\xbc\xaf\x27\x1c", "an archive (7z)", _UNPACK),
    (0, b"Rar!\x1a\x07", "an archive (RAR)", _UNPACK),
    (0, b"\x1f\x8b", "an archive (gzip)", _UNPACK),
    (0, b"BZh", "an archive (bzip2)", _UNPACK),
    (0, b"\xfd7zXZ\0", "an archive (xz)", _UNPACK),
    (0, b"\x28\xb5\x2f\xfd", "an archive (zstd)", _UNPACK),
    (257, b"ustar", "an archive (tar)", _UNPACK),
    (4, b"ftyp", "a film or a recording", "have it written down and use that text"),
    (0, b"ID3", "a recording (MP3)", "have it written down and use that text"),
    (0, b"OggS", "a recording (Ogg)", "have it written down and use that text"),
    (0, b"RIFF", "a film or a recording", "have it written down and use that text"),
    (0, b"SQLite format 3\0", "a database (SQLite)", "export its texts as .csv or .jsonl"),
    (0, b"PAR1", "a Parquet file", "export its texts as .csv or .jsonl"),
    (0, b"ARROW1", "an Arrow file", "export its texts as .csv or .jsonl"),
    (0, b"\x7fELF", "a program", "give a text"),
    (0, b"MZ\x90", "a program", "give a text"),
    (0, b"AT&TFORM", "a scanned book (DjVu)", _OCR),
    (0, b"%!PS", "a PostScript file", "convert it to PDF"),
    (0, b"CAJ", "a CAJ document", "export it as PDF"),
    (0, b"HN\0\0", "a CAJ document", "export it as PDF"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: What a zip is by a file in it.
_MEMBERS = (
    ("word/document.xml", "Word document"),
    ("xl/workbook.xml", "workbook"),
    ("ppt/presentation.xml", "presentation"),
    ("META-INF/container.xml", "e-book (EPUB)"),
)
_OPEN_DOCUMENT = {
    b"application/vnd.oasis.opendocument.text": "OpenDocument text",
    b"application/vnd.oasis.opendocument.text-template": "OpenDocument text",
}
_PAGE = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
_XML = re.compile(r"\s*<\?xml\b|\s*<[\w:]+(?:\s+xmlns[:=])", re.I)
_MAIL = re.compile(rb"(?:[\w-]{1,40}:[^\n]*\n(?:[ \t][^\n]*\n)*){0,40}Content-Type:", re.I)
_TAG = re.compile(
    r"</?(?:a|b|body|br|div|em|font|form|h[1-6]|head|hr|html|i|img|input|li|link|meta|ol|option|p|script|section|span"
    r"|strong|style|table|tbody|td|th|title|tr|u|ul)(?:\s[^<>]{0,2000})?/?>",
    re.I,
)
#: From so many tags on, and from this share of the characters, a text is a web page without its beginning.
FEWEST_TAGS, LEAST_TAGGED = 6, 0.05


def read_file(path: Path, shown: str) -> tuple[bytes, list[Reading]]:
    """The bytes of the file at `path` and the texts in it: one, or one for each row of a table of texts."""
    if isinstance(path, Path):
        _check_file(path, shown)
    data = file_bytes(path, shown)
    return data, read_bytes(data, shown)


def _check_file(path: Path, shown: str) -> None:
    """InputError for what is no file (a pipe would wait for ever) and for one that is too large."""
    try:
        state = path.stat()
    except (OSError, ValueError):
        # Said where it is read.
        return
    if not (stat.S_ISREG(state.st_mode) or stat.S_ISDIR(state.st_mode)):
        raise InputError("this is no file", cure="give a file, or - to read standard input", path=shown)
    if stat.S_ISREG(state.st_mode) and state.st_size > MOST_BYTES:
        raise _too_large(state.st_size, shown)


def _too_large(size: int, shown: str) -> InputError:
    return InputError(
        f"the file has {size / 1e6:,.0f} MB; {MOST_BYTES / 1e6:,.0f} MB are read at most",
        cure="split it into several texts",
        path=shown,
    )


def read_standard_input() -> tuple[bytes, list[Reading]]:
    """The bytes on standard input and the texts in them."""
    shown = "standard input"
    data = sys.stdin.buffer.read(MOST_BYTES + 1)
    return data, read_bytes(data, shown)


def read_bytes(data: bytes, shown: str) -> list[Reading]:
    """The texts in the bytes of any file; `shown` is its name in messages.

    Raises InputError, one line with the cure, for what holds no Chinese text or is over a limit.
    """
    if len(data) > MOST_BYTES:
        raise _too_large(len(data), shown)
    if data.startswith(b"PK\x03\x04"):
        found = _zipped(data, shown)
    elif data[:1024].lstrip(b"\xef\xbb\xbf\0 \r\n\t").startswith(b"%PDF-"):
        found = [_reading(read_pdf(data, shown), "PDF document")]
    elif _MAIL.match(data[:20_000]):
        found = _mail(data, shown)
    else:
        _refuse(data, shown)
        text, encoding = decoded(data, shown)
        found = _text(text, encoding, shown)
    for reading in found:
        _check_text(reading, shown)
    if not found:
        raise InputError("the text is empty", cure="fill the file with the text", path=shown)
    return found


def _reading(parts: Parts, kind: str, encoding: str = "", name: str = "") -> Reading:
    return Reading("\n".join(parts.lines), kind, encoding, parts.found, tuple(parts.taken), name)


def _check_text(reading: Reading, shown: str) -> None:
    """InputError for an empty text, one that is no Chinese, and a line that is too long."""
    if not reading.text.strip():
        raise InputError(f"this {reading.kind} holds no text", cure="give a file with text in it", path=shown)
    if len(reading.text) > LONGEST_LINE:
        for number, line in enumerate(reading.text.split("\n"), start=1):
            if len(line) > LONGEST_LINE:
                raise InputError(
                    f"a line of {len(line):,} characters; {LONGEST_LINE:,} are read at most",
                    cure="break it into paragraphs",
                    path=shown,
                    line=number,
                )
    check_chinese(reading.text, shown)


def _refuse(data: bytes, shown: str) -> None:
    """InputError for what no reader takes."""
    if data[:64].lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{\\rtf"):
        raise InputError("this is a document in RTF", cure=_PLAIN, path=shown)
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise InputError("the document has a password", cure="save it without one", path=shown)
        raise InputError(
            "this is an older document of Word, Excel or WPS (.doc, .xls, .wps)", cure="save it as .docx", path=shown
        )
    for offset, mark, what, cure in _REFUSED:
        if (
            data.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(mark)
            if mark == b"{\\rtf"
            else data[offset:].startswith(mark)
        ):
            if mark in (b"BZh", b"CAJ", b"ID3", b"GIF8") and data.isascii():
                # A word that begins so.
                continue
            raise InputError(f"this is {what}", cure=cure, path=shown)


def _zipped(data: bytes, shown: str) -> list[Reading]:
    """The texts of a document that is a zip."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            names = {member.filename for member in members}
            unpacked = sum(member.file_size for member in members)
            if unpacked > MOST_UNPACKED or len(members) > MOST_MEMBERS:
                raise InputError(
                    f"the file unpacks to {unpacked / 1e6:,.0f} MB; {MOST_UNPACKED / 1e6:,.0f} MB are read at most",
                    cure="give the text alone",
                    path=shown,
                )
            if any(member.flag_bits & 1 for member in members):
                raise InputError("the file has a password", cure="save it without one", path=shown)
            kind = next((what for name, what in _MEMBERS if name in names), "")
            if "mimetype" in names:
                kind = kind or _OPEN_DOCUMENT.get(
                    archive.read("mimetype")[:80].strip(), "OpenDocument file, but no text"
                )
    except DAMAGED as error:
        raise InputError(
            f"the file is damaged ({type(error).__name__})", cure="save it again where it was made", path=shown
        ) from None
    if kind == "Word document":
        return [_reading(read_docx(data, shown), kind)]
    if kind == "OpenDocument text":
        return [_reading(read_odt(data, shown), kind)]
    if kind == "workbook":
        return [_reading(parts, kind, name=name) for name, parts in texts_of(xlsx_rows(data, shown), shown, kind)]
    if kind:
        raise InputError(f"this is a file of another kind: {kind}", cure=_PLAIN, path=shown)
    raise InputError("this is an archive (zip)", cure=_UNPACK, path=shown)


def _mail(data: bytes, shown: str) -> list[Reading]:
    """The text of a saved web page (.mhtml) or an e-mail: its page, else its plain text."""
    from email import message_from_bytes
    from email.errors import MessageError

    by_kind: dict[str, list[bytes]] = {}
    try:
        message = message_from_bytes(data)
        for part in message.walk():
            if not part.is_multipart() and part.get_content_disposition() != "attachment":
                content = part.get_payload(decode=True)
                if isinstance(content, bytes):
                    by_kind.setdefault(part.get_content_type(), []).append(content)
    except (*DAMAGED, LookupError, MessageError) as error:
        raise InputError(
            f"the saved page is damaged ({type(error).__name__})", cure="save the page again", path=shown
        ) from None
    for kind, said, reader in (("text/html", "saved web page", read_page), ("text/plain", "e-mail", _plain)):
        for content in by_kind.get(kind, ()):
            text, encoding = decoded(content, shown)
            return [_reading(reader(text, shown), said, encoding)]
    raise InputError("the saved page or e-mail holds no text", cure="save the page again as .html", path=shown)


def _plain(text: str, _shown: str) -> Parts:
    return Parts(lines=text.split("\n"))


def _is_page(text: str) -> bool:
    """Whether a text is a web page: it begins like one, or a good part of it is tags."""
    if _PAGE.match(text):
        return True
    tags = [match.end() - match.start() for match in _TAG.finditer(text)]
    return len(tags) >= FEWEST_TAGS and sum(tags) > LEAST_TAGGED * len(text)


def _is_table(text: str) -> bool:
    """Whether a text is a CSV table with a column of texts: its first line says so."""
    first, _, rest = text.partition("\n")
    names = [name.strip().strip('"').lower() for name in re.split("[,;\t]", first)]
    return len(names) > 1 and bool(rest.strip()) and any(name in NAMES["text"] for name in names)


def _text(text: str, encoding: str, shown: str) -> list[Reading]:
    """The texts in a file of characters: a web page, lines of JSON, a table, Markdown or plain text."""
    if _is_page(text):
        return [_reading(read_page(text, shown), "web page", encoding)]
    start = text.lstrip("\ufeff \r\n\t")
    if _XML.match(text):
        raise InputError("this is an XML file", cure=_PLAIN, path=shown)
    if re.match(r'\{\s*"', start):
        return [
            _reading(parts, "file of JSON lines", encoding, name)
            for name, parts in texts_of(jsonl_rows(text, shown), shown, "file of JSON lines")
        ]
    if re.match(r'\[\s*\{\s*"', start):
        raise InputError("this is one JSON list", cure="write one object a line (.jsonl)", path=shown)
    if _is_table(text) or shown.lower().endswith((".csv", ".tsv")):
        return [
            _reading(parts, "table of texts", encoding, name)
            for name, parts in texts_of(csv_rows(text, shown), shown, "table")
        ]
    if is_markdown(text):
        return [_reading(read_markdown(text), "Markdown text", encoding)]
    return [Reading(text, "plain text", encoding)]
