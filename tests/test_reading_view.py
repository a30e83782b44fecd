"""The reading view: what it marks, that text stays text, when it is written, and that every link to a figure holds."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
from bs4 import BeautifulSoup, Tag
from conftest import ROOT
from pypdf import PdfReader

from analysis.build.run import build, read_tables
from analysis.cli import main
from analysis.extract.figures.units import read_units
from analysis.present.tables import Cell, table_html
from analysis.project.folders import Project
from analysis.project.links import figure_id, figure_link, row_id
from analysis.project.registry import TABLES, frame
from analysis.publish import reading_view
from analysis.publish.reading_view import document_page, write_documents
from analysis.rendering.notebook import read
from analysis.rendering.typst.exporter import set_notebook

UNITS = read_units(ROOT / "data/reference/units.csv")
EMPTY: dict[str, Any] = {name: None for table in TABLES.values() for name in table.names}
HOSTILE = '<script>alert(1)</script> & "x" \' javascript:alert(2) </p></article><img src=x onerror=alert(3)> &lt;b&gt; '


def tables_of(texts: list[dict[str, Any]], **more: list[dict[str, Any]]) -> dict[str, pd.DataFrame]:
    """The tables of one document `d-2024`; `texts` are its passages, numbered here."""
    document = {
        **EMPTY,
        "document": "d-2024",
        "city": "d",
        "date": "2024-05",
        "genre": "interview",
        "title": "题",
        "language": "zh-Hans",
        "edition": "digest",
        "sha256": "ab" * 32,
        "encoding": "utf-8",
        "characters": sum(len(text["text"]) for text in texts),
    }
    passages = [
        {**EMPTY, "document": "d-2024", "passage": n, "kind": "body", "characters": len(text["text"]), **text}
        for n, text in enumerate(texts, 1)
    ]
    given: dict[str, list[dict[str, Any]]] = {"documents": [document], "passages": passages, **more}
    return {name: frame(name, given.get(name, [])) for name in reading_view.TABLES}


def figure(passage: int, start: int, mention: str, **more: Any) -> dict[str, Any]:
    base = {
        **EMPTY,
        "document": "d-2024",
        "city": "d",
        "passage": passage,
        "sentence": 1,
        "start": start,
        "end": start + len(mention),
        "mention": mention,
        "value": 3.0,
        "unit": "个",
        "comparator": "=",
        "measure": "level",
        "theme": "industry",
    }
    return {**base, **more}


def soup(tables: dict[str, pd.DataFrame], lang: str = "zh", **more: Any) -> BeautifulSoup:
    return BeautifulSoup(document_page(tables, lang=lang, units=UNITS, city="某市", **more), "html.parser")


def shown(passage: Tag) -> str:
    """The text of a passage without the rows that its figures open."""
    column = passage.find(class_="rv-column")
    assert isinstance(column, Tag)
    for other in column.find_all(class_=["rv-row", "rv-speaker"]):
        other.extract()
    return column.get_text()


# --- one page ---------------------------------------------------------------------------------------------------


def test_hostile_text_stays_text():
    text = HOSTILE + "建成3个" + "长" * 20_000
    at = text.index("3个")
    bad = '"><script>1</script>'
    tables = tables_of(
        [{"text": HOSTILE, "kind": "heading", "section": None}]
        + [{"text": text, "speaker": bad, "role": bad, "section": HOSTILE, "kind": "question"}],
        figures=[figure(2, at, "3个", indicator=bad, speaker=bad), figure(1, 0, "<script>")],
        formulas=[
            {
                **EMPTY,
                **{"document": "d-2024", "city": "d", "passage": 2, "sentence": 1, "kind": "counted"},
                **{"start": at - 2, "end": at, "formula": "建成", "items": bad},
            }
        ],
        removals=[{"document": "d-2024", "line": 1, "rule": bad, "text": HOSTILE}],
    )
    tables["documents"]["title"] = tables["documents"]["publisher"] = bad
    for lang in ("zh", "en"):
        page = soup(tables, lang, report='x"onclick="1', key=bad)
        assert len(page.find_all("script")) == 1 and not page.find_all(["img", "iframe", "object"])
        tags = page.find_all(True)
        assert not [tag.name for tag in tags if any(name.startswith("on") for name in tag.attrs)]
        assert not [tag["href"] for tag in tags if str(tag.get("href", "")).startswith(("javascript", "http", "//"))]
        passages = page.find_all(class_="rv-passage")
        assert [shown(passage) for passage in passages] == [HOSTILE, text]
        assert page.find(class_="rv-removed").find_all("td")[-1].get_text() == HOSTILE


def test_nothing_is_asked_for_and_the_policy_names_the_script():
    markup = document_page(tables_of([{"text": "建成3个"}]), lang="zh", units=UNITS, city="某市")
    page = BeautifulSoup(markup, "html.parser")
    policy = page.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
    digest = base64.b64encode(hashlib.sha256(page.find("script").string.encode()).digest()).decode()
    assert policy.startswith("default-src 'none'") and f"script-src 'sha256-{digest}'" in policy
    assert not re.search(r"""(?:src|href|url)\s*[=(]\s*["']?(?:https?:)?//""", markup)


def test_a_figure_says_its_row_in_both_languages():
    text = "力争新造林超过3.4万亩。"
    tables = tables_of(
        [{"text": text, "speaker": "林一", "role": "市长"}],
        figures=[
            figure(
                1,
                text.index("超过"),
                "超过3.4万亩",
                value=34_000.0,
                unit="亩",
                value_si=22_666_666.6667,
                unit_si="m²",
                comparator=">",
                measure="increase",
                indicator="新造林",
                period="2025",
                period_source="section",
                status="planned",
                theme="ecology",
                speaker="林一",
            )
        ],
    )
    said = {}
    for lang in ("zh", "en"):
        page = soup(tables, lang, report=f"../city-d.{lang}.html")
        link = page.find(id=figure_id(1, 5))
        row = page.find(id=link["aria-describedby"])
        assert link.get_text() == "超过3.4万亩" and link.mark["class"] == ["rv-planned"]
        said[lang] = [part.get_text() for part in row.find_all("span", recursive=False)]
        back = row.find_next_sibling(class_="rv-back").a
        assert back["href"] == f"../city-d.{lang}.html#{row_id('d-2024', 1, 5)}"
        assert row.parent.parent["data-is"] == "ecology planned increase section"
    assert said["zh"] == [
        "指标 新造林",
        "数值 增加3.4万亩以上",
        "以基本单位计 34,000 亩",
        "以国际单位计 22,666,666.6667 m²",
        "限定 超过或不低于",
        "种类 增加",
        "时期 2025年（据本节标题或前段）",
        "状态 计划",
        "主题 生态环境",
        "发言人 林一",
    ]
    # 34,000 has no magnitude of its own in English, so the base unit would only repeat it.
    assert said["en"][1:4] == [
        "Value up at least 34,000 mu",
        "In SI units 22,666,666.6667 m²",
        "Comparator more than or at least",
    ]


def test_a_range_keeps_its_ends_in_every_unit():
    tables = tables_of(
        [{"text": "2万—3万吨"}],
        figures=[
            figure(
                1, 0, "2万—3万吨", value=2e4, value_max=3e4, unit="吨", value_si=2e7, unit_si="kg", status="achieved"
            )
        ],
    )
    row = soup(tables).find(id="about-1-0").get_text("|")
    assert "20,000–30,000 吨" in row and "20,000,000–30,000,000 kg" in row


def test_a_figure_without_period_status_or_speaker_leaves_them_out():
    row = soup(tables_of([{"text": "3个"}], figures=[figure(1, 0, "3个")])).find(id="about-1-0").get_text()
    assert "未定" in row and "时期" not in row and "发言人" not in row and "nan" not in row and "NA" not in row


def test_formulas_are_marked_where_no_figure_stands():
    text = "实施“五大工程”和3个计划"
    formula = {**EMPTY, "document": "d-2024", "city": "d", "passage": 1, "sentence": 1, "kind": "counted"}
    tables = tables_of(
        [{"text": text}],
        figures=[figure(1, text.index("3个"), "3个")],
        formulas=[
            {**formula, "start": 3, "end": 7, "formula": "五大工程", "items": "甲|乙"},
            {**formula, "start": text.index("和"), "end": len(text), "formula": "和3个计划"},
        ],
    )
    page = soup(tables)
    marked = page.find_all(class_="rv-formula")[1:]
    assert [mark.get_text() for mark in marked] == ["五大工程", "和", "计划"]
    assert marked[0]["title"] == "所指：甲；乙"
    assert shown(page.find(class_="rv-passage")) == text
    del tables["formulas"]
    assert shown(soup(tables).find(class_="rv-passage")) == text


def test_sections_speakers_and_themes():
    asked = "请问怎样培育新产业？" * 8
    tables = tables_of(
        [
            {"text": "题", "kind": "heading"},
            {"text": "导语"},
            {"text": "一、工业", "kind": "heading"},
            {"text": "（一）3个园区", "kind": "heading", "section": "一、工业"},
            {"text": asked, "kind": "question", "section": "一、工业 / （一）3个园区", "role": "记者"},
            {
                "text": "答一",
                "kind": "answer",
                "section": "一、工业 / （一）3个园区",
                "speaker": "林一",
                "role": "市长",
            },
            {
                "text": "答二",
                "kind": "answer",
                "section": "一、工业 / （一）3个园区",
                "speaker": "林一",
                "role": "市长",
            },
        ],
        figures=[figure(4, 3, "3个")],
        codes=[
            {
                "document": "d-2024",
                "passage": 6,
                "sentence": n,
                "scheme": scheme,
                "code": code,
                "share": 1.0,
                "evidence": "词",
            }
            for n, scheme, code in (
                (1, "theme", "macro"),
                (1, "theme", "opening"),
                (2, "theme", "industry"),
                (3, "theme", "industry"),
                (3, "pathway", "industry_renewal"),
            )
        ],
    )
    page = soup(tables, "en")
    text = page.find(class_="rv-text")
    heads = [(head.name, head["id"], head.get_text()) for head in text.find_all(re.compile("^h[1-6]$"))]
    assert heads == [("h2", "passage-3", "一、工业"), ("h3", "passage-4", "（一）3个园区"), ("h4", "passage-5", asked)]
    assert page.find(id="passage-1").p.get_text() == "题"
    assert [line.get_text(" ", strip=True) for line in text.find_all(class_="rv-speaker")] == ["记者", "林一 市长"]
    assert [item.get_text() for item in text.find("ul").find_all("li")] == ["industry 2", "macroeconomy 1"]
    assert [entry.get_text() for entry in page.find(class_="pg-side").find_all("a")] == [
        "一、工业",
        "（一）3个园区",
        "What cleaning removed",
    ]
    assert text["lang"] == page.h1["lang"] == "zh-Hans" and text.find("ul")["lang"] == "en"
    # What is in a heading is read out as one: the row stands beside it.
    assert not page.find(id="passage-4").find(class_="rv-row") and page.find(id="about-4-3")


def test_questions_open_sections_where_there_are_no_headings():
    asked = "请介绍转型的做法和成效，" * 12
    section = asked[:40] + "…"
    rows = [
        {"text": asked, "kind": "question", "section": section},
        {"text": "还有，成本多高？", "kind": "question", "section": section},
        {"text": "答", "kind": "answer", "section": section},
    ]
    page = soup(tables_of(rows * 3))
    entries = [entry.get_text() for entry in page.find(class_="pg-side").find_all("a")]
    assert entries[:3] == [asked[:39] + "…"] * 3 and len(entries) == 4
    assert len(page.find(class_="rv-text").find_all("h2")) == 3
    assert [line.get_text() for line in page.find_all(class_="rv-speaker")] == ["提问"] * 3


def test_what_cleaning_removed_is_there_with_its_rule():
    removals = [
        {"document": "d-2024", "line": 2, "rule": "button", "text": "分享"},
        {"document": "d-2024", "line": 3, "rule": "stray_space", "text": "   "},
    ]
    page = soup(tables_of([{"text": "文"}], removals=removals))
    folded = page.find("details", class_="rv-removed")
    assert not folded.has_attr("open")
    rows = [[cell.get_text() for cell in row.find_all("td")] for row in folded.find("tbody").find_all("tr")]
    assert rows == [["2", "按钮", "分享"], ["3", "多余空格", "（3个空白字符）"]]
    assert "没有需要去除的内容" in soup(tables_of([{"text": "文"}])).get_text()


def test_three_hundred_figures_weigh_less_than_400_kb():
    text = "全市建成产业园区3个，完成投资" * 3
    passages = [{"text": text * 4, "speaker": "沈某某", "role": "代市长"} for _ in range(100)]
    figures = [
        figure(
            n,
            k * len(text) + 8,
            "3个",
            value=3.5e8,
            unit="元",
            value_si=3.5e8,
            unit_si="元",
            indicator="全市建成产业园区",
            period="2017/2021",
            status="achieved",
            speaker="沈某某",
        )
        for n in range(1, 101)
        for k in range(3)
    ]
    tables = tables_of(passages, figures=figures)
    page = document_page(tables, lang="en", units=UNITS, city="Hebi", report="../city-hebi.en.html")
    assert page.count("rv-back") > 300 and len(page.encode()) < 400_000


def test_a_cell_links_a_part_of_its_text():
    cell = Cell("甲 & 3个", link='a.html#figure-1-2"', linked=(4, 6), anchor="row-x")
    assert table_html(["h"], [[cell]], caption="c").count(
        '<th scope="row" id="row-x">甲 &amp; <a href="a.html#figure-1-2&quot;">3个</a></th>'
    )


def test_reports_in_pdf_link_pages_from_prose_and_tables():
    cell = nbformat.v4.new_code_cell("0", metadata={"tags": ["remove_input"]})
    table = table_html(["h"], [[Cell("3个", link="documents/d-2024.zh.html#figure-1-0")]], caption="表")
    prose = "见[3个](documents/d-2024.zh.html#figure-9-9)和[外](../x.exe)。"
    cell.outputs = [
        nbformat.v4.new_output("display_data", {"text/markdown": prose}),
        nbformat.v4.new_output("display_data", {"text/html": table}),
    ]
    notebook = nbformat.v4.new_notebook(cells=[cell], metadata={"report": {"title": "题", "lang": "zh"}})
    reader = PdfReader(io.BytesIO(set_notebook(read(notebook))[0]))
    notes = [note.get_object() for page in reader.pages for note in page.get("/Annots", [])]
    assert [note["/A"]["/URI"] for note in notes if "/A" in note] == [
        "documents/d-2024.zh.html#figure-9-9",
        "documents/d-2024.zh.html#figure-1-0",
    ]


# --- all pages --------------------------------------------------------------------------------------------------


def test_pages_hold_the_tables(small_project):
    project = Project(small_project)
    build(project)
    written = write_documents(project, ("zh", "en"))
    assert sorted(path.name for path in written) == [
        f"{document}.{lang}.html" for document in ("hewan-2025", "yunling-2024") for lang in ("en", "zh")
    ]
    tables = read_tables(project)
    for path in written:
        document = path.name.split(".")[0]
        page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        ids = [tag["id"] for tag in page.find_all(id=True)]
        assert len(ids) == len(set(ids))
        figures = tables["figures"][tables["figures"]["document"] == document]
        assert len(figures) > 10
        for row in figures.itertuples():
            assert page.find(id=figure_id(row.passage, row.start)).get_text() == row.mention
        assert len(page.find_all(class_="rv-figure")) == len(figures)
        passages = tables["passages"][tables["passages"]["document"] == document]
        for row, found in zip(passages.itertuples(), page.find_all(class_="rv-passage"), strict=True):
            assert shown(found) == row.text
        assert not page.find("form", class_="rv-filter").find_all("button", type="submit")
        for link in page.find_all("a", href=re.compile("^[^#]")):
            name = link["href"]
            assert name in ("../index.html", "../index.en.html") or (path.parent / name).is_file()


def test_pages_are_written_only_when_they_change(small_project, monkeypatch):
    project = Project(small_project)
    build(project)
    paths = write_documents(project)
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in paths}
    with monkeypatch.context() as patch:
        patch.setattr(reading_view, "document_page", None)
        assert write_documents(project) == []
    # A city's report that is there now is linked, in its language only.
    (project.reports / "city-hewan.zh.html").write_text("x", encoding="utf-8")
    assert [path.name for path in write_documents(project)] == ["hewan-2025.zh.html"]
    (project.reports / "city-hewan.zh.html").unlink()
    write_documents(project)
    assert {path: path.read_bytes() for path in paths} == {path: content for path, (content, _) in before.items()}
    untouched = project.reports / "documents/yunling-2024.zh.html"
    assert untouched.stat().st_mtime_ns == before[untouched][1]
    # Pages made anew from the same tables are the same.
    shutil.rmtree(project.reports / "documents")
    assert {path: path.read_bytes() for path in write_documents(project)} == {
        path: content for path, (content, _) in before.items()
    }


