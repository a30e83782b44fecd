"""Fonts for pages and charts: real Regular and Bold files made once from the variable Noto Sans fonts.

The wheel `justmytype-intl-cjk` (SIL Open Font License) carries variable fonts whose only named instance is Thin.
PDF makers and matplotlib want one file per weight, so the files are instanced on first use and kept in a cache
folder: `$RESOURCE_CITIES_CACHE`, else `$XDG_CACHE_HOME/resource-cities`, else `~/.cache/resource-cities`.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import io
import json
import os
import secrets
import struct
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

WHEEL = "justmytype-intl-cjk"
RECIPE = 2
"""Number of the way the files are made; a change of it makes them anew."""

FAMILIES = {"sc": "Noto Sans SC", "jp": "Noto Sans JP", "kr": "Noto Sans KR", "tc": "Noto Sans TC"}
LETTERS = "DejaVu Sans"
"""The family for letters of scripts that the Noto fonts for East Asia lack: Hebrew, Arabic, accented Greek."""
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

    White space and characters for control and format need no glyph and are never listed.
    """
    have = coverage("sc")
    needed = (char for char in dict.fromkeys(text) if unicodedata.category(char) not in {"Cc", "Cf", "Zs", "Zl", "Zp"})
    return [char for char in needed if ord(char) not in have]


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
            points = sorted(point for point in font.getBestCmap() if unicodedata.category(chr(point)) != "Cn")
        _write(path, json.dumps(points, separators=(",", ":")).encode())
    return frozenset(json.loads(path.read_bytes()))


@cache
def advances() -> Mapping[str, float]:
    """Return how wide the Latin letters, digits and signs of Noto Sans SC Regular are, in units of the type size."""
    path = _cache_folder() / "sc-advances.json"
    if not path.is_file():
        from fontTools.ttLib import TTFont

        with TTFont(font_file(), lazy=True) as font:
            names, metrics, unit = font.getBestCmap(), font["hmtx"], font["head"].unitsPerEm
            widths = {chr(point): metrics[names[point]][0] / unit for point in sorted(names) if point < 0x2000}
        _write(path, json.dumps(widths, separators=(",", ":")).encode())
    return dict(json.loads(path.read_bytes()))


@cache
def code_coverage() -> frozenset[int]:
    """Return the code points of DejaVu Sans Mono, which Typst embeds; matplotlib carries the same file."""
    return _code_points(_matplotlib_font("DejaVuSansMono.ttf"))


@cache
def letter_coverage() -> frozenset[int]:
    """Return the code points of DejaVu Sans, which comes with matplotlib and has the letters of many scripts."""
    return _code_points(_matplotlib_font("DejaVuSans.ttf"))


@cache
def letter_folder() -> Path:
    """Return a folder with DejaVu Sans in both weights and no other font."""
    folder = _cache_folder() / "letters"
    for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"):
        source = _matplotlib_font(name)
        if source and not (folder / name).is_file():
            _write(folder / name, source.read_bytes())
    return folder


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
    from fontTools.ttLib import TTFont

    with TTFont(path, lazy=True) as font:
        return frozenset(font.getBestCmap())


@cache
def _folder(script: str) -> Path:
    """Return the folder of the static files for `script`, with both weights in it."""
    folder = _cache_folder() / script
    stem = FAMILIES[script].replace(" ", "")
    lacking = [style for style in WEIGHTS if not (folder / f"{stem}-{style}.ttf").is_file()]
    if lacking:
        for style, content in _instances(_variable_font(script), FAMILIES[script], lacking).items():
            _write(folder / f"{stem}-{style}.ttf", content)
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
        if draft.exists():
            draft.unlink()
        raise FontError(
            f"cannot write {path} ({error.strerror}); cure: set RESOURCE_CITIES_CACHE to a folder you can write to"
        ) from error


def _instances(source: Path, family: str, styles: Sequence[str]) -> dict[str, bytes]:
    """Return the static font of each style, with names that say so; the same source gives the same bytes.

    fontTools takes a quarter of a minute to move the outlines of one weight, point by point; `Outlines` moves all
    points at once. fontTools does the rest: names, kerning, tables of variation.
    """
    from fontTools.ttLib import TTFont

    with TTFont(source, lazy=True) as font:
        outlines = Outlines(font.reader)
    return {style: _instance(source, family, style, outlines) for style in styles}


