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
    assert outcome.peers["LINE"].why == "no interpreter with it was named"
    assert outcome.peers["Octave"].why == "it is not installed"


def test_the_queue_is_simulated_to_its_exact_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solvers, "OUR_CUSTOMERS", 2_000_000)
    outcome = solvers._simulated(solvers.Peers())
    assert outcome.firstbell.error == pytest.approx(0.0, abs=0.05)
    assert outcome.firstbell.customers_per_s is not None


def test_the_table_has_a_row_a_program_with_its_version_and_why_there_is_no_figure() -> None:
    outcome = solvers.Outcome(
        case="small",
        value_of="completions a second",
        exact_by="exact-mva",
        required_s=2.0,
        firstbell=solvers.Told(seconds=0.5, value=2.0, error=0.0),
        peers={
            "LINE": solvers.Told(seconds=1.25, value=2.1, error=0.05, version="line-solver 3"),
            "Octave": solvers.Told(why="MemoryError: too large. Use less."),
        },
    )
    assert list(solvers._rows([outcome])) == [
        ("small", "**firstbell**", "0.5 s", "+0.0000 %"),
        ("small", "LINE (line-solver 3)", "1.25 s", "+5.0000 %"),
        ("small", "Octave", "MemoryError: too large", "–"),
    ]
