"""M/D/c, exact (Crommelin 1932): every c-th customer meets the same server, so waits are those of E_c/D/1.

The wait is the maximum of a random walk of steps D − Erlang(c, λ), so that (Spitzer 1956)
    E[W] = Σ_m 1/m · E[(mD − Γ_cm)⁺],    P(W = 0) = exp(−Σ_m 1/m · P(Γ_cm < mD)),
with Γ_k a sum of k exponentials of rate λ. All terms are positive and fall geometrically.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainc
from scipy.stats import norm

from firstbell.models.stations.parameters import Parameters

Floats = NDArray[np.float64]
ONE_BY_ONE = 65_536
BLOCK = 4096
NEARLY_NORMAL = 1e12
NEGLIGIBLE = 1e-14
NODES, WEIGHTS = np.polynomial.legendre.leggauss(32)


@dataclass(frozen=True, kw_only=True)
class MDc:
    """Poisson arrivals, constant service time ``service_s``, ``servers`` servers, FCFS."""

    arrival_rate_per_s: float
    service_s: float
    servers: int

    def __post_init__(self) -> None:
        check = Parameters("mdc").positive(arrival_rate_per_s=self.arrival_rate_per_s, service_s=self.service_s)
        check.whole(servers=self.servers)
        if not check.problems:
            check.stable("arrival_rate_per_s", self.utilization)
        check.refuse()

    @property
    def utilization(self) -> float:
        return self.arrival_rate_per_s * self.service_s / self.servers

    @property
    def mean_wait_s(self) -> float:
        return self.service_s * _summed(self._excess)

    @property
    def wait_probability(self) -> float:
        return -math.expm1(-_summed(self._ahead))

    @property
    def mean_response_s(self) -> float:
        return self.mean_wait_s + self.service_s

    @property
    def mean_in_system(self) -> float:
        return self.arrival_rate_per_s * self.mean_response_s

    def _ahead(self, m: Floats) -> Floats:
        """1/m · P(Γ_cm < mD)."""
        load = self.arrival_rate_per_s * self.service_s
        return np.asarray(gammainc(self.servers * m, load * m) / m)

    def _excess(self, m: Floats) -> Floats:
        """1/m · E[(mD − Γ_cm)⁺] in units of D."""
        load = self.arrival_rate_per_s * self.service_s
        shape = self.servers * m
        exact = gammainc(shape, load * m) - self.servers / load * gammainc(shape + 1.0, load * m)
        normal = _normal_excess(m * (1.0 - self.servers / load), np.sqrt(shape) / load)
        return np.asarray(np.where(shape < NEARLY_NORMAL, exact, normal / m))


def _normal_excess(mean: Floats, deviation: Floats) -> Floats:
    """E[X⁺] of a normal X, for sums of so many exponentials that one more is lost in the digits."""
    return np.asarray(deviation * norm.pdf(mean / deviation) + mean * norm.cdf(mean / deviation))


def _summed(term: Callable[[Floats], Floats]) -> float:
    """Σ over m = 1, 2, … until a block of terms no longer matters.

    Near saturation there are too many to be added up; from the 65,536th on they hardly differ from one to the next, so
    that their sum is an integral (Euler and Maclaurin), taken over intervals each twice as long as the one before.
    """
    total, first = 0.0, 1
    while first <= ONE_BY_ONE:
        block = float(np.sum(term(np.arange(first, first + BLOCK, dtype=float))))
        total += block
        first += BLOCK
        if block <= NEGLIGIBLE * total:
            return total
    low = first - 0.5
    while True:
        block = low / 2.0 * float(WEIGHTS @ term(low * (1.5 + NODES / 2.0)))
        total += block
        low *= 2.0
        if block <= NEGLIGIBLE * total:
            return total
