"""The look that all charts share: colours, markers, sizes, fonts."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

import matplotlib as mpl
from matplotlib import font_manager

from analysis.present.palette import PALETTE
from analysis.rendering import fonts

MARKERS = ("o", "s", "^", "D", "v", "P", "X", "h")
# Shapes of one nominal size differ in area; these factors make them look alike.
AREA = {"^": 1.2, "v": 1.2, "D": 0.88, "s": 0.92, "P": 1.15, "X": 1.15, "h": 1.08}
INK, GREY, RULE, PALE, PAPER = "#1a1a1a", "#595959", "#d9d9d9", "#c8c8c8", "#ffffff"
STRIPE = "#f4f4f4"
ACCENT = PALETTE[0]

# A column of A4 at full size; scaled to a telephone of 360 px a label is still 8 px high.
WIDTH = 6.4
TITLE, BODY, SMALL = 12.5, 10.0, 9.5
FAMILY = "resource cities sans"
LEADING = 1.34
PAD = 0.08
ROW = 0.27
# Attributes of axes: those whose ticks need no label, and those with values but without a label.
SELF_EXPLAINING, BARE = "_self_explaining", "_numbered_only"

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


@functools.cache
def register_fonts() -> None:
    """Give both weights one family name of our own, whatever their name tables or the system's fonts say."""
    for bold in (False, True):
        path = str(fonts.font_file(bold=bold))
        font_manager.fontManager.addfont(path)
        entry = font_manager.FontEntry(
            fname=path,
            name=FAMILY,
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
        "font.family": [FAMILY],
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
    register_fonts()
    with mpl.rc_context({}):
        mpl.rcdefaults()
        mpl.rcParams.update(rc())  # type: ignore[arg-type]
        yield


def city_marker(city: str, cities: Sequence[str]) -> str:
    """The marker of `city`; colour and marker together tell 56 cities apart, either alone seven."""
    return MARKERS[list(cities).index(city) % len(MARKERS)]


def signed_points(value: float, digits: int | None = None) -> str:
    """A difference of shares in percentage points: 0.05 → `+5`, -0.025 → `−2.5`, 0 → `0`; or with fixed `digits`."""
    words = f"{100 * value:+.4f}".rstrip("0").rstrip(".") if digits is None else f"{100 * value:+.{digits}f}"
    return words[1:] if float(words) == 0 else words.replace("-", "−")
