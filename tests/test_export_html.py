"""The HTML page: what it shows, what it refuses, and that it needs nothing from outside."""

from __future__ import annotations

import base64
import hashlib
import html
import io
import re
import shutil
from urllib.parse import unquote
from xml.etree import ElementTree

import nbformat.v4 as v4
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Bitmap
from traitlets.config import Config

from analysis.rendering.errors import MissingAlt
from analysis.rendering.formulas import mathml
from analysis.rendering.html.exporter import ReportHTMLExporter
from analysis.rendering.html.page import Body, page
from analysis.rendering.images import Image, image_size, to_uri
from analysis.rendering.sanitise import TAGS, sanitised, scoped_rules
from analysis.rendering.text import guess_language, safe_href
from analysis.rendering.words import LANGUAGES, words

HOSTILE = (
    "<script>alert(1)</script>"
    '<img src=x onerror="alert(2)">'
    '<a href="javascript:alert(3)">a</a>'
    '<a href=" java\tscript:alert(4)">b</a>'
    '<iframe src="https://example.org/"></iframe>'
    '<svg onload="alert(5)"><script>alert(6)</script></svg>'
    '<form action="https://example.org/"><button formaction="javascript:alert(7)">c</button></form>'
    '<p style="background:url(https://example.org/x.png)" onclick="alert(8)">d</p>'
    "<style>body{background:url(https://example.org/y.png)}</style>"
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(9)&gt;">'
    "</style></script></title></textarea>--></details></main></table></div>"
)
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="72pt" height="36pt">'
    "<script>alert(1)</script><text>鹤壁 #1</text></svg>"
)
with io.BytesIO() as drawn:
    Bitmap.new("RGB", (3, 2)).save(drawn, "PNG")
    PNG = base64.b64encode(drawn.getvalue()).decode()


def without_fonts(css):
    """A style sheet without the fonts that it holds."""
    return re.sub(r'url\("data:font/woff2;base64,[\w+/]+=*"\)', "", css)


def markdown(source, **metadata):
    return v4.new_markdown_cell(source, metadata=metadata)


def code(source="", outputs=(), **metadata):
    return v4.new_code_cell(source, outputs=list(outputs), metadata=metadata)


def shown(data, **metadata):
    return v4.new_output("display_data", data=data, metadata=metadata)


def notebook(*cells, **metadata):
    for number, cell in enumerate(cells, start=1):
        cell["id"] = f"id{number}"
    return v4.new_notebook(cells=list(cells), metadata=metadata)


def export(*cells, **metadata):
    return ReportHTMLExporter().from_notebook_node(notebook(*cells, **metadata))[0]


def soup_of(*cells, **metadata):
    return BeautifulSoup(export(*cells, **metadata), "html.parser")


def words_of(tag):
    return " ".join(tag.get_text(" ").split())


# --- nothing hostile gets through --------------------------------------------------------------------------------

ROUTES = {
    "markdown cell": lambda: export(markdown(HOSTILE)),
    "markdown heading and table": lambda: export(markdown(f"# {HOSTILE}\n\n## {HOSTILE}\n\n|a|\n|-|\n|{HOSTILE}|\n")),
    "markdown link and image": lambda: export(
        markdown(
            '[x](javascript:alert(1)) ![y](javascript:alert(2)) [z](<data:text/html,<script>1</script>> "\'\\"><b>")'
        )
    ),
    "markdown output": lambda: export(code(outputs=[shown({"text/markdown": HOSTILE})])),
    "markdown code": lambda: export(markdown(f"```python\n{HOSTILE}\n```\n\n`{HOSTILE}`")),
    "formula": lambda: export(markdown(r"$\text{<script>alert(1)</script>}$ $\href{javascript:alert(1)}{x}$")),
    "latex output": lambda: export(code(outputs=[shown({"text/latex": f"$\\text{{{HOSTILE}}}$"})])),
    "html output": lambda: export(code(outputs=[shown({"text/html": HOSTILE})])),
    "html caption and note": lambda: export(
        code(outputs=[shown({"text/html": "<table><tr><td>1</td></tr></table>"}, caption=HOSTILE, note=HOSTILE)])
    ),
    "data frame": lambda: export(
        code(outputs=[shown({"text/html": pd.DataFrame({HOSTILE: [HOSTILE]}, index=[HOSTILE])._repr_html_()})])
    ),
    "styler": lambda: export(
        code(outputs=[shown({"text/html": pd.DataFrame({HOSTILE: [HOSTILE]}).style.set_caption(HOSTILE).to_html()})])
    ),
    "figure words": lambda: export(
        code(outputs=[shown({"image/svg+xml": SVG}, alt=HOSTILE, caption=HOSTILE, note=HOSTILE)])
    ),
    "image data": lambda: export(code(outputs=[shown({"image/png": '"><script>alert(1)</script>'}, alt="x")])),
    "stream": lambda: export(code(outputs=[v4.new_output("stream", text=HOSTILE)])),
    "error": lambda: export(code(outputs=[v4.new_output("error", ename=HOSTILE, evalue=HOSTILE, traceback=[HOSTILE])])),
    "plain text": lambda: export(code(outputs=[shown({"text/plain": HOSTILE})])),
    "unknown type": lambda: export(code(outputs=[shown({"application/x" + HOSTILE: "x"})])),
    "code": lambda: export(code(HOSTILE)),
    "raw cell": lambda: export(v4.new_raw_cell(HOSTILE, metadata={"raw_mimetype": "text/html"})),
    "metadata": lambda: export(
        report={key: HOSTILE for key in ("title", "subtitle", "description", "date")}
        | {key: [[HOSTILE, HOSTILE, "javascript:alert(1)"]] for key in ("facts", "colophon")}
        | {key: [[HOSTILE, "javascript:alert(1)"]] for key in ("alternate", "downloads")}
        | {"home": "javascript:alert(1)", "labels": {"contents": HOSTILE, "csv": HOSTILE}}
        | {"sources": {"caption": HOSTILE, "head": [HOSTILE], "rows": [[HOSTILE], [[HOSTILE, "javascript:alert(1)"]]]}}
    ),
    "title of a stranger": lambda: export(title=HOSTILE),
    "page": lambda: page(HOSTILE, "", lang="en", description=HOSTILE, head_facts=[[HOSTILE, HOSTILE]], home=HOSTILE),
}


