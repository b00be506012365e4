"""Load generators side by side: CPU a request, requests a second of a core, error of the 99th percentile.

Each does the same: GET of a small answer over kept connections, itself on one core and the target on another. CPU and
requests are those of a window in which it is under way, by its processes' times and by what the target counted, so
neither its start nor its own figures have a say in them. ``python -m bench.peers`` prints one JSON document.
"""

import json
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import median

import numpy as np

from bench.lesson_adapter import PATH
from bench.process_tree import taken
from bench.running_tool import check_alive, running_tool
from bench.target_process import RunningTarget, running_target
from bench.timing import Timing, response_times_s
from bench.tools.catalogue import TOOLS
from bench.tools.tool import Job, Tool
from firstbell.cli.machine import halves

_STARTS_WITHIN_S = 120.0
_LONGEST_S = 120.0
_LOOK_EVERY_S = 0.1

STALLING = Timing(median_s=0.002, sigma=0.5, stall_s=0.4, cycle_s=4.0)


@dataclass(frozen=True, kw_only=True)
class Points:
    """The operating points: at a rate, as fast as it goes, and at the rate against a target that stalls.

    At the last, ``stalled_s`` is whole cycles long, so that stalls are the same share of it whenever it begins.
    """

    requests_per_s: float = 1_000.0
    connections: int = 200
    settle_s: float = 1.5
    window_s: float = 3.0
    rounds: int = 3
    stalled_connections: int = 20
    stalled_s: float = 12.0
    timing: Timing = STALLING


@dataclass(frozen=True, kw_only=True)
class Window:
    """What was seen of a tool under way: requests by the target's count, CPU by the kernel's."""

    requests_per_s: float
    cpu_s_per_request: float
    tool_utilization: float
    target_utilization: float


@dataclass(frozen=True, kw_only=True)
class PeerResult:
    """Medians over rounds; None where a tool can't do it or says nothing. ``problem`` is why there is no figure."""

    name: str
    version: str | None
    installed_by: str
    model: str
    paced: Window | None = None
    unpaced: Window | None = None
    p99_s: float | None = None
    p99_lowest_s: float | None = None
    p99_highest_s: float | None = None
    stalled_requests_per_s: float | None = None
    problem: str | None = None


@dataclass(frozen=True, kw_only=True)
class Peers:
    """All of them, and the 99th percentile that somebody who sends at the rate must see."""

    points: Points
    true_p99_s: float
    tools: tuple[PeerResult, ...]


def main() -> None:
    """All tools, as JSON on standard output."""
    print(json.dumps(asdict(peers(Points())), indent=2))


def peers(points: Points, tools: Sequence[Tool] = TOOLS, say: Callable[[str], object] = lambda _: None) -> Peers:
    """Hold the tools side by side; round after round, so that a slow minute of the machine falls on all of them."""
    rounds: dict[str, list[_Round]] = {tool.name: [] for tool in tools}
    results = {tool.name: _described(tool) for tool in tools}
    for number in range(points.rounds):
        for tool in tools:
            if results[tool.name].problem is None:
                say(f"peers, round {number + 1} of {points.rounds}: {tool.name}")
                try:
                    rounds[tool.name].append(_round(tool, points))
                except (RuntimeError, subprocess.SubprocessError) as error:
                    results[tool.name] = replace(results[tool.name], problem=str(error))
    return Peers(
        points=points,
        true_p99_s=true_p99_s(points),
        tools=tuple(_summed_up(results[tool.name], rounds[tool.name]) for tool in tools),
    )


def true_p99_s(points: Points) -> float:
    """What a percentile from due to answered has to be against this target."""
    found = response_times_s(
        points.timing, requests_per_s=points.requests_per_s, connections=points.stalled_connections, cycles=200
    )
    return float(np.quantile(found, 0.99))


@dataclass(frozen=True, kw_only=True)
class _Round:
    paced: Window | None
    unpaced: Window
    p99_s: float | None
    stalled_requests_per_s: float


