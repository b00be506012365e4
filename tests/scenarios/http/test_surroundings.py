"""TLS, IPv6, source addresses, and monkey-patching."""

import shutil
import socket
import ssl
import subprocess
import sys
from pathlib import Path

import gevent
import pytest

from firstbell.scenarios.http.client import Client, Origin, Outcome, shared_context
from firstbell.scenarios.http.reactor import Reactor
from firstbell.scenarios.http.shaped import ShapedClient
from tests.scenarios.http.conftest import Dial
from tests.scenarios.http.scripted_server import Peer, ScriptedServer, ok, repeating
from tests.scenarios.network.lines import access_of, line_of

OPENSSL = shutil.which("openssl")


def has_ipv6() -> bool:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PEM file with a key and a certificate of its own for 127.0.0.1."""
    if OPENSSL is None:
        pytest.skip("makes its certificate with the openssl program, which isn't installed")
    key, pem = (tmp_path_factory.mktemp("tls") / name for name in ("key.pem", "certificate.pem"))
    subprocess.run(
        f"{OPENSSL} req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout {key} -out {pem}"
        " -days 2 -subj /CN=test -addext subjectAltName=IP:127.0.0.1".split(),
        check=True,
        capture_output=True,
    )
    with pem.open("a") as both:
        both.write(key.read_text())
    return pem


@pytest.fixture
def server_context(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_requests_go_over_tls_with_a_verified_certificate(certificate: Path, server_context: ssl.SSLContext) -> None:
    body = b"secret" * 100_000
    with ScriptedServer(repeating(ok(body)), tls=server_context) as server:
        context = shared_context(authorities=str(certificate))
        client = Client(Origin.parse(server.url), ssl_context=context)
        kept = client.request("GET", "/")
        counted = client.request("POST", "/", body=b"z" * 3_000_000, keep_body=False)
        client.close()
    assert (kept.outcome, kept.body) == (Outcome.OK, body)
    assert (counted.outcome, counted.received_bytes, counted.reused) == (Outcome.OK, len(body), True)


def test_tls_costs_a_line_a_round_trip_more_and_its_bytes_are_carried_all_the_same(
    certificate: Path, server_context: ssl.SSLContext
) -> None:
    body = b"secret" * 50_000
    access = access_of(line_of(down_bits_per_s=8e6), most_bits_per_s=8e6, round_trip_s=0.05)
    with ScriptedServer(repeating(ok(body)), tls=server_context) as server:
        context = shared_context(authorities=str(certificate))
        client = ShapedClient(Origin.parse(server.url), access, ssl_context=context)
        first, second = client.request("GET", "/"), client.request("GET", "/")
        client.close()
    assert (first.outcome, first.body, second.body, second.reused) == (Outcome.OK, body, body, True)
    assert first.end_s - first.start_s >= 3 * 0.05 + 8 * len(body) / 8e6  # TCP, TLS 1.3, the request
    assert second.end_s - second.start_s >= 0.05 + 8 * len(body) / 8e6


def test_a_server_that_ends_tls_is_noticed_while_the_connection_rests(server_context: ssl.SSLContext) -> None:
    with ScriptedServer(lambda peer: peer.answer(ok(b"abc")), tls=server_context) as server:
        client = Client(Origin.parse(server.url), ssl_context=shared_context(verify=False))
        replies = [client.request("POST", "/") for _ in range(3)]
        client.close()
    assert [(reply.outcome, reply.body) for reply in replies] == [(Outcome.OK, b"abc")] * 3


def test_a_certificate_that_nobody_trusts_is_a_connection_outcome(server_context: ssl.SSLContext) -> None:
    with ScriptedServer(repeating(ok()), tls=server_context) as server:
        reply = Client(Origin.parse(server.url)).request("GET", "/")
    assert reply.outcome is Outcome.CONNECTION
    assert "certificate verify failed" in str(reply.error)


def test_a_certificate_of_another_name_is_a_connection_outcome(
    certificate: Path, server_context: ssl.SSLContext
) -> None:
    with ScriptedServer(repeating(ok()), tls=server_context) as server:
        origin = Origin.parse(f"https://localhost:{server.port}")
        reply = Client(origin, ssl_context=shared_context(authorities=str(certificate))).request("GET", "/")
    assert reply.outcome is Outcome.CONNECTION


def test_a_server_that_speaks_no_tls_is_a_connection_outcome(dial: Dial) -> None:
    def plain(peer: Peer) -> None:
        peer.connection.recv(100)
        peer.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    server, _ = dial(plain)
    client = Client(Origin.parse(f"https://127.0.0.1:{server.port}"), ssl_context=shared_context(verify=False))
    assert client.request("GET", "/").outcome is Outcome.CONNECTION


def test_all_learners_share_one_tls_context() -> None:
    assert shared_context() is shared_context()
    assert shared_context(verify=False) is not shared_context()


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no ::1")
def test_requests_go_over_ipv6() -> None:
    with ScriptedServer(repeating(ok(b"six")), address="::1") as server:
        client = Client(Origin.parse(server.url), source_address="::1")
        reply = client.request("GET", "/")
        client.close()
    assert reply.body == b"six"
    assert b"Host: [::1]:%d\r\n" % server.port in server.requests[0]


def test_a_name_is_looked_up_and_each_of_its_addresses_tried(dial: Dial) -> None:
    server, _ = dial(repeating(ok(b"abc")))  # listens on 127.0.0.1; localhost may be ::1 as well
    for _ in range(2):
        client = Client(Origin.parse(f"http://localhost:{server.port}"))
        assert client.request("GET", "/").body == b"abc"
        client.close()


def test_a_name_is_looked_up_once_for_all_learners_and_they_spread_over_its_addresses(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lookups = 0

    def slow(host: str, port: int, *more: int) -> list[tuple[int, int, int, str, tuple[str, int]]]:
        nonlocal lookups
        lookups += 1
        gevent.sleep(0.001)
        return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", (f"127.0.0.{end}", port)) for end in (1, 2)]

    monkeypatch.setattr("firstbell.scenarios.http.reactor.getaddrinfo", slow)
    reactor = Reactor(gevent.get_hub())
    learners = [gevent.spawn(reactor.addresses, "portal.example", 80) for _ in range(6)]
    first = [learner.get()[0][1] for learner in learners]
    assert lookups == 1
    assert sorted(first) == [("127.0.0.1", 80)] * 3 + [("127.0.0.2", 80)] * 3


def test_a_source_address_is_taken(dial: Dial) -> None:
    def telling(peer: Peer) -> None:
        peer.answer(ok(peer.connection.getpeername()[0].encode()))

    _, client = dial(telling, source_address="127.0.0.9")
    assert client.request("GET", "/").body == b"127.0.0.9"


def test_a_source_address_that_is_none_of_ours_has_no_port_for_us(dial: Dial) -> None:
    _, client = dial(repeating(ok()), source_address="192.0.2.1")
    assert client.request("GET", "/").outcome is Outcome.NO_PORT


NO_DESCRIPTOR_LEFT = """
import os, resource, sys
from firstbell.scenarios.http.client import Client, Origin
origin = Origin.parse(sys.argv[1])
warm = Client(origin).request("GET", "/")  # what the event loop opens for itself is open
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (len(os.listdir("/proc/self/fd")) + 2, hard))
clients = [Client(origin) for _ in range(8)]
print(*[client.request("GET", "/").outcome for client in clients])
"""


def test_a_connection_for_which_no_descriptor_is_left_is_the_clients_own_doing() -> None:
    with ScriptedServer(*[repeating(ok())] * 9) as server:
        command = [sys.executable, "-W", "ignore", "-c", NO_DESCRIPTOR_LEFT, server.url]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert ended.stderr == ""
    outcomes = ended.stdout.split()
    assert outcomes[0] == "ok"
    assert outcomes[-1] == "no-descriptor"
    assert set(outcomes) == {"ok", "no-descriptor"}


MONKEY_PATCHED = """
from gevent import monkey; monkey.patch_all()
import gevent, sys
from firstbell.scenarios.http.client import Client, Origin, shared_context
plain, secret = (Origin.parse(url) for url in sys.argv[1:])
def learner(number):
    context = shared_context(verify=False)
    client = Client(secret if number % 2 else plain, ssl_context=context)
    return [client.request("GET", "/").body for _ in range(3)]
learners = [gevent.spawn(learner, number) for number in range(8)]
gevent.joinall(learners, raise_error=True)
assert all(learner.value == [b"abc"] * 3 for learner in learners)
"""


def test_learners_work_under_monkey_patching_as_well(server_context: ssl.SSLContext) -> None:
    with (
        ScriptedServer(repeating(ok(b"abc"))) as plain,
        ScriptedServer(repeating(ok(b"abc")), tls=server_context) as secret,
    ):
        command = [sys.executable, "-W", "ignore", "-c", MONKEY_PATCHED, plain.url, secret.url]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stderr) == (0, "")
