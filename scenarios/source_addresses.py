"""Which address of its own machine a learner connects from: a target on loopback may be reached from millions."""

import sys
from collections.abc import Callable
from ipaddress import ip_address

from firstbell.scenarios.http.origin import Origin

CONNECTIONS_AN_ADDRESS = 4_000
"""Far below the 28,000 ports that an address has: the more of them are taken, the longer Linux searches for a free
one, at last for milliseconds, in which the event loop stands still."""

_FIRST = int(ip_address("127.1.0.1"))
_BLOCK = 1 << 16  # addresses kept for each process


def source_addresses(origin: Origin, process: int) -> Callable[[], str | None]:
    """Each call gives the address for one more connection of a process; None: whichever the kernel takes."""
    if sys.platform != "linux" or not _is_on_ipv4_loopback(origin.host):
        return lambda: None  # elsewhere loopback has one address only
    taken = 0

    def following() -> str:
        nonlocal taken
        block, taken = taken // CONNECTIONS_AN_ADDRESS, taken + 1
        return str(ip_address(_FIRST + (process * _BLOCK + block) % (_BLOCK * 200)))

    return following


def _is_on_ipv4_loopback(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return False  # a name, localhost too, may lead to IPv6
    return address.version == 4 and address.is_loopback
