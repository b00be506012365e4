"""`firstbell compare`: what changed from one run to another, and how sure that is."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from firstbell.cli.consoles import table_console
from firstbell.cli.failures import INVALID_MEASUREMENT
from firstbell.cli.records import digests_in
from firstbell.models.comparison.comparison import compare as compare_sides
from firstbell.models.workload.gate import ComparisonRules
from firstbell.models.workload.reading import read_slo
from firstbell.reports.ci.gate_document import comparison_document
from firstbell.reports.ci.gate_table import print_comparison
from firstbell.reports.ci.sentences import change_words, regression


def compare(
    before: Annotated[Path, typer.Argument(help="A run's folder, a folder of several, or a baseline's file.")],
    after: Annotated[Path, typer.Argument(help="The same of what it became.")],
    slo: Annotated[Path | None, typer.Option(help="An slo.yaml whose part `comparison` has other rules.")] = None,
    workload: Annotated[
        str | None, typer.Option(help="The runs' profile, where it is no longer where they found it.")
    ] = None,
    calibrate: Annotated[
        bool, typer.Option("--calibrate", help="Allow for different machines by the reference task.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Seed of the bootstrap.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead of the table.")] = False,
) -> None:
    """Tell what changed from noise: demands, capacity, response times, errors. Exits 0, whatever changed.

    Example: firstbell compare pair/base pair/head
    """
    rules = (read_slo(slo).comparison if slo is not None else ComparisonRules()).model_copy(
        update={"calibrate": True} if calibrate else {}
    )
    sides = [digests_in(side, workload=workload) for side in (before, after)]
    invalid = [words for side in sides for run in side for words in run.complaints()]
    if invalid:
        for words in invalid:
            typer.echo(words, err=True)
        raise typer.Exit(INVALID_MEASUREMENT)
    found = compare_sides(*sides, rules=rules, seed=seed)
    if as_json:
        typer.echo(json.dumps(comparison_document(found), indent=2))
        return
    console = table_console()
    said = [regression(found)] if found.worse else [change_words(change) for change in found.better]
    console.print(Text("\n".join(said) or "Nothing surely changed.", style="bold"))
    print_comparison(found, console)
