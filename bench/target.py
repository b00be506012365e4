"""The target of these benchmarks: a small answer over kept connections, at once or after a known delay.

``python -m bench.target '{"timing": …}'`` prints its port and serves on 127.0.0.1 until its standard input closes. At
``/counts`` it tells what it has seen, so that no tool's own figures are needed; asking there counts for nothing.
"""

import asyncio
import json
import ssl
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle
from typing import cast

import numpy as np
import uvloop

from bench.timing import Timing

_BODY = json.dumps(
    {"lesson": "Matematikë 7", "room": "a1f6c3", "starts": "08:00", "joined": 24, "messages": []}
).encode()
_HEAD_END = b"\r\n\r\n"
_COUNTS = b"GET /counts "
_BACKLOG = 4096
_DELAYS = 50_000


@dataclass(kw_only=True)
class Seen:
    """What came: requests answered or to be answered, connections open now."""

    requests: int = 0
    connections: int = 0


class Answering(asyncio.Protocol):
    """One connection. Requests have no body."""

    def __init__(self, target: "Target") -> None:
        self._target = target
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._target.seen.connections += 1

    def connection_lost(self, error: Exception | None) -> None:
        self._target.seen.connections -= 1

    def data_received(self, data: bytes) -> None:
        if self._received:
            data = self._received + data
        if not data.endswith(_HEAD_END):
            self._received = data
            return
        self._received = b""
        if data.startswith(_COUNTS):
            self._write(self._target.counts())
            return
        for _ in range(data.count(_HEAD_END)):
            self._target.answer(self._write)

    def _write(self, answer: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(answer)


class Target:
    """What the connections share: the timing, and what was seen."""

    def __init__(self, timing: Timing | None) -> None:
        self.seen = Seen()
        self._loop = asyncio.get_running_loop()
        self._answer = _answer(_BODY)
        self._began_s = self._loop.time()
        self._delays_s: Iterator[float] | None = None
        if timing is not None:
            self._delays_s = cycle(timing.delays_s(np.random.default_rng(1), _DELAYS).tolist())
            self._await_stall(timing, 1)

    def answer(self, write: Callable[[bytes], None]) -> None:
        """Answer in time."""
        self.seen.requests += 1
        if self._delays_s is None:
            write(self._answer)
        else:
            self._loop.call_later(next(self._delays_s), write, self._answer)

    def counts(self) -> bytes:
        """What was seen, without the connection that asks."""
        seen = {"requests": self.seen.requests, "connections": self.seen.connections - 1}
        return _answer(json.dumps(seen).encode())

    def _await_stall(self, timing: Timing, number: int) -> None:
        self._loop.call_at(self._began_s + number * timing.cycle_s, self._stand_still, timing, number)

    def _stand_still(self, timing: Timing, number: int) -> None:
        until_s = self._began_s + number * timing.cycle_s + timing.stall_s
        time.sleep(max(until_s - self._loop.time(), 0.0))
        self._await_stall(timing, number + 1)


def _answer(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


async def _serve(timing: Timing | None, certificate: str | None, key: str | None) -> None:
    loop = asyncio.get_running_loop()
    target = Target(timing)
    context = None
    if certificate is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate, key)
    server = await loop.create_server(lambda: Answering(target), "127.0.0.1", 0, backlog=_BACKLOG, ssl=context)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


def main(told: str) -> None:
    """Serve as the JSON document tells: ``timing``, ``certificate``, ``key``, each of them or none."""
    orders = json.loads(told)
    timing = Timing(**orders["timing"]) if "timing" in orders else None
    uvloop.run(_serve(timing, orders.get("certificate"), orders.get("key")))


if __name__ == "__main__":
    main(sys.argv[1])
