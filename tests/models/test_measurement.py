"""Levels and windows: what is counted where, and what is too little to tell."""

import math
from dataclasses import replace

import numpy as np
import pytest

from firstbell.models.intervals import wilson
from firstbell.models.measurement import (
    Quantile,
    Responses,
    ServerSeries,
    Span,
    levels_of,
    measure_level,
    windows_of,
)
from firstbell.models.visits import Floats, Visits

SPAN = Span(index=0, kind="fit", learners=10, ramp_start_s=98.0, start_s=100.0, end_s=110.0)


def visits(asked_s: Floats, end_s: Floats, *, activity: int = 0, failed: int = 0) -> Visits:
    """Visits to ``poll`` (or ``page``) of two requests each, the first ``failed`` of them failed."""
    many = len(asked_s)
    return Visits(
        activities=("poll", "page"),
        activity=np.full(many, activity),
        due_s=asked_s,
        asked_s=asked_s,
        end_s=end_s,
        late_s=np.linspace(0, 0.01, many),
        requests=np.full(many, 2),
        received_bytes=np.full(many, 500),
        failed=np.arange(many) < failed,
        level=np.zeros(many, dtype=int),
    )


def series(*, start_s: float = 99.5, end_s: float = 111.0) -> ServerSeries:
    time_s = np.arange(start_s, end_s + 0.5)
    return ServerSeries(
        stations=("app", "database"),
        time_s=time_s,
        cpu_s=np.column_stack([7 + 0.5 * time_s, 0.25 * time_s]),
        cores=2.0,
    )


def test_a_level_counts_the_visits_that_ended_in_it() -> None:
    asked_s = np.array([95.0, 99.9, 105.0, 109.9, 109.5])
    end_s = np.array([99.99, 100.0, 106.0, 110.0, 112.0])
    level = measure_level(visits(asked_s, end_s), series(), [SPAN])
    assert level.activities["poll"].visits == 2
    assert level.throughput_per_s() == {"poll": 0.2}
    assert level.requests_per_s == pytest.approx(0.4)
    assert level.mean_response_s()["poll"] == pytest.approx((0.1 + 1.0) / 2)
    assert level.activities["poll"].bytes_per_visit == 500


def test_a_level_that_was_held_twice_is_measured_over_both() -> None:
    again = replace(SPAN, index=3, ramp_start_s=119.0, start_s=120.0, end_s=125.0)
    asked_s = np.array([101.0, 104.0, 112.0, 121.0])
    time_s = np.arange(99.5, 126.5)
    busy = ServerSeries(
        stations=("app",), time_s=time_s, cpu_s=np.where(time_s < 115, 0.5 * time_s, 0.8 * time_s)[:, None], cores=1.0
    )
    level = measure_level(visits(asked_s, asked_s + 0.5), busy, [SPAN, again])
    assert (level.learners, level.kind, level.hold_s, level.indices) == (10, "fit", 15.0, (0, 3))
    assert level.throughput_per_s() == {"poll": pytest.approx(3 / 15)}
    assert level.utilization == pytest.approx((10 * 0.5 + 5 * 0.8) / 15)


def test_looks_at_one_level_are_those_with_the_same_learners_mix_and_purpose() -> None:
    others = [replace(SPAN, kind="held-out"), replace(SPAN, learners=11), replace(SPAN, paces={"quiz": 2.0})]
    spans = [replace(span, index=index) for index, span in enumerate([SPAN, *others, SPAN, others[2]])]
    assert [[span.index for span in level] for level in levels_of(spans)] == [[0, 4], [1], [2], [3, 5]]


def test_utilisation_is_of_all_cores_by_all_stations() -> None:
    level = measure_level(visits(np.array([100.0]), np.array([101.0])), series(), [SPAN])
    assert level.station_cores == pytest.approx({"app": 0.5, "database": 0.25})
    assert level.utilization == pytest.approx(0.375)


def test_without_metrics_utilisation_is_unknown_and_not_zero() -> None:
    level = measure_level(visits(np.array([100.0]), np.array([101.0])), None, [SPAN])
    assert level.station_cores == {}
    assert math.isnan(level.utilization)


def test_metrics_that_do_not_reach_over_the_level_tell_nothing() -> None:
    for known in (series(start_s=103), series(end_s=106)):
        assert np.isnan(known.cores_used(SPAN.start_s, SPAN.end_s)).all()


def test_failed_visits_count_as_errors_and_their_times_are_left_out() -> None:
    asked_s = np.full(40, 101.0)
    end_s = np.where(np.arange(40) < 10, 109.0, 101.5)
    level = measure_level(visits(asked_s, end_s, failed=10), series(), [SPAN])
    assert (level.activities["poll"].visits, level.activities["poll"].errors) == (40, 10)
    assert level.error_ratio == 0.25
    assert level.error_interval == wilson(failures=10, requests=40)
    assert level.activities["poll"].responses.mean_s == pytest.approx(0.5)


