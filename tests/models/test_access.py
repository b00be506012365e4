"""TCP on a line, against figures worked out by hand and published ones."""

import math

import pytest

from firstbell.models.access import INITIAL_WINDOW_BYTES, download_s, rate_under_loss


def test_loss_leaves_what_mathis_and_others_say() -> None:
    """MSS 1,460 bytes, 100 ms, 1 % loss: 1460 · 8 / 0.1 · √1.5 / 0.1 = 1.43 Mbit/s."""
    assert rate_under_loss(round_trip_s=0.1, loss=0.01) == pytest.approx(1.4304e6, rel=1e-4)
    assert rate_under_loss(round_trip_s=0.2, loss=0.04) == pytest.approx(1.4304e6 / 4, rel=1e-4)
    assert rate_under_loss(round_trip_s=0.1, loss=0.0) == math.inf


def test_a_download_within_the_first_window_takes_a_round_trip_and_its_bits() -> None:
    took_s = download_s(INITIAL_WINDOW_BYTES, bits_per_s=8e6, round_trip_s=0.1, set_up_round_trips=1)
    assert took_s == pytest.approx(0.2 + INITIAL_WINDOW_BYTES / 1e6)


def test_windows_double_until_they_fill_the_line() -> None:
    """8 Mbit/s, 100 ms: the line holds 100 kB; windows of 14.6, 29.2 and 58.4 kB take a round trip each."""
    took_s = download_s(500_000, bits_per_s=8e6, round_trip_s=0.1)
    assert took_s == pytest.approx(0.1 + 3 * 0.1 + (500_000 - 7 * INITIAL_WINDOW_BYTES) / 1e6)


def test_on_a_slow_line_the_first_window_is_already_enough() -> None:
    assert download_s(100_000, bits_per_s=7e5, round_trip_s=0.15) == pytest.approx(0.15 + 8e5 / 7e5)
