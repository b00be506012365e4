"""How sure forecast response times are: the same outlook once more for each of several draws of what is not known.

A draw has the demands of one bootstrap draw (*parameters*), all of them longer or shorter by what the measurement and
the model's own error leave open, and as many more or fewer learners as the profile's stated figures leave open in the
load that they bring (``uncertainty``). Near saturation a small doubt about the load is a large one about waiting, so
the draws go through the model, not through a formula for their spread.
"""

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from firstbell.models.forecast import Outlook, TrueLoad, outlook
from firstbell.models.intervals import around_draws
from firstbell.models.prediction import Machine, Predicted
from firstbell.models.sizing.draws import probabilities
from firstbell.models.uncertainty import Layers

DRAWS = 16
REQUESTS_A_DRAW = 60_000
PERCENTILES = {"p50_s": 0.50, "p95_s": 0.95, "p99_s": 0.99}


@dataclass(frozen=True, kw_only=True)
class ResponseInterval:
    """95 % interval of a response time, in seconds. ``high_s`` is None where a draw has no steady state: no bound."""

    low_s: float
    high_s: float | None


Intervals = Mapping[str, Mapping[str, ResponseInterval]]
"""By activity, then by the keys of ``PERCENTILES``."""


def response_intervals(
    load: TrueLoad,
    found: Outlook,
    machine: Machine,
    layers: Layers,
    *,
    seed: int,
    draws: int = DRAWS,
    requests: int = REQUESTS_A_DRAW,
) -> Intervals:
    """Intervals of the percentiles of an outlook; empty where it has no steady state, and so no response times.

    A draw looks at ``requests`` requests, so that its own chance widens the intervals a little.
    """
    if found.predicted is None:
        return {}
    factors = _factors(layers, draws, seed)

    def drawn(index: int) -> Predicted | None:
        slowness, crowd = factors[index]
        model = load.model.at_draw(index % load.model.draws).slowed(slowness)
        learners = max(round(found.learners * crowd), 1)
        capacity = found.capacity_cores
        of_draw = replace(load, model=model)
        return outlook(of_draw, learners, machine, capacity, seed=seed + 1 + index, requests=requests).predicted

    with ThreadPoolExecutor(os.cpu_count()) as threads:  # simulations use no interpreter
        predictions = list(threads.map(drawn, range(draws)))
    steady = [each for each in predictions if each is not None]
    return {
        name: _of_activity(found.predicted, steady, name, bounded=len(steady) == draws)
        for name in found.predicted.p95_s
    }


def _factors(layers: Layers, draws: int, seed: int) -> NDArray[np.float64]:
    """(draws, 2): by how much work takes longer, and by how much more load comes than the profile says is likely."""
    own = sum(part for part in (layers.measurement, layers.discrepancy) if part is not None)
    positions = probabilities(["slowness", "crowd"], draws=draws, seed=seed)
    slowness = own**0.5 * norm.ppf(positions["slowness"])
    crowd = layers.stated**0.5 * norm.ppf(positions["crowd"])
    factors: NDArray[np.float64] = np.exp(np.stack([slowness, crowd], axis=1))
    return factors


def _of_activity(best: Predicted, steady: list[Predicted], name: str, *, bounded: bool) -> dict[str, ResponseInterval]:
    intervals = {}
    for key, share in PERCENTILES.items():
        drawn_s = [each.quantile_s(name, share) for each in steady if name in each.responses_s]
        low_s, high_s = around_draws(best.quantile_s(name, share), drawn_s)
        intervals[key] = ResponseInterval(low_s=low_s, high_s=high_s if bounded else None)
    return intervals
