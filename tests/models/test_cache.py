"""Caches."""

import numpy as np
import pytest

from firstbell.models.cache import (
    LruCache,
    capacity_for_hit_ratio,
    exact_lru_hit_ratio,
    stretched_exponential,
    zipf,
)
from firstbell.models.problems import InputError


def test_popularities_add_up_and_fall() -> None:
    for popularity in (zipf(1000, 0.8), stretched_exponential(1000, stretch=0.3, slope=0.5)):
        assert popularity.sum() == pytest.approx(1.0)
        assert np.all(np.diff(popularity) < 0)


def test_the_room_for_a_hit_ratio_gives_that_hit_ratio() -> None:
    popularity = stretched_exponential(5000, stretch=0.4, slope=0.8)
    sizes = np.random.default_rng(1).lognormal(0.0, 0.8, 5000)
    for wanted in (0.01, 0.5, 0.95):
        capacity = capacity_for_hit_ratio(popularity=popularity, hit_ratio=wanted, sizes=sizes)
        assert LruCache(popularity=popularity, capacity=capacity, sizes=sizes).hit_ratio == pytest.approx(
            wanted, rel=1e-9
        )


def test_what_everything_fits_in_always_hits() -> None:
    cache = LruCache(popularity=zipf(10, 1.0), capacity=10)
    assert cache.hit_ratio == 1.0
    assert cache.byte_hit_ratio == 1.0


def test_equal_popularities_hit_by_the_share_that_fits() -> None:
    assert exact_lru_hit_ratio(np.full(8, 1 / 8), 3) == pytest.approx(3 / 8)
    assert LruCache(popularity=np.full(1000, 1e-3), capacity=300).hit_ratio == pytest.approx(0.3, rel=1e-9)


def test_an_exact_sum_without_end_is_refused() -> None:
    with pytest.raises(InputError, match="terms"):
        exact_lru_hit_ratio(zipf(100, 1.0), 20)


def test_an_object_larger_than_the_cache_is_never_kept() -> None:
    sizes = np.array([1000.0, 200.0, 300.0])
    cache = LruCache(popularity=zipf(3, 1.0), capacity=250.0, sizes=sizes)
    assert cache.kept == pytest.approx([0.0, 1.0, 0.0])
    assert cache.hit_ratio == pytest.approx(zipf(3, 1.0)[1])


def test_objects_that_nobody_asks_for_take_no_room() -> None:
    popularity = np.array([0.5, 0.5, 0.0, 0.0])
    assert LruCache(popularity=popularity, capacity=2).hit_ratio == 1.0
    with pytest.raises(InputError, match="shares"):
        LruCache(popularity=np.array([-0.1, 1.1]), capacity=1)


def test_sizes_for_other_objects_are_refused() -> None:
    with pytest.raises(InputError, match="sizes"):
        LruCache(popularity=zipf(10, 1.0), capacity=3, sizes=np.ones(9))
