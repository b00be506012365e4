"""Laws that any simulation must obey, and cases short enough to be traced by hand."""

import numpy as np
import pytest

from firstbell.models.simulation.distribution import Distribution
from firstbell.models.simulation.engine import advance
from firstbell.models.simulation.result import SimulationResult
from firstbell.models.simulation.simulator import simulate, simulate_replications, simulate_scraped
from firstbell.models.simulation.system import (
    Activity,
    FactorScope,
    Host,
    Pacing,
    Pool,
    SimulatedSystem,
    Source,
    Step,
    Visit,
)

ALWAYS = Distribution.deterministic


def one_pool(pool: Pool, source: Source, *, host: Host | None = None, service_s: float = 1.0) -> SimulatedSystem:
    step = Step(visits=(Visit(pool=pool.name, service_s=service_s),))
    return SimulatedSystem(
        hosts=() if host is None else (host,),
        pools=(pool,),
        activities=(Activity(name="task", steps=(step,)),),
        sources=(source,),
    )


def people(population: int, *, think_s: float = 0.0, pacing: Pacing = "think") -> Source:
    return Source(name="people", mix={"task": 1.0}, population=population, time_s=ALWAYS(think_s), pacing=pacing)


def run(system: SimulatedSystem, duration_s: float = 120.0, *, seed: int = 1) -> SimulationResult:
    return simulate(system, duration_s=duration_s, warmup_s=60.0, seed=seed)


def responses(result: SimulationResult, activity: str = "task") -> list[float]:
    return sorted(set(np.round(result.activities[activity].responses_s, 9).tolist()))


def test_two_people_at_one_busy_thread_wait_for_one_another() -> None:
    """Both think 1 s and need 3 s; the thread is never idle, so a cycle takes 6 s, 5 of them not thinking."""
    result = run(one_pool(Pool(name="p"), people(2, think_s=1.0), service_s=3.0))
    assert responses(result) == [5.0]
    assert result.activities["task"].count == 40
    assert result.pools["p"].utilization == pytest.approx(1.0, abs=1e-12)
    assert result.pools["p"].queue == pytest.approx(2 / 3)


def test_three_active_threads_on_two_cores_run_at_two_thirds_of_full_speed() -> None:
    pool = Pool(name="p", host="h", threads=None)
    result = run(one_pool(pool, people(3), host=Host(name="h", cores=2)))
    assert responses(result) == [1.5]
    assert result.pools["p"].utilization is None
    assert result.pools["p"].busy == pytest.approx(3.0)
    assert result.pools["p"].cpu_s_per_s == pytest.approx(2.0)
    assert result.hosts["h"].utilization == pytest.approx(1.0)


def test_threads_limit_how_many_share_the_cores() -> None:
    """Of four people two are served at once, at full speed; the others wait for as long."""
    result = run(one_pool(Pool(name="p", host="h", threads=2), people(4), host=Host(name="h", cores=2)))
    assert responses(result) == [2.0]
    assert result.pools["p"].queue == pytest.approx(2.0)


def test_a_host_with_a_curve_of_speeds_follows_it() -> None:
    """Three threads work at 1.5 in total, half the speed each; the curve's last point holds beyond its end."""
    host = Host(name="h", speeds=(1.0, 1.5))
    result = run(one_pool(Pool(name="p", host="h", threads=None), people(3), host=host))
    assert responses(result) == [2.0]
    assert result.hosts["h"].utilization == pytest.approx(1.0)


def test_pools_on_the_same_host_slow_one_another_down() -> None:
    activities = [
        Activity(name=name, steps=(Step(visits=(Visit(pool=name, service_s=1.0),)),)) for name in ("app", "database")
    ]
    system = SimulatedSystem(
        hosts=(Host(name="h"),),
        pools=(Pool(name="app", host="h"), Pool(name="database", host="h")),
        activities=tuple(activities),
        sources=tuple(
            Source(name=each.name, mix={each.name: 1.0}, population=1, time_s=ALWAYS(0.0)) for each in activities
        ),
    )
    result = run(system)
    assert responses(result, "app") == responses(result, "database") == [2.0]
    assert result.pools["app"].cpu_s_per_s == pytest.approx(0.5)


def test_people_stay_with_their_replica() -> None:
    """Of three people two share the first replica though the second would be free more often."""
    result = run(one_pool(Pool(name="p", replicas=2), people(3)))
    assert responses(result) == [1.0, 2.0]
    assert result.activities["task"].throughput_per_s == pytest.approx(2.0, abs=0.02)


