"""The store: which document lies where, equal bytes whatever the way there, readers, what a stopped run leaves."""

from __future__ import annotations

import hashlib
import io
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from conftest import REPORT, ROOT, make_project, write_sources
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.build import store
from analysis.build.executors import started
from analysis.build.run import build, read_table, read_tables
from analysis.project.errors import InputError
from analysis.project.folders import Project, find_project
from analysis.project.progress import BuildProgress, duration
from analysis.project.registry import TABLES, frame
from analysis.publish import manifest

KEYS = st.lists(st.from_regex(r"[a-z][a-z0-9-]{0,6}", fullmatch=True), max_size=60, unique=True)


def content(folder: Path) -> dict[str, str]:
    """Every file below `folder` with its hash, the lock aside."""
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.name != ".lock"
    }


def register(project: Project, numbers: list[int], texts: dict[int, str] | None = None) -> None:
    """Give the project one short report for each number, in this order and nothing else."""
    rows = []
    for path in project.raw.glob("*.txt"):
        path.unlink()
    for number in numbers:
        data = (texts or {}).get(number, REPORT.replace("86个", f"{number + 2}个")).encode()
        (project.raw / f"d{number}.txt").write_bytes(data)
        rows.append(
            {
                "document": f"d{number}",
                "city": "hewan",
                "date": "2025-01-10",
                "genre": "government_work_report",
                "title": "虚构",
                "publisher": "",
                "language": "zh-Hans",
                "edition": "digest",
                "sha256": hashlib.sha256(data).hexdigest(),
            }
        )
    write_sources(project.root, rows)


@pytest.fixture
def project(small_project: Path) -> Project:
    return find_project()


@pytest.fixture
def tiny_buckets(monkeypatch) -> None:
    """Buckets of at most three documents, so that few documents make many."""
    monkeypatch.setattr(store, "LIMITS", ((10_000, 3),))


# --- which document lies where ----------------------------------------------------------------------------------------


@given(KEYS, st.integers(1, 9))
def test_buckets_hold_each_document_once_and_no_more_than_they_may(keys, most):
    found = store.buckets(keys, most)
    assert sorted(key for held in found.values() for key in held) == sorted(keys)
    assert all(0 < len(held) <= most and held == sorted(held) for held in found.values())
    assert all(store.bucket_of(key, found) == name for name, held in found.items() for key in held)
    assert not any(a != b and b.startswith(a) for a in found for b in found)


@given(KEYS, st.integers(1, 9))
def test_one_more_document_moves_the_documents_of_one_bucket_only(keys, most):
    old, new = store.buckets(keys, most), store.buckets([*keys, "zz-new"], most)
    changed = {name: held for name, held in old.items() if new.get(name) != held}
    assert len(changed) <= 1


def test_a_bucket_holds_more_where_there_are_many():
    assert [store.limit(n) for n in (1, 2_000, 2_001, 20_000, 20_001, 10**6)] == [16, 16, 64, 64, 256, 256]


# --- equal bytes ------------------------------------------------------------------------------------------------------


@settings(max_examples=6, deadline=None)
@given(st.lists(st.lists(st.integers(0, 19), min_size=1, max_size=10, unique=True), min_size=1, max_size=3))
def test_a_store_that_grew_and_shrank_is_the_one_built_at_once(tmp_path_factory, steps):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "LIMITS", ((10_000, 3),))
        grown = Project(make_project(tmp_path_factory.mktemp("grown")))
        fresh = Project(make_project(tmp_path_factory.mktemp("fresh")))
        for numbers in steps:
            register(grown, numbers)
            build(grown)
        register(fresh, steps[-1])
        build(fresh)
        assert content(grown.processed) == content(fresh.processed)
        assert list(read_table(grown, "documents")["document"]) == [f"d{n}" for n in steps[-1]]


def test_a_larger_bucket_is_put_together_without_making_documents_anew(project, monkeypatch, tiny_buckets):
    register(project, list(range(12)))
    build(project)
    before = read_tables(project)
    monkeypatch.setattr(store, "LIMITS", ((10_000, 16),))
    assert build(project).made == {}
    assert [p.name for p in (project.processed / "figures").iterdir()] == ["b.parquet"]
    assert all(table.equals(before[name]) for name, table in read_tables(project).items())


