"""The plan as a Locust load shape: learners are asked for a little ahead, and come in by the shared schedule."""

import math
import time
from typing import ClassVar

from locust import LoadTestShape
from locust.runners import MasterRunner

from firstbell.models.plan import Plan
from firstbell.scenarios.complaint import complain
from firstbell.scenarios.schedule import Schedule

ANCHOR_MESSAGE = "firstbell-anchor"
_BEGINS_IN_S = 1.0
_LEAD_S = 2.5  # a tick may come a second late, and spawning takes its time
_STEP_S = 4.0  # a worker counts all its users several times with each order to spawn

Tick = tuple[int, float]


def _next_step_s(time_s: float) -> float:
    return math.ceil(time_s / _STEP_S) * _STEP_S


class PlanShape(LoadTestShape):
    """Walks through the plateaus of ``plan`` and ends the run after the last."""

    plan: ClassVar[Plan]

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._schedule: Schedule | None = None

    def tick(self) -> Tick | None:
        """Learners that must exist soon; None ends the run."""
        if self._schedule is None:
            self._schedule = self._begin()
        now_s = time.monotonic()
        if now_s >= self._schedule.end_s or self._worker_is_lost():
            return None
        ahead_s = min(now_s + _LEAD_S, self._schedule.end_s - 1e-3)
        wanted = max(self._schedule.learners_at(now_s), self._schedule.learners_at(ahead_s), 1)
        if self.plan.sign_in_first:
            wanted = max(self._schedule.arrived_at(_next_step_s(ahead_s)), 1)
        # All of a tick at once: when each learner comes in is the schedule's business, not Locust's.
        return wanted, float(max(wanted, 1))

    def _begin(self) -> Schedule:
        """Fix the moment at which the plan begins, and tell every process."""
        anchor_s = time.monotonic() + _BEGINS_IN_S
        assert self.runner is not None
        self.runner.send_message(ANCHOR_MESSAGE, {"anchor_s": anchor_s})
        return Schedule.of(self.plan, anchor_s)

    def _worker_is_lost(self) -> bool:
        runner = self.runner
        if not isinstance(runner, MasterRunner):
            return False
        here = runner.worker_count
        if here < self.plan.processes:
            # Locust would hand its learners to the others; their times would tell of the move, not of the target.
            complain(f"a worker process was lost: {here} of {self.plan.processes} are left")
            return True
        return False
