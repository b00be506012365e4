"""Periodic timers never drift."""

import pytest

from firstbell.models.plan import Plan, Plateau
from firstbell.scenarios.pacer import Pacer
from firstbell.scenarios.schedule import Schedule


def test_due_times_lie_one_period_apart_whenever_they_were_served() -> None:
    pacer = Pacer("beacon", first_s=3.0, period_s=30.0, schedule=Schedule(()), clock="beacon")
    dues = []
    for _ in range(4):
        dues.append(pacer.due_s)
        pacer.advance()
    assert dues == [3.0, 33.0, 63.0, 93.0]


def test_a_timer_of_people_follows_their_clock() -> None:
    plan = Plan(
        workload="w.yaml", target="http://127.0.0.1", session_s=1, pace=20,
        plateaus=(Plateau(kind="fit", learners=1, ramp_s=0, hold_s=100),),
    )  # fmt: skip
    pacer = Pacer("poll", first_s=1.0, period_s=60.0, schedule=Schedule.of(plan, 0.0), clock="lesson")
    pacer.advance()
    assert pacer.due_s == pytest.approx(4.0)


def test_a_period_must_be_positive() -> None:
    with pytest.raises(ValueError, match="positive"):
        Pacer("poll", first_s=0.0, period_s=0.0, schedule=Schedule(()), clock="lesson")
