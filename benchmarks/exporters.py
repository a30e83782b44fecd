"""What the two exporters lose of any notebooks: formulas, tables, pictures, footnotes and links, counted on both sides.

usage: python benchmarks/exporters.py FOLDER… [--each]    needs pypdf (make test installs it)

Counted in the notebook is what its Markdown and the HTML of its outputs hold, by patterns that share no code with the
exporters; in HTML the elements of the page; in PDF the elements of its structure tree (tagged PDF). Hidden cells and
outputs do not count. `--each` prints the notebooks that lack something.
"""

from __future__ import annotations

import argparse
import html
import io
import json
import logging
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import nbformat
from bs4 import BeautifulSoup
from pypdf import PdfReader

from analysis.rendering.html.exporter import ReportHTMLExporter
from analysis.rendering.typst.exporter import TypstPDFExporter

KINDS = ("formulas", "tables", "pictures", "footnotes", "links")
HIDDEN = {"remove_cell", "hide_cell", "remove-cell", "hide-cell", "look"}
NO_OUTPUT = {"remove_output", "hide_output", "remove-output", "hide-output"}
CODE = re.compile(r"(?ms)^ *(`{3,}|~{3,}).*?^ *\1`*\s*$|(?<!`)(`+)(?!`).+?(?<!`)\2(?!`)|^(?: {4}|\t)(?! *[-*+\d]).*$")
MATH = re.compile(
    r"(?s)(?<!\\)\$\$.+?\$\$|\\begin\{(?:align|equation|eqnarray|gather|multline)\*?\}.+?\\end\{\w+\*?\}"
    r"|(?<![\\$])\$(?!\$)(?:\\.|[^$\\\n]|\n(?!\s*\n))+?\$"
)
ROW = re.compile(r"(?m)^ *>?[^\n]*\|[^\n]*\n *>? *\|?(?: *:?-+:? *\|)+ *(?::?-+:?)? *$")
PICTURE = re.compile(
    r"!\[[^\]]*\]\(\s*<?((?:[^()\n\"]|\([^()]*\))*?)>?(?:\s+[\"'][^)]*)?\)|<img\b[^>]*\bsrc=[\"']?([^\"'\s>]*)",
    re.IGNORECASE,
)
LINK = re.compile(
    r"(?<![!\\])\[(?!\^)(?:[^\[\]]|!?\[[^\]]*\])+\](?:\(([^)]*)\)|\[[^\]]*\])|<(https?:[^>\s]+)>|<a\b[^>]*\bhref=",
    re.IGNORECASE,
)
NOTE = re.compile(r"\[\^([^\]]+)\](?!:)")


def joined(source: Any) -> str:
    return "".join(source) if isinstance(source, list) else str(source or "")


def is_here(link: str, folder: Path) -> bool:
    """Tell whether the picture behind a link is in the notebook or beside it: no exporter here asks the network."""
    return link.startswith(("data:", "attachment:")) or ":" not in link and (folder / unquote(link)).is_file()


def in_markdown(text: str, found: Counter[str], folder: Path) -> None:
    """Count what Markdown holds; pictures if they are here."""
    text = CODE.sub("", text)
    defined = set(re.findall(r"(?m)^\[\^([^\]]+)\]:", text))
    text = re.sub(r"(?m)^ {0,3}\[(?!\^)[^\]]+\]:\s*\S+.*$", "", text)
    shown = [
        one
        for one in MATH.findall(text)
        if one.strip("$ \n") and not re.fullmatch(r"[$\s]*(?:\\(?:re)?newcommand.*|\\def.*)", one)
    ]
    text = MATH.sub("", text)
    found["formulas"] += len(shown)
    found["tables"] += len(ROW.findall(text)) + len(re.findall(r"<table\b", text, re.IGNORECASE))
    found["pictures"] += sum(is_here(one or other, folder) for one, other in PICTURE.findall(text))
    found["links"] += len(LINK.findall(text))
    found["footnotes"] += len({name for name in NOTE.findall(text) if name in defined})


def in_notebook(nb: Any, folder: Path) -> Counter[str]:
    """Count what a notebook shows."""
    found: Counter[str] = Counter()
    for cell in nb.cells:
        tags = set(cell.metadata.get("tags", []))
        if tags & HIDDEN:
            continue
        if cell.cell_type == "markdown":
            in_markdown(cell.source, found, folder)
        for output in [] if tags & NO_OUTPUT else cell.get("outputs", []):
            data = output.get("data", {})
            if "text/html" in data:
                soup = BeautifulSoup(joined(data["text/html"]), "html.parser")
                found["tables"] += len(soup.find_all("table"))
                found["links"] += len(soup.find_all("a", href=re.compile("^(https?:|#|mailto:)")))
                found["pictures"] += sum(is_here(str(one.get("src", "")), folder) for one in soup.find_all("img"))
            elif "text/latex" in data and re.match(r"\s*(?:\$|\\[\[(]|\\begin)", joined(data["text/latex"])):
                found["formulas"] += 1
            elif any(kind.startswith("image/") for kind in data):
                found["pictures"] += 1
            elif "text/markdown" in data:
                in_markdown(joined(data["text/markdown"]), found, folder)
    return found


