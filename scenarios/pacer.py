"""What happens every so often, on a schedule that never drifts."""

from firstbell.scenarios.attendance import Attendance
from firstbell.scenarios.schedule import ALWAYS, Schedule


class Pacer:
    """A periodic timer: the next due time is the previous one plus the period, however late the last one was.

    ``clock`` names the one of the schedule's clocks that it follows; it stands still while the learner is away.
    """

    __slots__ = ("_attendance", "_clock", "_period_s", "_schedule", "activity", "due_s")

    def __init__(
        self,
        activity: str,
        *,
        first_s: float,
        period_s: float,
        schedule: Schedule,
        clock: str,
        attendance: Attendance = ALWAYS,
    ) -> None:
        if period_s <= 0:
            raise ValueError(f"a period must be positive, not {period_s}")
        self.activity = activity
        self.due_s = first_s
        self._period_s = period_s
        self._schedule = schedule
        self._clock = clock
        self._attendance = attendance

    def advance(self) -> None:
        """Go on to the next due time."""
        self.due_s = self._schedule.after(self._clock, self.due_s, self._period_s, self._attendance)
