"""Distributions of uncertain inputs whose results are known in closed form, to hold a Monte Carlo engine against."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy.stats import norm

from firstbell.models.stations.parameters import Parameters


@dataclass(frozen=True, kw_only=True)
class LognormalProduct:
    """The product of independent lognormal factors: again lognormal (Aitchison & Brown 1957)."""

    medians: Sequence[float]
    log_sds: Sequence[float]

    def __post_init__(self) -> None:
        check = Parameters("lognormal product")
        for position, median in enumerate(self.medians):
            check.positive(**{f"medians[{position}]": median})
        for position, spread in enumerate(self.log_sds):
            check.not_negative(**{f"log_sds[{position}]": spread})
        if len(self.medians) != len(self.log_sds):
            check.add("log_sds", len(self.log_sds), "not as many as medians", "Give one for each factor.")
        check.refuse()

    @property
    def median(self) -> float:
        return math.prod(self.medians)

    @property
    def log_sd(self) -> float:
        return math.hypot(*self.log_sds)

    @property
    def mean(self) -> float:
        return self.median * math.exp(self.log_sd**2 / 2.0)

    def percentile(self, share: float) -> float:
        return self.median * math.exp(float(norm.ppf(share)) * self.log_sd)

    def share_below(self, value: float) -> float:
        return float(norm.cdf(math.log(value / self.median) / self.log_sd))

    def percentile_standard_error(self, share: float, *, draws: int) -> float:
        """Of the sample percentile over ``draws`` draws: √(p(1 − p)/n) / f(q) (Serfling 1980, §2.3)."""
        score = float(norm.ppf(share))
        density = float(norm.pdf(score)) / (self.percentile(share) * self.log_sd)
        return math.sqrt(share * (1.0 - share) / draws) / density
