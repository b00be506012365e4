"""`firstbell init`: a profile to start from."""

from pathlib import Path
from typing import Annotated

import typer

from firstbell.cli.profiles import DEFAULT, find_networks, find_workload
from firstbell.models.problems import InputError


def init(
    file: Annotated[Path, typer.Argument(help="Where to write it.")] = Path("firstbell.yaml"),
    networks: Annotated[bool, typer.Option("--networks", help="Give learners lines: mobile, ADSL, schools.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file.")] = False,
) -> None:
    """Write a commented workload profile to start from.

    It is Kosovo's, each number with its source; put your own numbers in their place.

    Example: firstbell init schools.yaml
    """
    profile = find_workload(DEFAULT).read_text(encoding="utf-8")
    if networks:
        profile += find_networks(DEFAULT).read_text(encoding="utf-8")
    _write(profile, file, overwrite=force)
    typer.echo(f"Wrote {file}. Put your numbers into it, then: firstbell study {file}")


def _write(text: str, file: Path, *, overwrite: bool) -> None:
    try:
        with file.open("w" if overwrite else "x", encoding="utf-8") as opened:
            opened.write(text)
    except FileExistsError:
        remedy = "Give another name, or --force to overwrite it"
        raise InputError.single(source=str(file), what="the file is there already", remedy=remedy) from None
    except FileNotFoundError:
        remedy = f"Make it first: mkdir -p {file.parent}"
        raise InputError.single(source=str(file), what="there is no such folder", remedy=remedy) from None
