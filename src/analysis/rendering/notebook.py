"""What both pages show of a notebook: its cells and outputs, what is hidden, its title, its language.

What a notebook says about itself is in `nb.metadata["report"]`: title, subtitle, lang, description, date (ISO), author
and keywords (a text or several), facts and colophon ([label, value] or [label, value, link]), sources ({caption, head,
rows, note}), home (the link of the index), alternate and downloads ([label, link]), labels (other words for the page).
Such a report is held to more than a stranger's notebook. An output may carry alt, caption and note in its metadata,
directly or under its MIME type. A table of the class `landscape` lies on a page across in print, however narrow it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from .elements import parsed, words_in
from .images import IMAGES, RASTER
from .markdown import markdown_html
from .text import guess_language, joined, one_line, printable

# In order of preference. Formulas come as text/latex with a bitmap beside them; the formula is the better of the two.
FORMS = ("text/html", "image/svg+xml", "text/markdown", "text/latex", *RASTER, "text/plain", "application/json")
PLAIN = ("text/plain", "application/json")
INTERACTIVE = re.compile(
    r"\bapplication/(?:javascript|vnd\.(?:jupyter\.widget|plotly|vega|vegalite|bokeh|holoviews|dataresource)|geo\+json)"
    r"|\btext/javascript"
)
REPR = re.compile(
    r"<[\w.]+(?: object| at 0x|\.core\.display\.)[^\n]*>|<[\w.]+\s+object>|Figure\(\d+x\d+\)|<Figure size [^>]*>"
)
HIDDEN_CELLS = {"remove_cell", "hide_cell", "look"}
HIDDEN_INPUTS = {"remove_input", "hide_input"}
HIDDEN_OUTPUTS = {"remove_output", "hide_output"}


class Words(NamedTuple):
    """What an output says of itself."""

    alt: str
    caption: str
    note: str


NO_WORDS = Words("", "", "")


@dataclass(frozen=True)
class Cell:
    """A cell that is shown; `where` names it in messages, `outputs` are those that are not hidden."""

    number: int
    where: str
    kind: str
    source: str
    outputs: list[Mapping[str, Any]] = field(default_factory=list)
    attachments: Mapping[str, Any] = field(default_factory=dict)
    shows_input: bool = True
    raw_format: str = ""

    def texts(self) -> Iterator[str]:
        """Give the cell's Markdown and that of its outputs."""
        yield from [self.source] * (self.kind == "markdown")
        yield from (joined(data["text/markdown"]) for data in self.bundles() if "text/markdown" in data)

    def bundles(self) -> Iterator[Mapping[str, Any]]:
        """Give the representations of each output that has any."""
        return (output.get("data") or {} for output in self.outputs)


@dataclass(frozen=True)
class Notebook:
    """A notebook as it is shown; `name` is the file's, pictures are looked for in `folder`."""

    cells: list[Cell]
    report: Mapping[str, Any]
    is_report: bool
    lang: str
    title: str
    code_language: str
    name: str = ""
    folder: Path | None = None
    max_lines: int = 1000

    def pairs(self, key: str) -> list[list[Any]]:
        """Return the rows of facts, colophon, alternate or downloads."""
        return [list(row) for row in self.report.get(key) or []]


def read(
    nb: Mapping[str, Any],
    name: str = "",
    folder: Path | str | None = None,
    left_out: Collection[str] = (),
    max_lines: int = 1000,
) -> Notebook:
    """Return what is shown of a notebook; `left_out` may hold input, output, markdown, raw and
    code_cell, or tags of cells; a text of more than `max_lines` is cut, none with 0."""
    metadata = nb.get("metadata") or {}
    said = metadata.get("report")
    is_report = isinstance(said, Mapping)
    report: Mapping[str, Any] = said if isinstance(said, Mapping) else {}
    cells = list(_shown_cells(nb.get("cells") or [], is_report, set(left_out)))
    return Notebook(
        cells=cells,
        report=report,
        is_report=is_report,
        lang=str(report.get("lang") or guess_language(_reading_text(cells))),
        title=_title([report.get("title"), metadata.get("title")], cells, name),
        code_language=_code_language(metadata),
        name=name,
        folder=Path(folder) if folder else None,
        max_lines=max_lines,
    )


