"""Fonts for pages and charts: real Regular and Bold files made once from the variable Noto Sans fonts.

The wheel `justmytype-intl-cjk` (SIL Open Font License) carries variable fonts whose only named instance is Thin.
PDF makers and matplotlib want one file per weight, so the files are instanced on first use and kept in a cache
folder: `$RESOURCE_CITIES_CACHE`, else `$XDG_CACHE_HOME/resource-cities`, else `~/.cache/resource-cities`.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import secrets
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

WHEEL = "justmytype-intl-cjk"
RECIPE = 1
"""Number of the way the files are made; a change of it makes them anew."""

FAMILIES = {"sc": "Noto Sans SC", "jp": "Noto Sans JP", "kr": "Noto Sans KR", "tc": "Noto Sans TC"}
FALLBACKS = {"zh": ("tc", "jp", "kr"), "ja": ("jp", "kr", "tc"), "ko": ("kr", "jp", "tc")}
WEIGHTS = {"Regular": 400, "Bold": 700}


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

    White space and control characters need no glyph and are never listed.
    """
    have = coverage("sc")
    return [char for char in dict.fromkeys(text) if ord(char) not in have and not char.isspace() and char.isprintable()]


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
    path = _cache_folder() / f"{script}-coverage.json"
    if not path.is_file():
        from fontTools.ttLib import TTFont

        with TTFont(_variable_font(script), lazy=True) as font:
            points = sorted(font.getBestCmap())
        _write(path, json.dumps(points, separators=(",", ":")).encode())
    return frozenset(json.loads(path.read_bytes()))


@cache
def code_coverage() -> frozenset[int]:
    """Return the code points of DejaVu Sans Mono, which Typst embeds; matplotlib carries the same file."""
    spec = importlib.util.find_spec("matplotlib")
    for place in (spec.submodule_search_locations or []) if spec else []:
        path = Path(place) / "mpl-data" / "fonts" / "ttf" / "DejaVuSansMono.ttf"
        if path.is_file():
            from fontTools.ttLib import TTFont

            with TTFont(path, lazy=True) as font:
                return frozenset(font.getBestCmap())
    return frozenset()


@cache
def _folder(script: str) -> Path:
    """Return the folder of the static files for `script`, with both weights in it."""
    folder = _cache_folder() / script
    stem = FAMILIES[script].replace(" ", "")
    lacking = [style for style in WEIGHTS if not (folder / f"{stem}-{style}.ttf").is_file()]
    if lacking:
        for style in lacking:
            _write(folder / f"{stem}-{style}.ttf", _instance(_variable_font(script), FAMILIES[script], style))
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


def _write(path: Path, content: bytes) -> None:
    """Put `content` at `path` in one step, so that no other process ever reads half a file."""
    draft = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(content)
        os.replace(draft, path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise FontError(
            f"cannot write {path} ({error.strerror}); cure: set RESOURCE_CITIES_CACHE to a folder you can write to"
        ) from error


def _instance(source: Path, family: str, style: str) -> bytes:
    """Return the static font of one weight, with names that say so; the same source gives the same bytes."""
    import io

    from fontTools.ttLib import TTFont
    from fontTools.varLib import instancer

    with TTFont(source, lazy=True, recalcTimestamp=False, recalcBBoxes=False) as font:
        instancer.instantiateVariableFont(font, {"wght": WEIGHTS[style]}, inplace=True, optimize=False)
        _rename(font, family, style)
        out = io.BytesIO()
        font.save(out)
    return out.getvalue()


def _rename(font: Any, family: str, style: str) -> None:
    """Set family, style, full and PostScript name, weight class and style bits."""
    names = {1: family, 2: style, 4: f"{family} {style}", 6: f"{family.replace(' ', '')}-{style}"}
    table = font["name"]
    table.names = [name for name in table.names if name.nameID in (0, 5, 7, 13, 14)]
    for number, value in names.items():
        table.setName(value, number, 3, 1, 0x409)
    bold = style == "Bold"
    font["OS/2"].usWeightClass = WEIGHTS[style]
    font["OS/2"].fsSelection = font["OS/2"].fsSelection & ~0b1100001 | (0b100000 if bold else 0b1000000)
    font["head"].macStyle = 1 if bold else 0
    if "STAT" in font:
        del font["STAT"]
