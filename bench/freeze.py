"""The freeze test: a platform stands still for a while, and the percentiles must say so.

Learners of ours and stock users of Locust poll the reference backend at the same rate, over as many connections, in one
Locust process. Then the backend is stopped (SIGSTOP) and goes on later (SIGCONT). A stock user that waits for an answer
sends nothing meanwhile, so Locust counts a handful of slow requests; ours were due all the same, and count as such.

``python bench/freeze.py`` prints one JSON document.
"""

import csv
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import psutil
import pyarrow as pa
import yaml
from pyarrow import parquet
from rich.console import Console

from firstbell.cli.backend_process import reference_backend
from firstbell.cli.machine import halves
from firstbell.cli.profiles import DEFAULT, find_workload
from firstbell.models.record import MISSED

_LOCUSTFILE = """
import os

from locust import FastHttpUser, constant_throughput, task

from firstbell.scenarios.entry import classes
from firstbell.scenarios.learners import LessonAttender

classes()
os.sched_setaffinity(0, {cores})
LessonAttender.fixed_count = {users}


class StockUser(FastHttpUser):
    fixed_count = {users}
    wait_time = constant_throughput({each_per_s})

    def on_start(self):
        who = {{"username": "learner000000@nxenes.example", "password": "Pw-00-shkolla"}}
        code = self.client.post("/login/digital-id", json=who, name="stock sign-in").json()["code"]
        token = self.client.post("/token", json={{"code": code}}, name="stock token").json()["token"]
        self.client.client.default_headers["Authorization"] = f"Bearer {{token}}"

    @task
    def poll(self):
        self.client.get("/lessons/current", name="stock poll")
"""
_ACCOUNTS = 64
_ALL_THERE = "All users spawned"
_STARTS_WITHIN_S = 60.0
_ENDS_WITHIN_S = 60.0
_LATE_AT_MOST_S = 1.0


@dataclass(frozen=True, kw_only=True)
class Freeze:
    """A run of ``run_s``, in which the backend stands still for ``freeze_s`` from ``freeze_at_s`` on.

    Times count from when all users are there. ``requests_per_s`` is the rate of each of the two kinds of users, spread
    over ``users`` connections.
    """

    run_s: float = 30.0
    freeze_at_s: float = 8.0
    freeze_s: float = 10.0
    requests_per_s: float = 200.0
    users: int = 5


