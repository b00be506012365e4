"""The whole sizing: what decides each line, what was turned down, and that it hangs together."""

from collections.abc import Callable

import numpy as np
import pytest

from firstbell.models.estimate import Estimate
from firstbell.models.sizing import Assumed, BaseResponse, Demands, purchase, size
from firstbell.models.sizing.demands import TIERS
from firstbell.models.study import SizingRow
from firstbell.models.traffic import ACTIVITIES
from firstbell.models.workload import Workload


def _changed(workload: Workload, path: str, value: float) -> Workload:
    """The profile with one number in another place, exact."""
    head, _, rest = path.partition(".")
    part = getattr(workload, head)
    inner = _changed(part, rest, value) if rest else part.model_copy(update={"value": value, "low": None, "high": None})
    return workload.model_copy(update={head: inner})


def _cores(workload: Workload, demands: Demands, learners: int) -> dict[str, int]:
    (system,) = purchase(Assumed.of(workload, demands, draws=0), levels={"any": learners}).systems
    return dict(system.cores)


def test_every_interval_holds_its_likely_value_and_every_row_says_why(rows: tuple[SizingRow, ...]) -> None:
    for row in rows:
        assert row.low <= row.quantity <= row.high, row.item
        assert row.binding, row.item
        assert row.formula, row.item
        assert row.source, row.item
        assert row.inputs, row.item
        assert all(each.source for each in row.inputs), row.item
        assert all(each.low <= each.value <= each.high for each in row.inputs), row.item


def test_the_systems_are_those_that_the_rows_ask_for(kosovo: Workload, demands: Demands) -> None:
    found = purchase(Assumed.of(kosovo, demands, draws=64))
    asked = {(row.level, row.item): row.quantity for row in found.rows}
    assert [system.learners for system in found.systems] == [15_000, 45_000, 115_000]
    for system in found.systems:
        assert system.cores == {tier: asked[system.level, f"{tier}_cores"] for tier in TIERS}
        assert system.nodes == {tier: asked[system.level, f"{tier}_nodes"] for tier in TIERS}
    assert found.without_tiers().systems == ()


def test_the_three_levels_have_the_same_rows(rows: tuple[SizingRow, ...]) -> None:
    items = {level: [row.item for row in rows if row.level == level] for level in ("expected", "crisis", "contract")}
    assert items["expected"] == items["crisis"] == items["contract"]
    assert len(set(items["contract"])) == len(items["contract"])


def test_the_same_seed_gives_the_same_rows_and_another_only_other_intervals(kosovo: Workload, demands: Demands) -> None:
    one, again, other = (size(kosovo, demands, seed=seed, draws=300) for seed in (1, 1, 2))
    assert one == again
    assert one != other
    assert [row.quantity for row in one] == [row.quantity for row in other]


def test_intervals_of_two_seeds_agree(kosovo: Workload, demands: Demands) -> None:
    highs = [
        {row.item: row.high for row in size(kosovo, demands, seed=seed, levels={"contract": 115_000})}
        for seed in (1, 2)
    ]
    assert highs[0]["edge_peak_bits_per_s"] == pytest.approx(highs[1]["edge_peak_bits_per_s"], rel=0.03)
    assert highs[0]["database_cores"] == pytest.approx(highs[1]["database_cores"], rel=0.1)


def test_nothing_shrinks_when_learners_are_added(kosovo: Workload, demands: Demands) -> None:
    counts = (1000, 5000, 15_000, 45_000, 115_000, 230_000)
    cores = [_cores(kosovo, demands, learners) for learners in counts]
    for tier in TIERS:
        found = [each[tier] for each in cores]
        assert found == sorted(found), tier


def test_cores_are_linear_in_the_learners_where_utilisation_decides(
    kosovo: Workload, demands_of_factor: Callable[[float], Demands]
) -> None:
    costly = demands_of_factor(40.0)
    one, two = (_cores(kosovo, costly, learners) for learners in (115_000, 230_000))
    for tier in ("auth", "app", "delivery"):
        assert two[tier] == pytest.approx(2 * one[tier], abs=1)


