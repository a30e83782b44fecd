"""The PDF exporter: what is on the pages, what is refused, and that nothing in a notebook acts as markup."""

from __future__ import annotations

import base64
import io
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output, new_raw_cell
from PIL import Image
from pypdf import PdfReader
from traitlets.config import Config

from analysis.rendering import fonts
from analysis.rendering.errors import ExportError, MissingAlt
from analysis.rendering.formulas import typst_formula
from analysis.rendering.notebook import read
from analysis.rendering.pack_pdf import packed
from analysis.rendering.text import guess_language, mono_width, wrapped_lines
from analysis.rendering.typst import compiler, exporter
from analysis.rendering.typst.code import Block
from analysis.rendering.typst.compiler import compile_typst
from analysis.rendering.typst.document import Document, write_document
from analysis.rendering.typst.exporter import TypstPDFExporter, set_notebook
from analysis.rendering.typst.glyphs import by_width
from analysis.rendering.typst.layout import WIDE_WIDTH
from analysis.rendering.typst.writer import Writer

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="200pt" height="80pt"><text x="9" y="40">{}</text></svg>'
TAGGED = {"hebi": "parameters", "qiqihar": "injected-parameters"}
HOSTILE = [
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(2)">',
    '#panic("x")',
    '#read("/etc/passwd")',
    "$x$ costs $5 and $6",
    "@cite <label>",
    "[link](x",
    '\\ \\\\ \\" \\u{41}',
    '"); panic("out',
    "```` ``` `",
    "a // b /* c */ d",
    "= heading\n- item",
    "\x00\x07\x1b[31mred\x1b[0m",
    "\ud800 \u202e \ufeff",
]


@pytest.fixture(scope="session", autouse=True)
def made_fonts() -> Path:
    """The fonts, made before any test measures or compiles."""
    return fonts.font_folder()


def notebook_to_typst(nb, *, name="", folder=None) -> tuple[str, dict[str, bytes]]:
    """The Typst source of a notebook and its pictures."""
    document = write_document(read(nb, name, folder))
    return document.markup, document.files


def notebook_to_pdf(nb, *, name="", folder=None, show_code=None) -> tuple[bytes, Document]:
    return set_notebook(read(nb, name, folder), show_code)


