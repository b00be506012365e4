"""What a run comes down to: times from due, and beside them what they leave out."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from firstbell.models.arrivals import PoissonArrivals, arrival_times
from firstbell.models.evidence import RunEvidence
from firstbell.models.manifest import LevelTimes, Manifest
from firstbell.models.plan import Plan, Plateau
from firstbell.models.record import RunRecord
from firstbell.models.run_summary import RunSummary
from tests.models.plant import kosovo

Row = tuple[int, int, float, float, float, float, str, str, int]
"""Learner, visit, due, start, first byte, end, step, outcome, level."""

COHORT: dict[str, Any] = {"plateaus": (Plateau(kind="run", learners=3, ramp_s=1, hold_s=10),)}


def _summary(folder: Path, rows: list[Row], **plan: Any) -> RunSummary:
    asked = {"workload": "kosovo.yaml", "target": "http://127.0.0.1:8000", "session_s": 100.0} | (plan or COHORT)
    level = LevelTimes(index=0, kind="run", learners=3, ramp_start_s=99, start_s=100, end_s=110)
    Manifest(
        firstbell="0", versions={}, machine={}, workload="kosovo", workload_hash="a", target="http://127.0.0.1:8000",
        adapter="reference", backend={}, server_cores=(), seed=1, routes={}, pace=1, byte_fraction=1, created="",
        created_s=90, levels=(level,), ended_s=110, status="complete", plan=Plan(**asked),
    ).write(folder)  # fmt: skip
    if rows:
        (folder / "samples").mkdir()
        parquet.write_table(_table(rows), folder / "samples" / "000-0000.parquet")
    return RunSummary.of(RunEvidence(record=RunRecord.read(folder), workload=kosovo()))


def _table(rows: list[Row]) -> pa.Table:
    learner, visit, due, start, first_byte, end, step, outcome, level = zip(*rows, strict=True)
    activity = [name.partition(".")[0] for name in step]
    words = {"activity": activity, "step": step, "outcome": outcome}
    numbers = {
        "due_s": due, "start_s": start, "first_byte_s": first_byte, "end_s": end, "status": [200] * len(rows),
        "bytes": [5] * len(rows), "learner": learner, "visit": visit, "level": level,
    }  # fmt: skip
    return pa.table(
        {name: pa.array(list(values)) for name, values in numbers.items()}
        | {name: pa.array(list(values), pa.string()).dictionary_encode() for name, values in words.items()}
    )


def _polls(count: int, **changes: float) -> list[Row]:
    """One poll a learner, each answered after 20 ms: first byte after 15."""
    late = changes.get("late_s", 0.0)
    return [(n, 1, 101.0, 101.0 + late, 101.015 + late, 101.02 + late, "poll.get", "ok", 0) for n in range(count)]


def test_response_runs_from_due_and_download_from_the_first_byte(tmp_path: Path) -> None:
    poll = _summary(tmp_path, _polls(200, late_s=0.03)).activities["poll"]
    assert (poll.visits, poll.errors, poll.missed, poll.late, poll.late_by_generator) == (200, 0, 0, 0, 0)
    assert [poll.response.p50_s, poll.response.p99_s] == pytest.approx([0.05, 0.05])
    assert poll.first_byte_p95 is not None
    assert poll.download_p95 is not None
    assert [poll.first_byte_p95.value_s, poll.download_p95.value_s] == pytest.approx([0.045, 0.005])


def test_who_waited_for_an_earlier_answer_is_late_from_due_but_not_by_the_generator(tmp_path: Path) -> None:
    waited: Row = (500, 1, 101.0, 101.0, 104.9, 105.0, "poll.get", "ok", 0)
    queued: Row = (500, 2, 102.0, 105.0, 105.01, 105.02, "poll.get", "ok", 0)
    forgotten: Row = (501, 1, 102.0, 102.2, 102.21, 102.22, "poll.get", "ok", 0)
    poll = _summary(tmp_path, [*_polls(30), waited, queued, forgotten]).activities["poll"]
    assert (poll.visits, poll.late, poll.late_by_generator) == (33, 2, 1)
    assert poll.response.mean_s == pytest.approx((30 * 0.02 + 4.0 + 3.02 + 0.22) / 33)


def test_a_visit_of_several_requests_is_late_once(tmp_path: Path) -> None:
    form: Row = (1, 1, 101.0, 101.1, 101.2, 101.2, "login.form", "ok", 0)
    token: Row = (1, 1, 101.2, 101.3, 101.4, 101.4, "login.token", "ok", 0)
    login = _summary(tmp_path, [form, token]).activities["login"]
    assert (login.visits, login.late, login.late_by_generator) == (1, 1, 1)
    assert login.response.mean_s == pytest.approx(0.4)


def test_missed_and_failed_visits_are_counted_beside_the_percentiles(tmp_path: Path) -> None:
    nan = float("nan")
    missed: list[Row] = [(600 + n, 1, 109.0, nan, nan, nan, "poll", "missed", 0) for n in range(4)]
    only_missed: Row = (700, 1, 109.0, nan, nan, nan, "submit", "missed", 0)
    failed: Row = (701, 1, 103.0, 103.0, nan, 108.0, "poll.get", "timeout", 0)
    summary = _summary(tmp_path, [*_polls(25), *missed, only_missed, failed])
    poll, submit = summary.activities["poll"], summary.activities["submit"]
    assert (poll.visits, poll.errors, poll.missed) == (26, 1, 4)
    assert poll.response.p50_s == pytest.approx(0.02)
    assert (submit.visits, submit.missed, submit.response.mean_s, submit.first_byte_p95) == (0, 1, None, None)


def test_what_was_due_in_the_ramp_is_left_out(tmp_path: Path) -> None:
    ramp: Row = (1, 1, 99.5, 99.5, 99.6, 99.6, "login.form", "ok", -1)
    missed: Row = (2, 1, 99.5, 99.5, 99.6, 99.6, "login", "missed", -1)
    assert list(_summary(tmp_path, [*_polls(2), ramp, missed]).activities) == ["poll"]


def test_a_quantile_of_too_few_samples_is_unknown_and_null_in_json(tmp_path: Path) -> None:
    told = json.loads(json.dumps(_summary(tmp_path, _polls(30)).as_json()))
    assert told["planned_arrivals"] is None
    assert told["activities"]["poll"]["response_s"] == {
        "mean": pytest.approx(0.02), "p50": pytest.approx(0.02), "p95": pytest.approx(0.02), "p99": None,
    }  # fmt: skip
    assert told["activities"]["poll"]["download_s"] == {"p95": pytest.approx(0.005)}


def test_a_run_of_arrivals_says_how_many_were_planned(tmp_path: Path) -> None:
    plateau = Plateau(kind="open", learners=3, ramp_s=1, hold_s=10)
    summary = _summary(tmp_path, _polls(2), plateaus=(plateau,), arrivals=PoissonArrivals(rate_per_s=4))
    assert summary.planned_arrivals == len(arrival_times(PoissonArrivals(rate_per_s=4), duration_s=10, seed=1)) > 20


def test_a_run_that_left_no_sample_has_an_empty_summary(tmp_path: Path) -> None:
    assert _summary(tmp_path, []).activities == {}
