"""Simulated networks against the exact solutions of the same networks, and against laws beyond product form."""

import math

import pytest

from firstbell.models.networks.network import CustomerClass, Network, Station
from firstbell.models.networks.solver import solve
from firstbell.models.problems import InputError
from firstbell.models.simulation.network import NetworkSimulation, simulate_network

COMPLETIONS = 200_000

NETWORKS = {
    "two closed classes, two shared queues and a delay": Network(
        classes=(
            CustomerClass(name="a", population=20, think_time_s=5.0),
            CustomerClass(name="b", population=10, think_time_s=2.0),
        ),
        stations=(
            Station(name="x", demand_s={"a": 0.2, "b": 0.3}),
            Station(name="y", demand_s={"a": 0.1, "b": 0.4}),
            Station(name="d", kind="delay", demand_s={"a": 0.5}),
        ),
    ),
    "several servers, shared and first come": Network(
        classes=(CustomerClass(name="a", population=200, think_time_s=10.0),),
        stations=(
            Station(name="x", servers=8, demand_s={"a": 0.45}),
            Station(name="y", servers=4, discipline="fcfs", demand_s={"a": 0.15}),
        ),
    ),
    "closed and open classes mixed": Network(
        classes=(
            CustomerClass(name="a", population=20, think_time_s=10.0),
            CustomerClass(name="o", arrival_rate_per_s=1.0),
        ),
        stations=(Station(name="x", demand_s={"a": 0.2, "o": 0.3}), Station(name="y", demand_s={"a": 0.1, "o": 0.1})),
    ),
    "load-dependent rates": Network(
        classes=(CustomerClass(name="a", population=20, think_time_s=2.0),),
        stations=(Station(name="x", rates=(1.0, 1.7, 2.1), demand_s={"a": 0.3}),),
    ),
    "nobody thinks": Network(
        classes=(CustomerClass(name="a", population=5),),
        stations=(Station(name="x", demand_s={"a": 0.2}), Station(name="y", demand_s={"a": 0.1})),
    ),
    "a saturated station": Network(
        classes=(CustomerClass(name="a", population=500, think_time_s=1.0),),
        stations=(Station(name="x", servers=2, demand_s={"a": 0.1}),),
    ),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_a_simulated_network_agrees_with_its_exact_solution(name: str) -> None:
    network = NETWORKS[name]
    exact = solve(network)
    found = simulate_network(network, seed=4, completions=COMPLETIONS).solution
    assert (exact.exact, found.exact, found.method) == (True, False, "simulation")
    for each in network.classes:
        expected = exact.classes[each.name]
        assert found.classes[each.name].throughput_per_s == pytest.approx(expected.throughput_per_s, rel=0.015)
        assert found.classes[each.name].response_time_s == pytest.approx(expected.response_time_s, rel=0.05)
    for station in network.stations:
        expected_utilization = exact.stations[station.name].utilization
        assert found.stations[station.name].utilization == pytest.approx(expected_utilization, rel=0.015)


def mean_s(simulation: NetworkSimulation, name: str) -> float:
    mean = simulation.classes[name].mean_s
    assert mean is not None
    return mean


def test_classes_with_different_services_at_a_first_come_queue_wait_alike() -> None:
    """No product form: W = Σ λ E[S²] / (2 (1 − ρ)) for all (Pollaczek and Khinchine), then each its own service."""
    network = Network(
        classes=(
            CustomerClass(name="short", arrival_rate_per_s=1.0),
            CustomerClass(name="long", arrival_rate_per_s=0.1),
        ),
        stations=(Station(name="x", discipline="fcfs", demand_s={"short": 0.2, "long": 4.0}),),
    )
    simulation = simulate_network(network, seed=3, completions=COMPLETIONS)
    wait_s = (1.0 * 2 * 0.2**2 + 0.1 * 2 * 4.0**2) / 2 / (1 - 0.6)
    assert mean_s(simulation, "short") == pytest.approx(wait_s + 0.2, rel=0.06)
    assert mean_s(simulation, "long") == pytest.approx(wait_s + 4.0, rel=0.06)


def test_services_may_have_any_distribution() -> None:
    """M/D/1: W = ρ s / (2 (1 − ρ))."""
    network = Network(
        classes=(CustomerClass(name="o", arrival_rate_per_s=0.8),),
        stations=(Station(name="x", discipline="fcfs", demand_s={"o": 1.0}, scv=0.0),),
    )
    simulation = simulate_network(network, completions=COMPLETIONS)
    assert mean_s(simulation, "o") == pytest.approx(1 + 0.8 / 0.4, rel=0.04)


def test_the_document_adds_percentiles_to_the_answer() -> None:
    """M/M/1 at 0.5: the response time is exponential of mean 2."""
    network = Network(
        classes=(
            CustomerClass(name="o", arrival_rate_per_s=0.5),
            CustomerClass(name="hardly anybody", arrival_rate_per_s=1e-18),
        ),
        stations=(Station(name="x", discipline="fcfs", demand_s={"o": 1.0, "hardly anybody": 3.0}),),
    )
    simulation = simulate_network(network, seed=9, completions=COMPLETIONS)
    document = simulation.document()
    assert document["method"] == "simulation"
    assert document["simulation"] == {"seed": 9, "warmup_s": 40_000.0, "duration_s": 400_000.0}
    percentiles = document["percentiles"]
    assert isinstance(percentiles, dict)
    assert set(percentiles) == {"o", "hardly anybody"}
    assert percentiles["o"]["p95"] == pytest.approx(2 * math.log(20), rel=0.03)
    low, high = percentiles["o"]["p95_interval"]
    assert low < percentiles["o"]["p95"] < high
    unseen = percentiles["hardly anybody"]
    assert (unseen["completions"], unseen["p95"], unseen["p95_interval"]) == (0, None, None)
    assert simulation.solution.classes["hardly anybody"].throughput_per_s == 1e-18


def test_a_population_of_115000_is_simulated_whole() -> None:
    network = Network(
        classes=(CustomerClass(name="learner", population=115_000, think_time_s=10.0),),
        stations=(Station(name="app", servers=8, demand_s={"learner": 0.0005}),),
    )
    simulation = simulate_network(network, completions=20_000)
    expected = solve(network).classes["learner"].throughput_per_s
    assert simulation.solution.classes["learner"].throughput_per_s == pytest.approx(expected, rel=1e-3)


def test_what_cannot_be_simulated_is_told_at_once() -> None:
    network = Network(
        classes=(CustomerClass(name="a", population=2.5, think_time_s=1.0),),
        stations=(Station(name="x", discipline="fcfs", rates=(1.0, 1.5), demand_s={"a": 1.0}),),
    )
    with pytest.raises(InputError) as told:
        simulate_network(network, completions=0)
    assert [problem.key for problem in told.value.problems] == [
        "classes.a.population",
        "stations.x.discipline",
        "completions",
    ]


def test_a_network_that_nobody_comes_to_is_refused_before_it_is_simulated() -> None:
    with pytest.raises(InputError, match=r"classes\.a\.arrival_rate_per_s: not a positive number"):
        Network(classes=(CustomerClass(name="a", arrival_rate_per_s=0.0),), stations=(Station(name="x"),))
