"""From a record of a plant with known demands to a fitted model."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from firstbell.models.calibration import fit
from firstbell.models.evidence import RunEvidence
from firstbell.models.fitted_model import FittedModel, read_model
from firstbell.models.measurement import ActivityMeasurement
from firstbell.models.plan import Plateau
from firstbell.models.problems import InputError
from firstbell.models.record import RunRecord
from tests.models import plant

HELD_OUT = (376,)


@pytest.fixture(scope="module")
def model(plant_run: RunEvidence) -> FittedModel:
    return fit(plant_run.evidence(HELD_OUT), draws=60)


def test_demands_that_weigh_most_are_found_to_within_five_percent(model: FittedModel) -> None:
    page = dict(zip(model.stations, model.activity("page").demand_s, strict=True))
    for station in ("app", "database", "delivery"):
        assert page[station] == pytest.approx(plant.demand_s("page", station), rel=0.05)
    assert page["auth"] == 0.0


def test_intervals_of_the_demands_that_weigh_most_hold_the_truth_in_most_runs(tmp_path: Path) -> None:
    held = []
    for seed in (100, 200, 300, 400):
        folder = plant.write_record(tmp_path / str(seed), seed=seed)
        run = RunEvidence(record=RunRecord.read(folder), workload=plant.kosovo())
        found = fit(run.evidence(HELD_OUT), draws=50)
        for activity, station in (("page", "app"), ("page", "database"), ("page", "delivery"), ("login", "app")):
            draws_s = np.array(found.activity(activity).draws_s)[:, found.stations.index(station)]
            low, high = np.quantile(draws_s, [0.025, 0.975])
            held.append(low <= plant.demand_s(activity, station) <= high)
    assert np.mean(held) >= 0.65


def test_the_whole_load_is_explained_whatever_is_doubtful_of_its_parts(
    plant_run: RunEvidence, model: FittedModel
) -> None:
    """Demands of a rare activity may be its neighbour's; their sum at a level may not."""
    for level in plant_run.levels:
        if level.kind == "calibration":
            continue
        at_level = model.at_utilization(level.utilization)
        explained = sum(model.background) + sum(
            rate * at_level.activity(name).total_demand_s for name, rate in level.throughput_per_s().items()
        )
        assert explained == pytest.approx(level.utilization * level.cores, rel=0.05)


def test_background_is_found_at_the_stations_that_have_one(model: FittedModel) -> None:
    found = dict(zip(model.stations, model.background, strict=True))
    assert found["delivery"] == pytest.approx(0.02, abs=0.004)
    assert found["app"] == pytest.approx(0.01, abs=0.004)
    assert found["auth"] < 0.003


def test_streams_run_at_the_pace_that_was_measured(model: FittedModel) -> None:
    found = {stream.name: stream for stream in model.streams}
    for name, _, share, visits, _, time_s in plant.STREAMS:
        assert found[name].share == pytest.approx(share)
        # Whole people were simulated, the share of them is not always whole.
        assert found[name].time_s == pytest.approx(time_s, rel=0.12), name
        assert sum(found[name].visits.values()) == pytest.approx(1.0)
        assert set(found[name].visits) == set(visits)


def test_a_visits_shape_is_read_off_the_lowest_level(model: FittedModel) -> None:
    page = model.activity("page")
    assert (page.requests_per_visit, page.bytes_per_visit) == (3.0, 6000.0)
    assert sum(step.count for step in page.steps) == 3
    assert sum(step.share for step in page.steps) == pytest.approx(1.0)
    assert np.mean(page.factors) == pytest.approx(1.0)
    assert list(page.factors) == sorted(page.factors)


def test_how_much_single_visits_differ_is_found_where_they_were_watched_for_long(tmp_path: Path) -> None:
    """On half a minute p95 is known to a tenth, and chance decides how far it flattens the shape that was read off."""
    watched = (
        *(each for each in plant.CLIMB if each.kind == "calibration"),
        Plateau(kind="fit", learners=94, ramp_s=2, hold_s=300),
    )
    folder = plant.write_record(tmp_path / "record", plateaus=watched)
    run = RunEvidence(record=RunRecord.read(folder), workload=plant.kosovo())
    page = fit(run.evidence(()), draws=10).activity("page")
    # What a visit costs scatters; its latency of 1 ms does not, and the factors are those of both together.
    cost_s = plant.total_demand_s("page")
    assert np.std(page.factors) == pytest.approx(plant.SPREAD**0.5 * cost_s / (cost_s + 0.001), abs=0.1)