def test_first_bell_decides_the_auth_tier(contract: dict[str, SizingRow]) -> None:
    row = contract["auth_cores"]
    assert row.binding == "first bell: utilisation ≤ 70%"
    assert row.quantity == np.ceil(69_000 / (180 * np.sqrt(2 * np.pi)) * 0.022 / 0.7)
    assert row.rejected[0].option == f"{row.quantity - 1:.0f} cores"
    assert "first bell: busy" in row.rejected[0].reason


def test_a_burst_of_a_minute_asks_for_ten_busy_cores_of_argon2(kosovo: Workload, demands: Demands) -> None:
    short = _changed(kosovo, "sizing.first_bell.sigma_s", 60)
    cores = _cores(short, demands, 115_000)
    assert cores["auth"] * 0.7 == pytest.approx(459 * 0.022, rel=0.08)


def test_the_burst_at_first_bell_is_the_published_one(contract: dict[str, SizingRow]) -> None:
    row = contract["first_bell_logins_per_s"]
    assert row.quantity == pytest.approx(153, rel=2e-3)
    assert row.high == pytest.approx(459, rel=0.06)  # the burst of a minute is the worst that is thought likely
    assert contract["logins_per_s"].quantity == pytest.approx(38.3, rel=1e-3)


def test_one_tenant_of_the_identity_provider_is_turned_down_with_its_reason(contract: dict[str, SizingRow]) -> None:
    row = contract["identity_provider_requests_per_s"]
    assert row.binding == "one tenant allows 200 requests/s: too few"
    assert "37 logins a second" in row.rejected[0].reason


def test_an_objective_decides_where_long_jobs_block_few_cores(rows: tuple[SizingRow, ...]) -> None:
    (row,) = (row for row in rows if row.level == "expected" and row.item == "database_cores")
    assert row.binding == "p95 of page ≤ 1 s"
    assert "a wait of" in row.rejected[0].reason


def test_without_the_heavy_reports_utilisation_decides_the_database(kosovo: Workload, demands: Demands) -> None:
    light = _changed(kosovo, "states.lesson.poll_period_s", 60)
    reports = light.states.stated["reports"].model_copy(update={"demand_s": {}})
    stated = {**light.states.stated, "reports": reports}
    light = light.model_copy(update={"states": light.states.model_copy(update={"stated": stated})})
    (row,) = (row for row in size(light, demands, levels={"any": 15_000}, draws=50) if row.item == "database_cores")
    assert row.binding == "utilisation ≤ 70%"
    assert row.quantity < 3


def test_an_objective_that_no_core_can_keep_is_named(kosovo: Workload, demands: Demands) -> None:
    slow = Demands(cpu_s=demands.cpu_s, source="stated", base_response_s={"page": BaseResponse(p50_s=0.9, p95_s=1.4)})
    found = {row.item: row for row in size(kosovo, slow, levels={"any": 15_000}, draws=50)}
    reasons = {each.option: each.reason for each in found["app_cores"].rejected}
    assert reasons["more cores for p95 of page"] == "takes 1.4 s without any queue, above 1 s"


def test_the_lines_of_the_nodes_decide_how_many_deliver(contract: dict[str, SizingRow]) -> None:
    row = contract["delivery_nodes"]
    assert row.binding == "the line of a node; one node may fail"
    assert row.quantity == np.ceil(contract["edge_peak_bits_per_s"].quantity / 1e10) + 1
    assert any("behind an edge" in each.option for each in row.rejected)


def test_every_tier_keeps_a_spare_node_and_says_what_happens_without(contract: dict[str, SizingRow]) -> None:
    for tier in TIERS:
        row = contract[f"{tier}_nodes"]
        assert (row.quantity - 1) * 16 >= contract[f"{tier}_cores"].quantity
        assert row.rejected[0].reason.startswith("no spare")


