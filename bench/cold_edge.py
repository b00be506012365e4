"""A cold edge: what it fetches while it fills, and a herd for one new lesson, against what the models say.

``python -m bench.cold_edge [--seed N]`` plays requests for segments to the reference backend behind its edge, on cores
of its own, and prints a table. It takes two minutes.
"""

import argparse
import asyncio
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import requests
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from firstbell.cli.backend_process import reference_backend
from firstbell.cli.content_options import ContentOptions
from firstbell.cli.machine import halves
from firstbell.cli.scale import BackendScale
from firstbell.fixtures.backend import accounts
from firstbell.fixtures.backend.edge_rules import EdgeRules
from firstbell.models.cache import under_names, zipf
from firstbell.models.cold_edge import ColdEdge, herd_fetches
from firstbell.scenarios.exposition import values_of

Floats = NDArray[np.float64]
QUICK_HASH = "argon2id:m=64,t=1,p=1"
NAMES = ("digital-id", "phone")
SHARES = np.array([0.8, 0.2])
RUNG = 2
ROOMY = 2_000_000_000
WIDTH = 120


@dataclass(frozen=True, kw_only=True)
class Filling:
    """Segments of ``objects`` lessons by Zipf's law, each ``size_bytes`` of it; ``held_share`` of all fit the edge."""

    name: str
    two_names: bool = False
    objects: int = 2_000
    exponent: float = 0.8
    size_bytes: int = 20_000
    rate_per_s: float = 200.0
    duration_s: float = 15.0
    held_share: float = 2.0

    @property
    def edge(self) -> EdgeRules:
        return EdgeRules(size_bytes=int(self.held_share * self.objects * self.size_bytes))

    def said(self) -> tuple[float, float]:
        """Fetches and requests."""
        popularity = zipf(self.objects, self.exponent)
        popularity = under_names(popularity, SHARES) if self.two_names else popularity
        sizes = np.full(len(popularity), float(self.size_bytes))
        edge = ColdEdge(
            rates_per_s=popularity * self.rate_per_s, sizes_bytes=sizes, capacity_bytes=float(self.edge.size_bytes)
        )
        return edge.fetches_by(self.duration_s), edge.requests_by(self.duration_s)

    def deviation(self) -> float:
        """Of the fetches (standard), where all fit: objects are asked for or not, each by itself. Else at most that of
        a Poisson stream."""
        if self.held_share < 1:
            return float(np.sqrt(self.said()[0]))
        popularity = zipf(self.objects, self.exponent)
        popularity = under_names(popularity, SHARES) if self.two_names else popularity
        asked = -np.expm1(-popularity * self.rate_per_s * self.duration_s)
        return float(np.sqrt(asked @ (1 - asked)))

    def asked(self, rng: np.random.Generator) -> list[list["Asked"]]:
        """In one go."""
        count = rng.poisson(self.rate_per_s * self.duration_s)
        times_s = np.sort(rng.uniform(0, self.duration_s, count))
        lessons = rng.choice(self.objects, count, p=zipf(self.objects, self.exponent))
        names = rng.choice(2, count, p=SHARES)
        each = zip(times_s, lessons, names, strict=True)
        return [[self._one(float(at_s), int(lesson), int(name)) for at_s, lesson, name in each]]

    def _one(self, at_s: float, lesson: int, name: int) -> "Asked":
        return Asked(at_s=at_s, name=name, path=f"/videos/{lesson}/{RUNG}/0.ts", size_bytes=self.size_bytes)


