"""The benchmark of reading a large record, with a small one."""

from pathlib import Path

import pytest

from bench.record_reading import Size, write_record
from firstbell.cli.profiles import DEFAULT, find_workload
from firstbell.models.evidence import RunEvidence
from firstbell.models.record import RunRecord
from firstbell.models.workload import read_workload
from firstbell.scenarios.validity import judge

SIZE = Size(requests_per_s=300, run_s=30, processes=2)


def test_the_synthetic_record_is_a_valid_run_at_the_rate_asked_for_with_all_activities(tmp_path: Path) -> None:
    samples = write_record(tmp_path / "record", SIZE)
    record = RunRecord.read(tmp_path / "record")
    evidence = RunEvidence(record=record, workload=read_workload(find_workload(DEFAULT)))
    assert samples == len(record.samples()) == pytest.approx(SIZE.requests_per_s * SIZE.run_s, rel=0.15)
    assert len(evidence.samples.activities) == 10
    assert len(evidence.planned_held_out) == 2
    assert judge(record).verdict == "valid"


def test_its_target_used_what_the_visits_cost(tmp_path: Path) -> None:
    write_record(tmp_path / "record", SIZE)
    ledger = RunRecord.read(tmp_path / "record").ledger()
    assert ledger[("login", "auth")] == pytest.approx(8 * 0.006, rel=0.1)
    assert ledger[("poll", "app")] == pytest.approx(0.0003, rel=0.1)
