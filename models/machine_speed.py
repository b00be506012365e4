"""How fast the machine was: on shared hardware the same job costs more processor time in one minute than in the next.

A *reference task*, a job that is the same each time, shows it: how much more it cost at one time than on average is
taken as how much more all work cost then. Demands are fitted at the average speed, and a level is predicted at the
speeds that the machine had while it was looked at, so that a slow minute is not mistaken for a slow platform.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from firstbell.models.measurement import Span, Windows

Floats = NDArray[np.float64]

# So many tasks weigh as much as what is known without any: that the machine was as fast as on average. One task's cost
# scatters about as widely as the machine's speed does from one look to the next.
_WORTH_TASKS = 4.0
_FEWEST_TASKS = 20


@dataclass(frozen=True, kw_only=True)
class TaskCount:
    """Reference tasks done while a plateau was held, and the processor time that they took."""

    span: Span
    tasks: float
    cpu_s: float

    @property
    def mean_s(self) -> float | None:
        """Processor time of one task; None where there were too few to tell."""
        return self.cpu_s / self.tasks if self.tasks >= _FEWEST_TASKS else None


def with_slowness(spans: Sequence[Span], counts: Sequence[TaskCount]) -> tuple[Span, ...]:
    """The spans, each with how slow the machine was meanwhile; 1, which is the average, where nothing tells it.

    Few tasks tell little, and are drawn towards the average. That is one of spans and not of tasks: a crowded span must
    not decide what the average speed was.
    """
    told = {count.span.index: count for count in counts if count.tasks > 0 and count.cpu_s > 0}
    if not told:
        return tuple(spans)
    overall_s = sum(count.cpu_s for count in told.values()) / sum(count.tasks for count in told.values())
    cost_s = {index: _drawn_s(count, overall_s) for index, count in told.items()}
    weights = [count.span.hold_s for count in told.values()]
    average_s = float(np.average(list(cost_s.values()), weights=weights))
    return tuple(replace(span, slowness=cost_s.get(span.index, average_s) / average_s) for span in spans)


def slowness_in(windows: Windows, spans: Sequence[Span]) -> Floats:
    """How slow the machine was in each window (n,): as in the plateau, its ramp included, where its middle lies."""
    middle_s = (windows.start_s + windows.end_s) / 2
    found = np.ones(len(middle_s))
    for span in spans:
        found[(middle_s >= span.ramp_start_s) & (middle_s < span.end_s)] = span.slowness
    return found


def _drawn_s(count: TaskCount, overall_s: float) -> float:
    return (count.cpu_s + _WORTH_TASKS * overall_s) / (count.tasks + _WORTH_TASKS)
