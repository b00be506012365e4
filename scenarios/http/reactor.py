"""What all connections of one event loop share: the receive buffer, the deadlines, the resolved addresses."""

import _socket
import time
from typing import Any, Protocol
from weakref import WeakKeyDictionary

import gevent
from gevent.lock import Semaphore
from gevent.socket import getaddrinfo

from firstbell.scenarios.http.parser import ReplyParser

BUFFER_BYTES = 512 * 1024
_ADDRESSES_GOOD_FOR_S = 60.0

Address = tuple[int, tuple[Any, ...]]
"""Address family, and what ``connect`` takes."""


class Waiter(Protocol):
    def expire(self) -> None: ...


class Deadlines:
    """Waits of one length (above 0 and finite), oldest first: a look at the head tells which have run out.

    One timer for all of them instead of one each: entering and leaving is a dictionary's insert and delete. A wait
    ends at most a tick (a twentieth of its length, 10 to 250 ms) late.
    """

    __slots__ = ("_started_s", "_ticking", "_timer", "length_s")

    def __init__(self, loop: Any, length_s: float) -> None:
        tick_s = min(0.25, max(0.01, length_s / 20))
        self.length_s = length_s
        self._started_s: dict[Waiter, float] = {}
        self._timer = loop.timer(tick_s, tick_s)
        self._ticking = False

    def enter(self, waiter: Waiter) -> None:
        self._started_s[waiter] = time.monotonic()
        if not self._ticking:
            self._ticking = True
            self._timer.start(self._sweep)

    def leave(self, waiter: Waiter) -> None:
        del self._started_s[waiter]

    def _sweep(self) -> None:
        if not self._started_s:
            self._timer.stop()
            self._ticking = False
            return
        latest_s = time.monotonic() - self.length_s
        expired = []
        for waiter, started_s in self._started_s.items():
            if started_s > latest_s:
                break
            expired.append(waiter)
        for waiter in expired:
            if waiter in self._started_s:  # an earlier one, woken, may have ended this one's wait
                waiter.expire()


class Reactor:
    """An event loop's side of its connections. ``buffer`` holds what was received only until greenlets switch."""

    def __init__(self, hub: Any) -> None:
        self.loop = hub.loop
        self.switch = hub.switch
        self.buffer = bytearray(BUFFER_BYTES)
        self.view = memoryview(self.buffer)
        self.idle_parsers: list[ReplyParser] = []
        self._deadlines: dict[float, Deadlines] = {}
        self._addresses: dict[tuple[str, int], tuple[float, list[Address]]] = {}
        self._resolving = Semaphore()
        self._turn = 0

    @staticmethod
    def current() -> "Reactor":
        """The one of the calling thread's event loop."""
        hub = gevent.get_hub()
        reactor = _REACTORS.get(hub)
        if reactor is None:
            reactor = _REACTORS[hub] = Reactor(hub)
        return reactor

    def deadlines(self, length_s: float) -> Deadlines:
        deadlines = self._deadlines.get(length_s)
        if deadlines is None:
            deadlines = self._deadlines[length_s] = Deadlines(self.loop, length_s)
        return deadlines

    def addresses(self, host: str, port: int) -> list[Address]:
        """Where the host can be reached, another one first at each call; a name is looked up once a minute.

        Raises:
            OSError: the name is not known.
        """
        addresses = self._resolved(host, port)
        self._turn += 1
        first = self._turn % len(addresses)
        return addresses[first:] + addresses[:first]

    def _resolved(self, host: str, port: int) -> list[Address]:
        now_s = time.monotonic()
        known = self._addresses.get((host, port))
        if known is not None and known[0] > now_s:
            return known[1]
        with self._resolving:  # thousands of learners may ask at once: one looks it up, the others find it
            known = self._addresses.get((host, port))
            if known is not None and known[0] > now_s:
                return known[1]
            found = [
                (int(family), address) for family, _, _, _, address in getaddrinfo(host, port, 0, _socket.SOCK_STREAM)
            ]
            self._addresses[host, port] = (now_s + _ADDRESSES_GOOD_FOR_S, found)
            return found


_REACTORS: WeakKeyDictionary[Any, Reactor] = WeakKeyDictionary()
