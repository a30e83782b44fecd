"""Rendering: what is run, what is left alone, and what happens when something fails.

The notebooks are written here and are tiny; the project lies in a folder with a space and Chinese in its name.
"""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
import psutil
import pytest
from conftest import write_store

from analysis.project.errors import InputError
from analysis.project.folders import Project
from analysis.project.progress import JobProgress
from analysis.publish import colophon, execute, manifest, render, workers
from analysis.publish.jobs import plan

PACKAGE_DIGEST = manifest.package_digest.__wrapped__
SHOW = """
import os, pathlib
from IPython.display import HTML, display
home = pathlib.Path(os.environ["RESOURCE_CITIES_HOME"])
assert pathlib.Path.cwd() == home
with open(home / "pids.txt", "a") as pids:
    print(os.getpid(), file=pids)
report = {"title": f"报告 {lang}", "finding": "三分之一是目标", "colophon": [["甲", "乙"]]}
display({"application/vnd.resource-cities.report+json": report}, raw=True)
HTML("<table><tr><th>年</th></tr><tr><td>2024</td></tr></table>")
"""
CHILD = """
import subprocess
child = subprocess.Popen(["sleep", "600"])
with open(home / "pids.txt", "a") as pids:
    print(child.pid, file=pids)
"""
SLOW = SHOW + "\nimport time; time.sleep(120)"
LOSES = "from analysis.project.errors import InputError\nraise InputError('列缺失', cure='补上', path='a.csv', line=3)"


def write_notebook(project: Project, stem: str, parameters: str, *cells: str) -> None:
    """A notebook with a parameters cell and code cells named c1, c2 …; its kernel name is one that nobody has."""
    first = nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]}, id="parameters")
    code = [nbformat.v4.new_code_cell(cell.strip(), id=f"c{n}") for n, cell in enumerate(cells, 1)]
    kernel = {"name": "no-such-kernel", "display_name": "x", "language": "python"}
    notebook = nbformat.v4.new_notebook(cells=[first, *code], metadata={"kernelspec": kernel})
    project.notebooks.mkdir(exist_ok=True)
    nbformat.write(notebook, project.notebooks / f"{stem}.ipynb")


FIGURES = {"hebi-2024": ["120亿元"], "qitaihe-2019": ["3个"], "qitaihe-2023": ["4个"]}


def write_tables(project: Project, **changed: list[str]) -> None:
    """The tables of three documents of two cities; `changed` are other figures of a city's first document."""
    rows = [
        {"document": "hebi-2024", "city": "hebi", "edition": "digest", "sha256": "abc"},
        {"document": "qitaihe-2019", "city": "qitaihe", "edition": "published", "sha256": "def"},
        {"document": "qitaihe-2023", "city": "qitaihe", "edition": "published", "sha256": "ghi"},
    ]
    first = {"hebi": "hebi-2024", "qitaihe": "qitaihe-2019"}
    write_store(project, rows, FIGURES | {first[city]: figures for city, figures in changed.items()})


def make_project(folder: Path) -> Project:
    """A project with two cities, three documents and two tables, without notebooks."""
    project = Project(folder / "项目 a b")
    project.reference.mkdir(parents=True)
    write_tables(project)
    cities = "hebi: {name_zh: 鹤壁市, name_en: Hebi}\nqitaihe: {name_zh: 七台河市, name_en: Qitaihe}\n"
    (project.reference / "cities.yml").write_text(cities, encoding="utf-8")
    return project


