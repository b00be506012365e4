"""`firstbell run`: only the load; writes a run record."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from firstbell.cli.failures import INVALID_MEASUREMENT
from firstbell.cli.folders import new_folder
from firstbell.cli.machine import halves
from firstbell.cli.profiles import DEFAULT, find_workload
from firstbell.cli.progress import follow
from firstbell.cli.system_under_test import REFERENCE, system_under_test
from firstbell.models.plan import Plan, Plateau
from firstbell.models.record import RunRecord
from firstbell.models.workload import read_workload
from firstbell.scenarios.accounts import accounts_needed
from firstbell.scenarios.consent import check_consent
from firstbell.scenarios.launch import check_reachable, launch
from firstbell.scenarios.validity import judge

SIGN_INS_PER_S = 20.0


def run(
    workload: Annotated[str, typer.Argument(help="Profile: the name of a shipped one, or a file.")] = DEFAULT,
    target: Annotated[str, typer.Option(help="Base URL of the platform; left out: the reference backend.")] = REFERENCE,
    adapter: Annotated[str, typer.Option(help="How to speak to it: package.module:Class.")] = REFERENCE,
    confirm_host: Annotated[
        str | None, typer.Option(help="The target's host, typed out: it agreed to be loaded.")
    ] = None,
    learners: Annotated[int, typer.Option(min=1, help="Learners in session.")] = 200,
    duration: Annotated[float, typer.Option(min=1, help="Seconds to measure once all are in session.")] = 60,
    pace: Annotated[
        float, typer.Option(min=0.01, help="People's clocks run this much faster; 1 is the true pace.")
    ] = 1,
    processes: Annotated[int, typer.Option(min=1, help="Processes of the generator.")] = 1,
    out: Annotated[Path | None, typer.Option(help="Folder for the record; must be new or empty.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of all that is random.")] = 1,
) -> None:
    """Load a platform at one level and keep the record.

    Example: firstbell run kosovo --learners 500 --duration 120 --out runs/first
    """
    console = Console(stderr=True)
    path = find_workload(workload)
    profile = read_workload(path)
    if target != REFERENCE:
        check_consent(target, confirm_host)
        check_reachable(target)
    folder = new_folder(out, "run")
    plan = Plan(
        workload=str(path.resolve()),
        target=target,
        adapter=adapter,
        plateaus=(Plateau(kind="run", learners=learners, ramp_s=learners / SIGN_INS_PER_S + 1, hold_s=duration),),
        pace=pace,
        session_s=profile.session.length_s.value,
        processes=processes,
        cores=halves().generator if target == REFERENCE else (),
        seed=seed,
    )
    accounts = accounts_needed(plan, profile.session.digital_id_share.value)
    with system_under_test(target, folder / "backend", accounts=accounts, seed=seed, console=console) as url:
        plan = plan.model_copy(update={"target": url})
        with launch(plan, folder / "record", confirm_host=confirm_host) as running:
            follow(running, f"{learners} learners", console)
    found = judge(RunRecord.read(folder / "record"))
    typer.echo(f"{folder / 'record'}: {found.verdict}")
    for reason in found.reasons:
        typer.echo(f"  {reason}")
    raise typer.Exit(0 if found.verdict == "valid" else INVALID_MEASUREMENT)
