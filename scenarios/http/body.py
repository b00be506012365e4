"""A request's body as slices of a buffer that everybody shares: however long, nobody has a copy of it."""

from collections.abc import Iterator

from firstbell.scenarios.http.raw_socket import LineCutError

PIECE_BYTES = 256 * 1024


class SharedBody:
    """``length_bytes`` of a buffer from ``start`` on, begun again at its end as often as it takes.

    ``cut_after_bytes`` is where the line of whoever sends it breaks; None where it holds.
    """

    __slots__ = ("buffer", "cut_after_bytes", "length_bytes", "start")

    def __init__(self, buffer: memoryview, start: int, length_bytes: int, cut_after_bytes: int | None = None) -> None:
        self.buffer = buffer
        self.start = start
        self.length_bytes = length_bytes
        self.cut_after_bytes = cut_after_bytes

    def rest(self, offset: int, cut_after_bytes: int | None = None) -> "SharedBody":
        """The same from ``offset`` on."""
        return SharedBody(self.buffer, self.start + offset, self.length_bytes - offset, cut_after_bytes)

    def pieces(self) -> Iterator[memoryview]:
        """All of it, piece by piece; raises LineCutError where the line breaks."""
        size = len(self.buffer)
        length = self.length_bytes if self.cut_after_bytes is None else self.cut_after_bytes
        done = 0
        while done < length:
            at = (self.start + done) % size
            piece = self.buffer[at : at + min(PIECE_BYTES, length - done)]
            yield piece
            done += len(piece)
        if self.cut_after_bytes is not None:
            raise LineCutError("the line broke, as the scenario has it")
