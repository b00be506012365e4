"""`firstbell baseline`: keep a run to compare with, and show how runs went over time."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from firstbell.cli.failures import INVALID_MEASUREMENT
from firstbell.cli.history import BranchHistory, FolderHistory
from firstbell.cli.records import digests_in
from firstbell.models.comparison.digest import Baseline, Digest
from firstbell.models.comparison.history import Trend, state_of
from firstbell.models.problems import InputError
from firstbell.reports.ci.trend import trend_plot, trend_words


def baseline(
    run: Annotated[
        Path | None, typer.Argument(help="A run's folder or a folder of several; left out: only look.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="File to write it to; without RUN, the latest of the history.")
    ] = None,
    history: Annotated[Path | None, typer.Option(help="Folder of the history.")] = None,
    branch: Annotated[str | None, typer.Option(help="Branch of the history, of the repository here.")] = None,
    commit: Annotated[str | None, typer.Option(help="What was measured, such as a commit's name.")] = None,
    workload: Annotated[
        str | None, typer.Option(help="The run's profile, where it is no longer where the run found it.")
    ] = None,
    plot: Annotated[Path | None, typer.Option(help="Write the history's plot here, as SVG.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the history as one JSON document.")] = False,
) -> None:
    """Keep what comparisons need of a run, some tens of kilobytes, in a file, a folder or a branch.

    Example: firstbell baseline pair/head --out baseline.json

    Example: firstbell baseline pair/head --history perf --commit "$(git rev-parse --short HEAD)" --plot perf/trend.svg
    """
    place = _place(history, branch)
    if run is None and place is None:
        raise InputError.single(
            source="RUN",
            what="there is nothing to keep and no history to look at",
            remedy="Give a run, --history or --branch",
        )
    kept = _kept(run, workload, commit)
    if kept and place is not None:
        typer.echo(place.keep(kept), err=True)
    states = [] if place is None else place.states()
    if out is not None:
        Baseline(runs=kept or _latest(states, place)).write(out)
        typer.echo(str(out), err=True)
    if kept and place is None and out is None:
        raise InputError.single(
            source="RUN",
            value=str(run),
            what="there is no place to keep it in",
            remedy="Give --out, --history or --branch",
        )
    if place is not None:
        _show(states, plot, as_json=as_json)


def _place(history: Path | None, branch: str | None) -> FolderHistory | BranchHistory | None:
    if history is not None and branch is not None:
        what, remedy = "a history is kept in a folder or in a branch", "Give one of --history and --branch"
        raise InputError.single(source="--branch", value=branch, what=what, remedy=remedy)
    if history is not None:
        return FolderHistory(folder=history)
    return None if branch is None else BranchHistory(branch=branch)


def _kept(place: Path | None, workload: str | None, commit: str | None) -> tuple[Digest, ...]:
    """The digests of the run, if there is one; ends with exit code 3 where it is not valid."""
    if place is None:
        return ()
    found = digests_in(place, workload=workload, commit=commit)
    reasons = [words for each in found for words in each.complaints()]
    if reasons:
        for words in reasons:
            typer.echo(f"not kept: {words}", err=True)
        raise typer.Exit(INVALID_MEASUREMENT)
    return found


def _latest(states: Sequence[tuple[Digest, ...]], place: FolderHistory | BranchHistory | None) -> tuple[Digest, ...]:
    if not states:
        what, remedy = "the history is empty", "Keep a run in it first: firstbell baseline RUN --history FOLDER"
        raise InputError.single(source=str(place), what=what, remedy=remedy)
    return states[-1]


def _show(states: Sequence[tuple[Digest, ...]], plot: Path | None, *, as_json: bool) -> None:
    trend = Trend.of([state_of(runs) for runs in states])
    if plot is not None:
        plot.parent.mkdir(parents=True, exist_ok=True)
        plot.write_text(trend_plot(trend).svg, encoding="utf-8")
    if as_json:
        typer.echo(json.dumps(_document(trend), indent=1))
        return
    typer.echo(f"{len(states)} states are kept.")
    for words in trend_words(trend):
        typer.echo(words)


def _document(trend: Trend) -> dict[str, Any]:
    return {
        "states": [
            {"created": state.created, "name": state.name, "values": {k: list(v) for k, v in state.values.items()}}
            for state in trend.states
        ],
        "change_points": [
            {
                "quantity": turn.quantity,
                "created": trend.states[turn.place].created,
                "name": trend.states[turn.place].name,
                "before": turn.before,
                "after": turn.after,
            }
            for turn in trend.turns
        ],
    }
