"""An objective held against what was measured, alone or beside a baseline."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from firstbell.models.comparison.comparison import Comparison
from firstbell.models.comparison.digest import Digest
from firstbell.models.comparison.resampling import Side, resampled
from firstbell.models.comparison.significance import Evidence, significances
from firstbell.models.objectives.values import UntoldError, Values
from firstbell.models.problems import InputError
from firstbell.models.workload.assumptions import Objective
from firstbell.models.workload.gate import ComparisonRules, Gate, GateObjective

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """One objective. ``value`` is in ``unit`` or, where ``relative``, after over before; None where it can't be told.

    ``holds`` is None then, too. A relative one fails only where it is surely beyond its limit; ``sure`` is False where
    it is beyond by what may be chance.
    """

    name: str
    expect: str
    activity: str | None
    unit: str
    limit: float
    relative: bool
    value: float | None
    low: float | None
    high: float | None
    holds: bool | None
    why: str
    sure: bool = True
    source: str | None = None


def objectives_of(gate: Gate, runs: Sequence[Digest]) -> tuple[GateObjective, ...]:
    """The gate's own; without any, those of the profile that the runs were made with."""
    return gate.objectives or tuple(_from_profile(objective) for objective in runs[0].objectives)


def _from_profile(objective: Objective) -> GateObjective:
    percentile = f"{objective.percentile or 95:g}"
    limit = f"{objective.limit:g}"
    expect = {
        "response_s": f"p{percentile} <= {limit} s",
        "startup_s": f"startup_p{percentile} <= {limit} s",
        "error_ratio": f"error_ratio <= {limit}",
        "rebuffer_ratio": f"rebuffer_ratio <= {limit}",
    }[objective.measure]
    views = objective.measure in ("startup_s", "rebuffer_ratio")
    return GateObjective(
        expect=expect, activity=None if views else objective.activity, source=f"{objective.name}: {objective.source}"
    )


def judgements(
    objectives: Sequence[GateObjective],
    runs: Sequence[Digest],
    comparison: Comparison | None,
    rules: ComparisonRules,
    *,
    seed: int,
) -> tuple[Judgement, ...]:
    """Judge all; raise InputError where one needs a baseline that is not there, or names what no run knows."""
    _check_baseline(objectives, comparison)
    if comparison is None:
        before, after = resampled(runs, runs, paired=True, at_once=True, draws=rules.draws, seed=seed)
    else:
        before, after = comparison.sides
    return tuple(_judged(objective, before, after, comparison, rules) for objective in objectives)


def _check_baseline(objectives: Sequence[GateObjective], comparison: Comparison | None) -> None:
    lonely = [objective for objective in objectives if objective.expression.relative and comparison is None]
    if lonely:
        what = "this objective is relative to a baseline, and none was given"
        raise InputError.single(
            source=lonely[0].name, what=what, remedy="Give --baseline RUN, or the file that `firstbell baseline` wrote"
        )


def _judged(
    objective: GateObjective, before: Side, after: Side, comparison: Comparison | None, rules: ComparisonRules
) -> Judgement:
    try:
        if not objective.expression.relative:
            return _absolute(objective, after)
        assert comparison is not None
        return _relative(objective, before, after, comparison, rules)
    except UntoldError as untold:
        return _with(objective, value=None, holds=None, why=str(untold))


def _absolute(objective: GateObjective, side: Side) -> Judgement:
    drawn = Values(side, objective, side.drawn).value()
    value = float(drawn[0])
    low, high = (float(bound) for bound in np.quantile(drawn[1:], [0.025, 0.975]))
    holds = objective.expression.holds(value)
    return _with(
        objective, value=value, low=min(low, value), high=max(high, value), holds=holds,
        why="" if holds else "the measured value is beyond the limit",
    )  # fmt: skip


def _relative(
    objective: GateObjective, before: Side, after: Side, comparison: Comparison, rules: ComparisonRules
) -> Judgement:
    expression = objective.expression
    if expression.measure == "capacity":
        change = comparison.capacity
        if change is None:
            raise UntoldError("the target told no processor times, so that nobody knows what a learner costs it")
        log_ratio, error, freedom = float(np.log(change.ratio)), change.error, change.freedom
    else:
        drawn, within = (
            np.log(_positive(Values(after, objective, _weights(after, inside)).value()))
            - np.log(_positive(Values(before, objective, _weights(before, inside)).value()))
            for inside in (False, True)
        )
        runs = min(len(before.runs), len(after.runs))
        (sure,) = significances(
            [Evidence(kind=expression.measure, drawn=drawn, within=within, margin=0.0)],
            runs=runs, run_to_run=rules.run_to_run, alpha=1 - rules.confidence, correction=rules.correction,
        )  # fmt: skip
        log_ratio, error, freedom = sure.log_ratio, sure.error, sure.freedom
    reach = float(student.ppf((1 + rules.interval) / 2, freedom)) * error
    beyond = float(student.ppf(rules.confidence, freedom)) * error
    best = log_ratio + beyond if expression.more_is_better else log_ratio - beyond
    within_limit, may_be = expression.holds(float(np.exp(log_ratio))), expression.holds(float(np.exp(best)))
    return _with(
        objective,
        value=float(np.exp(log_ratio)),
        low=float(np.exp(log_ratio - reach)),
        high=float(np.exp(log_ratio + reach)),
        holds=may_be,
        sure=within_limit == may_be,
        why=_why(within_limit, may_be),
    )


def _why(within_limit: bool, may_be: bool) -> str:
    if within_limit:
        return ""
    return "it is beyond the limit by what may be chance" if may_be else "it is surely beyond the limit"


def _weights(side: Side, inside: bool) -> Floats:
    return side.within if inside else side.drawn


def _positive(values: Floats) -> Floats:
    if (values <= 0).any():
        raise UntoldError("it was nothing in one of the runs, so that no ratio can be told")
    return values


def _with(
    objective: GateObjective,
    *,
    value: float | None,
    holds: bool | None,
    why: str,
    low: float | None = None,
    high: float | None = None,
    sure: bool = True,
) -> Judgement:
    expression = objective.expression
    return Judgement(
        name=objective.name,
        expect=expression.text,
        activity=objective.activity,
        unit="ratio to baseline" if expression.relative else expression.unit,
        limit=expression.limit,
        relative=expression.relative,
        value=value,
        low=low,
        high=high,
        holds=holds,
        why=why,
        sure=sure,
        source=objective.source,
    )