@pytest.mark.parametrize("route", ROUTES)
def test_hostile_text_is_inert(route):
    text = ROUTES[route]()
    soup = BeautifulSoup(text, "html.parser")
    assert len(soup.find_all("script")) == 1
    assert text.lower().count("<script") == text.lower().count("</script") == 1
    assert text.lower().count("<style") == text.lower().count("</style") == 1
    assert not soup.find_all(["iframe", "svg", "form", "object", "embed", "base", "textarea", "mglyph"])
    for tag in soup.find_all(True):
        assert not [name for name in tag.attrs if name.startswith("on")], tag
        assert "url(" not in str(tag.get("style", "")), tag
        for name in ("href", "src", "action"):
            link = re.sub(r"\s", "", str(tag.get(name, ""))).lower()
            assert not link.startswith(("javascript:", "vbscript:", "data:text")), tag
            assert name != "src" or not link or link.startswith("data:image/"), tag
    assert "url(" not in without_fonts(soup.style.get_text())
    assert soup.find_all("main")[0].find_parent("body")


@pytest.mark.parametrize("route", ["data frame", "stream", "error", "plain text"])
def test_document_text_is_shown_as_it_is(route):
    assert "alert(2)" in BeautifulSoup(ROUTES[route](), "html.parser").main.get_text()


@pytest.mark.parametrize(
    ("link", "kept"),
    [
        ("https://example.org/a?b=c#d", True),
        ("HTTP://example.org", True),
        ("mailto:a@example.org", True),
        ("../x.html", True),
        ("#表-1", True),
        ("报告:一.html", True),
        ("a/b:c", True),
        ("", True),
        ("javascript:alert(1)", False),
        ("JaVaScRiPt:alert(1)", False),
        ("java\nscript:alert(1)", False),
        ("\x01javascript:alert(1)", False),
        ("\u00a0javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("vbscript:x", False),
        ("file:///etc/hosts", False),
        ("//example.org/", False),
        ("/\\example.org/", False),
        ("\\\\example.org", False),
    ],
)
def test_safe_href(link, kept):
    assert (safe_href(link) is not None) is kept


@pytest.mark.parametrize(
    ("css", "kept"),
    [
        ("#T_a_row0_col0 { color: #f00; font-weight: bold }", "#t1_row0_col0{color:#f00;font-weight:bold}"),
        ("#T_a_row0_col0, #T_a_row1_col0 { text-align: right }", "#t1_row0_col0,#t1_row1_col0{text-align:right}"),
        ("#T_a th:nth-child(2) { width: 10em }", "#t1 th:nth-child(2){width:10em}"),
        (
            "#T_a_row0_col0 {background: linear-gradient(90deg, #d65f5f 40.0%, transparent 40.0%)}",
            "#t1_row0_col0{background:linear-gradient(90deg, #d65f5f 40.0%, transparent 40.0%)}",
        ),
        ("#T_a td { background: url(https://example.org) }", ""),
        ("#T_a td { background: image-set('x' 1x) }", ""),
        ("#T_a td { background: linear-gradient(url(x), red) }", ""),
        ("#T_a td { position: fixed; color: red }", "#t1 td{color:red}"),
        ("#T_a td { color: red !important }", "#t1 td{color:red}"),
        ("#T_a td { width: expression(alert(1)) }", ""),
        ("#T_a td { color: \\3c /style\\3e }", ""),
        ("#T_ab td { color: red }", ""),
        ("#T_a td, body { color: red }", ""),
        ("body { color: red }", ""),
        ("@import 'x'; @media all { #T_a td { color: red } }", ""),
        ("#T_a td{color:red}</style><script>alert(1)</script>", "#t1 td{color:red}"),
        ("#T_a td[title='</style>'] { color: red }", ""),
        ("}}}{{{", ""),
    ],
)
def test_styler_rules_are_scoped_and_harmless(css, kept):
    assert scoped_rules(css, "T_a", "t1") == kept


def test_two_stylers_with_one_id_keep_to_their_own_table():
    frame = pd.DataFrame({"a": [1, 2]})
    first = frame.style.set_uuid("x").highlight_max(color="red").to_html()
    second = frame.style.set_uuid("x").highlight_min(color="blue").to_html()
    soup = soup_of(code(outputs=[shown({"text/html": first}), shown({"text/html": second})]))
    tables = soup.main.find_all("table")
    assert [table["id"] for table in tables] == ["t1", "t2"]
    assert tables[0].find(id="t1_row1_col0").get_text() == "2"
    assert tables[1].find(id="t2_row0_col0").get_text() == "1"
    assert "#t1_row1_col0{background-color:red}" in soup.style.get_text()
    assert all("pg-paper" in table["class"] for table in tables)


def test_bars_of_a_styler_survive():
    bars = pd.DataFrame({"a": [1, 4]}).style.bar(color="#9ecae1").to_html()
    assert "linear-gradient(90deg, #9ecae1 25.0%, transparent 25.0%)" in export(
        code(outputs=[shown({"text/html": bars})])
    )


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("|a|b|\n|-|-|\n|1|2|", [["1", "2"]]),
        ("|a|b|\n|-|-|\n|1|\n|2|3|4|\n", [["1", ""], ["2", "3"]]),
        ("a|b\n-|-\n1|2\nno row", [["1", "2"]]),
        ("| a | b\n|:-:|--:\n| 1 | 2", [["1", "2"]]),
        ("|a|b|\n|-|-|\n|x\\|y|`z`|", [["x|y", "z"]]),
        ("|a|b|\n|-|-|\n|$5|$6|", [["$5", "$6"]]),
        ("> |a|b|\n> |-|-|\n> |1|2|", [["1", "2"]]),
        ("- one\n\n  |a|b|\n  |-|-|\n  |1|2|", [["1", "2"]]),
        ("|a|b|\n|-|\n|1|2|", None),
        ("this | that\nand so on", None),
    ],
)
def test_tables_of_markdown(text, rows):
    table = soup_of(markdown(text)).main.table
    assert rows == (table and [[words_of(cell) for cell in row.find_all("td")] for row in table.find_all("tr")[1:]])


