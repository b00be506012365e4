"""The player's estimate of its throughput, and the rung that it picks by it, as hls.js does both."""

import math
from collections.abc import Sequence

_SHORTEST_SAMPLE_S = 0.05  # hls.js: minDelayMs_, below which a download tells nothing about a line's speed


class MovingAverage:
    """Exponentially weighted by time, corrected for its start at zero (hls.js src/utils/ewma.ts)."""

    __slots__ = ("_decay", "_estimate", "_weight_s")

    def __init__(self, half_life_s: float) -> None:
        self._decay = math.log(0.5) / half_life_s
        self._estimate = 0.0
        self._weight_s = 0.0

    def add(self, weight_s: float, value: float) -> None:
        """Weigh in a value that held for ``weight_s``."""
        kept = math.exp(self._decay * weight_s)
        self._estimate = value * (1 - kept) + kept * self._estimate
        self._weight_s += weight_s

    @property
    def value(self) -> float | None:
        """The average; None before the first value."""
        missing = 1 - math.exp(self._decay * self._weight_s)
        return self._estimate / missing if missing > 0 else None


class ThroughputEstimate:
    """The lower of a fast and a slow average, so that it falls quickly and rises slowly."""

    __slots__ = ("_fast", "_initial_bits_per_s", "_slow")

    def __init__(self, *, initial_bits_per_s: float, fast_half_life_s: float, slow_half_life_s: float) -> None:
        self._initial_bits_per_s = initial_bits_per_s
        self._fast = MovingAverage(fast_half_life_s)
        self._slow = MovingAverage(slow_half_life_s)

    def add(self, bits: float, duration_s: float) -> None:
        """A download of ``bits`` took ``duration_s``."""
        duration_s = max(duration_s, _SHORTEST_SAMPLE_S)
        self._fast.add(duration_s, bits / duration_s)
        self._slow.add(duration_s, bits / duration_s)

    @property
    def bits_per_s(self) -> float:
        """The estimate; the initial one before the first download."""
        fast, slow = self._fast.value, self._slow.value
        return self._initial_bits_per_s if fast is None or slow is None else min(fast, slow)


def pick_rung(
    peaks_bits_per_s: Sequence[float],
    *,
    current: int | None,
    estimate_bits_per_s: float,
    down: float,
    up: float,
    cap: int,
) -> int:
    """The highest rung up to ``cap`` whose peak bitrate the estimate carries; the lowest where none is carried.

    The estimate counts by the factor ``up`` for rungs above the current one, by ``down`` for the others (hls.js
    findBestLevel).
    """
    for rung in range(min(cap, len(peaks_bits_per_s) - 1), 0, -1):
        factor = up if current is None or rung > current else down
        if peaks_bits_per_s[rung] <= factor * estimate_bits_per_s:
            return rung
    return 0
