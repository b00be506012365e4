"""`firstbell fit`: run records to a fitted model."""

from pathlib import Path
from typing import Annotated, get_args

import typer

from firstbell.cli.profiles import find_workload
from firstbell.models.calibration import fit as fit_model
from firstbell.models.evidence import RunEvidence
from firstbell.models.fitted_model import DemandsFrom, FittedModel
from firstbell.models.measurement import LevelMeasurement
from firstbell.models.prediction import MOST_REQUESTS
from firstbell.models.problems import InputError
from firstbell.models.record import RunRecord
from firstbell.models.validation import WHOLE_THROUGHPUT, HeldOutCheck, checks, discrepancy_of, predict_level
from firstbell.models.workload import read_workload

VERDICTS = {True: "holds", False: "does not hold", None: "not known"}
WORDS: dict[DemandsFrom, str] = {
    "metrics": "from the target's metrics",
    "responses": "from response times alone: a black box",
    "both": "from metrics and response times",
}


def fit(
    run: Annotated[Path, typer.Argument(help="Folder of a run record.")],
    hold_out: Annotated[str | None, typer.Option(help="Levels to keep from the fit, in learners: 300,400.")] = None,
    out: Annotated[Path, typer.Option(help="File of the model.")] = Path("model.json"),
    demands: Annotated[
        str | None,
        typer.Option(help="What to fit demands to: metrics, responses or both; metrics where the record has them."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the bootstrap.")] = 1,
) -> None:
    """Fit service demands to a run record: to the target's metrics, or to response times where it shows none.

    Example: firstbell fit study/runs/climb --hold-out 480,750 --out model.json
    """
    record = RunRecord.read(run)
    if record.plan.arrivals is not None:
        what = f"learners came by a rate ({record.plan.arrivals.shape}), so there was no level that was held"
        raise InputError.single(source=str(run), what=what, remedy="Fit a run with --shape cohort")
    workload = read_workload(find_workload(record.plan.workload))
    if workload.hash != record.manifest.workload_hash:
        what = "the profile is not the one that the run was made with any more"
        raise InputError.single(source=record.plan.workload, what=what, remedy="Restore it, or run again")
    evidence = RunEvidence(record=record, workload=workload)
    held_out = evidence.planned_held_out if hold_out is None else _levels(hold_out, evidence)
    model = fit_model(evidence.evidence(held_out), demands_from=_demands_from(demands), seed=seed)
    found = [check for level in evidence.held_out_levels(held_out) for check in _throughput_checks(model, level, seed)]
    missed = discrepancy_of(found)
    model = model if missed is None else model.checked(missed)
    model.write(out)
    for check in found:
        typer.echo(f"held out, {check.learners} learners: throughput {check.error:+.1%} off", err=True)
    for test in model.quality.assumptions:
        typer.echo(f"{test.name}: {VERDICTS[test.holds]}: {test.says}", err=True)
    for advice in model.quality.advice:
        typer.echo(f"advice: {advice}", err=True)
    where = f"{len(model.stations)} stations" if len(model.stations) > 1 else "1 station"
    typer.echo(f"{out}: {len(model.activities)} activities at {where}, {WORDS[model.quality.demands_from]}", err=True)


def _throughput_checks(model: FittedModel, level: LevelMeasurement, seed: int) -> list[HeldOutCheck]:
    """The whole throughput at a level that the fit has not seen: it needs no long simulation, as percentiles do."""
    prediction = predict_level(model, level, draws=0, seed=seed, most_requests=MOST_REQUESTS)
    found = checks(model, level, prediction)
    return [check for check in found if (check.quantity, check.activity) == WHOLE_THROUGHPUT]


def _demands_from(text: str | None) -> DemandsFrom | None:
    known = {name: name for name in get_args(DemandsFrom)}
    if text is not None and text not in known:
        remedy = f"Write one of {', '.join(known)}"
        raise InputError.single(source="--demands", value=text, what="nothing to fit demands to", remedy=remedy)
    return None if text is None else known[text]


def _levels(text: str, evidence: RunEvidence) -> tuple[int, ...]:
    known = {level.learners for level in evidence.levels if level.kind != "calibration"}
    try:
        asked: tuple[int, ...] | None = tuple(int(part) for part in text.split(",") if part.strip())
    except ValueError:
        asked = None
    if asked is None or not known.issuperset(asked):
        remedy = f"Write some of the record's levels with commas between them: {','.join(map(str, sorted(known)))}"
        raise InputError.single(source="--hold-out", value=text, what="not levels of this record", remedy=remedy)
    return asked
