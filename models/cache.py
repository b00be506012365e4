"""LRU caches under independent requests: hit ratios by objects and by bytes.

Che's approximation (Che, Tung & Wang 2002; why it works: Fricker, Robert & Roberts 2012): an object stays while it is
asked for again within the characteristic time T, counted in requests, with Σ_i s_i (1 − e^{−p_i T}) = C.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import permutations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from firstbell.models.problems import InputError
from firstbell.models.stations.parameters import Parameters

Floats = NDArray[np.float64]
MOST_ORDERS = 500_000


def zipf(objects: int, exponent: float) -> Floats:
    """Popularities (sum 1) of ``objects`` objects, p_i ∝ i^−exponent."""
    Parameters("cache-lru").whole(objects=objects).not_negative(zipf=exponent).refuse()
    weights = np.arange(1, objects + 1, dtype=float) ** -exponent
    return np.asarray(weights / weights.sum())


def stretched_exponential(objects: int, *, stretch: float, slope: float) -> Floats:
    """Popularities (sum 1) with y_i^c = 1 + a ln(n/i), c = ``stretch``, a = ``slope`` (Guo et al. 2008, for media)."""
    check = Parameters("cache-lru").whole(objects=objects)
    check.positive(stretch=stretch, slope=slope).refuse()
    weights = (1.0 + slope * np.log(objects / np.arange(1, objects + 1))) ** (1.0 / stretch)
    return np.asarray(weights / weights.sum())


@dataclass(frozen=True, kw_only=True, eq=False)
class LruCache:
    """``popularity`` (n) of objects of ``sizes`` (n), and room for ``capacity`` of the same unit as the sizes.

    Without ``sizes`` every object is 1 large, so that ``capacity`` counts objects. An object larger than the whole
    cache is never kept.
    """

    popularity: Floats
    capacity: float
    sizes: Floats | None = None

    def __post_init__(self) -> None:
        check = Parameters("cache-lru").positive(capacity=self.capacity)
        if not (len(self.popularity) and np.all(self.popularity >= 0) and 0 < self.popularity.sum() < np.inf):
            check.add("popularity", None, "not shares of requests", "Give numbers of 0 or more, not all 0.")
        if self.sizes is not None and len(self.sizes) != len(self.popularity):
            check.add("sizes_bytes", len(self.sizes), "not as many sizes as objects", "Give one for each object.")
        elif self.sizes is not None and not np.all(self.sizes > 0):
            check.add("sizes_bytes", float(np.min(self.sizes)), "not a positive size", "Give bytes above 0.")
        check.refuse()

    @cached_property
    def _sizes(self) -> Floats:
        return np.ones_like(self.popularity) if self.sizes is None else self.sizes

    @cached_property
    def _keepable(self) -> NDArray[np.bool_]:
        """(n) whether an object is ever asked for and fits."""
        return np.asarray((self._sizes <= self.capacity) & (self.popularity > 0))

    @cached_property
    def characteristic_time(self) -> float:
        """T in requests; infinite when everything fits."""
        sizes, popularity = self._sizes[self._keepable], self.popularity[self._keepable]
        if self.capacity >= sizes.sum():
            return float("inf")

        def missing(log_time: float) -> float:
            return float(sizes @ -np.expm1(-popularity * np.exp(log_time))) - self.capacity

        low = float(np.log(self.capacity / (sizes @ popularity))) - 1.0
        high = low + 1.0
        while missing(high) < 0:
            high += 2.0
        return float(np.exp(brentq(missing, low, high, xtol=1e-14, rtol=1e-15)))

    @property
    def kept(self) -> Floats:
        """(n) probability that each object is in the cache, which is its hit ratio."""
        kept = np.zeros_like(self.popularity)
        kept[self._keepable] = -np.expm1(-self.popularity[self._keepable] * self.characteristic_time)
        return kept

    @property
    def hit_ratio(self) -> float:
        return min(1.0, float(self.popularity @ self.kept))

    @property
    def byte_hit_ratio(self) -> float:
        traffic = self.popularity * self._sizes
        return min(1.0, float(traffic @ self.kept / traffic.sum()))


def under_names(popularity: Floats, shares: Floats) -> Floats:
    """(names × n) popularities where each object has one address for each of ``shares`` of those who ask (sum 1).

    A cache knows addresses, not contents: it keeps the same object once under each name.
    """
    check = Parameters("cache-lru")
    if not (len(shares) and np.all(shares > 0) and abs(float(np.sum(shares)) - 1.0) < 1e-9):
        check.add("shares", None, "not shares of those who ask", "Give shares above 0 that add up to 1.")
    check.refuse()
    return np.outer(shares, popularity).ravel()


def capacity_for_hit_ratio(*, popularity: Floats, hit_ratio: float, sizes: Floats | None = None) -> float:
    """The room that gives this share of hits: the inverse of LruCache.hit_ratio."""
    Parameters("cache-lru").probability(hit_ratio=hit_ratio).refuse()
    room = np.ones_like(popularity) if sizes is None else sizes

    def missing(log_time: float) -> float:
        return float(popularity @ -np.expm1(-popularity * np.exp(log_time))) - hit_ratio

    high = 1.0
    while missing(high) < 0:
        high += 2.0
    time = np.exp(brentq(missing, -40.0, high, xtol=1e-14, rtol=1e-15))
    capacity = float(room @ -np.expm1(-popularity * time))
    if capacity >= room.max():
        return capacity
    return _least_capacity(popularity, room, hit_ratio)


def _least_capacity(popularity: Floats, sizes: Floats, hit_ratio: float) -> float:
    """The same by halving, where some objects are larger than the cache."""
    low, high = 0.0, float(sizes.sum())
    while (middle := (low + high) / 2.0) not in (low, high):
        if LruCache(popularity=popularity, capacity=middle, sizes=sizes).hit_ratio < hit_ratio:
            low = middle
        else:
            high = middle
    return high


def exact_lru_hit_ratio(popularity: Floats, capacity_objects: int) -> float:
    """Exact for a few objects (King 1971): every ordered list of the cache's content has its probability."""
    objects = len(popularity)
    orders = float(np.prod(np.arange(objects, objects - capacity_objects, -1.0)))
    if orders > MOST_ORDERS:
        raise InputError.single(
            source="cache-lru",
            key="capacity_objects",
            value=capacity_objects,
            what=f"the exact sum would have {orders:.3g} terms",
            remedy="Use LruCache, which is within a percent for 100 objects or more.",
        )
    orders_of = permutations(range(objects), capacity_objects)
    return sum(_order_hits([float(popularity[i]) for i in order]) for order in orders_of)


def _order_hits(shares: list[float]) -> float:
    """P(the cache holds these objects in this order of recency) · P(the next request is for one of them)."""
    probability, left = 1.0, 1.0
    for share in shares:
        probability *= share / left
        left -= share
    return probability * sum(shares)
