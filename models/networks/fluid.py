"""The limit of many customers: max Σ_r N_r log x_r − Z_r x_r, subject to Σ_r D_kr x_r ≤ c_k.

Proportional fairness (Kelly 1989; Massoulié & Roberts 1999; for closed networks Schweitzer 1979, Pittel 1979). With
prices λ_k ≥ 0: x_r = N_r / (Z_r + Σ_k λ_k D_kr / c_k), and λ_k = 0 wherever the station is not full. A price is the
station's waiting time in units of D/c. The prices minimise the convex dual, here by a projected Newton method
(Bertsekas 1982). The time of being served without waiting counts into Z.
"""

import numpy as np

from firstbell.models.networks.closed import ClosedAnswer, ClosedModel, Floats

MOST_STEPS = 500
GAP = 1e-13


def fluid(model: ClosedModel) -> ClosedAnswer:
    """Throughput (R) and residence times (K, R) when populations grow with capacities; no randomness is left.

    Raises FloatingPointError when the prices do not settle.
    """
    capacity = model.capacity.reshape(-1, 1)
    served = model.demand_s / np.array([rates[0] for rates in model.rates]).reshape(-1, 1)
    share = model.demand_s / capacity
    idle = model.delay_s + served.sum(axis=0)
    prices = _prices(model.populations, idle, share)
    throughput = model.populations / (idle + prices @ share)
    throughput = throughput / max(1.0, float(np.max(share @ throughput, initial=0.0)))
    waiting = (model.populations / throughput - idle) / np.where(prices @ share > 0, prices @ share, 1.0)
    residence = served + prices.reshape(-1, 1) * share * waiting
    busy = np.clip(share @ throughput, 0.0, 1.0)
    return ClosedAnswer(
        throughput_per_s=throughput,
        residence_s=residence,
        waiting_probability=(prices > 0).astype(float),
        occupied=busy,
    )


def _prices(populations: Floats, idle: Floats, share: Floats) -> Floats:
    """λ (K) of full stations, by Newton steps on the prices that are free to move."""
    prices = np.zeros(share.shape[0])
    for _ in range(MOST_STEPS):
        rates = populations / (idle + prices @ share)
        slope = 1.0 - share @ rates
        free = (prices > 0) | (slope < -GAP)
        if not np.any(free) or np.max(np.abs(slope[free])) < GAP:
            return prices
        curvature = (share[free] * (rates**2 / populations)) @ share[free].T
        curvature += np.eye(len(curvature)) * 1e-14 * np.trace(curvature)
        step = np.zeros_like(prices)
        step[free] = -np.linalg.solve(curvature, slope[free])
        moved = _descended(populations, idle, share, prices, step, slope)
        if np.array_equal(moved, prices):
            return prices
        prices = moved
    raise FloatingPointError("the fluid limit's prices do not settle")


def _descended(populations: Floats, idle: Floats, share: Floats, prices: Floats, step: Floats, slope: Floats) -> Floats:
    """The longest halving of the step, kept at or above zero, that lowers the dual."""
    value = _dual(populations, idle, share, prices)
    length = 1.0
    for _ in range(60):
        tried = np.maximum(prices + length * step, 0.0)
        if _dual(populations, idle, share, tried) <= value + 1e-4 * float(slope @ (tried - prices)):
            return tried
        length /= 2
    return prices


def _dual(populations: Floats, idle: Floats, share: Floats, prices: Floats) -> float:
    return float(np.sum(prices) - populations @ np.log(idle + prices @ share))
