"""The one way out for a chart: `save_chart` checks a figure and turns it into SVG with alternative text."""

from __future__ import annotations

import functools
import io
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from analysis.rendering import fonts

from .style import BARE, FAMILY, SELF_EXPLAINING, style
from .text import half_width


@dataclass(frozen=True)
class Chart:
    """A finished chart: an image with its words. As last expression of a cell it shows with its metadata."""

    alt: str
    svg: bytes = b""
    png: bytes = b""
    caption: str = ""
    note: str = ""
    name: str = ""
    # Size in CSS pixels; a PNG holds twice as many.
    width: int = 0
    height: int = 0

    @property
    def mime(self) -> str:
        return "image/svg+xml" if self.svg else "image/png"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict[str, Any], dict[str, Any]]:
        data: Any = self.svg.decode() if self.svg else self.png
        words: dict[str, Any] = {"alt": self.alt, "caption": self.caption, "note": self.note}
        if self.png:
            words |= {"width": self.width, "height": self.height}
        return {self.mime: data, "text/plain": self.alt}, {self.mime: words}

    def show(self) -> None:
        """Display the chart where a cell goes on after it."""
        from IPython.display import display

        display(self)


def save_chart(figure: Figure, *, alt: str, caption: str = "", note: str = "", name: str = "") -> Chart:
    """`figure` as a Chart with reproducible SVG bytes, all text as outlines.

    `alt` says the finding and its main numbers for whoever cannot see the chart; `caption` and `note` stand beside it
    in the report. Labels that may move are first pushed apart. Raises ValueError with what is wrong and where: no alt,
    a character that the font lacks, ticks on an axis without a label, text that leaves the figure or covers other text.
    """
    if not alt.strip():
        raise ValueError("chart without alternative text: pass alt= with the finding and its main numbers")
    with style():
        if not isinstance(figure.canvas, FigureCanvasAgg):
            FigureCanvasAgg(figure)
        # SVG is drawn at 72 dots to the inch; so the layout of the drawing is also the one that is checked.
        figure.set_dpi(72)
        texts = _all_texts(figure)
        for text in texts:
            words = half_width(text.get_text())
            if words != text.get_text():
                text.set_text(words)
            # Labels that were added outside `style` came with matplotlib's own font, which has no Chinese.
            if text.get_fontfamily() != [FAMILY]:
                text.set_fontfamily(FAMILY)
        check_glyphs([text.get_text() for text in texts])
        if any(getattr(text, "_may_move", False) for text in texts):
            _nudge(figure)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
        found = _problems(figure)
        if found:
            raise ValueError("chart cannot be read: " + "; ".join(found))
        width, height = figure.get_size_inches()
    return Chart(
        alt=alt.strip(),
        svg=_packed(buffer.getvalue().decode()).encode(),
        caption=caption,
        note=note,
        name=name,
        width=round(width * 96),
        height=round(height * 96),
    )


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
_EM = 250
"""Units to the em of the outlines: at 10 points a step of 0.04 points, finer than a dot of a good printer."""


def _packed(svg: str) -> str:
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
        f'<path id="{names[name]}" d="{_path(data, _EM / 6400, 0)}"/>' for name, data in _GLYPH.findall(defs)
    )
    placed = [
        (names[name], *(round(float(n or 0) * _EM / 100) for n in place)) for name, *place in _PLACED.findall(uses)
    ]
    drawn = "".join(
        f'<use xlink:href="#{name}"' + (f' x="{x}"' if x else "") + (f' y="{y}"' if y else "") + "/>"
        for name, x, y in placed
    )
    # A comment holds no two hyphens in a row, so these may stand for others.
    said = "" if "- -" in words else f' data-text="{words.replace(chr(34), "&quot;")}"'
    size = _short_number(float(scale) * 100 / _EM, 6)
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


def check_glyphs(texts: Iterable[str]) -> None:
    missing = fonts.missing_glyphs("".join(texts).replace("\n", ""))
    if missing:
        named = ", ".join(f"{character} (U+{ord(character):04X})" for character in missing)
        raise ValueError(f"chart cannot be read: the font has no glyph for {named}; replace these characters")


def self_explaining(axes: Axes, *which: str) -> None:
    """Mark axes (`x`, `y`) whose ticks need no label because they are names."""
    setattr(axes, SELF_EXPLAINING, {*getattr(axes, SELF_EXPLAINING, set()), *which})


def numbered_only(axes: Axes, *which: str) -> None:
    """Mark axes (`x`, `y`) that have values and no label, drawn otherwise than by matplotlib's axes."""
    setattr(axes, BARE, {*getattr(axes, BARE, set()), *which})


def movable(text: Text) -> Text:
    """Mark a direct label that `save_chart` may push up or down to keep it clear of others."""
    text._may_move = True  # type: ignore[attr-defined]
    return text


def _tick_labels(axes: Axes) -> dict[str, list[Text]]:
    """The tick labels that are drawn, by axis."""
    labels: dict[str, list[Text]] = {"x": [], "y": []}
    if not (axes.get_visible() and axes.axison):
        return labels
    for name, axis in (("x", axes.xaxis), ("y", axes.yaxis)):
        low, high = sorted(axis.get_view_interval())
        slack = 1e-6 * (high - low)
        for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]:
            if axis.get_visible() and low - slack <= tick.get_loc() <= high + slack:
                labels[name] += [t for t in (tick.label1, tick.label2) if t.get_visible() and t.get_text().strip()]
    return labels


