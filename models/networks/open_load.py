"""What open customers do at a station of a product-form network, alone and beside closed ones.

With n closed and m open customers present, a station whose relative speed is μ(j) with j present has the weight
C(n+m, m) ρ^m / Π_{j≤n+m} μ(j) (BCMP 1975; Lavenberg 1983, ch. 3). From the last rate μ(M) on, the sum over m is the
tail of a negative binomial distribution with y = ρ/μ(M), known in closed form. All terms are positive and summed as
logarithms, so nothing cancels or overflows at any size or load.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.special import betainc, gammaln

Floats = NDArray[np.float64]


def closed_rates(rates: Floats, open_load: float) -> Floats:
    """The speeds (M) that 1, 2, … closed customers see beside ``open_load`` erlangs of open ones; last holds beyond."""
    if open_load == 0.0:
        return rates
    if len(rates) == 1:
        return rates - open_load
    logs = _log_sums(rates, open_load, len(rates)) - _log_speeds(rates)[:-1]
    return np.asarray(np.append(np.exp(logs[:-1] - logs[1:]), rates[-1] - open_load))


def open_present(rates: Floats, open_load: float, closed: int) -> Floats:
    """(closed + 1) mean numbers of open customers present while 0, 1, … ``closed`` closed ones are."""
    counts = np.arange(closed + 1.0)
    share = open_load / rates[-1]
    means = share * (counts + 1.0) / (1.0 - share)
    few = min(len(rates) - 1, closed + 1)
    if open_load > 0.0 and few > 0:
        heads = _log_heads(rates, open_load, few)[1]
        with np.errstate(divide="ignore"):
            tails = _log_tails(rates, share, few) + np.log(share * (counts[:few] + 1.0)) - np.log1p(-share)
            tails += np.log(betainc(len(rates) - counts[:few] - 1.0, counts[:few] + 2.0, share))
        means[:few] = np.exp(np.logaddexp(heads, tails) - _log_sums(rates, open_load, few))
    return np.asarray(means)


def empty_probability(rates: Floats, open_load: float) -> float:
    """Probability of no open customer when no closed one is present."""
    if open_load == 0.0:
        return 1.0
    return float(np.exp(-_log_sums(rates, open_load, 1)[0]))


def _log_sums(rates: Floats, open_load: float, few: int) -> Floats:
    """(few) log Σ_m C(n+m, m) ρ^m / Π_{n<j≤n+m} μ(j) for n = 0, 1, … closed customers, fewer than there are rates."""
    share = open_load / rates[-1]
    closed = np.arange(float(few))
    with np.errstate(divide="ignore"):
        tails = _log_tails(rates, share, few) + np.log(betainc(len(rates) - closed, closed + 1.0, share))
    return np.asarray(np.logaddexp(_log_heads(rates, open_load, few)[0], tails))


def _log_tails(rates: Floats, share: float, few: int) -> Floats:
    """(few) log of μ(M)^{M−n} / Π_{n<j≤M} μ(j) · (1 − y)^{−n−1}: what turns powers of y into weights."""
    speeds = _log_speeds(rates)
    closed = np.arange(few)
    scale = (len(rates) - closed) * np.log(rates[-1]) - (speeds[-1] - speeds[:few])
    return np.asarray(scale - (closed + 1.0) * np.log1p(-share))


def _log_speeds(rates: Floats) -> Floats:
    """(M + 1) log Π_{j≤n} μ(j)."""
    return np.concatenate(([0.0], np.cumsum(np.log(rates))))


def _log_heads(rates: Floats, open_load: float, few: int) -> tuple[Floats, Floats]:
    """Two times (few): log of the sums over so few open customers that the last rate is not reached, and of the same
    with each term times its number of open customers."""
    ways = gammaln(np.arange(len(rates) + 1.0) + 1.0)
    sums, counted = np.empty(few), np.empty(few)
    _sum_heads(_log_speeds(rates), ways, float(np.log(open_load)), sums, counted)
    return sums, counted


@njit(cache=True)
def _sum_heads(speeds: Floats, ways: Floats, log_load: float, sums: Floats, counted: Floats) -> None:
    most = speeds.size - 1
    for closed in range(sums.size):
        top = 0.0
        for opened in range(1, most - closed):
            present = closed + opened
            term = ways[present] - ways[opened] - ways[closed] + opened * log_load - speeds[present] + speeds[closed]
            top = max(top, term)
        total = np.exp(-top)
        weighted = 0.0
        for opened in range(1, most - closed):
            present = closed + opened
            term = ways[present] - ways[opened] - ways[closed] + opened * log_load - speeds[present] + speeds[closed]
            if term - top > -45.0:
                weight = np.exp(term - top)
                total += weight
                weighted += opened * weight
        sums[closed] = top + np.log(total)
        counted[closed] = top + np.log(weighted) if weighted > 0.0 else -np.inf
