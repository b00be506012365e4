"""What a system of known demands does with a number of learners, held against the laws it can't break."""

from collections.abc import Mapping

import numpy as np
import pytest

from firstbell.models.fitted_model import FittedModel
from firstbell.models.measurement import Span
from firstbell.models.prediction import Predicted, Question, measured_machine, predict, predict_looks, sized_machine
from tests.models import plant

EASY, BUSY, BEYOND = 47, 376, 1880  # 47 learners make whole people in every stream


def predicted(
    learners: int, model: FittedModel | None = None, *, duration_s: float = 120.0, seed: int = 1
) -> Predicted:
    model = model or plant.true_model()
    question = Question(
        learners=learners,
        streams=tuple(stream.stream() for stream in model.streams),
        machine=measured_machine(model),
        duration_s=duration_s,
        seed=seed,
    )
    return predict(model, question)


@pytest.fixture(scope="module")
def found() -> Mapping[int, Predicted]:
    return {learners: predicted(learners) for learners in (EASY, 188, 282, BUSY, 564, BEYOND)}


def total_cores(prediction: Predicted) -> float:
    return sum(prediction.station_cores.values())


def test_with_the_system_to_themselves_visits_take_their_demand_and_latency() -> None:
    alone = predicted(EASY, plant.true_model(cores=8.0), duration_s=300)
    for name in plant.COSTS:
        fastest_s = plant.total_demand_s(name) + 0.001
        scatter = 4 * 0.41 / len(alone.responses_s[name]) ** 0.5
        assert fastest_s * (1 - scatter) < alone.mean_s[name] < fastest_s * (1.1 + scatter), name


def test_single_visits_differ_by_the_factors() -> None:
    alone = predicted(EASY, plant.true_model(cores=8.0), duration_s=300)
    page_s = plant.total_demand_s("page")
    assert alone.p50_s["page"] == pytest.approx(page_s + 0.001, rel=0.1)
    assert alone.quantile_s("page", 0.9) == pytest.approx(1.5 * page_s + 0.001, rel=0.1)
    assert alone.p95_s["page"] >= alone.p50_s["page"]


@pytest.mark.parametrize("learners", [EASY, 282, BUSY, 564])
def test_thinking_streams_obey_littles_law(found: Mapping[int, Predicted], learners: int) -> None:
    """N = X (R + Z), for those who are not signing in."""
    prediction = found[learners]
    signing_in = prediction.throughput_per_s["login"] * prediction.mean_s["login"] / learners
    for share, names, think_s in (
        (1.0, ("login",), 60.0),
        (0.14 / 0.94, ("page",), 1.0),
        (0.10 / 0.94, ("quiz_start", "answer", "submit"), 2.44),
    ):
        rate = {name: prediction.throughput_per_s[name] for name in names}
        there = sum(x * (think_s + prediction.mean_s[name]) for name, x in rate.items())
        people = round(learners * share * (1.0 if names == ("login",) else 1 - signing_in))
        assert there == pytest.approx(people, rel=max(0.02, 4 / (120 * sum(rate.values())) ** 0.5))


@pytest.mark.parametrize("learners", [EASY, 282, BUSY, BEYOND])
def test_the_utilisation_law_holds_at_every_station(found: Mapping[int, Predicted], learners: int) -> None:
    prediction = found[learners]
    for station, background in zip(plant.STATIONS, plant.BACKGROUND, strict=True):
        asked = background + sum(x * plant.demand_s(name, station) for name, x in prediction.throughput_per_s.items())
        assert prediction.station_cores[station] == pytest.approx(asked, rel=0.03)


def test_visits_use_no_more_than_the_background_leaves_and_beyond_saturation_nearly_all(
    found: Mapping[int, Predicted],
) -> None:
    for_visits = {
        learners: sum(x * plant.total_demand_s(name) for name, x in prediction.throughput_per_s.items())
        for learners, prediction in found.items()
    }
    left = plant.CORES - sum(plant.BACKGROUND)
    assert all(used <= left * 1.02 for used in for_visits.values())
    assert for_visits[BEYOND] == pytest.approx(left, rel=0.05)


def test_more_learners_never_get_less_done_up_to_saturation_nor_get_it_sooner(found: Mapping[int, Predicted]) -> None:
    levels = sorted(found)
    rates = [found[learners].requests_per_s for learners in levels if learners != BEYOND]
    assert rates == sorted(rates)
    means_s = [found[learners].mean_s["page"] for learners in levels]
    assert means_s == sorted(means_s)
    assert found[BEYOND].p95_s["page"] > 10 * found[EASY].p95_s["page"]


def test_at_low_load_requests_are_the_visits_times_their_requests(found: Mapping[int, Predicted]) -> None:
    prediction = found[282]
    counted = sum(x * plant.COSTS[name][0] for name, x in prediction.throughput_per_s.items())
    assert prediction.requests_per_s == pytest.approx(counted)


