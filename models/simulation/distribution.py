"""Random times and factors, told by a mean and a squared coefficient of variation (scv)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DETERMINISTIC, EXPONENTIAL, UNIFORM, GAMMA, LOGNORMAL, HYPEREXPONENTIAL, EMPIRICAL = range(7)

DISTRIBUTION_RECORD = np.dtype([("kind", "i8"), ("a", "f8"), ("b", "f8"), ("c", "f8")])

Floats = NDArray[np.float64]


def _require(met: bool, name: str, value: object) -> None:
    if not met:
        raise ValueError(f"{name} is {value!r}: a random time has no such parameter")


@dataclass(frozen=True, kw_only=True)
class Distribution:
    """A distribution of positive numbers: its code, up to three parameters, or a table of equally probable values.

    Made by the constructors below, which raise ValueError for parameters without meaning. The parameters by kind:
    exponential a = mean; deterministic a; uniform [a, b]; gamma a = shape, b = scale; lognormal exp(a + b·normal);
    hyperexponential: with probability a exponential of mean b, else of mean c.
    """

    kind: int
    mean: float
    scv: float
    a: float = 0.0
    b: float = 0.0
    c: float = 0.0
    table: tuple[float, ...] = ()

    @staticmethod
    def deterministic(value: float) -> "Distribution":
        """Always the same value."""
        _require(0 <= value < math.inf, "value", value)
        return Distribution(kind=DETERMINISTIC, mean=value, scv=0.0, a=value)

    @staticmethod
    def exponential(mean: float) -> "Distribution":
        """Without memory; scv 1."""
        _require(0 < mean < math.inf, "mean", mean)
        return Distribution(kind=EXPONENTIAL, mean=mean, scv=1.0, a=mean)

    @staticmethod
    def uniform(low: float, high: float) -> "Distribution":
        """Anything between ``low`` and ``high`` with the same probability."""
        _require(0 <= low < math.inf, "low", low)
        _require(low < high < math.inf, "high", high)
        mean = (low + high) / 2
        return Distribution(kind=UNIFORM, mean=mean, scv=(high - low) ** 2 / 12 / mean**2, a=low, b=high)

    @staticmethod
    def gamma(mean: float, *, scv: float) -> "Distribution":
        """Gamma; the special cases scv 0 and 1 are deterministic and exponential."""
        _require(0 < mean < math.inf, "mean", mean)
        _require(0 <= scv < math.inf, "scv", scv)
        if scv == 0:
            return Distribution.deterministic(mean)
        if scv == 1:
            return Distribution.exponential(mean)
        return Distribution(kind=GAMMA, mean=mean, scv=scv, a=1 / scv, b=mean * scv)

    @staticmethod
    def erlang(mean: float, *, stages: int) -> "Distribution":
        """The sum of so many exponential stages; scv 1/stages."""
        _require(stages >= 1, "stages", stages)
        return Distribution.gamma(mean, scv=1 / stages)

    @staticmethod
    def lognormal(mean: float, *, cv: float) -> "Distribution":
        """Lognormal with that mean and coefficient of variation."""
        _require(0 < mean < math.inf, "mean", mean)
        _require(0 < cv < math.inf, "cv", cv)
        variance = math.log1p(cv**2)
        a, b = math.log(mean) - variance / 2, math.sqrt(variance)
        return Distribution(kind=LOGNORMAL, mean=mean, scv=cv**2, a=a, b=b)

    @staticmethod
    def hyperexponential(mean: float, *, scv: float) -> "Distribution":
        """Two exponential phases with balanced means (p₁m₁ = p₂m₂), scv ≥ 1 (Whitt 1982)."""
        _require(0 < mean < math.inf, "mean", mean)
        _require(1 <= scv < math.inf, "scv", scv)
        share = (1 + math.sqrt((scv - 1) / (scv + 1))) / 2
        b, c = mean / 2 / share, mean / 2 / (1 - share)
        return Distribution(kind=HYPEREXPONENTIAL, mean=mean, scv=scv, a=share, b=b, c=c)

    @staticmethod
    def empirical(values: Sequence[float] | Floats) -> "Distribution":
        """One of at least two values, each as probable as the others."""
        table = tuple(sorted(float(value) for value in values))
        _require(len(table) >= 2, "number of values", len(table))
        _require(all(0 <= value < math.inf for value in table) and table[-1] > 0, "values", table[:3])
        mean = math.fsum(table) / len(table)
        scv = math.fsum((value - mean) ** 2 for value in table) / len(table) / mean**2
        return Distribution(kind=EMPIRICAL, mean=mean, scv=scv, table=table)


ONE = Distribution.deterministic(1.0)


class DistributionTable:
    """Distributions in the form that compiled code reads: numbered records, and one array of all empirical values."""

    def __init__(self) -> None:
        self._numbers: dict[Distribution, int] = {}
        self._values: list[float] = []
        self._records: list[tuple[int, float, float, float]] = []

    def number_of(self, distribution: Distribution) -> int:
        """The number under which compiled code finds it; the same for equal ones."""
        if distribution not in self._numbers:
            self._numbers[distribution] = len(self._records)
            self._records.append(self._record_of(distribution))
        return self._numbers[distribution]

    def records(self) -> NDArray[np.void]:
        """All of them, by number."""
        return np.array(self._records, dtype=DISTRIBUTION_RECORD)

    def values(self) -> Floats:
        """The values of the empirical ones, each ascending; never empty."""
        return np.array(self._values or [0.0])

    def _record_of(self, distribution: Distribution) -> tuple[int, float, float, float]:
        if distribution.kind != EMPIRICAL:
            return distribution.kind, distribution.a, distribution.b, distribution.c
        first = len(self._values)
        self._values.extend(distribution.table)
        return EMPIRICAL, float(first), float(len(distribution.table)), 0.0