def _instance(source: Path, family: str, style: str, outlines: Outlines) -> bytes:
    """Return the static font of one style."""
    from fontTools.ttLib import TTFont
    from fontTools.varLib import instancer
    from fontTools.varLib.models import normalizeValue, piecewiseLinearMap

    with TTFont(source, lazy=True, recalcTimestamp=False, recalcBBoxes=False) as font:
        axis = font["fvar"].axes[0]
        share = normalizeValue(WEIGHTS[style], (axis.minValue, axis.defaultValue, axis.maxValue))
        share = piecewiseLinearMap(share, font["avar"].segments["wght"])
        for tag in ("gvar", "HVAR", "STAT", "vhea", "vmtx"):
            del font[tag]
        keep = instancer.OverlapMode.KEEP_AND_DONT_SET_FLAGS
        instancer.instantiateVariableFont(font, {"wght": WEIGHTS[style]}, inplace=True, optimize=False, overlap=keep)
        outlines.put_into(font, share)
        _rename(font, family, style)
        out = io.BytesIO()
        font.save(out)
    return out.getvalue()


class Outlines:
    """All outlines of a variable font whose glyphs are simple and vary along one axis in one step.

    Points lie one after another in flat arrays; `starts` says where each glyph's begin. Four phantom points end each
    glyph: left and right edge, top and bottom.
    """

    def __init__(self, tables: Mapping[str, bytes]) -> None:
        self.glyphs = _split(tables["glyf"], tables["loca"])
        self.advances = np.frombuffer(tables["hmtx"], ">u2")[::2][: len(self.glyphs)].astype(np.int64)
        if len(tables["hmtx"]) != 4 * len(self.glyphs):
            raise FontError(f"unexpected metrics in the variable font; cure: pip install {WHEEL}==0.1.0")
        parts = [_parse_outline(glyph) for glyph in self.glyphs]
        self.ends = [part[0] for part in parts]
        counts = np.array([len(part[1]) for part in parts])
        self.starts = np.concatenate([[0], np.cumsum(counts)])
        self.flags = np.frombuffer(b"".join(part[1] for part in parts), np.uint8)
        self.x = self._absolute(b"".join(part[2] for part in parts), 2, 16)
        self.y = self._absolute(b"".join(part[3] for part in parts), 4, 32)
        self.dx, self.dy, self.dleft, self.dright = self._deltas(tables["gvar"])

    def _absolute(self, data: bytes, short: int, same: int) -> np.ndarray:
        """Return the coordinates along one axis, from their packed differences."""
        is_short, is_same = (self.flags & short) > 0, (self.flags & same) > 0
        sizes = np.where(is_short, 1, np.where(is_same, 0, 2))
        at = np.cumsum(sizes) - sizes
        raw = np.frombuffer(data + b"\0\0", np.uint8).astype(np.int64)
        words = (raw[at] << 8 | raw[at + 1]) if len(at) else raw[:0]
        words = np.where(words > 32767, words - 65536, words)
        steps = np.where(is_short, np.where(is_same, raw[at], -raw[at]), np.where(is_same, 0, words))
        total = np.concatenate([[0], np.cumsum(steps)])
        return total[1:] - np.repeat(total[self.starts[:-1]], np.diff(self.starts))

    def _deltas(self, gvar: bytes) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Return by how much each point moves at the end of the axis, and both edges of each glyph."""
        axes, shared, place, count, wide, data = struct.unpack_from(">HHIHHI", gvar, 4)
        if axes != 1 or gvar[place : place + 2 * shared] != b"\x40\x00":
            raise FontError(f"unexpected axes in the variable font; cure: pip install {WHEEL}==0.1.0")
        offsets = struct.unpack_from(f">{count + 1}{'I' if wide & 1 else 'H'}", gvar, 20)
        scale = 1 if wide & 1 else 2
        xs, ys, edges = [], [], np.zeros((count, 2), np.int64)
        for number in range(count):
            start, end = data + offsets[number] * scale, data + offsets[number + 1] * scale
            points = int(self.starts[number + 1] - self.starts[number])
            if start == end:
                x = y = np.zeros(points + 4, np.int64)
            else:
                x, y = self._glyph_deltas(gvar[start:end], number, points)
            xs.append(x[:points])
            ys.append(y[:points])
            edges[number] = x[points : points + 2]
        return np.concatenate(xs), np.concatenate(ys), edges[:, 0], edges[:, 1]

    def _glyph_deltas(self, data: bytes, number: int, points: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the movements of one glyph's points, those left out filled in between their neighbours."""
        header, at, _, step = struct.unpack_from(">HHHH", data)
        if header != 0x8001 or step != 0:
            raise FontError(f"unexpected variations in the variable font; cure: pip install {WHEEL}==0.1.0")
        if data[at] == 0:
            x, at = _unpack_deltas(data, at + 1, points + 4)
            return x, _unpack_deltas(data, at, points + 4)[0]
        from fontTools.ttLib.tables.TupleVariation import TupleVariation
        from fontTools.varLib.iup import iup_delta

        named, at = TupleVariation.decompilePoints_(points + 4, data, at, "gvar")
        x, at = _unpack_deltas(data, at, len(named))
        y, _ = _unpack_deltas(data, at, len(named))
        sparse: list[tuple[int, int] | None] = [None] * (points + 4)
        for point, movement in zip(named, zip(x.tolist(), y.tolist(), strict=True), strict=True):
            sparse[point] = movement
        place = slice(self.starts[number], self.starts[number + 1])
        phantoms = [(0, 0), (int(self.advances[number]), 0), (0, 0), (0, 0)]
        where = [*zip(self.x[place].tolist(), self.y[place].tolist(), strict=True), *phantoms]
        full = np.array(iup_delta(sparse, where, self.ends[number].tolist()), float)
        return full[:, 0], full[:, 1]

    def put_into(self, font: Any, share: float) -> None:
        """Give `font` the outlines and advance widths at `share` of the way along the axis."""
        x, y = _round(self.x + share * self.dx), _round(self.y + share * self.dy)
        widths = self.advances + _round(share * self.dright) - _round(share * self.dleft)
        filled = np.flatnonzero(np.diff(self.starts))
        box = np.zeros((len(self.glyphs), 4), np.int64)
        for column, (function, values) in enumerate(
            [(np.minimum, x), (np.minimum, y), (np.maximum, x), (np.maximum, y)]
        ):
            box[filled, column] = function.reduceat(values, self.starts[filled])
        glyf, loca = self._packed(x, y, box)
        bearings = box[:, 0] - _round(share * self.dleft)
        metrics = np.stack([widths, bearings], axis=1).astype(">i2").tobytes()
        for tag, data in (("glyf", glyf), ("loca", loca), ("hmtx", metrics)):
            font[tag] = _raw_table(tag, data)
        head, hhea, shown = font["head"], font["hhea"], box[filled]
        head.indexToLocFormat = 1
        head.xMin, head.yMin = (int(value) for value in shown[:, :2].min(axis=0))
        head.xMax, head.yMax = (int(value) for value in shown[:, 2:].max(axis=0))
        hhea.numberOfHMetrics, hhea.advanceWidthMax = len(self.glyphs), int(widths.max())
        extents = bearings[filled] + shown[:, 2] - shown[:, 0]
        hhea.minLeftSideBearing, hhea.xMaxExtent = int(bearings[filled].min()), int(extents.max())
        hhea.minRightSideBearing = int((widths[filled] - extents).min())

    def _packed(self, x: np.ndarray, y: np.ndarray, box: np.ndarray) -> tuple[bytes, bytes]:
        """Return the tables of outlines and of where each begins."""
        flags = self.flags & 1
        first = self.starts[:-1][np.diff(self.starts) > 0]
        flags[first] |= 0x40
        xs, xplaces = self._pack_axis(x, flags, 2, 16)
        ys, yplaces = self._pack_axis(y, flags, 4, 32)
        codes, pieces, offsets, at = flags.tobytes(), [], [0], 0
        for number, ends in enumerate(self.ends):
            start, end = self.starts[number], self.starts[number + 1]
            if end > start:
                head = struct.pack(">5h", len(ends), *box[number].tolist()) + ends.astype(">u2").tobytes() + b"\0\0"
                body = codes[start:end] + xs[xplaces[start] : xplaces[end]] + ys[yplaces[start] : yplaces[end]]
                pieces.append(head + body + b"\0" * (-len(head + body) % 4))
                at += len(pieces[-1])
            offsets.append(at)
        return b"".join(pieces), np.array(offsets, ">u4").tobytes()

    def _pack_axis(self, values: np.ndarray, flags: np.ndarray, short: int, same: int) -> tuple[bytes, np.ndarray]:
        """Return the packed differences along one axis and where each point's begin; sets the points' flags."""
        steps = np.diff(values, prepend=0)
        first = self.starts[:-1][np.diff(self.starts) > 0]
        steps[first] = values[first]
        small, zero = (np.abs(steps) < 256) & (steps != 0), steps == 0
        flags |= np.where(small, short | np.where(steps > 0, same, 0), np.where(zero, same, 0)).astype(np.uint8)
        places = np.concatenate([[0], np.cumsum(np.where(small, 1, np.where(zero, 0, 2)))])
        packed = np.zeros(places[-1], np.uint8)
        at = places[:-1]
        packed[at[small]] = np.abs(steps[small])
        long = ~(small | zero)
        packed[at[long]], packed[at[long] + 1] = (steps[long] >> 8) & 255, steps[long] & 255
        return packed.tobytes(), places


