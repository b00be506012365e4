"""Arrivals by a rate: the right process, whole in its parts, and the same for the same seed."""

import math

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.integrate import quad
from scipy.stats import kstest

from firstbell.models.arrivals import (
    DeadlineArrivals,
    FirstBellArrivals,
    PoissonArrivals,
    Shape,
    SteppedArrivals,
    arrival_times,
    arrivals_of_process,
    most_in_session,
    rise_of,
)

DURATION_S = 400.0
SHAPES: tuple[Shape, ...] = (
    PoissonArrivals(rate_per_s=2.5),
    FirstBellArrivals(logins=1000, centre_s=150, sigma_s=60),  # cut off on the left at 2.5 spreads
    DeadlineArrivals(hand_ins=1000, deadline_s=300, rise_s=90),
    SteppedArrivals(starts_s=(0, 150, 180), rates_per_s=(2.0, 8.0, 1.5)),
)
each_shape = pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.shape)


@each_shape
def test_the_expected_number_is_the_integral_of_the_rate(shape: Shape) -> None:
    for until_s in (1.0, 120.0, 299.0, 400.0):
        integral, _ = quad(
            lambda time_s: float(shape.rate_at(np.array([time_s]))[0]), 0, until_s, points=[150, 180, 300]
        )
        assert shape.expected_by(np.array([until_s]))[0] == pytest.approx(integral, rel=1e-6)


@each_shape
def test_each_number_is_reached_at_the_moment_by_which_it_is_expected(shape: Shape) -> None:
    moments = np.linspace(0.5, 299.5, 50)
    assert shape.moment_of(shape.expected_by(moments)) == pytest.approx(moments, rel=1e-9)


@each_shape
def test_arrivals_are_the_same_for_the_same_seed_and_others_for_another(shape: Shape) -> None:
    first = arrival_times(shape, duration_s=DURATION_S, seed=7)
    assert first.tolist() == arrival_times(shape, duration_s=DURATION_S, seed=7).tolist()
    assert first.tolist() != arrival_times(shape, duration_s=DURATION_S, seed=8).tolist()
    assert len(arrival_times(shape, duration_s=DURATION_S, seed=-7)) > 0


@each_shape
def test_arrivals_come_in_order_and_within_the_time(shape: Shape) -> None:
    times = arrival_times(shape, duration_s=DURATION_S, seed=1)
    assert (np.diff(times) >= 0).all()
    assert times[0] >= 0
    assert times[-1] < DURATION_S


@each_shape
def test_their_number_is_poisson_with_the_right_mean(shape: Shape) -> None:
    numbers = np.array([len(arrival_times(shape, duration_s=DURATION_S, seed=seed)) for seed in range(2000)])
    mean = shape.mean_arrivals(DURATION_S)
    assert numbers.mean() == pytest.approx(mean, abs=4 * math.sqrt(mean / 2000))
    assert numbers.var() / mean == pytest.approx(1, abs=4 * math.sqrt(2 / 2000))


@each_shape
def test_seen_by_a_clock_that_runs_with_the_rate_they_are_a_poisson_process_of_rate_1(shape: Shape) -> None:
    """The random time change: gaps of Λ between arrivals are exponential with mean 1, each independent of the last."""
    gaps = np.concatenate(
        [np.diff(shape.expected_by(arrival_times(shape, duration_s=DURATION_S, seed=seed))) for seed in range(20)]
    )
    assert kstest(gaps, "expon").pvalue > 0.01
    assert abs(np.corrcoef(gaps[:-1], gaps[1:])[0, 1]) < 4 / math.sqrt(len(gaps))


def test_nobody_comes_in_a_step_without_a_rate() -> None:
    shape = SteppedArrivals(starts_s=(0, 100, 200), rates_per_s=(3.0, 0.0, 3.0))
    times = arrival_times(shape, duration_s=300, seed=2)
    assert not ((times > 100) & (times < 200)).any()
    assert (times < 100).sum() == pytest.approx(300, abs=70)
    assert (times > 200).sum() == pytest.approx(300, abs=70)


