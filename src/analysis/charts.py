"""Charts for reports: each says its finding in the title, can be read in grey print, and goes out through `save_chart`.

Every chart function takes a tidy table and words that are already in the reader's language, and returns a matplotlib
`Figure`; `save_chart` checks it and turns it into a `Chart` that a notebook shows as SVG with alternative text:

    save_chart(dot_plot(table, "city", "share", title="…", axis="…"), alt="…", caption="…", note="…")

What all chart functions share: `title` (the finding), `subtitle` (measure, unit, period), `note` (source, edition,
n), `axis` (label of the value axis), `names` (key in the table → words; a key without a name stands as it is), `empty`
(what a chart without data says). Sizes are in inches, text in points; widths of labels are measured before anything is
drawn, so that margins fit the words of either language.
"""

from __future__ import annotations

import functools
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import combinations
from typing import Any, ParamSpec, TypeVar

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.textpath import text_to_path
from matplotlib.ticker import FuncFormatter, MaxNLocator
from matplotlib.transforms import Bbox, blended_transform_factory

from analysis import fonts, schema

# Okabe & Ito (2008), Color Universal Design, in an order that keeps neighbours apart; yellow is too pale on paper.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "h")
# Shapes of one nominal size differ in area; these factors make them look alike.
_AREA = {"^": 1.2, "v": 1.2, "D": 0.88, "s": 0.92, "P": 1.15, "X": 1.15, "h": 1.08}
INK, GREY, RULE, PALE, PAPER = "#1a1a1a", "#595959", "#d9d9d9", "#c8c8c8", "#ffffff"
ACCENT = PALETTE[0]

# A column of A4 at full size; scaled to a telephone of 360 px a label is still 8 px high.
WIDTH = 6.4
TITLE, BODY, SMALL = 12.5, 10.0, 9.5
_FAMILY = "resource cities sans"
_LEADING = 1.34
_PAD = 0.08
_ROW = 0.27
_SELF_EXPLAINING = "_self_explaining"

Format = Callable[[float], str]
P = ParamSpec("P")
R = TypeVar("R")


def percent(value: float) -> str:
    """0.123 → `12%`."""
    return f"{100 * value:.0f}%"


def decimal(value: float) -> str:
    """12.345 → `12.3`."""
    return f"{value:,.1f}"


def integer(value: float) -> str:
    """1234.0 → `1,234`."""
    return f"{value:,.0f}"


# --- style ------------------------------------------------------------------------------------------------------


@functools.cache
def _register_fonts() -> None:
    """Give both weights one family name of our own, whatever their name tables or the system's fonts say."""
    for bold in (False, True):
        path = str(fonts.font_file(bold=bold))
        font_manager.fontManager.addfont(path)
        entry = font_manager.FontEntry(
            fname=path,
            name=_FAMILY,
            style="normal",
            variant="normal",
            weight=700 if bold else 400,
            stretch="normal",
            size="scalable",
        )
        font_manager.fontManager.ttflist.append(entry)


def rc() -> dict[str, Any]:
    """The matplotlib settings of every chart."""
    return {
        "font.family": [_FAMILY],
        "font.size": BODY,
        "text.color": INK,
        # A dollar sign in a source text is a dollar sign.
        "text.parse_math": False,
        "axes.unicode_minus": True,
        # Labels are measured as they are written to the SVG: outlines, not fitted to pixels.
        "text.hinting": "none",
        "axes.edgecolor": GREY,
        "axes.labelcolor": GREY,
        "axes.labelsize": SMALL,
        "axes.linewidth": 0.7,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "grid.color": RULE,
        "grid.linewidth": 0.6,
        "xtick.labelsize": SMALL,
        "ytick.labelsize": BODY,
        "xtick.color": GREY,
        "ytick.color": INK,
        "xtick.major.size": 3,
        "ytick.major.size": 0,
        "lines.solid_capstyle": "butt",
        "hatch.linewidth": 0.6,
        "axes.facecolor": "none",
        "figure.facecolor": PAPER,
        "savefig.facecolor": PAPER,
        "figure.dpi": 72,
        "savefig.dpi": 72,
        "svg.fonttype": "path",
        "svg.hashsalt": "resource-cities",
        "svg.image_inline": True,
    }


@contextmanager
def style() -> Iterator[None]:
    """Settings and fonts of every chart, for charts of a reader's own: `with style(): figure = …`."""
    _register_fonts()
    with mpl.rc_context({}):
        mpl.rcdefaults()
        mpl.rcParams.update(rc())  # type: ignore[arg-type]
        yield


def _styled(function: Callable[P, R]) -> Callable[P, R]:
    @functools.wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        with style():
            return function(*args, **kwargs)

    return wrapper


def city_colour(city: str, cities: Sequence[str]) -> str:
    """The colour of `city`, fixed by its place in `cities` (the registry's order, the same in all charts)."""
    return PALETTE[list(cities).index(city) % len(PALETTE)]


def city_marker(city: str, cities: Sequence[str]) -> str:
    """The marker of `city`; colour and marker together tell 56 cities apart, either alone seven."""
    return MARKERS[list(cities).index(city) % len(MARKERS)]


# --- the one way out --------------------------------------------------------------------------------------------


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
            text.set_text(_half_width(text.get_text()))
            # Labels that were added outside `style` came with matplotlib's own font, which has no Chinese.
            text.set_fontfamily(_FAMILY)
        _check_glyphs([text.get_text() for text in figure.findobj(Text)])
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


def _check_glyphs(texts: Iterable[str]) -> None:
    missing = fonts.missing_glyphs("".join(texts).replace("\n", ""))
    if missing:
        named = ", ".join(f"{character} (U+{ord(character):04X})" for character in missing)
        raise ValueError(f"chart cannot be read: the font has no glyph for {named}; replace these characters")


def self_explaining(axes: Axes, *which: str) -> None:
    """Mark axes (`x`, `y`) whose ticks need no label because they are names."""
    setattr(axes, _SELF_EXPLAINING, {*getattr(axes, _SELF_EXPLAINING, set()), *which})


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
            if labels and not label.strip() and name not in getattr(axes, _SELF_EXPLAINING, set()):
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


# --- words on a page --------------------------------------------------------------------------------------------

_NO_START = "，。、；：？！”’）》」』】〉…·%％,.;:?!)]}"
_NO_END = "“‘（《「『【〈([{"
_TOKEN = re.compile(r"[^\s\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]+|\s+|.", re.S)


def _half_width(text: str) -> str:
    """`text` with straight quotes where Latin letters want narrow ones: the font draws ’ and “ as wide as a Han."""
    text = re.sub(r"(?<=[A-Za-z0-9])’", "'", text)
    return text if re.search(r"[\u2e80-\u9fff]", text) else text.translate(str.maketrans("‘’“”", "''\"\""))


