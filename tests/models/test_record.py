"""Reading what a run left on disk."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from firstbell.models.manifest import LevelTimes, Manifest
from firstbell.models.plan import Plan, Plateau
from firstbell.models.problems import InputError
from firstbell.models.record import (
    RunRecord,
    check_comparable,
    coded,
    is_word,
    lateness_s,
    missed_only,
    without_missed,
)

PLAN = Plan(
    workload="kosovo.yaml", target="http://127.0.0.1:8000", session_s=100,
    plateaus=(Plateau(kind="fit", learners=3, ramp_s=1, hold_s=10),),
)  # fmt: skip


def _manifest(**changes: Any) -> Manifest:
    told: dict[str, Any] = {
        "firstbell": "0.1.0", "versions": {}, "machine": {"cpu": "x"}, "workload": "kosovo", "workload_hash": "abc",
        "target": "http://127.0.0.1:8000", "adapter": "reference", "backend": {}, "server_cores": (1,), "seed": 1,
        "routes": {"quiz_start.page": ("quiz-page",), "answer.page": ("quiz-page",), "answer.save": ("answer",)},
        "pace": 1.0, "byte_fraction": 1.0, "plan": PLAN, "created": "2026-01-01T00:00:00+00:00", "created_s": 90.0,
        "levels": (LevelTimes(index=0, kind="fit", learners=3, ramp_start_s=99, start_s=100, end_s=110),),
        "ended_s": 110.0, "status": "complete",
    }  # fmt: skip
    return Manifest(**told | changes)


def _samples(rows: list[tuple[int, int, float, float, float, str, str]]) -> pa.Table:
    """From (learner, visit, due, start, end, step, outcome)."""
    learner, visit, due, start, end, step, outcome = zip(*rows, strict=True)
    return pa.table(
        {
            "due_s": due, "start_s": start, "first_byte_s": end, "end_s": end,
            "status": pa.array([200] * len(rows), pa.int16()), "bytes": pa.array([5] * len(rows), pa.int64()),
            "learner": pa.array(learner, pa.int32()), "visit": pa.array(visit, pa.int32()),
            "level": pa.array([0] * len(rows), pa.int16()),
            "activity": pa.array([name.partition(".")[0] for name in step]).dictionary_encode(),
            "step": pa.array(step).dictionary_encode(), "outcome": pa.array(outcome).dictionary_encode(),
        }
    )  # fmt: skip


def _write(folder: Path, table: pa.Table, name: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    parquet.write_table(table, path)


def test_parts_of_several_processes_are_read_as_one_table_with_common_codes(tmp_path: Path) -> None:
    _manifest().write(tmp_path)
    _write(tmp_path, _samples([(1, 1, 100, 100, 101, "poll.get", "ok")]), "samples/000-0000.parquet")
    _write(tmp_path, _samples([(2, 1, 100, 100, 101, "page.html", "ok")]), "samples/001-0000.parquet")
    samples = RunRecord.read(tmp_path).samples()
    assert samples["activity"].cast(pa.string()).to_pylist() == ["poll", "page"]
    assert samples["activity"].num_chunks == 1
    assert coded(samples, "activity")[1].tolist() == [0, 1]


def test_words_are_told_apart_by_their_codes_and_no_string_is_made_for_a_sample(tmp_path: Path) -> None:
    rows = [(1, visit, 100.0, 100.0, 101.0, "poll.get", "ok") for visit in range(1000)]
    samples = _samples([*rows, (1, 1000, 100.0, float("nan"), float("nan"), "poll", "missed")])
    assert is_word(samples, "outcome", "missed").tolist() == [False] * 1000 + [True]
    assert not is_word(samples, "outcome", "no-port").any()
    assert [len(words) for words in (coded(samples, name)[0] for name in ("activity", "step", "outcome"))] == [1, 2, 2]
    assert coded(samples, "outcome")[1].dtype.kind == "i"
    assert len(missed_only(samples)) == 1


def test_samples_are_read_once(tmp_path: Path) -> None:
    _manifest().write(tmp_path)
    _write(tmp_path, _samples([(1, 1, 100, 100, 101, "poll.get", "ok")]), "samples/000-0000.parquet")
    record = RunRecord.read(tmp_path)
    assert record.samples() is record.samples()


def test_a_record_that_was_cut_by_a_kill_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    _manifest(status="running", ended_s=None).write(tmp_path)
    _write(tmp_path, _samples([(1, 1, 100, 100, 101, "poll.get", "ok")]), "samples/000-0000.parquet")
    (tmp_path / "samples" / "000-0001.partial").write_bytes(b"PAR1 half a file")
    _write(tmp_path, pa.table({"time_s": [100.0, 104.5], "cpu_s": [0.0, 1.0]}), "generator/000-0000.parquet")
    record = RunRecord.read(tmp_path)
    assert len(record.samples()) == 1
    assert record.ended_s == 104.5


def test_a_run_without_samples_has_an_empty_table_with_all_columns(tmp_path: Path) -> None:
    _manifest(ended_s=None).write(tmp_path)
    record = RunRecord.read(tmp_path)
    assert len(record.samples()) == 0
    assert {"due_s", "activity", "outcome", "level"} <= set(record.samples().column_names)
    assert len(without_missed(record.samples())) == 0
    assert record.views() is None
    assert record.server_series() is None
    assert record.ledger() == {}
    assert record.ended_s == float("-inf")


def test_a_folder_without_a_record_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no run record here"):
        RunRecord.read(tmp_path / "nothing")


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"firstbell": 1}'])
def test_a_damaged_manifest_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(InputError, match="the manifest is damaged"):
        RunRecord.read(tmp_path)


def test_a_damaged_part_is_named_and_not_left_out(tmp_path: Path) -> None:
    _manifest().write(tmp_path)
    (tmp_path / "samples").mkdir()
    (tmp_path / "samples" / "000-0000.parquet").write_bytes(b"PAR1 rubbish PAR1")
    with pytest.raises(InputError, match=r"000-0000\.parquet.*damaged"):
        RunRecord.read(tmp_path).samples()


def test_a_manifest_comes_back_as_it_was_written(tmp_path: Path) -> None:
    _manifest().write(tmp_path)
    assert RunRecord.read(tmp_path).manifest == _manifest()


def test_records_of_different_workloads_or_machines_are_not_counted_together(tmp_path: Path) -> None:
    for name, changes in {"a": {}, "b": {}, "c": {"workload_hash": "other", "machine": {"cpu": "y"}}}.items():
        (tmp_path / name).mkdir()
        _manifest(**changes).write(tmp_path / name)
    same, also, other = (RunRecord.read(tmp_path / name) for name in "abc")
    check_comparable([same, also])
    with pytest.raises(InputError) as caught:
        check_comparable([same, also, other])
    assert [problem.key for problem in caught.value.problems] == ["workload_hash", "machine"]


def test_lateness_is_the_generators_own_and_not_the_wait_for_an_answer_under_way() -> None:
    samples = _samples(
        [
            (2, 1, 100.0, 100.25, 101.0, "poll.get", "ok"),
            (1, 1, 100.0, 100.0, 105.0, "segment.get", "ok"),
            (1, 2, 102.0, 105.5, 106.0, "beacon.post", "ok"),  # due while the segment was under way
            (1, 3, 109.0, float("nan"), float("nan"), "beacon", "missed"),
            (1, 4, 108.0, 108.125, 109.0, "segment.get", "ok"),
        ]
    )
    assert lateness_s(samples).tolist() == [0.25, 0.0, 0.5, 0.125]


def test_the_targets_counters_are_read_by_station(tmp_path: Path) -> None:
    _manifest().write(tmp_path)
    table = pa.table(
        {
            "time_s": [100.0, 101.0, 102.0], "cpu_seconds.app": [1.0, 1.5, 2.0], "cpu_seconds.auth": [0.0, 0.1, 0.2],
            "cores": [2.0, 2.0, 2.0], "workers": [2.0, 2.0, 2.0], "threads.app": [2.0, 2.0, 2.0],
            "threads.auth": [4.0, 4.0, 4.0],
        }
    )  # fmt: skip
    _write(tmp_path, table, "server.parquet")
    record = RunRecord.read(tmp_path)
    series = record.server_series()
    assert series is not None
    assert (series.stations, series.cores) == (("app", "auth"), 2.0)
    assert series.cores_used(100.0, 102.0).tolist() == pytest.approx([0.5, 0.1])
    pools = {pool.stations: (pool.replicas, pool.threads) for pool in record.thread_pools()}
    assert pools == {("app",): (2, 1), ("auth",): (2, 2)}


def test_stations_that_take_turns_are_one_pool_with_the_threads_of_the_fewest(tmp_path: Path) -> None:
    _manifest(backend={"one_at_a_time": [["app", "delivery"]]}).write(tmp_path)
    threads = {"app": 2.0, "auth": 4.0, "delivery": 6.0}
    columns = {f"threads.{station}": [count] for station, count in threads.items()}
    _write(tmp_path, pa.table({"time_s": [100.0], "workers": [2.0], **columns}), "server.parquet")
    pools = {pool.stations: (pool.replicas, pool.threads) for pool in RunRecord.read(tmp_path).thread_pools()}
    assert pools == {("auth",): (2, 2), ("app", "delivery"): (2, 1)}


def test_the_targets_own_books_give_the_cost_of_a_visit(tmp_path: Path) -> None:
    _manifest().write(tmp_path)
    rows = [
        (learner, 1, 100.0, 100.0, 101.0, step, "ok") for learner in range(4) for step in ("answer.save", "answer.page")
    ]
    _write(
        tmp_path, _samples([*rows, (9, 1, 100.0, 100.0, 101.0, "quiz_start.page", "ok")]), "samples/000-0000.parquet"
    )
    table = pa.table(
        {
            "time_s": [100.0, 110.0],
            "requests.answer.204": [10.0, 14.0],
            "requests.quiz-page.200": [float("nan"), 5.0],
            "activity_cpu_seconds.database.answer": [1.0, 1.008],
            "activity_cpu_seconds.app.quiz-page": [float("nan"), 0.005],
        }
    )
    _write(tmp_path, table, "server.parquet")
    ledger = RunRecord.read(tmp_path).ledger()
    assert ledger[("answer", "database")] == pytest.approx(0.002)
    assert ledger[("answer", "app")] == pytest.approx(0.001)
    assert ledger[("quiz_start", "app")] == pytest.approx(0.001)