def test_connections_are_counted_with_a_node_down(contract: dict[str, SizingRow]) -> None:
    nodes = contract["delivery_nodes"].quantity
    assert contract["delivery_connections_per_node"].quantity == np.ceil(115_000 / (nodes - 1))


def test_durable_writes_are_beacons_answers_and_saves(contract: dict[str, SizingRow]) -> None:
    expected = 1022.2 + 23.96 + 191.67 + 191.67 + 23.96 + 15.97
    assert contract["database_durable_writes_per_s"].quantity == pytest.approx(expected, rel=1e-3)


def test_the_inputs_that_move_a_row_most_stand_first(contract: dict[str, SizingRow]) -> None:
    row = contract["database_cores"]
    assert row.inputs[0].name == "reports: CPU of a visit"
    assert "moved most by reports: CPU of a visit" in row.source


def test_segments_measured_at_a_fraction_of_their_bytes_are_sized_at_the_whole(
    kosovo: Workload, demands: Demands
) -> None:
    whole_bytes = 6 * kosovo.content.ladder.mean_bits_per_s / 8
    poll, whole = demands.cpu_s["poll", "delivery"].likely, demands.cpu_s["segment", "delivery"].likely
    tenth = poll + (whole - poll) / 10
    measured = {
        **demands.cpu_s,
        ("segment", "delivery"): Estimate(low=tenth, likely=tenth, high=tenth, unit="s", source="measured"),
    }
    fraction = Demands(cpu_s=measured, source="measured", segment_bytes=whole_bytes / 10)
    inputs = {
        each.name: each.value
        for row in size(kosovo, fraction, levels={"any": 115_000}, draws=0)
        if row.item == "delivery_cores"
        for each in row.inputs
    }
    assert inputs["segment: CPU of a visit"] == pytest.approx(whole)


def test_draws_of_a_fit_are_taken_together(kosovo: Workload, demands: Demands) -> None:
    """Two demands that always make up for one another leave the sum, and so the cores, without an interval."""
    draws = np.zeros((200, len(ACTIVITIES), len(TIERS)))
    share = np.linspace(0, 1, 200)
    rate = {"page": 805.0, "beacon": 1022.2}
    for activity, part in (("page", share), ("beacon", 1 - share)):
        draws[:, ACTIVITIES.index(activity), TIERS.index("app")] = 100 * part / rate[activity]
    cpu_s = {
        (activity, "app"): Estimate(low=0, likely=50 / each, high=100 / each, unit="s", source="fit")
        for activity, each in rate.items()
    }
    certain = kosovo
    for path in ("browsing.share", "browsing.think_s", "watching.share", "watching.view_s", "watching.gap_s"):
        part = certain.states
        state, name = path.split(".")
        inner = getattr(part, state)
        exact = getattr(inner, name).model_copy(update={"low": None, "high": None})
        inner = inner.model_copy(update={name: exact})
        certain = certain.model_copy(update={"states": part.model_copy(update={state: inner})})
    levels = {"any": 115_000}
    together = Demands(cpu_s=cpu_s, source="fit", draws=draws)
    apart = Demands(cpu_s=cpu_s, source="fit")
    widths = []
    for given in (together, apart):
        (row,) = (row for row in size(certain, given, levels=levels, draws=500) if row.item == "app_cores")
        widths.append(row.high - row.low)
    assert widths[0] < widths[1] / 2


def test_demands_of_what_the_sizing_does_not_know_are_refused() -> None:
    it = Estimate(low=1, likely=1, high=1, unit="s", source="a test")
    with pytest.raises(ValueError, match="doesn't know"):
        Demands(cpu_s={("dance", "app"): it}, source="a test")
    with pytest.raises(ValueError, match="shape"):
        Demands(cpu_s={("page", "app"): it}, source="a test", draws=np.zeros((3, 2, 2)))


def test_a_base_response_is_the_lognormal_through_its_two_percentiles() -> None:
    base = BaseResponse(p50_s=0.1, p95_s=0.4)
    assert [base.at(50), base.at(95)] == pytest.approx([0.1, 0.4])
    assert base.at(99) > 0.4
