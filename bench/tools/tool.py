"""What a load generator is to these benchmarks: a command for a job, and what it says of the job afterwards."""

import json
import os
import re
import shutil
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

OUTPUT = "output.txt"
_PEERS = Path(__file__).parents[2] / ".peers"
SEARCHED = os.pathsep.join([str(_PEERS / "bin"), str(_PEERS / "node_modules" / ".bin"), os.environ.get("PATH", "")])
"""Where programs are looked for: first where bench/install-peers.sh puts what is not the system's."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """GET ``url`` over so many kept connections for ``duration_s``; without a rate, as fast as it goes.

    ``authority`` is the certificate to trust where the URL is https; who checks none, as Locust's users do, ignores it.
    """

    url: str
    connections: int
    requests_per_s: float | None
    duration_s: float
    authority: Path | None = None

    @property
    def each_per_s(self) -> float:
        """The rate of each connection."""
        assert self.requests_per_s is not None
        return self.requests_per_s / self.connections


@dataclass(frozen=True, kw_only=True)
class Command:
    """A program with its arguments, and what its environment has beyond ours."""

    arguments: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)


class Tool(ABC):
    """A load generator. ``model`` says in words how it sends what is due while the target stands still."""

    name: str
    model: str
    installed_by: str
    holds_rate = True
    reports_p99 = True

    @abstractmethod
    def version(self) -> str | None:
        """Its version; None where it is not installed."""

    @abstractmethod
    def command(self, job: Job, folder: Path) -> Command:
        """What does the job; files that it needs are written to ``folder``, where it also runs."""

    def reported_p99_s(self, folder: Path) -> float | None:
        """What it tells of the 99th percentile, once the job is over; None where it tells none."""
        return None


def version_of(*command: str, pattern: str = r"(\d+\.\d+[.\w-]*)") -> str | None:
    """What the program says of its version; None where there is no such program."""
    program = shutil.which(command[0], path=SEARCHED)
    if program is None:
        return None
    done = subprocess.run(
        [program, *command[1:]], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, timeout=60
    )
    found = re.search(pattern, done.stdout + done.stderr)
    return found.group(1) if found else "unknown"


def npm_version(name: str) -> str | None:
    """The version that the npm package of a program states; None where there is no such program."""
    program = shutil.which(name, path=SEARCHED)
    for folder in Path(program).resolve().parents if program else ():
        package = folder / "package.json"
        if package.is_file() and (told := json.loads(package.read_text(encoding="utf-8"))).get("name") == name:
            return str(told["version"])
    return None


def debian_version(program: str) -> str | None:
    """The version of the Debian package of a program that tells none; None where there is no such program."""
    if shutil.which(program, path=SEARCHED) is None:
        return None
    return version_of("dpkg-query", "--show", program, pattern=r"\s(\S+)") or "unknown"


def output_of(folder: Path) -> str:
    """What the tool printed."""
    return (folder / OUTPUT).read_text(encoding="utf-8", errors="replace")


def found_in_output(folder: Path, pattern: str) -> re.Match[str]:
    """The first match in what the tool printed; RuntimeError with all of it where there is none."""
    text = output_of(folder)
    found = re.search(pattern, text)
    if found is None:
        raise RuntimeError(f"{folder / OUTPUT} has no {pattern}:\n{text[-2000:]}")
    return found
