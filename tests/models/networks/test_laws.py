"""What every network must obey: its chain of states, and laws that hold whatever the method."""

import numpy as np
import pytest

from firstbell.models.networks.network import CustomerClass, Network, Station
from firstbell.models.networks.solver import APPROXIMATIONS, solve
from tests.models.networks.every_state import throughput_and_present
from tests.models.networks.networks_at_random import closed_network, random_network


def small_network(seed: int) -> Network:
    """Two stations of any sort and at most two closed customers of a class, beside a little open load."""
    draw = np.random.default_rng(seed)
    classes = [
        CustomerClass(
            name=f"c{r}", population=int(draw.integers(1, 4)), think_time_s=float(draw.choice([0.0, 0.5, 3.0]))
        )
        for r in range(1 + seed % 2)
    ]
    if seed % 3 == 0:
        classes.append(CustomerClass(name="open", arrival_rate_per_s=float(draw.uniform(0.05, 0.1))))
    stations = []
    for k in range(2):
        demand = {each.name: float(draw.uniform(0.1, 1.0)) for each in classes}
        rates = tuple(float(rate) for rate in draw.uniform(0.8, 2.0, draw.integers(1, 4)))
        sort = draw.integers(3)
        servers = int(draw.integers(1, 4)) if sort == 0 else 1
        kind = "delay" if sort == 1 and k else "queue"
        stations.append(
            Station(name=f"s{k}", kind=kind, servers=servers, demand_s=demand, rates=rates if sort == 2 else None)
        )
    return Network(classes=tuple(classes), stations=tuple(stations))


@pytest.mark.parametrize("seed", range(12))
def test_exact_methods_agree_with_the_chain_of_all_states(seed: int) -> None:
    network = small_network(seed)
    rates, present = throughput_and_present(network, cut=8)
    solution = solve(network)
    assert solution.exact
    for r, each in enumerate(network.classes):
        reach = 1e-9 if not network.open_classes else 1e-5
        assert solution.classes[each.name].throughput_per_s == pytest.approx(rates[r], rel=reach)
        found = [result.queue_length[each.name] for result in solution.stations.values()]
        assert found == pytest.approx(present[:, r].tolist(), rel=100 * reach, abs=1e-12)


@pytest.mark.parametrize("method", ["auto", "fluid", *APPROXIMATIONS])
@pytest.mark.parametrize("seed", range(4))
def test_times_in_minutes_give_throughputs_a_minute(method: str, seed: int) -> None:
    network = random_network(seed)
    slower = Network(
        classes=tuple(
            CustomerClass(
                name=each.name,
                population=each.population,
                arrival_rate_per_s=each.arrival_rate_per_s and each.arrival_rate_per_s / 60,
                think_time_s=each.think_time_s * 60,
            )
            for each in network.classes
        ),
        stations=tuple(
            Station(
                name=station.name,
                kind=station.kind,
                servers=station.servers,
                rates=station.rates,
                demand_s={name: demand * 60 for name, demand in station.demand_s.items()},
            )
            for station in network.stations
        ),
    )
    found, expected = solve(slower, method), solve(network, method)
    for name, result in expected.classes.items():
        assert found.classes[name].throughput_per_s * 60 == pytest.approx(result.throughput_per_s, rel=1e-7)


@pytest.mark.parametrize("method", ["auto", *APPROXIMATIONS])
def test_one_customer_alone_never_waits(method: str) -> None:
    network = closed_network([[0.2], [0.5], [0.1]], [1], [3.0], [1, 4, 2])
    assert solve(network, method).classes["c0"].response_time_s == pytest.approx(0.8, rel=1e-9)


@pytest.mark.parametrize("method", ["auto", "bard-schweitzer", "linearizer"])
def test_two_classes_alike_are_one_class_in_two_parts(method: str) -> None:
    parts = solve(closed_network([[0.2, 0.2], [0.3, 0.3]], [12, 18], [3.0, 3.0], [2, 3]), method)
    whole = solve(closed_network([[0.2], [0.3]], [30], [3.0], [2, 3]), method)
    rates = [result.throughput_per_s for result in parts.classes.values()]
    assert sum(rates) == pytest.approx(whole.classes["c0"].throughput_per_s, rel=1e-9 if method == "auto" else 5e-3)
    assert rates[0] / rates[1] == pytest.approx(12 / 18, rel=1e-9 if method == "auto" else 5e-3)


def test_one_server_given_as_a_rate_is_one_server() -> None:
    plain = Station(name="s", demand_s={"a": 0.3})
    rated = Station(name="s", demand_s={"a": 0.3}, rates=(1.0, 1.0, 1.0))
    classes = (CustomerClass(name="a", population=9, think_time_s=1.0),)
    for method in ("auto", *APPROXIMATIONS):
        found = solve(Network(classes=classes, stations=(rated,)), method).classes["a"]
        assert found.throughput_per_s == pytest.approx(
            solve(Network(classes=classes, stations=(plain,)), method).classes["a"].throughput_per_s, rel=1e-6
        )


def test_thousands_of_servers_beside_an_open_class_are_their_delays() -> None:
    """Where nobody waits, whichever method is asked, and however many servers there are."""
    classes = (
        CustomerClass(name="closed", population=20_000, think_time_s=10.0),
        CustomerClass(name="open", arrival_rate_per_s=20_000.0),
    )
    station = Station(name="app", servers=10_000, demand_s={"closed": 0.1, "open": 0.1})
    for method in ("linearizer", "exact-mva"):
        solution = solve(Network(classes=classes, stations=(station,)), method)
        assert solution.classes["closed"].throughput_per_s == pytest.approx(20_000 / 10.1, rel=1e-9)
        assert solution.classes["open"].response_time_s == pytest.approx(0.1, rel=1e-9)


def test_services_that_vary_otherwise_are_exact_where_they_are_shared_and_not_where_first_comes_first() -> None:
    classes = (CustomerClass(name="a", population=9, think_time_s=1.0),)
    shared = Station(name="s", demand_s={"a": 0.3}, scv=4.0)
    first_come = Station(name="s", demand_s={"a": 0.3}, scv=4.0, discipline="fcfs")
    assert solve(Network(classes=classes, stations=(shared,))).exact
    assert not solve(Network(classes=classes, stations=(first_come,))).exact
