"""What a fitted system does with a number of learners: the layered simulation of its threads on their cores.

Formulas give the throughput of such a system well and its percentiles badly: thread pools with queues of their own
share a few cores, so a response is neither first-come-first-served nor processor sharing. The simulator plays both
layers; ``models/networks`` gives the bounds that it is checked against.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from firstbell.models.event_loops import PREFERENCE, in_company
from firstbell.models.fitted_model import ActivityModel, FittedModel
from firstbell.models.measurement import LevelMeasurement, Span
from firstbell.models.simulation.distribution import Distribution
from firstbell.models.simulation.result import SimulationResult
from firstbell.models.simulation.simulator import simulate
from firstbell.models.simulation.system import Activity, Host, Pool, SimulatedSystem, Source, Step, Visit
from firstbell.models.streams import Stream

Floats = NDArray[np.float64]

# A request passes the front, the application, what the application calls, and comes back the same way.
ROUTE = (("delivery", 0.5), ("app", 0.5), ("auth", 1.0), ("database", 1.0), ("app", 0.5), ("delivery", 0.5))
ELSEWHERE = Pool(name="elsewhere", kind="delay")
WARMUP_SHARE = 0.25
_SETTLINGS = 5
MOST_REQUESTS = (
    250_000  # of one simulation where many are compared, or throughput alone is read off: see docs/calibration.md
)


@dataclass(frozen=True, kw_only=True)
class Machine:
    """Where the stations run: all of them on one host's cores, or each on servers of its own.

    ``pool_of`` names the pool whose threads serve a station; a station that is not in it is not there.
    """

    hosts: tuple[Host, ...]
    pools: tuple[Pool, ...]
    pool_of: Mapping[str, str]

    @property
    def cores(self) -> float:
        """All cores of the hosts."""
        return sum(host.cores * host.machines for host in self.hosts)


def measured_machine(model: FittedModel) -> Machine:
    """The machine that was measured: every station's threads on the same cores, less what is used with no visit.

    Event loops are preferred: requests wake them, their turns are short, and the scheduler lets those who sleep often
    interrupt hashing or querying threads that run for long (docs/calibration.md has the measurements).
    """
    named = {"+".join(pool.stations): pool for pool in model.pools}
    return Machine(
        hosts=(
            Host(
                name="measured",
                cores=model.cores - sum(model.background),
                preference=PREFERENCE,
            ),
        ),
        pools=tuple(
            Pool(
                name=name,
                host="measured",
                replicas=pool.replicas,
                threads=pool.threads,
                preferred=pool.is_event_loop,
            )
            for name, pool in named.items()
        ),
        pool_of={station: name for name, pool in named.items() for station in pool.stations},
    )


def sized_machine(cores: Mapping[str, int], cores_per_node: int) -> Machine:
    """A machine of dedicated tiers: each station on nodes of its own, whose cores all requests there share.

    Servers that are bought run as many threads as there is work for: a long query slows the others, and blocks none.
    """
    hosts, pools = [], []
    for station, count in cores.items():
        nodes = -(-count // cores_per_node)
        hosts.append(Host(name=station, cores=count / nodes, machines=nodes))
        pools.append(Pool(name=station, host=station, replicas=nodes, threads=None))
    return Machine(hosts=tuple(hosts), pools=tuple(pools), pool_of={station: station for station in cores})


@dataclass(frozen=True, kw_only=True, eq=False)
class Predicted:
    """One prediction of the steady state; every mapping is by activity.

    But ``station_cores``: CPU seconds a second, those that are used with no visit included.
    """

    learners: int
    throughput_per_s: Mapping[str, float]
    requests_per_s: float
    responses_s: Mapping[str, Floats]
    station_cores: Mapping[str, float]

    @cached_property
    def mean_s(self) -> dict[str, float]:
        """Mean response times."""
        return {name: float(response_s.mean()) for name, response_s in self.responses_s.items()}

    @cached_property
    def p50_s(self) -> dict[str, float]:
        """Medians."""
        return {name: self.quantile_s(name, 0.5) for name in self.responses_s}

    @cached_property
    def p95_s(self) -> dict[str, float]:
        """95th percentiles."""
        return {name: self.quantile_s(name, 0.95) for name in self.responses_s}

    @cached_property
    def p99_s(self) -> dict[str, float]:
        """99th percentiles."""
        return {name: self.quantile_s(name, 0.99) for name in self.responses_s}

    def quantile_s(self, activity: str, probability: float) -> float:
        """The response time that this share of an activity's visits stay within."""
        return float(np.quantile(self.responses_s[activity], probability))


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked of a model: how many learners, doing what, on which machine, looked at for how long."""

    learners: int
    streams: tuple[Stream, ...]
    machine: Machine
    duration_s: float
    seed: int
    expected_utilization: float = 0.5
    extra: tuple[Source, ...] = ()
    extra_activities: tuple[Activity, ...] = ()


def question_at(
    model: FittedModel, level: LevelMeasurement, *, most_s: float, most_requests: float, seed: int
) -> Question:
    """What a model is asked, to be compared with a measured level: to look at it for ``most_s`` seconds, or until it
    has made ``most_requests``."""
    return Question(
        learners=level.learners,
        streams=tuple(stream.stream() for stream in model.streams),
        machine=measured_machine(model),
        duration_s=min(most_s, most_requests / max(level.requests_per_s, 1.0)),
        seed=seed,
    )


def predict_all(asked: Iterable[tuple[FittedModel, Question, Sequence[Span]]]) -> list[Predicted]:
    """What ``predict_looks`` answers to each. Simulations use no interpreter, so that several run at once."""
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        return list(threads.map(lambda one: predict_looks(*one), asked))


def predict(model: FittedModel, question: Question) -> Predicted:
    """Simulate the steady state.

    Paced streams that follow another slow down with it, learners who are signing in do nothing else, and requests
    cost less on cores that are awake and in an event loop that has more of them at hand: all this depends on what the
    simulation is to find, so a short run comes first.
    """
    short = replace(question, duration_s=max(question.duration_s / 4, 2.0))
    lit = model.at_utilization(question.expected_utilization)
    first = _summary(lit, short, _run(lit, short, question.streams))
    settled = _settled(model, question, first)
    return _summary(settled, question, _run(settled, question, _adjusted(question, first)))


def predict_looks(model: FittedModel, question: Question, spans: Sequence[Span]) -> Predicted:
    """A level as it was looked at: each look at the speed that the machine had then, all of them taken together.

    Means of a slow and a fast minute are not those of a middling one: waiting grows faster than the load.
    """
    hold_s = sum(span.hold_s for span in spans)
    looks = []
    for span in spans:
        slowed = model.slowed(span.slowness)
        duration_s, seed = question.duration_s * span.hold_s / hold_s, question.seed + span.index
        machine = measured_machine(slowed)
        looks.append(predict(slowed, replace(question, machine=machine, duration_s=duration_s, seed=seed)))
    return _together(looks, [span.hold_s / hold_s for span in spans])


def _together(looks: Sequence[Predicted], shares: Sequence[float]) -> Predicted:
    """The looks as one; what was not seen in one of them counts as nothing there."""

    def mean(of: Sequence[Mapping[str, float]]) -> dict[str, float]:
        names = sorted(set().union(*of))
        return {name: sum(share * one.get(name, 0.0) for share, one in zip(shares, of, strict=True)) for name in names}

    responses: dict[str, list[Floats]] = {}
    for look in looks:
        for name, found in look.responses_s.items():
            responses.setdefault(name, []).append(found)
    return Predicted(
        learners=looks[0].learners,
        throughput_per_s=mean([look.throughput_per_s for look in looks]),
        requests_per_s=sum(share * look.requests_per_s for share, look in zip(shares, looks, strict=True)),
        responses_s={name: np.concatenate(parts) for name, parts in responses.items()},
        station_cores=mean([look.station_cores for look in looks]),
    )


def _settled(model: FittedModel, question: Question, first: Predicted) -> FittedModel:
    """The model with its demands as they are at the throughput of a first run, which they hardly change."""
    shared = any(pool.preferred for pool in question.machine.pools)
    settled, cores = model, first.station_cores
    for _ in range(_SETTLINGS):
        settled = model.at_utilization(_utilization(model, question.machine, cores))
        if shared:
            settled = in_company(settled, cores)
        cores = _station_cores(settled, question, first.throughput_per_s)
    return settled


def _utilization(model: FittedModel, machine: Machine, station_cores: Mapping[str, float]) -> float:
    """Share of the machine's cores that visits use; what is used with no visit was taken off these cores already."""
    return min((sum(station_cores.values()) - sum(model.background)) / machine.cores, 1.0)


