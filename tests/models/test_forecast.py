"""What a system would do at people's true pace, up to where it breaks."""

import pytest

from firstbell.models.fitted_model import FittedModel
from firstbell.models.forecast import (
    BreakingPoint,
    Outlook,
    TrueLoad,
    breaking_point,
    missed_objectives,
    objective_value_s,
    outlook,
)
from firstbell.models.prediction import measured_machine, sized_machine
from firstbell.models.traffic import activity_rates_per_s
from firstbell.models.workload import Workload
from tests.models import plant

KOSOVO = plant.kosovo()
MODEL = plant.true_model()
STATED = ("download", "upload", "reports")


def strict(limit_s: float) -> Workload:
    """The profile with one objective: the p95 of a page."""
    (page,) = (objective for objective in KOSOVO.objectives if objective.activity == "page")
    return KOSOVO.model_copy(update={"objectives": (page.model_copy(update={"limit": limit_s}),)})


def load(workload: Workload = KOSOVO, model: FittedModel = MODEL, *, with_stated: bool = False) -> TrueLoad:
    return TrueLoad(workload=workload, model=model, with_stated=with_stated)


def at(learners: int, asked: TrueLoad | None = None) -> Outlook:
    asked = asked or load()
    return outlook(asked, learners, measured_machine(asked.model), {"host": asked.model.cores}, seed=1)


def saturation() -> int:
    """Learners at the true pace who ask for the one core: from the profile's rates and the true demands alone."""
    per_learner = sum(rate * plant.total_demand_s(name) for name, rate in activity_rates_per_s(KOSOVO, 1.0).items())
    return int((plant.CORES - sum(plant.BACKGROUND)) / per_learner)


def test_the_load_asked_for_is_background_and_rates_times_demands() -> None:
    offered = load().offered_cores(1000)
    assert offered["auth"] == pytest.approx(1000 / 3000 * 0.020)
    assert sum(offered.values()) == pytest.approx(
        sum(plant.BACKGROUND) + (plant.CORES - sum(plant.BACKGROUND)) * 1000 / saturation(), rel=1e-3
    )


def test_below_saturation_a_steady_state_is_forecast_that_answers_all_requests() -> None:
    found = at(int(0.6 * saturation()))
    assert found.holds
    assert found.load == pytest.approx(0.6, abs=0.02)
    assert found.predicted is not None
    assert found.requests_per_s == found.offered_requests_per_s
    assert found.predicted.requests_per_s == pytest.approx(found.requests_per_s, rel=0.03)
    assert sum(found.predicted.station_cores.values()) == pytest.approx(found.load * plant.CORES, rel=0.04)


def test_above_saturation_no_response_time_is_forecast_and_no_more_answered_than_fits() -> None:
    found = at(2 * saturation())
    assert found.predicted is None
    assert not found.holds
    assert found.load > 1.9
    assert found.requests_per_s == pytest.approx(found.offered_requests_per_s / found.load)
    assert found.missed == ()


def test_pages_take_longer_the_more_learners_come() -> None:
    means_s = []
    for part in (0.2, 0.6, 0.9):
        predicted = at(int(part * saturation())).predicted
        assert predicted is not None
        means_s.append(predicted.mean_s["page"])
    assert means_s == sorted(means_s)


def test_an_objective_is_missed_where_its_percentile_is_above_its_limit() -> None:
    found = at(int(0.5 * saturation()))
    assert found.predicted is not None
    p95_s = found.predicted.p95_s["page"]
    for limit_s, missed in ((p95_s * 1.01, ()), (p95_s * 0.99, ("page p95",))):
        objectives = strict(limit_s).objectives
        assert missed_objectives(objectives, found.predicted) == missed
        assert objective_value_s(objectives[0], found.predicted) == pytest.approx(p95_s)


def test_ratios_can_not_be_told_by_the_model() -> None:
    found = at(1000)
    assert found.predicted is not None
    told = {each.name: objective_value_s(each, found.predicted) for each in KOSOVO.objectives}
    assert told["errors"] is None
    assert told["rebuffering"] is None
    assert told["first frame p95"] is not None


