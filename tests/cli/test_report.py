"""`firstbell report` renders from `study.json` alone."""

from pathlib import Path

import pytest

from firstbell.cli.report import report
from firstbell.models.problems import InputError


def test_the_page_that_was_asked_for_is_written_and_named(
    study_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for form in ("html", "md"):
        report(study_folder, form=form)
        page = study_folder / f"report.{form}"
        assert capsys.readouterr().out == f"{page}\n"
        assert page.stat().st_size > 1_000


def test_rendering_again_gives_the_same_bytes(study_folder: Path) -> None:
    report(study_folder)
    first = (study_folder / "report.html").read_bytes()
    report(study_folder)
    assert (study_folder / "report.html").read_bytes() == first


def test_a_format_and_a_language_that_are_not_there_are_told_with_those_that_are(study_folder: Path) -> None:
    with pytest.raises(InputError) as caught:
        report(study_folder, form="pdf", language="de")
    assert [problem.remedy for problem in caught.value.problems] == ["It renders: html, md", "It renders: en, sq, sr"]


def test_a_report_in_another_language_stands_beside_the_english_one(
    study_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report(study_folder, language="sq")
    page = study_folder / "report.sq.html"
    assert capsys.readouterr().out == f"{page}\n"
    assert '<html lang="sq">' in page.read_text(encoding="utf-8")
    assert page.with_suffix(".md").exists()


def test_a_folder_without_a_study_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no study here"):
        report(tmp_path)


def test_a_damaged_study_is_told(tmp_path: Path) -> None:
    (tmp_path / "study.json").write_text('{"firstbell": "0.1.0"')
    with pytest.raises(InputError, match="the study is damaged"):
        report(tmp_path)
