"""Where F(ρ) ρ^−n is least over positive radii ρ, F being a network's generating function; convex in log ρ.

log F = Σ_r Z_r ρ_r − w Σ_k log(1 − Σ_r D_kr ρ_r). Radii that keep further from full stations come from a weight w > 1.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit

from firstbell.models.networks.closed import Floats

_compiled: Callable[..., Any] = njit(cache=True, error_model="numpy")

NEAR = 1e-9
"""How much less log F(ρ) ρ^−n may still become; it is some number of customers times a logarithm."""


@dataclass(frozen=True, kw_only=True)
class GeneratingFunction:
    """``delay_s`` (R) and ``demand_s`` (K, R) of single servers of speed 1."""

    delay_s: Floats
    demand_s: Floats

    def inside(self, populations: Floats) -> Floats:
        """(R) logarithms of radii from which the saddle point is found, well within where F is finite."""
        least = populations / (self.delay_s + self.demand_s.sum(axis=0))
        longest = np.max(self.demand_s, axis=0, initial=1e-300)
        return np.asarray(np.log(np.minimum(least, 0.5 / (len(populations) * longest))))

    def saddle_point(self, populations: Floats, start: Floats, weight: float = 1.0) -> Floats:
        """(R) logarithms of the radii, from ``start`` on."""
        logs = start.copy()
        _descend(populations, self.delay_s, self.demand_s, weight, logs)
        return logs

    def log_at(self, logs: Floats, populations: Floats) -> float:
        """log F(ρ) ρ^−n."""
        return float(_log_at(populations, self.delay_s, self.demand_s, 1.0, logs))

    def log_constant(self, populations: Floats, saddle: Floats) -> float:
        """About log G(n): the integral over a normal curve at the saddle point."""
        load = self.demand_s * np.exp(saddle)
        present = load / (1.0 - load.sum(axis=1, keepdims=True))
        spread = np.diag(self.delay_s * np.exp(saddle) + present.sum(axis=0)) + present.T @ present
        return self.log_at(saddle, populations) - 0.5 * float(np.linalg.slogdet(2.0 * np.pi * spread)[1])


@_compiled
def _idle(demand: Floats, logs: Floats, k: int) -> float:
    idle = 1.0
    for r in range(logs.size):
        idle -= demand[k, r] * np.exp(logs[r])
    return float(idle)


@_compiled
def _log_at(populations: Floats, delay: Floats, demand: Floats, weight: float, logs: Floats) -> float:
    total = 0.0
    for r in range(logs.size):
        total += delay[r] * np.exp(logs[r]) - populations[r] * logs[r]
    for k in range(demand.shape[0]):
        idle = _idle(demand, logs, k)
        if idle <= 0.0:
            return np.inf
        total -= weight * np.log(idle)
    return total


@_compiled
def _descend(populations: Floats, delay: Floats, demand: Floats, weight: float, logs: Floats) -> None:
    """Newton's method, with steps cut until they lead down."""
    classes = logs.size
    system = np.empty((classes, classes + 1))
    there = np.empty(classes)
    now = _log_at(populations, delay, demand, weight, logs)
    for _ in range(200):
        _newton(populations, delay, demand, weight, logs, system)
        fall, longest = 0.0, 0.0
        for r in range(classes):
            fall += system[r, classes] * _slope(populations, delay, demand, weight, logs, r)
            longest = max(longest, abs(system[r, classes]))
        if not fall > NEAR:
            return
        share = min(2.0, 6.0 / longest)
        then = np.inf
        while not then <= now - 1e-4 * share * fall:
            share *= 0.5
            if share < 1e-12:
                return
            for r in range(classes):
                there[r] = logs[r] - share * system[r, classes]
            then = _log_at(populations, delay, demand, weight, there)
        logs[:] = there
        now = then


@_compiled
def _slope(populations: Floats, delay: Floats, demand: Floats, weight: float, logs: Floats, r: int) -> float:
    slope = delay[r] * np.exp(logs[r]) - populations[r]
    for k in range(demand.shape[0]):
        slope += weight * demand[k, r] * np.exp(logs[r]) / _idle(demand, logs, k)
    return float(slope)


@_compiled
def _newton(populations: Floats, delay: Floats, demand: Floats, weight: float, logs: Floats, system: Floats) -> None:
    """Fills the last column of ``system`` (R, R + 1) with the curvature's inverse times the slope."""
    classes = logs.size
    system[:] = 0.0
    for r in range(classes):
        system[r, classes] = _slope(populations, delay, demand, weight, logs, r)
        system[r, r] = system[r, classes] + populations[r]
    for k in range(demand.shape[0]):
        idle = _idle(demand, logs, k)
        for r in range(classes):
            for s in range(classes):
                system[r, s] += weight * demand[k, r] * demand[k, s] * np.exp(logs[r] + logs[s]) / idle**2
    for r in range(classes):  # positive definite: no pivoting
        for s in range(classes):
            if s != r:
                factor = system[s, r] / system[r, r]
                for c in range(r, classes + 1):
                    system[s, c] -= factor * system[r, c]
    for r in range(classes):
        system[r, classes] /= system[r, r]
