"""Real runs of Locust against the reference backend: short, but whole."""

import signal
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pyarrow as pa
import pyarrow.parquet
import pytest

from firstbell.models.plan import Plan, Plateau
from firstbell.models.problems import InputError
from firstbell.models.record import RunRecord, without_missed
from firstbell.scenarios.consent import ConsentMissingError
from firstbell.scenarios.launch import UnreachableError, launch
from firstbell.scenarios.setting import default_workload
from firstbell.scenarios.validity import judge


def _plan(target: str, **changes: Any) -> Plan:
    asked: dict[str, Any] = {
        "workload": str(default_workload()), "target": target, "pace": 30, "session_s": 120, "byte_fraction": 0.1,
        "plateaus": (
            Plateau(kind="warm-up", learners=8, ramp_s=1, hold_s=1),
            Plateau(kind="fit", learners=24, ramp_s=1, hold_s=4, paces={"lesson": 4.0}),
        ),
    }  # fmt: skip
    return Plan(**asked | changes)


def _words(table: pa.Table, name: str) -> list[str]:
    words: list[str] = table[name].cast(pa.string()).to_pylist()
    return words


@pytest.fixture(scope="module")
def record(backend: str, tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    """A run in two processes that went through to its end."""
    folder = tmp_path_factory.mktemp("run") / "two-processes"
    with launch(_plan(backend, processes=2), folder) as load:
        states = list(load.follow())
    assert load.manifest.problems == ()
    assert load.manifest.status == "complete"
    assert {state.level for state in states} >= {0, 1}
    assert states[-1].remaining_s < states[0].remaining_s
    return RunRecord.read(folder)


def test_a_run_leaves_a_record_that_can_be_read_and_believed(record: RunRecord) -> None:
    assert judge(record).verdict != "invalid"
    assert [(span.kind, span.learners) for span in record.spans] == [("warm-up", 8), ("fit", 24)]
    assert record.ended_s == record.spans[-1].end_s
    assert record.manifest.backend["password_hash"]["scheme"] == "argon2id"
    assert set(_words(record.samples(), "outcome")) <= {"ok", "missed"}


def test_learners_of_every_state_do_what_belongs_to_it(record: RunRecord) -> None:
    activities = set(_words(record.samples(), "activity"))
    assert activities >= {"login", "page", "video_start", "segment", "quiz_start", "answer", "autosave", "poll"}


def test_the_learners_of_two_processes_have_accounts_of_their_own(record: RunRecord) -> None:
    samples = record.samples()
    whose: dict[int, set[str]] = {}
    for path in sorted((record.folder / "samples").glob("*.parquet")):
        for learner in pa.parquet.read_table(path)["learner"].to_pylist():
            whose.setdefault(learner, set()).add(path.name.split("-")[0])
    assert all(len(processes) == 1 for processes in whose.values())
    assert {process for processes in whose.values() for process in processes} == {"000", "001"}
    assert len(set(samples["learner"].to_pylist())) == 24


def test_levels_belong_to_the_moment_at_which_a_visit_was_due(record: RunRecord) -> None:
    samples = record.samples()
    first_due: dict[tuple[int, int], tuple[float, int]] = {}
    columns = (samples[name].to_pylist() for name in ("learner", "visit", "due_s", "level"))
    for learner, visit, due_s, level in zip(*columns, strict=True):
        first_due.setdefault((learner, visit), (due_s, level))
    for due_s, level in first_due.values():
        held = [span.index for span in record.spans if span.start_s <= due_s < span.end_s]
        assert level == (held[0] if held else -1)


def test_polls_keep_the_period_of_their_level_whatever_the_machine_does(record: RunRecord) -> None:
    made = without_missed(record.samples())
    in_level = (np.array(_words(made, "activity")) == "poll") & (made["level"].to_numpy() == 1)
    gaps = []
    for learner in set(made["learner"].to_numpy()[in_level].tolist()):
        dues = np.sort(made["due_s"].to_numpy()[in_level & (made["learner"].to_numpy() == learner)])
        gaps += [later - earlier for earlier, later in pairwise(dues.tolist())]
    period_s = 60 / 30 / 4
    assert Counter(round(gap, 6) for gap in gaps).most_common(1)[0][0] == pytest.approx(period_s)


def test_requests_of_one_visit_are_due_when_the_one_before_ended(record: RunRecord) -> None:
    made = without_missed(record.samples())
    rows = sorted(zip(*(made[name].to_pylist() for name in ("learner", "visit", "due_s", "end_s")), strict=True))
    for earlier, later in pairwise(rows):
        if earlier[:2] == later[:2]:
            assert later[2] == earlier[3]


def test_the_targets_metrics_and_books_stand_beside_the_samples(record: RunRecord) -> None:
    series = record.server_series()
    assert series is not None
    assert set(series.stations) == {"auth", "app", "database", "delivery"}
    assert series.time_s[0] < record.spans[0].start_s
    assert series.time_s[-1] > record.spans[-1].end_s
    ledger = record.ledger()
    assert ledger[("login", "auth")] > 0
    assert {activity for activity, _ in ledger} >= {"login", "page", "segment", "answer", "poll"}


def test_views_are_on_record_with_their_quality(record: RunRecord) -> None:
    views = record.views()
    assert views is not None
    assert len(views) > 0
    assert max(views["played_s"].to_pylist()) > 0


def test_a_run_that_is_stopped_leaves_what_there_is(backend: str, tmp_path: Path) -> None:
    plan = _plan(backend, plateaus=(Plateau(kind="fit", learners=8, ramp_s=1, hold_s=600),))
    with launch(plan, tmp_path / "run") as load:
        for state in load.follow():
            if state.elapsed_s > 2.5:
                break
    record = RunRecord.read(tmp_path / "run")
    assert record.manifest.status == "interrupted"
    assert len(record.samples()) > 8
    assert record.ended_s < record.spans[0].end_s
    assert judge(record).reasons == ("the run ended before a single level was measured",)


def test_a_lost_worker_ends_the_run_and_is_told(backend: str, tmp_path: Path) -> None:
    plan = _plan(backend, processes=2, plateaus=(Plateau(kind="fit", learners=8, ramp_s=1, hold_s=600),))
    with launch(plan, tmp_path / "run") as load:
        killed = False
        for state in load.follow():
            if state.elapsed_s > 1 and not killed:
                psutil.Process(load._process.pid).children()[0].send_signal(signal.SIGKILL)
                killed = True
    assert load.manifest.status == "failed"
    assert load.manifest.problems == ("a worker process was lost: 1 of 2 are left",)
    assert judge(RunRecord.read(tmp_path / "run")).verdict == "invalid"


def test_a_record_that_cannot_be_written_ends_the_run_in_one_sentence(backend: str, tmp_path: Path) -> None:
    plan = _plan(backend, plateaus=(Plateau(kind="fit", learners=8, ramp_s=1, hold_s=600),))
    with launch(plan, tmp_path / "run") as load:
        psutil.Process(load._process.pid).rlimit(psutil.RLIMIT_FSIZE, (4096, 4096))
        for _ in load.follow():
            pass
    assert load.manifest.status == "failed"
    (problem,) = load.manifest.problems
    assert problem.startswith("the record can't be written: ")


def test_an_adapter_that_does_not_exist_is_told(backend: str, tmp_path: Path) -> None:
    with launch(_plan(backend, adapter="nowhere:Adapter"), tmp_path / "run") as load:
        assert load.wait() == "failed"
    assert "there is no such adapter" in load.manifest.problems[0]


def test_a_target_that_does_not_answer_is_told_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(UnreachableError, match=r"http://127\.0\.0\.1:1: it can't be reached: .+\. Start it") as told:
        launch(_plan("http://127.0.0.1:1"), tmp_path / "run")
    assert told.value.exit_code == 3
    assert not (tmp_path / "run").exists()


def test_a_target_elsewhere_is_not_even_looked_at_before_it_was_confirmed(tmp_path: Path) -> None:
    with pytest.raises(ConsentMissingError, match=r"portal\.example"):
        launch(_plan("https://portal.example"), tmp_path / "run")


def test_a_record_is_never_written_over(backend: str, tmp_path: Path) -> None:
    (tmp_path / "keep").write_text("something")
    with pytest.raises(InputError, match="the folder is not empty"):
        launch(_plan(backend), tmp_path)


def test_learners_leave_and_come_back_without_signing_in_again(backend: str, tmp_path: Path) -> None:
    levels = [Plateau(kind="fit", learners=learners, ramp_s=1, hold_s=2) for learners in (12, 4, 12)]
    first = levels[0].model_copy(update={"ramp_s": 4.0})
    plan = _plan(backend, plateaus=(first, *levels[1:]), sign_in_first=True, session_s=1e6)
    with launch(plan, tmp_path / "run") as load:
        load.wait()
    record = RunRecord.read(tmp_path / "run")
    assert judge(record).verdict != "invalid"
    made = without_missed(record.samples())
    is_login = np.array(_words(made, "activity")) == "login"
    sign_ins = {(row["learner"], row["visit"]) for row in made.filter(pa.array(is_login)).to_pylist()}
    assert len(sign_ins) == len({learner for learner, _ in sign_ins}) == 12
    start_s = made["start_s"].to_numpy()
    active = [
        len(set(made["learner"].to_numpy()[(start_s >= span.start_s) & (start_s < span.end_s)].tolist()))
        for span in record.spans
    ]
    assert active[1] <= 4 < min(active[0], active[2])
