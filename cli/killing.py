"""A worker of the reference backend is killed in the middle of a run, as a machine's memory killer would do it."""

import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass, field

import psutil
from rich.console import Console

from firstbell.scenarios.launch import RunningLoad

_BACKEND = "firstbell.fixtures.backend"


@dataclass(kw_only=True)
class Killing:
    """SIGKILL for one worker, so many seconds after measuring has begun; done once."""

    at_s: float
    running: RunningLoad
    console: Console
    _done: bool = field(default=False, init=False)

    def __call__(self) -> None:
        levels = self.running.manifest.levels
        if self._done or not levels or time.monotonic() < levels[-1].start_s + self.at_s:
            return
        self._done = True
        worker = _workers()[0]
        with suppress(ProcessLookupError):
            os.kill(worker, signal.SIGKILL)
            self.console.print(f"worker process {worker} of the reference backend was killed")


def _workers() -> list[int]:
    """The processes that the reference backend of this command has forked; the encoders and the mirror come last."""
    masters = [child for child in psutil.Process().children() if _BACKEND in child.cmdline()]
    return sorted(worker.pid for master in masters for worker in master.children())
