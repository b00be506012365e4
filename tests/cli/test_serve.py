"""`firstbell serve` starts the reference backend, or says in full why it can't."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from firstbell.cli.serve import serve
from firstbell.models.problems import InputError


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answer(url: str, process: subprocess.Popen[str]) -> int:
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urlopen(url, timeout=5) as response:
                return int(response.status)
        except (URLError, ConnectionError):
            time.sleep(0.05)
    raise AssertionError(f"no answer from {url}")


def test_every_wrong_option_is_told() -> None:
    with pytest.raises(InputError) as caught:
        serve(port=0, workers=0, database="mysql://x")
    assert len(caught.value.problems) == 3


def test_an_unknown_password_hash_is_told_with_those_there_are() -> None:
    with pytest.raises(InputError, match="argon2id"):
        serve(password_hash="md5")


def test_a_port_in_use_is_told() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(InputError, match=f"port {other.getsockname()[1]}"):
            serve(port=other.getsockname()[1])


def test_it_serves_until_it_is_interrupted(tmp_path: Path) -> None:
    port = free_port()
    script = "from firstbell.cli.main import main; main()"
    arguments = ["serve", "--port", str(port), "--workers", "1", "--learners", "16", "--data", str(tmp_path)]
    process = subprocess.Popen(
        [sys.executable, "-c", script, *arguments], stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        assert answer(f"http://127.0.0.1:{port}/health", process) == 200
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=60)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    assert "Traceback" not in told
    assert process.returncode == 0
