"""A run that accuses itself."""

import math
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from firstbell.models.arrivals import PoissonArrivals
from firstbell.models.manifest import LevelTimes, Manifest
from firstbell.models.plan import Plan, Plateau
from firstbell.models.record import RunRecord
from firstbell.scenarios.validity import Validity, judge

PLAN = Plan(
    workload="kosovo.yaml", target="http://127.0.0.1:8000", session_s=100, processes=2,
    plateaus=(
        Plateau(kind="warm-up", learners=20, ramp_s=0, hold_s=10),
        Plateau(kind="fit", learners=40, ramp_s=0, hold_s=10),
    ),
)  # fmt: skip
LEVELS = (
    LevelTimes(index=0, kind="warm-up", learners=20, ramp_start_s=90, start_s=90, end_s=100),
    LevelTimes(index=1, kind="fit", learners=40, ramp_start_s=100, start_s=100, end_s=110),
)


def _record(
    folder: Path,
    *,
    late_s: float = 0.001,
    late_from_s: float = 0.0,
    cpu_share: float = 0.3,
    learners: int = 20,
    lag_s: float = 0.002,
    stall_s: float = 0.0,
    open_files: int = 60,
    failed: str = "",
    lost_s: float = math.inf,
    outcome: str = "ok",
    samples: int = 400,
    **changes: Any,
) -> RunRecord:
    told: dict[str, Any] = {
        "firstbell": "0.1.0", "versions": {}, "machine": {}, "workload": "kosovo", "workload_hash": "abc", "routes": {},
        "target": "http://127.0.0.1:8000", "adapter": "reference", "backend": {}, "server_cores": (), "seed": 1,
        "pace": 1.0, "byte_fraction": 1.0, "plan": PLAN, "created": "", "created_s": 80.0, "levels": LEVELS,
        "ended_s": 110.0, "status": "complete",
    }  # fmt: skip
    Manifest(**told | changes).write(folder)
    _write(folder, "samples/000-0000", _samples(samples, late_s, late_from_s, outcome))
    if failed:
        _write(folder, "samples/001-0000", _samples(20, late_s, late_from_s, failed))
    for process, end_s in ((0, 110.0), (1, min(110.0, lost_s))):
        times = [90.0 + second for second in range(int(end_s - 90) + 1)]
        state = {
            "time_s": times, "cpu_s": [cpu_share * (time_s - 90) for time_s in times],
            "learners": [10 if time_s < 100 else learners for time_s in times], "open_files": [open_files] * len(times),
            "loop_lag_s": [stall_s if stall_s and time_s == 105 else lag_s for time_s in times],
        }  # fmt: skip
        _write(folder, f"generator/{process:03d}-0000", pa.table(state))
    return RunRecord.read(folder)


def _samples(count: int, late_s: float, late_from_s: float, outcome: str) -> pa.Table:
    due = [90.0 + 20 * number / max(count, 1) for number in range(count)]
    start = [time_s + (late_s if time_s >= late_from_s else 0.0) for time_s in due]
    return pa.table(
        {
            "due_s": pa.array(due, pa.float64()), "start_s": pa.array(start, pa.float64()),
            "end_s": pa.array([time_s + 0.001 for time_s in start], pa.float64()),
            "learner": pa.array(range(count), pa.int32()),
            "activity": pa.array(["login"] * count, pa.string()).dictionary_encode(),
            "outcome": pa.array([outcome] * count, pa.string()).dictionary_encode(),
        }
    )  # fmt: skip


def _write(folder: Path, name: str, table: pa.Table) -> None:
    path = folder / f"{name}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    parquet.write_table(table, path)


def test_a_run_that_kept_time_is_valid(tmp_path: Path) -> None:
    assert judge(_record(tmp_path)) == Validity(verdict="valid", reasons=())


def test_late_requests_make_a_run_generator_bound_and_the_level_is_named(tmp_path: Path) -> None:
    validity = judge(_record(tmp_path, late_s=0.08))
    assert validity.verdict == "generator-bound"
    assert validity.reasons == ("level of 40 learners: requests began 80 ms late (p99; the limit is 50 ms)",)


def test_lateness_while_warming_up_does_not_count(tmp_path: Path) -> None:
    late_then_good = _record(tmp_path, late_s=-0.08, late_from_s=100.0)
    assert judge(late_then_good).verdict == "valid"


def test_a_generator_without_cpu_to_spare_is_told(tmp_path: Path) -> None:
    validity = judge(_record(tmp_path, cpu_share=0.97))
    assert validity.verdict == "generator-bound"
    assert "process 0 used 97% of a core" in validity.reasons[0]


def test_an_event_loop_that_hangs_behind_is_told(tmp_path: Path) -> None:
    assert "200 ms behind" in judge(_record(tmp_path, lag_s=0.2)).reasons[0]


def test_one_long_stall_is_told_though_the_loop_is_in_time_otherwise(tmp_path: Path) -> None:
    assert judge(_record(tmp_path, stall_s=0.9)).verdict == "valid"
    validity = judge(_record(tmp_path, stall_s=1.6))
    assert validity.verdict == "generator-bound"
    assert validity.reasons[0] == "level of 40 learners: generator process 0's event loop stood still for 1.6 s"


