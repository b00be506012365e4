"""M/M/c//N: N learners think, then need one of c workers (the machine repair model; Kleinrock 1975, §3.8).

Exact by birth–death in the log domain: a tenth of a second is far more than 115,000 learners need.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from firstbell.models.stations.birth_death import percentile_of_tail, stationary, waiting_tail
from firstbell.models.stations.parameters import Parameters

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class FiniteSource:
    """``population`` learners with mean think time ``think_time_s`` and exponential work of mean ``service_s``."""

    population: int
    think_time_s: float
    service_s: float
    servers: int

    def __post_init__(self) -> None:
        check = Parameters("finite-source").positive(think_time_s=self.think_time_s, service_s=self.service_s)
        check.whole(population=self.population, servers=self.servers).refuse()

    @cached_property
    def presence(self) -> Floats:
        """Probabilities of 0 … N learners not thinking."""
        return self._presence_of(self.population)

    def _presence_of(self, population: int) -> Floats:
        present = np.arange(1, population + 1)
        births = (population - present + 1) / self.think_time_s
        return stationary(births, np.minimum(present, self.servers) / self.service_s)

    @property
    def throughput_per_s(self) -> float:
        """Σ p(n) min(n, c) / S."""
        busy = np.minimum(np.arange(self.population + 1), self.servers)
        return float(self.presence @ busy) / self.service_s

    @property
    def utilization(self) -> float:
        return self.throughput_per_s * self.service_s / self.servers

    @property
    def mean_in_system(self) -> float:
        return float(self.presence @ np.arange(self.population + 1))

    @property
    def mean_response_s(self) -> float:
        return self.mean_in_system / self.throughput_per_s

    @property
    def all_busy_probability(self) -> float:
        """Share of the time that every server is busy."""
        return float(self.presence[self.servers :].sum())

    @cached_property
    def seen_on_arrival(self) -> Floats:
        """What an arriving learner finds: the system without it (Lavenberg & Reiser 1980)."""
        return self._presence_of(self.population - 1)

    @property
    def wait_probability(self) -> float:
        """Share of arrivals that wait."""
        return float(self.seen_on_arrival[self.servers :].sum())

    def wait_tail_at(self, wait_s: float) -> float:
        """P(wait > t): finding c + k, k + 1 departures at rate c/S must come first."""
        return waiting_tail(self.seen_on_arrival[self.servers :], self.servers / self.service_s, wait_s)

    def wait_percentile_s(self, share: float) -> float:
        """The wait that ``share`` of the arrivals do not exceed."""
        return percentile_of_tail(self.wait_tail_at, share, scale_s=self.service_s)

    @property
    def fluid_throughput_per_s(self) -> float:
        """min(N / (Z + S), c / S)."""
        return min(self.population / (self.think_time_s + self.service_s), self.servers / self.service_s)
