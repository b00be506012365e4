"""How fast the machine was, by a job that is the same each time."""

import numpy as np
import pytest

from firstbell.models.machine_speed import TaskCount, slowness_in, with_slowness
from firstbell.models.measurement import Span, Windows


def span(index: int, hold_s: float = 10.0) -> Span:
    start_s = 100.0 * index
    return Span(index=index, kind="fit", learners=10, ramp_start_s=start_s - 5, start_s=start_s, end_s=start_s + hold_s)


def counts(*cost_and_tasks: tuple[float, float]) -> list[TaskCount]:
    return [
        TaskCount(span=span(index), tasks=tasks, cpu_s=cost_s * tasks)
        for index, (cost_s, tasks) in enumerate(cost_and_tasks)
    ]


def slowness(found: list[TaskCount]) -> list[float]:
    return [held.slowness for held in with_slowness([count.span for count in found], found)]


def test_a_machine_is_as_slow_as_its_task_is_dear() -> None:
    slow, fast = slowness(counts((0.03, 1e4), (0.02, 1e4)))
    assert slow / fast == pytest.approx(1.5, rel=1e-3)
    assert (slow + fast) / 2 == pytest.approx(1.0)


def test_few_tasks_tell_little() -> None:
    rare, common = (slowness(counts((0.03, tasks), (0.02, 1e4)))[0] for tasks in (1, 1000))
    assert 1.0 < rare < 1.15 < common < 1.21


def test_where_nothing_tells_the_speed_it_is_the_average() -> None:
    assert slowness(counts((0.0, 0.0), (0.02, 50), (0.03, 50)))[0] == 1.0
    assert with_slowness([span(0)], []) == (span(0),)


def test_the_average_is_one_of_time_and_not_of_tasks() -> None:
    crowded, empty = slowness(counts((0.02, 1e6), (0.03, 1e4)))
    assert crowded == pytest.approx(0.8, rel=1e-2)
    assert empty == pytest.approx(1.2, rel=1e-2)


def test_too_few_tasks_have_no_mean_worth_telling() -> None:
    few, many = counts((0.02, 5), (0.02, 50))
    assert few.mean_s is None
    assert many.mean_s == pytest.approx(0.02)


def test_a_window_is_as_slow_as_the_plateau_in_which_its_middle_lies_ramp_included() -> None:
    edges = np.array([93.0, 95.0, 97.0, 105.0, 111.0, 113.0])
    windows = Windows(
        activities=(), stations=(), start_s=edges[:-1], end_s=edges[1:], visits_per_s=np.zeros((5, 0)),
        cores=np.zeros((5, 0)),
    )  # fmt: skip
    held = with_slowness([span(1), span(2)], counts((0.02, 0), (0.03, 1e5), (0.01, 1e5)))
    assert slowness_in(windows, held).tolist() == pytest.approx([1.0, 1.5, 1.5, 1.5, 1.0], rel=1e-3)
