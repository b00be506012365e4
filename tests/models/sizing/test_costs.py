"""What the purchase costs at a catalogue's prices, and why these machines."""

from pathlib import Path

import pytest

from firstbell.models.problems import InputError
from firstbell.models.sizing import Assumed, Demands, Purchase, purchase
from firstbell.models.sizing.prices import Prices, read_prices
from firstbell.models.study import SizingRow
from firstbell.models.workload import Workload

EXAMPLE = Path(__file__).parents[3] / "fixtures/prices/example.yaml"
LEVEL = {"contract": 115_000}


@pytest.fixture(scope="module")
def prices() -> Prices:
    return read_prices(EXAMPLE)


@pytest.fixture(scope="module")
def bought(kosovo: Workload, demands: Demands, prices: Prices) -> Purchase:
    return purchase(Assumed.of(kosovo, demands, draws=256, prices=prices), levels=LEVEL)


@pytest.fixture(scope="module")
def costs(bought: Purchase) -> dict[str, SizingRow]:
    return {row.item: row for row in bought.rows}


def test_each_tier_costs_what_its_machines_do(costs: dict[str, SizingRow], prices: Prices) -> None:
    for tier in ("auth", "app", "database", "delivery"):
        row = costs[f"{tier}_cost_per_month"]
        assert row.quantity == sum(prices.machines[name].price_per_month.value * n for name, n in row.chosen.items())
        assert row.low < row.quantity < row.high
        assert "AN EXAMPLE AND NO OFFER" in row.source


def test_the_machines_carry_the_tier_with_the_largest_down(costs: dict[str, SizingRow], prices: Prices) -> None:
    for tier in ("auth", "app", "database", "delivery"):
        machines = [prices.machines[name] for name, n in costs[f"{tier}_cost_per_month"].chosen.items()
                    for _ in range(n)]  # fmt: skip
        cores, memory = [each.cores for each in machines], [each.memory_bytes - 2e9 for each in machines]
        assert sum(cores) - max(cores) >= costs[f"{tier}_cores"].quantity
        assert sum(memory) - max(memory) >= costs[f"{tier}_memory_bytes"].quantity
        if tier == "delivery":
            lines = [each.line_bits_per_s for each in machines]
            assert sum(lines) - max(lines) >= costs["edge_peak_bits_per_s"].quantity
    assert sum(costs["database_cost_per_month"].chosen.values()) <= 4


def test_each_kind_that_is_not_bought_has_its_reason(costs: dict[str, SizingRow], prices: Prices) -> None:
    row = costs["database_cost_per_month"]
    reasons = {each.option.split(" ")[-1]: each.reason for each in row.rejected}
    assert set(prices.machines) - set(row.chosen) <= set(reasons)
    assert reasons["small-4"] == "too many: 4 servers may be in this tier; decided by memory"
    assert reasons["large-64"].startswith("dearer by 93%")
    assert "are left of the" in row.rejected[0].reason


def test_the_month_is_the_sum_of_its_parts_and_the_term_all_months(costs: dict[str, SizingRow]) -> None:
    parts = [row.quantity for item, row in costs.items() if item.endswith("_cost_per_month")]
    assert len(parts) == 6
    assert costs["cost_per_month"].quantity == pytest.approx(sum(parts))
    assert costs["cost_of_term"].quantity == pytest.approx(36 * sum(parts))
    assert costs["cost_per_month"].high < sum(row.high for i, row in costs.items() if i.endswith("_cost_per_month"))
    assert "tax" in costs["cost_per_month"].source


def test_the_cheaper_way_of_billing_is_taken(costs: dict[str, SizingRow]) -> None:
    row = costs["traffic_cost_per_month"]
    assert row.quantity == pytest.approx(300 * costs["edge_p95_bits_per_s"].quantity / 1e9)
    assert row.rejected[0].reason.startswith(f"dearer: {5 * costs['edge_month_bytes'].quantity / 1e12:,.0f} EUR")


def test_all_else_is_sized_and_drawn_as_without_prices(kosovo: Workload, demands: Demands, bought: Purchase) -> None:
    plain = purchase(Assumed.of(kosovo, demands, draws=256), levels=LEVEL)
    assert [row for row in bought.rows if row.group != "costs"] == list(plain.rows)
    assert bought.chances == plain.chances


def test_a_price_moves_what_it_is_in(costs: dict[str, SizingRow]) -> None:
    (swing,) = (each for each in costs["cost_per_month"].swings if each.name == "prices.traffic.price_per_tb")
    billed, sold = costs["traffic_cost_per_month"].quantity, costs["edge_month_bytes"].quantity / 1e12
    assert swing.at_low == pytest.approx(costs["cost_per_month"].quantity - billed + sold)
    assert swing.at_high == costs["cost_per_month"].quantity


def test_without_a_model_servers_have_no_price_and_nothing_is_added_up(bought: Purchase) -> None:
    left = {row.item for row in bought.without_tiers().rows if row.group == "costs"}
    assert left == {"storage_cost_per_month", "traffic_cost_per_month"}


def test_a_disk_that_is_too_slow_or_unknown_is_told(kosovo: Workload, demands: Demands, prices: Prices) -> None:
    slow = {name: each.model_copy(update={"disk_operations_per_s": 1000.0}) for name, each in prices.machines.items()}
    slow["small-4"] = slow["small-4"].model_copy(update={"disk_operations_per_s": None})
    catalogue = prices.model_copy(update={"machines": slow})
    with pytest.raises(InputError, match="none of them carries the tier database") as caught:
        purchase(Assumed.of(kosovo, demands, draws=8, prices=catalogue), levels=LEVEL)
    assert "small-4: disk: each must do 2,939 operations a second, and the catalogue does not say" in str(caught.value)
    assert "general-16: disk: each must do 2,939 operations a second, and it does 1,000" in str(caught.value)


def test_draws_that_nothing_carries_are_told(kosovo: Workload, demands: Demands, prices: Prices) -> None:
    few = {name: prices.machines[name] for name in ("small-4", "general-16")}
    catalogue = prices.model_copy(update={"machines": few})
    found = purchase(Assumed.of(kosovo, demands, draws=256, prices=catalogue), levels=LEVEL)
    (row,) = (row for row in found.rows if row.item == "database_cost_per_month")
    assert row.high <= 4 * prices.machines["general-16"].price_per_month.value * 8
    assert "of the draws" in row.rejected[-1].reason


def test_mistakes_of_a_catalogue_are_told_with_their_place(tmp_path: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8").replace("cores: 4", "cores: 0").replace("currency: EUR", "currency: €")
    path = tmp_path / "ours.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_prices(path)
    assert {problem.key for problem in caught.value.problems} == {"currency", "machines.small-4.cores"}
