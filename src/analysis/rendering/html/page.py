"""One page as one HTML file: no request, one hashed script; headings, links and tables are finished here."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from bs4 import BeautifulSoup, Tag

from .. import webfonts
from ..elements import attribute, code_language, parsed
from ..formulas import mathml
from ..images import Image, image_size, to_uri
from ..markup import Tree
from ..notebook import NO_WORDS, Words, text_and_link
from ..sanitise import scoped_rules
from ..text import HAN, safe_href
from ..words import language_tag, words
from .code import code_block
from .tables import add_class, finish_table

HERE = Path(__file__).parent
SCRIPT_WORDS = ("all", "fewer", "filter", "left", "enlarge", "csv", "dark", "light")
STYLE_END = "</style>"
HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
HEADING = re.compile(r"<h([1-6])((?: [^>]*)?)>(.*?)</h\1>", re.DOTALL)
COLOURS = re.compile(r"(?:^|[;{\s])(?:color|background(?:-color)?)\s*:")
# What a reader knows by another name than that of its MIME type.
NAMED = {
    "application/vnd.jupyter.widget-view+json": "widget",
    "application/javascript": "script",
    "text/javascript": "script",
}

Pairs = Sequence[Sequence[str]]


class Body:
    """Finishes pieces of markup for one page and remembers what the page must know of them."""

    def __init__(self, lang: str, labels: Mapping[str, Any] | None = None) -> None:
        self.lang = lang
        self.words = words(lang, "html", labels)
        self.ids: set[str] = set()
        self.styles: list[str] = []
        self.sheets: list[str] = []
        self.scripts: list[str] = []
        self.fonts = webfonts.EMBEDDED
        self.tables = 0
        self.regions: dict[str, int] = {}
        self.unread: list[str] = []

    def markup(self, tree: Tree, said: Words = NO_WORDS, is_prose: bool = False) -> str:
        """Return finished HTML for a clean tree: code marked, formulas as MathML, links for pictures not there."""
        soup = tree.soup
        for formula in tree.formulas():
            shown = self.formula(attribute(formula, "data-tex"), formula.has_attr("data-display"))
            formula.replace_with(*parsed(shown).contents[:1])
        for image in tree.pictures():
            if image.has_attr("data-missing"):
                self._link_image(soup, image)
            elif is_prose:
                add_class(image, "pg-image")
        for block in soup.select("pre > code") if is_prose and "<pre" in tree.source else []:
            new = parsed(code_block(block.get_text().rstrip("\n"), code_language(block) or "text")).pre
            if block.parent is not None and new is not None:
                block.parent.replace_with(new)
        if "T_" in tree.css:
            self._scope_styles(soup, tree.css)
        return self._finished(soup, said)

    def formula(self, tex: str, display: bool = False) -> str:
        """Return a formula as MathML, or its source where it cannot be read."""
        found = mathml(tex, display)
        if found is None:
            self.unread.append(tex)
        return found or f"<code>{html.escape(tex)}</code>"

    def _link_image(self, soup: BeautifulSoup, image: Tag) -> None:
        """Put a link in the place of an image that the page does not hold."""
        link = attribute(image, "data-missing")
        # A link within a link would be none.
        within = image.find_parent("a") is not None
        new = soup.new_tag("span") if within else soup.new_tag("a", attrs={"href": safe_href(link) or "#"})
        new.string = f"{self.words['image']} {attribute(image, 'alt') or link}".strip()
        image.replace_with(new)

    def _scope_styles(self, soup: BeautifulSoup, css: str) -> None:
        """Take over a Styler's rules for the tables in `soup`, under ids that are unique on the page."""
        for table in soup.find_all("table"):
            old = str(table.get("id", ""))
            if not re.match(r"T_[\w-]+", old):
                continue
            new = f"t{len(self.styles) + 1}"
            rules = scoped_rules(css, old, new)
            for tag in [table, *table.find_all(id=True)]:
                name = new + str(tag["id"]).removeprefix(old)
                if tag is table or re.search(rf"#{re.escape(name)}(?![\w-])", rules):
                    tag["id"] = name
                else:
                    del tag["id"]
            self.styles.append(rules)
            if COLOURS.search(rules):
                add_class(table, "pg-paper")

    def finish(self, markup: str, said: Words = NO_WORDS) -> str:
        """Return markup with checked links, ids on headings, and tables that can be read, reached and sorted."""
        return self._finished(BeautifulSoup(markup, "html.parser"), said)

    def _finished(self, soup: BeautifulSoup, said: Words) -> str:
        tags = [tag for tag in soup.descendants if isinstance(tag, Tag)]
        for tag in tags:
            if name := tag.get("id"):
                if name in self.ids:
                    del tag["id"]
                self.ids.add(str(name))
            if tag.name == "a" and tag.has_attr("href"):
                self._finish_link(tag)
        for tag in tags:
            if tag.name in HEADINGS and not tag.get("id"):
                tag["id"] = self._new_id(_anchor(tag.get_text()))
        for tag in tags:
            if tag.name == "table" and not tag.find_parent(class_="pg-table"):
                finish_table(soup, tag)
                self._make_region(soup, tag, said)
        return str(soup)

    def _finish_link(self, link: Tag) -> None:
        href = safe_href(str(link["href"]))
        if href is None:
            del link["href"]
            return
        link["href"] = href
        if re.match("https?:", href, re.IGNORECASE):
            link["rel"] = "noopener"

    def _new_id(self, name: str) -> str:
        """Return `name`, numbered if the page already has it, and take it."""
        number, free = 1, name
        while free in self.ids:
            number += 1
            free = f"{name}-{number}"
        self.ids.add(free)
        return free

    def _make_region(self, soup: BeautifulSoup, table: Tag, said: Words) -> None:
        """Put a table into a region that can be scrolled and has a name of its own, the note below."""
        self.tables += 1
        label = self._caption(soup, table, said.caption) or f"{self.words['table']} {self.tables}"
        # Two tables may have the same caption, two regions not the same name.
        self.regions[label] = self.regions.get(label, 0) + 1
        if self.regions[label] > 1:
            label = f"{label} ({self.regions[label]})"
        box = table.wrap(soup.new_tag("div", attrs={"class": "pg-table"}))
        region = {"class": "pg-scroll", "tabindex": "0", "role": "region", "aria-label": label}
        table.wrap(soup.new_tag("div", attrs=region))
        if said.note:
            line = soup.new_tag("p", attrs={"class": "note"})
            line.string = said.note
            box.append(line)

    def _caption(self, soup: BeautifulSoup, table: Tag, caption: str) -> str:
        """Give the table `caption` unless it has one of its own; return the caption's text."""
        tag = table.find("caption", recursive=False)
        if tag is None and caption:
            tag = soup.new_tag("caption")
            tag.string = caption
            table.insert(0, tag)
        if tag is None:
            return ""
        # The span stays in view when a wide table is scrolled sideways.
        inner = soup.new_tag("span")
        inner.extend(list(tag.contents))
        tag.append(inner)
        return " ".join(tag.get_text().split())

    def figure(self, image: Image, said: Words) -> str:
        """Return a figure with the image inside the page."""
        size = image_size(image)
        sides = f' width="{round(size[0])}" height="{round(size[1])}"' if size else ""
        text = said.alt or said.caption or self.words["figure"]
        shown = f'<img src="{to_uri(image)}" alt="{html.escape(text)}"{sides}>'
        lines = f"<figcaption>{html.escape(said.caption)}</figcaption>" if said.caption else ""
        source = f'<p class="note">{html.escape(said.note)}</p>' if said.note else ""
        return f'<figure class="pg-figure"><div class="pg-plate">{shown}</div>{lines}{source}</figure>\n'

    def lost(self, names: Sequence[str]) -> str:
        """Return the small line that names what cannot be shown, or nothing."""
        if not names:
            return ""
        shown = dict.fromkeys(self.words.get(NAMED.get(name, name), name) for name in names)
        line = self.words["lost"] + self.words["comma"].join(shown)
        return f'<p class="pg-lost">{html.escape(line)}</p>\n'

    def source_table(self, sources: Mapping[str, Any] | None) -> str:
        """Return the table of sources: {"caption", "head": [...], "rows": [[...], ...], "note"}."""
        if not sources or not sources.get("rows"):
            return ""
        head = "".join(f"<th>{html.escape(str(name))}</th>" for name in sources.get("head", []))
        lines = ["".join(f"<td>{_linked(cell)}</td>" for cell in row) for row in sources["rows"]]
        body = "".join(f"<tr>{line}</tr>" for line in lines)
        top = f"<thead><tr>{head}</tr></thead>" if head else ""
        caption = str(sources.get("caption") or self.words["sources"])
        said = Words("", caption, str(sources.get("note") or ""))
        return self.finish(f"<table>{top}<tbody>{body}</tbody></table>", said)


