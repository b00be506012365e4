"""Where a forecast's uncertainty comes from, layer by layer.

- *measurement*: the processor time of the highest level, known to its standard error over windows;
- *parameters*: the demands, by their bootstrap draws;
- *discrepancy*: what the model missed at levels that it had not seen; unknown where none was held out;
- *stated*: what the profile states with an interval (think times, shares, periods), drawn from distributions that keep
  to these intervals (``sizing/distributions``).

Each is a relative variance of the load that learners bring. Layers are independent, so variances add up, and the share
of each in their sum is where it pays to know more.
"""

from dataclasses import dataclass

import numpy as np

from firstbell.models.figures import figures_of, likely_values
from firstbell.models.forecast import TrueLoad, relative_spread
from firstbell.models.sizing.draws import drawn_values, probabilities
from firstbell.models.traffic import VISITS

DRAWS = 512
_PROBE = 1000.0


@dataclass(frozen=True, kw_only=True)
class Layers:
    """Relative variances of the load; None where a layer is not known."""

    measurement: float | None
    parameters: float
    discrepancy: float | None
    stated: float

    @property
    def relative_sd(self) -> float:
        """Standard deviation of the load relative to it, of all known layers together."""
        return float(sum(self._known().values()) ** 0.5)

    def shares(self) -> dict[str, float | None]:
        """Each layer's share in the variance; None where it is not known."""
        known = self._known()
        total = sum(known.values())
        return {name: known[name] / total if name in known and total > 0 else None for name in vars(self)}

    def document(self) -> dict[str, object]:
        """As `firstbell forecast --json` prints it."""
        return {"relative_sd": self.relative_sd, "shares": self.shares()}

    def _known(self) -> dict[str, float]:
        return {name: value for name, value in vars(self).items() if value is not None}


def layers_of(load: TrueLoad, *, seed: int) -> Layers:
    """The layers of the load that a learner brings, the same for any number: rates rise in proportion."""
    quality = load.model.quality
    error = load.model.measurement_error
    return Layers(
        measurement=None if error is None else error**2,
        parameters=relative_spread(load) ** 2,
        discrepancy=None if quality.discrepancy is None else quality.discrepancy**2,
        stated=_of_stated(load, seed),
    )


def _of_stated(load: TrueLoad, seed: int) -> float:
    """Of the visits that the profile's figures make, each at its fitted demand."""
    figures = figures_of(load.workload)
    values = drawn_values(figures, probabilities(list(figures), draws=DRAWS, seed=seed))
    likely = likely_values(load.workload)
    cores = np.zeros(DRAWS)
    expected = 0.0
    for activity in load.model.activities:
        if activity.name in VISITS:
            rate = VISITS[activity.name]
            cores += np.broadcast_to(rate(values, _PROBE), (1 + DRAWS,))[1:] * activity.total_demand_s
            expected += float(rate(likely, _PROBE)[0]) * activity.total_demand_s
    return float((np.std(cores, ddof=1) / expected) ** 2) if expected > 0 else 0.0