def test_a_level_that_nobody_came_to_is_empty_and_raises_nothing() -> None:
    level = measure_level(visits(np.array([1.0]), np.array([2.0])), series(), [SPAN])
    assert (level.activities, level.requests_per_s, level.error_ratio, level.lateness_p99_s) == ({}, 0.0, 0.0, None)
    assert level.error_interval is None


@pytest.mark.parametrize(
    ("many", "known"),
    [(0, ()), (19, ()), (20, ("p50", "p95")), (99, ("p50", "p95")), (100, ("p50", "p95", "p99"))],
)
def test_quantiles_of_too_few_samples_are_unknown(many: int, known: tuple[str, ...]) -> None:
    found = Responses.of(np.linspace(0.1, 0.2, many))
    assert tuple(name for name in ("p50", "p95", "p99") if getattr(found, name) is not None) == known
    assert tuple(name for name in ("p50", "p95", "p99") if getattr(found, f"{name}_s") is not None) == known
    assert tuple(found.quantiles()) == tuple(f"{name}_s" for name in known)
    assert (found.mean_interval_s is None) == (many < 40)


def test_quantiles_are_those_of_the_sample_and_their_intervals_hold_them() -> None:
    times_s = np.random.default_rng(3).exponential(0.2, 500)
    found = Responses.of(times_s)
    for share, value_s, quantile in (
        (0.5, found.p50_s, found.p50),
        (0.95, found.p95_s, found.p95),
        (0.99, found.p99_s, found.p99),
    ):
        assert value_s == pytest.approx(float(np.quantile(times_s, share)))
        assert quantile is not None
        assert quantile.value_s == value_s
        assert quantile.interval_s is not None
        assert quantile.interval_s[0] < quantile.value_s < quantile.interval_s[1]
    assert found.quantiles() == {"p50_s": found.p50, "p95_s": found.p95, "p99_s": found.p99}
    assert found.mean_s is not None
    assert found.mean_interval_s is not None
    assert found.mean_interval_s[0] < found.mean_s < found.mean_interval_s[1]


def test_the_doubt_of_a_quantile_is_half_its_interval_relative_to_it() -> None:
    assert Quantile(value_s=0.4, interval_s=(0.3, 0.6)).doubt == pytest.approx(0.375)


@pytest.mark.parametrize(("share", "fewest"), [(0.95, 72), (0.99, 368)])
def test_a_quantile_that_its_samples_can_not_bound_is_told_in_endless_doubt(share: float, fewest: int) -> None:
    """The largest of n samples must lie above the quantile q in 97.5 % of all cases: 1 - q^n >= 0.975."""
    without, bounded = (Quantile.of(np.linspace(0.1, 0.2, many), share) for many in (fewest - 1, fewest))
    assert without is not None
    assert (without.interval_s, without.doubt) == (None, math.inf)
    assert bounded is not None
    assert bounded.interval_s is not None
    assert bounded.doubt < 0.25


def test_the_interval_of_a_p95_holds_the_truth_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(5)
    truth_s = -0.2 * math.log(0.05)
    quantiles = [Responses.of(rng.exponential(0.2, 400)).p95 for _ in range(300)]
    intervals = [found.interval_s for found in quantiles if found is not None]
    held = sum(found is not None and found[0] <= truth_s <= found[1] for found in intervals)
    assert 0.92 <= held / 300 <= 0.99


def test_windows_conserve_visits_also_those_that_span_several() -> None:
    rng = np.random.default_rng(1)
    asked_s = rng.uniform(100, 108, 400)
    everything = visits(asked_s, asked_s + rng.exponential(0.7, 400) + 1e-3)
    server = series(start_s=99.0, end_s=130.0)
    windows = windows_of(everything, server)
    counted = (windows.visits_per_s * (windows.end_s - windows.start_s)[:, None]).sum(axis=0)
    assert counted == pytest.approx([400, 0])
    used = (windows.cores * (windows.end_s - windows.start_s)[:, None]).sum(axis=0)
    assert used == pytest.approx(server.cpu_s[-1] - server.cpu_s[0])


def test_a_visit_counts_in_each_window_by_the_share_of_its_time_there() -> None:
    windows = windows_of(visits(np.array([100.75]), np.array([102.75])), series(start_s=100.0, end_s=104.0))
    assert windows.visits_per_s[:, 0].tolist() == pytest.approx([0.125, 0.5, 0.375, 0.0])


def test_windows_belong_to_a_level_from_the_start_of_its_ramp_on() -> None:
    windows = windows_of(visits(np.array([100.0]), np.array([101.0])), series(start_s=95.5, end_s=113.5))
    touching = windows.where(windows.overlapping([SPAN]))
    assert (touching.start_s[0], touching.end_s[-1], len(touching.start_s)) == (97.5, 110.5, 13)
    assert touching.cores.shape == (13, 2)
    assert not windows.overlapping([]).any()
