"""Learners of an open load: each begins when an arrival is due, whether or not the platform has answered the others."""

from contextlib import suppress
from math import inf
from typing import TYPE_CHECKING

from locust.exception import StopUser

from firstbell.models.plan import Plan
from firstbell.scenarios.browse import browse
from firstbell.scenarios.chance import Choice
from firstbell.scenarios.download import download
from firstbell.scenarios.learner import Learner, SessionOverError
from firstbell.scenarios.lesson import attend
from firstbell.scenarios.login import GaveUpError, fail, sign_in
from firstbell.scenarios.quiz import take_quizzes
from firstbell.scenarios.report import read_reports
from firstbell.scenarios.schedule import ALWAYS
from firstbell.scenarios.stream import watch
from firstbell.scenarios.upload import upload
from firstbell.scenarios.visit import StepFailedError

if TYPE_CHECKING:
    from firstbell.scenarios.adapter import Attempt

_ACTS = {
    "watching": watch,
    "browsing": browse,
    "quiz": take_quizzes,
    "lesson": attend,
    "upload": upload,
    "download": download,
    "reports": read_reports,
}


class Newcomer(Learner):
    """One of the learners that a process has ready: takes arrival after arrival, each as another person."""

    abstract = True
    arrival = "login"  # what an arrival is when nobody could begin it

    def on_start(self) -> None:
        """Be ready."""
        load = self.load
        self._rank = load.process + load.processes * load.spawned
        load.spawned += 1
        self.client = load.new_client()
        self.pacers = ()
        self.first_session = False
        self.leave_s = load.schedule.end_s
        self.attendance = ALWAYS
        self._absences_ahead = []
        self._in_session = False
        self._awaited_s: float | None = None

    def on_stop(self) -> None:
        """Leave; arrivals that were due and that nobody has begun are missed."""
        load = self.load
        over_s = min(load.schedule.end_s, self.now_s())
        if self._awaited_s is not None and self._awaited_s < over_s:
            self.visit(self.arrival, self._awaited_s).missed()
        self.miss_what_was_due(over_s)
        self._leave()
        for due_s in load.arrivals.take_overdue(over_s):
            self.account = load.accounts.take()
            self.visit(self.arrival, due_s).missed()
        self.client.close()
        load.spawned -= 1

    def arrive(self, due_s: float) -> None:
        """What this person does, from before coming to having left; SessionOverError where the run ends before."""
        raise NotImplementedError

    def arrivals(self) -> None:
        """One arrival after another, until the run ends."""
        try:
            while True:
                self.leave_s = self.load.schedule.end_s
                due_s = self.load.arrivals.take()
                if due_s is None:
                    self.wait_until(inf)
                else:
                    self._awaited_s = due_s
                    self.account = self.load.accounts.take()
                    if self.load.differ_by_place:
                        self.client = self.load.new_client(self.account.index)  # another person comes by another line
                    self.tries_in_vain = 0
                    with suppress(GaveUpError):
                        self.arrive(due_s)
                    self._go()
        except SessionOverError:
            raise StopUser from None

    def await_arrival(self, due_s: float) -> None:
        """Sleep until the arrival is due; from then on its own visits tell what became of it."""
        self.wait_until(due_s)
        self._awaited_s = None

    def signed_in(self, due_s: float) -> float:
        """Sign in, again and again where the platform refuses; when it was done. GaveUpError at the last try."""
        while True:
            try:
                signed_in_s = sign_in(self, due_s)
            except StepFailedError as failure:
                fail(self)
                due_s = self._try_again_s(failure)
            else:
                self._come_in()
                return signed_in_s

    def _go(self) -> None:
        """Leave nothing to whoever arrives next."""
        self._leave()
        self.pacers = ()
        self.offline_item = None
        self.client.close()
        self.client.set_token(None)


Newcomer.tasks = [Newcomer.arrivals]  # Locust would add a task of ours to the base's instead of taking its place


class Visitor(Newcomer):
    """Signs in when it arrives, does for one session what learners of a state do, and leaves."""

    def on_start(self) -> None:
        super().on_start()
        shares = self.load.workload.played_shares(self.load.plays)
        self._states, self._mix = tuple(shares), Choice(tuple(shares.values()))

    def arrive(self, due_s: float) -> None:
        self.await_arrival(due_s)
        load = self.load
        self.state = self._states[self._mix.index(load.chance)]
        since_s = self.signed_in(due_s)
        over_s = load.schedule.after("login", since_s, load.chance.exponential(load.session_s))
        self.leave_s = min(over_s, load.schedule.end_s)
        with suppress(SessionOverError):
            _ACTS[self.state](self, since_s)
        if self.leave_s >= load.schedule.end_s:
            raise SessionOverError  # the timers stay: what they had due before the end is missed


class Finisher(Newcomer):
    """Signs in and starts a quiz during the ramp, and hands it in at the moment that was drawn for it."""

    state = "quiz"
    arrival = "submit"

    def arrive(self, due_s: float) -> None:
        now_s = self.now_s()
        entry_s = self.load.schedule.entry_s(self._rank, now_s)
        self.wait_until(entry_s)
        attempt = self._started(self.signed_in(entry_s))
        self.await_arrival(due_s)
        with suppress(SessionOverError):
            self._hand_in(attempt, due_s)
        if self.now_s() >= self.load.schedule.end_s:
            raise SessionOverError

    def _started(self, due_s: float) -> "Attempt":
        while True:
            visit = self.begin("quiz_start", due_s)
            try:
                return self.load.adapter.start_quiz(visit)
            except StepFailedError as failure:
                due_s = self._try_again_s(failure)

    def _hand_in(self, attempt: "Attempt", due_s: float) -> None:
        while True:
            visit = self.begin("submit", due_s)
            try:
                self.load.adapter.submit_quiz(visit, attempt)
            except StepFailedError as failure:
                self.bear(failure)
                due_s = self._try_again_s(failure)
            else:
                return


def newcomers_of(plan: Plan) -> type[Newcomer] | None:
    """Who comes by a plan's arrivals; None where it asks for fixed cohorts."""
    if plan.arrivals is None:
        return None
    return Finisher if plan.arrivals.shape == "deadline" else Visitor
