"""Events of one event loop in the order of their times. Whoever is woken by one finds it to be that moment.

A timer rings late; what lines do then must not depend on by how much. So events happen in their order, each at its own
time, and who goes on from there goes on from that time.
"""

import time
from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count
from typing import Any, TypeAlias

import gevent
from greenlet import getcurrent

Event: TypeAlias = list[Any]
"""When, its number (so that events compare), and the call: None once it is cancelled."""

_MOST_AT_ONCE = 32  # then the event loop looks at its connections
_monotonic = time.monotonic


class Timeline:
    """The events of the event loop of the thread that makes it. Times are CLOCK_MONOTONIC seconds."""

    def __init__(self) -> None:
        hub = gevent.get_hub()
        self._loop = hub.loop
        self._switch = hub.switch
        self._number = count().__next__
        self._events: list[Event] = []
        self._timer: Any = None
        self._rings_s = float("inf")
        self._happening_s: float | None = None

    def now_s(self) -> float:
        """The time of the event that happens just now; outside any, the clock's."""
        return _monotonic() if self._happening_s is None else self._happening_s

    def call_at(self, time_s: float, call: Callable[[], None]) -> Event:
        """Have something done in the event loop; it must not wait for anything."""
        event: Event = [time_s, self._number(), call]
        heappush(self._events, event)
        if time_s < self._rings_s:
            self._set(time_s)
        return event

    def pause(self) -> None:
        """Let others run until somebody switches back."""
        self._switch()

    def wait_until(self, time_s: float) -> None:
        """Let others run until then."""
        event = self.call_at(time_s, getcurrent().switch)
        try:
            self._switch()
        finally:
            event[2] = None

    def _set(self, rings_s: float) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer.close()
        self._rings_s = rings_s
        self._timer = self._loop.timer(max(rings_s - _monotonic(), 0.0))
        self._timer.start(self._ring, update=True)

    def _ring(self) -> None:
        now_s = _monotonic()
        self._rings_s = float("-inf")  # who adds an event meanwhile sets nothing: that comes at the end
        events = self._events
        try:
            for _ in range(_MOST_AT_ONCE):
                if not events or events[0][0] > now_s:
                    break
                event_s, _, call = heappop(events)
                if call is not None:
                    self._happening_s = event_s
                    call()
        finally:
            self._happening_s = None
            self._rings_s = float("inf")
            while events and events[0][2] is None:
                heappop(events)
            if events:
                self._set(events[0][0])
