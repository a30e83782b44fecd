"""The one way out for a chart: `save_chart` checks a figure and turns it into SVG with alternative text."""

from __future__ import annotations

import io
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

from analysis.rendering import fonts, svg

from .look import BARE, FAMILY, SELF_EXPLAINING, style
from .text import half_width


@dataclass(frozen=True)
class Chart:
    """A finished chart: an image with its words. As last expression of a cell it shows with its metadata."""

    alt: str
    svg: bytes
    caption: str = ""
    note: str = ""
    mime = "image/svg+xml"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict[str, Any], dict[str, Any]]:
        words = {"alt": self.alt, "caption": self.caption, "note": self.note}
        return {self.mime: self.svg.decode(), "text/plain": self.alt}, {self.mime: words}


def save_chart(figure: Figure, *, alt: str, caption: str = "", note: str = "") -> Chart:
    """`figure` as a Chart with reproducible SVG bytes, all text as outlines.

    `alt` says the finding and its main numbers for whoever cannot see the chart; `caption` and `note` stand beside
    it in the report. Labels that may move are first pushed apart. A character that the font lacks is shown by its
    code point. Raises ValueError with what is wrong and where: no alt, ticks on an axis without a label, text that
    leaves the figure or covers other text.
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
            words = fonts.spelled_out(half_width(text.get_text()))
            if words != text.get_text():
                text.set_text(words)
            # Labels that were added outside `style` came with matplotlib's own font, which has no Chinese.
            if text.get_fontfamily() != [FAMILY]:
                text.set_fontfamily(FAMILY)
        if any(getattr(text, "_may_move", False) for text in texts):
            _nudge(figure)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
        found = _problems(figure)
        if found:
            raise ValueError("chart cannot be read: " + "; ".join(found))
    return Chart(alt.strip(), svg.packed(buffer.getvalue().decode()).encode(), caption, note)


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
