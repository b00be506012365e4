"""Service demands by the utilisation law, held against demands that are known."""

from dataclasses import replace

import numpy as np
import pytest

from firstbell.models.demand import Prior, demand_law, utilisation_law
from firstbell.models.problems import InputError
from firstbell.models.simulation.distribution import Distribution
from firstbell.models.simulation.simulator import simulate
from firstbell.models.simulation.system import Activity, Host, Pool, SimulatedSystem, Source, Step, Visit
from firstbell.models.visits import Floats

DEMAND_S = np.array([0.020, 0.005, 0.001])


def mixes(windows: int, seed: int) -> Floats:
    return np.random.default_rng(seed).uniform(2, [12, 60, 150], (windows, 3))


@pytest.mark.parametrize("background", [0.0, 0.05])
def test_noise_free_windows_give_demands_and_background_back(background: float) -> None:
    rates = mixes(30, 1)
    fit = utilisation_law(rates, rates @ DEMAND_S + background)
    assert fit.demand_s == pytest.approx(DEMAND_S, rel=1e-6)
    assert fit.background == pytest.approx(background, abs=1e-9)
    assert fit.r_squared == pytest.approx(1.0)
    assert np.abs(fit.residual).max() < 1e-9
    low, high = fit.interval_s()
    assert low == pytest.approx(DEMAND_S)
    assert high == pytest.approx(DEMAND_S)


def test_without_a_background_none_is_found() -> None:
    rates = mixes(30, 2)
    fit = utilisation_law(rates, rates @ DEMAND_S, background=False)
    assert fit.background == 0.0
    assert fit.demand_s == pytest.approx(DEMAND_S, rel=1e-6)


def _plant(populations: tuple[int, ...]) -> SimulatedSystem:
    """Three classes on two pools of one host with two cores; the first pool does a quarter of the work."""
    return SimulatedSystem(
        hosts=(Host(name="machine", cores=2.0),),
        pools=(Pool(name="front", host="machine", threads=2), Pool(name="back", host="machine", threads=4)),
        activities=tuple(
            Activity(
                name=str(kind),
                steps=(
                    Step(
                        visits=(Visit(pool="front", service_s=cost / 4), Visit(pool="back", service_s=3 * cost / 4)),
                    ),
                ),
                factor=Distribution.exponential(1.0),
            )
            for kind, cost in enumerate(DEMAND_S)
        ),
        sources=tuple(
            Source(name=str(kind), mix={str(kind): 1.0}, population=many, time_s=Distribution.exponential(1.0))
            for kind, many in enumerate(populations)
        ),
    )  # fmt: skip


def _simulated_windows(seed: int) -> tuple[Floats, Floats]:
    """Throughput and cores used in 24 windows of 20 s, each at a mix of its own."""
    rates, busy = [], []
    for number, mix in enumerate(mixes(24, seed)):
        result = simulate(
            _plant(tuple(round(rate) for rate in mix)), duration_s=20.0, warmup_s=2.0, seed=1000 * seed + number
        )
        rates.append([result.activities[str(kind)].throughput_per_s for kind in range(3)])
        busy.append(sum(pool.cpu_s_per_s for pool in result.pools.values()))
    return np.array(rates), np.array(busy)


def test_demands_of_a_simulated_plant_are_found_and_their_intervals_hold_the_truth() -> None:
    fits = [utilisation_law(*_simulated_windows(seed), draws=200, seed=seed) for seed in range(1, 21)]
    found = np.array([fit.demand_s for fit in fits])
    assert found.mean(axis=0)[:2] == pytest.approx(DEMAND_S[:2], rel=0.03)
    assert found.mean(axis=0)[2] == pytest.approx(DEMAND_S[2], rel=0.1)
    assert np.abs(found[:, :2] / DEMAND_S[:2] - 1).max() < 0.2
    assert np.median(np.abs(found[:, :2] / DEMAND_S[:2] - 1)) < 0.04
    bounds = [fit.interval_s() for fit in fits]
    held = np.array([(low <= DEMAND_S) & (high >= DEMAND_S) for low, high in bounds])
    assert held.mean() >= 0.8


def test_the_estimate_always_lies_inside_its_interval() -> None:
    rates, busy = _simulated_windows(77)
    for coverage in (0.5, 0.95):
        fit = utilisation_law(rates, busy, draws=40)
        low, high = fit.interval_s(coverage)
        assert (low <= fit.demand_s).all()
        assert (fit.demand_s <= high).all()


def test_the_same_seed_draws_the_same() -> None:
    rates, busy = _simulated_windows(5)
    first, again, other = (utilisation_law(rates, busy, draws=20, seed=seed) for seed in (4, 4, 5))
    assert (first.draws_s == again.draws_s).all()
    assert (first.draws_s != other.draws_s).any()
    assert first.draws_s.shape == (20, 3)


