"""Verdicts of every kind, rendered once."""

import pytest

from firstbell.models.objectives.verdict import GateVerdict, verdict_of
from firstbell.models.problems import Problem
from firstbell.models.study import ValidityResult
from firstbell.models.workload.gate import ComparisonRules, Gate, GateObjective
from firstbell.reports.ci.checks import GateReport, report_of, report_of_failure
from tests.models.comparison.made_up import digest, rounds

RULES = ComparisonRules(draws=200)


@pytest.fixture(scope="session")
def falls_short() -> GateVerdict:
    """A dearer page, a missed objective, one that can't be told, and one that holds."""
    gate = Gate(
        objectives=(
            GateObjective(expect="p95 < 10 ms", activity="page"),
            GateObjective(expect="p99.9 < 1 s", activity="submit"),
            GateObjective(expect="error_ratio <= 1 %"),
        ),
        comparison=RULES,
    )
    return verdict_of(rounds(100, demand={("page", "database"): 1.3}), rounds(1), gate, seed=1)


@pytest.fixture(scope="session")
def holds() -> GateVerdict:
    """Nothing wrong."""
    return verdict_of(rounds(100), rounds(1), Gate(comparison=RULES), seed=1)


@pytest.fixture(scope="session")
def invalid() -> GateVerdict:
    """A run of a generator that was the bottleneck; its reason has all that formats have to escape."""
    reasons = ValidityResult(verdict="generator-bound", reasons=("late by 50 % | <b>&\nsecond line \x00",))
    return verdict_of([digest(seed=1, validity=reasons)], [], Gate(), seed=1)


@pytest.fixture(scope="session")
def reports(falls_short: GateVerdict, holds: GateVerdict, invalid: GateVerdict) -> dict[int, GateReport]:
    """A report for each exit code."""
    problem = Problem(source="nowhere", key=None, value=None, what="there is no run record here", remedy="Run again")
    return {
        0: report_of(holds),
        1: report_of(falls_short),
        2: report_of_failure((problem,), 2),
        3: report_of(invalid),
    }
