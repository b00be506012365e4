"""A learner on a stage: real activities, a clock that jumps, a client that answers after times that a test sets."""

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

from firstbell.models.workload import Workload, read_workload
from firstbell.scenarios.attendance import Attendance
from firstbell.scenarios.chance import Chance, Choice
from firstbell.scenarios.columns import OUTCOMES
from firstbell.scenarios.http.client import Client
from firstbell.scenarios.http.origin import Origin
from firstbell.scenarios.http.reply import Outcome, Reply
from firstbell.scenarios.http.request import PreparedRequest
from firstbell.scenarios.pacer import Pacer
from firstbell.scenarios.player import PlayerRules
from firstbell.scenarios.recorder import Recorder
from firstbell.scenarios.schedule import ALWAYS, Schedule
from firstbell.scenarios.setting import default_workload
from firstbell.scenarios.visit import StepFailedError, Visit

Answer = Callable[[str, float], tuple[float, int, bytes]]
"""From path and time to how long the answer takes, its status and its body."""

KOSOVO = read_workload(default_workload())


class CurtainError(Exception):
    """The play is over."""


class StagedClient:
    """Answers from a function of the path; the clock goes on while it does."""

    def __init__(self, stage: "StagedLearner", answer: Answer) -> None:
        self._real = Client(Origin.parse("http://127.0.0.1:1"))
        self._stage = stage
        self._answer = answer
        self.prepare = self._real.prepare

    def send(self, prepared: PreparedRequest, *, keep_body: bool = True, follow_redirects: bool = True) -> Reply:
        start_s = self._stage.time_s
        took_s, status, body = self._answer(prepared.target, start_s)
        reply = Reply(start_s)
        reply.take(status, b"", body)
        self._stage.time_s = reply.end_s = start_s + took_s
        reply.first_byte_s = start_s + took_s / 2
        reply.received_bytes = len(body)
        return reply


@dataclass
class StagedLearner:
    """Stands in for a Learner."""

    answer: Answer
    ends_s: float
    workload: Workload = KOSOVO
    state: str = "watching"
    byte_fraction: float = 1.0
    first_session: bool = False
    time_s: float = 1000.0
    attendance: Attendance = ALWAYS
    pacers: tuple[Pacer, ...] = ()
    views: list[tuple[Any, ...]] = field(default_factory=list)
    load: Any = None

    def __post_init__(self) -> None:
        self.recorder = Recorder(None, 0)
        self.recorder.add_view = lambda *view: self.views.append(view)  # type: ignore[method-assign]
        self.account = SimpleNamespace(index=4, visits=0)
        self.client = StagedClient(self, self.answer)
        self.load = SimpleNamespace(
            workload=self.workload,
            schedule=Schedule(()),
            chance=Chance(1, 0),
            recorder=self.recorder,
            byte_fraction=self.byte_fraction,
            player_rules=PlayerRules.of(self.workload.states.watching.player),
            rung_caps=Choice([0.0, 0.0, 0.0, 0.0, 1.0]),
            any_video=lambda account: SimpleNamespace(id="3", master_path="/videos/3/master.m3u8"),
            adapter=None,
        )

    def now_s(self) -> float:
        return self.time_s

    def wait_until(self, due_s: float) -> None:
        if due_s >= self.ends_s:
            self.time_s = max(self.time_s, self.ends_s)
            raise CurtainError
        self.time_s = max(self.time_s, due_s)

    def begin(self, activity: str, due_s: float) -> Visit:
        self.wait_until(due_s)
        self.account.visits += 1
        return Visit(
            self.recorder, cast(Client, self.client), activity=activity, learner=4, number=self.account.visits, level=0,
            due_s=due_s,
        )  # fmt: skip

    def after(self, people_s: float, since_s: float) -> float:
        return since_s + people_s

    def bear(self, failure: StepFailedError) -> None:
        assert failure.reply.outcome is Outcome.HTTP_ERROR

    def pace(self, activity: str, period_s: float, *, since_s: float, clock: str) -> Pacer:
        first_s = since_s + self.load.chance.uniform(0, period_s)
        pacer = Pacer(activity, first_s=first_s, period_s=period_s, schedule=self.load.schedule, clock=clock)
        self.pacers = (*self.pacers, pacer)
        return pacer

    def drop(self, pacer: Pacer) -> None:
        self.pacers = tuple(kept for kept in self.pacers if kept is not pacer)

    def story(self) -> list[tuple[str, float, float, float, str]]:
        """What was asked so far: (step, due, start, end, outcome)."""
        rows = self.recorder.unfed()
        return [
            (
                self.recorder.steps[row["step"]][1],
                float(row["due_s"]),
                float(row["start_s"]),
                float(row["end_s"]),
                OUTCOMES[row["outcome"]],
            )
            for row in rows
        ]
