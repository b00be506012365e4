"""`firstbell solve` answers in a table for people or in one JSON document for programs."""

import json
from pathlib import Path

import pytest

from firstbell.cli.solve import solve
from firstbell.models.problems import InputError


@pytest.fixture
def network(tmp_path: Path) -> Path:
    path = tmp_path / "network.yaml"
    path.write_text(
        """
model: network
classes: [{name: learner, population: 30, think_time_s: 2}]
stations: [{name: app, kind: queue, servers: 1, demand_s: {learner: 0.05}}]
"""
    )
    return path


def test_json_is_one_document_with_the_names_of_the_interface(
    network: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    solve(network, as_json=True)
    answer = json.loads(capsys.readouterr().out)
    assert answer["classes"]["learner"].keys() >= {"throughput_per_s", "response_time_s", "in_system"}
    assert answer["stations"]["app"].keys() >= {"utilization", "queue_length", "residence_time_s"}


def test_the_table_has_the_same_figures_by_their_paths(network: Path, capsys: pytest.CaptureFixture[str]) -> None:
    solve(network, as_json=True)
    utilization = json.loads(capsys.readouterr().out)["stations"]["app"]["utilization"]
    solve(network)
    lines = dict(line.split() for line in capsys.readouterr().out.splitlines() if line.strip())
    assert lines["stations.app.utilization"] == f"{utilization:.6g}"
    assert lines["exact"] == "yes"


def test_a_json_file_is_read_as_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "model.json"
    path.write_text(json.dumps({"model": "erlang-b", "offered_erlangs": 10, "servers": 15}, indent=2))
    solve(path, as_json=True)
    assert json.loads(capsys.readouterr().out)["blocking"] == pytest.approx(0.03650, abs=5e-5)


def test_every_mistake_of_the_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "model.yaml"
    path.write_text("model: mmc\narrival_rate_per_s: -2\nservice_rate_per_s: one\nservers: 1\nfoo: 3\n")
    with pytest.raises(InputError) as caught:
        solve(path)
    assert {problem.key for problem in caught.value.problems} == {"arrival_rate_per_s", "service_rate_per_s", "foo"}
