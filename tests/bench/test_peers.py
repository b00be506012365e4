"""Load generators side by side, at sizes that only show that each figure is there and has its unit."""

from pathlib import Path

import pytest

from bench.peers import Points, peers, true_p99_s
from bench.timing import Timing
from bench.tools.firstbell_client import FirstbellClient
from bench.tools.tool import Command, Job
from bench.tools.wrk import Wrk

POINTS = Points(
    requests_per_s=200, connections=10, settle_s=0.2, window_s=0.5, rounds=1, stalled_connections=4, stalled_s=1.0,
    timing=Timing(median_s=0.002, sigma=0.5, stall_s=0.1, cycle_s=0.5),
)  # fmt: skip


class NotInstalled(Wrk):
    name = "not there"

    def version(self) -> str | None:
        return None


class Broken(FirstbellClient):
    name = "broken"

    def command(self, job: Job, folder: Path) -> Command:
        return Command(arguments=["sh", "-c", "echo no such option; exit 2"])


def test_our_client_is_measured_by_the_targets_count_and_the_kernels_clock() -> None:
    found = peers(POINTS, [FirstbellClient()])
    (ours,) = found.tools
    assert ours.problem is None
    assert ours.paced is not None
    assert ours.unpaced is not None
    assert ours.paced.requests_per_s == pytest.approx(200, rel=0.2)
    assert ours.unpaced.requests_per_s > ours.paced.requests_per_s
    assert 1e-6 < ours.unpaced.cpu_s_per_request < 1e-2  # wide bounds: they tell a wrong unit from a right one
    assert ours.p99_s is not None
    assert ours.p99_s > POINTS.timing.stall_s / 2


def test_what_is_not_installed_or_breaks_is_told_and_the_others_go_on() -> None:
    said: list[object] = []
    found = peers(POINTS, [NotInstalled(), Broken()], said.append)
    assert [tool.problem for tool in found.tools] == ["not installed", "broken ended early (2): no such option\n"]
    assert said == ["peers, round 1 of 1: broken"]


def test_the_true_percentile_follows_from_the_stall() -> None:
    assert true_p99_s(Points()) == pytest.approx(0.365, abs=0.01)
