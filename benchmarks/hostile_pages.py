"""Sixty hostile texts as sentences, titles, publishers and names of cities: are they shown and never run?

usage: python benchmarks/hostile_pages.py [--jobs 2]

Makes a project of its own, renders all reports in Chinese in HTML and PDF once, and opens every page in Chromium
without a network. Says what was found of: a dialog, a request, a message on the console, a page that is missing, a
hostile text that no page shows as it is, a formula in a workbook, a cell of a CSV file that a spreadsheet would take
for one, a control character in what the command says. Ends with code 1 where anything was.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import openpyxl
import pypdfium2
from playwright.sync_api import sync_playwright

from analysis.project.folders import find_project
from analysis.texts.sources import COLUMNS

HOSTILE = (
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script>",
    "<img src=x onerror=alert(3)>",
    "<svg onload=alert(4)></svg>",
    "<svg><script>alert(5)</script></svg>",
    "<iframe src=javascript:alert(6)></iframe>",
    "<a href=javascript:alert(7)>甲</a>",
    "<body onload=alert(8)>",
    "<details open ontoggle=alert(9)>",
    "<input autofocus onfocus=alert(10)>",
    "<object data=http://192.0.2.1/x></object>",
    "<embed src=//192.0.2.1/y>",
    "<link rel=stylesheet href=//192.0.2.1/z.css>",
    "<style>@import '//192.0.2.1/a.css';</style>",
    "<div style=background:url(//192.0.2.1/b.png)>乙</div>",
    "<p style=width:expression(alert(11))>丙</p>",
    "<meta http-equiv=refresh content=0;url=//192.0.2.1>",
    "<base href=//192.0.2.1/>",
    "<form action=//192.0.2.1><button>",
    "<math><mtext></mtext><script>alert(12)</script></math>",
    '" onmouseover="alert(13)',
    "' onclick='alert(14)",
    "--><script>alert(15)</script><!--",
    "]]><script>alert(16)</script>",
    "&lt;b&gt;&#60;i&#62;",
    "</title><h1>",
    "</textarea>",
    "[丁](javascript:alert(17))",
    "![戊](http://192.0.2.1/c.png)",
    "<http://192.0.2.1>",
    "**粗**与__斜__",
    "`code`与```块",
    "| a | b |",
    "[^1]: 注",
    "{{7*7}}",
    "${7*7}",
    '#import "x.typ"',
    '#read("/etc/passwd")',
    '#eval("1+1")',
    '#include "/etc/hosts"',
    "$ sum_x $",
    "\\input{/etc/passwd}",
    "\\u{1F}",
    "@ref与<label>",
    "#set page(width: 1pt)",
    '=HYPERLINK("http://192.0.2.1")',
    "+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd",
    "-2+3+cmd",
    "=1+1",
    "!!python/object/apply:os.system ['true']",
    "&a [*a, *a]",
    "../../etc/passwd",
    "..\\..\\x.exe",
    "%s%n%x",
    "'; DROP TABLE figures;--",
    "甲\u202e乙丙\u202c丁",
    "零\u200b宽\u200d字",
    "ﷺ" + "é" * 20,
    "a" * 300,
)
NAMES = {"jiashi": "<b>甲</b>&市", "yishi": "=乙#$`市"}


def write_project(folder: Path) -> None:
    """Two cities with hostile names, and for each hostile text a document with it as title, publisher and sentence."""
    root = find_project().root
    shutil.copytree(root / "data/reference", folder / "data/reference")
    shutil.copytree(root / "notebooks", folder / "notebooks", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    (folder / "data/raw").mkdir()
    (folder / "reports").mkdir()
    entry: dict[str, Any] = {"province_zh": "<i>省</i>", "province_en": "=P", "class": "mature"}
    entry |= {
        "resource_zh": "</td>煤",
        "resource_en": "@coal",
        "population": {"value": 5, "year": 2020, "source": "<s>"},
    }
    cities = {key: {**entry, "name_zh": name, "name_en": f"{name} {key}", "aliases": []} for key, name in NAMES.items()}
    (folder / "data/reference/cities.yml").write_text(json.dumps(cities, ensure_ascii=False), encoding="utf-8")
    with (folder / "data/raw/sources.csv").open("w", encoding="utf-8", newline="") as out:
        rows = csv.DictWriter(out, COLUMNS, lineterminator="\n", extrasaction="ignore", restval="")
        rows.writeheader()
        for number, text in enumerate(HOSTILE):
            # Enough prose around it that it is read as Chinese text and not as a page.
            prose = ["全市各部门一道推进转型，各县区分头落实，年底前再看成效。"] * 12
            lines = (
                "转型回顾",
                *prose,
                f"关于{text}的说明。",
                f"{text}项目投资{number + 2}亿元，增长{number + 2}.5%。",
            )
            data = "\n".join(lines).encode() + b"\n"
            title = "".join(char for char in text if char.isprintable())
            row = {"document": f"d-{number}", "city": list(NAMES)[number % 2], "date": f"20{20 + number // 12}-05"}
            row |= {"title": title, "publisher": title, "genre": "other", "language": "zh-Hans"}
            row |= {"edition": "digest", "sha256": hashlib.sha256(data).hexdigest()}
            (folder / f"data/raw/d-{number}.txt").write_bytes(data)
            rows.writerow(row)


def shown(text: str) -> str:
    """A text without white space, which a page sets anew, and signs without a shape, which cleaning takes away."""
    return "".join(char for char in text if char.isprintable() and char != " ")


def browse(reports: Path) -> tuple[int, list[str], str]:
    """Open every page: how many, what was wrong, and all words on the pages."""
    wrong: list[str] = []
    words: list[str] = []
    browser_path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        context = browser.new_context(offline=True)
        pages = sorted(reports.rglob("*.html"))
        for path in pages:
            page, name = context.new_page(), str(path.relative_to(reports))
            page.on("dialog", lambda dialog, name=name: (wrong.append(f"{name}: a dialog"), dialog.dismiss()))
            page.on("console", lambda said, name=name: wrong.append(f"{name}: {said.text[:150]}"))
            page.on(
                "request",
                lambda asked, name=name: (
                    None if asked.url.startswith(("file:", "data:", "blob:")) else wrong.append(f"{name}: {asked.url}")
                ),
            )
            page.goto(path.as_uri())
            words.append(page.evaluate("document.body.textContent"))
            for link in page.eval_on_selector_all("a[href]", "all => all.map(a => a.href)"):
                if not link.startswith(("file:", "data:", "blob:", "https://", "mailto:")):
                    wrong.append(f"{name}: a link to {link[:100]}")
                elif link.startswith("file:") and not Path(unquote(urlsplit(link).path)).exists():
                    wrong.append(f"{name}: a link to a page that is missing, {link[-80:]}")
            page.close()
        browser.close()
    return len(pages), wrong, shown("".join(words))


def sheets(reports: Path) -> list[str]:
    """Formulas in workbooks and cells of CSV files that a spreadsheet would take for one."""
    wrong = []
    for path in reports.rglob("*.xlsx"):
        for sheet in openpyxl.load_workbook(path):
            cells = (cell for row in sheet.iter_rows() for cell in row)
            wrong += [f"{path.name} {sheet.title}!{cell.coordinate}" for cell in cells if cell.data_type == "f"]
    for path in reports.rglob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as lines:
            cells = [cell for row in csv.reader(lines) for cell in row]
        wrong += [f"{path.name}: {cell[:60]}" for cell in cells if cell[:1] in "=+@\t\r" and cell]
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        write_project(project)
        run = subprocess.run(
            [sys.executable, "-m", "analysis", "report", "--lang", "zh", "--jobs", str(options.jobs)],
            env={**os.environ, "RESOURCE_CITIES_HOME": str(project)}, capture_output=True, text=True,
        )  # fmt: skip
        said = run.stdout + run.stderr
        wrong = [] if run.returncode == 0 else [f"the command ended with {run.returncode}: {said[-1500:]}"]
        wrong += ["a control character was sent"] * any(not c.isprintable() and c != "\n" for c in said)
        reports = project / "reports"
        count, found, words = browse(reports)
        unseen = [text[:40] for text in HOSTILE if shown(text) not in words]
        pdfs = sum(len(pypdfium2.PdfDocument(path)) > 0 for path in reports.rglob("*.pdf"))
        wrong += found + [f"not shown as it is: {text!r}" for text in unseen] + sheets(reports)
    print(f"{len(HOSTILE)} hostile texts, {count} pages, {pdfs} PDF, {len(wrong)} things wrong")
    print("\n".join(wrong))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