def test_pages_of_documents_that_are_gone_are_removed(small_project):
    project = Project(small_project)
    build(project)
    write_documents(project)
    folder = project.reports / "documents"
    (folder / "gone-2020.en.html").write_text("x", encoding="utf-8")
    (folder / "notes.html").write_text("mine", encoding="utf-8")
    lines = project.sources.read_text(encoding="utf-8").splitlines(keepends=True)
    project.sources.write_text("".join(line for line in lines if not line.startswith("hewan")), encoding="utf-8")
    build(project)
    write_documents(project)
    assert sorted(path.name for path in folder.iterdir()) == [
        "notes.html",
        "yunling-2024.en.html",
        "yunling-2024.zh.html",
    ]


def test_one_language_alone_links_no_other(small_project):
    project = Project(small_project)
    build(project)
    assert [path.name for path in write_documents(project, ["en"])] == ["yunling-2024.en.html", "hewan-2025.en.html"]
    page = (project.reports / "documents/hewan-2025.en.html").read_text(encoding="utf-8")
    assert "hreflang" not in page


# --- links from reports -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["small", "whole"])
def rendered(request, tmp_path_factory) -> Path:
    """A project with its city reports as pages: the small one, and the one that is shipped."""
    if request.param == "small":
        return request.getfixturevalue("rendered_project")
    folder = tmp_path_factory.mktemp("whole") / "转型 texts"
    for name in ("raw", "reference"):
        shutil.copytree(ROOT / "data" / name, folder / "data" / name, ignore=shutil.ignore_patterns("published"))
    shutil.copytree(ROOT / "notebooks", folder / "notebooks", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    (folder / "reports").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RESOURCE_CITIES_HOME", str(folder))
        assert main(["report", "city", "--format", "html", "--jobs", "2"]) == 0
    return folder


def figure_links(path: Path) -> list[Tag]:
    page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    return page.find_all("a", href=re.compile("#figure-"))


def test_every_link_to_a_figure_leads_to_its_words(rendered):
    """And each figure of a report's table is linked, and its row links back to it."""
    project = Project(rendered)
    figures = read_tables(project)["figures"]
    mentions = {(row.document, figure_id(row.passage, row.start)): row.mention for row in figures.itertuples()}
    reports = sorted(project.reports.glob("city-*.html"))
    assert len(reports) == 2 * figures["city"].nunique()
    views: dict[Path, BeautifulSoup] = {}
    for report in reports:
        lang, found = report.name.split(".")[-2], set()
        links = figure_links(report)
        for link in links:
            name, _, anchor = link["href"].partition("#")
            view = (project.reports / name).resolve()
            views[view] = views.get(view) or BeautifulSoup(view.read_text(encoding="utf-8"), "html.parser")
            document = view.name.removesuffix(f".{lang}.html")
            mark = views[view].find(id=anchor)
            assert mark and mark.get_text() == mentions[document, anchor]
            # What the link stands on is the mention itself, or says it on hover, or is a sentence of reading.
            cell = link.find_parent(["td", "th"])
            assert not cell or mark.get_text() in (link.get_text(), cell.get("title"))
            found.add((document, anchor))
        city = report.name.split(".")[0].removeprefix("city-")
        own = {(row.document, figure_id(row.passage, row.start)) for row in figures.itertuples() if row.city == city}
        assert found == own and len(links) > 2 * len(own)
        page = BeautifulSoup(report.read_text(encoding="utf-8"), "html.parser")
        rows = {tag["id"] for tag in page.find_all(id=re.compile("^row-"))}
        for document in {document for document, _ in own}:
            view = views[(project.reports / f"documents/{document}.{lang}.html").resolve()]
            back = {link["href"].partition("#") for link in view.select(".rv-back a")}
            assert {name for name, _, _ in back} == {f"../{report.name}"}
            assert {anchor for _, _, anchor in back} <= rows


def test_pages_stay_light(rendered):
    for path in [*rendered.glob("reports/documents/*.html"), *rendered.glob("reports/city-*.html")]:
        assert path.stat().st_size < (400_000 if path.parent.name == "documents" else 600_000)


def test_links_are_built_in_one_place():
    assert figure_link("hebi-2024", 3, 73, "en") == "documents/hebi-2024.en.html#figure-3-73"


# --- in a browser -----------------------------------------------------------------------------------------------

Open = Callable[..., Any]


@pytest.fixture
def open_page(visit) -> Open:
    """Open the reading view of the small conference."""

    def opened(rest: str = "", lang: str = "zh", **more: Any) -> Any:
        return visit(f"documents/yunling-2024.{lang}.html{rest}", **more)

    return opened


def test_every_figure_opens_its_row_by_keyboard_and_escape_closes_it(open_page):
    page = open_page()
    figures = page.locator(".rv-figure > a")
    reached = set()
    for _ in range(figures.count() * 3 + 60):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.id"))
    assert {name for name in reached if name.startswith("figure-")} == set(
        figures.evaluate_all("all => all.map((one) => one.id)")
    )
    figures.nth(2).focus()
    row = page.locator(".rv-figure .rv-row").nth(2)
    assert row.is_visible() and page.locator(".rv-row:visible").count() == 1
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Escape")
    assert not row.is_visible()
    figures.nth(3).hover()
    assert page.locator(".rv-figure .rv-row").nth(3).is_visible()


def test_a_figure_in_a_heading_opens_its_row_below(browser, tmp_path):
    texts = [
        {"text": "题", "kind": "heading"},
        {"text": "导语"},
        {"text": "建成3个园区", "kind": "heading"},
        {"text": "文"},
    ]
    tables = tables_of(texts, figures=[figure(3, 2, "3个")])
    path = tmp_path / "d-2024.zh.html"
    path.write_text(document_page(tables, lang="zh", units=UNITS, city="某市"), encoding="utf-8")
    page = browser.new_page(viewport={"width": 900, "height": 700})
    page.goto(path.as_uri())
    row = page.locator(".rv-rows .rv-row")
    assert not row.is_visible()
    page.locator("#figure-3-2").hover()
    assert row.is_visible() and row.bounding_box()["y"] > page.locator("#figure-3-2").bounding_box()["y"]
    page.mouse.move(5, 5)
    assert not row.is_visible()
    page.keyboard.press("Tab")
    page.locator("#figure-3-2").focus()
    assert row.is_visible()
    page.keyboard.press("Escape")
    assert not row.is_visible()
    page.close()


def test_rows_open_without_scripts_and_the_filter_is_not_there(open_page):
    page = open_page(java_script_enabled=False)
    assert not page.locator(".rv-filter").is_visible()
    page.locator(".rv-figure > a").nth(1).hover()
    assert page.locator(".rv-figure .rv-row").nth(1).is_visible()


def test_the_filter_leaves_what_it_says(open_page):
    page = open_page("?status=planned")
    shown_figures = page.locator(".rv-figure:not(.rv-off)")
    planned = page.locator(".rv-figure[data-is~=planned]").count()
    assert 0 < planned == shown_figures.count() < page.locator(".rv-figure").count()
    assert str(planned) in page.locator(".rv-filter output").inner_text()
    page.locator(".rv-off > a").first.hover()
    assert page.locator(".rv-row:visible").count() == 0
    page.check("input[name=only]")
    assert page.locator(".rv-passage:not(.rv-heading):visible").count() < page.locator(".rv-passage").count()
    # A link to a figure that the filter leaves out shows it.
    hidden = page.locator(".rv-off > a").first.get_attribute("id")
    page.evaluate(f"location.hash = '{hidden}'")
    page.locator(".rv-off, .rv-hidden").first.wait_for(state="detached")
    assert page.locator(f"#{hidden}").is_visible()
    assert page.locator(f"#{hidden} mark").evaluate("one => getComputedStyle(one).outlineStyle") == "solid"


def test_a_narrow_screen_does_not_scroll_sideways(open_page):
    page = open_page(width=360)
    page.locator(".rv-figure > a").last.focus()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    box = page.locator(".rv-row:visible").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 360


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_axe_finds_nothing(open_page, scheme, lang):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    page = open_page(lang=lang, color_scheme=scheme, bypass_csp=True)
    page.locator(".rv-figure > a").nth(2).focus()
    found = axe.Axe().run(page).response["violations"]
    assert [(finding["id"], finding["nodes"][0]["html"]) for finding in found] == []
