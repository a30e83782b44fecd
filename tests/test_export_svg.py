"""The charts' SVG on its way into the pages: small, the same picture, and text again where the page has the fonts."""

from __future__ import annotations

import io
import re
from xml.etree import ElementTree

import matplotlib as mpl
import nbformat.v4 as v4
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from pypdf import PdfReader

from analysis.present import charts
from analysis.rendering import svg
from analysis.rendering.notebook import read
from analysis.rendering.svg import spelled_out
from analysis.rendering.typst.exporter import set_notebook

SVG = "{http://www.w3.org/2000/svg}"


def chart(*labels: str, title: str = "标题", **words: bool) -> charts.Chart:
    with charts.style():
        figure = Figure(figsize=(6.4, 2.4))
        FigureCanvasAgg(figure)
        axes = figure.add_axes((0.3, 0.3, 0.6, 0.5))
        axes.barh(range(len(labels)), range(1, len(labels) + 1))
        axes.set_yticks(range(len(labels)), labels)
        axes.set_xlabel("share (%)")
        axes.set_title(title, fontweight="bold", **words)
        charts.self_explaining(axes, "y")
        return charts.save_chart(figure, alt="图")


def points(path: str) -> list[tuple[str, list[tuple[float, float]]]]:
    """The segments of a path in absolute numbers: the letter, handles and end; a closing line is not told."""
    tokens = re.findall(r"[a-zA-Z]|-?(?:\d+\.?\d*|\.\d+)", path)
    found: list[tuple[str, list[tuple[float, float]]]] = []
    at = start = handle = (0.0, 0.0)
    letter = ""
    while tokens:
        if tokens[0].isalpha():
            letter = tokens.pop(0)
        if letter == "z":
            at = start
            continue
        kind, own = letter.upper(), letter.islower()
        x, y = at if own else (0.0, 0.0)
        if kind in "HV":
            number = float(tokens.pop(0))
            ends = [(x + number, at[1]) if kind == "H" else (at[0], y + number)]
        else:
            count = {"M": 1, "L": 1, "T": 1, "Q": 2, "C": 3}[kind]
            ends = [(x + float(tokens.pop(0)), y + float(tokens.pop(0))) for _ in range(count)]
        if kind == "T":
            ends = [(2 * at[0] - handle[0], 2 * at[1] - handle[1]), *ends]
        found.append(({"H": "L", "V": "L", "T": "Q"}.get(kind, kind), ends))
        at, handle = ends[-1], ends[0]
        if kind == "M":
            start, letter = at, "l" if own else "L"
    return found


def test_short_outlines_are_those_of_the_font(monkeypatch: pytest.MonkeyPatch) -> None:
    raw: list[str] = []
    packed = svg.packed
    monkeypatch.setattr(svg, "packed", lambda source: raw.append(source) or packed(source))
    short = chart("资源型城市转型", "Ωäß&@ 8%").svg.decode()
    long = re.findall(r'<path id="NotoSansSC-[^"]*" d="([^"]*)" transform="scale\(0.015625\)"/>', raw[0])
    drawn = re.findall(r'<path id="[RB][^"]*" d="([^"]*)"/>', short)
    long = [path for path in long if path.strip()]
    assert len(drawn) == len(long) > 20
    curves = 0
    for before, after in zip(long, drawn, strict=True):
        old, new = points(before), points(after)
        # Lines that end where a closed contour begins, and lines shorter than a step, are left out.
        ends = {(round(x * 250 / 6400), round(y * 250 / 6400)) for _, hops in old for x, y in hops[-1:]}
        assert {hops[-1] for _, hops in new} == ends
        quads = [[hops for kind, hops in outline if kind == "Q"] for outline in (old, new)]
        for big, small in zip(*quads, strict=True):
            wanted = [coordinate * 250 / 6400 for point in big for coordinate in point]
            assert [coordinate for point in small for coordinate in point] == pytest.approx(wanted, abs=1.51)
            curves += 1
    assert curves > 100 and sum(path.count("t") for path in drawn) > 20


def test_labels_say_what_they_spell() -> None:
    said = [
        element.get("data-text")
        for element in ElementTree.fromstring(chart("甲市 <&>\"'", "b -- c", "–").svg).iter(f"{SVG}g")
    ]
    assert {"标题", "share (%)", "甲市 <&>\"'", "–"} <= set(said)
    # Two hyphens cannot be told from what a comment makes of them, so that line stays an outline only.
    assert not any(text and "- -" in text for text in said)


def test_spelled_labels_become_text_with_size_weight_place_and_colour() -> None:
    svg = chart("甲市", "乙市 12%").svg.decode()
    tree = ElementTree.fromstring(spelled_out(svg))
    texts = {text.text: text for text in tree.iter(f"{SVG}text")}
    assert {"标题", "甲市", "乙市 12%", "share (%)"} <= set(texts)
    assert texts["标题"].get("font-weight") == "700" and texts["甲市"].get("font-weight") is None
    assert texts["甲市"].get("font-family") == "Noto Sans SC" and float(texts["甲市"].get("font-size", 0)) == 10
    assert re.fullmatch(r"translate\([\d.]+ [\d.]+\)", texts["甲市"].get("transform", ""))
    assert "fill" in (texts["甲市"].get("style") or tree.find(f"{SVG}defs/{SVG}style").text)
    names = set(re.findall(r' id="([^"]*)"', spelled_out(svg)))
    assert not any(name[0] in "RB" for name in names)


def test_outlines_that_something_else_shows_are_left() -> None:
    svg = chart("甲市").svg.decode()
    name = re.findall(r'<path id="(R\w+)"', svg)[0]
    used = svg.replace("</svg>", f'<use href="#{name}"/></svg>')
    assert spelled_out(used) == used
    assert spelled_out("<svg><path d='m0 0'/></svg>") == "<svg><path d='m0 0'/></svg>"


def test_a_chart_with_a_formula_keeps_all_outlines() -> None:
    with mpl.rc_context():
        found = chart("甲市", title=r"$x^{2}$ 市", parse_math=True).svg.decode()
    links = set(re.findall(r' href="#([^"]+)"', found))
    assert links and links <= set(re.findall(r' id="([^"]+)"', found))
    assert spelled_out(found) == found


def test_chart_in_a_pdf_is_text_in_the_fonts_of_the_page() -> None:
    found = chart("一种很长的标签", "another label", title="标题里的字")
    output = v4.new_output("display_data", {found.mime: found.svg.decode()}, metadata={"alt": "图"})
    nb = v4.new_notebook(cells=[v4.new_markdown_cell("# 字"), v4.new_code_cell("", outputs=[output])])
    pages = PdfReader(io.BytesIO(set_notebook(read(nb))[0])).pages
    words = "".join(page.extract_text() for page in pages)
    assert all(text in words for text in ("一种很长的标签", "标题里的字")) and "another" in words
    faces = {name["/BaseFont"].split("+")[-1] for page in pages for name in page["/Resources"]["/Font"].values()}
    assert faces == {"/NotoSansSC-Regular", "/NotoSansSC-Bold"} or faces == {"NotoSansSC-Regular", "NotoSansSC-Bold"}
