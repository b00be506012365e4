"""From a study's folder to its findings: every number is computed again from what lies on disk."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from firstbell.models.calibration import fit
from firstbell.models.evidence import RunEvidence
from firstbell.models.fitted_model import FittedModel
from firstbell.models.forecast import BreakingPoint, Outlook, TrueLoad, breaking_point, outlook, reach
from firstbell.models.load_dependence import Reach
from firstbell.models.prediction import measured_machine, sized_machine
from firstbell.models.problems import InputError
from firstbell.models.sizing import Assumed, demands_of, purchase
from firstbell.models.sizing.prices import Prices
from firstbell.models.sizing.roll_out import roll_out
from firstbell.models.study import LevelChance, RollOut, SizingRow
from firstbell.models.uncertainty import Layers, layers_of
from firstbell.models.validation import HeldOutCheck, Prediction, checks, discrepancy_of, predict_level

Told = Callable[[str], None]
"""Tells the user which part of the analysis has begun."""


@dataclass(frozen=True, kw_only=True)
class Effort:
    """How long the analysis looks: draws of the fit and seconds of its simulations, the same for each prediction."""

    fit_draws: int
    simulated_s: float
    prediction_draws: int
    predicted_s: float

    @classmethod
    def of(cls, *, quick: bool) -> "Effort":
        """Enough for an interval in a quick study, more in a full one."""
        if quick:
            return cls(fit_draws=60, simulated_s=120.0, prediction_draws=6, predicted_s=200.0)
        return cls(fit_draws=200, simulated_s=300.0, prediction_draws=12, predicted_s=1200.0)


@dataclass(frozen=True, kw_only=True)
class Findings:
    """All that is computed from one run. What could not be computed is empty, and ``gaps`` says why."""

    run: RunEvidence
    model: FittedModel | None = None
    predictions: dict[int, Prediction] = field(default_factory=dict)
    checks: tuple[HeldOutCheck, ...] = ()
    breaking: BreakingPoint | None = None
    layers: Layers | None = None
    measured: dict[str, Outlook] = field(default_factory=dict)
    reaches: dict[str, Reach] = field(default_factory=dict)
    sized: dict[str, Outlook] = field(default_factory=dict)
    sizing: tuple[SizingRow, ...] = ()
    chances: tuple[LevelChance, ...] = ()
    roll_out: RollOut | None = None
    prices: Prices | None = None
    gaps: tuple[str, ...] = ()


def analyse(run: RunEvidence, *, effort: Effort, seed: int, told: Told, prices: Prices | None = None) -> Findings:
    """Fit, check against the levels held out, forecast and size; go as far as the record reaches.

    With prices the sizing says what it costs.
    """
    findings = Findings(run=run)
    held_out = run.planned_held_out
    told("fitting service demands")
    try:
        model = fit(run.evidence(held_out), draws=effort.fit_draws, seed=seed, simulated_s=effort.simulated_s)
    except InputError as error:
        gap = f"No model could be fitted: {'; '.join(problem.what for problem in error.problems)}."
        return replace(findings, gaps=(gap,))
    told("checking the fit against what it has not seen")
    findings = _checked(replace(findings, model=model), held_out, effort, seed)
    told("forecasting and sizing")
    return _sized(findings, seed, prices)


def _checked(findings: Findings, held_out: tuple[int, ...], effort: Effort, seed: int) -> Findings:
    model = findings.model
    assert model is not None
    predictions: dict[int, Prediction] = {}
    found: list[HeldOutCheck] = []
    for level in findings.run.fit_levels(held_out):
        predictions[level.learners] = predict_level(model, level, draws=0, seed=seed, duration_s=effort.predicted_s)
    for level in findings.run.held_out_levels(held_out):
        prediction = predict_level(
            model, level, draws=effort.prediction_draws, seed=seed, duration_s=effort.predicted_s
        )
        predictions[level.learners] = prediction
        found += checks(model, level, prediction)
    missed = discrepancy_of(found)
    model = model if missed is None else model.checked(missed)
    return replace(findings, model=model, predictions=predictions, checks=tuple(found))


def _sized(findings: Findings, seed: int, prices: Prices | None) -> Findings:
    model, workload = findings.model, findings.run.workload
    assert model is not None
    played = TrueLoad(workload=workload, model=model, with_stated=False)
    whole = replace(played, with_stated=True)
    machine, capacity = measured_machine(model), {"host": model.cores}
    layers = layers_of(played, seed=seed)
    demands = demands_of(model.at_utilization(workload.sizing.servers.max_utilization.value))
    assumed = Assumed.of(workload, demands, seed=seed, prices=prices)
    bought = purchase(assumed)
    cores_per_node = int(workload.sizing.servers.cores_per_node.value)
    measured = {
        level: outlook(played, learners, machine, capacity, seed=seed)
        for level, learners in workload.levels.learners().items()
    }
    return replace(
        findings,
        breaking=breaking_point(played, relative_sd=layers.relative_sd, seed=seed),
        layers=layers,
        measured=measured,
        reaches={level: reach(model, found) for level, found in measured.items()},
        sized={
            system.level: outlook(
                whole, system.learners, sized_machine(system.cores, cores_per_node), dict(system.cores), seed=seed
            )
            for system in bought.systems
        },
        sizing=bought.rows,
        chances=bought.chances,
        roll_out=roll_out(assumed),
        prices=prices,
    )
