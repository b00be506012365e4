"""What company in an event loop's turn does to the front's demands."""

from dataclasses import replace

import numpy as np
import pytest

from firstbell.models.event_loops import as_if_alone, company, in_company, share_in_company
from firstbell.models.fitted_model import FittedModel, ThreadPool
from firstbell.models.measurement import Windows
from firstbell.models.prediction import Question, measured_machine, predict, sized_machine
from tests.models import plant

LOOP = ThreadPool(stations=("app", "delivery"), replicas=2, threads=1)


def looped() -> FittedModel:
    """The plant with its front and its application in two event loops."""
    true = plant.true_model()
    others = tuple(pool for pool in true.pools if not {"app", "delivery"} & set(pool.stations))
    return true.model_copy(update={"pools": (*others, LOOP)})


def front_of(model: FittedModel) -> float:
    return model.activity("page").demand_s[model.stations.index("delivery")]


def test_a_lonely_request_has_no_company_and_a_saturated_loop_always_some() -> None:
    assert float(company(0.0, 0.5, loops=2, cores=1.0)) == 0
    chances = company([0.02, 0.1, 0.3], [0.1, 0.5, 0.95], loops=2, cores=1.0)
    assert (np.diff(chances) > 0).all()
    assert chances[-1] > 0.7


def test_on_a_core_of_its_own_a_loop_is_busy_as_long_as_it_works() -> None:
    """An M/M/1 queue that nobody disturbs: ρ; processor sharing with others makes of it ρ / (1 - R + ρ)."""
    assert float(company(0.4, 0.4, loops=1, cores=1.0)) == pytest.approx(0.4)
    assert float(company(0.2, 0.8, loops=1, cores=1.0)) == pytest.approx(0.2 / (1 - 0.8 + 0.2))


def test_windows_are_told_as_if_all_requests_had_come_alone() -> None:
    chances = company([0.1 + 0.2, 0.05 + 0.02], [0.9, 0.1], loops=2, cores=1.0)
    alone = np.array([0.1, 0.02])
    seen = Windows(
        activities=(), stations=("database", "app", "delivery"), start_s=np.arange(2.0), end_s=np.arange(2.0) + 1,
        visits_per_s=np.zeros((2, 0)),
        cores=np.column_stack([[0.6, 0.03], [0.2, 0.05], alone]),
    )  # fmt: skip
    told = as_if_alone(seen, (LOOP,), 1.0)
    assert told.cores[:, :2].tolist() == seen.cores[:, :2].tolist()
    assert (told.cores[:, 2] * share_in_company(chances)).tolist() == pytest.approx(alone.tolist())
    threaded = replace(seen)
    assert as_if_alone(threaded, (ThreadPool(stations=("delivery",), replicas=1, threads=8),), 1.0) is threaded


def test_only_the_front_of_an_event_loop_gets_cheaper() -> None:
    model, busy = looped(), {"delivery": 0.2, "app": 0.2, "auth": 0.3, "database": 0.2}
    crowded = in_company(model, busy)
    app = model.stations.index("app")
    assert front_of(crowded) < 0.85 * front_of(model)
    assert crowded.activity("page").demand_s[app] == model.activity("page").demand_s[app]
    assert in_company(plant.true_model(), busy) == plant.true_model()


def test_a_measured_machine_near_saturation_takes_less_at_the_front_and_a_sized_one_does_not() -> None:
    model = looped()
    asked = Question(
        learners=400, streams=tuple(stream.stream() for stream in model.streams), machine=measured_machine(model),
        duration_s=60.0, seed=1,
    )  # fmt: skip
    bought = sized_machine(dict.fromkeys(model.stations, 1), cores_per_node=1)
    for machine, least, most in ((asked.machine, 0.7, 0.9), (bought, 0.999, 1.001)):
        found = predict(model, replace(asked, machine=machine))
        alone = sum(
            rate * model.activity(name).demand_s[model.stations.index("delivery")]
            for name, rate in found.throughput_per_s.items()
        )
        assert (
            least
            < (found.station_cores["delivery"] - model.background[model.stations.index("delivery")]) / alone
            < most
        )
