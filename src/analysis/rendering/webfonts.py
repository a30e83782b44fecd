"""Fonts that travel with a page: the characters it uses, for machines that have no font for them.

A page that stands alone holds them in itself; pages that lie together share one file beside them for each script. A
browser takes them only where no font of its own, named before them in the style sheet, has the character. What no
font here has either is drawn as its code point.

The Noto fonts stand under the SIL Open Font License: a part of one may be passed on under another name, with its
notice of rights and licence inside, as it is here.
"""

from __future__ import annotations

import base64
import importlib.util
import io
import logging
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from . import fonts

LOG = logging.getLogger(__name__)

FAMILY, WIDE, POINTS = "Page Characters", "Page Characters Wide", "Page Code Points"
EMBEDDED, NONE = "embedded", "none"
"""Where the fonts of a page are, if not in files in a folder."""
LETTERS, CODE_POINTS = "letters", "points"
"""Beside the scripts of the Noto fonts: what DejaVu Sans has, and what no font has."""
FIRST = 0x2000
"""What lies before this every machine can show: Latin, Greek, Cyrillic letters."""
COMMON = frozenset("‐‑‒–—―‗‘’‚‛“”„†‡•…‰′″‹›‼‾⁄€℅№™Ω℮←↑→↓↔↕∂∆∏∑−∕∙√∞∟∩∫≈≠≡≤≥■□▪▫▲►▼◄◆◊○●◘◙◦")
"""Signs that every machine has, too: a page that uses no others needs no font of its own."""
EAST_ASIAN = "U+1100-11FF,U+2E80-A4CF,U+AC00-D7FF,U+F900-FAFF,U+FE30-FE6F,U+FF01-FF60,U+FFE0-FFE6,U+20000-3FFFF"
"""In the text of programs these are as wide as two letters."""
WIDE_SIZE = 120.4
"""Percent: twice the 0.602 of DejaVu Sans Mono and Menlo, to which the style sheet fits the letters of others."""
OWN = ("Noto Sans SC", "Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei")
LEFT_OUT = ("GSUB", "GPOS", "GDEF", "BASE", "STAT", "VORG", "vhea", "vmtx")
RIGHTS = (0, 5, 7, 13, 14)
"""Names of a font that stay: notice of rights, version, trademark, licence and where it stands."""
WIDE_TEXT = ("<pre", "<code", "<kbd", "<samp")


def characters(page: str, lang: str) -> dict[str, set[str]]:
    """Return the characters of a page that need a font, by the script (sc, jp, kr, tc, letters, points) that has it."""
    # The script at the end shows nothing of its own; its words stand in the page.
    shown = {char for char in set(page.rpartition("<script>")[0] or page) if ord(char) >= FIRST}
    rest = set(fonts.needing_glyphs(shown)) if shown - COMMON else set()
    found = {}
    for script in ("sc", *fonts.fallback_scripts(rest - _covered("sc", rest), lang), LETTERS):
        if covered := _covered(script, rest):
            found[script] = covered
            rest -= covered
    return found | ({CODE_POINTS: rest} if rest else {})


def _covered(script: str, chars: Iterable[str]) -> set[str]:
    have = fonts.letter_coverage() if script == LETTERS else fonts.coverage(script)
    return {char for char in chars if ord(char) in have}


def file_name(script: str) -> str:
    """Return the name of the file with the characters of a script that pages share."""
    return "fonts.woff2" if script == "sc" else f"fonts-{script}.woff2"


def source_policy(place: str) -> str:
    """Return from where a page with its fonts in this place may take them."""
    return {EMBEDDED: "data:", NONE: "'none'"}.get(place, "'self'")


def rules(page: str, lang: str, place: str) -> str:
    """Return the style rules that give a page its fonts, which are `EMBEDDED`, `NONE`, or in a folder.

    The folder is seen from the page, such as "./" or "../"; `write_shared` writes the files to it.
    """
    if place == NONE or not _can_compress():
        return ""
    found = characters(page, lang)
    return "\n".join(_embedded(page, found) if place == EMBEDDED else _shared(found, place))


@cache
def _can_compress() -> bool:
    """Tell whether the library is there that WOFF2 needs, and warn once where it is not."""
    found = importlib.util.find_spec("brotli") is not None
    if not found:
        LOG.warning("brotli is not installed, so pages carry no fonts; cure: pip install brotli")
    return found


def _embedded(page: str, found: Mapping[str, set[str]]) -> list[str]:
    rules = [_rule(script, chars, _data(script, chars)) for script, chars in reversed(list(found.items()))]
    if any(tag in page for tag in WIDE_TEXT) and (inside := _wide(found.get("sc", ())) & _in_program_text(page)):
        # In a font of its own, for the data cannot be given twice: only with what stands in such text.
        rules.append(_wide_rule(_data("sc", inside)))
    return rules


def _shared(found: Mapping[str, set[str]], folder: str) -> list[str]:
    rules = [_rule(script, chars, folder + file_name(script)) for script, chars in reversed(list(found.items()))]
    if _wide(found.get("sc", ())):
        rules.append(_wide_rule(folder + file_name("sc")))
    return rules


def _wide(chars: Iterable[str]) -> set[str]:
    return {char for char in chars if unicodedata.east_asian_width(char) in "WF"}


