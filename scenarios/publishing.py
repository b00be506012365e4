"""Publishing while learners learn: a teacher uploads new items by hand, to one content instance or to both.

There is no tool that does it for both: so the teacher signs in to each, and uploads each item to each.
"""

import time
from contextlib import suppress
from heapq import heappop, heappush

import gevent

from firstbell.models.plan import Plan, Publishing
from firstbell.models.problems import InputError
from firstbell.scenarios.accounts import Account
from firstbell.scenarios.chance import Chance
from firstbell.scenarios.complaint import complain
from firstbell.scenarios.http.client import Client
from firstbell.scenarios.load import Load
from firstbell.scenarios.recorder import Recorder
from firstbell.scenarios.schedule import RAMP
from firstbell.scenarios.visit import StepFailedError, Visit

ACTIVITY = "publish"
_SIGN_INS = 5
_NO_PROCESS = -1
_WAYS = {"digital-id": (False,), "phone": (True,), "both": (False, True)}  # by phone?


class Teacher:
    """Publishes from the first level on. Uploads follow one another, each recorded from its due time."""

    def __init__(self, load: Load, plan: Plan, publishing: Publishing) -> None:
        self._load = load
        self._publishing = publishing
        self._chance = Chance(plan.seed, _NO_PROCESS)  # of its own: learners do what they do without anything published
        self._accounts = [load.accounts.take_kind(by_phone=by_phone) for by_phone in _WAYS[publishing.to]]
        self._greenlet = gevent.spawn(self._publish)

    def stop(self) -> None:
        """Leave what is not uploaded yet."""
        self._greenlet.kill()

    def _publish(self) -> None:
        try:
            clients = [self._signed_in(account) for account in self._accounts]
        except (StepFailedError, InputError) as failure:
            complain(f"who publishes can't sign in: {failure}")
            return
        for due_s, item, to in self._uploads():
            gevent.sleep(max(0.0, due_s - time.monotonic()))
            self._upload(self._accounts[to], clients[to], item, due_s)

    def _uploads(self) -> "list[tuple[float, int, int]]":
        """(due, item, to which of the accounts' instances), in the order in which they are due."""
        load, publishing = self._load, self._publishing
        due: list[tuple[float, int, int]] = []
        stages = load.schedule.stages
        time_s, item = (stages[0].start_s if stages else time.monotonic()), 0
        while (time_s := time_s + self._chance.exponential(publishing.mean_gap_s)) < load.schedule.end_s:
            for to in range(len(self._accounts)):
                heappush(due, (time_s + to * publishing.second_after_s, item, to))
            item += 1
        ordered = [heappop(due) for _ in range(len(due))]
        return [upload for upload in ordered if upload[0] < load.schedule.end_s]

    def _upload(self, account: Account, client: Client, item: int, due_s: float) -> None:
        load = self._load
        account.visits += 1
        visit = Visit(
            load.recorder, client, activity=ACTIVITY, learner=account.index, number=account.visits,
            level=load.schedule.level_at(due_s), due_s=due_s,
        )  # fmt: skip
        with suppress(StepFailedError):  # it is on record
            load.adapter.publish(visit, item, self._publishing.size_bytes)

    def _signed_in(self, account: Account) -> Client:
        """Signed in before anything is due, and not recorded; a busy platform is asked again."""
        load, unrecorded = self._load, Recorder(None, self._load.process)
        for attempt in range(1, _SIGN_INS + 1):
            client = load.new_client()
            visit = Visit(
                unrecorded, client, activity=ACTIVITY, learner=account.index, number=0, level=RAMP,
                due_s=time.monotonic(),
            )  # fmt: skip
            try:
                load.adapter.sign_in(visit, account)
                return client
            except StepFailedError:
                client.close()
                if attempt == _SIGN_INS:
                    raise
                gevent.sleep(attempt)
        raise AssertionError("unreachable")
