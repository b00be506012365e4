"""Whatever goes wrong ends in sentences on standard error and the right exit code."""

import errno
import os
import re
import tempfile
from pathlib import Path

import pytest
import typer

from firstbell.cli.failures import told
from firstbell.models.problems import InputError, Problem


def exit_code_of(error: BaseException) -> int:
    with pytest.raises(SystemExit) as left, told():
        raise error
    assert isinstance(left.value.code, int)
    return left.value.code


def problem(key: str) -> Problem:
    return Problem(source="x.yaml:3", key=key, value="7", what="too many", remedy="Take one away")


def test_every_problem_of_the_input_is_one_line_below_their_number(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code_of(InputError([problem("a"), problem("b")])) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines() == [
        "firstbell: 2 problems in the input",
        "  • x.yaml:3: a: too many (it is 7). Take one away",
        "  • x.yaml:3: b: too many (it is 7). Take one away",
    ]


def test_a_problem_of_several_lines_is_told_in_one(capsys: pytest.CaptureFixture[str]) -> None:
    exit_code_of(InputError.single(source="x", what="it is\ndamaged", remedy="Run it again"))
    assert capsys.readouterr().err.splitlines()[1:] == ["  • x: it is damaged. Run it again"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_makes_the_measurement_invalid(number: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code_of(OSError(number, os.strerror(number), "study/study.json")) == 3
    assert capsys.readouterr().err == "firstbell: the disk is full (study/study.json); make room and run it again.\n"


def test_a_place_that_can_not_be_written_is_wrong_input(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code_of(PermissionError(errno.EACCES, "Permission denied", "/out")) == 2
    assert "/out: Permission denied. Choose another place" in capsys.readouterr().err


def test_an_interruption_ends_in_a_sentence_and_130(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code_of(KeyboardInterrupt()) == 130
    assert capsys.readouterr().err.startswith("firstbell: interrupted")


def test_a_defect_is_told_in_one_line_and_its_traceback_written_to_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert exit_code_of(ValueError("two\nlines")) == 70
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("firstbell: this is a defect of firstbell: ValueError: two lines; details in ")
    details = re.search(r"details in (\S+)$", line)
    assert details is not None
    assert "Traceback (most recent call last)" in Path(details[1]).read_text(encoding="utf-8")


def test_a_defect_is_told_even_where_its_details_can_not_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    assert exit_code_of(ValueError("x")) == 70
    assert "could not be written" in capsys.readouterr().err


@pytest.mark.parametrize("error", [typer.Exit(1), typer.BadParameter("x")])
def test_typers_own_exceptions_are_left_to_typer(error: Exception) -> None:
    with pytest.raises(type(error)), told():
        raise error


def test_what_goes_well_is_left_alone() -> None:
    with told():
        pass
