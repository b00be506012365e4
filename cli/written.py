"""Findings in the form of `study.json`: the words and figures that every report is rendered from."""

import math
from collections.abc import Iterator
from importlib.metadata import version

from firstbell.cli.analysis import Findings
from firstbell.cli.surroundings import backend_words, machine_words, scaled_down
from firstbell.cli.verdict import unjudged_objectives, verdict_of
from firstbell.models.assumptions import little_gap
from firstbell.models.evidence import HELD_OUT
from firstbell.models.fitted_model import ActivityModel, DemandsFrom, FittedModel
from firstbell.models.forecast import Outlook, TrueLoad
from firstbell.models.load_dependence import Reach, extrapolation
from firstbell.models.measurement import ActivityMeasurement, LevelMeasurement
from firstbell.models.quality import view_quality
from firstbell.models.study import (
    ActivityResult,
    Breaking,
    Check,
    CurvePoint,
    DemandResult,
    FitResult,
    Forecast,
    Interval,
    LayerShares,
    LevelResult,
    LoadUncertainty,
    Prediction,
    ResponseTimes,
    SizingRow,
    StationResult,
    Study,
    ValidityResult,
)
from firstbell.models.validation import HeldOutCheck
from firstbell.reports.names import activity_name

WORTH_TELLING = 0.05
DISCIPLINE: dict[DemandsFrom, str] = {
    "metrics": "thread pools, each first come first served, sharing the cores (processor sharing)",
    "responses": "one contended resource that all requests share (processor sharing), and delays that no load changes",
    "both": "thread pools, each first come first served, sharing the cores (processor sharing)",
}
DEMAND_SOURCE: dict[DemandsFrom, str] = {
    "metrics": "utilisation law, block bootstrap",
    "responses": "response times alone (closed network), noise drawn anew",
    "both": "utilisation law and response times, noise drawn anew",
}


def study_of(
    findings: Findings, *, validity: ValidityResult, quick: bool, complete: bool, target: str, created: str, seed: int
) -> Study:
    """The whole study as one document."""
    workload = findings.run.workload
    return Study(
        firstbell=version("firstbell"),
        workload=workload.name,
        workload_title=workload.title,
        workload_hash=workload.hash,
        concurrent_meaning=workload.concurrent.meaning,
        concurrent_source=workload.concurrent.source,
        seed=seed,
        target=target,
        created=created,
        quick=quick,
        complete=complete,
        machine=machine_words(findings.run.record),
        backend=backend_words(findings.run.record),
        scaled_down=tuple(scaled_down(findings.run)),
        not_measured=tuple(_not_measured(findings)),
        validity=validity,
        levels=tuple(_level(findings, level) for level in findings.run.levels),
        demands=tuple(_demands(findings.model)),
        fit=_fit(findings.model),
        validation=tuple(_check(check) for check in findings.checks if check.judged),
        curve=tuple(_curve(findings)),
        breaking=_breaking(findings),
        load_uncertainty=_load_uncertainty(findings),
        forecast=tuple(_forecasts(findings)),
        sizing=findings.sizing,
        prices_hash=None if findings.prices is None else findings.prices.hash,
        chances=findings.chances,
        roll_out=findings.roll_out,
        verdict=verdict_of(findings, validity=validity, complete=complete),
    )


def _level(findings: Findings, level: LevelMeasurement) -> LevelResult:
    run = findings.run
    errors = level.error_interval
    return LevelResult(
        learners=level.learners,
        kind=level.kind,
        held_out=level.kind == HELD_OUT,
        start_s=level.spans[0].start_s - run.spans[0].start_s,
        hold_s=level.hold_s,
        looks=len(level.spans),
        slowness=sum(span.slowness * span.hold_s for span in level.spans) / level.hold_s,
        throughput_per_s=level.requests_per_s,
        error_ratio=level.error_ratio,
        error_low=None if errors is None else errors.low,
        error_high=None if errors is None else errors.high,
        lateness_p99_s=level.lateness_p99_s,
        little_gap=little_gap(level, findings.run.told_streams),
        utilization=None if math.isnan(level.utilization) else level.utilization,
        activities={name: _activity(found, run.missed(level, name)) for name, found in level.activities.items()},
        stations={
            name: StationResult(cpu_cores=cores, utilization=cores / level.cores)
            for name, cores in level.station_cores.items()
            if not math.isnan(cores)
        },
        quality=view_quality(run.record.views(), level.indices),
    )


def _activity(found: ActivityMeasurement, missed: int) -> ActivityResult:
    times = found.responses
    low_s, high_s = (times.p95.interval_s if times.p95 is not None else None) or (None, None)
    mean_low_s, mean_high_s = times.mean_interval_s or (None, None)
    return ActivityResult(
        throughput_per_s=found.throughput_per_s,
        response_s=ResponseTimes(
            mean=times.mean_s,
            p50=times.p50_s,
            p95=times.p95_s,
            p99=times.p99_s,
            p95_low=low_s,
            p95_high=high_s,
            mean_low=mean_low_s,
            mean_high=mean_high_s,
        ),
        samples=found.visits,
        errors=found.errors,
        missed=missed,
    )


