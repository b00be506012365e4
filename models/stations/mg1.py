"""M/G/1: one server, general service times."""

import math
from dataclasses import dataclass

from firstbell.models.stations.parameters import Parameters


@dataclass(frozen=True, kw_only=True)
class MG1:
    """First come first served; ``scv`` is the squared coefficient of variation of the service time.

    E[W] = λ E[S²] / (2 (1 − ρ)) (Pollaczek 1930, Khinchine 1932).
    """

    arrival_rate_per_s: float
    mean_service_s: float
    scv: float

    def __post_init__(self) -> None:
        check = Parameters("mg1").positive(
            arrival_rate_per_s=self.arrival_rate_per_s, mean_service_s=self.mean_service_s
        )
        check.not_negative(scv=self.scv).stable("arrival_rate_per_s", self.utilization)
        check.refuse()

    @property
    def utilization(self) -> float:
        return self.arrival_rate_per_s * self.mean_service_s

    @property
    def wait_probability(self) -> float:
        return self.utilization

    @property
    def mean_wait_s(self) -> float:
        second_moment = self.mean_service_s**2 * (1.0 + self.scv)
        return self.arrival_rate_per_s * second_moment / (2.0 * (1.0 - self.utilization))

    @property
    def mean_response_s(self) -> float:
        return self.mean_wait_s + self.mean_service_s

    @property
    def mean_in_system(self) -> float:
        return self.arrival_rate_per_s * self.mean_response_s


@dataclass(frozen=True, kw_only=True)
class ProcessorSharing:
    """M/G/1-PS: means depend on the service times through their mean alone (Kleinrock 1976, §4.4)."""

    arrival_rate_per_s: float
    mean_service_s: float

    def __post_init__(self) -> None:
        check = Parameters("mg1-ps").positive(
            arrival_rate_per_s=self.arrival_rate_per_s, mean_service_s=self.mean_service_s
        )
        check.stable("arrival_rate_per_s", self.utilization).refuse()

    @property
    def utilization(self) -> float:
        return self.arrival_rate_per_s * self.mean_service_s

    @property
    def slowdown(self) -> float:
        return 1.0 / (1.0 - self.utilization)

    @property
    def mean_response_s(self) -> float:
        return self.mean_service_s * self.slowdown

    @property
    def mean_in_system(self) -> float:
        return self.arrival_rate_per_s * self.mean_response_s

    def response_at(self, service_s: float) -> float:
        """Mean response time of a job of this length: x / (1 − ρ)."""
        return service_s * self.slowdown

    def presence_percentile(self, share: float) -> int:
        """The number present that is not exceeded a ``share`` of the time (geometric)."""
        Parameters("mg1-ps").probability(share=share).refuse()
        return max(0, math.ceil(math.log(1.0 - share) / math.log(self.utilization)) - 1)
