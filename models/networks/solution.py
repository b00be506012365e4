"""The answer of a network, which refuses to exist when it cannot be true."""

from collections.abc import Mapping
from dataclasses import dataclass

from firstbell.models.networks.network import CustomerClass, Network, Station

LITTLE_GAP = 1e-6
UTILIZATION_SLACK = 1e-9
FIRST_COME = ("linearizer", "aql", "bard-schweitzer", "decomposition")
"""The methods that know what a first-come station is."""


class SolutionRefused(ArithmeticError):
    """A method produced numbers that break a law which every network obeys."""


@dataclass(frozen=True, kw_only=True)
class ClassResult:
    """One class: completions a second, seconds from leaving the think state to its end, number in the stations."""

    throughput_per_s: float
    response_time_s: float
    in_system: float


@dataclass(frozen=True, kw_only=True)
class StationResult:
    """One station. ``utilization``: mean share of busy servers (a delay station: mean number present; with rates:
    share of time that anybody is present). ``residence_time_s``: a class's total time here, waiting included."""

    utilization: float
    queue_length: Mapping[str, float]
    residence_time_s: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class Solution:
    """What a method found, by class and station name.

    ``exact`` means exact for the network as stated (product form). Raises SolutionRefused when a utilisation is
    above 1, Little's law is missed by more than 1e-6, or a throughput lies outside the asymptotic bounds
    (Lazowska et al. 1984, ch. 5).
    """

    network: Network
    method: str
    exact: bool
    classes: Mapping[str, ClassResult]
    stations: Mapping[str, StationResult]

    def __post_init__(self) -> None:
        for station in self.network.stations:
            self._check_utilization(station)
        for each in self.network.classes:
            self._check_little(each)
            if each.closed:
                self._check_bounds(each)

    @property
    def advice(self) -> tuple[str, ...]:
        """How far to trust a formula at first-come stations without product form, and what to do."""
        if self.method == "simulation":
            return ()
        return tuple(self._advice_on(station) for station in self.network.without_product_form)

    def _advice_on(self, station: Station) -> str:
        served = f"{station.name} serves first come, first served, with services that differ by class or vary; "
        if station.rates is not None or self.method not in FIRST_COME:
            taken = (
                f"{self.method} takes it for shared, which can make a short class's response time a tenth of the true."
            )
            return f"{served}{taken} Use method: auto or simulation, which know better where it has no rates."
        if station.scv == 1.0:
            reach = "mostly within 10 %, for a class twenty times as short as another up to a quarter off."
        elif station.scv > 1.0:
            reach = "too high: up to two fifths, for a class twenty times as short as another up to three quarters."
        else:
            reach = "within 8 %, but up to half too low where the customers just fill the station."
        return f"{served}{self.method} takes account of that: {reach} Use method: simulation where that matters."

    def document(self) -> dict[str, object]:
        """The answer as ``firstbell solve`` prints it; ``advice`` only where there is some."""
        advice = {"advice": list(self.advice)} if self.advice else {}
        return {
            **advice,
            "method": self.method,
            "exact": self.exact,
            "classes": {name: vars(result).copy() for name, result in self.classes.items()},
            "stations": {
                name: {
                    "utilization": result.utilization,
                    "queue_length": dict(result.queue_length),
                    "residence_time_s": dict(result.residence_time_s),
                }
                for name, result in self.stations.items()
            },
        }

    def _check_utilization(self, station: Station) -> None:
        utilization = self.stations[station.name].utilization
        limit = float("inf") if station.kind == "delay" else 1.0 + UTILIZATION_SLACK
        if not 0.0 <= utilization <= limit:
            raise SolutionRefused(f"{self.method}: utilisation of {station.name} is {utilization!r}")

    def _check_little(self, each: CustomerClass) -> None:
        result = self.classes[each.name]
        inside = sum(station.queue_length[each.name] for station in self.stations.values())
        thinking = result.throughput_per_s * each.think_time_s
        expected = result.throughput_per_s * result.response_time_s
        gaps = [(inside, expected), (inside, result.in_system)]
        if each.population is not None:
            gaps.append((inside + thinking, each.population))
        for found, due in gaps:
            if not abs(found - due) <= LITTLE_GAP * max(abs(due), 1e-300):
                raise SolutionRefused(f"{self.method}: Little's law of {each.name} is missed: {found!r} for {due!r}")

    def _check_bounds(self, each: CustomerClass) -> None:
        low, high = throughput_bounds(self.network, each)
        found = self.classes[each.name].throughput_per_s
        if not low * (1 - LITTLE_GAP) <= found <= high * (1 + LITTLE_GAP):
            raise SolutionRefused(f"{self.method}: throughput of {each.name} is {found!r}, not in [{low!r}, {high!r}]")


def throughput_bounds(network: Network, each: CustomerClass) -> tuple[float, float]:
    """The least and the most that a closed class can complete a second, whatever the others do.

    Most: no queueing, and no station beyond its capacity. Least (closed networks only): always behind all the
    others, at the slowest speed of every station; 0 when open classes share the stations.
    """
    population = each.population or 0.0
    shortest = each.think_time_s
    longest = each.think_time_s
    ceiling = float("inf")
    crowd = max(1.0, sum(other.population or 0.0 for other in network.closed_classes))
    for station in network.stations:
        demand = station.demand_of(each.name)
        fastest, slowest = _speeds(station)
        shortest += demand / fastest
        longest += demand if station.kind == "delay" else max(demand * crowd, _others_work(network, station)) / slowest
        if demand > 0 and station.kind == "queue":
            most = max(station.rates) if station.rates else station.capacity
            ceiling = min(ceiling, (most - network.open_load_at(station)) / demand)
    low = 0.0 if network.open_classes else population / longest
    return low, min(population / shortest, ceiling)


def _others_work(network: Network, station: Station) -> float:
    """Seconds of service that a customer of a first-come station finds before it at most, on average."""
    if station.discipline == "ps":
        return 0.0
    work = sum((each.population or 0.0) * station.demand_of(each.name) for each in network.closed_classes)
    longest = max((station.demand_of(each.name) for each in network.closed_classes), default=0.0)
    return work + longest * station.servers * max(0.0, station.scv - 1.0) / 2.0


def _speeds(station: Station) -> tuple[float, float]:
    """The most and the least that one customer's demand is worked off in a second of being served."""
    if not station.rates:
        return 1.0, 1.0
    each = [rate / present for present, rate in enumerate(station.rates, start=1)]
    return max(each), min(1.0, *station.rates)
