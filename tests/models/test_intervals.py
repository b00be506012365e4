"""Intervals: how often they hold the truth."""

import math

import numpy as np
import pytest
from scipy.stats import binom

from firstbell.models.distributions import LognormalProduct
from firstbell.models.intervals import (
    around_draws,
    batch_means,
    clopper_pearson,
    percentile_ranks,
    rule_of_three,
    wilson,
)
from firstbell.models.problems import InputError


@pytest.mark.parametrize("ratio", [0.002, 0.03, 0.3])
def test_the_exact_interval_never_promises_too_much_and_wilson_keeps_its_average(ratio: float) -> None:
    requests = 400
    chances = binom.pmf(np.arange(requests + 1), requests, ratio)
    held = {"wilson": 0.0, "exact": 0.0}
    for failures, chance in enumerate(chances):
        if chance > 1e-12:
            found = wilson(failures=failures, requests=requests)
            held["wilson"] += chance * (found.low <= ratio <= found.high)
            found = clopper_pearson(failures=failures, requests=requests)
            held["exact"] += chance * (found.low <= ratio <= found.high)
    assert held["exact"] >= 0.95
    assert held["wilson"] >= 0.92


def test_all_or_none_failing_reaches_the_end() -> None:
    for interval in (wilson, clopper_pearson):
        assert interval(failures=0, requests=50).low == 0.0
        assert interval(failures=50, requests=50).high == 1.0
    assert clopper_pearson(failures=0, requests=5000, level=0.9).high == pytest.approx(rule_of_three(5000), rel=0.01)


def test_ranks_hold_the_percentile_as_often_as_they_say() -> None:
    ranks = percentile_ranks(samples=300, share=0.9)
    assert ranks is not None
    samples = np.sort(np.random.default_rng(3).exponential(1.0, (4000, 300)), axis=1)
    truth = -math.log(0.1)
    held = np.mean((samples[:, ranks.lower - 1] <= truth) & (truth <= samples[:, ranks.upper - 1]))
    assert held == pytest.approx(ranks.coverage, abs=0.012)


def test_too_few_samples_have_no_interval() -> None:
    assert percentile_ranks(samples=50, share=0.99) is None


def test_impossible_counts_are_refused() -> None:
    with pytest.raises(InputError, match="more failures than requests"):
        wilson(failures=3, requests=2)


def test_a_product_of_lognormals_comes_back() -> None:
    product = LognormalProduct(medians=[115_000, 0.12, 1.8], log_sds=[0.1, 0.3, 0.2])
    for share in (0.05, 0.5, 0.99):
        assert product.share_below(product.percentile(share)) == pytest.approx(share, rel=1e-12)


def test_batch_means_hold_the_mean_of_a_series_that_depends_on_itself() -> None:
    dice = np.random.default_rng(7)
    held, naive = 0, 0
    for _ in range(400):
        series = np.zeros(4000)
        noise = dice.normal(size=4000)
        for at in range(1, 4000):
            series[at] = 0.8 * series[at - 1] + noise[at]
        found = batch_means(series)
        assert found is not None
        held += found.low <= 0 <= found.high
        naive += abs(series.mean()) <= 1.96 * series.std(ddof=1) / math.sqrt(4000)
    assert 0.92 <= held / 400 <= 0.98
    assert naive / 400 < 0.7  # as if neighbours knew nothing of one another


def test_a_series_too_short_for_its_batches_has_no_interval() -> None:
    assert batch_means(np.ones(39)) is None
    assert batch_means(np.arange(40.0)) is not None


def test_an_interval_around_draws_is_as_wide_as_they_scatter() -> None:
    drawn = np.exp(np.random.default_rng(1).normal(0.0, 0.1, 2000)).tolist()
    low, high = around_draws(3.0, drawn)
    assert (low * math.exp(0.2), high * math.exp(-0.2)) == pytest.approx((3.0, 3.0), rel=0.02)
    assert around_draws(3.0, [1.0]) == (3.0, 3.0)