def test_a_picture_elsewhere_within_a_link_leaves_one_link():
    links = soup_of(markdown("[![badge](https://example.org/b.svg)](https://example.org/page)")).main.find_all("a")
    assert [link["href"] for link in links] == ["https://example.org/page"] and "badge" in links[0].get_text()


def test_a_formula_with_strokes_parts_no_cells():
    table = soup_of(markdown("|norm|of|\n|-|-|\n|$|x|_2$|$x$|")).main.table
    assert [len(cell.find_all("math")) for cell in table.find_all("td")] == [1, 1]


# --- the page itself ---------------------------------------------------------------------------------------------


def test_policy_names_the_only_script_and_allows_no_request():
    text = export(markdown("# 一"))
    soup = BeautifulSoup(text, "html.parser")
    script = re.search(r"<script>(.*?)</script>", text, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = soup.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
    assert policy == (
        f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; "
        "font-src data:; base-uri 'none'; form-action 'none'"
    )
    head = [tag.name for tag in soup.head.find_all(True)]
    assert head[:2] == ["meta", "meta"] and soup.head.meta.has_attr("charset")
    assert "http" not in re.sub(r"http-equiv|<!DOCTYPE html>", "", text)


def test_script_can_stand_in_a_script_element():
    script = BeautifulSoup(export(), "html.parser").script.get_text()
    assert "</" not in script and "<!--" not in script
    for word in re.findall(r"words\.(\w+)", script):
        assert word in words("en", "html")


def test_same_notebook_same_bytes():
    cells = [markdown("# 一\n\n$x^2$"), code("1", [shown({"text/html": "<table><tr><td>1</td></tr></table>"})])]
    first = ReportHTMLExporter()
    texts = {exporter.from_notebook_node(notebook(*cells))[0] for exporter in (first, first, ReportHTMLExporter())}
    assert len(texts) == 1


def test_resources_come_back_clean():
    resources = ReportHTMLExporter().from_notebook_node(notebook(markdown("a")), {"metadata": {"name": "x"}})[1]
    assert resources["output_extension"] == ".html"
    assert "page" not in resources


@pytest.mark.parametrize("medium", ["html", "pdf"])
def test_all_languages_have_the_same_words(medium):
    english = words("en", medium)
    for lang in LANGUAGES:
        found = words(lang, medium)
        assert found.keys() == english.keys() and all(word.strip() for word in found.values())
        for key, word in found.items():
            assert sorted(re.findall(r"\{.*?\}", word)) == sorted(re.findall(r"\{.*?\}", english[key])), key
    assert words("fr", medium) == english


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("鹤壁市", "zh"),
        ("The city of 鹤壁", "zh"),
        ("The old city of Hebi in Henan, 鹤壁", "en"),
        ("", "en"),
        ("123 。", "en"),
    ],
)
def test_guess_language(text, language):
    assert guess_language(text) == language


@pytest.mark.parametrize(
    ("metadata", "source", "tag"),
    [
        ({}, "鹤壁市转型", "zh-CN"),
        ({}, "How the city transforms", "en"),
        ({"report": {"lang": "en"}}, "鹤壁市转型", "en"),
        ({"report": {"lang": "zh"}}, "Hebi", "zh-CN"),
        ({"report": {"lang": "zh-CN"}}, "Hebi", "zh-CN"),
    ],
)
def test_language_of_the_page(metadata, source, tag):
    assert soup_of(markdown(source), **metadata).html["lang"] == tag


@pytest.mark.parametrize(
    ("metadata", "source", "title", "rest"),
    [
        ({"report": {"title": "题"}, "title": "另"}, "正文", "题", []),
        ({"title": "另"}, "# 一\n\n## 二", "另", [("h2", "一"), ("h3", "二")]),
        ({"title": "一"}, "# 一\n\n## 二", "一", [("h2", "二")]),
        ({}, "# A & *b* `<c>`\n\n## 二", "A & b <c>", [("h2", "二")]),
        ({}, "# 一\n\n# 二\n\n### 三", "一", [("h2", "二"), ("h4", "三")]),
        ({}, "正文", "name", []),
    ],
)
def test_there_is_one_title(metadata, source, title, rest):
    text, _ = ReportHTMLExporter().from_notebook_node(
        notebook(markdown(source), **metadata), {"metadata": {"name": "name"}}
    )
    soup = BeautifulSoup(text, "html.parser")
    assert [words_of(tag) for tag in soup.find_all("h1")] == [title]
    assert soup.title.get_text() == title
    assert [(tag.name, words_of(tag)) for tag in soup.main.find_all(re.compile("^h[2-6]$"))] == rest


def test_headings_get_stable_anchors_and_a_contents_list():
    soup = soup_of(markdown("# 题\n\n## 结果\n\n### GDP 与增速 (%)\n\n## 结果\n\n## “引”"))
    names = [tag["id"] for tag in soup.main.find_all(["h2", "h3"])]
    assert names == ["结果", "GDP-与增速", "结果-2", "引"]
    for contents in soup.find_all("nav", class_="pg-contents"):
        assert [link["href"] for link in contents.find_all("a")] == ["#" + name for name in names]
        assert contents["aria-label"] == "目录"


