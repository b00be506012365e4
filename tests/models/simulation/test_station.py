import math

import numpy as np
import pytest

from firstbell.models.problems import InputError
from firstbell.models.simulation.distribution import Distribution
from firstbell.models.simulation.station import StationSimulation, simulate_station

CUSTOMERS = 1_000_000


def station(
    interarrival: Distribution, service: Distribution, servers: int, *, customers: int = CUSTOMERS, seed: int = 5
) -> StationSimulation:
    return simulate_station(
        interarrival=interarrival, service=service, servers=servers, customers=customers, warmup=50_000, seed=seed
    )


def holds_wait(simulation: StationSimulation, expected_s: float) -> bool:
    """Whether twice the 95 % interval holds it: a right simulator fails with a probability of about 0.001."""
    estimate = simulation.mean_wait_s
    return abs(estimate.likely - expected_s) <= 2 * (estimate.high - estimate.likely)


def test_customers_at_regular_times_wait_as_traced_by_hand() -> None:
    """One comes each second and needs 2.5 s, and there are two servers: from 4 s on both are late.

    Arrivals 1, 2, 3, …; the servers become free at 3.5 and 4.5, then at 6, 7, 8.5, 9.5, …
    """
    simulation = simulate_station(
        interarrival=Distribution.deterministic(1.0),
        service=Distribution.deterministic(2.5),
        servers=2,
        customers=8,
        warmup=0,
        seed=1,
    )
    assert simulation.waits_s.tolist() == [0.0, 0.0, 0.5, 0.5, 1.0, 1.0, 1.5, 1.5]
    assert np.array_equal(simulation.responses_s, simulation.waits_s + 2.5)
    assert simulation.wait_probability == 0.75
    assert simulation.utilization == pytest.approx(1.25)
    assert simulation.throughput_per_s == pytest.approx(1.0)


def test_m_m_10_waits_as_erlang_c_says() -> None:
    """Offered 9 erlangs, 10 servers: C = 0.6687, mean wait C / (10 − 9); beyond it the wait is exponential."""
    simulation = station(Distribution.exponential(1 / 9), Distribution.exponential(1.0), 10)
    assert holds_wait(simulation, 0.66873)
    assert simulation.wait_probability == pytest.approx(0.66873, rel=0.03)
    assert simulation.utilization == pytest.approx(0.9, rel=0.01)
    assert simulation.wait_quantile_s(0.95) == pytest.approx(math.log(0.66873 / 0.05), rel=0.06)


@pytest.mark.parametrize(
    "service",
    [
        Distribution.deterministic(1.0),
        Distribution.erlang(1.0, stages=3),
        Distribution.lognormal(1.0, cv=1.2),
        Distribution.hyperexponential(1.0, scv=3.0),
        Distribution.uniform(0.5, 1.5),
    ],
)
def test_m_g_1_waits_as_pollaczek_and_khinchine_say(service: Distribution) -> None:
    """W = ρ (1 + scv) / (2 (1 − ρ)) for services of mean 1."""
    assert holds_wait(station(Distribution.exponential(1 / 0.6), service, 1), 0.6 * (1 + service.scv) / 2 / 0.4)


def test_g_m_1_waits_as_the_root_of_its_transform_says() -> None:
    """Erlang-2 arrivals at 0.8: σ = A*(μ (1 − σ)), A*(s) = (2λ / (2λ + s))², W = σ / (μ (1 − σ)) (Kleinrock 1975)."""
    root = 0.5
    for _ in range(200):
        root = (1.6 / (1.6 + 1 - root)) ** 2
    simulation = station(Distribution.erlang(1.25, stages=2), Distribution.exponential(1.0), 1)
    assert holds_wait(simulation, root / (1 - root))
    assert simulation.wait_probability == pytest.approx(root, rel=0.02)


def test_a_long_run_in_parts_is_the_same_run() -> None:
    """More customers than are simulated at a time: the first of them are those of the shorter run."""
    arguments = (Distribution.exponential(1.0), Distribution.exponential(2.0), 3)
    long = station(*arguments, customers=1_200_000)
    assert np.array_equal(long.waits_s[:1000], station(*arguments, customers=1000).waits_s)
    assert holds_wait(long, 0.8889)


def test_what_cannot_be_simulated_is_told_at_once() -> None:
    with pytest.raises(InputError) as told:
        simulate_station(
            interarrival=Distribution.deterministic(0.0),
            service=Distribution.exponential(1.0),
            servers=0,
            customers=0,
            warmup=-1,
            seed=1,
        )
    assert [problem.key for problem in told.value.problems] == ["servers", "customers", "warmup", "interarrival"]
