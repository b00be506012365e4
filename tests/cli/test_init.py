"""`firstbell init` writes a profile that can be used at once, and destroys nothing."""

from pathlib import Path

import pytest

from firstbell.cli.init import State, init
from firstbell.models.problems import InputError
from firstbell.models.workload import read_workload


def test_the_profile_written_is_commented_and_free_of_mistakes(tmp_path: Path) -> None:
    path = tmp_path / "schools.yaml"
    init(path)
    assert read_workload(path).name == "kosovo"
    assert path.read_text(encoding="utf-8").startswith("# ")


def test_lines_are_a_part_that_is_asked_for(tmp_path: Path) -> None:
    init(tmp_path / "plain.yaml")
    init(tmp_path / "lines.yaml", networks=True)
    assert read_workload(tmp_path / "plain.yaml").network is None
    network = read_workload(tmp_path / "lines.yaml").network
    assert network is not None
    assert {"slow-4g", "3g", "adsl", "fibre", "large-school"} < set(network.lines())


def test_states_are_played_that_are_asked_for(tmp_path: Path) -> None:
    init(tmp_path / "some.yaml", play=[State("reports"), State("download")])
    init(tmp_path / "all.yaml", play=list(State), networks=True)
    assert read_workload(tmp_path / "some.yaml").playable == ("download", "reports")
    assert read_workload(tmp_path / "all.yaml").playable == ("upload", "download", "reports")


def test_a_file_that_is_there_is_overwritten_only_by_force(tmp_path: Path) -> None:
    path = tmp_path / "schools.yaml"
    path.write_text("mine")
    with pytest.raises(InputError, match="--force"):
        init(path)
    assert path.read_text() == "mine"
    init(path, force=True)
    assert read_workload(path).name == "kosovo"


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such folder"):
        init(tmp_path / "nowhere" / "schools.yaml")
