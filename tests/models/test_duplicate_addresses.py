"""What a second address for content costs a cache: against Che's sums object by object, and a cache that evicts."""

from collections import OrderedDict

import numpy as np
import pytest

from firstbell.models.cache import LruCache, capacity_for_hit_ratio, under_names, zipf
from firstbell.models.duplicate_addresses import hit_ratio_under_two_names
from firstbell.models.problems import InputError


def test_two_addresses_asked_for_alike_halve_the_cache() -> None:
    popularity = zipf(2_000, 0.8)
    shared = LruCache(popularity=under_names(popularity, np.array([0.5, 0.5])), capacity=300)
    assert shared.hit_ratio == pytest.approx(LruCache(popularity=popularity, capacity=150).hit_ratio, rel=1e-9)


@pytest.mark.parametrize("objects", [200, 14_000])
@pytest.mark.parametrize("exponent", [0.6, 0.8, 1.0])
def test_arrays_of_cases_agree_with_the_sums_object_by_object(objects: int, exponent: float) -> None:
    hits, shares = np.array([0.3, 0.8, 0.95, 0.99]), np.array([0.5, 0.8, 0.95, 0.6])
    found = hit_ratio_under_two_names(hits, objects=objects, zipf=exponent, first_share=shares)
    popularity = zipf(objects, exponent)
    for at, (hit, share) in enumerate(zip(hits, shares, strict=True)):
        capacity = capacity_for_hit_ratio(popularity=popularity, hit_ratio=float(hit))
        twice = LruCache(popularity=under_names(popularity, np.array([share, 1 - share])), capacity=capacity)
        assert found[at] == pytest.approx(twice.hit_ratio, abs=1e-3)


def simulated_hit_ratio(popularity: np.ndarray, capacity: int, requests: int) -> float:
    asked = np.random.default_rng(3).choice(len(popularity), p=popularity, size=2 * requests)
    held: OrderedDict[int, None] = OrderedDict()
    hits = 0
    for number, address in enumerate(asked.tolist()):
        if address in held:
            held.move_to_end(address)
            hits += number >= requests
        else:
            held[address] = None
            if len(held) > capacity:
                held.popitem(last=False)
    return hits / requests


@pytest.mark.parametrize("share", [0.5, 0.8])
def test_a_cache_that_evicts_loses_as_much(share: float) -> None:
    popularity = zipf(1_000, 0.8)
    capacity = 500
    one = simulated_hit_ratio(popularity, capacity, 150_000)
    two = simulated_hit_ratio(under_names(popularity, np.array([share, 1 - share])), capacity, 150_000)
    assert LruCache(popularity=popularity, capacity=capacity).hit_ratio == pytest.approx(one, abs=0.005)
    found = hit_ratio_under_two_names(one, objects=1_000, zipf=0.8, first_share=share)[0]
    assert found == pytest.approx(two, abs=0.01)
    assert two < one - 0.1


def test_shares_that_do_not_add_up_are_refused() -> None:
    with pytest.raises(InputError, match="shares"):
        under_names(zipf(10, 1.0), np.array([0.5, 0.6]))
