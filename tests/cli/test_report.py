"""`firstbell report` renders from `study.json` alone."""

import shutil
from pathlib import Path

import pytest

from firstbell.cli.profiles import find_prices
from firstbell.cli.report import report
from firstbell.models.problems import InputError
from firstbell.models.sizing.prices import read_prices
from firstbell.models.workload import read_workload
from tests.models.plant import PROFILE
from tests.reports.conftest import build_study


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
        report(study_folder, form="docx", language="de")
    remedies = [problem.remedy for problem in caught.value.problems]
    assert remedies == ["It renders: html, md, xlsx, pdf", "It renders: en, sq, sr"]


def test_the_workbook_needs_the_profile_of_the_study_and_no_other(tmp_path: Path) -> None:
    workload = read_workload(PROFILE)
    study = build_study().model_copy(update={"workload_hash": workload.hash})
    study.write(tmp_path / "study.json")
    with pytest.raises(InputError, match="is not kept here"):
        report(tmp_path, form="xlsx")
    shutil.copyfile(PROFILE, tmp_path / "profile.yaml")
    report(tmp_path, form="xlsx")
    assert (tmp_path / "sizing.xlsx").stat().st_size > 10_000
    other = PROFILE.read_text(encoding="utf-8").replace("value: 3000, low: 1800", "value: 3100, low: 1800")
    (tmp_path / "profile.yaml").write_text(other, encoding="utf-8")
    with pytest.raises(InputError, match="another profile than that of the study"):
        report(tmp_path, form="xlsx")


def test_the_workbook_needs_the_catalogue_that_the_study_was_priced_with(tmp_path: Path) -> None:
    workload, catalogue = read_workload(PROFILE), find_prices("example")
    prices_hash = read_prices(catalogue).hash
    build_study().model_copy(update={"workload_hash": workload.hash, "prices_hash": prices_hash}).write(
        tmp_path / "study.json"
    )
    shutil.copyfile(PROFILE, tmp_path / "profile.yaml")
    with pytest.raises(InputError, match="the catalogue that the study was priced with is not kept here"):
        report(tmp_path, form="xlsx")
    shutil.copyfile(catalogue, tmp_path / "prices.yaml")
    report(tmp_path, form="xlsx")
    other = catalogue.read_text(encoding="utf-8").replace("value: 850", "value: 900")
    (tmp_path / "prices.yaml").write_text(other, encoding="utf-8")
    with pytest.raises(InputError, match="another catalogue of prices than that of the study"):
        report(tmp_path, form="xlsx")


def test_a_study_that_sized_nothing_has_no_workbook(tmp_path: Path) -> None:
    build_study().model_copy(update={"sizing": ()}).write(tmp_path / "study.json")
    with pytest.raises(InputError, match="nothing was sized"):
        report(tmp_path, form="xlsx")


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
