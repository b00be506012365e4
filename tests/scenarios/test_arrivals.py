"""Arrivals in real runs: all those that were fixed before are on record, at the moments that were fixed."""

import io
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pyarrow as pa
import pytest
from numpy.typing import NDArray
from rich.console import Console

from firstbell.cli.backend_process import reference_backend
from firstbell.cli.machine import halves
from firstbell.models.arrivals import DeadlineArrivals, FirstBellArrivals, PoissonArrivals, Shape
from firstbell.models.plan import Plan, Plateau
from firstbell.models.record import RunRecord
from firstbell.scenarios.arrivals import Arrivals
from firstbell.scenarios.launch import launch
from firstbell.scenarios.schedule import Schedule
from firstbell.scenarios.setting import default_workload
from firstbell.scenarios.validity import judge

Floats = NDArray[np.float64]


def _plan(target: str, shape: Shape, *, learners: int, hold_s: float = 4, ramp_s: float = 2, **changes: Any) -> Plan:
    plateau = Plateau(kind="open", learners=learners, ramp_s=ramp_s, hold_s=hold_s)
    asked: dict[str, Any] = {
        "workload": str(default_workload()), "target": target, "pace": 30, "session_s": 60, "byte_fraction": 0.1,
        "plateaus": (plateau,), "arrivals": shape,
    }  # fmt: skip
    return Plan(**asked | changes)


def _run(plan: Plan, folder: Path) -> RunRecord:
    with launch(plan, folder) as load:
        assert load.wait() == "complete", load.manifest.problems
    return RunRecord.read(folder)


def _planned_s(record: RunRecord) -> Floats:
    return record.spans[0].start_s + record.plan.arrivals_s()


def _rows(record: RunRecord, activity: str) -> list[dict[str, Any]]:
    """Of each learner the first row of an activity in the measured part, in the order of their due times."""
    assert record.plan.arrivals is not None
    table = record.samples()
    kept = table.filter(pa.array(table["due_s"].to_numpy() >= record.spans[0].start_s))
    rows = [row for row in kept.to_pylist() if row["activity"] == activity]
    first: dict[int, dict[str, Any]] = {}
    for row in sorted(rows, key=lambda row: (row["due_s"], row["visit"])):
        first.setdefault(row["learner"], row)
    return list(first.values())


def test_arrivals_are_handed_out_in_order_and_none_twice() -> None:
    arrivals = Arrivals([1.0, 2.0, 3.0, 4.0])
    assert [arrivals.take(), arrivals.take(), len(arrivals)] == [1.0, 2.0, 2]
    assert list(arrivals.take_overdue(3.5)) == [3.0]
    assert list(arrivals.take_overdue(3.5)) == []
    assert [arrivals.take(), arrivals.take(), len(arrivals)] == [4.0, None, 0]


def test_what_is_taken_is_not_overdue_any_more() -> None:
    arrivals = Arrivals([1.0, 2.0])
    arrivals.take()
    arrivals.take()
    assert list(arrivals.take_overdue(9.0)) == []
    assert arrivals.take() is None


def test_the_processes_of_a_run_share_the_arrivals_of_its_plan() -> None:
    plan = _plan("http://127.0.0.1:1", PoissonArrivals(rate_per_s=50), learners=9, processes=3)
    schedule = Schedule.of(plan, 1000.0)
    parts = [Arrivals.of(plan, schedule, process) for process in range(3)]
    taken = sorted(due_s for part in parts for due_s in iter(part.take, None) if due_s is not None)
    assert taken == (1002.0 + plan.arrivals_s()).tolist()


