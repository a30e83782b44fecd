"""Looks that HTML asks for: colours, bars, bold type, the rules of a table's style sheet."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from bs4 import BeautifulSoup, Tag

from ..elements import attribute

GRADIENT = re.compile(r"linear-gradient\(\s*90deg\s*,(.*)\)\s*$", re.DOTALL | re.IGNORECASE)
RGB = re.compile(r"rgba?\(\s*([\d.]+)\s*,\s*([\d.]+)\s*,\s*([\d.]+)\s*(?:,\s*([\d.]+)\s*)?\)")
Colour = tuple[int, int, int]
WHITE: Colour = (255, 255, 255)
MARKED: Colour = (255, 240, 170)
INK: Colour = (28, 33, 38)


@lru_cache(maxsize=1024)
def colour(css: str) -> Colour | None:
    """Return a CSS colour on white paper, or None if it is none or transparent."""
    from PIL import ImageColor

    css = css.strip().lower()
    if match := RGB.fullmatch(css):
        alpha = min(1.0, float(match[4])) if match[4] else 1.0
        red, green, blue = (min(255.0, float(part)) for part in match.group(1, 2, 3))
    else:
        try:
            parts = ImageColor.getrgb(css)
        except ValueError:
            return None
        (red, green, blue), alpha = parts[:3], parts[3] / 255 if len(parts) == 4 else 1.0
    if alpha == 0:
        return None
    return mix((round(red), round(green), round(blue)), alpha)


def typst_colour(value: Colour) -> str:
    """Return a colour as Typst code."""
    return f'rgb("#{value[0]:02x}{value[1]:02x}{value[2]:02x}")'


def contrast(one: Colour, other: Colour) -> float:
    """Return the WCAG contrast of two colours, 1 to 21."""

    def luminance(value: Colour) -> float:
        parts = [part / 255 / 12.92 if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in value]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def lighter(value: Colour) -> Colour:
    """Return a colour on which dark type is easy to read, mixed with white where it has to be."""
    share = 1.0
    while contrast(mixed := mix(value, share), INK) < 7:
        share -= 0.1
    return mixed


def mix(value: Colour, share: float) -> Colour:
    """Return a colour of which `share` is left, the rest white."""
    red, green, blue = (round(part * share + 255 * (1 - share)) for part in value)
    return red, green, blue


def gradient(css: str) -> str | None:
    """Return a CSS bar (a left-to-right gradient with sharp stops) as a Typst fill, or None."""
    match = GRADIENT.search(css) if css else None
    if match is None:
        return None
    stops: list[tuple[Colour, float]] = []
    for name, percent in re.findall(r"(rgba?\([^()]*\)|#?\w+)\s+(-?[\d.]+)%", match[1]):
        low = stops[-1][1] if stops else 0.0
        stops.append((lighter(colour(name) or WHITE), min(100.0, max(low, float(percent.strip(".") or 0)))))
    if not stops:
        return None
    stops = [(stops[0][0], 0.0), *stops, (stops[-1][0], 100.0)]
    return f"gradient.linear({', '.join(f'({typst_colour(value)}, {place:g}%)' for value, place in stops)})"


def declarations(style: str) -> dict[str, str]:
    """Return the declarations of a style attribute or of the body of a rule."""
    if not style:
        return {}
    pairs = (part.partition(":") for part in re.split(r";(?![^(]*\))", style))
    return {name.strip().lower(): value.replace("!important", "").strip() for name, _, value in pairs if value.strip()}


def is_bold(style: Mapping[str, str]) -> bool:
    """Return whether a style asks for bold type."""
    weight = style.get("font-weight", "").lower()
    return weight in ("bold", "bolder") or (weight.isdigit() and int(weight) >= 600)


class Styles:
    """The rules of the style sheet beside a table, asked cell by cell."""

    def __init__(self, css: str, soup: BeautifulSoup) -> None:
        self.by_id: dict[str, dict[str, str]] = {}
        self.by_tag: dict[int, dict[str, str]] = {}
        css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
        for selectors, body in re.findall(r"([^{}]+)\{([^{}]*)\}", css)[:5000]:
            self._add(soup, selectors, declarations(body))

    def _add(self, soup: BeautifulSoup, selectors: str, rule: dict[str, str]) -> None:
        from soupsieve import SelectorSyntaxError

        for selector in map(str.strip, selectors.split(",")):
            if match := re.fullmatch(r"#([\w-]+)", selector):
                self.by_id.setdefault(match[1], {}).update(rule)
            elif re.fullmatch(r"[\w\s.#>-]+(?::nth-child\([\w+]+\))?", selector) and len(self.by_tag) < 20000:
                try:
                    found = soup.select(selector, limit=5000)
                except (SelectorSyntaxError, NotImplementedError):
                    continue
                for tag in found:
                    self.by_tag.setdefault(id(tag), {}).update(rule)

    def of(self, tag: Tag) -> dict[str, str]:
        """Return what applies to `tag`: rules for its kind, its id, its own style attribute."""
        own = declarations(attribute(tag, "style"))
        return {**self.by_tag.get(id(tag), {}), **self.by_id.get(attribute(tag, "id"), {}), **own}
