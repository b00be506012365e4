"""`firstbell report`: a study's report again, from what is on disk."""

from pathlib import Path
from typing import Annotated

import typer

from firstbell.cli.choices import unknown_choice
from firstbell.models.problems import InputError
from firstbell.models.study import read_study
from firstbell.reports.folder import write_report
from firstbell.reports.languages import CODES, language_of

FORMATS = ("html", "md")


def report(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="The folder that a study wrote.")],
    form: Annotated[str, typer.Option("--format", help=f"One of {', '.join(FORMATS)}.")] = "html",
    language: Annotated[str, typer.Option("--lang", help=f"One of {', '.join(CODES)}.")] = "en",
) -> None:
    """Render a study again from what is on disk; nothing is measured.

    Example: firstbell report study --lang sq
    """
    command = "firstbell report"
    problems = [
        *unknown_choice(command, "--format", form, FORMATS),
        *unknown_choice(command, "--lang", language, CODES),
    ]
    if problems:
        raise InputError(problems)
    page = write_report(read_study(folder / "study.json"), folder, language=language_of(language))
    typer.echo(page.with_suffix(f".{form}"))
