"""Images: where they come from (outputs, attachments, files, data URIs), their size, and the way back into a URI."""

from __future__ import annotations

import base64
import binascii
import html
import io
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, unquote_to_bytes

from .text import CONTROL, joined

SVG = "image/svg+xml"
RASTER = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}
IMAGES = {SVG: "svg", **RASTER}
"""MIME type → ending of a file's name."""
SUFFIXES = {"." + ending: mime for mime, ending in IMAGES.items()} | {".jpeg": "image/jpeg"}
SVG_TAG = re.compile(r"<svg\b[^>]*>", re.IGNORECASE)
SVG_ELEMENT = re.compile(r"<svg\b.*?</svg\s*>", re.DOTALL | re.IGNORECASE)
SVG_UNITS = {"": 1.0, "px": 1.0, "pt": 4 / 3, "pc": 16.0, "in": 96.0, "cm": 96 / 2.54, "mm": 96 / 25.4}
# Signs that would end the link or stand for others in it. Most are the quotation marks in tags, hence the apostrophes.
URI_ESCAPES = {**{sign: f"%{ord(sign):02X}" for sign in '%&#<>"'}, "\n": " ", "\t": " "}
QUOTED_TAG = re.compile(r"""<[^<>"']*(?:"[^"']*"[^<>"']*)*>""")


class Image(NamedTuple):
    """An image as it would lie in a file."""

    mime: str
    content: bytes

    @property
    def source(self) -> str:
        """The text of an SVG."""
        return self.content.decode("utf-8", "replace")


def from_bundle(mime: str, data: Any) -> Image | None:
    """Return the image that an output or attachment holds: base64, or the source of an SVG; None if it is neither."""
    text = joined(data)
    content = text.encode("utf-8", "replace") if mime == SVG and "<svg" in text else _decoded(text)
    return None if content is None else Image(mime, content)


def from_uri(uri: str) -> Image | None:
    """Return the image in a data URI, or None."""
    match = re.fullmatch(r"data:(image/[a-z+]+)((?:;[^,;]*)*),(.*)", uri.strip(), re.DOTALL | re.IGNORECASE)
    if match is None or match[1].lower() not in IMAGES:
        return None
    content = _decoded(unquote(match[3])) if ";base64" in match[2].lower() else unquote_to_bytes(match[3])
    return None if content is None else Image(match[1].lower(), content)


def from_link(link: str, attachments: Mapping[str, Any], folder: Path | None) -> Image | None:
    """Return the image behind a link in a cell: data URI, attachment of the cell, or a file beside the notebook."""
    if found := from_uri(link):
        return found
    if link.startswith("attachment:"):
        bundle = attachments.get(unquote(link.removeprefix("attachment:"))) or {}
        mime = next((mime for mime in IMAGES if mime in bundle), "")
        return from_bundle(mime, bundle[mime]) if mime else None
    if folder is None or re.match(r"[a-zA-Z][\w+.-]*:|[/\\]", link):
        return None
    path = (folder / unquote(link.partition("?")[0].partition("#")[0])).resolve()
    mime = SUFFIXES.get(path.suffix.lower(), "")
    inside = mime and path.is_relative_to(folder.resolve()) and path.is_file()
    return Image(mime, path.read_bytes()) if inside else None


def to_uri(image: Image) -> str:
    """Return an image as a data URI: SVG source with few signs encoded, all others in base64."""
    if image.mime != SVG:
        return f"data:{image.mime};base64,{base64.b64encode(image.content).decode()}"
    # Without the namespace a browser does not take the text for an image.
    source = with_namespace(image.source)
    source = QUOTED_TAG.sub(lambda tag: tag[0].replace('"', "'"), CONTROL.sub("", source))
    for sign, code in URI_ESCAPES.items():
        source = source.replace(sign, code)
    return f"data:image/svg+xml;charset=utf-8,{source}"


def with_namespace(source: str) -> str:
    """Return an SVG that says what it is, as one in a file must."""
    opening = SVG_TAG.search(source)
    if opening is None or re.search(r"\sxmlns\s*=", opening[0]):
        return source
    return re.sub(r"<svg\b", '<svg xmlns="http://www.w3.org/2000/svg"', source, count=1, flags=re.IGNORECASE)


def _decoded(data: str) -> bytes | None:
    """Return the bytes of base64 text, or None."""
    try:
        return base64.b64decode(re.sub(r"\s+", "", data), validate=True)
    except (binascii.Error, ValueError):
        return None


def image_size(image: Image) -> tuple[float, float, float] | None:
    """Return width and height in CSS pixels or dots and how many points each takes in print; None if it is no image."""
    if image.mime != SVG:
        return _raster_size(image)
    tag = SVG_TAG.search(image.source)
    if tag is None:
        return None
    found = dict(re.findall(r"""\b(width|height|viewBox)\s*=\s*["']([^"']*)["']""", tag[0]))
    sizes = [re.fullmatch(r"\s*([\d.]+)\s*([a-z]*)\s*", found.get(name, "")) for name in ("width", "height")]
    if all(size and size[2] in SVG_UNITS for size in sizes):
        width, height = (float(size[1].strip(".") or 0) * SVG_UNITS[size[2]] for size in sizes if size)
    else:
        box = re.findall(r"-?\d+(?:\.\d+)?", found.get("viewBox", ""))
        width, height = (float(box[2]), float(box[3])) if len(box) == 4 else (0.0, 0.0)
    return (width, height, 0.75) if width > 0 and height > 0 else None


def _raster_size(image: Image) -> tuple[float, float, float] | None:
    """Return the size of a bitmap, None if its bytes are not what its MIME type says."""
    from PIL import Image as Bitmap

    try:
        with Bitmap.open(io.BytesIO(image.content)) as found:
            if Bitmap.MIME.get(found.format or "") != image.mime:
                return None
            dpi = float(found.info.get("dpi", (96, 96))[0])
            return found.width, found.height, 72 / dpi if 72 <= dpi <= 1200 else 0.75
    except (OSError, ValueError, SyntaxError, TypeError, Bitmap.DecompressionBombError):
        return None


def svg_description(source: str) -> str:
    """Return what an SVG says of itself: aria-label, title or description."""
    tag = SVG_TAG.search(source)
    label = re.search(r"""\baria-label\s*=\s*["']([^"']+)["']""", tag[0]) if tag else None
    inner = re.search(r"<(title|desc)\b[^>]*>([^<]+)</\1>", source)
    return html.unescape(label[1] if label else inner[2].strip() if inner else "")


def svg_draws(source: str) -> bool:
    """Return whether an SVG shows something by itself: pages keep icons in one and refer to them from others."""
    shown = re.sub(r"<(defs|symbol|style|title|desc)\b.*?</\1\s*>", "", source, flags=re.DOTALL | re.IGNORECASE)
    named = set(re.findall(r"""\bid\s*=\s*["']([^"']+)["']""", source))
    used = re.findall(r"""<use\b[^>]*?\bhref\s*=\s*["']#([^"']*)["']""", shown)
    shape = r"<(?:path|rect|circle|line|polyline|polygon|ellipse|text|image|foreignObject)\b"
    return bool(re.search(shape, shown)) or not named.isdisjoint(used)
