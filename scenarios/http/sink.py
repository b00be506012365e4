"""Where the body of a partial answer goes, piece by piece, so that nobody holds it whole."""

from typing import Any

from firstbell.scenarios.http.raw_socket import LineCutError

PARTIAL = 206


class Sink:
    """Counts the bytes of a partial answer, and hashes them where there is a ``digest`` (of hashlib).

    ``cut_after_bytes`` is where the line of whoever receives it breaks; None where it holds. Bodies of other answers,
    such as of refusals, are let pass.
    """

    __slots__ = ("cut_after_bytes", "digest", "taken_bytes")

    def __init__(self, digest: Any = None, cut_after_bytes: int | None = None) -> None:
        self.digest = digest
        self.cut_after_bytes = cut_after_bytes
        self.taken_bytes = 0

    def take(self, status: int, piece: bytes) -> None:
        """Take what came next of the body of an answer with this status; raises LineCutError where the line breaks."""
        if status != PARTIAL:
            return
        cut_bytes = self.cut_after_bytes
        breaks = cut_bytes is not None and self.taken_bytes + len(piece) > cut_bytes
        if breaks and cut_bytes is not None:
            piece = piece[: cut_bytes - self.taken_bytes]
        self.taken_bytes += len(piece)
        if self.digest is not None:
            self.digest.update(piece)
        if breaks:
            raise LineCutError("the line broke, as the scenario has it")
