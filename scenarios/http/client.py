"""One learner's HTTP/1.1 client: one kept connection, one request at a time, every trouble told in the reply."""

import math
import ssl
import time
from collections.abc import Mapping
from urllib.parse import urljoin

from firstbell.models.problems import InputError
from firstbell.scenarios.http.body import SharedBody
from firstbell.scenarios.http.connection import Connection
from firstbell.scenarios.http.exchange import ask, read_reply
from firstbell.scenarios.http.origin import Origin
from firstbell.scenarios.http.parser import ProtocolError
from firstbell.scenarios.http.raw_socket import NothingSentError
from firstbell.scenarios.http.reactor import Reactor
from firstbell.scenarios.http.reply import Outcome, Reply, outcome_of
from firstbell.scenarios.http.request import PreparedRequest, encoded_fields, json_body, merged, target_of
from firstbell.scenarios.http.sink import Sink
from firstbell.scenarios.http.tls import shared_context

__all__ = ["Client", "Origin", "Outcome", "PreparedRequest", "Reply", "SharedBody", "Sink", "shared_context"]

_monotonic = time.monotonic
_MOST_REDIRECTS = 10
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_TAKES_NO_PLACE = frozenset({"Range", "Content-Type"})  # of any header that goes with every request
_NO_HEADERS: Mapping[str, str] = {}


