"""`firstbell forecast` says what the measured system would do, and where it extrapolates."""

import json
from pathlib import Path
from typing import Any

import pytest

from firstbell.cli.forecast import forecast
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
    forecast(model, "1000,5000,50000", as_json=True)
    easy, busy, beyond = told(capsys)
    assert [found["learners"] for found in (easy, busy, beyond)] == [1000, 5000, 50000]
    assert easy["holds"]
    assert easy["missed"] == []
    assert 0 < easy["utilization"]["host"] < busy["utilization"]["host"] < beyond["utilization"]["host"] == 1.0
    page = busy["activities"]["page"]
    assert plant.total_demand_s("page") * 0.8 < page["p50_s"] < page["p95_s"]
    assert busy["throughput_per_s"] == busy["offered_per_s"]


def test_what_is_beyond_the_measured_load_is_called_extrapolated(
    model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    forecast(model, "1000,8000", as_json=True)
    inside, outside = told(capsys)
    assert inside["load"] < 0.3 < outside["load"]
    assert (inside["extrapolated"], outside["extrapolated"]) == (False, True)


def test_a_system_that_is_asked_for_too_much_has_no_response_times(
    model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    forecast(model, "115000", as_json=True)
    (found,) = told(capsys)
    assert (found["holds"], found["activities"], found["extrapolated"]) == (False, {}, True)
    assert found["throughput_per_s"] < found["offered_per_s"]
    assert found["throughput_per_s"] * found["load"] == pytest.approx(found["offered_per_s"])


def test_the_table_says_the_same_in_words(
    model: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    forecast(model, "1000,8000,115000")
    table = capsys.readouterr().out
    rows = [line for line in table.splitlines() if any(number in line for number in ("1000 ", "8000 ", "115000 "))]
    assert "holds" in rows[0]
    assert "extrapolated" not in rows[0]
    assert "extrapolated" in rows[1]
    assert "overloaded: no steady state" in rows[2]


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