def _linked(value: Any) -> str:
    """Return a text, or a [text, link] pair, as HTML."""
    text, link = text_and_link(value)
    href = safe_href(link) if link else None
    return f'<a href="{html.escape(href)}">{html.escape(text)}</a>' if href else html.escape(text)


def _anchor(text: str) -> str:
    """Return an anchor for a heading: its words, in any script, joined by hyphens."""
    return re.sub(r"\s+", "-", re.sub(r"[^\w\s.-]", "", text.strip())).strip("-.") or "section"


# --- the page around it -----------------------------------------------------------------------------------------


def _one_title(body: str) -> str:
    """Return the body with its headings one level lower if it has an h1, for the page's title is the only one."""
    shift = int(any(match[1] == "1" for match in HEADING.finditer(body)))

    def lowered(match: re.Match[str]) -> str:
        level = min(int(match[1]) + shift, 6)
        return f"<h{level}{match[2]}>{match[3]}</h{level}>"

    return HEADING.sub(lowered, body)


def _contents(body: str) -> list[tuple[int, str, str]]:
    """Return level, id and text of the headings for the contents list; only the upper level if there are many.

    A heading that is too long for the list says in `data-short` what stands there instead.
    """
    found = []
    for match in HEADING.finditer(body):
        name = re.search(r'\bid="([^"]*)"', match[2])
        short = re.search(r'\bdata-short="([^"]*)"', match[2])
        if match[1] in "23" and name:
            text = html.unescape(short[1]) if short else parsed(match[3]).get_text().strip()
            found.append((int(match[1]), html.unescape(name[1]), text))
    return found if len(found) <= 40 else [entry for entry in found if entry[0] == 2]