def _all_texts(figure: Figure) -> list[Text]:
    """The texts of the figure, but for those of axes that are off: asking for their ticks would make them."""
    parts: list[Artist] = []
    for child in figure.get_children():
        inside = child.get_children() if isinstance(child, Axes) else [child]
        parts += [part for part in inside if not isinstance(part, Axis) or child.axison]  # type: ignore[attr-defined]
    return [text for part in parts for text in part.findobj(Text) if isinstance(text, Text)]


def _texts(figure: Figure) -> list[Text]:
    """Every text of the figure that a reader sees."""
    found: list[Text] = list(figure.texts)
    for axes in figure.axes:
        if not axes.get_visible():
            continue
        found += list(axes.texts)
        if axes.axison:
            found += [axes.title, axes.xaxis.label, axes.yaxis.label]
        found += [text for labels in _tick_labels(axes).values() for text in labels]
    return [text for text in found if text.get_visible() and text.get_text().strip()]


def _boxes(figure: Figure, texts: Iterable[Text]) -> np.ndarray:
    """What texts of a drawn figure cover, in pixels, less the air that a line of type has above and below.

    One row a text: left, bottom, right, top.
    """
    boxes = []
    for text in texts:
        # A text knows what it was drawn with, and its measures are known there.
        left, bottom, right, top = text.get_window_extent().extents
        air = min(0.12 * float(text.get_fontsize()) * figure.dpi / 72, (top - bottom) / 4)
        boxes.append((left, bottom + air, right, top - air))
    return np.array(boxes, dtype=float).reshape(-1, 4)


def _covering(boxes: np.ndarray, slack: float) -> list[tuple[int, int, float]]:
    """The pairs of boxes that share more than `slack` pixels in both directions, and how many they share upwards."""
    low, high = boxes[:, None, :2], boxes[:, None, 2:]
    shared = np.minimum(high, boxes[None, :, 2:]) - np.maximum(low, boxes[None, :, :2])
    pairs = np.argwhere(np.triu((shared > slack).all(axis=2), 1))
    return [(int(one), int(other), float(shared[one, other, 1])) for one, other in pairs]


def _short(text: Text) -> str:
    words = " ".join(text.get_text().split())
    return f"'{words[:24]}…'" if len(words) > 25 else f"'{words}'"


def problems(figure: Figure) -> list[str]:
    """What keeps a reader from reading `figure`, one phrase each: unlabelled ticks, text outside, text over text."""
    with style():
        figure.draw_without_rendering()
        return _problems(figure)


def _problems(figure: Figure) -> list[str]:
    """`problems` of a figure that is drawn as it is now."""
    found = []
    for number, axes in enumerate(figure.axes, 1):
        for name, labels in _tick_labels(axes).items():
            label = axes.get_xlabel() if name == "x" else axes.get_ylabel()
            bare = labels and not label.strip() or name in getattr(axes, BARE, set())
            if bare and name not in getattr(axes, SELF_EXPLAINING, set()):
                cure = "set one, or mark it with self_explaining"
                found.append(f"the {name} axis of axes {number} has ticks and no label ({cure})")
    texts = _texts(figure)
    boxes = _boxes(figure, texts)
    low, high = np.split(figure.bbox.extents, 2)
    outside = (boxes[:, :2] < low - 1).any(axis=1) | (boxes[:, 2:] > high + 1).any(axis=1)
    found += [f"the text {_short(texts[place])} leaves the figure" for place in np.flatnonzero(outside)]
    for one, other, _ in _covering(boxes, 1.0):
        # Boxes of slanted text overlap where the text does not.
        if texts[one].get_rotation() % 90 == 0 and texts[other].get_rotation() % 90 == 0:
            found.append(f"the texts {_short(texts[one])} and {_short(texts[other])} overlap")
    return found


def _nudge(figure: Figure, rounds: int = 40) -> None:
    """Push labels marked `movable` up or down, a little at a time, until none covers another text."""
    figure.draw_without_rendering()
    texts = _texts(figure)
    boxes = _boxes(figure, texts)
    may_move = np.array([getattr(text, "_may_move", False) for text in texts], dtype=bool)
    moved = np.zeros(len(texts))
    for _ in range(rounds):
        shift = np.zeros(len(texts))
        for one, other, shared in _covering(boxes, 0.5):
            higher = boxes[one, [1, 3]].sum() >= boxes[other, [1, 3]].sum()
            step = (0.5 * shared + 0.5) * (1 if higher else -1)
            shift[one] += step
            shift[other] -= step
        shift[~may_move] = 0.0
        if not shift.any():
            break
        moved += shift
        boxes[:, [1, 3]] += shift[:, None]
    for place in np.flatnonzero(moved):
        text = texts[place]
        transform = text.get_transform()
        x, y = transform.transform(text.get_position())
        text.set_position(tuple(transform.inverted().transform((x, y + moved[place]))))
