"""The closed part of a network as arrays, and what a method answers for it."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from firstbell.models.networks.network import Network, Station
from firstbell.models.networks.open_load import closed_rates

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class ClosedModel:
    """R closed classes over K queueing stations; delay stations are part of the think time.

    ``populations`` (R); ``delay_s`` (R) seconds outside the queues in a cycle; ``demand_s`` (K, R) seconds;
    ``servers`` (K); ``own_rates``: per station the relative speed with 1, 2, … customers present, the last one holding
    beyond; ``open_load`` (K) erlangs of the open classes; ``load_dependent`` (K) whether the user gave ``rates``.
    ``first_come`` (K): stations without product form whose services are done in the order of arrival; ``scv`` (K) that
    of their services, ``open_rate`` (K) open customers that come there a second, and ``open_squares`` (K) the sum of
    their loads times their services, seconds.
    """

    populations: Floats
    delay_s: Floats
    demand_s: Floats
    servers: Floats
    own_rates: tuple[Floats, ...]
    open_load: Floats
    load_dependent: tuple[bool, ...]
    first_come: tuple[bool, ...]
    scv: Floats
    open_rate: Floats
    open_squares: Floats

    @classmethod
    def of(cls, network: Network) -> "ClosedModel":
        """The closed classes of a network, slowed by its open ones."""
        queues = queueing_stations(network)
        names = [each.name for each in network.closed_classes]
        own = tuple(station_rates(station) for station in queues)
        load = np.array([network.open_load_at(station) for station in queues])
        return cls(
            populations=np.array([each.population for each in network.closed_classes], dtype=float),
            delay_s=np.array([_delay_of(network, each.name, each.think_time_s) for each in network.closed_classes]),
            demand_s=np.array([[s.demand_of(name) for name in names] for s in queues]).reshape(len(queues), len(names)),
            servers=np.array([station.servers for station in queues], dtype=float),
            own_rates=own,
            open_load=load,
            load_dependent=tuple(station.rates is not None for station in queues),
            first_come=tuple(station.rates is None and station in network.without_product_form for station in queues),
            scv=np.array([station.scv for station in queues]),
            open_rate=np.array([_open_sum(network, station, 0) for station in queues]),
            open_squares=np.array([_open_sum(network, station, 2) for station in queues]),
        )

    @cached_property
    def rates(self) -> tuple[Floats, ...]:
        """Per station the speed that 1, 2, … *closed* customers see beside the open ones; the last one holds beyond."""
        return tuple(closed_rates(rates, load) for rates, load in zip(self.own_rates, self.open_load, strict=True))

    @property
    def capacity(self) -> Floats:
        """(K) the speed that is left to many closed customers."""
        return np.array([rates[-1] for rates in self.own_rates]) - self.open_load

    @property
    def whole(self) -> bool:
        """Whether every population is a whole number, as the exact methods need."""
        return bool(np.all(self.populations == np.rint(self.populations)))

    @property
    def fixed_rate(self) -> bool:
        """Whether no station's speed depends on how many are present."""
        return all(len(rates) == 1 for rates in self.own_rates)

    @property
    def lattice_size(self) -> float:
        """How many population vectors lie between none and all."""
        return float(np.prod(self.populations + 1.0))


@dataclass(frozen=True, kw_only=True)
class ClosedAnswer:
    """``throughput_per_s`` (R) and ``residence_s`` (K, R); what else a method knows of a station depends on it.

    ``presence``: for a station with several rates (by its row) the probabilities of 0, 1, … closed customers there.
    ``waiting_probability`` (K): that an arrival finds all servers busy. ``occupied`` (K): share of time that a
    station with rates has anybody. ``wait_s``: at a first-come station (by its row) how long an open customer waits.
    """

    throughput_per_s: Floats
    residence_s: Floats
    presence: dict[int, Floats] = field(default_factory=dict)
    waiting_probability: Floats = field(default_factory=lambda: np.zeros(0))
    occupied: Floats = field(default_factory=lambda: np.zeros(0))
    wait_s: dict[int, float] = field(default_factory=dict)

    @property
    def queue_length(self) -> Floats:
        """(K, R) mean numbers present, by Little's law."""
        lengths: Floats = self.throughput_per_s * self.residence_s
        return lengths


def queueing_stations(network: Network) -> tuple[Station, ...]:
    return tuple(station for station in network.stations if station.kind == "queue")


def station_rates(station: Station) -> Floats:
    """Relative speed with 1, 2, … present; the last one holds beyond."""
    if station.rates is None:
        return np.arange(1.0, station.servers + 1.0)
    rates = np.array(station.rates, dtype=float)
    last = len(rates)
    while last > 1 and rates[last - 2] == rates[-1]:
        last -= 1
    return rates[:last]


def _open_sum(network: Network, station: Station, power: int) -> float:
    """Σ λ s^power over the open classes that come to the station."""
    visitors = [each for each in network.open_classes if station.demand_of(each.name) > 0]
    return sum((each.arrival_rate_per_s or 0.0) * station.demand_of(each.name) ** power for each in visitors)


def _delay_of(network: Network, name: str, think_time_s: float) -> float:
    return think_time_s + sum(s.demand_of(name) for s in network.stations if s.kind == "delay")