@pytest.fixture(scope="module")
def visits(backend: str, tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    """A first bell in two processes, with fewer learners ready than come."""
    bell = FirstBellArrivals(logins=60, centre_s=2, sigma_s=1)
    plan = _plan(backend, bell, learners=40, processes=2)
    return _run(plan, tmp_path_factory.mktemp("bell") / "run")


def test_every_arrival_is_on_record_at_the_moment_that_was_fixed_before_the_run(visits: RunRecord) -> None:
    signed_in = _rows(visits, "login")
    assert [row["due_s"] for row in signed_in] == _planned_s(visits).tolist()
    assert len(signed_in) == visits.plan.people > 40
    assert {row["level"] for row in signed_in} == {0}


def test_everybody_who_arrives_is_somebody_else_in_whichever_process(visits: RunRecord) -> None:
    whose: dict[int, set[str]] = {}
    for path in sorted((visits.folder / "samples").glob("*.parquet")):
        for learner in pa.parquet.read_table(path)["learner"].to_pylist():
            whose.setdefault(learner, set()).add(path.name.split("-")[0])
    assert all(len(processes) == 1 for processes in whose.values())
    assert {process for processes in whose.values() for process in processes} == {"000", "001"}


def test_who_has_signed_in_does_what_learners_do_and_leaves_again(visits: RunRecord) -> None:
    activities = set(visits.samples()["activity"].cast(pa.string()).to_pylist())
    assert activities >= {"login", "poll", "video_start", "segment"}
    in_session = visits.generator()["learners"].to_pylist()
    assert 0 < max(in_session) < visits.plan.people  # sessions of 2 s


def test_a_run_with_all_its_arrivals_on_record_can_be_believed(visits: RunRecord) -> None:
    assert judge(visits).verdict != "invalid"


def test_attempts_are_begun_before_measuring_and_handed_in_when_due(backend: str, tmp_path: Path) -> None:
    shape = DeadlineArrivals(hand_ins=30, deadline_s=3, rise_s=1)
    plan = _plan(backend, shape, learners=50, ramp_s=3, hold_s=4)
    assert 20 < plan.people <= 50
    record = _run(plan, tmp_path / "run")
    handed_in = _rows(record, "submit")
    assert [row["due_s"] for row in handed_in] == _planned_s(record).tolist()
    assert max(row["due_s"] for row in handed_in) <= record.spans[0].start_s + 3
    assert {row["outcome"] for row in handed_in} == {"ok"}
    begun = [row for row in record.samples().to_pylist() if row["activity"] == "quiz_start"]
    assert {row["learner"] for row in begun} == {row["learner"] for row in handed_in}
    assert judge(record).verdict != "invalid"


def test_where_nobody_is_free_arrivals_are_late_or_missed_and_none_is_left_out(backend: str, tmp_path: Path) -> None:
    """Two learners for 80 arrivals with sessions of 20 s: most can never begin."""
    plan = _plan(backend, PoissonArrivals(rate_per_s=20), learners=2, session_s=600)
    record = _run(plan, tmp_path / "run")
    arrived = _rows(record, "login")
    assert [row["due_s"] for row in arrived] == _planned_s(record).tolist()
    missed = [row for row in arrived if row["outcome"] == "missed"]
    assert len(missed) > len(arrived) / 2
    assert all(np.isnan(row["start_s"]) for row in missed)
    assert judge(record).verdict != "invalid"


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[tuple[str, psutil.Process]]:
    """A reference backend of this test's own, and its process."""
    quiet = Console(file=io.StringIO())
    before = {child.pid for child in psutil.Process().children()}
    with reference_backend(tmp_path / "b", learners=400, cores=halves().backend, seed=1, console=quiet) as url:
        (process,) = [child for child in psutil.Process().children() if child.pid not in before]
        yield url, process


def test_learners_go_on_arriving_while_the_platform_stands_still(
    platform: tuple[str, psutil.Process], tmp_path: Path
) -> None:
    url, backend = platform
    plan = _plan(url, PoissonArrivals(rate_per_s=25), learners=200, hold_s=6)
    stood: list[float] = []

    def stand_still() -> None:
        os.killpg(backend.pid, signal.SIGSTOP)
        stood.append(time.monotonic())
        time.sleep(2)
        stood.append(time.monotonic())
        os.killpg(backend.pid, signal.SIGCONT)

    with launch(plan, tmp_path / "run") as load:
        for state in load.follow():
            if state.level == 0 and not stood:
                threading.Thread(target=stand_still).start()
                while not stood:
                    time.sleep(0.01)
    record = RunRecord.read(tmp_path / "run")
    arrived = _rows(record, "login")
    assert [row["due_s"] for row in arrived] == _planned_s(record).tolist()
    meanwhile = [row for row in arrived if stood[0] < row["due_s"] < stood[1] - 0.5]
    assert len(meanwhile) > 10
    assert sum(row["start_s"] < stood[1] for row in meanwhile) > len(meanwhile) / 2  # nobody waits for those before
    assert all(row["end_s"] - row["due_s"] > 0.4 for row in meanwhile)
