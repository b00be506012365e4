"""Something that is done once in the middle of a run."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from firstbell.scenarios.launch import RunningLoad


@dataclass(kw_only=True)
class Occasion:
    """Does ``act`` once, so many seconds after measuring of the last level began; never where that is None."""

    at_s: float | None
    running: RunningLoad
    act: Callable[[], None]
    _done: bool = field(default=False, init=False)

    def __call__(self) -> None:
        levels = self.running.manifest.levels
        if self.at_s is None or self._done or not levels or time.monotonic() < levels[-1].start_s + self.at_s:
            return
        self._done = True
        self.act()
