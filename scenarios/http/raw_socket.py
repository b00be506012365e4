"""The socket below a connection and its errors of its own: what derives from C types stays out of the compiled."""

import _socket
import socket

_BIND_ADDRESS_NO_PORT = 24  # linux/in.h; Python names it from 3.12 on


class RawSocket(_socket.socket):
    """The C socket with the weak references that TLS needs, without the objects of ``socket.socket`` and gevent's."""

    __slots__ = ("__weakref__",)


class LineCutError(ConnectionError):
    """The sender's own line broke, as the scenario has it."""


class NothingSentError(ConnectionError):
    """The connection was dead before a byte of the request was taken."""


class OfflineError(OSError):
    """The learner's own line is gone."""


def new_socket(family: int, source_address: str | None, receive_buffer_bytes: int | None = None) -> RawSocket:
    """A non-blocking TCP socket that isn't connected yet; OSError where the machine has none to give.

    ``receive_buffer_bytes`` bounds what the kernel takes in before it is read; None: as much as the kernel likes.
    """
    raw = RawSocket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC, 0)
    try:
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if receive_buffer_bytes is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer_bytes)
        if source_address is not None:
            # The port is chosen at connect, when the destination is known: 64,000 ports a destination, not in all.
            raw.setsockopt(socket.IPPROTO_IP, _BIND_ADDRESS_NO_PORT, 1)
            raw.bind((source_address, 0))
    except OSError:
        raw.close()
        raise
    return raw
