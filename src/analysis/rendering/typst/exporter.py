"""Any notebook as a tagged PDF, set by Typst: no browser, no TeX, no system font.

`TypstPDFExporter` is an nbconvert exporter (`jupyter nbconvert --to typst-pdf`). `write_document` and `compile_typst`
are its two steps. Whatever comes from the notebook enters the Typst source as a string literal and
never as markup; formulas are evaluated by Typst's math mode, which cannot read files.

See `rendering.notebook` for the metadata it reads. Of a report a character that no font shows, a figure without
alternative text, a broken image or formula is an error and not a makeshift.

Typst starts threads: a process that forks workers should not compile before it forks.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

from traitlets import Bool, default

from ..errors import ExportError
from ..exporter import NotebookExporter
from ..notebook import Notebook
from .compiler import broken_parts, compile_typst, is_set
from .document import Document, first_words, write_document

LOG = logging.getLogger(__name__)


def set_notebook(notebook: Notebook, show_code: bool | None = None) -> tuple[bytes, Document]:
    """Return the PDF of a notebook and the document it was set from.

    A formula that Typst refuses is shown as its source. Of a report nothing else may fail; in a stranger's notebook
    a note stands for an image or a cell that Typst refuses, and the warning names the cell and its first words.
    """
    document = write_document(notebook, show_code)
    try:
        return compile_typst(document.markup, document.files), document
    except ExportError as error:
        broken = find_broken(notebook, show_code)
        named = "; ".join(broken.values()) or "nothing"
        if notebook.is_report and not broken.keys() & document.formulas.keys():
            raise ExportError(f"{error}; refused: {named}") from error
        LOG.warning("%s: %s; not shown as it should be: %s", notebook.name or notebook.title, error, named)
    document = write_document(notebook, show_code, frozenset(broken))  # a report refuses broken images here
    try:
        return compile_typst(document.markup, document.files), document
    except ExportError as error:
        if notebook.is_report:
            raise
        LOG.warning("%s: %s; the PDF is not marked as accessible", notebook.name or notebook.title, error)
    return compile_typst(document.markup, document.files, accessible=False), document


def find_broken(notebook: Notebook, show_code: bool | None) -> dict[str, str]:
    """Return what Typst refuses: images, formulas and whole cells by their names, with the words that describe each."""
    broken: dict[str, str] = {}
    for cell in notebook.cells:
        alone = replace(notebook, cells=[cell])
        document = write_document(alone, show_code)
        if is_set(document.markup, document.files):
            continue
        parts = {part: f"{cell.where}: {part[:60]}" for part in broken_parts(document)}
        mended = write_document(alone, show_code, frozenset(parts))
        if not parts or not is_set(mended.markup, mended.files):
            parts[cell.where] = f"{cell.where}: {first_words(cell)}"
        broken |= parts
    return broken


class TypstPDFExporter(NotebookExporter):
    """Notebook to tagged PDF (PDF/UA-1), set by Typst with the fonts of this package."""

    output_mimetype = "application/pdf"
    export_from_notebook = "PDF (Typst)"

    keep_typst = Bool(False, help="Also write the Typst source beside the PDF.").tag(config=True)

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".pdf"

    def _left_out(self) -> set[str]:
        return super()._left_out() | {"no_pdf"}

    def from_notebook_node(  # type: ignore[override]  # the base class says a notebook, and every exporter returns more
        self, nb: Any, resources: Any | None = None, **kw: Any
    ) -> tuple[bytes, dict[str, Any]]:
        """Return the PDF of a notebook and nbconvert's resources."""
        nb, resources = super().from_notebook_node(nb, resources, **kw)
        pdf, document = set_notebook(self.read(nb, resources), self.asked_for_input())
        self.list_unread(document.unread)
        if document.glyphs.lost:
            self.log.warning("No font shows %s; code points stand in their place", document.glyphs.describe_lost())
        if self.keep_typst:
            outputs = {"main.typ": document.markup.encode(), **document.files}
            resources.setdefault("outputs", {}).update({f"typst/{name}": content for name, content in outputs.items()})
        return pdf, resources