@cache
def _asset(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


@cache
def _shell() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["href"] = lambda link: safe_href(str(link)) or "#"
    environment.filters["language"] = lambda text: language_tag("zh" if HAN.search(str(text)) else "en")
    return environment.get_template("page.html.j2")


def _policy(script: str, fonts: str) -> str:
    """Return the content security policy: nothing but inline styles, images inside the page, this one script, and fonts
    from `fonts`."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; "
        f"font-src {fonts}; base-uri 'none'; form-action 'none'"
    )


def wrapped(parts: Body, title: str, body: str, fields: Mapping[str, Any], contents: bool = True) -> str:
    """Return the whole page around finished markup; `fields` are what a report says of itself."""
    body = _one_title(body)
    entries = _contents(body) if contents else []
    script = "\n".join(_asset(name) for name in ("page.js", *parts.scripts))
    css = [_asset(name) for name in ("page.css", *parts.sheets)]
    text = (
        _shell().render(
            {key: value for key, value in fields.items() if value},
            sources=parts.source_table(fields.get("sources")),
            title=title,
            body=body,
            contents=entries if len(entries) > 2 else [],
            language_tag=language_tag(parts.lang),
            words=parts.words,
            script_words=json.dumps({key: parts.words[key] for key in SCRIPT_WORDS}, ensure_ascii=False),
            policy=_policy(script, webfonts.source_policy(parts.fonts)),
            script=script,
            css="".join(css) + "\n".join(filter(None, parts.styles)),
        )
        + "\n"
    )
    rules = webfonts.rules(text, parts.lang, parts.fonts)
    return text.replace(STYLE_END, f"{rules}\n{STYLE_END}", 1) if rules else text


def page(
    title: str,
    body_html: str,
    *,
    lang: str,
    description: str = "",
    subtitle: str = "",
    date: str = "",
    head_facts: Pairs | None = None,
    sources: Mapping[str, Any] | None = None,
    contents: bool = True,
    home: str | None = None,
    alternate: Pairs | None = None,
    downloads: Pairs | None = None,
    colophon: Pairs | None = None,
    labels: Mapping[str, str] | None = None,
    finished: str = "",
    text_lang: str = "",
    assets: Sequence[str] = (),
    fonts: str = webfonts.EMBEDDED,
) -> str:
    """Return a whole page around `body_html`, in the look of the reports.

    `body_html` is the caller's own markup: texts in it must already be escaped. Its headings start at h2, its tables
    are finished like those of reports. All other texts are escaped here. `head_facts` and `colophon` are
    [label, value] or [label, value, link]; `alternate` and `downloads` are [label, link].

    `finished` is markup that stands before the body and needs no finishing: a long one of the caller's own whose
    headings have ids, which no other part of the page has, and which has no table. `text_lang` is the language of the
    title and the headings where it is not the page's. `assets` names further style sheets and scripts beside page.css
    and page.js; the policy covers them. `fonts` says where those of the page are, see `webfonts.rules`.
    """
    parts = Body(lang, labels)
    parts.sheets = [name for name in assets if name.endswith(".css")]
    parts.scripts = [name for name in assets if name.endswith(".js")]
    parts.fonts = fonts
    fields = {
        "description": description,
        "subtitle": subtitle,
        "date": date,
        "facts": head_facts,
        "sources": sources,
        "home": home,
        "alternate": alternate,
        "downloads": downloads,
        "colophon": colophon,
        "text_lang": text_lang,
    }
    return wrapped(parts, title, finished + parts.finish(body_html), fields, contents)
