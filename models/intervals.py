"""Intervals of measured ratios and percentiles that promise no more than they keep."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta, binom, norm, t

from firstbell.models.stations.parameters import Parameters


@dataclass(frozen=True, kw_only=True)
class Interval:
    """``low`` ≤ truth ≤ ``high`` in a ``level`` share of all measurements."""

    low: float
    high: float
    level: float


def wilson(*, failures: int, requests: int, level: float = 0.95) -> Interval:
    """Score interval of a failure ratio (Wilson 1927): close to its level on average, for any ratio and number."""
    _check_ratio(failures, requests, level)
    z = float(norm.ppf((1.0 + level) / 2.0))
    ratio = failures / requests
    weight = 1.0 + z * z / requests
    centre = (ratio + z * z / (2.0 * requests)) / weight
    reach = z * math.sqrt(ratio * (1.0 - ratio) / requests + z * z / (4.0 * requests**2)) / weight
    low = 0.0 if failures == 0 else max(0.0, centre - reach)
    high = 1.0 if failures == requests else min(1.0, centre + reach)
    return Interval(low=low, high=high, level=level)


def clopper_pearson(*, failures: int, requests: int, level: float = 0.95) -> Interval:
    """Exact interval of a failure ratio (Clopper & Pearson 1934): never below its level, so a little wide."""
    _check_ratio(failures, requests, level)
    tail = (1.0 - level) / 2.0
    low = 0.0 if failures == 0 else float(beta.ppf(tail, failures, requests - failures + 1))
    high = 1.0 if failures == requests else float(beta.ppf(1.0 - tail, failures + 1, requests - failures))
    return Interval(low=low, high=high, level=level)


def rule_of_three(requests: int) -> float:
    """Upper 95 % limit of a failure ratio after ``requests`` without any: 3/n."""
    return 3.0 / requests


@dataclass(frozen=True, kw_only=True)
class Ranks:
    """Sorted samples number ``lower`` and ``upper`` (from 1) hold the percentile with probability ``coverage``."""

    lower: int
    upper: int
    coverage: float


def percentile_ranks(*, samples: int, share: float, level: float = 0.95) -> Ranks | None:
    """Distribution-free interval of a percentile: samples' ranks (David & Nagaraja 2003, §7.1).

    Equal tails: B = number of samples below the percentile is binomial, and the ranks are its quantiles, the upper
    one plus one. None where there are too few samples for the level.
    """
    Parameters("percentile").whole(samples=samples).probability(share=share, level=level).refuse()
    tail = (1.0 - level) / 2.0
    lower = int(binom.ppf(tail, samples, share))
    upper = int(binom.ppf(1.0 - tail, samples, share)) + 1
    if lower < 1 or upper > samples:
        return None
    coverage = float(binom.cdf(upper - 1, samples, share) - binom.cdf(lower - 1, samples, share))
    return Ranks(lower=lower, upper=upper, coverage=coverage)


def _check_ratio(failures: int, requests: int, level: float) -> None:
    check = Parameters("ratio").whole(requests=requests).not_negative(failures=failures).probability(level=level)
    if failures > requests:
        check.add("failures", failures, "more failures than requests", "Count each request once.")
    check.refuse()


def batch_means(values: NDArray[np.float64], *, batches: int = 20, level: float = 0.95) -> Interval | None:
    """Interval of the mean of a series (n,) in the order of time, whose values depend on their neighbours.

    Means of batches long enough are nearly independent, so Student's t holds for them (Law & Kelton 2000, §9.5.3).
    None where a batch would hold fewer than two values.
    """
    if len(values) < 2 * batches:
        return None
    means = np.array([np.mean(part) for part in np.array_split(values, batches)])
    reach = float(t.ppf((1.0 + level) / 2.0, batches - 1) * np.std(means, ddof=1) / math.sqrt(batches))
    mean = float(np.mean(values))
    return Interval(low=mean - reach, high=mean + reach, level=level)


def around_draws(likely: float, drawn: Sequence[float]) -> tuple[float, float]:
    """A 95 % interval of a few draws, taken as lognormal: two standard deviations of their logarithms."""
    positive = [value for value in drawn if value > 0]
    if len(positive) < 2 or likely <= 0:
        return likely, likely
    spread = float(np.exp(2 * np.std(np.log(positive), ddof=1)))
    return likely / spread, likely * spread
