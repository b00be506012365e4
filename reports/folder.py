"""A study's folder: where the report and the sizing are written."""

from pathlib import Path

from firstbell.models.study import Study
from firstbell.reports.csv import sizing_csv
from firstbell.reports.html import render_html
from firstbell.reports.languages import ENGLISH, Language
from firstbell.reports.markdown import render_markdown
from firstbell.reports.roll_out import roll_out_csv


def write_report(study: Study, folder: Path, *, language: Language = ENGLISH) -> Path:
    """Write `report.html`, `report.md` and `sizing.csv`, each whole or not at all; gives the path of the first.

    With a roll-out also `roll-out.csv`. Other languages stand beside English: `report.sq.html`. Raises OSError where
    the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "sizing.csv", sizing_csv(study))
    if study.roll_out is not None:
        _write(folder / "roll-out.csv", roll_out_csv(study.roll_out))
    name = "report" if language is ENGLISH else f"report.{language.code}"
    _write(folder / f"{name}.md", render_markdown(study, language=language))
    return _write(folder / f"{name}.html", render_html(study, language=language))


def _write(path: Path, text: str) -> Path:
    partial = path.with_name(f"{path.name}.partial")
    partial.write_text(text, encoding="utf-8")
    return partial.replace(path)
