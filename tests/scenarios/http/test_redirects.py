import pytest

from firstbell.scenarios.http.client import Outcome
from tests.scenarios.http.conftest import Dial
from tests.scenarios.http.scripted_server import Conversation, Peer, ok, repeating


def redirecting(location: str, status: str = "302 Found") -> Conversation:
    """Redirects the first request of a connection, and answers the others."""

    def conversation(peer: Peer) -> None:
        peer.answer(ok(b"moved", f"Location: {location}", status=status))
        while True:
            peer.answer(ok(b"there"))

    return conversation


@pytest.mark.parametrize(
    ("location", "target"),
    [("/b?c=1", b"/b?c=1"), ("b", b"/school/b"), ("../b#part", b"/b"), ("?page=2", b"/school/a?page=2")],
)
def test_a_redirect_is_followed_on_the_same_connection(dial: Dial, location: str, target: bytes) -> None:
    server, client = dial(redirecting(location), base_path="/school")
    reply = client.request("GET", "/a")
    assert (reply.outcome, reply.status, reply.body, reply.redirects) == (Outcome.OK, 200, b"there", 1)
    assert server.requests[1].split(b" ")[1] == target
    assert server.connections == 1
    assert reply.received_bytes == len(b"moved") + len(b"there")
    assert reply.sent_bytes == sum(map(len, server.requests))


def test_a_full_url_of_the_same_server_is_followed(dial: Dial) -> None:
    server, client = dial(redirecting("placeholder"), repeating(ok(b"there")))
    server._conversations = (redirecting(f"{server.url}/b"),)
    assert client.request("GET", "/a").body == b"there"


def test_a_post_that_is_redirected_asks_with_get(dial: Dial) -> None:
    server, client = dial(redirecting("/b", "303 See Other"))
    client.request("POST", "/a", json={"a": 1})
    assert server.requests[1].startswith(b"GET /b HTTP/1.1")
    assert b"content-" not in server.requests[1].lower()


def test_a_redirect_to_another_server_is_a_protocol_outcome(dial: Dial) -> None:
    server, client = dial(redirecting("https://elsewhere.example/"))
    reply = client.request("GET", "/a")
    assert (reply.outcome, reply.status, len(server.requests)) == (Outcome.PROTOCOL, 302, 1)
    assert "elsewhere.example" in str(reply.error)


def test_redirects_without_end_are_a_protocol_outcome(dial: Dial) -> None:
    server, client = dial(repeating(ok(b"", "Location: /a", status="301 Moved")))
    reply = client.request("GET", "/a")
    assert (reply.outcome, reply.redirects, len(server.requests)) == (Outcome.PROTOCOL, 10, 11)


def test_a_redirect_is_handed_back_when_it_is_not_to_be_followed(dial: Dial) -> None:
    server, client = dial(redirecting("/b"))
    reply = client.request("GET", "/a", follow_redirects=False)
    assert (reply.outcome, reply.status, reply.headers["location"]) == (Outcome.OK, 302, "/b")
    assert len(server.requests) == 1