def test_streams_that_follow_slow_down_with_the_one_they_follow() -> None:
    slow_views = _with_latency("video_start", 11.5)  # each view now takes twice as long to come about
    usual, slowed = predicted(188, duration_s=300), predicted(188, slow_views, duration_s=300)
    for name in ("video_start", "segment", "beacon"):
        assert slowed.throughput_per_s[name] == pytest.approx(usual.throughput_per_s[name] / 2, rel=0.1), name
    assert slowed.throughput_per_s["poll"] == pytest.approx(usual.throughput_per_s["poll"], rel=0.03)


def test_learners_who_are_signing_in_do_nothing_else() -> None:
    slow_login = _with_latency("login", 6.0)  # a learner signs in every 60 s, so 6 of 66 s are gone
    usual, slowed = predicted(376, duration_s=300), predicted(376, slow_login, duration_s=300)
    for name in ("page", "poll", "answer"):
        assert slowed.throughput_per_s[name] == pytest.approx(usual.throughput_per_s[name] * 60 / 66, rel=0.03), name


def test_the_same_seed_predicts_the_same_and_another_about_the_same(found: Mapping[int, Predicted]) -> None:
    again, other = predicted(188), predicted(188, seed=2)
    assert again.throughput_per_s == found[188].throughput_per_s
    assert again.p95_s == found[188].p95_s
    assert other.requests_per_s == pytest.approx(found[188].requests_per_s, rel=0.03)


def test_a_sized_machine_has_tiers_of_their_own_with_the_cores_asked_for() -> None:
    machine = sized_machine({"app": 40, "database": 16}, cores_per_node=16)
    assert {pool.name: pool.replicas for pool in machine.pools} == {"app": 3, "database": 1}
    assert 56 - 1e-9 <= machine.cores <= 64
    hosts = [pool.host for pool in machine.pools if pool.host is not None]
    assert len(set(hosts)) == len(hosts)


def test_work_costs_more_on_idle_cores_where_that_was_measured() -> None:
    cold = plant.true_model().model_copy(update={"coldness": (0.0, 0.5, 0.0, 0.0)})
    for learners in (EASY, BUSY):
        found = predicted(learners, cold)
        warm = sum(rate * plant.demand_s(name, "app") for name, rate in found.throughput_per_s.items())
        idle = 1 - total_cores(found) / plant.CORES
        assert found.station_cores["app"] - 0.01 == pytest.approx(warm * (1 + 0.5 * idle), rel=0.04)


def _with_latency(activity: str, latency_s: float) -> FittedModel:
    model = plant.true_model()
    activities = [
        each.model_copy(update={"latency_s": latency_s}) if each.name == activity else each for each in model.activities
    ]
    return model.model_copy(update={"activities": tuple(activities)})


def test_quantiles_are_those_of_the_simulated_responses(found: Mapping[int, Predicted]) -> None:
    responses_s = found[BUSY].responses_s["page"]
    assert found[BUSY].p95_s["page"] == pytest.approx(float(np.quantile(responses_s, 0.95)))
    assert found[BUSY].mean_s["page"] == pytest.approx(float(responses_s.mean()))


def looks(*slowness: float) -> list[Span]:
    return [
        Span(
            index=index,
            kind="fit",
            learners=BUSY,
            ramp_start_s=0,
            start_s=100.0 * index,
            end_s=100.0 * index + 60,
            slowness=slow,
        )
        for index, slow in enumerate(slowness)
    ]


def looked_at(learners: int, *slowness: float) -> Predicted:
    model = plant.true_model()
    question = Question(
        learners=learners, streams=tuple(stream.stream() for stream in model.streams),
        machine=measured_machine(model), duration_s=240, seed=3,
    )  # fmt: skip
    return predict_looks(model, question, looks(*slowness))


def test_looks_at_the_average_speed_are_what_one_look_as_long_is() -> None:
    whole, parts = looked_at(BUSY, 1.0), looked_at(BUSY, 1.0, 1.0)
    assert parts.requests_per_s == pytest.approx(whole.requests_per_s, rel=0.03)
    assert parts.p50_s["page"] == pytest.approx(whole.p50_s["page"], rel=0.15)
    assert total_cores(parts) == pytest.approx(total_cores(whole), rel=0.03)


def test_a_slow_machine_uses_more_processor_time_for_the_same_work() -> None:
    slow, usual = looked_at(188, 1.3), looked_at(188, 1.0)
    assert slow.requests_per_s == pytest.approx(usual.requests_per_s, rel=0.04)
    assert total_cores(slow) == pytest.approx(1.3 * total_cores(usual), rel=0.05)


def test_a_slow_look_and_a_fast_one_make_more_waiting_than_two_middling_ones() -> None:
    assert looked_at(BUSY, 1.15, 0.85).p95_s["page"] > 1.1 * looked_at(BUSY, 1.0, 1.0).p95_s["page"]
