"""The slice that event loops wait for, read off levels whose slice is known."""

import math
from dataclasses import replace

import pytest

from firstbell.models.event_loops import with_slice
from firstbell.models.fitted_model import FittedModel, ThreadPool
from firstbell.models.measurement import ActivityMeasurement, LevelMeasurement, Responses, Span
from firstbell.models.prediction import predict, question_at
from tests.models import plant

LOOPS = (
    ThreadPool(stations=("auth",), replicas=1, threads=2),
    ThreadPool(stations=("database",), replicas=1, threads=2),
    ThreadPool(stations=("app", "delivery"), replicas=2, threads=1),
)


def model(slice_s: float | None, pools: tuple[ThreadPool, ...] = LOOPS) -> FittedModel:
    return plant.true_model().model_copy(update={"pools": pools, "slice_s": slice_s})


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


@pytest.mark.parametrize(("slice_s", "near"), [(0.001, (0.0005, 0.0015)), (0.004, (0.003, 0.004))])
def test_the_slice_of_a_machine_is_found_from_the_levels_of_its_fit(slice_s: float, near: tuple[float, float]) -> None:
    levels = [level(learners, model(slice_s)) for learners in (94, 188)]
    found = with_slice(model(None), levels, seed=1).slice_s
    assert found is not None
    assert near[0] <= found <= near[1]


def test_without_event_loops_or_levels_nothing_is_told() -> None:
    threads = plant.true_model()
    assert with_slice(threads, [level(94, threads)], seed=1) == threads
    assert with_slice(model(None), [], seed=1).slice_s is None
