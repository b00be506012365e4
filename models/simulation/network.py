"""Simulation of the networks that ``models/networks`` solves: the same answer, with percentiles and intervals."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from firstbell.models.networks.network import SOURCE, CustomerClass, Network, Station
from firstbell.models.networks.solution import ClassResult, Solution, StationResult, throughput_bounds
from firstbell.models.problems import InputError, Problem
from firstbell.models.simulation.distribution import Distribution
from firstbell.models.simulation.result import SimulatedActivity, SimulationResult
from firstbell.models.simulation.simulator import simulate
from firstbell.models.simulation.system import Activity, Host, Pool, SimulatedSystem, Source, Step, Visit

METHOD = "simulation"
COMPLETIONS = 1_000_000
MOST_CUSTOMERS = 5_000_000  # some 0.2 kB each and station

# how long is long enough, in cycles of the slowest closed class and in relaxation times of the busiest open station
WARMUP_CYCLES, CYCLES = 5.0, 20.0
WARMUP_RELAXATIONS, RELAXATIONS = 20.0, 200.0
WARMUP_SHARE = 0.1
MOST_COMPLETIONS = 100_000_000
NEAR_SATURATION = 0.9
PATIENCE = 20.0  # times the completions asked for, at most


@dataclass(frozen=True, kw_only=True)
class NetworkSimulation:
    """What a simulated network showed.

    ``solution`` obeys the laws of every network exactly; ``classes`` holds each class's response times as they were
    seen, with percentiles and intervals.
    """

    solution: Solution
    classes: Mapping[str, SimulatedActivity]
    warmup_s: float
    duration_s: float
    seed: int

    def document(self) -> dict[str, object]:
        """The answer as ``firstbell solve`` prints it."""
        solution = self.solution.document()
        for name, seen in self.classes.items():
            if seen.count == 0:
                solution = _unknown(solution, name)
        simulation = {"seed": self.seed, "warmup_s": self.warmup_s, "duration_s": self.duration_s}
        percentiles = {name: _percentiles(seen) for name, seen in self.classes.items()}
        return {**solution, "percentiles": percentiles, "simulation": simulation}


def _unknown(document: dict[str, Any], name: str) -> dict[str, Any]:
    """The same answer, in which times of a class that nobody completed in are unknown and not 0."""
    nobody = {"response_time_s": None, "in_system": None}
    stations = {
        station: {
            **answer,
            "queue_length": {**answer["queue_length"], name: None},
            "residence_time_s": {**answer["residence_time_s"], name: None},
        }
        for station, answer in document["stations"].items()
    }
    classes = {**document["classes"], name: {**document["classes"][name], **nobody}}
    return {**document, "classes": classes, "stations": stations}


def simulate_network(network: Network, *, seed: int = 1, completions: int = COMPLETIONS) -> NetworkSimulation:
    """Simulates about so many completions of all classes together, after a warm-up; more where queues settle slowly.

    All of a class's demand at a station is one visit, its services gamma-distributed with the station's ``scv``
    (exponential for 1, constant for 0); think times are exponential; stations are visited in their order. Raises
    InputError for what can't be simulated: populations that are not whole or beyond memory, first-come stations with
    load-dependent rates, open stations so near to saturation that they would not settle in twenty times as many
    completions.
    """
    problems = list(_problems(network, completions))
    if problems:
        raise InputError(problems)
    warmup_s, duration_s = _times(network, _likely_rates(network), completions)
    result = simulate(_system(network), duration_s=duration_s, warmup_s=warmup_s, seed=seed)
    return NetworkSimulation(
        solution=_solution(network, result),
        classes=result.activities,
        warmup_s=warmup_s,
        duration_s=duration_s,
        seed=seed,
    )


def _problems(network: Network, completions: int) -> Iterator[Problem]:
    for each in network.closed_classes:
        if each.population != int(each.population or 0):
            key, value = f"classes.{each.name}.population", repr(each.population)
            what = "only whole people can be simulated"
            yield Problem(source=SOURCE, key=key, value=value, what=what, remedy="Round it, or use linearizer.")
    for station in network.stations:
        if station.rates is not None and station.discipline == "fcfs":
            what = "a first-come station with load-dependent rates is not simulated"
            key = f"stations.{station.name}.discipline"
            yield Problem(source=SOURCE, key=key, value="'fcfs'", what=what, remedy="Use ps, or convolution.")
    everybody = sum(each.population or 0.0 for each in network.closed_classes)
    if everybody > MOST_CUSTOMERS:
        what = f"more than {MOST_CUSTOMERS:,} customers are not simulated"
        yield Problem(source=SOURCE, key="classes", value=repr(everybody), what=what, remedy="Use auto.")
    if not any(map(_moves, network.classes)):
        yield Problem(source=SOURCE, key="classes", value=None, what="nobody ever comes", remedy="Give a rate above 0.")
    if not 1 <= completions <= MOST_COMPLETIONS:
        what = f"not a number of completions from 1 to {MOST_COMPLETIONS:,}"
        yield Problem(source=SOURCE, key="completions", value=repr(completions), what=what, remedy="Give ≥ 1.")
        return
    longest_s = PATIENCE * completions / sum(_likely_rates(network).values())
    for station in network.stations:
        needed_s = (WARMUP_RELAXATIONS + RELAXATIONS) * _relaxation_s(network, station)
        share = network.open_load_at(station) / station.capacity
        if share > NEAR_SATURATION and needed_s > longest_s:
            what = f"so near to saturation (utilisation {share:.6g} by open classes) a queue does not settle in time"
            enough = completions * needed_s / longest_s
            remedy = f"Ask for {math.ceil(enough):,} completions." if enough <= MOST_COMPLETIONS else "Use auto."
            yield Problem(source=SOURCE, key=f"stations.{station.name}", value=None, what=what, remedy=remedy)


def _moves(each: CustomerClass) -> bool:
    return each.closed or bool(each.arrival_rate_per_s)


def _likely_rates(network: Network) -> dict[str, float]:
    """About how much each class completes a second: its bound, scaled down to what the stations can do."""
    rates = {
        each.name: throughput_bounds(network, each)[1] if each.closed else each.arrival_rate_per_s or 0.0
        for each in network.classes
    }
    crowding = 1.0
    for station in network.stations:
        load = sum(rates[each.name] * station.demand_of(each.name) for each in network.closed_classes)
        room = station.capacity - network.open_load_at(station)
        crowding = max(crowding, load / room)
    return {each.name: rates[each.name] / (crowding if each.closed else 1.0) for each in network.classes}


def _times(network: Network, rates: Mapping[str, float], completions: int) -> tuple[float, float]:
    """Warm-up and measured time in seconds."""
    asked_s = completions / sum(rates.values())
    cycle_s = max((float(each.population or 0) / rates[each.name] for each in network.closed_classes), default=0.0)
    relaxation_s = max(_relaxation_s(network, station) for station in network.stations)
    duration_s = min(max(asked_s, CYCLES * cycle_s, RELAXATIONS * relaxation_s), PATIENCE * asked_s)
    warmup_s = max(WARMUP_SHARE * duration_s, WARMUP_CYCLES * cycle_s, WARMUP_RELAXATIONS * relaxation_s)
    return min(warmup_s, PATIENCE * asked_s), duration_s


def _relaxation_s(network: Network, station: Station) -> float:
    """How long the open classes' queue remembers: that of M/M/1, 1 / (μ (1 − √ρ)²) (Cohen 1982, II.2)."""
    load = network.open_load_at(station)
    if load == 0 or station.kind == "delay":
        return max((station.demand_of(each.name) for each in network.open_classes), default=0.0)
    service_s = load / sum(each.arrival_rate_per_s or 0.0 for each in network.open_classes)
    return service_s / station.capacity / (1 - math.sqrt(load / station.capacity)) ** 2 + service_s


