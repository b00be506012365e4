"""A learner's client over a line of its own: the same requests, read and sent no faster than the line carries them.

The platform is made to wait as it would be: bytes are left in its hands until the line has room for them, and its
connection is held for as long. What the line takes is waited for by computed time, not by the machine's.
"""

import math
import ssl
import time
from collections.abc import Mapping
from typing import Any

from greenlet import getcurrent

from firstbell.scenarios.http.client import Client
from firstbell.scenarios.http.connection import Connection
from firstbell.scenarios.http.origin import Origin
from firstbell.scenarios.http.raw_socket import NothingSentError, OfflineError, RawSocket
from firstbell.scenarios.http.reactor import Deadlines, Reactor
from firstbell.scenarios.http.reply import Outcome, Reply
from firstbell.scenarios.http.request import PreparedRequest
from firstbell.scenarios.network.access import Access

_monotonic = time.monotonic
_GONE = "the learner's line is gone"
_NO_HEADERS: Mapping[str, str] = {}


class ShapedConnection(Connection):
    """A connection over a learner's line. What was read is waited for before more is."""

    __slots__ = ("_access", "_asking", "_set_up_round_trips", "outages")

    def __init__(self, reactor: Reactor, raw: RawSocket, deadlines: Deadlines) -> None:
        super().__init__(reactor, raw, deadlines)
        self._access: Any = None
        self._asking = False
        self._set_up_round_trips = 0
        self.outages = 0

    def go_over(self, access: Access) -> None:
        """Belong to a learner's line, freshly set up: TCP took a round trip, TLS one more, before version 1.3 two."""
        self._access = access
        self.outages = access.line.outages
        self._set_up_round_trips = 1
        if self._tls is not None:
            self._set_up_round_trips += 1 if self._tls.version() == "TLSv1.3" else 2

    def ask(self, data: bytes, at_most_bytes: int) -> int:
        access = self._access
        piece_bytes = access.piece_up_bytes
        access.travel(1 + self._set_up_round_trips, min(len(data), piece_bytes))
        self._set_up_round_trips = 0
        if len(data) > piece_bytes:
            data = self._send_pieces(data, piece_bytes)
        asked_s = _monotonic()
        self._asking = True
        try:
            count = super().ask(data, at_most_bytes)
        finally:
            self._asking = False
            access.platform_s += _monotonic() - asked_s
        access.answered(count)
        return count

    def _send_pieces(self, data: bytes, piece_bytes: int) -> bytes:
        """Send all but the last piece, each after the line has carried it; the last one, which it has carried too."""
        at = 0
        while True:
            piece = data[at : at + piece_bytes]
            if at:
                self._look_away()
                self._access.send(len(piece))
                self._look_again()
            if at + piece_bytes >= len(data):
                return piece
            try:
                self.send(piece)
            except NothingSentError:
                if at:  # of the request something was
                    raise ConnectionResetError("the server closed the connection during the request") from None
                raise
            at += piece_bytes

    def begin_body(self, head: bytes) -> None:
        self._access.travel(1 + self._set_up_round_trips, len(head))
        self._set_up_round_trips = 0
        super().begin_body(head)

    def send_unless_answered(self, piece: memoryview) -> bool:
        """Each part of the piece once the line has carried it."""
        part_bytes = self._access.piece_up_bytes
        for at in range(0, len(piece), part_bytes):
            part = piece[at : at + part_bytes]
            self._look_away()
            self._access.send(len(part))
            self._look_again()
            if not super().send_unless_answered(part):
                return False
        return True

    def await_answer(self, at_most_bytes: int) -> int:
        asked_s = _monotonic()
        self._asking = True
        try:
            count = super().await_answer(at_most_bytes)
        finally:
            self._asking = False
            self._access.platform_s += _monotonic() - asked_s
        self._access.answered(count)
        return count

    def receive(self, at_most_bytes: int, *, discard: bool = False) -> int:
        if self._asking:
            return super().receive(at_most_bytes, discard=discard)
        access = self._access
        self._look_away()
        access.settle()
        self._look_again()
        asked_s = _monotonic()
        try:
            count = super().receive(min(at_most_bytes, access.piece_bytes), discard=discard)
        finally:
            access.platform_s += _monotonic() - asked_s
        access.owed_bytes = count
        return count

    def _look_away(self) -> None:
        """Bytes that come while the line is waited for are nobody's yet, and no sign that the server says goodbye."""
        self._watcher.stop()

    def _look_again(self) -> None:
        if self.closed:
            raise ConnectionAbortedError("closed while the line was waited for")
        self._watcher.start(self._on_readable)


