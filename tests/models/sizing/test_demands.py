"""From a fitted model to the demands of a sizing."""

import pytest

from firstbell.models.fitted_model import ActivityModel, FitQuality, FittedModel, RequestStep
from firstbell.models.sizing import Demands, demands_of, size
from firstbell.models.sizing.demands import TIERS
from firstbell.models.traffic import ACTIVITIES
from firstbell.models.workload import Workload


def _activity(name: str, demand_s: tuple[float, ...], draws_s: tuple[tuple[float, ...], ...]) -> ActivityModel:
    return ActivityModel(
        name=name,
        demand_s=demand_s,
        draws_s=draws_s,
        intervals_s=tuple((0.0, 2 * cost) for cost in demand_s),
        requests_per_visit=1,
        bytes_per_visit=50_000,
        steps=(RequestStep(name="one", count=1, share=1),),
        factors=(0.5, 1.0, 1.5),
        latency_s=0.01,
        ledger_s=(None, None),
    )


def _model(draws_s: tuple[tuple[float, ...], ...]) -> FittedModel:
    quality = FitQuality(
        windows=120,
        window_s=1,
        condition_number=10,
        inflation={},
        r_squared={},
        lowest_learners=100,
        highest_learners=400,
        highest_utilization=0.6,
        held_out=(),
        advice=(),
    )
    return FittedModel(
        workload="kosovo",
        workload_hash="0",
        stations=("app", "delivery"),
        background=(0.0, 0.0),
        coldness=(0.0, 0.0),
        coldness_draws=((0.0, 0.0),) * len(draws_s),
        cores=1,
        pools=(),
        activities=(_activity("segment", (0.0001, 0.0004), draws_s),),
        streams=(),
        pace=1,
        quality=quality,
    )


DRAWS = ((0.00009, 0.0003), (0.00011, 0.0005), (0.0001, 0.0004))


def test_a_fitted_model_gives_its_demands_draws_and_responses() -> None:
    demands = demands_of(_model(DRAWS))
    delivery = demands.cpu_s["segment", "delivery"]
    assert 0.0003 <= delivery.low < delivery.likely == 0.0004 < delivery.high <= 0.0005
    assert demands.draws is not None
    assert demands.draws.shape == (3, len(ACTIVITIES), len(TIERS))
    assert demands.draws[1, ACTIVITIES.index("segment"), TIERS.index("delivery")] == 0.0005
    assert demands.segment_bytes == 50_000
    assert demands.base_response_s["segment"].p50_s == pytest.approx(0.0105)
    assert demands.source == "fitted from 120 windows of 1 s"


def test_a_model_without_bootstrap_draws_is_taken_as_exact() -> None:
    demands = demands_of(_model(()))
    delivery = demands.cpu_s["segment", "delivery"]
    assert delivery.low == delivery.likely == delivery.high == 0.0004


def test_a_fitted_model_can_be_sized(kosovo: Workload) -> None:
    found = {row.item: row for row in size(kosovo, demands_of(_model(DRAWS)), levels={"any": 115_000}, draws=256)}
    assert found["delivery_cores"].low < found["delivery_cores"].high


def test_without_measured_demands_lines_and_stores_are_sized_and_no_tiers(kosovo: Workload) -> None:
    nothing = Demands(cpu_s={}, source="the profile's stated demands")
    items = {row.item for row in size(kosovo, nothing, levels={"any": 115_000}, draws=64)}
    assert {"edge_peak_bits_per_s", "storage_raw_bytes", "first_bell_logins_per_s"} <= items
    assert not {item for item in items if item.endswith("_cores")}
