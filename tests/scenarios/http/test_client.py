import math
from itertools import pairwise

import pytest

from firstbell.scenarios.http.client import Outcome
from tests.scenarios.http.conftest import Dial
from tests.scenarios.http.scripted_server import Conversation, Peer, ok, repeating

CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4;x=y\r\nWiki\r\n5\r\npedia\r\n0\r\nX-Trailer: 1\r\n\r\n"
)


def in_pieces(data: bytes, *cuts: int) -> Conversation:
    """Answers every request with ``data`` sent in pieces, which the kernel (Nagle) keeps apart on a used connection."""

    def conversation(peer: Peer) -> None:
        while True:
            peer.request()
            for start, end in pairwise((0, *cuts, len(data))):
                peer.send(data[start:end])

    return conversation


def once_then_close(data: bytes) -> Conversation:
    def conversation(peer: Peer) -> None:
        peer.answer(data)

    return conversation


def test_a_request_says_what_it_should(dial: Dial) -> None:
    server, client = dial(repeating(ok()), base_path="/school", headers={"X-Learner": "7"})
    client.set_token("secret")
    client.request("POST", "/a?b=1", json={"k": "ë"}, headers={"accept": "text/html"})
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.split(b"\r\n") == [
        b"POST /school/a?b=1 HTTP/1.1",
        b"Host: 127.0.0.1:%d" % server.port,
        b"User-Agent: firstbell",
        b"X-Learner: 7",
        b"Authorization: Bearer secret",
        b"Content-Type: application/json",
        b"accept: text/html",
        b"Content-Length: 10",
    ]
    assert body == '{"k":"ë"}'.encode()


def test_a_header_is_replaced_and_taken_out_again(dial: Dial) -> None:
    server, client = dial(repeating(ok()))
    client.set_token("one")
    client.set_header("authorization", "two")
    client.request("GET", "/")
    client.set_token(None)
    client.request("GET", "/")
    assert server.requests[0].lower().count(b"authorization") == 1
    assert b"authorization: two" in server.requests[0]
    assert b"authorization" not in server.requests[1].lower()


def test_a_reply_tells_status_headers_body_bytes_and_times(dial: Dial) -> None:
    server, client = dial(repeating(ok(b'{"a": 1}', "X-Thing: Some")))
    reply = client.request("GET", "/")
    assert (reply.status, reply.outcome, reply.error) == (200, Outcome.OK, None)
    assert reply.headers == {"content-length": "8", "x-thing": "Some"}
    assert reply.json() == {"a": 1}
    assert (reply.received_bytes, reply.sent_bytes) == (8, len(server.requests[0]))
    assert reply.start_s <= reply.first_byte_s <= reply.end_s
    assert (reply.reused, reply.attempts, reply.redirects) == (False, 1, 0)


def test_one_connection_carries_all_requests(dial: Dial) -> None:
    server, client = dial(repeating(ok(b"abc")))
    prepared = client.prepare("GET", "/")
    assert [client.send(prepared).reused for _ in range(4)] == [False, True, True, True]
    assert server.connections == 1


def test_a_body_that_is_not_kept_is_counted(dial: Dial) -> None:
    _, client = dial(repeating(ok(b"x" * 3_000_000)))
    for _ in range(2):
        reply = client.request("GET", "/", keep_body=False)
        assert (reply.outcome, reply.body, reply.received_bytes) == (Outcome.OK, b"", 3_000_000)
    assert reply.reused


def test_a_large_body_is_kept_whole(dial: Dial) -> None:
    body = bytes(range(256)) * 8_000
    _, client = dial(repeating(ok(body)))
    for _ in range(2):
        reply = client.request("GET", "/")
        assert (reply.body, reply.received_bytes) == (body, len(body))
    assert reply.reused


def test_a_large_request_goes_out_whole(dial: Dial) -> None:
    server, client = dial(repeating(ok()))
    body = b"y" * 6_000_000
    reply = client.request("PUT", "/", body=body)
    assert reply.outcome is Outcome.OK
    assert server.requests[0].endswith(b"\r\n\r\n" + body)
    assert reply.sent_bytes == len(server.requests[0])


@pytest.mark.parametrize("cut", range(1, len(CHUNKED), 7))
def test_a_chunked_body_is_read_wherever_it_is_split(dial: Dial, cut: int) -> None:
    _, client = dial(in_pieces(CHUNKED, cut))
    for _ in range(2):
        reply = client.request("GET", "/")
        assert (reply.outcome, reply.body, reply.received_bytes) == (Outcome.OK, b"Wikipedia", 9)
        assert reply.headers == {"transfer-encoding": "chunked"}
    assert reply.reused


@pytest.mark.parametrize("cut", range(1, len(ok(b"abc", "A: b")), 7))
def test_a_sized_body_is_read_wherever_it_is_split(dial: Dial, cut: int) -> None:
    _, client = dial(in_pieces(ok(b"abc", "A: b"), cut))
    for _ in range(2):
        reply = client.request("GET", "/")
        assert (reply.outcome, reply.body, reply.headers["a"]) == (Outcome.OK, b"abc", "b")
    assert reply.reused


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
def test_a_status_without_a_body_ends_with_its_head(dial: Dial, status: str) -> None:
    _, client = dial(repeating(f"HTTP/1.1 {status}\r\nETag: x\r\n\r\n".encode()))
    replies = [client.request("GET", "/") for _ in range(2)]
    assert [reply.outcome for reply in replies] == [Outcome.OK, Outcome.OK]
    assert replies[1].reused


