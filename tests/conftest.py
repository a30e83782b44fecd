"""Fixtures: a small project of its own texts in a folder with a space and Chinese characters, as it is and rendered;
a browser that opens its pages; the shared material."""

from __future__ import annotations

import csv
import fcntl
import hashlib
import os
import re
import runpy
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from analysis.build import store
from analysis.project.folders import Project
from analysis.project.registry import TABLES
from analysis.texts.register import Entry, add_sources

ROOT = Path(__file__).resolve().parents[1]
GUARD = Path(__file__).parent / "guard"


def _guarded() -> Path:
    """Put the guard before this process and all that it starts; where refused connections are written down."""
    if "RESOURCE_CITIES_SOCKETS" not in os.environ:
        log = Path(tempfile.mkdtemp(prefix="resource-cities-tests-")) / "sockets"
        os.environ["RESOURCE_CITIES_SOCKETS"] = str(log)
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(GUARD), os.environ.get("PYTHONPATH")]))
        runpy.run_path(str(GUARD / "sitecustomize.py"))
    return Path(os.environ["RESOURCE_CITIES_SOCKETS"])


SOCKETS = _guarded()


@pytest.fixture(scope="session", autouse=True)
def _no_connection_leaves_this_machine() -> Iterator[None]:
    """Fails where any process of the tests tried to reach another machine."""
    yield
    refused = SOCKETS.read_text(encoding="utf-8") if SOCKETS.exists() else ""
    assert refused == ""


CONFERENCE = """云岭市就转型答记者问（虚构）
记者：请问云岭市怎样培育新产业？
市长林一：林一说，近三年云岭市培育新材料企业36家，其中高新技术企业12家，去年新材料产值达到48.6亿元、增长15.2%。今年前5个月，技术合同成交额突破3亿元。
下一步，云岭市将建设2个中试基地，力争到2027年新材料产值超过90亿元，占规上工业比重达到三成以上。
记者：矿区的生态怎样修复？
副市长周宁：周宁介绍，2019年以来累计修复矿山1250公顷，造林3.4万亩，空气优良天数比例提高到91.5%，位居全省第三。
粮食生产实现“十二连丰”，粮食产量稳定在60万吨以上。
"""
REPORT = """河湾市2025年政府工作报告（虚构）
一、2024年工作回顾
过去一年，河湾市地区生产总值增长5.4%，一般公共预算收入增长4.1%，城镇新增就业2.3万人。
改造老旧小区86个，新建城市道路18.5公里，供水管网漏损率下降1.2个百分点。
二、2025年工作安排
今年经济社会发展的主要预期目标是：地区生产总值增长6%左右，规上工业增加值增长7%以上，居民收入增长5.5%—6%。
（一）推动产业转型
新增规上工业企业25户，引进亿元以上项目40个以上，建成5G基站600座。
（二）改善民生
建设保障性住房1200套，新增养老床位300张。
"""


def shared_folder() -> Path | None:
    """The folder of shared material, where there is one."""
    folder = Path(os.environ.get("RESOURCE_CITIES_SHARED") or ROOT.parent / "shared")
    return folder if (folder / "gold").is_dir() else None


@pytest.fixture
def shared() -> Path:
    folder = shared_folder()
    if folder is None:
        pytest.skip("the shared texts and gold tables are not on this machine")
    return folder


