"""How far a long build has come: one line that is overwritten on a terminal, plain lines elsewhere."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from typing import TextIO

BAR = 24


def duration(seconds: float) -> str:
    """`45 s`, `3:05 min`, `2:10 h`."""
    whole = round(seconds)
    if whole < 100:
        return f"{whole} s"
    minutes = round(whole / 60)
    return f"{whole // 60}:{whole % 60:02d} min" if whole < 6000 else f"{minutes // 60}:{minutes % 60:02d} h"


class BuildProgress:
    """To be called with the documents done, the documents to do and one that is at work; `close` ends the line."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self.stream, self.clock, self.terminal = stream, clock, stream.isatty()
        self.shown, self.width = 0, 0
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
        if self.terminal:
            full = BAR * done // of if of else BAR
            words = (f"[{'#' * full}{'.' * (BAR - full)}]", f"{done}/{of} documents", left, running)
            line = "  ".join(filter(None, words))[: shutil.get_terminal_size().columns - 1]
            self.stream.write("\r" + line.ljust(self.width))
            self.stream.flush()
            self.width = len(line)
        elif done != self.shown:
            print("  ".join(filter(None, (f"built {done}/{of} documents", left))), file=self.stream, flush=True)
        self.shown = done

    def close(self) -> None:
        """Leave the terminal with a clean line."""
        if self.terminal and self.width:
            self.stream.write("\r" + " " * self.width + "\r")
            self.stream.flush()
