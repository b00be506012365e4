"""The fitted model as a document."""

import json
from pathlib import Path

import pytest

from firstbell.models.fitted_model import MeasuredStream, read_model
from firstbell.models.problems import InputError
from tests.models import plant


def test_a_model_comes_back_as_it_was_written(tmp_path: Path) -> None:
    model = plant.true_model()
    model.write(tmp_path / "model.json")
    assert read_model(tmp_path / "model.json") == model
    assert [path.name for path in tmp_path.iterdir()] == ["model.json"]


def test_a_model_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"model\.json: there is no model here\. Give the file that `firstbell fit`"):
        read_model(tmp_path / "model.json")


def test_a_folder_in_its_place_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the model is damaged"):
        read_model(tmp_path)


def test_a_model_cut_short_is_named_with_a_remedy(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    plant.true_model().write(path)
    path.write_bytes(path.read_bytes()[:-50])
    with pytest.raises(InputError, match=r"model\.json: the model is damaged: .*Fit it again"):
        read_model(path)


@pytest.mark.parametrize(
    ("key", "value"), [("cores", "many"), ("activities", None), ("stations", 4), ("colour", "red")]
)
def test_a_model_with_a_wrong_value_is_named(tmp_path: Path, key: str, value: object) -> None:
    path = tmp_path / "model.json"
    plant.true_model().write(path)
    path.write_text(json.dumps({**json.loads(path.read_text()), key: value}))
    with pytest.raises(InputError, match=key):
        read_model(path)


def test_a_draw_replaces_the_demands_and_nothing_else() -> None:
    model = plant.true_model(draws=3)
    drawn = model.at_draw(0)
    assert model.draws == 3
    assert drawn.activity("page").total_demand_s == pytest.approx(0.98 * plant.total_demand_s("page"))
    assert drawn.streams == model.streams
    assert model.at_draw(1) == model


def test_an_activity_that_was_not_measured_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="exam"):
        plant.true_model().activity("exam")


def test_a_stream_keeps_all_it_is_in_its_written_form() -> None:
    for written in plant.true_model().streams:
        assert MeasuredStream.of(written.stream()) == written


def test_demands_at_a_utilisation_hold_what_idle_cores_cost_more() -> None:
    model = plant.true_model().model_copy(update={"coldness": (0.0, 0.5, 0.0, 0.0)})
    for utilization, dearer in ((0.0, 1.5), (0.5, 1.25), (1.0, 1.0), (7.0, 1.0)):
        there = model.at_utilization(utilization).activity("page").demand_s
        assert there[1] == pytest.approx(plant.demand_s("page", "app") * dearer)
        assert there[2] == plant.demand_s("page", "database")
    once = model.at_utilization(0.3)
    assert once.at_utilization(0.3) == once
