"""A run that plays downloads and reports: what learners did stands in the record like any other activity."""

import re
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pytest

from firstbell.models.evidence import RunEvidence
from firstbell.models.plan import Plan, Plateau
from firstbell.models.record import RunRecord
from firstbell.models.run_summary import RunSummary
from firstbell.models.workload import read_workload
from firstbell.scenarios.abilities import states_played
from firstbell.scenarios.launch import launch
from tests.fixtures.backend.conftest import running
from tests.models.workload.playing import profile_with

RANGE_BYTES = 2**18
HOLD_S = 3.0
PERIOD_S = 0.25
CHANGES = (
    (r"share: \{value: 0\.03, low: 0\.01, high: 0\.06", "share: {value: 0.23, low: 0.01, high: 0.36"),
    (r"share: \{value: 0\.005, low: 0\.002, high: 0\.01", "share: {value: 0.205, low: 0.002, high: 0.3"),
    (r"share: \{value: 0\.40, low: 0\.30", "share: {value: 0.0, low: 0.0"),
    (r"period_s: \{value: 13\.42", f"period_s: {{value: {PERIOD_S}"),
    (r"bytes_out: \{value: 4194304", f"bytes_out: {{value: {RANGE_BYTES}"),
)


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    text = profile_with("analytics", "downloads")
    for before, after in CHANGES:
        text, changes = re.subn(before, after, text)
        assert changes == 1
    path = tmp_path_factory.mktemp("profile") / "played.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def record(profile: Path, tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    """Twenty learners, of whom five download and five read reports."""
    with running("--workers", "1", "--learners", "60", "--past-attempts", "500") as backend:
        plan = Plan(
            workload=str(profile), target=f"http://127.0.0.1:{backend.port}", pace=200, session_s=3_000,
            byte_fraction=0.1, plays=("download", "reports"),
            plateaus=(Plateau(kind="run", learners=20, ramp_s=0.5, hold_s=HOLD_S),),
        )  # fmt: skip
        folder = tmp_path_factory.mktemp("played") / "record"
        with launch(plan, folder) as load:
            load.wait()
        assert load.manifest.problems == ()
    return RunRecord.read(folder)


def _steps(record: RunRecord) -> Counter[tuple[str, str, int]]:
    samples = record.samples()
    columns = [samples[name].cast(pa.string()).to_pylist() for name in ("step", "outcome")]
    return Counter(zip(*columns, samples["status"].to_pylist(), strict=True))


def test_ranges_come_at_the_rate_and_the_bytes_that_are_stated(record: RunRecord, profile: Path) -> None:
    steps = {key: count for key, count in _steps(record).items() if key[0].startswith("download_range")}
    assert set(steps) <= {("download_range.get", "ok", 206), ("download_range.cut", "ok", 0)}
    samples = record.samples()
    got = samples.filter(pa.compute.equal(samples["step"].cast(pa.string()), "download_range.get"))
    assert set(got["bytes"].to_pylist()) == {RANGE_BYTES // 10}
    summary = RunSummary.of(RunEvidence(record=record, workload=read_workload(profile)))
    # however fast people's clocks run, a device takes no more than its line carries
    assert 0 < summary.activities["download_range"].visits <= 6 * (HOLD_S / PERIOD_S + 1)


def test_reports_of_all_kinds_are_read(record: RunRecord) -> None:
    steps = {key: count for key, count in _steps(record).items() if key[0].startswith("report.")}
    assert set(steps) <= {(f"report.{kind}", "ok", 200) for kind in ("category", "course", "group", "user")}
    assert sum(steps.values()) > 5


def test_the_reference_adapter_plays_both_and_one_that_says_nothing_neither() -> None:
    assert states_played("reference", ("download", "reports")) == ("download", "reports")
    assert states_played("firstbell.scenarios.adapter:Adapter", ("download", "reports")) == ()
