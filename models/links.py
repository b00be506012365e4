"""Links that learners share: some requests are refused (loss), others slow each other down (sharing)."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numba import njit
from numpy.typing import NDArray

from firstbell.models.stations.mmc import erlang_c
from firstbell.models.stations.parameters import MOST, Parameters


@dataclass(frozen=True, kw_only=True)
class MultirateLink:
    """Calls of several widths on ``capacity_units``; a call that finds too little room is lost.

    q(j) = 1/j Σ_i A_i b_i q(j − b_i) (Kaufman 1981, Roberts 1981); insensitive to the holding times' distribution.
    """

    capacity_units: int
    units_per_class: Sequence[int]
    offered_erlangs: Sequence[float]

    def __post_init__(self) -> None:
        check = Parameters("kaufman-roberts").whole(capacity_units=self.capacity_units)
        for position, units in enumerate(self.units_per_class):
            check.whole(**{f"units_per_class[{position}]": units})
        for position, load in enumerate(self.offered_erlangs):
            check.not_negative(**{f"offered_erlangs[{position}]": load})
            if load > MOST:
                check.add(
                    f"offered_erlangs[{position}]", load, f"more than {MOST:,} are not computed", "Scale it down."
                )
        if not self.units_per_class:
            check.add("units_per_class", [], "there is no class", "Give at least one.")
        if len(self.units_per_class) != len(self.offered_erlangs):
            check.add("offered_erlangs", len(self.offered_erlangs), "not as many as widths", "Give one for each class.")
        check.refuse()

    @cached_property
    def occupancy(self) -> NDArray[np.float64]:
        """Probabilities of 0 … capacity units in use."""
        weights = np.zeros(self.capacity_units + 1)
        units, offered = np.array(self.units_per_class, dtype=np.int64), np.array(self.offered_erlangs, dtype=float)
        _fill_occupancy(units, offered, weights)
        return np.asarray(weights / weights.sum())

    @property
    def blocking(self) -> tuple[float, ...]:
        """Of each class: probability of fewer than its units free."""
        first_too_full = [max(0, self.capacity_units - units + 1) for units in self.units_per_class]
        return tuple(float(self.occupancy[first:].sum()) for first in first_too_full)

    @property
    def mean_occupied(self) -> float:
        return float(self.occupancy @ np.arange(self.capacity_units + 1))


@njit(cache=True)
def _fill_occupancy(units: NDArray[np.int64], offered: NDArray[np.float64], weights: NDArray[np.float64]) -> None:
    """The recursion, scaled down when numbers grow beyond all measure; what then vanishes no longer matters."""
    weights[0] = 1.0
    for used in range(1, weights.size):
        for i in range(units.size):
            if units[i] <= used:
                weights[used] += offered[i] * units[i] * weights[used - units[i]] / used
        if weights[used] > 1e200:
            weights[: used + 1] /= weights[used]


@dataclass(frozen=True, kw_only=True)
class SharedLink:
    """M/G/R-PS: downloads share a link that is ``access_ratio`` (R) times as fast as one learner's own access.

    ``offered``: traffic as a multiple of the access rate, below R (Lindberger 1999).
    """

    access_ratio: int
    offered: float

    def __post_init__(self) -> None:
        check = Parameters("mgr-ps").whole(access_ratio=self.access_ratio).not_negative(offered=self.offered)
        if not check.problems:
            check.stable("offered", self.offered / self.access_ratio)
        check.refuse()

    @property
    def sharing_probability(self) -> float:
        """Erlang C: the share of downloads that find the link full."""
        return erlang_c(self.offered, self.access_ratio)

    @property
    def delay_factor(self) -> float:
        """Mean download time over what it would be alone."""
        return 1.0 + self.sharing_probability / (self.access_ratio - self.offered)


@dataclass(frozen=True, kw_only=True)
class Meetings:
    """Online lessons of one school: each sends one stream up and ``receivers`` streams down, with sound."""

    meetings: int
    receivers: int
    up_bits_per_s: float
    down_bits_per_s: float
    audio_bits_per_s: float

    @property
    def site_down_bits_per_s(self) -> float:
        return self.meetings * self.receivers * (self.down_bits_per_s + self.audio_bits_per_s)

    @property
    def site_up_bits_per_s(self) -> float:
        return self.meetings * (self.up_bits_per_s + self.audio_bits_per_s)


def billed_rate(samples: Sequence[float], *, share: float = 0.95) -> float:
    """The 95th-percentile rule of transit contracts: drop the top 5 % of the samples, bill the largest one left."""
    return float(np.sort(np.asarray(samples, dtype=float))[len(samples) - discarded(len(samples), share=share) - 1])


def discarded(samples: int, *, share: float = 0.95) -> int:
    """How many of the highest samples are free."""
    Parameters("billing").whole(samples=samples).probability(share=share).refuse()
    return int(np.floor(samples * (1.0 - share) + 1e-9))
