"""Plain Locust: its own command line, its own statistics, its own users beside ours."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from pyarrow import parquet

LOCUSTFILE = Path(__file__).resolve().parents[2] / "locustfile.py"

BESIDE_STOCK_USERS = """
from locust import FastHttpUser, HttpUser, task
from firstbell.scenarios.entry import classes

globals().update(classes())


class Fast(FastHttpUser):
    fixed_count = 1

    @task
    def health(self):
        self.client.get("/health", name="fast")


class Slow(HttpUser):
    fixed_count = 1

    @task
    def health(self):
        self.client.get("/health", name="slow")
"""


def _locust(locustfile: Path, target: str, record: Path, learners: int) -> dict[str, Any]:
    """Statistics by name, as Locust prints them; it is stopped after so many sign-ins, however long they take."""
    command = [sys.executable, "-m", "locust", "-f", str(locustfile), "--headless", "--host", target, "--json"]
    command += ["-u", "12", "-r", "12", "-t", "90s", "--stop-timeout", "5"]
    environment = {**os.environ, "FIRSTBELL_RUN": str(record)}
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, env=environment, **pipes) as running:
        deadline_s = time.monotonic() + 60
        while _steps(record).count("login.profile") < learners and time.monotonic() < deadline_s:
            time.sleep(0.2)
        running.send_signal(signal.SIGINT)
        printed, told = running.communicate(timeout=60)
    assert running.returncode == 0, told
    return {entry["name"]: entry for entry in json.loads(printed)}


def _steps(record: Path) -> list[str]:
    parts = sorted((record / "samples").glob("*.parquet"))
    return [row["step"] for path in parts for row in parquet.read_table(path).to_pylist()]


def test_the_three_lines_are_enough_and_locusts_figures_are_those_of_the_record(backend: str, tmp_path: Path) -> None:
    assert len(LOCUSTFILE.read_text(encoding="utf-8").splitlines()) == 3
    found = _locust(LOCUSTFILE, backend, tmp_path, 12)
    steps = _steps(tmp_path)
    assert found["login.credentials"]["num_requests"] == 12
    assert {name: entry["num_requests"] for name, entry in found.items()} == {name: steps.count(name) for name in steps}
    assert sum(entry["num_failures"] for entry in found.values()) == 0


def test_stock_users_work_beside_ours(backend: str, tmp_path: Path) -> None:
    locustfile = tmp_path / "locustfile.py"
    locustfile.write_text(BESIDE_STOCK_USERS, encoding="utf-8")
    found = _locust(locustfile, backend, tmp_path / "record", 3)
    assert {"fast", "slow", "login.credentials"} <= set(found)


def test_another_host_is_refused_by_plain_locust_as_well(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--headless", "--host", "https://portal.example"]
    ended = subprocess.run([*command, "-u", "1", "-t", "5s"], capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode != 0
    assert "firstbell: target: a target other than this machine" in ended.stderr


def test_a_profile_with_mistakes_ends_locust_with_all_of_them(tmp_path: Path) -> None:
    profile = tmp_path / "wrong.yaml"
    profile.write_text("firstbell_profile: 1\nname: Wrong\n", encoding="utf-8")
    command = [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--headless", "--host", "http://127.0.0.1:1"]
    environment = {**os.environ, "FIRSTBELL_WORKLOAD": str(profile)}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 2
    assert ended.stderr.count("firstbell: ") > 5