@pytest.mark.parametrize(("headings", "contents", "lists"), [(2, True, 0), (3, True, 2), (3, False, 0)])
def test_contents_only_where_they_help(headings, contents, lists):
    body = "".join(f"<h2>{number}</h2>" for number in range(headings))
    soup = BeautifulSoup(page("t", body, lang="en", contents=contents), "html.parser")
    assert len(soup.find_all("nav")) == lists


def test_report_metadata_is_shown():
    report = {
        "title": "鹤壁",
        "subtitle": "副题",
        "description": "说明",
        "date": "2024-09",
        "facts": [["类别", "成熟型"], ["资源", "煤炭", "coal.html"]],
        "sources": {
            "caption": "文本",
            "head": ["文本", "版本"],
            "rows": [["hebi-2024", "提要"], [["x", "x.html"], None]],
        },
        "colophon": [["版本", "0.1"]],
        "home": "index.html",
        "alternate": [["English", "x.en.html"]],
        "downloads": [["PDF", "x.pdf"]],
        "labels": {"home": "回首页", "nonsense": "?"},
    }
    soup = soup_of(markdown("正文"), report=report)
    assert words_of(soup.find("dl", class_="pg-facts")) == "类别 成熟型 资源 煤炭 生成日期 2024-09"
    assert soup.find("a", href="coal.html").get_text() == "煤炭"
    assert words_of(soup.main.table) == "文本 文本 版本 hebi-2024 提要 x"
    assert words_of(soup.footer.dl) == "版本 0.1"
    assert soup.find("a", href="index.html").get_text() == "回首页"
    assert soup.find("a", href="x.en.html")["hreflang"] == "en"
    assert soup.find("a", href="x.pdf")
    assert soup.find("meta", attrs={"name": "description"})["content"] == "说明"


def test_page_has_landmarks_and_a_skip_link():
    soup = BeautifulSoup(page("题", "<p>文</p>", lang="zh", colophon=[["a", "b"]], home="index.html"), "html.parser")
    assert soup.body.a["href"] == "#" + soup.main["id"]
    assert all(len(soup.find_all(name)) == 1 for name in ("main", "header", "footer", "h1"))


# --- code and cells ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tag", "in_report", "in_stranger"),
    [
        (None, "closed", "open"),
        ("parameters", "closed", "open"),
        ("injected-parameters", "absent", "open"),
        ("remove_cell", "absent", "absent"),
        ("remove_input", "absent", "absent"),
    ],
)
def test_code_is_folded_in_reports_and_open_elsewhere(tag, in_report, in_stranger):
    cell = code("secret = 1", tags=[tag] if tag else [])
    for metadata, expected in (({"report": {}}, in_report), ({}, in_stranger)):
        soup = soup_of(cell, **metadata)
        found = soup.find("pre", class_="pg-code")
        place = "absent" if found is None else "closed" if found.find_parent("details") else "open"
        assert place == expected
        assert expected != "absent" or "secret" not in soup.get_text()
        assert not soup.find("details", open=True)


@pytest.mark.parametrize(
    ("metadata", "source", "output"),
    [
        ({}, True, True),
        ({"tags": ["hide-cell"]}, False, False),
        ({"tags": ["remove-cell"]}, False, False),
        ({"tags": ["hide_input"]}, False, True),
        ({"tags": ["remove-output"]}, True, False),
        ({"jupyter": {"source_hidden": True}}, False, True),
    ],
)
def test_hidden_cells_as_in_the_pdf(metadata, source, output):
    found = soup_of(code("SOURCE", [v4.new_output("stream", text="OUTPUT")], **metadata)).main.get_text()
    assert ("SOURCE" in found, "OUTPUT" in found) == (source, output)


@pytest.mark.parametrize(("name", "lost"), [("input", "SOURCE"), ("output", "OUTPUT"), ("markdown", "WORDS")])
def test_switches_of_nbconvert(name, lost):
    nb = notebook(markdown("WORDS"), code("SOURCE", [v4.new_output("stream", text="OUTPUT")]))
    exporter = ReportHTMLExporter(config=Config(TemplateExporter={f"exclude_{name}": True}))
    main = BeautifulSoup(exporter.from_notebook_node(nb)[0], "html.parser").main.get_text()
    assert [word for word in ("WORDS", "SOURCE", "OUTPUT") if word not in main] == [lost]


def test_default_parameters_that_did_not_run_are_left_out():
    cells = [code("city = 'a'", tags=["parameters"]), code("city = 'b'", tags=["injected-parameters"]), code("run()")]
    assert words_of(soup_of(*cells, report={}).details) == "Code run()"


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        (v4.new_output("stream", text="\x1b[1;31m红\x1b[0m\x1b]0;t\x07\x08"), "红"),
        (v4.new_output("stream", text="10%\r50%\r100%\nend\r\n"), "100% end"),
        (v4.new_output("stream", text=" \n"), ""),
        (
            v4.new_output("error", ename="E", evalue="坏", traceback=["\x1b[31mTrace\x1b[0m"]),
            "Error while running E: 坏 Trace",
        ),
        (
            shown({"application/vnd.jupyter.widget-view+json": {}, "text/plain": "Slider()"}),
            "Slider() Not shown here: interactive widget",
        ),
        (shown({"application/javascript": "alert(1)"}), "Not shown here: script"),
        (shown({"application/x-odd": "…"}), "Not shown here: application/x-odd"),
        (
            shown(
                {"application/vnd.plotly.v1+json": {}, "text/html": "<div></div>", "text/plain": "<Figure size 1x1>"}
            ),
            "Not shown here: application/vnd.plotly.v1+json",
        ),
        (shown({"application/json": {"值": [1]}}), '{ "值": [ 1 ] }'),
        (
            shown({"text/html": "<script>1</script><div></div>", "text/plain": "fallback"}),
            "fallback Not shown here: script",
        ),
        (shown({"text/html": "<p>kept<iframe></iframe></p>"}), "kept Not shown here: iframe"),
        (shown({"text/html": ["<p>li", "sted</p>"]}), "listed"),
        (shown({"text/markdown": "**b**", "text/plain": "no"}), "b"),
        (shown({"text/latex": r"$\frac{$"}), r"\frac{"),
    ],
)
def test_outputs(output, expected):
    assert words_of(soup_of(code(outputs=[output])).main) == expected


