"""Wrapped text: lines that a PDF or an e-mail broke at a fixed width become paragraphs again.

Where the lines of a text are mostly equally wide, break off in mid-sentence and end their paragraphs on shorter lines,
their width is that of the page. A break behind a full line is then none of the text's own, also where it cuts a word
or a number.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

from .characters import CLOSERS, END_MARKS
from .speakers import may_be_speech

#: The width of a page in columns (a Chinese character takes two), and how much shorter a full line may be.
NARROWEST, WIDEST, SLACK = 24, 160, 0.1
#: The least number and share of full lines (a smaller share will do where there are many), and the largest share of
#: lines that are wider.
FEWEST_FULL, LEAST_FULL, MANY_FULL, LEAST_OF_MANY, MOST_WIDER = 3, 0.35, 12, 0.15, 0.08
_WIDE = re.compile(
    "[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60“”‘’—…]"
)
_INDENT = re.compile(r"(?:\u3000|[ \t\u00a0]{2})")
_PROSE = re.compile("[。，；,;]")
#: A line that begins so is a part of its own however full the line before it is.
_PART = re.compile(
    r"[一二三四五六七八九十]{1,3}、|（[一二三四五六七八九十]{1,3}）|第[一二三四五六七八九十]{1,3}[章节部篇]|[-*•●■◆▲【]"
    r"|[问答][:：]|附[件表][:：]"
)
#: One in digits may also be a number that was cut; it is a part behind a line that ends like a paragraph.
_COUNTED = re.compile(r"\d{1,2}(?:、|．(?!\d)|\.(?![\d%]))|[（(]\d{1,2}[）)]")


class Wrapped(NamedTuple):
    """Lines put together again: the number of the first one (from 0), the text, and the joints that may be wrong."""

    first: int
    text: str
    unsure: tuple[str, ...]


def columns(text: str) -> int:
    """How many columns a line takes, a wide character two."""
    return len(text) + len(_WIDE.findall(text))


class _Page(NamedTuple):
    """The width at which a text was broken, how it counts, and from which width on a line is full."""

    measure: Callable[[str], int]
    width: int
    least: int


def _page(lines: Sequence[str]) -> _Page | None:
    """The page on which `lines` were broken, by columns or by characters; None where they were not."""
    # A line that comes again is a heading or a list, and tells nothing.
    texts = list(dict.fromkeys(line.rstrip() for line in lines if line.strip()))
    best, most = None, 0
    for measure, narrow in ((columns, 1), (len, 2)):
        counts = Counter(map(measure, texts))
        wider = 0
        for width in sorted(counts, reverse=True):
            if wider > MOST_WIDER * len(texts):
                break
            least = width - max(3, int(SLACK * width)) if measure is columns else width - 1
            full = sum(count for near, count in counts.items() if least <= near <= width)
            if NARROWEST <= width * narrow <= WIDEST and full > most:
                best, most = _Page(measure, width, least), full
            wider += counts[width]
    share = LEAST_FULL if most < MANY_FULL else LEAST_OF_MANY
    return best if len(texts) > 2 and most >= max(FEWEST_FULL, share * len(texts)) else None


def ends_paragraph(line: str) -> bool:
    """Whether a line ends like a paragraph."""
    return line.rstrip(CLOSERS)[-1:] in tuple(END_MARKS + "：；:;") or line[-1:] in tuple(END_MARKS)


def begins_part(text: str, *, closed: bool) -> bool:
    """Whether a line begins a part of its own; `closed` says whether the line before it ends like a paragraph."""
    return _PART.match(text) is not None or (closed and _COUNTED.match(text) is not None)


def join_wrapped(lines: Sequence[str]) -> list[Wrapped]:
    """`lines` with those of a paragraph put together where a page broke them; all others as they are."""
    page = _page(lines)
    if page is None:
        return [Wrapped(at, line, ()) for at, line in enumerate(lines)]
    stripped = [line.strip() for line in lines]
    full = [bool(line.strip()) and page.measure(line.rstrip()) >= page.least for line in lines]
    inside = [full[at] and not ends_paragraph(stripped[at]) for at in range(len(lines))]
    ends = [text for at, text in enumerate(stripped) if text and not full[at]]
    prose = sum(_PROSE.search(text) is not None for at, text in enumerate(stripped) if full[at])
    if (
        len({text for at, text in enumerate(stripped) if inside[at]}) < FEWEST_FULL
        or sum(inside) < 0.5 * sum(full)
        or prose < 0.5 * sum(full)
        or sum(line.count("。") + line.count("；") for line in lines) < 0.1 * sum(full)
        or (len(ends) > 0.3 * sum(full) and not any(ends_paragraph(text) for text in ends))
    ):
        return [Wrapped(at, line, ()) for at, line in enumerate(lines)]
    indented = [_INDENT.match(line) is not None for line in lines]
    # Only where paragraphs are indented does a full line that ends a sentence go on.
    first_text = next((at for at, text in enumerate(stripped) if text), 0)
    some = sum(indented) >= max(2, 0.08 * len(full)) or (sum(indented) == 1 and indented[first_text])
    by_indent = some and sum(indented) < 0.6 * len(full)
    found: list[Wrapped] = []
    pieces: list[str] = []
    unsure: list[str] = []
    first = 0
    for at, line in enumerate(lines):
        goes_on = (
            at > 0
            and bool(stripped[at])
            and full[at - 1]
            and (inside[at - 1] or by_indent)
            and not (by_indent and indented[at])
            and not begins_part(stripped[at], closed=not inside[at - 1])
            and not may_be_speech(stripped[at])
        )
        if goes_on:
            before, text = pieces[-1], stripped[at]
            if before[-1:].isdigit() and text[0].isdigit():
                unsure.append(f"{before[-8:]}⏎{text[:8]}")
            latin = before[-1:].isascii() and before[-1:].isalpha() and text[0].isascii() and text[0].isalpha()
            pieces.append(f" {text}" if latin else text)
            continue
        if pieces:
            found.append(Wrapped(first, "".join(pieces), tuple(unsure)))
        first, pieces, unsure = at, [line.rstrip() if full[at] else line], []
    if pieces:
        found.append(Wrapped(first, "".join(pieces), tuple(unsure)))
    return found