def _in_program_text(page: str) -> set[str]:
    """Return the characters that stand in elements of program text."""
    from .elements import parsed

    return set("".join(tag.get_text() for tag in parsed(page).select("pre, code, kbd, samp")))


def _data(script: str, chars: Iterable[str]) -> str:
    return f"data:font/woff2;base64,{base64.b64encode(woff2(script, frozenset(chars))).decode()}"


def _rule(script: str, chars: set[str], source: str) -> str:
    # Of two fonts of one family the later one is asked first; the others say what they are for.
    family = POINTS if script == CODE_POINTS else FAMILY
    limits = [] if script == "sc" else ["unicode-range:" + ",".join(f"U+{ord(char):X}" for char in sorted(chars))]
    return _face(family, f'url("{source}") format("woff2")', *limits)


def _wide_rule(source: str) -> str:
    own = ",".join(f'local("{name}")' for name in OWN)
    return _face(
        WIDE, f'{own},url("{source}") format("woff2")', f"size-adjust:{WIDE_SIZE}%", f"unicode-range:{EAST_ASIAN}"
    )


def _face(family: str, source: str, *more: str) -> str:
    parts = (f'font-family:"{family}"', f"src:{source}", "font-display:swap", *more)
    return f"@font-face{{{';'.join(parts)}}}"


@lru_cache(maxsize=64)
def woff2(script: str, chars: frozenset[str]) -> bytes:
    """Return a font with these characters only, compressed for the web; the same characters give the same bytes."""
    out = io.BytesIO()
    font = _code_points(chars) if script == CODE_POINTS else _part(script, chars)
    font.flavor = "woff2"
    font.save(out)
    return out.getvalue()


def _source(script: str) -> Path:
    """Return the file of the regular font of a script."""
    if script == LETTERS:
        return fonts.letter_folder() / "DejaVuSans.ttf"
    folder = fonts.font_folder() if script == "sc" else fonts.fallback_folder(script)
    return folder / f"{fonts.FAMILIES[script].replace(' ', '')}-Regular.ttf"


def _part(script: str, chars: Iterable[str]) -> Any:
    """Return the part of a font that shows these characters, without tables that pages do without."""
    import uharfbuzz as hb
    from fontTools.ttLib import TTFont

    face, cut = hb.Face(hb.Blob.from_file_path(str(_source(script)))), hb.SubsetInput()
    cut.sets(hb.SubsetInputSets.UNICODE).set({ord(char) for char in chars})
    cut.sets(hb.SubsetInputSets.NAME_ID).set(set(RIGHTS))
    cut.drop_table_tag_set.update(int.from_bytes(tag.encode()) for tag in LEFT_OUT)
    cut.flags = hb.SubsetFlags.NO_HINTING
    font = TTFont(io.BytesIO(hb.subset(face, cut).blob.data), recalcTimestamp=False)
    for number, name in {1: FAMILY, 2: "Regular", 4: FAMILY, 6: FAMILY.replace(" ", "")}.items():
        font["name"].setName(name, number, *fonts.WINDOWS_ENGLISH)
    return font


def _code_points(chars: Iterable[str]) -> Any:
    """Return a font that draws each of these characters as its code point: [U+E000]."""
    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    font = _part("sc", "[U+0123456789ABCDEF]")
    signs, widths, drawn = font.getBestCmap(), font["hmtx"], {}
    for char in sorted(chars):
        pen, width = TTGlyphPen(font.getGlyphSet()), 0
        for sign in f"[U+{ord(char):04X}]":
            pen.addComponent(signs[ord(sign)], (1, 0, 0, 1, width, 0))
            width += widths[signs[ord(sign)]][0]
        drawn[ord(char)] = f"u{ord(char):05X}"
        font["glyf"][drawn[ord(char)]] = pen.glyph()
        widths[drawn[ord(char)]] = (width, 0)
    FontBuilder(font=font).setupCharacterMap(drawn)
    return font


def write_shared(folder: Path, pages: Iterable[Path], lang: str = "zh") -> list[Path]:
    """Write the files with the characters of these pages to `folder`; returns those that were written.

    A file that has all the characters already stays as it is. Pages older than the files are not read.
    """
    pages = list(pages) if _can_compress() else []
    first = folder / file_name("sc")
    since = first.stat().st_mtime_ns if first.is_file() else 0
    if all(page.stat().st_mtime_ns < since for page in pages):
        return []
    wanted: dict[str, set[str]] = {}
    for page in pages:
        for script, chars in characters(page.read_text(encoding="utf-8"), lang).items():
            wanted.setdefault(script, set()).update(chars)
    written = []
    for script, chars in wanted.items():
        path = folder / file_name(script)
        if not chars <= _characters_in(path):
            fonts.write_file(path, woff2(script, frozenset(chars)))
            written.append(path)
    if first.is_file():
        first.touch()
    return written


def _characters_in(path: Path) -> set[str]:
    """Return the characters of a font file, none where it is not there or cannot be read."""
    from fontTools.ttLib import TTFont, TTLibError

    if not path.is_file():
        return set()
    try:
        with TTFont(path) as font:
            return set(map(chr, font.getBestCmap()))
    except (OSError, TTLibError):
        return set()
