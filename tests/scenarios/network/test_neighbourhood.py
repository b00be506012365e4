"""Who comes by which line, and what lessons and outages do to it."""

from collections import Counter

import pytest

from firstbell.models.workload import Workload
from firstbell.scenarios.network.interruptions import Interruptions
from firstbell.scenarios.network.neighbourhood import Neighbourhood
from tests.models.plant import kosovo_with_lines


@pytest.fixture(scope="module")
def workload(tmp_path_factory: pytest.TempPathFactory) -> Workload:
    """Kosovo with its lines, as `firstbell init --networks` writes it."""
    return kosovo_with_lines(tmp_path_factory.mktemp("profile"))


def _neighbourhood(workload: Workload, process: int = 0) -> tuple[Neighbourhood, list[tuple[int, str, str | None]]]:
    told: list[tuple[int, str, str | None]] = []
    assert workload.network is not None
    return (
        Neighbourhood(
            workload, workload.network, process=process, outage_pace=3600.0, chance=lambda: 0.5,
            tell=lambda *line: told.append(line),
        ),
        told,
    )  # fmt: skip


@pytest.mark.parametrize("learners", [20, 100, 1000])
def test_kinds_come_in_their_shares_whatever_the_number_of_learners(workload: Workload, learners: int) -> None:
    neighbourhood, told = _neighbourhood(workload)
    for learner in range(learners):
        neighbourhood.access_of(7 * learner)
    assert workload.network is not None
    for name, line in workload.network.lines().items():
        assert Counter(kind for _, kind, _ in told)[name] == pytest.approx(line.share.value * learners, abs=1.5)


def test_a_school_is_filled_before_the_next_one_and_shares_one_line(workload: Workload) -> None:
    neighbourhood, told = _neighbourhood(workload, process=3)
    access = [neighbourhood.access_of(learner) for learner in range(1000)]
    sizes = Counter(school for _, kind, school in told if kind == "one-classroom-school")
    assert sizes == {f"one-classroom-school 3-{number}": 30 for number in range(1, 6)}
    lines = {each.line for each in access if each.school == "one-classroom-school 3-2"}
    assert len(lines) == 1
    assert len({each.line for each in access if each.school is None}) == sum(school is None for *_, school in told)


def test_a_learner_keeps_the_line_and_is_told_of_once(workload: Workload) -> None:
    neighbourhood, told = _neighbourhood(workload)
    assert neighbourhood.access_of(5) is neighbourhood.access_of(5)
    assert len(told) == 1


def test_schools_servers_have_lines_of_their_own_and_disturb_nobody(workload: Workload) -> None:
    """30, 60 and 120 learners behind a line: of 911 schools 575, 192 and 144 are of these kinds."""
    neighbourhood, told = _neighbourhood(workload)
    for server in range(1000, 1911):
        neighbourhood.settle_server(server)
    kinds = Counter(name for _, name, _ in told)
    assert kinds == {"server, one-classroom-school": 575, "server, small-school": 192, "server, large-school": 144}
    assert len({neighbourhood.access_of(server).line for server in range(1000, 1911)}) == 911
    other, told_without = _neighbourhood(workload)
    for learner in range(100):
        neighbourhood.access_of(learner)
        other.access_of(learner)
    assert told[911:] == told_without


def test_lessons_take_their_calls_off_the_line_while_they_are_attended(workload: Workload) -> None:
    neighbourhood, told = _neighbourhood(workload)
    for learner in range(200):
        neighbourhood.access_of(learner)
    pupils = [learner for learner, _, school in told if school == "small-school 0-1"]
    line = neighbourhood.access_of(pupils[0]).line.down._shared
    for learner in pupils[:4]:
        neighbourhood.come_in(learner, "lesson")
    neighbourhood.come_in(pupils[4], "watching")
    assert line.room_bits_per_s == pytest.approx(20e6 - 4 * 260e3)
    for learner in pupils[:4]:
        neighbourhood.leave(learner, "lesson")
    assert line.room_bits_per_s == 20e6


def test_a_class_at_school_has_its_teacher_send_for_it_and_a_pupil_at_home_has_not(workload: Workload) -> None:
    neighbourhood, told = _neighbourhood(workload)
    for learner in range(600):
        neighbourhood.access_of(learner)
    pupils = [learner for learner, _, school in told if school == "small-school 0-1"]
    at_home = next(learner for learner, _, school in told if school is None)
    for learner in (*pupils[:30], at_home):
        neighbourhood.come_in(learner, "lesson")
    way_up = neighbourhood.access_of(pupils[0]).line.up._shared
    assert way_up.room_bits_per_s == pytest.approx(20e6 - 260e3)
    home = neighbourhood.access_of(at_home)
    assert home.line.up._shared.room_bits_per_s == workload.network.lines()[home.name].up_bits_per_s.value  # type: ignore[union-attr]
    for learner in pupils[:30]:
        neighbourhood.leave(learner, "lesson")
    assert way_up.room_bits_per_s == pytest.approx(20e6)


def test_outages_come_by_their_pace_to_those_who_have_them(workload: Workload) -> None:
    """6 hours on and 2 off, 3,600 times as fast; caught half way through, so that they go 4 s later."""
    neighbourhood, _ = _neighbourhood(workload)
    access = {neighbourhood.access_of(learner).name: learner for learner in range(20)}
    gaps = neighbourhood.access_of(access["adsl"]).line._interruptions
    assert gaps is not None
    assert (gaps.on_s, gaps.off_s) == (6.0, 2.0)
    assert gaps.next_s(gaps.first_s + 4.0) == gaps.first_s + 8.0
    assert neighbourhood.signs_out(access["adsl"])
    assert neighbourhood.access_of(access["slow-4g"]).line._interruptions is None
    assert not neighbourhood.signs_out(access["slow-4g"])


def test_a_line_is_gone_for_its_time_and_there_for_its_time() -> None:
    gaps = Interruptions(on_s=6.0, off_s=2.0, first_s=100.0)
    assert [gaps.is_off(time_s) for time_s in (99.9, 100.0, 101.9, 102.0, 107.9, 108.0)] == [
        False, True, True, False, False, True,
    ]  # fmt: skip
    assert [gaps.count_at(time_s) for time_s in (99.9, 100.0, 107.9, 108.0)] == [-1, 0, 0, 1]
    assert [gaps.next_s(time_s) for time_s in (99.0, 100.0, 107.0)] == [100.0, 108.0, 108.0]
