"""What came of a request: status, times, bytes, and the body where it was kept."""

import errno
import json
import math
import time
import zlib
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any

from firstbell.scenarios.http.raw_socket import OfflineError


class Outcome(StrEnum):
    """How a request ended, in the words of the run record."""

    OK = "ok"
    HTTP_ERROR = "http-error"  # a reply came, its status is 400 or above
    TIMEOUT = "timeout"  # no connection, or no further byte, within the time allowed
    CONNECTION = "connection"  # refused, reset, closed before the reply was whole, TLS trouble, unknown host
    PROTOCOL = "protocol"  # what came isn't HTTP/1.x, or a redirect that isn't followed
    NO_PORT = "no-port"  # the client's own machine has no source port left for a connection
    NO_DESCRIPTOR = "no-descriptor"  # the client's process, or its machine, may open no further file
    NO_MEMORY = "no-memory"  # the client's kernel has no memory left for a connection
    OFFLINE = "offline"  # the learner's own line was gone, or went while the reply was awaited
    CONTENT = "content"  # a reply came whole, and it doesn't say what it has to (set by who reads it)


_OWN_LIMITS = {
    errno.EADDRNOTAVAIL: Outcome.NO_PORT,
    errno.EADDRINUSE: Outcome.NO_PORT,
    errno.EMFILE: Outcome.NO_DESCRIPTOR,
    errno.ENFILE: Outcome.NO_DESCRIPTOR,
    errno.ENOBUFS: Outcome.NO_MEMORY,
    errno.ENOMEM: Outcome.NO_MEMORY,
}


def outcome_of(error: OSError) -> Outcome:
    """What an error of the socket means: a limit of the client's own machine, or trouble on the way or beyond."""
    if isinstance(error, TimeoutError):
        return Outcome.TIMEOUT
    if isinstance(error, OfflineError):
        return Outcome.OFFLINE
    return _OWN_LIMITS.get(error.errno or 0, Outcome.CONNECTION)


class Reply:
    """One request's outcome; always handed back, also where nothing came (``status`` 0 then).

    Times are ``time.monotonic()`` seconds: ``start_s`` before connecting or sending, ``first_byte_s`` at the first
    byte of the (last) reply, NaN if none came, ``end_s`` at its last byte or when it was given up. ``received_bytes``
    counts body bytes as they came (without heads and chunk framing), ``sent_bytes`` whole requests; both over all
    attempts and redirects. ``reused``: it went over a connection that had served before. ``attempts`` is 2 where the
    server had closed a kept connection and the request was sent again on a fresh one. ``error`` says in words why
    there is no good reply.
    """

    __slots__ = (
        "_head",
        "_headers",
        "attempts",
        "body",
        "end_s",
        "error",
        "first_byte_s",
        "outcome",
        "received_bytes",
        "redirects",
        "reused",
        "sent_bytes",
        "start_s",
        "status",
    )

    def __init__(self, start_s: float) -> None:
        self.status = 0
        self.outcome = Outcome.OK
        self.error: str | None = None
        self.body = b""
        self.received_bytes = 0
        self.sent_bytes = 0
        self.start_s = start_s
        self.first_byte_s = math.nan
        self.end_s = math.nan
        self.reused = False
        self.attempts = 1
        self.redirects = 0
        self._head = b""
        self._headers: dict[str, str] | None = None

    @property
    def ok(self) -> bool:
        return self.outcome is Outcome.OK

    @property
    def headers(self) -> dict[str, str]:
        """Header fields by lower-case name. Repeated fields are joined by a comma, ``set-cookie`` by a line feed."""
        if self._headers is None:
            self._headers = _fields(self._head)
        return self._headers

    @property
    def content(self) -> bytes:
        """The body with ``Content-Encoding: gzip`` or ``deflate`` undone.

        Raises:
            ValueError: it can't be undone; ``outcome`` is ``content`` from then on (unless it was no success before).
        """
        encoding = self.headers.get("content-encoding", "identity").lower()
        if encoding == "identity" or not self.body:
            return self.body
        if encoding not in ("gzip", "x-gzip", "deflate"):
            self.fail(Outcome.CONTENT, f"content encoding {encoding} isn't known")
            raise ValueError(self.error)
        try:
            return zlib.decompress(self.body, wbits=zlib.MAX_WBITS | 32)
        except zlib.error as error:
            self.fail(Outcome.CONTENT, f"the {encoding} body can't be unpacked: {error}")
            raise ValueError(self.error) from error

    @property
    def text(self) -> str:
        """The content as UTF-8; what isn't UTF-8 shows as U+FFFD."""
        return self.content.decode("utf-8", "replace")

    def json(self) -> Any:
        """The content as JSON.

        Raises:
            ValueError: it isn't JSON; ``outcome`` is ``content`` from then on (unless it was no success before).
        """
        content = self.content
        try:
            return json.loads(content)
        except ValueError as error:
            self.fail(Outcome.CONTENT, f"the body isn't JSON: {error}")
            raise

    @property
    def retry_after_s(self) -> float | None:
        """Seconds that ``Retry-After`` asks to wait (RFC 9110 §10.2.3: seconds or a date), None where it doesn't."""
        value = self.headers.get("retry-after", "").strip()
        if not value:
            return None
        if value.isascii() and value.isdigit():
            return float(value)
        until_s = _wall_clock_s(value)
        if until_s is None:
            return None
        now_s = _wall_clock_s(self.headers.get("date", ""))
        return max(0.0, until_s - (time.time() if now_s is None else now_s))

    def take(self, status: int, head: bytes, body: bytes) -> None:
        """A whole reply has come."""
        self.status = status
        self.body = body
        self._head = head
        self._headers = None
        if status >= 400:
            self.fail(Outcome.HTTP_ERROR, f"status {status}")

    def judge_refusal(self, expected: int) -> None:
        """A refusal with this status is the good reply; one that grants what was to be refused is not."""
        self.bear((expected,))
        if self.status != expected and self.outcome is Outcome.OK:
            self.fail(Outcome.CONTENT, f"status {self.status}, where {expected} was expected")

    def bear(self, statuses: tuple[int, ...]) -> None:
        """With one of these statuses it is no failure: who asked knows what to do."""
        if self.outcome is Outcome.HTTP_ERROR and self.status in statuses:
            self.outcome, self.error = Outcome.OK, None

    def fail(self, outcome: Outcome, error: str) -> None:
        """Put down why this is no good reply; the first reason stays."""
        if self.outcome is Outcome.OK:
            self.outcome = outcome
            self.error = error

    def __repr__(self) -> str:
        return f"<Reply {self.status} {self.outcome.value} {self.received_bytes} bytes>"


def _fields(head: bytes) -> dict[str, str]:
    fields: dict[str, str] = {}
    for line in head.decode("latin-1").split("\r\n")[1:]:
        name, _, value = line.partition(":")
        name, value = name.strip().lower(), value.strip()
        if name in fields:
            value = fields[name] + ("\n" if name == "set-cookie" else ", ") + value
        if name:
            fields[name] = value
    return fields


def _wall_clock_s(date: str) -> float | None:
    try:
        return parsedate_to_datetime(date).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None
