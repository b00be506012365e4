"""The verdict of a study: which objectives hold, at which level they were judged, and the exit code that follows."""

import math
from collections.abc import Iterator

from firstbell.cli.analysis import Findings
from firstbell.cli.failures import INVALID_MEASUREMENT
from firstbell.models.forecast import objective_value_s
from firstbell.models.load_dependence import extrapolation
from firstbell.models.measurement import LevelMeasurement
from firstbell.models.quality import view_quality
from firstbell.models.study import ObjectiveResult, QualityResult, ValidityResult, VerdictResult
from firstbell.models.workload.assumptions import Objective

HOLDS, FALLS_SHORT = 0, 1


def verdict_of(findings: Findings, *, validity: ValidityResult, complete: bool) -> VerdictResult:
    """Objectives as measured, and as forecast for the system that the sizing asks for.

    Where no system could be sized, the measured one is asked to carry the contract level.
    """
    objectives = (*_measured(findings), *_forecast(findings))
    if validity.verdict != "valid":
        sentence = f"The measurement is {validity.verdict}: no verdict can stand on it."
        return VerdictResult(holds=False, exit_code=INVALID_MEASUREMENT, sentence=sentence, objectives=objectives)
    if not complete or not objectives:
        sentence = "The study was not finished: what there is says nothing about the contract."
        return VerdictResult(holds=False, exit_code=INVALID_MEASUREMENT, sentence=sentence, objectives=objectives)
    missed = [objective.name for objective in objectives if not objective.holds]
    if missed:
        sentence = f"Missed: {', '.join(dict.fromkeys(missed))}."
        return VerdictResult(holds=False, exit_code=FALLS_SHORT, sentence=sentence, objectives=objectives)
    system = "sized" if findings.sized else "measured"
    sentence = f"Every objective holds, measured within the system's limit and forecast for the {system} system."
    return VerdictResult(holds=True, exit_code=HOLDS, sentence=sentence, objectives=objectives)


def _judged_levels(findings: Findings) -> list[LevelMeasurement]:
    """Levels that leave the spare capacity that the profile asks for, the highest first: nothing is promised beyond."""
    limit = findings.run.workload.sizing.servers.max_utilization.value
    levels = [level for level in findings.run.levels if level.kind != "calibration"]
    inside = [level for level in levels if not _utilization(findings, level) > limit] or levels[:1]
    return sorted(inside, key=lambda level: level.learners, reverse=True)


def _utilization(findings: Findings, level: LevelMeasurement) -> float:
    """As measured; where the target shows no metrics, as the model says; NaN where there is none."""
    if findings.model is None or not math.isnan(level.utilization):
        return level.utilization
    demand_s = {activity.name: activity.total_demand_s for activity in findings.model.activities}
    cores = sum(rate * demand_s.get(name, 0.0) for name, rate in level.throughput_per_s().items())
    return cores / findings.model.cores


def _measured(findings: Findings) -> Iterator[ObjectiveResult]:
    """Each objective at the highest level that saw enough to tell its value; those never told are left out."""
    pace = findings.run.record.plan.pace
    quicker = f", {pace:g} times people's pace" if pace != 1 else ""
    views = findings.run.record.views()
    for objective in findings.run.workload.objectives:
        for level in _judged_levels(findings):
            value = _measured_value(objective, level, view_quality(views, level.indices))
            if value is not None:
                yield _result(objective, value, f"{level.learners} learners, measured{quicker}")
                break


def unjudged_objectives(findings: Findings) -> tuple[str, ...]:
    """Names of the objectives that no level saw enough of."""
    told = {found.name for found in _measured(findings)}
    return tuple(o.name for o in findings.run.workload.objectives if o.name not in told)


def _measured_value(objective: Objective, level: LevelMeasurement, quality: QualityResult | None) -> float | None:
    if objective.measure == "error_ratio":
        return level.error_ratio
    if objective.measure == "rebuffer_ratio":
        return None if quality is None else quality.rebuffer_ratio
    if objective.measure == "startup_s":
        return None if quality is None else quality.startup_p95_s
    activity = level.activities.get(objective.activity or "")
    times = activity.responses if activity else None
    by_percentile = {50: "p50_s", 95: "p95_s", 99: "p99_s"}
    name = by_percentile.get(int(objective.percentile or 0))
    return getattr(times, name) if times is not None and name is not None else None


def _forecast(findings: Findings) -> Iterator[ObjectiveResult]:
    system = "sized" if findings.sized else "measured"
    found = (findings.sized or findings.measured).get("contract")
    if found is None:
        return
    where = f"{found.learners} learners, forecast for the {system} system, {_how_far(findings, system)}"
    predicted = found.predicted if system == "sized" or findings.reaches["contract"].refused is None else None
    for objective in findings.run.workload.objectives:
        if objective.measure in ("response_s", "startup_s"):
            value = objective_value_s(objective, predicted) if predicted is not None else None
            yield _result(objective, value, where)


def _how_far(findings: Findings, system: str) -> str:
    """How far the contract level lies beyond what was measured."""
    if system == "measured":
        times = findings.reaches["contract"].beyond
    else:
        times = max((row.times_measured_load or 0.0 for row in findings.sizing if row.level == "contract"), default=0.0)
    return extrapolation(times) or "within what was measured"


def _result(objective: Objective, value: float | None, where: str) -> ObjectiveResult:
    """An objective whose value could not be told does not hold: nobody has seen it hold."""
    return ObjectiveResult(
        name=objective.name,
        limit_s=objective.limit,
        measured_s=value,
        unit="s" if objective.measure.endswith("_s") else "ratio",
        holds=value is not None and value <= objective.limit,
        judged_at=where,
        source=objective.source,
    )