def test_processes_give_the_same_bytes(project, tiny_buckets):
    register(project, list(range(14)))
    build(project)
    alone = content(project.processed)
    shutil.rmtree(project.processed)
    assert len(build(project, jobs=2).made) == 14
    assert content(project.processed) == alone


def test_an_error_in_a_process_is_one_line_and_keeps_what_was_done(project, tiny_buckets):
    register(project, list(range(14)))
    project.published.mkdir()
    (project.published / "d5.txt").write_bytes(bytes(range(128, 256)) * 9)
    with pytest.raises(InputError, match="published/d5.txt: neither UTF-8"):
        build(project, jobs=2)
    (project.published / "d5.txt").unlink()
    assert 0 < len(build(project).made) < 14


# --- reading ----------------------------------------------------------------------------------------------------------


def test_any_reader_of_parquet_reads_the_store(project, tiny_buckets):
    duckdb = pytest.importorskip("duckdb")
    register(project, list(range(9)))
    build(project)
    for name, table in read_tables(project).items():
        folder = project.processed / name
        ordered = table.sort_values(list(TABLES[name].key or table.columns)).reset_index(drop=True)
        columns = list(TABLES[name].key or ordered.columns)
        theirs = pd.read_parquet(folder).sort_values(columns).reset_index(drop=True)
        assert list(theirs.columns) == TABLES[name].names
        pd.testing.assert_frame_equal(frame(name, theirs), ordered)
        count = duckdb.sql(f"select count(*) from '{folder}/*.parquet'").fetchall()
        assert count == [(len(table),)]


def test_dask_reads_the_store(project, tiny_buckets):
    frames = pytest.importorskip("dask.dataframe")
    register(project, list(range(9)))
    build(project)
    found = frames.read_parquet(str(project.processed / "figures"))
    assert found.npartitions > 1
    assert found.groupby("document")["value"].count().compute(scheduler="sync").to_dict() == (
        read_table(project, "figures").groupby("document")["value"].count().to_dict()
    )


def test_only_the_asked_documents_are_read(project, tiny_buckets, monkeypatch):
    register(project, list(range(12)))
    build(project)
    read = []
    monkeypatch.setattr(store, "_read_parquet", lambda path, real=store._read_parquet: read.append(path) or real(path))
    figures = read_table(project, "figures", ["d7", "nowhere", "d3"])
    assert list(figures["document"].unique()) == ["d3", "d7"] and len(read) <= 2
    assert read_table(project, "figures", []).empty and list(read_table(project, "figures", [])) == list(figures)


def test_reading_before_building_says_so(project):
    with pytest.raises(InputError, match="run 'resource-cities build'"):
        read_table(project, "figures")
    assert not store.is_built(project)


def test_csv_is_for_few_documents(project, monkeypatch):
    register(project, list(range(5)))
    build(project)
    for name, table in read_tables(project).items():
        assert (project.processed / f"{name}.csv").read_text(encoding="utf-8") == table.to_csv(index=False)
    (project.processed / "figures.csv").write_text("changed by hand", encoding="utf-8")
    (project.processed / "codes.csv").unlink()
    before = content(project.processed)
    assert build(project).made == {}
    after = content(project.processed)
    assert {name for name in after if after[name] != before.get(name)} == {"figures.csv", "codes.csv"}
    monkeypatch.setattr(store, "FEW", 4)
    register(project, list(range(6)))
    build(project)
    assert [p.name for p in project.processed.glob("*.csv")] == ["documents.csv"]


def test_rows_and_digests_come_from_the_record(project):
    register(project, [1, 2, 3])
    build(project)
    figures = read_table(project, "figures")
    assert store.rows_of(project, "figures") == figures["document"].value_counts(sort=False).to_dict()
    digests, of_city = store.digests_of(project), manifest.table_digest(project, "hewan")
    register(project, [1, 2, 3], {2: REPORT.replace("86个", "77个")})
    build(project)
    changed = store.digests_of(project)
    assert changed["d1"] == digests["d1"] and changed["d2"]["figures"] != digests["d2"]["figures"]
    assert changed["d2"]["removals"] == digests["d2"]["removals"]
    assert manifest.table_digest(project, "hewan") != of_city
    assert manifest.table_digest(project, "yunling") != manifest.table_digest(project, "hewan")