class Client:
    """A learner's session with one origin. For one greenlet at a time; nothing a network or server does is raised.

    ``connect_timeout_s`` bounds each step of connecting, ``read_timeout_s`` the longest silence while sending or
    reading; both are above 0 and finite. A kept connection that the server closed costs one silent second try on a
    fresh one (``Reply.attempts``), but only where nothing of a reply had come and the request is idempotent or none
    of it was sent.
    """

    __slots__ = (
        "_connect_timeout_s",
        "_connection",
        "_fields",
        "_headers",
        "_read_timeout_s",
        "_source_address",
        "_tls",
        "origin",
    )

    def __init__(
        self,
        origin: Origin,
        *,
        connect_timeout_s: float = 5.0,
        read_timeout_s: float = 60.0,
        ssl_context: ssl.SSLContext | None = None,
        source_address: str | None = None,
        headers: Mapping[str, str] = _NO_HEADERS,
    ) -> None:
        """``headers`` go with every request. ``ssl_context`` defaults to the process's shared one that verifies."""
        self.origin = origin
        self._connect_timeout_s = _bounded(connect_timeout_s)
        self._read_timeout_s = _bounded(read_timeout_s)
        self._tls = (ssl_context or shared_context()) if origin.is_tls else None
        self._source_address = source_address
        self._connection: Connection | None = None
        self._headers: Mapping[str, str] = headers
        self._fields = self._encoded_defaults()

    def set_header(self, name: str, value: str | None) -> None:
        """Send this header with every request prepared from now on; ``None`` takes it out."""
        kept = merged(self._headers, {name: ""})
        del kept[name]
        self._headers = kept if value is None else kept | {name: value}
        self._fields = self._encoded_defaults()

    def set_token(self, token: str | None) -> None:
        """Send ``Authorization: Bearer …`` from now on (or no longer). Requests prepared earlier keep the old token."""
        self.set_header("Authorization", None if token is None else f"Bearer {token}")

    def prepare(
        self,
        method: str,
        path: str,
        *,
        body: bytes | None = None,
        json: object | None = None,
        headers: Mapping[str, str] | None = None,
        shared_body: SharedBody | None = None,
        sink: Sink | None = None,
    ) -> PreparedRequest:
        """The request's bytes, default headers included, to be sent any number of times.

        ``path`` begins with ``/`` and is taken below the origin's base path, or is a URL of the same server.
        ``shared_body`` is sent slice by slice, without a copy of it; ``sink`` takes the answer's body piece by piece.

        Raises:
            ValueError: a path, method or header that can't be written into a request.
        """
        if json is not None:
            body = json_body(json)
            headers = {"Content-Type": "application/json"} | dict(headers or {})
        fields = self._fields if not headers else self._fields_with(headers)
        return PreparedRequest(method, self._target(path), fields, body, shared_body, sink)

    def request(
        self,
        method: str,
        path: str,
        *,
        body: bytes | None = None,
        json: object | None = None,
        headers: Mapping[str, str] | None = None,
        keep_body: bool = True,
        follow_redirects: bool = True,
    ) -> Reply:
        """Prepare and send at once; see ``prepare`` and ``send``. A URL of another server is a ``protocol`` outcome."""
        try:
            prepared = self.prepare(method, path, body=body, json=json, headers=headers)
        except ForeignOriginError as error:
            return _refused(str(error))
        return self.send(prepared, keep_body=keep_body, follow_redirects=follow_redirects)

    def send(self, prepared: PreparedRequest, *, keep_body: bool = True, follow_redirects: bool = True) -> Reply:
        """Send and wait for the whole reply. ``keep_body=False`` counts the body's bytes and drops them.

        Redirects are followed on the same origin only; one that leads elsewhere is a ``protocol`` outcome.
        """
        reply = Reply(_monotonic())
        self._exchange(prepared, reply, keep_body)
        if reply.status in _REDIRECTS and follow_redirects:
            self._follow(prepared, reply, keep_body)
        return reply

    def _follow(self, prepared: PreparedRequest, reply: Reply, keep_body: bool) -> None:
        while reply.status in _REDIRECTS and reply.ok:
            redirected = self._redirected(prepared, reply)
            if redirected is None:
                break
            prepared = redirected
            self._exchange(prepared, reply, keep_body)

    @property
    def read_timeout_s(self) -> float:
        """The longest silence while sending or receiving."""
        return self._read_timeout_s

    @read_timeout_s.setter
    def read_timeout_s(self, timeout_s: float) -> None:
        self._read_timeout_s = _bounded(timeout_s)
        if self._connection is not None:
            self._connection.deadlines = Reactor.current().deadlines(timeout_s)

    def close(self) -> None:
        """Close the connection; a request after that opens a new one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    @property
    def is_connected(self) -> bool:
        return self._connection is not None and not self._connection.closed

    def _exchange(self, prepared: PreparedRequest, reply: Reply, keep_body: bool) -> None:
        """One request, one reply; whatever goes wrong ends in ``reply`` and closes the connection."""
        connection = self._connection
        if connection is not None and connection.waiting is not None:
            raise RuntimeError("a client serves one greenlet at a time; give each learner its own")
        try:
            first_bytes = 0 if connection is None or connection.closed else self._ask_kept(connection, prepared, reply)
            if not first_bytes:
                connection, first_bytes = self._ask_fresh(prepared, reply)
            assert connection is not None
            if not read_reply(connection, first_bytes, prepared, reply, keep_body):
                self.close()
        except OSError as error:
            self._give_up(reply, outcome_of(error), error)
        except ProtocolError as error:
            self._give_up(reply, Outcome.PROTOCOL, error)
        except BaseException:  # the greenlet is killed in the middle: what is on its way fits no later request
            self.close()
            raise
        reply.end_s = _monotonic()

    def _give_up(self, reply: Reply, outcome: Outcome, error: Exception) -> None:
        self.close()
        reply.fail(outcome, str(error) or type(error).__name__)

    def _ask_kept(self, connection: Connection, prepared: PreparedRequest, reply: Reply) -> int:
        """Bytes that came of a reply over the kept connection; 0 where a fresh one is to be asked."""
        if not (prepared.idempotent or connection.is_resting()):
            return 0
        reply.reused = True
        first_bytes = 0
        try:
            first_bytes = ask(connection, prepared, reply)
            if not first_bytes and not prepared.idempotent:
                raise ConnectionResetError("the server closed the kept connection without a reply")
        except NothingSentError:
            reply.sent_bytes -= len(prepared.data)
        except ConnectionError:
            if not prepared.idempotent:
                raise
        if not first_bytes:
            reply.attempts += 1
            reply.reused = False
        return first_bytes

    def _ask_fresh(self, prepared: PreparedRequest, reply: Reply) -> tuple[Connection, int]:
        self.close()
        connection = self._connection = self._connected()
        first_bytes = ask(connection, prepared, reply)
        if not first_bytes:
            raise ConnectionResetError("the server closed the connection without a reply")
        return connection, first_bytes

    def _connected(self) -> Connection:
        reactor = Reactor.current()
        connection = self._opened(reactor)
        connection.deadlines = reactor.deadlines(self._read_timeout_s)
        return connection

    def _opened(self, reactor: Reactor) -> Connection:
        return Connection.open(
            self.origin,
            reactor,
            reactor.deadlines(self._connect_timeout_s),
            source_address=self._source_address,
            tls=self._tls,
        )

    def _redirected(self, prepared: PreparedRequest, reply: Reply) -> PreparedRequest | None:
        """The request that follows this redirect; None, and perhaps a failed reply, where none does."""
        location = reply.headers.get("location")
        if location is None:
            return None
        url = urljoin(f"{self.origin.scheme}://{self.origin.authority}{prepared.target}", location)
        if reply.redirects == _MOST_REDIRECTS:
            reply.fail(Outcome.PROTOCOL, f"more than {_MOST_REDIRECTS} redirects, the last to {url}")
            return None
        try:
            following = prepared.redirected(reply.status, self._target(url))
        except ValueError as error:
            reply.fail(Outcome.PROTOCOL, f"a redirect isn't followed: {error}")
            return None
        reply.redirects += 1
        reply.status = 0
        reply.body = b""
        reply.first_byte_s = math.nan
        return following

    def _target(self, path: str) -> str:
        if path.startswith("/") and not path.startswith("//"):
            return target_of(self.origin.base_path + path)
        if not path.lower().startswith(("http://", "https://")):
            raise ValueError(f"a path begins with /, not {path!r}")
        server, _, rest = path.partition("//")[2].partition("/")
        server, query_mark, query = server.partition("?")
        if not _is_same_server(f"{path.partition(':')[0].lower()}://{server}", self.origin):
            raise ForeignOriginError(f"{path} is not on {self.origin.scheme}://{self.origin.authority}")
        return target_of(f"/{rest}{query_mark}{query}")

    def _fields_with(self, headers: Mapping[str, str]) -> bytes:
        if _TAKES_NO_PLACE.issuperset(headers) and self._headers.keys().isdisjoint(headers):
            return self._fields + encoded_fields(headers)
        return self._encoded_defaults(headers)

    def _encoded_defaults(self, headers: Mapping[str, str] = _NO_HEADERS) -> bytes:
        standing = {"Host": self.origin.authority, "User-Agent": "firstbell", "Accept": "*/*"}
        return encoded_fields(merged(merged(standing, self._headers), headers))


class ForeignOriginError(ValueError):
    """A URL of another server than the client's."""


def _bounded(timeout_s: float) -> float:
    if not 0 < timeout_s < math.inf:
        raise ValueError(f"a timeout must be above 0 s and finite, not {timeout_s}")
    return timeout_s


def _refused(why: str) -> Reply:
    """The reply to a request that isn't sent at all."""
    reply = Reply(time.monotonic())
    reply.fail(Outcome.PROTOCOL, why)
    reply.end_s = reply.start_s
    return reply


def _is_same_server(url: str, origin: Origin) -> bool:
    try:
        return Origin.parse(url).has_same_server_as(origin)
    except InputError:
        return False