@functools.lru_cache(maxsize=4096)
def text_width(text: str, size: float = BODY, bold: bool = False) -> float:
    """Width of one line of text in inches."""
    _register_fonts()
    text = _half_width(text)
    # `save_chart` refuses what the font lacks; measuring it must not warn about it.
    for character in fonts.missing_glyphs(text):
        text = text.replace(character, "?")
    face = font_manager.FontProperties(family=_FAMILY, weight="bold" if bold else "normal", size=size)
    with mpl.rc_context({"text.parse_math": False}):
        return float(text_to_path.get_text_width_height_descent(text, face, ismath=False)[0]) / 72


def wrap(text: str, width: float, size: float = BODY, bold: bool = False, *, even: bool = False) -> str:
    """`text` in lines of at most `width` inches: broken at spaces and between Han characters, never before a closing
    mark or after an opening one. A word wider than a line stands in a line of its own. `even`: as many lines, but of
    like length."""
    best = _wrapped(text, width, size, bold)
    step = 0.5 * size / 72
    while even and "\n" in best and width > step:
        width -= step
        tighter = _wrapped(text, width, size, bold)
        wide = max(text_width(line, size, bold) for line in tighter.split("\n"))
        if tighter.count("\n") > best.count("\n") or wide > width:
            break
        best = tighter
    return best


def _wrapped(text: str, width: float, size: float, bold: bool) -> str:
    lines = []
    for paragraph in _half_width(text).split("\n"):
        line = ""
        for token in _clusters(_TOKEN.findall(paragraph)):
            if line and text_width((line + token).rstrip(), size, bold) > width:
                lines.append(line.rstrip())
                line = ""
            line += token if line or not token.isspace() else ""
        lines.append(line.rstrip())
    return "\n".join(lines)


def _clusters(tokens: list[str]) -> list[str]:
    """Tokens with closing marks joined to what they close and opening marks to what they open."""
    joined: list[str] = []
    for token in tokens:
        if joined and (token[0] in _NO_START or joined[-1][-1] in _NO_END):
            joined[-1] += token
        else:
            joined.append(token)
    return joined


def _height(text: str, size: float) -> float:
    """Height of wrapped text in inches."""
    return (text.count("\n") + 1) * size * _LEADING / 72 if text else 0.0


@dataclass
class _Page:
    """A figure with its head and foot set; the body lies between, measured in inches from the lower left corner."""

    figure: Figure
    width: float
    height: float
    top: float
    bottom: float

    def axes(self, left: float, bottom: float, width: float, height: float, **kwargs: Any) -> Axes:
        box = (left / self.width, bottom / self.height, width / self.width, height / self.height)
        return self.figure.add_axes(box, **kwargs)

    def text(self, x: float, y: float, words: str, **kwargs: Any) -> Text:
        return self.figure.text(x / self.width, y / self.height, words, **kwargs)


def _page(title: str, subtitle: str, note: str, body: float, width: float = WIDTH) -> _Page:
    """A figure whose middle has `body` inches of height, with the finding above and the source below."""
    room = width - 2 * _PAD
    parts = [
        (wrap(title, room, TITLE, True, even=True), TITLE, {"fontweight": "bold", "color": INK}, 0.03),
        (wrap(subtitle, room, SMALL), SMALL, {"color": GREY}, 0.0),
    ]
    foot = wrap(note, room, SMALL)
    head = sum(_height(words, size) + gap for words, size, _, gap in parts if words)
    height = _PAD + head + 0.1 + body + (_height(foot, SMALL) + 0.08 if foot else 0.0) + _PAD
    figure = Figure(figsize=(width, height))
    FigureCanvasAgg(figure)
    page = _Page(figure, width, height, 0.0, 0.0)
    y = height - _PAD
    for words, size, kind, gap in parts:
        if words:
            page.text(_PAD, y, words, va="top", linespacing=1.28, fontsize=size, **kind)
            y -= _height(words, size) + gap
    if foot:
        page.text(_PAD, _PAD, foot, va="bottom", fontsize=SMALL, color=GREY, linespacing=1.28)
    page.top = y - 0.1
    page.bottom = page.top - body
    return page


def _empty_chart(title: str, subtitle: str, note: str, empty: str) -> Figure:
    """A small figure that says that there is nothing to show."""
    page = _page(title, subtitle, note, 0.6)
    page.text(WIDTH / 2, page.bottom + 0.3, empty, ha="center", va="center", color=GREY)
    return page.figure


@dataclass(frozen=True)
class _KeyItem:
    words: str
    colour: str
    marker: str = "s"
    face: str | None = None


def _key_lines(items: Sequence[_KeyItem], room: float) -> list[list[_KeyItem]]:
    lines: list[list[_KeyItem]] = [[]]
    used = 0.0
    for item in items:
        wide = 0.2 + text_width(item.words, SMALL) + 0.2
        if lines[-1] and used + wide > room:
            lines.append([])
            used = 0.0
        lines[-1].append(item)
        used += wide
    return lines


def _key_height(items: Sequence[_KeyItem], room: float) -> float:
    return 0.24 * len(_key_lines(items, room)) + 0.04 if items else 0.0


def _draw_key(page: _Page, left: float, top: float, items: Sequence[_KeyItem], room: float) -> None:
    """Marks with their names in a line over the plot, in the order in which they are drawn."""
    for number, line in enumerate(_key_lines(items, room)):
        x, y = left, top - 0.24 * number - 0.12
        for item in line:
            mark = Line2D(
                [(x + 0.07) / page.width],
                [y / page.height],
                linestyle="none",
                marker=item.marker,
                markersize=6.5 * _AREA.get(item.marker, 1.0),
                markerfacecolor=item.colour if item.face is None else item.face,
                markeredgecolor=item.colour,
                markeredgewidth=1.2,
                transform=page.figure.transFigure,
            )
            page.figure.add_artist(mark)
            page.text(x + 0.2, y, item.words, va="center_baseline", fontsize=SMALL, color=INK)
            x += 0.2 + text_width(item.words, SMALL) + 0.2


# --- parts of plots ---------------------------------------------------------------------------------------------


def _name(key: Any, names: Mapping[str, str] | None) -> str:
    return str((names or {}).get(str(key), key))


def _with(cities: Sequence[str] | None, keys: Sequence[str]) -> list[str]:
    """`cities` and after them the keys that are not among them: the order that fixes colours and markers."""
    known = list(cities or ())
    return [*known, *(key for key in keys if key not in known)]


def _limit(values: Iterable[float], floor: float = 0.0) -> float:
    """Upper end of a value axis that begins at 0."""
    known = [v for v in values if np.isfinite(v)]
    return max([*known, floor]) * 1.06 or 1.0


def _row_labels(labels: Sequence[str], most: float) -> tuple[list[str], float, float]:
    """Labels wrapped to at most `most` inches, the width that they need and the height of the tallest."""
    wrapped = [wrap(label, most, even=True) for label in labels]
    wide = max((text_width(line) for label in wrapped for line in label.split("\n")), default=0.0)
    lines = max((label.count("\n") + 1 for label in wrapped), default=1)
    return wrapped, wide, lines * BODY * 1.2 / 72


