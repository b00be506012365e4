"""Random numbers for compiled code: xoshiro256++ (Blackman & Vigna 2021) with its state in an array of four words.

The state is the caller's, so every simulation has its own stream whatever thread it runs in. Numba does not notice
changes in functions that a cached function calls from another file: after a change here, delete ``__pycache__``.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firstbell.models.simulation.compiled import compiled
from firstbell.models.simulation.distribution import (
    DETERMINISTIC,
    EMPIRICAL,
    EXPONENTIAL,
    GAMMA,
    HYPEREXPONENTIAL,
    LOGNORMAL,
    UNIFORM,
)

RandomState = NDArray[np.uint64]
Floats = NDArray[np.float64]

_UNIT = 1.0 / 9007199254740992.0  # 2⁻⁵³


def random_state(seed: int) -> RandomState:
    """The start of a stream; NumPy's SeedSequence keeps the streams of neighbouring seeds apart."""
    return np.random.SeedSequence(seed).generate_state(4, np.uint64).astype(np.uint64)


@compiled
def _rotated(word: Any, left: Any, right: Any) -> Any:
    return (word << left) | (word >> right)


@compiled
def uniform(state: RandomState) -> float:
    """A number in [0, 1)."""
    s0, s1, s2, s3 = state[0], state[1], state[2], state[3]
    word = _rotated(s0 + s3, np.uint64(23), np.uint64(41)) + s0
    shifted = s1 << np.uint64(17)
    s2 ^= s0
    s3 ^= s1
    s1 ^= s2
    s0 ^= s3
    s2 ^= shifted
    state[0], state[1], state[2], state[3] = s0, s1, s2, _rotated(s3, np.uint64(45), np.uint64(19))
    return float((word >> np.uint64(11)) * _UNIT)


@compiled
def exponential(state: RandomState) -> float:
    """Exponential of mean 1."""
    return -math.log(1.0 - uniform(state))


@compiled
def normal(state: RandomState) -> float:
    """Standard normal (Marsaglia's polar method)."""
    while True:
        x = 2.0 * uniform(state) - 1.0
        y = 2.0 * uniform(state) - 1.0
        square = x * x + y * y
        if 0.0 < square < 1.0:
            return x * math.sqrt(-2.0 * math.log(square) / square)


@compiled
def gamma(state: RandomState, shape: float) -> float:
    """Gamma of scale 1 (Marsaglia & Tsang 2000; below shape 1 by Γ(a) = Γ(a + 1) U^{1/a})."""
    boost = 1.0
    if shape < 1.0:
        boost = (1.0 - uniform(state)) ** (1.0 / shape)
        shape += 1.0
    d = shape - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    while True:
        x = normal(state)
        v = (1.0 + c * x) ** 3
        if v > 0.0 and math.log(1.0 - uniform(state)) < 0.5 * x * x + d - d * v + d * math.log(v):
            return boost * d * v


@compiled
def draw(state: RandomState, records: NDArray[np.void], values: Floats, number: int) -> float:
    """A value of the distribution with that number in a DistributionTable."""
    record = records[number]
    kind: int = record["kind"]
    a: float = record["a"]
    b: float = record["b"]
    if kind == DETERMINISTIC:
        return a
    if kind == EXPONENTIAL:
        return a * exponential(state)
    if kind == UNIFORM:
        return a + (b - a) * uniform(state)
    if kind == GAMMA:
        return b * gamma(state, a)
    if kind == LOGNORMAL:
        return math.exp(a + b * normal(state))
    if kind == HYPEREXPONENTIAL:
        mean: float = b if uniform(state) < a else record["c"]
        return mean * exponential(state)
    return float(values[int(a) + int(uniform(state) * b)])


@compiled
def draw_remaining(state: RandomState, records: NDArray[np.void], values: Floats, number: int) -> float:
    """What is left, at a random moment, of an interval with that distribution (Feller 1971, vol. 2, XI.4).

    Such an interval was found with a probability in proportion to its length, and a uniform part of it is left.
    """
    record = records[number]
    kind: int = record["kind"]
    a: float = record["a"]
    b: float = record["b"]
    if kind == EXPONENTIAL:
        return a * exponential(state)
    if kind == HYPEREXPONENTIAL:
        mean: float = b if uniform(state) < 0.5 else record["c"]  # the means are balanced: p₁m₁ = p₂m₂
        return mean * exponential(state)
    length = a
    if kind == UNIFORM:
        length = math.sqrt(a * a + uniform(state) * (b * b - a * a))
    elif kind == GAMMA:
        length = b * gamma(state, a + 1.0)
    elif kind == LOGNORMAL:
        length = math.exp(a + b * b + b * normal(state))
    elif kind == EMPIRICAL:
        first, count = int(a), int(b)
        length = values[first + int(uniform(state) * b)]
        while uniform(state) * values[first + count - 1] >= length:
            length = values[first + int(uniform(state) * b)]
    return uniform(state) * length
