"""How fast the machine was, by a job that is the same each time."""

from dataclasses import replace

import numpy as np
import pytest

from firstbell.models.machine_speed import Floats, MachineSpeed, ReferenceTasks
from firstbell.models.measurement import Span

HOLD_S = 100.0


def span(index: int, hold_s: float = HOLD_S) -> Span:
    start_s = 1e6 + 200.0 * index
    return Span(index=index, kind="fit", learners=10, ramp_start_s=start_s - 5, start_s=start_s, end_s=start_s + hold_s)


def tasks_of(*cost_and_rate: tuple[float, float]) -> ReferenceTasks:
    """A span's cost of a task and tasks a second, scraped each second for as long as from one span to the next."""
    cost_s, rate = (np.repeat(each, 200) for each in np.array(cost_and_rate).T)
    time_s = span(0).start_s - 50 + np.arange(len(rate) + 1.0)
    tasks, cpu_s = (np.append(0.0, np.cumsum(each)) for each in (rate, rate * cost_s))
    return ReferenceTasks(time_s=time_s, tasks=tasks, cpu_s=cpu_s)


def slowness(*cost_and_rate: tuple[float, float]) -> list[float]:
    spans = [span(index) for index in range(len(cost_and_rate))]
    speed = MachineSpeed.over(spans, tasks_of(*cost_and_rate))
    return [speed.told_with(held).slowness for held in spans]


def test_a_machine_is_as_slow_as_its_task_is_dear() -> None:
    slow, fast = slowness((0.03, 1e3), (0.02, 1e3))
    assert slow / fast == pytest.approx(1.5, rel=1e-3)
    assert (slow + fast) / 2 == pytest.approx(1.0)


def test_few_tasks_tell_little() -> None:
    rare, common = (slowness((0.03, rate), (0.02, 1e3))[0] for rate in (0.01, 3))
    assert 1.0 < rare < 1.05 < common < 1.21


def test_where_nothing_tells_the_speed_it_is_the_average() -> None:
    assert slowness((0.02, 0.0), (0.03, 0.0)) == [1.0, 1.0]
    without = MachineSpeed.over([span(0)], None)
    assert without.told_with(span(0)) == span(0)
    assert without.slowness(np.zeros(3)).tolist() == [1.0] * 3


def test_the_average_is_one_of_time_and_not_of_tasks() -> None:
    crowded, empty = slowness((0.02, 1e5), (0.03, 1e3))
    assert crowded == pytest.approx(0.8, rel=1e-2)
    assert empty == pytest.approx(1.2, rel=1e-2)


def test_a_time_between_plateaus_has_the_speed_of_its_own_tasks() -> None:
    at_s = np.array([span(0).start_s - 40, span(0).start_s + 50, span(1).start_s + 50])
    found = at_rest_before(tasks_of((0.02, 50), (0.02, 50)), until_s=span(0).start_s - 20, cost_s=0.03).slowness(at_s)
    assert found.tolist() == pytest.approx([1.5, 1.0, 1.0], rel=1e-2)


def at_rest_before(tasks: ReferenceTasks, *, until_s: float, cost_s: float) -> MachineSpeed:
    """The same with every task until then at another cost."""
    cost: Floats = np.where(tasks.time_s[1:] <= until_s, cost_s, np.diff(tasks.cpu_s) / np.diff(tasks.tasks))
    cpu_s = np.append(0.0, np.cumsum(cost * np.diff(tasks.tasks)))
    return MachineSpeed.over([span(0), span(1)], replace(tasks, cpu_s=cpu_s))


def test_too_few_tasks_have_no_mean_worth_telling() -> None:
    few, many = (tasks_of((0.02, rate)).during(span(0)) for rate in (0.05, 0.5))
    assert few.mean_s is None
    assert many.tasks == pytest.approx(50)
    assert many.mean_s == pytest.approx(0.02)
