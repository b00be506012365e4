"""A shared body over a learner's line: it takes what its bits take, arrives whole, and ends with the line."""

import gevent
import pytest

from firstbell.scenarios.http.client import Origin, Outcome, Reply, SharedBody
from firstbell.scenarios.http.shaped import ShapedClient
from tests.scenarios.http.scripted_server import Peer, ScriptedServer, ok
from tests.scenarios.network.lines import access_of, line_of

BUFFER = memoryview(bytes(range(251)) * 100)
LENGTH = 300_000


def _sent(server: ScriptedServer, client: ShapedClient) -> Reply:
    return client.send(client.prepare("PATCH", "/", shared_body=SharedBody(BUFFER, 7, LENGTH)))


def test_an_upload_takes_what_its_bits_take_on_the_way_up() -> None:
    heard: list[bytes] = []

    def conversation(peer: Peer) -> None:
        heard.append(peer.request())
        peer.send(ok(b"thanks"))
        peer.wait_for_end()

    with ScriptedServer(conversation) as server:
        client = ShapedClient(Origin.parse(server.url), access_of(line_of(), most_bits_per_s=4e6))
        reply = _sent(server, client)
        client.close()
    assert reply.outcome is Outcome.OK
    assert heard[0].endswith(b"".join(SharedBody(BUFFER, 7, LENGTH).pieces()))
    took_s = reply.end_s - reply.start_s
    assert took_s >= LENGTH * 8 / 4e6
    assert client.network_s + client.access.platform_s == pytest.approx(took_s)


def test_a_line_that_goes_in_the_middle_ends_the_upload_as_offline() -> None:
    with ScriptedServer(lambda peer: peer.wait_for_end()) as server:
        line = line_of()
        client = ShapedClient(Origin.parse(server.url), access_of(line, most_bits_per_s=4e5))
        job = gevent.spawn(_sent, server, client)
        gevent.sleep(0.1)
        gevent.get_hub().loop.run_callback(client.cut)
        assert job.get(timeout=20).outcome is Outcome.OFFLINE