def _rows(axes: Axes, labels: Sequence[str]) -> None:
    """Rows from top to bottom with their names at the left, nothing else on the y axis."""
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.set_yticks(range(len(labels)), labels, linespacing=1.1)
    axes.tick_params(axis="y", length=0, pad=6)
    axes.spines["left"].set_visible(False)
    self_explaining(axes, "y")


def _value_axis(axes: Axes, limit: float, label: str, form: Format, ticks: int = 5, whole: bool = False) -> None:
    axes.set_xlim(0, limit)
    axes.xaxis.set_major_locator(MaxNLocator(ticks, integer=whole, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: form(value)))
    axes.grid(axis="x")
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(axis="x", length=0, pad=3)
    axes.axvline(0, color=INK, linewidth=0.9, zorder=1.5, clip_on=False)
    if label:
        axes.set_xlabel(label, loc="left", labelpad=4)


def _tick_format(form: Format) -> Format:
    """How ticks are written beside values in `form`: with all the digits that a tick has, for it is never rounded."""
    if form not in (percent, decimal, integer):
        return form
    scale, unit = (100, "%") if form is percent else (1, "")
    return lambda value: f"{scale * value:,.6f}".rstrip("0").rstrip(".") + unit


def _dot(
    axes: Axes,
    x: float,
    y: float,
    low: float,
    high: float,
    colour: str,
    marker: str,
    size: float = 7.0,
    hollow: bool = False,
) -> None:
    """One value with its interval, if it has one."""
    if np.isfinite(low) and np.isfinite(high):
        axes.plot([low, high], [y, y], color=colour, linewidth=1.5, zorder=2)
    if np.isfinite(x):
        axes.plot(
            [x],
            [y],
            marker=marker,
            markersize=size * _AREA.get(marker, 1.0),
            markerfacecolor=PAPER if hollow else colour,
            markeredgecolor=colour if hollow else PAPER,
            markeredgewidth=1.4 if hollow else 0.8,
            linestyle="none",
            zorder=3,
            clip_on=False,
        )


@dataclass(frozen=True)
class _Column:
    """A column of printed numbers at the right of a plot."""

    head: str
    cells: list[str]
    # Look of the mark before the head, where the column stands for one.
    mark: Mapping[str, Any] | None = None

    @property
    def width(self) -> float:
        head = max(text_width(line, SMALL) for line in self.head.split("\n"))
        head += 0.16 if self.mark else 0.0
        return max([head, *(text_width(cell, SMALL) for cell in self.cells)]) + 0.18


def _columns(
    data: pd.DataFrame, columns: Mapping[str, str] | None, form: Mapping[str, Format] | None = None
) -> list[_Column]:
    """Printed columns for `columns` (name in the table → words over the column)."""
    printed = []
    for name, head in (columns or {}).items():
        show = (form or {}).get(name)
        cells = []
        for value in data[name]:
            number = not isinstance(value, str)
            if pd.isna(value):
                cells.append("–")
            else:
                cells.append(show(float(value)) if show and number else integer(float(value)) if number else value)
        printed.append(_Column(wrap(head, 1.0, SMALL, even=True), cells))
    return printed


def _draw_columns(page: _Page, axes: Axes, columns: Sequence[_Column], right: float) -> None:
    """Columns flush right, the last one ending `right` inches from the left edge; heads above the first row."""
    box = axes.get_position()
    across = blended_transform_factory(page.figure.transFigure, axes.transData)
    x = right
    for column in reversed(columns):
        for row, cell in enumerate(column.cells):
            axes.text(
                x / page.width, row, cell, transform=across, ha="right", va="center_baseline", fontsize=SMALL, color=INK
            )
        y = box.y1 * page.height + 0.09
        page.text(x, y, column.head, ha="right", va="baseline", fontsize=SMALL, color=GREY, linespacing=1.1)
        if column.mark:
            wide = max(text_width(line, SMALL) for line in column.head.split("\n"))
            spot = ((x - wide - 0.15) / page.width, y / page.height)
            square = Rectangle(
                spot, 0.1 / page.width, 0.1 / page.height, transform=page.figure.transFigure, **column.mark
            )
            page.figure.add_artist(square)
        x -= column.width


def _columns_height(columns: Sequence[_Column]) -> float:
    return max((_height(column.head, SMALL) for column in columns), default=0.0)


def _axis_height(label: str) -> float:
    return 0.28 + (_height(label, SMALL) if label else 0.0)


def _sorted(data: pd.DataFrame, value: str, label: str, sort: bool) -> pd.DataFrame:
    """Rows with a value, greatest first, ties by name; those without a value last."""
    if not sort:
        return data.reset_index(drop=True)
    named = data.assign(_value=data[value].astype(float), _label=data[label].astype(str))
    ordered = named.sort_values(["_value", "_label"], ascending=[False, True], kind="stable", na_position="last")
    return ordered.drop(columns=["_value", "_label"]).reset_index(drop=True)


def _numbers(data: pd.DataFrame, column: str | None) -> np.ndarray:
    if column is None or column not in data:
        return np.full(len(data), np.nan)
    return data[column].astype(float).to_numpy()


# --- charts -----------------------------------------------------------------------------------------------------


@_styled
def dot_plot(
    data: pd.DataFrame,
    label: str,
    value: str,
    low: str | None = None,
    high: str | None = None,
    *,
    title: str,
    subtitle: str = "",
    note: str = "",
    axis: str = "",
    names: Mapping[str, str] | None = None,
    columns: Mapping[str, str] | None = None,
    column_formats: Mapping[str, Format] | None = None,
    cities: Sequence[str] | None = None,
    colour: str = ACCENT,
    form: Format = percent,
    sort: bool = True,
    empty: str = "–",
) -> Figure:
    """One dot a row with its interval, greatest first, from 0.

    In: `data` with one row for each `label`, `value` and, if named, `low` and `high` (missing: no interval). `columns`
    (name → words) are printed at the right. With `cities`, each row takes its city's colour and marker, else `colour`.
    """
    shown = data[data[value].notna()]
    if shown.empty:
        return _empty_chart(title, subtitle, note, empty)
    shown = _sorted(shown, value, label, sort)
    labels, left, tall = _row_labels([_name(key, names) for key in shown[label]], 2.3)
    printed = _columns(shown, columns, column_formats)
    row = max(_ROW, tall + 0.06)
    heads = _columns_height(printed)
    left += 0.2 + _PAD
    room = WIDTH - left - _PAD - sum(column.width for column in printed) - 0.12
    axis = wrap(axis, WIDTH - left - _PAD, SMALL)
    foot = _axis_height(axis)
    page = _page(title, subtitle, note, heads + 0.06 + row * len(shown) + foot)
    axes = page.axes(left, page.bottom + foot, room, row * len(shown))
    x, a, b = _numbers(shown, value), _numbers(shown, low), _numbers(shown, high)
    limit = _limit([*x, *b])
    _rows(axes, labels)
    _value_axis(axes, limit, axis, _tick_format(form))
    for number, key in enumerate(shown[label].astype(str)):
        own = cities is not None and key in cities
        ink = city_colour(key, cities) if own and cities else colour
        shape = city_marker(key, cities) if own and cities else "o"
        _dot(axes, x[number], number, a[number], b[number], ink, shape)
    _draw_columns(page, axes, printed, WIDTH - _PAD)
    return page.figure


