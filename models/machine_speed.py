"""How fast the machine was: on shared hardware the same job costs more processor time in one minute than in the next.

A *reference task*, a job that is the same each time, shows it: how much more it cost at one time than on average is
taken as how much more all work cost then. Demands are fitted at the average speed, and a level is predicted at the
speeds that the machine had while it was looked at, so that a slow minute is not mistaken for a slow platform.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from firstbell.models.measurement import Span

Floats = NDArray[np.float64]

# So many tasks weigh as much as what is known without any: that the machine was as fast as on average. One task's cost
# scatters about as widely as the machine's speed does from one look to the next.
_WORTH_TASKS = 4.0
_FEWEST_TASKS = 20
_STEP_S = 1.0
# Standard deviation of the weights of tasks before and after a moment: neighbours on a host come and go in some
# seconds, and so do the levels of a study. 3 to 12 s do alike.
_NEAR_S = 6.0
_MOMENTS = 9


@dataclass(frozen=True, kw_only=True)
class TaskCount:
    """Reference tasks done in a while, and the processor time that they took."""

    tasks: float
    cpu_s: float

    @property
    def mean_s(self) -> float | None:
        """Processor time of one task; None where there were too few to tell."""
        return self.cpu_s / self.tasks if self.tasks >= _FEWEST_TASKS else None


@dataclass(frozen=True, kw_only=True, eq=False)
class ReferenceTasks:
    """The counters at each scrape, all (scrapes,) and rising: ``tasks`` done and ``cpu_s``, what they took."""

    time_s: Floats
    tasks: Floats
    cpu_s: Floats

    @property
    def in_all(self) -> TaskCount:
        """Those of all scrapes."""
        return TaskCount(tasks=float(np.ptp(self.tasks)), cpu_s=float(np.ptp(self.cpu_s)))

    def during(self, span: Span) -> TaskCount:
        """Those of a plateau while it was held."""
        tasks, cpu_s = (self._grown(counter, [span.start_s, span.end_s])[0] for counter in (self.tasks, self.cpu_s))
        return TaskCount(tasks=float(tasks), cpu_s=float(cpu_s))

    def cost_s(self, at_s: Floats) -> Floats:
        """What a task cost about each moment (n,); drawn to the mean of all where few were done."""
        return np.asarray(np.interp(at_s, *self._smoothed))

    @cached_property
    def _smoothed(self) -> tuple[Floats, Floats]:
        """Moments, and what a task cost then: a kernel regression with Gaussian weights (Nadaraya & Watson 1964)."""
        edges_s = np.arange(self.time_s[0], self.time_s[-1] + _STEP_S, _STEP_S)
        tasks, cpu_s = (self._grown(counter, edges_s) for counter in (self.tasks, self.cpu_s))
        mean_s = self.in_all.cpu_s / self.in_all.tasks
        near = _NEAR_S / _STEP_S
        # The filter's weights add up to 1; a task of this very moment is to weigh 1.
        tasks, cpu_s = (
            gaussian_filter1d(each, near, mode="constant") * near * np.sqrt(2 * np.pi) for each in (tasks, cpu_s)
        )
        return edges_s[:-1] + _STEP_S / 2, (cpu_s + _WORTH_TASKS * mean_s) / (tasks + _WORTH_TASKS)

    def _grown(self, counter: Floats, edges_s: Sequence[float] | Floats) -> Floats:
        return np.diff(np.interp(edges_s, self.time_s, counter))


@dataclass(frozen=True, kw_only=True, eq=False)
class MachineSpeed:
    """How slow the machine was; always 1, which is the average, where ``tasks`` is None for want of any.

    The average, ``average_s`` a task, is one of the time that plateaus were held and not of tasks: a crowded one must
    not decide it.
    """

    tasks: ReferenceTasks | None
    average_s: float

    @classmethod
    def over(cls, spans: Sequence[Span], tasks: ReferenceTasks | None) -> "MachineSpeed":
        """The speed relative to the average of these plateaus."""
        if tasks is None or not spans or tasks.in_all.tasks == 0:
            return cls(tasks=None, average_s=1.0)
        costs_s = [_mean_cost_s(tasks, span) for span in spans]
        return cls(tasks=tasks, average_s=float(np.average(costs_s, weights=[span.hold_s for span in spans])))

    def slowness(self, at_s: Floats) -> Floats:
        """How slow it was at each moment (n,)."""
        return np.ones(len(at_s)) if self.tasks is None else self.tasks.cost_s(at_s) / self.average_s

    def told_with(self, span: Span) -> Span:
        """The plateau with how slow the machine was while it was held."""
        return span if self.tasks is None else replace(span, slowness=_mean_cost_s(self.tasks, span) / self.average_s)


def _mean_cost_s(tasks: ReferenceTasks, span: Span) -> float:
    return float(tasks.cost_s(np.linspace(span.start_s, span.end_s, _MOMENTS)).mean())
