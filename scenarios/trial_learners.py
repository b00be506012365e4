"""The learners of a trial: ``python -m firstbell.scenarios.trial_learners URL LEARNERS CORES`` prints what they cost.

Everything is what a run has, learners, client, clocks, recorder and heartbeat, so that nothing is left out of the cost.
First some learners sign in, so that what a process needs only once is there; the growth of memory while the others
follow is theirs. Then the clock of lessons runs so fast that requests come about as thickly as a busy process makes
them: a request costs half as much at 9,000 a second as at 2,500, where the event loop wakes up for each alone.
"""

import gc
import json
import os
import random
import sys
import time
from dataclasses import asdict
from itertools import cycle, pairwise
from pathlib import Path
from statistics import median

import gevent
import psutil
from gevent.pool import Group
from locust.env import Environment

from firstbell.models.generator_capacity import LearnerCost
from firstbell.models.plan import Plan, Plateau
from firstbell.models.workload import read_workload
from firstbell.scenarios.adapter import REFERENCE
from firstbell.scenarios.descriptors import raise_descriptor_limit
from firstbell.scenarios.heartbeat import Heartbeat
from firstbell.scenarios.http.client import Origin
from firstbell.scenarios.learner import Learner
from firstbell.scenarios.learners import Browser, LessonAttender, QuizTaker, Watcher
from firstbell.scenarios.load import Load
from firstbell.scenarios.playlists import media_of, resolved, rungs_of
from firstbell.scenarios.schedule import RAMP
from firstbell.scenarios.setting import Setting, default_workload
from firstbell.scenarios.trial import Trial
from firstbell.scenarios.visit import Visit

_KINDS: tuple[type[Learner], ...] = (LessonAttender, Watcher, Browser, QuizTaker)
_FIRST_SHARE = 0.25
_SIGN_INS_PER_S = 700.0
_REST_S = 0.25
_BUSY_S = 1.2
_BUSY_PER_S = 8_000.0
_PARTS = 5
_BEFORE_END_S = 0.02
_SETTLE_S = 0.2
_DOWNLOAD_S = 0.2


def main(url: str, learners: int, cores: str) -> None:
    """Run the trial and print it as JSON."""
    os.sched_setaffinity(0, {int(core) for core in cores.split(",")})
    raise_descriptor_limit()
    plan = _plan(url, learners)
    setting = Setting(
        plan=plan, run_folder=None, workload_path=default_workload(), adapter=REFERENCE, confirmed_host=None
    )
    load = Load(setting, origin=Origin.parse(url), process=0, processes=1, anchor_s=time.monotonic() + _SETTLE_S)
    print(json.dumps(asdict(_TrialOfALoad(load, learners).run())))


