"""A Dask cluster on loopback: one scheduler and two workers as anyone starts them, and one of the workers killed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from conftest import REPORT, ROOT, make_project
from test_store import content, register

from analysis.build import store
from analysis.build.run import build
from analysis.cli import main
from analysis.project.errors import InputError
from analysis.project.folders import Project

pytest.importorskip("distributed")
DOCUMENTS = 24
PATIENCE = 60


class Cluster:
    """A scheduler and its workers, each a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.file, self.workers = folder, folder / "scheduler.json", []
        self.environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
        self.environment.pop("RESOURCE_CITIES_HOME", None)
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        self.until(self.file.is_file)
        self.address = json.loads(self.file.read_text())["address"]

    def _start(self, *arguments: str) -> subprocess.Popen:
        command = [sys.executable, "-m", "dask", *arguments, "--scheduler-file", str(self.file)]
        with (self.folder / f"{arguments[0]}.log").open("a") as log:
            return subprocess.Popen(command, cwd=self.folder, env=self.environment, stdout=log, stderr=log)

    def until(self, holds) -> None:
        end = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < end, "\n".join(p.read_text() for p in self.folder.glob("*.log"))
            time.sleep(0.02)

    def add_worker(self) -> subprocess.Popen:
        local = self.folder / f"worker-{len(self.workers)}"
        options = ("--no-nanny", "--nthreads", "1", "--no-dashboard", "--local-directory", str(local))
        self.workers.append(self._start("worker", "--host", "127.0.0.1", *options))
        return self.workers[-1]

    def close(self) -> None:
        for process in [*self.workers, self.scheduler]:
            if process.poll() is None:
                process.kill()
            process.wait()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory) -> Iterator[Cluster]:
    running = Cluster(tmp_path_factory.mktemp("cluster"))
    try:
        running.add_worker()
        running.add_worker()
        yield running
    finally:
        running.close()


@pytest.fixture(scope="module", autouse=True)
def small_buckets() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "LIMITS", ((10_000, 3),))
        yield


@pytest.fixture(scope="module")
def local(tmp_path_factory) -> Project:
    """A project that was built here."""
    project = Project(make_project(tmp_path_factory.mktemp("转型 texts")))
    register(project, list(range(DOCUMENTS)), {n: REPORT.replace("86个", f"{n + 2}个") * 12 for n in range(DOCUMENTS)})
    build(project)
    return project


def copied(project: Project, folder: Path) -> Project:
    """The project without its tables, below `folder`."""
    shutil.copytree(project.root, folder / "copy", ignore=shutil.ignore_patterns("processed"))
    return Project(folder / "copy")


def test_a_cluster_gives_the_same_bytes(cluster, local, tmp_path):
    there = copied(local, tmp_path)
    assert len(build(there, scheduler=cluster.address).made) == DOCUMENTS
    assert content(there.processed) == content(local.processed)
    assert build(there, scheduler=cluster.address).made == {}


def test_the_data_may_lie_behind_a_url_for_the_workers(cluster, local, tmp_path):
    there = copied(local, tmp_path)
    url = (there.root / "data").as_uri().replace("file://", "local://")
    far = Project(tmp_path, {name: f"{url}/{name}" for name in ("raw", "reference", "processed")})
    assert len(build(far, scheduler=cluster.address).made) == DOCUMENTS
    assert content(there.processed) == content(local.processed)


def test_what_is_wrong_with_a_text_comes_back_in_one_line(cluster, local, tmp_path):
    there = copied(local, tmp_path)
    there.published.mkdir()
    (there.published / "d3.txt").write_bytes(bytes(range(128, 256)) * 9)
    with pytest.raises(InputError, match="published/d3.txt: neither UTF-8"):
        build(there, scheduler=cluster.address)


def test_one_of_two_workers_killed_midway(cluster, local, tmp_path):
    there = copied(local, tmp_path)
    with ThreadPoolExecutor(1) as thread:
        run = thread.submit(build, there, scheduler=cluster.address)
        cluster.until(lambda: len(list((there.processed / "_record").glob("b*.json"))) >= 2 or run.done())
        assert not run.done(), "the worker was to be killed before the end"
        os.kill(cluster.workers[0].pid, signal.SIGKILL)
        cluster.workers[0].wait()
        assert len(run.result(PATIENCE).made) == DOCUMENTS
    assert content(there.processed) == content(local.processed)


def pages(folder: Path) -> dict[str, bytes]:
    """All files of the reports; of the manifest what does not tell of time."""
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    files.pop(".lock", None)
    jobs = json.loads(files.pop("manifest.json"))["jobs"]
    return {**files, "jobs": json.dumps({name: {**entry, "seconds": 0} for name, entry in jobs.items()}).encode()}


def test_reports_of_a_cluster_are_the_same_bytes_also_when_a_worker_is_lost(cluster, tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    here, there = make_project(tmp_path / "here"), make_project(tmp_path / "there")
    chosen = ["corpus", "city", "targets", "--lang", "zh"]
    monkeypatch.setenv("RESOURCE_CITIES_HOME", str(here))
    assert main(["report", *chosen]) == 0
    monkeypatch.setenv("RESOURCE_CITIES_HOME", str(there))
    # The worker killed earlier is replaced, and another lost while it makes a report.
    cluster.add_worker()
    with ThreadPoolExecutor(1) as thread:
        run = thread.submit(main, ["report", *chosen, "--scheduler", cluster.address])
        cluster.until(lambda: list((there / "reports").glob("*.html")) or run.done())
        assert not run.done(), "the worker was to be killed before the end"
        os.kill(cluster.workers[1].pid, signal.SIGKILL)
        cluster.workers[1].wait()
        assert run.result(PATIENCE) == 0
    assert pages(there / "reports") == pages(here / "reports")


def test_no_scheduler_is_one_line(monkeypatch, small_project, capsys):
    monkeypatch.setattr("analysis.build.executors.PATIENCE", 1)
    assert main(["build", "--scheduler", "tcp://127.0.0.1:9"]) == 2
    assert "no scheduler answers at tcp://127.0.0.1:9" in capsys.readouterr().err
    assert main(["build", "--scheduler", "nonsense://x"]) == 2
    said = capsys.readouterr().err
    assert "no scheduler answers at nonsense://x" in said and said.count("\n") == 1


def test_a_scheduler_without_workers_is_one_line(monkeypatch, local, tmp_path):
    monkeypatch.setattr("analysis.build.executors.PATIENCE", 2)
    alone = Cluster(tmp_path)
    try:
        with pytest.raises(InputError, match="has no worker"):
            build(copied(local, tmp_path), scheduler=alone.address)
    finally:
        alone.close()