@pytest.fixture(scope="module", autouse=True)
def steady_code() -> Iterator[None]:
    """The package counts as unchanged, even while somebody works on it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest, "package_digest", lambda: "the code")
        yield


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = make_project(tmp_path)
    write_notebook(made, "01_corpus", 'lang = "zh"', SHOW)
    write_notebook(made, "02_city", 'city = "hebi"\nlang = "zh"', SHOW)
    write_notebook(made, "03_comparison", 'cities = []\nlang = "zh"', SHOW)
    return made


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, render.Results, list[str]]:
    """One run over notebooks that work and notebooks that fail each in their own way, with the lines it logged."""
    folder = tmp_path_factory.mktemp("run")
    project = make_project(folder)
    write_notebook(project, "01_corpus", 'lang = "zh"', "1", LOSES)
    fails = "if city == 'qitaihe':\n    {}['没有']"
    write_notebook(project, "02_city", 'city = "hebi"\nlang = "zh"', SHOW, CHILD, fails)
    write_notebook(project, "03_comparison", 'cities = []\nlang = "zh"', SHOW, "import os; os._exit(3)")
    write_notebook(
        project, "04_targets", 'cities = []\nlang = "zh"', "import os, signal; os.kill(os.getppid(), signal.SIGKILL)"
    )
    write_notebook(project, "05_validation", 'lang = "zh"', "print('没有图表')")
    # A kernel of the same name that cannot run, as an old environment may have left behind.
    kernel = folder / "jupyter" / "kernels" / "python3"
    kernel.mkdir(parents=True)
    (kernel / "kernel.json").write_text(json.dumps({"argv": ["false"], "display_name": "x", "language": "python"}))
    log = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_PATH", str(folder / "jupyter"))
        results = render.render(project, plan(project, langs=["zh"], formats=["html"]), 2, log)
    return project, results, log.getvalue().splitlines()


def is_running(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def noted_pids(project: Project) -> list[int]:
    return [int(line) for line in (project.root / "pids.txt").read_text().split()]


# --- planning ---------------------------------------------------------------------------------------------------


def test_everything_is_planned(project: Project) -> None:
    ids = [job.id for job in plan(project)]
    assert ids == [
        "corpus.zh",
        "corpus.en",
        "city-hebi.zh",
        "city-hebi.en",
        "city-qitaihe.zh",
        "city-qitaihe.en",
        "comparison.zh",
        "comparison.en",
    ]


def test_parameters_follow_the_kind_of_notebook(project: Project) -> None:
    given = {job.id: job.parameters for job in plan(project, langs=["en"])}
    assert given["corpus.en"] == {"lang": "en"}
    assert given["city-hebi.en"] == {"city": "hebi", "lang": "en"}
    assert given["comparison.en"] == {"cities": ["hebi", "qitaihe"], "lang": "en"}


@pytest.mark.parametrize("name", ["2", "02", "city", "02_city", "notebooks/02_city.ipynb"])
def test_a_notebook_has_several_names(project: Project, name: str) -> None:
    assert {job.notebook for job in plan(project, [name])} == {"02_city"}


def test_cities_alone_select_their_own_reports(project: Project) -> None:
    for name in ("hebi", "鹤壁", "鹤壁市", "Hebi"):
        assert [job.id for job in plan(project, cities=[name], langs=["zh"])] == ["city-hebi.zh"]


def test_a_report_on_some_cities_has_its_own_name(project: Project) -> None:
    write_notebook(project, "04_targets", 'cities = []\nlang = "zh"', SHOW)
    (job,) = plan(project, ["targets"], ["qitaihe"], ["zh"])
    assert (job.id, job.cities, job.label) == ("targets-qitaihe.zh", ("qitaihe",), "targets qitaihe zh")
    with pytest.raises(InputError, match="^'comparison' takes 2 cities or more, 1 is given; name more of: hebi, qit"):
        plan(project, ["comparison"], ["qitaihe"], ["zh"])


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (
            {"notebooks": ["citty"]},
            "unknown notebook 'citty', did you mean 'city'?; use one of: corpus, city, comparison",
        ),
        (
            {"cities": ["hebbi"]},
            "data/raw/sources.csv: unknown city 'hebbi', did you mean 'hebi'?; use one of: hebi, qitaihe",
        ),
        ({"langs": ["de"]}, "unknown language 'de'; use one of: zh, en"),
        ({"formats": ["pfd"]}, "unknown format 'pfd', did you mean 'pdf'?; use one of: html, pdf"),
    ],
)
def test_misspelt_names_are_refused(project: Project, given: dict[str, list[str]], says: str) -> None:
    with pytest.raises(InputError) as raised:
        plan(project, **given)
    assert str(raised.value).endswith(says)


def test_a_project_without_notebooks_or_tables_says_so(tmp_path: Path) -> None:
    project = make_project(tmp_path)
    with pytest.raises(InputError, match="no notebook here"):
        plan(project)
    (project.processed / "documents.csv").unlink()
    with pytest.raises(InputError, match="data/processed: the tables are not built; run 'resource-cities build'"):
        plan(project)


def test_a_wrong_build_time_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(InputError, match="SOURCE_DATE_EPOCH is 'yesterday'"):
        colophon.build_time()


# --- what decides -----------------------------------------------------------------------------------------------


def test_the_commit_is_read_from_the_checkout(tmp_path: Path) -> None:
    checkout, tree = tmp_path / "a", tmp_path / "b"

    def git(*arguments: str) -> str:
        who = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
        run = subprocess.run(["git", *who, *arguments], cwd=checkout, capture_output=True, text=True, check=True)
        return run.stdout.strip()

    checkout.mkdir()
    assert colophon.git_commit(checkout) == ""
    git("init", "-q", "-b", "main")
    assert colophon.git_commit(checkout) == "", "no commit yet"
    git("commit", "-q", "--allow-empty", "-m", "1")
    first = git("rev-parse", "HEAD")[:10]
    assert colophon.git_commit(checkout) == first
    git("worktree", "add", "-q", "-b", "side", str(tree))
    git("pack-refs", "--all")
    assert colophon.git_commit(checkout) == colophon.git_commit(tree) == first
    git("commit", "-q", "--allow-empty", "-m", "2")
    assert colophon.git_commit(checkout) == git("rev-parse", "HEAD")[:10] != first
    git("checkout", "-q", first)
    assert colophon.git_commit(checkout) == colophon.git_commit(tree) == first
    (checkout / "below").mkdir()
    assert colophon.git_commit(checkout / "below") == "", "a checkout around the project is not the project's"


def test_the_digest_of_a_city_sees_only_its_rows(project: Project) -> None:
    hebi, qitaihe, whole = (manifest.table_digest(project, city) for city in ("hebi", "qitaihe", None))
    write_tables(project, hebi=["120万元"])
    assert manifest.table_digest(project, "hebi") != hebi
    assert manifest.table_digest(project, "qitaihe") == qitaihe
    assert manifest.table_digest(project) != whole


def test_outputs_of_a_notebook_do_not_count(project: Project) -> None:
    path = project.notebooks / "02_city.ipynb"
    before = manifest.notebook_digest(path)
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[1].outputs = [nbformat.v4.new_output("stream", text="x")]
    notebook.cells[1].execution_count = 7
    notebook.metadata["kernelspec"] = {"name": "other", "display_name": "y", "language": "python"}
    nbformat.write(notebook, path)
    assert manifest.notebook_digest(path) == before
    notebook.cells[1].source += "\n1"
    nbformat.write(notebook, path)
    assert manifest.notebook_digest(path) != before


def test_every_file_of_the_package_counts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    package = tmp_path / "analysis"
    (package / "__pycache__").mkdir(parents=True)
    monkeypatch.setattr(manifest, "__file__", str(package / "render.py"))
    digests = set()
    for name in ("render.py", "__pycache__/render.pyc", "strings.yml"):
        (package / name).write_text(name, encoding="utf-8")
        digests.add(PACKAGE_DIGEST())
    assert len(digests) == 2


def test_a_broken_notebook_is_named(project: Project) -> None:
    (project.notebooks / "02_city.ipynb").write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match="02_city.ipynb: this is not a notebook"):
        manifest.explain(project, plan(project))


# --- running ----------------------------------------------------------------------------------------------------


def test_what_works_is_rendered_beside_what_fails(ran: tuple[Project, render.Results, list[str]]) -> None:
    project, results, _ = ran
    assert [result.job.id for result in results.done] == ["city-hebi.zh"]
    assert len(results.failed) == 5
    page = (project.reports / "city-hebi.zh.html").read_text(encoding="utf-8")
    assert "报告 zh" in page and "2024" in page and "index.html" in page
    assert "hebi-2024 摘编 abc" in page and "notebooks/city-hebi.zh.ipynb" in page
    assert not list(project.reports.glob(".rendering-*"))


def test_each_failure_is_named(ran: tuple[Project, render.Results, list[str]]) -> None:
    _, results, _ = ran
    says = {result.job.id: result.message for result in results.failed}
    assert says["corpus.zh"] == (
        "notebooks/01_corpus.ipynb lang=zh, cell 3 (c2): a.csv:3: 列缺失; 补上"
        " (run so far: reports/failed/corpus.zh.ipynb)"
    )
    assert says["city-qitaihe.zh"].startswith(
        "notebooks/02_city.ipynb city=qitaihe lang=zh, cell 4 (c3): KeyError: '没有' (run so far"
    )
    assert says["comparison.zh"].endswith(
        "cities=hebi,qitaihe lang=zh, cell 3 (c2): the process of this report ended with code 3"
    )
    assert "lang=zh: the process of this report ended with code -9" in says["targets.zh"]
    assert "no figure and no table" in says["validation.zh"]


def test_the_run_so_far_is_kept(ran: tuple[Project, render.Results, list[str]]) -> None:
    project, _, _ = ran
    kept = nbformat.read(project.reports / "failed" / "city-qitaihe.zh.ipynb", as_version=4)
    assert any(output.output_type == "error" for cell in kept.cells for output in cell.get("outputs", []))


def test_the_log_has_a_line_for_each_job_in_order(ran: tuple[Project, render.Results, list[str]]) -> None:
    _, results, log = ran
    assert [line.partition("  ")[0] for line in log] == [result.job.label for result in results.results]
    assert log[1].startswith("city hebi zh  html  ") and log[1].endswith(" s")
    assert log[0].startswith("corpus zh  failed  ")


def test_no_process_is_left(ran: tuple[Project, render.Results, list[str]]) -> None:
    project, _, _ = ran
    pids = noted_pids(project)
    assert len(pids) == 5
    end = time.monotonic() + 5
    while any(map(is_running, pids)) and time.monotonic() < end:
        time.sleep(0.1)
    assert not [pid for pid in pids if is_running(pid)]
    assert not [child for child in psutil.Process().children(recursive=True) if "analysis" in " ".join(child.cmdline())]


def test_the_executed_notebook_is_clean(ran: tuple[Project, render.Results, list[str]]) -> None:
    project, _, _ = ran
    text = (project.reports / "notebooks" / "city-hebi.zh.ipynb").read_text(encoding="utf-8")
    notebook = nbformat.reads(text, as_version=4)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert outputs and not any(execute.REPORT in output.get("data", {}) for output in outputs)
    assert str(project.root) not in text and "start_time" not in text
    report = notebook.metadata["report"]
    assert report["title"] == "报告 zh" and report["colophon"][0] == ["甲", "乙"]
    assert report["downloads"] == [["笔记本", "notebooks/city-hebi.zh.ipynb"]]


def test_a_second_run_starts_nothing_and_writes_nothing(
    ran: tuple[Project, render.Results, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    project, _, _ = ran
    before = {path: path.stat().st_mtime_ns for path in project.reports.rglob("*")}
    monkeypatch.setattr(workers, "Worker", None)
    started = time.monotonic()
    results = render.render(project, plan(project, cities=["hebi"], langs=["zh"], formats=["html"]), 2)
    assert time.monotonic() - started < 0.5
    assert [result.status for result in results.results] == ["skipped"]
    assert results.results[0].outputs["html"].name == "city-hebi.zh.html"
    assert {path: path.stat().st_mtime_ns for path in project.reports.rglob("*")} == before


def test_what_failed_is_tried_again(ran: tuple[Project, render.Results, list[str]]) -> None:
    project, _, _ = ran
    reasons = {
        job.id: reason for job, reason in manifest.explain(project, plan(project, langs=["zh"], formats=["html"]))
    }
    assert reasons["city-hebi.zh"] == "" and reasons["corpus.zh"] == "failed last time"


def test_the_light_part_loads_nothing_heavy() -> None:
    heavy = "{'numpy', 'pandas', 'nbconvert', 'papermill', 'matplotlib'}"
    code = (
        f"import analysis.publish.index_page, analysis.publish.render, sys; print(*sorted({heavy} & set(sys.modules)))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == ""


def test_only_what_changed_is_redone(project: Project) -> None:
    jobs = plan(project, ["city"], langs=["zh"], formats=["html"])
    assert len(render.render(project, jobs, 2).done) == 2
    write_tables(project, qitaihe=["5个"])
    assert [reason for _, reason in manifest.explain(project, jobs)] == ["", "tables changed"]
    untouched = (project.reports / "city-hebi.zh.html").stat().st_mtime_ns
    results = render.render(project, jobs, 2)
    assert [(result.status, result.reason) for result in results.results] == [
        ("skipped", ""),
        ("done", "tables changed"),
    ]
    assert (project.reports / "city-hebi.zh.html").stat().st_mtime_ns == untouched

    (project.reports / "city-hebi.zh.html").write_text("cut", encoding="utf-8")
    (project.reference / "cities.yml").write_text("qitaihe: {}\n", encoding="utf-8")
    notebook = project.notebooks / "02_city.ipynb"
    notebook.write_text(notebook.read_text(encoding="utf-8").replace("三分之一", "一半"), encoding="utf-8")
    reasons = [reason for _, reason in manifest.explain(project, jobs)]
    assert reasons == [
        "notebook changed, reference changed, output missing: city-hebi.zh.html",
        "notebook changed, reference changed",
    ]
    assert {reason for _, reason in manifest.explain(project, jobs, force=True)} == {"forced"}

    # A report that fails keeps its old pages, marked; one that works again loses the mark.
    write_notebook(project, "02_city", 'city = "hebi"\nlang = "zh"', "1 / 0")
    entry = render.render(project, jobs[1:], 1).manifest["jobs"]["city-qitaihe.zh"]
    assert entry["status"] == "failed" and entry["stale"] and entry["finding"] == "三分之一是目标"
    assert (project.reports / "city-qitaihe.zh.html").is_file()
    assert (project.reports / "failed" / "city-qitaihe.zh.ipynb").is_file()

    # A city that is taken out of the sources takes its reports along.
    write_store(project, [{"document": "hebi-2024", "city": "hebi"}], FIGURES)
    removed = {path.name for path in manifest.clean_outputs(project)}
    assert removed == {"city-qitaihe.zh.html", "city-qitaihe.zh.ipynb"}
    assert list(manifest.read_manifest(project)["jobs"]) == ["city-hebi.zh"]


def test_a_language_that_comes_later_is_linked(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    first = plan(project, ["corpus"], langs=["zh"], formats=["html"])
    render.render(project, first, 1)
    both = plan(project, ["corpus"], formats=["html"])
    assert [reason for _, reason in manifest.explain(project, both)] == ["languages changed", "new"]
    assert [reason for _, reason in manifest.explain(project, plan(project, ["corpus"], langs=["zh"]))] == [
        "pdf not made yet"
    ]
    render.render(project, both, 2)
    assert 'href="corpus.en.html"' in (project.reports / "corpus.zh.html").read_text(encoding="utf-8")
    assert [reason for _, reason in manifest.explain(project, first)] == [""]


def test_the_same_inputs_give_the_same_bytes(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("analysis.rendering.typst.exporter")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    jobs = plan(project, ["comparison"], langs=["zh"])
    contents = []
    for _ in range(2):
        results = render.render(project, jobs, 1, force=True)
        assert not results.failed, results.failed[0].message
        contents.append({form: path.read_bytes() for form, path in results.done[0].outputs.items()})
        time.sleep(1.1)
    assert contents[0].keys() == {"html", "pdf", "notebook"}
    assert contents[0] == contents[1]
    assert contents[0]["pdf"].startswith(b"%PDF") and "2023-11-14" in contents[0]["html"].decode()


def test_what_a_killed_run_has_left_is_removed(project: Project) -> None:
    drafts = [project.reports / ".rendering-x1" / "a.html", project.reports / "documents" / ".d.zh.html.a_b1c2d3"]
    kept = [project.reports / ".gitkeep", project.reports / "notebooks" / ".ipynb_checkpoints" / "city.ipynb"]
    for path in (*drafts, *kept):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    with render.alone(project) as waited:
        assert not waited
    assert not any(path.exists() for path in drafts) and all(path.exists() for path in kept)
    assert not (project.reports / ".rendering-x1").exists()


@pytest.mark.skipif(os.name != "posix", reason="signals to groups of processes")
def test_an_interrupt_leaves_nothing_behind(project: Project, tmp_path: Path) -> None:
    write_notebook(project, "01_corpus", 'lang = "zh"', SLOW)
    script = tmp_path / "run.py"
    script.write_text(
        "import sys\nfrom pathlib import Path\nfrom analysis.publish import jobs, render\n"
        "from analysis.project.folders import Project\n"
        "if __name__ == '__main__':\n    project = Project(Path(sys.argv[1]))\n"
        "    render.render(project, jobs.plan(project, ['corpus'], formats=['html']), 2)\n",
        encoding="utf-8",
    )
    run = subprocess.Popen([sys.executable, script, project.root], start_new_session=True, stderr=subprocess.PIPE)
    end = time.monotonic() + 30
    while not ((project.root / "pids.txt").is_file() and len(noted_pids(project)) == 2) and time.monotonic() < end:
        time.sleep(0.05)
    os.killpg(run.pid, signal.SIGINT)
    _, said = run.communicate(timeout=20)
    assert b"KeyboardInterrupt" in said
    assert not any(map(is_running, noted_pids(project)))
    assert not list(project.reports.iterdir())


# --- progress ---------------------------------------------------------------------------------------------------


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_a_bar() -> None:
    screen, now = Terminal(), [100.0]
    shown = JobProgress(screen, {"a": "city hebi zh", "b": "city qitaihe zh"}, {"a": 4.0, "b": 6.0}, lambda: now[0])
    shown.started("a")
    assert screen.getvalue().rpartition("\r")[2].rstrip().endswith("| 0/2 reports, about 10 s left  city hebi zh")
    now[0] += 3.0
    assert shown.time_left() == 7.0
    shown.finished("a", 4.0, "city hebi zh  html  4.0 s")
    shown.started("b")
    shown.workers = 2
    assert shown.time_left() == 3.0
    shown.tick()
    assert screen.getvalue().rpartition("\r")[2].rstrip().endswith("| 1/2 reports, about 3 s left  city qitaihe zh")
    shown.close()
    assert "\n" not in screen.getvalue() and not screen.getvalue().rpartition("\r")[2].strip()


def test_a_log_gets_a_line_for_each_job_in_the_order_of_the_plan() -> None:
    log = io.StringIO()
    shown = JobProgress(log, {"a": "A", "b": "B", "c": "C"}, {})
    for job in "ba":
        shown.started(job)
    assert shown.time_left() is None
    shown.finished("b", 1.0, "B done")
    assert log.getvalue() == "" and shown.time_left() == pytest.approx(2.0, abs=0.1)
    shown.finished("a", 1.0, "A done")
    shown.close()
    assert log.getvalue() == "A done\nB done\n"
