"""`firstbell doctor`: before a run, how many learners this machine carries."""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.console import Console

from firstbell.cli.backend_process import reference_backend
from firstbell.cli.certificate import new_certificate
from firstbell.cli.doctor_findings import Findings, print_findings
from firstbell.cli.machine import halves
from firstbell.cli.profiles import DEFAULT, find_workload
from firstbell.cli.scale import CHEAP_HASH, BackendScale
from firstbell.cli.system_under_test import REFERENCE
from firstbell.models.generator_capacity import Traffic, plan_generator
from firstbell.models.workload import read_workload
from firstbell.scenarios.consent import is_loopback, url_parts
from firstbell.scenarios.descriptors import raise_descriptor_limit
from firstbell.scenarios.generator_machine import generator_machine, usable_cores
from firstbell.scenarios.kernel_settings import kernel_settings
from firstbell.scenarios.remedies import changes
from firstbell.scenarios.trial import LEARNERS, Trial, run_trial

ACCOUNTS = 2 * LEARNERS


def doctor(
    workload: Annotated[str, typer.Argument(help="Profile: the name of a shipped one, or a file.")] = DEFAULT,
    learners: Annotated[int | None, typer.Option(min=1, help="Learners in session; else the contract level.")] = None,
    target: Annotated[
        str, typer.Option(help="Base URL of the platform, which is not loaded; left out: the reference backend here.")
    ] = REFERENCE,
    byte_fraction: Annotated[
        float, typer.Option(min=0.0001, max=1, help="Share of each video segment that is fetched.")
    ] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
) -> None:
    """Before a run: how many learners this machine carries as a load generator, and what to change.

    Takes some six seconds: real learners load a small platform here, to measure what one costs.

    Example: firstbell doctor --learners 115000
    """
    profile = read_workload(find_workload(workload))
    asked = learners or int(profile.levels.contract.value)
    traffic = Traffic.of(profile, asked, byte_fraction=byte_fraction)
    found = _examined(profile.name, traffic, None if target == REFERENCE else target, Console(stderr=True))
    if as_json:
        typer.echo(_document(found))
    else:
        print_findings(found, Console())
    raise typer.Exit(0 if found.plan.holds else 1)


def _examined(workload: str, traffic: Traffic, target: str | None, console: Console) -> Findings:
    raise_descriptor_limit()
    parts = None if target is None else url_parts(target)
    here = parts is None or is_loopback(parts.hostname or "")
    cores = halves().generator if here else usable_cores()
    machine = generator_machine(target, len(cores))
    trial = _trial(cores, tls=parts is not None and parts.scheme == "https", console=console)
    # The trial had both ends of each connection on this machine.
    cost = trial.cost if here else replace(trial.cost, kernel_bytes=trial.cost.kernel_bytes / 2)
    plan = plan_generator(traffic, machine, cost)
    settings = kernel_settings(target_is_here=here)
    return Findings(
        workload=workload,
        target=target or REFERENCE,
        traffic=traffic,
        machine=machine,
        all_cores=len(usable_cores()),
        trial=replace(trial, cost=cost),
        plan=plan,
        settings=settings,
        changes=changes(plan, traffic, machine, cost, target_is_here=here, settings=settings),
    )


def _trial(cores: Sequence[int], *, tls: bool, console: Console) -> Trial:
    with TemporaryDirectory(prefix="firstbell-doctor-") as name:
        folder = Path(name)
        certificate = new_certificate(folder) if tls else None
        backend = reference_backend(
            folder, learners=ACCOUNTS, cores=halves().backend, seed=1, console=console,
            scale=BackendScale(password_hash=CHEAP_HASH),
            certificate=certificate,
        )  # fmt: skip
        with backend as url, console.status("measuring what a learner costs"):
            return run_trial(url, cores=cores[:1], certificate=certificate.path if certificate else None)


def _document(found: Findings) -> str:
    document = {
        "firstbell": version("firstbell"),
        "workload": found.workload,
        "target": found.target,
        "traffic": asdict(found.traffic),
        "machine": asdict(found.machine),
        "trial": asdict(found.trial),
        "plan": asdict(found.plan),
        "settings": [asdict(setting) for setting in found.settings],
        "changes": [asdict(change) for change in found.changes],
        "verdict": {
            "holds": found.plan.holds,
            "exit_code": 0 if found.plan.holds else 1,
            "sentence": found.sentence,
        },
    }
    return json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False)
