"""The Universal Scalability Law, X(N) = γN / (1 + α(N − 1) + βN(N − 1)) (Gunther 2007), fitted with intervals.

α is contention (queueing for what is shared), β coherency (keeping copies in step), γ the rate of one learner.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares
from scipy.stats import t as student

from firstbell.models.estimate import Estimate
from firstbell.models.stations.parameters import MOST, Parameters

Floats = NDArray[np.float64]
DRAWS = 4000


@dataclass(frozen=True, kw_only=True)
class Scalability:
    """The law with given coefficients; ``rate_per_s`` may be left at 1 for a relative capacity."""

    contention: float
    coherency: float
    rate_per_s: float = 1.0

    def __post_init__(self) -> None:
        check = Parameters("usl").not_negative(contention=self.contention, coherency=self.coherency)
        check.positive(rate_per_s=self.rate_per_s).refuse()

    def throughput_at_learners(self, learners: float) -> float:
        return float(_law(np.array([self.contention, self.coherency, self.rate_per_s]), np.array([learners]))[0])

    def response_at_learners(self, learners: float) -> float:
        """R = N / X, seconds (Little's law)."""
        return (1.0 + self.contention * (learners - 1) + self.coherency * learners * (learners - 1)) / self.rate_per_s

    def learners_at_throughput(self, throughput_per_s: float) -> float | None:
        """The number, at or below the peak, that gives this throughput; None where it is never reached."""
        linear = self.rate_per_s - throughput_per_s * (self.contention - self.coherency)
        constant = throughput_per_s * (1.0 - self.contention)
        square = throughput_per_s * self.coherency
        discriminant = linear**2 - 4.0 * square * constant
        if linear <= 0 or discriminant < 0:
            return None
        return 2.0 * constant / (linear + math.sqrt(discriminant))

    @property
    def peak_learners(self) -> float | None:
        """√((1 − α)/β), where throughput is highest; None when it never falls."""
        return math.sqrt((1.0 - self.contention) / self.coherency) if self.coherency > 0 else None

    @property
    def peak_throughput_per_s(self) -> float | None:
        """At the peak; with β = 0 the limit γ/α, and None when throughput grows for ever."""
        if self.peak_learners is None:
            return self.amdahl_limit_per_s
        return self.throughput_at_learners(self.peak_learners)

    @property
    def amdahl_limit_per_s(self) -> float | None:
        """γ/α: what contention alone allows."""
        return self.rate_per_s / self.contention if self.contention > 0 else None

    @property
    def optimal_learners(self) -> float | None:
        """1/α: where the linear rise γN meets the limit γ/α."""
        return 1.0 / self.contention if self.contention > 0 else None


@dataclass(frozen=True, kw_only=True, eq=False)
class ScalabilityFit:
    """A least-squares fit: the law, its standard errors and 95 % intervals (Student's t, ends kept at or above 0).

    A coefficient that ends at 0, its bound, has no standard error (None); the others' are those of the smaller model.
    """

    law: Scalability
    learners: Floats
    throughput_per_s: Floats
    standard_errors: tuple[float | None, float | None, float | None]
    residual_se: float
    freedom: int
    draws: Floats

    @property
    def efficiency(self) -> Floats:
        """Measured throughput over γN."""
        return np.asarray(self.throughput_per_s / (self.law.rate_per_s * self.learners))

    @property
    def contention(self) -> Estimate:
        return self._estimate(self.law.contention, 0, "1")

    @property
    def coherency(self) -> Estimate:
        return self._estimate(self.law.coherency, 1, "1")

    @property
    def rate_per_s(self) -> Estimate:
        return self._estimate(self.law.rate_per_s, 2, "1/s")

    @property
    def peak_learners(self) -> Estimate | None:
        """None when the fitted law has no peak; an end may be infinite."""
        likely = self.law.peak_learners
        if likely is None:
            return None
        alphas, betas = np.clip(self.draws[:, 0], 0.0, 1.0), np.maximum(self.draws[:, 1], 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            peaks = np.sqrt((1.0 - alphas) / betas)
        peaks[np.isnan(peaks)] = np.inf  # neither contention nor coherency leaves a peak
        low, high = np.quantile(peaks, [0.025, 0.975], method="inverted_cdf")
        return Estimate(low=min(float(low), likely), likely=likely, high=max(float(high), likely),
                        unit="learners", source=_SOURCE)  # fmt: skip

    def _estimate(self, likely: float, position: int, unit: str) -> Estimate:
        error = self.standard_errors[position]
        reach = 0.0 if error is None else float(student.ppf(0.975, self.freedom)) * error
        return Estimate(low=max(0.0, likely - reach), likely=likely, high=likely + reach, unit=unit, source=_SOURCE)


_SOURCE = "least-squares fit of the Universal Scalability Law"


def fit_scalability(learners: Sequence[float], throughput_per_s: Sequence[float], *, seed: int = 1) -> ScalabilityFit:
    """Least squares with α, β in [0, 1] and γ > 0; raises InputError where the data can't tell the three apart."""
    loads, rates = np.asarray(learners, dtype=float), np.asarray(throughput_per_s, dtype=float)
    _check(loads, rates)
    scale = float(rates.max())
    gamma = float(np.max(rates / loads)) / scale
    starts = ((0.01, 1e-4, gamma), (0.05, 1e-6, gamma), (0.2, 1e-3, gamma))
    fits = [_fitted(np.array(start), [0, 1, 2], loads, rates / scale) for start in starts]
    best = min((_refined(fit, loads, rates / scale) for fit in fits), key=lambda p: _misfit(p, loads, rates / scale))
    return _described(best * np.array([1.0, 1.0, scale]), loads, rates, seed)


def _fitted(start: Floats, free: list[int], learners: Floats, rates: Floats) -> Floats:
    """The coefficients (α, β, γ) with those that are free moved to the least squares, within their bounds."""

    def residual(values: Floats) -> Floats:
        return np.asarray(_law(_placed(start, free, values), learners) - rates)

    found = least_squares(
        residual,
        start[free],
        bounds=(np.array([0.0, 0.0, 1e-12])[free], np.array([1.0, 1.0, np.inf])[free]),
        x_scale=np.maximum(start[free], 1e-6),
        xtol=1e-15,
        ftol=1e-15,
        gtol=1e-15,
    )
    return _placed(start, free, found.x)


def _law(parameters: Floats, learners: Floats) -> Floats:
    alpha, beta, gamma = parameters
    return np.asarray(gamma * learners / (1.0 + alpha * (learners - 1.0) + beta * learners * (learners - 1.0)))


def _misfit(parameters: Floats, learners: Floats, rates: Floats) -> float:
    return float(np.sum((_law(parameters, learners) - rates) ** 2))


def _refined(parameters: Floats, learners: Floats, rates: Floats) -> Floats:
    """A coefficient that all but vanished is put at 0 where that fits no worse."""
    best = parameters
    for position in (0, 1):
        tried = best.copy()
        tried[position] = 0.0
        tried = _fitted(tried, [i for i in range(3) if tried[i] > 0], learners, rates)
        if _misfit(tried, learners, rates) <= _misfit(best, learners, rates) * (1.0 + 1e-9):
            best = tried
    return best


def _placed(base: Floats, positions: list[int], values: Floats) -> Floats:
    placed = base.copy()
    placed[positions] = values
    return placed


def _described(parameters: Floats, learners: Floats, rates: Floats, seed: int) -> ScalabilityFit:
    freedom = len(learners) - 3
    residual_se = math.sqrt(_misfit(parameters, learners, rates) / freedom)
    free = [i for i in range(3) if parameters[i] > 0]
    slopes = _slopes(parameters, learners)[:, free]
    covariance = np.linalg.pinv(slopes.T @ slopes) * residual_se**2
    errors: list[float | None] = [None, None, None]
    for place, position in enumerate(free):
        errors[position] = math.sqrt(covariance[place, place])
    draws = np.tile(parameters, (DRAWS, 1))
    generator = np.random.default_rng(seed)
    draws[:, free] = generator.multivariate_normal(parameters[free], covariance, size=DRAWS, method="eigh")
    return ScalabilityFit(
        law=Scalability(
            contention=float(parameters[0]), coherency=float(parameters[1]), rate_per_s=float(parameters[2])
        ),
        learners=learners,
        throughput_per_s=rates,
        standard_errors=(errors[0], errors[1], errors[2]),
        residual_se=residual_se,
        freedom=freedom,
        draws=draws,
    )


def _slopes(parameters: Floats, learners: Floats) -> Floats:
    """(n, 3) derivatives of the law by α, β and γ."""
    alpha, beta, gamma = parameters
    below = 1.0 + alpha * (learners - 1.0) + beta * learners * (learners - 1.0)
    shared = -gamma * learners / below**2
    return np.column_stack([shared * (learners - 1.0), shared * learners * (learners - 1.0), learners / below])


def _check(learners: Floats, rates: Floats) -> None:
    problems = Parameters("usl")
    if learners.shape != rates.shape:
        problems.add("throughput_per_s", len(rates), "not as many as learners", "Give one throughput a level.")
    elif len(np.unique(learners)) < 4:
        problems.add(
            "learners", len(np.unique(learners)), "too few different levels for three coefficients", "Give at least 4."
        )
    elif not (np.all(np.isfinite(learners)) and np.all(np.isfinite(rates))):
        problems.add("throughput_per_s", None, "not all are numbers", "Leave out the levels without a measurement.")
    elif np.any(learners > MOST):
        problems.add("learners", float(learners.max()), f"more than {MOST:,} are not computed", "Count in thousands.")
    elif np.any(learners <= 0) or np.any(rates <= 0):
        problems.add("throughput_per_s", float(rates.min()), "not all are positive", "Give levels that did work.")
    problems.refuse()