def density_chart(
    profile: pd.DataFrame,
    *,
    by: str = "city",
    title: str,
    subtitle: str = "",
    note: str = "",
    axis: str = "",
    names: Mapping[str, str] | None = None,
    columns: Mapping[str, str] | None = None,
    cities: Sequence[str] | None = None,
    empty: str = "–",
) -> Figure:
    """Figures per 1,000 characters of each group with intervals (in: `compare.figure_profile`)."""
    return dot_plot(
        profile,
        by,
        "per_1000",
        "low",
        "high",
        title=title,
        subtitle=subtitle,
        note=note,
        axis=axis,
        names=names,
        columns=columns,
        cities=cities,
        form=decimal,
        empty=empty,
    )


def theme_chart(
    shares: pd.DataFrame,
    *,
    title: str,
    subtitle: str = "",
    note: str = "",
    axis: str = "",
    names: Mapping[str, str] | None = None,
    columns: Mapping[str, str] | None = None,
    colour: str = ACCENT,
    empty: str = "–",
) -> Figure:
    """Share of each theme in one city's coded sentences with intervals, greatest first.

    In: the rows of one group of `compare.theme_shares` (code, share, low, high), joined with whatever `columns` name,
    such as sentences or the figures of the theme, which are printed at the right.
    """
    return dot_plot(
        shares,
        "code",
        "share",
        "low",
        "high",
        title=title,
        subtitle=subtitle,
        note=note,
        axis=axis,
        names=names,
        columns=columns,
        colour=colour,
        empty=empty,
    )


@_styled
def theme_comparison(
    shares: pd.DataFrame,
    *,
    by: str = "city",
    title: str,
    subtitle: str = "",
    note: str = "",
    axis: str = "",
    names: Mapping[str, str] | None = None,
    cities: Sequence[str] | None = None,
    most: int = 5,
    empty: str = "–",
) -> Figure:
    """Shares of themes in several groups, themes in order of their mean share.

    In: `compare.theme_shares` (`by`, code, share, low, high). Up to `most` groups: one row a theme, one marker a group
    with its interval. More: a heat map with the percentages in the cells, like groups beside each other. `cities` fixes
    order, colours and markers.
    """
    shown = shares[shares["share"].notna()]
    if shown.empty:
        return _empty_chart(title, subtitle, note, empty)
    groups = [str(group) for group in shown[by].unique()]
    order = _with(cities, groups)
    groups.sort(key=order.index)
    table = shown.assign(**{by: shown[by].astype(str), "code": shown["code"].astype(str)})
    table = table.pivot_table(index="code", columns=by, values=["share", "low", "high"], dropna=False, sort=False)
    table = table.reindex(columns=pd.MultiIndex.from_product([["share", "low", "high"], groups]))
    share = pd.DataFrame(table["share"]).fillna(0.0)
    codes = list(share.mean(axis=1).sort_values(ascending=False, kind="stable").index)
    table, share = table.loc[codes], share.loc[codes]
    if len(groups) > most:
        return _heat_map(share.T, title, subtitle, note, axis, names)
    labels, left, tall = _row_labels([_name(code, names) for code in codes], 2.0)
    row = max(tall + 0.06, 0.105 * len(groups) + 0.12)
    left += 0.2 + _PAD
    room = WIDTH - left - _PAD - 0.12
    keys = [_KeyItem(_name(g, names), city_colour(g, order), city_marker(g, order)) for g in groups]
    key = _key_height(keys, room)
    axis = wrap(axis, room, SMALL)
    foot = _axis_height(axis)
    page = _page(title, subtitle, note, key + row * len(codes) + foot)
    _draw_key(page, left, page.top, keys, room)
    axes = page.axes(left, page.bottom + foot, room, row * len(codes))
    _rows(axes, labels)
    limit = _limit(table[["share", "high"]].to_numpy(dtype=float).ravel())
    _value_axis(axes, limit, axis, _tick_format(percent), ticks=6)
    offsets = (np.arange(len(groups)) - (len(groups) - 1) / 2) * 0.105 / row
    for number in range(len(codes)):
        if number % 2:
            axes.axhspan(number - 0.5, number + 0.5, color="#f4f4f4", zorder=0, linewidth=0)
        for group, offset in zip(groups, offsets, strict=True):
            x, a, b = (float(table.iloc[number][(part, group)]) for part in ("share", "low", "high"))
            _dot(axes, x, number + offset, a, b, city_colour(group, order), city_marker(group, order), size=5.5)
    return page.figure


def _like_beside_like(matrix: np.ndarray) -> np.ndarray:
    """Order of rows along the first principal axis of `matrix`, so that like rows stand beside each other."""
    centred = matrix - matrix.mean(axis=0)
    left, size, _ = np.linalg.svd(centred, full_matrices=False)
    place = np.round(left[:, 0] * size[0], 9)
    # The axis has no direction of its own: let the row with the greatest first share stand at the top.
    if place[int(np.argmax(matrix[:, 0]))] > 0:
        place = -place
    return np.argsort(place, kind="stable")


def _heat_map(
    share: pd.DataFrame, title: str, subtitle: str, note: str, axis: str, names: Mapping[str, str] | None
) -> Figure:
    """Groups × themes with the percentage in each cell; darker is more."""
    import seaborn  # here, since no other chart needs it and it is slow to import

    share = share.iloc[_like_beside_like(share.to_numpy())]
    labels, left, tall = _row_labels([_name(group, names) for group in share.index], 1.6)
    heads = [_name(code, names) for code in share.columns]
    row = max(0.26, tall + 0.04)
    left += 0.2 + _PAD
    cell = (WIDTH - left - _PAD) / len(heads)
    wrapped = [wrap(head, cell - 0.06, SMALL, even=True) for head in heads]
    level = all(text_width(line, SMALL) <= cell - 0.04 for head in wrapped for line in head.split("\n"))
    slant = 40.0
    if level:
        top, right = max(_height(head, SMALL) for head in wrapped) + 0.04, 0.0
    else:
        top = max(text_width(head, SMALL) for head in heads) * np.sin(np.radians(slant)) + 0.22
        reach = [text_width(head, SMALL) * np.cos(np.radians(slant)) for head in heads]
        over = [wide - cell * (len(heads) - n - 0.5) for n, wide in enumerate(reach)]
        right = max(0.0, *over)
        cell = (WIDTH - left - _PAD - right) / len(heads)
    axis = wrap(axis, WIDTH - 2 * _PAD, SMALL)
    foot = _height(axis, SMALL) + 0.08 if axis else 0.04
    page = _page(title, subtitle, note, top + row * len(share) + foot)
    axes = page.axes(left, page.bottom + foot, cell * len(heads), row * len(share))
    _rows(axes, labels)
    axes.set_xlim(-0.5, len(heads) - 0.5)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    values = share.to_numpy(dtype=float)
    shades = seaborn.blend_palette(["#ffffff", "#a9cfe5", "#3f8fc0", "#00456b"], as_cmap=True)
    most = max(values.max(), 1e-9)
    for y, line in enumerate(values):
        for x, number in enumerate(line):
            colour = shades(number / most)
            axes.add_patch(Rectangle((x - 0.5, y - 0.5), 1, 1, facecolor=colour, edgecolor=PAPER, linewidth=0.8))
            bright = 0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2]
            ink = PAPER if bright < 0.5 else INK if number >= 0.005 else GREY
            axes.text(x, y, f"{100 * number:.0f}", ha="center", va="center_baseline", fontsize=SMALL, color=ink)
    for x, head in enumerate(wrapped if level else heads):
        turn: dict[str, Any] = (
            {"ha": "center", "linespacing": 1.1}
            if level
            else {"ha": "left", "rotation": slant, "rotation_mode": "anchor"}
        )
        axes.text(x if level else x - 0.15, -0.5 - 0.05 / row, head, va="bottom", fontsize=SMALL, color=INK, **turn)
    if axis:
        page.text(left, page.bottom, axis, va="bottom", fontsize=SMALL, color=GREY, linespacing=1.1)
    return page.figure


