"""Networks drawn at random for the property tests, and their truth by summing over all states."""

from math import factorial

import numpy as np

from firstbell.models.networks.network import CustomerClass, Network, Station


def closed_network(
    demands: list[list[float]],
    populations: list[float],
    thinks: list[float],
    servers: list[int] | None = None,
) -> Network:
    """``demands`` by station and class."""
    return Network(
        classes=tuple(
            CustomerClass(name=f"c{r}", population=n, think_time_s=z)
            for r, (n, z) in enumerate(zip(populations, thinks, strict=True))
        ),
        stations=tuple(
            Station(
                name=f"s{k}",
                servers=servers[k] if servers else 1,
                demand_s={f"c{r}": float(demand) for r, demand in enumerate(row)},
            )
            for k, row in enumerate(demands)
        ),
    )


def random_network(seed: int, *, open_classes: bool = True) -> Network:
    """Up to three closed classes of up to 14 customers each, up to four stations of every sort."""
    draw = np.random.default_rng(seed)
    classes = [
        CustomerClass(
            name=f"c{r}", population=int(draw.integers(1, 15)), think_time_s=float(draw.choice([0.0, 1.0, 9.0]))
        )
        for r in range(draw.integers(1, 4))
    ]
    if open_classes and draw.random() < 0.5:
        classes.append(CustomerClass(name="open", arrival_rate_per_s=float(draw.uniform(0.1, 0.9))))
    stations = [Station(name="first", demand_s={each.name: float(draw.uniform(0.1, 1.0)) for each in classes})]
    for k in range(draw.integers(0, 4)):
        demand = {each.name: float(draw.uniform(0.0, 1.0)) for each in classes}
        sort = draw.integers(3)
        if sort == 0:
            stations.append(Station(name=f"s{k}", kind="delay", demand_s=demand))
        elif sort == 1:
            stations.append(Station(name=f"s{k}", servers=int(draw.integers(1, 7)), demand_s=demand))
        else:
            rates = np.cumsum(draw.uniform(0.2, 1.0, draw.integers(1, 5))) + 0.8
            stations.append(Station(name=f"s{k}", demand_s=demand, rates=tuple(float(rate) for rate in rates)))
    return Network(classes=tuple(classes), stations=tuple(stations))


def throughput_and_present(
    *, population: int, think_time_s: float, arrival_rate_per_s: float, stations: tuple[Station, Station], cut: int = 90
) -> tuple[float, np.ndarray]:
    """A closed class ``c0`` and an open one ``open`` over two stations: X of c0, and numbers present (closed, open) by
    station, from the product form's own sum over states (BCMP 1975), open customers cut off at ``cut``."""
    tables = [_weights(station, population, arrival_rate_per_s, cut) for station in stations]
    opened = np.arange(cut)
    total, rate, present = 0.0, 0.0, np.zeros((2, 2))
    for first in range(population + 1):
        for second in range(population + 1 - first):
            thinking = population - first - second
            outside = think_time_s**thinking / factorial(thinking)
            rows = tables[0][first], tables[1][second]
            weight = outside * rows[0].sum() * rows[1].sum()
            total += weight
            rate += weight * thinking / think_time_s
            present[:, 0] += weight * np.array([first, second])
            present[0, 1] += outside * (rows[0] @ opened) * rows[1].sum()
            present[1, 1] += outside * (rows[1] @ opened) * rows[0].sum()
    return rate / total, present / total


def _weights(station: Station, population: int, arrival_rate_per_s: float, cut: int) -> np.ndarray:
    table = np.zeros((population + 1, cut))
    load = arrival_rate_per_s * station.demand_s["open"]
    for closed in range(population + 1):
        for opened in range(cut):
            ways = factorial(closed + opened) // factorial(closed) // factorial(opened)
            weight = ways * station.demand_s["c0"] ** closed * load**opened
            for present in range(1, closed + opened + 1):
                weight /= _speed(station, present)
            table[closed, opened] = weight
    return table


def _speed(station: Station, present: int) -> float:
    if station.rates is None:
        return float(min(present, station.servers))
    return station.rates[min(present, len(station.rates)) - 1]
