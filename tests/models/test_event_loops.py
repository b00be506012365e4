"""What event loops wait for, read off levels at which it is known."""

import math
from dataclasses import replace

import pytest

from firstbell.models.event_loops import with_hold
from firstbell.models.fitted_model import FittedModel, LoopHold, ThreadPool
from firstbell.models.measurement import ActivityMeasurement, LevelMeasurement, Responses, Span
from firstbell.models.prediction import predict, question_at
from tests.models import plant

LOOPS = (
    ThreadPool(stations=("auth",), replicas=1, threads=2),
    ThreadPool(stations=("database",), replicas=1, threads=2),
    ThreadPool(stations=("app", "delivery"), replicas=2, threads=1),
)


def model(hold: LoopHold | None, pools: tuple[ThreadPool, ...] = LOOPS) -> FittedModel:
    return plant.true_model().model_copy(update={"pools": pools, "hold": hold})


def level(learners: int, known: FittedModel) -> LevelMeasurement:
    """As the model itself would measure it."""
    span = Span(index=0, learners=learners, kind="fit", ramp_start_s=0.0, start_s=0.0, end_s=300.0)
    bare = LevelMeasurement(spans=(span,), activities={}, station_cores={}, cores=plant.CORES, lateness_p99_s=None)
    found = predict(known, question_at(known, bare, most_s=300.0, most_requests=math.inf, seed=99))
    activities = {
        name: ActivityMeasurement(
            throughput_per_s=found.throughput_per_s[name], requests_per_visit=1.0, bytes_per_visit=0.0,
            responses=Responses.of(response_s), visits=len(response_s), errors=0,
        )
        for name, response_s in found.responses_s.items()
    }  # fmt: skip
    return replace(bare, activities=activities)


@pytest.mark.parametrize(
    "hold",
    [LoopHold(share=0.25, most_s=0.006), LoopHold(share=1.0, most_s=0.001), LoopHold(share=1.0, most_s=0.004)],
    ids=["seldom and long", "always and shortly", "always and long"],
)
def test_the_hold_of_a_machine_is_found_from_the_levels_of_its_fit(hold: LoopHold) -> None:
    levels = [level(learners, model(hold)) for learners in (94, 188)]
    found = with_hold(model(None), levels, seed=1).hold
    assert found is not None
    assert found.most_s == pytest.approx(hold.most_s, rel=0.5)
    assert found.share * found.most_s == pytest.approx(hold.share * hold.most_s, rel=0.5)


def test_without_event_loops_or_levels_nothing_is_told() -> None:
    threads = plant.true_model()
    assert with_hold(threads, [level(94, threads)], seed=1) == threads
    assert with_hold(model(None), [], seed=1).hold is None
