"""One learner's way to the platform: the line, how far away the platform is over it, and TCP's slow start."""

import time
from collections.abc import Callable

from firstbell.models.access import FIRST_TIMEOUT_S, INITIAL_WINDOW_BYTES, MOST_TIMEOUTS, rate_under_loss
from firstbell.scenarios.network.line import Direction, Line

_monotonic = time.monotonic
_PIECE_S = 0.25  # of the line's time is read or sent in one piece: so far ahead of the line the platform may be
_LEAST_PIECE_BYTES, _MOST_PIECE_BYTES = 2_048, 262_144
_IDLE_S = 0.2  # and a round trip: then Linux begins with a small window again (tcp_slow_start_after_idle, RTO)


class Access:
    """For one request at a time. ``platform_s`` is what the platform itself let this request wait.

    ``owed_bytes`` were read and the line has yet to carry them.
    """

    __slots__ = (
        "_chance", "_loss", "_most_down", "_most_up", "_quiet_since_s", "_round_s", "_window_bytes",
        "_window_left_bytes", "line", "name", "owed_bytes", "platform_s", "round_trip_s", "school",
    )  # fmt: skip

    def __init__(
        self,
        line: Line,
        *,
        name: str,
        school: str | None,
        round_trip_s: float,
        most_down_bits_per_s: float,
        most_up_bits_per_s: float,
        loss: float,
        chance: Callable[[], float],
    ) -> None:
        """``chance`` draws evenly from 0 to 1; the rates are what this learner's own device takes at most."""
        carried = rate_under_loss(round_trip_s=round_trip_s, loss=loss)
        self.line = line
        self.name = name
        self.school = school
        self.round_trip_s = round_trip_s
        self._most_down = min(most_down_bits_per_s, carried)
        self._most_up = min(most_up_bits_per_s, carried)
        self._loss = loss
        self._chance = chance
        self._quiet_since_s = float("-inf")
        self._round_s = 0.0
        self._window_bytes = self._window_left_bytes = float(INITIAL_WINDOW_BYTES)
        self.platform_s = 0.0
        self.owed_bytes = 0

    @property
    def piece_bytes(self) -> int:
        """What is read before the line is waited for; the receive buffer should hold no more."""
        return _piece_bytes(self._most_down)

    @property
    def piece_up_bytes(self) -> int:
        """What is sent before the line is waited for."""
        return _piece_bytes(self._most_up)

    def travel(self, round_trips: int, up_bytes: int) -> None:
        """Wait as long as it takes to set up so many round trips, the request's own included, and to send it."""
        timeline = self.line.timeline
        self.owed_bytes = 0
        if timeline.now_s() - self._quiet_since_s > _IDLE_S + self.round_trip_s:
            self._window_bytes = float(INITIAL_WINDOW_BYTES)
        waits_s = round_trips * self.round_trip_s + self._lost_s(round_trips)
        if up_bytes <= INITIAL_WINDOW_BYTES:
            waits_s += 8 * up_bytes / self._most_up  # too short to share the line with anybody
        timeline.wait_until(_monotonic() + waits_s)
        if up_bytes > INITIAL_WINDOW_BYTES:
            self._carry(self.line.up, up_bytes, self._most_up)
        self._window_left_bytes = self._window_bytes

    def send(self, up_bytes: int) -> None:
        """Wait until more of a request is through."""
        self._carry(self.line.up, up_bytes, self._most_up)

    def answered(self, first_bytes: int) -> None:
        """The first bytes of an answer are there: its first window is under way."""
        self._round_s = self.line.timeline.now_s()
        self.owed_bytes = first_bytes

    def settle(self) -> None:
        """Wait until the line has carried what was read.

        As long as a window is smaller than what the line holds in a round trip, the next is a round trip behind it.
        """
        left, self.owed_bytes = float(self.owed_bytes), 0
        while left > 0:
            whole = self._window_bytes >= self._most_down * self.round_trip_s / 8
            if not whole and self._window_left_bytes <= 0:
                self._next_round()
                continue
            part = left if whole else min(left, self._window_left_bytes)
            self._carry(self.line.down, part, self._most_down)
            left -= part
            self._window_left_bytes -= part
        self._quiet_since_s = self.line.timeline.now_s()

    def _next_round(self) -> None:
        timeline, acknowledged_s = self.line.timeline, self._round_s + self.round_trip_s
        if timeline.now_s() < acknowledged_s:
            timeline.wait_until(acknowledged_s)
        self._round_s = timeline.now_s()
        self._window_bytes *= 2
        self._window_left_bytes = self._window_bytes

    def _carry(self, direction: Direction, part_bytes: float, most_bits_per_s: float) -> None:
        direction.carry(8 * part_bytes, most_bits_per_s)

    def _lost_s(self, round_trips: int) -> float:
        """What is lost before data flow is told of by nothing but a timeout, and lost again with the same chance."""
        waits_s = 0.0
        for _ in range(round_trips if self._loss else 0):
            timeout_s = FIRST_TIMEOUT_S
            for _ in range(MOST_TIMEOUTS):
                if self._chance() >= self._loss:
                    break
                waits_s += timeout_s
                timeout_s *= 2
        return waits_s


def _piece_bytes(bits_per_s: float) -> int:
    return min(max(int(bits_per_s * _PIECE_S / 8), _LEAST_PIECE_BYTES), _MOST_PIECE_BYTES)
