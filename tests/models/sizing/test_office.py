"""Mail, files and recordings: entitlement beside expected use."""

import pytest

from firstbell.models.sizing import Demands, size
from firstbell.models.study import SizingRow
from firstbell.models.workload import Workload


def _office(rows: tuple[SizingRow, ...], level: str) -> dict[str, SizingRow]:
    return {row.item: row for row in rows if row.group == "office" and row.level == level}


def test_what_accounts_may_hold_is_many_times_what_they_are_expected_to(contract: dict[str, SizingRow]) -> None:
    """186,200 pupils and 29,000 teachers with 50 GB of mail and 1 TB of files each."""
    assert contract["office_accounts"].quantity == 215_200
    assert contract["office_mail_entitled_bytes"].quantity == pytest.approx(10.76e15)
    assert contract["office_drive_entitled_bytes"].quantity == pytest.approx(215.2e15)
    assert contract["office_drive_expected_bytes"].quantity == pytest.approx(215.2e15 * 0.003)
    assert contract["office_drive_expected_bytes"].high < contract["office_drive_entitled_bytes"].low
    assert "pool" in contract["office_drive_entitled_bytes"].rejected[0].reason


def test_recordings_follow_the_lessons_of_the_level_and_the_days_that_they_are_kept(
    rows: tuple[SizingRow, ...],
) -> None:
    """46,000 of 115,000 in lessons of 30, 30 % of them recorded for 7 hours at 400 MB an hour, kept for 30 days."""
    found = _office(rows, "contract")
    new_bytes = 46_000 / 30 * 0.3 * 7 * 889_000 / 8 * 3600
    assert found["office_recorded_per_day_bytes"].quantity == pytest.approx(new_bytes)
    assert found["office_recordings_kept_bytes"].quantity == pytest.approx(new_bytes * 21)
    expected = _office(rows, "expected")
    assert expected["office_recorded_per_day_bytes"].quantity == pytest.approx(new_bytes * 15 / 115)
    assert expected["office_mail_expected_bytes"].quantity == found["office_mail_expected_bytes"].quantity


def test_a_profile_that_says_nothing_of_the_office_service_is_sized_without_it(
    kosovo: Workload, demands: Demands
) -> None:
    silent = kosovo.model_copy(update={"sizing": kosovo.sizing.model_copy(update={"office": None, "correlations": ()})})
    assert not _office(size(silent, demands, levels={"any": 1000}, draws=8), "any")
    assert silent.hash != kosovo.hash
