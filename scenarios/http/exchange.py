"""One request and its reply over an open connection."""

import time

from firstbell.scenarios.http.body import SharedBody
from firstbell.scenarios.http.connection import Connection
from firstbell.scenarios.http.parser import ReplyParser
from firstbell.scenarios.http.reactor import BUFFER_BYTES
from firstbell.scenarios.http.reply import Reply
from firstbell.scenarios.http.request import PreparedRequest
from firstbell.scenarios.http.sink import Sink

_monotonic = time.monotonic
_FIRST_READ_BYTES = 16 * 1024  # holds most replies whole; of larger ones the rest needs no parser


def ask(connection: Connection, prepared: PreparedRequest, reply: Reply) -> int:
    """Send; wait; the number of first bytes of a reply in the reactor's buffer, 0 where the server closed instead."""
    data = prepared.data
    reply.sent_bytes += len(data)
    if prepared.shared_body is None:
        first_bytes = connection.ask(data, _FIRST_READ_BYTES)
    else:
        first_bytes = _ask_with(prepared.shared_body, connection, data, reply)
    if first_bytes:
        reply.first_byte_s = _monotonic()
    return first_bytes


def _ask_with(body: SharedBody, connection: Connection, head: bytes, reply: Reply) -> int:
    """Send the head and the body's pieces; a server that answers before the end has heard enough."""
    connection.begin_body(head)
    for piece in body.pieces():
        reply.sent_bytes += len(piece)
        if not connection.send_unless_answered(piece):
            connection.spent = True
            break
    return connection.await_answer(_FIRST_READ_BYTES)


def read_reply(
    connection: Connection, first_bytes: int, prepared: PreparedRequest, reply: Reply, keep_body: bool
) -> bool:
    """Read the reply of which the first bytes are there; whether the connection may serve again.

    Raises:
        ProtocolError, TimeoutError, OSError: there is no whole reply; what came of the body is counted all the same.
    """
    reactor = connection.reactor
    parser = reactor.idle_parsers.pop() if reactor.idle_parsers else ReplyParser()
    sink = prepared.sink
    parser.reset(prepared.method, keep_body or sink is not None)
    try:
        parser.feed(reactor.view[:first_bytes])
        if sink is not None:
            _pour(connection, parser, sink)
        elif not parser.complete:
            _read_rest(connection, parser, keep_body)
        reply.take(parser.status, parser.head, parser.body)
        return parser.connection_reusable and not connection.spent
    finally:
        reply.received_bytes += parser.body_bytes
        if parser.reusable:
            reactor.idle_parsers.append(parser)
        else:
            parser.retire()


def _read_rest(connection: Connection, parser: ReplyParser, keep_body: bool) -> None:
    while not parser.complete:
        left_bytes = parser.left_bytes()
        if left_bytes is not None:
            _read_sized(connection, parser, left_bytes, keep_body)
            return
        _read_more(connection, parser)


def _read_more(connection: Connection, parser: ReplyParser) -> None:
    count = connection.receive(BUFFER_BYTES)
    if count:
        parser.feed(connection.reactor.view[:count])
        return
    parser.finish()
    if not parser.complete:
        raise ConnectionResetError("the server closed the connection before the reply was whole")


def _pour(connection: Connection, parser: ReplyParser, sink: Sink) -> None:
    """Read the body to its end and give each piece away as it comes."""
    while True:
        sink.take(parser.status, parser.drawn_off())
        if parser.complete:
            return
        _read_more(connection, parser)


def _read_sized(connection: Connection, parser: ReplyParser, left_bytes: int, keep_body: bool) -> None:
    """Read the rest of a body of known length past the parser, which would copy it."""
    view = connection.reactor.view
    while left_bytes:
        count = connection.receive(min(left_bytes, BUFFER_BYTES), discard=not keep_body)
        if not count:
            raise ConnectionResetError(f"the server closed the connection {left_bytes} bytes early")
        parser.take_body(count, view[:count].tobytes() if keep_body else None)
        left_bytes -= count
    parser.complete = True