def test_latex_becomes_mathml_and_beats_the_bitmap():
    soup = soup_of(
        code(outputs=[shown({"image/png": PNG, "text/latex": r"$\displaystyle \frac{1}{2}$", "text/plain": "1/2"})])
    )
    assert soup.main.math.mfrac and not soup.main.img


# --- figures -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("metadata", [{"alt": "说明"}, {"image/svg+xml": {"alt": "说明"}}])
def test_figure_with_its_words(metadata):
    said = metadata | {"caption": "题 & 注", "note": "来源"}
    figure = soup_of(code(outputs=[shown({"image/svg+xml": SVG}, **said)]), report={"title": "t"}).figure
    assert figure.img["alt"] == "说明"
    assert figure.img["src"].startswith("data:image/svg+xml")
    assert (figure.img["width"], figure.img["height"]) == ("96", "48")
    assert figure.figcaption.get_text() == "题 & 注"
    assert figure.find(class_="note").get_text() == "来源"


@pytest.mark.parametrize("data", [{"image/svg+xml": SVG}, {"image/png": PNG}])
def test_report_without_alternative_text_stops_and_names_the_cell(data):
    cells = [markdown("a"), code(outputs=[shown(data)])]
    with pytest.raises(MissingAlt, match=r"cell 2 \(id2\): image/"):
        export(*cells, report={"title": "t"})
    assert soup_of(*cells).img["alt"]


def test_hidden_images_need_no_alternative_text():
    for tag in ("remove_cell", "remove_output"):
        assert not soup_of(code(outputs=[shown({"image/png": PNG})], tags=[tag]), report={}).main.img


@pytest.mark.parametrize(
    ("mime", "data", "size"),
    [
        ("image/svg+xml", SVG.encode(), (96, 48, 0.75)),
        ("image/svg+xml", b'<svg viewBox="0 0 20 10"></svg>', (20, 10, 0.75)),
        ("image/svg+xml", b'<svg width="100%" height="10"></svg>', None),
        ("image/svg+xml", b"no picture", None),
        ("image/png", base64.b64decode(PNG), (3, 2, 0.75)),
        ("image/png", b"????", None),
        ("image/jpeg", base64.b64decode(PNG), None),
    ],
)
def test_image_size(mime, data, size):
    assert image_size(Image(mime, data)) == size


def test_svg_data_uri_keeps_the_picture_and_gets_its_namespace():
    uri = to_uri(Image("image/svg+xml", '<svg width="1">\n<text>100% #1 鹤</text></svg>'.encode()))
    assert not set('"<>#\n&') & set(uri) and "%23" in uri and "%25" in uri
    assert "xmlns='http://www.w3.org/2000/svg'" in uri and "鹤" in uri


@pytest.mark.parametrize(
    "inside",
    [
        '<text fill="#fff">say "no"</text>',
        """<g data-text="Zhang's"><text x='1' y="2">3 &lt; 4 &amp; 5%</text></g>""",
        '<g data-text="a>b" class="c">\t</g>',
    ],
)
def test_svg_data_uri_is_read_as_the_svg_it_was_made_of(inside):
    source = f'<svg xmlns="http://www.w3.org/2000/svg" width="1">{inside}</svg>'
    link = BeautifulSoup(f'<img src="{to_uri(Image("image/svg+xml", source.encode()))}">', "html.parser").img["src"]
    read = ElementTree.fromstring(unquote(link.partition(",")[2]))
    assert ElementTree.tostring(read) == ElementTree.tostring(ElementTree.fromstring(source.replace("\t", " ")))


def test_markdown_images_come_into_the_page_or_become_links(tmp_path):
    (tmp_path / "a.png").write_bytes(base64.b64decode(PNG))
    (tmp_path / "notes.txt").write_text("secret")
    cell = markdown(
        "![甲](attachment:x.png) ![乙](a.png) ![丙](https://example.org/b.png) ![丁](../a.png) ![戊](notes.txt)"
    )
    cell["attachments"] = {"x.png": {"image/png": PNG}}
    text, _ = ReportHTMLExporter().from_notebook_node(notebook(cell), {"metadata": {"path": str(tmp_path)}})
    main = BeautifulSoup(text, "html.parser").main
    assert [image["alt"] for image in main.find_all("img")] == ["甲", "乙"]
    assert all(image["src"] == f"data:image/png;base64,{PNG}" for image in main.find_all("img"))
    assert [link["href"] for link in main.find_all("a")] == ["https://example.org/b.png", "../a.png", "notes.txt"]


# --- Markdown ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "formulas"),
    [
        ("$x$", 1),
        ("$E=mc^2$，$a_1$", 2),
        ("$2x$ 与 $95\\%$", 2),
        ("$\\text{增长率} = 5$", 1),
        ("$$\\frac{a}{b}$$", 1),
        ("文\n\n$$\nx\n$$\n\n文", 1),
        ("so $$x$$ it is", 1),
        ("US$5 和 HK$3", 0),
        ("价格从$100到$200", 0),
        ("$5 and $10", 0),
        ("$ x $", 1),
        ("面积$ S $与$\\hat{f}_n $", 2),
        ("$ 5 and $ 6", 0),
        ("费用 $ 5 + $ 6", 0),
        ("一：\n\\begin{align} a &= b \\\\ c &= d \\end{align}\n二", 1),
        ("{\\rm 甲} $\\{x \\mid {\\rm d}x > 0\\}$", 1),
        ("\\begin{itemize} 甲 \\end{itemize}", 0),
        ("$\\newcommand{\\E}[1]{\\mathbb{E}(#1)}$ 设 $\\E{X}$", 1),
        ("it costs $5 or maybe more$", 0),
        ("甲$鹤壁$乙", 0),
        ("\\$x\\$", 0),
        ("`$x$`", 0),
        ("$$", 0),
        ("$$两个$$", 0),
        ("$x$5", 0),
        ("设$x_i$为第$i$个", 2),
        ("\\begin{align}\na &= b \\\\\nc &= d\n\\end{align}", 1),
    ],
)
def test_dollars(source, formulas):
    main = soup_of(markdown(source)).main
    assert len(main.find_all("math")) == formulas
    assert formulas or main.get_text().count("$") == source.count("$")


