"""Typst sources as PDF files."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from .. import fonts
from ..errors import ExportError
from ..pack_pdf import packed
from .code import literal
from .document import Document


@cache
def _font_book(folders: tuple[Path, ...]) -> Any:
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=list(folders))


def _fonts_for(markup: str) -> Any:
    """Return the fonts a source names in its first lines."""
    named = re.search(r"^#let fonts = \((.*)\)$", markup, re.MULTILINE)
    folders = [fonts.font_folder()]
    for script, family in fonts.FAMILIES.items():
        if script != "sc" and named and literal(family) in named[1]:
            folders.append(fonts.fallback_folder(script))
    if named and literal(fonts.LETTERS) in named[1]:
        folders.append(fonts.letter_folder())
    return _font_book(tuple(folders))


def compile_typst(markup: str, files: Mapping[str, bytes], *, accessible: bool = True) -> bytes:
    """Return the PDF of a Typst source and its files; nothing outside `files` can be read.

    `accessible` asks for PDF/UA-1, which Typst checks. Raises ExportError with the compiler's message.
    """
    import typst

    with tempfile.TemporaryDirectory(prefix="typst-") as folder:
        root = Path(folder)
        (root / "main.typ").write_text(markup, encoding="utf-8")
        for name, content in files.items():
            (root / name).write_bytes(content)
        try:
            pdf = typst.compile(
                root / "main.typ",
                root=root,
                font_paths=_fonts_for(markup),
                ignore_system_fonts=True,
                format="pdf",
                pdf_standards="ua-1" if accessible else None,
            )
        except RuntimeError as error:
            raise ExportError(f"Typst cannot set the document: {' '.join(str(error).split())}") from error
    return packed(pdf)


def find_broken(document: Document) -> frozenset[str]:
    """Return the names of the images and the formulas that Typst refuses, each tried by itself."""
    families = ", ".join(document.glyphs.families())
    head = f'#let fonts = ({families},)\n#set document(title: "-")\n#set text(font: fonts)\n'
    trials = {name: f'#image({literal("/" + name)}, alt: "-", width: 10pt)' for name in document.files}
    for tex, formula in document.formulas.items():
        trials[tex] = f'#math.equation(alt: "-", eval({literal(formula)}, mode: "math"))'
    broken = set()
    for name, code in trials.items():
        try:
            compile_typst(head + code, {name: document.files[name]} if name in document.files else {})
        except ExportError:
            broken.add(name)
    return frozenset(broken)
