"""A reply's bytes read by llhttp (through httptools): heads, chunks, interim replies, and what is no HTTP at all."""

import re
from typing import Any

import httptools

_MOST_HEAD_BYTES = 256 * 1024
_CONTENT_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)[ \t]*(?=\r\n|$)", re.IGNORECASE)
_TRANSFER_ENCODING = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)


class ProtocolError(Exception):
    """What came is no HTTP/1.x reply."""


class ReplyParser:
    """Reads one reply. After a whole reply that keeps its connection (``reusable``) it reads the next after ``reset``.

    ``head`` is the final reply's head without its blank line. httptools' parser holds this object's methods: call
    ``retire`` on one that isn't reused, or the cycle stays while the collector is off.
    """

    __slots__ = (
        "_chunks",
        "_ended",
        "_head_only",
        "_keep_body",
        "_parser",
        "_unfinished",
        "body_bytes",
        "complete",
        "excess",
        "head",
        "head_complete",
        "interim",
        "keeps_alive",
        "status",
    )

    def __init__(self) -> None:
        self._parser: Any = httptools.HttpResponseParser(self)
        self.reset("GET", False)

    def reset(self, method: str, keep_body: bool) -> None:
        """Begin a new reply, to a request by this method."""
        self._chunks: list[bytes] = []
        self._ended = False
        self._head_only = method == "HEAD"
        self._keep_body = keep_body
        self._unfinished = b""
        self.body_bytes = 0
        self.complete = False
        self.excess = False
        self.head = b""
        self.head_complete = False
        self.interim = False
        self.keeps_alive = False
        self.status = 0

    def feed(self, data: memoryview) -> None:
        """Read some more bytes.

        Raises:
            ProtocolError: they can't be part of a reply.
        """
        had_head = self.head_complete
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            raise ProtocolError("the server switched to another protocol unasked") from None
        except httptools.HttpParserError as error:
            if not self.complete:
                raise ProtocolError(f"not an HTTP reply: {error}") from None
            self.excess = True
        if not had_head:
            self._take_head(data)

    def _take_head(self, data: memoryview) -> None:
        raw = self._unfinished + data.tobytes() if self._unfinished or self.interim else data.tobytes()
        if not self.head_complete:
            self._unfinished = raw
            if len(raw) > _MOST_HEAD_BYTES:
                raise ProtocolError(f"the reply's head is longer than {_MOST_HEAD_BYTES} bytes")
            return
        self._unfinished = b""
        self.head = _final_head(raw) if self.interim else raw[: raw.find(b"\r\n\r\n")]

    def finish(self) -> None:
        """The stream has ended; a body that only the end delimits is whole now."""
        delimited = _CONTENT_LENGTH.search(self.head) or _TRANSFER_ENCODING.search(self.head)
        if self.head_complete and not delimited:
            self.complete = True

    def left_bytes(self) -> int | None:
        """Body bytes still to come, None where only the parser can tell (head, chunks) or only the stream's end."""
        if not self.head_complete:
            return None
        length = _CONTENT_LENGTH.search(self.head)
        if length is None or _TRANSFER_ENCODING.search(self.head):
            return None
        return int(length[1]) - self.body_bytes

    @property
    def body(self) -> bytes:
        chunks = self._chunks
        if not chunks:
            return b""
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    def drawn_off(self) -> bytes:
        """What came of the body since this was last asked."""
        drawn = self.body
        self._chunks.clear()
        return drawn

    @property
    def reusable(self) -> bool:
        """Whether this parser stands at the start of a next reply."""
        return self._ended and self.connection_reusable

    @property
    def connection_reusable(self) -> bool:
        return self.complete and self.keeps_alive and not self.excess

    def take_body(self, size_bytes: int, chunk: bytes | None) -> None:
        """Count a piece of the body that was read past ``feed``."""
        self.body_bytes += size_bytes
        if chunk is not None:
            self._chunks.append(chunk)

    def retire(self) -> None:
        self._parser = None

    def on_message_begin(self) -> None:
        if self.complete:
            self.excess = True

    def on_headers_complete(self) -> None:
        if self.complete:
            return
        self.status = self._parser.get_status_code()
        if self.status < 200:
            self.interim = True
            return
        self.head_complete = True
        self.keeps_alive = self._parser.should_keep_alive()
        self.complete = self._head_only

    def on_body(self, chunk: bytes) -> None:
        if self.complete:
            self.excess = True
            return
        self.body_bytes += len(chunk)
        if self._keep_body:
            self._chunks.append(chunk)

    def on_message_complete(self) -> None:
        if self.head_complete and not self.complete:
            self.complete = self._ended = True


def _final_head(raw: bytes) -> bytes:
    """The head of the final reply behind one or more interim ones (1xx)."""
    while True:
        head, _, rest = raw.partition(b"\r\n\r\n")
        if head.split(b" ", 2)[1][:1] != b"1":
            return head
        raw = rest