def png(width: int = 60, height: int = 30) -> str:
    """A grey picture, as notebooks store it."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), "#888888").save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode()


def shown(data: dict, **metadata) -> nbformat.NotebookNode:
    return new_output("display_data", data=data, metadata=metadata)


def code(*outputs, source: str = "", **metadata) -> nbformat.NotebookNode:
    return new_code_cell(source, outputs=list(outputs), metadata=metadata)


def table(frame: pd.DataFrame, **settings) -> nbformat.NotebookNode:
    return code(shown({"text/html": frame.to_html(**settings), "text/plain": str(frame)}))


def notebook(*cells, **metadata) -> nbformat.NotebookNode:
    made = [new_markdown_cell(cell) if isinstance(cell, str) else cell for cell in cells]
    return nbformat.from_dict({"nbformat": 4, "nbformat_minor": 5, "cells": made, "metadata": metadata})


def report(*cells, **fields) -> nbformat.NotebookNode:
    return notebook(*cells, report={"title": "鹤壁：转型的数字", "lang": "zh", **fields})


def pages(nb, **settings) -> list[str]:
    pdf, _ = notebook_to_pdf(nb, **settings)
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def families(pdf: bytes) -> set[str]:
    """The names of all fonts in a PDF, without the marks of subsets; each must be embedded."""
    found = set()
    for page in PdfReader(io.BytesIO(pdf)).pages:
        for font in page["/Resources"].get("/Font", {}).values():
            descendant = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
            assert "/FontFile2" in descendant or "/FontFile3" in descendant
            found.add(font.get_object()["/BaseFont"].split("+")[1])
    return found


def text(nb, **settings) -> str:
    return "\n".join(pages(nb, **settings))


def flat(nb, **settings) -> str:
    """The text without any white space, which PDF readers place as they like."""
    return "".join(text(nb, **settings).split())


# --- the document ----------------------------------------------------------------------------------------------------


def test_exporter_returns_a_tagged_pdf():
    nb = report("## 一\n\n文字", subtitle="副题", description="说明", date="2026-11-22")
    pdf, resources = TypstPDFExporter().from_notebook_node(nb)
    reader = PdfReader(io.BytesIO(pdf))
    root = reader.trailer["/Root"]
    assert resources["output_extension"] == ".pdf"
    assert reader.metadata.title == "鹤壁：转型的数字"
    assert reader.metadata.author is None and reader.metadata.keywords is None
    assert root["/Lang"] == "zh-CN" and root["/MarkInfo"]["/Marked"] and "/StructTreeRoot" in root
    assert "pdfuaid" in root["/Metadata"].get_data().decode()
    assert reader.metadata.creation_date.date().isoformat() == "2026-11-22"


def test_same_notebook_gives_same_bytes(monkeypatch):
    nb = report("## 一\n\n$x^2$", code(shown({"image/png": png()}, alt="图")), date="2026-11-22")
    assert notebook_to_pdf(nb)[0] == notebook_to_pdf(nb)[0]
    assert notebook_to_pdf(notebook("a"))[0] == notebook_to_pdf(notebook("a"))[0]
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert "year: 1970, month: 1, day: 2" in notebook_to_typst(nb)[0]


def test_author_and_keywords():
    for author, expected in (("A. Author", "A. Author"), (["A", "B"], "A, B")):
        reader = PdfReader(
            io.BytesIO(notebook_to_pdf(report("x", author=author, keywords=["资源型城市", "煤炭"], subtitle=None))[0])
        )
        assert reader.metadata.author == expected
        assert "资源型城市" in reader.metadata.keywords and "煤炭" in reader.metadata.keywords


def test_web_pages_of_a_report():
    beside = {
        "home": "index.html",
        "alternate": [["English", "city-x.en.html"], ["out", "https://example.org/"]],
        "downloads": [["PDF", "city-x.zh.pdf"], ["笔记本", "notebooks/city-x.zh.ipynb"]],
    }
    prose = "见[第二个](documents/x-2024.html#figure-2)、[不在旁边](/etc/passwd)。"
    cell = code(shown({"text/html": '<table><tr><td><a href="documents/x-2024.html#figure-3">3</a></td></tr></table>'}))
    nb = report(prose, cell, **beside)
    reader = PdfReader(io.BytesIO(notebook_to_pdf(nb, name="city-x.zh")[0]))
    notes = [note.get_object() for page in reader.pages for note in page.get("/Annots", [])]
    assert [note["/A"]["/URI"] for note in notes if "/A" in note] == [
        "city-x.zh.html",
        "city-x.en.html",
        "index.html",
        "notebooks/city-x.zh.ipynb",
        "documents/x-2024.html#figure-2",
        "documents/x-2024.html#figure-3",
    ]
    assert "本报告·English·全部报告·笔记本" in "".join(reader.pages[0].extract_text().split())
    assert "On the web" not in text(notebook("Words of a stranger"), name="x")


@pytest.mark.parametrize("stated", ["2026-13-45", "yesterday", 5, "#x"])
def test_a_date_that_is_none_is_left_out(stated):
    assert "CreationDate" not in notebook_to_pdf(notebook("a", report={"title": "t", "date": stated}))[0].decode(
        "latin-1"
    )


def test_only_own_fonts_and_a_real_bold():
    pdf, _ = notebook_to_pdf(report("## 标题\n\n正文 **加重** `code`"))
    assert families(pdf) == {"NotoSansSC-Regular", "NotoSansSC-Bold", "DejaVuSansMono"}


def test_title_page_of_a_report():
    nb = report(
        "## 发现\n\n甲",
        "## 方法\n\n乙",
        "## 限度\n\n丙",
        subtitle="副题",
        description="一句说明。",
        date="2026-11-22",
        facts=[["类型", "成熟型"], ["人口", "156 万", "https://www.stats.gov.cn/"]],
        sources={"head": ["文本", "版本"], "rows": [["hebi-2024", "摘要"], [["链接", "https://example.org/"], None]]},
        colophon=[["摘要值", "sha256:abc"]],
        labels={"contents": "本文目录", "colophon": "制作说明"},
    )
    first, *rest = pages(nb)
    for expected in (
        "鹤壁：转型的数字",
        "副题",
        "一句说明",
        "成熟型",
        "156 万",
        "2026-11-22",
        "hebi-2024",
        "摘要",
        "本文目录",
        "限度",
    ):
        assert expected.replace(" ", "") in "".join(first.split())
    assert "甲" not in first
    assert "制作说明" in rest[-1] and "sha256:abc" in rest[-1]
    assert f"2 / {len(rest) + 1}" in rest[0] and "鹤壁：转型的数字" in rest[0]


def test_a_stranger_has_no_title_page_and_short_ones_no_contents():
    assert len(pages(notebook("# Title\n\nText\n\n## A\n\n## B"))) == 1
    assert "Contents" not in text(notebook("# Title\n\n## A\n\n## B"))
    assert "Contents" in text(notebook("# Title\n\n## A\n\n## B\n\n## C"))


@pytest.mark.parametrize(
    ("cells", "metadata", "title", "times"),
    [
        (["# From heading\n\nx"], {}, "From heading", 1),
        (["x", "text\n\n# Later heading"], {}, "Later heading", 1),
        (["# Same"], {"title": "Same"}, "Same", 1),
        (["# Other"], {"title": "Stated"}, "Stated", 1),
        ([], {}, "file-name", 1),
        (["\u200b"], {"title": "\x00"}, "file-name", 1),
    ],
)
def test_title(cells, metadata, title, times):
    nb = notebook(*cells, **metadata)
    pdf, _ = notebook_to_pdf(nb, name="file-name")
    reader = PdfReader(io.BytesIO(pdf))
    assert reader.metadata.title == title
    assert reader.pages[0].extract_text().count(title) == times


@pytest.mark.parametrize(
    ("sample", "lang"),
    [
        ("七台河市", "zh"),
        ("GDP of 七台河 grew", "zh"),
        ("Plain English with 一 word of it " * 3, "en"),
        ("本稿では公開された文書を用いる", "ja"),
        ("자원 도시의 전환", "ko"),
        ("", "en"),
        ("123 !?", "en"),
    ],
)
def test_guess_language(sample, lang):
    assert guess_language(sample) == lang


def test_headings_make_an_outline_without_gaps():
    nb = notebook("# Title", "#### deep first", "## two", "###### six", "## three", "#\n\n## \u200b")
    outline = PdfReader(io.BytesIO(notebook_to_pdf(nb)[0])).outline
    assert [entry.title for entry in outline if not isinstance(entry, list)] == ["deep first", "two", "three"]


def test_empty_notebook_and_empty_cells():
    assert pages(notebook(), name="nothing") != []
    assert "nothing" in text(notebook("", "   ", code(), new_raw_cell("")), name="nothing")


@pytest.mark.parametrize("lang", ["zh", "en", "ja", "ko", "fr", "x#y", "toolong"])
def test_any_language_compiles(lang):
    assert notebook_to_pdf(notebook("## a", report={"title": "t", "lang": lang}))[0].startswith(b"%PDF")


# --- cells -----------------------------------------------------------------------------------------------------------


def test_code_is_shown_to_strangers_and_not_in_reports():
    cell = code(new_output("stream", text="printed\n"), source="value = 1  # 注释")
    assert "value=1#注释" in flat(notebook(cell))
    assert "value=1" not in flat(report(cell)) and "printed" in flat(report(cell))
    assert "value=1" in flat(report(cell), show_code=True)
    assert "value=1" not in flat(notebook(cell), show_code=False)


def test_switches_of_nbconvert():
    nb = notebook(code(source="value = 1"))
    for config in (Config(TypstPDFExporter={"exclude_input": True}), Config(TemplateExporter={"exclude_input": True})):
        pdf, _ = TypstPDFExporter(config=config).from_notebook_node(nb)
        assert "value" not in PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
    _, resources = TypstPDFExporter(keep_typst=True).from_notebook_node(nb)
    assert b"value = 1" in resources["outputs"]["typst/main.typ"]


@pytest.mark.parametrize(
    ("metadata", "source", "output"),
    [
        ({}, True, True),
        ({"tags": ["remove_cell"]}, False, False),
        ({"tags": ["remove-cell"]}, False, False),
        ({"tags": ["remove_input"]}, False, True),
        ({"tags": ["hide-input"]}, False, True),
        ({"tags": ["remove_output"]}, True, False),
        ({"jupyter": {"source_hidden": True}}, False, True),
    ],
)
def test_tags(metadata, source, output):
    nb = notebook(code(new_output("stream", text="OUTPUT\n"), source="SOURCE", **metadata))
    assert ("SOURCE" in text(nb), "OUTPUT" in text(nb)) == (source, output)


def test_parameters_that_others_took_the_place_of_are_hidden_in_reports_only():
    default, injected = (code(source=f"city = '{name}'", tags=[tag]) for name, tag in TAGGED.items())
    assert "hebi" in text(notebook(default, injected)) and "qiqihar" in text(notebook(default, injected))
    found = text(report(default, injected), show_code=True)
    assert "hebi" not in found and "qiqihar" not in found
    assert "hebi" in text(report(default), show_code=True)


@pytest.mark.parametrize(
    ("metadata", "seen"),
    [
        ({}, False),
        ({"format": "text/plain"}, True),
        ({"raw_mimetype": "text/latex"}, False),
        ({"format": "text/markdown"}, True),
    ],
)
def test_raw_cells(metadata, seen):
    assert ("raw text" in text(notebook(new_raw_cell("raw text", metadata=metadata)))) is seen


def test_streams_lose_colours_and_overwritten_text():
    nb = notebook(
        code(
            new_output("stream", name="stdout", text="\x1b[31mred\x1b[0m 10%\r 50%\r100% do"),
            new_output("stream", name="stdout", text="ne\n\x1b]8;;https://x\x07link\n"),
            new_output("stream", name="stderr", text="warned\n"),
        )
    )
    found = flat(nb)
    assert "100%done" in found and "warned" in found and "link" in found
    assert "red" not in found and "[31m" not in found and "50%" not in found


def test_traceback_is_in_full():
    error = new_output(
        "error", ename="ZeroDivisionError", evalue="除以 0", traceback=["\x1b[0;31m---\x1b[0m", "----> 1 1/0"]
    )
    found = flat(notebook(code(error)))
    assert "ZeroDivisionError:除以0" in found and "---->11/0" in found and "[0;31m" not in found


# --- Markdown --------------------------------------------------------------------------------------------------------


def test_markdown_constructs():
    nb = notebook(
        "Some *soft*, **hard**, ~~old~~, `code`<br>next; <b>tag</b> H<sub>2</sub>O and ![inline](x.png) here\n\n"
        "3. three\n4. four\n   - inner\n     - innermost\n\n- [x] done\n- [ ] open\n\n> quoted\n\n"
        "```python\nprint('hi')\n```\n\n| left | right |\n|:--|--:|\n| a | 1.5 |\n\n"
        "---\n\nNote[^1].\n\n[^1]: The note.\n\n"
        "<div><h3>Inside</h3><p>para</p><ul><li>item</li></ul></div>"
    )
    found = flat(nb)
    for expected in (
        "Somesoft,hard,old,code",
        "tag", "H2O", "3.three", "4.four", "innermost", "☑done", "☐open", "quoted", "print('hi')",
        "right", "1.5", "Thenote.", "Inside", "para", "item", "[imagenotshown:inline]",
    ):  # fmt: skip
        assert expected in found, expected


def test_bold_beside_chinese_quotes():
    markup, _ = notebook_to_typst(notebook("**“就业”**优先，**增长。**其后"))
    assert 'strong("“就业”")' in markup and 'strong("增长。")' in markup


@pytest.mark.parametrize(
    ("sample", "lang", "slim"),
    [
        ("It’s the “rich” one… here", "en", "’“”…"),
        ("转型——从“一煤独大”到多元……", "zh", ""),
        ("The word “转型” leads", "en", "“”"),
        ("中文说 “转型” 一词", "zh", ""),
        ("“转型”系列", "en", ""),
        ("the “转型”系列 event", "en", ""),
        ("“转型”", "en", ""),
        ("“transition”", "zh", "“”"),
        ("鹤壁’s plan", "en", "’"),
        ("“outer ‘inner’ words”", "en", "“‘’”"),
        ("…对接更精准", "en", ""),
        ("unpaired ” and “ there", "en", "”“"),
        ("plain", "en", ""),
    ],
)
def test_quotation_marks_take_the_width_of_their_sentence(sample, lang, slim):
    pieces = by_width(sample, lang)
    assert "".join(piece for piece, _ in pieces) == sample
    assert "".join(piece for piece, narrow in pieces if narrow) == slim


def test_slim_quotation_marks_are_still_quotation_marks():
    nb = notebook("# It’s “so”\n\nAnd it’s “said” again", report={"title": "It’s “so”", "lang": "en"})
    reader = PdfReader(io.BytesIO(notebook_to_pdf(nb)[0]))
    assert reader.metadata.title == "It’s “so”"
    assert "it’s “said” again" in reader.pages[1].extract_text().replace("\n", " ")


def test_lines_of_chinese_join_without_a_gap():
    markup, _ = notebook_to_typst(notebook("前一行\n后一行\nEnglish\nwords"))
    assert '"前一行后一行 English words"' in markup


def test_links():
    nb = notebook(
        "# T\n\n[web](https://example.org/a?b=1&c=2) [mail](mailto:a@b.c) [js](javascript:alert(1)) [file](../x.html) "
        "[here](#Two-words) [there](#cell-7) [nowhere](#none) [slug](#two-words)\n\n## Two words",
        code(
            shown({"text/html": '<table><tr><td id="cell-7">seven <a href="data:text/html,x">d</a></td></tr></table>'})
        ),
    )
    reader = PdfReader(io.BytesIO(notebook_to_pdf(nb)[0]))
    notes = [note.get_object() for page in reader.pages for note in page.get("/Annots", [])]
    targets = [note["/A"]["/URI"] for note in notes if "/A" in note and "/URI" in note["/A"]]
    assert targets == ["https://example.org/a?b=1&c=2", "mailto:a@b.c", "../x.html"]
    assert len(notes) - len(targets) == 3
    assert "nowhere" in reader.pages[0].extract_text()


def test_anchor_in_a_part_that_is_set_twice():
    wide = "".join(f"<td>{'x' * 30}</td>" for _ in range(30))
    rows = f'<tr><th id="row">key</th>{wide}</tr>'
    nb = notebook(
        "[go](#row) [head](#h)",
        code(shown({"text/html": f'<table><thead><tr><th id="h">a</th></tr></thead>{rows}</table>'})),
    )
    assert "key" in text(nb)


@pytest.mark.parametrize(
    ("tex", "seen"),
    [
        (r"$\frac{a}{b}$", True),
        (r"$$\sum_{i=1}^{n} x_i \quad \text{其中 } x_i > 0$$", True),
        ("\\begin{align}\na &= b \\\\\nc &= d\n\\end{align}", True),
        (r"in text $$x = y$$ display", True),
        (r"$\undefinedcommand{x}$", False),
        (r"$\int\limits_0^1 x\,dx$", True),
        (r"$\left\{ x \right.$", True),
        (r"$\dfrac{a}{b} \stackrel{d}{\to} \lVert x \rVert$", True),
        (r"$$\begin{array}{cc}a & b\\c & d\end{array}$$", True),
        (r"$f''(x) \mbox{ for } \big( x \big)$", True),
        (r"$\frac{a}{$", False),
        (r'$\text{#read("/etc/passwd")}$', False),
        (r"$" + "{" * 50 + "x" + "}" * 50 + "$", True),
    ],
)
def test_formulas(tex, seen):
    markup, _ = notebook_to_typst(notebook(tex))
    pdf, document = notebook_to_pdf(notebook(tex))
    assert pdf.startswith(b"%PDF")
    assert ("math.equation" in document.markup.rsplit("notebook.with", 1)[1]) is seen
    assert markup.count("#read") <= 1


@pytest.mark.parametrize(
    "prose", ["costs $5 and $6", "$ 5 and $ 6", "$HOME and $PATH", "US$10 或 $20", "价格 $5元和$6元", r"\$x\$"]
)
def test_dollars_in_prose_are_no_formulas(prose):
    assert "math.equation" not in notebook_to_typst(notebook(prose))[0].rsplit("notebook.with", 1)[1]


@pytest.mark.parametrize(
    "tex",
    [
        r"\max_{x} f(x)",
        r"\min",
        r"\sup_t X_t",
        r"\det A",
        r"\Pr(A \mid B)",
        r"\exp(-x)",
        r"\arctan x + \sinh y",
        r"\dim V = \ker f",
        r"\underset{x}{\max}",
        r"\varinjlim X",
        r"\left\lVert x \right\rVert_2",
        r"\boxed{\frac{a}{b_{i}}}",
        r"\check{x} + \acute{y}",
        r"p \impliedby q",
        r"\square",
        r"a, \dotsc, b",
        r"\bcancel{x}",
        r"30\degree",
        r"\texttt{x}",
        r"a \coloneqq b",
    ],
)
def test_words_of_formulas_that_the_translator_lacks(tex):
    from analysis.rendering.formulas import mathml

    text, _ = notebook_to_typst(notebook(f"$${tex}$$"))
    assert "math.equation(" in text and mathml(tex) is not None


def test_pasted_pictures_under_names_with_blanks():
    cell = new_markdown_cell("![drawn](attachment:my picture.png)")
    cell.attachments = {"my picture.png": {"image/png": png(4, 4)}}
    assert "image(" in notebook_to_typst(notebook(cell))[0]


def test_formulas_do_not_lose_their_limits():
    assert "limits" not in typst_formula(r"\int\limits_0^1 x")
    assert typst_formula(r"f''(x)").count("prime") == 2


def test_formulas_in_html_outputs():
    html = r"<table><tr><th>$\alpha_1$</th><th>$5 to $6</th></tr><tr><td>1</td><td>2</td></tr></table>"
    cell = code(shown({"text/html": html}))
    assert notebook_to_typst(notebook(cell))[0].count("math.equation(block: false") == 1
    assert "math.equation(block: false" not in notebook_to_typst(report(cell))[0]  # a report shows texts as they are


def test_latex_outputs():
    outputs = [
        shown({"text/latex": r"$\displaystyle \frac{\sqrt{x}}{2}$", "text/plain": "sqrt(x)/2"}),
        shown({"text/latex": r"\begin{tabular}{l}a\end{tabular}", "text/plain": "plain table"}),
    ]
    markup, _ = notebook_to_typst(notebook(code(*outputs)))
    assert "sqrt(x)/2" in markup and "math.equation(block: true" in markup and "plain table" in markup


# --- pictures --------------------------------------------------------------------------------------------------------


def images_of(nb, **settings) -> dict[str, bytes]:
    return notebook_to_typst(nb, **settings)[1]


def test_pictures_from_everywhere(tmp_path):
    (tmp_path / "plots").mkdir()
    (tmp_path / "plots" / "beside it.png").write_bytes(base64.b64decode(png(10, 10)))
    (tmp_path.parent / "outside.png").write_bytes(base64.b64decode(png(11, 11)))
    markdown = new_markdown_cell(
        "![attached](attachment:a.png)\n\n"
        f"![data](data:image/png;base64,{png(12, 12)})\n\n![file](plots/beside%20it.png)\n\n"
        "![no](../outside.png) ![no](/etc/passwd) ![no](https://example.org/x.png) ![no](attachment:none)",
        attachments={"a.png": {"image/png": png(13, 13)}},
    )
    html = "<figure><svg width='9' height='9' viewBox='0 0 9 9'><path d='M0 0h9'/></svg><figcaption>cap</figcaption>"
    html += f"</figure><img src='data:image/png;base64,{png(14, 14)}' alt='x'>"
    nb = notebook(markdown, code(shown({"image/svg+xml": SVG.format("text")}), shown({"text/html": html})))
    assert len(images_of(nb, folder=tmp_path)) == 6
    assert "cap" in text(nb, folder=tmp_path)


def test_pictures_within_tables_and_lines_of_html():
    drawn = "<svg width='9' height='9'><path d='M0 0h9'/></svg>"
    icons = "<svg style='position:absolute'><defs><symbol id='i'><path d='M0 0h9'/></symbol></defs></svg>"
    used = "<svg width='9' height='9'><use href='#i'></use></svg>"
    inner = "<table><thead><tr><th>in</th></tr></thead><tr><td>1</td></tr></table>"
    beside = f"<table><tr><td>{inner}</td><td>{drawn}</td></tr></table>"
    nb = notebook(
        "Words.", code(shown({"text/html": f"{icons}<p>line {drawn} {used} end</p>"}), shown({"text/html": beside}))
    )
    markup, files = notebook_to_typst(nb)
    assert len(files) == 1 and markup.count('image("/image') == 2 and "not shown" not in markup
    assert markup.count("tbl(columns") == 1  # the outer table only puts things side by side
    assert "lineend" in flat(nb)


def test_matplotlib_svg_with_text_or_paths():
    import matplotlib.pyplot as plt

    for kind in ("path", "none"):
        with plt.rc_context({"svg.fonttype": kind, "backend": "agg"}):
            figure, axes = plt.subplots(figsize=(12, 3))
            axes.set_title("Title")
            out = io.StringIO()
            figure.savefig(out, format="svg")
            plt.close(figure)
        nb = report(code(shown({"image/svg+xml": out.getvalue()}, alt="alt", caption="题注", note="来源")))
        found = text(nb)
        assert "题注" in found and "来源" in found and (kind == "path" or "Title" in found)


def test_pictures_are_never_wider_or_taller_than_the_page():
    for size in ("3000px", "100%", "1e3", "20in"):
        svg = SVG.format("x").replace("200pt", size)
        markup, _ = notebook_to_typst(
            notebook(code(shown({"image/svg+xml": svg.replace("<svg", '<svg viewBox="0 0 900 9000"')})))
        )
        width = float(markup.split("width: ")[-1].split("pt")[0])
        assert width <= WIDE_WIDTH + 0.01


@pytest.mark.parametrize(
    "data",
    [
        {"image/png": "AAAA"},
        {"image/png": "not base64 at all!"},
        {"image/png": base64.b64encode(b"\x89PNG\r\n\x1a\n junk").decode()},
        {"image/jpeg": png()},
        {"image/svg+xml": "<svg width='9' height='9'><broken"},
        {"image/svg+xml": "no picture"},
        {"image/svg+xml": "<svg width='0' height='9'></svg>"},
        {"image/svg+xml": SVG.format("&undefined;")},
    ],
)
def test_broken_pictures(data):
    nb = notebook(code(shown({**data, "text/plain": "in its place"})))
    found = text(nb)
    assert "[output not shown: image/" in found and "in its place" in found
    with pytest.raises(ExportError):
        notebook_to_pdf(report(code(shown(data, alt="x"))))


def test_alternative_texts():
    nb = notebook(
        "## The heading",
        code(
            shown({"image/png": png()}, alt="direct"),
            shown({"image/png": png()}, **{"image/png": {"alt": "under its type", "width": 30}}),
            shown({"image/png": png()}, caption="from caption"),
            shown({"image/png": png()}),
            shown({"image/svg+xml": SVG.format("x").replace("<text", "<title>own title</title><text")}),
        ),
    )
    markup, _ = notebook_to_typst(nb)
    for alt in ("direct", "under its type", "from caption", "The heading", "own title"):
        assert f'alt: "{alt}"' in markup
    assert 'alt: "Figure 1"' in notebook_to_typst(notebook(code(shown({"image/png": png()}))))[0]
    with pytest.raises(MissingAlt, match="cell 2.*alt"):
        notebook_to_typst(report("x", code(shown({"image/png": png()}))))
    with pytest.raises(MissingAlt, match="cell 1"):
        notebook_to_typst(report(f"![](data:image/png;base64,{png()})"))


# --- tables ----------------------------------------------------------------------------------------------------------


def test_long_table_repeats_its_head():
    frame = pd.DataFrame({"城市": ["七台河"] * 80, "数值": np.arange(80) * 1.5}).rename_axis("序号")
    sheets = pages(report(table(frame)))[1:]
    assert len(sheets) >= 2
    assert all("城市" in sheet and "数值" in sheet for sheet in sheets)
    assert "79" in sheets[-1]


def test_wide_tables_lie_across_and_very_wide_ones_in_parts():
    def sheets(columns: int) -> list:
        frame = pd.DataFrame(
            np.full((3, columns), 123.4), columns=[f"指标{i}" for i in range(columns)], index=["甲", "乙", "丙"]
        )
        return list(PdfReader(io.BytesIO(notebook_to_pdf(report("## 宽表", table(frame), "## 其后"))[0])).pages)

    across = [page for page in sheets(18) if page.mediabox.width > page.mediabox.height]
    assert (
        len(across) == 1
        and "宽表" in across[0].extract_text()
        and "指标17" in "".join(across[0].extract_text().split())
    )
    parts = [page.extract_text() for page in sheets(60) if page.mediabox.width > page.mediabox.height]
    assert "".join(parts).count("乙") >= 3 and "指标59" in "".join("".join(parts).split())


def test_narrow_table_stays_upright():
    frame = pd.DataFrame({"name": ["a"], "sentence": ["很长的句子。" * 60]})
    pdf, _ = notebook_to_pdf(report(table(frame)))
    assert all(page.mediabox.width < page.mediabox.height for page in PdfReader(io.BytesIO(pdf)).pages)


def test_centred_text_notes_and_footnotes():
    pdf = text(notebook("<center>mid</center>\n\n<div class='alert alert-info'>heed</div>\n\nx[^1]\n\n[^1]: below"))
    assert all(word in pdf for word in ("mid", "heed", "below"))
    markup, _ = notebook_to_typst(notebook("<center>mid</center>\n\n<div class='alert'>heed</div>\n\nx[^1]\n\n[^1]: y"))
    assert 'align(center, par("mid"))' in markup and "notice(" in markup and "aside(enum(" in markup


def test_a_table_may_ask_for_a_page_across():
    frame = pd.DataFrame({"城市": ["甲", "乙"], "数值": [1, 2]})
    wide = code(shown({"text/html": frame.to_html(classes="landscape")}))
    sheets = PdfReader(io.BytesIO(notebook_to_pdf(report("## 前", "## 横", wide, "## 后", table(frame)))[0])).pages
    across = [page.extract_text() for page in sheets if page.mediabox.width > page.mediabox.height]
    assert len(across) == 1 and "横" in across[0] and "数值" in across[0] and "后" not in across[0]


def test_a_column_of_sentences_gets_the_room():
    rows = [["企业授信", "CNY 25.5 billion", "achieved", "business and reform", "很长的句子。" * 14]] * 9
    frame = pd.DataFrame(rows, columns=["Indicator", "Value", "Status", "Theme", "Sentence"])
    markup, _ = notebook_to_typst(report(table(frame, index=False), lang="en"))
    widths = [float(part) for part in re.findall(r"([\d.]+) \* ", markup.split("tbl(columns: (")[1].split(")")[0])]
    assert len(widths) == 5 and widths[-1] > 2 * max(widths[:-1])
    assert min(widths) > 4  # no column is squeezed to single letters


def test_wide_only_where_it_has_to_be():
    found = []
    for columns in (4, 9):
        frame = pd.DataFrame(np.full((2, columns), 1234.5), columns=[f"column {i}" for i in range(columns)])
        found.append(re.findall(r"wide: (\w+)", notebook_to_typst(notebook(table(frame)))[0].split("#tbl(")[1]))
    assert found == [[], ["auto"]]  # Typst measures what has no widths of its own


def test_a_table_with_widths_of_its_own_is_not_set_twice():
    rows = [["企业授信情况", *["很长的句子。" * 5] * 3]] * 9
    wide, narrow = (table(pd.DataFrame(rows).iloc[:, :columns], index=False) for columns in (4, 3))
    calls = [notebook_to_typst(report(found))[0].split("#tbl(")[1] for found in (wide, narrow)]
    assert "wide: 31.18pt" in calls[0] and "wide" not in calls[1]  # 11 mm
    assert all(call.startswith("columns: (") for call in calls)


def test_captions_and_notes_of_tables():
    html = pd.DataFrame({"a": [1]}).to_html()
    nb = report(
        code(
            shown({"text/html": html}, caption="上方题注", note="下方来源"),
            shown({"text/html": html.replace("<thead>", "<caption>自带题注</caption><thead>")}),
            shown({"text/markdown": "| a |\n|---|\n| 1 |"}, **{"text/markdown": {"caption": "文内题注"}}),
        )
    )
    found = text(nb)
    assert all(part in found for part in ("上方题注", "下方来源", "自带题注", "文内题注"))
    assert found.index("上方题注") < found.index("下方来源")


def test_numbers_are_right_and_on_the_decimal_sign():
    frame = pd.DataFrame({"名": ["甲", "乙"], "值": ["1.5", "22.25"], "率": ["5%", "12.5%"], "年": [2019, 2020]})
    markup, _ = notebook_to_typst(notebook(table(frame, index=False)))
    assert "aligns: (left, right, right, right,)" in markup
    assert '{"1.5"; h(0.555em)}' in markup and '{"5%"; h(0.833em)}' in markup


def test_alignment_asked_for_wins():
    row = '<tr><td style="text-align: center">1</td></tr>'
    html = f"<table><tr><th>a</th></tr>{row}{row}</table>"
    assert "aligns: (center,)" in notebook_to_typst(notebook(code(shown({"text/html": html}))))[0]


def test_index_names_are_folded_into_the_head():
    frame = pd.DataFrame({"value": [1, 2]}, index=pd.Index(["x", "y"], name="key"))
    markup, _ = notebook_to_typst(notebook(table(frame)))
    assert (
        'head: (table.cell(align: left + bottom, strong("key")), table.cell(align: right + bottom, strong("value")),)'
        in markup
    )


def test_multiindex():
    frame = pd.DataFrame(
        np.arange(16).reshape(4, 4),
        index=pd.MultiIndex.from_product([["黑龙江", "河南"], ["2019", "2023"]], names=["省", "年"]),
        columns=pd.MultiIndex.from_product([["GDP", "就业"], ["计划", "实绩"]]),
    )
    nb = report(table(frame))
    markup, _ = notebook_to_typst(nb)
    assert markup.count("colspan: 2") == 2 and markup.count("rowspan: 2") == 2
    assert all(part in text(nb) for part in ("黑龙江", "就业", "实绩", "15"))


def test_styler_colours_bold_and_bars():
    style = pd.DataFrame({"a": [1, 2], "b": [3.0, 4.0]}).style.bar(subset=["b"], color="#d65f5f")
    style = style.set_properties(
        subset=["a"], **{"background-color": "#08306b", "color": "white", "font-weight": "bold"}
    )
    markup, _ = notebook_to_typst(notebook(code(shown({"text/html": style.set_caption("题").to_html()}))))
    assert 'fill: rgb("#08306b")' in markup and 'text(fill: rgb("#ffffff"), strong("1"))' in markup
    assert "gradient.linear(" in markup and 'caption: "题"' in markup
    assert compile_typst(markup, {})


def test_white_on_white_is_not_lost():
    html = '<table><tr><td style="color: white">secret</td></tr></table>'
    assert 'text(fill: rgb("#ffffff")' not in notebook_to_typst(notebook(code(shown({"text/html": html}))))[0]


@pytest.mark.parametrize(
    "html",
    [
        "<table></table>",
        "<table><tr></tr></table>",
        "<table><tr><th rowspan=99>a</th><td colspan=500>b</td></tr><tr><td>c</td></tr></table>",
        "<table><tr><td rowspan=0 colspan=-3>a</td></tr><tr><td>b</td><td>c</td><td>d</td></tr></table>",
        "<table><tr><td rowspan=2 colspan=2>a</td><td>b</td></tr><tr><td colspan=5>c</td></tr></table>",
        "<table><thead><tr><th>only head</th></tr></thead></table>",
        "<table><tr><td><table><tr><td>inner</td></tr></table></td></tr></table>",
        "<table><tr><td><p>one</p><p>two</p><ul><li>x</li></ul><pre>y</pre></td></tr></table>",
        "<table><tfoot><tr><td>foot</td></tr></tfoot><tbody><tr><td>body</td></tr></tbody></table>",
        "<style>#a{{{</style><table><tr><td id=a style='background: linear-gradient(90deg, x 5%)'>q</td></tr></table>",
        "<style>td:hover, td::x, [a=b], td { color: x; background: url(x) }</style><table><tr><td>q</td></tr></table>",
    ],
)
def test_odd_tables(html):
    assert notebook_to_pdf(notebook(code(shown({"text/html": html}))))[0].startswith(b"%PDF")


# --- other outputs ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (
            {"application/vnd.jupyter.widget-view+json": {"model_id": "x"}, "text/plain": "IntSlider(value=7)"},
            ["[interactive output not shown: application/vnd.jupyter.widget-view+json]", "IntSlider(value=7)"],
        ),
        ({"application/vnd.plotly.v1+json": {}, "text/html": "<div><script>x</script></div>"}, ["vnd.plotly.v1+json"]),
        ({"text/html": "<iframe src='x'></iframe>", "text/plain": "<IPython.lib.display.IFrame at 0x7f>"}, ["iframe"]),
        ({"text/html": "<video src='x'></video><p>words</p>"}, ["video", "words"]),
        (
            {"application/javascript": "alert(1)", "text/plain": "<IPython.core.display.Javascript object>"},
            ["application/javascript"],
        ),
        ({"application/json": {"key": [1, "值"]}}, ['"key"', "值"]),
        ({"application/pdf": "JVBERi0="}, ["[output not shown: application/pdf]"]),
        ({"text/html": "<h3>Head</h3><p>One <b>two</b></p><ul><li>three</li></ul>"}, ["Head", "One two", "three"]),
        ({"text/html": ["<p>as ", "lines</p>"]}, ["as lines"]),
        ({"text/plain": "plain\ttext"}, ["plain"]),
    ],
)  # fmt: skip
def test_outputs(data, expected):
    found = text(notebook("English words for the language.", code(shown(data))))
    for part in expected:
        assert "".join(part.split()) in "".join(found.split())
    assert "alert(1)" not in found and "IPython" not in found


def test_words_follow_the_language():
    widget = code(shown({"application/vnd.jupyter.widget-view+json": {}}))
    assert "交互内容" in text(notebook("中文的正文", widget))
    assert "インタラ" in text(notebook("日本語のテキストです", widget)) or "対話" in text(
        notebook("日本語のテキストです", widget)
    )


def test_space_between_inline_elements_stays():
    nb = notebook(
        "Words.", code(shown({"text/html": "<p>\n one <b>two</b> <i>three</i> <a href='#x'>four</a> \n</p>"}))
    )
    assert "one two three four" in text(nb)


def test_wide_printed_tables_shrink_and_single_long_lines_do_not():
    wide, narrow = "a" * 100, "b" * 60
    sizes = [
        "#printed(size" in notebook_to_typst(notebook(code(new_output("stream", text=sample))))[0]
        for sample in (f"{wide}\n{wide}\n", f"{wide}\n{narrow}\n", f"{narrow}\n{narrow}\n", f"{wide * 2}\n{wide * 2}\n")
    ]
    assert sizes == [True, False, False, False]


def test_long_lines_of_code_stay_on_the_page():
    source = (
        "frame = first_function(argument_one=1).second_function(argument_two=[1,2,3]).third(x).fourth_function(y=2)"
    )
    reader = PdfReader(io.BytesIO(notebook_to_pdf(notebook(code(source=source)))[0]))
    places: list[float] = []
    reader.pages[0].extract_text(visitor_text=lambda words, cm, tm, *_: places.append(tm[4]) if words.strip() else None)
    lines = [line for line in reader.pages[0].extract_text().splitlines() if "=" in line or "(" in line]
    assert places and max(map(len, lines)) < 90 and len(lines) >= 2


def test_long_words_break_and_are_still_one_word():
    word = "a_rather_long_indicator_name_for_growth"
    cells = [
        f"{word} {'x' * 300}",
        code(new_output("stream", text="y" * 300)),
        code(source="z" * 300),
        f"`{'w' * 200}`",
    ]
    frame = pd.DataFrame({word: [word], "其他": ["长" * 300]})
    pdf, _ = notebook_to_pdf(notebook(*cells, table(frame)))
    sheets = PdfReader(io.BytesIO(pdf)).pages
    found = "".join(sheet.extract_text() for sheet in sheets)
    assert word in found and "\u200b" not in found
    for letter in "xyzw":
        assert letter * 200 not in found and letter * 30 in found


# --- characters ------------------------------------------------------------------------------------------------------


def test_japanese_and_korean():
    for sample, font in (("本稿では公開された文書を用いる。", "NotoSansJP"), ("자원 도시의 전환", "NotoSansKR")):
        pdf, document = notebook_to_pdf(notebook(sample))
        assert "".join(sample.split()) in "".join(PdfReader(io.BytesIO(pdf)).pages[0].extract_text().split())
        assert f"{font}-Regular" in families(pdf) and not document.glyphs.lost


def test_letters_of_other_scripts_come_from_one_font():
    pdf, document = notebook_to_pdf(notebook("Plain words, Ελληνικά, עברית"))
    assert families(pdf) == {"NotoSansSC-Regular", "NotoSansSC-Bold", "DejaVuSans"} and not document.glyphs.lost
    assert "Ελληνικά" in text(notebook("Plain words, Ελληνικά"))
    assert notebook_to_pdf(report(new_markdown_cell("ไ", id="c1")))[1].glyphs.lost == {"ไ": "cell 1 (c1)"}


def test_faces_are_shown():
    svg = SVG.format("a😀b")
    pdf, document = notebook_to_pdf(
        notebook("# T\n\n好😀 `😍`", code(shown({"image/svg+xml": svg}), source="'🙀' # 煤"))
    )
    found = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    assert set("😀😍🙀") <= set(found) and not document.glyphs.lost and "DejaVuSans" in families(pdf)


def test_missing_glyphs_become_code_points(caplog):
    svg = SVG.format("a🧿b &#x1F680;")
    nb = notebook("# 🧿 title\n\n❤️ x 🚀 `code 🚀` \ue000 שלום", code(shown({"image/svg+xml": svg}), source="'🚀'"))
    made = TypstPDFExporter()
    with caplog.at_level("WARNING"):
        made.log.propagate = True
        pdf, _ = made.from_notebook_node(nb)
    found = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    assert "[U+1F9FF]" in found and found.count("[U+1F680]") >= 3 and "[U+E000]" in found
    assert "U+1F680" in caplog.text and "cell 1" in caplog.text


@pytest.mark.parametrize(
    "nb",
    [
        report("字🧿"),
        report("x", title="🧿"),
        report("x", facts=[["a", "🧿"]]),
        report("x", colophon=[["a", "🧿"]]),
        report(code(shown({"image/svg+xml": SVG.format("🧿")}, alt="x"))),
        report(code(shown({"text/html": "<table><tr><td>🧿</td></tr></table>"}))),
        report(code(shown({"text/html": "<table><tr><td>1</td></tr></table>"}, note="🧿"))),
    ],
)
def test_a_character_without_a_glyph_is_shown_by_its_code_point_in_a_report(nb):
    pdf, document = notebook_to_pdf(nb)
    found = "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())
    assert "U+1F9FF" in found.replace("[", "").replace("]", "")
    assert re.search("cell 1|title|colophon", document.glyphs.lost["🧿"])


# --- hostile texts ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_everywhere(hostile):
    plain = "".join(part for part in hostile if part.isprintable() or part == "\n")
    frame = pd.DataFrame({plain: [plain, 1]}, index=[plain, "x"])
    outputs = [
        shown({"text/html": frame.to_html(), "text/plain": hostile}, caption=hostile, note=hostile, alt=hostile),
        shown({"text/html": frame.style.set_caption(hostile).to_html()}),
        shown({"text/html": f'<div id="{hostile}" style="{hostile}">{hostile}</div><a href="{hostile}">{hostile}</a>'}),
        shown({"text/markdown": hostile}),
        shown({"text/latex": hostile, "text/plain": hostile}),
        shown({"image/png": png()}, alt=hostile, caption=hostile, note=hostile),
        shown({hostile: hostile, "text/plain": hostile}),
        new_output("stream", text=hostile),
        new_output("error", ename=hostile, evalue=hostile, traceback=[hostile]),
    ]
    cells = [
        f"# {hostile}\n\n{hostile}\n\n[{hostile}]({hostile})\n\n`{hostile}`\n\n$${hostile}$$",
        code(*outputs, source=hostile),
    ]
    fields = {
        "title": hostile,
        "subtitle": hostile,
        "description": hostile,
        "date": hostile,
        "lang": "en",
        "facts": [[hostile, hostile, hostile]],
        "sources": {"caption": hostile, "head": [hostile], "rows": [[hostile], [[hostile, hostile]]], "note": hostile},
        "colophon": [[hostile, hostile]],
        "labels": {"contents": hostile, "colophon": hostile},
    }
    assert notebook_to_pdf(notebook(*cells, language_info={"name": hostile}), name=hostile)[0].startswith(b"%PDF")
    if not hostile.startswith("<img"):  # a report refuses an image that is not there
        nb = notebook(*cells, report=fields)
        assert notebook_to_pdf(nb, name=hostile)[0].startswith(b"%PDF")


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", '#read("/etc/passwd")', "a \\ b", "x @cite y"])
def test_hostile_text_is_shown_as_it_is(hostile):
    frame = pd.DataFrame({"t": [hostile]})
    for nb in (notebook(hostile), notebook(table(frame)), notebook(code(new_output("stream", text=hostile)))):
        assert "".join(hostile.split()) in flat(nb)


def test_deep_nesting_and_long_runs():
    cells = ["<div>" * 300 + "deep", "> " * 60 + "quote", "<b>" * 300 + "bold", "*" * 3000, "$x" * 500, "[" * 2000]
    cells.append("".join("  " * depth + "- item\n" for depth in range(40)))
    assert "deep" in text(notebook(*cells, "x" * 5000, "字" * 5000))


def test_svg_cannot_reach_outside():
    head = '<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    image = '<image href="file:///etc/passwd" width="9" height="9"/><image href="/main.typ" width="9" height="9"/>'
    svg = SVG.format("shown").replace("</svg>", image + "<script>1</script></svg>")
    found = text(notebook(code(shown({"image/svg+xml": svg}), shown({"image/svg+xml": head + SVG.format("&x;")}))))
    assert "shown" in found and "root:" not in found


def test_wrong_kinds_of_metadata():
    cell = code(
        shown({"image/png": png(), "text/plain": ""}, alt=["a", "b"], caption=5, note=None, **{"image/png": "x"})
    )
    cell.outputs[0].data["text/plain"] = None
    broken = notebook(cell, title=5, language_info=None, kernelspec=None)
    broken.cells[0].metadata = None
    assert notebook_to_pdf(broken)[0].startswith(b"%PDF")


# --- the file --------------------------------------------------------------------------------------------------------


def unpacked_and_packed(nb, monkeypatch) -> tuple[bytes, bytes]:
    with monkeypatch.context() as patch:
        patch.setattr(compiler, "packed", lambda pdf: pdf)
        raw, _ = notebook_to_pdf(nb)
    return raw, packed(raw)


def resolved(value, depth=6):
    """An object of a PDF as plain Python, far enough down to compare two files."""
    value = value.get_object() if hasattr(value, "get_object") else value
    if isinstance(value, dict) and depth:
        data = [value.get_data()] if hasattr(value, "get_data") and "/Width" not in value else []
        skipped = {"/Length", "/Filter", "/Parent", "/P", "/ColorSpace", "/XObject"}
        return {key: resolved(part, depth - 1) for key, part in value.items() if key not in skipped}, data
    if isinstance(value, list) and depth:
        return [resolved(part, depth - 1) for part in value]
    return type(value).__name__ if isinstance(value, (dict, list)) else str(value)


def test_packing_halves_a_report_and_loses_nothing(monkeypatch):
    frame = pd.DataFrame({"城市": ["鹤壁"] * 150, "值": np.arange(150), "率": np.arange(150) / 7})
    nb = report(
        "## 一\n\n[链接](https://example.org/)", table(frame), code(shown({"image/png": png(90, 60)}, alt="图"))
    )
    raw, small = unpacked_and_packed(nb, monkeypatch)
    assert len(small) < 0.62 * len(raw)
    old, new = (PdfReader(io.BytesIO(pdf), strict=True) for pdf in (raw, small))
    assert [page.extract_text() for page in old.pages] == [page.extract_text() for page in new.pages]
    assert resolved(old.trailer["/Root"]) == resolved(new.trailer["/Root"])
    assert old.metadata == new.metadata and old.trailer["/ID"] == new.trailer["/ID"]
    assert b"/StructElem" in raw and b"/StructElem" not in small
    assert b"pdfuaid" in small  # XMP has to be readable without unpacking


def test_pictures_of_few_colours_get_a_palette(monkeypatch):
    def pixels(pdf: bytes) -> tuple[str, np.ndarray]:
        image = PdfReader(io.BytesIO(pdf)).pages[0].images[0]
        return str(image.indirect_reference.get_object()["/ColorSpace"][0]), np.asarray(image.image.convert("RGB"))

    noise = np.random.default_rng(0).integers(0, 256, (40, 50, 3), dtype=np.uint8)
    for colours, space in ((noise // 64 * 64, "/Indexed"), (noise, "/ICCBased")):
        out = io.BytesIO()
        Image.fromarray(colours).save(out, "PNG")
        nb = notebook(code(shown({"image/png": base64.b64encode(out.getvalue()).decode()})))
        (_, before), (kind, after) = map(pixels, unpacked_and_packed(nb, monkeypatch))
        assert kind == space and (before == after).all() and (after == colours).all()


@pytest.mark.parametrize("pdf", [b"", b"%PDF-1.7\nno end", b"startxref\n5\n%%EOF\n", b"startxref\n99999\n%%EOF"])
def test_what_is_no_plain_pdf_is_left_alone(pdf):
    assert packed(pdf) == pdf


def test_a_packed_file_is_left_alone(monkeypatch):
    _, small = unpacked_and_packed(notebook("x"), monkeypatch)
    assert packed(small) == small


def test_two_builds_give_the_same_bytes(tmp_path):
    """Not only twice in one process: other hash seeds, another folder, another time."""
    frame = pd.DataFrame({"a": ["“x”", "鹤壁"], "b": [1.5, 20]}, index=["r", "s"])
    nb = report(
        "# t\n\n## 一\n\n$\\frac{a}{b}$ Ελληνικά",
        table(frame),
        code(shown({"text/html": frame.style.bar(color="#d65f5f").set_uuid("0").to_html()})),
        code(shown({"image/svg+xml": SVG.format("图"), "text/plain": ""}, alt="图")),
        keywords=["b", "a"],
    )
    nb.metadata["report"].pop("date", None)
    nbformat.write(nb, tmp_path / "sample.ipynb")
    made = []
    for seed in ("1", "2"):
        folder = tmp_path / seed
        folder.mkdir()
        path = os.pathsep.join([str(Path(exporter.__file__).parents[3]), os.environ.get("PYTHONPATH", "")])
        call = (
            "import sys, nbformat; from analysis.rendering.typst.exporter import TypstPDFExporter as P; "
            "from analysis.rendering.html.exporter import ReportHTMLExporter as H; nb = nbformat.read(sys.argv[1], 4); "
            "[open(n, 'wb').write(c if isinstance(c, bytes) else c.encode()) for n, c in "
            "(('o.pdf', P().from_notebook_node(nb)[0]), ('o.html', H().from_notebook_node(nb)[0]))]"
        )
        environment = {**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": seed, "SOURCE_DATE_EPOCH": "1700000000"}
        subprocess.run(
            [sys.executable, "-c", call, str(tmp_path / "sample.ipynb")], cwd=folder, env=environment, check=True
        )
        made.append([(folder / name).read_bytes() for name in ("o.pdf", "o.html")])
    assert made[0] == made[1]
    dated = PdfReader(io.BytesIO(made[0][0])).metadata
    assert dated.creation_date.isoformat() == "2023-11-14T22:13:20+00:00" == dated.modification_date.isoformat()


# --- failures --------------------------------------------------------------------------------------------------------


def test_compiler_errors_are_one_line():
    with pytest.raises(ExportError, match="unknown variable: nothing") as caught:
        compile_typst("#nothing", {})
    assert "\n" not in str(caught.value)


def test_a_cell_that_typst_refuses_is_named_and_the_rest_is_there(monkeypatch, caplog):
    real = Writer.printed
    monkeypatch.setattr(
        Writer, "printed", lambda self, text: Block('panic("no")') if "boom" in text else real(self, text)
    )
    cells = [
        "before",
        code(new_output("stream", text="boom"), source="ring()"),
        f"$x$ ![](data:,) {png()[:9]}",
        "after",
    ]
    found = text(notebook(*cells), name="bells")
    assert "before" in found and "after" in found and "ring()" in found
    assert "bells: " in caplog.text and re.search(r"cell 2 \(\w+\): ring", caplog.text) and "panicked" in caplog.text
    with pytest.raises(ExportError, match=r"cell 2 \(\w+\): ring"):
        notebook_to_pdf(report(*cells[:2]))


def test_long_outputs_take_time_by_their_length():
    """Every line is there; lines that no page holds are broken, and no rule is set for each sign."""
    lines = "\n".join(
        f"2024-05-01 08:00:00,{number} INFO reader.part: sheet {number}, read in 0.1 s; ok" for number in range(300)
    )
    numbers, fenced = str(list(range(1500))), f"```\n{lines}\n```"
    for nb in (notebook(code(new_output("stream", text=lines))), notebook(fenced), notebook(code(source=lines))):
        found = flat(nb)
        assert all(f"sheet{number}," in found for number in range(300))
    assert "1498,1499]" in flat(notebook(code(new_output("stream", text=numbers))))


@given(st.text(alphabet="ab ,.(中文"), st.integers(min_value=4, max_value=30))
def test_wrapped_lines_lose_nothing_but_blanks(line, room):
    parts = wrapped_lines(line, room).split("\n")
    assert "".join(parts).replace(" ", "") == line.replace(" ", "")
    assert all(mono_width(part) <= room for part in parts)


def test_printed_tables_with_chinese_stand_in_line():
    """A Chinese character of a program's output is as wide as two letters."""
    output = new_output("stream", text="城市  产量\nab    12\n")
    pdf, document = notebook_to_pdf(notebook(code(output)))
    assert "NotoSansSCCode-Regular" in families(pdf) and fonts.CODE in document.markup
    assert fonts.CODE not in notebook_to_typst(notebook("城市", code(new_output("stream", text="ab"))))[0]
    face = TTFont(fonts.code_folder() / "NotoSansSCCode-Regular.ttf")
    latin = TTFont(fonts._matplotlib_font("DejaVuSansMono.ttf"))
    han, letter = face["hmtx"][face.getBestCmap()[ord("城")]], latin["hmtx"]["a"]
    assert han[0] / face["head"].unitsPerEm == pytest.approx(2 * letter[0] / latin["head"].unitsPerEm, abs=0.002)


