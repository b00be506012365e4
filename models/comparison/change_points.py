"""Where a series changed its level: PELT (Killick, Fearnhead & Eckley 2012) on means.

Exact for the penalised least squares of a piecewise constant mean, in about linear time. The noise is told by the
differences of neighbours, which a change of level hardly touches; each further change has to explain more than noise
does by chance (Yao 1988's penalty, a half more than 2 log n).
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FEWEST = 6
SHORTEST = 2
_OF_NORMAL = 1.4826  # standard deviations of a normal distribution in its median absolute deviation
_PENALTY = 3.0


def change_points(values: Floats) -> tuple[int, ...]:
    """Places (of n values) at which another level begins; none in fewer than `FEWEST` values."""
    if len(values) < FEWEST:
        return ()
    rounding = 1e-9 * max(float(np.max(np.abs(values))), 1e-12)
    scaled = (values - np.median(values)) / max(_noise(values), rounding)
    return _pelt(scaled, _PENALTY * float(np.log(len(values))))


def _noise(values: Floats) -> float:
    differences = np.diff(values)
    spread = float(np.median(np.abs(differences - np.median(differences))))
    return _OF_NORMAL * spread / float(np.sqrt(2))


def _pelt(values: Floats, penalty: float) -> tuple[int, ...]:
    count = len(values)
    sums = np.concatenate([[0.0], np.cumsum(values)])
    squares = np.concatenate([[0.0], np.cumsum(values**2)])

    def cost(start: int, end: int) -> float:
        length = end - start
        return float(squares[end] - squares[start] - (sums[end] - sums[start]) ** 2 / length)

    best = [-penalty] + [float("inf")] * count
    before = [0] * (count + 1)
    starts = [0]
    for end in range(SHORTEST, count + 1):
        found = [(best[start] + cost(start, end) + penalty, start) for start in starts if end - start >= SHORTEST]
        best[end], before[end] = min(found)
        # A start that is beaten by more than its penalty can't win any more.
        starts = [s for s in starts if end - s < SHORTEST or best[s] + cost(s, end) <= best[end]]
        starts.append(end - SHORTEST + 1)
    places = []
    end = count
    while before[end] > 0:
        end = before[end]
        places.append(end)
    return tuple(sorted(places))