def test_the_breaking_point_is_where_objectives_begin_to_be_missed() -> None:
    asked = load(strict(0.025))
    point = breaking_point(asked, relative_sd=0.0, seed=1)
    learners = int(point.learners.likely)
    assert 0 < learners < saturation()
    assert at(learners, asked).holds
    assert not at(int(learners * 1.08) + 1, asked).holds
    assert point.binding == "page p95"


@pytest.fixture(scope="module")
def to_the_end() -> BreakingPoint:
    """The breaking point of a system that meets its objectives as long as there is a steady state."""
    return breaking_point(load(strict(100.0)), relative_sd=0.0, seed=1)


def test_a_system_that_meets_its_objectives_to_the_end_breaks_at_its_cores(to_the_end: BreakingPoint) -> None:
    assert to_the_end.learners.likely == pytest.approx(0.97 * saturation(), rel=0.02)
    assert to_the_end.binding == "every core busy all the time"


def test_an_objective_that_nobody_can_meet_breaks_at_once() -> None:
    point = breaking_point(load(strict(0.0001)), relative_sd=0.0, seed=1)
    assert point.learners.likely == 0
    assert point.binding == "page p95"


def test_the_breaking_points_interval_is_as_wide_as_the_load_is_unsure(to_the_end: BreakingPoint) -> None:
    sure = to_the_end.learners
    assert sure.low == sure.likely == sure.high
    unsure = breaking_point(load(strict(100.0)), relative_sd=0.1, seed=1).learners
    assert unsure.high / unsure.likely == pytest.approx(1.2)
    assert unsure.likely / unsure.low == pytest.approx(1.2)


def test_stated_states_count_only_where_they_are_asked_for() -> None:
    assert load().stated_activities() == ()
    assert load().stated_sources(1000) == ()
    whole = load(with_stated=True)
    assert {activity.name for activity in whole.stated_activities()} == set(STATED)
    rates = {source.name: source.arrival_rate_per_s for source in whole.stated_sources(1000)}
    assert rates["reports"] == pytest.approx(1000 * 0.005 / 120)
    more = {name: cores - load().offered_cores(1000)[name] for name, cores in whole.offered_cores(1000).items()}
    assert more["database"] == pytest.approx(1000 * (0.005 / 120 * 5 + 0.025 / 180 * 0.005))
    assert more["app"] == pytest.approx(1000 * 0.025 / 180 * 0.02)
    assert more["auth"] == 0


def test_the_bytes_of_stated_states_cost_what_a_segments_bytes_cost() -> None:
    # 0.5 ms for the 250,000 bytes of a segment.
    (download,) = (each for each in load(with_stated=True).stated_activities() if each.name == "download")
    assert download.demand_s("delivery") == pytest.approx(0.0005 / 250_000 * 4_194_304)


def test_a_sized_system_is_looked_at_tier_by_tier_with_all_states() -> None:
    whole = load(with_stated=True)
    cores = {"auth": 2, "app": 2, "database": 16, "delivery": 2}
    found = outlook(whole, 10_000, sized_machine(cores, 16), cores, seed=1)
    assert set(found.offered_cores) == set(plant.STATIONS)
    assert found.load == max(found.offered_cores[name] / cores[name] for name in cores)
    assert found.predicted is not None
    assert "upload" in found.predicted.throughput_per_s


def test_streams_that_were_not_measured_are_left_out_and_named() -> None:
    known = tuple(activity for activity in MODEL.activities if activity.name not in ("submit", "poll"))
    asked = load(model=MODEL.model_copy(update={"activities": known}))
    assert asked.unmeasured == ("quiz", "polls")
    assert asked.offered_requests_per_s(1000) < load().offered_requests_per_s(1000)
    assert load().unmeasured == ()


def test_twice_the_learners_ask_for_twice_the_requests() -> None:
    one, two = (load(with_stated=True).offered_requests_per_s(learners) for learners in (1000, 2000))
    assert two == pytest.approx(2 * one)
