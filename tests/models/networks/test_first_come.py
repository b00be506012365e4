"""First-come stations without product form: against the simulator, exact special cases, and what the answer says."""

import pytest

from firstbell.models.networks.network import CustomerClass, Network, Station
from firstbell.models.networks.solver import APPROXIMATIONS, solve
from firstbell.models.simulation.network import simulate_network


def unequal(
    population: float, *, short_s: float = 0.1, long_s: float = 0.5, servers: int = 1, scv: float = 1.0
) -> Network:
    """As many short customers as long ones at one first-come station."""
    demand = {"short": short_s, "long": long_s}
    return Network(
        classes=tuple(CustomerClass(name=name, population=population, think_time_s=5.0) for name in demand),
        stations=(Station(name="disk", servers=servers, demand_s=demand, discipline="fcfs", scv=scv),),
    )


@pytest.mark.parametrize(
    ("servers", "population", "reach"), [(1, 4, 0.1), (1, 8, 0.15), (1, 33, 0.05), (8, 40, 0.1), (8, 133, 0.05)]
)
def test_a_short_class_waits_for_the_long_one_as_in_the_simulation(servers: int, population: int, reach: float) -> None:
    network = unequal(population, servers=servers)
    found, seen = solve(network), simulate_network(network, completions=100_000).solution
    assert found.method == "linearizer"
    for name, result in seen.classes.items():
        assert found.classes[name].response_time_s == pytest.approx(result.response_time_s, rel=reach)
    assert solve(network, "exact-mva").classes["short"].response_time_s < 0.97 * seen.classes["short"].response_time_s


@pytest.mark.parametrize("scv", [0.0, 1.0, 4.0])
def test_open_classes_at_one_server_wait_as_pollaczek_and_khinchine_say(scv: float) -> None:
    rates, services = {"short": 3.0, "long": 0.8}, {"short": 0.1, "long": 0.5}
    classes = tuple(CustomerClass(name=name, arrival_rate_per_s=rate) for name, rate in rates.items())
    network = Network(classes=classes, stations=(Station(name="disk", demand_s=services, discipline="fcfs", scv=scv),))
    load = sum(rates[name] * services[name] for name in rates)
    wait_s = sum(rates[name] * services[name] ** 2 * (1 + scv) / 2 for name in rates) / (1 - load)
    found = solve(network)
    assert found.method == "decomposition"
    assert not found.exact
    for name, service_s in services.items():
        assert found.classes[name].response_time_s == pytest.approx(service_s + wait_s, rel=1e-12)


def test_open_customers_beside_closed_ones_wait_for_these() -> None:
    demand = {"long": 0.5, "open": 0.1}
    classes = (
        CustomerClass(name="long", population=10, think_time_s=5.0),
        CustomerClass(name="open", arrival_rate_per_s=2.0),
    )
    network = Network(classes=classes, stations=(Station(name="disk", demand_s=demand, discipline="fcfs"),))
    found, seen = solve(network), simulate_network(network, completions=200_000).solution
    for name, result in seen.classes.items():
        assert found.classes[name].response_time_s == pytest.approx(result.response_time_s, rel=0.1)


@pytest.mark.parametrize("method", APPROXIMATIONS)
def test_services_that_hardly_differ_are_hardly_other_than_alike(method: str) -> None:
    nearly, alike = unequal(12, long_s=0.1 * (1 + 1e-9)), unequal(12, long_s=0.1)
    assert not nearly.product_form
    expected = solve(alike, method).classes["short"].response_time_s
    assert solve(nearly, method).classes["short"].response_time_s == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("servers", [1, 3, 20])
@pytest.mark.parametrize("scv", [0.0, 1.0, 20.0])
@pytest.mark.parametrize("long_s", [0.2, 2.0, 50.0])
def test_no_load_nor_spread_breaks_a_law(servers: int, scv: float, long_s: float) -> None:
    """A Solution that breaks one refuses to be made."""
    for population in (1, 2, 30, 2000):
        found = solve(unequal(population, long_s=long_s, servers=servers, scv=scv))
        assert found.classes["short"].response_time_s >= 0.1 * (1 - 1e-9)


def test_a_customer_alone_does_not_wait() -> None:
    classes = (CustomerClass(name="a", population=1, think_time_s=1.0),)
    station = Station(name="disk", demand_s={"a": 0.3}, discipline="fcfs", scv=9.0)
    assert solve(Network(classes=classes, stations=(station,))).classes["a"].response_time_s == pytest.approx(0.3)


def test_the_answer_says_how_far_to_trust_it_and_what_to_do() -> None:
    (advice,) = solve(unequal(8)).advice
    assert "disk" in advice
    assert "method: simulation" in advice
    assert solve(unequal(8)).document()["advice"] == [advice]
    assert "takes it for shared" in solve(unequal(8), "exact-mva").advice[0]
    assert simulate_network(unequal(8), completions=1000).solution.advice == ()
    assert "advice" not in solve(unequal(8, long_s=0.1)).document()
