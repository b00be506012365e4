"""A mirror between two stores: how long copying takes where copies are cut, and what the other side lacks meanwhile.

Each try of a copy is cut with probability p, at any byte of what is still to come, and is tried again after a pause
that doubles up to a most; from the beginning or, with ``resume``, from where it was cut. Items are copied one after
another, in the order in which they were published: what they wait is that of M/G/1.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firstbell.models.stations.mg1 import MG1
from firstbell.models.stations.parameters import Parameters

Floats = NDArray[np.float64]
MOST_DOUBLINGS = 6
_SMALLEST_SHARE = 1e-15  # of copies: those cut more often than leaves such a share are left out of sums


def sent_per_byte(failure_share: ArrayLike) -> Floats:
    """Bytes over the line for each that arrives, without resume: 1 + p / (2 (1 − p)), half of it for each cut try."""
    share = np.asarray(failure_share, dtype=float)
    return np.asarray(1.0 + share / (2.0 * (1.0 - share)))


def mean_pause_s(failure_share: ArrayLike, backoff_s: ArrayLike) -> Floats:
    """Pauses of an item's copy: Σ_k p^(k+1) b 2^min(k, 6)."""
    share = np.asarray(failure_share, dtype=float)
    rising = sum((share ** (k + 1) * 2.0**k for k in range(MOST_DOUBLINGS)), np.zeros_like(share))
    level = share ** (MOST_DOUBLINGS + 1) * 2.0**MOST_DOUBLINGS / (1.0 - share)
    return np.asarray(np.asarray(backoff_s) * (rising + level))


def copy_second_moment_s2(
    *, line_s: ArrayLike, cv: ArrayLike, failure_share: ArrayLike, backoff_s: ArrayLike, resume: bool = False
) -> Floats:
    """E[S²] of the copy of an item that the line alone would carry in ``line_s`` on average, ``cv`` its variation.

    S = L (1 + Y) + P, with F tries cut: Y is the sum of F uniform parts, or 0 with ``resume``, and P the sum of F
    pauses; E[(1 + Y)² | F] = (1 + F/2)² + F/12.
    """
    share, mean_s = np.asarray(failure_share, dtype=float), np.asarray(line_s, dtype=float)
    second_s2 = mean_s**2 * (1.0 + np.asarray(cv) ** 2)
    chance, pauses_s = 1.0 - share, np.zeros_like(np.asarray(backoff_s, dtype=float))
    total, cut = np.zeros_like(second_s2 * share), 0
    while np.max(chance) > _SMALLEST_SHARE:
        factor, spread = (1.0, 0.0) if resume else (1.0 + cut / 2.0, cut / 12.0)
        total = total + chance * (second_s2 * (factor**2 + spread) + 2.0 * mean_s * factor * pauses_s + pauses_s**2)
        pauses_s = pauses_s + np.asarray(backoff_s) * 2.0 ** min(cut, MOST_DOUBLINGS)
        chance = chance * share
        cut += 1
    return np.asarray(total)


@dataclass(frozen=True, kw_only=True)
class MirrorLine:
    """A mirror's rate, and how its copies fail."""

    bits_per_s: float
    failure_share: float = 0.0
    backoff_s: float = 0.0
    resume: bool = False

    def __post_init__(self) -> None:
        check = Parameters("mirror").positive(bits_per_s=self.bits_per_s)
        check.not_negative(failure_share=self.failure_share, backoff_s=self.backoff_s)
        if self.failure_share >= 1:
            check.add("failure_share", self.failure_share, "no copy ever arrives", "Give a share below 1.")
        check.refuse()

    @property
    def sent_per_byte(self) -> float:
        """Bytes over the line for each that arrives."""
        return 1.0 if self.resume else float(sent_per_byte(self.failure_share))

    @cached_property
    def mean_pause_s(self) -> float:
        """Pauses of an item's copy, all together."""
        return float(mean_pause_s(self.failure_share, self.backoff_s))

    def copy_s(self, size_bytes: float) -> float:
        """Mean time from an item's first try to its arrival."""
        return self.mirror_s(size_bytes=size_bytes, items=1)

    def mirror_s(self, *, size_bytes: float, items: float) -> float:
        """Mean time to bring over a stock of so many bytes in so many items."""
        return size_bytes * 8.0 / self.bits_per_s * self.sent_per_byte + items * self.mean_pause_s


