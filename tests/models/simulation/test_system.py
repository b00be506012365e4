import pytest

from firstbell.models.problems import InputError
from firstbell.models.simulation.distribution import Distribution
from firstbell.models.simulation.system import Activity, Host, Pool, SimulatedSystem, Source, Step, Visit


def test_every_mistake_of_a_system_is_told_at_once() -> None:
    with pytest.raises(InputError) as told:
        SimulatedSystem(
            hosts=(Host(name="h", cores=0, machines=2, preference=0.0),),
            pools=(Pool(name="p", host="h", replicas=3), Pool(name="p", host="x", threads=0)),
            activities=(
                Activity(
                    name="a",
                    steps=(Step(latency_s=-1.0, visits=(Visit(pool="q", service_s=float("nan")),)),),
                    factor=Distribution.exponential(2.0),
                ),
                Activity(name="b", steps=()),
            ),
            sources=(
                Source(name="s", mix={"a": 0.5, "c": 0.4}, population=10),
                Source(name="t", mix={"a": 1.0}),
                Source(name="u", mix={"a": 1.0}, population=2.5, time_s=Distribution.exponential(1.0)),  # type: ignore[arg-type]
            ),
        )
    keys = sorted(problem.key or "" for problem in told.value.problems)
    assert keys == sorted(
        [
            "pools",
            "hosts.h.cores",
            "hosts.h.preference",
            "pools.p.replicas",
            "pools.p.host",
            "pools.p.threads",
            "activities.a.factor",
            "activities.a.steps[0].latency_s",
            "activities.a.steps[0].visits[0].pool",
            "activities.a.steps[0].visits[0].service_s",
            "activities.b.steps",
            "sources.s.time_s",
            "sources.s.mix.c",
            "sources.s.mix",
            "sources.t",
            "sources.u.population",
        ]
    )


def test_a_cycle_that_takes_no_time_is_refused() -> None:
    with pytest.raises(InputError, match="no time at all"):
        SimulatedSystem(
            pools=(Pool(name="p"),),
            activities=(Activity(name="a", steps=(Step(visits=(Visit(pool="p", service_s=0.0),)),)),),
            sources=(Source(name="s", mix={"a": 1.0}, population=1, time_s=Distribution.deterministic(0.0)),),
        )


def test_an_activity_knows_its_demands_and_its_fastest_time() -> None:
    steps = (
        Step(visits=(Visit(pool="p", service_s=0.25), Visit(pool="q", service_s=0.5)), latency_s=1.0),
        Step(visits=(Visit(pool="p", service_s=0.125),)),
    )
    activity = Activity(name="a", steps=steps)
    assert (activity.demand_s("p"), activity.demand_s("q"), activity.fastest_s) == (0.375, 0.5, 1.875)