def _system(network: Network) -> SimulatedSystem:
    moving = [each for each in network.classes if _moves(each)]
    return SimulatedSystem(
        hosts=tuple(_host(station) for station in network.stations if _shared(station)),
        pools=tuple(_pool(station) for station in network.stations),
        activities=tuple(_activity(network, each) for each in moving),
        sources=tuple(_source(each) for each in moving),
    )


def _shared(station: Station) -> bool:
    return station.kind == "queue" and station.discipline == "ps"


def _host(station: Station) -> Host:
    return Host(name=station.name, cores=float(station.servers), speeds=station.rates)


def _pool(station: Station) -> Pool:
    if station.kind == "delay":
        return Pool(name=station.name, kind="delay")
    if _shared(station):
        return Pool(name=station.name, host=station.name, threads=None)
    return Pool(name=station.name, threads=station.servers)


def _activity(network: Network, each: CustomerClass) -> Activity:
    visits = tuple(
        Visit(
            pool=station.name,
            service_s=station.demand_of(each.name),
            factor=Distribution.gamma(1.0, scv=station.scv),
        )
        for station in network.stations
        if station.demand_of(each.name) > 0
    )
    return Activity(name=each.name, steps=(Step(visits=visits),))


def _source(each: CustomerClass) -> Source:
    if not each.closed:
        return Source(name=each.name, mix={each.name: 1.0}, arrival_rate_per_s=each.arrival_rate_per_s)
    think = Distribution.exponential(each.think_time_s) if each.think_time_s > 0 else Distribution.deterministic(0.0)
    return Source(name=each.name, mix={each.name: 1.0}, population=int(each.population or 0), time_s=think)


