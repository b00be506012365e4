"""Intervals of forecast response times: as wide as what is not known makes them, and open where nothing bounds them."""

from dataclasses import replace

import pytest

from firstbell.models.forecast import Outlook, TrueLoad, outlook
from firstbell.models.forecast_intervals import Intervals, response_intervals
from firstbell.models.prediction import measured_machine
from firstbell.models.uncertainty import Layers
from tests.models import plant

NOTHING = Layers(measurement=0.0, parameters=0.0, discrepancy=0.0, stated=0.0)
DRAWS = {"draws": 8, "requests": 20_000}


@pytest.fixture(scope="module")
def load() -> TrueLoad:
    return TrueLoad(workload=plant.kosovo(), model=plant.true_model(highest_utilization=0.8), with_stated=False)


def looked_at(load: TrueLoad, learners: int) -> Outlook:
    return outlook(load, learners, measured_machine(load.model), {"host": load.model.cores}, seed=1)


def intervals(load: TrueLoad, found: Outlook, layers: Layers) -> Intervals:
    return response_intervals(load, found, measured_machine(load.model), layers, seed=1, **DRAWS)


def width(found: Intervals) -> float:
    page = found["page"]["p95_s"]
    assert page.high_s is not None
    return page.high_s / page.low_s


def test_the_interval_holds_the_likely_value_and_grows_with_what_is_not_known(load: TrueLoad) -> None:
    found = looked_at(load, 5000)
    assert found.predicted is not None
    sure = intervals(load, found, NOTHING)
    unsure = intervals(load, found, replace(NOTHING, discrepancy=0.03**2, stated=0.05**2))
    for name, by_percentile in unsure.items():
        for key, share in (("p50_s", 0.5), ("p95_s", 0.95), ("p99_s", 0.99)):
            each = by_percentile[key]
            assert each.high_s is not None
            assert each.low_s < found.predicted.quantile_s(name, share) < each.high_s
    assert width(unsure) > 1.1 * width(sure)


def test_the_same_doubt_about_the_load_weighs_more_near_saturation(load: TrueLoad) -> None:
    doubt = replace(NOTHING, discrepancy=0.03**2)
    easy, busy = looked_at(load, 3000), looked_at(load, 9000)
    assert easy.load < 0.3 < 0.7 < busy.load < 0.9
    assert width(intervals(load, busy, doubt)) > width(intervals(load, easy, doubt))


def test_where_a_draw_has_no_steady_state_there_is_no_upper_bound(load: TrueLoad) -> None:
    found = looked_at(load, 10_000)
    assert 0.8 < found.load < 0.97
    doubtful = intervals(load, found, replace(NOTHING, stated=0.2**2))
    assert doubtful["page"]["p95_s"].high_s is None
    assert doubtful["page"]["p95_s"].low_s > 0


def test_a_system_without_a_steady_state_has_no_response_times_to_be_sure_of(load: TrueLoad) -> None:
    found = looked_at(load, 20_000)
    assert found.load > 1
    assert intervals(load, found, NOTHING) == {}


def test_the_same_seed_gives_the_same_intervals(load: TrueLoad) -> None:
    found = looked_at(load, 3000)
    doubt = replace(NOTHING, stated=0.05**2)
    assert intervals(load, found, doubt) == intervals(load, found, doubt)
