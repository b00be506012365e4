"""Distributions that keep to a stated interval: what lies between ``low`` and ``high`` is 95 % of their mass.

A fit that misses its interval is worse than none, so `coverage` says what each really covers, and the tests hold it
against what was asked.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.optimize import brentq
from scipy.special import betainc, betaincinv, ndtr, ndtri

from firstbell.models.figures import Array, Figure

CONFIDENCE = 0.95
_WIDEST, _NARROWEST = 1e-3, 1e7  # concentrations of a beta between which the fit looks


class Distribution(Protocol):
    """A random figure."""

    def at(self, probability: Array) -> Array:
        """The quantile at each probability in (0, 1)."""

    def coverage(self, low: float, high: float) -> float:
        """Probability of a value from ``low`` to ``high``."""


@dataclass(frozen=True, kw_only=True)
class Exact:
    """A figure without an interval."""

    value: float

    def at(self, probability: Array) -> Array:
        return np.full(np.shape(probability), self.value)

    def coverage(self, low: float, high: float) -> float:
        return float(low <= self.value <= high)


@dataclass(frozen=True, kw_only=True)
class Lognormal:
    """Median times e to a normal variable, whose spread may differ below and above the median."""

    median: float
    log_sd_below: float
    log_sd_above: float

    def at(self, probability: Array) -> Array:
        score = ndtri(probability)
        spread = np.where(score < 0, self.log_sd_below, self.log_sd_above)
        return np.asarray(self.median * np.exp(score * spread))

    def coverage(self, low: float, high: float) -> float:
        return _covered(np.log(low / self.median), np.log(high / self.median), self.log_sd_below, self.log_sd_above)


@dataclass(frozen=True, kw_only=True)
class ClippedNormal:
    """A normal variable with a spread of its own below and above its median, cut off at ``minimum`` and ``maximum``."""

    median: float
    sd_below: float
    sd_above: float
    minimum: float
    maximum: float

    def at(self, probability: Array) -> Array:
        score = ndtri(probability)
        values = self.median + score * np.where(score < 0, self.sd_below, self.sd_above)
        return np.asarray(np.clip(values, self.minimum, self.maximum))

    def coverage(self, low: float, high: float) -> float:
        below = -np.inf if low <= self.minimum else low - self.median
        above = np.inf if high >= self.maximum else high - self.median
        return _covered(below, above, self.sd_below, self.sd_above)


@dataclass(frozen=True, kw_only=True)
class ScaledBeta:
    """A beta variable stretched from [0, 1] to [minimum, maximum]."""

    alpha: float
    beta: float
    minimum: float
    maximum: float

    @property
    def mean(self) -> float:
        return self.minimum + (self.maximum - self.minimum) * self.alpha / (self.alpha + self.beta)

    def at(self, probability: Array) -> Array:
        return np.asarray(self.minimum + (self.maximum - self.minimum) * betaincinv(self.alpha, self.beta, probability))

    def coverage(self, low: float, high: float) -> float:
        return self._below(high) - self._below(low)

    def _below(self, value: float) -> float:
        position = (value - self.minimum) / (self.maximum - self.minimum)
        return float(betainc(self.alpha, self.beta, np.clip(position, 0, 1)))


def lognormal_for_interval(low: float, likely: float, high: float, *, confidence: float = CONFIDENCE) -> Lognormal:
    """Median ``likely``, and (1 − confidence)/2 of the mass beyond each end. Needs 0 < low <= likely <= high."""
    reach = float(ndtri((1 + confidence) / 2))
    return Lognormal(
        median=likely,
        log_sd_below=float(np.log(likely / low)) / reach,
        log_sd_above=float(np.log(high / likely)) / reach,
    )


def beta_for_interval(
    low: float, mean: float, high: float, *, minimum: float, maximum: float, confidence: float = CONFIDENCE
) -> ScaledBeta:
    """The beta with this mean that has ``confidence`` of its mass from ``low`` to ``high``; low < mean < high.

    The mean is kept, and not the mode, so that shares which add up to 1 still do so on average.
    """

    def missed(log_concentration: float) -> float:
        fitted = _beta_of_mean(mean, float(np.exp(log_concentration)), minimum, maximum)
        return fitted.coverage(low, high) - confidence

    found = brentq(missed, np.log(_WIDEST), np.log(_NARROWEST), xtol=1e-12)
    return _beta_of_mean(mean, float(np.exp(found)), minimum, maximum)


def distribution_of(figure: Figure) -> Distribution:
    """The distribution of a figure: a beta for a share, else a lognormal; a clipped normal where neither can be."""
    it = figure.estimate
    if it.low == it.high:
        return Exact(value=it.likely)
    if figure.share and 0 < it.low < it.likely < it.high < 1:
        return beta_for_interval(it.low, it.likely, it.high, minimum=0, maximum=1)
    if not figure.share and it.low > 0:
        return lognormal_for_interval(it.low, it.likely, it.high)
    return _clipped_normal(it.low, it.likely, it.high, maximum=1.0 if figure.share else np.inf)


def _clipped_normal(low: float, likely: float, high: float, *, maximum: float) -> ClippedNormal:
    reach = float(ndtri((1 + CONFIDENCE) / 2))
    return ClippedNormal(
        median=likely,
        sd_below=(likely - low) / reach,
        sd_above=(high - likely) / reach,
        minimum=0.0,
        maximum=maximum,
    )


def _beta_of_mean(mean: float, concentration: float, minimum: float, maximum: float) -> ScaledBeta:
    position = (mean - minimum) / (maximum - minimum)
    return ScaledBeta(
        alpha=position * concentration, beta=(1 - position) * concentration, minimum=minimum, maximum=maximum
    )


def _covered(below: float, above: float, sd_below: float, sd_above: float) -> float:
    """Mass of a two-sided normal from ``below`` (<= 0) to ``above`` (>= 0), both as distances from its median."""
    lower = 0.5 if sd_below == 0 else 0.5 - float(ndtr(below / sd_below))
    upper = 0.5 if sd_above == 0 else float(ndtr(above / sd_above)) - 0.5
    return lower + upper
