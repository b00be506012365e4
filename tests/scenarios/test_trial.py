"""Real learners for a few seconds, and what they cost."""

import pytest

from firstbell.models.problems import InputError
from firstbell.scenarios.generator_machine import usable_cores
from firstbell.scenarios.trial import TrialFailedError, run_trial


def test_a_trial_measures_memory_requests_and_bytes_on_real_learners(backend: str) -> None:
    found = run_trial(backend, cores=usable_cores()[:1], learners=120)
    cost = found.cost
    assert found.learners == 120
    assert found.requests > 120
    assert found.requests_per_s == pytest.approx(found.requests / found.busy_s)
    # Wide bounds, for any machine: they tell a wrong unit from a right one.
    assert 1e-6 < cost.request_cpu_s < 5e-3
    assert min(found.request_cpu_s_by_part) <= cost.request_cpu_s <= max(found.request_cpu_s_by_part)
    assert 1e-12 < cost.byte_cpu_s < 1e-7
    assert 2e7 < cost.process_bytes < 2e9
    assert 1e3 < cost.learner_bytes < 1e6
    assert 0 <= cost.kernel_bytes < 1e6


def test_a_trial_that_can_not_be_held_is_an_invalid_measurement() -> None:
    with pytest.raises(TrialFailedError, match=r"trial at http://127\.0\.0\.1:1: the learners ended early") as told:
        run_trial("http://127.0.0.1:1", cores=usable_cores()[:1], learners=8)
    assert told.value.exit_code == 3
    assert isinstance(told.value, InputError)
