"""Bursts."""

import math

import numpy as np
import pytest

from firstbell.models.time_varying import (
    ArrivalCurve,
    FluidQueue,
    bell,
    capacity_for_wait,
    mean_in_session,
    percentile_in_session,
)


def test_a_bell_brings_everybody_and_peaks_at_the_normal_density() -> None:
    curve = bell(learners=69_000, spread_s=180.0)
    assert curve.total == pytest.approx(69_000, rel=1e-6)
    assert curve.peak_per_s == pytest.approx(69_000 / 180.0 / math.sqrt(2 * math.pi), rel=1e-4)


def test_steady_arrivals_settle_at_littles_law() -> None:
    curve = ArrivalCurve(arrivals_per_s=np.full(20_000, 3.0), step_s=1.0)
    present = mean_in_session(curve, lambda age: np.exp(-age / 500.0))
    assert present[-1] == pytest.approx(1500.0, rel=1e-5)


def test_sessions_of_fixed_length_are_those_who_came_since() -> None:
    curve = bell(learners=1000, spread_s=60.0, after_s=1000.0)
    present = mean_in_session(curve, lambda age: (age < 300.0).astype(float))
    came = np.cumsum(curve.arrivals_per_s)
    assert present[900] == pytest.approx(came[900] - came[600], abs=1e-6)


def test_those_already_in_session_leave() -> None:
    curve = ArrivalCurve(arrivals_per_s=np.zeros(1000), step_s=1.0)
    present = mean_in_session(curve, lambda age: np.exp(-age / 100.0), initial=50.0)
    assert present[499] == pytest.approx(50.0 * math.exp(-5.0), rel=1e-9)


def test_a_percentile_is_above_the_mean() -> None:
    assert percentile_in_session(np.array([115.0, 5000.0]), 0.95) == pytest.approx([133, 5117])


def test_a_rectangle_of_work_queues_as_drawn_on_paper() -> None:
    """100 a second for 60 s against 60 a second: 2,400 wait at the end, the last 40 s, for another 40 s of clearing."""
    curve = ArrivalCurve(arrivals_per_s=np.concatenate((np.full(60, 100.0), np.zeros(60))), step_s=1.0)
    queue = FluidQueue(curve=curve, capacity_per_s=60.0)
    assert queue.peak_backlog == pytest.approx(2400.0)
    assert queue.longest_wait_s == pytest.approx(40.0)
    assert queue.mean_wait_s == pytest.approx(20.0)
    assert queue.congested_s == pytest.approx(99.0)
    assert queue.wait_percentile_s(0.5) == pytest.approx(20.0, abs=0.7)


def test_the_capacity_for_a_longest_wait_keeps_it_and_no_less_does() -> None:
    curve = bell(learners=69_000, spread_s=60.0, after_s=600.0)
    capacity = capacity_for_wait(curve, 30.0)
    assert FluidQueue(curve=curve, capacity_per_s=capacity).longest_wait_s == pytest.approx(30.0, rel=1e-6)
    assert FluidQueue(curve=curve, capacity_per_s=capacity * 0.999).longest_wait_s > 30.0


def test_enough_capacity_makes_no_backlog() -> None:
    curve = bell(learners=1000, spread_s=60.0)
    assert FluidQueue(curve=curve, capacity_per_s=curve.peak_per_s).peak_backlog == 0.0
