"""The freeze test, shortened: the script runs the whole of it."""

from pathlib import Path

from bench.freeze import Freeze, frozen_run


def test_a_platform_that_stood_still_is_in_our_percentiles_and_locusts_own_stand_beside_them(tmp_path: Path) -> None:
    freeze = Freeze(run_s=7, freeze_at_s=2, freeze_s=2, requests_per_s=200, users=5)
    outcome = frozen_run(freeze, tmp_path)
    assert outcome.stood_still_s >= 2
    assert outcome.firstbell.p99_s > 0.9 * freeze.freeze_s
    assert outcome.firstbell.requests + outcome.missed > 200 * 4
    # A stock user that waits for its answer sends nothing: the wait is there, but only once for each of the five.
    assert outcome.locust.max_s > 0.9 * freeze.freeze_s
    assert 0 < outcome.locust.requests < outcome.firstbell.requests + outcome.missed
