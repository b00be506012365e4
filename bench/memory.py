"""What a learner takes of the generator's memory: connected, signed in, and waiting for the next poll.

Each kind of user is there in two sizes, in a process of its own each. What the larger one has more, over the users that
it has more, is a user's; what the program itself takes falls out. ``python -m bench.memory`` prints one JSON document.
"""

import json
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.lesson_adapter import PATH
from bench.peers import await_connections
from bench.process_tree import Taken, taken
from bench.running_tool import check_alive, running_tool
from bench.target_process import running_target
from bench.tools.firstbell_learners import FirstbellLearners
from bench.tools.locust_users import FastHttpUser, HttpUser
from bench.tools.tool import Job, Tool
from firstbell.cli.certificate import Certificate, new_certificate
from firstbell.cli.machine import halves

_POLL_PERIOD_S = 3_600.0
_LONGEST_S = 400.0


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How many users of a kind there are, at first and then."""

    few: int
    many: int


@dataclass(frozen=True, kw_only=True)
class Case:
    """One kind of user, over HTTP or HTTPS."""

    tool: Tool
    sizes: Sizes
    tls: bool = False


@dataclass(frozen=True, kw_only=True)
class LearnerMemory:
    """Bytes that one user more takes: private to its process, and resident; ``process_bytes`` with the few users."""

    name: str
    tls: bool
    sizes: Sizes
    private_bytes: float
    resident_bytes: float
    process_bytes: float


PLAIN, TLS = Sizes(few=5_000, many=15_000), Sizes(few=500, many=2_000)
CASES = (
    Case(tool=FirstbellLearners(), sizes=PLAIN),
    Case(tool=FastHttpUser(), sizes=PLAIN),
    Case(tool=HttpUser(), sizes=PLAIN),
    Case(tool=FirstbellLearners(), sizes=TLS, tls=True),
    Case(tool=FastHttpUser(), sizes=TLS, tls=True),
)


def main() -> None:
    """All kinds, as JSON on standard output."""
    print(json.dumps([asdict(found) for found in memory(CASES)], indent=2))


def memory(
    cases: Sequence[Case], settle_s: float = 3.0, say: Callable[[str], object] = lambda _: None
) -> list[LearnerMemory]:
    """Measure them one after another; RuntimeError where the users of one don't come."""
    found = []
    for case in cases:
        say(f"memory: {case.tool.name}{' over TLS' if case.tls else ''}")
        few, many = (_with_users(case, count, settle_s) for count in (case.sizes.few, case.sizes.many))
        more = case.sizes.many - case.sizes.few
        found.append(
            LearnerMemory(
                name=case.tool.name,
                tls=case.tls,
                sizes=case.sizes,
                private_bytes=(many.private_bytes - few.private_bytes) / more,
                resident_bytes=(many.resident_bytes - few.resident_bytes) / more,
                process_bytes=float(few.private_bytes),
            )
        )
    return found


def _with_users(case: Case, users: int, settle_s: float) -> Taken:
    with tempfile.TemporaryDirectory(prefix="firstbell-bench-") as name:
        folder = Path(name)
        certificate = new_certificate(folder) if case.tls else None
        with running_target(halves().backend, certificate=certificate) as target:
            job = _idling(target.url, users, certificate)
            with running_tool(case.tool, job, folder, halves().generator) as process:
                await_connections(target, users, lambda: check_alive(case.tool, process, folder))
                time.sleep(settle_s)
                return taken(process.pid)


def _idling(url: str, users: int, certificate: Certificate | None) -> Job:
    return Job(
        url=url + PATH,
        connections=users,
        requests_per_s=users / _POLL_PERIOD_S,
        duration_s=_LONGEST_S,
        authority=certificate.path if certificate else None,
    )


if __name__ == "__main__":
    main()
