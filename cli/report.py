"""`firstbell report`: a study's report again, from what is on disk."""

from pathlib import Path
from typing import Annotated

import typer

from firstbell.models.problems import InputError, Problem
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

    Example: firstbell report study --format md
    """
    problems = [*_unknown("--format", form, FORMATS), *_unknown("--lang", language, CODES)]
    if problems:
        raise InputError(problems)
    page = write_report(read_study(folder / "study.json"), folder, language=language_of(language))
    typer.echo(page.with_suffix(f".{form}"))


def _unknown(option: str, asked: str, known: tuple[str, ...]) -> list[Problem]:
    if asked in known:
        return []
    what = "this version does not render it"
    remedy = f"It renders: {', '.join(known)}"
    return [Problem(source="firstbell report", key=option, value=repr(asked), what=what, remedy=remedy)]
