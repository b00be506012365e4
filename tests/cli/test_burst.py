"""`firstbell burst`: a calm run of seconds, and what it says of a bell."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from firstbell.cli.main import application

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
