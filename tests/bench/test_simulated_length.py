"""The comparison of simulations with and without a cap, at the size of a school."""

from pathlib import Path

import pytest

from bench.record_reading import Size, write_record
from bench.simulated_length import compared


def test_where_the_cap_is_not_reached_it_makes_no_difference(tmp_path: Path) -> None:
    write_record(tmp_path / "record", Size(requests_per_s=80, run_s=240, processes=1, part_s=20))
    found = compared(tmp_path / "record", long_s=20)
    assert found["demand"] == 0.0
    assert {each for level in found["p95_by_fit"].values() for each in level.values()} == {0.0}
    assert found["one_simulation"]["busy"]["throughput"]["mean"] == pytest.approx(0.0, abs=0.2)
