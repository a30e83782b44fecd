"""Markdown: its marks go, its tables become sentences, its lines stay."""

from __future__ import annotations

import re

from .parts import Parts, table_lines

_HEADING = re.compile(r" {0,3}#{1,6}[ \t]+(.*?)[ \t]*#*$")
_TABLE_RULE = re.compile(r"\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)+\|?\s*")
_LINK = re.compile(r"!?\[([^\]\n]{0,300})\]\([^()\s]{1,500}(?:\s+\"[^\"\n]{0,200}\")?\)")
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.{1,500}?)(?<=\S)\1")
_QUOTE, _BULLET = re.compile(r"\s{0,3}(?:>\s?)+"), re.compile(r"\s{0,8}[-*+][ \t]+(?=\S)")
_FENCE = re.compile(r"\s{0,3}(?:```|~~~)")
_RULE = re.compile(r"\s{0,3}(?:[-*_]\s*){3,}")


def is_markdown(text: str) -> bool:
    """Whether a text has marks that only Markdown has: headings with `#`, tables of pipes, links, strong words."""
    sample = text[:200_000].split("\n")
    headings = sum(_HEADING.fullmatch(line) is not None for line in sample)
    pairs = zip(sample, sample[1:], strict=False)
    tables = any("|" in before and _TABLE_RULE.fullmatch(line) for before, line in pairs)
    links = sum(len(_LINK.findall(line)) + len(_STRONG.findall(line)) for line in sample if len(line) < 20_000)
    return headings > 0 or tables or links > 1


def read_markdown(text: str) -> Parts:
    """The lines of a Markdown text without its marks."""
    parts = Parts()
    lines = text.splitlines()
    at, fenced = 0, False
    while at < len(lines):
        line = lines[at]
        at += 1
        if _FENCE.match(line):
            fenced = not fenced
            continue
        if fenced:
            parts.lines.append(line)
            continue
        if at < len(lines) and "|" in line and _TABLE_RULE.fullmatch(lines[at]):
            rows = [_cells(line)]
            at += 1
            while at < len(lines) and "|" in lines[at]:
                rows.append(_cells(lines[at]))
                at += 1
            width = len(rows[0])
            parts.lines += table_lines([(row + [""] * width)[: max(width, len(row))] for row in rows])
            continue
        if _RULE.fullmatch(line):
            continue
        heading = _HEADING.fullmatch(line)
        plain = heading[1] if heading else _BULLET.sub("", _QUOTE.sub("", line, count=1), count=1)
        if heading and parts.lines:
            parts.lines.append("")
        parts.lines.append(_inline(plain))
        if heading:
            parts.lines.append("")
    return parts


def _cells(line: str) -> list[str]:
    """The cells of a row; the pipes at its ends may be left out."""
    inside = line.strip().removeprefix("|")
    inside = inside.removesuffix("|") if not inside.endswith("\\|") else inside
    return [_inline(cell.replace("\\|", "|").strip()) for cell in re.split(r"(?<!\\)\|", inside)]


def _inline(text: str) -> str:
    """A line without the marks within it; of a picture nothing stays, of a link its words."""
    if len(text) > 20_000:
        return text
    text = _LINK.sub(lambda match: "" if match[0].startswith("!") else match[1], text)
    return _STRONG.sub(r"\2", text)
