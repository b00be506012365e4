"""Every fitted distribution is held against the interval that it was asked to keep."""

import numpy as np
import pytest

from firstbell.models.estimate import Estimate
from firstbell.models.figures import Figure, figures_of
from firstbell.models.sizing.distributions import (
    Exact,
    ScaledBeta,
    beta_for_interval,
    distribution_of,
    lognormal_for_interval,
)
from firstbell.models.sizing.draws import drawn, drawn_values, probabilities
from firstbell.models.workload import Workload


def _figure(low: float, likely: float, high: float, *, share: bool = False) -> Figure:
    return Figure(key="it", estimate=Estimate(low=low, likely=likely, high=high, unit="", source="a test"), share=share)


def test_a_beta_of_a_stated_interval_matches_the_peer_tool() -> None:
    """service-capacity-modeling 0.3.212, stats.dist_for_interval(40000, 50000, 60000, confidence 0.9)."""
    beta = beta_for_interval(40_000, 50_000, 60_000, minimum=20_000, maximum=120_000, confidence=0.9)
    assert beta.mean == pytest.approx(50_000, rel=1e-6)
    assert beta.coverage(40_000, 60_000) == pytest.approx(0.899958804760734, rel=0.01)
    assert beta.at(np.array([0.05, 0.95])) == pytest.approx([40381.21053747763, 60447.07964452641], rel=0.005)


def test_a_lognormal_has_its_ends_at_its_tails() -> None:
    it = lognormal_for_interval(1.0, 5.0, 15.0)
    assert it.at(np.array([0.025, 0.5, 0.975])) == pytest.approx([1.0, 5.0, 15.0])
    assert it.coverage(1.0, 15.0) == pytest.approx(0.95)


@pytest.mark.parametrize(
    "figure",
    [
        _figure(1.375, 3, 3),
        _figure(0, 1, 2),
        _figure(0.01, 0.01, 0.4, share=True),
        _figure(0, 1, 1, share=True),
        _figure(0, 0, 0.3),
    ],
)
def test_intervals_that_end_at_their_likely_value_are_kept_as_well(figure: Figure) -> None:
    it, asked = distribution_of(figure), figure.estimate
    values = it.at(np.linspace(0.001, 0.999, 999))
    assert np.mean((values >= asked.low) & (values <= asked.high)) >= 0.949
    assert it.coverage(asked.low, asked.high) >= 0.95 - 1e-9
    assert values.min() >= 0


def test_a_figure_without_an_interval_never_varies() -> None:
    assert distribution_of(_figure(2, 2, 2)) == Exact(value=2)


def test_every_interval_of_the_shipped_profile_is_covered(kosovo: Workload) -> None:
    for key, figure in figures_of(kosovo).items():
        asked = figure.estimate
        assert distribution_of(figure).coverage(asked.low, asked.high) == pytest.approx(0.975, abs=0.0251), key


def test_shares_of_the_shipped_profile_are_betas_that_keep_their_mean(kosovo: Workload) -> None:
    figure = figures_of(kosovo)["states.watching.share"]
    it = distribution_of(figure)
    assert isinstance(it, ScaledBeta)
    assert it.mean == pytest.approx(figure.estimate.likely)


def test_the_states_shares_add_up_to_one_in_every_draw_and_still_keep_their_intervals(kosovo: Workload) -> None:
    figures = figures_of(kosovo)
    values = drawn_values(figures, probabilities(list(figures), draws=4000, seed=1))
    shares = {key: each for key, each in values.items() if key.startswith("states.") and key.endswith(".share")}
    assert len(shares) == 7
    assert np.sum(list(shares.values()), axis=0) == pytest.approx(np.ones(4001))
    for key, each in shares.items():
        asked = figures[key].estimate
        covered = np.mean((each[1:] >= asked.low) & (each[1:] <= asked.high))
        assert 0.9 <= covered <= 0.995, (key, covered)


@pytest.mark.parametrize("seed", range(5))
def test_the_product_of_lognormals_has_the_quantiles_of_the_closed_form(seed: int) -> None:
    factors = {
        name: lognormal_for_interval(median * np.exp(-1.959964 * sd), median, median * np.exp(1.959964 * sd))
        for name, median, sd in (("learners", 115_000, 0.1), ("share", 0.12, 0.3), ("rate", 1.8, 0.2))
    }
    product = np.prod(list(drawn(factors, draws=10_000, seed=seed).values()), axis=0)
    exact = [13423.506475657758, 24840.0, 40123.73061716375, 45966.052247146996]
    assert np.quantile(product, [0.05, 0.5, 0.9, 0.95]) == pytest.approx(exact, rel=0.01)
    assert product.mean() == pytest.approx(26641.10322235478, rel=0.005)


def test_the_same_seed_draws_the_same_and_what_is_exact_leaves_the_others_alone() -> None:
    it = lognormal_for_interval(1, 2, 3)
    first, again, other = (drawn({"a": it, "b": it}, draws=50, seed=seed) for seed in (3, 3, 4))
    assert np.array_equal(first["a"], again["a"])
    assert not np.array_equal(first["a"], other["a"])
    assert np.array_equal(first["b"], drawn({"a": Exact(value=2), "b": it}, draws=50, seed=3)["b"])


def test_names_are_drawn_independently() -> None:
    positions = np.array(list(probabilities([f"it {number}" for number in range(60)], draws=2000, seed=1).values()))
    correlation = np.corrcoef(positions) - np.eye(60)
    assert np.abs(correlation).max() < 0.1


def test_any_number_of_draws_can_be_asked_for() -> None:
    for draws in (0, 1, 2, 3, 1000):
        assert len(probabilities(["it"], draws=draws, seed=1)["it"]) == draws
