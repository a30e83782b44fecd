"""The blocks of a notebook as blocks of a page."""

from __future__ import annotations

from collections.abc import Sequence

from ..blocks import Block as Read
from ..blocks import Code, Failure, Figure, Formula, Lost, Markup, Printed
from ..notebook import INTERACTIVE
from .code import Block
from .markup import write_markup
from .writer import Writer


def write_block(writer: Writer, block: Read, shows_code: bool) -> list[Block]:
    """Return a block of a cell as blocks of the page."""
    match block:
        case Code():
            return [Block(f"listing({writer.code(block.text, block.language)})")] if shows_code else []
        case Printed():
            return [writer.printed(block.text)]
        case Failure():
            shown = writer.code(block.trace) if block.trace.strip() else "[]"
            return [Block(f"failure({writer.text(block.named[:300] or writer.words['error'])}, {shown})")]
        case Markup():
            return write_markup(writer, block)
        case Figure():
            found, said = writer.take_picture(block.image), block.said
            return [writer.figure(found, said.alt, said.caption, said.note, block.width)] if found else []
        case Formula():
            return [Block(writer.formula(block.tex, block=True))]
        case Lost():
            return [_not_shown(writer, block.names)]


def _not_shown(writer: Writer, lost: Sequence[str]) -> Block:
    """Return the line that names what is not on paper: elements of HTML and programs, or other kinds of output."""
    interactive = any(INTERACTIVE.search(name) or "/" not in name for name in lost)
    line = f"[{writer.words['lost' if interactive else 'unprinted']}: {', '.join(lost)}]"
    return Block(f"not-shown({writer.text(line[:300])})")
