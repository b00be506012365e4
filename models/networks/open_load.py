"""What open customers do at a station of a product-form network, alone and beside closed ones.

With n closed and m open customers present, a station whose relative speed is μ(j) with j present has the weight
C(n+m, m) ρ^m / Π_{j≤n+m} μ(j) (BCMP 1975; Lavenberg 1983, ch. 3). From the last rate μ(M) on, the sum over m is the
tail of a negative binomial distribution with y = ρ/μ(M), known in closed form. All terms are positive and summed as
logarithms, so nothing cancels or overflows at any size or load.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, gammaln, logsumexp

Floats = NDArray[np.float64]


def closed_rates(rates: Floats, open_load: float) -> Floats:
    """The speeds (M) that 1, 2, … closed customers see beside ``open_load`` erlangs of open ones; last holds beyond."""
    if open_load == 0.0:
        return rates
    if len(rates) == 1:
        return rates - open_load
    logs = np.array([_log_weight(rates, open_load, closed) for closed in range(len(rates))])
    return np.asarray(np.append(np.exp(logs[:-1] - logs[1:]), rates[-1] - open_load))


def open_present(rates: Floats, open_load: float, closed: int) -> float:
    """Mean number of open customers present when ``closed`` closed ones are."""
    if open_load == 0.0:
        return 0.0
    share = open_load / rates[-1]
    first = len(rates) - closed
    if first <= 1:
        return float(share * (closed + 1) / (1 - share))
    heads = _log_heads(rates, open_load, closed)
    with np.errstate(divide="ignore"):
        counted = heads + np.log(np.arange(first))
        tail = _log_scale(rates, closed) + np.log(share * (closed + 1)) - (closed + 2) * np.log1p(-share)
        tail += np.log(betainc(first - 1, closed + 2, share))
    return float(np.exp(logsumexp(np.append(counted, tail)) - _log_sum(rates, open_load, closed)))


def empty_probability(rates: Floats, open_load: float) -> float:
    """Probability of no open customer when no closed one is present."""
    if open_load == 0.0:
        return 1.0
    return float(np.exp(-_log_sum(rates, open_load, 0)))


def _log_weight(rates: Floats, open_load: float, closed: int) -> float:
    """log Σ_m C(n+m, m) ρ^m / Π_{j≤n+m} μ(j)."""
    return _log_sum(rates, open_load, closed) - float(np.sum(np.log(rates[:closed])))


def _log_sum(rates: Floats, open_load: float, closed: int) -> float:
    """The same relative to no open customer, for fewer closed ones than there are rates."""
    share = open_load / rates[-1]
    with np.errstate(divide="ignore"):
        tail = _log_scale(rates, closed) - (closed + 1) * np.log1p(-share)
        tail += np.log(betainc(len(rates) - closed, closed + 1, share))
    return float(logsumexp(np.append(_log_heads(rates, open_load, closed), tail)))


def _log_heads(rates: Floats, open_load: float, closed: int) -> Floats:
    """Weights of fewer open customers than reach the last rate, relative to none."""
    counts = np.arange(len(rates) - closed, dtype=float)
    speeds = np.concatenate(([0.0], np.cumsum(np.log(rates[closed:-1]))))
    ways = gammaln(closed + counts + 1) - gammaln(counts + 1) - gammaln(closed + 1)
    return np.asarray(ways + counts * np.log(open_load) - speeds)


def _log_scale(rates: Floats, closed: int) -> float:
    """log of μ(M)^{M−n} / Π_{n<j≤M} μ(j), which turns powers of y into weights."""
    return float(np.sum(np.log(rates[-1]) - np.log(rates[closed:])))
