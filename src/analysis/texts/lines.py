"""Lines: the lines of a text that stay, with those joined that a page broke in the middle of a sentence."""

from __future__ import annotations

import re

from .characters import CLOSED, CONTINUERS, LABEL, LONG_LINE, Line, Removal, normalise
from .furniture import furniture, picture_notes, repeated_titles
from .speakers import may_be_speech
from .wrapped import join_wrapped

_BREAKS = re.compile(r"\r\n|\r|\n")
# Breaks that editors do not count as lines.
_INNER_BREAKS = re.compile("[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_CN = "一二三四五六七八九十"
#: What marks a line as the start of a part, by level.
NUMBERED = (
    (1, re.compile(rf"[{_CN}]{{1,3}}、|第[{_CN}]{{1,3}}(?:章|部分|篇)")),
    (2, re.compile(rf"（[{_CN}]{{1,3}}）|第[{_CN}]{{1,3}}节")),
    (3, re.compile(r"\d{1,2}(?:[、．]|\.(?!\d))|（\d{1,2}）|\(\d{1,2}\)|[①-⑳]|[［\[]\d{1,3}[］\]]")),
    (4, re.compile(rf"[{_CN}]{{1,2}}是|第[{_CN}]{{1,2}}[，、,]|其[一二三四五六七八九]是?[，、]")),
)
_NUMBER_STARTS = frozenset("一二三四五六七八九十第（(［[其0123456789①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳")
DATED_SUBTITLE = re.compile(r"[—―-]{1,4}.{0,6}年.{1,20}日?在")
_BARE_NUMBER = re.compile(r"\d{1,3}(?:\.\d{1,2})?")


def level_of(text: str) -> int | None:
    """The level of a numbered line, 1 to 4, or None."""
    if text[:1] not in _NUMBER_STARTS:
        return None
    return next((level for level, pattern in NUMBERED if pattern.match(text)), None)


def continues(before: str, text: str) -> bool:
    """Whether `text` goes on with the sentence that the line `before` broke off."""
    if text[0] in CONTINUERS or text.startswith("是："):
        return True
    last = before[-1]
    if last == "：" and level_of(text) is None and LABEL.fullmatch(before) and may_be_speech(before):
        # A label on a line of its own, unless the next line has one, too.
        return not may_be_speech(text)
    if level_of(text) is not None or LABEL.match(text) or text[0] in "—―【［△":
        return False
    if _BARE_NUMBER.fullmatch(text):
        # A subscript that was set as a line of its own.
        return len(before) >= 20 and last not in CLOSED and not last.isdigit()
    if DATED_SUBTITLE.match(before) and last not in "上）)" and text.endswith("上") and len(text) <= 40:
        return True
    if last in "，、的（“《":
        return True
    if (last.isdigit() or last == ",") and text[0].isdigit():
        # Two numbers would become one.
        return False
    if last == ",":
        return True
    long = LONG_LINE // 2 if last.isascii() else LONG_LINE
    if not last.isalnum() or len(before) < long or (len(text) < 20 and text[-1] not in CLOSED):
        return False
    # Its label does not count, so that a line fares the same with and without its speaker.
    label = LABEL.match(before)
    return label is None or len(before) - label.end() >= long or not may_be_speech(before)


def _join(lines: list[Line]) -> tuple[list[Line], list[Removal]]:
    """`lines` with broken ones joined and put in order again; a space only between two Latin words."""
    parts: list[list[Line]] = []
    last_text = ""
    for line in lines:
        if parts and continues(last_text, line.text):
            parts[-1].append(line)
            # Only its start, its end and whether it is long matter, and copying a growing line would be quadratic.
            last_text += line.text
            if len(last_text) > 4 * LONG_LINE:
                last_text = last_text[: 2 * LONG_LINE] + last_text[-2 * LONG_LINE :]
        else:
            parts.append([line])
            last_text = line.text
    joined: list[Line] = []
    removals: list[Removal] = []
    for part in parts:
        if len(part) == 1:
            joined.append(part[0])
            continue
        text = part[0].text
        pieces = [text]
        for (_, a), (_, b) in zip(part, part[1:], strict=False):
            pieces.append(" " + b if a[-1].isascii() and a[-1].isalpha() and b[0].isascii() and b[0].isalpha() else b)
        text, taken = normalise(part[0].number, "".join(pieces))
        removals += taken
        joined.append(Line(part[0].number, text))
    return joined, removals


def whole_lines(text: str) -> tuple[list[Line], list[Removal]]:
    """The lines of `text` that stay, in order and whole, and what was taken away."""
    lines: list[Line] = []
    removals: list[Removal] = []
    for first, raw, unsure in join_wrapped(_BREAKS.split(text)):
        number = first + 1
        removals += [Removal(number, "unsure_join", joint) for joint in unsure]
        for part in _INNER_BREAKS.split(raw) if _INNER_BREAKS.search(raw) else (raw,):
            line, taken = normalise(number, part)
            removals += taken
            if line:
                lines.append(Line(number, line))
    # What one step takes away can make neighbours of lines that a step before must see; real texts settle at once.
    for _ in range(8):
        before = len(removals), len(lines)
        for step in (picture_notes, furniture, repeated_titles, _join):
            lines, taken = step(lines)
            removals += taken
        if before == (len(removals), len(lines)):
            break
    removals.sort(key=lambda removal: removal.line)
    return lines, removals