@pytest.mark.parametrize(
    "tex", [r"\frac{", r"x^", r"\text{<b>x</b>}", r"\text{a < b}", r"\text{&#x3c;script>}", "", r"\notacommand{x}"]
)
def test_unreadable_formula_becomes_code_or_harmless_mathml(tex):
    soup = BeautifulSoup(Body("zh").formula(tex), "html.parser")
    assert not soup.find(["b", "script"])
    assert soup.find(["code", "math"])


def test_formula_keeps_no_foreign_attribute():
    text = mathml(r"\href{javascript:alert(1)}{x} \style{color:red}{y} \class{pg-skip}{z}")
    assert not re.search(r"<[^>]*\s(?:href|style|class)=", text.replace('alttext="', "").replace(r"\style", ""))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("**“财政”**支出", "<strong>“财政”</strong>支出"),
        ("**结束。**然后", "<strong>结束。</strong>然后"),
        ("**a `*` b**", "<strong>a <code>*</code> b</strong>"),
        ("**粗 [x](y.html)**", '<strong>粗 <a href="y.html">x</a></strong>'),
        ("2 ** 3 ** 4", "2 ** 3 ** 4"),
        ("~~删~~", "<del>删</del>"),
        ("[坏](javascript:alert(1))", "坏"),
        ("一<br>二", "一<br/>二"),
        ("<b>x</b> <kbd>Ctrl</kbd>", "<b>x</b> <kbd>Ctrl</kbd>"),
        ('<font color="red">红</font>&emsp;&copy;', '<span style="color:red">红</span>\u2003©'),
        ("<script>x</script> <路径> List<String>", "&lt;script&gt;x&lt;/script&gt; &lt;路径&gt; List&lt;String&gt;"),
        ("a<!-- 注 -->b", "ab"),
        ("前一行\n**后一行**\nEnglish", "前一行<strong>后一行</strong>\nEnglish"),
        ("[a](#表)", '<a href="#%E8%A1%A8">a</a>'),
    ],
)
def test_markdown(source, expected):
    shown = re.search(r"<main[^>]*>(.*)</main>", export(markdown(source)), re.DOTALL)[1]
    assert shown.strip() == f"<p>{expected}</p>"


def test_footnotes_of_two_cells_and_task_lists():
    soup = soup_of(*[markdown(f"甲[^1]。\n\n[^1]: 注 {number}") for number in (1, 2)], markdown("- [x] 乙\n- [ ] 丙"))
    targets = [soup.find(id=link["href"][1:]).get_text(strip=True) for link in soup.select("sup a")]
    assert targets == ["注 1", "注 2"]
    assert [words_of(item) for item in soup.main.find_all("li")][2:] == ["☑ 乙", "☐ 丙"]


def test_code_blocks_are_marked():
    text = export(markdown("```python\n# 注 <b>\nimport x\n```\n\n```nolanguage\n<y>\n```"))
    assert '<span class="pg-c"># 注 &lt;b&gt;</span>' in text and '<span class="pg-k">import</span>' in text
    assert "&lt;y&gt;" in text


# --- tables ------------------------------------------------------------------------------------------------------


def table_of(markup, **metadata):
    return soup_of(code(outputs=[shown({"text/html": markup}, **metadata)])).main.find(class_="pg-table")


def test_table_can_be_reached_and_is_named():
    box = table_of(
        pd.DataFrame({"年份": [2020], "值": [1.5]}, index=["甲"]).to_html(), caption="表 <1>", note="来源：提要"
    )
    region = box.div
    assert (region["tabindex"], region["role"], region["aria-label"]) == ("0", "region", "表 <1>")
    assert box.caption.get_text() == "表 <1>"
    assert box.find("p", class_="note").get_text() == "来源：提要"
    assert [cell.get("scope") for cell in box.thead.find_all("th")] == ["col"] * 3
    assert [cell.get("scope") for cell in box.tbody.find_all("th")] == ["row"]


def test_own_caption_wins_and_nameless_tables_are_counted():
    assert (
        table_of("<table><caption>自有</caption><tr><td>1</td></tr></table>", caption="外来").caption.get_text()
        == "自有"
    )
    soup = soup_of(markdown("|a|\n|-|\n|b|\n\n文\n\n|c|\n|-|\n|d|\n"))
    assert [box["aria-label"] for box in soup.find_all(role="region")] == ["表格 1", "表格 2"]


def test_finishing_twice_changes_nothing():
    once = Body("en").finish("<h2>a</h2><table><tr><th>x</th></tr><tr><td>1.5</td></tr></table><a href='b.html'>c</a>")
    assert Body("en").finish(once) == once


@pytest.mark.parametrize(
    ("frame", "head"),
    [
        (pd.DataFrame({"a": [1]}, index=pd.Index(["r"], name="名")), ["名", "a"]),
        (
            pd.DataFrame({"a": [1]}, index=pd.MultiIndex.from_tuples([("r", "s")], names=["甲", "乙"])),
            ["甲", "乙", "a"],
        ),
        (pd.DataFrame({"a": [1]}), ["", "a"]),
    ],
)
@pytest.mark.parametrize("styled", [False, True])
def test_names_of_the_index_join_the_head(frame, head, styled):
    box = table_of(frame.style.to_html() if styled else frame.to_html())
    assert [[cell.get_text(strip=True) for cell in row.find_all("th")] for row in box.thead.find_all("tr")] == [head]


