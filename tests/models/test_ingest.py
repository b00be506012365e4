"""Lines that fill a catalogue, lines that break, and encoders, against numbers that were worked out otherwise."""

import math

import numpy as np
import pytest

from firstbell.models.ingest import BreakingLine, EncodingBatch, encoders_at_load, fill_time_s
from firstbell.models.problems import InputError

GIGABYTE = 1e9
HOURLY = BreakingLine(bits_per_s=8e6, breaks_per_s=1 / 3_600, recovery_s=10.0)


def test_ten_terabytes_take_nine_days_at_a_hundred_megabits() -> None:
    assert fill_time_s(10e12, 100e6) / 86_400 == pytest.approx(9.26, abs=0.01)


def test_a_gigabyte_over_a_line_that_breaks_once_an_hour() -> None:
    """1,000 s of sending: e^(1000/3600) = 1.3202 attempts; (1.3202 − 1)(3600 + 10) = 1,156 s, and 1,003 s resumed."""
    assert HOURLY.attempts_at_size(GIGABYTE) == pytest.approx(1.3202, abs=1e-4)
    assert HOURLY.restarted_s_at_size(GIGABYTE) == pytest.approx(1_156, abs=1)
    assert HOURLY.resumed_s_at_size(GIGABYTE) == pytest.approx(1_002.8, abs=0.1)
    assert HOURLY.delivery_probability_at_size(GIGABYTE) == pytest.approx(math.exp(-1_000 / 3_600))


def test_means_agree_with_lines_that_break_by_lot() -> None:
    chance = np.random.default_rng(1)
    line, size = BreakingLine(bits_per_s=8e6, breaks_per_s=1 / 800, recovery_s=30.0), 1.2 * GIGABYTE
    restarted, sent = np.array([_restarted(line, size, chance) for _ in range(20_000)]).T
    assert restarted.mean() == pytest.approx(line.restarted_s_at_size(size), rel=0.03)
    assert sent.mean() == pytest.approx(line.sent_bytes_at_size(size), rel=0.03)
    resumed = line.sending_s_at_size(size) + 30.0 * chance.poisson(line.breaks_at_size(size), 20_000)
    assert resumed.mean() == pytest.approx(line.resumed_s_at_size(size), rel=0.03)


def _restarted(line: BreakingLine, size: float, chance: np.random.Generator) -> tuple[float, float]:
    needed_s, time_s, sending_s = line.sending_s_at_size(size), 0.0, 0.0
    while (held_s := chance.exponential(1 / line.breaks_per_s)) < needed_s:
        time_s += held_s + line.recovery_s
        sending_s += held_s
    return time_s + needed_s, (sending_s + needed_s) * line.bits_per_s / 8


@pytest.mark.parametrize("attempts", [1, 3])
@pytest.mark.parametrize("probability", [0.5, 0.95, 0.999])
def test_the_largest_safe_file_is_the_inverse_of_its_probability(probability: float, attempts: int) -> None:
    size = HOURLY.largest_bytes_at_probability(probability, attempts)
    assert HOURLY.delivery_probability_at_size(size, attempts) == pytest.approx(probability)


def test_the_largest_safe_file_of_a_village_school() -> None:
    """At 1 Mbit/s and a break each half an hour, 95 of 100 attempts get 11.5 MB through: −ln 0.95 · 1,800 s · r."""
    village = BreakingLine(bits_per_s=1e6, breaks_per_s=1 / 1_800)
    assert village.largest_bytes_at_probability(0.95) == pytest.approx(11.54e6, rel=1e-3)
    assert village.attempts_at_size(714e6) == pytest.approx(math.exp(714e6 * 8 / 1e6 / 1_800), rel=1e-9)
    assert village.attempts_at_size(714e6) > 23  # a lesson of 20 minutes


def test_nothing_breaks_on_a_line_that_holds() -> None:
    sound = BreakingLine(bits_per_s=8e6, breaks_per_s=0.0)
    assert sound.restarted_s_at_size(GIGABYTE) == sound.resumed_s_at_size(GIGABYTE) == 1_000
    assert sound.largest_bytes_at_probability(0.999) == math.inf
    assert BreakingLine(bits_per_s=1.0, breaks_per_s=1.0).restarted_s_at_size(GIGABYTE) == math.inf


def test_the_case_s_catalogue_keeps_four_encoders_for_seven_weeks() -> None:
    """14,000 videos, 20 minutes each: 14,000 × 1,200 s ÷ 4 = 48.6 days, whatever the line, if it fills in 9."""
    case = EncodingBatch(videos=14_000, arriving_s=fill_time_s(10e12, 100e6), service_s=1_200, encoders=4)
    assert case.done_s / 86_400 == pytest.approx(48.6, abs=0.1)
    assert case.largest_backlog == pytest.approx(14_000 - 800_000 * 4 / 1_200)
    wide = EncodingBatch(videos=14_000, arriving_s=800_000, service_s=1_200, encoders=50)
    assert (wide.largest_backlog, wide.done_s) == (0, 801_200)


def test_a_fluid_batch_agrees_with_one_video_after_another() -> None:
    batch = EncodingBatch(videos=2_000, arriving_s=10_000, service_s=60, encoders=5)
    free_s = np.zeros(5)
    for arrival_s in np.arange(2_000) * 5.0:
        encoder = int(free_s.argmin())
        free_s[encoder] = max(free_s[encoder], arrival_s) + 60
    assert free_s.max() == pytest.approx(batch.done_s, rel=0.01)


def test_encoders_are_filled_to_their_share_and_no_further() -> None:
    assert encoders_at_load(0.02, 1_200, 0.8) == 30
    assert encoders_at_load(0.0, 1_200, 0.8) == 1


def test_what_is_no_line_is_told_all_at_once() -> None:
    with pytest.raises(InputError) as told:
        BreakingLine(bits_per_s=0, breaks_per_s=-1, recovery_s=math.nan)
    assert len(told.value.problems) == 3
    with pytest.raises(InputError):
        HOURLY.largest_bytes_at_probability(1.0)
