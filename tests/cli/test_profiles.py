"""A workload is found by its shipped name or by its path."""

from pathlib import Path

import pytest

from firstbell.cli.profiles import DEFAULT, find_workload, shipped_profiles
from firstbell.models.problems import InputError


def test_the_default_is_shipped() -> None:
    assert find_workload(DEFAULT) == shipped_profiles()[DEFAULT]
    assert find_workload(DEFAULT).is_file()


def test_a_path_is_taken_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "ours.yaml"
    path.write_text("x: 1")
    assert find_workload(str(path)) == path


def test_a_shipped_name_wins_over_a_file_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "kosovo").write_text("x: 1")
    assert find_workload("kosovo") == shipped_profiles()["kosovo"]
    assert find_workload("./kosovo") == Path("kosovo")


def test_an_unknown_name_is_told_with_the_names_there_are_and_the_closest() -> None:
    with pytest.raises(InputError, match=r"^kosvo: there is no such .* Did you mean kosovo\? Shipped: .*kosovo"):
        find_workload("kosvo")


def test_a_name_like_no_other_gets_no_guess() -> None:
    with pytest.raises(InputError) as caught:
        find_workload("zzz.yaml")
    assert "Did you mean" not in str(caught.value)


def test_a_folder_is_told_as_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="this is a folder"):
        find_workload(str(tmp_path))