class ShapedClient(Client):
    """A client that goes by a learner's line. ``network_s`` is what the line added to the last request's time."""

    __slots__ = ("_greenlet", "access", "network_s")

    def __init__(
        self,
        origin: Origin,
        access: Access,
        *,
        source_address: str | None = None,
        ssl_context: ssl.SSLContext | None = None,
        headers: Mapping[str, str] = _NO_HEADERS,
    ) -> None:
        super().__init__(origin, source_address=source_address, ssl_context=ssl_context, headers=headers)
        self.access = access
        self.network_s = 0.0
        self._greenlet: Any = None

    def cut(self) -> None:
        """The line has gone: whoever waits for it, or for the platform, learns it now. Called by the event loop."""
        if self._greenlet is not None:
            self._greenlet.throw(OfflineError(_GONE))

    def send(self, prepared: PreparedRequest, *, keep_body: bool = True, follow_redirects: bool = True) -> Reply:
        self.access.platform_s = 0.0
        start_s, end_s = _monotonic(), math.nan
        try:
            reply = super().send(prepared, keep_body=keep_body, follow_redirects=follow_redirects)
            start_s, end_s = reply.start_s, reply.end_s
            return reply
        finally:
            if math.isnan(end_s):  # the learner was stopped
                end_s = _monotonic()
            self.network_s = max(end_s - start_s - self.access.platform_s, 0.0)

    def _exchange(self, prepared: PreparedRequest, reply: Reply, keep_body: bool) -> None:
        line = self.access.line
        if line.is_off:
            reply.fail(Outcome.OFFLINE, _GONE)
            reply.end_s = _monotonic()
            return
        self._greenlet = getcurrent()
        line.users[self] = None
        try:
            super()._exchange(prepared, reply, keep_body)
            if reply.status:
                self._settle(reply)
        finally:
            del line.users[self]
            self._greenlet = None

    def _settle(self, reply: Reply) -> None:
        """The reply is whole once the line has carried it: at the time that was computed, whenever the timer rang."""
        try:
            self.access.settle()
        except OfflineError as error:
            self._give_up(reply, Outcome.OFFLINE, error)
        except BaseException:  # the greenlet is killed
            self.close()
            raise
        reply.end_s = max(self.access.line.timeline.now_s(), reply.start_s)

    def _ask_kept(self, connection: Connection, prepared: PreparedRequest, reply: Reply) -> int:
        if isinstance(connection, ShapedConnection) and connection.outages != self.access.line.outages:
            return 0  # it didn't outlive the outage
        return super()._ask_kept(connection, prepared, reply)

    def _opened(self, reactor: Reactor) -> Connection:
        access = self.access
        if access.line.is_off:
            raise OfflineError(_GONE)
        asked_s = _monotonic()
        try:
            connection = ShapedConnection.open(
                self.origin,
                reactor,
                reactor.deadlines(self._connect_timeout_s),
                source_address=self._source_address,
                tls=self._tls,
                receive_buffer_bytes=access.piece_bytes,
            )
        finally:
            access.platform_s += _monotonic() - asked_s
        assert isinstance(connection, ShapedConnection)
        connection.go_over(access)
        return connection