def test_replicas_live_on_the_machine_of_their_number() -> None:
    """Three people on two machines of one core: two share one, and the third has the other to themselves."""
    pool = Pool(name="p", host="h", replicas=2, threads=None)
    result = run(one_pool(pool, people(3), host=Host(name="h", machines=2)))
    assert responses(result) == [1.0, 2.0]
    assert result.hosts["h"].utilization == pytest.approx(1.0)


def test_a_delay_serves_everybody_at_once() -> None:
    result = run(one_pool(Pool(name="p", kind="delay"), people(50)))
    assert responses(result) == [1.0]
    assert result.pools["p"].busy == pytest.approx(50.0)
    assert result.pools["p"].queue == pytest.approx(0.0, abs=1e-9)


def test_steps_and_visits_follow_one_another_with_their_latency() -> None:
    """0.5 s of latency; then two people share a core, 2 s each; then 0.25 s more without any visit."""
    steps = (Step(latency_s=0.5, visits=(Visit(pool="p", service_s=1.0),)), Step(latency_s=0.25))
    system = SimulatedSystem(
        hosts=(Host(name="h"),),
        pools=(Pool(name="p", host="h", threads=None),),
        activities=(Activity(name="task", steps=steps),),
        sources=(people(2),),
    )
    assert responses(run(system)) == [2.75]


def test_a_period_runs_from_due_to_due() -> None:
    result = run(one_pool(Pool(name="p"), people(1, think_s=1.0, pacing="period"), service_s=0.25))
    assert responses(result) == [0.25]
    assert result.activities["task"].count == 120


def test_who_is_late_for_the_next_period_starts_at_once_and_is_due_then() -> None:
    result = run(one_pool(Pool(name="p"), people(1, think_s=1.0, pacing="period"), service_s=2.0))
    assert responses(result) == [2.0]
    assert result.activities["task"].count == 60


def test_a_factor_holds_for_an_occurrence_or_for_a_step() -> None:
    factor = Distribution.empirical([0.5, 1.5])
    steps = (Step(visits=(Visit(pool="p", service_s=1.0),)),) * 2
    scopes: tuple[FactorScope, ...] = ("occurrence", "step")
    found = {}
    for scope in scopes:
        activity = Activity(name="task", steps=steps, factor=factor, factor_scope=scope)
        system = SimulatedSystem(pools=(Pool(name="p"),), activities=(activity,), sources=(people(1),))
        found[scope] = responses(run(system))
    assert found == {"occurrence": [1.0, 3.0], "step": [1.0, 2.0, 3.0]}


def test_the_mix_decides_how_often_each_activity_comes() -> None:
    steps = (Step(visits=(Visit(pool="p", service_s=1.0),)),)
    system = SimulatedSystem(
        pools=(Pool(name="p", kind="delay"),),
        activities=tuple(Activity(name=name, steps=steps) for name in ("rare", "never", "often")),
        sources=(Source(name="s", mix={"rare": 0.2, "never": 0.0, "often": 0.8}, population=100, time_s=ALWAYS(1.0)),),
    )
    result = run(system, 1000.0)
    assert result.activities["rare"].throughput_per_s == pytest.approx(10.0, rel=0.03)
    assert result.activities["often"].throughput_per_s == pytest.approx(40.0, rel=0.03)
    never = result.activities["never"]
    assert (never.count, never.mean_s, never.p99_s, never.quantile_estimate(0.95)) == (0, None, None, None)


def test_littles_law_holds_between_what_is_counted_and_what_is_averaged() -> None:
    source = Source(name="people", mix={"task": 1.0}, population=200, time_s=Distribution.lognormal(10.0, cv=1.0))
    result = run(one_pool(Pool(name="p", threads=3), source, service_s=0.14), 20_000.0)
    task = result.activities["task"]
    assert task.mean_s is not None
    assert result.pools["p"].present["task"] == pytest.approx(task.throughput_per_s * task.mean_s, rel=1e-3)
    assert result.pools["p"].cpu_s_per_s == pytest.approx(task.throughput_per_s * 0.14, rel=1e-3)


def test_an_open_source_may_bring_more_people_than_there_was_room_for() -> None:
    source = Source(name="s", mix={"task": 1.0}, arrival_rate_per_s=100.0)
    pool = Pool(name="p", host="h", threads=None)
    result = run(one_pool(pool, source, host=Host(name="h", cores=20_000), service_s=100.0), 400.0)
    assert result.pools["p"].busy == pytest.approx(10_000, rel=0.15)
    assert responses(result)[-1] == pytest.approx(100.0)


