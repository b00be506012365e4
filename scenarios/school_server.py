"""A server at a school that brings its users' progress to the platform once a day, at midnight by its own clock."""

import time
from itertools import count

import gevent

from firstbell.models.plan import Plan, Syncing
from firstbell.models.problems import InputError
from firstbell.models.reloads import pause_after
from firstbell.models.workload.network import ProgressSync
from firstbell.scenarios.accounts import accounts_needed
from firstbell.scenarios.adapter import ProgressEvent
from firstbell.scenarios.chance import Chance
from firstbell.scenarios.complaint import complain
from firstbell.scenarios.http.client import Reply
from firstbell.scenarios.load import Load
from firstbell.scenarios.offline_day import OfflineDay
from firstbell.scenarios.visit import BUSY, StepFailedError, Visit

ACTIVITY = "progress_sync"
_FIRST_CHANCE = -2
_UNAUTHORIZED, _REQUEST_TIMEOUT = 401, 408


class SchoolServer:
    """Brings batch after batch over its school's line, each again until the platform has it, or refuses it for good.

    It signs in with its first batch: a token of yesterday has expired.
    """

    def __init__(self, load: Load, plan: Plan, syncing: Syncing, sync: ProgressSync, number: int) -> None:
        self._load = load
        self._retry_pause_s = sync.retry_pause_s.value
        # Of its own: learners do what they do without any server.
        self._chance = Chance(plan.seed, _FIRST_CHANCE - number)
        self._account = load.accounts.take_kind(by_phone=False)
        self._client = load.server_client(self._account)
        self._signed_in = False
        workload = load.workload
        self._day = OfflineDay(
            sync, chance=self._chance, video=lambda: load.any_video(self._account, self._chance),
            digital_ids=accounts_needed(plan, workload.session.digital_id_share.value) // 2,
            mean_video_s=workload.content.mean_video_s.value,
        )  # fmt: skip
        measured_s = load.schedule.stages[-1].start_s
        # A clock that is ahead by more than there is wakes its server when measuring begins.
        early_s = self._chance.normal(sync.clock_spread_s.value)
        self._wakes_s = measured_s + max(syncing.midnight_s - early_s, 0.0)
        self._greenlet = gevent.spawn(self._sync)

    def stop(self) -> None:
        """Leave what is not brought yet; what is under way is given up, and put down as that."""
        self._greenlet.kill()
        self._client.close()

    def _sync(self) -> None:
        due_s = self._wakes_s
        try:
            for batch in self._day.batches():
                due_s = self._brought(batch, due_s)
        except InputError as failure:
            complain(f"a school's server can't bring its progress: {failure}")

    def _brought(self, batch: tuple[ProgressEvent, ...], due_s: float) -> float:
        """Try until there is no more to be tried; when that was."""
        for tries in count(1):
            gevent.sleep(max(due_s - time.monotonic(), 0.0))
            visit = self._visit(due_s)
            try:
                self._bring(visit, batch)
            except StepFailedError as failure:
                if _is_final(failure.reply):
                    break
                self._signed_in = self._signed_in and failure.reply.status != _UNAUTHORIZED
                pause_s = pause_after(self._retry_pause_s, tries, self._chance.uniform(0, 1))
                due_s = visit.due_s + max(pause_s, failure.reply.retry_after_s or 0.0)
            else:
                break
        return visit.due_s

    def _bring(self, visit: Visit, batch: tuple[ProgressEvent, ...]) -> None:
        adapter = self._load.adapter
        if not self._signed_in:
            adapter.sign_in(visit, self._account)
            self._signed_in = True
        adapter.sync_progress(visit, batch)

    def _visit(self, due_s: float) -> Visit:
        load, account = self._load, self._account
        account.visits += 1
        return load.visit_type(
            load.recorder, self._client, activity=ACTIVITY, learner=account.index, number=account.visits,
            level=load.schedule.level_at(due_s), due_s=due_s,
        )  # fmt: skip


def school_servers(load: Load, plan: Plan) -> list[SchoolServer]:
    """This process's part of a plan's servers; InputError where the profile does not say what they bring."""
    sync = load.workload.progress_sync
    if plan.syncing is None:
        return []
    if sync is None:
        what, remedy = "there is nothing that schools' servers bring", "Add it, or run without servers"
        raise InputError.single(source=load.workload.name, key="network.offline_box.sync", what=what, remedy=remedy)
    numbers = range(load.process, plan.syncing.servers, load.processes)
    return [SchoolServer(load, plan, plan.syncing, sync, number) for number in numbers]


def _is_final(reply: Reply) -> bool:
    """Whether the platform has refused what it would refuse again."""
    return 400 <= reply.status < 500 and reply.status not in (_UNAUTHORIZED, _REQUEST_TIMEOUT, *BUSY)
