"""A queueing network as data: customer classes, stations and the demands between them."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from firstbell.models.problems import InputError, Problem

StationKind = Literal["queue", "delay"]
Discipline = Literal["ps", "fcfs"]

SOURCE = "network"
MOST_CUSTOMERS = 1e12
"""Beyond this, one customer more or less is lost in the digits of the approximations."""

MOST_SERVERS = 100_000
KINDS = ("queue", "delay")
DISCIPLINES = ("ps", "fcfs")


@dataclass(frozen=True, kw_only=True)
class CustomerClass:
    """Customers who behave alike: closed with a ``population``, or open with an ``arrival_rate_per_s``.

    A population need not be whole for the approximations (a share of all learners rarely is); the exact methods ask
    for whole numbers.
    """

    name: str
    population: float | None = None
    arrival_rate_per_s: float | None = None
    think_time_s: float = 0.0

    @property
    def closed(self) -> bool:
        return self.population is not None


@dataclass(frozen=True, kw_only=True)
class Station:
    """A place where customers are served, and the total service time ``demand_s`` that each class needs there.

    ``queue`` has ``servers`` servers; ``delay`` serves everybody at once. ``rates`` makes a queue load-dependent:
    the speed, relative to one customer's demand, with 1, 2, 3, … present; the last one holds beyond.
    ``scv`` is the squared coefficient of variation of a service, on which shared stations (``ps``) and delays don't
    depend. First-come stations (``fcfs``) with class-dependent demands or an ``scv`` other than 1 have no product form:
    no formula here is exact for them, and a class's demand there is taken for one visit.
    """

    name: str
    kind: StationKind = "queue"
    servers: int = 1
    demand_s: Mapping[str, float] = field(default_factory=dict)
    rates: tuple[float, ...] | None = None
    discipline: Discipline = "ps"
    scv: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "demand_s", MappingProxyType(dict(self.demand_s)))
        if self.rates is not None:
            object.__setattr__(self, "rates", tuple(self.rates))

    def demand_of(self, name: str) -> float:
        """The class's demand here in seconds; 0 where it never comes."""
        return self.demand_s.get(name, 0.0)

    @property
    def capacity(self) -> float:
        """How many seconds of demand are worked off in a second when many are present."""
        if self.kind == "delay":
            return math.inf
        return float(self.servers) if self.rates is None else self.rates[-1]


@dataclass(frozen=True, kw_only=True)
class Network:
    """Classes and stations, checked when made: raises InputError with every problem found."""

    classes: tuple[CustomerClass, ...]
    stations: tuple[Station, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "classes", tuple(self.classes))
        object.__setattr__(self, "stations", tuple(self.stations))
        problems = list(_network_problems(self))
        if not problems:
            problems = list(_load_problems(self))
        if problems:
            raise InputError(problems)

    @property
    def closed_classes(self) -> tuple[CustomerClass, ...]:
        return tuple(each for each in self.classes if each.closed)

    @property
    def open_classes(self) -> tuple[CustomerClass, ...]:
        return tuple(each for each in self.classes if not each.closed)

    @property
    def product_form(self) -> bool:
        """Whether the exact methods are exact for it (BCMP 1975)."""
        return not self.without_product_form

    @property
    def without_product_form(self) -> tuple[Station, ...]:
        """First-come stations whose services differ by class or are not exponential."""
        return tuple(station for station in self.stations if not _has_product_form(station, self.classes))

    def open_load_at(self, station: Station) -> float:
        """Erlangs that the open classes bring to the station."""
        return sum((each.arrival_rate_per_s or 0.0) * station.demand_of(each.name) for each in self.open_classes)


def _has_product_form(station: Station, classes: tuple[CustomerClass, ...]) -> bool:
    if station.discipline == "ps" or station.kind == "delay":
        return True
    demands = {station.demand_of(each.name) for each in classes} - {0.0}
    return len(demands) <= 1 and station.scv == 1.0


def _problem(key: str, value: object, what: str, remedy: str) -> Problem:
    return Problem(source=SOURCE, key=key, value=repr(value), what=what, remedy=remedy)


def _network_problems(network: Network) -> Iterator[Problem]:
    if not network.classes:
        yield _problem("classes", [], "there is no customer class", "Give at least one.")
    if not network.stations:
        yield _problem("stations", [], "there is no station", "Give at least one.")
    yield from _name_problems("classes", [each.name for each in network.classes])
    yield from _name_problems("stations", [each.name for each in network.stations])
    for each in network.classes:
        yield from _class_problems(each)
    names = {each.name for each in network.classes}
    for station in network.stations:
        yield from _station_problems(station, names)


