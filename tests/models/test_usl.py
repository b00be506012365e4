"""The Universal Scalability Law."""

import numpy as np
import pytest

from firstbell.models.problems import InputError
from firstbell.models.usl import Scalability, fit_scalability

LOADS = [1.0, 2.0, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0]


@pytest.mark.parametrize(("contention", "coherency"), [(0.05, 0.0005), (0.0, 0.001), (0.2, 0.0), (0.0, 0.0)])
def test_noise_free_data_give_the_law_back(contention: float, coherency: float) -> None:
    law = Scalability(contention=contention, coherency=coherency, rate_per_s=40.0)
    fit = fit_scalability(LOADS, [law.throughput_at_learners(n) for n in LOADS])
    assert fit.law.contention == pytest.approx(contention, abs=1e-6)
    assert fit.law.coherency == pytest.approx(coherency, abs=1e-8)
    assert fit.law.rate_per_s == pytest.approx(40.0, rel=1e-6)


def test_the_learners_for_a_throughput_give_that_throughput() -> None:
    law = Scalability(contention=0.02, coherency=0.0002, rate_per_s=12.0)
    for learners in (1.0, 3.0, 40.0, law.peak_learners or 0.0):
        found = law.learners_at_throughput(law.throughput_at_learners(learners))
        assert found == pytest.approx(learners, rel=1e-6)
    assert law.learners_at_throughput((law.peak_throughput_per_s or 0.0) * 1.001) is None


def test_no_throughput_is_above_the_peak() -> None:
    law = Scalability(contention=0.02, coherency=0.0002, rate_per_s=12.0)
    peak = law.peak_throughput_per_s or 0.0
    assert all(law.throughput_at_learners(n) <= peak * (1 + 1e-12) for n in np.linspace(1, 500, 999))


def test_without_coherency_there_is_no_peak_and_the_limit_is_contention() -> None:
    law = Scalability(contention=0.1, coherency=0.0, rate_per_s=5.0)
    assert law.peak_learners is None
    assert law.peak_throughput_per_s == law.amdahl_limit_per_s == pytest.approx(50.0)


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    law = Scalability(contention=0.05, coherency=0.0005, rate_per_s=40.0)
    truth = np.array([law.throughput_at_learners(n) for n in LOADS])
    generator = np.random.default_rng(7)
    held = 0
    for _ in range(60):
        fit = fit_scalability(LOADS, (truth + generator.normal(0.0, 2.0, len(truth))).tolist())
        held += fit.contention.low <= 0.05 <= fit.contention.high
    assert 50 <= held <= 60


@pytest.mark.parametrize(
    ("learners", "rates", "told"),
    [([1, 2, 3], [1, 2, 3], "too few"), ([5, 5, 5, 5], [1, 2, 3, 4], "too few"), ([1, 2, 3, 4], [1, 2], "not as many")],
)
def test_data_that_say_too_little_are_refused(learners: list[float], rates: list[float], told: str) -> None:
    with pytest.raises(InputError, match=told):
        fit_scalability(learners, rates)