def write_sources(project: Path, rows: list[dict[str, str]]) -> None:
    names = ["document", "city", "date", "genre", "title", "publisher", "language", "edition", "sha256"]
    with (project / "data/raw/sources.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def make_project(folder: Path) -> Path:
    """A project with two cities and two short texts written for the tests."""
    (folder / "data/raw").mkdir(parents=True)
    shutil.copytree(ROOT / "data/reference", folder / "data/reference")
    shutil.copytree(ROOT / "notebooks", folder / "notebooks", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    (folder / "reports").mkdir()
    (folder / "data/reference/corrections.yml").write_text("corrections: []\n", encoding="utf-8")
    (folder / "data/reference/cities.yml").write_text(
        """yunling: {name_zh: 云岭市, name_en: Yunling, province_zh: 虚构省, province_en: Nowhere, class: declining,
  resource_zh: 煤炭, resource_en: coal, population: {value: 500000, year: 2020, source: made up}, aliases: [云岭]}
hewan: {name_zh: 河湾市, name_en: Hewan, province_zh: 虚构省, province_en: Nowhere, class: mature,
  resource_zh: 铁矿, resource_en: iron ore, population: {value: 700000, year: 2020, source: made up}, aliases: [河湾]}
""",
        encoding="utf-8",
    )
    rows = []
    for key, city, date, genre, text in (
        ("yunling-2024", "yunling", "2024-06-18", "press_conference", CONFERENCE),
        ("hewan-2025", "hewan", "2025-01-10", "government_work_report", REPORT),
    ):
        data = text.encode()
        (folder / f"data/raw/{key}.txt").write_bytes(data)
        title = text.splitlines()[0]
        rows.append(
            {
                "document": key,
                "city": city,
                "date": date,
                "genre": genre,
                "title": title,
                "publisher": "",
                "language": "zh-Hans",
                "edition": "digest",
                "sha256": hashlib.sha256(data).hexdigest(),
            }
        )
    write_sources(folder, rows)
    return folder


def add_source(project: Project, file: Path, *, insist: bool = False, **known: Any) -> dict[str, str]:
    """Add one text, as the command does; its row."""
    added = add_sources(project, [Entry(file, **known)], insist=insist)
    if added.refused:
        raise added.refused[0]
    return added.rows[0]


def write_store(project: Project, documents: Iterable[Mapping[str, str]], figures: Mapping[str, Sequence[str]]) -> None:
    """What a finished build leaves of these documents, but for the rows themselves: the list of them and the record.

    `figures` are the figures of each document; all other tables are empty.
    """
    rows = list(documents)
    project.processed.mkdir(parents=True, exist_ok=True)
    with (project.processed / "documents.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    record = {}
    for row in rows:
        content = {name: "" for name in TABLES} | {"documents": str(row), "figures": str(figures[row["document"]])}
        record[row["document"]] = {
            "rows": dict.fromkeys(TABLES, 0) | {"documents": 1, "figures": len(figures[row["document"]])},
            "digests": {name: hashlib.sha256(text.encode()).hexdigest() for name, text in content.items()},
        }
    (project.processed / store.RECORDS).mkdir(exist_ok=True)
    store.write_json(project.processed / store.RECORDS / "b.json", {"documents": record})
    head = {"format": store.FORMAT, "documents": [row["document"] for row in rows]}
    store.write_json(project.processed / store.HEAD, head)


@pytest.fixture
def small_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small project, in a path with a space and 中文, as the project that commands work on."""
    folder = make_project(tmp_path / "转型 texts")
    monkeypatch.setenv("RESOURCE_CITIES_HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def rendered_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small project with all its reports in both languages: rendered once, for all workers, so only to be read."""
    common = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        common = common.parent
    folder, done = common / "rendered" / "转型 texts", common / "rendered.done"
    with (common / "rendered.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            make_project(folder)
            # In a process of its own: a browser may be open in this one, and its event loop with it.
            run = subprocess.run(
                [sys.executable, "-m", "analysis", "report", "--jobs", "2"],
                env={**os.environ, "RESOURCE_CITIES_HOME": str(folder), "SOURCE_DATE_EPOCH": "1700000000"},
                capture_output=True,
                text=True,
            )
            assert run.returncode == 0, run.stderr
            done.touch()
    return folder


def report_names(cities: tuple[str, ...] = ("yunling", "hewan")) -> list[str]:
    """The reports that the notebooks make of the small project: `corpus`, `city-yunling`, `city-hewan` …"""
    names = [path.stem.partition("_")[2] for path in sorted((ROOT / "notebooks").glob("*.ipynb"))]
    return [one for name in names for one in ([f"city-{city}" for city in cities] if name == "city" else [name])]


# --- a browser --------------------------------------------------------------------------------------------------

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def find_browser() -> str:
    """Chromium on PATH. Without one the test is skipped, or fails where RESOURCE_CITIES_BROWSER=required."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found:
        return found
    reason = f"no Chromium on PATH ({', '.join(BROWSERS)})"
    if os.environ.get("RESOURCE_CITIES_BROWSER") == "required":
        pytest.fail(f"{reason}, and RESOURCE_CITIES_BROWSER=required")
    pytest.skip(reason)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    path = find_browser()
    from playwright.sync_api import sync_playwright

    # Only for a module: as long as it runs there is an event loop, in which other tests could not start theirs.
    with sync_playwright() as running:
        started = running.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield started
        started.close()


@contextmanager
def visits(browser: Any, project: Path) -> Iterator[Callable[..., Any]]:
    """Hand over a function that opens a page of a rendered project, by its path below reports/, without a network.

    Each page has a browser context of its own, to which further options go. A request to anywhere, an error, or a
    message on the console (such as that of a broken security policy) fails in the end.
    """
    contexts: list[Any] = []
    wrong: list[str] = []

    def requested(request: Any) -> None:
        if not request.url.startswith(("file:", "data:", "blob:")):
            wrong.append(request.url)

    def opened(path: str, width: int = 1280, height: int = 800, **more: Any) -> Any:
        context = browser.new_context(viewport={"width": width, "height": height}, offline=True, **more)
        contexts.append(context)
        context.on("request", requested)
        context.on("console", lambda message: wrong.append(message.text))
        context.on("weberror", lambda error: wrong.append(str(error.error)))
        page = context.new_page()
        name = re.split("[?#]", path)[0]
        page.goto((project / "reports" / name).as_uri() + path[len(name) :])
        return page

    try:
        yield opened
    finally:
        for context in contexts:
            context.close()
    assert wrong == []


@pytest.fixture
def visit(browser: Any, request: pytest.FixtureRequest) -> Iterator[Callable[..., Any]]:
    """Open pages of the rendered small project; see `visits`."""
    # Asked for here and not as an argument, so that nothing is rendered where there is no browser.
    with visits(browser, request.getfixturevalue("rendered_project")) as opened:
        yield opened
