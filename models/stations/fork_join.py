"""A job that forks into tasks at as many M/M/1 stations and is done when the last task is."""

from dataclasses import dataclass

from firstbell.models.stations.parameters import Parameters


@dataclass(frozen=True, kw_only=True)
class ForkJoin:
    """Poisson jobs, ``branches`` tasks each, exponential service at ``service_rate_per_s``.

    Exact for one and two branches (Flatto & Hahn 1984), else the approximation of Nelson & Tantawi (1988), within 5 %
    up to 32 branches.
    """

    arrival_rate_per_s: float
    service_rate_per_s: float
    branches: int

    def __post_init__(self) -> None:
        check = Parameters("fork-join").positive(
            arrival_rate_per_s=self.arrival_rate_per_s, service_rate_per_s=self.service_rate_per_s
        )
        check.whole(branches=self.branches)
        if not check.problems:
            check.stable("arrival_rate_per_s", self.utilization)
        check.refuse()

    @property
    def utilization(self) -> float:
        return self.arrival_rate_per_s / self.service_rate_per_s

    @property
    def approximate(self) -> bool:
        return self.branches > 2

    @property
    def mean_response_s(self) -> float:
        alone = 1.0 / (self.service_rate_per_s - self.arrival_rate_per_s)
        if self.branches == 1:
            return alone
        two = (12.0 - self.utilization) / 8.0 * alone
        ratio = sum(1.0 / k for k in range(1, self.branches + 1)) / 1.5
        return (ratio + 4.0 / 11.0 * (1.0 - ratio) * self.utilization) * two
