"""`firstbell run --school-servers`: a worker is killed while they bring their day, and every event is there once."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from firstbell.cli.backend_process import database_in
from firstbell.cli.main import application
from firstbell.cli.stored import checked
from firstbell.cli.sync_options import with_servers
from firstbell.models.plan import Plan, Plateau, Syncing
from firstbell.models.problems import InputError
from firstbell.models.record import RunRecord
from tests.models.plant import kosovo, kosovo_with_lines

SERVERS, EVENTS = 12, 600
PLAN = Plan(
    workload="kosovo", target="http://127.0.0.1", session_s=5,
    plateaus=(Plateau(kind="run", learners=8, ramp_s=1, hold_s=30),),
)  # fmt: skip

Run = tuple[Path, dict[str, Any]]


@pytest.fixture(scope="module")
def midnight(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The lines that are shipped, with clocks within a second or two; the worker is killed just after midnight."""
    folder = tmp_path_factory.mktemp("midnight")
    kosovo_with_lines(folder)
    profile = folder / "kosovo.yaml"
    text = profile.read_text(encoding="utf-8")
    for old, new in (
        ("events: {value: 1000, low: 200, high: 5000", f"events: {{value: {EVENTS}"),
        ("batch_events: {value: 250, low: 50", "batch_events: {value: 100, low: 50"),
        ("clock_spread_s: {value: 5, low: 1", "clock_spread_s: {value: 0.5, low: 0.1"),
    ):
        assert old in text
        text = text.replace(old, new)
    profile.write_text(text, encoding="utf-8")
    asked = ["run", str(profile), "--learners", "10", "--byte-fraction", "1", "--duration", "20"]
    asked += ["--school-servers", str(SERVERS), "--midnight-at", "1", "--kill-worker-at", "1.5"]
    asked += ["--hash", "pbkdf2-sha256:iterations=1", "--out", str(folder / "run"), "--json"]
    told = CliRunner().invoke(application(), asked)
    assert "was killed" in told.stderr, told.stderr
    return folder / "run", json.loads(told.stdout)


def test_every_event_is_acknowledged_and_stored_once(midnight: Run) -> None:
    folder, told = midnight
    brought = told["progress_sync"]
    assert (brought["done"], brought["events"]) == (SERVERS, SERVERS * EVENTS)
    assert told["correctness"]["holds"]
    assert told["correctness"]["acknowledged"] >= SERVERS * EVENTS
    with closing(sqlite3.connect(_database(folder))) as database:
        assert database.execute("SELECT count(*) FROM offline_events").fetchone() == (SERVERS * EVENTS,)


def test_batches_that_came_again_are_added_to_no_progress_twice(midnight: Run) -> None:
    """Learners who also watched online have more than their school's server tells."""
    folder, _ = midnight
    online = set(_learners_of(RunRecord.read(folder / "record"), "beacon"))
    query = (
        "SELECT learner, told.watched_s, progress.watched_s FROM progress JOIN (SELECT learner, video,"
        " sum(watched_s) AS watched_s FROM offline_events GROUP BY learner, video) AS told USING (learner, video)"
    )
    with closing(sqlite3.connect(_database(folder))) as database:
        rows = [row for row in database.execute(query) if row[0] not in online]
    assert rows
    assert [kept for _, _, kept in rows] == pytest.approx([told for _, told, _ in rows])


@pytest.mark.parametrize(
    ("tampering", "fault"),
    [
        ("DELETE FROM offline_events WHERE id = (SELECT min(id) FROM offline_events)", "lost"),
        ("UPDATE offline_events SET server = server + 2", "foreign"),
        ("UPDATE offline_events SET watched_s = watched_s + 1", "changed"),
        (
            "CREATE TABLE twice AS SELECT * FROM offline_events UNION ALL SELECT * FROM offline_events;"
            "DROP TABLE offline_events; ALTER TABLE twice RENAME TO offline_events",
            "doubled",
        ),
    ],
)
def test_events_that_were_tampered_with_are_found_out(midnight: Run, tampering: str, fault: str) -> None:
    folder, _ = midnight
    path = folder / f"{fault}.db"
    with closing(sqlite3.connect(_database(folder))) as source, closing(sqlite3.connect(path)) as copy:
        source.backup(copy)
        copy.executescript(tampering)
    found = checked(RunRecord.read(folder / "record"), f"sqlite:///{path}", instances=1)
    assert not found.holds
    assert getattr(found, fault) > 0


def test_midnight_comes_late_enough_for_the_clocks(tmp_path: Path) -> None:
    workload = kosovo_with_lines(tmp_path)
    assert with_servers(PLAN, workload, 200, None).syncing == Syncing(servers=200, midnight_s=15)
    assert with_servers(PLAN, workload, 200, 20).syncing == Syncing(servers=200, midnight_s=20)
    assert with_servers(PLAN, workload, None, None) == PLAN


def test_what_makes_no_sense_is_told_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"--school-servers: .*does not say.*200.*init lines.yaml --networks"):
        with_servers(PLAN, kosovo(), 200, None)
    with pytest.raises(InputError, match=r"--midnight-at: .*Add --school-servers"):
        with_servers(PLAN, kosovo(), None, 5)
    with pytest.raises(InputError, match=r"--midnight-at: .*within the 30 s that are measured.*longer --duration"):
        with_servers(PLAN, kosovo_with_lines(tmp_path), 200, 30)


def _database(folder: Path) -> Path:
    return Path(database_in(folder / "backend").removeprefix("sqlite:///"))


def _learners_of(record: RunRecord, activity: str) -> Iterator[int]:
    samples = record.samples()
    for name, learner in zip(samples["activity"].to_pylist(), samples["learner"].to_pylist(), strict=True):
        if name == activity:
            yield learner
