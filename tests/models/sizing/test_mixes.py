"""The cheapest machines for a need, held against trying every mix out."""

from itertools import combinations, product
from math import inf

import numpy as np
import pytest

from firstbell.models.sizing.mixes import Kind, cheapest, of_one_kind

ANY_NUMBER = np.full(1, inf)


def kind(name: str, *gives: float, price: float, fits: bool = True) -> Kind:
    return Kind(name=name, gives=[np.full(1, each) for each in gives], price=np.full(1, price), fits=np.full(1, fits))


def every_mix(kinds: list[Kind], needs: list[float], spare: int, *, most: int) -> float:
    """The price of the cheapest, by trying all counts of all pairs; the largest that are there fail."""
    best = inf
    for pair in combinations(kinds, 2):
        for counts in product(range(most + 1), repeat=2):
            there = [each for each, count in zip(pair, counts, strict=True) for _ in range(count)]
            if (
                all(
                    sum(sorted(float(each.gives[at][0]) for each in there)[: len(there) - spare]) >= need
                    for at, need in enumerate(needs)
                )
                and len(there) > spare
            ):
                best = min(best, sum(float(each.price[0]) for each in there))
    return best


@pytest.mark.parametrize("spare", [0, 1])
def test_no_mix_of_two_kinds_is_cheaper(spare: int) -> None:
    random = np.random.default_rng(5)
    for _ in range(25):
        kinds = [
            kind(str(at), *random.integers(1, 12, size=2).astype(float), price=float(random.integers(3, 30)))
            for at in range(3)
        ]
        needs = random.integers(0, 40, size=2).astype(float).tolist()
        found = cheapest(kinds, [np.full(1, need) for need in needs], np.full(1, float(spare)), ANY_NUMBER)
        alone = max(float(of_one_kind(each, [np.full(1, need) for need in needs], np.full(1, spare))[0])
                    for each in kinds)  # fmt: skip
        assert found.price[0] == every_mix(kinds, needs, spare, most=int(alone))
        assert sum(count * float(kinds[int(name)].price[0]) for name, count in found.counts.items()) == found.price[0]


def test_a_small_machine_tops_up_what_large_ones_leave() -> None:
    large, small = kind("large", 16, price=100), kind("small", 4, price=30)
    found = cheapest([small, large], [np.full(1, 34.0)], np.zeros(1), ANY_NUMBER)
    assert (dict(found.counts), found.price[0]) == ({"large": 2, "small": 1}, 230.0)


def test_with_a_spare_the_largest_is_the_one_that_fails() -> None:
    """Three large ones and a small one have 52 cores, and 36 when a large one fails."""
    large, small = kind("large", 16, price=100), kind("small", 4, price=40)
    found = cheapest([small, large], [np.full(1, 34.0)], np.ones(1), ANY_NUMBER)
    assert dict(found.counts) == {"large": 3, "small": 1}


def test_two_needs_are_met_by_two_kinds_that_each_have_much_of_one() -> None:
    fast, roomy = kind("fast", 32, 8, price=100), kind("roomy", 4, 128, price=100)
    found = cheapest([fast, roomy], [np.full(1, 64.0), np.full(1, 140.0)], np.zeros(1), ANY_NUMBER)
    assert dict(found.counts) == {"fast": 2, "roomy": 1}


def test_two_kinds_that_each_lack_something_do_together() -> None:
    found = cheapest([kind("a", 4, 0, price=3), kind("b", 0, 4, price=5)], [np.full(1, 9.0), np.full(1, 5.0)],
                     np.zeros(1), ANY_NUMBER)  # fmt: skip
    assert dict(found.counts) == {"a": 3, "b": 2}


def test_each_case_has_its_own_cheapest() -> None:
    large, small = kind("large", 16, price=100), kind("small", 4, price=30)
    found = cheapest([small, large], [np.array([16.0, 4.0, 20.0, 0.0])], np.zeros(1), ANY_NUMBER)
    assert found.price.tolist() == [100, 30, 130, 30]
    assert dict(found.counts) == {"large": 1}


def test_what_no_kind_gives_costs_without_end_and_what_does_not_fit_is_not_bought() -> None:
    need = [np.full(1, 4.0), np.full(1, 1.0)]
    assert cheapest([kind("bare", 8, 0, price=1)], need, np.zeros(1), ANY_NUMBER).price[0] == inf
    found = cheapest(
        [kind("bare", 8, 2, price=1, fits=False), kind("dear", 8, 2, price=9)], need, np.zeros(1), ANY_NUMBER
    )
    assert dict(found.counts) == {"dear": 1}


def test_no_more_machines_are_bought_than_may_be() -> None:
    large, small = kind("large", 16, price=100), kind("small", 4, price=20)
    assert dict(cheapest([large, small], [np.full(1, 20.0)], np.ones(1), np.full(1, 6.0)).counts) == {"small": 6}
    fewer = cheapest([large, small], [np.full(1, 20.0)], np.ones(1), np.full(1, 5.0))
    assert dict(fewer.counts) == {"large": 2, "small": 1}
    assert cheapest([large, small], [np.full(1, 20.0)], np.ones(1), np.full(1, 2.0)).price[0] == inf