@pytest.mark.parametrize(
    ("starts_s", "rates_per_s"),
    [((0, 5), (1.0,)), ((1, 5), (1.0, 2.0)), ((0, 5, 5), (1.0, 2.0, 3.0)), ((0, 5), (1.0, 0.0))],
)
def test_steps_that_make_no_sense_are_refused(starts_s: tuple[float, ...], rates_per_s: tuple[float, ...]) -> None:
    with pytest.raises(ValidationError):
        SteppedArrivals(starts_s=starts_s, rates_per_s=rates_per_s)


def test_numbers_in_separate_times_are_independent_of_each_other() -> None:
    shape = SHAPES[1]
    halves = np.array(
        [np.histogram(arrival_times(shape, duration_s=400, seed=seed), [0, 150, 400])[0] for seed in range(2000)]
    )
    assert abs(np.corrcoef(halves.T)[0, 1]) < 4 / math.sqrt(2000)


def test_after_the_deadline_nobody_hands_in() -> None:
    shape = DeadlineArrivals(hand_ins=50_000, deadline_s=300, rise_s=10)
    times = arrival_times(shape, duration_s=400, seed=3)
    assert times.max() <= 300
    assert shape.rate_at(np.array([300.5, 399.0])).tolist() == [0, 0]
    assert np.mean(times > 290) == pytest.approx(1 - math.exp(-1), abs=0.01)


def test_a_deadline_that_is_very_far_off_still_has_arrivals_just_before_it() -> None:
    times = arrival_times(DeadlineArrivals(hand_ins=100, deadline_s=1e6, rise_s=1), duration_s=1e6, seed=1)
    assert len(times) > 50
    assert times.min() > 1e6 - 20


@pytest.mark.parametrize(("sigma_s", "peak_per_s"), [(180, 153), (60, 459)])
def test_the_first_bell_of_the_contract_level_has_its_published_peak(sigma_s: float, peak_per_s: float) -> None:
    bell = FirstBellArrivals(logins=69_000, centre_s=600, sigma_s=sigma_s)
    assert bell.rate_at(np.array([600.0]))[0] == pytest.approx(peak_per_s, abs=0.5)


def test_the_national_quiz_is_handed_in_as_fast_as_published() -> None:
    """40,000 pupils, 40 % of them within the last 5 s: 3,200 a second."""
    rise_s = rise_of(last_share=0.4, last_s=5)
    quiz = DeadlineArrivals(hand_ins=40_000, deadline_s=600, rise_s=rise_s)
    before, at_end = quiz.expected_by(np.array([595.0, 600.0]))
    assert (at_end - before) / 5 == pytest.approx(3200)
    assert at_end == pytest.approx(40_000)


@pytest.mark.parametrize("processes", [1, 2, 7])
def test_the_parts_of_all_processes_are_the_whole_and_have_nothing_in_common(processes: int) -> None:
    whole = arrival_times(SHAPES[1], duration_s=DURATION_S, seed=5)
    parts = [arrivals_of_process(whole, process, processes) for process in range(processes)]
    assert np.sort(np.concatenate(parts)).tolist() == whole.tolist()
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


def test_the_curve_for_other_models_has_the_same_number_of_arrivals() -> None:
    curve = SHAPES[1].curve(DURATION_S)
    assert curve.total == pytest.approx(SHAPES[1].mean_arrivals(DURATION_S))
    assert curve.peak_per_s == pytest.approx(1000 / (60 * math.sqrt(2 * math.pi)), rel=1e-3)


def test_as_many_are_in_session_as_littles_law_says_and_those_whom_a_stall_holds_up() -> None:
    most = most_in_session(PoissonArrivals(rate_per_s=10), duration_s=3000, session_s=100)
    mean = 10 * (100 + 60)
    assert mean < most < mean + 6 * math.sqrt(mean)


def test_of_a_short_run_no_more_are_in_session_than_come_and_processes_share_them() -> None:
    shape = PoissonArrivals(rate_per_s=10)
    alone = most_in_session(shape, duration_s=30, session_s=3000)
    assert 300 < alone < 300 + 6 * math.sqrt(300)
    assert most_in_session(shape, duration_s=30, session_s=3000, processes=2) == pytest.approx(alone / 2, rel=0.2)


@pytest.mark.parametrize("wrong", [{"rate_per_s": 0}, {"rate_per_s": math.inf}, {"rate_per_s": 1, "colour": "red"}])
def test_a_shape_without_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        PoissonArrivals.model_validate(wrong)
