"""M/M/c with infinite room (Erlang C; Kleinrock 1975, §3.5): means and whole distributions, first come first served."""

import math
from dataclasses import dataclass

from scipy.optimize import brentq
from scipy.stats import norm

from firstbell.models.stations.erlang_loss import erlang_b
from firstbell.models.stations.parameters import Parameters


def erlang_c(offered_erlangs: float, servers: int) -> float:
    """Probability of waiting, C = B / (1 − ρ (1 − B)); 1 where the servers are too few."""
    if offered_erlangs >= servers:
        return 1.0
    blocking = float(erlang_b(float(offered_erlangs), int(servers)))
    return blocking / (1.0 - offered_erlangs / servers * (1.0 - blocking))


@dataclass(frozen=True, kw_only=True)
class MMc:
    """Poisson arrivals, exponential service by ``servers`` servers, infinite room, FCFS."""

    arrival_rate_per_s: float
    service_rate_per_s: float
    servers: int = 1

    def __post_init__(self) -> None:
        check = Parameters("mmc").positive(
            arrival_rate_per_s=self.arrival_rate_per_s, service_rate_per_s=self.service_rate_per_s
        )
        check.whole(servers=self.servers)
        if not check.problems:
            check.stable("arrival_rate_per_s", self.utilization)
        check.refuse()

    @property
    def offered_erlangs(self) -> float:
        return self.arrival_rate_per_s / self.service_rate_per_s

    @property
    def utilization(self) -> float:
        return self.offered_erlangs / self.servers

    @property
    def wait_probability(self) -> float:
        return erlang_c(self.offered_erlangs, self.servers)

    @property
    def mean_wait_s(self) -> float:
        return self.wait_probability / self.spare_rate_per_s

    @property
    def mean_response_s(self) -> float:
        return self.mean_wait_s + 1.0 / self.service_rate_per_s

    @property
    def mean_in_system(self) -> float:
        return self.arrival_rate_per_s * self.mean_response_s

    @property
    def spare_rate_per_s(self) -> float:
        """cμ − λ."""
        return self.servers * self.service_rate_per_s - self.arrival_rate_per_s

    def wait_tail_at(self, wait_s: float) -> float:
        """P(wait > t) = C e^{−(cμ−λ)t}."""
        return self.wait_probability * math.exp(-self.spare_rate_per_s * wait_s)

    def wait_percentile_s(self, share: float) -> float:
        """The wait that ``share`` of arrivals do not exceed."""
        Parameters("mmc").probability(share=share).refuse()
        if self.wait_probability <= 1.0 - share:
            return 0.0
        return math.log(self.wait_probability / (1.0 - share)) / self.spare_rate_per_s

    def response_tail_at(self, response_s: float) -> float:
        """P(response > t): service alone, or service after an exponential wait."""
        mu, spare = self.service_rate_per_s, self.spare_rate_per_s
        alone, slowest = math.exp(-mu * response_s), math.exp(-min(mu, spare) * response_s)
        gap = abs(mu - spare) * response_s
        # with both rates alike the sum of two exponentials is Erlang-2
        apart = -math.expm1(-gap) / gap if gap > 0 else 1.0
        return alone + self.wait_probability * mu * response_s * slowest * apart

    def response_percentile_s(self, share: float) -> float:
        """The response time that ``share`` of customers do not exceed."""
        Parameters("mmc").probability(share=share).refuse()
        most = -math.log(1.0 - share) / min(self.service_rate_per_s, self.spare_rate_per_s)
        while self.response_tail_at(most) > 1.0 - share:
            most *= 2.0
        return float(brentq(lambda t: self.response_tail_at(t) - (1.0 - share), 0.0, most, xtol=1e-15, rtol=1e-13))


def halfin_whitt_wait_probability(*, offered_erlangs: float, servers: int) -> float:
    """The limit of many servers, [1 + β Φ(β)/φ(β)]⁻¹ with β = (c − A)/√c (Halfin & Whitt 1981)."""
    beta = (servers - offered_erlangs) / math.sqrt(servers)
    return float(1.0 / (1.0 + beta * norm.cdf(beta) / norm.pdf(beta)))


def servers_for_wait(
    *,
    arrival_rate_per_s: float,
    service_rate_per_s: float,
    wait_s: float,
    share: float,
    most_utilization: float = 1.0,
) -> MMc:
    """The smallest M/M/c in which at least ``share`` wait no longer than ``wait_s`` and no server is too busy."""
    check = Parameters("mmc").positive(arrival_rate_per_s=arrival_rate_per_s, service_rate_per_s=service_rate_per_s)
    check.not_negative(wait_s=wait_s).probability(share=share).positive(most_utilization=most_utilization).refuse()
    servers = math.floor(arrival_rate_per_s / service_rate_per_s / min(most_utilization, 1.0))
    while True:
        servers += 1
        if arrival_rate_per_s >= servers * service_rate_per_s:
            continue
        station = MMc(arrival_rate_per_s=arrival_rate_per_s, service_rate_per_s=service_rate_per_s, servers=servers)
        if station.utilization <= most_utilization and 1.0 - station.wait_tail_at(wait_s) >= share:
            return station


def utilization_for_wait_probability(*, servers: int, wait_probability: float) -> float:
    """The utilisation at which this share of arrivals wait; 1 minus it is the headroom to keep."""
    Parameters("mmc").whole(servers=servers).probability(wait_probability=wait_probability).refuse()
    most = servers * (1.0 - 1e-12)
    offered = brentq(lambda load: erlang_c(load, servers) - wait_probability, 1e-9, most, xtol=1e-13, rtol=1e-14)
    return float(offered) / servers


def headroom_power_law(servers: int) -> float:
    """Rule of thumb for 30 % waiting, 0.712 c^−0.448 (Netflix, service-capacity-modeling); ours above is exact."""
    return float(0.712 / servers**0.448)
