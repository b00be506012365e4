"""Many-server waiting against published tables."""

import numpy as np
import pytest

from firstbell.models.sizing.waiting import (
    Queue,
    cores_at_utilization,
    cores_at_wait,
    wait_probability,
)
from firstbell.models.stations.mmc import erlang_c


def _queue(offered: float, job_s: float = 1.0, scv: float = 1.0) -> Queue:
    return Queue(offered_erlangs=np.array([offered]), job_s=np.array([job_s]), job_scv=np.array([scv]))


def test_erlang_c_matches_the_published_table() -> None:
    """LibReDE, ErlangCEquationTest."""
    servers = np.array([2, 2, 2, 15, 15, 15])
    load = servers * np.array([0.25, 0.5, 0.75, 0.25, 0.5, 0.75])
    expected = [0.1, 1 / 3, 0.642857142857143, 9.77920896491434e-06, 0.0112924361348896, 0.217989042733931]
    assert wait_probability(load, servers) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("offered", "servers", "expected"),
    [(95, 100, 0.5064568539130206), (100, 110, 0.23700750028505274), (1000, 1030, 0.248908785843602)],
)
def test_erlang_c_is_stable_with_many_servers(offered: float, servers: int, expected: float) -> None:
    assert float(wait_probability(offered, servers)) == pytest.approx(expected, rel=1e-8)


def test_nobody_waits_without_load_and_everybody_at_or_above_capacity() -> None:
    assert wait_probability([0.0, 5.0, 9.0], 5) == pytest.approx([0.0, 1.0, 1.0])
    assert _queue(5.0).waiting_s(5, 95)[0] == np.inf


def test_the_wait_s_percentile_matches_mmc() -> None:
    """octave-queueing qsmmm: 4 arrivals/s, 5 servers of 1/s."""
    assert _queue(4.0).waiting_s(5, 95)[0] == pytest.approx(2.4053448269518145, rel=1e-9)
    assert _queue(95.0).waiting_s(100, 95)[0] == pytest.approx(0.4630832259720479, rel=1e-8)


def test_steady_service_halves_the_wait() -> None:
    assert _queue(4.0, scv=0).waiting_s(5, 95) == pytest.approx(_queue(4.0).waiting_s(5, 95) / 2)


@pytest.mark.parametrize(("offered", "servers"), [(0.3, 1), (12.0, 14), (26.6, 38), (300.0, 310)])
def test_erlang_c_for_arrays_is_that_of_the_station_model(offered: float, servers: int) -> None:
    assert float(wait_probability(offered, servers)) == pytest.approx(erlang_c(offered, servers), rel=1e-8)


def test_the_fewest_cores_keep_the_limit_and_one_fewer_does_not() -> None:
    loads = np.array([0.3, 3.4, 26.6, 160.0])
    queue = Queue(offered_erlangs=loads, job_s=np.full(4, 0.1), job_scv=np.full(4, 4.0))
    allowed = np.full(4, 0.05)
    cores = cores_at_wait(queue, 95, allowed, np.floor(loads) + 1)
    assert np.all(queue.waiting_s(cores, 95) <= allowed)
    more_than_stable = cores > np.floor(loads) + 1
    assert more_than_stable.any()
    assert np.all(queue.waiting_s(cores - 1, 95)[more_than_stable] > 0.05)


def test_utilisation_asks_for_whole_cores_and_at_least_one() -> None:
    queue = Queue(offered_erlangs=np.array([0.01, 0.7, 0.71]), job_s=np.ones(3), job_scv=np.ones(3))
    assert list(cores_at_utilization(queue, np.full(3, 0.7))) == [1, 1, 2]
