"""The burst of sign-ins against queues whose answer is known."""

from dataclasses import replace

import numpy as np
import pytest

from firstbell.models.arrivals import FirstBellArrivals, PoissonArrivals
from firstbell.models.first_bell import WINDOW_S, CalmCosts, burst_waits
from firstbell.models.reloads import Reloads
from firstbell.models.time_varying import FluidQueue


def costs(**changes: float) -> CalmCosts:
    known = {"password_s": 0.1, "elsewhere_s": 0.0, "learner_cores": 0.0, "rest_s": 0.0, "cores": 1.0}
    return CalmCosts(threads=1, **{**known, **changes})


def test_without_a_burst_people_wait_as_in_m_d_1() -> None:
    """T = s (1 + ρ / (2 (1 − ρ))) with services of s = 0.1 s and ρ = 0.6; half a step of the grid more or less."""
    waits = burst_waits(costs(), PoissonArrivals(rate_per_s=6.0), duration_s=300.0, session_s=1e9, seed=1)
    settled = waits.response_s[:, waits.time_s > 60.0]
    assert float(np.nanmean(settled)) == pytest.approx(0.1 * (1 + 0.6 / 0.8), rel=0.06)


def test_a_burst_far_beyond_the_capacity_is_the_fluid_queue() -> None:
    """3,000 sign-ins with σ = 60 s at 10 a second: the peak is that of Newell's backlog, windows apart."""
    shape = FirstBellArrivals(logins=3_000, centre_s=180.0, sigma_s=60.0)
    waits = burst_waits(costs(), shape, duration_s=600.0, session_s=1e9, seed=1)
    fluid = FluidQueue(curve=shape.curve(600.0), capacity_per_s=10.0)
    at_s = float(np.argmax(fluid.wait_s)) * fluid.curve.step_s
    assert waits.peak_s.likely == pytest.approx(fluid.longest_wait_s, rel=0.05)
    assert waits.peak_at_s.likely == pytest.approx(at_s, abs=WINDOW_S / 2)


def test_learners_in_session_and_the_rest_of_a_sign_in_take_from_the_passwords() -> None:
    """Half of the core is gone: the same as a password that costs twice as much on a whole one."""
    shape = PoissonArrivals(rate_per_s=3.0)
    halved = burst_waits(costs(elsewhere_s=0.5 / 3.0), shape, duration_s=200.0, session_s=1e9, seed=1).response_s
    doubled = burst_waits(costs(password_s=0.2), shape, duration_s=200.0, session_s=1e9, seed=1).response_s
    assert float(np.nanmean(halved)) == pytest.approx(float(np.nanmean(doubled)), rel=0.02)


def test_a_machine_that_is_not_equally_fast_all_the_time_makes_the_peak_less_sure() -> None:
    """A fifth more comes than is carried: of what queues up, 5 % faster or slower are much."""
    shape = FirstBellArrivals(logins=1_800, centre_s=180.0, sigma_s=60.0)
    steady, moody = (
        burst_waits(replace(costs(), slowness=slowness), shape, duration_s=500.0, session_s=1e9, seed=1).peak_s
        for slowness in ((1.0,), (0.95, 1.05))
    )
    slow, fast = (
        burst_waits(costs(password_s=0.1 * factor), shape, duration_s=500.0, session_s=1e9, seed=1).peak_s.likely
        for factor in (1.05, 0.95)
    )
    assert moody.low < fast < steady.likely < slow < moody.high
    assert moody.high - moody.low > 1.5 * (steady.high - steady.low)


def test_two_threads_are_no_faster_together_on_one_core() -> None:
    shape = FirstBellArrivals(logins=2_000, centre_s=180.0, sigma_s=60.0)
    one = burst_waits(costs(), shape, duration_s=400.0, session_s=1e9, seed=1).peak_s.likely
    two = replace(costs(), threads=2)
    assert burst_waits(two, shape, duration_s=400.0, session_s=1e9, seed=1).peak_s.likely == pytest.approx(one, rel=0.1)


def test_nobody_is_too_impatient_for_a_platform_that_answers_in_time() -> None:
    shape = PoissonArrivals(rate_per_s=3.0)
    patient, quick = (
        burst_waits(costs(), shape, duration_s=200.0, session_s=1e9, seed=1, reloads=reloads)
        for reloads in (None, Reloads(after_s=5.0))
    )
    assert np.array_equal(patient.response_s, quick.response_s, equal_nan=True)
    assert quick.tries_a_person.likely == 1.0
    assert quick.not_in.high < 0.02


def test_who_reloads_at_once_brings_down_what_patience_would_have_carried() -> None:
    """Twice what a second of the core carries, for 30 s: a backlog that drains, unless people ask again.

    They wait 5 s and ask again while what they asked before is worked off first: nobody gets in any more.
    """
    shape = FirstBellArrivals(logins=900, centre_s=100.0, sigma_s=20.0)
    patient = burst_waits(costs(), shape, duration_s=400.0, session_s=1e9, seed=1)
    at_once = burst_waits(costs(), shape, duration_s=400.0, session_s=1e9, seed=1, reloads=Reloads(after_s=5.0))
    assert patient.not_in.high == 0
    assert at_once.not_in.low > 0.3
    assert at_once.tries_a_person.likely > 10


def test_pauses_that_double_let_the_backlog_drain() -> None:
    shape = FirstBellArrivals(logins=900, centre_s=100.0, sigma_s=20.0)
    at_once, later = (
        burst_waits(
            costs(), shape, duration_s=800.0, session_s=1e9, seed=1, reloads=Reloads(after_s=5.0, pause_s=pause)
        )
        for pause in (0.0, 20.0)
    )
    assert later.not_in.high < 0.05 < at_once.not_in.low
    assert later.tries_a_person.high < 6


def test_a_last_try_is_the_last() -> None:
    """With three tries of 5 s, none is asked a fourth time, and they stay out."""
    shape = FirstBellArrivals(logins=900, centre_s=100.0, sigma_s=20.0)
    waits = burst_waits(costs(), shape, duration_s=400.0, session_s=1e9, seed=1, reloads=Reloads(after_s=5.0, tries=3))
    assert 1 < waits.tries_a_person.likely <= 3
    assert waits.not_in.low > 0


def test_a_pause_lies_between_half_and_all_of_what_doubles() -> None:
    reloads = Reloads(after_s=5.0, pause_s=10.0)
    assert [reloads.pause_after(tries, lot) for tries, lot in ((1, 0.0), (1, 0.5), (3, 0.0))] == [5.0, 7.5, 20.0]
    assert Reloads(after_s=5.0).pause_after(7, 0.9) == 0.0
