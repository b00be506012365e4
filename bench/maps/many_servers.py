"""Approximations of single stations: M/G/c, fork and join, M/G/1/K, and Halfin and Whitt's limit."""

from collections.abc import Callable
from functools import cache

import numpy as np
from numba import njit

from bench.maps.grid import ErrorMap, Family, Known, adjusted, mapped
from firstbell.models.simulation.distribution import Distribution
from firstbell.models.simulation.station import simulate_station
from firstbell.models.stations.finite_room import lognormal_mg1k, macgregor_smith_loss
from firstbell.models.stations.fork_join import ForkJoin
from firstbell.models.stations.mg1 import MG1
from firstbell.models.stations.mgc import MGc
from firstbell.models.stations.mmc import erlang_c, halfin_whitt_wait_probability

SERVERS = (1, 2, 5, 10, 50)
LOADS = (0.5, 0.7, 0.8, 0.9, 0.95)
REPLICATIONS = 40
CUSTOMERS = 4_000_000  # over 1 − load, all replications together; of fifty half-busy servers few see anybody wait


def mgc() -> Family:
    """M/G/c with lognormal services."""
    maps = []
    for scv in (0.25, 4.0):
        maps += [
            _wait_map("Allen–Cunneen", scv, lambda station: station.allen_cunneen_wait_s),
            _wait_map("Whitt 1993", scv, lambda station: station.whitt_wait_s),
        ]
    maps.append(_wait_map("Cosmetatos", 0.25, lambda station: station.cosmetatos_wait_s))
    maps.append(_wait_map("Kimura", 0.25, lambda station: station.kimura_wait_s))
    maps.append(_probability_map(0.25))
    maps.append(_probability_map(4.0))
    return Family(
        name="mgc",
        title="Several servers and any service times: M/G/c",
        formulas="the mean wait of `MGc` (Whitt 1993, Allen–Cunneen, Cosmetatos, Kimura), and its probability of "
        "waiting, which is that of M/M/c",
        truth="simulation with lognormal services and control variates; one server: Pollaczek and Khinchine, exact",
        use="Take `mean_wait_s`: Pollaczek and Khinchine at one server, where Whitt's is up to 15 % low, and Whitt "
        "elsewhere. At scv 0.25 it is within 4.3 %; at scv 4 within 3 % at two servers, 13 % high at five, 25 % "
        "at ten and 42 % at fifty, always on the safe side and least where stations are nearly saturated; "
        "Allen–Cunneen is up to twice the true wait there. For services that vary little Cosmetatos is the best "
        "of them, within 0.6 % up to ten servers. That few of fifty half-busy servers' customers wait is all that "
        "is known of the corner with the wide intervals, where the wait is next to nothing. For percentiles of "
        "waits under services other than exponential, simulate.",
        maps=tuple(maps),
    )


@cache
def _simulated(servers: int, load: float, scv: float) -> tuple[Known, Known]:
    """Mean wait and probability of waiting for services of mean 1."""
    rate = servers * load
    if servers == 1:
        return Known(value=MG1(arrival_rate_per_s=rate, mean_service_s=1.0, scv=scv).mean_wait_s), Known(value=load)
    customers = int(CUSTOMERS / (1.0 - load) / REPLICATIONS)
    rows = []
    for seed in range(REPLICATIONS):
        found = simulate_station(
            interarrival=Distribution.exponential(1.0 / rate),
            service=Distribution.lognormal(1.0, cv=scv**0.5),
            servers=servers,
            customers=customers,
            warmup=int(servers * 20 + 20 * (1 + scv) / (1.0 - load) ** 2),
            seed=seed,
        )
        services = found.responses_s - found.waits_s
        rows.append((found.waits_s.mean(), found.wait_probability, services.mean(), (services**2).mean(),
                     found.duration_s / customers))  # fmt: skip
    table = np.array(rows)
    expected = (1.0, 1.0 + scv, 1.0 / rate)
    return adjusted(table[:, 0], table[:, 2:], expected), adjusted(table[:, 1], table[:, 2:], expected)


def _station(servers: int, load: float, scv: float) -> MGc:
    return MGc(arrival_rate_per_s=servers * load, mean_service_s=1.0, scv=scv, servers=servers)


