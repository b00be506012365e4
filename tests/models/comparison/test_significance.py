"""Standard errors, corrections and what could have been found."""

import numpy as np
import pytest

from firstbell.models.comparison.significance import Evidence, corrected, significances


def test_holm_and_benjamini_hochberg_give_what_their_authors_steps_give() -> None:
    p = [0.01, 0.04, 0.03, 0.005]
    assert corrected(p, "holm") == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert corrected(p, "benjamini-hochberg") == pytest.approx([0.02, 0.04, 0.04, 0.02])
    assert corrected([], "holm") == ()
    assert corrected([0.9, 0.8], "holm") == (1.0, 1.0)


def evidence(rng: np.random.Generator, *, runs: int, between: float, within: float, effect: float) -> Evidence:
    """Runs that differ by `between`, each known to `within`, as the bootstrap would draw them."""
    true = rng.normal(effect, between, runs)
    seen = rng.normal(true, within)
    draws = 200
    chosen = rng.integers(0, runs, (draws, runs))
    drawn = seen[chosen].mean(axis=1) + rng.normal(0, within / np.sqrt(runs), draws)
    inside = seen.mean() + rng.normal(0, within / np.sqrt(runs), draws)
    return Evidence(kind="k", drawn=np.append(seen.mean(), drawn), within=np.append(seen.mean(), inside), margin=0.0)


def judged(rng: np.random.Generator, effect: float) -> tuple[float, float, float]:
    """Effect and interval of one of eight quantities; the other seven did not change."""
    all_of_them = [evidence(rng, runs=4, between=0.02, within=0.02, effect=effect if n == 0 else 0.0) for n in range(8)]
    sure = significances(all_of_them, runs=4, run_to_run=0.03, alpha=0.01, correction="holm")[0]
    low, high = sure.interval(0.95)
    return sure.p_worse, float(np.log(low)), float(np.log(high))


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    rng = np.random.default_rng(1)
    held = [low <= 0.1 <= high for _, low, high in (judged(rng, 0.1) for _ in range(120))]
    assert 0.92 <= np.mean(held) <= 0.98


def test_alarms_without_a_change_are_as_rare_as_asked() -> None:
    rng = np.random.default_rng(2)
    assert sum(judged(rng, 0.0)[0] < 0.01 for _ in range(120)) <= 2


def test_a_change_as_large_as_the_smallest_detectable_is_found_nine_times_in_ten() -> None:
    rng = np.random.default_rng(3)
    one = [evidence(rng, runs=4, between=0.02, within=0.02, effect=0.0) for _ in range(8)]
    detectable = float(
        np.log1p(significances(one, runs=4, run_to_run=0.03, alpha=0.01, correction="holm")[0].detectable)
    )
    found = np.mean([judged(rng, detectable)[0] < 0.01 for _ in range(80)])
    assert 0.8 <= found <= 1.0


def test_less_of_what_should_be_more_is_worse() -> None:
    drawn = np.append(-0.2, np.random.default_rng(4).normal(-0.2, 0.01, 200))
    fewer = Evidence(kind="k", drawn=drawn, within=drawn, margin=0.01, worse=-1)
    (sure,) = significances([fewer], runs=1, run_to_run=0.01, alpha=0.01, correction="holm")
    assert sure.p_worse < 0.01
    assert sure.p_better > 0.5
