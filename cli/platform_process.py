"""A platform to be compared: one that runs already, the reference backend, or whatever a command starts."""

import os
import shlex
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from firstbell.cli.backend_process import reference_backend
from firstbell.cli.scale import BackendScale
from firstbell.cli.system_under_test import REFERENCE
from firstbell.models.problems import InputError
from firstbell.scenarios.ports import free_port

PORT = "{port}"
STARTS_WITHIN_S = 120.0
STOPS_WITHIN_S = 10.0


@dataclass(frozen=True, kw_only=True)
class Platform:
    """One side of a comparison, as it was named: an address, ``reference`` with options of it, or a command."""

    option: str
    words: str

    @property
    def is_address(self) -> bool:
        """Whether it runs already, wherever that is."""
        return "://" in self.words.split(" ")[0]

    @property
    def is_ours(self) -> bool:
        """Whether it is the reference backend."""
        return self.words.split(" ")[0] == REFERENCE

    def check(self) -> None:
        """Raise InputError where it is a command that can't know its port."""
        if not self.is_address and not self.is_ours and PORT not in self.words:
            raise InputError.single(
                source=self.option,
                value=self.words,
                what="this is neither an address nor a command that is told its port",
                remedy=f"Write http://127.0.0.1:8000, or a command with {PORT} in it, or {REFERENCE}",
            )

    @contextmanager
    def running(
        self, folder: Path, *, accounts: int, cores: Sequence[int], seed: int, console: Console
    ) -> Iterator[str]:
        """Its address, for as long as the block lasts; what was started for it is stopped then."""
        if self.is_address:
            yield self.words
        elif self.is_ours:
            options = shlex.split(self.words)[1:]
            with reference_backend(
                folder, learners=accounts, cores=cores, seed=seed, console=console, scale=BackendScale(),
                options=options,
            ) as url:  # fmt: skip
                yield url
        else:
            with _started(self, folder, cores) as url:
                yield url


@contextmanager
def _started(platform: Platform, folder: Path, cores: Sequence[int]) -> Iterator[str]:
    port = free_port()
    folder.mkdir(parents=True, exist_ok=True)
    log_path = folder / "platform.log"
    command = shlex.split(platform.words.replace(PORT, str(port)))
    with log_path.open("wb") as log:
        try:
            # A session of its own, so that all that it starts is stopped with it; nobody's standard input.
            process = subprocess.Popen(
                ["taskset", "--cpu-list", ",".join(map(str, cores)), *command],
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            what = f"it can't be started: {error.strerror or error}"
            raise InputError.single(
                source=platform.option, value=platform.words, what=what, remedy="Mend the command"
            ) from None
        try:
            _await_port(platform, process, port, log_path)
            yield f"http://127.0.0.1:{port}"
        finally:
            _stop(process)


def _await_port(platform: Platform, process: subprocess.Popen[bytes], port: int, log_path: Path) -> None:
    deadline_s = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < deadline_s:
        if process.poll() is not None:
            said = log_path.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
            what = f"it ended while starting, with exit code {process.returncode}: {' '.join(said) or 'no words'}"
            raise InputError.single(source=platform.option, value=platform.words, what=what, remedy=f"See {log_path}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    what = f"nothing listened on port {port} within {STARTS_WITHIN_S:.0f} s"
    raise InputError.single(source=platform.option, value=platform.words, what=what, remedy=f"See {log_path}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    for how in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, how)
        except ProcessLookupError:
            break
        try:
            process.wait(STOPS_WITHIN_S)
            break
        except subprocess.TimeoutExpired:
            continue
