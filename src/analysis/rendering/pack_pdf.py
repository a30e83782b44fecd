"""PDF files as Typst writes them, with the same objects in less room."""

from __future__ import annotations

import io
import re
import zlib
from itertools import accumulate, pairwise

import numpy as np

PDF_END = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*$")
PDF_TABLE = re.compile(rb"xref\s+0 (\d+)\s*\n((?:\d{10} \d{5} [nf][ \r\n]{2})+)trailer\s*<<(.*)>>\s*$", re.DOTALL)
PDF_OBJECT = re.compile(rb"(\d+) 0 obj\s+")
PDF_STREAM = re.compile(rb"<<(/Length (\d+).*?)>>\s*stream\r?\n", re.DOTALL)
PDF_IMAGE = re.compile(
    rb"/Subtype/Image\b.*/Width (\d+)/Height (\d+)/ColorSpace (\d+ 0 R)/BitsPerComponent 8\b", re.DOTALL
)
OBJECTS_PER_STREAM = 400


def packed(pdf: bytes) -> bytes:
    """Return a PDF with the same objects in less room.

    Typst writes each cell of a table as objects of plain text, a third of a report's size. Here all that are no
    streams lie compressed in object streams (PDF 1.5 and later, ISO 32000-1, 7.5.7), pictures of few colours get a
    palette, and other streams are compressed harder. The catalogue and the title stay readable. A file
    that is not of the plain kind Typst writes is returned as it is.
    """
    end = PDF_END.search(pdf, max(0, len(pdf) - 64))
    table = PDF_TABLE.match(pdf, int(end[1]), end.start()) if end else None
    if end is None or table is None or b"/Encrypt" in table[3] or b"/Prev" in table[3]:
        return pdf
    entries = [entry.split() for entry in re.findall(rb"\d{10} \d{5} [nf]", table[2])]
    starts = sorted(int(entry[0]) for entry in entries if entry[2] == b"n") + [int(end[1])]
    objects: dict[int, bytes] = {}
    for start, stop in pairwise(starts):
        label, body = PDF_OBJECT.match(pdf, start, stop), pdf[start:stop].rstrip()
        if label is None or not body.endswith(b"endobj"):
            return pdf
        objects[int(label[1])] = body[label.end() - start : -len(b"endobj")].rstrip()
    if any(entry[1] != b"00000" for entry in entries[1:]):
        return pdf
    kept = {int(number) for number in re.findall(rb"/(?:Root|Info) (\d+) 0 R", table[3])}
    loose = [number for number, body in objects.items() if number not in kept and not body.endswith(b"endstream")]

    out = io.BytesIO()
    out.write(pdf[: starts[0]])
    places: dict[int, tuple[int, int, int]] = {}

    def write(number: int, body: bytes) -> None:
        places[number] = (1, out.tell(), 0)
        out.write(b"%d 0 obj\n%b\nendobj\n" % (number, body))

    for number, body in objects.items():
        if number in kept or body.endswith(b"endstream"):
            write(number, _smaller_stream(body))
    free = max(objects) + 1
    for start in range(0, len(loose), OBJECTS_PER_STREAM):
        group = loose[start : start + OBJECTS_PER_STREAM]
        offsets = accumulate((len(objects[number]) + 1 for number in group), initial=0)
        index = b" ".join(b"%d %d" % pair for pair in zip(group, offsets, strict=False)) + b"\n"
        content = index + b"\n".join(objects[number] for number in group)
        write(free, _stream(b"/Type/ObjStm/N %d/First %d" % (len(group), len(index)), content))
        places |= {number: (2, free, place) for place, number in enumerate(group)}
        free += 1
    start = out.tell()
    places |= {0: (0, 0, 65535), free: (1, start, 0)}
    rows = [places.get(number, (0, 0, 65535)) for number in range(free + 1)]
    cells = np.zeros((len(rows) + 1, 7), np.uint8)
    numbers = np.array(rows)
    cells[1:, 0] = numbers[:, 0]
    cells[1:, 1:5] = numbers[:, 1].astype(">u4").view(np.uint8).reshape(-1, 4)
    cells[1:, 5:] = numbers[:, 2].astype(">u2").view(np.uint8).reshape(-1, 2)
    # Each row as its difference from the one above it, as PNG does, since places grow in small steps.
    steps = np.insert(np.diff(cells, axis=0), 0, 2, axis=1).tobytes()
    trailer = re.sub(rb"/Size \d+", b"/Size %d" % len(rows), table[3])
    head = b"/Type/XRef/W[1 4 2]/DecodeParms<</Predictor 12/Columns 7>>" + trailer
    out.write(b"%d 0 obj\n%b\nendobj\nstartxref\n%d\n%%%%EOF\n" % (free, _stream(head, steps), start))
    return out.getvalue()


def _stream(head: bytes, content: bytes) -> bytes:
    """Return a compressed stream with the entries `head` in its dictionary."""
    # The last step costs large pictures ten times the work for a tenth of their size.
    data = zlib.compress(content, 8 if len(content) < 1 << 18 else 7)
    return b"<</Length %d/Filter/FlateDecode%b>>\nstream\n%b\nendstream" % (len(data), head, data)


def _smaller_stream(body: bytes) -> bytes:
    """Return a stream compressed harder where that helps; all others, and what is no stream, as they are."""
    match = PDF_STREAM.match(body)
    if match is None or b"/Filter/FlateDecode" not in match[1] or b"/DecodeParms" in match[1]:
        return body
    content = zlib.decompress(body[match.end() : match.end() + int(match[2])])
    head = re.sub(rb"/Length \d+|/Filter/FlateDecode", b"", match[1])
    image = PDF_IMAGE.search(head)
    if image and len(content) == 3 * int(image[1]) * int(image[2]):
        head, content = _with_palette(head, content, image[3])
    smaller = _stream(head, content)
    return smaller if len(smaller) < len(body) else body


def _with_palette(head: bytes, content: bytes, space: bytes) -> tuple[bytes, bytes]:
    """Return an image of three bytes a dot with one byte a dot if it has at most 256 colours, else as it is."""
    dots = np.frombuffer(content, np.uint8).reshape(-1, 3).astype(np.uint32)
    values = dots[:, 0] << 16 | dots[:, 1] << 8 | dots[:, 2]
    if len(np.unique(values[:: max(1, len(values) // 5000)])) > 256:
        return head, content
    # A table of all colours there may be: sorting the dots takes twenty times as long.
    table = np.zeros(1 << 24, np.uint8)
    table[values] = 1
    colours = np.flatnonzero(table.view(bool))
    if len(colours) > 256:
        return head, content
    table[colours] = np.arange(len(colours))
    palette = b"".join(b"%06X" % value for value in colours.tolist())
    indexed = b"/ColorSpace[/Indexed %b %d<%b>]" % (space, len(colours) - 1, palette)
    return head.replace(b"/ColorSpace " + space, indexed), table[values].tobytes()
