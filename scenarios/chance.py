"""What is drawn by lot: think times, lengths, popularity. Seeded by run and process."""

import math
import random
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate


class Chance:
    """One process's source of randomness."""

    def __init__(self, seed: int, process: int) -> None:
        self._random = random.Random(f"firstbell {seed} {process}")
        self.uniform = self._random.uniform
        self.below = self._random.randrange

    def exponential(self, mean: float) -> float:
        """Memoryless: a session or view seen at any moment lasts as long again."""
        return self._random.expovariate(1 / mean)

    def normal(self, deviation: float) -> float:
        """Normal around 0, by its standard deviation."""
        return self._random.gauss(0, deviation)

    def lognormal(self, mean: float, cv: float) -> float:
        """Lognormal by its mean and coefficient of variation: σ² = ln(1 + cv²), μ = ln(mean) − σ²/2."""
        variance = math.log1p(cv * cv)
        return self._random.lognormvariate(math.log(mean) - variance / 2, math.sqrt(variance))

    def around(self, mean: float) -> int:
        """A whole number next to ``mean``, with this mean."""
        whole = math.floor(mean)
        return whole + (self._random.random() < mean - whole)


class Popularity:
    """Ranks by Zipf's law: rank r (from 0) is asked for in proportion to (r + 1)^-exponent."""

    def __init__(self, items: int, exponent: float) -> None:
        self._cumulative = list(accumulate((rank + 1) ** -exponent for rank in range(items)))

    def rank(self, chance: Chance) -> int:
        """A rank by lot."""
        return bisect_right(self._cumulative, chance.uniform(0, self._cumulative[-1]), hi=len(self._cumulative) - 1)


class Choice:
    """An index by given shares, which need not add up to 1."""

    def __init__(self, shares: Sequence[float]) -> None:
        self._cumulative = list(accumulate(shares))

    def index(self, chance: Chance) -> int:
        """An index by lot."""
        return bisect_right(self._cumulative, chance.uniform(0, self._cumulative[-1]), hi=len(self._cumulative) - 1)
