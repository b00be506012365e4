"""`firstbell report`: a study's report again, from what is on disk."""

from pathlib import Path
from typing import Annotated, cast

import typer

from firstbell.cli.choices import unknown_choice
from firstbell.cli.folders import PRICES, PROFILE
from firstbell.models.fitted_model import FittedModel, read_model
from firstbell.models.problems import InputError
from firstbell.models.sizing import demands_of
from firstbell.models.sizing.prices import Prices, read_prices
from firstbell.models.study import Study, read_study
from firstbell.models.workload import Workload, read_workload
from firstbell.reports.folder import write_report
from firstbell.reports.languages import CODES, Language, language_of
from firstbell.reports.pdf import PAPERS, Paper, write_pdf
from firstbell.reports.workbook.book import write_workbook

FORMATS = ("html", "md", "xlsx", "pdf")


def report(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="The folder that a study wrote.")],
    form: Annotated[str, typer.Option("--format", help=f"One of {', '.join(FORMATS)}.")] = "html",
    language: Annotated[str, typer.Option("--lang", help=f"One of {', '.join(CODES)}.")] = "en",
    paper: Annotated[str, typer.Option(help=f"Of a PDF: one of {', '.join(PAPERS)}.")] = "A4",
) -> None:
    """Render a study again from what is on disk; nothing is measured.

    Example: firstbell report study --format xlsx

    Example: firstbell report study --lang sq
    """
    command = "firstbell report"
    problems = [
        *unknown_choice(command, "--format", form, FORMATS),
        *unknown_choice(command, "--lang", language, CODES),
        *unknown_choice(command, "--paper", paper, PAPERS),
    ]
    if problems:
        raise InputError(problems)
    study = read_study(folder / "study.json")
    typer.echo(_written(study, folder, form, paper, language_of(language)))


def _written(study: Study, folder: Path, form: str, paper: str, language: Language) -> Path:
    if form == "xlsx":
        return _workbook(study, folder)
    page = write_report(study, folder, language=language)
    if form == "pdf":
        return write_pdf(page.read_text(encoding="utf-8"), page.with_suffix(".pdf"), paper=cast(Paper, paper))
    return page.with_suffix(f".{form}")


def _workbook(study: Study, folder: Path) -> Path:
    if not study.sizing:
        what, remedy = "nothing was sized, so there is nothing to calculate", "Run the study to its end"
        raise InputError.single(source=str(folder / "study.json"), what=what, remedy=remedy)
    path = folder / "sizing.xlsx"
    write_workbook(study, _profile(study, folder), _model(folder), path, prices=_prices(study, folder))
    return path


def _profile(study: Study, folder: Path) -> Workload:
    """The profile that was kept beside the study; its numbers are the cells that all others follow."""
    path = _kept(folder / PROFILE, "the profile that the study was made with")
    workload = read_workload(path)
    _check_same(path, workload.hash, study.workload_hash, "profile")
    return workload


def _prices(study: Study, folder: Path) -> Prices | None:
    """The catalogue that was kept beside the study, as its profile was; None where nothing was priced."""
    if study.prices_hash is None:
        return None
    path = _kept(folder / PRICES, "the catalogue that the study was priced with")
    prices = read_prices(path)
    _check_same(path, prices.hash, study.prices_hash, "catalogue of prices")
    return prices


def _kept(path: Path, what: str) -> Path:
    if not path.is_file():
        remedy = "Copy it there, or run the study again"
        raise InputError.single(source=str(path), what=f"{what} is not kept here", remedy=remedy)
    return path


def _check_same(path: Path, found: str, wanted: str, form: str) -> None:
    if found != wanted:
        what = f"this is another {form} than that of the study, or another state of it"
        remedy = f"Copy the one there whose fingerprint begins with {wanted[:12]}"
        raise InputError.single(source=str(path), value=found[:12], what=what, remedy=remedy)


def _model(folder: Path) -> FittedModel | None:
    """What activities cost at the tiers; None where the study could not tell."""
    path = folder / "model.json"
    model = read_model(path) if path.is_file() else None
    return model if model is not None and demands_of(model).cpu_s else None