class _TrialOfALoad:
    def __init__(self, load: Load, learners: int) -> None:
        Learner.load = load
        self._load = load
        self._learners = learners
        self._first = load.schedule.stages[0].learners
        self._environment = Environment(user_classes=list(_KINDS))
        self._group = Group()
        self._process = psutil.Process()

    def run(self) -> Trial:
        heartbeat = Heartbeat(self._environment, self._load)
        process_bytes, learner_bytes, kernel_bytes = self._memory()
        requests, busy_s, parts = self._requests()
        self._group.kill()
        heartbeat.stop()
        cost = LearnerCost(
            process_bytes=process_bytes,
            learner_bytes=learner_bytes,
            kernel_bytes=kernel_bytes,
            request_cpu_s=median(parts),
            byte_cpu_s=self._byte_cpu_s(),
        )
        return Trial(
            cost=cost,
            learners=self._learners,
            requests=requests,
            requests_per_s=requests / busy_s,
            busy_s=busy_s,
            request_cpu_s_by_part=parts,
        )

    def _memory(self) -> tuple[float, float, float]:
        """Bytes of the process alone; of each learner in it; of each learner in the kernel, on both ends."""
        first, full, _ = self._load.schedule.stages
        before = self._resident_bytes()
        self._spawn(self._first)
        _sleep_until(first.end_s)
        few, few_bytes, few_kernel = self._load.learners, self._resident_bytes(), _kernel_bytes()
        self._spawn(self._learners - self._first)
        _sleep_until(full.end_s - _SETTLE_S)
        many = self._load.learners
        if many <= few:
            sys.exit(f"no learner came in after the first {few}")
        each = (self._resident_bytes() - few_bytes) / (many - few)
        return float(before), max(each, 0.0), max((_kernel_bytes() - few_kernel) / (many - few), 0.0)

    def _requests(self) -> tuple[int, float, tuple[float, ...]]:
        """Requests made while busy, seconds that took, CPU seconds of each in parts of that time."""
        busy, recorder = self._load.schedule.stages[-1], self._load.recorder
        begins_s = busy.start_s + _SETTLE_S
        part_s = (busy.end_s - _BEFORE_END_S - begins_s) / _PARTS
        seen = []
        for part in range(_PARTS + 1):
            _sleep_until(begins_s + part * part_s)
            seen.append((recorder.requests, time.process_time(), time.monotonic()))
        parts = tuple(
            (cpu_s - cpu_before_s) / (requests - before)
            for (before, cpu_before_s, _), (requests, cpu_s, _) in pairwise(seen)
            if requests > before
        )
        if not parts:
            sys.exit("not one request was answered")
        return seen[-1][0] - seen[0][0], seen[-1][2] - seen[0][2], parts

    def _byte_cpu_s(self) -> float:
        """CPU seconds that a byte of video takes: segments of the highest rung, fetched one after another."""
        load = self._load
        client, account = load.new_client(), load.accounts.take()
        video = load.any_video(account)
        visit = Visit(
            load.recorder, client, activity="segment", learner=account.index, number=0, level=RAMP,
            due_s=time.monotonic(),
        )  # fmt: skip
        load.adapter.sign_in(visit, account)
        rungs = visit.ask("master", "GET", video.master_path, read=lambda reply: rungs_of(reply.content))
        path = resolved(video.master_path, rungs[-1].uri)
        media = visit.ask("media", "GET", path, read=lambda reply: media_of(reply.content))
        cpu_s, received_bytes, over_s = time.process_time(), 0, time.monotonic() + _DOWNLOAD_S
        for uri in cycle(media.uris):
            reply = visit.request("segment", "GET", resolved(path, uri), keep_body=False)
            received_bytes += reply.received_bytes
            if reply.end_s >= over_s:
                break
        client.close()
        return (time.process_time() - cpu_s) / received_bytes

    def _spawn(self, count: int) -> None:
        """Learners of every state by their shares; when each comes in is the schedule's business."""
        shares = self._load.workload.played_shares()
        kinds = random.Random(count).choices(_KINDS, [shares[kind.state] for kind in _KINDS], k=count)
        for kind in kinds:
            kind(self._environment).start(self._group)

    def _resident_bytes(self) -> int:
        gc.collect()
        return int(self._process.memory_info().rss)


def _plan(url: str, learners: int) -> Plan:
    """A few learners, then all of them, then all of them busy."""
    workload = read_workload(default_workload())
    in_lessons = workload.played_shares()["lesson"] * learners
    busy = workload.states.lesson.poll_period_s.value * _BUSY_PER_S / in_lessons
    few = max(round(_FIRST_SHARE * learners), 1)
    return Plan(
        workload=str(default_workload()),
        target=url,
        session_s=workload.session.length_s.value,
        plateaus=(
            Plateau(kind="warm-up", learners=few, ramp_s=few / _SIGN_INS_PER_S, hold_s=_REST_S),
            Plateau(
                kind="warm-up", learners=learners, ramp_s=(learners - few) / _SIGN_INS_PER_S, hold_s=_REST_S + _SETTLE_S
            ),
            Plateau(kind="run", learners=learners, ramp_s=0, hold_s=_BUSY_S, paces={"lesson": busy}),
        ),
    )


def _kernel_bytes() -> int:
    """What the kernel holds in objects that it can't give up, those of connections among them."""
    words = Path("/proc/meminfo").read_text(encoding="utf-8").split()
    return 1024 * int(words[words.index("SUnreclaim:") + 1])


def _sleep_until(time_s: float) -> None:
    gevent.sleep(max(0.0, time_s - time.monotonic()))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
