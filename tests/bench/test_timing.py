"""The target's response times, as computed."""

from dataclasses import replace

import numpy as np
import pytest

from bench.timing import Timing, response_times_s

TIMING = Timing(median_s=0.002, sigma=0.5, stall_s=0.4, cycle_s=4.0)


def test_without_stalls_response_times_are_the_delays() -> None:
    found = response_times_s(replace(TIMING, stall_s=0.0), requests_per_s=100, connections=50, cycles=100)
    assert np.median(found) == pytest.approx(0.002, rel=0.05)
    assert np.std(np.log(found)) == pytest.approx(0.5, rel=0.05)


def test_what_is_due_in_a_stall_waits_for_its_end() -> None:
    found = response_times_s(TIMING, requests_per_s=1_000, connections=1_000, cycles=50)
    # The stall is a tenth of the time, and its wait falls evenly from its length to nothing.
    for quantile, waits_s in ((0.99, 0.36), (0.95, 0.2)):
        assert np.quantile(found, quantile) == pytest.approx(waits_s, abs=0.01)


def test_on_few_connections_requests_wait_for_those_before_them_too() -> None:
    many, few = (response_times_s(TIMING, requests_per_s=1_000, connections=n, cycles=20) for n in (1_000, 5))
    assert few.mean() > many.mean()
    assert few.size == many.size == 1_000 * 20 * 4


def test_nothing_is_released_within_a_stall() -> None:
    moments_s = np.array([0.1, 0.4, 3.9, 4.0, 4.39])
    assert TIMING.released_s(moments_s) == pytest.approx([0.4, 0.4, 3.9, 4.4, 4.4])
