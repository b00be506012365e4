"""Learners who upload to the reference backend: what they did stands in the record like any other activity."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from firstbell.models.evidence import RunEvidence
from firstbell.models.plan import Plan, Plateau
from firstbell.models.record import RunRecord
from firstbell.models.run_summary import RunSummary
from firstbell.models.workload import Workload, read_workload
from firstbell.scenarios.abilities import states_played
from firstbell.scenarios.launch import launch
from tests.fixtures.backend.conftest import running
from tests.models.workload.playing import profile_with

LARGEST = 400_000
CHANGES = (
    (
        "    upload:\n      share: {value: 0.025, low: 0.01, high: 0.05",
        "    upload:\n      share: {value: 0.525, low: 0.5, high: 0.6",
    ),
    ("    share: {value: 0.40, low: 0.30, high: 0.50", "    share: {value: 0.05, low: 0.01, high: 0.50"),
    ("    share: {value: 0.30, low: 0.22, high: 0.38", "    share: {value: 0.15, low: 0.01, high: 0.38"),
    ("bytes_in: {value: 3000000, low: 1000000, high: 9000000", "bytes_in: {value: 100000, low: 10000, high: 900000"),
    ("largest_bytes: {value: 5.0e+7", f"largest_bytes: {{value: {LARGEST}"),
    ("oversize_share: {value: 0.05, low: 0.0, high: 0.2", "oversize_share: {value: 0.5, low: 0.0, high: 0.6"),
    ("cut_share: {value: 0.05, low: 0.0, high: 0.2", "cut_share: {value: 0.5, low: 0.0, high: 0.6"),
    ("batch_share: {value: 0.2", "batch_share: {value: 0.3"),
    ("zip_share: {value: 0.1, low: 0.0, high: 0.3", "zip_share: {value: 0.3, low: 0.0, high: 0.3"),
)


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Small files, many uploads, many cut off, many too large."""
    text = profile_with("uploads")
    for before, after in CHANGES:
        assert text.count(before) == 1
        text = text.replace(before, after)
    path = tmp_path_factory.mktemp("profile") / "uploads.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def workload(profile: Path) -> Workload:
    return read_workload(profile)


@pytest.fixture(scope="module", params=["fixed", "faithful"])
def played(
    request: pytest.FixtureRequest, profile: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, RunRecord]]:
    """A short run against either mode."""
    options = ("--workers", "1", "--learners", "60", "--upload-mode", request.param, "--upload-largest", str(LARGEST))
    with running(*options, "--encoding-speed", "0.01") as backend:
        plan = Plan(
            workload=str(profile), target=f"http://127.0.0.1:{backend.port}", pace=200, session_s=3_000,
            byte_fraction=0.1, plays=("upload",),
            plateaus=(Plateau(kind="run", learners=16, ramp_s=1, hold_s=3),),
        )  # fmt: skip
        folder = tmp_path_factory.mktemp(request.param) / "record"
        with launch(plan, folder) as load:
            load.wait()
        assert load.manifest.problems == ()
        yield request.param, RunRecord.read(folder)


def _steps(record: RunRecord) -> Counter[tuple[str, str, int]]:
    samples = record.samples()
    columns = [samples[name].cast(pa.string()).to_pylist() for name in ("step", "outcome")]
    return Counter(zip(*columns, samples["status"].to_pylist(), strict=True))


def test_every_step_of_uploads_is_in_the_record(played: tuple[str, RunRecord], workload: Workload) -> None:
    mode, record = played
    steps = _steps(record)
    assert steps["upload_file.create", "ok", 201] > 0
    assert steps["upload_file.append", "ok", 204] > 0
    assert steps["upload_file.cut", "ok", 0] == steps["upload_file.offset", "ok", 200] > 0
    assert steps["upload_batch.open", "ok", 201] > 0
    committed, refused = steps["upload_batch.commit", "ok", 201], steps["upload_batch.commit", "http-error", 413]
    assert committed > 0
    assert (refused > 0) is (mode == "faithful")
    unpacked = steps["upload_zip.unpack", "ok", 201], steps["upload_zip.unpack", "http-error", 422]
    assert [count > 0 for count in unpacked] == ([True, False] if mode == "fixed" else [True, True])
    unreadable = steps["upload_zip.files", "content", 200]
    assert (unreadable > 0) is (mode == "faithful")


def test_uploads_stand_among_the_activities_of_the_summary(played: tuple[str, RunRecord], workload: Workload) -> None:
    mode, record = played
    summary = RunSummary.of(RunEvidence(record=record, workload=workload))
    assert {"upload_file", "upload_batch", "upload_zip", "login", "poll"} <= set(summary.activities)
    if mode == "fixed":
        assert sum(summary.activities[name].errors for name in summary.activities if "upload" in name) == 0


def test_the_reference_adapter_plays_uploads_and_one_that_says_nothing_does_not() -> None:
    assert states_played("reference", ("upload",)) == ("upload",)
    assert states_played("firstbell.scenarios.adapter:Adapter", ("upload",)) == ()
    assert states_played("reference", ()) == ()
