"""What becomes of a request when the network or the server lets it down."""

import gc
import math
import select
import socket
from collections.abc import Callable

import gevent
import pytest

from firstbell.scenarios.http.client import Client, Origin, Outcome
from tests.scenarios.http.conftest import Dial
from tests.scenarios.http.scripted_server import Peer, ScriptedServer, ok, repeating


def wait_until(condition: Callable[[], bool]) -> None:
    while not condition():
        gevent.sleep(0.002)


def silent(peer: Peer) -> None:
    peer.request()
    peer.wait_for_end()


def answering_once(peer: Peer) -> None:
    peer.answer(ok(b"abc"))


def deaf_after_one(peer: Peer) -> None:
    """Answers once, reads one more request, and hangs up."""
    peer.answer(ok(b"abc"))
    peer.request()


def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def test_a_refused_connection_is_a_connection_outcome() -> None:
    reply = Client(Origin.parse(f"http://127.0.0.1:{unused_port()}")).request("GET", "/")
    assert (reply.outcome, reply.status, reply.sent_bytes) == (Outcome.CONNECTION, 0, 0)
    assert "refused" in str(reply.error)
    assert math.isnan(reply.first_byte_s)
    assert reply.end_s >= reply.start_s


def test_an_unknown_host_is_a_connection_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*asked: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr("firstbell.scenarios.http.reactor.getaddrinfo", unknown)
    reply = Client(Origin.parse("http://no-such-host.invalid")).request("GET", "/")
    assert reply.outcome is Outcome.CONNECTION


def test_a_server_that_takes_no_connection_is_a_timeout() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = [socket.socket() for _ in range(4)]  # they fill the queue of those to be accepted
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(listener.getsockname())
        origin = Origin.parse(f"http://127.0.0.1:{listener.getsockname()[1]}")
        reply = Client(origin, connect_timeout_s=0.1).request("GET", "/")
        for each in waiting:
            each.close()
    assert (reply.outcome, reply.sent_bytes) == (Outcome.TIMEOUT, 0)
    assert reply.end_s - reply.start_s >= 0.1


def test_a_silent_server_is_a_timeout_and_the_next_request_has_a_fresh_connection(dial: Dial) -> None:
    _, client = dial(silent, repeating(ok(b"abc")), read_timeout_s=0.1)
    reply = client.request("GET", "/")
    assert (reply.outcome, reply.status, reply.attempts) == (Outcome.TIMEOUT, 0, 1)
    assert reply.end_s - reply.start_s >= 0.1
    assert client.request("GET", "/").ok


def test_patience_that_is_changed_holds_for_the_open_connection_too(dial: Dial) -> None:
    def late(peer: Peer) -> None:
        peer.answer(ok(b"abc"))
        silent(peer)

    _, client = dial(late, read_timeout_s=20.0)
    assert client.request("GET", "/").ok
    client.read_timeout_s = 0.1
    reply = client.request("POST", "/", body=b"x")
    assert (reply.outcome, reply.reused) == (Outcome.TIMEOUT, True)
    assert client.read_timeout_s == 0.1


def test_a_body_that_stops_is_a_timeout_and_what_came_is_counted(dial: Dial) -> None:
    def stopping(peer: Peer) -> None:
        peer.answer(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + b"x" * 50_000)
        peer.wait_for_end()

    _, client = dial(stopping, read_timeout_s=0.2)
    reply = client.request("GET", "/", keep_body=False)
    assert (reply.outcome, reply.received_bytes) == (Outcome.TIMEOUT, 50_000)
    assert reply.first_byte_s < reply.end_s


def test_a_server_that_reads_nothing_is_a_timeout(dial: Dial) -> None:
    def deaf(peer: Peer) -> None:
        poll = select.poll()
        poll.register(peer.connection, select.POLLHUP | select.POLLRDHUP)
        poll.poll(10_000)

    _, client = dial(deaf, read_timeout_s=0.2)
    reply = client.request("PUT", "/", body=b"x" * 30_000_000)
    assert reply.outcome is Outcome.TIMEOUT


@pytest.mark.parametrize(
    "part",
    [
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
    ],
)
def test_a_reply_cut_short_is_a_connection_outcome(dial: Dial, part: bytes) -> None:
    _, client = dial(lambda peer: peer.answer(part))
    reply = client.request("GET", "/")
    assert (reply.outcome, reply.status) == (Outcome.CONNECTION, 0)


def test_a_fresh_connection_closed_without_a_reply_is_not_tried_again(dial: Dial) -> None:
    server, client = dial(lambda peer: peer.request() and None)
    reply = client.request("GET", "/")
    assert (reply.outcome, reply.attempts, server.connections) == (Outcome.CONNECTION, 1, 1)


def test_a_resting_connection_that_the_server_closes_is_noticed_at_once(dial: Dial) -> None:
    server, client = dial(answering_once)
    client.request("GET", "/")
    wait_until(lambda: not client.is_connected)
    reply = client.request("POST", "/")
    assert (reply.outcome, reply.reused, reply.attempts) == (Outcome.OK, False, 1)
    assert server.connections == 2


