"""A plant fitted without its metrics, and with them and its response times together."""

import numpy as np
import pytest

from firstbell.models.calibration import PLATFORM, fit
from firstbell.models.evidence import RunEvidence
from firstbell.models.fitted_model import FittedModel
from firstbell.models.problems import InputError
from firstbell.models.record import RunRecord
from tests.models import plant

HELD_OUT = (376,)
OFTEN = ("page", "segment", "answer", "poll")


@pytest.fixture(scope="module")
def unseen(tmp_path_factory: pytest.TempPathFactory) -> RunEvidence:
    folder = plant.write_record(tmp_path_factory.mktemp("unseen") / "record", metrics=False)
    return RunEvidence(record=RunRecord.read(folder), workload=plant.kosovo())


@pytest.fixture(scope="module")
def black_box(unseen: RunEvidence) -> FittedModel:
    return fit(unseen.evidence(HELD_OUT), draws=40, simulated_s=20.0)


def test_without_metrics_a_black_box_is_taken_and_says_so(black_box: FittedModel) -> None:
    assert black_box.quality.demands_from == "responses"
    assert (black_box.stations, black_box.cores) == ((PLATFORM,), 1.0)
    assert "Which station it is can't be told without metrics" in black_box.quality.advice[0]
    assert 0.4 < black_box.quality.highest_utilization < 0.55


def test_a_black_box_finds_what_was_seen_often_to_within_a_quarter(black_box: FittedModel) -> None:
    for name in OFTEN:
        assert black_box.activity(name).total_demand_s == pytest.approx(plant.total_demand_s(name), rel=0.25), name


def test_what_response_times_can_not_tell_is_named(black_box: FittedModel) -> None:
    told = next(text for text in black_box.quality.advice if "can't tell the demands of" in text)
    assert "submit" in told  # three in two seconds of 30
    assert all(f"{name}," not in told and f"{name} from" not in told for name in OFTEN)


def test_metrics_and_response_times_together_keep_the_stations_of_the_metrics(plant_run: RunEvidence) -> None:
    both = fit(plant_run.evidence(HELD_OUT), demands_from="both", draws=40, simulated_s=20.0)
    assert both.quality.demands_from == "both"
    assert both.stations == plant_run.evidence(HELD_OUT).windows.stations
    page = both.activity("page")
    assert page.total_demand_s == pytest.approx(plant.total_demand_s("page"), rel=0.05)
    low_s, high_s = (sum(end) for end in np.transpose(page.intervals_s))
    assert low_s < page.total_demand_s < high_s


def test_metrics_that_are_not_there_can_not_be_asked_for(unseen: RunEvidence) -> None:
    with pytest.raises(InputError, match=r"no metrics of the target.*--demands responses"):
        fit(unseen.evidence(HELD_OUT), demands_from="both")
