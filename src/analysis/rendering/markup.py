"""HTML that a notebook holds, its Markdown among it, as a clean tree that both pages are written from.

Whatever could run or fetch is gone. What is hidden is gone too, pictures lie in the tree as data URIs (`data-missing`
holds the link of one that is not there), a formula is an empty element with its TeX in `data-tex`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from bs4 import BeautifulSoup, Tag

from .elements import attribute, parsed
from .images import SVG, SVG_ELEMENT, Image, svg_description, svg_draws, to_uri, with_namespace
from .sanitise import HIDDEN, RENAMED, sanitised
from .text import SURROGATE, one_line, printable

FindImage = Callable[[str], Image | None]
MATH_IN_HTML = re.compile(r"(\$\$?(?=[^$]*\\[a-zA-Z])(?:\\.|[^$\\\n]){1,600}\$\$?)")
NO_MATH = ["code", "pre", "kbd", "samp", "tt"]


# Most tables hold nothing of this, and are many. As `sanitised` writes it: small letters, one blank before attributes.
UNFINISHED = ("<img", *(f"<{name}" for name in RENAMED), "<a>", ' name="', ' align="', ' hidden="', "display:none")


@dataclass
class Tree:
    """Clean HTML as a text and parsed, the style rules that came with it, names of elements that no page can show."""

    source: str
    soup: BeautifulSoup
    css: str = ""
    lost: list[str] = field(default_factory=list)

    def formulas(self) -> list[Tag]:
        """Return the elements that stand for formulas."""
        return (
            self.soup.find_all(True, attrs={"data-tex": True})
            if "$" in self.source or "data-tex" in self.source
            else []
        )

    def pictures(self) -> list[Tag]:
        """Return the pictures, those that are not there among them."""
        return self.soup.find_all("img") if "<img" in self.source else []

    def links_inside(self) -> list[str]:
        """Return what links point to within the page."""
        links = self.soup.find_all("a", href=True) if 'href="#' in self.source else []
        return [name[1:] for link in links if (name := attribute(link, "href")).startswith("#")]

    def says_something(self) -> bool:
        """Tell whether there is a word, a picture or a formula in it."""
        return next(self.soup.stripped_strings, None) is not None or bool(self.pictures() or self.formulas())


def read_html(source: str, find_image: FindImage, finds_formulas: bool = False) -> Tree:
    """Return HTML as a clean tree; with `finds_formulas` what stands between dollar signs in its text is one."""
    source = SURROGATE.sub("\ufffd", source)
    links: list[str] = []

    def picture(link: str) -> str:
        found = find_image(link)
        if found is None:
            links.append(link)
        return to_uri(found) if found else f"#{len(links) - 1}"

    drawings: list[str] = []

    def put_aside(match: re.Match[str]) -> str:
        if not svg_draws(match[0]):
            return ""
        drawings.append(with_namespace(match[0]))
        return f'<img src="own-svg/{len(drawings) - 1}">'

    def drawing_or_picture(link: str) -> str:
        number = link.removeprefix("own-svg/")
        return link if number != link and number.isdigit() and int(number) < len(drawings) else picture(link)

    has_svg = "<svg" in source.lower()
    clean, css, lost = sanitised(SVG_ELEMENT.sub(put_aside, source) if has_svg else source, drawing_or_picture)
    tree = Tree(clean, parsed(clean), css, lost)
    for tag in tree.soup.find_all(True) if any(mark in clean for mark in UNFINISHED) else []:
        if tag.decomposed:
            continue
        if tag.has_attr("hidden") or HIDDEN.search(attribute(tag, "style")):
            tag.decompose()
            continue
        _modernise(tag)
        if tag.name == "a" and not tag.attrs:
            tag.unwrap()
        if tag.name == "img":
            _finish_image(tag, links, drawings)
    if finds_formulas and "$" in clean:
        _mark_formulas(tree.soup)
    return tree


def _modernise(tag: Tag) -> None:
    """Give elements and attributes of another time those of today."""
    align = attribute(tag, "align").lower() or ("center" if tag.name == "center" else "")
    if align in ("left", "center", "right", "justify") and tag.name not in ("table", "img"):
        _add_style(tag, f"text-align:{align}")
    if tag.name == "font" and re.fullmatch(r"#?\w+", colour := attribute(tag, "color")):
        _add_style(tag, f"color:{colour}")
    if tag.name == "a" and tag.get("name") and not tag.get("id"):
        tag["id"] = attribute(tag, "name")
    for name in ("align", "color", "name"):
        tag.attrs.pop(name, None)
    tag.name = RENAMED.get(tag.name, tag.name)


def _add_style(tag: Tag, declaration: str) -> None:
    if declaration.partition(":")[0] + ":" not in attribute(tag, "style"):
        tag["style"] = ";".join(filter(None, [attribute(tag, "style"), declaration]))


def _finish_image(tag: Tag, links: list[str], drawings: list[str]) -> None:
    """Give an image its picture, or the link of what is not there."""
    source = attribute(tag, "src")
    if source.startswith("own-svg/"):
        drawing = drawings[int(source.removeprefix("own-svg/"))]
        tag["src"], tag["alt"] = to_uri(Image(SVG, drawing.encode())), svg_description(drawing)
    elif not source.startswith("data:"):
        number = source.removeprefix("#")
        tag["data-missing"] = links[int(number)] if number.isdigit() and int(number) < len(links) else ""
        del tag["src"]
    tag["alt"] = printable(one_line(attribute(tag, "alt"))).strip()


def _mark_formulas(soup: BeautifulSoup) -> None:
    """Put the formulas in the text of HTML where they can be set."""
    for text in list(soup.find_all(string=re.compile(r"\$"))):
        pieces = re.split(MATH_IN_HTML, str(text))
        if len(pieces) == 1 or text.find_parent(NO_MATH):
            continue
        parts: list[str | Tag] = []
        for place, piece in enumerate(pieces):
            if place % 2:
                shown = {"data-display": ""} if piece.startswith("$$") else {}
                parts.append(soup.new_tag("span", attrs={"data-tex": piece, **shown}))
            elif piece:
                parts.append(piece)
        text.replace_with(*parts)
