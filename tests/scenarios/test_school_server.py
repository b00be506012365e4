"""Servers at schools that bring a day's progress at midnight, on a platform that is really there."""

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from firstbell.cli.backend_process import database_in
from firstbell.cli.scale import BackendScale
from firstbell.cli.stored import checked
from firstbell.cli.system_under_test import system_under_test
from firstbell.models.correctness import Correctness
from firstbell.models.plan import Plan, Plateau, Syncing
from firstbell.models.record import RunRecord
from firstbell.models.sync_outcome import SyncOutcome
from firstbell.models.workload import Workload, read_workload
from firstbell.models.workload.network import BARE_EVENT_BYTES, ProgressSync
from firstbell.scenarios.accounts import accounts_needed
from firstbell.scenarios.adapter import Video
from firstbell.scenarios.chance import Chance
from firstbell.scenarios.launch import launch
from firstbell.scenarios.offline_day import OfflineDay
from firstbell.scenarios.reference import event_json
from tests.models.plant import kosovo_with_lines

SERVERS, EVENTS, BATCH = 6, 70, 30


@pytest.fixture(scope="module")
def workload(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Workload]:
    """Kosovo's with lines, of whose servers each brings three batches within a second or so."""
    folder = tmp_path_factory.mktemp("profile")
    kosovo_with_lines(folder)
    path = folder / "kosovo.yaml"
    text = path.read_text(encoding="utf-8")
    for old, new in (
        ("events: {value: 1000, low: 200, high: 5000", f"events: {{value: {EVENTS}"),
        ("batch_events: {value: 250, low: 50, high: 1000", f"batch_events: {{value: {BATCH}"),
        ("clock_spread_s: {value: 5, low: 1, high: 60", "clock_spread_s: {value: 0.3"),
    ):
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    return path, read_workload(path)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, workload: tuple[Path, Workload]) -> tuple[RunRecord, Correctness]:
    folder = tmp_path_factory.mktemp("midnight")
    path, profile = workload
    plan = Plan(
        workload=str(path), target="http://127.0.0.1", session_s=5, seed=3, processes=2,
        plateaus=(Plateau(kind="run", learners=8, ramp_s=1, hold_s=6),), syncing=Syncing(servers=SERVERS, midnight_s=1),
    )  # fmt: skip
    scale = replace(BackendScale(), password_hash="argon2id:m=64,t=1,p=1")
    needed = accounts_needed(plan, profile.session.digital_id_share.value)
    quiet = Console(file=io.StringIO())
    with (
        system_under_test("reference", folder / "b", accounts=needed, seed=1, console=quiet, scale=scale) as url,
        launch(plan.model_copy(update={"target": url}), folder / "record") as running,
    ):
        running.wait()
    record = RunRecord.read(folder / "record")
    return record, checked(record, database_in(folder / "b"), instances=1)


def test_every_server_brings_its_whole_day(run: tuple[RunRecord, Correctness], workload: tuple[Path, Workload]) -> None:
    record, kept = run
    assert record.complete, record.manifest.problems
    found = SyncOutcome.of(record, workload[1])
    assert found is not None
    assert (found.servers, found.done) == (SERVERS, SERVERS)
    assert found.events == found.planned_events == SERVERS * EVENTS
    assert found.last_s is not None
    assert found.last_s > 0
    assert kept.holds
    assert kept.acknowledged >= SERVERS * EVENTS


def test_each_signs_in_once_and_sends_batch_after_batch(run: tuple[RunRecord, Correctness]) -> None:
    samples = run[0].samples()
    columns = (samples[name].to_pylist() for name in ("activity", "step", "outcome", "learner"))
    asked = [row[1:] for row in zip(*columns, strict=True) if row[0] == "progress_sync"]
    assert {outcome for _, outcome, _ in asked} == {"ok"}
    for server in {learner for *_, learner in asked}:
        steps = [step for step, _, learner in asked if learner == server]
        assert steps.count("progress_sync.post") == 3
        assert steps.count("login.token") == 1
    assert not any(row[0] == "login" and row[1] in {each for *_, each in asked} for row in zip(
        samples["activity"].to_pylist(), samples["learner"].to_pylist(), strict=True))  # fmt: skip


def test_a_server_has_a_line_of_its_schools_kind_for_itself(run: tuple[RunRecord, Correctness]) -> None:
    lines = run[0].lines()
    assert lines is not None
    servers = [name for name in lines["line"].to_pylist() if name.startswith("server, ")]
    assert len(servers) == SERVERS
    assert set(servers) <= {f"server, {kind}" for kind in ("one-classroom-school", "small-school", "large-school")}


def test_an_event_is_as_long_as_the_profile_says(workload: tuple[Path, Workload]) -> None:
    sync = workload[1].progress_sync
    assert sync is not None
    batches = list(_day(sync, seed=1).batches())
    assert [len(batch) for batch in batches] == [BATCH, BATCH, EVENTS - 2 * BATCH]
    events = [event for batch in batches for event in batch]
    lengths = [len(json.dumps(event_json(event), separators=(",", ":"))) for event in events]
    assert sum(lengths) / len(lengths) == pytest.approx(sync.event_bytes.value, abs=10)
    assert min(lengths) - len(events[0].detail) <= BARE_EVENT_BYTES


def test_a_second_run_brings_other_events_of_the_same_day(workload: tuple[Path, Workload]) -> None:
    sync = workload[1].progress_sync
    assert sync is not None
    one, other = ([event for batch in _day(sync, seed=1).batches() for event in batch] for _ in range(2))
    assert not {event.id for event in one} & {event.id for event in other}
    assert [(e.learner, e.position_s) for e in one] == [(e.learner, e.position_s) for e in other]


def _day(sync: ProgressSync, *, seed: int) -> OfflineDay:
    video = Video(id="12345", master_path="/videos/12345/master.m3u8")
    chance = Chance(seed, -2)
    return OfflineDay(sync, chance=chance, digital_ids=50_000, video=lambda: video, mean_video_s=1200)
