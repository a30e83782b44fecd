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
    named = " ".join(re.findall(r"^#let (?:code-)?fonts = (.*)$", markup, re.MULTILINE)[:2])
    folders = [fonts.font_folder()]
    for script, family in fonts.FAMILIES.items():
        if script != "sc" and literal(family) in named:
            folders.append(fonts.fallback_folder(script))
    if literal(fonts.LETTERS) in named:
        folders.append(fonts.letter_folder())
    if literal(fonts.CODE) in named:
        folders.append(fonts.code_folder())
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


def is_set(markup: str, files: Mapping[str, bytes]) -> bool:
    """Tell whether Typst sets a source, tagged or not."""
    try:
        compile_typst(markup, files, accessible=False)
    except ExportError:
        return False
    return True


def broken_parts(document: Document) -> frozenset[str]:
    """Return the names of the images and the formulas that Typst refuses, each tried by itself."""
    families = ", ".join(document.glyphs.families())
    head = f'#let fonts = ({families},)\n#set document(title: "-")\n#set text(font: fonts)\n'
    trials = {name: f'#image({literal("/" + name)}, alt: "-", width: 10pt)' for name in document.files}
    for tex, formula in document.formulas.items():
        trials[tex] = f'#math.equation(alt: "-", eval({literal(formula)}, mode: "math"))'
    files = document.files
    return frozenset(
        name for name, code in trials.items() if not is_set(head + code, {name: files[name]} if name in files else {})
    )
