"""``python -m bench.bare_clients URL CONNECTIONS RATE SECONDS``: our HTTP client in greenlets; rate 0 is no pause."""

from gevent import monkey

monkey.patch_all()

import json  # noqa: E402
import math  # noqa: E402
import random  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402

import gevent  # noqa: E402

from bench.lesson_adapter import TOKEN  # noqa: E402
from firstbell.scenarios.http.client import Client, Origin  # noqa: E402


def main(url: str, connections: str, requests_per_s: str, duration_s: str) -> None:
    """Poll, and print the 99th percentile from due to answered."""
    rate, number = float(requests_per_s), int(connections)
    period_s = number / rate if rate else 0.0
    origin, path = Origin.parse(url[: url.index("/", 8)]), url[url.index("/", 8) :]
    begin_s = time.monotonic()
    end_s = begin_s + float(duration_s)
    response_s: list[float] = []
    chance = random.Random(1)
    polls = [
        gevent.spawn(_poll, origin, path, begin_s + chance.uniform(0, period_s), period_s, end_s, response_s)
        for _ in range(number)
    ]
    gevent.joinall(polls)
    response_s.sort()
    print(json.dumps({"requests": len(response_s), "p99_s": response_s[math.ceil(0.99 * len(response_s)) - 1]}))


def _poll(origin: Origin, path: str, due_s: float, period_s: float, end_s: float, response_s: list[float]) -> None:
    client = Client(origin)
    client.set_token(TOKEN)
    request = client.prepare("GET", path)
    while due_s < end_s:
        delay_s = due_s - time.monotonic()
        if delay_s > 0:
            gevent.sleep(delay_s)
        reply = client.send(request, keep_body=False)
        if not reply.ok:
            raise RuntimeError(reply.error)
        response_s.append(reply.end_s - due_s)
        due_s = due_s + period_s if period_s else reply.end_s


if __name__ == "__main__":
    main(*sys.argv[1:])
