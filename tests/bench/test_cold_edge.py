"""The benchmark of a cold edge, as short as it can be."""

import numpy as np
import pytest

from bench.cold_edge import CASES, Filling, Herd, played
from firstbell.models.cold_edge import herd_fetches


def test_each_address_that_is_asked_for_is_fetched_once_and_the_bytes_agree() -> None:
    case = Filling(name="short", two_names=True, objects=10, rate_per_s=60.0, duration_s=1.0)
    (asked,) = case.asked(np.random.default_rng(5))
    found = played(case, seed=5)
    assert found.requests == len(asked)
    assert found.fetches == len({(each.name, each.path) for each in asked})
    assert found.origin_bytes == found.fetches * case.size_bytes
    assert found.learner_bytes == found.requests * case.size_bytes
    assert found.said_fetches == pytest.approx(case.said()[0])


def test_of_a_herd_one_fetches_and_the_others_wait_or_find_it() -> None:
    case = Herd(name="short", rate_per_s=40.0, coalesce=True, lessons=2, for_s=0.2)
    found = played(case, seed=1)
    assert found.fetches == found.said_fetches == 2
    assert found.requests == sum(len(go) for go in case.asked(np.random.default_rng(1)))
    assert found.first_s > 8 * case.size_bytes / case.bits_per_s  # the line is no faster than it says


def test_without_coalescing_the_model_s_herd_is_what_is_said() -> None:
    case = Herd(name="herd", rate_per_s=20.0, coalesce=False, lessons=3, alone_s=0.1)
    assert case.said() == (pytest.approx(3 * herd_fetches(rate_per_s=20.0, alone_s=0.1)), pytest.approx(63))
    assert case.deviation() == pytest.approx(np.sqrt(3 * np.exp(2) * (np.exp(2) - 1)))
    assert {type(each) for each in CASES} == {Filling, Herd}
