"""Pages: the text of web pages, saved ones too, without what stands around it; tables become sentences.

The main part is the innermost element that holds nearly all of the prose of the page. What stands outside is put on
record; a whole sentence is kept wherever it stands, and the rules of `furniture` then judge it like any other line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ...project.errors import InputError
from ..characters import Removal
from .parts import UNIT_NOTE, Found, Parts, is_data, library, table_lines

#: Elements that are left out: what no reader sees, and what is no text of the page.
_UNSEEN = re.compile(
    "audio|button|canvas|datalist|dialog|embed|head|iframe|input|map|math|noscript|object|option|script|select|style|svg"
    "|template|textarea|video"
)
_AROUND = frozenset(["nav", "footer", "aside"])
_BLOCKS = re.compile(
    "address|article|aside|blockquote|body|caption|center|d[dlt]|details|dir|div|fieldset|figcaption|figure|footer|form"
    "|h[1-6r]|header|html|legend|li|main|menu|nav|[ou]l|p|pre|section|summary|table|t(?:body|d|foot|h|head|r)"
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_HAN = re.compile("[\u4e00-\u9fff]")
_BROKEN = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef])[ \t]*\n\s*(?=[\u3000-\u9fff\uff00-\uffef])")
_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
#: The main part holds this share of the prose; a page of less prose than this is read whole.
MOST_PROSE, LEAST_PROSE = 0.95, 60
#: A line of which links are more than this share, and which is shorter than this, is a menu.
LINKED, MENU = 0.6, 60
#: The name of a site behind a title.
_SITE = re.compile(r"\s*(?:[-_|–—]{1,2}|\s[-_|–—]\s)\s*[^-_|–—]{2,30}$")


class _Block:
    """A line of the page in the making: its text, how much of it is linked, and the elements that it stands in."""

    __slots__ = ("element", "linked", "pieces", "rule")

    def __init__(self, element: Any, rule: str = "") -> None:
        self.element, self.rule, self.linked = element, rule, 0
        self.pieces: list[str] = []

    @property
    def text(self) -> str:
        return " ".join(_BROKEN.sub("", "".join(self.pieces)).split())


def read_page(text: str, shown: str) -> Parts:
    """The lines of a web page, its metadata, and what was left out."""
    html = library("lxml.html", shown)
    text = re.sub(r"<\?xml[^>]*\?>", "", text.replace("\0", ""), count=1)
    try:
        root = html.document_fromstring(text, parser=html.HTMLParser(encoding=None, remove_comments=True))
    except Exception as error:
        # The parser raises errors of many kinds for what holds no element at all.
        raise InputError("the web page holds no text", cure="save the page again", path=shown) from error
    if root is None:
        raise InputError("the web page holds no text", cure="save the page again", path=shown)
    # While they are held, elements are told apart by their identity.
    elements = list(root.iter())
    parts = Parts(found=_metadata(root))
    blocks = [block for block in _blocks(root) if block.text]
    seen = [block for block in blocks if not block.rule]
    if sum(len(_HAN.findall(block.text)) for block in seen) < 2 * LEAST_PROSE:
        # So short a page may be all in what looks like its surroundings.
        seen = [block for block in blocks if block.rule != "script"]
    main = _main_part(root, seen)
    kept = {id(block) for block in seen}
    for block in blocks:
        rule = _rule(block, main, id(block) in kept)
        if rule:
            parts.leave(rule, block.text)
        else:
            parts.add(block.text)
    _title_first(parts, root)
    del elements
    return parts


def _rule(block: _Block, main: set[int] | None, seen: bool) -> str:
    """The rule that leaves out a block, or nothing."""
    if not seen:
        return block.rule
    text = block.text
    sentence = text.rstrip("”’」』）)\"'")[-1:] in tuple("。！？") and len(_HAN.findall(text)) >= 15
    if not sentence and len(text) < MENU and block.linked > LINKED * len(text.replace(" ", "")):
        return "navigation"
    if main is not None and not sentence and id(block.element) not in main:
        return "page_part"
    return ""


def _is_hidden(element: Any) -> bool:
    return "hidden" in element.attrib or bool(_HIDDEN.search(element.get("style") or ""))


def _blocks(root: Any) -> Iterator[_Block]:
    """The lines of the page in order. Nothing here calls itself: pages may be nested as deep as they like."""
    current = _Block(root)
    stack: list[tuple[str, Any, Any]] = [("open", root, (root, "", False, False))]
    while stack:
        step, element, (block, rule, linked, raised) = stack.pop()
        if step == "text":
            if element:
                current.pieces.append(element.translate(_RAISED) if raised and element.strip().isdigit() else element)
                current.linked += len("".join(element.split())) if linked else 0
            continue
        if step == "close":
            yield current
            current = _Block(block, rule)
            continue
        tag = element.tag if isinstance(element.tag, str) else ""
        if not tag or _UNSEEN.fullmatch(tag):
            if tag in ("script", "style", "noscript"):
                hidden = _Block(block, "script")
                hidden.pieces.append("".join(element.itertext())[:200])
                yield hidden
            continue
        if tag == "br":
            yield current
            current = _Block(block, rule)
            continue
        if tag == "table" and (lines := _table(element)) is not None:
            yield current
            for line in lines:
                row = _Block(element, rule)
                row.pieces.append(line)
                yield row
            current = _Block(block, rule)
            continue
        inside = rule or ("navigation" if tag in _AROUND else "hidden" if _is_hidden(element) else "")
        own = element if _BLOCKS.fullmatch(tag) else block
        state = (own, inside, linked or tag == "a", tag == "sup")
        if _BLOCKS.fullmatch(tag) or inside != rule:
            yield current
            current = _Block(own, inside)
            stack.append(("close", None, (block, rule, linked, raised)))
        after = (own, inside, linked or tag == "a", tag == "sup")
        for child in reversed(element):
            stack.append(("text", child.tail, after))
            stack.append(("open", child, state))
        stack.append(("text", element.text, after))
    yield current


def _main_part(root: Any, blocks: list[_Block]) -> set[int] | None:
    """The ids of the elements of the main part; None for a page with hardly any prose, which is read whole."""
    score: dict[int, int] = {}
    total = 0
    for block in blocks:
        text = block.text
        prose = len(_HAN.findall(text)) - block.linked
        if prose <= 0 or not re.search("[。，；]", text):
            continue
        total += prose
        element = block.element
        while element is not None:
            score[id(element)] = score.get(id(element), 0) + prose
            element = element.getparent()
    if total < LEAST_PROSE:
        return None
    main = root
    while True:
        inner = next((child for child in main if score.get(id(child), 0) >= MOST_PROSE * total), None)
        if inner is None or inner.tag in ("p", "table", "tbody", "tr"):
            break
        main = inner
    return {id(element) for element in main.iter()}


def _cells(table: Any) -> list[list[str]]:
    """The rows of a table; a cell over several columns or rows stands in each of them."""
    rows: list[list[str]] = []
    open_below: dict[int, tuple[int, str]] = {}
    for row in table.iter("tr"):
        cells: list[str] = []

        def fill(cells: list[str] = cells) -> None:
            while len(cells) in open_below:
                left, text = open_below[len(cells)]
                if left > 1:
                    open_below[len(cells)] = (left - 1, text)
                else:
                    del open_below[len(cells)]
                cells.append(text)

        for cell in row:
            if cell.tag not in ("td", "th"):
                continue
            fill()
            text = " ".join(_BROKEN.sub("", _cell_text(cell)).split())
            below = _span(cell.get("rowspan"))
            for _ in range(_span(cell.get("colspan"))):
                if below > 1:
                    open_below[len(cells)] = (below - 1, text)
                cells.append(text)
        fill()
        rows.append(cells)
    return rows


def _cell_text(cell: Any) -> str:
    for unseen in cell.iter("script", "style"):
        unseen.text = ""
    return "".join(cell.itertext())


def _span(value: str | None) -> int:
    """A `colspan` or `rowspan`; what makes no sense counts as one."""
    return min(max(int(value), 1), 60) if value and value.isascii() and value.isdigit() and len(value) < 6 else 1


def _table(table: Any) -> list[str] | None:
    """A table of data as lines; None for one that lays out a page."""
    if next(table.iterdescendants("table"), None) is not None:
        return None
    rows = _cells(table)
    if not is_data(rows):
        return None
    links = sum(len(link.text_content() or "") for link in table.iterdescendants("a"))
    if links > LINKED * sum(len(cell) for row in rows for cell in row):
        return None
    caption = next(table.iter("caption"), None)
    head = [] if caption is None else [" ".join(caption.text_content().split())]
    above = table.getprevious()
    note = UNIT_NOTE.search(above.text_content()[-40:]) if above is not None and isinstance(above.tag, str) else None
    return head + table_lines(rows, note[1] if note else "")


# --- metadata ---------------------------------------------------------------------------------------------------------

#: Names of `<meta>` in lower case, the surer first; those of government pages follow GB/T of the website guidelines.
_TITLES = ("articletitle", "title", "dc.title", "og:title")
_DATES = ("pubdate", "publishdate", "article:published_time", "dc.date", "firstpublishedtime", "date")
_PUBLISHERS = ("contentsource", "source", "dc.publisher", "sitename", "og:site_name")
_DAY = re.compile(r"(?:19|20)\d\d-\d\d(?:-\d\d)?")


def _metadata(root: Any) -> Found:
    """What `<meta>`, `<h1>` and `<title>` say."""
    metas: dict[str, str] = {}
    for meta in root.iter("meta"):
        name, value = meta.get("name") or meta.get("property") or "", " ".join((meta.get("content") or "").split())
        if name and value:
            metas.setdefault(name.lower(), value)
    date = _DAY.match(_first(metas, _DATES).replace("/", "-").replace("年", "-").replace("月", "-"))
    return Found(_title(root, metas), date[0] if date else "", _first(metas, _PUBLISHERS)[:60])


def _first(metas: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((metas[name] for name in names if name in metas), "")


def _title(root: Any, metas: Mapping[str, str]) -> str:
    """The title of the article, without the name of the site behind it."""
    given = _first(metas, _TITLES)
    heads = [" ".join(head.text_content().split()) for head in root.iter("h1")]
    page = next((" ".join(head.text_content().split()) for head in root.iter("title")), "")
    if given:
        return given
    if len(heads) == 1 and 4 <= len(heads[0]) <= 80:
        return heads[0]
    stripped = _SITE.sub("", page)
    return stripped if len(stripped) >= 4 else page


def _title_first(parts: Parts, root: Any) -> None:
    """A heading `<h1>` outside of the main part is the title: it stands first."""
    heads = {" ".join(head.text_content().split()) for head in root.iter("h1")}
    lost = [removal for removal in parts.taken if removal.rule == "page_part" and removal.text in heads]
    if len(lost) == 1 and lost[0].text not in parts.lines:
        parts.lines.insert(0, lost[0].text)
        parts.taken = [
            Removal(removal.line + 1, removal.rule, removal.text) for removal in parts.taken if removal is not lost[0]
        ]
