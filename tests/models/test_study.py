"""A study's result as a document."""

import runpy
from pathlib import Path

import pytest

from firstbell.models.problems import InputError
from firstbell.models.study import Study, read_study


@pytest.fixture(scope="module")
def study() -> Study:
    made_up = Path(__file__).parents[1] / "reports" / "conftest.py"
    study = runpy.run_path(str(made_up))["build_study"]()
    assert isinstance(study, Study)
    return study


def test_a_study_comes_back_as_it_was_written(study: Study, tmp_path: Path) -> None:
    study.write(tmp_path / "study.json")
    assert read_study(tmp_path / "study.json") == study
    assert [path.name for path in tmp_path.iterdir()] == ["study.json"]


def test_a_study_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"study\.json: there is no study here\. Give the folder"):
        read_study(tmp_path / "study.json")


@pytest.mark.parametrize("kept", [0, 1, 500, -20])
def test_a_study_cut_short_is_named(study: Study, tmp_path: Path, kept: int) -> None:
    path = tmp_path / "study.json"
    study.write(path)
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(InputError, match=r"study\.json: the study is damaged: .*Run it again"):
        read_study(path)


def test_a_key_that_is_unknown_is_an_error(study: Study, tmp_path: Path) -> None:
    path = tmp_path / "study.json"
    path.write_text('{"colour": "red", ' + study.model_dump_json()[1:])
    with pytest.raises(InputError, match="colour"):
        read_study(path)
