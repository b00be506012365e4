"""The recorder's benchmark, shortened."""

import json
import subprocess
import sys

import pytest


def test_all_that_recording_takes_is_told_by_its_parts() -> None:
    # In a process of its own: Locust must come before whatever else has to do with networks.
    done = subprocess.run(
        [sys.executable, "-m", "bench.recorder", "500", "4", "3"],
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )
    told = json.loads(done.stdout)
    assert (told["size"]["requests_per_s"], told["size"]["beats"], told["size"]["repeats"]) == (500, 4, 3)
    assert min(told["add_s"], told["statistics_s"], told["flush_s"]) > 0
    assert told["whole_s"] == pytest.approx(told["add_s"] + told["statistics_s"] + told["flush_s"])
