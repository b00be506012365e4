"""Runs Locust on a plan as a process of its own, follows it, and keeps the record's manifest."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from firstbell.models.manifest import LevelTimes, Manifest, Status
from firstbell.models.plan import Plan
from firstbell.models.problems import InputError
from firstbell.models.workload import read_workload
from firstbell.scenarios import variables
from firstbell.scenarios.anchor import read_anchor
from firstbell.scenarios.consent import check_consent, is_loopback, url_parts
from firstbell.scenarios.descriptors import raise_descriptor_limit
from firstbell.scenarios.head_count import HeadCount
from firstbell.scenarios.listener import Listener
from firstbell.scenarios.machine import machine, versions
from firstbell.scenarios.ports import free_port
from firstbell.scenarios.reference_routes import ROUTES, STATIONS
from firstbell.scenarios.schedule import Schedule
from firstbell.scenarios.scraper import Scraper

_LOCUSTFILE = "from firstbell.scenarios.entry import classes\n\nglobals().update(classes())\n"
_LOOK_EVERY_S = 0.25
_STOP_TIMEOUT_S = 10
_STOPS_WITHIN_S = 30.0
_STARTS_WITHIN_S = 60.0
_REACHES_WITHIN_S = 5.0


class UnreachableError(InputError):
    """The target can't be reached, so there is nothing to measure."""

    exit_code = 3


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a run is. ``learners`` is None until the first part of the record is there."""

    elapsed_s: float
    remaining_s: float
    learners: int | None
    level: int


class RunningLoad:
    """A load run under way. Leave its ``with`` block, or call ``stop``, and it ends with a readable record."""

    def __init__(
        self, plan: Plan, folder: Path, manifest: Manifest, process: subprocess.Popen[str], scraper: Scraper
    ) -> None:
        self.plan = plan
        self.folder = folder
        self.manifest = manifest
        self._process = process
        self._scraper = scraper
        self._began_s = time.monotonic()
        self._schedule: Schedule | None = None
        self._head_count = HeadCount(folder, plan.processes)
        self._problems: list[str] = []
        assert process.stdout is not None
        self._listener = Listener(process.stdout, folder / "locust.log")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def follow(self) -> Iterator[Progress]:
        """Tell the progress several times a second until the run has ended."""
        while self._process.poll() is None:
            self._look_for_anchor()
            yield self._progress()
            if self._schedule is None and time.monotonic() > self._began_s + _STARTS_WITHIN_S:
                self._problems.append(f"Locust did not begin within {_STARTS_WITHIN_S:.0f} s")
                self.stop()
                return
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_LOOK_EVERY_S)
        self._finish(interrupted=False)

    def wait(self, progress: Callable[[Progress], None] | None = None) -> Status:
        """Follow the run to its end; Ctrl-C ends it early, with a record of what there is."""
        try:
            for state in self.follow():
                if progress is not None:
                    progress(state)
        except KeyboardInterrupt:
            self.stop()
        return self.manifest.status

    def stop(self) -> None:
        """End the run now, if it has not ended: learners leave, samples are written, the manifest says so."""
        interrupted = self._process.poll() is None
        if interrupted:
            self._process.send_signal(signal.SIGINT)
            self._await_end()
        self._finish(interrupted=interrupted)

    def _await_end(self) -> None:
        try:
            self._process.wait(_STOPS_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._problems.append("Locust did not stop when asked to and was killed")
            os.killpg(self._process.pid, signal.SIGKILL)  # its own session, begun by us: workers included
            self._process.wait()

    def _finish(self, *, interrupted: bool) -> None:
        if self.manifest.status != "running":
            return
        self._listener.finish(_STOPS_WITHIN_S)
        self._problems = self._listener.complaints + self._problems
        self._look_for_anchor()
        ended_s = time.monotonic()
        self._scraper.stop()
        status = self._status(interrupted)
        if self._schedule is not None and status == "complete":
            ended_s = self._schedule.end_s
        self._write(status=status, ended_s=ended_s, problems=tuple(self._problems))

    def _status(self, interrupted: bool) -> Status:
        over = self._schedule is not None and time.monotonic() >= self._schedule.end_s
        if interrupted and not self._problems:
            return "interrupted"
        if self._process.returncode == 0 and over and not self._problems:
            return "complete"
        if not self._problems:
            self._problems.append(self._why_it_ended())
        return "failed"

    def _why_it_ended(self) -> str:
        code = self._process.returncode
        if code < 0:
            return f"Locust was killed ({signal.Signals(-code).name})"
        return f"Locust ended early with exit code {code}: {self._listener.last_words}"

    def _look_for_anchor(self) -> None:
        anchor_s = read_anchor(self.folder) if self._schedule is None else None
        if anchor_s is not None:
            self._schedule = Schedule.of(self.plan, anchor_s)
            self._write(levels=_level_times(self.plan, self._schedule))

    def _progress(self) -> Progress:
        now_s = time.monotonic()
        if self._schedule is None:
            return Progress(elapsed_s=0.0, remaining_s=self.plan.duration_s, learners=None, level=-1)
        return Progress(
            elapsed_s=max(0.0, now_s - self._schedule.start_s),
            remaining_s=max(0.0, self._schedule.end_s - now_s),
            learners=self._head_count.now(),
            level=self._schedule.level_at(now_s),
        )

    def _write(self, **changes: object) -> None:
        self.manifest = self.manifest.model_copy(update=changes)
        try:
            self.manifest.write(self.folder)
        except OSError as error:
            self._problems.append(f"the manifest can't be written: {error.strerror or error}")


def launch(
    plan: Plan, folder: Path, *, confirm_host: str | None = None, server_cores: Sequence[int] | None = None
) -> RunningLoad:
    """Start a run; its record goes to ``folder``, which must be new or empty.

    ``server_cores`` are the target's cores if it runs on this machine; None asks its /configuration.

    Raises:
        InputError: the profile or the folder is wrong, or the target's host was not confirmed (ConsentMissingError).
        UnreachableError: nothing answers at the target.
    """
    workload = read_workload(Path(plan.workload))
    check_consent(plan.target, confirm_host)
    check_reachable(plan.target)
    _make_folder(folder)
    raise_descriptor_limit()
    backend = _configuration(plan.target)
    cores = tuple(server_cores) if server_cores is not None else _cores_of(plan.target, backend)
    manifest = Manifest(
        firstbell=versions()["firstbell"],
        versions=versions(),
        machine=machine(),
        workload=workload.name,
        workload_hash=workload.hash,
        target=plan.target,
        adapter=plan.adapter,
        backend=backend,
        routes=ROUTES if plan.adapter == "reference" else {},
        stations=STATIONS if plan.adapter == "reference" else {},
        server_cores=cores,
        seed=plan.seed,
        pace=plan.pace,
        byte_fraction=plan.byte_fraction,
        plan=plan,
        created=datetime.now().astimezone().isoformat(timespec="milliseconds"),
        created_s=time.monotonic(),
    )
    plan.write(folder / "plan.json")
    manifest.write(folder)
    scraper = Scraper(plan.target, folder, cores)
    load = RunningLoad(plan, folder, manifest, _start_locust(plan, folder, confirm_host), scraper)
    scraper.start()
    return load


def _start_locust(plan: Plan, folder: Path, confirm_host: str | None) -> subprocess.Popen[str]:
    locustfile = folder / "locustfile.py"
    locustfile.write_text(_LOCUSTFILE, encoding="utf-8")
    command = [
        sys.executable, "-m", "locust", "-f", str(locustfile), "--headless", "--only-summary", "--host", plan.target,
        "--stop-timeout", str(_STOP_TIMEOUT_S), "--exit-code-on-error", "0",
    ]  # fmt: skip
    if plan.processes > 1:
        port = str(free_port())
        command += ["--processes", str(plan.processes), "--master-bind-host", "127.0.0.1", "--master-bind-port", port]
        command += ["--master-host", "127.0.0.1", "--master-port", port]
    orders = {variables.PLAN: str((folder / "plan.json").resolve()), variables.RUN: str(folder.resolve())}
    if confirm_host is not None:
        orders[variables.CONFIRM_HOST] = confirm_host
    # A session of its own: Ctrl-C reaches us alone, and we stop the run in order.
    return subprocess.Popen(
        command,
        env={**os.environ, **orders, "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )


def _level_times(plan: Plan, schedule: Schedule) -> tuple[LevelTimes, ...]:
    return tuple(
        LevelTimes(
            index=index,
            kind=plateau.kind,
            learners=plateau.learners,
            ramp_start_s=stage.ramp_start_s,
            start_s=stage.start_s,
            end_s=stage.end_s,
        )
        for index, (plateau, stage) in enumerate(zip(plan.plateaus, schedule.stages, strict=True))
    )


def check_reachable(target: str) -> None:
    """Raise InputError where the target is no URL, UnreachableError where nothing answers there."""
    parts = url_parts(target)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        socket.create_connection((parts.hostname or "", port), timeout=_REACHES_WITHIN_S).close()
    except OSError as error:
        what = f"it can't be reached: {error.strerror or error}"
        raise UnreachableError.single(source=target, what=what, remedy="Start it, or mend the address") from None


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        occupied = any(folder.iterdir())
    except OSError as error:
        what = f"the folder can't be used: {error.strerror or error}"
        raise InputError.single(source=str(folder), what=what, remedy="Choose another with --out") from None
    if occupied:
        what, remedy = "the folder is not empty", "Choose another with --out: a record is never written over"
        raise InputError.single(source=str(folder), what=what, remedy=remedy)


def _configuration(target: str) -> dict[str, Any]:
    """What the target tells about itself; nothing where it doesn't."""
    try:
        with urllib.request.urlopen(f"{target.rstrip('/')}/configuration", timeout=_REACHES_WITHIN_S) as response:
            told = json.loads(response.read())
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def _cores_of(target: str, backend: dict[str, Any]) -> tuple[int, ...]:
    cores = backend.get("cores")
    if not is_loopback(url_parts(target).hostname or "") or not isinstance(cores, list):
        return ()
    return tuple(core for core in cores if isinstance(core, int))
