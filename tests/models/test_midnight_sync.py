"""When all schools' servers are done: each of the things that may hold them up, by arithmetic."""

from pathlib import Path

import numpy as np
import pytest

from firstbell.models.figures import Array, likely_values
from firstbell.models.midnight_sync import carried_s, clocks_s, midnight_sync_s, written_s
from firstbell.models.school_line import SYNC
from tests.models.plant import kosovo_with_lines

SCHOOLS = ("one-classroom-school", "large-school")


@pytest.fixture
def values(tmp_path: Path) -> dict[str, Array]:
    """100 servers with 1,000 events of 500 bytes each."""
    found = dict(likely_values(kosovo_with_lines(tmp_path)))
    for name, value in (("servers", 100.0), ("events", 1000.0), ("event_bytes", 500.0), ("clock_spread_s", 5.0)):
        found[f"{SYNC}.{name}"] = np.array([value])
    return found


def test_four_deviations_hold_95_of_100_clocks(values: dict[str, Array]) -> None:
    values[f"{SYNC}.event_write_s"] = np.array([1e-6])
    assert clocks_s(values) == 20
    assert midnight_sync_s(values, SCHOOLS) == pytest.approx(20 + 1000 * 500 * 8 / 2e6)


def test_events_are_kept_one_after_another(values: dict[str, Array]) -> None:
    values[f"{SYNC}.event_write_s"] = np.array([1e-3])
    assert written_s(values) == pytest.approx(100)
    assert midnight_sync_s(values, SCHOOLS[1:]) == pytest.approx(100 + 1000 * 500 * 8 / 65e6)


def test_a_narrow_line_of_the_platform_holds_all_of_them_up(values: dict[str, Array]) -> None:
    values["sizing.servers.node_line_bits_per_s"] = np.array([1e6])
    assert carried_s(values) == pytest.approx(400)
    assert midnight_sync_s(values, SCHOOLS) == pytest.approx(400 + 2)
