"""Stationary distributions of birth–death processes, in the log domain: no factorial overflows, nothing underflows
that matters (Kleinrock 1975, §3.1)."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def stationary(births: Floats, deaths: Floats) -> Floats:
    """Probabilities of 0 … n from the rates of 0→1 … n−1→n (``births``, n) and 1→0 … n→n−1 (``deaths``, n)."""
    with np.errstate(divide="ignore"):
        logs = np.concatenate(([0.0], np.cumsum(np.log(births) - np.log(deaths))))
    weights = np.exp(logs - logs.max())
    return np.asarray(weights / weights.sum())