def test_a_get_on_a_kept_connection_that_dies_is_asked_again_on_a_fresh_one(dial: Dial) -> None:
    server, client = dial(deaf_after_one, repeating(ok(b"abc")))
    client.request("GET", "/")
    reply = client.request("GET", "/")
    assert (reply.outcome, reply.attempts, reply.reused) == (Outcome.OK, 2, False)
    assert len(server.requests) == 3
    assert reply.sent_bytes == 2 * len(server.requests[0])


def test_a_post_that_was_sent_is_never_sent_twice(dial: Dial) -> None:
    server, client = dial(deaf_after_one, repeating(ok(b"abc")))
    client.request("POST", "/")
    reply = client.request("POST", "/")
    assert (reply.outcome, reply.attempts, len(server.requests)) == (Outcome.CONNECTION, 1, 2)


def test_a_post_over_a_connection_closed_just_now_goes_over_a_fresh_one(dial: Dial) -> None:
    server, client = dial(answering_once)
    client.request("GET", "/")
    server._threads[1].join(5)  # closed, and the event loop has had no turn to notice
    reply = client.request("POST", "/")
    assert (reply.outcome, reply.attempts, len(server.requests)) == (Outcome.OK, 1, 2)


def test_a_connection_reset_while_a_reply_is_awaited_is_a_connection_outcome(dial: Dial) -> None:
    def resetting(peer: Peer) -> None:
        peer.request()
        peer.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    _, client = dial(resetting)
    assert client.request("GET", "/").outcome is Outcome.CONNECTION


def test_a_killed_learner_leaves_no_half_read_reply_behind(dial: Dial) -> None:
    server, client = dial(silent, repeating(ok(b"abc")))
    learner = gevent.spawn(client.request, "GET", "/")
    wait_until(lambda: len(server.requests) == 1)
    learner.kill()
    assert not client.is_connected
    assert client.request("GET", "/").body == b"abc"


def test_a_client_closed_by_another_greenlet_ends_its_request(dial: Dial) -> None:
    server, client = dial(silent)
    learner = gevent.spawn(client.request, "GET", "/")
    wait_until(lambda: len(server.requests) == 1)
    client.close()
    assert learner.get().outcome is Outcome.CONNECTION


def test_a_client_serves_one_greenlet_at_a_time(dial: Dial) -> None:
    server, client = dial(silent)
    learner = gevent.spawn(client.request, "GET", "/")
    wait_until(lambda: len(server.requests) == 1)
    with pytest.raises(RuntimeError, match="one greenlet at a time"):
        client.request("GET", "/")
    learner.kill()


def test_learners_wait_side_by_side_and_each_times_out_by_itself(dial: Dial) -> None:
    server, patient = dial(silent, silent, silent, repeating(ok()), read_timeout_s=0.3)
    clients = [Client(patient.origin, read_timeout_s=length_s) for length_s in (0.1, 0.1, 0.3, 5.0)]
    learners = [gevent.spawn(client.request, "GET", "/") for client in clients[:3]]
    wait_until(lambda: server.connections == 3)
    assert clients[3].request("GET", "/").ok
    outcomes = [learner.get().outcome for learner in learners]
    assert outcomes == [Outcome.TIMEOUT] * 3
    clients[3].close()


@pytest.mark.parametrize("length_s", [0.0, -1.0, math.inf, math.nan])
def test_a_timeout_that_bounds_nothing_is_refused(length_s: float) -> None:
    with pytest.raises(ValueError, match="timeout"):
        Client(Origin.parse("http://portal.example"), read_timeout_s=length_s)


def test_nothing_is_left_for_the_collector() -> None:
    """It is switched off in large runs: what only it could free would grow without end."""
    conversations = [
        repeating(ok(b"x" * 100_000)),
        lambda peer: peer.answer(b"garbage"),
        lambda peer: peer.answer(b"HTTP/1.1 200 OK\r\n\r\nabc"),
        deaf_after_one,
        repeating(ok(status="404 Not Found")),
    ]
    refused = Client(Origin.parse(f"http://127.0.0.1:{unused_port()}"))
    with ScriptedServer(*conversations) as server:
        origin = Origin.parse(server.url)
        gevent.sleep(0)
        refused.request("GET", "/")
        gc.collect()
        gc.disable()
        try:
            refused.request("GET", "/")
            for _ in conversations:
                client = Client(origin)
                client.request("GET", "/")
                client.request("GET", "/")
                client.close()
                del client
            gc.set_debug(gc.DEBUG_SAVEALL)
            gc.collect()
            left = [type(thing).__name__ for thing in gc.garbage if "firstbell" in type(thing).__module__]
        finally:
            gc.set_debug(0)
            gc.garbage.clear()
            gc.enable()
    assert left == []
