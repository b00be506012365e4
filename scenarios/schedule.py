"""The plan laid out in time: who is in session when, how fast people's clocks run, which level a moment belongs to.

All processes share one anchor on CLOCK_MONOTONIC, so that they agree on every moment without talking to each other.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from firstbell.models.plan import Plan
from firstbell.scenarios.attendance import Attendance

PLAYER_CLOCKS = frozenset({"beacon", "download"})
"""Clocks that the study's pace does not touch: video plays at its true speed, and lines carry as much, whatever people
do."""

RAMP = -1
"""The level of what is due in a ramp, before the first plateau or after the last."""

_LONGEST_WAIT_S = 1e7  # a clock that stands still: event loops take no infinite timers

_DRAIN_S = 3.0

ALWAYS = Attendance(-math.inf)
"""The attendance of a learner who never leaves."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One plateau in time: from ``ramp_start_s`` learners come or go, from ``start_s`` to ``end_s`` it is measured."""

    learners: int
    ramp_start_s: float
    start_s: float
    end_s: float
    paces: Mapping[str, float]


class Schedule:
    """The stages of a run; without any, a run that begins at once, never ends and has one level at the true pace."""

    def __init__(self, stages: Sequence[Stage], *, pace: float = 1.0) -> None:
        self.stages = tuple(stages)
        self._pace = pace
        self._ends = [stage.end_s for stage in stages]
        self._most = max((stage.learners for stage in stages), default=0)
        self.start_s = stages[0].ramp_start_s if stages else -math.inf
        self.end_s = stages[-1].end_s if stages else math.inf

    @classmethod
    def of(cls, plan: Plan, anchor_s: float) -> "Schedule":
        """The plan, begun at ``anchor_s``."""
        stages, at_s = [], anchor_s
        for plateau in plan.plateaus:
            start_s = at_s + plateau.ramp_s
            stages.append(
                Stage(
                    learners=plateau.learners,
                    ramp_start_s=at_s,
                    start_s=start_s,
                    end_s=start_s + plateau.hold_s,
                    paces=plateau.paces,
                )
            )
            at_s = start_s + plateau.hold_s
        return cls(stages, pace=plan.pace)

    def stage_at(self, time_s: float) -> int:
        """Index of the stage that a moment belongs to, ramps included; the first and the last reach beyond the run."""
        return min(bisect_right(self._ends, time_s), len(self._ends) - 1)

    def level_at(self, time_s: float) -> int:
        """Index of the plateau that is measured at a moment; RAMP where none is."""
        if not self.stages:
            return 0
        index = self.stage_at(time_s)
        stage = self.stages[index]
        return index if stage.start_s <= time_s < stage.end_s else RAMP

    def learners_at(self, time_s: float) -> int:
        """Learners wanted in session at a moment; 0 outside the run."""
        if not self.start_s <= time_s < self.end_s:
            return 0
        index = self.stage_at(time_s)
        stage, before = self.stages[index], self._learners_before(index)
        if time_s >= stage.start_s:
            return stage.learners
        done = (time_s - stage.ramp_start_s) / (stage.start_s - stage.ramp_start_s)
        return before + round((stage.learners - before) * done)

    def entry_s(self, rank: int, now_s: float) -> float:
        """When the learner with this rank (counted from 0 over all processes) comes in: ramps are spread evenly."""
        if not self.stages:
            return now_s
        for index in range(self.stage_at(now_s), len(self.stages)):
            stage, before = self.stages[index], self._learners_before(index)
            if rank < stage.learners:
                done = max(0.0, (rank + 0.5 - before) / (stage.learners - before)) if rank >= before else 0.0
                return max(now_s, stage.ramp_start_s + done * (stage.start_s - stage.ramp_start_s))
        return self.end_s

    def attendance(self, rank: int) -> Attendance:
        """When the learner with this rank is there, where whoever leaves with a falling level comes back with a rise.

        A learner whom no level needs comes when the run is over.
        """
        if not self.stages:
            return Attendance(-math.inf)
        present: list[tuple[float, float]] = []
        entry_s: float | None = None
        for index, stage in enumerate(self.stages):
            before = self._learners_before(index)
            there = rank < stage.learners
            if there == (entry_s is not None):
                continue
            done = (rank + 0.5 - before) / (stage.learners - before)
            moment_s = stage.ramp_start_s + done * (stage.start_s - stage.ramp_start_s)
            if there:
                entry_s = moment_s
            elif entry_s is not None:
                present.append((entry_s, moment_s))
                entry_s = None
        if entry_s is not None or not present:
            present.append((self.end_s if entry_s is None else entry_s, self.end_s))
        elif present[-1][1] < self.end_s:
            present.append((self.end_s, self.end_s))
        return Attendance.of(present)

    def arrival_s(self, rank: int, now_s: float) -> float:
        """When the learner with this rank signs in, where all do so in the first ramp, however late their level is."""
        if not self.stages:
            return now_s
        first = self.stages[0]
        done = (rank + 0.5) / self._most
        # The last sign-ins must be over, with whatever queued up, before anything is measured.
        ramp_s = first.start_s - first.ramp_start_s
        return max(now_s, first.ramp_start_s + done * max(ramp_s - _DRAIN_S, ramp_s / 2))

    def arrived_at(self, time_s: float) -> int:
        """How many learners sign in before a moment, where all do so in the first ramp: the ranks below this."""
        if not self.stages:
            return 0
        return bisect_left(range(self._most), time_s, key=lambda rank: self.arrival_s(rank, -math.inf))

    def after(self, clock: str, time_s: float, people_s: float, attendance: Attendance = ALWAYS) -> float:
        """The moment at which a learner's clock, read at ``time_s``, has gone on by ``people_s``.

        People's clocks run ``pace`` times as fast as the true one, each also by the plateau's own factor for it, from
        the plateau's ramp on. None runs while the learner is away.
        """
        for away_s, back_s in attendance.absences:
            if time_s >= back_s:
                continue
            if time_s < away_s:
                reached_s = self._reached_s(clock, time_s, people_s)
                if reached_s <= away_s:
                    return reached_s
                people_s = max(people_s - self._passed_s(clock, time_s, away_s), 0.0)
            time_s = back_s
        return self._reached_s(clock, time_s, people_s)

    def _reached_s(self, clock: str, time_s: float, people_s: float) -> float:
        if not self.stages:
            return time_s + people_s / self._base(clock)
        index = self.stage_at(time_s)
        while True:
            rate = self._base(clock) * self.stages[index].paces.get(clock, 1.0)
            end_s = self._ends[index]
            reached_s = time_s + people_s / rate if rate > 0 else math.inf
            if reached_s <= end_s or index == len(self._ends) - 1:
                return min(reached_s, time_s + _LONGEST_WAIT_S)
            if end_s > time_s:
                people_s -= (end_s - time_s) * rate
                time_s = end_s
            index += 1

    def _passed_s(self, clock: str, from_s: float, to_s: float) -> float:
        """By how much a clock goes on between two moments of a run with stages."""
        passed_s = 0.0
        for index in range(self.stage_at(from_s), self.stage_at(to_s) + 1):
            until_s = min(self._ends[index], to_s)
            passed_s += max(until_s - from_s, 0.0) * self._base(clock) * self.stages[index].paces.get(clock, 1.0)
            from_s = max(from_s, until_s)
        return passed_s

    def _base(self, clock: str) -> float:
        return 1.0 if clock in PLAYER_CLOCKS else self._pace

    def rate_at(self, clock: str, time_s: float) -> float:
        """How much faster than the true one a clock of people runs at a moment."""
        own = self.stages[self.stage_at(time_s)].paces.get(clock, 1.0) if self.stages else 1.0
        return self._pace * own

    def _learners_before(self, index: int) -> int:
        return self.stages[index - 1].learners if index else 0
