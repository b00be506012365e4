"""`firstbell forecast` says what the measured system would do, and where it extrapolates."""

import json
from pathlib import Path
from typing import Any

import pytest

from firstbell.cli.forecast import forecast
from firstbell.models.fitted_model import MeasuredLoad
from firstbell.models.problems import InputError
from tests.models import plant


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.json"
    plant.true_model(highest_utilization=0.3).write(path)
    return path


def told(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    captured = capsys.readouterr()
    assert captured.err == ""
    loaded = json.loads(captured.out)
    assert isinstance(loaded, list)
    return loaded


def test_json_is_one_document_with_an_entry_for_each_number(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    forecast(model, "1000,5000", as_json=True)
    easy, busy = told(capsys)
    assert [found["learners"] for found in (easy, busy)] == [1000, 5000]
    assert easy["holds"]
    assert easy["missed"] == []
    assert 0 < easy["utilization"]["host"] < busy["utilization"]["host"] < 1.0
    page = busy["activities"]["page"]
    assert plant.total_demand_s("page") * 0.8 < page["p50_s"] < page["p95_s"]
    assert busy["throughput_per_s"] == busy["offered_per_s"]
    assert page["p95_s"] < page["p99_s"]
    for key in ("p50_s", "p95_s", "p99_s"):
        low_s, high_s = page["intervals"][key]
        assert low_s < page[key] < high_s


def test_what_is_beyond_the_measured_load_is_called_extrapolated(
    model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    forecast(model, "1000,5000", as_json=True)
    inside, outside = told(capsys)
    assert inside["load"] < 0.3 < outside["load"] < 0.6
    assert (inside["extrapolated"], outside["extrapolated"]) == (False, True)
    assert outside["note"].startswith("extrapolated: 1.")
    assert (inside["refused"], outside["refused"]) == (None, None)


def test_beyond_twice_the_measured_load_nothing_is_forecast_and_that_is_told_as_wrong_input(
    model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(
        InputError, match=r"--learners: not forecast \(it is 115000\).*the USL can't be fitted"
    ) as error:
        forecast(model, "1000,115000", as_json=True)
    assert error.value.exit_code == 2
    easy, beyond = told(capsys)
    assert easy["holds"]
    assert (beyond["holds"], beyond["throughput_per_s"], beyond["activities"]) == (None, None, {})
    assert beyond["times_measured_load"] > 2
    assert "Measure a higher level" in beyond["refused"]


def test_where_network_and_usl_agree_more_is_forecast_and_marked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    loads = tuple(
        MeasuredLoad(learners=n, offered_per_s=2.0 * n, answered_per_s=2.0 * n * (1 - 1e-5 * n), cores_ratio=1.0,
                     ratio_error=0.01)
        for n in (20, 40, 60, 80)
    )  # fmt: skip
    few = plant.true_model(highest_utilization=0.1).model_copy(update={"loads": loads})
    few.write(tmp_path / "model.json")
    forecast(tmp_path / "model.json", "5000", as_json=True)
    (found,) = told(capsys)
    assert found["times_measured_load"] > 2
    assert "network and USL agree" in found["note"]
    assert found["models"]["usl_per_s"] == pytest.approx(found["models"]["network_per_s"], rel=0.1)


def test_a_system_that_is_asked_for_too_much_has_no_response_times(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plant.true_model(highest_utilization=0.8).write(tmp_path / "model.json")
    forecast(tmp_path / "model.json", "12000", as_json=True)
    (found,) = told(capsys)
    assert 1 < found["load"] < 1.6
    assert (found["holds"], found["activities"], found["extrapolated"]) == (False, {}, True)
    assert found["throughput_per_s"] * found["load"] == pytest.approx(found["offered_per_s"])


def test_the_table_says_the_same_in_words(
    model: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    with pytest.raises(InputError):
        forecast(model, "1000,5000,115000")
    table = capsys.readouterr().out
    rows = [line for line in table.splitlines() if any(number in line for number in ("1000 ", "5000 ", "115000 "))]
    assert "holds" in rows[0]
    assert "extrapolated" not in rows[0]
    assert "extrapolated" in rows[1]
    assert "refused" in rows[2]


@pytest.mark.parametrize("learners", ["", ",", "many", "10;20", "0", "100,-5", "1.5"])
def test_what_are_no_numbers_of_learners_is_told(learners: str, model: Path) -> None:
    with pytest.raises(InputError, match="--learners: not numbers of learners"):
        forecast(model, learners)


def test_a_model_that_is_not_there_or_damaged_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.json: there is no model here"):
        forecast(tmp_path / "nowhere.json", "10")
    (tmp_path / "half.json").write_text('{"workload": ')
    with pytest.raises(InputError, match=r"half\.json: the model is damaged"):
        forecast(tmp_path / "half.json", "10")


def test_a_profile_that_is_not_there_is_named(model: Path) -> None:
    with pytest.raises(InputError, match="albania: there is no such file or shipped profile"):
        forecast(model, "10", workload="albania")


def test_the_forecast_says_where_its_uncertainty_comes_from(
    model: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    forecast(model, "1000", as_json=True)
    (found,) = told(capsys)
    shares = found["load_uncertainty"]["shares"]
    assert set(shares) == {"measurement", "parameters", "discrepancy", "stated"}
    assert shares["discrepancy"] is None
    assert shares["parameters"] + shares["stated"] == pytest.approx(1.0)
    monkeypatch.setenv("COLUMNS", "200")
    forecast(model, "1000")
    assert "variance from: measurement not known, parameters" in capsys.readouterr().out
