"""Learners' lines beside the kernel's own shaping: the same downloads over ours and over tc in a network namespace.

``python -m bench.kernel_shaping`` prints a table; it needs root, ``ip`` and ``tc``. Rates are shaped by tbf, round
trips by netem; where the kernel has none, they are left out on both sides, and the title says so.

tbf counts the headers of packets, and on loopback the acknowledgements beside them; our rates are those of the payload.
So the kernel's downloads should take PACKETS as long as ours.
"""

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median

from rich.console import Console
from rich.table import Table

from firstbell.scenarios.http.client import Client, Origin
from firstbell.scenarios.http.shaped import ShapedClient
from firstbell.scenarios.network.access import Access
from firstbell.scenarios.network.line import Line
from firstbell.scenarios.network.timeline import Timeline

SIZES_BYTES = (10_000, 100_000, 600_000, 1_500_000)
LINES = {"3g": (7e5, 0.3), "slow-4g": (1.6e6, 0.15), "adsl": (8e6, 0.04), "school": (2e7, 0.03), "fibre": (5e7, 0.015)}
"""Bits a second down, seconds of round trip: those of fixtures/networks/kosovo.yaml."""

PACKETS = 1 + 66 / 1448 + 66 / (2 * 1448)
"""Bytes on the wire for each of the payload: 66 of headers with 1,448, and an acknowledgement for two packets."""

_TIMES = 5


@dataclass(frozen=True, kw_only=True)
class Shaping:
    """What a download goes through."""

    bits_per_s: float
    round_trip_s: float


def main() -> int:
    """Measure and print."""
    if not _is_permitted():
        print("skipped: this needs root, ip and tc with tbf (Linux)", file=sys.stderr)
        return 0
    delays = _has_netem()
    title = "Downloads, seconds: ours beside tbf" + (
        " and netem" if delays else "; no netem here, so without round trips"
    )
    table = Table("Line", "Bytes", "Kernel", "Kernel's payload", "Ours", "Difference", title=title)
    for name, (bits_per_s, round_trip_s) in LINES.items():
        shaping = Shaping(bits_per_s=bits_per_s, round_trip_s=round_trip_s if delays else 0.0)
        ours, kernels = downloads_s(shaping), kernels_downloads_s(shaping)
        for size_bytes, own_s, kernel_s in zip(SIZES_BYTES, ours, kernels, strict=True):
            fair_s = kernel_s / PACKETS
            figures = f"{kernel_s:.3f}", f"{fair_s:.3f}", f"{own_s:.3f}", f"{own_s / fair_s - 1:+.1%}"
            table.add_row(name, f"{size_bytes:,}", *figures)
    Console(width=100).print(table)
    return 0


def downloads_s(shaping: Shaping | None) -> list[float]:
    """Medians, each on a fresh connection to a server of its own; None: over whatever the kernel does."""
    with _server() as url:
        return [median(_download_s(url, size_bytes, shaping) for _ in range(_TIMES)) for size_bytes in SIZES_BYTES]


def kernels_downloads_s(shaping: Shaping) -> list[float]:
    """The same by a plain client in a namespace whose loopback the kernel shapes."""
    with _namespace(shaping) as name:
        command = ["ip", "netns", "exec", name, sys.executable, "-m", "bench.kernel_shaping", "--plain"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    times: list[float] = json.loads(done.stdout)
    return times


def _download_s(url: str, size_bytes: int, shaping: Shaping | None) -> float:
    client = Client(Origin.parse(url)) if shaping is None else _shaped_client(url, shaping)
    reply = client.request("GET", f"/{size_bytes}", keep_body=False)
    client.close()
    if reply.received_bytes != size_bytes:
        raise RuntimeError(f"{reply.received_bytes} of {size_bytes} bytes came: {reply.error}")
    return reply.end_s - reply.start_s


def _shaped_client(url: str, shaping: Shaping) -> Client:
    rate = shaping.bits_per_s
    line = Line(Timeline(), down_bits_per_s=rate, up_bits_per_s=rate)
    access = Access(
        line, name="line", school=None, round_trip_s=shaping.round_trip_s, most_down_bits_per_s=rate,
        most_up_bits_per_s=rate, loss=0.0, chance=lambda: 1.0,
    )  # fmt: skip
    return ShapedClient(Origin.parse(url), access)


@contextmanager
def _server() -> Iterator[str]:
    """Answers GET /<n> with n bytes, a connection at a time."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                size_bytes = int(connection.recv(65536).split(b" ")[1][1:])
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size_bytes + bytes(size_bytes))
                connection.recv(1)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


@contextmanager
def _namespace(shaping: Shaping) -> Iterator[str]:
    """A network namespace whose loopback has the line's rate and round trip; packets as large as Ethernet's."""
    name = f"firstbell-{os.getpid()}"
    _ip("netns", "add", name)
    try:
        _ip("-n", name, "link", "set", "dev", "lo", "mtu", "1500", "gso_max_segs", "1", "up")
        parent = ["root"]
        if shaping.round_trip_s:
            delay = ["delay", f"{shaping.round_trip_s * 500:g}ms", "limit", "100000"]
            _tc(name, *parent, "handle", "1:", "netem", *delay)
            parent = ["parent", "1:"]
        rate = f"{shaping.bits_per_s:.0f}bit"
        _tc(name, *parent, "tbf", "rate", rate, "burst", "3100", "limit", "10000000")
        yield name
    finally:
        _ip("netns", "del", name)


def _is_permitted() -> bool:
    return _works("tbf", "rate", "1mbit", "burst", "3100", "limit", "100000")


def _has_netem() -> bool:
    return _works("netem", "delay", "10ms")


def _works(*discipline: str) -> bool:
    name = f"firstbell-probe-{os.getpid()}"
    try:
        _ip("netns", "add", name)
    except (OSError, subprocess.CalledProcessError):
        return False
    try:
        _tc(name, "root", *discipline)
    except (OSError, subprocess.CalledProcessError):
        return False
    finally:
        _ip("netns", "del", name)
    return True


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


def _tc(namespace: str, *arguments: str) -> None:
    subprocess.run(["tc", "-n", namespace, "qdisc", "add", "dev", "lo", *arguments], check=True, capture_output=True)


if __name__ == "__main__":
    if "--plain" in sys.argv:
        print(json.dumps(downloads_s(None)))
    else:
        sys.exit(main())
