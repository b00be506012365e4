"""`firstbell burst`: a calm run of seconds, and what it says of a bell."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from firstbell.cli.main import application
from firstbell.cli.profiles import find_workload
from firstbell.models.evidence import RunEvidence
from firstbell.models.first_bell import measured_waits
from firstbell.models.record import RunRecord
from firstbell.models.workload import read_workload

HASH = "argon2id:m=1024,t=2,p=1"


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Learners who come evenly, for ten seconds."""
    out = tmp_path_factory.mktemp("calm") / "run"
    asked = ["run", "kosovo", "--shape", "poisson", "--rate", "10", "--duration", "10", "--hash", HASH]
    told = CliRunner().invoke(application(), [*asked, "--out", str(out), "--json"])
    assert (out / "record").is_dir(), told.stderr
    return out / "record"


def test_a_bell_is_forecast_from_a_calm_run(calm: Path) -> None:
    asked = ["burst", str(calm), "--learners", "2000", "--sigma", "10", "--json"]
    told = json.loads(CliRunner().invoke(application(), asked).stdout)
    costs, peak, moment = told["costs"], told["peak_response_s"], told["peak_at_s"]
    assert 0 < costs["password_s"] < 0.1
    assert costs["threads"] == 2
    assert 0 < peak["low"] <= peak["likely"] <= peak["high"]
    assert 0 < moment["likely"] < 60
    assert told["arrivals"]["logins"] == 1200


def test_it_is_told_as_a_table_with_where_it_comes_from(calm: Path) -> None:
    told = CliRunner().invoke(application(), ["burst", str(calm), "--learners", "2000", "--sigma", "10"])
    assert told.exit_code == 0
    assert "Longest mean of 20 s" in told.stdout
    assert "of processor time for a password" in told.stdout


def test_what_is_no_record_is_refused(tmp_path: Path) -> None:
    told = CliRunner().invoke(application(), ["burst", str(tmp_path / "none"), "--learners", "10"])
    assert told.exit_code == 2
    assert "none" in told.stderr


RELOADS = """
signing_in:
  reload_after_s: {value: 0.4, source: "so that it happens in seconds"}
  reload_pause_s: {value: 0.2, source: "so that it happens in seconds"}
"""


def test_who_waits_too_long_asks_again_and_gets_in_later(tmp_path: Path) -> None:
    """90 sign-ins of some 40 ms within a second: one core or two can't answer all of them within 0.4 s."""
    profile = tmp_path / "impatient.yaml"
    profile.write_text(find_workload("kosovo").read_text(encoding="utf-8") + RELOADS, encoding="utf-8")
    asked = ["run", str(profile), "--shape", "first-bell", "--learners", "150", "--sigma", "0.3", "--duration", "10"]
    out = tmp_path / "run"
    told = CliRunner().invoke(
        application(), [*asked, "--centre", "1", "--hash", "argon2id:m=65536", "--seed", "3", "--out", str(out)]
    )
    assert (out / "record").is_dir(), told.stderr
    run = RunEvidence(record=RunRecord.read(out / "record"), workload=read_workload(profile))
    waits = measured_waits(run)
    logins = run.visits.of_activity("login")
    assert logins.failed.any()
    assert waits.tries_a_person.likely > 1
    assert waits.not_in.likely < 1
    assert float((logins.end_s - logins.due_s)[logins.failed].min()) >= 0.4
    assert "login" in told.stdout
