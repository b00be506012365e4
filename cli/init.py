"""`firstbell init`: a profile to start from."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from firstbell.cli.profiles import DEFAULT, find_networks, find_workload
from firstbell.models.problems import InputError
from firstbell.models.workload.states import PLAYABLE

State = StrEnum("State", PLAYABLE)  # type: ignore[misc]  # by section, as the profile names them


def init(
    file: Annotated[Path, typer.Argument(help="Where to write it.")] = Path("firstbell.yaml"),
    networks: Annotated[bool, typer.Option("--networks", help="Give learners lines: mobile, ADSL, schools.")] = False,
    play: Annotated[
        list[State] | None, typer.Option(help="Have runs play a state that is only stated else; repeat it for more.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file.")] = False,
) -> None:
    """Write a commented workload profile to start from.

    It is Kosovo's, each number with its source; put your own numbers in their place.

    Example: firstbell init schools.yaml

    Example: firstbell init offline.yaml --play download --play reports
    """
    profile = find_workload(DEFAULT).read_text(encoding="utf-8")
    for state in play or ():
        profile = with_section(profile, state.name)
    if networks:
        profile += find_networks(DEFAULT).read_text(encoding="utf-8")
    _write(profile, file, overwrite=force)
    typer.echo(f"Wrote {file}. Put your numbers into it, then: firstbell study {file}")


def with_section(profile: str, section: str) -> str:
    """The text of a profile of which a section no longer stands behind #."""
    before, head, after = profile.partition(f"  # {section}:\n")
    lines = after.split("\n")
    length = next(number for number, line in enumerate(lines) if not line.startswith("  #   "))
    taken_in = [line.replace("  # ", "  ", 1) for line in (head.rstrip("\n"), *lines[:length])]
    return before + "\n".join([*taken_in, *lines[length:]])


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
