"""Demands from response times alone, held against a plant whose demands are known."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from firstbell.models.black_box import BlackBoxFit, MeasuredDemands, Plateaus, response_law
from firstbell.models.problems import InputError
from firstbell.models.simulation.distribution import Distribution
from firstbell.models.simulation.result import SimulationResult
from firstbell.models.simulation.simulator import simulate
from firstbell.models.simulation.system import Activity, Host, Pool, SimulatedSystem, Source, Step, Visit

NAMES = ("sign-in", "page", "poll")
DEMAND_S = np.array([0.006, 0.003, 0.0008])
DELAY_S = np.array([0.020, 0.005, 0.001])
LEARNERS = ((8, 15, 60), (16, 30, 120), (30, 60, 240), (45, 90, 350), (50, 170, 50), (100, 40, 60))


def simulated(learners: Sequence[int], *, seed: int, demand_s: Sequence[float] = tuple(DEMAND_S)) -> SimulationResult:
    costs = zip(NAMES, demand_s, DELAY_S, strict=True)
    system = SimulatedSystem(
        hosts=(Host(name="machine"),),
        pools=(Pool(name="threads", host="machine", threads=None),),
        activities=tuple(
            Activity(
                name=name,
                steps=(Step(visits=(Visit(pool="threads", service_s=cost),), latency_s=delay),),
                factor=Distribution.gamma(1.0, scv=0.25),
            )
            for name, cost, delay in costs
        ),
        sources=tuple(
            Source(name=name, mix={name: 1.0}, population=count, time_s=Distribution.exponential(1.0))
            for name, count in zip(NAMES, learners, strict=True)
        ),
    )
    return simulate(system, duration_s=60.0, warmup_s=5.0, seed=seed)


def plateaus(learners: Sequence[Sequence[int]] = LEARNERS, *, seed: int = 1) -> Plateaus:
    results = [simulated(each, seed=1000 * seed + number) for number, each in enumerate(learners)]
    found = [[result.activities[name] for name in NAMES] for result in results]
    means = [[activity.mean_estimate() for activity in row] for row in found]
    rates = np.array([[activity.throughput_per_s for activity in row] for row in found])
    return Plateaus(
        activities=NAMES,
        throughput_per_s=rates,
        response_s=np.array([[mean.likely for mean in row if mean] for row in means]),
        error_s=np.array([[(mean.high - mean.low) / 4 for mean in row if mean] for row in means]),
        cycle_s=np.array(learners) / rates,
        overall_s=np.array([[mean.likely for mean in row if mean] for row in means]).mean(axis=0),
    )


@pytest.fixture(scope="module")
def measured() -> Plateaus:
    return plateaus()


@pytest.fixture(scope="module")
def found(measured: Plateaus) -> BlackBoxFit:
    return response_law(measured)


def test_demands_and_delays_are_found_from_response_times_alone(found: BlackBoxFit) -> None:
    assert found.activities == NAMES
    assert found.servers == 1
    assert found.demand_s == pytest.approx(DEMAND_S, rel=0.08)
    assert found.delay_s == pytest.approx(DELAY_S, rel=0.08)
    assert found.doubtful == ()
    assert found.throughput_error < 0.01
    assert found.misfit < 2


def test_intervals_from_response_times_hold_the_truth(found: BlackBoxFit) -> None:
    low_s, high_s = np.quantile(found.draws_s, [0.005, 0.995], axis=0)
    assert (low_s <= DEMAND_S).all()
    assert (high_s >= DEMAND_S).all()
    assert (found.draws_s >= 0).all()
    assert ((high_s - low_s) / DEMAND_S < 0.8).all()


def test_at_low_load_a_demand_can_not_be_told_from_a_delay_but_their_sum_can() -> None:
    quiet = response_law(plateaus(((2, 4, 10), (3, 4, 20), (2, 8, 10), (4, 4, 10), (2, 4, 30), (3, 7, 20))))
    assert "sign-in" in quiet.doubtful
    assert quiet.demand_s + quiet.delay_s == pytest.approx(DEMAND_S + DELAY_S, rel=0.05)


def test_metrics_and_response_times_together_are_surer_than_either(measured: Plateaus, found: BlackBoxFit) -> None:
    rng = np.random.default_rng(2)
    told = MeasuredDemands(demand_s=DEMAND_S * 1.02, draws_s=DEMAND_S * rng.normal(1.02, 0.03, (200, 3)))
    both = response_law(measured, servers=1, measured=told)
    assert both.demand_s == pytest.approx(DEMAND_S, rel=0.05)
    spread, alone = (np.std(each.draws_s, axis=0) / DEMAND_S for each in (both, found))
    assert (spread < np.minimum(alone, 0.035)).all()


def test_metrics_that_are_sure_overrule_response_times(measured: Plateaus) -> None:
    told = MeasuredDemands(demand_s=DEMAND_S * 0.8, draws_s=np.tile(DEMAND_S * 0.8, (50, 1)))
    both = response_law(measured, servers=1, measured=told)
    assert both.demand_s == pytest.approx(DEMAND_S * 0.8, rel=0.06)
    assert both.misfit > 4


def test_an_activity_that_no_plateau_saw_often_enough_is_a_delay_and_called_doubtful(measured: Plateaus) -> None:
    response_s = measured.response_s.copy()
    response_s[:, -1] = np.nan
    rare = replace(measured, response_s=response_s)
    found = response_law(rare, draws=20)
    others = response_law(rare.where(np.array([True, True, False])), draws=20)
    assert found.activities == NAMES
    assert found.demand_s.tolist() == [*others.demand_s.tolist(), 0.0]
    assert found.delay_s[-1] == measured.overall_s[-1]
    assert found.draws_s[:, -1].tolist() == [0.0] * 20
    assert NAMES[-1] in found.doubtful


def test_what_metrics_say_of_a_rare_activity_stays(measured: Plateaus) -> None:
    response_s = measured.response_s.copy()
    response_s[:, -1] = np.nan
    rng = np.random.default_rng(1)
    sure = MeasuredDemands(demand_s=np.array(DEMAND_S), draws_s=rng.normal(DEMAND_S, 1e-4, (20, len(NAMES))))
    found = response_law(replace(measured, response_s=response_s), measured=sure, draws=20)
    assert found.demand_s[-1] == DEMAND_S[-1]
    assert found.draws_s[:, -1].tolist() == sure.draws_s[:, -1].tolist()


def test_too_few_response_times_and_loads_without_a_difference_are_named(measured: Plateaus) -> None:
    def first(count: int) -> Plateaus:
        names = ("throughput_per_s", "response_s", "error_s", "cycle_s")
        return replace(measured, **{name: getattr(measured, name)[:count] for name in names})

    with pytest.raises(InputError, match=r"3 mean response times can't tell 6 demands and delays apart"):
        response_law(first(1))
    same = replace(measured, throughput_per_s=np.tile(measured.throughput_per_s[:1], (len(LEARNERS), 1)))
    with pytest.raises(InputError, match="differ by less than 5 %"):
        response_law(same)
