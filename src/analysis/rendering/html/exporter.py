"""Notebooks as one HTML file each, with untrusted text inert: `jupyter nbconvert --to report-html` on any notebook."""

from __future__ import annotations

import html
from typing import Any

from traitlets import default

from ..errors import MissingAlt
from ..exporter import NotebookExporter
from ..formulas import mathml
from ..images import IMAGES, from_bundle, from_link, to_uri
from ..notebook import PLAIN, REPR, Cell, Notebook, error_lines, forms, json_text, output_words
from ..text import joined, terminal_text
from .page import HEADING, Body, wrapped
from .prose import code_block, words_of

FIELDS = ("description", "subtitle", "date", "facts", "sources", "home", "alternate", "downloads", "colophon")


class NotebookPage:
    """Writes the cells of one notebook into a page."""

    def __init__(self, notebook: Notebook, code: bool | None) -> None:
        self.notebook = notebook
        self.folds_code = notebook.is_report and not code
        self.parts = Body(notebook.lang, notebook.report.get("labels"))

    def text(self) -> str:
        """Return the whole page; the code of a report comes at its end, folded."""
        shown: list[str] = []
        code: list[str] = []
        for cell in self.notebook.cells:
            source = cell.source.strip("\n")
            if cell.kind == "code" and cell.shows_input and source.strip():
                block = code_block(source, self.notebook.code_language)
                (code if self.folds_code else shown).append(block)
            shown += self._cell(cell)
        if code:
            word = html.escape(self.parts.words["code"])
            shown.append(f'<details class="pg-source"><summary>{word}</summary>\n{"".join(code)}</details>\n')
        fields = {key: self.notebook.report.get(key) for key in FIELDS}
        return wrapped(self.parts, self.notebook.title, self._without_title("".join(shown)), fields)

    def _without_title(self, body: str) -> str:
        """Return the body without a first heading that says what the page's title says."""
        first = next((match for match in HEADING.finditer(body) if match[1] == "1"), None)
        if first and " ".join(words_of(first[3]).split()) == self.notebook.title:
            return body[: first.start()] + body[first.end() :]
        return body

    def _cell(self, cell: Cell) -> list[str]:
        """Return a cell without its code; of raw cells those that are meant for HTML or Markdown."""

        def find_image(link: str) -> str | None:
            found = from_link(link, cell.attachments, self.notebook.folder)
            return to_uri(found) if found else None

        if cell.kind == "markdown" or cell.kind == "raw" and cell.raw_format == "text/markdown":
            return [self.parts.markdown(cell.source, find_image)]
        if cell.kind == "raw" and cell.raw_format == "text/html":
            return [self.parts.untrusted(cell.source)[0]]
        return [self._output(output, cell) for output in cell.outputs]

    def _output(self, output: Any, cell: Cell) -> str:
        """Return one output of a cell."""
        if output.get("output_type") == "stream":
            return _printed(joined(output.get("text")), output.get("name", "stdout"))
        if output.get("output_type") == "error":
            return self._error(output)
        data = output.get("data") or {}
        order, lost = forms(data)
        for mime in order:
            shown, missing = self._form(mime, output, cell)
            if mime in PLAIN and (lost or missing) and REPR.fullmatch(joined(data[mime]).strip()):
                continue
            lost += missing
            if shown:
                return shown + self.parts.lost(lost)
        return self.parts.lost(lost or list(data))

    def _error(self, output: Any) -> str:
        word = html.escape(self.parts.words["error"])
        named, trace = (html.escape(terminal_text(text)) for text in error_lines(output))
        lines = f'<pre class="pg-out">{trace}</pre>' if trace else ""
        return f'<div class="pg-error"><p><strong>{word}</strong> <code>{named}</code></p>{lines}</div>\n'

    def _form(self, mime: str, output: Any, cell: Cell) -> tuple[str, list[str]]:
        """Return one form of an output as HTML, "" if nothing of it can be shown, and what had to be left out."""
        data, said = output["data"][mime], output_words(output, mime)
        if mime in IMAGES:
            if self.notebook.is_report and not said.alt:
                raise MissingAlt(cell.where, mime)
            image = from_bundle(mime, data)
            return (self.parts.figure(image, said), []) if image else ("", ["image"])
        match mime:
            case "text/html":
                return self.parts.untrusted(joined(data), said)
            case "text/markdown":
                return self.parts.markdown(joined(data)), []
            case "text/latex":
                return mathml(joined(data), display=True), []
        return _printed(json_text(data) if mime == "application/json" else joined(data)), []


def _printed(text: str, name: str = "stdout") -> str:
    """Return what a program printed."""
    plain = terminal_text(text).strip("\n")
    kind = " pg-stderr" if name == "stderr" else ""
    return f'<pre class="pg-out{kind}">{html.escape(plain)}</pre>\n' if plain.strip() else ""


class ReportHTMLExporter(NotebookExporter):
    """Notebook to one quiet, self-contained HTML page; see `rendering.notebook` for the metadata it reads."""

    export_from_notebook = "Report (HTML)"
    output_mimetype = "text/html"

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".html"

    def from_notebook_node(  # type: ignore[override]  # the base class says a notebook, and every exporter returns more
        self, nb: Any, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """Return the page for a notebook, and nbconvert's resources."""
        nb, resources = super().from_notebook_node(nb, resources, **kw)
        return NotebookPage(self.read(nb, resources), self.asked_for_input()).text(), resources
