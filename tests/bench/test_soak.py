"""The soak in a few seconds, and its slopes."""

import pytest

from bench.soak import Look, Soak, growth, soaked


def looks(values_bytes: list[int]) -> list[Look]:
    return [
        Look(time_s=10.0 * number, resident_bytes=value, private_bytes=value)
        for number, value in enumerate(values_bytes)
    ]


def test_steady_growth_is_found_in_bytes_a_minute_and_a_peak_does_not_turn_it() -> None:
    values_bytes = [1_000_000 + 500 * number for number in range(60)]
    values_bytes[30] += 50_000_000
    found = growth(looks(values_bytes), values_bytes)
    assert found.bytes_per_minute == pytest.approx(3_000)
    assert found.low <= 3_000 <= found.high
    assert found.at_last_bytes > found.at_first_bytes


def test_memory_that_stays_has_no_slope() -> None:
    values_bytes = [1_000_000 + (-1) ** number * 4_096 for number in range(60)]
    found = growth(looks(values_bytes), values_bytes)
    assert found.low <= 0 <= found.high


def test_a_soak_looks_at_the_generator_while_learners_are_there() -> None:
    found = soaked(Soak(minutes=0.05, warm_up_minutes=0.01, learners=20, sign_ins_per_s=20, look_every_s=0.4))
    assert found.status == "complete"
    assert found.requests > 20
    assert found.errors == 0
    assert len(found.looks) > 3
    assert all(look.resident_bytes >= look.private_bytes > 2e7 for look in found.looks)
    assert found.private.low <= found.private.bytes_per_minute <= found.private.high
