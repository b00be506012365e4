"""What it costs an edge cache that content has two addresses: it is kept twice, and each copy is asked for less.

Che's approximation, as in ``cache``, for arrays of cases at once. Objects are asked for by Zipf's law; those of nearly
the same rank are taken together, which moves a hit ratio by less than 0.001.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firstbell.models.stations.parameters import Parameters

Floats = NDArray[np.float64]
_ALONE = 16  # so many ranks are taken one by one, those beyond in groups
_GROUP_RATIO = 1.25
_LOG_TIMES = (-5.0, 40.0)  # of the characteristic time in requests, far beyond what any catalogue has
_HALVINGS, _CUTS = 9, 3


def hit_ratio_under_two_names(hit_ratio: ArrayLike, *, objects: int, zipf: ArrayLike, first_share: ArrayLike) -> Floats:
    """The hit ratio of a cache that has ``hit_ratio`` while everybody asks for one address of each object, once a share
    ``first_share`` asks for one and the others for another. Arrays of cases (n,), or single numbers.
    """
    Parameters("cache-lru").whole(objects=objects).refuse()
    hit, exponent, first = np.broadcast_arrays(*(np.atleast_1d(np.asarray(each, dtype=float)) for each in (
        hit_ratio, zipf, first_share
    )))  # fmt: skip
    count, rank = _groups(objects)
    popularity = rank[None, :] ** -exponent[:, None]
    popularity = popularity / (popularity @ count)[:, None]

    def kept(time: Floats, share: Floats) -> Floats:
        return np.asarray(-np.expm1(-popularity * (time * share)[:, None]))

    def hits(time: Floats, share: Floats) -> Floats:
        return np.asarray((popularity * kept(time, share)) @ count)

    def objects_kept(time: Floats, share: Floats) -> Floats:
        return np.asarray(kept(time, share) @ count)

    one = np.ones_like(hit)
    room = objects_kept(_solved(lambda time: hits(time, one), hit), one)
    second = 1.0 - first
    time = _solved(lambda time: objects_kept(time, first) + objects_kept(time, second), room)
    return np.asarray(first * hits(time, first) + second * hits(time, second))


def _groups(objects: int) -> tuple[Floats, Floats]:
    """How many objects each group has, and the rank in its middle (geometric)."""
    edges = [float(rank) for rank in range(1, min(_ALONE, objects) + 1)]
    while edges[-1] < objects:
        edges.append(min(float(objects), max(edges[-1] + 1, np.floor(edges[-1] * _GROUP_RATIO))))
    last = np.array(edges)
    first = np.concatenate([[1.0], last[:-1] + 1.0])
    return last - first + 1.0, np.sqrt((first - 0.5) * (last + 0.5)) * (first != last) + first * (first == last)


def _solved(rising: Callable[[Floats], Floats], wanted: Floats) -> Floats:
    """The times (n,) at which a rising function of them has the values that are wanted: their logarithms are halved,
    then cut in proportion (regula falsi), as the function is nearly straight between ends so near to each other.
    """
    low, high = (np.full_like(wanted, end) for end in _LOG_TIMES)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        above = rising(np.exp(middle)) >= wanted
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    below, beyond = rising(np.exp(low)) - wanted, rising(np.exp(high)) - wanted
    for _ in range(_CUTS):
        rise = beyond - below
        middle = np.where(rise > 0, (low * beyond - high * below) / np.where(rise > 0, rise, 1.0), low)
        off = rising(np.exp(middle)) - wanted
        low, below = np.where(off < 0, middle, low), np.where(off < 0, off, below)
        high, beyond = np.where(off < 0, high, middle), np.where(off < 0, beyond, off)
    return np.asarray(np.exp(middle))