@_styled
def profile_comparison(
    profile: pd.DataFrame,
    panels: Mapping[str, str],
    *,
    by: str = "city",
    title: str,
    subtitle: str = "",
    note: str = "",
    names: Mapping[str, str] | None = None,
    cities: Sequence[str] | None = None,
    sort: bool = True,
    empty: str = "–",
) -> Figure:
    """Small multiples of dot plots with one order of groups, that of the first panel's values.

    In: `compare.figure_profile`; `panels` maps value columns to their words: `{"per_1000": "…", "planned_share": "…",
    "dated_share": "…"}`. Intervals are the columns `low`/`high` for per_1000, `planned_low`/`planned_high` for
    planned_share, and so on. Shares have one scale, from 0.
    """
    first = next(iter(panels))
    shown = profile[profile[list(panels)].notna().any(axis=1)]
    if shown.empty:
        return _empty_chart(title, subtitle, note, empty)
    order = _with(cities, [str(key) for key in shown[by]])
    shown = _sorted(shown, first, by, sort)
    keys = [str(key) for key in shown[by]]
    labels, left, tall = _row_labels([_name(key, names) for key in keys], 1.8)
    row = max(_ROW, tall + 0.06)
    left += 0.2 + _PAD
    gap = 0.42
    room = (WIDTH - left - _PAD - 0.15 - gap * (len(panels) - 1)) / len(panels)
    heads = {column: wrap(words, room, SMALL) for column, words in panels.items()}
    foot = max(_axis_height(head) for head in heads.values())
    page = _page(title, subtitle, note, row * len(shown) + foot)
    ends = {c: tuple(c.replace("share", end) if "share" in c else end for end in ("low", "high")) for c in panels}
    shared = [v for c in panels if "share" in c for v in (*_numbers(shown, c), *_numbers(shown, ends[c][1]))]
    for number, column in enumerate(panels):
        axes = page.axes(left + number * (room + gap), page.bottom + foot, room, row * len(shown))
        x, a, b = (_numbers(shown, c) for c in (column, *ends[column]))
        share = "share" in column
        limit = _limit(shared if share else [*x, *b])
        _rows(axes, labels if number == 0 else [""] * len(labels))
        _value_axis(axes, limit, heads[column], _tick_format(percent if share else decimal), ticks=4)
        for y, key in enumerate(keys):
            _dot(axes, x[y], y, a[y], b[y], city_colour(key, order), city_marker(key, order))
    return page.figure


@_styled
def status_bars(
    counts: pd.DataFrame,
    *,
    label: str = "theme",
    title: str,
    subtitle: str = "",
    note: str = "",
    axis: str = "",
    names: Mapping[str, str] | None = None,
    colour: str = ACCENT,
    sort: bool = True,
    empty: str = "–",
) -> Figure:
    """Figures by theme: achieved filled, planned hollow, neither told pale, on one line, numbers at the right.

    In: `compare.theme_figures` of one group (`label`, achieved, planned, undetermined); `names` also holds words for
    achieved, planned and undetermined. Themes without a figure are left out.
    """
    statuses = ["achieved", "planned", "undetermined"]
    shown = counts[counts[statuses].sum(axis=1) > 0]
    if shown.empty:
        return _empty_chart(title, subtitle, note, empty)
    shown = _sorted(shown.assign(_all=shown[statuses].sum(axis=1)), "_all", label, sort)
    statuses = [status for status in statuses if shown[status].sum() > 0 or status != "undetermined"]
    labels, left, tall = _row_labels([_name(key, names) for key in shown[label]], 2.3)
    looks = {status: _status_look(status, colour) for status in statuses}
    cells = {status: [integer(float(count)) for count in shown[status]] for status in statuses}
    printed = [_Column(wrap(_name(s, names), 0.8, SMALL), cells[s], looks[s]) for s in statuses]
    row = max(_ROW, tall + 0.06)
    left += 0.2 + _PAD
    room = WIDTH - left - _PAD - sum(column.width for column in printed) - 0.12
    heads = _columns_height(printed) + 0.06
    axis = wrap(axis, WIDTH - left - _PAD, SMALL)
    foot = _axis_height(axis)
    page = _page(title, subtitle, note, heads + row * len(shown) + foot)
    axes = page.axes(left, page.bottom + foot, room, row * len(shown))
    _rows(axes, labels)
    _value_axis(axes, _limit(shown["_all"].astype(float)), axis, integer, whole=True)
    for number in range(len(shown)):
        start = 0.0
        for status in statuses:
            size = float(shown[status].iloc[number])
            if size:
                axes.barh(number, size, left=start, height=0.58, zorder=2, **looks[status])
            start += size
    _draw_columns(page, axes, printed, WIDTH - _PAD)
    return page.figure


def _status_look(status: str, colour: str) -> dict[str, Any]:
    """Achieved filled, planned hollow, else pale: form as well as colour."""
    face = {"achieved": colour, "planned": PAPER}.get(status, PALE)
    edge = GREY if status not in schema.STATUSES else colour
    return {"facecolor": face, "edgecolor": edge, "linewidth": 1.1}


# --- wording ----------------------------------------------------------------------------------------------------


