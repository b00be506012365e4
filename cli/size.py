"""`firstbell size`: what must be bought, without loading anything."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from firstbell.cli.profiles import DEFAULT, find_workload
from firstbell.models.fitted_model import FittedModel, read_model
from firstbell.models.school_line import SchoolLine, school_lines
from firstbell.models.sizing import Demands, demands_of, without_tiers
from firstbell.models.sizing import size as sized
from firstbell.models.study import SizingRow
from firstbell.models.workload import Workload, read_workload
from firstbell.reports.answer import level_title
from firstbell.reports.csv import rows_csv
from firstbell.reports.layers import LAYERS, share_cells
from firstbell.reports.names import group_name, layer_name
from firstbell.reports.numbers import count, interval, quantity, unbroken

NO_MODEL = (
    "Without a model no cores and servers are sized: the profile does not say what a page, a login or a segment costs. "
    "`firstbell study` measures it; give its model.json with --model."
)
BLACK_BOX = (
    "No cores and servers are sized: the model was fitted to response times alone, and these can't tell which tier an "
    "activity's processor time is spent at. Show /metrics, and measure again."
)


def size(
    workload: Annotated[str, typer.Argument(help="A profile's file, or the name of a shipped one.")] = DEFAULT,
    model: Annotated[Path | None, typer.Option(help="A model.json: what activities cost on a measured system.")] = None,
    learners: Annotated[int | None, typer.Option(min=1, help="Size this number; else the profile's levels.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write sizing.csv, with formulas and inputs, to this folder.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the draws behind the intervals.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
) -> None:
    """What must be bought, from a model or from the profile's stated demands.

    Example: firstbell size kosovo --model study/model.json --learners 60000
    """
    profile = read_workload(find_workload(workload))
    fitted = None if model is None else read_model(model)
    rows = _rows(profile, fitted, learners, seed)
    notes = [*_notes(profile, fitted), *_extrapolated(rows)]
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        (out / "sizing.csv").write_text(rows_csv(rows), encoding="utf-8")
    if as_json:
        typer.echo(_document(profile, seed, notes, rows))
    else:
        _print(rows)
        _print_school_lines(school_lines(profile))
    for note in notes:
        typer.echo(note, err=True)


def _rows(profile: Workload, model: FittedModel | None, learners: int | None, seed: int) -> list[SizingRow]:
    demands = Demands(cpu_s={}, source="the profile's stated demands")
    if model is not None:
        demands = demands_of(model.at_utilization(profile.sizing.servers.max_utilization.value))
    levels = None if learners is None else {"asked": learners}
    rows = sized(profile, demands, levels=levels, seed=seed)
    return list(rows if demands.cpu_s else without_tiers(rows))


def _notes(profile: Workload, model: FittedModel | None) -> list[str]:
    if model is None:
        return [NO_MODEL]
    notes = [BLACK_BOX] if model.quality.demands_from == "responses" else []
    if model.workload_hash != profile.hash:
        notes.append(f"The model was fitted with another profile, or an older state of it: {model.workload}.")
    return notes


def _extrapolated(rows: Sequence[SizingRow]) -> list[str]:
    """A sentence a level whose cores and servers rest on demands that were measured at a lower load."""
    marked = {row.learners: row.note for row in rows if row.note}
    return [f"Cores and servers for {learners} learners are {note}." for learners, note in marked.items()]


def _document(profile: Workload, seed: int, notes: Sequence[str], rows: Sequence[SizingRow]) -> str:
    document = {
        "firstbell": version("firstbell"),
        "workload": profile.name,
        "workload_hash": profile.hash,
        "seed": seed,
        "notes": notes,
        "sizing": [row.model_dump(mode="json") for row in rows],
        "school_lines": [asdict(line) for line in school_lines(profile)],
    }
    return json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False)


def _print(rows: Sequence[SizingRow]) -> None:
    levels = dict.fromkeys((row.level, row.learners) for row in rows)
    # What decides may differ from level to level: sizing.csv and --json have it for each of them.
    decided_by = ["Decided by"] if len(levels) == 1 else []
    table = Table("", *(unbroken(level_title(*level)) for level in levels), *decided_by, box=SIMPLE_HEAD)
    for group in dict.fromkeys(row.group for row in rows):
        table.add_row(f"[bold]{group_name(group)}[/bold]")
        for item in dict.fromkeys(row.item for row in rows if row.group == group):
            at = {row.level: row for row in rows if row.item == item}
            first = next(iter(at.values()))
            table.add_row(
                first.title, *(_figure(at.get(level)) for level, _ in levels), *[first.binding][: len(decided_by)]
            )
    Console().print(table)
    Console().print(_layers(rows))


def _print_school_lines(lines: Sequence[SchoolLine]) -> None:
    """What a school's line carries at once, by the school's size and by each rule for its line."""
    if not lines:
        return
    title = "A school's line by size of school: what it carries at once, alone and beside one Teams lesson"
    names = ("Rule", "Line", "Videos", "beside", "Lessons, minimum", "recommended", "Quiz starts", "beside")
    table = Table("Pupils", *names, box=SIMPLE_HEAD, title=title, title_justify="left")
    for line in lines:
        counts = (
            line.streams, line.streams_beside_lesson, line.lessons_minimum, line.lessons_recommended,
            line.quiz_learners, line.quiz_learners_beside_lesson,
        )  # fmt: skip
        table.add_row(
            count(line.pupils), line.rule, unbroken(quantity(line.line_bits_per_s, "bit/s")), *map(count, counts)
        )
    Console().print(table)


def _layers(rows: Sequence[SizingRow]) -> Table:
    """Where the intervals come from, at the highest level: levels differ little in it."""
    highest = max(row.learners for row in rows)
    title = f"Share of the variance at {highest} learners, by where the uncertainty comes from"
    table = Table("", *map(layer_name, LAYERS), box=SIMPLE_HEAD, title=title, title_justify="left")
    for row in rows:
        if row.learners == highest and row.shares is not None:
            table.add_row(row.title, *map(unbroken, share_cells(row.shares)))
    return table


def _figure(row: SizingRow | None) -> str:
    return "" if row is None else unbroken(interval(row.low, row.quantity, row.high, row.unit))
