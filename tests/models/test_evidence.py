"""A record seen as evidence: what a fit may see of it."""

from pathlib import Path

import pytest

from firstbell.models.evidence import RunEvidence
from firstbell.models.record import RunRecord
from firstbell.models.visits import Visits
from tests.models import plant

HELD_OUT = (376,)


def test_levels_are_measured_in_the_order_of_the_plan(plant_run: RunEvidence) -> None:
    assert [level.learners for level in plant_run.levels] == [200] * 5 + [94, 188, 282, 376]
    assert plant_run.planned_held_out == HELD_OUT
    assert [level.learners for level in plant_run.fit_levels(HELD_OUT)] == [94, 188, 282]
    assert [level.learners for level in plant_run.held_out_levels(HELD_OUT)] == [376]


def test_other_mixes_are_no_levels_of_the_fit_but_their_windows_are(plant_run: RunEvidence) -> None:
    windows = plant_run.windows(HELD_OUT)
    first = plant_run.spans[0]
    assert ((windows.start_s >= first.start_s) & (windows.end_s <= first.end_s)).sum() >= 9
    assert all(level.kind != "calibration" for level in plant_run.fit_levels(()))


def test_no_window_of_a_fit_reaches_into_what_is_held_out(plant_run: RunEvidence) -> None:
    held_out = plant_run.spans[-1]
    windows = plant_run.windows(HELD_OUT)
    assert not ((windows.end_s > held_out.start_s) & (windows.start_s < held_out.end_s)).any()
    everything = plant_run.windows(())
    assert ((everything.start_s >= held_out.start_s) & (everything.end_s <= held_out.end_s)).sum() >= 39


def test_visits_are_those_of_the_samples(plant_run: RunEvidence) -> None:
    assert plant_run.visits.requests.sum() == len(plant_run.samples) > 10_000
    assert isinstance(plant_run.visits, Visits)
    assert not plant_run.visits.failed.any()
    assert plant_run.evidence(HELD_OUT).pace == plant.PACE


def test_levels_that_a_run_did_not_reach_the_end_of_are_left_out(tmp_path: Path) -> None:
    stopped_s = plant.BEGAN_S + 12 * 5 + 32 + 20
    folder = plant.write_record(tmp_path / "record", status="interrupted", ended_s=stopped_s)
    run = RunEvidence(record=RunRecord.read(folder), workload=plant.kosovo())
    assert [level.learners for level in run.levels] == [200] * 5 + [94]
    assert run.planned_held_out == HELD_OUT
    assert run.held_out_levels(HELD_OUT) == ()


def test_a_target_without_metrics_has_levels_all_the_same(tmp_path: Path) -> None:
    folder = plant.write_record(tmp_path / "record", plateaus=plant.CLIMB[5:6], metrics=False)
    run = RunEvidence(record=RunRecord.read(folder), workload=plant.kosovo())
    assert run.server is None
    assert run.levels[0].requests_per_s > 0


def test_missed_visits_are_counted_where_they_were_due(plant_run: RunEvidence) -> None:
    assert all(plant_run.missed(level, "page") == 0 for level in plant_run.levels)


@pytest.mark.parametrize("learners", [94, 282])
def test_what_was_measured_obeys_littles_law(plant_run: RunEvidence, learners: int) -> None:
    (level,) = (level for level in plant_run.levels if level.learners == learners)
    page = level.activities["page"]
    assert page.responses.mean_s is not None
    people = round(learners * 0.14 / 0.94)
    assert page.throughput_per_s * (1.0 + page.responses.mean_s) == pytest.approx(people, rel=0.08)