def test_an_empty_corpus_has_empty_tables(project):
    register(project, [])
    assert build(project).documents == []
    assert all(table.empty and list(table) == TABLES[name].names for name, table in read_tables(project).items())


# --- what a stopped run leaves ----------------------------------------------------------------------------------------


def test_lost_and_stray_files_are_mended(project, tiny_buckets):
    register(project, list(range(9)))
    build(project)
    whole = content(project.processed)
    files = sorted((project.processed / "figures").iterdir())
    files[0].unlink()
    files[-1].write_bytes(b"half")
    shutil.copy(files[1], files[1].with_name(f".{files[1].name}.x1y2"))
    shutil.copy(files[1], files[1].with_name("b0101010101.parquet"))
    made = build(project).made
    assert 0 < len(made) < 9
    assert content(project.processed) == whole


@pytest.mark.parametrize(
    "step", ["analysis.build.store.strays", "analysis.build.store.write_csv", "analysis.build.run.codebook"]
)
@pytest.mark.parametrize("before", [False, True], ids=["first build", "later build"])
def test_stopped_between_the_last_batch_and_the_end(project, monkeypatch, tiny_buckets, step, before):
    """What is made from the store must not stay older than the store."""

    def stop(*_arguments):
        raise KeyboardInterrupt

    if before:
        register(project, [1, 2, 3, 4])
        build(project)
        (project.processed / "README.md").write_text("of an older version", encoding="utf-8")
    register(project, [1, 2, 3, 4], {2: REPORT.replace("86个", "77个")})
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(step, stop)
        build(project)
    assert build(project).made == {}
    mended = content(project.processed)
    shutil.rmtree(project.processed)
    build(project)
    assert content(project.processed) == mended


KILLED = """
import sys
from analysis.build import store
store.LIMITS = ((10_000, 3),)
from analysis.build.run import build
from analysis.project.folders import find_project
print("ready", flush=True)
build(find_project(), jobs=int(sys.argv[1]))
"""


@pytest.mark.parametrize("jobs", [1, 2])
def test_killed_at_any_moment_it_goes_on(project, tiny_buckets, jobs, monkeypatch):
    register(project, list(range(20)))
    build(project)
    whole = content(project.processed)
    shutil.rmtree(project.processed)
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "src"))
    draw, kept = random.Random(jobs), 0
    for _ in range(3):
        run = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(jobs)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert run.stdout is not None and run.stdout.readline() == "ready\n"
        time.sleep(draw.uniform(0.1, 1.5))
        os.kill(run.pid, signal.SIGKILL)
        run.wait()
        run.stdout.close()
        records = list((project.processed / "_record").glob("b*.json"))
        assert len(records) >= kept
        kept = len(records)
    build(project)
    assert content(project.processed) == whole


def test_two_builds_at_once_wait_for_each_other(project, tiny_buckets, monkeypatch):
    register(project, list(range(12)))
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "src"))
    runs = [subprocess.Popen([sys.executable, "-c", KILLED, "1"], stdout=subprocess.DEVNULL) for _ in range(2)]
    assert [run.wait() for run in runs] == [0, 0]
    together = content(project.processed)
    shutil.rmtree(project.processed)
    build(project)
    assert content(project.processed) == together


