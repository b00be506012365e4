"""Connections to a target on loopback come from many addresses, each with ports to spare; others from the kernel's."""

import sys
from itertools import islice

import pytest

from firstbell.scenarios.http.client import Origin
from firstbell.scenarios.source_addresses import CONNECTIONS_AN_ADDRESS, source_addresses

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux answers on all of 127.0.0.0/8")


def _taken(process: int, count: int, url: str = "http://127.0.0.1:8400") -> list[str | None]:
    following = source_addresses(Origin.parse(url), process)
    return list(islice(iter(following, object()), count))


def test_no_address_has_more_connections_than_it_may() -> None:
    taken = _taken(0, 3 * CONNECTIONS_AN_ADDRESS)
    assert {taken.count(address) for address in set(taken)} == {CONNECTIONS_AN_ADDRESS}
    assert all(address is not None and address.startswith("127.") for address in taken)


def test_no_two_processes_share_an_address() -> None:
    everybody = [set(_taken(process, 3 * CONNECTIONS_AN_ADDRESS)) for process in range(64)]
    assert len(set().union(*everybody)) == 64 * 3


@pytest.mark.parametrize("url", ["http://192.0.2.7:80", "http://portal.example", "http://[::1]:8400"])
def test_a_target_elsewhere_is_reached_from_the_address_that_the_kernel_takes(url: str) -> None:
    assert _taken(1, 2, url) == [None, None]
