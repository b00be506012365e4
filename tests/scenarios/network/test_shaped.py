"""A shaped client against real servers: what the line takes is computed, and the platform is made to wait for it."""

import socket
import threading
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import gevent
import pytest

from firstbell.models.access import download_s
from firstbell.scenarios.http.client import Origin, Outcome, Reply
from firstbell.scenarios.http.shaped import ShapedClient
from firstbell.scenarios.network.interruptions import Interruptions
from firstbell.scenarios.network.line import Line
from firstbell.scenarios.network.timeline import Timeline
from tests.scenarios.http.scripted_server import Peer, ScriptedServer, ok, repeating
from tests.scenarios.network.lines import access_of, line_of

BODY = ok(b"x" * 200_000)
WHOLE_BITS = 8 * len(BODY)


def _get(server: ScriptedServer, line: Line, bits_per_s: float, **kwargs: Any) -> tuple[ShapedClient, Reply]:
    client = ShapedClient(Origin.parse(server.url), access_of(line, most_bits_per_s=bits_per_s, **kwargs))
    return client, client.request("GET", "/", keep_body=False)


def test_a_download_takes_what_its_bits_take_and_the_rest_is_the_platforms() -> None:
    with ScriptedServer(repeating(BODY)) as server:
        client, reply = _get(server, line_of(down_bits_per_s=4e6), 4e6)
    took_s = reply.end_s - reply.start_s
    assert (reply.outcome, reply.received_bytes) == (Outcome.OK, 200_000)
    assert took_s >= WHOLE_BITS / 4e6
    assert client.network_s >= WHOLE_BITS / 4e6 - client.access.platform_s - 1e-6
    assert client.network_s + client.access.platform_s == pytest.approx(took_s)


def test_bytes_stay_in_the_platforms_hands_until_the_line_has_room() -> None:
    """Of 4 MB over 16 Mbit/s (2 s) the buffers on the way hold less than 1 MB, so that the server is kept for 1.5 s."""
    sent_s: list[float] = []

    def conversation(peer: Peer) -> None:
        peer.request()
        peer.connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65_536)
        peer.send(ok(b"y" * 4_000_000))
        sent_s.append(time.monotonic())
        peer.wait_for_end()

    with ScriptedServer(conversation) as server:
        client, reply = _get(server, line_of(down_bits_per_s=16e6), 16e6)
        client.close()
    assert reply.end_s - reply.start_s >= 2.0
    assert sent_s[0] - reply.start_s >= 1.5


def test_transfers_on_one_line_share_it_and_each_is_through_at_the_computed_moment() -> None:
    """Four at once: none has a line to itself, so that the last is through when all bits of the four can be."""
    timeline = Timeline()
    line = line_of(timeline)
    with ScriptedServer(repeating(BODY)) as server:
        jobs = [gevent.spawn(_get, server, line, 8e6) for _ in range(4)]
        replies = [job.get()[1] for job in jobs]
    first_s, last_s = min(each.start_s for each in replies), max(each.end_s for each in replies)
    assert last_s - first_s >= 4 * WHOLE_BITS / 8e6


def test_the_round_trip_is_waited_for_once_a_request_and_once_more_to_connect() -> None:
    with ScriptedServer(repeating(ok(b"hello"))) as server:
        client, first = _get(server, line_of(), 8e6, round_trip_s=0.05)
        second = client.request("GET", "/")
    assert first.end_s - first.start_s >= 0.1
    assert second.end_s - second.start_s >= 0.05
    assert second.reused


def test_short_downloads_wait_for_the_windows_of_slow_start() -> None:
    with ScriptedServer(repeating(BODY)) as server:
        _, reply = _get(server, line_of(down_bits_per_s=5e7), 5e7, round_trip_s=0.04)
    expected_s = download_s(len(BODY), bits_per_s=5e7, round_trip_s=0.04, set_up_round_trips=1)
    assert expected_s > 2 * 0.04 + 3 * 0.04 + WHOLE_BITS / 5e7 - 0.02
    assert reply.end_s - reply.start_s >= expected_s


