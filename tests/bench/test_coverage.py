"""The known-truth study, shortened: the script runs the whole of it."""

import pytest

from bench.coverage import Coverage, CoverageStudy, covered

RUNS = 40


@pytest.fixture(scope="module")
def found() -> Coverage:
    return covered(CoverageStudy(runs=RUNS, hold_s=12.0, draws=100, forecast_draws=40))


def test_demands_are_found_without_bias(found: Coverage) -> None:
    for demand in found.demands:
        # The mean of so many runs scatters by a half width over twice the root of their number.
        assert abs(demand.bias) < 0.01 + 3 * demand.half_width / 2 / RUNS**0.5, demand.name


def test_intervals_hold_the_truth_about_as_often_as_they_say(found: Coverage) -> None:
    """Four stations are fitted independently of one another: 160 independent intervals at least, each right at 95 %."""
    margin = 3 * (0.95 * 0.05 / (4 * RUNS)) ** 0.5
    assert 0.95 - margin < found.demands_covered < 0.995
    assert all(demand.covered > 0.8 for demand in found.demands)
    assert found.demands_covered_interval[0] < found.demands_covered < found.demands_covered_interval[1]


def test_a_demand_of_nothing_lies_in_its_interval(found: Coverage) -> None:
    assert found.zeros_covered > 0.9


def test_forecasts_of_a_load_that_was_not_measured_are_held_by_their_intervals(found: Coverage) -> None:
    margin = 3 * (0.95 * 0.05 / (4 * RUNS)) ** 0.5
    assert found.forecasts_covered > 0.95 - margin
    assert {each.name for each in found.forecasts} >= {"throughput of page", "response time of page"}
