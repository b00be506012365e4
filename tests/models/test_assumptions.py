"""What a fit takes for granted is tested, and what to do is said where it does not hold."""

from collections.abc import Mapping

import numpy as np
import pytest

from firstbell.models.assumptions import (
    advice_of,
    collinearity_test,
    discipline_test,
    little_test,
    stationarity_test,
)
from firstbell.models.black_box import Plateaus
from firstbell.models.demand import condition_number
from firstbell.models.measurement import LevelMeasurement, Span, measure_level
from firstbell.models.streams import Stream
from firstbell.models.visits import Floats, Visits

DEMAND_S = {"sign-in": 0.02, "page": 0.004, "poll": 0.0005}
REQUESTS = dict.fromkeys(DEMAND_S, 1.0)


def visits(asked_s: Floats, response_s: Floats) -> Visits:
    count = len(asked_s)
    zeros = np.zeros(count, dtype=np.int64)
    return Visits(
        activities=("page",), activity=zeros, due_s=asked_s, asked_s=asked_s, end_s=asked_s + response_s,
        late_s=np.zeros(count), requests=zeros + 1, received_bytes=zeros, failed=zeros > 0, level=zeros,
    )  # fmt: skip


def level(found: Visits, learners: int) -> LevelMeasurement:
    span = Span(index=0, kind="fit", learners=learners, ramp_start_s=0.0, start_s=0.0, end_s=100.0)
    return measure_level(found, None, [span])


def thinking(time_s: float) -> Stream:
    return Stream(name="browsing", share=1.0, visits={"page": 1.0}, pacing="think", time_s=time_s)


def steady(learners: int = 200) -> Visits:
    """Each learner asks every 5 s and waits for half of one."""
    rng = np.random.default_rng(1)
    asked_s = np.sort(rng.uniform(0, 100, learners * 20))
    return visits(asked_s, np.full(len(asked_s), 0.5))


def test_littles_law_holds_where_learners_think_as_they_were_told() -> None:
    test = little_test([level(steady(), 200)], [thinking(4.5)])
    assert test.holds
    assert test.found == pytest.approx(0.0, abs=0.02)


def test_learners_who_think_longer_than_told_are_missing_from_littles_law() -> None:
    test = little_test([level(steady(), 200)], [thinking(3.0)])
    assert test.holds is False
    assert test.found == pytest.approx(3.5 / 5 - 1, abs=0.02)
    assert "At 200 learners" in test.says
    assert "generator" in test.says
    assert list(advice_of([test])) == [test.says]


def test_without_a_thinking_stream_littles_law_is_not_known() -> None:
    test = little_test([level(steady(), 200)], [])
    assert (test.holds, test.found) == (None, None)
    assert list(advice_of([test])) == []


def test_a_backlog_that_grows_is_no_steady_plateau_and_an_even_one_is() -> None:
    even = steady()
    assert stationarity_test([level(even, 200)], even).holds
    growing = visits(even.asked_s, 0.1 + even.asked_s / 20)
    test = stationarity_test([level(growing, 200)], growing)
    assert test.holds is False
    assert "rose" in test.says
    assert "ramps and plateaus last longer" in test.says


def test_a_fixed_mix_is_told_with_its_condition_number() -> None:
    rng = np.random.default_rng(3)
    free = rng.uniform(1, 10, (50, 3))
    fixed = np.outer(rng.uniform(1, 10, 50), [1.0, 2.0, 3.0]) * rng.normal(1, 0.001, (50, 3))
    assert collinearity_test(free, dict.fromkeys(DEMAND_S, 1.1)).holds
    test = collinearity_test(fixed, dict.fromkeys(DEMAND_S, 1e5))
    assert test.holds is False
    assert "page, poll, sign-in" in test.says
    assert test.found == pytest.approx(condition_number(fixed))
    assert condition_number(fixed) > 100 > condition_number(free)


def test_the_condition_number_does_not_depend_on_units_nor_on_what_never_came() -> None:
    rates = np.random.default_rng(4).uniform(1, 10, (50, 3))
    scaled = np.column_stack([rates * [1.0, 1e3, 1e-3], np.zeros(50)])
    assert condition_number(scaled) == pytest.approx(condition_number(rates))


def grown(by_s: Mapping[str, float]) -> Plateaus:
    quiet = np.array([DEMAND_S[name] for name in DEMAND_S])
    busy = quiet + np.array([by_s[name] for name in DEMAND_S])
    response_s = np.array([quiet, busy])
    return Plateaus(
        activities=tuple(DEMAND_S), throughput_per_s=np.ones((2, 3)), response_s=response_s,
        error_s=0.02 * response_s, cycle_s=np.ones((2, 3)), overall_s=response_s.mean(axis=0),
    )  # fmt: skip


def test_waiting_in_proportion_to_ones_own_size_is_sharing() -> None:
    shared = grown({name: 3 * cost for name, cost in DEMAND_S.items()})
    assert discipline_test(shared, DEMAND_S, REQUESTS, np.array([0.1, 0.75])).holds


def test_waiting_as_long_as_everybody_else_is_a_queue() -> None:
    queued = grown(dict.fromkeys(DEMAND_S, 0.012))
    test = discipline_test(queued, DEMAND_S, REQUESTS, np.array([0.1, 0.75]))
    assert test.holds is False
    assert "first come, first served" in test.says


def test_where_nobody_waited_the_discipline_is_not_known() -> None:
    assert discipline_test(grown(DEMAND_S), DEMAND_S, REQUESTS, np.array([0.1, 0.3])).holds is None
