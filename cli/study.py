"""`firstbell study`: the whole road, from a running backend to a report."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from firstbell.cli.analysis import Effort, analyse
from firstbell.cli.choices import unknown_choice
from firstbell.cli.folders import PRICES, PROFILE, new_folder
from firstbell.cli.machine import Halves, halves
from firstbell.cli.profiles import DEFAULT, find_prices, find_workload
from firstbell.cli.progress import follow
from firstbell.cli.system_under_test import REFERENCE, system_under_test
from firstbell.cli.written import study_of
from firstbell.models.demand import condition_number
from firstbell.models.evidence import RunEvidence
from firstbell.models.load_plan import (
    CALIBRATION_LOAD,
    SIGN_IN_CPU_S,
    Tempo,
    boosts_within,
    climb,
    design_of,
    pilot_plateau,
)
from firstbell.models.pilot import HURRY, MOST_LOOKS, Look, Pilot, tells_enough
from firstbell.models.plan import Plan, Plateau
from firstbell.models.problems import InputError
from firstbell.models.record import RunRecord
from firstbell.models.sizing.prices import Prices, read_prices
from firstbell.models.streams import Stream, streams_of
from firstbell.models.study import Study, ValidityResult
from firstbell.models.workload import Workload, read_workload
from firstbell.reports.folder import write_report
from firstbell.reports.languages import CODES, ENGLISH, language_of
from firstbell.reports.terminal import print_summary
from firstbell.scenarios.consent import check_consent
from firstbell.scenarios.launch import check_reachable, launch
from firstbell.scenarios.validity import judge

ACCOUNTS = 4_000


@dataclass(frozen=True, kw_only=True)
class Trip:
    """One study under way: what is loaded, with what, and where its papers go."""

    workload_path: Path
    workload: Workload
    target: str
    adapter: str
    confirmed_host: str | None
    folder: Path
    cores: Halves
    tempo: Tempo
    seed: int
    console: Console

    def load(self, name: str, plateaus: tuple[Plateau, ...], words: str) -> RunEvidence:
        """Load the target along the plateaus; the record is whole, or cut short by Ctrl-C and says so."""
        plan = Plan(
            workload=str(self.workload_path.resolve()),
            target=self.target,
            adapter=self.adapter,
            plateaus=plateaus,
            pace=self.tempo.pace,
            session_s=self.workload.study.session_s,
            cores=self.cores.generator,
            sign_in_first=True,
            over_lines=False,
            seed=self.seed,
        )
        folder = self.folder / "runs" / name
        with launch(plan, folder, confirm_host=self.confirmed_host) as running:
            follow(running, words, self.console)
        return RunEvidence(record=RunRecord.read(folder), workload=self.workload)


def study(
    workload: Annotated[str, typer.Argument(help="Profile: the name of a shipped one, or a file.")] = DEFAULT,
    target: Annotated[
        str, typer.Option(help="Base URL of the platform; the reference backend when left out.")
    ] = REFERENCE,
    adapter: Annotated[str, typer.Option(help="How to speak to it: package.module:Class.")] = REFERENCE,
    confirm_host: Annotated[
        str | None, typer.Option(help="The target's host, typed out: it agreed to be loaded.")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="A first look in under 90 seconds.")] = False,
    out: Annotated[Path | None, typer.Option(help="Folder for the results; must be new or empty.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of all that is random.")] = 1,
    prices: Annotated[
        str | None, typer.Option(metavar="NAME|FILE", help="A catalogue of machines and prices: what it costs.")
    ] = None,
    language: Annotated[
        str, typer.Option("--lang", help=f"Language of the report: one of {', '.join(CODES)}.")
    ] = ENGLISH.code,
) -> None:
    """Measure, fit, check, forecast, size and report.

    Example: firstbell study kosovo --quick --out study

    Example: firstbell study kosovo --prices example --lang sq
    """
    console = Console(stderr=True)
    problems = unknown_choice("firstbell study", "--lang", language, CODES)
    if problems:
        raise InputError(problems)
    workload_path = find_workload(workload)
    profile = read_workload(workload_path)
    prices_path = None if prices is None else find_prices(prices)
    catalogue = None if prices_path is None else read_prices(prices_path)
    if target != REFERENCE:
        check_consent(target, confirm_host)
        check_reachable(target)
    folder = new_folder(out, "study")
    shutil.copyfile(workload_path, folder / PROFILE)
    if prices_path is not None:
        shutil.copyfile(prices_path, folder / PRICES)
    tempo = Tempo.of(profile.study, quick=quick)
    with system_under_test(target, folder / "backend", accounts=ACCOUNTS, seed=seed, console=console) as url:
        trip = Trip(
            workload_path=workload_path, workload=profile, target=url, adapter=adapter, confirmed_host=confirm_host,
            folder=folder, cores=halves(), tempo=tempo, seed=seed, console=console,
        )  # fmt: skip
        run = _measured(trip)
    result = _concluded(run, folder, target=target, quick=quick, seed=seed, console=console, prices=catalogue)
    page = write_report(result, folder, language=language_of(language))
    print_summary(result, page, Console())
    raise typer.Exit(result.verdict.exit_code)


def _measured(trip: Trip) -> RunEvidence:
    """A pilot tells what a learner costs here; then the levels are climbed up to saturation."""
    run = trip.load("pilot", (pilot_plateau(trip.tempo),), "looking what a learner costs here")
    if not run.record.complete:
        return run
    streams = streams_of(trip.workload, played_only=True)
    pilot = _seen_inside(run, trip.tempo) if run.server is not None else _seen_outside(trip, run, streams)
    tempo = trip.tempo.for_saturation(pilot.saturation_learners)
    learners = min(pilot.saturation_learners, tempo.most_learners)
    boosts = boosts_within(
        streams, pilot.cost_s, learners=CALIBRATION_LOAD * learners, pace=tempo.pace, cores=pilot.cores
    )
    plateaus = climb(trip.workload.study, tempo, saturation_learners=learners, boosts=boosts, sign_in_s=_sign_in_s(run))
    condition = condition_number(design_of(streams, plateaus, tempo.pace))
    trip.console.print(f"condition number of the planned mixes: {condition:.3g}; with one mix alone, infinite")
    return replace(trip, tempo=tempo).load("climb", plateaus, "climbing the load levels")


def _sign_in_s(run: RunEvidence) -> float:
    """What checking a password takes here, if the target tells; that is nearly all of a sign-in."""
    tasks = run.record.reference_tasks()
    seen_s = None if tasks is None else tasks.in_all.mean_s
    return SIGN_IN_CPU_S if seen_s is None else seen_s


def _seen_inside(run: RunEvidence, tempo: Tempo) -> Pilot:
    level = run.levels[0] if run.levels else None
    if level is None or not level.utilization > 0:
        raise _nothing_measured("A target's /metrics must show CPU time that rises as it works")
    return Pilot.inside(level, tempo.pace)


def _seen_outside(trip: Trip, run: RunEvidence, streams: Sequence[Stream]) -> Pilot:
    """Without metrics: look at ever faster paces until the platform slows down, and no further."""
    trip.console.print("the target shows no processor times: demands will be fitted to response times alone")
    looks = [_look(run, trip.tempo)]
    while len(looks) < MOST_LOOKS and not tells_enough(looks):
        faster = replace(trip, tempo=replace(trip.tempo, pace=HURRY * looks[-1].pace))
        plateaus = (pilot_plateau(faster.tempo),)
        looks.append(
            _look(faster.load(f"pilot-{len(looks) + 1}", plateaus, "looking when it slows down"), faster.tempo)
        )
    return Pilot.outside(looks, streams)


def _look(run: RunEvidence, tempo: Tempo) -> Look:
    look = Look.of(run.levels[0], tempo.pace) if run.record.complete and run.levels else None
    if look is None or not look.throughput_per_s:
        raise _nothing_measured("No visit was answered in it: see that the adapter speaks to the target as it should")
    return look


def _nothing_measured(remedy: str) -> InputError:
    what = "the pilot run measured nothing that the load levels could be planned from"
    return InputError.single(source="pilot", what=what, remedy=f"Look at runs/pilot in the study's folder. {remedy}")


def _concluded(
    run: RunEvidence, folder: Path, *, target: str, quick: bool, seed: int, console: Console, prices: Prices | None
) -> Study:
    """Analyse what was measured and write it down."""
    with console.status("analysing") as status:
        findings = analyse(
            run, effort=Effort.of(quick=quick), seed=seed, told=lambda words: status.update(words), prices=prices
        )
    found = judge(run.record)
    result = study_of(
        findings,
        validity=ValidityResult(verdict=found.verdict, reasons=found.reasons),
        quick=quick,
        complete=run.record.complete and findings.model is not None,
        target=target,
        created=datetime.now().astimezone().isoformat(timespec="seconds"),
        seed=seed,
    )
    result.write(folder / "study.json")
    if findings.model is not None:
        findings.model.write(folder / "model.json")
    return result
