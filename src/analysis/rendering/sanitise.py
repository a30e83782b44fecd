"""Untrusted HTML without whatever could run, fetch, cover or hide anything."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

import nh3
import tinycss2
from bs4 import BeautifulSoup

from .text import names, safe_href

TAGS = names(
    "table caption thead tbody tfoot tr th td colgroup col a span strong b em i u s del ins br sup sub p ul ol li "
    "dl dt dd details summary abbr mark small div h1 h2 h3 h4 h5 h6 blockquote pre code kbd samp var cite q dfn hr img "
    "figure figcaption"
)
RENAMED = {
    **dict.fromkeys(names("center section article main header footer nav aside fieldset address form"), "div"),
    **{"font": "span", "tt": "code", "strike": "s"},
}
"""Elements that are shown as others: of another time, or for the page around."""
ATTRIBUTES = {
    "*": {"class", "title", "id", "lang", "style", "align", "hidden"},
    "a": {"href", "name"},
    "font": {"color"},
    "img": {"src", "alt", "width", "height"},
    "th": {"colspan", "rowspan", "scope"},
    "td": {"colspan", "rowspan"},
    "col": {"span"},
    "colgroup": {"span"},
    "ol": {"start"},
    "details": {"open"},
}
# Their content would be left behind as text, or means nothing without them.
DROPPED = names(
    "script style template noscript iframe object embed applet svg canvas video audio select textarea "
    "button input head title link meta base frame frameset"
)
SILENT = names("style head title link meta base template noscript button input select textarea svg")
DROPPED_TAG = re.compile(rf"<({'|'.join(DROPPED)})\b", re.IGNORECASE)
HIDDEN = re.compile(r"(?:^|[;\s])display\s*:\s*none\b", re.IGNORECASE)
STYLE = re.compile(r"<style\b[^>]*>(.*?)</style\s*>", re.DOTALL | re.IGNORECASE)
DATA_IMAGE = re.compile(r"data:image/(?:png|jpeg|gif|webp|svg\+xml);base64,[A-Za-z0-9+/=\s]+")
CSS_PROPERTIES = names(
    "color background background-color font-weight font-size font-variant-numeric text-align text-decoration "
    "vertical-align white-space width min-width max-width padding padding-left padding-right border border-top "
    "border-bottom border-left border-right border-color border-width border-style border-collapse line-height"
)
CSS_FUNCTIONS = {"rgb", "rgba", "hsl", "hsla", "linear-gradient"}
CSS_VALUES = {"ident", "number", "percentage", "dimension", "hash", "whitespace"}


def embedded(link: str) -> str | None:
    """Return a data URI that holds an image; None for any other link."""
    return link if DATA_IMAGE.fullmatch(link) else None


def sanitised(markup: str, find_image: Callable[[str], str | None] = embedded) -> tuple[str, str, list[str]]:
    """Return harmless HTML, the CSS of its style elements, and the names of the elements that a reader will miss.

    `find_image` returns what is to be the source of an image, None if it is to have none.
    """
    found = {name.lower() for name in DROPPED_TAG.findall(markup)}
    lost: list[str] = []
    if found - SILENT:  # the pattern also finds what is no element
        lost = sorted({tag.name for tag in BeautifulSoup(markup, "html.parser").find_all(list(DROPPED - SILENT))})
    css = "\n".join(STYLE.findall(markup)) if "style" in found else ""
    clean = nh3.clean(
        markup,
        tags=TAGS | RENAMED.keys(),
        clean_content_tags=DROPPED,
        attributes=ATTRIBUTES,
        attribute_filter=lambda tag, name, value: find_image(value) if name == "src" else _attribute(name, value),
        generic_attribute_prefixes={"data-"},
        url_schemes={"http", "https", "mailto", "data", "attachment"},
        link_rel=None,
    )
    return clean, css, lost


def _attribute(name: str, value: str) -> str | None:
    """Return what stays of an attribute that is on the list, None if nothing does."""
    if name == "href":
        return value if safe_href(value) is not None else None
    if name == "style":
        return "display:none" if HIDDEN.search(value) else declarations(value) or None
    if name == "class":
        return None if "pg-" in value else value
    if name == "id":
        return None if value.startswith("pg-") else value
    return value if not name.startswith("data-") or re.fullmatch(r"data-[a-z][a-z0-9-]*", name) else None


def _is_safe_value(tokens: Iterable[Any]) -> bool:
    """Tell whether a CSS value consists of words, numbers, colours and gradients only."""
    for token in tokens:
        if token.type == "function":
            if token.lower_name not in CSS_FUNCTIONS or not _is_safe_value(token.arguments):
                return False
        elif token.type == "literal":
            if token.value not in {",", "/"}:
                return False
        elif token.type not in CSS_VALUES:
            return False
    return True


def declarations(css: str | list[Any]) -> str:
    """Return those declarations of a CSS block that cannot fetch, cover or hide anything."""
    kept = []
    for item in tinycss2.parse_declaration_list(css, skip_comments=True, skip_whitespace=True):
        if item.type == "declaration" and item.lower_name in CSS_PROPERTIES and _is_safe_value(item.value):
            kept.append(f"{item.lower_name}:{tinycss2.serialize(item.value).strip()}")
    text = ";".join(kept)
    return "" if re.search(r"[<>\\]", text) else text


def scoped_rules(css: str, old: str, new: str) -> str:
    """Return the rules of a Styler's CSS that address its own table, whose id `old` becomes `new`."""
    own = re.compile(rf"#{re.escape(old)}(?=$|[_\s.:>])[\w\s.:()>+~-]*")
    rules = []
    for rule in tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True):
        if rule.type != "qualified-rule":
            continue
        selectors = [part.strip() for part in tinycss2.serialize(rule.prelude).split(",")]
        block = declarations(rule.content)
        if block and all(own.fullmatch(selector) for selector in selectors):
            renamed = ",".join(f"#{new}{selector[len(old) + 1 :]}" for selector in selectors)
            rules.append(f"{renamed}{{{block}}}")
    return "\n".join(rules)
