"""Bringing content in: how long a line takes, what a line that breaks makes of it, and the queue for the encoders.

A line that breaks at random, λ times a second while it is used, is Poisson: each second is as dangerous as any other.
Sending S bytes at r bytes a second takes S/r where nothing happens, and nothing happens with probability e^(−λS/r).
"""

import math
from dataclasses import dataclass

from firstbell.models.stations.parameters import Parameters


def fill_time_s(content_bytes: float, bits_per_s: float) -> float:
    """Seconds in which a line brings so much in: 10 TB at 100 Mbit/s take 9.3 days."""
    Parameters("fill time").not_negative(content_bytes=content_bytes).positive(bits_per_s=bits_per_s).refuse()
    return content_bytes * 8 / bits_per_s


@dataclass(frozen=True, kw_only=True)
class BreakingLine:
    """A line of ``bits_per_s`` that breaks ``breaks_per_s`` times a second of use; each break costs ``recovery_s``
    beside what it undoes: noticing it, connecting again, asking how much has come."""

    bits_per_s: float
    breaks_per_s: float
    recovery_s: float = 0.0

    def __post_init__(self) -> None:
        check = Parameters("breaking line").positive(bits_per_s=self.bits_per_s)
        check.not_negative(breaks_per_s=self.breaks_per_s, recovery_s=self.recovery_s).refuse()

    def sending_s_at_size(self, size_bytes: float) -> float:
        """S/r."""
        return size_bytes * 8 / self.bits_per_s

    def breaks_at_size(self, size_bytes: float) -> float:
        """λS/r, the mean number of breaks while so much is sent once; the exponent of all that follows."""
        return self.breaks_per_s * self.sending_s_at_size(size_bytes)

    def delivery_probability_at_size(self, size_bytes: float, attempts: int = 1) -> float:
        """That one of so many attempts gets through, each from the beginning: 1 − (1 − e^(−λS/r))^n."""
        Parameters("breaking line").whole(attempts=attempts).refuse()
        failed = -math.expm1(-self.breaks_at_size(size_bytes))
        return float(1.0 - failed**attempts)

    def attempts_at_size(self, size_bytes: float) -> float:
        """Mean attempts without resuming: geometric, e^(λS/r)."""
        return _exponential(self.breaks_at_size(size_bytes))

    def restarted_s_at_size(self, size_bytes: float) -> float:
        """Mean time where each attempt begins anew: (e^(λS/r) − 1)(1/λ + recovery).

        The completion time of preemptive repeat with constant work (Gaver 1962; Kulkarni, Nicola & Trivedi 1987).
        """
        breaks = self.breaks_at_size(size_bytes)
        if self.breaks_per_s == 0:
            return self.sending_s_at_size(size_bytes)
        return (_exponential(breaks) - 1.0) * (1.0 / self.breaks_per_s + self.recovery_s)

    def resumed_s_at_size(self, size_bytes: float) -> float:
        """Mean time where each attempt goes on from what has come: S/r + λS/r · recovery."""
        return self.sending_s_at_size(size_bytes) + self.breaks_at_size(size_bytes) * self.recovery_s

    def sent_bytes_at_size(self, size_bytes: float) -> float:
        """Mean bytes that the line carries without resuming: r (e^(λS/r) − 1)/λ. Resumed they are S."""
        without = BreakingLine(bits_per_s=self.bits_per_s, breaks_per_s=self.breaks_per_s)
        return without.restarted_s_at_size(size_bytes) * self.bits_per_s / 8

    def largest_bytes_at_probability(self, probability: float, attempts: int = 1) -> float:
        """The largest file that gets through in so many attempts with at least this probability; infinite where
        nothing breaks. The inverse of ``delivery_probability_at_size``: −(r/λ) ln(1 − (1 − p)^(1/n))."""
        check = Parameters("breaking line").whole(attempts=attempts)
        if not 0 < probability < 1:
            check.add("probability", probability, "not between 0 and 1", "Give a share above 0 and below 1.")
        check.refuse()
        if self.breaks_per_s == 0:
            return math.inf
        each = -math.expm1(math.log1p(-probability) / attempts)
        return -math.log(each) / self.breaks_per_s * self.bits_per_s / 8


@dataclass(frozen=True, kw_only=True)
class EncodingBatch:
    """Videos that come in at an even rate for a time and are then worked off: a fluid, without chance.

    It holds for thousands of videos, whose chances even out; for a steady trickle of them M/G/c (``stations.mgc``)
    tells the wait, and without arrivals the last of n videos is done after n · service / encoders.
    """

    videos: float
    arriving_s: float
    service_s: float
    encoders: int

    def __post_init__(self) -> None:
        check = Parameters("encoding batch").positive(videos=self.videos, service_s=self.service_s)
        check.not_negative(arriving_s=self.arriving_s).whole(encoders=self.encoders).refuse()

    @property
    def capacity_per_s(self) -> float:
        """Videos a second that all encoders finish."""
        return self.encoders / self.service_s

    @property
    def largest_backlog(self) -> float:
        """Videos that wait or are encoded when the last one has come: n − capacity · arriving, at least none."""
        return max(0.0, self.videos - self.capacity_per_s * self.arriving_s)

    @property
    def longest_wait_s(self) -> float:
        """From when the last video has come until all are done: backlog / capacity."""
        return self.largest_backlog / self.capacity_per_s

    @property
    def done_s(self) -> float:
        """From the first video's coming to the last one's end; a last one's own service is not less than one."""
        return self.arriving_s + max(self.longest_wait_s, self.service_s)


def encoders_at_load(videos_per_s: float, service_s: float, max_utilization: float) -> int:
    """Encoders that videos at this rate keep busy to at most this share: ⌈λ · service / share⌉."""
    check = Parameters("encoders").not_negative(videos_per_s=videos_per_s)
    check.positive(service_s=service_s, max_utilization=max_utilization).refuse()
    return max(1, math.ceil(round(videos_per_s * service_s / max_utilization, 9)))


def _exponential(exponent: float) -> float:
    """e^x; infinite where a float can't hold it, as a file that never gets through takes for ever."""
    return math.exp(exponent) if exponent < 700 else math.inf