def _name_problems(key: str, names: list[str]) -> Iterator[Problem]:
    if not all(names):
        yield _problem(key, names, "a name is empty", "Give each its own name.")
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield _problem(key, name, "the name is used twice", "Give each its own name.")


def _class_problems(each: CustomerClass) -> Iterator[Problem]:
    key = f"classes.{each.name}"
    if (each.population is None) == (each.arrival_rate_per_s is None):
        what = "a class is either closed or open"
        yield _problem(key, None, what, "Give either population or arrival_rate_per_s.")
    if each.population is not None and not _positive(each.population):
        yield _problem(f"{key}.population", each.population, "not a positive number", "Give at least 1.")
    elif each.population is not None and each.population > MOST_CUSTOMERS:
        what = f"more than {MOST_CUSTOMERS:g} customers are not computed"
        yield _problem(f"{key}.population", each.population, what, "Scale the network down.")
    rate = each.arrival_rate_per_s
    if rate is not None and not _positive(rate):
        yield _problem(f"{key}.arrival_rate_per_s", rate, "not a positive number", "Give customers a second.")
    if not (math.isfinite(each.think_time_s) and each.think_time_s >= 0):
        yield _problem(f"{key}.think_time_s", each.think_time_s, "not a time", "Give seconds of 0 or more.")
    if rate is not None and each.think_time_s != 0:
        what = "an open class does not come back, so it has no think time"
        yield _problem(f"{key}.think_time_s", each.think_time_s, what, "Remove it.")


def _station_problems(station: Station, names: set[str]) -> Iterator[Problem]:
    key = f"stations.{station.name}"
    if station.kind not in KINDS:
        yield _problem(f"{key}.kind", station.kind, "no such kind of station", "Use queue or delay.")
    if station.discipline not in DISCIPLINES:
        yield _problem(f"{key}.discipline", station.discipline, "no such discipline", "Use ps or fcfs.")
    if station.servers > MOST_SERVERS:
        what = f"more than {MOST_SERVERS:,} servers are not computed"
        yield _problem(f"{key}.servers", station.servers, what, "Use kind: delay, where nobody ever waits.")
    elif not (station.servers >= 1 and station.servers == int(station.servers)):
        yield _problem(f"{key}.servers", station.servers, "not a number of servers", "Give a whole number ≥ 1.")
    if not (math.isfinite(station.scv) and station.scv >= 0):
        what = "not a squared coefficient of variation"
        yield _problem(f"{key}.scv", station.scv, what, "Give 0 (constant), 1 (exponential) or more.")
    if station.rates is not None:
        yield from _rate_problems(key, station)
    for name, demand in station.demand_s.items():
        if name not in names:
            yield _problem(f"{key}.demand_s.{name}", demand, "no such class", f"Use one of {sorted(names)}.")
        if not (math.isfinite(demand) and demand >= 0):
            yield _problem(f"{key}.demand_s.{name}", demand, "not a time", "Give seconds of 0 or more.")


def _rate_problems(key: str, station: Station) -> Iterator[Problem]:
    rates = station.rates or ()
    if not rates or not all(_positive(rate) for rate in rates):
        yield _problem(f"{key}.rates", rates, "not a list of relative speeds", "Give positive numbers.")
    if station.servers != 1 or station.kind != "queue":
        what = "rates already say how fast the station is"
        yield _problem(f"{key}.rates", rates, what, "Use them at a queue, without servers.")


def _load_problems(network: Network) -> Iterator[Problem]:
    for each in network.closed_classes:
        if each.think_time_s == 0 and all(station.demand_of(each.name) == 0 for station in network.stations):
            what = "the class neither thinks nor is served, so its throughput is infinite"
            yield _problem(f"classes.{each.name}", None, what, "Give it a think time or a demand.")
    for station in network.stations:
        load = network.open_load_at(station)
        if load >= station.capacity:
            utilization = load / station.capacity
            what = f"the open classes make it unstable: utilisation {utilization:.4g}"
            yield _problem(
                f"stations.{station.name}", utilization, what, "Lower the arrival rates or the demands, or add servers."
            )


def _positive(value: float) -> bool:
    return math.isfinite(value) and value > 0
