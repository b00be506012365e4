"""Times in logarithmic bins: small enough to be kept for years, fine enough that no percentile is rounded to be seen.

Bins are 0.5 % wide (the scheme of DDSketch, Masson, Rim & Lee 2019), so that a quantile is off by 0.25 % at most.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

GROWTH = 1.005
SHORTEST_S = 1e-6
BINS = int(np.ceil(np.log(1e5 / SHORTEST_S) / np.log(GROWTH)))
"""Up to a day and more; what is shorter than the shortest is counted with it."""


def bin_of(time_s: Floats) -> Ints:
    """The bin (n,) of each time."""
    place = np.floor(np.log(np.maximum(time_s, SHORTEST_S) / SHORTEST_S) / np.log(GROWTH))
    return np.asarray(np.clip(place, 0, BINS - 1), dtype=np.int64)


def middle_s(bins: Ints) -> Floats:
    """The geometric middle of each bin."""
    return np.asarray(SHORTEST_S * GROWTH ** (bins + 0.5))


def quantile_s(bins: Ints, counts: Floats, share: float) -> Floats:
    """A quantile of each row of ``counts`` (rows, bins), whose ``bins`` rise; NaN for rows without any count."""
    cumulated = np.cumsum(counts, axis=1)
    total = cumulated[:, -1] if len(bins) else np.zeros(len(counts))
    place = (cumulated < share * total[:, None]).sum(axis=1)
    found = np.full(len(counts), np.nan)
    known = total > 0
    found[known] = middle_s(bins[np.minimum(place[known], len(bins) - 1)])
    return found
