"""`firstbell burst`: from a calm run to how long people wait to sign in when everybody comes at once."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from firstbell.cli.profiles import DEFAULT, find_workload
from firstbell.cli.shapes import first_bell
from firstbell.models.arrivals import Shape
from firstbell.models.estimate import Estimate
from firstbell.models.evidence import RunEvidence
from firstbell.models.first_bell import BurstWaits, CalmCosts, burst_waits, calm_costs
from firstbell.models.record import RunRecord
from firstbell.models.reloads import Reloads
from firstbell.models.workload import Workload, read_workload
from firstbell.reports.numbers import number, percent, seconds


def burst(
    calm: Annotated[Path, typer.Argument(help="Record of a run in which learners came by a constant rate.")],
    learners: Annotated[int, typer.Option(min=1, help="Learners to whom the profile's first bell is scaled.")],
    workload: Annotated[str, typer.Option(help="Profile: the name of a shipped one, or a file.")] = DEFAULT,
    sigma: Annotated[
        float | None,
        typer.Option(min=1e-3, help="Standard deviation of the bell in seconds; left out: the profile's."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the plays.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
) -> None:
    """Forecast how long people wait to sign in at the first bell, on the platform of a calm run, at that run's pace.

    Example: firstbell burst runs/calm/record --learners 3000 --sigma 60
    """
    profile = read_workload(find_workload(workload))
    run = RunEvidence(record=RunRecord.read(calm), workload=profile)
    costs, shape, waits = forecast(run, profile, learners=learners, sigma=sigma, seed=seed)
    if as_json:
        typer.echo(json.dumps(_document(costs, shape, waits), indent=2))
    else:
        _show(costs, waits)


def forecast(
    run: RunEvidence, profile: Workload, *, learners: int, sigma: float | None, seed: int
) -> tuple[CalmCosts, Shape, BurstWaits]:
    """What the calm run tells, the burst as `firstbell run` would play it, and the waits that are to be expected."""
    pace = run.record.plan.pace
    shape, duration_s = first_bell(profile, learners=learners, pace=pace, sigma_s=sigma)
    costs = calm_costs(run)
    session_s = profile.session.length_s.value / pace
    reloads = Reloads.of(profile.signing_in)
    waits = burst_waits(costs, shape, duration_s=duration_s, session_s=session_s, seed=seed, reloads=reloads)
    return costs, shape, waits


def _document(costs: CalmCosts, shape: Shape, waits: BurstWaits) -> dict[str, Any]:
    return {
        "costs": vars(costs),
        "arrivals": shape.model_dump(),
        "peak_response_s": _interval(waits.peak_s),
        "peak_at_s": _interval(waits.peak_at_s),
        "tries_a_person": _interval(waits.tries_a_person),
        "not_in": _interval(waits.not_in),
    }


def _interval(estimate: Estimate) -> dict[str, float]:
    return {"likely": estimate.likely, "low": estimate.low, "high": estimate.high}


def _show(costs: CalmCosts, waits: BurstWaits) -> None:
    table = Table(title="Signing in at the first bell", title_justify="left")
    for heading in ("", "Likely", "Least", "Most"):
        table.add_column(heading, justify="left" if not heading else "right")
    for words, found in (("Longest mean of 20 s", waits.peak_s), ("in the 20 s around second", waits.peak_at_s)):
        table.add_row(words, *(seconds(value) for value in (found.likely, found.low, found.high)))
    for words, found, shown in (
        ("Tries a person", waits.tries_a_person, number),
        ("Not in when measuring ends", waits.not_in, percent),
    ):
        table.add_row(words, *(shown(value) for value in (found.likely, found.low, found.high)))
    console = Console()
    console.print(table)
    console.print(
        f"From the calm run: {seconds(costs.password_s)} of processor time for a password, "
        f"{seconds(costs.elsewhere_s)} for the rest of a sign-in, {costs.learner_cores:.5f} cores for a learner in "
        "session. Least and most: between them lie 95 % of the bells that chance makes of these figures, and of the "
        "machine's speed as it went up and down in the calm run.",
        highlight=False,
    )
