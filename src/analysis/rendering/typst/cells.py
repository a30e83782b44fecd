"""The cells of a notebook and their outputs as blocks of a page."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..formulas import bare_tex, typst_formula
from ..images import IMAGES, SVG, from_bundle, svg_description
from ..notebook import FORMS, INTERACTIVE, PLAIN, REPR, Cell, Words, error_lines, forms, json_text, output_words
from ..text import joined, terminal_text
from .code import Block
from .markup import read_markup
from .prose import Prose
from .writer import Writer


def write_cell(writer: Writer, cell: Cell, title: str, code_language: str) -> list[Block]:
    """Return one cell as blocks; code is shown in `code_language`, an empty one leaves it out."""
    writer.where, writer.cell_number, writer.attachments = cell.where, cell.number, cell.attachments
    if cell.kind == "markdown":
        return Prose(writer).read(cell.source, title if not writer.level else "")
    if cell.kind == "raw":
        return _raw(writer, cell)
    blocks = []
    if code_language and cell.source.strip() and cell.shows_input:
        code = writer.code(cell.source.expandtabs(4).rstrip(), code_language)
        blocks.append(Block(f"listing({code})"))
    return blocks + [block for output in cell.outputs for block in _output(writer, output)]


def _raw(writer: Writer, cell: Cell) -> list[Block]:
    """Return a raw cell whose format is text; any other is meant for another kind of page."""
    if cell.raw_format == "text/markdown":
        return Prose(writer).read(cell.source)
    is_text = cell.raw_format in ("text/plain", "text") and cell.source.strip()
    return [writer.printed(terminal_text(cell.source))] if is_text else []


def _output(writer: Writer, output: Mapping[str, Any]) -> list[Block]:
    """Return one output of a cell as blocks."""
    kind = output.get("output_type")
    if kind == "stream":
        text = terminal_text(joined(output.get("text")))
        return [writer.printed(text)] if text.strip() else []
    if kind == "error":
        named, trace = map(terminal_text, error_lines(output))
        shown = writer.code(trace) if trace.strip() else "[]"
        return [Block(f"failure({writer.text(named[:300] or writer.words['error'])}, {shown})")]
    return _bundle(writer, output) if isinstance(output.get("data"), Mapping) else []


def _bundle(writer: Writer, output: Mapping[str, Any]) -> list[Block]:
    """Return the richest form of an output that paper can show, or a line that says what it was."""
    data = output["data"]
    order, unseen = forms(data)
    for mime in order:
        blocks, lost = _form(writer, mime, data[mime], output_words(output, mime), _width(output, mime))
        what = f"{mime} ({', '.join(sorted(lost))})" if lost else mime
        if not blocks:
            unseen += [what] if mime not in PLAIN else []
            continue
        above = unseen if mime in PLAIN else [what] if lost else []
        return [_not_shown(writer, above), *blocks] if above else blocks
    other = unseen + [mime for mime in data if mime not in FORMS and mime not in unseen]
    return [_not_shown(writer, other)] if other else []


def _width(output: Mapping[str, Any], mime: str) -> float:
    """Return the width in points that an output's metadata asks for, else 0."""
    own = (output.get("metadata") or {}).get(mime)
    width = own.get("width") if isinstance(own, Mapping) else None
    return float(width) * 0.75 if isinstance(width, (int, float)) and 0 < width < 10000 else 0


def _not_shown(writer: Writer, mimes: Sequence[str]) -> Block:
    """Return the line that names what is not on paper."""
    names = ", ".join(dict.fromkeys(mimes))
    interactive = INTERACTIVE.search(names) or "(" in names
    line = f"[{writer.words['lost' if interactive else 'unprinted']}: {names}]"
    return Block(f"not-shown({writer.text(line[:300])})")


def _form(writer: Writer, mime: str, data: Any, said: Words, width: float) -> tuple[list[Block], set[str]]:
    """Return one representation of an output as blocks (none if it cannot be shown) and the elements lost."""
    if mime in IMAGES:
        image = from_bundle(mime, data)
        found = writer.take_picture(image) if image else None
        if image is None or found is None:
            writer.refuse_broken(mime)
            return [], set()
        alt = writer.alt(said.alt, said.caption, svg_description(image.source) if mime == SVG else "")
        return [writer.figure(found, alt, said.caption, said.note, width)], set()
    match mime:
        case "text/html":
            blocks, lost = read_markup(writer, joined(data), said=said)
            return blocks, lost - {"script"} if blocks else lost
        case "text/markdown":
            return _with_caption(writer, Prose(writer).read(joined(data)), said), set()
        case "text/latex":
            return _latex(writer, joined(data)), set()
        case "application/json":
            return [writer.printed(json_text(data))], set()
    text = terminal_text(joined(data))
    return [writer.printed(text)] if text.strip() and not REPR.fullmatch(text.strip()) else [], set()


def _latex(writer: Writer, source: str) -> list[Block]:
    """Return a text/latex output: a formula, or nothing when it is some other TeX."""
    tex = bare_tex(source)
    other = re.search(r"\\begin\{(?:tabular|table|longtable|document)", tex)
    known = not other and tex not in writer.broken and typst_formula(tex) is not None
    return [Block(writer.formula(source, block=True))] if known else []


def _with_caption(writer: Writer, blocks: list[Block], said: Words) -> list[Block]:
    """Return blocks with the caption above and the note below that the output's metadata gives."""
    above = [Block(f"caption-line({writer.label(said.caption)})")] if said.caption else []
    below = [Block(f"source-line({writer.label(said.note)})")] if said.note else []
    return [*above, *blocks, *below] if blocks else []
