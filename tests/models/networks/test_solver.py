"""Exact methods against each other and against sums over states; approximations against exact; laws for all."""

from itertools import product

import numpy as np
import pytest

from firstbell.models.networks.bounds import asymptotic_bounds, balanced_bounds
from firstbell.models.networks.network import CustomerClass, Network, Station
from firstbell.models.networks.solver import METHODS, solve
from firstbell.models.problems import InputError
from tests.models.networks.networks_at_random import closed_network, random_network, throughput_and_present

ELEARNING = [[0.2, 0.3, 0.35], [0.3, 0.6, 0.8], [0.15, 1.4, 0.9], [0.12, 0.4, 1.6], [0.6, 0.05, 0.1]]


def throughput(network: Network, method: str = "auto") -> list[float]:
    return [result.throughput_per_s for result in solve(network, method).classes.values()]


def test_mean_value_analysis_and_convolution_agree() -> None:
    network = closed_network(ELEARNING, [20, 10, 5], [40.0, 60.0, 45.0])
    by_mva, by_convolution = solve(network, "exact-mva"), solve(network, "convolution")
    assert by_mva.method == "exact-mva"
    assert by_convolution.method == "convolution"
    for name, result in by_mva.stations.items():
        other = by_convolution.stations[name]
        assert dict(result.residence_time_s) == pytest.approx(dict(other.residence_time_s), rel=1e-10)


def plain_throughput(demands: list[list[float]], populations: list[int], thinks: list[float]) -> list[float]:
    """Reiser and Lavenberg's recursion as it is printed, over every population vector in turn."""
    demand = np.array(demands)
    queues = {}
    for vector in product(*(range(count + 1) for count in populations)):
        queues[vector] = np.zeros(len(demands))
        rates = []
        for r, count in enumerate(vector):
            before = tuple(n - (s == r) for s, n in enumerate(vector))
            residence = demand[:, r] * (1.0 + queues[before]) if count else demand[:, r]
            rates.append(count / (thinks[r] + residence.sum()))
            queues[vector] = queues[vector] + rates[-1] * residence
    return rates


@pytest.mark.parametrize("populations", [[17], [9, 4], [4, 9], [5, 5, 5], [3, 1, 7], [2, 4, 3, 4], [1, 1, 1, 1, 2]])
def test_mean_value_analysis_is_its_recursion_whatever_the_order_of_the_classes(populations: list[int]) -> None:
    draw = np.random.default_rng(populations)
    demands = draw.uniform(0.0, 1.0, (3, len(populations)))
    demands[0, -1] = 0.0
    thinks = draw.uniform(0.0, 3.0, len(populations)).tolist()
    found = throughput(closed_network(demands.tolist(), [float(n) for n in populations], thinks), "exact-mva")
    assert found == pytest.approx(plain_throughput(demands.tolist(), populations, thinks), rel=1e-12)


@pytest.mark.parametrize(
    "stations",
    [
        (
            Station(name="s", servers=2, demand_s={"c0": 0.8, "open": 0.6}),
            Station(name="t", demand_s={"c0": 0.5, "open": 0.3}),
        ),
        (
            Station(name="s", servers=3, demand_s={"c0": 1.8, "open": 1.6}),
            Station(name="t", demand_s={"c0": 0.5, "open": 0.3}, rates=(1.0, 1.5, 1.2)),
        ),
        (
            Station(name="s", demand_s={"c0": 0.3, "open": 0.2}, rates=(0.5, 1.0, 1.4)),
            Station(name="t", demand_s={"c0": 0.5, "open": 0.0}, rates=(2.0,)),
        ),
    ],
)
def test_a_mixed_network_is_what_the_sum_over_all_states_says(stations: tuple[Station, Station]) -> None:
    network = Network(
        classes=(
            CustomerClass(name="c0", population=4, think_time_s=2.0),
            CustomerClass(name="open", arrival_rate_per_s=0.7),
        ),
        stations=stations,
    )
    rate, present = throughput_and_present(population=4, think_time_s=2.0, arrival_rate_per_s=0.7, stations=stations)
    solution = solve(network)
    assert solution.exact
    assert solution.classes["c0"].throughput_per_s == pytest.approx(rate, rel=1e-9)
    found = [[result.queue_length["c0"], result.queue_length["open"]] for result in solution.stations.values()]
    assert np.array(found) == pytest.approx(present, rel=1e-7, abs=1e-12)


@pytest.mark.parametrize("seed", range(25))
def test_every_method_obeys_the_laws_and_the_approximations_are_near(seed: int) -> None:
    network = random_network(seed)
    exact = solve(network)
    assert exact.exact
    near = {"linearizer": 0.12, "aql": 0.12, "bard-schweitzer": 0.2}
    for method, reach in near.items():
        found = solve(network, method)
        assert not found.exact
        for name, result in found.classes.items():
            assert result.throughput_per_s == pytest.approx(exact.classes[name].throughput_per_s, rel=reach)


@pytest.mark.parametrize("seed", range(10))
def test_more_customers_complete_more_and_wait_longer(seed: int) -> None:
    network = random_network(seed, open_classes=False)
    first, *others = network.classes
    rates = []
    for more in (0, 1, 5):
        larger = CustomerClass(
            name=first.name, population=(first.population or 0) + more, think_time_s=first.think_time_s
        )
        rates.append(solve(Network(classes=(larger, *others), stations=network.stations)).classes[first.name])
    assert rates == sorted(rates, key=lambda result: result.throughput_per_s)


