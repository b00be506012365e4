"""The reference backend as a process beside us, for studies that name no target."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil
import requests
from rich.console import Console

from firstbell.cli.certificate import Certificate
from firstbell.cli.scale import BackendScale
from firstbell.models.problems import InputError
from firstbell.scenarios.ports import free_port

STARTS_WITHIN_S = 60.0
STOPS_WITHIN_S = 10.0
_USUAL = BackendScale()


def database_in(folder: Path) -> str:
    """The URL of the database that a backend with its data in this folder writes to."""
    return f"sqlite:///{(folder / 'content.db').resolve()}"


@contextmanager
def reference_backend(
    folder: Path,
    *,
    learners: int,
    cores: Sequence[int],
    seed: int,
    console: Console,
    scale: BackendScale = _USUAL,
    certificate: Certificate | None = None,
    options: Sequence[str] = (),
) -> Iterator[str]:
    """Start the backend with its data in ``folder``; give its base URL; stop it at the end, whatever happened.

    ``options`` are further ones of its command.
    """
    port = free_port()
    command = [
        sys.executable, "-m", "firstbell.fixtures.backend", "--host", "127.0.0.1", "--port", str(port),
        "--database", database_in(folder), "--learners", str(learners),
        "--seed", str(seed), "--cores", ",".join(str(core) for core in cores), "--parent", str(os.getpid()),
        *scale.command(), *options,
    ]  # fmt: skip
    if certificate is not None:
        command += ["--certificate", str(certificate.path), "--key", str(certificate.key)]
    folder.mkdir(parents=True, exist_ok=True)
    log_path = folder / "backend.log"
    with log_path.open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            url = f"{'http' if certificate is None else 'https'}://127.0.0.1:{port}"
            with console.status("starting the reference backend"):
                _await_health(process, url, log_path, certificate)
            yield url
        finally:
            _stop(process)


def process_of(url: str) -> psutil.Process:
    """The master process of the backend that this process has started there."""
    port = url.rsplit(":", 1)[1]
    return next(child for child in psutil.Process().children() if port in child.cmdline())


def _await_health(process: subprocess.Popen[bytes], url: str, log_path: Path, certificate: Certificate | None) -> None:
    trusted = True if certificate is None else str(certificate.path)
    deadline = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            last = log_path.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
            what = f"the reference backend ended while starting: {' '.join(last) or 'it said nothing'}"
            raise InputError.single(source=str(log_path), what=what, remedy="Mend what it says there and start again")
        try:
            if requests.get(f"{url}/health", timeout=1, verify=trusted).json()["status"] == "ok":
                return
            time.sleep(0.1)
        except (requests.RequestException, KeyError):
            time.sleep(0.1)
    what = f"the reference backend did not answer within {STARTS_WITHIN_S:.0f} s"
    raise InputError.single(source=str(log_path), what=what, remedy="Read its log for the reason")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOPS_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
