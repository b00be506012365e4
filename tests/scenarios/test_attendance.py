"""When one learner is there."""

import pytest

from firstbell.scenarios.attendance import Attendance

TWICE_AWAY = Attendance.of([(1.0, 10.0), (30.0, 40.0), (90.0, 100.0)])


def test_between_two_times_present_a_learner_is_away() -> None:
    assert Attendance(1.0, ((10.0, 30.0), (40.0, 90.0))) == TWICE_AWAY


@pytest.mark.parametrize(
    ("moment_s", "present_s"), [(5.0, 5.0), (10.0, 30.0), (29.0, 30.0), (30.0, 30.0), (95.0, 95.0)]
)
def test_who_is_away_is_there_again_at_its_return(moment_s: float, present_s: float) -> None:
    assert TWICE_AWAY.present_s(moment_s) == present_s


@pytest.mark.parametrize(("moment_s", "own_s"), [(5.0, 5.0), (20.0, 10.0), (35.0, 15.0), (60.0, 20.0), (95.0, 25.0)])
def test_a_learners_own_clock_stands_still_while_it_is_away(moment_s: float, own_s: float) -> None:
    assert TWICE_AWAY.own_s(moment_s) == own_s
    if TWICE_AWAY.present_s(moment_s) == moment_s:
        assert TWICE_AWAY.time_s(own_s) == moment_s


def test_a_learner_that_never_leaves_has_the_true_time() -> None:
    always = Attendance(0.0)
    assert (always.own_s(7.0), always.time_s(7.0), always.present_s(7.0)) == (7.0, 7.0, 7.0)
