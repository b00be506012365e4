"""A non-blocking TCP or TLS connection whose waits switch greenlets.

It goes below gevent's socket, straight to the C socket. The watcher is started once and stays: starting one a wait
costs a system call and objects each time, and one that stays tells at once when the server closes a resting connection.
"""

import errno
import os
import socket
import ssl
from typing import Any

from greenlet import getcurrent

from firstbell.scenarios.http.origin import Origin
from firstbell.scenarios.http.raw_socket import NothingSentError, RawSocket, new_socket
from firstbell.scenarios.http.reactor import Address, Deadlines, Reactor

_READ, _WRITE = 1, 2  # libev's event bits


class Connection:
    """One open connection. ``deadlines`` bound every wait; one that runs out raises ``TimeoutError``.

    ``waiting`` is the greenlet that waits for its bytes, None while nobody does. ``spent``: an answer came before all
    of its request was sent, so that no further request can follow.
    """

    __slots__ = ("_socket", "_tls", "_watcher", "closed", "deadlines", "reactor", "spent", "waiting")

    def __init__(self, reactor: Reactor, raw: RawSocket, deadlines: Deadlines) -> None:
        self.reactor = reactor
        self.deadlines = deadlines
        self._socket = raw
        self._tls: Any = None
        self.waiting: Any = None
        self._watcher: Any = reactor.loop.io(raw.fileno(), _READ, ref=False)  # a Deadlines' timer keeps the loop going
        self.closed = False
        self.spent = False

    @classmethod
    def open(
        cls,
        origin: Origin,
        reactor: Reactor,
        deadlines: Deadlines,
        *,
        source_address: str | None = None,
        tls: ssl.SSLContext | None = None,
        receive_buffer_bytes: int | None = None,
    ) -> "Connection":
        """Connect to the first address of the origin that answers; ``deadlines`` bound each step.

        Raises:
            TimeoutError, OSError: no address answered (the last one's trouble is told); TLS trouble is an ``OSError``.
        """
        trouble: OSError | None = None
        for address in reactor.addresses(origin.host, origin.port):
            try:
                return cls._open_at(address, origin, reactor, deadlines, source_address, tls, receive_buffer_bytes)
            except OSError as error:
                trouble = error
        assert trouble is not None
        try:
            raise trouble
        finally:
            del trouble  # the traceback holds this frame: a cycle, with the collector switched off a leak

    @classmethod
    def _open_at(
        cls,
        address: Address,
        origin: Origin,
        reactor: Reactor,
        deadlines: Deadlines,
        source_address: str | None,
        tls: ssl.SSLContext | None,
        receive_buffer_bytes: int | None,
    ) -> "Connection":
        raw = new_socket(address[0], source_address, receive_buffer_bytes)
        connection = cls(reactor, raw, deadlines)
        try:
            connection._connect(address[1])
            if tls is not None:
                connection._shake_hands(tls, origin.host)
        except BaseException:
            connection.close()
            raise
        return connection

    def _connect(self, address: tuple[Any, ...]) -> None:
        code = self._socket.connect_ex(address)
        if code == errno.EINPROGRESS:
            self._wait_writable()
            code = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        else:
            self._watcher.start(self._on_readable)
        if code:
            raise OSError(code, os.strerror(code))

    def _shake_hands(self, context: ssl.SSLContext, host: str) -> None:
        # What ssl.SSLSocket and gevent's do inside, without their Python objects a learner.
        self._tls = context._wrap_socket(self._socket, False, host)  # type: ignore[attr-defined]
        while True:
            try:
                self._tls.do_handshake()
                return
            except ssl.SSLWantReadError:
                self.wait_readable()
            except ssl.SSLWantWriteError:
                self._wait_writable()

    def ask(self, data: bytes, at_most_bytes: int) -> int:
        """Send, wait for what comes and read its beginning: how many bytes, 0 at the stream's end. See ``send``."""
        self.send(data)
        self.wait_readable()
        if self._tls is None:  # in the common case all without a further call: this is gone through for each request
            try:
                return self._socket.recv_into(self.reactor.buffer, at_most_bytes)
            except BlockingIOError:
                pass
        return self.receive(at_most_bytes)

    def send(self, data: bytes) -> None:
        """Hand all of ``data`` to the kernel.

        Raises:
            NothingSentError: the connection was dead before the first byte.
            TimeoutError, OSError: it broke in between.
        """
        try:
            sent = self._socket.send(data) if self._tls is None else self._send_some(data)
        except BlockingIOError:
            sent = 0
        except OSError as error:
            raise NothingSentError(error.errno, error.strerror) from None
        if sent < len(data):
            self._send_rest(memoryview(data)[sent:])

    def begin_body(self, head: bytes) -> None:
        """Send the head of a request whose body follows by ``send_unless_answered``; see ``send``."""
        self.send(head)

    def await_answer(self, at_most_bytes: int) -> int:
        """The beginning of the answer to it, as from ``ask``."""
        return self.receive(at_most_bytes)

    def send_unless_answered(self, piece: memoryview) -> bool:
        """Hand a piece of a body to the kernel; False, some of it perhaps unsent, where an answer is there already.

        Over TLS an answer is looked for only at the body's end: what stirs before may be session tickets.

        Raises:
            TimeoutError, OSError: the connection broke.
        """
        rest = piece
        while rest:
            if self._tls is None and not self.is_resting():
                return False
            sent = self._send_some(rest)  # not within the slice below: mypyc evaluates a slice's begin twice
            rest = rest[sent:]
            if rest:
                self._wait_writable(_WRITE if self._tls is not None else _READ | _WRITE)
        return True

    def _send_rest(self, rest: memoryview) -> None:
        while rest:
            self._wait_writable()
            sent = self._send_some(rest)  # not within the slice below: mypyc evaluates a slice's begin twice
            rest = rest[sent:]

    def _send_some(self, data: bytes | memoryview) -> int:
        """Bytes taken at once, 0 where none could be."""
        try:
            if self._tls is None:
                return self._socket.send(data)
            return int(self._tls.write(data))
        except (BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
            return 0

    def receive(self, at_most_bytes: int, *, discard: bool = False) -> int:
        """Read into the reactor's buffer, waiting if nothing is there yet: how many bytes, 0 at the stream's end.

        With ``discard`` the buffer's contents mean nothing: over plain TCP the kernel drops the bytes (``MSG_TRUNC``,
        tcp(7)) and copies none.
        """
        flags = socket.MSG_TRUNC if discard else 0
        while True:
            count = self._receive_ready(at_most_bytes, flags)
            if count >= 0:
                return count
            self.wait_readable()

    def _receive_ready(self, at_most_bytes: int, flags: int = 0) -> int:
        """Bytes read without waiting, 0 at the end of the stream, -1 where nothing is there yet."""
        try:
            if self._tls is None:
                return self._socket.recv_into(self.reactor.buffer, at_most_bytes, flags)
            return int(self._tls.read(at_most_bytes, self.reactor.view))
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return -1
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):  # the latter: closed without TLS's own goodbye, as many do
            return 0

    def is_resting(self) -> bool:
        """Whether nothing has come since the last reply: no goodbye of the server, no bytes that nobody asked for."""
        if self.closed:
            return False
        if self._tls is not None:  # what stirs may be session tickets: reading takes them in, and yields nothing
            return self._tls_is_silent()
        try:
            self._socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def _tls_is_silent(self) -> bool:
        try:
            return self._receive_ready(1) < 0
        except OSError:
            return False

    def wait_readable(self) -> None:
        """Let others run until bytes, or the end of the stream, are there; may come back early."""
        deadlines = self.deadlines
        self.waiting = getcurrent()
        deadlines.enter(self)
        try:
            in_time = self.reactor.switch()
        finally:
            self.waiting = None
            deadlines.leave(self)
        if in_time is False:
            raise TimeoutError(f"nothing came for {deadlines.length_s:g} s")

    def _wait_writable(self, events: int = _WRITE) -> None:
        watcher = self._watcher
        watcher.stop()
        watcher.events = events
        watcher.start(self._on_readable)
        try:
            self.wait_readable()
        finally:
            if not self.closed:
                watcher.stop()
                watcher.events = _READ
                watcher.start(self._on_readable)

    def _on_readable(self) -> None:
        """The event loop's call: wake who waits; a resting connection that stirs is at its end."""
        if self.waiting is not None:
            self.waiting.switch(True)
        elif not self.is_resting():
            self.close()

    def expire(self) -> None:
        """The deadlines' call: whoever waits has waited long enough."""
        if self.waiting is not None:
            self.waiting.switch(False)

    def close(self) -> None:
        """Close at once (no TLS goodbye); closing again does nothing."""
        if self.closed:
            return
        self.closed = True
        self._watcher.stop()
        self._watcher.close()
        self._watcher = None  # it holds a method of ours: a cycle, with the collector switched off a leak
        self._tls = None
        self._socket.close()
        if self.waiting is not None:
            self.reactor.loop.run_callback(self._abort)

    def _abort(self) -> None:
        if self.waiting is not None:
            self.waiting.throw(ConnectionAbortedError("closed while a reply was awaited"))
