"""Execute: one notebook with its parameters → the executed notebook and its HTML and PDF in a folder of their own.

papermill injects the parameters; the cells run in a kernel of ipykernel inside this very process, which saves its
start, its sockets and the way of every message. A process executes one notebook and ends: see `publish.workers`.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import logging
import os
import queue
import re
import signal
import sys
import time
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..project.errors import InputError

REPORT = "application/vnd.resource-cities.report+json"
EXPORTERS = {"html": "rendering.html.exporter:ReportHTMLExporter", "pdf": "rendering.typst.exporter:TypstPDFExporter"}
CELL_TIMEOUT = 3600
# Seconds in which what a finished cell has said must have arrived.
MESSAGE_TIMEOUT = 60
# Loaded before there is a task, because kernels, charts and exporters load it when they first need it. None of them
# starts a thread of Python's, so that a fork is safe (the allocator of Arrow has one and sees to forks itself).
MODULES = (
    "papermill",
    "nbclient",
    "ipykernel.inprocess.ipkernel",
    "ipykernel.inprocess",
    "IPython.core.application",
    "IPython.core.completerlib",
    "IPython.core.magics.execution",
    "IPython.core.oinspect",
    "tornado.platform.asyncio",
    "psutil",
    "http.server",
    "pandas",
    "pyarrow.dataset",
    "pyarrow.parquet",
    "matplotlib.pyplot",
    "matplotlib.backends.backend_svg",
    "matplotlib_inline.backend_inline",
    "PIL.ImageDraw",
    "PIL.ImageFont",
    "PIL.JpegImagePlugin",
    "seaborn",
    "seaborn.objects",
    "mistune.plugins.footnotes",
    "mistune.plugins.task_lists",
    "mistune.plugins.url",
    "nh3",
    "pygments.lexers.python",
    "typst",
    "wordcloud.wordcloud",
)


# The beginning of a link to another file of the project, by the kind of text it stands in.
_ELSEWHERE = r"(?![a-z]+:|[#/])"
LINKS = {
    "text/html": re.compile(rf'<a\b[^<>]*? href="{_ELSEWHERE}'),
    "text/markdown": re.compile(rf"\]\({_ELSEWHERE}"),
    "text/plain": re.compile(rf"\]\({_ELSEWHERE}(?=documents/)"),
}


@dataclass(frozen=True)
class Task:
    """What a worker gets: which notebook with which parameters, where to read and write, what the page says beside it.

    `label` names the task in logs, `id` its files; `notebook_output` and `failed_output` are paths below `stage`.
    `environment` holds variables for this task alone.
    """

    id: str
    label: str
    notebook: Path
    parameters: Mapping[str, Any]
    formats: tuple[str, ...]
    root: Path
    stage: Path
    notebook_output: str
    failed_output: str
    report: Mapping[str, Any] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Failure:
    """Where and why a report failed; `kept` is the partly executed notebook, seen from reports/."""

    where: str
    cause: str
    kept: str = ""


@dataclass(frozen=True)
class Outcome:
    """What a worker gives back: the files it left in its stage by format, or the failure."""

    files: dict[str, str] = field(default_factory=dict)
    failure: Failure | None = None
    title: str = ""
    finding: str = ""
    seconds: float = 0.0


class _Broken(Exception):
    """A report that could not be made; carries the failure and what there is of the executed notebook."""

    def __init__(self, failure: Failure, notebook: Any = None) -> None:
        super().__init__(failure.cause)
        self.failure, self.notebook = failure, notebook


def prepare() -> None:
    """Load what every task needs, so that processes forked from this one begin with it."""
    # Nobody debugs here, and the debugger is slow to load.
    sys.modules["debugpy"] = None  # type: ignore[assignment]
    importlib.import_module("ipykernel.debugger")
    del sys.modules["debugpy"]
    for name in MODULES:
        # Only speed is lost where a library keeps its parts elsewhere.
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    for name in ("present.page", "present.charts", *(module.partition(":")[0] for module in EXPORTERS.values())):
        importlib.import_module(f"analysis.{name}")
    _engine_class()
    for form in EXPORTERS:
        _exporter(form)
    _warm_up()


def _warm_up() -> None:
    """Have made what is made once a process: words, fonts, patterns, templates. Sets no page: Typst starts threads."""
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

    from ..present.charts.look import register_fonts
    from ..present.language import LANGUAGES, strings
    from ..present.page import compile_templates
    from ..rendering.fonts import FontError
    from ..rendering.notebook import read
    from ..rendering.typst.document import write_document

    for lang in LANGUAGES:
        strings(lang)
        compile_templates(lang)
    with contextlib.suppress(FontError):  # each report says so itself
        register_fonts()
    table = "<table><thead><tr><th>甲</th></tr></thead><tbody><tr><td>1.5</td></tr></tbody></table>"
    output = new_output("display_data", data={"text/html": table, "text/plain": "甲"})
    sample = new_notebook(
        cells=[new_markdown_cell("# 甲\n\n**乙** [丙](#d) $x$"), new_code_cell("1", outputs=[output])]
    )
    _exporter("html").from_notebook_node(sample)
    write_document(read(sample))


def read_ahead(root: Path) -> None:
    """Read the dictionaries of the project at `root`, which are kept for as long as their files stay the same."""
    from ..build.corpus import read_dictionary
    from ..extract.coding import load_schemes
    from ..extract.figures.units import read_units

    # What is wrong with one is for a report to tell.
    with contextlib.suppress(InputError, OSError):
        load_schemes(root / "data/reference")
        read_units(root / "data/reference/units.csv")
        read_dictionary(root / "data/reference")


def attempt(task: Task, at: Callable[[str], None]) -> Outcome:
    """Make one report in its stage; failures come back as such. `at` hears the place of each cell before it runs."""
    started = time.monotonic()
    os.environ.update(task.environment)
    task.stage.mkdir(parents=True, exist_ok=True)
    try:
        notebook = _execute(task, at)
        at("")
        said = _finish_notebook(notebook, task)
        files = _export(notebook, task)
    except _Broken as broken:
        if broken.notebook is not None:
            _write_notebook(broken.notebook, task.stage, task.failed_output)
        return Outcome(failure=broken.failure, seconds=time.monotonic() - started)
    except Exception as error:  # whatever goes wrong in one report must not stop the others
        logging.exception("%s", task.label)
        return Outcome(failure=Failure("", _cause(error)), seconds=time.monotonic() - started)
    title, finding = str(said.get("title") or ""), str(said.get("finding") or "")
    return Outcome(files, None, title, finding, time.monotonic() - started)


def _cause(error: BaseException) -> str:
    """Type and first line of an exception; an InputError is already one line."""
    lines = str(error).strip().splitlines()
    first = lines[0].strip() if lines else ""
    return first if isinstance(error, InputError) and first else ": ".join(filter(None, (type(error).__name__, first)))


# --- the kernel -------------------------------------------------------------------------------------------------


class _Kernel:
    """An IPython kernel in this process. There can be one only, for IPython has one shell a process."""

    def __init__(self) -> None:
        from ipykernel.inprocess import InProcessKernelManager
        from ipykernel.inprocess.ipkernel import InProcessKernel
        from traitlets.config import Config

        class Kernel(InProcessKernel):
            # ipykernel asks a cell with `await` for the thread of the shell channel, of which there is none here.
            shell_channel_thread = types.SimpleNamespace(parent_thread=None)
            _supports_kernel_subshells = False

        # No history of cells: it would be a database on disk.
        manager: Any = InProcessKernelManager(config=Config(HistoryManager={"enabled": False}))
        manager.kernel = Kernel(parent=manager, session=manager.session)
        self.client = manager.client()
        self.client.start_channels()
        # What a new kernel does when pyplot is first imported; here it may have been imported before there was a shell.
        manager.kernel.shell.enable_matplotlib("inline")

    def run(self, source: str) -> Iterator[dict[str, Any]]:
        """Run one cell; gives what it said as Jupyter messages, the last of which says that it is idle."""
        with _time_limit(CELL_TIMEOUT):
            request = self.client.execute(source, store_history=True, allow_stdin=False)
        while True:
            try:
                message = self.client.get_iopub_msg(timeout=MESSAGE_TIMEOUT)
            except queue.Empty:
                raise RuntimeError(f"the kernel said nothing for {MESSAGE_TIMEOUT} s") from None
            # What is printed belongs to no request here.
            if message["parent_header"].get("msg_id", request) == request:
                yield message
                if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                    return


@contextlib.contextmanager
def _time_limit(seconds: int) -> Iterator[None]:
    """TimeoutError in whatever runs longer than so many seconds."""

    def ring(_number: int, _frame: Any) -> None:
        raise TimeoutError(f"a cell ran for more than {seconds} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@functools.cache
def _engine_class() -> type[Any]:
    """An engine of papermill's that runs the cells in this process."""
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionComplete
    from papermill.engines import Engine, papermill_engines  # type: ignore[import-untyped]

    class InThisProcess(Engine):
        notebook: Any = None
        cell: Any = None
        at: Callable[[str], None]

        @classmethod
        def execute_managed_notebook(cls, nb_man: Any, _kernel_name: str, **_more: Any) -> None:
            cls.notebook, cls.cell = nb_man.nb, None
            kernel, client = _Kernel(), NotebookClient(nb_man.nb, record_timing=False)
            client.reset_execution_trackers()
            for index, cell in enumerate(nb_man.nb.cells):
                nb_man.cell_start(cell, index)
                tags = cell.metadata.get("tags", [])
                if cell.cell_type != "code" or not cell.source.strip() or "skip-execution" in tags:
                    nb_man.cell_complete(cell, cell_index=index)
                    continue
                cls.cell = cell
                cls.at(_place(nb_man.nb, cell))
                cell.outputs, client.clear_before_next_output = [], False
                for message in kernel.run(cell.source):
                    with contextlib.suppress(CellExecutionComplete):
                        client.process_message(message, cell, index)
                failed = any(output.output_type == "error" for output in cell.outputs)
                if failed:
                    nb_man.cell_exception(cell, cell_index=index)
                nb_man.cell_complete(cell, cell_index=index)
                if failed and "raises-exception" not in tags:
                    return

    papermill_engines.register("resource-cities", InThisProcess)
    return InThisProcess


