"""The simulator against queues whose answer is known."""

import math
from collections.abc import Mapping

import pytest

from firstbell.models.simulation.distribution import Distribution
from firstbell.models.simulation.result import SimulatedActivity, SimulationResult
from firstbell.models.simulation.simulator import simulate
from firstbell.models.simulation.system import Activity, Host, Pool, SimulatedSystem, Source, Step, Visit

MEMORYLESS = Distribution.exponential(1.0)
HOST = (Host(name="h"),)


def open_queue(pool: Pool, rate_per_s: float, factor: Distribution, host: Host | None = None) -> SimulationResult:
    """Poisson arrivals, services of mean 1 s."""
    step = Step(visits=(Visit(pool=pool.name, service_s=1.0, factor=factor),))
    system = SimulatedSystem(
        hosts=() if host is None else (host,),
        pools=(pool,),
        activities=(Activity(name="job", steps=(step,)),),
        sources=(Source(name="s", mix={"job": 1.0}, arrival_rate_per_s=rate_per_s),),
    )
    return simulate(system, duration_s=400_000 / rate_per_s, warmup_s=2000.0, seed=11)


def holds_mean(activity: SimulatedActivity, expected_s: float) -> bool:
    """Whether twice the 95 % interval holds it: a right simulator fails with a probability of about 0.001."""
    estimate = activity.mean_estimate()
    assert estimate is not None
    return abs(estimate.likely - expected_s) <= 2 * (estimate.high - estimate.likely)


def test_m_m_1_has_an_exponential_response_time() -> None:
    """Mean 1 / (μ − λ) = 2.5; its quantiles are those of the exponential distribution (Kleinrock 1975, 5.118)."""
    job = open_queue(Pool(name="p"), 0.6, MEMORYLESS).activities["job"]
    assert holds_mean(job, 2.5)
    assert job.p50_s == pytest.approx(2.5 * math.log(2), rel=0.03)
    assert job.p95_s == pytest.approx(2.5 * math.log(20), rel=0.03)
    assert job.p99_s == pytest.approx(2.5 * math.log(100), rel=0.05)


def test_m_m_10_waits_as_erlang_c_says() -> None:
    """Offered 8 erlangs, 10 servers: C = 0.4092, mean wait C / (10 − 8) (Kleinrock 1975, 3.40)."""
    result = open_queue(Pool(name="p", threads=10), 8.0, MEMORYLESS)
    blocking = (8.0**10 / math.factorial(10)) / sum(8.0**n / math.factorial(n) for n in range(11))
    wait_probability = blocking / (1 - 0.8 * (1 - blocking))
    assert wait_probability == pytest.approx(0.4092, abs=1e-4)
    assert holds_mean(result.activities["job"], 1 + wait_probability / 2)
    assert result.pools["p"].utilization == pytest.approx(0.8, rel=0.01)


@pytest.mark.parametrize("factor", [Distribution.deterministic(1.0), Distribution.lognormal(1.0, cv=1.5)])
def test_m_g_1_waits_as_pollaczek_and_khinchine_say(factor: Distribution) -> None:
    """W = ρ (1 + scv) / (2 (1 − ρ)) for services of mean 1."""
    job = open_queue(Pool(name="p"), 0.5, factor).activities["job"]
    assert holds_mean(job, 1 + 0.5 * (1 + factor.scv) / 2 / 0.5)


@pytest.mark.parametrize(
    "factor",
    [MEMORYLESS, Distribution.deterministic(1.0), Distribution.hyperexponential(1.0, scv=4.0)],
)
def test_processor_sharing_does_not_care_for_the_distribution_of_service(factor: Distribution) -> None:
    """M/G/1-PS: mean response 1 / (1 − ρ) whatever the distribution (Kleinrock 1976, 4.17)."""
    pool = Pool(name="p", host="h", threads=None)
    result = open_queue(pool, 0.7, factor, Host(name="h"))
    assert holds_mean(result.activities["job"], 1 / 0.3)
    assert result.hosts["h"].utilization == pytest.approx(0.7, rel=0.02)
    assert result.hosts["h"].occupied == pytest.approx(0.7, rel=0.02)


def closed_system(
    population: int, think_s: float, pools: tuple[Pool, ...], demand_s: tuple[float, ...]
) -> SimulationResult:
    visits = tuple(
        Visit(pool=pool.name, service_s=demand, factor=MEMORYLESS) for pool, demand in zip(pools, demand_s, strict=True)
    )
    system = SimulatedSystem(
        hosts=HOST,
        pools=pools,
        activities=(Activity(name="job", steps=(Step(visits=visits),)),),
        sources=(Source(name="s", mix={"job": 1.0}, population=population, time_s=Distribution.exponential(think_s)),),
    )
    return simulate(system, duration_s=100_000.0, warmup_s=1000.0, seed=12)


def test_the_machine_repairman_agrees_with_birth_and_death() -> None:
    """20 machines that run 10 s on average, 3 repairers who need 1.2 s: π_n ∝ Π (20 − k) / (10 μ_k)."""
    result = closed_system(20, 10.0, (Pool(name="p", threads=3),), (1.2,))
    weights = [1.0]
    for n in range(1, 21):
        weights.append(weights[-1] * (20 - n + 1) / 10.0 / (min(n, 3) / 1.2))
    down = sum(n * weight for n, weight in enumerate(weights)) / sum(weights)
    throughput = (20 - down) / 10.0
    assert result.activities["job"].throughput_per_s == pytest.approx(throughput, rel=0.01)
    assert holds_mean(result.activities["job"], down / throughput)


