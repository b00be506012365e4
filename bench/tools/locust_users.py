"""Locust's own users, which wait for their answers."""

import csv
import sys
from importlib.metadata import version
from pathlib import Path

from bench.lesson_adapter import TOKEN
from bench.tools.tool import Command, Job, Tool

ENDING = """
import gevent
from locust import events


@events.test_start.add_listener
def end_in_time(environment, **_):
    def end():
        gevent.sleep({duration_s})
        environment.runner.quit()

    gevent.spawn(end)
"""
"""Locust's own --run-time counts from before it has loaded its users, and so ends seconds early."""

_LOCUSTFILE = """
import random
import time

from locust import {user}, constant, constant_throughput, task


class Stock({user}):
    wait_time = {wait}

    def on_start(self):
        {headers} = {{"Authorization": "Bearer {token}"}}
        self.client.get("{path}", name="first")
        time.sleep(random.uniform(0, {spread_s!r}))

    @task
    def poll(self):
        self.client.get("{path}", name="poll")
"""


class _LocustUser(Tool):
    installed_by = "pip install locust"
    model = "closed: each user waits for its answer, and then for its time"
    headers: str
    user: str

    def version(self) -> str | None:
        return version("locust")

    def command(self, job: Job, folder: Path) -> Command:
        wait = "constant(0)" if job.requests_per_s is None else f"constant_throughput({job.each_per_s!r})"
        origin, path = split_url(job.url)
        # Users made at once would go in lockstep, and wake the process up once for all of them; ours are spread, too.
        spread_s = 0.0 if job.requests_per_s is None else 1 / job.each_per_s
        locustfile = _LOCUSTFILE.format(
            user=self.user, wait=wait, headers=self.headers, token=TOKEN, path=path, spread_s=spread_s
        )
        ending = ENDING.format(duration_s=job.duration_s)
        (folder / "locustfile.py").write_text(locustfile + ending, encoding="utf-8")
        return Command(arguments=locust_arguments(job, origin))

    def reported_p99_s(self, folder: Path) -> float | None:
        with (folder / "locust_stats.csv").open(encoding="utf-8", newline="") as file:
            return float(next(row for row in csv.DictReader(file) if row["Name"] == "poll")["99%"]) / 1000


class FastHttpUser(_LocustUser):
    name = "Locust FastHttpUser"
    user = "FastHttpUser"
    headers = "self.client.client.default_headers"


class HttpUser(_LocustUser):
    name = "Locust HttpUser"
    user = "HttpUser"
    headers = "self.client.headers"


def split_url(url: str) -> tuple[str, str]:
    """The origin, and the path from its slash on."""
    scheme, _, rest = url.partition("://")
    server, slash, path = rest.partition("/")
    return f"{scheme}://{server}", slash + path


def locust_arguments(job: Job, origin: str) -> list[str]:
    """Locust without a window, on the folder's locustfile; all users at once, or as fast as they can be made."""
    users = str(job.connections)
    return [
        sys.executable, "-m", "locust", "-f", "locustfile.py", "--headless", "--only-summary", "--csv", "locust",
        "--host", origin, "--users", users, "--spawn-rate", users, "--stop-timeout", "5",
    ]  # fmt: skip