def in_html(page: str) -> Counter[str]:
    """Count what the main part of a page holds."""
    main = BeautifulSoup(page, "html.parser").main
    assert main is not None
    notes = len({str(a["href"]) for a in main.select("sup a[href^='#note-']")})
    links = [a for a in main.find_all("a", href=True) if not str(a["href"]).startswith("#note-")]
    return Counter(
        formulas=len(main.find_all("math")),
        tables=len(main.find_all("table")),
        pictures=len(main.find_all("img")),
        footnotes=notes,
        links=len(links),
    )


def in_pdf(data: bytes) -> Counter[str]:
    """Count the elements of the structure tree of a PDF."""
    kinds: Counter[str] = Counter()
    seen: set[Any] = set()

    def walk(node: Any) -> Iterator[str]:
        todo = [node]
        while todo:
            one = todo.pop()
            key = getattr(one, "idnum", None)
            if key is not None and key in seen:
                continue
            seen.add(key) if key is not None else None
            one = one.get_object() if hasattr(one, "get_object") else one
            if isinstance(one, list):
                todo += one
            elif isinstance(one, dict) and ("/S" in one or "/K" in one):
                if "/S" in one and "/K" in one:
                    yield str(one["/S"])
                if "/K" in one:
                    todo.append(one.raw_get("/K") if hasattr(one, "raw_get") else one["/K"])

    reader = PdfReader(io.BytesIO(data))
    tree = reader.trailer["/Root"].get("/StructTreeRoot")
    if tree is not None:
        kinds.update(walk(tree))
    return Counter(
        formulas=kinds["/Formula"],
        tables=kinds["/Table"],
        pictures=kinds["/Figure"],
        footnotes=inside(reader),
        links=kinds["/Link"],
    )


def inside(reader: PdfReader) -> int:
    """Count the places that links within a document lead to."""
    places = set()
    for page in reader.pages:
        for one in page.get("/Annots") or []:
            note = one.get_object()
            target = note.get("/Dest") or (note.get("/A") or {}).get("/D")
            if note.get("/Subtype") == "/Link" and target is not None:
                places.add(str(target))
    return len(places)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--each", action="store_true")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    total = {name: Counter() for name in ("notebook", "html", "pdf")}
    lack: Counter[tuple[str, str]] = Counter()
    failed, count, seconds = [], 0, Counter()
    pdf, page = TypstPDFExporter(), ReportHTMLExporter()
    for path in sorted(path for folder in options.folders for path in folder.rglob("*.ipynb")):
        try:
            nb = nbformat.read(path, 4)
        except (ValueError, AttributeError, json.JSONDecodeError) as error:
            print("not a notebook:", path, type(error).__name__)
            continue
        count += 1
        about = {"metadata": {"name": path.stem, "path": str(path.parent)}}
        counts = {"notebook": in_notebook(nb, path.parent)}
        for name, exporter, counted in (("html", page, in_html), ("pdf", pdf, in_pdf)):
            started = time.perf_counter()
            try:
                made = exporter.from_notebook_node(nb, json.loads(json.dumps(about)))[0]
            except Exception as error:  # the point is to see which
                failed.append(f"{path}: {name}: {type(error).__name__}: {error}")
                continue
            seconds[name] += time.perf_counter() - started
            counts[name] = counted(made)
        for kind in KINDS:
            wanted = counts["notebook"][kind]
            for name in ("html", "pdf"):
                missing = max(0, wanted - counts.get(name, Counter())[kind])
                lack[name, kind] += missing
                if missing and options.each:
                    print(f"{path}: {name}: {kind} {wanted} → {counts.get(name, Counter())[kind]}")
        for name, one in counts.items():
            total[name].update(one)
    print(f"{count} notebooks, {len(failed)} failures; HTML {seconds['html']:.1f} s, PDF {seconds['pdf']:.1f} s")
    print(*map(html.unescape, failed), sep="\n", file=sys.stderr)
    print(f"{'':10}{'notebook':>10}{'there: HTML':>14}{'PDF':>8}")
    for kind in KINDS:
        wanted = total["notebook"][kind]
        there = [f"{1 - lack[name, kind] / wanted:.1%}" if wanted else "-" for name in ("html", "pdf")]
        print(f"{kind:10}{wanted:10}{there[0]:>14}{there[1]:>8}")


if __name__ == "__main__":
    main()
