"""The fitted model held against a level that it has not seen."""

import math
from typing import Any

import pytest

from firstbell.models.calibration import fit
from firstbell.models.evidence import RunEvidence
from firstbell.models.validation import HeldOutCheck, checks, discrepancy_of, predict_level
from tests.models import plant

HELD_OUT = (376,)


def a_check(**changes: Any) -> HeldOutCheck:
    told: dict[str, Any] = {
        "learners": 10, "quantity": "p95_s", "activity": "page", "predicted": 1.2, "low": 1.0, "high": 1.4,
        "measured": 1.0, "tolerance": 0.25, "visits": 100, "doubt": 0.1,
    }  # fmt: skip
    return HeldOutCheck(**told | changes)


def test_an_error_is_relative_to_what_was_measured() -> None:
    assert a_check().error == pytest.approx(0.2)
    assert a_check(predicted=0.7).error == pytest.approx(-0.3)
    assert a_check(measured=0.0).error == math.inf
    assert not a_check(measured=0.0).within


def test_a_prediction_is_right_within_its_tolerance_on_either_side() -> None:
    assert a_check().within
    assert not a_check(predicted=1.26).within
    assert not a_check(predicted=0.74).within


def test_a_measurement_in_more_doubt_than_its_tolerance_is_shown_and_not_judged() -> None:
    assert a_check(doubt=0.25).judged
    assert not a_check(doubt=0.26).judged
    assert not a_check(doubt=math.inf).judged


def test_the_discrepancy_is_the_worst_throughput_of_a_level_that_answered_at_all() -> None:
    whole = {"quantity": "throughput_per_s", "activity": None}
    found = [a_check(**whole, predicted=0.97), a_check(**whole, predicted=1.02), a_check(predicted=9.0)]
    assert discrepancy_of(found) == pytest.approx(0.03)
    assert discrepancy_of([*found, a_check(**whole, measured=0.0)]) == pytest.approx(0.03)
    assert discrepancy_of([*found, a_check(quantity="utilization", activity=None, predicted=0.5)]) == pytest.approx(
        0.03
    )
    assert discrepancy_of([a_check()]) is None


@pytest.fixture(scope="module")
def found(plant_run: RunEvidence) -> dict[tuple[str, str | None], HeldOutCheck]:
    (level,) = plant_run.held_out_levels(HELD_OUT)
    model = fit(plant_run.evidence(HELD_OUT), draws=20)
    prediction = predict_level(model, level, draws=5, seed=1, duration_s=120)
    assert len(prediction.draws) == 5
    return {(check.quantity, check.activity): check for check in checks(model, level, prediction)}


def test_every_activity_is_checked_for_throughput_and_quantiles(
    found: dict[tuple[str, str | None], HeldOutCheck],
) -> None:
    assert set(found) >= {(what, name) for name in ("page", "poll") for what in ("throughput_per_s", "p50_s", "p95_s")}
    assert {("throughput_per_s", None), ("utilization", None)} <= set(found)
    assert {check.learners for check in found.values()} == {376}


def test_what_is_used_with_no_visit_counts_once(plant_run: RunEvidence) -> None:
    (level,) = plant_run.held_out_levels(HELD_OUT)
    prediction = predict_level(plant.true_model(), level, draws=0, seed=1, duration_s=60)
    visits_use = sum(
        x * plant.demand_s(name, station)
        for name, x in prediction.best.throughput_per_s.items()
        for station in plant.STATIONS
    )
    (used,) = (each for each in checks(plant.true_model(), level, prediction) if each.quantity == "utilization")
    assert used.predicted == pytest.approx((visits_use + sum(plant.BACKGROUND)) / level.cores, rel=1e-3)


def test_a_level_that_was_not_seen_is_predicted_as_promised(found: dict[tuple[str, str | None], HeldOutCheck]) -> None:
    assert found["throughput_per_s", None].within
    used = found["utilization", None]
    assert used.within
    assert used.tolerance * used.measured == pytest.approx(0.05)
    for name in ("page", "poll", "answer", "beacon"):
        assert found["throughput_per_s", name].within, name
    for quantity in ("p50_s", "p95_s"):
        assert abs(found[quantity, "page"].error) < 0.25, quantity


def test_intervals_lie_around_what_is_predicted(found: dict[tuple[str, str | None], HeldOutCheck]) -> None:
    for check in found.values():
        assert check.low <= check.predicted <= check.high
    assert found["p95_s", "page"].low < found["p95_s", "page"].high


def test_without_draws_there_is_a_prediction_and_no_interval(plant_run: RunEvidence) -> None:
    (level,) = plant_run.held_out_levels(HELD_OUT)
    model = plant.true_model()
    prediction = predict_level(model, level, draws=0, seed=1, duration_s=60)
    assert prediction.draws == ()
    whole = checks(model, level, prediction)[0]
    assert whole.low == whole.predicted == whole.high
    assert whole.within


def test_a_prediction_ends_with_the_most_requests_that_it_may_make(plant_run: RunEvidence) -> None:
    (level,) = plant_run.held_out_levels(HELD_OUT)
    prediction = predict_level(plant.true_model(), level, draws=0, seed=1, duration_s=60, most_requests=2000)
    made = sum(plant.COSTS[name][0] * len(found) for name, found in prediction.best.responses_s.items())
    assert made == pytest.approx(2000, rel=0.15)


def test_a_true_model_predicts_the_percentiles_of_the_plant(plant_run: RunEvidence) -> None:
    (level,) = plant_run.held_out_levels(HELD_OUT)
    model = plant.true_model()
    prediction = predict_level(model, level, draws=0, seed=1, duration_s=200)
    judged = [check for check in checks(model, level, prediction) if check.judged]
    assert len(judged) > 15
    assert sum(check.within for check in judged) / len(judged) > 0.9
