"""Fonts that travel with a page: what is in them, and that a machine without Chinese fonts shows every character."""

from __future__ import annotations

import base64
import io
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib
import pytest
from conftest import find_browser, report_names, visits
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat import v4

from analysis.project.links import HOMES
from analysis.rendering import webfonts
from analysis.rendering.html.exporter import ReportHTMLExporter
from analysis.rendering.html.page import page as make_page

PAGES = [
    *(f"{name}.{lang}.html" for name in report_names(("yunling",)) for lang in HOMES),
    *HOMES.values(),
    "documents/yunling-2024.zh.html",
]
ODD = "乡镇〇𬭚 한국어 かな カナ ①② 😀🧿 ☑ 𝛼 \ue0b0"

# Every character of the page that is drawn like one that no font has, as text and as text of programs.
BOXES = """async () => {
  const body = document.body.cloneNode(true);
  body.querySelectorAll("script").forEach((one) => one.remove());
  const text = [...new Set(document.title + body.textContent)]
    .filter((char) => char >= "\\u2000" && /[^\\p{Z}\\p{Cc}\\p{Cf}\\u{fe00}-\\u{fe0f}]/u.test(char));
  const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name);
  const canvas = new OffscreenCanvas(32, 24);
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const drawn = (char, family) => {
    pen.clearRect(0, 0, 32, 24);
    pen.font = `20px ${family}`;
    pen.fillText(char, 4, 18);
    return pen.getImageData(0, 0, 32, 24).data.join();
  };
  const found = [];
  for (const name of ["--font", "--mono"]) {
    const family = style(name).replace("var(--rest)", style("--rest"));
    await Promise.allSettled([...document.fonts].map((font) => font.load()));
    const box = drawn("\\u{10fff0}", family);
    found.push(...text.filter((char) => drawn(char, family) === box));
  }
  return [text.length, found.join("")];
}"""


def export(*sources: str, **options: Any) -> str:
    cells = [v4.new_markdown_cell(source) for source in sources]
    return ReportHTMLExporter(**options).from_notebook_node(v4.new_notebook(cells=cells))[0]


def embedded(text: str) -> list[TTFont]:
    """The fonts that a page holds."""
    data = re.findall(r"data:font/woff2;base64,([\w+/=]+)", text)
    return [TTFont(io.BytesIO(base64.b64decode(one))) for one in data]


