"""How long the target of these benchmarks takes to answer, and so what a percentile of its response times must be.

It answers after a lognormal delay. At the begin of every cycle it stands still: what comes then is read, and what
should go out then is sent, once it goes on. Who sends requests at a fixed rate, whatever the target does, must see
exactly what ``response_times_s`` computes.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Timing:
    """Delays around ``median_s``, whose logarithm has the standard deviation ``sigma``, and a stall in every cycle.

    The stall of cycle n begins at ``n * cycle_s``, n = 1, 2, …, after the target's start.
    """

    median_s: float
    sigma: float
    stall_s: float
    cycle_s: float

    def released_s(self, moments_s: Floats) -> Floats:
        """The moments themselves, or the end of the stall that they fall in."""
        in_cycle_s = moments_s % self.cycle_s
        return np.where(in_cycle_s < self.stall_s, moments_s - in_cycle_s + self.stall_s, moments_s)

    def delays_s(self, chance: np.random.Generator, count: int) -> Floats:
        """Random delays."""
        return chance.lognormal(np.log(self.median_s), self.sigma, count)


def response_times_s(timing: Timing, *, requests_per_s: float, connections: int, cycles: int, seed: int = 1) -> Floats:
    """Response times from due to answered of requests that are due at a fixed rate, spread evenly over connections.

    A connection carries one request at a time: the next one waits for it, and its waiting counts.
    """
    chance = np.random.default_rng(seed)
    rounds = int(requests_per_s * cycles * timing.cycle_s / connections)
    first_s = timing.cycle_s + np.arange(connections) / requests_per_s
    free_s = np.zeros(connections)
    found = np.empty((rounds, connections))
    for number in range(rounds):
        due_s = first_s + number * connections / requests_per_s
        read_s = timing.released_s(np.maximum(due_s, free_s))
        free_s = timing.released_s(read_s + timing.delays_s(chance, connections))
        found[number] = free_s - due_s
    return found.ravel()
