"""Workers: a notebook run in a forked process says what it says in a kernel of its own, and leaves nothing behind."""

from __future__ import annotations

import dataclasses
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest

from analysis.project.errors import InputError
from analysis.publish import execute, manifest, workers
from analysis.publish.execute import Failure, Outcome, Task

# Everything a cell can say, in the ways in which kernels differ: order of streams, displays that are changed or
# cleared later, results, figures by pyplot, the shell, magics, modules of its own and cells that wait.
AWKWARD = [
    "import sys\nprint('甲')\nprint('乙', file=sys.stderr)\n'丙'",
    "print('一', end='')\nprint('二')",
    "from IPython.display import HTML, Markdown, clear_output, display, update_display\n"
    "handle = display(Markdown('**初**'), display_id='x')",
    "handle.update(Markdown('**终**'))",
    "print('没了')\nclear_output(wait=True)\nprint('留下')",
    "display(HTML('<table><tr><td>1</td></tr></table>'), metadata={'a': 1})",
    "import matplotlib.pyplot as plt\nfigure, axes = plt.subplots(figsize=(1, 1))\naxes.plot([1, 2]);",
    "plt.plot([2, 1])\nplt.show()",
    "import pandas as pd\npd.DataFrame({'年': [2023, 2024], '值': [1.5, None]})",
    "pd.DataFrame({'年': [2024]}).style.format('{:d}').set_uuid('t')",
    "!echo 壳",
    "%%capture said\nprint('不见')",
    "said.stdout",
    "import asyncio\nawait asyncio.sleep(0)\n'等过'",
    "import pickle\nclass Own: pass\ntype(pickle.loads(pickle.dumps(Own()))).__module__",
    "__name__, In[3][:6], Out[3], _",
    "try:\n    input('?')\nexcept Exception as error:\n    print(type(error).__name__)",
    "%timeit -n 1 -r 1 -q 1",
    "import warnings\nwarnings.warn('当心')",
    "import os\nos.getcwd() == os.environ['RESOURCE_CITIES_HOME'], '' in sys.path",
]


def write_notebook(path: Path, *cells: str, tags: tuple[str, ...] = ()) -> Path:
    first = nbformat.v4.new_code_cell("lang = 'zh'", metadata={"tags": ["parameters"]}, id="parameters")
    code = [nbformat.v4.new_code_cell(cell, id=f"c{n}", metadata={"tags": list(tags)}) for n, cell in enumerate(cells)]
    kernel = {"name": "python3", "display_name": "x", "language": "python"}
    nbformat.write(nbformat.v4.new_notebook(cells=[first, *code], metadata={"kernelspec": kernel}), path)
    return path


def make_task(
    root: Path, *cells: str, name: str = "one", tags: tuple[str, ...] = (), formats: tuple[str, ...] = ("html",)
) -> Task:
    """A task in `root` that runs these cells."""
    (root / "notebooks").mkdir(exist_ok=True)
    return Task(
        id=name,
        label=name,
        notebook=write_notebook(root / "notebooks" / f"{name}.ipynb", *cells, tags=tags),
        parameters={"lang": "zh"},
        formats=formats,
        root=root,
        stage=root / "stage" / name,
        notebook_output=f"{name}.ipynb",
        failed_output=f"failed/{name}.ipynb",
        report={"colophon": [], "downloads": []},
        environment={"RESOURCE_CITIES_HOME": str(root), "SOURCE_DATE_EPOCH": "1700000000"},
    )


def run(*tasks: Task, size: int = 1) -> dict[str, Outcome]:
    return dict(workers.run_here(tasks, size, lambda task: None, lambda: None))


def outputs_of(path: Path) -> list[list[dict[str, Any]]]:
    """The outputs of each code cell; pictures count by their kind, addresses in memory not at all."""
    cells = nbformat.read(path, as_version=4).cells
    found = json.loads(json.dumps([cell.outputs for cell in cells if cell.cell_type == "code"]))
    for cell in found:
        for output in cell:
            data = output.get("data", {})
            data.update({mime: "…" for mime in data if mime.startswith("image/")})
            if "0x" in "".join(data.get("text/plain", "")):
                data["text/plain"] = "…"
            if output.get("name") == "stderr":
                # The line of a warning names the temporary file of the cell.
                output["text"] = output["text"].partition(": ")[2] or output["text"]
    return found


