"""Bodies that are sent slice by slice, to a real server that reads them, refuses them, or has gone."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from firstbell.scenarios.http.body import PIECE_BYTES, SharedBody
from firstbell.scenarios.http.client import Client, Origin, Outcome

BUFFER = memoryview(bytes(range(251)) * 4_000)


def expected(start: int, length: int) -> bytes:
    whole = BUFFER.tobytes() * (2 + (start + length) // len(BUFFER))
    return whole[start : start + length]


@contextmanager
def serving(serve: Callable[[socket.socket], None]) -> Iterator[Client]:
    """A server of one connection in a thread, and a client of it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def run() -> None:
            accepted, _ = listening.accept()
            with accepted:
                serve(accepted)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        client = Client(Origin.parse(f"http://127.0.0.1:{listening.getsockname()[1]}"), read_timeout_s=20)
        try:
            yield client
        finally:
            client.close()
            thread.join(20)


def request_in(line: socket.socket) -> tuple[bytes, bytes]:
    """Head and whole body of a request."""
    head, _, body = line.recv(65_536).partition(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    while len(body) < length and (part := line.recv(1_000_000)):
        body += part
    return head, body


@pytest.mark.parametrize("length", [0, 1, PIECE_BYTES, 3 * len(BUFFER) + 17])
def test_a_body_longer_than_its_buffer_arrives_whole(length: int) -> None:
    seen: list[bytes] = []

    def serve(line: socket.socket) -> None:
        seen.append(request_in(line)[1])
        line.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    with serving(serve) as client:
        reply = client.send(client.prepare("PATCH", "/", shared_body=SharedBody(BUFFER, 5, length)))
    assert (reply.status, reply.sent_bytes > length) == (204, True)
    assert seen == [expected(5, length)]


def test_the_rest_of_a_body_follows_on_its_beginning() -> None:
    body = SharedBody(BUFFER, 3, 2_000_000)
    first = b"".join(SharedBody(BUFFER, 3, 700_000).pieces())
    assert first + b"".join(body.rest(700_000).pieces()) == expected(3, 2_000_000)


def test_an_answer_that_comes_early_ends_the_sending() -> None:
    heard: list[int] = []

    def serve(line: socket.socket) -> None:
        line.recv(65_536)
        line.sendall(b"HTTP/1.1 413 Content Too Large\r\ncontent-length: 3\r\nconnection: close\r\n\r\nno!")
        line.shutdown(socket.SHUT_WR)
        heard.append(sum(len(part) for part in iter(lambda: line.recv(1_000_000), b"")))

    length = 500_000_000
    with serving(serve) as client:
        reply = client.send(client.prepare("PATCH", "/", shared_body=SharedBody(BUFFER, 0, length)))
        assert (reply.status, reply.outcome, reply.body) == (413, Outcome.HTTP_ERROR, b"no!")
        assert not client.is_connected
    assert heard[0] < length


def test_a_line_that_the_scenario_cuts_is_closed_in_the_middle() -> None:
    heard: list[int] = []

    def serve(line: socket.socket) -> None:
        heard.append(len(request_in(line)[1]))

    with serving(serve) as client:
        body = SharedBody(BUFFER, 0, 1_000_000, cut_after_bytes=400_000)
        reply = client.send(client.prepare("PATCH", "/", shared_body=body))
        assert (reply.status, reply.outcome) == (0, Outcome.CONNECTION)
    assert heard == [400_000]
