"""What is drawn by lot has the distribution that the profile states."""

import numpy as np
import pytest

from firstbell.scenarios.chance import Chance, Choice, Popularity


def test_lognormal_draws_have_the_mean_and_the_variation_asked_for() -> None:
    chance = Chance(1, 0)
    draws = np.array([chance.lognormal(20.0, 0.5) for _ in range(40_000)])
    assert draws.mean() == pytest.approx(20.0, rel=0.02)
    assert draws.std() / draws.mean() == pytest.approx(0.5, rel=0.05)


def test_a_whole_number_around_a_mean_has_that_mean() -> None:
    chance = Chance(1, 0)
    draws = np.array([chance.around(2.5) for _ in range(20_000)])
    assert set(draws) == {2, 3}
    assert draws.mean() == pytest.approx(2.5, abs=0.02)


def test_the_top_tenth_of_titles_gets_58_percent_of_the_views_at_an_exponent_of_0_8() -> None:
    chance, popularity = Chance(1, 0), Popularity(14_000, 0.8)
    ranks = np.array([popularity.rank(chance) for _ in range(40_000)])
    assert (ranks < 1_400).mean() == pytest.approx(0.58, abs=0.02)
    assert ranks.max() < 14_000


def test_a_choice_follows_its_shares() -> None:
    chance, choice = Chance(1, 0), Choice([0.05, 0.2, 0.4, 0.25, 0.1])
    counts = np.bincount([choice.index(chance) for _ in range(40_000)], minlength=5) / 40_000
    assert counts == pytest.approx([0.05, 0.2, 0.4, 0.25, 0.1], abs=0.01)


def test_processes_draw_differently_and_the_same_run_draws_again_the_same() -> None:
    draws = [Chance(seed, process).exponential(1.0) for seed, process in ((1, 0), (1, 0), (1, 1), (2, 0))]
    assert draws[0] == draws[1]
    assert len(set(draws)) == 3