def test_the_same_seed_gives_the_same_numbers_and_another_gives_others() -> None:
    source = Source(name="s", mix={"task": 1.0}, arrival_rate_per_s=0.8)
    system = one_pool(Pool(name="p"), source)
    first, again, other = (run(system, seed=seed).activities["task"].responses_s for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_replications_are_pooled_whatever_the_number_of_threads() -> None:
    source = Source(name="s", mix={"task": 1.0}, arrival_rate_per_s=0.8)
    system = one_pool(Pool(name="p"), source)
    pooled = [
        simulate_replications(system, duration_s=500.0, warmup_s=50.0, seeds=range(5), threads=threads)
        for threads in (1, 2)
    ]
    single = [simulate(system, duration_s=500.0, warmup_s=50.0, seed=seed) for seed in range(5)]
    every = np.concatenate([each.activities["task"].responses_s for each in single])
    for result in pooled:
        task = result.activities["task"]
        assert np.array_equal(task.responses_s, every)
        assert task.throughput_per_s == len(every) / 2500
        assert task.throughput_estimate().source == "simulation, 5 batches"
        assert result.pools["p"].busy == pytest.approx(np.mean([each.pools["p"].busy for each in single]))


def test_an_interval_across_replications_is_that_of_student() -> None:
    """Five throughputs with mean m and deviation s: m ± 2.776 s / √5."""
    source = Source(name="s", mix={"task": 1.0}, arrival_rate_per_s=0.8)
    system = one_pool(Pool(name="p"), source)
    rates = [run(system, 500.0, seed=seed).activities["task"].throughput_per_s for seed in range(5)]
    result = simulate_replications(system, duration_s=500.0, warmup_s=60.0, seeds=range(5))
    estimate = result.activities["task"].throughput_estimate()
    half = 2.7764451 * np.std(rates, ddof=1) / 5**0.5
    assert (estimate.low, estimate.likely, estimate.high) == pytest.approx(
        (np.mean(rates) - half, np.mean(rates), np.mean(rates) + half)
    )


def test_whatever_is_simulated_runs_the_same_compiled_code() -> None:
    """A second specialisation would make everybody wait for the compiler once more."""
    source = Source(name="s", mix={"task": 1.0}, arrival_rate_per_s=50.0)
    simulate(one_pool(Pool(name="p"), source, service_s=0.01), duration_s=200, warmup_s=10, seed=1)
    simulate(one_pool(Pool(name="p", host="h"), people(3), host=Host(name="h")), duration_s=9.0, warmup_s=0.0, seed=2)
    assert len(advance.signatures) == 1  # type: ignore[attr-defined]


def test_seeds_must_be_there_and_differ() -> None:
    system = one_pool(Pool(name="p"), people(1))
    for seeds in ((), (1, 1)):
        with pytest.raises(ValueError, match="seed"):
            simulate_replications(system, duration_s=1.0, warmup_s=0.0, seeds=seeds)


@pytest.mark.parametrize(("duration_s", "warmup_s"), [(0.0, 0.0), (1.0, -1.0), (float("inf"), 0.0)])
def test_impossible_times_are_refused(duration_s: float, warmup_s: float) -> None:
    with pytest.raises(ValueError, match="cannot simulate"):
        simulate(one_pool(Pool(name="p"), people(1)), duration_s=duration_s, warmup_s=warmup_s, seed=1)


def test_scrapes_of_the_counters_change_nothing_and_add_up() -> None:
    host = Host(name="h", cores=2.0)
    system = one_pool(Pool(name="p", host="h", threads=None), people(5, think_s=0.7), host=host, service_s=0.5)
    whole = simulate(system, duration_s=30.0, warmup_s=5.0, seed=3)
    result, scrapes = simulate_scraped(system, duration_s=30.0, warmup_s=5.0, every_s=1.0, seed=3)
    assert result.activities["task"].responses_s.tolist() == whole.activities["task"].responses_s.tolist()
    assert scrapes.pools == ("p",)
    assert scrapes.time_s.tolist() == list(range(31))
    assert scrapes.work_s[0, 0] == 0.0
    assert (np.diff(scrapes.work_s[:, 0]) >= 0).all()
    assert (np.diff(scrapes.work_s[:, 0]) <= 2.0 + 1e-9).all()
    assert scrapes.work_s[-1, 0] / 30.0 == pytest.approx(whole.pools["p"].cpu_s_per_s)


def test_counters_can_not_be_read_never_or_too_rarely() -> None:
    system = one_pool(Pool(name="p"), people(1, think_s=1.0))
    for every_s in (0.0, -1.0, 11.0, float("nan")):
        with pytest.raises(ValueError, match="cannot scrape"):
            simulate_scraped(system, duration_s=10.0, warmup_s=0.0, every_s=every_s, seed=1)