@dataclass(frozen=True, kw_only=True)
class Told:
    """What one of the two makes of the run: requests answered, and the percentiles of their response times."""

    requests: int
    p50_s: float
    p99_s: float
    max_s: float


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What was done, and what each says of it; ``missed`` were due and never begun, by our record."""

    freeze: Freeze
    stood_still_s: float
    firstbell: Told
    missed: int
    locust: Told


def main() -> None:
    """The whole test, as JSON on standard output."""
    with tempfile.TemporaryDirectory(prefix="firstbell-freeze-") as folder:
        print(json.dumps(asdict(frozen_run(Freeze(), Path(folder))), indent=2))


def frozen_run(freeze: Freeze, folder: Path) -> Outcome:
    """Run the test with its files in ``folder``, which exists; raise RuntimeError where Locust does not run."""
    quiet = Console(stderr=True, quiet=True)
    before = {child.pid for child in psutil.Process().children()}
    with reference_backend(
        folder / "backend", learners=_ACCOUNTS, cores=halves().backend, seed=1, console=quiet
    ) as url:
        (backend,) = [child for child in psutil.Process().children() if child.pid not in before]
        with _locust(freeze, folder, url) as locust:
            _await_users(locust, folder)
            time.sleep(freeze.freeze_at_s)
            stood_still_s = _stand_still(backend.pid, freeze.freeze_s)
            time.sleep(max(freeze.run_s - freeze.freeze_at_s - stood_still_s, 0.0))
            locust.terminate()  # heard also where the shell that began all this has SIGINT ignored
            locust.wait(_ENDS_WITHIN_S)
    if stood_still_s > freeze.freeze_s + _LATE_AT_MOST_S:
        raise RuntimeError(
            f"the backend stood still for {stood_still_s:.0f} s: the machine had other work, run it again"
        )
    ours, missed = _our_figures(folder)
    return Outcome(
        freeze=freeze, stood_still_s=stood_still_s, firstbell=ours, missed=missed, locust=_locusts_figures(folder)
    )


@contextmanager
def _locust(freeze: Freeze, folder: Path, url: str) -> Iterator[subprocess.Popen[bytes]]:
    each_per_s = freeze.requests_per_s / freeze.users
    locustfile, profile = folder / "locustfile.py", folder / "profile.yaml"
    cores = set(halves().generator)
    locustfile.write_text(_LOCUSTFILE.format(users=freeze.users, each_per_s=each_per_s, cores=cores), encoding="utf-8")
    profile.write_text(_polling_every(1 / each_per_s), encoding="utf-8")
    command = [
        sys.executable, "-m", "locust", "-f", str(locustfile), "--headless", "--only-summary", "--host", url,
        "--users", str(2 * freeze.users), "--spawn-rate", str(2 * freeze.users),
        "--stop-timeout", "10", "--csv", str(folder / "locust"),
    ]  # fmt: skip
    orders = {"FIRSTBELL_RUN": str(folder / "record"), "FIRSTBELL_WORKLOAD": str(profile), "PYTHONUNBUFFERED": "1"}
    with (folder / "locust.log").open("wb") as log:
        process = subprocess.Popen(command, env={**os.environ, **orders}, stdout=log, stderr=subprocess.STDOUT)
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()


def _polling_every(period_s: float) -> str:
    """The shipped profile, but that lessons poll fast and nobody leaves."""
    profile = yaml.safe_load(find_workload(DEFAULT).read_text(encoding="utf-8"))
    profile["states"]["lesson"]["poll_period_s"]["value"] = period_s
    profile["session"]["length_s"] = {"value": 1e9, "source": "the freeze test: nobody leaves"}
    return str(yaml.safe_dump(profile, allow_unicode=True, sort_keys=False))


def _await_users(locust: subprocess.Popen[bytes], folder: Path) -> None:
    deadline_s = time.monotonic() + _STARTS_WITHIN_S
    log = folder / "locust.log"
    while _ALL_THERE not in log.read_text(encoding="utf-8", errors="replace"):
        if locust.poll() is not None or time.monotonic() > deadline_s:
            raise RuntimeError(f"Locust did not start: {log.read_text(encoding='utf-8', errors='replace')}")
        time.sleep(0.05)


def _stand_still(group: int, freeze_s: float) -> float:
    """Stop a process group, the backend's workers among it, for a while; for how long it was."""
    os.killpg(group, signal.SIGSTOP)
    since_s = time.monotonic()
    try:
        time.sleep(freeze_s)
    finally:
        os.killpg(group, signal.SIGCONT)
    return time.monotonic() - since_s


def _our_figures(folder: Path) -> tuple[Told, int]:
    """From the record: response times of polls since they were due."""
    parts = [parquet.read_table(path) for path in sorted((folder / "record" / "samples").glob("*.parquet"))]
    samples = pa.concat_tables(parts).unify_dictionaries()
    polls = np.array(samples["activity"].to_pylist()) == "poll"
    outcome = np.array(samples["outcome"].to_pylist())
    ok = polls & (outcome == "ok")
    response_s = samples["end_s"].to_numpy()[ok] - samples["due_s"].to_numpy()[ok]
    p50_s, p99_s = np.quantile(response_s, [0.5, 0.99])
    told = Told(requests=int(ok.sum()), p50_s=float(p50_s), p99_s=float(p99_s), max_s=float(response_s.max()))
    return told, int(np.sum(polls & (outcome == MISSED)))


def _locusts_figures(folder: Path) -> Told:
    """As Locust itself writes them, in milliseconds and to two digits."""
    with (folder / "locust_stats.csv").open(encoding="utf-8", newline="") as file:
        row = next(row for row in csv.DictReader(file) if row["Name"] == "stock poll")
    return Told(
        requests=int(row["Request Count"]),
        p50_s=float(row["50%"]) / 1000,
        p99_s=float(row["99%"]) / 1000,
        max_s=float(row["Max Response Time"]) / 1000,
    )


if __name__ == "__main__":
    main()
