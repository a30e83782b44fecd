"""Workers: the processes in which reports are made, on this machine or on a Dask cluster.

A worker loads what every report needs once and then makes each report in a process forked from itself. That process
executes one notebook, writes its files and ends, so no report sees what another has left behind; whatever the notebook
started is ended with it. Where forking is not safe (macOS) or not to be had, a worker makes one report and ends.

A worker ends when the process that started it is gone, and the process of a report when its worker is. All that they
write by the way stands in one temporary folder, which goes with them.
"""

from __future__ import annotations

import contextlib
import dataclasses
import gc
import itertools
import logging
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future
from concurrent.futures import wait as wait_for_some
from multiprocessing.connection import Connection, wait
from pathlib import Path

from ..project.errors import InputError
from .execute import Failure, Outcome, Task, attempt, prepare, read_ahead

FORKS = sys.platform.startswith("linux")
# For every worker: the same order of sets in each run, one thread of linear algebra each (the processes share the
# processors), figures for notebooks as in any kernel, and no advice of the debugger's in the logs.
ENVIRONMENT = {
    "PYTHONHASHSEED": "0",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}
_WORKER = f"{__package__}.worker"
# How long a worker on a cluster is kept for the next report.
KEPT = 60.0
# How long workers are waited for when the run is broken off; together with the look that follows below two seconds.
HASTE = 0.5


# --- the side that gives tasks ----------------------------------------------------------------------------------


