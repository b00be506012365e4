"""`firstbell forecast`: a fitted model to throughput, response times and utilisations at people's true pace."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from firstbell.cli.profiles import DEFAULT, find_workload
from firstbell.models.fitted_model import FittedModel, read_model
from firstbell.models.forecast import Outlook, TrueLoad, outlook
from firstbell.models.prediction import measured_machine
from firstbell.models.problems import InputError
from firstbell.models.workload import read_workload


def forecast(
    model: Annotated[Path, typer.Argument(help="File of a fitted model.")],
    learners: Annotated[str, typer.Option(help="Numbers of learners: 15000,45000,115000.")],
    workload: Annotated[str, typer.Option(help="Profile with the true pace.")] = DEFAULT,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
    seed: Annotated[int, typer.Option(help="Seed of the simulation.")] = 1,
) -> None:
    """Say what the measured system would do with so many learners.

    Example: firstbell forecast study/model.json --learners 1000,15000,115000 --json
    """
    fitted = read_model(model)
    load = TrueLoad(workload=read_workload(find_workload(workload)), model=fitted, with_stated=False)
    machine, capacity = measured_machine(fitted), {"host": fitted.cores}
    outlooks = [outlook(load, count, machine, capacity, seed=seed) for count in _counts(learners)]
    if as_json:
        typer.echo(json.dumps([_document(fitted, found) for found in outlooks], indent=1))
    else:
        Console().print(_table(fitted, outlooks))


def _counts(text: str) -> tuple[int, ...]:
    try:
        counts = tuple(int(part) for part in text.split(",") if part.strip())
    except ValueError:
        counts = ()
    if not counts or min(counts) < 1:
        remedy = "Write whole numbers above 0 with commas between them: 15000,45000"
        raise InputError.single(source="--learners", value=text, what="not numbers of learners", remedy=remedy)
    return counts


def _extrapolated(model: FittedModel, found: Outlook) -> bool:
    return found.load > model.quality.highest_utilization


def _document(model: FittedModel, found: Outlook) -> dict[str, object]:
    predicted = found.predicted
    names = predicted.responses_s if predicted is not None else {}
    return {
        "learners": found.learners,
        "holds": found.holds,
        "missed": list(found.missed),
        "load": found.load,
        "extrapolated": _extrapolated(model, found),
        "throughput_per_s": found.requests_per_s,
        "offered_per_s": found.offered_requests_per_s,
        "utilization": {name: min(found.offered_cores[name] / c, 1.0) for name, c in found.capacity_cores.items()},
        "activities": {
            name: {"p50_s": predicted.p50_s[name], "p95_s": predicted.p95_s[name], "mean_s": predicted.mean_s[name]}
            for name in names
            if predicted is not None
        },
    }


def _table(model: FittedModel, outlooks: list[Outlook]) -> Table:
    table = Table("learners", "requests/s", "load", "login p95", "page p95", "says")
    for found in outlooks:
        p95_s = found.predicted.p95_s if found.predicted is not None else {}
        table.add_row(
            f"{found.learners}",
            f"{found.requests_per_s:.1f}",
            f"{found.load:.0%}",
            *(f"{p95_s[name] * 1000:.0f} ms" if name in p95_s else "–" for name in ("login", "page")),
            _says(model, found),
        )
    return table


def _says(model: FittedModel, found: Outlook) -> str:
    if found.predicted is None:
        return "overloaded: no steady state"
    verdict = "holds" if found.holds else f"misses {', '.join(found.missed)}"
    return f"{verdict}; extrapolated" if _extrapolated(model, found) else verdict
