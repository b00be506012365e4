"""`firstbell fit` turns a record into a model, or says why it can't."""

from pathlib import Path

import pytest

from firstbell.cli.fit import fit
from firstbell.models.fitted_model import read_model
from firstbell.models.problems import InputError
from tests.models import plant


def test_the_levels_that_the_plan_holds_out_are_held_out(
    plant_record: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "model.json"
    fit(plant_record, out=out)
    model = read_model(out)
    assert model.quality.held_out == (376,)
    assert model.quality.highest_learners == 282
    assert model.activity("page").total_demand_s == pytest.approx(plant.total_demand_s("page"), rel=0.05)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "held out, 376 learners: throughput " in captured.err
    assert model.quality.discrepancy is not None
    assert model.quality.discrepancy < 0.05
    assert captured.err.splitlines()[-1] == f"{out}: 10 activities at 4 stations, from the target's metrics"


def test_other_levels_can_be_held_out(plant_record: Path, tmp_path: Path) -> None:
    fit(plant_record, hold_out="282, 376", out=tmp_path / "two.json")
    quality = read_model(tmp_path / "two.json").quality
    assert (quality.held_out, quality.highest_learners) == ((282, 376), 188)
    fit(plant_record, hold_out="188", out=tmp_path / "one.json")
    quality = read_model(tmp_path / "one.json").quality
    assert (quality.held_out, quality.highest_learners) == ((188,), 376)


def test_a_fit_may_use_every_level(plant_record: Path, tmp_path: Path) -> None:
    fit(plant_record, hold_out="", out=tmp_path / "all.json")
    quality = read_model(tmp_path / "all.json").quality
    assert (quality.held_out, quality.highest_learners) == ((), 376)


@pytest.mark.parametrize("asked", ["the highest", "376,377", "200"])
def test_what_is_no_level_of_the_record_is_told_with_those_that_are(
    plant_record: Path, tmp_path: Path, asked: str
) -> None:
    with pytest.raises(InputError, match=r"--hold-out: not levels of this record.*: 94,188,282,376$") as told:
        fit(plant_record, hold_out=asked, out=tmp_path / "model.json")
    assert told.value.exit_code == 2
    assert not (tmp_path / "model.json").exists()


def test_a_profile_that_was_changed_since_the_run_is_refused(tmp_path: Path) -> None:
    record = plant.write_record(tmp_path / "record", plateaus=plant.CLIMB[5:6], workload_hash="of another time")
    with pytest.raises(InputError, match=r"kosovo\.yaml: the profile is not the one that the run was made") as told:
        fit(record, out=tmp_path / "model.json")
    assert told.value.exit_code == 2
    assert not (tmp_path / "model.json").exists()


def test_a_fit_with_every_level_held_out_is_refused(plant_record: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="hold out fewer levels"):
        fit(plant_record, hold_out="94,188,282,376", out=tmp_path / "model.json")


def test_a_target_without_metrics_is_fitted_to_its_response_times_and_that_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = plant.write_record(tmp_path / "record", metrics=False)
    fit(record, out=tmp_path / "model.json")
    told = capsys.readouterr().err
    assert told.splitlines()[-1].endswith("10 activities at 1 station, from response times alone: a black box")
    assert "advice: Demands were fitted to response times alone" in told
    assert read_model(tmp_path / "model.json").quality.demands_from == "responses"


def test_every_assumption_is_told_with_what_was_found(
    plant_record: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fit(plant_record, out=tmp_path / "model.json")
    told = capsys.readouterr().err
    for test in read_model(tmp_path / "model.json").quality.assumptions:
        assert f"{test.name}: holds: {test.says}" in told
    assert "condition number" in told


def test_what_demands_can_not_be_fitted_to_is_refused(plant_record: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"--demands: nothing to fit demands to.*metrics, responses, both"):
        fit(plant_record, demands="guesses", out=tmp_path / "model.json")


def test_a_folder_without_a_record_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no run record here"):
        fit(tmp_path, out=tmp_path / "model.json")