class Worker:
    """One worker of the pool, with the task it is at."""

    def __init__(self, number: int, scratch: Path) -> None:
        self.connection, other = multiprocessing.Pipe()
        self.log = scratch / f"{number}.log"
        self.task: Task | None = None
        self.since = 0.0
        self.log_start = 0
        with self.log.open("ab") as log, other:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", _WORKER, str(other.fileno()), str(self.log), str(os.getpid())],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[other.fileno()],
                # Start-up files and history of the user's own IPython stay out of reports.
                env={
                    **os.environ,
                    **_search_path(),
                    **ENVIRONMENT,
                    "IPYTHONDIR": str(scratch / f"ipython-{number}"),
                    "TMPDIR": str(scratch),
                },
            )

    def give(self, task: Task) -> None:
        """Begin a task."""
        self.task, self.since = task, time.monotonic()
        # The log is the worker's; what earlier tasks left in it says nothing about this one.
        self.log_start = self.log.stat().st_size
        # A worker that is already gone shows when its connection is read.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.connection.send(task)

    def take(self) -> tuple[Outcome, bool]:
        """The outcome of the task, as soon as it is there, and whether the worker is still of use."""
        try:
            return self.connection.recv()
        except (EOFError, ConnectionResetError):
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(5)
            cause = _ended(self.process.returncode, self.log, self.log_start)
            return Outcome(failure=Failure("", cause), seconds=time.monotonic() - self.since), False

    def stop(self, patience: float) -> None:
        """Wait for the end of the worker, then force it; what it has started ends with it."""
        self.connection.close()
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def _search_path() -> dict[str, str]:
    """PYTHONPATH with the folder of this package, where it is not installed."""
    here = Path(__file__).resolve().parents[2]
    paths = [] if "site-packages" in here.parts else [str(here)]
    paths += [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    return {"PYTHONPATH": os.pathsep.join(dict.fromkeys(paths))}


def _ended(code: int | None, log: Path, start: int) -> str:
    """What to say of a process that ended before it gave an outcome."""
    last = _last_line(log, start)
    return f"the process of this report ended with code {code}" + (f": {last}" if last else "")


def _last_line(path: Path, start: int = 0) -> str:
    """The last line with text in a log, from byte `start` on."""
    if not path.is_file():
        return ""
    lines = path.read_bytes()[start:].decode("utf-8", errors="replace").splitlines()
    said = [line.strip() for line in lines if line.strip()]
    return said[-1][:300] if said else ""


def run_here(
    tasks: Sequence[Task], workers: int, started: Callable[[Task], None], tick: Callable[[], None]
) -> Generator[tuple[str, Outcome], None, None]:
    """Run the tasks in so many workers, the first ones first; gives each one's id with its outcome when it is there.

    `started` hears of each task that begins, `tick` is called at least once a second. Closing the generator ends all.
    """
    waiting, patience = list(reversed(tasks)), 10.0
    size = max(1, min(workers, len(waiting)))
    pool: list[Worker] = []
    numbers = itertools.count(1)
    with _scratch() as scratch:
        try:
            while waiting or any(worker.task for worker in pool):
                while waiting and (idle := _idle(pool, size, lambda: Worker(next(numbers), scratch))):
                    task = waiting.pop()
                    idle.give(task)
                    started(task)
                busy = {worker.connection: worker for worker in pool if worker.task}
                for connection in wait(list(busy), timeout=1.0):
                    worker = busy[connection]  # type: ignore[index]
                    done, (outcome, usable) = worker.task, worker.take()
                    worker.task = None
                    if not usable:
                        pool.remove(worker)
                        worker.stop(5)
                    assert done is not None
                    yield done.id, outcome
                tick()
        except BaseException:
            patience = HASTE
            for worker in pool:
                worker.process.terminate()
            raise
        finally:
            for worker in pool:
                worker.connection.close()
            until = time.monotonic() + patience
            for worker in pool:
                worker.stop(max(0.0, until - time.monotonic()))


@contextlib.contextmanager
def _scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="rc-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _idle(pool: list[Worker], size: int, make: Callable[[], Worker]) -> Worker | None:
    """A worker without a task: one of the pool, else a new one while there is room."""
    for worker in pool:
        if worker.task is None:
            return worker
    if len(pool) == size:
        return None
    pool.append(make())
    return pool[-1]


# --- a cluster --------------------------------------------------------------------------------------------------


def run_there(
    tasks: Sequence[Task], pool: Executor, code: str, started: Callable[[Task], None], tick: Callable[[], None]
) -> Generator[tuple[str, Outcome], None, None]:
    """Run the tasks on the machines behind `pool` (see `analysis.build.cluster`); otherwise like `run_here`.

    `code` is the digest of this package, which theirs has to have. They read the project in the same folder and send
    the finished files back. Raises InputError where a machine has another version or does not see the project.
    """
    futures: dict[Future[tuple[Outcome, dict[str, bytes]]], Task] = {}
    try:
        for task in tasks:
            futures[pool.submit(attempt_there, task, code)] = task
            started(task)
        while futures:
            for future in wait_for_some(futures, timeout=1.0, return_when=FIRST_COMPLETED).done:
                task = futures.pop(future)
                outcome, contents = future.result()
                for name, content in contents.items():
                    (task.stage / name).parent.mkdir(parents=True, exist_ok=True)
                    (task.stage / name).write_bytes(content)
                yield task.id, outcome
            tick()
    finally:
        for future in futures:
            future.cancel()


def attempt_there(task: Task, code: str) -> tuple[Outcome, dict[str, bytes]]:
    """Make one report on this machine for another; returns the outcome and the files by their names."""
    from .manifest import package_digest

    if package_digest() != code:
        raise InputError("a worker has another version of resource-cities", cure="install the same one on all machines")
    if not task.notebook.is_file():
        raise InputError(
            "a worker does not see this notebook",
            cure="put the project on storage that all machines see under the same path",
            path=task.notebook,
        )
    with tempfile.TemporaryDirectory(prefix="rc-", ignore_cleanup_errors=True) as folder:
        stage = Path(folder)
        with _kept.one() as worker:
            worker.give(dataclasses.replace(task, stage=stage))
            outcome, usable = worker.take()
            worker.task = None
            if not usable:
                _kept.drop(worker)
        files = [path for path in stage.rglob("*") if path.is_file()]
        return outcome, {path.relative_to(stage).as_posix(): path.read_bytes() for path in files}


class _Kept:
    """Workers of a process that makes reports for others; one that is idle for a while is ended."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.idle: list[tuple[Worker, Path, float]] = []
        self.lost: set[int] = set()
        self.numbers = itertools.count(1)
        self.timer: threading.Timer | None = None

    @contextlib.contextmanager
    def one(self) -> Iterator[Worker]:
        """An idle worker or a new one, for as long as it is needed."""
        with self.lock:
            worker, scratch, _ = self.idle.pop() if self.idle else self._new()
        try:
            yield worker
        except BaseException:
            self.drop(worker)
            raise
        finally:
            with self.lock:
                if id(worker) in self.lost:
                    self.lost.discard(id(worker))
                    _end(worker, scratch)
                else:
                    self.idle.append((worker, scratch, time.monotonic()))
                    self._look_later()

    def drop(self, worker: Worker) -> None:
        """Have this worker ended instead of kept."""
        with self.lock:
            self.lost.add(id(worker))

    def _new(self) -> tuple[Worker, Path, float]:
        scratch = Path(tempfile.mkdtemp(prefix="rc-"))
        return Worker(next(self.numbers), scratch), scratch, 0.0

    def _look_later(self) -> None:
        if self.timer is None:
            self.timer = threading.Timer(KEPT, self._look)
            self.timer.daemon = True
            self.timer.start()

    def _look(self) -> None:
        with self.lock:
            self.timer = None
            now = time.monotonic()
            for item in [item for item in self.idle if now - item[2] >= KEPT]:
                self.idle.remove(item)
                _end(*item[:2])
            if self.idle:
                self._look_later()


def _end(worker: Worker, scratch: Path) -> None:
    worker.stop(5)
    shutil.rmtree(scratch, ignore_errors=True)


_kept = _Kept()


# --- in a worker ------------------------------------------------------------------------------------------------


def get_ready() -> None:
    """Load what every report needs."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    prepare()
    gc.collect()
    gc.freeze()


def serve(connection: Connection, log: Path) -> None:
    """The life of a worker: take tasks from the connection and send back (outcome, still of use) until it is closed."""
    signal.signal(signal.SIGTERM, _leave)
    while True:
        try:
            task = connection.recv()
        except (EOFError, ConnectionResetError):
            return shutil.rmtree(log.parent, ignore_errors=True)
        if not FORKS:
            connection.send((attempt(task, lambda _place: None), False))
            return
        read_ahead(task.root)
        outcome = _in_a_process_of_its_own(task, connection, log)
        if outcome is None:
            return shutil.rmtree(log.parent, ignore_errors=True)
        connection.send((outcome, True))


def _leave(_number: int, _frame: object) -> None:
    """End by an exception, so that the process of a report is ended on the way out."""
    raise SystemExit(1)


def _in_a_process_of_its_own(task: Task, connection: Connection, log: Path) -> Outcome | None:
    """Make a report in a process forked from this one; None where nobody waits for it any more."""
    here, there = multiprocessing.Pipe(duplex=False)
    life, own_life = os.pipe()
    started, log_start = time.monotonic(), log.stat().st_size
    pid = os.fork()
    if pid == 0:
        here.close()
        connection.close()
        os.close(own_life)
        _be_the_report(task, there, life)
    there.close()
    os.close(life)
    place, code = "", None
    try:
        while code is None:
            ready = wait([here, connection], timeout=1.0)
            if connection in ready:
                return None
            if here in ready:
                with contextlib.suppress(EOFError):
                    said = here.recv()
                    if isinstance(said, Outcome):
                        return said
                    place = said
                    continue
            # Its pipe may be held open by something that the notebook has started.
            if ready or os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    finally:
        here.close()
        os.close(own_life)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        if code is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
    return Outcome(failure=Failure(place, _ended(code, log, log_start)), seconds=time.monotonic() - started)


def _be_the_report(task: Task, there: Connection, life: int) -> None:
    """The process of one report, from its fork to its end."""
    code = 1
    try:
        os.setsid()
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        threading.Thread(target=_follow, args=(life,), daemon=True).start()
        there.send(attempt(task, there.send))
        code = 0
    except BaseException:
        logging.exception("%s", task.label)
    finally:
        # Not by the way of an exception, which would go on with the worker's own code.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _follow(life: int) -> None:
    """End this process and all that it has started when the other end of the pipe is closed."""
    os.read(life, 1)
    os.killpg(0, signal.SIGKILL)
