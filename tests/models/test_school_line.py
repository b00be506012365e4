"""What a school's line carries, held against the case's arithmetic."""

import numpy as np
import pytest

from firstbell.models.figures import likely_values
from firstbell.models.school_line import (
    SchoolLine,
    lessons_on,
    quiz_learners_on,
    room_bits_per_s,
    school_lines,
    streams_on,
)
from firstbell.models.workload import Workload
from tests.models.plant import kosovo, kosovo_with_lines


@pytest.fixture(scope="module")
def workload(tmp_path_factory: pytest.TempPathFactory) -> Workload:
    return kosovo_with_lines(tmp_path_factory.mktemp("profile"))


def test_twenty_megabits_carry_twenty_streams_less_than_a_class(workload: Workload) -> None:
    """20 Mbit/s over 957 kbit/s; one lesson of 30 at 260 kbit/s leaves 12.2 Mbit/s for 12; 2 lessons fit, of 4 none."""
    values = likely_values(workload)
    assert values["content.ladder.mean_bits_per_s"][0] == pytest.approx(957e3, rel=1e-3)
    line = np.array([20e6])
    assert streams_on(line, values) == 20
    assert streams_on(room_bits_per_s(line, values, lessons=1), values) == 12
    assert lessons_on(line, values, "minimum") == 2
    assert lessons_on(line, values, "recommended") == 0
    assert quiz_learners_on(line, values) == 125


def test_more_lessons_than_a_line_carries_leave_nothing(workload: Workload) -> None:
    values = likely_values(workload)
    room = room_bits_per_s(20e6, values, lessons=3)
    assert (room, streams_on(room, values)) == (0, 0)


def test_rules_give_what_they_say_by_size_of_school(workload: Workload) -> None:
    rates = {(line.pupils, line.rule): line.line_bits_per_s for line in school_lines(workload)}
    assert [rates[pupils, "itu"] for pupils in (100, 400, 1300, 2000)] == pytest.approx([2e7, 2e7, 6.5e7, 1e8])
    assert [rates[pupils, "setda"] for pupils in (100, 2000)] == pytest.approx([1e7, 2e8])
    assert [rates[pupils, "fcc"] for pupils in (100, 2000)] == pytest.approx([1e8, 2e9])


def test_a_rules_school_carries_what_its_line_does(workload: Workload) -> None:
    lines = {(line.pupils, line.rule): line for line in school_lines(workload)}
    source = "ITU, WSIS 2023: 50 kbit/s a pupil above 400 pupils"
    assert lines[100, "itu"] == SchoolLine(
        pupils=100, rule="itu", source=source, line_bits_per_s=2e7, streams=20, streams_beside_lesson=12,
        lessons_minimum=2, lessons_recommended=0, quiz_learners=125, quiz_learners_beside_lesson=76,
    )  # fmt: skip


def test_a_profile_without_lines_tells_of_no_school() -> None:
    assert school_lines(kosovo()) == ()