def test_a_reply_to_head_ends_with_its_head(dial: Dial) -> None:
    _, client = dial(repeating(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n"))
    for _ in range(2):
        reply = client.request("HEAD", "/")
        assert (reply.outcome, reply.body, reply.headers["content-length"]) == (Outcome.OK, b"", "5000")
    assert reply.reused


INTERIM = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"


@pytest.mark.parametrize("cut", [10, len(INTERIM), len(INTERIM) + 7])
def test_interim_replies_are_passed_over(dial: Dial, cut: int) -> None:
    _, client = dial(in_pieces(INTERIM * 2 + ok(b"abc"), cut))
    for _ in range(2):
        reply = client.request("GET", "/")
        assert (reply.status, reply.body, reply.headers) == (200, b"abc", {"content-length": "3"})
    assert reply.reused


def test_a_body_without_length_ends_with_the_connection(dial: Dial) -> None:
    _, client = dial(once_then_close(b"HTTP/1.1 200 OK\r\n\r\nall of it"))
    for _ in range(2):
        reply = client.request("GET", "/")
        assert (reply.outcome, reply.body, reply.reused) == (Outcome.OK, b"all of it", False)


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\nConnection: close\r\n", b"HTTP/1.0 200 OK\r\n"])
def test_a_connection_that_the_server_gives_up_is_not_used_again(dial: Dial, head: bytes) -> None:
    def conversation(peer: Peer) -> None:
        peer.answer(head + b"Content-Length: 3\r\n\r\nabc")
        peer.wait_for_end()

    server, client = dial(conversation)
    assert client.request("GET", "/").body == b"abc"
    assert not client.is_connected
    assert client.request("GET", "/").attempts == 1
    assert server.connections == 2


def test_http_1_0_keeps_a_connection_when_asked(dial: Dial) -> None:
    _, client = dial(repeating(b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 3\r\n\r\nabc"))
    assert [client.request("GET", "/").reused for _ in range(2)] == [False, True]


def test_a_connection_with_bytes_that_nobody_asked_for_is_not_used_again(dial: Dial) -> None:
    server, client = dial(repeating(ok(b"abc") + b"HTTP/1.1 200 OK\r\n"))
    assert [client.request("GET", "/").body for _ in range(2)] == [b"abc", b"abc"]
    assert server.connections == 2


def test_a_status_from_400_is_an_http_error_with_its_body(dial: Dial) -> None:
    _, client = dial(repeating(ok(b"busy", "Retry-After: 3", status="503 Unavailable")))
    reply = client.request("GET", "/")
    assert (reply.outcome, reply.status, reply.body) == (Outcome.HTTP_ERROR, 503, b"busy")
    assert reply.retry_after_s == 3.0
    assert client.is_connected


@pytest.mark.parametrize(
    "garbage",
    [
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        b"HTTP/1.1 200 OK\r\nContent-Length: -3\r\n\r\nabcd",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        b"\0" * 100,
    ],
)
def test_what_is_no_http_is_a_protocol_outcome(dial: Dial, garbage: bytes) -> None:
    def conversation(peer: Peer) -> None:
        peer.answer(garbage)
        peer.wait_for_end()

    _, client = dial(conversation)
    reply = client.request("GET", "/")
    assert (reply.outcome, reply.status) == (Outcome.PROTOCOL, 0)
    assert reply.error
    assert not client.is_connected


def test_a_head_without_end_is_a_protocol_outcome(dial: Dial) -> None:
    def conversation(peer: Peer) -> None:
        peer.answer(b"HTTP/1.1 200 OK\r\n")
        while True:
            peer.send(b"X-Filler: " + b"x" * 10_000 + b"\r\n")

    _, client = dial(conversation)
    assert client.request("GET", "/").outcome is Outcome.PROTOCOL


def test_a_url_of_the_same_server_is_asked_for_beside_the_base_path(dial: Dial) -> None:
    server, client = dial(repeating(ok()), base_path="/school")
    client.request("GET", f"{server.url}/assets/a.css?v=1")
    client.request("GET", f"{server.url}?v=1")
    assert [request.split(b" ")[1] for request in server.requests] == [b"/assets/a.css?v=1", b"/?v=1"]


def test_a_url_of_another_server_is_a_protocol_outcome_and_asks_nobody(dial: Dial) -> None:
    server, client = dial(repeating(ok()))
    reply = client.request("GET", "http://elsewhere.example/x")
    assert (reply.outcome, reply.status, server.connections) == (Outcome.PROTOCOL, 0, 0)
    assert math.isnan(reply.first_byte_s)


def test_a_path_that_is_none_is_the_callers_mistake(dial: Dial) -> None:
    _, client = dial(repeating(ok()))
    with pytest.raises(ValueError, match="begins with /"):
        client.request("GET", "courses")
