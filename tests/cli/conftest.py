"""A study on disk, as `firstbell study` leaves it: the one that the tests of the reports have made up."""

import runpy
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def study_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a complete `study.json` in it."""
    folder = tmp_path_factory.mktemp("study")
    made_up = Path(__file__).parents[1] / "reports" / "conftest.py"
    runpy.run_path(str(made_up))["build_study"]().write(folder / "study.json")
    return folder
