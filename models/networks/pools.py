"""Pools: a thread or connection that is held while its holder waits for something else.

A pool of T threads is replaced by a station that works as fast as the network behind it does with n ≤ T jobs inside
(flow equivalence: Chandy, Herzog & Woo 1975; exact for product-form insides, a good approximation in layered systems).
Pools nest: the station that stands for a database's connections may itself be part of a web server's inside.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from firstbell.models.networks.network import CustomerClass, Network, Station
from firstbell.models.networks.solver import solve
from firstbell.models.stations.parameters import Parameters

JOB = "job"
ROUNDING = 1e-10


def throughputs_inside(stations: Sequence[Station], threads: int) -> tuple[float, ...]:
    """Jobs a second with 1, 2, … ``threads`` jobs always inside; each station's demand is that of the class ``job``."""
    Parameters("pool").whole(threads=threads).refuse()
    inside = tuple(stations)
    solutions = (
        solve(Network(classes=(CustomerClass(name=JOB, population=jobs),), stations=inside))
        for jobs in range(1, threads + 1)
    )
    rates = [solution.classes[JOB].throughput_per_s for solution in solutions]
    return tuple(_without_rounding(rates))


def _without_rounding(rates: list[float]) -> Iterator[float]:
    """A saturated inside stays as fast as it was; a fall in the last digits would cost the whole a slow summation."""
    best = 0.0
    for rate in rates:
        best = best if best * (1.0 - ROUNDING) < rate < best else rate
        yield best


def pool(*, name: str, threads: int, inside: Sequence[Station], customer_class: str = JOB) -> Station:
    """The station that stands for a pool and all that its threads use.

    Whoever finds no free thread waits in this station too: with n > T present it works as with T.
    ``inside`` gives the demands, per pass through the pool, under the class name ``job``.
    """
    rates = throughputs_inside(inside, threads)
    return Station(
        name=name,
        demand_s={customer_class: 1.0 / rates[0]},
        rates=tuple(rate / rates[0] for rate in rates),
    )


def connections(station: Station, limit: int) -> Station:
    """A queue behind a pool of connections that do nothing else: no more servers than connections."""
    return replace(station, servers=min(station.servers, limit))