def test_a_forked_process_says_what_a_kernel_of_its_own_says(tmp_path: Path) -> None:
    task = make_task(tmp_path, *AWKWARD, formats=())
    outcome = run(task)["one"]
    assert outcome.failure is None
    cold = tmp_path / "cold.ipynb"
    command = ["-m", "papermill", "--no-progress-bar", "--cwd", str(tmp_path), str(task.notebook), str(cold)]
    environment = {**os.environ, **workers.ENVIRONMENT, **task.environment}
    subprocess.run([sys.executable, *command, "-p", "lang", "zh"], check=True, env=environment, capture_output=True)
    warm_outputs, cold_outputs = outputs_of(task.stage / "one.ipynb"), outputs_of(cold)
    assert len(warm_outputs) == len(AWKWARD) + 2
    for source, warm, other in zip(["", "", *AWKWARD], warm_outputs, cold_outputs, strict=True):
        assert warm == other, source


def test_without_forks_the_bytes_are_the_same(tmp_path: Path) -> None:
    task = make_task(tmp_path, *AWKWARD[:6])
    assert run(task)["one"].failure is None
    forked = {path.name: path.read_bytes() for path in task.stage.iterdir()}
    script = (
        "import sys\nfrom multiprocessing.connection import Connection\nfrom pathlib import Path\n"
        "from analysis.publish import workers\nworkers.FORKS = False\n"
        "workers.get_ready()\nworkers.serve(Connection(int(sys.argv[1])), Path(sys.argv[2]))"
    )
    here, there = multiprocessing.Pipe()
    log = tmp_path / "log"
    log.touch()
    with there:
        process = subprocess.Popen(
            [sys.executable, "-c", script, str(there.fileno()), str(log)],
            pass_fds=[there.fileno()],
            env={**os.environ, **workers.ENVIRONMENT},
        )
    here.send(dataclasses.replace(task, stage=tmp_path / "other"))
    outcome, usable = here.recv()
    assert outcome.failure is None and not usable
    assert process.wait(10) == 0
    assert {path.name: path.read_bytes() for path in (tmp_path / "other").iterdir()} == forked


def test_a_report_sees_nothing_of_the_one_before(tmp_path: Path) -> None:
    leaves = make_task(
        tmp_path,
        "import builtins, os, sys\nbuiltins.left = 1\nos.environ['LEFT'] = '1'\nos.chdir('/')\n"
        "sys.path.append('/left')\n"
        "import matplotlib\nmatplotlib.rcParams['font.size'] = 99\n'<table>'",
        "from IPython.display import HTML\nHTML('<table></table>')",
        name="leaves",
    )
    looks = make_task(
        tmp_path,
        "import builtins, os, sys, matplotlib\nfrom IPython.display import HTML\n"
        "print(hasattr(builtins, 'left'), 'LEFT' in os.environ, '/left' in sys.path, matplotlib.rcParams['font.size'], "
        "os.getcwd() == os.environ['RESOURCE_CITIES_HOME'], len(In))\nHTML('<table></table>')",
        name="looks",
    )
    outcomes = run(leaves, looks)
    assert [outcome.failure for outcome in outcomes.values()] == [None, None]
    assert outputs_of(looks.stage / "looks.ipynb")[2][0]["text"] == "False False False 10.0 True 4\n"


def test_a_cell_that_takes_too_long_is_named() -> None:
    with pytest.raises(TimeoutError, match="a cell ran for more than 1 s"), execute._time_limit(1):
        time.sleep(5)
    assert signal.getsignal(signal.SIGALRM) == signal.SIG_DFL


def test_an_error_that_is_expected_does_not_end_the_run(tmp_path: Path) -> None:
    task = make_task(tmp_path, "1 / 0", "print('后来')", tags=("raises-exception",))
    outcome = run(task)["one"]
    # papermill takes any error in the outputs for a failure; the cells after it have run all the same.
    assert outcome.failure == Failure("cell 2 (c0)", "ZeroDivisionError: division by zero")
    assert outputs_of(task.stage / "failed/one.ipynb")[-1][0]["text"] == "后来\n"


def test_a_process_that_holds_the_pipe_does_not_keep_the_worker_waiting(tmp_path: Path) -> None:
    task = make_task(tmp_path, "import os, time\nif os.fork() == 0:\n    time.sleep(600)\nos._exit(5)")
    started = time.monotonic()
    outcome = run(task)["one"]
    assert outcome.failure == Failure("cell 2 (c0)", "the process of this report ended with code 5")
    assert time.monotonic() - started < 60


