"""What servers need beside cores: exactly what the profile states of it, and nothing where it states nothing."""

import numpy as np
import pytest

from firstbell.models.sizing import Assumed, Demands, purchase, size
from firstbell.models.study import SizingRow
from firstbell.models.workload import Workload
from firstbell.models.workload.tier import TierAssumptions


def test_memory_is_that_of_processes_and_connections(contract: dict[str, SizingRow]) -> None:
    app, database = contract["app_cores"].quantity, contract["database_cores"].quantity
    assert contract["app_memory_bytes"].quantity == 6e8 * app
    assert contract["database_connections"].quantity == 4 * app
    assert contract["database_memory_bytes"].quantity == 4e9 * database + 1e7 * 4 * app
    assert contract["delivery_connections"].quantity == 115_000
    delivery = contract["delivery_cores"].quantity
    assert contract["delivery_memory_bytes"].quantity == 5e8 * delivery + 1e5 * 115_000


def test_each_database_server_does_all_operations_of_the_durable_writes(contract: dict[str, SizingRow]) -> None:
    writes = contract["database_durable_writes_per_s"]
    row = contract["database_disk_operations_per_s"]
    assert row.quantity == pytest.approx(2 * writes.quantity)
    assert row.high > 2 * writes.high
    assert "each server" in row.binding


def test_what_is_not_stated_is_not_sized(kosovo: Workload, demands: Demands) -> None:
    silent = kosovo.sizing.servers.model_copy(update={"tiers": None})
    workload = kosovo.model_copy(update={"sizing": kosovo.sizing.model_copy(update={"servers": silent})})
    items = {row.item for row in size(workload, demands, levels={"any": 1000}, draws=8)}
    assert not [item for item in items if item.endswith(("_memory_bytes", "_disk_operations_per_s"))]
    assert {"app_cores", "delivery_connections_per_node"} <= items


def test_without_a_model_no_memory_of_a_tier_is_told(kosovo: Workload) -> None:
    bought = purchase(Assumed.of(kosovo, Demands(cpu_s={}, source="none"), draws=8), levels={"any": 1000})
    assert bought.rows
    assert not any(row.item.endswith("_memory_bytes") for row in bought.rows)


def test_connections_that_cost_memory_must_be_counted() -> None:
    bytes_each = {"value": 1e5, "source": "estimate"}
    with pytest.raises(ValueError, match="needs a number of connections"):
        TierAssumptions.model_validate({"connection_memory_bytes": bytes_each})


def test_rows_of_needs_name_the_inputs_that_make_them(contract: dict[str, SizingRow]) -> None:
    row = contract["database_memory_bytes"]
    assert {one.name for one in row.inputs} == {
        "database_cores", "database_connections", "sizing.servers.tiers.database.core_memory_bytes",
        "sizing.servers.tiers.database.connection_memory_bytes",
    }  # fmt: skip
    assert np.isfinite(row.high)
