"""The entry page: what it links, what it warns of, and when it is written."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from conftest import write_store

from analysis.project.folders import Project
from analysis.project.links import HOMES
from analysis.publish import index_page, jobs

CITIES = """\
hebi: {name_zh: 鹤壁, name_en: Hebi, class: mature, resource_zh: 煤炭, resource_en: coal}
qitaihe: {name_zh: 七台河, name_en: Qitaihe, class: declining, resource_zh: 煤炭, resource_en: coal}
qiqihar: {name_zh: 齐齐哈尔, name_en: Qiqihar, class: comparator}
"""
SOURCES = """\
document,city,date,genre,title,publisher,language,edition,sha256
hebi-2024,hebi,2024-09-27,press_conference,甲,,zh-Hans,digest,
qitaihe-2019,qitaihe,2019-08,press_conference,乙,,zh-Hans,digest,
qitaihe-2023,qitaihe,2023-05-17,interview,丙,,zh-Hans,digest,
qiqihar-2022,qiqihar,2022-01-13,government_work_report,丁,,zh-Hans,digest,
""".splitlines()
FINDINGS = {
    "zh": "33个数字，27%为计划；谈得最多的是产业。",
    "en": "33 figures, 27% of them plans; most is said on industry.",
}


def entry(
    project: Project, notebook: str, lang: str, city: str | None = None, **more: Any
) -> tuple[str, dict[str, Any]]:
    """An entry of the manifest, with its files, and its id."""
    job = jobs.Job(notebook, lang, city, more.pop("cities", None), more.pop("part", False))
    outputs = {}
    for form, name in (("html", f"{job.id}.html"), ("pdf", f"{job.id}.pdf"), ("notebook", job.notebook_output)):
        path = project.reports / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", encoding="utf-8")
        outputs[form] = {"path": name, "size": 1, "sha256": ""}
    made = {
        "notebook": notebook,
        "name": job.name,
        "city": city,
        "cities": job.cities and list(job.cities),
        "part": job.part,
        "lang": lang,
        "outputs": outputs,
        "finding": FINDINGS[lang],
        "built": "2026-11-20T08:00:00Z",
        "status": "done",
        "stale": False,
        "error": None,
    }
    return job.id, {**made, **more}


def make_site(folder: Path) -> tuple[Project, dict[str, Any]]:
    """A project with reports in all states: good, old, failed, missing, in one language only."""
    project = Project(folder / "项目 a")
    for path in (project.raw, project.reference):
        path.mkdir(parents=True)
    (project.reference / "cities.yml").write_text(CITIES, encoding="utf-8")
    keys = ("hebi-2024", "qitaihe-2019", "qitaihe-2023", "qiqihar-2022")
    rows = [row | {"edition": "published"} if row["document"] == keys[0] else row for row in csv.DictReader(SOURCES)]
    write_store(project, rows, {key: [f"{n}个" for n in range(size * 400)] for size, key in enumerate(keys, 1)})
    error = {"where": "cell 5 (c4)", "cause": "KeyError: '<b>'", "kept": "failed/city-qitaihe.zh.ipynb"}
    failed = {"status": "failed", "error": error}
    jobs = dict(
        entry(project, notebook, lang, city, **more)
        for lang in ("zh", "en")
        for notebook, city, more in (
            ("01_corpus", None, {}),
            ("02_city", "hebi", {}),
            ("02_city", "qitaihe", {**failed, "stale": True} if lang == "zh" else {}),
            ("03_comparison", None, {"cities": ("hebi", "qitaihe", "qiqihar")}),
            ("03_comparison", None, {"cities": ("hebi", "qiqihar"), "part": True}),
            ("05_validation", None, {**failed, "outputs": {}}),
        )
    )
    jobs |= [entry(project, "02_city", "en", "qiqihar")]
    return project, {"version": 1, "tool": "0.1.0", "built": "2026-11-22T03:04:05Z", "jobs": jobs}


@pytest.fixture
def site(tmp_path: Path) -> tuple[Project, dict[str, Any]]:
    return make_site(tmp_path)


def pages(project: Project) -> dict[str, BeautifulSoup]:
    found = {lang: project.reports / name for lang, name in HOMES.items()}
    return {
        lang: BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        for lang, path in found.items()
        if path.is_file()
    }


def test_every_link_leads_somewhere(site: tuple[Project, dict[str, Any]]) -> None:
    project, manifest = site
    (project.reports / "failed").mkdir(exist_ok=True)
    (project.reports / "failed" / "city-qitaihe.zh.ipynb").write_text("{}", encoding="utf-8")
    index_page.write_index(project, manifest, ("zh", "en"))
    for page in pages(project).values():
        links = {a["href"] for a in page.find_all("a", href=True) if not a["href"].startswith("#")}
        assert len(links) > 10
        assert not [link for link in links if not (project.reports / link).is_file()]


def test_a_city_has_its_facts_finding_and_links(site: tuple[Project, dict[str, Any]]) -> None:
    project, manifest = site
    index_page.write_index(project, manifest, ("zh", "en"))
    rows = {lang: page.find("table").find("tbody").find_all("tr")[0] for lang, page in pages(project).items()}
    zh, en = (rows[lang].get_text(" ", strip=True) for lang in ("zh", "en"))
    assert zh.startswith("鹤壁 成熟型 · 煤炭 新闻发布会 2024年9月27日，原文 400 33个数字")
    assert en.startswith("Hebi Mature · coal Press conference 27 Sep 2024, published 400 33 figures")
    assert [a["href"] for a in rows["zh"].find_all("a")] == [
        "city-hebi.zh.html",
        "city-hebi.zh.html",
        "city-hebi.zh.pdf",
        "notebooks/city-hebi.zh.ipynb",
    ]


def test_a_document_is_linked_to_its_reading_view_as_soon_as_there_is_one(site: tuple[Project, dict[str, Any]]) -> None:
    project, manifest = site
    index_page.write_index(project, manifest, ("zh", "en"))
    view = project.reports / "documents" / "qitaihe-2023.en.html"
    view.parent.mkdir()
    view.write_text("x", encoding="utf-8")
    index_page.write_index(project, manifest, ("zh", "en"))
    links = {lang: page.find_all("a", href=lambda link: "documents/" in link) for lang, page in pages(project).items()}
    assert [(link["href"], link.get_text()) for link in links["en"]] == [
        ("documents/qitaihe-2023.en.html", "Interview")
    ]
    assert links["zh"] == []


def test_the_tables_of_a_city_are_linked_as_soon_as_they_are_there(site: tuple[Project, dict[str, Any]]) -> None:
    project, manifest = site
    index_page.write_index(project, manifest, ("zh", "en"))
    assert not [page for page in pages(project).values() if page.find("a", href=lambda link: "tables/" in link)]
    folder = project.reports / "tables"
    folder.mkdir()
    for name in ("hebi.xlsx", "hebi.figures.csv", "hebi.shares.csv", "qitaihe.terms.csv", "README.md", "other.xlsx"):
        (folder / name).write_text("x", encoding="utf-8")
    index_page.write_index(project, manifest, ("zh", "en"))
    found = {
        lang: {link.get_text(): link["href"] for link in page.find_all("a", href=lambda link: "tables/" in link)}
        for lang, page in pages(project).items()
    }
    hrefs = ["hebi.xlsx", "hebi.figures.csv", "hebi.shares.csv", "qitaihe.terms.csv", "README.md"]
    labels = {
        "zh": ["Excel 工作簿", "数字", "编码比重", "词频", "城市数据表说明"],
        "en": ["Excel workbook", "Figures", "Shares of codes", "Terms", "About the tables of cities"],
    }
    for lang, names in labels.items():
        assert found[lang] == dict(zip(names, (f"tables/{href}" for href in hrefs), strict=True))
        rows = pages(project)[lang].find("table").find("tbody").find_all("tr")
        assert [len(row.find_all("details")) for row in rows] == [1, 1, 0]
    (folder / "hebi.xlsx").unlink()
    index_page.write_index(project, manifest, ("zh", "en"))
    assert "hebi.xlsx" not in (project.reports / "index.html").read_text(encoding="utf-8")


def test_a_report_in_the_other_language_only_is_linked_as_such(site: tuple[Project, dict[str, Any]]) -> None:
    project, manifest = site
    index_page.write_index(project, manifest, ("zh", "en"))
    row = pages(project)["zh"].find("table").find("tbody").find_all("tr")[2].get_text(" ", strip=True)
    assert "网页（English）" in row and "33 figures" not in row


def test_failed_and_old_reports_are_warned_of(site: tuple[Project, dict[str, Any]]) -> None:
    project, manifest = site
    index_page.write_index(project, manifest, ("zh", "en"))
    zh, en = (pages(project)[lang].find(class_="ix-alarm").get_text(" ", strip=True) for lang in ("zh", "en"))
    assert "“七台河报告”更新失败，现为 2026-11-20 的旧版：第5个单元格（c4）：KeyError: '<b>'。" in zh
    assert "“检验”未能生成" in zh
    assert "Qitaihe" not in en and "could not be made" in en
    assert "旧版" in pages(project)["zh"].find("table").get_text()


def test_digests_are_said_to_be_digests(site: tuple[Project, dict[str, Any]]) -> None:
    project, manifest = site
    index_page.write_index(project, manifest, ("zh", "en"))
    assert "3篇文献现用摘编" in pages(project)["zh"].get_text()
    assert "3 as digest, 1 as published" in pages(project)["en"].get_text()


def test_it_is_written_only_when_it_changed(
    site: tuple[Project, dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    project, manifest = site
    index_page.write_index(project, manifest, ("zh", "en"))
    before = {lang: (project.reports / name).stat().st_mtime_ns for lang, name in HOMES.items()}
    with monkeypatch.context() as patch:
        patch.setattr(index_page, "_Page", None)
        index_page.write_index(project, manifest, ("zh", "en"))
    assert {lang: (project.reports / name).stat().st_mtime_ns for lang, name in HOMES.items()} == before
    manifest["jobs"]["city-hebi.zh"]["finding"] = "别的发现"
    index_page.write_index(project, manifest, ("zh", "en"))
    assert "别的发现" in pages(project)["zh"].get_text()


def test_the_same_manifest_gives_the_same_bytes(site: tuple[Project, dict[str, Any]]) -> None:
    project, manifest = site
    contents = []
    for _ in range(2):
        index_page.write_index(project, manifest, ("zh",))
        contents.append((project.reports / "index.html").read_bytes())
        (project.reports / "index.html").unlink()
    assert contents[0] == contents[1]
    assert not (project.reports / "index.en.html").exists()


def test_chinese_comes_first_whatever_is_asked_for(site: tuple[Project, dict[str, Any]]) -> None:
    project, manifest = site
    index_page.write_index(project, manifest, ("en",))
    found = pages(project)
    assert found["zh"].html["lang"] == "zh-CN" and found["en"].html["lang"] == "en"
    assert found["zh"].find("a", href="index.en.html") and found["en"].find("a", href="index.html")


def test_an_empty_manifest_gives_a_page(site: tuple[Project, dict[str, Any]]) -> None:
    project, _ = site
    index_page.write_index(project, {"version": 1, "jobs": {}}, ("zh", "en"))
    assert "尚未生成" in pages(project)["zh"].get_text()
