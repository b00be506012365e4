"""Intervals: how often they hold the truth."""

import math

import numpy as np
import pytest
from scipy.stats import binom

from firstbell.models.distributions import LognormalProduct
from firstbell.models.intervals import clopper_pearson, percentile_ranks, rule_of_three, wilson
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