def _execute(task: Task, at: Callable[[str], None]) -> Any:
    """The executed notebook. Raises _Broken where a cell or the kernel fails."""
    import papermill  # type: ignore[import-untyped]

    engine = _engine_class()
    engine.notebook = engine.cell = None
    engine.at = at
    os.chdir(task.root)
    if "" not in sys.path:
        sys.path.insert(0, "")  # as in any kernel
    try:
        return papermill.execute_notebook(
            str(task.notebook),
            None,
            parameters=dict(task.parameters),
            engine_name="resource-cities",
            kernel_name="python3",
            language="python",
            request_save_on_cell_execute=False,
            progress_bar=False,
        )
    except Exception as error:
        raise _broken(error, engine) from error


def _broken(error: Exception, engine: type[Any]) -> _Broken:
    """The failure of an execution: which cell, and what it said."""
    from papermill.exceptions import PapermillExecutionError  # type: ignore[import-untyped]

    where = _place(engine.notebook, engine.cell)
    if isinstance(error, PapermillExecutionError):
        where = _place(engine.notebook, _first_with_error(engine.notebook))
        lines = _plain(str(error.evalue or "")).strip().splitlines()
        first = lines[0].strip() if lines else ""
        is_input = error.ename == InputError.__name__ and first
        cause = first if is_input else ": ".join(filter(None, (error.ename, first)))
    else:
        cause = _cause(error)
    return _Broken(Failure(where, cause), engine.notebook)


