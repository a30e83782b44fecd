"""How far long work has come: a bar of tqdm's on a terminal, plain lines elsewhere."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, TextIO

FORMAT = "{percentage:3.0f}% |{bar:24}| {n_fmt}/{total_fmt} {desc}{postfix}"


def duration(seconds: float) -> str:
    """`45 s`, `3:05 min`, `2:10 h`."""
    whole = round(seconds)
    if whole < 100:
        return f"{whole} s"
    minutes = round(whole / 60)
    return f"{whole // 60}:{whole % 60:02d} min" if whole < 6000 else f"{minutes // 60}:{minutes % 60:02d} h"


class _Display:
    """A bar where `stream` is a terminal; on any other stream only `line` writes, and nothing where there is none."""

    def __init__(self, stream: TextIO | None, unit: str) -> None:
        self.stream, self.unit = stream, unit
        self.terminal = bool(stream and stream.isatty())
        self._bar: Any = None

    def bar(self, done: int, of: int, *said: str) -> None:
        """Draw the bar anew, with what else is to be said, cut to the width of the terminal."""
        if not self.terminal:
            return
        if self._bar is None:
            from tqdm import tqdm

            # Processes are forked beside it, which threads and locks between processes would not survive.
            quiet = type("Bar", (tqdm,), {"monitor_interval": 0, "_lock": threading.RLock()})
            self._bar = quiet(
                total=of, desc=self.unit, file=self.stream, leave=False, dynamic_ncols=True, bar_format=FORMAT
            )
        self._bar.n, self._bar.total = done, of
        self._bar.set_postfix_str("  ".join(filter(None, said)))

    def line(self, *said: str) -> None:
        """Write a plain line where there is no bar."""
        if self.stream and not self.terminal:
            print("  ".join(filter(None, said)), file=self.stream, flush=True)

    def close(self) -> None:
        """Leave the terminal with a clean line."""
        if self._bar is not None:
            self._bar.close()


class BuildProgress(_Display):
    """To be called with the documents done, the documents to do and one that is at work; `close` ends the bar."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(stream, "documents")
        self.clock, self.shown = clock, 0
        #: When the first documents were done, and how many: before that dictionaries are read.
        self.first: tuple[float, int] | None = None

    def _left(self, done: int, of: int) -> str:
        """The time left in words, once it can be told."""
        if self.first is None and done:
            self.first = self.clock(), done
        if self.first is None or not self.first[1] < done < of:
            return ""
        return f"{duration((self.clock() - self.first[0]) / (done - self.first[1]) * (of - done))} left"

    def __call__(self, done: int, of: int, running: str) -> None:
        left = self._left(done, of)
        self.bar(done, of, left, running)
        if done != self.shown:
            self.line(f"built {done}/{of} documents", left)
        self.shown = done


class ReadingProgress(_Display):
    """To be called with the characters done and to do of a long text; `close` ends the bar."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream, "characters")
        self.begun = time.monotonic()

    def __call__(self, done: int, of: int) -> None:
        spent = time.monotonic() - self.begun
        self.bar(done, of, f"{duration(spent / done * (of - done))} left" if done < of else "")


class JobProgress(_Display):
    """Jobs that run side by side: a bar with those at work, elsewhere one line a job in the order of `labels`.

    `labels` are the jobs by id, `seconds` what each took last time where that is known; `workers` run at once.
    """

    def __init__(
        self,
        stream: TextIO | None,
        labels: Mapping[str, str],
        seconds: Mapping[str, float | None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(stream, "reports")
        self.labels, self.seconds, self.clock, self.workers = labels, seconds, clock, 1
        self.running: dict[str, float] = {}
        self.done: dict[str, tuple[float, str]] = {}
        self._waiting = list(labels)

    def started(self, job: str) -> None:
        self.running[job] = self.clock()
        self.tick()

    def finished(self, job: str, seconds: float, line: str) -> None:
        """A job is done after so many seconds; `line` says what became of it."""
        self.running.pop(job, None)
        self.done[job] = seconds, line
        while self._waiting and self._waiting[0] in self.done:
            self.line(self.done[self._waiting.pop(0)][1])
        self.tick()

    def time_left(self) -> float | None:
        """Seconds that remain, from what each job took last time or the others took now; None where nothing tells."""
        spent = [seconds for seconds, _ in self.done.values()]
        usual = sum(spent) / len(spent) if spent else None
        left = 0.0
        for job in self.labels.keys() - self.done.keys():
            whole = self.seconds.get(job) or usual
            if whole is None:
                return None
            left += max(0.0, whole - (self.clock() - self.running[job])) if job in self.running else whole
        return left / self.workers

    def tick(self) -> None:
        """Draw the bar again; nothing where there is no terminal."""
        left = self.time_left() if self.terminal else None
        names = ", ".join(self.labels[job] for job in self.running)
        self.bar(len(self.done), len(self.labels), f"about {duration(left)} left" if left is not None else "", names)
