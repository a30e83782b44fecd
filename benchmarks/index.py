"""Weigh the index of a project with many cities, and time it in Chromium.

usage: python benchmarks/index.py [--cities 300] [--runs 5]

Makes a temporary project with one short text for each city, builds its tables, and writes the index as it stands after
all reports were rendered: the reports themselves are empty files with their entries in the manifest. Prints for both
languages the size of the page, and in milliseconds (medians) when it was there (DOMContentLoaded and load), and what
sorting by a column and filtering to one city take until the next frame. Needs Playwright and Chromium.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import shutil
import statistics
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from analysis.build.run import build
from analysis.project.folders import Project, find_project
from analysis.project.links import HOMES, LANGS, document_link
from analysis.publish.index_page import write_index

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
CLASSES = ("growing", "mature", "declining", "regenerating")
SOURCE = ("document", "city", "date", "genre", "title", "publisher", "language", "edition", "sha256")
TEXT = """试验{n}市答记者问（虚构）
记者：请问新产业怎样培育？
市长：去年新材料产值达到{a}.6亿元、增长{b}.2%，其中高新技术企业{b}家。今年力争建设{b}个中试基地。
"""
# Time from the action to the frame that shows it.
TIMED = """async ([selector, value]) => {
  const one = document.querySelector(selector);
  const start = performance.now();
  if (value === null) one.click();
  else { one.value = value; one.dispatchEvent(new Event("input")); }
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  return performance.now() - start;
}"""
LOADED = """() => {
  const { domContentLoadedEventEnd, loadEventEnd } = performance.getEntriesByType("navigation")[0];
  return [domContentLoadedEventEnd, loadEventEnd];
}"""


def make_project(folder: Path, cities: int) -> Project:
    """A project with `cities` cities, one text each."""
    project = Project(folder)
    project.raw.mkdir(parents=True)
    project.reports.mkdir()
    shutil.copytree(find_project().reference, project.reference)
    entries, rows = [], []
    for n in range(1, cities + 1):
        key = f"trial{n:04d}"
        entries.append(
            f"{key}: {{name_zh: 试验{n}市, name_en: Trial {n}, province_zh: 虚构省, province_en: Nowhere, "
            f"class: {CLASSES[n % 4]}, resource_zh: 煤炭, resource_en: coal, aliases: [试验{n}市],\n"
            "  population: {value: 500000, year: 2020, source: made up}}\n"
        )
        text = TEXT.format(n=n, a=20 + n % 70, b=2 + n % 17)
        (project.raw / f"{key}-2024.txt").write_text(text, encoding="utf-8")
        digest = hashlib.sha256(text.encode()).hexdigest()
        title = text.splitlines()[0]
        rows.append([f"{key}-2024", key, "2024-06-18", "press_conference", title, "", "zh-Hans", "digest", digest])
    (project.reference / "cities.yml").write_text("".join(entries), encoding="utf-8")
    with project.sources.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out, lineterminator="\n").writerows([SOURCE, *rows])
    return project


def entry(project: Project, city: str, n: int, lang: str) -> dict[str, Any]:
    """What the manifest says of a city's report that was rendered; its files are made, empty."""
    finding = f"{3 + n % 4}个数字，{20 + n % 50}%为计划；谈得最多的是产业。"
    if lang == "en":
        finding = f"{3 + n % 4} figures, {20 + n % 50}% of them planned; most is said about industry."
    paths = {"html": f"city-{city}.{lang}.html", "pdf": f"city-{city}.{lang}.pdf"}
    paths["notebook"] = f"notebooks/city-{city}.{lang}.ipynb"
    for path in (*paths.values(), document_link(f"{city}-2024", lang)):
        (project.reports / path).parent.mkdir(exist_ok=True)
        (project.reports / path).touch()
    outputs = {form: {"path": path} for form, path in paths.items()}
    return {"name": "city", "city": city, "lang": lang, "status": "done", "finding": finding, "outputs": outputs}


def manifest(project: Project, cities: int) -> dict[str, Any]:
    jobs = {
        f"city-{city}.{lang}": entry(project, city, n, lang)
        for n, city in ((n, f"trial{n:04d}") for n in range(1, cities + 1))
        for lang in LANGS
    }
    return {"built": "2024-07-01T00:00:00Z", "jobs": jobs}


def times(browser: Any, path: Path, name: str, runs: int) -> dict[str, float]:
    """Medians in milliseconds."""
    found: dict[str, list[float]] = {}
    for _ in range(runs):
        context = browser.new_context(viewport={"width": 1280, "height": 800}, offline=True)
        page = context.new_page()
        page.goto(path.as_uri())
        ready, load = page.evaluate(LOADED)
        sort = page.evaluate(TIMED, [".ix-cities thead th:nth-child(3) button", None])
        left = page.evaluate(TIMED, [".pg-filter input", name])
        assert page.locator(".ix-cities tbody tr:visible").count() == 1
        context.close()
        for label, value in (("ready", ready), ("load", load), ("sort", sort), ("filter", left)):
            found.setdefault(label, []).append(value)
    return {label: statistics.median(values) for label, values in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cities", type=int, default=300)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    chromium = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not chromium:
        raise SystemExit(f"no Chromium on PATH ({', '.join(BROWSERS)})")
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        project = make_project(Path(scratch) / "project", options.cities)
        build(project)
        write_index(project, manifest(project, options.cities))
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        print(f"index of {options.cities} cities, medians of {options.runs} runs")
        for lang, last in (("zh", f"试验{options.cities}市"), ("en", f"Trial {options.cities}")):
            path = project.reports / HOMES[lang]
            data = path.read_bytes()
            took = "  ".join(f"{k} {v:.0f} ms" for k, v in times(browser, path, last, options.runs).items())
            print(f"{path.name:14} {len(data) / 1000:.0f} kB, {len(gzip.compress(data)) / 1000:.0f} kB gzipped  {took}")
        browser.close()


if __name__ == "__main__":
    main()
