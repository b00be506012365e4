"""What one input alone makes of a figure, against a profile that says so."""

from pathlib import Path

import pytest

from firstbell.models.sizing import Demands, size
from firstbell.models.study import SizingRow
from firstbell.models.workload.what_if import Change, changed

PROFILE = Path(__file__).parents[3] / "fixtures/profiles/kosovo.yaml"


@pytest.mark.parametrize(
    ("key", "low", "item"),
    [
        ("sizing.bandwidth.edge_hit_ratio", 0.8, "origin_peak_bits_per_s"),
        ("states.browsing.think_s", 12, "app_cores"),
        ("sizing.storage.growth_per_year", 0.1, "storage_raw_bytes"),
        ("sizing.first_bell.sigma_s", 60, "auth_cores"),
    ],
)
def test_an_end_of_a_swing_is_the_figure_of_a_profile_with_that_end(
    contract: dict[str, SizingRow], demands: Demands, key: str, low: float, item: str
) -> None:
    swing = next(each for each in contract[item].swings if each.name == key)
    profile = changed(PROFILE, [Change(key=key, value=low, source="test", told="test")])
    rows = size(profile, demands, levels={"contract": 115_000}, draws=0)
    assert swing.at_low == pytest.approx(next(row.quantity for row in rows if row.item == item))


def test_swings_come_widest_first_and_name_what_moves_the_figure_alone(contract: dict[str, SizingRow]) -> None:
    swings = contract["storage_raw_bytes"].swings
    assert [each.width for each in swings] == sorted((each.width for each in swings), reverse=True)
    assert {each.name for each in swings} == {
        "content.mean_video_s",
        "sizing.storage.copies",
        "sizing.storage.fill_limit",
        "sizing.storage.growth_per_year",
    }


def test_a_demand_swings_the_cores_of_its_tier(contract: dict[str, SizingRow]) -> None:
    assert "CPU of login at auth" in {each.name for each in contract["auth_cores"].swings}
    assert not any("CPU of page" in each.name for each in contract["auth_cores"].swings)


def test_a_share_that_grows_takes_from_the_others(contract: dict[str, SizingRow]) -> None:
    """More learners in lessons, fewer who watch: the line narrows."""
    swing = next(each for each in contract["edge_peak_bits_per_s"].swings if each.name == "states.lesson.share")
    assert swing.at_high < contract["edge_peak_bits_per_s"].quantity < swing.at_low