@pytest.fixture(scope="module")
def bare_browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Chromium on a machine that has no font but DejaVu Sans."""
    path, folder = find_browser(), tmp_path_factory.mktemp("fonts")
    (folder / "own").mkdir()
    for name in ("DejaVuSans.ttf", "DejaVuSansMono.ttf"):
        shutil.copy(Path(matplotlib.get_data_path()) / "fonts/ttf" / name, folder / "own")
    (folder / "fonts.conf").write_text(
        f"<fontconfig><dir>{folder}/own</dir><cachedir>{folder}/cache</cachedir></fontconfig>"
    )
    from playwright.sync_api import sync_playwright

    with sync_playwright() as running:
        environment = {**os.environ, "FONTCONFIG_FILE": str(folder / "fonts.conf")}
        started = running.chromium.launch(executable_path=path, args=["--no-sandbox"], env=environment)
        yield started
        started.close()


def test_no_character_of_any_page_is_a_box(bare_browser: Any, request: pytest.FixtureRequest):
    with visits(bare_browser, request.getfixturevalue("rendered_project")) as visit:
        for name in PAGES:
            count, boxes = visit(name).evaluate(BOXES)
            assert count and not boxes, (name, boxes)


def test_a_page_of_its_own_has_no_box_either(bare_browser: Any, tmp_path: Path):
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports/with.html").write_text(export(f"# 煤城\n\n{ODD}\n\n```\n{ODD}\n```"), encoding="utf-8")
    (tmp_path / "reports/without.html").write_text(export("# 煤城", fonts="none"), encoding="utf-8")
    with visits(bare_browser, tmp_path) as visit:
        assert visit("with.html").evaluate(BOXES)[1] == ""
        # The test can tell: the same page without its fonts is all boxes.
        assert set(visit("without.html").evaluate(BOXES)[1]) >= set("煤城")


def test_chinese_in_printed_text_is_as_wide_as_two_letters(bare_browser: Any, tmp_path: Path):
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports/a.html").write_text(
        export("```\n煤城煤城煤城煤城煤城\n" + 20 * "x" + "\n```"), encoding="utf-8"
    )
    with visits(bare_browser, tmp_path) as visit:
        page = visit("a.html")
        page.evaluate("document.fonts.ready")
        wide, slim = page.evaluate("""() => {
          const text = document.querySelector("pre code").firstChild;
          return [[0, 10], [11, 31]].map(([start, end]) => {
            const range = new Range();
            range.setStart(text, start);
            range.setEnd(text, end);
            return range.getBoundingClientRect().width;
          });
        }""")
    assert wide == pytest.approx(slim, rel=0.002)


def test_the_fonts_of_a_page_hold_what_it_shows_and_say_whose_they_are():
    sc, kr, points = sorted(embedded(export("煤城 한국 \ue0b0")), key=lambda font: min(font.getBestCmap()))
    assert {ord(char) for char in "煤城"} <= set(sc.getBestCmap()) and len(sc.getBestCmap()) < 100
    assert set(map(chr, kr.getBestCmap())) >= set("한국") and set(points.getBestCmap()) == {0xE0B0}
    for font in (sc, kr, points):
        said = {record.nameID: str(record) for record in font["name"].names}
        assert said[1] == "Page Characters" and "Adobe" in said[0] and "OFL" in said[13] + said[14]
        assert "Source" not in said[1] + said[4] + said[6], "a reserved name"


@pytest.mark.parametrize("text", ["", "Coal and iron", "“quoted” – and so on…", "Ζ ζ ω Я"])
def test_a_page_of_letters_has_no_font(text):
    page = make_page("A title", f"<p>{text}</p>", lang="en")
    assert "@font-face" not in page.replace('@font-face {\n  font-family: "Page Consolas"', "")


def test_same_page_same_bytes_and_little_more():
    text = "煤城转型，产业接续。"
    assert export(text) == export(text)
    assert 1_000 < len(export(text)) - len(export(text, fonts="none")) < 12_000
    assert "data:font" not in export(text, fonts="../") and 'url("../fonts.woff2")' in export(text, fonts="../")


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(min_codepoint=0x2000, exclude_categories=["Cs"]), max_size=12))
def test_every_character_that_shows_is_in_one_font(text):
    found = webfonts.characters(text + "煤", "zh")
    everything = [char for chars in found.values() for char in chars]
    assert len(everything) == len(set(everything))
    assert set(everything) == set(webfonts.fonts.needing_glyphs(text + "煤"))


def test_shared_fonts_grow_with_the_pages_and_only_then(tmp_path):
    first, second = tmp_path / "a.html", tmp_path / "b.html"
    first.write_text("煤城", encoding="utf-8")
    assert [path.name for path in webfonts.write_shared(tmp_path, [first])] == ["fonts.woff2"]
    data = (tmp_path / "fonts.woff2").read_bytes()
    assert webfonts.write_shared(tmp_path, [first]) == []
    second.write_text("城 한", encoding="utf-8")
    assert [path.name for path in webfonts.write_shared(tmp_path, [first, second])] == ["fonts-kr.woff2"]
    assert (tmp_path / "fonts.woff2").read_bytes() == data
    (tmp_path / "fonts.woff2").write_bytes(data[:50])
    os.utime(tmp_path / "fonts.woff2", (0, 0))
    webfonts.write_shared(tmp_path, [first, second])
    assert (tmp_path / "fonts.woff2").read_bytes() == data
