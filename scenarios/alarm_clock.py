"""Wakes sleeping learners: one timer of the event loop for all of them, where gevent's ``sleep`` makes one each.

A sleeper who is due soon lies in a heap, all others in slots of a fraction of a second, so that going to sleep costs an
append, however many sleep. Whoever is due is switched to from one call of the event loop, not from one each.
"""

import time
from heapq import heapify, heappop, heappush
from itertools import count
from typing import Any, TypeAlias

import gevent
from greenlet import getcurrent, greenlet

Sleeper: TypeAlias = tuple[float, int, list[greenlet | None]]
"""When it is due, its number (so that sleepers compare), and the greenlet: None once it sleeps no more."""

_SLOTS_PER_S = 16
_LONGEST_S = 1e7  # who sleeps for ever: event loops take no infinite timers
_MOST_AT_ONCE = 16  # then the event loop looks at its connections: an answer must not wait for all who are due
_monotonic = time.monotonic


class AlarmClock:
    """The sleepers of one event loop, the one of the thread that makes it. Times are CLOCK_MONOTONIC seconds."""

    def __init__(self) -> None:
        hub = gevent.get_hub()
        self._loop = hub.loop
        self._switch = hub.switch
        self._number = count().__next__
        self._soon: list[Sleeper] = []
        self._later: dict[int, list[Sleeper]] = {}
        self._slots: list[int] = []
        self._slot = int(_monotonic() * _SLOTS_PER_S)
        self._timer: Any = None
        self._rings_s = float("inf")

    def sleep_until(self, time_s: float) -> None:
        """Let others run until then; at least once, where that is over already."""
        cell: list[greenlet | None] = [getcurrent()]
        self._put((min(time_s, _monotonic() + _LONGEST_S), self._number(), cell))
        try:
            self._switch()
        finally:
            cell[0] = None  # woken, or killed: nobody wakes it again

    def _put(self, sleeper: Sleeper) -> None:
        slot = int(sleeper[0] * _SLOTS_PER_S)
        if slot <= self._slot:
            heappush(self._soon, sleeper)
            rings_s = sleeper[0]
        else:
            sleepers = self._later.get(slot)
            if sleepers is not None:
                sleepers.append(sleeper)
                return
            self._later[slot] = [sleeper]
            heappush(self._slots, slot)
            rings_s = slot / _SLOTS_PER_S
        if rings_s < self._rings_s:
            self._set(rings_s)

    def _set(self, rings_s: float) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer.close()
        self._rings_s = rings_s
        self._timer = self._loop.timer(max(rings_s - _monotonic(), 0.0))
        self._timer.start(self._ring, update=True)

    def _ring(self) -> None:
        now_s = _monotonic()
        self._rings_s = -1.0  # who goes to sleep meanwhile sets nothing: that comes at the end
        self._come_near(now_s)
        soon = self._soon
        for _ in range(_MOST_AT_ONCE):
            if not soon or soon[0][0] > now_s:
                break
            sleeping = heappop(soon)[2][0]
            if sleeping is not None:
                sleeping.switch()
        self._rings_s = float("inf")
        following_s = min(
            soon[0][0] if soon else float("inf"), self._slots[0] / _SLOTS_PER_S if self._slots else float("inf")
        )
        if following_s < float("inf"):
            self._set(following_s)

    def _come_near(self, now_s: float) -> None:
        """Take the slots that have begun among those who are due soon."""
        self._slot = int(now_s * _SLOTS_PER_S)
        while self._slots and self._slots[0] <= self._slot:
            self._soon += self._later.pop(heappop(self._slots))
            heapify(self._soon)
