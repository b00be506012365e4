"""A platform's size from a short look: with its processor time, and from outside."""

import pytest

from firstbell.models.pilot import Look, Pilot, tells_enough
from firstbell.models.streams import Stream

STREAM = Stream(name="browsing", share=1.0, visits={"page": 1.0}, pacing="think", time_s=10.0, follows=None)
LEARNERS = 100
CAPACITY_PER_S = 50.0


def look(pace: float) -> Look:
    """A processor shared by all, which serves 50 pages a second: asked for a load, it answers as fast as it can."""
    asked_per_s = LEARNERS * pace / STREAM.time_s
    load = asked_per_s / CAPACITY_PER_S
    answered_per_s = min(asked_per_s, CAPACITY_PER_S)
    response_s = 0.02 / (1 - load) if load < 0.99 else LEARNERS / CAPACITY_PER_S - STREAM.time_s / pace
    return Look(
        learners=LEARNERS, pace=pace, throughput_per_s={"page": answered_per_s}, response_s={"page": response_s}
    )


def test_a_platform_that_slows_down_is_sized_from_outside() -> None:
    looks = [look(0.25), look(1.0), look(4.0)]
    assert [tells_enough(looks[:n]) for n in (1, 2, 3)] == [False, False, True]
    pilot = Pilot.outside(looks, [STREAM])
    # 5,000 pages in 100 s by 100 learners at a quarter of the pace: 2,000 of them ask for 50 a second.
    assert pilot.saturation_learners == pytest.approx(2000, rel=0.05)
    assert pilot.cost_s["page"] * CAPACITY_PER_S == pytest.approx(1.0, rel=0.05)


def test_a_platform_that_is_busy_all_the_time_answers_no_more_when_it_is_hurried() -> None:
    looks = [look(8.0), look(32.0)]
    assert not tells_enough(looks[:1])
    assert tells_enough(looks)
    assert Pilot.outside(looks, [STREAM]).saturation_learners == pytest.approx(LEARNERS * 5 / 8)


def test_a_platform_that_does_not_slow_down_is_not_taken_for_idler_than_it_can_be_told() -> None:
    looks = [look(0.01), look(0.04)]
    assert not tells_enough(looks)
    found = Pilot.outside(looks, [STREAM]).saturation_learners
    assert found == pytest.approx(LEARNERS * 4 / 0.3)
