"""The target as a process beside us, on cores of its own, and what it has seen."""

import http.client
import json
import resource
import ssl
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psutil

from bench.timing import Timing
from firstbell.cli.certificate import Certificate

ROOT = Path(__file__).parents[1]
_STOPS_WITHIN_S = 10.0


class RunningTarget:
    """Where it listens, and what it has seen so far."""

    def __init__(self, port: int, pid: int, certificate: Certificate | None) -> None:
        self.url = f"{'http' if certificate is None else 'https'}://127.0.0.1:{port}"
        self._process = psutil.Process(pid)
        if certificate is None:
            self._client = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        else:
            trusted = ssl.create_default_context(cafile=str(certificate.path))
            self._client = http.client.HTTPSConnection("127.0.0.1", port, timeout=30, context=trusted)

    def counts(self) -> dict[str, Any]:
        """``requests`` since its start, and ``connections`` open now."""
        self._client.request("GET", "/counts")
        told: dict[str, Any] = json.loads(self._client.getresponse().read())
        return told

    def close(self) -> None:
        """Close the connection that asks for counts."""
        self._client.close()

    def cpu_s(self) -> float:
        """CPU seconds that it has taken."""
        times = self._process.cpu_times()
        return float(times.user + times.system)


@contextmanager
def running_target(
    cores: Sequence[int], *, timing: Timing | None = None, certificate: Certificate | None = None
) -> Iterator[RunningTarget]:
    """Start the target on these cores and stop it at the end; without a timing it answers at once."""
    orders: dict[str, Any] = {"timing": asdict(timing)} if timing else {}
    if certificate is not None:
        orders |= {"certificate": str(certificate.path), "key": str(certificate.key)}
    command = [*on_cores(cores), sys.executable, "-m", "bench.target", json.dumps(orders)]
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, preexec_fn=_raise_limit
    )
    assert process.stdout is not None
    try:
        port = process.stdout.readline().strip()
        if not port:
            raise RuntimeError("the target did not start; its last words stand above")
        target = RunningTarget(int(port), process.pid, certificate)
        try:
            yield target
        finally:
            target.close()
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.stdout.close()
        try:
            process.wait(_STOPS_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def on_cores(cores: Sequence[int]) -> list[str]:
    """What stands before a command that is to run on these cores alone."""
    return ["taskset", "--cpu-list", ",".join(map(str, cores))]


def _raise_limit() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