def test_heads_of_several_rows():
    frame = pd.DataFrame([[1, 2, 3]], columns=pd.MultiIndex.from_tuples([("甲", "a"), ("甲", "b"), ("乙", "a")]))
    heads = table_of(frame.to_html()).thead.find_all("th")
    assert [(cell.get_text(), cell["scope"]) for cell in heads if cell.get_text()][:2] == [
        ("甲", "colgroup"),
        ("乙", "col"),
    ]


def test_first_row_of_header_cells_becomes_the_head():
    box = table_of("<table><caption>c</caption><tr><th>a</th></tr><tr><td>1</td></tr></table>")
    assert [part.name for part in box.table.find_all(recursive=False)][:2] == ["caption", "thead"]
    assert box.thead.th["scope"] == "col"


@pytest.mark.parametrize(
    ("cells", "numeric"),
    [
        (["1", "2.5"], True),
        (["1,234", "—", ""], True),
        (["120 亿元", "300万"], True),
        (["3.5%", "-2%", "−1.0%"], True),
        (["≈ 3", "<5"], True),
        (["2021", "二〇二二"], False),
        (["2024-09-27"], False),
        (["1 to 2"], False),
        (["", "nan"], False),
        (["甲"], False),
    ],
)
def test_columns_of_numbers(cells, numeric):
    rows = "".join(f"<tr><td>{cell}</td></tr>" for cell in cells)
    box = table_of(f"<table><thead><tr><th>值</th></tr></thead><tbody>{rows}</tbody></table>")
    assert all(("num" in (cell.get("class") or [])) is numeric for cell in box.find_all(["th", "td"]))


def test_decimals_stand_under_each_other():
    rows = "".join(f"<tr><td>{cell}</td></tr>" for cell in ("1.25", "2.5", "3"))
    cells = table_of(f"<table><tbody>{rows}</tbody></table>").find_all("td")
    assert ["--pad" in str(cell.get("style")) for cell in cells] == [False, True, True]
    assert "--pad:1" in cells[1]["style"] and "--pad:2.5" in cells[2]["style"]


def test_data_value_makes_a_column_of_numbers():
    box = table_of(
        '<table><tbody><tr><td data-value="120">一百二十</td></tr><tr><td data-value="3">三</td></tr></tbody></table>'
    )
    assert box.td["class"] == ["num"] and box.td["data-value"] == "120"


@pytest.mark.parametrize(
    "markup",
    [
        "<table></table>",
        "<table><tr></tr></table>",
        "<table><thead></thead><tbody><tr><td>x</td></tr></tbody></table>",
        "<table><tr><td colspan=99999 rowspan=99999>x</td></tr><tr><td>y</td></tr></table>",
        "<table><tr><td colspan=-1 rowspan=a>x</td></tr></table>",
        "<table><tr><td>a<table><tr><td>inner</td></tr></table></td></tr></table>",
        "<tr><td>no table</td></tr>",
        "<table><caption></caption><tr><th>only heads</th></tr></table>",
    ],
)
def test_odd_tables_do_not_stop_the_page(markup):
    assert soup_of(code(outputs=[shown({"text/html": markup, "text/plain": "p"})])).main


MARKUP = (
    '<table>|</table>|<table><tbody>|</tbody></table>|<thead>|</thead>|<caption>|</caption>|<tr>|<tr id="r1">|</tr>|'
    '<td>|<td class="num" data-value="3" title="甲 &amp; 乙">|</td>|<th scope="row">|</th>|<td style="color:red">|'
    '<td onclick="x">|<td id="pg-main">|<td title="a" title="b">|<TD>|<td >|<!--|<a href="d.html#f1">|</a>|'
    '<a href="javascript:x">|<a href="https://example.org/?a=1&amp;b">|<b>|</b>|<i>|</i>|<p>|</p>|<br>|</br>|'
    '甲|3.1| |\n|&lt;script&gt;|&nbsp;|&|<|>|"|<script>|</script>|<style>|</style>|<svg>|<math>|<td data-X="1">'
)
ROW = "<table><tbody><tr><td>{}</td></tr></tbody></table>"


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(MARKUP.split("|")), max_size=8).map("".join))
def test_what_is_sanitised_holds_nothing_that_is_not_on_the_list(inside):
    for markup in (inside, ROW.format(inside)):
        clean = sanitised(markup)[0]
        for tag in BeautifulSoup(clean, "html.parser").find_all(True):
            assert tag.name in TAGS
            assert not [name for name in tag.attrs if name.startswith("on")] and tag.get("id") != "pg-main"
            assert not str(tag.get("href", "")).startswith("javascript")


@pytest.mark.parametrize(
    "piece", ["甲 &lt; 乙", "<b>1</b><br>2", '<a href="d.html#f1">3</a>', "<span><span>4</span></span>", "&amp;"]
)
def test_harmless_tables_come_back_as_they_are(piece):
    cell = f'<td class="num" title="x" data-value="2.0">{piece}</td>'
    markup = (
        f'<table id="t"><caption>c</caption><thead><tr><th>a</th></tr></thead><tbody><tr>{cell}</tr></tbody></table>'
    )
    assert sanitised(markup) == (markup, "", [])


@pytest.mark.parametrize(
    ("piece", "kept"),
    [
        ('<a href="javascript:x">1</a>', "<a>1</a>"),
        ('<b onclick="x">1</b>', "<b>1</b>"),
        ('<b class="pg-x">1</b>', "<b>1</b>"),
        ("<B>1</B>", "<b>1</b>"),
        ("<b>1", "<b>1</b>"),
        ("<b><i>1</b></i>", "<b><i>1</i></b>"),
        ('<p style="color: red; position: fixed">1</p>', '<p style="color:red">1</p>'),
        ('<p style="background: url(x)">1</p>', "<p>1</p>"),
        ("&copy;", "©"),
        ("<!-- 1 -->", ""),
        ("<blink>1</blink>", "1"),
        ("</td><script>1</script><td>2", "</td><td>2"),
        ('<b data-x_y="1" data-ok="2">1</b>', '<b data-ok="2">1</b>'),
    ],
)
def test_what_the_sanitiser_takes_away(piece, kept):
    assert sanitised(ROW.format(piece))[0] == ROW.format(kept)


