"""How Locust gets to know the learners: user classes weighted by the profile, and the plan's shape if there is one."""

import sys
from functools import cache

import locust
from locust import argument_parser, runners
from locust.env import Environment
from locust.runners import LocalRunner, MasterRunner, Runner

from firstbell.models.problems import InputError
from firstbell.scenarios.anchor import write_anchor
from firstbell.scenarios.complaint import complain
from firstbell.scenarios.consent import check_consent
from firstbell.scenarios.heartbeat import Heartbeat
from firstbell.scenarios.http.client import Origin
from firstbell.scenarios.learner import Learner
from firstbell.scenarios.learners import Browser, Downloader, LessonAttender, QuizTaker, ReportReader, Uploader, Watcher
from firstbell.scenarios.load import Load
from firstbell.scenarios.newcomers import newcomers_of
from firstbell.scenarios.publishing import Teacher
from firstbell.scenarios.scheduling import share_cores
from firstbell.scenarios.school_server import SchoolServer, school_servers
from firstbell.scenarios.setting import Setting
from firstbell.scenarios.shape import ANCHOR_MESSAGE, PlanShape
from firstbell.scenarios.statistics import forget_seconds

_WRONG_INPUT = 2
_MOST_PROCESSES = 64
_SILENT_BEATS = 20
"""Seconds for which a worker may be silent. Locust gives it three, which processes that share a core may need to make
a ramp's learners; the verdict knows from the record how long an event loop stood still."""
_LEARNERS: tuple[type[Learner], ...] = (Watcher, Browser, QuizTaker, LessonAttender, Uploader, Downloader, ReportReader)


def classes() -> dict[str, type]:
    """What a locustfile has to hold. Reads the environment (``setting``), and ends the process where that is wrong."""
    try:
        setting = Setting.of()
        shares = setting.workload.played_shares(setting.plays)
    except InputError as error:
        complain(str(error))
        sys.exit(_WRONG_INPUT)
    for learner in _LEARNERS:
        learner.weight = shares.get(learner.state, 0)
    found: dict[str, type] = {learner.__name__: learner for learner in _LEARNERS if learner.weight}
    if setting.plan:
        newcomers = newcomers_of(setting.plan)
        if newcomers:
            found = {newcomers.__name__: newcomers}
        PlanShape.plan = setting.plan
        found[PlanShape.__name__] = PlanShape
        share_cores(setting.plan)
        runners.HEARTBEAT_LIVENESS = _SILENT_BEATS
        # A worker asks for it once for each of a hundred options with every order to spawn: a second of CPU each time.
        argument_parser.default_args_dict = cache(argument_parser.default_args_dict)
    _Process(setting).listen()
    return found


class _Process:
    """Follows the life of one Locust process."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._anchor_s: float | None = None
        self._heartbeat: Heartbeat | None = None
        self._teacher: Teacher | None = None
        self._servers: list[SchoolServer] = []

    def listen(self) -> None:
        """Hear of Locust's events."""
        events = locust.events
        events.init.add_listener(self._on_init)  # type: ignore[no-untyped-call]
        events.test_start.add_listener(self._on_start)  # type: ignore[no-untyped-call]
        events.test_stop.add_listener(self._on_stop)  # type: ignore[no-untyped-call]
        events.quitting.add_listener(self._on_stop)  # type: ignore[no-untyped-call]

    def _on_init(self, environment: Environment, runner: Runner, **_: object) -> None:
        if isinstance(runner, MasterRunner):
            locust.events.worker_report.add_listener(  # type: ignore[no-untyped-call]
                lambda **_: forget_seconds(environment.stats)
            )
        else:
            runner.register_message(ANCHOR_MESSAGE, self._on_anchor)

    def _on_anchor(self, environment: Environment, msg: object, **_: object) -> None:
        self._anchor_s = msg.data["anchor_s"]  # type: ignore[attr-defined]
        if self._setting.run_folder:
            write_anchor(self._setting.run_folder, self._anchor_s)

    def _on_start(self, environment: Environment, **_: object) -> None:
        runner = environment.runner
        if isinstance(runner, MasterRunner) or runner is None:
            return
        try:
            Learner.load = self._load(environment, runner)
            if self._setting.plan:
                self._servers = school_servers(Learner.load, self._setting.plan)
        except InputError as error:
            complain(str(error))
            sys.exit(_WRONG_INPUT)
        self._heartbeat = Heartbeat(environment, Learner.load)
        plan = self._setting.plan
        if plan and plan.publishing and Learner.load.process == 0:
            self._teacher = Teacher(Learner.load, plan, plan.publishing)

    def _load(self, environment: Environment, runner: Runner) -> Load:
        origin = Origin.parse(environment.host or "", source="--host")
        check_consent(str(origin), self._setting.confirmed_host)
        process = max(0, getattr(runner, "worker_index", 0))
        processes = self._processes(environment, runner)
        return Load(self._setting, origin=origin, process=process, processes=processes, anchor_s=self._anchor_s)

    def _processes(self, environment: Environment, runner: Runner) -> int:
        if self._setting.plan:
            return self._setting.plan.processes
        if isinstance(runner, LocalRunner):
            return 1
        # Nobody tells a worker how many others there are, unless the master was told how many to expect.
        expected = int(getattr(environment.parsed_options, "expect_workers", 1))
        return expected if expected > 1 else _MOST_PROCESSES

    def _on_stop(self, **_: object) -> None:
        teacher, self._teacher = self._teacher, None
        if teacher is not None:
            teacher.stop()
        servers, self._servers = self._servers, []
        for server in servers:
            server.stop()
        heartbeat, self._heartbeat = self._heartbeat, None
        if heartbeat is not None:
            heartbeat.stop()