def _shown_cells(cells: Iterable[Mapping[str, Any]], is_report: bool, left_out: set[str]) -> Iterator[Cell]:
    """Give the cells that are not hidden as a whole. A report shows no parameters that others took the place of."""
    tags = [_tags(cell) for cell in cells]
    injected = any("injected_parameters" in names for names in tags)
    replaced = {"injected_parameters", *(["parameters"] if injected else [])} if is_report else set()
    for number, (cell, names) in enumerate(zip(cells, tags, strict=True), 1):
        kind = str(cell.get("cell_type"))
        if names & (HIDDEN_CELLS | replaced | left_out) or {"code": "code_cell"}.get(kind, kind) in left_out:
            continue
        own = cell.get("metadata") or {}
        concealed = names & HIDDEN_INPUTS or (own.get("jupyter") or {}).get("source_hidden") or "input" in left_out
        hides_output = names & HIDDEN_OUTPUTS or "output" in left_out
        yield Cell(
            number,
            f"cell {number} ({cell['id']})" if cell.get("id") else f"cell {number}",
            kind,
            joined(cell.get("source")),
            [] if hides_output else _merged_streams(cell.get("outputs") or []),
            cell.get("attachments") or {},
            not concealed,
            str(own.get("raw_mimetype") or own.get("format") or "").lower(),
        )


def _tags(cell: Mapping[str, Any]) -> set[str]:
    """Return the tags of a cell, hyphens read as underscores."""
    tags = (cell.get("metadata") or {}).get("tags") or []
    return {str(tag).replace("-", "_") for tag in tags} if isinstance(tags, (list, tuple)) else set()


def _merged_streams(outputs: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return outputs with neighbouring pieces of the same stream put together."""
    result: list[Mapping[str, Any]] = []
    for output in outputs:
        last = result[-1] if result else {}
        if output.get("output_type") == "stream" == last.get("output_type") and output.get("name") == last.get("name"):
            result[-1] = {**last, "text": joined(last.get("text")) + joined(output.get("text"))}
        else:
            result.append(output)
    return result


def _reading_text(cells: Iterable[Cell]) -> str:
    """Return what tells the language: the Markdown, else the texts of outputs, enough of it."""
    cells = list(cells)
    prose = "\n".join(text[:5000] for cell in cells for text in cell.texts())
    if any(map(str.isalpha, prose)):
        return prose
    parts = []
    for output in (output for cell in cells for output in cell.outputs):
        data = output.get("data") or {}
        shown = joined(data.get("text/html") or data.get("text/plain") or output.get("text"))
        parts.append(re.sub(r"<style.*?</style>|<[^>]*>", "", shown[:20000], flags=re.DOTALL)[:5000])
    return "\n".join(parts)


def _title(stated: Iterable[Any], cells: Iterable[Cell], name: str) -> str:
    """Return the title: as the metadata says, else the first first-level heading, else the file's name."""
    first = (
        words_in(parsed(heading[1]))
        for cell in cells
        if cell.kind == "markdown"
        if (heading := re.search(r"(?ms)^<h1\b[^>]*>(.*?)</h1>", markdown_html(cell.source)))
    )
    choices = (printable(one_line(joined(choice))).strip() for choice in chain(stated, first, [name]))
    return next(filter(None, choices), "Notebook")


def _code_language(metadata: Mapping[str, Any]) -> str:
    """Return the name of the notebook's programming language."""
    info, kernel = metadata.get("language_info") or {}, metadata.get("kernelspec") or {}
    return str(info.get("name") or kernel.get("language") or "python").lower()


def forms(data: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Return the MIME types of an output that a page can show, best first, and those that would need a program."""
    interactive = [mime for mime in data if INTERACTIVE.match(mime)]
    order = [mime for mime in FORMS if mime in data]
    if interactive:
        order.sort(key=lambda mime: mime not in IMAGES)
    return order, interactive


def output_words(output: Mapping[str, Any], mime: str) -> Words:
    """Return what an output's metadata says, for this MIME type or for all."""
    metadata = output.get("metadata") or {}
    own = metadata.get(mime)
    given = own if isinstance(own, Mapping) else {}
    return Words(*(joined(given.get(key) or metadata.get(key)).strip() for key in Words._fields))


def error_lines(output: Mapping[str, Any]) -> tuple[str, str]:
    """Return name and message of an error, and its traceback."""
    named = (joined(output.get(key)) for key in ("ename", "evalue"))
    return ": ".join(filter(None, named)), "\n".join(map(str, output.get("traceback") or []))


def json_text(data: Any) -> str:
    """Return a JSON output as it is printed."""
    return json.dumps(data, ensure_ascii=False, indent=2)[:20000]


def text_and_link(value: Any) -> tuple[str, str]:
    """Return text and link of a cell of the table of sources, which is a text or both."""
    text, link = value if isinstance(value, (list, tuple)) and len(value) == 2 else (value, "")
    return "" if text is None else str(text), str(link or "")