def _wait_map(name: str, scv: float, wait_s: Callable[[MGc], float]) -> ErrorMap:
    def cell(i: int, j: int) -> tuple[float, Known]:
        station = _station(SERVERS[i], LOADS[j], scv)
        return wait_s(station), _simulated(SERVERS[i], LOADS[j], scv)[0]

    return mapped(f"{name}: mean wait, scv {scv:g}", ("servers", SERVERS), ("utilisation", LOADS), cell)


def _probability_map(scv: float) -> ErrorMap:
    def cell(i: int, j: int) -> tuple[float, Known]:
        return _station(SERVERS[i], LOADS[j], scv).wait_probability, _simulated(SERVERS[i], LOADS[j], scv)[1]

    return mapped(f"M/M/c's probability of waiting, scv {scv:g}", ("servers", SERVERS), ("utilisation", LOADS), cell)


def stations() -> Family:
    """The other single stations that are approximated."""
    return Family(
        name="stations",
        title="Other single stations",
        formulas="`ForkJoin` (Nelson and Tantawi), `macgregor_smith_loss` of M/G/1/K, "
        "`halfin_whitt_wait_probability` of many servers",
        truth="fork and join: simulation; the others: exact (the embedded chain with lognormal services, Erlang C)",
        use="Fork and join: up to 32 branches within 5 %. The loss formula knows two moments, and the loss "
        "depends on more: for lognormal services it is a quarter off either way, so take `lognormal_mg1k`, "
        "which is exact, or `md1k`. The limit of many servers is for rules of thumb near saturation; `MMc` is "
        "exact and as fast.",
        maps=(_fork_join_map(), _loss_map(5), _loss_map(10), _halfin_whitt_map()),
    )


@njit(cache=True)
def _fork_join(between: np.ndarray, services: np.ndarray, work: np.ndarray, longest: np.ndarray) -> None:
    for i in range(between.size):
        for branch in range(work.size):
            work[branch] = max(0.0, work[branch] - between[i]) + services[i, branch]
            longest[i] = max(longest[i], work[branch])


def _fork_join_map() -> ErrorMap:
    branches, loads = (2, 4, 8, 16, 32), (0.3, 0.5, 0.7, 0.8, 0.9)

    def cell(i: int, j: int) -> tuple[float, Known]:
        formula = ForkJoin(arrival_rate_per_s=loads[j], service_rate_per_s=1.0, branches=branches[i]).mean_response_s
        rows = []
        for seed in range(30):
            generator = np.random.default_rng([seed, branches[i], j])
            size = int(3000 / (1 - loads[j]))
            work = np.zeros(branches[i])
            for _ in range(2):  # the first half is the warm-up
                between, longest = generator.exponential(1.0 / loads[j], size), np.zeros(size)
                services = generator.exponential(1.0, (size, branches[i]))
                _fork_join(between, services, work, longest)
            rows.append((longest.mean(), between.mean(), services.mean()))
        table = np.array(rows)
        return formula, adjusted(table[:, 0], table[:, 1:], (1.0 / loads[j], 1.0))

    return mapped("Nelson–Tantawi: mean response", ("branches", branches), ("utilisation", loads), cell)


def _loss_map(capacity: int) -> ErrorMap:
    scvs, loads = (0.25, 0.5, 1.0, 2.0, 4.0), (0.7, 0.8, 0.9, 1.1)

    def cell(i: int, j: int) -> tuple[float, Known]:
        exact = lognormal_mg1k(arrival_rate_per_s=loads[j], mean_service_s=1.0, scv=scvs[i], capacity=capacity).loss
        formula = macgregor_smith_loss(utilization=loads[j], scv=scvs[i], capacity=capacity)
        return formula, Known(value=exact)

    return mapped(f"MacGregor Smith: loss, room for {capacity}", ("scv", scvs), ("utilisation", loads), cell)


def _halfin_whitt_map() -> ErrorMap:
    servers, loads = (2, 10, 50, 200, 1000), (0.8, 0.9, 0.95, 0.98)

    def cell(i: int, j: int) -> tuple[float, Known]:
        offered = servers[i] * loads[j]
        exact = Known(value=erlang_c(offered, servers[i]))
        return halfin_whitt_wait_probability(offered_erlangs=offered, servers=servers[i]), exact

    return mapped("Halfin–Whitt: probability of waiting", ("servers", servers), ("utilisation", loads), cell)