def _demands(model: FittedModel | None) -> Iterator[DemandResult]:
    if model is None:
        return
    for activity in model.activities:
        for index, station in enumerate(model.stations):
            yield DemandResult(
                activity=activity.name,
                station=station,
                demand_s=_demand_interval(activity, index, DEMAND_SOURCE[model.quality.demands_from]),
                ledger_s=activity.ledger_s[index],
            )


def _demand_interval(activity: ActivityModel, index: int, source: str) -> Interval:
    low, high = activity.intervals_s[index]
    likely = activity.demand_s[index]
    return Interval(
        low=min(low, likely),
        likely=likely,
        high=max(high, likely),
        unit="s",
        source=source,
    )


def _fit(model: FittedModel | None) -> FitResult | None:
    if model is None:
        return None
    quality = model.quality
    return FitResult(
        demands_from=quality.demands_from,
        windows=quality.windows,
        window_s=quality.window_s,
        condition_number=quality.condition_number,
        r_squared=quality.r_squared,
        cores=model.cores,
        discipline=DISCIPLINE[quality.demands_from],
        lowest_learners=quality.lowest_learners,
        highest_learners=quality.highest_learners,
        advice=quality.advice,
    )


def _check(check: HeldOutCheck) -> Check:
    return Check(
        learners=check.learners,
        quantity=check.quantity,
        activity=check.activity,
        predicted=check.predicted,
        low=check.low,
        high=check.high,
        measured=check.measured,
        tolerance=check.tolerance,
        within=check.within,
        samples=check.visits,
        note="" if check.within else _reason(check),
    )


def _reason(check: HeldOutCheck) -> str:
    if check.low <= check.measured <= check.high:
        return "The measured value lies inside the prediction's interval: so short a look can't tell more."
    return "The measured value lies outside the prediction's interval: the model does not describe this well."


def _curve(findings: Findings) -> Iterator[CurvePoint]:
    model = findings.model
    for learners, prediction in sorted(findings.predictions.items()):
        best = prediction.best
        yield CurvePoint(
            learners=learners,
            throughput_per_s=best.requests_per_s,
            utilization=sum(best.station_cores.values()) / (model.cores if model is not None else 1.0),
            p50_s=best.p50_s,
            p95_s=best.p95_s,
        )


def _breaking(findings: Findings) -> Breaking | None:
    point = findings.breaking
    if point is None:
        return None
    estimate = point.learners
    interval = Interval(
        low=estimate.low, likely=estimate.likely, high=estimate.high, unit=estimate.unit, source=estimate.source
    )
    return Breaking(learners=interval, binding=point.binding)


def _load_uncertainty(findings: Findings) -> LoadUncertainty | None:
    layers = findings.layers
    if layers is None:
        return None
    return LoadUncertainty(relative_sd=layers.relative_sd, shares=LayerShares(**layers.shares()))


def _forecasts(findings: Findings) -> Iterator[Forecast]:
    for level, found in findings.measured.items():
        sized = findings.sized.get(level)
        yield Forecast(
            level=level,
            learners=found.learners,
            measured_system=_measured_system(findings, level, found),
            sized_system=None if sized is None else _sized_system(findings, level, sized),
        )


def _measured_system(findings: Findings, level: str, found: Outlook) -> Prediction:
    """What is refused has no figure of the system, only what is asked of it."""
    reach = findings.reaches[level]
    told = reach.refused is None
    predicted = found.predicted if told else None
    return Prediction(
        holds=found.holds if told else _overload_only(found),
        throughput_per_s=found.requests_per_s if told else None,
        offered_per_s=found.offered_requests_per_s,
        load=_load(findings, found),
        utilization=_utilization(found) if told else {},
        p50_s=predicted.p50_s if predicted is not None else {},
        p95_s=predicted.p95_s if predicted is not None else {},
        extrapolated=reach.beyond > 1,
        times_measured_load=reach.beyond,
        refused=reach.refused,
        note=_measured_note(found, reach),
    )


def _overload_only(found: Outlook) -> bool | None:
    """Without a forecast one thing may still be said: more is asked for than there is."""
    return False if found.load > 1 else None


def _load(findings: Findings, found: Outlook) -> Interval:
    spread = 2 * findings.layers.relative_sd if findings.layers is not None else 0.0
    return Interval(
        low=found.load / (1 + spread),
        likely=found.load,
        high=found.load * (1 + spread),
        unit="ratio",
        source="visits at the true pace × fitted demands; interval: all layers of uncertainty",
    )


