"""The arrivals that fall to one process: each is fixed before the run, and each is taken or put down as missed."""

from bisect import bisect_left
from collections.abc import Sequence

from firstbell.models.arrivals import arrivals_of_process
from firstbell.models.plan import Plan
from firstbell.scenarios.schedule import Schedule


class Arrivals:
    """Due times (CLOCK_MONOTONIC) in rising order, handed out to whichever learner is free next."""

    def __init__(self, due_s: Sequence[float]) -> None:
        self._due_s = due_s
        self._taken = 0

    @classmethod
    def of(cls, plan: Plan, schedule: Schedule, process: int) -> "Arrivals":
        """The part of a process; nobody comes where the plan asks for fixed cohorts."""
        if plan.arrivals is None:
            return cls(())
        due_s = schedule.stages[0].start_s + plan.arrivals_s()
        return cls(arrivals_of_process(due_s, process, plan.processes).tolist())

    def __len__(self) -> int:
        """How many nobody has taken."""
        return len(self._due_s) - self._taken

    def take(self) -> float | None:
        """The next one, however long it has been due; None after the last."""
        if self._taken == len(self._due_s):
            return None
        self._taken += 1
        return self._due_s[self._taken - 1]

    def take_overdue(self, time_s: float) -> Sequence[float]:
        """All that were due before a moment and that nobody has taken."""
        first, self._taken = self._taken, max(self._taken, bisect_left(self._due_s, time_s))
        return self._due_s[first : self._taken]
