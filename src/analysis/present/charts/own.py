"""Charts of a reader's own: the suite's fonts, colours and sizes in matplotlib, seaborn and WordCloud."""

from __future__ import annotations

import functools
import logging
from typing import Any

import matplotlib as mpl
from cycler import cycler

from analysis.rendering import fonts

from ..palette import PALETTE
from .look import FAMILY, WIDTH, rc, register_fonts

LOG = logging.getLogger(__name__)
HEIGHT = 3.8
DOTS = 144
"""Dots to the inch of a bitmap in a notebook: sharp on screens and in print."""
# These serve SVG with reproducible bytes and texts that are data; a chart of one's own may have formulas.
NOT_OWN = (
    "text.parse_math",
    "text.hinting",
    "figure.dpi",
    "savefig.dpi",
    "svg.",
    "figure.facecolor",
    "savefig.facecolor",
)


def set_defaults() -> None:
    """Give charts that are drawn from here on the suite's fonts, colours and sizes; the first import of charts does so.

    Chinese characters keep their font under any other setting, also after `seaborn.set_theme()`: whatever families
    `font.family` is set to, Noto Sans SC stands behind them. Called again after `set_theme()`, it brings back the rest.
    """
    try:
        register_fonts()
    except fonts.FontError as error:
        LOG.warning("%s; charts of your own have no Chinese font", error)
        return
    _stand_behind()
    mpl.rcParams.update(own_rc())  # type: ignore[arg-type]
    _set_libraries()


def own_rc() -> dict[str, Any]:
    """The settings of matplotlib for charts of a reader's own."""
    shared = {key: value for key, value in rc().items() if not key.startswith(NOT_OWN)}
    sizes = {"figure.figsize": (WIDTH, HEIGHT), "figure.dpi": DOTS, "savefig.dpi": DOTS}
    return {**shared, **sizes, "axes.prop_cycle": cycler(color=PALETTE)}


@functools.cache
def _stand_behind() -> None:
    """Have matplotlib put the suite's family behind every list of families that is set."""
    checked = mpl.RcParams.validate["font.family"]

    def with_ours(families: Any) -> list[str]:
        given: list[str] = checked(families)
        return given if FAMILY in given else [*given, FAMILY]

    mpl.RcParams.validate["font.family"] = with_ours


def _set_libraries() -> None:
    """Tell seaborn's objects and WordCloud, which keep settings of their own."""
    import seaborn.objects
    import wordcloud.wordcloud

    seaborn.objects.Plot.config.theme.update(own_rc())
    wordcloud.wordcloud.FONT_PATH = str(fonts.font_file())