@_styled
def keyness_chart(
    data: pd.DataFrame,
    *,
    by: str = "city",
    title: str,
    subtitle: str = "",
    note: str = "",
    axis: str = "",
    counts: str = "",
    value: str = "z",
    top: int | None = None,
    names: Mapping[str, str] | None = None,
    cities: Sequence[str] | None = None,
    empty: str = "–",
) -> Figure:
    """The words that set each group apart, with how often they stand here and elsewhere.

    In: `compare.keyness` (`by`, term, count, other_count, `value`). Two groups: one two-sided plot, the words of the
    first group to the left. More: one panel a group, one scale, only words that are more frequent there. Beside each
    dot stand both counts (`12 : 3`); `counts` says so in the reader's language and is set above the plot. `top` words a
    group (else 8, 5 or 3, the fewer the more groups there are).
    """
    shown = data[data[value].notna()]
    if shown.empty:
        return _empty_chart(title, subtitle, note, empty)
    groups = [str(group) for group in shown[by].unique()]
    known = _with(cities, groups)
    groups.sort(key=known.index)
    best = {}
    top = top or (8 if len(groups) <= 4 else 5 if len(groups) <= 8 else 3)
    for group in groups:
        own = shown[(shown[by].astype(str) == group) & (shown[value] > 0)]
        best[group] = own.sort_values([value, "count", "term"], ascending=[False, False, True], kind="stable").head(top)
    if not sum(len(own) for own in best.values()):
        return _empty_chart(title, subtitle, note, empty)
    looks = {group: (city_colour(group, known), city_marker(group, known)) for group in groups}
    draw = _two_sided if len(groups) == 2 else _keyness_panels
    return draw(best, looks, value, title, subtitle, note, axis, counts, names)


_Looks = Mapping[str, tuple[str, str]]


def _records(own: pd.DataFrame, value: str) -> list[tuple[str, float, str]]:
    """Term, value and both counts of each row."""
    both = [f"{a:,.0f} : {b:,.0f}" for a, b in zip(own["count"], own["other_count"], strict=True)]
    return list(zip(own["term"].astype(str), own[value].astype(float), both, strict=True))


def _two_sided(
    best: Mapping[str, pd.DataFrame],
    looks: _Looks,
    value: str,
    title: str,
    subtitle: str,
    note: str,
    axis: str,
    counts: str,
    names: Mapping[str, str] | None,
) -> Figure:
    """Words of one group left of the zero line, of the other right; each word across the line from its dot."""
    rows = [(side, *record) for side, group in enumerate(best) for record in _records(best[group], value)]
    limit = _limit([record[2] for record in rows])
    axis, counts = wrap(axis, WIDTH - 2 * _PAD, SMALL), wrap(counts, WIDTH - 2 * _PAD, SMALL)
    foot, head = _axis_height(axis), _height(counts, SMALL) + 0.3
    page = _page(title, subtitle, note, head + _ROW * len(rows) + foot)
    beside = max(text_width(record[3], SMALL) for record in rows) + 0.15
    room = WIDTH - 2 * _PAD - 2 * beside
    axes = page.axes(_PAD + beside, page.bottom + foot, room, _ROW * len(rows))
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    _value_axis(axes, limit, "", _tick_format(integer))
    axes.set_xlim(-limit, limit)
    form = _tick_format(integer)
    axes.xaxis.set_major_locator(MaxNLocator(7, steps=[1, 2, 2.5, 5, 10], symmetric=True))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: form(abs(x))))
    inch = 2 * limit / room
    for y, (side, term, x, both) in enumerate(rows):
        sign = -1.0 if side == 0 else 1.0
        group = list(best)[side]
        colour, marker = looks[group]
        axes.plot([0, sign * x], [y, y], color=colour, linewidth=1.0, zorder=2)
        _dot(axes, sign * x, y, np.nan, np.nan, colour, marker)
        away, near = ("left", "right") if sign > 0 else ("right", "left")
        axes.text(-sign * 0.08 * inch, y, term, ha=near, va="center_baseline", zorder=4)
        axes.text(sign * (x + 0.1 * inch), y, both, ha=away, va="center_baseline", fontsize=SMALL, color=GREY, zorder=4)
    if axis:
        axes.set_xlabel(axis, labelpad=4)
    zero = page.width * axes.get_position().x0 + room / 2
    level = page.bottom + foot + _ROW * len(rows) + 0.08
    for side, group in enumerate(best):
        words, (colour, marker) = _name(group, names), looks[group]
        x = zero - 0.3 if side == 0 else zero + 0.3
        page.text(x, level, words, ha="right" if side == 0 else "left", va="bottom", fontweight="bold")
        page.figure.add_artist(
            Line2D(
                [(zero - 0.15 if side == 0 else zero + 0.15) / page.width],
                [(level + 0.07) / page.height],
                marker=marker,
                color=colour,
                markersize=6.5,
                linestyle="none",
                transform=page.figure.transFigure,
            )
        )
    if counts:
        page.text(_PAD, page.top, counts, va="top", fontsize=SMALL, color=GREY)
    return page.figure


