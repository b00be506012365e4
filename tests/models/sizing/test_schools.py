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


def test_each_kind_of_school_has_its_six_counts(schools: dict[str, SizingRow]) -> None:
    kinds = ("one_classroom_school", "small_school", "large_school")
    whats = ("streams", "streams_beside_lesson", "lessons_minimum", "lessons_recommended", "quiz_learners")
    assert set(schools) == {
        f"school_{kind}_{what}" for kind in kinds for what in (*whats, "quiz_learners_beside_lesson")
    }


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
