"""Text in charts: its measured width and how it breaks into lines, in Chinese and in English."""

from __future__ import annotations

import functools
import re

import numpy as np
from matplotlib import font_manager
from matplotlib.textpath import text_to_path

from analysis.rendering import fonts

from .look import BODY, FAMILY, LEADING, register_fonts

_NO_START = "，。、；：？！”’）》」』】〉…·%％,.;:?!)]}"
_NO_END = "“‘（《「『【〈([{"
_TOKEN = re.compile(r"[^\s\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]+|\s+|.", re.S)


def half_width(text: str) -> str:
    """`text` with straight quotes where Latin letters want narrow ones: the font draws ’ and “ as wide as a Han."""
    text = re.sub(r"(?<=[A-Za-z0-9])’", "'", text)
    return text if re.search(r"[\u2e80-\u9fff]", text) else text.translate(str.maketrans("‘’“”", "''\"\""))


@functools.lru_cache(maxsize=4096)
def text_width(text: str, size: float = BODY, bold: bool = False) -> float:
    """Width of one line of text in inches."""
    register_fonts()
    text = fonts.spelled_out(half_width(text))  # as `save_chart` writes it
    return float(text_to_path.get_text_width_height_descent(text, _face(size, bold), ismath=False)[0]) / 72


def ink_corner(text: str, size: float) -> tuple[float, float]:
    """Where the ink of a bold line of text begins, in inches from its origin: to the right, and up to its upper end."""
    register_fonts()
    vertices, _ = text_to_path.get_text_path(_face(size, True), half_width(text), ismath=False)
    scale = size / text_to_path.FONT_SCALE / 72
    right, up = np.asarray(vertices, dtype=float).reshape(-1, 2).T
    return float(right.min() * scale), float(up.max() * scale)


@functools.lru_cache(maxsize=64)
def _face(size: float, bold: bool) -> font_manager.FontProperties:
    return font_manager.FontProperties(family=FAMILY, weight="bold" if bold else "normal", size=size)


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
    for paragraph in half_width(text).split("\n"):
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


def text_height(text: str, size: float) -> float:
    """Height of wrapped text in inches."""
    return (text.count("\n") + 1) * size * LEADING / 72 if text else 0.0