def _first_with_error(notebook: Any) -> Any:
    """The first cell with an error in its outputs."""
    for cell in notebook.cells:
        if any(output.output_type == "error" for output in cell.get("outputs", [])):
            return cell
    return None


def _plain(text: str) -> str:
    """Text without colours for terminals."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def _place(notebook: Any, cell: Any) -> str:
    """`cell 5 (a1b2c3)`: the number counts the cells of the notebook as it lies in notebooks/."""
    if notebook is None or cell is None:
        return ""
    number = 0
    for other in notebook.cells:
        tags = other.metadata.get("tags", [])
        if "papermill-error-cell-tag" in tags:
            continue
        injected = "injected-parameters" in tags
        number += not injected
        if other is cell or other.get("id") and other.get("id") == cell.get("id"):
            return "injected parameters" if injected else f"cell {number} ({cell.get('id') or 'no id'})"
    return ""


def _finish_notebook(notebook: Any, task: Task) -> dict[str, Any]:
    """Check an executed notebook and give it the metadata of its report; returns what the notebook said itself."""
    said = _take_report(notebook)
    _check_outputs(notebook)
    for cell in notebook.cells:
        # Times of this run and a random id: the same inputs have to give the same bytes.
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        if "injected-parameters" in cell.metadata.get("tags", []) and cell.get("id"):
            cell.id = "injected-parameters"
    notebook.metadata.pop("papermill", None)
    own = {**notebook.metadata.get("report", {}), **said}
    merged = {**own, **task.report}
    for rows in ("colophon", "downloads"):
        merged[rows] = [*own.get(rows, []), *task.report[rows]]
    notebook.metadata["report"] = merged
    return own


def _take_report(notebook: Any) -> dict[str, Any]:
    """Take the outputs of type REPORT out of the cells; returns the first one."""
    found = []
    for cell in notebook.cells:
        outputs = cell.get("outputs", [])
        found += [output.data[REPORT] for output in outputs if REPORT in output.get("data", {})]
        if outputs:
            cell.outputs = [output for output in outputs if REPORT not in output.get("data", {})]
    return dict(found[0]) if found else {}


def _check_outputs(notebook: Any) -> None:
    """Raise _Broken for an output that is an error and for a report that shows nothing."""
    shows = False
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                cause = f"{output.get('ename', 'error')}: {_plain(output.get('evalue', ''))}".splitlines()[0]
                raise _Broken(Failure(_place(notebook, cell), cause), notebook)
            shows = shows or _is_figure_or_table(output)
    if not shows:
        raise _Broken(Failure("", "no figure and no table in the outputs"), notebook)


def _is_figure_or_table(output: Any) -> bool:
    data = output.get("data", {})
    return any(mime.startswith("image/") for mime in data) or "<table" in "".join(data.get("text/html", ""))


@functools.cache
def _exporter(form: str) -> Any:
    """The exporter of a format; kept, for making one takes longer than using it."""
    module, _, name = EXPORTERS[form].partition(":")
    # Reports lie together, so they share the fonts that `cli` writes beside them.
    options = {"fonts": "./"} if form == "html" else {}
    return getattr(importlib.import_module(f"analysis.{module}"), name)(**options)


def _export(notebook: Any, task: Task) -> dict[str, str]:
    """Write the formats and the notebook itself into the stage; returns their names by format."""
    files = {}
    for form in task.formats:
        resources = {"metadata": {"name": task.id, "path": str(task.root / "notebooks")}}
        try:
            content, _ = _exporter(form).from_notebook_node(notebook, resources)
        except Exception as error:
            raise _Broken(Failure(f"writing {form}", _cause(error)), notebook) from error
        files[form] = f"{task.id}.{form}"
        (task.stage / files[form]).write_bytes(content if isinstance(content, bytes) else content.encode())
    files["notebook"] = task.notebook_output
    _write_notebook(notebook, task.stage, task.notebook_output)
    return files


def _write_notebook(notebook: Any, stage: Path, name: str) -> None:
    """Write a notebook to `name` below `stage`; its links, which begin in the stage, are made to begin beside it."""
    import nbformat

    upward = "../" * name.count("/")
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            for mime, text in output.get("data", {}).items():
                if mime in LINKS and isinstance(text, str):
                    output.data[mime] = LINKS[mime].sub(rf"\g<0>{upward}", text)
    path = stage / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")
