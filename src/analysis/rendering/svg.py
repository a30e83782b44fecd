"""SVG as matplotlib writes it, at a quarter of its size, and its lines of text as text again where a page has the font.

`packed` is for whoever saves a figure with its text as outlines, `spelled_out` for whoever sets one on a page.
"""

from __future__ import annotations

import functools
import re
from collections import Counter

import numpy as np

from . import fonts

# A line of text as matplotlib writes it: the words as a comment, the outlines new in it, where each of them stands.
_LABEL = re.compile(
    r'<!-- ((?:(?!-->).)*) -->\s*<g( style="[^"]*")? transform="([^"]*)scale\(([\d.]+) -[\d.]+\)">'
    r"\s*((?:<defs>(?:(?!</defs>).)*</defs>\s*)?)"
    r'((?:<use xlink:href="#[^"]+"(?: transform="translate\([^)]*\)")?/>\s*)*)</g>',
    re.S,
)
_UNPACKED = re.compile(r' transform="scale\(0\.015625\)"|"#[^"]*-(?:Regular|Bold)-[0-9a-f]+"')
# The outline of a space has no path data, or empty ones, as the version of matplotlib has it.
_GLYPH = re.compile(r'<path id="([^"]+)"(?: d="([^"]*)")? transform="scale\(0\.015625\)"/>')
_PLACED = re.compile(r'<use xlink:href="#([^"]+)"(?: transform="translate\(([-\d.]+) ([-\d.]+)\)")?/>')
_STEP = re.compile(r"([MLQCz])([^MLQCz]*)")
EM = 250
"""Units to the em of the outlines: at 10 points a step of 0.04 points, finer than a dot of a good printer."""


def packed(svg: str) -> str:
    """`svg` at a quarter of its size: short outlines, no comments, names or metadata; it looks the same.

    Each line of text says in `data-text` what its outlines spell, so that a page with the fonts can set it as text.
    """
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.S)
    labelled = _LABEL.sub(_label, svg)
    # A formula is drawn in another way; then all labels stay as they are, for they share their outlines with it.
    svg = svg if _UNPACKED.search(labelled) else labelled
    svg = re.sub(r"<!--.*?-->", "", svg, flags=re.S)
    svg = re.sub(r'<g id="[^"]*"', "<g", svg)
    svg = re.sub(r' d="(M [^"]*)"', lambda m: f' d="{_path(m[1], 1, 2)}"', svg)
    svg = re.sub(r"translate\(([^)]*)\)", lambda m: f"translate({_rounded(m[1])})", svg)
    svg = re.sub(r' (x|y|width|height)="([-\d.]+)"', lambda m: f' {m[1]}="{_rounded(m[2])}"', svg)
    svg = re.sub(r' style="([^"]*)"', lambda m: f' style="{_short_style(m[1])}"', svg)
    svg = svg.replace(' type="text/css"', "").replace(' version="1.1"', "")
    svg = re.sub(r' xmlns:xlink="[^"]*"', "", svg).replace(" xlink:href=", " href=")
    svg = re.sub(r">\s+<", "><", svg)
    while True:
        fewer = re.sub(r"<g/>|<g[^>]*></g>|<defs/>|<defs></defs>", "", svg)
        if fewer == svg:
            break
        svg = fewer
    for shorter in (_without_blanks, _without_bare_groups, _short_names, _with_classes):
        svg = shorter(svg)
    return svg.strip() + "\n"


def _label(match: re.Match[str]) -> str:
    """A line of text: outlines on a grid of whole numbers, and the words they spell."""
    words, paint, place, scale, defs, uses = match.groups()
    names = {name: f"{'B' if '-Bold-' in name else 'R'}{name.rsplit('-', 1)[-1]}" for name in _names_in(defs + uses)}
    outlines = "".join(
        f'<path id="{names[name]}" d="{_path(data, EM / 6400, 0)}"/>' for name, data in _GLYPH.findall(defs)
    )
    placed = [
        (names[name], *(round(float(n or 0) * EM / 100) for n in place)) for name, *place in _PLACED.findall(uses)
    ]
    drawn = "".join(
        f'<use xlink:href="#{name}"' + (f' x="{x}"' if x else "") + (f' y="{y}"' if y else "") + "/>"
        for name, x, y in placed
    )
    # A comment holds no two hyphens in a row, so these may stand for others.
    said = "" if "- -" in words else f' data-text="{words.replace(chr(34), "&quot;")}"'
    size = _short_number(float(scale) * 100 / EM, 6)
    head = f'<g{said}{paint or ""} transform="{place}scale({size} -{size})">'
    return f"{head}{f'<defs>{outlines}</defs>' if outlines else ''}{drawn}</g>"


def _names_in(markup: str) -> list[str]:
    return re.findall(r'(?: id="|#)([^"#]+)"', markup)


def _short_style(style: str) -> str:
    """`fill: #ffffff; stroke-width: 0.6` → `fill:#fff;stroke-width:.6`"""
    style = style.replace(": ", ":").replace("; ", ";")
    style = re.sub(r"#([0-9a-f])\1([0-9a-f])\2([0-9a-f])\3(?![0-9a-f])", r"#\1\2\3", style)
    return re.sub(r"(?<=[:,])0(?=\.\d)", "", style)


def _without_blanks(svg: str) -> str:
    """`svg` without the outlines of spaces, which are empty."""
    for name in re.findall(r'<path id="([RB]\w+)" d=""/>', svg):
        svg = re.sub(rf'<path id="{name}" d=""/>|<use href="#{name}"[^>]*/>', "", svg)
    return svg.replace("<defs></defs>", "")


