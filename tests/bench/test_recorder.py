"""The recorder's benchmark, shortened."""

from pathlib import Path

from bench.recorder import Size, measured


def test_all_that_recording_takes_is_told_by_its_parts(tmp_path: Path) -> None:
    cost = measured(Size(requests_per_s=500, beats=4, repeats=3), tmp_path)
    assert min(cost.add_s, cost.statistics_s, cost.flush_s) > 0
    assert cost.whole_s == cost.add_s + cost.statistics_s + cost.flush_s
    assert len(list((tmp_path / "0" / "samples").iterdir())) == 2
