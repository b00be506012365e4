"""What is simulated, as data: hosts, pools of threads, the activities of people, and where these people come from.

A customer visits the pools that the steps of an activity name, one after the other. In each pool they wait, first
come first served, for one of its threads; threads that share a host share its cores as well, as processes do under
Linux: with n threads active on c cores each works at the speed min(1, c / n) (egalitarian processor sharing). Threads
of preferred pools, such as event loops, get more of cores that are short.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from firstbell.models.problems import InputError, Problem
from firstbell.models.simulation.distribution import ONE, Distribution

PoolKind = Literal["queue", "delay"]
Pacing = Literal["think", "period"]
FactorScope = Literal["occurrence", "step"]

SOURCE = "simulated system"


@dataclass(frozen=True, kw_only=True)
class Host:
    """One or several equal machines, of ``cores`` each (a share of a core is fine).

    ``speeds`` replaces the cores by a measured curve: how fast they work in total with 1, 2, 3, … threads active,
    relative to one thread alone; the last one holds beyond. Replica r of a pool lives on machine r mod ``machines``.

    Of cores that are short, threads of preferred pools get ``preference`` times as much as the others
    (discriminatory processor sharing, Fayolle, Mitrani & Iasnogorodski 1980).
    """

    name: str
    cores: float = 1.0
    machines: int = 1
    speeds: tuple[float, ...] | None = None
    preference: float = 1.0

    @property
    def capacity(self) -> float:
        """The most that one machine works off, in seconds of service a second."""
        return self.cores if self.speeds is None else max(self.speeds)


@dataclass(frozen=True, kw_only=True)
class Pool:
    """Threads that serve: ``replicas`` with a queue and ``threads`` each; None: a thread for everyone who comes.

    Without a ``host`` each thread has a processor of its own. A customer of a closed source always comes to the
    replica of their index modulo the replicas, as a kept connection stays with one worker; a customer of an open
    source has a random one. A ``delay`` pool serves everyone at once, at full speed.
    """

    name: str
    host: str | None = None
    replicas: int = 1
    threads: int | None = 1
    kind: PoolKind = "queue"
    preferred: bool = False


@dataclass(frozen=True, kw_only=True)
class Visit:
    """Service of ``service_s`` on average at a pool, times the activity's factor, times this visit's own factor."""

    pool: str
    service_s: float
    factor: Distribution = ONE


@dataclass(frozen=True, kw_only=True)
class Step:
    """One request: ``latency_s`` on its way, then its visits in this order."""

    visits: tuple[Visit, ...] = ()
    latency_s: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "visits", tuple(self.visits))


@dataclass(frozen=True, kw_only=True)
class Activity:
    """What somebody does and waits for: steps back to back.

    All its services are multiplied by a random ``factor`` of mean 1, drawn once an occurrence or anew for each step.
    """

    name: str
    steps: tuple[Step, ...]
    factor: Distribution = ONE
    factor_scope: FactorScope = "occurrence"

    def __post_init__(self) -> None:
        object.__setattr__(self, "steps", tuple(self.steps))

    @property
    def fastest_s(self) -> float:
        """How long it takes on average when nobody else is there."""
        return math.fsum(step.latency_s + math.fsum(visit.service_s for visit in step.visits) for step in self.steps)

    def demand_s(self, pool: str) -> float:
        """The service that an occurrence needs of a pool on average."""
        return math.fsum(visit.service_s for step in self.steps for visit in step.visits if visit.pool == pool)


@dataclass(frozen=True, kw_only=True)
class Source:
    """People who do activities, each occurrence drawn from ``mix`` (activity → probability).

    Closed, with a ``population``: ``time_s`` is the think time from the end of one activity until the next is due, or,
    with the pacing ``period``, from one due time to the next; whoever is still busy then starts the next when they
    are done, and it is due only then, as a player that ran dry asks for its next segment. Open, with an
    ``arrival_rate_per_s``: a Poisson stream of people who do one activity each; ``time_s`` has no meaning.
    """

    name: str
    mix: Mapping[str, float]
    population: int | None = None
    arrival_rate_per_s: float | None = None
    pacing: Pacing = "think"
    time_s: Distribution | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "mix", MappingProxyType(dict(self.mix)))


@dataclass(frozen=True, kw_only=True)
class SimulatedSystem:
    """All of it, checked when made: raises InputError with every problem found."""

    hosts: tuple[Host, ...] = ()
    pools: tuple[Pool, ...]
    activities: tuple[Activity, ...]
    sources: tuple[Source, ...]

    def __post_init__(self) -> None:
        for name in ("hosts", "pools", "activities", "sources"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        problems = list(_problems(self))
        if problems:
            raise InputError(problems)

    def activity(self, name: str) -> Activity:
        """The activity of that name; KeyError without."""
        return {each.name: each for each in self.activities}[name]


def _problem(key: str, value: object, what: str, remedy: str) -> Problem:
    return Problem(source=SOURCE, key=key, value=repr(value), what=what, remedy=remedy)


def _problems(system: SimulatedSystem) -> Iterator[Problem]:
    for key in ("hosts", "pools", "activities", "sources"):
        yield from _repeated_names(key, [each.name for each in getattr(system, key)])
    for key in ("pools", "activities", "sources"):
        if not getattr(system, key):
            yield _problem(key, (), "there is none", "Give at least one.")
    for host in system.hosts:
        yield from _host_problems(host)
    hosts = {host.name: host for host in system.hosts}
    for pool in system.pools:
        yield from _pool_problems(pool, hosts)
    pools = {pool.name for pool in system.pools}
    for activity in system.activities:
        yield from _activity_problems(activity, pools)
    activities = {activity.name: activity for activity in system.activities}
    for source in system.sources:
        yield from _source_problems(source, activities)


def _repeated_names(key: str, names: Sequence[str]) -> Iterator[Problem]:
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield _problem(key, name, "the name is used twice", "Give each its own name.")


def _host_problems(host: Host) -> Iterator[Problem]:
    key = f"hosts.{host.name}"
    if not _positive(host.cores):
        yield _problem(f"{key}.cores", host.cores, "not a number of cores", "Give more than 0.")
    if not _positive_whole(host.machines):
        yield _problem(f"{key}.machines", host.machines, "not a number of machines", "Give a whole number ≥ 1.")
    if host.speeds is not None and not (host.speeds and all(map(_positive, host.speeds))):
        yield _problem(f"{key}.speeds", host.speeds, "not a list of relative speeds", "Give positive numbers.")
    if not _positive(host.preference):
        yield _problem(f"{key}.preference", host.preference, "not a weight", "Give more than 0.")


def _pool_problems(pool: Pool, hosts: Mapping[str, Host]) -> Iterator[Problem]:
    key = f"pools.{pool.name}"
    if pool.kind not in ("queue", "delay"):
        yield _problem(f"{key}.kind", pool.kind, "no such kind of pool", "Use queue or delay.")
    if not _positive_whole(pool.replicas):
        yield _problem(f"{key}.replicas", pool.replicas, "not a number of replicas", "Give a whole number ≥ 1.")
    if pool.threads is not None and not _positive_whole(pool.threads):
        yield _problem(f"{key}.threads", pool.threads, "not a number of threads", "Give a whole number ≥ 1, or None.")
    if pool.host is None:
        return
    if pool.host not in hosts:
        yield _problem(f"{key}.host", pool.host, "no such host", f"Use one of {sorted(hosts)}.")
    elif pool.kind == "delay":
        yield _problem(f"{key}.host", pool.host, "a delay needs no processor", "Remove the host.")
    elif pool.replicas % max(hosts[pool.host].machines, 1):
        what = f"the replicas do not spread evenly over {hosts[pool.host].machines} machines"
        yield _problem(f"{key}.replicas", pool.replicas, what, "Give a multiple of the host's machines.")


def _activity_problems(activity: Activity, pools: set[str]) -> Iterator[Problem]:
    key = f"activities.{activity.name}"
    if not activity.steps:
        yield _problem(f"{key}.steps", (), "there is no step", "Give at least one.")
    if activity.factor_scope not in ("occurrence", "step"):
        what = "no such scope of the random factor"
        yield _problem(f"{key}.factor_scope", activity.factor_scope, what, "Use occurrence or step.")
    yield from _factor_problems(f"{key}.factor", activity.factor)
    for index, step in enumerate(activity.steps):
        if not _not_negative(step.latency_s):
            yield _problem(f"{key}.steps[{index}].latency_s", step.latency_s, "not a time", "Give seconds ≥ 0.")
        for number, visit in enumerate(step.visits):
            place = f"{key}.steps[{index}].visits[{number}]"
            if visit.pool not in pools:
                yield _problem(f"{place}.pool", visit.pool, "no such pool", f"Use one of {sorted(pools)}.")
            if not _not_negative(visit.service_s):
                yield _problem(f"{place}.service_s", visit.service_s, "not a time", "Give seconds ≥ 0.")
            yield from _factor_problems(f"{place}.factor", visit.factor)


def _factor_problems(key: str, factor: Distribution) -> Iterator[Problem]:
    if not math.isclose(factor.mean, 1.0, rel_tol=1e-6):
        yield _problem(key, factor.mean, "the factor's mean is not 1", "Divide the factors by their mean.")


def _source_problems(source: Source, activities: Mapping[str, Activity]) -> Iterator[Problem]:
    key = f"sources.{source.name}"
    if (source.population is None) == (source.arrival_rate_per_s is None):
        what = "a source is either closed or open"
        yield _problem(key, source.name, what, "Give either population or arrival_rate_per_s.")
    if source.population is not None:
        yield from _closed_problems(key, source, activities)
    elif source.arrival_rate_per_s is not None and not _positive(source.arrival_rate_per_s):
        yield _problem(f"{key}.arrival_rate_per_s", source.arrival_rate_per_s, "not a rate", "Give more than 0.")
    for name, share in source.mix.items():
        if name not in activities:
            yield _problem(f"{key}.mix.{name}", share, "no such activity", f"Use one of {sorted(activities)}.")
        if not _not_negative(share):
            yield _problem(f"{key}.mix.{name}", share, "not a probability", "Give a number ≥ 0.")
    total = math.fsum(source.mix.values())
    if not math.isclose(total, 1.0, rel_tol=1e-6):
        yield _problem(f"{key}.mix", total, "the probabilities do not add up to 1", "Divide them by their sum.")


def _closed_problems(key: str, source: Source, activities: Mapping[str, Activity]) -> Iterator[Problem]:
    if not _positive_whole(source.population):
        what = "only whole people can be simulated"
        yield _problem(f"{key}.population", source.population, what, "Give a whole number ≥ 1.")
    if source.pacing not in ("think", "period"):
        yield _problem(f"{key}.pacing", source.pacing, "no such pacing", "Use think or period.")
    if source.time_s is None:
        yield _problem(f"{key}.time_s", None, "a closed source needs it", "Give a think time or a period.")
    elif source.time_s.mean == 0 and any(
        activities[name].fastest_s == 0 for name, share in source.mix.items() if share > 0 and name in activities
    ):
        yield _problem(f"{key}.time_s", 0.0, "a cycle takes no time at all", "Give a think time or a service time.")


def _positive(value: float) -> bool:
    return math.isfinite(value) and value > 0


def _not_negative(value: float) -> bool:
    return math.isfinite(value) and value >= 0


def _positive_whole(value: float | None) -> bool:
    return value is not None and math.isfinite(value) and value >= 1 and value == int(value)
