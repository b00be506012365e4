"""A learner's or a school's line in the event loop: who waits for bits on it, and what its outages cut off."""

from functools import partial
from typing import Protocol

from greenlet import getcurrent, greenlet

from firstbell.scenarios.network.interruptions import Interruptions
from firstbell.scenarios.network.sharing import SharedLine, Transfer
from firstbell.scenarios.network.timeline import Event, Timeline


class User(Protocol):
    """Somebody with a request on the line."""

    def cut(self) -> None:
        """The line has gone."""


class Direction:
    """One direction of a line: greenlets wait here until their bits are through."""

    __slots__ = ("_event", "_shared", "_timeline")

    def __init__(self, timeline: Timeline, bits_per_s: float, *, left_share: float) -> None:
        self._timeline = timeline
        self._shared = SharedLine(bits_per_s, at_s=timeline.now_s(), left_share=left_share)
        self._event: Event | None = None

    def carry(self, bits: float, most_bits_per_s: float) -> None:
        """Wait until so many bits are through, beside what else is on the line."""
        shared, transfer = self._shared, Transfer(bits, most_bits_per_s, getcurrent())
        late = shared.advance(self._timeline.now_s())
        shared.join(transfer)
        self._await_next(late)
        try:
            self._timeline.pause()
        finally:
            transfer.waiter = None  # woken, or killed: nobody wakes it again
            if transfer.end_s is None:
                late = shared.advance(self._timeline.now_s())
                shared.leave(transfer)
                self._await_next(late)

    def set_aside(self, bits_per_s: float) -> None:
        """So much more is taken by calls."""
        late = self._shared.advance(self._timeline.now_s())
        self._shared.set_aside(bits_per_s)
        self._await_next(late)

    def _await_next(self, late: list[Transfer]) -> None:
        """``late`` were through before this moment and nobody has told them: the timer rings late."""
        for each in late:
            assert each.end_s is not None
            self._timeline.call_at(each.end_s, partial(_wake, each))
        if self._event is not None:
            self._event[2] = None
        next_s = self._shared.next_s
        self._event = self._timeline.call_at(next_s, self._happen) if next_s < float("inf") else None

    def _happen(self) -> None:
        through = self._shared.advance(self._timeline.now_s())
        self._event = None
        self._await_next([])
        for each in through:
            _wake(each)


class Line:
    """Both directions, and when they are there."""

    def __init__(
        self,
        timeline: Timeline,
        *,
        down_bits_per_s: float,
        up_bits_per_s: float,
        left_share: float = 0.0,
        interruptions: Interruptions | None = None,
    ) -> None:
        self.timeline = timeline
        self.down = Direction(timeline, down_bits_per_s, left_share=left_share)
        self.up = Direction(timeline, up_bits_per_s, left_share=left_share)
        self.users: dict[User, None] = {}
        self._interruptions = interruptions
        if interruptions is not None:
            timeline.call_at(interruptions.next_s(timeline.now_s()), self._cut)

    @property
    def is_off(self) -> bool:
        """Whether the line is gone now."""
        gaps = self._interruptions
        return gaps is not None and gaps.is_off(self.timeline.now_s())

    @property
    def outages(self) -> int:
        """A number that rises with each outage: connections don't outlive one."""
        gaps = self._interruptions
        return 0 if gaps is None else gaps.count_at(self.timeline.now_s())

    def _cut(self) -> None:
        assert self._interruptions is not None
        for user in tuple(self.users):
            user.cut()
        self.timeline.call_at(self._interruptions.next_s(self.timeline.now_s()), self._cut)


def _wake(transfer: Transfer) -> None:
    if isinstance(transfer.waiter, greenlet):
        transfer.waiter.switch()
