"""When a line is there and when it is gone: on and off in turn, for ever."""

import math
from dataclasses import dataclass

_EDGE_S = 1e-6
"""Who asks at the very moment when the line goes or comes, as computed in floating point, asks after it."""


@dataclass(frozen=True, slots=True)
class Interruptions:
    """Gone for ``off_s`` from ``first_s`` on, then there for ``on_s``, and so on; before it, likewise."""

    on_s: float
    off_s: float
    first_s: float

    def is_off(self, time_s: float) -> bool:
        """Whether the line is gone at a moment."""
        return self._since_s(time_s) % (self.on_s + self.off_s) < self.off_s

    def count_at(self, time_s: float) -> int:
        """A number that rises by 1 whenever the line goes."""
        return math.floor(self._since_s(time_s) / (self.on_s + self.off_s))

    def next_s(self, time_s: float) -> float:
        """When the line goes next, after a moment."""
        return self.first_s + (self.count_at(time_s) + 1) * (self.on_s + self.off_s)

    def _since_s(self, time_s: float) -> float:
        return time_s - self.first_s + _EDGE_S
