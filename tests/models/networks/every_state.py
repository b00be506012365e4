"""A small network's chain of all its states, written down move by move: no product form, no arrival theorem.

Customers visit the stations that they need in their order; a station that shares itself gives each of those present the
same part of its speed.
"""

from itertools import product

import numpy as np
from scipy.sparse import lil_matrix
from scipy.sparse.linalg import spsolve

from firstbell.models.networks.network import CustomerClass, Network, Station

State = tuple[tuple[int, ...], ...]


def throughput_and_present(network: Network, *, cut: int) -> tuple[np.ndarray, np.ndarray]:
    """(R) completions a second and (K, R) mean numbers present; open classes are cut off at ``cut`` customers."""
    routes = [
        [k for k, station in enumerate(network.stations) if station.demand_of(each.name)] for each in network.classes
    ]
    spaces = [_places(each, len(route), cut) for each, route in zip(network.classes, routes, strict=True)]
    number = {state: i for i, state in enumerate(product(*spaces))}
    balance = lil_matrix((len(number), len(number)))
    leaving = np.zeros((len(number), len(network.classes)))
    present = np.zeros((len(number), len(network.stations), len(network.classes)))
    for state, i in number.items():
        for r, route in enumerate(routes):
            present[i, route, r] = state[r]
        for r, each in enumerate(network.classes):
            for after, rate, completes in _moves(network, each, r, state, routes[r], present[i]):
                leaving[i, r] += rate if completes else 0.0
                if after in number:
                    balance[number[after], i] += rate
                    balance[i, i] -= rate
    balance[0, :] = 1.0
    first = np.zeros(len(number))
    first[0] = 1.0
    shares = spsolve(balance.tocsc(), first)
    return shares @ leaving, np.einsum("i,ikr->kr", shares, present)


def _places(each: CustomerClass, stops: int, cut: int) -> list[tuple[int, ...]]:
    most = cut if each.population is None else int(each.population)
    everybody_inside = each.closed and each.think_time_s == 0
    found = [place for place in product(range(most + 1), repeat=stops) if sum(place) <= most]
    return [place for place in found if not everybody_inside or sum(place) == most]


def _moves(
    network: Network, each: CustomerClass, r: int, state: State, route: list[int], present: np.ndarray
) -> "list[tuple[State, float, bool]]":
    """Where a class's customers can go next, at which rate, and whether that completes a cycle."""

    def moved(here: int | None, there: int | None) -> State:
        place = list(state[r])
        for stop, change in ((here, -1), (there, 1)):
            if stop is not None:
                place[stop] += change
        return (*state[:r], tuple(place), *state[r + 1 :])

    thinking = 0.0 if each.population is None else each.population - sum(state[r])
    found = []
    if not each.closed:
        found.append((moved(None, 0), each.arrival_rate_per_s or 0.0, False))
    elif each.think_time_s > 0 and thinking > 0:
        found.append((moved(None, 0), thinking / each.think_time_s, False))
    for stop, k in enumerate(route):
        if state[r][stop] == 0:
            continue
        company = int(present[k].sum())
        rate = _speed(network.stations[k], company) * state[r][stop] / company
        rate /= network.stations[k].demand_of(each.name)
        last = stop + 1 == len(route)
        back = 0 if last and each.closed and each.think_time_s == 0 else None
        found.append((moved(stop, back if last else stop + 1), rate, last))
    return found


def _speed(station: Station, company: int) -> float:
    if station.kind == "delay":
        return float(company)
    if station.rates is None:
        return float(min(company, station.servers))
    return station.rates[min(company, len(station.rates)) - 1]
