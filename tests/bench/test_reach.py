"""What is made of a study for the benchmark of a fit's reach."""

from pathlib import Path

import pytest

from bench.reach import document, moved, result_of
from firstbell.cli.profiles import DEFAULT, find_workload
from firstbell.models.study import Check, LevelResult, Study, ValidityResult
from firstbell.models.workload import read_workload

LEVELS = (100, 200, 300)


def check(learners: int, predicted: float, measured: float, activity: str = "page") -> Check:
    return Check(
        learners=learners, quantity="p95_s", activity=activity, predicted=predicted, low=predicted, high=predicted,
        measured=measured, tolerance=0.25, within=True, samples=1_000,
    )  # fmt: skip


def level(learners: int, *, held_out: bool) -> LevelResult:
    return LevelResult.model_construct(
        learners=learners, kind="held-out" if held_out else "fit", held_out=held_out, utilization=learners / 320
    )


def study(*checks: Check) -> Study:
    levels = (level(50, held_out=False), *(level(learners, held_out=True) for learners in LEVELS))
    return Study.model_construct(
        seed=3, validity=ValidityResult(verdict="valid", reasons=()), levels=levels, validation=checks
    )


def test_the_shipped_profile_is_fitted_low_and_held_out_high(tmp_path: Path) -> None:
    (tmp_path / "reach.yaml").write_text(moved(find_workload(DEFAULT).read_text(encoding="utf-8")), encoding="utf-8")
    plan = read_workload(tmp_path / "reach.yaml").study
    assert max(plan.fit_loads) == 0.4
    assert (min(plan.held_out_loads), max(plan.held_out_loads)) == (0.6, 0.95)


def test_a_profile_whose_levels_have_other_values_is_not_taken_as_moved() -> None:
    with pytest.raises(RuntimeError, match="fit_loads"):
        moved("study: {}")


def test_the_knee_lies_where_the_predicted_percentile_passes_what_was_measured_in_the_middle() -> None:
    found = result_of(study(check(100, 0.10, 0.1), check(200, 0.16, 0.2), check(300, 0.25, 0.4)))
    (knee,) = found.knees
    assert (knee.activity, knee.limit_s, knee.measured) == ("page", 0.2, 200)
    assert knee.predicted == pytest.approx(250)  # halfway by the logarithm: 0.16 * 1.25 = 0.2 = 0.25 / 1.25
    assert knee.error == pytest.approx(0.25)
    assert found.fitted_to == 50
    assert found.utilization == {100: 100 / 320, 200: 200 / 320, 300: 300 / 320}


def test_a_percentile_that_never_passes_the_limit_has_no_knee() -> None:
    (knee,) = result_of(study(check(100, 0.1, 0.1), check(200, 0.11, 0.2), check(300, 0.12, 0.4))).knees
    assert knee.predicted is None
    assert knee.error is None


def test_an_activity_not_told_at_every_level_has_no_knee() -> None:
    found = result_of(study(check(100, 0.1, 0.1), check(300, 0.12, 0.4)))
    assert found.knees == ()
    assert document(found)["knees"] == []
