"""The plan in time."""

import math

import pytest

from firstbell.models.plan import Plan, Plateau
from firstbell.scenarios.attendance import Attendance
from firstbell.scenarios.schedule import RAMP, Schedule


def _plan(*plateaus: Plateau, pace: float = 1.0) -> Plan:
    return Plan(workload="w.yaml", target="http://127.0.0.1", plateaus=plateaus, session_s=100, pace=pace)


def _two_steps() -> Schedule:
    first = Plateau(kind="fit", learners=10, ramp_s=10, hold_s=20, paces={"quiz": 2.0})
    second = Plateau(kind="held-out", learners=30, ramp_s=10, hold_s=20)
    return Schedule.of(_plan(first, second, pace=4.0), 1000.0)


def test_a_moment_belongs_to_the_plateau_that_is_held_and_to_no_level_in_a_ramp() -> None:
    schedule = _two_steps()
    moments = [999, 1000, 1009.9, 1010, 1029.9, 1030, 1039, 1040, 1059.9, 1060, 1100]
    assert [schedule.level_at(moment) for moment in moments] == [RAMP, RAMP, RAMP, 0, 0, RAMP, RAMP, 1, 1, RAMP, RAMP]


def test_learners_rise_evenly_in_a_ramp_and_stay_while_a_level_is_held() -> None:
    schedule = _two_steps()
    assert [schedule.learners_at(moment) for moment in (999, 1000, 1005, 1010, 1029, 1035, 1059, 1060)] == [
        0, 0, 5, 10, 10, 20, 30, 0,
    ]  # fmt: skip


def test_each_learner_of_a_ramp_has_a_moment_of_its_own_to_come_in() -> None:
    schedule = _two_steps()
    entries = [schedule.entry_s(rank, 990.0) for rank in range(30)]
    assert entries[:10] == pytest.approx([1000.5 + rank for rank in range(10)])
    assert entries[10:] == pytest.approx([1030.25 + rank / 2 for rank in range(20)])


def test_a_learner_that_comes_late_comes_in_at_once() -> None:
    assert _two_steps().entry_s(3, 1020.0) == 1020.0


def test_a_learner_beyond_every_level_never_comes_in() -> None:
    schedule = _two_steps()
    assert schedule.entry_s(30, 1000.0) == schedule.end_s


def test_the_clock_of_people_runs_by_pace_and_changes_where_a_plateau_does() -> None:
    schedule = _two_steps()
    assert schedule.after("quiz", 1000.0, 80.0) == pytest.approx(1010.0)  # 8 times as fast
    assert schedule.after("watching", 1000.0, 80.0) == pytest.approx(1020.0)  # 4 times
    # 10 s until the next ramp are 80 s of theirs; the other 80 s take 20 s more.
    assert schedule.after("quiz", 1020.0, 160.0) == pytest.approx(1050.0)


def test_a_clock_that_stands_still_waits_for_the_next_plateau() -> None:
    still = Plateau(kind="calibration", learners=1, ramp_s=0, hold_s=10, paces={"lesson": 0.0})
    going = Plateau(kind="fit", learners=1, ramp_s=0, hold_s=10)
    assert Schedule.of(_plan(still, going), 0.0).after("lesson", 2.0, 3.0) == pytest.approx(13.0)


def _hill() -> Schedule:
    """Levels of 10, 30, 10 and 20 learners."""
    levels = [Plateau(kind="fit", learners=learners, ramp_s=10, hold_s=20) for learners in (10, 30, 10, 20)]
    return Schedule.of(_plan(*levels, pace=2.0), 0.0)


def test_who_leaves_with_a_falling_level_comes_back_with_a_rising_one() -> None:
    schedule = _hill()
    assert schedule.attendance(0) == Attendance(0.5)
    assert schedule.attendance(12) == Attendance(31.25, ((68.75, 92.5),))
    assert schedule.attendance(25) == Attendance(37.75, ((62.25, schedule.end_s),))
    assert schedule.attendance(30) == Attendance(schedule.end_s)


@pytest.mark.parametrize("moment_s", [15.0, 34.0, 45.0, 66.0, 75.0, 93.0, 110.0])
def test_as_many_learners_are_there_as_their_level_wants(moment_s: float) -> None:
    schedule = _hill()
    all_of_them = [schedule.attendance(rank) for rank in range(40)]
    there = [who for who in all_of_them if who.entry_s <= moment_s and who.present_s(moment_s) == moment_s]
    assert abs(len(there) - schedule.learners_at(moment_s)) <= 1


def test_no_clock_runs_while_its_learner_is_away() -> None:
    schedule = _hill()
    away = Attendance(0.0, ((10.0, 30.0), (40.0, 90.0)))
    assert schedule.after("quiz", 5.0, 8.0, away) == 9.0
    assert schedule.after("quiz", 5.0, 18.0, away) == pytest.approx(34.0)  # 5 s before, 4 s after
    assert schedule.after("quiz", 5.0, 34.0, away) == pytest.approx(92.0)  # 5 s, 10 s and 2 s
    assert schedule.after("quiz", 20.0, 8.0, away) == pytest.approx(34.0)  # nothing before its return
    assert schedule.after("beacon", 5.0, 8.0, away) == pytest.approx(33.0)


def test_without_a_plan_the_run_never_ends_and_everybody_comes_at_once() -> None:
    schedule = Schedule(())
    assert (schedule.level_at(5.0), schedule.end_s, schedule.entry_s(7, 5.0)) == (0, math.inf, 5.0)
    assert schedule.after("quiz", 5.0, 60.0) == 65.0


def test_who_has_arrived_is_counted_without_asking_each() -> None:
    plan = Plan(
        workload="w",
        target="t",
        session_s=1,
        sign_in_first=True,
        plateaus=(
            Plateau(kind="warm-up", learners=1, ramp_s=100, hold_s=1),
            Plateau(kind="run", learners=1000, ramp_s=5, hold_s=10),
        ),
    )
    schedule = Schedule.of(plan, 50.0)
    for time_s in (0.0, 50.1, 77.7, 149.0, 1e6):
        one_by_one = sum(schedule.arrival_s(rank, -1e9) < time_s for rank in range(1000))
        assert schedule.arrived_at(time_s) == one_by_one
    assert Schedule(()).arrived_at(5.0) == 0
