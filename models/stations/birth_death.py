"""Stationary distributions of birth–death processes, in the log domain: no factorial overflows, nothing underflows
that matters (Kleinrock 1975, §3.1). And the waits that follow from what an arrival finds."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import gammaincc

from firstbell.models.stations.parameters import Parameters

Floats = NDArray[np.float64]


def stationary(births: Floats, deaths: Floats) -> Floats:
    """Probabilities of 0 … n from the rates of 0→1 … n−1→n (``births``, n) and 1→0 … n→n−1 (``deaths``, n)."""
    with np.errstate(divide="ignore"):
        logs = np.concatenate(([0.0], np.cumsum(np.log(births) - np.log(deaths))))
    weights = np.exp(logs - logs.max())
    return np.asarray(weights / weights.sum())


def waiting_tail(found: Floats, departures_per_s: float, wait_s: float) -> float:
    """P(wait > t), first come first served: whoever finds k waiting (``found``) waits for k + 1 departures."""
    likely = np.flatnonzero(found > 1e-18)
    return float(found[likely] @ gammaincc(likely + 1.0, departures_per_s * wait_s))


def percentile_of_tail(tail_at: Callable[[float], float], share: float, *, scale_s: float) -> float:
    """The time t with P(time > t) = 1 − share, or 0 where fewer take any; the search begins at ``scale_s``."""
    Parameters("percentile").probability(share=share).refuse()
    if tail_at(0.0) <= 1.0 - share:
        return 0.0
    most = scale_s
    while tail_at(most) > 1.0 - share:
        most *= 2.0
    return float(brentq(lambda t: tail_at(t) - (1.0 - share), 0.0, most, xtol=1e-14 * scale_s, rtol=1e-12))
