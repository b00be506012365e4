"""Inversion against the recursion over population vectors, and at populations that this cannot reach."""

from dataclasses import replace

import numpy as np
import pytest

from firstbell.models.networks import inversion as inverting
from firstbell.models.networks.closed import ClosedModel
from firstbell.models.networks.exact_mva import exact_mva
from firstbell.models.networks.inversion import grid_of, inversion
from firstbell.models.networks.network import CustomerClass, Network, Station
from firstbell.models.networks.solution import SolutionRefused
from firstbell.models.networks.solver import solve
from firstbell.models.problems import InputError
from tests.models.networks.networks_at_random import closed_network

Rows = list[list[float]]
ELEARNING = [[0.2, 0.3, 0.35], [0.3, 0.6, 0.8], [0.15, 1.4, 0.9], [0.12, 0.4, 1.6], [0.6, 0.05, 0.1]]
THINKS = [40.0, 60.0, 45.0]


def model_of(demands: Rows, populations: list[int], thinks: list[float]) -> ClosedModel:
    return ClosedModel.of(closed_network(demands, [float(n) for n in populations], thinks))


def assert_as_recursion(model: ClosedModel) -> None:
    found, exact = inversion(model), exact_mva(model)
    assert found.throughput_per_s == pytest.approx(exact.throughput_per_s, rel=1e-8)
    assert found.residence_s == pytest.approx(exact.residence_s, rel=1e-8, abs=0.0)


@pytest.mark.parametrize("seed", range(30))
def test_a_network_at_random_is_as_by_recursion(seed: int) -> None:
    draw = np.random.default_rng(seed)
    classes, stations = 1 + seed % 3, int(draw.integers(1, 6))
    demands = draw.uniform(0.0, 1.0, (stations, classes)) * (draw.random((stations, classes)) < 0.8)
    demands[0] = draw.uniform(0.1, 1.0, classes)
    most = [400, 60, 16][classes - 1]
    populations = draw.integers(1, most, classes).tolist()
    thinks = draw.choice([0.0, 1.0, 9.0, 100.0], classes).tolist()
    assert_as_recursion(model_of(demands.tolist(), populations, thinks))


@pytest.mark.parametrize(
    ("demands", "populations", "thinks"),
    [
        ([[0.3, 0.3], [0.3, 0.3], [0.3, 0.3]], [40, 30], [0.0, 0.0]),
        ([[0.3, 0.5], [0.3 + 1e-9, 0.5 - 1e-9]], [40, 30], [1.0, 2.0]),
        ([[0.3, 0.0], [0.0, 0.5]], [40, 30], [5.0, 0.0]),
        ([[0.3, 0.5, 0.2]], [20, 15, 10], [0.0, 0.0, 0.0]),
        ([[0.3, 0.5, 0.2], [0.0, 0.0, 0.0]], [1, 1, 1], [3.0, 0.0, 1.0]),
        ([[0.1, 0.2, 0.02], [0.02, 0.3, 0.1]], [300, 1, 20], [4.0, 0.0, 9.0]),
        ([[0.1, 10.0], [0.02, 40.0]], [2000, 1], [300.0, 0.0]),
        (ELEARNING, [30, 20, 10], [1.0, 2.0, 0.0]),
        ([[0.0, 0.0]], [30, 20], [1.0, 2.0]),
    ],
    ids=[
        "ties",
        "near ties",
        "apart",
        "one station",
        "one each",
        "one among many",
        "a slow one",
        "busy",
        "nobody served",
    ],
)
def test_an_awkward_network_is_as_by_recursion(demands: Rows, populations: list[int], thinks: list[float]) -> None:
    assert_as_recursion(model_of(demands, populations, thinks))


def test_full_stations_and_hundreds_of_learners_are_as_by_recursion() -> None:
    assert_as_recursion(model_of((np.array(ELEARNING) / 4.0).tolist(), [120, 110, 100], THINKS))


def test_open_classes_slow_the_stations_as_in_the_recursion() -> None:
    classes = (
        CustomerClass(name="a", population=30, think_time_s=4.0),
        CustomerClass(name="b", population=20, think_time_s=9.0),
        CustomerClass(name="open", arrival_rate_per_s=0.7),
    )
    stations = (
        Station(name="s", demand_s={"a": 0.2, "b": 0.4, "open": 0.5}),
        Station(name="t", demand_s={"a": 0.3, "open": 0.1}, rates=(2.0,)),
        Station(name="u", kind="delay", demand_s={"b": 1.0}),
    )
    network = Network(classes=classes, stations=stations)
    found, exact = solve(network, "inversion"), solve(network, "exact-mva")
    assert (found.method, found.exact) == ("inversion", True)
    for name, result in exact.stations.items():
        assert found.stations[name].utilization == pytest.approx(result.utilization, rel=1e-8)
        assert found.stations[name].queue_length == pytest.approx(dict(result.queue_length), rel=1e-8)


def test_a_class_split_in_three_is_the_whole_at_a_national_platform() -> None:
    """What no recursion reaches is known where the classes are alike."""
    demands = (np.array(ELEARNING) / 1150).tolist()
    populations = [46_000.0, 46_000.0, 23_000.0]
    parts = solve(closed_network([[row[0]] * 3 for row in demands], populations, [40.0] * 3), "inversion")
    whole = solve(closed_network([row[:1] for row in demands], [115_000.0], [40.0]), "exact-mva")
    due = whole.classes["c0"]
    for each in parts.network.classes:
        assert each.population is not None
        share = each.population / 115_000
        assert parts.classes[each.name].throughput_per_s == pytest.approx(share * due.throughput_per_s, rel=1e-8)
        assert parts.classes[each.name].response_time_s == pytest.approx(due.response_time_s, rel=1e-8)


def test_auto_takes_the_recursion_while_it_is_quick_and_inversion_beyond() -> None:
    demands = (np.array(ELEARNING) / 60.0).tolist()
    assert solve(closed_network(demands, [20.0, 20.0, 20.0], THINKS)).method == "exact-mva"
    found = solve(closed_network(demands, [1000.0, 1000.0, 1000.0], THINKS))
    assert (found.method, found.exact) == ("inversion", True)


def test_the_grid_of_those_who_mostly_think_does_not_grow_with_them() -> None:
    grids = [
        grid_of(model_of((np.array(ELEARNING) * 10.0 / learners).tolist(), [learners] * 3, THINKS))
        for learners in (1_000, 100_000)
    ]
    assert grids[1].points < 2 * grids[0].points


def test_stations_of_several_speeds_are_left_to_convolution() -> None:
    with pytest.raises(InputError, match="convolution"):
        solve(closed_network([[0.3, 0.2], [0.1, 0.1]], [5.0, 5.0], [1.0, 1.0], [2, 1]), "inversion")


def test_too_many_points_are_refused_by_name() -> None:
    with pytest.raises(InputError, match="too long"):
        solve(closed_network(ELEARNING, [50_000.0, 40_000.0, 30_000.0], [0.0, 0.0, 0.0]), "inversion")


def test_a_grid_that_is_too_coarse_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    model = model_of(ELEARNING, [30, 20, 10], [10.0, 20.0, 0.0])
    grid = grid_of(model)
    coarse = replace(grid, spacing=grid.spacing // 4 * 2 + 1, reach=np.minimum(grid.reach, grid.spacing // 4))
    monkeypatch.setattr(inverting, "grid_of", lambda model: coarse)
    with pytest.raises(SolutionRefused, match="digits"):
        inversion(model)
