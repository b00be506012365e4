"""The cheapest machines that carry a need with some of them down: of one kind, or of two kinds together.

The spare machines are taken to be the largest by each resource on its own, and all of one kind where two are mixed.
So with one spare the answer is the cheapest of all mixes of two kinds, and with more a safe one. More than two kinds
in a tier are not looked at: nobody wants to keep them running, and they save little.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from firstbell.models.figures import Array

_ROUNDING = 1e-9  # of a machine: a need that is met to the last digit is met


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of machine, for one tier. Arrays (n,), or (1,) where all cases are alike.

    ``gives`` has what a machine brings of each resource, in one order for all kinds, 0 or less where nothing; ``fits``
    is False where it may not be used.
    """

    name: str
    gives: Sequence[Array]
    price: Array
    fits: NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Mix:
    """What to buy, spare machines with it: ``price`` (n,) case by case, ``counts`` in the first case.

    The price is infinite where no kind carries the need.
    """

    price: Array
    counts: Mapping[str, int]


def of_one_kind(kind: Kind, needs: Sequence[Array], spare: Array) -> Array:
    """How many of a kind carry the needs with ``spare`` of them down, one at least beside those; infinity: never."""
    wanted = [_machines(need, gives) for need, gives in zip(needs, kind.gives, strict=True)]
    count = np.maximum(np.max(np.broadcast_arrays(*wanted), axis=0), 1.0) + spare
    return np.where(kind.fits, count, np.inf)


def cheapest(kinds: Sequence[Kind], needs: Sequence[Array], spare: Array, most: Array) -> Mix:
    """The cheapest mix of ``most`` machines at most, the one of fewer kinds where two cost the same."""
    sizes = [each.shape for each in (*needs, *(kind.price for kind in kinds), spare, most)]
    shape = np.broadcast_shapes(*sizes)
    best = Mix(price=np.full(shape, np.inf), counts={})
    alone = {kind.name: np.broadcast_to(of_one_kind(kind, needs, spare), shape) for kind in kinds}
    for kind in kinds:
        best = _cheaper(best, {kind.name: alone[kind.name]}, _cost(alone[kind.name], kind.price), most)
    for one, other in combinations(kinds, 2):
        few, many = sorted((one, other), key=lambda kind: float(np.max(alone[kind.name])))
        for price, counts in _pairs(few, many, needs, spare, most, best_price=best.price):
            best = _cheaper(best, counts, price, most)
    return best


def _pairs(
    few: Kind, many: Kind, needs: Sequence[Array], spare: Array, most: Array, *, best_price: Array
) -> Iterator[tuple[Array, Mapping[str, Array]]]:
    """Every number of ``few`` of which more would bring nothing, with as many of the other as it then takes."""
    may = few.fits & many.fits
    if not may.any():
        return
    given = [_machines(need, gives) for need, gives in zip(needs, few.gives, strict=True)]
    useful = max(float(np.max(each[np.isfinite(each)], initial=0.0)) for each in given) + float(np.max(spare))
    for first in range(1, int(np.ceil(min(useful, float(np.max(most))))) + 1):
        if (first * few.price + many.price >= best_price).all():
            return
        second = np.ones(1)
        for need, gives, others in zip(needs, few.gives, many.gives, strict=True):
            lost = spare * np.maximum(np.maximum(gives, others), 0.0)
            second = np.maximum(second, _machines(need + lost - first * np.maximum(gives, 0.0), others))
        second = np.where(may, second, np.inf)
        counts = {few.name: np.full(1, float(first)), many.name: second}
        yield first * few.price + _cost(second, many.price), counts


def _machines(need: Array, gives: Array) -> Array:
    """How many bring the need; infinity where one brings nothing and something is needed."""
    need, gives = np.broadcast_arrays(need, gives)
    share = np.divide(need, gives, out=np.full(need.shape, np.inf), where=gives > 0)
    return np.where(need > 0, np.ceil(share - _ROUNDING), 0.0)


def _cost(count: Array, price: Array) -> Array:
    return np.asarray(count * price)


def _cheaper(best: Mix, counts: Mapping[str, Array], price: Array, most: Array) -> Mix:
    """The better one case by case, and the counts of whichever is better in the first."""
    machines = np.sum(np.broadcast_arrays(*counts.values()), axis=0)
    price = np.broadcast_to(np.where(machines <= most, price, np.inf), best.price.shape)
    first = counts if price[0] < best.price[0] else None
    chosen = best.counts if first is None else {name: int(count[0]) for name, count in first.items()}
    return Mix(price=np.minimum(best.price, price), counts=chosen)