def _utilization(found: Outlook) -> dict[str, float]:
    return {name: min(found.offered_cores[name] / cores, 1.0) for name, cores in found.capacity_cores.items()}


def _measured_note(found: Outlook, reach: Reach) -> str:
    overload = (
        f"This load asks for {found.load:.1f} times what the system can give: work would queue up without end, so no "
        "response time is forecast. "
    )
    asked = overload if found.predicted is None else ""
    if reach.refused is not None:
        return f"{asked}Nothing else is forecast: it is {reach.refused}"
    missed = f" It misses: {', '.join(found.missed)}." if found.missed else ""
    return f"{asked}{reach.note[:1].upper()}{reach.note[1:]}.{missed}"


def _sized_system(findings: Findings, level: str, found: Outlook) -> Prediction:
    times = next((row.times_measured_load for row in findings.sizing if _rests_on_demands(row, level)), None)
    predicted = found.predicted
    return Prediction(
        holds=found.holds,
        throughput_per_s=found.requests_per_s,
        offered_per_s=found.offered_requests_per_s,
        utilization=_utilization(found),
        p50_s=predicted.p50_s if predicted is not None else {},
        p95_s=predicted.p95_s if predicted is not None else {},
        extrapolated=True,
        times_measured_load=times,
        note=_sized_note(found, times),
    )


def _rests_on_demands(row: SizingRow, level: str) -> bool:
    return row.level == level and row.times_measured_load is not None


def _sized_note(found: Outlook, times: float | None) -> str:
    far = "" if times is None else extrapolation(times).removeprefix("extrapolated")
    missed = f" It misses: {', '.join(found.missed)}." if found.missed else ""
    return (
        f"Extrapolated{far}. The demands were measured, the larger system was not: the forecast assumes that the tiers "
        f"scale out without a cost of their own.{missed}"
    )


def _disturbances(findings: Findings) -> Iterator[str]:
    """Other programs on the platform's cores make it look dearer and slower than it is."""
    record = findings.run.record
    found = [(record.disturbance(span) or 0.0, span.learners) for span in findings.run.spans]
    worst, learners = max(found, default=(0.0, 0))
    if worst > WORTH_TELLING:
        yield (
            f"The platform did not have its cores for itself: other programs took up to {worst:.0%} of them, at "
            f"{learners} learners. Its demands may be overstated."
        )


def _drift(findings: Findings) -> Iterator[str]:
    """A shared machine is not equally fast all the time: whoever reads the check must know what was allowed for."""
    tasks = findings.run.record.reference_tasks()
    if tasks is None:
        return
    counts = [(tasks.during(span), span.learners) for span in findings.run.spans if span.kind != "calibration"]
    found = [(count.mean_s, learners) for count, learners in counts if count.mean_s is not None]
    if len(found) < 2:
        return
    (slow_s, at_slow), (fast_s, at_fast) = max(found), min(found)
    if slow_s > (1 + WORTH_TELLING) * fast_s:
        yield (
            "The machine was not equally fast all the time: the same password hash took "
            f"{1000 * fast_s:.1f} ms of processor time at one look at {at_fast} learners and {1000 * slow_s:.1f} ms at "
            f"one at {at_slow}. Demands are those of its average speed, and each look at a held-out level is predicted "
            "at the speed that the hash showed then. Measure again when the machine is quiet for surer figures."
        )


def _not_measured(findings: Findings) -> Iterator[str]:
    yield from findings.gaps
    if findings.prices is not None:
        yield findings.prices.disclaimer
    if findings.model is not None and findings.model.quality.demands_from == "responses":
        yield (
            "The target showed no processor times: what activities cost was found from response times alone. They do "
            "not tell which station is contended, so no cores and no servers are sized."
        )
    yield from _disturbances(findings)
    yield from _drift(findings)
    unjudged = unjudged_objectives(findings)
    if unjudged:
        yield f"Too little was seen to judge these objectives as measured: {', '.join(unjudged)}."
    workload = findings.run.workload
    stated = ", ".join(workload.states.stated)
    if stated:
        yield f"The states {stated} were not played: they enter the sizing with the demands that the profile states."
    unseen = TrueLoad(workload=workload, model=findings.model, with_stated=False).unmeasured if findings.model else ()
    if unseen:
        yield f"Nothing was seen of these, so no forecast counts them: {', '.join(unseen)}."
    few = sorted({activity_name(check.activity) for check in findings.checks if not check.judged and check.activity})
    if few:
        yield (
            f"At a held-out level {', '.join(few)} came so rarely that the measured response time is less sure than "
            "the tolerance: the prediction was not judged there."
        )
    if findings.run.record.plan.byte_fraction < 1:
        yield "Whole segments were not fetched; the sizing uses their true bytes."
