"""The one way out for a chart: `save_chart` checks a figure and turns it into SVG with alternative text."""

from __future__ import annotations

import functools
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from analysis import fonts

from .style import FAMILY, SELF_EXPLAINING, style
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
        for text in figure.findobj(Text):
            text.set_text(half_width(text.get_text()))
            # Labels that were added outside `style` came with matplotlib's own font, which has no Chinese.
            text.set_fontfamily(FAMILY)
        check_glyphs([text.get_text() for text in figure.findobj(Text)])
        _nudge(figure)
        found = problems(figure)
        if found:
            raise ValueError("chart cannot be read: " + "; ".join(found))
        buffer = io.BytesIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
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


# Outlines of letters as matplotlib writes them: 64 × 100 units to the em.
_GLYPH = re.compile(r'<path id="([^"]+)" d="([^"]*)" transform="scale\(0\.015625\)"/>')
_STEP = re.compile(r"([MLQCz])([^MLQCz]*)")


def _packed(svg: str) -> str:
    """`svg` at a third of its size: short outlines, no comments, names or metadata; it looks the same."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<!--.*?-->|<metadata>.*?</metadata>", "", svg, flags=re.S)
    svg = re.sub(r'<g id="[^"]*"', "<g", svg)
    # 400 units to the em: at 10 points a step of 0.025 points, finer than a dot of a good printer.
    svg = _GLYPH.sub(lambda m: f'<path id="{m[1]}" d="{_path(m[2], 0.0625, 0)}" transform="scale(.25)"/>', svg)
    svg = re.sub(r' d="(M [^"]*)"', lambda m: f' d="{_path(m[1], 1, 2)}"', svg)
    svg = svg.replace("NotoSansSC-Regular-", "R").replace("NotoSansSC-Bold-", "B")
    svg = re.sub(r'(<use [^>]*?) transform="translate\(([-\d.]+) 0\)"/>', r'\1 x="\2"/>', svg)
    svg = re.sub(r"translate\(([^)]*)\)", lambda m: f"translate({_rounded(m[1])})", svg)
    svg = re.sub(r' ([xy])="([-\d.]+)"', lambda m: f' {m[1]}="{_rounded(m[2])}"', svg)
    svg = re.sub(r' style="([^"]*)"', lambda m: ' style="' + m[1].replace(": ", ":").replace("; ", ";") + '"', svg)
    svg = re.sub(r">\s+<", "><", svg)
    while True:
        fewer = re.sub(r"<g/>|<g></g>|<defs/>|<defs></defs>", "", svg)
        if fewer == svg:
            return svg.strip() + "\n"
        svg = fewer


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
    out: list[str] = []
    last = ""
    parts = _STEP.findall(data)
    for (command, rest), (following, _) in zip(parts, [*parts[1:], ("", "")], strict=True):
        if command == "z":
            x, y, last = start_x, start_y, "z"
            out.append("z")
            continue
        grid = [round(float(number) * scale * unit) for number in rest.split()]
        steps = [value - (y if place % 2 else x) for place, value in enumerate(grid)]
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
        numbers = [_short_number(step / unit, digits) if digits else str(step) for step in steps]
        # A repeated letter is left out, except after a move, which would turn into a line.
        words = "" if letter == last and letter != "m" else letter
        for number in numbers:
            words += number if number[0] == "-" or words[-1:] in ("m", "l", "q", "c", "h", "v") else f" {number}"
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


def _boxes(figure: Figure) -> list[tuple[Text, Bbox]]:
    """Texts with what they cover, in pixels, less the air that a line of type has above and below."""
    figure.draw_without_rendering()
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    boxes = []
    for text in _texts(figure):
        box = text.get_window_extent(renderer)
        air = min(0.12 * float(text.get_fontsize()) * figure.dpi / 72, box.height / 4)
        boxes.append((text, Bbox.from_extents(box.x0, box.y0 + air, box.x1, box.y1 - air)))
    return boxes


def _covers(one: Bbox, other: Bbox, slack: float = 1.0) -> bool:
    """Whether two boxes share more than `slack` pixels in both directions."""
    across = min(one.x1, other.x1) - max(one.x0, other.x0)
    up = min(one.y1, other.y1) - max(one.y0, other.y0)
    return across > slack and up > slack


def _short(text: Text) -> str:
    words = " ".join(text.get_text().split())
    return f"'{words[:24]}…'" if len(words) > 25 else f"'{words}'"


def problems(figure: Figure) -> list[str]:
    """What keeps a reader from reading `figure`, one phrase each: unlabelled ticks, text outside, text over text."""
    found = []
    boxes = _boxes(figure)
    for number, axes in enumerate(figure.axes, 1):
        for name, labels in _tick_labels(axes).items():
            label = axes.get_xlabel() if name == "x" else axes.get_ylabel()
            if labels and not label.strip() and name not in getattr(axes, SELF_EXPLAINING, set()):
                cure = "set one, or mark it with self_explaining"
                found.append(f"the {name} axis of axes {number} has ticks and no label ({cure})")
    edge = figure.bbox
    for text, box in boxes:
        if box.x0 < edge.x0 - 1 or box.y0 < edge.y0 - 1 or box.x1 > edge.x1 + 1 or box.y1 > edge.y1 + 1:
            found.append(f"the text {_short(text)} leaves the figure")
    for (text, box), (other, other_box) in combinations(boxes, 2):
        straight = text.get_rotation() % 90 == 0 and other.get_rotation() % 90 == 0
        # Boxes of slanted text overlap where the text does not.
        if straight and _covers(box, other_box):
            found.append(f"the texts {_short(text)} and {_short(other)} overlap")
    return found


def _nudge(figure: Figure, rounds: int = 40) -> None:
    """Push labels marked `movable` up or down, a little at a time, until none covers another text."""
    if not any(getattr(text, "_may_move", False) for text in _texts(figure)):
        return
    for _ in range(rounds):
        boxes = _boxes(figure)
        shift: dict[Text, float] = {}
        for (text, box), (other, other_box) in combinations(boxes, 2):
            if not _covers(box, other_box, 0.5):
                continue
            up = 1.0 if box.y0 + box.y1 >= other_box.y0 + other_box.y1 else -1.0
            step = 0.5 * (min(box.y1, other_box.y1) - max(box.y0, other_box.y0)) + 0.5
            for target, direction in ((text, up), (other, -up)):
                if getattr(target, "_may_move", False):
                    shift[target] = shift.get(target, 0.0) + direction * step
        if not shift:
            return
        for text, pixels in shift.items():
            transform = text.get_transform()
            x, y = transform.transform(text.get_position())
            text.set_position(tuple(transform.inverted().transform((x, y + pixels))))