def test_what_tables_may_keep():
    markup = (
        "<table><tbody><tr>"
        '<td class="num x" title="一百" lang="zh" data-value="1" id="f1"><a href="d.html#f1">1</a></td>'
        "<td><details><summary>句</summary><mark>原句</mark></details></td>"
        '<td class="pg-skip" id="pg-main">2</td>'
        "</tr></tbody></table>"
    )
    first, second, third = table_of(markup).find_all("td")
    assert (first["title"], first["lang"], first["data-value"], first["id"]) == ("一百", "zh", "1", "f1")
    assert first.a["href"] == "d.html#f1" and not first.a.get("rel")
    assert second.details.mark.get_text() == "原句"
    assert not third.get("id") and third["class"] == ["num"]


def test_no_id_appears_twice():
    outputs = [shown({"text/html": '<p id="a">1</p><p id="a">2</p>'}), shown({"text/html": '<h2 id="a">3</h2>'})]
    names = [tag["id"] for tag in soup_of(markdown("## a"), code(outputs=outputs)).find_all(id=True)]
    assert len(names) == len(set(names))


def test_every_row_is_there_without_the_script():
    frame = pd.DataFrame({"a": range(40)})
    box = table_of(frame.to_html(max_rows=None))
    assert len(box.tbody.find_all("tr")) == 40
    assert not box.find("button") and "pg-folded" not in box["class"]


def test_style_sheet_asks_for_nothing_and_prints():
    css = soup_of().style.get_text()
    assert "url(" not in without_fonts(css) and "@import" not in css
    assert "@page" in css and "table-header-group" in css and "prefers-color-scheme: dark" in css
    assert html.unescape(css) == css


def least_widths(*row: str) -> list[float]:
    cells = "".join(f"<td>{text}</td>" for text in row)
    found = BeautifulSoup(Body("zh").finish(f"<table><tr>{cells}</tr></table>"), "html.parser").find_all("td")
    return [float(re.search(r"--least:([\d.]+)", cell["style"])[1]) for cell in found]


def test_columns_of_sentences_get_more_room_than_columns_of_words():
    assert least_widths("鹤壁", "字" * 12) == [2, 12]
    assert least_widths("鹤壁", "字" * 20) == [2, 14]
    assert least_widths("鹤壁", "字" * 200) == [2, 20]
    crowded = least_widths("字" * 200, *["字" * 12] * 5)
    assert crowded[0] == 20 and 6 <= max(crowded[1:]) < 12
    assert sum(crowded) + 1.5 * len(crowded) <= 60
    assert min(least_widths(*["字" * 12] * 30)) == 6


# --- in a browser -----------------------------------------------------------------------------------------------

FRAME = pd.DataFrame(
    {"城市": [f"城{number}" for number in range(18)], "金额": [f"{(number * 7) % 18}亿元" for number in range(18)]}
)


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium:
        pytest.skip("no Chromium on this machine")
    with playwright.sync_playwright() as running:
        started = running.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def opened(browser, tmp_path):
    """Open a small report; a request to anywhere or a message on the console fails."""
    contexts, wrong = [], []

    def open_page(width: int = 1280, **settings):
        table = shown({"text/html": FRAME.to_html(index=False)}, caption="各城市的金额")
        picture = shown({"image/svg+xml": SVG.replace("<script>alert(1)</script>", "")}, alt="图的说明")
        cells = [markdown("## 一"), code("x = 1", [table]), markdown("## 二\n\n$x^2$"), code("y", [picture])]
        nb = v4.new_notebook(cells=cells, metadata={"report": {"title": "样本", "lang": "zh", "home": "index.html"}})
        path = tmp_path / "report.html"
        path.write_text(ReportHTMLExporter().from_notebook_node(nb)[0], encoding="utf-8")
        contexts.append(browser.new_context(viewport={"width": width, "height": 800}, **settings))
        page = contexts[-1].new_page()
        page.on("console", lambda message: wrong.append(message.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda request: request.url.startswith(("file:", "data:")) or wrong.append(request.url))
        page.goto(path.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


def test_tables_fold_sort_and_download(opened):
    page = opened()
    rows = page.locator("tbody tr")
    assert page.locator("tbody tr:visible").count() == 15 and rows.count() == 18
    page.get_by_role("button", name="显示全部 18 行").press("Enter")
    assert page.locator("tbody tr:visible").count() == 18
    head = page.get_by_role("button", name="金额")
    for ordering, first in (("ascending", "0亿元"), ("descending", "17亿元"), (None, "0亿元")):
        head.press("Enter")
        assert page.locator("th", has_text="金额").get_attribute("aria-sort") == ordering
        assert rows.first.locator("td").nth(1).text_content() == first
    with page.expect_download() as download:
        page.get_by_role("button", name="下载 CSV").click()
    saved = download.value.path().read_bytes()
    assert download.value.suggested_filename == "各城市的金额.csv" and saved.startswith(b"\xef\xbb\xbf")
    lines = saved.decode("utf-8-sig").split("\r\n")
    assert lines[:2] == ["城市,金额", "城0,0亿元"] and len(lines) == 20


def test_page_reads_without_script(opened):
    page = opened(java_script_enabled=False)
    assert page.locator("tbody tr:visible").count() == 18
    assert page.locator("details.pg-source pre").first.is_hidden()  # code stays folded
    assert page.locator("figure img").get_attribute("alt") == "图的说明"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing_and_no_page_is_too_wide(opened, scheme, width):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    page = opened(width, color_scheme=scheme, bypass_csp=True)
    result = axe.Axe().run(page).response
    assert [(finding["id"], finding["nodes"][0]["html"]) for finding in result["violations"]] == []
    assert len(result["passes"]) > 20
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