def test_what_is_sent_goes_by_the_lines_rate_up() -> None:
    with ScriptedServer(repeating(ok())) as server:
        client = ShapedClient(Origin.parse(server.url), access_of(line_of(), most_bits_per_s=8e6))
        reply = client.request("POST", "/", body=b"z" * 500_000)
    assert reply.ok
    assert len(server.requests[0]) > 500_000
    assert reply.end_s - reply.start_s >= 8 * 500_000 / 8e6


def test_a_lost_request_is_sent_again_after_a_timeout() -> None:
    draws = iter([0.0, 0.9, 0.9])
    with ScriptedServer(repeating(ok())) as server:
        _, reply = _get(server, line_of(), 8e6, loss=0.01, chance=lambda: next(draws))
    assert reply.end_s - reply.start_s >= 1.0


def test_a_request_without_a_line_fails_at_once_and_never_reaches_the_platform() -> None:
    gone = Interruptions(on_s=1e6, off_s=1e6, first_s=time.monotonic() - 1)
    with ScriptedServer(repeating(ok())) as server:
        client, reply = _get(server, line_of(interruptions=gone), 8e6)
    assert (reply.outcome, reply.status, server.requests) == (Outcome.OFFLINE, 0, [])
    assert client.network_s == pytest.approx(reply.end_s - reply.start_s)


@pytest.mark.parametrize("waits_for", ["line", "platform"])
def test_an_outage_cuts_off_who_waits_at_its_moment_and_a_new_connection_follows(waits_for: str) -> None:
    begins_s = time.monotonic() + 0.3
    line = line_of(interruptions=Interruptions(on_s=1e6, off_s=0.2, first_s=begins_s), down_bits_per_s=1e5)
    answered = threading.Event()
    held: Callable[[Peer], None] = repeating(BODY) if waits_for == "line" else lambda peer: _hold(peer, answered)
    with ScriptedServer(held, repeating(ok())) as server:
        client, reply = _get(server, line, 1e5)
        assert reply.outcome is Outcome.OFFLINE
        assert reply.end_s >= begins_s
        assert not line.users
        answered.set()
        line.timeline.wait_until(begins_s + 0.2)
        again = client.request("GET", "/")
    assert again.ok
    assert server.connections == 2


def test_a_kept_connection_does_not_outlive_an_outage_in_between() -> None:
    begins_s = time.monotonic() + 0.3
    line = line_of(interruptions=Interruptions(on_s=1e6, off_s=0.05, first_s=begins_s))
    with ScriptedServer(repeating(ok())) as server:
        client, first = _get(server, line, 8e6)
        line.timeline.wait_until(begins_s + 0.06)
        second = client.request("GET", "/")
    assert first.ok
    assert second.ok
    assert (second.reused, server.connections) == (False, 2)


def test_who_is_stopped_while_the_line_carries_leaves_it_to_the_others() -> None:
    line = line_of(down_bits_per_s=1e6)
    with ScriptedServer(repeating(BODY)) as server:
        stopped = gevent.spawn(_get, server, line, 1e6)
        gevent.sleep(0.1)
        stopped.kill()
        assert not line.users
        _, reply = _get(server, line, 1e7)
    assert reply.ok


def test_a_timer_that_rings_late_shifts_no_transfer() -> None:
    """The loop stands still for 0.3 s while four pieces become due: each is through when it was computed to be."""
    line, ends_s = line_of(down_bits_per_s=1e6), []

    def carry() -> None:
        for _ in range(4):
            line.down.carry(5e4, 1e9)
            ends_s.append(line.timeline.now_s())

    carrying = gevent.spawn(carry)
    gevent.sleep(0)
    time.sleep(0.3)
    carrying.get()
    assert [later - earlier for earlier, later in pairwise(ends_s)] == pytest.approx([0.05] * 3, abs=1e-9)


def _hold(peer: Peer, until: threading.Event) -> None:
    peer.request()
    until.wait(10)