def test_no_demand_is_negative_however_noisy_the_windows() -> None:
    rng = np.random.default_rng(9)
    rates = mixes(30, 9)
    fit = utilisation_law(rates, np.abs(rates @ DEMAND_S + rng.normal(0, 0.2, 30)), draws=50)
    assert (fit.demand_s >= 0).all()
    assert (fit.draws_s >= 0).all()
    assert fit.background >= 0


def test_a_fixed_mix_shows_in_the_inflation_and_independent_rates_do_not() -> None:
    level = np.linspace(1, 10, 40)
    fixed = np.outer(level, [1, 5, 12]) * (1 + np.random.default_rng(2).normal(0, 0.001, (40, 3)))
    assert (utilisation_law(fixed, fixed @ DEMAND_S).inflation > 1000).all()
    free = mixes(200, 3)
    inflation = utilisation_law(free, free @ DEMAND_S).inflation
    assert (inflation >= 1).all()
    assert (inflation < 1.1).all()


def prior(requests: list[float], most_s: list[float], idle: Floats) -> Prior:
    who = (True,) * len(requests)
    return Prior(requests_per_visit=np.array(requests), most_s=np.array(most_s), idle=idle, comes=who)


def test_in_a_fixed_mix_the_prior_shares_the_cost_out_by_requests() -> None:
    level = np.linspace(1, 10, 40)
    rates = np.column_stack([level, level])
    busy = level * 0.008 + np.random.default_rng(1).normal(0, 0.001, 40)
    told = prior([1.0, 3.0], [0.02, 0.02], np.zeros(40))
    found = utilisation_law(rates, busy, prior=told, draws=20).demand_s
    assert float(found.sum()) == pytest.approx(0.008, rel=0.05)
    assert found[1] / found[0] == pytest.approx(3.0, rel=0.05)


def test_a_demand_that_was_left_out_as_noise_may_be_as_much_as_noise_hides() -> None:
    rates = mixes(60, 8)
    busy = rates @ np.array([0.02, 0.005, 0.0]) + np.random.default_rng(8).normal(0, 0.05, 60)
    nobody_knows = replace(prior([1.0, 1.0, 1.0], [0.03, 0.01, 0.004], np.zeros(60)), comes=(None,) * 3)
    fit = utilisation_law(rates, busy, prior=nobody_knows)
    low, high = fit.interval_s()
    assert fit.demand_s[2] == 0.0
    assert not fit.draws_s[:, 2].any()
    assert low[2] == 0.0
    assert 1e-5 < high[2] < 0.002


def test_data_that_can_tell_overrule_the_prior() -> None:
    rates = mixes(200, 4)
    busy = rates @ DEMAND_S * np.random.default_rng(4).normal(1, 0.01, 200)
    told = prior([1.0, 1.0, 1.0], [0.03, 0.01, 0.004], np.zeros(200))
    assert utilisation_law(rates, busy, prior=told, draws=20).demand_s[:2] == pytest.approx(DEMAND_S[:2], rel=0.03)


def test_work_that_gets_cheaper_with_the_load_is_told_from_work_that_does_not() -> None:
    rates = mixes(200, 6)
    noise = np.random.default_rng(6).normal(1, 0.01, 200)
    warm = rates @ DEMAND_S
    idle = np.clip(1 - warm / warm.max(), 0, 1)
    told = prior([1.0, 1.0, 1.0], [0.03, 0.01, 0.004], idle)
    for coldness in (0.0, 0.5):
        fit = utilisation_law(rates, warm * (1 + coldness * idle) * noise, prior=told, draws=10)
        assert fit.coldness == pytest.approx(coldness, abs=0.1)
        assert fit.demand_s[:2] == pytest.approx(DEMAND_S[:2], rel=0.06)


def test_r_squared_is_unknown_where_nothing_varied() -> None:
    assert utilisation_law(mixes(10, 1), np.full(10, 0.5), draws=2).r_squared is None


@pytest.mark.parametrize(
    ("rates", "busy", "told"),
    [
        (np.ones((3, 3)), np.ones(3), "3 windows can't tell 4 demands apart"),
        (np.ones((9, 2)), np.ones(8), "shape"),
        (np.ones(9), np.ones(9), "shape"),
        (np.full((9, 2), -1.0), np.ones(9), "not negative"),
        (np.ones((9, 2)), np.full(9, np.nan), "finite"),
        (np.ones((9, 2)), np.zeros(9), "nothing was busy"),
        (np.zeros((9, 2)), np.ones(9), "nothing was busy"),
        (np.ones((9, 2)), np.ones(9), "no throughput varied"),
    ],
)
def test_windows_that_can_not_tell_are_refused_by_name(rates: Floats, busy: Floats, told: str) -> None:
    with pytest.raises(InputError, match=rf"^demands at app: .*{told}"):
        utilisation_law(rates, busy, source="demands at app")


def test_the_demand_law_shares_out_all_of_the_utilisation() -> None:
    rates, response_s = np.array([10.0, 4.0]), np.array([0.01, 0.05])
    found = demand_law(0.6, rates, response_s)
    assert float(rates @ found) == pytest.approx(0.6)
    assert found[1] / found[0] == pytest.approx(5.0)
