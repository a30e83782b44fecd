"""Notebooks as one HTML file each, with untrusted text inert: `jupyter nbconvert --to report-html` on any notebook."""

from __future__ import annotations

import html
from typing import Any

from traitlets import Unicode, default

from ..blocks import Block, Code, Failure, Figure, Formula, Lost, Markup, Printed, Reader
from ..exporter import NotebookExporter
from ..formulas import mathml
from ..images import SVG, Image, image_size
from ..notebook import Notebook
from ..webfonts import EMBEDDED
from .code import code_block
from .page import Body, wrapped

FIELDS = ("description", "subtitle", "date", "facts", "sources", "home", "alternate", "downloads", "colophon")


class NotebookPage:
    """Writes the blocks of one notebook into a page; `unread` are formulas it could not read, each with its cell."""

    def __init__(self, notebook: Notebook, code: bool | None, fonts: str) -> None:
        self.notebook = notebook
        self.folds_code = notebook.is_report and not code
        self.parts = Body(notebook.lang, notebook.report.get("labels"))
        self.parts.fonts = fonts
        self.unread: list[str] = []

    def shows_picture(self, image: Image) -> bool:
        """Tell whether a browser shows a picture: any SVG, and what is the bitmap it says it is."""
        return "<svg" in image.source if image.mime == SVG else image_size(image) is not None

    def shows_formula(self, tex: str) -> bool:
        return mathml(tex) is not None

    def text(self) -> str:
        """Return the whole page; the code of a report comes at its end, folded."""
        shown: list[str] = []
        code: list[str] = []
        reader = Reader(self.notebook, self)
        for cell in self.notebook.cells:
            for block in reader.read(cell):
                (code if self.folds_code and isinstance(block, Code) else shown).append(self._block(block))
            self.unread += [f"{cell.where}: {tex[:60]}" for tex in self.parts.unread]
            self.parts.unread.clear()
        if code:
            word = html.escape(self.parts.words["code"])
            shown.append(f'<details class="pg-source"><summary>{word}</summary>\n{"".join(code)}</details>\n')
        fields = {key: self.notebook.report.get(key) for key in FIELDS}
        return wrapped(self.parts, self.notebook.title, "".join(shown), fields)

    def _block(self, block: Block) -> str:
        match block:
            case Code():
                return code_block(block.text, block.language)
            case Printed():
                kind = " pg-stderr" if block.kind == "stderr" else ""
                return f'<pre class="pg-out{kind}">{html.escape(block.text)}</pre>\n'
            case Failure():
                word, named = html.escape(self.parts.words["error"]), html.escape(block.named)
                lines = f'<pre class="pg-out">{html.escape(block.trace)}</pre>' if block.trace else ""
                return f'<div class="pg-error"><p><strong>{word}</strong> <code>{named}</code></p>{lines}</div>\n'
            case Markup():
                return self.parts.markup(block.tree, block.said, block.is_prose)
            case Figure():
                return self.parts.figure(block.image, block.said)
            case Formula():
                return f"<p>{self.parts.formula(block.tex, display=True)}</p>\n"
            case Lost():
                return self.parts.lost(block.names)


class ReportHTMLExporter(NotebookExporter):
    """Notebook to one quiet, self-contained HTML page; see `rendering.notebook` for the metadata it reads."""

    export_from_notebook = "Report (HTML)"
    output_mimetype = "text/html"

    fonts = Unicode(
        EMBEDDED,
        help="Where the characters come from that many machines have no font for: embedded in the page, none, or the "
        "folder, such as ./, of files that pages share.",
    ).tag(config=True)

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".html"

    def from_notebook_node(  # type: ignore[override]  # the base class says a notebook, and every exporter returns more
        self, nb: Any, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """Return the page for a notebook, and nbconvert's resources."""
        nb, resources = super().from_notebook_node(nb, resources, **kw)
        page = NotebookPage(self.read(nb, resources), self.asked_for_input(), self.fonts)
        text = page.text()
        self.list_unread(page.unread)
        return text, resources