def test_untagged_is_the_last_resort_and_not_for_reports(monkeypatch, caplog):
    real = exporter.compile_typst

    def refusing(markup, files, *, accessible=True):
        if accessible:
            raise ExportError("refused")
        return real(markup, files, accessible=False)

    monkeypatch.setattr(exporter, "compile_typst", refusing)
    assert notebook_to_pdf(notebook("x"))[0].startswith(b"%PDF")
    assert "not marked as accessible" in caplog.text
    with pytest.raises(ExportError, match="refused"):
        notebook_to_pdf(report("x"))


def test_import_is_light():
    listing = "sorted({'typst', 'tex2typst', 'pandas', 'matplotlib', 'fontTools', 'PIL'} & set(sys.modules))"
    path = os.pathsep.join([str(Path(exporter.__file__).parents[3]), os.environ.get("PYTHONPATH", "")])
    result = subprocess.run(
        [sys.executable, "-c", f"import sys, analysis.rendering.typst.exporter; print({listing})"],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.strip() == "[]"


def test_words_of_a_status_bear_their_mark_in_print_too():
    items = '<li><span class="planned">茶厂</span></li><li><span class="achieved"><a href="#x">茶园</a></span></li>'
    cell = f'<ul>{items}<li><span class="other">水</span></li></ul>'
    frame = f"<table><tr><th>一</th><th>二</th></tr><tr><td>三</td><td>{cell}</td></tr></table>"
    markup, _ = notebook_to_typst(report(code(shown({"text/html": frame}))))
    places = [markup.index(word) for word in ("○ ", "茶厂", "● ", "茶园", "水")]
    assert places == sorted(places) and markup.count("○ ") == markup.count("● ") == 1