def _keyness_panels(
    best: Mapping[str, pd.DataFrame],
    looks: _Looks,
    value: str,
    title: str,
    subtitle: str,
    note: str,
    axis: str,
    counts: str,
    names: Mapping[str, str] | None,
) -> Figure:
    """A panel for each group on one scale; the value axis is named once, under the last row of panels."""
    across = min(2, len(best))
    deep = -(-len(best) // across)
    records = {group: _records(own, value) for group, own in best.items()}
    every = [record for own in records.values() for record in own]
    limit = _limit([record[1] for record in every])
    label, gap, row = 1.4, 0.28, 0.225
    terms = {record[0]: wrap(record[0], label) for record in every}
    left = max(text_width(line) for words in terms.values() for line in words.split("\n")) + 0.14
    lines = max(words.count("\n") + 1 for words in terms.values())
    row = max(row, lines * BODY * 1.2 / 72 + 0.05)
    right = max(text_width(record[2], SMALL) for record in every) + 0.2
    panel = (WIDTH - 2 * _PAD - gap * (across - 1)) / across
    most = max(len(own) for own in records.values())
    axis, counts = wrap(axis, WIDTH - 2 * _PAD, SMALL), wrap(counts, WIDTH - 2 * _PAD, SMALL)
    head, foot = 0.27, 0.26
    # In many rows of panels only the lowest ones carry the scale, and the rest stand closer.
    close = deep > 3
    block = head + row * most + (0.08 if close else foot + 0.06)
    top, low = _height(counts, SMALL), _height(axis, SMALL)
    page = _page(title, subtitle, note, top + block * deep + (foot if close else 0.0) + low)
    for number, (group, own) in enumerate(records.items()):
        x = _PAD + (number % across) * (panel + gap)
        y = page.top - top - (number // across) * block
        colour, marker = looks[group]
        page.figure.add_artist(
            Line2D(
                [(x + 0.07) / page.width],
                [(y - 0.14) / page.height],
                marker=marker,
                color=colour,
                markersize=6.5,
                linestyle="none",
                transform=page.figure.transFigure,
            )
        )
        page.text(x + 0.2, y - 0.14, _name(group, names), va="center_baseline", fontweight="bold")
        height = row * max(1, len(own))
        room = max(0.2, panel - left - right)
        axes = page.axes(x + left, y - head - height, room, height)
        _rows(axes, [terms[record[0]] for record in own] or [""])
        _value_axis(axes, limit, "", _tick_format(integer), ticks=3)
        if close and number + across < len(records):
            axes.tick_params(axis="x", labelbottom=False)
        self_explaining(axes, "x")
        for place, (_, z, both) in enumerate(own):
            axes.plot([0, z], [place, place], color=colour, linewidth=1.0, zorder=2)
            _dot(axes, z, place, np.nan, np.nan, colour, marker, size=6.0)
            axes.text(
                (x + panel) / page.width,
                place,
                both,
                transform=blended_transform_factory(page.figure.transFigure, axes.transData),
                ha="right",
                va="center_baseline",
                fontsize=SMALL,
                color=GREY,
            )
    if counts:
        page.text(_PAD, page.top, counts, va="top", fontsize=SMALL, color=GREY)
    if axis:
        page.text(_PAD, page.bottom, axis, va="bottom", fontsize=SMALL, color=GREY)
    return page.figure


@_styled
def word_cloud(
    frequencies: Mapping[str, float] | pd.Series,
    *,
    alt: str,
    caption: str = "",
    note: str = "",
    name: str = "",
    size: tuple[float, float] = (WIDTH, 3.0),
    top: int = 70,
    separator: str = ", ",
    empty: str = "–",
) -> Chart:
    """The most frequent words, larger where more frequent: a way in, to stand beside the table it is made from.

    In: word → frequency; `size` in inches. `{words}` in `alt` becomes the eight most frequent words joined by
    `separator`; an `alt` that does not name the most frequent word gets them at its end. Out: a Chart with a PNG of two
    pixels to a CSS pixel. The same words give the same bytes.
    """
    from wordcloud import WordCloud

    known = {str(word): float(count) for word, count in dict(frequencies).items() if float(count) > 0}
    ranked = sorted(known, key=lambda word: (-known[word], word))[:top]
    words = separator.join(ranked[:8])
    if not alt.strip():
        raise ValueError("chart without alternative text: pass alt= with what the cloud is made from")
    if "{words}" not in alt and ranked and ranked[0] not in alt:
        alt = f"{alt.rstrip()} {{words}}"
    alt = alt.replace("{words}", words).strip()
    if not ranked:
        figure = _empty_chart("", "", "", empty)
        return save_chart(figure, alt=alt, caption=caption, note=note, name=name)
    _check_glyphs(ranked)
    width, height = (round(side * 96) for side in size)
    shade = {word: ACCENT if rank < 8 else INK if rank < 24 else "#6b6b6b" for rank, word in enumerate(ranked)}
    cloud = WordCloud(
        font_path=str(fonts.font_file(bold=True)),
        width=2 * width,
        height=2 * height,
        background_color=PAPER,
        prefer_horizontal=1.0,
        relative_scaling=0.5,
        min_font_size=22,
        max_font_size=height // 2,
        margin=10,
        random_state=1,
        color_func=lambda word, **_: shade[word],
    ).generate_from_frequencies({word: known[word] for word in ranked})
    buffer = io.BytesIO()
    # 64 shades are enough for three colours with smooth edges and make the file a third of the size.
    cloud.to_image().quantize(64).save(buffer, format="PNG", optimize=True)
    return Chart(alt=alt, png=buffer.getvalue(), caption=caption, note=note, name=name, width=width, height=height)


# --- time -------------------------------------------------------------------------------------------------------


def _moment(date: str) -> float | None:
    """`2024-09-27`, `2024-09` or `2024` on an axis on which a year's number is its middle."""
    found = re.match(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?", date)
    if not found:
        return None
    year, month, day = int(found[1]), int(found[2] or 7), int(found[3] or (15 if found[2] else 1))
    return year - 0.5 + (month - 1) / 12 + (day - 1) / 365


@_styled
def timeline_chart(
    data: pd.DataFrame,
    *,
    title: str,
    subtitle: str = "",
    note: str = "",
    axis: str = "",
    dates: Mapping[str, str] | None = None,
    date_label: str = "",
    names: Mapping[str, str] | None = None,
    colours: Mapping[str, str] | None = None,
    most_spans: int | None = None,
    more: str = "",
    empty: str = "–",
) -> Figure:
    """Which years the figures speak of: bars for single years, lines for spans; achieved filled, planned hollow.

    In: `compare.timeline` of one or more documents. `dates` (document → ISO date) marks when each text was spoken, with
    `date_label` beside it; `names` holds words for documents and statuses (achieved, planned, undetermined); `colours`
    (document → colour). A span with an open end reaches to or from the text's date. At most `most_spans` lines of a
    document are drawn (12 for one document, else 4), those with most figures; `more` with `{n}` says how many are not.
    """
    known = data[data["year_from"].notna() | data["year_to"].notna()]
    if known.empty:
        return _empty_chart(title, subtitle, note, empty)
    documents = [str(document) for document in known["document"].unique()]
    most = most_spans if most_spans is not None else 12 if len(documents) == 1 else 4
    moments = {document: _moment((dates or {}).get(document, "")) for document in documents}
    marks = [m for m in moments.values() if m is not None]
    ends = pd.concat([known["year_from"], known["year_to"]]).dropna().astype(float)
    first, last = min([ends.min(), *marks]) - 0.75, max([ends.max(), *marks]) + 0.75
    tables = {document: _spread(known[known["document"].astype(str) == document]) for document in documents}
    statuses = [s for s in ("achieved", "planned", "") if any((t["status"] == s).any() for t in tables.values())]
    tallest = max((_stacks(table)["all"].max() for table in tables.values() if len(_stacks(table))), default=1.0)
    look = {document: (colours or {}).get(document, ACCENT) for document in documents}
    one = len(documents) == 1
    tint = look[documents[0]] if one else GREY
    keys = []
    for status in statuses:
        kind = _status_look(status, tint)
        keys.append(_KeyItem(_name(status or "undetermined", names), kind["edgecolor"], "s", kind["facecolor"]))
    spans = {document: _spans(table) for document, table in tables.items()}
    labels = [_span_label(*span[:2]) for rows in spans.values() for span in rows[:most]]
    left = max([text_width(label, SMALL) for label in labels], default=0.0) + 0.2 + _PAD
    right = 0.35
    room = WIDTH - left - right - _PAD
    key = _key_height(keys, room)
    axis = wrap(axis, room, SMALL)
    foot = _axis_height(axis)
    bar, step, head = (1.5 if one else 0.85), 0.19, (0.24 if marks and date_label else 0.1) + (0.0 if one else 0.26)
    rest = {d: len(spans[d]) - most if more else 0 for d in documents}
    deep = {d: step * (min(most, len(spans[d])) + (1.4 if rest[d] > 0 else 0)) + 0.04 for d in documents}
    blocks = [head + bar + deep[d] + 0.1 for d in documents]
    page = _page(title, subtitle, note, key + sum(blocks) + foot)
    _draw_key(page, left, page.top, keys, room)
    y = page.top - key
    for number, document in enumerate(documents):
        final = number == len(documents) - 1
        if not one:
            page.text(_PAD, y - 0.16, _name(document, names), va="center_baseline", fontweight="bold")
        bars = page.axes(left, y - head - bar, room, bar)
        # Bars of a short time would else be blocks: half an inch at most.
        wide = min(0.7, 0.5 * (last - first) / room)
        _draw_stacks(bars, _stacks(tables[document]), look[document], statuses, tallest, wide)
        rows = spans[document][:most]
        lines = page.axes(left, y - head - bar - deep[document], room, deep[document])
        words = more.replace("{n}", str(rest[document])) if rest[document] > 0 else ""
        _draw_spans(page, lines, rows, look[document], moments[document], (first, last), left + room + 0.25, words)
        moment = moments[document]
        for axes in (bars, lines):
            axes.set_xlim(first, last)
            if moment is not None:
                axes.axvline(moment, color=INK, linewidth=0.9, linestyle=(0, (3, 2)), zorder=1)
        if moment is not None and date_label:
            _date_label(page, bars, moment, date_label, (first, last), left, room, y - head + 0.04)
        y -= blocks[number]
        bars.spines["bottom"].set_color(RULE)
        lines.spines["bottom"].set_color(RULE)
        if final:
            lines.xaxis.set_major_locator(MaxNLocator(8 if room > 4 else 6, integer=True))
            lines.xaxis.set_major_formatter(FuncFormatter(lambda year, _: f"{year:.0f}"))
            lines.tick_params(axis="x", length=3, labelbottom=True)
            lines.set_xlabel(axis, loc="left", labelpad=3)
            if not axis:
                self_explaining(lines, "x")
        else:
            lines.set_xticks([])
    return page.figure


def _spread(table: pd.DataFrame) -> pd.DataFrame:
    """Years as floats (missing for open ends), status as text (`` where it cannot be told), figures."""
    return pd.DataFrame(
        {
            "first": table["year_from"].astype("Float64").to_numpy(dtype=float, na_value=np.nan),
            "last": table["year_to"].astype("Float64").to_numpy(dtype=float, na_value=np.nan),
            "status": table["status"].astype("string").fillna("").to_numpy(dtype=str),
            "figures": table["figures"].to_numpy(dtype=float),
        }
    )


def _stacks(table: pd.DataFrame) -> pd.DataFrame:
    """Figures by single year (index) and status, with their sum in `all`."""
    single = table[table["first"] == table["last"]]
    stacks = single.pivot_table(index="first", columns="status", values="figures", aggfunc="sum", fill_value=0.0)
    stacks["all"] = stacks.sum(axis=1)
    return stacks


def _spans(table: pd.DataFrame) -> list[tuple[float, float, str, float]]:
    """Spans of years with their status and figures: those with most figures are kept, then in order of time."""
    longer = table[~(table["first"] == table["last"])]
    counted = longer.groupby(["first", "last", "status"], dropna=False)["figures"].sum().reset_index()
    ordered = counted.sort_values(
        ["figures", "first", "last", "status"], ascending=[False, True, True, True], kind="stable"
    )
    return [tuple(row) for row in ordered.itertuples(index=False)]


def _span_label(first: float, last: float) -> str:
    start = "" if np.isnan(first) else f"{first:.0f}"
    end = "" if np.isnan(last) else f"{last:.0f}"
    return f"{start}–{end}"


def _draw_stacks(
    axes: Axes, stacks: pd.DataFrame, colour: str, statuses: Sequence[str], tallest: float, wide: float
) -> None:
    """A bar for each year, its sum above it."""
    axes.set_ylim(0, tallest * 1.22)
    axes.set_yticks([])
    axes.set_xticks([])
    axes.spines["left"].set_visible(False)
    for year, row in stacks.iterrows():
        base = 0.0
        for status in statuses:
            size = float(row.get(status, 0.0))
            if size:
                axes.bar(float(str(year)), size, bottom=base, width=wide, zorder=2, **_status_look(status, colour))
            base += size
        # The line of the text's date may pass behind the number.
        under = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.5}
        above = base + tallest * 0.04
        words: dict[str, Any] = {"ha": "center", "va": "bottom", "fontsize": SMALL, "color": INK, "bbox": under}
        movable(axes.text(float(str(year)), above, integer(base), **words))


def _draw_spans(
    page: _Page,
    axes: Axes,
    rows: list[tuple[float, float, str, float]],
    colour: str,
    moment: float | None,
    limits: tuple[float, float],
    right: float,
    more: str,
) -> None:
    """A thin line for each span with its years at the left and its figures at the right; `more` in a row below."""
    rows = sorted(rows, key=lambda row: (np.nan_to_num(row[0], nan=9999.0), np.nan_to_num(row[1], nan=9999.0), row[2]))
    axes.set_ylim(len(rows) + (0.8 if more else -0.4), -0.6)
    labels = [_span_label(*row[:2]) for row in rows]
    # Spans of the same years differ in status only and are named once.
    once = [label if place == 0 or label != labels[place - 1] else "" for place, label in enumerate(labels)]
    axes.set_yticks(range(len(rows)), once, fontsize=SMALL)
    axes.tick_params(axis="y", length=0, pad=6)
    axes.spines["left"].set_visible(False)
    self_explaining(axes, "y")
    for y, (start, end, status, figures) in enumerate(rows):
        now = moment if moment is not None else limits[1 if np.isnan(end) else 0]
        a = start - 0.4 if np.isfinite(start) else min(now, end - 0.4)
        b = end + 0.4 if np.isfinite(end) else max(now, start + 0.4)
        look = _status_look(status, colour)
        axes.plot([a, b], [y, y], color=look["edgecolor"], linewidth=1.2, zorder=2)
        for x, known in ((a, start), (b, end)):
            if np.isfinite(known):
                axes.plot(
                    [x],
                    [y],
                    marker="o",
                    markersize=5.5,
                    markerfacecolor=look["facecolor"],
                    markeredgecolor=look["edgecolor"],
                    markeredgewidth=1.1,
                    zorder=3,
                )
        across = blended_transform_factory(page.figure.transFigure, axes.transData)
        axes.text(
            right / page.width, y, integer(figures), transform=across, ha="right", va="center_baseline", fontsize=SMALL
        )

    if more:
        axes.text(limits[0], len(rows), more, va="center_baseline", fontsize=SMALL, color=GREY)


def _date_label(
    page: _Page, axes: Axes, moment: float, words: str, limits: tuple[float, float], left: float, room: float, y: float
) -> None:
    """Name the text's date over its line, kept within the page."""
    x = left + room * (moment - limits[0]) / (limits[1] - limits[0])
    half = text_width(words, SMALL) / 2
    x = min(max(x, _PAD + half), page.width - _PAD - half)
    page.text(x, y, words, ha="center", va="bottom", fontsize=SMALL, color=GREY)
