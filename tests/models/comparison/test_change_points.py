"""Where a series changed its level."""

from itertools import combinations, pairwise

import numpy as np
import pytest

from firstbell.models.comparison.change_points import _pelt, change_points


def by_trying_all(values: np.ndarray, penalty: float) -> tuple[int, ...]:  # type: ignore[type-arg]
    """The same optimum by looking at every way to cut."""
    count = len(values)

    def cost(places: tuple[int, ...]) -> float:
        edges = [0, *places, count]
        if any(b - a < 2 for a, b in pairwise(edges)):
            return float("inf")
        return sum(float(np.var(values[a:b]) * (b - a)) for a, b in pairwise(edges)) + penalty * len(places)

    every = [places for number in range(4) for places in combinations(range(1, count), number)]
    return min(every, key=cost)


@pytest.mark.parametrize("seed", range(8))
def test_the_cuts_are_the_best_of_all(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = np.concatenate([rng.normal(0, 1, 5), rng.normal(4, 1, 4), rng.normal(seed % 3, 1, 4)])
    assert _pelt(values, 6.0) == by_trying_all(values, 6.0)


def test_a_step_is_found_where_it_is() -> None:
    rng = np.random.default_rng(1)
    values = np.concatenate([rng.normal(1.0, 0.02, 12), rng.normal(1.2, 0.02, 9)])
    assert change_points(values) == (12,)


def test_noise_has_no_steps() -> None:
    rng = np.random.default_rng(2)
    found = [change_points(rng.normal(1.0, 0.05, 25)) for _ in range(100)]
    assert sum(bool(places) for places in found) <= 10


def test_few_values_and_values_all_alike_have_none() -> None:
    assert change_points(np.array([1.0, 2.0, 3.0])) == ()
    assert change_points(np.ones(10)) == ()
