"""A server that says exactly what a test wants, byte by byte, on real sockets in threads of its own."""

import socket
import ssl
import threading
from collections.abc import Callable
from types import TracebackType


class Peer:
    """The server's side of one connection."""

    def __init__(self, connection: socket.socket, requests: list[bytes]) -> None:
        self.connection = connection
        self._requests = requests
        self._received = b""

    def request(self) -> bytes:
        """Read one request, head and body; ``ConnectionError`` where the client hung up instead."""
        while b"\r\n\r\n" not in self._received:
            self._received += self._received_more()
        head, _, rest = self._received.partition(b"\r\n\r\n")
        length = 0
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        while len(rest) < length:
            rest += self._received_more()
        self._received = rest[length:]
        self._requests.append(head + b"\r\n\r\n" + rest[:length])
        return self._requests[-1]

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)

    def answer(self, data: bytes) -> None:
        self.request()
        self.send(data)

    def wait_for_end(self) -> None:
        """Keep the connection open until the client closes it."""
        while self.connection.recv(65536):
            pass

    def _received_more(self) -> bytes:
        data = self.connection.recv(1 << 20)
        if not data:
            raise ConnectionError("the client hung up")
        return data


Conversation = Callable[[Peer], None]


class ScriptedServer:
    """Holds the first conversation on the first connection, the second on the second, the last on all after it."""

    def __init__(
        self, *conversations: Conversation, address: str = "127.0.0.1", tls: ssl.SSLContext | None = None
    ) -> None:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.requests: list[bytes] = []
        self.connections = 0
        self._conversations = conversations
        self._tls = tls
        self._listener = socket.create_server((address, 0), family=family)
        self._threads: list[threading.Thread] = []
        self._open: list[socket.socket] = []
        self._closed = False
        self.port: int = self._listener.getsockname()[1]
        host = f"[{address}]" if ":" in address else address
        self.url = f"{'https' if tls else 'http'}://{host}:{self.port}"

    def __enter__(self) -> "ScriptedServer":
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed = True
        for opened in (self._listener, *self._open):
            _shut(opened)
        for thread in self._threads:
            thread.join(5)

    def _start(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            conversation = self._conversations[min(self.connections, len(self._conversations) - 1)]
            self.connections += 1
            self._open.append(connection)
            if self._closed:  # taken after the others were shut
                _shut(connection)
            self._start(lambda c=connection, held=conversation: self._hold(c, held))  # type: ignore[misc]

    def _hold(self, connection: socket.socket, conversation: Conversation) -> None:
        try:
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
                self._open.append(connection)
            with connection:
                conversation(Peer(connection, self.requests))
        except OSError:
            connection.close()


def _shut(opened: socket.socket) -> None:
    try:
        opened.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # closed already
    finally:
        opened.close()


def repeating(reply: bytes) -> Conversation:
    """Gives this reply to every request of a connection."""

    def conversation(peer: Peer) -> None:
        while True:
            peer.answer(reply)

    return conversation


def ok(body: bytes = b"", *fields: str, status: str = "200 OK") -> bytes:
    """A reply with Content-Length."""
    head = "".join(f"{line}\r\n" for line in (f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *fields))
    return head.encode() + b"\r\n" + body
