"""Which address of its own machine a learner connects from: a target on loopback may be reached from millions."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address

from firstbell.models.problems import InputError
from firstbell.models.workload import Workload
from firstbell.scenarios.http.origin import Origin

CONNECTIONS_AN_ADDRESS = 4_000
"""Far below the 28,000 ports that an address has: the more of them are taken, the longer Linux searches for a free
one, at last for milliseconds, in which the event loop stands still."""

MOST_LEARNERS_AN_ADDRESS = 20_000  # of those 28,000 ports

_KEY = "signing_in.learners_a_school"
_FIRST = int(ip_address("127.1.0.1"))
_BLOCK = 1 << 16  # addresses kept for each process
_PROCESSES = 200
_FIRST_SCHOOL = _FIRST + _PROCESSES * _BLOCK
_SCHOOLS = 54 * _BLOCK  # up to 127.254


def source_addresses(origin: Origin, process: int) -> Callable[[], str | None]:
    """Each call gives the address for one more connection of a process; None: whichever the kernel takes."""
    if sys.platform != "linux" or not _is_on_ipv4_loopback(origin.host):
        return lambda: None  # elsewhere loopback has one address only
    taken = 0

    def following() -> str:
        nonlocal taken
        block, taken = taken // CONNECTIONS_AN_ADDRESS, taken + 1
        return str(ip_address(_FIRST + (process * _BLOCK + block) % (_BLOCK * _PROCESSES)))

    return following


@dataclass(frozen=True, kw_only=True)
class Schools:
    """Schools of so many learners each, of both ways of signing in, every one behind an address of its own."""

    learners: int
    digital_id_share: float

    @classmethod
    def of(cls, origin: Origin, workload: Workload) -> "Schools | None":
        """Those of a profile, or None; InputError where the target's machine would not see them."""
        signing_in = workload.signing_in
        if signing_in is None or signing_in.learners_a_school is None:
            return None
        if sys.platform != "linux" or not _is_on_ipv4_loopback(origin.host):
            what = f"learners can't come from addresses of schools to {origin.host}: only 127.x.y.z has so many"
            remedy = "Take the key out, or load a target on 127.0.0.1, on Linux"
            raise InputError.single(source=workload.name, key=_KEY, what=what, remedy=remedy)
        learners = int(signing_in.learners_a_school.value)
        if learners > MOST_LEARNERS_AN_ADDRESS:
            what, remedy = "an address has no ports for so many", f"Give {MOST_LEARNERS_AN_ADDRESS:,} at most"
            raise InputError.single(source=workload.name, key=_KEY, value=learners, what=what, remedy=remedy)
        return cls(learners=learners, digital_id_share=workload.session.digital_id_share.value)

    def school(self, learner: int) -> int:
        """A learner's school: accounts of each way of signing in are shared out in turn, as many as its share is."""
        share = 1 - self.digital_id_share if learner % 2 else self.digital_id_share
        return int(learner // 2 / max(self.learners * share, 1.0))

    def address(self, learner: int) -> str:
        """The address of a learner's school."""
        return str(ip_address(_FIRST_SCHOOL + self.school(learner) % _SCHOOLS))


def _is_on_ipv4_loopback(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return False  # a name, localhost too, may lead to IPv6
    return address.version == 4 and address.is_loopback
