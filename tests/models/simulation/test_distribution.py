import math

import numpy as np
import pytest

from firstbell.models.simulation.distribution import Distribution, DistributionTable
from firstbell.models.simulation.random_numbers import draw, draw_remaining, random_state, uniform

EVERY_KIND = {
    "deterministic": Distribution.deterministic(3.0),
    "exponential": Distribution.exponential(3.0),
    "uniform": Distribution.uniform(1.0, 5.0),
    "gamma": Distribution.gamma(3.0, scv=0.5),
    "gamma below shape 1": Distribution.gamma(3.0, scv=2.5),
    "erlang": Distribution.erlang(3.0, stages=4),
    "lognormal": Distribution.lognormal(3.0, cv=0.8),
    "hyperexponential": Distribution.hyperexponential(3.0, scv=4.0),
    "empirical": Distribution.empirical([1.0, 1.0, 2.0, 8.0]),
}


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_draws_have_the_mean_and_variance_that_were_asked_for(kind: str) -> None:
    distribution = EVERY_KIND[kind]
    table = DistributionTable()
    number = table.number_of(distribution)
    state = random_state(1)
    drawn = np.array([draw(state, table.records(), table.values(), number) for _ in range(20_000)])
    assert drawn.mean() == pytest.approx(distribution.mean, rel=0.06)
    assert drawn.var() / distribution.mean**2 == pytest.approx(distribution.scv, rel=0.15, abs=1e-12)


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_what_remains_of_an_interval_has_the_mean_of_renewal_theory(kind: str) -> None:
    distribution = EVERY_KIND[kind]
    table = DistributionTable()
    number = table.number_of(distribution)
    state = random_state(2)
    records, values = table.records(), table.values()
    drawn = np.array([draw_remaining(state, records, values, number) for _ in range(20_000)])
    assert drawn.mean() == pytest.approx(distribution.mean * (1 + distribution.scv) / 2, rel=0.08)


def test_uniform_numbers_are_those_of_the_published_generator() -> None:
    """xoshiro256++ from the state 1, 2, 3, 4; the first words as the reference implementation in C gives them."""
    state = np.array([1, 2, 3, 4], dtype=np.uint64)
    words = [41943041, 58720359, 3588806011781223, 3591011842654386, 9228616714210784205]
    assert [uniform(state) for _ in words] == [(word >> 11) / 2**53 for word in words]


def test_equal_distributions_share_a_number() -> None:
    table = DistributionTable()
    assert table.number_of(Distribution.exponential(2.0)) == table.number_of(Distribution.gamma(2.0, scv=1.0))
    assert table.number_of(Distribution.exponential(3.0)) == 1


def test_empirical_tables_lie_one_behind_the_other() -> None:
    table = DistributionTable()
    table.number_of(Distribution.empirical([2.0, 1.0]))
    second = table.number_of(Distribution.empirical([5.0, 4.0, 6.0]))
    drawn = {draw(state, table.records(), table.values(), second) for state in [random_state(3)] for _ in range(100)}
    assert drawn == {4.0, 5.0, 6.0}
    assert table.values().tolist() == [1.0, 2.0, 4.0, 5.0, 6.0]


@pytest.mark.parametrize(
    ("constructor", "arguments"),
    [
        (Distribution.deterministic, {"value": -1.0}),
        (Distribution.exponential, {"mean": 0.0}),
        (Distribution.exponential, {"mean": math.nan}),
        (Distribution.exponential, {"mean": math.inf}),
        (Distribution.uniform, {"low": 2.0, "high": 2.0}),
        (Distribution.hyperexponential, {"mean": 1.0, "scv": 0.5}),
        (Distribution.empirical, {"values": [1.0]}),
        (Distribution.empirical, {"values": [0.0, 0.0]}),
    ],
)
def test_parameters_without_meaning_are_refused(constructor, arguments) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match="no such parameter"):
        constructor(**arguments)
