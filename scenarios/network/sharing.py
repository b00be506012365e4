"""A line shared by transfers, computed from event to event: who gets which rate, and when each is through.

Max-min fair sharing, the fluid limit of what TCP connections of equal round trips do (Bertsekas & Gallager 1992,
§6.5.2): whoever can't use an even share takes what they can, the others share the rest evenly. It has no clock of its
own, and does nothing but compute.
"""

import math

_AT_ONCE_S = 1e-9  # what is through within it of another is through with it: clocks round no finer


class Transfer:
    """Bits on their way. ``most_bits_per_s`` is what their receiver takes; ``end_s`` is None until they are through."""

    __slots__ = ("bits_per_s", "end_s", "left_bits", "most_bits_per_s", "waiter")

    def __init__(self, bits: float, most_bits_per_s: float, waiter: object = None) -> None:
        self.left_bits = bits
        self.most_bits_per_s = most_bits_per_s
        self.waiter = waiter
        self.bits_per_s = 0.0
        self.end_s: float | None = None


class SharedLine:
    """One direction of a line. ``left_share`` of it is kept for transfers, whatever is set aside for others."""

    __slots__ = ("_first", "_left_share", "_set_aside_bits_per_s", "_transfers", "at_s", "bits_per_s", "next_s")

    def __init__(self, bits_per_s: float, *, at_s: float, left_share: float = 0.0) -> None:
        self.bits_per_s = bits_per_s
        self.at_s = at_s
        self.next_s = math.inf
        self._left_share = left_share
        self._set_aside_bits_per_s = 0.0
        self._transfers: list[Transfer] = []
        self._first: Transfer | None = None  # who will be through at next_s

    @property
    def room_bits_per_s(self) -> float:
        """What transfers have together."""
        return max(self.bits_per_s - self._set_aside_bits_per_s, self._left_share * self.bits_per_s)

    def __len__(self) -> int:
        """Transfers under way."""
        return len(self._transfers)

    def advance(self, to_s: float) -> list[Transfer]:
        """Let the time go on; the transfers that are through by then, in the order in which they were."""
        through: list[Transfer] = []
        while self.next_s <= to_s:
            first_s = self.next_s
            self._carry(first_s)
            for each in self._transfers:
                if each is self._first or each.left_bits <= each.bits_per_s * _AT_ONCE_S:
                    each.end_s = first_s
                    through.append(each)
            self._transfers = [each for each in self._transfers if each.end_s is None]
            self._share_out()
        self._carry(to_s)
        return through

    def join(self, transfer: Transfer) -> None:
        """A transfer begins, at the moment to which the line was brought."""
        self._transfers.append(transfer)
        self._share_out()

    def leave(self, transfer: Transfer) -> None:
        """A transfer is broken off."""
        self._transfers = [each for each in self._transfers if each is not transfer]
        self._share_out()

    def set_aside(self, bits_per_s: float) -> None:
        """So much more (or, below 0, less) is taken by what doesn't share: calls, which don't wait."""
        self._set_aside_bits_per_s = max(self._set_aside_bits_per_s + bits_per_s, 0.0)
        self._share_out()

    def _carry(self, to_s: float) -> None:
        passed_s = to_s - self.at_s
        if passed_s <= 0:
            return
        self.at_s = to_s
        for each in self._transfers:
            each.left_bits -= each.bits_per_s * passed_s

    def _share_out(self) -> None:
        self.next_s, self._first = math.inf, None
        room, sharers = self.room_bits_per_s, len(self._transfers)
        for each in sorted(self._transfers, key=_most) if sharers > 1 else self._transfers:
            each.bits_per_s = min(each.most_bits_per_s, room / sharers)
            room -= each.bits_per_s
            sharers -= 1
            if each.bits_per_s > 0:
                end_s = self.at_s + each.left_bits / each.bits_per_s
                if end_s < self.next_s:
                    self.next_s, self._first = end_s, each


def _most(transfer: Transfer) -> float:
    return transfer.most_bits_per_s
