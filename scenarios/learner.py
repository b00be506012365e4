"""A learner as a Locust user: signs in, does for a session what learners of its state do, and signs in again."""

import time
from contextlib import suppress
from typing import ClassVar

from locust import User, constant, task
from locust.exception import StopUser
from locust.user.task import LOCUST_STATE_RUNNING, LOCUST_STATE_STOPPING, LOCUST_STATE_WAITING

from firstbell.scenarios.accounts import Account
from firstbell.scenarios.attendance import Attendance
from firstbell.scenarios.http.client import Client, Outcome
from firstbell.scenarios.load import Load
from firstbell.scenarios.login import GaveUpError, fail, sign_in
from firstbell.scenarios.offline_item import OfflineItem
from firstbell.scenarios.pacer import Pacer
from firstbell.scenarios.visit import StepFailedError, Visit

_monotonic = time.monotonic
_UNAUTHORIZED = 401
_SPAWN_TICK_S = 1.0


class SessionOverError(Exception):
    """The learner leaves."""


class Learner(User):
    """What all learners have in common. ``state`` is the profile's name for what they do."""

    abstract = True
    state: str = ""
    load: ClassVar[Load]
    wait_time = constant(1)  # only waited after an exception that is nobody's plan

    account: Account
    attendance: Attendance
    client: Client
    leave_s: float
    first_session: bool
    pacers: tuple[Pacer, ...]
    tries_in_vain: int = 0
    offline_item: OfflineItem | None = None
    """What its device holds of an item that it has not downloaded whole yet; it outlives the session."""

    def on_start(self) -> None:
        """Take a place among the learners and wait for the moment to come in."""
        load = self.load
        self.account = load.accounts.take()
        self.client = load.new_client(self.account.index)
        self.pacers = ()
        self.first_session = True
        rank = load.place(self.state) if load.signs_in_first else load.process + load.processes * load.spawned
        load.spawned += 1
        now_s = _monotonic()
        self.leave_s = load.schedule.end_s
        # Without a plan Locust spawns a second's learners at once; spread, they don't queue for the sign-in.
        spread_s = 0.0 if load.schedule.stages else load.chance.uniform(0, _SPAWN_TICK_S)
        if load.signs_in_first:
            self.attendance, arrival_s = load.schedule.attendance(rank), load.schedule.arrival_s(rank, now_s)
        else:
            arrival_s = load.schedule.entry_s(rank, now_s) + spread_s
            self.attendance = Attendance(arrival_s)
        self._arrival_s = arrival_s
        self._absences_ahead = list(reversed(self.attendance.absences))
        self._in_session = False

    def on_stop(self) -> None:
        """Leave the platform; what was due before and can't start any more is missed."""
        self.miss_what_was_due(min(self.load.schedule.end_s, _monotonic()))
        self.client.close()
        self.load.accounts.give_back(self.account)
        self.load.spawned -= 1
        self._leave()

    @task
    def live(self) -> None:
        """Sessions, one after another, until the run ends."""
        try:
            self.wait_until(self._arrival_s)
            due_s = self._arrival_s
            while True:
                due_s = self._session(due_s)
        except SessionOverError:
            raise StopUser from None

    def act(self, since_s: float) -> None:
        """What the learner does from having signed in at ``since_s`` to leaving; ends by SessionOverError."""
        raise NotImplementedError

    def now_s(self) -> float:
        """CLOCK_MONOTONIC."""
        return _monotonic()

    def visit(self, activity: str, due_s: float) -> Visit:
        """The learner's next visit to an activity; begin it at once, there is nothing left to wait for."""
        load, account = self.load, self.account
        account.visits += 1
        return load.visit_type(
            load.recorder,
            self.client,
            activity=activity,
            learner=account.index,
            number=account.visits,
            level=load.schedule.level_at(due_s),
            due_s=due_s,
        )

    def begin(self, activity: str, due_s: float) -> Visit:
        """Wait until a visit is due and begin it; SessionOverError where the session or the run ends before."""
        if self.attendance.absences:
            due_s = self.attendance.present_s(due_s)
        self.wait_until(due_s)
        visit = self.visit(activity, due_s)
        if _monotonic() >= self.load.schedule.end_s:
            visit.missed()
            raise SessionOverError
        return visit

    def wait_until(self, due_s: float) -> None:
        """Sleep; SessionOverError where the session or the run ends before ``due_s``."""
        if self._state == LOCUST_STATE_STOPPING:
            raise StopUser
        leave_s = self.leave_s
        until_s = due_s if due_s < leave_s else leave_s
        while self._absences_ahead and self._absences_ahead[-1][0] < until_s:
            self._stay_away(*self._absences_ahead.pop())
        self._sleep_until(until_s)
        if due_s >= leave_s:
            raise SessionOverError

    def _stay_away(self, away_s: float, back_s: float) -> None:
        self._sleep_until(away_s)
        self._leave()
        self._sleep_until(back_s)
        self._come_in()

    def _sleep_until(self, time_s: float) -> None:
        if time_s > _monotonic():
            self._state = LOCUST_STATE_WAITING  # Locust may stop a waiting user at once
            self.load.alarm.sleep_until(time_s)
            self._state = LOCUST_STATE_RUNNING

    def after(self, people_s: float, since_s: float) -> float:
        """When this learner's own clock, which may run fast, has gone on by ``people_s``."""
        return self.load.schedule.after(self.state, since_s, people_s, self.attendance)

    def bear(self, failure: StepFailedError) -> None:
        """Take a failed request as people do: go on, or sign in again where the platform has forgotten them.

        So do those whom an outage of their line has thrown out.
        """
        if failure.reply.status == _UNAUTHORIZED or (failure.reply.outcome is Outcome.OFFLINE and self._thrown_out()):
            self.leave_s = _monotonic()
            raise SessionOverError from failure

    def miss_what_was_due(self, over_s: float) -> None:
        """Put down what this learner's timers had due before a moment and it has not begun."""
        for pacer in self.pacers:
            while pacer.due_s < over_s:
                self.visit(pacer.activity, pacer.due_s).missed()
                pacer.advance()

    def pace(self, activity: str, period_s: float, *, since_s: float, clock: str) -> Pacer:
        """A periodic timer, on one of the schedule's clocks, that is this learner's until its next session.

        It is first due within one period from ``since_s`` on, at random, or all learners of a ramp would act together.
        """
        load, attendance = self.load, self.attendance
        first_s = load.schedule.after(clock, since_s, load.chance.uniform(0, period_s), attendance)
        pacer = Pacer(
            activity,
            first_s=first_s,
            period_s=period_s,
            schedule=load.schedule,
            clock=clock,
            attendance=attendance,
        )
        self.pacers = (*self.pacers, pacer)
        return pacer

    def drop(self, pacer: Pacer) -> None:
        """A periodic timer has done its work."""
        self.pacers = tuple(kept for kept in self.pacers if kept is not pacer)

    def _thrown_out(self) -> bool:
        network = self.load.network
        return network is not None and network.signs_out(self.account.index)

    def _come_in(self) -> None:
        if self._in_session:
            return
        self.load.learners += 1
        self._in_session = True
        if self.load.network is not None:
            self.load.network.come_in(self.account.index, self.state)

    def _leave(self) -> None:
        if not self._in_session:
            return
        self.load.learners -= 1
        self._in_session = False
        if self.load.network is not None:
            self.load.network.leave(self.account.index, self.state)

    def _session(self, due_s: float) -> float:
        """One session from signing in on; when the next one begins."""
        load = self.load
        self.leave_s = load.schedule.end_s
        if due_s >= self.attendance.entry_s:
            self._come_in()
        try:
            signed_in_s = sign_in(self, due_s)
        except StepFailedError as failure:
            return self._refused(failure)
        begins_s = max(signed_in_s, self.attendance.entry_s)
        self.wait_until(begins_s)
        self._come_in()
        over_s = load.schedule.after("login", begins_s, load.chance.exponential(load.session_s), self.attendance)
        self.leave_s = min(over_s, load.schedule.end_s)
        with suppress(SessionOverError):
            self.act(begins_s)
        if self.leave_s >= load.schedule.end_s:
            raise SessionOverError  # the timers stay: what they had due before the end is missed
        self.pacers = ()
        self.client.close()
        self.client.set_token(None)
        self.first_session = False
        return self.leave_s

    def _refused(self, failure: StepFailedError) -> float:
        """When the next sign-in is due; who gives up comes back for another session."""
        try:
            fail(self)
        except GaveUpError:
            self._leave()
            load = self.load
            return load.schedule.after("login", _monotonic(), load.chance.exponential(load.session_s), self.attendance)
        return self._try_again_s(failure)

    def _try_again_s(self, failure: StepFailedError) -> float:
        """Somebody whom the platform refuses reads the page and tries again, not before it said (Retry-After).

        Who has waited in vain has nothing to read, and asks again as impatient people do.
        """
        load, browsing = self.load, self.load.workload.states.browsing
        if load.reloads is not None and failure.reply.outcome is Outcome.TIMEOUT:
            return _monotonic() + load.reloads.pause_after(max(self.tries_in_vain, 1), load.chance.uniform(0, 1))
        think_s, now_s = load.chance.lognormal(browsing.think_s.value, browsing.think_cv.value), _monotonic()
        read_s = load.schedule.after("login", now_s, think_s, self.attendance)
        return max(read_s, now_s + (failure.reply.retry_after_s or 0.0))