def _solution(network: Network, result: SimulationResult) -> Solution:
    rates: dict[str, float] = {}
    lengths: dict[str, dict[str, float]] = {station.name: {} for station in network.stations}
    for each in network.classes:
        seen = {name: pool.present.get(each.name, 0.0) for name, pool in result.pools.items()}
        inside = math.fsum(seen.values())
        rates[each.name], due = _lawful(network, each, result, inside)
        for name, length in seen.items():
            lengths[name][each.name] = length * (due / inside) if inside > 0 else 0.0
    return Solution(
        network=network,
        method=METHOD,
        exact=False,
        classes={each.name: _class_result(each, rates[each.name], lengths) for each in network.classes},
        stations={
            station.name: _station_result(station, result, rates, lengths[station.name]) for station in network.stations
        },
    )


def _lawful(network: Network, each: CustomerClass, result: SimulationResult, inside: float) -> tuple[float, float]:
    """Throughput, and number in the stations, that obey Little's law and the bounds, nearest to what was seen.

    Of a closed class either those inside or those who think are few; the few are taken as they were seen, since they
    would have a large error as the difference of the many.
    """
    if not _moves(each):
        return 0.0, 0.0
    seen = result.activities[each.name].throughput_per_s
    if each.population is None:
        rate = each.arrival_rate_per_s or 0.0
        return rate, inside * rate / seen if seen > 0 else inside
    if each.think_time_s > 0 and inside < each.population / 2:
        seen = (each.population - inside) / each.think_time_s
    low, high = throughput_bounds(network, each)
    rate = min(max(seen, low), high)
    return rate, each.population - rate * each.think_time_s


def _class_result(each: CustomerClass, rate: float, lengths: Mapping[str, Mapping[str, float]]) -> ClassResult:
    inside = math.fsum(present[each.name] for present in lengths.values())
    return ClassResult(throughput_per_s=rate, response_time_s=inside / rate if rate > 0 else 0.0, in_system=inside)


def _station_result(
    station: Station, result: SimulationResult, rates: Mapping[str, float], lengths: Mapping[str, float]
) -> StationResult:
    utilization = math.fsum(lengths.values())
    if station.kind == "queue":
        occupied = station.rates is not None
        pool = result.pools[station.name]
        utilization = result.hosts[station.name].occupied if occupied else pool.cpu_s_per_s / station.servers
        utilization = min(utilization, 1.0)  # the last digit may round up
    return StationResult(
        utilization=utilization,
        queue_length=dict(lengths),
        residence_time_s={
            name: length / rates[name] if rates[name] > 0 else station.demand_of(name)
            for name, length in lengths.items()
        },
    )


def _percentiles(seen: SimulatedActivity) -> dict[str, object]:
    """Quantiles of the response time, each with its interval; None where nobody completed."""
    found: dict[str, object] = {"completions": seen.count}
    for name, probability in (("p50", 0.5), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99)):
        estimate = seen.quantile_estimate(probability)
        found[name] = None if estimate is None else estimate.likely
        found[f"{name}_interval"] = None if estimate is None else [estimate.low, estimate.high]
    return found
