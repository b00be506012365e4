"""When one learner is there: learners may be sent away for a while, and find everything as they left it.

Nothing of theirs goes on meanwhile, neither people's clocks nor a player's. So a level that is visited twice sees its
learners in the same steady state, not all of them beginning anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass

Absence = tuple[float, float]
"""From when to when a learner is away, CLOCK_MONOTONIC seconds."""


@dataclass(frozen=True, slots=True)
class Attendance:
    """From ``entry_s`` on a learner is there, but for ``absences``, which are in order and apart from each other."""

    entry_s: float
    absences: tuple[Absence, ...] = ()

    @classmethod
    def of(cls, present: Sequence[tuple[float, float]]) -> "Attendance":
        """Made of the times present, in order and apart from each other; at least one."""
        leaves, returns = [end for _, end in present[:-1]], [start for start, _ in present[1:]]
        return cls(present[0][0], tuple(zip(leaves, returns, strict=True)))

    def present_s(self, time_s: float) -> float:
        """This moment, or the learner's return where it is away then."""
        for away_s, back_s in self.absences:
            if away_s <= time_s < back_s:
                return back_s
        return time_s

    def own_s(self, time_s: float) -> float:
        """A moment on a clock of the learner's own, which stands still while it is away."""
        return time_s - sum(min(back_s, time_s) - away_s for away_s, back_s in self.absences if away_s < time_s)

    def time_s(self, own_s: float) -> float:
        """The moment, with the learner there, at which its own clock shows this."""
        for away_s, back_s in self.absences:
            if own_s < away_s:
                break
            own_s += back_s - away_s
        return own_s
