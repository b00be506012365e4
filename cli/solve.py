"""`firstbell solve`: any queueing model from a file."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from firstbell.models.queueing_file import solve_file


def solve(
    file: Annotated[Path, typer.Argument(help="The model, in YAML or JSON.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
) -> None:
    """Any queueing model, from a YAML or JSON file: a network of stations, or a single one.

    A file of three lines is a model: model: erlang-b, offered_erlangs: 10, servers: 15.

    Example: firstbell solve network.yaml --json
    """
    answer = solve_file(file)
    if as_json:
        typer.echo(json.dumps(answer, indent=2, ensure_ascii=False, allow_nan=False))
    else:
        Console().print(_table(answer))


def _table(answer: Mapping[str, object]) -> Table:
    table = Table(box=SIMPLE, show_header=False)
    for path, value in _leaves(answer, ()):
        table.add_row(".".join(path), _shown(value))
    return table


def _leaves(value: object, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], object]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, (*path, str(key)))
    else:
        yield path, value


def _shown(value: object) -> str:
    if value is None:
        return "–"  # unknown, or infinite
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_shown(each) for each in value)
    return f"{value:.6g}" if isinstance(value, float) else str(value)
