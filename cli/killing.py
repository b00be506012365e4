"""A worker of the reference backend is killed in the middle of a run, as a machine's memory killer would do it."""

import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass, field

from rich.console import Console

from firstbell.cli.backend_process import process_of
from firstbell.scenarios.launch import RunningLoad


@dataclass(kw_only=True)
class Killing:
    """SIGKILL for one worker, so many seconds after measuring has begun; done once, and never where that is None."""

    at_s: float | None
    running: RunningLoad
    console: Console
    _done: bool = field(default=False, init=False)

    def __call__(self) -> None:
        levels = self.running.manifest.levels
        if self.at_s is None or self._done or not levels or time.monotonic() < levels[-1].start_s + self.at_s:
            return
        self._done = True
        # The workers were forked first, then the encoders and the mirror.
        worker = min(child.pid for child in process_of(self.running.plan.target).children())
        with suppress(ProcessLookupError):
            os.kill(worker, signal.SIGKILL)
            self.console.print(f"worker process {worker} of the reference backend was killed")