@dataclass(frozen=True, kw_only=True)
class Herd:
    """``lessons`` one after another, each new, asked for at a rate from its first request on, over a line on which a
    fetch alone takes ``alone_s``: by its rate, or what it was measured to take."""

    name: str
    rate_per_s: float
    coalesce: bool
    lessons: int = 25
    for_s: float = 1.0
    size_bytes: int = 200_000
    bits_per_s: float = 1.6e7
    alone_s: float = 0.1
    two_names: bool = False

    @property
    def edge(self) -> EdgeRules:
        return EdgeRules(size_bytes=ROOMY, coalesce=self.coalesce, bits_per_s=self.bits_per_s)

    def said(self) -> tuple[float, float]:
        """Fetches and requests, over all lessons."""
        return self.lessons * self._each, self.lessons * (1 + self.rate_per_s * self.for_s)

    @property
    def _each(self) -> float:
        return 1.0 if self.coalesce else herd_fetches(rate_per_s=self.rate_per_s, alone_s=self.alone_s)

    def deviation(self) -> float:
        """Of the fetches (standard): a Yule process has a geometric number, of variance m (m − 1)."""
        return float(np.sqrt(self.lessons * self._each * (self._each - 1)))

    def asked(self, rng: np.random.Generator) -> list[list["Asked"]]:
        """Lesson by lesson, each when all of the last one is answered."""
        found = []
        for lesson in range(self.lessons):
            later_s = np.sort(rng.uniform(0, self.for_s, rng.poisson(self.rate_per_s * self.for_s)))
            path = f"/videos/{lesson}/{RUNG}/0.ts"
            found.append([Asked(at_s=at_s, name=0, path=path, size_bytes=self.size_bytes) for at_s in (0.0, *later_s)])
        return found


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request that is due ``at_s``, by somebody of one of the two instances."""

    at_s: float
    name: int
    path: str
    size_bytes: int


@dataclass(frozen=True, kw_only=True)
class Found:
    """What the edge counted, beside what the model says."""

    name: str
    requests: int
    said_requests: float
    fetches: int
    said_fetches: float
    deviation: float
    first_s: float
    """Mean time of the first request of each go."""
    waiting: int
    origin_bytes: int
    learner_bytes: int


Case = Filling | Herd
CASES: tuple[Case, ...] = (
    Filling(name="cold, one address"),
    Filling(name="cold, an address for each instance", two_names=True),
    Filling(name="cold until it is full, one address", held_share=0.1, duration_s=25.0),
    Herd(name="new lessons at 10/s, coalesced", rate_per_s=10.0, coalesce=True, lessons=10),
    Herd(name="new lessons at 10/s, not coalesced", rate_per_s=10.0, coalesce=False),
    Herd(name="new lessons at 20/s, not coalesced", rate_per_s=20.0, coalesce=False),
)


def main(arguments: Sequence[str] | None = None) -> None:
    """All cases, as a table."""
    parser = argparse.ArgumentParser(prog="python -m bench.cold_edge", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    seed = parser.parse_args(arguments).seed
    os.sched_setaffinity(0, halves().generator)
    table = Table(
        "",
        "requests",
        "fetches",
        "model",
        "hit ratio",
        "model",
        "waited",
        "s of the first",
        "MB from backend",
        "MB to learners",
    )
    alone_s = None
    for stated in CASES:
        measured = isinstance(stated, Herd) and alone_s is not None
        case = replace(stated, alone_s=alone_s) if measured else stated
        found = played(case, seed=seed)
        alone_s = found.first_s if isinstance(case, Herd) and case.coalesce else alone_s
        table.add_row(
            found.name, f"{found.requests:,}", f"{found.fetches:,}",
            f"{found.said_fetches:,.0f} ± {2 * found.deviation:,.0f}", f"{1 - found.fetches / found.requests:.3f}",
            f"{1 - found.said_fetches / found.said_requests:.3f}", f"{found.waiting:,}", f"{found.first_s:.3f}",
            f"{found.origin_bytes / 1e6:.1f}", f"{found.learner_bytes / 1e6:.1f}",
        )  # fmt: skip
    console = Console()
    console.width = max(console.width, WIDTH)
    console.print(table)


def played(case: Case, *, seed: int) -> Found:
    """On a backend of its own; RuntimeError where an answer is not what was asked for."""
    content = ContentOptions(instances=2, shared_urls=not case.two_names)
    scale = BackendScale(workers=1, password_hash=QUICK_HASH, edge=case.edge, content=content)
    asked = case.asked(np.random.default_rng(seed))
    with (
        tempfile.TemporaryDirectory(prefix="firstbell-bench-") as folder,
        reference_backend(
            Path(folder), learners=10, cores=halves().backend, seed=seed, console=Console(stderr=True), scale=scale
        ) as url,
    ):
        client = Client(url, [_token(url, number) for number in range(2)], two_names=case.two_names)
        first_s = asyncio.run(client.play(asked))
        counted = values_of(requests.get(f"{url}/metrics", timeout=30).text)
    fetches, waiting = int(counted["edge_misses"]), int(counted["edge_coalesced"])
    said_fetches, said_requests = case.said()
    return Found(
        name=case.name, requests=int(counted["edge_hits"]) + fetches + waiting, said_requests=said_requests,
        fetches=fetches, said_fetches=said_fetches, deviation=case.deviation(), first_s=first_s, waiting=waiting,
        origin_bytes=int(counted["edge_origin_bytes"]), learner_bytes=int(counted["edge_learner_bytes"]),
    )  # fmt: skip


class Client:
    """Asks at the moments that are given, however many are under way; connections are used again."""

    def __init__(self, url: str, tokens: Sequence[str], *, two_names: bool) -> None:
        host, _, port = url.rpartition("/")[2].partition(":")
        self._address = host, int(port)
        self._tokens = tokens
        self._two_names = two_names
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def play(self, goes: Sequence[Sequence[Asked]]) -> float:
        """One after another; the mean time in which the first request of each was answered."""
        firsts_s = [await self._go(asked) for asked in goes]
        for _, writer in self._idle:
            writer.close()
        return sum(firsts_s) / len(firsts_s)

    async def _go(self, asked: Sequence[Asked]) -> float:
        """All of them; returns when the last is answered, with the time that the first took."""
        begin_s = asyncio.get_running_loop().time() + 0.1
        tasks: list[asyncio.Task[float]] = []
        async with asyncio.TaskGroup() as group:
            for each in asked:
                await asyncio.sleep(begin_s + each.at_s - asyncio.get_running_loop().time())
                tasks.append(group.create_task(self._ask(each)))
        return tasks[0].result()

    async def _ask(self, asked: Asked) -> float:
        sent_s = asyncio.get_running_loop().time()
        reader, writer = self._idle.pop() if self._idle else await asyncio.open_connection(*self._address)
        path = f"/{NAMES[asked.name]}{asked.path}" if self._two_names else asked.path
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer {self._tokens[asked.name]}\r\n"
            f"Range: bytes=0-{asked.size_bytes - 1}\r\n\r\n".encode()
        )
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 206 "):
            raise RuntimeError(f"{path} was answered with {head!r}")
        await reader.readexactly(asked.size_bytes)
        self._idle.append((reader, writer))
        return asyncio.get_running_loop().time() - sent_s


def _token(url: str, learner: int) -> str:
    who = {"password": accounts.password(learner)}
    if learner % 2:
        phone = accounts.contact(learner)
        challenge = _told(url, "/login/phone", {"phone": phone, **who})["challenge"]
        sms = requests.get(f"{url}/sms/{phone}", timeout=30).json()["code"]
        code = _told(url, "/login/phone/code", {"challenge": challenge, "code": sms})["code"]
    else:
        code = _told(url, "/login/digital-id", {"username": accounts.contact(learner), **who})["code"]
    return _told(url, "/token", {"code": code})["token"]


def _told(url: str, path: str, body: dict[str, str]) -> dict[str, str]:
    answer = requests.post(f"{url}{path}", json=body, timeout=30)
    answer.raise_for_status()
    told: dict[str, str] = answer.json()
    return told


if __name__ == "__main__":
    main()
