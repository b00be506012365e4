"""What a simulation showed: samples of response times, and time averages of pools and hosts."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from firstbell.models.estimate import Estimate

Floats = NDArray[np.float64]

CONFIDENCE = 0.95


def estimate_of_batches(likely: float, found: Floats, *, unit: str) -> Estimate:
    """A positive figure with the 95 % interval that Student's t gives to the same figure ``found`` in each batch."""
    half = math.inf
    if len(found) > 1:
        deviation = float(found.std(ddof=1)) / math.sqrt(len(found))
        half = float(student.ppf((1 + CONFIDENCE) / 2, len(found) - 1)) * deviation
    source = f"simulation, {len(found)} batches"
    return Estimate(low=max(likely - half, 0.0), likely=likely, high=likely + half, unit=unit, source=source)


@dataclass(frozen=True, kw_only=True, eq=False)
class SimulatedActivity:
    """Every occurrence of an activity that ended within the ``duration_s`` measured.

    ``responses_s`` (count,): from due to the end, in the order of ``ends_s`` (count,), which counts from the end of
    the warm-up; replications follow one another. Intervals come from the means of ``batches`` equal spans of time
    (Law 2015, § 9.5.3), for which their quantiles or throughputs stand as well. Without any occurrence, response
    times are None.
    """

    name: str
    duration_s: float
    ends_s: Floats
    responses_s: Floats
    batches: int

    @property
    def count(self) -> int:
        return len(self.responses_s)

    @property
    def throughput_per_s(self) -> float:
        return self.count / self.duration_s

    @cached_property
    def mean_s(self) -> float | None:
        return float(self.responses_s.mean()) if self.count else None

    @cached_property
    def p50_s(self) -> float | None:
        return self.quantile_s(0.5)

    @cached_property
    def p95_s(self) -> float | None:
        return self.quantile_s(0.95)

    @cached_property
    def p99_s(self) -> float | None:
        return self.quantile_s(0.99)

    def quantile_s(self, probability: float) -> float | None:
        """The response time that this share of the occurrences stay within."""
        return float(np.quantile(self.responses_s, probability)) if self.count else None

    def throughput_estimate(self) -> Estimate:
        """Throughput with its 95 % interval."""
        counts = [len(batch) for batch in self._batches]
        found = np.array(counts) * self.batches / self.duration_s
        return estimate_of_batches(self.throughput_per_s, found, unit="1/s")

    def mean_estimate(self) -> Estimate | None:
        """Mean response time with its 95 % interval."""
        if self.mean_s is None:
            return None
        found = np.array([batch.mean() for batch in self._batches if len(batch)])
        return estimate_of_batches(self.mean_s, found, unit="s")

    def quantile_estimate(self, probability: float) -> Estimate | None:
        """A quantile of the response time with its 95 % interval."""
        likely = self.quantile_s(probability)
        if likely is None:
            return None
        found = np.array([np.quantile(batch, probability) for batch in self._batches if len(batch)])
        return estimate_of_batches(likely, found, unit="s")

    @cached_property
    def _batches(self) -> list[Floats]:
        edges = np.arange(1, self.batches) * (self.duration_s / self.batches)
        return np.split(self.responses_s, np.searchsorted(self.ends_s, edges))


@dataclass(frozen=True, kw_only=True)
class SimulatedPool:
    """Time averages of a pool, all replicas together.

    ``busy``: threads that serve, or customers at a delay; ``utilization``: its share of the threads, None where they
    are without limit; ``cpu_s_per_s``: service worked off a second; ``queue``: customers who wait for a thread;
    ``present``: those who wait or are served, by activity.
    """

    name: str
    utilization: float | None
    busy: float
    cpu_s_per_s: float
    queue: float
    present: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class SimulatedHost:
    """Time averages of a host: the share of its capacity that is used, and the share of time with any thread active."""

    name: str
    utilization: float
    occupied: float


@dataclass(frozen=True, kw_only=True, eq=False)
class SimulationResult:
    """What was seen in ``duration_s`` simulated seconds after the warm-up; ``events`` counts from the beginning."""

    duration_s: float
    events: int
    activities: Mapping[str, SimulatedActivity]
    pools: Mapping[str, SimulatedPool]
    hosts: Mapping[str, SimulatedHost]