def _described(tool: Tool) -> PeerResult:
    version = tool.version()
    return PeerResult(
        name=tool.name,
        version=version,
        installed_by=tool.installed_by,
        model=tool.model,
        problem=None if version is not None else "not installed",
    )


def _round(tool: Tool, points: Points) -> _Round:
    paced = _window(tool, points, points.requests_per_s) if tool.holds_rate else None
    unpaced = _window(tool, points, None)
    p99_s, requests_per_s = _stalled(tool, points)
    return _Round(paced=paced, unpaced=unpaced, p99_s=p99_s, stalled_requests_per_s=requests_per_s)


def _window(tool: Tool, points: Points, requests_per_s: float | None) -> Window:
    with _folder() as name, running_target(halves().backend) as target:
        folder = Path(name)
        job = Job(
            url=target.url + PATH, connections=points.connections, requests_per_s=requests_per_s, duration_s=_LONGEST_S
        )
        with running_tool(tool, job, folder, halves().generator) as process:
            await_connections(target, points.connections, lambda: check_alive(tool, process, folder))
            time.sleep(points.settle_s)
            before, began_s = _seen(target, process), time.monotonic()
            time.sleep(points.window_s)
            after, took_s = _seen(target, process), time.monotonic() - began_s
            check_alive(tool, process, folder)
    requests, tool_cpu_s, target_cpu_s = (now - then for now, then in zip(after, before, strict=True))
    if not requests:
        raise RuntimeError(f"{tool.name} sent nothing in {took_s:.1f} s")
    return Window(
        requests_per_s=requests / took_s,
        cpu_s_per_request=tool_cpu_s / requests,
        tool_utilization=tool_cpu_s / took_s,
        target_utilization=target_cpu_s / took_s,
    )


def _stalled(tool: Tool, points: Points) -> tuple[float | None, float]:
    with _folder() as name, running_target(halves().backend, timing=points.timing) as target:
        folder = Path(name)
        job = Job(
            url=target.url + PATH,
            connections=points.stalled_connections,
            requests_per_s=points.requests_per_s if tool.holds_rate else None,
            duration_s=points.stalled_s,
        )
        with running_tool(tool, job, folder, halves().generator) as process:
            process.wait(_LONGEST_S)
            requests = target.counts()["requests"]
        return tool.reported_p99_s(folder), requests / points.stalled_s


def await_connections(target: RunningTarget, connections: int, check: Callable[[], None]) -> None:
    """Wait until so many connections are there; ``check`` raises where there is nothing to wait for."""
    until_s = time.monotonic() + _STARTS_WITHIN_S
    while (now := target.counts()["connections"]) < connections:
        check()
        if time.monotonic() > until_s:
            raise RuntimeError(f"{now} of {connections} connections came within {_STARTS_WITHIN_S:.0f} s")
        time.sleep(_LOOK_EVERY_S)


def _seen(target: RunningTarget, process: subprocess.Popen[bytes]) -> tuple[float, float, float]:
    return target.counts()["requests"], taken(process.pid).cpu_s, target.cpu_s()


def _summed_up(result: PeerResult, rounds: Sequence[_Round]) -> PeerResult:
    if not rounds:
        return result
    p99_s = [done.p99_s for done in rounds if done.p99_s is not None]
    return replace(
        result,
        paced=_median_window([done.paced for done in rounds if done.paced is not None]),
        unpaced=_median_window([done.unpaced for done in rounds]),
        p99_s=median(p99_s) if p99_s else None,
        p99_lowest_s=min(p99_s, default=None),
        p99_highest_s=max(p99_s, default=None),
        stalled_requests_per_s=median(done.stalled_requests_per_s for done in rounds),
    )


def _median_window(windows: Sequence[Window]) -> Window | None:
    if not windows:
        return None
    columns = {name: [asdict(window)[name] for window in windows] for name in asdict(windows[0])}
    return Window(**{name: median(values) for name, values in columns.items()})


def _folder() -> "tempfile.TemporaryDirectory[str]":
    return tempfile.TemporaryDirectory(prefix="firstbell-bench-")


if __name__ == "__main__":
    main()