def test_a_single_class_lies_between_its_bounds_and_the_balanced_ones_are_tighter() -> None:
    demands = [0.4, 0.3, 0.1]
    for population in (1, 2, 5, 20, 200):
        found = throughput(closed_network([[d] for d in demands], [population], [3.0]))[0]
        asymptotic = asymptotic_bounds(population=population, think_time_s=3.0, demand_s=demands)
        balanced = balanced_bounds(population=population, think_time_s=3.0, demand_s=demands)
        low, high = balanced.throughput_per_s
        assert asymptotic.throughput_per_s[0] * (1 - 1e-12) <= low * (1 + 1e-12)
        assert low * (1 - 1e-9) <= found <= high * (1 + 1e-9) <= asymptotic.throughput_per_s[1] * (1 + 1e-8)


@pytest.mark.parametrize("servers", [1, 4, 64])
def test_many_customers_come_to_the_fluid_limit(servers: int) -> None:
    """The servers grow with the demands, so that only the chance part of waiting differs."""
    demands = (np.array(ELEARNING) * servers / 1150).tolist()
    network = closed_network(demands, [69000, 34500, 11500], [40.0, 60.0, 45.0], [servers] * 5)
    assert throughput(network) == pytest.approx(throughput(network, "fluid"), rel=0.002)


def test_the_fluid_limit_meets_its_optimality_conditions() -> None:
    """N/x = Z + Σ λ D at every class, with waiting only where the station is full (Karush, Kuhn, Tucker)."""
    network = closed_network((np.array(ELEARNING) / 1150).tolist(), [69000, 34500, 11500], [40.0, 60.0, 45.0])
    solution = solve(network, "fluid")
    for result, station in zip(solution.stations.values(), network.stations, strict=True):
        waiting = [result.residence_time_s[name] - station.demand_of(name) for name in ("c0", "c1", "c2")]
        prices = [wait / station.demand_of(name) for wait, name in zip(waiting, ("c0", "c1", "c2"), strict=True)]
        assert prices == pytest.approx([prices[0]] * 3, rel=1e-9, abs=1e-9)
        assert min(prices) >= -1e-9
        assert prices[0] < 1e-9 or result.utilization == pytest.approx(1.0, abs=1e-9)


def test_a_hundred_thousand_customers_at_multi_server_stations_are_solved_exactly() -> None:
    """Where plain load-dependent mean value analysis returns negative throughputs."""
    demands = [[0.05], [0.01], [0.0003]]
    solution = solve(closed_network(demands, [115_000], [45.0], [128, 40, 1]))
    assert solution.exact
    assert solution.classes["c0"].throughput_per_s == pytest.approx(solve_by_pool(demands), rel=2e-4)


def solve_by_pool(demands: list[list[float]]) -> float:
    """The busiest station alone with the others as plain delays: close, as the others hardly queue."""
    others = 45.0 + sum(row[0] for row in demands[1:])
    return throughput(closed_network(demands[:1], [115_000], [others], [128]))[0]


@pytest.mark.parametrize("think_time_s", [0.0, 20.0])
def test_birth_and_death_and_convolution_agree_on_one_queue(think_time_s: float) -> None:
    classes = (
        CustomerClass(name="c", population=80, think_time_s=think_time_s),
        CustomerClass(name="open", arrival_rate_per_s=0.7),
    )
    stations = (Station(name="s", servers=6, demand_s={"c": 1.3, "open": 2.0}),)
    network = Network(classes=classes, stations=stations)
    found, other = solve(network, "exact-mva"), solve(network, "convolution")
    assert found.method == "birth-death"
    for name, result in found.classes.items():
        assert result.response_time_s == pytest.approx(other.classes[name].response_time_s, rel=1e-9)
    with pytest.raises(InputError, match="one queue"):
        solve(closed_network(ELEARNING, [2, 1, 1], [1.0, 1.0, 1.0]), "birth-death")


def test_who_only_thinks_and_meets_delays_never_waits() -> None:
    network = Network(
        classes=(CustomerClass(name="c", population=30, think_time_s=9.0),),
        stations=(Station(name="lan", kind="delay", demand_s={"c": 1.0}),),
    )
    for method in sorted({"auto", *METHODS} - {"birth-death"}):
        solution = solve(network, method)
        assert solution.classes["c"].throughput_per_s == pytest.approx(3.0, rel=1e-12)
        assert solution.stations["lan"].utilization == pytest.approx(3.0, rel=1e-12)


def test_a_share_of_a_learner_is_approximated_and_refused_by_exact_methods() -> None:
    network = closed_network([[0.1]], [12.5], [1.0])
    assert solve(network).method == "linearizer"
    with pytest.raises(InputError, match="whole populations"):
        solve(network, "exact-mva")


def test_an_exact_method_that_would_take_days_says_so() -> None:
    network = closed_network(ELEARNING, [69000, 34500, 11500], [40.0, 60.0, 45.0])
    with pytest.raises(InputError, match="too long"):
        solve(network, "exact-mva")


def test_an_unknown_method_is_told_with_those_there_are() -> None:
    with pytest.raises(InputError, match="linearizer"):
        solve(closed_network([[0.1]], [3], [1.0]), "magic")


def test_fcfs_with_unequal_demands_is_not_called_exact() -> None:
    classes = (CustomerClass(name="a", population=3), CustomerClass(name="b", population=2))
    unequal = Station(name="s", demand_s={"a": 0.1, "b": 0.4}, discipline="fcfs")
    equal = Station(name="s", demand_s={"a": 0.1, "b": 0.1}, discipline="fcfs")
    assert not solve(Network(classes=classes, stations=(unequal,))).exact
    assert solve(Network(classes=classes, stations=(equal,))).exact
