"""A cache that begins empty, against direct simulation."""

import numpy as np
import pytest

from firstbell.models.cache import LruCache, under_names, zipf
from firstbell.models.cold_edge import ColdEdge, Floats, herd_fetch_s, herd_fetches
from firstbell.models.problems import InputError

OBJECTS, RATE_PER_S = 300, 100.0


def _edge(objects: int = OBJECTS, **how: float) -> ColdEdge:
    rates = zipf(objects, 0.8) * RATE_PER_S
    sizes = np.random.default_rng(1).uniform(10, 20, objects)
    return ColdEdge(
        rates_per_s=rates,
        sizes_bytes=sizes,
        capacity_bytes=how.get("capacity_bytes"),
        coalesced=bool(how.get("coalesced", 1)),
        fetch_s=how.get("fetch_s", 0.0),
    )


def _simulated(edge: ColdEdge, time_s: float, rng: np.random.Generator) -> tuple[int, int, float]:
    """Fetches, waiting requests and bytes fetched of one play of it: an LRU cache, request by request."""
    count = rng.poisson(edge.rates_per_s.sum() * time_s)
    times = np.sort(rng.uniform(0, time_s, count))
    wanted = rng.choice(len(edge.rates_per_s), count, p=edge.rates_per_s / edge.rates_per_s.sum())
    held: dict[int, float] = {}  # by time of last use
    arrives: dict[int, float] = {}
    fetches, waiting, size_bytes = 0, 0, 0.0
    for now_s, which in zip(times, (int(each) for each in wanted), strict=True):
        for each in [each for each, at_s in arrives.items() if at_s <= now_s]:
            held[each] = arrives.pop(each)
        while edge.capacity_bytes and sum(edge.sizes_bytes[each] for each in held) > edge.capacity_bytes:
            held.pop(next(iter(held)))
        if which in held:
            held.pop(which)
            held[which] = now_s
        elif which in arrives and edge.coalesced:
            waiting += 1
        else:
            fetches += 1
            size_bytes += float(edge.sizes_bytes[which])
            arrives.setdefault(which, now_s + edge.fetch_s)
    return fetches, waiting, size_bytes


def _means(edge: ColdEdge, time_s: float, plays: int) -> Floats:
    rng = np.random.default_rng(7)
    return np.mean([_simulated(edge, time_s, rng) for _ in range(plays)], axis=0)


@pytest.mark.parametrize("coalesced", [True, False])
@pytest.mark.parametrize("time_s", [0.05, 2.0])
def test_fetches_waiting_and_bytes_are_those_of_a_simulation(coalesced: bool, time_s: float) -> None:
    edge = _edge(coalesced=coalesced, fetch_s=0.1)
    fetches, waiting, size_bytes = _means(edge, time_s, 150 if time_s > 1 else 5_000)
    assert edge.fetches_by(time_s) == pytest.approx(fetches, rel=0.02)
    assert edge.waiting_by(time_s) == pytest.approx(waiting, rel=0.05, abs=0.02)
    assert edge.origin_bytes_by(time_s) == pytest.approx(size_bytes, rel=0.02)


def test_a_cache_that_fills_goes_over_to_what_che_says_of_a_warm_one() -> None:
    edge = _edge(100, capacity_bytes=500.0)
    assert 0 < edge.filled_s < 2
    fetches, _, _ = _means(edge, 4.0, 20)
    assert edge.fetches_by(4.0) == pytest.approx(fetches, rel=0.03)
    warm = LruCache(popularity=zipf(100, 0.8), capacity=500.0, sizes=edge.sizes_bytes)
    late = (edge.fetches_by(1_000.0) - edge.fetches_by(900.0)) / edge.requests_by(100.0)
    assert 1 - late == pytest.approx(warm.hit_ratio, abs=1e-9)


def test_by_and_by_everything_is_fetched_once_and_two_addresses_are_fetched_twice() -> None:
    edge = _edge()
    assert edge.fetches_by(1e6) == pytest.approx(OBJECTS)
    both = ColdEdge(
        rates_per_s=under_names(zipf(OBJECTS, 0.8), np.array([0.8, 0.2])) * RATE_PER_S,
        sizes_bytes=np.tile(edge.sizes_bytes, 2),
    )
    assert both.fetches_by(1e6) == pytest.approx(2 * OBJECTS)
    assert edge.fetches_by(1.0) < both.fetches_by(1.0) < both.requests_by(1.0)
    assert edge.hit_ratio_by(1.0) > both.hit_ratio_by(1.0)


def test_while_nothing_has_come_yet_everything_is_fetched_without_coalescing() -> None:
    edge = _edge(coalesced=False, fetch_s=5.0)
    assert edge.fetches_by(3.0) == pytest.approx(edge.requests_by(3.0))


@pytest.mark.parametrize("load", [0.5, 2.0])
def test_a_herd_is_that_of_a_line_shared_evenly(load: float) -> None:
    rate_per_s, rng = 10.0, np.random.default_rng(3)
    alone_s = load / rate_per_s
    counts, times_s = zip(*(_herd(rate_per_s, alone_s, rng) for _ in range(20_000)), strict=True)
    assert herd_fetches(rate_per_s=rate_per_s, alone_s=alone_s) == pytest.approx(np.mean(counts), rel=0.03)
    assert herd_fetch_s(rate_per_s=rate_per_s, alone_s=alone_s) == pytest.approx(np.mean(times_s), rel=0.03)


def _herd(rate_per_s: float, alone_s: float, rng: np.random.Generator) -> tuple[int, float]:
    """How many fetches were begun before the first was over, and when that was: step by step in real time."""
    now_s, left_s, under_way = 0.0, alone_s, 1
    while True:
        next_s = rng.exponential(1 / rate_per_s)
        if left_s * under_way <= next_s:
            return under_way, now_s + left_s * under_way
        now_s, left_s, under_way = now_s + next_s, left_s - next_s / under_way, under_way + 1


def test_what_makes_no_sense_is_told() -> None:
    with pytest.raises(InputError, match="not as many sizes as objects"):
        ColdEdge(rates_per_s=np.ones(3), sizes_bytes=np.ones(2))
    with pytest.raises(InputError, match="fetch_s"):
        ColdEdge(rates_per_s=np.ones(3), sizes_bytes=np.ones(3), fetch_s=-1)