def test_what_a_report_has_started_ends_with_it(tmp_path: Path) -> None:
    task = make_task(
        tmp_path,
        "import subprocess\nchild = subprocess.Popen(['sleep', '600'])\nopen('pid', 'w').write(str(child.pid))",
        "from IPython.display import HTML\nHTML('<table></table>')",
    )
    assert run(task)["one"].failure is None
    pid = int((tmp_path / "pid").read_text())
    end = time.monotonic() + 5
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_worker_that_cannot_start_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(workers.ENVIRONMENT, "PYTHONPATH", str(tmp_path))
    (tmp_path / "papermill.py").write_text("raise RuntimeError('缺了一半')", encoding="utf-8")
    outcome = run(make_task(tmp_path, "1"))["one"]
    assert outcome.failure is not None
    assert outcome.failure.cause == "the process of this report ended with code 1: RuntimeError: 缺了一半"


def test_the_last_line_of_a_log_is_that_of_the_task(tmp_path: Path) -> None:
    log = tmp_path / "1.log"
    assert workers._last_line(log) == ""
    log.write_text("早先的任务\n", encoding="utf-8")
    start = log.stat().st_size
    assert workers._last_line(log, start) == ""
    with log.open("a", encoding="utf-8") as lines:
        lines.write("内存不足\n\n")
    assert workers._last_line(log, start) == "内存不足"


def test_links_of_the_notebook_begin_in_its_folder(tmp_path: Path) -> None:
    html = '<table><tr><td><a class="n" href="documents/d.zh.html#figure-1">1</a> <a href="#x">2</a></td></tr></table>'
    task = make_task(
        tmp_path,
        f"from IPython.display import HTML, Markdown, display\ndisplay(HTML({html!r}))\n"
        "Markdown('[7](documents/d.zh.html#figure-2), [本章](#x), [外](https://example.org/)')",
    )
    assert run(dataclasses.replace(task, notebook_output="notebooks/one.ipynb"))["one"].failure is None
    table, sentence = outputs_of(task.stage / "notebooks/one.ipynb")[2]
    assert 'href="../documents/d.zh.html#figure-1"' in table["data"]["text/html"]
    assert 'href="#x"' in table["data"]["text/html"]
    assert sentence["data"]["text/markdown"] == (
        "[7](../documents/d.zh.html#figure-2), [本章](#x), [外](https://example.org/)"
    )
    page = (task.stage / "one.html").read_text(encoding="utf-8")
    assert 'href="documents/d.zh.html#figure-1"' in page and 'href="documents/d.zh.html#figure-2"' in page


# --- for another machine ------------------------------------------------------------------------------------------


def test_reports_made_for_others_come_back_as_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = workers._Kept()
    monkeypatch.setattr(workers, "_kept", kept)
    monkeypatch.setattr(workers, "KEPT", 2.0)
    cells = ["from IPython.display import HTML\nHTML('<table></table>')"]
    tasks = [make_task(tmp_path, *cells, name="one"), make_task(tmp_path, "1 / 0", name="two")]
    with ThreadPoolExecutor(1) as pool:
        made = dict(workers.run_there(tasks, pool, manifest.package_digest(), lambda task: None, lambda: None))
    assert made["one"].failure is None and made["two"].failure is not None
    assert (tasks[0].stage / "one.html").is_file() and (tasks[0].stage / "one.ipynb").is_file()
    assert (tasks[1].stage / "failed/two.ipynb").is_file()
    ((worker, scratch, _),) = kept.idle
    worker.process.wait(20)
    assert not kept.idle
    end = time.monotonic() + 5
    while scratch.exists():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_another_version_or_an_unseen_project_is_refused(tmp_path: Path) -> None:
    task = make_task(tmp_path, "1")
    with pytest.raises(InputError, match="another version of resource-cities; install the same one on all machines"):
        workers.attempt_there(task, "another")
    lost = dataclasses.replace(task, notebook=tmp_path / "elsewhere.ipynb")
    with pytest.raises(InputError, match="does not see this notebook; put the project on storage that all machines"):
        workers.attempt_there(lost, manifest.package_digest())


def test_a_process_that_gets_ready_ends_with_its_parent(tmp_path):
    script, scratch = tmp_path / "parent.py", tmp_path / "scratch"
    scratch.mkdir()
    script.write_text(
        "import os, sys, time\nfrom pathlib import Path\n"
        "from analysis.publish.worker import ends_with\n"
        "parent = os.getpid()\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    with ends_with(parent, Path(sys.argv[1])):\n"
        "        print(os.getpid(), flush=True)\n"
        "        time.sleep(600)\n"
        "time.sleep(600)\n",
        encoding="utf-8",
    )
    with subprocess.Popen([sys.executable, script, scratch], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        assert child.is_running()
        parent.kill()
        child.wait(10)
    assert not scratch.exists()
