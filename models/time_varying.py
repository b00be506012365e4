"""Load that rises and falls: sessions in progress (M_t/G/∞) and backlogs (fluid queue), for first bell and deadlines.

Rates are given on a grid of equal steps: ``arrivals_per_s[i]`` holds from i·step to (i+1)·step.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.stats import poisson

from firstbell.models.stations.parameters import Parameters

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class ArrivalCurve:
    """Arrivals a second over a grid of steps of ``step_s`` seconds."""

    arrivals_per_s: Floats
    step_s: float

    def __post_init__(self) -> None:
        check = Parameters("arrivals").positive(step_s=self.step_s)
        if np.any(~np.isfinite(self.arrivals_per_s)) or np.any(self.arrivals_per_s < 0):
            check.add("arrivals_per_s", float(np.min(self.arrivals_per_s)), "not rates", "Give numbers of 0 or more.")
        check.refuse()

    @property
    def times_s(self) -> Floats:
        """The start of each step."""
        return np.arange(len(self.arrivals_per_s), dtype=np.float64) * self.step_s

    @property
    def total(self) -> float:
        return float(self.arrivals_per_s.sum() * self.step_s)

    @property
    def peak_per_s(self) -> float:
        return float(self.arrivals_per_s.max())


def bell(
    *, learners: float, spread_s: float, step_s: float = 1.0, reach: float = 6.0, after_s: float = 0.0
) -> ArrivalCurve:
    """A burst around one moment, normal with standard deviation ``spread_s``; its peak is learners/(σ√2π).

    The grid begins ``reach`` spreads before the moment and ends as many after it, plus ``after_s``.
    """
    check = Parameters("bell").positive(learners=learners, spread_s=spread_s, step_s=step_s, reach=reach)
    check.not_negative(after_s=after_s).refuse()
    edges = np.arange(-reach * spread_s, reach * spread_s + after_s + step_s, step_s)
    below = np.array([0.5 * math.erfc(-edge / spread_s / math.sqrt(2.0)) for edge in edges])
    return ArrivalCurve(arrivals_per_s=learners * np.diff(below) / step_s, step_s=step_s)


def mean_in_session(curve: ArrivalCurve, survival: Callable[[Floats], Floats], *, initial: float = 0.0) -> Floats:
    """(n) mean number present at the end of each step: m(t) = ∫ λ(t − u) P(S > u) du (Eick, Massey & Whitt 1993).

    ``survival(u)``: probability that a session lasts longer than u seconds. The number present is Poisson, whatever
    the sessions' distribution. ``initial`` sessions begin at time 0. Steps should be short against a session.
    """
    ages = curve.times_s + curve.step_s / 2.0
    lasting = survival(ages)
    length = 2 * len(ages)
    spectrum = np.fft.rfft(curve.arrivals_per_s, length) * np.fft.rfft(lasting, length)
    present = np.fft.irfft(spectrum, length)[: len(ages)] * curve.step_s
    return np.asarray(np.maximum(present, 0.0) + initial * survival(ages + curve.step_s / 2.0), dtype=np.float64)


def percentile_in_session(mean: Floats, share: float) -> Floats:
    """(n) number that is not exceeded with probability ``share``, of a Poisson number with these means."""
    Parameters("sessions").probability(share=share).refuse()
    return np.asarray(poisson.ppf(share, mean), dtype=float)


@dataclass(frozen=True, kw_only=True, eq=False)
class FluidQueue:
    """Work that comes by a curve and is done at ``capacity_per_s`` at most, first come first served (Newell 1982).

    Right for bursts far beyond capacity, where chance no longer matters; it says 0 where only chance makes queues.
    """

    curve: ArrivalCurve
    capacity_per_s: float

    def __post_init__(self) -> None:
        Parameters("fluid queue").positive(capacity_per_s=self.capacity_per_s).refuse()

    @cached_property
    def backlog(self) -> Floats:
        """(n + 1) waiting at the ends of the steps, beginning with none: S − min S with S the summed surplus."""
        surplus = np.concatenate(
            ([0.0], np.cumsum((self.curve.arrivals_per_s - self.capacity_per_s) * self.curve.step_s))
        )
        return np.asarray(surplus - np.minimum.accumulate(surplus))

    @property
    def peak_backlog(self) -> float:
        return float(self.backlog.max())

    @property
    def wait_s(self) -> Floats:
        """(n + 1) how long somebody waits who comes at the end of each step."""
        return np.asarray(self.backlog / self.capacity_per_s)

    @property
    def longest_wait_s(self) -> float:
        return float(self.wait_s.max())

    @property
    def mean_wait_s(self) -> float:
        """Over all who come."""
        middle = (self.wait_s[:-1] + self.wait_s[1:]) / 2.0
        weights = self.curve.arrivals_per_s
        return float(middle @ weights / weights.sum()) if weights.sum() > 0 else 0.0

    @property
    def congested_s(self) -> float:
        """Time with a backlog."""
        return float(np.count_nonzero(self.backlog[1:] > 0) * self.curve.step_s)

    def wait_percentile_s(self, share: float) -> float:
        """The wait that ``share`` of all who come do not exceed."""
        Parameters("fluid queue").probability(share=share).refuse()
        middle = (self.wait_s[:-1] + self.wait_s[1:]) / 2.0
        order = np.argsort(middle)
        reached = np.cumsum(self.curve.arrivals_per_s[order])
        return float(middle[order][np.searchsorted(reached, share * reached[-1])])


def capacity_for_wait(curve: ArrivalCurve, longest_wait_s: float) -> float:
    """The least capacity (work a second) at which nobody in the burst waits longer than this."""
    Parameters("fluid queue").positive(longest_wait_s=longest_wait_s).refuse()
    low, high = 0.0, curve.peak_per_s
    for _ in range(200):
        middle = (low + high) / 2.0
        if middle in (low, high):
            break
        if FluidQueue(curve=curve, capacity_per_s=middle).longest_wait_s > longest_wait_s:
            low = middle
        else:
            high = middle
    return high
