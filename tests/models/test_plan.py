"""What a run is asked to do, written down and read again."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from firstbell.models.arrivals import DeadlineArrivals, FirstBellArrivals, PoissonArrivals, Shape
from firstbell.models.plan import Plan, Plateau, read_plan
from firstbell.models.problems import InputError

PLAN = Plan(
    workload="kosovo.yaml", target="http://127.0.0.1:8000", session_s=1200.0, pace=20, cores=(0, 3), seed=9,
    byte_fraction=0.25,
    plateaus=(
        Plateau(kind="calibration", learners=40, ramp_s=2, hold_s=5, paces={"login": 2.5, "quiz": 0.4}),
        Plateau(kind="held-out", learners=100, ramp_s=0, hold_s=7.5),
    ),
)  # fmt: skip


def test_a_plan_comes_back_as_it_was_written(tmp_path: Path) -> None:
    PLAN.write(tmp_path / "plan.json")
    assert read_plan(tmp_path / "plan.json") == PLAN


def test_a_plan_says_how_long_it_takes_and_how_many_come() -> None:
    assert PLAN.duration_s == 14.5
    assert PLAN.peak_learners == 100


def test_a_plan_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"plan\.json: there is no such plan\. Check the path"):
        read_plan(tmp_path / "plan.json")


@pytest.mark.parametrize("text", ["", "[]", '{"workload": "x"}', PLAN.model_dump_json()[:-4]])
def test_a_damaged_plan_is_named_with_a_remedy(tmp_path: Path, text: str) -> None:
    path = tmp_path / "plan.json"
    path.write_text(text)
    with pytest.raises(InputError, match=r"plan\.json: the plan is damaged: (.|\n)*Run again"):
        read_plan(path)


@pytest.mark.parametrize(
    "changes", [{"pace": 0}, {"byte_fraction": 1.5}, {"plateaus": ()}, {"processes": 0}, {"colour": "red"}]
)
def test_a_plan_without_sense_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Plan.model_validate(PLAN.model_dump() | changes)


OPEN = Plateau(kind="open", learners=9, ramp_s=1, hold_s=20)


@pytest.mark.parametrize(
    "shape",
    [
        PoissonArrivals(rate_per_s=3),
        FirstBellArrivals(logins=70, centre_s=9, sigma_s=4),
        DeadlineArrivals(hand_ins=50, deadline_s=15, rise_s=3),
    ],
)
def test_a_plan_of_arrivals_comes_back_with_the_same_arrivals(shape: Shape, tmp_path: Path) -> None:
    plan = Plan.model_validate(PLAN.model_dump() | {"plateaus": (OPEN,), "arrivals": shape})
    plan.write(tmp_path / "plan.json")
    again = read_plan(tmp_path / "plan.json")
    assert again == plan
    assert again.arrivals_s().tolist() == plan.arrivals_s().tolist()
    assert again.people == len(plan.arrivals_s()) > 20


def test_a_cohort_has_no_arrivals_and_as_many_people_as_learners() -> None:
    assert (PLAN.arrivals_s().tolist(), PLAN.people) == ([], 100)


@pytest.mark.parametrize(
    "changes",
    [
        {"plateaus": (OPEN,)},
        {"arrivals": PoissonArrivals(rate_per_s=3)},
        {"plateaus": (OPEN, OPEN), "arrivals": PoissonArrivals(rate_per_s=3)},
        {"plateaus": (OPEN,), "arrivals": {"shape": "tide", "rate_per_s": 3}},
    ],
)
def test_arrivals_and_cohorts_are_not_mixed(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Plan.model_validate(PLAN.model_dump() | changes)