def _adjusted(question: Question, first: Predicted) -> tuple[Stream, ...]:
    """Streams with the shares and periods that the response times of a first run leave them."""
    signing_in = first.throughput_per_s.get("login", 0.0) * first.mean_s.get("login", 0.0) / question.learners
    by_name = {stream.name: stream for stream in question.streams}
    adjusted = []
    for stream in question.streams:
        share = stream.share if stream.name == "sign-in" else stream.share * max(1 - signing_in, 0.0)
        time_s = stream.time_s
        if stream.follows in by_name:
            leader = by_name[stream.follows]
            response_s = sum(part * first.mean_s.get(name, 0.0) for name, part in leader.mix().items())
            time_s *= (leader.time_s + response_s) / leader.time_s
        adjusted.append(replace(stream, share=share, time_s=time_s))
    return tuple(adjusted)


def _run(model: FittedModel, question: Question, streams: Sequence[Stream]) -> SimulationResult:
    activities = [_activity(model, activity, question.machine) for activity in model.activities]
    known = {activity.name for activity in activities}
    sources = [_source(stream, question.learners) for stream in streams if known.issuperset(stream.visits)]
    system = SimulatedSystem(
        hosts=question.machine.hosts,
        pools=(*question.machine.pools, ELSEWHERE),
        activities=(*activities, *question.extra_activities),
        sources=(*(source for source in sources if source.population), *question.extra),
    )
    warmup_s = question.duration_s * WARMUP_SHARE
    return simulate(system, duration_s=question.duration_s, warmup_s=warmup_s, seed=question.seed)


