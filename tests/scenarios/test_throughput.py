"""The estimate of throughput, and the rung that follows from it."""

import pytest

from firstbell.scenarios.throughput import MovingAverage, ThroughputEstimate, pick_rung

PEAKS = [200_000, 400_000, 800_000, 1_200_000, 2_100_000]


def _estimate() -> ThroughputEstimate:
    return ThroughputEstimate(initial_bits_per_s=500_000, fast_half_life_s=3, slow_half_life_s=9)


def test_an_average_of_equal_values_is_that_value_from_the_first_on() -> None:
    average = MovingAverage(3.0)
    assert average.value is None
    for _ in range(3):
        average.add(0.7, 5.0)
        assert average.value == pytest.approx(5.0)


def test_after_one_half_life_the_old_value_weighs_half() -> None:
    average = MovingAverage(3.0)
    average.add(1e9, 0.0)
    average.add(3.0, 10.0)
    assert average.value == pytest.approx(5.0)


def test_the_estimate_falls_faster_than_it_rises() -> None:
    falling, rising = _estimate(), _estimate()
    for first, second, estimate in ((8e6, 1e6, falling), (1e6, 8e6, rising)):
        estimate.add(first * 20, 20.0)
        estimate.add(second * 3, 3.0)
    assert falling.bits_per_s < 4.6e6  # the fast average is half way down
    assert rising.bits_per_s < 3.2e6  # the slow one is only a fifth of the way up


def test_a_download_that_took_no_time_counts_as_one_of_50_ms() -> None:
    estimate = _estimate()
    estimate.add(1e6, 0.0001)
    assert estimate.bits_per_s == pytest.approx(1e6 / 0.05)


@pytest.mark.parametrize(
    ("current", "estimate", "cap", "picked"),
    [
        (None, 500_000, 4, 0),  # 0.7 × 500 carries only the lowest
        (0, 600_000, 4, 1),
        (2, 850_000, 4, 2),  # 0.95 × 850 still carries the rung in use
        (2, 830_000, 4, 1),  # and here no longer
        (2, 50_000_000, 4, 4),
        (2, 50_000_000, 3, 3),  # the screen shows no more
        (4, 10, 4, 0),
    ],
)
def test_going_up_needs_more_reserve_than_staying(current: int | None, estimate: float, cap: int, picked: int) -> None:
    rung = pick_rung(PEAKS, current=current, estimate_bits_per_s=estimate, down=0.95, up=0.7, cap=cap)
    assert rung == picked
