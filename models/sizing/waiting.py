"""Waiting in front of many cores: M/G/c by Erlang's C formula, for arrays of cases at once.

Erlang 1917 (exact for exponential service); mean wait of general service times by Lee & Longton 1959, the factor
(1 + scv)/2; the wait of those who wait is taken as exponential, which it is in M/M/c.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaincc, gammaln

from firstbell.models.figures import Array


def wait_probability(offered_erlangs: ArrayLike, servers: ArrayLike) -> Array:
    """Erlang's C: probability that an arrival waits; 1 where the load is the servers' or more.

    Erlang's B is a Poisson probability over its distribution function, which neither overflows nor cancels.
    """
    load, count = np.broadcast_arrays(np.asarray(offered_erlangs, dtype=float), np.asarray(servers, dtype=float))
    safe = np.clip(load, 1e-300, None)
    blocking = np.exp(count * np.log(safe) - safe - gammaln(count + 1)) / gammaincc(count + 1, safe)
    waiting = blocking / (1 - np.minimum(load / count, 1.0) * (1 - blocking))
    return np.where(load >= count, 1.0, waiting)


@dataclass(frozen=True, kw_only=True)
class Queue:
    """Jobs for a tier of equal cores: offered load, mean service time and its squared coefficient of variation."""

    offered_erlangs: Array
    job_s: Array
    job_scv: Array

    def waiting_s(self, cores: ArrayLike, percentile: float) -> Array:
        """The wait's percentile in seconds: 0 where fewer wait than that, infinite where the load is too much."""
        tail = 1 - percentile / 100
        free = np.asarray(cores, dtype=float) - self.offered_erlangs
        with np.errstate(divide="ignore"):
            mean_of_waiting_s = np.where(free > 0, (1 + self.job_scv) / 2 * self.job_s / free, np.inf)
        probability = wait_probability(self.offered_erlangs, cores)
        return np.where(probability <= tail, 0.0, np.log(np.maximum(probability / tail, 1.0)) * mean_of_waiting_s)

    def where(self, mask: NDArray[np.bool_]) -> "Queue":
        """The cases that a mask picks."""
        return Queue(offered_erlangs=self.offered_erlangs[mask], job_s=self.job_s[mask], job_scv=self.job_scv[mask])


def cores_at_utilization(queue: Queue, limit: Array) -> Array:
    """The fewest cores that are busy for no more than ``limit`` of the time; at least one."""
    return np.maximum(np.ceil(queue.offered_erlangs / limit - 1e-9), 1.0)


def cores_at_wait(queue: Queue, percentile: float, allowed_s: Array, start: Array) -> Array:
    """The fewest cores, from ``start`` on, at which the wait's percentile is ``allowed_s`` (> 0) or less.

    It ends: with enough cores fewer arrivals wait than the percentile leaves out, and its wait is 0.
    """
    cores = np.array(start, dtype=float)
    short = queue.waiting_s(cores, percentile) > allowed_s
    while short.any():
        cores[short] += 1
        short[short] = queue.where(short).waiting_s(cores[short], percentile) > allowed_s[short]
    return cores