def _source(stream: Stream, learners: int) -> Source:
    return Source(
        name=stream.name,
        population=round(learners * stream.share),
        pacing=stream.pacing,
        time_s=Distribution.exponential(stream.time_s)
        if stream.pacing == "think"
        else Distribution.deterministic(stream.time_s),
        mix=stream.mix(),
    )


def _activity(model: FittedModel, activity: ActivityModel, machine: Machine) -> Activity:
    requests = sum(step.count for step in activity.steps)
    steps = [
        Step(visits=_visits(model, activity, step.share / step.count, machine, activity.latency_s / requests))
        for step in activity.steps
        for _ in range(step.count)
    ]
    return Activity(name=activity.name, steps=tuple(steps), factor=Distribution.empirical(activity.factors))


def _visits(
    model: FittedModel, activity: ActivityModel, share: float, machine: Machine, latency_s: float
) -> tuple[Visit, ...]:
    demand_s = dict(zip(model.stations, activity.demand_s, strict=True))
    # Stations that the route does not know (another platform's) are visited once, in their own order.
    others = [(station, 1.0) for station in model.stations if station not in {name for name, _ in ROUTE}]
    visited = [
        (station, part * share * demand_s[station])
        for station, part in (*ROUTE, *others)
        if station in machine.pool_of and demand_s.get(station, 0.0) > 0
    ]
    # What the application does for a request that calls nobody is one job: it queues once.
    stations = (
        Visit(pool=machine.pool_of[station], service_s=sum(service_s for _, service_s in jobs))
        for station, jobs in groupby(visited, key=itemgetter(0))
    )
    # As a visit rather than a fixed delay, so that it varies from one occurrence to the next as the services do.
    return (*stations, Visit(pool=ELSEWHERE.name, service_s=latency_s))


def _summary(model: FittedModel, question: Question, result: SimulationResult) -> Predicted:
    requests = {a.name: a.requests_per_visit for a in model.activities}
    requests |= {a.name: float(len(a.steps)) for a in question.extra_activities}
    seen = {name: found for name, found in result.activities.items() if found.count}
    throughput_per_s = {name: found.throughput_per_s for name, found in seen.items()}
    return Predicted(
        learners=question.learners,
        throughput_per_s=throughput_per_s,
        requests_per_s=sum(rate * requests[name] for name, rate in throughput_per_s.items()),
        responses_s={name: found.responses_s for name, found in seen.items()},
        station_cores=_station_cores(model, question, throughput_per_s),
    )


def _station_cores(model: FittedModel, question: Question, throughput_per_s: Mapping[str, float]) -> dict[str, float]:
    """CPU seconds a second at each station, by the utilisation law."""
    cores = dict(zip(model.stations, model.background, strict=True))
    for activity in model.activities:
        for station, demand_s in zip(model.stations, activity.demand_s, strict=True):
            cores[station] += throughput_per_s.get(activity.name, 0.0) * demand_s
    for extra in question.extra_activities:
        for station in model.stations:
            cores[station] += throughput_per_s.get(extra.name, 0.0) * extra.demand_s(station)
    return cores
