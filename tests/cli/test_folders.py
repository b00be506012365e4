"""Results go to folders that nothing can be lost in."""

from pathlib import Path

import pytest

from firstbell.cli.folders import new_folder
from firstbell.models.problems import InputError


def test_a_new_folder_is_made_with_those_above_it(tmp_path: Path) -> None:
    out = tmp_path / "a" / "b"
    assert new_folder(out, "study") == out
    assert out.is_dir()


def test_an_empty_folder_is_taken_as_it_is(tmp_path: Path) -> None:
    assert new_folder(tmp_path, "study") == tmp_path


def test_a_folder_with_anything_in_it_is_never_used(tmp_path: Path) -> None:
    (tmp_path / ".hidden").write_text("mine")
    with pytest.raises(InputError, match=r"--out: this is not an empty folder.*Name a new one, or empty it"):
        new_folder(tmp_path, "study")
    assert (tmp_path / ".hidden").read_text() == "mine"


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "study").write_text("mine")
    with pytest.raises(InputError, match="not an empty folder"):
        new_folder(tmp_path / "study", "study")


def test_without_a_choice_the_first_free_name_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert [new_folder(None, "study").name for _ in range(3)] == ["study", "study-2", "study-3"]
    (tmp_path / "run").write_text("a file")
    assert new_folder(None, "run") == Path("run-2")


def test_a_place_that_can_not_be_written_is_the_systems_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OSError, match="file"):
        new_folder(tmp_path / "file" / "study", "study")
