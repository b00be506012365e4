"""M/M/c+M, Erlang A: customers give up after an exponential patience (Palm 1957; Garnett, Mandelbaum & Reiman 2002)."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from firstbell.models.stations.birth_death import stationary
from firstbell.models.stations.parameters import MOST, Parameters

TINY = 1e-18


@dataclass(frozen=True, kw_only=True)
class ErlangA:
    """Stable at any load, since those who wait leave at ``abandon_rate_per_s`` each."""

    arrival_rate_per_s: float
    service_rate_per_s: float
    servers: int
    abandon_rate_per_s: float

    def __post_init__(self) -> None:
        check = Parameters("erlang-a").positive(
            arrival_rate_per_s=self.arrival_rate_per_s,
            service_rate_per_s=self.service_rate_per_s,
            abandon_rate_per_s=self.abandon_rate_per_s,
        )
        check.whole(servers=self.servers)
        if not check.problems and self._reach() > MOST:
            check.add("abandon_rate_per_s", self.abandon_rate_per_s, "the queue grows beyond all computing",
                      "Use units in which rates are nearer to each other, or more servers.")  # fmt: skip
        check.refuse()

    @cached_property
    def presence(self) -> NDArray[np.float64]:
        """Probabilities of 0, 1, … customers, cut where they vanish."""
        counts = np.arange(1, self._reach() + 1)
        deaths = (
            np.minimum(counts, self.servers) * self.service_rate_per_s
            + np.maximum(counts - self.servers, 0) * self.abandon_rate_per_s
        )
        return stationary(np.full(len(counts), self.arrival_rate_per_s), deaths)

    def _reach(self) -> int:
        """So many that the waiting beyond weighs less than 1e-18."""
        capacity = self.servers * self.service_rate_per_s
        mean = max(self.arrival_rate_per_s - capacity, 0.0) / self.abandon_rate_per_s
        spread = math.sqrt(self.arrival_rate_per_s / self.abandon_rate_per_s + 1.0)
        by_patience = mean + 12.0 * spread - math.log(TINY) * 2
        if self.arrival_rate_per_s < capacity:  # without anybody's leaving, the queue would be geometric
            by_patience = min(by_patience, math.log(TINY) / math.log(self.arrival_rate_per_s / capacity))
        return int(min(self.servers + by_patience, 2.0 * MOST)) + 1

    @property
    def mean_queue(self) -> float:
        """Mean number waiting."""
        waiting = np.maximum(np.arange(len(self.presence)) - self.servers, 0)
        return float(self.presence @ waiting)

    @property
    def mean_wait_s(self) -> float:
        """Over all arrivals, those who give up included."""
        return self.mean_queue / self.arrival_rate_per_s

    @property
    def abandon_probability(self) -> float:
        return self.abandon_rate_per_s * self.mean_wait_s

    @property
    def wait_probability(self) -> float:
        return float(self.presence[self.servers :].sum())

    @property
    def utilization(self) -> float:
        """Σ p(n) min(n, c) / c, which keeps its digits where nearly all give up."""
        busy = np.minimum(np.arange(len(self.presence)), self.servers)
        return float(self.presence @ busy) / self.servers

    @property
    def throughput_per_s(self) -> float:
        return self.utilization * self.servers * self.service_rate_per_s
