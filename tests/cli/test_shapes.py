"""From options and a profile to how learners come."""

import math
from typing import Any

import pytest

from firstbell.cli.profiles import find_workload
from firstbell.cli.scale import RunScale
from firstbell.cli.shapes import Coming, ShapeName
from firstbell.models.arrivals import DeadlineArrivals, FirstBellArrivals, PoissonArrivals, Shape, SteppedArrivals
from firstbell.models.problems import InputError
from firstbell.models.workload import Workload, read_workload

KOSOVO = read_workload(find_workload("kosovo"))


def _coming(shape: str, **changes: Any) -> Coming:
    scale = RunScale(
        learners=changes.pop("learners", 1150),
        asked_processes=changes.pop("processes", 1),
        descriptors=20_000,
        cores=1,
        beside=True,
    )
    return Coming(**{"shape": ShapeName(shape), "scale": scale, "pace": 1.0, "seed": 1} | changes)


def _numbers(arrivals: Shape | None) -> dict[str, float]:
    return {} if arrivals is None else arrivals.model_dump(exclude={"shape"})


def test_without_a_shape_a_cohort_of_that_size_stays_in_session() -> None:
    (plateau,), arrivals = _coming("cohort").plateaus(KOSOVO)
    assert (plateau.kind, plateau.learners, plateau.ramp_s, plateau.hold_s) == ("run", 1150, 58.5, 60)
    assert arrivals is None


def test_sign_ins_come_as_fast_as_keeps_that_number_in_session() -> None:
    (plateau,), arrivals = _coming("poisson", pace=2.0, duration=90).plateaus(KOSOVO)
    assert isinstance(arrivals, PoissonArrivals)
    assert _numbers(arrivals) == pytest.approx({"rate_per_s": 1150 * 2 / 3000})
    assert (plateau.kind, plateau.hold_s) == ("open", 90)


def test_a_rate_that_is_given_is_taken_as_it_is() -> None:
    _, arrivals = _coming("poisson", pace=20.0, rate=3.5).plateaus(KOSOVO)
    assert arrivals == PoissonArrivals(rate_per_s=3.5)


def test_the_first_bell_is_the_profiles_scaled_to_the_learners_and_seen_whole() -> None:
    (plateau,), arrivals = _coming("first-bell", pace=10.0).plateaus(KOSOVO)
    assert isinstance(arrivals, FirstBellArrivals)
    assert _numbers(arrivals) == pytest.approx({"logins": 690, "centre_s": 54, "sigma_s": 18})
    assert plateau.hold_s == pytest.approx(108)


def test_a_bell_with_numbers_of_its_own_rings_in_the_middle_unless_told_when() -> None:
    _, middle = _coming("first-bell", sigma=5, duration=30).plateaus(KOSOVO)
    (plateau,), late = _coming("first-bell", sigma=5, centre=40).plateaus(KOSOVO)
    assert _numbers(middle) == pytest.approx({"logins": 690, "centre_s": 15, "sigma_s": 5})
    assert isinstance(late, FirstBellArrivals)
    assert (late.centre_s, plateau.hold_s) == (40, 55)


def test_attempts_are_handed_in_as_the_profile_says_and_the_rest_of_the_time_nothing_comes() -> None:
    (plateau,), arrivals = _coming("deadline", duration=50).plateaus(KOSOVO)
    assert isinstance(arrivals, DeadlineArrivals)
    assert _numbers(arrivals) == pytest.approx({"hand_ins": 1150, "deadline_s": 40, "rise_s": -5 / math.log(0.6)})
    assert plateau.learners == pytest.approx(1150, abs=150)  # everybody has an attempt of their own
    assert plateau.ramp_s > plateau.learners / 20


def test_each_process_has_a_learner_for_each_of_its_attempts() -> None:
    (plateau,), _ = _coming("deadline", learners=100, processes=7).plateaus(KOSOVO)
    assert plateau.learners % 7 == 0


def test_no_more_learners_are_kept_ready_than_can_be_in_session_at_once() -> None:
    (plateau,), _ = _coming("poisson", pace=100, rate=10, duration=1000, processes=2).plateaus(KOSOVO)
    assert 900 < plateau.learners < 1300  # 10/s × (30 s + 60 s of a stall) and what chance adds; 10,000 arrive


