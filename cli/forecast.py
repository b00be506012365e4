"""`firstbell forecast`: a fitted model to throughput, response times and utilisations at people's true pace."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from firstbell.cli.profiles import DEFAULT, find_workload
from firstbell.models.fitted_model import read_model
from firstbell.models.forecast import Outlook, TrueLoad, outlook, reach
from firstbell.models.forecast_intervals import PERCENTILES, Intervals, ResponseInterval, response_intervals
from firstbell.models.load_dependence import Reach
from firstbell.models.prediction import Machine, measured_machine
from firstbell.models.problems import InputError, Problem
from firstbell.models.uncertainty import Layers, layers_of
from firstbell.models.workload import read_workload

Forecast = tuple[Outlook, Reach, Intervals]


def forecast(
    model: Annotated[Path, typer.Argument(help="File of a fitted model.")],
    learners: Annotated[str, typer.Option(help="Numbers of learners: 15000,45000,115000.")],
    workload: Annotated[str, typer.Option(help="Profile with the true pace.")] = DEFAULT,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
    seed: Annotated[int, typer.Option(help="Seed of the simulation.")] = 1,
) -> None:
    """Say what the measured system would do with so many learners.

    Beyond twice the highest measured load nothing is forecast, and the exit code is 2, unless a second model that knows
    nothing of the first (the Universal Scalability Law) says the same; each such figure is marked.

    Example: firstbell forecast study/model.json --learners 1000,15000,115000 --json
    """
    fitted = read_model(model)
    load = TrueLoad(workload=read_workload(find_workload(workload)), model=fitted, with_stated=False)
    machine, capacity = measured_machine(fitted), {"host": fitted.cores}
    outlooks = [outlook(load, count, machine, capacity, seed=seed) for count in _counts(learners)]
    layers = layers_of(load, seed=seed)
    forecasts = [_told(load, found, machine, layers, seed) for found in outlooks]
    if as_json:
        uncertainty = {"load_uncertainty": layers.document()}
        typer.echo(json.dumps([_document(*each) | uncertainty for each in forecasts], indent=1))
    else:
        Console().print(_table(forecasts))
        Console().print(_sources(layers))
    _refuse(forecasts)


def _told(load: TrueLoad, found: Outlook, machine: Machine, layers: Layers, seed: int) -> Forecast:
    """An outlook, how far it reaches, and how sure its response times are; the last not of what is refused."""
    reached = reach(load.model, found)
    refused = reached.refused is not None
    return found, reached, {} if refused else response_intervals(load, found, machine, layers, seed=seed)


def _counts(text: str) -> tuple[int, ...]:
    try:
        counts = tuple(int(part) for part in text.split(",") if part.strip())
    except ValueError:
        counts = ()
    if not counts or min(counts) < 1:
        remedy = "Write whole numbers above 0 with commas between them: 15000,45000"
        raise InputError.single(source="--learners", value=text, what="not numbers of learners", remedy=remedy)
    return counts


def _refuse(forecasts: Sequence[Forecast]) -> None:
    """Name all that was not forecast."""
    problems = [
        Problem(
            source="--learners",
            key=None,
            value=str(found.learners),
            what="not forecast",
            remedy=f"It is {reached.refused}",
        )
        for found, reached, _ in forecasts
        if reached.refused is not None
    ]
    if problems:
        raise InputError(problems)


def _document(found: Outlook, reached: Reach, intervals: Intervals) -> dict[str, object]:
    """What is refused has no figure of the system, only what was asked of it."""
    asked = {
        "learners": found.learners,
        "load": found.load,
        "offered_per_s": found.offered_requests_per_s,
        "extrapolated": reached.beyond > 1,
        "times_measured_load": reached.beyond,
        "models": {"network_per_s": reached.network_per_s, "usl_per_s": reached.usl_per_s},
        "refused": reached.refused,
        "note": reached.note,
    }
    if reached.refused is not None:
        return asked | {"holds": None, "throughput_per_s": None, "utilization": None, "activities": {}}
    return asked | {
        "holds": found.holds,
        "missed": list(found.missed),
        "throughput_per_s": found.requests_per_s,
        "utilization": {name: min(found.offered_cores[name] / c, 1.0) for name, c in found.capacity_cores.items()},
        "activities": _activities(found, intervals),
    }


def _activities(found: Outlook, intervals: Intervals) -> dict[str, dict[str, object]]:
    predicted = found.predicted
    if predicted is None:
        return {}
    return {
        name: {"mean_s": predicted.mean_s[name]}
        | {key: predicted.quantile_s(name, share) for key, share in PERCENTILES.items()}
        | {"intervals": {key: [each.low_s, each.high_s] for key, each in intervals[name].items()}}
        for name in predicted.responses_s
    }


def _table(forecasts: Sequence[Forecast]) -> Table:
    table = Table("learners", "requests/s", "load", "login p95", "page p95", "says")
    for found, reached, intervals in forecasts:
        known = found.predicted if reached.refused is None else None
        p95_s = known.p95_s if known is not None else {}
        table.add_row(
            f"{found.learners}",
            f"{found.requests_per_s:.1f}" if reached.refused is None else "–",
            f"{found.load:.0%}",
            *(_time(p95_s[name], intervals[name]["p95_s"]) if name in p95_s else "–" for name in ("login", "page")),
            _says(found, reached),
        )
    return table


def _time(likely_s: float, interval: ResponseInterval) -> str:
    """With its interval; a draw without a steady state leaves it open above."""
    bound = "?" if interval.high_s is None else f"{interval.high_s * 1000:.0f}"
    return f"{likely_s * 1000:.0f} ms ({interval.low_s * 1000:.0f} to {bound})"


def _sources(layers: Layers) -> str:
    """The load's uncertainty in one line."""
    told = {name: "not known" if share is None else f"{share:.0%}" for name, share in layers.shares().items()}
    shares = ", ".join(f"{name} {share}" for name, share in told.items())
    return f"load known to ±{2 * layers.relative_sd:.0%} (95 %); variance from: {shares}"


def _says(found: Outlook, reached: Reach) -> str:
    if reached.refused is not None:
        return reached.note
    if found.predicted is None:
        verdict = "overloaded: no steady state"
    else:
        verdict = "holds" if found.holds else f"misses {', '.join(found.missed)}"
    return f"{verdict}; {reached.note}" if reached.beyond > 1 else verdict
