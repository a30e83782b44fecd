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
from typing import Any

from traitlets import Bool, default

from ..errors import ExportError
from ..exporter import NotebookExporter
from ..notebook import Notebook
from .compiler import compile_typst, find_broken
from .document import Document, write_document

LOG = logging.getLogger(__name__)


def set_notebook(notebook: Notebook, show_code: bool | None = None) -> tuple[bytes, Document]:
    """Return the PDF of a notebook and the document it was set from.

    A formula that Typst refuses is shown as its source. Of a report nothing else may fail; in a stranger's notebook
    a note stands for an image that Typst refuses.
    """
    document = write_document(notebook, show_code)
    try:
        return compile_typst(document.markup, document.files), document
    except ExportError as error:
        broken = find_broken(document)
        if notebook.is_report and not broken & document.formulas.keys():
            raise
        LOG.warning("%s; not shown: %s", error, ", ".join(sorted(broken)) or "nothing")
    document = write_document(notebook, show_code, broken)  # a report refuses broken images here
    try:
        return compile_typst(document.markup, document.files), document
    except ExportError as error:
        if notebook.is_report:
            raise
        LOG.warning("%s; the PDF is not marked as accessible", error)
    return compile_typst(document.markup, document.files, accessible=False), document


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
        if document.glyphs.lost:
            self.log.warning("No font shows %s; code points stand in their place", document.glyphs.describe_lost())
        if self.keep_typst:
            outputs = {"main.typ": document.markup.encode(), **document.files}
            resources.setdefault("outputs", {}).update({f"typst/{name}": content for name, content in outputs.items()})
        return pdf, resources
