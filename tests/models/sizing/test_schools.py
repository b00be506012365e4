"""The lines of schools among the rows of the sizing."""

from pathlib import Path

import pytest

from firstbell.models.sizing import Demands, size
from firstbell.models.study import SizingRow
from firstbell.models.workload import Workload
from tests.models.plant import kosovo_with_lines


@pytest.fixture(scope="module")
def schools(tmp_path_factory: pytest.TempPathFactory, demands: Demands) -> dict[str, SizingRow]:
    workload = kosovo_with_lines(tmp_path_factory.mktemp("profile"))
    rows = size(workload, demands, levels={"any": 1000}, draws=256)
    return {row.item: row for row in rows if row.group == "schools"}


def test_each_kind_of_school_has_its_eleven_counts_and_two_times(schools: dict[str, SizingRow]) -> None:
    kinds = ("one_classroom_school", "small_school", "large_school")
    whats = (
        "streams", "streams_beside_lesson", "lessons_minimum", "lessons_recommended", "quiz_learners",
        "quiz_learners_beside_lesson", "lessons_up_minimum", "lessons_up_recommended", "box_fill_s",
        "box_sync_s", "classes_whiteboard", "classes_kahoot", "classes_zoom",
    )  # fmt: skip
    assert set(schools) == {"midnight_sync_s"} | {f"school_{kind}_{what}" for kind in kinds for what in whats}


def test_a_narrow_way_up_has_no_room_for_one_teacher_at_the_recommended_rates(schools: dict[str, SizingRow]) -> None:
    """2 Mbit/s up over 260 kbit/s a teacher at least, and 2,558 as recommended."""
    row = schools["school_one_classroom_school_lessons_up_minimum"]
    assert (row.quantity, row.binding) == (7, "the way up: each teacher sends 0.3 Mbit/s")
    assert schools["school_one_classroom_school_lessons_up_recommended"].quantity == 0
    assert schools["school_large_school_lessons_up_recommended"].quantity == 25


def test_courses_come_to_a_schools_own_server_over_its_whole_line(schools: dict[str, SizingRow]) -> None:
    """8 GB over 65 Mbit/s."""
    row = schools["school_large_school_box_fill_s"]
    assert (row.quantity, row.unit) == (pytest.approx(8e9 * 8 / 65e6), "s")
    assert row.low < row.quantity
    assert row.binding == "the whole line, as at night: 8.0 GB at a time"


@pytest.mark.parametrize(("tool", "line_bits_per_s"), [("whiteboard", 3e4), ("kahoot", 1.6e5), ("zoom", 6e5)])
def test_a_class_uses_as_much_as_each_of_its_learners_does(
    schools: dict[str, SizingRow], tool: str, line_bits_per_s: float
) -> None:
    row = schools[f"school_small_school_classes_{tool}"]
    stated = {each.name: each.value for each in row.inputs}
    line = stated["network.schools.small-school.down_bits_per_s"]
    assert row.quantity == line // (30 * line_bits_per_s)
    assert row.unit == "classes"
    assert row.low <= row.quantity <= row.high


def test_a_days_progress_goes_up_a_schools_whole_line(schools: dict[str, SizingRow]) -> None:
    """1,000 events of 300 bytes over 2 Mbit/s."""
    row = schools["school_one_classroom_school_box_sync_s"]
    assert (row.quantity, row.unit) == (pytest.approx(1000 * 300 * 8 / 2e6), "s")
    assert row.low < row.quantity < row.high


def test_all_servers_together_take_what_the_slowest_of_three_takes_and_the_slowest_line(
    schools: dict[str, SizingRow],
) -> None:
    row = schools["midnight_sync_s"]
    stated = {each.name: each.value for each in row.inputs}
    events = stated["network.offline_box.sync.servers"] * stated["network.offline_box.sync.events"]
    kept_s = events * stated["network.offline_box.sync.event_write_s"]
    assert row.quantity == pytest.approx(kept_s + 1000 * 300 * 8 / 2e6)
    assert row.binding == "the platform keeps one event after another"
    assert row.low < row.quantity < row.high
    assert {"network.offline_box.sync.clock_spread_s", "sizing.servers.node_line_bits_per_s"} < set(stated)


def test_a_count_says_for_how_many_it_is_not_enough_and_on_what_it_stands(schools: dict[str, SizingRow]) -> None:
    row = schools["school_small_school_streams_beside_lesson"]
    assert (row.quantity, row.unit, row.binding) == (12, "streams", "not enough for all 60 learners in session")
    assert row.low < row.quantity < row.high
    assert {each.name for each in row.inputs} == {
        "network.schools.small-school.down_bits_per_s", "network.class_learners", "content.ladder.mean_bits_per_s",
        "states.lesson.off_platform_min_bits_per_s",
    }  # fmt: skip
    assert "ITU" in row.source


def test_all_else_is_sized_as_without_lines(kosovo: Workload, demands: Demands, tmp_path: Path) -> None:
    """At the likely values: the draws of intervals have dimensions more."""
    plain, over_lines = (
        {row.item: row.quantity for row in size(each, demands, levels={"any": 1000}, draws=8)}
        for each in (kosovo, kosovo_with_lines(tmp_path))
    )
    assert {item: over_lines[item] for item in plain} == plain
