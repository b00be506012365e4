"""`firstbell run` on a backend of which a worker is killed, and on a store that was tampered with afterwards."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from firstbell.cli.backend_process import database_in
from firstbell.cli.main import application
from firstbell.cli.stored import checked
from firstbell.models.record import RunRecord

CHEAP = "pbkdf2-sha256:iterations=1"


@pytest.fixture(scope="module")
def quiz(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, object]]:
    """A deadline with hand-ins before and after a worker is killed."""
    out = tmp_path_factory.mktemp("quiz") / "run"
    asked = ["run", "kosovo", "--learners", "60", "--shape", "deadline", "--rise", "3", "--duration", "6"]
    told = CliRunner().invoke(
        application(), [*asked, "--kill-worker-at", "3", "--hash", CHEAP, "--out", str(out), "--json"]
    )
    assert "was killed" in told.stderr
    return out, json.loads(told.stdout)


def test_nothing_is_lost_or_doubled_when_a_worker_is_killed(quiz: tuple[Path, dict[str, object]]) -> None:
    folder, told = quiz
    found = told["correctness"]
    assert isinstance(found, dict)
    assert found["holds"]
    assert found["acknowledged"] >= 60
    assert json.loads((folder / "record" / "correctness.json").read_text()) == found
    log = (folder / "backend" / "backend.log").read_text()
    assert "was ended by SIGKILL; another has taken its place" in log


@pytest.mark.parametrize(
    ("tampering", "fault"),
    [
        ("DELETE FROM attempts WHERE id = (SELECT max(id) FROM attempts)", "lost"),
        ("UPDATE attempts SET learner = learner + 2", "foreign"),
        ("UPDATE attempts SET correct = correct + 1 WHERE correct IS NOT NULL", "changed"),
    ],
)
def test_a_store_that_was_tampered_with_is_found_out(
    quiz: tuple[Path, dict[str, object]], tampering: str, fault: str
) -> None:
    folder, _ = quiz
    path = Path(database_in(folder / "backend").removeprefix("sqlite:///"))
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(folder / f"{fault}.db")) as copy:
        source.backup(copy)
        copy.execute(tampering)
        copy.commit()
    found = checked(RunRecord.read(folder / "record"), f"sqlite:///{folder / f'{fault}.db'}", instances=1)
    assert not found.holds
    assert getattr(found, fault) > 0


def test_only_the_reference_backend_can_lose_a_worker() -> None:
    told = CliRunner().invoke(application(), ["run", "--target", "http://127.0.0.1:9", "--kill-worker-at", "3"])
    assert told.exit_code == 2
    assert "--kill-worker-at" in told.stderr
