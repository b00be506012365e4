"""The edge of the reference backend is emptied as measuring begins: what the ramp's learners fetched is gone."""

import time
from dataclasses import dataclass, field

import requests
from rich.console import Console

from firstbell.scenarios.launch import RunningLoad

ANSWERS_WITHIN_S = 5.0


@dataclass(kw_only=True)
class Emptying:
    """Asks the edge by PURGE, once; never where it is not ``wanted``."""

    wanted: bool
    running: RunningLoad
    console: Console
    _done: bool = field(default=False, init=False)

    def __call__(self) -> None:
        levels = self.running.manifest.levels
        if not self.wanted or self._done or not levels or time.monotonic() < levels[-1].start_s:
            return
        self._done = True
        requests.request("PURGE", self.running.plan.target, timeout=ANSWERS_WITHIN_S).raise_for_status()
        self.console.print("the edge was emptied")
