"""`firstbell run`: only the load; writes a run record."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from firstbell.cli import content_options, edge_options, identity_options, sync_options
from firstbell.cli.accounts_option import check_accounts
from firstbell.cli.backend_process import database_in
from firstbell.cli.consoles import table_console
from firstbell.cli.content_options import ContentOptions
from firstbell.cli.emptying import empty_edge
from firstbell.cli.failures import INVALID_MEASUREMENT
from firstbell.cli.folders import new_folder
from firstbell.cli.identity_options import IdentityOptions
from firstbell.cli.killing import kill_a_worker
from firstbell.cli.machine import halves
from firstbell.cli.occasion import Occasion
from firstbell.cli.profiles import DEFAULT, find_workload
from firstbell.cli.progress import follow
from firstbell.cli.scale import RunScale
from firstbell.cli.shapes import Coming, ShapeName
from firstbell.cli.stored import checked
from firstbell.cli.system_under_test import REFERENCE, system_under_test
from firstbell.cli.upload_options import UploadMode, upload_rules
from firstbell.cli.verdict import FALLS_SHORT
from firstbell.fixtures.backend.configuration import Configuration
from firstbell.fixtures.backend.edge_rules import EdgeRules
from firstbell.models.correctness import Correctness
from firstbell.models.divergence import Divergence
from firstbell.models.edge_work import EdgeWork
from firstbell.models.evidence import RunEvidence
from firstbell.models.plan import Plan
from firstbell.models.problems import InputError
from firstbell.models.record import RunRecord
from firstbell.models.run_summary import RunSummary
from firstbell.models.sign_in_outcomes import SignInOutcomes
from firstbell.models.sync_outcome import SyncOutcome
from firstbell.models.workload import Workload, read_workload
from firstbell.reports.correctness import correctness_words
from firstbell.reports.divergence import divergence_words
from firstbell.reports.edge import edge_words
from firstbell.reports.network_table import network_tables
from firstbell.reports.run_table import run_table
from firstbell.reports.sign_in import sign_in_words
from firstbell.reports.sync import sync_words
from firstbell.scenarios.abilities import states_played
from firstbell.scenarios.accounts import accounts_needed
from firstbell.scenarios.consent import check_consent
from firstbell.scenarios.descriptors import raise_descriptor_limit
from firstbell.scenarios.generator_machine import usable_cores
from firstbell.scenarios.launch import check_reachable, launch
from firstbell.scenarios.validity import Validity, judge


def run(
    workload: Annotated[str, typer.Argument(help="Profile: the name of a shipped one, or a file.")] = DEFAULT,
    target: Annotated[str, typer.Option(help="Base URL of the platform; left out: the reference backend.")] = REFERENCE,
    adapter: Annotated[str, typer.Option(help="How to speak to it: package.module:Class.")] = REFERENCE,
    confirm_host: Annotated[
        str | None, typer.Option(help="The target's host, typed out: it agreed to be loaded.")
    ] = None,
    learners: Annotated[
        int, typer.Option(min=1, help="Learners in session; a first bell is scaled to them, a deadline has as many.")
    ] = 200,
    shape: Annotated[ShapeName, typer.Option(help="How learners come.")] = ShapeName.COHORT,
    rate: Annotated[
        float | None, typer.Option(min=1e-6, help="poisson: sign-ins a second; left out: what keeps up --learners.")
    ] = None,
    sigma: Annotated[
        float | None, typer.Option(min=1e-3, help="first-bell: standard deviation in seconds; left out: the profile's.")
    ] = None,
    rise: Annotated[
        float | None, typer.Option(min=1e-3, help="deadline: seconds in which hand-ins rise e-fold.")
    ] = None,
    centre: Annotated[
        float | None, typer.Option(help="Second of the bell, deadline or spike, counted from when measuring begins.")
    ] = None,
    factor: Annotated[
        float | None, typer.Option(min=0.01, help="spike: so many times as many sign-ins; left out: 5.")
    ] = None,
    width: Annotated[float | None, typer.Option(min=0.1, help="spike: its length in seconds; left out: 20.")] = None,
    begin: Annotated[
        str | None, typer.Option("--from", help="school-day, evening-wave: time of day at which it begins, say 07:30.")
    ] = None,
    end: Annotated[
        str | None, typer.Option("--to", help="school-day, evening-wave: time of day at which it ends.")
    ] = None,
    duration: Annotated[
        float | None,
        typer.Option(min=1, help="Seconds to measure; left out: 60, a whole bell, a soak's 1800, or hours by --pace."),
    ] = None,
    pace: Annotated[
        float, typer.Option(min=0.01, help="People's clocks run this much faster; 1 is the true pace.")
    ] = 1,
    processes: Annotated[
        int | None, typer.Option(min=1, help="Processes of the generator; left out: as many as the learners need.")
    ] = None,
    ramp: Annotated[
        float | None, typer.Option(min=0.1, help="cohort: seconds to sign in; left out: by learners, 170 at most.")
    ] = None,
    byte_fraction: Annotated[
        float | None,
        typer.Option(min=0.0001, max=1, help="Share of each video segment fetched; left out: what this machine bears."),
    ] = None,
    password_hash: Annotated[
        str | None,
        typer.Option("--hash", help="The reference backend's, such as argon2id; left out: a cheap one for many."),
    ] = None,
    outage_pace: Annotated[
        float | None,
        typer.Option(min=0.01, help="Learners' lines go and come back this much faster; left out: as --pace says."),
    ] = None,
    instances: content_options.Instances = Configuration.instances,
    shared_urls: content_options.SharedUrls = False,
    item_limit: content_options.ItemLimit = Configuration.item_limit_bytes,
    mirror: content_options.Mirrored = False,
    mirror_from: content_options.MirrorFrom = Configuration.mirror_from,
    mirror_lag: content_options.MirrorLag = Configuration.mirror_lag_s,
    mirror_rate: content_options.MirrorRate = Configuration.mirror_bits_per_s,
    mirror_failures: content_options.MirrorFailures = Configuration.mirror_failure_share,
    mirror_backoff: content_options.MirrorBackoff = Configuration.mirror_backoff_s,
    mirror_resume: content_options.MirrorResume = False,
    edge_bytes: edge_options.Bytes = EdgeRules.size_bytes,
    edge_coalesce: edge_options.Coalesce = EdgeRules.coalesce,
    edge_rate: edge_options.Rate = EdgeRules.bits_per_s,
    edge_cold: edge_options.Cold = False,
    sign_in: identity_options.SignIn = None,
    new_lesson: edge_options.NewLesson = False,
    publish_every: content_options.PublishEvery = None,
    publish_bytes: content_options.PublishBytes = content_options.PUBLISH_BYTES,
    publish_to: content_options.PublishTo = "digital-id",
    second_after: content_options.SecondAfter = 0.0,
    school_servers: sync_options.SchoolServers = None,
    midnight_at: sync_options.MidnightAt = None,
    upload_mode: Annotated[
        UploadMode, typer.Option(help="How the reference backend takes uploads, where the profile plays them.")
    ] = UploadMode.FIXED,
    kill_worker_at: Annotated[
        float | None,
        typer.Option(
            min=0, help="Second of the measuring at which a worker of the reference backend is killed; another follows."
        ),
    ] = None,
    accounts: Annotated[
        Path | None,
        typer.Option(
            help="Folder that `firstbell ids clean` wrote: its users sign in by digital ID. Made-up ones else."
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the record; must be new or empty.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of all that is random.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead of the table.")] = False,
) -> None:
    """Load a platform with a cohort of learners, or with learners who come by a rate, and keep the record.

    Example: firstbell run kosovo --learners 500 --duration 120 --out runs/first

    Example: firstbell run kosovo --learners 2000 --shape first-bell --sigma 20

    Example: firstbell run kosovo --learners 500 --shape school-day --pace 60 --to 13:30

    Example: firstbell run kosovo --learners 115000

    Example: firstbell run kosovo --learners 2000 --shape deadline --duration 60 --kill-worker-at 40

    Example: firstbell run kosovo --learners 500 --shape first-bell --sigma 15 --new-lesson --edge-bytes 2000000000

    Example: firstbell run kosovo --instances 2 --mirror --mirror-lag 10 --publish-every 5

    Example: firstbell run lines.yaml --learners 100 --byte-fraction 1 --school-servers 200
    """
    console = Console(stderr=True)
    content = ContentOptions(
        instances=instances, shared_urls=shared_urls, item_limit_bytes=item_limit, mirror=mirror,
        mirror_from=mirror_from, mirror_lag_s=mirror_lag, mirror_bits_per_s=mirror_rate,
        mirror_failure_share=mirror_failures, mirror_backoff_s=mirror_backoff, mirror_resume=mirror_resume,
    )  # fmt: skip
    content.check(beside=target == REFERENCE)
    edge = edge_options.edge_rules(edge_bytes, edge_coalesce, edge_rate, beside=target == REFERENCE, cold=edge_cold)
    _check_killing(kill_worker_at, beside=target == REFERENCE)
    identity = IdentityOptions.parse(sign_in)
    identity.check(beside=target == REFERENCE)
    path = find_workload(workload)
    profile = read_workload(path)
    if target != REFERENCE:
        check_consent(target, confirm_host)
        check_reachable(target)
    cores = halves().generator if target == REFERENCE else usable_cores()
    scale = RunScale(
        learners=learners, descriptors=raise_descriptor_limit(), cores=len(cores),
        beside=target == REFERENCE, asked_processes=processes, asked_ramp_s=ramp, asked_hash=password_hash,
        asked_byte_fraction=byte_fraction,
    )  # fmt: skip
    coming = Coming(
        shape=shape, scale=scale, pace=pace, seed=seed, duration=duration, rate=rate, sigma=sigma, centre=centre,
        rise=rise, factor=factor, width=width, begin=begin, end=end,
    )  # fmt: skip
    plateaus, arrivals = coming.plateaus(profile)
    plays = states_played(adapter, profile.playable)
    for state in set(profile.playable) - set(plays):
        console.print(f"the adapter has no calls for the state {state}: it is not played, and stays as it is stated")
    folder = new_folder(out, "run")
    plan = Plan(
        workload=str(path.resolve()),
        target=target,
        adapter=adapter,
        plateaus=plateaus,
        arrivals=arrivals,
        pace=pace,
        session_s=profile.session.length_s.value,
        byte_fraction=scale.byte_fraction(profile),
        processes=scale.processes,
        cores=cores if target == REFERENCE else (),
        sign_in_first=len(plateaus) > 1,
        plays=plays,
        outage_pace=outage_pace,
        new_lesson=new_lesson,
        publishing=content_options.publishing(publish_every, publish_bytes, publish_to, second_after),
        accounts=None if accounts is None else str(accounts.resolve()),
        seed=seed,
    )
    plan = sync_options.with_servers(plan, profile, school_servers, midnight_at)
    needed = accounts_needed(plan, profile.session.digital_id_share.value)
    check_accounts(accounts, needed, beside=target == REFERENCE)
    uploads = upload_rules(profile, upload_mode.value)
    backend = replace(
        scale.backend(profile, pace, cohort=arrivals is None), content=content, uploads=uploads, edge=edge,
        identity=identity.with_profile(profile), replace_workers=kill_worker_at is not None, accounts=accounts,
        past_attempts=_past_attempts(profile),
    )  # fmt: skip
    with system_under_test(
        target, folder / "backend", accounts=needed, seed=seed, console=console, scale=backend
    ) as url:
        plan = plan.model_copy(update={"target": url})
        with launch(plan, folder / "record", confirm_host=confirm_host) as running:
            killing = Occasion(at_s=kill_worker_at, running=running, act=lambda: kill_a_worker(url, console))
            emptying = Occasion(at_s=0.0 if edge_cold else None, running=running, act=lambda: empty_edge(url, console))
            follow(running, _who_comes(plan), console, killing, emptying)
    record = RunRecord.read(folder / "record")
    found = judge(record)
    summary = RunSummary.of(RunEvidence(record=record, workload=profile))
    kept = checked(record, database_in(folder / "backend"), instances=instances) if target == REFERENCE else None
    if as_json:
        typer.echo(json.dumps(_document(record, found, summary, profile, kept), indent=2))
    else:
        _show(record, found, summary, profile, kept)
    if found.verdict != "valid":
        raise typer.Exit(INVALID_MEASUREMENT)
    raise typer.Exit(FALLS_SHORT if kept is not None and not kept.holds else 0)


def _check_killing(at_s: float | None, *, beside: bool) -> None:
    if at_s is not None and not beside:
        what, remedy = "only a worker of the reference backend can be killed", "Leave it out, or leave --target out"
        raise InputError.single(source="firstbell run", key="--kill-worker-at", value=at_s, what=what, remedy=remedy)


def _past_attempts(profile: Workload) -> int:
    analytics = profile.states.analytics
    return int(analytics.past_attempts.value) if analytics else Configuration.past_attempts


def _who_comes(plan: Plan) -> str:
    return f"{plan.peak_learners} learners" if plan.arrivals is None else f"{plan.people} arrivals"


def _sign_ins(record: RunRecord, workload: Workload) -> SignInOutcomes | None:
    signing_in = workload.signing_in
    tries = signing_in and signing_in.tries
    return SignInOutcomes.of(record.samples(), int(tries.value) if tries else None)


def _edge(record: RunRecord) -> EdgeWork | None:
    """From when measuring began."""
    levels = record.manifest.levels
    return EdgeWork.of(record.server(), since_s=levels[-1].start_s) if levels else EdgeWork.of(record.server())


def _show(
    record: RunRecord, found: Validity, summary: RunSummary, workload: Workload, kept: Correctness | None
) -> None:
    typer.echo(f"{record.folder}: {found.verdict}")
    for reason in found.reasons:
        typer.echo(f"  {reason}")
    console = table_console()
    console.print(run_table(summary))
    for table in network_tables(summary.network) if summary.network else ():
        console.print(table)
    outcomes = _sign_ins(record, workload)
    for words in sign_in_words(outcomes) if outcomes else ():
        console.print(words, highlight=False)
    divergence = Divergence.of(record.server())
    for words in divergence_words(divergence) if divergence else ():
        console.print(words, highlight=False)
    edge = _edge(record)
    for words in edge_words(edge) if edge else ():
        console.print(words, highlight=False)
    brought = SyncOutcome.of(record, workload)
    for words in sync_words(brought) if brought else ():
        console.print(words, highlight=False)
    for words in correctness_words(kept) if kept else ():
        console.print(words, highlight=False)


def _document(
    record: RunRecord, found: Validity, summary: RunSummary, workload: Workload, kept: Correctness | None
) -> dict[str, Any]:
    return {
        "record": str(record.folder),
        "workload": record.manifest.workload,
        "seed": record.plan.seed,
        "target": record.plan.target,
        "validity": {"verdict": found.verdict, "reasons": found.reasons},
        "arrivals": record.plan.arrivals.model_dump() if record.plan.arrivals else None,
        "content_divergence": divergence.as_json() if (divergence := Divergence.of(record.server())) else None,
        "edge": edge.as_json() if (edge := _edge(record)) else None,
        "progress_sync": brought.as_json() if (brought := SyncOutcome.of(record, workload)) else None,
        "correctness": kept.as_json() if kept else None,
        "sign_in": outcomes.as_json() if (outcomes := _sign_ins(record, workload)) else None,
        **summary.as_json(),
    }
