"""Fonts for pages and charts: real Regular and Bold files made once from the variable Noto Sans fonts.

The wheel `justmytype-intl-cjk` (SIL Open Font License) carries variable fonts whose only named instance is Thin.
PDF makers and matplotlib want one file per weight, so the files are instanced on first use and kept in a cache
folder: `$RESOURCE_CITIES_CACHE`, else `$XDG_CACHE_HOME/resource-cities`, else `~/.cache/resource-cities`.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import secrets
import struct
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import numpy as np

WHEEL = "justmytype-intl-cjk"
RECIPE = 3
"""Number of the way the files are made; a change of it makes them anew."""

FAMILIES = {"sc": "Noto Sans SC", "jp": "Noto Sans JP", "kr": "Noto Sans KR", "tc": "Noto Sans TC"}
LETTERS = "DejaVu Sans"
"""The family for letters of scripts that the Noto fonts for East Asia lack: Hebrew, Arabic, accented Greek."""
CODE = "Noto Sans SC Code"
"""The family for Chinese characters in the text of programs: as wide as two letters of DejaVu Sans Mono."""
CODE_UNITS = 830
"""Units of the type size in that family, of the 1000 that a character takes: 1000 / 830 = 2 * 0.602."""
FALLBACKS = {"zh": ("tc", "jp", "kr"), "ja": ("jp", "kr", "tc"), "ko": ("kr", "jp", "tc")}
WEIGHTS = {"Regular": 400, "Bold": 700}
NO_GLYPH = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
"""Categories of characters that show nothing: white space, control and format."""
WHOLE = 0xB1B0AFBA
"""What the words of an OpenType file add up to."""
WINDOWS_ENGLISH = 3, 1, 0x409
"""Platform, encoding and language of the names."""


class FontError(RuntimeError):
    """The fonts cannot be had; the message is one line and names the cure."""


def font_folder() -> Path:
    """Return the folder with NotoSansSC-Regular.ttf and NotoSansSC-Bold.ttf, made now if they are not there yet."""
    return _folder("sc")


def font_file(bold: bool = False) -> Path:
    """Return the file of Noto Sans SC in the Regular or Bold weight."""
    return font_folder() / f"NotoSansSC-{'Bold' if bold else 'Regular'}.ttf"


def fallback_folder(script: str) -> Path:
    """Return the folder with both weights of the Noto Sans for `script` (jp, kr or tc), made now if needed."""
    return _folder(script)


def missing_glyphs(text: str) -> list[str]:
    """Return the characters of `text`, each once and in order, that Noto Sans SC cannot show.

    White space, characters for control and format, and selectors of variants need no glyph and are never listed.
    """
    have = coverage("sc")
    return [char for char in needing_glyphs(text) if ord(char) not in have]


def needing_glyphs(text: Iterable[str]) -> list[str]:
    """Return the characters of `text`, each once and in order, but for those that show nothing of their own."""
    each = dict.fromkeys(text)
    return [char for char in each if unicodedata.category(char) not in NO_GLYPH and not _is_selector(char)]


def _is_selector(char: str) -> bool:
    """Tell whether a character only chooses the form of the one before it: a picture or a sign, a variant."""
    return "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"


def spelled_out(text: str) -> str:
    """Return `text` with the code points of characters that Noto Sans SC cannot show in their places: `[U+1F600]`."""
    for char in missing_glyphs(text):
        text = text.replace(char, f"[U+{ord(char):04X}]")
    return text


def fallback_scripts(missing: Iterable[str], lang: str = "zh") -> list[str]:
    """Return the scripts (jp, kr, tc) whose fonts show characters that Noto Sans SC lacks.

    `missing` are those characters; the fonts are tried in the order that suits `lang`, and a font is named only if
    it shows a character that none before it shows.
    """
    rest, found = {ord(char) for char in missing}, []
    for script in FALLBACKS.get(lang, FALLBACKS["zh"]):
        if rest and rest & coverage(script):
            found.append(script)
            rest -= coverage(script)
    return found


@cache
def coverage(script: str = "sc") -> frozenset[int]:
    """Return the code points that the Noto Sans for `script` shows."""
    return frozenset(
        point for point in _code_points(_variable_font(script)) if unicodedata.category(chr(point)) != "Cn"
    )


@cache
def advances() -> Mapping[str, float]:
    """Return how wide the Latin letters, digits and signs of Noto Sans SC Regular are, in units of the type size."""
    import uharfbuzz as hb

    face = hb.Face(hb.Blob.from_file_path(str(_variable_font("sc"))))
    font = hb.Font(face)
    font.set_variations({"wght": WEIGHTS["Regular"]})
    glyphs = {chr(point): font.get_nominal_glyph(point) for point in face.unicodes if point < 0x2000}
    return {sign: font.get_glyph_h_advance(glyph) / face.upem for sign, glyph in glyphs.items()}


@cache
def code_coverage() -> frozenset[int]:
    """Return the code points of DejaVu Sans Mono, which Typst embeds; matplotlib carries the same file."""
    return _code_points(_matplotlib_font("DejaVuSansMono.ttf"))


@cache
def letter_coverage() -> frozenset[int]:
    """Return the code points of DejaVu Sans, which comes with matplotlib and has the letters of many scripts.

    What it keeps where everyone may put what they like is left out.
    """
    points = _code_points(_matplotlib_font("DejaVuSans.ttf"))
    return frozenset(point for point in points if unicodedata.category(chr(point)) not in ("Co", "Cn"))


@cache
def letter_folder() -> Path:
    """Return a folder with DejaVu Sans in both weights and no other font."""
    folder = _cache_folder() / "letters"
    for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"):
        source = _matplotlib_font(name)
        if source and not ((folder / name).is_file() and (folder / name).read_bytes() == source.read_bytes()):
            write_file(folder / name, source.read_bytes())
    return folder


@cache
def code_folder() -> Path:
    """Return a folder with the Chinese characters for the text of programs, made now if they are not there yet."""
    path = _cache_folder() / "code" / f"{CODE.replace(' ', '')}-Regular.ttf"
    if not _is_whole(path):
        font = font_file().read_bytes()
        tables = {tag: bytearray(font[start : start + size]) for tag, start, size in _directory(font)}
        tables[b"name"] = bytearray(_names(tables[b"name"], CODE, "Regular"))
        struct.pack_into(">H", tables[b"head"], 18, CODE_UNITS)
        write_file(path, _font_file(font[:12], tables))
    return path.parent


def _matplotlib_font(name: str) -> Path | None:
    """Return the file of a font among those of matplotlib, None where it is not there."""
    spec = importlib.util.find_spec("matplotlib")
    places = (spec.submodule_search_locations or []) if spec else []
    paths = (Path(place) / "mpl-data" / "fonts" / "ttf" / name for place in places)
    return next((path for path in paths if path.is_file()), None)


def _code_points(path: Path | None) -> frozenset[int]:
    """Return the code points that a font shows, none where there is no file."""
    if path is None:
        return frozenset()
    import uharfbuzz as hb

    return frozenset(hb.Face(hb.Blob.from_file_path(str(path))).unicodes)


@cache
def _folder(script: str) -> Path:
    """Return the folder of the static files for `script`, with both weights in it."""
    folder = _cache_folder() / script
    stem = FAMILIES[script].replace(" ", "")
    for style in WEIGHTS:
        path = folder / f"{stem}-{style}.ttf"
        if not _is_whole(path):
            write_file(path, _instance(_variable_font(script), FAMILIES[script], style))
    return folder


@cache
def _cache_folder() -> Path:
    """Return the folder for what is made from this version of the wheel by this recipe."""
    try:
        version = importlib.metadata.version(WHEEL)
    except importlib.metadata.PackageNotFoundError as error:
        raise FontError(f"the fonts are not installed; cure: pip install {WHEEL}") from error
    own, shared = os.environ.get("RESOURCE_CITIES_CACHE"), os.environ.get("XDG_CACHE_HOME")
    base = Path(own) if own else (Path(shared) if shared else Path.home() / ".cache") / "resource-cities"
    return base.expanduser().absolute() / f"fonts-{version}-{RECIPE}"


def _variable_font(script: str) -> Path:
    """Return the variable font for `script` inside the wheel."""
    spec = importlib.util.find_spec(WHEEL.replace("-", "_"))
    name = FAMILIES[script].replace(" ", "")
    for place in (spec.submodule_search_locations or []) if spec else []:
        path = Path(place) / "fonts" / "ofl" / name.lower() / f"{name}[wght].ttf"
        if path.is_file():
            return path
    raise FontError(f"{name}[wght].ttf is not installed; cure: pip install {WHEEL}")


def write_file(path: Path, content: bytes) -> None:
    """Put `content` at `path` in one step, so that no other process ever reads half a file."""
    draft = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(content)
        os.replace(draft, path)
    except OSError as error:
        if draft.exists():
            draft.unlink()
        raise FontError(
            f"cannot write {path} ({error.strerror}); cure: set RESOURCE_CITIES_CACHE to a folder you can write to"
        ) from error


def _instance(source: Path, family: str, style: str) -> bytes:
    """Return the static font of one style, with names that say so; the same source gives the same bytes."""
    import uharfbuzz as hb

    face, cut = hb.Face(hb.Blob.from_file_path(str(source))), hb.SubsetInput()
    cut.keep_everything()
    cut.pin_axis_location(face, "wght", WEIGHTS[style])
    cut.drop_table_tag_set.update(int.from_bytes(tag.encode()) for tag in ("STAT", "vhea", "vmtx"))
    font = hb.subset(face, cut).blob.data
    tables = {tag: bytearray(font[start : start + size]) for tag, start, size in _directory(font)}
    tables[b"name"] = bytearray(_names(tables[b"name"], family, style))
    bold = style == "Bold"
    struct.pack_into(">H", tables[b"OS/2"], 62, 0x20 if bold else 0x40)  # fsSelection
    struct.pack_into(">H", tables[b"head"], 44, int(bold))  # macStyle
    return _font_file(font[:12], tables)


def _directory(font: bytes | bytearray) -> list[tuple[bytes, int, int]]:
    """Return tag, place and size of each table of a font."""
    count = struct.unpack_from(">H", font, 4)[0]
    rows = (struct.unpack_from(">4s3I", font, 12 + 16 * number) for number in range(count))
    return [(tag, start, size) for tag, _, start, size in rows]


def _font_file(head: bytes, tables: Mapping[bytes, bytearray]) -> bytes:
    """Return a font file of these tables with the sums that OpenType asks for; `head` are its first twelve bytes."""
    struct.pack_into(">I", tables[b"head"], 8, 0)
    directory, body, start = head, b"", 12 + 16 * len(tables)
    for tag, data in sorted(tables.items()):
        padded = bytes(data) + bytes(-len(data) % 4)
        directory += struct.pack(">4s3I", tag, _checksum(padded), start + len(body), len(data))
        body += padded
    font = bytearray(directory + body)
    place = next(place for tag, place, _ in _directory(font) if tag == b"head")
    struct.pack_into(">I", font, place + 8, WHOLE - _checksum(font) & 0xFFFFFFFF)
    return bytes(font)


def _is_whole(path: Path) -> bool:
    """Tell whether a font of the cache is there undamaged: the words of an OpenType file add up to a fixed number."""
    return path.is_file() and len(data := path.read_bytes()) > 0 and len(data) % 4 == 0 and _checksum(data) == WHOLE


def _checksum(data: bytes | bytearray) -> int:
    return int(np.frombuffer(data, ">u4").sum(dtype=np.uint64)) & 0xFFFFFFFF


def _names(table: bytearray, family: str, style: str) -> bytes:
    """Return a table of names with family, style, full and PostScript name; of the old one rights and version stay."""
    _, count, start = struct.unpack_from(">3H", table)
    records = (struct.unpack_from(">6H", table, 6 + 12 * number) for number in range(count))
    texts = {
        number: bytes(table[start + offset : start + offset + length])
        for platform, encoding, language, number, length, offset in records
        if (platform, encoding, language) == WINDOWS_ENGLISH and number in (0, 5, 7, 13, 14)
    }
    said = {1: family, 2: style, 4: f"{family} {style}", 6: f"{family.replace(' ', '')}-{style}"}
    texts |= {number: text.encode("utf-16-be") for number, text in said.items()}
    head = struct.pack(">3H", 0, len(texts), 6 + 12 * len(texts))
    body = b""
    for number in sorted(texts):
        head += struct.pack(">6H", *WINDOWS_ENGLISH, number, len(texts[number]), len(body))
        body += texts[number]
    return head + body
