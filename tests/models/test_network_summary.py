"""Runs by line: which waits are the platform's, which the line's, and which requests never got to either."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from firstbell.models.evidence import RunEvidence
from firstbell.models.manifest import LevelTimes, Manifest
from firstbell.models.plan import Plan, Plateau
from firstbell.models.record import RunRecord
from firstbell.models.run_summary import RunSummary
from tests.models.plant import kosovo

Row = tuple[int, int, float, float, float, float, str, str]
"""Learner, visit, due, start, end, of it by the line, step, outcome."""

POLLS: list[Row] = [(n, 1, 101.0, 101.0, 101.5, 0.48, "poll.get", "ok") for n in range(40)]
FAST: list[Row] = [(n, 1, 101.0, 101.0, 101.03, 0.01, "poll.get", "ok") for n in range(40, 60)]
LINES = {n: ("3g", None) if n < 40 else ("village", f"village 0-{1 + (n >= 50)}") for n in range(60)}


def _run(folder: Path, rows: list[Row], *, over_lines: bool = True) -> RunEvidence:
    plan = Plan(
        workload="kosovo.yaml", target="http://127.0.0.1:8000", session_s=100.0,
        plateaus=(Plateau(kind="run", learners=60, ramp_s=1, hold_s=10),),
    )  # fmt: skip
    Manifest(
        firstbell="0", versions={}, machine={}, workload="kosovo", workload_hash="a", target="http://127.0.0.1:8000",
        adapter="reference", backend={}, server_cores=(), seed=1, routes={}, pace=1, byte_fraction=1, created="",
        levels=(LevelTimes(index=0, kind="run", learners=60, ramp_start_s=99, start_s=100, end_s=110),),
        created_s=90, ended_s=110, status="complete", plan=plan,
    ).write(folder)  # fmt: skip
    _write(folder / "samples", _table(rows, over_lines=over_lines))
    if over_lines:
        told = [(learner, *line) for learner, line in LINES.items()]
        _write(
            folder / "lines", pa.table(dict(zip(("learner", "line", "school"), zip(*told, strict=True), strict=True)))
        )
        rungs = {
            "learner": [1, 2, 45, 46],
            "level": [0, 0, 0, -1],
            "rung": [0, 1, 4, 0],
            "media_s": [18.0, 6.0, 30.0, 60.0],
        }
        _write(folder / "rungs", pa.table({name: pa.array(values) for name, values in rungs.items()}))
    return RunEvidence(record=RunRecord.read(folder), workload=kosovo())


def _write(folder: Path, table: pa.Table) -> None:
    folder.mkdir()
    parquet.write_table(table, folder / "000-0000.parquet")


def _table(rows: list[Row], *, over_lines: bool) -> pa.Table:
    learner, visit, due, start, end, network, step, outcome = zip(*rows, strict=True)
    words = {"activity": [name.partition(".")[0] for name in step], "step": step, "outcome": outcome}
    numbers = {
        "due_s": due, "start_s": start, "first_byte_s": end, "end_s": end, "status": [200] * len(rows),
        "bytes": [5] * len(rows), "learner": learner, "visit": visit, "level": [0] * len(rows),
    } | ({"network_s": network} if over_lines else {})  # fmt: skip
    return pa.table(
        {name: pa.array(list(values)) for name, values in numbers.items()}
        | {name: pa.array(list(values), pa.string()).dictionary_encode() for name, values in words.items()}
    )


def test_lines_and_schools_have_their_own_times_counts_and_rungs(tmp_path: Path) -> None:
    network = RunSummary.of(_run(tmp_path, POLLS + FAST)).network
    assert network is not None
    slow, village = network.lines["3g"], network.lines["village"]
    assert (slow.learners, slow.visits, village.learners, village.visits) == (40, 40, 20, 20)
    assert slow.activities["poll"].response.p95_s == pytest.approx(0.5)
    assert slow.activities["poll"].network_s == pytest.approx(0.48)
    assert [line.activities["poll"].platform_s for line in (slow, village)] == pytest.approx([0.02, 0.02])
    assert slow.rung_shares == pytest.approx((0.75, 0.25, 0, 0, 0))
    assert village.rung_s == (0, 0, 0, 0, 30.0)
    assert {name: school.learners for name, school in network.schools.items()} == {"village 0-1": 10, "village 0-2": 10}
    told = json.loads(json.dumps(network.as_json()))
    assert told["schools"]["village 0-2"]["activities"]["poll"]["visits"] == 10
    assert told["lines"]["3g"]["video"] is None


def test_a_fit_sees_what_it_would_have_seen_without_lines(tmp_path: Path) -> None:
    """The same run, once with 0.48 s of its line in each wait and once without the line."""
    (tmp_path / "over").mkdir()
    (tmp_path / "bare").mkdir()
    over = _run(tmp_path / "over", POLLS)
    bare = _run(tmp_path / "bare", [(*row[:4], row[4] - row[5], 0.0, *row[6:]) for row in POLLS], over_lines=False)
    assert over.visits.response_s == pytest.approx(bare.visits.response_s)
    assert over.samples.platform_s == pytest.approx(bare.samples.platform_s)
    (level,), (bare_level,) = over.levels, bare.levels
    assert level.mean_response_s() == pytest.approx(bare_level.mean_response_s())
    assert (level.activities["poll"].network_s, bare_level.activities["poll"].network_s) == (pytest.approx(0.48), 0.0)


def test_what_an_outage_ended_is_no_error_of_the_platform_and_no_work_that_it_had(tmp_path: Path) -> None:
    offline: list[Row] = [(n, 2, 103.0, 103.0, 103.0, 0.0, "poll.get", "offline") for n in range(10)]
    cut: list[Row] = [
        (20, 2, 103.0, 103.0, 103.3, 0.2, "page.html", "ok"),
        (20, 2, 103.3, 103.3, 103.4, 0.1, "page.asset", "offline"),
    ]  # fmt: skip
    failed: list[Row] = [(21, 2, 103.0, 103.0, 103.3, 0.2, "poll.get", "http-error")]
    run = _run(tmp_path, [*POLLS, *offline, *cut, *failed])
    summary = RunSummary.of(run)
    poll, page = summary.activities["poll"], summary.activities["page"]
    assert (poll.visits, poll.errors, poll.offline) == (51, 1, 10)
    assert (page.visits, page.errors, page.offline) == (1, 0, 1)
    assert summary.network is not None
    assert (summary.network.lines["3g"].errors, summary.network.lines["3g"].offline) == (1, 11)
    (level,) = run.levels
    assert level.activities["poll"].visits == 41
    assert (level.activities["poll"].errors, level.activities["page"].errors) == (1, 0)


def test_a_run_without_lines_tells_of_none(tmp_path: Path) -> None:
    run = _run(tmp_path, POLLS, over_lines=False)
    assert RunSummary.of(run).network is None
    assert RunSummary.of(run).as_json()["network"] is None
    assert run.visits.network_s is None
    assert np.all(run.visits.response_s == 0.5)
