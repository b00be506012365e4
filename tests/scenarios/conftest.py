"""A reference backend for the runs of these tests, on a free port of loopback."""

import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator

import pytest

_STARTS_WITHIN_S = 60.0


@pytest.fixture(scope="session")
def backend() -> Iterator[str]:
    """Base URL of a small backend with cheap hashes."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "firstbell.fixtures.backend", "--port", str(port), "--workers", "1"]
    command += ["--learners", "400", "--hash", "argon2id:m=64,t=1,p=1"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        url = f"http://127.0.0.1:{port}"
        _await(url, process)
        yield url
    finally:
        process.terminate()
        process.wait(20)


def _await(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline_s = time.monotonic() + _STARTS_WITHIN_S
    while time.monotonic() < deadline_s and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=1) as answer:
                if json.load(answer)["status"] == "ok":
                    return
        except OSError:
            pass
        time.sleep(0.05)
    raise AssertionError("the backend did not start")
