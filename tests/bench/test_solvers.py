"""The solvers' bench on small cases, without peers: figures are there and right, and what is missing says why."""

from dataclasses import replace

import pytest

from bench import solvers


def test_a_small_case_is_solved_and_a_peer_that_is_not_there_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solvers.shutil, "which", lambda name: None)
    case = replace(solvers.THREE_CLASSES, populations=[4, 3, 3])
    outcome = solvers._closed("small", case, "linearizer", 2.0, "exact-mva")(solvers.Peers())
    assert outcome.firstbell.error == pytest.approx(0.0, abs=0.01)
    assert outcome.firstbell.seconds is not None
    assert outcome.peers["line"].why == "no interpreter with it was named"
    assert outcome.peers["octave queueing"].why == "it is not installed"


def test_the_queue_is_simulated_to_its_exact_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solvers, "OUR_CUSTOMERS", 2_000_000)
    outcome = solvers._simulated(solvers.Peers())
    assert outcome.firstbell.error == pytest.approx(0.0, abs=0.05)
    assert outcome.firstbell.customers_per_s is not None