def test_latency_is_what_no_station_explains(model: FittedModel) -> None:
    assert model.activity("page").latency_s == pytest.approx(0.001, abs=0.0015)
    assert all(activity.latency_s >= 0 for activity in model.activities)


def test_an_activity_too_rare_for_a_median_at_any_level_has_the_latency_of_all_levels(
    plant_run: RunEvidence, model: FittedModel
) -> None:
    evidence = plant_run.evidence(())
    rare = tuple(replace(level, activities=without_median(level.activities, "page")) for level in evidence.levels)
    found = fit(replace(evidence, levels=rare), draws=20)
    assert found.activity("page").latency_s == pytest.approx(model.activity("page").latency_s, abs=0.0015)
    assert found.activity("page").latency_s > 0


def test_one_level_at_which_work_was_still_queueing_from_before_is_no_latency(
    plant_run: RunEvidence, model: FittedModel
) -> None:
    evidence = plant_run.evidence(HELD_OUT)
    first, *others = evidence.levels
    page = first.activities["page"]
    assert page.responses.p50 is not None
    queued = replace(page, responses=replace(page.responses, p50=replace(page.responses.p50, value_s=2.0)))
    crowded = replace(first, activities={**first.activities, "page": queued})
    found = fit(replace(evidence, levels=(crowded, *others)), draws=20)
    assert found.activity("page").latency_s == pytest.approx(model.activity("page").latency_s, abs=0.0015)


def without_median(activities: Mapping[str, ActivityMeasurement], name: str) -> dict[str, ActivityMeasurement]:
    page = activities[name]
    return {**activities, name: replace(page, responses=replace(page.responses, p50=None))}


def test_quality_says_what_the_fit_has_seen(model: FittedModel) -> None:
    quality = model.quality
    assert (quality.lowest_learners, quality.highest_learners, quality.held_out) == (94, 282, HELD_OUT)
    assert 0.4 < quality.highest_utilization < 0.55
    assert quality.window_s == pytest.approx(1.0)
    assert all(value > 0.5 for value in quality.r_squared.values())
    assert quality.advice == ()


def test_a_fitted_model_can_be_written_and_read_again(model: FittedModel, tmp_path: Path) -> None:
    model.write(tmp_path / "model.json")
    assert read_model(tmp_path / "model.json") == model


def test_the_same_record_and_seed_give_the_same_model(plant_run: RunEvidence, model: FittedModel) -> None:
    assert fit(plant_run.evidence(HELD_OUT), draws=60) == model


def test_without_a_whole_level_there_is_no_fit(plant_run: RunEvidence) -> None:
    with pytest.raises(InputError, match="no level was measured whole"):
        fit(plant_run.evidence((94, 188, 282, 376)))


def test_a_step_that_nobody_came_to_is_named(plant_run: RunEvidence) -> None:
    evidence = plant_run.evidence(HELD_OUT)
    names = evidence.windows.activities
    last = list(evidence.streams[0].mix())[-1]
    strange = tuple("something else" if name == last else name for name in names)
    with pytest.raises(InputError, match=f"told to do {last} after"):
        fit(replace(evidence, windows=replace(evidence.windows, activities=strange)))


def test_fewer_windows_than_demands_are_named(plant_run: RunEvidence) -> None:
    evidence = plant_run.evidence(HELD_OUT)
    few = np.zeros(len(evidence.windows.start_s), dtype=bool)
    few[:6] = True
    with pytest.raises(InputError, match="6 windows can't tell"):
        fit(replace(evidence, windows=evidence.windows.where(few)))


def test_a_machine_that_was_hardly_used_brings_advice(tmp_path: Path) -> None:
    climb = tuple(plateau for plateau in plant.CLIMB if plateau.learners < 100)
    run = RunEvidence(
        record=RunRecord.read(plant.write_record(tmp_path / "record", plateaus=climb)), workload=plant.kosovo()
    )
    advice = fit(run.evidence(()), draws=10).quality.advice
    assert any("No level used more than 30 %" in text for text in advice)
