"""How likely a purchase is to be enough."""

import pytest

from firstbell.models.sizing import Assumed, Demands, Purchase, purchase
from firstbell.models.workload import Workload


@pytest.fixture(scope="module")
def bought(kosovo: Workload, demands: Demands) -> Purchase:
    return purchase(Assumed.of(kosovo, demands, draws=1024), levels={"contract": 115_000})


def test_all_lines_together_are_enough_less_often_than_the_weakest_alone(bought: Purchase) -> None:
    assert {each.bought for each in bought.chances} == {"likely", "p50", "p90", "p95"}
    for each in bought.chances:
        assert 0 <= each.chance <= each.weakest_chance


def test_each_line_at_its_p95_is_enough_in_95_of_100_cases_alone(bought: Purchase) -> None:
    at = {each.bought: each for each in bought.chances}
    assert at["p95"].weakest_chance == pytest.approx(0.95, abs=0.005)
    assert at["p50"].chance < at["p90"].chance < at["p95"].chance < 0.95


def test_percentiles_rise_and_whole_counts_stay_whole(bought: Purchase) -> None:
    for row in bought.rows:
        if row.percentiles is None:
            assert row.low == row.high
            continue
        found = row.percentiles
        assert found.p50 <= found.p90 <= found.p95
        if row.unit in ("cores", "servers"):
            assert found.p95 == int(found.p95)


def test_without_tiers_no_chance_is_told(bought: Purchase) -> None:
    assert not bought.without_tiers().chances
    assert {row.unit for row in bought.without_tiers().rows}.isdisjoint({"cores", "servers"})