def _raw_table(tag: str, data: bytes) -> Any:
    """Return a font table made of finished bytes."""
    from fontTools.ttLib.tables.DefaultTable import DefaultTable

    table = DefaultTable(tag)
    table.data = data
    return table


def _round(values: np.ndarray) -> np.ndarray:
    """Return whole numbers, halves rounded up as OpenType asks."""
    return np.floor(values + 0.5).astype(np.int64)


def _split(glyf: bytes, loca: bytes) -> list[bytes]:
    """Return the outline of each glyph, empty for those without one."""
    offsets = np.frombuffer(loca, ">u4").tolist()
    return [glyf[start:end] for start, end in pairwise(offsets)]


SIZES = {
    axis: bytes(1 if flag & short else 0 if flag & same else 2 for flag in range(256))
    for axis, short, same in (("x", 2, 16), ("y", 4, 32))
}


def _parse_outline(glyph: bytes) -> tuple[np.ndarray, bytes, bytes, bytes]:
    """Return the last points of the contours, one flag per point, and the packed coordinates of a simple glyph."""
    if not glyph:
        return np.zeros(0, np.int64), b"", b"", b""
    contours = struct.unpack_from(">h", glyph)[0]
    if contours < 0:
        raise FontError(f"unexpected outlines in the variable font; cure: pip install {WHEEL}==0.1.0")
    ends = np.frombuffer(glyph, ">u2", contours, 10).astype(np.int64)
    at = 10 + 2 * contours
    at += 2 + struct.unpack_from(">H", glyph, at)[0]
    points, flags = int(ends[-1]) + 1 if contours else 0, bytearray()
    while len(flags) < points:
        flag = glyph[at]
        at += 1
        flags.append(flag)
        if flag & 8:
            flags += bytes([flag]) * glyph[at]
            at += 1
    width = sum(flags.translate(SIZES["x"]))
    return ends, bytes(flags), glyph[at : at + width], glyph[at + width : at + width + sum(flags.translate(SIZES["y"]))]


def _unpack_deltas(data: bytes, at: int, count: int) -> tuple[np.ndarray, int]:
    """Return `count` packed movements and where the next begin."""
    values = np.zeros(count, np.int64)
    done = 0
    while done < count:
        control = data[at]
        run = (control & 63) + 1
        at += 1
        if not control & 128:
            wide = control & 64
            values[done : done + run] = np.frombuffer(data, ">i2" if wide else "i1", run, at)
            at += run * (2 if wide else 1)
        done += run
    return values, at


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