@pytest.mark.parametrize(
    ("shape", "given", "told"),
    [
        ("cohort", {"rate": 2.0}, r"--rate: the shape cohort has no such number \(it is 2\).*--shape poisson"),
        ("poisson", {"sigma": 2.0}, "--sigma.*--shape first-bell"),
        ("poisson", {"centre": 2.0}, "--centre.*--shape first-bell or --shape deadline"),
        ("first-bell", {"rise": 2.0}, "--rise.*--shape deadline"),
        ("deadline", {"centre": 70.0, "duration": 60}, "--centre: the deadline must lie within the 60 s"),
        ("deadline", {"centre": -1.0, "duration": 60}, "--centre: the deadline must lie within the 60 s"),
    ],
)
def test_a_number_that_the_shape_does_not_have_is_refused_with_a_remedy(
    shape: str, given: dict[str, float], told: str
) -> None:
    with pytest.raises(InputError, match=told):
        _coming(shape, **given).plateaus(KOSOVO)


def test_a_profile_that_says_nothing_of_deadlines_needs_the_rise() -> None:
    told = KOSOVO.model_dump(exclude_none=True)
    del told["states"]["quiz"]["deadline"]
    silent = Workload.model_validate(told, strict=False)
    with pytest.raises(InputError, match="Give --rise, or add"):
        _coming("deadline").plateaus(silent)
    assert _coming("deadline", rise=4.0).plateaus(silent)[1] == DeadlineArrivals(hand_ins=1150, deadline_s=48, rise_s=4)


def test_a_school_day_has_the_profiles_shares_at_the_pace_of_people() -> None:
    """Two shifts from 07:00 to 17:00 in 1/60 of the time: 08:00 is second 60, the change of shift second 330."""
    (plateau,), arrivals = _coming("school-day", pace=60.0).plateaus(KOSOVO)
    assert isinstance(arrivals, SteppedArrivals)
    assert plateau.hold_s == 600
    assert arrivals.starts_s == (0, 30, 60, 330, 360)
    peak_per_s = 1150 * 60 / 3000
    assert arrivals.rates_per_s == pytest.approx([peak_per_s * share for share in (0.1, 0.2, 1.0, 0.5, 0.85)])


def test_the_evening_wave_can_be_cut_and_squeezed_into_a_duration() -> None:
    (plateau,), arrivals = _coming("evening-wave", begin="18:00", end="22:00", duration=120).plateaus(KOSOVO)
    assert isinstance(arrivals, SteppedArrivals)
    assert plateau.hold_s == 120
    assert arrivals.starts_s == (0, 30, 90)
    assert arrivals.rates_per_s == pytest.approx([1150 / 3000 * share for share in (0.4, 0.55, 0.2)])


def test_a_spike_stands_on_its_base() -> None:
    (plateau,), arrivals = _coming("spike", rate=4.0, factor=3.0, width=10.0, duration=60).plateaus(KOSOVO)
    assert arrivals == SteppedArrivals(starts_s=(0, 25, 35), rates_per_s=(4.0, 12.0, 4.0))
    assert plateau.kind == "open"


def test_a_soak_is_a_cohort_for_half_an_hour() -> None:
    (plateau,), arrivals = _coming("soak").plateaus(KOSOVO)
    assert (plateau.kind, plateau.hold_s, arrivals) == ("run", 1800, None)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"shape": "spike", "width": 200.0}, "is not within the 120 s measured"),
        ({"shape": "school-day", "begin": "25:00"}, "no time of day"),
        ({"shape": "school-day", "begin": "17:00", "end": "08:00"}, "ends before it begins"),
        ({"shape": "poisson", "begin": "08:00"}, r"--from: the shape poisson has no such number \(it is 08:00\)"),
        ({"shape": "soak", "factor": 2.0}, "Leave it out, or choose --shape spike"),
    ],
)
def test_hours_and_spikes_that_make_no_sense_are_told(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        _coming(changes.pop("shape"), **changes).plateaus(KOSOVO)
