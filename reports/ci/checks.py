"""A gate's verdict as a list of checks that passed, failed or could not be made: what every format is made of."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from firstbell.models.comparison.comparison import Change, Comparison
from firstbell.models.objectives.judgement import Judgement
from firstbell.models.objectives.verdict import GateVerdict
from firstbell.models.problems import Problem
from firstbell.reports.ci.sentences import change_words, design_words, headline, judged, value_words

Status = Literal["passed", "failed", "unknown"]
OBJECTIVES, REGRESSIONS, MEASUREMENT = "objectives", "regressions", "measurement"


@dataclass(frozen=True, kw_only=True)
class GateCheck:
    """One thing that was looked at."""

    group: str
    name: str
    status: Status
    says: str


@dataclass(frozen=True, kw_only=True)
class GateReport:
    """The headline, every check, and how sure comparisons were; the same for a gate that could not judge at all."""

    headline: str
    exit_code: int
    checks: tuple[GateCheck, ...]
    notes: tuple[str, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    comparison: Comparison | None = None

    @property
    def wrong(self) -> tuple[GateCheck, ...]:
        """The checks that did not pass."""
        return tuple(check for check in self.checks if check.status != "passed")


def report_of(verdict: GateVerdict) -> GateReport:
    """A verdict's report."""
    comparison = verdict.comparison
    return GateReport(
        headline=headline(verdict),
        exit_code=verdict.exit_code,
        checks=(*_measurement(verdict), *_objectives(verdict), *_regressions(verdict)),
        notes=() if comparison is None else (design_words(comparison), *comparison.notes),
        judgements=verdict.judgements,
        comparison=comparison,
    )


def report_of_failure(problems: Sequence[Problem], exit_code: int) -> GateReport:
    """The report of a gate that was given nothing to judge."""
    checks = tuple(
        GateCheck(group=MEASUREMENT, name=problem.source, status="unknown", says=str(problem)) for problem in problems
    )
    return GateReport(headline=f"Nothing could be judged: {problems[0]}", exit_code=exit_code, checks=checks)


def _measurement(verdict: GateVerdict) -> Iterator[GateCheck]:
    for reason in verdict.invalid:
        yield GateCheck(group=MEASUREMENT, name="the measurement is valid", status="unknown", says=reason)
    if not verdict.invalid:
        runs = len(verdict.runs) + len(verdict.baseline)
        yield GateCheck(
            group=MEASUREMENT, name="the measurement is valid", status="passed", says=f"all {runs} runs are valid"
        )


def _objectives(verdict: GateVerdict) -> Iterator[GateCheck]:
    for judgement in verdict.judgements:
        status: Status = "unknown" if judgement.holds is None else "passed" if judgement.holds else "failed"
        says = judged(judgement) if status != "passed" else f"it is {value_words(judgement)}"
        yield GateCheck(group=OBJECTIVES, name=judgement.name, status=status, says=says)


def _regressions(verdict: GateVerdict) -> Iterator[GateCheck]:
    comparison = verdict.comparison
    if comparison is None:
        return
    changes: tuple[Change, ...] = comparison.changes
    for change in (*((comparison.capacity,) if comparison.capacity is not None else ()), *changes):
        failed = change in verdict.regressions
        yield GateCheck(
            group=REGRESSIONS, name=change.name, status="failed" if failed else "passed", says=change_words(change)
        )
