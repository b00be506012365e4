"""From a record to its digest, to a file and back."""

import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from firstbell.models.comparison.digest import BLOCK_S, Baseline, read_baseline
from firstbell.models.comparison.digesting import Blocks, digest_of
from firstbell.models.comparison.histogram import bin_of, middle_s, quantile_s
from firstbell.models.evidence import RunEvidence
from firstbell.models.measurement import Span
from firstbell.models.problems import InputError
from firstbell.models.record import RunRecord
from firstbell.models.study import ValidityResult
from tests.models import plant
from tests.models.comparison.made_up import digest, rounds

VALID = ValidityResult(verdict="valid", reasons=())


@pytest.mark.parametrize("share", [0.5, 0.95, 0.99])
def test_a_percentile_of_bins_is_that_of_the_times_to_a_quarter_of_a_percent(share: float) -> None:
    time_s = np.random.default_rng(1).lognormal(-3, 1, 20_000)
    bins, counts = np.unique(bin_of(time_s), return_counts=True)
    found = quantile_s(bins, counts[None, :].astype(float), share)[0]
    assert found == pytest.approx(np.quantile(time_s, share, method="inverted_cdf"), rel=0.0026)
    assert np.isnan(quantile_s(bins, np.zeros((1, len(bins))), share)[0])


def test_a_bin_holds_its_middle() -> None:
    bins = np.arange(0, 4_000, 7)
    assert (bin_of(middle_s(bins)) == bins).all()


def test_a_digest_counts_what_the_record_has(plant_run: RunEvidence) -> None:
    found = digest_of(plant_run, VALID, name="plant", commit="abc")
    measured = plant_run.visits.where(plant_run.visits.level >= 0)
    page = found.activity("page")
    assert page is not None
    # The last block of a level that is no multiple of a block long is left out.
    assert sum(page.visits) == pytest.approx(len(measured.of_activity("page").due_s), rel=0.02)
    assert page.response.total == sum(page.visits)
    assert found.names == tuple(sorted(plant.COSTS))
    assert found.server is not None
    used_s = sum(sum(cpu_s) for cpu_s in found.server.stations.values())
    rates = sum(plant.total_demand_s(each.name) * sum(each.visits) for each in found.activities)
    background_s = sum(plant.BACKGROUND) * found.blocks * BLOCK_S
    assert used_s == pytest.approx(rates + background_s, rel=0.05)
    assert found.requests_per_visit["page"] == {"page.any": 3.0}
    assert found.label.commit == "abc"


def test_learners_of_each_line_are_digested_apart(plant_record: Path, tmp_path: Path) -> None:
    shutil.copytree(plant_record, tmp_path / "record")
    record = RunRecord.read(tmp_path / "record")
    learners = np.unique(record.samples()["learner"].to_numpy())
    lines = pa.table({"learner": learners, "line": ["adsl" if each % 3 else "3g" for each in learners.tolist()],
                      "school": pa.array([None] * len(learners), pa.string())})  # fmt: skip
    (tmp_path / "record" / "lines").mkdir()
    parquet.write_table(lines, tmp_path / "record" / "lines" / "000-0000.parquet")
    found = digest_of(RunEvidence(record=record, workload=plant.kosovo()), VALID, name="plant")
    assert found.lines == ("3g", "adsl")
    parts = [found.activity("page", line) for line in (None, "3g", "adsl")]
    every, mobile, wired = (sum(part.visits) for part in parts if part is not None)
    assert every == mobile + wired
    assert wired == pytest.approx(2 * mobile, rel=0.2)


def test_blocks_leave_out_the_ramps_and_cover_each_level() -> None:
    spans = tuple(
        Span(index=n, kind="run", learners=9, ramp_start_s=start, start_s=start + 1, end_s=start + 1 + hold)
        for n, (start, hold) in enumerate([(0.0, 4.0), (10.0, 5.0)])
    )
    blocks = Blocks(spans)
    assert blocks.start_s.tolist() == [1.0, 3.0, 11.0, 13.0]
    assert blocks.of(np.array([0.5, 1.0, 4.9, 5.1, 12.0, 15.5])).tolist() == [-1, 0, 1, -1, 2, -1]
    counter = np.array([np.nan, np.nan, 3.0, 7.0])
    assert blocks.grown(np.array([0.0, 2.0, 3.0, 20.0]), counter)[0] == pytest.approx(3.0)


def test_a_baseline_comes_back_as_it_was_kept(tmp_path: Path) -> None:
    runs = tuple(rounds(1))
    Baseline(runs=runs).write(tmp_path / "baseline.json")
    assert read_baseline(tmp_path / "baseline.json") == runs
    assert (tmp_path / "baseline.json").stat().st_size < 60_000 * len(runs)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "there is no baseline here.*firstbell baseline RUN"),
        ("{", "the baseline is damaged"),
        ('{"runs": [], "firstbell_baseline": 1}', "this is no baseline of firstbell: runs"),
        ('{"firstbell_baseline": 2}', "this is no baseline of firstbell"),
    ],
)
def test_what_is_no_baseline_is_told_with_a_remedy(text: str | None, words: str, tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(InputError, match=words):
        read_baseline(path)


def test_a_run_without_metrics_has_no_server_part() -> None:
    assert digest(seed=1, metrics=False).server is None