def test_processes_that_use_up_the_cores_together_are_told_though_none_does_alone(tmp_path: Path) -> None:
    shared = PLAN.model_copy(update={"cores": (0,)})
    assert judge(_record(tmp_path, plan=shared, cpu_share=0.4)).verdict == "valid"
    validity = judge(_record(tmp_path, plan=shared, cpu_share=0.48))
    assert validity.reasons == (
        "level of 40 learners: the generator's 2 processes used 0.96 of their 1 core (the limit is 90%)",
    )
    assert judge(_record(tmp_path, machine={"cores": "2"}, cpu_share=0.48)).verdict == "valid"


def test_a_process_that_has_hardly_a_descriptor_left_is_told(tmp_path: Path) -> None:
    machine = {"descriptors_per_process": "1000"}
    assert judge(_record(tmp_path, machine=machine, open_files=990)).verdict == "valid"
    validity = judge(_record(tmp_path, machine=machine, open_files=995))
    assert validity.verdict == "generator-bound"
    assert "process 0 had 995 of the 1,000 files open that it may have" in validity.reasons[0]


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("no-port", "no source port was left"),
        ("no-descriptor", "no further file could be opened"),
        ("no-memory", "the kernel had no memory left"),
    ],
)
def test_requests_that_the_generators_own_machine_refused_are_not_the_targets_fault(
    outcome: str, words: str, tmp_path: Path
) -> None:
    validity = judge(_record(tmp_path, failed=outcome))
    assert validity.verdict == "generator-bound"
    assert validity.reasons == (
        f"level of 40 learners: 10 requests failed on the generator's side: {words} "
        "(`firstbell doctor` tells what to change)",
    )


def test_errors_of_the_target_are_not_the_generators_fault(tmp_path: Path) -> None:
    assert judge(_record(tmp_path, failed="connection")).verdict == "valid"


def test_missing_learners_make_a_run_invalid(tmp_path: Path) -> None:
    validity = judge(_record(tmp_path, learners=18))
    assert validity == Validity(verdict="invalid", reasons=("level of 40 learners: only 36 were in session",))


def test_a_lost_process_makes_a_run_invalid(tmp_path: Path) -> None:
    validity = judge(_record(tmp_path, lost_s=101.0))
    assert validity.verdict == "invalid"
    assert "generator process 1 was lost 9 s before the end" in validity.reasons


def test_a_process_that_left_nothing_makes_a_run_invalid(tmp_path: Path) -> None:
    record = _record(tmp_path)
    (tmp_path / "generator" / "001-0000.parquet").unlink()
    assert "1 of 2 generator processes left no record" in judge(record).reasons


def test_a_run_without_samples_is_invalid(tmp_path: Path) -> None:
    assert judge(_record(tmp_path, samples=0)).reasons == ("there is not one sample",)


def test_a_target_that_answered_nothing_makes_a_run_invalid(tmp_path: Path) -> None:
    validity = judge(_record(tmp_path, outcome="connection"))
    assert (validity.verdict, "not one request was answered" in validity.reasons[0]) == ("invalid", True)


def test_a_failed_run_is_invalid_for_the_reason_that_it_failed(tmp_path: Path) -> None:
    validity = judge(_record(tmp_path, status="failed", problems=("a worker process was lost: 1 of 2 are left",)))
    assert validity == Validity(verdict="invalid", reasons=("a worker process was lost: 1 of 2 are left",))


def test_a_run_that_was_stopped_before_a_level_was_held_is_invalid(tmp_path: Path) -> None:
    validity = judge(_record(tmp_path, status="interrupted", ended_s=104.0))
    assert validity.reasons == ("the run ended before a single level was measured",)


def test_a_damaged_record_is_invalid_and_the_file_is_named(tmp_path: Path) -> None:
    record = _record(tmp_path)
    (tmp_path / "samples" / "000-0000.parquet").write_bytes(b"rubbish")
    validity = judge(record)
    assert validity.verdict == "invalid"
    assert "000-0000.parquet" in validity.reasons[0]


def _open_plan(rate_per_s: float) -> dict[str, Any]:
    plateau = Plateau(kind="open", learners=40, ramp_s=0, hold_s=10)
    arrivals = PoissonArrivals(rate_per_s=rate_per_s)
    plan = Plan.model_validate(PLAN.model_dump() | {"plateaus": (plateau,), "arrivals": arrivals})
    level = LevelTimes(index=0, kind="open", learners=40, ramp_start_s=100, start_s=100, end_s=110)
    return {"plan": plan, "levels": (level,)}


def test_how_many_are_there_of_those_who_come_by_a_rate_is_nobodys_plan(tmp_path: Path) -> None:
    assert judge(_record(tmp_path, learners=3, **_open_plan(15.0))) == Validity(verdict="valid", reasons=())


def test_arrivals_that_left_no_trace_make_a_run_invalid(tmp_path: Path) -> None:
    plan = _open_plan(30.0)
    validity = judge(_record(tmp_path, **plan))
    planned = len(plan["plan"].arrivals_s())
    assert planned > 200
    reason = f"only 200 of the {planned} arrivals that were due are on record"
    assert validity == Validity(verdict="invalid", reasons=(reason,))
