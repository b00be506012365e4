"""Storage: published cases, and the national case's own arithmetic."""

import pytest

from firstbell.models.sizing import Demands, size
from firstbell.models.sizing.storage import grown, ladder_factor, raw, reed_solomon_copies
from firstbell.models.study import SizingRow
from firstbell.models.workload import Workload

TB = 1e12


def test_erasure_coding_halves_what_three_copies_take() -> None:
    """Apache Hadoop, HDFS erasure coding: 6 data blocks take 18 in three copies, 9 under RS(6,3)."""
    assert 6 * reed_solomon_copies(6, 3) == 9
    assert reed_solomon_copies(8, 3) == 1.375


def test_a_catalogue_with_its_ladder_grows_to_its_raw_size() -> None:
    factor = ladder_factor([400e3, 1200e3, 3000e3], 4500e3, keep_source=True)
    assert factor == pytest.approx(2.022222222222222, rel=1e-12)
    kept = grown(10.0 * factor, 0.4, 3)
    assert float(kept) == pytest.approx(55.48977777777776, rel=1e-12)
    assert float(raw(kept, reed_solomon_copies(6, 3), 0.8)) == pytest.approx(104.0433333333333, rel=1e-12)


def test_sources_and_ladder_take_twenty_two_instances_forty_three_copies_one_hundred_and_twenty(
    contract: dict[str, SizingRow],
) -> None:
    assert contract["storage_ladder_bytes"].quantity == pytest.approx(10 * TB, rel=0.04)
    assert contract["storage_instance_bytes"].quantity == pytest.approx(20 * TB, rel=0.02)
    assert contract["storage_kept_bytes"].quantity == pytest.approx(40 * TB, rel=0.02)
    assert contract["storage_raw_today_bytes"].quantity * 0.8 == pytest.approx(120 * TB, rel=0.02)


def test_mirroring_ten_terabytes_at_a_hundred_megabits_takes_nine_days(contract: dict[str, SizingRow]) -> None:
    assert contract["mirror_s"].quantity / 86_400 == pytest.approx(9.3, rel=0.01)


def test_copies_that_begin_again_make_it_longer(contract: dict[str, SizingRow]) -> None:
    """A twentieth is cut: 1 + p/(2(1−p)) of the bytes, and a pause of 60 s, 120 s, … after each cut."""
    pauses_s = 14_000 * 60 * sum(0.05 ** (k + 1) * 2**k for k in range(40))
    sent = 1 + 0.05 / (2 * 0.95)
    assert contract["failing_mirror_s"].quantity == pytest.approx(800_000 * sent + pauses_s, rel=1e-6)


def test_a_mirror_leaves_a_thirtieth_of_what_hands_leave_lacking(contract: dict[str, SizingRow]) -> None:
    with_mirror, by_hand = contract["mirror_lacking_bytes"], contract["by_hand_lacking_bytes"]
    assert by_hand.quantity == pytest.approx(40 * 1e13 / 14_000)
    assert contract["mirror_delay_s"].quantity == pytest.approx(900 + 57 * 1.026 + 3.3 + 4, rel=0.01)
    assert 20 < by_hand.quantity / with_mirror.quantity < 40


def test_without_a_mirror_in_the_profile_only_the_stock_is_told(kosovo: Workload, demands: Demands) -> None:
    sizing = kosovo.sizing.model_copy(update={"mirror": None})
    rows = size(kosovo.model_copy(update={"sizing": sizing}), demands, draws=8)
    assert {row.item for row in rows if "mirror" in row.item or "by_hand" in row.item} == {"mirror_s"}


def test_the_store_grows_and_is_filled_no_further_than_its_limit(contract: dict[str, SizingRow]) -> None:
    usable, kept = contract["storage_usable_bytes"].quantity, contract["storage_kept_bytes"].quantity
    assert usable == pytest.approx(kept * 1.2**3)
    assert contract["storage_raw_bytes"].quantity == pytest.approx(usable * 3 / 0.8)


def test_storage_is_the_same_at_every_level(rows: tuple[SizingRow, ...]) -> None:
    sizes = {(row.item, row.quantity, row.low, row.high) for row in rows if row.group == "storage"}
    assert len(sizes) == len({item for item, *_ in sizes})
