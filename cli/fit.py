"""`firstbell fit`: run records to a fitted model."""

from pathlib import Path
from typing import Annotated

import typer

from firstbell.cli.profiles import find_workload
from firstbell.models.calibration import fit as fit_model
from firstbell.models.evidence import RunEvidence
from firstbell.models.problems import InputError
from firstbell.models.record import RunRecord
from firstbell.models.workload import read_workload


def fit(
    run: Annotated[Path, typer.Argument(help="Folder of a run record.")],
    hold_out: Annotated[str | None, typer.Option(help="Levels to keep from the fit, in learners: 300,400.")] = None,
    out: Annotated[Path, typer.Option(help="File of the model.")] = Path("model.json"),
    seed: Annotated[int, typer.Option(help="Seed of the bootstrap.")] = 1,
) -> None:
    """Fit service demands to a run record.

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
    if evidence.server is None:
        what = "the record has no metrics of the target, so its service demands can't be told"
        raise InputError.single(source=str(run), what=what, remedy="Load a target that shows /metrics")
    held_out = evidence.planned_held_out if hold_out is None else _levels(hold_out, evidence)
    model = fit_model(evidence.evidence(held_out), seed=seed)
    model.write(out)
    for advice in model.quality.advice:
        typer.echo(f"advice: {advice}", err=True)
    typer.echo(f"{out}: {len(model.activities)} activities at {len(model.stations)} stations", err=True)


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
