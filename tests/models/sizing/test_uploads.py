"""What uploads ask for: the line's time to fill the catalogue, and encoders where the profile says what comes."""

import pytest

from firstbell.models.sizing import size
from firstbell.models.study import SizingRow
from firstbell.models.workload import Workload
from tests.models.sizing.conftest import demands_times
from tests.models.workload.playing import playing


@pytest.fixture(scope="module")
def sized() -> dict[str, SizingRow]:
    rows = size(playing("uploads"), demands_times(1.0), seed=1, draws=256)
    return {row.item: row for row in rows if row.level == "contract"}


def test_the_originals_fill_the_contract_s_line_for_uploads_in_two_days(contract: dict[str, SizingRow]) -> None:
    """10 TB over 1.2 × 0.383 Gbit/s."""
    assert contract["ingest_fill_s"].quantity / 86_400 == pytest.approx(10e12 * 8 / (1.2 * 0.383e9) / 86_400, rel=0.01)


def test_nothing_is_said_of_encoders_where_the_profile_says_nothing_of_videos(contract: dict[str, SizingRow]) -> None:
    assert "encoders" not in contract


def test_encoders_keep_up_with_the_videos_of_the_peak(sized: dict[str, SizingRow]) -> None:
    """15.97 uploads/s × 3 MB × 30 % videos × 90 % not zips × 8 ÷ 4.76 Mbit/s, at 70 % utilisation."""
    busy = 115_000 * 0.025 / 180 * 3e6 * 0.3 * 0.9 * 8 / (10e12 * 8 / (14_000 * 1_200))
    assert busy == pytest.approx(21.7, abs=0.1)
    row = sized["encoders"]
    assert row.quantity == 32
    assert row.low < row.quantity < row.high
    assert row.rejected[0].option.startswith("21.7 encoders")


def test_those_encoders_take_days_for_all_originals(sized: dict[str, SizingRow]) -> None:
    assert sized["encode_originals_s"].quantity == pytest.approx(14_000 * 1_200 / 32)


def test_nobody_uploads_where_the_profile_states_no_uploads(kosovo: Workload) -> None:
    stated = {name: state for name, state in kosovo.states.stated.items() if name != "upload"}
    without = kosovo.model_copy(update={"states": kosovo.states.model_copy(update={"stated": stated})})
    items = {row.item for row in size(without, demands_times(1.0), seed=1, draws=0)}
    assert "ingest_fill_s" not in items