def _without_bare_groups(svg: str) -> str:
    """`svg` without the groups that say nothing of what is in them."""
    parts, bare = re.split(r"(<g\b[^>]*>|</g>)", svg), []
    for place, part in enumerate(parts):
        if part.startswith("<g"):
            bare.append(part == "<g>")
        if part == "<g>" or part == "</g>" and bare.pop():
            parts[place] = ""
    return "".join(parts)


def _short_names(svg: str) -> str:
    """`svg` with a letter and a number for the names of shapes: R and B of letters, regular and bold; m, h and p."""
    names = [name for name in dict.fromkeys(re.findall(r' id="(\w+)"', svg)) if re.match("[RB]|[a-z].{9}", name)]
    short = {name: f"{name[0]}{np.base_repr(number, 36).lower()}" for number, name in enumerate(names)}
    return re.sub(r'(?<=["(]#)\w+(?=[")])|(?<= id=")\w+(?=")', lambda m: short.get(m[0], m[0]), svg)


def _with_classes(svg: str) -> str:
    """`svg` with the looks that several shapes share in its style sheet, once each."""
    counts = Counter(re.findall(r' style="([^"]*)"', svg))
    names = {look: f"s{number}" for number, look in enumerate((look for look in counts if counts[look] > 2), 1)}
    rules = "".join(f".{name}{{{look}}}" for look, name in names.items())
    svg = re.sub(r' style="([^"]*)"', lambda m: f' class="{names[m[1]]}"' if m[1] in names else m[0], svg)
    return svg.replace("</style>", f"{rules}</style>", 1)


def _rounded(numbers: str, digits: int = 2) -> str:
    return " ".join(f"{round(float(number), digits) + 0.0:g}" for number in numbers.split())


def _short_number(value: float, digits: int) -> str:
    """`-0.50` → `-.5`"""
    words = f"{value:.{digits}f}".rstrip("0").rstrip(".")
    return re.sub(r"^(-?)0(?=\.)", r"\1", words) or "0"


@functools.lru_cache(maxsize=8192)
def _path(data: str, scale: float, digits: int) -> str:
    """Path data as relative steps on a grid; a step starts where the last one ended on the grid, so nothing drifts."""
    unit = 10**digits
    x = y = start_x = start_y = 0
    handle: tuple[int, int] | None = None
    out: list[str] = []
    last = ""
    parts = _STEP.findall(data)
    for (command, rest), (following, _) in zip(parts, [*parts[1:], ("", "")][: len(parts)], strict=True):
        if command == "z":
            x, y, last, handle = start_x, start_y, "z", None
            out.append("z")
            continue
        grid = [round(float(number) * scale * unit) for number in rest.split()]
        steps = [value - (y if place % 2 else x) for place, value in enumerate(grid)]
        mirrored = (2 * x - handle[0], 2 * y - handle[1]) if handle else None
        x, y = grid[-2], grid[-1]
        if command == "M":
            start_x, start_y = x, y
        letter = command.lower()
        # A closed path draws its last line by itself.
        closing = (x, y) == (start_x, start_y) and following == "z"
        if command == "L" and (closing or not any(steps)):
            continue
        if command == "L" and 0 in steps:
            letter, steps = ("v", steps[1:]) if steps[0] == 0 else ("h", steps[:1])
        # In the curves of a font most handles mirror the one before and need not be told.
        if command == "Q" and mirrored and max(abs(mirrored[0] - grid[0]), abs(mirrored[1] - grid[1])) <= 1:
            letter, steps, handle = "t", steps[2:], mirrored
        else:
            handle = (grid[0], grid[1]) if command == "Q" else None
        numbers = [_short_number(step / unit, digits) if digits else str(step) for step in steps]
        # A repeated letter is left out, except after a move, which would turn into a line.
        words = "" if letter == last and letter != "m" else letter
        for number in numbers:
            words += number if number[0] == "-" or words[-1:].isalpha() else f" {number}"
        out.append(words)
        last = letter
    return "".join(out)


# A line of a chart of this package: the words, the shapes of letters new in it, and the places of the shapes.
_SPELLED = re.compile(
    r'<g data-text="(?P<words>[^"]*)"(?P<look>[^>]*?) transform="(?P<place>[^"]*)scale\((?P<scale>[.\d]+) -[.\d]+\)">'
    r"(?:<defs>(?:<path [^>]*/>)*</defs>)?(?P<uses>(?:<use [^>]*/>)+)</g>"
)


def spelled_out(source: str) -> str:
    """Return an SVG in which the lines that say what their outlines spell are text in the fonts of the page.

    So set, a letter takes two bytes of the PDF and not an outline each time, and can be searched and copied. Outlines
    that something else still shows leave the picture as it is.
    """

    def line(match: re.Match[str]) -> str:
        weight = ' font-weight="700"' if 'href="#B' in match["uses"] else ""
        size = float(match["scale"]) * EM
        return (
            f'<text xml:space="preserve" font-family="{fonts.FAMILIES["sc"]}" font-size="{size:g}"{weight}'
            f'{match["look"]} transform="{match["place"].strip()}">{match["words"]}</text>'
        )

    spelled = _SPELLED.sub(line, source)
    known = set(re.findall(r' id="([^"]*)"', spelled))
    return spelled if known.issuperset(re.findall(r' href="#([^"]*)"', spelled)) else source
