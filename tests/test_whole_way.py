"""The whole way in a temporary copy: texts in, reports out, in a path with a space and Chinese characters."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import report_names
from pypdf import PdfReader

from analysis.cli import main
from analysis.project.folders import find_project

NAMES = report_names()


@pytest.fixture
def rendered(rendered_project):
    return rendered_project


def pdf_text(path: Path) -> str:
    return "".join(page.extract_text() for page in PdfReader(path).pages)


def test_every_report_is_there(rendered):
    names = {p.name for p in (rendered / "reports").iterdir()}
    assert {f"{n}.{lang}.{form}" for n in NAMES for lang in ("zh", "en") for form in ("html", "pdf")} <= names
    assert {"index.html", "index.en.html", "manifest.json"} <= names


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_pages_are_whole(rendered, name, lang):
    page = (rendered / f"reports/{name}.{lang}.html").read_text(encoding="utf-8")
    assert f'<html lang="{"zh-CN" if lang == "zh" else "en"}"' in page
    assert page.count("<h1") == 1 and page.count("<table") >= 2
    assert "<img" in page
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", page), "a page must not ask for anything"
    body = re.sub(r"<(style|script|details)[^>]*>.*?</\1>", "", page, flags=re.S).split("<main", 1)[1]
    assert "Traceback" not in body and not re.search(r"\{[a-z_0-9]+\}|\bnan\b|<NA>|&lt;NA&gt;|None", body)
    assert all(re.search(r'alt="[^"]{15,}"', tag) for tag in re.findall(r"<img[^>]*>", page))
    if lang == "zh":
        heads = re.findall('<th[^>]*scope="col"[^>]*>([^<]+)</th>', page)
        assert not [head for head in heads if re.fullmatch("[a-z_]+", head)], "a column without a label"


def test_the_city_page_shows_figure_and_sentence(rendered):
    page = (rendered / "reports/city-yunling.zh.html").read_text(encoding="utf-8")
    assert "48.6亿元" in page and "新材料产值达到48.6亿元" in page
    assert "CNY 4.86 billion" in (rendered / "reports/city-yunling.en.html").read_text(encoding="utf-8")


def test_pdf_holds_the_characters_and_embeds_its_fonts(rendered):
    path = rendered / "reports/city-hewan.zh.pdf"
    text = pdf_text(path)
    assert "河湾" in text and "地区生产总值" in text
    reader = PdfReader(path)
    assert reader.metadata.title == "河湾：转型文本报告" and reader.outline
    for page in reader.pages:
        for font in (page["/Resources"].get("/Font") or {}).values():
            descendant = font.get_object().get("/DescendantFonts", [font])[0].get_object()
            assert "/FontFile2" in descendant["/FontDescriptor"] or "/FontFile3" in descendant["/FontDescriptor"]


def test_a_second_run_writes_nothing(rendered, monkeypatch, capsys):
    monkeypatch.setenv("RESOURCE_CITIES_HOME", str(rendered))
    before = {
        p: p.stat().st_mtime_ns for p in (rendered / "reports").rglob("*") if p.is_file() and p.name != "manifest.json"
    }
    assert main(["report"]) == 0
    assert f"0 reports made, {2 * len(NAMES)} up to date, 0 failed" in capsys.readouterr().out
    assert {p: p.stat().st_mtime_ns for p in before} == before


def papermill(folder: Path, cwd: Path, *parameters: str) -> subprocess.CompletedProcess:
    out = cwd / "out.ipynb"
    command = [
        sys.executable,
        "-m",
        "papermill",
        str(folder / "notebooks/02_city.ipynb"),
        str(out),
        "-k",
        "python3",
        *parameters,
    ]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True)


def test_papermill_runs_one_city_from_anywhere(rendered, tmp_path, monkeypatch):
    monkeypatch.setenv("RESOURCE_CITIES_HOME", str(rendered))
    done = papermill(rendered, tmp_path, "-p", "city", "hewan", "-p", "lang", "en")
    assert done.returncode == 0, done.stderr
    assert "Hewan" in (tmp_path / "out.ipynb").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        (["-p", "city", "nowhere"], "unknown city 'nowhere'; use one of: yunling, hewan"),
        (["-p", "citty", "hewan"], "unknown parameter 'citty', did you mean 'city'?; use one of: city, lang"),
        (["-p", "city", "hewan", "-p", "lang", "fr"], "unknown language 'fr'; use one of: zh, en"),
    ],
)
def test_papermill_names_a_wrong_parameter(rendered, tmp_path, monkeypatch, parameters, words):
    monkeypatch.setenv("RESOURCE_CITIES_HOME", str(rendered))
    done = papermill(rendered, tmp_path, *parameters)
    assert done.returncode != 0 and words in done.stderr


def test_one_failing_notebook_does_not_stop_the_others(small_project, capsys):
    project = find_project()
    (project.reports / "index.html").unlink(missing_ok=True)
    notebook = project.notebooks / "03_comparison.ipynb"
    notebook.write_text(
        notebook.read_text(encoding="utf-8").replace('p.say(\\"basis', 'p.read_nothing(\\"basis'), encoding="utf-8"
    )
    assert main(["report", "1", "3", "--lang", "zh", "--format", "html"]) == 1
    captured = capsys.readouterr()
    assert "1 reports made, 0 up to date, 1 failed" in captured.out
    assert "notebooks/03_comparison.ipynb" in captured.err and "read_nothing" in captured.err
    assert (project.reports / "corpus.zh.html").is_file() and not (project.reports / "comparison.zh.html").exists()