def test_processes_end_with_the_one_that_started_them(project, tiny_buckets, monkeypatch):
    psutil = pytest.importorskip("psutil")
    register(project, list(range(30)), {n: REPORT * 30 for n in range(30)})
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "src"))
    run = subprocess.Popen([sys.executable, "-c", KILLED, "2"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    records = project.processed / "_record"
    end = time.monotonic() + 60
    while not list(records.glob("b*.json")):
        assert time.monotonic() < end and run.poll() is None
        time.sleep(0.01)
    children = psutil.Process(run.pid).children(recursive=True)
    run.kill()
    run.wait()
    assert len(children) >= 2
    _, alive = psutil.wait_procs(children, timeout=10)
    assert not alive
    assert 0 < len(build(project).made) < 30


def test_a_process_that_is_ended_from_outside_is_one_line():
    with pytest.raises(InputError, match="fewer --jobs; what was done is kept"), started(1) as pool:
        pool.submit(os._exit, 1).result()


def test_a_changed_package_or_dictionary_stops_the_build(project, monkeypatch):
    """A worker whose code or dictionaries are not those that the build was planned with must not mix its tables in."""
    register(project, [1, 2])
    monkeypatch.setattr("analysis.build.plan.code_digest", iter(["a" * 64, "b" * 64]).__next__)
    with pytest.raises(InputError, match="install the same package on all machines"):
        build(project)


# --- progress ---------------------------------------------------------------------------------------------------------


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def reported(stream: io.StringIO) -> str:
    clock = iter([10.0, 12.0, 20.0, 130.0])
    progress = BuildProgress(stream, lambda: next(clock))
    for done, running in ((0, "d1"), (20, "d2"), (30, "d3"), (100, "")):
        progress(done, 100, running)
    progress.close()
    return stream.getvalue()


def test_progress_is_plain_lines_in_a_log():
    assert reported(io.StringIO()).splitlines() == [
        "built 20/100 documents",
        "built 30/100 documents  14 s left",
        "built 100/100 documents",
    ]


def test_progress_is_a_bar_on_a_terminal():
    said = reported(Terminal())
    assert "\n" not in said and said.endswith("\r") and not said.rstrip("\r ").endswith("left")
    assert " 30% |#######" in said and "| 30/100 documents, 14 s left  d3" in said


@pytest.mark.parametrize(("seconds", "words"), [(0.4, "0 s"), (99, "99 s"), (185, "3:05 min"), (7800, "2:10 h")])
def test_durations_read_well(seconds, words):
    assert duration(seconds) == words


# --- elsewhere --------------------------------------------------------------------------------------------------------


def elsewhere(project: Project, monkeypatch, url: str) -> Project:
    """The project with its three data folders below `url`, copied there."""
    import fsspec

    fs, path = fsspec.core.url_to_fs(url)
    for name in ("raw", "reference"):
        folder = project.root / "data" / name
        for file in (file for file in folder.rglob("*.*") if file.is_file()):
            to = f"{path}/{name}/{file.relative_to(folder).as_posix()}"
            fs.makedirs(to.rpartition("/")[0], exist_ok=True)
            fs.pipe_file(to, file.read_bytes())
    for name, variable in (("raw", "RAW"), ("reference", "REFERENCE"), ("processed", "PROCESSED")):
        monkeypatch.setenv(f"RESOURCE_CITIES_{variable}", f"{url}/{name}")
    return find_project()


@pytest.mark.parametrize("kind", ["memory", "file"])
def test_the_data_may_lie_behind_a_url(project, monkeypatch, tmp_path, kind, tiny_buckets):
    register(project, list(range(7)))
    build(project)
    here = read_tables(project)
    url = "memory://corpus" if kind == "memory" else f"file://{tmp_path}/对象"
    monkeypatch.setenv("RESOURCE_CITIES_CACHE", str(tmp_path / "cache"))
    there = elsewhere(project, monkeypatch, url)
    assert set(build(there).made.values()) == {"new"} and build(there).made == {}
    assert all(table.equals(here[name]) for name, table in read_tables(there).items())
    assert (there.processed / "figures.csv").read_text("utf-8") == here["figures"].to_csv(index=False)
    assert there.shown(there.processed / "figures.csv").endswith("processed/figures.csv")
    register(project, list(range(5)), {3: REPORT.replace("86个", "61个")})
    there = elsewhere(project, monkeypatch, url)
    assert build(there).made == {"d3": "text changed"} and len(read_table(there, "documents")) == 5
    words = there.reference / "stopwords.txt"
    if kind == "memory":
        words.fs.pipe_file(words.path, words.read_bytes() + "项目\n".encode())
        assert set(build(there).made.values()) == {"reference changed"}
        words.fs.rm("/corpus", recursive=True)