@dataclass(frozen=True, kw_only=True)
class MirroredStream:
    """New items at a rate, mirrored in order, none before ``lag_s`` after it was published.

    Refused where the mirror can't keep up: then nothing settles, and `FallingBehind` tells how it grows.
    """

    items_per_s: float
    mean_bytes: float
    size_cv: float
    lag_s: float
    line: MirrorLine

    def __post_init__(self) -> None:
        check = Parameters("mirror").positive(items_per_s=self.items_per_s, mean_bytes=self.mean_bytes)
        check.not_negative(size_cv=self.size_cv, lag_s=self.lag_s).stable("items_per_s", self.utilization)
        check.refuse()

    @property
    def utilization(self) -> float:
        """Share of the time in which the mirror copies, waits between tries included."""
        return self.items_per_s * self.line.copy_s(self.mean_bytes)

    @cached_property
    def _queue(self) -> MG1:
        mean_s = self.line.copy_s(self.mean_bytes)
        second = copy_second_moment_s2(
            line_s=self.mean_bytes * 8.0 / self.line.bits_per_s, cv=self.size_cv,
            failure_share=self.line.failure_share, backoff_s=self.line.backoff_s, resume=self.line.resume,
        )  # fmt: skip
        scv = max(0.0, float(second) / mean_s**2 - 1.0)
        return MG1(arrival_rate_per_s=self.items_per_s, mean_service_s=mean_s, scv=scv)

    @property
    def mean_delay_s(self) -> float:
        """From publishing an item to its being on the other side: the lag, the wait for those before it, its copy."""
        return self.lag_s + self._queue.mean_response_s

    @property
    def mean_items(self) -> float:
        """Items that the other side lacks (Little's law)."""
        return self.items_per_s * self.mean_delay_s

    @property
    def mean_bytes_lacking(self) -> float:
        """Bytes that the other side lacks: large items lack for longer, as they are copied for longer.

        λ (E[B] (lag + E[W] + E[P]) + E[B²] × 8/r × bytes sent a byte).
        """
        before_s = self.lag_s + self._queue.mean_wait_s + self.line.mean_pause_s
        second = self.mean_bytes**2 * (1.0 + self.size_cv**2)
        line_s2 = second * 8.0 / self.line.bits_per_s * self.line.sent_per_byte
        return self.items_per_s * (self.mean_bytes * before_s + line_s2)

    @property
    def mean_age_s(self) -> float:
        """Mean over time of the age of the oldest item lacking, 0 while none is.

        In order, an item published before t − x lacks at t if the work that the mirror had left x − lag ago outlasts
        that: P(age > x) = P(V > x − lag), V being the virtual wait; and for x < lag it lacks also if any was published
        since t − lag: E[age] = lag − (1 − ρ)(1 − e^{−λ lag})/λ + E[V], E[V] = E[W] as arrivals are Poisson.
        """
        idle = 1.0 - self.utilization
        nothing_new_s = -math.expm1(-self.items_per_s * self.lag_s) / self.items_per_s
        return self.lag_s - idle * nothing_new_s + self._queue.mean_wait_s


@dataclass(frozen=True, kw_only=True)
class FallingBehind:
    """A mirror (or hands) slower than what is published: the fluid limit, after ``time_s`` from nothing lacking."""

    published_bits_per_s: float
    mirrored_bits_per_s: float
    time_s: float

    @property
    def bytes_lacking(self) -> float:
        return max(0.0, self.published_bits_per_s - self.mirrored_bits_per_s) * self.time_s / 8.0

    @property
    def age_s(self) -> float:
        """Age of the oldest item lacking: what is mirrored at t was published at t r/a."""
        if self.published_bits_per_s <= self.mirrored_bits_per_s:
            return 0.0
        return self.time_s * (1.0 - self.mirrored_bits_per_s / self.published_bits_per_s)