def test_a_network_of_shared_and_first_come_queues_agrees_with_exact_mva() -> None:
    """R_k(n) = D_k (1 + Q_k(n − 1)) (Reiser & Lavenberg 1980), 12 customers, think time 5 s."""
    demand_s = (0.5, 0.3, 0.35)
    pools = (Pool(name="cpu", host="h", threads=None), Pool(name="disk"), Pool(name="link"))
    result = closed_system(12, 5.0, pools, demand_s)
    queue = [0.0, 0.0, 0.0]
    residence = list(demand_s)
    throughput = 0.0
    for n in range(1, 13):
        residence = [demand * (1 + length) for demand, length in zip(demand_s, queue, strict=True)]
        throughput = n / (5.0 + sum(residence))
        queue = [throughput * time for time in residence]
    assert result.activities["job"].throughput_per_s == pytest.approx(throughput, rel=0.01)
    assert holds_mean(result.activities["job"], sum(residence))
    present = [result.pools[name].present["job"] for name in ("cpu", "disk", "link")]
    assert present == pytest.approx(queue, rel=0.05)


def test_a_host_of_many_cores_agrees_with_many_servers_where_services_have_no_memory() -> None:
    """Birth and death depend only on how many are present, so that M/M/8 is the same by either way of sharing."""
    shared = open_queue(Pool(name="p", host="h", threads=None), 7.0, MEMORYLESS, Host(name="h", cores=8))
    served = open_queue(Pool(name="p", threads=8), 7.0, MEMORYLESS)
    assert sum(shared.pools["p"].present.values()) == pytest.approx(sum(served.pools["p"].present.values()), rel=0.06)


def preferred_and_others(host: Host, rate_per_s: float, other_rate_per_s: float) -> Mapping[str, SimulatedActivity]:
    """Two Poisson streams with memoryless services, the preferred one's of mean 1 s and the other's of 2 s."""
    system = SimulatedSystem(
        hosts=(host,),
        pools=(
            Pool(name="preferred", host=host.name, threads=None, preferred=True),
            Pool(name="others", host=host.name, threads=None),
        ),
        activities=(
            Activity(name="short", steps=(Step(visits=(Visit(pool="preferred", service_s=1.0, factor=MEMORYLESS),)),)),
            Activity(name="long", steps=(Step(visits=(Visit(pool="others", service_s=2.0, factor=MEMORYLESS),)),)),
        ),
        sources=(
            Source(name="s", mix={"short": 1.0}, arrival_rate_per_s=rate_per_s),
            Source(name="t", mix={"long": 1.0}, arrival_rate_per_s=other_rate_per_s),
        ),
    )
    return simulate(system, duration_s=400_000 / rate_per_s, warmup_s=2000.0, seed=11).activities


@pytest.mark.parametrize("preference", [0.5, 1.0, 1.25, 8.0])
def test_preferred_threads_have_more_of_a_core_as_discriminatory_sharing_says(preference: float) -> None:
    """T₁ = (1 + μ₁ ρ₂ (w₂ − w₁) / D) / (μ₁ (1 − ρ)), T₂ likewise, D = μ₁ w₁ (1 − ρ₁) + μ₂ w₂ (1 − ρ₂) (Fayolle,
    Mitrani & Iasnogorodski 1980, two classes)."""
    found = preferred_and_others(Host(name="h", preference=preference), 0.4, 0.15)
    mu, rho, weight = (1.0, 0.5), (0.4, 0.3), (preference, 1.0)
    left = 1 - sum(rho)
    d = sum(m * w * (1 - r) for m, w, r in zip(mu, weight, rho, strict=True))
    assert holds_mean(found["short"], (1 + mu[0] * rho[1] * (weight[1] - weight[0]) / d) / (mu[0] * left))
    assert holds_mean(found["long"], (1 + mu[1] * rho[0] * (weight[0] - weight[1]) / d) / (mu[1] * left))


def test_of_two_cores_nobody_has_more_than_one_however_preferred() -> None:
    """A preferred thread that never ends leaves the others one core: M/M/1 by turns, T = s / (1 - ρ)."""
    system = SimulatedSystem(
        hosts=(Host(name="h", cores=2.0, preference=1e9),),
        pools=(Pool(name="preferred", host="h", preferred=True), Pool(name="others", host="h", threads=None)),
        activities=(
            Activity(name="endless", steps=(Step(visits=(Visit(pool="preferred", service_s=1e9),)),)),
            Activity(name="long", steps=(Step(visits=(Visit(pool="others", service_s=2.0, factor=MEMORYLESS),)),)),
        ),
        sources=(
            Source(name="s", mix={"endless": 1.0}, population=1, time_s=Distribution.deterministic(0.0)),
            Source(name="t", mix={"long": 1.0}, arrival_rate_per_s=0.25),
        ),
    )
    found = simulate(system, duration_s=800_000, warmup_s=2000.0, seed=11)
    assert holds_mean(found.activities["long"], 2 / 0.5)
