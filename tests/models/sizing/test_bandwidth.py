"""Lines: billing, schools, and what the profile's traffic asks for."""

import numpy as np
import pytest

from firstbell.models.sizing import Demands, size
from firstbell.models.sizing.bandwidth import (
    billed_percentile,
    day_shares,
    discarded_samples,
    month_shares,
    site_bits_per_s,
)
from firstbell.models.study import SizingRow
from firstbell.models.workload import Workload


def test_the_bill_drops_the_top_five_percent_of_a_month_s_samples() -> None:
    samples = np.random.default_rng(1).permutation(np.arange(1, 8641))
    assert discarded_samples(8640) == 432
    assert billed_percentile(samples) == 8208


def test_a_school_s_teams_lessons_add_up() -> None:
    """Microsoft, Prepare your organization's network for Teams: 20 meetings, 25 receivers, recommended rates."""
    down, up = site_bits_per_s(meetings=20, receivers=25, screen_down=2.5e6, screen_up=2.5e6, audio=58e3)
    assert (down, up) == pytest.approx((1279e6, 51.16e6))


def test_a_day_has_a_sample_for_each_five_minutes_and_a_month_thirty_days(kosovo: Workload) -> None:
    day = day_shares(kosovo.day)
    assert len(day) == 288
    assert day[8 * 12] == 1.0
    assert day[8 * 12 - 1] == 0.2
    assert day[0] == 0.03
    assert len(month_shares(kosovo.day)) == 8640


def test_the_last_step_runs_on_past_midnight(kosovo: Workload) -> None:
    late = kosovo.day.model_copy(update={"steps": kosovo.day.steps[2:]})
    assert day_shares(late)[0] == kosovo.day.steps[-1].share


def test_the_peak_is_billed_since_school_takes_longer_than_the_free_hours(contract: dict[str, SizingRow]) -> None:
    billed, edge = contract["edge_p95_bits_per_s"], contract["edge_peak_bits_per_s"]
    assert billed.quantity * 1.2 == pytest.approx(edge.quantity)
    assert billed.rejected[0].option.startswith("counting on the percentile")


def test_the_edge_carries_forty_gigabits_and_its_headroom(contract: dict[str, SizingRow]) -> None:
    assert contract["edge_peak_bits_per_s"].quantity == pytest.approx(1.2 * 40e9, rel=0.05)


def test_the_origin_carries_the_misses_and_what_is_made_for_one_learner(contract: dict[str, SizingRow]) -> None:
    edge, origin = contract["edge_peak_bits_per_s"].quantity, contract["origin_peak_bits_per_s"].quantity
    assert 0.05 * edge < origin < 0.08 * edge


def test_two_addresses_for_each_video_more_than_treble_the_line_to_the_origin(contract: dict[str, SizingRow]) -> None:
    one, two = contract["origin_peak_bits_per_s"], contract["origin_two_addresses_peak_bits_per_s"]
    assert "80%, not 95%" in two.binding
    assert 3 < two.quantity / one.quantity < 4
    assert two.low < two.quantity < two.high


def test_one_instance_has_one_address_for_each_video(kosovo: Workload, demands: Demands) -> None:
    storage = kosovo.sizing.storage
    one = storage.model_copy(update={"instances": storage.instances.model_copy(update={"value": 1})})
    sizing = kosovo.sizing.model_copy(update={"storage": one})
    rows = size(kosovo.model_copy(update={"sizing": sizing}), demands, draws=8)
    assert "origin_two_addresses_peak_bits_per_s" not in {row.item for row in rows}


def test_teams_is_told_as_information_beside_the_platform(contract: dict[str, SizingRow]) -> None:
    assert contract["off_platform_minimum_bits_per_s"].quantity == pytest.approx(12e9, rel=0.01)
    assert contract["off_platform_recommended_bits_per_s"].quantity == pytest.approx(118e9, rel=0.01)
    assert contract["off_platform_minimum_bits_per_s"].binding.startswith("information")


def test_uploads_come_in_at_less_than_half_a_gigabit(contract: dict[str, SizingRow]) -> None:
    assert contract["ingest_peak_bits_per_s"].quantity == pytest.approx(1.2 * 0.383e9, rel=0.01)
