"""What a network refuses, and what a solution refuses."""

from dataclasses import replace

import pytest

from firstbell.models.networks.network import CustomerClass, Network, Station
from firstbell.models.networks.solution import SolutionRefused
from firstbell.models.networks.solver import solve
from firstbell.models.problems import InputError
from tests.models.networks.networks_at_random import closed_network


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(InputError) as raised:
        Network(
            classes=(
                CustomerClass(name="a", population=-1),
                CustomerClass(name="a"),
                CustomerClass(name="o", arrival_rate_per_s=1.0, think_time_s=2.0),
            ),
            stations=(
                Station(name="s", servers=0, demand_s={"nobody": 0.1, "a": -0.1}),
                Station(name="t", servers=2, rates=(1.0, 0.0)),
            ),
        )
    told = str(raised.value)
    for part in (
        "used twice",
        "population",
        "either closed or open",
        "no think time",
        "servers",
        "nobody",
        "demand_s.a",
    ):
        assert part in told
    assert "already say how fast" in told


def test_an_unstable_class_is_named_with_its_station_and_utilisation() -> None:
    with pytest.raises(InputError, match=r"stations\.app.*utilisation 1\.25"):
        Network(
            classes=(CustomerClass(name="api", arrival_rate_per_s=50.0),),
            stations=(Station(name="app", servers=2, demand_s={"api": 0.05}),),
        )


def test_a_class_that_neither_thinks_nor_is_served_is_refused() -> None:
    with pytest.raises(InputError, match="infinite"):
        Network(classes=(CustomerClass(name="a", population=1),), stations=(Station(name="s"),))


def test_what_is_given_cannot_be_changed_afterwards() -> None:
    demands = {"a": 0.1}
    station = Station(name="s", demand_s=demands)
    demands["a"] = 9.0
    assert station.demand_of("a") == 0.1
    with pytest.raises(TypeError):
        station.demand_s["a"] = 1.0  # type: ignore[index]


def test_a_solution_that_breaks_a_law_is_refused() -> None:
    solution = solve(closed_network([[0.1], [0.2]], [10], [1.0]))
    for change, told in (({"throughput_per_s": 4.0}, "Little"), ({"in_system": 3.0}, "Little")):
        classes = {"c0": replace(solution.classes["c0"], **change)}
        with pytest.raises(SolutionRefused, match=told):
            replace(solution, classes=classes)
    busy = {**solution.stations, "s1": replace(solution.stations["s1"], utilization=1.001)}
    with pytest.raises(SolutionRefused, match="utilisation of s1"):
        replace(solution, stations=busy)


def test_a_throughput_outside_the_bounds_is_refused() -> None:
    """Little's law alone cannot see that a customer was served faster than its demand."""
    solution = solve(closed_network([[0.1]], [1], [1.0]))
    quick = 0.05
    rate = 1.0 / (1.0 + quick)
    with pytest.raises(SolutionRefused, match="not in"):
        replace(
            solution,
            classes={
                "c0": replace(
                    solution.classes["c0"], throughput_per_s=rate, response_time_s=quick, in_system=rate * quick
                )
            },
            stations={"s0": replace(solution.stations["s0"], queue_length={"c0": rate * quick})},
        )
