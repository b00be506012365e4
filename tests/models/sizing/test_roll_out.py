"""The roll-out: learners by date, and what must be ordered by when."""

from datetime import date

import pytest

from firstbell.models.sizing import Assumed, Demands, size
from firstbell.models.sizing.roll_out import roll_out
from firstbell.models.study import Due, RollOut, SizingRow
from firstbell.models.workload import Workload
from firstbell.models.workload.rollout import Rollout

LEVEL = {"contract": 115_000}
FIRST, ALL = date(2027, 9, 1), date(2028, 9, 1)


@pytest.fixture(scope="module")
def plan(kosovo: Workload, demands: Demands) -> RollOut:
    found = roll_out(Assumed.of(kosovo, demands, draws=64), levels=LEVEL)
    assert found is not None
    return found


def dues(plan: RollOut, item: str) -> list[Due]:
    return sorted((each for each in plan.due if each.item == item), key=lambda each: each.needed_on)


def test_four_municipalities_come_first_and_then_all(plan: RollOut) -> None:
    first, everybody = plan.levels
    assert (first.municipalities, first.starts_on, first.learners) == (4, FIRST, 12_075)
    assert (first.low, first.high) == (5750, 34_500)
    assert (everybody.municipalities, everybody.starts_on, everybody.learners) == (38, ALL, 115_000)
    assert first.source.startswith("municipalities: case")


def test_at_the_last_stage_everything_is_there_that_the_level_needs(
    plan: RollOut, kosovo: Workload, demands: Demands
) -> None:
    needed: dict[str, SizingRow] = {row.item: row for row in size(kosovo, demands, levels=LEVEL, draws=64)}
    servers = ("app_nodes", "database_nodes", "auth_nodes", "delivery_nodes")
    lines = ("edge_peak_bits_per_s", "origin_peak_bits_per_s", "ingest_peak_bits_per_s")
    items = (*servers, *lines, "storage_raw_bytes", "storage_backup_bytes")
    for item in items:
        last, row = dues(plan, item)[-1], needed[item]
        assert last.quantity == pytest.approx(row.quantity)
        if last.learners == row.learners:
            assert (last.low, last.high) == pytest.approx((row.low, row.high))
        assert sum(each.added for each in dues(plan, item)) == pytest.approx(last.quantity)


def test_what_is_there_already_is_not_bought_again(plan: RollOut) -> None:
    """Two servers of the application, one of them spare, are enough for all."""
    (once,) = dues(plan, "app_nodes")
    assert (once.quantity, once.needed_on) == (2, FIRST)
    assert [each.needed_on for each in dues(plan, "delivery_nodes")] == [FIRST, ALL]


def test_disks_grow_by_the_year_with_the_content(plan: RollOut) -> None:
    bought = dues(plan, "storage_raw_bytes")
    assert [each.needed_on for each in bought] == [FIRST, ALL, date(2029, 9, 1)]
    assert bought[1].quantity == pytest.approx(1.2 * bought[0].quantity)
    assert [each.learners for each in bought] == [12_075, 115_000, 115_000]


def test_orders_come_before_their_day_by_the_lead_time(plan: RollOut) -> None:
    (once,) = dues(plan, "app_nodes")
    assert (once.order_by, once.order_by_safe, once.lead_days) == (date(2027, 5, 4), date(2027, 1, 4), 120)
    assert "tender" in once.source
    assert [each.order_by for each in plan.due] == sorted(each.order_by for each in plan.due)


def test_without_costs_of_visits_no_servers_are_ordered(kosovo: Workload) -> None:
    plan = roll_out(Assumed.of(kosovo, Demands(cpu_s={}, source="none"), draws=8), levels=LEVEL)
    assert plan is not None
    assert {each.unit for each in plan.due} == {"bytes", "bit/s"}


def test_without_a_roll_out_there_is_no_plan(kosovo: Workload, demands: Demands) -> None:
    silent = kosovo.model_copy(update={"rollout": None})
    assert roll_out(Assumed.of(silent, demands, draws=8)) is None
    assert silent.hash == kosovo.hash


def test_stages_that_do_not_follow_one_another_are_told(kosovo: Workload) -> None:
    assert kosovo.rollout is not None
    data = kosovo.rollout.model_dump()
    data["stages"]["all"]["starts_on"] = "2027-08-01"
    data["stages"]["all"]["population_share"] = {"value": 0.01, "source": "a test"}
    with pytest.raises(ValueError, match=r"must start after the one before(.|\n)*population_share must not fall"):
        Rollout.model_validate(data)
    data["stages"]["all"]["starts_on"] = "September"
    with pytest.raises(ValueError, match="this is no date"):
        Rollout.model_validate(data)
